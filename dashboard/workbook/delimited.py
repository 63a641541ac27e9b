"""Delimited text (.csv, .tsv): its encoding, its separator, and its records as one sheet."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from dashboard.errors import AccessReviewError
from dashboard.workbook.bounds import Limits, bad_text, check_total
from dashboard.workbook.cells import Cell, Sheet, column_letter, trimmed
from dashboard.workbook.refusals import CHECK_BOUNDS, FETCH_WORKBOOK, refusal


LONGEST_FIELD = 131_072  # characters of one field of a CSV file: past it a quotation mark is missing


def csv_sheet(path: Path, data: bytes, limits: Limits) -> tuple[str, str | None, tuple[Sheet, ...]]:
    """The format, the encoding, and the one sheet. Raises AccessReviewError when it is no text or past `limits`."""
    file = path.name
    at = data.find(b"\0")
    if at >= 0:
        raise refusal(file, f"is not text: it has a NUL at byte {at + 1:,}", FETCH_WORKBOOK)
    encoding = "utf-8"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = "cp1252"
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise refusal(
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
                raise refusal(file, f"has more than {most:,} records, the most that is read", CHECK_BOUNDS)
            if len(record) > limits.columns:
                raise refusal(
                    file,
                    f"record {number:,} has {len(record):,} fields; at most {limits.columns:,} are read",
                    "look for a missing line break or a wrong separator",
                )
            check_total(file, number * width, limits.cells, "cells")
            for index, value in enumerate(record):
                if len(value) > limits.cell_characters:
                    where = f"record {number:,}, column {column_letter(index)}"
                    raise bad_text(file, where, value, limits)
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
    check_total(file, characters, limits.text_characters, "characters of text")
    rows = trimmed(rows)
    if not rows:
        raise refusal(file, "has no records", "download the file again")
    return ("tsv" if delimiter == "\t" else "csv"), encoding, (Sheet(path.stem, rows, hidden=False),)


def _delimiter(path: Path, text: str) -> str:
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    first = next((line for line in io.StringIO(text[: 64 * 1024]) if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"?', "", first)
    # The comma first, so that it wins a tie: a header of one column has none of the three.
    return max((",", ";", "\t"), key=unquoted.count)
