"""People: counts of people, records or requests by body and period, as published."""

from __future__ import annotations

from dashboard.filters import Filters
from dashboard.measures.refusals import DERIVED_PEOPLE, people
from dashboard.measures.result import Measure
from dashboard.measures.scope import about, scopes
from dashboard.store import Result, Store
from dashboard.text import plural


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
    return _derived(result, notes)


PEOPLE = ("individuals", "records")  # units of which one is a person


def _derived(result: Result, notes: list[str]) -> tuple[Result, list[str]]:
    """What was asked for and not supplied, and the share supplied: of one row, so of one body and unit."""
    rows = []
    hidden = 0
    for row in result.dicts():
        asked, given = row["requested"], row["supplied"]
        left = share = None
        if asked is not None and given is not None and given <= asked:
            left = people(asked - given) if row["unit"] in PEOPLE else asked - given
            hidden += left is None
            share = given / asked if asked and left is not None else None
        rows.append((*(row[c] for c in result.columns), left, share))
    if hidden:
        notes.append(
            f"Not supplied and the share are worked out here; for {plural(hidden, 'row')} they are not given, since "
            f"fewer than {DERIVED_PEOPLE} people were not supplied."
        )
    return Result((*result.columns, "not_supplied", "share_supplied"), tuple(rows)), notes


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
        rows_query="person_counts_rows",
        also=("people",),
    ),
)
