"""PostgreSQL keeps no NUL: wherever people write, it is left out instead of ending in an error page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.moderation.models import Case, Report
from studio.threads.models import Take, Thread

pytestmark = pytest.mark.django_db
AsClient = Callable[[User | None], Client]
HTMX = {"HX-Request": "true"}


def test_a_report_and_a_decision(as_client: AsClient, made: Take, moderator: User, owner: User) -> None:
    url = reverse("moderation:report-take", args=[made.pk])
    as_client(owner).post(url, {"ground": "hate", "words": "Look\x00 here"})
    assert Report.objects.get().words == "Look here"
    case = Case.objects.get()
    form = {"outcome": "kept", "ground": "hate", "message": "No\x00, please.", "version": str(case.version)}
    url = reverse("moderation:case-decide", args=[case.pk])
    assert as_client(moderator).post(url, form, headers=HTMX).status_code == 200
    assert Case.objects.get().message == "No, please."


def test_what_is_looked_for(as_client: AsClient, thread: Thread, owner: User) -> None:
    html = as_client(owner).get("/", {"q": "Har\x00bour"}).content.decode()
    assert str(thread) in html
