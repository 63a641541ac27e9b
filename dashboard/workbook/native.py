"""The cells of a workbook that was checked, by python-calamine, whose failures become ordinary refusals."""

from __future__ import annotations

import datetime
import io
import math
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from dashboard.workbook.bounds import Limits, bad_text, check_total, too_many_sheets
from dashboard.workbook.cells import Cell, Sheet, column_letter, trimmed
from dashboard.workbook.refusals import FETCH_AGAIN, brief, damaged, refusal


_ONE_AT_A_TIME = threading.Lock()
# A day or longer, which calamine hands on as it is written in an .ods.
ODS_DURATION = re.compile(r"(-?)PT(\d{1,7})H(\d{1,2})M(\d{1,2})(?:[.,]\d{1,9})?S")


def calamine_sheets(file: str, source: io.BytesIO, limits: Limits) -> tuple[Sheet, ...]:
    """Every worksheet of `source`. Raises AccessReviewError where calamine fails or what it found is past `limits`."""
    try:
        with _quiet():
            return _sheets(file, source, limits)
    except (CalamineError, ValueError, OverflowError, OSError) as error:
        # Having tried every format, calamine says only that it knows none.
        unknown = "detect file format" in str(error)
        detail = "parts of it are missing or are not what they say" if unknown else brief(str(error))
        raise damaged(file, detail) from None
    except BaseException as error:
        # pyo3's PanicException is made at run time and cannot be imported, nor is it an Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(file, "its contents contradict each other") from None


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


def _sheets(file: str, source: io.BytesIO, limits: Limits) -> tuple[Sheet, ...]:
    workbook = CalamineWorkbook.from_filelike(source)
    source.close()  # calamine has its own copy
    every = workbook.sheets_metadata
    if len(every) > limits.sheets:
        raise too_many_sheets(file, limits)
    if not every:
        raise refusal(file, "is a workbook without sheets", FETCH_AGAIN)
    repeated = [name for name, times in Counter(workbook.sheet_names).items() if times > 1]
    if repeated:
        # calamine finds sheets by name and would give one of them twice.
        raise damaged(file, f'it has two sheets called "{brief(repeated[0])}"')
    sheets = []
    cells = characters = 0
    for index, about in enumerate(every):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue  # a chart or a macro: no cells
        found = workbook.get_sheet_by_index(index)
        if found.end is not None:
            cells += (found.end[0] + 1) * (found.end[1] + 1)
            check_total(file, cells, limits.cells, "cells")
        rows, more = _plain_rows(file, found, limits)
        characters += more
        check_total(file, characters, limits.text_characters, "characters of text")
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
                    where = f'sheet "{brief(found.name)}", row {number:,}, column {column_letter(index)}'
                    raise bad_text(file, where, value, limits)
                characters += len(value)
                value = _duration(value)
            elif isinstance(value, float) and not math.isfinite(value):
                row.append(str(value))  # no cell shows a number that is not one; kept as the text it was
                continue
            row.append(value)
        rows.append(tuple(row))
    return trimmed(rows), characters


def _duration(text: str) -> str | datetime.timedelta:
    found = ODS_DURATION.fullmatch(text) if text.startswith(("P", "-P")) else None
    if found is None:
        return text
    hours, minutes, seconds = (int(part) for part in found.groups()[1:])
    length = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] else length
