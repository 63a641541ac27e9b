"""Where questions are worked out: a few threads, so that a slow one holds up no other answer.

The event loop only hands out what is ready. What is not is drawn here, once for all who ask it at the same time;
the queue is bounded, and past the time limit the reader is told so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from dashboard.errors import LimitError
from dashboard.store import limits


T = TypeVar("T")

THREADS = 6
WAITING = 48  # questions that may wait for a thread; more are told that the server is busy
SECONDS = 20.0  # for one answer, all of its queries together
ROWS = 300_000  # of one query: a row in Python takes about a kilobyte
AGAIN = "try again in a few seconds"
REFUSED_FOR = 15.0  # seconds for which a question that was too slow is not tried again


class BusyError(LimitError):
    """More is being asked than there is room to queue."""


class Workshop:
    """Runs work in threads, each question once. To be used from one event loop."""

    def __init__(
        self,
        *,
        threads: int = THREADS,
        waiting: int = WAITING,
        seconds: float = SECONDS,
        rows: int = ROWS,
    ) -> None:
        self.room = threads + waiting
        self.seconds = seconds
        self.rows = rows
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="draw")
        self.running: dict[Hashable, asyncio.Future[Any]] = {}
        self._refused: dict[Hashable, tuple[float, LimitError]] = {}
        self.busy = 0  # pieces of work given to a thread, or waiting for one

    async def do(self, key: Hashable, work: Callable[[], T]) -> T:
        """The result of `work`, which is shared by all who ask `key` while it runs.

        Raises LimitError when it takes too long or reads too much, BusyError when the queue is full, and
        what the work itself raises.
        """
        at, error = self._refused.get(key, (0.0, None))
        if error is not None:
            if time.monotonic() - at < REFUSED_FOR:
                raise error
            del self._refused[key]
        found = self.running.get(key)
        if found is None:
            if self.busy >= self.room:
                raise BusyError("more is asked than can be worked out at once", hint=AGAIN)
            found = asyncio.ensure_future(self.run(work))
            self.running[key] = found
            found.add_done_callback(lambda done: self._ended(key, done))
        # A reader who leaves, or is told that it takes too long, does not stop it for the others.
        return await asyncio.shield(found)

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread, under the limits."""

        def limited() -> T:
            with limits(seconds=self.seconds, rows=self.rows):
                return work()

        self.busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, limited)
        finally:
            self.busy -= 1

    def _ended(self, key: Hashable, done: asyncio.Future[Any]) -> None:
        self.running.pop(key, None)
        if done.cancelled():
            return
        error = done.exception()  # looked at, so that nothing is said when nobody waits any more
        if isinstance(error, LimitError):
            if len(self._refused) > 1_000:
                self._refused.clear()
            self._refused[key] = (time.monotonic(), error)

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
