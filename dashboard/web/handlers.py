"""Answers to requests: pages, the site's own files, open data, health."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import secrets
import zlib
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import tornado.web
from tornado.iostream import StreamClosedError

from dashboard import measures
from dashboard.errors import AccessReviewError, LimitError, UsageError
from dashboard.feeds import changes_address
from dashboard.filters import make_filters
from dashboard.pages import PAGES, Moved
from dashboard.reviews import kind_of
from dashboard.web.feeds import changes_feed, reviews_feed
from dashboard.web.kept import Answer, answer, takes_gzip
from dashboard.web.site import HTML, Site, known_host
from dashboard.web.state import maybe_respelt
from dashboard.web.workshop import AGAIN, BusyError


log = logging.getLogger("access-review")
NAMED_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?")
LONGEST_ADDRESS = 4_000  # characters
STREAMS = 4  # answers that hold the build open while they are read
PART = 128 * 1024  # bytes of an answer that are handed to the network at a time
READER = 30.0  # seconds for a reader to take one part
KINDS = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json; charset=utf-8"}
FOR_EVER = "public, max-age=31536000, immutable"

# A page of words asks for nothing but its own style and script. The framework puts style elements into the page, so
# a page with live charts allows those; it needs no 'unsafe-eval', because no callback is sent as text. See
# docs/operations.md.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
WORDS_POLICY = POLICY.format(styles="")
# A review is one file that holds its own style and drawings, and runs nothing.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
LIVE_POLICY = POLICY.format(styles=" 'unsafe-inline'")
UNUSED = (
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "midi",
    "payment",
    "usb",
    "browsing-topics",
)
HEADERS = {
    "Server": "access-review",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": WORDS_POLICY,
}
WORDS = {
    400: "The request could not be understood.",
    404: "There is no page at this address.",
    405: "This address can only be read (GET or HEAD).",
    414: "The address is too long.",
    421: "This server does not answer for the host named in the request. Start it with --origin HOST to allow it.",
}


class Handler(tornado.web.RequestHandler):
    """Headers on every answer, and errors as a sentence, never a traceback.

    A page of its own: subclass it, add a line to `routes.py`, and in `get` call `await self.show(key, draw)`
    with a `draw` that returns an Answer. `draw` runs in a thread, once for all who ask `key` at one time; what it
    gives is compressed and kept until another build is in force. Raise `NotFound` for what is not there.
    """

    site: Site
    etag: str | None = None
    error: str | None = None  # the name under which an error was logged
    drawn = False  # whether the answer was worked out for this request
    sent = 0  # bytes of the body

    def initialize(self, site: Site) -> None:
        self.site = site

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self._headers[name] = value

    def prepare(self) -> None:
        if not self.site.any_host and known_host(self.request.host) not in self.site.hosts:
            raise tornado.web.HTTPError(421)
        if len(self.request.uri or "") > LONGEST_ADDRESS:
            raise tornado.web.HTTPError(414)

    def scheme(self) -> str:
        """http or https: as the proxy was asked, when it says so."""
        # Tornado's own reading of a proxy's headers looks up the reader's address, a fifth of a kept page's cost.
        said = self.request.headers.get("X-Scheme") or self.request.headers.get("X-Forwarded-Proto", "")
        return said if said in ("http", "https") else self.request.protocol

    def compute_etag(self) -> str | None:
        return self.etag

    async def show(self, key: Hashable, draw: Callable[[], Answer]) -> None:
        """Give the answer to `key`: the kept one, else what `draw` makes in a thread."""
        found = self.site.found(key)
        if found is None:
            self.drawn = True
            found = await self.site.worked_out(key, draw)
        self.give(found)

    def give(self, found: Answer, *, keep: str = "no-cache") -> None:
        """Send a whole answer, compressed for who takes it so."""
        headers = self._headers
        headers["Content-Type"] = found.kind
        headers["Cache-Control"] = keep
        headers["Vary"] = "Accept-Encoding, X-In-Place"
        if found.live:
            headers["Content-Security-Policy"] = LIVE_POLICY
        self.set_status(found.status)
        self.etag = found.etag
        body = found.packed
        if takes_gzip(self.request.headers.get("Accept-Encoding", "")):
            headers["Content-Encoding"] = "gzip"
        else:
            body = found.plain()
        self.write(body)

    def write(self, chunk: str | bytes | dict[str, Any]) -> None:
        super().write(chunk)
        self.sent += len(chunk) if isinstance(chunk, bytes) else 0

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, UsageError):
            return  # a question that cannot be asked is answered to who asked it, and is no fault here
        if isinstance(value, LimitError):
            log.warning("%s: %s", self.request.path, value.message)
        elif not isinstance(value, tornado.web.HTTPError) or value.status_code >= 500:
            self.error = secrets.token_hex(4)
            log.error("%s: error %s", self.request.path, self.error, exc_info=(typ, value, tb))

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, UsageError):
            status_code = 400
        elif isinstance(error, AccessReviewError):  # too slow, too much, or a build that cannot be read
            status_code = 503
        super().send_error(status_code, **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, LimitError | UsageError):
            words = f"{_sentence(error.message)} {_sentence(error.hint or '')}".strip()
        else:
            words = WORDS.get(status_code, "Something went wrong here.")
            if self.error:
                words = f"{words} It was logged as {self.error}: please say so when you report it."
        if isinstance(error, BusyError):
            self.set_header("Retry-After", "5")
        if status_code == 405:
            self.set_header("Allow", "GET, HEAD")
        self.set_header("Cache-Control", "no-store")
        self.say(status_code, words)

    def say(self, status_code: int, words: str) -> None:
        """End with an error's sentence, as a page."""
        self.set_header("Content-Type", HTML)
        self.finish(
            self.site.env.get_template("error.html").render(
                status=status_code, words=words, assets=self.site.assets.addresses, pages=list(PAGES.values())
            )
        )


