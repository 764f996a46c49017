"""Who gets which answer at which address.

Columns: owner, editor, reviewer, viewer (of the team); guest (of a link to its thread), other (guest of a link to
another thread, who asks at that link's address); stranger (owns another team), nobody (has no account), moderator (of
the group, and of no team). 302 is the way to sign in for those without an account, and for the others the page that
comes after. A third word names what it is about instead: `held` is a take that its provider objects
to, asked for by the editor.
"""

from dataclasses import dataclass

PEOPLE = ("owner", "editor", "reviewer", "viewer", "guest", "other", "stranger", "nobody", "moderator")

PAGES = """
# address                  method about  owner editor reviewer viewer guest other stranger nobody moderator

# A team's work: strangers learn nothing of it, moderators have their own pages, whoever may only look changes nothing.
threads:library               GET          200   200   200   200   302   302   200   302   200
threads:library-progress      GET          200   200   200   200   302   302   200   302   200
threads:trash                 GET          200   200   403   403   302   302   200   302   403
threads:thread-start          POST         302   302   403   403   302   302   302   302   403
threads:thread-sample         POST         302   302   403   403   302   302   302   302   403
threads:thread-detail         GET          200   200   200   200   302   302   404   302   404
threads:thread-card           GET          200   200   200   200   302   302   404   302   404
threads:thread-rename         GET          200   200   403   403   302   302   404   302   404
threads:thread-rename         POST         302   302   403   403   302   302   404   302   404
threads:thread-archive        POST         302   302   403   403   302   302   404   302   404
threads:thread-restore        POST         302   302   403   403   302   302   404   302   404
threads:thread-delete         POST         302   302   403   403   302   302   404   302   404
threads:thread-title          GET          200   200   200   200   302   302   404   302   404
threads:thread-title          POST         302   302   403   403   302   302   404   302   404
threads:composer              GET          200   200   200   200   302   302   404   302   404
threads:thread-map            GET          302   302   302   302   302   302   404   302   404
threads:take-picker           GET          200   200   200   200   302   302   404   302   404
threads:thread-total          GET          302   302   302   302   302   302   404   302   404
threads:turns-before          GET          200   200   200   200   302   302   404   302   404
threads:turn-create           POST         303   303   403   403   302   302   404   302   404
threads:turn-detail           GET          303   303   303   303   302   302   404   302   404
threads:turn-info             GET          303   303   303   303   302   302   404   302   404
threads:turn-delete           POST         302   302   403   403   302   302   404   302   404
threads:turn-restore          POST         303   303   403   403   302   302   404   302   404
threads:turn-stop             POST         303   303   403   403   302   302   404   302   404
threads:turn-retry            POST         303   303   403   403   302   302   404   302   404
threads:turn-copy             POST         303   303   403   403   302   302   404   302   404
threads:take-detail           GET          303   303   303   303   302   302   404   302   404
threads:take-address          GET          200   200   200   200   302   302   404   302   404
threads:take-pick             POST         303   303   403   403   302   302   404   302   404
threads:take-delete           POST         303   303   403   403   302   302   404   302   404
threads:take-restore          POST         303   303   403   403   302   302   404   302   404
threads:take-download         GET          302   302   302   302   302   302   404   302   404

# What the provider holds back is its author's to decide.
threads:take-delete           POST  held   403   303   403   403   302   302   404   302   404
threads:take-release          POST  held   403   303   403   403   302   302   404   302   404

# Keys and terms are the owner's.
threads:team-providers        GET          200   403   403   403   302   302   404   302   404
threads:team-provider-set     POST         302   403   403   403   302   302   404   302   404
threads:upload-addresses-add  POST         302   403   403   403   302   302   404   302   404
threads:upload-addresses-clear POST        302   403   403   403   302   302   404   302   404
threads:upload-address-remove POST         302   403   403   403   302   302   404   302   404

# Vendors come with the secret of their address.
threads:hook                  POST         204   204   204   204   204   204   204   204   204
threads:hook                  POST  forged 404   404   404   404   404   404   404   404   404

# Reviewers write and decide, viewers look; whose note it is changes it, and says whether it is fixed.
review:waiting                GET          302   302   302   302   302   302   302   302   302
review:waiting-count          GET          200   200   200   200   302   302   200   302   200
review:thread-review          GET          302   302   302   302   302   302   404   302   404
review:thread-origins         GET          200   200   200   200   302   302   404   302   404
review:take-review            GET          200   200   200   200   302   302   404   302   404
review:take-review            GET   held   410   410   410   410   302   302   404   302   404
review:take-verdicts          GET          200   200   200   200   302   302   404   302   404
review:take-address           GET          200   200   200   200   302   302   404   302   404
review:take-address           GET   held   404   404   404   404   302   302   404   302   404
review:take-decide            POST         302   302   302   403   302   302   404   302   404
review:take-decide            POST  held   409   409   409   403   302   302   404   302   404
review:take-finish            POST         302   302   302   403   302   302   404   302   404
review:take-ask               POST         302   302   403   403   302   302   404   302   404
review:take-notes             GET          200   200   200   200   302   302   404   302   404
review:note-create            POST         302   302   302   403   302   302   404   302   404
review:note-detail            GET          200   200   200   200   302   302   404   302   404
review:note-edit              POST         403   403   200   403   302   302   404   302   404
review:note-delete            POST         403   403   200   403   302   302   404   302   404
review:note-resolve           POST         200   200   200   403   302   302   404   302   404
review:note-reopen            POST         200   200   200   403   302   302   404   302   404
review:note-fixed             POST         403   403   302   403   302   302   404   302   404
review:take-next              GET          200   200   200   200   302   302   404   302   404
review:next-turn              GET          200   200   403   403   302   302   404   302   404
review:next-turn              POST         303   303   403   403   302   302   404   302   404
review:turn-notes             GET          200   200   200   200   302   302   404   302   404

# Links are made by those who edit. With the right address and cookie a guest is in; all others are asked who they are
# (200, to what was sent 401), and at another link there is nothing of this one.
review:thread-shares          GET          200   200   403   403   302   302   404   302   404
review:thread-shares          POST         302   302   403   403   302   302   404   302   404
review:share-change           POST         302   302   403   403   302   302   404   302   404
review:share-switch           POST         302   302   403   403   302   302   404   302   404
review:share-remove           POST         302   302   403   403   302   302   404   302   404
review:share-open             GET          200   200   200   200   200   200   200   200   200
review:share-open             GET   forged 404   404   404   404   404   404   404   404   404
review:share-password         POST         302   302   302   302   302   302   302   302   302
review:share-name             POST         302   302   302   302   302   302   302   302   302
review:share-take-review      GET          200   200   200   200   200   410   200   200   200
review:share-take-review      GET   held   200   200   200   200   410   410   200   200   200
review:share-take-address     GET          200   200   200   200   200   404   200   200   200
review:share-take-address     GET   held   200   200   200   200   404   404   200   200   200
review:share-take-notes       GET          200   200   200   200   200   404   200   200   200
review:share-note-create      POST         401   401   401   401   302   404   401   401   401
review:share-note-detail      GET          200   200   200   200   200   404   200   200   200
review:share-note-edit        POST         401   401   401   401   302   404   401   401   401
review:share-note-delete      POST         401   401   401   401   302   404   401   401   401
review:share-take-next        GET          200   200   200   200   200   404   200   200   200
review:share-note-fixed       POST         401   401   401   401   302   404   401   401   401
review:share-note-resolve     POST         401   401   401   401   403   404   401   401   401
review:share-note-reopen      POST         401   401   401   401   403   404   401   401   401

# Files: a page that has asked signs an address for an hour or two, and whoever holds it has the file. What is held back
# opens for the one for whom it was signed. A guest's address is good with the guest's cookie alone.
media:asset                   GET          200   200   200   200   200   200   200   200   200
media:asset                   GET   held   404   200   404   404   404   404   404   404   404
media:asset                   GET   forged 404   404   404   404   404   404   404   404   404
review:share-media            GET          404   404   404   404   200   404   404   404   404
review:share-media            GET   held   404   404   404   404   404   404   404   404   404
media:asset-create            POST         400   400   403   403   401   401   404   401   404
media:asset-from-link         POST         202   202   403   403   401   401   404   401   404
media:asset-detail            GET          200   200   200   200   401   401   404   401   404
media:asset-trim              POST         202   202   403   403   401   401   404   401   404
media:asset-delete            POST         200   200   403   403   401   401   404   401   404
media:asset-restore           POST         200   200   403   403   401   401   404   401   404

# One's own pages, and the mails that one gets: the signed address in a mail is the permission.
review:mail-choices           GET          200   200   200   200   302   302   200   302   200
review:mail-choices           POST         302   302   302   302   302   302   302   302   302
review:mail-off               GET          200   200   200   200   200   200   200   200   200
review:mail-off               POST         200   200   200   200   200   200   200   200   200
review:mail-off               POST  forged 404   404   404   404   404   404   404   404   404
accounts:profile              GET          200   200   200   200   302   302   200   302   200
accounts:profile              POST         302   302   302   302   302   302   302   302   302

# People and roles are the owner's; everybody may leave (here it is the viewer's membership). Staff make teams.
accounts:team                 GET          200   200   200   200   302   302   200   302   200
accounts:team-create          POST         403   403   403   403   302   302   403   302   302
accounts:team-switch          POST         302   302   302   302   302   302   302   302   302
accounts:team-rename          POST         302   403   403   403   302   302   404   302   404
accounts:invitation-create    POST         302   403   403   403   302   302   404   302   404
accounts:invitation-revoke    POST         302   403   403   403   302   302   404   302   404
accounts:member-role          POST         302   403   403   403   302   302   404   302   404
accounts:member-remove        POST         302   403   403   302   302   302   404   302   404
accounts:member-reset-link    POST         302   403   403   403   302   302   404   302   404

# Ways in. An invitation is for whoever holds it; the first account has been made.
accounts:invite               GET          200   200   200   200   200   200   200   200   200
accounts:invite               POST         302   302   302   302   302   302   302   302   302
accounts:invite               GET   forged 404   404   404   404   404   404   404   404   404
accounts:first-account        GET          302   302   302   302   302   302   302   302   302
accounts:first-account        POST         302   302   302   302   302   302   302   302   302
account_login                 GET          302   302   302   302   200   200   302   200   302
account_login                 POST         302   302   302   302   200   200   302   200   302
account_logout                GET          200   200   200   200   302   302   200   302   200
account_logout                POST         302   302   302   302   302   302   302   302   302
account_signup                GET          302   302   302   302   200   200   302   200   302
account_signup                POST         302   302   302   302   200   200   302   200   302
account_inactive              GET          200   200   200   200   200   200   200   200   200
account_change_password       GET          200   200   200   200   302   302   200   302   200
account_change_password       POST         200   200   200   200   302   302   200   302   200
account_reset_password        GET          200   200   200   200   200   200   200   200   200
account_reset_password        POST         200   200   200   200   200   200   200   200   200
account_reset_password_done   GET          200   200   200   200   200   200   200   200   200
account_reset_password_from_key GET        200   200   200   200   200   200   200   200   200
account_reset_password_from_key POST       200   200   200   200   200   200   200   200   200
account_reset_password_from_key_done GET   200   200   200   200   200   200   200   200   200
operations:healthz            GET          200   200   200   200   200   200   200   200   200
operations:readyz             GET          200   200   200   200   200   200   200   200   200

# Whoever sees it reports it. The queue is there for moderators alone.
moderation:report-take        GET          200   200   200   200   302   302   404   302   404
moderation:report-take        POST         302   302   302   302   302   302   404   302   404
moderation:report-turn        GET          200   200   200   200   302   302   404   302   404
moderation:report-turn        POST         302   302   302   302   302   302   404   302   404
moderation:report-note        GET          200   200   200   200   302   302   404   302   404
moderation:report-note        POST         302   302   302   302   302   302   404   302   404
moderation:share-report-take  GET          200   200   200   200   200   404   200   200   200
moderation:share-report-take  POST         401   401   401   401   302   404   401   401   401
moderation:share-report-take  GET   held   200   200   200   200   404   404   200   200   200
moderation:share-report-note  GET          200   200   200   200   200   404   200   200   200
moderation:share-report-note  POST         401   401   401   401   302   404   401   401   401
moderation:notices            GET          200   200   200   200   302   302   200   302   200
moderation:turn-notice        GET          200   200   200   200   302   302   404   302   404
moderation:queue              GET          404   404   404   404   302   302   404   302   200
moderation:case-list          GET          404   404   404   404   302   302   404   302   200
moderation:case-detail        GET          404   404   404   404   302   302   404   302   302
moderation:case-claim         POST         404   404   404   404   302   302   404   302   200
moderation:case-leave         POST         404   404   404   404   302   302   404   302   204
moderation:case-decide        POST         404   404   404   404   302   302   404   302   302
moderation:case-undo          POST         404   404   404   404   302   302   404   302   409
people:person-suspend         GET          302   302   302   302   302   302   302   302   200
people:person-suspend         POST         302   302   302   302   302   302   302   302   200
people:person-restore         GET          302   302   302   302   302   302   302   302   200
people:person-restore         POST         302   302   302   302   302   302   302   302   200
"""

