"""Each operation reaches the EvoLink model made for it, with the fields which that model documents, and no other.

`Desk` is what the other EvoLink tests use as well: the provider, the server it speaks to, and files in our storage.
"""

import io
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from studio.providers import catalogue, registry
from studio.providers.base import Asked, InputFile, InputRole, JobRequest, JobState, JobUpdate, Submission
from studio.providers.errors import FailureCode, Refused
from studio.providers.evolink import EvoLinkProvider
from studio.providers.evolink.asking import MODES, Draft
from tests.servers.base import film
from tests.servers.evolink import EvoLinkServer

FIRST, NEXT = "gemini-omni-flash", "gemini-omni-1.1-flash"
OVER = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
SUFFIXES = {"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm"}


class Desk:
    """`seconds` is how long a task takes there. What is made is an eighth of the true size, to be made soon."""

    def __init__(self, server: EvoLinkServer) -> None:
        self.server = server
        self.provider = EvoLinkProvider(patience=3)

    def clip(
        self, role: InputRole, seconds: float = 3, mime: str = "video/mp4", public: bool = False, **more: Any
    ) -> InputFile:
        """A real clip in our storage; `public`: with an address at which it can be fetched."""
        content = film(seconds, fmt=SUFFIXES[mime])
        name = default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(content))
        url = self.server.url + self.server.films.keep(content, SUFFIXES[mime]) if public else ""
        return InputFile(role, name, mime, width=320, height=180, duration=seconds, url=url, **more)

    def picture(self, role: InputRole, kind: str = "png", public: bool = False) -> InputFile:
        written = io.BytesIO()
        Image.new("RGB", (64, 36), "teal").save(written, kind)
        name = default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(written.getvalue()))
        url = f"https://studio.example.com/{name}.{kind}" if public else ""
        return InputFile(role, name, f"image/{kind}", width=64, height=36, url=url)

    def request(self, operation: str, *inputs: InputFile, model: str = FIRST, **more: Any) -> JobRequest:
        """With what the catalogue sets for the operation, unless `settings` are given."""
        given: dict[str, Any] = {
            "key": str(uuid.uuid4()),
            "prompt": "Make the umbrella yellow. Keep everything else the same.",
            "settings": catalogue.spec("evolink", model).defaults(operation),
        }
        return JobRequest(operation=operation, model=model, inputs=inputs, **given | more)

    def submit(self, *args: Any, **more: Any) -> Submission:
        return self.provider.submit(self.request(*args, **more), self.server.key)

    def fetch(self, *references: str) -> list[JobUpdate]:
        return self.provider.fetch([Asked(each) for each in references], self.server.key)

    def end_of(self, reference: str) -> JobUpdate:
        """News of a task as soon as it is over."""
        for _ in range(400):
            (update,) = self.fetch(reference)
            if update.state in OVER:
                return update
            time.sleep(0.025)
        raise AssertionError(f"{reference} is not over: {update}")

    @property
    def sent(self) -> dict[str, Any]:
        """The last create request."""
        return dict(json.loads(self.server.bodies[-1]))

    @property
    def uploads(self) -> int:
        return self.server.requests["POST /api/v1/files/upload/stream"]

    @property
    def creates(self) -> int:
        return self.server.requests["POST /v1/videos/generations"]


@contextmanager
def desk_at(settings: Any, **options: Any) -> Iterator[Desk]:
    """The studio's settings point at a server of its own. `options` are the server's."""
    with EvoLinkServer(**{"seconds": 0.1, "pixels": 0.125} | options) as server:
        server.retry_after = "0"
        settings.PROVIDER_URLS = {**settings.PROVIDER_URLS, "evolink": server.url, "evolink_files": server.url}
        settings.PRIVATE_ORIGINS = {*settings.PRIVATE_ORIGINS, ("http", urlsplit(server.url).netloc)}
        yield Desk(server)


