"""What people are told about a decision, to start with: moderators may change it. Message ids."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from studio.moderation.models import Ground, Outcome
from studio.threads.reading import one_line

WHY = {
    Ground.LIKENESS: gettext_noop("a person in it has not agreed to be shown."),
    Ground.VIOLENCE: gettext_noop("it shows violence that the rules of this studio do not allow."),
    Ground.SEXUAL: gettext_noop("it shows sexual content that the rules of this studio do not allow."),
    Ground.MINORS: gettext_noop("it shows somebody under age in a way that is not allowed."),
    Ground.HATE: gettext_noop("it insults or threatens people."),
    Ground.RIGHTS: gettext_noop("a brand or somebody's work is used in it without permission."),
    Ground.OTHER: gettext_noop("it is against the rules of this studio."),
}
WHAT = {
    Outcome.KEPT: gettext_noop("It stays hidden: %(why)s"),
    Outcome.DELETED: gettext_noop("It is deleted: %(why)s"),
    Outcome.STRUCK: gettext_noop("It stays hidden, and you have a strike: %(why)s"),
}
RELEASED = gettext_noop("A moderator has looked at it, and nothing is wrong with it.")


def suggested(outcome: str, ground: str) -> str:
    if outcome == Outcome.RELEASED:
        return _(RELEASED)
    return _(WHAT[Outcome(outcome)]) % {"why": _(WHY.get(Ground(ground), WHY[Ground.OTHER]))}


def suited(outcome: str, ground: str, written: str) -> str:
    """What was written; where that is a suggestion nobody has changed, the one that suits this outcome."""
    said = one_line(written)
    return suggested(outcome, ground) if not said or said in _all() else said


def _all() -> set[str]:
    return {suggested(outcome, ground) for outcome in WHAT for ground in WHY} | {_(RELEASED)}


def by_ground() -> dict[str, str]:
    """What the field shows once a reason is chosen."""
    return {ground.value: suggested(Outcome.KEPT, ground) for ground in WHY}
