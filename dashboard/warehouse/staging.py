"""Every row of every edition into the schema `staging`, as published and as read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from dashboard.cleaning import normalise_text, tidy
from dashboard.edition import Edition
from dashboard.editions import edition_issues, verify_bytes
from dashboard.identity import unreferenced_name
from dashboard.issues import Issue
from dashboard.layouts import match
from dashboard.reading import Reading, read_entries
from dashboard.registers import Register
from dashboard.vocabulary import DATE_FIELDS, TEXT_FIELDS
from dashboard.warehouse.parquet import load_parquet
from dashboard.warehouse.report import BuildReport
from dashboard.warehouse.rows import insert
from dashboard.workbook import read_workbook


def load_editions(
    con: duckdb.DuckDBPyConnection,
    registers: dict[str, Register],
    editions: list[Edition],
    report: BuildReport,
    progress: Callable[[str], None],
) -> None:
    orders: Counter[str] = Counter()
    entry_id = 0
    for edition in editions:
        register = registers[edition.register]
        orders[edition.register] += 1
        order = orders[edition.register]
        progress(f"reading {edition.register} {edition.edition}")
        verify_bytes(edition)
        if edition.file.suffix == ".parquet":
            layout = register.layouts[-1]
            rows = load_parquet(con, register, edition, order, entry_id)
            entry_id += rows
            reading = Reading()
            counts = (rows, rows, 0, 0)
        else:
            found = match(register, read_workbook(edition.file))
            layout = found.layout
            reading = read_entries(found, edition.edition)
            entry_id = _insert_entries(con, edition, order, reading, entry_id)
            counts = (
                reading.rows_read, len(reading.entries), len(reading.person_counts), reading.rows_explained
            )  # fmt: skip
            insert(
                con,
                "staging.sheets",
                [
                    {
                        "register": edition.register, "edition": edition.edition, "sheet": a.sheet,
                        "coverage": a.coverage, "period_start": a.period_start, "period_end": a.period_end,
                        "rows_read": a.rows_read, "entries": a.entries, "person_counts": a.person_counts,
                        "explained": json.dumps(dict(a.explained)),
                        "kind": a.kind, "fields": list(a.fields),
                    }
                    for a in reading.accounts
                ],
            )  # fmt: skip
        replaced_by = [
            e.edition for e in editions if e.register == edition.register and e.replaces == edition.edition
        ]
        insert(
            con,
            "staging.editions",
            [
                {
                    "register": edition.register, "edition": edition.edition, "edition_order": order,
                    "era": layout.era, "coverage": layout.coverage, "as_at": edition.as_at,
                    "as_at_basis": edition.as_at_basis, "published": edition.published,
                    "published_basis": edition.published_basis,
                    "known_from": edition.published or edition.as_at, "file": edition.file.name,
                    "sha256": edition.sha256, "size": edition.size, "address": edition.address,
                    "licence": edition.licence, "provenance": edition.provenance,
                    "replaces": edition.replaces or None, "replaced_by": replaced_by[0] if replaced_by else None,
                    "rows_read": counts[0], "entries": counts[1], "person_counts": counts[2],
                    "rows_explained": counts[3],
                }
            ],
        )  # fmt: skip
        insert_issues(con, [*edition_issues(edition), *reading.issues])
        report.editions.append(
            {
                "register": edition.register, "edition": edition.edition, "era": layout.era,
                "rows_read": counts[0], "entries": counts[1], "person_counts": counts[2],
                "rows_explained": counts[3],
            }
        )  # fmt: skip
        report.rows_read += counts[0]
        report.entries += counts[1]
        report.person_counts += counts[2]
        report.rows_explained += counts[3]


def insert_issues(con: duckdb.DuckDBPyConnection, issues: list[Issue]) -> None:
    insert(
        con,
        "staging.issues",
        [
            {
                "register": i.register, "edition": i.edition, "sheet": i.sheet, "sheet_row": i.sheet_row,
                "column_name": i.column, "rule": i.rule, "severity": i.severity, "value": i.value,
                "words": i.message,
            }
            for i in issues
        ],
    )  # fmt: skip


def _untidy(entry: Mapping[str, Any]) -> str | None:
    """The texts whose spaces differ from what is shown, as JSON; of a value that was since put right, nothing."""
    found = {name: text for name, text in entry.get("untidy", {}).items() if tidy(text) == entry[name]}
    return json.dumps(found, ensure_ascii=False) if found else None


def _insert_entries(
    con: duckdb.DuckDBPyConnection, edition: Edition, order: int, reading: Reading, entry_id: int
) -> int:
    coverage = {a.sheet: a.coverage for a in reading.accounts}
    entries: list[dict[str, object]] = []
    links: list[dict[str, object]] = []
    named: Counter[tuple[object, str]] = Counter()
    for entry in reading.entries:
        entry_id += 1
        entries.append(
            {
                "entry_id": entry_id,
                "register": edition.register,
                "edition": edition.edition,
                "edition_order": order,
                "as_at": edition.as_at,
                "known_from": edition.published or edition.as_at,
                "coverage": coverage[str(entry["sheet"])],
                "untidy": _untidy(entry),
                "recipient_key": normalise_text(str(entry["recipient"])) if entry["recipient"] else None,
                **{
                    name: entry[name]
                    for name in (
                        *("sheet", "sheet_row", "row_kind", *TEXT_FIELDS, *DATE_FIELDS, "pending", "raw"),
                        *("impossible_dates", "outcome_mapped", "recipient_type_mapped", "data_held_mapped"),
                    )
                },
            }
        )
        pairs: Any = entry.get("pairs") or []
        days: Any = entry.get("dates_by_reference") or [None] * len(pairs)
        for (reference, request), day in zip(pairs, days, strict=True):
            links.append(
                {"entry_id": entry_id, "reference": reference, "request": request, "reference_date": day}
            )
        if not pairs:
            # Rows that are equal on one sheet are several requests; on two sheets they are one, like any other.
            name = unreferenced_name(entry)
            named[entry["sheet"], name] += 1
            number = named[entry["sheet"], name]
            name = name if number == 1 else f"{name}-{number}"
            links.append({"entry_id": entry_id, "reference": name, "request": name, "reference_date": None})
    insert(con, "staging.entries", entries)
    insert(con, "staging.entry_requests", links)
    insert(
        con,
        "staging.person_counts",
        [
            {"register": edition.register, "edition": edition.edition, "edition_order": order, **p}
            for p in reading.person_counts
        ],
    )
    return entry_id
