"""`make coverage`: how often the bounds hold the truth, on registers drawn as the sample draws them.

    python -m tests.load.coverage [--registers 1000] [--seed 1] [--write]

Each register is one draw of the sample's own generator: 1,600 requests from 2012 to 2018, of which the true day of
ending is known, also where it lies after the last as-at date. Four quarterly editions are looked at, as at 30 June 2017
to 31 March 2018. Seven ways of working out the time to an outcome are tried on each:

- those received in the last year (over 200), open cases counted: Kaplan-Meier;
- all that the four editions list, older ones entering when the listing began: Kaplan-Meier with late entry;
- the same without regard to late entry;
- those received in the last year without any date of ending, known between editions only: survival-bounds;
- the same where every third lacks its date;
- all that the four editions list, every third without its date, older ones entering late;
- the plain median of the closed cases among those received in the last year, with its exact interval.

The truth is the time of every request of every register, which the generator does not cut short. Counts, not opinions:
`--write` puts them into tests/spec/coverage.csv, which docs/definitions.md shows and tests/unit/test_coverage.py holds
to a run of the first registers.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from scipy import stats

from dashboard.sample.editions import as_at_dates
from dashboard.sample.truth import LEGACY_LAST, LEGACY_SHARE, TrueRequest, draw
from dashboard.survival import Curve, RiskTable, kaplan_meier
from dashboard.turnbull import BoundedCurve, Cases, bounded_curve


FILE = Path(__file__).parents[1] / "spec" / "coverage.csv"
REGISTERS, SEED, FIRST = 1000, 1, 40
LEGACY_REQUESTS = 1600
REQUESTS = round(LEGACY_REQUESTS / LEGACY_SHARE)  # of both registers, as the sample is asked for
AS_ATS = as_at_dates(LEGACY_LAST, date(2017, 6, 30), 4)
BEGIN = date(2017, 4, 1)  # of the first quarter listed
END = AS_ATS[-1]

Case = tuple[int, int | None, int]  # (first day, last day or None if still open, day of entry)


@dataclass(frozen=True)
class Way:
    """One way to work out the time: its name and words, the cases it sees, and how it estimates."""

    name: str
    words: str
    sees: Callable[[Sequence[TrueRequest]], list[Case]]
    estimate: str  # "curve", "bounds" or "closed"


def dated(request: TrueRequest, entry: int = 0) -> Case:
    if request.closed <= END:
        days = (request.closed - request.received).days
        return days, days, entry
    return (END - request.received).days, None, entry


def between(request: TrueRequest) -> Case:
    """What the editions show where no day of ending is published."""
    seen_open = [a for a in AS_ATS if request.open_at(a)]
    ended = [a for a in AS_ATS if request.closed <= a]
    if not ended:
        return (END - request.received).days, None, 0
    low = (seen_open[-1] - request.received).days + 1 if seen_open else 0
    return low, (ended[0] - request.received).days, 0


def last_year(requests: Sequence[TrueRequest]) -> list[TrueRequest]:
    return [r for r in requests if r.received >= BEGIN]


def of_last_year(requests: Sequence[TrueRequest]) -> list[Case]:
    return [dated(r) for r in last_year(requests)]


def late(requests: Sequence[TrueRequest]) -> list[Case]:
    """All that four editions list: closed since the first began, or open. Those older were watched from then on."""
    found = []
    for r in requests:
        entry = max(0, (BEGIN - r.received).days)
        case = dated(r, entry)
        if r.closed >= BEGIN and (entry == 0 or case[0] > entry):
            found.append(case)
    return found


def entry_ignored(requests: Sequence[TrueRequest]) -> list[Case]:
    return [(low, high, 0) for low, high, _ in late(requests)]


def undated(requests: Sequence[TrueRequest]) -> list[Case]:
    return [between(r) for r in last_year(requests)]


def a_third_undated(requests: Sequence[TrueRequest]) -> list[Case]:
    return [between(r) if i % 3 == 0 else dated(r) for i, r in enumerate(last_year(requests))]


def late_a_third_undated(requests: Sequence[TrueRequest]) -> list[Case]:
    """As `late`. A sheet of the cases closed in a quarter says of an undated one that it ended in that quarter."""
    found = []
    for i, r in enumerate(requests):
        entry = max(0, (BEGIN - r.received).days)
        low, high, _ = between(r) if i % 3 == 0 else dated(r)
        if i % 3 == 0 and high is not None and entry:
            low = max(low, entry + 1)
        if r.closed >= BEGIN and (entry == 0 or low > entry) and (high is None or high >= low):
            found.append((low, high, entry))
    return found


WAYS = (
    Way("km", "Kaplan–Meier, received in the last year, open cases counted", of_last_year, "curve"),
    Way("late", "Kaplan–Meier with late entry, all that four editions list", late, "curve"),
    Way("ignored", "the same without regard to late entry", entry_ignored, "curve"),
    Way("bounds", "survival-bounds, received in the last year, no end dated", undated, "bounds"),
    Way("third", "survival-bounds, the same, one end in three undated", a_third_undated, "bounds"),
    Way("late third", "survival-bounds with late entry, one end in three undated", late_a_third_undated, "bounds"),
    Way("closed", "the plain median of the closed cases among those received in the last year", of_last_year, "closed"),
)  # fmt: skip


def risk_table(cases: Sequence[Case]) -> RiskTable:
    entered = Counter(e for _, _, e in cases if e)
    events = Counter(low for low, high, _ in cases if high is not None)
    censored = Counter(low for low, high, _ in cases if high is None)
    days = tuple(sorted({*entered, *events, *censored}))
    return RiskTable(days, *(tuple(c[d] for d in days) for c in (entered, events, censored)))


def alike(cases: Sequence[Case]) -> Cases:
    counted = Counter((low, high) for low, high, _ in cases)
    keys = sorted(counted, key=lambda k: (k[0], k[1] is None, k[1] or 0))
    entered = tuple(sorted(Counter(e for _, _, e in cases if e).items()))
    return Cases(
        tuple(k[0] for k in keys), tuple(k[1] for k in keys), tuple(counted[k] for k in keys), entered
    )


def interval_of_closed(cases: Sequence[Case]) -> tuple[int, int]:
    """The exact 95% interval of a median: between two of the ordered times (the sign test turned round)."""
    times = sorted(low for low, high, _ in cases if high is not None)
    k = int(stats.binom.ppf(0.025, len(times), 0.5))
    return times[max(k - 1, 0)], times[min(len(times) - k, len(times) - 1)]


@dataclass(frozen=True)
class Answer:
    """What one way says of one register: the interval of the median, and bounds of the curve by day."""

    cases: int
    middle: float | None  # the estimate of the median itself, half-way where it is not determined
    median: tuple[int | None, int | None]
    band: Callable[[int], tuple[float | None, float | None]] | None


def band_of(curve: Curve | BoundedCurve) -> Callable[[int], tuple[float | None, float | None]]:
    def at(day: int) -> tuple[float | None, float | None]:
        place = int(np.searchsorted(curve.day, day, side="right")) - 1
        return (curve.low[place], curve.high[place]) if place >= 0 else (None, None)

    return at


def answer(way: Way, requests: Sequence[TrueRequest]) -> Answer:
    cases = way.sees(requests)
    if way.estimate == "closed":
        times = sorted(low for low, high, _ in cases if high is not None)
        return Answer(len(cases), float(times[(len(times) - 1) // 2]), interval_of_closed(cases), None)
    if way.estimate == "curve":
        curve = kaplan_meier(risk_table(cases))
        return Answer(len(cases), curve.quantile(0.5), curve.median_bounds(), band_of(curve))
    between = bounded_curve(alike(cases))
    first, last = between.quantile(0.5)
    middle = None if first is None or last is None else (first + last) / 2
    return Answer(len(cases), middle, between.median_bounds(), band_of(between))


def holds(low: float | None, high: float | None, truth: float) -> bool:
    """A bound that is not reached bounds nothing."""
    return (low is None or low <= truth + 1e-12) and (high is None or truth <= high + 1e-12)


@dataclass(frozen=True)
class Truth:
    median: int
    quartiles: tuple[int, int, int]  # days by which a quarter, half and three quarters have ended
    survival: tuple[float, float, float]  # share still open after each


def truth_of(durations: np.ndarray) -> Truth:
    ordered = np.sort(durations)
    days = [int(ordered[int(np.ceil(p * len(ordered))) - 1]) for p in (0.25, 0.5, 0.75)]
    survival = [1 - np.searchsorted(ordered, d, side="right") / len(ordered) for d in days]
    return Truth(days[1], tuple(days), tuple(map(float, survival)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    """How many registers' bounds hold the truth. `first` is of the first 40, which a test runs again."""

    way: str
    what: str  # the median, or the curve at a quartile
    day: int  # the true median, or the true quartile: a day on the clock
    truth: float  # share truly still open after that day
    held: int
    registers: int
    first: int
    least_cases: int
    off: str  # of medians: the mean of estimate less truth, in days
    width: str  # of medians: the middle width of the interval, in days; an end not reached makes it endless


