"""The headline engine on any rows: never a claim that they do not support, never a number that is not theirs."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import findings
from dashboard.comparison import compare_counts
from dashboard.filters import Filters
from dashboard.findings import Finding, Ground
from dashboard.measures.refusals import HEADLINE_EVENTS
from dashboard.text import number, percent


COUNTS = st.lists(st.integers(0, 2000), max_size=9)


def points(counts: list[int]) -> list[tuple[str, int]]:
    return [(str(2010 + i), n) for i, n in enumerate(counts)]


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,]*%?", text))


@given(COUNTS)
def test_a_change_is_claimed_only_where_the_interval_supports_one(counts: list[int]) -> None:
    said = findings.change(points(counts), noun="request", verb="received")
    assert (said is None) == (not counts)
    if said is None or len(counts) < 2:
        return
    before, now = counts[-2:]
    claims = any(words in said for words in ("more than", "fewer than", ", after "))
    assert claims == (compare_counts(now, before).differ and now != before)
    assert ("no clear change" in said) == (not claims and now != before)
    assert number(now) in numbers(said) if now else said.startswith("No request was received")
    if not claims and now != before:
        assert number(before) in numbers(said), "both numbers, where no change is claimed"


@given(COUNTS)
def test_the_longer_term_is_true_of_the_counts(counts: list[int]) -> None:
    said = findings.context(points(counts), noun="request", verb="received")
    if said is None:
        return
    now, earlier = counts[-1], counts[:-1]
    since = re.search(r"the (most|fewest) since (\d{4})", said)
    of_all = re.search(r"the (most|fewest) of the (\d+) years", said)
    if of_all:
        beyond = [n >= now if of_all[1] == "most" else n <= now for n in earlier]
        assert not any(beyond)
        assert int(of_all[2]) == len(counts)
    elif since:
        passed = earlier[int(since[2]) - 2010 + 1 :]
        reached = earlier[int(since[2]) - 2010]
        better = (lambda n: n < now) if since[1] == "most" else (lambda n: n > now)
        assert len(passed) >= 2
        assert all(better(n) for n in passed)
        assert not better(reached)
    else:
        assert now == 0
    hardly = re.search(r"though hardly (?:more|fewer) than in (\d{4})", said)
    if hardly:
        assert not compare_counts(now, counts[int(hardly[1]) - 2010]).differ


@given(COUNTS)
def test_the_range_is_that_of_the_counts(counts: list[int]) -> None:
    said = findings.level(points(counts), noun="request", verb="received")
    assert (said is None) == (len(counts) < 2)
    if said:
        assert {number(min(counts)), number(max(counts))} <= numbers(said)


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 500)), max_size=5))
def test_a_share_is_of_its_whole_and_never_of_few(groups: list[tuple[str, int]]) -> None:
    said = findings.share(groups, of="releases")
    whole = sum(n for _, n in groups)
    assert (said is None) == (whole == 0)
    if said and whole < findings.SMALL:
        assert "%" not in said
    elif said and "all" not in said:
        assert percent(max(n for _, n in groups) / whole).split()[-1] in said


DAYS = st.one_of(st.none(), st.integers(0, 900))


@given(
    events=st.integers(0, 60),
    median=DAYS,
    low=DAYS,
    high=DAYS,
    clock=st.sampled_from(["received_to_outcome", "received_to_decision"]),
)
def test_a_typical_time_rests_on_enough_and_is_hedged(
    events: int, median: int | None, low: int | None, high: int | None, clock: str
) -> None:
    row = {"clock": clock, "unit": "calendar", "method": "Kaplan-Meier", "events": events, "median": median,
           "median_low": low, "median_high": high}  # fmt: skip
    said = findings.time(row)
    given_ = median is not None and events >= HEADLINE_EVENTS
    assert (f"{number(median)} calendar days" in said) == given_ if median is not None else True
    if given_ and low is not None and (high is None or max(median - low, high - median) > median / 5):
        assert "about" in said


@given(
    medians=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    spread=st.integers(0, 100),
    p=st.one_of(st.none(), st.floats(0, 1)),
)
def test_a_change_of_the_median_needs_a_test_or_intervals_apart(
    medians: tuple[int, int], spread: int, p: float | None
) -> None:
    before, now = (
        {"unit": "calendar", "median": m, "median_low": max(0, m - spread), "median_high": m + spread}
        for m in medians
    )
    said = findings.time_change(before, now, labels=("2018", "2020"), p_value=p)
    claims = "rose" in said or "fell" in said
    apart = abs(medians[0] - medians[1]) > 2 * spread or min(medians) + spread < max(medians) - spread
    if p is not None:
        assert claims == (p < 0.05 and medians[0] != medians[1])
    elif claims:
        assert apart
    assert {number(m) for m in medians} <= numbers(said)


@pytest.mark.parametrize("kind", ["change", "level", "context"])
def test_nothing_is_said_of_no_rows(kind: str) -> None:
    assert findings.KINDS[kind]([], noun="request", verb="received") is None


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("signal", {"things": "requests received", "interval": "month"}),
        ("longest", {"as_at": date(2020, 1, 1)}),
        ("people", {}),
        ("share", {"of": "releases"}),
    ],
)
def test_nothing_is_said_of_no_rows_of_a_measure(kind: str, arguments: dict[str, Any]) -> None:
    assert findings.KINDS[kind]([], **arguments) is None


def test_nobody_ended_so_nothing_is_said_of_how() -> None:
    assert findings.ended({}) is None
    assert findings.ended({"open": 3, "unknown": 2}) is None


def test_a_finding_knows_where_its_rows_are() -> None:
    ground = Ground(measure="volumes", filters=Filters(register="phe-odr", interval="year"))
    assert ground.address == "/data/volumes.csv?register=phe-odr&interval=year&rows=1"
    own = Ground(measure="editions", filters=Filters(register="phe-odr"), counted=True)
    assert own.address == "/data/editions.csv?register=phe-odr"
    assert Ground(measure="editions", filters=Filters(), counted=True).address == "/data/editions.csv"
    found = Finding(text="A sentence.", kind="level", rests_on=(ground, own))
    assert found.rows == ground.address
    assert Finding(text="Nothing.", kind="silent").rows == ""
