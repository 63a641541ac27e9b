"""Overview: the finding, at most six sentences, then four charts: how many, who, how long, and people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dashboard import figures, headlines
from dashboard.exhibits import Exhibit
from dashboard.filters import Filters
from dashboard.measures import DEFAULT_CLOCK, for_page
from dashboard.measures.refusals import measurable, not_measurable
from dashboard.pages.choosing import choosable
from dashboard.pages.page import Page
from dashboard.people_figures import people_exhibit
from dashboard.store import Store
from dashboard.together import together


MOST = 4  # charts: volumes, recipients, time, people


def _of_the_register(filters: Filters) -> Filters:
    """A worklist is about the register: a period or a type chosen on the page cuts nothing off it."""
    return Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    charts: dict[str, Callable[[], Exhibit | None]] = {
        "volumes": lambda: choosable(store, filters, "overview", "volumes", figures.volumes_exhibit),
        "recipients": lambda: choosable(store, filters, "overview", "recipients", figures.recipients_exhibit),
        "time": lambda: _time(store, filters),
        "people": lambda: people_exhibit(store, filters),
    }
    made: dict[str, Any] = together(
        {
            "findings": lambda: headlines.findings(store, filters),
            "tiles": lambda: headlines.tiles(store, filters),
            **charts,
            "headline": lambda: headlines.headline(store, filters),
            "decisions": lambda: for_page("decisions", store, _of_the_register(filters)),
        }
    )
    exhibits = [made[name] for name in charts if made[name]]
    # What a register cannot tell leaves room for who is waiting.
    waiting = figures.backlog_exhibit(store, filters) if len(exhibits) < MOST else None
    return Page(
        name="overview",
        headline=made["headline"],
        filters=filters,
        findings=tuple(made["findings"]),
        decisions=made["decisions"],
        tiles=tuple(made["tiles"]),
        exhibits=(*exhibits, *([waiting] if waiting else [])),
    )


def _time(store: Store, filters: Filters) -> Exhibit | None:
    """The clock asked for; else the usual one, or where that cannot run the first that can."""
    scope = figures.scope_of(store, filters)
    if filters.clock is None and not_measurable(scope, DEFAULT_CLOCK):
        clocks = measurable(scope)
        filters = replace(filters, clock=clocks[0]) if clocks else filters
    if not_measurable(scope, filters.clock or DEFAULT_CLOCK):
        return None
    return figures.turnaround_exhibit(store, filters)
