"""A team's owner sets how results are checked at first, how long a provider keeps them, where they are put besides."""

import logging
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.accounts.models import Membership, Role, Team, User
from studio.audit.models import AuditEntry
from studio.threads.models import Job, JobStatus, TeamProvider, Thread, UploadAddress
from tests.threads_pages.conftest import AddTurn

As = Callable[[User | None], Client]
AMAZON = (
    "https://takes.s3.amazonaws.com/harbour-films/0001.mp4?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260101T000000Z"
    "&X-Amz-Expires={seconds}&X-Amz-Signature=0badcafe"
)
PLAIN = "https://takes.example.com/harbour-films/{number:04}.mp4?signature=0badcafe{number}"
YEARS = 60 * 365 * 24 * 3600


def page_of(team: Team) -> str:
    return reverse("threads:team-providers", args=[team.pk])


@pytest.fixture
def paste(as_client: As, owner: User, team: Team) -> Callable[..., str]:
    """Gives addresses and answers what the page says then."""

    def post(*lines: str) -> str:
        address = reverse("threads:upload-addresses-add", args=[team.pk, "runware"])
        answer = as_client(owner).post(address, {"addresses": "\n".join(lines)}, follow=True)
        return answer.content.decode()

    return post


Paste = Callable[..., str]


class TestWhoMay:
    def test_the_team_page_leads_owners_there(self, as_client: As, owner: User, editor: User, team: Team) -> None:
        assert page_of(team) in as_client(owner).get("/team/").content.decode()
        assert page_of(team) not in as_client(editor).get("/team/").content.decode()
        assert "Runware" in as_client(owner).get(page_of(team)).content.decode()

    @pytest.mark.parametrize(
        "name", ["team-providers", "team-provider-set", "upload-addresses-add", "upload-addresses-clear"]
    )
    def test_nobody_else_sees_or_changes_anything(
        self, as_client: As, editor: User, stranger: User, team: Team, name: str
    ) -> None:
        arguments = [team.pk] if name == "team-providers" else [team.pk, "runware"]
        address = reverse(f"threads:{name}", args=arguments)
        for person, status in ((editor, 403), (stranger, 404)):
            client = as_client(person)
            answer = client.get(address) if name == "team-providers" else client.post(address, {"safety": "full"})
            assert answer.status_code == status
        assert not TeamProvider.objects.exists() and not UploadAddress.objects.exists()

    def test_an_address_is_removed_by_its_own_owner(
        self, as_client: As, editor: User, stranger: User, owner: User, paste: Paste
    ) -> None:
        paste(PLAIN.format(number=1))
        row = UploadAddress.objects.get()
        address = reverse("threads:upload-address-remove", args=[row.pk])
        assert [as_client(person).post(address).status_code for person in (editor, stranger)] == [403, 404]
        assert "is removed" in as_client(owner).post(address, follow=True).content.decode()
        assert not UploadAddress.objects.exists()

    def test_a_provider_with_nothing_to_set_has_no_page(self, as_client: As, owner: User, team: Team) -> None:
        address = reverse("threads:team-provider-set", args=[team.pk, "evolink"])
        assert as_client(owner).post(address, {}).status_code == 404


class TestTerms:
    @pytest.fixture
    def save(self, as_client: As, owner: User, team: Team) -> Callable[..., str]:
        def post(expect: int = 302, **fields: str) -> str:
            address = reverse("threads:team-provider-set", args=[team.pk, "runware"])
            data = {f"runware-{name}": value for name, value in {"safety": "none", **fields}.items()}
            client = as_client(owner)
            answer = client.post(address, data)
            assert answer.status_code == expect
            return (answer if expect == 422 else client.get(page_of(team))).content.decode()

        return post

    def test_they_are_kept_and_shown_again(self, save: Callable[..., str], team: Team) -> None:
        html = save(safety="fast", hours="48")
        row = TeamProvider.objects.get(team=team, provider="runware")
        assert (row.safety, row.ttl, row.allowed) == ("fast", 48 * 3600, True)
        assert '<option value="fast" selected>' in html and 'value="48"' in html
        entry = AuditEntry.objects.get(act="provider.set")
        assert (entry.detail["before"], entry.detail["after"]) == (None, {"safety": "fast", "ttl": 172_800})

    def test_left_empty_nothing_is_said_to_the_provider(self, save: Callable[..., str]) -> None:
        save(hours="48")
        save(hours="")
        assert TeamProvider.objects.get().ttl is None

    def test_what_staff_allowed_stays(self, save: Callable[..., str], team: Team) -> None:
        TeamProvider.objects.create(team=team, provider="runware", allowed=False, default_model="runware/x")
        save(safety="full")
        row = TeamProvider.objects.get()
        assert (row.allowed, row.default_model, row.safety) == (False, "runware/x", "full")

    @pytest.mark.parametrize("hours", ["0", "1", "24", "9000", "-3", "soon"])
    def test_less_than_collecting_may_take_is_refused_beside_its_field(
        self, save: Callable[..., str], hours: str
    ) -> None:
        html = save(expect=422, hours=hours)
        assert "errorlist" in html and f'value="{hours}"' in html
        assert not TeamProvider.objects.exists()

    def test_an_unknown_check_is_refused(self, save: Callable[..., str]) -> None:
        save(expect=422, safety="strict")
        assert not TeamProvider.objects.exists()


