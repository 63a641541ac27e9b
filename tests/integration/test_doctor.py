"""`doctor`: each thing tried for real, and each fault found and named with how to mend it."""

from __future__ import annotations

import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard import doctor
from dashboard.doctor import Check, examine
from dashboard.files import lock
from dashboard.reports import runs
from dashboard.reports.order import Order
from dashboard.settings import Settings, load_settings
from tests.integration.conftest import Run


NAMES = [
    "python", "packages", "kernel", "fonts", "pdf", "folder data", "folder editions", "folder builds",
    "folder reviews", "folder temporary", "space", "space temporary", "memory", "locks", "archive", "build", "runs",
    "clock",
]  # fmt: skip


def one(checks: list[Check], name: str) -> Check:
    return next(c for c in checks if c.name == name)


def trial(settings: Settings, name: str) -> list[Check]:
    """One trial alone, in the way `examine` takes it."""
    return list(getattr(doctor, f"_{name}")(settings))


def test_a_machine_that_is_well_is_said_to_be(tiny: Settings, run: Run) -> None:
    began = time.monotonic()
    ran = run("--data", tiny.data, "doctor", "--format", "json")
    took = time.monotonic() - began
    said = json.loads(ran.out)
    assert [row["check"] for row in said["rows"]] == NAMES
    assert not [row for row in said["rows"] if row["status"] == "problem"], ran.out
    assert (ran.code, said["ok"], ran.err) == (0, True, "")
    assert took > sum(row["seconds"] for row in said["rows"]) - 1
    table = run("--data", tiny.data, "doctor").out
    assert all(f" {name} " in table for name in NAMES)


def test_an_empty_folder_is_no_problem(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "not" / "made")
    assert [c.status for c in trial(settings, "folders")] == ["ok"] * 5
    [check] = trial(settings, "build")
    assert (check.status, check.mend) == ("note", "run 'access-review build'")
    assert not (tmp_path / "not").exists()


def test_what_is_wrong_is_named_with_how_to_mend_it(
    tiny: Settings, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Everything at once, and each problem is said by itself."""
    monkeypatch.setattr(doctor, "FONTS", (str(tmp_path / "none"),))
    monkeypatch.setattr(doctor, "ROOM", 10**12)
    monkeypatch.setattr(doctor, "MEMORY", 10**12)
    monkeypatch.setattr(doctor, "DAWN", datetime.now(UTC) + timedelta(days=3))
    monkeypatch.setattr(doctor, "KERNEL_LIMIT", 0)
    [file] = tiny.editions.glob("tiny/*/*.csv")
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    runs.begin(tiny, Order(today=datetime.now(UTC).date(), if_new=True).asked())
    ran = run("--data", tiny.data, "doctor", "--format", "json")
    rows = {row["check"]: row for row in json.loads(ran.out)["rows"]}
    assert ran.code == 1
    wrong = {"kernel", "fonts", "space", "space temporary", "memory", "archive", "runs", "clock"}
    assert {name for name, row in rows.items() if row["status"] == "problem"} == wrong
    assert all(rows[name]["mend"] for name in wrong)
    assert "8 problems: kernel, fonts," in ran.err
    assert str(file) in rows["archive"]["words"]
    assert "without a word" in rows["runs"]["words"]


def test_packages_out_of_their_range_are_named(
    tiny: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = "colorama; sys_platform == 'win32'"
    needs = f'[project]\ndependencies = ["duckdb>=99", "no-such-package", "numpy", "{elsewhere}"]\n'
    (tmp_path / "pyproject.toml").write_text(needs, "utf-8")
    monkeypatch.setattr(doctor, "CHECKOUT", tmp_path)
    [check] = trial(tiny, "packages")
    assert check.status == "problem"
    assert "duckdb is " in check.words
    assert "not >=99; no-such-package is missing" in check.words
    assert "numpy" not in check.words


def test_folders_that_cannot_be_written_are_named(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*arguments: object, dir: Path, **options: object) -> str:
        if Path(dir) == tiny.builds:
            raise OSError(30, "Read-only file system", str(dir))
        return real(*arguments, dir=dir, **options)  # type: ignore[call-overload, no-any-return]

    real = tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", refuses)
    checks = trial(tiny, "folders")
    assert [c.name for c in checks if c.status == "problem"] == ["folder builds"]
    assert "Read-only file system" in one(checks, "folder builds").words
    assert not list(tiny.data.rglob(".doctor-*"))


def test_locks_that_are_held_are_a_note_and_a_build_that_cannot_be_read_a_problem(tiny: Settings) -> None:
    with lock(tiny.builds / ".lock", "building"):
        [check] = trial(tiny, "locks")
    assert check.status == "note"
    assert "building now" in check.words
    [path] = tiny.builds.glob("*.duckdb")
    os.truncate(path, 4096)
    check = one(examine(tiny), "build")
    assert check.status == "problem"
    assert path.name in check.words
    assert check.mend
