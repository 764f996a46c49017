import ipaddress
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.media import links
from studio.media.disk import DiskFull
from tests.media.link_server import LinkServer, link_server, speak_tls


@pytest.fixture
def web() -> Iterator[LinkServer]:
    with link_server() as server:
        server.files["clip.mp4"] = b"moving pictures" * 1000
        yield server


@pytest.fixture
def loopback_allowed(settings: Any) -> None:
    settings.LINK_ALLOWED_NETWORKS = ["127.0.0.0/8"]


def fetch(url: str, folder: Path, **limits: Any) -> links.Fetched:
    """As a person's link is."""
    given = {"max_bytes": 1_000_000, "max_seconds": 20, "allowed": links.allowed_networks(), **limits}
    return links.download(url, folder / "file", **given)


HERE_AND_NEARBY = ["127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"]
SPECIAL = ["169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"]
SIX = ["::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "64:ff9b:1::a00:1"]
DISGUISED = ["::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"]


@pytest.mark.parametrize("address", [*HERE_AND_NEARBY, *SPECIAL, *SIX, *DISGUISED])
def test_an_address_inside_the_house_is_never_fetched(address: str) -> None:
    assert not links.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_public_internet_may_be_fetched(address: str) -> None:
    assert links.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0177.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "127.1"]
)
def test_loopback_in_any_disguise_gets_a_sentence_and_no_connection(web: LinkServer, tmp_path: Path, host: str) -> None:
    with pytest.raises(links.LinkRefused, match=r"private address|No server called|not a web address"):
        fetch(f"http://{host}:{web.port}/clip.mp4", tmp_path)
    assert web.paths == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/a.mp4", "data:video/mp4;base64,AAAA", "gopher://x/",
        "javascript:alert(1)", "http://", "//example.com/a.mp4", "clip.mp4", "", "http://[::1",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(links.LinkRefused, match="not a web address"):
        fetch(url, tmp_path)


def test_a_link_that_carries_a_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(links.LinkRefused, match="name and password"):
        fetch("http://olga:secret@example.com/clip.mp4", tmp_path)


@pytest.mark.usefixtures("loopback_allowed")
def test_a_file_is_fetched_with_its_name_and_progress(web: LinkServer, tmp_path: Path) -> None:
    heard: list[float] = []
    got = fetch(f"{web.url}/clip.mp4?token=1", tmp_path, on_progress=heard.append)
    assert got.path.read_bytes() == web.files["clip.mp4"]
    assert (got.size, got.name) == (15000, "clip.mp4")
    assert heard[-1] == 1.0


@pytest.mark.usefixtures("loopback_allowed")
def test_a_redirect_is_followed_and_checked_again(web: LinkServer, tmp_path: Path, settings: Any) -> None:
    assert fetch(f"{web.url}/redirect?to=/clip.mp4", tmp_path).size == 15000
    settings.LINK_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    for inside in (
        f"http://127.0.0.2:{web.port}/clip.mp4",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
    ):
        with pytest.raises(links.LinkRefused, match="private address"):
            fetch(f"{web.url}/redirect?to={inside}", tmp_path)
    with pytest.raises(links.LinkRefused):
        fetch(f"{web.url}/redirect?to=file:///etc/passwd", tmp_path)
    assert web.paths.count("/clip.mp4") == 1


@pytest.mark.usefixtures("loopback_allowed")
def test_a_name_is_looked_up_once_and_that_address_is_used(
    web: LinkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer would be another machine."""
    answers = iter(["127.0.0.1"])
    real = socket.getaddrinfo

    def two_faced(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return real(next(answers) if host == "twofaced.test" else host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", two_faced)
    assert fetch(f"http://twofaced.test:{web.port}/clip.mp4", tmp_path).size == 15000
    assert web.hosts == [f"twofaced.test:{web.port}"]


def test_a_name_with_one_private_address_among_public_ones_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.5")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
    with pytest.raises(links.LinkRefused, match="private address"):
        fetch("http://mixed.test/clip.mp4", tmp_path)


@pytest.mark.usefixtures("loopback_allowed")
def test_the_certificate_is_asked_for_by_name_and_must_be_trusted(
    web: LinkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *args, **kwargs: real("127.0.0.1" if host == "films.test" else host, *args)
    )
    asked = speak_tls(web, tmp_path, "films.test")
    with pytest.raises(links.LinkRefused, match="could not be reached"):
        fetch(f"https://films.test:{web.port}/clip.mp4", tmp_path)
    assert asked == ["films.test"]


@pytest.mark.usefixtures("loopback_allowed")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("page", "opens a page"),
        ("missing.mp4", "answered 404"),
        ("circle", "round in circles"),
        ("packed", "packs its files"),
        ("promises", "larger than"),
        ("endless", "larger than"),
        ("breaks", "broke off"),
    ],
)
def test_a_server_that_misbehaves_gets_a_sentence(web: LinkServer, tmp_path: Path, path: str, words: str) -> None:
    with pytest.raises(links.LinkRefused, match=words):
        fetch(f"{web.url}/{path}", tmp_path)


@pytest.mark.usefixtures("loopback_allowed")
def test_a_server_that_only_drips_is_given_up(web: LinkServer, tmp_path: Path) -> None:
    with pytest.raises(links.LinkRefused, match="took too long"):
        fetch(f"{web.url}/drops", tmp_path, max_seconds=0.3)


@pytest.mark.usefixtures("loopback_allowed")
@pytest.mark.parametrize("path", ["drips", "drips?headers=1", "redirect?to=/drips%3Fheaders=1"])
def test_a_server_that_drips_does_not_hold_a_worker_past_the_deadline(
    web: LinkServer, tmp_path: Path, path: str
) -> None:
    started = time.monotonic()
    with pytest.raises(links.LinkRefused, match="took too long"):
        fetch(f"{web.url}/{path}", tmp_path, max_seconds=1)
    assert time.monotonic() - started < 3


@pytest.mark.usefixtures("loopback_allowed")
def test_a_full_disk_refuses_before_anything_is_fetched(web: LinkServer, tmp_path: Path, settings: Any) -> None:
    settings.MIN_FREE_BYTES = 10**18
    with pytest.raises(DiskFull, match="nearly full"):
        fetch(f"{web.url}/clip.mp4", tmp_path)


@pytest.mark.usefixtures("loopback_allowed")
def test_a_server_that_is_not_there_gets_a_sentence(web: LinkServer, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(links.LinkRefused, match="could not be reached"):
        fetch(f"http://127.0.0.1:{port}/clip.mp4", tmp_path)
