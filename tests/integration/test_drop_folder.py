"""`add REGISTER FOLDER`: every workbook in it, in order of name; one failure stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conftest import Run
from tests.support.tiny import TINY, tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "registers").mkdir(parents=True)
    as_at = (
        "as_at = [{ from = \"file_name\", pattern = '(?P<date>\\d{4}-\\d{2}-\\d{2})' }]\n\n[[layout.sheet]]"
    )
    (data / "registers" / "tiny.toml").write_text(TINY.replace("[[layout.sheet]]", as_at), "utf-8")
    return data


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """Three editions, one of which is no workbook, and what else lies about in a folder of downloads."""
    drop = tmp_path / "drop"
    (drop / "more").mkdir(parents=True)
    for day in ("2021-03-31", "2021-06-30", "2021-12-31"):
        (drop / f"shares_{day}.csv").write_text(
            f"Reference,Organisation,Released\nA-{day},Somebody,2020-03-04\n"
        )
    (drop / "shares_2021-09-30.csv").write_bytes(b"%PDF-1.7\n")
    for other in (
        ".DS_Store",
        ".~lock.shares_2021-03-31.csv#",
        "~$shares_2021-03-31.csv",
        "shares.csv.crdownload",
        "read me.txt",
    ):
        (drop / other).write_text("x")
    return drop


def test_each_is_taken_and_one_failure_stops_no_other(folder: Path, drop: Path, run: Run) -> None:
    ran = run("--data", folder, "add", "tiny", drop)
    assert ran.code == 1
    added = [line.split(": added ")[1] for line in ran.out.splitlines() if ": added " in line]
    assert added == ["shares_2021-03-31.csv", "shares_2021-06-30.csv", "shares_2021-12-31.csv"]
    assert "shares_2021-09-30.csv is a PDF document" in ran.err
    assert "1 file of 4 could not be added; the others were" in ran.err
    for passed in (
        ".DS_Store: a hidden file",
        ".~lock.shares_2021-03-31.csv#: a hidden file",
        "~$shares_2021-03-31.csv: a temporary file",
        "shares.csv.crdownload: a temporary file",
        "read me.txt: not a workbook by its name",
        "more: a folder inside the folder",
    ):
        assert f"passed over: {passed}" in ran.err
    before = tree(folder)
    (drop / "shares_2021-09-30.csv").unlink()
    again = run("--data", folder, "add", "tiny", drop)
    assert again.code == 0
    assert again.out.count("nothing changed") == 3
    assert again.err.count("Next: access-review build") == 1
    assert tree(folder) == before


def test_dry_run_changes_nothing(folder: Path, drop: Path, run: Run) -> None:
    before = tree(folder)
    ran = run("--data", folder, "add", "tiny", drop, "--dry-run")
    assert ran.code == 1  # the one that is no workbook
    assert ran.out.count("would add") == 3
    assert tree(folder) == before


def test_what_is_said_of_one_file_is_not_said_of_several(folder: Path, drop: Path, run: Run) -> None:
    for option in (["--as-at", "2021-01-31"], ["--published", "2022-01-31"], ["--replaces"]):
        ran = run("--data", folder, "add", "tiny", drop, *option)
        assert ran.code == 2
        assert "about one file" in ran.err
    assert not (folder / "editions").exists()


def test_a_folder_with_nothing_in_it(folder: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("--data", folder, "add", "tiny", tmp_path / "empty")
    assert ran.code == 1
    assert "the folder holds no workbook" in ran.err
    assert "Next: " in ran.err


def test_a_register_that_is_not_described_is_said_once(folder: Path, drop: Path, run: Run) -> None:
    ran = run("--data", folder, "add", "tinny", drop)
    assert ran.code == 2
    assert ran.err.count("did you mean 'tiny'?") == 1


def test_a_folder_that_may_not_be_read(
    folder: Path, drop: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    ran = run("--data", folder, "add", "tiny", drop)
    assert ran.code == 1
    assert f"{drop} cannot be read: Permission denied" in ran.err
