"""What reviewed rows make of names: merged, kept apart, dated, chained; and what contradicts itself is refused."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cleaning import normalise_text, recipient_id
from dashboard.errors import AccessReviewError
from dashboard.recipients import Review, Reviewed
from dashboard.text import defuse, undefuse


def row(number, alias, relation, recipient, **more):
    words = {
        "register": "*",
        "type": None,
        "reason": "r",
        "reviewer": "w",
        "reviewed": date(2026, 1, 31),
        **more,
    }
    return Review(
        path=Path("recipients.csv"), row=number, alias=alias, recipient=recipient, relation=relation, **words
    )


def rows(*described):
    return [
        row(n, *parts[:3], **(parts[3] if len(parts) > 3 else {})) for n, parts in enumerate(described, 2)
    ]


def recipients(reviews, *names, register="phe"):
    """name -> its recipient, for names that no dated row concerns."""
    published = {normalise_text(n): n for n in names}
    reviewed = Reviewed(reviews, register)
    found = {}
    for key, name in published.items():
        (only,) = reviewed.named(key, published.get)
        found[name] = only
    return found


def refused(reviews, *words):
    with pytest.raises(AccessReviewError) as caught:
        Reviewed(reviews, "phe")
    for word in words:
        assert word in caught.value.message
    assert caught.value.hint


def test_names_are_merged_by_the_three_relations_that_say_one_organisation():
    found = recipients(
        rows(
            ("Angel Solutions", "same", "Angel Solutions Ltd"),
            ("Alps", "trading_name_of", "Alkemygold Ltd"),
            ("Ministry of A", "renamed", "Ministry of B"),
            ("Unit of Leeds", "part_of", "University of Leeds"),
            ("University of Essex", "different", "University of Exeter"),
        ),
        *("angel solutions", "Angel Solutions Ltd", "Alps", "Ministry of A", "Unit of Leeds"),
        *("University of Essex", "University of Exeter"),
    )
    assert {name: n.recipient for name, n in found.items()} == {
        "angel solutions": "Angel Solutions Ltd",
        "Angel Solutions Ltd": "Angel Solutions Ltd",
        "Alps": "Alkemygold Ltd",
        "Ministry of A": "Ministry of B",
        "Unit of Leeds": "Unit of Leeds",
        "University of Essex": "University of Essex",
        "University of Exeter": "University of Exeter",
    }
    assert {name: n.parent for name, n in found.items() if n.parent} == {
        "Unit of Leeds": "University of Leeds"
    }


def test_a_chain_is_followed_and_each_name_keeps_its_own_row():
    reviews = rows(("A", "same", "B"), ("B", "renamed", "C"), ("D", "part_of", "A"))
    found = recipients(reviews, "A", "B", "C", "D")
    assert {n: f.recipient for n, f in found.items()} == {"A": "C", "B": "C", "C": "C", "D": "D"}
    assert found["A"].review == reviews[0]
    assert found["D"].parent == "C"


def test_rows_concern_the_registers_of_their_glob():
    reviews = [
        row(2, "FFT", "same", "Fischer Trust", register="dfe-*"),
        row(3, "FFT", "same", "Forest Trust", register="nhs-*"),
    ]
    for register, name in (("dfe-npd", "Fischer Trust"), ("nhs-digital", "Forest Trust"), ("phe", "FFT")):
        assert recipients(reviews, "FFT", register=register)["FFT"].recipient == name


def test_a_type_is_the_recipients_whatever_its_spelling_and_never_its_parents():
    found = recipients(
        rows(
            ("Bell", "same", "Bell Trust", {"type": "charity"}),
            ("Bell Unit", "part_of", "Bell Trust", {"type": "health_body", "override": True}),
        ),
        *("Bell", "Bell Trust", "Bell Unit"),
    )
    assert {n: (f.type, f.override) for n, f in found.items()} == {
        "Bell": ("charity", False), "Bell Trust": ("charity", False), "Bell Unit": ("health_body", True),
    }  # fmt: skip


def test_dated_rows_split_the_days_and_leave_none_out():
    reviews = rows(
        ("Beacon", "trading_name_of", "Ashford Ltd", {"to": date(2019, 12, 31)}),
        ("Beacon", "trading_name_of", "Corner Ltd", {"from_": date(2020, 4, 1)}),
    )
    found = Reviewed(reviews, "phe").named("beacon", {"beacon": "Beacon"}.get)
    assert [(f.first, f.last, f.recipient) for f in found] == [
        (date.min, date(2019, 12, 31), "Ashford Ltd"),
        (date(2020, 1, 1), date(2020, 3, 31), "Beacon"),
        (date(2020, 4, 1), date.max, "Corner Ltd"),
    ]


def test_a_part_for_a_time_and_a_type_for_a_time_reach_every_spelling():
    reviews = rows(
        ("Hub (Leeds)", "same", "Hub"),
        ("Hub", "part_of", "University of Leeds", {"to": date(2018, 7, 31)}),
        ("Bell", "same", "Bell Trust"),
        ("Bell Trust", "same", "Bell Trust", {"type": "charity", "to": date(2018, 7, 31)}),
        ("Bell Trust", "same", "Bell Trust", {"type": "commercial", "from_": date(2018, 8, 1)}),
    )
    reviewed = Reviewed(reviews, "phe")
    for key in ("hub", "hub (leeds)"):
        found = reviewed.named(key, {"hub": "Hub"}.get)
        assert [(f.recipient, f.parent) for f in found] == [("Hub", "University of Leeds"), ("Hub", None)]
    for key in ("bell", "bell trust"):
        found = reviewed.named(key, {}.get)
        assert [(f.recipient, f.type) for f in found] == [
            ("Bell Trust", "charity"),
            ("Bell Trust", "commercial"),
        ]


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ([("A", "same", "B"), ("a ", "same", "C")], ("row 3", "'recipient'", "same 'C'", "row 2")),
        ([("A", "same", "B"), ("A", "renamed", "B")], ("row 3", "'relation'", "row 2")),
        ([("A", "same", "B"), ("A", "part_of", "C")], ("row 3", "'recipient'", "row 2")),
        (
            [("A", "same", "B", {"to": date(2020, 1, 1)}), ("A", "same", "C", {"from_": date(2020, 1, 1)})],
            ("row 3", "'recipient'"),
        ),
        ([("A", "same", "B"), ("B", "same", "A")], ("circle", "row 2", "row 3")),
        ([("A", "same", "B"), ("B", "renamed", "C"), ("C", "same", "A")], ("circle",)),
        ([("A", "part_of", "B"), ("B", "part_of", "A")], ("a part of itself",)),
        ([("A", "part_of", "B"), ("B", "same", "C"), ("C", "part_of", "A")], ("a part of itself",)),
        ([("A", "same", "B"), ("B", "same", "C", {"to": date(2020, 1, 1)})], ("row 2", "certain days only", "row 3")),
        ([("A", "same", "B", {"type": "charity"}), ("B", "same", "B", {"type": "media"})], ("row 3", "'type'")),
        ([("A", "same", "B"), ("A", "different", "B")], ("row 3", "'relation'", "row 2")),
        ([("A", "same", "C"), ("B", "same", "C"), ("A", "different", "B")], ("row 4", "'relation'", "row 2")),
    ],
)  # fmt: skip
def test_rows_that_contradict_one_another_are_refused(described, words):
    refused(rows(*described), *words)


def test_the_same_row_twice_is_said_twice_and_no_more():
    found = recipients(rows(("A", "same", "B"), ("a", "same", "b")), "A", "B")
    assert {f.recipient_key for f in found.values()} == {"b"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
def test_all_pairs_of_three_names_may_be_reviewed(order):
    described = [("A", "same", "B"), ("B", "same", "C"), ("A", "trading_name_of", "C")]
    found = recipients(rows(*(described[n] for n in order)), "A", "B", "C")
    assert {f.recipient for f in found.values()} == {"C"}


def test_what_a_person_has_decided_is_settled_either_way_round():
    reviewed = Reviewed(rows(("A", "same", "B"), ("A", "different", "C"), ("D", "part_of", "A")), "phe")
    assert reviewed.settled("b", "c")
    assert reviewed.settled("c", "b")
    assert reviewed.settled("d", "b")
    assert reviewed.settled("b", "d")
    assert not reviewed.settled("c", "d")


NAMES = st.sampled_from([f"{a} {b}" for a in ("Ash", "Bell", "King's") for b in ("Trust", "Ltd", "& Co")])
ROWS = st.lists(
    st.tuples(NAMES, st.sampled_from(["same", "renamed", "trading_name_of", "part_of"]), NAMES), max_size=6
)


@given(ROWS, st.tuples(NAMES, NAMES))
def test_one_more_alias_moves_the_id_of_no_other_recipient(described, added):
    described = [r for r in described if r[0] != r[2]]
    names = sorted({n for r in described for n in (r[0], r[2])} | {"Ash Trust", "Bell Trust"})
    try:
        before = recipients(rows(*described), *names)
        after = recipients(rows(*described, (added[0], "same", added[1])), *names)
    except AccessReviewError:
        return  # contradictions are refused: nothing is built
    for name in names:
        old, new = before[name], after[name]
        assert recipient_id(old.recipient) == recipient_id(old.recipient_key)
        if normalise_text(added[0]) != old.recipient_key:
            assert recipient_id(new.recipient) == recipient_id(old.recipient)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 60)), max_size=5))
def test_periods_cover_every_day_once(spans):
    start = date(2018, 1, 1)
    reviews, day = [], 0
    for number, (gap, length) in enumerate(spans, 2):
        first, last = start + timedelta(day + gap), start + timedelta(day + gap + length)
        reviews.append(row(number, "A", "same", f"R{number}", from_=first, to=last))
        day += gap + length + 1
    found = Reviewed(reviews, "phe").named("a", {"a": "A"}.get)
    assert (found[0].first, found[-1].last) == (date.min, date.max)
    assert all(b.first - a.last == timedelta(1) for a, b in pairwise(found))
    for review in reviews:
        assert any(
            (f.first, f.last, f.recipient) == (review.first, review.last, review.recipient) for f in found
        )


@given(st.text(alphabet="'=+-@\t\r ab", max_size=8) | st.text(max_size=20))
def test_what_is_defused_comes_back(text):
    assert undefuse(defuse(text)) == text
    assert defuse(text)[:1] not in ("=", "+", "-", "@", "\t", "\r") or not text
