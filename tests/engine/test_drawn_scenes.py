"""Every scene of the catalogue: chosen by its words in both languages, the same for the same seed, alive, and heard."""

from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio import engine
from studio.engine.catalogue import SCENES, describe_scene, scene_examples, scene_ideas
from studio.engine.parser import parse
from studio.engine.plan import Plan
from studio.engine.scenes.city import City
from studio.engine.scenes.entry import DrawnScene
from studio.engine.scenes.film import Film
from tests.engine import media_files

SMALL = (320, 180)
TEXT = {"title": {"text": "Hello\nthere"}}
every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.id)
every_example = pytest.mark.parametrize(
    ("scene", "prompt"),
    [(scene, prompt) for scene in SCENES for prompt in (*scene.examples_en, *scene.examples_zh, *scene.ideas)],
    ids=lambda value: value if isinstance(value, str) else value.id,
)


@lru_cache(24)
def film(name: str, seed: int = 3, size: tuple[int, int] = SMALL, seconds: float = 4.0, **asked: str) -> Film:
    scene = next(each for each in SCENES if each.id == name)
    module = import_module(f"studio.engine.scenes.{scene.module}")
    made: Film = module.film({"name": name, **TEXT.get(name, {}), **asked}, seed, size, seconds)
    return made


def picture(name: str, moment: float = 1.0, **asked: Any) -> np.ndarray:
    return film(name, **asked).picture(moment).astype(int)


def scene_of(prompt: str) -> dict[str, Any]:
    return dict(parse(prompt, operation="generate").scene or {})


@every_example
def test_an_example_chooses_its_scene_and_leaves_nothing_undone(scene: DrawnScene, prompt: str) -> None:
    plan = parse(prompt, operation="generate")
    assert plan.scene is not None and plan.scene["name"] == scene.id
    assert plan.not_done == () and plan.steps == ()


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("mountains at sunrise", {"name": "mountains", "palette": "dawn", "weather": "", "move": ""}),
        ("雪山日落", {"name": "mountains", "palette": "sunset", "weather": "snow", "move": ""}),
        ("snow on the peaks at night", {"name": "mountains", "palette": "night", "weather": "snow", "move": ""}),
        (
            "foggy mountains by day, zoom out slowly",
            {"name": "mountains", "palette": "day", "weather": "fog", "move": "out"},
        ),
        ("a city at night", {"name": "city", "palette": "", "weather": "", "move": ""}),
        ("neon skyline in the rain", {"name": "city", "palette": "neon", "weather": "rain", "move": ""}),
        ("雨夜的霓虹城市，镜头向左平移", {"name": "city", "palette": "neon", "weather": "rain", "move": "left"}),
        ("黄昏的都市", {"name": "city", "palette": "dusk", "weather": "", "move": ""}),
        ("emerald silk", {"name": "silk", "palette": "green"}),
        ("waves of blue silk", {"name": "silk", "palette": "blue"}),
        ("黑色丝绸", {"name": "silk", "palette": "black"}),
        ('a title card "A day" and "by the sea"', {"name": "title", "palette": "", "text": "A day\nby the sea"}),
        ("紫色的片头“你好”", {"name": "title", "palette": "violet", "text": "你好"}),
        ("a boat off a mountain coast", {"name": "mountains", "palette": "", "weather": "", "move": ""}),
        ("a boat on the water", {"name": "ocean", "palette": ""}),
    ],
)
def test_words_choose_palette_weather_move_and_text(prompt: str, scene: dict[str, str]) -> None:
    assert scene_of(prompt) == scene


@pytest.mark.parametrize(
    ("prompt", "not_done"),
    [
        ("mountains by day with a castle", ("with a castle",)),
        ("a city by day", ("by day",)),
        ('a title card "Hi" with a dragon', ("dragon",)),
        ("“你好😀”", ("😀",)),
        ("the sea at dawn in the rain", ("in the rain",)),
    ],
)
def test_what_a_scene_does_not_show_is_said(prompt: str, not_done: tuple[str, ...]) -> None:
    plan = parse(prompt, operation="generate")
    assert plan.renders and plan.not_done == not_done


