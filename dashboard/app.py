"""The web server: pages from a plain handler, words first; Panel sessions for the charts; open data.

Pages are drawn without a Panel session and kept by build and address, so a page costs milliseconds however
many read it. No page asks another host for anything.
"""

from __future__ import annotations

import hashlib
import json
import logging
import signal
import sys
from collections import OrderedDict
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import tornado.web
from tornado.ioloop import IOLoop

from dashboard import measures
from dashboard.errors import AccessReviewError, UsageError
from dashboard.filters import Filters, from_address
from dashboard.html import environment
from dashboard.pages import PAGES, Page, home_register, make_page
from dashboard.reviews import list_reviews
from dashboard.settings import PACKAGE, Settings
from dashboard.store import Store
from dashboard.text import day, join_words
from dashboard.vocabulary import CLOCKS, OUTCOMES, RECIPIENT_TYPES


log = logging.getLogger("access-review")
CACHED_PAGES = 256
PAGE_FIELDS = ("q", "start", "count")  # of the register page, beside the filters
LONGEST_ADDRESS = 4_000  # characters

# Bokeh's own code needs 'unsafe-eval' only for callbacks sent as text, which are not used here.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class Site:
    """What the handlers share: the store, the templates and the pages already drawn."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings)
        self.env = environment()
        self.pages: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self.files: dict[str, tuple[bytes, str]] = {}
        self.assets: dict[str, str] = {}
        for name, kind in (("style.css", "text/css"), ("app.js", "text/javascript")):
            content = (PACKAGE / "templates" / name).read_bytes()
            # The address holds the content's hash, so a browser may keep it for ever.
            stem, _, ending = name.partition(".")
            address = f"/assets/{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
            self.assets[name] = address
            self.files[address] = (content, f"{kind}; charset=utf-8")

    def page(self, name: str, query: str, in_place: str) -> bytes:
        """The HTML of a page: a bad value is named on the page and dropped."""
        arguments = dict(parse_qsl(query)[:40])
        filters, problems = from_address({k: v for k, v in arguments.items() if k not in PAGE_FIELDS})
        known = {r["register"]: r for r in self.store.query("registers").dicts()}
        if not known:
            raise AccessReviewError("the build holds no register", hint="add one and build")
        if filters.register and filters.register not in known:
            problems.append(f"Ignored in the address: there is no register called '{filters.register}' here.")
            filters = replace(filters, register=None, edition=None)
        if filters.register is None:
            filters = replace(filters, register=home_register(self.store))
        if filters.edition and not measures.scopes(self.store, filters):
            problems.append(f"Ignored in the address: the register has no edition '{filters.edition}'.")
            filters = replace(filters, edition=None)
        if filters.known_on and not measures.scopes(self.store, filters):
            problems.append(f"Ignored in the address: no edition was published by {filters.known_on}.")
            filters = replace(filters, known_on=None)
        extra = {k: arguments[k] for k in PAGE_FIELDS if arguments.get(k)}
        reviews = tuple(r.name for r in list_reviews(self.settings) if r.signed)
        key = (
            self.store.build.id,
            name,
            filters,
            tuple(sorted(extra.items())),
            tuple(problems),
            in_place,
            reviews,
        )
        if key in self.pages:
            self.pages.move_to_end(key)
            return self.pages[key]
        made = make_page(self.store, name, filters, extra)
        html = self._draw(
            made, known[str(filters.register)], problems, reviews, static=in_place != "live"
        ).encode("utf-8")
        self.pages[key] = html
        while len(self.pages) > CACHED_PAGES:
            self.pages.popitem(last=False)
        return html

    def _draw(
        self,
        page: Page,
        register: dict[str, Any],
        problems: list[str],
        reviews: tuple[str, ...],
        *,
        static: bool,
    ) -> str:
        scope = measures.scopes(
            self.store,
            Filters(
                register=page.filters.register, edition=page.filters.edition, known_on=page.filters.known_on
            ),
        )[0]
        # Going to another page keeps what every page understands.
        keep = Filters(
            register=page.filters.register, from_=page.filters.from_, to=page.filters.to, type=page.filters.type,
            edition=page.filters.edition, known_on=page.filters.known_on,
        )  # fmt: skip
        dates = (("Closed", "closed_date"), ("Approved", "approved_date"), ("Released", "released_date"))
        # A date of closing that was only worked out from a release is not shown as one that was published.
        dates = dates if scope.columns["closed"][0] or measures.quoted(scope) else dates[1:]
        shown = (
            next((d for d in dates if any(r[d[1]] for r in page.listing.rows)), dates[0])
            if page.listing
            else dates[0]
        )
        form, kept = self._form(page)
        return self.env.get_template("page.html").render(
            page=page,
            spec=PAGES[page.name],
            pages=list(PAGES.values()),
            scope=scope,
            register=register,
            problems=problems,
            build=self.store.build.id,
            assets=self.assets,
            nav_query=keep.query(),
            last_review=reviews[0] if reviews else "none",
            form=form,
            kept=kept,
            listing_date=shown,
            static=static,
            filtered=filter_words(page),
        )

    def _form(self, page: Page) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
        """The fields of the page's form, and what the address filters by that has no field."""
        filters = page.filters
        values = dict(filters.items())
        # A register that only exercises the machinery is no choice, unless it is the one asked for or all there is.
        every = self.store.query("registers").dicts()
        registers = [r for r in every if not r["fixture"] or r["register"] == filters.register]
        present = {
            r["group"]
            for r in measures.measure("recipients", self.store, register=filters.register, by="type").dicts()
        }
        types = [(k, v) for k, v in RECIPIENT_TYPES.items() if k in present or k in (filters.type or ())]
        clocks = measures.scopes(self.store, Filters(register=filters.register))[0].clocks
        choices: dict[str, tuple[str, list[tuple[str, str]]]] = {
            "register": ("Register", [(r["register"], r["short_title"]) for r in registers]),
            "type": ("Recipient type", [("", "All types"), *types]),
            "interval": ("Interval", [("year", "Year"), ("quarter", "Quarter"), ("month", "Month")]),
            "clock": (
                "Clock",
                [
                    (c, words[:1].upper() + words[1:])
                    for c, words in CLOCKS.items()
                    if clocks[c][0] or c == filters.clock
                ],
            ),
            "unit": ("Days", [("calendar", "Calendar days"), ("working", "Working days, England")]),
            "outcome": ("Outcome", [("", "All outcomes"), *OUTCOMES.items()]),
        }
        texts = {
            "from": ("From", "date", ""),
            "to": ("To", "date", ""),
            "target": ("Assumed target, days", "number", ""),
            "q": ("Search", "search", ""),
        }
        common = [name for name in ("register", "from", "to", "type") if name not in page.silent]
        names = [*common, *PAGES[page.name].fields]
        form: list[dict[str, Any]] = []
        for name in names:
            value = page.extra.get(name, "") if name == "q" else values.get(name, "")
            if isinstance(value, tuple):
                value = ",".join(value)
            value = value.isoformat() if hasattr(value, "isoformat") else str(value)
            if name in choices:
                label, options = choices[name]
                if value and value not in dict(options):  # several types at once come from an address only
                    options = [*options, (value, value.replace(",", ", "))]
                form.append(
                    {"name": name, "label": label, "options": options, "value": value, "type": "", "hint": ""}
                )
            else:
                label, kind, hint = texts[name]
                form.append(
                    {"name": name, "label": label, "options": [], "value": value, "type": kind, "hint": hint}
                )
        pairs = [*parse_qsl(filters.query()), *(("count", c) for c in [page.extra.get("count")] if c)]
        return form, [(k, v) for k, v in pairs if k not in names and k not in ("interval", "clock")]


