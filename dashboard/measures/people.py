"""People: counts of people, records or requests by body and period, as published."""

from __future__ import annotations

from dashboard.filters import Filters
from dashboard.measures.result import Measure
from dashboard.measures.scope import about, scopes
from dashboard.store import Result, Store


def _person_counts(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    result = store.query("person_counts", filters)
    have = {row[result.columns.index("register")] for row in result.rows}
    notes = [
        about(
            scope,
            len(found) > 1,
            "No counts of people, records or requests by body and period are published.",
        )
        for scope in found
        if scope.register not in have
    ]
    if any(row[result.columns.index("status")] == "superseded" for row in result.rows):
        notes.append(
            "A figure that a later edition gives otherwise is superseded; both are shown as published."
        )
    return result, notes


MEASURES = (
    Measure(
        name="person-counts",
        words="Counts of people, records or requests by body and period, with their revisions.",
        columns=(
            *("period_start", "period_end", "body", "unit", "requested", "supplied", "status"),
            "superseded_by",
        ),
        query="person_counts",
        compute=_person_counts,
        also=("people",),
    ),
)
