"""Every figure again, from the rows behind it and nothing else: plain loops, no SQL and none of the project's code.

Each function takes the rows of one register as `measures.rows` gives them, what was asked, and `Facts`: what a reader
is told of the register beside the figure (its as-at date, what it publishes). It gives the rows that the measure
should have, as dicts of the columns it can work out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import holidays


Row = Mapping[str, Any]
Z = 1.959963984540054  # the normal deviate of a 95% interval
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(1994, 2041))

COUNTED = ("received", "decided", "closed", "refused", "not_pursued", "first_released", "released")
GROUP_COLUMN = {"type": "recipient_type", "recipient": "recipient_id"}


@dataclass(frozen=True)
class Facts:
    """What a register says of itself, under the filters."""

    as_at: date
    published: Mapping[str, bool]  # a column of `volumes` -> whether the register can answer it
    coverage_start: date | None = None
    selected: bool = False
    completed_only: bool = False
    names_recipients: bool = True


def group_of(row: Row, by: str | None) -> str:
    if by is None:
        return "all"
    value = row[GROUP_COLUMN.get(by, by)]
    return "not_published" if value is None else str(value)


# ------------------------------------------------------------------------------------------------ intervals


def start_of(interval: str | None, day: date | None) -> date | None:
    if interval is None or day is None:
        return None
    if interval == "year":
        return date(day.year, 1, 1)
    return date(day.year, day.month if interval == "month" else 3 * ((day.month - 1) // 3) + 1, 1)


def end_of(interval: str, start: date) -> date:
    months = {"month": 1, "quarter": 3, "year": 12}[interval]
    number = start.year * 12 + start.month - 1 + months
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)


def intervals(interval: str | None, first: date | None, last: date) -> Iterator[tuple[date | None, date]]:
    """(first day, last day) of each interval from the one that holds `first` to the one that holds `last`."""
    if interval is None or first is None:
        yield first, last
        return
    start = start_of(interval, first)
    while start is not None and start <= last:
        end = end_of(interval, start)
        yield start, end
        start = end + timedelta(days=1)


# ------------------------------------------------------------------------------------------------- volumes


def volumes(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    interval, from_day, to_day = asked.get("interval"), asked.get("from_"), asked.get("to")
    dates = [r["date"] for r in rows if r["date"] and r["counted_as"] != "open_at_start"]
    first = from_day or (min(dates) if dates else None)
    last = to_day or max([facts.as_at, *dates, *([from_day] if from_day else [])])
    groups = sorted({group_of(r, asked.get("by")) for r in rows}) or ["all"]
    found = []
    for group in groups:
        mine = [r for r in rows if group_of(r, asked.get("by")) == group]
        now_open = sum(r["counted_as"] == "open_at_start" for r in mine)
        for start, end in intervals(interval, first, last):
            inside = [
                r
                for r in mine
                if r["counted_as"] != "open_at_start"
                and (r["date"] is None or start is None or start <= r["date"] <= end)
            ]
            counts: dict[str, Any] = {c: sum(r["counted_as"] == c for r in inside) for c in COUNTED}
            counts["excluded"] = sum(r["counted_as"] == "excluded" for r in inside)
            counts["open_at_start"] = now_open
            now_open += counts["received"] - counts["closed"]
            counts["open_at_end"] = now_open
            for column in counts:
                if not facts.published[column]:
                    counts[column] = None
            if facts.coverage_start and end < facts.coverage_start:
                counts["refused"] = counts["not_pursued"] = None
            found.append(
                {
                    "interval_start": start,
                    "interval_end": end,
                    "group": group,
                    **counts,
                    "immature": end > facts.as_at,
                }
            )
    return found


# ----------------------------------------------------------------------------------------------- recipients


def recipients(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    by = asked.get("by") or "type"
    of = "releases" if facts.published["released"] else "requests"
    found = []
    for group in sorted({group_of(r, by) for r in rows}) or ["all"]:
        mine = [r for r in rows if group_of(r, by) == group]
        dates = [r["date"] for r in mine]
        found.append(
            {
                "group": group,
                "requests": len({r["request"] for r in mine}),
                "releases": sum(r["counted_as"] == "released" for r in mine),
                "recipients": len({r["recipient_id"] for r in mine if r["recipient_id"]}),
                "first_date": min(dates, default=None),
                "last_date": max(dates, default=None),
            }
        )
    whole = sum(row[of] for row in found)
    for row in found:
        row["share"] = None if facts.selected or not whole else row[of] / whole
        if facts.selected:
            row["requests"] = None
        if not facts.published["released"]:
            row["releases"] = None
        if not facts.names_recipients or facts.selected:
            row["recipients"] = None
    return sorted(found, key=lambda r: (-(r["share"] or 0), r["group"]))


def top_recipients(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    of = "releases" if facts.published["released"] else "requests"
    named = defaultdict(list)
    for row in rows:
        named[row["recipient_id"]].append(row)
    found: list[dict[str, Any]] = []
    for recipient_id, mine in named.items():
        last = max(r["date"] for r in mine)
        found.append(
            {
                "recipient_id": recipient_id,
                "recipient": min(r["recipient"] for r in mine),
                "recipient_type": max(r["recipient_type"] for r in mine if r["date"] == last),
                "requests": len({r["request"] for r in mine}),
                "releases": sum(r["counted_as"] == "released" for r in mine),
            }
        )
    found.sort(key=lambda r: (-r[of], r["recipient_id"]))
    whole = sum(r[of] for r in found)
    so_far = 0
    for row in found:
        so_far += row[of]
        row["rank"] = 1 + sum(r[of] > row[of] for r in found)
        row["share"] = row[of] / whole if whole else None
        row["cumulative_share"] = so_far / whole if whole else None
    if of == "requests":
        for row in found:
            row["releases"] = None
    return found[: asked.get("limit") or 20]


def recipient_names(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    del asked, facts
    named = defaultdict(list)
    for row in rows:
        named[row["recipient_id"], row["published_name"], row["relation"], row["reason"]].append(row)
    return [
        {
            "recipient_id": recipient_id, "recipient": mine[0]["recipient"], "published_name": name,
            "relation": relation, "reason": reason, "entries": len(mine),
            "first_edition": min((r["edition"] for r in mine), key=edition_key),
            "last_edition": max((r["edition"] for r in mine), key=edition_key),
        }
        for (recipient_id, name, relation, reason), mine in named.items()
    ]  # fmt: skip


def edition_key(edition: str) -> tuple[str, int]:
    day, _, number = edition.partition(".")
    return day, int(number or 1)


# --------------------------------------------------------------------------------- what was listed, and held


def ever_seen(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    interval, from_day = asked.get("interval") or "year", asked.get("from_")
    days = [r["first_day"] for r in rows]
    first = None if facts.selected else from_day or min(days, default=None)
    last = asked.get("to") or max([facts.as_at, *days, *([from_day] if from_day else [])])
    found = []
    for start, end in intervals(interval, first, last):
        mine = [r for r in rows if start is None or start <= r["first_day"] <= end]
        found.append(
            {
                "interval_start": start,
                "interval_end": end,
                "ever_seen": None if facts.selected else len(mine),
                "still_listed": None if facts.selected else sum(r["still_listed"] for r in mine),
            }
        )
    return found


def holdings(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    del facts
    by = asked.get("by") or "type"
    found = []
    for group in {group_of(r, by) for r in rows}:
        counts = Counter(r["counted_as"] for r in rows if group_of(r, by) == group)
        found.append(
            {
                "group": group,
                "still_held": counts["still_held"] + counts["overdue"],
                "ended": counts["ended"],
                "overdue": counts["overdue"],
                "silent": counts["silent"],
            }
        )
    return found


# ------------------------------------------------------------------------------------------------------ time


@cache
def working_days_so_far() -> dict[date, int]:
    """Working days of England from 1994 up to each day."""
    found, number = {}, 0
    for n in range(366 * 46):
        day = date(1994, 1, 1) + timedelta(n)
        number += day.weekday() < 5 and day not in ENGLAND
        found[day] = number
    return found


def days_between(start: date, end: date, unit: str) -> int:
    if unit == "working":
        return working_days_so_far()[end] - working_days_so_far()[start]
    return (end - start).days


def case_of(row: Row, unit: str, facts: Facts) -> tuple[int, int, bool] | None:
    """(entry, length, event) of one case from its dates; None where it is left out."""
    if row["excluded_rule"] is not None:
        return None
    start = row["start_low"]
    length = days_between(start, row["end_low"], unit)
    entry = 0
    if row["clock"].startswith("received") and facts.coverage_start and facts.coverage_start > start:
        entry = days_between(start, facts.coverage_start, unit)
    if entry and length <= entry:
        return None
    return entry, length, row["event"]


def kaplan_meier(cases: Iterable[tuple[int, int, bool]]) -> list[dict[str, Any]]:
    """The curve at every day on which a case enters or leaves, from its definition: each case asked on each day."""
    cases = list(cases)
    days = {length for _, length, _ in cases} | {entry for entry, _, _ in cases if entry}
    survival, spread, found = 1.0, 0.0, []
    for day in sorted(days):
        at_risk = sum(length >= day and (entry < day or entry == 0) for entry, length, _ in cases)
        events = sum(length == day and event for _, length, event in cases)
        censored = sum(length == day and not event for _, length, event in cases)
        low = high = None
        if events and events == at_risk:
            survival = 0.0
        elif events and survival > 0:
            survival *= 1 - events / at_risk
            spread += events / (at_risk * (at_risk - events))
        if 0 < survival < 1:
            half = Z * math.sqrt(spread) / abs(math.log(survival))
            low, high = survival ** math.exp(half), survival ** math.exp(-half)
        found.append(
            {
                "day": day, "at_risk": at_risk, "events": events, "censored": censored, "survival": survival,
                "low": low, "high": high,
            }
        )  # fmt: skip
    return found


def first_at_most(curve: Iterable[Row], column: str, level: float) -> int | None:
    return next((r["day"] for r in curve if r[column] is not None and r[column] <= level + 1e-9), None)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The roots of |p - hits/n| = z sqrt(p(1 - p)/n), by halving: the interval as Wilson defined it."""

    def outside(p: float) -> bool:
        return abs(p - hits / n) > Z * math.sqrt(p * (1 - p) / n)

    def edge(inside: float, out: float) -> float:
        if not outside(out):
            return out
        for _ in range(200):
            middle = (inside + out) / 2
            inside, out = (inside, middle) if outside(middle) else (middle, out)
        return inside

    return edge(hits / n, 0.0), edge(hits / n, 1.0)


