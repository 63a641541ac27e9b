"""About: what the register can answer, and how every figure is worked out, in the words of the tested definitions."""

from __future__ import annotations

from dashboard import definitions, figures
from dashboard.export.dictionary import describe
from dashboard.export.tables import REGISTERS, TABLES
from dashboard.feeds import REVIEWS_FEED, changes_address
from dashboard.filters import NAMES, Filters
from dashboard.measures import MEASURES
from dashboard.pages.page import Page
from dashboard.store import Store
from dashboard.text import number


# It is about a register and its measures: no choice but the register and its editions means anything here.
SILENT = frozenset(NAMES) - {"register", "edition", "known_on"}


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    filters = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    defined = definitions.load_definitions()
    registers = [r for r in store.query("registers").dicts() if not r["fixture"]]
    tables = describe(store.query("dictionary").dicts())
    return Page(
        name="about",
        headline=f"How each of {number(len(MEASURES))} measures is worked out",
        filters=filters,
        lead="Every figure here is one of these measures, defined once and used by pages, reviews, notebooks, the "
        "command line and open data alike. The worked examples are run by the project's tests.",
        exhibits=tuple(e for e in [figures.answerability_exhibit(store, filters)] if e),
        definitions=defined,
        silent=SILENT,
        template="about.html",
        subject={
            "registers": [{**r, "feed": changes_address(r["register"])} for r in registers],
            "tables": [(t.title, tables[t.name]) for t in (REGISTERS, *TABLES)],
            "reviews_feed": REVIEWS_FEED,
        },
    )
