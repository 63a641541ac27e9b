"""Same inputs, same build; and what is received either closes or stays open, in every interval and group."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import product

import duckdb
import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, write_sample
from dashboard.settings import CHECKOUT, load_settings
from dashboard.warehouse.build import build
from tests.support.warehouse import make_data, register, write_file


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


REGISTERS = [
    register(name, columns={"reference": ["Ref"], "recipient": ["Who"], "received_date": ["In"]})
    for name in ("alpha", "beta")
]
CASES = [{"Ref": f"A{n}", "Who": f"Body {n % 5}", "In": f"0{1 + n % 9}/02/2020"} for n in range(30)]
SCRIPT = """
import locale, sys, time
from contextlib import suppress
from pathlib import Path
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.warehouse.build import build
from tests.support.warehouse import lone_settings
import datetime, json
with suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")
time.tzset()
folder, files, order = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
settings = lone_settings(folder)
for name, as_at, file, replaces in order:
    add_edition(settings, load_registers(settings)[name], files / file, as_at=datetime.date.fromisoformat(as_at),
                replaces=replaces)
report = build(settings)
print(json.dumps([report.build, report.tables]))
"""


def test_nothing_around_a_build_changes_it(tmp_path):
    """Several registers, a replaced edition and a reviewed name; another order, place, zone, language and hash."""
    files = tmp_path / "files"
    for name, rows in (
        ("one", CASES),
        ("two", CASES[3:] + CASES[:1]),
        ("three", CASES[::2]),
        ("four", CASES[1:]),
    ):
        write_file(files / name, rows)
    order = [
        ("alpha", "2020-12-31", "one.csv", False),
        ("alpha", "2020-12-31", "four.csv", True),
        ("alpha", "2021-12-31", "two.csv", False),
        ("beta", "2020-12-31", "three.csv", False),
        ("beta", "2021-06-30", "one.csv", False),
    ]
    found = []
    for number, (moved, zone, language, seed) in enumerate([
        ([0, 1, 2, 3, 4], "UTC", "C", "0"),
        ([4, 2, 0, 3, 1], "Pacific/Kiritimati", "tr_TR.UTF-8", "12345"),
        ([3, 4, 0, 1, 2], "America/St_Johns", "de_DE.UTF-8", "random"),
    ]):  # fmt: skip
        folder = make_data(
            tmp_path / f"place {number}", REGISTERS, {},
            reference={"reference/recipients_mine.csv": "register,alias,recipient,type,relation,reason,reviewer,date\n"
                       "*,Body 1,Body 2,charity,same,one body,a test,2026-01-01\n"},
        )  # fmt: skip
        here = tmp_path / f"elsewhere {number}"
        here.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(folder), str(files), json.dumps([order[i] for i in moved])],
            cwd=here, check=False, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT), "TZ": zone, "LANG": language, "LC_ALL": language,
                 "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout))
    assert found[0] == found[1] == found[2]
    rows = {t["table"]: t["rows"] for t in found[0][1]}
    assert rows["staging.editions"] == 5
    assert rows["core.requests"] > 30


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
