"""Share links: made, changed, switched and removed by those who edit; the audit trail has before and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.audit.records import record
from studio.live.publishing import publish
from studio.review.actions.refusals import ReviewRefused
from studio.review.models import ShareLink
from studio.threads.actions.refusals import ensure_editor
from studio.threads.models import Take, Thread

MOST_LINKS = 100


@dataclass(frozen=True)
class Terms:
    """`password`: None leaves it as it is, an empty one takes it away."""

    label: str = ""
    password: str | None = None
    expires_at: datetime | None = None
    may_download: bool = False
    may_note: bool = True
    shows_prompts: bool = False


def make_link(user: User, thread: Thread, take: Take | None, terms: Terms) -> ShareLink:
    """To the take, or to all of the thread. Raises PermissionDenied or ReviewRefused."""
    ensure_editor(user, thread)
    if take is not None and take.turn.thread_id != thread.pk:
        raise ReviewRefused(_("That take is not part of this thread. No link was made; reload the page."))
    if ShareLink.objects.filter(thread=thread, removed_at=None).count() >= MOST_LINKS:
        raise ReviewRefused(
            _("This thread has %(most)d links already. Remove one that nobody uses; no link was made.")
            % {"most": MOST_LINKS}
        )
    link = ShareLink(thread=thread, take=take, made_by=user)
    _apply(link, terms)
    with transaction.atomic():
        link.save(force_insert=True)
        _record(user, "share.made", link, after=facts(link))
    return link


def change_link(user: User, link: ShareLink, terms: Terms) -> None:
    """A new password ends the access of everybody who came by the old one, and gives the link a new address."""
    ensure_editor(user, link.thread)
    with transaction.atomic():
        # As it is now: another page may have switched it off or removed it meanwhile, and that stands.
        present = ShareLink.objects.select_for_update(no_key=True).filter(pk=link.pk, removed_at=None).first()
        if present is None:
            raise ReviewRefused(_("This link has been removed meanwhile. Nothing was changed; make a new one."))
        link.is_on, link.epoch, before = present.is_on, present.epoch, facts(present)
        _apply(link, terms)
        if terms.password:
            link.epoch += 1
        link.save()
        _record(user, "share.changed", link, before=before, after=facts(link), new_password=bool(terms.password))
        _publish(link)


def switch_link(user: User, link: ShareLink, on: bool) -> None:
    """Off means off: whoever is inside is out at once. Switched on again it has a new address."""
    ensure_editor(user, link.thread)
    before = facts(link)
    changed = ShareLink.objects.filter(pk=link.pk, is_on=not on, removed_at=None)
    with transaction.atomic():
        if not changed.update(is_on=on, epoch=F("epoch") + (0 if on else 1)):
            return
        link.refresh_from_db(fields=["is_on", "epoch"])
        _record(user, "share.switched", link, before=before, after=facts(link))
        _publish(link)


def remove_link(user: User, link: ShareLink) -> None:
    """For good. The notes of its guests stay, with their names."""
    ensure_editor(user, link.thread)
    before = facts(link)
    with transaction.atomic():
        rows = ShareLink.objects.filter(pk=link.pk, removed_at=None)
        if not rows.update(removed_at=timezone.now(), is_on=False, epoch=F("epoch") + 1):
            return
        _record(user, "share.removed", link, before=before)
        _publish(link)


def facts(link: ShareLink) -> dict[str, Any]:
    """What the audit trail keeps of a link: never the password, only whether there is one."""
    return {
        "label": link.label,
        "take": str(link.take_id) if link.take_id else "",
        "is_on": link.is_on,
        "has_password": bool(link.password),
        "expires_at": link.expires_at.isoformat() if link.expires_at else "",
        "may_download": link.may_download,
        "may_note": link.may_note,
        "shows_prompts": link.shows_prompts,
    }


def _apply(link: ShareLink, terms: Terms) -> None:
    if terms.password is not None:
        link.password = make_password(terms.password) if terms.password else ""
    link.label, link.expires_at = terms.label, terms.expires_at
    link.may_download, link.may_note, link.shows_prompts = terms.may_download, terms.may_note, terms.shows_prompts


def _record(user: User, act: str, link: ShareLink, **detail: Any) -> None:
    record(user, act, "share", link.pk, team=str(link.thread.team_id), thread=str(link.thread_id), **detail)


def _publish(link: ShareLink) -> None:
    publish(f"guests-{link.thread_id}", "share.changed", link=link.pk)
