"""The same cells by other hands: openpyxl, odfpy and csv, to hold `read_workbook` against.

A grid is the used cells only, {(row, column): value}, both from 1, so that a sheet with a cell far out costs
nothing. Values are made comparable: numbers as floats, midnight as its day, white space folded.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from odf import opendocument
from odf.element import Element, Node
from odf.namespaces import OFFICENS, TABLENS

from dashboard.workbook import Workbook, cell_text


Grid = dict[tuple[int, int], Any]
Sheets = dict[str, Grid]
MOST_REPEATS = 2_000  # of a cell or row with a value, unfolded; beyond it the two are not compared


class NotOpened(Exception):
    """The other reader cannot say what the file holds."""


def comparable(value: Any) -> Any:
    """A value as both readers can give it; None for an empty cell."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        number = float(value)
        return float(f"{number:.12g}") if math.isfinite(number) else str(number)
    if isinstance(value, datetime.datetime):
        # Serial numbers hold a day to a millisecond at best, and readers round differently.
        value = (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=None)
        return value.date() if value.time() == datetime.time() else value
    if isinstance(value, datetime.timedelta):
        return datetime.timedelta(seconds=round(value.total_seconds()))
    if isinstance(value, datetime.time):
        return datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return value


def ours(workbook: Workbook) -> Sheets:
    return {
        sheet.name: {
            (r, c): seen
            for r, row in enumerate(sheet.rows, 1)
            for c, value in enumerate(row, 1)
            if (seen := comparable(value)) is not None
        }
        for sheet in workbook.sheets
    }


def by_openpyxl(path: Path) -> Sheets:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, data_only=True)
        except Exception as error:
            raise NotOpened(str(error)) from None
    return {
        sheet.title: {
            place: seen
            for place, cell in sheet._cells.items()
            if (seen := comparable(_unescaped(cell.value))) is not None
        }
        for sheet in book.worksheets
    }


def _unescaped(value: Any) -> Any:
    """openpyxl leaves `_x000D_` as it stands; ECMA-376 part 1 section 22.4.2.4 has it for a carriage return."""
    if not isinstance(value, str) or "_x" not in value:
        return value
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), value)


def by_odfpy(path: Path) -> Sheets:
    try:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            document = opendocument.load(str(path))
        if "SAX FAILED" in said.getvalue():  # odfpy says so there alone, and gives what it had by then
            raise NotOpened("not well-formed to odfpy, which knows namespaces")
        return {
            str(sheet.getAttribute("name")): _ods_grid(sheet)
            for sheet in document.spreadsheet.childNodes
            if getattr(sheet, "qname", None) == (TABLENS, "table")
        }
    except NotOpened:
        raise
    except Exception as error:
        raise NotOpened(str(error)) from None


def _ods_grid(sheet: Element) -> Grid:
    grid: Grid = {}
    at = 0
    for row in _ods_rows(sheet):
        repeats = int(row.getAttribute("numberrowsrepeated") or 1)
        column = 0
        for cell in row.childNodes:
            if cell.nodeType != Node.ELEMENT_NODE or cell.qname[1] not in (
                "table-cell",
                "covered-table-cell",
            ):
                continue
            again = int(cell.attributes.get((TABLENS, "number-columns-repeated")) or 1)
            value = comparable(ods_value(cell))
            if value is not None:
                if again * repeats > MOST_REPEATS:
                    raise NotOpened(f"a value is repeated {again * repeats} times")
                for r in range(repeats):
                    for c in range(again):
                        grid[at + r + 1, column + c + 1] = value
            column += again
        at += repeats
    return grid


def _ods_rows(parent: Element) -> Iterator[Element]:
    """The rows of a table in order, those in groups too, and none of a table drawn inside it."""
    for node in parent.childNodes:
        name = getattr(node, "qname", ("", ""))[1]
        if name == "table-row":
            yield node
        elif name in ("table-row-group", "table-header-rows", "table-rows"):
            yield from _ods_rows(node)


def ods_value(cell: Element) -> Any:
    """The value of a cell by its own attributes, as OpenDocument 1.3 part 3 section 19.385 says."""

    def given(name: str) -> str | None:
        return cell.attributes.get((OFFICENS, name))  # type: ignore[no-any-return]

    kind = given("value-type")
    if kind in ("float", "currency", "percentage") and (number := given("value")) is not None:
        return float(number)
    if kind == "boolean" and (truth := given("boolean-value")) is not None:
        return truth == "true"
    if kind == "date" and (day := given("date-value")) is not None:
        moment = datetime.datetime.fromisoformat(day)
        return moment.date() if len(day) == 10 else moment
    if kind == "time" and (length := given("time-value")) is not None:
        return duration(length)
    if kind == "string" and (string := given("string-value")):
        return string  # empty beside an error, whose text is then what a reader sees
    return (
        "\n".join(_words(p) for p in cell.childNodes if getattr(p, "qname", ("", ""))[1] in ("p", "h"))
        or None
    )


