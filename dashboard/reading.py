"""Rows of a matched workbook become entries, person counts and issues. Nothing is dropped without a trace.

Every row of every sheet is accounted for: it is an entry, a person count, or explained (blank, above the
header, a header, a note). The totals are kept and shown by `build`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial

from dashboard.cleaning import (
    MISSING,
    PENDING,
    Cell,
    DateReading,
    date_from_reference,
    normalise_text,
    read_date,
    read_references,
    request_reference,
    tidy,
)
from dashboard.continued import LogicalRow, join_continued
from dashboard.issues import Issue
from dashboard.layouts import MONTHS, Match, MatchedSheet, last_day, month_of
from dashboard.lookups import JoinedCell, Lookup, close, is_missing, join, read_lookup
from dashboard.patterns import LONGEST_NAME
from dashboard.registers import Layout, Register
from dashboard.vocabulary import DATE_FIELDS, OUTCOMES, TEXT_FIELDS
from dashboard.workbook import cell_text, column_letter


SPREADSHEET_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
TIER = re.compile(r"(?:tier\s*)?([1-4])(?:\s*[*†‡^]+)?", re.IGNORECASE)
INTERVAL = re.compile(r"\s+(?:to|until)\s+|\s*[–—-]\s*")
SPACED_DASH = re.compile(r"\s+[–—-]\s+")  # a dash may stand inside a date too
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
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
    fields: tuple[str, ...] = ()  # what the columns, and the description, give each row
    kind: str = ""  # the same in every edition that has such a sheet, whatever it is called there


@dataclass
class Reading:
    """Everything one edition's file says. Records are plain dicts, keys as in staging.entries."""

    entries: list[dict[str, object]] = field(default_factory=list)
    person_counts: list[dict[str, object]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    accounts: list[SheetAccount] = field(default_factory=list)
    joined_issues: set[Issue] = field(default_factory=set)

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
    """One row, able to report issues about its own cells, and about those that a lookup joined to it."""

    def __init__(
        self,
        reading: Reading,
        register: str,
        edition: str,
        found: MatchedSheet,
        row: int,
        joined: Mapping[int, JoinedCell] | None = None,
    ) -> None:
        self.reading, self.register, self.edition = reading, register, edition
        self.found, self.row, self.joined = found, row, joined or {}

    def issue(self, rule: str, name: str = "", value: object = "", words: str = "") -> None:
        found, row, column = self.found, self.row, self.found.columns.get(name)
        lookup = self.joined.get(column) if column is not None else None
        if lookup is not None:
            found, row, column = lookup.found, lookup.row, lookup.found.columns[lookup.name]
        if column is not None and found.is_withdrawn(row, column):
            return  # nothing is said of what is withdrawn
        heading = found.headings[column] if column is not None else ""
        issue = Issue(
            register=self.register,
            edition=self.edition,
            sheet=found.sheet.name,
            sheet_row=row,
            column=f"{column_letter(column)} ({tidy(heading)})" if column is not None else "",
            rule=rule,
            value=tidy(str(value))[:500],
            words=words,
        )
        if lookup is not None:  # one cell joined to hundreds of entries is one problem
            if issue in self.reading.joined_issues:
                return
            self.reading.joined_issues.add(issue)
        self.reading.issues.append(issue)


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
    accounts = {id(found): _account(reading, match, edition, found) for found in match.sheets}
    lookups = []
    for found in match.sheets:
        if found.layout.rows == "lookup":
            # Entries of any sheet may need it, so it is read before them and closed after.
            tell = partial(_report, reading, match.register.id, edition, found)
            count = partial(_count, accounts[id(found)])
            lookups.append((read_lookup(found, partial(_explained, found=found), count, tell), count, tell))
    for found in match.sheets:
        if found.layout.rows not in ("note", "lookup"):
            _read_sheet(
                reading, match, edition, found, accounts[id(found)], [lookup[0] for lookup in lookups]
            )
    for lookup, count, tell in lookups:
        close(lookup, count, tell)
    return reading


def _count(account: SheetAccount, why: str) -> None:
    account.explained[why] += 1


def _report(
    reading: Reading,
    register: str,
    edition: str,
    found: MatchedSheet,
    rule: str,
    row: int,
    name: str,
    value: object,
    words: str,
) -> None:
    _Place(reading, register, edition, found, row).issue(rule, name, value, words)


def _account(reading: Reading, match: Match, edition: str, found: MatchedSheet) -> SheetAccount:
    """The sheet's account, its rows down to the header explained and its unknown headings said."""
    layout = found.layout
    account = SheetAccount(
        found.sheet.name,
        rows_read=len(found.sheet.rows),
        coverage=layout.coverage,
        period_start=found.period[0],
        period_end=found.period[1],
        fields=_fields(match, found),
        kind=_kind(match.layout, found),
    )
    reading.accounts.append(account)
    if layout.rows == "note":
        account.explained["notes"] = account.rows_read
        return account
    account.explained["above the header"] = found.header_row - 1
    account.explained["header"] = 1
    for column, heading in enumerate(found.headings):
        known = column in found.columns.values() or normalise_text(heading) in layout.keep
        if tidy(heading) and not known:
            reading.issues.append(
                Issue(
                    register=match.register.id,
                    edition=edition,
                    sheet=found.sheet.name,
                    sheet_row=found.header_row,
                    column=f"{column_letter(column)} ({tidy(heading)})",
                    rule="heading_unmapped",
                    value=tidy(heading)[:500],
                )
            )
    return account


def _read_sheet(
    reading: Reading,
    match: Match,
    edition: str,
    found: MatchedSheet,
    account: SheetAccount,
    lookups: list[Lookup],
) -> None:
    register = match.register
    seen: Counter[str] = Counter()
    explain = partial(_explained, found=found)
    numbered = list(enumerate(found.sheet.rows[found.header_row :], found.header_row + 1))
    rows: list[LogicalRow]
    if found.layout.continues:
        # A reference says that a row continues no other, so it stays until that is settled; what continues a
        # withdrawn row is withdrawn with it, and a withdrawn row that continues another is joined to nothing.
        kept = []
        at = found.columns["reference"]
        for n, row in numbered:
            shown = found.shown(n, row)
            if cell_text(row[at]).strip():
                kept.append((n, (*shown[:at], row[at], *shown[at + 1 :])))
            elif found.is_withdrawn(n):
                account.explained["withdrawn"] += 1
            else:
                kept.append((n, shown))
        rows = join_continued(kept, found, register, explain, found.as_published)
        for logical in rows:
            if found.is_withdrawn(logical.number, at):
                logical.cells = (*logical.cells[:at], None, *logical.cells[at + 1 :])
    else:
        rows = [
            LogicalRow(n, found.shown(n, row), found.as_published(n, row), explain(row))
            for n, row in numbered
        ]
    for logical in rows:
        number, row, why, parts, unclear = (
            logical.number, logical.cells, logical.why, logical.parts, logical.unclear
        )  # fmt: skip
        if found.is_withdrawn(number):
            account.explained["withdrawn"] += 1 + len(parts)
            continue
        for part in parts:
            account.explained[f"continues the row {found.layout.continues}"] += 1
            words = f"Joined to row {number}, which has the reference."
            _Place(reading, register.id, edition, found, part).issue("row_continued", words=words)
        if why:
            account.explained[why] += 1
            continue
        if found.layout.rows == "person_count":
            place = _Place(reading, register.id, edition, found, number)
            reading.person_counts.append(_person_count(place, found, row))
            account.person_counts += 1
            continue
        wide, cells, joined, absent = join(lookups, found, row, match.layout.missing)
        place = _Place(reading, register.id, edition, wide, number, joined)
        if unclear:
            place.issue("continuation_unclear")
        for lookup in absent:
            key = lookup.found.layout.key
            words = f"The {key.replace('_', ' ')} is not in the sheet '{lookup.found.sheet.name}'."
            place.issue("lookup_missing", key, cell_text(row[found.columns[key]]), words)
        entry = _entry(place, register, match.layout, wide, cells, logical.published)
        account.entries += 1
        seen.update(str(r) for r in _references(entry))
        reading.entries.append(entry)
    for reference, count in seen.items():
        if count > 1 and found.layout.rows == "request":
            place = _Place(reading, register.id, edition, found, found.header_row)
            place.issue("reference_repeated", "reference", reference, f"{reference} stands on {count} rows.")


def _fields(match: Match, found: MatchedSheet) -> tuple[str, ...]:
    """What the sheet's columns, its description and the lookups joined to it give each row."""
    layout = found.layout
    names = {*found.columns, *layout.constant, *layout.dated_by_period}
    if layout.rows in ("request", "release") and "reference" in found.columns:
        names.update(*(s.columns for s in match.sheets if s.layout.rows == "lookup"))
    return tuple(sorted(names))


def _kind(layout: Layout, found: MatchedSheet) -> str:
    """What a sheet lists, so that it can be found again in another edition.

    Sheets are called by their period and renamed from era to era. Where a sheet claims a period, or is the only
    one of its rows and coverage, those say which it is; otherwise its name in the description does.
    """
    sheet = found.layout
    kind = f"{sheet.rows} {sheet.coverage}"
    if sheet.rows == "person_count":
        return f"{kind} {normalise_text(sheet.body or sheet.names[0])}"
    alike = [s for s in layout.sheets if (s.rows, s.coverage) == (sheet.rows, sheet.coverage)]
    if any(found.period) or len(alike) == 1:
        return kind
    return f"{kind} {normalise_text(sheet.names[0])}"


def _references(entry: dict[str, object]) -> Sequence[str]:
    return json.loads(str(entry["references_json"])) if entry["reference"] else ()


def _explained(row: Sequence[Cell], found: MatchedSheet) -> str:
    """Why a row below the header is no row of the register; "" when it is one."""
    cells = [cell_text(c) for c in row]
    filled = [i for i, c in enumerate(cells) if c.strip()]
    if not filled:
        return "blank"
    mapped = {name: i for name, i in found.columns.items() if cells[i].strip()}
    # A page's header may be spelt as in another edition: every heading the field may carry counts.
    if mapped and all(_is_heading(cells[i], name, i, found) for name, i in mapped.items()):
        return "repeated header"
    first = tidy(cells[filled[0]])
    reference = found.columns.get("reference", filled[0])
    if reference not in filled[1:] and len(first) <= LONGEST_NAME:  # a row with a reference is no note
        told = any(pattern.fullmatch(first) for pattern in found.layout.note_rows)
        if told:
            return "note"
    # A note is one cell whose words say so; the rest of a broken row is not one, whatever it says.
    if len(filled) == 1 and len(found.columns) > 2 and NOTE_ROW.fullmatch(first):
        return "" if found.layout.continues and filled[0] != 0 else "note"
    return ""


def _is_heading(cell: str, name: str, column: int, found: MatchedSheet) -> bool:
    return normalise_text(cell) in _spellings((found.headings[column], *found.layout.columns[name]))


@lru_cache(maxsize=1024)
def _spellings(headings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(normalise_text(h) for h in headings)


def _text(cell: Cell) -> str:
    return tidy(cell_text(cell))


def _entry(
    place: _Place,
    register: Register,
    layout: Layout,
    found: MatchedSheet,
    row: Sequence[Cell],
    published: Sequence[Cell],
) -> dict[str, object]:
    columns = found.columns
    entry: dict[str, object] = {
        "sheet": found.sheet.name,
        "sheet_row": place.row,
        "row_kind": found.layout.rows,
        "raw": json.dumps(_as_published(found, published), ensure_ascii=False),
    }
    untidy: dict[str, str] = {}  # what differs from what is shown only by what cannot be seen
    for name in TEXT_FIELDS:
        text = _text(row[columns[name]]) if name in columns else found.layout.constant.get(name, "")
        if text in SPREADSHEET_ERRORS:
            place.issue("cell_error", name, text)
            text = ""
        entry[name] = None if is_missing(text, layout.missing) else (text or None)
        # What a lookup joined is published once, on its own sheet: not copied to each of hundreds of entries.
        own = name in columns and columns[name] not in place.joined
        written = cell_text(row[columns[name]]) if own else text
        if entry[name] and written != text:
            untidy[name] = written
    entry["untidy"] = untidy
    entry["dataset_parts"] = _parts(entry["dataset"], found.layout.separators.get("dataset", ()))
    _dates(place, layout, found, row, entry)
    _reference(place, register, found, entry)
    _recipient(place, register, columns, entry)
    _outcome(place, register, layout, columns, entry)
    held = entry["data_held"]
    entry["data_held_mapped"] = register.data_held.get(normalise_text(str(held))) if held else None
    if held and entry["data_held_mapped"] is None:
        place.issue("data_held_unmapped", "data_held", held)
    tier = entry["tier"]
    if isinstance(tier, str):
        matched = TIER.fullmatch(tier)
        if matched:
            entry["tier"] = matched[1]
        else:
            place.issue("classification_unmapped", "tier", tier)
    return entry


def _as_published(found: MatchedSheet, row: Sequence[Cell]) -> dict[str, str]:
    """Heading -> text of every cell. A heading that stands twice is told apart by its column."""
    cells: dict[str, str] = {}
    for i, heading in enumerate(found.headings[: len(row)]):
        name = tidy(heading) or column_letter(i)
        cells[f"{name} ({column_letter(i)})" if name in cells else name] = cell_text(row[i])
    return cells


def _parts(text: object, separators: Sequence[str]) -> list[str] | None:
    """The values that one cell holds; None where nothing parts them."""
    if text is None or not separators:
        return None
    parts = [tidy(part) for part in re.split("|".join(map(re.escape, separators)), str(text))]
    return list(dict.fromkeys(part for part in parts if part))


def _dates(
    place: _Place, layout: Layout, found: MatchedSheet, row: Sequence[Cell], entry: dict[str, object]
) -> None:
    entry["pending"] = False
    entry["impossible_dates"] = 0
    for name in DATE_FIELDS:
        entry[name] = None
        if name in found.layout.dated_by_period:
            entry[name] = found.period[1]
        if name not in found.columns:
            continue
        cell = row[found.columns[name]]
        reading = _read_date(cell, layout)
        if reading.status == "date":
            entry[name] = reading.value
            if layout.month_end and isinstance(cell, str) and "month without a day" in reading.words:
                place.issue("date_is_month", name, cell)
        elif reading.status == "pending":
            entry["pending"] = True
        elif reading.status != "empty":
            interval = read_interval(cell, layout) if layout.intervals else None
            if interval:
                entry[name] = interval[1]
                words = f"The cell gives a period; its last day, {interval[1]}, is taken."
                place.issue("date_is_interval", name, cell_text(cell), words)
                continue
            rule = "date_impossible" if reading.status == "impossible" else "date_unreadable"
            place.issue(rule, name, cell_text(cell), reading.words)
            entry["impossible_dates"] = int(str(entry["impossible_dates"])) + 1


def _read_date(cell: Cell, layout: Layout) -> DateReading:
    return read_date(
        cell,
        order=layout.date_order,  # type: ignore[arg-type]  # checked when the description was read
        formats=layout.date_formats,
        missing=MISSING | layout.missing,
        pending=PENDING | layout.pending,
        earliest=layout.earliest,
        latest=layout.latest,
        sentinels=layout.sentinels,
        month_end=layout.month_end,
        serials=layout.serials,
    )


def read_interval(cell: Cell, layout: Layout) -> tuple[date, date] | None:
    """First and last day of a period in a cell: "April to June 2015", "01/04/2015 - 30/06/2015".

    None where the cell is no period, or lies outside the days that the layout accepts.
    """
    text = _text(cell)
    for parts in (INTERVAL.split(text, maxsplit=1), SPACED_DASH.split(text, maxsplit=1)):
        if len(parts) == 2:
            ends = [_read_date(part, layout).value for part in parts]
            if ends[0] and ends[1] and ends[0] <= ends[1]:
                return ends[0], ends[1]
    named = read_period(text) if INTERVAL.search(text) else None
    if named is None or not layout.earliest <= named[0] <= named[1] <= layout.latest:
        return None
    return None if named[1] in layout.sentinels else named


def _reference(place: _Place, register: Register, found: MatchedSheet, entry: dict[str, object]) -> None:
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
    pairs = [[r, request_reference(r, register.request_split, register.request_pattern)] for r in references]
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
        if "outcome" not in columns and published in OUTCOMES:  # a layout's constant, already in our words
            mapped = str(published)
        else:
            place.issue("outcome_unmapped", "outcome", published)
    if published is None and "outcome" in columns and entry["closed_date"] and not entry["pending"]:
        place.issue("outcome_missing", "outcome")
    entry["outcome_mapped"] = mapped
    if published is None and not entry["pending"] and layout.blank_outcome == "open":
        ended = any(entry[n] for n in ("closed_date", "composite_date", "released_date", "refused_date"))
        entry["outcome_mapped"] = None if ended or entry["impossible_dates"] else "open"
    elif mapped is None and entry["pending"]:
        entry["outcome_mapped"] = "open"


def _person_count(place: _Place, found: MatchedSheet, row: Sequence[Cell]) -> dict[str, object]:
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
    """First and last day of a published period: "January 2019", "January to March 2019", the year 2019, or a date
    in a month."""
    if isinstance(cell, date):
        return date(cell.year, cell.month, 1), last_day(cell.year, cell.month)
    text = _text(cell)
    if YEAR.fullmatch(text):
        return date(int(text), 1, 1), date(int(text), 12, 31)
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
