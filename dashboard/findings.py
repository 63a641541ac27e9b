"""The headline engine: small rows of a measure in, one sentence out, or None where nothing can be said.

Each kind of finding is one function of this module (`KINDS`); it never claims what its rows do not support. Counts
are compared by an exact interval (`dashboard.comparison`), medians by a log-rank test where there is one, else by
their intervals; a wide interval makes an "about" or a "between". `dashboard.headlines` chooses what to ask of a
register, `dashboard.figures` titles its exhibits with the same functions. Specified, each kind with examples, in
tests/spec/specs/headlines.py.

Sentences come without their full stop, so that they serve as titles too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from dashboard.comparison import compare_counts
from dashboard.filters import Filters
from dashboard.measures.refusals import enough
from dashboard.text import day, join_words, number, percent, plural, with_article
from dashboard.vocabulary import CLOCKS


Kind = Literal["change", "level", "context", "signal", "longest", "time", "people", "edition", "silent"]
# A count under its name: ("2017", 131). Of whole intervals only, in order.
Points = Sequence[tuple[str, int]]

SMALL = 20  # under as many before, a percentage says less than the numbers
SERIES = 12  # points under which limits are "trial limits"
GRANTED = ("released", "reuse_permitted", "approved")
NOT_ENDED = ("open", "unknown")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a finding rests on: a measure under its filters, and the values said, by their name there."""

    measure: str
    filters: Filters
    values: tuple[tuple[str, object], ...] = ()
    columns: tuple[str, ...] = ()  # the columns that the sentence speaks of, the first first
    counted: bool = False  # the sentence says how many rows there are

    @property
    def address(self) -> str:
        """Where the rows behind it are, as open data: the entries; the measure's own rows where those are counted."""
        query = self.filters.query()
        more = "" if self.counted else f"{'&' if query else ''}rows=1"
        return f"/data/{self.measure}.csv" + (f"?{query}{more}" if query or more else "")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence with one point, the page that shows it, and what it rests on."""

    text: str
    kind: Kind
    link: str = ""
    rests_on: tuple[Ground, ...] = ()

    @property
    def rows(self) -> str:
        """The address of the rows behind it; empty where it is about what is not there."""
        return next((g.address for g in self.rests_on), "")


def change(points: Points, *, noun: str, verb: str) -> str | None:
    """The last count against the one before: a change only where the interval of their ratio supports one.

    `noun` is singular, `verb` a participle: "request", "received". None without a point.
    """
    if not points:
        return None
    (label, now), earlier = points[-1], points[:-1]
    words = f"{plural(now, noun)} {verb} in {label}" if now else f"No {noun} was {verb} in {label}"
    if not earlier:
        return words
    before_label, before = earlier[-1]
    return words + than(now, before, f"in {before_label}")


def than(now: int, before: int, when: str) -> str:
    """The end of a sentence that names a count: ", 24% fewer than in 2024", or " and 11 in 2019: no clear change"."""
    if now == before:
        return f", the same as {when}"
    if not compare_counts(now, before).differ:
        return f" and {number(before)} {when}: no clear change"
    if not now or not before:  # a percentage of nothing, or all of it, is no way to say so
        return f", after {number(before) if before else 'none'} {when}"
    more = "more" if now > before else "fewer"
    if before < SMALL:
        return f", {number(abs(now - before))} {more} than {when}"
    return f", {percent(abs(now - before) / before)} {more} than {when}"


def level(points: Points, *, noun: str, verb: str) -> str | None:
    """The range over the years. None with fewer than two points."""
    if len(points) < 2:
        return None
    low, high = (f(points, key=lambda p: p[1]) for f in (min, max))
    if low[1] == high[1]:
        return f"Each year from {points[0][0]} to {points[-1][0]} had {plural(low[1], noun)} {verb}"
    return (
        f"Between {points[0][0]} and {points[-1][0]} the yearly number of {noun}s {verb} ranged from "
        f"{number(low[1])} ({low[0]}) to {number(high[1])} ({high[0]})"
    )


def context(points: Points, *, noun: str, verb: str) -> str | None:
    """The last whole year among all: the most or the fewest, or since when. None where it is neither, over two years.

    Where the year next to it in rank is no different by the interval of the two, the sentence says so.
    """
    if not points:
        return None
    (label, now), earlier = points[-1], points[:-1]
    words = f"The {plural(now, noun)} {verb} in {label}" if now else f"No {noun} was {verb} in {label}"
    for most, nearest in (("most", max), ("fewest", min)):
        beaten = [p for p in earlier if (p[1] >= now if most == "most" else p[1] <= now)]
        since = beaten[-1] if beaten else None
        passed = earlier[earlier.index(since) + 1 :] if since else earlier
        if len(passed) < 2:
            continue
        if not now:
            return f"{words}, as in no year since {passed[0][0] if not since else since[0]}"
        runner = nearest(passed, key=lambda p: p[1])
        hedge = ""
        if not compare_counts(now, runner[1]).differ:
            hedge = f", though hardly {'more' if most == 'most' else 'fewer'} than in {runner[0]} ({number(runner[1])})"
        were = "was" if now == 1 else "were"
        if since is None:
            return f"{words} {were} the {most} of the {len(points)} years since {points[0][0]}{hedge}"
        return f"{words} {were} the {most} since {since[0]} ({number(since[1])}){hedge}"
    return None


def share(points: Points, *, of: str, since: str = "", total: int | None = None) -> str | None:
    """Who had most: the group with the largest count, as a share of all; of few, both numbers.

    `points` are groups by size, their names plural ("Universities"); `of` plural ("releases"); `total` where the
    groups overlap and add up to more than there are. Groups that are equally large are named together.
    """
    whole = sum(n for _, n in points) if total is None else total
    if not points or not whole:
        return None
    most = max(n for _, n in points)
    names = [name for name, n in points if n == most]
    who = join_words([names[0], *(_lower(name) for name in names[1:])])
    each = " each" if len(names) > 1 else ""
    if most == whole:
        return f"{who} had all {number(whole)} {of if whole != 1 else of.removesuffix('s')}{since}"
    if whole < SMALL:
        return f"{who}{each} had {number(most)} of {number(whole)} {of}{since}"
    return f"{who}{each} had {percent(most / whole)} of {of}{since}"


def ended(counts: Mapping[str, int], *, since: str = "", noun: str = "request") -> str | None:
    """How those that ended did: granted and refused, as shares; of few, in numbers. None where none has ended.

    `counts` by outcome, as `recipients` gives them under `by=outcome`.
    """
    whole = sum(n for outcome, n in counts.items() if outcome not in NOT_ENDED)
    granted = sum(counts.get(outcome, 0) for outcome in GRANTED)
    rejected = counts.get("refused", 0)
    if not whole:
        return None
    if whole < SMALL:
        return (
            f"Of {plural(whole, noun)} that ended{since}, {number(granted)} "
            f"{'was' if granted == 1 else 'were'} granted and {number(rejected)} refused"
        )
    return (
        f"{percent(granted / whole)} of {noun}s that ended{since} were granted, "
        f"{percent(rejected / whole)} refused"
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def signal(rows: Sequence[Mapping[str, Any]], *, things: str, interval: str) -> str | None:
    """The last signal of a control chart in words; None where no point has one.

    `rows` are those of `control-chart`, in order, each signal by its name there; `things` plural: "requests
    received"; `interval` singular. A point outside the limits is told before a run that it is part of.
    """
    at = next((i for i in reversed(range(len(rows))) if rows[i]["signal"]), None)
    if at is None:
        return None
    row = rows[at]
    name = str(row["signal"]).split("; ")[0]
    above = name in ("above_upper", "run_above", "rising", "near_upper")
    when = _interval_words(row["interval_start"], interval)
    trial = f" (trial limits, on under {SERIES} {interval}s)" if row["trial"] else ""
    if name in ("above_upper", "below_lower"):
        limits = _range_words(row["lower"], row["upper"])
        way = f"{'was' if row['value'] == 1 else 'were'} {'above' if above else 'below'}"
        return f"The {number(row['value'])} {things} in {when} {way} the usual {limits} a {interval}{trial}"
    if name in ("near_upper", "near_lower"):
        limit = number(round(row["upper" if above else "lower"]))
        end = "upper" if above else "lower"
        return f"The {things} up to {when} were near the {end} limit, {limit} a {interval}, two times of three{trial}"
    first = at
    while first and _goes_on(rows[first - 1], row, name):
        first -= 1
    since = _interval_words(rows[first]["interval_start"], interval)
    if name in ("rising", "falling"):
        way = f"{'rose' if above else 'fell'} {interval} after {interval}"
        return f"The {things} {way} from {since} to {when}{trial}"
    # the mean of the points that the limits rest on, which may be years older than the run
    usual = f"{'above' if above else 'below'} the usual {number(round(row['mean']))} a {interval},"
    return f"The {things} were {usual} {interval} after {interval}, from {since} to {when}{trial}"


def _goes_on(before: Mapping[str, Any], row: Mapping[str, Any], name: str) -> bool:
    """Whether the point before is part of the same run: the same signal, on the same limits."""
    return before["stretch"] == row["stretch"] and name in str(before["signal"] or "").split("; ")


def _range_words(low: float, high: float) -> str:
    return f"up to {number(round(high))}" if low <= 0 else f"{number(round(low))} to {number(round(high))}"


def _interval_words(start: date, interval: str) -> str:
    if interval == "year":
        return str(start.year)
    if interval == "quarter":
        last = date(start.year, start.month + 2, 1)
        return f"{start:%b} to {last:%b} {start.year}"
    return f"{start:%B %Y}"


def longest(rows: Sequence[Mapping[str, Any]], *, as_at: date, noun: str = "request") -> str | None:
    """The longest wait: of the cases still open where there are some, else of those that ended.

    Each row: reference, received_date, days (calendar), open.
    """
    waiting = [r for r in rows if r["open"]]
    row = max(waiting or rows, key=lambda r: r["days"], default=None)
    if row is None:
        return None
    name = "" if str(row["reference"]).startswith("unreferenced-") else f" ({row['reference']})"
    days = plural(row["days"], "calendar day")
    if waiting:
        return (
            f"The longest wait still open at {day(as_at)} is {days}, by {with_article(noun)} of "
            f"{day(row['received_date'])}{name}"
        )
    by = f"{with_article(noun)} of {day(row['received_date'])}{name}"
    return f"The longest wait of those that ended was {days}, by {by}"


def time(row: Mapping[str, Any]) -> str:
    """The typical time of one row of `turnaround`, hedged by its interval, or why none is given."""
    days = f"{row['unit']} days"
    if not enough(row["events"]):
        return f"Too few cases have ended to say how long they take: {plural(row['events'], 'case')}"
    if row["median"] is None:
        if row["method"] == "none":
            return "No case was watched from its receipt, so no typical time is given"
        return "Fewer than half of the cases have ended, so the median is not reached"
    bounds = ""
    if row["median_low"] is not None:
        upper = f"to {number(row['median_high'])}" if row["median_high"] is not None else "with no upper end"
        bounds = f" (95% interval {number(row['median_low'])} {upper})"
    about = "about " if _wide(row) else ""
    if row["clock"] != "received_to_outcome":
        # Cases that end another way leave at that day, so this is not the day by which half had ended so.
        return f"Cause-specific median {CLOCKS[row['clock']]}: {about}{number(row['median'])} {days}{bounds}"
    return f"Half of cases ended within {about}{number(row['median'])} {days}{bounds}"


def _wide(row: Mapping[str, Any]) -> bool:
    """Whether the interval is wide for its median: an end more than a fifth of it away, or no end."""
    low, high, median = (
        None if row[c] is None else float(row[c]) for c in ("median_low", "median_high", "median")
    )
    if low is None or high is None or median is None:
        return low is not None
    return max(median - low, high - median) > median / 5


def time_change(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    labels: tuple[str, str],
    p_value: float | None = None,
) -> str:
    """Two medians: a rise or fall only by the log-rank test, or where there is none by intervals that do not touch.

    Intervals that overlap show no sameness; without a test the sentence gives the numbers and says only that.
    `before` and `now` are rows of `turnaround` with a median each; `labels` their years.
    """  # fmt: skip
    days = f"{now['unit']} days"
    pair = f"{number(before['median'])} and {number(now['median'])} {days}"
    years = f"between {labels[0]} and {labels[1]}"
    overlap = _overlap(before, now)
    if (p_value is not None and p_value >= 0.05) or before["median"] == now["median"]:
        return f"No clear change in the median {years}: {pair}"
    if p_value is None and overlap:
        return f"Whether the median changed {years} cannot be told, as the intervals overlap: {pair}"
    way = "rose" if now["median"] > before["median"] else "fell"
    about = "about " if _wide(before) or _wide(now) else ""
    values = f"from {about}{number(before['median'])} to {about}{number(now['median'])} {days}"
    return f"The median {way} {values} {years}"


def _overlap(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Whether the two 95% intervals touch; an open end reaches everything."""
    if a["median_low"] is None or b["median_low"] is None:
        return True
    highs = [r["median_high"] if r["median_high"] is not None else float("inf") for r in (a, b)]
    return bool(a["median_low"] <= highs[1] and b["median_low"] <= highs[0])


