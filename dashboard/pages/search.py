"""Search: what a few words find, by kind, without a script; and what to loosen where they find nothing."""

from __future__ import annotations

from dashboard import figures
from dashboard.filters import NAMES, Filters
from dashboard.pages.page import Page
from dashboard.search import search
from dashboard.store import Store
from dashboard.text import join_words, number, plural


SILENT = frozenset(NAMES) - {"register", "edition", "known_on"}
SHOWN = 25  # of each kind


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    filters = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    scope = figures.scope_of(store, filters)
    found = search(store, extra.get("q", ""), filters, most=SHOWN)
    counts = [plural(g.matched, g.label[:-1].lower(), g.label.lower()) for g in found.groups]
    if not found.q:
        headline = f"Search {scope.short_title}"
        lead = "Look for a reference, an organisation, or words of a title."
    elif found.groups:
        headline = f"{join_words(counts)} for “{found.q}” in {scope.short_title}"
        lead = "The best match of each kind comes first: the whole of it, then how it begins, then its words."
    else:
        headline = f"Nothing in {scope.short_title} is found by “{found.q}”"
        lead = ""
    cut = [
        f"The first {number(SHOWN)} of {plural(g.matched, g.label[:-1].lower(), g.label.lower())} are shown: more "
        "letters or words find fewer."
        for g in found.groups
        if g.matched > len(g.items)
    ]
    return Page(
        name="search",
        headline=headline,
        filters=filters,
        lead=lead,
        unanswered=tuple(cut),
        silent=SILENT,
        extra={"q": found.q},
        template="search.html",
        subject={
            "found": found,
            "elsewhere": _elsewhere(store, filters, found.q) if not found.groups else (),
        },
    )


def _elsewhere(store: Store, filters: Filters, words: str) -> tuple[tuple[str, str], ...]:
    """The other registers in which the words are found, by id and title: one of the things to try."""
    if not words:
        return ()
    others = [r for r in store.query("registers").dicts() if r["register"] != filters.register]
    return tuple(
        (r["register"], r["short_title"])
        for r in others
        if search(store, words, Filters(register=r["register"]), most=1).groups
    )
