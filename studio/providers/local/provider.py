"""The local engine, spoken to like a remote API: submit, fetch, cancel."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studio import engine
from studio.providers.base import (
    Applied,
    Asked,
    InputRole,
    JobRequest,
    JobState,
    JobUpdate,
    Reply,
    Result,
    Submission,
)
from studio.providers.errors import FailureCode, Refused
from studio.providers.local import books
from studio.providers.local.models import Render, RenderStatus

LABEL = _("Local engine: built-in effects, not a generative model")
NOTHING_DONE = _("Nothing was rendered: the local engine can do none of this. These would work:")
NO_SCENE = _(
    "Nothing was rendered: the local engine draws a few scenes and nothing else, or edits what you attach. "
    "These would work:"
)
SCENES = {language: tuple(engine.scene_examples(language)) for language in ("en", "zh")}
FROM_THE_TAKE = _("The original clip is no longer stored, so this was rendered from the take it continues.")
TOO_MANY_TURNS = _(
    "Too many turns follow one another here to render them all anew, so this was rendered from the take it continues."
)
NO_PARENT = _("The take to continue from is no longer stored. Start from another take, or upload the clip again.")
CHINESE = re.compile(r"[㐀-鿿]")


class LocalProvider:
    name = "local"
    rings = True

    def submit(self, request: JobRequest, key: str = "") -> Submission:
        """Plans the prompt and hands the renders to the render lane. The same request again changes nothing."""
        parent, line, note = _line(request)
        beds = engine.beds_of(engine.Plan.from_json(render.plan) for render in line)
        plan = engine.parse(request.prompt, operation=request.operation, beds=beds)
        if not plan.renders:
            return Submission(request.key, JobState.ANSWERED, _answer(plan, request))
        base = _base(request, parent, line)
        with transaction.atomic():
            for index in range(int(request.settings.get("results", 1))):
                render, created = Render.objects.get_or_create(
                    reference=request.key,
                    index=index,
                    defaults={
                        **base,
                        "plan": plan.to_json(),
                        "settings": dict(request.settings),
                        "seed": base["seed"] + index,
                    },
                )
                if created:
                    books.start(render)
        return Submission(request.key, JobState.RUNNING, _reply(plan, note))

    def fetch(self, asked: Sequence[Asked], key: str = "") -> list[JobUpdate]:
        rows = books.of([each.reference for each in asked])
        return [_update(reference, renders) for reference, renders in rows.items()]

    def cancel(self, reference: str, key: str = "") -> bool:
        books.stop(reference)
        return True

    def download_headers(self, url: str, key: str) -> Mapping[str, str]:
        return {}

    def parse_delivery(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        return []

    def check_key(self, key: str = "") -> str:
        return gettext("The local engine needs no key.")

    def sweep(self, now: datetime) -> None:
        books.sweep(now)


def _line(request: JobRequest) -> tuple[Render | None, list[Render], str]:
    """The take that is continued, all turns that are rendered anew for it (none, where the take is the original), and
    a note on why."""
    if request.operation != "continue":
        return None, [], ""
    parent = Render.objects.filter(pk=request.parent_video_id).first() if request.parent_video_id else None
    if parent is None:  # made by another provider, the take is the original
        return None, [], FROM_THE_TAKE if request.parent_video_id else ""
    line = books.chain(parent)
    if not books.can_grow(line):
        return parent, [], TOO_MANY_TURNS
    if not all(default_storage.exists(each["name"]) for each in line[0].inputs):
        return parent, [], FROM_THE_TAKE
    return parent, line, ""


def _base(request: JobRequest, parent: Render | None, line: list[Render]) -> dict[str, Any]:
    """The columns that all results of a request share: where its pictures come from, and the first seed."""
    if request.operation != "continue":
        inputs = [_input(file.role, file.name, file.mime) for file in request.inputs if file.role != InputRole.PARENT]
        return {"operation": request.operation, "parent": None, "inputs": inputs, "seed": _seed(request)}
    if line:
        return {"operation": "continue", "parent": parent, "inputs": [], "seed": line[0].seed}
    file = next((file for file in request.inputs if file.role == InputRole.PARENT), None)
    if file is None:
        raise Refused(NO_PARENT, FailureCode.EXPIRED_PARENT)
    inputs = [_input(InputRole.SOURCE, file.name, file.mime)]
    return {"operation": "edit", "parent": parent, "inputs": inputs, "seed": _seed(request)}


def _input(role: InputRole, name: str, mime: str) -> dict[str, str]:
    return {"role": str(role), "name": name, "mime": mime}


def _seed(request: JobRequest) -> int:
    given = request.settings.get("seed")
    if given is not None:
        return int(given)
    return int.from_bytes(hashlib.sha256(request.key.encode()).digest()[:4]) >> 1


def _reply(plan: engine.Plan, note: str = "") -> Reply:
    applied = []
    if plan.scene is not None:
        applied += [Applied(id, label, value, {}) for id, label, value in engine.describe_scene(plan.scene)]
    for step in plan.steps:
        label, value = engine.describe(step)
        applied.append(Applied(step.id, label, value, dict(step.params)))
    return Reply(applied, tuple(plan.not_done), tuple(plan.kept), note)


def _answer(plan: engine.Plan, request: JobRequest) -> Reply:
    language = "zh" if CHINESE.search(request.prompt) else "en"
    if request.operation == "generate":
        # Effects alone have nothing to work on here, so none of the request was done.
        return Reply((), (request.prompt,), (), NO_SCENE, SCENES[language])
    return Reply((), tuple(plan.not_done), tuple(plan.kept), NOTHING_DONE, three_examples(language))


def three_examples(language: str) -> tuple[str, ...]:
    """Prompts from the beginning, the middle and the end of the catalogue: three different kinds of effect."""
    prompts = engine.examples(language)
    return tuple(prompts[place * len(prompts) // 6] for place in (0, 3, 5))


def _update(reference: str, renders: list[Render]) -> JobUpdate:
    if not renders:
        return JobUpdate(reference, JobState.UNKNOWN)
    results = tuple(
        Result(index=render.index, path=render.output, video_id=str(render.pk), seed=render.seed, probe=render.probe)
        for render in renders
        if render.status == RenderStatus.DONE
    )
    failed = next((render for render in renders if render.status == RenderStatus.FAILED), None)
    return JobUpdate(
        reference,
        _state(renders),
        progress=sum(render.progress for render in renders) / len(renders),
        results=results,
        error_code=failed.error_code if failed else "",
        error_detail=failed.error_detail if failed else "",
    )


def _state(renders: list[Render]) -> JobState:
    """Three good of four are a success with a reason: the reason rides in `error_code`."""
    states = {render.status for render in renders}
    if states & set(books.ACTIVE):
        return JobState.RUNNING
    if RenderStatus.DONE in states:
        return JobState.SUCCEEDED
    return JobState.CANCELLED if RenderStatus.CANCELLED in states else JobState.FAILED
