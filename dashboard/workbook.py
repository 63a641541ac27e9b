"""Read a published workbook into plain cells. Knows nothing about what the columns mean.

The file comes from somebody else, so it is measured before it is believed. python-calamine is fast and
right about values, but it is native code that trusts what a file says about its own size: a 1 KB file can
make it loop for ever (a table that is never closed) or ask for so much memory that the whole process is
aborted, which no `except` can catch. So each format gets a pre-check in Python that bounds the grid and
the text, and calamine is then handed a copy holding only the parts that were checked. Macros, pictures,
external links and DDE never reach it.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import math
import os
import re
import stat
import struct
import threading
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from dashboard.errors import AccessReviewError


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

MIB = 1024 * 1024
# Where Excel and LibreOffice stop, and where calamine drops rows without saying so.
LAST_ROW = 1_048_576
# Below this, a high compression ratio is only a small repetitive sheet.
RATIO_MATTERS_FROM = 32 * MIB

FETCH_AGAIN = "download the file again; if it still fails, tell the publisher it is damaged"
FETCH_WORKBOOK = "download the .ods or .xlsx file from the publisher's page"
SAVE_AS_XLSX = "open it in a spreadsheet program and save it as .ods or .xlsx"
LONGEST_FIELD = 131_072  # characters of one field of a CSV file: past it a quotation mark is missing
CHECK_BOUNDS = "open it in a spreadsheet program, delete what lies outside the table, and save a copy"


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


@dataclass(frozen=True)
class Limits:
    """What a register could need, several times over. Past any of them the file is refused, never cut."""

    file_bytes: int = 64 * MIB
    unpacked_bytes: int = 512 * MIB
    ratio: int = 200
    members: int = 2_000
    sheets: int = 64
    rows_per_sheet: int = 1_100_000  # in .ods, .xlsx and .xls never more than LAST_ROW
    columns: int = 1_024
    cells: int = 16_000_000  # the whole grid, empty cells included: LAST_ROW rows of 15 columns
    cell_characters: int = 100_000  # Excel stops at 32,767; LibreOffice and CSV do not
    text_characters: int = 256 * MIB  # of the whole workbook


def read_workbook(path: Path, *, limits: Limits = Limits()) -> Workbook:
    """Every sheet of the file at `path`, as plain cells.

    Raises AccessReviewError, and nothing else, when the file cannot be read, is not a workbook, is
    damaged or password-protected, or is larger than `limits`.
    """
    path = Path(path)
    try:
        data = _read_bytes(path, limits)
        found, encoding, sheets = _read_any(path, data, limits)
    except MemoryError:
        raise _refusal(path.name, "is too large for the memory of this machine", CHECK_BOUNDS) from None
    except RecursionError:
        raise _refusal(path.name, "is nested too deeply to read", FETCH_AGAIN) from None
    return Workbook(path, found, sheets, hashlib.sha256(data).hexdigest(), len(data), encoding)


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


# Saying no


def _refusal(file: str, problem: str, hint: str) -> AccessReviewError:
    return AccessReviewError(f"{file} {problem}", hint=hint)


def _damaged(file: str, detail: str) -> AccessReviewError:
    return _refusal(file, f"is cut short or damaged: {detail}", FETCH_AGAIN)


def _locked(file: str) -> AccessReviewError:
    return _refusal(
        file,
        "is password-protected",
        "ask the publisher for an unprotected copy, or open it with the password and save it without one",
    )


@dataclass
class _Extent:
    """How far one sheet reaches, in the grid that calamine will lay out in memory."""

    file: str
    sheet: str
    limits: Limits
    rows: int = 0
    columns: int = 0

    def reach(self, rows: int, columns: int) -> None:
        """Widen to hold a used cell. Raises AccessReviewError past the limits."""
        if rows > self.rows:
            most = min(self.limits.rows_per_sheet, LAST_ROW)
            if rows > most:
                self._refuse(f"has a value in row {rows:,}; at most {most:,} rows are read")
            self.rows = rows
        if columns > self.columns:
            most = self.limits.columns
            if columns > most:
                letter = column_letter(columns - 1) if columns < 10**6 else f"number {columns:,}"
                self._refuse(
                    f"has a value in row {rows:,}, column {letter}; "
                    f"at most {most:,} columns (to {column_letter(most - 1)}) are read"
                )
            self.columns = columns
        if self.rows * self.columns > self.limits.cells:
            self._refuse(
                f"spans {self.rows:,} rows by {self.columns:,} columns; "
                f"at most {self.limits.cells:,} cells are read"
            )

    def _refuse(self, problem: str) -> NoReturn:
        raise _refusal(self.file, f'sheet "{self.sheet}" {problem}', CHECK_BOUNDS)


def _check_total(file: str, count: int, most: int, unit: str) -> None:
    if count > most:
        raise _refusal(file, f"holds more than {most:,} {unit}, the most that is read", CHECK_BOUNDS)


# What kind of file is it?

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"{\\rtf", "a Rich Text document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|table)\b",
    re.I | re.S,
)
XML = re.compile(rb"\s*<(?:\?xml|[a-z][\w.-]*:?[\w.-]*[\s>])", re.I)
TEXT_SUFFIXES = ("", ".csv", ".tsv", ".tab", ".txt")


def _read_bytes(path: Path, limits: Limits) -> bytes:
    name = path.name or str(path)
    try:
        # Asked before opening: opening a named pipe waits for a writer.
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refusal(name, "is a folder, not a workbook", "name the file inside it")
        if not stat.S_ISREG(status.st_mode):
            raise _refusal(name, "is not an ordinary file", "copy the workbook to a file and name that")
        with path.open("rb") as stream:
            data = stream.read(limits.file_bytes + 1)
    except FileNotFoundError:
        raise _refusal(name, f"was not found at {path}", "check the file name and the folder") from None
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the name itself.
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refusal(name, f"cannot be opened ({reason})", "check that you may read the file") from None
    if len(data) > limits.file_bytes:
        raise _refusal(
            name,
            f"is {status.st_size / MIB:,.0f} MiB; at most {limits.file_bytes / MIB:,.0f} MiB is read",
            "check that this is the register itself and not a larger collection",
        )
    if not data:
        raise _refusal(name, "is empty (0 bytes)", "download the file again")
    return data


def _read_any(path: Path, data: bytes, limits: Limits) -> tuple[str, str | None, tuple[Sheet, ...]]:
    file = path.name
    if data.startswith((b"PK\3\4", b"PK\5\6")):
        found, checked = _checked_zip(file, data, limits)
        return found, None, _calamine_sheets(file, checked, limits)
    if data.startswith(OLE):
        return "xls", None, _calamine_sheets(file, io.BytesIO(_checked_xls(file, data, limits)), limits)
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            hint = "save it as CSV UTF-8" if "UTF-16" in kind else FETCH_WORKBOOK
            raise _refusal(file, f"is {kind}, not a workbook", hint)
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if HTML.match(head):
        raise _refusal(
            file,
            "is a web page, not a workbook",
            "open it in a browser: it is often an error message or a log-in page. Then " + FETCH_WORKBOOK,
        )
    if XML.match(head):
        raise _refusal(file, "is a single XML document, not a workbook", SAVE_AS_XLSX)
    if path.suffix.lower() not in TEXT_SUFFIXES:
        # Any text is a CSV of one column, so for text the name has to say that a CSV is meant.
        kind = "not a workbook" if b"\0" in data else "plain text, not a workbook"
        raise _refusal(
            file, f"is {kind}", FETCH_WORKBOOK + "; if it is comma-separated text, rename it to .csv"
        )
    return _csv_sheet(path, data, limits)


# Zip archives: .ods and .xlsx

ODF = "application/vnd.oasis.opendocument."
ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.2"><manifest:file-entry manifest:full-path="/"'
    f' manifest:media-type="{ODF}spreadsheet"/></manifest:manifest>'
)
# Parts of an .xlsx that hold no cell values.
XLSX_UNREAD = re.compile(
    r"(?:^|/)(?:docProps|customXml|theme|drawings|charts|chartsheets|diagrams|media|embeddings|externalLinks"
    r"|pivotTables|pivotCache|queryTables|slicers|slicerCaches|comments|threadedComments|persons|ctrlProps"
    r"|activeX|printerSettings|richData|model|webextensions)/",
    re.I,
)
# calamine leaves these out, which joins the words on either side of them.
ODS_BREAKS = (
    (re.compile(rb"<text:line-break\s*(?:/>|>\s*</text:line-break\s*>)"), b"\n"),
    (re.compile(rb"<text:tab(?:\s[^<>]*)?(?:/>|>\s*</text:tab\s*>)"), b"\t"),
)
# XML that says the same in another way, at which calamine drops what stands beside it without a word: a
# number ends at a character reference, a text at a comment, a CDATA section is skipped. Never written by a
# spreadsheet program, so such a part is written plainly first; a part that only looks so costs a moment.
XML_ODD = (b"<!", b"&#", b"='", *(b % c for b in (b"=%c", b"%c=") for c in b" \t\r\n"))
# The beginning of a part in UTF-8: a declaration that says so or says nothing, or none.
UTF8_XML = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*(?:<\?xml\s(?:(?!encoding)[^<>?])*(?:encoding=["']utf-8["'][^<>?]*)?\?>|<(?!\?))""",
    re.IGNORECASE,
)
ODS_SPACED = re.compile(rb">\s+<")  # between cells it is an error to calamine; a pretty-printer leaves it
ODS_TEXT = frozenset({"text:p", "text:h"})  # outside them white space means nothing
# Drawn over the cells, or kept from before, and no cell's value, though calamine reads their text as one.
ODS_LEFT_OUT = (
    "draw:",
    "office:annotation",
    "office:forms",
    "table:shapes",
    "table:dde-links",
    "table:tracked-changes",
)
ODS_DRAWN = (b"<draw:", b"<svg:", b"<table:dde-links", b"<table:tracked-changes")
# A cell that does not say what its value is shows its text; calamine reads it as empty.
ODS_UNTYPED = re.compile(
    rb"(<table:(?:covered-)?table-cell)(?![\w-])(?![^<>]*\soffice:value-type=)"
    rb"((?:\s[^<>]*[^<>/])?>)(?=(?:<text:p\b|<text:h\b))"
)
# Likewise a cell that says what its value is and not the value.
ODS_VALUELESS = re.compile(
    rb"(<table:(?:covered-)?table-cell(?![\w-])(?![^<>]*\soffice:(?:value|date-value|time-value|boolean-value)=)"
    rb'[^<>]*\soffice:value-type=)"(?:float|percentage|currency|date|time|boolean)"((?:\s[^<>]*[^<>/])?>)'
    rb"(?=(?:<text:p\b|<text:h\b))"
)
# And one whose kind of value is none that there is.
ODS_UNKNOWN = re.compile(
    rb"(<table:(?:covered-)?table-cell(?![\w-])[^<>]*\soffice:value-type=)"
    rb'"(?!(?:string|float|percentage|currency|date|time|boolean)")[^"<>]*"((?:\s[^<>]*[^<>/])?>)'
    rb"(?=(?:<text:p\b|<text:h\b))"
)
ODS_VALUE = re.compile(rb'\soffice:(?:value|date-value|time-value|boolean-value)="[^"<>]*"')
# calamine reads an error as an empty cell; without these marks it reads the text a reader sees.
ODS_ERROR = re.compile(rb'\soffice:string-value=""(?=[^<>]*\scalcext:value-type="error")')
XLSX_ERROR = re.compile(rb"""(<(?:\w+:)?c\s(?:[^<>]*?\s)?t=)(?:"e"|'e')""")


