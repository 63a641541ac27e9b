"""Corrections and withdrawals through the command: what is applied, hidden, said, refused and escaped."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import measures
from dashboard.figures import result_table
from dashboard.measures import MEASURES
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.tables import html_table
from tests.integration.conftest import Ran, Run
from tests.support.tiny import tree, write_tiny


ROWS = "A1,Somebody Ltd,2020-03-04\nSECRET-2,Secret Name,2021-06-07\nA3,Third Ltd,2.7.202\n"
HOSTILE = '=HYPERLINK("http://x","y") <img src=x onerror=alert(1)> \x1b[2J'
CORRECTION = """
[[correction]]
id = "a3"
edition = "2021-06-30"
match = { reference = "A3" }
expect = { released_date = "2.7.202" }
change = { released_date = "2020-07-02" }
reason = "A digit is missing."
source = "https://example.org/a3"
by = "A. Reviewer"
on = 2026-11-25
"""


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    """A data folder with the register `tiny`, one edition as at 30 June 2021, not built."""
    folder = tmp_path / "data"
    file = write_tiny(folder, ROWS)
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-06-30").code == 0
    return folder


def correct(folder: Path, text: str = CORRECTION, name: str = "a.toml") -> Path:
    path = folder / "corrections" / "tiny" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def rows(folder: Path, run: Run, *arguments: str) -> list[dict[str, Any]]:
    ran = run("--data", folder, *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found: list[dict[str, Any]] = json.loads(ran.out)["rows"]
    return found


def build(folder: Path, run: Run) -> Ran:
    ran = run("--data", folder, "build")
    assert ran.code == 0, ran.err
    return ran


def withdraw(folder: Path, run: Run, *arguments: object) -> Ran:
    return run("--data", folder, "withdraw", "tiny", *arguments)


def every_output(folder: Path, run: Run) -> str:
    """All that a reader can ask of the build in force: measures, their rows, listings, and every table there is."""
    found = []
    for name, m in MEASURES.items():
        for more in ([], ["--rows"] if m.rows_query else [], ["--register", "tiny"]):
            ran = run("--data", folder, "measure", name, *more, "--format", "json")
            found += [ran.out, ran.err]
    for listing in (["issues"], ["status"], ["withdraw", "--list"]):
        found.append(run("--data", folder, *listing, "--format", "json").out)
    current = (folder / "builds" / "CURRENT").read_text().strip()
    found.append((folder / "builds" / f"{current}.json").read_text())
    con = duckdb.connect(str(folder / "builds" / f"{current}.duckdb"), read_only=True)
    try:
        for schema, table in con.sql("select schema_name, table_name from duckdb_tables()").fetchall():
            found.append(repr(con.table(f"{schema}.{table}").fetchall()))
    finally:
        con.close()
    return "\n".join(found)


# Corrections


def test_an_error_that_is_mended_leaves_the_errors_and_stands_among_the_corrected(
    folder: Path, run: Run
) -> None:
    before = build(folder, run)
    assert "corrected 0" in before.out
    assert [i["value"] for i in rows(folder, run, "issues", "--register", "tiny", "--severity", "error")] == [
        "2.7.202"
    ]
    path = correct(folder)
    after = build(folder, run)
    assert "nothing changed" not in after.out
    assert "corrected 1" in after.out
    issues = rows(folder, run, "issues", "--register", "tiny")
    assert not [i for i in issues if i["severity"] == "error"]
    [issue] = [i for i in issues if i["rule"] == "corrected"]
    assert (issue["sheet_row"], issue["column"], issue["value"]) == (4, "C (Released)", "2.7.202")
    assert "A digit is missing (tiny/a.toml, a3)" in issue["words"]
    [row] = rows(folder, run, "measure", "corrections", "--register", "tiny")
    assert (row["before"], row["after"], row["on"]) == ("2.7.202", "2020-07-02", "2026-11-25")
    [volume] = rows(folder, run, "measure", "volumes", "--register", "tiny", "--to", "2020-12-31")
    assert volume["released"] == 2
    # taken away again, the build before is the one in force
    path.unlink()
    again = build(folder, run)
    assert again.out.splitlines()[0].split()[1] == before.out.splitlines()[0].split()[1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"2.7.202" }\nchange', '"2.7.203" }\nchange',
         "row 4: expected released_date '2.7.203', and '2.7.202' stands there"),
        ('"A3"', '"A4"', "has reference 'A4'"),
        ('edition = "2021-06-30"', 'edition = ["2021-06-30", "2021-03-31"]', "tiny has no edition 2021-03-31"),
        ("by =", "By =", "'By' is not a key"),
    ],
)  # fmt: skip
def test_a_correction_that_does_not_hold_stops_the_build_and_changes_nothing(
    old: str, new: str, words: str, folder: Path, run: Run
) -> None:
    build(folder, run)
    before = tree(folder / "builds")
    assert old in CORRECTION
    correct(folder, CORRECTION.replace(old, new))
    ran = run("--data", folder, "build")
    assert (ran.code, ran.out) == (1, "")
    for part in (words, "tiny/a.toml", "'a3'", "Next: "):
        assert part in ran.err
    assert tree(folder / "builds") == before


def test_two_files_may_not_use_one_id_and_a_folder_must_be_a_register(folder: Path, run: Run) -> None:
    correct(folder)
    correct(folder, name="b.toml")
    ran = run("--data", folder, "build")
    assert ran.code == 1
    assert "2 corrections called 'a3': tiny/a.toml line 2 and tiny/b.toml line 2" in ran.err
    shutil.move(folder / "corrections" / "tiny" / "b.toml", folder / "corrections" / "b.toml")
    ran = run("--data", folder, "build")
    assert ran.code == 1
    assert "corrections of 'corrections', and no register is called so" in ran.err


def test_a_correction_of_an_edition_that_is_not_here_waits_and_is_said(folder: Path, run: Run) -> None:
    correct(folder, CORRECTION.replace("2021-06-30", "2021-03-31"))
    ran = build(folder, run)
    assert "corrected 0" in ran.out
    assert "not applied, their editions are not here: corrections/tiny/a.toml" in ran.out
    assert rows(folder, run, "measure", "corrections", "--register", "tiny") == []


def test_words_meant_to_be_obeyed_are_inert_where_they_are_shown(folder: Path, run: Run) -> None:
    hostile = json.dumps(HOSTILE)
    correct(
        folder,
        CORRECTION.replace('"A digit is missing."', hostile)
        .replace('"https://example.org/a3"', hostile)
        .replace('"A. Reviewer"', hostile),
    )
    build(folder, run)
    named = ("--register", "tiny")
    table = run("--data", folder, "measure", "corrections", *named)
    assert all(c.isprintable() or c == "\n" for c in table.out + table.err)
    [row] = csv.DictReader(
        io.StringIO(run("--data", folder, "measure", "corrections", *named, "--format", "csv").out)
    )
    assert {row[c] for c in ("reason", "source", "by")} == {"'" + HOSTILE}
    with Store(load_settings(folder)) as store:
        result = measures.corrections(store, register="tiny")
        html = html_table(result_table(result.result), key="corrections") + result._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert withdraw(folder, run, "--edition", "2021-06-30", "--reason", HOSTILE).code == 0
    said = build(folder, run)
    assert all(c.isprintable() or c == "\n" for c in said.out)
    [gone] = csv.DictReader(
        io.StringIO(run("--data", folder, "measure", "editions", *named, "--format", "csv").out)
    )
    assert gone["withdrawn_reason"] == "'" + HOSTILE
    listed = run("--data", folder, "withdraw", "--list", "--format", "csv")
    assert next(csv.DictReader(io.StringIO(listed.out)))["reason"] == "'" + HOSTILE
    assert all(c.isprintable() or c == "\n" for c in run("--data", folder, "withdraw", "--list").out)
    refused = run("--data", folder, "measure", "volumes", *named, "--edition", "2021-06-30")
    assert refused.code == 2
    assert all(c.isprintable() or c == "\n" for c in refused.err)


# Withdrawals


def test_a_withdrawn_edition_is_in_no_output_and_keeps_its_row_and_reason(folder: Path, run: Run) -> None:
    build(folder, run)
    assert "Secret Name" in every_output(folder, run)
    archived = tree(folder / "editions")
    ran = withdraw(folder, run, "--edition", "2021-06-30", "--reason", "Not to be published.")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "withdrawn: tiny, edition 2021-06-30")
    assert "access-review build" in ran.err
    assert "which is the record and stays as it was" in ran.err
    built = build(folder, run)
    assert "withdrawn from every output: tiny edition 2021-06-30" in built.out
    everything = every_output(folder, run)
    for gone in ("Secret Name", "Somebody Ltd", "2.7.202"):
        assert gone not in everything
    assert tree(folder / "editions") == archived
    [edition] = rows(folder, run, "measure", "editions", "--register", "tiny")
    assert (edition["rows"], edition["requests"], edition["withdrawn_reason"]) == (
        None,
        None,
        "Not to be published.",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", edition["withdrawn_on"])
    assert rows(folder, run, "measure", "editions", "--register", "tiny", "--edition", "2021-06-30") == [
        edition
    ]
    [issue] = rows(folder, run, "issues", "--register", "tiny")
    assert (issue["rule"], issue["severity"], issue["value"]) == ("withdrawn", "info", "")
    for asked in (["--edition", "2021-06-30"], []):
        ran = run("--data", folder, "measure", "volumes", "--register", "tiny", *asked)
        assert ran.code == 2
        assert "was withdrawn on" in ran.err
        assert "Not to be published" in ran.err
    status = {r["edition"]: r for r in rows(folder, run, "status")}
    assert status["2021-06-30"]["withdrawn_on"] == edition["withdrawn_on"]
    record = json.loads(
        next(
            (folder / "builds").glob(f"{(folder / 'builds' / 'CURRENT').read_text().strip()}.json")
        ).read_text()
    )
    mine = next(e for e in record["editions"] if e["register"] == "tiny")
    assert mine["rows_read"] == mine["rows_explained"] == 4


def test_a_withdrawn_row_and_cell_are_in_no_output_and_rows_reconcile(folder: Path, run: Run) -> None:
    where = ("--edition", "2021-06-30", "--sheet", "tiny")
    assert withdraw(folder, run, *where, "--row", 3, "--reason", "Names a person.").code == 0
    cell = withdraw(folder, run, *where, "--row", 4, "--column", "Released", "--reason", "Wrong.")
    assert cell.code == 0
    assert "sheet 'tiny', row 4, column C (Released)" in cell.out
    correct(folder)  # its cell is withdrawn: it has nothing to mend, and says nothing of it
    built = build(folder, run)
    assert "corrected 0" in built.out
    everything = every_output(folder, run)
    for gone in ("Secret Name", "2.7.202", "SECRET-2"):
        assert gone not in everything, gone
    found = rows(folder, run, "measure", "volumes", "--register", "tiny", "--rows")
    assert {(r["sheet_row"], r["reference"]) for r in found if r["counted_as"] == "released"} == {(2, "A1")}
    issues = {
        (i["rule"], i["sheet_row"], i["column"], i["value"])
        for i in rows(folder, run, "issues", "--register", "tiny")
    }
    assert ("withdrawn", 3, "", "") in issues
    assert ("withdrawn", 4, "C (Released)", "") in issues
    record = json.loads(
        (folder / "builds" / f"{(folder / 'builds' / 'CURRENT').read_text().strip()}.json").read_text()
    )
    mine = next(e for e in record["editions"] if e["register"] == "tiny")
    assert (mine["rows_read"], mine["entries"], mine["rows_explained"]) == (4, 2, 2)
    listed = rows(folder, run, "withdraw", "--list")
    assert [(w["row"], w["column"], w["here"]) for w in listed] == [
        (3, None, True),
        (4, "C (Released)", True),
    ]
    assert rows(folder, run, "withdraw", "phe-odr", "--list") == []
    # undone by removing the file
    (folder / "withdrawals" / "tiny" / Path(listed[0]["file"]).name).unlink()
    build(folder, run)
    assert "Secret Name" in every_output(folder, run)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--edition", "2021-06-30"], 2, "--reason is missing"),
        (["--edition", "2021-06-30", "--reason", " "], 2, "--reason is missing"),
        (["--reason", "x"], 2, "--edition is missing"),
        (["--edition", "2021-03-31", "--reason", "x"], 2, "its editions are: 2021-06-30"),
        (["--edition", "2021-06-30", "--sheet", "tiny", "--reason", "x"], 2, "--sheet and --row"),
        (["--edition", "2021-06-30", "--row", "3", "--reason", "x"], 2, "--sheet and --row"),
        (["--edition", "2021-06-30", "--column", "C", "--reason", "x"], 2, "--sheet and --row"),
        (["--edition", "2021-06-30", "--sheet", "tny", "--row", "3", "--reason", "x"], 2, "no sheet 'tny'"),
        (["--edition", "2021-06-30", "--sheet", "tiny", "--row", "1", "--reason", "x"], 2, "rows 2 to 4"),
        (["--edition", "2021-06-30", "--sheet", "tiny", "--row", "5", "--reason", "x"], 2, "rows 2 to 4"),
        (["--edition", "2021-06-30", "--sheet", "tiny", "--row", "0", "--reason", "x"], 2, "whole number above 0"),
        (["--edition", "2021-06-30", "--sheet", "tiny", "--row", "3", "--column", "Name", "--reason", "x"], 2,
         "A (Reference), B (Organisation), C (Released)"),
        (["--edition", "2021-06-30", "--superseded-by", "2021-06-30", "--reason", "x"], 2, "supersede itself"),
        (["--edition", "2021-06-30", "--superseded-by", "2021-09-30", "--reason", "x"], 2, "has no edition"),
        (["--list", "--edition", "2021-06-30"], 2, "--list takes no place"),
    ],
)  # fmt: skip
def test_a_place_that_is_not_there_is_refused_and_nothing_is_written(
    arguments: list[str], code: int, words: str, folder: Path, run: Run
) -> None:
    before = tree(folder)
    ran = withdraw(folder, run, *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert tree(folder) == before


def test_the_same_twice_is_refused_and_a_folder_that_cannot_be_written_is_said(
    folder: Path, run: Run
) -> None:
    asked = ("--edition", "2021-06-30", "--reason", "x")
    assert withdraw(folder, run, *asked).code == 0
    again = withdraw(folder, run, *asked)
    assert (again.code, again.out) == (1, "")
    assert "was withdrawn on" in again.err
    shutil.rmtree(folder / "withdrawals")
    (folder / "withdrawals").write_text("a file in the way")
    ran = withdraw(folder, run, *asked)
    assert (ran.code, ran.out) == (1, "")
    assert "Traceback" not in ran.err


def test_a_full_disk_writes_nothing(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(folder)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dashboard.files.os.replace", full)
    ran = withdraw(folder, run, "--edition", "2021-06-30", "--reason", "x")
    assert (ran.code, ran.out) == (1, "")
    assert "No space left on device" in ran.err
    assert tree(folder) == before


def test_the_same_request_in_another_edition_is_named(folder: Path, run: Run) -> None:
    file = write_tiny(folder, "X1,Unrelated,2021-01-01\nSECRET-2,Secret Name,2021-06-07\n")
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-09-30").code == 0
    asked = ("--edition", "2021-06-30", "--sheet", "tiny", "--row", 3, "--reason", "Names a person.")
    build(folder, run)
    said = withdraw(folder, run, *asked).err
    assert "The same request stands elsewhere too" in said
    assert "  edition 2021-09-30, sheet 'tiny', row 3\n" in said
    assert "Unrelated" not in said
    last = withdraw(folder, run, *asked[:5], 2, *asked[6:]).err
    assert "Other rows and editions may say the same" in last


def test_a_corrected_edition_added_later_supersedes_and_both_say_so(folder: Path, run: Run) -> None:
    assert withdraw(folder, run, "--edition", "2021-06-30", "--reason", "Names a person.").code == 0
    file = write_tiny(folder, "A1,Somebody Ltd,2020-03-04\n")
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-06-30", "--replaces").code == 0
    build(folder, run)
    first, second = rows(folder, run, "measure", "editions", "--register", "tiny")
    assert (first["edition"], first["replaced_by"], first["rows"]) == ("2021-06-30", "2021-06-30.2", None)
    assert (second["edition"], second["replaces"], second["rows"]) == ("2021-06-30.2", "2021-06-30", 1)
    words = {i["rule"]: i["words"] for i in rows(folder, run, "issues", "--register", "tiny")}
    assert words["withdrawn"].endswith("Edition 2021-06-30.2 supersedes it.")
    assert words["supersedes_withdrawn"].startswith("Supersedes edition 2021-06-30, withdrawn on ")
    assert "Secret Name" not in every_output(folder, run)
    [volume] = rows(folder, run, "measure", "volumes", "--register", "tiny")
    assert volume["released"] == 1


def test_a_withdrawn_replacement_lets_the_file_before_be_read_again_and_says_so(
    folder: Path, run: Run
) -> None:
    file = write_tiny(folder, "A9,Another Ltd,2020-03-04\n")
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-06-30", "--replaces").code == 0
    ran = withdraw(folder, run, "--edition", "2021-06-30.2", "--reason", "Sent by mistake.")
    assert "edition 2021-06-30, which it replaced, is read again" in ran.out
    build(folder, run)
    [volume] = rows(folder, run, "measure", "volumes", "--register", "tiny")
    assert volume["released"] == 2
    first, second = rows(folder, run, "measure", "editions", "--register", "tiny")
    assert (first["replaced_by"], second["withdrawn_reason"]) == (None, "Sent by mistake.")


def test_another_edition_named_as_superseding(folder: Path, run: Run) -> None:
    file = write_tiny(folder, "A1,Somebody Ltd,2020-03-04\n")
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-09-30").code == 0
    asked = ("--edition", "2021-06-30", "--superseded-by", "2021-09-30", "--reason", "Names a person.")
    assert "edition 2021-09-30 supersedes it" in withdraw(folder, run, *asked).out
    build(folder, run)
    first, second = rows(folder, run, "measure", "editions", "--register", "tiny")
    assert (first["replaced_by"], second["replaces"]) == ("2021-09-30", "2021-06-30")
    [listed] = rows(folder, run, "withdraw", "--list")
    assert listed["superseded_by"] == "2021-09-30"


def test_rollback_does_not_bring_back_what_was_withdrawn_unless_asked(folder: Path, run: Run) -> None:
    old = build(folder, run).out.split()[1]
    where = ("--edition", "2021-06-30", "--sheet", "tiny", "--row", "3")
    said = withdraw(folder, run, *where, "--reason", "Names a person.")
    assert f"builds/{old}.duckdb" in said.err
    new = build(folder, run).out.split()[1]
    refused = run("--data", folder, "rollback")
    assert (refused.code, refused.out) == (1, "")
    for words in (old, "still shows what was withdrawn since", "row 3", "--show-withdrawn"):
        assert words in refused.err
    assert (folder / "builds" / "CURRENT").read_text().strip() == new
    asked = run("--data", folder, "rollback", "--show-withdrawn")
    assert asked.code == 0
    assert "Warning: it may show what was withdrawn" in asked.err
    assert (folder / "builds" / "CURRENT").read_text().strip() == old
    assert "stale" in json.loads(run("--data", folder, "status", "--format", "json").out)["flags"]


def test_rollback_between_builds_that_both_hide_it_is_as_before(folder: Path, run: Run) -> None:
    assert withdraw(folder, run, "--edition", "2021-06-30", "--reason", "Names a person.").code == 0
    first = build(folder, run).out.split()[1]
    file = write_tiny(folder, "A1,Somebody Ltd,2020-03-04\n")
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-09-30").code == 0
    build(folder, run)
    ran = run("--data", folder, "rollback")
    assert ran.code == 0
    assert f"build {first} is in force again" in ran.out


def test_a_withdrawal_outlives_the_deleted_edition_and_never_hides_other_bytes(
    folder: Path, run: Run
) -> None:
    assert withdraw(folder, run, "--edition", "2021-06-30", "--reason", "Names a person.").code == 0
    shutil.rmtree(folder / "editions" / "tiny" / "2021-06-30")
    build(folder, run)
    assert [w["here"] for w in rows(folder, run, "withdraw", "--list")] == [False]
    file = write_tiny(folder, "A1,Somebody Ltd,2020-03-04\n")
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-06-30").code == 0
    ran = run("--data", folder, "build")
    assert ran.code == 1
    assert "it is about another file than the edition 2021-06-30 of tiny" in ran.err


def test_a_damaged_withdrawal_stops_the_build(folder: Path, run: Run) -> None:
    build(folder, run)
    before = tree(folder / "builds")
    assert withdraw(folder, run, "--edition", "2021-06-30", "--reason", "x").code == 0
    [path] = (folder / "withdrawals" / "tiny").glob("*.toml")
    path.write_text(path.read_text()[:40])
    ran = run("--data", folder, "build")
    assert ran.code == 1
    assert str(path) in ran.err
    assert tree(folder / "builds") == before


def test_rows_of_a_parquet_edition(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    made = run("sample", tmp_path / "sample", "--requests", 60, "--editions", 2, "--format", "parquet")
    register, as_at, path = made.out.splitlines()[0].split("\t")
    assert run("--data", folder, "add", register, path).code == 0
    build(folder, run)
    row = rows(folder, run, "measure", "volumes", "--register", register, "--rows")[0]
    where = (
        "--edition",
        as_at,
        "--sheet",
        row["sheet"],
        "--row",
        row["sheet_row"],
        "--reason",
        "Names a person.",
    )
    refused = run("--data", folder, "withdraw", register, *where, "--column", "A")
    assert (refused.code, "whole rows" in refused.err) == (2, True)
    wrong = [*where[:5], 10_000_000, *where[6:]]
    assert run("--data", folder, "withdraw", register, *wrong).code == 2
    assert run("--data", folder, "withdraw", register, *where).code == 0
    before = {
        r["edition"]: r["rows"] for r in rows(folder, run, "measure", "editions", "--register", register)
    }
    build(folder, run)
    after = {
        r["edition"]: r["rows"] for r in rows(folder, run, "measure", "editions", "--register", register)
    }
    assert after[as_at] == before[as_at] - 1
    left = rows(folder, run, "measure", "volumes", "--register", register, "--rows")
    assert not [r for r in left if (r["sheet"], r["sheet_row"]) == (row["sheet"], row["sheet_row"])]
    assert run("--data", folder, "withdraw", register, "--edition", as_at, "--reason", "x").code == 0
    assert "withdrawn from every output" in build(folder, run).out
    [gone] = rows(folder, run, "measure", "editions", "--register", register)
    assert gone["rows"] is None
