"""Editions that are Parquet: typed already, for registers of millions of rows. Read by DuckDB, not by Python.

The columns are fields of staging.entries, `classification` being the tier, or the sensitivity and the
identifiability, in one text. What a workbook's reading would have to work out (references, outcomes in the
field's terms) must be settled in the file. Written by `access-review sample --format parquet`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from dashboard.edition import Edition
from dashboard.errors import AccessReviewError
from dashboard.files import sha256_of
from dashboard.registers import Register
from dashboard.settings import PACKAGE
from dashboard.withdrawals import Withdrawal


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


def parquet_rows(path: Path, sheet: str | None = None, row: int | None = None) -> int:
    """How many rows a Parquet file holds, or how many of them stand at one place. Raises AccessReviewError when
    it cannot be read."""
    con = duckdb.connect(":memory:")
    try:
        values = {"file": str(path), "sheet": sheet, "sheet_row": row}
        rows = con.execute((LOAD / "rows_in_file.sql").read_text("utf-8"), values).fetchall()
        return int(rows[0][0])
    except duckdb.Error as error:
        raise AccessReviewError(f"{path.name} cannot be read: {error}", hint="restore the file") from error
    finally:
        con.close()


def load_parquet(
    con: duckdb.DuckDBPyConnection,
    register: Register,
    edition: Edition,
    order: int,
    entry_id: int,
    withdrawals: Sequence[Withdrawal] = (),
) -> tuple[int, int]:
    """Insert a Parquet edition's rows into staging. Returns how many were read, and how many are shown."""
    values = {
        "file": str(edition.file),
        "register": edition.register,
        "edition": edition.edition,
        "edition_order": order,
        "as_at": edition.as_at,
        "known_from": edition.published or edition.as_at,
        "first_id": entry_id,
        "separators": _separators(register),
    }
    con.execute((LOAD / "entries.sql").read_text("utf-8"), values)
    values = {k: values[k] for k in ("register", "edition")}

    def count() -> int:
        return int(con.execute((LOAD / "rows.sql").read_text("utf-8"), values).fetchall()[0][0])

    read = shown = count()
    for number, withdrawal in enumerate(withdrawals, 1):
        place = {**values, "sheet": withdrawal.sheet, "sheet_row": withdrawal.row}
        con.execute((LOAD / "withdraw_row.sql").read_text("utf-8"), place)
        shown = count()
        if withdrawal.column is not None or shown != read - number:
            raise AccessReviewError(
                f"withdrawals/{withdrawal.file}: {withdrawal.place}: there is no such row",
                hint="mend the place; of a Parquet edition whole rows are withdrawn",
            )
    con.execute((LOAD / "entry_requests.sql").read_text("utf-8"), values)
    fields = sorted((COLUMNS - {"sheet", "sheet_row", "classification"}) | set(CLASSIFICATION))
    con.execute((LOAD / "sheets.sql").read_text("utf-8"), {**values, "fields": fields})
    return read, shown


def _separators(register: Register) -> str | None:
    """What parts several datasets in one text, in any sheet of the last era, as a pattern."""
    found = {s for sheet in register.layouts[-1].sheets for s in sheet.separators.get("dataset", ())}
    return "|".join(re.escape(s) for s in sorted(found)) or None
