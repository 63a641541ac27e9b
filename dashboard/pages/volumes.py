"""Volumes: how many requests and releases, what became of them, and how many wait."""

from __future__ import annotations

from dataclasses import replace

from dashboard import figures, headlines
from dashboard.filters import Filters
from dashboard.pages.page import Page
from dashboard.store import Store


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    scope = figures.scope_of(store, filters)
    filters = replace(filters, interval=filters.interval or "year")
    volumes = figures.volumes_exhibit(store, filters)
    backlog = figures.backlog_exhibit(store, filters)
    outcomes = figures.outcomes_table(store, filters)
    unanswered = []
    if volumes is None:
        unanswered.append(_why_none(scope.selected))
    if backlog is None and not scope.selected and not scope.columns["open_at_end"][0]:
        unanswered.append(
            f"How many requests are waiting cannot be worked out. {scope.columns['open_at_end'][1]}".strip()
        )
    if outcomes is None and not scope.selected and not scope.columns["refused"][0]:
        unanswered.append(f"Outcomes cannot be compared. {scope.columns['refused'][1]}".strip())
    if outcomes is None and not scope.selected and figures.fully_listed(store, scope, filters) is None:
        unanswered.append(figures.not_fully_listed(scope))
    return Page(
        name="volumes",
        headline=volumes.title if volumes else headlines.headline(store, filters),
        filters=filters,
        exhibits=tuple(e for e in (volumes, backlog, outcomes) if e),
        unanswered=tuple(unanswered),
    )


def _why_none(selected: bool) -> str:
    if selected:
        return (
            "No volume is given: the entries are a selection made by others, so a count of them says nothing."
        )
    return "No row matches these filters. Try a longer period, or all recipient types."
