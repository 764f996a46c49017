"""Two notes are chosen on the review page and become a turn; their author is asked there whether it fixed them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.media.models import Asset
from studio.review.models import Note, NoteTurn
from studio.threads import actions, jobs
from studio.threads.models import Job, JobStatus, Take, Turn
from tests.browser.test_library_is_accessible import check

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
Visit = Callable[..., Page]
AddTake = Callable[..., Take]
SOON = 5_000


def finish(turn: Turn, made: Take) -> None:
    """The turn's take is there: `made`, by another turn of the thread."""
    job = Job.objects.get(turn=turn)
    Job.objects.filter(pk=job.pk).update(status=JobStatus.COLLECTING)
    asset = Asset.objects.get(pk=made.asset_id)
    made.delete()
    Take.objects.create(turn=turn, job=job, number=1, asset=asset, provider="local")
    jobs.move(job.pk, JobStatus.COLLECTING, JobStatus.SUCCEEDED)


def test_from_two_notes_to_a_turn_and_back_to_their_author(
    visit: Visit, editor: User, reviewer: User, team: Team, add_take: AddTake
) -> None:
    thread = actions.start_thread(editor, team, title="Harbour at dusk")
    take, spare = add_take(thread, editor), add_take(thread, editor, prompt="to be moved")
    words = ("make the light warmer", "a little slower", "no gulls")
    warm, slow, _gulls = (Note.objects.create(take=take, author=reviewer, text=each) for each in words)
    address = f"/takes/{take.pk}/review/"
    mine, theirs = visit(editor, address), visit(reviewer, address)
    expect(theirs.locator(".next-choose")).to_have_count(0)
    expect(mine.locator("#next-foot")).to_be_hidden()
    for note in (warm, slow):
        mine.locator(f"#note-{note.pk} .next-choose input").check()
    expect(mine.locator("#next-count")).to_have_text("2 notes chosen")
    mine.get_by_role("button", name="Make next turn").click()
    prompt = "make the light warmer.\na little slower.\nKeep everything else unchanged."
    expect(mine.get_by_label("What is sent")).to_have_value(prompt)
    check(mine)
    mine.get_by_role("button", name="Send", exact=True).click()
    expect(mine.locator(".toast")).to_contain_text("Turn 3 is on its way.", timeout=SOON)
    expect(mine.locator("#next-foot")).to_be_hidden()
    expect(mine.locator(".next-choose input:checked")).to_have_count(0)
    turn = Turn.objects.get(parent=take)
    finish(turn, spare)
    for page in (mine, theirs):
        expect(page.locator("#foot .foot-take")).to_have_count(2, timeout=SOON)
        expect(page.locator("#take-list .menu-item")).to_have_count(2)
    question = theirs.locator(f"#note-{warm.pk} .fix")
    expect(question).to_contain_text("Fixed in turn 3?", timeout=SOON)
    expect(question.locator("video")).to_have_count(2)
    check(theirs)
    question.get_by_role("button", name="Yes").click()
    expect(question).to_have_count(0, timeout=SOON)
    expect(theirs.locator(f"#note-{slow.pk} .fix")).to_have_count(1)
    expect(mine.locator(f"#note-{warm.pk}[data-resolved]")).to_have_count(1, timeout=SOON)
    assert NoteTurn.objects.get(note=warm).answer == NoteTurn.Answer.FIXED
    mine.goto(mine.url.replace(address, f"/threads/{thread.pk}/?at={turn.pk}"))
    mine.get_by_role("link", name="from 2 notes").click()
    expect(mine.locator(".next-notes")).to_contain_text("a little slower")
