"""Read a published workbook into plain cells. Knows nothing about what the columns mean.

The file comes from somebody else, so it is measured before it is believed. python-calamine is fast and
right about values, but it is native code that trusts what a file says about its own size: a 1 KB file can
make it loop for ever (a table that is never closed) or ask for so much memory that the whole process is
aborted, which no `except` can catch. So each format gets a pre-check in Python that bounds the grid and
the text (`ods`, `xlsx`, `xls`), and calamine (`native`) is then handed a copy holding only the parts that
were checked. Macros, pictures, external links and DDE never reach it. Text goes no further than Python
(`delimited`). `reading` decides which of these a file is for.
"""

from __future__ import annotations

from dashboard.workbook.bounds import LIMITS, MIB, Limits
from dashboard.workbook.cells import Cell, Sheet, Workbook, cell_text, column_letter
from dashboard.workbook.kinds import HTML, OLE, SIGNATURES, TEXT_SUFFIXES, XML
from dashboard.workbook.reading import read_workbook


__all__ = [
    "HTML",
    "LIMITS",
    "MIB",
    "OLE",
    "SIGNATURES",
    "TEXT_SUFFIXES",
    "XML",
    "Cell",
    "Limits",
    "Sheet",
    "Workbook",
    "cell_text",
    "column_letter",
    "read_workbook",
]
