"""Webhooks: stored, never believed; they make the job due. And which address vendors are given for them."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.providers import registry
from studio.providers.base import Asked, JobState, JobUpdate
from studio.threads import hooks, jobs, webhooks
from studio.threads.models import Delivery, Job, JobStatus, Turn
from studio.threads.watching import Watcher
from tests.threads.conftest import job_of
from tests.threads.scripted import Scripted

LATER = timedelta(minutes=10)
PUBLIC = "https://studio.example.com"


@pytest.fixture
def waiting(running: Job) -> Job:
    """Running, and not to be asked about for long."""
    Job.objects.filter(pk=running.pk).update(due_at=timezone.now() + LATER)
    running.refresh_from_db()
    return running


def hook(provider: str = "scripted", secret: str = "") -> str:
    return reverse("threads:hook", args=[provider, secret or hooks.secret(provider)])


def deliver(body: bytes | str | dict[str, Any] | list[Any], path: str = "", **headers: str) -> int:
    """As a vendor does: no cookie, no CSRF token."""
    sent = body if isinstance(body, bytes | str) else json.dumps(body)
    client = Client(enforce_csrf_checks=True)
    return client.post(path or hook(), sent, content_type="application/json", headers=headers).status_code


def is_due(job: Job) -> bool:
    return Job.objects.due(timezone.now()).filter(pk=job.pk).exists()


# --- Who may deliver -------------------------------------------------------------------------------------------------


def test_a_delivery_is_stored_and_makes_the_job_due_now(waiting: Job) -> None:
    headers = {"User-Agent": "Vendor/1.0", "X-Request-Id": "r-7", "Authorization": "Bearer not-to-be-kept"}
    assert deliver({"reference": waiting.reference, "status": "done"}, **headers) == 204
    kept = Delivery.objects.get()
    assert (kept.provider, kept.references) == ("scripted", [waiting.reference])
    assert json.loads(kept.body) == {"reference": waiting.reference, "status": "done"}
    assert kept.headers == {"content-type": "application/json", "user-agent": "Vendor/1.0", "x-request-id": "r-7"}
    assert is_due(waiting)


@pytest.mark.parametrize(("said", "due"), [("the job's", True), ("another's", False), ("nonsense", False), ("", False)])
def test_the_address_may_say_of_which_job_it_is(waiting: Job, said: str, due: bool) -> None:
    """Where a job is several tasks at the vendor, and it names one of them."""
    keys = {"the job's": str(waiting.key), "another's": str(uuid.uuid4())}
    assert deliver({"reference": "a-task-of-it"}, f"{hook()}?job={keys.get(said, said)}") == 204
    assert is_due(waiting) is due


def test_upload_addresses_are_not_stored(waiting: Job) -> None:
    deliver({"reference": waiting.reference, "uploadEndpoint": "https://bucket.example.com/1?secret"})
    assert json.loads(Delivery.objects.get().body) == {"reference": waiting.reference, "uploadEndpoint": "•••"}


def test_what_a_delivery_says_is_not_believed(waiting: Job, scripted: Scripted) -> None:
    """Neither a failure nor a film: the vendor itself is asked, and not while it waits for our answer."""
    deliver({"reference": waiting.reference, "status": "failed", "results": [{"url": "https://evil.example/a.mp4"}]})
    waiting.refresh_from_db()
    assert (waiting.status, waiting.results, waiting.error_code) == (JobStatus.RUNNING, [], "")
    assert scripted.asked == []
    Watcher().turn()
    assert scripted.asked == [[waiting.reference]]


@pytest.mark.parametrize("secret", ["0" * 40, "x", "none-of-this"])
def test_without_the_secret_nothing_is_there_and_nothing_is_stored(waiting: Job, secret: str) -> None:
    assert deliver({"reference": waiting.reference}, hook(secret=secret)) == 404
    assert not Delivery.objects.exists()
    assert not is_due(waiting)


def test_the_secret_of_one_provider_opens_no_other_and_a_stranger_has_none(waiting: Job) -> None:
    assert hooks.secret("scripted") != hooks.secret("runware")
    assert deliver({"reference": waiting.reference}, hook(secret=hooks.secret("local"))) == 404
    assert deliver({"reference": waiting.reference}, hook("nobody")) == 404
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_only_a_post_delivers(waiting: Job, client: Client, method: str) -> None:
    assert getattr(client, method)(hook()).status_code == 405
    assert not Delivery.objects.exists()


# --- Whatever comes --------------------------------------------------------------------------------------------------


def test_twice_is_stored_twice_and_harmless(waiting: Job) -> None:
    assert [deliver({"reference": waiting.reference}) for _ in range(2)] == [204, 204]
    assert Delivery.objects.count() == 2
    assert is_due(waiting)


def test_a_job_that_nobody_knows_is_stored_and_wakes_nobody(waiting: Job) -> None:
    assert deliver({"reference": "somebody-elses"}) == 204
    assert Delivery.objects.get().references == ["somebody-elses"]
    assert not is_due(waiting)


def test_a_reference_of_another_provider_is_not_meant(waiting: Job) -> None:
    Job.objects.filter(pk=waiting.pk).update(provider="runware")
    assert deliver({"reference": waiting.reference}) == 204
    assert not is_due(waiting)


@pytest.mark.parametrize("status", [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.COLLECTING])
def test_a_job_that_is_over_stays_as_it_is(waiting: Job, status: str) -> None:
    Job.objects.filter(pk=waiting.pk).update(status=status, due_at=None)
    before = Job.objects.filter(pk=waiting.pk).values().get()
    assert deliver({"reference": waiting.reference}) == 204
    assert Job.objects.filter(pk=waiting.pk).values().get() == before


def test_a_job_that_is_sent_only_now_is_not_touched(scripted: Scripted, send: Callable[..., Turn]) -> None:
    job = job_of(send())
    before = Job.objects.filter(pk=job.pk).values().get()
    assert deliver({"reference": ""}) == 204
    assert Job.objects.filter(pk=job.pk).values().get() == before


def test_all_jobs_of_one_delivery_are_due(scripted: Scripted, send: Callable[..., Turn]) -> None:
    rows = [job_of(send()) for _ in range(3)]
    for job in rows:
        jobs.submit(str(job.pk))
    Job.objects.update(due_at=timezone.now() + LATER)
    told = [{"reference": job.reference} for job in Job.objects.filter(pk__in=[job.pk for job in rows[:2]])]
    assert deliver(told) == 204
    assert [is_due(job) for job in rows] == [True, True, False]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"<html>", b"\xff\xfe\x00\x80", b"[" * 100_000, b'"reference"', b"null"], ids=lambda b: b[:8]
)
def test_without_sense_it_is_stored_for_staff_to_see(
    waiting: Job, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    assert deliver(body) == 204
    kept = Delivery.objects.get()
    assert kept.references == []
    assert kept.body == body.decode("utf-8", "replace").replace("\0", "")[: webhooks.KEPT_BYTES]
    assert not is_due(waiting)
    assert "could not be read" in caplog.text
    caplog.clear()


@pytest.mark.parametrize("strange", ["a\0b", "half \ud83c", "a\nb", "", "x" * 201], ids=ascii)
def test_what_cannot_be_the_name_of_a_job_is_left_out(waiting: Job, strange: str) -> None:
    """PostgreSQL stores neither a NUL nor half a character, and the rest of the delivery is good."""
    assert deliver([{"reference": strange}, {"reference": waiting.reference}]) == 204
    assert Delivery.objects.get().references == [waiting.reference]
    assert is_due(waiting)


def test_nul_bytes_in_a_body_are_dropped(waiting: Job, caplog: pytest.LogCaptureFixture) -> None:
    assert deliver(b'{"reference": "a"}\0\0 and more') == 204
    assert Delivery.objects.get().body == '{"reference": "a"} and more'
    caplog.clear()


def test_a_long_body_is_read_whole_and_kept_in_part(waiting: Job) -> None:
    padding = "ü" * webhooks.KEPT_BYTES
    assert deliver(json.dumps({"padding": padding, "reference": waiting.reference}, ensure_ascii=False)) == 204
    kept = Delivery.objects.get()
    assert webhooks.KEPT_BYTES - 4 < len(kept.body.encode()) <= webhooks.KEPT_BYTES + 2
    assert kept.body.startswith('{"padding": "üü')
    assert is_due(waiting)


def test_of_very_many_references_the_first_are_looked_at(waiting: Job) -> None:
    told = [{"reference": str(uuid.uuid4())} for _ in range(200)]
    assert deliver([{"reference": waiting.reference}, *told]) == 204
    assert len(Delivery.objects.get().references) == webhooks.MOST_REFERENCES
    assert is_due(waiting)


def test_a_job_of_a_provider_that_rings_needs_no_time(waiting: Job) -> None:
    Job.objects.filter(pk=waiting.pk).update(due_at=None)
    assert deliver({"reference": waiting.reference}) == 204
    waiting.refresh_from_db()
    assert waiting.due_at is None


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_comes_while_the_vendor_is_asked_is_not_lost(running: Job, scripted: Scripted) -> None:
    """The answer on its way is older than the delivery: the job is asked about once more, at once."""
    asks = scripted.fetch

    def slow(asked: list[Asked], key: str) -> list[JobUpdate]:
        deliver({"reference": running.reference})
        return asks(asked, key)

    scripted.fetch = slow  # type: ignore[assignment, method-assign]
    watcher = Watcher()
    watcher.turn()
    assert is_due(running)
    scripted.fetch = asks  # type: ignore[method-assign]
    scripted.news[running.reference] = JobUpdate(running.reference, JobState.SUCCEEDED, results=[scripted.result()])
    watcher.turn()
    running.refresh_from_db()
    assert running.status == JobStatus.COLLECTING


# --- The address we give ---------------------------------------------------------------------------------------------


def test_the_address_is_the_public_one_and_opens_the_hook(settings: Any, waiting: Job) -> None:
    settings.PUBLIC_URL = PUBLIC
    address = hooks.address("scripted")
    assert address == f"{PUBLIC}/hooks/scripted/{hooks.secret('scripted')}/"
    assert deliver({"reference": waiting.reference}, address.removeprefix(PUBLIC)) == 204


def test_the_secret_is_long_and_hangs_on_the_studios_own(settings: Any) -> None:
    before = hooks.secret("scripted")
    assert len(before) == 40
    settings.SECRET_KEY = "another studio's"
    assert hooks.secret("scripted") != before
    assert not hooks.is_secret("scripted", before)


def test_the_local_engine_is_given_none(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC
    assert hooks.address("local") == ""


def test_every_vendor_gets_an_address_that_a_vendor_takes(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC
    for name in set(registry.PROVIDERS) - {"local"}:
        assert 0 < len(hooks.address(name)) <= 2048


def test_an_address_that_no_vendor_takes_is_not_given(settings: Any) -> None:
    settings.PUBLIC_URL = f"{PUBLIC}/{'x' * 2000}"
    assert hooks.address("scripted") == ""


UNREACHABLE = [
    "",
    "http://studio.example.com",
    "https://localhost",
    "https://studio",
    "https://127.0.0.1:8000",
    "https://10.0.0.7",
    "https://192.168.1.20:8443",
    "https://172.20.0.2",
    "https://100.64.0.1",
    "https://169.254.1.1",
    "https://[::1]:8000",
    "https://[fd00::7]",
    "https://studio.local",
    "https://Studio.LOCAL.",
    "https://studio.internal",
    "https://studio.lan",
    "https://studio.home.arpa",
    "https://app.localhost:8000",
    "ftp://studio.example.com",
]


@pytest.mark.parametrize("public_url", UNREACHABLE)
def test_where_no_vendor_could_reach_us_there_is_no_address(settings: Any, public_url: str) -> None:
    settings.PUBLIC_URL = public_url
    assert hooks.address("scripted") == hooks.reachable("/media/a.mp4") == ""


@pytest.mark.parametrize("public_url", [PUBLIC, "https://93.184.216.34:8443", "https://[2606:4700::1111]"])
def test_where_the_world_reaches_us_there_is_one(settings: Any, public_url: str) -> None:
    settings.PUBLIC_URL = public_url
    assert hooks.reachable("/media/a.mp4") == f"{public_url}/media/a.mp4"


def test_a_private_address_that_is_allowed_by_name_is_one(settings: Any) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8123"
    settings.PRIVATE_ORIGINS = {("http", "127.0.0.1:8123")}
    assert hooks.reachable("/media/a.mp4") == "http://127.0.0.1:8123/media/a.mp4"
    settings.PRIVATE_ORIGINS = {("http", "127.0.0.1:9")}
    assert hooks.reachable("/media/a.mp4") == ""


def test_a_file_that_is_not_stored_has_no_address(settings: Any) -> None:
    settings.PUBLIC_URL = PUBLIC
    assert hooks.reachable("") == ""


def test_the_vendor_is_told_the_address_with_the_job(
    settings: Any, scripted: Scripted, send: Callable[..., Turn]
) -> None:
    settings.PUBLIC_URL = PUBLIC
    jobs.submit(str(job_of(send()).pk))
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    jobs.submit(str(job_of(send()).pk))
    assert [request.webhook_url for request in scripted.requests] == [
        f"{PUBLIC}/hooks/scripted/{hooks.secret('scripted')}/",
        "",
    ]
