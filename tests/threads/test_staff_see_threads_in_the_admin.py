"""Every model of threads and of the local engine: found, opened, recorded; states are read-only."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.providers.base import JobState, JobUpdate
from studio.providers.local.models import Render
from studio.threads import jobs
from studio.threads.models import Delivery, Job, JobStatus, Take, Thread, Turn
from tests.threads.scripted import Scripted

AsClient = Callable[[User], Client]


@pytest.fixture
def rows(running: Job, scripted: Scripted) -> dict[type, object]:
    jobs.apply_update(running, JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()]))
    jobs.collect(str(running.pk))
    parent = Render.objects.create(reference=running.key, operation="edit")
    return {
        Thread: running.turn.thread,
        Turn: running.turn,
        Job: running,
        Take: Take.objects.get(),
        Delivery: Delivery.objects.create(provider="scripted", references=["a"]),
        Render: Render.objects.create(reference=running.key, index=1, operation="continue", parent=parent),
    }


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", [Thread, Turn, Job, Take, Delivery, Render])
def test_each_list_and_each_row_opens_and_the_opening_is_recorded(
    as_client: AsClient, moderator: User, rows: dict[type, object], model: type
) -> None:
    client = as_client(moderator)
    assert client.get(address(model, "changelist") + "?q=a").status_code == 200
    row = rows[model]
    assert client.get(address(model, "change", row.pk)).status_code == 200  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(object_id=str(row.pk), act__endswith=".opened").count() == 1  # type: ignore[attr-defined]
    assert client.get(address(model, "add")).status_code == 403
    assert client.get(address(model, "delete", row.pk)).status_code == 403  # type: ignore[attr-defined]


def test_a_take_and_its_turn_are_found_by_video_id(
    as_client: AsClient, moderator: User, rows: dict[type, object]
) -> None:
    video_id = Take.objects.get().video_id
    for model in (Take, Turn, Job):
        page = as_client(moderator).get(address(model, "changelist"), {"q": video_id})
        assert page.context["cl"].result_count == 1


def test_a_jobs_state_cannot_be_written_there(as_client: AsClient, moderator: User, rows: dict[type, object]) -> None:
    job = rows[Job]
    assert isinstance(job, Job)
    answer = as_client(moderator).post(address(Job, "change", job.pk), {"status": "failed"})
    assert answer.status_code == 403
    job.refresh_from_db()
    assert job.status == JobStatus.SUCCEEDED


def test_a_person_who_is_not_staff_is_sent_away(as_client: AsClient, editor: User, rows: dict[type, object]) -> None:
    for model in rows:
        assert as_client(editor).get(address(model, "changelist")).status_code == 302
