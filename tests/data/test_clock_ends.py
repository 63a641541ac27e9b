"""A clock runs only where one layout of a register publishes both its ends."""

from __future__ import annotations

import pytest

from dashboard import measures
from tests.support.warehouse import make_data, open_data


def layout(era, **columns):
    return {"era": era, "sheet": [{"name": "*", "rows": "request", "columns": columns}]}


RECEIVED = layout("received", reference="Ref", received_date="Received")
CLOSED = layout("closed", reference="Ref", closed_date="Closed")
BOTH = layout("both", reference="Ref", received_date="Came", closed_date="Went")
FILES = {
    "2020-06-30": "Ref,Received\nA,2020-01-01\nB,2020-02-01\n",
    "2020-12-31": "Ref,Closed\nA,2020-03-01\nB,2020-03-04\n",
    "2021-06-30": "Ref,Came,Went\nC,2021-01-01,2021-01-31\n",
}


@pytest.mark.parametrize("eras", [1, 2, 3])
def test_both_ends_in_one_era(tmp_path, eras):
    described = {
        "id": "cases", "title": "Cases", "publisher": "A test", "layout": [RECEIVED, CLOSED, BOTH][:eras],
    }  # fmt: skip
    with open_data(make_data(tmp_path, described, dict(list(FILES.items())[:eras]))) as store:
        result = measures.turnaround(store, register="cases")
        (row,) = result.dicts()
        if eras < 3:
            assert row["n"] is row["median"] is None
            assert any("cannot be worked out" in note for note in result.notes)
            assert any("never published together" in note for note in result.notes) == (eras == 2)
            assert measures.spells(store, register="cases", clock="received_to_outcome").result.rows == ()
        else:
            # then a case whose ends stand in two files is timed with the others
            assert (row["n"], row["events"], row["median"]) == (3, 3, 32)
