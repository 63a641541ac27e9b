"""The command line as docs/contract.md promises it: exit codes, streams, formats, no-ops."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard import measures
from dashboard.cli import parser
from dashboard.text import defuse
from tests.integration.conftest import LEGACY, SHARES, Run
from tests.support.tiny import tree, write_tiny


COMMANDS = [
    *(
        "sample",
        "inspect",
        "add",
        "build",
        "rollback",
        "withdraw",
        "status",
        "issues",
        "measure",
        "aliases",
        "serve",
    ),
    "render",
]


# Help and wrong usage


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_that_parses(command: str, run: Run) -> None:
    shown = run(command, "--help")
    assert (shown.code, shown.err) == (0, "")
    example = shown.out.split("example:\n")[1].strip()
    words = shlex.split(example)
    assert words[:2] == ["access-review", command]
    parser().parse_args(words[1:])
    assert "--data" in shown.out


def test_help_lists_every_command(run: Run) -> None:
    shown = run("--help")
    assert shown.code == 0
    assert not [c for c in COMMANDS if f"\n    {c} " not in shown.out]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["biuld"], "'biuld'"),
        (["measure"], "NAME"),
        (["measure", "volume"], "did you mean 'volumes'?"),
        (["measure", "nothing-like-it"], "measures are: volumes"),
        (["measure", "volumes", "--registre", "x"], "did you mean '--register'?"),
        (["measure", "volumes", "--reg", "x"], "--reg"),
        (["measure", "volumes", "--interval", "fortnight"], "month, quarter, year"),
        (["measure", "volumes", "--type", "universty"], "did you mean 'university'?"),
        (["measure", "volumes", "--from", "2018-02-30"], "'from' must be a day"),
        (["measure", "volumes", "--from", "2019", "--to", "2018"], "is after 'to'"),
        (["measure", "volumes", "--limit", "0"], "whole number from 1"),
        (["measure", "volumes", "--edition", "2018-03-31"], "'edition' needs 'register'"),
        (["measure", "volumes", "--register", "sample-npd-request"], f"did you mean '{LEGACY}'?"),
        (["measure", "volumes", "--register", LEGACY, "--edition", "1999-01-01"], "editions: "),
        (["measure", "volumes", "--format", "xml"], "'table', 'csv', 'json'"),
        (["issues", "--register", "sample-npd-request"], f"did you mean '{LEGACY}'?"),
        (["issues", "--severity", "dreadful"], "error"),
        (["aliases", "--register", "sample-npd-request"], f"did you mean '{LEGACY}'?"),
        (["aliases", "--threshold", "101"], "0 to 100"),
        (["aliases", "--limit", "0"], "above 0"),
        (["add", "sample-npd-request", "x.ods"], f"did you mean '{LEGACY}'?"),
        (["add", LEGACY, "x.ods", "--as-at", "yesterday"], "a day such as"),
        (["add", LEGACY, "x.ods", "y.ods", "--as-at", "2018-01-01"], "several were given"),
        (["sample", "x", "--requests", "0"], "above 0"),
        (["sample", "x", "--requests", "many"], "above 0"),
        (["serve", "--port", "70000"], "0 to 65535"),
        (["render", "april-review"], "--year"),
        (["render", "may-review", "--year", "2018"], "april-review"),
    ],
    ids=lambda v: " ".join(v)[:40] if isinstance(v, list) else "",
)
def test_wrong_usage_is_exit_2(arguments: list[str], words: str, built: Path, run: Run) -> None:
    before = tree(built)
    ran = run("--data", built, *arguments)
    assert ran.code == 2, ran.err
    assert ran.out == ""
    assert words in ran.err
    assert ran.err.startswith("access-review")
    if "no rows behind it" not in words and "several" not in words and "'from'" not in ran.err:
        assert "Next: " in ran.err or "longer" in ran.err or "'limit'" in ran.err
    assert tree(built) == before


def test_published_before_as_at_is_wrong_usage(
    tmp_path: Path, sample: dict[str, list[Path]], run: Run
) -> None:
    ran = run("--data", tmp_path / "d", "add", LEGACY, sample[LEGACY][0], "--published", "2001-01-01")
    assert ran.code == 2
    assert "cannot be before the as-at date" in ran.err
    assert not (tmp_path / "d").exists()


# The data folder


def test_data_before_after_and_from_the_environment(
    built: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    expected = run("--data", built, "status", "--format", "json")
    assert run("status", "--format", "json", "--data", built) == expected
    monkeypatch.setenv("ACCESS_REVIEW_DATA", str(other))
    assert json.loads(run("status", "--format", "json").out)["data"] == str(other)
    assert run("status", "--data", built, "--format", "json") == expected
    assert run("--data", built, "status", "--format", "json") == expected
    assert not other.exists()  # looking makes nothing


def test_shipped_registers_are_found_whatever_the_data_folder(tmp_path: Path, run: Run) -> None:
    status = json.loads(run("--data", tmp_path / "none", "status", "--format", "json").out)
    assert status["build"] is None
    assert {row["register"] for row in status["rows"]} == {"dfe-external-data-shares", "dfe-npd-requests"}


def test_nothing_built_yet_says_what_to_do(tmp_path: Path, run: Run) -> None:
    for arguments in (["measure", "volumes"], ["issues"], ["rollback"]):
        ran = run("--data", tmp_path / "none", *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert "access-review build" in ran.err
    assert not (tmp_path / "none").exists()


# Sample and inspect


def test_sample_prints_its_editions(tmp_path: Path, run: Run) -> None:
    ran = run("sample", tmp_path / "s", "--requests", 30, "--editions", 2, "--seed", 5)
    assert ran.code == 0
    lines = [line.split("\t") for line in ran.out.splitlines()]
    assert [line[0] for line in lines] == [LEGACY] * 2 + [SHARES] * 2
    assert all(Path(line[2]).is_file() and line[1] in line[2] for line in lines)
    assert "invented" in ran.err
    first = tree(tmp_path / "s")
    run("sample", tmp_path / "t", "--requests", 30, "--editions", 2, "--seed", 5)
    assert tree(tmp_path / "t") == first


def test_sample_parquet_can_be_added_and_built(tmp_path: Path, run: Run) -> None:
    ran = run("sample", tmp_path / "s", "--requests", 500, "--format", "parquet")
    paths = {line.split("\t")[0]: line.split("\t")[2] for line in ran.out.splitlines()}
    folder = tmp_path / "d"
    for register, path in paths.items():
        assert run("--data", folder, "add", register, path).code == 0
        assert "nothing changed" in run("--data", folder, "add", register, path).out
    assert run("--data", folder, "build").code == 0
    result = json.loads(
        run("--data", folder, "measure", "volumes", "--register", LEGACY, "--format", "json").out
    )
    assert result["rows"][0]["received"] > 100


def test_inspect_shows_sheets_headings_and_a_draft(tmp_path: Path, run: Run) -> None:
    file = write_tiny(tmp_path / "d")
    ran = run("--data", tmp_path / "none", "inspect", file)
    assert (ran.code, ran.err) == (0, "")
    assert "sheet 'tiny': 3 rows" in ran.out
    assert "row 1 looks like the header" in ran.out
    assert 'reference = ["Reference"]' in ran.out
    described = run("--data", tmp_path / "d", "inspect", file)
    assert "tiny: yes, 'only': 2 entries" in described.out


# Add


def test_add_same_bytes_again_changes_nothing(data: Path, sample: dict[str, list[Path]], run: Run) -> None:
    before = tree(data)
    ran = run("--data", data, "add", LEGACY, *sample[LEGACY])
    assert ran.code == 0
    assert ran.out.count("nothing changed") == 2
    assert tree(data) == before


def test_add_other_bytes_for_the_same_day_need_replaces(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "d"
    file = write_tiny(folder)
    assert run("--data", folder, "add", "tiny", file, "--as-at", "2021-12-31").code == 0
    write_tiny(folder, "A1,Somebody Ltd,2019-12-31\nA2,Another Ltd,2021-06-07\n")
    before = tree(folder)
    refused = run("--data", folder, "add", "tiny", file, "--as-at", "2021-12-31")
    assert (refused.code, refused.out) == (1, "")
    assert "--replaces" in refused.err
    assert tree(folder) == before
    added = run("--data", folder, "add", "tiny", file, "--as-at", "2021-12-31", "--replaces")
    assert added.code == 0
    assert "tiny 2021-12-31.2: added" in added.out
    assert before.items() <= tree(folder).items()  # the one replaced stays as it was
    assert run("--data", folder, "build").code == 0
    rows = json.loads(
        run("--data", folder, "measure", "editions", "--register", "tiny", "--format", "json").out
    )
    assert [r["edition"] for r in rows["rows"]] == ["2021-12-31", "2021-12-31.2"]
    assert [r["replaced_by"] for r in rows["rows"]] == ["2021-12-31.2", None]
    listed = run("--data", folder, "measure", "volumes", "--rows", "--register", "tiny", "--format", "json")
    released = [r["date"] for r in json.loads(listed.out)["rows"] if r["counted_as"] == "released"]
    assert released == ["2019-12-31", "2021-06-07"]  # each in the version last published


def test_a_dry_run_says_each_value_that_would_not_be_read(tmp_path: Path, run: Run) -> None:
    file = write_tiny(tmp_path / "d", "A1,Somebody Ltd,2020-03-04\nA2,,27.2.207\nA3,Another Ltd,2021-06-07\n")
    ran = run("--data", tmp_path / "d", "add", "tiny", file, "--dry-run")
    assert ran.code == 0
    assert "1 values could not be read, 1 warnings\n" in ran.out
    assert "error: sheet 'tiny' row 3, column C (Released): date_unreadable: '27.2.207'." in ran.out
    assert "warning: sheet 'tiny' row 3, column B (Organisation): recipient_missing" in ran.out
    real = run("--data", tmp_path / "d", "add", "tiny", file)
    assert "'access-review issues' after the build" in real.out
    assert "date_unreadable" not in real.out


def test_dry_run_changes_nothing(
    tmp_path: Path, built: Path, sample: dict[str, list[Path]], run: Run
) -> None:
    folder = tmp_path / "none"
    ran = run("--data", folder, "add", LEGACY, sample[LEGACY][0], "--dry-run")
    assert ran.code == 0
    assert "would add" in ran.out
    assert "rows read" in ran.out
    assert not folder.exists()
    before = tree(built)
    run("--data", built, "add", LEGACY, sample[LEGACY][0], "--as-at", "2019-01-01", "--dry-run")
    assert tree(built) == before


def test_as_at_inferred_is_a_warning_and_an_issue(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "d"
    ran = run("--data", folder, "add", "tiny", write_tiny(folder))
    assert ran.code == 0
    assert "tiny 2021-06-07: added" in ran.out
    assert "as_at_inferred" in ran.err
    assert "as_at_inferred" not in ran.out
    run("--data", folder, "build")
    found = run("--data", folder, "issues", "--register", "tiny", "--severity", "warning", "--format", "csv")
    assert ",as_at_inferred," in found.out


def test_given_as_at_and_address_are_kept(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "d"
    arguments = (
        "--as-at",
        "2021-12-31",
        "--published",
        "2022-02-01",
        "--url",
        'https://example.org/a?b="c"\n',
    )
    ran = run("--data", folder, "add", "tiny", write_tiny(folder), *arguments)
    assert ran.code == 0
    run("--data", folder, "build")
    [row] = json.loads(
        run("--data", folder, "measure", "editions", "--register", "tiny", "--format", "json").out
    )["rows"]
    assert (row["as_at"], row["published"], row["lag_days"]) == ("2021-12-31", "2022-02-01", 32)
    assert row["as_at_basis"] == "given"
    assert row["address"].startswith('https://example.org/a?b="c"')


@pytest.mark.parametrize(
    "name", ["edition.toml.csv", ".hidden.csv", "-dash.csv", "é" * 100 + ".csv", "a\nb.csv", "CURRENT"]
)
def test_strange_file_names_are_archived(name: str, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "d"
    file = write_tiny(folder).rename(tmp_path / name)
    ran = run("--data", folder, "add", "--as-at", "2021-12-31", "--", "tiny", file)
    assert ran.code == 0, ran.err
    assert run("--data", folder, "build").code == 0
    assert (
        run("--data", folder, "add", "--as-at", "2021-12-31", "tiny", file).out.count("nothing changed") == 1
    )


def test_a_file_called_like_the_sidecar_is_kept_whole(
    tmp_path: Path, sample: dict[str, list[Path]], run: Run
) -> None:
    folder = tmp_path / "d"
    file = tmp_path / "edition.toml"
    shutil.copyfile(sample[LEGACY][0], file)
    ran = run("--data", folder, "add", LEGACY, file, "--as-at", "2017-12-31")
    assert ran.code == 0, ran.err
    assert run("--data", folder, "build").code == 0
    kept = [p.read_bytes() for p in (folder / "editions" / LEGACY / "2017-12-31").iterdir()]
    assert file.read_bytes() in kept


# Build, rollback, status


def test_build_prints_what_it_read_and_is_a_no_op_again(data: Path, run: Run) -> None:
    for path in (data / "builds").iterdir():
        path.unlink()
    first = run("--data", data, "build")
    assert (first.code, first.err) == (0, "")
    assert "rows of 8 editions" in first.out
    assert "rejected" in first.out
    assert "corrected" in first.out
    before = tree(data)
    again = run("--data", data, "build")
    assert again.code == 0
    assert "nothing changed" in again.out
    assert again.out.splitlines()[1:] == first.out.splitlines()[1:]
    assert tree(data) == before


def test_rows_read_are_all_accounted_for(built: Path) -> None:
    [record] = [json.loads(p.read_text()) for p in (built / "builds").glob("*.json")]
    assert record["rows_read"] == record["entries"] + record["person_counts"] + record["rows_explained"]


def test_strict_fails_on_errors_and_still_builds(data: Path, run: Run) -> None:
    ran = run("--data", data, "build", "--strict")
    assert ran.code == 1
    assert "could not be read" in ran.err
    assert "build " in ran.out
    assert run("--data", data, "status").code == 0


def test_rollback_goes_back_and_says_when_it_cannot(data: Path, tmp_path: Path, run: Run) -> None:
    first = json.loads(run("--data", data, "status", "--format", "json").out)["build"]
    alone = run("--data", data, "rollback")
    assert (alone.code, alone.out) == (1, "")
    assert "no earlier build" in alone.err
    run("--data", data, "add", "tiny", write_tiny(data))
    run("--data", data, "build")
    second = json.loads(run("--data", data, "status", "--format", "json").out)["build"]
    assert second != first
    ran = run("--data", data, "rollback")
    assert ran.code == 0
    assert first in ran.out
    assert second in ran.out
    status = json.loads(run("--data", data, "status", "--format", "json").out)
    assert status["build"] == first
    assert [r["in_build"] for r in status["rows"] if r["register"] == "tiny"] == [False]
    # what was left is not built again, only put back in force
    assert "nothing changed" in run("--data", data, "build").out
    assert json.loads(run("--data", data, "status", "--format", "json").out)["build"] == second


def test_status_names_build_editions_issues_and_review(built: Path, run: Run) -> None:
    status = json.loads(run("--data", built, "status", "--format", "json").out)
    assert status["build"] == (built / "builds" / "CURRENT").read_text().strip()
    assert status["issues"]["error"] > 0
    assert status["last_review"] is None
    assert all(row["in_build"] for row in status["rows"])
    table = run("--data", built, "status").out
    assert status["build"] in table


# Listings


LISTINGS = [
    ["status"],
    ["issues"],
    ["issues", "--register", LEGACY, "--severity", "error"],
    ["measure", "list"],
    ["aliases", "--threshold", "0"],
    *[["measure", name] for name in measures.MEASURES],
    *[["measure", name, "--rows"] for name in measures.MEASURES],
    ["measure", "volumes", "--register", LEGACY, "--interval", "quarter", "--by", "type"],
    ["measure", "turnaround", "--register", LEGACY, "--target", "60", "--by", "tier", "--unit", "working"],
    ["measure", "recipients", "--register", SHARES, "--by", "recipient"],
]


def spelt(value: object) -> str:
    """A JSON value as the CSV spells it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return defuse(value) if isinstance(value, str) else str(value)


