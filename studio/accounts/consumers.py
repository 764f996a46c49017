"""The socket of a person's own pages: what concerns them, and the libraries of their teams."""

from studio.accounts.models import Membership, User
from studio.live.consumer import StreamConsumer


class PersonConsumer(StreamConsumer):
    async def stream_names(self) -> list[str]:
        user = self.scope.get("user")
        if not isinstance(user, User) or not user.pk:
            return []
        teams = Membership.objects.filter(user_id=user.pk).order_by("id").values_list("team_id", flat=True)
        return [user.stream, *[f"team-{team}" async for team in teams]]
