"""Rows of a matched workbook become entries, person counts and issues. Nothing is dropped without a trace.

Every row of every sheet is accounted for: it is an entry, a person count, or explained (blank, above the
header, a header, a note). The totals are kept and shown by `build`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dashboard.cleaning import (
    MISSING,
    PENDING,
    Cell,
    date_from_reference,
    normalise_text,
    read_date,
    read_references,
    request_reference,
    tidy,
)
from dashboard.issues import Issue
from dashboard.layouts import MONTHS, Match, MatchedSheet, last_day, month_of
from dashboard.registers import Layout, Register
from dashboard.vocabulary import DATE_FIELDS, TEXT_FIELDS
from dashboard.workbook import cell_text, column_letter


SPREADSHEET_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
TIER = re.compile(r"(?:tier\s*)?([1-4])(?:\s*[*†‡^]+)?", re.IGNORECASE)
LONGEST_COUNT = 15  # characters, commas included: no register counts further, and a warehouse cannot
NOTE_ROW = re.compile(
    r"(end of sheet|total\b.*|note\b.*|notes\b.*|source\b.*|\*.*|synthetic sample data.*)", re.I
)


@dataclass
class SheetAccount:
    """How the rows of one sheet were used. rows_read = entries + person_counts + sum(explained)."""

    sheet: str
    rows_read: int = 0
    entries: int = 0
    person_counts: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    coverage: str = ""
    period_start: date | None = None
    period_end: date | None = None
    fields: tuple[str, ...] = ()


@dataclass
class Reading:
    """Everything one edition's file says. Records are plain dicts, keys as in staging.entries."""

    entries: list[dict[str, object]] = field(default_factory=list)
    person_counts: list[dict[str, object]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    accounts: list[SheetAccount] = field(default_factory=list)

    @property
    def rows_read(self) -> int:
        return sum(a.rows_read for a in self.accounts)

    @property
    def rows_explained(self) -> int:
        return sum(sum(a.explained.values()) for a in self.accounts)

    def latest_event(self) -> date | None:
        days = [
            value
            for entry in self.entries
            for name in DATE_FIELDS
            if name not in ("licence_end", "unspecified_date") and isinstance(value := entry[name], date)
        ]
        return max(days, default=None)


class _Place:
    """One row, able to report issues about its own cells."""

    def __init__(self, reading: Reading, register: str, edition: str, found: MatchedSheet, row: int) -> None:
        self.reading, self.register, self.edition = reading, register, edition
        self.found, self.row = found, row

    def issue(self, rule: str, name: str = "", value: object = "", words: str = "") -> None:
        column = self.found.columns.get(name)
        heading = self.found.headings[column] if column is not None else ""
        self.reading.issues.append(
            Issue(
                register=self.register,
                edition=self.edition,
                sheet=self.found.sheet.name,
                sheet_row=self.row,
                column=f"{column_letter(column)} ({tidy(heading)})" if column is not None else "",
                rule=rule,
                value=tidy(str(value))[:500],
                words=words,
            )
        )


def read_entries(match: Match, edition: str) -> Reading:
    """The entries of a matched workbook, in the order published."""
    reading = Reading()
    for sheet in (*match.ignored, *match.hidden):
        account = SheetAccount(sheet.name, rows_read=len(sheet.rows))
        account.explained["sheet not part of the register"] = len(sheet.rows)
        reading.accounts.append(account)
    for sheet in match.hidden:
        reading.issues.append(
            Issue(register=match.register.id, edition=edition, sheet=sheet.name, rule="sheet_hidden")
        )
    for found in match.sheets:
        _read_sheet(reading, match.register, match.layout, edition, found)
    return reading


def _read_sheet(
    reading: Reading, register: Register, layout: Layout, edition: str, found: MatchedSheet
) -> None:
    account = SheetAccount(
        found.sheet.name,
        rows_read=len(found.sheet.rows),
        coverage=found.layout.coverage,
        period_start=found.period[0],
        period_end=found.period[1],
        fields=tuple(sorted({*found.columns, *found.layout.constant})),
    )
    reading.accounts.append(account)
    if found.layout.rows == "note":
        account.explained["notes"] = account.rows_read
        return
    account.explained["above the header"] = found.header_row - 1
    account.explained["header"] = 1
    for column, heading in enumerate(found.headings):
        if tidy(heading) and column not in found.columns.values():
            reading.issues.append(
                Issue(
                    register=register.id,
                    edition=edition,
                    sheet=found.sheet.name,
                    sheet_row=found.header_row,
                    column=f"{column_letter(column)} ({tidy(heading)})",
                    rule="heading_unmapped",
                    value=tidy(heading)[:500],
                )
            )
    seen: Counter[str] = Counter()
    header = [normalise_text(h) for h in found.headings]
    for number, row in enumerate(found.sheet.rows[found.header_row :], found.header_row + 1):
        why = _explained(row, header, found)
        if why:
            account.explained[why] += 1
            continue
        place = _Place(reading, register.id, edition, found, number)
        if found.layout.rows == "person_count":
            reading.person_counts.append(_person_count(place, found, row, edition, register.id))
            account.person_counts += 1
        else:
            entry = _entry(place, register, layout, found, row)
            account.entries += 1
            seen.update(str(r) for r in _references(entry))
            reading.entries.append(entry)
    for reference, count in seen.items():
        if count > 1 and found.layout.rows == "request":
            place = _Place(reading, register.id, edition, found, found.header_row)
            place.issue("reference_repeated", "reference", reference, f"{reference} stands on {count} rows.")


def _references(entry: dict[str, object]) -> Sequence[str]:
    return json.loads(str(entry["references_json"])) if entry["reference"] else ()


def _explained(row: Sequence[Cell], header: list[str], found: MatchedSheet) -> str:
    cells = [cell_text(c) for c in row]
    filled = [c for c in cells if c.strip()]
    if not filled:
        return "blank"
    mapped = [i for i in found.columns.values() if cells[i].strip()]
    if mapped and all(normalise_text(cells[i]) == header[i] for i in mapped):
        return "repeated header"
    # A note is one cell, or one whose words say so; a row with a recognised reference is never a note.
    if len(filled) == 1 and len(found.columns) > 2 and NOTE_ROW.fullmatch(tidy(filled[0])):
        return "note"
    return ""


def _text(cell: Cell) -> str:
    return tidy(cell_text(cell))


def _entry(
    place: _Place, register: Register, layout: Layout, found: MatchedSheet, row: Sequence[Cell]
) -> dict[str, object]:
    columns = found.columns
    entry: dict[str, object] = {
        "sheet": found.sheet.name,
        "sheet_row": place.row,
        "row_kind": found.layout.rows,
        "raw": json.dumps(
            {
                tidy(h) or column_letter(i): cell_text(row[i])
                for i, h in enumerate(found.headings)
                if i < len(row)
            },
            ensure_ascii=False,
        ),
    }
    for name in TEXT_FIELDS:
        text = _text(row[columns[name]]) if name in columns else found.layout.constant.get(name, "")
        if text in SPREADSHEET_ERRORS:
            place.issue("cell_error", name, text)
            text = ""
        entry[name] = None if normalise_text(text) in layout.missing else (text or None)
    _dates(place, layout, found, row, entry)
    _reference(place, register, found, row, entry)
    _recipient(place, register, columns, entry)
    _outcome(place, register, layout, columns, entry)
    tier = entry["tier"]
    if isinstance(tier, str):
        matched = TIER.fullmatch(tier)
        if matched:
            entry["tier"] = matched[1]
        else:
            place.issue("classification_unmapped", "tier", tier)
    return entry


def _dates(
    place: _Place, layout: Layout, found: MatchedSheet, row: Sequence[Cell], entry: dict[str, object]
) -> None:
    entry["pending"] = False
    entry["impossible_dates"] = 0
    for name in DATE_FIELDS:
        entry[name] = None
        if name not in found.columns:
            continue
        reading = read_date(
            row[found.columns[name]],
            order=layout.date_order,  # type: ignore[arg-type]  # checked when the description was read
            missing=MISSING | layout.missing,
            pending=PENDING | layout.pending,
        )
        if reading.status == "date":
            entry[name] = reading.value
        elif reading.status == "pending":
            entry["pending"] = True
        elif reading.status != "empty":
            rule = "date_impossible" if reading.status == "impossible" else "date_unreadable"
            place.issue(rule, name, cell_text(row[found.columns[name]]), reading.words)
            entry["impossible_dates"] = int(str(entry["impossible_dates"])) + 1


def _reference(
    place: _Place, register: Register, found: MatchedSheet, row: Sequence[Cell], entry: dict[str, object]
) -> None:
    published = entry["reference"]
    entry["reference_date"] = None
    if not published:
        entry["references_json"] = "[]"
        if "reference" in found.columns:
            place.issue("reference_missing", "reference")
        return
    references = read_references(str(published), register.reference_pattern)
    if not references:
        place.issue("reference_unrecognised", "reference", published)
        references = [str(published)]
    elif len(references) > 1:
        place.issue("references_several", "reference", published)
    pairs = [[r, request_reference(r, register.request_split)] for r in references]
    entry["references_json"] = json.dumps([p[0] for p in pairs])
    entry["pairs"] = pairs
    if register.reference_dated:
        days = [date_from_reference(r) for r in references]
        for reference, day in zip(references, days, strict=True):
            if day is None and re.match(r"DR\d", reference):
                place.issue("reference_date_impossible", "reference", reference)
        entry["dates_by_reference"] = [d.isoformat() if d else None for d in days]


def _recipient(place: _Place, register: Register, columns: dict[str, int], entry: dict[str, object]) -> None:
    if "recipient" in columns and not entry["recipient"]:
        place.issue("recipient_missing", "recipient")
    published = entry["recipient_type"]
    entry["recipient_type_mapped"] = None
    if not published:
        if "recipient_type" in columns:
            place.issue("recipient_type_missing", "recipient_type")
        return
    mapped = register.recipient_types.get(normalise_text(str(published)))
    if mapped is None:
        place.issue("recipient_type_unmapped", "recipient_type", published)
    entry["recipient_type_mapped"] = mapped or None


def _outcome(
    place: _Place, register: Register, layout: Layout, columns: dict[str, int], entry: dict[str, object]
) -> None:
    """The outcome in the field's words, and the one date column's meaning where the outcome gives it."""
    published = entry["outcome"]
    mapped = register.outcomes.get(normalise_text(str(published))) if published else None
    if published and mapped is None:
        if published in ("approved", "released", "refused"):  # a layout's constant, already in our words
            mapped = str(published)
        else:
            place.issue("outcome_unmapped", "outcome", published)
    entry["outcome_mapped"] = mapped
    if published is None and not entry["pending"] and layout.blank_outcome == "open":
        ended = any(entry[n] for n in ("closed_date", "composite_date", "released_date", "refused_date"))
        entry["outcome_mapped"] = None if ended or entry["impossible_dates"] else "open"
    elif mapped is None and entry["pending"]:
        entry["outcome_mapped"] = "open"


def _person_count(
    place: _Place, found: MatchedSheet, row: Sequence[Cell], edition: str, register: str
) -> dict[str, object]:
    text = _text(row[found.columns["period"]])
    period = read_period(row[found.columns["period"]])
    if period is None:
        place.issue("period_unreadable", "period", text)
    record: dict[str, object] = {
        "sheet": found.sheet.name,
        "sheet_row": place.row,
        "body": found.layout.body,
        "unit": found.layout.unit,
        "period_text": text,
        "period_start": period[0] if period else None,
        "period_end": period[1] if period else None,
    }
    for name in ("requested", "supplied", "people"):
        record[name] = None
        if name not in found.columns:
            continue
        cell = row[found.columns[name]]
        value = _text(cell)
        if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]+", value) and len(value) <= LONGEST_COUNT:
            record[name] = int(value.replace(",", ""))
        elif value and normalise_text(value) not in MISSING:
            place.issue("count_unreadable", name, value)
    return record


def read_period(cell: Cell) -> tuple[date, date] | None:
    """First and last day of a published period: "January 2019", "January to March 2019", or a date in it."""
    if isinstance(cell, date):
        return date(cell.year, cell.month, 1), last_day(cell.year, cell.month)
    text = _text(cell)
    parts = re.split(r"\s+to\s+|\s*[–-]\s*", text, maxsplit=1)
    last = month_of(parts[-1])
    if last is None:
        return None
    first = last
    if len(parts) == 2:
        named = month_of(parts[0])
        if named is None and parts[0][:3].lower() in MONTHS:
            named = (last[0], MONTHS[parts[0][:3].lower()])
        if named is None or named > last:
            return None
        first = named
    return date(first[0], first[1], 1), last_day(*last)
