"""The timer's command with real renders: a kernel that dies, a measure that raises, a time limit, a process killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import main
from dashboard.reports import runs
from dashboard.reviews import list_reviews
from dashboard.settings import CHECKOUT, Settings, load_settings
from dashboard.standing import standing
from tests.load.render_faults import family, gone, is_kernel
from tests.load.timers import expected, walk


# Every Python that a run starts takes its notebook from here, where the test puts one that goes wrong.
OTHER_NOTEBOOK = """
import os
if "TEST_NOTEBOOKS" in os.environ:
    from pathlib import Path
    from dashboard.settings import Settings
    Settings.notebooks = Path(os.environ["TEST_NOTEBOOKS"])
"""
DAY = date(2021, 5, 3)
# The first kernel that comes this way dies, the next one finds the mark.
DIES_ONCE = (
    "import os, pathlib; mark = pathlib.Path(os.environ['TEST_NOTEBOOKS'], 'died')\\n"
    "if not mark.exists(): mark.touch(); os.kill(os.getpid(), 9)\\n"
    "review.recipients()"
)


@dataclass(frozen=True)
class Ran:
    code: int
    said: dict[str, Any]
    err: str
    seconds: float


@dataclass(frozen=True)
class Machine:
    """A data folder with the register `tiny` built, and the command as a timer calls it."""

    settings: Settings
    base: Path

    def words(self, *options: object) -> list[str]:
        data = str(self.settings.data)
        words = [
            sys.executable,
            "-m",
            "dashboard",
            "--data",
            data,
            "render",
            "april-review",
            "--register",
            "tiny",
        ]
        return [*words, "--year", "2021", "--no-pdf", "--format", "json", *map(str, options)]

    def environment(self) -> dict[str, str]:
        found = {**os.environ, "PYTHONPATH": os.pathsep.join([str(self.base), str(CHECKOUT)])}
        return {**found, "TEST_NOTEBOOKS": str(self.base / "notebooks")}

    def notebook(self, call: str = "review.recipients()") -> None:
        """The notebook of the project with another call in one of its cells."""
        text = (CHECKOUT / "notebooks" / "april_review.ipynb").read_text("utf-8")
        assert "review.recipients()" in text
        (self.base / "notebooks" / "april_review.ipynb").write_text(
            text.replace("review.recipients()", call), "utf-8"
        )

    def run(self, *options: object) -> Ran:
        began = time.monotonic()
        done = subprocess.run(
            self.words(*options),
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
            env=self.environment(),
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, json.loads(done.stdout), done.stderr, time.monotonic() - began)

    def reviews(self) -> list[Path]:
        """Every review, and that nothing half-made lies among them."""
        archive = self.settings.reviews / "april-review"
        there = [p for p in archive.glob("*/*") if not p.name.startswith(".")]
        assert sorted(there) == sorted(r.folder for r in list_reviews(self.settings))
        return there


@pytest.fixture
def machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Machine:
    from tests.support.tiny import write_tiny

    data = tmp_path / "data"
    file = write_tiny(data)
    assert main(["--data", str(data), "add", "tiny", str(file), "--as-at", "2021-03-31"]) == 0
    assert main(["--data", str(data), "build"]) == 0
    (tmp_path / "sitecustomize.py").write_text(OTHER_NOTEBOOK, "utf-8")
    (tmp_path / "notebooks").mkdir()
    made = Machine(load_settings(data), tmp_path)
    made.notebook()
    return made


def test_a_kernel_that_dies_is_tried_again(machine: Machine) -> None:
    machine.notebook(DIES_ONCE)
    ran = machine.run()
    assert (ran.code, ran.said["status"]) == (0, "rendered"), ran.err
    assert "Kernel died" in ran.err
    assert "trying again" in ran.err
    second, first = runs.list_runs(machine.settings)
    assert (first.attempt, first.status, second.attempt, second.status) == (1, "failed", 2, "rendered")
    assert machine.reviews() == [Path(ran.said["folder"])]
    assert "failed" not in standing(machine.settings, DAY)
    [kept] = (machine.settings.reviews / "failed").iterdir()
    assert "Kernel died" in (kept / "reason.txt").read_text("utf-8")


def test_a_measure_that_raises_is_never_tried_again_and_leaves_the_review_before(machine: Machine) -> None:
    before = machine.run().said["folder"]
    machine.notebook("review.store.query('no_such')")
    ran = machine.run("--on-failure", f"sh -c 'cat > {machine.base}/told'", "--retries", 3)
    assert (ran.code, ran.said["status"]) == (1, "failed")
    assert "there is no query 'no_such'" in ran.said["reason"]
    assert "\n  Next: the notebook and the reason are kept in" in ran.err
    assert len(runs.list_runs(machine.settings)) == 2
    told = json.loads((machine.base / "told").read_text("utf-8"))
    assert (told["status"], told["exit"], told["asked"]["years"]) == ("failed", 1, [2021])
    assert machine.reviews() == [Path(before)]
    [kept] = (machine.settings.reviews / "failed").iterdir()
    assert (kept / "reason.txt").read_text(
        "utf-8"
    ).strip() == "AccessReviewError: there is no query 'no_such'"
    cells = json.loads((kept / "april_review.ipynb").read_text("utf-8"))["cells"]
    assert any(o["output_type"] == "error" for c in cells for o in c.get("outputs", []))
    # Mended: nothing is new, for what it rests on is what it was.
    machine.notebook()
    ran = machine.run("--if-new")
    assert (ran.said["status"], ran.said["folder"]) == ("nothing_new", before)


def _waits(machine: Machine) -> None:
    """Until the kernel hangs in a cell."""
    mark = machine.base / "notebooks" / "here"
    until = time.monotonic() + 120
    while not mark.exists():
        assert time.monotonic() < until
        time.sleep(0.05)


HANGS = (
    "import os, pathlib, time; pathlib.Path(os.environ['TEST_NOTEBOOKS'], 'here').touch(); time.sleep(600)\\n"
    "review.recipients()"
)


def _killed(machine: Machine, whom: Callable[[list[int]], int], number: signal.Signals) -> tuple[int, str]:
    """A run that hangs in a cell, one process of which is sent a signal; its end, after all of its processes'."""
    machine.notebook(HANGS)
    with subprocess.Popen(
        machine.words("--retries", 0), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=machine.environment(),
    ) as process:  # fmt: skip
        _waits(machine)
        pids = family(process.pid)
        assert any(map(is_kernel, pids))
        os.kill(whom(pids), number)
        _, err = process.communicate(timeout=120)
    gone(pids)
    assert machine.reviews() == []
    return process.returncode, err


