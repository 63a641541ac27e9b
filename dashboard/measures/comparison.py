"""Whether groups differ in how long their cases take: the log-rank test, with its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboard.filters import Filters
from dashboard.measures.clocks import DEFAULT_CLOCK, cases_of, with_clock
from dashboard.measures.refusals import TOO_FEW_TO_COMPARE, comparable, estimate, not_measurable
from dashboard.measures.result import Measure
from dashboard.measures.scope import Scope, about, labels, scopes
from dashboard.store import Result, Store
from dashboard.survival import LogRank, compare
from dashboard.text import join_words, number, p_words, plural


COMPARISON = (
    *("register", "group", "clock", "basis", "unit", "n", "events", "expected", "observed_less_expected"),
    *("chi2", "df", "p", "compared", "group_label"),
)


def _comparison(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = replace(with_clock(filters), interval=None)
    found = scopes(store, filters)
    many = len(found) > 1
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    for scope in found:
        why = _why_none(scope, filters)
        if why:
            notes.append(about(scope, many, why))
            continue
        made, words = _register(store, scope, filters)
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


def _register(store: Store, scope: Scope, filters: Filters) -> tuple[list[tuple[Any, ...]], list[str]]:
    """The rows and notes of one register: a test for each basis, which are never pooled."""
    label = labels(store, filters)
    counted = {key: c for key, c in cases_of(store, filters).items() if key[0] == scope.register and c.n}
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    for basis in sorted({str(key[4]) for key in counted}):
        mine = {key[2]: c for key, c in counted.items() if key[4] == basis}
        kept = [g for g, c in mine.items() if comparable(c.events) and c.from_start]
        test = compare([mine[g].table for g in kept]) if len(kept) > 1 else None
        expected = dict(zip(kept, test.expected, strict=True)) if test else {}
        told = test if test and test.df else None  # a p of nothing compared would read as no difference
        for group, c in mine.items():
            of = expected.get(group)
            rows.append(
                (scope.register, group, filters.clock, basis, filters.unit or "calendar", c.n, c.events,
                 of, c.events - of if of is not None else None,
                 *((told.chi2, told.df, told.p) if told else (None, None, None)), bool(told) and of is not None,
                 label(scope.register, group))
            )  # fmt: skip
        small = [label(scope.register, g) for g, c in mine.items() if not comparable(c.events)]
        late = [
            label(scope.register, g) for g, c in mine.items() if not c.from_start and comparable(c.events)
        ]
        if small:
            notes.append(f"Left out of the test, {TOO_FEW_TO_COMPARE}: {join_words(small)}.")
        if late:
            notes.append(f"Left out of the test, none watched from its receipt: {join_words(late)}.")
        notes.append(comparison_words(test, len(kept), str(filters.by)))
    return rows, notes or [comparison_words(None, 0)]


GROUPS = {"type": "recipient types", "tier": "tiers", "route": "routes", "legal_basis": "legal bases"}


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
        never_takes=("interval",),
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar", "by": "type"},
    ),
)
