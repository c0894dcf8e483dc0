"""A web host on this machine that misbehaves as it is told."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FlakyHost:
    """What each path answers, one answer a request, the last one for all that follow.

    Attributes:
        address: of the host, without a slash at the end.
        answers: by path.
        asked: path, Range and If-Range of each request.
        encodings: Accept-Encoding of the requests.
    """

    address: str = ""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    encodings: set[str | None] = field(default_factory=set)

    def serve(self, path: str, *answers: Answer) -> str:
        """Set what a path answers; its address."""
        self.answers[path] = list(answers)
        return self.address + path

    def ranges(self, path: str) -> list[str | None]:
        """Range of each request of a path."""
        return [asked for at, asked, _ in self.asked if at == path]


@contextmanager
def flaky_host() -> Iterator[FlakyHost]:
    """A host that serves while the block runs."""
    host = FlakyHost()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host.asked.append((self.path, self.headers["Range"], self.headers["If-Range"]))
            host.encodings.add(self.headers["Accept-Encoding"])
            answers = host.answers.get(self.path, [status(404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        # a proxy of the user's would not know this machine
        with patch.dict(os.environ, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}):
            yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def whole(
    data: bytes, etag: str | None = None, ranges: bool = True, stop: int | None = None
) -> Answer:
    """All bytes, or those of a Range; the connection breaks after ``stop`` of them."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked, condition = handler.headers["Range"], handler.headers["If-Range"]
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and ranges else 0
        if condition is not None and condition != etag:
            start = 0
        if start >= len(data):
            _head(handler, 416, {"Content-Range": f"bytes */{len(data)}", "Content-Length": "0"})
            return
        headers = {"Content-Length": str(len(data) - start)}
        if etag is not None:
            headers["ETag"] = etag
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        _head(handler, 206 if start else 200, headers)
        handler.wfile.write(data[start : None if stop is None else start + stop])
        handler.close_connection = stop is not None

    return answer


def status(code: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    """A status with little else."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _head(handler, code, {"Content-Length": str(len(body)), **(headers or {})})
        handler.wfile.write(body)

    return answer


def redirect(to: str) -> Answer:
    """Another address."""
    return status(302, {"Location": to})


def page(code: int = 200) -> Answer:
    """A page for humans."""
    return status(code, {"Content-Type": "text/html; charset=utf-8"}, b"<!DOCTYPE html>prove it")


def hang(seconds: float) -> Answer:
    """Nothing, for a while."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return answer


def _head(handler: BaseHTTPRequestHandler, code: int, headers: dict[str, str]) -> None:
    handler.send_response(code)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
