"""What the core promises of itself: no dashboard libraries, SQL in files with true headers, no network."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dashboard.cli import main
from dashboard.settings import CHECKOUT, PACKAGE, load_settings
from dashboard.store import COMMENT, PARAMETER, Store, load_query
from dashboard.warehouse.engine import CONFIG
from tests.integration.conftest import LEGACY


HEAVY = ("panel", "bokeh", "holoviews", "hvplot", "param", "tornado")
QUERIES = sorted((PACKAGE / "queries").glob("*.sql"))
WAREHOUSE = sorted((PACKAGE / "warehouse").rglob("*.sql"))
HEADER = ("purpose", "parameters", "result columns")

# Python that holds SQL, and why it is not in a file. Nothing here names a table of the warehouse.
SQL_IN_PYTHON = {
    "warehouse/rows.py": 1,  # insert: the table's name is a parameter, which SQL does not bind
}


def python(code: str, folder: Path | None = None, *, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter, in which any warning is an error."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (path, str(CHECKOUT))))}
    environment.pop("ACCESS_REVIEW_DATA", None)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, cwd=folder,
        env=environment, check=False,
    )  # fmt: skip


def loaded(module: str, *also: str) -> list[str]:
    lines = [f"import sys, {module}", *also, f"print(*(m for m in {HEAVY!r} if m in sys.modules))"]
    ran = python("\n".join(lines))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


@pytest.mark.parametrize(
    "module",
    ["dashboard", "dashboard.measures", "dashboard.cli", "dashboard.store", "dashboard.warehouse.build"],
)
def test_the_core_imports_no_dashboard_library(module: str) -> None:
    assert loaded(module) == []


def test_nor_does_using_it(built: Path) -> None:
    command = ["--data", str(built), "measure", "turnaround", "--format", "json"]
    ask = f"from dashboard.cli import main; main({command!r})"
    frame = f"dashboard.open_store({str(built)!r})"
    lines = ("import dashboard.measures as m", f"with {frame} as s: m.turnaround(s, register={LEGACY!r}).df")
    assert loaded("dashboard", *lines) == []
    ran = python(f"{ask}\nimport sys\nprint(*(m for m in {HEAVY!r} if m in sys.modules))")
    assert ran.stdout.splitlines()[-1] == ""


# Every file of SQL


def header(path: Path) -> dict[str, str]:
    lines = path.read_text("utf-8").splitlines()
    return dict(line.removeprefix("-- ").split(": ", 1) for line in lines[:3])


@pytest.mark.parametrize("path", [*QUERIES, *WAREHOUSE], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_header(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == [f"-- {name}" for name in HEADER]
    assert all(len(line.split(": ", 1)[1]) > 3 for line in lines[:3])
    declared = set(re.findall(r"\$([a-z_]+)", header(path)["parameters"]))
    used = set(PARAMETER.findall(COMMENT.sub("", path.read_text("utf-8"))))
    assert used == declared
    assert bool(declared) != (header(path)["parameters"] == "none")


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.stem)
def test_query_gives_the_columns_it_promises(path: Path, built: Path) -> None:
    query = load_query(path.stem)
    with Store(load_settings(built)) as store:
        result = store.query(path.stem, None, **dict.fromkeys(query.parameters))
        assert result.columns == query.columns
        named = store.query(path.stem, None, **dict.fromkeys(query.parameters) | {"register": LEGACY})
        assert named.columns == query.columns
    assert tuple(c.strip() for c in header(path)["result columns"].split(",")) == query.columns


CHECKS = [p for p in WAREHOUSE if p.parent.name in ("checks", "lookups")]


@pytest.mark.parametrize("path", CHECKS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_check_or_look_up_gives_the_columns_it_promises(path: Path, built: Path) -> None:
    [build] = (built / "builds").glob("*.duckdb")
    con = duckdb.connect(str(build), read_only=True, config=CONFIG)
    con.execute("use latest")
    sql = path.read_text("utf-8")
    # the one that asks about any table is asked about one
    cursor = con.execute(sql, {"name": "core.requests"} if "$name" in sql else {})
    columns = [d[0] for d in cursor.description]
    found = cursor.fetchall()
    con.close()
    promised = [c.strip() for c in header(path)["result columns"].split(",")]
    assert columns == promised
    assert path.parent.name != "checks" or found == []


@pytest.mark.parametrize(
    "name",
    [
        *("requests_as", "releases_as", "events", "spells", "as_at", "coverage_start", "answers"),
        *("answerable_columns", "answerable_clocks", "holdings_answerable"),
    ],
)
def test_latest_says_what_as_known_says_of_every_edition(name: str, built: Path) -> None:
    """The tables that the usual question reads hold what the definitions give (docs/decisions/0008)."""
    [build] = (built / "builds").glob("*.duckdb")
    con = duckdb.connect(str(build), read_only=True, config=CONFIG)
    answers = []
    for schema in ("latest", "as_known"):
        con.execute(f"use {schema}")
        answers.append(sorted(con.execute(f"from {name}(null, null)").fetchall(), key=repr))
    # A day after every edition is a question that `as_known` alone answers, by another path.
    answers.append(sorted(con.execute(f"from {name}(date '2099-01-01', null)").fetchall(), key=repr))
    con.close()
    assert answers[0]
    assert answers[0] == answers[1] == answers[2]


def test_no_query_file_is_unused() -> None:
    text = "\n".join(p.read_text("utf-8") for p in PACKAGE.rglob("*.py"))
    assert [p.stem for p in QUERIES if f'"{p.stem}"' not in text] == []


SELECT = re.compile(
    r"\b(select\b.*\bfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\b", re.IGNORECASE | re.DOTALL
)


def sql_in(path: Path) -> list[str]:
    """Strings of a Python file that look like SQL, f-strings joined; docstrings and comments are not strings."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes = list(ast.walk(tree))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(n.body[0].value) for n in nodes if isinstance(n, documented) and isinstance(n.body[0], ast.Expr)
    }
    parts = {id(v) for n in nodes if isinstance(n, ast.JoinedStr) for v in n.values}
    found = []
    for node in nodes:
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(v.value) if isinstance(v, ast.Constant) else " x " for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | docs:
            text = node.value
        if SELECT.search(text):
            found.append(text)
    return found


