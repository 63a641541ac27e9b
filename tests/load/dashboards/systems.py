"""The systems compared: how each is started, and how its page is read and used from a browser.

Every server runs as its documentation starts it, on a port of its own, one process.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


CHECKOUT = Path(__file__).parents[3]
PEERS = CHECKOUT / ".venv-bench" / "bin"
PAGES = Path(__file__).parent / "pages"


@dataclass(kw_only=True)
class System:
    """One server. `numbers` and `ready` are JavaScript functions; `charts` how many chart surfaces there must be."""

    key: str
    words: str
    path: str
    command: tuple[str, ...]  # {port} is replaced
    numbers: str
    ready: str = "() => true"
    charts: int = 4
    svg: bool = False  # plotly: charts are SVG, not canvas
    choose: str = "select"  # how a filter is changed: a native select, or a list of the framework's own
    env: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    log: Path | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def start(self, folder: Path) -> None:
        """Start it and wait for an answer. Raises RuntimeError with what it said when there is none in a minute."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / f"{self.key}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [part.replace("{port}", str(self.port)) for part in self.command],
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONPATH": str(CHECKOUT), **self.env},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(self.url, timeout=20) as answer:
                    answer.read()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    said = self.log.read_text("utf-8", "replace")[-2000:]
                    self.stop()
                    raise RuntimeError(f"{self.words} did not start:\n{said}") from None
                time.sleep(0.1)

    def read(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            body: bytes = answer.read()
            return body

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None

    def resident(self) -> float:
        """MiB that the server and its children hold, pages they share counted once (proportional set size)."""
        assert self.process is not None
        total = 0
        for pid in _family(self.process.pid):
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in children for found in _family(int(child)))]


# What the pages show, read where each framework puts it. Bokeh and Panel draw inside shadow roots.
OWN = "() => [...document.querySelectorAll('dl.figures dd a')].slice(0, 3).map((e) => e.textContent.trim())"
BOKEH = r"""() => window.__watch.find('.number').map((host) => {
  const text = [...(host.shadowRoot?.querySelectorAll('div') ?? [])].at(-1)?.textContent.trim() ?? '';
  return text.match(/[\d,]+$/)?.[0] ?? '';
}).slice(-3)"""
STREAMLIT = (
    "() => [...document.querySelectorAll('[data-testid=stMetricValue]')].map((e) => e.textContent.trim())"
)
DASH = "() => [...document.querySelectorAll('.number')].map((e) => e.textContent.trim())"


def ours(data: Path) -> System:
    return System(
        key="ours",
        words="access-review",
        path="/overview",
        command=(sys.executable, "-m", "dashboard", "--data", str(data), "serve", "--port", "{port}"),
        numbers=OWN,
        ready="() => document.body?.dataset.charts === 'live'",
    )


def peers(rows: Path) -> list[System]:
    """The peers over a CSV of the same rows; the stock ones first."""
    python, env = str(PEERS / "python"), {"BENCH_ROWS": str(rows), "BOKEH_RESOURCES": "server"}

    def served(module: str, page: str, **options: Any) -> System:
        return System(
            command=(
                python, "-m", module, "serve", str(PAGES / f"{page}.py"), "--port", "{port}", "--address", "127.0.0.1",
            ),
            path=f"/{page}", numbers=BOKEH, env={**env, **options.pop("env", {})}, **options,
        )  # fmt: skip

    return [
        served("panel", "panel_stock", key="stock", words="stock Panel, hvPlot"),
        served("panel", "panel_in_place", key="in place", words="Panel, data in place"),
        served("bokeh", "bokeh_server", key="bokeh", words="Bokeh server"),
        served(
            "bokeh",
            "bokeh_server",
            key="bokeh bare",
            words="Bokeh server, no table",
            env={"BENCH_TABLE": "0"},
        ),
        System(
            key="streamlit",
            words="Streamlit",
            path="/",
            command=(
                python, "-m", "streamlit", "run", str(PAGES / "streamlit_page.py"), "--server.port", "{port}",
                "--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false",
            ),
            numbers=STREAMLIT, svg=True, choose="streamlit", env=env,
        ),
        System(
            key="dash",
            words="Dash",
            path="/",
            command=(
                str(PEERS / "gunicorn"), "--workers", "1", "--threads", "4", "--bind", "127.0.0.1:{port}",
                "tests.load.dashboards.pages.dash_page:server",
            ),
            numbers=DASH, svg=True, choose="dash", env=env,
        ),
    ]  # fmt: skip


def bare(folder: Path, name: str, *, key: str, words: str) -> System:
    """A file of `folder` from a bare Tornado handler, in our own environment."""
    return System(
        key=key,
        words=words,
        path=f"/{name}",
        command=(sys.executable, "-m", "tests.load.dashboards.pages.bare", "{port}", str(folder)),
        numbers=OWN,
        charts=0,
    )
