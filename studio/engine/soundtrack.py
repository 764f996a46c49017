"""The sound of a chain of turns: its own, its effects, what is mixed under it, and a limiter. Runs only in a worker.

Sound effects treat every moment alike, so they follow trims and speeds, whatever turn asked for either.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Protocol

import av
import numpy as np

from studio.engine.beds import pieces
from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import Stage, strength
from studio.engine.effects.sound import TARGET
from studio.engine.encoding import SOUND_RATE
from studio.engine.graph import AudioGraph
from studio.engine.plan import Step
from studio.engine.timeline import Placed, Timeline, placed

PLAIN = "aformat=sample_fmts=fltp:channel_layouts=stereo"
LIMITER = "alimiter=limit=0.89:attack=5:release=60:level=0:latency=1"
SILENCE = -70.0
"""What is quieter than this many LUFS is silence, and stays so."""
MOST_GAIN = 40.0
CLOSE_ENOUGH = 0.2
UNDER = 0.4
"""How loud a bed is under a clip's own sound, against alone."""
END = 0.7


class Frames(Protocol):
    """Pictures at a constant rate and 48 kHz stereo sound, both counted from zero, however they come about."""

    width: int
    height: int
    fps: Fraction
    seconds: float
    has_sound: bool

    def __iter__(self) -> Iterator[av.VideoFrame | av.AudioFrame]: ...

    def sounds(self) -> Iterator[av.AudioFrame]:
        """The sound alone."""
        ...


class Hushed:
    """Frames with silence in place of their sound, for beds to be laid on."""

    def __init__(self, source: Frames) -> None:
        self.width, self.height, self.fps, self.seconds = source.width, source.height, source.fps, source.seconds
        self.has_sound = True
        self._source = source

    def __iter__(self) -> Iterator[av.VideoFrame | av.AudioFrame]:
        silence = self.sounds()
        for frame in self._source:
            if isinstance(frame, av.VideoFrame):
                yield frame
                yield from (piece for piece in (next(silence, None),) if piece is not None)
        yield from silence

    def sounds(self) -> Iterator[av.AudioFrame]:
        left, at = round(self.seconds * SOUND_RATE), 0
        step = round(SOUND_RATE / self.fps)
        while at < left:
            yield sound_frame(np.zeros((2, min(step, left - at)), np.float32), at)
            at += step


def audible(steps: Sequence[Step]) -> list[Step]:
    """The sound effects after the last mute."""
    sound = [step for step in steps if BY_ID[step.id].stage == Stage.SOUND]
    mutes = [place for place, step in enumerate(sound) if step.id == "mute"]
    return sound[mutes[-1] + 1 :] if mutes else sound


def voiced(source: Frames, steps: Sequence[Step]) -> tuple[Frames, bool]:
    """The source as its sound shall be, and whether there shall be any."""
    muted = any(step.id == "mute" for step in steps)
    if any(BY_ID[step.id].bed for step in audible(steps)) and (muted or not source.has_sound):
        return Hushed(source), True
    return source, source.has_sound and not muted


class Link(Protocol):
    """One piece of the way: sound in (None ends it), sound out."""

    finished: bool

    def push(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]: ...


