"""What became of each row from edition to edition: the same release followed, and what changed."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

import duckdb

from dashboard.cleaning import spelling_key
from dashboard.identity import Listing, Period, occurrences
from dashboard.settings import PACKAGE
from dashboard.vocabulary import CHANGES, FIELD_WORDS
from dashboard.warehouse.rows import insert, look_up


SCHEMA = PACKAGE / "warehouse" / "schema"


def follow_releases(con: duckdb.DuckDBPyConnection) -> None:
    """Give each release row its occurrence number, the same in every edition that lists the release."""
    periods: dict[tuple[str, str], list[Period]] = defaultdict(list)
    for register, edition, start, end in look_up(con, "release_periods"):
        periods[register, edition].append((start, end))
    rows: list[dict[str, object]] = []
    for (register, reference), group in groupby(look_up(con, "release_rows"), key=lambda row: row[:2]):
        editions = [(edition, list(each)) for edition, each in groupby(group, key=lambda row: row[2])]
        listings = [
            Listing(tuple(row[4] for row in each), tuple(periods[register, edition]))
            for edition, each in editions
        ]
        for (_, each), numbers in zip(editions, occurrences(listings), strict=True):
            rows += [
                {"entry_id": row[3], "reference": reference, "occurrence": number}
                for row, number in zip(each, numbers, strict=True)
            ]
    insert(con, "staging.release_occurrences", rows)


def load_changes(con: duckdb.DuckDBPyConnection) -> None:
    """What each edition changed against the one before, typed, into `core.changes`."""
    insert(
        con,
        "reference.change_kinds",
        [{"kind": k, "position": i, "label": v} for i, (k, v) in enumerate(CHANGES.items(), 1)],
    )
    insert(
        con,
        "reference.fields",
        [{"field": k, "position": i, "label": v} for i, (k, v) in enumerate(FIELD_WORDS.items(), 1)],
    )
    con.execute((SCHEMA / "060_changes.sql").read_text("utf-8"))
    insert(
        con,
        "staging.spellings",
        [{"text": t, "spelling_key": spelling_key(t)} for (t,) in look_up(con, "varying_texts")],
    )
    con.execute((SCHEMA / "065_changes_between.sql").read_text("utf-8"))
