"""Reviewed repairs of source errors: a cell that is known to be wrong is read as what it should have been.

`corrections/<register>/*.toml` holds `[[correction]]` tables (docs/how-to-correct-a-source-error.md). A correction
says what it expects to find, and the build stops when that is no longer there: a correction that has lost its
object must not change something else. The published text stays in the entry's `raw`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from dashboard.cleaning import tidy
from dashboard.edition import EDITION_ID, Edition
from dashboard.errors import AccessReviewError
from dashboard.layouts import Match, MatchedSheet
from dashboard.registers import MAPPABLE, Register
from dashboard.settings import Settings
from dashboard.workbook import Cell, cell_text, column_letter


REQUIRED = ("id", "edition", "expect", "change", "reason", "source", "by", "on")
OPTIONAL = ("sheet", "row", "match", "rows", "sha256")
Value = str | int | date
HEADER = re.compile(r"^[ \t]*\[\[\s*correction\s*\]\]", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One reviewed repair. `match`, `expect` and `change` map a field to a cell's value."""

    register: str
    id: str
    editions: tuple[str, ...]
    expect: Mapping[str, Value]
    change: Mapping[str, Value]
    reason: str
    source: str
    by: str
    on: date
    file: str  # <register>/<file name>, as under corrections/
    line: int
    sheet: str | None = None
    row: int | None = None
    match: Mapping[str, Value]
    rows: int = 1  # how many rows it is about
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One cell that a correction changed, with its place."""

    correction: Correction
    edition: str
    sheet: str
    row: int
    column: int  # counted from 0
    heading: str
    field: str
    before: str
    after: str

    @property
    def column_words(self) -> str:
        return f"{column_letter(self.column)} ({self.heading})"


@dataclass(frozen=True)
class Chosen:
    """The corrections of a build: those of editions that are here, and those of editions that are not."""

    here: Mapping[tuple[str, str], tuple[Correction, ...]]
    elsewhere: tuple[Correction, ...]


def read_corrections(settings: Settings, registers: Mapping[str, Register]) -> list[Correction]:
    """Every correction, in order of file and place. Raises AccessReviewError for one that cannot be meant."""
    found: list[Correction] = []
    for path in settings.files("corrections", "**/*.toml"):
        found += read_file(path, registers)
    for (register, name), count in Counter((c.register, c.id) for c in found).items():
        if count > 1:
            places = " and ".join(
                f"{c.file} line {c.line}" for c in found if (c.register, c.id) == (register, name)
            )
            raise AccessReviewError(
                f"{register} has {count} corrections called {name!r}: {places}", hint="give each its own id"
            )
    return found


def read_file(path: Path, registers: Mapping[str, Register]) -> list[Correction]:
    """The corrections of one file, `corrections/<register>/<name>.toml`."""
    register = path.parent.name
    if register not in registers:
        raise AccessReviewError(
            f"{path}: corrections of {register!r}, and no register is called so",
            hint=f"put the file in corrections/<register>/; registers are: {', '.join(registers)}",
        )
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise AccessReviewError(
            f"{path}: {error.strerror or error}", hint="make it a file that can be read"
        ) from error
    except (ValueError, RecursionError) as error:  # the message names line and column
        raise AccessReviewError(f"{path}: {error}", hint="mend the TOML at that place") from error
    tables = document.get("correction")
    if (
        set(document) != {"correction"}
        or not isinstance(tables, list)
        or not all(isinstance(t, dict) for t in tables)
    ):
        unknown = sorted(set(document) - {"correction"})
        words = f"{unknown[0]!r} is not a key" if unknown else "there is no [[correction]]"
        raise AccessReviewError(
            f"{path}: {words}", hint="write [[correction]] above the keys of each correction"
        )
    lines = [text.count("\n", 0, m.start()) + 1 for m in HEADER.finditer(text)]
    if len(lines) != len(tables):  # written inline, or a heading inside a text
        lines = [1] * len(tables)
    return [_correction(path, register, line, table) for line, table in zip(lines, tables, strict=True)]


def _correction(path: Path, register: str, line: int, table: dict[str, Any]) -> Correction:
    name = table.get("id")
    where = f"{path}: line {line}: correction" + (f" {name!r}" if isinstance(name, str) else "")

    def fail(words: str, hint: str) -> NoReturn:
        raise AccessReviewError(f"{where}: {words}", hint=hint)

    def text(key: str) -> str:
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            fail(f"{key!r} must be text", f'write {key} = "..."')
        return value

    def whole(key: str, default: int | None) -> int | None:
        value = table.get(key, default)
        if value is not default and (type(value) is not int or value < 1):
            fail(
                f"{key!r} must be a whole number from 1",
                f"write {key} = 12; rows count from 1, as in the sheet",
            )
        return value

    def values(key: str) -> dict[str, Value]:
        value = table.get(key, {})
        if not isinstance(value, dict) or (not value and key in REQUIRED):
            fail(f"{key!r} must hold a field and its value", f'write {key} = {{ reference = "..." }}')
        for field, cell in value.items():
            if field not in MAPPABLE:
                fail(f"{key}: {field!r} is not a field", f"use one of: {', '.join(sorted(MAPPABLE))}")
            if isinstance(cell, bool | datetime) or not isinstance(cell, str | int | date):
                fail(
                    f"{key}: {field} must be text, a whole number or a day",
                    'put the published text in quotes: "..."',
                )
        return value

    unknown = sorted(set(table) - {*REQUIRED, *OPTIONAL})
    if unknown:
        fail(f"{unknown[0]!r} is not a key", f"use: {', '.join((*REQUIRED, *OPTIONAL))}")
    missing = [key for key in REQUIRED if key not in table]
    if missing:
        fail(f"{missing[0]!r} is missing", f"each correction needs: {', '.join(REQUIRED)}")
    named = [table["edition"]] if isinstance(table["edition"], str) else table["edition"]
    if (
        not isinstance(named, list)
        or not named
        or not all(isinstance(e, str) and EDITION_ID.fullmatch(e) for e in named)
    ):
        fail(
            "'edition' must name editions by their ids",
            'write edition = "2017-06-30", or a list; `status` lists them',
        )
    if type(table["on"]) is not date:
        fail("'on' must be the day of the review", "write on = 2026-11-25, without quotes")
    sheet = text("sheet") if "sheet" in table else None
    row = whole("row", None)
    match, expect, change = values("match"), values("expect"), values("change")
    if row is not None and sheet is None:
        fail("'row' is given without 'sheet'", 'add sheet = "..."')
    if not match and row is None:
        fail("it does not say which row", 'add match = { reference = "..." }, or sheet and row')
    for field in change:
        if field not in expect:
            fail(
                f"{field} is changed and not expected",
                f'add what the file says of it to expect: {field} = "..."',
            )
        if _text(change[field]) == _text(expect[field]):
            fail(
                f"{field} is changed to what it is",
                "give the right value in change, the published one in expect",
            )
    sha256 = text("sha256") if "sha256" in table else ""
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        fail("'sha256' is not a hash", "copy it from edition.toml, or leave it out")
    return Correction(
        register=register,
        id=text("id"),
        editions=tuple(named),
        sheet=sheet,
        row=row,
        match=match,
        expect=expect,
        change=change,
        rows=whole("rows", 1) or 1,
        reason=text("reason"),
        source=text("source"),
        by=text("by"),
        on=table["on"],
        sha256=sha256,
        file=f"{register}/{path.name}",
        line=line,
    )


def choose(corrections: Sequence[Correction], editions: Sequence[Edition]) -> Chosen:
    """Which correction is for which edition.

    Where the archive has none of the editions that a file names, the file waits for them: corrections ship with
    the project and not everybody has the editions. Where it has some, an id that it has not is a mistake, and an
    AccessReviewError.
    """
    there = {(e.register, e.edition) for e in editions}
    files: dict[str, set[tuple[str, str]]] = {}
    for c in corrections:
        files.setdefault(c.file, set()).update((c.register, e) for e in c.editions)
    here: dict[tuple[str, str], list[Correction]] = {}
    elsewhere: list[Correction] = []
    for c in corrections:
        if not files[c.file] & there:
            elsewhere.append(c)
            continue
        for name in c.editions:
            if (c.register, name) not in there:
                mine = ", ".join(e for r, e in sorted(there) if r == c.register)
                raise AccessReviewError(
                    f"corrections/{c.file}: line {c.line}: correction {c.id!r}: {c.register} has no edition {name}",
                    hint=f"editions are: {mine}; mend the id, or put corrections of editions that are not here "
                    "in a file of their own",
                )
            here.setdefault((c.register, name), []).append(c)
    return Chosen({key: tuple(found) for key, found in here.items()}, tuple(elsewhere))


def correct(match: Match, corrections: Sequence[Correction], edition: Edition) -> tuple[Match, list[Change]]:
    """The matched workbook with its corrected cells, and what was changed.

    Raises AccessReviewError naming file, correction, edition, sheet and row where a correction does not find what
    it expects. What is withdrawn is neither looked at nor changed.
    """
    changes: list[Change] = []
    by_cell: dict[tuple[str, int, int], str] = {}
    for correction in corrections:
        for change in _changes(match, correction, edition):
            key = (change.sheet, change.row, change.column)
            if key in by_cell:
                _fail(
                    correction,
                    edition,
                    f"sheet '{change.sheet}', row {change.row}: {change.field} is changed by {by_cell[key]!r} too",
                    "leave one of the two",
                )
            by_cell[key] = correction.id
            changes.append(change)
    if not changes:
        return match, []
    return replace(match, sheets=tuple(_corrected(found, changes) for found in match.sheets)), changes


def _corrected(found: MatchedSheet, changes: Sequence[Change]) -> MatchedSheet:
    rows = list(found.sheet.rows)
    published = dict(found.published)
    for change in changes:
        if change.sheet != found.sheet.name:
            continue
        row = rows[change.row - 1]
        published.setdefault(change.row, row)
        cell: Cell = change.correction.change[change.field]
        rows[change.row - 1] = (*row[: change.column], cell, *row[change.column + 1 :])
    return replace(found, sheet=replace(found.sheet, rows=rows), published=published)


def _changes(match: Match, c: Correction, edition: Edition) -> Iterator[Change]:
    if c.sha256 and c.sha256 != edition.sha256:
        words = f"it is for the file with sha256 {c.sha256}, and the file there has {edition.sha256}"
        _fail(c, edition, words, "look whether it still holds, then mend or remove sha256")
    listing = [s for s in match.sheets if s.layout.rows != "note"]
    sheets = [s for s in listing if c.sheet in (None, s.sheet.name)]
    if not sheets:
        names = ", ".join(f"'{s.sheet.name}'" for s in listing)
        _fail(
            c, edition, f"there is no sheet '{c.sheet}' with rows of the register", f"the sheets are: {names}"
        )
    wanted = [s for s in sheets if set(c.match) <= set(s.columns)]
    if not wanted:
        field = next(f for f in c.match if not all(f in s.columns for s in sheets))
        _fail(
            c, edition, f"no sheet there has a column for {field!r}", "match by a field that the layout maps"
        )
    hits = [
        (found, number)
        for found in wanted
        for number in range(found.header_row + 1, len(found.sheet.rows) + 1)
        if c.row in (None, number) and all(_cell(found, number, f) == _text(v) for f, v in c.match.items())
    ]
    if len(hits) != c.rows:
        _fail(c, edition, *_missed(c, wanted, hits))
    for found, number in hits:
        if found.is_withdrawn(number):
            continue
        place = f"sheet '{found.sheet.name}', row {number}"
        for field, value in c.expect.items():
            if field not in found.columns:
                _fail(
                    c,
                    edition,
                    f"{place}: the sheet has no column for {field!r}",
                    "expect a field that it has",
                )
            if found.is_withdrawn(number, found.columns[field]):
                continue
            stands = _cell(found, number, field)
            if stands != _text(value):
                _fail(
                    c,
                    edition,
                    f"{place}: expected {field} '{_text(value)}', and '{stands}' stands there",
                    AGAIN,
                )
        for field, value in c.change.items():
            column = found.columns[field]
            if not found.is_withdrawn(number, column):
                yield Change(
                    correction=c,
                    edition=edition.edition,
                    sheet=found.sheet.name,
                    row=number,
                    column=column,
                    heading=tidy(found.headings[column]),
                    field=field,
                    before=cell_text(found.sheet.rows[number - 1][column]),
                    after=_text(value),
                )


AGAIN = (
    "look at the file: if the publisher has mended it, remove the correction; a file of the same name in the data "
    "folder's corrections/ takes a shipped one's place"
)


def _missed(
    c: Correction, sheets: Sequence[MatchedSheet], hits: Sequence[tuple[MatchedSheet, int]]
) -> tuple[str, str]:
    asked = ", ".join(f"{f} '{_text(v)}'" for f, v in c.match.items())
    if c.row is not None:
        found = sheets[0]
        place = f"sheet '{found.sheet.name}', row {c.row}"
        if c.rows > 1:
            return f"{place} is one row, and rows = {c.rows}", "leave out row, or rows"
        if not found.header_row < c.row <= len(found.sheet.rows):
            below = f"rows {found.header_row + 1} to {len(found.sheet.rows)}"
            return f"{place}: there is no such row below the headings", f"the sheet has {below}"
        stands = ", ".join(f"{f} '{_cell(found, c.row, f)}'" for f in c.match)
        stands = "that row is withdrawn" if found.is_withdrawn(c.row) else f"{stands} stands there"
        return f"{place}: expected {asked}, and {stands}", AGAIN
    places = ", ".join(f"'{s.sheet.name}' row {n}" for s, n in hits[:6])
    if not hits:
        names = ", ".join(f"'{s.sheet.name}'" for s in sheets)
        return f"no row of {names} has {asked}", AGAIN
    return (
        f"{len(hits)} rows have {asked} ({places}), and it is for {c.rows}",
        "add sheet and row, a field to match, or rows",
    )


def _fail(c: Correction, edition: Edition, words: str, hint: str) -> NoReturn:
    raise AccessReviewError(
        f"corrections/{c.file}: line {c.line}: correction {c.id!r}: edition {edition.edition}: {words}",
        hint=hint,
    )


def _text(value: Value) -> str:
    return tidy(cell_text(value))


def _cell(found: MatchedSheet, number: int, field: str) -> str:
    return tidy(cell_text(found.sheet.rows[number - 1][found.columns[field]]))
