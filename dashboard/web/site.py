"""What the handlers share: the store, the templates and the pages already drawn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from dashboard import measures
from dashboard.errors import AccessReviewError, UsageError
from dashboard.filters import Filters, from_address
from dashboard.html import environment
from dashboard.pages import EVERY, OWN, PAGES, Page, home_register, make_page
from dashboard.pages.missing import missing_page, shortly
from dashboard.reviews import list_reviews
from dashboard.search import search
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.web.assets import own_assets
from dashboard.web.form import filter_words, form_fields


CACHED_PAGES = 256


class Site:
    """What the handlers share: the store, the templates and the pages already drawn."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings)
        self.env = environment()
        self.pages: OrderedDict[tuple[object, ...], tuple[int, bytes]] = OrderedDict()
        self.assets, self.files = own_assets()

    def search(self, query: str) -> dict[str, Any]:
        """What `q` of an address finds; what cannot be understood beside it is left out, as on a page."""
        arguments = dict(parse_qsl(query)[:40])
        filters, problems = from_address({k: v for k, v in arguments.items() if k not in OWN})
        return search(self.store, arguments.get("q", ""), self._known(filters, problems)[0]).json()

    def _known(self, filters: Filters, problems: list[str]) -> tuple[Filters, dict[str, dict[str, Any]]]:
        """The filters less the register, edition or day that are not here, each named in `problems`; and the
        registers that are."""
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
        return filters, known

    def page(
        self, name: str, query: str, in_place: str, place: Mapping[str, str] | None = None, origin: str = ""
    ) -> tuple[int, bytes]:
        """The status and the HTML of a page: a bad value is named on the page and dropped.

        `place`: filters that the path gives, as they are. Raises Moved where they have a page at another address.
        """
        arguments = dict(parse_qsl(query)[:40])
        filters, problems = from_address({k: v for k, v in arguments.items() if k not in OWN})
        place = place or {}
        if "register" in place:
            filters = replace(filters, register=place["register"])
        filters, known = self._known(filters, problems)
        filters = replace(
            filters,
            reference=place.get("reference", filters.reference),
            recipient=place.get("recipient", filters.recipient),
        )
        extra = {k: arguments[k] for k in EVERY[name].own if arguments.get(k)}
        if place:
            if "register" in arguments:
                extra["register_named"] = "1"
            extra |= {"origin": origin, "today": datetime.now(UTC).date().isoformat()}
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
        wanted = place.get("register")
        if wanted is not None and wanted != filters.register:
            made = self._no_register(name, filters, wanted)
        else:
            made = make_page(self.store, name, filters, extra)
        html = self._draw(
            made, known[str(made.filters.register)], problems, reviews, static=in_place != "live"
        ).encode("utf-8")
        self.pages[key] = made.status, html
        while len(self.pages) > CACHED_PAGES:
            self.pages.popitem(last=False)
        return self.pages[key]

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
            headline=words,
            near=[
                (r["title"], r["register"], f"/register?{Filters(register=r['register']).query()}")
                for r in self.store.query("registers").dicts()
            ],
            asked=filters.reference or filters.recipient or "",
        )

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
        form, kept = form_fields(self.store, page) if spec.form else ([], [])
        return self.env.get_template(page.template).render(
            page=page,
            spec=spec,
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
