"""The socket of the queue: ws/moderation/."""

from studio.accounts.models import User
from studio.live.consumer import StreamConsumer
from studio.moderation.access import PERMISSION
from studio.moderation.news import STREAM


class ModerationConsumer(StreamConsumer):
    async def stream_names(self) -> list[str]:
        """The row is read anew: permissions that were asked once are remembered on the object."""
        known = self.scope.get("user")
        user = await User.objects.filter(pk=known.pk).afirst() if isinstance(known, User) else None
        return [STREAM, user.stream] if user is not None and await user.ahas_perm(PERMISSION) else []
