"""One turn as its card shows it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.providers import catalogue
from studio.providers.errors import FailureCode
from studio.spending.ledger import Standing
from studio.threads import terms
from studio.threads.cards.parts import Alternative, Applied, InputCard, Media, TakeCard, label_of, stage_of
from studio.threads.models import ACTIVE, Job, JobStatus, Operation, Take, Turn, TurnInput
from studio.threads.paths import Place
from studio.threads.pricing import price_of, said_of
from studio.threads.sentences import Failure, failure_of, refused_here

LENGTH_SLACK = 0.5  # s
SHAPE_SLACK = 8  # pixels of width
KEEP = re.compile(r"^(?:please\s+)?(?:keep|leave)\s+", re.IGNORECASE)


def percent_of(job: Job) -> int:
    """Above 0 as soon as anything has been made."""
    return min(100, max(1, int(job.progress * 100))) if job.progress > 0 else 0


@dataclass
class TurnCard:
    """One turn as its card shows it. `before` is a picture of what the turn started from.

    Where a remote provider failed, `odds` says how often the same try has worked, `alternatives` what else there is and
    `again_price` what sending it again costs (empty where that is free).
    """

    turn: Turn
    author: User | None
    place: Place
    job: Job | None
    takes: list[TakeCard]
    inputs: list[InputCard]
    parent: Take | None
    parent_turn: Turn | None
    before: Media | None
    gone: int
    usual: float | None = None
    standing: Standing | None = None
    odds: str = ""
    again_price: str = ""
    leaves_approved: bool = False
    alternatives: Sequence[Alternative] = ()

    @property
    def id(self) -> UUID:
        return self.turn.id

    @property
    def number(self) -> int:
        return self.turn.number

    @cached_property
    def url(self) -> str:
        return reverse("threads:turn-detail", args=[self.turn.id])

    @property
    def author_word(self) -> str:
        """The first name; the whole one is a title away."""
        return self.author.display_name.split()[0] if self.author else ""

    @property
    def state(self) -> str:
        return self.job.status if self.job else JobStatus.QUEUED

    @property
    def is_on_hold(self) -> bool:
        """The studio's own rules hold it: nobody was asked yet."""
        return self.turn.held_at is not None and self.state == JobStatus.QUEUED

    @property
    def shown_state(self) -> str:
        """What page scripts go by: one that is on hold is not under way."""
        return "held" if self.is_on_hold else self.state

    @property
    def is_stopping(self) -> bool:
        return bool(self.job and self.job.stop_requested_at and self.is_active)

    @property
    def is_left(self) -> bool:
        """People stopped waiting: the vendor goes on, and it is filed when it is done."""
        return bool(self.job and self.job.left_at and self.is_active)

    @property
    def can_stop(self) -> bool:
        """Whether the provider can be stopped, and nothing is charged then."""
        try:
            return catalogue.spec(self.turn.provider, self.turn.model).can_cancel
        except catalogue.UnknownModel:
            return False

    @property
    def took(self) -> str:
        """How long a vendor's takes were in the making, from the sending to the last one."""
        job = self.job
        if job is None or job.provider == "local" or job.status != JobStatus.SUCCEEDED or job.finished_at is None:
            return ""
        minutes, seconds = divmod(round((job.finished_at - job.created_at).total_seconds()), 60)
        words = {"minutes": minutes, "seconds": seconds}
        return (_("in %(minutes)d min %(seconds)d s") if minutes else _("in %(seconds)d s")) % words

    @property
    def money(self) -> str:
        """What it costs or did cost; empty for what is free."""
        return said_of(self.standing) if self.standing else ""

    @property
    def lost_its_parent(self) -> bool:
        """The vendor no longer knows the take; our copy of it can be sent instead."""
        return bool(self.failure and self.failure.code == FailureCode.EXPIRED_PARENT and self.parent)

    @property
    def can_change(self) -> bool:
        """Whether to offer the same words and settings in the composer: other models do so by themselves."""
        failure = self.failure
        if failure is None:
            return False
        wants_another = failure.code in (FailureCode.MODEL_GONE, FailureCode.REGION_BLOCKED)
        return failure.can_change or (wants_another and not self.alternatives)

    @property
    def copy_price(self) -> str:
        """What sending our copy costs; empty where it is free."""
        if self.parent is None:
            return ""
        try:
            spec = catalogue.spec(self.turn.provider, self.turn.model)
        except catalogue.UnknownModel:
            return ""
        operation = Operation.EXTEND if self.turn.operation == Operation.EXTEND else Operation.EDIT
        photos = [each.media for each in self.inputs if each.role == TurnInput.Role.REFERENCE]
        price = price_of(spec, operation, self.turn.settings, [self.parent.asset, *photos], None)
        return "" if price.is_free else str(price)

    @property
    def word(self) -> str:
        if self.is_stopping:
            return _("Stopping")
        return str(JobStatus(self.state).label)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def can_retry(self) -> bool:
        return self.state in (JobStatus.FAILED, JobStatus.CANCELLED) and not self.turn.is_refused

    @property
    def kept_back(self) -> str:
        """Why it was not sent, where nobody pressed stop."""
        return _(self.job.error_detail) if self.job and self.job.error_detail else ""

    @property
    def percent(self) -> int:
        return percent_of(self.job) if self.job else 0

    @property
    def elapsed(self) -> float:
        """Seconds since the attempt began."""
        if self.job is None:
            return 0.0
        end = self.job.finished_at or timezone.now()
        return max(0.0, (end - self.job.created_at).total_seconds())

    @property
    def model_label(self) -> str:
        return model_label(self.turn.provider, self.turn.model)

    @property
    def model_words(self) -> str:
        """The model inside a sentence."""
        return _("the local engine") if self.turn.provider == "local" else self.model_label

    @property
    def applied(self) -> list[Applied]:
        """What was done, in the field's terms. Labels are message ids; values are as they were said then."""
        return [
            Applied(_(each["label"]), each.get("value", "") and _(each["value"]))
            for each in self.turn.reply.get("applied", [])
        ]

    @property
    def kept(self) -> list[str]:
        """What was asked to stay, in the person's words, without the verb that the card says already."""
        return [KEEP.sub("", each) for each in self.turn.reply.get("kept", [])]

    @property
    def not_done(self) -> list[str]:
        return list(self.turn.reply.get("not_done", []))

    @property
    def note(self) -> str:
        note = self.turn.reply.get("note", "")
        return _(note) if note else ""

    @property
    def differs(self) -> list[str]:
        """What a remote model did not keep of the clip that it was given: nobody should find out in the cut."""
        clip = self.before
        if self.turn.provider == "local" or not self.takes or not clip or not clip.is_video:
            return []
        if self.turn.operation not in (Operation.EDIT, Operation.CONTINUE, Operation.EXTEND):
            return []
        added = float(self.turn.settings["duration"]) if self.turn.operation == Operation.EXTEND else 0.0
        made = [take.media for take in self.takes]
        found = []
        if clip.has_sound and not all(each.has_sound for each in made):
            found.append(_("The result has no sound, and what it was made from has."))
        if any(abs(each.duration - clip.duration - added) > LENGTH_SLACK for each in made):
            differs = _("Its length differs from what it was made from.")
            found.append(_("It is not longer by what was asked for.") if added else differs)
        if any(abs(each.width * clip.height - clip.width * each.height) > SHAPE_SLACK * clip.height for each in made):
            found.append(_("Its shape differs from what it was made from."))
        return found

    @property
    def not_uploaded(self) -> str:
        """Why nothing was put into the team's own storage, where it has one."""
        return terms.why_not(self.job) if self.job else ""

    @property
    def held(self) -> list[TakeCard]:
        return [take for take in self.takes if take.is_held]

    @property
    def examples(self) -> list[str]:
        return list(self.turn.reply.get("examples", []))

    @property
    def has_reply(self) -> bool:
        """What was applied is said of something that was made, or is being made."""
        return bool(self.takes or self.is_active) and any(
            self.turn.reply.get(part) for part in ("applied", "kept", "not_done", "note")
        )

    @property
    def missing(self) -> str:
        """Why there are fewer takes than were asked for."""
        if self.state != JobStatus.SUCCEEDED or self.failure is None:
            return ""
        why = f"{self.failure.title}. {self.failure.detail}".strip()
        return _("Fewer takes than asked for: %(why)s") % {"why": why}

    @property
    def origin(self) -> str:
        """Where it continues from: "from take 3" when the turn before had several takes, else "from turn 2"."""
        if self.parent is None:
            return ""
        if self.parent_turn is None or int(self.parent_turn.settings.get("results", 1)) > 1:
            return _("from take %(number)d") % {"number": self.parent.number}
        return _("from turn %(number)d") % {"number": self.parent_turn.number}

    @property
    def parent_card(self) -> TakeCard | None:
        if self.parent is None or self.parent_turn is None or self.before is None:
            return None
        return TakeCard(self.parent, self.parent_turn.number, self.before, several=False)

    @property
    def parent_name(self) -> str:
        if self.parent is None or self.parent_turn is None:
            return ""
        return _("turn %(turn)d, take %(take)d") % {"turn": self.parent_turn.number, "take": self.parent.number}

    @property
    def failure(self) -> Failure | None:
        if self.job is None or not (self.job.error_code or self.state == JobStatus.FAILED):
            return None
        if self.turn.is_refused:
            return refused_here(self.job.error_detail, self.turn.provider)
        return failure_of(
            self.job.error_code, self.job.error_detail, self.turn.provider, self.model_label, self.standing
        )

    def for_stage(self, take: TakeCard) -> dict[str, Any]:
        """The take with what it was made from, for comparing."""
        return take.for_stage() | {"parent": self._before_for_stage()}

    def look_for_stage(self, take: TakeCard) -> dict[str, Any] | None:
        """The same of a held take, for the one who may look; None for everybody else."""
        look = take.look_for_stage()
        return look and look | {"parent": self._before_for_stage()}

    def _before_for_stage(self) -> dict[str, Any] | None:
        if self.before is None or not self.before.is_video:
            return None
        if self.parent and self.parent_turn:
            return stage_of(self.before, str(self.parent.id), label_of(self.parent_turn.number, self.parent.number))
        return stage_of(self.before, "", self.before.title or str(TurnInput.Role.SOURCE.label))

    @property
    def picked(self) -> TakeCard | None:
        """The take that the turn stands for: the one picked, else the first that may be seen."""
        seen = [take for take in self.takes if not take.is_held]
        return next((take for take in seen if take.picked), seen[0] if seen else None)


def model_label(provider: str, model: str) -> str:
    try:
        return catalogue.spec(provider, model).label
    except catalogue.UnknownModel:
        return model
