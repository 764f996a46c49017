"""A team at work and everybody who might knock: what each address of the permission table is asked about, and by whom.

Nothing is run: rows, and one small file for each take.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client

from studio.accounts import invitations
from studio.accounts.models import Invitation, Membership, Role, Team, User
from studio.media import addresses
from studio.media.models import Asset, Kind
from studio.moderation.models import Case
from studio.moderation.reporting import Reporter, report
from studio.operations.moderators import NAME, ensure_group
from studio.review import mails, shares
from studio.review.actions.sharing import Terms, make_link
from studio.review.models import Guest, Note, NoteTurn, ShareLink
from studio.threads import holds, hooks
from studio.threads.models import HeldBy, Job, JobStatus, Take, Thread, Turn, UploadAddress
from tests.review.conftest import enter
from tests.threads_pages.shelves import add_turn, make_thread, video


@dataclass
class World:
    """`people` have accounts; `link` is the guest's, to the whole thread, and `other_link` is that of another thread.

    `take` is shown, `held` is held back; the editor asked for both. `note` is the reviewer's, `theirs` is the guest's.
    """

    team: Team
    people: dict[str, User]
    thread: Thread
    take: Take
    held: Take
    note: Note
    theirs: Note
    case: Case
    link: ShareLink
    other_link: ShareLink
    source: Asset
    invitation: Invitation
    invited: str
    upload_address: UploadAddress

    def client(self, who: str) -> Client:
        if who == "guest":
            client = enter(self.link)
            Note.objects.filter(pk=self.theirs.pk).update(guest=Guest.objects.get(name="Gina"))
            return client
        client = enter(self.other_link, "Olaf") if who == "other" else Client()
        if who in self.people:
            client.force_login(self.people[who])
        return client

    def arguments(self, name: str, wanted: set[str], who: str, about: str) -> dict[str, Any]:
        """What fills in the address. A guest of the other link asks at their own address for what it does not show."""
        return {each: self._argument(name, each, who, about) for each in wanted}

    def _argument(self, name: str, each: str, who: str, about: str) -> Any:
        page = name.rpartition(":")[2]
        take = self.held if about == "held" else self.take
        if each == "pk":
            membership = Membership.objects.get(user=self.people["viewer"])
            rows: dict[str, Any] = {"invitation-revoke": self.invitation, "upload-address-remove": self.upload_address}
            return rows.get(page, membership).pk
        if each == "token":
            return self._token(page, who, take, about)
        if each == "asset_id" and page != "asset" and page != "share-media":
            return self.source.pk
        known = {
            "thread_id": self.thread.pk,
            "turn_id": take.turn_id,
            "take_id": take.pk,
            "note_id": (self.theirs if page.startswith("share-") else self.note).pk,
            "case_id": self.case.pk,
            "link_id": self.link.pk,
            "asset_id": take.asset_id,
            "team_id": self.team.pk,
            "user_id": self.people["viewer"].pk,
            "name": "take.mp4",
            "format": "mp4",
            "provider": "google" if page == "hook" else "runware",
            "secret": "wrong" if about == "forged" else hooks.secret("google"),
            "uidb36": "1",
            "key": "used-up",
        }
        return known[each]

    def _token(self, page: str, who: str, take: Take, about: str) -> str:
        if about == "forged":
            return "0" * 40
        if page == "invite":
            return self.invited
        if page == "mail-off":
            return mails.off_token(self.people["owner"], mails.Mail.MENTIONS)
        if page == "asset":
            person = self.people["editor"].pk if about == "held" else None
            take.asset.refresh_from_db()
            return addresses.url(take.asset, person).split("/")[2] or "0"
        return shares.token_of(self.other_link if who == "other" else self.link)


def build() -> World:
    team = Team.objects.create(name="Harbour Films")
    people = {role.value: person(role.value, team, role) for role in Role}
    people["stranger"] = person("stranger", Team.objects.create(name="Elsewhere Pictures"), Role.OWNER)
    people["moderator"] = moderator()
    people["superuser"] = User.objects.create_superuser("root@example.com", "correct horse battery")
    thread = make_thread(people["editor"], "Harbour at dusk", last_turn_number=2)
    take = with_file(Take.objects.select_related("turn__thread", "asset").get(turn__thread=thread))
    held = held_take(thread, people["editor"])
    elsewhere = make_thread(people["editor"], "Night market")
    link = make_link(people["editor"], thread, None, Terms(may_download=True))
    note = Note.objects.create(take=take, author=people["reviewer"], text="Too dark", start=1.0)
    NoteTurn.objects.create(note=note, turn=take.turn)
    theirs = Note.objects.create(take=take, guest=Guest.objects.create(link=link, name="Gus"), text="Too bright")
    NoteTurn.objects.create(note=theirs, turn=take.turn)
    invitation, invited = invitations.invite(people["owner"], team, Role.VIEWER)
    return World(
        team=team,
        people=people,
        thread=thread,
        take=take,
        held=held,
        note=note,
        theirs=theirs,
        case=report(Reporter(people["viewer"]), take, "hate").case,
        link=link,
        other_link=make_link(people["editor"], elsewhere, None, Terms(may_download=True)),
        source=Asset.objects.create(
            team=team, owner=people["editor"], kind=Kind.SOURCE, file=take.asset.file, mime="video/mp4", duration=8
        ),
        invitation=invitation,
        invited=invited,
        upload_address=UploadAddress.objects.create(team=team, provider="runware", sealed=b"x", host="example.com"),
    )


def person(name: str, team: Team, role: Role) -> User:
    user = User.objects.create_user(f"{name}@example.com", "correct horse battery", name=name.title())
    Membership.objects.create(team=team, user=user, role=role)
    return user


def moderator() -> User:
    """As the group of moderators makes one: staff, no superuser, and of no team."""
    ensure_group()
    user = User.objects.create_user("mo@example.com", "correct horse battery", is_staff=True)
    user.groups.add(Group.objects.get(name=NAME))
    return user


def with_file(take: Take) -> Take:
    path = Path(settings.MEDIA_ROOT) / f"{take.pk}.mp4"
    path.write_bytes(b"0123456789")
    Asset.objects.filter(pk=take.asset_id).update(file=path.name, size=10, sha256=uuid4().hex * 2)
    take.asset.refresh_from_db()
    return take


def held_take(thread: Thread, author: User) -> Take:
    """The editor's, to which the provider's own check objects: its author may look at it and decide."""
    turn: Turn = add_turn(thread, author, "A storm")
    job = Job.objects.create(turn=turn, provider="local", model="studio", status=JobStatus.SUCCEEDED)
    take = Take.objects.create(turn=turn, job=job, number=1, asset=video(author, thread), provider="local")
    with_file(take)
    with transaction.atomic():
        holds.hold(take, HeldBy.PROVIDER, holds.OBJECTED)
    return Take.objects.select_related("turn__thread", "asset").get(pk=take.pk)
