"""Renders a chain of turns on its original clip: decode, one graph, encode once. Runs only inside a worker."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, Protocol

import av
import numpy as np

from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import TO_RGB, TO_YUV
from studio.engine.encoding import SOUND_RATE, Writer
from studio.engine.graph import AudioGraph, VideoGraph
from studio.engine.lettering import Lettering, letter
from studio.engine.pipeline import Ahead, Behind
from studio.engine.plan import Plan, Step
from studio.engine.reading import Source
from studio.engine.timeline import Timeline, fold

Report = Callable[[float], None]
SMOOTH_FROM = 0.9
BEGUN = 0.001  # the clip has been read through once


class Frames(Protocol):
    """Pictures at a constant rate and 48 kHz stereo sound, both counted from zero, however they come about."""

    width: int
    height: int
    fps: Fraction
    seconds: float
    has_sound: bool

    def __iter__(self) -> Iterator[av.VideoFrame | av.AudioFrame]: ...


def edit(job: dict[str, Any], report: Report) -> dict[str, Any]:
    """Operations `edit` and `continue`. job: "plans" (root first), "inputs" (the root's), "settings", "output".

    Raises MediaRefused for the clip, or where a trim leaves nothing of it.
    """
    plans = [Plan.from_json(plan) for plan in job["plans"]]
    path = next(given["path"] for given in job["inputs"] if given["role"] in {"source", "parent"})
    whole = Source(path)
    report(BEGUN)
    timeline, steps = fold(plans, whole.seconds)
    cut = timeline.start > 0 or timeline.end < whole.seconds
    source = Source(path, start=timeline.start, end=timeline.end) if cut else whole
    return write(source, Timeline(0.0, source.seconds, timeline.speed), steps, job["settings"], job["output"], report)


def apply(
    source: Frames, plans: Sequence[Plan], settings: dict[str, Any], output: str, report: Report
) -> dict[str, Any]:
    """The same for pictures that are drawn and not read: trims there throw drawn pictures away."""
    timeline, steps = fold(plans, source.seconds)
    return write(source, timeline, steps, settings, output, report)


def write(
    source: Frames, timeline: Timeline, steps: Sequence[Step], settings: dict[str, Any], output: str, report: Report
) -> dict[str, Any]:
    """Run the frames through the steps into a file. `report` hears how much of the result is there."""
    sound = source.has_sound and not any(step.id == "mute" for step in steps)
    writer = Writer(
        output,
        str(settings.get("format", "mp4")),
        int(settings.get("quality", 95)),
        source.width,
        source.height,
        source.fps,
        sound,
    )

    def encode(frame: av.VideoFrame | av.AudioFrame) -> None:
        if isinstance(frame, av.AudioFrame):
            writer.audio(frame)
            return
        writer.video(frame)
        report(writer.frames / pictures.count)

    with writer, Behind(encode) as behind:
        pictures = Pictures(source, timeline, steps, behind.give)
        sounds = Sounds(timeline, pictures.count, source.fps, behind.give) if sound else None
        for frame in Ahead(source):
            if isinstance(frame, av.VideoFrame):
                pictures.push(frame)
            elif sounds is not None:
                sounds.push(frame)
            if pictures.full and (sounds is None or sounds.full):
                break
        pictures.finish()
        if sounds is not None:
            sounds.finish()
    return writer.probe().as_json()


class Pictures:
    """The moving picture on its way: through the graph, to exactly as many frames as there shall be."""

    def __init__(
        self, source: Frames, timeline: Timeline, steps: Sequence[Step], give: Callable[[av.VideoFrame], None]
    ) -> None:
        self.count = max(1, round(timeline.seconds * source.fps))
        self.full = False
        self._size = (source.width, source.height)
        self._fps, self._timeline, self._steps = source.fps, timeline, steps
        self._give = give
        self._graph: VideoGraph | None = None
        self._made = 0
        self._last: av.VideoFrame | None = None

    def push(self, frame: av.VideoFrame) -> None:
        if self._graph is None:
            text, captions = graph_text(self._timeline, self._steps, self._fps, *self._size)
            self._graph = VideoGraph(frame, text, captions)
        self._take(self._graph.push(frame))

    def finish(self) -> None:
        """What the graph still holds; a last frame that it dropped is shown again."""
        if self._graph is not None:
            self._take(self._graph.push(None))
        while self._last is not None and not self.full:
            self._take(iter([self._last]))

    def _take(self, frames: Iterator[av.VideoFrame]) -> None:
        for frame in frames:
            if self.full:
                return
            self._last = frame
            self._give(frame)
            self._made += 1
            self.full = self._made >= self.count


class Sounds:
    """The sound on its way: as long as the picture to the sample."""

    def __init__(self, timeline: Timeline, count: int, fps: Fraction, give: Callable[[av.AudioFrame], None]) -> None:
        self.full = False
        self._timeline, self._give = timeline, give
        self._samples = round(count / fps * SOUND_RATE)
        self._graph: AudioGraph | None = None

    def push(self, frame: av.AudioFrame) -> None:
        if self._graph is None:
            self._graph = AudioGraph(frame, sound_text(self._timeline, self._samples))
        for made in self._graph.push(frame):
            self._give(made)
        self.full = self._graph.finished

    def finish(self) -> None:
        if self._graph is not None:
            for made in self._graph.push(None):
                self._give(made)


def sound_text(timeline: Timeline, samples: int) -> str:
    parts = []
    if timeline.start > 0:
        parts += [f"atrim=start_sample={round(timeline.start * SOUND_RATE)}", "asetpts=PTS-STARTPTS"]
    if timeline.speed != 1:
        effect = BY_ID["fast" if timeline.speed > 1 else "slow"]
        parts.append(effect.audio({"factor": max(timeline.speed, 1 / timeline.speed)}))
    return ",".join([*parts, f"apad=whole_len={samples}", f"atrim=end_sample={samples}"])


def graph_text(
    timeline: Timeline, steps: Sequence[Step], fps: Fraction, width: int, height: int
) -> tuple[str, dict[str, av.VideoFrame]]:
    """The filter text of the whole chain, and the captions that it lays over."""
    parts = time_filters(timeline, fps)
    captions: dict[str, av.VideoFrame] = {}
    letterings = lettered(steps, width, height)
    for number, step in enumerate(steps):
        effect = BY_ID[step.id]
        if drawn := letterings.get(number):
            name = f"caption{len(captions)}"
            captions[name] = av.VideoFrame.from_ndarray(np.asarray(drawn.image), format="rgba")
            parts += ["format=yuv420p[under];[under]" + f"[{name}]overlay={drawn.x}:{drawn.y}:eof_action=repeat"]
        elif text := effect.video(step.params):
            parts += [TO_RGB, text, TO_YUV] if effect.in_rgb else [text]
    text = ",".join([*parts, "format=yuv420p"]).replace(f"{TO_YUV},{TO_RGB},", "")
    return text, captions


def lettered(steps: Sequence[Step], width: int, height: int) -> dict[int, Lettering]:
    """The captions drawn, by their place among the steps; of several at one place the first stands highest."""
    written = [(number, step) for number, step in enumerate(steps) if step.id == "caption"]
    places = {number: str(step.params.get("position", "bottom")) for number, step in written}
    # A stack at the bottom grows upwards, so its last caption is set first.
    upwards = [item for item in reversed(written) if places[item[0]] == "bottom"]
    taken: dict[str, int] = {}
    drawn: dict[int, Lettering] = {}
    for number, step in [*upwards, *(item for item in written if places[item[0]] != "bottom")]:
        place = places[number]
        drawn[number] = letter(str(step.params["text"]), place, width, height, taken.get(place, 0))
        taken[place] = taken.get(place, 0) + drawn[number].rows
    return drawn


def time_filters(timeline: Timeline, fps: Fraction) -> list[str]:
    parts = []
    if timeline.start > 0:
        parts += [f"trim=start={timeline.start:.6f}", "setpts=PTS-STARTPTS"]
    if timeline.speed == 1:
        return parts
    parts.append(f"setpts=PTS/{timeline.speed:.9f}")
    if timeline.speed < SMOOTH_FROM:
        # Between two pictures of a slow motion stands their mixture, not the first one again: less judder.
        return [*parts, f"minterpolate=fps={fps}:mi_mode=blend"]
    return [*parts, f"fps={fps}:start_time=0"]
