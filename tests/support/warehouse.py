"""Small warehouses for tests: a register described in a few lines, rows as tables, built in its own folder.

    folder = make_data(tmp_path, register("cases", columns={...}), {"2021-03-31": rows})
    with open_data(folder) as store: ...

Nothing here reads or writes the checkout's own `data/` run-time folders: only its bank holidays are borrowed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample.ods import Sheet, write_ods
from dashboard.settings import CHECKOUT, Settings, load_settings
from dashboard.store import Store
from dashboard.warehouse.build import BuildReport, build


REALDATA = Path(os.environ.get("ACCESS_REVIEW_REALDATA", CHECKOUT.parent / "shared" / "realdata"))
PHE_FILE = (
    REALDATA
    / "phe-odr-release-register"
    / "13. PHE_Data_Release_Register_April_17_to_September2020_2.4 (1).ods"
)
# PHE's registers of 2014 to 2017, gathered by a campaign group.
PHE_OLDER_FILE = PHE_FILE.with_name("PHE data release registers - public review.ods")
SUDBURY_FILE = REALDATA / "canada-foi-summaries" / "ca_on_greater_sudbury.csv"

Row = Mapping[str, object]
# One sheet (CSV text or rows), or several by name.
Content = str | Sequence[Row] | Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class File:
    """One published file: what it holds, and when it was published."""

    content: Content
    published: str | None = None
    replaces: bool = False


def table(text: str) -> list[dict[str, str]]:
    """Rows of a table written as text: a bar between cells, the headings first. A last cell may be empty."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    head, *rows = cells
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"{len(row)} cells under {len(head)} headings: {row}")
    return [dict(zip(head, row, strict=True)) for row in rows]


def to_toml(document: Mapping[str, Any]) -> str:
    """A register description as TOML: each key on a line, everything inside it inline."""

    def value(item: Any) -> str:
        if isinstance(item, bool):
            return "true" if item else "false"
        if isinstance(item, int | date):
            return str(item)
        if isinstance(item, str):
            return json.dumps(item, ensure_ascii=False)
        if isinstance(item, Mapping):
            return (
                "{"
                + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {value(v)}" for k, v in item.items())
                + "}"
            )
        return "[" + ", ".join(value(v) for v in item) + "]"

    return "".join(
        f"{json.dumps(key, ensure_ascii=False)} = {value(item)}\n" for key, item in document.items()
    )


def register(
    name: str,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    rows: str = "request",
    sheets: Sequence[Mapping[str, Any]] | None = None,
    layout: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A register description with one layout, as `registers/<name>.toml` would hold it."""
    found = list(sheets or [{"name": "*", "rows": rows, "columns": columns or {}}])
    return {
        "id": name,
        "title": f"The register {name}",
        "publisher": "A test",
        **more,
        "layout": [{"era": "only", "sheet": found, **(layout or {})}],
    }


def lone_settings(folder: Path) -> Settings:
    """Settings that see this folder alone, with the bank holidays that every build needs."""
    shipped = folder / "shipped"
    holidays = shipped / "reference" / "bank_holidays_england.csv"
    if not holidays.exists():
        holidays.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CHECKOUT / "data" / "reference" / holidays.name, holidays)
    return Settings(data=folder / "data", shipped=shipped)


def _csv_text(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_file(path: Path, content: Content) -> Path:
    """A published file at `path`, whose ending is put on: CSV for one sheet, ODS for several."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Mapping):
        sheets = [
            Sheet(name, [list(rows[0]), *([str(v) or None for v in r.values()] for r in rows)], len(rows[0]))
            for name, rows in content.items()
        ]
        path = path.with_name(path.name + ".ods")
        write_ods(path, title=path.stem, sheets=sheets)
        return path
    path = path.with_name(path.name + ".csv")
    path.write_text(content if isinstance(content, str) else _csv_text(content), "utf-8")
    return path


def make_data(
    tmp_path: Path,
    register_toml: str | Mapping[str, Any] | Sequence[Mapping[str, Any]],
    editions: Mapping[str, Content | File],
    *,
    figures: str | None = None,
    reference: Mapping[str, str] | None = None,
) -> Path:
    """A data folder with a register (or several, the editions going to the first), its editions archived.

    `editions`: as-at date -> content, or a File that says when it was published. `figures` and
    `reference` are CSV texts. Returns the folder that `build_data` and `open_data` take.
    """
    settings = lone_settings(tmp_path)
    described = [register_toml] if isinstance(register_toml, str | Mapping) else list(register_toml)
    names = []
    for item in described:
        text = item if isinstance(item, str) else to_toml(item)
        name = next(
            line.split('"')[3 if line.startswith('"') else 1] for line in text.splitlines() if "id" in line
        )
        names.append(name)
        path = settings.data / "registers" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for kind, text in (("published/figures/figures.csv", figures), *(reference or {}).items()):
        if text is not None:
            path = settings.data / kind
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for number, (as_at, item) in enumerate(editions.items(), 1):
        file = item if isinstance(item, File) else File(item)
        day = as_at.split(".")[0]
        source = write_file(tmp_path / "incoming" / f"{number}" / f"{names[0]} {as_at}", file.content)
        add_edition(
            settings,
            load_registers(settings)[names[0]],
            source,
            as_at=date.fromisoformat(day),
            published=date.fromisoformat(file.published) if file.published else None,
            replaces=file.replaces,
        )
    return tmp_path


def build_data(folder: Path) -> BuildReport:
    return build(lone_settings(folder))


def open_data(folder: Path) -> Store:
    """The store of a folder made by `make_data`, built now if it was not."""
    build_data(folder)
    return Store(lone_settings(folder), threads=1)


def add_files(data: Path, register_id: str, *paths: Path, published: Sequence[date | None] = ()) -> Settings:
    """Add published files to a data folder that sees what ships with the project (the DfE facts included)."""
    settings = load_settings(data)
    found = load_registers(settings)[register_id]
    for number, path in enumerate(paths):
        add_edition(settings, found, path, published=published[number] if published else None)
    return settings
