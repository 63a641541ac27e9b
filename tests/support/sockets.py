"""A page's live session without a browser: the framework's protocol over a plain websocket."""

from __future__ import annotations

import asyncio
import json
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, _RequestProxy
from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketClientConnection


@dataclass
class Live:
    """One open page's charts. `told`: messages that changed the document, in order."""

    socket: WebSocketClientConnection
    address: str  # the id of the model that holds the page's query
    document: dict[str, Any] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    sent: int = 0

    async def message(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The next whole message: header and content. Raises ConnectionError when the other end has closed."""
        frames = [await self._frame()]
        header = json.loads(frames[0])
        await self._frame()  # metadata
        content = json.loads(await self._frame())
        for _ in range(2 * header.get("num_buffers", 0)):
            await self._frame()
        if header["msgtype"] == "PATCH-DOC":
            self.told.append(content)
        return header, content

    async def _frame(self) -> str:
        frame = await self.socket.read_message()
        if frame is None:
            raise ConnectionError(f"closed: {self.socket.close_code} {self.socket.close_reason}")
        return frame if isinstance(frame, str) else ""

    async def send(self, kind: str, content: dict[str, Any]) -> str:
        self.sent += 1
        ours = str(self.sent)
        for part in ({"msgid": ours, "msgtype": kind}, {}, content):
            await self.socket.write_message(json.dumps(part))
        return ours

    async def answer_to(self, ours: str) -> tuple[dict[str, Any], dict[str, Any]]:
        while True:
            header, content = await self.message()
            if header.get("reqid") == ours:
                return header, content

    async def tell(self, query: str) -> None:
        """Change the page's query, as a filter does."""
        change = {"kind": "ModelChanged", "model": {"id": self.address}, "attr": "value", "new": query}
        header, _ = await self.answer_to(await self.send("PATCH-DOC", {"events": [change]}))
        assert header["msgtype"] == "OK", header

    async def follow(self, query: str, seconds: float = 30.0) -> int:
        """Change the query and wait until the charts have changed. Returns how many messages that took."""
        before = len(self.told)
        await self.tell(query)
        while len(self.told) == before:
            await asyncio.wait_for(self.message(), seconds)
        return len(self.told) - before

    def leave(self) -> None:
        """Go, as a closed tab does: unread messages are not waited for."""
        if self.socket.protocol is not None:
            self.socket.protocol._abort()
            self.socket.protocol = None


async def ask_session(port: int, page: str, query: str) -> dict[str, Any]:
    """The JSON with which a page begins its session. Raises HTTPClientError when the server refuses one."""
    asked = urllib.parse.urlencode([*urllib.parse.parse_qsl(query), ("page", page)])
    answer = await AsyncHTTPClient().fetch(
        HTTPRequest(f"http://127.0.0.1:{port}/live/session?{asked}", request_timeout=60)
    )
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def connect(
    port: int, session: dict[str, Any], *, origin: str | None = None, token: str | None = None
) -> Live:
    """Open the websocket of a session and read its document."""
    request = HTTPRequest(
        f"ws://127.0.0.1:{port}{session['path']}/ws", headers={"Origin": origin or f"http://127.0.0.1:{port}"}
    )
    request.headers = HTTPHeaders(request.headers)
    request = _RequestProxy(request, HTTPRequest._DEFAULTS)  # type: ignore[assignment]
    wanted = ["bokeh", session["item"]["token"] if token is None else token]
    socket = WebSocketClientConnection(request, subprotocols=wanted, compression_options={})
    try:
        await socket.connect_future
    except BaseException:
        socket.protocol = None  # refused: there is nothing to close
        raise
    [address] = [key for key, name in session["names"].items() if name == "address"]
    live = Live(socket, address)
    header, _ = await live.message()
    assert header["msgtype"] == "ACK"
    _, live.document = await live.answer_to(await live.send("PULL-DOC-REQ", {}))
    ready = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": {"event_name": "document_ready"}}
    ready["msg_data"] = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
    await live.answer_to(await live.send("PATCH-DOC", {"events": [ready]}))
    return live


async def open_live(port: int, page: str, query: str) -> Live:
    return await connect(port, await ask_session(port, page, query))
