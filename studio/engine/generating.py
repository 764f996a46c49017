"""Operation `generate`: a film drawn from words, and the effects of the turns after it."""

from collections.abc import Callable
from typing import Any

from .drawing import Drawn
from .editing import apply
from .plan import Plan
from .scenes.ocean import Ocean
from .sound import waves

Job = dict[str, Any]
Report = Callable[[float], None]


def generate(job: Job, report: Report) -> Job:
    """job: plans (the first one's scene says what to draw), seed, output, settings (duration, width, height, …)."""
    settings = job["settings"]
    plans = [Plan.from_json(plan) for plan in job["plans"]]
    scene = plans[0].scene or {}
    size = size_of(settings)
    seconds, seed = float(settings.get("duration") or 6), int(job.get("seed") or 0)
    ocean = Ocean(seed, *size, str(scene.get("palette") or ""))
    drawn = Drawn(size, seconds, ocean.frame, waves(seed, seconds))
    return apply(drawn, plans, settings, str(job["output"]), report)


def size_of(settings: dict[str, Any]) -> tuple[int, int]:
    """Width and height in whole fours, 1280 by 720 where nothing is asked."""
    width, height = int(settings.get("width") or 1280), int(settings.get("height") or 720)
    return max(64, width // 4 * 4), max(64, height // 4 * 4)
