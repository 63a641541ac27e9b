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
from itertools import pairwise
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
    edition: str  # the latest read
    published: Mapping[str, bool]  # a column of `volumes` -> whether the register can answer it
    coverage_start: date | None = None
    unbroken_from: date | None = None
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


# ------------------------------------------------------------------------------------------------- backlog


def backlog(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    """Month by month, request by request: the slow and obvious way."""
    found = []
    first = min((r["counted_from"] for r in rows), default=None)
    for group in sorted({group_of(r, asked.get("by")) for r in rows}):
        mine = [r for r in rows if group_of(r, asked.get("by")) == group]
        for _, end in intervals("month", first, facts.as_at):
            on = min(end, facts.as_at)
            ages = [
                (on - r["received_date"]).days
                for r in mine
                if r["counted_from"] <= on <= r["counted_to"]
                and r["received_date"] <= on
                and (r["closed_date"] is None or r["closed_date"] > on)
            ]
            found.append(
                {
                    "month_end": end,
                    "group": group,
                    "open": len(ages),
                    "age_0_30": sum(a <= 30 for a in ages),
                    "age_31_60": sum(31 <= a <= 60 for a in ages),
                    "age_61_120": sum(61 <= a <= 120 for a in ages),
                    "age_over_120": sum(a > 120 for a in ages),
                }
            )
    return found


def oldest_open(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "reference": r["reference"],
            "recipient": r["recipient"],
            "received_date": r["received_date"],
            "age_days": (facts.as_at - r["received_date"]).days,
            "age_working_days": days_between(r["received_date"], facts.as_at, "working"),
        }
        for r in sorted(rows, key=lambda r: (r["received_date"], r["reference"]))
    ]


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
        row["recipients"] = len(found)
    if of == "requests":
        for row in found:
            row["releases"] = None
    return found[: asked.get("limit") or 20]


def recipient_flow(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    """New and returning by interval. Whether that is told of an interval is the measure's to say (`told_from`)."""
    if facts.selected:
        return []
    interval, from_day, top = asked.get("interval") or "year", asked.get("from_"), 5
    dates = [r["date"] for r in rows]
    first = from_day or min(dates, default=None)
    last = asked.get("to") or max([facts.as_at, *dates, *([from_day] if from_day else [])])
    counted_as = next((c for c in ("released", "decided", "received") if facts.published[c]), None)
    known = facts.names_recipients and counted_as is not None
    found = []
    for group in sorted({group_of(r, asked.get("by")) for r in rows}) or ["all"]:
        for start, end in intervals(interval, first, last):
            each: Counter[str] = Counter()
            new: Counter[str] = Counter()
            for row in rows:
                if group_of(row, asked.get("by")) == group and start and start <= row["date"] <= end:
                    each[row["recipient_id"]] += 1
                    new[row["recipient_id"]] += row["first_date"] >= start
            counts = {
                "recipients": len(each),
                "new_recipients": sum(n > 0 for n in new.values()),
                "returning_recipients": sum(new[name] == 0 for name in each),
                "counted": each.total(),
                "new_counted": new.total(),
            }
            found.append(
                {
                    "interval_start": start, "interval_end": end, "group": group,
                    **{k: v if known else None for k, v in counts.items()},
                    "counted_as": counted_as if known else None,
                    "top_share": sum(n for _, n in each.most_common(top)) / each.total() if each else None,
                    "immature": end > facts.as_at,
                }
            )  # fmt: skip
    return found


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
                "still_listed": None
                if facts.selected
                else sum(r["last_edition"] == facts.edition for r in mine),
            }
        )
    return found


