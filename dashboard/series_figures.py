"""Exhibits of series: what a control chart signals, and who is new among the recipients.

As in `dashboard.figures`: titles state the finding, everything is made from measures, None where there is nothing
to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashboard import figures
from dashboard.control_charts import SIGNALS, Episode, episodes
from dashboard.exhibits import Chart, Column, Exhibit, Series, Table
from dashboard.filters import Filters
from dashboard.measures import for_page
from dashboard.store import Store
from dashboard.text import join_words, number, percent, plural
from dashboard.vocabulary import SERIES


MOST_TOLD = 2  # signals in a title
OUTSIDE = ("above_upper", "below_lower")


def control_chart_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """Whether the register's main count (or `of`) varies as it always did; None where nothing can be judged."""
    scope = figures.scope_of(store, filters)
    # Twelve years would be few for limits, so a page by year shows its months.
    interval = "quarter" if filters.interval == "quarter" else "month"
    filters = replace(filters, interval=interval, by=None)
    result = for_page("control-chart", store, filters)
    found = result.dicts()
    judged = [row for row in found if row["judged"]]
    if not judged or all(row["upper"] is None for row in judged):
        return None
    words = [figures.interval_words(row["interval_start"], interval) for row in found]
    noun = SERIES[judged[0]["series"]].format(noun=scope.noun)
    told = _episodes([tuple(row["signal"].split("; ")) if row["signal"] else () for row in found])
    last = judged[-1]
    trial = "On trial limits: " if any(row["trial"] for row in judged) else ""
    signalled = tuple(row["value"] if row["signal"] else None for row in found)
    return Exhibit(
        key="control-chart",
        title=_title(told, words, interval, noun, trial),
        summary=f"{noun[:1].upper()}{noun[1:]} by {interval}: lately between {number(round(last['lower'], 1))} and "
        f"{number(round(last['upper'], 1))} around a mean of {number(round(last['mean'], 1))}, if nothing changed. "
        f"{_signals(told, words)}",
        chart=Chart(
            kind="lines",
            x=tuple(figures.axis_words(row["interval_start"], interval) for row in found),
            x_label=interval.capitalize(),
            y_label=noun,
            series=(
                Series(key="value", label=noun.capitalize(), values=tuple(row["value"] for row in found)),
                Series(
                    key="mean",
                    label="Mean",
                    values=tuple(row["mean"] for row in found),
                    low=tuple(row["lower"] for row in found),
                    high=tuple(row["upper"] for row in found),
                ),
                *((Series(key="signal", label="Signal", values=signalled, points=True),) if told else ()),
            ),
            band="between the limits",
            gap="not judged",
            partial=frozenset(i for i, row in enumerate(found) if row["interval_end"] > scope.as_at),
            marks=tuple((i, row["regime"]) for i, row in enumerate(found) if row["regime"]),
        ),
        table=Table(
            caption=f"{noun.capitalize()} by {interval}, with limits and signals",
            columns=(
                Column(name="interval", label=interval.capitalize()),
                Column(name="value", label=noun.capitalize(), kind="count"),
                Column(name="mean", label="Mean", kind="count"),
                Column(name="lower", label="Lower limit", kind="count"),
                Column(name="upper", label="Upper limit", kind="count"),
                Column(name="signal", label="Signal"),
                Column(name="regime", label="Change of procedure"),
            ),
            rows=tuple(
                (
                    label, row["value"], *(_tenths(row[c]) for c in ("mean", "lower", "upper")),
                    join_words([SIGNALS[s] for s in row["signal"].split("; ")]) if row["signal"] else "none"
                    if row["judged"] else "not judged",
                    row["regime"] or "",
                )
                for label, row in zip(words, found, strict=True)
            ),
            missing="not judged",
        ),
        notes=result.notes,
        source=figures.source_words(store, scope),
        measure="control-chart",
        query=filters.query(),
    )  # fmt: skip


