"""What an action of reviewers answers instead of doing it.

ReviewError
├── ReviewRefused  what was sent cannot be kept as it is
└── ReviewChanged  what the reviewer saw is no longer so: they look again and decide
"""


class ReviewError(Exception):
    """`sentence` is for people, translated; `status` is the answer's."""

    status = 422

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ReviewRefused(ReviewError):
    pass


class ReviewChanged(ReviewError):
    status = 409
