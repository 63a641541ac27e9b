"""Withdrawals: an edition, a row or a cell that no output shows any more, with the dated reason in its place.

`withdrawals/<register>/<date>-<n>.toml` in the data folder, one a file, written by `access-review withdraw`
(docs/how-to-withdraw.md). The archived file stays as it was: it is the record of what was published.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from dashboard.cleaning import normalise_text, tidy
from dashboard.edition import EDITION_ID, Edition
from dashboard.errors import AccessReviewError, UsageError
from dashboard.files import disk_errors, lock, write_whole
from dashboard.issues import Issue
from dashboard.layouts import Match, MatchedSheet
from dashboard.settings import Settings
from dashboard.text import day
from dashboard.workbook import column_letter


KEYS = ("edition", "sha256", "on", "reason", "sheet", "row", "column", "heading", "superseded_by")
NAME = re.compile(r"\d{4}-\d{2}-\d{2}-([1-9]\d*)\.toml")
KINDS: dict[type, str] = {str: "text", int: "a whole number from 1", date: "a day"}
WHOLE_ROW: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """One withdrawal: of an edition, of a row of a sheet, or of a cell of it."""

    register: str
    edition: str
    sha256: str  # of the edition's file: other bytes under the same id are another matter
    on: date
    reason: str
    file: str  # <register>/<file name>, as under withdrawals/
    sheet: str = ""  # empty: the whole edition
    row: int | None = None
    column: int | None = None  # counted from 0; none: the whole row
    heading: str = ""
    superseded_by: str = ""

    @property
    def kind(self) -> str:
        return "edition" if not self.sheet else "row" if self.column is None else "cell"

    @property
    def place(self) -> str:
        """In words: edition 2017-06-30, sheet 'A', row 5, column C (Name)."""
        words = f"edition {self.edition}"
        if self.sheet:
            words += f", sheet '{self.sheet}', row {self.row}"
        return words + (f", column {self.column_words}" if self.column is not None else "")

    @property
    def column_words(self) -> str:
        if self.column is None:
            return ""
        return column_letter(self.column) + (f" ({self.heading})" if self.heading else "")

    @property
    def key(self) -> tuple[object, ...]:
        return self.register, self.edition, self.sheet, self.row, self.column


def read_withdrawals(settings: Settings) -> list[Withdrawal]:
    """Every withdrawal, by register and date. Raises AccessReviewError for a file that cannot be meant: what it
    withdraws might be shown."""
    return [read_file(path) for path in settings.files("withdrawals", "**/*.toml")]


def read_file(path: Path) -> Withdrawal:
    def fail(words: str, hint: str) -> NoReturn:
        raise AccessReviewError(f"{path}: {words}", hint=hint)

    try:
        record: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise AccessReviewError(
            f"{path}: {error.strerror or error}", hint="make it a file that can be read"
        ) from error
    except (ValueError, RecursionError) as error:
        raise AccessReviewError(f"{path}: {error}", hint="mend the TOML at that place") from error
    unknown = sorted(set(record) - set(KEYS))
    if unknown:
        fail(f"{unknown[0]!r} is not a key", f"use: {', '.join(KEYS)}")
    for key in ("edition", "sha256", "on", "reason"):
        if key not in record:
            fail(
                f"{key!r} is missing", "restore the file, or remove it and run 'access-review withdraw' again"
            )
    for key, value in record.items():
        wanted: type = {"on": date, "row": int}.get(key, str)
        if type(value) is not wanted or not value or (isinstance(value, int) and value < 1):
            fail(f"{key} is {value!r}, and must be {KINDS[wanted]}", "restore the file")
    if not EDITION_ID.fullmatch(record["edition"]):
        fail(f"{record['edition']!r} is not an edition id", "it is the as-at date, then .2 and so on")
    if ("sheet" in record) != ("row" in record) or ("column" in record and "sheet" not in record):
        fail("a row needs its sheet, and a cell both", "give sheet and row, or neither for the whole edition")
    column = column_number(record["column"]) if "column" in record else None
    if "column" in record and column is None:
        fail(
            f"{record['column']!r} is not a column's letter", "write A, B, ... AA, as a spreadsheet names it"
        )
    return Withdrawal(
        register=path.parent.name,
        edition=record["edition"],
        sha256=record["sha256"],
        on=record["on"],
        reason=record["reason"],
        sheet=record.get("sheet", ""),
        row=record.get("row"),
        column=column,
        heading=record.get("heading", ""),
        superseded_by=record.get("superseded_by", ""),
        file=f"{path.parent.name}/{path.name}",
    )


def column_number(letters: str) -> int | None:
    """ "A" -> 0, "AA" -> 26; none for what is no letter of a column."""
    if not re.fullmatch(r"[A-Za-z]{1,3}", letters):
        return None
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def of_editions(
    withdrawals: Sequence[Withdrawal], editions: Sequence[Edition]
) -> dict[tuple[str, str], list[Withdrawal]]:
    """Withdrawals by register and edition. Those of editions that are not in the archive have nothing to hide.

    Raises AccessReviewError where the edition's file is not the one that the withdrawal is about.
    """
    there = {(e.register, e.edition): e for e in editions}
    found: dict[tuple[str, str], list[Withdrawal]] = {}
    for withdrawal in withdrawals:
        edition = there.get((withdrawal.register, withdrawal.edition))
        if edition is None:
            continue
        if edition.sha256 != withdrawal.sha256:
            raise AccessReviewError(
                f"withdrawals/{withdrawal.file}: it is about another file than the edition {edition.edition} of "
                f"{edition.register} that is in the archive now (their sha256 differ)",
                hint="look at the file there: remove the withdrawal if all of it may be shown, else remove it and "
                "run 'access-review withdraw' again",
            )
        found.setdefault((edition.register, edition.edition), []).append(withdrawal)
    return found


def mark(match: Match, withdrawals: Sequence[Withdrawal]) -> Match:
    """The matched workbook with its withdrawn rows and cells marked, so that no reading shows them.

    Raises AccessReviewError where a withdrawal's sheet or row is not there: what it means might be shown.
    """
    if not withdrawals:
        return match
    sheets = {found.sheet.name: found for found in match.sheets}
    for withdrawal in withdrawals:
        found = sheets.get(withdrawal.sheet)
        try:
            found = _in_sheet(found, match, withdrawal.sheet, withdrawal.row or 0)
        except UsageError as error:
            raise AccessReviewError(
                f"withdrawals/{withdrawal.file}: {error.message}",
                hint="the layout has changed, or the file was edited: mend the place, or withdraw it again",
            ) from None
        row = withdrawal.row or 0
        before = found.withdrawn.get(row)
        if withdrawal.column is None or before == WHOLE_ROW:
            columns = WHOLE_ROW
        else:
            columns = frozenset({withdrawal.column}) | (before or frozenset())
        sheets[withdrawal.sheet] = replace(found, withdrawn={**found.withdrawn, row: columns})
    return replace(match, sheets=tuple(sheets[s.sheet.name] for s in match.sheets))


def _in_sheet(found: MatchedSheet | None, match: Match, name: str, row: int) -> MatchedSheet:
    """The sheet of that name, if rows of it are read and `row` is one of them. Raises UsageError else."""
    listing = [s.sheet.name for s in match.sheets if s.layout.rows != "note"]
    if found is None or found.layout.rows == "note":
        raise UsageError(
            f"there is no sheet '{name}' with rows of the register",
            hint=f"the sheets are: {', '.join(repr(n) for n in listing)}; of other sheets no output shows anything",
        )
    if not found.header_row < row <= len(found.sheet.rows):
        raise UsageError(
            f"sheet '{name}' has no row {row} below its headings",
            hint=f"rows {found.header_row + 1} to {len(found.sheet.rows)} can be withdrawn",
        )
    return found


def place_of(match: Match, sheet: str, row: int, column: str | None) -> tuple[int | None, str]:
    """The column (counted from 0) and its heading for a sheet, row and column as a person names them.

    `column` is a field, a heading or a letter. Raises UsageError where any of them is not there.
    """
    found = _in_sheet(next((s for s in match.sheets if s.sheet.name == sheet), None), match, sheet, row)
    if column is None:
        return None, ""
    headings = [normalise_text(h) for h in found.headings]
    if column in found.columns:
        number: int | None = found.columns[column]
    elif headings.count(normalise_text(column)) == 1:
        number = headings.index(normalise_text(column))
    else:
        number = column_number(column)
    if number is None or number >= len(found.sheet.rows[row - 1]):
        known = ", ".join(f"{column_letter(i)} ({tidy(h)})" for i, h in enumerate(found.headings))
        raise UsageError(f"sheet '{sheet}' has no column {column!r}", hint=f"its columns are: {known}")
    return number, tidy(found.headings[number]) if number < len(found.headings) else ""


def write_withdrawal(settings: Settings, withdrawal: Withdrawal) -> Path:
    """Write a withdrawal into the data folder, whole or not at all; `file` of the record given is not used.

    Raises AccessReviewError when the same is withdrawn already, or the disk refuses.
    """
    folder = settings.data / "withdrawals" / withdrawal.register
    with (
        disk_errors("writing the withdrawal"),
        lock(settings.data / "withdrawals" / ".lock", "withdrawing something"),
    ):
        for other in read_withdrawals(settings):
            if other.key == withdrawal.key and other.sha256 == withdrawal.sha256:
                raise AccessReviewError(
                    f"{other.place} of {other.register} was withdrawn on {day(other.on)} (withdrawals/{other.file})",
                    hint=f"to change the reason, or to name what supersedes it, edit {other.file}",
                )
        used = [int(m[1]) for p in folder.glob("*.toml") if (m := NAME.fullmatch(p.name))]
        path = folder / f"{withdrawal.on.isoformat()}-{max(used, default=0) + 1}.toml"
        write_whole(path, _toml(withdrawal))
    return path


def _toml(withdrawal: Withdrawal) -> str:
    record = {
        "edition": withdrawal.edition,
        "sha256": withdrawal.sha256,
        "on": withdrawal.on,
        "reason": withdrawal.reason,
        "sheet": withdrawal.sheet,
        "row": withdrawal.row,
        "column": column_letter(withdrawal.column) if withdrawal.column is not None else "",
        "heading": withdrawal.heading,
        "superseded_by": withdrawal.superseded_by,
    }

    def value(item: object) -> str:
        # DEL is the one character that JSON leaves as it is and TOML forbids
        return (
            json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
            if isinstance(item, str)
            else str(item)
        )

    head = "# Written by 'access-review withdraw'. Removing this file undoes it at the next build.\n"
    return head + "".join(f"{k} = {value(v)}\n" for k, v in record.items() if v not in ("", None))


def superseding(withdrawal: Withdrawal, editions: Sequence[Edition]) -> str:
    """The edition that supersedes a withdrawn one: as named in the withdrawal, else added as its replacement."""
    if withdrawal.superseded_by:
        return withdrawal.superseded_by
    replacing = [
        e.edition for e in editions if (e.register, e.replaces) == (withdrawal.register, withdrawal.edition)
    ]
    return replacing[0] if replacing else ""


def issues(withdrawals: Sequence[Withdrawal], editions: Sequence[Edition]) -> list[Issue]:
    """What remains: a dated reason at the place, and never the value; and a word at what supersedes an edition."""
    found = []
    there = {(e.register, e.edition) for e in editions}
    for w in withdrawals:
        later = superseding(w, editions)
        words = f"Withdrawn on {day(w.on)}: {w.reason.rstrip('.')}."
        found.append(
            Issue(
                register=w.register,
                edition=w.edition,
                sheet=w.sheet,
                sheet_row=w.row,
                column=w.column_words,
                rule="withdrawn",
                words=words + (f" Edition {later} supersedes it." if later else ""),
            )
        )
        if (w.register, later) in there:
            what = "" if w.kind == "edition" else f"a {w.kind} of which was "
            words = f"Supersedes edition {w.edition}, {what}withdrawn on {day(w.on)}."
            found.append(Issue(register=w.register, edition=later, rule="supersedes_withdrawn", words=words))
    return found


def record(withdrawals: Mapping[tuple[str, str], Sequence[Withdrawal]]) -> list[dict[str, str]]:
    """What a build keeps beside it of the withdrawals it hides, so that an older one is known to show them."""
    return [
        {"register": w.register, "edition": w.edition, "kind": w.kind, "place": w.place, "key": repr(w.key)}
        for found in withdrawals.values()
        for w in found
    ]
