"""What a workbook is once it is read: sheets of plain cells, the text of a cell and the letter of its column."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path


Cell = (
    str
    | int
    | float
    | bool
    | datetime.date
    | datetime.datetime
    | datetime.time
    | datetime.timedelta
    | None  # an empty cell
)


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows[0]` is sheet row 1 (in a CSV record 1, the header); rows are equally wide.

    Trailing empty rows and columns are gone, leading ones are kept, so row and column numbers match what a
    reader sees in a spreadsheet program. In a CSV a blank line is an empty record and keeps its number.
    """

    name: str
    rows: list[tuple[Cell, ...]]
    hidden: bool


@dataclass(frozen=True)
class Workbook:
    path: Path
    format: str  # "ods", "xlsx", "xls", "csv" or "tsv", by content
    sheets: tuple[Sheet, ...]
    sha256: str
    size: int
    encoding: str | None  # of a CSV or TSV: "utf-8" or "cp1252"


def column_letter(index0: int) -> str:
    """0 -> "A", 25 -> "Z", 26 -> "AA". Raises ValueError below 0."""
    if index0 < 0:
        raise ValueError(f"a column index counts from 0, not {index0}")
    letters = ""
    index = index0 + 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def cell_text(cell: Cell) -> str:
    """The text of a cell as a reader would see it: 5.0 -> "5", a midnight -> "2026-07-04", None -> ""."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):  # before int, of which it is a kind
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        # Spreadsheets show at most 15 significant digits: 0.1 + 0.2 is 0.3 to a reader.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        if cell.time() == datetime.time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime.timedelta):
        seconds = abs(round(cell.total_seconds()))
        sign = "-" if cell < datetime.timedelta() else ""
        return f"{sign}{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return cell.isoformat()


def trimmed(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Without trailing empty rows and columns; all equally wide."""
    width = height = 0
    for number, row in enumerate(rows, 1):
        used = len(row)
        while used and row[used - 1] is None:
            used -= 1
        if used:
            height = number
            width = max(width, used)
    return [row[:width] + (None,) * (width - len(row)) for row in rows[:height]]
