"""A decision of a moderator is told on whichever page its person happens to be."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from playwright.sync_api import Page, expect

from studio.accounts.models import Team, User
from studio.moderation.models import Case, CaseKind, Outcome
from studio.moderation.news import tell_person
from studio.threads import actions
from studio.threads.models import Take

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOLD = "A moderator has decided about something that you made."


def test_it_is_told_everywhere_and_to_nobody_else(
    visit: Callable[..., Page], editor: User, owner: User, team: Team, add_take: Callable[..., Take]
) -> None:
    editor.user_permissions.add(Permission.objects.get(codename="change_case"))
    thread = actions.start_thread(editor, team, title="Harbour at dusk")
    take = add_take(thread, editor)
    here = reverse("threads:thread-detail", args=[thread.pk])
    places = [
        here,
        reverse("review:take-review", args=[take.pk]),
        reverse("moderation:queue"),
        reverse("accounts:team"),
    ]
    pages = [visit(editor, place) for place in places]
    other = visit(owner, here)
    for page in (*pages, other):
        page.add_init_script("document.addEventListener('live:open', () => { window.isLive = true; })")
        page.reload()
        page.wait_for_function("() => window.isLive")
    case = Case.objects.create(
        kind=CaseKind.REPORT, person=editor, turn=take.turn, take=take, source="test", outcome=Outcome.KEPT
    )
    tell_person(case)
    for page in pages:
        expect(page.locator(".toast", has_text=TOLD), page.url).to_be_visible()
    expect(other.locator(".toast", has_text=TOLD)).to_have_count(0)
