"""Opens files from outside safely and says what they are. Runs only inside a worker."""

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from .encoding import THREADS
from .errors import MediaRefused, gettext_noop
from .limits import CLIP_CODECS, STORED, Limits, Probe
from .pictures import check_file, examine_photo, is_photo
from .protection import check_protection
from .turning import is_hdr, rotation, upright_size

SOUND_CODECS = frozenset(("aac", "mp3", "opus", "vorbis", "flac", "alac", "ac3", "eac3", "amrnb")) | {
    "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le",
}  # fmt: skip
# FFmpeg opens decoders of its own while it looks into a file: it may open none but these.
DECODERS = ",".join(sorted(CLIP_CODECS | SOUND_CODECS | {"libvpx-vp9", "libvpx", "libdav1d", "mp3float", "libopus"}))
SAFE = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "codec_whitelist": DECODERS,
    "max_streams": "17",
    "probesize": "5000000",
}
COMMON_RATES = (
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30), Fraction(48),
    Fraction(50), Fraction(60000, 1001), Fraction(60),
)  # fmt: skip
MOST_CHANNELS = 64
"""Of sound: FFmpeg takes no more apart."""
FASTEST_OUTPUT = Fraction(60)
LOOK_AT = 4

NOT_A_CLIP = gettext_noop("This is not a clip that can be read here. MP4, MOV, WEBM and MKV can.")
NO_INDEX = gettext_noop("This file is damaged or cut short: its index is missing, so nothing in it can be read.")
UNDECODABLE = gettext_noop("The pictures in this file cannot be decoded: it is damaged.")
NO_PICTURE = gettext_noop("There is no moving picture in this file.")
UNKNOWN_CODEC = gettext_noop("The pictures in this file are coded in a way that cannot be read here.")
TOO_MANY_PIECES = gettext_noop("The sound in this file is cut into more pieces than can be read.")
MOST_PIECES = 1000
"""Of picture or sound in a second of one track. The shortest that any codec makes last 2.5 milliseconds."""
CUT_SHORT = gettext_noop("This file is cut short: only %(read).1f of %(said).1f seconds can be read.")


def open_video(path: str, limits: Limits | None = None) -> InputContainer:
    """Open a clip without trusting it: nothing but the file itself is read, and its header is within the limits
    (those for stored files where none are given).

    The one moving picture is `container.streams.video[0]`, its decoder set up for threads and a maximum of pixels.
    Raises MediaRefused with a sentence for people.
    """
    limits = limits or STORED
    check_file(path)
    size = os.path.getsize(path)
    if size == 0:
        raise MediaRefused("empty", gettext_noop("This file is empty."))
    if size > limits.bytes:
        message = gettext_noop("This file has %(have)d MB; at most %(limit)d MB can be used.")
        raise MediaRefused("size", message, have=size >> 20, limit=limits.bytes >> 20)
    try:
        container = av.open(os.path.abspath(path), options=dict(SAFE), timeout=(5, 5), metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError, UnicodeError) as error:
        raise MediaRefused("unreadable", NO_INDEX if _looks_like_a_clip(path) else NOT_A_CLIP) from error
    try:
        _check_header(container, limits)
        if "mov" in container.format.name:
            check_protection(path)
    except BaseException:
        container.close()
        raise
    context = container.streams.video[0].codec_context
    context.options = {"max_pixels": str(limits.pixels)}
    context.thread_count = THREADS
    context.thread_type = "AUTO"
    return container


