"""The same release, the same request without a reference, through editions; held to a slow, obvious oracle."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.identity import Listing, occurrences, unreferenced_name


D14, D16, D17, D18, D20 = (date(2000 + y, 6, 1) for y in (14, 16, 17, 18, 20))
OLD = ((date(2014, 4, 1), date(2017, 6, 30)),)
NEW = ((date(2017, 4, 1), date(2020, 9, 30)),)


def oracle(listings):
    """One step at a time, looking at everything again after each."""
    known: dict[int, date | None] = {}
    result = []
    for listing in listings:
        before = dict(known)
        row_of: dict[int, int] = {}  # place -> number

        def free(before=before, row_of=row_of):
            return [n for n in before if n not in row_of.values()]

        for place, day in enumerate(listing.days):
            same = [n for n in free() if before[n] == day]
            if same:
                row_of[place] = min(same)
        while True:
            rows = [p for p in range(len(listing.days)) if p not in row_of]
            candidates = [
                n for n in free()
                if before[n] is None or not listing.periods or any(
                    (s or date.min) <= before[n] <= (e or date.max) for s, e in listing.periods
                )
            ]  # fmt: skip
            if not rows or not candidates:
                break
            place = min(rows, key=lambda p: (listing.days[p] or date.max, p))
            row_of[place] = min(candidates, key=lambda n: (before[n] or date.max, n))
        for place, day in enumerate(listing.days):
            number = row_of.setdefault(place, max([0, *known, *row_of.values()]) + 1)
            known[number] = day or known.get(number)
        result.append([row_of[p] for p in range(len(listing.days))])
    return result


days = st.one_of(st.none(), st.integers(0, 12).map(lambda n: date(2016, 1, 1) + timedelta(n * 91)))
ends = st.one_of(st.none(), st.integers(0, 12).map(lambda n: date(2016, 1, 1) + timedelta(n * 91)))
listed = st.builds(
    Listing,
    days=st.lists(days, max_size=5).map(tuple),
    periods=st.lists(st.tuples(ends, ends), max_size=2).map(tuple),
)


@given(st.lists(listed, max_size=5))
def test_occurrences_are_those_of_the_oracle(listings):
    assert occurrences(listings) == oracle(listings)


@given(st.lists(listed, max_size=5))
def test_what_holds_of_any_occurrences(listings):
    found = occurrences(listings)
    known: set[int] = set()
    for listing, numbers in zip(listings, found, strict=True):
        assert len(set(numbers)) == len(numbers) == len(listing.days)  # no two rows are one release
        assert set(numbers) - known == set(
            range(len(known) + 1, len(known) + 1 + len(set(numbers) - known))
        )  # new ones are numbered on
        known |= set(numbers)
    # what is known later renumbers nothing
    assert all(occurrences(listings[:n]) == found[:n] for n in range(len(listings)))


@pytest.mark.parametrize(
    ("listings", "expected"),
    [
        # files of different periods: a release of 2018 does not take the place of one of 2014
        ([Listing((D14,), OLD), Listing((D18,), NEW)], [[1], [2]]),
        ([Listing((D18,), NEW), Listing((D14,), OLD)], [[1], [2]]),
        # in the overlap the same day is the same release, and another day is a correction
        ([Listing((D14, D17), OLD), Listing((D17, D18), NEW)], [[1, 2], [2, 3]]),
        ([Listing((D14, D17), OLD), Listing((D17 + timedelta(2),), NEW)], [[1, 2], [2]]),
        # a list of everything: a changed day is a correction, whichever way the rows are sorted
        ([Listing((D14, D16)), Listing((D16, D14))], [[1, 2], [2, 1]]),
        ([Listing((D14, D16)), Listing((D16 + timedelta(1), D14))], [[1, 2], [2, 1]]),
        # equal rows, one more of them, one fewer
        ([Listing((D14, D14)), Listing((D14, D14, D14)), Listing((D14,))], [[1, 2], [1, 2, 3], [1]]),
        # a day that comes later, and one that is blanked
        ([Listing((None,)), Listing((D14,)), Listing((None,)), Listing((D14,))], [[1], [1], [1], [1]]),
        ([], []),
    ],
)
def test_occurrences(listings, expected):
    assert occurrences(listings) == expected


ROW = {"row_kind": "request", "recipient": "Bell Trust", "title": "A study", "purpose": "To learn",
       "dataset": "Census", "unit": None, "received_date": date(2020, 1, 2), "released_date": None}  # fmt: skip


def name(**changes):
    return unreferenced_name({**ROW, **changes})


def test_a_row_without_a_reference_keeps_its_name_when_what_is_filled_in_later_changes():
    assert name() == name(purpose="Reworded") == name(released_date=D18) == name(recipient="BELL  TRUST")
    assert name().startswith("unreferenced-")


@pytest.mark.parametrize(
    "changes",
    [{"recipient": "Bell"}, {"title": "Another"}, {"dataset": None}, {"received_date": D14}, {"unit": "Roads"}],
)  # fmt: skip
def test_and_another_row_has_another(changes):
    assert name(**changes) != name()


def test_purpose_speaks_where_there_is_no_title_and_a_release_has_its_day():
    assert name(title=None) != name(title=None, purpose="To teach")
    assert name(row_kind="release", released_date=D14) != name(row_kind="release", released_date=D18)
