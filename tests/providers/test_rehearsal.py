"""The rehearsal: what each magic word makes happen, seen from where a vendor is seen."""

import re
import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as ours
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from studio import engine
from studio.providers.base import InputFile, InputRole, JobRequest, JobState
from studio.providers.errors import FailureCode, Refused, Unreachable
from studio.providers.rehearsal import RehearsalProvider, books
from studio.providers.rehearsal.scripts import AT_THE_DOOR, LABELS, read_script
from tests.engine.media_files import picture
from tests.providers.rehearsal_desk import Desk

MANUAL = (ours.BASE_DIR / "docs" / "rehearsal.md").read_text()
RUNNING_FAILURES = [code for code in FailureCode if code not in AT_THE_DOOR]
Ask = Callable[..., JobRequest]


def sound_of(path: str) -> bool:
    return engine.probe(path).has_sound


# --- What the words are ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "words", "idle"),
    [
        ("make it warmer", (), ()),
        ("make it slow and flagged, never lost", (), ()),
        ("make it warmer [slow]", ("slow",), ()),
        ("[SLOW, mixed]  make it warmer 【silent】", ("slow", "mixed", "silent"), ()),
        ("slow", ("slow",), ()),
        ("Fail busy", ("fail busy",), ()),
        ("slow, mixed fail out of credit", ("slow", "mixed", "fail out_of_credit"), ()),
        ("a [fail out-of-credit] and a [fail  bad\nrequest]", ("fail out_of_credit", "fail bad_request"), ()),
        ("a [fail busily] dog [Scene 1]", (), ("[fail busily]", "[Scene 1]")),
        ("[slow] [slow]", ("slow",), ()),
        ("[] [", (), ()),
    ],
)
def test_words_are_read_in_brackets_or_alone(prompt: str, words: tuple[str, ...], idle: tuple[str, ...]) -> None:
    script = read_script(prompt)
    assert (script.words, script.idle) == (words, idle)


def test_of_several_failures_the_first_one_counts() -> None:
    assert read_script("[fail network] [fail busy]").failure == FailureCode.NETWORK


def test_the_manual_has_every_word_and_no_other() -> None:
    taught = set(re.findall(r"^\| `\[(.+?)\]` \|", MANUAL, re.MULTILINE))
    assert taught == {*LABELS, "fail …", *(f"fail {code}" for code in FailureCode)}
    at_once, later = MANUAL.split("Others come while it runs")
    assert all((f"[fail {code}]" in (at_once if code in AT_THE_DOOR else later)) for code in FailureCode)


# --- What is made ----------------------------------------------------------------------------------------------------


def test_a_clip_comes_back_with_words_on_it(desk: Desk, rehearse: Ask, clip_file: Path, tmp_path: Path) -> None:
    reference = desk.sent(rehearse(""))
    early = desk.after(1.5, reference)
    assert (early.state, early.progress, early.eta, early.results) == (JobState.RUNNING, 0.5, 1.5, [])
    update = desk.after(1.5, reference)
    (result,) = update.results
    assert (update.state, update.error_code, update.model_used) == (JobState.SUCCEEDED, "", "rehearsal-1")
    assert (update.cost_micros, result.cost_micros, result.flagged) == (0, 0, False)
    made, given = engine.probe(result.path), engine.probe(clip_file)
    assert (made.width, made.height, made.has_sound) == (given.width, given.height, True)
    assert abs(made.duration - given.duration) < 0.1
    lower, upper = (changed(clip_file, Path(result.path), part, tmp_path) for part in ((0.75, 1.0), (0.0, 0.6)))
    assert lower > 3 * upper


def changed(before: Path, after: Path, rows: tuple[float, float], place: Path) -> float:
    """How much the picture at half a second differs between two clips, over a part of its height."""
    looks = []
    for number, path in enumerate((before, after)):
        engine.poster(path, place / f"{number}.jpg", at=0.5, width=320)
        image = Image.open(place / f"{number}.jpg").convert("L").resize((320, 180))
        looks.append(list(image.crop((0, int(rows[0] * 180), 320, int(rows[1] * 180))).tobytes()))
    return sum(abs(a - b) for a, b in zip(*looks, strict=True)) / len(looks[0])