def same(cell: str, value: object) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(cell) == pytest.approx(value, abs=1e-6)
    return cell == spelt(value)


@pytest.mark.parametrize("listing", LISTINGS, ids=" ".join)
def test_table_csv_and_json_agree(listing: list[str], built: Path, run: Run) -> None:
    ran = {form: run("--data", built, *listing, "--format", form) for form in ("table", "csv", "json")}
    assert {r.code for r in ran.values()} == {0}
    rows = list(csv.reader(io.StringIO(ran["csv"].out)))
    record: dict[str, Any] = json.loads(ran["json"].out)
    assert [list(r) for r in record["rows"]] == [rows[0]] * len(record["rows"])
    assert len(rows) - 1 == len(record["rows"])
    for cells, row in zip(rows[1:], record["rows"], strict=True):
        assert all(map(same, cells, row.values())), (cells, row)
    lines = ran["table"].out.splitlines()
    above = 5 + len(record["flags"]) if listing == ["status"] else 0  # build, issues, flags that are up
    assert len(lines) - 2 - above == len(record["rows"])
    assert "\r" not in ran["csv"].out
    # what is said beside the rows is the same whatever the format, and never among them
    assert len({r.err for r in ran.values()}) == 1
    for note in record.get("notes", []):
        assert note.split()[0] in ran["csv"].err
        assert note not in ran["csv"].out