def _checked_zip(file: str, data: bytes, limits: Limits) -> tuple[str, io.BytesIO]:
    """The format, and a new archive with only the parts that were checked.

    A new one, because two zip readers can see different things in one hand-made archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _check_directory(file, archive.infolist(), limits)

            def read(name: str) -> bytes:
                try:
                    return archive.read(members[name])
                except MemoryError:
                    raise
                except Exception as error:  # zlib, CRC, offsets, flags: zipfile has no one exception
                    raise _damaged(file, f'its part "{_brief(name)}" cannot be unpacked ({error})') from None

            if "mimetype" in members:
                return "ods", _checked_ods(file, members, read, limits)
            if "[Content_Types].xml" in members:
                return "xlsx", _checked_xlsx(file, members, read, limits)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError) as error:
        raise _damaged(file, f"its zip directory cannot be read ({error})") from None
    except (struct.error, IndexError, OverflowError, zlib.error) as error:
        raise _damaged(file, f"its zip directory cannot be read ({error})") from None
    raise _refusal(
        file, "is a zip archive, not a workbook", "unpack it and name the .ods or .xlsx file inside"
    )


def _check_directory(file: str, entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    # Declared sizes are enough: zipfile never unpacks more of a member than its declared size.
    if len(entries) > limits.members:
        raise _refusal(
            file, f"packs {len(entries):,} parts; at most {limits.members:,} are read", SAVE_AS_XLSX
        )
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > limits.unpacked_bytes:
        raise _refusal(
            file,
            f"unpacks to {unpacked / MIB:,.0f} MiB; at most {limits.unpacked_bytes / MIB:,.0f} MiB is read",
            "check that this is the register itself and comes from the publisher",
        )
    if unpacked > RATIO_MATTERS_FROM and unpacked > packed * limits.ratio:
        raise _refusal(
            file,
            f"unpacks to {unpacked / packed:,.0f} times its size, as a zip bomb does "
            f"(at most {limits.ratio} times is read)",
            "check that the file comes from the publisher",
        )
    members: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise _locked(file)
        if entry.filename in members:
            raise _damaged(file, f'it holds its part "{_brief(entry.filename)}" twice')
        members[entry.filename] = entry
    return members


def _checked_ods(
    file: str, members: dict[str, zipfile.ZipInfo], read: Callable[[str], bytes], limits: Limits
) -> io.BytesIO:
    kind = read("mimetype")[:200].decode("ascii", "replace").strip()
    if kind not in (ODF + "spreadsheet", ODF + "spreadsheet-template"):
        label = kind.removeprefix(ODF) if kind.startswith(ODF) else "unknown"
        raise _refusal(
            file, f"is an OpenDocument file of type {_brief(label)!r}, not a workbook", FETCH_WORKBOOK
        )
    manifest = "META-INF/manifest.xml"
    if "encrypted-package" in members or (manifest in members and b":encryption-data" in read(manifest)):
        raise _locked(file)
    if "content.xml" not in members:
        raise _damaged(file, 'its part "content.xml" is missing')
    content = _plain_xml(file, "content.xml", read("content.xml"), ods=True)
    content = ODS_UNTYPED.sub(rb'\1 office:value-type="string"\2', content)
    content = ODS_VALUELESS.sub(rb'\1"string"\2', content)
    content = ODS_UNKNOWN.sub(
        # a value of no kind is none: calamine would take it for a number
        lambda cell: ODS_VALUE.sub(b"", cell[1]) + b'"string"' + ODS_VALUE.sub(b"", cell[2]),
        content,
    )
    _check_xml(file, "content.xml", content, _OdsCheck(file, limits))
    for pattern, text in ODS_BREAKS:
        content = pattern.sub(text, content)
    content = ODS_ERROR.sub(b"", content)
    return _packed(
        {
            "mimetype": (ODF + "spreadsheet").encode(),
            manifest: ODS_MANIFEST.encode(),
            "content.xml": content,
        }.items()
    )


def _checked_xlsx(
    file: str, members: dict[str, zipfile.ZipInfo], read: Callable[[str], bytes], limits: Limits
) -> io.BytesIO:
    types = read("[Content_Types].xml")
    if b"sheet.binary" in types:
        raise _refusal(file, "is an Excel binary workbook (.xlsb), which is not read", SAVE_AS_XLSX)
    if b"spreadsheetml" not in types:
        kind = "a Word document" if b"wordprocessingml" in types else "an Office file"
        kind = "a PowerPoint presentation" if b"presentationml" in types else kind
        raise _refusal(file, f"is {kind}, not a workbook", FETCH_WORKBOOK)
    names = [
        name for name in members if name.lower().endswith((".xml", ".rels")) and not XLSX_UNREAD.search(name)
    ]
    # Sheets last: by then the workbook part has said what they are called.
    names.sort(key=lambda name: "worksheets/" in name)
    check = _XlsxCheck(file, limits)

    def parts() -> Iterator[tuple[str, bytes]]:
        for name in names:
            content = _plain_xml(file, name, read(name))
            check.begin(name)
            _check_xml(file, name, content, check)
            yield name, XLSX_ERROR.sub(rb'\1"str"', content)

    packed = _packed(parts())
    check.finish()
    return packed


def _packed(parts: Iterable[tuple[str, bytes]]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content)
    stream.seek(0)
    return stream


def _brief(text: str) -> str:
    """Text out of an untrusted file, fit for one line of a message."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= 80 else shown[:79] + "…"


