"""Staff suspend a person: signed in nowhere from then on, nothing of theirs runs, and nothing of it is lost."""

import time
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.accounts.sessions import end_sessions
from studio.audit.models import AuditEntry
from studio.live.models import Event
from studio.moderation.suspending import end_suspension, suspend_person
from studio.threads import actions, jobs
from studio.threads.consumers import ThreadConsumer
from studio.threads.models import Job, JobStatus, Thread, Turn
from tests.sockets import Socket

As = Callable[[User | None], Client]
WHY = "Three reports in a week."


@pytest.fixture
def guard(moderator: User) -> User:
    """Staff who may suspend people, and are no superuser."""
    User.objects.filter(pk=moderator.pk).update(is_superuser=False)
    for name in ("suspend_user", "view_user"):
        moderator.user_permissions.add(Permission.objects.get(codename=name))
    return User.objects.get(pk=moderator.pk)


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team)


def ask(user: User, thread: Thread) -> Turn:
    return actions.start_turn(user, thread, token=uuid.uuid4(), prompt="a calm sea at dusk")


def page(person: User, name: str = "suspend") -> str:
    return reverse(f"people:person-{name}", args=[person.pk])


class TestAtOnce:
    def test_every_browser_is_signed_out(self, as_client: As, guard: User, editor: User, owner: User) -> None:
        theirs, others = [as_client(editor) for _browser in range(2)], as_client(owner)
        suspend_person(guard, editor, WHY)
        for client in theirs:
            assert client.get(reverse("threads:library")).status_code == 302
        assert others.get(reverse("threads:library")).status_code == 200
        assert Session.objects.count() == 1

    def test_nobody_signs_in_and_a_sentence_says_why(self, guard: User, editor: User) -> None:
        suspend_person(guard, editor, WHY)
        client = Client(HTTP_HOST="localhost")
        given = {"login": editor.email, "password": "correct horse battery"}
        html = client.post(reverse("account_login"), given, follow=True).content.decode()
        assert "An administrator of this studio has switched it off. Nothing of your work was deleted." in html
        assert client.get(reverse("threads:library")).status_code == 302

    def test_what_runs_is_stopped_and_what_others_run_is_not(
        self, guard: User, editor: User, owner: User, thread: Thread
    ) -> None:
        mine, theirs = ask(editor, thread), ask(owner, thread)
        suspend_person(guard, editor, WHY)
        jobs.sweep(timezone.now())
        status = dict(Job.objects.values_list("turn", "status"))
        assert status == {mine.pk: JobStatus.CANCELLED, theirs.pk: JobStatus.QUEUED}
        assert Event.objects.filter(stream=thread.stream, payload={"turn": str(mine.pk)}).exists()

    def test_their_work_stays_with_their_team(self, as_client: As, guard: User, editor: User, owner: User) -> None:
        thread = actions.start_thread(editor, editor.teams.get(), "Harbour")
        suspend_person(guard, editor, WHY)
        assert as_client(owner).get(reverse("threads:thread-detail", args=[thread.pk])).status_code == 200


class TestTheWayBack:
    def test_they_sign_in_again_and_old_sessions_stay_closed(
        self, as_client: As, guard: User, editor: User, thread: Thread
    ) -> None:
        before = as_client(editor)
        suspend_person(guard, editor, WHY)
        end_suspension(guard, editor, "They explained it.")
        assert before.get(reverse("threads:library")).status_code == 302
        assert as_client(editor).get(reverse("threads:thread-detail", args=[thread.pk])).status_code == 200
        editor.refresh_from_db()
        assert (editor.suspended_at, editor.suspended_reason, editor.is_suspended) == (None, "", False)

    def test_an_account_that_is_off_for_another_reason_is_not_switched_on(self, guard: User, editor: User) -> None:
        User.objects.filter(pk=editor.pk).update(is_active=False)
        with pytest.raises(actions.ActionRefused, match="not suspended"):
            end_suspension(guard, editor, "They explained it.")
        with pytest.raises(actions.ActionRefused, match="switched off already"):
            suspend_person(guard, editor, WHY)

    def test_both_are_in_the_trail(self, guard: User, editor: User, thread: Thread) -> None:
        ask(editor, thread)
        suspend_person(guard, editor, WHY)
        end_suspension(guard, editor, "They explained it.")
        first, second = AuditEntry.objects.order_by("pk")
        assert (first.act, first.object_id, first.actor) == ("person.suspended", str(editor.pk), guard)
        assert first.detail == {"before": "active", "after": "suspended", "reason": WHY, "stopped": 1}
        assert second.detail == {"before": "suspended", "after": "active", "reason": "They explained it."}


