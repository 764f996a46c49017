"""What machines do to jobs. Nothing outside this package writes `Job.status`.

    queued -> submitting -> running -> collecting -> succeeded        answered, failed, cancelled

Every function may run twice and may be killed between any two lines: each step is one conditional UPDATE.
"""

from studio.threads.jobs.collecting import collect
from studio.threads.jobs.moving import Change, changes_of, fail, move
from studio.threads.jobs.news import apply_update, is_progress, tell_progress
from studio.threads.jobs.sending import call, create, submit, wake_the_watcher
from studio.threads.jobs.stopping import Heard, ask_to_stop, lease_stops, note_stop
from studio.threads.jobs.sweeping import stop, sweep

__all__ = [
    "Change",
    "Heard",
    "apply_update",
    "ask_to_stop",
    "call",
    "changes_of",
    "collect",
    "create",
    "fail",
    "is_progress",
    "lease_stops",
    "move",
    "note_stop",
    "stop",
    "submit",
    "sweep",
    "tell_progress",
    "wake_the_watcher",
]
