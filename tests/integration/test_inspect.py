"""`inspect`: which layout is nearest, what is no register at all, and a draft that `add` accepts once settled."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from dashboard.cli import main
from dashboard.draft import draft_layout, header_row
from dashboard.layouts import match
from dashboard.registers import read_register
from dashboard.sample.ods import Sheet, write_ods
from dashboard.toml_reader import EDIT_ME
from dashboard.workbook import read_workbook
from tests.support.warehouse import PHE_FILE, REALDATA, register, to_toml


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call


def draft_in(output: str) -> str:
    return output[output.index("# Drafted from ") :]


def settled(draft: str, **words: str) -> str:
    """The draft with what it marks replaced, and nothing else touched. `words`: by key."""
    lines = []
    for line in draft.splitlines():
        if EDIT_ME in line and not line.startswith("#"):
            line = line.replace(EDIT_ME, words[line.split(" = ")[0]], 1)
        lines.append(line)
    return "\n".join(lines)


WORDS = {"publisher": "A council", "coverage": "complete", "body": "Home Office", "unit": "records"}


def round_trip(run, tmp_path, file, *options, **words):
    """inspect -> settle what is marked -> add --dry-run; returns what `add` printed and the draft."""
    data = tmp_path / "data"
    inspected = run("--data", data, "inspect", file)
    assert inspected.code == 0, inspected.err
    draft = draft_in(inspected.out)
    name = tomllib.loads(draft)["id"]
    path = data / "registers" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draft, "utf-8")
    unsettled = run("--data", data, "add", name, file, *options, "--dry-run")
    assert (unsettled.code, EDIT_ME in unsettled.err) == (1, True)
    line = next(
        n for n, text in enumerate(draft.splitlines(), 1) if EDIT_ME in text and not text.startswith("#")
    )
    assert f"{path}: line {line}: " in unsettled.err
    path.write_text(settled(draft, **{**WORDS, **words}), "utf-8")
    added = run("--data", data, "add", name, file, *options, "--dry-run")
    assert added.code == 0, added.err
    assert not (data / "editions").exists()
    return added.out, draft


# --------------------------------------------------------------------------------- drafts that come to be accepted


def notes_above_and_below(folder: Path) -> Path:
    rows = [
        ["Access requests to the county's records"],
        ["Published: 3 May 2021. Figures may be revised."],
        [],
        ["Our ref.", "Who asked", "Organisation type", "Received", "Decided on", "Decision date", "Result"],
        ["REQ-001", "Bell Trust", "Charity", "14/01/2021", "", "20/02/2021", "Granted"],
        ["REQ-002", "The Post", "Press", "15/01/2021", "", "", ""],
        ["REQ-003", "Ashford University", "University", "16/01/2021", "", "21/03/2021", "Refused"],
        ["REQ-004", "Ashford University", "University", "17/01/2021", "", "22/03/2021", "Granted"],
        [],
        ["Requests in hand are shown without a decision."],
        ["Contact the records office for more."],
    ]
    path = folder / "county 2021-03-31.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def person_counts(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Home Office"
    sheet.append(["Shares with the Home Office"])
    sheet.append(["Month", "Records sent to us", "Records shared", "Remarks"])
    for month, asked, given in (("January 2019", 216, 61), ("February 2019", 1204, 94), ("March 2019", 0, 0)):
        sheet.append([month, asked, given, None])
    sheet.append(["Total", 1420, 155, None])
    book.create_sheet("About").append(["Nothing but a sentence."])
    path = folder / "people March 2019.xlsx"
    book.save(path)
    return path


def several_sheets(folder: Path) -> Path:
    head = ["Case number", "Recipient", "Dataset", "Date of release"]
    sheets = [
        Sheet(
            f"{year}-{year + 1}",
            [head, *([f"C{year}/{n}", "Somebody Ltd", "Census", f"{year}-0{n}-02"] for n in range(4, 8))],
            4,
        )
        for year in (2017, 2018)
    ]
    path = folder / "releases_2018-12-31.ods"
    write_ods(path, title="releases", sheets=[Sheet("Read me", [["A note", None, None, None]], 1), *sheets])
    return path


def broken_rows(folder: Path) -> Path:
    rows = [
        ["Tracking Number", "Office", "Submitted Date", "Closed Date", "Detail", "Disposition"],
        ["T-17-1", "North", "07/13/2017", "08/21/2017", "Records of the", "Full grant"],
        ["", "", "", "", "meeting of June", ""],
        ["T-17-2", "South", "07/14/2017", "08/22/2017", "Others", "No records"],
    ]
    path = folder / "log.tsv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter="\t").writerows(rows)
    return path


def test_a_draft_of_a_file_with_notes_above_and_below(run, tmp_path):
    out, draft = round_trip(run, tmp_path, notes_above_and_below(tmp_path))
    assert "as at 2021-03-31 (stated)" in out
    assert "11 rows read = 4 entries + 0 person counts + 7 explained" in out
    assert "0 values could not be read, 0 warnings" in out
    columns = tomllib.loads(draft)["layout"][0]["sheet"][0]["columns"]
    assert (columns["reference"], columns["received_date"]) == (["Our ref."], ["Received"])
    assert columns["closed_date"] == ["Decision date"]
    assert 'undetermined = ["University", "Charity", "Press"]' in draft


def test_a_draft_of_person_counts(run, tmp_path):
    out, draft = round_trip(run, tmp_path, person_counts(tmp_path))
    assert "as at 2019-03-31 (stated_month)" in out
    assert "7 rows read = 0 entries + 3 person counts + 4 explained" in out
    (sheet,) = tomllib.loads(draft)["layout"][0]["sheet"]
    assert sheet["columns"] == {
        "period": ["Month"], "supplied": ["Records shared"], "requested": ["Records sent to us"],
    }  # fmt: skip
    assert tomllib.loads(draft)["layout"][0]["ignore_sheets"] == ["About"]


def test_a_draft_of_several_sheets_alike(run, tmp_path):
    out, draft = round_trip(run, tmp_path, several_sheets(tmp_path))
    assert "as at 2018-12-31 (stated)" in out
    assert "8 entries" in out
    (sheet,) = tomllib.loads(draft)["layout"][0]["sheet"]
    assert sheet["name"] == ["2017-2018", "2018-2019"]
    assert sheet["rows"] == "release"


def test_a_draft_of_rows_broken_in_two(run, tmp_path):
    out, draft = round_trip(run, tmp_path, broken_rows(tmp_path), continues="above")
    assert "4 rows read = 2 entries + 0 person counts + 2 explained" in out
    assert tomllib.loads(draft)["layout"][0]["date_order"] == "mdy"


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("path", "entries", "options"),
    [
        ("nhs-digital-release-register/1. releaseregister_20210201_20210228.xlsx", 5079, ()),
        (
            "phe-odr-release-register/PHE data release registers - public review.ods",
            239,
            ("--as-at", "2017-06-30"),
        ),
        (f"phe-odr-release-register/{PHE_FILE.name}", 452, ()),
        ("canada-foi-summaries/ca_ab_calgary.csv", 520, ("--as-at", "2016-12-31")),
        ("doj-foia-log-2017/tabula-foia-responses.csv", 244, ("--as-at", "2017-08-31")),
    ],
    ids=lambda value: Path(value).name if isinstance(value, str) else None,
)
def test_drafts_of_published_registers_are_accepted_once_settled(run, tmp_path, path, entries, options):
    file = REALDATA / path
    draft = draft_layout(file, read_workbook(file).sheets)
    name = tomllib.loads(draft)["id"]
    described = tmp_path / "registers" / f"{name}.toml"
    described.parent.mkdir()
    described.write_text(settled(draft, **WORDS, continues="below"), "utf-8")
    added = run("--data", tmp_path, "add", name, file, *options, "--dry-run")
    assert added.code == 0, added.err
    assert int(re.search(r"= (\d+) entries", added.out)[1]) == entries
    assert "0 values could not be read" in added.out or "ca_ab_calgary" in path


@pytest.mark.parametrize(
    ("rows", "number"),
    [
        ([("A title",), ("Ref", "Name", "Date"), ("R1", "x", "2020-01-01"), ("R2", "y", "2020-01-02")], 2),
        ([("Ref", "Name", None), ("R1", "x", "y"), ("R2", "z", "w")], 1),
        ([("Ref", "Name", "Date", "Outcome"), ("R1", "Long name", "1 May 2020", "Granted")], 1),
        ([("Note one", "see below", None), (None,) * 3, ("Ref", "Name", "Fee"), ("R1", "x", "1.20")], 3),
    ],
)
def test_the_header_is_the_first_row_of_words(rows, number):
    from dashboard.workbook import Sheet as Read

    assert header_row(Read("x", rows, hidden=False)) == number


# ------------------------------------------------------------------------------------------- the nearest layout

CASES = register(
    "cases",
    sheets=[
        {
            "name": "Open",
            "rows": "request",
            "columns": {"reference": "Ref", "recipient": "Organisation", "received_date": "Date received"},
        },
        {
            "name": "Closed",
            "rows": "request",
            "columns": {"reference": "Ref", "recipient": "Organisation", "closed_date": "Date closed",
                        "outcome": "Outcome", "tier": "Tier"},
            "optional": ["tier"],
        },
    ],
    layout={"blank_outcome": "open"},
)  # fmt: skip


def cases(folder: Path, *, opened="Open", asked="Organisation", closed="Closed") -> Path:
    head = ["Ref", "Organisation", "Date closed", "Outcome"]
    path = folder / "cases_2020-12-31.ods"
    write_ods(path, title="cases", sheets=[
        Sheet(opened, [["Ref", asked, "Date received"], ["R1", "Bell Trust", "2020-01-02"]], 3),
        Sheet(closed, [head, ["R2", "The Post", "2020-02-03", "Granted"]], 4),
    ])  # fmt: skip
    return path


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data" / "registers").mkdir(parents=True)
    (tmp_path / "data" / "registers" / "cases.toml").write_text(to_toml(CASES), "utf-8")
    return tmp_path / "data"


def test_what_fits_is_said_with_its_counts(run, data, tmp_path):
    ran = run("--data", data, "inspect", cases(tmp_path))
    assert "cases: yes, 'only': 2 entries, 0 person counts, 2 rows explained" in ran.out
    assert "7 of 7 headings, 2 of 2 sheets" in ran.out
    assert "# Drafted" not in ran.out
    assert ran.code == 0


def test_the_nearest_layout_is_said_for_each_register_and_what_is_missing(run, data, tmp_path):
    ran = run("--data", data, "inspect", cases(tmp_path, asked="Name of organisation"))
    assert "  cases: no; nearest is 'only': 6 of 7 headings, 2 of 2 sheets" in ran.out
    assert re.search(r"  phe-odr: no; nearest is '[^']+': \d+ of \d+ headings, \d+ of \d+ sheets?", ran.out)
    assert "Nearest is cases, 'only': 6 of 7 headings, 2 of 2 sheets. What does not fit:" in ran.out
    assert (
        "  sheet 'Open' row 1: there is no heading 'Organisation' (field recipient); the nearest heading there is "
        "'Name of organisation' in column B" in ran.out
    )
    assert "cases.toml" in ran.out


def test_a_renamed_sheet_is_known_by_its_headings(run, data, tmp_path):
    ran = run("--data", data, "inspect", cases(tmp_path, closed="Completed"))
    assert "cases: no; nearest is 'only': 7 of 7 headings, 1 of 2 sheets" in ran.out
    assert "there is no sheet named like 'Closed'; sheet 'Completed' has 4 of its 4 headings" in ran.out


def test_a_renamed_heading_is_refused_and_the_synonym_is_the_whole_fix(run, data, tmp_path):
    file = cases(tmp_path, asked="Name of organisation")
    refused = run("--data", data, "add", "cases", file)
    assert refused.code == 1
    assert "sheet 'Open' row 1: there is no heading 'Organisation'" in refused.err
    assert "the nearest heading there is 'Name of organisation' in column B" in refused.err
    assert "add the heading as a synonym" in refused.err
    assert not (data / "editions").exists()
    path = data / "registers" / "cases.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('"Organisation"', '["Organisation", "Name of organisation"]', 1), "utf-8")
    added = run("--data", data, "add", "cases", file)
    assert (added.code, "2 entries" in added.out) == (0, True)
    assert run("--data", data, "build").code == 0
    rows = run(
        "--data", data, "measure", "recipients", "--register", "cases", "--by", "recipient", "--format", "csv"
    )
    assert {r["group_label"] for r in csv.DictReader(rows.out.splitlines())} >= {"Bell Trust"}


# ------------------------------------------------------------------------------------------- no register at all

HDRUK = REALDATA / "hdruk-data-use-register-standard"
FIELDS = "is a specification: row 1 has the headings 'Field' and 'Definition', so each row describes a field"
SPECIFICATIONS = {
    "Specification for data use register fields version 2 2022.01.19.csv": FIELDS,
    "Recommendations on fields 05.05.21.csv": FIELDS,
    "Preprint Dataset 1 Current State Analysis of Data Use Registers.csv": "is a survey: 1,",
}


@pytest.mark.realdata
@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_a_specification_or_survey_is_refused_with_the_reason(run, tmp_path, name):
    file = HDRUK / name
    registers = [p.stem for p in (Path(__file__).parents[2] / "data" / "registers").glob("*.toml")]
    assert len(registers) > 8
    for register_id in registers:
        for options in ((), ("--as-at", "2022-01-19", "--dry-run")):
            ran = run("--data", tmp_path, "add", register_id, file, *options)
            assert ran.code == 1
            assert f"{name} holds no rows of requests or releases: sheet " in ran.err
            assert SPECIFICATIONS[name] in ran.err
    assert not (tmp_path / "editions").exists()
    inspected = run("--data", tmp_path, "inspect", file)
    assert inspected.code == 1
    assert f"sheet '{file.stem}'" in inspected.out
    assert "# Drafted" not in inspected.out
    assert SPECIFICATIONS[name] in inspected.err
    assert "one row a request or a release" in inspected.err


def test_a_register_with_a_description_column_is_no_specification(run, data, tmp_path):
    path = tmp_path / "spending 2020-12-31.csv"
    path.write_text("Ref,Item,Description,Supplier,Paid\n1,Desk,Oak,Smith,2020-01-02\n", "utf-8")
    ran = run("--data", data, "inspect", path)
    assert ran.code == 0
    assert "# Drafted" in ran.out


def test_a_file_without_a_table_has_no_draft(run, tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("Only a sentence\nAnd another\n", "utf-8")
    ran = run("--data", tmp_path, "inspect", path)
    assert ran.code == 0
    assert "no draft can be made" in ran.out


def test_a_sheet_whose_name_is_a_pattern_is_drafted_as_that_name(tmp_path):
    file = tmp_path / "people March 2019.ods"
    rows = [["Month", "Records sent"], ["January 2019", "7"], ["February 2019", "8"]]
    write_ods(
        file, title="people", sheets=[Sheet("Home Office [monthly]", rows, 2), Sheet("About*", [["x"]], 1)]
    )
    draft = draft_layout(file, read_workbook(file).sheets)
    path = tmp_path / f"{tomllib.loads(draft)['id']}.toml"
    path.write_text(settled(draft, **WORDS), "utf-8")
    found = match(read_register(path, {}), read_workbook(file))
    assert [m.sheet.name for m in found.sheets] == ["Home Office [monthly]"]
    (sheet,) = found.layout.sheets
    assert sheet.names == ("Home Office [[]monthly]",)
