"""Makes the files that tests hand to the product: good clips and photos of every kind, and broken or hostile ones.

Every picture has a red square in its upper left corner, a green ground, and a white bar that wanders from left to
right, so that a test can see which way up it is and how far it has come.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageDraw

SOUND_RATE = 48_000
COARSE = {"mpeg4", "msmpeg4"}
"""Codecs that count whole pictures only."""


def picture(moment: float, size: tuple[int, int]) -> np.ndarray:
    """The test picture at `moment` (0 to 1) as RGB."""
    width, height = size
    rows = np.linspace(60, 160, height, dtype=np.float32)[:, None]
    columns = np.linspace(20, 120, width, dtype=np.float32)[None, :]
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = 40
    image[..., 1] = rows
    image[..., 2] = columns
    image[: height // 4, : width // 4] = (230, 30, 30)
    bar = max(2, width // 16)
    left = int(moment * (width - bar))
    image[height // 2 : height // 2 + max(2, height // 6), left : left + bar] = 245
    return image


def clip(
    path: str | Path,
    seconds: float = 2,
    size: tuple[int, int] = (320, 180),
    fps: Fraction | int = 24,
    codec: str = "libx264",
    sound: bool | str = True,
    rotation: int = 0,
    variable: bool = False,
    pix_fmt: str = "yuv420p",
    fmt: str = "",
    options: dict[str, str] | None = None,
    faststart: bool = False,
    tags: dict[str, int] | None = None,
    black_until: float = 0.0,
    click_at: float | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """A clip. `size` is as stored; `rotation` is what players must turn it clockwise by. `sound` may name a codec.

    The container follows the path's ending unless `fmt` names it. `variable` gives the pictures uneven times.
    `click_at` makes the sound one click, in seconds; `aspect` is the shape to be shown in.
    """
    path = Path(path)
    fmt = fmt or {".mkv": "matroska", "": "mp4"}.get(path.suffix, path.suffix.lstrip("."))
    rate = Fraction(fps)
    muxer = {"movflags": "+faststart"} if faststart else {}
    with av.open(str(path), "w", format=fmt, options=muxer) as container:
        video = _video_stream(container, codec, rate, size, pix_fmt, options, tags)
        if aspect:
            video.codec_context.sample_aspect_ratio = aspect * size[1] / size[0]
        if rotation:
            video.set_display_rotation(-rotation)
        audio = _audio_stream(container, fmt, sound) if sound else None
        count = max(1, round(seconds * rate))
        for index in range(count):
            shown = picture(index / max(1, count - 1), size)
            if index / rate < black_until:
                shown[:] = 0
            frame = av.VideoFrame.from_ndarray(shown).reformat(format=pix_fmt)
            frame.pts, frame.time_base = _time(index, rate, variable)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            write_tone(container, audio, seconds, click_at)
    return path


def _video_stream(
    container: Any,
    codec: str,
    rate: Fraction,
    size: tuple[int, int],
    pix_fmt: str,
    options: dict[str, str] | None,
    tags: dict[str, int] | None,
) -> Any:
    fast = {
        "libx264": {"preset": "ultrafast", "crf": "18"},
        "libx265": {"preset": "ultrafast", "crf": "20", "x265-params": "log-level=none"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0"},
        "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "1000000"},
        "libsvtav1": {"preset": "12", "svtav1-params": "logical-processors=1"},
    }
    video = container.add_stream(codec, rate=rate, options={**fast.get(codec, {}), **(options or {})})
    video.width, video.height = size
    video.pix_fmt = pix_fmt
    video.codec_context.time_base = 1 / rate if codec in COARSE else Fraction(1, 90_000)
    video.codec_context.thread_count = 2
    if codec == "libx265":
        video.codec_context.codec_tag = "hvc1"
    for name, value in (tags or {}).items():
        setattr(video.codec_context, name, value)
    return video


def _audio_stream(container: Any, fmt: str, sound: bool | str) -> Any:
    codec = sound if isinstance(sound, str) else {"webm": "libopus", "matroska": "libopus"}.get(fmt, "aac")
    audio = container.add_stream(codec, rate=SOUND_RATE)
    audio.layout = "stereo"
    return audio


def _time(index: int, rate: Fraction, variable: bool) -> tuple[int, Fraction]:
    """Uneven times keep their average: each third picture comes early, each fifth late, as phones do."""
    base = Fraction(index) / rate
    if variable:
        shift = Fraction(-30, 100) if index % 3 == 1 else Fraction(35, 100) if index % 5 == 2 else Fraction(0)
        base += shift / rate
    return int(base * 90_000), Fraction(1, 90_000)


def write_tone(container: Any, audio: Any, seconds: float, click_at: float | None = None) -> None:
    layout_samples = int(seconds * SOUND_RATE)
    tone = (np.sin(np.arange(layout_samples) * (2 * np.pi * 440 / SOUND_RATE)) * 0.25).astype(np.float32)
    if click_at is not None:
        tone[:] = 0
        tone[int(click_at * SOUND_RATE) :][:2400] = 0.7 * np.sign(np.sin(np.arange(2400) / 12))
    for start in range(0, layout_samples, 960):
        piece = np.tile(tone[start : start + 960], (2, 1))
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="fltp", layout="stereo")
        frame.sample_rate = SOUND_RATE
        frame.pts, frame.time_base = start, Fraction(1, SOUND_RATE)
        container.mux(audio.encode(frame))
    container.mux(audio.encode(None))


def phone_clip(path: str | Path, seconds: float = 2, size: tuple[int, int] = (320, 180)) -> Path:
    """What a phone held upright records: HEVC in MOV, turned by 90 degrees, at a variable rate around 30."""
    return clip(path, seconds, size, 30, codec="libx265", rotation=90, variable=True, fmt="mov")


def prores_clip(path: str | Path, seconds: float = 1, size: tuple[int, int] = (320, 180)) -> Path:
    return clip(path, seconds, size, 25, codec="prores_ks", pix_fmt="yuv422p10le", sound="pcm_s16le", fmt="mov")


def hdr_clip(path: str | Path, seconds: float = 1, size: tuple[int, int] = (320, 180)) -> Path:
    """HEVC main 10 in BT.2020 with hybrid log gamma, as phones record in HDR."""
    tags = {"colorspace": 9, "color_primaries": 9, "color_trc": 18, "color_range": 1}
    return clip(path, seconds, size, 30, codec="libx265", pix_fmt="yuv420p10le", fmt="mov", tags=tags)


def photo(path: str | Path, size: tuple[int, int] = (640, 360), fmt: str = "", *, orientation: int = 1) -> Path:
    """A photo: the test picture with a yellow disc. `fmt` is JPEG, PNG or WEBP, else by the ending."""
    path = Path(path)
    image = Image.fromarray(picture(0.5, size))
    radius = min(size) // 6
    middle = (size[0] * 3 // 4, size[1] // 3)
    box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
    ImageDraw.Draw(image).ellipse(box, fill=(240, 210, 60))
    endings = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
    fmt = fmt or endings[path.suffix.lower()]
    extra: dict[str, Any] = {"quality": 92} if fmt != "PNG" else {}
    if orientation != 1:
        exif = Image.Exif()
        exif[0x0112] = orientation
        extra["exif"] = exif
    image.save(path, fmt, **extra)
    return path


def empty(path: str | Path) -> Path:
    Path(path).write_bytes(b"")
    return Path(path)


def truncated(path: str | Path, keep: float = 0.4, *, faststart: bool = True, seconds: float = 6) -> Path:
    """A clip of which only the first part arrived. Without `faststart` its index is missing altogether."""
    whole = clip(Path(path).with_suffix(".whole.mp4"), seconds, faststart=faststart, fmt="mp4")
    data = whole.read_bytes()
    whole.unlink()
    Path(path).write_bytes(data[: int(len(data) * keep)])
    return Path(path)


def corrupted(path: str | Path, damage: int = 400) -> Path:
    """A clip with bytes overwritten in the middle."""
    clip(path, 3, faststart=True, fmt="mp4")
    data = bytearray(Path(path).read_bytes())
    middle = len(data) // 2
    data[middle : middle + damage] = bytes(range(256)) * (damage // 256) + b"\xff" * (damage % 256)
    Path(path).write_bytes(bytes(data))
    return Path(path)


def text(path: str | Path, content: str = "This is not a film.\n") -> Path:
    Path(path).write_text(content)
    return Path(path)


def concat_list(path: str | Path, target: str) -> Path:
    """A playlist in FFmpeg's own format: opened carelessly it shows the other file."""
    return text(path, f"ffconcat version 1.0\nfile '{target}'\n")


