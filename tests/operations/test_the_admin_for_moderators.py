"""The group of moderators: not superusers. They see work, hold, release and try again; people, keys and rules are not
theirs. And what staff do to several rows at once is asked for, done one by one, and recorded.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studio.accounts.models import Team, User
from studio.audit import lists
from studio.audit.models import AuditEntry
from studio.audit.verifying import verify
from studio.media.models import Asset, Kind
from studio.operations.moderators import NAME, ensure_group
from studio.operations.preparing import prepare
from studio.providers import keys
from studio.screening.models import Rule
from studio.spending.models import LedgerEntry
from studio.threads import actions
from studio.threads.models import HeldBy, Job, JobStatus, Operation, Take, Thread, Turn

AsClient = Callable[[User], Client]
WHY = {"decided": "1", "reason": "It shows a real person."}


def page(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


@pytest.fixture
def mod(other_team: Team) -> User:
    ensure_group()
    user = User.objects.create_user("mo@example.com", "correct horse battery", is_staff=True)
    user.groups.add(Group.objects.get(name=NAME))
    return user


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    return actions.start_thread(editor, team)


def made(thread: Thread, status: str = JobStatus.SUCCEEDED, code: str = "", **fields: Any) -> Turn:
    """A turn of the local engine whose job has come to this end, with a take where it succeeded."""
    number = thread.turns.count() + 1
    turn = Turn.objects.create(
        thread=thread, number=number, author=thread.author, operation=Operation.GENERATE, prompt="a boat at dusk",
        provider="local", model="engine-1", settings={"results": 1}, **fields,
    )  # fmt: skip
    job = Job.objects.create(turn=turn, provider="local", model="engine-1", status=status, error_code=code)
    if status == JobStatus.SUCCEEDED:
        clip = Asset.objects.create(team=thread.team, kind=Kind.TAKE, file="x", mime="video/mp4", size=2_000_000)
        Take.objects.create(turn=turn, job=job, number=1, asset=clip, provider="local", video_id=str(turn.pk))
    return turn


def act(client: Client, model: str, action: str, rows: list[Any], **more: str) -> Any:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return client.post(page(f"threads_{model}_changelist"), data, follow=True)


def test_every_start_makes_the_group_and_keeps_it_as_it_should_be(db: None) -> None:
    Group.objects.filter(name=NAME).delete()
    assert "the group of moderators" in prepare()
    group = Group.objects.get(name=NAME)
    names = {f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all()}
    assert {"threads.change_take", "threads.change_job", "moderation.change_case", "media.view_asset"} <= names
    changing = {name for name in names if ".view_" not in name}
    assert {name.partition(".")[0] for name in changing} == {"accounts", "threads", "moderation"}
    assert "accounts.suspend_user" in names and "accounts.change_user" not in names

    group.permissions.clear()
    assert ensure_group() and not ensure_group()
    assert group.permissions.count() == len(names)


def test_a_moderator_sees_work_and_changes_nobody(
    as_client: AsClient, mod: User, editor: User, team: Team, thread: Thread
) -> None:
    take = made(thread).takes.get()
    rule = Rule.objects.create(name="Names", text="somebody")
    keys.keep("runware", "a-key-that-is-long-enough")
    client = as_client(mod)
    for model in ("threads_thread", "threads_turn", "threads_take", "threads_job", "media_asset", "accounts_user"):
        assert client.get(page(f"{model}_changelist")).status_code == 200
    assert client.get(page("threads_take_change", take.pk)).status_code == 200

    looked = client.get(page("accounts_user_change", editor.pk))
    assert looked.status_code == 200 and editor.password not in looked.content.decode()
    assert "md5" not in looked.content.decode()
    for address in (
        page("accounts_user_change", editor.pk), page("accounts_team_change", team.pk), page("accounts_user_add"),
        page("auth_user_password_change", editor.pk), page("accounts_user_delete", editor.pk),
        page("providers_providerkey_changelist"), page("spending_budget_changelist"),
        page("audit_auditentry_changelist"),
    ):  # fmt: skip
        assert client.post(address, {"name": "x"}).status_code == 403, address
    assert client.post(page("accounts_user_change", mod.pk), {"is_superuser": "on"}).status_code == 403
    rule_page = f"/admin/screening/rule/{rule.pk}/change/"
    assert client.post(rule_page, {"name": "x"}).status_code in (403, 404)
    rule.refresh_from_db()
    assert rule.name == "Names" and not User.objects.get(pk=mod.pk).is_superuser


def test_several_takes_are_held_and_released_with_a_reason(as_client: AsClient, mod: User, thread: Thread) -> None:
    takes = [made(thread).takes.get() for _ in range(3)]
    client = as_client(mod)
    asked = act(client, "take", "hold_selected", takes)
    assert "3 rows" in asked.content.decode() and "Reason" in asked.content.decode()
    assert "This field is required" in act(client, "take", "hold_selected", takes, decided="1").content.decode()
    assert not Take.objects.exclude(held_at=None).exists()

    assert "Done with 2 rows" in act(client, "take", "hold_selected", takes[:2], **WHY).content.decode()
    assert set(Take.objects.exclude(held_at=None).values_list("held_by", flat=True)) == {HeldBy.STAFF}
    assert "Done with 2 rows" in act(client, "take", "release_selected", takes, **WHY).content.decode()
    assert "fits none" in act(client, "take", "release_selected", takes, **WHY).content.decode()
    assert not Take.objects.exclude(held_at=None).exists()

    entries = AuditEntry.objects.filter(act__in=("take.held", "take.released")).order_by("number")
    assert [entry.act for entry in entries] == ["take.held"] * 2 + ["take.released"] * 2
    held = entries[0]
    assert (held.actor, held.detail["reason"]) == (mod, WHY["reason"])
    assert (held.detail["before"]["held_by"], held.detail["after"]["held_by"]) == ("", "staff")
    assert entries[2].detail["before"] == {"held_by": "staff", "held_reason": WHY["reason"]}
    assert verify().broken is None


def test_a_job_is_tried_again_from_its_page_and_from_the_list(as_client: AsClient, mod: User, thread: Thread) -> None:
    failed, done = made(thread, JobStatus.FAILED, "engine"), made(thread)
    client = as_client(mod)
    job = failed.jobs.get()
    address = client.get(page("threads_job_change", job.pk)).content.decode()
    assert "Try again" in address
    assert "Try again" not in client.get(page("threads_job_change", done.jobs.get().pk)).content.decode()

    html = act(client, "job", "retry_selected", [job, done.jobs.get()], **WHY).content.decode()
    assert "Done with 1 row." in html and "This turn is done already" in html
    assert [each.attempt for each in failed.jobs.order_by("attempt")] == [1, 2]
    entry = AuditEntry.objects.get(act="turn.retried")
    assert (entry.object_id, entry.detail["before"], entry.detail["after"]) == (str(failed.pk), 1, 2)
    assert entry.detail["reason"] == WHY["reason"]

    Job.objects.filter(turn=failed, attempt=2).update(status=JobStatus.FAILED)
    again = page("threads_job_retry", failed.jobs.get(attempt=2).pk)
    assert client.post(again, {"reason": "Once more"}).status_code == 302
    assert failed.jobs.count() == 3


def test_whoever_may_only_look_is_offered_nothing(as_client: AsClient, mod: User, thread: Thread) -> None:
    turn = made(thread, JobStatus.FAILED, "engine")
    mod.groups.clear()
    mod.user_permissions.set(Group.objects.get(name=NAME).permissions.filter(codename__startswith="view_"))
    client = as_client(mod)
    assert "retry_selected" not in client.get(page("threads_job_changelist")).content.decode()
    act(client, "job", "retry_selected", [turn.jobs.get()], **WHY)
    assert client.post(page("threads_job_retry", turn.jobs.get().pk), {"reason": "x"}).status_code == 403
    assert turn.jobs.count() == 1


def test_the_first_page_says_how_the_studio_is_doing(
    as_client: AsClient, moderator: User, mod: User, thread: Thread
) -> None:
    cache.clear()
    made(thread)
    failed = made(thread, JobStatus.FAILED, "engine")
    Job.objects.create(turn=failed, attempt=2, provider="local", model="engine-1", status=JobStatus.QUEUED)
    job = Job.objects.get(attempt=2)
    LedgerEntry.objects.create(
        team=thread.team, job=job.pk, kind="reserve", amount_micros=510_000, provider="runware", model="m"
    )
    with CaptureQueriesContext(connection) as queries:
        answer = as_client(moderator).get("/admin/")
    shown = answer.context["dashboard"]
    panels = {panel["title"]: {bar["name"]: bar["value"] for bar in panel["bars"]} for panel in shown["panels"]}
    assert panels["Turns by state"] == {"Queued": "1", "Done": "1"}
    assert panels["Failures of the last 7 days"] == {"engine": "1"}
    assert panels["Spending of this month"] == {"Runware": "$0.51"}
    assert "Takes" in panels["Storage"]
    assert {figure["name"] for figure in shown["figures"]} >= {"Tasks in the queue", "Waiting longest", "Failed jobs"}
    assert len(queries) < 40

    theirs = as_client(mod).get("/admin/")
    assert "Spending of this month" not in theirs.content.decode()
    mod.groups.clear()
    assert as_client(mod).get("/admin/").context["dashboard"] is None


def test_a_long_list_is_counted_up_to_a_bound_and_names_are_found_by_index(
    as_client: AsClient, mod: User, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "COUNTED", 2)
    turns = [made(thread) for _ in range(4)]
    client = as_client(mod)
    shown = client.get(page("threads_turn_changelist"))
    assert shown.context["cl"].result_count == 3 and len(shown.context["cl"].result_list) == 4

    for term in (str(turns[1].pk), turns[1].takes.get().video_id):
        with CaptureQueriesContext(connection) as queries:
            found = client.get(page("threads_turn_changelist"), {"q": term}).context["cl"]
        assert [turn.pk for turn in found.result_list] == [turns[1].pk]
        assert not any("LIKE" in query["sql"] for query in queries)
    assert client.get(page("threads_turn_changelist"), {"q": "emil@"}).context["cl"].result_count == 3
    assert client.get(page("threads_turn_changelist"), {"q": "dusk"}).context["cl"].result_count == 3
    assert client.get(page("threads_turn_changelist"), {"q": "nothing like it"}).context["cl"].result_count == 0
