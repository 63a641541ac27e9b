"""Answers to requests: pages, the site's own files, open data, health."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import tornado.web

from dashboard import measures
from dashboard.errors import AccessReviewError, UsageError
from dashboard.filters import make_filters
from dashboard.pages import PAGES, Moved
from dashboard.web.site import Site


LONGEST_ADDRESS = 4_000  # characters

# Bokeh's own code needs 'unsafe-eval' only for callbacks sent as text, which are not used here.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


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
    def get(self, *place: str) -> None:
        self.show(place[0], {})

    def show(self, name: str, place: dict[str, str]) -> None:
        try:
            status, html = self.site.page(
                name,
                self.request.query,
                self.request.headers.get("X-In-Place", ""),
                place,
                f"{self.request.protocol}://{self.request.host}",
            )
        except Moved as moved:
            self.redirect(moved.address)
            return
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Vary", "X-In-Place")
        self.write(html)

    head = get


class RequestHandler(PageHandler):
    """/request/<register>/<reference>: the reference is all that follows, slashes too, or stands in the query."""

    def get(self, *place: str) -> None:
        register, reference = place
        reference = reference or self.get_query_argument("reference", "")
        self.show("request", {"register": register, "reference": reference})

    head = get


class RecipientHandler(PageHandler):
    """/recipient/<recipient id>?register=<register>"""

    def get(self, *place: str) -> None:
        self.show("recipient", {"recipient": place[0]})

    head = get


class HomeHandler(Handler):
    def get(self) -> None:
        self.redirect("/overview" + (f"?{self.request.query}" if self.request.query else ""))

    head = get


class SearchHandler(Handler):
    """What a few words find, as JSON, for a list that is offered while a reader types.

    {"q", "groups": [{"label", "matched", "items": [{"label", "detail", "href"}]}]}; at most ten items a group, the best
    match first; no group where nothing is found or asked. `register`, `edition` and `known_on` as everywhere.
    """

    def get(self) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.write(json.dumps(self.site.search(self.request.query), ensure_ascii=False) + "\n")

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
