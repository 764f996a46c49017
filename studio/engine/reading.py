"""A clip as the engine likes it: upright, constant rate, 8 bits, its sound in step. Runs only inside a worker."""

import copy
from collections.abc import Iterator
from fractions import Fraction
from typing import Self

import av
from av.audio.stream import AudioStream

from .chains import Chain
from .encoding import SOUND_RATE
from .limits import STORED, Limits
from .probing import constant_rate, first_picture, frames_of, go_to, open_video, sound_track, sounds_of, survey
from .turning import even, fitted, plain_filters, upright_size

LEAD = 0.1
"""Sound is decoded from this many seconds before a seam on: the first piece after a jump is not whole."""

PIECE = 4096
"""Samples of sound that are handed on together: each piece costs the same, however long it is."""


class Source:
    """Opens `path` and measures it. `start` and `end` (seconds) choose a part; `box` bounds the size.

    `width`, `height`, `fps`, `count` (pictures), `seconds` and `has_sound` are those of what iterating yields:
    yuv420p pictures at a constant rate and 48 kHz stereo sound of the same length, both counted from zero.
    """

    def __init__(
        self,
        path: str,
        *,
        limits: Limits | None = None,
        start: float | None = None,
        end: float | None = None,
        box: tuple[int, int] | None = None,
    ) -> None:
        self.path = path
        self._limits = limits or STORED
        with open_video(path, self._limits) as container:
            self._survey = survey(container, self._limits)
            first = first_picture(container, self._limits)
            stream = container.streams.video[0]
            full = upright_size(first, stream)
            self.width, self.height = fitted(full, box) if box else even(full)
            self._filters = plain_filters(first, stream, (self.width, self.height))
            self.has_sound = sound_track(container) is not None
            declared = float(stream.average_rate or 0)
        measured = self._survey.fps
        rate = declared if not self._survey.variable and abs(declared - measured) < 0.01 * declared else measured
        self.fps: Fraction = constant_rate(rate, self._survey.variable)
        whole = self._survey.seconds
        self.start = min(max(0.0, start or 0.0), max(0.0, whole - 0.1))
        self.end = min(whole, end) if end is not None and end > self.start else whole
        self.count = max(1, round((self.end - self.start) * self.fps))
        self.seconds = float(self.count / self.fps)
        self._lead = 0.0

    def __iter__(self) -> Iterator[av.VideoFrame | av.AudioFrame]:
        with open_video(self.path, self._limits) as container:
            sound = sound_track(container)
            if self.start:
                go_to(container, self._survey.begin + max(0.0, self.start - self._lead))
            yield from self._flow(container, sound)

    def part(self, start: float, end: float) -> Self:
        """Some seconds of it, counted from its own start."""
        made = copy.copy(self)
        made.start, made.end = self.start + start, self.start + end
        made.count = max(1, round((end - start) * self.fps))
        made.seconds = float(made.count / self.fps)
        made._lead = LEAD
        return made

    def sounds(self) -> Iterator[av.AudioFrame]:
        """The sound alone, without a look at the pictures."""
        with open_video(self.path, self._limits) as container:
            track = sound_track(container)
            if track is None:
                return
            if self.start:
                go_to(container, self._survey.begin + max(0.0, self.start - self._lead))
            chain: Chain[av.AudioFrame] | None = None
            for frame in sounds_of(container, track):
                self._shift(frame)
                chain = chain or self._sound_chain(frame)
                yield from chain.push(frame)
                if chain.finished:
                    return
            yield from chain.flush() if chain else ()

    def _flow(
        self, container: av.container.InputContainer, sound: AudioStream | None
    ) -> Iterator[av.VideoFrame | av.AudioFrame]:
        picture_chain: Chain[av.VideoFrame] | None = None
        sound_chain: Chain[av.AudioFrame] | None = None
        made = 0
        last: av.VideoFrame | None = None
        for frame in frames_of(container, sound):
            self._shift(frame)
            if isinstance(frame, av.AudioFrame):
                sound_chain = sound_chain or self._sound_chain(frame)
                yield from sound_chain.push(frame)
                continue
            picture_chain = picture_chain or Chain(frame, self._picture_filters())
            for last in picture_chain.push(frame):
                if made < self.count:
                    made += 1
                    yield last
            if made >= self.count and (sound_chain is None or sound_chain.finished):
                break
        for last in picture_chain.flush() if picture_chain else ():
            if made < self.count:
                made += 1
                yield last
        while last is not None and made < self.count:
            made += 1
            yield last
        if sound_chain is not None:
            yield from sound_chain.flush()

    def _picture_filters(self) -> list[str]:
        return [*self._filters, f"fps={self.fps}:start_time={self.start:.6f}"]

    def _sound_chain(self, frame: av.AudioFrame) -> Chain[av.AudioFrame]:
        """Channels that FFmpeg cannot mix (a mixing desk's tracks) are not mixed: the first two are heard."""
        try:
            return Chain(frame, self._sound_filters())
        except av.FFmpegError:
            second = min(1, frame.layout.nb_channels - 1)
            return Chain(frame, [f"pan=stereo|c0=c0|c1=c{second}", *self._sound_filters()])

    def _sound_filters(self) -> list[str]:
        first, length = round(self.start * SOUND_RATE), round(self.seconds * SOUND_RATE)
        return [
            f"aresample={SOUND_RATE}:async=1:first_pts={first}",
            "aformat=sample_fmts=fltp:channel_layouts=stereo",
            f"atrim=end_pts={first + length}",
            "asetpts=PTS-STARTPTS",
            f"apad=whole_len={length}",
            f"asetnsamples=n={PIECE}:p=0",
        ]

    def _shift(self, frame: av.VideoFrame | av.AudioFrame) -> None:
        """Counted from the first picture: some files begin at an hour, or in the middle of a second."""
        if self._survey.begin and frame.pts is not None and frame.time_base:
            frame.pts -= round(self._survey.begin / frame.time_base)
