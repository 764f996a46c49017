"""People, teams, memberships and invitations for staff."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from studio.accounts.models import Invitation, Membership, Team, User
from studio.audit.admin import RecordedAdmin
from studio.live.publishing import publish

# The studio has roles in teams, two staff switches and the one group of its moderators, which is made by the program;
# allauth's addresses are not used.
admin.site.unregister([Group, EmailAddress])
# The admin's own login page would know neither throttling nor the first account.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign, no-untyped-call]

ROLE_COLOURS = {"owner": "warning", "editor": "info", "reviewer": "success", "viewer": "default"}
STATE_COLOURS = {"open": "info", "accepted": "success", "withdrawn": "warning"}


def tell(user: User, **payload: str) -> None:
    publish(user.stream, "access.changed", **payload)


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    fields = ["team", "role"]
    autocomplete_fields = ["team"]


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class ChangedUserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(RecordedAdmin, DjangoUserAdmin):  # type: ignore[type-arg, misc]
    form = ChangedUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["email", "name", "teams_listed", "is_active", "is_staff", "last_login", "date_joined"]
    list_filter = ["is_active", "is_staff", "groups", "is_superuser", "teams"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = ()
    inlines = [MembershipInline]
    readonly_fields = ["last_login", "date_joined", "suspended_at", "suspended_reason"]
    actions_detail = ["suspend", "end_suspension"]  # type: ignore[assignment]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "groups", "is_superuser"]}),
        (_("Suspension"), {"fields": ["suspended_at", "suspended_reason"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = ((None, {"classes": ["wide"], "fields": ["email", "name", "password1", "password2"]}),)  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("teams")

    def has_suspend_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("accounts.suspend_user")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        person = self.get_object(request, str(object_id))
        fit = "end_suspension" if person and person.is_suspended else "suspend"
        return [each for each in super().get_actions_detail(request, object_id) if each.path == fit]

    @action(description=_("Suspend"), permissions=["suspend"], icon="block", variant=ActionVariant.DANGER)  # type: ignore[arg-type, operator]
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page belongs to a room above this one."""
        return redirect("people:person-suspend", object_id)

    @action(description=_("End the suspension"), permissions=["suspend"], icon="undo")  # type: ignore[arg-type, operator]
    def end_suspension(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("people:person-restore", object_id)

    @admin.display(description=_("teams"))
    def teams_listed(self, user: User) -> str:
        return ", ".join(team.name for team in user.teams.all()) or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only a superuser makes others staff or superusers, or changes those who are."""
        if request.user.is_superuser:
            return self.readonly_fields
        return [*self.readonly_fields, "is_staff", "groups", "is_superuser"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever only looks has no business with a password, not even with its hash."""
        shown = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return shown
        return [
            (title, options | {"fields": [name for name in options["fields"] if name != "password"]})
            for title, options in shown
        ]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return bool(super().has_change_permission(request, obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # Signing in also looks at allauth's copy of the address, which must not outlive a change.
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def announce(self, obj: Any) -> None:
        tell(obj)


class TeamMemberInline(TabularInline):
    model = Membership
    extra = 0
    fields = ["user", "role", "created_at"]
    readonly_fields = ["created_at"]
    autocomplete_fields = ["user"]


@admin.register(Team)
class TeamAdmin(RecordedAdmin):
    list_display = ["name", "people", "created_at"]
    search_fields = ["name", "id", "members__email"]
    date_hierarchy = "created_at"
    inlines = [TeamMemberInline]
    readonly_fields = ["id", "created_at"]
    fields = ["name", "id", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(people_count=Count("memberships"))  # type: ignore[no-any-return]

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, team: Team) -> int:
        return int(team.people_count)  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = _people_of(form.instance)
        super().save_related(request, form, formsets, change)
        vars(form.instance)["concerned"] = before | _people_of(form.instance)

    def announce(self, obj: Any) -> None:
        for user in User.objects.filter(pk__in=vars(obj).get("concerned", ())).order_by("pk"):
            tell(user, team=str(obj.pk))


def _people_of(team: Team) -> set[int]:
    return set(Membership.objects.filter(team=team).values_list("user_id", flat=True))


@admin.register(Membership)
class MembershipAdmin(RecordedAdmin):
    list_display = ["user", "team", "shown_role", "created_at"]
    list_filter = ["role", "team"]
    search_fields = ["user__email", "user__name", "team__name"]
    list_select_related = ["user", "team"]
    autocomplete_fields = ["user", "team"]
    fields = ["user", "team", "role"]

    @display(description=_("role"), ordering="role", label=ROLE_COLOURS)  # type: ignore[arg-type]
    def shown_role(self, membership: Membership) -> tuple[str, str]:
        return membership.role, membership.get_role_display()

    def announce(self, obj: Any) -> None:
        tell(obj.user, team=str(obj.team_id))

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            tell(obj.user, team=str(obj.team_id))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        with transaction.atomic():
            gone = list(queryset.select_related("user").order_by("user_id"))
            super().delete_queryset(request, queryset)
            for membership in gone:
                tell(membership.user, team=str(membership.team_id))


@admin.register(Invitation)
class InvitationAdmin(RecordedAdmin):
    list_display = ["team", "role", "shown_state", "email", "invited_by", "created_at", "expires_at"]
    list_filter = ["role", "team"]
    search_fields = ["team__name", "email", "invited_by__email", "accepted_by__email"]
    list_select_related = ["team", "invited_by"]
    date_hierarchy = "created_at"
    fields = [
        "team", "role", "email", "invited_by", "created_at", "expires_at", "accepted_by", "accepted_at", "revoked_at",
    ]  # fmt: skip
    readonly_fields = ["created_at"]

    @display(description=_("state"), label=STATE_COLOURS)  # type: ignore[arg-type]
    def shown_state(self, invitation: Invitation) -> tuple[str, Any]:
        if invitation.accepted_at:
            return "accepted", _("accepted")
        if invitation.revoked_at:
            return "withdrawn", _("withdrawn")
        return ("open", _("open")) if invitation.expires_at > timezone.now() else ("expired", _("expired"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False
