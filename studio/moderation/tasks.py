"""What the queue calls. It may run twice."""

from studio.moderation import applying


def apply_decision(case_id: str) -> None:
    applying.apply(case_id)