@pytest.fixture
def desk(settings: Any, db: None) -> Iterator[Desk]:
    with desk_at(settings) as desk:
        yield desk


Inputs = Callable[[Desk], list[InputFile]]


def nothing(desk: Desk) -> list[InputFile]:
    return []


def first_frame(desk: Desk) -> list[InputFile]:
    return [desk.picture(InputRole.FIRST_FRAME)]


def references(desk: Desk) -> list[InputFile]:
    return [desk.picture(InputRole.REFERENCE, kind) for kind in ("png", "jpeg", "webp")]


def source(desk: Desk) -> list[InputFile]:
    return [desk.clip(InputRole.SOURCE)]


def parent(desk: Desk) -> list[InputFile]:
    return [desk.clip(InputRole.PARENT)]


INPUTS: dict[str, Inputs] = {
    "generate": nothing, "animate": first_frame, "reference": references, "edit": source, "continue": parent,
}  # fmt: skip
KINDS = {
    "generate": "text-to-video", "animate": "image-to-video", "reference": "reference-to-video",
    "edit": "video-edit", "continue": "video-edit",
}  # fmt: skip


@pytest.mark.parametrize("model", [FIRST, NEXT])
@pytest.mark.parametrize("operation", list(INPUTS))
def test_every_operation_of_both_families_is_made(operation: str, model: str, desk: Desk) -> None:
    submission = desk.submit(operation, *INPUTS[operation](desk), model=model)
    assert submission.state == JobState.RUNNING
    assert desk.sent["model"] == f"{model}-{KINDS[operation]}"
    update = desk.end_of(submission.reference)
    assert (update.state, update.error_detail) == (JobState.SUCCEEDED, "")
    assert update.model_used == desk.sent["model"]
    assert len(update.results) == 1 and update.results[0].url.startswith(desk.server.url)
    assert desk.server.billed == {submission.reference: 1}


def test_the_take_before_goes_with_photos_to_the_next_family(desk: Desk) -> None:
    submission = desk.submit("continue", *references(desk), *parent(desk), model=NEXT)
    assert (len(desk.sent["video_urls"]), len(desk.sent["image_urls"])) == (1, 3)
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_text_goes_with_length_and_shape(desk: Desk) -> None:
    desk.submit("generate", prompt="A kite.", settings={"duration": 7, "width": 720, "height": 1280})
    assert desk.sent == {
        "model": "gemini-omni-flash-text-to-video", "prompt": "A kite.", "duration": 7, "aspect_ratio": "9:16",
    }  # fmt: skip


def test_the_next_family_is_told_the_quality_too(desk: Desk) -> None:
    desk.submit("generate", model=NEXT, prompt="Fog.", settings={"duration": 4.0, "width": 3840, "height": 2160})
    assert desk.sent == {
        "model": "gemini-omni-1.1-flash-text-to-video", "prompt": "Fog.", "duration": 4, "aspect_ratio": "16:9",
        "quality": "4k",
    }  # fmt: skip
    assert type(desk.sent["duration"]) is int


@pytest.mark.parametrize("size", catalogue.spec("evolink", NEXT).sizes, ids=str)
def test_every_size_of_the_catalogue_has_a_word_there(size: catalogue.Size, desk: Desk) -> None:
    desk.submit("generate", model=NEXT, settings={"duration": 3, "width": size.width, "height": size.height})
    shape = "16:9" if size.width > size.height else "9:16"
    lines = {360: "360p", 720: "720p", 1080: "1080p", 2160: "4k"}[min(size.width, size.height)]
    assert (desk.sent["aspect_ratio"], desk.sent["quality"]) == (shape, lines)


