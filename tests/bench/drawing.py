"""Ten seconds of 720p drawn from nothing, a chain of ten turns against one, and what looks into a clip."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from studio import engine
from studio.engine.catalogue import SCENES
from tests.bench.report import Figure
from tests.engine import media_files

SECONDS, SIZE = 10, (1280, 720)
TURNS = (
    "warmer", "more contrast", "add a vignette", "sharpen it", "more saturated",
    "brighter", "cooler", "mirror it", "less saturated", "add cinema bars",
)  # fmt: skip


def seconds(do: Callable[[], Any]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


def drawn(prompt: str, target: Path) -> None:
    settings = {"duration": SECONDS, "width": SIZE[0], "height": SIZE[1], "format": "mp4", "quality": 95}
    plans = [engine.parse(prompt, operation="generate")]
    engine.render(engine.RenderSpec(operation="generate", plans=plans, settings=settings, seed=1, output=target))


def edited(source: Path, prompts: Sequence[str], target: Path) -> None:
    engine.render(
        engine.RenderSpec(
            operation="edit",
            plans=[engine.parse(prompt) for prompt in prompts],
            inputs=({"role": "source", "path": str(source), "mime": "video/mp4"},),
            settings={"format": "mp4", "quality": 80},
            seed=1,
            output=target,
        )
    )


def measure(folder: Path) -> list[Figure]:
    folder.mkdir(parents=True, exist_ok=True)
    scenes = {scene.id: seconds(partial(drawn, scene.examples_en[0], folder / "scene.mp4")) for scene in SCENES}
    slowest = max(scenes, key=lambda name: scenes[name])
    source = media_files.clip(folder / "source.mp4", seconds=SECONDS, size=SIZE, fps=24)
    edited(source, TURNS[:1], folder / "warm-up.mp4")
    one = seconds(lambda: edited(source, TURNS[:1], folder / "one.mp4"))
    ten = seconds(lambda: edited(source, TURNS, folder / "ten.mp4"))
    looked = seconds(lambda: engine.probe(source))
    stills = seconds(lambda: (engine.poster(source, folder / "p.jpg"), engine.filmstrip(source, folder / "f.jpg")))
    return [
        Figure("ten seconds of 720p drawn from nothing, the slowest scene", scenes[slowest], "s", 15, slowest),
        Figure("a chain of ten turns against one turn", ten / one, "×", 3, f"one takes {one:.2f} s"),
        Figure("a poster and a filmstrip of a clip", stills, "s", 0.8),
        Figure("a look at what a clip is", looked, "s", 0.3),
    ]
