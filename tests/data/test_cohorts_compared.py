"""Two years of receipt: a change of the median by the log-rank test, also where the two intervals overlap."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from scipy import stats

from dashboard import figures
from dashboard.filters import Filters
from dashboard.measures import measure
from tests.spec.registers import CASES
from tests.support.warehouse import make_data, open_data, table


def rows(*cohorts: tuple[int, list[int]]) -> str:
    lines = ["Ref | Received | Outcome | Ended"]
    for year, days in cohorts:
        start = date(year, 2, 1)
        lines += [
            f"C{year}-{n} | {start} | Sent | {start + timedelta(days=length)}"
            for n, length in enumerate(days)
        ]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("earlier", "later", "begins"),
    [
        ([*range(5, 45)], [*range(5, 45)], "No clear change in the median between 2018 and 2019"),
        ([*range(5, 45)], [*range(20, 60)], "The median rose from"),
        # the intervals overlap, and the test still tells the years apart
        ([*range(5, 65, 2)], [*range(5, 29, 2), *range(60, 150, 5)], "The median rose from"),
        ([*range(10, 40)], [*range(12, 42)], "No clear change in the median between 2018 and 2019"),
    ],
)
def test_the_test_decides(tmp_path: Path, earlier: list[int], later: list[int], begins: str) -> None:
    given = rows((2018, earlier), (2019, later))
    with open_data(make_data(tmp_path, CASES, {"2020-12-31": table(given)})) as store:
        exhibit = figures.turnaround_cohorts_exhibit(store, Filters(register="cases"))
        assert exhibit is not None
        assert exhibit.title.startswith(begins)
        medians = [
            r for r in measure("turnaround", store, register="cases", interval="year").dicts() if r["n"]
        ]
        compared = measure("turnaround-comparison", store, register="cases", interval="year").dicts()
    p = stats.logrank(stats.CensoredData(earlier), stats.CensoredData(later)).pvalue
    # The test behind the sentence is the measure's own: of the two years, and of all that there are.
    assert [r["stands"] for r in compared] == [True, True]
    assert [r["against"] for r in compared] == [date(2018, 1, 1)] * 2
    assert compared[0]["p_against"] is None
    assert compared[1]["p_against"] == pytest.approx(p)
    assert {r["p"] for r in compared} == {compared[1]["p_against"]}
    assert (p < 0.05) == exhibit.title.startswith("The median")
    assert len(medians) == 2