def simulate(registers: int, seed: int, first: int = FIRST, truth: Truth | None = None) -> list[Row]:
    """Rows for every way and quantity. The truth is that of all the requests drawn, unless one is given."""
    durations, answers = [], []
    for number in range(registers):
        requests = draw(REQUESTS, seed + number).legacy
        durations.append(np.array([(r.closed - r.received).days for r in requests]))
        answers.append([answer(way, requests) for way in WAYS])
    true = truth or truth_of(np.concatenate(durations))
    rows = []
    for place, way in enumerate(WAYS):
        of = [a[place] for a in answers]
        questions = [("median", true.median, true.survival[1], [holds(*a.median, true.median) for a in of])]
        if way.estimate != "closed":
            for label, day, s in zip(
                ("quarter", "half", "three quarters"), true.quartiles, true.survival, strict=True
            ):
                held = [holds(*a.band(day), s) for a in of if a.band]
                questions.append((f"curve at {label}", day, s, held))
        for what, day, share, held in questions:
            least = min(a.cases for a in of)
            off, width = _medians(of, true.median) if what == "median" else ("", "")
            rows.append(
                Row(
                    way.name,
                    what,
                    day,
                    round(share, 6),
                    sum(held),
                    len(held),
                    sum(held[:first]),
                    least,
                    off,
                    width,
                )
            )
    return rows


