"""Cards from rows: a fixed number of queries, however many turns a page shows."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, prefetch_related_objects

from studio.accounts.models import User
from studio.spending.ledger import Standing, standing
from studio.threads import timings
from studio.threads.alternatives import alternatives_to
from studio.threads.cards import InputCard, Media, TakeCard, TurnCard
from studio.threads.holds import may_look
from studio.threads.models import Job, JobStatus, Take, Thread, Turn, TurnInput
from studio.threads.odds import Odds, odds_of
from studio.threads.paths import Node, Tree
from studio.threads.pricing import price_again
from studio.threads.sentences import odds_in_words

USUAL_FOR = 20.0  # s


def load_cards(
    thread: Thread, nodes: Sequence[Node], tree: Tree, people: Iterable[User] = (), viewer: User | None = None
) -> list[TurnCard]:
    """Five queries: turns, jobs, takes, inputs, derived files; one more each for what runs, what a remote provider did
    not manage, authors unknown, and money.

    `people` are those whom the caller has loaded anyway. `viewer` is who will see the cards: an author may look at
    what is held back from everybody else.
    """
    shown = [node.id for node in nodes]
    parents = [node.parent_take for node in nodes if node.parent_take]
    turns = Turn.objects.in_bulk({*shown, *(node.parent_turn for node in nodes if node.parent_turn)})
    jobs = _last_jobs(shown)
    takes = list(Take.objects.filter(Q(turn__in=shown) | Q(id__in=parents)).select_related("asset").order_by("number"))
    inputs = list(TurnInput.objects.filter(turn__in=shown).select_related("asset").order_by("position", "role"))
    assets = [*(take.asset for take in takes), *(each.asset for each in inputs)]
    prefetch_related_objects(assets, "derived")
    loaded = _Loaded(
        thread=thread,
        tree=tree,
        turns=turns,
        jobs=jobs,
        takes=takes,
        inputs=inputs,
        media={asset.id: Media.of(asset) for asset in assets},
        standings=_standings(jobs.values()),
        odds=odds_of((job.provider, job.model) for job in jobs.values() if _failed_remotely(job)),
        people=_authors([turns[each] for each in shown if each in turns], people),
        viewer=viewer,
    )
    return [loaded.card(turns[each]) for each in shown if each in turns]


def load_card(turn: Turn, tree: Tree, people: Iterable[User] = (), viewer: User | None = None) -> TurnCard:
    return load_cards(turn.thread, [tree.nodes[turn.id]], tree, people, viewer)[0]


def _last_jobs(turns: Sequence[UUID]) -> dict[UUID, Job]:
    rows = Job.objects.filter(turn__in=turns).defer("raw", "results").order_by("attempt")
    return {job.turn_id: job for job in rows}


def _standings(jobs: Iterable[Job]) -> dict[UUID, Standing]:
    """What the local engine makes is free and not in the books."""
    priced = [job.id for job in jobs if job.provider != "local"]
    return standing(priced) if priced else {}


def _failed_remotely(job: Job) -> bool:
    return job.status == JobStatus.FAILED and job.provider != "local"


def _authors(turns: Iterable[Turn], people: Iterable[User]) -> dict[int, User]:
    known = {person.pk: person for person in people}
    unknown = {turn.author_id for turn in turns if turn.author_id and turn.author_id not in known}
    return known | (User.objects.in_bulk(unknown) if unknown else {})


@dataclass
class _Loaded:
    """The rows of a page, from which its cards are put together."""

    thread: Thread
    tree: Tree
    turns: dict[UUID, Turn]
    jobs: dict[UUID, Job]
    takes: list[Take]
    inputs: list[TurnInput]
    media: dict[UUID, Media]
    standings: dict[UUID, Standing]
    odds: dict[tuple[str, str], Odds]
    people: dict[int, User]
    viewer: User | None

    def __post_init__(self) -> None:
        self.takes_by_turn: dict[UUID, list[Take]] = defaultdict(list)
        for take in self.takes:
            self.takes_by_turn[take.turn_id].append(take)
            if take.turn_id in self.turns:
                take.turn = self.turns[take.turn_id]
        self.take_by_id = {take.id: take for take in self.takes}
        self.inputs_by_turn: dict[UUID, list[TurnInput]] = defaultdict(list)
        for each in self.inputs:
            self.inputs_by_turn[each.turn_id].append(each)

    def card(self, turn: Turn) -> TurnCard:
        every = self.takes_by_turn[turn.id]
        takes = [take for take in every if take.trashed_at is None]
        inputs = [InputCard(each.role, self.media[each.asset_id]) for each in self.inputs_by_turn[turn.id]]
        parent = self.take_by_id.get(turn.parent_id) if turn.parent_id else None
        first = next((each.media for each in inputs if each.role != TurnInput.Role.REFERENCE), None)
        job = self.jobs.get(turn.id)
        card = TurnCard(
            turn=turn,
            author=self.people.get(turn.author_id) if turn.author_id else None,
            place=self.tree.place(turn.id),
            job=job,
            takes=self._take_cards(turn, takes),
            inputs=inputs,
            parent=parent,
            parent_turn=self.turns.get(parent.turn_id) if parent else None,
            before=self.media[parent.asset_id] if parent else first,
            gone=len(every) - len(takes),
            leaves_approved=self.tree.nodes[turn.id].leaves_approved,
            standing=self.standings.get(job.id) if job else None,
        )
        if card.is_active:
            card.usual = usual_of(turn.provider, turn.model, turn.operation)
        if job and _failed_remotely(job) and not turn.is_refused:
            self._say_what_next(card, job)
        return card

    def _say_what_next(self, card: TurnCard, job: Job) -> None:
        turn, parent = card.turn, card.parent
        given = [(each.role, each.asset) for each in self.inputs_by_turn[turn.id]]
        card.odds = odds_in_words(self.odds[job.provider, job.model], job.error_code)
        card.alternatives = alternatives_to(self.thread, turn, job.error_code, given, parent)
        card.again_price = price_again(turn, [asset for _role, asset in given], parent)

    def _take_cards(self, turn: Turn, takes: Sequence[Take]) -> list[TakeCard]:
        forks = {take.id: below[-1] for take in takes if (below := self.tree.from_take(take.id))}
        return [
            TakeCard(
                take=take,
                turn_number=turn.number,
                media=self.media[take.asset_id],
                several=len(takes) > 1,
                fork=forks.get(take.id) if len(forks) > 1 else None,
                parent=turn.parent_id,
                look=self._look(take),
            )
            for take in takes
        ]

    def _look(self, take: Take) -> Media | None:
        if self.viewer and take.held_at and may_look(self.viewer, take):
            return Media.of(take.asset, self.viewer)
        return None


_usual: dict[tuple[str, str, str], tuple[float, float | None]] = {}


def usual_of(provider: str, model: str, operation: str) -> float | None:
    """Looked up once in a while: every running card of every page asks for the same few."""
    key = (provider, model, operation)
    until, value = _usual.get(key, (0.0, None))
    if time.monotonic() > until:
        value = timings.usual_seconds(*key)
        _usual[key] = (time.monotonic() + USUAL_FOR, value)
    return value
