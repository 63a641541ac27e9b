"""What a file holds, in words: sheets, headings, the layout that is nearest, and a draft where none fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard.apart import read_workbook
from dashboard.cleaning import tidy
from dashboard.draft import draft_layout, header_row
from dashboard.errors import AccessReviewError
from dashboard.layouts import Fit, fit, refuse_unsuitable
from dashboard.reading import read_entries
from dashboard.registers import Register
from dashboard.text import plural
from dashboard.workbook import Workbook, cell_text, column_letter


SHOWN_MISSING = 8  # of what keeps the nearest layout from fitting


@dataclass(frozen=True)
class Inspection:
    """What `inspect` says, and, for a file that can be no register, why it is refused."""

    text: str
    refusal: AccessReviewError | None = None


def inspect_file(path: Path, registers: Mapping[str, Register]) -> Inspection:
    """A description for a terminal. Raises AccessReviewError when the file cannot be read at all."""
    workbook = read_workbook(path)
    lines = [f"{path.name}: {workbook.format}, {workbook.size:,} bytes, sha256 {workbook.sha256[:12]}…"]
    lines += _contents(workbook)
    lines.append("\nlayouts:")
    fits = {name: _best(register, workbook) for name, register in registers.items() if not register.synthetic}
    for name, found in fits.items():
        if found.match is None:
            lines.append(f"  {name}: no; nearest is '{found.layout.era}': {found.words()}")
            continue
        reading = read_entries(found.match, "new")
        lines.append(
            f"  {name}: yes, '{found.layout.era}': {plural(len(reading.entries), 'entry', 'entries')}, "
            f"{plural(len(reading.person_counts), 'person count')}, {plural(reading.rows_explained, 'row')} "
            f"explained, {plural(len(reading.issues), 'issue')}; {found.words()}"
        )
    if any(found.match for found in fits.values()):
        return Inspection("\n".join(lines))
    nearest = max(fits.values(), key=lambda f: f.share, default=None)
    try:
        refuse_unsuitable(workbook, nearest)
    except AccessReviewError as refusal:
        return Inspection("\n".join(lines), refusal)
    if nearest and nearest.share > 0:
        lines += _nearest(nearest, path.name)
    draft = draft_layout(path, workbook.sheets)
    if draft:
        lines += ["\nNo layout fits. A draft to edit and save in the data folder:\n", draft]
    else:
        lines.append(
            "\nNo layout fits, and no draft can be made: no sheet holds a table of at least two headings with rows "
            "below them."
        )
    return Inspection("\n".join(lines))


def _contents(workbook: Workbook) -> list[str]:
    lines = []
    for sheet in workbook.sheets:
        hidden = " (hidden)" if sheet.hidden else ""
        lines.append(f"\nsheet '{sheet.name}'{hidden}: {plural(len(sheet.rows), 'row')}")
        if sheet.rows:
            number = header_row(sheet)
            lines.append(f"  row {number} looks like the header:")
            for i, cell in enumerate(sheet.rows[number - 1]):
                if cell_text(cell).strip():
                    lines.append(f"    {column_letter(i)}  {tidy(cell_text(cell))[:90]}")
    return lines


def _best(register: Register, workbook: Workbook) -> Fit:
    """The era that fits, else the one that is nearest."""
    fits = [fit(register, layout, workbook) for layout in register.layouts]
    return next((f for f in fits if f.match), None) or max(fits, key=lambda f: f.share)


def _nearest(found: Fit, file: str) -> list[str]:
    """The nearest layout of all, and what keeps it from fitting."""
    lines = [f"\nNearest is {found.register.id}, '{found.layout.era}': {found.words()}. What does not fit:"]
    problems = [p.removeprefix(f"{file}: ") for p in found.problems]
    lines += [f"  {p[:200]}" for p in problems[:SHOWN_MISSING]]
    if len(problems) > SHOWN_MISSING:
        lines.append(f"  and {len(problems) - SHOWN_MISSING} more")
    described = found.register.layouts_path.name
    lines.append(f"If it is an edition of that register, add the new headings or sheet names to {described}.")
    return lines
