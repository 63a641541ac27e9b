"""Changes: what an edition added, amended and left out, and what counting the latest one alone would miss."""

from __future__ import annotations

from dashboard import figures, history_figures
from dashboard.filters import Filters
from dashboard.history_figures import (
    amended_exhibit,
    by_edition_exhibit,
    compare,
    ever_seen_exhibit,
    listed_exhibit,
    unexplained_exhibit,
)
from dashboard.measures.refusals import refused
from dashboard.pages.page import Page
from dashboard.store import Store
from dashboard.text import day, join_words


# They choose events by their own day and recipient; a change has neither, or two.
SILENT = frozenset({"from", "to", "type", "tier", "route", "outcome", "dataset", "basis"})


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    scope = figures.scope_of(store, filters)
    found = compare(store, filters)
    exhibits = []
    unanswered = []
    if found is None:
        headline = "No edition before this one is held, so nothing can be compared"
        unanswered.append(
            f"Changes are told from one published file to the next. What is held begins with the file that describes "
            f"{day(scope.as_at)}."
        )
        lead = ""
    else:
        headline = history_figures.title(found)
        lead = (
            f"The edition of {history_figures.day_of(found.edition)} against that of "
            f"{history_figures.day_of(found.previous)}. "
        )
        told = join_words(history_figures.told(found))
        lead += f"Entries: {told}. " if told and told not in headline else ""
        lead += "Absence counts only where an edition claims to list such an entry."
        exhibits = [
            unexplained_exhibit(store, filters, found),
            amended_exhibit(store, found),
            listed_exhibit(store, found, "licence_ended"),
            listed_exhibit(store, found, "added"),
            amended_exhibit(store, found, "typographic"),
        ]
    if no_change := refused(scope, "change"):
        unanswered.append(no_change)
    if any(name in SILENT for name, _ in filters.items()):
        unanswered.append("The period and other choices made on another page do not apply to changes.")
    exhibits = [by_edition_exhibit(store, filters), *exhibits, ever_seen_exhibit(store, filters)]
    return Page(
        name="changes",
        headline=headline,
        filters=filters,
        lead=lead,
        exhibits=tuple(e for e in exhibits if e),
        unanswered=tuple(unanswered),
        silent=SILENT,
    )
