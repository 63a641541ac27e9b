"""Reference data that people keep in CSV files: read with the record number, so that an error names its place."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard.cleaning import tidy
from dashboard.errors import AccessReviewError
from dashboard.settings import Settings
from dashboard.vocabulary import COLUMN_NEEDS, COMMITMENT_KINDS, COMMITMENT_STATUSES, FIGURE_STATUSES


def read_csv_rows(path: Path, columns: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows of a reference CSV with their record numbers. Raises AccessReviewError naming file and column."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
        missing = [c for c in columns if c not in (reader.fieldnames or ())]
        rows = [{k: tidy(v or "") for k, v in row.items() if k} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise AccessReviewError(f"{path}: {error}", hint="save it as CSV in UTF-8") from error
    if missing:
        raise AccessReviewError(f"{path}: row 1: there is no column {missing[0]!r}", hint="add the column")
    return list(enumerate(rows, 2))


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One row of a file that people edit, with its place, so that what is wrong with it can be found."""

    path: Path
    file: str  # the same from the data folder or the shipped one, so that it is nobody's own path
    number: int
    cells: dict[str, str]

    def fail(self, column: str, problem: str, hint: str) -> AccessReviewError:
        return AccessReviewError(f"{self.path}: row {self.number}, column {column}: {problem}", hint=hint)

    def text(self, column: str) -> str:
        value = self.cells.get(column, "")
        if not value:
            raise self.fail(column, "it is empty", f"give the {column}")
        return value

    def day(self, column: str) -> date | None:
        value = self.cells.get(column, "")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise self.fail(
                column, f"{value!r} is no day", "write it as 2018-01-31, or leave it empty"
            ) from None

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        value = self.text(column)
        if value not in allowed:
            near = difflib.get_close_matches(value, list(allowed), n=1)
            more = f"; did you mean {near[0]!r}?" if near else ""
            raise self.fail(column, f"it cannot be {value!r}{more}", f"use one of: {', '.join(allowed)}")
        return value

    def address(self, column: str) -> str | None:
        value = self.cells.get(column, "")
        if value and not value.startswith(("http://", "https://")):
            raise self.fail(column, f"{value!r} is no address", "begin it with https://, or leave it empty")
        return value or None

    def registers(self, column: str, known: Collection[str]) -> list[str]:
        """Ids parted by spaces, each of a register that is described."""
        found = self.text(column).split()
        for name in found:
            if name not in known:
                near = difflib.get_close_matches(name, list(known), n=1)
                more = f"; did you mean {near[0]!r}?" if near else ""
                raise self.fail(column, f"no register is called {name!r}{more}", "ids are parted by spaces")
        return found


def _rows(settings: Settings, kind: str, pattern: str, columns: Iterable[str]) -> Iterator[_Row]:
    for path in settings.files(kind, pattern):
        file = path.relative_to(next(p for p in path.parents if p.name == kind).parent).as_posix()
        for number, cells in read_csv_rows(path, columns):
            yield _Row(path=path, file=file, number=number, cells=cells)


REGIME_COLUMNS = ("date", "label", "registers", "source", "source_address", "note")


def read_regimes(settings: Settings, registers: Collection[str]) -> list[dict[str, object]]:
    """Changes of procedure by register: reference/regimes*.csv. Raises AccessReviewError naming row and column."""
    found: list[dict[str, object]] = []
    for row in _rows(settings, "reference", "regimes*.csv", REGIME_COLUMNS):
        day = row.day("date")
        if day is None:
            raise row.fail("date", "it is empty", "give the day from which the change held")
        found += [
            {
                "register": register, "date": day, "label": row.text("label"), "source": row.text("source"),
                "source_address": row.address("source_address"), "note": row.cells["note"],
            }
            for register in row.registers("registers", registers)
        ]  # fmt: skip
    return found


COMMITMENT_COLUMNS = (
    *("ref", "kind", "text", "by", "due", "progress", "next", "status", "evidence", "made", "source"),
    "registers",
)


