"""Volumes: how many requests and releases, what became of them, and how many wait."""

from __future__ import annotations

from dataclasses import replace

from dashboard import figures, headlines
from dashboard.filters import Filters
from dashboard.measures.refusals import Kind, early_words, refused
from dashboard.pages.choosing import choosable
from dashboard.pages.page import Page
from dashboard.series_figures import control_chart_exhibit
from dashboard.store import Store


BESIDE: tuple[Kind, ...] = ("backlog", "outcomes")


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    scope = figures.scope_of(store, filters)
    filters = replace(filters, interval=filters.interval or "year")
    volumes = choosable(store, filters, "volumes", "volumes", figures.volumes_exhibit)
    chart = control_chart_exhibit(store, filters)
    backlog = figures.backlog_exhibit(store, filters)
    oldest = figures.oldest_open_exhibit(store, filters)
    outcomes = choosable(store, filters, "volumes", "outcomes", figures.outcomes_table)
    unanswered = []
    if volumes is None:
        unanswered.append(refused(scope, "count") or "No row matches these filters.")
    if not refused(scope, "count"):  # which says enough of a selection
        for kind in BESIDE:
            if no_figure := refused(scope, kind, filters):
                unanswered.append(no_figure)
        early = figures.fully_listed(store, scope, filters) is None
        if outcomes is None and early and not refused(scope, "outcomes"):
            unanswered.append(early_words(scope))
    return Page(
        name="volumes",
        headline=headlines.compared(store, filters)
        or (volumes.title if volumes else headlines.headline(store, filters)),
        filters=filters,
        exhibits=tuple(e for e in (volumes, chart, backlog, oldest, outcomes) if e),
        unanswered=tuple(unanswered),
    )
