"""Series over time on control charts: what varies as it always did, and what signals a change."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dashboard.control_charts import BASELINE, Point, chart
from dashboard.errors import UsageError
from dashboard.filters import Filters
from dashboard.measures import clocks
from dashboard.measures.refusals import at_least, enough, refused
from dashboard.measures.result import Measure
from dashboard.measures.scope import Scope, about, scopes
from dashboard.measures.volume import volumes_of
from dashboard.store import Result, Store
from dashboard.text import day, join_words, number, plural


MAIN = ("received", "released", "decided")  # what a register is about: the first that it can answer
MEDIAN = "turnaround.median"
OF_CLOCKS = ("clock", "basis", "unit")  # filters that only a series of times uses
COLUMNS = ("interval_start", "value", "mean", "lower", "upper", "signal", "baseline")
EXTRAS = (
    *("interval_end", "series", "judged", "trial", "stretch", "moving_range", "regime", "lower_calculated"),
    *("screened_lower", "screened_upper", "screened_signal"),
)


def regimes(store: Store, filters: Filters) -> list[dict[str, Any]]:
    """Changes of procedure of the registers asked about: register, date, label, source, address, note."""
    return store.query("regimes", filters).dicts()


def _control_chart(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    if filters.by:
        raise UsageError("a control chart draws one series, so 'by' has no meaning here",
                         hint="filter instead, such as type=university")  # fmt: skip
    found = scopes(store, filters)
    notes: list[str] = []
    rows: list[tuple[Any, ...]] = []
    changes = regimes(store, filters)
    for scope in found:
        series = filters.of or f"volumes.{_main(scope)}"
        mine = [c for c in changes if c["register"] == scope.register]
        values, words = _values(store, scope, replace(filters, register=scope.register), series)
        made, more = _charted(values, series, mine)
        rows += [(scope.register, *row) for row in made]
        notes += [about(scope, len(found) > 1, w) for w in [*words, *more]]
    return Result(("register", *COLUMNS, *EXTRAS), tuple(rows)), notes


def _main(scope: Scope) -> str:
    return next((c for c in MAIN if scope.columns[c][0]), MAIN[0])


# One value of a series: first and last day, value, and whether it can be judged beside the others.
_Value = tuple[date, date, float | None, bool]


def _values(store: Store, scope: Scope, filters: Filters, series: str) -> tuple[list[_Value], list[str]]:
    measure, _, column = series.partition(".")
    if no_count := refused(scope, "count"):
        return [], [no_count]
    if measure == "turnaround":
        return _medians(store, scope, filters)
    answerable, words = scope.columns[column]
    if not answerable:
        return [], [f"This series cannot be drawn. {words}".strip()]
    found = []
    for row in volumes_of(store, [scope], filters).dicts():
        start, end = row["interval_start"], row["interval_end"]
        if start is None:
            return [], ["Nothing is counted under these filters, so there is no series."]
        whole = not (
            row["immature"]
            or (filters.from_ and start < filters.from_)
            or (filters.to and end > filters.to)
            or at_least(scope, start)
        )
        found.append((start, end, row[column], whole and row[column] is not None))
    return found, []


def _medians(store: Store, scope: Scope, filters: Filters) -> tuple[list[_Value], list[str]]:
    """Medians by date of receipt, judged where they rest on enough cases that could all be watched to their end."""
    compute = next(m.compute for m in clocks.MEASURES if m.name == "turnaround")
    filters = replace(filters, cohort="received", of=None)
    whole, words = compute(store, replace(filters, interval=None))
    overall = [row for row in whole.dicts() if row["n"]]
    if not overall or overall[0]["method"] != "Kaplan-Meier":
        return [], words or ["No case under these filters has both dates, so there is no series."]
    if len({row["basis"] for row in overall}) > 1:
        return [], [
            "Dates of receipt are known on several bases, which are not pooled: name one with 'basis'."
        ]
    p90 = overall[0]["p90"]
    if p90 is None:
        return [], ["Fewer than nine in ten cases have ended, so no interval can be said to be complete."]
    # working days are counted by the calendar: seven days hold five
    follow_up = timedelta(days=math.ceil(p90 * 7 / 5) + 3 if filters.unit == "working" else math.ceil(p90))
    result, _ = compute(store, filters)
    found = []
    for row in result.dicts():
        start = row["interval_start"]
        if start is None:
            continue
        end = _end(start, str(filters.interval))
        watched = end + follow_up <= scope.as_at and not (filters.to and end > filters.to)
        listed = not at_least(scope, start)
        begun = not (filters.from_ and start < filters.from_)
        good = watched and listed and begun and enough(row["events"]) and row["median"] is not None
        found.append((start, end, row["median"], good))
    words = [
        f"Medians by date of receipt. One is judged where at least 20 of its cases have ended and nine in ten of all "
        f"cases would have by {day(scope.as_at)} ({number(p90)} days)."
    ]
    return found, words


def _end(start: date, interval: str) -> date:
    months = {"month": 1, "quarter": 3, "year": 12}[interval]
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def _charted(
    values: list[_Value], series: str, changes: list[dict[str, Any]]
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """The rows of one register, in the order of COLUMNS and EXTRAS, and what must be said of them."""
    judged = [i for i, (_, _, _, good) in enumerate(values) if good]
    places = [
        place
        for change in changes
        if (place := next((p for p, i in enumerate(judged) if values[i][0] >= change["date"]), None))
        is not None
    ]
    points = dict(zip(judged, chart([float(values[i][2] or 0) for i in judged], places), strict=True))
    rows = []
    for i, (start, end, value, _) in enumerate(values):
        point = points.get(i)
        label = "; ".join(c["label"] for c in changes if start <= c["date"] <= end) or None
        rows.append((start, value, *_row(point), end, series, point is not None, *_more(point, label)))
    return rows, _said(values, points, changes)


def _row(point: Point | None) -> tuple[Any, ...]:
    if point is None:
        return (None, None, None, None, False)
    lower = point.limits.lower
    return (
        point.limits.mean, max(lower, 0.0) if lower is not None else None, point.limits.upper,
        "; ".join(point.signals) or None, point.baseline,
    )  # fmt: skip


def _more(point: Point | None, label: str | None) -> tuple[Any, ...]:
    if point is None:
        return (None, None, None, label, None, None, None, None)
    screened = point.screened
    return (
        point.limits.trial, point.stretch, point.moving_range, label, point.limits.lower,
        max(screened.lower, 0.0) if screened.lower is not None else None, screened.upper,
        "; ".join(point.screened_signals) or None,
    )  # fmt: skip


def _said(values: list[_Value], points: dict[int, Point], changes: list[dict[str, Any]]) -> list[str]:
    notes: list[str] = []
    if not values:
        return notes
    if not points:
        return ["No interval is whole, so nothing is judged."]
    left = [i for i in range(len(values)) if i not in points]
    if left:
        notes.append(
            f"Not judged: {plural(len(left), 'interval')} that {'is' if len(left) == 1 else 'are'} not whole or not "
            "listed in full."
        )
    if any(p.limits.trial for p in points.values()):
        notes.append(f"Trial limits: they rest on fewer than {BASELINE} intervals, and will move.")
    if any(p.limits.lower is not None and p.limits.lower < 0 for p in points.values()):
        notes.append("A lower limit that is worked out below 0 is shown as 0, which nothing can be below.")
    opened = {p.stretch: values[i][0] for i, p in reversed(points.items())}
    first, last = min(points), max(points)
    for change in changes:
        if not values[first][0] < change["date"] <= values[last][1]:  # a series may begin with one
            continue
        anew = [start for number_, start in opened.items() if number_ > 1 and start >= change["date"]]
        opens = anew and not any(change["date"] < c["date"] <= min(anew) for c in changes)
        notes.append(
            f"{change['label']}, {day(change['date'])}: "
            + (f"limits begin anew at {day(min(anew))}." if opens else
               f"limits stay: fewer than {BASELINE} whole intervals lie between it and the next change or the end.")
        )  # fmt: skip
    if any(p.signals != p.screened_signals for p in points.values()):
        more = [day(values[i][0]) for i, p in points.items() if p.screened_signals and not p.signals]
        if more:
            notes.append(f"With extreme moving ranges screened out, also signals: {join_words(more[:5])}.")
    return notes


MEASURES = (
    Measure(
        name="control-chart",
        words="A series on a control chart: mean, limits, and what signals a change.",
        columns=COLUMNS,
        query="volumes",
        compute=_control_chart,
        rows_query="control_chart_rows",
        also_takes=("of", *OF_CLOCKS),
        idle=lambda filters: () if filters.of == MEDIAN else OF_CLOCKS,
        defaults={"interval": "month"},
    ),
)
