"""Warehouses shared by the tests: the synthetic sample and the real registers, each built once a session."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard.sample import LEGACY, SHARES, SampleEdition, write_sample
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.warehouse.build import BuildReport, build
from tests.support.warehouse import PHE_FILE, SUDBURY_FILE, add_files


@dataclass(frozen=True)
class Built:
    """A data folder with a build in force, open for questions."""

    settings: Settings
    report: BuildReport
    store: Store


@dataclass(frozen=True)
class BuiltSample(Built):
    folder: Path  # where the workbooks lie
    editions: list[SampleEdition]
    truth: dict[str, Any]  # sample-truth.json


@pytest.fixture(autouse=True)
def _own_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reaches the checkout's own editions or builds, whatever a shell has set."""
    monkeypatch.setenv("ACCESS_REVIEW_DATA", str(tmp_path_factory.getbasetemp() / "no-data-here"))


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltSample]:
    """Both sample registers, added with their publication dates and built."""
    base = tmp_path_factory.mktemp("sample")
    written = write_sample(base / "workbooks")
    for name in (LEGACY, SHARES):
        mine = [e for e in written if e.register == name]
        settings = add_files(
            base / "data", name, *(e.path for e in mine), published=[e.published for e in mine]
        )
    report = build(settings)
    truth = json.loads((base / "workbooks" / "sample-truth.json").read_text("utf-8"))
    with Store(settings) as store:
        yield BuiltSample(settings, report, store, base / "workbooks", written, truth)


@pytest.fixture(scope="session")
def sample_store(sample_data: BuiltSample) -> Store:
    return sample_data.store


@pytest.fixture(scope="session")
def real_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The published registers of PHE and Sudbury, and the DfE facts that ship, from an empty data folder."""
    missing = [str(path) for path in (PHE_FILE, SUDBURY_FILE) if not path.is_file()]
    if missing:
        pytest.skip(
            f"the published registers are not here ({missing[0]}): "
            "set ACCESS_REVIEW_REALDATA to the folder that holds them"
        )
    data = tmp_path_factory.mktemp("real") / "data"
    add_files(data, "phe-odr", PHE_FILE)
    settings = add_files(data, "sudbury-foi", SUDBURY_FILE)
    report = build(settings)
    with Store(settings) as store:
        yield Built(settings, report, store)


@pytest.fixture(scope="session")
def real_store(real_data: Built) -> Store:
    return real_data.store
