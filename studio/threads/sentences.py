"""What a failure says to people: what happened, whether anything was charged, what to do next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.providers.errors import FailureCode
from studio.providers.registry import label_of
from studio.spending.ledger import Standing
from studio.spending.money import format_money
from studio.threads.odds import Odds, Tally

FEWEST = 5  # tries of which a count says anything


@dataclass(frozen=True)
class Failure:
    """`where`: refused at the input or on the result, where that is known. `asks_first`: what to ask before a retry.

    `can_change`: the next step is to change the words, or what goes with them.
    """

    code: str
    title: str
    detail: str
    where: str
    charged: str
    advice: str
    can_change: bool
    can_retry: bool
    asks_first: str


_TITLES = {
    FailureCode.INPUT_BLOCKED: gettext_lazy("%(model)s refused the request"),
    FailureCode.OUTPUT_BLOCKED: gettext_lazy("%(model)s withheld the result"),
    FailureCode.BUSY: gettext_lazy("%(model)s is busy"),
    FailureCode.BAD_MEDIA: gettext_lazy("%(model)s could not read the clip"),
    FailureCode.BAD_REQUEST: gettext_lazy("%(model)s did not accept the request"),
    FailureCode.TIMEOUT: gettext_lazy("It took too long and was stopped"),
    FailureCode.NETWORK: gettext_lazy("%(provider)s could not be reached"),
    FailureCode.UNAUTHORISED: gettext_lazy("%(provider)s did not accept the key"),
    FailureCode.OUT_OF_CREDIT: gettext_lazy("The account with %(provider)s is out of credit"),
    FailureCode.EXPIRED_PARENT: gettext_lazy("This take can no longer be continued in place"),
    FailureCode.MODEL_GONE: gettext_lazy("%(model)s is no longer offered"),
    FailureCode.REGION_BLOCKED: gettext_lazy("%(model)s is not offered in this region"),
    FailureCode.OUTCOME_UNKNOWN: gettext_lazy("Nobody can say whether it was made"),
    FailureCode.UNSUPPORTED: gettext_lazy("%(model)s cannot do this"),
    FailureCode.ENGINE: gettext_lazy("It broke off before there was a video"),
}

_AT_THE_INPUT = gettext_lazy("Refused at the input, before anything was made.")
_BEFORE = gettext_lazy("Refused before anything was made.")
_WHERE = {
    FailureCode.INPUT_BLOCKED: _AT_THE_INPUT,
    FailureCode.OUTPUT_BLOCKED: gettext_lazy("Refused on the result, after it was made."),
    FailureCode.BAD_MEDIA: _AT_THE_INPUT,
    FailureCode.BAD_REQUEST: _AT_THE_INPUT,
    FailureCode.UNAUTHORISED: _BEFORE,
    FailureCode.OUT_OF_CREDIT: _BEFORE,
    FailureCode.EXPIRED_PARENT: _AT_THE_INPUT,
    FailureCode.MODEL_GONE: _BEFORE,
    FailureCode.REGION_BLOCKED: _BEFORE,
    FailureCode.UNSUPPORTED: _AT_THE_INPUT,
}

_ADVICE = {
    FailureCode.INPUT_BLOCKED: gettext_lazy("Say it in other words and send again."),
    FailureCode.OUTPUT_BLOCKED: gettext_lazy("The same again may come through; other words may, too."),
    FailureCode.BUSY: gettext_lazy("Retry in a minute."),
    FailureCode.BAD_MEDIA: gettext_lazy("Choose another clip, or upload it again."),
    FailureCode.BAD_REQUEST: gettext_lazy("Change the prompt or the settings and send again."),
    FailureCode.TIMEOUT: gettext_lazy("Retry, or ask for less at once."),
    FailureCode.NETWORK: gettext_lazy("Check the connection of this machine, then retry."),
    FailureCode.UNAUTHORISED: gettext_lazy("Someone who looks after this studio must renew the key."),
    FailureCode.OUT_OF_CREDIT: gettext_lazy("Someone who looks after this studio must add credit."),
    FailureCode.EXPIRED_PARENT: gettext_lazy("Send our copy of the take as a new source clip."),
    FailureCode.MODEL_GONE: gettext_lazy("Choose another model."),
    FailureCode.REGION_BLOCKED: gettext_lazy("Choose a model of another provider."),
    FailureCode.OUTCOME_UNKNOWN: gettext_lazy("Look at the provider's own page before you retry: it may charge again."),
    FailureCode.UNSUPPORTED: gettext_lazy("Ask for something else, or choose another model."),
    FailureCode.ENGINE: gettext_lazy("Retry. If it breaks off again, ask for fewer changes at once."),
}

_MAY_COST_TWICE = gettext_lazy("The first try may have been made, and charged. Send it again?")
CHANGEABLE = frozenset(
    {
        FailureCode.INPUT_BLOCKED,
        FailureCode.OUTPUT_BLOCKED,
        FailureCode.BAD_MEDIA,
        FailureCode.BAD_REQUEST,
        FailureCode.UNSUPPORTED,
    }
)


def failure_of(code: str, detail: str, provider: str, model: str, standing: Standing | None = None) -> Failure:
    """The card's sentences. `detail` is the provider's, already in people's words; `standing` is from the books."""
    try:
        known = FailureCode(code)
    except ValueError:
        known = FailureCode.ENGINE
    is_local = provider == "local"
    return Failure(
        code=code,
        title=_title(known, provider, model),
        detail=_(detail) if detail else "",
        where=str(_WHERE.get(known, "")),
        charged=_charged(known, provider, standing),
        advice=_("Retry it.") if is_local and known == FailureCode.OUTCOME_UNKNOWN else str(_ADVICE[known]),
        can_change=known in CHANGEABLE and not is_local,
        can_retry=is_local or known != FailureCode.MODEL_GONE,
        asks_first="" if is_local or known != FailureCode.OUTCOME_UNKNOWN else str(_MAY_COST_TWICE),
    )


