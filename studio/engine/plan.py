"""What the engine will do for one turn, as plain data: stored as JSON with the render, read for each turn after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = float | str
Scene = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One effect of the catalogue with its parameters: numbers within their limits, or the words of a caption."""

    id: str
    params: Mapping[str, Value] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "params": dict(self.params)}


@dataclass(frozen=True)
class Plan:
    """`steps` in the order of application; `not_done`, what was asked and will not happen, and `kept`, what was asked
    to stay as it is, both in the person's own words; `scene`, what a turn without a source clip draws:
    {"name": "ocean", "palette": "day" | "sunset" | "dawn" | "night" | ""}, likewise for the other scenes of the
    catalogue with what else their words choose, or
    {"name": "photo", "move": "in" | "out" | "left" | "right" | "up" | "down" | ""}.
    """

    steps: tuple[Step, ...] = ()
    not_done: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    scene: Scene | None = None

    @property
    def renders(self) -> bool:
        return bool(self.steps) or self.scene is not None

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": [step.to_json() for step in self.steps],
            "not_done": list(self.not_done),
            "kept": list(self.kept),
            "scene": dict(self.scene) if self.scene is not None else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Plan":
        scene = data.get("scene")
        return cls(
            steps=tuple(Step(str(step["id"]), dict(step.get("params") or {})) for step in data.get("steps") or ()),
            not_done=tuple(data.get("not_done") or ()),
            kept=tuple(data.get("kept") or ()),
            scene=dict(scene) if scene is not None else None,
        )