class NotFound(tornado.web.HTTPError):
    """What the address names is not there: 404, as a page."""

    def __init__(self) -> None:
        super().__init__(404)


def _sentence(words: str) -> str:
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) or not words else ".")


class PageHandler(Handler):
    async def get(self, name: str) -> None:
        query, in_place = self.request.query, self.request.headers.get("X-In-Place", "")
        if query and maybe_respelt(query):
            state = await self.site.workshop.run(lambda: self.site.asked(query))
            if state.respelt and not state.problems:
                # A form without JavaScript names what is not chosen too: the address a reader keeps does not.
                self.redirect(f"/{name}?{state.query}")
                return
        await self.show((name, query, in_place), lambda: self.site.page(name, query, in_place))

    head = get


class PlaceHandler(Handler):
    """The page of one thing, which its path names."""

    async def place(self, name: str, **place: str) -> None:
        query = self.request.query
        host = self.request.host if NAMED_HOST.fullmatch(self.request.host) else ""
        # A citation names the address and the day, so these are part of what is asked.
        said = {
            "origin": f"{self.scheme()}://{host}",
            "today": datetime.now(UTC).date().isoformat(),
        }
        try:
            await self.show(
                (name, *place.values(), query, *said.values()),
                lambda: self.site.place(name, place, query, said),
            )
        except Moved as moved:
            self.redirect(moved.address)


class RequestHandler(PlaceHandler):
    """/request/<register>/<reference>: the reference is all that follows, slashes too, or stands in the query."""

    async def get(self, register: str, reference: str) -> None:
        reference = reference or self.get_query_argument("reference", "", strip=False)
        await self.place("request", register=register, reference=reference)

    head = get


class RecipientHandler(PlaceHandler):
    """/recipient/<recipient id>?register=<register>"""

    async def get(self, recipient: str) -> None:
        await self.place("recipient", recipient=recipient)

    head = get


