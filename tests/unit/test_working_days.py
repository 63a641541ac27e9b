"""Working days against the calendar of the `holidays` package and counts known from elsewhere."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.errors import AccessReviewError
from dashboard.working_days import calendar, is_working_day, load_bank_holidays, working_days_between


PATH = Path(__file__).parents[2] / "data" / "reference" / "bank_holidays_england.csv"
ENGLAND = load_bank_holidays(PATH)
PACKAGE = holidays.UnitedKingdom(subdiv="ENG", years=range(1995, 2036))
DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))


def test_the_file_is_the_package_from_1995_to_2035():
    assert set(PACKAGE) == ENGLAND
    assert (min(ENGLAND).year, max(ENGLAND).year) == (1995, 2035)


@pytest.mark.parametrize(
    "day",
    [
        "1995-05-08",  # fifty years after VE Day, moved from 1 May
        "1999-12-31",  # the millennium
        "2002-06-03",  # Golden Jubilee
        "2002-06-04",
        "2011-04-29",  # royal wedding
        "2012-06-04",  # Diamond Jubilee
        "2012-06-05",
        "2020-05-08",  # seventy-five years after VE Day, moved from 4 May
        "2022-06-02",  # Platinum Jubilee
        "2022-06-03",
        "2022-09-19",  # the late Queen's funeral
        "2023-05-08",  # coronation
        "2021-12-28",  # given for Boxing Day, a Sunday
        "2022-01-03",  # given for New Year's Day, a Saturday
        "2016-12-27",  # given for Christmas Day, a Sunday
    ],
)
def test_a_moved_or_extra_holiday_is_listed(day):
    assert date.fromisoformat(day) in ENGLAND


@pytest.mark.parametrize("day", ["1995-05-01", "2002-05-27", "2012-05-28", "2020-05-04", "2022-05-30"])
def test_the_day_it_was_moved_from_is_worked(day):
    assert is_working_day(date.fromisoformat(day), ENGLAND)


def test_every_year_has_eight_weekday_holidays_and_those_proclaimed():
    extra = {1999: 1, 2002: 1, 2011: 1, 2012: 1, 2022: 2, 2023: 1}
    for year in range(1995, 2036):
        weekdays = [day for day in ENGLAND if day.year == year and day.weekday() < 5]
        assert len(weekdays) == 8 + extra.get(year, 0), year


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # requests in the DfE register of April 2018
        ("2017-01-24", "2017-08-15", 141),
        ("2017-02-21", "2017-06-22", 83),
        ("2017-03-30", "2017-06-13", 49),
        ("2017-05-18", "2017-09-12", 81),
        ("2022-09-16", "2022-09-20", 1),
        ("2022-06-01", "2022-06-06", 1),
        ("2017-01-24", "2017-01-24", 0),
        ("2017-01-28", "2017-01-29", 0),
        ("2017-01-27", "2017-01-30", 1),
        ("2017-01-30", "2017-01-27", -1),
    ],
)
def test_known_durations(start, end, expected):
    assert working_days_between(date.fromisoformat(start), date.fromisoformat(end), ENGLAND) == expected


@given(DAYS, DAYS)
@settings(deadline=None)
def test_a_duration_is_the_count_of_days_after_the_start(start, end):
    count = 0
    day, last = min(start, end), max(start, end)
    while day < last:
        day += timedelta(days=1)
        if day.weekday() not in (5, 6) and day not in PACKAGE:
            count += 1
    assert working_days_between(start, end, ENGLAND) == (count if start <= end else -count)


def test_the_calendar_gives_the_same_durations_by_subtraction():
    rows = calendar(date(2010, 1, 1), date(2030, 12, 31), ENGLAND)
    assert [row[0] for row in rows] == [date(2010, 1, 1) + timedelta(days=k) for k in range(7670)]
    count = 0
    for day, working, number in rows:
        assert working == (day.weekday() < 5 and day not in PACKAGE)
        count += working
        assert number == count
    numbers = {day: number for day, _, number in rows}
    assert numbers[date(2017, 8, 15)] - numbers[date(2017, 1, 24)] == 141
    assert numbers[date(2017, 1, 24)] - numbers[date(2017, 8, 15)] == -141


def test_a_calendar_counts_its_first_day():
    assert calendar(date(2017, 1, 27), date(2017, 1, 30), frozenset()) == [
        (date(2017, 1, 27), True, 1),
        (date(2017, 1, 28), False, 1),
        (date(2017, 1, 29), False, 1),
        (date(2017, 1, 30), True, 2),
    ]


def test_a_calendar_does_not_run_backwards():
    with pytest.raises(ValueError, match="cannot end"):
        calendar(date(2017, 1, 2), date(2017, 1, 1), frozenset())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "row 1"),
        ("day,name\n2022-06-02,Spring\n", "row 1"),
        ("date,name\n", "row 2"),
        ("date,name\n2022-06-02,Spring\n2022-02-30,No such day\n", "row 3"),
        ("date,name\n20220602,Spring\n", "row 2"),
        ("date,name\n02/06/2022,Spring\n", "row 2"),
        ("date,name\n2022-06-02\n", "row 2"),
        ("date,name\n2022-06-02, \n", "row 2"),
        ("date,name\n2022-06-02,Spring,extra\n", "row 2"),
        ("date,name\n2022-06-02,Spring\n\n2022-06-03,Jubilee\n", "row 3"),
        ("date,name\n2022-06-02,Spring\n2022-06-02,Again\n", "row 3"),
    ],
)
def test_a_bad_row_is_named(tmp_path, text, place):
    path = tmp_path / "bank_holidays.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AccessReviewError, match=place) as caught:
        load_bank_holidays(path)
    assert str(path) in caught.value.message


def test_a_missing_or_unreadable_file_is_named(tmp_path):
    with pytest.raises(AccessReviewError, match=r"none\.csv"):
        load_bank_holidays(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"date,name\n2022-06-02,Caf\xe9\n")
    with pytest.raises(AccessReviewError, match=r"latin\.csv"):
        load_bank_holidays(tmp_path / "latin.csv")


def test_a_byte_order_mark_is_no_matter(tmp_path):
    path = tmp_path / "bank_holidays.csv"
    path.write_text("date,name\r\n2022-06-02,Spring\r\n", encoding="utf-8-sig")
    assert load_bank_holidays(path) == {date(2022, 6, 2)}
