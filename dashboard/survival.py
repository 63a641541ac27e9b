"""Time to an event when some are still waiting: Kaplan-Meier, its bounds, and two companions.

Everything starts from a risk table, one row per day of duration, already counted by SQL. A day here is a
duration in whole days (calendar or working, as the clock says), not a date.

Convention. Each case enters at a duration (0 unless it came into view later, which is delayed entry, also
called left truncation), and leaves once, by the event or by censoring.

- At risk on day t: those that entered before t and have not left before t. A duration of 0 days is legal, so
  everything that enters at 0 is at risk on day 0.
- On one day events come before censoring: a case censored on day t was at risk of the events of day t.
- A case that leaves on or before its own delayed entry was never at risk and must not be in the table. Counts
  cannot show that it is there, except where it makes more leave than are at risk.

Under delayed entry the risk set can empty early: when everyone at risk on a day has the event, the estimate
drops to 0 and stays there, whoever enters later. That is the estimator, not an error, but the curve then
describes the first few to come into view; read it beside `at_risk`.

Sources: Kaplan and Meier, JASA 53 (1958) 457-481, for the estimate; Greenwood, Reports on Public Health 33
(1926), for its variance; Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (1980), for
the log(-log) bands; Brookmeyer and Crowley, Biometrics 38 (1982) 29-41, for the interval of the median, here
by inverting those bands; Wilson, JASA 22 (1927) 209-212, for a proportion; Mantel, Cancer Chemotherapy
Reports 50 (1966) 163-170, for the log-rank test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np


# The estimate is a product of fractions, so a curve that stands at exactly one half can come out as
# 0.5000000000000001 and the median would be a whole step too late. One case among a hundred million moves the
# curve more than this; rounding moves it far less.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class RiskTable:
    """Counts by day of duration: four tuples of one length.

    `day` rises, from 0 or later. `events` and `censored` are those that leave on that day; together they are
    every case. `entered` is the number whose delayed entry is that day. All other cases enter at 0, whether
    or not they are counted in `entered` on day 0, so the column is all zeros where nothing enters late.

    Raises ValueError for tuples of different lengths, days that do not rise, a negative number, more entries
    than cases, or a day on which more leave than are at risk.
    """

    day: tuple[int, ...]
    entered: tuple[int, ...]
    events: tuple[int, ...]
    censored: tuple[int, ...]

    def __post_init__(self) -> None:
        if len({len(column) for column in (self.day, self.entered, self.events, self.censored)}) > 1:
            raise ValueError("The columns of a risk table must be of one length.")
        check_counts(self._columns)

    @cached_property
    def _columns(self) -> Counts:
        return np.array((self.day, self.entered, self.events, self.censored), dtype=np.int64)

    @property
    def cases(self) -> int:
        """Number of cases: each leaves once."""
        return sum(self.events) + sum(self.censored)

    @cached_property
    def at_risk(self) -> tuple[int, ...]:
        """Number at risk on each day, by the convention of the module."""
        return tuple(_at_risk(self._columns).tolist())


Counts = np.ndarray  # rows: day, entered, events, censored as in RiskTable; int64


def check_counts(counts: Counts) -> np.ndarray:
    """Number at risk on each day. Raises ValueError for what `RiskTable` refuses."""
    day, entered, events, censored = counts
    if (counts < 0).any():
        raise ValueError("A risk table cannot hold a negative number.")
    if (day[1:] <= day[:-1]).any():
        raise ValueError("The days of a risk table must rise, each given once.")
    leave = events + censored
    if entered.sum() > leave.sum():
        raise ValueError(f"{entered.sum()} enter and {leave.sum()} leave: every entry must leave once.")
    at_risk = _at_risk(counts)
    over = np.flatnonzero(leave > at_risk)
    if len(over):
        k = int(over[0])
        raise ValueError(f"On day {day[k]}, {leave[k]} leave and {at_risk[k]} are at risk.")
    return at_risk


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: tuples of one length, a row for each day of the table it came from.

    `survival` is the share, 0 to 1, still waiting after that day; before the first row it is 1. `low` and
    `high` are its pointwise bounds, None where they are undefined: while the curve is at 1, and once it is 0.
    """

    day: tuple[int, ...]
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    censored: tuple[int, ...]
    survival: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]

    def quantile(self, p: float) -> int | None:
        """The least day, as a duration, by which a share `p` has had the event: the least with S <= 1 - p.

        0.5 gives the median and 0.9 the 90th percentile. None when the curve does not come down so far ("not
        reached"). Raises ValueError unless 0 < p <= 1.
        """
        if not 0 < p <= 1:
            raise ValueError(f"A quantile is over 0 and at most 1, not {p}.")
        return self._first_at_most(self.survival, 1 - p)

    def median_bounds(self) -> tuple[int | None, int | None]:
        """Bounds of the median in days: the least day whose low band is at most 0.5, then whose high band is.

        None for a bound that is not reached: the upper one is None when the interval has no upper end.
        The bands are undefined at S = 0, so a curve that falls straight to 0 gives None for both.
        """
        return self._first_at_most(self.low, 0.5), self._first_at_most(self.high, 0.5)

    def _first_at_most(self, column: Sequence[float | None], level: float) -> int | None:
        for day, value in zip(self.day, column, strict=True):
            if value is not None and value <= level + TOLERANCE:
                return day
        return None


