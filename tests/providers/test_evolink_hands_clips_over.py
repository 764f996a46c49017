"""EvoLink fetches clips from addresses, as MP4 of at most ten seconds: what is not so is made so, and said.

Where the clip lies that it is given, how long it is and what it is made of is looked up there, not believed.
"""

import io
import json
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import av
import httpx
import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage

from studio.providers.base import InputFile, InputRole, JobState
from studio.providers.errors import FailureCode, NeverSent, RateLimited, Refused
from studio.providers.evolink import hosting, reading
from tests.providers.test_evolink_sends_what_each_model_takes import FIRST, NEXT, Desk, desk_at
from tests.servers.base import film

OPERATIONS = [("edit", InputRole.SOURCE), ("continue", InputRole.PARENT)]
DAY = 24 * 3600


@pytest.fixture
def desk(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings) as desk:
        yield desk


@pytest.fixture
def pictures_only(settings: Any, db: None) -> Iterator[Desk]:
    """A file service that takes no clips, as its manual has it."""
    with desk_at(settings, takes_video=False) as desk:
        yield desk


def handed_over(desk: Desk) -> bytes:
    """What EvoLink finds at the address that it was given."""
    (address,) = desk.sent["video_urls"]
    answer = httpx.get(address)
    assert answer.status_code == 200
    return answer.content


