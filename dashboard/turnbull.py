"""The curve of cases whose end is known only to lie between two editions: bounds, not a line.

A register that shows a case open in one edition and ended in the next, without a date, says that it ended on one of the
days between. Such a case says much, and no single day for it can be right. The non-parametric maximum likelihood
estimate gives each stretch of days in which ends may lie as much of the curve as makes the published facts likeliest;
inside a stretch the curve is not determined, so it is given as two values, and between them everything fits the facts.

Convention. Days are whole durations. An end known to lie from `low` to `high` has both days in; an end with a date has
`low` = `high`; a case still open after day c ended on no day up to c. Delayed entry is that of `dashboard.survival`: a
case that entered on day v is at risk from v + 1 on, and all that enter on day 0 are at risk on day 0. With dates alone
the estimate is Kaplan and Meier's.

How. The stretches are those of Turnbull; where cases enter late their days of entry part the stretches too
(Frydman). Given a curve, each end is spread over its stretches in proportion to it, and Kaplan and Meier's estimate of
the cases so spread is the next curve: the EM algorithm, whose fixed point is the self-consistent estimate.
Extrapolation (SQUAREM) hurries it, and is undone where it lessens the likelihood. Without late entry the likelihood
has one greatest value. With it there may be several tops, and the one is taken that is reached from even shares.

The 95% bounds ask nothing of where between its bounds a case ended. For each day the ends are placed so that the
Kaplan-Meier curve there is least, and so that it is greatest; of the one the lower log(-log) band is taken, of the
other the upper. Whatever the true days, their curve lies between the two (where nobody enters late).

Sources: Turnbull, JRSS B 38 (1976) 290-295; Frydman, JRSS B 56 (1994) 71-74; Dempster, Laird and Rubin, JRSS B 39
(1977) 1-38; Gentleman and Geyer, Biometrika 81 (1994) 618-623, for when an estimate is the greatest; Varadhan and
Roland, Scandinavian Journal of Statistics 35 (2008) 335-353.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.survival import TOLERANCE, normal_deviate


Array = np.ndarray
STEADY = 1e-9  # the curve stands still: no value moves more in a step
MOST_STEPS = 20_000


@dataclass(frozen=True)
class Cases:
    """Counts of cases alike: tuples of one length.

    `low` and `high`: first and last day on which the case can have ended, both in; `high` None: still open after day
    `low`. `count`: how many. `entered`: how many came into view late, as (day, number); all others did on day 0.
    Raises ValueError for tuples of different lengths, a negative number, a `high` before its `low`, or more entries
    than cases. A case that may have ended on or before its own late entry must not be here, which counts cannot show.
    """

    low: tuple[int, ...]
    high: tuple[int | None, ...]
    count: tuple[int, ...]
    entered: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if len({len(c) for c in (self.low, self.high, self.count)}) > 1:
            raise ValueError("The columns of cases must be of one length.")
        for low, high, count in zip(self.low, self.high, self.count, strict=True):
            if min(low, count) < 0:
                raise ValueError("Cases cannot hold a negative number.")
            if high is not None and high < low:
                raise ValueError(f"An end from day {low} to day {high} cannot be.")
        if any(min(day, number) < 0 for day, number in self.entered):
            raise ValueError("Cases cannot hold a negative number.")
        if sum(number for _, number in self.entered) > sum(self.count):
            raise ValueError("Every entry must be one of a case.")


@dataclass(frozen=True)
class BoundedCurve:
    """A curve between bounds: tuples of one length, with a row for each day on which a value changes, and the last.

    `lower` and `upper`: the share, 0 to 1, still open after that day; equal where the facts determine it. `low` and
    `high`: the 95% bounds; None where they are undefined (while nobody can have ended, and once all have).
    """

    day: tuple[int, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]

    def quantile(self, p: float) -> tuple[int | None, int | None]:
        """The first and the last day that can be the least by which a share `p` has ended; None: not reached."""
        if not 0 < p <= 1:
            raise ValueError(f"A quantile is over 0 and at most 1, not {p}.")
        return self._first(self.lower, 1 - p), self._first(self.upper, 1 - p)

    def median_bounds(self) -> tuple[int | None, int | None]:
        """95% bounds of the median in days; None for one that is not reached."""
        return self._first(self.low, 0.5), self._first(self.high, 0.5)

    def _first(self, column: Sequence[float | None], level: float) -> int | None:
        for day, value in zip(self.day, column, strict=True):
            if value is not None and value <= level + TOLERANCE:
                return day
        return None


@dataclass(frozen=True)
class Stretches:
    """Where the likeliest curve falls: `first` and `last` day of each stretch, and the share of all ends in it."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    mass: tuple[float, ...]


