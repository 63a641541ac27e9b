"""What stands around a page's figures: what they are cut to, what can be loosened, which time is shown, how to cite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from dashboard import measures
from dashboard.figures import scope_of
from dashboard.filters import Filters
from dashboard.history_figures import day_of
from dashboard.pages import Page
from dashboard.pages.register import listed
from dashboard.store import Store
from dashboard.text import day, plural
from dashboard.vocabulary import OUTCOMES, RECIPIENT_TYPES
from dashboard.web.form import BASIS_WORDS, TIERS, make_form


WORDS: dict[str, Callable[[Any], str]] = {
    "from": lambda v: f"from {day(v)}",
    "to": lambda v: f"to {day(v)}",
    "type": lambda v: RECIPIENT_TYPES[v],
    "tier": lambda v: TIERS[v] if v != "not_published" else "Tier not published",
    "route": lambda v: f"route {v}" if v != "not_published" else "route not published",
    "outcome": lambda v: f"outcome: {OUTCOMES[v].lower()}",
    "recipient": lambda v: f"recipient {v}",
    "reference": lambda v: f"reference {v}",
    "dataset": lambda v: f"data set {v}",
    "basis": lambda v: f"dates {BASIS_WORDS[v].lower()}",
    "cohort": lambda v: "by the day closed" if v == "closed" else "by the day received",
    "q": lambda v: f"search “{v}”",
}


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One filter in use, and the address of the page without it."""

    words: str
    without: str


@dataclass(frozen=True, kw_only=True)
class Loosened:
    """A filter that leaves nothing: what to take off, and how many rows that would give."""

    words: str
    rows: str
    address: str


@dataclass(frozen=True, kw_only=True)
class InTime:
    """A page that shows less than is known now: what it shows, in words, and the way back."""

    words: str
    latest: str


@dataclass(frozen=True, kw_only=True)
class Share:
    """Addresses of what is on the page: as it will be, and as it is; and how to cite it. Without a host."""

    latest: str
    pinned: str
    pinned_words: str
    citation: str


def around(store: Store, page: Page, register: dict[str, Any], scope: measures.Scope) -> dict[str, Any]:
    """All of this module for a page with a form, by the names that its template has for them."""
    return {
        "form": make_form(store, page),
        "chips": chips(page),
        "loosened": loosened(store, page),
        "in_time": in_time(store, page),
        "share": share(store, page, register, scope),
    }


def filter_words(page: Page) -> list[str]:
    """What the figures of a page are cut to, in words, so that no number is read as of everything."""
    pinned = {"edition": "the edition {}", "known_on": "what was known on {}"}
    return [words for name, words, *_ in _parts(page) if name != "q"] + [
        said.format(value if name == "edition" else day(value))
        for name, said in pinned.items()
        if (value := getattr(page.filters, name)) is not None and name not in page.silent
    ]


def address(page: Page, filters: Filters, extra: dict[str, str] | None = None) -> str:
    """A page's address under other filters. The place in a listing is not kept: it would be another one."""
    more = {k: v for k, v in (page.extra if extra is None else extra).items() if k != "start" and v}
    query = "&".join(part for part in (filters.query(), urlencode(more)) if part)
    return f"/{page.name}?{query}"


def _parts(page: Page) -> Iterator[tuple[str, str, Filters, dict[str, str]]]:
    """Each filter that cuts the page, one value at a time: name, words, and filters and fields without it."""
    filters = page.filters
    for name, value in filters.items():
        if name not in WORDS or name in page.silent:
            continue
        field = "from_" if name == "from" else name
        for one in value if isinstance(value, tuple) else (value,):
            left = tuple(v for v in value if v != one) if isinstance(value, tuple) else None
            changed: dict[str, Any] = {field: left or None}
            yield name, WORDS[name](one), replace(filters, **changed), page.extra
    if page.extra.get("q"):
        yield "q", WORDS["q"](page.extra["q"]), filters, {k: v for k, v in page.extra.items() if k != "q"}


def chips(page: Page) -> list[Chip]:
    """The filters in use, each with the way to take it off."""
    found = [
        Chip(words=words[:1].upper() + words[1:], without=address(page, filters, extra))
        for _, words, filters, extra in _parts(page)
    ]
    return found


def loosened(store: Store, page: Page) -> list[Loosened]:
    """Where nothing matches: each filter without which something would, the most first; else without all of them."""
    if page.exhibits or (page.listing and page.listing.rows):
        return []
    found: list[tuple[int, Loosened]] = []
    parts = list(_parts(page))
    whole = Filters(
        register=page.filters.register, edition=page.filters.edition, known_on=page.filters.known_on
    )
    everything: tuple[str, str, Filters, dict[str, str]] = ("all", "", whole, {})
    noun = scope_of(store, whole).noun
    for name, words, filters, extra in [*parts, everything] if parts else []:
        if name == "all" and found:
            break
        matched = _matched(store, filters, extra.get("q", ""))
        if matched:
            said = (
                "Without any of them"
                if name == "all"
                else f"Without {words if name == 'q' else f'“{words}”'}"
            )
            entry = Loosened(words=said, rows=plural(matched, noun), address=address(page, filters, extra))
            found.append((matched, entry))
    return [entry for _, entry in sorted(found, key=lambda f: -f[0])]


def _matched(store: Store, filters: Filters, search: str) -> int:
    rows = listed(store, filters, search=search, most=1)
    return int(rows[0]["matched"]) if rows else 0


def in_time(store: Store, page: Page) -> InTime | None:
    """What a page pinned to a day or an edition shows; None where it shows the latest."""
    filters = page.filters
    if filters.known_on is None and filters.edition is None:
        return None
    every = _editions(store, filters.register, None)
    latest = address(page, replace(filters, known_on=None, edition=None))
    if filters.edition is not None:
        number = next((i for i, e in enumerate(every, 1) if e["edition"] == filters.edition), 0)
        which = f", {number} of {len(every)}" if number else ""
        return InTime(
            words=f"You are looking at the edition of {day_of(filters.edition)} alone{which}, "
            "not at all that is known.",
            latest=latest,
        )
    assert filters.known_on is not None
    known = _editions(store, filters.register, filters.known_on)
    return InTime(
        words=f"You are looking at what was known on {day(filters.known_on)}: {len(known)} of "
        f"{plural(len(every), 'edition')} had been published by then.",
        latest=latest,
    )


def _editions(store: Store, register: str | None, known_on: date | None) -> list[dict[str, Any]]:
    found = measures.measure("editions", store, register=register, known_on=known_on).dicts()
    return [e for e in found if e["withdrawn_on"] is None]


def share(store: Store, page: Page, register: dict[str, Any], scope: measures.Scope) -> Share:
    """Addresses of the page, and a citation with edition, build and address.

    Pinned is to the day on which the last of the editions read was known: later ones change nothing there.
    """
    filters = page.filters
    latest = address(page, replace(filters, known_on=None, edition=None))
    if filters.edition or filters.known_on:
        pinned, words = address(page, filters), "this time"
    else:
        read = [e["published"] or e["as_at"] for e in _editions(store, filters.register, None)]
        last = max(read, default=scope.as_at)
        pinned = address(page, replace(filters, known_on=last))
        words = f"what was known on {day(last)}"
    published = f"published {scope.published:%B %Y}" if scope.published else "date of publication not stated"
    return Share(
        latest=latest,
        pinned=pinned,
        pinned_words=words,
        citation=f"{register['publisher']}, {scope.title}, edition as at {day(scope.as_at)}, {published}. “"
        f"{page.headline}”. access-review, build {store.build.id}.",
    )
