"""Old binary workbooks (.xls): one stream of records in an OLE container, measured record by record."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from dashboard.workbook.bounds import Extent, Limits, check_total, too_many_sheets
from dashboard.workbook.ole import Ole, packed_ole
from dashboard.workbook.refusals import FETCH_WORKBOOK, damaged, locked, refusal


# Records of a sheet that hold a value at (row, column).
VALUE_RECORDS = {0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E}


def checked_xls(file: str, data: bytes, limits: Limits) -> io.BytesIO:
    """A new container with only the workbook stream, once that is measured."""
    try:
        ole = Ole(data)
        names = ole.streams.keys()
        if "EncryptedPackage" in names or "EncryptionInfo" in names:
            raise locked(file)
        name = next((name for name in ("Workbook", "Book") if name in names), None)
        if name is None:
            kind = "a Word document" if "WordDocument" in names else "not a workbook"
            kind = "a PowerPoint presentation" if "PowerPoint Document" in names else kind
            kind = kind if kind == "not a workbook" else kind + ", not a workbook"
            raise refusal(file, f"is {kind}", FETCH_WORKBOOK)
        stream = bytearray(ole.read(name))
        _check_records(file, stream, limits)
    except (ValueError, struct.error, IndexError, AttributeError) as error:
        raise damaged(file, f"its container cannot be read ({error})") from None
    return io.BytesIO(packed_ole(name, bytes(stream)))


def _check_records(file: str, stream: bytearray, limits: Limits) -> None:
    """Measure what calamine would build. Raises AccessReviewError past the limits."""
    sheets: list[int] = []
    strings: list[int] = []
    blocks: list[bytes] = []
    in_strings = False
    for kind, at, length in _records(stream, 0):
        if kind == 0x002F and length >= 2:
            raise locked(file)
        if kind == 0x0085 and length >= 4:
            sheets.append(struct.unpack_from("<I", stream, at)[0])
        in_strings = kind == 0x00FC or (in_strings and kind == 0x003C)
        if in_strings:
            blocks.append(bytes(stream[at : at + length]))
    if len(sheets) > limits.sheets:
        raise too_many_sheets(file, limits)
    if blocks:
        strings = _string_lengths(file, blocks)
    cells = characters = 0
    for number, begin in enumerate(sheets, 1):
        extent = Extent(file, f"number {number}", limits)
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
        check_total(file, cells, limits.cells, "cells")
        check_total(file, characters, limits.text_characters, "characters of text")


def _records(stream: bytes | bytearray, at: int) -> Iterator[tuple[int, int, int]]:
    """(kind, where its content begins, length) of each record from `at` up to the end-of-part record."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, min(length, len(stream) - at - 4)
        if kind == 0x000A:
            return
        at += 4 + length


def _string_lengths(file: str, blocks: list[bytes]) -> list[int]:
    """The length of each string of the string table, which may run over several records."""
    (unique,) = struct.unpack_from("<I", blocks[0], 4)
    if unique > sum(map(len, blocks)) // 3:  # the shortest takes three bytes
        raise damaged(file, f"it claims {unique:,} shared strings")
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
