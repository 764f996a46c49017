import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import User
from studio.audit.models import AuditEntry
from studio.live.models import Event
from studio.media.models import Asset
from studio.review import actions as review
from studio.review.actions import Seen
from studio.review.models import Choice, Decision, Note, ReviewRequest
from studio.threads import actions
from studio.threads.models import ReviewState, Take, Thread, Turn
from tests.threads_pages.conftest import AddTurn, take_of

AsClient = Callable[[User | None], Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


def seen(take: Take) -> Seen:
    return Seen.of(Take.objects.get(pk=take.pk), review.count_notes(take))


def decide(client: Client, take: Take, choice: str, said: Seen | None = None) -> Any:
    form = {"choice": choice, "seen": str(said or seen(take))}
    return client.post(reverse("review:take-decide", args=[take.pk]), form, **HTMX)  # type: ignore[arg-type]


def state(thread: Thread) -> str:
    return Thread.objects.get(pk=thread.pk).review_state


def loaded(take: Take) -> Take:
    return Take.objects.select_related("turn__thread__team", "asset").get(pk=take.pk)


def test_asking_puts_the_thread_in_review_and_those_asked_hear_of_it(
    as_client: AsClient, editor: User, reviewer: User, take: Take, thread: Thread, run_tasks: Callable[..., int]
) -> None:
    address = reverse("review:take-ask", args=[take.pk])
    for _ in range(2):
        assert as_client(editor).post(address, {"reviewer": [reviewer.pk]}, **HTMX).status_code == 204  # type: ignore[arg-type]
    assert state(thread) == ReviewState.IN_REVIEW
    assert ReviewRequest.objects.get().asked_by == editor
    assert run_tasks() == 1
    assert Event.objects.filter(stream=reviewer.stream, kind="review.changed").exists()


def test_nobody_is_asked_who_cannot_review(
    as_client: AsClient, editor: User, reviewer: User, viewer: User, stranger: User, take: Take
) -> None:
    address = reverse("review:take-ask", args=[take.pk])
    for people in ([], [viewer.pk], [stranger.pk], ["x"]):
        answer = as_client(editor).post(address, {"reviewer": people}, **HTMX)  # type: ignore[arg-type]
        assert answer.status_code == 422
        assert "Nobody was asked" in answer.content.decode()
    refused = as_client(reviewer).post(address, {"reviewer": [editor.pk]}, **HTMX)  # type: ignore[arg-type]
    assert refused.status_code == 403
    assert as_client(stranger).post(address, {"reviewer": [editor.pk]}).status_code == 404


def test_needs_changes_moves_the_thread_for_the_newest_take_alone(
    as_client: AsClient, reviewer: User, editor: User, take: Take, thread: Thread, add_turn: AddTurn
) -> None:
    newer = take_of(add_turn("Warmer", parent=take))
    review.ask_for_review(editor, loaded(newer), [reviewer])
    assert decide(as_client(reviewer), take, "needs_changes").status_code == 204
    assert state(thread) == ReviewState.IN_REVIEW
    assert decide(as_client(reviewer), newer, "needs_changes").status_code == 204
    assert state(thread) == ReviewState.NEEDS_CHANGES
    assert ReviewRequest.objects.get().done_at is not None


def test_an_owner_approves_or_all_who_were_asked(
    as_client: AsClient, owner: User, editor: User, reviewer: User, take: Take, thread: Thread, add_turn: AddTurn
) -> None:
    review.ask_for_review(owner, take, [editor, reviewer])
    decide(as_client(editor), take, "approve")
    assert (state(thread), loaded(take).approved_at) == (ReviewState.IN_REVIEW, None)
    decide(as_client(reviewer), take, "approve")
    assert state(thread) == ReviewState.APPROVED
    assert loaded(take).approved_by == reviewer
    other = take_of(add_turn("Another"))
    decide(as_client(owner), other, "approve")
    assert loaded(other).approved_by == owner
    assert AuditEntry.objects.filter(act="take.approved").count() == 2


def test_nobody_approves_alone_what_they_have_made(
    as_client: AsClient, editor: User, reviewer: User, take: Take, thread: Thread
) -> None:
    Turn.objects.filter(pk=take.turn_id).update(author=editor)
    review.ask_for_review(editor, loaded(take), [editor])
    assert decide(as_client(editor), take, "approve").status_code == 204
    assert Take.objects.get(pk=take.pk).approved_at is None
    assert state(thread) == ReviewState.IN_REVIEW
    review.ask_for_review(editor, loaded(take), [reviewer])
    assert decide(as_client(reviewer), take, "approve").status_code == 204
    assert Take.objects.get(pk=take.pk).approved_at


def test_one_that_needs_changes_holds_the_approval_back(
    as_client: AsClient, owner: User, editor: User, reviewer: User, take: Take, thread: Thread
) -> None:
    review.ask_for_review(owner, take, [reviewer])
    decide(as_client(editor), take, "needs_changes")
    decide(as_client(reviewer), take, "approve")
    assert (state(thread), loaded(take).approved_at) == (ReviewState.NEEDS_CHANGES, None)


def test_an_approval_is_withdrawn_by_an_owner_or_who_gave_it(
    as_client: AsClient, owner: User, editor: User, reviewer: User, take: Take, thread: Thread
) -> None:
    decide(as_client(owner), take, "approve")
    refused = decide(as_client(reviewer), take, "needs_changes")
    assert (refused.status_code, "can withdraw" in refused.content.decode()) == (403, True)
    assert not Decision.objects.filter(reviewer=reviewer).exists()
    assert decide(as_client(owner), take, "needs_changes").status_code == 204
    assert (state(thread), loaded(take).approved_at) == (ReviewState.NEEDS_CHANGES, None)
    assert AuditEntry.objects.filter(act="take.approval_withdrawn").exists()


def test_an_approved_take_stays_as_it_is(
    as_client: AsClient, owner: User, editor: User, take: Take, thread: Thread
) -> None:
    decide(as_client(owner), take, "approve")
    client = as_client(editor)
    for name, row in (("take", take.pk), ("turn", take.turn_id), ("thread", thread.pk)):
        answer = client.post(reverse(f"threads:{name}-delete", args=[row]), {"show": "all"}, **HTMX)  # type: ignore[arg-type]
        assert answer.status_code == 409, name
        assert "Turn 1, take 1 is approved" in answer.content.decode()
        plain = client.post(reverse(f"threads:{name}-delete", args=[row]), follow=True)
        assert "withdraw the approval first" in plain.content.decode()
    take.refresh_from_db()
    assert (take.trashed_at, take.turn.trashed_at, Thread.objects.get().trashed_at) == (None, None, None)


def test_going_on_from_an_approved_take_is_a_draft_and_the_take_keeps_its_badge(
    as_client: AsClient, owner: User, editor: User, take: Take, thread: Thread
) -> None:
    decide(as_client(owner), take, "approve")
    page = as_client(editor).get(reverse("threads:thread-detail", args=[thread.pk])).content.decode()
    assert "This take is approved and stays as it is: going on starts a branch." in page
    assert 'class="take-approved"' in page
    library = as_client(editor).get("/").content.decode()
    assert 'data-state="approved"' in library
    turn = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="make it warmer", parent=loaded(take))
    assert turn.parent_id == take.pk
    assert state(thread) == ReviewState.DRAFT
    assert loaded(take).approved_at is not None


