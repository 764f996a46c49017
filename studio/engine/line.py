"""The way of the pictures through a chain: filter graphs in a row, and between them what no filter does.

Runs only inside a worker.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import av

from studio.engine.graph import VideoGraph


class Link(Protocol):
    """One piece of the way: a picture in (None ends it), pictures out."""

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]: ...


class Filtered:
    """A graph, made for the first picture that comes."""

    def __init__(self, text: str, captions: dict[str, av.VideoFrame]) -> None:
        self._text, self._captions = text, captions
        self._graph: VideoGraph | None = None

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        if self._graph is None and frame is not None:
            self._graph = VideoGraph(frame, self._text, self._captions)
        if self._graph is not None:
            yield from self._graph.push(frame)


class Line:
    """Pictures go in one by one, None ends them; what is ready comes out."""

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        yield from self._through(0, frame)

    def _through(self, at: int, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        if at == len(self._links):
            if frame is not None:
                yield frame
            return
        for made in self._links[at].push(frame):
            yield from self._through(at + 1, made)
        if frame is None:
            yield from self._through(at + 1, None)
