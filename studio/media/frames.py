"""One picture of a clip as a photo of its own, to go along with a turn."""

from django.utils.translation import gettext as _

from studio import engine
from studio.accounts.models import User
from studio.media import storage, store
from studio.media.asking import Unsuitable
from studio.media.disk import ensure_room
from studio.media.models import Asset, AssetStatus, Kind

LAST = 0.05  # s before the end: there is a picture still


def frame_of(clip: Asset, at: float, *, owner: User) -> Asset:
    """The picture at `at` seconds, ready at once. The same one asked for twice is one file.

    Raises Unsuitable, engine.MediaRefused or DiskFull.
    """
    if not clip.is_video or not clip.file or clip.held:
        raise Unsuitable(_("There is no picture to take from this clip."))
    asked = {"frame": round(min(max(0.0, at), max(0.0, clip.duration - LAST)), 2)}
    made = Asset.objects.filter(origin=clip, kind=Kind.REFERENCE, asked=asked, trashed_at=None, purged_at=None)
    if known := made.first():
        return known
    ensure_room()
    with storage.workspace() as folder, storage.local_path(clip.file) as source:
        picture = folder / "frame.jpg"
        engine.poster(source, picture, at=asked["frame"], width=max(clip.width, 1))
        prepared = store.prepare(picture, folder)
        title = _("Picture at %(seconds)s s") % {"seconds": f"{asked['frame']:g}"}
        frame = Asset(
            team_id=clip.team_id, owner=owner, origin=clip, status=AssetStatus.READY, title=title, asked=asked
        )
        return store.keep(frame, prepared)
