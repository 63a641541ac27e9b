"""One build, read to be written out: a table is written as it is read, and never whole in memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dashboard.errors import AccessReviewError
from dashboard.measures.result import cell
from dashboard.store import STREAM_ROWS, load_query, schemas_for, without_needless_day
from dashboard.text import defuse
from dashboard.warehouse.engine import CONFIG
from dashboard.warehouse.publish import Build
from dashboard.warehouse.rows import insert


MEMORY = "1GB"  # for DuckDB; what does not fit goes to the disk
THREADS = 2
MARKS = frozenset("=+-@\t\r'")  # what text that `defuse` may change begins with
TO_PARQUET = "to $export_path (format parquet, compression zstd, kv_metadata $export_about)"

# What DuckDB calls a type, and what a Table Schema calls it.
TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """A table that was written: its rows, and its columns with their types as a Table Schema calls them."""

    rows: int
    columns: tuple[tuple[str, str], ...]


class Session:
    """A build attached to a DuckDB of its own, so that one that is served is not touched.

    `spill` is a folder for what does not fit in memory. Raises AccessReviewError when the build cannot be read.
    """

    def __init__(self, build: Build, spill: Path) -> None:
        self.build = build
        config: dict[str, Any] = {
            **CONFIG, "threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(spill)
        }  # fmt: skip
        self._con = duckdb.connect(":memory:", config=config)
        try:
            path = str(build.path).replace("'", "''")  # ATTACH takes no bound parameters
            self._con.execute(f"attach '{path}' as build (read_only)")
            self._con.execute("use build")
        except duckdb.Error as error:
            self._con.close()
            raise _failed(error) from error
        listed = self._con.execute(load_query("registers_of_releases").sql).fetchall()
        self._releases_in = frozenset(register for (register,) in listed)
        self._known_whole = dict(self._con.execute(load_query("known_whole").sql).fetchall())

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()

    def rows(self, query: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """Every row of a query of few rows."""
        cursor = self._ask(load_query(query).sql, query, values)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def stream(self, query: str, values: Mapping[str, object]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some thousands at a time."""
        cursor = self._ask(load_query(query).sql, query, values)
        while rows := _fetch(cursor):
            yield rows

    def write(
        self, query: str, values: Mapping[str, object], base: Path, about: Mapping[str, str]
    ) -> Written:
        """Write a query's rows to `base`.parquet and `base`.csv. `about` goes into the Parquet file's metadata."""
        # The query is a file of ours and nothing is put into it; DuckDB binds the place and the metadata too.
        copy = f"copy ({load_query(query).sql}) {TO_PARQUET}"
        path = base.with_name(f"{base.name}.parquet")
        self._ask(copy, query, {**values, "export_path": str(path), "export_about": dict(about)})
        return self._as_csv(path, base)

    def write_rows(
        self,
        columns: Sequence[tuple[str, str]],
        rows: Sequence[Sequence[Any]],
        base: Path,
        about: Mapping[str, str],
    ) -> Written:
        """Write rows that are here already, as `write` does; `columns` are names and DuckDB's types."""
        self._con.execute("set search_path = 'memory.main'")
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns)  # names of a measure's columns
        self._con.execute(f"create or replace temp table given ({described})")
        names = [name for name, _ in columns]
        insert(self._con, "given", [dict(zip(names, row, strict=True)) for row in rows])
        path = base.with_name(f"{base.name}.parquet")
        self._execute(f"copy given {TO_PARQUET}", {"export_path": str(path), "export_about": dict(about)})
        return self._as_csv(path, base)

    def _as_csv(self, path: Path, base: Path) -> Written:
        """The CSV beside a Parquet file, of its rows in its order."""
        cursor = self._execute("from read_parquet($path)", {"path": str(path)})
        columns = tuple((d[0], TYPES[str(d[1])]) for d in cursor.description)
        count = 0
        with base.with_name(f"{base.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([name for name, _ in columns])
            while rows := _fetch(cursor):
                count += len(rows)
                writer.writerows(_cells(columns, rows))
        return Written(rows=count, columns=columns)

    def _ask(self, sql: str, query: str, values: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
        given = {p: values.get(p) for p in load_query(query).parameters}
        schemas = schemas_for(without_needless_day(given, self._known_whole), self._releases_in)
        self._con.execute(f"set search_path = '{','.join(f'build.{s}' for s in schemas)}'")
        return self._execute(sql, {**given, **{k: v for k, v in values.items() if k.startswith("export_")}})

    def _execute(self, sql: str, values: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
        try:
            return self._con.execute(sql, values)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise _failed(error) from error


def _fetch(cursor: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    try:
        return cursor.fetchmany(STREAM_ROWS)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _failed(error) from error


def _cells(columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows as `cell` has every value, a column at a time: of a million rows a third of the time.

    What is nothing, whole or a day, the writer of CSV spells as `cell` does.
    """
    found: list[Sequence[Any]] = []
    for (_, kind), values in zip(columns, zip(*rows, strict=True), strict=True):
        if kind == "string":
            found.append([defuse(v) if v and v[0] in MARKS else v for v in values])
        elif kind in ("boolean", "number"):
            found.append([cell(v) for v in values])
        else:
            found.append(values)
    return zip(*found, strict=True)


def _failed(error: duckdb.Error) -> AccessReviewError:
    return AccessReviewError(
        f"the export failed: {error}", hint="check the disk's space and the build; nothing was changed"
    )


def kind_of(values: Iterator[Any]) -> str:
    """DuckDB's type for what a measure worked out: that of its values, or of text where there is none."""
    found = {type(v) for v in values if v is not None}
    for kind, name in ((bool, "BOOLEAN"), (int, "BIGINT"), (date, "DATE")):
        if found == {kind}:
            return name
    return "DOUBLE" if found and found <= {int, float} else "VARCHAR"
