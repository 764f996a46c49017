"""Threads of turns. A turn's parent is a take; takes are never overwritten; a job is one attempt at a turn."""

from studio.threads.models.hold import Hold
from studio.threads.models.job import ACTIVE, FINAL, LEGAL_MOVES, Delivery, Job, JobEvent, JobQuerySet, JobStatus
from studio.threads.models.take import HeldBy, Take, TakeQuerySet
from studio.threads.models.thread import ReviewState, TeamProvider, Thread, ThreadQuerySet, UploadAddress
from studio.threads.models.turn import Operation, Turn, TurnInput, TurnQuerySet

__all__ = [
    "ACTIVE",
    "FINAL",
    "LEGAL_MOVES",
    "Delivery",
    "HeldBy",
    "Hold",
    "Job",
    "JobEvent",
    "JobQuerySet",
    "JobStatus",
    "Operation",
    "ReviewState",
    "Take",
    "TakeQuerySet",
    "TeamProvider",
    "Thread",
    "ThreadQuerySet",
    "Turn",
    "TurnInput",
    "TurnQuerySet",
    "UploadAddress",
]