def bounded_curve(cases: Cases, confidence: float = 0.95) -> BoundedCurve:
    """The likeliest curve with its bounds; no cases give an empty one. Raises ValueError unless 0 < confidence < 1."""
    z = normal_deviate(confidence)
    known = _arrays(cases)
    stretches = likeliest(cases)
    q, p, mass = (np.array(c) for c in (stretches.first, stretches.last, stretches.mass))
    grid = _grid(known)
    if not len(grid):
        return BoundedCurve((), (), (), (), ())
    fallen = np.concatenate(([0.0], np.cumsum(mass)))
    lower = 1 - fallen[np.searchsorted(q, grid, side="right")]
    upper = 1 - fallen[np.searchsorted(p, grid, side="right")]
    low, high = _bands(known, grid, z)
    clean = [tuple(float(min(max(v, 0.0), 1.0)) for v in np.round(c, 8)) for c in (lower, upper)]
    rows = list(zip(map(int, grid), *clean, low, high, strict=True))
    kept = [r for i, r in enumerate(rows) if i in (0, len(rows) - 1) or r[1:] != rows[i - 1][1:]]
    return BoundedCurve(*zip(*kept, strict=True))


def likeliest(cases: Cases) -> Stretches:
    """The non-parametric maximum likelihood estimate: stretches of days and the share of ends in each."""
    known = _arrays(cases)
    first, last = _innermost(known)
    if not len(first):
        return Stretches((), (), ())
    ended = np.isfinite(known.high)
    weight = known.count[ended].astype(float)
    begin = np.searchsorted(first, known.low[ended], side="left")
    stop = np.searchsorted(last, known.high[ended], side="right")  # one past the last stretch inside
    size = len(first)
    # At risk of a stretch: came into view before it, and not yet gone. Both change at whole stretches only.
    enters = np.searchsorted(first, known.entry, side="right")
    entered = known.early + np.cumsum(np.bincount(enters, known.entering, size + 1)[:size])
    cut = np.searchsorted(last, known.low[~ended], side="right")
    gone = np.cumsum(np.bincount(cut, known.count[~ended], size + 1)[:size])
    watched = entered - gone

    def curve(hazard: Array) -> Array:
        """The share still open before each stretch, and after the last."""
        # Never quite 0: where a small risk set empties early, later ends still share out among their stretches.
        still: Array = np.concatenate(([1.0], np.cumprod(1 - np.minimum(hazard, 1 - 1e-12))))
        return still

    def step(hazard: Array) -> Array:
        s = curve(hazard)
        inside = np.maximum(s[begin] - s[stop], 1e-300)
        spread = np.bincount(begin, weight / inside, size + 1) - np.bincount(stop, weight / inside, size + 1)
        expected = (s[:-1] - s[1:]) * np.cumsum(spread)[:size]
        expected = np.maximum(expected, 0.0)
        at_risk = watched - np.concatenate(([0.0], np.cumsum(expected)[:-1]))
        found: Array = np.divide(expected, at_risk, out=np.zeros(size), where=at_risk > 1e-9)
        found = np.clip(found, 0.0, 1.0)
        return found

    def likelihood(hazard: Array) -> float:
        s = curve(hazard)
        found = float(weight @ np.log(np.maximum(s[begin] - s[stop], 1e-300)))
        found += float(known.count[~ended] @ np.log(s[cut]))
        return found - float(known.entering @ np.log(s[enters]))

    hazard = np.full(size, 1.0) / np.arange(size + 1, 1, -1)  # even shares, one of them beyond the last day
    hazard = _fixed_point(step, likelihood, curve, hazard)
    s = np.concatenate(([1.0], np.cumprod(1 - hazard)))
    mass = s[:-1] - s[1:]
    kept = mass > STEADY
    return Stretches(tuple(map(int, first[kept])), tuple(map(int, last[kept])), tuple(map(float, mass[kept])))


