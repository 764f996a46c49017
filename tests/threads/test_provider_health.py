"""Provider health: what staff are told of each model, what it costs to find out, and who may see it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.accounts.models import User
from studio.providers.errors import FailureCode
from studio.threads import health
from studio.threads.health import Health, health_of
from studio.threads.models import Job, JobEvent, JobStatus, Thread, Turn

AsClient = Callable[[User | None], Client]
MODEL = ("runware", "google:gemini@omni-flash-1.1")
LABEL = "Gemini Omni Flash 1.1 (Runware)"
Ask = Callable[..., Job]


@pytest.fixture
def ask(thread: Thread) -> Ask:
    """A job that began `ago` days before now and ended as said, `seconds` after it was sent."""
    numbers: Iterator[int] = count(1)

    def make(
        status: str = JobStatus.SUCCEEDED,
        *,
        model: tuple[str, str] = MODEL,
        ago: float = 1,
        seconds: float = 30,
        **row: Any,
    ) -> Job:
        names = {"provider": model[0], "model": model[1]}
        turn = Turn.objects.create(thread=thread, number=next(numbers), operation="generate", prompt="a sea", **names)
        job = Job.objects.create(turn=turn, status=status, **names, **row)
        began = timezone.now() - timedelta(days=ago)
        job.created_at = job.started_at = began
        job.finished_at = began + timedelta(seconds=seconds) if job.is_final else None
        job.save()
        return job

    return make


def only(found: list[Health]) -> Health:
    assert len(found) == 1
    return found[0]


def page(client: Client, **query: Any) -> str:
    answer = client.get(reverse("admin:threads_job_health"), query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestWhatIsTold:
    def test_what_came_through_what_failed_and_what_is_under_way(self, ask: Ask) -> None:
        for _ in range(3):
            ask()
        ask(JobStatus.FAILED, error_code="busy")
        ask(JobStatus.RUNNING)
        told = only(health_of())
        assert (told.provider, told.model, told.label) == (*MODEL, LABEL)
        assert (told.begun, told.succeeded, told.failed, told.running, told.rate) == (5, 3, 1, 1, 0.75)

    def test_what_people_stopped_and_answers_say_nothing_of_a_provider(self, ask: Ask) -> None:
        ask(JobStatus.CANCELLED)
        ask(JobStatus.ANSWERED)
        told = only(health_of())
        assert (told.begun, told.succeeded, told.failed, told.rate, told.times) == (2, 0, 0, None, None)

    def test_what_safety_blocked_and_what_did_not_fit_is_no_failure_of_the_provider(self, ask: Ask) -> None:
        ask()
        for code in ("input_blocked", "output_blocked", "output_blocked"):
            ask(JobStatus.FAILED, error_code=code)
        for code in ("bad_request", "unsupported", "bad_media", "expired_parent"):
            ask(JobStatus.FAILED, error_code=code)
        told = only(health_of())
        assert (told.begun, told.succeeded, told.failed, told.blocked, told.unfit) == (8, 1, 0, 3, 4)
        assert (told.rate, told.last_error) == (1, None)

    @pytest.mark.parametrize("code", sorted(set(FailureCode) - health.BLOCKED - health.UNFIT))
    def test_everything_else_is(self, ask: Ask, code: str) -> None:
        ask(JobStatus.FAILED, error_code=code)
        ask(JobStatus.FAILED, error_code="input_blocked", ago=0.5)
        told = only(health_of())
        assert (told.failed, told.blocked, told.rate) == (1, 1, 0)
        assert told.last_error and told.last_error.code == code

    def test_what_the_studio_refused_itself_says_nothing_of_a_provider(self, ask: Ask) -> None:
        ask()
        refused = ask(JobStatus.FAILED, error_code="input_blocked")
        Job.objects.filter(pk=refused.pk).update(started_at=None)
        told = only(health_of())
        assert (told.begun, told.succeeded, told.blocked) == (1, 1, 0)

    def test_some_takes_and_one_reason_came_through(self, ask: Ask) -> None:
        ask(error_code="output_blocked", error_detail="One of two was withheld.")
        told = only(health_of())
        assert (told.succeeded, told.failed, told.blocked) == (1, 0, 0)

    def test_each_model_has_a_line_of_its_own(self, ask: Ask) -> None:
        ask()
        ask(model=("local", "engine-1"))
        ask(model=("runware", "one-that-is-gone"))
        assert [(each.provider, each.label) for each in health_of()] == [
            ("local", "Local engine"),
            ("runware", LABEL),
            ("runware", "one-that-is-gone"),
        ]

    def test_what_is_older_is_left_out_but_not_what_is_still_under_way(self, ask: Ask) -> None:
        ask(ago=8)
        ask(JobStatus.FAILED, ago=8)
        ask(JobStatus.RUNNING, ago=9)
        told = only(health_of())
        assert (told.begun, told.running, told.times, told.last_error) == (0, 1, None, None)
        assert only(health_of(30)).begun == 3

    def test_half_were_faster_than_the_median_and_nine_of_ten_than_the_other_time(self, ask: Ask) -> None:
        for seconds in range(1, 12):
            ask(seconds=seconds)
        ask(JobStatus.FAILED, seconds=900)
        times = only(health_of()).times
        assert times is not None
        assert (times.median, times.ninetieth) == (6, 10)

    def test_one_result_alone_is_both_times(self, ask: Ask) -> None:
        ask(seconds=7)
        times = only(health_of()).times
        assert times is not None
        assert (times.median, times.ninetieth, times.collecting) == (7, 7, None)

    def test_only_the_newest_results_are_timed(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "NEWEST", 3)
        for ago, seconds in ((5, 500), (4, 400), (3, 30), (2, 20), (1, 10)):
            ask(ago=ago, seconds=seconds)
        times = only(health_of()).times
        assert times is not None
        assert times.median == 20

    def test_how_long_the_newest_took_to_collect(self, ask: Ask) -> None:
        older, newest = ask(ago=2), ask(ago=1)
        for job, took in ((older, 90), (newest, 4)):
            for status, at in ((JobStatus.COLLECTING, 0), (JobStatus.SUCCEEDED, took)):
                event = JobEvent.objects.create(job=job, to_status=status)
                JobEvent.objects.filter(pk=event.pk).update(at=job.created_at + timedelta(seconds=at))
        times = only(health_of()).times
        assert times is not None
        assert times.collecting == 4

    def test_the_last_failure_is_the_newest_in_a_sentence(self, ask: Ask) -> None:
        ask(JobStatus.FAILED, ago=3, error_code="network")
        last = ask(JobStatus.FAILED, ago=2, error_code="busy", error_detail="Too many requests this minute.")
        ask(ago=1)
        error = only(health_of()).last_error
        assert error is not None
        assert (error.code, error.at) == ("busy", last.finished_at)
        assert error.sentence == f"{LABEL} is busy. Too many requests this minute."


class TestWhatItCosts:
    def test_more_jobs_take_no_more_queries(self, ask: Ask, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        for _ in range(2):
            for _ in range(5):
                ask()
                ask(JobStatus.FAILED, error_code="busy")
            with django_assert_num_queries(5):
                health_of()

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads so small a table from end to end")
    def test_counts_come_from_the_index_alone_and_times_by_it(
        self, ask: Ask, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        ask()
        with django_assert_num_queries(4) as seen:
            health_of()
        counts, _running, times, _collecting = (query["sql"] for query in seen.captured_queries)
        assert "COVERING INDEX job_ends_of_model" in plan(counts)
        assert "INDEX job_ends_of_model (provider=? AND model=? AND created_at>?)" in plan(times)
        assert "ORDER BY" not in plan(times)


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " ".join(str(row[3]) for row in cursor.fetchall())


class TestThePage:
    def test_staff_read_it_in_a_table(self, as_client: AsClient, moderator: User, ask: Ask) -> None:
        for _ in range(19):
            ask(seconds=75)
        ask(JobStatus.FAILED, ago=2.5, error_code="busy", error_detail="<b>Too many</b> requests.")
        html = page(as_client(moderator))
        for said in (LABEL, "good", "95.0 %", "19 of 20", "1 min 15 s", "20 jobs begun", "busy · 2\xa0days ago"):
            assert said in html, said
        assert "&lt;b&gt;Too many&lt;/b&gt; requests." in html
        assert "<b>Too many</b>" not in html

    def test_what_is_not_counted_is_shown_apart(self, as_client: AsClient, moderator: User, ask: Ask) -> None:
        client = as_client(moderator)
        for _ in range(5):
            ask()
        for code, said in (("output_blocked", "1 blocked by safety"), ("bad_request", "1 did not fit")):
            assert said not in page(client)
            ask(JobStatus.FAILED, error_code=code)
            html = page(client)
            assert said in html and "100 %" in html and "5 of 5" in html
        assert "requests that did not fit the model count neither" in html

    @pytest.mark.parametrize(
        ("came", "failed", "word"), [(19, 1, "good"), (9, 1, "fair"), (7, 3, "poor"), (0, 4, "too few to tell")]
    )
    def test_a_chip_says_how_good_that_is(
        self, as_client: AsClient, moderator: User, ask: Ask, came: int, failed: int, word: str
    ) -> None:
        for _ in range(came):
            ask()
        for _ in range(failed):
            ask(JobStatus.FAILED, error_code="busy")
        html = page(as_client(moderator))
        shown = [each for each in ("good", "fair", "poor", "too few to tell") if re.search(rf">\s*{each}\s*<", html)]
        assert shown == [word]

    def test_a_line_leads_to_its_jobs_and_to_its_failures(self, as_client: AsClient, moderator: User, ask: Ask) -> None:
        ask(model=("local", "engine-1"))
        ask()
        failed = ask(JobStatus.FAILED, error_code="busy")
        client = as_client(moderator)
        links = re.findall(r'href="(/admin/threads/job/\?provider__exact=runware[^"]*)"', page(client))
        jobs, failures = (client.get(link.replace("&amp;", "&")).context["cl"] for link in links)
        assert jobs.result_count == 2
        assert [job.pk for job in failures.queryset] == [failed.pk]

    def test_another_time_can_be_chosen_and_nonsense_is_a_week(
        self, as_client: AsClient, moderator: User, ask: Ask
    ) -> None:
        ask(ago=20)
        client = as_client(moderator)
        assert LABEL in page(client, days=30)
        for days in (1, 7, 8, "x", ""):
            assert LABEL not in page(client, days=days)

    def test_where_nothing_was_asked_it_says_so(self, as_client: AsClient, moderator: User) -> None:
        html = page(as_client(moderator))
        assert "No model was asked in this time" in html
        assert "<table" not in html

    def test_it_brings_no_script_or_style_of_its_own(self, as_client: AsClient, moderator: User, ask: Ask) -> None:
        ask(JobStatus.FAILED, error_code="busy")
        html = page(as_client(moderator))
        own = html[html.index('id="content"') : html.index("</table>")]
        assert not re.search(r"<script|<style|\s(?:style|on\w+|hx-on[^=]*)=", own)


class TestWhoMaySeeIt:
    def test_strangers_and_members_are_sent_away_as_everywhere_in_the_admin(
        self, as_client: AsClient, stranger: User, owner: User
    ) -> None:
        for who in (None, stranger, owner):
            client = as_client(who)
            refused, usual = (
                client.get(reverse(f"admin:{name}")) for name in ("threads_job_health", "threads_job_changelist")
            )
            assert refused.status_code == usual.status_code == 302
            assert refused["Location"].partition("?")[0] == usual["Location"].partition("?")[0]

    def test_staff_who_may_not_see_jobs_may_not_see_it(self, as_client: AsClient, moderator: User) -> None:
        User.objects.filter(pk=moderator.pk).update(is_superuser=False)
        client = as_client(User.objects.get(pk=moderator.pk))
        assert client.get(reverse("admin:threads_job_health")).status_code == 403
        assert "Provider health" not in client.get(reverse("admin:index")).content.decode()

    def test_the_sidebar_leads_there_and_marks_one_place_only(self, as_client: AsClient, moderator: User) -> None:
        client = as_client(moderator)
        for name, title in (("threads_job_health", "Provider health"), ("threads_job_changelist", "Jobs")):
            groups = client.get(reverse(f"admin:{name}")).context["sidebar_navigation"]
            machines = next(group["items"] for group in groups if group["title"] == "Machines")
            titles = [str(item["title"]) for item in machines]
            assert titles[titles.index("Jobs") + 1] == "Provider health"
            assert [str(item["title"]) for item in machines if item["active"]] == [title]
