"""The contract every provider keeps. Our words at the seam; a vendor's words stay in its own module.

A provider's module offers an object with the methods of `Provider`. Everything in a request is a plain value:
files are named by storage key, so that any node can open them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class InputRole(StrEnum):
    FIRST_FRAME = "first_frame"
    LAST_FRAME = "last_frame"
    REFERENCE = "reference"
    SOURCE = "source"
    PARENT = "parent"  # the parent take's own file, for providers whose chain has no id or has lost it


@dataclass(frozen=True)
class InputFile:
    """A file of the request: `name` is its key in the default storage.

    `url` is our own signed public address of it, empty where the studio has none; `vendor_file` is what this very
    provider calls the file, where it made it.
    """

    role: InputRole
    name: str
    mime: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    duration: float = 0.0
    fps: float = 0.0
    has_sound: bool = False
    url: str = ""
    vendor_file: str = ""


@dataclass(frozen=True)
class JobRequest:
    """One attempt. `key` is minted once and stored before the call; sending it twice must not cost twice.

    `settings` may hold: duration (s; where a clip is extended, of what is added), width, height (px), resolution
    (auto | 360p | 720p | 1080p | 4k), format (mp4 | webm | mov), quality (20-99), results (1-4), safety (none | fast |
    full), seed. Keys that the operation excludes are absent.
    `webhook_url` is where the vendor may tell us that something moved; empty where it could not reach us.
    What the team's owner set, where the model's row takes it: `ttl`, s until the vendor deletes what it made (0: not
    said), and `upload_addresses`, to each of which it is to put one result: as many as results, or none. Secret.
    """

    key: str
    operation: str
    model: str
    prompt: str
    settings: Mapping[str, Any]
    inputs: Sequence[InputFile] = ()
    parent_video_id: str = ""
    webhook_url: str = ""
    ttl: int = 0
    upload_addresses: Sequence[str] = field(default=(), repr=False)

    def file(self, role: InputRole) -> InputFile | None:
        """The first input of that role."""
        return next((each for each in self.inputs if each.role == role), None)

    def files(self, role: InputRole) -> list[InputFile]:
        return [each for each in self.inputs if each.role == role]


@dataclass(frozen=True)
class Applied:
    """One thing that was done, in the field's terms: ("Colour temperature", "4,500 K")."""

    id: str
    label: str
    value: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    applied: Sequence[Applied] = ()
    not_done: Sequence[str] = ()
    kept: Sequence[str] = ()
    note: str = ""
    examples: Sequence[str] = ()


class JobState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    ANSWERED = "answered"  # a reply and no takes: nothing could be done, nothing is charged
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Submission:
    """The provider has it: `reference` is how it is asked for from now on."""

    reference: str
    state: JobState
    reply: Reply = field(default_factory=Reply)
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A job that is asked about: the vendor's `reference`, and what of the request one needs to read the answer.

    `known` holds the indices of results that came before, by `vendor_file` or the path of `url`: they must not change.
    `uploaded`: the vendor was also given addresses to put the results to.
    """

    reference: str
    model: str = ""
    results: int = 1
    known: Mapping[str, int] = field(default_factory=dict)
    uploaded: bool = False


@dataclass(frozen=True)
class Result:
    """One finished video: a `url` to fetch or a `path` on this machine that may be moved away.

    `video_id` is what a later turn passes on; `vendor_file` is the vendor's name of the file, for using it as an input.
    `flagged`: the vendor's own safety check objects to it.

    `probe` is what our own engine wrote, as an engine.Probe in JSON; what comes from outside has none and is looked at.
    """

    index: int
    url: str = ""
    path: str = ""
    video_id: str = ""
    seed: int | None = None
    cost_micros: int | None = None
    flagged: bool = False
    vendor_file: str = ""
    probe: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JobUpdate:
    """What a provider says of a reference. `progress` is 0 to 1 or None where it gives none; `eta` is seconds.

    `cost_micros` is what the whole job cost, where results do not say it singly; None: not said (which is not free).
    """

    reference: str
    state: JobState
    progress: float | None = None
    results: Sequence[Result] = ()
    error_code: str = ""
    error_detail: str = ""
    eta: float | None = None
    can_cancel: bool = True
    cost_micros: int | None = None
    model_used: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """`submit` may raise ProviderError (see errors.py); `fetch` answers many references in one call.

    `rings`: it rings the bell "watch" whenever something moves, and asking it costs next to nothing.
    """

    name: str
    rings: bool

    def submit(self, request: JobRequest, key: str) -> Submission:
        """Hand the work over. `key` is the team's secret for the vendor ("" for the local engine)."""

    def fetch(self, asked: Sequence[Asked], key: str) -> list[JobUpdate]:
        """News of the jobs. One that the vendor does not know comes back as UNKNOWN, one of which it could not be asked
        does not come back.
        """

    def cancel(self, reference: str, key: str) -> bool:
        """Stop it. False: it goes on there, and is charged."""

    def download_headers(self, url: str, key: str) -> Mapping[str, str]:
        """What a result's `url` has to be fetched with; most links need nothing."""

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        """The references a webhook speaks of; its news is never believed."""

    def check_key(self, key: str) -> str:
        """Ask the vendor whether it knows the key, spending nothing; answers a sentence. Raises ProviderError."""

    def sweep(self, now: datetime) -> None:
        """Called about once a second. A provider that keeps books here puts its dead work back; others do nothing."""
