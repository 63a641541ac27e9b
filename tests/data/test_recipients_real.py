"""What the reviewed file makes of PHE's names, against pandas, the csv module and nothing of ours."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from dashboard import measures
from dashboard.settings import CHECKOUT
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.data.test_aliases import OLDER_PHE, column
from tests.support.warehouse import PHE_FILE, add_files


pytestmark = pytest.mark.realdata

EDITIONS = {
    "2020-09-30": (PHE_FILE, "Applicant's organisation"),
    "2017-06-30": (OLDER_PHE, "Data Recipient"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    settings = add_files(tmp_path_factory.mktemp("phe"), "phe-odr", PHE_FILE, OLDER_PHE)
    build(settings)
    with Store(settings, threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def reviewed():
    """Published name, in small letters -> recipient, by the rows that merge."""
    with (CHECKOUT / "data" / "reference" / "recipients.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["alias"].lower(): row["recipient"]
            for row in csv.DictReader(file)
            if row["register"] == "phe-odr" and row["relation"] in ("same", "trading_name_of", "renamed")
        }


@pytest.mark.parametrize("edition", EDITIONS)
def test_rows_by_recipient_and_by_name_as_published(store, reviewed, edition):
    published = Counter(" ".join(name.split()) for name in column(*EDITIONS[edition]))
    found = measures.recipient_names(store, register="phe-odr", edition=edition).dicts()
    assert {r["published_name"]: r["entries"] for r in found} == dict(published)
    expected = Counter()
    for name, rows in published.items():
        expected[reviewed.get(name.lower(), name).lower()] += rows
    by_recipient = Counter()
    for row in found:
        by_recipient[row["recipient"].lower()] += row["entries"]
    assert by_recipient == expected
    assert len(expected) < len({name.lower() for name in published}) or edition == "2020-09-30"
    merged = [r for r in found if r["relation"] not in ("own_name", "typographic")]
    assert all(r["reason"] and r["reviewer"] and r["reviewed"] for r in merged)


def test_a_part_is_not_summed_into_its_parent(store):
    rows = {r["recipient"]: r for r in measures.top_recipients(store, register="phe-odr", limit=999).dicts()}
    unit = rows["Royal College of Surgeons Clinical Effectiveness Unit"]
    college = rows["Royal College of Surgeons of England"]
    assert unit["parent_recipient"] == college["recipient"]
    place = measures.rows("recipients", store, register="phe-odr").dicts()
    for row in (unit, college):
        mine = [r for r in place if r["recipient"] == row["recipient"] and r["counted_as"] == "released"]
        assert row["releases"] == len(mine) > 0


def test_types_settled_by_review_and_types_kept_as_published(store):
    rows = measures.rows("recipients", store, register="phe-odr").dicts()
    released = [r for r in rows if r["counted_as"] == "released"]
    physicians = {
        (r["published_type"], r["recipient_type"])
        for r in released
        if r["recipient"] == "Royal College of Physicians"
    }
    assert physicians == {("Independent Sector Organisation", "charity")}
    # one hospital, published under two types: each release keeps its own
    leeds = Counter(
        r["recipient_type"] for r in released if r["recipient"] == "Leeds Teaching Hospitals NHS Trust"
    )
    assert set(leeds) == {"health_body", "university"}
    assert leeds["university"] == 1
