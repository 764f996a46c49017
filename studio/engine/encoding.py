"""Writes clips: H.264 and AAC in MP4 and MOV, VP9 and Opus in WEBM, always at a constant rate."""

import os
from fractions import Fraction
from types import TracebackType
from typing import Self

import av
from av.audio.stream import AudioStream
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc
from av.video.stream import VideoStream

from studio.engine.limits import Probe

CODECS = {"mp4": ("h264", "aac"), "mov": ("h264", "aac"), "webm": ("vp9", "opus")}
SOUND_RATE = 48_000
ITU709 = 1
UNSPECIFIED = 2
RGB_MATRIX = 0
THREADS = min(4, os.cpu_count() or 1)


def x264_crf(quality: int) -> float:
    """Quality 20 to 99 to x264's constant rate factor, linear."""
    return 40 - 0.25 * quality


def vp9_crf(quality: int) -> int:
    """The same for VP9, which saturates earlier: up to 5 lower from quality 85 on."""
    bonus = min(5.0, max(0.0, (quality - 78) * 0.7))
    return round(56 - 0.36 * quality - bonus)


class Writer:
    """A clip being written to `path`. Frames come in order; their times are given here, one step of 1/fps each.

    `fmt` is mp4, mov or webm; `quality` is 20 to 99; `width` and `height` are even pixels. Frames of any format and
    size are taken. Sound frames are joined without gaps, as 48 kHz stereo. `close()` must be called, or use `with`.
    """

    def __init__(self, path: str, fmt: str, quality: int, width: int, height: int, fps: Fraction, sound: bool) -> None:
        self.fps = Fraction(fps).limit_denominator(1001)
        self.frames = 0
        self.samples = 0
        self.size = (width, height)
        self.format = fmt
        self.path = path
        options = {"movflags": "+faststart"} if fmt in {"mp4", "mov"} else {}
        self._container = av.open(path, "w", format=fmt, options=options)
        self._video = self._video_stream(fmt, quality)
        self._audio = self._audio_stream(fmt) if sound else None
        self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)
        self._early_sound: list[av.AudioFrame] = []

    def _video_stream(self, fmt: str, quality: int) -> VideoStream:
        interval = str(max(1, round(self.fps * 2)))
        if fmt == "webm":
            options = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": str(vp9_crf(quality))}
            options |= {"g": interval, "b": "0"}
            stream = self._container.add_stream("libvpx-vp9", rate=self.fps, options=options)
        else:
            options = {"preset": "veryfast", "crf": f"{x264_crf(quality):.2f}", "g": interval}
            stream = self._container.add_stream("libx264", rate=self.fps, options=options)
        stream.width, stream.height = self.size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = THREADS
        return stream

    def _audio_stream(self, fmt: str) -> AudioStream:
        stream = self._container.add_stream("libopus" if fmt == "webm" else "aac", rate=SOUND_RATE)
        stream.layout = "stereo"
        stream.bit_rate = 128_000 if fmt == "webm" else 160_000
        return stream

    def video(self, frame: av.VideoFrame) -> None:
        """The next picture. What it says about its time is ignored."""
        if self.frames == 0:
            self._tag(frame)
        frame = self._fitting(frame)
        frame.pts = self.frames
        frame.time_base = 1 / self.fps
        frame.pict_type = 0
        self.frames += 1
        self._container.mux(self._video.encode(frame))
        if self._early_sound:
            waiting, self._early_sound = self._early_sound, []
            for sound in waiting:
                self._mux_sound(sound)

    def audio(self, frame: av.AudioFrame) -> None:
        """The next piece of sound, in any format and rate."""
        if self._audio is None:
            return
        frame.pts = None
        for piece in self._resampler.resample(frame):
            if self.frames:
                self._mux_sound(piece)
            else:
                self._early_sound.append(piece)

    def _mux_sound(self, piece: av.AudioFrame) -> None:
        if self._audio is None:
            return
        piece.pts = self.samples
        piece.time_base = Fraction(1, SOUND_RATE)
        self.samples += piece.samples
        self._container.mux(self._audio.encode(piece))

    def _tag(self, frame: av.VideoFrame) -> None:
        """Players must read the colours as they were meant: keep what the frames say, or say the usual."""
        context = self._video.codec_context
        matrix = int(frame.colorspace)
        known = matrix not in {RGB_MATRIX, UNSPECIFIED} and not frame.format.is_rgb
        high = frame.height >= 720 or frame.format.is_rgb
        context.colorspace = matrix if known else (ITU709 if high else 6)
        context.color_primaries = _kept(int(frame.color_primaries), int(ColorPrimaries.BT709))
        context.color_trc = _kept(int(frame.color_trc), int(ColorTrc.BT709))
        context.color_range = int(ColorRange.MPEG)

    def _fitting(self, frame: av.VideoFrame) -> av.VideoFrame:
        width, height = self.size
        full_range = int(frame.color_range) == int(ColorRange.JPEG) and not frame.format.is_rgb
        if frame.format.name == "yuv420p" and (frame.width, frame.height) == self.size and not full_range:
            return frame
        target = self._video.codec_context.colorspace
        return frame.reformat(
            width, height, "yuv420p", dst_colorspace=target, dst_color_range=int(ColorRange.MPEG), threads=2
        )

    @property
    def seconds(self) -> float:
        return float(self.frames / self.fps)

    def probe(self) -> Probe:
        """What was written, as a look at the closed file would find it."""
        width, height = self.size
        picture, sound = CODECS[self.format]
        return Probe(
            kind="video",
            container=self.format,
            codec=picture,
            pix_fmt="yuv420p",
            width=width,
            height=height,
            duration=round(self.seconds, 3),
            fps=round(float(self.fps), 3),
            has_sound=self._audio is not None,
            audio_codec=sound if self._audio is not None else "",
            size=os.path.getsize(self.path),
            browser_playable=True,
        )

    def close(self) -> None:
        """Write out what the encoders still hold, then the index."""
        if self._audio is not None:
            for piece in self._resampler.resample(None):
                self._mux_sound(piece)
            self._container.mux(self._audio.encode(None))
        self._container.mux(self._video.encode(None))
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()


def _kept(tag: int, usual: int) -> int:
    return usual if tag in {0, UNSPECIFIED} else tag
