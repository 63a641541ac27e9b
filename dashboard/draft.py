"""A register description drafted from a file that nothing describes. A person settles what it marks.

What headings and cells suggest is written down; what only a person can know says EDIT ME, and `add` refuses the
description, by line, until it is settled.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from dashboard.cleaning import Cell, Order, normalise_text, read_date, recipient_id, tidy
from dashboard.layouts import month_of, period_in_name
from dashboard.reading import NOTE_ROW, read_period
from dashboard.toml_reader import EDIT_ME
from dashboard.vocabulary import DATE_FIELDS
from dashboard.workbook import Sheet, cell_text


HEADER_WITHIN = 30
LOOKED_AT = 200  # rows that are enough to see what a column holds
LONGEST_LOOKED_AT = 80  # characters of a cell that may be a date, a period or a reference
ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")
MOST_WORDS = 40  # different words of a vocabulary that are listed for a person to settle

# A heading that says this may be this field. Suggestions only; what the cells hold decides beside it.
HINTS: tuple[tuple[str, str], ...] = (
    ("reference", r"\b(reference|ref|tracking number|(request|case|application|project) (number|no|id))\b"),
    ("reference", r"\b(identifier|id)\b"),
    (
        "recipient_type",
        r"\b(organi[sz]ation|applicant|recipient|requester)('s organi[sz]ation)? (type|category)"
        r"|type of organi[sz]ation|sector\b",
    ),
    ("recipient", r"\b(organi[sz]ation|recipient|applicant|requester|requestor|company|customer|third party)\b"),
    ("licence_end", r"\b(licen[cs]e|agreement|contract).*(end|expir)|expiry|end date\b"),
    ("data_held", r"\bstill held|data held\b"),
    ("received_date", r"\b(received|submitted|date accepted|date of (request|application)|start date|requested on)\b"),
    ("approved_date", r"\b(approved|approval)\b"),
    ("released_date", r"\b(release[ds]?|extract sent|supplied|shared on|disseminat\w*|sent)\b"),
    ("refused_date", r"\b(rejected|refused)\b"),
    ("closed_date", r"\b(closed|completed|concluded|date of decision|decision date|date of response)\b"),
    ("unspecified_date", r"\bdate\b"),
    ("outcome", r"\b(outcome|decision|disposition|status|result)\b"),
    ("legal_basis", r"\b(legal (basis|gateway)|lawful basis)\b"),
    ("tier", r"\btier\b"),
    ("sensitivity", r"^sensitivity\b"),
    ("identifiability", r"^identifiability\b"),
    ("dataset", r"\b(data ?sets?|data source|data (requested|shared|provided))\b"),
    ("purpose", r"\b(purpose|aims?|objective|reasons?)\b"),
    ("title", r"\b(title|summary|abstract|detail|subject|description)\b"),
    ("source_address", r"\b(url|link|web address)\b"),
)  # fmt: skip
COUNT_HINTS: tuple[tuple[str, str], ...] = (
    ("people", r"\b(pupils?|people|persons?|individuals?|children)\b"),
    ("supplied", r"\b(supplied|shared|returned|released|resulting|provided|disclosed)\b"),
    ("requested", r"\b(request\w*|received|asked|sent|orders?|referred|number)\b"),
)


def header_row(sheet: Sheet) -> int:
    """The likeliest header, counted from 1: the first row within 30 whose cells are words, each said once, and
    nearly as many as in any other."""
    scores = []
    for row in sheet.rows[: HEADER_WITHIN + 1]:
        words = [tidy(c) for c in row if isinstance(c, str) and 0 < len(tidy(c)) < 150]
        words = [w for w in words if not re.fullmatch(r"[\d.,/:£$% -]+", w)]
        scores.append(len({normalise_text(w) for w in words}))
    most = max(scores, default=0)
    for number, score in enumerate(scores[:HEADER_WITHIN], 1):
        below = sheet.rows[number] if number < len(sheet.rows) else ()
        fuller = sum(1 for c in below if cell_text(c).strip()) > score
        # a header may lack a heading or two, and then a row of the table stands right below it
        if score and (score >= 0.75 * most or (score >= 0.6 * most and fuller)):
            return number
    return 1


def _is_date(cell: Cell, order: Order) -> bool:
    return read_date(cell, order=order, month_end=True).status == "date"


@dataclass
class _Column:
    heading: str
    cells: list[Cell] = field(default_factory=list)  # filled ones
    spellings: list[str] = field(default_factory=list)  # of the heading, where it is repeated further down

    def share(self, holds: Callable[[Cell], bool]) -> float:
        """Of the filled cells, those that are short and hold this."""
        if not self.cells:
            return 0.0
        return sum(len(cell_text(c)) <= LONGEST_LOOKED_AT and holds(c) for c in self.cells) / len(self.cells)

    @cached_property
    def dates(self) -> float:
        return max(self.share(partial(_is_date, order=order)) for order in ORDERS)

    @cached_property
    def numbers(self) -> float:
        return self.share(lambda c: bool(re.fullmatch(r"[\d,]{1,15}(\.0)?", tidy(cell_text(c)))))

    @cached_property
    def periods(self) -> float:
        return self.share(lambda c: read_period(c) is not None)

    @cached_property
    def codes(self) -> bool:
        """Whether the cells look like references: short, with digits, hardly two alike."""
        texts = [tidy(cell_text(c)[:LONGEST_LOOKED_AT]) for c in self.cells]
        if not texts or self.dates > 0.5:
            return False
        short = sum(1 for t in texts if len(t) <= 40 and re.search(r"\d", t))
        return short >= 0.8 * len(texts) and len(set(texts)) >= 0.6 * len(texts)


@dataclass
class _Table:
    sheet: Sheet
    header: int
    columns: list[_Column]
    notes: list[str]
    totals: list[str] = field(default_factory=list)
    broken: int = 0  # rows of one cell that is not in the first column
    key: str = ""  # the heading by which a sheet joins another: a lookup
    joined_by: str = ""  # the heading by which another sheet joins this one

    @cached_property
    def fields(self) -> dict[str, str]:
        """field -> heading, where heading and cells agree."""
        return _fields(self)

    @cached_property
    def counts(self) -> bool:
        """Whether it is a table of counts by period."""
        filled = [c for c in self.columns if c.cells]
        if not 2 <= len(filled) <= 8 or filled[0].periods < 0.6:
            return False
        return all(c.numbers >= 0.5 for c in filled[1:3]) and not any(
            c.codes and not c.numbers for c in filled
        )


def _table(sheet: Sheet) -> _Table | None:
    """The sheet's table, or None when it has none."""
    if not sheet.rows:
        return None
    number = header_row(sheet)
    headings = [tidy(cell_text(c)) for c in sheet.rows[number - 1]]
    columns = [_Column(heading) for heading in headings]
    table = _Table(sheet, number, columns, [])
    wide = sum(1 for h in headings if h) >= 3
    for at, row in enumerate(sheet.rows[number:]):
        filled = [i for i, c in enumerate(row) if cell_text(c).strip()]
        first = tidy(cell_text(row[filled[0]])[:300]) if filled else ""
        if len(filled) == 1 and wide and filled[0] == 0:
            table.notes.append(first)
        elif re.match(r"(grand )?total\b", first, re.IGNORECASE):
            table.totals.append(first)
        elif len(filled) == 1 and wide:
            table.broken += 1
        elif _repeats(row, filled, headings):
            for i in filled:
                text = tidy(cell_text(row[i]))
                if headings[i] and normalise_text(text) != normalise_text(headings[i]):
                    columns[i].spellings.append(text)
        elif at < LOOKED_AT:
            for i in filled:
                columns[i].cells.append(row[i])
    if sum(1 for c in columns if c.heading) < 2 or not any(c.cells for c in columns):
        return None
    return table