# What is sent where a form is needed to get any further. `world` is the cast's.
FORMS: dict[str, dict[str, str]] = {
    "threads:thread-start": {"prompt": "A calm sea"},
    "threads:thread-rename": {"title": "Harbour"},
    "threads:thread-title": {"title": "Harbour"},
    "threads:turn-create": {"prompt": "A calm sea", "token": "6f1f7d2c-7f5f-4c35-9f43-0d1d1d0a5a11"},
    "threads:take-delete": {"reason": "It is not."},
    "threads:take-release": {"reason": "It is fine."},
    "threads:team-provider-set": {"runware-hours": "1000", "runware-safety": "fast"},
    "threads:upload-addresses-add": {"addresses": "https://example.com/x?X-Amz-Expires=99999"},
    "review:take-decide": {"choice": "needs_changes", "seen": "{world.take.asset_id}:9:0"},
    "review:take-ask": {"reviewer": "{world.people[reviewer].pk}"},
    "review:note-create": {"text": "Too dark"},
    "review:note-edit": {"text": "Too bright"},
    "review:note-fixed": {"answer": "fixed", "turn": "{world.take.turn_id}"},
    "review:share-note-fixed": {"answer": "fixed", "turn": "{world.take.turn_id}"},
    "review:next-turn": {
        "note": "{world.note.pk}",
        "prompt": "warmer",
        "token": "6f1f7d2c-7f5f-4c35-9f43-0d1d1d0a5a12",
    },
    "review:thread-shares": {"may_note": "on"},
    "review:share-name": {"name": "Gina"},
    "review:share-note-create": {"text": "Too dark"},
    "review:share-note-edit": {"text": "Too bright"},
    "media:asset-create": {"team": "{world.team.pk}"},
    "media:asset-from-link": {"team": "{world.team.pk}", "url": "http://example.com/a.mp4"},
    "media:asset-trim": {"start": "1", "end": "2"},
    "accounts:invite": {"name": "Nora", "email": "nora@example.com", "password": "correct horse battery"},
    "accounts:profile": {"name": "Somebody"},
    "accounts:team-create": {"name": "Second unit"},
    "accounts:team-switch": {"team": "{world.team.pk}"},
    "accounts:team-rename": {"name": "Harbour"},
    "accounts:invitation-create": {"role": "viewer"},
    "accounts:member-role": {"role": "reviewer"},
    "moderation:report-take": {"ground": "rights"},
    "moderation:report-turn": {"ground": "rights"},
    "moderation:report-note": {"ground": "rights"},
    "moderation:share-report-take": {"ground": "rights"},
    "moderation:share-report-note": {"ground": "rights"},
    "moderation:case-decide": {"outcome": "released", "ground": "fine", "version": "1"},
}

