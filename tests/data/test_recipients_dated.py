"""A name that stands for two recipients, one after the other, multiplies no row anywhere."""

from __future__ import annotations

import shutil

import duckdb

from dashboard import measures
from tests.spec.specs.recipients import ONE_TRADING_NAME
from tests.support.warehouse import make_data, open_data, table


def test_each_row_is_counted_once_whatever_its_name_stood_for(tmp_path):
    rows = table(ONE_TRADING_NAME.editions[0].rows)
    later = [*rows, {**rows[1], "Ref": "R6", "Released": "2021-02-01"}]
    later[1] = {**later[1], "Type": "Charity"}
    folder = make_data(
        tmp_path,
        ONE_TRADING_NAME.register,
        {"2020-12-31": rows, "2021-03-31": later},
        reference=ONE_TRADING_NAME.reference,
    )
    with open_data(folder) as store:
        copy = tmp_path / "copy.duckdb"
        shutil.copyfile(store.build.path, copy)
        for asked in ({}, {"known_on": "2021-03-31"}, {"edition": "2021-03-31"}):
            rows_behind = measures.rows("volumes", store, register="releases", **asked)
            assert [r["reference"] for r in rows_behind.dicts() if r["counted_as"] == "released"] == [
                f"R{n}" for n in range(1, 7)
            ]
            top = measures.top_recipients(store, register="releases", **asked).dicts()
            assert {r["recipient"]: r["releases"] for r in top} == {
                "Ashford Ltd": 2, "Beacon": 1, "Corner Ltd": 3,
            }  # fmt: skip
            names = measures.recipient_names(store, register="releases", **asked)
            assert sum(names.column("entries")) == (6 if asked.get("edition") else 11)
            assert len(measures.rows("recipient-names", store, register="releases", **asked).rows) == sum(
                names.column("entries")
            )
        changes = store.query("changes", measures.make_filters(register="releases")).dicts()
        assert [(c["kind"], c["reference"], c["recipient"]) for c in changes] == [
            ("added", "R6", "Corner Ltd"),
            ("amended", "R2", "Ashford Ltd"),
        ]
    with duckdb.connect(str(copy), read_only=True) as con:
        for relation in ("core.requests", "core.releases"):
            repeated = con.execute(
                f"select reference from {relation} group by all having count(*) > 1"  # noqa: S608
            ).fetchall()
            assert repeated == []