def _repeats(row: Sequence[Cell], filled: Sequence[int], headings: Sequence[str]) -> bool:
    """Whether a row is the header again, though some of its headings may be spelt in another way."""
    cells = [normalise_text(cell_text(row[i])) for i in filled]
    same = sum(
        1 for cell, i in zip(cells, filled, strict=True) if cell and cell == normalise_text(headings[i])
    )
    return same >= 2 and same * 2 >= len(filled)


def _fields(table: _Table) -> dict[str, str]:
    hints = COUNT_HINTS if table.counts else HINTS
    found: dict[str, str] = {}
    # a heading that stands twice names its first column
    free = list({normalise_text(c.heading): c for c in reversed(table.columns) if c.heading}.values())[::-1]
    if table.counts:
        found["period"] = free.pop(0).heading
    elif table.key or table.joined_by:
        found["reference"] = table.key or table.joined_by
        free = [c for c in free if c.heading != found["reference"]]
    for name, pattern in hints:
        for column in free if name not in found else ():
            heading = normalise_text(column.heading).replace("_", " ")
            if not re.search(pattern, heading) or not _holds(name, column, table):
                continue
            found[name] = column.heading
            free.remove(column)
            break
    if table.counts and len(found) == 1 and free:
        found["requested"] = free[0].heading
    if not table.counts and "reference" not in found:
        coded = next((c for c in free if c.codes), None)
        if coded:
            found["reference"] = coded.heading
    return found