# The administration, for the group of moderators and for superusers; everybody else is sent to sign in there.
# Of records: `look` is the list, a record and its history; `all` is that and add, change and delete.
RECORDS = """
# record                moderator  superuser
accounts_user           look       all
accounts_team           look       all
accounts_membership     look       all
accounts_invitation     -          look,delete
audit_auditentry        -          look
spending_ledgerentry    -          look
spending_budget         -          all
media_asset             look       look
screening_rule          look       all
screening_finding       look       look
providers_providerkey   -          all
threads_thread          look       look
threads_turn            look       look
threads_job             look       look
threads_take            look       look
threads_delivery        -          look
local_render            -          look
"""
OFFICES = """
# page                        moderator  superuser
index                            200        200
app_list                         200        200
search                           200        200
login                            302        302
logout                           405        405
password_change                  200        200
password_change_done             200        200
jsi18n                           200        200
autocomplete                     403        403
view_on_site                     404        404
accounts_user_suspend            302        302
accounts_user_end_suspension     302        302
auth_user_password_change        403        200
providers_providerkey_try_key    403        404
threads_turn_dry_run             403        200
threads_job_health               200        200
threads_job_retry                200        200
threads_take_hold_back           200        200
threads_take_release             200        200
threads_take_delete_held         200        200
"""

# Sockets: 1000 is open, 4404 is closed as if there were nothing.
SOCKETS = """
# path                    owner editor reviewer viewer guest other stranger nobody moderator
ws/threads/<thread_id>/    1000  1000  1000  1000  4404  4404  4404  4404  4404
ws/me/                     1000  1000  1000  1000  4404  4404  1000  4404  1000
ws/moderation/             4404  4404  4404  4404  4404  4404  4404  4404  1000
ws/share/<token>/          4404  4404  4404  4404  1000  1000  4404  4404  4404
ws/share/forged/           4404  4404  4404  4404  4404  4404  4404  4404  4404
ws/elsewhere/              4404  4404  4404  4404  4404  4404  4404  4404  4404
"""


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    about: str
    answers: dict[str, int]

    def __str__(self) -> str:
        return f"{self.method} {self.name} {self.about}".rstrip()


def rows(text: str) -> list[Row]:
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [_row(words[: -len(PEOPLE)], words[-len(PEOPLE) :]) for words in lines]


def _row(said: list[str], numbers: list[str]) -> Row:
    name, method, about = [*said, "", ""][:3]
    return Row(name, method, about, dict(zip(PEOPLE, map(int, numbers), strict=True)))