def refused_here(message: str, provider: str) -> Failure:
    """A moderator refused it before it was sent to anybody."""
    return Failure(
        code=FailureCode.INPUT_BLOCKED,
        title=_("This studio refused the request"),
        detail=message,
        where=_("Nothing was sent."),
        charged=_("Nothing was charged, and nothing you had is lost.") if provider == "local" else _("Not charged."),
        advice=str(_ADVICE[FailureCode.INPUT_BLOCKED]),
        can_change=True,
        can_retry=False,
        asks_first="",
    )


def _title(code: FailureCode, provider: str, model: str) -> str:
    if provider == "local" and code == FailureCode.ENGINE:
        return _("Rendering broke off")
    return str(_TITLES[code]) % {"model": model, "provider": label_of(provider)}


def odds_in_words(odds: Odds, code: str) -> str:
    """Of retries after the same failure, else of all turns; empty while there are too few to tell."""
    retries = odds.retries.get(code, Tally())
    if retries.count >= FEWEST:
        words = {"count": retries.count, "through": retries.through}
        return _("Tried again after this, %(through)d of %(count)d came through.") % words
    if odds.turns.count >= FEWEST:
        words = {"count": odds.turns.count, "through": odds.turns.through}
        return _("Of the last %(count)d turns with this model %(through)d came through.") % words
    return ""


def _charged(code: FailureCode, provider: str, standing: Standing | None) -> str:
    if provider == "local":
        return _("Nothing was charged, and nothing you had is lost.")
    if standing and standing.actual is not None:
        cost = format_money(standing.actual)
        return _("It was charged: %(cost)s.") % {"cost": cost} if standing.actual else _("Not charged.")
    if standing is None and code != FailureCode.OUTCOME_UNKNOWN:
        return _("Not charged.")
    return _("Whether it was charged is not known.")
