"""The picture that stands for a thread where none of its own turns has one to show."""

from studio.threads.models import Take, Thread


def choose_poster(thread: Thread) -> None:
    """The newest take that everybody of the team may see."""
    shown = Take.objects.filter(turn__thread=thread, turn__trashed_at=None, trashed_at=None, asset__held=False)
    Thread.objects.filter(pk=thread.pk).update(poster=shown.order_by("-turn__number", "number").values("asset")[:1])
