"""Trims, speeds, loops and turns of a whole chain, folded into pieces of the original and one speed.

Most effects treat all pictures alike, so it does not matter whether they come before a trim or after it. Those that
follow the clock (a zoom, a fade) are placed: they keep the clock of their turn, however its moments are played later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import Stage, number
from studio.engine.errors import MediaRefused, gettext_noop
from studio.engine.plan import Plan, Step

LONGEST_RESULT = 600.0
SHORTEST_TRIM = 0.04
MOST_PIECES = 2000
NOTHING_LEFT = gettext_noop("Nothing would be left: the clip is %(seconds).1f seconds long at this point.")
TOO_LONG = gettext_noop("The result would be %(seconds)d seconds long; at most %(limit)d can be made.")
TIMES = frozenset(("trim", "slow", "fast", "reverse", "boomerang", "loop", "freeze", "smooth"))
TWICE_IS_NOTHING = frozenset(("mirror", "flip-v", "negative"))


@dataclass(frozen=True)
class Piece:
    """Seconds of the original from `start` to `end`: backwards where `end` is smaller, standing still for `hold`."""

    start: float
    end: float
    hold: float = 0.0

    @property
    def seconds(self) -> float:
        return self.hold or abs(self.end - self.start)

    def backwards(self) -> "Piece":
        return Piece(self.end, self.start, self.hold)

    def at(self, seconds: float) -> float:
        if self.hold:
            return self.start
        return self.start + (seconds if self.end >= self.start else -seconds)

    def part(self, start: float, end: float) -> "Piece":
        if self.hold:
            return replace(self, hold=end - start)
        return Piece(self.at(start), self.at(end))


@dataclass(frozen=True)
class Timeline:
    """The seconds of the original from `start` to `end`, played at `speed`; or its `pieces`, one after the other.

    `fps` is the rate to play it at, where that is not the original's.
    """

    start: float
    end: float
    speed: float = 1.0
    pieces: tuple[Piece, ...] = ()
    fps: Fraction | None = None

    @property
    def played(self) -> tuple[Piece, ...]:
        return self.pieces or (Piece(self.start, self.end),)

    @property
    def seconds(self) -> float:
        return sum(piece.seconds for piece in self.played) / self.speed

    def at(self, seconds: float) -> float:
        """The moment of the original that is shown at `seconds`."""
        left = seconds * self.speed
        for piece in self.played:
            if left < piece.seconds:
                break
            left -= piece.seconds
        else:
            left += piece.seconds
        return piece.at(min(left, piece.seconds))

    def after(self, step: Step) -> "Timeline":
        if step.id == "trim":
            return self._trimmed(step)
        if step.id in {"slow", "fast"}:
            factor = number({"factor": 2.0, **step.params}, "factor")
            return replace(self, speed=self.speed * (factor if step.id == "fast" else 1 / factor))
        if step.id == "smooth":
            return replace(self, fps=Fraction(number({"fps": 60.0, **step.params}, "fps")).limit_denominator(1001))
        if step.id in TIMES:
            return self._replayed(step)
        return self

    def _replayed(self, step: Step) -> "Timeline":
        back = tuple(piece.backwards() for piece in reversed(self.played))
        if step.id == "reverse":
            return self._of(back)
        if step.id == "boomerang":
            return self._of(self.played + back)
        if step.id == "freeze":
            last, hold = self.played[-1].end, number({"seconds": 2.0, **step.params}, "seconds")
            return self._of((*self.played, Piece(last, last, hold * self.speed)))
        plays = round(number({"plays": 2.0, **step.params}, "plays"))
        if len(self.played) * plays > MOST_PIECES:
            raise MediaRefused("duration", TOO_LONG, seconds=round(self.seconds * plays), limit=round(LONGEST_RESULT))
        return self._of(self.played * plays)

    def _trimmed(self, step: Step) -> "Timeline":
        start = number({"start": 0.0, **step.params}, "start")
        end = number({"end": self.seconds, **step.params}, "end")
        start = max(0.0, start + self.seconds if start < 0 else start)
        end = min(self.seconds, end + self.seconds if end < 0 else end)
        if end - start < SHORTEST_TRIM:
            raise MediaRefused("duration", NOTHING_LEFT, seconds=self.seconds)
        left: list[Piece] = []
        begun = 0.0
        for piece in self.played:
            first = max(0.0, start * self.speed - begun)
            last = min(piece.seconds, end * self.speed - begun)
            if last - first > 0.001:
                left.append(piece.part(first, last))
            begun += piece.seconds
        return self._of(tuple(left))

    def _of(self, pieces: tuple[Piece, ...]) -> "Timeline":
        """One piece that runs forwards needs no list."""
        first = pieces[0]
        if len(pieces) == 1 and first.end > first.start:
            return Timeline(first.start, first.end, self.speed, fps=self.fps)
        moments = [moment for piece in pieces for moment in (piece.start, piece.end)]
        return Timeline(min(moments), max(moments), self.speed, pieces, self.fps)


@dataclass(frozen=True)
class Placed(Step):
    """A step that follows the clock, the clock that it follows, and how long the clip was when it was asked for."""

    clock: Timeline = field(default_factory=lambda: Timeline(0.0, 0.0))
    length: float = 0.0


def placed(step: Step, seconds: float) -> Placed:
    """A step with its own clock; one without any follows that of the result."""
    return step if isinstance(step, Placed) else Placed(step.id, step.params, Timeline(0.0, seconds), seconds)


def fold(plans: Iterable[Plan], seconds: float) -> tuple[Timeline, list[Step]]:
    """Where in the original the result lies, and the other steps in the order of application.

    Raises MediaRefused where a trim leaves nothing or the result would be longer than ten minutes.
    """
    timeline = Timeline(0.0, seconds)
    steps: list[Step] = []
    for plan in plans:
        for step in plan.steps:
            if step.id in TIMES:
                timeline = timeline.after(step)
                steps = [_later(other, step) for other in steps]
            else:
                steps.append(placed(step, timeline.seconds) if BY_ID[step.id].timed else step)
    if timeline.seconds > max(LONGEST_RESULT, seconds):
        raise MediaRefused("duration", TOO_LONG, seconds=round(timeline.seconds), limit=round(LONGEST_RESULT))
    return timeline, simplified(steps)


def _later(step: Step, change: Step) -> Step:
    return replace(step, clock=step.clock.after(change)) if isinstance(step, Placed) else step


def simplified(steps: Sequence[Step]) -> list[Step]:
    """Without what changes nothing: times (folded already), the second of two equal steps that are the same twice, and
    both of two that undo each other."""
    left: list[Step] = []
    for step in steps:
        if BY_ID[step.id].bed and _laid_anew(left, step):
            continue
        if step.id in TIMES or (step.id in {"mute", "bw"} and step in left and _still(left, step)):
            continue
        before = left[-1].id if left else ""
        if step.id in TWICE_IS_NOTHING and before == step.id:
            left.pop()
        elif step.id == "rotate" and before == "rotate":
            left[-1:] = _turned_on(left[-1], step)
        elif step.id != "letterbox" or before != step.id:
            # A loudness that a later turn sets anew need not be measured, and what is steady is not held still again.
            left = [other for other in left if other.id != step.id or step.id not in {"normalise", "stabilise"}]
            left.append(step)
    return left


def _laid_anew(left: list[Step], step: Step) -> bool:
    """A sound that lies under the clip already gets another strength where it lies; without any it is taken away."""
    silenced = max((place for place, other in enumerate(left) if other.id == "mute"), default=-1)
    at = next((place for place, other in enumerate(left) if place > silenced and other.id == step.id), None)
    gone = number({"k": 1.0, **step.params}, "k") == 0
    if at is not None:
        left[at : at + 1] = [] if gone else [step]
    return gone or at is not None


def beds_of(plans: Iterable[Plan]) -> list[str]:
    """The sounds that these turns laid under the clip and did not mute or take away: a later turn still can."""
    sound = simplified([step for plan in plans for step in plan.steps if BY_ID[step.id].stage == Stage.SOUND])
    mutes = [place for place, step in enumerate(sound) if step.id == "mute"]
    return [step.id for step in sound[mutes[-1] + 1 if mutes else 0 :] if BY_ID[step.id].bed]


def _turned_on(first: Step, second: Step) -> list[Step]:
    """Quarter turns add up; others do not, as each fills the frame anew."""
    degrees = [number({"degrees": 90.0, **step.params}, "degrees") for step in (first, second)]
    if any(turn % 90 for turn in degrees):
        return [first, second]
    total = sum(degrees) % 360
    return [Step("rotate", {"degrees": total})] if total else []


def _still(left: Sequence[Step], step: Step) -> bool:
    """Black and white stays so until something tints it, silence until a sound is laid on it."""
    if step.id == "mute":
        heard = [other for other in left if BY_ID[other.id].stage == Stage.SOUND]
        return heard[-1].id == "mute"
    return number({"k": 1.0, **step.params}, "k") >= 1 and left[-1] == step