def _check_header(container: InputContainer, limits: Limits) -> None:
    if len(container.streams) > limits.tracks:
        message = gettext_noop("This file holds more than %(limit)d tracks.")
        raise MediaRefused("tracks", message, limit=limits.tracks)
    moving = [stream for stream in container.streams.video if not _is_cover(stream)]
    if not moving:
        raise MediaRefused("tracks", NO_PICTURE)
    if len(moving) > 1 or moving[0] is not container.streams.video[0]:
        raise MediaRefused("tracks", gettext_noop("This file holds several pictures at once; keep one and try again."))
    stream = moving[0]
    _check_codec(stream)
    check_size(stream.width, stream.height, limits)
    rate = stream.average_rate
    if rate is not None and rate > limits.fps * 2:
        raise MediaRefused("rate", TOO_FAST, fps=round(float(rate)), limit=round(limits.fps))
    header = header_seconds(container)
    if header is not None and header > limits.seconds + 0.5:
        raise too_long(header, limits)


def _check_codec(stream: VideoStream) -> None:
    codec = codec_of(stream)
    if not codec:
        raise MediaRefused("codec", UNKNOWN_CODEC)
    if codec not in CLIP_CODECS:
        message = gettext_noop("The pictures in this file are coded as %(codec)s, which cannot be read here.")
        raise MediaRefused("codec", message, codec=codec)


TOO_FAST = gettext_noop("This clip has %(fps)d frames per second; at most %(limit)d can be used.")


def too_long(seconds: float, limits: Limits) -> MediaRefused:
    message = gettext_noop("This clip lasts %(seconds)d seconds; at most %(limit)d can be used.")
    return MediaRefused("duration", message, seconds=round(seconds), limit=round(limits.seconds))


def check_size(width: int, height: int, limits: Limits) -> None:
    if not (width and height):
        raise MediaRefused("unreadable", UNDECODABLE)
    if width > limits.side or height > limits.side or width * height > limits.pixels:
        message = gettext_noop("This clip has %(width)d × %(height)d pixels; at most 4096 × 2304 can be used.")
        raise MediaRefused("size", message, width=width, height=height)
    if min(width, height) < limits.smallest_side:
        message = gettext_noop("This clip has only %(width)d × %(height)d pixels; at least 16 × 16 are needed.")
        raise MediaRefused("size", message, width=width, height=height)


def codec_of(stream: VideoStream | AudioStream) -> str:
    """The codec's own name (vp9, av1), whichever decoder reads it. Empty when nothing here can."""
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else ""


def sound_track(container: InputContainer) -> AudioStream | None:
    """The first sound that can be heard here."""
    tracks = container.streams.audio
    return next((track for track in tracks if codec_of(track) and track.channels <= MOST_CHANNELS), None)


