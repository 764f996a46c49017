"""Notes as they are shown. A card is the same for everybody who may see it: the page marks what is the viewer's own.

A page has hundreds of them, so each part that needs thought is put together here once, and the template only places it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.review.mentions import marked
from studio.review.models import Guest, Note
from studio.review.viewers import colour_of, key_of
from studio.threads.models import Take

MOST_KEPT = 3000  # cards of about 1.5 kB


@dataclass(frozen=True)
class Author:
    key: str
    name: str
    initials: str
    colour: str

    @property
    def is_guest(self) -> bool:
        return self.key.startswith("g")

    @cached_property
    def badge(self) -> SafeString:
        return mark_safe(  # noqa: S308
            f'<span class="person" data-who="{self.colour}" aria-hidden="true">{escape(self.initials)}</span>'
        )


GONE = Author("", "", "–", "a")


def author_of(note: Note) -> Author:
    """`author` and `guest` are loaded."""
    if note.author is not None:
        user = note.author
        return Author(key_of(user.pk, None), user.display_name, user.initials, user.colour)
    if note.guest is not None:
        name = note.guest.name
        words = name.split()
        initials = "".join(word[0] for word in words[:2]) if len(words) > 1 else name[:2]
        return Author(key_of(None, note.guest.pk), name, initials.upper(), colour_of(note.guest.pk))
    return GONE


@dataclass(frozen=True)
class NoteCard:
    """A note with its replies, oldest first; `fps` is the take's, for time codes."""

    note: Note
    replies: Sequence["NoteCard"]
    fps: float

    @property
    def id(self) -> UUID:
        return self.note.pk

    @cached_property
    def author(self) -> Author:
        return author_of(self.note)

    @property
    def name(self) -> str:
        return self.author.name or _("Somebody who is gone")

    @property
    def is_deleted(self) -> bool:
        return self.note.deleted_at is not None

    @property
    def is_resolved(self) -> bool:
        return self.note.resolved_at is not None

    @property
    def is_edited(self) -> bool:
        return self.note.edited_at is not None and not self.is_deleted

    @property
    def for_word(self) -> str:
        return _("for %(name)s") % {"name": self.note.assignee}

    @property
    def resolved_word(self) -> str:
        if self.note.resolved_by is None:
            return _("Resolved")
        return _("Resolved by %(name)s") % {"name": self.note.resolved_by}

    @property
    def place(self) -> str:
        """00:03.04, 00:03.04 – 00:06.20 or general."""
        note = self.note
        if note.start is None:
            return _("general")
        if note.end is None:
            return timecode(note.start, self.fps)
        return f"{timecode(note.start, self.fps)} – {timecode(note.end, self.fps)}"

    @property
    def text(self) -> SafeString:
        return marked(self.note.text)

    @property
    def data(self) -> SafeString:
        """What scripts know of the note: one string, for a page has many."""
        note = self.note
        known: dict[str, Any] = {
            "note": note.pk,
            "author": self.author.key,
            "who": self.author.colour,
            "initial": self.author.initials[:1],
        }
        if note.start is not None:
            known["start"] = f"{note.start:g}"
        if note.end is not None:
            known["end"] = f"{note.end:g}"
        if note.drawing and not note.deleted_at:
            known["drawing"] = json.dumps(note.drawing, separators=(",", ":"))
        if note.assignee_id:
            known["assignee"] = key_of(note.assignee_id, None)
        if note.resolved_at:
            known["resolved"] = ""
        if note.deleted_at:
            known["deleted"] = ""
        if note.is_internal:
            known["internal"] = ""
        return mark_safe("".join(f' data-{name}="{escape(value)}"' for name, value in known.items()))  # noqa: S308

    @property
    def html(self) -> SafeString:
        return _card_html(self)

    @property
    def acts(self) -> SafeString:
        """The buttons: which of them a viewer is offered, the list says."""
        return _acts(get_language() or "", self.is_resolved, self.is_deleted)

    @property
    def name_html(self) -> SafeString:
        return mark_safe(f'<b class="note-who">{escape(self.name)}</b>')  # noqa: S308

    @property
    def stamp(self) -> SafeString:
        moment = self.note.created_at
        return mark_safe(f'<time datetime="{moment.isoformat()}" data-ago>{moment:%H:%M}</time>')  # noqa: S308


