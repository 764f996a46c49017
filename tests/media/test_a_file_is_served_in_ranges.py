import os
import time
from collections.abc import Callable

import httpx
import pytest

from studio.media import serving
from studio.media.addresses import url
from studio.media.models import Asset

CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def asset(stored: Callable[..., Asset]) -> Asset:
    return stored(CONTENT)


def test_it_sends_the_whole_file_and_says_that_ranges_are_possible(server: str, asset: Asset) -> None:
    answer = httpx.get(server + url(asset))
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["etag"] == f'"{asset.sha256}"'


def test_it_sends_exactly_the_range_that_is_asked_for(server: str, asset: Asset) -> None:
    ranges = {
        "bytes=0-0": (0, 0),
        "bytes=10-19": (10, 19),
        "bytes=1023999-": (1023999, 1023999),
        "bytes=500000-": (500000, 1023999),
        "bytes=-5": (1023995, 1023999),
        "bytes=-9999999": (0, 1023999),
        "bytes=1000000-9999999": (1000000, 1023999),
        "bytes=100-800000": (100, 800000),
    }
    for asked, (start, end) in ranges.items():
        answer = httpx.get(server + url(asset), headers={"Range": asked})
        assert answer.status_code == 206, asked
        assert answer.headers["content-range"] == f"bytes {start}-{end}/{len(CONTENT)}"
        assert answer.content == CONTENT[start : end + 1], asked


def test_a_range_outside_the_file_gets_416_and_the_size(server: str, asset: Asset) -> None:
    for asked in ("bytes=1024000-", "bytes=99999999-", "bytes=-0"):
        answer = httpx.get(server + url(asset), headers={"Range": asked})
        assert answer.status_code == 416, asked
        assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_a_range_that_is_not_understood_gets_the_whole_file(server: str, asset: Asset) -> None:
    for asked in ("bytes=0-1,5-6", "lines=1-2", "bytes=", "bytes=-", "bytes=9-3", "bytes=a-b", "x" * 900):
        answer = httpx.get(server + url(asset), headers={"Range": asked})
        assert answer.status_code == 200, asked
        assert answer.content == CONTENT


def test_if_range_with_another_validator_gets_the_whole_file(server: str, asset: Asset) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert httpx.get(server + url(asset), headers=headers).status_code == 200
    headers["If-Range"] = f'"{asset.sha256}"'
    assert httpx.get(server + url(asset), headers=headers).status_code == 206


def test_what_the_browser_has_already_is_not_sent_again(server: str, asset: Asset) -> None:
    answer = httpx.get(server + url(asset), headers={"If-None-Match": f'W/"{asset.sha256}", "x"'})
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == f'"{asset.sha256}"'


def test_head_tells_the_size_and_sends_nothing(server: str, asset: Asset) -> None:
    answer = httpx.head(server + url(asset))
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(len(CONTENT)), b"")
    answer = httpx.head(server + url(asset), headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer.headers["content-length"]) == (206, "100")


def test_nothing_in_a_file_can_run_in_our_name(server: str, asset: Asset) -> None:
    headers = httpx.get(server + url(asset)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"].startswith("private, max-age=")


def test_a_quicktime_clip_is_shown_under_a_name_that_every_browser_plays(
    server: str, stored: Callable[..., Asset]
) -> None:
    clip = stored(mime="video/quicktime")
    assert httpx.get(server + url(clip)).headers["content-type"] == "video/mp4"
    assert httpx.get(server + url(clip) + "?download=clip").headers["content-type"] == "video/quicktime"


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Harbour at dusk", "Harbour at dusk.mp4"),
        ("../../etc/passwd", "_.._etc_passwd.mp4"),
        ('a"; filename="b.exe', "a_; filename=_b.exe.mp4"),
        ("line\r\nSet-Cookie: x=1", "line__Set-Cookie_ x=1.mp4"),
        ("海边的日落", "retake.mp4"),
        ("clip.mp4", "clip.mp4"),
        ("...", "retake.mp4"),
    ],
)
def test_a_download_has_a_safe_name_whatever_the_title_says(title: str, plain: str) -> None:
    header = serving.disposition(title, "mp4")
    assert header.startswith(f'attachment; filename="{plain}"')
    assert "\n" not in header


def test_a_title_in_chinese_is_kept_for_browsers_that_can_say_it(server: str, asset: Asset) -> None:
    header = httpx.get(server + url(asset), params={"download": "海边"}).headers["content-disposition"]
    assert "filename*=UTF-8''%E6%B5%B7%E8%BE%B9.mp4" in header


def test_a_reader_that_hangs_up_leaves_no_open_file(server: str, stored: Callable[..., Asset]) -> None:
    film = stored(os.urandom(1024) * 20_000)

    def open_now() -> int:
        links = (os.path.join("/proc/self/fd", number) for number in os.listdir("/proc/self/fd"))
        return sum(film.file in os.readlink(link) for link in links if os.path.islink(link))

    for _ in range(5):
        with httpx.stream("GET", server + url(film)) as answer:
            next(answer.iter_raw(65536))
    deadline = time.monotonic() + 5
    while open_now() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert open_now() == 0
