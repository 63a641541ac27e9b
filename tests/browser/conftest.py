"""Servers as a reader meets them (a process each) and one Chromium, shared by the tests of this package.

Every page opened here is watched: a request to any other host, a console or page error, a failed request or a
dialog fails the test that opened it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dashboard.sample import LEGACY, SHARES, write_sample
from dashboard.settings import load_settings
from dashboard.warehouse.build import build
from tests.support.warehouse import CHECKOUT, add_files


NEEDED = os.environ.get("ACCESS_REVIEW_NEED_BROWSER") == "1"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Chromium asks its maker's hosts for nothing.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _without(reason: str) -> None:
    """Leave the browser tests out, or fail where they have been asked for."""
    (pytest.fail if NEEDED else pytest.skip)(f"browser tests left out: {reason}")


# --- servers ----------------------------------------------------------------------------------------


@dataclass
class Site:
    """A running `access-review serve` on a data folder of its own."""

    data: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, "serve", "--port", str(self.port)],
                cwd=CHECKOUT,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 60
        while True:
            try:
                self.get("/health")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(
                        f"the server did not start:\n{self.log.read_text('utf-8')}"
                    ) from None
                time.sleep(0.1)

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "dashboard", "--data", str(self.data)]

    def run(self, *arguments: str) -> bytes:
        """What a command on the same data folder prints."""
        return subprocess.run(
            [*self.command, *arguments], cwd=CHECKOUT, check=True, capture_output=True
        ).stdout

    def get(self, address: str) -> bytes:
        with urllib.request.urlopen(self.url + address, timeout=60) as answer:
            body: bytes = answer.read()
            return body


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _serve(data: Path) -> Iterator[Site]:
    site = Site(data, _free_port(), data.parent / "server.log")
    site.start()
    yield site
    site.stop()
    said = site.log.read_text("utf-8")
    assert "Traceback" not in said, said[-4000:]
    assert "ERROR" not in said, said[-4000:]


@pytest.fixture(scope="package")
def sample(browser: Any, sample_data: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The synthetic sample."""
    folder = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(sample_data.settings.data, folder)
    yield from _serve(folder)


