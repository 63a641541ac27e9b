"""The dataset filter matches the published text whole, or any one value that the text holds."""

from __future__ import annotations

import duckdb
import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.warehouse.parquet import COLUMNS
from tests.support.warehouse import build_data, lone_settings, make_data, open_data, register, table


ROWS = table(
    """
    Ref | Sent       | Data
    R1  | 2020-01-02 | Census; Absence
    R2  | 2020-01-03 | Census
    R3  | 2020-01-04 | Absence, by school
    R4  | 2020-01-05 |
    """
)


@pytest.mark.parametrize("kind", ["request", "release"])
@pytest.mark.parametrize(
    ("dataset", "references"),
    [
        ("Census", ["R1", "R2"]),
        ("Absence", ["R1"]),
        ("Census; Absence", ["R1"]),
        ("Absence, by school", ["R3"]),
        ("Cens", []),
    ],
)
def test_any_one_part(tmp_path, kind, dataset, references):
    sheet = {"name": "*", "rows": kind, "separators": {"dataset": ";"},
             "columns": {"reference": "Ref", "released_date": "Sent", "dataset": "Data"}}  # fmt: skip
    with open_data(make_data(tmp_path, register("cases", sheets=[sheet]), {"2020-12-31": ROWS})) as store:
        rows = measures.rows("volumes", store, register="cases", dataset=dataset).dicts()
        assert sorted({r["reference"] for r in rows}) == references
        (row,) = measures.volumes(store, register="cases", dataset=dataset).dicts() or [{"released": 0}]
        assert row["released"] == len(references)
        # by dataset, the text stays as it was published
        groups = {r["group"] for r in measures.volumes(store, register="cases", by="dataset").dicts()}
        assert groups == {"Census; Absence", "Census", "Absence, by school", "not_published"}
        page = store.query("register_rows", measures.make_filters(register="cases", dataset=dataset),
                           search=None, counted=None, offset=None)  # fmt: skip
        assert sorted(r["reference"] for r in page.dicts()) == references


def test_in_another_register_the_same_text_is_one_value(tmp_path):
    columns = {"reference": "Ref", "released_date": "Sent", "dataset": "Data"}
    parted = {"name": "*", "rows": "request", "columns": columns, "separators": {"dataset": ";"}}
    whole = {"name": "*", "rows": "request", "columns": columns}
    folder = make_data(
        tmp_path,
        [register("cases", sheets=[parted]), register("others", sheets=[whole])],
        {"2020-12-31": ROWS},
    )
    settings = lone_settings(folder)
    add_edition(settings, load_registers(settings)["others"], *folder.glob("incoming/1/*"))
    with open_data(folder) as store:
        rows = measures.rows("volumes", store, dataset="Absence").dicts()
        assert {(r["register"], r["reference"]) for r in rows} == {("cases", "R1")}


def test_parquet_editions_too(tmp_path):
    sheet = {
        "name": "*",
        "rows": "request",
        "separators": {"dataset": [";", " + "]},
        "columns": {"reference": "R"},
    }
    folder = make_data(tmp_path, register("cases", sheets=[sheet], layout={"answerability": {
        "released_date": {"status": "published"}}}), {})  # fmt: skip
    names = sorted(COLUMNS)
    values = {"sheet": "'s'", "sheet_row": "i", "reference": "'R' || i", "dataset": "d", "outcome": "'released'",
              **dict.fromkeys(("received_date", "approved_date", "closed_date", "licence_end"), "null::date"),
              "released_date": "date '2020-01-02'"}  # fmt: skip
    chosen = ", ".join(f"{values.get(n, 'null::varchar')} as {n}" for n in names)
    path = tmp_path / "cases 2020-12-31.parquet"
    with duckdb.connect(":memory:") as con:
        con.execute(
            f"copy (select {chosen} from (values (1, 'Census; Absence + Census'), (2, 'Census'), (3, null)) "  # noqa: S608
            f"as v(i, d)) to '{path}' (format parquet)"
        ).fetchall()
    settings = lone_settings(folder)
    add_edition(settings, load_registers(settings)["cases"], path)
    build_data(folder)
    with open_data(folder) as store:
        for dataset, found in (
            ("Absence", ["R1"]),
            ("Census", ["R1", "R2"]),
            ("Census; Absence + Census", ["R1"]),
        ):
            rows = measures.rows("volumes", store, register="cases", dataset=dataset).dicts()
            assert sorted({r["reference"] for r in rows}) == found