def test_four_results_come_one_after_another_and_differ(desk: Desk, rehearse: Ask) -> None:
    reference = desk.sent(rehearse("", results=4))
    assert [len(desk.after(0.75, reference).results) for _ in range(4)] == [1, 2, 3, 4]
    results = desk.after(0, reference).results
    assert len({Path(each.path).read_bytes() for each in results}) == 4
    assert [each.seed - (results[0].seed or 0) for each in results if each.seed is not None] == [0, 1, 2, 3]
    assert len({each.video_id for each in results}) == 4


def test_a_take_is_continued_from_its_file(desk: Desk, ask: Ask, stored: str) -> None:
    parent = InputFile(InputRole.PARENT, stored, "video/mp4")
    reference = desk.sent(ask(operation="continue", settings={}, inputs=[parent], parent_video_id="an id of long ago"))
    (result,) = desk.after(3, reference).results
    assert engine.probe(result.path).width == 320


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1280)])
def test_words_alone_become_the_sea_in_the_shape_that_is_asked_for(
    desk: Desk, ask: Ask, width: int, height: int
) -> None:
    reference = desk.sent(ask("a dog", "generate", settings={"duration": 3, "width": width, "height": height}))
    (result,) = desk.after(3, reference).results
    made = engine.probe(result.path)
    assert made.width * height == made.height * width and made.has_sound
    assert abs(made.duration - 3) < 0.1


@pytest.mark.parametrize(
    ("operation", "role", "count"), [("animate", InputRole.FIRST_FRAME, 1), ("reference", InputRole.REFERENCE, 2)]
)
def test_photos_move(desk: Desk, ask: Ask, db: None, operation: str, role: InputRole, count: int) -> None:
    photo = BytesIO()
    Image.fromarray(picture(0.5, (320, 180))).save(photo, "JPEG")
    names = [default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(photo.getvalue())) for _ in range(count)]
    inputs = [InputFile(role, name, "image/jpeg") for name in names]
    reference = desk.sent(ask("a dog", operation, inputs=inputs, settings={"duration": 3}))
    (result,) = desk.after(3, reference).results
    assert abs(engine.probe(result.path).duration - 3) < 0.1


def test_the_reply_names_what_was_understood_and_what_was_not(desk: Desk, rehearse: Ask) -> None:
    reply = desk.provider.submit(rehearse("[never] [fail bussy] [mixed] [fail expired_parent]"), "").reply
    assert [each.id for each in reply.applied] == ["never"]
    assert list(reply.not_done) == ["[fail bussy]", "[mixed]", "[fail expired_parent]"]
    assert reply.note == "Rehearsal: no money is spent, nothing is sent anywhere"


def test_a_failure_that_comes_later_is_announced(desk: Desk, rehearse: Ask) -> None:
    reply = desk.provider.submit(rehearse("[fail bad_media]"), "").reply
    assert [(each.label, each.value) for each in reply.applied] == [("Fails while it runs", "bad media")]


# --- What each word does ---------------------------------------------------------------------------------------------


def test_slow_takes_half_a_minute_and_moves(desk: Desk, rehearse: Ask) -> None:
    reference = desk.sent(rehearse("[slow]"))
    told = [desk.after(10, reference).progress for _ in range(2)]
    assert told == [pytest.approx(1 / 3), pytest.approx(2 / 3)]
    assert desk.after(10, reference).state == JobState.SUCCEEDED


def test_mixed_is_some_results_and_one_reason(desk: Desk, rehearse: Ask) -> None:
    reference = desk.sent(rehearse("[mixed]", results=4))
    assert [each.index for each in desk.after(1, reference).results] == [0]
    update = desk.after(2, reference)
    assert [each.index for each in update.results] == [0, 2]
    assert (update.state, update.error_code) == (JobState.SUCCEEDED, FailureCode.OUTPUT_BLOCKED)
    assert update.error_detail


