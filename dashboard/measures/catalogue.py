"""Every measure by name, and how one is asked for."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

from dashboard.errors import UsageError
from dashboard.filters import CHOICES, Filters, make_filters
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
from dashboard.measures.result import (
    Measure,
    MeasureResult,
    RowStream,
    make_result,
    not_applied,
    ordered,
)
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
    lacking = {k: v for k, v in found.defaults.items() if getattr(asked, k) is None}
    chosen = replace(asked, **lacking) if lacking else asked
    known = checked(store, chosen, archive=found.archive)
    result, notes = found.compute(store, chosen)
    if not known and chosen.known_on:
        notes = [f"Nothing was published by {day(chosen.known_on)}, so there is nothing to count.", *notes]
    elif not result.rows and not notes:
        notes = ["Nothing falls in what was asked."]
    notes = [*notes, *not_applied(asked, found.used(asked))]
    return make_result(found.name, found.columns, found.query, result, notes, chosen, store)


def for_page(name: str, store: Store, filters: Filters) -> MeasureResult:
    """A measure as an exhibit asks it.

    A page carries the choices of all its exhibits: those that choose how another one counts (`CHOICES`) are left
    out without a word; those that choose what is counted are named where they are not used.
    """
    used = find_measure(name).used(filters)
    idle = {k: None for k in CHOICES if k not in used}
    return measure(name, store, filters=replace(filters, **idle))


def rows(name: str, store: Store, *, filters: Filters | None = None, **keywords: Any) -> MeasureResult:
    """Exactly the entries, or the records kept by people, that the figure counts, each with its place.

    Raises UsageError as `measure` does.
    """
    asked = filters or make_filters(**keywords)
    query, chosen = _rows_asked(name, store, asked)
    result = store.query(query, chosen)
    notes = not_applied(asked, find_measure(name).used(asked))
    return make_result(f"{name}-rows", load_query(query).columns, query, result, notes, chosen, store)


def row_stream(name: str, store: Store, *, filters: Filters) -> RowStream:
    """The same entries as `rows`, read as they are written out. Raises UsageError as `rows` does."""
    query, chosen = _rows_asked(name, store, filters)
    source = store.stream(query, chosen)
    columns = ordered(load_query(query).columns, source.columns, chosen)
    notes = tuple(not_applied(filters, find_measure(name).used(filters)))
    return RowStream(measure=f"{name}-rows", columns=columns, filters=chosen, source=source, notes=notes)


def _rows_asked(name: str, store: Store, filters: Filters) -> tuple[str, Filters]:
    found = find_measure(name)
    defaults = {k: v for k, v in found.defaults.items() if k != "by" and getattr(filters, k) is None}
    chosen = replace(filters, **defaults)
    checked(store, chosen, archive=found.archive)
    return found.rows_query, chosen


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