def test_one_more_approval_does_not_move_a_thread_that_has_gone_on(
    as_client: AsClient, owner: User, editor: User, take: Take, thread: Thread
) -> None:
    decide(as_client(owner), take, "approve")
    actions.set_review_state(thread, ReviewState.DRAFT)
    assert decide(as_client(editor), take, "approve").status_code == 204
    assert (state(thread), loaded(take).approved_by) == (ReviewState.DRAFT, owner)


def test_finished_reviewing_is_no_decision(
    as_client: AsClient, editor: User, reviewer: User, take: Take, thread: Thread
) -> None:
    review.ask_for_review(editor, take, [reviewer])
    address = reverse("review:take-finish", args=[take.pk])
    assert as_client(reviewer).post(address, {"finished": "1"}, **HTMX).status_code == 204  # type: ignore[arg-type]
    assert ReviewRequest.objects.get().done_at is not None
    assert Decision.objects.get().choice == Choice.NONE
    assert state(thread) == ReviewState.IN_REVIEW
    page = as_client(editor).get(reverse("review:take-review", args=[take.pk])).content.decode()
    assert "Rosa: Finished reviewing" in page
    as_client(reviewer).post(address, {"finished": "0"})
    assert ReviewRequest.objects.get().done_at is None


def test_whoever_is_asked_again_is_waited_for_again(editor: User, reviewer: User, take: Take) -> None:
    review.ask_for_review(editor, take, [reviewer])
    review.finish_review(reviewer, take)
    review.ask_for_review(editor, take, [reviewer])
    assert ReviewRequest.objects.get().done_at is None
    assert Decision.objects.get().finished_at is None


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("trashed", "trash meanwhile"),
        ("turn trashed", "trash meanwhile"),
        ("held", "held back"),
        ("file", "watch it once more"),
        ("approved", "approved meanwhile"),
        ("notes", "1 note has come in"),
    ],
)
def test_what_changed_meanwhile_is_said_and_nothing_is_lost(
    as_client: AsClient, owner: User, reviewer: User, take: Take, thread: Thread, what: str, sentence: str
) -> None:
    before = seen(take)
    now = timezone.now()
    if what == "trashed":
        Take.objects.update(trashed_at=now)
    elif what == "turn trashed":
        actions.trash_turn(owner, take.turn)
    elif what == "held":
        Take.objects.update(held_at=now)
    elif what == "file":
        take.asset = Asset.objects.exclude(pk=take.asset_id).first() or take.asset
        Take.objects.update(asset=take.asset)
    elif what == "approved":
        decide(as_client(owner), take, "approve")
    else:
        Note.objects.create(take=take, author=owner, text="Wait")
    answer = decide(as_client(reviewer), take, "approve", before)
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert not Decision.objects.filter(reviewer=reviewer).exists()
    assert "toast:show" in answer["HX-Trigger"]


@pytest.mark.parametrize(
    "text", ["", "x", "::", "efb146b7-a65a-400c-a781-9f194895fcb2:1e9:1", "a:99999999999999999999:0"]
)
def test_a_form_that_cannot_be_read_counts_as_an_old_page(
    as_client: AsClient, reviewer: User, take: Take, text: str
) -> None:
    form = {"choice": "approve", "seen": text}
    answer = as_client(reviewer).post(reverse("review:take-decide", args=[take.pk]), form)
    assert answer.status_code == 409
    assert as_client(reviewer).post(reverse("review:take-decide", args=[take.pk]), {"choice": "?"}).status_code == 404


def test_who_may_decide(as_client: AsClient, viewer: User, stranger: User, take: Take) -> None:
    refused = decide(as_client(viewer), take, "approve")
    assert (refused.status_code, "reviewer role" in refused.content.decode()) == (403, True)
    assert decide(as_client(stranger), take, "approve").status_code == 404
    assert as_client(viewer).post(reverse("review:take-finish", args=[take.pk])).status_code == 403
    for name in ("take-review", "take-verdicts", "take-address"):
        address = reverse(f"review:{name}", args=[take.pk])
        assert as_client(stranger).get(address).status_code == 404, name
        assert as_client(viewer).get(address).status_code == 200, name