def test_mixed_has_the_reason_that_is_named(desk: Desk, rehearse: Ask) -> None:
    update = desk.after(3, desk.sent(rehearse("[mixed, fail bad_media]", results=2)))
    assert (update.state, update.error_code) == (JobState.SUCCEEDED, FailureCode.BAD_MEDIA)
    assert len(update.results) == 1


def test_a_single_result_cannot_be_mixed(desk: Desk, rehearse: Ask) -> None:
    update = desk.after(3, desk.sent(rehearse("[mixed]")))
    assert (len(update.results), update.error_code) == (1, "")


def test_silent_has_no_sound(desk: Desk, rehearse: Ask, ask: Ask) -> None:
    (edited,) = desk.after(3, desk.sent(rehearse("[silent]"))).results
    drawn = desk.sent(ask("[silent]", "generate", settings={"duration": 3, "width": 1280, "height": 720}))
    (made,) = desk.after(3, drawn).results
    assert not sound_of(edited.path) and not sound_of(made.path)


def test_flagged_is_said_of_the_result(desk: Desk, rehearse: Ask) -> None:
    (result,) = desk.after(3, desk.sent(rehearse("[flagged]"))).results
    assert result.flagged and sound_of(result.path)


def test_never_moves_on_and_never_ends(desk: Desk, rehearse: Ask) -> None:
    reference = desk.sent(rehearse("[never]"))
    told = [desk.after(wait, reference) for wait in (1, 30, 3600)]
    assert {each.state for each in told} == {JobState.RUNNING}
    progress = [each.progress or 0 for each in told]
    assert 0 < progress[0] < progress[1] < progress[2] < 1
    assert told[0].eta is None and not told[2].results


def test_lost_is_taken_and_its_answer_never_comes(desk: Desk, rehearse: Ask) -> None:
    request = rehearse("[lost]")
    with pytest.raises(Unreachable) as lost:
        desk.provider.submit(request, "")
    assert not lost.value.permanent
    desk.clock.time += 5
    again = RehearsalProvider(desk.clock).submit(request, "")
    assert again.reference == request.key
    assert desk.after(0, again.reference).state == JobState.SUCCEEDED  # it ran since the first time


@pytest.mark.parametrize("code", sorted(AT_THE_DOOR))
def test_some_failures_are_refused_at_the_door(desk: Desk, ask: Ask, stored: str, code: FailureCode) -> None:
    inputs = [InputFile(InputRole.PARENT, stored, "video/mp4")]
    request = ask(f"warmer [slow] [fail {code}]", "continue", settings={}, inputs=inputs)
    with pytest.raises(Refused) as refused:
        desk.provider.submit(request, "")
    assert (refused.value.code, refused.value.permanent) == (code, True)
    assert "rehearsed" in refused.value.detail
    assert desk.after(3, request.key).state == JobState.UNKNOWN


@pytest.mark.parametrize("code", RUNNING_FAILURES)
def test_the_others_come_while_it_runs(desk: Desk, rehearse: Ask, code: FailureCode) -> None:
    reference = desk.sent(rehearse(f"[fail {code}]"))
    assert desk.after(2, reference).state == JobState.RUNNING
    update = desk.after(1, reference)
    assert (update.state, update.error_code, list(update.results)) == (JobState.FAILED, code, [])
    assert update.cost_micros == 0 and "rehearsed" in update.error_detail


def test_nothing_is_made_for_what_will_fail(desk: Desk, rehearse: Ask) -> None:
    references = [desk.sent(rehearse(words)) for words in ("[fail busy]", "[never]")]
    assert [
        path.name for path in books.folder().iterdir() if path.name[:36] in references and path.suffix == ".mp4"
    ] == []