# Measuring the XML before calamine sees it


class _Check:
    """Handlers of one expat pass."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, characters: str) -> None: ...


def _parser(file: str, part: str, encoding: str | None) -> expat.XMLParserType:
    def refuse_dtd(*_: object) -> NoReturn:
        raise _refusal(
            file,
            f'declares its own XML entities in "{_brief(part)}", which no spreadsheet program does',
            "check that the file comes from the publisher",
        )

    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_dtd
    return parser


def _parse(file: str, part: str, parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = f"{expat.ErrorString(error.code)}, line {error.lineno:,}"
        raise _damaged(file, f'its part "{_brief(part)}" is not well-formed XML ({reason})') from None
    except (LookupError, ValueError) as error:  # the encoding that it declares
        raise _damaged(file, f'its part "{_brief(part)}" cannot be read: {_brief(str(error))}') from None


def _is_odd(data: bytes) -> bool:
    begins = UTF8_XML.match(data)
    return not begins or b"<?" in data[begins.end() :] or any(mark in data for mark in XML_ODD)


def _plain_xml(file: str, part: str, data: bytes, *, ods: bool = False) -> bytes:
    """`data` in UTF-8 without comments, instructions, CDATA and needless references, where it has any.

    Of an .ods, text outside paragraphs and all that is drawn over the cells is left out too. Raises
    AccessReviewError as `_check_xml` does.
    """
    if not (_is_odd(data) or (ods and (ODS_SPACED.search(data) or any(m in data for m in ODS_DRAWN)))):
        return data
    plain = bytearray()
    depth = 0  # of elements whose text counts
    left_out = 0  # depth of elements inside one that is left out, itself included

    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, left_out
        if left_out or (ods and name.startswith(ODS_LEFT_OUT)):
            left_out += 1
            return
        depth += name in ODS_TEXT
        plain.extend(f"<{name}".encode())
        for key, value in attributes.items():
            value = escaped(value).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
            plain.extend(f' {key}="{value}"'.encode())
        plain.extend(b">")

    def end(name: str) -> None:
        nonlocal depth, left_out
        if left_out:
            left_out -= 1
            return
        depth -= name in ODS_TEXT
        plain.extend(f"</{name}>".encode())

    def text(characters: str) -> None:
        if not left_out and (depth or not ods):
            plain.extend(escaped(characters).encode())

    parser = _parser(file, part, None)  # in the encoding that it declares
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    _parse(file, part, parser, data)
    return bytes(plain)


def _check_xml(file: str, part: str, data: bytes, check: _Check) -> None:
    """One pass over the XML. Raises AccessReviewError when it is not well-formed or has a DTD."""
    # calamine takes every part for UTF-8, whatever it declares, and what declares another was rewritten.
    parser = _parser(file, part, "utf-8")
    parser.StartElementHandler = check.start
    parser.EndElementHandler = check.end
    parser.CharacterDataHandler = check.text
    _parse(file, part, parser, data)


def _count(file: str, what: str, text: str | None) -> int:
    """A repeat count. Raises AccessReviewError when it is not a whole number from 1."""
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text)):
        raise _damaged(file, f'{what} is repeated "{_brief(text)}" times')
    return int(text)


class _OdsCheck(_Check):
    """Adds up the grid and the text that the repeats in a content.xml would unfold to."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.depth = 0  # of tables
        self.extent = _Extent(file, "", limits)
        self.cells = self.characters = 0  # of the sheets before, and of all so far
        self.row = self.column = 0  # counted from 0: where the row and the cell begin
        self.row_repeats = self.column_repeats = 1
        self.row_used = self.row_characters = self.cell_characters = 0
        self.cell_used = self.in_cell = self.in_row = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        nested = (
            (name == "table:table" and self.depth)
            or (name == "table:table-row" and self.in_row)
            or (name in ("table:table-cell", "table:covered-table-cell") and self.in_cell)
        )
        if nested:
            # calamine takes the end of the inner one for the end of the outer, and loses the rest.
            raise _refusal(self.file, self._where("a table inside the sheet's own table"), SAVE_AS_XLSX)
        if name in ("table:table-cell", "table:covered-table-cell"):
            self.column_repeats = _count(
                self.file, self._where("a cell"), attributes.get("table:number-columns-repeated")
            )
            self.cell_used = "table:formula" in attributes or any(
                key.startswith("office:") for key in attributes
            )
            self.cell_characters = len(attributes.get("office:string-value", ""))
            self.in_cell = True
        elif name == "text:s":
            spaces = _count(self.file, self._where("a space"), attributes.get("text:c"))
            if spaces > self.limits.cell_characters:
                raise _refusal(self.file, self._where(f"a cell with {spaces:,} spaces"), CHECK_BOUNDS)
            self.cell_characters += spaces
        elif name == "table:table-row":
            self.row_repeats = _count(
                self.file, self._where("a row"), attributes.get("table:number-rows-repeated")
            )
            self.column = self.row_used = self.row_characters = 0
            self.in_row = True
        elif name == "table:table":
            if not attributes.get("table:name"):  # calamine would leave it out without a word
                raise _refusal(self.file, "has a sheet without a name", SAVE_AS_XLSX)
            self.depth += 1
            self.extent = _Extent(self.file, _brief(attributes.get("table:name", "")), self.limits)
            self.row = 0

    def text(self, characters: str) -> None:
        self.cell_characters += len(characters)

    def end(self, name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            self.column += self.column_repeats
            if self.cell_used and self.depth:
                self.extent.reach(self.row + 1, self.column)
                self.row_used = self.column
                self.row_characters += self.cell_characters * self.column_repeats
            self.cell_used = self.in_cell = False
        elif name == "table:table-row":
            self.in_row = False
            if self.row_used and self.depth:
                self.extent.reach(self.row + self.row_repeats, self.row_used)
                self.characters += self.row_characters * self.row_repeats
                _check_total(self.file, self.characters, self.limits.text_characters, "characters of text")
            self.row += self.row_repeats
        elif name == "table:table":
            self.depth -= 1
            self.cells += self.extent.rows * self.extent.columns
            _check_total(self.file, self.cells, self.limits.cells, "cells")

    def _where(self, what: str) -> str:
        if not self.depth:
            return what
        place = f"row {self.row + 1:,}, column {column_letter(min(self.column, 10**6))}"
        return f'sheet "{self.extent.sheet}", {place}: {what}'


class _XlsxCheck(_Check):
    """Measures the grid of each worksheet part, and the text its shared strings would unfold to."""

    REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.sheet_names: dict[str, str] = {}  # relationship id -> name
        self.targets: dict[str, str] = {}  # tail of the part's path -> relationship id
        self.shared: list[list[int]] = []  # length of each shared string, per string table
        self.uses: Counter[str] = Counter()  # of each shared string, in all sheets
        self.begin("")

    def begin(self, part: str) -> None:
        """Start on another part of the archive."""
        self.part = part
        tail = self._tail(part)
        self.extent = _Extent(
            self.file, _brief(self.sheet_names.get(self.targets.get(tail, ""), tail)), self.limits
        )
        # As calamine counts, from 0: where a cell is that does not say so itself, and where this cell is.
        self.row = self.column = 0
        self.place = (0, 0)
        self.in_cell = self.is_empty = self.is_shared = self.in_strings = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if self.in_cell and self.is_empty:
            # Only now that something is in it: Excel leaves styled cells without values far out.
            self.is_empty = False
            self.extent.reach(self.place[0] + 1, self.place[1] + 1)
        if name == "c":
            self._place(attributes.get("r"))
            self.is_shared = attributes.get("t") == "s"
            self.in_cell = self.is_empty = True
        elif name == "row":
            number = attributes.get("r")
            if number is not None:
                self.row = self._number(number) - 1
        elif name == "si" and self.in_strings:
            self.shared[-1].append(0)
        elif name == "sst":
            self.in_strings = True
            self.shared.append([])
            for key in ("count", "uniqueCount"):
                # calamine sets memory aside for as many as the file says there are.
                if self._number(attributes.get(key, "0"), least=0) > self.limits.cells:
                    raise _damaged(self.file, f"it claims {_brief(attributes[key])} shared strings")
        elif name == "sheet":
            for key, value in attributes.items():
                if key.endswith(":id"):
                    self.sheet_names[value] = attributes.get("name", "")
            if len(self.sheet_names) > self.limits.sheets:
                raise _too_many_sheets(self.file, self.limits)
        elif name == "Relationship" and self.part.endswith("workbook.xml.rels"):
            self.targets[self._tail(attributes.get("Target", ""))] = attributes.get("Id", "")

    def end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.in_cell = False
            self.column += 1
        elif name == "row":
            self.row += 1
            self.column = 0
        elif name == "sst":
            self.in_strings = False

    def text(self, characters: str) -> None:
        if self.in_strings:
            if self.shared[-1]:
                self.shared[-1][-1] += len(characters)
        elif self.in_cell and self.is_shared:
            self.uses[characters.strip()] += 1

    def finish(self) -> None:
        """Raises AccessReviewError when the text of all sheets together would be too much."""
        for lengths in self.shared:
            characters = 0
            for index, uses in self.uses.items():
                if index.isascii() and index.isdigit() and len(index) < 10 and int(index) < len(lengths):
                    characters += lengths[int(index)] * uses
            _check_total(self.file, characters, self.limits.text_characters, "characters of text")

    @staticmethod
    def _tail(part: str) -> str:
        # Targets are written "worksheets/sheet1.xml" or "/xl/worksheets/sheet1.xml".
        return "/".join(part.split("/")[-2:])

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.place = (self.row, self.column)
            return
        match = self.REFERENCE.fullmatch(reference)
        if match is None:
            raise _damaged(self.file, f'sheet "{self.extent.sheet}" has a cell called "{_brief(reference)}"')
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        self.column = column - 1
        self.place = (int(match[2]) - 1, self.column)

    def _number(self, text: str, least: int = 1) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) >= least):
            raise _damaged(self.file, f'its part "{_brief(self.part)}" counts to "{_brief(text)}"')
        return int(text)


