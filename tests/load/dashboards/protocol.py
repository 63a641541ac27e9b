"""Many readers at once, without browsers: clients of the websocket protocol of Bokeh, which four systems speak.

A client opens a page and its session, then changes filters one after another, each as soon as everything the one
before changes has arrived: the models that every change touches, learnt from a few changes made slowly, and for us
also the page's words. It draws nothing, so the server is what is measured.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.load.dashboards import register
from tests.load.dashboards.systems import System


AsyncHTTPClient.configure("tornado.simple_httpclient.SimpleAsyncHTTPClient", max_clients=64)
LIMIT = 20.0  # seconds that a change may take
KINDS = (
    "university",
    "commercial",
    "central_government",
    "research_organisation",
    "charity",
    "local_government",
)
READY = {
    "kind": "MessageSent",
    "msg_type": "bokeh_event",
    "msg_data": {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}},
}

Target = tuple[str, str]  # a model and the attribute of it that changed


@dataclass
class Client:
    """One reader's session. `needed` is what every change of a filter changes."""

    system: System
    socket: WebSocketClientConnection
    needed: frozenset[Target] = frozenset()
    models: dict[str, str] = field(default_factory=dict)  # what to change, by name: model ids
    kind: str = ""  # the type chosen last
    number: int = 0

    async def send(self, kind: str, content: dict[str, Any]) -> str:
        self.number += 1
        name = f"bench-{self.number}"
        for part in ({"msgid": name, "msgtype": kind}, {}, content):
            await self.socket.write_message(json.dumps(part))
        return name

    async def message(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The next message: header and content; the buffers after it are read and left."""
        parts = []
        for _ in range(3):
            part = await self.socket.read_message()
            if part is None:
                raise RuntimeError(f"{self.system.words} closed the connection")
            parts.append(part)
        header = json.loads(parts[0])
        for _ in range(2 * header.get("num_buffers", 0)):
            await self.socket.read_message()
        return header, json.loads(parts[2])

    async def begin(self) -> None:
        """What a browser does: ask for the document, then say that it is there."""
        await self.message()  # the server's greeting
        asked = await self.send("PULL-DOC-REQ", {})
        while True:
            header, content = await self.message()
            if header.get("reqid") == asked:
                break
        self.models = _inputs(content["doc"])
        await self.send("PATCH-DOC", {"events": [READY]})

    async def change(self, values: dict[str, str], *, slowly: bool = False) -> frozenset[Target]:
        """Change filters; return what changed. Over when all that is needed has come, or slowly after a pause."""
        events = [
            {"kind": "ModelChanged", "model": {"id": self.models[name]}, "attr": "value", "new": value}
            for name, value in self._said(values).items()
        ]
        if self.system.key == "ours":
            # As app.js does: the words first, then the session is told.
            await _fetch(self.system, "/overview?" + _query(values), in_place=True)
        await self.send("PATCH-DOC", {"events": events})
        self.kind = values["kind"]
        found: set[Target] = set()
        end = time.monotonic() + LIMIT
        while slowly or not self.needed <= found:
            pause = 1.5 if slowly else end - time.monotonic()
            try:
                header, content = await asyncio.wait_for(self.message(), max(pause, 0.001))
            except TimeoutError:
                if slowly:
                    break
                raise RuntimeError(f"{self.system.words}: {self.needed - found} never came") from None
            if header["msgtype"] == "PATCH-DOC":
                found |= {_target(event) for event in content["events"]}
        return frozenset(found)

    def _said(self, values: dict[str, str]) -> dict[str, str]:
        return {"address": "?" + _query(values)} if self.system.key == "ours" else values

    def abort(self) -> None:
        # Closing politely would wait for frames that nobody reads.
        stream = self.socket.stream if hasattr(self.socket, "stream") else None
        if stream is not None:
            stream.close()
        self.socket.close()


def _query(values: dict[str, str]) -> str:
    return urllib.parse.urlencode({"from": values["since"], "type": values["kind"]})


def _target(event: dict[str, Any]) -> Target:
    model = event.get("model") or event.get("column_source") or {}
    return (str(model.get("id", "")), str(event.get("attr", event["kind"])))


def _inputs(document: dict[str, Any]) -> dict[str, str]:
    """Ids of the filters' models: by the name of ours, by the label of theirs."""
    labels = {"Recipient type": "kind", "Received from": "since", "address": "address"}
    found: dict[str, str] = {}

    def look(part: Any) -> None:
        if isinstance(part, dict):
            attributes = part.get("attributes")
            if isinstance(attributes, dict) and "id" in part:
                for key in ("title", "name", "label"):
                    label = attributes.get(key)
                    if isinstance(label, str) and label in labels and "value" in attributes:
                        found.setdefault(labels[label], part["id"])
            for value in part.values():
                look(value)
        elif isinstance(part, list):
            for value in part:
                look(value)

    look(document)
    return found


async def _fetch(system: System, path: str, *, in_place: bool = False) -> bytes:
    headers = {"X-In-Place": "live", "Accept-Encoding": "gzip"} if in_place else {}
    answer = await AsyncHTTPClient().fetch(
        HTTPRequest(f"http://127.0.0.1:{system.port}{path}", headers=headers, request_timeout=60)
    )
    return answer.body


async def _connect(system: System) -> Client:
    """Open the page, as a reader's browser would, and its session."""
    page = (await _fetch(system, system.path)).decode()
    if system.key == "ours":
        session = json.loads(await _fetch(system, "/live/session?page=overview&theme=light"))
        token, base = session["item"]["token"], "/live"
    else:
        [token, *_] = re.findall(r'"token":"([^"]+)"', page)
        base = system.path
    socket = await websocket_connect(
        HTTPRequest(
            f"ws://127.0.0.1:{system.port}{base}/ws", headers={"Origin": f"http://127.0.0.1:{system.port}"}
        ),
        subprotocols=["bokeh", token],
        max_message_size=50 * 1024 * 1024,
    )
    client = Client(system, socket)
    await client.begin()
    return client


class Choices:
    """Filters never asked for before, so that nothing kept from an earlier answer helps anybody.

    Each is of another type than the one before it, so that every chart has something to change.
    """

    def __init__(self, seed: int = 1) -> None:
        random_ = random.Random(seed)
        self.left = {kind: random_.sample(range(1, 1500), 1499) for kind in KINDS}
        self.kinds = itertools.cycle(KINDS)

    def next(self, unlike: str = "") -> dict[str, str]:
        kind = next(self.kinds)
        kind = kind if kind != unlike else next(self.kinds)
        return {"kind": kind, "since": str(register.FIRST + timedelta(days=self.left[kind].pop()))}


@asynccontextmanager
async def readers(system: System, count: int) -> AsyncIterator[list[Client]]:
    """So many open sessions; they are gone when the block ends."""
    clients: list[Client] = []
    try:
        for _ in range(count):
            clients.append(await _connect(system))
        yield clients
    finally:
        for client in clients:
            client.abort()


async def changes_a_second(system: System, users: int, seconds: float, choices: Choices) -> float:
    """How many filter changes the server completes a second for so many users, none of them pausing."""
    async with readers(system, users) as clients:
        await asyncio.gather(*(_learn(client, choices) for client in clients))
        done = 0
        end = time.monotonic() + seconds

        async def use(client: Client) -> None:
            nonlocal done
            while time.monotonic() < end:
                await client.change(choices.next(client.kind))
                done += time.monotonic() < end

        await asyncio.gather(*(use(client) for client in clients))
        return done / seconds


async def _learn(client: Client, choices: Choices) -> None:
    """What every change changes. A number may happen to stay as it was, and a list of categories too."""
    found = [await client.change(choices.next(client.kind), slowly=True) for _ in range(3)]
    client.needed = frozenset(t for t in frozenset.intersection(*found) if t[1] in ("data", "children"))
    if len(client.needed) < 4:
        raise RuntimeError(f"{client.system.words}: a change of filters changed only {client.needed}")


async def a_page(system: System, pages: int) -> float:
    """MiB that each of so many open pages adds to the server."""
    async with readers(system, 2):
        await asyncio.sleep(1)  # what is made once, for the first
        before = system.resident()
        async with readers(system, pages) as clients:
            assert len(clients) == pages
            await asyncio.sleep(2)
            return (system.resident() - before) / pages
