"""What a thread has cost stands in its bar, and follows as attempts end."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.spending import ledger
from studio.spending.quoting import Quote
from studio.threads import actions, jobs
from studio.threads.models import Job, JobStatus, Thread, Turn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Page]
SOON = 5_000


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team, title="Harbour at dusk")


@pytest.fixture
def under_way(thread: Thread, editor: User) -> Callable[[int], Job]:
    """A job that a vendor works on."""

    def start(number: int) -> Job:
        made = {"provider": "runware", "model": "google:gemini@omni-flash-1.1"}
        turn = Turn.objects.create(
            thread=thread, number=number, author=editor, prompt="A calm sea", operation="generate", **made
        )
        job = Job.objects.create(turn=turn, status=JobStatus.RUNNING, reference=f"task-{number}", **made)
        ledger.reserve(thread.team_id, job.pk, Quote(400_000, 600_000), "runware", "omni")
        return job

    return start


def test_it_appears_and_grows_without_a_reload(
    visit: Visit, editor: User, thread: Thread, under_way: Callable[[int], Job]
) -> None:
    first, second = under_way(1), under_way(2)
    page = visit(editor, f"/threads/{thread.pk}/")
    page.wait_for_function("() => document.body.dataset.live && performance.now() > 400")
    total = page.locator(".bar > .thread-total")
    expect(total).to_be_hidden()
    jobs.fail(first, "output_blocked", cost_micros=510_000)
    expect(total).to_have_text("$0.51", timeout=SOON)
    jobs.fail(second, "timeout")
    expect(total).to_have_text("$0.51 + 1 unknown", timeout=SOON)
    expect(total).to_have_attribute(
        "title", "What this thread has cost so far. Of 1 attempt the provider has not said what it cost."
    )


def test_on_a_phone_it_stands_in_the_menu(
    visit: Visit, editor: User, thread: Thread, under_way: Callable[[int], Job]
) -> None:
    jobs.fail(under_way(1), "output_blocked", cost_micros=510_000)
    page = visit(editor, f"/threads/{thread.pk}/", size=(390, 844))
    expect(page.locator(".bar > .thread-total")).to_be_hidden()
    page.locator("[popovertarget=thread-menu]").click()
    expect(page.locator("#thread-menu .thread-total")).to_have_text("$0.51")