def people(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """What each body asked for and was given in the latest period published; None without such counts.

    Rows of `person-counts`. Superseded figures are passed over; units are said, never added up.
    """
    said: list[str] = []
    for row in latest_counts(rows):
        body, unit = row["body"], row["unit"]
        asked, supplied = row["requested"], row["supplied"]
        if asked == 0 and not supplied:
            numbers = "none asked for"
        elif asked is None:
            numbers = f"{number(supplied)} {unit}"
        elif supplied is None:
            numbers = f"{number(asked)} {unit} asked for, those supplied not published"
        else:
            numbers = f"{number(supplied)} of {number(asked)} {unit}"
        said.append(f"{body} {numbers} ({_period(row['period_start'], row['period_end'])})")
    return f"Supplied in the latest period published: {'; '.join(said)}" if said else None


def latest_counts(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The count of the latest period of each body and unit, the latest first: at most three."""
    latest: dict[tuple[str, str], Mapping[str, Any]] = {}
    current = [r for r in rows if r["status"] == "current" and r["period_end"] is not None]
    for row in sorted(current, key=lambda r: r["period_end"]):
        if row["requested"] is not None or row["supplied"] is not None:
            latest[row["body"], row["unit"]] = row
    # Those with something to say first.
    ordered = sorted(
        latest.items(),
        key=lambda i: (i[1]["requested"] == 0, -i[1]["period_end"].toordinal(), i[0]),
    )
    return [row for _, row in ordered[:3]]


def _period(start: date | None, end: date) -> str:
    if start is None or (start.year, start.month) == (end.year, end.month):
        return f"{end:%B %Y}"
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return str(end.year)
    return f"{start:%B %Y} to {end:%B %Y}" if start.year != end.year else f"{start:%B} to {end:%B %Y}"


def silent(columns: Mapping[str, bool], words: Mapping[str, str]) -> str | None:
    """What cannot be said: the columns that are not answerable, in words. None when all are."""
    found = [said for name, said in words.items() if not columns[name]]
    return f"Not published, so not shown: {join_words(found)}" if found else None


KINDS: dict[str, Callable[..., str | None]] = {
    "change": change,
    "level": level,
    "context": context,
    "share": share,
    "ended": ended,
    "signal": signal,
    "longest": longest,
    "time": time,
    "time_change": time_change,
    "people": people,
    "silent": silent,
}
