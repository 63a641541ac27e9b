"""Published spellings to recipients, through the reviewed files."""

from __future__ import annotations

from fnmatch import fnmatchcase

import duckdb

from dashboard import vocabulary
from dashboard.cleaning import normalise_text, recipient_id
from dashboard.errors import AccessReviewError
from dashboard.reference import read_csv_rows
from dashboard.settings import Settings
from dashboard.warehouse.rows import insert, look_up


def load_recipients(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """One recipient for each spelling, through the reviewed files; spellings that differ only in case,
    spaces, quotes or dashes are one without a review."""
    reviewed: list[tuple[str, dict[str, str]]] = []
    columns = ("register", "published_name", "recipient", "recipient_type", "reason")
    for path in settings.files("reference", "recipients*.csv"):
        for number, row in read_csv_rows(path, columns):
            if row["recipient_type"] and row["recipient_type"] not in vocabulary.RECIPIENT_TYPES:
                raise AccessReviewError(
                    f"{path}: row {number}: {row['recipient_type']!r} is not a recipient type",
                    hint=f"use one of: {', '.join(vocabulary.RECIPIENT_TYPES)}; or leave it empty",
                )
            reviewed.append((row["register"], row))
    rows: list[dict[str, object]] = []
    for register, key, spelling in look_up(con, "recipient_spellings"):
        found = next(
            (
                r
                for pattern, r in reviewed
                if fnmatchcase(register, pattern) and normalise_text(r["published_name"]) == key
            ),
            None,
        )
        name = found["recipient"] if found else spelling
        rows.append(
            {
                "register": register, "recipient_key": key, "recipient": name,
                "recipient_id": recipient_id(name),
                "reviewed_type": (found["recipient_type"] or None) if found else None,
                "reason": found["reason"] if found else "",
            }
        )  # fmt: skip
    # Two names can give one id; the later, in order of name, gets a number.
    names: dict[str, dict[str, str]] = {}
    for record in sorted(rows, key=lambda r: str(r["recipient"])):
        taken = names.setdefault(str(record["recipient_id"]), {})
        key = normalise_text(str(record["recipient"]))
        suffix = taken.setdefault(key, "" if not taken else f"-{len(taken) + 1}")
        record["recipient_id"] = f"{record['recipient_id']}{suffix}"
    insert(con, "reference.recipients", rows)
