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
LIMIT = 60.0  # seconds that a change may take
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

# What is certain to differ: a number may happen to stay as it was, and a list of categories too.
MARKS = ("data", "children")

Target = tuple[str, str]  # a model and the attribute of it that changed


@dataclass
class Client:
    """One reader's session. `needed` is what every change of a filter changes."""

    system: System
    socket: WebSocketClientConnection
    needed: frozenset[Target] = frozenset()
    models: dict[str, str] = field(default_factory=dict)  # what to change, by name: model ids
    kind: str = ""  # the type chosen last
    changes: int = 0
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
        words = None
        if self.system.key == "ours":  # as app.js does: the words are asked for while the session is told
            words = asyncio.ensure_future(_fetch(self.system, "/overview?" + _query(values), in_place=True))
        await self.send("PATCH-DOC", {"events": self._events(values)})
        self.kind = values["kind"]
        found: set[Target] = set()
        end = time.monotonic() + LIMIT
        while slowly or not self.needed <= found:
            waits = not slowly or len([t for t in found if t[1] in MARKS]) < 4
            pause = end - time.monotonic() if waits else 1.0
            try:
                header, content = await asyncio.wait_for(self.message(), max(pause, 0.001))
            except TimeoutError:
                if not waits:
                    break
                raise RuntimeError(f"{self.system.words}: {self.needed - found} never came") from None
            if header["msgtype"] == "PATCH-DOC":
                found |= {_target(event) for event in content["events"]}
        if words is not None:
            await words
        return frozenset(found)

    def _events(self, values: dict[str, str]) -> list[dict[str, Any]]:
        said = {"address": "?" + _query(values)} if self.system.key == "ours" else values
        return [
            {"kind": "ModelChanged", "model": {"id": self.models[name]}, "attr": "value", "new": value}
            for name, value in said.items()
        ]

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
        token, base = session["item"]["token"], session["path"]
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

    Each is of another type and of another year than the one before it, so that every chart has something to change.
    """

    def __init__(self, seed: int = 1) -> None:
        draw = random.Random(seed)
        # days after the first: of 2012 and 2013, and of 2014 and 2015
        self.eras = [
            {kind: draw.sample(range(start, end), end - start) for kind in KINDS}
            for start, end in ((1, 670), (672, 1400))
        ]
        self.kinds = itertools.cycle(KINDS)

    def next(self, client: Client) -> dict[str, str]:
        kind = next(kind for kind in self.kinds if kind != client.kind)
        client.changes += 1
        days = self.eras[client.changes % 2][kind].pop()
        return {"kind": kind, "since": str(register.FIRST + timedelta(days=days))}


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
        for client in clients:
            await _learn(client, choices)
        done = 0
        end = time.monotonic() + seconds

        async def use(client: Client) -> None:
            nonlocal done
            while time.monotonic() < end:
                await client.change(choices.next(client))
                done += time.monotonic() < end

        await asyncio.gather(*(use(client) for client in clients))
        return done / seconds


async def _learn(client: Client, choices: Choices) -> None:
    """What every change of filters changes."""
    found = [await client.change(choices.next(client), slowly=True) for _ in range(2)]
    client.needed = frozenset(t for t in frozenset.intersection(*found) if t[1] in MARKS)
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