def _fixed_point(
    step: Callable[[Array], Array],
    likelihood: Callable[[Array], float],
    curve: Callable[[Array], Array],
    hazard: Array,
) -> Array:
    """Where `step` leaves the curve as it is. EM steps in threes, the third extrapolated where that helps."""
    best = likelihood(hazard)
    for _ in range(MOST_STEPS):
        one = step(hazard)
        two = step(one)
        if float(np.abs(curve(two) - curve(one)).max()) < STEADY:
            return two
        r = one - hazard
        v = two - one - r
        length = math.sqrt(float(r @ r) / max(float(v @ v), 1e-300))
        ahead = np.clip(hazard + 2 * max(length, 1.0) * r + max(length, 1.0) ** 2 * v, 0.0, 1.0)
        # a share that was set to nothing could never come back
        ahead = step(np.where((ahead <= 0) & (two > 0), two / 10, ahead))
        reached = likelihood(ahead)
        if not reached >= best:
            ahead, reached = two, likelihood(two)
        hazard, best = ahead, reached
    return hazard


def extremes(cases: Cases) -> tuple[tuple[int, ...], tuple[float, ...], tuple[float, ...]]:
    """(day, least, most): the least and the greatest that the Kaplan-Meier curve of the true days can be on each day.

    Proven where nobody enters late: for the least, each case that can have ended by the day has, as late as it can by
    then, for an end that comes before another case is lost to sight leaves it more of the curve; for the greatest, only
    those end that must have, as early as they can.
    """
    known = _arrays(cases)
    grid = _grid(known)
    least, most = _least(known, grid)[0], _most(known, grid)[0]
    return tuple(map(int, grid)), tuple(map(float, least)), tuple(map(float, most))


def _grid(known: _Known) -> Array:
    """The days on which a value can change, up to the last of which anything is known."""
    ended = np.isfinite(known.high)
    days = [known.low, known.high[ended], known.low[~ended] + 1, known.entry, known.entry + 1]
    found: Array = np.unique(np.concatenate(days).astype(np.int64))
    found = found[found <= max(known.low.max(initial=0), known.high[ended].max(initial=0))]
    return found


@dataclass(frozen=True)
class _Known:
    low: Array
    high: Array  # infinite: still open
    count: Array
    entry: Array  # days of late entry, rising
    entering: Array  # how many on each
    early: int  # how many entered on day 0


def _arrays(cases: Cases) -> _Known:
    high = np.array([np.inf if h is None else h for h in cases.high], dtype=float)
    low, count = (np.array(c, dtype=np.int64) for c in (cases.low, cases.count))
    late = sorted((day, number) for day, number in cases.entered if day > 0 and number > 0)
    entry, entering = np.array(late, dtype=np.int64).reshape(-1, 2).T
    some = count > 0
    return _Known(low[some], high[some], count[some], entry, entering, int(count.sum() - entering.sum()))


def _innermost(known: _Known) -> tuple[Array, Array]:
    """Turnbull's stretches: a first day of some case followed by a last day of some, with no other between.

    A case still open after day c could end from c + 1 on, and one that entered on day v parts day v from the next.
    """
    ended = np.isfinite(known.high)
    firsts = np.unique(np.concatenate((known.low[ended], known.low[~ended] + 1)))
    lasts = np.unique(np.concatenate((known.high[ended].astype(np.int64), known.entry)))
    if not len(firsts) or not len(lasts):
        return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    # the latest first day at or before each last day; one stretch for each first day, the shortest
    place = np.searchsorted(firsts, lasts, side="right") - 1
    lasts, place = lasts[place >= 0], place[place >= 0]
    place, at = np.unique(place, return_index=True)
    return firsts[place], lasts[at]


