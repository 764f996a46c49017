"""A hand-held shot with a tremble that is known, and how much of it is left."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from PIL import Image

from studio.engine.editing import line
from studio.engine.plan import Step
from studio.engine.steadying import motion
from studio.engine.timeline import Timeline

RATE = Fraction(24)
SIZE = (320, 180)
COUNT = 48
Path = np.ndarray
"""A row for each picture: right, down, turned (in radians)."""


def ground(seed: int = 2) -> Image.Image:
    """Large and small shapes without an end that could be seen."""
    chance = np.random.default_rng(seed)
    layers = [Image.fromarray(chance.integers(0, 255, (90 // far, 160 // far)).astype(np.uint8)) for far in (2, 6)]
    rough, fine = (np.asarray(layer.resize((640, 360), Image.Resampling.BICUBIC), float) for layer in layers[::-1])
    return Image.fromarray((0.6 * rough + 0.4 * fine).astype(np.uint8))


def shot(path: Path, ground: Image.Image, walker: int = 40) -> list[av.VideoFrame]:
    """What a camera sees on that path; something of the size of a person walks through."""
    made = []
    for place, (right, down, turn) in enumerate(path):
        cos, sin = np.cos(turn), np.sin(turn)
        left, top = 320 - right - cos * 160 + sin * 90, 180 - down - sin * 160 - cos * 90
        lies = (cos, -sin, left, sin, cos, top)
        seen = ground.transform(SIZE, Image.Transform.AFFINE, lies, Image.Resampling.BICUBIC)
        seen.paste(30, (at := walker + 3 * place, 60, at + 40, 160))
        frame = av.VideoFrame.from_image(seen.convert("RGB")).reformat(format="yuv420p")
        frame.pts, frame.time_base = place, 1 / RATE
        made.append(frame)
    return made


def tremble(seed: int = 1) -> Path:
    """Slow swings of a hand, a quick jitter on top, and a little turning."""
    chance, time = np.random.default_rng(seed), np.arange(COUNT)[:, None] / float(RATE)
    swings = sum(np.sin(2 * np.pi * pace * time + chance.uniform(0, 6, 3)) for pace in (1.3, 2.1, 3.4))
    return np.asarray((swings + chance.normal(0, 0.4, (COUNT, 3))) * (2, 1.5, 0.004))


def steadied(frames: Sequence[av.VideoFrame]) -> list[av.VideoFrame]:
    way = line(Timeline(0.0, float(len(frames) / RATE)), [Step("stabilise", {})], RATE, *SIZE)
    return [made for frame in [*frames, None] for made in way.push(frame)]


def steps(frames: Sequence[av.VideoFrame]) -> Path:
    """How each picture lies against the one before it."""
    small = [frame.to_ndarray(format="gray").astype(np.float32) for frame in frames]
    return np.array([motion(one, other) for one, other in pairwise(small)])


def size_of(steps: Path) -> Path:
    return np.sqrt((steps**2).mean(axis=0))


def test_what_is_measured_is_how_the_camera_moved() -> None:
    path = tremble()
    off = steps(shot(path, ground())) - np.diff(path, axis=0) * (1, 1, -1)
    assert (size_of(off) < (0.3, 0.3, 0.002)).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_less_than_a_quarter_of_a_hands_tremble_is_left(seed: int) -> None:
    frames = shot(tremble(seed), ground())
    before, after = size_of(steps(frames)), size_of(steps(steadied(frames)))
    assert (after < 0.25 * before).all()


def test_a_pan_is_kept_and_only_its_tremble_goes() -> None:
    pan = np.linspace((-40.0, 0, 0), (40.0, 0, 0), COUNT)
    after = steps(steadied(shot(pan + tremble(), ground())))[8:-8]
    assert abs(float(after[:, 0].mean()) - 80 / (COUNT - 1) / 0.92) < 0.3
    assert float(after[:, 0].std()) < 0.8


def test_every_picture_comes_out_in_its_place_and_no_edge_shows() -> None:
    white = Image.new("L", (640, 360), 235)
    frames = shot(3 * tremble(), white)
    made = steadied(frames)
    assert [frame.pts for frame in made] == [frame.pts for frame in frames]
    for frame in made:
        picture = frame.to_ndarray(format="gray")
        assert min(edge.min() for edge in (picture[:3], picture[-3:], picture[:, :3], picture[:, -3:])) > 200


def test_another_shot_does_not_pull_the_picture_along() -> None:
    still = np.zeros((COUNT // 2, 3))
    frames = shot(still, ground(2)) + shot(still, ground(9), walker=200)
    for place, frame in enumerate(frames):
        frame.pts = place
    after = steps(steadied(frames))
    assert (size_of(after) < (0.1, 0.1, 0.001)).all()
