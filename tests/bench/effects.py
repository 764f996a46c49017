"""What each effect of the catalogue costs for one picture of 720p."""

import time
from fractions import Fraction
from pathlib import Path

import av

from studio.engine.catalogue import EFFECTS
from studio.engine.editing import line
from studio.engine.effects.entry import Effect, Stage
from studio.engine.parser import parse
from studio.engine.timeline import Timeline
from tests.bench.report import Figure, median
from tests.engine import media_files

SIZE, RATE, COUNT, ROUNDS = (1280, 720), Fraction(24), 24, 3
UNSEEN = {Stage.TRIM, Stage.TIME, Stage.SOUND}


def pictures() -> list[av.VideoFrame]:
    made = []
    for index in range(COUNT):
        frame = av.VideoFrame.from_ndarray(media_files.picture(index / COUNT, SIZE)).reformat(format="yuv420p")
        frame.pts, frame.time_base = index, 1 / RATE
        made.append(frame)
    return made


def cost(effect: Effect, frames: list[av.VideoFrame]) -> float:
    """Milliseconds per picture, the best of some rounds: what else the machine does is not the effect's."""
    step = parse(effect.examples_en[0]).steps[0]
    best = float("inf")
    for _ in range(ROUNDS):
        way = line(Timeline(0.0, float(COUNT / RATE)), [step], RATE, *SIZE)
        began = time.perf_counter()
        made = sum(1 for frame in [*frames, None] for _ in way.push(frame))
        best = min(best, 1000 * (time.perf_counter() - began) / made)
    return best


def measure(folder: Path) -> list[Figure]:
    frames = pictures()
    costs = {effect.id: cost(effect, frames) for effect in EFFECTS if effect.stage not in UNSEEN}
    slowest = max(costs, key=lambda name: costs[name])
    return [
        Figure("an effect for one picture of 720p, median", median(list(costs.values())), "ms", 15, f"{len(costs)}"),
        Figure("the slowest effect for one picture of 720p", costs[slowest], "ms", 60, slowest),
    ]
