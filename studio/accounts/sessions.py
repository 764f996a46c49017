"""Browsers in which a person is signed in."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from studio.accounts.models import User


def end_sessions(user: User) -> int:
    """Signs the person out everywhere; answers of how many browsers. Whose a session is, only its content tells."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).iterator(chunk_size=500)
    theirs = [each.pk for each in living if each.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=theirs).delete()
    return len(theirs)
