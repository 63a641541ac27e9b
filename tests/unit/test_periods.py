"""The period before: as long as the period, and ending the day before it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.periods import Period


DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@st.composite
def periods(draw):
    first, last = sorted(draw(st.tuples(DAYS, DAYS)))
    return Period(first=first, last=last)


@given(periods())
def test_the_period_before_ends_the_day_before(period):
    before = period.before()
    assert before.last == period.first - timedelta(days=1)
    assert before.first <= before.last


@given(periods())
def test_of_whole_months_it_has_as_many_months_else_as_many_days(period):
    before = period.before()
    whole = period.first.day == 1 and (period.last + timedelta(days=1)).day == 1
    if not whole:
        assert before.last - before.first == period.last - period.first
        return
    assert before.first.day == 1

    def months(p):
        return (p.last.year - p.first.year) * 12 + p.last.month - p.first.month

    assert months(before) == months(period)


@pytest.mark.parametrize(
    ("first", "last", "words", "before"),
    [
        ("2017-01-01", "2017-12-31", "in 2017", "in 2016"),
        ("2014-01-01", "2016-12-31", "from 2014 to 2016", "from 2011 to 2013"),
        ("2017-03-01", "2017-03-31", "in March 2017", "in February 2017"),
        ("2017-01-01", "2017-06-30", "from January to June 2017", "from July to December 2016"),
        ("2016-11-01", "2017-02-28", "from November 2016 to February 2017", "from July to October 2016"),
        ("2017-03-02", "2017-03-03", "from 2 March 2017 to 3 March 2017", "from 28 February 2017 to 1 March 2017"),
    ],
)  # fmt: skip
def test_periods_in_words(first, last, words, before):
    period = Period(first=date.fromisoformat(first), last=date.fromisoformat(last))
    assert period.said == words
    assert period.before().said == before


def test_nothing_is_before_the_calendar():
    assert Period(first=date(1, 1, 1), last=date(1, 12, 31)).before() is None
    assert Period(first=date(1, 1, 5), last=date(3, 1, 3)).before() is None
