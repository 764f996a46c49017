"""Pictures that any part can be had of, and what to look for in those that an effect has made of them."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np

Pictures = Sequence[np.ndarray]


class Shown:
    """The given pictures as a clip without sound."""

    has_sound = False

    def __init__(self, pictures: Sequence[av.VideoFrame], fps: Fraction) -> None:
        self.pictures, self.fps = list(pictures), fps
        self.width, self.height = pictures[0].width, pictures[0].height
        self.seconds = float(len(pictures) / fps)

    def part(self, start: float, end: float) -> "Shown":
        return Shown(self.pictures[round(start * self.fps) : round(end * self.fps)], self.fps)

    def sounds(self) -> Iterator[av.AudioFrame]:
        return iter(())

    def __iter__(self) -> Iterator[av.VideoFrame]:
        for frame in self.pictures:
            again = av.VideoFrame.from_ndarray(frame.to_ndarray(), format=frame.format.name)
            again.pts, again.time_base = frame.pts, frame.time_base
            yield again


def shaky(frames: Sequence[av.VideoFrame]) -> list[av.VideoFrame]:
    """The first picture again and again, with marks all over it, a few pixels off each time."""
    chance = np.random.default_rng(9)
    first = frames[0].to_ndarray(format="rgb24")
    marks = np.kron(chance.integers(0, 160, (first.shape[0] // 12, first.shape[1] // 12 + 1)), np.ones((12, 12)))
    ground = np.clip(first // 2 + marks[: first.shape[0], : first.shape[1], None], 0, 255).astype(np.uint8)
    made = []
    for frame in frames:
        moved = np.roll(ground, tuple(chance.integers(-5, 6, 2)), axis=(0, 1))
        made.append(av.VideoFrame.from_ndarray(moved).reformat(format="yuv420p"))
        made[-1].pts, made[-1].time_base = frame.pts, frame.time_base
    return made


def alike(first: np.ndarray, second: np.ndarray) -> bool:
    return first.shape == second.shape and float(np.abs(first.astype(int) - second).mean()) < 1.5


def all_alike(first: Pictures, second: Pictures) -> bool:
    return len(first) == len(second) and all(map(alike, first, second))


def light(picture: np.ndarray) -> float:
    return float(picture.mean())


def spread(picture: np.ndarray) -> float:
    """How much of the row through the bar the bar fills: the nearer the camera, the more."""
    row = picture[picture.shape[0] // 2 + 6].mean(axis=1)
    return float((row > 200).mean())


def travelled(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether the picture is the middle of the other one, some way off."""
    return before.shape == after.shape and not alike(before, after)


def unrest(pictures: Pictures) -> float:
    """How much neighbours differ."""
    return float(np.mean([np.abs(a.astype(int) - b).mean() for a, b in pairwise(pictures)]))


def turned(before: np.ndarray, after: np.ndarray) -> bool:
    if after.shape[0] == before.shape[1]:
        return any(alike(np.rot90(before, turns), after) for turns in (1, 3))
    return after.shape == before.shape and not alike(before, after)


def bars(picture: np.ndarray) -> bool:
    return picture[:8].max() < 6 > picture[-8:].max() and picture[60:120].max() > 200


def ratio_of(picture: np.ndarray) -> float:
    return float(picture.shape[1] / picture.shape[0])


CHECKS: dict[str, Callable[[Pictures, Pictures], bool]] = {
    "columns swapped": lambda before, after: all_alike([picture[:, ::-1] for picture in before], after),
    "rows swapped": lambda before, after: all_alike([picture[::-1] for picture in before], after),
    "turned": lambda before, after: turned(before[3], after[3]),
    "ratio": lambda before, after: any(abs(ratio_of(after[3]) - wanted) < 0.02 for wanted in (9 / 16, 1.0)),
    "black bars": lambda before, after: bars(after[3]) and alike(before[3][40:140], after[3][40:140]),
    "steadier": lambda before, after: unrest(after) < 0.7 * unrest(before),
    "shaken": lambda before, after: unrest(after) > 1.2 * unrest(before),
    "middle grows": lambda before, after: alike(before[0], after[0]) and spread(after[9]) > 1.15 * spread(before[9]),
    "middle shrinks": lambda before, after: (
        alike(before[-1], after[-1]) and spread(after[2]) > 1.15 * spread(before[2])
    ),
    "middle travels": lambda before, after: travelled(before[0], after[0]) and travelled(before[-1], after[-1]),
    "reversed": lambda before, after: all_alike(before[::-1], after),
    "there and back": lambda before, after: all_alike([*before, *before[::-1]], after),
    "twice": lambda before, after: (
        len(after) % len(before) == 0
        and len(after) > len(before)
        and all_alike([*before] * (len(after) // len(before)), after)
    ),
    "still end": lambda before, after: (
        all_alike(before, after[: len(before)])
        and len(after) > len(before)
        and all(alike(before[-1], picture) for picture in after[len(before) :])
    ),
    "more pictures": lambda before, after: len(after) > 10 * len(before),
    "black beginning": lambda before, after: light(after[0]) < 2 and all_alike(before[6:], after[6:]),
    "black end": lambda before, after: light(after[-1]) < 0.6 * light(before[-1]) and all_alike(before[:6], after[:6]),
}