def _bands(known: _Known, grid: Array, z: float) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    least, least_variance = _least(known, grid)
    most, most_variance = _most(known, grid)
    low: list[float | None] = []
    high: list[float | None] = []
    for a, va, b, vb in zip(least, least_variance, most, most_variance, strict=True):
        ends = sorted(((float(a), float(va)), (float(b), float(vb))))
        (bottom, spread_below), (top, spread_above) = ends
        if top <= 0 or bottom >= 1:  # all have ended, or nobody can have
            low.append(None)
            high.append(None)
            continue
        low.append(
            0.0 if bottom <= 0 else bottom ** math.exp(z * math.sqrt(spread_below) / -math.log(bottom))
        )
        high.append(1.0 if top >= 1 else top ** math.exp(-z * math.sqrt(spread_above) / -math.log(top)))
    return tuple(low), tuple(high)


def _at_risk(known: _Known, leaves: Array, days: Array) -> Array:
    """Number at risk on each of `days` where each case leaves on its day of `leaves`."""
    order = np.argsort(leaves, kind="stable")
    left = np.concatenate(([0], np.cumsum(known.count[order])))
    entered = np.concatenate(([0], np.cumsum(known.entering)))
    found: Array = (
        known.early
        + entered[np.searchsorted(known.entry, days, side="left")]
        - left[np.searchsorted(leaves[order], days, side="left")]
    )
    return found


def _least(known: _Known, grid: Array) -> tuple[Array, Array]:
    """The least the curve can be on each day of the grid: each end as late as it can be, but by that day if it can."""
    ended = np.isfinite(known.high)
    leaves = np.where(ended, known.high, known.low)
    n = _at_risk(known, leaves, grid).astype(float)
    d = _count_on(known.high[ended], known.count[ended], grid)
    may = _up_to(known.low[ended], known.count[ended], grid) - _up_to(
        known.high[ended], known.count[ended], grid
    )
    safe = np.maximum(n, 1.0)
    before = np.concatenate(([1.0], np.cumprod(1 - d / safe)[:-1]))
    variance = np.divide(d, safe * (n - d), out=np.zeros_like(n), where=(d > 0) & (n > d))
    past = np.concatenate(([0.0], np.cumsum(variance)[:-1]))
    now = d + may
    s = before * (1 - now / safe)
    s[before <= 0] = 0.0
    return np.maximum(s, 0.0), past + np.divide(now, safe * (n - now), out=np.zeros_like(n), where=n > now)


def _most(known: _Known, grid: Array) -> tuple[Array, Array]:
    """The most it can be: only those end that must have by that day, and as early as they can."""
    ended = np.isfinite(known.high)
    low, high, count = known.low[ended], known.high[ended], known.count[ended].astype(float)
    days = np.unique(low)
    # without any end, who is at risk on each day on which one may fall
    stays = _at_risk(known, np.where(ended, np.inf, known.low), days).astype(float)
    events = np.zeros((len(grid), len(days)))
    np.add.at(events, (np.searchsorted(grid, high), np.searchsorted(days, low)), count)
    events = np.cumsum(
        events, axis=0
    )  # on each day of the grid, the ends that must have come, by their first day
    n = stays - np.concatenate((np.zeros((len(grid), 1)), np.cumsum(events, axis=1)[:, :-1]), axis=1)
    safe = np.maximum(n, 1.0)
    s = np.prod(1 - np.minimum(events / safe, 1.0), axis=1)
    variance = np.divide(events, safe * (n - events), out=np.zeros_like(n), where=(events > 0) & (n > events))
    return s, variance.sum(axis=1)


def _count_on(days: Array, count: Array, grid: Array) -> Array:
    return np.bincount(np.searchsorted(grid, days), count, len(grid))[: len(grid)].astype(float)


def _up_to(days: Array, count: Array, grid: Array) -> Array:
    order = np.argsort(days, kind="stable")
    return np.concatenate(([0.0], np.cumsum(count[order])))[np.searchsorted(days[order], grid, side="right")]
