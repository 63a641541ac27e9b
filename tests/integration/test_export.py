"""Open data: what is written is what the build holds, described, whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import measures, store
from dashboard.cli import main
from dashboard.errors import LimitError
from dashboard.export import data_use, dictionary, folder, measured
from dashboard.export.folder import export_folder
from dashboard.export.tables import REGISTERS, TABLES
from dashboard.files import sha256_of
from dashboard.measures import MEASURES, cell
from dashboard.settings import CHECKOUT, load_settings
from dashboard.store import load_query
from dashboard.text import SYNTHETIC, undefuse
from dashboard.warehouse.engine import CONFIG
from dashboard.warehouse.publish import find_build
from tests.integration.conftest import LEGACY, SHARES, Run
from tests.support.tiny import tree, write_tiny


BOTH = (LEGACY, SHARES)
HOSTILE = [
    ("=HYPERLINK(1)", "=cmd|' /C calc'!A0", "2020-03-04"),
    ("+1", "+44 Ltd", "2020-03-05"),
    ("-1", "-5", "2020-03-06"),
    ("@a", "@SUM(A1)", "2020-03-07"),
    ("'=b", "'=quoted", "2020-03-08"),
    ("A6", "\ttab = 1", "2020-03-09"),
    ("A7", 'said "no", twice', "2020-03-10"),
    ("A8", "two\nlines | and a bar", "2020-03-11"),
    ("A9", "<img src=x onerror=alert(1)>", "2020-03-12"),
    ("A10", "Łódź – Ünïversity 🏛", "2020-03-13"),
    ("A11", "'plain quote", "2020-03-14"),
]


@pytest.fixture(scope="module")
def exported(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's two registers."""
    folder = tmp_path_factory.mktemp("export") / "open-data"
    return export_folder(load_settings(built), folder, registers=BOTH)


@pytest.fixture(scope="module")
def record(exported: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((exported / "datapackage.json").read_text("utf-8"))
    return found


@pytest.fixture
def con(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config=CONFIG) as made:
        path = find_build(load_settings(built)).path
        made.execute(f"attach '{path}' as build (read_only)")
        yield made


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return head, rows


def same_in_csv(parquet: Path, con: duckdb.DuckDBPyConnection) -> int:
    """Hold a CSV against the Parquet beside it, cell by cell, the one documented apostrophe taken away."""
    cursor = con.execute("from read_parquet($path)", {"path": str(parquet)})
    names = [d[0] for d in cursor.description]
    wanted = cursor.fetchall()
    head, rows = read_csv(parquet.with_suffix(".csv"))
    assert head == names
    assert len(rows) == len(wanted)
    for ours, theirs in zip(rows, wanted, strict=True):
        for text, value in zip(ours, theirs, strict=True):
            if isinstance(value, str):
                assert undefuse(text) == value
                assert text[:1] not in ("=", "+", "-", "@", "\t", "\r")
            else:
                assert text == cell(value)
    return len(rows)


# What is in it


def test_it_validates_as_a_data_package(exported: Path) -> None:
    """By a reader that others use: the descriptor, hashes, sizes, types, keys and links of every table."""
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(exported / "datapackage.json"))
    assert report.flatten(["name", "type", "message"]) == []
    assert report.valid
    assert report.stats["tasks"] == len(list(exported.rglob("*.csv")))


