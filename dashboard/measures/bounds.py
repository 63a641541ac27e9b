"""The curve where ends are known only between two editions: bounds on it, from what each edition showed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.filters import Filters
from dashboard.measures.clocks import DEFAULT_CLOCK, bounded, cases_of, with_clock
from dashboard.measures.refusals import estimate
from dashboard.measures.result import Measure
from dashboard.measures.scope import Scope, about, labels, scopes
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
    for (register, group, basis), made in _groups(store, filters).items():
        if not given.get(register):
            continue
        scope = next(s for s in found if s.register == register)
        n = sum(made.counts.values())
        if n and made.entered >= n:
            notes.append(
                about(scope, many, f"{made.label}: no case was watched from its receipt, so no curve.")
            )
            continue
        curve = bounded_curve(made.cases())
        method = METHOD if made.counts["between"] else "Kaplan-Meier"
        for values in zip(curve.day, curve.lower, curve.upper, curve.low, curve.high, strict=True):
            rows.append(
                (register, group, filters.clock, *values, n, *made.counts.values(), made.excluded, unit, basis, method,
                 made.label)
            )  # fmt: skip
        if n:
            notes.append(about(scope, many, _words(made.label, filters, curve, made.counts)))
    for scope in found:
        if given[scope.register] and not any(row[0] == scope.register for row in rows):
            notes.append(about(scope, many, "No case with usable dates matches, so there is no curve."))
    if any(row[BOUNDS.index("between")] for row in rows):
        notes.append(
            "Where an end is known only between two editions, the curve lies anywhere from `lower` to `upper`: the "
            "non-parametric maximum likelihood estimate (Turnbull). `low` and `high` are 95% bounds that hold wherever "
            "each case ended: log(-log) bands of the Kaplan-Meier curve with the ends placed for the least and for the "
            "greatest curve."
        )  # fmt: skip
    for scope in found:
        if given[scope.register] and scope.unbroken_from:
            notes.append(
                about(scope, many, f"Cases received before {day(scope.unbroken_from)} enter then (delayed entry). "
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


@dataclass
class _Group:
    """The cases of one group: alike ones counted together."""

    label: str
    alike: Counter[tuple[int, int | None]] = field(default_factory=Counter)  # (low, high) -> number
    late: Counter[int] = field(default_factory=Counter)  # day of entry -> number
    counts: dict[str, int] = field(default_factory=lambda: {"exact": 0, "between": 0, "censored": 0})
    excluded: int = 0

    @property
    def entered(self) -> int:
        return sum(self.late.values())

    def add(self, kind: str, low: int, high: int | None, number: int) -> None:
        if number:
            self.counts[kind] += number
            self.alike[low, high] += number

    def cases(self) -> Cases:
        keys = sorted(self.alike, key=lambda k: (k[0], k[1] is None, k[1] or 0))
        return Cases(
            tuple(low for low, _ in keys),
            tuple(high for _, high in keys),
            tuple(self.alike[k] for k in keys),
            tuple(sorted(self.late.items())),
        )


def _groups(store: Store, filters: Filters) -> dict[tuple[Any, ...], _Group]:
    """Groups by (register, group, basis): the dated cases from the risk table, then those that the editions bound."""
    found: dict[tuple[Any, ...], _Group] = {}
    undated = store.query("undated_cases", filters).dicts()
    label = labels(store, filters)

    def group(register: str, name: str, basis: str | None) -> _Group:
        return found.setdefault((register, name, basis), _Group(label(register, name)))

    for (register, _, name, _, basis), cases in cases_of(store, filters).items():
        made = group(register, name, basis)
        made.excluded += cases.excluded
        for on, entered, events, censored in cases.counts.T.tolist():
            made.add("exact", on, on, events)
            made.add("censored", on, None, censored)
            if on and entered:
                made.late[on] += entered
    # Where a clock has both its days, these are among those that its figures leave out.
    dated = {a["register"] for a in store.query("bounded_clocks", filters).dicts() if a["dated"]}
    for row in undated:
        if row["basis"] is None:
            row["basis"] = min(
                (k[2] for k in found if k[:2] == (row["register"], row["group"])), default=None
            )
            if row["basis"] is None:
                continue
        made = group(row["register"], row["group"], row["basis"])
        if row["kind"] is None:
            made.excluded += 0 if row["register"] in dated else row["count"]
            continue
        made.add(row["kind"], row["first"], row["last"], row["count"])
        made.excluded -= row["count"] if row["register"] in dated else 0
        if row["entry"]:
            made.late[row["entry"]] += row["count"]
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
        query="undated_cases",
        compute=_survival_bounds,
        rows_query="bounded_rows",
        also_takes=("cohort",),  # to refuse it
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
    ),
)