def filter_words(page: Page) -> list[str]:
    """What the figures of a page are cut to, in words, so that no number is read as of everything."""
    chosen = dict(page.filters.items())
    words = {
        "from": lambda v: f"from {day(v)}",
        "to": lambda v: f"to {day(v)}",
        "type": lambda v: "recipient type " + join_words([RECIPIENT_TYPES[t] for t in v]),
        "tier": lambda v: join_words(
            [f"tier {t}" if t != "not_published" else "tier not published" for t in v]
        ),
        "route": lambda v: "route " + join_words(list(v)),
        "outcome": lambda v: "outcome " + join_words([OUTCOMES[o].lower() for o in v]),
        "recipient": lambda v: f"recipient {v}",
        "reference": lambda v: f"reference {v}",
        "dataset": lambda v: f"dataset {v}",
        "basis": lambda v: f"dates of basis {v}",
        "edition": lambda v: f"the edition {v}",
        "known_on": lambda v: f"what was known on {day(v)}",
    }
    return [say(chosen[name]) for name, say in words.items() if name in chosen and name not in page.silent]


class Handler(tornado.web.RequestHandler):
    """Headers on every answer, and errors as a sentence, never a traceback."""

    def initialize(self, site: Site) -> None:
        self.site = site

    def set_default_headers(self) -> None:
        self.set_header("Server", "access-review")
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")

    def prepare(self) -> None:
        if len(self.request.uri or "") > LONGEST_ADDRESS:
            raise tornado.web.HTTPError(414)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        words = {404: "There is no page at this address.", 414: "The address is too long."}.get(
            status_code, "Something went wrong here. It was logged."
        )
        if isinstance(error, AccessReviewError):
            words = str(error)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(
            self.site.env.get_template("error.html").render(
                status=status_code, words=words, assets=self.site.assets, pages=list(PAGES.values())
            )
        )


class PageHandler(Handler):
    def get(self, name: str) -> None:
        html = self.site.page(name, self.request.query, self.request.headers.get("X-In-Place", ""))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Vary", "X-In-Place")
        self.write(html)

    head = get


class HomeHandler(Handler):
    def get(self) -> None:
        self.redirect("/overview" + (f"?{self.request.query}" if self.request.query else ""))

    head = get