def kaplan_meier(table: RiskTable, confidence: float = 0.95) -> Curve:
    """The product-limit estimate of Kaplan and Meier, with Greenwood's variance and log(-log) bands.

    S(t) is the product of (1 - events/at_risk) over the days up to t. The bands are S ** exp(+-z * se), where
    se is the root of Greenwood's sum over |ln S|, so they stay within 0 and 1. An empty table gives an
    empty curve. Raises ValueError unless 0 < confidence < 1.
    """
    s, low, high, inside = _product_limit(_at_risk(table._columns), table._columns[2], confidence)
    return Curve(
        day=table.day,
        at_risk=table.at_risk,
        events=table.events,
        censored=table.censored,
        survival=tuple(s.tolist()),
        low=_where(inside, low),
        high=_where(inside, high),
    )


@dataclass(frozen=True)
class Typical:
    """What a curve says in four numbers: its median with bounds, and its 90th percentile, as `Curve` has them."""

    median: int | None
    median_low: int | None
    median_high: int | None
    p90: int | None


def typical(counts: Counts) -> Typical:
    """The four numbers of `kaplan_meier`'s curve of these counts, without the curve.

    Raises ValueError for counts that `RiskTable` refuses.
    """
    s, low, high, inside = _product_limit(check_counts(counts), counts[2], 0.95)

    def first(reached: np.ndarray) -> int | None:
        at = reached.argmax() if len(reached) else 0  # the first that is true, if any is
        return int(counts[0][at]) if len(reached) and reached[at] else None

    return Typical(
        first(s <= 0.5 + TOLERANCE),
        first(inside & (low <= 0.5 + TOLERANCE)),
        first(inside & (high <= 0.5 + TOLERANCE)),
        first(s <= 1 - 0.9 + TOLERANCE),
    )


