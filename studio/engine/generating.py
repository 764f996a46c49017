"""Operation `generate`: a film drawn from words, and the effects of the turns after it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .catalogue import scene_of
from .drawing import Drawn
from .editing import apply
from .plan import Plan
from .scenes.film import Film

Job = dict[str, Any]
Report = Callable[[float], None]


def generate(job: Job, report: Report) -> Job:
    """job: plans (the first one's scene says what to draw), seed, output, settings (duration, width, height, …)."""
    settings = job["settings"]
    plans = [Plan.from_json(plan) for plan in job["plans"]]
    asked = plans[0].scene or {}
    size = size_of(settings)
    seconds, seed = float(settings.get("duration") or 6), int(job.get("seed") or 0)
    # Only what is asked for is loaded: the worker's start is part of every wait.
    module = import_module(f"studio.engine.scenes.{scene_of(asked).module}")
    film: Film = module.film(asked, seed, size, seconds)
    return apply(Drawn(size, seconds, film.picture, film.sound), plans, settings, str(job["output"]), report)


def size_of(settings: dict[str, Any]) -> tuple[int, int]:
    """Width and height in whole fours, 1280 by 720 where nothing is asked."""
    width, height = int(settings.get("width") or 1280), int(settings.get("height") or 720)
    return max(64, width // 4 * 4), max(64, height // 4 * 4)
