"""The pages: each is a function of a Store and Filters that returns a `Page` of words, tables and exhibits.

No page imports Panel: the first HTML is whole without it, and `dashboard.live` makes the charts interactive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dashboard.filters import Filters
from dashboard.pages import (
    about,
    changes,
    checks,
    commitments,
    overview,
    people,
    recipient,
    recipients,
    register,
    request,
    reviews,
    search,
    turnaround,
    volumes,
)
from dashboard.pages.page import Moved, Page
from dashboard.store import Store


@dataclass(frozen=True, kw_only=True)
class PageSpec:
    """A page's place in the navigation and what makes it."""

    name: str
    title: str
    make: Callable[[Store, Filters, dict[str, str]], Page]
    fields: tuple[str, ...] = ()  # filters this page offers beside register, from, to and type
    own: tuple[str, ...] = ()  # what its address takes beside the filters
    form: bool = True  # whether there is anything to choose on it
    live: bool = True  # whether its charts become interactive; else it is a page to read


PAGES: dict[str, PageSpec] = {
    p.name: p
    for p in (
        PageSpec(name="overview", title="Overview", make=overview.make, fields=()),
        PageSpec(name="volumes", title="Volumes", make=volumes.make, fields=("interval",)),
        PageSpec(name="recipients", title="Recipients", make=recipients.make, fields=()),
        PageSpec(
            name="turnaround", title="Turnaround", make=turnaround.make, fields=("clock", "unit", "target")
        ),
        PageSpec(name="people", title="People", make=people.make, fields=()),
        PageSpec(
            name="register",
            title="Register",
            make=register.make,
            fields=("outcome", "q"),
            own=("q", "start", "count"),
        ),
        PageSpec(name="changes", title="Changes", make=changes.make, fields=()),
        PageSpec(name="checks", title="Checks", make=checks.make, own=("severity", "rule", "start")),
        PageSpec(name="commitments", title="Commitments", make=commitments.make, own=("status",)),
        PageSpec(name="reviews", title="Reviews", make=reviews.make, form=False, live=False),
        PageSpec(name="about", title="About", make=about.make, fields=()),
    )
}


# Pages that no reader goes to by name: of what was looked for, and of one thing.
BESIDE: dict[str, PageSpec] = {
    p.name: p
    for p in (
        PageSpec(name="search", title="Search", make=search.make, own=("q",), form=False, live=False),
        PageSpec(name="request", title="Request", make=request.make, own=("column",), form=False, live=False),
        PageSpec(name="recipient", title="Recipient", make=recipient.make, form=False, live=False),
    )
}
EVERY = {**PAGES, **BESIDE}
# What some page takes beside the filters, and is no filter that nobody knows.
OWN = frozenset(name for spec in EVERY.values() for name in spec.own)


def home_register(store: Store) -> str | None:
    """The register a reader sees first: the highest ranked that supports counts; the sample's when none does."""
    known = store.query("registers").dicts()
    return known[0]["register"] if known else None


def make_page(store: Store, name: str, filters: Filters, extra: dict[str, str] | None = None) -> Page:
    """One page for one register (the home register when none is named)."""
    if filters.register is None:
        filters = replace(filters, register=home_register(store))
    return EVERY[name].make(store, filters, extra or {})


__all__ = ["BESIDE", "EVERY", "OWN", "PAGES", "Moved", "Page", "PageSpec", "home_register", "make_page"]
