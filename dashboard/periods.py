"""The period before, of equal length, and what a headline number may say of it.

Where `from` and `to` are given it is the period just before them: as many months where they are whole months, else
as many days. Where neither is, the last whole year is compared with the year before. Only periods of which every case
is listed, and which are over, are compared; a change is claimed only where `dashboard.findings` lets a sentence claim
it. A register that bears no count has no such sentence (`measures.refusals`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dashboard import findings as say
from dashboard.filters import Filters
from dashboard.measures import Scope, measure
from dashboard.measures.refusals import at_least, enough, estimate, not_measurable, refused
from dashboard.store import Store
from dashboard.text import day, number, plural


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from `first` to `last`, both in."""

    first: date
    last: date

    @property
    def words(self) -> str:
        """ "2017", "March 2017", "January to March 2017", "1 January 2017 to 3 March 2018"."""
        a, b = self.first, self.last
        if not self._whole_months:
            return f"{day(a)} to {day(b)}"
        if self.is_year:
            return str(a.year)
        if (a.year, a.month) == (b.year, b.month):
            return f"{a:%B %Y}"
        if (a.month, b.month) == (1, 12):
            return f"{a.year} to {b.year}"
        return f"{a:%B} to {b:%B %Y}" if a.year == b.year else f"{a:%B %Y} to {b:%B %Y}"

    @property
    def said(self) -> str:
        """ "in 2017", "from January to March 2017"."""
        return f"{'from' if ' to ' in self.words else 'in'} {self.words}"

    @property
    def is_year(self) -> bool:
        first, last = date(self.first.year, 1, 1), date(self.first.year, 12, 31)
        return (self.first, self.last) == (first, last)

    @property
    def _whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1

    def before(self) -> Period | None:
        """The period of equal length that ends the day before this begins. None before the calendar begins."""
        try:
            last = self.first - timedelta(days=1)
            if not self._whole_months:
                return Period(first=last - (self.last - self.first), last=last)
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            place = self.first.year * 12 + self.first.month - 1 - months
            return Period(first=date(place // 12, place % 12 + 1, 1), last=last)
        except (OverflowError, ValueError):
            return None


@dataclass(frozen=True, kw_only=True)
class TwoPeriods:
    """A period and the one before it, both whole and wholly listed."""

    now: Period
    before: Period

    def filters(self, filters: Filters) -> tuple[Filters, Filters]:
        """The filters of the period, and of the one before."""
        cut = replace(filters, interval=None, by=None)
        now = replace(cut, from_=self.now.first, to=self.now.last)
        return now, replace(cut, from_=self.before.first, to=self.before.last)


def two_periods(store: Store, scope: Scope, filters: Filters) -> TwoPeriods | None:
    """What is compared under the filters; None where nothing may be."""
    if refused(scope, "count"):
        return None
    if filters.from_ and filters.to:
        now = Period(first=filters.from_, last=filters.to)
    elif filters.from_ or filters.to:
        return None
    else:
        year = scope.as_at.year - (0 if (scope.as_at.month, scope.as_at.day) == (12, 31) else 1)
        now = Period(first=date(year, 1, 1), last=date(year, 12, 31))
    before = now.before()
    if before is None or now.last > scope.as_at or at_least(scope, before.first):
        return None
    # Where the register begins later than the period before, its nothing is no count.
    whole = replace(filters, from_=None, to=None, interval=None, by=None)
    begins = measure("volumes", store, filters=whole).dicts()[0]["interval_start"]
    return TwoPeriods(now=now, before=before) if begins and begins <= before.first else None


def count_compared(store: Store, two: TwoPeriods | None, filters: Filters, column: str) -> str:
    """A column of `volumes` in the period and in the one before, and a change where the two counts differ."""
    if two is None:
        return ""
    now, before = (measure("volumes", store, filters=f).dicts()[0][column] for f in two.filters(filters))
    if now is None or before is None:
        return ""
    return f"{number(now)} {two.now.said}{say.than(now, before, two.before.said)}"


def headline_compared(
    store: Store, scope: Scope, filters: Filters, counted: tuple[str, str, str, str]
) -> str | None:
    """The main count of the period asked for against the one before; None where no period is, or none may be."""
    if not (filters.from_ and filters.to):
        return None
    two = two_periods(store, scope, filters)
    if two is None:
        return None
    column, _, noun, verb = counted
    now, before = (measure("volumes", store, filters=f).dicts()[0][column] for f in two.filters(filters))
    if now is None or before is None:
        return None
    words = f"{plural(now, noun)} {verb}" if now else f"No {noun} was {verb}"
    return f"{words} {two.now.said}{say.than(now, before, two.before.said)}"


def recipients_counted(store: Store, filters: Filters) -> int:
    """How many recipients there are under the filters: as many as `top-recipients` ranks, without ranking them."""
    rows = store.query("recipients", replace(filters, by="all", interval=None)).dicts()
    return int(rows[0]["recipients"] or 0) if rows else 0


def recipients_compared(store: Store, two: TwoPeriods | None, filters: Filters) -> str:
    """How many recipients there were in each: no change is claimed, for organisations do not come independently."""
    if two is None:
        return ""
    now, before = (recipients_counted(store, f) for f in two.filters(filters))
    return f"{number(now)} {two.now.said}, {number(before)} {two.before.said}"


def median_compared(store: Store, two: TwoPeriods | None, scope: Scope, filters: Filters, clock: str) -> str:
    """The median of cases received in each, and whether it changed, as far as their intervals tell. A year of which
    cases are still open that may take long is not compared."""
    if two is None or not_measurable(scope, clock) or not estimate(scope, filters).curve:
        return ""
    interval = "year" if two.now.is_year else None  # of a year the measure says whether it can still move
    rows = [_typical(store, replace(f, clock=None, interval=interval)) for f in two.filters(filters)]
    now, before = rows
    if now is None or before is None or now["basis"] != before["basis"]:
        return ""
    if now["immature"]:
        return f"The median of {two.now.words} can still move, and is not compared"
    return say.time_change(before, now, labels=(two.before.words, two.now.words))


def _typical(store: Store, filters: Filters) -> dict[str, Any] | None:
    rows = measure("turnaround", store, filters=filters).dicts()
    row = max(rows, key=lambda r: r["n"] or 0)
    return row if enough(row["events"]) and row["median"] is not None else None


def open_compared(two: TwoPeriods | None, filters: Filters, open_at_start: int | None) -> str:
    """How many were open when the period began: of one day each, which is no change to be tested."""
    if two is None or not (filters.from_ and filters.to) or open_at_start is None:
        return ""
    return f"{number(open_at_start)} at {day(two.before.last)}"
