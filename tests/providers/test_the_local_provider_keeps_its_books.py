"""The local engine as a provider: submit, fetch and cancel on Render rows."""

import uuid
from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django_q.models import OrmQ

from studio import engine
from studio.providers.base import Asked, InputFile, InputRole, JobRequest, JobState, Submission
from studio.providers.errors import FailureCode, Refused
from studio.providers.local import books
from studio.providers.local.models import Render, RenderStatus
from studio.providers.local.provider import (
    CHINESE,
    FROM_THE_TAKE,
    NO_SCENE,
    NOTHING_DONE,
    SCENES,
    TOO_MANY_TURNS,
    LocalProvider,
)

Ask = Callable[..., JobRequest]
WRITTEN = engine.Probe("video", "mp4", "h264", "yuv420p", 320, 180)


def test_a_submit_plans_the_prompt_and_queues_the_render(local: LocalProvider, ask: Ask, stored: str) -> None:
    request = ask("make it warmer")
    submission = local.submit(request)
    assert (submission.reference, submission.state) == (request.key, JobState.RUNNING)
    assert [applied.id for applied in submission.reply.applied] == ["warmer"]
    render = Render.objects.get()
    assert render.inputs == [{"role": "source", "name": stored, "mime": "video/mp4"}]
    assert [step["id"] for step in render.plan["steps"]] == ["warmer"]
    task = OrmQ.objects.get()
    assert (task.key, task.task["func"], task.task["args"]) == ("render", books.RUN, (str(render.pk),))


def test_the_same_key_again_is_the_same_work(local: LocalProvider, ask: Ask) -> None:
    request = ask("a calm ocean", "generate", settings={"results": 3, "duration": 3, "format": "mp4"})
    first, second = local.submit(request), local.submit(request)
    assert first == second
    assert Render.objects.count() == OrmQ.objects.count() == 3
    seeds = list(Render.objects.order_by("index").values_list("seed", flat=True))
    assert seeds == [seeds[0], seeds[0] + 1, seeds[0] + 2]


def test_a_given_seed_is_kept(local: LocalProvider, ask: Ask) -> None:
    local.submit(ask("a calm ocean", "generate", settings={"results": 2, "seed": 40}))
    assert list(Render.objects.order_by("index").values_list("seed", flat=True)) == [40, 41]


def test_when_nothing_can_be_done_it_answers_with_three_examples(local: LocalProvider, ask: Ask) -> None:
    submission = local.submit(ask("replace the dog by a cat"))
    assert submission.state == JobState.ANSWERED
    assert submission.reply.not_done and not submission.reply.applied
    assert submission.reply.note == NOTHING_DONE
    assert len(submission.reply.examples) == 3
    assert not Render.objects.exists() and not OrmQ.objects.exists()
    assert CHINESE.search("".join(local.submit(ask("把狗换成猫")).reply.examples))


@pytest.mark.parametrize("prompt", SCENES["en"] + SCENES["zh"])
def test_the_scenes_it_offers_are_scenes_it_draws(local: LocalProvider, ask: Ask, prompt: str) -> None:
    submission = local.submit(ask(prompt, "generate"))
    assert submission.state == JobState.RUNNING and not submission.reply.not_done


def test_effects_without_a_clip_or_a_scene_are_answered_with_scenes(local: LocalProvider, ask: Ask) -> None:
    for prompt in ("make it warmer", "a red car in the rain"):
        submission = local.submit(ask(prompt, "generate"))
        assert (submission.state, submission.reply.note) == (JobState.ANSWERED, NO_SCENE)
        assert submission.reply.not_done == (prompt,)
        assert all(local.submit(ask(each, "generate")).state == JobState.RUNNING for each in submission.reply.examples)


def finish(render: Render) -> None:
    claimed = books.claim(str(render.pk))
    assert claimed
    output = books.folder() / f"{render.pk}.mp4"
    output.write_bytes(b"video")
    assert books.done(claimed, output, WRITTEN)


def test_continuing_renders_the_whole_chain_from_the_original(local: LocalProvider, ask: Ask) -> None:
    local.submit(ask("make it warmer"))
    parent = Render.objects.get()
    for number in range(3):
        finish(parent)
        request = ask("slow it down", "continue", parent_video_id=str(parent.pk))
        assert local.submit(request).reply.note == ""
        parent = Render.objects.get(reference=request.key)
        assert [each.operation for each in books.chain(parent)] == ["edit"] + ["continue"] * (number + 1)
        assert not parent.inputs and parent.seed == books.chain(parent)[0].seed


def test_a_later_turn_takes_away_the_sound_that_an_earlier_one_laid(
    local: LocalProvider, ask: Ask, stored: str
) -> None:
    local.submit(ask("add the sound of rain"))
    parent = Render.objects.get()
    finish(parent)

    def asked(prompt: str) -> Submission:
        file = InputFile(InputRole.PARENT, "takes/1", "video/mp4")
        return local.submit(ask(prompt, "continue", parent_video_id=str(parent.pk), inputs=[file]))

    applied = asked("take the rain sound away again").reply.applied
    assert [(each.label, each.value) for each in applied] == [("Sound of rain", "off")]
    assert asked("take the wind sound away").state == JobState.ANSWERED
    default_storage.delete(stored)  # then the take is the original, and the rain is part of its sound
    assert asked("take the rain sound away again").state == JobState.ANSWERED


