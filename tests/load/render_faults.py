"""The part of `make faults` about renders: killed at any moment, no room, a kernel that dies, a measure that raises.

After each fault the archive of reviews holds whole reviews only, each file as its manifest says; and the next render
ends in the very bytes that an undisturbed one gives, with nothing half-made left.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from dashboard.files import sha256_of
from dashboard.reports.render import render_april_review
from dashboard.reports.runs import list_runs
from dashboard.settings import CHECKOUT, Settings, load_settings
from dashboard.standing import standing
from tests.load.faults import Cases, Matrix, Running, _disk, clear, denied, dies, full, run, start, watch


YEAR = 2021
ASKED = ("render", "april-review", "--year", YEAR, "--register", "tiny")
DRAFT = "--no-pdf"  # in a quick run
AFTER = date(YEAR, 5, 1)  # the day on which status is asked
KILLS = 40  # in a full run, by the clock


def reviews(data: Path) -> dict[str, str]:
    """Every file of every review by its hash, after proving that each review is whole. Times are left out."""
    found = {}
    for folder in (data / "reviews" / "april-review").glob("*/[!.]*"):
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        assert there - {"manifest.json", "times.json"} == set(manifest["files"]), there
        assert "times.json" in there
        for name, digest in manifest["files"].items():
            assert sha256_of(folder / name) == digest, name
            found[f"{folder.name}/{name}"] = digest
    return found


def litter(data: Path) -> list[str]:
    places = ("april-review/*/.*", "failed/.*", "runs/.*", ".*")
    left = [p for place in places for p in (data / "reviews").glob(place)]
    return [str(p) for p in left if p.name not in (".lock", ".run.lock")]


def family(pid: int) -> list[int]:
    """A process and all that it started, the oldest first."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            found += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
    return found


def is_kernel(pid: int) -> bool:
    with suppress(OSError):
        return b"ipykernel_launcher" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def gone(pids: list[int], seconds: float = 30) -> None:
    """Wait until none of them runs any more: what outlives its run would still be writing."""
    until = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() and not _zombie(pid) for pid in pids):
        assert time.monotonic() < until, f"still running: {[p for p in pids if Path(f'/proc/{p}').exists()]}"
        time.sleep(0.05)


