"""Which layout a workbook has: sheets found by name, the header row found by what it says.

A workbook either matches one era of its register whole, or is refused with the sheet, row and heading that
do not fit and the nearest thing that would.
"""

from __future__ import annotations

import difflib
import re
import shlex
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

from dashboard.cleaning import normalise_text
from dashboard.errors import AccessReviewError
from dashboard.patterns import LONGEST_NAME
from dashboard.registers import Layout, Register, SheetLayout
from dashboard.unsuitable import why_no_register
from dashboard.workbook import Cell, Sheet, Workbook, cell_text, column_letter


HEADER_WITHIN = 30  # rows searched for the header; notes above a table are longer than a screen nowhere seen
LONGEST_NOTE = 5_000  # characters of a note above a table that are searched for a date
# Spelt out: the names of the calendar module follow the reader's locale, and registers are in English.
MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
MONTH_YEAR = re.compile(r"([A-Za-z]{3,9})\.?[\s_-]*'?(\d{4}|\d{2})(?!\d)")


@dataclass(frozen=True)
class MatchedSheet:
    """A sheet with its layout: where the header stands and which column holds which field."""

    sheet: Sheet
    layout: SheetLayout
    header_row: int  # counted from 1, 0 for notes
    columns: dict[str, int]  # field -> column, counted from 0
    headings: tuple[str, ...]
    period: tuple[date | None, date | None] = (None, None)  # the days of which it claims to list every case
    # Rows as published, by number, where a correction replaced a cell of them.
    published: Mapping[int, tuple[Cell, ...]] = field(default_factory=dict)
    # Row number -> the columns withdrawn from every output; none named: the whole row.
    withdrawn: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def is_withdrawn(self, row: int, column: int | None = None) -> bool:
        """Whether the whole row is withdrawn, or with `column` that cell."""
        columns = self.withdrawn.get(row)
        return columns is not None and (not columns or column in columns)

    def as_published(self, row: int, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """The cells of a row as they were before a correction, without those withdrawn."""
        return self.shown(row, self.published.get(row, cells))

    def shown(self, row: int, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """The cells of a row without those withdrawn."""
        if row not in self.withdrawn:
            return cells
        return tuple(None if self.is_withdrawn(row, i) else cell for i, cell in enumerate(cells))


@dataclass(frozen=True)
class Match:
    register: Register
    layout: Layout
    sheets: tuple[MatchedSheet, ...]
    ignored: tuple[Sheet, ...]  # described as not part of the register, or empty
    hidden: tuple[Sheet, ...]  # hidden and not described
    as_at: date | None
    as_at_basis: str
    published: date | None
    published_basis: str


@dataclass
class Fit:
    """How well one era describes a workbook: what was found of what it wants, and what is wrong."""

    register: Register
    layout: Layout
    sheets: int = 0  # found
    sheets_wanted: int = 0
    headings: int = 0  # found, on sheets found by name or, failing that, by their headings
    headings_wanted: int = 0
    problems: list[str] = field(default_factory=list)
    match: Match | None = None  # when nothing is wrong

    @property
    def share(self) -> float:
        """From 0 to 1. A sheet under another name counts for less than a heading under another name."""
        wanted = 2 * self.sheets_wanted + self.headings_wanted
        return (2 * self.sheets + self.headings) / wanted if wanted else 0.0

    def words(self) -> str:
        """ "12 of 14 headings, 3 of 4 sheets"."""
        return (
            f"{self.headings} of {self.headings_wanted} headings, {self.sheets} of {self.sheets_wanted} "
            f"{'sheet' if self.sheets_wanted == 1 else 'sheets'}"
        )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    key = normalise_text(name)
    return any(fnmatchcase(key, normalise_text(pattern)) for pattern in patterns)


def _headings(row: Sequence[object]) -> list[str]:
    return [normalise_text(cell_text(cell)) for cell in row]  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Header:
    row: int
    columns: dict[str, int]
    missing: tuple[str, ...]


def _find_header(sheet: Sheet, layout: SheetLayout) -> _Header | None:
    """The row whose cells fit the most headings; None when no row fits even one in three."""
    wanted = {f: {normalise_text(h) for h in headings} for f, headings in layout.columns.items()}
    best: _Header | None = None
    for number, row in enumerate(sheet.rows[:HEADER_WITHIN], 1):
        cells = _headings(row)
        columns = {
            f: next(i for i, cell in enumerate(cells) if cell in names)
            for f, names in wanted.items()
            if any(cell in names for cell in cells)
        }
        missing = tuple(f for f in layout.columns if f not in columns and f not in layout.optional)
        if best is None or len(columns) > len(best.columns):
            best = _Header(number, columns, missing)
    if best is None or len(best.columns) * 3 < max(1, len(wanted) - len(layout.optional)):
        return None
    return best


def month_of(text: str) -> tuple[int, int] | None:
    """(year, month) in words such as "September2020", "Sept 17", "June_20"."""
    found = MONTH_YEAR.search(text)
    if not found or found[1][:3].lower() not in MONTHS:
        return None
    year = int(found[2])
    return (year if year > 99 else 2000 + year), MONTHS[found[1][:3].lower()]


def last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _date_words(text: str) -> tuple[date, str] | None:
    """A date found in a file name, sheet name or cell, with how exact it is."""
    iso = re.search(r"(\d{4})-?(\d{2})-?(\d{2})", text)
    if iso:
        try:
            return date(int(iso[1]), int(iso[2]), int(iso[3])), "stated"
        except ValueError:
            return None
    spelt = re.search(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]{3,9})\s+(\d{4})", text)
    if spelt and spelt[2][:3].lower() in MONTHS:
        try:
            return date(int(spelt[3]), MONTHS[spelt[2][:3].lower()], int(spelt[1])), "stated"
        except ValueError:
            return None
    month = month_of(text)
    return (last_day(*month), "stated_month") if month else None


def _short(text: str) -> list[str]:
    """A cell's text, or the lines and sentences of one too long to be searched whole: a note of many sentences."""
    if len(text) <= LONGEST_NAME:
        return [text]
    return re.split(r"[\r\n]+|(?<=[.;!?])[ \t]", text[:LONGEST_NOTE])


def _find_date(
    rules: Sequence[tuple[str, str]],
    workbook: Workbook,
    sheets: Iterable[Sheet],
    ends: Iterable[date | None] = (),
) -> tuple[date | None, str]:
    for source, pattern in rules:
        if source == "period":
            last = max((end for end in ends if end), default=None)
            if last:
                return last, "stated"
            continue
        texts: Iterable[str]
        if source == "file_name":
            texts = [workbook.path.name]
        elif source == "sheet_name":
            texts = [s.name for s in workbook.sheets]
        else:
            texts = (
                part for s in sheets for row in s.rows[:200] for c in row if isinstance(c, str)
                for part in _short(cell_text(c))
            )  # fmt: skip
        for text in texts:
            found = re.search(pattern, text) if len(text) <= LONGEST_NAME else None
            reading = _date_words(found["date"]) if found else None
            if reading:
                return reading
    return None, ""


def period_in_name(name: str) -> tuple[date, date] | None:
    """The period a sheet's name claims: "June 17 to Sept 17" -> 1 June 2017 to 30 September 2017."""
    parts = re.split(r"\s+to\s+|\s*[–-]\s*", name, maxsplit=1)
    if len(parts) != 2:
        return None
    first, last = month_of(parts[0]), month_of(parts[1])
    if not first or not last:
        return None
    return date(first[0], first[1], 1), last_day(*last)


def _period(sheet: Sheet, layout: SheetLayout, workbook: Workbook) -> tuple[date | None, date | None]:
    """The days of which the sheet claims to list every case, as far as they are known."""
    if layout.period_in_name and (named := period_in_name(sheet.name)):
        return named
    for source, pattern in layout.period_patterns:
        text = workbook.path.name if source == "file_name" else sheet.name
        found = re.search(pattern, text) if len(text) <= LONGEST_NAME else None
        first, last = (_date_words(found["start"]), _date_words(found["end"])) if found else (None, None)
        if first and last:
            # a month that begins a period is meant from its first day
            start = first[0].replace(day=1) if first[1] == "stated_month" else first[0]
            return start, last[0]
    return layout.listed_from, layout.listed_to


def _describe(row: Sequence[object]) -> str:
    words = [cell_text(c) for c in row if cell_text(c)]  # type: ignore[arg-type]
    shown = ", ".join(f"'{w[:50]}'" for w in words[:8])
    return shown + (f" and {len(words) - 8} more" if len(words) > 8 else "") or "an empty row"


def _first_row(sheet: Sheet) -> tuple[int, Sequence[object]]:
    for number, row in enumerate(sheet.rows, 1):
        if sum(1 for cell in row if cell_text(cell)) > 1:
            return number, row
    return 1, sheet.rows[0] if sheet.rows else ()


def _needed(layout: SheetLayout) -> int:
    return sum(1 for name in layout.columns if name not in layout.optional)


def fit(register: Register, layout: Layout, workbook: Workbook) -> Fit:
    """How one era fits a workbook."""
    matched: list[MatchedSheet] = []
    ignored: list[Sheet] = []
    hidden: list[Sheet] = []
    strangers: list[Sheet] = []
    problems: list[str] = []
    found = Fit(register, layout, problems=problems)
    used: set[int] = set()
    file = workbook.path.name
    for sheet in workbook.sheets:
        chosen = next((s for s in layout.sheets if _matches(sheet.name, s.names)), None)
        if chosen is not None and chosen.names == ("*",) and _matches(sheet.name, layout.ignore_sheets):
            chosen = None  # "every sheet" means every one that is not said to be no part of the register
        if chosen is None or (not any(any(cell_text(c) for c in row) for row in sheet.rows)):
            if chosen is not None and chosen.required:
                problems.append(f"{file}: sheet '{sheet.name}' is empty")
                used.add(layout.sheets.index(chosen))
            elif _matches(sheet.name, layout.ignore_sheets) or not sheet.rows:
                ignored.append(sheet)
            elif sheet.hidden:
                hidden.append(sheet)
            else:
                number, row = _first_row(sheet)
                strangers.append(sheet)
                problems.append(
                    f"{file}: sheet '{sheet.name}' is not described (row {number} has the headings "
                    f"{_describe(row)})"
                )
            continue
        used.add(layout.sheets.index(chosen))
        found.sheets_wanted += 1
        if chosen.rows == "note":
            found.sheets += 1
            matched.append(MatchedSheet(sheet, chosen, 0, {}, ()))
            continue
        header = _find_header(sheet, chosen)
        found.headings_wanted += _needed(chosen)
        # a name of any characters fits every sheet: its headings say whether it is there
        found.headings += _needed(chosen) - len(header.missing) if header else 0
        found.sheets += header is not None
        if header is None:
            number, row = _first_row(sheet)
            expected = ", ".join(f"'{h[0]}'" for h in list(chosen.columns.values())[:6])
            problems.append(
                f"{file}: sheet '{sheet.name}' row {number}: no header row was found; expected headings such "
                f"as {expected}; found {_describe(row)}"
            )
            continue
        cells = [cell_text(c) for c in sheet.rows[header.row - 1]]
        if header.missing:
            spare = {
                normalise_text(c): c for i, c in enumerate(cells) if c and i not in header.columns.values()
            }
            for name in header.missing:
                headings = chosen.columns[name]
                near = difflib.get_close_matches(normalise_text(headings[0]), spare, n=1, cutoff=0.4)
                nearest = (
                    f"; the nearest heading there is '{spare[near[0]]}' in column "
                    f"{column_letter(cells.index(spare[near[0]]))}"
                    if near
                    else ""
                )
                problems.append(
                    f"{file}: sheet '{sheet.name}' row {header.row}: there is no heading '{headings[0]}' "
                    f"(field {name}){nearest}"
                )
            continue
        period = _period(sheet, chosen, workbook)
        if chosen.dated_by_period and not period[1]:
            problems.append(
                f"{file}: the rows of sheet '{sheet.name}' carry no date and are dated by the period of the file, "
                "and neither the file's name nor the sheet's gives one as this layout describes it"
            )
            continue
        matched.append(MatchedSheet(sheet, chosen, header.row, header.columns, tuple(cells), period))
    for index, wanted in enumerate(layout.sheets):
        if wanted.required and index not in used:
            found.sheets_wanted += 1
            found.headings_wanted += _needed(wanted)
            problems.append(f"{file}: there is no sheet named like '{wanted.names[0]}'")
            header, alike = _alike(strangers, wanted)
            if header and alike:
                count = _needed(wanted) - len(header.missing)
                found.headings += count
                problems[-1] += f"; sheet '{alike.name}' has {count} of its {_needed(wanted)} headings"
    for one in matched if not problems else []:
        problems += _other_rows(one, layout, file)
    if not problems and not any(m.layout.rows not in ("note", "lookup") for m in matched):
        problems.append(f"{file}: no sheet holds rows of the register")
    if problems:
        return found
    every = [*(m.sheet for m in matched), *ignored]
    ends = [m.period[1] for m in matched]
    as_at, as_at_basis = _find_date(layout.as_at_patterns, workbook, every, ends)
    published, published_basis = _find_date(layout.published_patterns, workbook, every)
    found.match = Match(
        register,
        layout,
        tuple(matched),
        tuple(ignored),
        tuple(hidden),
        as_at,
        as_at_basis,
        published,
        published_basis,
    )
    return found


def _alike(sheets: Sequence[Sheet], wanted: SheetLayout) -> tuple[_Header | None, Sheet | None]:
    """Of sheets that nothing describes, the one whose headings are most like those wanted."""
    best: tuple[_Header | None, Sheet | None] = (None, None)
    for sheet in sheets if wanted.columns else ():
        header = _find_header(sheet, wanted)
        if header and (best[0] is None or len(header.missing) < len(best[0].missing)):
            best = header, sheet
    return best


def _other_rows(found: MatchedSheet, layout: Layout, file: str) -> list[str]:
    """The first row of each kind that this layout does not read (`only_when`)."""
    problems = []
    for name, value in layout.only_when.items():
        column = found.columns.get(name)
        for number, row in enumerate(found.sheet.rows[found.header_row :], found.header_row + 1):
            if column is not None and any(cell_text(c) for c in row) and cell_text(row[column]) != value:
                problems.append(
                    f"{file}: sheet '{found.sheet.name}' row {number}, column {column_letter(column)}: "
                    f"this layout reads only rows with '{value}', and this one has '{cell_text(row[column])}'"
                )
                break
    return problems


def match(register: Register, workbook: Workbook) -> Match:
    """The one era of `register` that fits `workbook`.

    Raises AccessReviewError naming file, sheet, row and heading where none fits, with the nearest layout
    and heading, and what to do next.
    """
    return match_layouts(register, register.layouts, workbook)


def match_layouts(register: Register, layouts: Sequence[Layout], workbook: Workbook) -> Match:
    """The first of these eras that fits; see `match`."""
    fits = [fit(register, layout, workbook) for layout in layouts]
    for found in fits:
        if found.match:
            return found.match
    nearest = max(fits, key=lambda f: f.share)  # the first of equals
    refuse_unsuitable(workbook, nearest)
    problems = nearest.problems
    more = f"\n  and {len(problems) - 4} more" if len(problems) > 4 else ""
    raise AccessReviewError(
        "\n  ".join(problems[:4]) + more,
        hint=(
            f"if this is the right file, add the heading as a synonym, or the sheet, to the layout "
            f"'{nearest.layout.era}' in {register.layouts_path.name} (nearest of {len(layouts)}); "
            f"'access-review inspect {shlex.quote(str(workbook.path))}' shows what the file holds"
        ),
    )


NEAR = 0.6  # the share from which a workbook is taken for an edition with something renamed


def refuse_unsuitable(workbook: Workbook, nearest: Fit | None) -> None:
    """Raise AccessReviewError where the file is no register at all: a specification of fields, or a survey."""
    reason = why_no_register(workbook)
    if reason and (nearest is None or nearest.share < NEAR):
        raise AccessReviewError(
            f"{workbook.path.name} holds no rows of requests or releases: {reason}",
            hint="look for the list that it is about: a file with one row a request or a release",
        )
