"""Working days of England, 2010 to 2030, against a loop over the `holidays` package: in Python and in the warehouse."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import holidays
import pytest

from dashboard import measures
from dashboard.working_days import is_working_day, load_bank_holidays, working_days_between
from tests.support.warehouse import CHECKOUT, make_data, open_data, register


FIRST, LAST = date(2010, 1, 1), date(2030, 12, 31)
DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
PACKAGE = holidays.UnitedKingdom(subdiv="ENG", years=range(2009, 2032))
OURS = load_bank_holidays(CHECKOUT / "data" / "reference" / "bank_holidays_england.csv")
ADDED = [date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)]  # a jubilee and a funeral
CHANCE = random.Random(2026)
PAIRS = [sorted(CHANCE.choices(range(len(DAYS)), k=2)) for _ in range(20_000)]


def worked(day: date) -> bool:
    return day.weekday() < 5 and day not in PACKAGE


def looped(start: date, end: date) -> int:
    """Each day after the start, up to the end, asked in turn."""
    count, day = 0, start
    while day < end:
        day += timedelta(days=1)
        count += worked(day)
    return count


def test_each_day_is_worked_as_the_package_says():
    assert [day for day in DAYS if is_working_day(day, OURS) != worked(day)] == []
    assert [worked(day) for day in ADDED] == [False] * 3


def test_python_counts_as_the_loop_does():
    for one, other in PAIRS[:2_000]:
        start, end = DAYS[one], DAYS[other]
        assert working_days_between(start, end, OURS) == looped(start, end), (start, end)
    for start, end in pairwise(DAYS):
        assert working_days_between(start, end, OURS) == worked(end), end


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    """A register of one case a pair of days, and one a day and the next, as the warehouse times them."""
    pairs = [(DAYS[one], DAYS[other]) for one, other in PAIRS] + list(pairwise(DAYS))
    pairs += [(day - timedelta(days=3), day + timedelta(days=3)) for day in ADDED]
    lines = ["Ref,Received,Closed", *(f"R{n},{start},{end}" for n, (start, end) in enumerate(pairs))]
    columns = {"reference": "Ref", "received_date": "Received", "closed_date": "Closed"}
    folder = make_data(
        tmp_path_factory.mktemp("calendar"),
        register("cases", columns=columns),
        {"2031-01-31": "\n".join([*lines, ""])},
    )
    with open_data(folder) as store:
        rows = measures.rows("turnaround", store, register="cases", unit="working").dicts()
    return pairs, {int(r["reference"][1:]): r for r in rows}


def test_the_warehouse_counts_as_the_loop_does(timed):
    pairs, rows = timed
    assert len(rows) == len(pairs) > 27_000
    so_far, number = {FIRST - timedelta(days=30): 0}, 0
    for n in range(-29, len(DAYS) + 30):
        number += worked(FIRST + timedelta(n))
        so_far[FIRST + timedelta(n)] = number
    for n, (start, end) in enumerate(pairs):
        row = rows[n]
        assert (row["start_low"], row["end_high"], row["days"]) == (start, end, (end - start).days)
        assert row["working_days"] == so_far[end] - so_far[start], (start, end)
    # the sums are those of the loop itself
    for n in random.Random(7).sample(range(len(pairs)), 1_500):
        assert rows[n]["working_days"] == looped(*pairs[n]), pairs[n]


def test_the_days_added_in_2022_are_not_worked(timed):
    """Three days either side: seven days after the start hold six, less the weekend and what was given."""
    pairs, rows = timed
    found = {pairs[n]: rows[n]["working_days"] for n in range(len(pairs) - 3, len(pairs))}
    assert found == {
        (date(2022, 5, 30), date(2022, 6, 5)): 2,  # 31 May and 1 June
        (date(2022, 5, 31), date(2022, 6, 6)): 2,  # 1 and 6 June
        (date(2022, 9, 16), date(2022, 9, 22)): 3,  # 20 to 22 September
    }
