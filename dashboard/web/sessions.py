"""The live charts' two addresses: a session as JSON, and its websocket. Nothing else of the framework is served.

Sessions are bounded: past the bound a page keeps its static charts, and is told why.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import tornado.web
from bokeh.embed.util import RenderItem
from bokeh.util.token import check_token_signature, get_session_id
from panel.io.server import DocHandler, WSHandler
from panel.io.state import set_curdoc

from dashboard.errors import LimitError
from dashboard.live import PREPARED, prepare, what_is_asked
from dashboard.web.handlers import HEADERS, Handler
from dashboard.web.site import Site, known_host


SCRIPTS = ("bokeh.min.js",)  # in the order in which a page loads them
LONGEST_MESSAGE = 64 * 1024  # bytes from a browser, which tells an address and a chart's size
GONE = 4404  # websocket close code: there is no such session


def count(context: Any) -> int:
    """Live sessions of an application, those on their way included."""
    return len(context._sessions) + len(context._pending_sessions)


class SessionHandler(Handler, DocHandler):
    """Makes a session and says, as JSON, what a page needs to draw it: scripts, path, build, token, roots by name."""

    def initialize(self, site: Site, most: int, path: str, **framework: object) -> None:
        self.site = site
        self.most = most
        self.path = path

    async def prepare(self) -> None:
        Handler.prepare(self)
        # Another site's page must not use up the sessions there are, nor one that could not open the websocket.
        elsewhere = self.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if elsewhere or known_host(self.request.host) not in self.site.hosts:
            raise tornado.web.HTTPError(403)
        await DocHandler.prepare(self)

    async def get(self) -> None:
        if count(self.application_context) >= self.most:
            raise LimitError(
                "as many charts are interactive as this server can keep",
                hint="the charts on the page stay as they are",
            )
        page, query, theme = what_is_asked(self.request.arguments)
        build = self.site.standing().build
        # In threads: what the charts show, once for all who ask it, then the charts themselves.
        await self.site.workshop.do(
            (self.site.standing(), "exhibits", page, query), lambda: self.site.exhibits(page, query)
        )
        PREPARED.set(await self.site.workshop.run(lambda: prepare(self.site, page, query, theme)))
        session = await self.get_session()
        with set_curdoc(session.document):
            item = RenderItem(token=session.token, roots=session.document.roots, use_for_title=False)
            answer = {
                "scripts": [self.site.assets.addresses[name] for name in SCRIPTS],
                "path": self.path,
                "build": build,  # whose the page's words must be too
                "item": item.to_json(),
                "names": {str(root.id): root.name for root in session.document.roots},
            }
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(answer))

    head = Handler._unimplemented_method

    def say(self, status_code: int, words: str) -> None:
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"error": words}))


class SocketHandler(WSHandler):
    """The websocket of a session that was made here: a token alone makes none."""

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self._headers[name] = value

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("This is the address of a websocket, which a page opens for its charts.\n")

    def initialize(self, site: Site, **framework: object) -> None:
        self.site = site
        # Rows of numbers become a sixth of their size; more memory a connection would win little.
        self._compression_level, self._mem_level = 3, 5

    def check_origin(self, origin: str) -> bool:
        return known_host(urlsplit(origin).netloc) in self.site.hosts

    async def prepare(self) -> None:
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            _, _, token = self.request.headers.get("Sec-WebSocket-Protocol", "").partition(",")
            if not self._made_here(token.strip()):
                raise tornado.web.HTTPError(403)
        await super().prepare()

    def _made_here(self, token: str) -> bool:
        app = self.application
        return check_token_signature(token, secret_key=app.secret_key, signed=app.sign_sessions) and (
            get_session_id(token) in self.application_context._sessions
        )

    async def _async_open(self, token: str) -> None:
        if get_session_id(token) not in self.application_context._sessions:
            self.close(GONE, "no such session")
            return
        await super()._async_open(token)

    def on_close(self) -> None:
        session = getattr(getattr(self, "connection", None), "session", None)
        super().on_close()
        # A page never comes back to its session: it goes on by loading pages. So nothing is kept for it.
        if session is not None and session.connection_count == 0:
            session.request_expiration()
