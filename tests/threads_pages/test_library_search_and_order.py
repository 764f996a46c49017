from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from studio.accounts.models import User
from studio.threads import shelf
from studio.threads.models import JobStatus
from tests.threads_pages.shelves import add_turn, empty_threads, make_thread

Titles = Callable[[str], list[str]]


@pytest.fixture
def titles(editor: User, as_client: Callable[[User], Client]) -> Titles:
    client = as_client(editor)

    def read(query: str) -> list[str]:
        return [card.thread.title for card in client.get(f"/?{query}").context["cards"]]

    return read


def test_titles_prompts_and_people_are_searched(editor: User, owner: User, titles: Titles) -> None:
    make_thread(editor, "Harbour at dusk", prompt="A calm sea")
    add_turn(make_thread(editor, "Ridge", prompt="Mountains"), editor, "Birds in the mist")
    make_thread(owner, "Coffee", prompt="A cup")
    assert titles("q=HARBOUR") == ["Harbour at dusk"]
    assert titles("q=mist") == ["Ridge"]
    assert titles("q=olga") == ["Coffee"]
    assert titles("q=birds+ridge") == ["Ridge"]
    assert titles("q=birds+coffee") == []


def test_what_is_found_comes_once(editor: User, titles: Titles) -> None:
    thread = make_thread(editor, "Sea", prompt="sea")
    add_turn(thread, editor, "the sea again")
    assert titles("q=sea") == ["Sea"]


def test_wildcards_of_the_database_are_ordinary_letters(editor: User, titles: Titles) -> None:
    make_thread(editor, "100 % wool")
    make_thread(editor, "Silk")
    assert titles("q=%25") == ["100 % wool"]
    assert titles("q=_") == []


def test_a_search_that_finds_nothing_says_so_and_offers_the_way_back(
    editor: User, as_client: Callable[[User], Client]
) -> None:
    make_thread(editor, "Harbour")
    page = as_client(editor).get("/?q=<b>zebra").content.decode()
    assert "Nothing found" in page
    assert "<b>zebra" not in page
    assert 'href="/"' in page


def test_segments_divide_the_shelf_and_count(editor: User, titles: Titles, as_client: Callable[[User], Client]) -> None:
    make_thread(editor, "Done")
    make_thread(editor, "Runs", status=JobStatus.RUNNING)
    make_thread(editor, "Kept", archived_at=timezone.now())
    make_thread(editor, "Gone", trashed_at=timezone.now())
    assert sorted(titles("")) == ["Done", "Runs"]
    assert titles("show=running") == ["Runs"]
    assert titles("show=archived") == ["Kept"]
    response = as_client(editor).get("/trash/")
    assert [card.thread.title for card in response.context["cards"]] == ["Gone"]
    assert {segment.show: segment.count for segment in response.context["segments"]} == {
        "all": 2,
        "running": 1,
        "archived": 1,
        "trash": 1,
    }


def test_threads_can_be_ordered(editor: User, titles: Titles) -> None:
    long = make_thread(editor, "b long")
    add_turn(long, editor, "more")
    make_thread(editor, "C last")
    make_thread(editor, "a first")
    assert titles("sort=name") == ["a first", "b long", "C last"]
    assert titles("sort=turns")[0] == "b long"
    assert titles("sort=new")[0] == "a first"


@pytest.mark.parametrize("query", ["show=nonsense&sort=nonsense&page=nonsense", "page=-1", "page=9999999999", "page=²"])
def test_nonsense_in_the_address_is_the_plain_page(query: str, editor: User, titles: Titles) -> None:
    make_thread(editor, "Harbour")
    assert titles(query) == ["Harbour"]


def test_the_address_keeps_what_was_chosen() -> None:
    query = shelf.Query.of({"show": "archived", "q": "sea & sun", "sort": "name", "page": "3"})
    assert query.url() == "/?q=sea+%26+sun&show=archived&sort=name"
    assert query.url(page=4) == "/?q=sea+%26+sun&show=archived&sort=name&page=4"
    assert query.url(show="trash") == "/trash/?q=sea+%26+sun"
    assert shelf.Query().url() == "/"


def test_typing_fetches_the_shelf_alone_and_keeps_the_address(
    editor: User, as_client: Callable[[User], Client]
) -> None:
    empty_threads(editor, 3)
    headers = {"HX-Request": "true", "HX-Target": "shelf", "HX-Trigger": "search"}
    response = as_client(editor).get("/?q=002", headers=headers)
    assert response["HX-Replace-Url"] == "/?q=002"
    assert "HX-Request" in response["Vary"]
    assert "<html" not in response.content.decode()
    assert response.content.decode().count('class="card"') == 1
