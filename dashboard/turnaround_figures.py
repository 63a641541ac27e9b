"""More exhibits of how long cases took: by the date they closed, how they ended, whether types differ, and bounds.

As in `dashboard.figures`: titles state the finding, everything is made from measures, None where there is nothing
to show.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import Any

from dashboard import figures
from dashboard.exhibits import Chart, Column, Exhibit, Series, Table
from dashboard.filters import Filters
from dashboard.measures import MeasureResult, for_page
from dashboard.measures.refusals import HEADLINE_EVENTS, enough, estimate
from dashboard.store import Store
from dashboard.text import join_words, number, percent, plural
from dashboard.vocabulary import CLOCKS, OUTCOMES


MARKS = (30, 60, 90, 180, 365)  # days at which a table of shares is read
MOST_SERIES = 4
LEAST_TOLD = 0.01  # a share that a title names
ENDED = {
    "released": "were released",
    "reuse_permitted": "were allowed to re-use data",
    "approved": "were approved",
    "refused": "were refused",
    "not_pursued": "were not pursued",
    "withdrawn": "were withdrawn",
    "discontinued": "were discontinued",
    "unknown": "ended in a way not stated",
}


def closed_cohorts(store: Store, filters: Filters) -> Exhibit | None:
    """The median by year closed: timely, and biased when hard cases stay open. Beside the one by year received."""
    scope = figures.scope_of(store, filters)
    if not estimate(scope, replace(filters, cohort=None)).curve:
        return None
    filters = replace(filters, interval="year", by=None, cohort="closed")
    result = for_page("turnaround", store, filters)
    kept = [i for i, r in enumerate(result.dicts()) if r["interval_start"] is not None and r["n"]]
    result = replace(result, rows=tuple(result.rows[i] for i in kept))
    found = result.dicts()
    solid = [r for r in found if enough(r["events"])]
    if len(found) < 2 or not solid:
        return None
    last = solid[-1]
    days = f"{last['unit']} days"
    partial = " so far" if last["immature"] else ""
    return Exhibit(
        key="turnaround-by-year-closed",
        title=f"Of cases closed in {last['interval_start'].year}{partial}, half had taken at most "
        f"{number(last['median'])} {days}",
        summary="The plain median of closed cases by year of closing. It is known sooner than that by year received, "
        "mixes cases of every age, and improves while hard cases stay open; it has no interval.",
        table=Table(
            caption=f"Closed cases in {days}, by year closed",
            columns=(
                Column(name="year", label="Year closed"),
                Column(name="n", label="Cases", kind="count"),
                Column(name="median", label=f"Median, {days}", kind="days"),
                Column(name="p90", label=f"90th percentile, {days}", kind="days"),
            ),
            rows=tuple((_year(r), r["n"], r["median"], r["p90"]) for r in found),
        ),
        notes=result.notes,
        source=figures.source_words(store, scope),
        measure="turnaround",
        query=filters.query(),
    )


def _year(row: dict[str, Any]) -> str:
    return f"{row['interval_start'].year}{' (not over)' if row['immature'] else ''}"


def outcomes(store: Store, filters: Filters) -> Exhibit | None:
    """How cases ended and by when, the ways competing."""
    filters = replace(filters, interval=None, by=None, cohort=None)
    result = for_page("outcomes", store, filters)
    rows = _of_one_basis(result)
    if not rows or not enough(sum(r["events"] for r in rows)):
        return None
    names = [o for o in OUTCOMES if any(r["outcome"] == o for r in rows)]
    days = sorted({r["day"] for r in rows})
    at = {(r["day"], r["outcome"]): r for r in rows}
    final = {o: at[days[-1], o] for o in names}
    shown = sorted(names, key=lambda o: -final[o]["cumulative_incidence"])[:MOST_SERIES]
    unit = f"{rows[0]['unit']} days"
    marks = [m for m in MARKS if days[0] <= m < days[-1]] + [days[-1]]
    first = next((m for m in marks if m >= 90), marks[-1])
    by = {
        m: days[bisect_right(days, m) - 1] for m in marks
    }  # the last day on which one ended; marks begin after the first
    told = {o: at[by[first], o]["cumulative_incidence"] for o in shown}
    start = "receipt" if str(rows[0]["clock"]).startswith("received") else "approval"
    begin = [0] if days[0] else []  # nothing has ended when the clock begins
    return Exhibit(
        key="outcomes-by-day",
        title=f"Within {number(first)} {unit}, "
        + join_words([f"{percent(share)} {ENDED[o]}" for o, share in told.items() if share >= LEAST_TOLD])
        + f"; {percent(at[by[first], shown[0]]['survival'])} were still open",
        summary=f"The share of all cases that had ended in each way, {unit} after {start}, the ways competing and "
        f"open cases counted; after {number(days[-1])} {unit} "
        + join_words([f"{percent(final[o]['cumulative_incidence'])} {ENDED[o]}" for o in names])
        + ".",
        chart=Chart(
            kind="steps",
            x=tuple(map(float, [*begin, *days])),
            x_label=f"{unit} since {start}",
            y_label="share of all cases",
            series=tuple(
                Series(
                    key=o,
                    label=OUTCOMES[o],
                    values=(*(0.0 for _ in begin), *(at[d, o]["cumulative_incidence"] for d in days)),
                )
                for o in shown
            ),
            value_kind="share",
            y_max=1.0,
        ),
        table=Table(
            caption=f"Share of all cases that had ended in each way, by {unit} since {start}",
            columns=(
                Column(name="day", label=f"Within, {unit}", kind="days"),
                *(Column(name=o, label=OUTCOMES[o], kind="share") for o in names),
                Column(name="open", label="Still open", kind="share"),
            ),
            rows=tuple(
                (m, *(at[by[m], o]["cumulative_incidence"] for o in names), at[by[m], names[0]]["survival"])
                for m in marks
            ),
        ),
        notes=result.notes,
        source=figures.source_words(store, figures.scope_of(store, filters)),
        measure="outcomes",
        query=filters.query(),
    )


def _of_one_basis(result: MeasureResult) -> list[dict[str, Any]]:
    """The rows of the basis that most cases have: bases are never drawn as one."""
    rows = result.dicts()
    if not rows:
        return []
    bases = {r["basis"] for r in rows}
    most = max(sorted(bases), key=lambda b: sum(r["events"] for r in rows if r["basis"] == b))
    return [r for r in rows if r["basis"] == most]


def types_compared(store: Store, filters: Filters) -> Exhibit | None:
    """Whether recipient types differ in how long their cases take, with the medians beside the test."""
    filters = replace(filters, interval=None, by="type", cohort=None)
    result = for_page("turnaround-comparison", store, filters)
    found = [r for r in result.dicts() if r["compared"]]
    bases = {r["basis"] for r in found}
    if len(found) < 2 or len(bases) > 1:
        return None
    medians = {(r["group"], r["basis"]): r for r in for_page("turnaround", store, filters).dicts()}
    unit = f"{found[0]['unit']} days"
    finding = next((n for n in result.notes if "log-rank" in n), None)
    if finding is None:
        return None
    rows = sorted(found, key=lambda r: -r["events"])
    told = [(r, medians[r["group"], r["basis"]]) for r in rows]
    kept_back = any(m["median"] is None or not enough(r["events"]) for r, m in told)
    return Exhibit(
        key="turnaround-by-type",
        title=finding.split(" (log-rank")[0],
        summary=f"The median {CLOCKS[str(filters.clock)]} by recipient type, for types with enough ended cases, and "
        f"a {finding.split('(')[-1].rstrip(').')}. A test says how sure a difference is, not how large.",
        table=Table(
            caption=f"Time taken by recipient type, in {unit}",
            columns=(
                Column(name="group", label="Recipient type"),
                Column(name="n", label="Cases", kind="count"),
                Column(name="events", label="Ended", kind="count"),
                Column(name="expected", label="Expected, were there one curve", kind="count"),
                Column(name="median", label=f"Median, {unit}", kind="days"),
                Column(name="median_low", label=f"From (95%), {unit}", kind="days"),
                Column(name="median_high", label=f"To (95%), {unit}", kind="days"),
            ),
            rows=tuple(
                (
                    r["group_label"], r["n"], r["events"], round(r["expected"]),
                    *((m["median"], m["median_low"], m["median_high"]) if enough(r["events"]) else (None,) * 3),
                )
                for r, m in told
            ),
            missing="not given",
        ),
        notes=(
            *((f"Not given: under {HEADLINE_EVENTS} cases ended, or half had not.",) if kept_back else ()),
            *(n for n in result.notes if n != finding),  # which the heading and the sentence have said
        ),
        source=figures.source_words(store, figures.scope_of(store, filters)),
        measure="turnaround-comparison",
        query=filters.query(),
    )  # fmt: skip


def bounds(store: Store, filters: Filters) -> Exhibit | None:
    """The curve with cases whose end is known only between two editions; None where there are none."""
    filters = replace(filters, interval=None, by=None, cohort=None)
    result = for_page("survival-bounds", store, filters)
    rows = [r for r in result.dicts() if r["between"]]
    bases = sorted({r["basis"] for r in rows})
    if not rows:
        return None
    rows = [r for r in rows if r["basis"] == bases[-1]]
    first = rows[0]
    if not enough(first["exact"] + first["between"]):
        return None
    unit = f"{first['unit']} days"
    words = next(n for n in result.notes if "half had ended" in n or "median is not reached" in n)
    sentence = words.split(": ", 1)[1]
    title = sentence.split(" (")[0]
    marks = [m for m in MARKS if m < rows[-1]["day"]] or [rows[-1]["day"]]
    table = [(m, next((r for r in reversed(rows) if r["day"] <= m), None)) for m in marks]
    return Exhibit(
        key="turnaround-bounds",
        title=f"With the ends that only the editions show, {title}",
        summary=f"{plural(first['between'], 'case')} ended on no published day, but between two editions: {sentence}",
        chart=Chart(
            kind="steps",
            x=tuple(float(r["day"]) for r in rows),
            x_label=f"{unit} since receipt",
            y_label="share of cases not yet ended",
            series=(
                Series(key="upper", label="At most", values=tuple(r["upper"] for r in rows)),
                Series(
                    key="lower",
                    label="At least",
                    values=tuple(r["lower"] for r in rows),
                    low=tuple(r["low"] for r in rows),
                    high=tuple(r["high"] for r in rows),
                ),
            ),
            value_kind="share",
            y_max=1.0,
        ),
        table=Table(
            caption=f"Share still open, by {unit} since receipt",
            columns=(
                Column(name="day", label=f"After, {unit}", kind="days"),
                Column(name="lower", label="At least", kind="share"),
                Column(name="upper", label="At most", kind="share"),
                Column(name="low", label="From (95%)", kind="share"),
                Column(name="high", label="To (95%)", kind="share"),
            ),
            rows=tuple(
                (m, *((r["lower"], r["upper"], r["low"], r["high"]) if r else (1.0, 1.0, None, None)))
                for m, r in table
            ),
            missing="not bounded",
        ),
        notes=result.notes,
        source=figures.source_words(store, figures.scope_of(store, filters)),
        measure="survival-bounds",
        query=filters.query(),
    )
