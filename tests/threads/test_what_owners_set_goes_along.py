"""What a team's owner has set holds for turns from then on: where takes are put besides, how long vendors keep them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.audit.models import AuditEntry
from studio.live.models import Event
from studio.media.models import Asset
from studio.threads import actions, patience
from studio.threads.details import details_of
from studio.threads.jobs.sending import request_of
from studio.threads.loading import load_card
from studio.threads.models import Job, JobEvent, JobStatus, Take, TeamProvider, Thread, Turn, UploadAddress
from studio.threads.paths import tree_of
from tests.providers.vendor import Vendor as Bucket
from tests.servers.runware import RunwareServer
from tests.threads.at_runware import bucket, finish, made, runware, start
from tests.threads.conftest import job_of

__all__ = ["bucket", "runware"]
pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "X-Amz-Signature=0badcafe"


@pytest.fixture
def give(owner: User, team: Team, bucket: tuple[Bucket, str]) -> Callable[[int], None]:
    """An owner pastes so many addresses."""

    def add(count: int) -> None:
        before = UploadAddress.objects.count()
        lines = [f"{bucket[1]}/takes/of-ours/{before + each}.mp4?{SECRET}{before + each}" for each in range(count)]
        assert actions.add_upload_addresses(owner, team, "runware", lines).count == count

    return add


Give = Callable[[int], None]


def left() -> int:
    return UploadAddress.objects.filter(used_at=None).count()


def test_each_take_is_put_there_once_and_stored_here_too(
    runware: RunwareServer, bucket: tuple[Bucket, str], give: Give, editor: User, thread: Thread
) -> None:
    give(4)
    turn = start(editor, thread, settings={"results": 3})
    job = finish(turn)
    assert (job.status, job.terms, left()) == (JobStatus.SUCCEEDED, {"upload": "sent"}, 1)
    assert Take.objects.filter(turn=turn).count() == 3
    assert {heard.method for heard in bucket[0].heard} == {"PUT"}
    paths = [heard.url.path for heard in bucket[0].heard]
    assert len(paths) == len(set(paths)) == 3
    assert max(runware.billed.values()) == 1 and len(runware.billed) == 3


def test_an_address_is_kept_sealed_and_no_longer_than_needed(
    runware: RunwareServer, give: Give, editor: User, thread: Thread, caplog: pytest.LogCaptureFixture
) -> None:
    give(1)
    row = UploadAddress.objects.get()
    assert SECRET.encode() not in bytes(row.sealed) and bytes(row.sealed)
    job = finish(start(editor, thread))
    assert bytes(UploadAddress.objects.get().sealed) == b""
    everything = [
        *Job.objects.values(), *Turn.objects.values(), *JobEvent.objects.values(), *Event.objects.values(),
        *AuditEntry.objects.values(), *UploadAddress.objects.values(), caplog.text, repr(request_of(job)),
    ]  # fmt: skip
    assert "0badcafe" not in str(everything)
    assert AuditEntry.objects.filter(act="upload_addresses.added", detail={"count": 1}).exists()


def test_with_too_few_left_none_is_used_and_the_card_says_why(
    runware: RunwareServer, bucket: tuple[Bucket, str], give: Give, editor: User, thread: Thread
) -> None:
    give(1)
    job = finish(start(editor, thread, settings={"results": 2}))
    assert (job.status, job.terms, left()) == (JobStatus.SUCCEEDED, {"upload": "short"}, 1)
    assert len(runware.billed) == 1 and not bucket[0].heard
    assert load_card(job.turn, tree_of(thread)).not_uploaded.startswith("Too few upload addresses were left")


def test_set_by_nobody_nothing_is_sent(runware: RunwareServer, editor: User, thread: Thread) -> None:
    job = finish(start(editor, thread))
    (task,) = [each.order.task for each in runware.tasks.values()]
    assert job.terms == {} and not {"ttl", "uploadEndpoint"} & task.keys()


def test_a_refused_request_gives_its_address_back(
    runware: RunwareServer, give: Give, editor: User, thread: Thread
) -> None:
    give(1)
    runware.faults.order("no_credit")
    turn = start(editor, thread)
    assert left() == 0
    assert finish(turn).status == JobStatus.FAILED
    assert left() == 1 and bytes(UploadAddress.objects.get().sealed)


def test_what_a_vendor_may_have_had_is_not_given_to_it_again(
    runware: RunwareServer, give: Give, editor: User, thread: Thread
) -> None:
    give(2)
    runware.faults.order("moderation")
    turn = start(editor, thread)
    assert finish(turn).status == JobStatus.FAILED and left() == 1
    actions.retry_turn(editor, turn)
    assert finish(turn).status == JobStatus.SUCCEEDED
    sent = [each.order.task["uploadEndpoint"] for each in runware.tasks.values()]
    assert len(set(sent)) == 2 and left() == 0


def test_a_job_keeps_its_address_for_every_try(
    give: Give, runware: RunwareServer, editor: User, thread: Thread
) -> None:
    give(2)
    job = job_of(start(editor, thread))
    assert request_of(job).upload_addresses == request_of(Job.objects.get(pk=job.pk)).upload_addresses
    assert len(request_of(job).upload_addresses) == 1


def test_an_address_that_ends_before_the_job_may_is_left_alone(
    runware: RunwareServer, give: Give, editor: User, thread: Thread
) -> None:
    give(2)
    soon, later = UploadAddress.objects.order_by("pk")
    UploadAddress.objects.filter(pk=soon.pk).update(expires_at=timezone.now() + patience.LONGEST_JOB)
    UploadAddress.objects.filter(pk=later.pk).update(expires_at=timezone.now() + 2 * patience.LONGEST_JOB)
    job = job_of(start(editor, thread))
    assert list(job.upload_addresses.all()) == [later]


def test_under_another_encryption_key_the_turn_goes_on_without(
    runware: RunwareServer, bucket: tuple[Bucket, str], give: Give, editor: User, thread: Thread, settings: Any
) -> None:
    give(1)
    turn = start(editor, thread)
    settings.ENCRYPTION_KEY = "another one"
    job = finish(turn)
    assert (job.status, job.terms) == (JobStatus.SUCCEEDED, {"upload": "unreadable"})
    assert "another STUDIO_ENCRYPTION_KEY" in load_card(turn, tree_of(thread)).not_uploaded
    assert not bucket[0].heard


def test_a_thread_that_is_deleted_takes_the_addresses_of_its_jobs_along(
    runware: RunwareServer, give: Give, editor: User, thread: Thread
) -> None:
    give(1)
    start(editor, thread)
    actions.trash_thread(editor, thread)
    actions.delete_thread(editor, thread)
    row = UploadAddress.objects.get()
    assert (bytes(row.sealed), row.job, row.used_at is None) == (b"", None, False)


def test_another_teams_addresses_are_not_ours(
    runware: RunwareServer, stranger: User, other_team: Team, editor: User, thread: Thread
) -> None:
    actions.add_upload_addresses(stranger, other_team, "runware", ["https://bucket.example.com/a-long-path.mp4?x=1"])
    assert job_of(start(editor, thread)).terms == {}


# --- How long a vendor keeps its copies ------------------------------------------------------------------------------


def test_a_ttl_goes_along(runware: RunwareServer, owner: User, team: Team, editor: User, thread: Thread) -> None:
    actions.set_terms(owner, team, "runware", safety="none", ttl=timedelta(hours=48))
    finish(start(editor, thread))
    (task,) = [each.order.task for each in runware.tasks.values()]
    assert task["ttl"] == 48 * 3600
    assert details_of(Turn.objects.get()).attempts[0].terms == "The provider deletes its copies after 48 hours."


def test_a_ttl_is_never_shorter_than_waiting_and_collecting_may_take(owner: User, team: Team) -> None:
    assert patience.SILENCE + patience.collecting() <= patience.SHORTEST_TTL
    assert patience.collecting() >= timedelta(seconds=patience.MOST_TRIES * patience.LONGEST_ROUND)
    for hours in (patience.SHORTEST_TTL / patience.HOUR - 1, patience.LONGEST_TTL / patience.HOUR + 1):
        with pytest.raises(actions.ActionRefused, match="Choose from 25 to"):
            actions.set_terms(owner, team, "runware", safety="none", ttl=timedelta(hours=hours))
    assert not TeamProvider.objects.exists()


def test_a_copy_that_the_vendor_has_deleted_is_sent_again(
    runware: RunwareServer, owner: User, team: Team, editor: User, thread: Thread
) -> None:
    actions.set_terms(owner, team, "runware", safety="none", ttl=timedelta(hours=48))
    take = made(editor, thread)
    source: list[tuple[str, Asset]] = [("source", take.asset)]
    assert request_of(job_of(start(editor, thread, inputs=source))).inputs[0].vendor_file == take.vendor_file
    Job.objects.filter(pk=take.job_id).update(started_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert request_of(job_of(start(editor, thread, inputs=source))).inputs[0].vendor_file == ""