def hls_playlist(path: str | Path, target: str) -> Path:
    """A streaming playlist: opened carelessly it fetches its address."""
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", target, "#EXT-X-ENDLIST", ""]
    return text(path, "\n".join(lines))


def sdp(path: str | Path, port: int) -> Path:
    """A session description: opened carelessly it listens on the network and hangs."""
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=x", "c=IN IP4 127.0.0.1", "t=0 0", f"m=video {port} RTP/AVP 96"]
    return text(path, "\n".join([*lines, "a=rtpmap:96 H264/90000", ""]))


def svg(path: str | Path, target: str) -> Path:
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64">'
    return text(path, f'{head}<image xlink:href="{target}" width="64" height="64"/></svg>')


def dash_manifest(path: str | Path, target: str) -> Path:
    inner = f'<Period><AdaptationSet><Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL>'
    close = "</Representation></AdaptationSet></Period></MPD>"
    return text(path, f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">{inner}{close}')


def reference_movie(path: str | Path, target: str) -> Path:
    """A QuickTime file that is nothing but a pointer to an address."""

    def atom(name: bytes, body: bytes) -> bytes:
        return (len(body) + 8).to_bytes(4, "big") + name + body

    address = target.encode() + b"\0"
    pointer = atom(b"rdrf", bytes(4) + b"url " + len(address).to_bytes(4, "big") + address)
    body = atom(b"moov", atom(b"rmra", atom(b"rmda", pointer)))
    Path(path).write_bytes(atom(b"ftyp", b"qt  \0\0\0\0qt  ") + body)
    return Path(path)


def huge_picture(path: str | Path, side: int = 8192) -> Path:
    """A small file whose one picture has `side` squared pixels."""
    with av.open(str(path), "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=1, options={"preset": "ultrafast", "crf": "45"})
        video.width = video.height = side
        video.pix_fmt = "yuv420p"
        frame = av.VideoFrame(side, side, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        frame.pts = 0
        container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return Path(path)


def huge_photo(path: str | Path, size: tuple[int, int] = (30_000, 30_000)) -> Path:
    """A decompression bomb: a small PNG with 900 million pixels."""
    Image.MAX_IMAGE_PIXELS = None
    Image.new("1", size).save(path, "PNG")
    return Path(path)


def endless(path: str | Path, hours: float = 11.5) -> Path:
    """24 pictures spread over `hours` in a Matroska file."""
    with av.open(str(path), "w", format="matroska") as container:
        video = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        for index in range(24):
            frame = av.VideoFrame.from_ndarray(picture(index / 23, (160, 90))).reformat(format="yuv420p")
            frame.pts, frame.time_base = int(index * hours * 3_600_000 / 24), Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return Path(path)


def many_tracks(path: str | Path, tracks: int = 40) -> Path:
    with av.open(str(path), "w", format="matroska") as container:
        streams = []
        for _ in range(tracks):
            stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            stream.codec_context.thread_count = 1
            streams.append(stream)
        for stream in streams:
            frame = av.VideoFrame.from_ndarray(picture(0, (64, 64))).reformat(format="yuv420p")
            frame.pts = 0
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return Path(path)


def sound_only(path: str | Path, seconds: float = 1) -> Path:
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=SOUND_RATE)
        audio.layout = "stereo"
        write_tone(container, audio, seconds)
    return Path(path)


def frames(path: str | Path) -> list[np.ndarray]:
    """Every picture of a clip as RGB, as stored (not turned)."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    """How alike two pictures are, in decibels."""
    error = float(np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def noise(path: str | Path, size: int = 100_000) -> Path:
    Path(path).write_bytes(np.random.default_rng(1).bytes(size))
    return Path(path)


def cut(path: str | Path, keep: float) -> Path:
    """The first part of any file."""
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[: int(len(data) * keep)])
    return Path(path)


def truncated_mkv(path: str | Path, keep: float = 0.4) -> Path:
    return cut(clip(path, 6, fmt="matroska"), keep)


def gif(path: str | Path) -> Path:
    Image.fromarray(picture(0.5, (64, 64))).save(path, "GIF")
    return Path(path)


class _Pipe:
    """A file that can only be written on, as a browser's recorder sees it."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return int(self._file.write(data))


def streamed_webm(file: Any, seconds: float = 1) -> None:
    """A WEBM written without going back: its header has no length."""
    with av.open(_Pipe(file), "w", format="webm") as container:
        video = container.add_stream("libvpx", rate=24, options={"deadline": "realtime", "cpu-used": "8"})
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        for index in range(round(seconds * 24)):
            frame = av.VideoFrame.from_ndarray(picture(index / 24, (160, 90))).reformat(format="yuv420p")
            frame.pts = index
            container.mux(video.encode(frame))
        container.mux(video.encode(None))


def resizing_clip(path: str | Path, seconds: float = 2) -> Path:
    """A WEBM whose pictures are larger in its second half, as calls record them."""
    with av.open(str(path), "w", format="webm") as container:
        options = {"deadline": "realtime", "cpu-used": "8", "b": "500000"}
        video = container.add_stream("libvpx", rate=24, options=options)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        larger = av.CodecContext.create("libvpx", "w")
        larger.width, larger.height, larger.pix_fmt = 480, 270, "yuv420p"
        larger.time_base, larger.framerate = Fraction(1, 24), Fraction(24)
        larger.options = options
        half = round(seconds * 12)
        for index in range(half * 2):
            first = index < half
            size = (320, 180) if first else (480, 270)
            frame = av.VideoFrame.from_ndarray(picture(index / half / 2, size)).reformat(format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            for packet in video.encode(frame) if first else larger.encode(frame):
                packet.stream = video
                container.mux(packet)
    return Path(path)