def test_sql_is_in_sql_files() -> None:
    found = {p.relative_to(PACKAGE).as_posix(): len(sql_in(p)) for p in sorted(PACKAGE.rglob("*.py"))}
    found = {name: count for name, count in found.items() if count and not name.startswith("sample/")}
    assert found == SQL_IN_PYTHON


def test_warehouse_and_measures_never_name_a_register() -> None:
    names = [p.stem for p in (CHECKOUT / "data" / "registers").glob("*.toml")]
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.sql")]:
        if (
            path.parent.name == "sample"
            or path.parent.name == "commands"
            or path.stem == "cli"
            or path in (PACKAGE / "measures" / "__init__.py", PACKAGE / "notebook.py")
        ):  # examples in help and docstrings
            continue
        text = path.read_text("utf-8")
        assert [n for n in names if f"'{n}'" in text or f'"{n}"' in text] == [], path


# No network


NO_NETWORK = """
import socket


def refuse(*_, **__):
    raise AssertionError("the network was asked for")


for name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, name, refuse)
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""


def test_add_build_and_measure_ask_for_no_network(tmp_path: Path, sample: dict[str, list[Path]]) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    data = str(tmp_path / "data")
    commands = [
        ["inspect", str(sample[LEGACY][0])],
        ["--data", data, "add", LEGACY, *map(str, sample[LEGACY])],
        ["--data", data, "build"],
        ["--data", data, "status"],
        ["--data", data, "measure", "turnaround", "--register", LEGACY],
    ]
    code = f"from dashboard.cli import main\nfor c in {commands!r}:\n    assert main(c) == 0, c"
    ran = python(code, path=str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    proof = python("import socket; socket.create_connection(('127.0.0.1', 1))", path=str(tmp_path))
    assert "the network was asked for" in proof.stderr


def test_a_query_can_reach_no_file_and_no_extension(built: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with Store(load_settings(built)) as store:
        cursor = store._root.connection.cursor()
        for sql in (
            f"from read_csv('{tmp_path}/secret.csv')",
            f"from '{tmp_path}/secret.csv'",
            f"copy (select 1) to '{tmp_path}/out.csv'",
            f"attach '{tmp_path}/other.duckdb'",
            "install excel",
            "load httpfs",
            "from 'https://example.org/x.parquet'",
            "set enable_external_access = true",
            "create table t (a integer)",
            "delete from staging.entries",
        ):
            with pytest.raises(duckdb.Error):
                cursor.execute(sql).fetchall()
        cursor.close()
    assert [p.name for p in tmp_path.iterdir()] == ["secret.csv"]


def test_filters_are_values_never_sql(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attacks = ("' or 1=1 --", "'; drop table staging.entries; --", "$1", "%", "\\", '"', "a\x00b", "x" * 300)
    for name in ("recipient", "reference", "dataset", "route"):
        for attack in attacks:
            code = main(
                [
                    "--data",
                    str(built),
                    "measure",
                    "volumes",
                    f"--{name}={attack}",
                    "--rows",
                    "--format",
                    "csv",
                ]
            )
            said = capsys.readouterr()
            assert code == 0, said.err
            assert said.out.count("\n") == 1  # the header alone


def test_no_text_has_the_marks_of_a_merge() -> None:
    ours = [CHECKOUT.glob("*.md"), *((CHECKOUT / n).rglob("*.*") for n in ("docs", "dashboard", "tests"))]
    kinds = (".md", ".py", ".sql", ".html", ".js", ".css", ".txt")
    read = [path for paths in ours for path in paths if path.suffix in kinds]
    assert len(read) > 300
    for path in read:
        text = path.read_text("utf-8")
        assert not re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE), path
