"""What moderation answers instead of doing it.

ModerationError
├── AlreadyReported  the same person has reported the same thing
└── Refused          the decision cannot be made like that
    └── Outdated     the case is not what the page shows any more (a 409)
"""


class ModerationError(Exception):
    """`sentence` is for people, translated; `field` names the field it is about, or is empty."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class AlreadyReported(ModerationError):
    pass


class Refused(ModerationError):
    pass


class Outdated(Refused):
    pass
