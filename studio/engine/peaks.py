"""How loud a clip is where, for the line of its sound along a seek bar. Runs only inside a worker."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .encoding import SOUND_RATE
from .limits import granted
from .reading import Source

Job = dict[str, Any]
Report = Callable[[float], None]


def waveform(job: Job, report: Report) -> Job:
    """job: path, parts. The loudest sample in each of equal parts of the clip, 0 to 1; nothing without sound."""
    source, parts = Source(str(job["path"]), limits=granted(job)), int(job["parts"])
    if not source.has_sound:
        return {"peaks": []}
    peaks, at = np.zeros(parts, np.float32), 0
    whole = max(1, round(source.seconds * SOUND_RATE))
    for frame in source.sounds():
        loudest = np.abs(frame.to_ndarray()).max(axis=0)
        places = np.minimum((at + np.arange(loudest.size)) * parts // whole, parts - 1)
        np.maximum.at(peaks, places, loudest)
        at += loudest.size
        report(at / whole)
    return {"peaks": [round(float(peak), 4) for peak in np.clip(peaks, 0, 1)]}
