"""Registers at the edge: nothing, one row, all open, all closed at once, one group, all left out, one day.

Every measure there is answers each of them, under each way of asking, with the right figures or a sentence: never an
exception, and never a number that is none. A measure added to the catalogue is held to it by itself.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dashboard import measures
from dashboard.editions import list_editions
from dashboard.errors import AccessReviewError, UsageError
from dashboard.store import Store
from dashboard.vocabulary import CLOCKS
from dashboard.withdrawals import Withdrawal, write_withdrawal
from tests.support.edges import AS_AT, EDGE, HEADINGS, REGISTERS
from tests.support.warehouse import lone_settings, make_data, open_data


WAYS: dict[str, dict[str, object]] = {
    "plain": {},
    "by type": {"by": "type"},
    "by recipient": {"by": "recipient"},
    "by dataset and month": {"by": "dataset", "interval": "month"},
    "by year": {"interval": "year"},
    "working days": {"unit": "working", "target": 20},
    "a target": {"target": 1, "by": "tier", "interval": "quarter"},
    "by date closed": {"cohort": "closed", "interval": "month"},
    "one outcome": {"outcome": "released"},
    "one day": {"from_": "2020-01-20", "to": "2020-01-20"},
    "after the as-at date": {"from_": "2031-01-01", "interval": "month"},
    "before anything": {"to": "1990-12-31", "interval": "quarter"},
    "nothing that is there": {"reference": "no such reference"},
    "known before anything": {"known_on": "1990-01-01"},
    "that file alone": {"edition": "2020-03-31"},
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Store]]:
    opened: dict[str, Store] = {}
    for number, (name, lines) in enumerate(REGISTERS.items()):
        folder = make_data(
            tmp_path_factory.mktemp(f"edge{number}"), EDGE, {"2020-03-31": "\n".join([HEADINGS, *lines, ""])}
        )
        if name == "every row withdrawn":
            withdraw_row(folder)
        opened[name] = open_data(folder)
    yield opened
    for store in opened.values():
        store.close()


def withdraw_row(folder: Path) -> None:
    (edition,) = list_editions(lone_settings(folder))
    write_withdrawal(
        lone_settings(folder),
        Withdrawal(
            register="edge", edition=edition.edition, sha256=edition.sha256, on=date(2020, 6, 1), reason="asked",
            file="", sheet="edge 2020-03-31", row=2,
        ),
    )  # fmt: skip


def numbers_are_numbers(result: measures.MeasureResult) -> None:
    """No NaN and no infinity in what is given, and shares between 0 and 1, whichever way it is written."""

    def refuse(constant: str) -> float:
        raise AssertionError(f"{constant} in JSON")

    rows = json.loads(result.json(), parse_constant=refuse)["rows"]
    assert len(rows) == len(result.rows)
    for row in csv.reader(io.StringIO(result.csv())):
        assert not {"nan", "inf", "-inf", "nat"} & {v.lower() for v in row}
    for row in result.dicts():
        for column, value in row.items():
            if isinstance(value, float):
                assert math.isfinite(value), column
            if isinstance(value, int | float) and not isinstance(value, bool):
                if column in (
                    "share",
                    "cumulative_share",
                    "survival",
                    "within_target",
                    "cumulative_incidence",
                ):
                    assert 0 <= value <= 1, column
                elif column not in (
                    "difference",
                    "lower",
                    "upper",
                    "lower_calculated",
                    "observed_less_expected",
                ):
                    assert value >= 0, column
        for low, mid, high in (
            ("median_low", "median", "median_high"),
            ("within_low", "within_target", "within_high"),
        ):
            known = [row[c] for c in (low, mid, high) if row.get(c) is not None]
            assert known == sorted(known), (low, row)


# Every way of asking of three registers, and of the others those in which they differ.
EVERY_WAY = ("one row, closed", "all open", "without any date")
SOME_WAYS = (
    "plain",
    "by type",
    "by dataset and month",
    "a target",
    "by date closed",
    "nothing that is there",
)
ASKED = [(name, way) for name in REGISTERS for way in (WAYS if name in EVERY_WAY else SOME_WAYS)]


@pytest.mark.parametrize(("name", "way"), ASKED)
@pytest.mark.parametrize("measure", measures.MEASURES)
def test_every_measure_answers(stores, measure, name, way):
    store = stores[name]
    found = measures.find_measure(measure)
    if measure == "control-chart" and "by" in WAYS[way]:
        with pytest.raises(UsageError, match="draws one series, so 'by' has no meaning here"):
            measures.measure(measure, store, register="edge", **WAYS[way])
        return
    result = measures.measure(measure, store, register="edge", **WAYS[way])
    numbers_are_numbers(result)
    assert result.rows or result.notes, "neither a figure nor a sentence"
    if found.rows_query:
        numbers_are_numbers(measures.rows(measure, store, register="edge", **WAYS[way]))
    if "register" in found.columns or way not in ("plain", "by dataset and month"):
        return
    everything = measures.measure(measure, store, **WAYS[way])
    if "register" in everything.columns:
        place = everything.columns.index("register")
        assert [tuple(v for i, v in enumerate(r) if i != place) for r in everything.rows] == list(result.rows)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("name", REGISTERS)
def test_every_clock_answers(stores, name, clock):
    for measure in ("turnaround", "survival-curve"):
        for way in ("plain", "by type", "working days", "by date closed"):
            result = measures.measure(measure, stores[name], register="edge", clock=clock, **WAYS[way])
            numbers_are_numbers(result)
            assert result.rows or result.notes


def test_a_file_without_a_row_is_refused(tmp_path):
    with pytest.raises(AccessReviewError, match="not one row below the headings"):
        make_data(tmp_path, EDGE, {"2020-03-31": HEADINGS + "\n"})


# -------------------------------------------------------------------------------- the figures, register by register


def turnaround(store, **asked):
    (row,) = measures.turnaround(store, register="edge", **asked).dicts()
    return [
        row[c] for c in ("n", "events", "censored", "excluded", "median", "median_low", "median_high", "p90")
    ]


def notes(store, measure, **asked):
    return " ".join(measures.measure(measure, store, register="edge", **asked).notes)


def volumes(store, **asked):
    (row,) = measures.volumes(store, register="edge", **asked).dicts()
    return [
        row[c]
        for c in ("open_at_start", "received", "decided", "closed", "released", "open_at_end", "excluded")
    ]


def test_one_closed_case(stores):
    store = stores["one row, closed"]
    assert turnaround(store) == [1, 1, 0, 0, 10, None, None, 10]
    assert "Where a bound of the median is empty, the cases set it no limit." in notes(store, "turnaround")
    assert turnaround(store, unit="working") == [1, 1, 0, 0, 6, None, None, 6]
    assert turnaround(store, cohort="closed") == [1, 1, 0, 0, 10, None, None, 10]
    (curve,) = measures.survival_curve(store, register="edge").dicts()
    assert [curve[c] for c in ("day", "at_risk", "events", "survival", "low", "high")] == [
        10,
        1,
        1,
        0.0,
        None,
        None,
    ]
    assert volumes(store) == [0, 1, 1, 1, 1, 0, 0]
    assert volumes(store, from_="2020-01-11", to="2020-01-19") == [1, 0, 0, 0, 0, 1, 0]
    (group,) = measures.recipients(store, register="edge").dicts()
    assert [group[c] for c in ("requests", "releases", "recipients", "share")] == [1, 1, 1, 1.0]
    (held,) = measures.holdings(store, register="edge").dicts()
    assert [held[c] for c in ("still_held", "ended", "overdue")] == [1, 0, 0]


def test_one_open_case(stores):
    store = stores["one row, open"]
    assert turnaround(store) == [1, 0, 1, 0, None, None, None, None]
    assert "it was not reached" in notes(store, "turnaround")
    (curve,) = measures.survival_curve(store, register="edge").dicts()
    assert [curve[c] for c in ("day", "at_risk", "censored", "survival", "low", "high")] == [
        81,
        1,
        1,
        1.0,
        None,
        None,
    ]
    assert volumes(store) == [0, 1, 0, 0, 0, 1, 0]
    assert "no share is given" in notes(store, "top-recipients")


def test_all_open(stores):
    store = stores["all open"]
    assert turnaround(store) == [25, 0, 25, 0, None, None, None, None]
    assert "it was not reached" in notes(store, "turnaround")
    assert volumes(store) == [0, 25, 0, 0, 0, 25, 0]
    # all are past 1 day and none has reached 200
    (row,) = measures.turnaround(store, register="edge", target=1).dicts()
    assert row["within_target"] == row["within_low"] == 0.0
    assert row["within_high"] == pytest.approx(1.96**2 / (25 + 1.96**2), abs=1e-4)
    (row,) = measures.turnaround(store, register="edge", target=200).dicts()
    assert row["within_target"] is None
    curve = measures.survival_curve(store, register="edge").dicts()
    assert {r["survival"] for r in curve} == {1.0}
    assert [r["at_risk"] for r in curve] == list(range(25, 0, -1))
    assert turnaround(store, cohort="closed") == [0, 0, 0, 0, None, None, None, None]
    assert "nothing is estimated" in notes(store, "turnaround", cohort="closed")


def test_all_closed_on_day_0(stores):
    store = stores["all closed on day 0"]
    assert turnaround(store) == [25, 25, 0, 0, 0, None, None, 0]
    assert turnaround(store, unit="working") == [25, 25, 0, 0, 0, None, None, 0]
    (curve,) = measures.survival_curve(store, register="edge").dicts()
    assert [curve[c] for c in ("day", "at_risk", "events", "survival")] == [0, 25, 25, 0.0]
    (row,) = measures.turnaround(store, register="edge", target=1).dicts()
    assert (row["within_target"], row["within_high"]) == (1.0, 1.0)
    assert row["within_low"] == pytest.approx(25 / (25 + 1.96**2), abs=1e-4)
    assert volumes(store) == [0, 25, 25, 25, 25, 0, 0]
    months = measures.volumes(store, register="edge", interval="month").dicts()
    assert [(r["open_at_start"], r["received"], r["closed"], r["open_at_end"]) for r in months] == [
        (0, 25, 25, 0), (0, 0, 0, 0), (0, 0, 0, 0),
    ]  # fmt: skip


def test_all_refused(stores):
    """Refusals end the clock to a decision; on the clock to a release they compete, and nothing is released."""
    store = stores["all refused"]
    assert turnaround(store, clock="received_to_decision")[:5] == [25, 25, 0, 0, 43]
    assert turnaround(store, clock="received_to_release") == [25, 0, 25, 0, None, None, None, None]
    assert volumes(store) == [0, 25, 25, 25, 0, 0, 0]


def test_one_group_is_all(stores):
    store = stores["one group"]
    for measure in ("turnaround", "volumes"):
        (whole,) = measures.measure(measure, store, register="edge").dicts()
        (group,) = measures.measure(measure, store, register="edge", by="type").dicts()
        assert group["group"] == "university"
        assert {k: v for k, v in group.items() if not k.startswith("group")} == {
            k: v for k, v in whole.items() if not k.startswith("group")
        }
    (row,) = measures.recipients(store, register="edge").dicts()
    assert (row["group"], row["share"], row["recipients"]) == ("university", 1.0, 25)


@pytest.mark.parametrize("name", ["all left out", "without any date"])
def test_all_left_out(stores, name):
    store = stores[name]
    assert turnaround(store) == [0, 0, 0, 5, None, None, None, None]
    assert "nothing is estimated" in notes(store, "turnaround")
    assert "5 cases left out because their dates cannot be used" in notes(store, "turnaround")
    assert volumes(store) == [0, 0, 0, 0, 0, 0, 5]
    assert measures.survival_curve(store, register="edge").result.rows == ()
    rows = measures.rows("volumes", store, register="edge").dicts()
    assert [r["counted_as"] for r in rows] == ["excluded"] * 5
    # and a second time by interval, where what has no date stands in none
    by_year = measures.volumes(store, register="edge", interval="year").dicts()
    assert sum(r["excluded"] for r in by_year) == (5 if name == "all left out" else 0)


def test_one_day(stores):
    store = stores["one day"]
    assert volumes(store) == [0, 8, 4, 4, 4, 4, 0]
    (row,) = measures.volumes(store, register="edge").dicts()
    assert (row["interval_start"], row["interval_end"]) == (AS_AT, AS_AT)
    # four of eight end on day 0, before the four others are censored that day: the curve stands at a half
    assert turnaround(store)[:5] == [8, 4, 4, 0, 0]
    assert turnaround(store)[-1] is None


@pytest.mark.parametrize("name", REGISTERS)
def test_after_the_as_at_date_nothing_is_known(stores, name):
    rows = measures.volumes(stores[name], register="edge", from_="2031-05-05", interval="month").dicts()
    assert {(r["interval_start"], r["interval_end"], r["immature"]) for r in rows} == {
        (date(2031, 5, 1), date(2031, 5, 31), True)
    }
    assert sum(r["received"] + r["closed"] + r["released"] for r in rows) == 0
    # who was open when last seen is open still, as far as anybody knows
    (now,) = measures.volumes(stores[name], register="edge").dicts()
    assert sum(r["open_at_end"] for r in rows) == now["open_at_end"]


@pytest.mark.parametrize("name", REGISTERS)
def test_before_anything_was_known(stores, name):
    for measure in measures.MEASURES:
        result = measures.measure(measure, stores[name], register="edge", known_on="1990-01-01")
        said = " ".join(result.notes)
        assert "Nothing was published by 1 January 1990, so there is nothing to count." in said


def test_a_register_that_is_not_there_is_named(stores):
    for measure in measures.MEASURES:
        with pytest.raises(
            UsageError, match="no register in this build is called 'egde'; did you mean 'edge'"
        ):
            measures.measure(measure, stores["all open"], register="egde")


def test_nothing_to_compare_is_no_test(stores):
    """All ended on one day: whatever the curves are, the days say nothing of which is quicker."""
    result = measures.turnaround_comparison(stores["all closed on day 0"], register="edge", by="type")
    assert {r["group"] for r in result.dicts()} == {"university", "charity"}
    for row in result.dicts():
        assert (row["events"], row["observed_less_expected"]) == (row["n"], pytest.approx(0))
        assert (row["chi2"], row["df"], row["p"], row["compared"]) == (None, None, None, False)
    assert "Too few groups have enough ended cases" in " ".join(result.notes)
