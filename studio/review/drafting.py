"""The next turn as a person sees it before it is sent, and its sending."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio import engine
from studio.accounts.models import User
from studio.live.publishing import publish
from studio.media import addresses
from studio.media.asking import Unsuitable
from studio.media.disk import DiskFull
from studio.media.frames import frame_of
from studio.media.models import Asset
from studio.providers.catalogue import ModelSpec
from studio.review.models import Note, NoteTurn
from studio.review.next_turn import Prompt, place_in_words, prompt_of, time_in_words
from studio.threads.actions import ActionRefused, ensure_allowed, start_turn
from studio.threads.choosing import chosen, defaults, offered
from studio.threads.models import Operation, Take, Turn, TurnInput
from studio.threads.pricing import price_of
from studio.threads.reading import storable

WHOLE = "local"  # this provider's model changes a clip as a whole, and reads no times and places


@dataclass(frozen=True)
class Said:
    """A note in words: who, where, what."""

    name: str
    place: str
    text: str

    @classmethod
    def of(cls, note: Note) -> "Said":
        guest = note.guest.title if note.guest else _("Somebody who is gone")
        place = ", ".join(each for each in (time_in_words(note.start, note.end), place_in_words(note.drawing)) if each)
        name = note.author.display_name if note.author else guest
        return cls(name, place or _("the whole clip"), note.text or _("A drawing without words"))


@dataclass
class Draft:
    """`frame_at`: the moment whose picture can go along, in seconds; `with_frame`: it does."""

    take: Take
    notes: Sequence[Note]
    spec: ModelSpec
    prompt: str
    made: Prompt
    with_frame: bool = False
    token: UUID = field(default_factory=uuid4)
    error: str = ""

    @cached_property
    def frame_at(self) -> float | None:
        if not self.spec.references_with_video:
            return None
        return next((note.start for note in self.notes if note.start is not None), None)

    @property
    def chosen(self) -> list["Said"]:
        return [Said.of(note) for note in self.notes]

    @property
    def frame_src(self) -> str:
        """Shows that picture."""
        src = addresses.urls(self.take.asset)["src"]
        return f"{src}#t={self.frame_at:.2f}" if src and self.frame_at is not None else ""

    @property
    def models(self) -> list[ModelSpec]:
        return offered(self.take.turn.thread.team_id, Operation.CONTINUE)

    @property
    def is_whole(self) -> bool:
        return self.spec.provider == WHOLE

    @property
    def places_left_out(self) -> bool:
        return self.is_whole and any(note.start is not None for note in self.notes)

    @property
    def guests_will_read(self) -> bool:
        """What was hidden from guests would be in a prompt that a link shows them."""
        if not any(note.is_internal for note in self.notes):
            return False
        links = self.take.turn.thread.share_links.filter(shows_prompts=True, is_on=True, removed_at=None)
        return links.exclude(expires_at__lte=timezone.now()).exists()

    @property
    def prompt_most(self) -> int:
        return int(self.spec.prompt.max)

    @property
    def price(self) -> str:
        """What sending it costs; empty where it is free."""
        settings = defaults(self.take.turn.thread.team_id, self.spec, Operation.CONTINUE)
        asset = self.take.asset
        frame = [Asset(mime="image/jpeg", width=asset.width, height=asset.height)] if self.sends_frame else []
        found = price_of(self.spec, Operation.CONTINUE, settings, frame, asset)
        return "" if found.is_free else str(found)

    @property
    def sends_frame(self) -> bool:
        return self.with_frame and self.frame_at is not None


def notes_of(take: Take, wanted: Collection[UUID]) -> list[Note]:
    """Those of the take that can become a turn, in the order of their moments."""
    rows = Note.objects.filter(pk__in=wanted, take=take, parent=None, deleted_at=None)
    notes = [note for note in rows.select_related("author", "guest") if note.text or note.drawing]
    return sorted(notes, key=lambda note: (note.start is None, note.start or 0.0, note.created_at))


def draft_of(take: Take, notes: Sequence[Note], form: Mapping[str, Any]) -> Draft:
    """What is written anew follows the model; what a person has changed stays as it is.

    `form` may hold model, prompt and the one that was written for them (`was`), and frame.
    """
    spec = chosen(take.turn.thread.team_id, Operation.CONTINUE, form.get("model"), take)
    made = prompt_of(notes, int(spec.prompt.max), places=spec.provider != WHOLE)
    typed, was = plain(form.get("prompt", "")), plain(form.get("was", ""))
    prompt = typed if typed and typed != was else made.text
    return Draft(take, notes, spec, prompt, made, with_frame=form.get("frame") == "1")


def plain(text: str) -> str:
    """Browsers send line ends of their own."""
    return storable(text).replace("\r\n", "\n").strip()


def send(user: User, draft: Draft, token: UUID) -> Turn:
    """Starts the turn and writes down which notes it came from, in one transaction.

    The same token gives the same turn again. Raises PermissionDenied, or ActionRefused with a sentence.
    """
    inputs = [(TurnInput.Role.REFERENCE, _frame(user, draft))] if draft.sends_frame else []
    thread = draft.take.turn.thread
    ensure_allowed(user, draft.prompt, "thread", thread.pk)  # a transaction would take back what rules found
    with transaction.atomic():
        turn = start_turn(
            user,
            thread,
            token=token,
            prompt=draft.prompt,
            parent=draft.take,
            inputs=inputs,
            model=(draft.spec.provider, draft.spec.model),
        )
        NoteTurn.objects.bulk_create([NoteTurn(note=note, turn=turn) for note in draft.notes], ignore_conflicts=True)
        publish(thread.stream, "turn.changed", turn=str(turn.pk))
    return turn


def _frame(user: User, draft: Draft) -> Asset:
    try:
        return frame_of(draft.take.asset, draft.frame_at or 0.0, owner=user)
    except (Unsuitable, DiskFull) as error:
        raise ActionRefused(str(error)) from error
    except engine.MediaRefused as error:
        sentence = _("The picture could not be taken from the clip. Nothing was sent: leave it out and send again.")
        raise ActionRefused(sentence) from error
