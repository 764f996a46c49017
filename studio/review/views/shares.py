"""The share links of a thread: where editors make, change, switch and remove them."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from studio.accounts.addresses import absolute
from studio.review import shares
from studio.review.actions import ReviewError
from studio.review.actions.sharing import change_link, make_link, remove_link, switch_link
from studio.review.models import ShareLink
from studio.review.share_forms import ShareForm
from studio.threads.cards.parts import label_of
from studio.threads.models import Take, Thread
from studio.threads.views.access import Request, ensure_editor, found, signed_in, thread_of


@dataclass(frozen=True)
class Row:
    """A link as the page lists it. `address` is empty while it opens nothing."""

    link: ShareLink
    address: str
    shows: str
    form: ShareForm
    is_open: bool = False

    @property
    def is_over(self) -> bool:
        return bool(self.link.expires_at and self.link.expires_at <= timezone.now())

    @property
    def state(self) -> str:
        if not self.link.is_on:
            return "off"
        return "over" if self.is_over else "on"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@signed_in
def thread_shares(request: Request, thread_id: UUID) -> HttpResponse:
    """`?take=` chooses what a new link shows."""
    thread = thread_of(request, thread_id)
    ensure_editor(request, thread)
    if request.method == "GET":
        return _page(request, thread, _new_form(request, thread))
    form = _new_form(request, thread)
    if not form.is_valid():
        return _page(request, thread, form, status=422)
    take_id = form.take_id()
    take = found(Take.objects.filter(pk=take_id).select_related("turn").first()) if take_id else None
    try:
        link = make_link(request.user, thread, take, form.terms())
    except ReviewError as error:
        form.add_error(None, error.sentence)
        return _page(request, thread, form, status=error.status)
    messages.success(request, _("The link is made. Copy it and send it to whoever shall look."))
    return _back(thread, link)


def _new_form(request: Request, thread: Thread) -> ShareForm:
    takes = Take.objects.visible_to(request.user).filter(turn__thread=thread, held_at=None)
    rows = takes.order_by("-turn__number", "number").values_list("pk", "turn__number", "number")
    scopes = [
        ("", _("The whole thread: its takes, also later ones")),
        *((str(pk), label_of(t, n)) for pk, t, n in rows),
    ]
    form = ShareForm(request.POST or None, scopes=scopes)
    form.initial["scope"] = request.GET.get("take", "")
    return form


def _page(
    request: Request, thread: Thread, form: ShareForm, *, changed: ShareForm | None = None, status: int = 200
) -> HttpResponse:
    links = (
        ShareLink.objects.filter(thread=thread, removed_at=None)
        .select_related("take__turn", "made_by")
        .annotate(guest_count=Count("guests"))
        .order_by("-created_at")
    )
    context = {
        "thread": thread,
        "rows": [_row(request, link, changed) for link in links],
        "form": form,
        "fresh": request.GET.get("link", ""),
    }
    response = render(request, "review/share_links.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _row(request: Request, link: ShareLink, changed: ShareForm | None) -> Row:
    is_changed = changed is not None and changed.link is not None and changed.link.pk == link.pk
    form = changed if is_changed and changed else ShareForm(link=link, prefix=link.pk.hex)
    address = absolute(shares.path_of(link), request) if link.is_on else ""
    shows = label_of(link.take.turn.number, link.take.number) if link.take else _("The whole thread")
    return Row(link, address, shows, form, is_changed)


@sensitive_post_parameters()
@require_POST
@signed_in
def share_change(request: Request, link_id: UUID) -> HttpResponse:
    link = _link_of(request, link_id)
    form = ShareForm(request.POST, link=link, prefix=link.pk.hex)
    if not form.is_valid():
        return _page(request, link.thread, _new_form_unbound(request, link.thread), changed=form, status=422)
    try:
        change_link(request.user, link, form.terms())
    except ReviewError as error:
        messages.error(request, error.sentence)
        return _back(link.thread, link)
    if form.cleaned_data["password"]:
        messages.success(request, _("Changed. With its new password the link has a new address: send that one."))
    else:
        messages.success(request, _("Changed. Guests who have it open see it at once."))
    return _back(link.thread, link)


def _new_form_unbound(request: Request, thread: Thread) -> ShareForm:
    form = _new_form(request, thread)
    form.is_bound = False
    return form


@require_POST
@signed_in
def share_switch(request: Request, link_id: UUID) -> HttpResponse:
    link, on = _link_of(request, link_id), request.POST.get("on") == "1"
    switch_link(request.user, link, on)
    if on:
        messages.success(request, _("On again, with a new address: the old one stays dead. Send the new one."))
    else:
        messages.success(request, _("Off. Whoever had it open is out; their notes are kept."))
    return _back(link.thread, link)


@require_POST
@signed_in
def share_remove(request: Request, link_id: UUID) -> HttpResponse:
    link = _link_of(request, link_id)
    remove_link(request.user, link)
    messages.success(request, _("The link is removed. What its guests wrote is kept, with their names."))
    return _back(link.thread)


def _link_of(request: Request, link_id: UUID) -> ShareLink:
    """For editors of its team. Strangers get 404, members who only look 403."""
    rows = ShareLink.objects.filter(
        removed_at=None, thread__trashed_at=None, thread__team__memberships__user=request.user
    )
    link = found(rows.filter(pk=link_id).select_related("thread__team", "take__turn").first())
    ensure_editor(request, link.thread)
    return link


def _back(thread: Thread, link: ShareLink | None = None) -> HttpResponse:
    place = reverse("review:thread-shares", args=[thread.pk])
    return redirect(f"{place}?link={link.pk}#link-{link.pk}" if link else place)
