"""The tree of a thread's turns, and the one path through it that a page shows.

A turn's parent is a take. Siblings are turns that share that take (or share having none). A path runs from a first turn
to a leaf; where it forks, the branch with the newest turn is followed unless the page asks for another.

A turn that goes on from a take that was approved by then starts a branch, be it the only one: there the work ended.

A turn that ended without a take (answered, failed, stopped) is no fork: it stays in the path, just before the later
turn that goes on from the same take.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef

from studio.threads.models import ACTIVE, Job, Take, Thread, Turn


class Node(NamedTuple):
    id: UUID
    number: int
    parent_take: UUID | None
    parent_turn: UUID | None
    is_over: bool = False  # ended without a take: nothing can ever continue from it
    leaves_approved: bool = False  # goes on from a take that was approved when it was sent


@dataclass(frozen=True)
class Place:
    """Where a turn stands among its siblings; the neighbours are None at either end."""

    index: int
    count: int
    earlier: UUID | None
    later: UUID | None


@dataclass
class Tree:
    nodes: dict[UUID, Node] = field(default_factory=dict)
    _below: dict[UUID, list[Node]] = field(default_factory=lambda: defaultdict(list))
    _from_take: dict[UUID | None, list[Node]] = field(default_factory=lambda: defaultdict(list))
    _newest: dict[UUID, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Node]) -> "Tree":
        """Build from nodes in the order of their numbers (a child is always younger than its parent)."""
        tree = cls()
        for node in rows:
            if node.parent_turn is not None and node.parent_turn not in tree.nodes:
                node = node._replace(parent_take=None, parent_turn=None, leaves_approved=False)
            tree.nodes[node.id] = node
            tree._from_take[node.parent_take].append(node)
            if node.parent_turn is not None:
                tree._below[node.parent_turn].append(node)
        for node in reversed(tree.nodes.values()):
            tree._newest[node.id] = max([node.number, *(tree._newest[child.id] for child in tree._below[node.id])])
        return tree

    def path(self, at: UUID | None = None) -> list[Node]:
        """From the first turn through `at` to the newest leaf below it; without `at`, to the newest turn of all."""
        node = self.nodes.get(at) if at else None
        if node is None:
            if not self.nodes:
                return []
            node = max(self.nodes.values(), key=lambda each: each.number)
        path = [*self._tried_before(node), node]
        while path[0].parent_turn is not None:
            parent = self.nodes[path[0].parent_turn]
            path = [*self._tried_before(parent), parent, *path]
        while after := self._after(path[-1]):
            chosen = max(after, key=lambda each: self._newest[each.id])
            path += [each for each in self._tried_before(chosen) if each not in path]
            path.append(chosen)
        return path

    def _tried_before(self, node: Node) -> list[Node]:
        """What was asked of the same take before, and ended without one."""
        return [each for each in self._from_take[node.parent_take] if each.is_over and each.number < node.number]

    def _after(self, node: Node) -> list[Node]:
        if not node.is_over:
            return self._below[node.id]
        return [each for each in self._from_take[node.parent_take] if each.number > node.number]

    def place(self, turn: UUID) -> Place:
        """Among what one can choose between: a turn that is over stands in the path of the next one, which chooses."""
        node = self.nodes[turn]
        shared = [each for each in self._from_take[node.parent_take] if not each.is_over or each.id == turn]
        if node.is_over and shared[-1].id != turn:
            return Place(1, 1, None, None)
        siblings = [each.id for each in shared]
        index = siblings.index(turn)
        return Place(
            index=index + 1,
            count=len(siblings),
            earlier=siblings[index - 1] if index else None,
            later=siblings[index + 1] if index + 1 < len(siblings) else None,
        )

    def branches(self) -> list[tuple[Node, int]]:
        """Every turn, each branch in one piece, with how often a path forked to reach it.

        Of several continuations the first goes on at the same depth, after those that ended without a take; the others
        follow, one deeper, and so does what leaves an approved take.
        """
        rows: list[tuple[Node, int]] = []
        waiting = [(node, 0) for node in reversed(self._from_take[None])]
        while waiting:
            node, depth = waiting.pop()
            rows.append((node, depth))
            below = self._below[node.id]
            first = next((place for place, each in enumerate(below) if not each.is_over), len(below))
            waiting += [
                (each, depth + (place > first or each.leaves_approved))
                for place, each in reversed(list(enumerate(below)))
            ]
        return rows

    def has_below(self, turn: UUID) -> bool:
        return bool(self._below[turn])

    def from_take(self, take: UUID) -> list[UUID]:
        """The turns that continue from this take, oldest first."""
        return [node.id for node in self._from_take[take]]


def tree_of(thread: Thread) -> Tree:
    """One query, whatever the length of the thread."""
    jobs = Job.objects.filter(turn=OuterRef("pk"))
    is_over = Exists(jobs) & ~Exists(jobs.filter(status__in=ACTIVE)) & ~Exists(Take.objects.filter(turn=OuterRef("pk")))
    approved = Take.objects.filter(pk=OuterRef("parent"), approved_at__lte=OuterRef("created_at"))
    rows = Turn.objects.filter(thread=thread, trashed_at=None).order_by("number")
    said = rows.annotate(is_over=is_over, leaves_approved=Exists(approved))
    names = ("id", "number", "parent_id", "parent__turn_id", "is_over", "leaves_approved")
    return Tree.of(Node(*row) for row in said.values_list(*names))
