"""What was made from something: takes, the takes that continue from them or had them attached, and so on down."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from studio.media.models import Asset, Kind
from studio.threads.locking import lock_threads
from studio.threads.models import Take, Turn, TurnInput

CUT = (Kind.SOURCE, Kind.REFERENCE)  # what may be a part or a picture of a clip, and is a file of its own


@dataclass
class Descent:
    """Everything below some files. `assets` holds them, too; `turns` are those that build on any of it.

    Whole threads are read, each once: a conversation of two hundred turns takes no more questions than one of two.
    """

    assets: set[UUID]
    turns: set[UUID] = field(default_factory=set)
    threads: set[UUID] = field(default_factory=set)
    locked: set[UUID] | None = None
    _built_on: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    _made: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def walk(self) -> None:
        """Where threads are `locked`, so are all that are read on the way: until the end no take is born in them."""
        self._read(self.locked or set())
        new = set(self.assets)
        while new:
            found = self._follow(new)
            cuts = set(Asset.objects.filter(origin__in=found, kind__in=CUT).values_list("pk", flat=True))
            new = cuts - self.assets
            self.assets |= new

    def _threads_with(self, assets: Iterable[UUID]) -> set[UUID]:
        """Where any of them is a take, continued from or attached."""
        takes = Take.objects.filter(asset__in=assets).order_by().values_list("turn__thread", flat=True)
        inputs = TurnInput.objects.filter(asset__in=assets).order_by().values_list("turn__thread", flat=True)
        return set(takes.union(inputs))

    def _read(self, threads: set[UUID]) -> None:
        if not threads:
            return
        if self.locked is not None and not threads <= self.locked:
            lock_threads(threads)
        self.threads |= threads
        parents = Turn.objects.filter(thread__in=threads, parent__isnull=False).order_by()
        inputs = TurnInput.objects.filter(turn__thread__in=threads).order_by().values_list("asset", "turn")
        for asset, turn in parents.values_list("parent__asset", "pk").union(inputs):
            self._built_on[asset].add(turn)
        for turn, asset in Take.objects.filter(turn__thread__in=threads).values_list("turn", "asset"):
            self._made[turn].add(asset)

    def _follow(self, start: set[UUID]) -> set[UUID]:
        """Down as far as the threads read so far tell; answers what was reached, with `start`.

        Takes continue inside their thread alone, but are attached anywhere: those threads are read on the way.
        """
        reached, waiting = set(start), set(start)
        while waiting:
            turns = set[UUID]().union(*(self._built_on[each] for each in waiting)) - self.turns
            self.turns |= turns
            waiting = set[UUID]().union(*(self._made[each] for each in turns)) - self.assets
            self.assets |= waiting
            reached |= waiting
            if not waiting:
                elsewhere = self._threads_with(reached) - self.threads
                self._read(elsewhere)
                waiting = reached if elsewhere else set()
        return reached


def below(*assets: UUID, locks: bool = False) -> Descent:
    """What was made from files. With `locks`, call it inside a transaction that has locked no thread before."""
    found = Descent(set(assets))
    found.walk()
    if not locks:
        return found
    lock_threads(found.threads)
    # Once more, for what was made before they were ours; a thread that comes up only now is locked when it is read.
    sure = Descent(set(assets), locked=found.threads)
    sure.walk()
    return sure
