"""No case, one case, all open, all closed on day 0, one group: a right answer or words that say why there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard import measures
from dashboard.store import Store
from tests.spec.registers import REQUESTS
from tests.support.warehouse import make_data, open_data, table


HEAD = "Ref | Organisation       | Type       | Tier | Received   | Outcome | Ended\n"
ROWS = {
    "one open": "A1 | Bell Trust | Charity | 1 | 2021-01-04 |      |",
    "one closed": "A1 | Bell Trust | Charity | 1 | 2021-01-04 | Sent | 2021-01-20",
    "one undated": "A1 | Bell Trust | Charity | 1 | 2021-01-04 | Sent |",
    "all open": "\n".join(f"A{i} | Bell Trust | Charity | 1 | 2021-01-0{i} | |" for i in range(1, 7)),
    "all on day 0": "\n".join(
        f"A{i} | Bell Trust | Charity | 1 | 2021-01-0{i} | Sent | 2021-01-0{i}" for i in range(1, 7)
    ),
    "no date of receipt": "A1 | Bell Trust | Charity | 1 | | Sent | 2021-01-20",
}
NAMES = ("turnaround", "survival-curve", "outcomes", "survival-bounds", "turnaround-comparison")


@pytest.fixture(scope="module")
def stores(tmp_path_factory) -> Iterator[dict[str, Store]]:
    found = {
        name: open_data(
            make_data(tmp_path_factory.mktemp("few"), REQUESTS, {"2021-03-31": table(HEAD + rows)})
        )
        for name, rows in ROWS.items()
    }
    yield found
    for store in found.values():
        store.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize(
    "asked", [{}, {"by": "type"}, {"interval": "month"}, {"reference": "none"}, {"unit": "working"}]
)
def test_there_is_an_answer_or_a_reason(stores, name, rows, asked):
    result = measures.measure(name, stores[rows], register="requests", **asked)
    assert (
        result.rows or result.notes or asked.get("reference") or rows in ("no date of receipt", "one undated")
    )
    for row in result.dicts():
        for column in ("cumulative_incidence", "survival", "lower", "upper", "low", "high", "p"):
            assert row.get(column) is None or 0 <= row[column] <= 1


def last(store, name, **asked):
    return measures.measure(name, store, register="requests", **asked).dicts()[-1]


def test_what_the_answers_are(stores):
    assert last(stores["all on day 0"], "turnaround")["median"] == 0
    assert last(stores["all on day 0"], "outcomes")["cumulative_incidence"] == 1
    assert last(stores["all on day 0"], "survival-bounds")["upper"] == 0
    assert measures.outcomes(stores["all open"], register="requests").result.rows == ()
    assert last(stores["all open"], "turnaround")["median"] is None
    assert {
        r["lower"] for r in measures.survival_bounds(stores["all open"], register="requests").dicts()
    } == {1}
    found = measures.survival_bounds(stores["one undated"], register="requests").dicts()
    assert [(r["day"], r["lower"], r["upper"]) for r in found] == [(0, 0, 1), (86, 0, 0)]
    compared = measures.turnaround_comparison(stores["all on day 0"], register="requests")
    assert compared.dicts()[0]["p"] is None
    assert "Too few groups" in compared.notes[-1]