def test_without_register_rows_are_never_pooled(built: Path, run: Run) -> None:
    pooled = run("--data", built, "measure", "volumes", "--format", "csv").out.splitlines()
    assert pooled[0].startswith("register,interval_start,")
    named = run("--data", built, "measure", "volumes", "--register", LEGACY, "--format", "csv").out
    assert named.startswith("interval_start,")
    # sample registers only when named, or when nothing else is there
    assert {line.split(",")[0] for line in pooled[1:]} == {"dfe-external-data-shares", "dfe-npd-requests"}


# As a process: streams, a reader that goes away, an odd terminal


def command(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *map(str, arguments)],
        capture_output=True, timeout=60, env=environment, check=False, **options,
    )  # fmt: skip


def test_as_a_process_results_and_messages_part(built: Path) -> None:
    ran = command("measure", "volumes", "--format", "csv", env={"ACCESS_REVIEW_DATA": str(built)})
    assert ran.returncode == 0
    assert ran.stdout.startswith(b"register,")
    assert ran.stderr.startswith(b"Note: ")
    assert b"\x1b" not in ran.stdout + ran.stderr
    assert b"\r" not in ran.stdout + ran.stderr  # no progress bar off a terminal


def test_output_is_utf8_whatever_the_terminal(built: Path) -> None:
    odd = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for form in ("table", "csv", "json"):
        expected = command("--data", built, "issues", "--format", form, env={"PYTHONUTF8": "1"})
        ran = command("--data", built, "issues", "--format", form, env=odd)
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout == expected.stdout


@pytest.mark.parametrize("listing", ["issues", "measure list"])
def test_a_reader_that_goes_away_is_not_a_failure(listing: str, built: Path) -> None:
    root = Path(__file__).parents[2]
    python = shlex.quote(sys.executable)
    line = f"set -o pipefail; {python} -m dashboard --data {built} {listing} --format csv | true"
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": ""}
    ran = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, env=environment, check=False)
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert b"Broken" not in ran.stderr
    assert b"Traceback" not in ran.stderr
