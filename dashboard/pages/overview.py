"""Overview: the finding, at most six sentences, then four charts: how many, who, how long, and people."""

from __future__ import annotations

from dataclasses import replace

from dashboard import figures, headlines
from dashboard.exhibits import Exhibit
from dashboard.filters import Filters
from dashboard.measures import DEFAULT_CLOCK, for_page
from dashboard.measures.refusals import measurable, not_measurable
from dashboard.pages.choosing import choosable
from dashboard.pages.page import Page
from dashboard.people_figures import people_exhibit
from dashboard.store import Store


MOST = 4  # charts: volumes, recipients, time, people


def _of_the_register(filters: Filters) -> Filters:
    """A worklist is about the register: a period or a type chosen on the page cuts nothing off it."""
    return Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    made = [
        choosable(store, filters, "overview", "volumes", figures.volumes_exhibit),
        choosable(store, filters, "overview", "recipients", figures.recipients_exhibit),
        _time(store, filters),
        people_exhibit(store, filters),
    ]
    exhibits = [e for e in made if e]
    # What a register cannot tell leaves room for who is waiting.
    waiting = figures.backlog_exhibit(store, filters) if len(exhibits) < MOST else None
    return Page(
        name="overview",
        headline=headlines.headline(store, filters),
        filters=filters,
        findings=tuple(headlines.findings(store, filters)),
        decisions=for_page("decisions", store, _of_the_register(filters)),
        tiles=tuple(headlines.tiles(store, filters)),
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
