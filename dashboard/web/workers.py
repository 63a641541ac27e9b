"""Several servers on neighbouring ports, each a process of its own, started again when it ends.

A page's charts live in the process that made their session, so workers do not share a port: a proxy in front
spreads pages over the ports, and sends each websocket to the port that its address names (docs/operations.md).
"""

from __future__ import annotations

import http.client
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
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
ASK_EVERY = 10.0  # seconds between two questions to a worker whether it is well
SILENCE = 10.0  # seconds in which it must say something, were it only that it cannot read its build
MOST_SILENT = 3  # such silences in a row, after which it is taken for hung
SLOWEST_START = 180.0  # seconds in which it must have said something for the first time


class Worker:
    """One port and the process that serves it."""

    def __init__(self, command: Sequence[str], port: int) -> None:
        self.command = [*command, "--port", str(port)]
        self.port = port
        self.ended_early = 0
        self.first = True
        self.started = self.start_at = 0.0
        self.silent = 0  # questions in a row that it did not answer
        self.heard = False  # whether it has answered since it was started
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.silent, self.heard = 0, False
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

    def ask(self, address: str) -> None:
        """Ask whether it is well; end it once it has been silent too often, and `look` starts another.

        Before its first answer it may still be on its way up: then it is given longer.
        """
        process = self.process
        if process is None:
            return
        try:
            with urllib.request.urlopen(f"http://{address}:{self.port}/health", timeout=SILENCE):
                self.silent, self.heard = 0, True
        except urllib.error.HTTPError:
            self.silent, self.heard = 0, True  # an answer, if not a good one
        except (OSError, http.client.HTTPException):
            self.silent += 1
        late = self.heard or time.monotonic() - self.started >= SLOWEST_START
        if late and self.silent >= MOST_SILENT and process is self.process and process.poll() is None:
            log.warning(
                "the worker on port %d has not answered %d times; it is ended", self.port, self.silent
            )
            process.kill()

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


def keep_running(command: Sequence[str], ports: range, *, address: str = "127.0.0.1") -> None:
    """Run `command --port P` for every port until told to stop (SIGTERM or Ctrl-C); replace what ends or hangs.

    `address`: where this machine reaches them.

    Raises AccessReviewError when a worker cannot be started at all; the others are stopped then.
    """
    stopping = threading.Event()

    def stop(*_: Any) -> None:
        stopping.set()

    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, stop)
    workers = [Worker(command, port) for port in ports]

    def ask(worker: Worker) -> None:
        while not stopping.wait(ASK_EVERY):
            worker.ask(address)

    for worker in workers:  # each by a thread of its own: one that hangs keeps its questioner waiting
        threading.Thread(target=ask, args=(worker,), name=f"ask-{worker.port}", daemon=True).start()
    try:
        while not stopping.wait(0.2):
            for worker in workers:
                if (code := worker.look()) is not None:
                    raise AccessReviewError(
                        f"the worker on port {worker.port} could not start (exit code {code})",
                        hint="mend what it says above, then serve again",
                    )
    finally:
        stopping.set()
        until = time.monotonic() + PATIENCE
        for worker in workers:
            worker.ask_to_stop()
        for worker in workers:
            worker.stop(until)


def command_of(data: str, options: Sequence[str]) -> list[str]:
    """The command that serves `data` on one port."""
    return [sys.executable, "-m", "dashboard", "--data", data, "serve", *options]
