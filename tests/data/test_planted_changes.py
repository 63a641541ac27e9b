"""Eight editions with planted changes: `changes` finds each and no other, in every kind, for several samples.

`sample-truth.json` says what was done and what a reader can see of it; nothing here asks the product what to expect.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, SHARES, write_sample
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.vocabulary import CHANGES
from dashboard.warehouse.build import build


SAMPLES = ((600, 2017), (240, 7), (400, 101), (1100, 31))
OUTCOMES = {"Extract sent": "released", "Re-use permitted": "reuse_permitted", "Rejected": "refused",
            "Not pursued": "not_pursued"}  # fmt: skip
# What each sheet's date and other columns are to the field.
DATE_OF = {"DSAP approved shares": "approved_date", "NPD requests pre April 2018": "released_date",
           "Regular shares": "approved_date"}  # fmt: skip
UNREADABLE = {"date_year_digit_lost", "date_sentinel", "date_year_0016"}
BODIES = {
    "Home Office": "Home Office",
    "Police": "Police and criminal investigation authorities",
    "Court orders": "Courts",
}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
LAST_DAY = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}


@pytest.fixture(scope="module", params=SAMPLES, ids=lambda s: f"{s[0]} requests, seed {s[1]}")
def sample(request, tmp_path_factory) -> Iterator[tuple[Store, dict[str, Any]]]:
    requests, seed = request.param
    base = tmp_path_factory.mktemp("planted")
    written = write_sample(base / "workbooks", requests=requests, editions=8, seed=seed)
    settings = load_settings(base / "data")
    registers = load_registers(settings)
    for edition in written:
        add_edition(settings, registers[edition.register], edition.path, published=edition.published)
    build(settings)
    truth = json.loads((base / "workbooks" / "sample-truth.json").read_text("utf-8"))
    with Store(settings) as store:
        yield store, truth


def period(text: str) -> str:
    """ "April to June 2018" as the first and last day."""
    *first, last = re.findall(r"[A-Z][a-z]+", text)
    year = int(text[-4:])
    start, end = MONTHS.index((first or [last])[0]) + 1, MONTHS.index(last) + 1
    days = 29 if end == 2 and year % 4 == 0 else LAST_DAY.get(end, 31)
    return f"{date(year, start, 1)} to {date(year, end, days)}"


def seen_as(item: dict[str, Any]) -> list[str]:
    """The references under which a reader meets the row: none, so a name of its own; or two in one cell."""
    if item["sheet"] in BODIES:
        return [f"{BODIES[item['sheet']]}, {period(item['reference'])}"]
    published = item["published_reference"]
    return ["(unreferenced)"] if published is None else str(published).split(" and ")


def field_of(item: dict[str, Any]) -> str:
    name = item["field"]
    if name in ("event_date", "start"):
        return DATE_OF.get(item["sheet"], "composite_date")
    return "tier" if name == "classification" else name


def expected(truth: dict[str, Any], register: str) -> Counter[tuple[Any, ...]]:
    unreadable = {i["key"] for i in truth["damage"] if i["register"] == register and i["rule"] in UNREADABLE}
    found: Counter[tuple[Any, ...]] = Counter()
    for item in truth["changes"]:
        if item["register"] != register:
            continue
        for reference in seen_as(item):
            place = (item["edition"], item["previous"], reference)
            kind = item["kind"]
            if kind == "decided":
                found[*place, "amended", "outcome", "open", OUTCOMES[item["after"]]] += 1
                if item["reference"] not in unreadable:
                    found[*place, "amended", "composite_date", None, "(a date)"] += 1
            elif kind == "added":
                found[*place, kind, None, None, None] += 1
            elif kind in ("licence_ended", "left_no_reason_published"):
                end = item["licence_end"]
                found[*place, kind, "licence_end" if end else None, end, None] += 1
            else:
                before, after = (None if v is None else str(v) for v in (item["before"], item["after"]))
                found[*place, kind, field_of(item), before, after] += 1
    return found


def told(store: Store, register: str) -> Counter[tuple[Any, ...]]:
    rows = measures.changes(store, register=register).dicts()
    undated = {
        (r["edition"], r["reference"], r["occurrence"])
        for r in rows
        if r["field"] == "outcome" and r["before"] == "open"
    }
    return Counter(
        (
            r["edition"],
            r["previous"],
            "(unreferenced)" if r["reference"].startswith("unreferenced-") else r["reference"],
            r["kind"],
            r["field"],
            r["before"],
            "(a date)"
            if r["field"] == "composite_date" and (r["edition"], r["reference"], r["occurrence"]) in undated
            else r["after"],
        )
        for r in rows
    )


@pytest.mark.parametrize("register", [LEGACY, SHARES])
def test_each_planted_change_is_found_and_no_other(sample, register):
    store, truth = sample
    planted, found = expected(truth, register), told(store, register)
    kinds = Counter(key[3] for key in planted.elements())
    print(
        f"\n{register}: {planted.total()} planted, {found.total()} found, {(planted & found).total()} the same: {kinds}"
    )
    assert planted - found == Counter()  # recall 1
    assert found - planted == Counter()  # precision 1
    assert {key[3] for key in planted} == set(CHANGES)
    assert len({key[0] for key in planted}) == 7
    assert planted.total() > 100


def test_rows_without_a_reference_and_with_two_are_among_them(sample):
    _, truth = sample
    published = [item["published_reference"] for item in truth["changes"]]
    if truth["requests"] >= 600:  # a small sample has room for few kinds of damage
        assert any(" and " in str(reference) for reference in published)
        assert None in published


@pytest.mark.parametrize("register", [LEGACY, SHARES])
def test_ids_are_of_one_change_each_and_the_same_in_any_comparison(sample, register):
    store, _ = sample
    rows = measures.changes(store, register=register).dicts()
    assert len({r["change"] for r in rows}) == len(rows)
    by_edition = defaultdict(list)
    for row in rows:
        by_edition[row["previous"], row["edition"]].append(row)
    assert len(by_edition) == 7
    for (previous, edition), mine in by_edition.items():
        assert measures.changes_between(store, register, previous, edition).dicts() == mine
        assert measures.changes(store, register=register, edition=edition).dicts() == mine
    counts = Counter((r["edition"], r["kind"]) for r in rows)
    told = measures.change_counts(store, register=register)
    assert {(c["edition"], c["kind"]): c["changes"] for c in told} == counts


def test_an_added_row_without_a_reference_keeps_its_name_through_the_editions(sample):
    store, _ = sample
    rows = measures.changes(store, register=LEGACY).dicts()
    named = Counter(r["reference"] for r in rows if r["kind"] == "added")
    assert not [name for name, count in named.items() if name.startswith("unreferenced-") and count > 1]


def test_the_first_edition_against_the_last(sample):
    """The same definition over any distance: what is listed in both and what is not, worked out from the rows."""
    store, _ = sample
    editions = [row["edition"] for row in measures.editions(store, register=SHARES).dicts()]
    rows = measures.changes_between(store, SHARES, editions[0], editions[-1]).dicts()
    first, last = (
        {r["reference"] for r in store.query("register_rows", measures.make_filters(register=SHARES, edition=e),
                                             search=None, counted=None, limit=100_000, offset=0).dicts()}
        for e in (editions[0], editions[-1])
    )  # fmt: skip
    requests = [r for r in rows if r["about"] == "request"]
    assert {r["reference"] for r in requests if r["kind"] == "added"} == last - first
    left = {r["reference"] for r in requests if r["kind"] in ("licence_ended", "left_no_reason_published")}
    assert left == first - last
    assert {
        r["reference"] for r in requests if r["field"] and r["kind"] in ("amended", "typographic")
    } <= first & last


def test_truth_is_written_where_a_reader_looks(tmp_path: Path):
    """The same arguments give the same truth; a departure without a reason has none that is published."""
    write_sample(tmp_path, requests=400, editions=8, seed=5)
    truth = json.loads((tmp_path / "sample-truth.json").read_text("utf-8"))
    for item in truth["changes"]:
        if item["kind"] == "left_no_reason_published":
            assert item["licence_end"] is None or item["licence_end"] > item["edition"]
