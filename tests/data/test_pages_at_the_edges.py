"""Every page of a register with hardly anything in it: right words, no error, and nothing claimed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard.filters import Filters
from dashboard.headlines import MOST
from dashboard.measures import measure
from dashboard.pages import PAGES, make_page
from dashboard.store import Store
from tests.spec.registers import REQUESTS
from tests.support.warehouse import make_data, open_data, table


HEAD = "Ref | Organisation | Type | Tier | Received | Outcome | Ended\n"
ROWS = {
    "no usable row": HEAD + "A1 | Ashford | University | 1 | pending | Sent | pending\n",
    "one row": HEAD + "A1 | Ashford | University | 1 | 2019-02-04 | Sent | 2019-03-04\n",
    "one open row": HEAD + "A1 | Ashford | University | 1 | 2019-02-04 | |\n",
    "all open": HEAD
    + "".join(f"A{n} | Ashford | University | 1 | 2019-{n:02}-04 | |\n" for n in range(1, 10)),
    "all closed on day 0": HEAD
    + "".join(f"A{n} | Ashford | University | 1 | 2019-01-{n:02} | Sent | 2019-01-{n:02}\n" for n in range(1, 29)),
    "one group": HEAD
    + "".join(f"A{n} | Ashford | University | 1 | 2018-{n:02}-04 | Rejected | 2019-{n:02}-04\n" for n in range(1, 10)),
    "nobody named": HEAD + "A1 | | | | 2019-02-04 | Withdrawn | 2019-03-04\n",
}  # fmt: skip


@pytest.fixture(scope="module", params=ROWS)
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = make_data(tmp_path_factory.mktemp("edge"), REQUESTS, {"2020-12-31": table(ROWS[request.param])})
    with open_data(folder) as store:
        yield store


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"from_": "2030-01-01"},
        {"to": "2000-01-01"},
        {"outcome": "released"},
        {"type": "charity"},
        {"known_on": "2020-12-31"},
        {"edition": "2020-12-31"},
        {"interval": "month", "clock": "received_to_decision", "unit": "working", "target": "20"},
    ],
    ids=str,
)
def test_every_page_is_made_and_claims_nothing(edge: Store, filters: dict[str, str]) -> None:
    from dashboard.filters import make_filters

    asked = make_filters(register="requests", **filters)
    for name in PAGES:
        page = make_page(edge, name, asked)
        assert page.headline
        assert len(page.findings) <= MOST
        said = " ".join([page.headline, *(f.text for f in page.findings), *(e.title for e in page.exhibits)])
        assert "None" not in said
        assert not any(claim in said for claim in ("% more", "% fewer", " rose ", " fell "))
        for exhibit in page.exhibits:
            assert exhibit.table.rows


def test_a_typical_time_is_said_of_enough_only(edge: Store) -> None:
    [row] = measure("turnaround", edge, register="requests").dicts()
    texts = [f.text for f in make_page(edge, "overview", Filters(register="requests")).findings]
    assert any(text.startswith("Half of cases ended within") for text in texts) == (
        (row["events"] or 0) >= 20 and row["median"] is not None
    )
