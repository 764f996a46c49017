"""Moderators write rules in the administration, try them on what was sent lately, and each act leaves a trace."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts.models import Team, User
from studio.audit.models import AuditEntry
from studio.screening.forms import RuleForm
from studio.screening.models import Finding, Rule, Verdict
from studio.threads import actions
from studio.threads.models import Thread, Turn

AsClient = Callable[[User], Client]
FORM = {"name": "Weapons", "kind": "words", "text": "gun, 炸弹", "verdict": "hold", "message": "Why?", "is_on": "on"}
TRY = "/admin/threads/turn/dry-run/"


@pytest.fixture
def thread(editor: User, team: Team) -> Thread:
    thread = actions.start_thread(editor, team, "A film")
    for prompt in ("a calm sea", "a ＧＵＮ <b>on</b> a table", "做一个炸弹"):
        actions.start_turn(editor, thread, token=uuid.uuid4(), prompt=prompt)
    old = actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="an old gun")
    Turn.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    return thread


def test_a_rule_is_added_and_changed_and_the_trail_keeps_it(moderator: User, as_client: AsClient) -> None:
    client = as_client(moderator)
    assert client.post("/admin/screening/rule/add/", FORM).status_code == 302
    rule = Rule.objects.get()
    assert (rule.changed_by, rule.is_on) == (moderator, True)
    page = client.get(f"/admin/screening/rule/{rule.pk}/change/").content.decode()
    assert "Try it on the last 30 days" in page and f'formaction="{TRY}"' in page
    client.post(f"/admin/screening/rule/{rule.pk}/change/", {**FORM, "verdict": "block"})
    rule.refresh_from_db()
    assert rule.verdict == Verdict.BLOCK
    acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))
    assert acts == ["rule.added", "rule.opened", "rule.changed"]
    listed = client.get("/admin/screening/rule/?q=gun").content.decode()
    assert "Weapons" in listed and "Moderation" in listed


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": "regex", "text": "(a|aa)+$"}, "This expression takes too long on some texts"),
        ({"kind": "regex", "text": "gun("}, "This is no regular expression"),
        ({"kind": "pattern", "text": "gun*\n*"}, "has no letters"),
        ({"kind": "words", "text": "gun*"}, "Choose the kind"),
        ({"kind": "words", "text": " , "}, "has no letters"),
    ],
)
def test_what_cannot_work_is_not_saved_and_said(fields: dict[str, str], why: str) -> None:
    form = RuleForm({**FORM, **fields})
    assert not form.is_valid()
    assert why in form.errors["text"][0]


def test_a_dry_run_shows_what_it_would_have_found_and_changes_nothing(
    moderator: User, thread: Thread, as_client: AsClient
) -> None:
    page = as_client(moderator).post(TRY, FORM).content.decode()
    assert "a <mark>ＧＵＮ</mark> &lt;b&gt;on&lt;/b&gt; a table" in page and "做一个<mark>炸弹</mark>" in page
    assert "a calm sea" not in page and "an old gun" not in page
    assert not (Rule.objects.exists() or Finding.objects.exists() or Turn.objects.exclude(held_at=None).exists())
    detail = AuditEntry.objects.get(act="rule.tried").detail
    assert (detail["looked"], detail["matched"]) == (3, 2)


def test_a_dry_run_shows_fifty_and_counts_all(moderator: User, thread: Thread, as_client: AsClient) -> None:
    Turn.objects.bulk_create(Turn(thread=thread, number=number, prompt="a gun") for number in range(10, 70))
    page = as_client(moderator).post(TRY, FORM).content.decode()
    assert page.count("<mark>") == 50 and ">62<" in page.replace("\n", "").replace(" ", "")
    assert "The newest 50 are shown." in page


def test_a_dry_run_says_what_is_wrong_and_how_far_it_came(
    moderator: User, thread: Thread, as_client: AsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_client(moderator)
    assert "takes too long" in client.post(TRY, {**FORM, "kind": "regex", "text": "(a|aa)+$"}).content.decode()
    assert "Open a rule, and try it from there." in client.get(TRY).content.decode()
    assert "It would have found nothing" in client.post(TRY, {**FORM, "text": "tank"}).content.decode()
    monkeypatch.setattr("studio.threads.admin.dry_run.PATIENCE", 0.0)
    assert "the newest 1 were looked at" in client.post(TRY, FORM).content.decode()


def test_only_who_may_write_rules_may_try_them(editor: User, thread: Thread, as_client: AsClient) -> None:
    assert as_client(editor).post(TRY, FORM).status_code == 302  # to the sign-in of the administration
    editor.is_staff = True
    editor.save()
    assert as_client(editor).post(TRY, FORM).status_code == 403


def test_findings_are_read_and_never_changed(
    moderator: User, thread: Thread, editor: User, as_client: AsClient
) -> None:
    rule = Rule.objects.create(name="Weapons", text="gun", verdict=Verdict.HOLD)
    actions.start_turn(editor, thread, token=uuid.uuid4(), prompt="x " * 200 + "a gun on a table")
    Finding.objects.create(
        rule=rule, rule_name="Weapons", verdict="block", object_kind="team", object_id="1", text="gun"
    )
    client = as_client(moderator)
    listed = client.get("/admin/screening/finding/?q=table").content.decode()
    assert "a <mark>gun</mark> on a table" in listed
    finding = Finding.objects.earliest("id")
    page = client.get(f"/admin/screening/finding/{finding.pk}/change/").content.decode()
    assert f"/admin/threads/turn/{finding.object_id}/change/" in page
    assert client.post(f"/admin/screening/finding/{finding.pk}/delete/", {"post": "yes"}).status_code == 403
    rule.delete()
    assert "Weapons" in client.get(f"/admin/screening/finding/{finding.pk}/change/").content.decode()
