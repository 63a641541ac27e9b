"""Which ending, and by when: the cumulative incidence of each outcome."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from dashboard.competing import aalen_johansen
from dashboard.filters import Filters
from dashboard.measures.clocks import DEFAULT_CLOCK, cases_of, unwatched, with_clock
from dashboard.measures.refusals import estimate, not_measurable
from dashboard.measures.result import Measure
from dashboard.measures.scope import Scope, about, labels, scopes
from dashboard.store import Result, Store
from dashboard.vocabulary import OUTCOMES


OUTCOME_COLUMNS = (
    *("register", "group", "day", "outcome", "cumulative_incidence", "low", "high"),
    *("events", "survival", "at_risk", "clock", "basis", "unit", "group_label"),
)


def _outcomes(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = replace(with_clock(filters), interval=None)
    found = scopes(store, filters)
    many = len(found) > 1
    notes: list[str] = []
    rows: list[tuple[Any, ...]] = []
    given = {}
    for scope in found:
        why = _why_none(scope, filters)
        given[scope.register] = not why
        if why:
            notes.append(about(scope, many, why))
    if any(given.values()):
        words_of = labels(store, filters)
        late = unwatched(cases_of(store, filters))
        for (register, group, clock, basis), table in _tables(store, filters).items():
            label = words_of(register, group)
            if not given.get(register):
                continue
            scope = next(s for s in found if s.register == register)
            if (register, group, basis) in late:
                notes.append(
                    about(scope, many, f"No case of {label} was watched from its start: none is given.")
                )
                continue
            rows += _rows(table, (register, group), (clock, basis, filters.unit or "calendar", label))
    for scope in found:
        if given[scope.register] and not any(row[0] == scope.register for row in rows):
            notes.append(about(scope, many, "No case with usable dates has ended under these filters."))
    if rows:
        notes.append(
            "Cumulative incidence (Aalen-Johansen): the share of all cases that has ended in this way by the day, the "
            "other endings competing; with the share still open, the shares of a day add up to 1. The 95% "
            "bounds rest on a variance of Greenwood's type (Dinse and Larson) and the log(-log) transformation."
        )  # fmt: skip
    return Result(OUTCOME_COLUMNS, tuple(rows)), notes


def _why_none(scope: Scope, filters: Filters) -> str | None:
    clock = str(filters.clock)
    if clock == "approval_to_first_published":
        return "On the clock to first publication nothing competes: its curve is in 'survival-curve'."
    unmeasurable = not_measurable(scope, clock)
    if unmeasurable:
        return unmeasurable
    answerable, words = scope.columns["not_pursued"]
    if not answerable:
        return f"Which outcome a case came to cannot be said. {words}".strip()
    way = estimate(scope, filters)
    if not way.curve:
        return way.words
    return None


# Counts of one group: by day of waiting, those that enter and are censored, and those that end by outcome.
_Table = dict[int, dict[str | None, tuple[int, int, int]]]  # day -> outcome -> entered, ended, censored


def _tables(store: Store, filters: Filters) -> dict[tuple[Any, ...], _Table]:
    """Counts by (register, group, clock, basis)."""
    found: dict[tuple[Any, ...], _Table] = defaultdict(lambda: defaultdict(dict))
    for register, group, clock, basis, on, outcome, *counts in store.query("risk_by_outcome", filters).rows:
        found[register, group, clock, basis][on][outcome] = (counts[0], counts[1], counts[2])
    return found


def _rows(table: _Table, before: tuple[Any, ...], after: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """A row for each outcome on each day on which a case ended."""
    days = sorted(table)
    there = {name for counts in table.values() for name in counts}
    names = [name for name in OUTCOMES if name in there]
    none = (0, 0, 0)
    still = [table[d].get(None, none) for d in days]
    incidences = aalen_johansen(
        days,
        [entered for entered, _, _ in still],
        {name: [table[d].get(name, none)[1] for d in days] for name in names},
        [censored for _, _, censored in still],
    )
    of = [(name, incidences.of[name]) for name in names]
    return [
        (*before, day, name, one.incidence[i], one.low[i], one.high[i], one.events[i], incidences.survival[i],
         incidences.at_risk[i], *after)
        for i, day in enumerate(days) if set(table[day]) != {None} for name, one in of
    ]  # fmt: skip


MEASURES = (
    Measure(
        name="outcomes",
        words="How each case ended and by when: the cumulative incidence of each outcome.",
        columns=OUTCOME_COLUMNS[1:7],
        query="risk_by_outcome",
        compute=_outcomes,
        rows_query="survival_curve_rows",
        also=("survival",),
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
    ),
)