@pytest.mark.parametrize(
    "prompt",
    [
        "a red car in the rain",
        'make her say "hi"',
        'a dog says "woof"',
        "a title card",
        "sunset",
        "“😀”",
        "一只猫",
    ],
)
def test_where_no_scene_fits_none_is_drawn(prompt: str) -> None:
    plan = parse(prompt, operation="generate")
    assert plan.scene is None and not plan.renders and plan.not_done == (prompt,)


def test_words_in_quotes_are_a_caption_where_something_else_is_drawn() -> None:
    plan = parse('a calm ocean with the title "Hello"', operation="generate")
    assert plan.scene == {"name": "ocean", "palette": ""} and [step.id for step in plan.steps] == ["caption"]


@every_scene
def test_the_reply_names_the_scene_and_each_further_choice(scene: DrawnScene) -> None:
    for palette in ("", *scene.choices["palette"]):
        asked = {"name": scene.id, "palette": palette}
        assert describe_scene(asked) == [(scene.id, "Drawn scene", scene.labels[palette])]
    full = {"name": scene.id} | {aspect: next(iter(table)) for aspect, table in scene.choices.items()}
    assert len(describe_scene(full)) == len(scene.choices)


def test_chips_and_answers_offer_every_scene() -> None:
    offered = [parse(prompt, operation="generate") for prompt in scene_ideas()]
    assert {plan.scene["name"] for plan in offered if plan.scene} == {scene.id for scene in SCENES}
    for language in ("en", "zh"):
        names = [scene_of(prompt)["name"] for prompt in scene_examples(language)]
        assert names == [scene.id for scene in SCENES]


@every_scene
def test_the_same_seed_gives_the_same_pictures_and_sound_and_another_seed_others(scene: DrawnScene) -> None:
    first, again, other = film(scene.id, 5), film.__wrapped__(scene.id, 5), film(scene.id, 6)
    later = again.picture(2.5)
    assert (first.picture(0.5) == again.picture(0.5)).all() and (first.picture(2.5) == later).all()
    assert np.abs(first.picture(0.5).astype(int) - other.picture(0.5)).mean() > 3
    assert (first.sound == again.sound).all() and not (first.sound == other.sound).all()


@every_scene
@pytest.mark.parametrize("size", [(180, 320), (644, 364), (64, 64)])
def test_it_fills_the_picture_in_every_shape(scene: DrawnScene, size: tuple[int, int]) -> None:
    drawn = film(scene.id, size=size).picture(1.0)
    assert drawn.shape == (size[1], size[0], 3) and drawn.dtype == np.uint8
    assert drawn.std() > 8


@every_scene
def test_it_moves_all_the_time_and_never_jumps(scene: DrawnScene) -> None:
    made = film(scene.id)
    for start in (0.5, 1.5, 3.5):
        frames = [made.picture(start + step / 24).astype(int) for step in range(4)]
        steps = [float(np.abs(after - before).mean()) for before, after in pairwise(frames)]
        assert min(steps) > 0.02 and max(steps) < 12
        assert max(steps) < 3 * min(steps) + 0.5


@every_scene
def test_it_is_heard_from_beginning_to_end(scene: DrawnScene) -> None:
    sound = film(scene.id, seconds=3.0).sound
    assert sound.shape == (2, 3 * 48_000) and sound.dtype == np.float32
    assert 0.01 < np.sqrt((sound[:, 24_000:-24_000] ** 2).mean()) < 0.5 and np.abs(sound).max() < 1.2
    assert np.abs(sound[:, :10]).max() < 0.002 and np.abs(sound[:, -10:]).max() < 0.002


@every_scene
def test_it_renders_to_a_file_of_the_asked_length_with_sound(scene: DrawnScene, tmp_path: Path) -> None:
    plan = Plan(scene={"name": scene.id, "palette": "", **TEXT.get(scene.id, {})})
    settings = {"duration": 0.5, "width": SMALL[0], "height": SMALL[1], "format": "mp4", "quality": 85}
    engine.render(engine.RenderSpec("generate", [plan], tmp_path / "a.mp4", settings=settings, seed=2))
    probe = engine.probe(tmp_path / "a.mp4")
    assert (probe.width, probe.height, probe.has_sound) == (*SMALL, True)
    assert probe.duration == pytest.approx(0.5, abs=0.03)
    frames = media_files.frames(tmp_path / "a.mp4")
    assert len(frames) == 12 and not (frames[0] == frames[-1]).all()