def _product_limit(
    at_risk: np.ndarray, events: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The curve, its two bands, and where they are defined."""
    z = normal_deviate(confidence)
    n, d = at_risk.astype(float), events.astype(float)
    step = np.divide(n - d, n, out=np.ones_like(n), where=d > 0)
    s = np.cumprod(step)  # once all at risk have had the event it is 0 and stays so
    inside = (s > 0) & (s < 1)
    variance = np.cumsum(np.divide(d, n * (n - d), out=np.zeros_like(n), where=(d > 0) & (n > d)))
    log = np.log(s, out=np.full_like(s, -1.0), where=inside)
    spread = np.exp(z * np.sqrt(variance) / -log)
    return s, np.exp(log * spread), np.exp(log / spread), inside


def _where(there: np.ndarray, values: np.ndarray) -> tuple[float | None, ...]:
    return tuple(v if t else None for t, v in zip(there.tolist(), values.tolist(), strict=True))


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """Wilson's score interval for a share, without continuity correction: (low, high), each 0 to 1.

    None when `n` is 0. Raises ValueError unless 0 <= successes <= n and 0 < confidence < 1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share.")
    z = normal_deviate(confidence)
    if n == 0:
        return None
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At the ends the bound is exactly 0 or 1; rounding would leave a hair either side.
    low = 0.0 if successes == 0 else (centre - half) / scale
    high = 1.0 if successes == n else (centre + half) / scale
    return low, high


@dataclass(frozen=True)
class LogRank:
    """A log-rank test: chi-squared with its degrees of freedom and p, and for each group the events expected of it
    were there one curve, in the order given."""

    chi2: float
    df: int
    p: float
    expected: tuple[float, ...]


def compare(groups: Sequence[RiskTable]) -> LogRank:
    """Mantel's log-rank test that the groups have one curve, with the events expected of each.

    On each day with an event, the events of a group are set against those expected from its share of the risk
    set, with the hypergeometric variance. Degrees of freedom count the independent comparisons the data
    allow: one fewer than the groups, less any that are never at risk beside another. With nothing to
    compare chi-squared is 0 with 0 degrees of freedom and p 1. Raises ValueError for fewer than two groups.
    """
    if len(groups) < 2:
        raise ValueError("A log-rank test compares two groups or more.")
    days = sorted({day for g in groups for day, d in zip(g.day, g.events, strict=True) if d})
    at_risk = np.array([_at_risk_on(g, days) for g in groups], dtype=float)
    events = np.array([_events_on(g, days) for g in groups], dtype=float)

    n = at_risk.sum(axis=0)
    d = events.sum(axis=0)
    share = at_risk / n
    expected = (share * d).sum(axis=1)
    observed_less_expected = (events - share * d).sum(axis=1)
    # With one case at risk there is nothing to vary, and the formula would divide by nothing.
    weight = d * (n - d) / np.maximum(n - 1, 1)
    covariance = -(share * weight) @ share.T
    # Written so that a group which is always alone at risk has a variance of exactly 0.
    variance = (share * (1 - share) * weight).sum(axis=1)
    np.fill_diagonal(covariance, variance)

    compared = variance > 0
    spread = np.sqrt(variance)
    if not compared.any():
        return LogRank(0.0, 0, 1.0, tuple(map(float, expected)))
    # The rows of the covariance sum to nothing, so it has no inverse; a generalised one gives the statistic
    # whichever group would be left out. In units of each group's spread, so that a small group beside a very
    # large one is not taken for rounding.
    u = observed_less_expected[compared] / spread[compared]
    scaled = covariance[np.ix_(compared, compared)] / np.outer(spread[compared], spread[compared])
    values, vectors = np.linalg.eigh(scaled)
    kept = values > TOLERANCE * len(values)
    chi2 = float(((vectors[:, kept].T @ u) ** 2 / values[kept]).sum())
    df = int(kept.sum())
    return LogRank(chi2, df, chi2_tail(chi2, df), tuple(map(float, expected)))


def chi2_tail(x: float, df: int) -> float:
    """The probability that chi-squared with `df` degrees of freedom is over `x`: 0 to 1.

    The regularised upper incomplete gamma function Q(df/2, x/2), by its recurrence from
    Q(1/2, y) = erfc(sqrt y) or Q(1, y) = exp(-y) (Abramowitz and Stegun 6.5). Every term is positive, so
    nothing cancels. Raises ValueError for a negative `x` or a `df` under 1.
    """
    if x < 0 or df < 1:
        raise ValueError(f"Chi-squared is not negative and has a degree of freedom: x {x}, df {df}.")
    y = x / 2
    if y == 0:  # not x: halving the least float gives 0, which has no logarithm
        return 1.0
    a = 0.5 if df % 2 else 1.0
    tail = math.erfc(math.sqrt(y)) if df % 2 else math.exp(-y)
    while a < df / 2:
        tail += math.exp(a * math.log(y) - y - math.lgamma(a + 1))
        a += 1
    return min(tail, 1.0)


def _events_on(table: RiskTable, days: Sequence[int]) -> list[int]:
    found = dict(zip(table.day, table.events, strict=True))
    return [found.get(day, 0) for day in days]


def _after_each_day(counts: Counts) -> np.ndarray:
    """Number at risk before the first day of the table, and after each of its days."""
    day, entered, events, censored = counts
    # Those who enter on a day are at risk from the next; those who enter at 0 are there from the start.
    late = np.where(day > 0, entered, 0)
    cases = int(events.sum() + censored.sum())
    return cases - int(late.sum()) + np.concatenate(([0], np.cumsum(late - events - censored)))


def _at_risk(counts: Counts) -> np.ndarray:
    return _after_each_day(counts)[:-1]


def _at_risk_on(table: RiskTable, days: Sequence[int]) -> list[int]:
    """Number at risk on each of `days`, which rise and need not be days of the table."""
    places = np.searchsorted(table._columns[0], np.array(days, dtype=np.int64), side="left")
    found: list[int] = _after_each_day(table._columns)[places].tolist()
    return found


def normal_deviate(confidence: float) -> float:
    """The normal deviate of a two-sided interval: 1.96 for 0.95."""
    if not 0 < confidence < 1:
        raise ValueError(f"A confidence level is between 0 and 1, not {confidence}.")
    return NormalDist().inv_cdf(0.5 + confidence / 2)
