"""Every row of every edition into the schema `staging`, as published and as read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from dashboard import corrections, withdrawals
from dashboard.cleaning import normalise_text, tidy
from dashboard.edition import Edition
from dashboard.editions import edition_issues, verify_bytes
from dashboard.errors import AccessReviewError
from dashboard.identity import unreferenced_name
from dashboard.issues import Issue
from dashboard.layouts import match
from dashboard.reading import Reading, read_entries
from dashboard.registers import Register
from dashboard.settings import Settings
from dashboard.vocabulary import DATE_FIELDS, TEXT_FIELDS
from dashboard.warehouse.parquet import load_parquet, parquet_rows
from dashboard.warehouse.report import BuildReport
from dashboard.warehouse.rows import insert
from dashboard.withdrawals import Withdrawal
from dashboard.workbook import read_workbook


def load_editions(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    registers: dict[str, Register],
    editions: list[Edition],
    report: BuildReport,
    progress: Callable[[str], None],
) -> None:
    chosen = corrections.choose(corrections.read_corrections(settings, registers), editions)
    hidden = withdrawals.of_editions(withdrawals.read_withdrawals(settings), editions)
    report.corrections_waiting = sorted({c.file for c in chosen.elsewhere})
    report.withdrawn = withdrawals.record(hidden)
    whole = {key for key, found in hidden.items() if any(w.kind == "edition" for w in found)}
    for key in whole:  # the rest of it has nothing left to hide
        hidden[key] = [w for w in hidden[key] if w.kind == "edition"]
    orders: Counter[str] = Counter()
    entry_id = 0
    for edition in editions:
        register = registers[edition.register]
        key = (edition.register, edition.edition)
        mine = hidden.get(key, [])
        orders[edition.register] += 1
        order = orders[edition.register]
        progress(f"reading {edition.register} {edition.edition}")
        verify_bytes(edition)
        if key in whole:
            counts = _load_withdrawn(con, edition, order, mine[0], editions)
            _report(report, edition, "", counts)
            continue
        mends = chosen.here.get(key, ())
        if edition.file.suffix == ".parquet":
            if mends:
                raise AccessReviewError(
                    f"corrections/{mends[0].file}: correction {mends[0].id!r}: edition {edition.edition} is Parquet, "
                    "whose values were settled when it was made",
                    hint="mend the file and add it with --replaces",
                )
            layout = register.layouts[-1]
            read, rows = load_parquet(con, register, edition, order, entry_id, mine)
            entry_id += read
            reading, read_as = Reading(), None
            counts = (read, rows, 0, read - rows)
            fields: dict[tuple[str, int], str] = {}
            changes: list[corrections.Change] = []
        else:
            found = read_as = match(register, read_workbook(edition.file))
            layout = found.layout
            found, changes = corrections.correct(withdrawals.mark(found, mine), mends, edition)
            fields = {
                (s.sheet.name, column): name for s in found.sheets for name, column in s.columns.items()
            }
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
            e.edition
            for e in editions
            if (e.register, e.replaces) == key and (e.register, e.edition) not in whole
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
        _insert_withdrawals(con, mine, fields, editions)
        _insert_corrections(con, edition, changes)
        insert_issues(
            con,
            [
                *edition_issues(edition, read_as),
                *reading.issues,
                *(_corrected(edition, change) for change in changes),
            ],
        )
        report.corrected += len(changes)
        _report(report, edition, layout.era, counts)
    insert_issues(con, withdrawals.issues([w for found in hidden.values() for w in found], editions))


def _report(report: BuildReport, edition: Edition, era: str, counts: tuple[int, int, int, int]) -> None:
    report.editions.append(
        {
            "register": edition.register, "edition": edition.edition, "era": era,
            "rows_read": counts[0], "entries": counts[1], "person_counts": counts[2],
            "rows_explained": counts[3],
        }
    )  # fmt: skip
    report.rows_read += counts[0]
    report.entries += counts[1]
    report.person_counts += counts[2]
    report.rows_explained += counts[3]


def _load_withdrawn(
    con: duckdb.DuckDBPyConnection,
    edition: Edition,
    order: int,
    withdrawal: Withdrawal,
    editions: list[Edition],
) -> tuple[int, int, int, int]:
    """Keep of an edition withdrawn whole that it was there, and why it is not shown. Returns its counts."""
    if edition.file.suffix == ".parquet":
        rows = parquet_rows(edition.file)
    else:
        rows = sum(len(sheet.rows) for sheet in read_workbook(edition.file).sheets)
    insert(
        con,
        "staging.withdrawn_editions",
        [
            {
                "register": edition.register, "edition": edition.edition, "edition_order": order,
                "as_at": edition.as_at, "as_at_basis": edition.as_at_basis, "published": edition.published,
                "published_basis": edition.published_basis,
                "known_from": edition.published or edition.as_at, "sha256": edition.sha256,
                "withdrawn_on": withdrawal.on, "withdrawn_reason": withdrawal.reason,
                "replaced_by": withdrawals.superseding(withdrawal, editions) or None,
                "rows_read": rows, "rows_explained": rows,
            }
        ],
    )  # fmt: skip
    _insert_withdrawals(con, [withdrawal], {}, editions)
    return rows, 0, 0, rows


def _insert_withdrawals(
    con: duckdb.DuckDBPyConnection,
    found: list[Withdrawal],
    fields: dict[tuple[str, int], str],
    editions: list[Edition],
) -> None:
    insert(
        con,
        "staging.withdrawals",
        [
            {
                "register": w.register, "edition": w.edition, "sheet": w.sheet or None, "sheet_row": w.row,
                "column_name": w.column_words or None,
                "field": fields.get((w.sheet, w.column)) if w.column is not None else None,
                "withdrawn_on": w.on, "reason": w.reason,
                "superseded_by": withdrawals.superseding(w, editions) or None, "file": w.file,
            }
            for w in found
        ],
    )  # fmt: skip


def _insert_corrections(
    con: duckdb.DuckDBPyConnection, edition: Edition, changes: list[corrections.Change]
) -> None:
    insert(
        con,
        "staging.corrections",
        [
            {
                "register": edition.register, "edition": edition.edition, "sheet": c.sheet, "sheet_row": c.row,
                "column_name": c.column_words, "field": c.field, "before": c.before, "after": c.after,
                "reason": c.correction.reason, "source": c.correction.source, "by": c.correction.by,
                "on": c.correction.on, "correction": c.correction.id, "file": c.correction.file,
            }
            for c in changes
        ],
    )  # fmt: skip


def _corrected(edition: Edition, change: corrections.Change) -> Issue:
    reason = change.correction.reason.rstrip(".")
    return Issue(
        register=edition.register,
        edition=edition.edition,
        sheet=change.sheet,
        sheet_row=change.row,
        column=change.column_words,
        rule="corrected",
        value=tidy(change.before)[:500],
        words=f"Read as '{change.after}': {reason} ({change.correction.file}, {change.correction.id}).",
    )


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
                        *("dataset_parts",),
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
