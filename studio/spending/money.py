"""Money in words for people. In the code it is whole micro-dollars throughout."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

MICROS = 1_000_000
CENT = MICROS // 100


def format_money(micros: int, most: int | None = None) -> str:
    """ "$0.51"; with `most`, "$0.48 to $0.61"; what is less than a cent, but not nothing, "< $0.01"."""
    low = _amount(micros)
    high = low if most is None else _amount(most)
    if low == high:
        return low
    if micros < CENT:
        return _("up to %(high)s") % {"high": high}
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def dollars(micros: int) -> Decimal:
    """Rounded to the cent, halves upwards."""
    return (Decimal(micros) / MICROS).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _amount(micros: int) -> str:
    if 0 < micros < CENT:
        return _("< $%(amount)s") % {"amount": number_format(dollars(CENT), 2)}
    return _("$%(amount)s") % {"amount": number_format(dollars(micros), 2, force_grouping=True)}
