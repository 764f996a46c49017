"""A bucket on loopback that speaks as much of the object storage protocol as the studio uses."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class BucketServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.objects: dict[str, bytes] = {}
        self.ranges: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: BucketServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).split("/", 2)[2] if self.path.count("/") > 1 else ""

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", headers.get("size", str(len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        self.server.objects[self.key] = self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(200, ETag='"x"')

    def do_HEAD(self) -> None:
        found = self.server.objects.get(self.key)
        if found is None:
            self.reply(404)
        else:
            self.reply(200, size=str(len(found)), ETag='"x"', Last_Modified="Sun, 01 Nov 2026 10:00:00 GMT")

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if not self.key:
            names = [name for name in self.server.objects if name.startswith(query.get("prefix", [""])[0])]
            rows = "".join(f"<Contents><Key>{name}</Key><Size>1</Size></Contents>" for name in names)
            page = f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rows}</ListBucketResult>'
            self.reply(200, page.encode(), Content_Type="application/xml")
            return
        found = self.server.objects.get(self.key)
        if found is None:
            self.reply(404)
            return
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked:
            start, end = int(asked[1]), min(int(asked[2]), len(found) - 1)
            self.server.ranges.append(asked[0])
            self.reply(206, found[start : end + 1], Content_Range=f"bytes {start}-{end}/{len(found)}", ETag='"x"')
        else:
            self.reply(200, found, ETag='"x"')

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.key, None)
        self.reply(204)

    def do_POST(self) -> None:
        """Delete many at once."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        for name in re.findall(r"<Key>(.*?)</Key>", body):
            self.server.objects.pop(name, None)
        self.reply(200, b'<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>')


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    server = BucketServer()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