def holdings(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    del facts
    by = asked.get("by") or "type"
    found = []
    for group in {group_of(r, by) for r in rows}:
        mine = [r for r in rows if group_of(r, by) == group]
        counts = Counter(r["counted_as"] for r in mine)
        found.append(
            {
                "group": group,
                "still_held": counts["still_held"] + counts["overdue"],
                "ended": counts["ended"],
                "overdue": counts["overdue"],
                "ending": sum(r["ending"] for r in mine),
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
    if row["clock"].startswith("received") and facts.unbroken_from and facts.unbroken_from > start:
        entry = days_between(start, facts.unbroken_from, unit)
    if (
        row["clock"] == "approval_to_first_published"
    ):  # rests on when the first edition came out, which no row says
        entry = row["entry"] if unit == "calendar" else row["entry_working"]
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
        none = facts.selected or bool(asked.get("outcome")) or asked.get("by") == "outcome"
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


def no_curve(asked: Row, facts: Facts) -> bool:
    closed = facts.completed_only or asked.get("cohort") == "closed"
    return facts.selected or closed or bool(asked.get("outcome")) or asked.get("by") == "outcome"


def survival_curve(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    if no_curve(asked, facts):
        return []
    unit = asked.get("unit") or "calendar"
    found = []
    for (_, group, basis), mine in clock_groups(rows, {**asked, "interval": None}).items():
        cases = [c for c in (case_of(r, unit, facts) for r in mine) if c]
        if any(entry == 0 for entry, *_ in cases):
            found += [{"group": group, "basis": basis, **point} for point in kaplan_meier(cases)]
    return found


def ended_as(row: Row) -> str | None:
    """In which way a case left its clock; None where it is still open."""
    if row["end_high"] is None:
        return None
    if row["event"] and row["clock"] in ("received_to_release", "approval_to_release"):
        return "released"
    if row["event"] and row["clock"] == "received_to_reuse":
        return "reuse_permitted"
    settled = row["outcome"] in ("released", "reuse_permitted", "refused")
    if row["event"] and row["clock"] == "received_to_decision" and not settled:
        return "approved"
    return str(row["outcome"])


def outcomes(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    """The cumulative incidence of each way of ending, a day and a way at a time, with the delta method as written."""
    published = facts.published["not_pursued"] and asked.get("clock") != "approval_to_first_published"
    if no_curve(asked, facts) or not published:
        return []
    unit = asked.get("unit") or "calendar"
    found = []
    for (_, group, basis), mine in clock_groups(rows, {**asked, "interval": None}).items():
        timed = [(case_of(r, unit, facts), ended_as(r)) for r in mine]
        cases = [(case[0], case[1], way) for case, way in timed if case]
        if not any(entry == 0 for entry, *_ in cases):
            continue
        ways = sorted({way for *_, way in cases if way})
        days = sorted({length for _, length, way in cases if way})
        survival, steps = 1.0, []
        share = dict.fromkeys(ways, 0.0)
        for day in days:
            n = sum(length >= day and (entry < day or entry == 0) for entry, length, _ in cases)
            d = {w: sum(length == day and way == w for _, length, way in cases) for w in ways}
            share = {w: share[w] + survival * d[w] / n for w in ways}
            steps.append((n, d, survival, share))
            survival = 0.0 if sum(d.values()) == n else survival * (1 - sum(d.values()) / n)
            for way in ways:
                variance = 0.0
                for m, e, before, then in steps:
                    every, rest = sum(e.values()), share[way] - then[way]
                    if m > every:
                        variance += rest**2 * every / (m * (m - every))
                    variance += before**2 * e[way] * (m - e[way]) / m**3 - 2 * rest * before * e[way] / m**2
                low = high = None
                left = 1 - share[way]
                if share[way] > 0 and left > 1e-12:
                    half = Z * math.sqrt(max(variance, 0.0)) / (left * -math.log(left))
                    low, high = 1 - left ** math.exp(-half), 1 - left ** math.exp(half)
                found.append(
                    {
                        "group": group, "basis": basis, "day": day, "outcome": way, "low": low, "high": high,
                        "cumulative_incidence": share[way], "survival": survival, "at_risk": n, "events": d[way],
                    }
                )  # fmt: skip
    return found


def comparison(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    """The events expected of each group were there one curve, a day at a time, where there are two to compare."""
    interval = asked.get("interval")
    asked = {**asked, "by": asked.get("by") or (None if interval else "type")}
    if no_curve(asked, facts):
        return []
    unit = asked.get("unit") or "calendar"
    found = []
    groups = {
        key: [c for c in (case_of(r, unit, facts) for r in mine) if c]
        for key, mine in clock_groups(rows, asked).items()
        if key[0] is not None or not interval
    }
    # years are compared in each group; without them the groups are
    for basis, within in {(key[2], key[1] if interval else None) for key in groups}:
        mine = {
            key[:2]: cases
            for key, cases in groups.items()
            if key[2] == basis and within in (None, key[1]) and cases
        }
        kept = {
            g: cases
            for g, cases in mine.items()
            if sum(event for *_, event in cases) >= 5 and any(entry == 0 for entry, *_ in cases)
        }
        if len(kept) < 2:
            kept = {}
        expected = dict.fromkeys(kept, 0.0)
        for day in sorted({length for cases in kept.values() for _, length, event in cases if event}):
            n = {g: sum(x >= day and (e < day or e == 0) for e, x, _ in cases) for g, cases in kept.items()}
            d = sum(x == day and event for cases in kept.values() for _, x, event in cases)
            for g in kept:
                expected[g] += d * n[g] / sum(n.values())
        for key, cases in mine.items():
            events = sum(event for *_, event in cases)
            of = expected.get(key)
            found.append(
                {
                    "interval_start": key[0], "group": key[1], "basis": basis, "unit": unit, "n": len(cases),
                    "events": events, "expected": of,
                    "observed_less_expected": None if of is None else events - of,
                }
            )  # fmt: skip
    return found


# ------------------------------------------------------------------- records: people, figures, editions, decisions


def person_counts(rows: Sequence[Row], asked: Row, facts: Facts | None) -> list[dict[str, Any]]:
    """Each version of each published count: the rows that give it stand in the order of their editions."""
    figures: dict[tuple[Any, ...], list[list[Row]]] = defaultdict(list)
    for row in rows:
        key = tuple(row[c] for c in ("body", "unit", "period_end", "occurrence"))
        versions = figures[(*key, row["period_start"] or row["period"])]
        said = tuple(row[c] for c in ("requested", "supplied", "people"))
        if not versions or said != tuple(versions[-1][-1][c] for c in ("requested", "supplied", "people")):
            versions.append([])
        versions[-1].append(row)
    found = []
    for versions in figures.values():
        for version, later in zip(versions, [*versions[1:], None], strict=True):
            first = version[0]
            wanted, given = first["requested"], first["supplied"]
            left = wanted - given if wanted is not None and given is not None and given <= wanted else None
            if left is not None and first["unit"] in ("individuals", "records") and 0 < left < 5:
                left = None
            found.append(
                {
                    **{
                        c: first[c]
                        for c in ("body", "unit", "period_start", "period_end", "period", "people")
                    },
                    **{c: first[c] for c in ("requested", "supplied", "edition", "sheet", "sheet_row")},
                    "status": "superseded" if later else "current",
                    "superseded_by": later[0]["edition"] if later else None,
                    "last_edition": version[-1]["edition"],
                    "not_supplied": left,
                }
            )
            assert {r["counted_as"] for r in version} == {"superseded" if later else "current"}
    return found


def published_figures(rows: Sequence[Row], asked: Row, facts: Facts | None) -> list[dict[str, Any]]:
    """Each figure at its place in its file, and the entries of ours beside it; `counted` is 0 where none stands."""
    ours = Counter((r["figure_file"], r["figure_row"]) for r in rows if r["counted_as"] == "ours")
    return [
        {
            **{c: r[c] for c in ("source", "measure", "category", "period_start", "period_end", "value")},
            "file": r["file"],
            "file_row": r["sheet_row"],
            "counted": ours[r["file"], r["sheet_row"]],
        }
        for r in rows
        if r["counted_as"] == "value"
    ]


def editions(rows: Sequence[Row], asked: Row, facts: Facts | None) -> list[dict[str, Any]]:
    """Rows and requests of each edition. One that was withdrawn has none, and is not here."""
    found = []
    for edition in dict.fromkeys(r["edition"] for r in rows):
        mine = [r for r in rows if r["edition"] == edition]
        requests = [r["reference"] for r in mine if r["counted_as"] == "requests"]
        assert len(requests) == len(set(requests))
        listed = [(r["sheet"], r["sheet_row"]) for r in mine if r["counted_as"] == "rows"]
        assert len(listed) == len(set(listed))
        found.append({"edition": edition, "rows": len(listed), "requests": len(requests)})
    return found


def decisions(rows: Sequence[Row], asked: Row, facts: Facts | None, today: date) -> list[dict[str, Any]]:
    """Each decision's number and since when, on the day it was asked."""
    found = []
    for kind, item in sorted(
        {(r["counted_as"], r["item"] if r["counted_as"] == "figures" else None) for r in rows}, key=str
    ):
        mine = [r for r in rows if r["counted_as"] == kind and item in (None, r["item"])]
        days = [r["date"] for r in mine if r["date"]]
        if kind != "late_edition":
            since = min(days, default=None)
            found.append({"kind": kind, "count": len({r["thing"] for r in mine}), "since": since})
            continue
        lag = max([0, *((date.fromisoformat(r["value"]) - r["date"]).days for r in mine if r["value"])])
        gaps = sorted(g for g in ((b - a).days for a, b in pairwise(days)) if g > 0)
        months = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}.get(mine[0]["rule"])
        if months is None:
            middle = len(gaps) // 2
            median = gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle]) / 2
            due = days[-1] + timedelta(days=math.ceil(median))
        else:
            year, month = divmod(days[-1].year * 12 + days[-1].month - 1 + months, 12)
            last = end_of("month", date(year, month + 1, 1))
            at_end = (days[-1] + timedelta(days=1)).day == 1
            due = last if at_end else last.replace(day=min(days[-1].day, last.day))
        since = due + timedelta(days=lag)
        found.append(
            {"kind": kind, "count": 1 + (today - since).days // (due - days[-1]).days, "since": since}
        )
    return found


def commitments(rows: Sequence[Row], asked: Row, facts: Facts | None) -> list[dict[str, Any]]:
    """Each commitment once, though it may be about several registers; overdue by the last day it is judged on."""
    found = []
    for ref in dict.fromkeys(r["ref"] for r in rows):
        mine = [r for r in rows if r["ref"] == ref]
        (due,), (status,) = {r["due_date"] for r in mine}, {r["status"] for r in mine}
        judged = max((r["judged_on"] for r in mine if r["judged_on"]), default=None)
        open_still = status in ("in_progress", "not_published")
        overdue = due < judged and open_still if due and judged else None
        place = {(r["file"], r["sheet_row"]) for r in mine}
        assert len(place) == 1
        found.append(
            {"ref": ref, "kind": mine[0]["kind"], "due_date": due, "status": status, "overdue": overdue,
             "judged_on": judged, "file": mine[0]["file"], "file_row": mine[0]["sheet_row"]}
        )  # fmt: skip
    return found


def answerability(rows: Sequence[Row], asked: Row, facts: Facts | None) -> list[dict[str, Any]]:
    """What each era's sheets cover, and from when to when they list every case or every closed one."""
    found = []
    for era in sorted({r["era"] for r in rows}):
        mine = [r for r in rows if r["era"] == era]
        editions = list(dict.fromkeys(r["edition"] for r in mine))
        listing = [r for r in mine if r["coverage"] in ("complete", "completed_only")]
        covers = sorted({r["coverage"] for r in mine if r["coverage"] and r["entries"]})
        found.append(
            {
                "era": era,
                "editions": len(editions),
                "first_edition": editions[0],
                "last_edition": editions[-1],
                "listed_from": min((r["period_start"] for r in listing if r["period_start"]), default=None),
                "listed_to": max((r["period_end"] for r in listing if r["period_end"]), default=None),
                "sheets_cover": ", ".join(covers) or None,
            }
        )
    return found


def identity(rows: Sequence[Row], asked: Row, facts: Facts) -> list[dict[str, Any]]:
    """The cells of month and group in which the number open can move: one where a request comes, goes or waits."""
    cells: set[tuple[Any, ...]] = set()
    for row in rows:
        group = tuple(
            row[c] if c in ("recipient_type", "outcome") else row[c] or "not_published"
            for c in ("recipient_type", "tier", "route", "outcome", "legal_basis")
        )
        came, went = row["received_date"], row["closed_date"]
        first = came.year * 12 + came.month
        seen = max(facts.as_at, came)
        last = went.year * 12 + went.month if went else seen.year * 12 + seen.month + 1
        cells |= {(group, month) for month in range(first, last + 1)}
        if went:
            cells.add((group, last))
    end = facts.as_at.year * 12 + facts.as_at.month
    return [{"checked": sum(month <= end for _, month in cells)}]
