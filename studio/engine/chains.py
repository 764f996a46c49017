"""Filters in a row, fed frame by frame. Runs only inside a worker."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Generic, TypeVar

import av
from av.filter import Graph

FrameKind = TypeVar("FrameKind", av.VideoFrame, av.AudioFrame)


class Chain(Generic[FrameKind]):
    """`filters` are texts of our own, "name=arguments". Frames go in by `push`; what comes out is yielded."""

    def __init__(self, first: FrameKind, filters: Sequence[str]) -> None:
        self._graph = Graph()
        self._shape: FrameKind = first
        self._base = first.time_base or Fraction(1, 1000)
        self.finished = False
        nodes = [self._source(first)]
        for text in filters:
            name, _, arguments = text.partition("=")
            nodes.append(self._graph.add(name, arguments or None))
        nodes.append(self._graph.add("buffersink" if isinstance(first, av.VideoFrame) else "abuffersink"))
        self._graph.link_nodes(*nodes).configure()

    def _source(self, first: FrameKind) -> av.filter.context.FilterContext:
        if isinstance(first, av.VideoFrame):
            return self._graph.add_buffer(
                width=first.width, height=first.height, format=first.format, time_base=self._base
            )
        return self._graph.add_abuffer(
            sample_rate=first.sample_rate, format=first.format.name, layout=first.layout.name, time_base=self._base
        )

    def push(self, frame: FrameKind) -> Iterator[FrameKind]:
        if isinstance(frame, av.AudioFrame) and isinstance(self._shape, av.AudioFrame):
            for piece in _alike(frame, self._shape):
                yield from self._feed(piece)
        else:
            yield from self._feed(_shaped(frame, self._shape))

    def flush(self) -> Iterator[FrameKind]:
        yield from self._feed(None)

    def _feed(self, frame: FrameKind | None) -> Iterator[FrameKind]:
        if self.finished:
            return
        try:
            self._graph.push(frame)
        except EOFError:
            self.finished = True
        while True:
            try:
                yield self._graph.pull()  # type: ignore[misc]
            except BlockingIOError:
                return
            except EOFError:
                self.finished = True
                return


def _shaped(frame: FrameKind, shape: FrameKind) -> FrameKind:
    """Clips recorded from calls change their size on the way; a graph may not."""
    if not isinstance(frame, av.VideoFrame) or not isinstance(shape, av.VideoFrame):
        return frame
    same = (frame.width, frame.height, frame.format.name) == (shape.width, shape.height, shape.format.name)
    return frame if same else frame.reformat(shape.width, shape.height, shape.format.name)


def _alike(frame: av.AudioFrame, shape: av.AudioFrame) -> Sequence[av.AudioFrame]:
    """The sound as the graph was made for: recordings joined without care change it on the way."""
    wanted = (shape.format.name, shape.layout.name, shape.sample_rate)
    if (frame.format.name, frame.layout.name, frame.sample_rate) == wanted:
        return [frame]
    resampler = av.AudioResampler(*wanted)
    try:
        return [*resampler.resample(frame), *resampler.resample(None)]
    except (av.FFmpegError, ValueError):
        return []  # what cannot be mixed into the rest is left out, and the rest stays in step
