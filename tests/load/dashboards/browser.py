"""What one reader waits for, measured inside Chromium by `watch.js`: first paint, charts drawn, a filter changed."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load.dashboards.systems import System


WATCH = Path(__file__).with_name("watch.js").read_text("utf-8")
QUIET = 700  # milliseconds without a change after which a page is done
SIZE = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Opening:
    """Milliseconds from the start of the navigation, and KiB on the wire if gzip compressed all of it."""

    shell: float  # the browser's first contentful paint, whatever it shows
    numbers: float  # the first frame with the real headline numbers in it
    charts: float  # the last thing drawn; the page can be used
    wire: float
    requests: int


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium. Raises FileNotFoundError when there is none."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        found = [os.environ.get("ACCESS_REVIEW_CHROMIUM"), *(shutil.which(n) for n in names)]
        path = next((p for p in found if p), playwright.chromium.executable_path)
        if not Path(path).is_file():
            raise FileNotFoundError("Chromium is not installed (run .ci/browser)")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


class Page:
    """One page of a system, in a context of its own (nothing cached) unless one is given."""

    def __init__(self, browser: Any, system: System, context: Any = None) -> None:
        self.system = system
        self.own = context is None
        self.context = context or browser.new_context(viewport=SIZE)
        self.page = self.context.new_page()
        self.page.add_init_script(WATCH + f"window.__watch.svg = {json.dumps(system.svg)};")

    def close(self) -> None:
        self.page.close()
        if self.own:
            self.context.close()

    def settled(
        self, expected: list[str], *, charts: int | None = None, quiet: int = QUIET
    ) -> dict[str, float]:
        """Wait until the page shows these numbers and has drawn its charts. Raises RuntimeError after a minute."""
        s = self.system
        charts = s.charts if charts is None else charts
        call = (
            f"() => Promise.race([window.__watch.settle({s.numbers}, {s.ready}, "
            f"{json.dumps(json.dumps(expected, separators=(',', ':')))}, {charts}, {quiet}), "
            "new Promise((done) => setTimeout(() => done(null), 60000))])"
        )
        found: dict[str, float] | None = self.page.evaluate(call)
        if found is None:
            shown = self.page.evaluate(f"[({s.numbers})(), window.__watch.charts.size, ({s.ready})()]")
            raise RuntimeError(f"{s.words} never showed {expected}: {shown}")
        return found

    def open(self, expected: list[str], query: str = "") -> dict[str, float]:
        self.page.goto(self.system.url + query, wait_until="commit")
        return self.settled(expected)

    def choose(self, value: str) -> None:
        """Change the recipient type, as a reader does; the clock starts with the last click or key."""
        page, kind = self.page, self.system.choose
        if kind == "select":
            box = (
                page.locator("select[name=type]")
                if self.system.key == "ours"
                else page.locator("select").first
            )
            page.evaluate("window.__watch.arm()")
            box.select_option("" if self.system.key == "ours" and value == "all" else value)
            return
        if kind == "streamlit":
            page.get_by_role("combobox").first.click()
            option = page.locator("[role=option]", has_text=value).first
        else:
            page.locator("#kind").click()
            option = page.locator("[role=option], .dash-dropdown-option", has_text=value).first
        option.scroll_into_view_if_needed()
        page.evaluate("window.__watch.arm()")
        option.click()


def opening(browser: Any, system: System, expected: list[str]) -> Opening:
    """A fresh browser opens the page."""
    page = Page(browser, system)
    bodies: list[Any] = []
    frames: list[bytes] = []
    page.page.on("response", lambda response: bodies.append(response))

    def received(data: Any) -> None:
        frames.append(data if isinstance(data, bytes) else str(data).encode())

    page.page.on("websocket", lambda socket: socket.on("framereceived", received))
    try:
        found = page.open(expected)
        paint = page.page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()"
        )
        wire = sum(_compressed(r.body()) for r in bodies if r.ok) + sum(_compressed(f) for f in frames)
        return Opening(
            paint, max(found["numbers"], paint), max(found["all"], paint), wire / 1024, len(bodies)
        )
    finally:
        page.close()


def _compressed(content: bytes) -> int:
    # What is compressed already (fonts, pictures) is sent as it is.
    return min(len(content), len(gzip.compress(content, 6)))
