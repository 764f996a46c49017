"""What is drawn without a filter: the same at the same moment, elsewhere at another, once, and on any size."""

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import pytest

from studio.engine.editing import line
from studio.engine.painters import PAINTERS
from studio.engine.plan import Step
from studio.engine.timeline import Timeline

RATE = Fraction(24)
every_painter = pytest.mark.parametrize("id", PAINTERS)


def grey(size: tuple[int, int], place: int) -> av.VideoFrame:
    picture = np.full((size[1], size[0], 3), 70, np.uint8)
    picture[:, : size[0] // 2] += 60
    frame = av.VideoFrame.from_ndarray(picture).reformat(format="yuv420p")
    frame.pts, frame.time_base = place, 1 / RATE
    return frame


def painted(id: str, places: Sequence[int], size: tuple[int, int] = (320, 180), seed: int | None = None) -> list[bytes]:
    """Pictures with nothing but the painter's work, as bytes."""
    seeded = {} if seed is None else {"seed": seed}
    painter = PAINTERS[id](*size, {"k": 1.0}, **seeded)
    frames = [grey(size, place) for place in places]
    for frame in frames:
        painter.paint(frame)
    return [frame.to_ndarray().tobytes() for frame in frames]


@every_painter
def test_a_moment_looks_the_same_in_every_render(id: str) -> None:
    """Wherever the render begins: the second half of a clip on its own has the same pictures."""
    assert painted(id, range(8))[4:] == painted(id, range(4, 8))


@every_painter
def test_another_seed_draws_something_else(id: str) -> None:
    places = range(0, 48, 4)
    assert painted(id, places, seed=1) != painted(id, places, seed=2)


@every_painter
def test_it_moves(id: str) -> None:
    assert len(set(painted(id, range(0, 24, 4)))) > 1


@every_painter
@pytest.mark.parametrize(
    "size", [(16, 16), (180, 320), (426, 240), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_every_size_is_painted(id: str, size: tuple[int, int]) -> None:
    plain = grey(size, 30).to_ndarray().tobytes()
    assert any(picture != plain for picture in painted(id, range(0, 48, 3), size))


def test_a_chain_paints_each_step_once_and_in_its_place() -> None:
    """A glitch has no filter beside its painter, so the chain must give what the painter gives."""
    way = line(
        Timeline(0.0, 1.0), [Step("glitch", {"k": 1.0}), Step("negative"), Step("snow", {"k": 0.5})], RATE, 320, 180
    )
    alone = line(Timeline(0.0, 1.0), [Step("glitch", {"k": 1.0})], RATE, 320, 180)
    frames = [*(grey((320, 180), place) for place in range(24)), None]
    one = [made.to_ndarray().tobytes() for frame in frames for made in alone.push(frame)]
    assert one == painted("glitch", range(24))
    many = [made.to_ndarray(format="gray") for frame in frames for made in way.push(frame)]
    assert len(many) == 24
    # The dark half is bright now, and what lies on it as snow was not inverted: it is brighter still.
    assert float(np.median(many[0][:, 200:])) > 170
    assert all(float(picture[:, 200:].max()) > float(np.median(picture[:, 200:])) + 20 for picture in many)


def test_painting_does_not_touch_the_pictures_that_came_in() -> None:
    frames = [grey((320, 180), place) for place in range(4)]
    before = [frame.to_ndarray().tobytes() for frame in frames]
    way = line(Timeline(0.0, 1.0), [Step("glitch", {"k": 2.0})], RATE, 320, 180)
    for frame in frames:
        list(way.push(frame))
    assert [frame.to_ndarray().tobytes() for frame in frames] == before
