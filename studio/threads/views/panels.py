"""What opens from the dock beside the stage: a turn's details and the map of all takes."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from studio.threads.cards import TakeCard
from studio.threads.details import details_of
from studio.threads.forms import read_id
from studio.threads.loading import load_cards
from studio.threads.paths import tree_of
from studio.threads.views.access import Request, may_edit, members_of, signed_in, thread_of, turn_of
from studio.threads.views.thread import remembered_at, to_turn

MAP_DEPTH = 6
MAP_TURNS = 300


@dataclass(frozen=True)
class MapRow:
    id: UUID
    number: int
    prompt: str
    takes: list[TakeCard]
    depth: int
    on_path: bool
    leaves_approved: bool


@require_GET
@signed_in
def turn_info(request: Request, turn_id: UUID) -> HttpResponse:
    """Everything known of a turn: its models, ids, settings, attempts and their events."""
    turn = turn_of(request, turn_id)
    if not request.headers.get("HX-Request"):
        return to_turn(turn.thread, turn.id, details="1")
    editing = may_edit(request, members_of(turn.thread)) and turn.thread.archived_at is None
    context = {"details": details_of(turn), "thread": turn.thread, "editing": editing}
    return render(request, "threads/_details.html", context)


@require_GET
@signed_in
def thread_map(request: Request, thread_id: UUID) -> HttpResponse:
    """Every turn of the thread, each branch indented under the take where it leaves."""
    thread = thread_of(request, thread_id)
    if not request.headers.get("HX-Request"):
        return redirect("threads:thread-detail", thread.id)
    tree = tree_of(thread)
    branches = tree.branches()[-MAP_TURNS:]
    cards = {card.id: card for card in load_cards(thread, [node for node, _depth in branches], tree)}
    at = request.GET.get("at", "")
    on_path = {node.id for node in tree.path(read_id(at) or remembered_at(request, thread))}
    rows = [
        MapRow(
            id=node.id,
            number=node.number,
            prompt=cards[node.id].turn.prompt,
            takes=cards[node.id].takes,
            depth=min(depth, MAP_DEPTH),
            on_path=node.id in on_path,
            leaves_approved=node.leaves_approved,
        )
        for node, depth in branches
        if node.id in cards
    ]
    return render(request, "threads/_map.html", {"thread": thread, "rows": rows})
