"""Names meant to be obeyed: inert in CSV, whole in JSON, without control characters on a terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dashboard.cli import aligned, main
from dashboard.measures import MEASURES
from dashboard.sample import write_sample
from dashboard.text import defuse
from tests.integration.conftest import LEGACY, SHARES, Run
from tests.support.tiny import write_tiny


FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for edition in write_sample(folder / "sample", requests=30, editions=2, hostile=True):
        arguments = ["--data", str(folder / "data"), "add", edition.register, str(edition.path)]
        assert main(arguments) == 0
    assert main(["--data", str(folder / "data"), "build"]) == 0
    return folder / "data"


def everything(*extra: str) -> list[list[str]]:
    by_recipient = ["measure", "recipients", "--by", "recipient"]
    rows = [["measure", name, "--rows"] for name, m in MEASURES.items() if m.rows_query]
    found = [
        ["issues"],
        ["status"],
        ["aliases", "--threshold", "0"],
        *(["measure", name] for name in MEASURES),
        *rows,
        by_recipient,
    ]
    return [[*listing, *extra] for listing in found]


@pytest.mark.parametrize("register", [LEGACY, SHARES])
def test_in_csv_no_text_begins_a_formula_and_nothing_else_is_changed(
    register: str, hostile: Path, run: Run
) -> None:
    defused = 0
    for listing in everything():
        named = [] if listing == ["status"] else ["--register", register]
        rows = list(csv.reader(io.StringIO(run("--data", hostile, *listing, *named, "--format", "csv").out)))
        record = json.loads(run("--data", hostile, *listing, *named, "--format", "json").out)["rows"]
        for cells, row in zip(rows[1:], record, strict=True):
            for cell, value in zip(cells, row.values(), strict=True):
                if isinstance(value, str):
                    assert not cell.startswith(FORMULA), (listing, cell)
                    assert cell in (value, "'" + value)
                    defused += cell != value
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    assert not cell.startswith("'")  # a negative number is a number
    assert defused > 0


def test_the_names_are_whole_in_json(hostile: Path, run: Run) -> None:
    found = run(
        "--data",
        hostile,
        "measure",
        "top-recipients",
        "--register",
        LEGACY,
        "--limit",
        "1000",
        "--format",
        "json",
    )
    names = [row["recipient"] for row in json.loads(found.out)["rows"]]
    assert any(name.startswith("=HYPERLINK(") for name in names)
    assert any("<img" in name or "<script" in name for name in names)


def test_on_a_terminal_nothing_is_obeyed(hostile: Path, run: Run) -> None:
    for listing in everything("--format", "table"):
        ran = run("--data", hostile, *listing)
        assert ran.code == 0
        assert all(c.isprintable() or c == "\n" for c in ran.out + ran.err), listing


def test_a_table_cell_has_no_control_character() -> None:
    text = "\x1b]0;owned\x07\x1b[2J\r\n\t\x9b31m\u202e\u200b\x00end"
    out = aligned(["name"], [[text]])
    assert out.count("\n") == 3
    assert all(c.isprintable() or c == "\n" for c in out)
    assert "end" in out


@pytest.mark.parametrize("text", [f"{start}1+1" for start in FORMULA])
def test_every_start_of_a_formula_is_defused(text: str) -> None:
    assert defuse(text) == "'" + text


def test_formulas_behind_spaces_tabs_and_line_ends(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    cells = (
        "\t=1+1",
        "\r\n=1+1",
        "  =1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\x00=1+1"[1:],
        "-1+1",
        "@SUM(1)",
        "+44 20 7946 0000",
    )
    rows = "".join(f'"R{i}","{cell}",2020-01-{i + 1:02}\n' for i, cell in enumerate(cells))
    assert run("--data", folder, "add", "tiny", write_tiny(folder, rows)).code == 0
    assert run("--data", folder, "build").code == 0
    for listing in everything("--format", "csv"):
        named = [] if listing[0] == "status" else ["--register", "tiny"]
        out = run("--data", folder, *listing, *named).out
        for row in csv.reader(io.StringIO(out)):
            assert not [c for c in row if c.startswith(("=", "@", "+", "\t", "\r"))], listing
