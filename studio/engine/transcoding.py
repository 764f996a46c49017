"""Makes a clip into another: the rendition that browsers play, a trimmed part, a download in another format."""

from collections.abc import Callable
from typing import Any

import av

from .encoding import Writer
from .limits import granted
from .reading import Source

Job = dict[str, Any]
Report = Callable[[float], None]
RENDITION_QUALITY = 80
TRIM_QUALITY = 92


def rendition(job: Job, report: Report) -> Job:
    """job: path, output, start and end (seconds), box ([width, height] at most; none for full size), quality.

    H.264 and AAC in MP4, upright, 8 bits, constant rate.
    """
    box = tuple(job["box"]) if job.get("box") else None
    part = {"start": job.get("start"), "end": job.get("end")}
    source = Source(str(job["path"]), limits=granted(job), box=box, **part)
    quality = int(job.get("quality") or (RENDITION_QUALITY if box else TRIM_QUALITY))
    return _copy(source, str(job["output"]), "mp4", quality, report)


def transcode(job: Job, report: Report) -> Job:
    """job: path, output, format (mp4, mov, webm or prores), quality (20 to 99)."""
    source = Source(str(job["path"]), limits=granted(job))
    return _copy(source, str(job["output"]), str(job["format"]), int(job.get("quality") or TRIM_QUALITY), report)


def _copy(source: Source, output: str, fmt: str, quality: int, report: Report) -> Job:
    with Writer(output, fmt, quality, source.width, source.height, source.fps, source.has_sound) as writer:
        for frame in source:
            if isinstance(frame, av.VideoFrame):
                writer.video(frame)
                report(0.99 * writer.frames / source.count)
            else:
                writer.audio(frame)
    return writer.probe().as_json()
