"""What the module of a scene hands over: `film(asked, seed, size, seconds)` gives one of these."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.engine.sound import Samples

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Film:
    """`picture(t)` is RGB bytes at `t` seconds, from any thread and in any order; `sound` has two channels."""

    picture: Callable[[float], Picture]
    sound: Samples
