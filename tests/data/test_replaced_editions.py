"""A publisher replaces a file for the same as-at date: both are kept, and the replacement is what counts."""

from __future__ import annotations

from pathlib import Path

from dashboard.measures import volumes
from tests.support.warehouse import File, make_data, open_data, register, table


COLUMNS = {"reference": "Ref", "recipient": "Name", "received_date": "Received", "closed_date": "Closed"}
FIRST = """
    Ref | Name          | Received   | Closed
    A-1 | Anyford       | 2020-01-06 | 2020-02-03
    A-2 | Elsewhere     | 2020-01-07 |
    A-3 | Withdrawn row | 2020-01-08 |
"""
SECOND = """
    Ref | Name      | Received   | Closed
    A-1 | Anyford   | 2020-01-06 | 2020-02-10
    A-2 | Elsewhere | 2020-01-07 |
"""


def received(store: object, **filters: object) -> int:
    return volumes(store, register="replaced", **filters).dicts()[0]["received"]  # type: ignore[arg-type]


def test_rows_of_a_replaced_file_leave_the_measures_and_stay_in_the_archive(tmp_path: Path) -> None:
    data = make_data(
        tmp_path,
        register("replaced", columns=COLUMNS, layout={"blank_outcome": "open", "date_order": "ymd"}),
        {
            "2020-03-31": File(table(FIRST), published="2020-05-01"),
            "2020-03-31.2": File(table(SECOND), published="2020-06-01", replaces=True),
        },
    )
    with open_data(data) as store:
        assert received(store) == 2
        # What was known before the replacement came, and the file itself, can still be asked for.
        assert received(store, known_on="2020-05-15") == 3
        assert received(store, known_on="2020-06-01") == 2
        assert received(store, edition="2020-03-31") == 3
        assert received(store, edition="2020-03-31.2") == 2