def _holds(name: str, column: _Column, table: _Table) -> bool:
    if table.counts:
        return column.numbers >= 0.5
    if name in DATE_FIELDS:
        return column.dates >= 0.5
    if name == "reference":
        return column.codes
    return column.dates < 0.5 or not column.cells


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _name(sheet: str) -> str:
    """A pattern that only this sheet's name fits."""
    return re.sub(r"([*?[])", r"[\1]", sheet)


def _listed(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


def _vocabulary(tables: Sequence[_Table], name: str) -> list[str]:
    """The different words of a field, most frequent first; [] when there are too many to be a vocabulary."""
    words: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for table in tables:
        heading = None if table.counts else table.fields.get(name)
        column = next((i for i, c in enumerate(table.columns) if heading and c.heading == heading), None)
        if column is None:
            continue
        for row in table.sheet.rows[table.header :]:
            text = tidy(cell_text(row[column])[:300])
            if text and normalise_text(text) != normalise_text(heading or ""):
                words[normalise_text(text)] += 1
                spelt.setdefault(normalise_text(text), text)
    return [spelt[w] for w, _ in words.most_common()] if len(words) <= MOST_WORDS else []


def _date_order(tables: Sequence[_Table]) -> tuple[str, bool]:
    """The order in which most dates can be read, and whether the cells settle it."""
    cells = [
        c
        for t in tables
        for column in t.columns
        if column.dates >= 0.5
        for c in column.cells
        if isinstance(c, str)
    ]
    read = {o: sum(read_date(c, order=o).status == "date" for c in cells) for o in ORDERS}
    best = max(read, key=lambda o: read[o])
    return best, not cells or sum(1 for count in read.values() if count == read[best]) in (1, 3)


def _as_at(path: Path, sheets: Sequence[Sheet]) -> tuple[str, str]:
    """How the file says its as-at date, as a rule, and the pattern of its period; "" where it does not."""
    name = path.name
    if re.search(r"(?<!\d)\d{8}_\d{8}(?!\d)", name):
        return 'as_at = [{ from = "period" }]', r"(?P<start>\d{8})_(?P<end>\d{8})"
    if re.search(r"\d{4}-\d{2}-\d{2}", name):
        return r"as_at = [{ from = 'file_name', pattern = '(?P<date>\d{4}-\d{2}-\d{2})' }]".replace(
            "'file_name'", '"file_name"'
        ), ""
    months = re.findall(r"[A-Za-z]{3,9}[ _-]?\d{4}", name)
    if months and month_of(months[-1]):
        before = "" if len(months) == 1 else ".{0,200}"
        return (
            f"""as_at = [{{ from = "file_name", pattern = '{before}(?P<date>[A-Za-z]{{3,9}}[ _-]?\\d{{4}})' }}]""",
            "",
        )
    if any(period_in_name(sheet.name) for sheet in sheets):
        return 'as_at = [{ from = "period" }]', ""
    return "", ""


def _note_patterns(notes: Sequence[str]) -> list[str]:
    """Patterns for notes: their first words."""
    found = []
    for note in notes:
        pattern = re.escape(" ".join(note.split()[:4])).replace(r"\ ", " ") + ".*"
        if pattern not in found:
            found.append(pattern)
    return found[:12]


def draft_layout(path: Path, sheets: Sequence[Sheet]) -> str:
    """A description of a file: every heading is there, mapped where heading and cells suggest a field.

    What only a person can say is marked EDIT ME. "" when no sheet holds a table.
    """
    tables = [t for sheet in sheets if (t := _table(sheet))]
    _find_joins(tables)
    tables = [t for t in tables if t.fields and not _aside(t, tables)]
    kept = {t.sheet.name for t in tables}
    ignored = [sheet.name for sheet in sheets if sheet.name not in kept]
    if not tables:
        return ""
    identity = recipient_id(re.sub(r"[\d_]+", " ", path.stem))[:60].strip("-") or "my-register"
    as_at, period = _as_at(path, sheets)
    order, settled = _date_order(tables)
    lines = [
        f"# Drafted from {tidy(path.name)}. Settle what says {EDIT_ME}, check the rest, and save it as",
        f"# registers/{identity}.toml in the data folder. Every key: docs/register-descriptions.md",
        f"id = {_quoted(identity)}  # the file's name without .toml",
        f"title = {_quoted(tidy(path.stem))}",
        f'publisher = "{EDIT_ME}"',
        'licence = "not stated"',
    ]
    for key, name in (
        ("recipient_types", "recipient_type"),
        ("outcomes", "outcome"),
        ("data_held", "data_held"),
    ):
        words = _vocabulary(tables, name)
        if words and key == "data_held":
            yes = [w for w in words if normalise_text(w) in ("yes", "y", "held", "true")]
            no = [w for w in words if normalise_text(w) in ("no", "n", "destroyed", "deleted", "false")]
            lines += ["", "[data_held]", f"yes = {_listed(yes)}", f"no = {_listed(no)}"]
            if rest := [w for w in words if w not in yes and w not in no]:
                lines.append(
                    f"# neither, or not known: {_listed(rest)}; list them under missing if they say nothing"
                )
        elif words:
            term = "undetermined" if key == "recipient_types" else "unknown"
            lines += ["", f"[{key}]  # move each to the term it means", f"{term} = {_listed(words)}"]
    lines += [
        "",
        "[[layout]]",
        'era = "first"',
        f'coverage = "{EDIT_ME}"  # complete, completed_only, survivors_only or selected: what the rows claim',
        f'date_order = "{order}"'
        + ("" if settled else "  # day and month cannot be told apart in every cell: check"),
        as_at
        or "# no as-at date is in the file's name. If a cell says it: "
        "as_at = [{ from = \"cell\", pattern = '...(?P<date>.+)' }]; else give it with --as-at YYYY-MM-DD when adding",
    ]
    if ignored:
        lines.append(
            f"ignore_sheets = {_listed(list(map(_name, ignored)))}  # no register was found there: check"
        )
    for names, table in _alike(tables):
        lines += _sheet_lines(names, table, period, single=len(sheets) == 1)
    return "\n".join(lines)


def _find_joins(tables: Sequence[_Table]) -> None:
    """Mark a sheet that says more of the rows of a larger one: each key once, and most of them used there."""
    largest = max(tables, key=lambda t: len(t.sheet.rows), default=None)
    if largest is None:
        return
    for table in tables:
        if table is largest or table.counts or len(table.sheet.rows) * 2 > len(largest.sheet.rows):
            continue
        for i, column in enumerate(table.columns):
            keys = _values(table, i)
            if not column.codes or len(keys) < 3 or len(set(keys)) < len(keys):
                continue
            for j, other in enumerate(largest.columns):
                if other.heading and len(set(keys) & set(_values(largest, j))) >= 0.6 * len(keys):
                    table.key, largest.joined_by = column.heading, other.heading
                    break
            if table.key:
                break


def _values(table: _Table, column: int) -> list[str]:
    texts = (cell_text(row[column]) for row in table.sheet.rows[table.header :])
    return [normalise_text(t) for t in texts if t.strip() and len(t) <= LONGEST_LOOKED_AT]


def _aside(table: _Table, tables: Sequence[_Table]) -> bool:
    """Whether a small table beside a larger one is no register: a glossary, a log of amendments."""
    if table.counts or table.key:
        return False
    larger = any(len(t.sheet.rows) > 5 * len(table.sheet.rows) for t in tables)
    names = {"recipient", "recipient_type", "received_date", "released_date", "closed_date", "approved_date"}
    return larger and not names & set(table.fields)


def _alike(tables: Sequence[_Table]) -> list[tuple[list[str], _Table]]:
    """Sheets with the same headings, which are one sheet to a layout."""
    found: dict[tuple[object, ...], tuple[list[str], _Table]] = {}
    for table in tables:
        key = (table.counts, *(normalise_text(c.heading) for c in table.columns))
        # each table of counts is about a body of its own
        names, first = found.setdefault((*key, table.sheet.name) if table.counts else key, ([], table))
        names.append(table.sheet.name)
        first.notes.extend(n for n in table.notes if table is not first)
    return list(found.values())


def _sheet_lines(names: list[str], table: _Table, period: str, *, single: bool) -> list[str]:
    fields = table.fields
    dates = {f for f in fields if f in DATE_FIELDS}
    releases = "released_date" in fields or (not dates and bool(period))
    kind = (
        "person_count"
        if table.counts
        else "release"
        if releases and dates <= {"released_date"}
        else "request"
    )
    lines = ["", "[[layout.sheet]]", 'name = "*"' if single else f"name = {_listed(list(map(_name, names)))}"]
    if table.key:
        lines += ['rows = "lookup"  # says more of the rows of another sheet', 'key = "reference"']
        fields = {
            "reference": table.key,
            **{k: v for k, v in fields.items() if k not in ("reference", *DATE_FIELDS)},
        }
    elif kind == "person_count":
        lines += [
            'rows = "person_count"',
            f'body = "{EDIT_ME}"  # whose requests these are: Home Office, police, courts',
            f'unit = "{EDIT_ME}"  # individuals, records or requests',
        ]
    else:
        lines.append(f'rows = "{kind}"  # one row is a request, or a release')
        if all(period_in_name(n) for n in names):
            lines.append("period_in_name = true")
        elif period:
            lines.append(f"period = [{{ from = \"file_name\", pattern = '{period}' }}]")
            if kind == "release" and not dates:
                lines.append('dated_by_period = ["released_date"]  # no column holds a date')
    if table.broken and "reference" in fields and not table.key:
        lines.append(
            f'continues = "{EDIT_ME}"  # above or below: {table.broken} rows hold one cell, a piece of a row beside'
        )
    patterns = _note_patterns([n for n in table.notes if not (NOTE_ROW.fullmatch(n) and len(fields) > 2)])
    patterns += _note_patterns(table.totals)
    if patterns:
        lines.append(f"note_rows = {_listed(patterns)}  # rows that are notes, by their first words")
    lines += ["", "[layout.sheet.columns]"]
    spellings = {c.heading: c.spellings for c in reversed(table.columns)}
    for name, heading in fields.items():
        lines.append(f"{name} = {_listed([heading, *dict.fromkeys(spellings[heading])])}")
    rest = dict.fromkeys(c.heading for c in table.columns if c.heading and c.heading not in fields.values())
    if rest:
        lines.append("# Kept as published; give one a field of docs/register-descriptions.md to use it:")
        lines += [f"# ... = {_listed([heading])}" for heading in rest]
    return lines