# Old binary workbooks (.xls): an OLE container holding one stream of records

FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class _Ole:
    """A compound file, read with every chain bounded by the number of sectors there are."""

    data: bytes
    streams: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> first sector, size

    def __post_init__(self) -> None:
        data = self.data
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in (9, 12):
            raise ValueError(f"sectors of 2^{shift} bytes")
        self.sector = 1 << shift
        self.sectors = max(0, -(-len(data) // self.sector) - 1)
        self.directory_start, _, self.cutoff, self.mini_start = struct.unpack_from("<4I", data, 48)
        next_table = struct.unpack_from("<I", data, 68)[0]
        tables = list(struct.unpack_from("<109I", data, 76))
        for _ in range(self.sectors):
            if next_table in (END, FREE):
                break
            *more, next_table = self._words(next_table)
            tables += more
        self.fat = [word for table in tables[: self.sectors] if table != FREE for word in self._words(table)]
        directory = self._chain(self.directory_start)
        self.mini: bytes | None = None
        for at in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", directory, at + 116)
            if kind == 5:
                self.root_start = start
            elif kind == 2 and name not in self.streams:
                self.streams[name] = (start, size)

    def read(self, name: str) -> bytes:
        start, size = self.streams[name]
        if size >= 4096:
            return self._chain(start)[:size]
        mini_fat = [word for (word,) in struct.iter_unpack("<I", self._chain(self.mini_start))]
        room = self._chain(self.root_start)
        parts = []
        for _ in range(size // 64 + 1):
            if start >= len(mini_fat):
                break
            parts.append(room[start * 64 : start * 64 + 64])
            start = mini_fat[start]
        return b"".join(parts)[:size]

    def _at(self, sector: int) -> bytes:
        if sector >= self.sectors:
            raise ValueError(f"sector {sector:,} of {self.sectors:,}")
        begin = (sector + 1) * self.sector
        found = self.data[begin : begin + self.sector]
        if len(found) < self.sector:
            raise ValueError("its last sector is incomplete")
        return found

    def _words(self, sector: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self.sector // 4}I", self._at(sector))

    def _chain(self, sector: int) -> bytes:
        parts: list[bytes] = []
        while sector != END:
            if len(parts) > self.sectors or sector >= len(self.fat):
                raise ValueError("a chain of sectors that does not end")
            parts.append(self._at(sector))
            sector = self.fat[sector]
        return b"".join(parts)


def _packed_ole(name: str, stream: bytes) -> bytes:
    """A new container with one stream, in 4,096-byte sectors so that the header holds the whole table."""
    size = 4096
    body = -(-max(len(stream), size) // size)
    # directory, an empty sector for the small streams (of which there are none), the stream, the table
    tables = -(-(body + 2) // (size // 4 - 1))
    total = body + 2 + tables
    fat = [END, END, *range(3, body + 2), END, *[FAT_SECTOR] * tables]
    fat += [FREE] * (tables * (size // 4) - len(fat))
    header = OLE + bytes(16) + struct.pack("<5H6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<9I", 1, tables, 0, 0, 4096, END, 0, END, 0)
    places = [*range(total - tables, total)]
    header += struct.pack("<109I", *places, *[FREE] * (109 - len(places)))

    def entry(label: str, kind: int, child: int, start: int, length: int) -> bytes:
        text = label.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<HBB3I", len(text), kind, 1, FREE, FREE, child)
        return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, length)

    directory = entry("Root Entry", 5, 1, 1, 64) + entry(name, 2, FREE, 2, max(len(stream), size))
    return b"".join(
        (
            header.ljust(size, b"\0"),
            directory.ljust(size, b"\0"),
            bytes(size),
            stream.ljust(body * size, b"\0"),
            struct.pack(f"<{len(fat)}I", *fat),
        )
    )


def _checked_xls(file: str, data: bytes, limits: Limits) -> bytes:
    """A new container with only the workbook stream, once that is measured."""
    try:
        ole = _Ole(data)
        names = ole.streams.keys()
        if "EncryptedPackage" in names or "EncryptionInfo" in names:
            raise _locked(file)
        name = next((name for name in ("Workbook", "Book") if name in names), None)
        if name is None:
            kind = "a Word document" if "WordDocument" in names else "not a workbook"
            kind = "a PowerPoint presentation" if "PowerPoint Document" in names else kind
            kind = kind if kind == "not a workbook" else kind + ", not a workbook"
            raise _refusal(file, f"is {kind}", FETCH_WORKBOOK)
        stream = bytearray(ole.read(name))
        _check_records(file, stream, limits)
    except (ValueError, struct.error, IndexError, AttributeError) as error:
        raise _damaged(file, f"its container cannot be read ({error})") from None
    return _packed_ole(name, bytes(stream))


# Records of a sheet that hold a value at (row, column).
VALUE_RECORDS = {0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E}


def _records(stream: bytes | bytearray, at: int) -> Iterator[tuple[int, int, int]]:
    """(kind, where its content begins, length) of each record from `at` up to the end-of-part record."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, min(length, len(stream) - at - 4)
        if kind == 0x000A:
            return
        at += 4 + length


def _check_records(file: str, stream: bytearray, limits: Limits) -> None:
    """Measure what calamine would build. Raises AccessReviewError past the limits."""
    sheets: list[int] = []
    strings: list[int] = []
    blocks: list[bytes] = []
    in_strings = False
    for kind, at, length in _records(stream, 0):
        if kind == 0x002F and length >= 2:
            raise _locked(file)
        if kind == 0x0085 and length >= 4:
            sheets.append(struct.unpack_from("<I", stream, at)[0])
        in_strings = kind == 0x00FC or (in_strings and kind == 0x003C)
        if in_strings:
            blocks.append(bytes(stream[at : at + length]))
    if len(sheets) > limits.sheets:
        raise _too_many_sheets(file, limits)
    if blocks:
        strings = _string_lengths(file, blocks)
    cells = characters = 0
    for number, begin in enumerate(sheets, 1):
        extent = _Extent(file, f"number {number}", limits)
        for kind, at, length in _records(stream, begin):
            if kind in VALUE_RECORDS and length >= 6:
                row, column = struct.unpack_from("<HH", stream, at)
                if kind == 0x00BD:  # a run of numbers
                    column += max(length - 6, 0) // 6
                    column = max(column, struct.unpack_from("<H", stream, at + length - 2)[0])
                elif kind == 0x00FD and length >= 10:
                    index = struct.unpack_from("<I", stream, at + 6)[0]
                    characters += strings[index] if index < len(strings) else 0
                extent.reach(row + 1, column + 1)
            elif kind in (0x0200, 0x00E5):
                # The sheet's claim about its own size, and its merged cells: calamine sets memory aside
                # for both unchecked, and neither holds a value. 0x00EA is a record nobody reads.
                struct.pack_into("<H", stream, at - 4, 0x00EA)
        cells += extent.rows * extent.columns
        _check_total(file, cells, limits.cells, "cells")
        _check_total(file, characters, limits.text_characters, "characters of text")


def _string_lengths(file: str, blocks: list[bytes]) -> list[int]:
    """The length of each string of the string table, which may run over several records."""
    (unique,) = struct.unpack_from("<I", blocks[0], 4)
    if unique > sum(map(len, blocks)) // 3:  # the shortest takes three bytes
        raise _damaged(file, f"it claims {unique:,} shared strings")
    lengths: list[int] = []
    block, at = 0, 8
    while len(lengths) < unique:
        if at >= len(blocks[block]):
            block, at = block + 1, 0
            if block == len(blocks):
                break
            continue
        count, flags = struct.unpack_from("<HB", blocks[block], at)
        at += 3
        runs = extra = 0
        if flags & 8:
            (runs,) = struct.unpack_from("<H", blocks[block], at)
            at += 2
        if flags & 4:
            (extra,) = struct.unpack_from("<I", blocks[block], at)
            at += 4
        lengths.append(count)
        while count and block < len(blocks):
            width = 2 if flags & 1 else 1
            taken = min(count, (len(blocks[block]) - at) // width)
            count -= taken
            at += taken * width
            if count:
                block, at = block + 1, 1
                if block < len(blocks) and blocks[block]:
                    flags = blocks[block][0]  # the rest may be packed differently
        skip = runs * 4 + extra
        while skip and block < len(blocks):
            taken = min(skip, len(blocks[block]) - at)
            skip -= taken
            at += taken
            if skip:
                block, at = block + 1, 0
        if block >= len(blocks):
            break
    return lengths


# Cells


def _too_many_sheets(file: str, limits: Limits) -> AccessReviewError:
    return _refusal(file, f"has more than {limits.sheets} sheets, the most that is read", CHECK_BOUNDS)


_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep a panic in calamine from printing its own backtrace: the reader gets our message instead.

    Rust writes to file descriptor 2 directly, so that is what is turned away, one thread at a time.
    """
    with _ONE_AT_A_TIME:
        try:
            kept = os.dup(2)
        except OSError:  # already closed, as under a daemon
            yield
            return
        try:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _calamine_sheets(file: str, source: io.BytesIO, limits: Limits) -> tuple[Sheet, ...]:
    try:
        with _quiet():
            return _sheets(file, source, limits)
    except (CalamineError, ValueError, OverflowError, OSError) as error:
        # Having tried every format, calamine says only that it knows none.
        unknown = "detect file format" in str(error)
        detail = "parts of it are missing or are not what they say" if unknown else _brief(str(error))
        raise _damaged(file, detail) from None
    except BaseException as error:
        # pyo3's PanicException is made at run time and cannot be imported, nor is it an Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(file, "its contents contradict each other") from None


def _sheets(file: str, source: io.BytesIO, limits: Limits) -> tuple[Sheet, ...]:
    workbook = CalamineWorkbook.from_filelike(source)
    source.close()  # calamine has its own copy
    every = workbook.sheets_metadata
    if len(every) > limits.sheets:
        raise _too_many_sheets(file, limits)
    if not every:
        raise _refusal(file, "is a workbook without sheets", FETCH_AGAIN)
    repeated = [name for name, times in Counter(workbook.sheet_names).items() if times > 1]
    if repeated:
        # calamine finds sheets by name and would give one of them twice.
        raise _damaged(file, f'it has two sheets called "{_brief(repeated[0])}"')
    sheets = []
    cells = characters = 0
    for index, about in enumerate(every):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue  # a chart or a macro: no cells
        found = workbook.get_sheet_by_index(index)
        if found.end is not None:
            cells += (found.end[0] + 1) * (found.end[1] + 1)
            _check_total(file, cells, limits.cells, "cells")
        rows, more = _plain_rows(file, found, limits)
        characters += more
        _check_total(file, characters, limits.text_characters, "characters of text")
        sheets.append(Sheet(about.name, rows, hidden=about.visible != SheetVisibleEnum.Visible))
    return tuple(sheets)


def _plain_rows(file: str, found: CalamineSheet, limits: Limits) -> tuple[list[tuple[Cell, ...]], int]:
    """The rows from sheet row 1 and the number of characters in them."""
    rows: list[tuple[Cell, ...]] = []
    characters = 0
    for number, raw in enumerate(found.to_python(skip_empty_area=False), 1):
        row: list[Cell] = []
        for index, value in enumerate(raw):
            if isinstance(value, str):
                if not value:
                    row.append(None)
                    continue
                if len(value) > limits.cell_characters or "\0" in value:
                    where = f'sheet "{_brief(found.name)}", row {number:,}, column {column_letter(index)}'
                    raise _bad_text(file, where, value, limits)
                characters += len(value)
                value = _duration(value)
            elif isinstance(value, float) and not math.isfinite(value):
                row.append(str(value))  # no cell shows a number that is not one; kept as the text it was
                continue
            row.append(value)
        rows.append(tuple(row))
    return _trimmed(rows), characters


# A day or longer, which calamine hands on as it is written in an .ods.
ODS_DURATION = re.compile(r"(-?)PT(\d{1,7})H(\d{1,2})M(\d{1,2})(?:[.,]\d{1,9})?S")


def _duration(text: str) -> str | datetime.timedelta:
    found = ODS_DURATION.fullmatch(text) if text.startswith(("P", "-P")) else None
    if found is None:
        return text
    hours, minutes, seconds = (int(part) for part in found.groups()[1:])
    length = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] else length


def _bad_text(file: str, where: str, value: str, limits: Limits) -> AccessReviewError:
    if len(value) > limits.cell_characters:
        problem = f"has {len(value):,} characters; at most {limits.cell_characters:,} are read"
    else:
        problem = "holds a NUL character"
    return AccessReviewError(f"{file}, {where}: the cell {problem}", hint=CHECK_BOUNDS)


def _trimmed(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
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


# Delimited text


def _csv_sheet(path: Path, data: bytes, limits: Limits) -> tuple[str, str | None, tuple[Sheet, ...]]:
    file = path.name
    at = data.find(b"\0")
    if at >= 0:
        raise _refusal(file, f"is not text: it has a NUL at byte {at + 1:,}", FETCH_WORKBOOK)
    encoding = "utf-8"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = "cp1252"
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise _refusal(
                file,
                f"is neither UTF-8 nor Windows-1252 text (line {line:,}, byte {error.start + 1:,})",
                "save it as CSV UTF-8",
            ) from None
    delimiter = _delimiter(path, text)
    rows: list[tuple[Cell, ...]] = []
    characters = width = 0
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    # A bound of the whole process, which any other library may have lifted: ours while we read.
    theirs = csv.field_size_limit(LONGEST_FIELD)
    try:
        for number, record in enumerate(records, 1):
            width = max(width, len(record))
            if number > limits.rows_per_sheet:
                most = limits.rows_per_sheet
                raise _refusal(file, f"has more than {most:,} records, the most that is read", CHECK_BOUNDS)
            if len(record) > limits.columns:
                raise _refusal(
                    file,
                    f"record {number:,} has {len(record):,} fields; at most {limits.columns:,} are read",
                    "look for a missing line break or a wrong separator",
                )
            _check_total(file, number * width, limits.cells, "cells")
            for index, value in enumerate(record):
                if len(value) > limits.cell_characters:
                    where = f"record {number:,}, column {column_letter(index)}"
                    raise _bad_text(file, where, value, limits)
                characters += len(value)
            rows.append(tuple(value or None for value in record))
    except csv.Error as error:
        number = len(rows) + 1
        reason = str(error)
        if "unexpected end of data" in reason or "field larger" in reason:
            reason = 'a quotation mark (") that opens a field is never closed, or the field is too long'
        elif "expected after" in reason:
            reason = 'a quotation mark (") inside a quoted field is not doubled'
        raise AccessReviewError(
            f"{file}, record {number:,}, which ends before line {records.line_num + 1:,}: {reason}",
            hint="correct that record in a text editor, or ask the publisher for a workbook",
        ) from None
    finally:
        csv.field_size_limit(theirs)
    _check_total(file, characters, limits.text_characters, "characters of text")
    rows = _trimmed(rows)
    if not rows:
        raise _refusal(file, "has no records", "download the file again")
    return ("tsv" if delimiter == "\t" else "csv"), encoding, (Sheet(path.stem, rows, hidden=False),)


def _delimiter(path: Path, text: str) -> str:
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    first = next((line for line in io.StringIO(text[: 64 * 1024]) if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"?', "", first)
    # The comma first, so that it wins a tie: a header of one column has none of the three.
    return max((",", ";", "\t"), key=unquoted.count)
