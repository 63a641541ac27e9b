"""A data problem with its place, so that nothing is dropped without a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


Severity = Literal["error", "warning", "info"]

# Every rule, its severity and its meaning. error: a value could not be read; warning: it was read, and
# breaks a rule or leaves a measure; info: worth knowing, changes no figure.
RULES: dict[str, tuple[Severity, str]] = {
    "date_unreadable": ("error", "The cell is not a date that can be read."),
    "date_impossible": ("error", "The date is a placeholder or outside the years this register can hold."),
    "date_is_interval": ("info", "The cell gives a period; its last day is taken."),
    "date_is_month": ("info", "The cell gives a month without a day; its last day is taken."),
    "count_unreadable": ("error", "The cell is not a whole number."),
    "period_unreadable": ("error", "The cell does not name a period that can be read."),
    "reference_missing": ("warning", "The row has no reference, so it cannot be followed between editions."),
    "reference_unrecognised": ("warning", "The reference does not have the register's form."),
    "reference_date_impossible": ("warning", "The digits in the reference are not a calendar date."),
    "references_several": ("info", "One cell holds several references; each is counted as a request."),
    "reference_repeated": ("info", "The reference stands on several rows of the sheet."),
    "row_continued": (
        "info",
        "The row has no reference and is a piece of the row beside it; the two are joined.",
    ),
    "continuation_unclear": (
        "warning",
        "The row has no reference and cannot safely be joined to a row beside it; it stays an entry of its own.",
    ),
    "lookup_missing": ("warning", "The reference is not in the sheet that says more about it."),
    "lookup_conflict": (
        "warning",
        "Two rows of the sheet have one key and different values; neither is taken.",
    ),
    "lookup_without_key": ("warning", "The row has no key, so it cannot be joined to an entry."),
    "lookup_unused": ("info", "No entry has this row's key."),
    "recipient_missing": ("warning", "The row names no recipient."),
    "recipient_type_unmapped": ("warning", "The published type is not in the register's vocabulary."),
    "recipient_type_missing": ("info", "The row gives no recipient type."),
    "outcome_unmapped": ("warning", "The published outcome is not in the register's vocabulary."),
    "outcome_missing": ("info", "The row has an end date and no outcome, so the outcome is not known."),
    "classification_unmapped": ("warning", "The tier is not one of 1 to 4."),
    "data_held_unmapped": ("warning", "The words on whether data are still held are not in the vocabulary."),
    "event_after_as_at": ("warning", "The date is after the edition's own as-at date; it is kept."),
    "closed_before_received": ("warning", "The end is before the receipt; left out of every measure."),
    "received_missing": ("warning", "No date of receipt; left out of clocks and volumes by receipt."),
    "closed_undated": ("warning", "Closed, with no date; left out of clocks."),
    "as_at_inferred": ("warning", "No as-at date was given; the latest date in the file is taken."),
    "as_at_contradicted": (
        "warning",
        "The as-at date that was given is not the one that the file itself states.",
    ),
    "published_missing": ("info", "No publication date was given for this edition."),
    "heading_unmapped": ("info", "The heading is not described; its values are kept as published only."),
    "sheet_hidden": ("info", "The sheet is hidden and not described; it was not read."),
    "corrected": ("info", "The published value is known to be wrong; the reviewed one is read in its place."),
    "withdrawn": ("info", "Withdrawn; nothing of it is shown."),
    "supersedes_withdrawn": ("info", "The edition stands in the place of one that was withdrawn."),
    "cell_error": ("warning", "The cell holds a spreadsheet error such as #REF!."),
}


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One problem. `sheet_row` counts from 1 as in the sheet (CSV: the record, header = 1)."""

    register: str
    edition: str
    sheet: str = ""
    sheet_row: int | None = None
    column: str = ""
    rule: str
    value: str = ""
    words: str = ""

    @property
    def severity(self) -> Severity:
        return RULES[self.rule][0]

    @property
    def message(self) -> str:
        return self.words or RULES[self.rule][1]
