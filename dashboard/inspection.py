"""What a file holds, in words: sheets, headings, the layout that fits, and a draft layout where none does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from dashboard.apart import read_workbook
from dashboard.cleaning import normalise_text, tidy
from dashboard.errors import AccessReviewError
from dashboard.layouts import match
from dashboard.reading import read_entries
from dashboard.registers import Register
from dashboard.workbook import Sheet, cell_text, column_letter


# Words in a heading that suggest a field. Suggestions only: a person settles the draft.
HINTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("reference", ("reference", "ref", "identifier", "tracking number", "request number", "id")),
    ("recipient_type", ("organisation type", "organization type", "applicant type", "type of organisation")),
    ("recipient", ("organisation", "organization", "recipient", "applicant", "requester")),
    ("received_date", ("received", "submitted", "date accepted", "date of request")),
    ("approved_date", ("approved", "approval")),
    ("released_date", ("release", "extract sent", "supplied", "disseminat")),
    ("closed_date", ("closed", "completed", "date of decision")),
    ("outcome", ("outcome", "decision", "disposition", "status")),
    ("licence_end", ("licence end", "end date", "expiry")),
    ("legal_basis", ("legal basis", "legal gateway")),
    ("purpose", ("purpose",)),
    ("dataset", ("dataset", "data source", "data requested")),
    ("tier", ("tier",)),
    ("title", ("title", "summary", "abstract", "detail")),
)


def header_row(sheet: Sheet) -> int:
    """The likeliest header, counted from 1: the row within the first 30 with most filled text cells."""
    best, score = 1, -1
    for number, row in enumerate(sheet.rows[:30], 1):
        filled = sum(1 for c in row if isinstance(c, str) and c.strip() and len(c) < 200)
        if filled > score:
            best, score = number, filled
    return best


def inspect_file(path: Path, registers: Mapping[str, Register]) -> str:
    """A description for a terminal. Raises AccessReviewError when the file cannot be read at all."""
    workbook = read_workbook(path)
    lines = [f"{path.name}: {workbook.format}, {workbook.size:,} bytes, sha256 {workbook.sha256[:12]}…"]
    for sheet in workbook.sheets:
        lines.append(f"\nsheet '{sheet.name}'{' (hidden)' if sheet.hidden else ''}: {len(sheet.rows)} rows")
        if sheet.rows:
            number = header_row(sheet)
            lines.append(f"  row {number} looks like the header:")
            for i, cell in enumerate(sheet.rows[number - 1]):
                if cell_text(cell).strip():
                    lines.append(f"    {column_letter(i)}  {tidy(cell_text(cell))[:90]}")
    lines.append("\nlayouts:")
    fits = False
    for register in registers.values():
        if register.synthetic:
            continue
        try:
            found = match(register, workbook)
        except AccessReviewError as error:
            first = error.message.splitlines()[0].removeprefix(f"{path.name}: ")
            lines.append(f"  {register.id}: no ({first[:150]})")
            continue
        reading = read_entries(found, "new")
        fits = True
        lines.append(
            f"  {register.id}: yes, '{found.layout.era}': {len(reading.entries)} entries, "
            f"{len(reading.person_counts)} person counts, {reading.rows_explained} rows explained, "
            f"{len(reading.issues)} issues"
        )
    if not fits:
        lines += [
            "",
            "No layout fits. A draft to edit and save as registers/<id>.toml in the data folder:",
            "",
        ]
        lines.append(draft_layout(path, workbook.sheets))
    return "\n".join(lines)


def draft_layout(path: Path, sheets: tuple[Sheet, ...]) -> str:
    """A register description to edit: every heading is there, mapped where its words suggest a field."""

    def text(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = [
        'id = "my-register"  # the file\'s name without .toml',
        'title = "..."',
        'publisher = "..."',
        'licence = "..."',
        "",
        "[[layout]]",
        'era = "first"',
        'coverage = "complete"  # or completed_only, survivors_only, selected',
    ]
    ignored = []
    for sheet in sheets:
        number = header_row(sheet)
        headings = [tidy(cell_text(c)) for c in sheet.rows[number - 1]] if sheet.rows else []
        if sum(1 for h in headings if h) < 3 or len(sheet.rows) <= number:
            ignored.append(sheet.name)
            continue
        name = "*" if len(sheets) == 1 else sheet.name
        lines += [
            "",
            "[[layout.sheet]]",
            f"name = {text(name)}",
            'rows = "request"  # or release',
            "",
            "[layout.sheet.columns]",
        ]
        taken: set[str] = set()
        for heading in headings:
            if not heading:
                continue
            key = normalise_text(heading)
            field = next((f for f, words in HINTS if f not in taken and any(w in key for w in words)), None)
            if field:
                taken.add(field)
                lines.append(f"{field} = [{text(heading)}]")
            else:
                lines.append(f"# ... = [{text(heading)}]")
    if ignored:
        place = lines.index("[[layout]]") + 3
        lines.insert(place, f"ignore_sheets = {json.dumps(ignored, ensure_ascii=False)}")
    return "\n".join(lines)
