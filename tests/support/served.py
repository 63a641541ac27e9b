"""`access-review serve` as a process of its own, with what it said and what it holds."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.warehouse import CHECKOUT


def free_ports(count: int) -> int:
    """The first of some neighbouring ports that nobody listens on."""
    for first in range(20_000 + os.getpid() % 20_000, 60_000, count):
        held = [socket.socket() for _ in range(count)]
        try:
            for n, one in enumerate(held):
                one.bind(("127.0.0.1", first + n))
            return first
        except OSError:
            continue
        finally:
            for one in held:
                one.close()
    raise AssertionError("no ports are free")


@dataclass
class Process:
    """A running server; `log` is the file of its standard error."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def health(self, port: int | None = None) -> dict[str, Any]:
        """Raises OSError while it does not answer."""
        with urllib.request.urlopen(f"http://127.0.0.1:{port or self.port}/health", timeout=20) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found

    def wait(self, port: int | None = None, seconds: float = 90.0) -> None:
        """Until it answers."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.health(port)
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(f"no answer:\n{self.log.read_text('utf-8')[-4000:]}") from None
                time.sleep(0.1)

    def resident(self) -> float:
        """MiB in memory (Linux)."""
        text = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        [line] = [line for line in text.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    def lines(self) -> list[dict[str, Any]]:
        """What it logged as JSON."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")]


@contextmanager
def process(data: Path, log: Path, *options: str, workers: int = 1) -> Iterator[Process]:
    """Serve a data folder until the end of the block; it must end well when told to."""
    port = free_ports(workers)
    command = [sys.executable, "-m", "dashboard", "--data", str(data), "serve", "--port", str(port)]
    command += [*options, *(["--workers", str(workers)] if workers > 1 else [])]
    with log.open("ab") as out:
        started = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=out)
    served = Process(started, port, log)
    try:
        for n in range(workers):
            served.wait(port + n)
        yield served
        if started.poll() is None:  # unless the test has ended it
            started.send_signal(signal.SIGTERM)
            assert started.wait(30) == 0, log.read_text("utf-8")[-4000:]
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()
