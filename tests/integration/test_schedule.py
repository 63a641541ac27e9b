"""What a timer's command decides and records, without a render: years, what is new, locks, hooks, limits, retries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.errors import AccessReviewError, UsageError
from dashboard.files import lock
from dashboard.reports import runs
from dashboard.reports.inputs import basis
from dashboard.reports.order import Order
from dashboard.reports.schedule import due_years, last_begun, run_order, take_in, whats_new
from dashboard.reports.supervise import Ended, Watch, call_hook, supervise
from dashboard.settings import CHECKOUT, Settings, load_settings
from dashboard.standing import standing
from tests.integration.conftest import Run
from tests.support.tiny import tree


DAY = date(2021, 5, 3)


def reviewed(settings: Settings, year: int, render: str = "abc", register: str = "tiny", **more: Any) -> Path:
    """A review as far as the schedule looks at one: its manifest."""
    folder = settings.reviews / "april-review" / str(year) / render
    folder.mkdir(parents=True)
    manifest = {
        "parameters": {"year": year, "register": register},
        "known_on": f"{year}-04-30",
        "basis": basis(settings, register, date(year, 4, 30), year),
        **more,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (folder / "times.json").write_text('{"started": "2021-04-02T06:30:00+00:00"}', "utf-8")
    return folder


def order(**more: Any) -> Order:
    return Order(**{"today": DAY, "if_new": True, "register": "tiny", **more})


@pytest.mark.parametrize(
    ("today", "year"),
    [
        (date(2021, 3, 31), 2020),
        (date(2021, 4, 1), 2021),
        (date(2021, 12, 31), 2021),
        (date(2022, 1, 1), 2021),
    ],
)
def test_a_review_is_due_from_the_first_of_april(today: date, year: int) -> None:
    assert last_begun(today) == year


@pytest.mark.parametrize(
    ("reviewed", "failed", "due"),
    [
        ([], [], [2021]),  # a first run renders one year, not ten
        ([2021], [], [2021]),
        ([2018], [], [2019, 2020, 2021]),  # missed since
        ([2015, 2020], [], [2021]),  # a gap that a person left
        ([2018, 2021], [2019], [2019, 2021]),  # a run could not render it
        ([2019, 2021], [2019, 2022], [2021]),
    ],
)
def test_which_aprils_a_run_looks_at(reviewed: list[int], failed: list[int], due: list[int]) -> None:
    assert due_years(reviewed, failed, DAY) == due


def test_what_is_new_is_named() -> None:
    before = {"edition 2020-12-31": "a", "reference/x.csv": "b", "method": "c"}
    assert whats_new(before, before) == ""
    now = {"edition 2021-03-31": "d", "reference/x.csv": "e", "method": "c"}
    assert whats_new(before, now) == (
        "edition 2020-12-31 has gone, edition 2021-03-31 is new, reference/x.csv has changed"
    )
    assert whats_new({}, {str(n): "" for n in range(5)}) == "0 is new, 1 is new, 2 is new and 2 more"
    assert "not recorded" in whats_new(None, now)


def test_each_kind_of_input_is_new_by_itself_and_what_does_not_shape_the_review_is_not(
    tiny: Settings, tmp_path: Path, run: Run
) -> None:
    def rests_on() -> dict[str, str]:
        return basis(tiny, "tiny", date(2021, 4, 30), 2021)

    def write(name: str, text: str) -> None:
        path = tiny.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    before = rests_on()
    assert {"edition 2021-03-31", "registers/tiny.toml", "method"} <= before.keys()
    assert not [name for name in before if name.startswith("edition ") and "2021" not in name]
    file = tmp_path / "more.csv"
    file.write_text("Reference,Organisation,Released\nB1,A Third Ltd,2020-05-06\n", "utf-8")
    # Out after 30 April: another build, the same review.
    assert run("--data", tiny.data, "add", "tiny", file, "--as-at", "2021-06-30").code == 0
    write("corrections/other/x.toml", "")
    write("commentary/2020/method.md", "Words of another year.")
    assert rests_on() == before
    for name, text in (
        ("commentary/2021/method.md", "Words."),
        ("corrections/tiny/2021-03-31.toml", ""),
        ("reference/recipients_mine.csv", "register,alias,recipient,type,relation,reason,reviewer,date\n"),
    ):
        write(name, text)
        assert whats_new(before, rests_on()) == f"{name} is new"
        (tiny.data / name).unlink()
    file.write_text("Reference,Organisation,Released\nB2,A Third Ltd,2020-05-07\n", "utf-8")
    assert (
        run(
            "--data", tiny.data, "add", "tiny", file, "--as-at", "2020-12-31", "--published", "2021-04-29"
        ).code
        == 0
    )
    assert whats_new(before, rests_on()) == "edition 2020-12-31 is new"


def test_nothing_is_rendered_where_nothing_is_new_or_due(tiny: Settings) -> None:
    folder = reviewed(tiny, 2021)
    [said] = run_order(tiny, order())
    assert (said.status, said.year, said.folder) == ("nothing_new", 2021, str(folder))
    [said] = run_order(tiny, order(today=date(2020, 5, 1)))
    assert said.status == "not_due"
    assert said.reason == "no edition of tiny was published by 30 April 2020"
    [said] = run_order(tiny, order(years=(2022,)))
    assert (said.status, said.reason) == ("not_due", "April 2022 has not begun")


def test_an_order_that_makes_no_sense_is_wrong_usage(tiny: Settings, run: Run) -> None:
    for wrong in (
        Order(today=DAY),
        order(as_at=date(2021, 3, 31)),
        order(out=Path("/tmp/elsewhere")),
        order(register="no-such"),
    ):
        with pytest.raises(UsageError):
            run_order(tiny, wrong)
    before = tree(tiny.data)
    words = ("--data", tiny.data, "render", "april-review")
    for options in (
        [],
        ["--if-new", "--add", "tiny"],
        ["--if-new", "--retries", "-1"],
        ["--if-new", "--time-limit", "0"],
        ["--if-new", "--on-failure", "mail 'x"],
    ):
        assert run(*words, *options).code == 2, options
    assert tree(tiny.data) == before


def test_a_build_that_is_behind_is_refused_and_made_when_asked_for(tiny: Settings) -> None:
    reviewed(tiny, 2021)
    aliases = tiny.data / "reference" / "recipients_mine.csv"
    aliases.parent.mkdir()
    aliases.write_text("register,alias,recipient,type,relation,reason,reviewer,date\n", "utf-8")
    with pytest.raises(AccessReviewError, match="changed since the build in force"):
        run_order(tiny, order())
    with pytest.raises(AccessReviewError, match="no folder"):
        run_order(tiny, order(build=True, add=(("tiny", tiny.data / "nowhere"),)))
    assert "stale" in standing(tiny, DAY)  # adding failed, so nothing was built
    reviewed(tiny, 2021, "later")
    [said] = run_order(tiny, order(build=True))
    assert said.status == "nothing_new"
    assert "stale" not in standing(tiny, DAY)


def test_a_folder_is_taken_in_and_each_refusal_counted(tiny: Settings, tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    take_in(tiny, [("tiny", drop)])  # an empty one is no fault
    (drop / "good.csv").write_text("Reference,Organisation,Released\nC1,Somebody Ltd,2021-06-07\n", "utf-8")
    (drop / "a bad.csv").write_text("This page has moved\n", "utf-8")
    (drop / ".hidden.csv").write_text("x", "utf-8")
    for _ in range(2):  # the good one is there already the second time
        with pytest.raises(AccessReviewError, match="1 of 2 files could not be added, the first: a bad"):
            take_in(tiny, [("tiny", drop)])
    (drop / "a bad.csv").unlink()
    take_in(tiny, [("tiny", drop)])
    assert len(list((tiny.editions / "tiny").iterdir())) == 2


class Worker:
    """Stands for the process that works: what each attempt comes to, in turn."""

    def __init__(self, *ends: Ended) -> None:
        self.ends = list(ends)
        self.calls = 0

    def __call__(self, settings: Settings, order: Order, limit: float, progress: bool) -> Ended:
        self.calls += 1
        assert runs.at_work(settings)
        return self.ends.pop(0)


LOST = Ended(status="failed", reason="the kernel died", code=1, again=True)
FAILED = Ended(
    status="failed", reason="a measure failed", hint="look", code=1,
    reviews=[{"year": 2021, "register": "tiny", "status": "failed", "folder": None, "reason": "x", "seconds": 1}],
)  # fmt: skip
RENDERED = Ended(
    status="rendered", reason="new",
    reviews=[{"year": 2021, "register": "tiny", "status": "rendered", "folder": "/f", "reason": "", "seconds": 1}],
)  # fmt: skip
QUICK = Watch(pause=0.0)


def attempt(
    settings: Settings, worker: Worker, watch: Watch = QUICK, **more: Any
) -> tuple[runs.Run, list[str]]:
    said: list[str] = []
    ended, _ = supervise(settings, order(**more), watch, say=said.append, work=worker)
    return ended, said


def test_only_a_lost_kernel_is_tried_again_and_each_attempt_is_recorded(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    worker = Worker(LOST, RENDERED)
    run, said = attempt(settings, worker)
    assert (run.status, run.attempt, worker.calls) == ("rendered", 2, 2)
    assert "trying again" in said[0]
    first, second = sorted(runs.list_runs(settings), key=lambda r: r.attempt)
    assert (first.id, first.status, first.exit) == (second.id, "failed", 1)
    assert (second.status, second.exit) == ("rendered", 0)
    assert runs.failures(settings) == []
    worker = Worker(FAILED, RENDERED)
    run, _ = attempt(settings, worker)
    assert (run.status, worker.calls) == ("failed", 1)
    worker = Worker(LOST, LOST, LOST)
    run, _ = attempt(settings, worker, Watch(retries=2, pause=0.0))
    assert (run.status, run.attempt, worker.calls) == ("failed", 3, 3)


def test_a_failure_stands_until_it_is_made_good(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    attempt(settings, Worker(FAILED))
    assert "a measure failed" in standing(settings, DAY)["failed"]
    attempt(settings, Worker(Ended(status="nothing_new")), register="another")
    assert "failed" in standing(settings, DAY)
    with lock(runs.lock_file(settings), "rendering"):
        run, _ = attempt(settings, Worker())
    assert run.status == "locked"
    assert run.exit == 0
    assert "failed" in standing(settings, DAY)
    # A person renders the year that failed: another order, the same April.
    attempt(settings, Worker(RENDERED), if_new=False, years=(2021,))
    assert "failed" not in standing(settings, DAY)
    # The same timer by other options, once what was in its way is mended.
    attempt(settings, Worker(Ended(status="failed", reason="a file was refused", code=1)), build=True)
    assert "a file was refused" in standing(settings, DAY)["failed"]
    attempt(settings, Worker(Ended(status="not_due")), build=False)
    assert "failed" not in standing(settings, DAY)


def test_a_second_run_is_locked_out_or_refused(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    with lock(runs.lock_file(settings), "rendering"):
        run, _ = attempt(settings, Worker())
        assert (run.status, run.exit) == ("locked", 0)
        run, _ = attempt(settings, Worker(), if_new=False, years=(2021,))
        assert (run.status, run.exit) == ("refused", 1)
        assert "another process" in run.reason
    assert "failed" not in standing(settings, DAY)


def test_a_run_that_was_killed_is_told_from_one_at_work(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    left = runs.begin(settings, order().asked())
    (runs.folder(settings) / ".half").write_text("{", "utf-8")
    with lock(runs.lock_file(settings), "rendering"):
        assert "failed" not in standing(settings, DAY)  # it is at work
    assert "without a word" in standing(settings, DAY)["failed"]
    attempt(settings, Worker(Ended(status="nothing_new")))
    ended = next(r for r in runs.list_runs(settings) if r.id == left.id)
    assert (ended.status, ended.exit) == ("failed", 1)
    assert "failed" not in standing(settings, DAY)
    assert not list(runs.folder(settings).glob(".*"))


def test_records_are_bounded_and_the_ones_of_work_outlast_the_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(tmp_path)
    monkeypatch.setattr(runs, "KEPT", 3)
    monkeypatch.setattr(runs, "KEPT_IDLE", 2)
    attempt(settings, Worker(FAILED))
    for _ in range(4):
        attempt(settings, Worker(Ended(status="nothing_new")))
    for _ in range(3):
        attempt(settings, Worker(RENDERED))
    attempt(settings, Worker(Ended(status="not_due")))
    runs.prune(settings)
    kept = [r.status for r in runs.list_runs(settings)]
    assert kept == ["not_due", "rendered", "rendered", "rendered", "nothing_new"]


def test_records_that_are_damaged_are_passed_over(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    run, _ = attempt(settings, Worker(RENDERED))
    for name, content in (("a.json", b"{"), ("b.json", b"\xff"), ("c.json", b"[]"), ("d.json", b'{"id": 1}')):
        (runs.folder(settings) / name).write_bytes(content)
    whole = (runs.folder(settings) / run.file).read_text("utf-8")
    other = run.file.replace(run.id, "00000000")
    for wrong in (whole, whole.replace(run.id, "00000000").replace('"year"', '"yeer"')):
        (runs.folder(settings) / other).write_text(wrong, "utf-8")
    assert [r.id for r in runs.list_runs(settings)] == [run.id]


def test_hooks_are_given_the_record_and_change_nothing(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    keeps = f"sh -c 'cat > {tmp_path}/said; exit 3'"
    run, said = attempt(settings, Worker(FAILED), Watch(on_failure=keeps, on_success="false"))
    given = json.loads((tmp_path / "said").read_text("utf-8"))
    assert (given["status"], given["reason"], given["reviews"][0]["year"]) == (
        "failed",
        "a measure failed",
        2021,
    )
    assert (run.status, run.exit) == ("failed", 1)
    assert run.hooks == [{"command": "sh", "exit": 3, "reason": "it ended with exit code 3"}]
    assert said == ["Warning: sh: it ended with exit code 3; the run itself failed"]
    [kept] = runs.list_runs(settings)
    assert kept == run
    assert "exit 3" not in (runs.folder(settings) / run.file).read_text(
        "utf-8"
    )  # a command line may hold a key
    run, _ = attempt(settings, Worker(RENDERED), Watch(on_success=keeps))
    assert json.loads((tmp_path / "said").read_text("utf-8"))["status"] == "rendered"
    (tmp_path / "said").unlink()
    attempt(settings, Worker(Ended(status="nothing_new")), Watch(on_success=keeps, on_failure=keeps))
    assert not (tmp_path / "said").exists()


def test_a_hook_that_hangs_or_is_not_there_is_said(tmp_path: Path) -> None:
    run = replace(runs.begin(load_settings(tmp_path), order().asked()), status="failed")
    began = time.monotonic()
    done = call_hook("sh -c 'sleep 600 & sleep 600'", run, limit=0.3)
    assert "longer than 0.3 seconds" in done["reason"]
    assert time.monotonic() - began < 60
    assert "could not be started" in call_hook("/no/such/command", run)["reason"]
    assert call_hook("true", run)["reason"] == ""  # one that does not read what it is given


def test_the_command_of_a_timer_says_what_it_did_in_json(tiny: Settings) -> None:
    """The whole of it, with the process of its own: nothing new, not due, and a failure with its record and hook."""
    reviewed(tiny, 2021)

    def ran(*options: str) -> tuple[int, dict[str, Any], str]:
        done = subprocess.run(
            [sys.executable, "-m", "dashboard", "--data", tiny.data, "render", "april-review", "--register", "tiny",
             "--format", "json", *options],
            check=False, capture_output=True, text=True, timeout=300, cwd=CHECKOUT,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout), done.stderr

    keys = {"status", "year", "register", "folder", "reason", "seconds", "reviews", "record"}
    code, said, err = ran("--if-new", "--year", "2021")
    assert (code, said["status"], said["year"], said["register"], err) == (0, "nothing_new", 2021, "tiny", "")
    assert said.keys() == keys
    assert json.loads(Path(said["record"]).read_text("utf-8"))["status"] == "nothing_new"
    code, said, _ = ran("--if-new", "--year", "2999")
    assert (code, said["status"]) == (0, "not_due")
    with lock(tiny.reviews / ".run.lock", "rendering"):
        code, said, _ = ran("--if-new")
        assert (code, said["status"]) == (0, "locked")
    code, said, err = ran("--year", "1999", "--on-failure", "cat")
    assert (code, said["status"]) == (1, "refused")
    assert "no edition of tiny was published by 30 April 1999" in said["reason"]
    assert "\n  Next: " in err
    assert "failed" not in standing(tiny, DAY)
    assert '"status": "refused"' in err  # what the hook printed is a message, no result
    assert said.keys() == keys


def test_a_time_limit_ends_a_run_that_hangs(tiny: Settings) -> None:
    reviewed(tiny, 2021)
    said: list[str] = []
    held = tiny.builds / ".lock"
    with lock(held, "building"):  # `build` waits for ten minutes
        run, hint = supervise(tiny, order(build=True), Watch(limit=4.0), say=said.append)
    assert (run.status, run.exit) == ("failed", 1)
    assert "longer than 4 seconds" in run.reason
    assert "--time-limit" in hint
    assert not runs.at_work(tiny)