def _zombie(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True


class Renders:
    """A folder that is built and not reviewed, and what its review must be."""

    def __init__(self, m: Matrix) -> None:
        self.m = m
        data = m.copy(m.waiting, "to-be-reviewed")
        assert run(data, "build").code == 0
        self.folder = data
        self.asked = (*ASKED, DRAFT) if m.quick else ASKED
        done = m.copy(data)
        began = time.monotonic()
        end = run(done, *self.asked)
        assert end.code == 0, end.err
        self.whole = time.monotonic() - began
        self.wanted = reviews(done)
        assert any(name.endswith("report.html") for name in self.wanted)
        assert litter(done) == []
        shutil.rmtree(done)

    def settled(self, data: Path, *, watched: bool = True) -> str:
        """After a fault: whole reviews only; and the next render ends where an undisturbed one does."""
        now = reviews(data)
        assert now in ({}, self.wanted), "a review that is not the one wanted"
        end = run(data, *self.asked) if watched else self.in_process(data, lambda: None).wait()
        assert end.code == 0, end.err
        assert reviews(data) == self.wanted
        assert litter(data) == [], litter(data)
        settings = load_settings(data)
        assert not any(r.status == "running" for r in list_runs(settings))
        flags = standing(settings, AFTER)
        assert "failed" not in flags, flags
        shutil.rmtree(data, ignore_errors=True)
        return "moved on" if now else "as it was"

    def in_process(self, data: Path, prepare: Callable[[], object]) -> Running:
        """The renderer itself, in a fork that is about to meet with a fault; the command's way of saying an error."""

        def call() -> int:
            prepare()
            from dashboard.errors import AccessReviewError

            try:
                render_april_review(
                    load_settings(data), year=YEAR, register="tiny", pdf=DRAFT not in self.asked
                )
            except AccessReviewError as error:
                os.write(2, f"access-review render: {error}\n".encode())
                return 1
            return 0

        return Running(call)


def renders(m: Matrix) -> Cases:
    r = Renders(m)
    yield from _stopped(m, r)
    yield from _killed(m, r)
    yield from _sizes(m, r)
    yield from _broken(m, r)


def _stopped(m: Matrix, r: Renders) -> Cases:
    """The renderer killed, without room and without permission at steps on the disk."""
    data, counted = m.copy(r.folder), m.base / f"steps-{m.made}"
    end = r.in_process(data, lambda: watch(0, dies, counted)).wait()
    assert end.code == 0, end.err
    count = len(counted.read_text().split())
    assert count > 20, count
    shutil.rmtree(data)
    for stop, most in ((dies, 30), (full, 10), (denied, 8)):
        steps = sorted({1 + i * (count - 1) // (most - 1) for i in range(most)})
        for step in steps if not m.quick else steps[:: len(steps) // 2]:

            def case(stop: Callable[[str], None] = stop, step: int = step) -> str:
                data = m.copy(r.folder)
                process = r.in_process(data, lambda: watch(step, stop))
                end = process.wait()
                if stop is dies:
                    assert end.code == -signal.SIGKILL, end
                elif end.code:
                    assert "Traceback" not in end.err, end.err
                    clear(end)
                return r.settled(data, watched=False)

            yield f"render {stop.__name__} at a step", case


def _killed(m: Matrix, r: Renders) -> Cases:
    """Killed at any moment: the watching process, the working one, the kernel, or all of them as when the machine
    stops."""
    whom = ("watcher", "worker", "kernel", "all")
    for part in m.some(range(KILLS), 4):

        def case(part: int = part) -> str:
            who = whom[part % 4] if not m.quick else whom[(part * 3 // (KILLS - 1)) % 4]
            data = m.copy(r.folder)
            process = start(data, *r.asked, "--retries", 1)
            time.sleep(r.whole * (part + 1) / (KILLS + 2))
            if who == "kernel":  # wait for one: a render has a kernel for most of its time
                until = time.monotonic() + r.whole
                while not any(map(is_kernel, family(process.pid))) and time.monotonic() < until:
                    time.sleep(0.01)
                time.sleep(0.3 * r.whole * part / KILLS)
            pids = family(process.pid)
            target = {
                "watcher": pids[:1],
                "worker": pids[1:2],
                "kernel": [p for p in pids if is_kernel(p)],
                "all": pids,
            }[who]
            for pid in target:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            end = process.wait()
            gone(pids)
            if who in ("watcher", "all"):
                assert end.code in (-signal.SIGKILL, 0), end
            elif who == "kernel":
                assert end.code == 0, end.err  # tried again
            elif end.code:
                clear(end, "broke off")
            return r.settled(data)

        yield f"render: {whom[part % 4] if not m.quick else 'one'} killed by the clock", case


def _sizes(m: Matrix, r: Renders) -> Cases:
    """No file may grow beyond a limit."""
    for size in m.some(range(0, 200_000, 40_000), 3):

        def case(size: int = size) -> str:
            data = m.copy(r.folder)

            def limit() -> None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

            end = run(data, *r.asked, prepare=limit)
            if end.code:
                clear(end)
            return r.settled(data)

        yield "render with a limit on file size", case


def full_disks_of_renders(m: Matrix) -> Cases:
    """A disk with so much room left, then with more."""
    r = Renders(m)
    for room in m.some(range(0, 640_000, 80_000), 3):

        def case(room: int = room) -> str:
            with _disk(m, r.folder, room) as (data, more):
                end = run(data, *r.asked)
                if end.code:
                    clear(end)
                assert reviews(data) in ({}, r.wanted)
                more()
                return r.settled(data)

        yield "render on a full disk", case


def _broken(m: Matrix, r: Renders) -> Cases:
    """A notebook whose measure raises, and one whose kernel dies, each time: said, kept, and never in the archive."""
    text = (CHECKOUT / "notebooks" / "april_review.ipynb").read_text("utf-8")
    for what, call, words in (
        ("render: a measure raises", "review.store.query('no_such')", "there is no query 'no_such'"),
        ("render: a kernel dies", "__import__('os').kill(__import__('os').getpid(), 9)", "Kernel died"),
    ):

        def case(call: str = call, words: str = words) -> str:
            data = m.copy(r.folder)
            notebooks = m.base / f"notebooks-{m.made}"
            notebooks.mkdir()
            (notebooks / "april_review.ipynb").write_text(text.replace("review.recipients()", call), "utf-8")

            def prepare() -> None:
                Settings.notebooks = notebooks  # type: ignore[assignment, method-assign]

            end = r.in_process(data, prepare).wait()
            clear(end, words)
            assert reviews(data) == {}
            [kept] = (data / "reviews" / "failed").glob("*")
            assert words in (kept / "reason.txt").read_text("utf-8")
            assert (kept / "april_review.ipynb").is_file()
            assert "failed" in standing(load_settings(data), AFTER)
            return r.settled(data)

        yield what, case