def test_every_file_is_described_and_has_its_sum(exported: Path, record: dict[str, Any]) -> None:
    there = {p.relative_to(exported).as_posix() for p in exported.rglob("*") if p.is_file()}
    described = {r["path"] for r in record["resources"]}
    described |= {r["parquet"]["path"] for r in record["resources"] if "parquet" in r}
    words = {"README.md", "data-dictionary.md", "datapackage.json"}
    assert there == described | words | {"SHA256SUMS"}
    sums = dict(
        reversed(line.split("  ", 1)) for line in (exported / "SHA256SUMS").read_text("utf-8").splitlines()
    )
    assert set(sums) == there - {"SHA256SUMS"}
    assert all(sha256_of(exported / path) == wanted for path, wanted in sums.items())
    for resource in record["resources"]:
        for file in (resource, resource.get("parquet", resource)):
            assert file["hash"] == f"sha256:{sums[file['path']]}"
            assert file["bytes"] == (exported / file["path"]).stat().st_size
    if shutil.which("sha256sum"):
        ran = subprocess.run(
            ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=exported, check=False, capture_output=True
        )
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
@pytest.mark.parametrize("register", BOTH)
def test_parquet_is_what_the_build_holds(
    table: Any, register: str, exported: Path, con: duckdb.DuckDBPyConnection
) -> None:
    path = exported / register / f"{table.name}.parquet"
    ours = con.execute("from read_parquet($path)", {"path": str(path)})
    columns = [(d[0], str(d[1])) for d in ours.description]
    found = ours.fetchall()
    view = con.execute(f"from build.open_data.{table.name} where register = ?", [register])
    assert columns == [(d[0], str(d[1])) for d in view.description]
    assert sorted(found, key=repr) == sorted(view.fetchall(), key=repr)
    assert same_in_csv(path, con) == len(found)
    if table.key:
        places = [[c for c, _ in columns].index(k) for k in table.key]
        assert len({tuple(row[p] for p in places) for row in found}) == len(found)


def test_the_tables_of_the_sample_are_not_empty(exported: Path, record: dict[str, Any]) -> None:
    rows = {r["path"]: r["rows"] for r in record["resources"]}
    for table in TABLES:
        assert sum(rows[f"{register}/{table.name}.csv"] for register in BOTH) > 0, table.name
    assert rows[f"{LEGACY}/{data_use.NAME}.csv"] > 0


def test_registers_are_apart(exported: Path, con: duckdb.DuckDBPyConnection) -> None:
    for register in BOTH:
        for table in TABLES:
            path = exported / register / f"{table.name}.parquet"
            found = con.execute("select distinct register from read_parquet($path)", {"path": str(path)})
            assert found.fetchall() in ([], [(register,)])
    listed = con.execute("from read_parquet($path)", {"path": str(exported / "registers.parquet")}).fetchall()
    assert [row[0] for row in listed] == list(BOTH)


def test_each_measure_is_there_by_the_command_that_is_named(
    exported: Path, record: dict[str, Any], built: Path, run: Run, con: duckdb.DuckDBPyConnection
) -> None:
    asked = [r for r in record["resources"] if "command" in r and r["register"] == LEGACY]
    assert {r["measure"] for r in asked} == set(MEASURES) - measured.AS_TABLES
    assert {r["measure"] for r in asked if r["path"].endswith("-by-year.csv")} == {"volumes", "turnaround"}
    for resource in asked:
        words = resource["command"].split()
        assert words[0] == "access-review"
        ran = run("--data", built, *words[1:])
        assert ran.code == 0, ran.err
        assert (exported / resource["path"]).read_text("utf-8") == ran.out, resource["path"]
        same_in_csv(exported / resource["parquet"]["path"], con)


def test_measures_of_two_registers_fit_one_another(exported: Path, con: duckdb.DuckDBPyConnection) -> None:
    for path in sorted((exported / LEGACY / "measures").glob("*.parquet")):
        other = exported / SHARES / "measures" / path.name
        kinds = [
            {d[0]: str(d[1]) for d in con.execute("from read_parquet($path)", {"path": str(p)}).description}
            for p in (path, other)
        ]
        assert all(kinds[0][name] == kind for name, kind in kinds[1].items() if name in kinds[0]), path.name


def test_a_table_that_is_a_measure_has_its_rows(exported: Path, built: Path) -> None:
    from dashboard.store import Store

    with Store(load_settings(built)) as store:
        for name in measured.AS_TABLES:
            result = measures.measure(name, store, register=LEGACY)
            head, rows = read_csv(exported / LEGACY / f"{name}.csv")
            places = [head.index(c) for c in result.columns]
            assert [[row[p] for p in places] for row in rows] == [[cell(v) for v in r] for r in result.rows]


def test_synthetic_data_say_so_in_every_file(
    exported: Path, record: dict[str, Any], con: duckdb.DuckDBPyConnection
) -> None:
    assert record["synthetic"] is True
    assert SYNTHETIC in record["description"]
    assert SYNTHETIC in (exported / "README.md").read_text("utf-8")
    for resource in record["resources"]:
        assert resource["synthetic"] is True
        assert SYNTHETIC in resource["description"]
    for path in exported.glob("*/**/*.parquet"):
        found = con.execute("from parquet_kv_metadata($path)", {"path": str(path)}).fetchall()
        said = {bytes(key).decode(): bytes(value).decode() for _, key, value in found}
        assert said["synthetic"] == "true"
        assert said["note"] == SYNTHETIC
        assert said["licence"] == "CC0-1.0"
        assert said["register"] == path.relative_to(exported).parts[0]