def _is_cover(stream: VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def header_seconds(container: InputContainer) -> float | None:
    """What the header says, longest claim first; None where it says nothing (clips recorded by browsers)."""
    stream = container.streams.video[0]
    claims = [container.duration / av.time_base] if container.duration else []
    if stream.duration and stream.time_base:
        claims.append(float(stream.duration * stream.time_base))
    return max(claims, default=None)


def _looks_like_a_clip(path: str) -> bool:
    with open(path, "rb") as file:
        head = file.read(12)
    return head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free"} or head[:4] == b"\x1aE\xdf\xa3"


@dataclass(frozen=True)
class Survey:
    """What the packets say: the truth about length and rate. Seconds; `times` are those of the pictures, sorted."""

    times: tuple[float, ...]
    begin: float
    end: float
    tick: float

    @property
    def seconds(self) -> float:
        return self.end - self.begin

    @property
    def fps(self) -> float:
        count = len(self.times)
        if count < 2 or self.times[-1] <= self.times[0]:
            return count / self.seconds if self.seconds > 0 else 0.0
        return (count - 1) / (self.times[-1] - self.times[0])

    @property
    def variable(self) -> bool:
        """More than two in a hundred steps differ from the usual one by more than the container's rounding."""
        steps = [later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False)]
        if len(steps) < 3:
            return False
        usual = sorted(steps)[len(steps) // 2]
        odd = sum(abs(step - usual) > max(1.6 * self.tick, usual * 0.1) for step in steps)
        return odd > max(1, len(steps) * 0.02)


def survey(container: InputContainer, limits: Limits) -> Survey:
    """Read every packet without decoding. Raises MediaRefused beyond the limits or where the file is cut short."""
    stream = container.streams.video[0]
    tick = float(stream.time_base or Fraction(1, 1000))
    ticks = {each.index: float(each.time_base or 0) for each in container.streams}
    times: list[float] = []
    end, most = 0.0, int((limits.seconds + 1) * limits.fps)
    everything_end = 0.0
    tracks = [stream, *container.streams.audio]
    # A small file can claim millions of pieces, all at the same place: counting them would take minutes.
    most_pieces = int((limits.seconds + 1) * MOST_PIECES * len(tracks))
    for count, packet in enumerate(_packets(container, tracks)):
        if count > most_pieces:
            raise MediaRefused("rate", TOO_MANY_PIECES)
        if packet.pts is None:
            continue
        moment = packet.pts * ticks[packet.stream_index]
        closing = moment + (packet.duration or 0) * ticks[packet.stream_index]
        everything_end = max(everything_end, closing)
        if packet.stream is not stream:
            continue
        times.append(moment)
        end = max(end, closing)
        if len(times) > most:
            raise MediaRefused("rate", gettext_noop("This clip holds more pictures than can be used."))
    if not times:
        raise MediaRefused("unreadable", NO_PICTURE)
    times.sort()
    if end <= times[-1]:
        end = times[-1] + (times[-1] - times[0]) / max(1, len(times) - 1)
    found = Survey(tuple(times), max(0.0, times[0]), end, tick)
    _check_complete(container, found, everything_end)
    if found.seconds > limits.seconds + 0.5:
        raise too_long(found.seconds, limits)
    if found.fps > limits.fps:
        raise MediaRefused("rate", TOO_FAST, fps=round(found.fps), limit=round(limits.fps))
    return found


def _packets(container: InputContainer, tracks: Sequence[Stream]) -> Iterator["av.Packet[Any]"]:
    """Packets until the end, or until the file cannot be followed any further."""
    packets = container.demux(*tracks)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        yield packet


def _check_complete(container: InputContainer, found: Survey, everything_end: float) -> None:
    stream = container.streams.video[0]
    if stream.duration and stream.time_base:
        said, read = float(stream.duration * stream.time_base), found.seconds
    elif container.duration:
        said, read = container.duration / av.time_base, everything_end
    else:
        return
    if read < said - max(0.5, said * 0.04):
        raise MediaRefused("truncated", CUT_SHORT, read=max(0.0, read), said=said)


def pictures(container: InputContainer) -> Iterator[av.VideoFrame]:
    """Every picture that can be decoded."""
    for frame in frames_of(container, None):
        if isinstance(frame, av.VideoFrame):
            yield frame


def frames_of(container: InputContainer, sound: AudioStream | None) -> Iterator[av.VideoFrame | av.AudioFrame]:
    """Pictures, and sound where a track is given, as they lie in the file.

    Damaged packets are skipped; a file of mostly those is refused.
    """
    good = bad = 0
    video = container.streams.video[0]
    for packet in _packets(container, [video] if sound is None else [video, sound]):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            bad += packet.stream is video
            if bad > 20 and bad > good:
                raise MediaRefused("unreadable", UNDECODABLE) from None
            continue
        good += len(frames) if packet.stream is video else 0
        yield from frames
    if not good:
        raise MediaRefused("unreadable", UNDECODABLE)


def sounds_of(container: InputContainer, track: AudioStream) -> Iterator[av.AudioFrame]:
    """The sound of a track; damaged packets are skipped."""
    for packet in _packets(container, [track]):
        with contextlib.suppress(av.FFmpegError):
            frames: Sequence[Any] = packet.decode()
            yield from (frame for frame in frames if isinstance(frame, av.AudioFrame))


def constant_rate(fps: float, variable: bool) -> Fraction:
    """The constant rate to write a clip at: its own, the nearest usual one where it varies, at most 60."""
    if fps <= 0:
        return Fraction(24)
    nearest = min(COMMON_RATES, key=lambda rate: abs(float(rate) - fps))
    if variable or abs(float(nearest) - fps) < 0.02:
        return nearest if fps > 20 or not variable else Fraction(24)
    return min(FASTEST_OUTPUT, Fraction(fps).limit_denominator(1001))


def examine_clip(path: str, limits: Limits) -> Probe:
    """Header, every packet, the first picture and the last ones."""
    with open_video(path, limits) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1  # with more, the first picture comes only after some others
        found = survey(container, limits)
        first = first_picture(container, limits)
        _check_the_end(container, found)
        width, height = upright_size(first, stream)
        sound = sound_track(container)
        probe = Probe(
            kind="video",
            container=_container_name(container, path),
            codec=codec_of(stream),
            pix_fmt=first.format.name,
            width=width,
            height=height,
            rotation=rotation(first),
            duration=round(found.seconds, 3),
            fps=round(_rate(stream, found), 3),
            variable_rate=found.variable,
            hdr=is_hdr(first),
            has_sound=sound is not None,
            audio_codec=codec_of(sound) if sound else "",
            size=os.path.getsize(path),
        )
    return Probe(**{**probe.as_json(), "browser_playable": _plays_in_browsers(probe)})


def _rate(stream: VideoStream, found: Survey) -> float:
    """The header's rate where the pictures keep it: containers that count milliseconds blur the measured one."""
    said = float(stream.average_rate or 0)
    return said if not found.variable and abs(said - found.fps) < said * 0.01 else found.fps


def first_picture(container: InputContainer, limits: Limits) -> av.VideoFrame:
    """The first picture that can be decoded, from the beginning again."""
    go_to(container, 0.0)
    first = next(pictures(container), None)
    if first is None:
        raise MediaRefused("unreadable", UNDECODABLE)
    check_size(first.width, first.height, limits)
    return first


def go_to(container: InputContainer, seconds: float) -> None:
    """Go on reading at the last keyframe before `seconds`, counted as the file counts."""
    stream = container.streams.video[0]
    try:
        container.seek(int(seconds / float(stream.time_base or 1)), stream=stream)
    except av.FFmpegError as error:
        raise MediaRefused("unreadable", UNDECODABLE) from error


def _check_the_end(container: InputContainer, found: Survey) -> None:
    """Decode some pictures from the last keyframe on: a file that was overwritten shows it here."""
    go_to(container, found.times[max(0, len(found.times) - 6)])
    for _ in itertools.islice(pictures(container), LOOK_AT):
        pass


def _container_name(container: InputContainer, path: str) -> str:
    if "matroska" in container.format.name:
        with open(path, "rb") as file:
            return "webm" if b"webm" in file.read(64) else "mkv"
    return "mov" if container.metadata.get("major_brand", "qt").strip() == "qt" else "mp4"


def _plays_in_browsers(probe: Probe) -> bool:
    if probe.container in {"mp4", "mov"}:
        codecs, sounds = {"h264"}, {"aac", "mp3", ""}
    elif probe.container == "webm":
        codecs, sounds = {"vp8", "vp9"}, {"opus", "vorbis", ""}
    else:
        return False
    return probe.codec in codecs and probe.audio_codec in sounds and probe.pix_fmt in {"yuv420p", "yuvj420p"}


def probe(job: dict[str, Any], report: Callable[[float], None]) -> dict[str, Any]:
    """Operation `probe`: job["path"], job["limits"]. Decided by what is inside, never by the file's name."""
    path = str(job["path"])
    check_file(path)
    limits = Limits(**job["limits"]) if job.get("limits") else Limits()
    found = examine_photo(path, limits) if is_photo(path) else examine_clip(path, limits)
    return found.as_json()
