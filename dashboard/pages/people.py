"""People: what the Home Office, police and courts asked for and got, as published and as others were told."""

from __future__ import annotations

from dashboard import figures
from dashboard.filters import Filters
from dashboard.findings import Finding
from dashboard.pages.page import Page
from dashboard.people_figures import counts_of, outside_people_exhibit, people_exhibits
from dashboard.store import Store


# The counts are of bodies and periods; no request or recipient is behind them.
SILENT = frozenset({"type", "tier", "route", "outcome", "recipient", "reference", "dataset", "basis"})


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    counted = people_exhibits(store, filters)
    outside = outside_people_exhibit(store, filters)
    unanswered = []
    elsewhere = None if counted else counts_of(store, filters)
    if not counted:
        unanswered.append(
            "No counts of people, records or requests by body and period are in what is held of this register"
            + (" for this period." if filters.from_ or filters.to else ".")
        )
    if any(name in SILENT for name, _ in filters.items()):
        unanswered.append(
            "Recipient type and other choices made on another page do not apply to these counts."
        )
    return Page(
        name="people",
        headline=counted[0].title if counted else "No counts of people by the Home Office, police or courts",
        filters=filters,
        lead="Counts as published, each in its own unit; bodies and units are never added together."
        if counted
        else "",
        findings=(
            Finding(
                text=f"{figures.scope_of(store, elsewhere).short_title}, of the same publisher, counts them.",
                kind="people",
                link=f"/people?{elsewhere.query()}",
            ),
        )
        if elsewhere
        else (),
        exhibits=(*counted, *([outside] if outside else [])),
        unanswered=tuple(unanswered),
        silent=SILENT,
    )
