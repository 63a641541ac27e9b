"""What the handlers share: the store, the templates, the reviews shown, and the answers already worked out."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

import duckdb

from dashboard import measures
from dashboard.errors import AccessReviewError, UsageError
from dashboard.exhibits import Exhibit
from dashboard.filters import Filters
from dashboard.html import environment
from dashboard.pages import EVERY, PAGES, Page, make_page
from dashboard.pages.missing import missing_page, shortly
from dashboard.reviews import Review, last_signed_words, list_reviews
from dashboard.search import search
from dashboard.settings import PACKAGE, Settings
from dashboard.store import Store
from dashboard.web.around import around, filter_words
from dashboard.web.assets import Assets
from dashboard.web.kept import Answer, Kept, answer
from dashboard.web.state import State, read_state
from dashboard.web.workshop import Workshop


KEPT_MADE = 64  # pages before they are drawn
KEPT_BYTES = 64 * 2**20  # of compressed pages
LOOKS = 1.0  # seconds between two looks at what may have changed on disk
HTML = "text/html; charset=utf-8"


def known_host(host: str) -> str:
    """A host and port as compared here: the ports that browsers leave out are left out."""
    return host.strip().lower().removesuffix(":443").removesuffix(":80")


@dataclass(frozen=True)
class Standing:
    """What every answer rests on: the build in force and the reviews shown. When it changes, nothing is kept."""

    build: str
    reviews: tuple[str, ...]


class Site:
    """The store and everything drawn from it. Safe to share between threads.

    `drafts`: whether reviews without a signature are shown. `hosts`: the names under which browsers know this
    server, as `known_host` spells them: a websocket is opened from a page of theirs only, and without `any_host` a
    page is given under no other name, so that no other site can pass for this one in a reader's browser.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        drafts: bool = False,
        hosts: frozenset[str] = frozenset(),
        any_host: bool = True,
    ) -> None:
        self.settings = settings
        self.drafts = drafts
        self.hosts = hosts
        self.any_host = any_host
        self.store = Store(settings)
        self.env = environment()
        self.assets = Assets()
        self.kept = Kept(KEPT_BYTES)
        self.workshop = Workshop()
        self.streams = 0  # answers that are being sent as they are read
        self.sessions: Callable[[], int] = lambda: 0  # live sessions, once there is a server
        self._readable: tuple[float, str | AccessReviewError] = (float("-inf"), "")
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._standing = Standing("", ())
        self._reviews: tuple[Review, ...] = ()
        self._made: OrderedDict[Hashable, Page] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def close(self) -> None:
        self.workshop.close()
        self.store.close()

    def reviews(self) -> tuple[Review, ...]:
        """The reviews to show, newest first: those that are signed, and with `drafts` the others too."""
        self.standing()
        return self._reviews

    def standing(self) -> Standing:
        """What is in force now, looked at once a second at most."""
        now = time.monotonic()
        if now - self._looked >= LOOKS:
            with self._lock:
                self._looked = now
                self._reviews = tuple(r for r in list_reviews(self.settings) if r.signed or self.drafts)
                found = Standing(
                    self.store.build.id,
                    tuple(f"{r.name} {r.state}" for r in self._reviews),
                )
                if found != self._standing:
                    self._standing = found
                    self.kept.clear()
                    self._made.clear()
        return self._standing

    def readable(self) -> str:
        """The build in force, once something has been read from it: tried once a second at most.

        Raises AccessReviewError when it cannot be read.
        """
        at, found = self._readable
        if time.monotonic() - at >= LOOKS:
            try:
                rows = self.store.stream("registers", seconds=5.0)
                found = rows.build
                list(rows)
            except AccessReviewError as error:
                found = error
            except duckdb.Error as error:  # what is asked is not in it
                found = AccessReviewError(
                    f"the build in force is not one of this version of the program: {str(error).splitlines()[0]}",
                    hint="run 'access-review build'",
                )
            self._readable = (time.monotonic(), found)
        if isinstance(found, AccessReviewError):
            raise found
        return found

    @cached_property
    def version(self) -> str:
        """A hash of this program: what it made of the same build before it changed is not the same answer."""
        digest = hashlib.sha256()
        for path in sorted(PACKAGE.rglob("*")):
            if path.suffix in (".py", ".sql", ".html", ".js", ".css"):
                digest.update(path.read_bytes())
        return digest.hexdigest()[:12]

    # --- answers ------------------------------------------------------------------------------------

    def found(self, key: Hashable) -> Answer | None:
        """The answer to `key`, if it has been worked out for what is in force."""
        return self.kept.get((self.standing(), key))

    async def worked_out(self, key: Hashable, draw: Callable[[], Answer]) -> Answer:
        """The answer to `key`, worked out in a thread and kept. Identical questions at one time are one.

        Raises LimitError when it takes too long, and what `draw` raises.
        """
        return await self.workshop.do((self.standing(), key), lambda: self.work_out(key, draw))

    def work_out(self, key: Hashable, draw: Callable[[], Answer]) -> Answer:
        """Draw an answer and keep it; drawn again if another build came into force meanwhile, so that no page
        is of two."""
        for _ in range(3):
            standing = self.standing()
            found = self.kept.get((standing, key)) or draw()
            if self.store.build.id == standing.build:
                break
        self.kept.keep((standing, key), found)
        return found

    def asked(self, query: str) -> State:
        """What an address asks for; a bad value is named and dropped. Raises AccessReviewError on an empty build."""
        return read_state(self.store, query)

    def page(self, name: str, query: str, in_place: str = "") -> Answer:
        """A page of `EVERY` under an address's query."""
        asked = self.asked(query)
        extra = tuple(e for e in asked.extra if e[0] in EVERY[name].own)
        if name == "reviews" and self.drafts:
            extra = (*extra, ("drafts", "1"))
        asked = replace(asked, extra=extra)

        def draw() -> Answer:
            return self._answer(self.made(name, asked), asked, static=in_place != "live")

        # Two addresses that mean the same are one page.
        return self.work_out((name, asked, in_place == "live"), draw)

    def place(self, name: str, place: Mapping[str, str], query: str, said: Mapping[str, str]) -> Answer:
        """The page of one thing: `place` has the filters that the path gives, as they are; `said` what no address can.

        Raises Moved where it has a page at another address.
        """
        pairs = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k not in place]
        if "register" in place:
            pairs.append(("register", place["register"]))
        asked = self.asked(urlencode(pairs))
        wanted = place.get("register", "")
        named = {"register_named": "1"} if any(k == "register" for k, _ in pairs) else {}
        asked = replace(
            asked,
            filters=replace(
                asked.filters,
                reference=place.get("reference", asked.filters.reference),
                recipient=place.get("recipient", asked.filters.recipient),
            ),
            extra=(
                *(e for e in asked.extra if e[0] in EVERY[name].own),
                *said.items(),
                *named.items(),
            ),
        )
        if wanted and wanted != asked.filters.register:
            made = self._no_register(name, asked.filters, wanted)
            return self._answer(made, replace(asked, problems=()), static=True)
        return self._answer(make_page(self.store, name, asked.filters, dict(asked.extra)), asked, static=True)

    def _no_register(self, name: str, filters: Filters, wanted: str) -> Page:
        """That there is no such register, or that nothing of it is shown any more, and which there are."""
        try:
            measures.checked(self.store, Filters(register=wanted))
            words = f"There is no register called “{shortly(wanted)}” here"
        except UsageError as error:
            words = error.message[:1].upper() + error.message[1:]
        return missing_page(
            name,
            filters,
            headline=shortly(words, 300),
            near=[
                (r["title"], r["register"], f"/register?{Filters(register=r['register']).query()}")
                for r in self.store.query("registers").dicts()
            ],
            asked=filters.reference or "",
        )

    def _answer(self, made: Page, asked: State, *, static: bool) -> Answer:
        html = self._draw(made, asked, static=static)
        live = EVERY[made.name].live and any(e.chart for e in made.exhibits)
        return answer(html.encode("utf-8"), HTML, live=live, status=made.status)

    def made(self, name: str, asked: State) -> Page:
        """A page before it is drawn. The last few are kept, for the live charts are of the same numbers."""
        key = (self.standing().build, name, asked.filters, asked.extra)
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
                return found
            making = self._making.setdefault(key, threading.Lock())
        # A changed filter asks for the page and for its charts at once: whichever comes first works them out.
        with making:
            with self._lock:
                found = self._made.get(key)
            try:
                if found is None:
                    found = make_page(self.store, name, asked.filters, dict(asked.extra))
                    with self._lock:
                        self._made[key] = found
                        while len(self._made) > KEPT_MADE:
                            self._made.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return found

    def exhibits(self, name: str, query: str) -> dict[str, Exhibit]:
        """The page's exhibits that have a chart, by key. The page has named what is wrong; the charts drop the same."""
        return {e.key: e for e in self.made(name, replace(self.asked(query), extra=())).exhibits if e.chart}

    def search(self, query: str) -> Answer:
        """What `q` of an address finds, as JSON; what cannot be understood beside it is left out, as on a page."""
        asked = self.asked(query)
        found = search(self.store, dict(asked.extra).get("q", ""), asked.filters).json()
        return answer(
            (json.dumps(found, ensure_ascii=False) + "\n").encode("utf-8"), "application/json; charset=utf-8"
        )

    def _draw(
        self,
        page: Page,
        state: State,
        *,
        static: bool,
    ) -> str:
        [register] = [
            r for r in self.store.query("registers").dicts() if r["register"] == page.filters.register
        ]
        scope = measures.scopes(
            self.store,
            Filters(
                register=page.filters.register, edition=page.filters.edition, known_on=page.filters.known_on
            ),
        )[0]
        dates: tuple[tuple[str, str], ...]
        dates = (("Closed", "closed_date"), ("Approved", "approved_date"), ("Released", "released_date"))
        # A date of closing that was only worked out from a release is not shown as one that was published.
        dates = dates if scope.columns["closed"][0] or measures.quoted(scope) else dates[1:]
        shown = (
            next((d for d in dates if any(r[d[1]] for r in page.listing.rows)), dates[0])
            if page.listing
            else dates[0]
        )
        spec = EVERY[page.name]
        return self.env.get_template(page.template).render(
            page=page,
            spec=spec,
            pages=list(PAGES.values()),
            scope=scope,
            register=register,
            problems=state.problems,
            # Of one thing: its address is not made of filters alone.
            address=f"/{page.name}?{state.query}" if spec.form or page.name == "search" else "",
            build=self.store.build.id,
            assets=self.assets.addresses,
            nav_query=_kept(page.filters).query(),
            last_review=last_signed_words(self.reviews()),
            listing_date=shown,
            static=static,
            filtered=filter_words(page),
            **(around(self.store, page, register, scope) if spec.form else {}),
        )


def _kept(filters: Filters) -> Filters:
    """What going to another page keeps: what nearly every page understands."""
    return Filters(
        register=filters.register, from_=filters.from_, to=filters.to, type=filters.type, tier=filters.tier,
        route=filters.route, dataset=filters.dataset, edition=filters.edition, known_on=filters.known_on,
    )  # fmt: skip
