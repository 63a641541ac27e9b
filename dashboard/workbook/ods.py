"""OpenDocument spreadsheets (.ods): what calamine would make of content.xml, measured and put right first."""

from __future__ import annotations

import io
import re

from dashboard.workbook.archive import Parts, packed
from dashboard.workbook.bounds import Extent, Limits, check_total
from dashboard.workbook.cells import column_letter
from dashboard.workbook.markup import Check, check_xml, is_odd, rewritten
from dashboard.workbook.refusals import (
    CHECK_BOUNDS,
    FETCH_WORKBOOK,
    SAVE_AS_XLSX,
    brief,
    damaged,
    locked,
    refusal,
)


ODF = "application/vnd.oasis.opendocument."
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.2"><manifest:file-entry manifest:full-path="/"'
    f' manifest:media-type="{ODF}spreadsheet"/></manifest:manifest>'
)
# calamine leaves these out, which joins the words on either side of them.
BREAKS = (
    (re.compile(rb"<text:line-break\s*(?:/>|>\s*</text:line-break\s*>)"), b"\n"),
    (re.compile(rb"<text:tab(?:\s[^<>]*)?(?:/>|>\s*</text:tab\s*>)"), b"\t"),
)
SPACED = re.compile(rb">\s+<")  # between cells it is an error to calamine; a pretty-printer leaves it
PARAGRAPHS = frozenset({"text:p", "text:h"})  # outside them white space means nothing
# Drawn over the cells, or kept from before, and no cell's value, though calamine reads their text as one.
LEFT_OUT = (
    "draw:",
    "office:annotation",
    "office:forms",
    "table:shapes",
    "table:dde-links",
    "table:tracked-changes",
)
DRAWN = (b"<draw:", b"<svg:", b"<table:dde-links", b"<table:tracked-changes")
# A cell that does not say what its value is shows its text; calamine reads it as empty.
UNTYPED = re.compile(
    rb"(<table:(?:covered-)?table-cell)(?![\w-])(?![^<>]*\soffice:value-type=)"
    rb"((?:\s[^<>]*[^<>/])?>)(?=(?:<text:p\b|<text:h\b))"
)
# Likewise a cell that says what its value is and not the value.
VALUELESS = re.compile(
    rb"(<table:(?:covered-)?table-cell(?![\w-])(?![^<>]*\soffice:(?:value|date-value|time-value|boolean-value)=)"
    rb'[^<>]*\soffice:value-type=)"(?:float|percentage|currency|date|time|boolean)"((?:\s[^<>]*[^<>/])?>)'
    rb"(?=(?:<text:p\b|<text:h\b))"
)
# And one whose kind of value is none that there is.
UNKNOWN = re.compile(
    rb"(<table:(?:covered-)?table-cell(?![\w-])[^<>]*\soffice:value-type=)"
    rb'"(?!(?:string|float|percentage|currency|date|time|boolean)")[^"<>]*"((?:\s[^<>]*[^<>/])?>)'
    rb"(?=(?:<text:p\b|<text:h\b))"
)
VALUE = re.compile(rb'\soffice:(?:value|date-value|time-value|boolean-value)="[^"<>]*"')
# calamine reads an error as an empty cell; without these marks it reads the text a reader sees.
ERROR = re.compile(rb'\soffice:string-value=""(?=[^<>]*\scalcext:value-type="error")')


def checked_ods(file: str, parts: Parts, limits: Limits) -> io.BytesIO:
    """A new archive with the cells of an .ods alone. Raises AccessReviewError when it is none or past `limits`."""
    kind = parts.read("mimetype")[:200].decode("ascii", "replace").strip()
    if kind not in (ODF + "spreadsheet", ODF + "spreadsheet-template"):
        label = kind.removeprefix(ODF) if kind.startswith(ODF) else "unknown"
        raise refusal(
            file, f"is an OpenDocument file of type {brief(label)!r}, not a workbook", FETCH_WORKBOOK
        )
    manifest = "META-INF/manifest.xml"
    if "encrypted-package" in parts or (manifest in parts and b":encryption-data" in parts.read(manifest)):
        raise locked(file)
    if "content.xml" not in parts:
        raise damaged(file, 'its part "content.xml" is missing')
    content = _plain_content(file, parts.read("content.xml"))
    content = UNTYPED.sub(rb'\1 office:value-type="string"\2', content)
    content = VALUELESS.sub(rb'\1"string"\2', content)
    content = UNKNOWN.sub(
        # a value of no kind is none: calamine would take it for a number
        lambda cell: VALUE.sub(b"", cell[1]) + b'"string"' + VALUE.sub(b"", cell[2]),
        content,
    )
    check_xml(file, "content.xml", content, _OdsCheck(file, limits))
    for pattern, text in BREAKS:
        content = pattern.sub(text, content)
    content = ERROR.sub(b"", content)
    return packed(
        {
            "mimetype": (ODF + "spreadsheet").encode(),
            manifest: MANIFEST.encode(),
            "content.xml": content,
        }.items()
    )


def _plain_content(file: str, data: bytes) -> bytes:
    """`data` written in the usual way, without text outside paragraphs and all that is drawn over the cells."""
    if is_odd(data) or SPACED.search(data) or any(mark in data for mark in DRAWN):
        return rewritten(file, "content.xml", data, left_out=LEFT_OUT, text_within=PARAGRAPHS)
    return data


class _OdsCheck(Check):
    """Adds up the grid and the text that the repeats in a content.xml would unfold to."""

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.depth = 0  # of tables
        self.extent = Extent(file, "", limits)
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
            raise refusal(self.file, self._where("a table inside the sheet's own table"), SAVE_AS_XLSX)
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
                raise refusal(self.file, self._where(f"a cell with {spaces:,} spaces"), CHECK_BOUNDS)
            self.cell_characters += spaces
        elif name == "table:table-row":
            self.row_repeats = _count(
                self.file, self._where("a row"), attributes.get("table:number-rows-repeated")
            )
            self.column = self.row_used = self.row_characters = 0
            self.in_row = True
        elif name == "table:table":
            if not attributes.get("table:name"):  # calamine would leave it out without a word
                raise refusal(self.file, "has a sheet without a name", SAVE_AS_XLSX)
            self.depth += 1
            self.extent = Extent(self.file, brief(attributes.get("table:name", "")), self.limits)
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
                check_total(self.file, self.characters, self.limits.text_characters, "characters of text")
            self.row += self.row_repeats
        elif name == "table:table":
            self.depth -= 1
            self.cells += self.extent.rows * self.extent.columns
            check_total(self.file, self.cells, self.limits.cells, "cells")

    def _where(self, what: str) -> str:
        if not self.depth:
            return what
        place = f"row {self.row + 1:,}, column {column_letter(min(self.column, 10**6))}"
        return f'sheet "{self.extent.sheet}", {place}: {what}'


def _count(file: str, what: str, text: str | None) -> int:
    """A repeat count. Raises AccessReviewError when it is not a whole number from 1."""
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text)):
        raise damaged(file, f'{what} is repeated "{brief(text)}" times')
    return int(text)
