"""Files of periods that do not follow one another: what was closed in between is on no list, and is said to be missing.

Cases received and closed in the gap were never listed, while long ones that reach the next file are. Taken as watched
from receipt they make times too long, so cases count from the end of the last gap on (left truncation).
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from statistics import median

import pytest

from dashboard import measures
from dashboard.filters import make_filters
from dashboard.pages import make_page
from dashboard.review import Review, choose
from tests.spec.registers import PERIODS
from tests.support.warehouse import File, make_data, open_data


QUARTERS = {
    "January 2021 to March 2021": (date(2021, 1, 1), date(2021, 3, 31)),
    "April 2021 to June 2021": (date(2021, 4, 1), date(2021, 6, 30)),
    "July 2021 to September 2021": (date(2021, 7, 1), date(2021, 9, 30)),
}
SHORT, LONG = 10, 100


def cases() -> list[tuple[str, date, date]]:
    """Received on each day of 2021 to September; three in five take 10 days, two in five 100."""
    chance = random.Random(11)
    received = [date(2021, 1, 1) + timedelta(days=n) for n in range(270)]
    times = [chance.choice([SHORT, SHORT, SHORT, LONG, LONG]) for _ in received]
    return [(f"C{n}", day, day + timedelta(times[n])) for n, day in enumerate(received)]


def files(*quarters: str) -> dict[str, File]:
    found = {}
    for name in quarters:
        start, end = QUARTERS[name]
        closed = [
            {"Ref": ref, "Received": str(came), "Outcome": "Sent", "Ended": str(went)}
            for ref, came, went in cases()
            if start <= went <= end
        ]
        waiting = [{"Ref": ref, "Received": str(came)} for ref, came, went in cases() if came <= end < went]
        found[str(end)] = File({name: closed, "Open": waiting})
    return found


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    whole = open_data(make_data(tmp_path_factory.mktemp("whole"), PERIODS, files(*QUARTERS)))
    first, _, last = QUARTERS
    broken = open_data(make_data(tmp_path_factory.mktemp("broken"), PERIODS, files(first, last)))
    with whole, broken:
        yield whole, broken


def counted(store):
    (row,) = measures.turnaround(store, register="periods").dicts()
    return row


def test_cases_count_from_the_end_of_the_gap(stores):
    whole, broken = stores
    assert counted(whole)["median"] == SHORT
    assert counted(broken)["median"] == SHORT
    rows = measures.rows("turnaround", broken, register="periods").dicts()
    for row in rows:
        if row["excluded_rule"] is None:
            assert row["entry"] == max(0, (date(2021, 7, 1) - row["start_low"]).days)
            assert row["end_low"] >= date(2021, 7, 1)
    # taken as watched from receipt, those of the gap that reached the next file would say otherwise
    gap = [r["days"] for r in rows if r["event"] and date(2021, 4, 1) <= r["start_low"] <= date(2021, 6, 20)]
    assert median(gap) == LONG
    assert sum(r["excluded_rule"] == "before_coverage" for r in rows) == sum(
        came <= date(2021, 3, 31) and went < date(2021, 7, 1) for _, came, went in cases()
    )


def test_the_gap_is_said(stores):
    whole, broken = stores
    words = "No file lists what was closed from 1 April 2021 to 30 June 2021."
    for name in ("turnaround", "volumes"):
        assert any(words in n for n in measures.measure(name, broken, register="periods").notes), name
        assert not any(words in n for n in measures.measure(name, whole, register="periods").notes), name
    early = measures.volumes(broken, register="periods", to="2021-03-31")
    assert not any(words in n for n in early.notes)


def test_who_was_open_and_is_listed_no_more_is_said(stores):
    whole, broken = stores
    gone = sum(
        came <= date(2021, 3, 31) and date(2021, 4, 1) <= went <= date(2021, 6, 30)
        for _, came, went in cases()
    )
    assert gone > 20
    words = f"{gone} requests open when last listed and in no later file: counted as open ever since"
    for name in ("volumes", "backlog"):
        assert any(words in n for n in measures.measure(name, broken, register="periods").notes), name
    assert not any("in no later file" in n for n in measures.volumes(whole, register="periods").notes)
    # and a filter is about those it leaves
    one = measures.volumes(broken, register="periods", reference="C268")
    assert not any("in no later file" in n for n in one.notes)
    # one edition knows nothing of a later one
    alone = measures.volumes(broken, register="periods", edition="2021-03-31")
    assert not any("in no later file" in n or "No file lists" in n for n in alone.notes)


def test_a_replacement_that_lists_a_later_quarter_leaves_its_own_unlisted(tmp_path):
    """No file lists what closed in its own quarter, and nothing ended in the one it lists: no case can be timed, each
    is left out, and measure and page say why."""
    first, second, third = QUARTERS
    known = files(first, second)
    undated = [{"Ref": "X1", "Received": "2021-07-02", "Outcome": "Sent", "Ended": ""}]
    waiting = files(third)["2021-09-30"].content["Open"]
    later = {third: undated, "Open": waiting}
    ways = {
        "apart": {**known, "2021-09-30": File(later, published="2021-12-01")},
        "replaced": {**known, "2021-06-30.2": File(later, published="2021-12-01", replaces=True)},
    }
    with (
        open_data(make_data(tmp_path / "apart", PERIODS, ways["apart"])) as apart,
        open_data(make_data(tmp_path / "replaced", PERIODS, ways["replaced"])) as replaced,
    ):
        assert counted(apart)["n"] > 100
        row = counted(replaced)
        found = measures.rows("turnaround", replaced, register="periods").dicts()
        assert (row["n"], row["events"], row["median"]) == (0, 0, None)
        assert row["excluded"] == len(found) > 100
        rules = Counter(r["excluded_rule"] for r in found)
        # the open ones were last seen on the as-at date, before the listing without a gap begins, or came after it
        assert set(rules) == {"before_coverage", "as_at_before_start", "closed_undated"}
        notes = measures.turnaround(replaced, register="periods").notes
        page = make_page(replaced, "turnaround", make_filters(register="periods")).unanswered
        assert not any("Try" in words for words in page), "nothing was filtered away"
        filtered = make_page(replaced, "turnaround", make_filters(register="periods", to=2020)).unanswered
        assert "Try a longer period, or fewer filters." in filtered
        review = Review.begin(replaced, choose(replaced, year=2022, register="periods")).turnaround().html
        for words in (
            "No case that can be counted falls in what was asked, so nothing is estimated.",
            f"{rules['before_coverage']} cases left out because they closed, or were last seen, by 1 July 2021, "
            "when not every case was listed.",
            "No file lists what was closed from 1 April 2021 to 30 June 2021.",
        ):
            assert any(words in n for n in notes), words
            assert any(words in n for n in page), words
            assert words in review, words
