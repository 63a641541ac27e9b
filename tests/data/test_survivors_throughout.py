"""A register that lists only what is still open or live, whatever the day: counts are at least, no share, no median."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard import figures
from dashboard.filters import Filters
from dashboard.measures import measure, scopes
from dashboard.pages import PAGES, make_page
from dashboard.store import Store
from tests.support.warehouse import make_data, open_data, register, table


REGISTER = register(
    "live",
    columns={
        "reference": "Ref",
        "recipient": "Organisation",
        "received_date": "Received",
        "outcome": "Outcome",
        "composite_date": "Ended",
    },
    outcomes={"released": ["Sent"]},
    layout={"coverage": "survivors_only", "blank_outcome": "open"},
)
ROWS = "Ref | Organisation | Received | Outcome | Ended\n" + "\n".join(
    f"L-{n} | Ashford University | 2019-{1 + n % 12:02}-03 | Sent | 2020-{1 + n % 12:02}-03"
    for n in range(40)
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = make_data(tmp_path_factory.mktemp("live"), REGISTER, {"2021-03-31": table(ROWS)})
    with open_data(folder) as opened:
        yield opened


def test_counts_read_at_least(store: Store) -> None:
    exhibit = figures.volumes_exhibit(store, Filters(register="live"))
    assert exhibit is not None
    assert exhibit.title == "At least 40 requests received from 1 January 2019 to 31 March 2021"
    assert exhibit.summary.startswith("At least 40 requests received")
    assert [row[0] for row in exhibit.table.rows] == [f"{year}, at least" for year in (2019, 2020, 2021)]
    for name in ("volumes", "recipients", "top-recipients", "ever-seen"):
        assert any("at least" in note for note in measure(name, store, register="live").notes), name


def test_no_share_no_median_and_each_page_says_why(store: Store) -> None:
    [scope] = scopes(store, Filters(register="live"))
    assert (scope.survivors_only, scope.survivors_too, scope.listed_from) == (True, True, None)
    [row] = measure("turnaround", store, register="live").dicts()
    assert (row["n"], row["median"], row["method"]) == (40, None, "none")
    assert measure("survival-curve", store, register="live").rows == ()
    said = {name: make_page(store, name, Filters(register="live")) for name in PAGES}
    assert [e.key for e in said["recipients"].exhibits] == []
    assert any("favour those kept longest" in words for words in said["recipients"].unanswered)
    assert any("at an earlier time cannot be said" in words for words in said["volumes"].unanswered)
    assert said["turnaround"].headline.startswith("No typical waiting time")
