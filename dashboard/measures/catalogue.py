"""Every measure by name, and how one is asked for."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

from dashboard.errors import UsageError
from dashboard.filters import Filters, make_filters
from dashboard.measures import (
    bounds,
    clocks,
    commitments,
    comparison,
    decisions,
    history,
    outcomes,
    people,
    published,
    recipient,
    series,
    volume,
)
from dashboard.measures.result import Measure, MeasureResult, RowStream, make_result, not_applied, ordered
from dashboard.measures.scope import checked
from dashboard.store import Store, load_query
from dashboard.text import day


MEASURES: dict[str, Measure] = {
    m.name: m
    for room in (
        volume,
        recipient,
        clocks,
        outcomes,
        bounds,
        comparison,
        series,
        history,
        people,
        published,
        commitments,
        decisions,
    )
    for m in room.MEASURES
}


def measure(name: str, store: Store, *, filters: Filters | None = None, **keywords: Any) -> MeasureResult:
    """Compute a measure by its name. Raises UsageError for an unknown measure, filter, register or edition."""
    found = find_measure(name)
    asked = filters or make_filters(**keywords)
    chosen = replace(asked, **{k: v for k, v in found.defaults.items() if getattr(asked, k) is None})
    known = checked(store, chosen, archive=found.archive)
    result, notes = found.compute(store, chosen)
    if not known and chosen.known_on:
        notes = [f"Nothing was published by {day(chosen.known_on)}, so there is nothing to count.", *notes]
    elif not result.rows and not notes:
        notes = ["Nothing falls in what was asked."]
    notes = [*notes, *not_applied(asked, found.takes)]
    return make_result(found.name, found.columns, found.query, result, notes, chosen, store)


def rows(name: str, store: Store, *, filters: Filters | None = None, **keywords: Any) -> MeasureResult:
    """Exactly the entries, or the records kept by people, that the figure counts, each with its place.

    Raises UsageError as `measure` does.
    """
    asked = filters or make_filters(**keywords)
    found, chosen = _rows_asked(name, store, asked)
    result = store.query(found.rows_query, chosen)
    return make_result(
        f"{name}-rows", load_query(found.rows_query).columns, found.rows_query, result,
        not_applied(asked, found.takes), chosen, store,
    )  # fmt: skip


def row_stream(name: str, store: Store, *, filters: Filters) -> RowStream:
    """The same entries as `rows`, read as they are written out. Raises UsageError as `rows` does."""
    found, chosen = _rows_asked(name, store, filters)
    source = store.stream(found.rows_query, chosen)
    columns = ordered(load_query(found.rows_query).columns, source.columns, chosen)
    return RowStream(
        measure=f"{name}-rows", columns=columns, filters=chosen, source=source,
        notes=tuple(not_applied(filters, found.takes)),
    )  # fmt: skip


def _rows_asked(name: str, store: Store, asked: Filters) -> tuple[Measure, Filters]:
    found = find_measure(name)
    chosen = replace(
        asked, **{k: v for k, v in found.defaults.items() if k != "by" and getattr(asked, k) is None}
    )
    checked(store, chosen, archive=found.archive)
    return found, chosen


def find_measure(name: str) -> Measure:
    """A measure by name. Raises UsageError that lists the names when there is none."""
    key = name.replace("_", "-")
    if key in MEASURES:
        return MEASURES[key]
    near = difflib.get_close_matches(key, MEASURES, n=1)
    raise UsageError(
        f"there is no measure {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        hint=f"measures are: {', '.join(MEASURES)}",
    )