class TestAddresses:
    def test_they_are_counted_and_shown_by_host_and_ending_alone(self, paste: Paste) -> None:
        html = paste(PLAIN.format(number=1), "", PLAIN.format(number=2))
        assert "2 addresses are kept." in html
        assert "<b>2 addresses</b> are left." in html
        assert html.count("takes.example.com") == 2 and "…0001.mp4" in html
        assert "0badcafe" not in html and "harbour-films" not in html

    def test_one_that_says_until_when_it_is_good_is_shown_with_it(self, paste: Paste) -> None:
        assert "signed until" in paste(AMAZON.format(seconds=YEARS))
        assert UploadAddress.objects.get().expires_at > timezone.now()

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("http://takes.example.com/0001.mp4?signature=0badcafe", "it is no https address"),
            ("ftp://takes.example.com/0badcafe", "it is no https address"),
            ("0badcafe", "it is no https address"),
            ("https:///0badcafe", "it is no https address"),
            ("https://[0badcafe/", "this is no address"),
            ("https://me:0badcafe@takes.example.com/0001.mp4", "with a name, a password"),
            ("https://takes.example.com/0001.mp4#0badcafe", "with a name, a password or a #"),
            ("https://takes.example.com/0001 0badcafe", "holds letters that no address has"),
            ("https://takes.example.com/" + "0badcafe" * 600, "it is too long"),
            ("https://127.0.0.1/0badcafe", "cannot reach it from outside"),
            ("https://storage.local/0badcafe", "cannot reach it from outside"),
            (AMAZON.format(seconds=60), "it has expired"),
            (AMAZON.format(seconds="soon"), "this is no address"),
            ("https://takes.example.com/1?Expires=1700000000&Signature=0badcafe", "it has expired"),
            ("https://takes.blob.example.com/1?se=2026-01-01T00:00:00Z&sig=0badcafe", "it has expired"),
        ],
    )
    def test_what_cannot_be_used_is_named_by_its_line(
        self, paste: Paste, line: str, why: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        html = paste(PLAIN.format(number=1), line)
        assert "1 address is kept." in html
        assert f"line 2: {why}" in html or (why in html and "line 2: " in html)
        assert UploadAddress.objects.count() == 1
        assert "0badcafe" not in html + caplog.text + str(list(AuditEntry.objects.values()))

    def test_the_same_twice_is_one(self, paste: Paste) -> None:
        html = paste(PLAIN.format(number=1), PLAIN.format(number=1))
        assert "line 2: it was given before" in html
        assert "line 1: it was given before" in paste(PLAIN.format(number=1))
        assert UploadAddress.objects.count() == 1

    def test_of_many_wrong_lines_some_are_named(self, paste: Paste) -> None:
        html = paste(*["nonsense"] * 9)
        assert "line 5" in html and "line 6" not in html and "4 more" in html

    def test_more_than_fit_at_once_are_left_out(self, paste: Paste) -> None:
        html = paste(*(PLAIN.format(number=number) for number in range(501)))
        assert UploadAddress.objects.count() == 500
        assert "line 501: 500 fit at once" in html and "and 470 more" in html

    def test_nothing_pasted_is_said(self, paste: Paste) -> None:
        assert "There was no address." in paste(" ", "")

    def test_used_up_is_said(self, paste: Paste, as_client: As, owner: User, team: Team) -> None:
        paste(PLAIN.format(number=1))
        UploadAddress.objects.update(used_at=timezone.now(), sealed=b"")
        html = as_client(owner).get(page_of(team)).content.decode()
        assert "No address is left." in html and "1 was used, the last" in html
        assert "takes.example.com" not in html

    def test_one_that_a_turn_has_taken_stays(self, paste: Paste, as_client: As, owner: User, add_turn: AddTurn) -> None:
        paste(PLAIN.format(number=1))
        job = Job.objects.get(turn=add_turn(status=JobStatus.RUNNING, takes=0))
        UploadAddress.objects.update(used_at=timezone.now(), job=job)
        row = UploadAddress.objects.get()
        address = reverse("threads:upload-address-remove", args=[row.pk])
        assert "has taken that address" in as_client(owner).post(address, follow=True).content.decode()
        assert UploadAddress.objects.exists()

    def test_all_are_removed_but_what_was_used(
        self, paste: Paste, as_client: As, owner: User, team: Team, add_turn: AddTurn
    ) -> None:
        paste(*(PLAIN.format(number=number) for number in range(3)))
        held, used, _free = UploadAddress.objects.order_by("pk")
        for row, status in ((held, JobStatus.RUNNING), (used, JobStatus.SUCCEEDED)):
            job = Job.objects.get(turn=add_turn(status=status, takes=0))
            UploadAddress.objects.filter(pk=row.pk).update(used_at=timezone.now(), job=job)
        address = reverse("threads:upload-addresses-clear", args=[team.pk, "runware"])
        assert "All addresses are removed" in as_client(owner).post(address, follow=True).content.decode()
        assert list(UploadAddress.objects.order_by("pk")) == [held, used]
        paste(PLAIN.format(number=1))
        assert list(UploadAddress.objects.order_by("pk")) == [held, used]

    def test_two_teams_may_give_the_same_address(self, paste: Paste, owner: User, other_team: Team) -> None:
        paste(PLAIN.format(number=1))
        Membership.objects.create(team=other_team, user=owner, role=Role.OWNER)
        client = Client()
        client.force_login(owner)
        address = reverse("threads:upload-addresses-add", args=[other_team.pk, "runware"])
        client.post(address, {"addresses": PLAIN.format(number=1)})
        assert UploadAddress.objects.count() == 2


class TestTheComposer:
    @pytest.fixture
    def composer(self, as_client: As, owner: User, thread: Thread, settings: object) -> Callable[..., str]:
        settings.PROVIDER_KEYS = {"runware": "a key for tests"}  # type: ignore[attr-defined]

        def read(**query: str) -> str:
            query = {"model": "runware/google:gemini@omni-flash-1.1", **query}
            address = reverse("threads:composer", args=[thread.pk])
            return as_client(owner).get(address, query, headers={"HX-Request": "true"}).content.decode()

        return read

    def test_it_starts_with_the_teams_check_and_leaves_the_choice(
        self, composer: Callable[..., str], as_client: As, owner: User, team: Team
    ) -> None:
        assert '<option value="none" selected>' in composer()
        address = reverse("threads:team-provider-set", args=[team.pk, "runware"])
        as_client(owner).post(address, {"runware-safety": "full"})
        assert '<option value="full" selected>' in composer()
        assert '<option value="fast" selected>' in composer(safety="fast")

    def test_a_turn_for_which_nobody_chose_is_checked_as_the_team_wants(
        self, composer: Callable[..., str], as_client: As, owner: User, team: Team, thread: Thread
    ) -> None:
        client = as_client(owner)
        client.post(reverse("threads:team-provider-set", args=[team.pk, "runware"]), {"runware-safety": "fast"})
        address = reverse("threads:turn-create", args=[thread.pk])
        for chosen in ({}, {"safety": "none"}):
            data = {"prompt": "A calm sea", "model": "runware/google:gemini@omni-flash-1.1", **chosen}
            assert client.post(address, data).status_code == 303
        kept = [turn.settings["safety"] for turn in thread.turns.order_by("number")]
        assert kept == ["fast", "none"]

    def test_it_says_when_too_few_addresses_are_left(self, composer: Callable[..., str], paste: Paste) -> None:
        assert "composer-warning" not in composer(results="2")
        paste(PLAIN.format(number=1))
        assert "composer-warning" not in composer(results="1")
        assert "Only 1 upload address is left, too few for this turn" in composer(results="2")
        assert "composer-warning" not in composer(results="2", model="local/engine-1")
        UploadAddress.objects.update(used_at=timezone.now())
        assert "No upload address is left" in composer(results="1")
