"""Trims and speeds of a whole chain of turns, folded into one part of the original and one speed.

Every other effect treats all pictures alike, so it does not matter whether it comes before a trim or after it; the
times of a trim count on what the turns before it made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studio.engine.effects.entry import number
from studio.engine.errors import MediaRefused, gettext_noop
from studio.engine.plan import Plan, Step

LONGEST_RESULT = 600.0
SHORTEST_TRIM = 0.04
NOTHING_LEFT = gettext_noop("Nothing would be left: the clip is %(seconds).1f seconds long at this point.")
TOO_LONG = gettext_noop("The result would be %(seconds)d seconds long; at most %(limit)d can be made.")


@dataclass(frozen=True)
class Timeline:
    """The seconds of the original from `start` to `end`, played at `speed`."""

    start: float
    end: float
    speed: float = 1.0

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / self.speed

    def after(self, step: Step) -> "Timeline":
        if step.id == "trim":
            return self._trimmed(step)
        if step.id in {"slow", "fast"}:
            factor = number({"factor": 2.0, **step.params}, "factor")
            return Timeline(self.start, self.end, self.speed * (factor if step.id == "fast" else 1 / factor))
        return self

    def _trimmed(self, step: Step) -> "Timeline":
        start = number({"start": 0.0, **step.params}, "start")
        end = number({"end": self.seconds, **step.params}, "end")
        start = max(0.0, start + self.seconds if start < 0 else start)
        end = min(self.seconds, end + self.seconds if end < 0 else end)
        if end - start < SHORTEST_TRIM:
            raise MediaRefused("duration", NOTHING_LEFT, seconds=self.seconds)
        return Timeline(self.start + start * self.speed, self.start + end * self.speed, self.speed)


def fold(plans: Iterable[Plan], seconds: float) -> tuple[Timeline, list[Step]]:
    """Where in the original the result lies, and the other steps in the order of application.

    Raises MediaRefused where a trim leaves nothing or the result would be longer than ten minutes.
    """
    timeline, steps = Timeline(0.0, seconds), []
    for plan in plans:
        for step in plan.steps:
            timeline = timeline.after(step)
            steps.append(step)
    if timeline.seconds > max(LONGEST_RESULT, seconds):
        raise MediaRefused("duration", TOO_LONG, seconds=round(timeline.seconds), limit=round(LONGEST_RESULT))
    return timeline, simplified(steps)


def simplified(steps: Sequence[Step]) -> list[Step]:
    """Without what changes nothing: times (folded already), the second of two equal steps that are the same twice."""
    left: list[Step] = []
    for step in steps:
        if step.id in {"trim", "slow", "fast"} or (step.id in {"mute", "bw"} and step in left and _still(left, step)):
            continue
        left.append(step)
    return left


def _still(left: Sequence[Step], step: Step) -> bool:
    """Black and white stays so until something tints it."""
    return step.id == "mute" or (number({"k": 1.0, **step.params}, "k") >= 1 and left[-1] == step)
