"""Files about registers that are no registers: said in words that a person understands, not by a heading that
does not fit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.cleaning import Cell, normalise_text, tidy
from dashboard.workbook import Workbook, cell_text


FIELD_WORDS = frozenset(
    {
        "field",
        "fields",
        "field name",
        "variable",
        "variable name",
        "data item",
        "data element",
        "check to be made",
    }
)
DEFINITION_WORDS = frozenset(
    {"definition", "field definition", "technical requirements", "data type", "guidance", "description"}
)
ANSWERS = frozenset({"yes", "no", "y", "n", "n/a", "na", "not applicable", "partial", "partially", "unknown"})
HEADER_WITHIN = 30
SURVEY_COLUMNS = 10  # a register with this many columns is not mostly yes and no
SURVEY_SHARE = 0.6


def why_no_register(workbook: Workbook) -> str:
    """Why no sheet of the file can hold rows of requests or releases; "" when one might."""
    reasons = []
    for sheet in workbook.sheets:
        if sum(1 for row in sheet.rows if any(cell_text(c).strip() for c in row)) < 2:
            continue
        reason = _survey(sheet.rows) or _specification(sheet.rows)
        if not reason:
            return ""
        reasons.append(f"sheet '{tidy(sheet.name)}' {reason}")
    return reasons[0] if reasons else ""


def _specification(rows: Sequence[Sequence[Cell]]) -> str:
    for number, row in enumerate(rows[:HEADER_WITHIN], 1):
        cells = {normalise_text(cell_text(c)): tidy(cell_text(c)) for c in row}
        fields = [words for key, words in cells.items() if key in FIELD_WORDS]
        meanings = [words for key, words in cells.items() if key in DEFINITION_WORDS]
        if fields and meanings:
            return (
                f"is a specification: row {number} has the headings '{fields[0]}' and '{meanings[0]}', so each row "
                "describes a field; none is a request or a release"
            )
    return ""


def _survey(rows: Sequence[Sequence[Cell]]) -> str:
    if len(rows[0]) < SURVEY_COLUMNS:
        return ""
    filled = [t for row in rows[1:] for c in row[2:] if (t := normalise_text(cell_text(c)))]
    answers = sum(1 for text in filled if text in ANSWERS)
    if not filled or answers < SURVEY_SHARE * len(filled):
        return ""
    return (
        f"is a survey: {answers:,} of its {len(filled):,} cells say yes, no or n/a, in {len(rows[0])} columns; "
        "none of its rows is a request or a release"
    )
