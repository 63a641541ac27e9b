"""The content fingerprint of each table: in a build's record, the same when built twice, and about the content."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter

import duckdb
import pytest

from dashboard.cli import main
from dashboard.warehouse.build import build
from dashboard.warehouse.rows import fingerprints
from tests.support.warehouse import build_data, lone_settings, make_data, register, table


CASES = register("cases", columns={"reference": ["Ref"], "recipient": ["Who"], "received_date": ["In"]})
ROWS = table("""
    Ref | Who        | In
    A1  | One Ltd    | 01/02/2020
    A2  | Two Ltd    | 02/02/2020
    A3  | Three Ltd  |
""")


def rows_of(path):
    """Every table's rows as Python values, in no order."""
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        return {f"{s}.{t}": Counter(map(repr, con.table(f"{s}.{t}").fetchall())) for s, t in names}


def recomputed(path):
    """The same fingerprints by another way: the columns named one by one, and the hashes added up in Python."""
    found = {}
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        for schema, name in names:
            columns = con.table(f"{schema}.{name}").columns
            packed = ", ".join(f'"{c}" := "{c}"' for c in columns)
            hashed = con.table(f"{schema}.{name}").project(f"hash(struct_pack({packed}))")
            hashes = [h for (h,) in hashed.fetchall()]
            random.Random(1).shuffle(hashes)
            found[f"{schema}.{name}"] = (len(hashes), f"{sum(hashes):024x}")
    return found


def test_status_shows_them_and_they_can_be_recomputed(sample_data, capsys):
    path = sample_data.settings.builds / f"{sample_data.report.build}.duckdb"
    capsys.readouterr()
    assert main(["--data", str(sample_data.settings.data), "status", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)["tables"]
    copy = sample_data.settings.data.parent / "copy.duckdb"
    shutil.copyfile(path, copy)  # the store has the other open
    assert {t["table"]: (t["rows"], t["hash"]) for t in shown} == recomputed(copy)
    assert {t["table"]: t["rows"] for t in shown} == {n: sum(c.values()) for n, c in rows_of(copy).items()}
    assert shown == sample_data.report.tables
    assert sum(t["rows"] for t in shown) > 10_000


def test_building_twice_gives_the_same(tmp_path):
    folder = make_data(tmp_path, CASES, {"2020-12-31": ROWS})
    first = build_data(folder)
    assert build_data(folder).unchanged
    assert build_data(folder).tables == first.tables
    shutil.rmtree(lone_settings(folder).builds)
    again = build(lone_settings(folder))
    assert not again.unchanged
    assert again.tables == first.tables


def test_another_content_is_another_fingerprint(tmp_path):
    changed = [{**row, "Who": row["Who"].replace("Two", "Too")} for row in ROWS]
    one = build_data(make_data(tmp_path / "one", CASES, {"2020-12-31": ROWS}))
    two = build_data(make_data(tmp_path / "two", CASES, {"2020-12-31": changed}))
    assert {t["table"] for t in one.tables} == {t["table"] for t in two.tables}
    differ = {a["table"] for a, b in zip(one.tables, two.tables, strict=True) if a != b}
    assert {"staging.entries", "core.requests", "reference.recipients", "reference.build"} <= differ
    assert "reference.calendar" not in differ


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("(1, 'a'), (2, 'b')", "(2, 'b'), (1, 'a')", True),
        ("(1, 'a')", "(1, 'a'), (1, 'a')", False),
        ("(1, 'a'), (1, 'a')", "(2, 'b'), (2, 'b')", False),  # equal rows do not cancel out
        ("(1, 'a'), (2, 'b')", "(1, 'b'), (2, 'a')", False),
        ("(1, null)", "(1, '')", False),
        ("(null, 'a')", "(0, 'a')", False),
    ],
)
def test_what_changes_it(one, two, same):
    found = []
    for rows in (one, two):
        with duckdb.connect(":memory:") as con:
            con.execute(f"create table t as from (values {rows}) as v(a, b)")
            found.append(fingerprints(con))
    assert (found[0] == found[1]) is same