def _tenths(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _episodes(rows: list[tuple[str, ...]]) -> list[Episode]:
    """What signals; near a limit is not said of values that are outside it."""
    told = episodes(rows)
    outside = {i for e in told if e.signal in OUTSIDE for i in range(e.first, e.last + 1)}
    return [
        e
        for e in told
        if not (e.signal.startswith("near") and outside.issuperset(range(e.first, e.last + 1)))
    ]


def _span(told: Episode, words: list[str]) -> str:
    return words[told.first] if told.first == told.last else f"{words[told.first]} to {words[told.last]}"


def _title(told: list[Episode], words: list[str], interval: str, noun: str, trial: str) -> str:
    """What signals, the latest first of what is outside the limits; or that nothing does."""
    if not told:
        return f"{trial}{noun} by {interval} vary as they did before: nothing signals".capitalize()
    outside = sorted((e for e in told if e.signal in OUTSIDE), key=lambda e: -e.last)
    runs = sorted((e for e in told if e.signal not in OUTSIDE), key=lambda e: -e.last)
    first = [*outside, *runs][:MOST_TOLD]
    parts = [f"{_span(e, words)} {'was' if e.first == e.last else 'were'} {SIGNALS[e.signal]}" for e in first]
    rest = len(told) - len(first)
    more = f", and {plural(rest, 'more signal')}" if rest else "; nothing else signals"
    of = f"{trial.removesuffix(': ')}, {noun}" if trial else figures.heading(noun)
    return f"{of} by {interval}: {' and '.join(parts)}{more}"


def _signals(told: list[Episode], words: list[str]) -> str:
    if not told:
        return "No value is outside the limits, and no run is long enough to signal."
    return "Signals: " + "; ".join(f"{_span(e, words)} {SIGNALS[e.signal]}" for e in told[:6]) + "."


def _rows_of(filters: Filters, rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Where the rows of each interval are."""
    return tuple(
        "/register?"
        + replace(filters, from_=row["interval_start"], to=row["interval_end"], interval=None).query()
        + "&count=any"
        for row in rows
    )


def recipient_flow_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """New against returning recipients by year; None where recipients are not named or none can be told yet."""
    scope = figures.scope_of(store, filters)
    interval = filters.interval or "year"
    filters = replace(filters, interval=interval, by=None)
    result = for_page("recipient-flow", store, filters)
    found = [row for row in result.dicts() if row["interval_start"] is not None]
    told = [row for row in found if row["new_recipients"] is not None and row["recipients"]]
    if not told:
        return None
    words = [figures.interval_words(row["interval_start"], interval) for row in found]
    whole = [
        row for row in told if not row["immature"] and not (filters.to and row["interval_end"] > filters.to)
    ]
    last: dict[str, Any] = (whole or told)[-1]
    label = words[found.index(last)]
    unit = {"released": "releases", "decided": "decisions", "received": scope.nouns}[last["counted_as"]]
    cut = "" if whole else " so far"
    drawn = found[
        found.index(told[0]) :
    ]  # years of which nothing can be told would only be empty; the table has them
    return Exhibit(
        key="recipient-flow",
        title=f"{plural(last['new_recipients'], 'recipient')} of {number(last['recipients'])} in {label}{cut} "
        f"{'was' if last['new_recipients'] == 1 else 'were'} new to the register",
        summary=f"They had {percent(last['new_counted'] / last['counted'])} of its {unit}; the five largest recipients "
        f"of {label} had {percent(last['top_share'])}.",
        chart=Chart(
            kind="columns",
            x=tuple(figures.axis_words(row["interval_start"], interval) for row in drawn),
            x_label=interval.capitalize(),
            y_label="recipients",
            series=(
                Series(key="new_recipients", label="New", values=tuple(r["new_recipients"] for r in drawn)),
                Series(
                    key="returning_recipients",
                    label="Returning",
                    values=tuple(r["returning_recipients"] for r in drawn),
                ),
            ),
            gap="cannot be told",
            links=_rows_of(filters, drawn),
            partial=frozenset(i for i, row in enumerate(drawn) if row["immature"]),
        ),
        table=Table(
            caption=f"New and returning recipients by {interval}",
            columns=(
                Column(name="interval", label=interval.capitalize()),
                Column(name="recipients", label="Recipients", kind="count"),
                Column(name="new_recipients", label="New", kind="count"),
                Column(name="returning_recipients", label="Returning", kind="count"),
                Column(name="counted", label=unit.capitalize(), kind="count"),
                Column(name="new_counted", label=f"{unit.capitalize()} to new", kind="count"),
                Column(name="top_share", label="Share of the five largest", kind="share"),
            ),
            rows=tuple(
                (
                    label_, row["recipients"], row["new_recipients"], row["returning_recipients"], row["counted"],
                    row["new_counted"], row["top_share"],
                )
                for label_, row in zip(words, found, strict=True)
            ),
            links=_rows_of(filters, found),
            missing="cannot be told",
        ),
        notes=result.notes,
        source=figures.source_words(store, scope),
        measure="recipient-flow",
        query=filters.query(),
    )  # fmt: skip
