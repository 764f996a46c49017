"""Effects that were once right on test pictures and wrong on real ones: what those showed, in pictures of our own."""

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import pytest

from studio.engine.editing import line
from studio.engine.plan import Step
from studio.engine.timeline import Timeline

RATE = Fraction(24)
SIZE = (320, 180)


def through(id: str, pictures: Sequence[np.ndarray], k: float = 1.0) -> list[np.ndarray]:
    way = line(Timeline(0.0, float(len(pictures) / RATE)), [Step(id, {"k": k})], RATE, *SIZE)
    made = []
    for place, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8)).reformat(format="yuv420p")
        frame.pts, frame.time_base = place, 1 / RATE
        made += [shown.to_ndarray(format="rgb24").astype(int) for shown in way.push(frame)]
    return made + [shown.to_ndarray(format="rgb24").astype(int) for shown in way.push(None)]


def plain(light: int) -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), light, np.uint8)


@pytest.mark.parametrize("k", [0.5, 1.0, 2.0])
def test_a_posters_sky_has_no_hue_that_the_sky_had_not(k: float) -> None:
    """From pale blue to nearly white with a touch of rose; steps of red, green and blue made cyan and pink of it."""
    down = np.linspace(0, 1, SIZE[1])[:, None, None]
    sky = np.broadcast_to((185, 205, 245) * (1 - down) + (245, 225, 240) * down, (SIZE[1], SIZE[0], 3))
    shown = through("posterize", [sky])[0]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        before, after = sky[..., one] - sky[..., other], shown[..., one] - shown[..., other]
        assert np.abs(after - before).max() < 50


@pytest.mark.parametrize(("ground", "thing"), [(200, 30), (60, 230)], ids=["dark", "bright"])
def test_what_moves_leaves_a_trail_whether_dark_or_bright(ground: int, thing: int) -> None:
    pictures = [plain(ground) for _ in range(8)]
    for place, picture in enumerate(pictures):
        picture[60:120, 20 + 24 * place : 44 + 24 * place] = thing
    last = through("trails", pictures)[-1][90].mean(axis=1)
    behind, before_that, ahead = last[20 + 24 * 6 + 12], last[20 + 24 * 3 + 12], last[20 + 24 * 8 + 12]
    assert abs(behind - ground) > 0.3 * abs(thing - ground)
    assert abs(behind - ground) > abs(before_that - ground) > 10
    assert abs(ahead - ground) < 4


def test_trails_leave_what_only_trembles_as_crisp_as_it_was() -> None:
    chance = np.random.default_rng(4)
    grass = chance.integers(60, 180, (SIZE[1], SIZE[0], 1)).repeat(3, axis=2)
    pictures = [np.clip(grass + chance.normal(0, 3, (SIZE[1], SIZE[0], 1)), 0, 255) for _ in range(8)]
    assert np.abs(through("trails", pictures)[-1] - pictures[-1]).mean() < 3