class AssetHandler(Handler):
    def get(self) -> None:
        found = self.site.files.get(self.request.path)
        if found is None:
            raise tornado.web.HTTPError(404)
        self.set_header("Content-Type", found[1])
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.write(found[0])


class DataHandler(Handler):
    """The bytes of `access-review measure NAME --format csv` and json, under the same filters."""

    def get(self, name: str, form: str) -> None:
        arguments = dict(parse_qsl(self.request.query)[:40])
        rows = arguments.pop("rows", "") not in ("", "0")
        try:
            from dashboard.filters import make_filters

            filters = make_filters(**arguments)
            found = measures.find_measure(name)
            if form == "csv-metadata.json":
                self.set_header("Content-Type", "application/csvm+json")
                self.write(json.dumps(self._metadata(found), ensure_ascii=False, indent=1) + "\n")
                return
            result = (measures.rows if rows else measures.measure)(
                found.name, self.site.store, filters=filters
            )
        except UsageError as error:
            self.set_status(400)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.write(f"{error}\n")
            return
        self.set_header(
            "Link", f'</data/{found.name}.csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
        )
        self.set_header("Cache-Control", "no-cache")
        if form == "csv":
            self.set_header("Content-Type", "text/csv; charset=utf-8; header=present")
            self.set_header(
                "Content-Disposition", f'attachment; filename="{found.name}{"-rows" if rows else ""}.csv"'
            )
            self.write(result.csv())
        else:
            self.set_header("Content-Type", "application/json; charset=utf-8")
            self.write(result.json())

    def _metadata(self, found: measures.Measure) -> dict[str, Any]:
        return {
            "@context": "http://www.w3.org/ns/csvw",
            "url": f"{found.name}.csv",
            "dc:title": found.words,
            "tableSchema": {"columns": [{"name": c, "titles": c} for c in found.columns]},
            "build": self.site.store.build.id,
        }


class HealthHandler(Handler):
    def get(self) -> None:
        self.site.store.query("registers")
        self.set_header("Cache-Control", "no-store")
        self.write({"status": "ok", "build": self.site.store.build.id})


class MissingHandler(Handler):
    def prepare(self) -> None:
        raise tornado.web.HTTPError(404)


def make_server(settings: Settings, *, address: str = "127.0.0.1", port: int = 5006, workers: int = 1) -> Any:
    """A Panel server with the pages, the open data and the live sessions. Not started.

    Raises AccessReviewError when nothing is built, or the port is taken.
    """
    import os

    # Every script from this server, never from a content network.
    os.environ["BOKEH_RESOURCES"] = "server"
    import panel as pn

    from dashboard.live import SessionHandler, session_app

    site = Site(settings)
    pn.extension(defer_load=False, notifications=False, browser_info=False)
    share = {"site": site}
    patterns: list[Any] = [
        (r"/", HomeHandler, share),
        (r"/(" + "|".join(PAGES) + r")", PageHandler, share),
        (r"/assets/[^/]+", AssetHandler, share),
        (r"/data/([a-z_-]{1,40})\.(csv|json|csv-metadata\.json)", DataHandler, share),
        (r"/health", HealthHandler, share),
    ]
    if port == 0:  # chosen here, because the origins that may open a websocket are named before listening
        port = _free_port(address)
    origins = sorted({f"{h}:{port}" for h in (address, "127.0.0.1", "localhost")})
    try:
        server = pn.io.server.get_server(
            {"/live": session_app(lambda: site.store)},
            port=port,
            address=address,
            websocket_origin=origins,
            extra_patterns=patterns,
            num_procs=workers,
            index=None,
            use_index=False,
            check_unused_sessions_milliseconds=15_000,
            unused_session_lifetime_milliseconds=60_000,
            session_token_expiration=600,
            include_headers=[],
            include_cookies=[],
        )
    except OSError as error:
        raise AccessReviewError(
            f"cannot listen on {address}:{port}: {error.strerror or error}", hint="give another --port"
        ) from error
    tornado_app = server._tornado
    tornado_app.settings.update(default_handler_class=MissingHandler, default_handler_args=share)
    # The live application's own page is of no use by itself; its session, as JSON, is what pages ask for.
    contexts = tornado_app._applications["/live"]
    tornado_app.wildcard_router.rules.insert(
        0,
        tornado.web.url(
            r"/live/session",
            SessionHandler,
            {"application_context": contexts, "bokeh_websocket_path": "/live/ws"},
        ),
    )
    return server


def _free_port(address: str) -> int:
    import socket

    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def serve(settings: Settings, *, address: str, port: int, workers: int) -> None:
    """Serve until interrupted. Prints the address when it is ready."""
    server = make_server(settings, address=address, port=port, workers=workers)
    server.start()
    shown = "127.0.0.1" if address in ("0.0.0.0", "") else address
    print(f"http://{shown}:{server.port}/overview", flush=True)
    print("Serving; stop with Ctrl-C.", file=sys.stderr, flush=True)
    loop = IOLoop.current()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: loop.add_callback_from_signal(loop.stop))
    loop.start()
    server.stop()
