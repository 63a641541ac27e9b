"""`status --fail-if`: what a timer is told, and the exit code it acts on."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, write_sample
from dashboard.settings import load_settings
from dashboard.standing import standing
from dashboard.warehouse.build import build


@pytest.fixture
def data(tmp_path: Path) -> Path:
    settings = load_settings(tmp_path / "data")
    for edition in write_sample(tmp_path / "sample", requests=40, editions=1):
        if edition.register == LEGACY:
            add_edition(settings, load_registers(settings)[LEGACY], edition.path)
    return tmp_path / "data"


def review(data: Path, year: int, render: str = "abc") -> Path:
    folder = data / "reviews" / "april-review" / str(year) / render
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(f'{{"parameters": {{"year": {year}}}}}', "utf-8")
    return folder


def test_stale_until_built_and_again_when_something_is_added(data: Path) -> None:
    settings = load_settings(data)
    assert standing(settings, date(2019, 1, 1))["stale"] == "nothing is built yet"
    build(settings)
    assert "stale" not in standing(settings, date(2019, 1, 1))
    aliases = data / "reference" / "recipients_mine.csv"
    aliases.parent.mkdir()
    aliases.write_text("register,alias,recipient,type,relation,reason,reviewer,date\n", "utf-8")
    assert "run 'build'" in standing(settings, date(2019, 1, 1))["stale"]


@pytest.mark.parametrize(
    ("today", "reviewed", "overdue"),
    [
        (date(2019, 4, 30), 2018, False),  # due today is not overdue
        (date(2019, 5, 1), 2018, True),
        (date(2019, 5, 1), 2019, False),
        (date(2019, 1, 1), None, True),  # the review of 2018 was never made
        (date(2012, 1, 1), None, False),  # no edition was known then
    ],
)
def test_overdue_from_the_first_of_may(data: Path, today: date, reviewed: int | None, overdue: bool) -> None:
    if reviewed:
        review(data, reviewed)
    assert ("overdue" in standing(load_settings(data), today)) is overdue


def test_failed_until_a_later_render_succeeds(data: Path) -> None:
    left = data / "reviews" / "failed" / "april-review-2018-abc"
    left.mkdir(parents=True)
    settings = load_settings(data)
    assert "of 2018 failed" in standing(settings, date(2019, 1, 1))["failed"]
    made = review(data, 2018)
    os.utime(left, (1_000_000_000, 1_000_000_000))
    assert made.stat().st_mtime > left.stat().st_mtime
    assert "failed" not in standing(settings, date(2019, 1, 1))


def test_the_command_exits_1_only_for_the_flags_asked_for(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(data), "status", "--fail-if", "failed"]) == 0
    assert main(["--data", str(data), "status", "--fail-if", "failed,stale"]) == 1
    assert "status: stale: nothing is built yet" in capsys.readouterr().err
    assert main(["--data", str(data), "status", "--format", "json", "--fail-if", "stale"]) == 1
    assert "stale" in json.loads(capsys.readouterr().out)["flags"]
    with pytest.raises(SystemExit) as stopped:
        main(["--data", str(data), "status", "--fail-if", "late"])
    assert stopped.value.code == 2
