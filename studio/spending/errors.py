"""What can be refused about money. The message is a sentence for people."""

from django.utils.translation import gettext as _

from studio.spending.money import format_money


class SpendingError(Exception):
    """The root; `str()` of it may be shown."""


class OverBudget(SpendingError):
    """The turn may cost more than is left. `left_micros` is never below zero."""

    def __init__(self, most_micros: int, left_micros: int, limit_micros: int) -> None:
        self.left_micros, self.limit_micros = left_micros, limit_micros
        super().__init__(
            _(
                "This may cost %(most)s, and %(left)s is left of this month's %(limit)s. Choose something cheaper, or "
                "ask someone who looks after this studio for a higher limit. Nothing was sent."
            )
            % {
                "most": format_money(most_micros),
                "left": format_money(left_micros),
                "limit": format_money(limit_micros),
            }
        )