def duration(words: str) -> datetime.timedelta:
    """ "PT26H30M05S" as a length of time."""
    found = re.fullmatch(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", words)
    if found is None:
        raise NotOpened(f"the duration {words!r}")
    sign, days, hours, minutes, seconds = found.groups()
    length = datetime.timedelta(
        days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), seconds=float(seconds or 0)
    )
    return -length if sign else length


def _words(node: Element) -> str:
    parts = []
    for child in node.childNodes:
        if child.nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
            parts.append(str(child.data))
        elif child.nodeType == Node.ELEMENT_NODE:
            name = child.qname[1]
            if name == "s":
                parts.append(" " * int(child.getAttribute("c") or 1))
            elif name in ("tab", "line-break"):
                parts.append(" ")
            elif name not in ("annotation", "note", "ruby-text"):
                parts.append(_words(child))
    return "".join(parts)


def by_csv(path: Path) -> Sheets:
    data = path.read_bytes()
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            words = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise NotOpened(str(error)) from None
    first = next((line for line in words.splitlines() if line.strip()), "")
    best = None
    for delimiter in "\t" if path.suffix in (".tsv", ".tab") else ",;\t":
        try:
            rows = list(csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        width = next((len(row) for row in rows if any(c.strip() for c in row)), 0)
        if best is None or width > best[0]:
            best = (width, rows)
    if best is None:
        raise NotOpened(f"no separator fits {first[:40]!r}")
    grid = {
        (r, c): seen
        for r, row in enumerate(best[1], 1)
        for c, value in enumerate(row, 1)
        if (seen := comparable(value)) is not None
    }
    return {path.stem: grid}


def by_another(path: Path, form: str) -> Sheets:
    """What an independent reader finds. Raises NotOpened where there is none (.xls) or it cannot say."""
    if form == "xlsx":
        return by_openpyxl(path)
    if form == "ods":
        return by_odfpy(path)
    if form in ("csv", "tsv"):
        return by_csv(path)
    raise NotOpened(f"nothing else here reads {form}")


def difference(mine: Sheets, other: Sheets) -> str:
    """The first cell that two readers see differently, in words; empty when there is none."""
    if list(mine) != list(other):
        return f"sheets {list(mine)[:4]!r} and {list(other)[:4]!r}"
    for name, grid in mine.items():
        against = other[name]
        if grid == against:
            continue
        for place in sorted({*grid, *against}):
            left, right = grid.get(place), against.get(place)
            if left != right and not _alike(left, right):
                return f"sheet {name[:30]!r} row {place[0]} column {place[1]}: {left!r:.90} and {right!r:.90}"
    return ""


def _alike(left: Any, right: Any) -> bool:
    """Two ways to give one value: a number as its text (of a damaged type), a day or moment as its text."""
    if type(left) is type(right):
        return False
    if cell_text(left) == cell_text(right):
        return True
    text, value = (left, right) if isinstance(left, str) else (right, left)
    try:
        if isinstance(value, datetime.date):  # a moment with its zone stays text when it is read
            return bool(comparable(datetime.datetime.fromisoformat(text)) == value)
        return isinstance(value, float) and float(text) == value
    except (TypeError, ValueError):
        return False


def known_difference(form: str, data: bytes, words: str) -> str:
    """Why two readers differ on a damaged file where ours is right, or both may be; empty when unknown."""
    if form == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            sheets = b"".join(archive.read(n) for n in names if "worksheets/sheet" in n.lower())
        types = set(re.findall(rb"<(?:\w+:)?c\b[^<>]*?\st=\"([^\"]*)\"", sheets))
        if types - {b"s", b"str", b"inlineStr", b"b", b"n", b"e", b"d"}:
            return "a type of cell that there is not: openpyxl leaves the cell out, ours keeps its text"
        if re.search(rb"<(?:\w+:)?c(?![^<>]*\st=\"inlineStr\")[^<>]*>\s*<is>", sheets):
            return "text in a cell that does not say it holds any: openpyxl leaves it out, ours keeps it"
        if any(n.startswith("XL/") for n in names) and words.startswith("sheets"):
            return "a part whose name is in capitals: openpyxl leaves the sheet out"
        if words.endswith("and '#VALUE!'"):
            return (
                "a day beyond what openpyxl counts to: it gives an error, ours the number, which is no date"
            )
        if " None and " in words and b"<hyperlink " in sheets:
            return "a link on an empty cell: openpyxl puts its words there"
    return ""
