"""Measure, and print the table.

    python -m tests.load.dashboards [--quick] [--runs 5] [--requests 2500] [--ten-million] [--only ours,stock,bokeh]

Systems are measured in turn, so that what else the machine does falls on all alike. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

from tests.load.dashboards import browser, data, plain, protocol, systems
from tests.load.dashboards.report import Figure, summary, table
from tests.load.dashboards.systems import System


PROTOCOL = ("ours", "stock", "in place", "bokeh", "bokeh bare")  # which speak the websocket protocol of Bokeh
KINDS = ("university", "commercial", "charity", "central_government")
Values = dict[str, list[float]]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextmanager
def running(system: System, folder: Path) -> Iterator[System]:
    system.start(folder)
    try:
        yield system
    finally:
        system.stop()


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with one system is said, and the others are measured."""
    try:
        yield
    except RuntimeError as error:
        say(f"not measured: {error}")


class Bench:
    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.runs, self.users, self.pages = options.runs, 8, options.pages
        self.seconds = options.seconds
        self.folder = folder
        say(f"building the sample of {options.requests:,} requests")
        self.data = data.make(folder / "small", options.requests)
        self.systems = [systems.ours(self.data.folder)]
        if systems.PEERS.with_name(".installed").exists():
            self.systems += systems.peers(self.data.csv)
        else:
            say("the peers are left out: there is no .venv-bench (make bench makes it)")
        if options.only:
            self.systems = [s for s in self.systems if s.key in options.only.split(",")]
        self.values: dict[str, Values] = defaultdict(lambda: defaultdict(list))

    def note(self, figure: str, system: System, value: float) -> None:
        self.values[figure][system.key].append(value)

    def in_browser(self, chromium: Any, parts: list[str]) -> None:
        """What one reader waits for, every server running, one after another."""
        with ExitStack() as servers:
            started = []
            for system in self.systems if {"openings", "changes"} & set(parts) else []:
                with told():
                    started.append(servers.enter_context(running(system, self.folder)))
            if "openings" in parts:
                self.openings(chromium, started, self.static(servers, started))
            if "changes" in parts:
                self.changes(chromium, started, self.data)
        if "large" in parts:
            self.large(chromium, 1_000_000, "change at 1M")

    def static(self, servers: ExitStack, started: list[System]) -> System | None:
        ours = next((s for s in started if s.key == "ours"), None)
        if ours is None:
            return None
        pages = self.folder / "static"
        pages.mkdir()
        (pages / "page.html").write_bytes(data.static_page(ours))
        system = systems.bare(pages, "page", key="static", words="static page, six SVG charts")
        return servers.enter_context(running(system, self.folder))

    def openings(self, chromium: Any, started: list[System], static: System | None) -> None:
        for turn in range(self.runs + 1):
            for system in [*started, *([static] if static else [])]:
                with told():
                    found = browser.opening(chromium, system, self.data.texts())
                    say(f"{system.words}: {found}")
                    if turn:  # the first makes what a server makes once
                        for figure in ("shell", "numbers", "charts", "wire"):
                            self.note(figure, system, getattr(found, figure))

    def changes(self, chromium: Any, started: list[System], on: data.Data, figure: str = "change") -> None:
        for turn in range(self.runs):
            for system in started:
                # Ours keeps answers: each turn asks for what it was never asked before.
                since = data.later(turn + 1) if system.key == "ours" else None
                with told(), closing(browser.Page(chromium, system)) as page:
                    page.open(on.texts(since=since), f"?from={since}" if since else "")
                    for kind in KINDS:
                        page.choose(kind)
                        found = page.settled(on.texts(kind, since))
                        say(f"{system.words}: {kind} {found['all']:.0f} ms (numbers {found['numbers']:.0f})")
                        self.note(figure, system, found["all"])

    def large(self, chromium: Any, requests: int, figure: str) -> None:
        say(f"building the sample of {requests:,} requests")
        large = data.make(self.folder / str(requests), requests, csv=False)
        with running(systems.ours(large.folder), self.folder) as ours:
            browser.opening(chromium, ours, large.texts())
            self.changes(chromium, [ours], large, figure)

    def sessions(self) -> None:
        """Changes a second and memory, each system alone and started anew."""
        speaking = [s for s in self.systems if s.key in PROTOCOL]
        for turn in range(max(1, self.runs // 2)):
            for system in speaking:
                with running(system, self.folder):
                    choices = protocol.Choices(seed=turn)
                    found = asyncio.run(protocol.changes_a_second(system, self.users, self.seconds, choices))
                    say(f"{system.words}: {found:.1f} changes a second")
                    self.note("rate", system, found)
        for system in speaking:
            with told(), running(system, self.folder):
                found = asyncio.run(protocol.a_page(system, self.pages))
                say(f"{system.words}: {found:.2f} MiB a page")
                self.note("memory", system, found)

    def served(self) -> None:
        """A plain page from one worker of ours, and the same bytes from a bare handler."""
        html = self.folder / "plain"
        html.mkdir()
        with running(systems.ours(self.data.folder), self.folder) as ours:
            path = plain_page(ours)
            (html / "same.html").write_bytes(ours.read(path))
            with running(systems.bare(html, "same", key="bare", words="bare Tornado"), self.folder) as bare:
                for _ in range(self.runs):
                    for system, at in ((ours, path), (bare, bare.path)):
                        found = asyncio.run(plain.pages_a_second(system.port, at, self.seconds))
                        say(f"{system.words}: {found:.0f} pages a second of {at}")
                        self.note("plain", system, found)


def plain_page(ours: System) -> str:
    """The address of a request's page, from the list of requests."""
    found = re.search(r'href="(/request\?[^"]+)"', ours.read("/register").decode())
    return unescape(found[1]) if found else "/about"


def figures(values: dict[str, Values]) -> list[Figure]:
    bokeh = values["change"]["bokeh"]
    shells = [min(v) for k, v in values["shell"].items() if k not in ("ours", "static") and v]
    found = [
        Figure(
            words="First paint with the real headline numbers in it",
            unit="ms",
            values={**values["numbers"], "least shell of a peer": [min(shells)] if shells else []},
            must=(1.5, "static"),
            reach=(1.0, "least shell of a peer"),
            notes=[
                "first paint of anything: "
                + ", ".join(f"{k} {sorted(v)[len(v) // 2]:.0f}" for k, v in values["shell"].items() if v)
            ],
        ),
        Figure(
            words="All charts drawn and interactive, fresh browser", unit="ms",
            values={k: v for k, v in values["charts"].items() if k != "static"},
            must=(1.0, "in place"), reach=(0.75, "bokeh"),
        ),
        Figure(
            words="Filter change to all charts and numbers", unit="ms", values=values["change"],
            must=(0.25, "stock"), reach=(0.8, "bokeh"),
        ),
    ]  # fmt: skip
    for key, size in (("change at 1M", "1,000,000"), ("change at 10M", "10,000,000")):
        if values[key]:
            found.append(
                Figure(
                    words=f"The same at {size} requests", unit="ms",
                    values={**values[key], "bokeh": bokeh}, must=(4.0, "bokeh"), reach=(2.0, "bokeh"),
                )
            )  # fmt: skip
    return [
        *found,
        Figure(
            words="Changes a second, 8 users", unit="a second", values=values["rate"], more=True, digits=1,
            must=(5.0, "stock"), reach=(1.5, "bokeh"),
        ),
        Figure(
            words="Memory for each open page", unit="MiB", values=values["memory"], digits=2,
            must=(1.0, "stock"), reach=(0.5, "stock"),
        ),
        Figure(
            words="First visit on the wire, gzip", unit="KiB",
            values={k: v for k, v in values["wire"].items() if k != "static"},
            must=(1.0, "bokeh"), reach=(0.7, "bokeh"),
        ),
        Figure(
            words="A plain page served, one worker", unit="a second", values=values["plain"], more=True,
            must=(0.5, "bare"), reach=(0.8, "bare"),
        ),
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="two runs, a million requests left out")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--requests", type=int, default=2500)
    parser.add_argument(
        "--ten-million", action="store_true", help="10,000,000 requests too: minutes, and 16 GB"
    )
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--only", default="", help="keys of systems, with commas")
    parser.add_argument(
        "--parts", default="openings,changes,large,sessions,plain", help="what to measure, with commas"
    )
    options = parser.parse_args()
    parts = options.parts.split(",")
    if options.quick:
        options.runs, options.seconds = min(options.runs, 2), 4.0
        parts = [part for part in parts if part != "large"]
    with tempfile.TemporaryDirectory(prefix="access-review-bench-") as name:
        bench = Bench(options, Path(name))
        try:
            if options.ten_million or {"openings", "changes", "large"} & set(parts):
                with browser.chromium() as chromium:
                    bench.in_browser(chromium, parts)
                    if options.ten_million:
                        bench.large(chromium, 10_000_000, "change at 10M")
        except (ImportError, FileNotFoundError) as error:
            say(f"what needs a browser is left out: {error}")
        # After the browser: Playwright's event loop is everybody's while it runs.
        if "sessions" in parts:
            bench.sessions()
        if "plain" in parts:
            bench.served()
    words = {s.key: s.words for s in bench.systems} | {
        "static": "static page, six SVG charts",
        "bare": "the same HTML from bare Tornado",
    }
    lines = figures(bench.values)
    print(
        f"\n{datetime.now().astimezone():%d %B %Y, %H:%M}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}; {options.requests:,} requests; {bench.runs} runs, medians (best)\n"
    )
    print(table(lines, words))
    print(summary(lines, words))


if __name__ == "__main__":
    main()