def _medians(answers: Sequence[Answer], truth: int) -> tuple[str, str]:
    middles = [a.middle - truth for a in answers if a.middle is not None]
    widths = sorted(
        high - low if low is not None and high is not None else float("inf")
        for low, high in (a.median for a in answers)
    )
    return f"{sum(middles) / len(middles):.1f}", f"{widths[len(widths) // 2]:.0f}"


def read() -> list[Row]:
    with FILE.open(encoding="utf-8", newline="") as file:
        whole = ("held", "registers", "first", "least_cases")
        return [
            Row(
                r["way"],
                r["what"],
                int(r["day"]),
                float(r["truth"]),
                *(int(r[c]) for c in whole),
                r["off"],
                r["width"],
            )
            for r in csv.DictReader(file)
        ]


def write(rows: Sequence[Row]) -> None:
    with FILE.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(Row.__dataclass_fields__)
        out.writerows(
            [r.way, r.what, r.day, r.truth, r.held, r.registers, r.first, r.least_cases, r.off, r.width]
            for r in rows
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="How often the bounds hold the truth.")
    parser.add_argument("--registers", type=int, default=REGISTERS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true", help="put the counts into tests/spec/coverage.csv")
    arguments = parser.parse_args()
    started = time.monotonic()
    rows = simulate(arguments.registers, arguments.seed)
    words = {way.name: way.words for way in WAYS}
    for row in rows:
        more = f" (off by {row.off} days, interval {row.width} wide)" if row.off else ""
        print(f"{row.held / row.registers:7.1%}  {row.what:24} {words[row.way]}{more}")
    print(
        f"{arguments.registers} registers from seed {arguments.seed}: {time.monotonic() - started:.0f} s",
        file=sys.stderr,
    )
    if arguments.write:
        write(rows)


if __name__ == "__main__":
    main()
