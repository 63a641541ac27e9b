"""Control charts of individual values (XmR): limits, the four signals, and what the limits rest on.

Limits are mean +- 2.66 x the mean moving range (Wheeler, Understanding Variation; 2.66 is 3 / 1.128). Screening
leaves ranges above 3.267 x their mean out of it, once. The signals are those of NHS-R's "plot the dots": a value
outside the limits, 7 on one side of the mean, a trend of 7, 2 of 3 beyond two thirds of the way to one limit.
Numbers only: which values are judged, and what changes there were, is the caller's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


SPREAD = 2.66  # limits lie so many mean moving ranges from the mean
RANGE_LIMIT = 3.267  # a moving range above so many times their mean is no common one
RUN = 7  # points on one side of the mean, or all rising, or all falling
BASELINE = 12  # points that make limits; on fewer they are trial limits

SIGNALS = {
    "above_upper": "above the upper limit",
    "below_lower": "below the lower limit",
    "run_above": f"{RUN} or more in a row above the mean",
    "run_below": f"{RUN} or more in a row below the mean",
    "rising": f"{RUN} or more in a row, each above the one before",
    "falling": f"{RUN} or more in a row, each below the one before",
    "near_upper": "two of three near or beyond the upper limit",
    "near_lower": "two of three near or beyond the lower limit",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What values of one process vary between. With a single value there is no range, and so no limits."""

    mean: float
    lower: float | None
    upper: float | None
    points: int

    @property
    def trial(self) -> bool:
        return self.points < BASELINE


@dataclass(frozen=True, kw_only=True)
class Point:
    """One judged value. `stretch` counts from 1; the limits of a stretch rest on its `baseline` points."""

    value: float
    moving_range: float | None
    limits: Limits
    screened: Limits
    signals: tuple[str, ...]
    screened_signals: tuple[str, ...]
    baseline: bool
    stretch: int


def moving_ranges(values: Sequence[float]) -> list[float]:
    """How far each value is from the one before: one fewer than there are values."""
    return [abs(after - before) for before, after in pairwise(values)]


def limits(values: Sequence[float], *, screen: bool = False) -> Limits:
    """Mean and limits of at least one value. `screen` leaves out the ranges that no common cause makes."""
    mean = sum(values) / len(values)
    ranges = moving_ranges(values)
    if screen and ranges:
        most = RANGE_LIMIT * sum(ranges) / len(ranges)
        ranges = [r for r in ranges if r <= most]
    if not ranges:
        return Limits(mean=mean, lower=None, upper=None, points=len(values))
    width = SPREAD * sum(ranges) / len(ranges)
    return Limits(mean=mean, lower=mean - width, upper=mean + width, points=len(values))


def signals(values: Sequence[float], found: Limits) -> list[tuple[str, ...]]:
    """The signals that each value is part of, in the order of SIGNALS. All seven of a run are part of it."""
    marked: list[set[str]] = [set() for _ in values]
    side = [(v > found.mean) - (v < found.mean) for v in values]  # a value on the mean is on neither side
    for first in range(len(values) - RUN + 1):
        window = range(first, first + RUN)
        steps = [(b > a) - (b < a) for a, b in pairwise(values[first : first + RUN])]
        for name, holds in (
            ("run_above", all(side[i] > 0 for i in window)),
            ("run_below", all(side[i] < 0 for i in window)),
            ("rising", all(s > 0 for s in steps)),
            ("falling", all(s < 0 for s in steps)),
        ):
            if holds:
                for i in window:
                    marked[i].add(name)
    if found.upper is not None and found.lower is not None:
        third = 2 * (found.upper - found.mean) / 3
        near = [s if abs(v - found.mean) > third else 0 for v, s in zip(values, side, strict=True)]
        for i, value in enumerate(values):
            if value > found.upper:
                marked[i].add("above_upper")
            if value < found.lower:
                marked[i].add("below_lower")
        for first in range(len(values) - 2):
            for name, which in (("near_upper", 1), ("near_lower", -1)):
                there = [i for i in range(first, first + 3) if near[i] == which]
                if len(there) >= 2:
                    for i in there:
                        marked[i].add(name)
    return [tuple(name for name in SIGNALS if name in names) for names in marked]


def stretches(count: int, changes: Sequence[int]) -> list[range]:
    """Where limits begin anew: at each change that BASELINE points follow before the next change, or the end.

    `changes` are positions of the first value after a change. Where fewer follow, the limits before it stay.
    """
    places = sorted({c for c in changes if 0 < c < count})
    opened = [
        start for start, following in pairwise([*places, count]) if following - start >= BASELINE
    ]  # fmt: skip
    return [range(start, end) for start, end in pairwise([0, *opened, count])] if count else []


def baseline(stretch: range) -> range:
    """The points a stretch's limits rest on: its first 12 once as many again follow, until then all of them."""
    return stretch[:BASELINE] if len(stretch) >= 2 * BASELINE else stretch


def chart(values: Sequence[float], changes: Sequence[int] = ()) -> list[Point]:
    """Every value with its limits and signals. `changes`: see `stretches`. Runs do not cross from one to another."""
    points: list[Point] = []
    for number, stretch in enumerate(stretches(len(values), changes), 1):
        mine = [values[i] for i in stretch]
        rests_on = baseline(stretch)
        base = [values[i] for i in rests_on]
        plain, screened = limits(base), limits(base, screen=True)
        ranges = [None, *moving_ranges(mine)]
        for i, names, screened_names in zip(
            stretch, signals(mine, plain), signals(mine, screened), strict=True
        ):
            points.append(
                Point(
                    value=values[i], moving_range=ranges[i - stretch.start], limits=plain, screened=screened,
                    signals=names, screened_signals=screened_names, baseline=i in rests_on, stretch=number,
                )
            )  # fmt: skip
    return points


@dataclass(frozen=True, kw_only=True)
class Episode:
    """Values in a row that carry one signal; positions, both in."""

    signal: str
    first: int
    last: int


def episodes(found: Sequence[Sequence[str]]) -> list[Episode]:
    """Signals as a reader is told of them: one a row of points, what is outside the limits first."""
    told = []
    for name in SIGNALS:
        first: int | None = None
        for i, names in enumerate([*found, ()]):
            if name in names and first is None:
                first = i
            elif name not in names and first is not None:
                told.append(Episode(signal=name, first=first, last=i - 1))
                first = None
    return told
