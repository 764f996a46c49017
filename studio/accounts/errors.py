"""What can be refused about accounts and teams. The message is a sentence for people."""

from django.utils.translation import gettext as _


class AccountsError(Exception):
    """The root; `str()` of it may be shown."""


class SignUpClosedError(AccountsError):
    def __init__(self) -> None:
        super().__init__(_("The first account exists already. Ask its owner for an invitation."))


class AddressTakenError(AccountsError):
    def __init__(self) -> None:
        super().__init__(_("There is an account with this e-mail already. Sign in, then open the invitation again."))


class LastOwnerError(AccountsError):
    def __init__(self) -> None:
        super().__init__(_("A team needs an owner. Make somebody else an owner first."))


class LinkUnusableError(AccountsError):
    """An invitation that cannot be accepted; `known` is False when no such link was ever made."""

    def __init__(self, sentence: str, *, known: bool = True) -> None:
        super().__init__(sentence)
        self.known = known


class ResetRefusedError(AccountsError):
    pass