def test_the_hours_of_the_mountains_are_told_apart_by_their_colours() -> None:
    means = {hour: picture("mountains", palette=hour).mean(axis=(0, 1)) for hour in ("sunset", "dawn", "day", "night")}
    assert means["sunset"][0] > means["sunset"][2] + 10
    assert means["night"].mean() < min(mean.mean() for hour, mean in means.items() if hour != "night") - 20
    assert means["day"][1] > means["day"][0]
    assert means["dawn"].mean() > means["sunset"].mean()


def test_the_lights_of_the_city_are_told_apart_by_their_colours() -> None:
    night, dusk, neon = (picture("city", palette=name).mean(axis=(0, 1)) for name in ("", "dusk", "neon"))
    assert night.mean() < dusk.mean() and dusk[0] > night[0] + 15
    assert neon[0] > neon[1] + 10 and neon[2] > neon[1] + 25 > night[1]


@pytest.mark.parametrize("name", ["silk", "title"])
def test_a_dye_is_seen(name: str) -> None:
    red, green, blue = (picture(name, palette=dye).mean(axis=(0, 1)) for dye in ("red", "green", "blue"))
    assert red.argmax() == 0 and green.argmax() == 1 and blue.argmax() == 2
    assert picture(name, palette="white").mean() > 120 > 60 > picture(name, palette="black").mean()


@pytest.mark.parametrize("name", ["mountains", "city"])
def test_weather_changes_the_picture_and_what_is_heard(name: str) -> None:
    clear, rainy = film(name), film(name, weather="rain")
    assert not (clear.sound == rainy.sound).all()
    pictures = [film(name, weather=weather).picture(1.0).astype(int) for weather in ("", "rain", "snow", "fog")]
    for place, one in enumerate(pictures):
        assert all(np.abs(one - other).mean() > 2 for other in pictures[place + 1 :])


@pytest.mark.parametrize("name", ["mountains", "city"])
def test_the_camera_goes_where_it_is_asked_to(name: str) -> None:
    """Looking to the right, what is near moves to the left, and the other way round."""

    def shift(move: str) -> int:
        made = film(name, size=(640, 360), move=move)
        row = slice(330, 360) if name == "mountains" else slice(215, 245)
        first, last = (made.picture(t)[row].astype(float).mean(axis=2)[:, 100:540] for t in (1.5, 2.5))
        first, last = first - first.mean(), last - last.mean()
        return max(
            range(-40, 41), key=lambda by: float((first[:, 40:-40] * np.roll(last, -by, axis=1)[:, 40:-40]).sum())
        )

    assert shift("right") < 0 < shift("left")


def test_windows_go_on_and_off_and_cars_pass() -> None:
    """A film so long that the camera seems to stand still."""
    made = City(3, 640, 360, "", seconds=1e6)
    before, after = made.frame(1.0).astype(int), made.frame(6.0).astype(int)
    changed = np.abs(before - after).max(axis=2)[120:245] > 30
    assert 0.0005 < changed.mean() < 0.2


@pytest.mark.parametrize(
    "text", ["Hi", "你好，世界", "A title that is so long that it has to be set smaller, on more lines", "第" * 60]
)
@pytest.mark.parametrize("size", [(640, 360), (360, 640)])
def test_the_words_of_a_title_card_are_seen_and_stay_inside(text: str, size: tuple[int, int]) -> None:
    with_words, without = (film("title", size=size, palette="blue", text=each).picture(3.9) for each in (text, ""))
    inked = np.abs(with_words.astype(int) - without).max(axis=2) > 60
    assert inked.mean() > 0.004
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    assert columns[0] > 0.03 * size[0] and columns[-1] < 0.97 * size[0]
    assert rows[0] > 0.1 * size[1] and rows[-1] < 0.9 * size[1]
    assert abs((columns[0] + columns[-1]) / 2 - size[0] / 2) < 0.04 * size[0]
