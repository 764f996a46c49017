"""Effects that are drawn with numpy onto the planes of each picture, because no filter can. Only inside a worker."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import av

from studio.engine.effects.entry import Params
from studio.engine.painters.brush import Brush
from studio.engine.painters.fog import Fog
from studio.engine.painters.glitch import Glitch
from studio.engine.painters.specks import Embers, Rain, Snow
from studio.engine.plan import Step


class Painter(Protocol):
    """Draws on a writable yuv420p picture, by its time alone: the same picture at the same moment, every time."""

    def paint(self, frame: av.VideoFrame) -> None: ...


class Paints(Protocol):
    def __call__(self, width: int, height: int, params: Params) -> Painter: ...


class Painted:
    """A link of the chain: the painter is made for the first picture that comes, and knows its size then."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._painter: Painter | None = None

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        if frame is None:
            return
        if self._painter is None:
            self._painter = PAINTERS[self._step.id](frame.width, frame.height, self._step.params)
        frame.make_writable()
        self._painter.paint(frame)
        yield frame


PAINTERS: Mapping[str, Paints] = {
    "paint": Brush,
    "glitch": Glitch,
    "fog": Fog,
    "snow": Snow,
    "rain": Rain,
    "embers": Embers,
}
