"""What the composer says before anything is sent: what is cut off, what does not fit, and what cannot be fetched."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from studio.media.models import Asset
from studio.providers.catalogue import ModelSpec
from studio.threads import hooks
from studio.threads.actions.checking import ROUNDING
from studio.threads.models import Operation


def about_length(spec: ModelSpec, operation: Operation, assets: Sequence[Asset], parent: Asset | None) -> str:
    """Of a clip or take that is longer than the model takes for this; empty where it fits.

    A take that is continued by its file is cut where it is handed over; what a person attached, the person trims.
    """
    clip = next((asset for asset in assets if asset.is_video), None)
    found, most = clip or parent, spec.source(operation).max
    if found is None or operation == Operation.REFERENCE or found.duration <= most + ROUNDING:
        return ""
    words = {"model": spec.label, "most": f"{most:g}"}
    if operation == Operation.EXTEND:
        return _("It is longer than the %(most)s s that %(model)s extends.") % words
    if clip is not None:
        longer = _("It is longer than the %(most)s s that %(model)s changes: trim it first.") % words
        return _("%(longer)s Extended it can be as it is.") % {"longer": longer} if _extends(spec, clip) else longer
    if operation == Operation.CONTINUE and spec.chains == "file":
        return _("%(model)s changes up to %(most)s s: only that much of the take is sent.") % words
    return ""


def without_address(spec: ModelSpec, operation: Operation, assets: Sequence[Asset], parent: Asset | None) -> list[str]:
    """What becomes of files that the vendor would fetch from us, where it cannot reach us. Message ids."""
    if not spec.without_address or hooks.has_address():
        return []
    sends_take = parent is not None and operation in (Operation.CONTINUE, Operation.EXTEND)
    sent = {
        "clips": sends_take or any(asset.is_video for asset in assets),
        "photos": any(not asset.is_video for asset in assets),
    }
    return [words for kind, words in spec.without_address.items() if sent[kind]]


def _extends(spec: ModelSpec, clip: Asset) -> bool:
    return spec.extend is not None and clip.duration <= spec.extend.source_seconds.max + ROUNDING
