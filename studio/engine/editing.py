"""Renders a chain of turns on its original clip: decode, one graph, encode once. Runs only inside a worker."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from typing import Any

import av
import numpy as np

from studio.engine.assembling import Assembled, Divisible
from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import TO_RGB, TO_YUV, Stage
from studio.engine.encoding import Writer
from studio.engine.lettering import Lettering, letter
from studio.engine.line import Filtered, Line, Link
from studio.engine.moving import Moving
from studio.engine.painters import PAINTERS, Painted
from studio.engine.pipeline import Ahead, Behind, Beside
from studio.engine.plan import Plan, Step
from studio.engine.reading import Source
from studio.engine.soundtrack import Frames, Sounds, voiced
from studio.engine.steadying import Steady
from studio.engine.timeline import Timeline, fold, placed

Report = Callable[[float], None]
SMOOTH_FROM = 0.9
SHORT_RUN = 2
STEADY = "stabilise"
BEGUN = 0.001  # the clip has been read through once


def edit(job: dict[str, Any], report: Report) -> dict[str, Any]:
    """Operations `edit` and `continue`. job: "plans" (root first), "inputs" (the root's), "settings", "output".

    Raises MediaRefused for the clip, or where a trim leaves nothing of it.
    """
    plans = [Plan.from_json(plan) for plan in job["plans"]]
    path = next(given["path"] for given in job["inputs"] if given["role"] in {"source", "parent"})
    whole = Source(path)
    report(BEGUN)
    timeline, steps = fold(plans, whole.seconds)
    if timeline.pieces:
        return _assembled(whole, timeline, steps, job["settings"], job["output"], report)
    cut = timeline.start > 0 or timeline.end < whole.seconds
    source = Source(path, start=timeline.start, end=timeline.end) if cut else whole
    rest = Timeline(0.0, source.seconds, timeline.speed, fps=timeline.fps)
    return write(source, rest, steps, job["settings"], job["output"], report)


def apply(
    source: Divisible, plans: Sequence[Plan], settings: dict[str, Any], output: str, report: Report
) -> dict[str, Any]:
    """The same for pictures that are drawn and not read: trims there throw drawn pictures away."""
    timeline, steps = fold(plans, source.seconds)
    if timeline.pieces:
        return _assembled(source, timeline, steps, settings, output, report)
    return write(source, timeline, steps, settings, output, report)


def _assembled(
    source: Divisible,
    timeline: Timeline,
    steps: Sequence[Step],
    settings: dict[str, Any],
    output: str,
    report: Report,
) -> dict[str, Any]:
    frames = Assembled(source, timeline.pieces)
    return write(
        frames, Timeline(0.0, frames.seconds, timeline.speed, fps=timeline.fps), steps, settings, output, report
    )


def write(
    source: Frames, timeline: Timeline, steps: Sequence[Step], settings: dict[str, Any], output: str, report: Report
) -> dict[str, Any]:
    """Run the frames through the steps into a file. `report` hears how much of the result is there.

    settings: format, quality, and `keep`, where a mezzanine is written besides (see mezzanine.py).
    """
    source, sound = voiced(source, steps)
    fps = timeline.fps or source.fps
    size = size_after(steps, source.width, source.height)
    keep = settings.get("keep")
    writers = [Writer(output, str(settings.get("format", "mp4")), int(settings.get("quality", 95)), *size, fps, sound)]
    writers += [Writer(str(keep), "mezzanine", 99, *size, fps, sound)] if keep else []

    def encode(frame: av.VideoFrame) -> None:
        for each in writers:
            each.video(frame)
        report(writers[0].frames / pictures.count)

    def voice(frame: av.AudioFrame) -> None:
        for each in writers:
            each.audio(frame)

    with ExitStack() as files, Behind(encode) as seen, Behind(voice) as heard:
        for each in writers:
            files.enter_context(each)
        pictures = Pictures(source, timeline, steps, seen.give)
        sounds = Sounds(source, timeline, steps, pictures.count, fps, heard.give) if sound else None
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
    return writers[0].probe().as_json()


class Pictures:
    """The moving picture on its way: along its line, to exactly as many frames as there shall be."""

    def __init__(
        self, source: Frames, timeline: Timeline, steps: Sequence[Step], give: Callable[[av.VideoFrame], None]
    ) -> None:
        self.count = max(1, round(timeline.seconds * (timeline.fps or source.fps)))
        self.full = False
        self._line = line(timeline, steps, source.fps, source.width, source.height)
        self._give = give
        self._made = 0
        self._last: av.VideoFrame | None = None

    def push(self, frame: av.VideoFrame) -> None:
        self._take(self._line.push(frame))

    def finish(self) -> None:
        """What the line still holds; a last frame that it dropped is shown again."""
        self._take(self._line.push(None))
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


def line(timeline: Timeline, steps: Sequence[Step], fps: Fraction, width: int, height: int) -> Line:
    """The whole chain: filters in as few graphs as possible, between them what follows the clock or is painted."""
    pictured = [step for step in steps if BY_ID[step.id].stage != Stage.SOUND]
    letterings = lettered(pictured, width, height)
    links: list[Link] = []
    begun, rest = 0, timeline
    for run in runs(pictured):
        if BY_ID[run[0].id].timed:
            links += [] if links else [Filtered(*graph_text(rest, [], fps, width, height, {}))]
            links.append(Moving([placed(step, timeline.seconds) for step in run], timeline.fps or fps))
        else:
            drawn = {at - begun: found for at, found in letterings.items() if begun <= at < begun + len(run)}
            links.append(Filtered(*graph_text(rest, run, fps, width, height, drawn)))
        links += unfiltered(run[-1], timeline.fps or fps)
        width, height = size_after(run, width, height)
        begun, rest = begun + len(run), Timeline(0.0, timeline.seconds)
    links = links or [Filtered(*graph_text(rest, [], fps, width, height, {}))]
    return Line([links[0], *(Beside(link.push) for link in links[1:])])


def unfiltered(step: Step, fps: Fraction) -> list[Link]:
    """What no filter does of a step; it comes after those of its filters that there are."""
    if step.id in PAINTERS:
        return [Painted(step)]
    return [Steady(fps)] if step.id == STEADY else []


def runs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Neighbours that one link takes: all that follows the clock, or filters up to one that is not only filtered.

    A long chain of filters is two links, for each has a thread: not between two that share a conversion to RGB.
    """
    run: list[Step] = []
    for step in steps:
        entry, before = BY_ID[step.id], BY_ID[run[-1].id] if run else None
        if before is not None:
            is_half = len(run) >= max(SHORT_RUN, len(steps) / 2) and not (entry.in_rgb and before.in_rgb)
            if entry.timed != before.timed or before.id in {*PAINTERS, STEADY} or is_half:
                yield run
                run = []
        run.append(step)
    if run:
        yield run


def size_after(steps: Sequence[Step], width: int, height: int) -> tuple[int, int]:
    """Width and height of the result."""
    for step in steps:
        if change := BY_ID[step.id].size:
            width, height = change(step.params, width, height)
    return width, height


def graph_text(
    timeline: Timeline,
    steps: Sequence[Step],
    fps: Fraction,
    width: int,
    height: int,
    letterings: dict[int, Lettering] | None = None,
) -> tuple[str, dict[str, av.VideoFrame]]:
    """The filter text of these steps, and the captions that it lays over."""
    parts = time_filters(timeline, fps)
    captions: dict[str, av.VideoFrame] = {}
    letterings = lettered(steps, width, height) if letterings is None else letterings
    for number, step in enumerate(steps):
        effect = BY_ID[step.id]
        if drawn := letterings.get(number):
            name = f"caption{len(captions)}"
            captions[name] = av.VideoFrame.from_ndarray(np.asarray(drawn.image), format="rgba")
            parts += ["format=yuv420p[under];[under]" + f"[{name}]overlay={drawn.x}:{drawn.y}:eof_action=repeat"]
        elif text := effect.picture_filter(step.params, width, height):
            parts += [TO_RGB, text, TO_YUV] if effect.in_rgb else [text]
        width, height = size_after([step], width, height)
    text = ",".join([*parts, "format=yuv420p"]).replace(f"{TO_YUV},{TO_RGB},", "")
    return text, captions


def lettered(steps: Sequence[Step], width: int, height: int) -> dict[int, Lettering]:
    """The captions drawn, by their place among the steps; of several at one place the first stands highest."""
    sizes = [(width, height)]
    for step in steps:
        sizes.append(size_after([step], *sizes[-1]))
    written = [(number, step) for number, step in enumerate(steps) if step.id == "caption"]
    places = {number: str(step.params.get("position", "bottom")) for number, step in written}
    # A stack at the bottom grows upwards, so its last caption is set first.
    upwards = [item for item in reversed(written) if places[item[0]] == "bottom"]
    taken: dict[str, int] = {}
    drawn: dict[int, Lettering] = {}
    for number, step in [*upwards, *(item for item in written if places[item[0]] != "bottom")]:
        place = places[number]
        drawn[number] = letter(str(step.params["text"]), place, *sizes[number], taken.get(place, 0))
        taken[place] = taken.get(place, 0) + drawn[number].rows
    return drawn


def time_filters(timeline: Timeline, fps: Fraction) -> list[str]:
    parts = []
    if timeline.start > 0:
        parts += [f"trim=start={timeline.start:.6f}", "setpts=PTS-STARTPTS"]
    wanted = timeline.fps or fps
    if timeline.speed == 1 and wanted == fps:
        return parts
    if timeline.speed != 1:
        parts.append(f"setpts=PTS/{timeline.speed:.9f}")
    if timeline.speed * fps < SMOOTH_FROM * wanted:
        # Between two pictures of a slow motion stands their mixture, not the first one again: less judder.
        return [*parts, f"minterpolate=fps={wanted}:mi_mode=blend"]
    return [*parts, f"fps={wanted}:start_time=0"]
