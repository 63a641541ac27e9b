"""The web server, run in this process for as long as a test asks it things."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from dashboard.settings import load_settings
from dashboard.web.server import Serving, make_server
from dashboard.web.site import Site


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass
class Served:
    port: int
    data: Path
    site: Site

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()


@contextmanager
def serving(data: Path, **options: Any) -> Iterator[Served]:
    """Serve a data folder on a free port; `options` are those of `Serving`."""
    ready: list[Served] = []
    failed: list[BaseException] = []
    up = threading.Event()
    stop: list[object] = []

    def run() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        try:
            server = make_server(load_settings(data), Serving(port=0, **options))
        except BaseException as error:
            asyncio.get_event_loop().close()
            failed.append(error)
            up.set()
            return
        server.start()
        ready.append(Served(server.port, data, server.site))
        loop = asyncio.get_event_loop()
        stop.append(lambda: loop.call_soon_threadsafe(loop.stop))
        up.set()
        loop.run_forever()
        server.stop()
        server.site.close()
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert up.wait(60)
    if failed:
        raise failed[0]
    try:
        yield ready[0]
    finally:
        stop[0]()  # type: ignore[operator]
        thread.join(30)
