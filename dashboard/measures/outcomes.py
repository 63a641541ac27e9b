"""Which ending, and by when: the cumulative incidence of each outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

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


@dataclass(frozen=True)
class _Table:
    """Counts of one group by day of waiting, in order: those that enter, are censored, and end in each way."""

    days: np.ndarray
    entered: np.ndarray
    censored: np.ndarray
    ended: dict[str, np.ndarray]


def _tables(store: Store, filters: Filters) -> dict[tuple[Any, ...], _Table]:
    """Counts by (register, group, clock, basis)."""
    found = store.arrays("risk_by_outcome", filters)
    keys = zip(*(found[c].tolist() for c in ("register", "group", "clock", "basis")), strict=True)
    lists = zip(*(found[c] for c in ("days", "endings", "entered", "ended", "censored")), strict=True)
    return {key: _table(*columns) for key, columns in zip(keys, lists, strict=True)}


def _table(
    days: np.ndarray, endings: np.ndarray, entered: np.ndarray, ended: np.ndarray, censored: np.ndarray
) -> _Table:
    every, at = np.unique(days, return_inverse=True)

    def by_day(counts: np.ndarray, of: str) -> np.ndarray:
        mine = endings == of
        column = np.zeros(len(every), dtype=np.int64)
        column[at[mine]] = counts[mine]  # one row a day and outcome
        return column

    there = set(endings.tolist())
    return _Table(
        every,
        by_day(entered, ""),
        by_day(censored, ""),
        {name: by_day(ended, name) for name in OUTCOMES if name in there},
    )


def _rows(table: _Table, before: tuple[Any, ...], after: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """A row for each outcome on each day on which a case ended."""
    ended = {name: column.tolist() for name, column in table.ended.items()}
    found = aalen_johansen(table.days.tolist(), table.entered.tolist(), ended, table.censored.tolist())
    some = np.flatnonzero(sum(table.ended.values(), start=np.zeros(len(table.days)))).tolist()
    of = [(name, found.of[name]) for name in ended]
    return [
        (*before, found.day[i], name, one.incidence[i], one.low[i], one.high[i], one.events[i], found.survival[i],
         found.at_risk[i], *after)
        for i in some for name, one in of
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
