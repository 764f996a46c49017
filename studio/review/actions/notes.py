"""Notes: writing, changing, deleting, resolving. Authors are people of the team or guests."""

import math
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from studio import queue
from studio.accounts.models import User
from studio.live.publishing import forget, publish_many
from studio.review.actions.refusals import ReviewChanged, ReviewRefused
from studio.review.cards import card_of, rendered, timecode
from studio.review.mentions import mentioned
from studio.review.models import Note
from studio.review.viewers import Viewer
from studio.threads.models import Take
from studio.threads.reading import storable

LONGEST_TEXT = 4000
Change = tuple[str, str, dict[str, Any]]
SLACK = 0.05  # s; a player may call the clip's end a little later than the probe


@dataclass(frozen=True)
class Words:
    """What a note says and where: `start` alone is a frame, with `end` a range, neither the whole clip. Seconds."""

    text: str = ""
    start: float | None = None
    end: float | None = None
    drawing: list[dict[str, Any]] = field(default_factory=list)
    is_internal: bool = False


def add_note(
    viewer: Viewer, take: Take, words: Words, *, token: UUID | None = None, parent: Note | None = None
) -> Note:
    """The same token gives the same note again. A reply lies where its parent lies, and is as internal as it is.

    `take` has its turn, thread, team and asset loaded. Raises PermissionDenied, or ReviewError with a sentence.
    """
    token = token or uuid4()
    if known := Note.objects.filter(token=token, take=take).first():
        return _own(viewer, known)
    if not viewer.may_note:
        raise PermissionDenied(_("You may look at this take, but not write notes. Ask its team for the reviewer role."))
    ensure_open(take)
    top = _top(take, parent)
    checked = _checked(words, take) if top is None else Words(_text(words.text), is_internal=top.is_internal)
    if checked.is_internal and not viewer.sees_internal:
        raise PermissionDenied
    note = Note(take=take, parent=top, author=viewer.user, guest=viewer.guest, token=token, text=checked.text)
    note.start, note.end, note.drawing = checked.start, checked.end, checked.drawing
    note.is_internal = checked.is_internal
    try:
        with transaction.atomic():
            if top is not None:
                _lock(top)
            people = _assign(viewer, note)
            note.save(force_insert=True)
            _tell(note, people)
            publish_many(changes_of(note))
    except IntegrityError:
        known = Note.objects.filter(token=token, take=take).first()
        if known is None:
            raise ReviewRefused(
                _("This was sent to another take already. Nothing was saved; reload the page.")
            ) from None
        return _own(viewer, known)
    return note


def edit_note(viewer: Viewer, note: Note, text: str) -> None:
    """Its author alone. Whoever is mentioned for the first time hears of it."""
    _ensure_author(viewer, note)
    with transaction.atomic():
        _lock(note)
        _ensure_there(note)
        before = {user.pk for user in mentioned(note.text, note.take.turn.thread.team)}
        note.text, note.edited_at = _text(text, may_be_empty=bool(note.drawing)), timezone.now()
        people = [user for user in _assign(viewer, note) if user.pk not in before]
        note.save(update_fields=["text", "edited_at", "assignee"])
        _tell(note, people)
        _forget(note)
        publish_many(changes_of(note))


def delete_note(viewer: Viewer, note: Note) -> None:
    """Its author alone. What others have replied stays; its own words and its drawing are gone."""
    _ensure_author(viewer, note)
    with transaction.atomic():
        _lock(note)
        if note.deleted_at:
            return
        note.deleted_at, note.text, note.drawing, note.assignee = timezone.now(), "", [], None
        note.save(update_fields=["deleted_at", "text", "drawing", "assignee"])
        _forget(note)
        publish_many(changes_of(note))


def take_down(note: Note) -> None:
    """A moderator's decision, who has been asked: off every page. Its words stay in the row, for whoever asks why."""
    with transaction.atomic():
        _lock(note)
        if note.deleted_at:
            return
        note.deleted_at, note.assignee = timezone.now(), None
        note.save(update_fields=["deleted_at", "assignee"])
        _forget(note)
        publish_many(changes_of(note))


def resolve_note(viewer: Viewer, note: Note) -> None:
    """Resolved twice, it stays resolved by the first."""
    _set_resolved(viewer, note, True)


def reopen_note(viewer: Viewer, note: Note) -> None:
    _set_resolved(viewer, note, False)


def _set_resolved(viewer: Viewer, note: Note, resolved: bool) -> None:
    if not viewer.may_resolve:
        raise PermissionDenied(_("You may look at notes, but not resolve them. Ask the team for the reviewer role."))
    top = note.parent or note
    with transaction.atomic():
        _lock(top)
        if (top.resolved_at is not None) == resolved:
            return
        top.resolved_at, top.resolved_by = (timezone.now(), viewer.user) if resolved else (None, None)
        top.save(update_fields=["resolved_at", "resolved_by"])
        publish_many(changes_of(top))


