"""The how-tos, done: every command in them runs, every file in them is read."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.settings import CHECKOUT, load_settings
from tests.conftest import BuiltSample
from tests.integration.conftest import LEGACY, Ran, Run
from tests.support.tiny import write_tiny


EDITIONS = ("2015-06-30", "2015-09-30")


@pytest.fixture
def folder(sample_data: BuiltSample, tmp_path: Path) -> Path:
    """The first two editions of the sample that `make run` shows, which the how-tos speak of."""
    settings = load_settings(tmp_path / "data")
    register = load_registers(settings)[LEGACY]
    for edition in sample_data.editions:
        if edition.register == LEGACY and str(edition.as_at) in EDITIONS:
            add_edition(settings, register, edition.path, published=edition.published)
    return settings.data


def follow(page: str, folder: Path, run: Run) -> list[tuple[str, Ran]]:
    """Do what a page says, in its order: write the files it shows, run the commands it shows."""
    text = (CHECKOUT / "docs" / page).read_text("utf-8")
    done = []
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if kind == "toml":
            path = folder / block.splitlines()[0].removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block, "utf-8")
            continue
        for line in block.splitlines():
            words = shlex.split(line)
            assert words[0] == "access-review", line
            ran = run("--data", folder, *words[1:])
            assert ran.code == 0, (line, ran.err)
            done.append((line, ran))
    return done


def listed(folder: Path, run: Run, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("--data", folder, *arguments, "--format", "json").out)[
        "rows"
    ]
    return found


def test_how_to_correct_a_source_error(folder: Path, run: Run) -> None:
    assert run("--data", folder, "build").code == 0
    (_, first), (_, built), (_, corrections) = follow("how-to-correct-a-source-error.md", folder, run)
    assert "20.5.205" in first.out
    assert "Apr 15 to Jun 15" in first.out
    assert "corrected 1;" in built.out
    assert "20.5.2015" in corrections.out
    errors = listed(folder, run, "issues", "--register", LEGACY, "--severity", "error")
    assert "20.5.205" not in {i["value"] for i in errors}
    [row] = listed(folder, run, "measure", "corrections", "--register", LEGACY)
    assert (row["sheet"], row["sheet_row"], row["by"]) == ("Apr 15 to Jun 15", 9, "A. Reviewer")


def test_the_table_of_keys_is_that_of_the_reader() -> None:
    from dashboard.corrections import OPTIONAL, REQUIRED

    text = (CHECKOUT / "docs" / "how-to-correct-a-source-error.md").read_text("utf-8")
    shown = set(re.findall(r"^([a-z]+) = ", text, re.MULTILINE)) | set(
        re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    )
    assert shown == {*REQUIRED, *OPTIONAL}


def test_how_to_withdraw(folder: Path, run: Run) -> None:
    done = dict(follow("how-to-withdraw.md", folder, run))
    built = next(ran for line, ran in done.items() if line == "access-review build")
    assert "withdrawn from every output" in built.out
    found = {
        (w["edition"], w["sheet"], w["row"], w["column"]) for w in listed(folder, run, "withdraw", "--list")
    }
    assert {f[:3] for f in found} == {
        ("2015-06-30", "Apr 15 to Jun 15", 9), ("2015-06-30", "Open", 6), ("2015-09-30", None, None),
    }  # fmt: skip
    rows = listed(folder, run, "measure", "volumes", "--register", LEGACY, "--rows")
    assert rows
    assert ("Apr 15 to Jun 15", 9) not in {(r["sheet"], r["sheet_row"]) for r in rows}
    assert {r["edition"] for r in rows} == {"2015-06-30"}
    editions = {e["edition"]: e for e in listed(folder, run, "measure", "editions", "--register", LEGACY)}
    assert editions["2015-09-30"]["withdrawn_reason"] == "Published by mistake"
    # undone as the page says
    for path in (folder / "withdrawals" / LEGACY).glob("*.toml"):
        path.unlink()
    assert run("--data", folder, "build").code == 0
    assert len(listed(folder, run, "measure", "volumes", "--register", LEGACY, "--rows")) > len(rows)


def test_how_to_record_commitments(folder: Path, run: Run) -> None:
    page = "how-to-record-commitments.md"
    example = [
        line.strip()
        for line in (CHECKOUT / "docs" / page).read_text("utf-8").splitlines()
        if line.startswith("    ")
    ]
    path = folder / "reference" / "commitments_mine.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(example) + "\n", "utf-8")
    assert len(follow(page, folder, run)) == 3
    rows = listed(folder, run, "measure", "commitments", "--known-on", "2018-06-30")
    [mine] = [row for row in rows if row["ref"] == "M1"]
    assert mine["overdue"] is True
    assert len(rows) == 11  # those that ship stay


# One row a case that the description on the page has words for.
COUNCIL = (
    ("Ref", "Organisation", "Date received", "Date closed", "Outcome", "Tier"),
    ("FOI-1", "Ashford University", date(2020, 1, 6), date(2020, 2, 3), "Granted", "2"),
    ("FOI-2", "Bell Trust", date(2020, 3, 2), date(2020, 3, 20), "Refused", "3"),
    ("FOI-3", "Bell Trust", date(2020, 11, 2), None, None, None),
)


def test_how_to_add_a_register(tmp_path: Path, run: Run) -> None:
    """The numbered steps, with a workbook as the description on the page expects it."""
    page = (CHECKOUT / "docs" / "add-a-register.md").read_text("utf-8")
    steps, toml = page.split("```toml\n")[0], page.split("```toml\n")[1].split("```")[0]
    folder, path = tmp_path / "data", tmp_path / "council 2020-12-31.xlsx"
    book = Workbook()
    book.active.title = "Requests 2020"
    for row in COUNCIL:
        book.active.append(row)
    book.create_sheet("Notes for readers")["A1"] = "How to read this"
    book.save(path)
    said = {}
    for command in re.findall(r"`access-review ([^`]+)`", steps):
        words = [str(path) if word == "FILE" else word for word in shlex.split(command)]
        ran = run("--data", folder, *words)
        assert ran.code == 0, (command, ran.err)
        said[command] = ran.out + ran.err
        if command == "inspect FILE":  # step 2: the draft is settled and saved
            saved = folder / "registers" / "my-register.toml"
            saved.parent.mkdir(parents=True)
            saved.write_text(toml, "utf-8")
    assert list(said) == [
        "inspect FILE", "add my-register FILE --dry-run", "add my-register FILE", "build",
        "issues --register my-register",
    ]  # fmt: skip
    assert "Requests 2020" in said["inspect FILE"]
    assert "would add" in said["add my-register FILE --dry-run"]
    [row] = listed(folder, run, "measure", "volumes", "--register", "my-register")
    assert (row["received"], row["closed"], row["refused"], row["open_at_end"]) == (3, 2, 1, 1)
    [edition] = listed(folder, run, "measure", "editions", "--register", "my-register")
    assert edition["as_at"] == "2020-12-31"


HOSTILE = "=cmd|' /C calc'!A0"


def test_how_to_publish_open_data(
    folder: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands, and the code that reads what they wrote, with a name in it that a spreadsheet would run."""
    path = write_tiny(folder, rows=f'A1,"{HOSTILE}",2020-03-04\n')
    assert run("--data", folder, "add", "tiny", path).code == 0
    monkeypatch.chdir(tmp_path)
    page = (CHECKOUT / "docs" / "how-to-publish-open-data.md").read_text("utf-8")
    commands, *code = re.findall(r"^```(?:python)?\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for line in (*commands.splitlines(), *commands.splitlines()):  # and the next night
        more = ("--register", LEGACY, "--register", "tiny") if " export " in line else ()
        ran = run("--data", folder, *shlex.split(line)[1:], *more)
        assert ran.code == 0, (line, ran.err)
    names: dict[str, Any] = {}
    for block in code:
        exec(block.replace(f"{LEGACY}/requests.csv", "tiny/requests.csv"), names)
    counted = names["counted"].fetchall()
    assert {register for register, *_ in counted} == {LEGACY, "tiny"}
    assert list(names["requests"]["published_recipient"]) == [f"'{HOSTILE}"]
    assert list(names["as_published"]["published_recipient"]) == [HOSTILE]
