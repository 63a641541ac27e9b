"""Which ending, and by when, where several endings compete: the cumulative incidence of Aalen and Johansen.

A case ends in one of several ways, and the one shuts out the others. Kaplan-Meier with the other endings taken as
censored answers what would happen if they did not exist, and its complements add up to more than 1. The cumulative
incidence F_k(t) is the share that has ended in way k by day t; over all ways they add up, with the share still open
S(t), to exactly 1. The convention of days, entry and censoring is that of `dashboard.survival`.

Sources: Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978) 141-150, for the estimate; its variance of
Greenwood's type is that of Andersen, Borgan, Gill and Keiding, Statistical Models Based on Counting Processes (1993),
section IV.4.1, which for competing endings is the delta method of Dinse and Larson, Biometrika 73 (1986) 379-386, and
Marubini and Valsecchi, Analysing Survival Data from Clinical Trials and Observational Studies (1995), chapter 10. The
bounds are log(-log) ones on 1 - F, so that with one way of ending they are those of the Kaplan-Meier curve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.survival import RiskTable, normal_deviate


@dataclass(frozen=True)
class Incidence:
    """The cumulative incidence of one way of ending: tuples of one length, a row for each day of the table.

    `events` are those that ended in this way on the day; `incidence` is the share, 0 to 1, that has by then. `low` and
    `high` are its pointwise bounds, None while it is 0 and once it is 1, where they are undefined.
    """

    events: tuple[int, ...]
    incidence: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True)
class Incidences:
    """Every way of ending beside the share still open: `survival` and the incidences of a day add up to 1."""

    day: tuple[int, ...]
    at_risk: tuple[int, ...]
    censored: tuple[int, ...]
    survival: tuple[float, ...]
    of: Mapping[str, Incidence]


def aalen_johansen(
    day: Sequence[int],
    entered: Sequence[int],
    events: Mapping[str, Sequence[int]],
    censored: Sequence[int],
    confidence: float = 0.95,
) -> Incidences:
    """The cumulative incidence of each way of ending, with bounds.

    Columns are counts by day of duration as in `survival.RiskTable`; `events` has one column for each way.
    F_k(t) is the sum over days s up to t of S(s-) d_k(s)/n(s), where S(s-) is the share still open before s. Raises
    ValueError for a table that cannot be, and unless 0 < confidence < 1.
    """
    z = normal_deviate(confidence)
    if any(value < 0 for column in events.values() for value in column):
        raise ValueError("A risk table cannot hold a negative number.")
    counts = {name: np.array(column, dtype=float) for name, column in events.items()}
    if any(len(column) != len(day) for column in counts.values()):
        raise ValueError("The columns of a risk table must be of one length.")
    d = sum(counts.values(), start=np.zeros(len(day)))
    table = RiskTable(tuple(day), tuple(entered), tuple(d.astype(int).tolist()), tuple(censored))
    n = np.array(table.at_risk, dtype=float)
    some = d > 0  # on other days n may be 0
    hazard = np.divide(d, n, out=np.zeros_like(d), where=some)
    after = np.cumprod(1 - hazard)
    after[np.cumsum(some & (d == n)) > 0] = 0.0  # exactly, whatever the rounding
    before = np.concatenate(([1.0], after[:-1]))
    # When all at risk end, nothing is left to vary: F stands still from then on and the term has no weight.
    spread = np.divide(d, n * (n - d), out=np.zeros_like(d), where=some & (n > d))
    found = {}
    for name, mine in counts.items():
        step = np.divide(before * mine, n, out=np.zeros_like(d), where=some)
        share = np.cumsum(step)
        own = np.divide(before**2 * mine * (n - mine), n**3, out=np.zeros_like(d), where=some)
        cross = np.divide(before * mine, n**2, out=np.zeros_like(d), where=some)
        # sum over s <= t of (F(t) - F(s))^2 g(s), of own(s), and of -2 (F(t) - F(s)) c(s), with the squares written out
        variance = (
            share**2 * np.cumsum(spread)
            - 2 * share * np.cumsum(share * spread)
            + np.cumsum(share**2 * spread)
            + np.cumsum(own)
            - 2 * (share * np.cumsum(cross) - np.cumsum(share * cross))
        )
        low, high = _bounds(share, np.maximum(variance, 0.0), z)
        found[name] = Incidence(
            tuple(mine.astype(int).tolist()), tuple(np.minimum(share, 1.0).tolist()), low, high
        )
    return Incidences(table.day, table.at_risk, table.censored, tuple(after.tolist()), found)


def _bounds(
    share: np.ndarray, variance: np.ndarray, z: float
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """log(-log) bounds of 1 - F, turned round: F never leaves 0 to 1."""
    rest = 1 - share
    given = (share > 0) & (rest > 1e-12)
    log = -np.log(rest, out=np.full_like(rest, -1.0), where=given)
    se = np.divide(np.sqrt(variance), rest * log, out=np.zeros_like(rest), where=given)
    low, high = (1 - rest ** np.exp(turn * z * se) for turn in (-1, 1))
    return _where(given, low), _where(given, high)


def _where(there: np.ndarray, values: np.ndarray) -> tuple[float | None, ...]:
    found = values.astype(object)
    found[~there] = None
    return tuple(found.tolist())
