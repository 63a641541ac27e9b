"""The sample's register at any size: our build of it, and the same rows as a CSV for the peers and for the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, write_sample
from dashboard.settings import load_settings
from dashboard.warehouse.build import build
from tests.load.bench import SHARE
from tests.load.dashboards import register
from tests.load.dashboards.systems import System


@dataclass(frozen=True)
class Data:
    """One size: a data folder of ours, a CSV of its rows, and the rows."""

    folder: Path  # ours
    csv: Path
    rows: pd.DataFrame

    def texts(self, kind: str = register.ALL, since: date | None = None) -> list[str]:
        """The headline numbers under a choice, worked out by pandas: what every page must show."""
        return register.numbers(register.choose(self.rows, kind, since=since)).texts()


def make(folder: Path, requests: int, *, csv: bool = True) -> Data:
    """Write, build and read the sample at one size."""
    settings = load_settings(folder / "data")
    written = write_sample(folder / "sample", requests=round(requests / SHARE), format="parquet")
    chosen = next(e for e in written if e.register == LEGACY)
    add_edition(settings, load_registers(settings)[LEGACY], chosen.path)
    build(settings)
    with duckdb.connect(config={"threads": 2}) as con:
        rows = con.read_parquet(str(chosen.path)).project(", ".join(register.COLUMNS))
        path = folder / "rows.csv"
        if csv:
            rows.write_csv(str(path), header=True)
        return Data(settings.data, path, rows.df())


def static_page(site: System) -> bytes:
    """Our overview with two charts of another page, six SVG charts in all: no script, its style in the page.

    The floor for a first paint: what a browser takes for such a page when nothing has to be worked out or run.
    """
    overview, turnaround = (site.read(path).decode() for path in ("/overview", "/turnaround"))
    style = re.findall(r'<link rel="stylesheet" href="([^"]+)">', overview)
    more = re.findall(r'<section class="exhibit">.*?</section>', turnaround, re.DOTALL)
    html = re.sub(r"<script.*?</script>", "", overview, flags=re.DOTALL)
    html = re.sub(r'<link rel="stylesheet"[^>]*>', "", html)
    html = html.replace(
        "</head>", "<style>" + "".join(site.read(s).decode() for s in style) + "</style></head>"
    )
    whole = re.sub(r'(<div id="exhibits"[^>]*>)', lambda m: m[1] + "".join(more[:2]), html, count=1)
    assert whole.count('class="wide"') >= 6, "the static page has fewer than six charts"
    return whole.encode()


def later(days: int) -> date:
    """A day to filter from: for us each round has its own, so that nothing kept from the round before helps."""
    return register.FIRST + timedelta(days=days)
