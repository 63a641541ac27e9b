"""Control charts and new recipients, worked out again from their rows by plain loops, whatever was asked."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from statistics import fmean

import pytest

from dashboard import measures
from tests.support.recompute import end_of, start_of


REGISTERS = ("sample-npd-requests", "sample-external-data-shares")
TYPES = (None, "university", "commercial", "charity")
SPANS = ((None, None), ("2016-02-10", None), (None, "2022-06-30"), ("2015-01-01", "2023-12-31"))


def asked(seed: int, interval: str | None = None) -> dict[str, str]:
    """A question drawn by a seed, so that a failure can be asked again."""
    rng = random.Random(seed)
    first, last = rng.choice(SPANS)
    found = {"type": rng.choice(TYPES), "from_": first, "to": last}
    found["interval"] = interval or rng.choice(("month", "quarter", "year"))
    return {k: v for k, v in found.items() if v}


def a_year_after(day: date) -> date:
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize("seed", range(12))
def test_new_and_returning_recipients(sample_store, register, seed):
    question = asked(seed)
    [scope] = measures.scopes(sample_store, measures.make_filters(register=register))
    every = measures.rows("recipient-flow", sample_store, register=register).dicts()
    first: dict[str, date] = {}
    for row in every:
        first[row["recipient"]] = min(row["date"], first.get(row["recipient"], row["date"]))
    told_from = a_year_after(max(min(first.values()), scope.listed_from or date.min))
    held = defaultdict(Counter)
    for row in measures.rows("recipient-flow", sample_store, register=register, **question).dicts():
        assert row["first_date"] == first[row["recipient"]]
        held[start_of(question["interval"], row["date"])][row["recipient"]] += 1
    found = measures.recipient_flow(sample_store, register=register, **question).dicts()
    assert set(held) <= {row["interval_start"] for row in found}
    judged = 0
    for row in found:
        mine = held[row["interval_start"]]
        new = [name for name in mine if first[name] >= row["interval_start"]]
        assert row["recipients"] == len(mine)
        assert row["counted"] == sum(mine.values())
        if row["interval_start"] < told_from:
            assert row["new_recipients"] is row["returning_recipients"] is row["new_counted"] is None
        else:
            judged += 1
            assert row["new_recipients"] == len(new)
            assert row["returning_recipients"] == len(mine) - len(new)
            assert row["new_counted"] == sum(mine[name] for name in new)
        if mine:
            top = sum(count for _, count in mine.most_common(5))
            assert row["top_share"] == pytest.approx(top / sum(mine.values()))
        else:
            assert row["top_share"] is None
    assert judged


@pytest.mark.parametrize(
    ("register", "of"),
    [
        ("sample-npd-requests", "volumes.received"),
        ("sample-npd-requests", "volumes.closed"),
        ("sample-npd-requests", "volumes.released"),
        ("sample-external-data-shares", "volumes.decided"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_values_and_limits(sample_store, register, of, seed):
    question = {**asked(seed, "quarter" if seed % 2 else "month"), "of": of}
    [scope] = measures.scopes(sample_store, measures.make_filters(register=register))
    found = measures.control_chart(sample_store, register=register, **question).dicts()
    counts = Counter(
        start_of(question["interval"], row["date"])
        for row in measures.rows("control-chart", sample_store, register=register, **question).dicts()
    )
    assert sum(counts.values()) == sum(row["value"] for row in found)
    for row in found:
        start = row["interval_start"]
        assert row["value"] == counts[start]
        assert row["interval_end"] == end_of(question["interval"], start)
        whole = (
            row["interval_end"] <= scope.as_at
            and start.isoformat() >= question.get("from_", "")
            and row["interval_end"].isoformat() <= question.get("to", "9999")
            and (scope.listed_from is None or start >= scope.listed_from)
        )
        assert row["judged"] == whole
        assert (row["mean"] is None) == (not whole)
    assert any(row["judged"] for row in found)
    for stretch in {row["stretch"] for row in found if row["judged"]}:
        mine = [row for row in found if row["stretch"] == stretch]
        base = [row["value"] for row in mine if row["baseline"]]
        assert len(base) == (12 if len(mine) >= 24 else len(mine))
        mean = fmean(base)
        width = 2.66 * fmean([abs(b - a) for a, b in pairwise(base)])
        for row in mine:
            assert row["mean"] == pytest.approx(mean)
            assert row["upper"] == pytest.approx(mean + width)
            assert row["lower"] == pytest.approx(max(0, mean - width))
            assert ("above_upper" in (row["signal"] or "")) == (row["value"] > mean + width + 1e-9)
