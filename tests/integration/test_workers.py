"""Several workers: each on its port, replaced when killed, all gone when told to stop or when nobody keeps them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from dashboard.errors import AccessReviewError
from dashboard.web import workers
from tests.support.served import Process, free_ports, process


def children(pid: int) -> dict[int, int]:
    """Worker processes by port."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text("utf-8").rsplit(")", 1)[1].split()[1])
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == pid and b"--port" in words:
            found[int(words[words.index(b"--port") + 1])] = int(folder.name)
    return found


def until(true: Callable[[], bool]) -> bool:
    pause = threading.Event()
    return any(true() or pause.wait(0.1) for _ in range(600))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def page(served: Process, port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/volumes", timeout=30) as answer:
        return int(answer.status)


def test_a_killed_worker_is_replaced_and_pages_answer_meanwhile(built: Path, tmp_path: Path) -> None:
    with process(built, tmp_path / "log", "--log", "json", workers=2) as served:
        first, second = served.port, served.port + 1
        before = children(served.process.pid)
        assert sorted(before) == [first, second]
        os.kill(before[second], signal.SIGKILL)
        assert page(served, first) == 200
        assert until(lambda: children(served.process.pid).get(second) not in (None, before[second]))
        served.wait(second)
        assert page(served, second) == 200
        now = children(served.process.pid)
        assert now[first] == before[first]
        assert any(f"port {second} ended (SIGKILL)" in line.get("message", "") for line in served.lines())
    assert not any(alive(pid) for pid in now.values())
    asked = [line for line in served.lines() if line.get("path") == "/volumes"]
    assert [line["status"] for line in asked] == [200, 200]


QUICK = """
import sys
from dashboard.cli import main
from dashboard.web import workers
workers.ASK_EVERY, workers.SILENCE, workers.SLOWEST_START = 0.3, 3.0, 40.0
sys.exit(main(sys.argv[1:]))
"""


def test_a_worker_that_hangs_is_replaced(built: Path, tmp_path: Path) -> None:
    port, log = free_ports(2), tmp_path / "log"
    command = [
        sys.executable,
        "-c",
        QUICK,
        "--data",
        str(built),
        "serve",
        "--port",
        str(port),
        "--workers",
        "2",
    ]
    with log.open("wb") as file:
        served = Process(subprocess.Popen(command, stdout=file, stderr=file), port, log)
    try:
        served.wait(port)
        served.wait(port + 1)
        threading.Event().wait(1.5)  # until each has been asked, and heard
        before = children(served.process.pid)
        os.kill(before[port], signal.SIGSTOP)
        assert until(lambda: children(served.process.pid).get(port) not in (None, before[port]))
        served.wait(port)
        assert children(served.process.pid)[port + 1] == before[port + 1]
        said = log.read_text("utf-8")
        assert f"the worker on port {port} has not answered 3 times; it is ended" in said
        assert f"the worker on port {port} ended (SIGKILL); it is started again" in said
        assert f"port {port + 1}" not in said
    finally:
        served.process.terminate()
        assert served.process.wait(60) == 0


def test_workers_do_not_outlive_who_keeps_them(built: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with process(built, log, workers=2) as served:
        kept = children(served.process.pid)
        served.process.kill()
        served.process.wait()
        assert until(lambda: not any(alive(pid) for pid in kept.values()))
    assert "Traceback" not in log.read_text("utf-8")


def test_a_worker_that_cannot_start_ends_them_all_with_a_sentence(tmp_path: Path) -> None:
    command = workers.command_of(str(tmp_path / "empty"), [])
    with pytest.raises(AccessReviewError, match="could not start"):
        workers.keep_running(command, range(free_ports(2), free_ports(2) + 2))


def test_one_that_ends_again_and_again_is_started_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(workers.time, "monotonic", lambda: clock[0])
    starts: list[float] = []

    class Ended:
        stdin = None

        def poll(self) -> int:
            return -signal.SIGSEGV

    def start(*_: object, **__: object) -> Ended:
        starts.append(clock[0])
        return Ended()

    monkeypatch.setattr(subprocess, "Popen", start)
    worker = workers.Worker(["x"], 1)
    while clock[0] < 200:
        assert worker.look() is None
        clock[0] += 0.25
    gaps = [b - a for a, b in pairwise(starts)]
    assert gaps == sorted(gaps)
    assert gaps[0] <= 1
    assert 30 <= gaps[-1] <= 31
