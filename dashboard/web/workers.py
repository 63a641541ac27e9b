"""Several servers on neighbouring ports, each a process of its own, started again when it ends.

A page's charts live in the process that made their session, so workers do not share a port: a proxy in front
spreads pages over the ports, and sends each websocket to the port that its address names (docs/operations.md).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from dashboard.errors import AccessReviewError


log = logging.getLogger("access-review")
WORKER = (
    "ACCESS_REVIEW_WORKER"  # in the environment of a worker: its standard input ends when its keeper does
)
STEADY = 10.0  # seconds after which a worker counts as having started well
LONGEST_PAUSE = 30.0  # seconds before a worker that ends again and again is started
PATIENCE = 10.0  # seconds for a worker to end when asked


class Worker:
    """One port and the process that serves it."""

    def __init__(self, command: Sequence[str], port: int) -> None:
        self.command = [*command, "--port", str(port)]
        self.port = port
        self.ended_early = 0
        self.first = True
        self.started = self.start_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, env={**os.environ, WORKER: str(self.port)}
        )

    def look(self) -> int | None:
        """Start it again if it has ended. Returns its exit code when it is of no use to try: it never came up."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        steady = time.monotonic() - self.started >= STEADY
        # With these a server ends before it serves, and has said why: no build, a port that is taken. Only the first
        # time is that of no use to try again.
        if code in (1, 2) and self.first:
            return code
        self.first = False
        self.ended_early = 0 if steady else self.ended_early + 1
        pause = 0.0 if steady else min(LONGEST_PAUSE, 0.25 * 2**self.ended_early)
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        log.warning("the worker on port %d ended (%s); it is started again", self.port, how)
        self._forget()
        self.start_at = time.monotonic() + pause
        return None

    def stop(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._forget()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def _forget(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


def keep_running(command: Sequence[str], ports: range) -> None:
    """Run `command --port P` for every port until told to stop (SIGTERM or Ctrl-C); replace what ends.

    Raises AccessReviewError when a worker cannot be started at all; the others are stopped then.
    """
    stopping = threading.Event()

    def stop(*_: Any) -> None:
        stopping.set()

    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, stop)
    workers = [Worker(command, port) for port in ports]
    try:
        while not stopping.wait(0.2):
            for worker in workers:
                if (code := worker.look()) is not None:
                    raise AccessReviewError(
                        f"the worker on port {worker.port} could not start (exit code {code})",
                        hint="mend what it says above, then serve again",
                    )
    finally:
        until = time.monotonic() + PATIENCE
        for worker in workers:
            worker.ask_to_stop()
        for worker in workers:
            worker.stop(until)


def command_of(data: str, options: Sequence[str]) -> list[str]:
    """The command that serves `data` on one port."""
    return [sys.executable, "-m", "dashboard", "--data", data, "serve", *options]