def test_the_licence_is_named_where_it_has_a_name_and_said_where_it_has_none(
    built: Path, tmp_path: Path
) -> None:
    folder = export_folder(load_settings(built), tmp_path / "shipped", registers=("dfe-npd-requests", LEGACY))
    found = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert "licenses" not in found
    for resource in found["resources"]:
        if resource.get("register") == LEGACY:
            assert resource["licenses"] == [
                {
                    "name": "CC0-1.0",
                    "title": "CC0 1.0 Universal",
                    "path": "https://creativecommons.org/publicdomain/zero/1.0/",
                }
            ]
        elif "register" in resource:
            assert "licenses" not in resource
            assert resource["licence"] == "not stated"
            assert "Licence: not stated." in resource["description"]
            assert resource["synthetic"] is False


# Words


def test_every_table_and_column_has_its_words(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("use build")
    cursor = con.execute(load_query("dictionary").sql)
    names = [d[0] for d in cursor.description]
    found = dictionary.describe([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    assert set(found) == {t.name for t in (REGISTERS, *TABLES)}
    for table in found.values():
        assert table.words.endswith("."), table.name
        for column in table.columns:
            assert column.words.endswith("."), (table.name, column.name)


def test_the_dictionary_in_docs_is_made_from_the_comments(exported: Path) -> None:
    written = (CHECKOUT / "docs" / "data-dictionary.md").read_text("utf-8")
    assert written == dictionary.from_an_empty_folder(), (
        "run: python -m dashboard.export.dictionary > docs/data-dictionary.md"
    )
    assert (exported / "data-dictionary.md").read_text("utf-8") == written


def test_every_column_of_the_package_is_described(record: dict[str, Any]) -> None:
    for resource in record["resources"]:
        if "measure" not in resource:
            assert all(f.get("description") for f in resource["schema"]["fields"]), resource["path"]
    spells = next(r for r in record["resources"] if r["path"] == f"{LEGACY}/measures/spells.csv")
    assert sum("description" in f for f in spells["schema"]["fields"]) >= len(MEASURES["spells"].columns) - 2


def test_the_shape_of_the_standard(exported: Path, con: duckdb.DuckDBPyConnection) -> None:
    head, rows = read_csv(exported / LEGACY / f"{data_use.NAME}.csv")
    assert head == [f.name for f in data_use.FIELDS]
    granted = con.execute(
        "select reference, title, approved_date, released_date, recipient_type from build.open_data.requests "
        "where register = ? and outcome in ('approved', 'released', 'reuse_permitted')",
        [LEGACY],
    ).fetchall()
    wanted = {r[0]: r for r in granted}
    place = {name: i for i, name in enumerate(head)}
    assert {undefuse(row[place["Project ID"]]) for row in rows} == set(wanted)
    for row in rows:
        of = wanted[undefuse(row[place["Project ID"]])]
        assert undefuse(row[place["Project title"]]) == (of[1] or "")
        assert row[place["Latest approval date"]] == cell(of[2])
        assert row[place["Release/Access date"]] == cell(of[3])
        assert bool(row[place["Organisation sector"]]) == (of[4] != "unknown")
        for field in data_use.FIELDS:
            assert bool(field.column) != field.words.startswith("Empty: ")
            if not field.column:
                assert row[place[field.name]] == ""


@pytest.mark.realdata
def test_the_fields_are_those_of_the_published_specification() -> None:
    from tests.support.warehouse import PHE_FILE

    folder = PHE_FILE.parent.parent / "hdruk-data-use-register-standard"
    path = folder / "Specification for data use register fields version 2 2022.01.19.csv"
    if not path.is_file():
        pytest.skip("the published specification is not here")
    _, *rows = csv.reader(path.read_text("cp1252").splitlines(keepends=True))
    assert [f.name for f in data_use.FIELDS] == [row[1].strip() for row in rows]
    assert [f.recommended for f in data_use.FIELDS] == [row[4].strip() == "Yes" for row in rows]
    safe = ""
    for field, row in zip(data_use.FIELDS, rows, strict=True):
        safe = row[0].strip() or safe
        assert field.safe == safe
        assert (field.kind == "date") == ("ISO 8601" in row[3])


# Text that others wrote


def test_hostile_text_is_defused_and_comes_back(
    tmp_path: Path, run: Run, con: duckdb.DuckDBPyConnection
) -> None:
    data = tmp_path / "data"
    path = write_tiny(data)
    described = data / "registers" / "tiny.toml"
    described.write_text(
        described.read_text("utf-8").replace(
            'title = "A register of three columns"', 'title = "A | B <script>alert(1)</script>\\n# not a heading"'
        ),
        "utf-8",
    )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("Reference", "Organisation", "Released"), *HOSTILE])
    assert run("--data", data, "add", "tiny", path).code == 0
    assert run("--data", data, "build").code == 0
    assert run("--data", data, "export", tmp_path / "out", "--register", "tiny").code == 0
    folder = tmp_path / "out" / "tiny"
    found = con.execute(
        "select reference, published_recipient from read_parquet($path)",
        {"path": str(folder / "requests.parquet")},
    ).fetchall()
    assert {reference for reference, _ in found} == {row[0] for row in HOSTILE}
    for parquet in folder.rglob("*.parquet"):
        same_in_csv(parquet, con)
    head, rows = read_csv(folder / "requests.csv")
    names = {row[head.index("published_recipient")] for row in rows}
    assert {"'=cmd|' /C calc'!A0", "'+44 Ltd", "'-5", "'@SUM(A1)", "''=quoted", "'plain quote"} <= names
    # numbers never have one
    assert {row[head.index("sheet_row")] for row in rows} == {str(n) for n in range(2, 2 + len(HOSTILE))}
    readme = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "<script>" not in readme
    assert "\n# not a heading" not in readme
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(tmp_path / "out" / "datapackage.json"))
    assert report.flatten(["name", "type", "message"]) == []


