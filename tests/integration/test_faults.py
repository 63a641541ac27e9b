"""A bounded part of `make faults`, and `add` stopped at every step that touches the disk."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import editions
from dashboard.settings import CHECKOUT, load_settings
from tests.integration.conftest import Run
from tests.support.tiny import tree, write_tiny


def test_faults_tried_for_real() -> None:
    only = "two builders,full disk,read-only,sidecar,bits changed"
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.faults", "--quick", "--only", only],
        check=False, capture_output=True, text=True, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    total = next(line for line in done.stdout.splitlines() if line.startswith("all "))
    tried = int(total.split()[1])
    # Where the system allows no mount namespace the disks are not tried, and the command says so.
    assert tried >= (9 if "not tried" in done.stdout else 17), done.stdout


def test_renders_killed_for_real() -> None:
    """A few of the kill points of `make faults`: only whole reviews after each, and the next run recovers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.faults", "--quick", "--only", "render dies,render: one killed"],
        check=False, capture_output=True, text=True, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    total = next(line for line in done.stdout.splitlines() if line.startswith("all "))
    assert int(total.split()[1]) >= 6, done.stdout


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it but `finally`."""


STEPS = ("replace", "rename", "fsync", "unlink", "chmod", "open", "mkdir", "rmdir", "sendfile")


def stopped_at(
    monkeypatch: pytest.MonkeyPatch, run: Run, data: Path, file: Path, step: int, stop: Callable[[str], None]
) -> tuple[int, list[str]]:
    """`add` with every call that writes, flushes, moves or removes counted, and `stop` at one of them."""
    names: list[str] = []

    def watched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            names.append(name)
            if len(names) == step:
                stop(name)
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in STEPS:
            if hasattr(os, name):
                patch.setattr(os, name, watched(name, getattr(os, name)))
        try:
            code = run("--data", data, "add", "tiny", file, "--as-at", "2021-01-01").code
        except Killed:
            code = -9
    return code, names


def test_add_stopped_at_each_step_archives_all_or_nothing(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = tmp_path / "clean"
    file = write_tiny(clean)
    assert run("--data", clean, "add", "tiny", file, "--as-at", "2020-01-01").code == 0
    before = tree(clean)
    file.write_text(file.read_text() + "A3,Third Ltd,2020-05-05\n")
    _, names = stopped_at(
        monkeypatch, run, shutil.copytree(clean, tmp_path / "count"), file, 0, lambda _: None
    )
    whole = set(tree(tmp_path / "count")) - set(before)
    assert len(names) > 6
    assert {"rename", "fsync"} <= set(names)

    def dies(name: str) -> None:
        raise Killed(name)

    def refuses(name: str) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), name)

    archived = 0
    for stop in (dies, refuses):
        for step in range(1, len(names) + 1):
            data = shutil.copytree(clean, tmp_path / f"{stop.__name__}-{step}")
            code, _ = stopped_at(monkeypatch, run, data, file, step, stop)
            now = tree(data)
            assert before.items() <= now.items()
            added = {name for name in set(now) - set(before) if "/." not in name}
            assert added in (set(), whole), (stop.__name__, step, added)
            assert code == 0 or stop is dies or not added or step == len(names)
            archived += bool(added)
            listed = [e.edition for e in editions.list_editions(load_settings(data)) if e.register == "tiny"]
            assert listed == ["2020-01-01", *(["2021-01-01"] if added else [])]
            assert run("--data", data, "add", "tiny", file, "--as-at", "2021-01-01").code == 0
            assert {n for n in set(tree(data)) - set(before) if "/." not in n} == whole
            shutil.rmtree(data)
    print(f"\nstopped at each of {len(names)} steps, twice; {archived} had archived it by then")


def test_an_add_that_waited_for_no_lock_sees_what_another_did(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another add ends between this one's first look and its lock."""
    data = tmp_path / "data"
    file = write_tiny(data)
    other = tmp_path / "other.csv"
    other.write_text(file.read_text() + "A3,Third Ltd,2020-05-05\n")
    real = editions.match
    for first, second, code in ((file, other, 1), (other, other, 0)):
        shutil.rmtree(data / "editions", ignore_errors=True)
        ready = True

        def match(*arguments: object, first: Path = first) -> object:
            nonlocal ready
            if ready:
                ready = False
                assert run("--data", data, "add", "tiny", first, "--as-at", "2021-01-01").code == 0
            return real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(editions, "match", match)
        ran = run("--data", data, "add", "tiny", second, "--as-at", "2021-01-01")
        assert ran.code == code, ran
        assert "has an edition as at 2021-01-01 already" in ran.err if code else "nothing changed" in ran.out
        assert len(list((data / "editions" / "tiny").iterdir())) == 1


def test_a_replacement_is_numbered_after_the_last_one(tmp_path: Path, run: Run) -> None:
    data = tmp_path / "data"
    file = write_tiny(data)
    for number in range(4):
        file.write_text(file.read_text() + f"B{number},Somebody Ltd,2020-05-05\n")
        ran = run("--data", data, "add", "tiny", file, "--as-at", "2021-01-01", "--replaces")
        assert ran.code == 0, ran.err
        if number == 2:
            shutil.rmtree(data / "editions" / "tiny" / "2021-01-01.2")
    assert sorted(p.name for p in (data / "editions" / "tiny").iterdir()) == [
        "2021-01-01", "2021-01-01.3", "2021-01-01.4"
    ]  # fmt: skip


def test_a_long_name_is_archived_under_a_shorter_one(tmp_path: Path, run: Run) -> None:
    data = tmp_path / "data"
    file = write_tiny(data)
    long = file.rename(file.with_name("é" * 120 + ".csv"))
    assert run("--data", data, "add", "tiny", long).code == 0
    [kept] = (data / "editions" / "tiny").glob("*/*.csv")
    assert kept.name.endswith("é.csv")
    assert len(kept.name.encode()) <= 200
