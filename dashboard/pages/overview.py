"""Overview: the finding, at most six sentences, then four charts."""

from __future__ import annotations

from dashboard import figures, headlines
from dashboard.filters import Filters
from dashboard.measures import for_page
from dashboard.pages.choosing import choosable
from dashboard.pages.page import Page
from dashboard.store import Store


def _of_the_register(filters: Filters) -> Filters:
    """A worklist is about the register: a period or a type chosen on the page cuts nothing off it."""
    return Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    exhibits = [
        choosable(store, filters, "overview", "volumes", figures.volumes_exhibit),
        choosable(store, filters, "overview", "recipients", figures.recipients_exhibit),
        figures.turnaround_exhibit(store, filters),
        figures.backlog_exhibit(store, filters),
    ]
    return Page(
        name="overview",
        headline=headlines.headline(store, filters),
        filters=filters,
        findings=tuple(headlines.findings(store, filters)),
        decisions=for_page("decisions", store, _of_the_register(filters)),
        tiles=tuple(headlines.tiles(store, filters)),
        exhibits=tuple(e for e in exhibits if e),
    )
