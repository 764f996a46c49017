"""Signing in, the team, one's own page. Of allauth's pages only those that this studio uses are routed."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path, re_path

from studio.accounts.views import entrance, invite, profile, team

room = [
    path("welcome/", entrance.first_account, name="first-account"),
    path("me/", profile.profile, name="profile"),
    path("invite/<str:token>/", invite.invite, name="invite"),
    path("team/", team.team, name="team"),
    path("team/create/", team.team_create, name="team-create"),
    path("team/switch/", team.team_switch, name="team-switch"),
    path("team/<uuid:team_id>/rename/", team.team_rename, name="team-rename"),
    path("team/<uuid:team_id>/invitations/", team.invitation_create, name="invitation-create"),
    path("team/invitations/<int:pk>/revoke/", team.invitation_revoke, name="invitation-revoke"),
    path("team/members/<int:pk>/role/", team.member_role, name="member-role"),
    path("team/members/<int:pk>/remove/", team.member_remove, name="member-remove"),
    path("team/members/<int:pk>/reset-link/", team.member_reset_link, name="member-reset-link"),
]

signing_in = [
    path("login/", entrance.sign_in, name="account_login"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("signup/", entrance.sign_up, name="account_signup"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("password/change/", allauth_views.password_change, name="account_change_password"),
    path("password/reset/", entrance.forgotten_password, name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((room, "accounts"))),
    path("accounts/", include(signing_in)),
]
