"""What a prompt would do, as `manage.py edit --explain` prints it."""

from typing import Any

from studio.engine.parser import parse


def explain(prompt: str) -> dict[str, Any]:
    """{"applied": [{"id", "params"}, …] in the order of application, "not_done": [text, …], "renders": bool}"""
    plan = parse(prompt)
    return {
        "applied": [step.to_json() for step in plan.steps],
        "not_done": list(plan.not_done),
        "renders": plan.renders,
    }
