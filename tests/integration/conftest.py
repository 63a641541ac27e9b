"""A small sample, built once; a copy of it for a test that changes anything; and the command, in process."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.sample import write_sample


LEGACY = "sample-npd-requests"
SHARES = "sample-external-data-shares"

TINY = """
id = "tiny"
title = "A register of three columns"
publisher = "Nobody"

[[layout]]
era = "only"
date_order = "ymd"

[[layout.sheet]]
name = "*"
rows = "release"

[layout.sheet.columns]
reference = ["Reference"]
recipient = ["Organisation"]
released_date = ["Released"]
"""


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def tree(folder: Path) -> dict[str, str]:
    """Every file under `folder` by its content. Lock files are empty and are not data."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def write_tiny(folder: Path, rows: str = "A1,Somebody Ltd,2020-03-04\nA2,Another Ltd,2021-06-07\n") -> Path:
    """Describe the register `tiny` in a data folder and write a file of it beside the folder."""
    (folder / "registers").mkdir(parents=True, exist_ok=True)
    (folder / "registers" / "tiny.toml").write_text(TINY, "utf-8")
    path = folder.parent / "tiny.csv"
    path.write_text(f"Reference,Organisation,Released\n{rows}", "utf-8")
    return path


@pytest.fixture(autouse=True)
def no_data_folder_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACCESS_REVIEW_DATA", raising=False)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in this process. A traceback fails the test by itself: nothing is caught."""

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as stop:  # argparse: --help and wrong usage
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The editions of a small sample, oldest first, by register."""
    found: dict[str, list[Path]] = {}
    for edition in write_sample(tmp_path_factory.mktemp("sample"), requests=80, editions=2):
        found.setdefault(edition.register, []).append(edition.path)
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, sample: dict[str, list[Path]]) -> Path:
    """A data folder with the sample added and built. Not to be changed: use `data` for that."""
    folder = tmp_path_factory.mktemp("built") / "data"
    for register, paths in sample.items():
        assert main(["--data", str(folder), "add", register, *map(str, paths)]) == 0
    assert main(["--data", str(folder), "build"]) == 0
    return folder


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the built folder, to change."""
    folder = tmp_path / "data"
    shutil.copytree(built, folder)
    return folder
