"""How long: the clocks, Kaplan-Meier on them, and the spells behind every figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from dashboard.filters import Filters
from dashboard.measures.refusals import estimate, not_measurable, quoted
from dashboard.measures.result import Measure
from dashboard.measures.scope import about, scopes
from dashboard.store import Result, Store
from dashboard.survival import Curve, RiskTable, kaplan_meier, wilson
from dashboard.text import day, plural
from dashboard.vocabulary import CLOCKS


DEFAULT_CLOCK = "received_to_outcome"


def _with_clock(filters: Filters) -> Filters:
    return filters if filters.clock else replace(filters, clock=DEFAULT_CLOCK)


TURNAROUND = (
    *("register", "interval_start", "group", "clock", "basis", "unit", "n", "events", "censored", "excluded"),
    *("median", "median_low", "median_high", "p90", "within_target", "within_low", "within_high", "target"),
    *("method", "group_label"),
)


def curves(store: Store, filters: Filters) -> dict[tuple[Any, ...], Curve]:
    """Kaplan-Meier curves by (register, interval_start, group, clock, basis), in days of the unit asked for."""
    grouped: dict[tuple[Any, ...], list[tuple[int, int, int, int]]] = defaultdict(list)
    for row in store.query("risk_table", _with_clock(filters)).dicts():
        key = tuple(row[c] for c in ("register", "interval_start", "group", "clock", "basis"))
        grouped[key].append((row["day"], row["entered"], row["events"], row["censored"]))
    found = {}
    for key, rows in grouped.items():
        days, entered, events, censored = zip(*sorted(rows), strict=True)
        found[key] = kaplan_meier(RiskTable(days, entered, events, censored))
    return found


def _turnaround(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = _with_clock(filters)
    clock = str(filters.clock)
    unit = filters.unit or "calendar"
    found = scopes(store, filters)
    many = len(found) > 1
    notes: list[str] = []
    estimated = curves(store, filters)
    rows: list[tuple[Any, ...]] = []
    counts = store.query("turnaround_counts", filters).dicts()
    for scope in found:
        unmeasurable = not_measurable(scope, clock)
        mine = [c for c in counts if c["register"] == scope.register]
        if unmeasurable:
            notes.append(about(scope, many, unmeasurable))
            rows.append(
                (scope.register, None, "all", clock, None, unit, *[None] * 11, filters.target, None, "All")
            )
            rows[-1] = (*rows[-1][:6], *[None] * 11, filters.target, None, "All")
            continue
        allowed = estimate(scope, filters)
        method = allowed.method
        closed_only = method == "quantiles of closed cases"
        if allowed.words:
            notes.append(about(scope, many, allowed.words))
        unwatched = 0
        for count in mine:
            key = tuple(count[c] for c in ("register", "interval_start", "group", "clock", "basis"))
            curve = estimated.get(key)
            give = curve is not None and method != "none"
            row_method = method
            if give and count["from_start"] == 0 and count["n"]:
                row_method = "none"
                # Delayed entry alone: the curve would begin among cases that had already waited long.
                give = False
                unwatched += 1
            median = curve.quantile(0.5) if curve and give else None
            low, high = curve.median_bounds() if curve and give else (None, None)
            if closed_only:
                low = high = None
            judged = count["within"] + count["past"]
            share = bounds = None
            if filters.target is not None and judged and method != "none":
                share = count["within"] / judged
                bounds = wilson(count["within"], judged)
            rows.append(
                (
                    *key[:3], clock, count["basis"], unit, count["n"], count["events"], count["censored"],
                    count["excluded"], median, low, high, curve.quantile(0.9) if curve and give else None,
                    share, bounds[0] if bounds else None, bounds[1] if bounds else None, filters.target,
                    row_method, count["group_label"],
                )
            )  # fmt: skip
        if not mine:
            rows.append(
                (
                    scope.register,
                    None,
                    "all",
                    clock,
                    None,
                    unit,
                    0,
                    0,
                    0,
                    0,
                    *[None] * 7,
                    filters.target,
                    method,
                    "All",
                )
            )
        unlisted = sum(c["before_coverage"] for c in mine)
        if unlisted:
            notes.append(
                about(scope, many, f"{plural(unlisted, 'case')} left out because they closed before "
                       f"{day(scope.coverage_start)}, when only requests within their terms were still listed.")
            )  # fmt: skip
        if unwatched:
            notes.append(
                about(scope, many, "Where no case was watched from its receipt, no median is given: those left had "
                       "already waited when the listing began.")
            )  # fmt: skip
        left_out = sum(c["excluded"] for c in mine) - unlisted
        if left_out:
            notes.append(
                about(scope, many, f"{plural(left_out, 'case')} left out because their dates cannot be used; "
                       "each is listed, with its rule, in 'spells' and among the issues.")
            )  # fmt: skip
        if any(c["basis"] == "from_reference" for c in mine):
            notes.append(
                about(scope, many, "The date of receipt is read from the reference (basis from_reference): its "
                       "digits are taken as the day the request was logged.")
            )  # fmt: skip
        if scope.coverage_start and not quoted(scope):
            notes.append(
                about(scope, many, f"Cases received before {day(scope.coverage_start)} count from then on only, "
                       "because shorter ones of that time are no longer listed (delayed entry).")
            )  # fmt: skip
    if filters.target is not None:
        notes.append(
            f"The target of {filters.target} {unit} days is assumed: no publisher has named one. Open cases past it "
            "count as misses; open cases not yet at it are left out."
        )
    if unit == "working":
        notes.append("Working days are those of England: not Saturdays, Sundays or bank holidays.")
    return Result(TURNAROUND, tuple(rows)), notes


CURVE = (
    "register",
    "group",
    "clock",
    "day",
    "at_risk",
    "events",
    "censored",
    "survival",
    "low",
    "high",
    "basis",
)


def _survival_curve(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = replace(_with_clock(filters), interval=None)
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    found = scopes(store, filters)
    allowed = {}
    # The same refusals as the median's: a group that has no estimate has no curve.
    counts = store.query("turnaround_counts", filters).dicts()
    watched = {(c["register"], c["group"], c["basis"]) for c in counts if c["from_start"]}
    for scope in found:
        way = estimate(scope, filters)
        unmeasurable = not_measurable(scope, str(filters.clock))
        allowed[scope.register] = way.curve and not unmeasurable
        if unmeasurable:
            notes.append(about(scope, len(found) > 1, f"The curve cannot be drawn. {unmeasurable}"))
        elif not way.curve:
            words = (
                "The rows are a selection, closed cases only or of one outcome: a curve of them would mislead "
                "and is refused."
            )
            notes.append(about(scope, len(found) > 1, words))
    for (register, _, group, clock, basis), curve in curves(store, filters).items():
        if not allowed.get(register) or (register, group, basis) not in watched:
            continue
        for values in zip(
            curve.day,
            curve.at_risk,
            curve.events,
            curve.censored,
            curve.survival,
            curve.low,
            curve.high,
            strict=True,
        ):
            rows.append((register, group, clock, *values, basis))
    return Result(CURVE, tuple(rows)), notes


def _spells(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    notes = []
    for scope in found:
        clocks = [filters.clock] if filters.clock else list(CLOCKS)
        silent = [c for c in clocks if c and not scope.clocks[c][0]]
        if silent:
            words = f"No spells on {', '.join(silent)}: both ends of a clock must be published. "
            words += scope.clocks[silent[0]][1]
            notes.append(about(scope, len(found) > 1, words.strip()))
    return store.query("spells", filters), notes


MEASURES = (
    Measure(
        name="turnaround",
        words="How long cases took on one clock, open cases counted.",
        columns=TURNAROUND[1:-2],
        query="risk_table",
        compute=_turnaround,
        rows_query="turnaround_rows",
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
    ),
    Measure(
        name="survival-curve",
        words="The share of cases still open by day: the Kaplan-Meier curve.",
        columns=CURVE[1:-1],
        query="risk_table",
        compute=_survival_curve,
        rows_query="survival_curve_rows",
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
    ),
    Measure(
        name="spells",
        words="The rows of every clock.",
        columns=(
            *("register", "reference", "clock", "basis", "entry", "start_low", "start_high", "end_low"),
            *("end_high", "event", "censored", "excluded_rule"),
        ),
        query="spells",
        compute=_spells,
        rows_query="spells",
    ),
)
