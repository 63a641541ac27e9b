"""Whether one count is really another: the interval of their ratio, by the exact conditional method.

Of two independent Poisson counts, the first given their sum is binomial, so an interval of its share is one of the
ratio of the rates (Przyborowski and Wilenski, 1940, Biometrika 31, 313-323); the share's interval is the exact one
of Clopper and Pearson (1934, Biometrika 26, 404-413). Requests that come in batches vary more than that, so a
difference that this interval does not support is not one, and one that it supports may still be chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p


LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class TwoCounts:
    """Two counts over equal lengths of time. `low` and `high` bound the ratio now / before, with 95%."""

    now: int
    before: int
    low: float
    high: float  # infinite where `before` is 0

    @property
    def differ(self) -> bool:
        """Whether the interval supports that the one is more than the other."""
        return self.low > 1 or self.high < 1


@lru_cache(maxsize=4096)
def compare_counts(now: int, before: int) -> TwoCounts:
    """The interval of now / before. Both are at least 0; of two zeros nothing is known (0 to infinity)."""
    low, high = clopper_pearson(now, now + before)
    return TwoCounts(
        now=now, before=before, low=low / (1 - low) if low < 1 else inf, high=high / (1 - high) if high < 1 else inf
    )  # fmt: skip


def clopper_pearson(events: int, n: int) -> tuple[float, float]:
    """The exact 95% interval of a share of `events` among `n`: no true share in it is refuted at 2.5% a side."""
    if n == 0:
        return 0.0, 1.0
    tail = (1 - LEVEL) / 2
    low = 0.0 if events == 0 else _quantile(tail, events, n - events + 1)
    high = 1.0 if events == n else _quantile(1 - tail, events + 1, n - events)
    return low, high


def _quantile(p: float, a: int, b: int) -> float:
    """The x at which the regularised incomplete beta function of a and b is p, to the last digits.

    Newton's steps, each kept between the ends that are known to lie below and above; where one leaves them the
    interval is halved.
    """
    low, high = 0.0, 1.0
    x = a / (a + b)
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    while True:
        off = _beta(x, a, b) - p
        if off < 0:
            low = x
        else:
            high = x
        steepness = exp(scale + (a - 1) * log(x) + (b - 1) * log1p(-x))
        following = x - off / steepness if steepness > 0 else low
        if not low < following < high:
            following = (low + high) / 2
        # The digits that are right double with each step: after a step this small they all are.
        if abs(following - x) <= 1e-10 * x or following in (low, high):
            return following
        x = following


def _beta(x: float, a: int, b: int) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz), from the side that converges."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: int, b: int) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    found = d
    # The terms needed grow with the root of the larger count: enough for hundreds of millions.
    for m in range(1, 100_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            c = 1 + term / c
            d = 1 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            found *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return found
