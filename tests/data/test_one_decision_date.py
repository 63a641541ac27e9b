"""A list with one column for the day of decision and one for the day data were sent, as an office keeps it."""

from __future__ import annotations

import pytest

from dashboard import measures
from tests.support.warehouse import make_data, open_data, register, table


# asked, decided, sent: an approval is a decision and closes nothing; what is sent is released and closed
CASES = table("""
    Ref | Asked      | Outcome     | Decided    | Sent
    A1  | 2022-01-03 | Agreed      | 2022-02-01 | 2022-02-18
    A2  | 2022-01-10 | Agreed      | 2022-03-01 |
    A3  | 2022-01-17 | Turned down | 2022-02-14 |
    A4  | 2022-02-01 | Withdrawn   | 2022-02-08 |
    A5  | 2022-03-01 | Waiting     |            |
""")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    described = register(
        "office",
        columns={
            "reference": ["Ref"], "received_date": ["Asked"], "outcome": ["Outcome"],
            "composite_date": ["Decided"], "released_date": ["Sent"],
        },
        outcomes={
            "approved": ["Agreed"], "refused": ["Turned down"], "withdrawn": ["Withdrawn"], "open": ["Waiting"],
        },
    )  # fmt: skip
    with open_data(make_data(tmp_path_factory.mktemp("office"), described, {"2022-03-31": CASES})) as found:
        yield found


def test_an_approval_is_decided_on_its_day_and_not_closed(store):
    rows = measures.rows("volumes", store, register="office").dicts()
    days = {(r["counted_as"], r["reference"]): r["date"].isoformat() for r in rows if r["date"]}
    assert {r: d for (kind, r), d in days.items() if kind == "decided"} == {
        "A1": "2022-02-01", "A2": "2022-03-01", "A3": "2022-02-14",
    }  # fmt: skip
    assert {r: d for (kind, r), d in days.items() if kind == "closed"} == {
        "A1": "2022-02-18", "A3": "2022-02-14", "A4": "2022-02-08",
    }  # fmt: skip
    [row] = measures.volumes(store, register="office").dicts()
    assert (row["received"], row["decided"], row["closed"], row["open_at_end"]) == (5, 3, 3, 2)
    outcomes = {
        r["group"]: r["requests"] for r in measures.recipients(store, register="office", by="outcome").dicts()
    }
    assert outcomes == {"released": 1, "approved": 1, "refused": 1, "withdrawn": 1, "open": 1}


def test_the_clock_to_a_decision_stops_at_it(store):
    spells = {
        s["reference"]: s
        for s in measures.spells(store, register="office", clock="received_to_decision").dicts()
    }
    assert {r: (s["days"], s["event"]) for r, s in spells.items()} == {
        "A1": (29, True), "A2": (50, True), "A3": (28, True), "A4": (7, False), "A5": (30, False),
    }  # fmt: skip
    spells = {
        s["reference"]: s
        for s in measures.spells(store, register="office", clock="approval_to_release").dicts()
    }
    assert (spells["A1"]["days"], spells["A1"]["event"]) == (17, True)
    assert (spells["A2"]["days"], spells["A2"]["censored"]) == (30, True)