def test_when_the_original_is_gone_it_continues_from_the_take_and_says_so(
    local: LocalProvider, ask: Ask, stored: str
) -> None:
    local.submit(ask("make it warmer"))
    parent = Render.objects.get()
    finish(parent)
    default_storage.delete(stored)
    file = InputFile(InputRole.PARENT, "takes/1", "video/mp4")
    request = ask("slow it down", "continue", parent_video_id=str(parent.pk), inputs=[file])
    assert local.submit(request).reply.note == FROM_THE_TAKE
    render = Render.objects.get(reference=request.key)
    assert (render.parent, render.operation) == (parent, "edit")
    assert render.inputs == [{"role": "source", "name": "takes/1", "mime": "video/mp4"}]
    assert books.chain(render) == [render]


def test_a_take_of_another_provider_is_the_original_itself(local: LocalProvider, ask: Ask) -> None:
    file = InputFile(InputRole.PARENT, "takes/1", "video/mp4")
    assert local.submit(ask("slow it down", "continue", inputs=[file])).reply.note == ""


@pytest.mark.parametrize("rows", [books.LONGEST_CHAIN - 1, books.LONGEST_CHAIN, books.LONGEST_CHAIN + 5])
def test_a_chain_too_long_to_be_rendered_anew_goes_on_from_the_take_and_says_so(
    local: LocalProvider, ask: Ask, rows: int
) -> None:
    local.submit(ask("make it warmer"))
    root = Render.objects.get()
    line = [root]
    for _number in range(rows - 1):
        line.append(Render(reference=uuid.uuid4(), parent=line[-1], operation="continue", plan=root.plan))
    Render.objects.bulk_create(line[1:])
    file = InputFile(InputRole.PARENT, "takes/1", "video/mp4")
    request = ask("slow it down", "continue", parent_video_id=str(line[-1].pk), inputs=[file])
    note = local.submit(request).reply.note
    render = Render.objects.get(reference=request.key)
    if rows < books.LONGEST_CHAIN:
        assert (note, books.chain(render)[0]) == ("", root)
    else:
        assert (note, render.operation, render.inputs[0]["name"]) == (TOO_MANY_TURNS, "edit", "takes/1")
        assert books.chain(render) == [render]


def test_a_take_of_another_provider_is_continued_from_its_file(local: LocalProvider, ask: Ask) -> None:
    file = InputFile(InputRole.PARENT, "takes/1", "video/mp4")
    request = ask("make it warmer", "continue", inputs=[file])
    local.submit(request)
    assert Render.objects.get().inputs[0]["name"] == "takes/1"


def test_with_neither_chain_nor_file_it_is_refused(local: LocalProvider, ask: Ask) -> None:
    with pytest.raises(Refused) as refused:
        local.submit(ask("make it warmer", "continue", parent_video_id=str(uuid.uuid4())))
    assert refused.value.code == FailureCode.EXPIRED_PARENT


def test_fetch_answers_many_references_in_one_query(
    local: LocalProvider, ask: Ask, django_assert_num_queries: Callable[..., object]
) -> None:
    references = [local.submit(ask("make it warmer")).reference for _ in range(4)]
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        updates = local.fetch([Asked(each) for each in [*references, str(uuid.uuid4())]])
    assert [update.state for update in updates] == [JobState.RUNNING] * 4 + [JobState.UNKNOWN]


def test_progress_is_the_mean_and_results_come_one_by_one(local: LocalProvider, ask: Ask) -> None:
    request = ask("a calm ocean", "generate", settings={"results": 2, "format": "mp4"})
    local.submit(request)
    first, second = Render.objects.order_by("index")
    finish(second)
    running = books.claim(str(first.pk))
    assert running and books.beat(running, 0.5)
    update = local.fetch([Asked(request.key)])[0]
    assert (update.state, update.progress) == (JobState.RUNNING, 0.75)
    assert [(r.index, r.video_id, r.seed) for r in update.results] == [(1, str(second.pk), second.seed)]
    assert books.done(running, books.folder() / "x.mp4", WRITTEN)
    assert local.fetch([Asked(request.key)])[0].state == JobState.SUCCEEDED


def test_some_failed_and_some_done_is_a_success_with_a_reason(local: LocalProvider, ask: Ask) -> None:
    request = ask("a calm ocean", "generate", settings={"results": 2})
    local.submit(request)
    first, second = Render.objects.order_by("index")
    finish(first)
    broken = books.claim(str(second.pk))
    assert broken and books.fail(broken, FailureCode.BAD_MEDIA, "We could not read it.")
    update = local.fetch([Asked(request.key)])[0]
    assert (update.state, update.error_code, len(update.results)) == (JobState.SUCCEEDED, "bad_media", 1)


def test_cancel_stops_what_still_runs_and_nothing_else(local: LocalProvider, ask: Ask) -> None:
    request = ask("a calm ocean", "generate", settings={"results": 2})
    local.submit(request)
    first, second = Render.objects.order_by("index")
    finish(first)
    running = books.claim(str(second.pk))
    assert running
    assert local.cancel(request.key) and local.cancel(request.key)
    assert not books.beat(running, 0.9) and not books.is_mine(running)
    assert not books.done(running, books.folder() / "late.mp4", WRITTEN)
    assert set(Render.objects.values_list("status", flat=True)) == {RenderStatus.DONE, RenderStatus.CANCELLED}


def test_a_webhook_names_nothing_here(local: LocalProvider) -> None:
    assert local.parse_delivery({}, b"{}") == []
