"""The socket of a thread: ws/threads/<uuid>/."""

from studio.accounts.models import User
from studio.live.consumer import StreamConsumer
from studio.threads.models import Thread


class ThreadConsumer(StreamConsumer):
    """Carries the thread's stream to whoever may see it, and their own. Strangers are closed with 4404."""

    async def stream_names(self) -> list[str]:
        user = self.scope.get("user")
        thread_id = self.scope["url_route"]["kwargs"]["thread_id"]
        if not isinstance(user, User):
            return []
        seen = await Thread.objects.visible_to(user).filter(pk=thread_id).aexists()
        return [f"thread-{thread_id}", user.stream] if seen else []
