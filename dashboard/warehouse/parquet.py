"""Editions that are Parquet: typed already, for registers of millions of rows. Read by DuckDB, not by Python.

The columns are fields of staging.entries, `classification` being the tier, or the sensitivity and the
identifiability, in one text. What a workbook's reading would have to work out (references, outcomes in the
field's terms) must be settled in the file. Written by `access-review sample --format parquet`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb

from dashboard.edition import Edition
from dashboard.errors import AccessReviewError
from dashboard.files import sha256_of
from dashboard.registers import Register
from dashboard.settings import PACKAGE


LOAD = PACKAGE / "warehouse" / "load_parquet"
COLUMNS = frozenset(
    {
        *("sheet", "sheet_row", "reference", "recipient", "recipient_type", "title", "purpose", "dataset"),
        *("classification", "legal_basis", "route", "outcome", "received_date", "approved_date"),
        *("released_date", "closed_date", "licence_end", "data_held"),
    }
)
CLASSIFICATION = ("tier", "sensitivity", "identifiability")  # what the one text is taken apart into


def describe(register: Register, path: Path, as_at: date | None) -> Edition:
    """A Parquet file as an edition, before it is archived. Raises AccessReviewError when it cannot be one."""
    if not path.is_file():
        raise AccessReviewError(f"there is no file {path}", hint="check the name")
    con = duckdb.connect(":memory:")
    try:
        found = con.execute("describe from read_parquet($file)", {"file": str(path)}).fetchall()
    except duckdb.Error as error:
        raise AccessReviewError(
            f"{path.name} is not a Parquet file: {error}", hint="check the file"
        ) from error
    finally:
        con.close()
    missing = COLUMNS - {row[0] for row in found}
    if missing:
        raise AccessReviewError(
            f"{path.name}: there is no column {sorted(missing)[0]!r}",
            hint=f"it needs: {', '.join(sorted(COLUMNS))}",
        )
    dated = re.search(r"\d{4}-\d{2}-\d{2}", path.name)
    basis = "given"
    if as_at is None and dated:
        as_at, basis = date.fromisoformat(dated[0]), "stated"
    if as_at is None:
        raise AccessReviewError(
            f"{path.name}: no as-at date is in its name", hint="give one: --as-at YYYY-MM-DD"
        )
    return Edition(
        register=register.id,
        edition=as_at.isoformat(),
        as_at=as_at,
        as_at_basis=basis,
        published=None,
        published_basis="",
        file=path,
        sha256=sha256_of(path),
        size=path.stat().st_size,
        address=register.address,
        licence=register.licence,
        provenance=f"Added from the file {path.name}.",
        obtained="",
        replaces="",
    )


def load_parquet(
    con: duckdb.DuckDBPyConnection, register: Register, edition: Edition, order: int, entry_id: int
) -> int:
    """Insert a Parquet edition's rows into staging. Returns how many."""
    values = {
        "file": str(edition.file),
        "register": edition.register,
        "edition": edition.edition,
        "edition_order": order,
        "as_at": edition.as_at,
        "known_from": edition.published or edition.as_at,
        "first_id": entry_id,
    }
    con.execute((LOAD / "entries.sql").read_text("utf-8"), values)
    values = {k: values[k] for k in ("register", "edition")}
    con.execute((LOAD / "entry_requests.sql").read_text("utf-8"), values)
    fields = sorted((COLUMNS - {"sheet", "sheet_row", "classification"}) | set(CLASSIFICATION))
    con.execute((LOAD / "sheets.sql").read_text("utf-8"), {**values, "fields": fields})
    rows = con.execute((LOAD / "rows.sql").read_text("utf-8"), values).fetchall()[0][0]
    return int(rows)
