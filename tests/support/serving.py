"""The web server, run in this process for as long as a test asks it things."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from dashboard.settings import load_settings
from dashboard.web.server import Serving, make_server


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Served:
    port: int
    data: Path

    def get(self, path: str, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8")
        connection.close()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)


@contextmanager
def serving(data: Path, *, drafts: bool = False) -> Iterator[Served]:
    ready: list[Served] = []
    up = threading.Event()
    stop: list[object] = []

    def run() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        server = make_server(load_settings(data), Serving(port=0, drafts=drafts))
        server.start()
        ready.append(Served(server.port, data))
        loop = asyncio.get_event_loop()
        stop.append(lambda: loop.call_soon_threadsafe(loop.stop))
        up.set()
        loop.run_forever()
        server.stop()
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert up.wait(60)
    try:
        yield ready[0]
    finally:
        stop[0]()  # type: ignore[operator]
        thread.join(30)
