"""The synthetic sample: reproducible, openly invented, true to its own truth, damaged where it says."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path
from statistics import median

import duckdb
import pytest
from odf.opendocument import load
from odf.table import Table
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from dashboard.errors import UsageError
from dashboard.sample import (
    HOSTILE,
    LEGACY,
    NOTICE,
    SHARES,
    TRUTH,
    alias_rows,
    true_requests,
    write_sample,
)
from dashboard.sample.damage import CELL_DAMAGE, STRUCTURAL_WORDS
from dashboard.sample.ods import Sheet, write_ods
from dashboard.sample.truth import ALIAS_COLUMNS, ORGANISATIONS


ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "realdata"

EVERY_RULE = {rule for rule, *_ in CELL_DAMAGE} | set(STRUCTURAL_WORDS) - {"hostile_text"}
NOT_A_ROW = {"header_row_moved", "heading_synonym", "hidden_sheet"}
ADDS_A_ROW = {"repeated_header", "blank_row", "duplicate_reference", "total_row", "end_of_sheet_row"}


def read(path):
    """Every sheet as rows of plain values, with None for an empty cell; row 1 is the first."""
    workbook = CalamineWorkbook.from_path(path)
    return {
        name: [[plain(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()]
        for name in workbook.sheet_names
    }


def plain(cell):
    if cell == "":
        return None
    return cell.isoformat() if isinstance(cell, date) else cell


def hashes(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


class Sample:
    def __init__(self, folder, **arguments):
        self.editions = write_sample(folder, **arguments)
        self.truth = json.loads((folder / "sample-truth.json").read_text(encoding="utf-8"))
        self.sheets = {(e.register, e.as_at.isoformat()): read(e.path) for e in self.editions}

    def damage(self, register, edition, sheet):
        return [
            item
            for item in self.truth["damage"]
            if (item["register"], item["edition"], item["sheet"]) == (register, edition, sheet)
        ]

    def table(self, register, edition, sheet, *, repaired=True):
        """Rows by true reference, as dicts by heading; with rows that damage added left out."""
        rows = self.sheets[register, edition][sheet]
        planted = self.damage(register, edition, sheet)
        header = 3 if any(item["rule"] == "header_row_moved" for item in planted) else 4
        added = {item["row"] for item in planted if item["rule"] in ADDS_A_ROW}
        keys = {item["row"]: item["key"] for item in planted if "key" in item}
        headings = rows[header - 1]
        names = {item["value"]: item["was"] for item in planted if item["rule"] == "heading_synonym"}
        found = []
        for number, row in enumerate(rows[header:], start=header + 1):
            if number not in added:
                values = {
                    names.get(name, name): cell for name, cell in zip(headings, row, strict=True) if name
                }
                first = next(iter(values))
                if repaired and number in keys:
                    values[first] = keys[number]
                found.append(values)
        return found


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    # Eight editions: the places named below are those of that many.
    return Sample(tmp_path_factory.mktemp("sample"), editions=8)


def test_same_seed_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_sample(tmp_path / name, requests=150, editions=3)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_same_bytes_in_another_process_with_another_hash_seed(tmp_path):
    write_sample(tmp_path / "here", requests=150, editions=3)
    program = (
        "import sys; from pathlib import Path; from dashboard.sample import write_sample;"
        "write_sample(Path(sys.argv[1]), requests=150, editions=3)"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "there")],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "42", "PYTHONPATH": str(ROOT)},
    )
    assert hashes(tmp_path / "here") == hashes(tmp_path / "there")


def test_another_seed_differs(tmp_path):
    write_sample(tmp_path / "one", requests=50, editions=1, seed=1)
    write_sample(tmp_path / "two", requests=50, editions=1, seed=2)
    one, two = hashes(tmp_path / "one"), hashes(tmp_path / "two")
    assert set(one) == set(two)
    assert all(one[name] != two[name] for name in one)


def test_editions_have_their_dates_and_places(sample):
    assert Counter(edition.register for edition in sample.editions) == {LEGACY: 8, SHARES: 8}
    assert [e.as_at.isoformat() for e in sample.editions if e.register == LEGACY][::7] == [
        "2016-06-30",
        "2018-03-31",
    ]
    assert [e.as_at.isoformat() for e in sample.editions if e.register == SHARES][::7] == [
        "2024-09-30",
        "2026-06-30",
    ]
    for edition in sample.editions:
        assert 66 <= (edition.published - edition.as_at).days <= 74
        assert edition.published.weekday() < 5
        name = f"{edition.register}_{edition.as_at.isoformat()}.ods"
        assert edition.path.parts[-3:] == (edition.register, edition.as_at.isoformat(), name)


def test_sheet_names(sample):
    assert list(sample.sheets[LEGACY, "2016-06-30"]) == [
        "Tier of data",
        "Apr 16 to Jun 16",
        "Open",
        "Live cases Apr 12 to Jun 16",
    ]
    assert list(sample.sheets[SHARES, "2026-06-30"]) == [
        "Classification of data",
        "DSAP approved shares",
        "Regular shares",
        "NPD requests pre April 2018",
        "Home Office",
        "Police",
        "Court orders",
        "Lookups",
    ]


def test_every_workbook_says_that_it_is_invented(sample):
    for edition in sample.editions:
        for name, rows in sample.sheets[edition.register, edition.as_at.isoformat()].items():
            if name != "Lookups":
                assert NOTICE in rows[0][0]
                assert NOTICE in rows[1][0]
        with zipfile.ZipFile(edition.path) as archive:
            assert NOTICE in archive.read("meta.xml").decode()


def test_the_file_is_an_opendocument_spreadsheet(sample):
    path = sample.editions[-1].path
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    document = load(path)
    assert document.mimetype == "application/vnd.oasis.opendocument.spreadsheet"
    assert len(document.getElementsByType(Table)) == 8


def test_writer_keeps_types_spaces_and_markup(tmp_path):
    path = tmp_path / "written.ods"
    cells = [
        date(1900, 1, 1),
        3,
        2.5,
        " two  spaces ",
        "one\ntwo",
        '<b> & "c"',
        "\x07bell",
        None,
        "end",
    ]
    write_ods(
        path, title="T & <t>", sheets=[Sheet("A & b", [[], cells], 10), Sheet("H", [["x"]], 1, hidden=True)]
    )
    workbook = CalamineWorkbook.from_path(path)
    assert workbook.get_sheet_by_name("A & b").to_python(skip_empty_area=False)[1] == [
        date(1900, 1, 1),
        3.0,
        2.5,
        " two  spaces ",
        "one\ntwo",
        '<b> & "c"',
        "\ufffdbell",
        "",
        "end",
    ]
    assert [sheet.visible for sheet in workbook.sheets_metadata] == [
        SheetVisibleEnum.Visible,
        SheetVisibleEnum.Hidden,
    ]


def test_every_damage_is_at_its_place(sample):
    for item in sample.truth["damage"]:
        rows = sample.sheets[item["register"], item["edition"]][item["sheet"]]
        planted = sample.damage(item["register"], item["edition"], item["sheet"])
        header = 3 if any(other["rule"] == "header_row_moved" for other in planted) else 4
        if item["rule"] == "hidden_sheet":
            continue
        row = rows[item["row"] - 1]
        if item["rule"] == "blank_row":
            assert not any(row)
        elif item["rule"] == "header_row_moved":
            assert row[0] in ("Tier", "Class", "DfE reference", "Reference", "Month", "Period")
        elif item["column"] is None:
            assert row[0] == item["value"], item
        else:
            assert row[rows[header - 1].index(item["column"])] == item["value"], item


def test_hidden_sheets_are_hidden(sample):
    hidden = {
        (item["register"], item["edition"])
        for item in sample.truth["damage"]
        if item["rule"] == "hidden_sheet"
    }
    for edition in sample.editions:
        sheets = CalamineWorkbook.from_path(edition.path).sheets_metadata
        found = [sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible]
        assert found == (["Lookups"] if (edition.register, edition.as_at.isoformat()) in hidden else [])


@pytest.mark.parametrize("seed", [1, 2, 3, 2017])
def test_every_kind_of_damage_appears_and_stays_rare(tmp_path, seed):
    sample = Sample(tmp_path, seed=seed)
    for register in (LEGACY, SHARES):
        damage = [item for item in sample.truth["damage"] if item["register"] == register]
        expected = EVERY_RULE if register == LEGACY else EVERY_RULE - {"heading_synonym"}
        assert {item["rule"] for item in damage} == expected
        rows = sum(
            len(rows) - 4
            for (name, _), sheets in sample.sheets.items()
            if name == register
            for rows in sheets.values()
        )
        places = {
            (item["edition"], item["sheet"], item["row"]) for item in damage if item["rule"] not in NOT_A_ROW
        }
        assert len(places) / rows < 0.03


def test_most_dates_are_typed_and_the_others_are_recorded(sample):
    for edition in sample.editions:
        key = (edition.register, edition.as_at.isoformat())
        workbook = CalamineWorkbook.from_path(edition.path)
        for sheet, column in (
            ("DSAP approved shares", "Date approved"),
            ("NPD requests pre April 2018", "Date first"),
        ):
            if sheet not in workbook.sheet_names:
                continue
            rows = workbook.get_sheet_by_name(sheet).to_python()
            planted = sample.damage(*key, sheet)
            header = 3 if any(item["rule"] == "header_row_moved" for item in planted) else 4
            at = next(n for n, heading in enumerate(rows[header - 1]) if heading.startswith(column))
            told = {item["row"] for item in planted}
            for number, row in enumerate(rows[header:], start=header + 1):
                assert isinstance(row[at], date) or number in told
                assert not isinstance(row[at], datetime)


def references(rows, heading):
    found = [row[heading] for row in rows]
    assert len(found) == len(set(found))
    return set(found)


def left(sample, register, edition):
    """True references that had left without a reason by this edition."""
    return {
        item["reference"]
        for item in sample.truth["changes"]
        if item["register"] == register
        and item["kind"] == "left_no_reason_published"
        and item["edition"] <= edition
    }


def test_npd_editions_show_the_truth_and_nothing_else(sample):
    legacy = [request for request in true_requests() if request.register == LEGACY]
    for edition in sample.editions:
        if edition.register != LEGACY:
            continue
        as_at = edition.as_at
        key = as_at.isoformat()
        start = date(as_at.year, as_at.month - 2, 1)
        _, completed, waiting, live, *_ = sample.sheets[LEGACY, key]
        gone = left(sample, LEGACY, key)
        closed = {request.reference: request for request in legacy if start <= request.closed <= as_at}
        found = sample.table(LEGACY, key, completed)
        assert references(found, "DfE reference") == set(closed) - gone
        words = {"released": "Extract sent", "reuse_permitted": "Re-use permitted"}
        words |= {"refused": "Rejected", "not_pursued": "Not pursued"}
        for row in found:
            assert row["Outcome"] == words[closed[row["DfE reference"]].outcome]
        found = sample.table(LEGACY, key, waiting)
        expected = {r.reference for r in legacy if r.received <= as_at and r.closed > as_at}
        assert references(found, "DfE reference") == expected
        assert "Outcome" not in found[0]
        assert {list(row.values())[8] for row in found} <= {"pending", "[no date available]"}
        found = sample.table(LEGACY, key, live)
        expected = {
            r.reference
            for r in legacy
            if r.outcome in ("released", "reuse_permitted")
            and r.received >= date(2012, 4, 1)
            and r.closed <= as_at <= r.licence_end
        }
        assert references(found, "DfE reference") == expected - gone


def test_share_editions_show_the_truth_and_nothing_else(sample):
    requests = true_requests()
    sizes = []
    for edition in sample.editions:
        if edition.register != SHARES:
            continue
        as_at, key = edition.as_at, edition.as_at.isoformat()
        gone = left(sample, SHARES, key)
        approved = {
            request.reference: request
            for request in requests
            if request.register == SHARES and request.outcome == "approved" and request.closed <= as_at
        }
        found = sample.table(SHARES, key, "DSAP approved shares")
        assert references(found, "Reference") == set(approved) - gone
        for row in found:
            assert row["Access route"] == approved[row["Reference"]].group
            assert (row["Data still held"] is None) == (row["Access route"] == "ONS Secure Research Service")
        held = {
            request.reference
            for request in requests
            if request.register == LEGACY
            and request.outcome == "released"
            and request.closed < date(2018, 5, 1)
            and request.held_until >= as_at
        }
        found = sample.table(SHARES, key, "NPD requests pre April 2018")
        assert references(found, "Reference") == held
        sizes.append(len(held))
        assert len(sample.table(SHARES, key, "Home Office")) == (as_at.year - 2018) * 12 + as_at.month - 4
        for sheet in ("Police", "Court orders"):
            assert len(sample.table(SHARES, key, sheet)) == (as_at.year - 2018) * 4 + as_at.month // 3 - 1
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)


def test_references_carry_the_date_received_on_a_weekday():
    for request in true_requests():
        assert request.received.weekday() < 5
        assert request.closed.weekday() < 5
        assert request.closed > request.received
        if request.register == LEGACY:
            assert request.reference.startswith(f"DR{request.received:%y%m%d}.")


def test_changes_are_all_recorded(sample):
    """Compare each edition with the last by the sheets alone; the result is what the truth file says."""
    for register, sheet in (
        (LEGACY, "Live cases"),
        (SHARES, "DSAP approved shares"),
        (SHARES, "Home Office"),
    ):
        keys = [edition.as_at.isoformat() for edition in sample.editions if edition.register == register]
        for before, after in pairwise(keys):
            old, new = (
                {
                    next(iter(row.values())): list(row.values())
                    for name in sample.sheets[register, key]
                    if name.startswith(sheet)
                    for row in sample.table(register, key, name)
                }
                for key in (before, after)
            )
            changed = {
                (key, was, now)
                for key in old.keys() & new.keys()
                for was, now in zip(old[key], new[key], strict=True)
                if was != now
            }
            told = [
                item
                for item in sample.truth["changes"]
                if (item["register"], item["edition"]) == (register, after)
                and item["sheet"].startswith(sheet)
            ]
            assert changed == {
                (item["reference"], item["before"], item["after"])
                for item in told
                if item["kind"] in ("amended", "typographic")
            }
            departed = {
                item["reference"]
                for item in sample.truth["changes"]
                if (item["register"], item["edition"]) == (register, after)
                and item["kind"] in ("licence_ended", "left_no_reason_published")
            }
            assert old.keys() - new.keys() == departed & old.keys()


def test_every_kind_of_change_appears(sample):
    found = defaultdict(Counter)
    for item in sample.truth["changes"]:
        found[item["register"]][item["kind"]] += 1
    for register in (LEGACY, SHARES):
        assert {"added", "amended", "typographic", "licence_ended", "left_no_reason_published"} <= set(
            found[register]
        )
    home_office = [
        item
        for item in sample.truth["changes"]
        if item["sheet"] == "Home Office" and item["kind"] == "amended"
    ]
    assert len(home_office) == 1
    assert home_office[0]["before"] > home_office[0]["after"]


def test_live_departures_have_ended_licences(sample):
    for item in sample.truth["changes"]:
        if item["kind"] == "licence_ended":
            assert item["licence_end"] < item["edition"]


def test_turnaround_has_the_stated_medians():
    days = defaultdict(list)
    for request in true_requests(requests=20_000):
        days[request.group].append((request.closed - request.received).days)
    assert set(days) == {*TRUTH.tier_median_days, *TRUTH.route_median_days}
    for group, found in days.items():
        assert median(found) == pytest.approx(TRUTH.median_days(group), abs=5)


def test_outcomes_have_the_stated_shares():
    outcomes = Counter(r.outcome for r in true_requests(requests=20_000) if r.register == LEGACY)
    for outcome, share in TRUTH.legacy_outcome_share.items():
        assert outcomes[outcome] / outcomes.total() == pytest.approx(share, abs=0.015)


def test_recipients_are_heavy_tailed_and_drift():
    requests = true_requests(requests=20_000)
    counts = [count for _, count in Counter(r.recipient for r in requests).most_common()]
    assert len(counts) == sum(map(len, ORGANISATIONS.values()))
    assert 130 <= len(counts) <= 150
    assert sum(counts[:14]) / sum(counts) > 0.35

    def share(kind, first, last):
        years = [r for r in requests if first <= r.received.year <= last]
        return sum(r.recipient_type == kind for r in years) / len(years)

    assert share("Central government", 2024, 2026) > share("Central government", 2012, 2014) + 0.03
    assert share("Commercial organisation", 2024, 2026) < share("Commercial organisation", 2012, 2014) - 0.02


def test_alias_file_holds_every_variant(sample):
    path = ROOT / "data" / "reference" / "recipients_sample.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == ALIAS_COLUMNS
    assert [tuple(row) for row in rows[1:]] == alias_rows()
    known = {name for names in ORGANISATIONS.values() for name in names}
    for (register, _), sheets in sample.sheets.items():
        aliases = {row[1]: row[2] for row in rows[1:] if fnmatchcase(register, row[0])}
        assert aliases
        assert set(aliases.values()) <= known
        for name, cells in sheets.items():
            header = next((n for n, row in enumerate(cells) if "Organisation type" in row), None)
            if header is None or name == "Lookups":
                continue
            at = cells[header].index("Organisation type") - 1
            for row in cells[header + 1 :]:
                if row[at] is not None and row[at] != cells[header][at]:
                    assert row[at].strip() in known | aliases.keys()


def test_organisation_types_are_the_published_vocabulary(sample):
    allowed = {*ORGANISATIONS, "Consortium", "Academic Institution ", "Organisation type", None}
    for sheets in sample.sheets.values():
        for name, cells in sheets.items():
            header = next((n for n, row in enumerate(cells) if "Organisation type" in row), None)
            if header is not None and name != "Lookups":
                at = cells[header].index("Organisation type")
                assert {row[at] for row in cells[header:]} <= allowed


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.is_dir(), reason="the published registers are not here")
def test_no_name_is_that_of_a_real_recipient():
    def simple(text):
        return " ".join(
            str(text).casefold().replace("’", "'").replace("limited", "ltd").split()
        ).removeprefix("the ")

    ours = {simple(name) for names in ORGANISATIONS.values() for name in names}
    ours |= {simple(row[1]) for row in alias_rows()}
    real = set()
    for path in sorted(REAL.rglob("*")):
        if path.suffix in (".ods", ".xlsx"):
            workbook = CalamineWorkbook.from_path(path)
            for name in workbook.sheet_names:
                real |= {simple(cell) for row in workbook.get_sheet_by_name(name).to_python() for cell in row}
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8", errors="replace", newline="") as file:
                real |= {simple(cell) for row in csv.reader(file) for cell in row}
    assert len(real) > 1000
    assert not ours & real


def test_hostile_rows_are_only_there_when_asked_for(tmp_path, sample):
    assert not any(item["rule"] == "hostile_text" for item in sample.truth["damage"])
    hostile = Sample(tmp_path, requests=60, editions=2, hostile=True)
    for register, sheet in ((LEGACY, "Jan 18 to Mar 18"), (SHARES, "DSAP approved shares")):
        edition = max(key for name, key in hostile.sheets if name == register)
        texts = {
            item["value"]
            for item in hostile.damage(register, edition, sheet)
            if item["rule"] == "hostile_text"
        }
        assert texts == set(HOSTILE)
        cells = {cell for row in hostile.sheets[register, edition][sheet] for cell in row}
        assert texts <= cells
    assert max(map(len, HOSTILE)) == 5000


@pytest.mark.parametrize(("requests", "editions"), [(1, 1), (2, 2), (20, 1), (20, 8), (60, 3), (30, 50)])
def test_tiny_sizes(tmp_path, requests, editions):
    sample = Sample(tmp_path, requests=requests, editions=editions)
    assert len(sample.editions) == min(editions, 24) + min(editions, 33)
    test_every_damage_is_at_its_place(sample)


@pytest.mark.parametrize(("requests", "editions"), [(0, 1), (1, 0)])
def test_nothing_to_write_is_refused(tmp_path, requests, editions):
    with pytest.raises(UsageError):
        write_sample(tmp_path, requests=requests, editions=editions)


def test_busy_days_have_more_than_99_references(tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.sample.truth.LEGACY_FIRST", date(2018, 3, 26))
    references = [r.reference for r in true_requests(requests=1500) if r.register == LEGACY]
    assert len(references) == len(set(references))
    assert any(len(reference) == len("DR180326.100") for reference in references)
    write_sample(tmp_path, requests=1500, editions=2)


def test_progress_is_told(tmp_path):
    told = []
    write_sample(tmp_path, requests=20, editions=1, progress=told.append)
    assert len(told) == 2


def test_parquet_is_sane_and_reproducible(tmp_path):
    for name in ("one", "two"):
        editions = write_sample(tmp_path / name, requests=20_000, format="parquet")
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    assert [edition.as_at.isoformat() for edition in editions] == ["2018-03-31", "2026-06-30"]
    con = duckdb.connect()
    for name, edition in zip(("npd", "shares"), editions, strict=True):
        con.read_parquet(str(edition.path)).create_view(name)
    con.execute(
        "CREATE VIEW both_registers AS SELECT 'npd' AS r, * FROM npd UNION ALL SELECT 'shares', * FROM shares"
    )

    def rows(query):
        return con.execute(query).fetchall()

    def broken(rule):
        return con.table("npd").filter(rule).aggregate("count(*)").fetchall() != [(0,)]

    expected = [
        *(("sheet", "VARCHAR"), ("sheet_row", "BIGINT")),
        *(
            (name, "VARCHAR")
            for name in ("reference", "recipient", "recipient_type", "title", "purpose", "dataset")
        ),
        *((name, "VARCHAR") for name in ("classification", "legal_basis", "route", "outcome")),
        *((f"{name}_date", "DATE") for name in ("received", "approved", "released", "closed")),
        *(("licence_end", "DATE"), ("data_held", "VARCHAR")),
    ]
    assert [row[:2] for row in rows("DESCRIBE npd")] == expected
    assert [row[:2] for row in rows("DESCRIBE shares")] == expected
    assert rows(
        "SELECT count(*), count(DISTINCT reference), count(DISTINCT sheet_row),"
        " count(recipient), count(title)"
        " FROM both_registers GROUP BY r ORDER BY r"
    ) == [(11_000,) * 5, (9_000,) * 5]
    assert rows(
        "SELECT bool_and(names > 120)"
        " FROM (SELECT count(DISTINCT recipient) AS names FROM both_registers GROUP BY r)"
    ) == [(True,)]
    assert dict(rows("SELECT DISTINCT outcome, 1 FROM npd")).keys() == {*TRUTH.legacy_outcome_share, "open"}
    assert rows("SELECT DISTINCT outcome FROM shares") == [("approved",)]
    assert not broken("(outcome = 'open') <> (closed_date IS NULL)")
    assert not broken("closed_date <= received_date")
    assert not broken("isodow(received_date) > 5 OR isodow(closed_date) > 5")
    assert not broken("reference[3:8] <> strftime(received_date, '%y%m%d')")
    assert not broken("received_date > DATE '2018-03-31' OR closed_date > DATE '2018-03-31'")
    # Cohorts old enough that nearly all are closed.
    medians = rows(
        "SELECT classification, median(closed_date - received_date) FROM npd"
        " WHERE received_date < DATE '2016-01-01' GROUP BY ALL"
    )
    assert len(medians) == 4
    for tier, days in medians:
        assert days == pytest.approx(TRUTH.median_days(tier), rel=0.1)
    shared = dict(rows("SELECT outcome, count(*) / 11000 FROM npd GROUP BY ALL"))
    assert shared["released"] / (1 - shared["open"]) == pytest.approx(0.8, abs=0.02)


def test_parquet_of_another_seed_differs(tmp_path):
    write_sample(tmp_path / "one", requests=200, format="parquet", seed=1)
    write_sample(tmp_path / "two", requests=200, format="parquet", seed=2)
    one, two = hashes(tmp_path / "one"), hashes(tmp_path / "two")
    assert all(one[name] != two[name] for name in one)


@pytest.mark.parametrize("requests", [1, 2, 20])
def test_tiny_parquet(tmp_path, requests):
    editions = write_sample(tmp_path, requests=requests, format="parquet")
    con = duckdb.connect()
    found = [len(con.read_parquet(str(edition.path)).fetchall()) for edition in editions]
    assert sum(found) == max(2, requests)
