"""What the handlers share: the store, the templates and the pages already drawn."""

from __future__ import annotations

from collections import OrderedDict

from dashboard import measures
from dashboard.filters import Filters
from dashboard.html import environment
from dashboard.pages import PAGES, Page
from dashboard.pages.made import Made
from dashboard.reviews import list_reviews
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.web.around import chips, in_time, loosened, share
from dashboard.web.assets import own_assets
from dashboard.web.form import make_form
from dashboard.web.state import State


CACHED_PAGES = 256


class Site:
    """What the handlers share: the store, the templates and the pages already drawn."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings)
        self.made = Made(self.store)
        self.env = environment()
        self.pages: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self.assets, self.files = own_assets()

    def page(self, name: str, state: State, in_place: str) -> bytes:
        """The HTML of a page. What was not understood is named on it."""
        filters, extra = state.filters, dict(state.extra)
        reviews = tuple(r.name for r in list_reviews(self.settings) if r.signed)
        key = (self.store.build.id, name, state, in_place, reviews)
        if key in self.pages:
            self.pages.move_to_end(key)
            return self.pages[key]
        made = self.made.page(name, filters, extra)
        html = self._draw(made, state, reviews, static=in_place != "live").encode("utf-8")
        self.pages[key] = html
        while len(self.pages) > CACHED_PAGES:
            self.pages.popitem(last=False)
        return html

    def _draw(self, page: Page, state: State, reviews: tuple[str, ...], *, static: bool) -> str:
        scope = measures.scopes(
            self.store,
            Filters(
                register=page.filters.register, edition=page.filters.edition, known_on=page.filters.known_on
            ),
        )[0]
        known = {r["register"]: r for r in self.store.query("registers").dicts()}
        register = known[str(page.filters.register)]
        dates: tuple[tuple[str, str], ...]
        dates = (("Closed", "closed_date"), ("Approved", "approved_date"), ("Released", "released_date"))
        # A date of closing that was only worked out from a release is not shown as one that was published.
        dates = dates if scope.columns["closed"][0] or measures.quoted(scope) else dates[1:]
        shown = (
            next((d for d in dates if any(r[d[1]] for r in page.listing.rows)), dates[0])
            if page.listing
            else dates[0]
        )
        return self.env.get_template("page.html").render(
            page=page,
            spec=PAGES[page.name],
            pages=list(PAGES.values()),
            scope=scope,
            register=register,
            problems=state.problems,
            address=f"/{page.name}?{state.query}",
            build=self.store.build.id,
            assets=self.assets,
            nav_query=_kept(page.filters).query(),
            last_review=reviews[0] if reviews else "none",
            form=make_form(self.store, page),
            listing_date=shown,
            static=static,
            chips=chips(page),
            loosened=loosened(self.store, page),
            in_time=in_time(self.store, page),
            share=share(self.store, page, register, scope),
        )


def _kept(filters: Filters) -> Filters:
    """What going to another page keeps: what nearly every page understands."""
    return Filters(
        register=filters.register, from_=filters.from_, to=filters.to, type=filters.type, tier=filters.tier,
        route=filters.route, dataset=filters.dataset, edition=filters.edition, known_on=filters.known_on,
    )  # fmt: skip