class FeedHandler(Handler):
    """An Atom feed. Its links name this server by the address that it was asked at."""

    async def get(self, name: str) -> None:
        host = self.request.host if NAMED_HOST.fullmatch(self.request.host) else ""
        origin = f"{self.scheme()}://{host}" if host else ""
        if name == "reviews":
            await self.show(("feed", name, origin), lambda: reviews_feed(self.site, origin))
            return
        register = self.get_query_argument("register", "")
        if not register:
            state = await self.site.workshop.run(lambda: self.site.asked(""))
            self.redirect(changes_address(str(state.filters.register)))
            return
        await self.show(("feed", name, register, origin), lambda: changes_feed(self.site, register, origin))

    head = get

    def say(self, status_code: int, words: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{words}\n")


class ReviewHandler(Handler):
    """A file of a review that may be shown: one of the names that a review consists of, and nothing else."""

    async def get(self, report: str, year: str, render: str, name: str) -> None:
        review = next((r for r in self.site.reviews() if r.folder.parts[-3:] == (report, year, render)), None)
        # What was changed after it was signed is nobody's word: given as a draft is, to those who look at drafts.
        given = review if review and (review.state != "broken" or self.site.drafts) else None
        path = given.file(name) if given else None
        if path is None:
            raise NotFound
        if name == "report.html":
            self.set_header("Content-Security-Policy", REPORT_POLICY)
        elif not name.endswith((".json", ".pdf")):
            self.set_header("Content-Disposition", f'attachment; filename="{name.rpartition("/")[2]}"')

        def draw() -> Answer:
            try:
                return answer(path.read_bytes(), kind_of(name))
            except OSError:
                raise NotFound from None

        await self.show(("review", report, year, render, name), draw)

    head = get


class HomeHandler(Handler):
    def get(self) -> None:
        self.redirect("/overview" + (f"?{self.request.query}" if self.request.query else ""))

    head = get


class IconHandler(Handler):
    """There is no icon: browsers ask for one where a page could not say so, such as beside JSON."""

    def get(self) -> None:
        self.set_status(204)
        self.set_header("Cache-Control", "public, max-age=86400")

    head = get


class SearchHandler(Handler):
    """What a few words find, as JSON, for a list that is offered while a reader types.

    {"q", "groups": [{"label", "matched", "items": [{"label", "detail", "href"}]}]}; at most ten items a group, the best
    match first; no group where nothing is found or asked. `register`, `edition` and `known_on` as everywhere.
    """

    async def get(self) -> None:
        query = self.request.query
        await self.show(("search.json", query), lambda: self.site.search(query))

    head = get


class AssetHandler(Handler):
    def get(self) -> None:
        found = self.site.assets.answers.get(self.request.path)
        if found is None:
            raise NotFound
        self.give(found, keep=FOR_EVER)

    head = get


class DataHandler(Handler):
    """The bytes of `access-review measure NAME --format csv` and json, under the same filters.

    Written as it is read, so that a long answer is never whole in memory; compressed on its way.
    """

    async def get(self, name: str, form: str) -> None:
        site = self.site
        arguments = dict(parse_qsl(self.request.query)[:40])
        rows = arguments.pop("rows", "") not in ("", "0")
        filters = make_filters(**arguments)
        found = measures.find_measure(name)
        headers = self._headers
        headers["Cache-Control"] = "no-cache"
        headers["Vary"] = "Accept-Encoding"
        if form == "csv-metadata.json":
            self.give(self._metadata(found))
            return
        headers["Content-Type"] = KINDS[form]
        headers["Link"] = (
            f'</data/{found.name}.csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
        )
        if form == "csv":
            headers["Content-Disposition"] = (
                f'attachment; filename="{found.name}{"-rows" if rows else ""}.csv"'
            )
        asked = (found.name, form, rows, filters)
        # The same program, build and question have the same answer: what the browser has is not read again.
        headers["Etag"] = self.etag = self._named(site.standing().build, asked)
        if self.check_etag_header():
            self.set_status(304)
            return
        self.drawn = True
        if rows:
            if site.streams >= STREAMS:
                raise BusyError("too many long answers are being sent at once", hint=AGAIN)
            site.streams += 1
            try:
                await self._stream(
                    await site.workshop.run(
                        lambda: measures.row_stream(found.name, site.store, filters=filters)
                    ),
                    asked,
                )
            finally:
                site.streams -= 1
        else:
            key = (site.standing(), "measure", found.name, filters)
            await self._stream(
                await site.workshop.do(
                    key, lambda: measures.measure(found.name, site.store, filters=filters)
                ),
                asked,
            )

    head = get

    async def _stream(
        self, result: measures.MeasureResult | measures.RowStream, asked: tuple[Any, ...]
    ) -> None:
        self._headers["Etag"] = self.etag = self._named(result.build, asked)
        pack = None
        if takes_gzip(self.request.headers.get("Accept-Encoding", "")):
            self._headers["Content-Encoding"] = "gzip"
            pack = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        parts = result.parts(asked[1])

        def more() -> tuple[bytes, bool]:
            """The next part of the body, and whether more follow: a thread's work."""
            body = b""
            for text in parts:
                body += pack.compress(text.encode("utf-8")) if pack else text.encode("utf-8")
                if len(body) >= PART:
                    return body, True
            return body + (pack.flush() if pack else b""), False

        try:
            body, follows = await self.site.workshop.run(more)
            while follows and self.request.method == "GET":
                self.write(body)
                await asyncio.wait_for(self.flush(), READER)
                body, follows = await self.site.workshop.run(more)
            self.write(body)
        except (StreamClosedError, TimeoutError):
            raise tornado.web.Finish() from None  # the reader went away, or stopped reading
        except AccessReviewError as error:
            if not self._headers_written:
                raise
            # Half of an answer must not pass for the whole: the connection ends without its end.
            log.warning("%s: ended early: %s", self.request.path, error.message)
            self.request.connection.stream.close()  # type: ignore[union-attr]
            raise tornado.web.Finish() from None
        finally:
            if isinstance(result, measures.RowStream):
                result.close()

    def _named(self, build: str, asked: tuple[Any, ...]) -> str:
        said = repr((self.site.version, build, asked))
        return f'W/"{hashlib.sha256(said.encode("utf-8")).hexdigest()[:20]}"'

    def say(self, status_code: int, words: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{words}\n")

    def _metadata(self, found: measures.Measure) -> Answer:
        record = {
            "@context": "http://www.w3.org/ns/csvw",
            "url": f"{found.name}.csv",
            "dc:title": found.words,
            "tableSchema": {"columns": [{"name": c, "titles": c} for c in found.columns]},
            "build": self.site.standing().build,
        }
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        return answer(text.encode("utf-8"), "application/csvm+json")


class HealthHandler(Handler):
    def prepare(self) -> None:
        pass  # asked by machines, by whatever name they have for this one

    async def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        try:
            # Not in the pool that may be full of questions: a busy server is alive.
            build = await asyncio.get_running_loop().run_in_executor(None, self.site.readable)
        except AccessReviewError as error:
            log.error("the build cannot be read: %s", error.message)
            self.set_status(503)
            self.write({"status": "the build cannot be read", "build": None})
            return
        self.write({"status": "ok", "build": build, "sessions": self.site.sessions()})

    head = get


class MissingHandler(Handler):
    def prepare(self) -> None:
        super().prepare()
        raise NotFound
