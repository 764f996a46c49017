"""What people do here, for those outside: report, claim, decide, undo."""

from studio.moderation.claiming import claim, leave
from studio.moderation.deciding import Wish, decide, undo
from studio.moderation.errors import AlreadyReported, ModerationError, Outdated, Refused
from studio.moderation.reporting import Reporter, report

__all__ = [
    "AlreadyReported",
    "ModerationError",
    "Outdated",
    "Refused",
    "Reporter",
    "Wish",
    "claim",
    "decide",
    "leave",
    "report",
    "undo",
]
