"""Rows that a table taken from a PDF broke in two: which belong together, and which cannot be joined safely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.cleaning import Cell, normalise_text, tidy
from dashboard.layouts import MatchedSheet
from dashboard.registers import Register
from dashboard.vocabulary import TEXT_FIELDS
from dashboard.workbook import cell_text


@dataclass
class LogicalRow:
    """A row as it was before it was broken. `number` is that of the part with the reference."""

    number: int
    cells: tuple[Cell, ...]
    published: tuple[Cell, ...]  # as cells, where a correction replaced some of them
    why: str = ""  # why it is no row of the register: blank, note, ...; "" when it is one
    parts: tuple[int, ...] = ()  # the sheet rows that were joined to it
    unclear: bool = False  # has no reference, and could not be joined


def join_continued(
    rows: Sequence[tuple[int, tuple[Cell, ...]]],
    found: MatchedSheet,
    register: Register,
    explain: Callable[[Sequence[Cell]], str],
    published: Callable[[int, tuple[Cell, ...]], tuple[Cell, ...]] = lambda _, cells: cells,
) -> list[LogicalRow]:
    """Rows in the sheet's order, those without a reference joined to their neighbour where that is safe.

    `continues = "above"`: such a row is the rest of the row above. "below": it is the beginning of the row
    below, as where a tall cell's text is set beside a row whose other cells stand at its foot. A header
    repeated in between (a page's end) changes nothing; a blank row or a note parts what it stands between.
    """
    upwards = found.layout.continues == "below"
    joined: list[LogicalRow] = []
    last: LogicalRow | None = None
    for number, cells in reversed(rows) if upwards else rows:
        row = LogicalRow(number, cells, published(number, cells), explain(cells))
        if row.why:
            last = last if row.why == "repeated header" else None
        elif cell_text(cells[found.columns["reference"]]).strip():
            last = row
        elif last is not None and _is_rest(row.cells, last.cells, found, register):
            first, second = (row, last) if upwards else (last, row)
            last.cells = tuple(_together(a, b) for a, b in zip(first.cells, second.cells, strict=True))
            last.published = tuple(
                _together(a, b) for a, b in zip(first.published, second.published, strict=True)
            )
            last.parts = (number, *last.parts) if upwards else (*last.parts, number)
            continue
        else:
            row.unclear, last = True, None
        joined.append(row)
    return joined[::-1] if upwards else joined


def _together(first: Cell, second: Cell) -> Cell:
    texts = [cell_text(cell) for cell in (first, second)]
    if all(text.strip() for text in texts):
        return " ".join(texts)
    return first if texts[0].strip() else second


def _is_rest(part: Sequence[Cell], whole: Sequence[Cell], found: MatchedSheet, register: Register) -> bool:
    """Whether a row without a reference can only be a piece of that other row.

    It can when it fills at most half of the columns, continues nothing but text (anything else must fill an
    empty cell), and does not bring a second complete word of the vocabulary.
    """
    fields = {column: name for name, column in found.columns.items()}
    filled = [i for i, cell in enumerate(part) if cell_text(cell).strip()]
    if len(filled) * 2 > sum(1 for heading in found.headings if heading.strip()):
        return False
    for i in filled:
        name = fields.get(i, "")
        if not cell_text(whole[i]).strip():
            continue
        if name and name not in TEXT_FIELDS:
            return False
        known = {"outcome": register.outcomes, "recipient_type": register.recipient_types}.get(name, {})
        if all(normalise_text(tidy(cell_text(cells[i]))) in known for cells in (part, whole)):
            return False
    return True
