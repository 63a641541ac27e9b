"""`make soak`: 2,000 page openings with filter changes over loopback, and what the server keeps of them.

    python -m tests.load.soak [--openings 2000] [--requests 1200] [--at-once 4]

A server of its own, on the synthetic sample. Each opening is what a browser does: the page, its files when they are
new, a session, its websocket, the charts' document, then filter changes, each with the page in place and the charts
told; then the tab is closed, without a goodbye. Openings run a few at a time. Every hundred openings the memory of
the server's process is read once all sessions are gone. Printed: memory by openings, its slope after the first 200
by least squares, sessions left, and what was logged. Exit 1 when a session stays, an error is logged, or memory
after the first 200 grows by more than 20 KiB an opening: a session that was kept would be megabytes.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, SHARES, write_sample
from dashboard.settings import load_settings
from dashboard.warehouse.build import build
from tests.support.served import Process, process
from tests.support.sockets import open_live


PAGES = ("overview", "volumes", "recipients", "turnaround", "changes")
CHANGES = ("type=university", "from=2014-01-01", "type=charity,commercial", "to=2018-12-31", "")
WARM = 200  # openings before memory counts: caches fill
MOST_KIB = 20.0  # an opening, of slope


@dataclass
class Soaked:
    """What was found. `memory`: (openings, MiB), each with no session open."""

    openings: int = 0
    changes: int = 0
    bytes: int = 0
    seconds: float = 0.0
    sessions_left: int = 0
    memory: list[tuple[int, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def slope(self) -> float | None:
        """KiB an opening after the first `WARM`, by least squares; None with fewer than three readings."""
        after = [(n, mib * 1024) for n, mib in self.memory if n >= WARM]
        if len(after) < 3:
            return None
        mean_n = sum(n for n, _ in after) / len(after)
        mean_kib = sum(kib for _, kib in after) / len(after)
        spread = sum((n - mean_n) ** 2 for n, _ in after)
        return sum((n - mean_n) * (kib - mean_kib) for n, kib in after) / spread


async def get(port: int, address: str, **headers: str) -> bytes:
    """The body of an address. Raises HTTPClientError for any answer that is not 200."""
    request = HTTPRequest(
        f"http://127.0.0.1:{port}{address}",
        headers={k.replace("_", "-"): v for k, v in headers.items()},
        decompress_response=True,
        request_timeout=60,
    )
    return (await AsyncHTTPClient().fetch(request)).body


async def opening(port: int, number: int, soaked: Soaked) -> None:
    """One page as a reader has it: opened, filtered twice, closed."""
    page, register = PAGES[number % len(PAGES)], (LEGACY, SHARES)[number // len(PAGES) % 2]
    query = f"register={register}"
    soaked.bytes += len(await get(port, f"/{page}?{query}"))
    live = await open_live(port, page, query)
    try:
        for step in range(2):
            more = CHANGES[(number + step) % len(CHANGES)]
            asked = "&".join(part for part in (query, more) if part)
            soaked.bytes += len(await get(port, f"/{page}?{asked}", X_In_Place="live"))
            await live.tell(f"?{asked}")
            soaked.changes += 1
        await asyncio.sleep(0.02)  # what the last change sends is not waited for
    finally:
        live.leave()
    soaked.openings += 1


async def none_open(served: Process, seconds: float = 60.0) -> int:
    """Sessions still open once there are none, or the time is up."""
    end = time.monotonic() + seconds
    while True:
        left = int((await asyncio.to_thread(served.health))["sessions"])
        if left == 0 or time.monotonic() > end:
            return left
        await asyncio.sleep(0.2)


async def soak(
    served: Process,
    openings: int,
    *,
    at_once: int = 4,
    every: int = 100,
    say: Callable[[int, float], None] = lambda n, mib: None,
) -> Soaked:
    """Open so many pages and watch; `say` is told of each reading. Raises what an opening raises."""
    soaked = Soaked()
    numbers = itertools.count()
    started = time.monotonic()

    async def reader(until: int) -> None:
        while (number := next(numbers)) < until:
            await opening(served.port, number, soaked)

    for until in range(every, openings + 1, every):
        await asyncio.gather(*(reader(until) for _ in range(at_once)))
        numbers = itertools.count(until)
        soaked.sessions_left = await none_open(served)
        soaked.memory.append((until, served.resident()))
        say(*soaked.memory[-1])
    soaked.seconds = time.monotonic() - started
    log = served.log.read_text("utf-8")
    soaked.errors = [
        line for line in log.splitlines() if any(w in line for w in ("ERROR", "error", "Traceback"))
    ]
    return soaked


def sample(folder: Path, requests: int) -> Path:
    """A data folder with the synthetic sample, built."""
    settings = load_settings(folder / "data")
    registers = load_registers(settings)
    for edition in write_sample(folder / "sample", requests=requests):
        add_edition(settings, registers[edition.register], edition.path)
    build(settings)
    return settings.data


def main() -> int:
    parser = argparse.ArgumentParser(description="Open many pages and watch what the server keeps.")
    parser.add_argument("--openings", type=int, default=2_000)
    parser.add_argument("--requests", type=int, default=1_200)
    parser.add_argument("--at-once", type=int, default=4)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        folder = Path(scratch)
        data = sample(folder, chosen.requests)
        with process(data, folder / "log") as served:
            print(f"started: {served.resident():.0f} MiB", flush=True)
            soaked = asyncio.run(
                soak(
                    served,
                    chosen.openings,
                    at_once=chosen.at_once,
                    say=lambda n, mib: print(f"{n:6,} openings  {mib:7.1f} MiB", flush=True),
                )
            )
    slope = soaked.slope()
    words = "not measured" if slope is None else f"{slope:+.2f} KiB an opening after the first {WARM}"
    print(f"slope: {words}")
    print(f"{soaked.openings:,} openings, {soaked.changes:,} filter changes, {soaked.seconds:.0f} s")
    print(f"sessions left: {soaked.sessions_left}; errors logged: {len(soaked.errors)}")
    for line in soaked.errors[:20]:
        print(f"  {line}")
    failed = soaked.sessions_left or soaked.errors or (slope is not None and slope > MOST_KIB)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