def test_what_is_withdrawn_is_in_no_file(data: Path, tmp_path: Path, run: Run) -> None:
    assert run("--data", data, "export", tmp_path / "before", "--register", LEGACY).code == 0
    head, rows = read_csv(tmp_path / "before" / LEGACY / "requests.csv")
    gone = next(dict(zip(head, row, strict=True)) for row in rows)
    places = duckdb.connect(str(find_build(load_settings(data)).path), read_only=True, config=CONFIG)
    listed = places.execute(
        "select e.edition, e.sheet, e.sheet_row from staging.entries as e "
        "inner join staging.entry_requests as q on e.entry_id = q.entry_id "
        "where e.register = ? and q.request = ?",
        [LEGACY, gone["reference"]],
    ).fetchall()
    places.close()
    for edition, sheet, row in listed:
        asked = ("--edition", edition, "--sheet", sheet, "--row", row, "--reason", "Not to be published")
        assert run("--data", data, "withdraw", LEGACY, *asked).code == 0
    assert run("--data", data, "build").code == 0
    assert run("--data", data, "export", tmp_path / "after", "--register", LEGACY).code == 0
    name = re.compile(rf"(^|[,\"]){re.escape(gone['reference'])}($|[,\"])", re.MULTILINE)
    assert name.search((tmp_path / "before" / LEGACY / "requests.csv").read_text("utf-8"))
    for path in (tmp_path / "after").rglob("*.csv"):
        assert not name.search(path.read_text("utf-8")), path
    assert "Not to be published" in (tmp_path / "after" / LEGACY / "issues.csv").read_text("utf-8")


# Questions


def test_known_on_gives_what_was_known_then(data: Path, tmp_path: Path, run: Run) -> None:
    editions = json.loads(
        run("--data", data, "measure", "editions", "--register", LEGACY, "--format", "json").out
    )["rows"]
    first, last = editions[0], editions[-1]
    day = first["published"] or first["as_at"]
    assert run("--data", data, "export", tmp_path / "then", "--register", LEGACY, "--known-on", day).code == 0
    record = json.loads((tmp_path / "then" / "datapackage.json").read_text("utf-8"))
    assert record["known_on"] == day
    assert record["registers"][0]["edition"] == first["edition"]
    head, rows = read_csv(tmp_path / "then" / LEGACY / "requests.csv")
    assert {row[head.index("last_edition")] for row in rows} == {first["edition"]}
    assert len(rows) == first["requests"] < last["requests"] + len(rows)
    assert read_csv(tmp_path / "then" / LEGACY / "changes.csv")[1] == []
    commands = [r["command"] for r in record["resources"] if "command" in r]
    assert all(f"--known-on {day}" in words for words in commands)
    nothing = run(
        "--data", data, "export", tmp_path / "never", "--register", LEGACY, "--known-on", "1999-01-01"
    )
    assert nothing.code == 1
    assert "nothing was published by 1 January 1999" in nothing.err
    assert not (tmp_path / "never").exists()


