"""Saying that a take, a turn or a note should not be there. Several people about the same thing are one case."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.moderation import news
from studio.moderation.errors import AlreadyReported, Refused
from studio.moderation.models import OFFENCES, Case, CaseKind, Report
from studio.review.models import Note
from studio.threads.models import Take, Turn
from studio.threads.reading import one_line

LONGEST_WORDS = 500


@dataclass(frozen=True)
class Reporter:
    """Somebody with an account, or a guest by name."""

    user: User | None = None
    guest: str = ""

    def reports(self) -> Q:
        return Q(reporter=self.user) if self.user else Q(reporter=None, guest_name=self.guest)


def report(reporter: Reporter, thing: Take | Turn | Note, ground: str, words: str = "") -> Report:
    """The caller has asked whether they may see it. Raises AlreadyReported, or Refused with a sentence."""
    if ground not in dict(OFFENCES):
        raise Refused(_("Choose what is wrong with it."), "ground")
    said = one_line(words)
    if len(said) > LONGEST_WORDS:
        sentence = _("That is %(have)d characters, and %(most)d fit.")
        raise Refused(sentence % {"have": len(said), "most": LONGEST_WORDS}, "words")
    about = _about(thing)
    with transaction.atomic():
        cases = Case.objects.select_for_update(no_key=True).filter(**_same(about)).order_by("-opened_at")
        past = list(cases)
        _ensure_new(reporter, past)
        present = next((case for case in past if not case.outcome), None)
        case = present or _new_case(thing, about, len(past))
        row = Report.objects.create(
            case=case, reporter=reporter.user, guest_name=reporter.guest, ground=ground, words=said, **_held(thing)
        )
        Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
        news.tell(case, "opened")
    return row


def _ensure_new(reporter: Reporter, past: list[Case]) -> None:
    rows = Report.objects.filter(reporter.reports(), case__in=past)
    earlier = rows.select_related("case").order_by("-at").first()
    if earlier is None:
        return
    if earlier.case.applied_at:
        raise AlreadyReported(_("You have reported this before, and a moderator has decided about it since."))
    raise AlreadyReported(_("You have reported this already. A moderator will look at it; nothing more is needed."))


def _about(thing: Take | Turn | Note) -> dict[str, object]:
    if isinstance(thing, Note):
        turn, take, note, author = thing.take.turn, thing.take, thing.pk, thing.author
    elif isinstance(thing, Take):
        turn, take, note, author = thing.turn, thing, None, thing.turn.author
    else:
        turn, take, note, author = thing, None, None, thing.author
    return {"turn": turn, "take": take, "note_id": note, "thread_id": turn.thread_id, "person": author}


def _held(thing: Take | Turn | Note) -> dict[str, object]:
    """What only a note can lose: prompts and takes stay as they are."""
    return {"text": thing.text, "drawing": thing.drawing} if isinstance(thing, Note) else {}


def _same(about: dict[str, object]) -> dict[str, object]:
    """How the cases about the same thing are found, whatever brought them up."""
    return {name: about[name] for name in ("turn", "take", "note_id")}


def _new_case(thing: Take | Turn | Note, about: dict[str, object], earlier: int) -> Case:
    kind = type(thing).__name__.lower()
    named = {"kind": CaseKind.REPORT, **about}
    return Case.objects.get_or_create(source=f"report:{kind}:{thing.pk}:{earlier}", defaults=named)[0]
