"""An asset as the browser's scripts see it."""

from typing import Any

from django.urls import reverse

from studio.media.addresses import urls
from studio.media.limits import upload_limits
from studio.media.models import Asset


def summary(asset: Asset, max_seconds: float = 0) -> dict[str, Any]:
    """`max_seconds` is what the model takes; a longer clip needs a trim. `title` is text, not markup."""
    return {
        "id": str(asset.id),
        "kind": asset.kind,
        "status": asset.status,
        "refusal": asset.refusal,
        "title": asset.title,
        "mime": asset.mime,
        "width": asset.width,
        "height": asset.height,
        "duration": round(asset.duration, 3),
        "has_sound": asset.has_sound,
        "hdr": bool(asset.probe.get("hdr", False)),
        "progress": asset.progress,
        "playable": asset.browser_playable,
        "needs_trim": bool(max_seconds and asset.duration > max_seconds + 0.05),
        "detail": reverse("media:asset-detail", args=[asset.id]),
        "trim": reverse("media:asset-trim", args=[asset.id]),
        "limits": upload_limits(),
        **urls(asset),
    }