def read_commitments(settings: Settings, registers: Collection[str]) -> list[dict[str, object]]:
    """What was promised, suggested or expected: reference/commitments*.csv, one row a commitment.

    Raises AccessReviewError naming file, row and column. See docs/how-to-record-commitments.md.
    """
    found: list[dict[str, object]] = []
    for row in _rows(settings, "reference", "commitments*.csv", COMMITMENT_COLUMNS):
        cells = row.cells
        status = row.one_of("status", COMMITMENT_STATUSES)
        made, progressed, due_date = row.day("made"), row.day("progress_on"), row.day("due_date")
        if any(other["ref"] == row.text("ref") for other in found):
            raise row.fail("ref", f"{cells['ref']} is there already", "give it a ref of its own")
        if made is None:
            raise row.fail("made", "it is empty", "give the day on which it was said")
        try:
            stated = date.fromisoformat(row.text("due"))
        except ValueError:
            stated = None  # words, such as "standing"
        if stated and due_date and stated != due_date:
            raise row.fail("due_date", f"{due_date} is not {stated}, which 'due' says", "leave one of them")
        if (status == "not_published") != (not cells["progress"]):
            problem = "progress is told" if cells["progress"] else "no progress is told"
            raise row.fail("status", f"{problem}, and the status is {status}", "mend the one or the other")
        if cells["progress"] and (progressed is None or progressed < made):
            raise row.fail("progress_on", "progress needs the day on which it was public, not before 'made'",
                           "give the day, such as 2018-01-31")  # fmt: skip
        if status not in ("reported", "not_published") and not cells["evidence"]:
            raise row.fail("evidence", f"{status} needs a published source", "name it, or say 'reported'")
        found.append(
            {
                "position": len(found) + 1, "ref": cells["ref"], "kind": row.one_of("kind", COMMITMENT_KINDS),
                "text": row.text("text"), "by": row.text("by"), "due": cells["due"], "due_date": stated or due_date,
                "progress": cells["progress"] or None, "progress_on": progressed, "next": cells["next"] or None,
                "status": status, "evidence": cells["evidence"] or None,
                "evidence_address": row.address("evidence_address"), "made": made, "source": row.text("source"),
                "source_address": row.address("source_address"),
                "registers": " ".join(row.registers("registers", registers)),
                "file": row.file, "file_row": row.number,
            }
        )  # fmt: skip
    return found


FIGURE_COLUMNS = (
    *("source", "source_address", "published", "measure", "category", "scope", "period_start", "period_end"),
    *("value", "status", "register", "comparable", "explanation"),
)
# Of volumes: what a figure of others can be set beside. The number open is that of the last day.
COMPARABLE = tuple(c for c in COLUMN_NEEDS if c not in ("open_at_start", "excluded"))


def read_published_figures(settings: Settings, registers: Collection[str]) -> list[dict[str, object]]:
    """Figures that others published, with their source: published/figures/*.csv. See data/README.md.

    Raises AccessReviewError naming file, row and column.
    """
    figures: list[dict[str, object]] = []
    rows: dict[str, _Row] = {}
    corrected: list[_Row] = []
    for row in _rows(settings, "published", "figures/*.csv", FIGURE_COLUMNS):
        figure: dict[str, object] = {c: row.cells[c] or None for c in FIGURE_COLUMNS}
        figure |= {c: row.day(c) for c in ("published", "period_start", "period_end")}
        figure |= {c: row.cells.get(c) or None for c in ("figure", "unit", "body", "superseded_by")}
        figure |= {c: row.text(c) for c in ("source", "measure", "scope")}
        figure["source_address"] = row.address("source_address") or row.text("source_address")
        figure["category"] = row.cells["category"] or "all"
        figure["status"] = row.one_of("status", FIGURE_STATUSES)
        figure["explanation"] = row.cells["explanation"]
        figure |= {"position": len(figures) + 1, "file": row.file, "file_row": row.number}
        if not (row.text("value").isascii() and row.cells["value"].isdigit()):
            raise row.fail("value", f"{row.cells['value']!r} is no whole number", "write it as 1234")
        figure["value"] = int(row.cells["value"])
        start, end = figure["period_start"], figure["period_end"]
        if isinstance(start, date) and isinstance(end, date) and start > end:
            raise row.fail("period_end", f"{end} is before {start}", "mend one of the two")
        if row.cells["register"]:
            row.registers("register", registers)
        if row.cells["comparable"]:
            row.one_of("comparable", COMPARABLE)
            for needed in ("register", "period_start", "period_end"):
                if not row.cells[needed]:
                    raise row.fail(
                        needed, "a figure that is comparable needs it", "give it, or leave 'comparable' empty"
                    )
        if row.cells.get("figure"):
            if row.cells["figure"] in rows:
                raise row.fail(
                    "figure", f"{row.cells['figure']!r} is there already", "give it a name of its own"
                )
            rows[row.cells["figure"]] = row
        if (figure["status"] == "superseded") != bool(row.cells.get("superseded_by")):
            raise row.fail("superseded_by", "a superseded figure, and no other, names the one that corrects it",
                           "name the 'figure' that corrects it, or mend the status")  # fmt: skip
        if row.cells.get("superseded_by"):
            corrected.append(row)
        figures.append(figure)
    for row in corrected:
        name = row.cells["superseded_by"]
        if name not in rows or name == row.cells.get("figure"):
            raise row.fail("superseded_by", f"there is no other figure {name!r}", "name one by its 'figure'")
    return figures