@lru_cache(maxsize=64)
def _acts(language: str, is_resolved: bool, is_deleted: bool) -> SafeString:
    """Remembered by language, for they are the same on every card."""
    return render_to_string("review/_note_acts.html", {"is_resolved": is_resolved, "is_deleted": is_deleted})


def timecode(seconds: float, fps: float) -> str:
    """00:03.04 is frame 4 of second 3, as static/js/timecode.js writes it."""
    rate = fps if fps > 0 else 25.0
    whole = int(seconds + 1e-6)
    frame = min(int(-(-rate // 1)) - 1, int(max(0.0, seconds - whole) * rate + 0.01))
    return f"{whole // 60:02d}:{whole % 60:02d}.{max(0, frame):02d}"


def with_people(rows: QuerySet[Note]) -> list[Note]:
    """Oldest first, and each person loaded once: hundreds of notes are by a handful of people. Up to three queries."""
    notes = list(rows.order_by("created_at"))
    named = {key for each in notes for key in (each.author_id, each.assignee_id, each.resolved_by_id) if key}
    people = User.objects.in_bulk(named) if named else {}
    guests = Guest.objects.in_bulk({each.guest_id for each in notes if each.guest_id})
    for each in notes:
        each.author = people.get(each.author_id) if each.author_id else None
        each.assignee = people.get(each.assignee_id) if each.assignee_id else None
        each.resolved_by = people.get(each.resolved_by_id) if each.resolved_by_id else None
        each.guest = guests.get(each.guest_id) if each.guest_id else None
    return notes


def cards_of(take: Take, *, internal: bool) -> list[NoteCard]:
    """All notes of a take whose asset is loaded, the newest first; up to three queries. `internal`: those too."""
    rows = Note.objects.filter(take=take)
    return build(with_people(rows if internal else rows.filter(is_internal=False)), take.asset.fps)


def build(rows: Iterable[Note], fps: float) -> list[NoteCard]:
    """Cards of the notes without a parent, the newest first. What was deleted and has no reply left is left out."""
    below: dict[UUID, list[NoteCard]] = defaultdict(list)
    tops: list[Note] = []
    for note in rows:
        if note.parent_id is None:
            tops.append(note)
        elif note.deleted_at is None:
            below[note.parent_id].append(NoteCard(note, (), fps))
    shown = [each for each in tops if each.deleted_at is None or below[each.pk]]
    return [NoteCard(each, below[each.pk], fps) for each in reversed(shown)]


def card_of(note: Note) -> NoteCard | None:
    """The card of the note, or of the one it replies to, as it is now; None where nothing of it is left."""
    root = note.parent_id or note.pk
    rows = with_people(Note.objects.filter(Q(pk=root) | Q(parent=root)))
    cards = build(rows, note.take.asset.fps)
    return cards[0] if cards else None


def rendered(card: NoteCard) -> str:
    return card.html


_kept: dict[tuple[object, ...], SafeString] = {}


def _fingerprint(note: Note) -> tuple[object, ...]:
    """All that a card shows of a note: whatever the template names must be in here."""
    return (
        note.pk,
        note.edited_at,
        note.deleted_at,
        note.resolved_at,
        str(note.author or note.guest or ""),
        str(note.assignee or ""),
        str(note.resolved_by or ""),
    )


def _card_html(card: NoteCard) -> SafeString:
    """Kept in the process, for a page has hundreds of cards and few of them have changed since it was last shown."""
    notes = [card.note, *(each.note for each in card.replies)]
    key = (get_language(), card.fps, *(_fingerprint(each) for each in notes))
    html = _kept.get(key)
    if html is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        html = _kept[key] = render_to_string("review/_note.html", {"note": card})
    return html