def seconds_of(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as container:
        video = container.streams.video[0]
        return float((video.duration or 0) * (video.time_base or 0))


def streams_of(content: bytes) -> tuple[str, list[str]]:
    with av.open(io.BytesIO(content)) as container:
        return container.format.name, [stream.codec_context.name for stream in container.streams]


@pytest.mark.parametrize(("operation", "role"), OPERATIONS)
def test_our_public_address_is_given_where_there_is_one(operation: str, role: InputRole, desk: Desk) -> None:
    clip = desk.clip(role, public=True)
    submission = desk.submit(operation, clip)
    assert desk.sent["video_urls"] == [clip.url]
    assert desk.uploads == 0
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


@pytest.mark.parametrize(("operation", "role"), OPERATIONS)
def test_without_an_address_the_very_file_is_copied_there(operation: str, role: InputRole, desk: Desk) -> None:
    clip = desk.clip(role)
    submission = desk.submit(operation, clip)
    assert handed_over(desk) == default_storage.open(clip.name).read()
    assert submission.reply.note == ""
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(("operation", "role"), OPERATIONS)
def test_a_longer_clip_is_cut_and_that_is_said(operation: str, role: InputRole, public: bool, desk: Desk) -> None:
    submission = desk.submit(operation, desk.clip(role, 12, public=public))
    content = handed_over(desk)
    assert 9.9 < seconds_of(content) <= 10.05
    assert "aac" in streams_of(content)[1]
    assert submission.reply.note == (
        "The clip is longer than the ten seconds that EvoLink takes: its first ten seconds were sent."
    )
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


@pytest.mark.parametrize("mime", ["video/webm", "video/quicktime"])
def test_another_format_is_converted_and_that_is_said(mime: str, desk: Desk) -> None:
    submission = desk.submit("continue", desk.clip(InputRole.PARENT, mime=mime, public=True))
    content = handed_over(desk)
    assert streams_of(content) == ("mov,mp4,m4a,3gp,3g2,mj2", ["h264", "aac"])
    assert abs(seconds_of(content) - 3) < 0.1
    assert submission.reply.note == (
        "EvoLink takes MP4 alone: the clip was converted before it was sent. Its length is unchanged."
    )
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_both_at_once_are_said_at_once(desk: Desk) -> None:
    submission = desk.submit("edit", desk.clip(InputRole.SOURCE, 12, "video/webm"), model=NEXT)
    assert 9.9 < seconds_of(handed_over(desk)) <= 10.05
    assert "first ten seconds of the clip were converted" in submission.reply.note
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_a_clip_of_ten_seconds_is_not_cut_for_the_sake_of_a_rounded_picture(desk: Desk) -> None:
    clip = replace(desk.clip(InputRole.SOURCE, public=True), duration=10.03)
    desk.submit("edit", clip)
    assert desk.sent["video_urls"] == [clip.url]


def test_the_clip_that_was_made_ready_is_not_left_behind(desk: Desk, settings: Any) -> None:
    desk.submit("edit", desk.clip(InputRole.SOURCE, 12))
    assert not list(settings.FILE_UPLOAD_TEMP_DIR.glob("in-*"))


def test_the_same_file_is_copied_once_for_many_turns(desk: Desk) -> None:
    clip = desk.clip(InputRole.SOURCE, sha256="5e" * 32)
    for _ in range(3):
        desk.submit("edit", clip)
    assert desk.uploads == 1 and desk.creates == 3
    assert len({json.loads(body)["video_urls"][0] for body in desk.server.bodies}) == 1


def test_accounts_share_no_copies(settings: Any, db: None) -> None:
    with desk_at(settings, keys=["sk-of-one-team", "sk-of-another"]) as desk:
        clip = desk.clip(InputRole.SOURCE, sha256="5e" * 32)
        for key in ("sk-of-one-team", "sk-of-another"):
            desk.provider.submit(desk.request("edit", clip), key)
        assert desk.uploads == 2


# --- Where the file service does not take it -------------------------------------------------------------------------


@pytest.mark.parametrize(("operation", "role"), OPERATIONS)
def test_without_any_way_it_says_which_setting_is_missing(operation: str, role: InputRole, pictures_only: Desk) -> None:
    with pytest.raises(Refused, match="STUDIO_PUBLIC_URL") as refused:
        pictures_only.submit(operation, pictures_only.clip(role))
    assert refused.value.code == FailureCode.UNSUPPORTED
    assert pictures_only.creates == 0


def test_with_a_public_address_a_service_of_pictures_is_enough(pictures_only: Desk) -> None:
    submission = pictures_only.submit("edit", pictures_only.clip(InputRole.SOURCE, public=True))
    assert pictures_only.end_of(submission.reference).state == JobState.SUCCEEDED


def test_with_a_public_address_the_clip_itself_has_to_fit(pictures_only: Desk) -> None:
    with pytest.raises(Refused, match="Trim the clip to ten seconds, as MP4") as refused:
        pictures_only.submit("edit", pictures_only.clip(InputRole.SOURCE, 12, public=True))
    assert "STUDIO_PUBLIC_URL" not in refused.value.detail


def test_a_full_service_is_no_matter_of_the_key(desk: Desk) -> None:
    desk.server.files.most_files = 0
    with pytest.raises(Refused, match="or be full") as refused:
        desk.submit("edit", desk.clip(InputRole.SOURCE))
    assert refused.value.code == FailureCode.UNSUPPORTED
    with pytest.raises(Refused, match="or be full"):
        desk.submit("animate", desk.picture(InputRole.FIRST_FRAME), model=NEXT)


def continued(desk: Desk, own: str) -> InputFile:
    """The parent take, as it was collected: EvoLink's name of the file is known."""
    return replace(desk.clip(InputRole.PARENT), vendor_file=own)


def test_a_take_of_evolinks_goes_by_its_own_link_where_nothing_else_is_left(pictures_only: Desk) -> None:
    desk = pictures_only
    made = desk.end_of(desk.submit("generate").reference).results[0]
    assert urlsplit(made.vendor_file)._replace(fragment="").geturl() == made.url
    submission = desk.submit("continue", continued(desk, made.vendor_file))
    assert desk.sent["video_urls"] == [made.url]
    assert submission.reply.applied[1].value == "by EvoLink's own link to it"
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_a_link_that_has_run_out_is_not_given(pictures_only: Desk) -> None:
    old = hosting.own_link(f"{pictures_only.server.url}/films/x.mp4", int(time.time()) - DAY)
    for own in (old, "https://files.example.net/x.mp4", "x#y"):
        with pytest.raises(Refused, match="STUDIO_PUBLIC_URL"):
            pictures_only.submit("continue", continued(pictures_only, own))


def test_a_link_too_long_to_remember_is_forgotten() -> None:
    assert hosting.own_link("https://files.example.net/" + "x" * 180, int(time.time())) == ""
    assert hosting.own_link("https://files.example.net/x.mp4", "yesterday") == ""
    task = {"status": "completed", "results": ["https://files.example.net/" + "x" * 300], "created": 1}
    assert reading.update_of("task-unified-1-a", task).results[0].vendor_file == ""


def test_trouble_of_the_service_means_that_nothing_was_made(desk: Desk) -> None:
    """The upload is not repeated at once; the job is, later."""
    clip = desk.clip(InputRole.SOURCE)
    for order, error in [
        ("lost_request:upload", NeverSent),
        ("server_error:upload", NeverSent),
        ("rate_limited:upload", RateLimited),
        ("html_answer:upload", NeverSent),
    ]:
        desk.server.faults.order(order)
        with pytest.raises(error) as raised:
            desk.submit("edit", clip)
        assert not raised.value.permanent and raised.value.code != FailureCode.OUTCOME_UNKNOWN
    assert desk.uploads == 4 and desk.creates == 0
    assert desk.submit("edit", clip).reference


def test_a_wrong_key_is_said_at_the_upload_already(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        desk.provider.submit(desk.request("edit", desk.clip(InputRole.SOURCE)), "sk-wrong")
    assert refused.value.code == FailureCode.UNAUTHORISED


# --- Files that are not what they should be --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "role", "code"),
    [
        ("edit", InputRole.SOURCE, FailureCode.BAD_MEDIA),
        ("continue", InputRole.PARENT, FailureCode.EXPIRED_PARENT),
        ("animate", InputRole.FIRST_FRAME, FailureCode.BAD_MEDIA),
    ],
)
def test_a_file_that_is_gone_is_said(operation: str, role: InputRole, code: FailureCode, desk: Desk) -> None:
    gone = InputFile(role, f"tests/{uuid.uuid4()}", "video/mp4", duration=2)
    with pytest.raises(Refused, match="no longer stored") as refused:
        desk.submit(operation, gone)
    assert refused.value.code == code


def test_a_clip_that_the_engine_cannot_read_is_said_in_its_words(desk: Desk) -> None:
    name = default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(film(3, fmt="webm")[:2000]))
    with pytest.raises(Refused) as refused:
        desk.submit("edit", InputFile(InputRole.SOURCE, name, "video/webm", duration=3))
    assert refused.value.code == FailureCode.BAD_MEDIA
    assert refused.value.detail and "%(" not in refused.value.detail
    assert not desk.server.requests


