"""A web server on loopback that people might link to: it serves files, and can misbehave in every way we expect."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class LinkServer(ThreadingHTTPServer):
    daemon_threads = True
    files: dict[str, bytes]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.files = {}
        self.hosts: list[str] = []
        self.paths: list[str] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A handshake that the other side gives up is what some tests are about."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Answers(BaseHTTPRequestHandler):
    server: LinkServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers.get("Host", ""))
        self.server.paths.append(self.path)
        parts = urlsplit(self.path)
        name = parts.path.strip("/")
        misbehave = getattr(self, f"send_{name}", None)
        if misbehave:
            misbehave(parse_qs(parts.query))
        elif name in self.server.files:
            self.reply(200, self.server.files[name], {"Content-Type": "application/octet-stream"})
        else:
            self.reply(404, b"no")

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int | None = None) -> None:
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def send_redirect(self, query: dict[str, list[str]]) -> None:
        self.reply(302, b"", {"Location": query["to"][0]})

    def send_circle(self, query: dict[str, list[str]]) -> None:
        self.reply(302, b"", {"Location": "/circle"})

    def send_page(self, query: dict[str, list[str]]) -> None:
        self.reply(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"})

    def send_packed(self, query: dict[str, list[str]]) -> None:
        self.reply(200, b"\x1f\x8b", {"Content-Encoding": "gzip"})

    def send_promises(self, query: dict[str, list[str]]) -> None:
        """Says that it will send 10 GB."""
        self.reply(200, b"x", length=10 * 1024**3)

    def send_breaks(self, query: dict[str, list[str]]) -> None:
        self.reply(200, b"x" * 1000, length=5000)
        self.close_connection = True

    def send_endless(self, query: dict[str, list[str]]) -> None:
        """Does not say how much it will send, and never stops."""
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True

    def send_drops(self, query: dict[str, list[str]]) -> None:
        """A byte now and then: each read is in time, the whole is not."""
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass
        self.close_connection = True

    def send_drips(self, query: dict[str, list[str]]) -> None:
        """One byte per 0.2 s, of the headers too if asked for; without end."""
        if "headers" in query:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            self.send_response(200)
            self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            pass
        self.close_connection = True


@contextmanager
def link_server() -> Iterator[LinkServer]:
    server = LinkServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def speak_tls(server: LinkServer, folder: Path, name: str) -> list[str]:
    """Make the server speak TLS with a certificate that nobody trusts. The list fills with the names asked for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.sni_callback = lambda socket, wanted, own: asked.append(str(wanted))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return asked
