"""How what is attached is used, where there are several ways and the model takes them.

Two photos are references, or the first and the last frame. A clip or a take is changed, or extended; a clip beside
photos may be a reference as well. What a model does not take is not offered, and not granted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from studio.media.models import Asset
from studio.providers.catalogue import ModelSpec
from studio.threads.choosing import named
from studio.threads.models import Operation, TurnInput

FIRST, LAST = str(TurnInput.Role.FIRST_FRAME), str(TurnInput.Role.LAST_FRAME)
REFERENCE, SOURCE = str(TurnInput.Role.REFERENCE), str(TurnInput.Role.SOURCE)
CHANGED = (Operation.EDIT, Operation.CONTINUE)


@dataclass(frozen=True)
class Ways:
    """`frames`: the second of two photos is the last frame. `extends`: what would be changed is extended instead.

    `clips`: clips beside photos are references like them.
    """

    frames: bool = False
    extends: bool = False
    clips: bool = False

    def roles(self, roles: Sequence[str]) -> list[str]:
        """The roles that attachments have by themselves, as they are wished."""
        if self.frames:
            return [FIRST, LAST]
        return [REFERENCE if self.clips and role == SOURCE else role for role in roles]


def granted(team: UUID, data: Mapping[str, Any], assets: Sequence[Asset]) -> Ways:
    """Of what a form wishes (its fields `photos` and `clip`), what the model that it names takes.

    Several clips beside photos can be nothing but references, so nobody has to say so.
    """
    spec = named(team, data.get("model"))
    if spec is None:
        return Ways()
    clips = sum(asset.is_video for asset in assets)
    beside = 0 < clips < len(assets)
    return Ways(
        frames=spec.last_frame and data.get("photos") == LAST and len(assets) == 2 and not clips,
        extends=spec.can(Operation.EXTEND) and data.get("clip") == Operation.EXTEND,
        clips=bool(spec.reference_clips) and beside and (data.get("clip") == REFERENCE or clips > 1),
    )


def refused(ways: Ways, data: Mapping[str, Any], assets: Sequence[Asset], operation: Operation) -> str:
    """Why a form's wish was not granted, as a sentence for people; empty where it was, or where nothing was wished."""
    clips = sum(asset.is_video for asset in assets)
    if data.get("photos") == LAST and len(assets) == 2 and not clips and not ways.frames:
        return _("The chosen model takes no last frame. Use the photos as references, or choose another model.")
    if data.get("clip") == Operation.EXTEND and operation in CHANGED and not ways.extends:
        return _("The chosen model extends no clips. Have it changed instead, or choose another model.")
    if data.get("clip") == REFERENCE and clips and not ways.clips:
        return _("A clip can be a reference beside a photo alone, and with a model that takes it.")
    return ""


def photo_ways(spec: ModelSpec, assets: Sequence[Asset]) -> list[tuple[str, str]]:
    """Values and words of the ways in which the photos can be used; empty where there is one alone."""
    if not assets or any(asset.is_video for asset in assets):
        return []
    if len(assets) == 1:
        return [(FIRST, _("first frame")), (REFERENCE, _("reference"))]
    if len(assets) == 2 and spec.last_frame:
        return [(LAST, _("first and last frame")), (REFERENCE, _("references"))]
    return []


def clip_ways(spec: ModelSpec, assets: Sequence[Asset], operation: Operation) -> list[tuple[str, str]]:
    """The same of the clip, or of the take that is built on."""
    clips = sum(asset.is_video for asset in assets)
    if not clips and operation not in (*CHANGED, Operation.EXTEND):
        return []
    ways = [(str(Operation.EDIT), _("change it"))] if clips < 2 else []
    if clips < 2 and spec.can(Operation.EXTEND):
        ways.append((str(Operation.EXTEND), _("extend it")))
    if 0 < clips < len(assets) and spec.reference_clips:
        ways.append((REFERENCE, _("use as a reference")))
    return ways if len(ways) > 1 else []
