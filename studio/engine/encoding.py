"""Writes clips: H.264 and AAC in MP4 and MOV, VP9 and Opus in WEBM, ProRes in MOV, always at a constant rate."""

import os
import threading
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Self, cast

import av
from av.audio.stream import AudioStream
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc
from av.video.stream import VideoStream

from studio.engine.limits import Probe


@dataclass(frozen=True)
class Format:
    """A container, what its picture and sound are coded as, and how the pixels are kept."""

    container: str
    picture: str
    sound: str
    pix_fmt: str = "yuv420p"
    browser_playable: bool = True
    lossless: bool = False


FORMATS = {
    "mp4": Format("mp4", "h264", "aac"),
    "mov": Format("mov", "h264", "aac"),
    "webm": Format("webm", "vp9", "opus"),
    "prores": Format("mov", "prores", "pcm_s16le", "yuv422p10le", browser_playable=False),
    "mezzanine": Format("matroska", "h264", "flac", browser_playable=False, lossless=True),
}
BIT_RATES = {"aac": 160_000, "opus": 128_000}
SOUND_RATE = 48_000
SOUND_STEP = Fraction(1, SOUND_RATE)
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


def prores_profile(quality: int) -> int:
    """The same for ProRes 422, which knows a few sorts: 1 (LT), 2 (standard) or 3 (HQ)."""
    return 1 if quality < 50 else 2 if quality < 85 else 3


class Writer:
    """A clip being written to `path`. Frames come in order; their times are given here, one step of 1/fps each.

    `fmt` is one of FORMATS; `quality` is 20 to 99; `width` and `height` are even pixels. Frames of any format and
    size are taken. Sound frames are joined without gaps, as 48 kHz stereo. `close()` must be called, or use `with`.
    One thread may call `video` and another `audio`.
    """

    def __init__(self, path: str, fmt: str, quality: int, width: int, height: int, fps: Fraction, sound: bool) -> None:
        self.fps = Fraction(fps).limit_denominator(1001)
        self._step = 1 / self.fps
        self.frames = 0
        self.samples = 0
        self.size = (width, height)
        self.format = FORMATS[fmt]
        self.path = path
        container = self.format.container
        options = {"movflags": "+faststart"} if container in {"mp4", "mov"} else {}
        self._container = av.open(path, "w", format=container, options=options)
        self._video = self._video_stream(quality)
        self._audio = self._audio_stream() if sound else None
        samples = "fltp" if self.format.sound in BIT_RATES else "s16"
        self._resampler = av.AudioResampler(format=samples, layout="stereo", rate=SOUND_RATE)
        self._waiting: deque[av.AudioFrame] = deque()
        self._lock = threading.Lock()  # around the container, which is one for both
        self._begun = False

    def _video_stream(self, quality: int) -> VideoStream:
        interval = str(max(1, round(self.fps * 2)))
        if self.format.picture == "prores":
            # prores_ks makes files a quarter smaller and takes seven times as long.
            options = {"profile": str(prores_profile(quality)), "vendor": "apl0"}
            stream = self._container.add_stream("prores_aw", rate=self.fps, options=options)
        elif self.format.picture == "vp9":
            options = {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": str(vp9_crf(quality))}
            options |= {"g": interval, "b": "0"}
            stream = self._container.add_stream("libvpx-vp9", rate=self.fps, options=options)
        else:
            options = {"preset": "veryfast", "crf": f"{x264_crf(quality):.2f}", "g": interval}
            if self.format.lossless:
                options = {"preset": "ultrafast", "qp": "0", "g": interval}
            stream = self._container.add_stream("libx264", rate=self.fps, options=options)
        stream.width, stream.height = self.size
        stream.pix_fmt = self.format.pix_fmt
        stream.codec_context.thread_count = THREADS
        # PyAV's own setting cuts each picture into slices instead: a fifth more work, and larger files.
        stream.codec_context.thread_type = "AUTO"
        return stream

    def _audio_stream(self) -> AudioStream:
        coded = self.format.sound
        name = "libopus" if coded == "opus" else coded
        stream = cast(AudioStream, self._container.add_stream(name, rate=SOUND_RATE))
        stream.layout = "stereo"
        if coded in BIT_RATES:
            stream.bit_rate = BIT_RATES[coded]
        return stream

    def video(self, frame: av.VideoFrame) -> None:
        """The next picture. What it says about its time is ignored."""
        if self.frames == 0:
            self._tag(frame)
        frame = self._fitting(frame)
        frame.pts = self.frames
        frame.time_base = self._step
        frame.pict_type = 0
        # ProRes keeps what each picture says, the others what was said once.
        frame.color_primaries = self._video.codec_context.color_primaries
        frame.color_trc = self._video.codec_context.color_trc
        self.frames += 1
        packets = self._video.encode(frame)
        with self._lock:
            self._container.mux(packets)
        self._begun = True

    def audio(self, frame: av.AudioFrame) -> None:
        """The next piece of sound, in any format and rate. It waits for the first picture, which decides the header."""
        frame.pts = None
        self._waiting.extend(self._resampler.resample(frame))
        if self._begun:
            self._write_sound()

    def _write_sound(self) -> None:
        if self._audio is None:
            self._waiting.clear()
            return
        while self._waiting:
            piece = self._waiting.popleft()
            piece.pts = self.samples
            piece.time_base = SOUND_STEP
            self.samples += piece.samples
            packets = self._audio.encode(piece)
            with self._lock:
                self._container.mux(packets)

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
        if frame.format.name == self.format.pix_fmt and (frame.width, frame.height) == self.size and not full_range:
            return frame
        target = self._video.codec_context.colorspace
        return frame.reformat(
            width, height, self.format.pix_fmt, dst_colorspace=target, dst_color_range=int(ColorRange.MPEG), threads=2
        )

    @property
    def seconds(self) -> float:
        return float(self.frames / self.fps)

    def probe(self) -> Probe:
        """What was written, as a look at the closed file would find it."""
        width, height = self.size
        return Probe(
            kind="video",
            container=self.format.container,
            codec=self.format.picture,
            pix_fmt=self.format.pix_fmt,
            width=width,
            height=height,
            duration=round(self.seconds, 3),
            fps=round(float(self.fps), 3),
            has_sound=self._audio is not None,
            audio_codec=self.format.sound if self._audio is not None else "",
            size=os.path.getsize(self.path),
            browser_playable=self.format.browser_playable,
        )

    def close(self) -> None:
        """Write out what the encoders still hold, then the index."""
        if self._audio is not None:
            self._waiting.extend(self._resampler.resample(None))
            self._write_sound()
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