@pytest.fixture(scope="package")
def phe(browser: Any, real_data: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The published registers of PHE and Sudbury."""
    folder = tmp_path_factory.mktemp("real-site") / "data"
    shutil.copytree(real_data.settings.data, folder)
    yield from _serve(folder)


@pytest.fixture(scope="package")
def hostile(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small sample whose organisations have markup, formulas and control characters for names."""
    base = tmp_path_factory.mktemp("hostile-site")
    written = write_sample(base / "workbooks", requests=150, editions=2, hostile=True)
    for name in (LEGACY, SHARES):
        mine = [e for e in written if e.register == name]
        add_files(base / "data", name, *(e.path for e in mine), published=[e.published for e in mine])
    build(load_settings(base / "data"))
    yield from _serve(base / "data")


# --- browser ----------------------------------------------------------------------------------------


def _executable(playwright: Any) -> str | None:
    named = os.environ.get("ACCESS_REVIEW_CHROMIUM")
    found = [named] if named else [shutil.which(name) for name in BROWSERS]
    found.append(playwright.chromium.executable_path)
    return next((path for path in found if path and Path(path).is_file()), None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    # Package, not session: while Playwright runs, its event loop is every later test's too.
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _without("Playwright is not installed (pip install -e .[dev])")
    with sync_playwright() as playwright:
        path = _executable(playwright)
        if path is None:
            _without("Chromium is not installed (set ACCESS_REVIEW_CHROMIUM to its path, or run .ci/browser)")
        found = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield found
        found.close()


STILL = 600  # seconds of one test, after which something waits for ever


@pytest.fixture(autouse=True)
def moving() -> Iterator[None]:
    """A test that stands still fails at the call that does not come back.

    Not every call of Playwright has a time limit, and Chromium answers none while a page that never comes is being
    loaded. Without Playwright's process all of them end, and say so.
    """

    def end(*_: object) -> None:
        for pid in _children():
            with suppress(OSError):
                if b"run-driver" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(STILL)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def _children() -> list[int]:
    """The processes that this one started; none where the system does not say."""
    with suppress(OSError):
        return [
            int(p)
            for task in Path("/proc/self/task").iterdir()
            for p in (task / "children").read_text().split()
        ]
    return []


@dataclass
class Watched:
    """A page and what went wrong on it."""

    page: Any
    site: Site
    requests: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)  # words of what a test means to go wrong

    def go(self, address: str, *, live: bool | None = None) -> Any:
        """Open an address; with `live` wait for the interactive charts."""
        self.page.goto(self.site.url + address)
        if live:
            self.wait_live()
        return self.page

    def wait_live(self) -> None:
        self.page.wait_for_selector("body[data-charts=live]", timeout=60_000)

    def check(self) -> None:
        found = [w for w in self.wrong if not any(words in w for words in self.forgiven)]
        assert found == []


Open = Callable[..., Watched]


@pytest.fixture(scope="package")
def contexts(browser: Any) -> Iterator[Callable[..., Any]]:
    """One browser context for each set of options. The site keeps nothing in a browser but its cached scripts,
    and those are kept between tests: parsing them anew takes most of a page's time."""
    made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def context(**options: Any) -> Any:
        key = tuple(sorted(options.items()))
        if key not in made:
            made[key] = browser.new_context(**options)
        return made[key]

    yield context
    for one in made.values():
        one.close()


@pytest.fixture
def visit(contexts: Callable[..., Any]) -> Iterator[Open]:
    """Open a page of a site: `visit(site, "/volumes", live=True, width=320)`; watched to the test's end."""
    opened: list[Watched] = []

    def open_(
        site: Site, address: str, *, live: bool | None = None, width: int = 1200, **options: Any
    ) -> Watched:
        page = contexts(**options).new_page()
        page.set_viewport_size({"width": width, "height": 900})
        watched = Watched(page, site)
        opened.append(watched)
        here = (site.url + "/", site.url.replace("http", "ws") + "/")
        wrong = watched.wrong.append

        def asked(url: str) -> None:
            watched.requests.append(url)
            if not url.startswith((*here, "data:", "blob:")):
                wrong(f"asked another host: {url}")

        def failed(request: Any) -> None:
            # Leaving a page ends what it was still asking for.
            if "ERR_ABORTED" not in str(request.failure):
                wrong(f"failed: {request.url} {request.failure}")

        def answered(response: Any) -> None:
            if response.status >= 400:
                wrong(f"answered {response.status}: {response.url}")

        def dialog(shown: Any) -> None:
            wrong(f"dialog: {shown.message}")
            shown.dismiss()

        page.on("request", lambda r: asked(r.url))
        page.on("requestfailed", failed)
        page.on("response", answered)
        page.on("websocket", lambda ws: asked(ws.url))
        page.on("console", lambda m: m.type == "error" and wrong(f"console: {m.text}"))
        page.on("pageerror", lambda e: wrong(f"page error: {e}"))
        page.on("dialog", dialog)
        watched.go(address, live=live)
        return watched

    yield open_
    for watched in opened:
        watched.page.close()
    for watched in opened:
        watched.check()


@pytest.fixture
def published_again(sample: Site) -> Iterator[Callable[[], str]]:
    """Publish another build of the sample while it is served: an edition fewer, then all of them again."""
    aside = sample.data.parent / "aside"

    def publish() -> str:
        folder = sample.data / "editions" / "sample-external-data-shares"
        if aside.exists():
            aside.rename(folder / aside_name[0])
        else:
            last = sorted(p for p in folder.iterdir() if p.is_dir())[-1]
            aside_name.append(last.name)
            last.rename(aside)
        sample.run("build")
        made = (sample.data / "builds" / "CURRENT").read_text("utf-8").strip()
        # The server looks once a second.
        end = time.monotonic() + 60
        while json.loads(sample.get("/health"))["build"] != made:
            assert time.monotonic() < end, f"the server does not see build {made}"
            time.sleep(0.1)
        return made

    aside_name: list[str] = []
    yield publish
    if aside.exists():
        publish()