def test_without_a_register_synthetic_ones_stay_out_where_there_are_others(
    data: Path, tmp_path: Path, run: Run
) -> None:
    assert run("--data", data, "export", tmp_path / "all").code == 0
    record = json.loads((tmp_path / "all" / "datapackage.json").read_text("utf-8"))
    assert [r["register"] for r in record["registers"]] == ["dfe-external-data-shares", "dfe-npd-requests"]
    assert not record["synthetic"]


def test_questions_that_cannot_be_asked(data: Path, tmp_path: Path, run: Run) -> None:
    ran = run("--data", data, "export", tmp_path / "out", "--register", "sample-npd-request")
    assert ran.code == 2
    assert f"did you mean '{LEGACY}'" in ran.err
    empty = run("--data", tmp_path / "empty", "export", tmp_path / "out")
    assert empty.code == 1
    assert "nothing is built" in empty.err
    assert not (tmp_path / "out").exists()


# Whole or not at all


def test_the_same_build_gives_the_same_bytes(exported: Path, built: Path, tmp_path: Path) -> None:
    again = export_folder(load_settings(built), tmp_path / "again", registers=BOTH)
    assert tree(again) == tree(exported)


def test_a_folder_that_is_there_is_refused_or_replaced_only_if_it_is_ours(
    data: Path, tmp_path: Path, run: Run
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    export = ("--data", data, "export", out, "--register", LEGACY)
    assert run(*export).code == 0  # an empty one is nobody's
    first = tree(out)
    again = run(*export)
    assert again.code == 1
    assert "is there already" in again.err
    assert run(*export, "--replace").code == 0
    assert tree(out) == first
    (out / "mine.txt").write_text("kept")
    strange = run(*export, "--replace")
    assert strange.code == 1
    assert "holds what no export put there: mine.txt" in strange.err
    assert (out / "mine.txt").read_text() == "kept"
    other = tmp_path / "other"
    other.mkdir()
    (other / "datapackage.json").write_text('{"name": "another"}')
    ran = run("--data", data, "export", other, "--replace")
    assert ran.code == 1
    assert "is no export" in ran.err
    file = tmp_path / "file"
    file.write_text("a file")
    assert run("--data", data, "export", file, "--replace").code == 1
    assert file.read_text() == "a file"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_one_that_fails_leaves_nothing_and_the_one_before(
    data: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export = ("--data", data, "export", out, "--register", LEGACY)
    real = measured.answer

    def failing(asked: Any, *rest: Any) -> Any:
        if asked.name == "turnaround":
            raise OSError(28, "No space left on device", "turnaround.csv")
        return real(asked, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(measured, "answer", failing)
        ran = run(*export)
        assert ran.code == 1
        assert "No space left on device" in ran.err
        assert not out.exists()
        patched.undo()
    assert run(*export).code == 0
    before = tree(out)
    with monkeypatch.context() as patched:
        patched.setattr(measured, "answer", failing)
        assert run(*export, "--replace").code == 1
    assert tree(out) == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_it_has_a_patience_of_its_own(
    data: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A measure that a page would refuse is written all the same; one past the export's own bound fails by name."""
    export = ("--data", data, "export", tmp_path / "out", "--register", LEGACY)
    monkeypatch.setattr(store, "TIME_LIMIT", 0.0)
    refused = run("--data", data, "measure", "volumes", "--register", LEGACY)
    assert refused.code == 1
    assert "took longer than 0 seconds" in refused.err
    monkeypatch.setattr(folder, "PATIENCE", 0.0)
    ran = run(*export)
    assert ran.code == 1
    assert "took longer than 0 seconds" in ran.err
    assert not (tmp_path / "out").exists()
    monkeypatch.undo()
    monkeypatch.setattr(store, "TIME_LIMIT", 0.0)
    with monkeypatch.context() as patched:
        patched.setattr(measured, "answer", slow("turnaround"))
        ran = run(*export)
        assert ran.code == 1
        assert f"the measure 'turnaround' of {LEGACY}: the query 'x' took longer than 9 seconds" in ran.err
        assert "shorter period" not in ran.err
        assert not (tmp_path / "out").exists()
    assert run(*export).code == 0
    assert (tmp_path / "out" / "SHA256SUMS").is_file()


def slow(name: str) -> Callable[..., Any]:
    """What answers a measure, too slow for the one named."""
    real = measured.answer

    def answer(asked: measured.Asked, *rest: Any) -> Any:
        if asked.name == name:
            raise LimitError(
                "the query 'x' took longer than 9 seconds and was stopped", hint="a shorter period"
            )
        return real(asked, *rest)

    return answer


KILLED = """
import os, sys
from pathlib import Path
from dashboard.export import folder
from dashboard.settings import load_settings

data, out, step = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
done = 0


def progress(words):
    global done
    done += 1
    if done == step:
        os._exit(9)  # as when killed: nothing is tidied up


if step < 0:  # between the two moves at the end
    real = Path.rename

    def rename(self, target):
        real(self, target)
        if str(target).endswith(".replaced"):
            os._exit(9)

    Path.rename = rename
folder.export_folder(load_settings(data), out, registers=("sample-npd-requests",), replace=True, progress=progress)
"""


@pytest.mark.parametrize("step", [1, 5, 9, 20, 30, -1])
def test_killed_it_leaves_the_one_before_and_the_next_recovers(
    step: int, exported: Path, built: Path, tmp_path: Path, run: Run
) -> None:
    out = tmp_path / "out"
    shutil.copytree(exported, out)
    before = tree(out)
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(built), str(out), str(step)],
        env=environment,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 9
    assert len([p for p in tmp_path.iterdir() if p.name.startswith(".")]) >= 1
    if step > 0:
        assert tree(out) == before
    else:
        assert not out.exists()
    assert (
        run("--data", built, "export", out, "--register", LEGACY, "--register", SHARES, "--replace").code == 0
    )
    assert tree(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_one_that_is_being_written_is_left_alone(built: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    with folder._room(out, False) as scratch:
        (scratch / "half.csv").write_text("a")
        folder._recover(out, tmp_path / ".out.replaced")
        assert (scratch / "half.csv").exists()
    assert (out / "half.csv").exists()
    mine = tmp_path / ".out.backup12"  # a person's own, however it is called
    mine.mkdir()
    folder._recover(out, tmp_path / ".out.replaced")
    assert mine.is_dir()


def test_a_damaged_build_is_a_sentence(data: Path, tmp_path: Path, run: Run) -> None:
    path = find_build(load_settings(data)).path
    path.write_bytes(path.read_bytes()[:4096])
    ran = run("--data", data, "export", tmp_path / "out")
    assert ran.code == 1
    assert "access-review build" in ran.err
    assert not (tmp_path / "out").exists()


def test_it_asks_for_no_more_memory_than_a_part(exported: Path, built: Path, tmp_path: Path) -> None:
    """Rows pass through in parts: however many there are, no more than one part of them is held."""
    from dashboard.export import session

    most = 0
    real = session._fetch

    def counting(cursor: Any) -> Any:
        nonlocal most
        rows = real(cursor)
        most = max(most, len(rows))
        return rows

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(session, "_fetch", counting)
        patched.setattr(session, "STREAM_ROWS", 7)
        made = export_folder(load_settings(built), tmp_path / "parts", registers=BOTH)
    assert most == 7
    assert tree(made) == tree(exported)


def test_dates_hold_the_day(exported: Path) -> None:
    head, rows = read_csv(exported / LEGACY / "requests.csv")
    received = [row[head.index("received_date")] for row in rows if row[head.index("received_date")]]
    assert received
    assert all(date.fromisoformat(day) for day in received)
    digest = hashlib.sha256((exported / "registers.csv").read_bytes()).hexdigest()
    assert digest in (exported / "SHA256SUMS").read_text("utf-8")


def test_the_command_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["export", "--help"])
    assert stopped.value.code == 0
    assert "--known-on" in capsys.readouterr().out
