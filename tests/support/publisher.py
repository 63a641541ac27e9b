"""A publisher on this machine: serves recorded shapes of the GOV.UK Content API, and misbehaves when told to.

    with Publisher() as publisher:
        publisher.serve("/media/x/shares.csv", Reply(body), Reply(status=429, headers={"Retry-After": "7"}))

Replies to one address are given in turn, the last again and again. Nothing here waits on a clock.
"""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


SHAPES = Path(__file__).parent / "govuk"
MOST_REQUESTS = 200  # a client that runs wild is stopped here, not by patience
SLUG = "/government/publications/invented-data-shares"
API = f"/api/content{SLUG}"


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0  # bytes promised and not sent
    drip: bool = False  # a byte at a time for as long as the client stays, in all at most a mebibyte
    chunked: bool = False
    silent: bool = False  # no answer until the client goes away
    etag: str = ""  # and 304 to a client that has it


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]
    through: str = ""  # the host asked for, when it was asked for through this server as a proxy


class Publisher:
    """Use as a context manager. `asked` lists every request in order."""

    def __init__(self, *, key: Path | None = None, certificate: Path | None = None) -> None:
        self.asked: list[Asked] = []
        self.overlapped = False
        self._replies: dict[str, list[Reply]] = {}
        self._closing = threading.Event()
        self._busy = threading.Lock()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                publisher._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        self.base = f"http://127.0.0.1:{port}"
        if key and certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that does not trust us
            self.base = f"https://localhost:{port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Publisher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve(self, path: str, *replies: Reply) -> None:
        self._replies[path] = list(replies)

    def item(self, shape: str = "publication", **changes: Any) -> dict[str, Any]:
        """A content item of a recorded shape, its files at this server. `changes` to its top level or details."""
        text = (SHAPES / f"{shape}.json").read_text("utf-8").replace("{base}", self.base)
        item: dict[str, Any] = json.loads(text)
        for key, value in changes.items():
            (item if key in item else item["details"])[key] = value
        return item

    def serve_item(self, item: dict[str, Any], etag: str = "") -> None:
        self.serve(
            API,
            Reply(
                json.dumps(item).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
                etag=etag,
            ),
        )

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        alone = self._busy.acquire(timeout=1)  # the reply before may still be on its way out of here
        self.overlapped = self.overlapped or not alone
        try:
            # As a proxy it is asked for whole addresses, and answers as the publisher behind it would.
            parts = urlsplit(handler.path)
            self.asked.append(Asked(parts.path, dict(handler.headers.items()), parts.netloc))
            replies = self._replies.get(parts.path, [Reply(b"not here", 404)])
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if len(self.asked) > MOST_REQUESTS:
                reply = Reply(b"too many", 400)
            if reply.silent and alone:  # it goes on waiting after the client has left
                self._busy.release()
                alone = False
            self._send(handler, reply)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client had enough
        finally:
            if alone:
                self._busy.release()

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.silent:
            self._closing.wait(20)
            handler.close_connection = True
            return
        if reply.etag and handler.headers.get("If-None-Match") == reply.etag:
            handler.send_response(304)
            handler.send_header("ETag", reply.etag)
            handler.end_headers()
            return
        handler.send_response(reply.status)
        headers = {
            "Content-Type": "text/csv",
            **({"ETag": reply.etag} if reply.etag else {}),
            **reply.headers,
        }
        if reply.chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif "Content-Length" not in headers:
            headers["Content-Length"] = str(len(reply.body) + reply.cut + (1024 * 1024 if reply.drip else 0))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if reply.drip:
            for _ in range(1024 * 1024):
                if self._closing.is_set():
                    break
                handler.wfile.write(b"x")
        elif reply.chunked:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(reply.body), reply.body))
            handler.wfile.write(b"ffff\r\nx" if reply.cut else b"0\r\n\r\n")
        else:
            handler.wfile.write(reply.body)
        handler.close_connection = handler.close_connection or bool(reply.cut or reply.drip)


class Clock:
    """Time that passes only when somebody waits, or by `step` at each look."""

    def __init__(self, step: float = 0.0) -> None:
        self.time, self.step = 1000.0, step
        self.slept: list[float] = []

    def __call__(self) -> float:
        self.time += self.step
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