class Filtered:
    """Filters, made when the first sound comes."""

    def __init__(self, text: str) -> None:
        self.finished = False
        self._text = text
        self._graph: AudioGraph | None = None

    def push(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        if self._graph is None and frame is not None:
            self._graph = AudioGraph(frame, f"{self._text},{PLAIN}")
        if self._graph is not None:
            yield from self._graph.push(frame)
            self.finished = self._graph.finished


class Bed:
    """Mixes a sound made from nothing under what comes, and fades it at the end of `samples`."""

    def __init__(self, name: str, level: float, samples: int) -> None:
        self.finished = False
        self._pieces = pieces(name)
        self._level, self._samples = level, samples
        self._ready = np.zeros((2, 0), np.float32)
        self._at = 0

    def push(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        if frame is None:
            return
        own = frame.to_ndarray()
        while self._ready.shape[1] < own.shape[1]:
            self._ready = np.concatenate([self._ready, next(self._pieces)], axis=1)
        under, self._ready = self._ready[:, : own.shape[1]], self._ready[:, own.shape[1] :]
        left = (self._samples - self._at - np.arange(own.shape[1], dtype=np.float32)) / (END * SOUND_RATE)
        mixed = own + under * (self._level * np.clip(left, 0, 1))
        yield sound_frame(mixed.astype(np.float32), self._at)
        self._at += own.shape[1]


class Faded:
    """Sound that goes with the light of a fade."""

    def __init__(self, step: Placed) -> None:
        self.finished = False
        self._step = step
        self._at = 0

    def push(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        if frame is None:
            return
        samples = frame.to_ndarray()
        end = self._at + samples.shape[1]
        ramp = np.linspace(self._gain(self._at), self._gain(end), samples.shape[1], dtype=np.float32)
        yield sound_frame(samples * ramp, self._at)
        self._at = end

    def _gain(self, at: int) -> float:
        step, light = self._step, BY_ID[self._step.id].light
        return light(step.params, step.clock.at(at / SOUND_RATE), step.length) if light else 1.0


class Sounds:
    """The sound on its way: through its links, as long as the picture to the sample."""

    def __init__(
        self,
        source: Frames,
        timeline: Timeline,
        steps: Sequence[Step],
        count: int,
        fps: Fraction,
        give: Callable[[av.AudioFrame], None],
    ) -> None:
        self._give = give
        samples = round(count / fps * SOUND_RATE)
        wanted = audible(steps)
        alone = isinstance(source, Hushed)
        self._links = links(source, timeline, wanted, samples, alone)
        self._links += [Faded(placed(step, timeline.seconds)) for step in steps if BY_ID[step.id].light]
        limiter = [LIMITER] if any(step.id != "mute" for step in wanted) else []
        self._links.append(Filtered(",".join([*limiter, f"atrim=end_sample={samples}"])))

    @property
    def full(self) -> bool:
        return self._links[-1].finished

    def push(self, frame: av.AudioFrame) -> None:
        for made in through(self._links, frame):
            self._give(made)

    def finish(self) -> None:
        for made in ended(self._links):
            self._give(made)


def links(source: Frames, timeline: Timeline, steps: Sequence[Step], samples: int, alone: bool) -> list[Link]:
    """The way of the sound through the steps. Where it shall have a loudness, it is heard through once before."""
    made: list[Link] = [Filtered(sound_text(timeline, samples))]
    under = False
    for place, step in enumerate(steps):
        entry = BY_ID[step.id]
        if step.id == "normalise":

            def before(steps: Sequence[Step] = steps[:place]) -> list[Link]:
                return links(source, timeline, steps, samples, alone)

            made.append(Filtered(levelled(source, before)))
        elif entry.bed:
            quiet = under or not alone
            made.append(Bed(entry.bed, strength(step.params) * (UNDER if quiet else 1.0), samples))
            under = True
        else:
            made.append(Filtered(entry.audio(step.params)))
    return made


def levelled(source: Frames, before: Callable[[], list[Link]]) -> str:
    """The gain that makes -14 LUFS of what comes. The limiter takes some of it back, so the result is measured too."""
    gain, heard = 0.0, loudness(before(), source.sounds())
    if heard <= SILENCE:
        return "volume=0dB"
    for _ in range(4):
        gain = min(MOST_GAIN, max(-MOST_GAIN, gain + TARGET - heard))
        text = f"volume={gain:.2f}dB,{LIMITER}"
        heard = loudness([*before(), Filtered(text)], source.sounds())
        if abs(heard - TARGET) < CLOSE_ENOUGH:
            break
    return text


def loudness(way: list[Link], sound: Iterator[av.AudioFrame]) -> float:
    """Integrated loudness in LUFS, as EBU R 128 measures it."""
    found = SILENCE
    way = [*way, Measured()]
    for frame in sound:
        for made in through(way, frame):
            found = _said(made, found)
        if way[0].finished:
            break
    for made in ended(way):
        found = _said(made, found)
    return found


class Measured:
    """A meter at the end of a way."""

    def __init__(self) -> None:
        self.finished = False
        self._graph: AudioGraph | None = None

    def push(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        if self._graph is None and frame is not None:
            self._graph = AudioGraph(frame, "ebur128=metadata=1")
        if self._graph is not None:
            yield from self._graph.push(frame)


def _said(frame: av.AudioFrame, before: float) -> float:
    metadata: dict[str, Any] = frame.metadata
    return float(metadata.get("lavfi.r128.I", before))


def through(way: Sequence[Link], frame: av.AudioFrame) -> Iterator[av.AudioFrame]:
    """One piece of sound along the whole way."""
    if not way:
        yield frame
        return
    for made in way[0].push(frame):
        yield from through(way[1:], made)


def ended(way: Sequence[Link]) -> Iterator[av.AudioFrame]:
    """What all of the way still holds."""
    for place, link in enumerate(way):
        for made in link.push(None):
            yield from through(way[place + 1 :], made)


def sound_text(timeline: Timeline, samples: int) -> str:
    parts = []
    if timeline.start > 0:
        parts += [f"atrim=start_sample={round(timeline.start * SOUND_RATE)}", "asetpts=PTS-STARTPTS"]
    if timeline.speed != 1:
        effect = BY_ID["fast" if timeline.speed > 1 else "slow"]
        parts.append(effect.audio({"factor": max(timeline.speed, 1 / timeline.speed)}))
    return ",".join([*parts, f"apad=whole_len={samples}", f"atrim=end_sample={samples}"])


def sound_frame(samples: np.ndarray, at: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, at, Fraction(1, SOUND_RATE)
    return frame
