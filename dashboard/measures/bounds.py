"""The curve where ends are known only between two editions: bounds on it, from what each edition showed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from dashboard.filters import Filters
from dashboard.measures.clocks import DEFAULT_CLOCK, bounded, with_clock
from dashboard.measures.refusals import estimate
from dashboard.measures.result import Measure
from dashboard.measures.scope import Scope, about, scopes
from dashboard.store import Result, Store
from dashboard.text import day, number, plural
from dashboard.turnbull import BoundedCurve, Cases, bounded_curve
from dashboard.vocabulary import CLOCKS


BOUNDS = (
    *("register", "group", "clock", "day", "lower", "upper", "low", "high"),
    *("n", "exact", "between", "censored", "excluded", "unit", "basis", "method", "group_label"),
)
METHOD = "Turnbull"


def _survival_bounds(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = replace(with_clock(filters), interval=None)
    unit = filters.unit or "calendar"
    found = scopes(store, filters)
    many = len(found) > 1
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    given = {}
    for scope in found:
        why = _why_none(store, scope, filters)
        given[scope.register] = why is None
        if why:
            notes.append(about(scope, many, why))
    for (register, group, label, clock, basis), cases in _cases(store, filters).items():
        if not given.get(register):
            continue
        scope = next(s for s in found if s.register == register)
        known = [c for c in cases if c["kind"]]
        counts = {
            k: sum(c["count"] for c in known if c["kind"] == k) for k in ("exact", "between", "censored")
        }
        n = sum(counts.values())
        left_out = sum(c["count"] for c in cases) - n
        if n and not any(c["entry"] == 0 for c in known):
            notes.append(
                about(scope, many, f"{label}: no case was watched from its receipt, so there is no curve.")
            )
            continue
        curve = bounded_curve(
            Cases(
                tuple(c["first"] for c in known),
                tuple(c["last"] for c in known),
                tuple(c["entry"] for c in known),
                tuple(c["count"] for c in known),
            )
        )
        method = METHOD if counts["between"] else "Kaplan-Meier"
        for values in zip(curve.day, curve.lower, curve.upper, curve.low, curve.high, strict=True):
            rows.append(
                (register, group, clock, *values, n, *counts.values(), left_out, unit, basis, method, label)
            )
        if n:
            notes.append(about(scope, many, _words(label, filters, curve, counts)))
    if any(row[BOUNDS.index("between")] for row in rows):
        notes.append(
            "Where an end is known only between two editions, the curve lies anywhere from `lower` to `upper`: the "
            "non-parametric maximum likelihood estimate (Turnbull). `low` and `high` are 95% bounds that hold wherever "
            "each case ended: log(-log) bands of the Kaplan-Meier curve with the ends placed for the least and for the "
            "greatest curve."
        )  # fmt: skip
    for scope in found:
        if given[scope.register] and scope.coverage_start:
            notes.append(
                about(scope, many, f"Cases received before {day(scope.coverage_start)} enter then (delayed entry). "
                       "With late entries the likeliest curve need not be the only one, and the 95% bounds, of ends at "
                       "their earliest and their latest, are not proven to be the widest.")
            )  # fmt: skip
    if unit == "working":
        notes.append("Working days are those of England: not Saturdays, Sundays or bank holidays.")
    return Result(BOUNDS, tuple(rows)), notes


def _why_none(store: Store, scope: Scope, filters: Filters) -> str | None:
    clock = str(filters.clock)
    if not clock.startswith("received"):
        return "Bounds from editions are given on the clocks from receipt."
    if filters.cohort == "closed":
        return (
            "By date of closing there are no bounds: a case that ended between two editions has no such date."
        )
    way = estimate(scope, filters)
    if not way.curve:
        return way.words
    if not bounded(store, scope, filters):
        words = scope.clocks[clock][1]
        return f"The time {CLOCKS[clock]} cannot be bounded: receipt and outcome must be published. {words}".strip()
    return None


def _cases(store: Store, filters: Filters) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Cases alike by (register, group, label, clock, basis). Those without a basis have no date of receipt."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    rows = store.query("bounded_cases", filters).dicts()
    for row in rows:
        if row["basis"] is not None:
            found[tuple(row[c] for c in ("register", "group", "group_label", "clock", "basis"))].append(row)
    for key, cases in found.items():
        # counted with the first basis alone, so that no case is counted twice
        if key == min(k for k in found if k[:2] == key[:2] and k[3] == key[3]):
            cases += [r for r in rows if r["basis"] is None and (r["register"], r["group"]) == key[:2]]
    return found


def _words(label: str, filters: Filters, curve: BoundedCurve, counts: dict[str, int]) -> str:
    """The median between its bounds, and what it rests on."""
    days = f"{filters.unit or 'calendar'} days"
    first, last = curve.quantile(0.5)
    low, high = curve.median_bounds()
    rest = (
        f"({plural(counts['exact'], 'end')} dated, {number(counts['between'])} known between two editions, "
        f"{number(counts['censored'])} still open or ended in another way)"
    )
    if first is None or last is None:
        middle = (
            "the median is not reached"
            if first is None
            else f"half had ended by day {number(first)} or later"
        )
    elif first == last:
        middle = f"half had ended within {number(first)} {days}"
    else:
        middle = f"half had ended within {number(first)} to {number(last)} {days}"
    if low is not None:
        middle += (
            f" (95% bounds {number(low)} to {number(high)})"
            if high is not None
            else f" (95% bounds {number(low)} and no upper end)"
        )
    return f"{label}: {middle} {rest}."


MEASURES = (
    Measure(
        name="survival-bounds",
        words="Bounds on the share of cases still open by day, where ends are known only between editions.",
        columns=BOUNDS[1:16],
        query="bounded_cases",
        compute=_survival_bounds,
        rows_query="bounded_rows",
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
    ),
)
