"""What `< 2/3 >` under a turn counts, and which turns a path shows."""

from uuid import UUID, uuid4

from studio.threads.paths import Node, Place, Tree

FIRST, ANSWERED, SECOND, THIRD, STOPPED = (uuid4() for _ in range(5))


def tree(*turns: tuple[UUID, bool]) -> Tree:
    """Turns that all start from nothing, oldest first; true: over without a take."""
    return Tree.of(Node(id, number, None, None, over) for number, (id, over) in enumerate(turns, start=1))


def test_siblings_are_counted_from_the_oldest() -> None:
    both = tree((FIRST, False), (SECOND, False), (THIRD, False))
    assert both.place(SECOND) == Place(index=2, count=3, earlier=FIRST, later=THIRD)


def test_what_was_only_answered_leads_nowhere_once_a_later_turn_follows_in_its_path() -> None:
    both = tree((FIRST, False), (ANSWERED, True), (SECOND, False))
    assert [node.id for node in both.path(SECOND)] == [ANSWERED, SECOND]
    place = both.place(ANSWERED)
    assert (place.count, place.earlier, place.later) == (1, None, None)
    assert (both.place(SECOND).index, both.place(SECOND).count, both.place(SECOND).earlier) == (2, 2, FIRST)


def test_what_was_stopped_last_leads_back_to_the_branches_before_it() -> None:
    both = tree((FIRST, False), (STOPPED, True))
    place = both.place(STOPPED)
    assert (place.index, place.count, place.earlier) == (2, 2, FIRST)
    assert both.place(FIRST).count == 1
