"""A small sample, built once; a copy of it for a test that changes anything; and the command, in process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.sample import write_sample
from dashboard.settings import Settings, load_settings
from dashboard.warehouse.build import build
from tests.support.tiny import write_tiny


LEGACY = "sample-npd-requests"
SHARES = "sample-external-data-shares"


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


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


@pytest.fixture
def tiny(tmp_path: Path, run: Run) -> Settings:
    """The register `tiny` of two rows, as at 2021-03-31, built."""
    data = tmp_path / "data"
    assert run("--data", data, "add", "tiny", write_tiny(data), "--as-at", "2021-03-31").code == 0
    settings = load_settings(data)
    build(settings)
    return settings
