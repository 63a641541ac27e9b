"""Rows into tables and small look-ups out of them: what every part of a build shares."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pandas as pd

from dashboard.settings import PACKAGE


LOOKUPS = PACKAGE / "warehouse" / "lookups"


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, object]]) -> None:
    """Append records to a table whose columns have these names. Values are bound through a frame."""
    if not rows:
        return
    columns = list(rows[0])
    frame = pd.DataFrame({c: pd.Series([r.get(c) for r in rows], dtype=object) for c in columns})
    for column in columns:  # object columns of dates arrive as text and are cast by the table's own type
        frame[column] = frame[column].map(lambda v: v.isoformat() if isinstance(v, date) else v)
        if all(v is None for v in frame[column]):
            frame[column] = pd.Series([None] * len(frame), dtype="string")
    con.register("incoming", frame)
    con.execute(f"insert into {table} by name select * from incoming")  # noqa: S608 - a name from this module
    con.unregister("incoming")


def look_up(con: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[Any]:
    """Every row of one small query, `lookups/<query>.sql`, with its parameters bound."""
    return con.execute((LOOKUPS / f"{query}.sql").read_text("utf-8"), values).fetchall()


def fingerprints(con: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """Each table's `table`, `rows` and `hash` (hexadecimal), for which the order of rows makes no difference.

    Equal contents under one version of DuckDB give equal hashes: building twice can be compared without
    opening either build. It tells a change of content, not an attack: the hash is not a cryptographic one.
    """
    found: list[dict[str, object]] = []
    for (name,) in look_up(con, "tables"):
        [(rows, total)] = look_up(con, "fingerprint", name=name)
        found.append({"table": name, "rows": rows, "hash": f"{total:024x}"})
    return found
