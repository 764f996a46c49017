"""What a card is put together from: media that can be shown, takes, inputs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.media import addresses
from studio.media.models import Asset
from studio.threads.models import HeldBy, Take, TurnInput


def length_of(seconds: float) -> str:
    """0:10"""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


@dataclass(frozen=True)
class Media:
    """A video or photo that can be shown; an address is empty while the file is not made yet."""

    asset_id: UUID
    src: str
    poster: str
    strip: str
    frames: int
    wave: str
    fps: float
    duration: float
    width: int
    height: int
    has_sound: bool
    is_video: bool
    title: str

    @classmethod
    def of(cls, asset: Asset, person: User | None = None) -> "Media":
        """Prefetch `derived` where many are made. What is held back has addresses for a `person` who may look alone."""
        urls = addresses.urls(asset, person.pk if person else None)
        return cls(
            asset_id=asset.id,
            src=urls["src"],
            poster=urls["poster"],
            strip=urls["strip"],
            frames=urls["strip_frames"],
            wave=urls["wave"],
            fps=asset.fps,
            duration=asset.duration,
            width=asset.width,
            height=asset.height,
            has_sound=asset.has_sound,
            is_video=asset.is_video,
            title=asset.title,
        )

    @property
    def shape(self) -> str:
        return "portrait" if self.height > self.width else "landscape"

    @property
    def length(self) -> str:
        return length_of(self.duration)

    def data(self, more: dict[str, Any]) -> SafeString:
        """Data attributes for the player: one string, for a page has many of them."""
        known = {
            "src": self.src,
            "poster": self.poster,
            "strip": self.strip,
            "frames": self.frames,
            "fps": f"{self.fps:g}",
            "duration": f"{self.duration:g}",
            "width": self.width,
            "height": self.height,
        } | ({"wave": self.wave} if self.wave else {})
        return mark_safe("".join(f' data-{name}="{escape(value)}"' for name, value in (known | more).items()))  # noqa: S308


@dataclass(frozen=True)
class TakeCard:
    """`fork`: where takes of this turn lead to different branches, the newest turn that continues from this one.

    `look`: what the one who may look at a held take is shown on demand.
    """

    take: Take
    turn_number: int
    media: Media
    several: bool
    fork: UUID | None = None
    parent: UUID | None = None
    look: Media | None = None

    @property
    def id(self) -> UUID:
        return self.take.id

    @property
    def number(self) -> int:
        return self.take.number

    @property
    def name(self) -> str:
        return _("turn %(turn)d, take %(take)d") % {"turn": self.turn_number, "take": self.number}

    @property
    def label(self) -> str:
        return label_of(self.turn_number, self.number)

    @property
    def picked(self) -> bool:
        return self.take.picked_at is not None

    @property
    def is_held(self) -> bool:
        return self.take.asset.held

    @property
    def is_held_by_provider(self) -> bool:
        return self.take.held_by == HeldBy.PROVIDER

    @cached_property
    def url(self) -> str:
        return reverse("threads:take-detail", args=[self.take.id])

    @property
    def data(self) -> SafeString:
        """What scripts need to know of the tile."""
        return self.media.data(
            {"take": self.id, "number": self.number, "label": self.label, "before": self.parent or ""}
        )

    @property
    def is_held_with_origin(self) -> bool:
        return self.take.held_by == HeldBy.ORIGIN

    @property
    def held_label(self) -> str:
        return _("%(take)s · held back") % {"take": self.label}

    @property
    def look_data(self) -> SafeString:
        """The same of a held take, for the one who may look: without its id, for nothing can be done with it."""
        if self.look is None:
            return SafeString()
        return self.look.data({"held": self.id, "label": self.held_label, "before": self.parent or ""})

    def look_for_stage(self) -> dict[str, Any] | None:
        return stage_of(self.look, "", self.held_label) if self.look else None

    def for_stage(self) -> dict[str, Any]:
        """What the player needs, by the names of the `take:selected` event."""
        return stage_of(self.media, str(self.id), self.label) | {
            "address": reverse("threads:take-address", args=[self.id])
        }


def label_of(turn: int, take: int) -> str:
    return _("Turn %(turn)d · take %(take)d") % {"turn": turn, "take": take}


def stage_of(media: Media, key: str, label: str) -> dict[str, Any]:
    return {
        "id": key,
        "src": media.src,
        "poster": media.poster,
        "strip": media.strip,
        "frames": media.frames,
        "wave": media.wave,
        "fps": media.fps,
        "duration": media.duration,
        "label": label,
        "width": media.width,
        "height": media.height,
        "address": "",
    }


@dataclass(frozen=True)
class Applied:
    label: str
    value: str


@dataclass(frozen=True)
class Alternative:
    """Another model for the same words; `url` opens the composer with both, and sends nothing."""

    label: str
    price: str
    url: str


@dataclass(frozen=True)
class InputCard:
    role: str
    media: Media

    @property
    def word(self) -> str:
        return str(TurnInput.Role(self.role).label)

    @property
    def data(self) -> SafeString:
        return self.media.data({"label": self.media.title or self.word})


def take_card(take: Take) -> TakeCard:
    """One take alone, for the composer's parent; `turn`, `asset` and the asset's `derived` should be loaded."""
    return TakeCard(take, take.turn.number, Media.of(take.asset), several=False)