def resolve_open(user: User, take: Take) -> list[Change]:
    """All notes of the take that are open. Call it in a transaction, having asked who may, and publish the answer."""
    rows = open_notes(take).select_related("author", "guest")
    notes = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    Note.objects.filter(pk__in=[note.pk for note in notes]).update(resolved_at=timezone.now(), resolved_by=user)
    for note in notes:
        note.take = take
    return [change for note in notes for change in changes_of(note)]


def open_notes(take: Take) -> QuerySet[Note]:
    return Note.objects.filter(take=take, parent=None, deleted_at=None, resolved_at=None)


def changes_of(note: Note) -> list[Change]:
    """What to publish: the card as it is now rides along, for fifty open pages that each ask would take too long.

    Guests listen to a stream of their own, on which internal notes never are.
    """
    card, thread = card_of(note), note.take.turn.thread
    payload: dict[str, Any] = {"note": str(note.parent_id or note.pk), "take": str(note.take_id)}
    payload["html"] = rendered(card) if card else ""
    payload["language"] = get_language() or ""
    streams = [thread.stream] if note.is_internal else [thread.stream, guests_of(thread.pk)]
    return [(stream, "note.changed", payload) for stream in streams]


def guests_of(thread: UUID) -> str:
    """The stream of those who came to a thread by a share link."""
    return f"guests-{thread}"


def ensure_open(take: Take) -> None:
    """Raises ReviewChanged where a take can no longer be spoken about."""
    if take.trashed_at or take.turn.trashed_at or take.turn.thread.trashed_at:
        raise ReviewChanged(
            _("This take has gone into the trash meanwhile. Nothing was saved; ask for it to be restored.")
        )
    if take.held_at:
        raise ReviewChanged(_("This take is held back for a check meanwhile. Nothing was saved; come back later."))


def _lock(note: Note) -> None:
    """As it is now, and its whole card ours until the transaction ends: what is published is the last that was done.

    Without this a reply, put on the card while the note is being deleted, would publish the deleted words once more.
    """
    list(Note.objects.select_for_update(no_key=True).filter(pk=note.parent_id or note.pk).values_list("pk"))
    note.refresh_from_db(fields=["text", "drawing", "deleted_at", "resolved_at"])


def _own(viewer: Viewer, note: Note) -> Note:
    _ensure_author(viewer, note)
    return note


def _ensure_author(viewer: Viewer, note: Note) -> None:
    is_theirs = note.author == viewer.user if viewer.user else note.guest_id and note.guest == viewer.guest
    if not is_theirs:
        raise PermissionDenied(_("Only who wrote this note can change or delete it. You can reply to it."))


def _ensure_there(note: Note) -> None:
    if note.deleted_at:
        raise ReviewChanged(_("This note was deleted meanwhile. Your words were not saved; copy them to a new note."))


def _top(take: Take, parent: Note | None) -> Note | None:
    """A thread of replies is one level deep."""
    if parent is None:
        return None
    top = parent.parent or parent
    if top.take_id != take.pk:
        raise ReviewRefused(_("This reply belongs to a note of another take. Nothing was saved; reload the page."))
    return top


def _text(text: str, *, may_be_empty: bool = False) -> str:
    kept = storable(text).replace("\r\n", "\n").strip()
    if not kept and not may_be_empty:
        raise ReviewRefused(_("Write a few words, or draw something: an empty note was not saved."))
    if len(kept) > LONGEST_TEXT:
        raise ReviewRefused(
            _("That is %(have)d characters, and %(most)d fit. Nothing was saved; your words are still in the box.")
            % {"have": len(kept), "most": LONGEST_TEXT}
        )
    return kept


def _checked(words: Words, take: Take) -> Words:
    text = _text(words.text, may_be_empty=bool(words.drawing))
    start, end = words.start, words.end
    if start is None:
        if end is not None or words.drawing:
            raise ReviewRefused(_("A range and a drawing need the moment they begin at. Nothing was saved."))
        return Words(text, is_internal=words.is_internal)
    length = take.asset.duration
    for moment in (start, end):
        if moment is not None and not (math.isfinite(moment) and 0 <= moment <= length + SLACK):
            raise ReviewRefused(
                _("This note points outside the clip, which ends at %(end)s. Nothing was saved; choose the time again.")
                % {"end": timecode(length, take.asset.fps)}
            )
    if end is not None and end <= start:
        raise ReviewRefused(_("The range ends before it begins. Nothing was saved; set it again with I and O."))
    return Words(text, min(start, length), end if end is None else min(end, length), words.drawing, words.is_internal)


def _assign(viewer: Viewer, note: Note) -> list[User]:
    """Whoever is mentioned first is to see to it; answers all who are mentioned, without the author."""
    people = mentioned(note.text, note.take.turn.thread.team)
    note.assignee = people[0] if people else None
    return [user for user in people if user != viewer.user]


def _tell(note: Note, people: list[User]) -> None:
    for user in people:
        queue.enqueue("studio.review.tasks.mail_mention", str(note.pk), user.pk)


def _forget(note: Note) -> None:
    """Words that were changed or deleted are not kept among the events."""
    thread = note.take.turn.thread
    forget([thread.stream, guests_of(thread.pk)], "note.changed", "html", note=str(note.parent_id or note.pk))