@pytest.mark.parametrize("model", [FIRST, NEXT])
@pytest.mark.parametrize("operation", ["edit", "continue"])
def test_a_clip_goes_with_its_address_and_the_prompt_alone(operation: str, model: str, desk: Desk) -> None:
    """Settings of another operation, or of another vendor, are not sent along."""
    strange = {"duration": 5, "width": 1280, "height": 720, "quality": 90, "results": 4, "safety": "fast", "seed": 3}
    desk.submit(operation, *INPUTS[operation](desk), model=model, settings=strange)
    assert set(desk.sent) == {"model", "prompt", "video_urls"}
    assert len(desk.sent["video_urls"]) == 1


def test_what_the_vendor_does_not_document_is_not_sent(desk: Desk) -> None:
    strange = {"duration": 5, "width": 1280, "height": 720, "quality": 90, "format": "webm", "results": 2, "seed": 3}
    desk.submit("generate", settings=strange)
    assert set(desk.sent) == {"model", "prompt", "duration", "aspect_ratio"}


def test_only_the_file_of_the_operations_own_role_is_sent(desk: Desk) -> None:
    """A turn that edits an attached clip has a parent too: that one stays here."""
    older, clip = desk.clip(InputRole.PARENT, public=True), desk.clip(InputRole.SOURCE, public=True)
    desk.submit("edit", older, clip)
    assert desk.sent["video_urls"] == [clip.url]
    desk.submit("continue", older)
    assert desk.sent["video_urls"] == [older.url]


@pytest.mark.parametrize(
    "prompt",
    [
        "把雨伞改成黄色，其他保持不变。",
        "夕阳下的大海——慢镜头，无对白、无字幕 🌅",
        'Say "hello" \\ and\nnew line, 100 % é \u2028 </script>',
    ],
)
def test_prompts_arrive_byte_for_byte(prompt: str, desk: Desk) -> None:
    desk.submit("edit", desk.clip(InputRole.SOURCE), prompt=prompt)
    assert desk.sent["prompt"] == prompt
    assert json.dumps(prompt, ensure_ascii=False).encode() in desk.server.bodies[-1]


def test_pictures_of_the_first_family_travel_in_the_request(desk: Desk) -> None:
    pictures = references(desk)
    desk.submit("reference", *pictures)
    kinds = [each.partition(";")[0] for each in desk.sent["image_urls"]]
    assert kinds == ["data:image/png", "data:image/jpeg", "data:image/webp"]
    assert desk.uploads == 0


def test_pictures_of_the_next_family_go_by_our_address_or_as_a_copy(desk: Desk) -> None:
    public, private = desk.picture(InputRole.REFERENCE, public=True), desk.picture(InputRole.REFERENCE)
    desk.submit("reference", public, private, model=NEXT)
    assert desk.sent["image_urls"][0] == public.url
    assert desk.sent["image_urls"][1].startswith(f"{desk.server.url}/files/")
    assert desk.uploads == 1


def test_a_picture_too_large_for_a_request_goes_another_way(desk: Desk) -> None:
    large = desk.picture(InputRole.FIRST_FRAME)
    content = default_storage.open(large.name).read() + bytes(5 * 1024 * 1024)
    large = replace(large, name=default_storage.save(f"tests/{uuid.uuid4()}", ContentFile(content)))
    desk.submit("animate", large)
    assert desk.sent["image_urls"][0].startswith(f"{desk.server.url}/files/")


def test_the_next_family_edits_with_pictures(desk: Desk) -> None:
    submission = desk.submit("edit", desk.clip(InputRole.SOURCE), *references(desk), model=NEXT)
    assert (len(desk.sent["video_urls"]), len(desk.sent["image_urls"])) == (1, 3)
    assert desk.end_of(submission.reference).state == JobState.SUCCEEDED


def test_a_callback_is_asked_for_where_we_can_be_reached(desk: Desk) -> None:
    desk.submit("generate")
    assert "callback_url" not in desk.sent
    desk.submit("generate", webhook_url="https://studio.example.com/hooks/evolink/secret/")
    assert desk.sent["callback_url"] == "https://studio.example.com/hooks/evolink/secret/"


