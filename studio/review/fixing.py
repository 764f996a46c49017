"""A turn that came from notes is made: each author is asked whether that fixed it, guests too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.live.publishing import publish_many
from studio.review.models import Note, NoteTurn
from studio.review.viewers import Viewer, key_of
from studio.threads.actions import ActionRefused
from studio.threads.models import Take

Change = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """One note and a turn that came from it. `before` and `after` are clips at the note's moment.

    `answer_url` takes the answer; `after_url` is the page of the take that is asked about.
    """

    link: NoteTurn
    before: str
    after: str
    answer_url: str
    after_url: str

    @property
    def note(self) -> Note:
        return self.link.note

    @property
    def number(self) -> int:
        return self.link.turn.number


def questions_for(viewer: Viewer, take: Take, among: QuerySet[Take] | None = None) -> list[Question]:
    """What they are asked beside a take: about its own notes, and about those that its turn came from.

    `among`: the takes that they may see, where that is not the whole thread.
    """
    shown = Take.objects.filter(trashed_at=None, held_at=None) if among is None else among
    shown = shown.order_by("-picked_at", "number")
    made = Prefetch("turn__takes", shown.select_related("asset").prefetch_related("asset__derived"), to_attr="shown")
    rows = NoteTurn.objects.filter(Q(note__take=take) | Q(turn=take.turn_id), answer=NoteTurn.Answer.OPEN)
    rows = rows.filter(note__deleted_at=None, note__resolved_at=None, turn__trashed_at=None)
    rows = rows.filter(note__take__trashed_at=None, note__take__held_at=None)
    about = ("note__author", "note__guest", "note__take__asset", "note__take__turn__thread", "turn")
    found = rows.select_related(*about).prefetch_related(made, "note__take__asset__derived").order_by("turn__number")
    return list(_asked(viewer, found))


def _asked(viewer: Viewer, links: Iterable[NoteTurn]) -> Iterable[Question]:
    for link in links:
        takes: list[Take] = vars(link.turn)["shown"]
        if takes and is_asked(viewer, link.note):
            yield Question(
                link,
                _still(viewer, link.note.take, link.note),
                _still(viewer, takes[0], link.note),
                viewer.links.to("note-fixed", link.note_id),
                viewer.links.to("take-review", takes[0].pk),
            )


def _still(viewer: Viewer, take: Take, note: Note) -> str:
    """A clip's address at the note's moment; browsers show that picture while it does not play."""
    src = viewer.sign(take.asset)["src"]
    at = min(note.start or 0.0, max(0.0, take.asset.duration - 0.1))
    return f"{src}#t={at:.2f}" if src else ""


def is_asked(viewer: Viewer, note: Note) -> bool:
    """Its author; for a guest's note also whoever the thread belongs to, for guests may never come back."""
    if viewer.user is not None and note.author_id is None:
        return viewer.user.pk == note.take.turn.thread.author_id
    return bool(viewer.key) and viewer.key == key_of(note.author_id, note.guest_id)


def answer(viewer: Viewer, link: NoteTurn, said: NoteTurn.Answer) -> None:
    """Yes resolves the note. Said again it stays said. Raises PermissionDenied or ActionRefused, with a sentence."""
    if not is_asked(viewer, link.note):
        raise PermissionDenied(_("Only who wrote this note can say whether it is fixed. You can reply to it."))
    now = timezone.now()
    with transaction.atomic():
        row = NoteTurn.objects.select_for_update(of=("self",), no_key=True).get(pk=link.pk)
        if row.answer == said:
            return
        if row.answer:
            raise ActionRefused(_("This was answered already. Resolve or reopen the note instead."))
        NoteTurn.objects.filter(pk=link.pk).update(answer=said, answered_at=now)
        if said == NoteTurn.Answer.FIXED:
            Note.objects.filter(pk=link.note_id, resolved_at=None).update(resolved_at=now, resolved_by=viewer.user)
        publish_many(_changes(link.note))


def _changes(note: Note) -> list[Change]:
    """Pages fetch the note's card anew."""
    thread, payload = note.take.turn.thread, {"note": str(note.pk), "take": str(note.take_id)}
    streams = [thread.stream] if note.is_internal else [f"guests-{thread.pk}", thread.stream]
    return [(stream, "note.changed", payload) for stream in streams]


def counts_of(thread: UUID) -> dict[UUID, int]:
    """From how many notes each turn of the thread came, of those that came from any."""
    found: dict[UUID, int] = {}
    rows = NoteTurn.objects.filter(turn__thread=thread, turn__trashed_at=None).values_list("turn", flat=True)
    for turn in rows:
        found[turn] = found.get(turn, 0) + 1
    return found
