"""Filter text of our own to a PyAV graph; PyAV has no parser for it. Runs only inside a worker.

The text is FFmpeg's: "curves=all='0/0 1/1',split[a][b];[a][b]overlay". What goes in first is [in], further inputs are
named by `extra`. Only numbers and names of our own ever stand in it.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext

_LINK = re.compile(r"(?P<before>(?:\[\w+\])*)(?P<body>[^\[\]]*)(?P<after>(?:\[\w+\])*)$")
_LABEL = re.compile(r"\[(\w+)\]")


def _pieces(text: str, separator: str) -> list[str]:
    """Split at a separator that is not inside quotes."""
    pieces, quoted, piece = [], False, ""
    for char in text:
        quoted ^= char == "'"
        if char == separator and not quoted:
            pieces.append(piece)
            piece = ""
        else:
            piece += char
    return [*pieces, piece]


class VideoGraph:
    """A graph for frames shaped like `first`; frames of `extra` are still pictures laid over it."""

    def __init__(self, first: av.VideoFrame, text: str, extra: Mapping[str, av.VideoFrame] | None = None) -> None:
        self._graph = Graph()
        self._base = first.time_base or Fraction(1, 1000)
        self._open: dict[str, tuple[FilterContext, int]] = {"in": (self._buffer(first, self._base), 0)}
        stills = extra or {}
        for name, still in stills.items():
            self._open[name] = (self._buffer(still, self._base), 0)
        last = ("in", self._open["in"])
        for chain in _pieces(text, ";"):
            last = self._chain(chain) or last
        end, pad = self._open.pop("out", last[1])
        end.link_to(self._graph.add("buffersink"), pad, 0)
        self._graph.configure()
        self.finished = False
        for at, still in enumerate(stills.values(), start=1):
            still.pts = 0
            self._graph.push(still, at)
            self._graph.push(None, at)

    def _buffer(self, frame: av.VideoFrame, base: Fraction) -> FilterContext:
        return self._graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=base)

    def _chain(self, text: str) -> tuple[str, tuple[FilterContext, int]] | None:
        """Filters linked one after the other; gives the loose end."""
        end: tuple[FilterContext, int] | None = None
        for link in _pieces(text, ","):
            match = _LINK.match(link.strip())
            if match is None or not match["body"]:
                raise ValueError(f"not a filter: {link}")
            name, _, arguments = match["body"].partition("=")
            node = self._graph.add(name, _unquoted(arguments) or None)
            sources = [self._open.pop(label) for label in _LABEL.findall(match["before"])]
            if end is not None:
                sources.insert(0, end)
            elif not sources:
                sources = [self._open.pop("in")]
            for pad, (source, source_pad) in enumerate(sources):
                source.link_to(node, source_pad, pad)
            labels = _LABEL.findall(match["after"])
            self._open.update({label: (node, pad) for pad, label in enumerate(labels)})
            end = None if labels else (node, 0)
        return ("", end) if end is not None else None

    def push(self, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        """One frame in (None ends it), and what is ready comes out."""
        if self.finished:
            return
        try:
            self._graph.push(frame, 0)
        except EOFError:
            # A trim has had enough: what it made is still to be pulled.
            self.finished = True
        while True:
            try:
                yield self._graph.vpull()
            except BlockingIOError:
                return
            except EOFError:
                self.finished = True
                return


def _unquoted(arguments: str) -> str:
    """PyAV hands arguments on as they are; FFmpeg takes the quotes off itself."""
    return arguments


class AudioGraph:
    """The same for sound: filters one after the other."""

    def __init__(self, first: av.AudioFrame, text: str) -> None:
        self._graph = Graph()
        nodes = [
            self._graph.add_abuffer(
                sample_rate=first.sample_rate,
                format=first.format.name,
                layout=first.layout.name,
                time_base=first.time_base or Fraction(1, first.sample_rate),
            )
        ]
        for link in filter(None, _pieces(text, ",")):
            name, _, arguments = link.partition("=")
            nodes.append(self._graph.add(name, arguments or None))
        nodes.append(self._graph.add("abuffersink"))
        self._graph.link_nodes(*nodes).configure()
        self.finished = False

    def push(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        if self.finished:
            return
        try:
            self._graph.push(frame)
        except EOFError:
            self.finished = True
        while True:
            try:
                made = self._graph.pull()
            except BlockingIOError:
                return
            except EOFError:
                self.finished = True
                return
            if isinstance(made, av.AudioFrame):
                yield made