class TestWhoMay:
    def test_nobody_without_the_right(self, editor: User, owner: User, moderator: User) -> None:
        User.objects.filter(pk=moderator.pk).update(is_superuser=False)
        for person in (owner, User.objects.get(pk=moderator.pk)):
            with pytest.raises(PermissionDenied):
                suspend_person(person, editor, WHY)
        assert User.objects.get(pk=editor.pk).is_active

    @pytest.mark.parametrize("rank", ["is_staff", "is_superuser"])
    def test_not_oneself_nor_who_looks_after_the_studio(self, guard: User, editor: User, rank: str) -> None:
        User.objects.filter(pk=editor.pk).update(**{rank: True})
        for person in (guard, editor):
            with pytest.raises(PermissionDenied) as refused:
                suspend_person(guard, person, WHY)
            assert str(refused.value)
        assert User.objects.filter(is_active=False).count() == 0

    def test_not_without_a_reason(self, guard: User, editor: User) -> None:
        for reason in ("", "  ", "x" * 201):
            with pytest.raises(actions.ActionRefused):
                suspend_person(guard, editor, reason)


class TestPages:
    def test_the_persons_page_leads_there_and_back(self, as_client: As, guard: User, editor: User) -> None:
        client, change = as_client(guard), reverse("admin:accounts_user_change", args=[editor.pk])
        html = client.get(change).content.decode()
        assert f"/admin/accounts/user/{editor.pk}/suspend/" in html
        assert "End the suspension" not in html
        to = client.get(f"/admin/accounts/user/{editor.pk}/suspend/")
        assert (to.status_code, to["Location"]) == (302, page(editor))
        html = client.get(page(editor)).content.decode()
        assert "They are signed out everywhere at once" in html and editor.email in html
        assert "This field is required." in client.post(page(editor), {"reason": " "}).content.decode()
        html = client.post(page(editor), {"reason": WHY}, follow=True).content.decode()
        assert "The person is suspended." in html and WHY in html and "End the suspension" in html
        html = client.post(page(editor, "restore"), {"reason": "They explained it."}, follow=True).content.decode()
        assert "The suspension is over." in html

    def test_what_cannot_be_done_is_said(self, as_client: As, guard: User) -> None:
        html = as_client(guard).post(page(guard), {"reason": WHY}, follow=True).content.decode()
        assert "Nobody suspends themselves." in html

    def test_others_do_not_get_there(self, as_client: As, editor: User, owner: User, moderator: User) -> None:
        User.objects.filter(pk=moderator.pk).update(is_superuser=False)
        for person, status in ((owner, 302), (None, 302), (User.objects.get(pk=moderator.pk), 403)):
            for answer in (as_client(person).get(page(editor)), as_client(person).post(page(editor), {"reason": WHY})):
                assert answer.status_code == status
        assert User.objects.get(pk=editor.pk).is_active


def test_of_many_sessions_only_theirs_end(as_client: As, editor: User, owner: User) -> None:
    for _browser in range(3):
        as_client(editor)
        as_client(owner)
    assert end_sessions(editor) == 3
    assert Session.objects.count() == 3


@pytest.fixture
async def open_socket(listening: None) -> AsyncIterator[Callable[..., Socket]]:
    opened: list[Socket] = []

    def make(user: User, thread: Thread) -> Socket:
        route = {"kwargs": {"thread_id": thread.pk}}
        opened.append(Socket(ThreadConsumer.as_asgi(), f"/ws/threads/{thread.pk}/", user=user, url_route=route))
        return opened[-1]

    yield make
    for socket in opened:
        await socket.close()


@pytest.mark.django_db(transaction=True)
async def test_open_sockets_close_within_a_second(
    open_socket: Callable[..., Socket], guard: User, editor: User, owner: User, thread: Thread
) -> None:
    theirs, others = open_socket(editor, thread), open_socket(owner, thread)
    for socket in (theirs, others):
        assert await socket.open() is None
        await socket.receive()
    began = time.monotonic()
    await sync_to_async(suspend_person)(guard, editor, WHY)
    assert await theirs.receive() == {"closed": 4404}
    assert time.monotonic() - began < 1
    assert await others.is_quiet(0.2)
