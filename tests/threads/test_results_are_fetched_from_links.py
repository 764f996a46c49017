"""jobs.collect of a vendor's links: fetched at once, tried again while they may answer, never inside the house."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from django_q.models import OrmQ
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.providers.base import JobState, JobUpdate, Result
from studio.threads import jobs
from studio.threads.jobs import collecting
from studio.threads.models import Job, JobStatus, Take
from tests.servers.base import Faults, Films, HangUp, Running, VendorApp

COLLECT = "studio.threads.tasks.collect_takes"
FAULTS = ["gone", "busy", "hang_up", "html_download", "truncated_download"]


class Shop:
    """Where a vendor's films lie. `paths`: what was asked for, in order."""

    def __init__(self) -> None:
        self.faults = Faults(FAULTS)
        self.films = Films(self.faults)
        self.paths: list[str] = []
        self.url = ""
        self.app = VendorApp(
            routes=[
                Route("/films/{name}", self.film),
                Route("/away", self.away),
                Route("/drips", self.drips),
            ]
        )

    async def film(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        if self.faults.due("hang_up"):
            return HangUp()
        for fault, status in (("gone", 404), ("busy", 503)):
            if self.faults.due(fault):
                return PlainTextResponse("no", status)
        return await self.films.serve(request)

    async def away(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        return RedirectResponse(request.query_params["to"])

    async def drips(self, request: Request) -> Response:
        async def drops() -> AsyncIterator[bytes]:
            while not await request.is_disconnected():
                yield b"\0"
                await asyncio.sleep(0.02)

        self.paths.append(request.url.path)
        return StreamingResponse(drops(), media_type="video/mp4")

    def keep(self, content: bytes, lifetime: float = 3600) -> str:
        """The link of a film."""
        return self.url + self.films.keep(content, lifetime=lifetime)


@pytest.fixture(scope="module")
def server() -> Iterator[Shop]:
    shop = Shop()
    with Running(shop.app) as running:
        shop.url = running.url
        yield shop


@pytest.fixture
def shop(server: Shop, settings: Any) -> Shop:
    """A stand-in's, on a private address that is allowed by name."""
    settings.PRIVATE_ORIGINS = {urlsplit(server.url)[:2]}
    server.faults.clear()
    server.paths.clear()
    return server


@pytest.fixture
def film(clip_file: Path) -> bytes:
    return clip_file.read_bytes()


def result(url: str, index: int = 0, **more: Any) -> Result:
    return Result(index=index, url=url, video_id=f"video-{index}", **more)


def finish(job: Job, *results: Result, **more: Any) -> Job:
    jobs.apply_update(job, JobUpdate(job.reference, JobState.SUCCEEDED, results=results, **more))
    job.refresh_from_db()
    OrmQ.objects.all().delete()
    return job


def collect(job: Job) -> Job:
    jobs.collect(str(job.pk))
    job.refresh_from_db()
    return job


def seconds_left(job: Job) -> float:
    assert job.lease_until and job.lease_token is None
    return (job.lease_until - timezone.now()).total_seconds()


def collect_later(job: Job) -> Job:
    """The wait is over: the sweep calls a collector, and the queue runs it."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(minutes=10))
    jobs.sweep(timezone.now())
    assert calls() == [str(job.pk)]
    OrmQ.objects.all().delete()
    return collect(job)


def calls() -> list[str]:
    """The jobs for which a collector waits in the queue."""
    return [row.task["args"][0] for row in OrmQ.objects.all() if row.task["func"] == COLLECT]


# --- A link becomes a take -------------------------------------------------------------------------------------------


def test_a_link_becomes_a_take_of_the_very_bytes(running: Job, shop: Shop, film: bytes) -> None:
    finish(running, result(shop.keep(film), seed=42, vendor_file="files/film-7"), cost_micros=470_000, model_used="m-2")
    assert collect(running).status == JobStatus.SUCCEEDED
    take = Take.objects.get()
    with default_storage.open(take.asset.file) as stored:
        assert stored.read() == film
    assert (take.number, take.provider, take.video_id, take.seed) == (1, "scripted", "video-0", 42)
    assert take.vendor_file == "files/film-7"
    assert (take.asset.width, take.asset.mime, take.asset.size) == (320, "video/mp4", len(film))
    assert (running.cost_micros, running.model_used, running.error_code) == (470_000, "m-2", "")


@pytest.mark.parametrize(
    ("costs", "whole"), [((100, 250), 350), ((100, None), None), ((0, 0), 0), ((None, None), None)]
)
def test_the_cost_of_a_job_is_the_sum_of_its_results_where_all_say_it(
    running: Job, shop: Shop, film: bytes, costs: tuple[int | None, int | None], whole: int | None
) -> None:
    finish(running, *(result(shop.keep(film), index, cost_micros=cost) for index, cost in enumerate(costs)))
    assert collect(running).cost_micros == whole
    assert Take.objects.count() == 2


def test_the_cost_counts_results_that_came_before_the_end(running: Job, shop: Shop, film: bytes) -> None:
    first, second = result(shop.keep(film), 0, cost_micros=30), result(shop.keep(film), 1, cost_micros=12)
    jobs.apply_update(running, JobUpdate(running.reference, JobState.RUNNING, results=[first]))
    assert collect(running).status == JobStatus.RUNNING
    finish(running, first, second)
    assert collect(running).cost_micros == 42
    assert shop.paths == [urlsplit(each.url).path for each in (first, second)]


def test_a_redirect_within_the_house_of_the_vendor_is_followed(running: Job, shop: Shop, film: bytes) -> None:
    finish(running, result(f"{shop.url}/away?to={shop.keep(film)}"))
    assert collect(running).status == JobStatus.SUCCEEDED


def test_a_film_that_is_none_is_a_reason_and_not_tried_again(running: Job, shop: Shop) -> None:
    finish(running, result(shop.keep(b"moving pictures" * 1000)))
    assert collect(running).status == JobStatus.FAILED
    assert (running.error_code, len(shop.paths)) == ("engine", 1)
    assert running.error_detail


# --- What does not answer now may answer later -----------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_fetched_is_put_off_and_tried_again(running: Job, shop: Shop, film: bytes, fault: str) -> None:
    shop.faults.order(fault)
    finish(running, result(shop.keep(film)))
    assert collect(running).status == JobStatus.COLLECTING
    assert not Take.objects.exists()
    assert 2 < seconds_left(running) <= 4
    jobs.sweep(timezone.now())
    assert calls() == []
    assert collect_later(running).status == JobStatus.SUCCEEDED
    with default_storage.open(Take.objects.get().asset.file) as stored:
        assert stored.read() == film
    assert (running.error_code, len(shop.paths)) == ("", 2)


def test_a_server_that_is_away_is_waited_for(running: Job, shop: Shop, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        origin = f"127.0.0.1:{found.getsockname()[1]}"
    settings.PRIVATE_ORIGINS = {("http", origin)}
    finish(running, result(f"http://{origin}/film.mp4"))
    assert collect(running).status == JobStatus.COLLECTING
    assert seconds_left(running) > 0


def test_after_the_last_try_the_job_fails_in_words(running: Job, shop: Shop, film: bytes) -> None:
    shop.faults.order("gone", times=99)
    finish(running, result(shop.keep(film)), cost_micros=470_000)
    waits = [seconds_left(collect(running))]
    while collect_later(running).status == JobStatus.COLLECTING:
        waits.append(seconds_left(running))
    assert [round(wait) for wait in waits] == [4, 12, 36, 108]
    assert (running.status, running.error_code, running.cost_micros) == ("failed", "network", 470_000)
    assert "could not be fetched from the provider" in running.error_detail
    assert len(shop.paths) == collecting.MOST_TRIES
    jobs.sweep(timezone.now() + timedelta(hours=1))
    assert calls() == []


def test_a_link_that_drips_ends_with_its_round(
    running: Job, shop: Shop, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue would end the task, and the job would wait for a collector that always dies."""
    monkeypatch.setattr(collecting, "LONGEST_ROUND", 0.5)
    finish(running, result(f"{shop.url}/drips"), result(shop.keep(film), 1))
    assert collect(running).status == JobStatus.COLLECTING
    assert [take.number for take in Take.objects.all()] == [2]
    assert seconds_left(running) > 0


def test_while_the_vendor_goes_on_a_link_is_tried_again_as_well(running: Job, shop: Shop, film: bytes) -> None:
    shop.faults.order("busy")
    first = result(shop.keep(film))
    jobs.apply_update(running, JobUpdate(running.reference, JobState.RUNNING, results=[first]))
    OrmQ.objects.all().delete()
    assert collect(running).status == JobStatus.RUNNING
    assert collect_later(running).status == JobStatus.RUNNING
    assert [take.number for take in Take.objects.all()] == [1]
    assert (running.lease_until, running.tries) == (None, 0)
    finish(running, first)
    assert collect(running).status == JobStatus.SUCCEEDED
    assert len(shop.paths) == 2


def test_a_stop_ends_the_waiting(running: Job, shop: Shop, film: bytes) -> None:
    shop.faults.order("gone", times=99)
    finish(running, result(shop.keep(film)))
    collect(running)
    jobs.stop(running.pk)
    assert collect(running).status == JobStatus.CANCELLED
    assert len(shop.paths) == 1


# --- Several results -------------------------------------------------------------------------------------------------


def test_one_dead_link_holds_up_no_other(running: Job, shop: Shop, film: bytes) -> None:
    dead, good = shop.keep(film, lifetime=-1), [shop.keep(film) for _ in range(2)]
    finish(running, result(dead, 0), result(good[0], 1), result(good[1], 2))
    assert collect(running).status == JobStatus.COLLECTING
    assert [take.number for take in Take.objects.all()] == [2, 3]
    while collect_later(running).status == JobStatus.COLLECTING:
        pass
    assert (running.status, running.error_code) == ("succeeded", "network")
    assert "could not be fetched" in running.error_detail
    assert [take.number for take in Take.objects.all()] == [2, 3]
    assert [shop.paths.count(urlsplit(each).path) for each in (dead, *good)] == [collecting.MOST_TRIES, 1, 1]


def test_each_of_several_has_all_its_tries(running: Job, shop: Shop, film: bytes) -> None:
    shop.faults.order("gone", times=4)
    links = [shop.keep(film) for _ in range(2)]
    finish(running, *(result(link, index) for index, link in enumerate(links)))
    collect(running)
    assert [shop.paths.count(urlsplit(each).path) for each in links] == [1, 1]
    collect_later(running)
    assert collect_later(running).status == JobStatus.SUCCEEDED
    assert (Take.objects.count(), running.error_code) == (2, "")


def test_what_the_vendor_says_of_the_rest_is_the_reason_that_stands(running: Job, shop: Shop, film: bytes) -> None:
    shop.faults.order("gone", times=99)
    update = JobUpdate(
        running.reference, JobState.FAILED, results=[result(shop.keep(film))], error_code="output_blocked"
    )
    jobs.apply_update(running, update)
    OrmQ.objects.all().delete()
    collect(running)
    while collect_later(running).status == JobStatus.COLLECTING:
        pass
    assert (running.status, running.error_code) == ("failed", "output_blocked")


# --- Never inside the house ------------------------------------------------------------------------------------------


@pytest.fixture
def neighbour() -> Iterator[socket.socket]:
    """Listens on loopback, where nobody sent the studio."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def nobody_came(listening: socket.socket) -> bool:
    try:
        listening.accept()
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_a_private_address_that_is_not_allowed_is_never_connected_to(
    running: Job, shop: Shop, neighbour: socket.socket, host: str
) -> None:
    finish(running, result(f"http://{host}:{neighbour.getsockname()[1]}/film.mp4"))
    assert collect(running).status == JobStatus.COLLECTING
    assert nobody_came(neighbour)
    assert not Take.objects.exists()


def test_networks_that_people_may_link_to_are_not_open_to_vendors(
    running: Job, shop: Shop, neighbour: socket.socket, settings: Any
) -> None:
    """Neither by a link of their own nor by where one leads."""
    settings.LINK_ALLOWED_NETWORKS = ["127.0.0.0/8", "::1/128"]
    inside = f"http://127.0.0.1:{neighbour.getsockname()[1]}/film.mp4"
    finish(running, result(inside), result(f"{shop.url}/away?to={inside}", index=1))
    assert collect(running).status == JobStatus.COLLECTING
    assert nobody_came(neighbour)
    assert shop.paths == ["/away"] and not Take.objects.exists()


def test_what_is_allowed_is_the_very_origin(running: Job, shop: Shop, film: bytes, settings: Any) -> None:
    link = shop.keep(film)
    origin = urlsplit(link).netloc
    for others in (set(), {("https", origin)}, {("http", "127.0.0.1")}, {("http", origin + "0")}):
        settings.PRIVATE_ORIGINS = others
        with pytest.raises(collecting.links.LinkRefused, match="private address"):
            collecting._store(running, vars(result(link)))
    assert shop.paths == []


def test_a_redirect_to_another_port_of_the_house_is_refused(running: Job, shop: Shop, neighbour: socket.socket) -> None:
    finish(running, result(f"{shop.url}/away?to=http://127.0.0.1:{neighbour.getsockname()[1]}/film.mp4"))
    assert collect(running).status == JobStatus.COLLECTING
    assert nobody_came(neighbour)
    assert shop.paths == ["/away"]


@pytest.mark.parametrize("inside", ["http://10.0.0.7/film.mp4", "http://169.254.169.254/latest/", "file:///etc/passwd"])
def test_a_redirect_into_another_house_is_refused(running: Job, shop: Shop, inside: str) -> None:
    finish(running, result(f"{shop.url}/away?to={inside}"))
    assert collect(running).status == JobStatus.COLLECTING
    assert not Take.objects.exists()


@pytest.mark.parametrize("link", ["", "file:///etc/passwd", "ftp://films.example/a.mp4", "http://[::1"])
def test_what_is_no_link_fails_in_the_end_as_one_that_does_not_answer(running: Job, shop: Shop, link: str) -> None:
    finish(running, replace(result(link), path=""))
    collect(running)
    while collect_later(running).status == JobStatus.COLLECTING:
        pass
    assert (running.status, running.error_code) == ("failed", "network")
