"""What the descriptions of the Department for Education's registers hold to, whatever their headings turn out to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard import measures
from dashboard.layouts import match
from dashboard.reading import read_entries
from dashboard.registers import load_registers
from dashboard.settings import load_settings
from dashboard.workbook import Sheet, Workbook


SHARES, REQUESTS = "dfe-external-data-shares", "dfe-npd-requests"
# The sections as the page names them (September 2023), in its words rather than the description's.
SECTIONS = {
    "Understanding the data we share": None,
    "External third-party data shares approved by DSAP": 1,
    "Regular external third-party shares": 2,
    "NPD requests approved before April 2018": 3,
    "Data shares with Home Office": 4,
    "Police and criminal investigation": 5,
    "Data shares through court orders": 6,
}


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    return load_registers(load_settings(tmp_path_factory.mktemp("none")))


def workbook(layout, names):
    """A workbook of these sheets, each with the last spelling of every heading and one row of dashes."""
    sheets = []
    for name, number in names.items():
        if number is None:
            rows = [("Tier 1", "Highly sensitive")]
        else:
            headings = tuple(h[-1] for h in layout.sheets[number].columns.values())
            rows = [("A note above",) + (None,) * (len(headings) - 1), headings]
            rows.append(
                tuple("January 2019" if h in ("Month", "Month/Year", "Period") else "1" for h in headings)
            )
        sheets.append(Sheet(name, rows, hidden=False))
    return Workbook(Path("shares 2023-09-30.ods"), "ods", tuple(sheets), "0" * 64, 1, None)


def test_the_seven_sections_are_known_by_the_names_the_page_gives_them(registers):
    register = registers[SHARES]
    layout = register.layout("seven-sections")
    found = match(register, workbook(layout, SECTIONS))
    assert found.layout.era == "seven-sections"
    assert [m.layout.names[0] for m in found.sheets] == [s.names[0] for s in layout.sheets]
    reading = read_entries(found, "new")
    assert {p["body"] for p in reading.person_counts} == {
        "Home Office", "Police and criminal investigation authorities", "Courts",
    }  # fmt: skip
    assert {p["unit"] for p in reading.person_counts} == {"records", "requests"}
    assert len(reading.entries) == 3
    assert [i for i in reading.issues if i.rule == "heading_unmapped"] == []


def test_the_older_workbook_of_agreements_is_an_era_of_its_own(registers):
    register = registers[SHARES]
    layout = register.layout("four-sections")
    names = {"MoU, DSA and SLA": 0, "Home Office": 1, "Police": 2, "Court orders": 3}
    assert match(register, workbook(layout, names)).layout.era == "four-sections"


def test_the_sheets_of_the_2017_workbook_by_the_names_that_were_seen(registers):
    register = registers[REQUESTS]
    layout = register.layout("requests-workbook")
    names = {"tier of data": None, "June 17 to Sept 17": 3, "open": 1, "live cases April 12 to May 17": 2}
    found = match(register, workbook(layout, names))
    assert {m.sheet.name: m.layout.coverage for m in found.sheets} == {
        "tier of data": "complete", "open": "complete", "June 17 to Sept 17": "completed_only",
        "live cases April 12 to May 17": "survivors_only",
    }  # fmt: skip


def test_what_nobody_saw_is_said_to_be_assumed(registers):
    for name in (SHARES, REQUESTS):
        for layout in registers[name].layouts:
            assert layout.assumed == (not layout.era.startswith("transcribed")), layout.era
        assert "assumed" in registers[name].about


def test_the_two_schemes_of_classification_are_never_merged(registers):
    for name in (SHARES, REQUESTS):
        for layout in registers[name].layouts:
            for sheet in layout.sheets:
                schemes = {"tier", "sensitivity", "identifiability"} & set(sheet.columns)
                assert schemes in (set(), {"tier"}, {"sensitivity", "identifiability"})
                headings = [
                    h for s in ("tier", "sensitivity", "identifiability") for h in sheet.columns.get(s, ())
                ]
                assert len(headings) == len(set(headings))


def test_the_other_route_stands_beside_and_is_in_no_sum(sample_store):
    rows = measures.published_figures(sample_store, register=SHARES).dicts()
    other = [r for r in rows if "Digital Economy Act" in r["scope"]]
    assert {r["period_start"].year: r["value"] for r in other} == {2019: 23, 2020: 122, 2021: 170}
    for row in other:
        assert row["source_address"].startswith("https://uksa.statisticsauthority.gov.uk/")
        assert (row["ours"], row["difference"]) == (None, None)
        assert row["scope"].startswith("Another route")
        assert "never summed" in row["explanation"]
    volumes = measures.volumes(sample_store, register=SHARES, interval="year").dicts()
    assert all(value not in (23, 122, 170) for row in volumes for value in row.values())