def usual_basis(rows: Iterable[Row]) -> str | None:
    counts = Counter(r["basis"] for r in rows if r["basis"] is not None)
    return max(counts, key=lambda basis: (counts[basis], basis), default=None)


def clock_groups(rows: Sequence[Row], asked: Row) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by (interval_start, group, basis); a case without a basis goes with the register's usual one."""
    usual = usual_basis(rows)
    found = defaultdict(list)
    for row in rows:
        key = (
            start_of(asked.get("interval"), row["counted_on"]),
            group_of(row, asked.get("by")),
            row["basis"] or usual,
        )
        found[key].append(row)
    return found


def turnaround(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    unit, target = asked.get("unit") or "calendar", asked.get("target")
    found = []
    for (start, group, basis), mine in clock_groups(rows, asked).items():
        cases = [c for c in (case_of(r, unit, facts) for r in mine) if c]
        row: dict[str, Any] = {
            "interval_start": start, "group": group, "basis": basis, "unit": unit, "target": target,
            "n": len(cases), "events": sum(event for *_, event in cases),
            "censored": sum(not event for *_, event in cases), "excluded": len(mine) - len(cases),
        }  # fmt: skip
        none = facts.selected or bool(asked.get("outcome"))
        closed_only = facts.completed_only or asked.get("cohort") == "closed"
        estimable = not none and any(entry == 0 for entry, *_ in cases)
        curve = kaplan_meier(cases) if estimable else []
        row["median"] = first_at_most(curve, "survival", 0.5)
        row["p90"] = first_at_most(curve, "survival", 0.1)
        row["median_low"] = None if closed_only else first_at_most(curve, "low", 0.5)
        row["median_high"] = None if closed_only else first_at_most(curve, "high", 0.5)
        from_start = [c for c in cases if c[0] == 0]
        hits = misses = 0
        if target is not None:
            hits = sum(event and length <= target for _, length, event in from_start)
            misses = sum(length > target for _, length, _ in from_start)
        row["within_target"] = row["within_low"] = row["within_high"] = None
        if hits + misses and not none:
            row["within_target"] = hits / (hits + misses)
            row["within_low"], row["within_high"] = wilson(hits, hits + misses)
        found.append(row)
    return found


def survival_curve(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    if facts.selected or facts.completed_only or asked.get("cohort") == "closed" or asked.get("outcome"):
        return []
    unit = asked.get("unit") or "calendar"
    found = []
    for (_, group, basis), mine in clock_groups(rows, {**asked, "interval": None}).items():
        cases = [c for c in (case_of(r, unit, facts) for r in mine) if c]
        if any(entry == 0 for entry, *_ in cases):
            found += [{"group": group, "basis": basis, **point} for point in kaplan_meier(cases)]
    return found
