"""What must hold of any register whatever: random small ones, built and asked.

Each example is one build of four registers: one drawn, in two editions; its last file alone; the same without the
cases that have not ended; and the same with one open case more.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.support.edges import EDGE, HEADINGS
from tests.support.warehouse import lone_settings, to_toml, write_file


START = date(2020, 1, 1)
FIRST, LAST = date(2020, 9, 30), date(2021, 3, 31)
FLOWS = ("received", "decided", "closed", "refused", "not_pursued", "first_released", "released", "excluded")
WHOLE = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
FEW = settings(WHOLE, max_examples=4)  # each asks every measure


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, date, date | None]:
    """(the rest of a row, received, closed): open, sent, refused, withdrawn, or closed before it was received."""
    received = START + timedelta(draw(st.integers(0, 440)))
    days = draw(st.one_of(st.none(), st.integers(0, 120), st.just(-3)))
    closed = received + timedelta(days) if days is not None else None
    if closed and closed > LAST:
        closed = None
    outcome = draw(st.sampled_from(["Sent", "Sent", "Rejected", "Withdrawn"])) if closed else ""
    sent = closed.isoformat() if closed and outcome == "Sent" else ""
    kind = draw(st.sampled_from(["University", "Charity", "Whatever", ""]))
    who = draw(st.sampled_from(["Ash", "Birch", "Cedar", "Dogwood", ""]))
    place = draw(st.sampled_from(["1,Direct,Census", "2,Lab,Census", "2,,Absence", ",Lab,"]))
    licence = draw(st.sampled_from(["2020-12-31,Yes", "2022-12-31,Yes", "2020-12-31,No", ",", "2022-12-31,"]))
    text = (
        f"{who},{kind},{place},{received},{sent},{sent},,{closed or ''},{outcome},{licence if sent else ','}"
    )
    return text, received, closed


def earlier(row: tuple[str, date, date | None]) -> str | None:
    """The row as the first edition had it: not there, open, or closed as it is."""
    text, received, closed = row
    if received > FIRST:
        return None
    if closed is None or closed <= FIRST:
        return text
    cells = text.split(",")
    return ",".join([*cells[:6], "", "", "", "", "", "", ""])


@contextmanager
def registers(rows: list[tuple[str, date, date | None]]) -> Iterator[Store]:
    def file(texts: list[str | None]) -> str:
        return "\n".join(
            [HEADINGS, *(f"R{n},{text}" for n, text in enumerate(texts) if text is not None), ""]
        )

    last = [text for text, _, _ in rows]
    open_one = f"Elm,Charity,1,Direct,Census,{START},,,,,,,"
    given_files = {
        "drawn": {FIRST: file([earlier(r) for r in rows]), LAST: file(last)},
        "alone": {LAST: file(last)},
        "ended": {LAST: file([text for text, received, closed in rows if closed and closed >= received])},
        "one-more": {FIRST: file([earlier(r) for r in rows]), LAST: file([*last, open_one])},
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        where = lone_settings(folder)
        for register, files in given_files.items():
            path = where.data / "registers" / f"{register}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(to_toml({**EDGE, "id": register}), "utf-8")
            for as_at, text in files.items():
                if text.count("\n") > 1:
                    source = write_file(folder / f"{register} {as_at}", text)
                    add_edition(where, load_registers(where)[register], source, as_at=as_at)
        build(where)
        with Store(where, threads=1) as store:
            yield store


def volumes(store: Store, **asked: object) -> list[dict[str, object]]:
    return measures.volumes(store, register="drawn", **asked).dicts()


def total(rows: list[dict[str, object]]) -> Counter[str]:
    return Counter({c: sum(int(str(r[c])) for r in rows) for c in FLOWS})


def without(result: measures.MeasureResult, *names: str) -> list[tuple[object, ...]]:
    places = [i for i, c in enumerate(result.columns) if c not in ("register", *names)]
    return [tuple(row[i] for i in places) for row in result.rows]


@given(st.lists(requests(), min_size=2, max_size=25))
@WHOLE
def test_counts_add_up(rows):
    with registers([*rows, (f"Ash,University,1,Direct,Census,{START},,,,,,,", START, None)]) as store:
        (whole,) = volumes(store)
        for by in (None, "type", "tier", "route", "outcome", "recipient", "dataset"):
            assert total(volumes(store, by=by)) == total([whole]), by
            for interval in ("month", "quarter", "year"):
                parts = volumes(store, by=by, interval=interval)
                dated = total([whole])
                assert total(parts) == dated, (by, interval)
                held: dict[object, object] = {}
                for part in parts:
                    group = part["group"]
                    assert part["open_at_start"] + part["received"] - part["closed"] == part["open_at_end"]
                    assert held.get(group, 0) == part["open_at_start"], (
                        "one interval ends where the next begins"
                    )
                    assert part["open_at_start"] >= 0
                    held[group] = part["open_at_end"]
                assert sum(held.values()) == whole["open_at_end"]
        # a filter parts what is there: A and B together are A, B
        for name in ("type", "tier", "outcome"):
            groups = [str(r["group"]) for r in volumes(store, by=name)]
            apart = [volumes(store, **{name: group}) for group in groups]
            assert (
                total([r for each in apart for r in each])
                == total(volumes(store, **{name: groups}))
                == total([whole])
            )
        # and so does a day in the middle
        middle = date(2020, 7, 16)
        before, after = volumes(store, to=middle), volumes(store, from_=middle + timedelta(1))
        assert total([*before, *after]) == total([whole])
        assert sum(r["open_at_end"] for r in before) == sum(r["open_at_start"] for r in after)


@given(st.lists(requests(), min_size=2, max_size=25))
@WHOLE
def test_shares_add_up(rows):
    with registers(rows) as store:
        for by in ("type", "tier", "route", "outcome", "recipient", "dataset"):
            groups = measures.recipients(store, register="drawn", by=by).dicts()
            shares = [r["share"] for r in groups]
            released = sum(r["releases"] for r in groups)
            assert released == volumes(store)[0]["released"]
            if released:
                assert math.isclose(sum(shares), 1)
                assert shares == sorted(shares, reverse=True)
            else:
                assert set(shares) == {None}
        (everybody,) = measures.recipients(store, register="drawn", by="tier", tier="not_published").dicts()
        assert everybody["group"] in ("not_published", "all")
        top = measures.top_recipients(store, register="drawn", limit=100).dicts()
        if top and top[0]["share"] is not None:
            assert math.isclose(sum(r["share"] for r in top), 1)
            assert math.isclose(top[-1]["cumulative_share"], 1)
            assert all(a["releases"] >= b["releases"] for a, b in pairwise(top))


def medians(store: Store, register: str, **asked: object) -> dict[object, float]:
    """Median by clock; one that is not reached, or of nobody, is later than any."""
    found = {}
    for clock in ("received_to_outcome", "received_to_decision", "received_to_release"):
        (row,) = measures.turnaround(store, register=register, clock=clock, **asked).dicts()
        found[clock] = math.inf if row["median"] is None else row["median"]
    return found


@given(
    st.lists(requests(), min_size=4, max_size=25).filter(lambda rows: any(c and c >= r for _, r, c in rows))
)
@WHOLE
def test_time(rows):
    with registers(rows) as store:
        # one open case more and no median is earlier
        before, after = medians(store, "drawn"), medians(store, "one-more")
        assert all(after[clock] >= median for clock, median in before.items())
        # nobody waiting: the curve is the share that took longer, the quantiles plain order statistics
        times = sorted((c - r).days for _, r, c in rows if c and c >= r)
        for cohort in (None, "closed"):
            (row,) = measures.turnaround(store, register="ended", cohort=cohort).dicts()
            assert (row["n"], row["events"], row["censored"]) == (len(times), len(times), 0)
            for name, share in (("median", 0.5), ("p90", 0.9)):
                assert row[name] == times[math.ceil(round(share * len(times), 9)) - 1], name
        for point in measures.survival_curve(store, register="ended").dicts():
            assert math.isclose(
                point["survival"], sum(t > point["day"] for t in times) / len(times), abs_tol=1e-12
            )
        # the curve of the drawn register falls, inside its bands
        curve = measures.survival_curve(store, register="drawn").dicts()
        for one, other in pairwise(curve):
            assert one["survival"] >= other["survival"]
            assert one["at_risk"] - one["events"] - one["censored"] == other["at_risk"]
        for point in curve:
            if point["low"] is not None:
                assert point["low"] <= point["survival"] <= point["high"]
        # each case stands in one group
        for by in ("type", "tier", "route", "recipient", "dataset"):
            (whole,) = measures.turnaround(store, register="drawn").dicts()
            groups = measures.turnaround(store, register="drawn", by=by).dicts()
            for column in ("n", "events", "censored", "excluded"):
                assert sum(g[column] for g in groups) == whole[column], (by, column)


@given(st.lists(requests(), min_size=2, max_size=25).filter(lambda rows: any(r <= FIRST for _, r, _ in rows)))
@FEW
def test_what_was_known(rows):
    """The last day known is the present; one file named is that file and nothing else."""
    ways = ({}, {"by": "type", "interval": "month"}, {"by": "recipient", "unit": "working", "target": 20},
            {"type": "university", "interval": "year"}, {"dataset": "Census", "from_": "2020-03-03"})  # fmt: skip
    with registers(rows) as store:
        for name in measures.MEASURES:
            for way in ways:
                # a control chart draws one series and refuses a grouping
                asked = {k: v for k, v in way.items() if (name, k) != ("control-chart", "by")}
                now = measures.measure(name, store, register="drawn", **asked)
                then = measures.measure(name, store, register="drawn", known_on=LAST, **asked)
                assert now.rows == then.rows, (name, asked)
                listed = measures.MEASURES[name].rows_query
                if listed:
                    now, then = (
                        measures.rows(name, store, register="drawn", **asked, **more)
                        for more in ({}, {"known_on": LAST})
                    )
                    assert now.rows == then.rows, (name, asked)
                if name in ("editions", "changes", "decisions"):  # of the archive, not of one file
                    continue
                pinned = measures.measure(name, store, register="drawn", edition="2021-03-31", **asked)
                alone = measures.measure(name, store, register="alone", **asked)
                away = ("sheet", "change", "file")  # the sheet of a CSV file is its name
                assert without(pinned, *away) == without(alone, *away), (name, asked)
