"""Whether groups, or years of receipt, differ in how long their cases take: the log-rank test, with its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from dashboard.filters import INTERVALS, Filters
from dashboard.measures.clocks import DEFAULT_CLOCK, Cases, Key, can_still_move, cases_of, with_clock
from dashboard.measures.refusals import TOO_FEW_TO_COMPARE, comparable, enough, estimate, not_measurable
from dashboard.measures.result import Measure
from dashboard.measures.scope import Scope, about, labels, scopes
from dashboard.store import Result, Store
from dashboard.survival import LogRank, compare, typical
from dashboard.text import join_words, number, p_words, plural


COMPARISON = (
    *("register", "group", "clock", "basis", "unit", "n", "events", "expected", "observed_less_expected"),
    *("chi2", "df", "p", "compared", "group_label", "interval_start", "stands", "against", "p_against"),
)
BY = "type"  # what is compared where neither groups nor intervals are named


def _comparison(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = with_clock(filters)
    if not (filters.by or filters.interval):
        filters = replace(filters, by=BY)
    found = scopes(store, filters)
    many = len(found) > 1
    still_moves = can_still_move(store, filters, found)
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    for scope in found:
        why = _why_none(scope, filters)
        if why:
            notes.append(about(scope, many, why))
            continue
        made, words = _register(store, scope, filters, still_moves)
        rows += made
        notes += [about(scope, many, w) for w in words]
    return Result(COMPARISON, tuple(rows)), notes


def _why_none(scope: Scope, filters: Filters) -> str | None:
    unmeasurable = not_measurable(scope, str(filters.clock))
    if unmeasurable:
        return unmeasurable
    way = estimate(scope, filters)
    if not way.curve:
        return f"{way.words.rstrip('.')}: groups of such rows are not compared."
    return None


def _register(
    store: Store, scope: Scope, filters: Filters, still_moves: Callable[[tuple[Any, ...]], bool | None]
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """The rows and notes of one register: a test for each basis, which are never pooled.

    Under `interval` those compared are the intervals, in each group; else the groups.
    """
    label = labels(store, filters)
    counted = {key: c for key, c in cases_of(store, filters).items() if key[0] == scope.register and c.n}
    if filters.interval:
        counted = {key: c for key, c in counted.items() if key[1] is not None}
    tests = dict.fromkeys((str(k[4]), k[2] if filters.interval else "") for k in counted)
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    for basis, within in sorted(tests):
        mine = {k: c for k, c in counted.items() if k[4] == basis and within in ("", k[2])}
        kept = [k for k, c in mine.items() if comparable(c.events) and c.from_start]
        test = compare([mine[k].table for k in kept]) if len(kept) > 1 else None
        expected = dict(zip(kept, test.expected, strict=True)) if test else {}
        told = test if test and test.df else None  # a p of nothing compared would read as no difference
        pairs = _against(mine, kept, still_moves) if filters.interval else {}
        for key, c in mine.items():
            of = expected.get(key)
            rows.append(
                (scope.register, key[2], filters.clock, basis, filters.unit or "calendar", c.n, c.events,
                 of, c.events - of if of is not None else None,
                 *((told.chi2, told.df, told.p) if told else (None, None, None)), bool(told) and of is not None,
                 label(scope.register, key[2]), key[1], *pairs.get(key, (None, None, None)))
            )  # fmt: skip

        def named(key: Key) -> str:
            start = key[1]
            if start is None:
                return label(scope.register, key[2])
            return str(start.year) if filters.interval == "year" else f"{start:%b %Y}"

        of_group = f"{label(scope.register, within)}: " if filters.interval and filters.by else ""
        small = [named(k) for k, c in mine.items() if not comparable(c.events)]
        late = [named(k) for k, c in mine.items() if not c.from_start and comparable(c.events)]
        if small:
            notes.append(f"{of_group}Left out of the test, {TOO_FEW_TO_COMPARE}: {join_words(small)}.")
        if late:
            notes.append(
                f"{of_group}Left out of the test, none watched from its receipt: {join_words(late)}."
            )
        by = f"{filters.interval} of receipt" if filters.interval else str(filters.by)
        notes.append(of_group + comparison_words(test, len(kept), by))
    return rows, notes or [comparison_words(None, 0)]


def _against(
    cases: dict[Key, Cases], kept: list[Key], still_moves: Callable[[tuple[Any, ...]], bool | None]
) -> dict[Key, tuple[bool, date | None, float | None]]:
    """For each interval: whether a headline may speak of its median, the first of those, and the p-value of the
    log-rank test against it alone.

    A headline speaks of intervals with enough ended cases and a median, and of those that can still move only where
    every one can.
    """
    spoken = [k for k in kept if enough(cases[k].events) and typical(cases[k].counts).median is not None]
    standing = [k for k in spoken if not still_moves(k)] or spoken
    first = standing[0] if standing else None
    found: dict[Key, tuple[bool, date | None, float | None]] = {}
    for key in cases:
        pair = (
            compare([cases[first].table, cases[key].table])
            if first and key in kept and key != first
            else None
        )
        found[key] = (key in standing, first[1] if first else None, pair.p if pair and pair.df else None)
    return found


GROUPS = {
    "type": "recipient types", "tier": "tiers", "route": "routes", "legal_basis": "legal bases",
    **{f"{interval} of receipt": f"{interval}s of receipt" for interval in INTERVALS},
}  # fmt: skip


def comparison_words(test: LogRank | None, groups: int, by: str = "type") -> str:
    """The finding of a test as a sentence, with its numbers. Never more than the numbers bear."""
    if test is None or test.df == 0:
        return "Too few groups have enough ended cases at the same time to be compared."
    p = "p under 0.001" if test.p < 0.001 else f"p = {p_words(test.p)}"
    numbers = f"log-rank test of {plural(groups, 'group')}: chi-squared {test.chi2:.1f} on {number(test.df)} df, {p}"
    what = GROUPS.get(by, f"{by}s")
    more = "more" if test.p < 0.05 else "no more"
    return f"How long cases take differs between {what} by {more} than chance would explain ({numbers})."


MEASURES = (
    Measure(
        name="turnaround-comparison",
        words="Whether groups differ in how long their cases take: the log-rank test.",
        columns=COMPARISON[1:12],
        query="risk_table",
        compute=_comparison,
        rows_query="survival_curve_rows",
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
    ),
)
