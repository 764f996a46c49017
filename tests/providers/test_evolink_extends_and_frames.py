"""What the 1.1 family does beyond the first: extending, a last frame, clips as references, and how many lines."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from studio.providers import catalogue
from studio.providers.base import InputRole, JobState, Submission
from studio.providers.errors import FailureCode, Refused
from tests.providers.test_evolink_hands_clips_over import handed_over, seconds_of
from tests.providers.test_evolink_sends_what_each_model_takes import NEXT, Desk, desk_at


@pytest.fixture
def desk(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings) as desk:
        yield desk


def said(submission: Submission) -> dict[str, str]:
    return {each.id: each.value for each in submission.reply.applied}


# --- Extending -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [InputRole.SOURCE, InputRole.PARENT])
def test_a_clip_or_a_take_is_extended_by_so_many_seconds(role: InputRole, desk: Desk) -> None:
    clip = desk.clip(role, public=True)
    submission = desk.submit("extend", clip, model=NEXT, prompt="It goes on.", settings={"duration": 4})
    assert desk.sent == {
        "model": "gemini-omni-1.1-flash-video-extend", "prompt": "It goes on.", "video_urls": [clip.url], "duration": 4,
    }  # fmt: skip
    update = desk.end_of(submission.reference)
    assert (update.state, update.error_detail) == (JobState.SUCCEEDED, "")
    assert abs(seconds_of(desk.server.films.peek(update.results[0].url) or b"") - 7) < 0.2


def test_three_seconds_are_added_unless_somebody_says_otherwise(desk: Desk) -> None:
    desk.submit("extend", desk.clip(InputRole.SOURCE, public=True), model=NEXT)
    assert desk.sent["duration"] == 3 and "quality" not in desk.sent and "aspect_ratio" not in desk.sent


def test_an_attached_clip_is_extended_rather_than_the_take(desk: Desk) -> None:
    clip = desk.clip(InputRole.SOURCE, public=True)
    desk.submit("extend", desk.clip(InputRole.PARENT, public=True), clip, model=NEXT)
    assert desk.sent["video_urls"] == [clip.url]


def test_what_is_extended_may_have_thirty_seconds_and_goes_whole(desk: Desk) -> None:
    submission = desk.submit("extend", desk.clip(InputRole.PARENT, 14), model=NEXT)
    assert abs(seconds_of(handed_over(desk)) - 14) < 0.2
    assert submission.reply.note == ""
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_what_was_cut_for_an_edit_is_not_extended_cut(desk: Desk) -> None:
    """Both copies are remembered for a day, under the same file."""
    take = replace(desk.clip(InputRole.PARENT, 12), sha256="5e" * 32)
    desk.submit("continue", take, model=NEXT)
    assert seconds_of(handed_over(desk)) <= 10.05
    desk.submit("extend", take, model=NEXT)
    assert seconds_of(handed_over(desk)) > 11.9


@pytest.mark.parametrize("role", [InputRole.SOURCE, InputRole.PARENT])
def test_what_is_longer_is_refused_and_never_cut(role: InputRole, desk: Desk) -> None:
    clip = replace(desk.clip(role, public=True), duration=31.0)
    with pytest.raises(Refused, match="up to thirty seconds") as refused:
        desk.submit("extend", clip, model=NEXT)
    assert refused.value.code == FailureCode.BAD_MEDIA
    assert not desk.server.requests


def test_photos_may_go_with_what_is_extended(desk: Desk) -> None:
    inputs = [desk.clip(InputRole.SOURCE), desk.picture(InputRole.REFERENCE), desk.picture(InputRole.REFERENCE)]
    submission = desk.submit("extend", *inputs, model=NEXT)
    assert (len(desk.sent["video_urls"]), len(desk.sent["image_urls"])) == (1, 2)
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_the_reply_says_how_much_was_added(desk: Desk) -> None:
    clip = desk.clip(InputRole.PARENT, public=True)
    submission = desk.submit("extend", clip, model=NEXT, settings={"duration": 5, "resolution": "1080p"})
    assert [(each.label, each.value) for each in submission.reply.applied] == [
        ("Model", "gemini-omni-1.1-flash-video-extend"),
        ("The take before, as source", "by this studio's own address of it"),
        ("Added", "5 s"),
        ("Resolution", "1080p"),
    ]


# --- How many lines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", catalogue.spec("evolink", NEXT).resolutions)
@pytest.mark.parametrize(("operation", "role"), [("edit", "source"), ("continue", "parent"), ("extend", "source")])
def test_a_clip_is_made_in_as_many_lines_as_it_has_or_as_are_asked_for(
    operation: str, role: str, resolution: str, desk: Desk
) -> None:
    """Sent is only what differs from EvoLink's own default, which is "auto"."""
    clip = desk.clip(InputRole(role), public=True)
    submission = desk.submit(operation, clip, model=NEXT, settings={"duration": 3, "resolution": resolution})
    assert desk.sent.get("quality", "auto") == resolution
    assert said(submission).get("quality", "auto") == resolution
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


# --- First and last frame --------------------------------------------------------------------------------------------


def test_two_frames_go_in_their_order(desk: Desk) -> None:
    first, last = desk.picture(InputRole.FIRST_FRAME, public=True), desk.picture(InputRole.LAST_FRAME, public=True)
    submission = desk.submit("animate", last, first, model=NEXT)
    assert desk.sent["model"] == "gemini-omni-1.1-flash-image-to-video"
    assert desk.sent["image_urls"] == [first.url, last.url]
    assert said(submission)["pictures"] == "2"


def test_two_frames_make_a_clip(desk: Desk) -> None:
    frames = [desk.picture(role) for role in (InputRole.FIRST_FRAME, InputRole.LAST_FRAME)]
    assert desk.end_of(desk.submit("animate", *frames, model=NEXT).reference).state == JobState.SUCCEEDED


# --- Clips as references ---------------------------------------------------------------------------------------------


def test_clips_go_beside_photos_as_references(desk: Desk) -> None:
    clips = [desk.clip(InputRole.REFERENCE, public=True), desk.clip(InputRole.REFERENCE)]
    submission = desk.submit("reference", clips[0], desk.picture(InputRole.REFERENCE), clips[1], model=NEXT)
    assert desk.sent["model"] == "gemini-omni-1.1-flash-reference-to-video"
    assert (len(desk.sent["image_urls"]), len(desk.sent["video_urls"])) == (1, 2)
    assert desk.sent["video_urls"][0] == clips[0].url
    assert (said(submission)["pictures"], said(submission)["clips"]) == ("1", "2")
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_a_clip_of_another_format_is_converted_here_too_and_that_is_said(desk: Desk) -> None:
    inputs = [desk.picture(InputRole.REFERENCE), desk.clip(InputRole.REFERENCE, mime="video/webm")]
    submission = desk.submit("reference", *inputs, model=NEXT)
    assert "the clip was converted before it was sent" in submission.reply.note
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_clips_without_a_photo_are_refused_before_anything_is_sent(desk: Desk) -> None:
    with pytest.raises(Refused, match="no picture"):
        desk.submit("reference", desk.clip(InputRole.REFERENCE), model=NEXT)
    assert not desk.server.requests
