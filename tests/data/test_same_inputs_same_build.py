"""Same inputs, same build; and what is received either closes or stays open, in every interval and group."""

from __future__ import annotations

import shutil
from itertools import product

import duckdb
import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, write_sample
from dashboard.settings import load_settings
from dashboard.warehouse.build import build


INTERVALS = (None, "month", "quarter", "year")
GROUPS = (None, "type", "tier", "route", "outcome", "recipient")


def check_identity(store, register, **filters):
    rows = measures.volumes(store, register=register, **filters).dicts()
    before = {}
    assert rows
    for row in rows:
        assert row["open_at_start"] + row["received"] - row["closed"] == row["open_at_end"], row
        assert min(row["open_at_start"], row["open_at_end"]) >= 0, row
        assert before.setdefault(row["group"], row["open_at_start"]) == row["open_at_start"], row
        before[row["group"]] = row["open_at_end"]
    return sum(row["received"] for row in rows)


@pytest.mark.parametrize(("interval", "by"), list(product(INTERVALS, GROUPS)))
def test_stock_and_flow_in_the_sample(sample_store, interval, by):
    total = check_identity(sample_store, LEGACY, interval=interval, by=by)
    assert total == measures.volumes(sample_store, register=LEGACY).column("received")[0]


@pytest.mark.parametrize("filters", [
    {"from_": "2014-02-10", "to": "2016-08-20"},
    {"known_on": "2017-06-30"},
    {"edition": "2017-06-30"},
    {"type": "charity,commercial"},
    {"tier": "1"},
    {"from_": "2030-01-01", "to": "2031-12-31"},
])  # fmt: skip
@pytest.mark.parametrize("interval", INTERVALS)
def test_stock_and_flow_under_filters(sample_store, filters, interval):
    check_identity(sample_store, LEGACY, interval=interval, **filters)


@pytest.mark.realdata
@pytest.mark.parametrize(("interval", "by"), list(product(INTERVALS, ("type", "route", "outcome", None))))
def test_stock_and_flow_in_sudbury(real_store, interval, by):
    assert check_identity(real_store, "sudbury-foi", interval=interval, by=by) == 327


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("workbooks"), requests=160, editions=3)


def built(folder, editions):
    settings = load_settings(folder)
    registers = load_registers(settings)
    for edition in editions:
        add_edition(settings, registers[edition.register], edition.path, published=edition.published)
    return settings, build(settings)


def contents(settings, report, scratch):
    """Every row of every table, in any order."""
    copy = scratch / f"{report.build}.duckdb"
    scratch.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(settings.builds / copy.name, copy)
    with duckdb.connect(str(copy), read_only=True) as con:
        tables = con.execute(
            """select table_schema || '.' || table_name from information_schema.tables
            where table_type = 'BASE TABLE' order by 1"""
        ).fetchall()
        return {name: con.execute(f"from {name} order by all").fetchall() for (name,) in tables}


def test_the_order_of_adding_changes_nothing(workbooks, tmp_path):
    orders = [workbooks, workbooks[::-1], workbooks[1::2] + workbooks[::2]]
    found = [built(tmp_path / f"{i}" / "data", order) for i, order in enumerate(orders)]
    assert len({report.build for _, report in found}) == 1
    tables = [contents(s, r, tmp_path / f"{i}" / "copy") for i, (s, r) in enumerate(found)]
    assert set(tables[0]) >= {"core.requests", "core.releases", "core.issues", "staging.entries"}
    for name, rows in tables[0].items():
        assert tables[1][name] == rows, name
        assert tables[2][name] == rows, name


def test_building_again_is_a_no_op_and_afresh_is_the_same(workbooks, tmp_path):
    settings, report = built(tmp_path / "data", workbooks)
    before = contents(settings, report, tmp_path / "one")
    again = build(settings)
    assert again.unchanged
    assert again.build == report.build
    shutil.rmtree(settings.builds)
    afresh = build(settings)
    assert (afresh.build, afresh.unchanged) == (report.build, False)
    assert contents(settings, afresh, tmp_path / "two") == before


def test_another_input_is_another_build(workbooks, tmp_path):
    _, all_of_them = built(tmp_path / "all" / "data", workbooks)
    _, fewer = built(tmp_path / "fewer" / "data", workbooks[:-1])
    assert all_of_them.build != fewer.build