def test_a_clip_beyond_what_the_service_takes_is_not_even_sent(desk: Desk) -> None:
    clip = desk.clip(InputRole.SOURCE)
    os.truncate(default_storage.path(clip.name), 101_000_000)
    with pytest.raises(Refused, match="100 MB") as refused:
        desk.submit("edit", clip)
    assert refused.value.code == FailureCode.BAD_MEDIA
    assert not desk.server.requests


class Bucket(Storage):
    """A storage without paths on this machine."""

    kept: ClassVar[dict[str, bytes]] = {}

    def exists(self, name: str) -> bool:
        return name in self.kept

    def _save(self, name: str, content: File) -> str:
        self.kept[name] = content.read()
        return name

    def _open(self, name: str, mode: str = "rb") -> File:
        if name not in self.kept:
            raise FileNotFoundError(name)
        return ContentFile(self.kept[name])


def test_files_in_a_bucket_are_handed_over_just_so(desk: Desk, settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.Bucket"}}
    clip = desk.clip(InputRole.SOURCE)
    desk.submit("edit", clip)
    assert handed_over(desk) == default_storage.open(clip.name).read()
    desk.submit("edit", desk.clip(InputRole.SOURCE, 12))
    assert 9.9 < seconds_of(handed_over(desk)) <= 10.05
    desk.submit("animate", desk.picture(InputRole.FIRST_FRAME))
    assert desk.sent["image_urls"][0].startswith("data:image/png;base64,")
    with pytest.raises(Refused, match="no longer stored"):
        desk.submit("edit", InputFile(InputRole.SOURCE, "tests/gone", "video/mp4", duration=2))
    assert not list(settings.FILE_UPLOAD_TEMP_DIR.glob("in-*"))


def test_a_clip_that_evolink_cannot_fetch_fails_as_one(desk: Desk) -> None:
    clip = replace(desk.clip(InputRole.SOURCE), url=f"{desk.server.url}/films/nothing.mp4")
    update = desk.end_of(desk.submit("edit", clip, model=FIRST).reference)
    assert (update.state, update.error_code) == (JobState.FAILED, FailureCode.BAD_MEDIA)
    assert update.error_detail == "EvoLink could not fetch or read the clip."
