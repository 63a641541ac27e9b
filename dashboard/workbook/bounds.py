"""How large a file, a sheet and a cell may be, and the refusal of what is larger.

Every format is held to the same bounds before native code lays its grid out in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from dashboard.errors import AccessReviewError
from dashboard.workbook.cells import column_letter
from dashboard.workbook.refusals import CHECK_BOUNDS, refusal


MIB = 1024 * 1024
# Where Excel and LibreOffice stop, and where calamine drops rows without saying so.
LAST_ROW = 1_048_576


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


LIMITS = Limits()  # where the caller sets none


@dataclass
class Extent:
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
        raise refusal(self.file, f'sheet "{self.sheet}" {problem}', CHECK_BOUNDS)


def check_total(file: str, count: int, most: int, unit: str) -> None:
    if count > most:
        raise refusal(file, f"holds more than {most:,} {unit}, the most that is read", CHECK_BOUNDS)


def too_many_sheets(file: str, limits: Limits) -> AccessReviewError:
    return refusal(file, f"has more than {limits.sheets} sheets, the most that is read", CHECK_BOUNDS)


def bad_text(file: str, where: str, value: str, limits: Limits) -> AccessReviewError:
    if len(value) > limits.cell_characters:
        problem = f"has {len(value):,} characters; at most {limits.cell_characters:,} are read"
    else:
        problem = "holds a NUL character"
    return AccessReviewError(f"{file}, {where}: the cell {problem}", hint=CHECK_BOUNDS)
