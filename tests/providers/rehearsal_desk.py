"""A rehearsal, one who asks it, and a clock that only a test moves."""

import time

from studio.providers.base import Asked, JobRequest, JobState, JobUpdate
from studio.providers.rehearsal import RehearsalProvider


class Clock:
    """A provider's clock that only a test moves."""

    def __init__(self) -> None:
        self.time = float(int(time.time()))

    def __call__(self) -> float:
        return self.time


class Desk:
    """A rehearsal, and one who asks it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.provider = RehearsalProvider(self.clock)

    def after(self, seconds: float, reference: str) -> JobUpdate:
        """News of it, so many seconds later; asked of a process that was started only now."""
        self.clock.time += seconds
        self.provider = RehearsalProvider(self.clock)
        (update,) = self.provider.fetch([Asked(reference, "rehearsal-1")], "")
        return update

    def sent(self, request: JobRequest) -> str:
        submission = self.provider.submit(request, "")
        assert submission.state == JobState.RUNNING
        return submission.reference