def said(submission: Submission) -> dict[str, str]:
    return {each.id: each.value for each in submission.reply.applied}


def test_the_reply_says_what_was_sent_to_which_model(desk: Desk) -> None:
    settings = {"duration": 5, "width": 1080, "height": 1920}
    assert said(desk.submit("reference", *references(desk), model=NEXT, settings=settings)) == {
        "model": "gemini-omni-1.1-flash-reference-to-video",
        "pictures": "3", "duration": "5 s", "size": "9:16", "quality": "1080p",
    }  # fmt: skip


def test_the_reply_says_how_the_clip_was_handed_over(desk: Desk) -> None:
    by_copy = desk.submit("edit", desk.clip(InputRole.SOURCE))
    assert said(by_copy)["source"] == "as a copy in EvoLink's file service, which keeps it for three days"
    by_address = desk.submit("continue", desk.clip(InputRole.PARENT, public=True))
    assert said(by_address)["source"] == "by this studio's own address of it"
    labels = [each.label for each in by_address.reply.applied]
    assert labels == ["Model", "The take before, as source"]
    assert (by_copy.reply.note, by_address.reply.note) == ("", "")


def test_the_reply_says_when_another_model_did_the_work() -> None:
    reply = Draft({"model": "gemini-omni-flash-video-edit", "prompt": ""}).reply("gemini-omni-1.1-flash-video-edit")
    assert [(each.label, each.value) for each in reply.applied] == [
        ("Model", "gemini-omni-flash-video-edit"),
        ("Model used instead", "gemini-omni-1.1-flash-video-edit"),
    ]


@pytest.mark.parametrize(
    ("operation", "inputs", "model", "code"),
    [
        ("edit", nothing, FIRST, FailureCode.BAD_REQUEST),
        ("continue", source, FIRST, FailureCode.EXPIRED_PARENT),
        ("animate", nothing, FIRST, FailureCode.BAD_REQUEST),
        ("reference", first_frame, NEXT, FailureCode.BAD_REQUEST),
        ("extend", parent, FIRST, FailureCode.UNSUPPORTED),
        ("extend", nothing, NEXT, FailureCode.EXPIRED_PARENT),
        ("generate", nothing, "gemini-omni-0.9", FailureCode.MODEL_GONE),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    operation: str, inputs: Inputs, model: str, code: FailureCode, desk: Desk
) -> None:
    request = replace(desk.request("generate", *inputs(desk)), operation=operation, model=model)
    with pytest.raises(Refused) as refused:
        desk.provider.submit(request, desk.server.key)
    assert refused.value.code == code and refused.value.detail
    assert not desk.server.requests


def test_the_first_family_edits_without_pictures(desk: Desk) -> None:
    with pytest.raises(Refused, match="without pictures") as refused:
        desk.submit("edit", desk.clip(InputRole.SOURCE, public=True), *references(desk))
    assert refused.value.code == FailureCode.UNSUPPORTED
    assert not desk.server.requests


def test_the_catalogue_offers_what_the_provider_can_send() -> None:
    rows = {spec.model: spec for spec in catalogue.specs() if spec.provider == "evolink"}
    assert set(rows) == set(MODES)
    assert isinstance(registry.provider("evolink"), EvoLinkProvider)
    for model, spec in rows.items():
        assert set(spec.operations) == set(MODES[model])
        assert spec.chains == "file" and spec.idempotent and not spec.can_cancel and spec.price is not None
        for operation, mode in MODES[model].items():
            by_lines = mode.qualities and not mode.sizes
            fields = {"duration": mode.duration, "size": mode.sizes, "resolution": by_lines}
            assert list(spec.fields(operation)) == [name for name, takes in fields.items() if takes]
            if mode.videos:
                assert (spec.source(operation).max, bool(spec.beside_clip(operation))) == (mode.longest, mode.images)
        assert bool(spec.reference_clips) == MODES[model]["reference"].clips
