"""Published spellings to recipients, through the reviewed files."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from dashboard.cleaning import recipient_id
from dashboard.recipients import Reviewed, read_reviews
from dashboard.settings import Settings
from dashboard.warehouse.rows import insert, look_up


def load_recipients(con: duckdb.DuckDBPyConnection, settings: Settings, registers: Iterable[str]) -> None:
    """The recipient of each spelling, through the reviewed files; spellings that differ only in case,
    spaces, quotes or dashes are one without a review.

    Raises AccessReviewError where rows of the files contradict one another for any register described.
    """
    reviews = read_reviews(settings)
    published: dict[str, dict[str, str]] = {register: {} for register in sorted(registers)}
    for register, key, spelling in look_up(con, "recipient_spellings"):
        published.setdefault(register, {})[key] = spelling
    rows: list[dict[str, object]] = []
    for register, spellings in published.items():
        reviewed = Reviewed(reviews, register)
        for key, spelling in spellings.items():
            for named in reviewed.named(key, spellings.get):
                row = named.review
                rows.append(
                    {
                        "register": register, "recipient_key": key, "holds_from": named.first,
                        "holds_to": named.last, "spelling": spelling, "spelling_id": recipient_id(spelling),
                        "recipient_id": recipient_id(named.recipient_key), "recipient": named.recipient,
                        "reviewed_type": named.type, "type_overrides": named.override,
                        "parent_recipient_id": recipient_id(named.parent_key) if named.parent_key else None,
                        "parent_recipient": named.parent, "relation": row.relation if row else None,
                        "reviewed_as": row.recipient if row else None, "reason": row.reason if row else None,
                        "reviewer": row.reviewer if row else None, "reviewed": row.reviewed if row else None,
                    }
                )  # fmt: skip
    insert(con, "reference.recipients", rows)