@pytest.mark.parametrize(
    ("who", "number", "words"),
    [
        ("watcher", signal.SIGTERM, "cut short: it was stopped by SIGTERM"),
        ("worker", signal.SIGKILL, "broke off: it was ended by SIGKILL"),
        ("kernel", signal.SIGKILL, "Kernel died"),
    ],
)
def test_a_run_that_is_stopped_ends_its_kernel_and_says_so(
    machine: Machine, who: str, number: signal.Signals, words: str
) -> None:
    def whom(pids: list[int]) -> int:
        return {"watcher": pids[0], "worker": pids[1], "kernel": next(filter(is_kernel, pids))}[who]

    code, err = _killed(machine, whom, number)
    assert code == 1
    assert words in err
    assert "Traceback" not in err
    [run] = runs.list_runs(machine.settings)
    assert (run.status, run.exit) == ("failed", 1)
    assert words in run.reason


def test_killed_without_a_word_the_next_run_says_so_and_sweeps(machine: Machine) -> None:
    code, _ = _killed(machine, lambda pids: pids[0], signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert "without a word" in standing(machine.settings, DAY)["failed"]
    machine.notebook()
    ran = machine.run("--if-new")
    assert ran.said["status"] == "rendered"
    assert [p.name for p in (machine.settings.reviews / "april-review" / "2021").iterdir()] == [
        Path(ran.said["folder"]).name
    ]
    assert "failed" not in standing(machine.settings, DAY)


def test_a_render_that_takes_too_long_is_ended_and_its_notebook_kept(machine: Machine) -> None:
    machine.notebook(HANGS)
    ran = machine.run("--time-limit", 15)
    assert (ran.code, ran.said["status"]) == (1, "failed")
    assert "longer than 15 seconds" in ran.said["reason"]
    assert machine.reviews() == []
    [kept] = (machine.settings.reviews / "failed").iterdir()
    assert (kept / "april_review.ipynb").is_file()
    assert (kept / "reason.txt").read_text("utf-8").strip() == "it took too long"


def test_three_years_of_a_timer(tmp_path: Path) -> None:
    """The days on which something happens; `make timers` takes every day."""
    told = walk(tmp_path, every=400)
    assert expected(told) == []
    assert told.statuses["rendered"] == 4
    assert told.statuses["failed"] == 16
    print(f"\n{dict(told.statuses)} in {told.seconds:.0f} s")
