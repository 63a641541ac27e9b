"""Editions, reference data and code into one build. The only writer of a warehouse file.

The build id is the hash of what goes in: editions, register descriptions, reference data and code; not
paths, not times. A known id is a no-op, and the same inputs give the same tables.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dashboard import vocabulary
from dashboard.cleaning import normalise_text, recipient_id, tidy
from dashboard.edition import Edition
from dashboard.editions import edition_issues, list_editions, verify_bytes
from dashboard.errors import AccessReviewError
from dashboard.files import disk_errors, lock, sync, write_whole
from dashboard.issues import RULES, Issue
from dashboard.layouts import match
from dashboard.reading import Reading, read_entries
from dashboard.registers import Register, load_registers
from dashboard.settings import PACKAGE, Settings
from dashboard.vocabulary import DATE_FIELDS, TEXT_FIELDS
from dashboard.warehouse import publish
from dashboard.warehouse.parquet import load_parquet
from dashboard.workbook import read_workbook
from dashboard.working_days import calendar, load_bank_holidays


SCHEMA = PACKAGE / "warehouse" / "schema"
CHECKS = PACKAGE / "warehouse" / "checks"
LOOKUPS = PACKAGE / "warehouse" / "lookups"
CALENDAR = (date(1995, 1, 1), date(2035, 12, 31))
# Storage that DuckDB 1.5, supported until 2027, can read too: statisticians open builds in other tools.
STORAGE_VERSION = "v1.4.0"

# Which schema each file of macros is run in, in order: see 038_as_known.sql.
MACROS = (
    ("core", ("030_core", "035_filters")),
    ("as_known", ("038_as_known", "040_events_and_spells", "042_latest", "045_where")),
    ("latest", ("045_where",)),
)

Progress = Callable[[str], None]


@dataclass
class BuildReport:
    """What a build read and found. Counts are rows unless named otherwise."""

    build: str
    unchanged: bool
    seconds: float = 0.0
    editions: list[dict[str, Any]] = field(default_factory=list)
    rows_read: int = 0
    entries: int = 0
    person_counts: int = 0
    rows_explained: int = 0
    rejected: int = 0
    corrected: int = 0
    issues: dict[str, int] = field(default_factory=dict)
    checks_failed: dict[str, int] = field(default_factory=dict)


def build_id(settings: Settings, registers: dict[str, Register], editions: Iterable[Edition]) -> str:
    """Sixteen hexadecimal digits of the hash of everything that goes into a build."""
    digest = hashlib.sha256()

    def put(*parts: str) -> None:
        for part in parts:
            data = part.encode("utf-8")
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)

    for edition in editions:
        described = asdict(edition)
        # Where the file lies and when it was obtained change no figure.
        for name in ("file", "obtained"):
            described.pop(name)
        put("edition", edition.file.name, json.dumps(described, default=str, sort_keys=True))
    for name, register in registers.items():
        put("register", name, register.path.read_text("utf-8"))
    for kind in ("reference", "published", "corrections"):
        for path in settings.files(kind, "*.csv") + settings.files(kind, "**/*.toml"):
            put(kind, path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    for path in code_files():
        put("code", path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8"))
    put("duckdb", duckdb.__version__)
    return digest.hexdigest()[:16]


@cache
def code_files() -> tuple[Path, ...]:
    """The modules that shape a build: this one and all that it imports of ours, and the SQL it runs.

    Followed through the import statements, so that a new module cannot be forgotten, and a change to a page
    does not rebuild anything.
    """
    found: set[Path] = set()
    waiting = [Path(__file__).resolve()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dashboard"):
                base = PACKAGE.joinpath(*(node.module or "").split(".")[1:])
                candidates = [base.with_suffix(".py"), *(base / f"{n.name}.py" for n in node.names)]
                waiting += [c for c in candidates if c.is_file()]
    found |= set((PACKAGE / "warehouse").rglob("*.sql"))
    # Moving a pointer and writing files shape no table.
    return tuple(sorted(p for p in found if p.name not in ("publish.py", "files.py", "errors.py")))


def build(settings: Settings, *, progress: Progress = lambda _: None) -> BuildReport:
    """Build what is in the archive and put it in force; a no-op when nothing changed.

    Raises AccessReviewError when a file cannot be read, another build is running, or the disk refuses; the
    build in force stays as it was.
    """
    started = time.monotonic()
    with disk_errors("the build"):
        settings.builds.mkdir(parents=True, exist_ok=True)
        with lock(settings.builds / ".lock", "building"), _swept(settings):
            registers = load_registers(settings)
            editions = list_editions(settings)
            for edition in editions:
                if edition.register not in registers:
                    raise AccessReviewError(
                        f"{edition.file.parent}: the register {edition.register!r} is not described",
                        hint=f"put its description back, registers/{edition.register}.toml, or move the folder away",
                    )
            identity = build_id(settings, registers, editions)
            target = settings.builds / f"{identity}.duckdb"
            known = publish.find_build(settings, identity).record if target.is_file() else {}
            if known.get("build") == identity:  # else the record beside it is damaged: made again
                for edition in editions:
                    verify_bytes(edition)
                publish.point_to(settings, identity)
                return BuildReport(**{**known, "unchanged": True})  # type: ignore[arg-type]
            scratch = settings.builds / f".{identity}.building"
            try:
                report = _write(settings, registers, editions, identity, scratch, progress)
            except duckdb.Error as error:
                raise AccessReviewError(
                    f"the build failed: {error}",
                    hint="check the disk's space and the memory; the build in force is unchanged",
                ) from error
            report.seconds = round(time.monotonic() - started, 2)
            sync(scratch)
            write_whole(target.with_suffix(".json"), json.dumps(asdict(report), indent=1) + "\n")
            scratch.rename(target)
            sync(settings.builds)
            publish.point_to(settings, identity)
            with suppress(OSError):  # the build is in force; an old one that stays does no harm
                publish.prune(settings)
            return report


@contextmanager
def _swept(settings: Settings) -> Iterator[None]:
    """Remove what a killed build left, and what this one leaves when it fails. Safe under the lock, which
    says that no other build is running."""

    def sweep() -> None:
        for path in settings.builds.glob(".*.*"):  # scratch files of builds and of write_whole
            path.unlink(missing_ok=True)

    sweep()
    try:
        yield
    finally:
        sweep()


def _write(
    settings: Settings,
    registers: dict[str, Register],
    editions: list[Edition],
    identity: str,
    scratch: Path,
    progress: Progress,
) -> BuildReport:
    report = BuildReport(build=identity, unchanged=False)
    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    try:
        con.execute(f"attach {_quoted(scratch)} as build (storage_version {_quoted(STORAGE_VERSION)})")
        con.execute("use build")
        con.execute("begin")
        for name in ("010_reference", "020_staging"):
            con.execute((SCHEMA / f"{name}.sql").read_text("utf-8"))
        _reference(con, settings, registers, identity)
        _stage(con, registers, editions, report, progress)
        _recipients(con, settings, registers)
        progress("core tables")
        for schema, names in MACROS:
            con.execute(f"use build.{schema}")
            for name in names:
                con.execute((SCHEMA / f"{name}.sql").read_text("utf-8"))
        _issues(con)
        for check in sorted(CHECKS.glob("*.sql")):
            failing = con.execute(check.read_text("utf-8")).fetchall()
            if failing:
                report.checks_failed[check.stem] = len(failing)
        con.execute("commit")
        con.execute("checkpoint build")
        report.issues = dict(_look_up(con, "issue_severities"))
        report.rejected = report.issues.get("error", 0)
    finally:
        con.close()
    if report.checks_failed:
        scratch.unlink(missing_ok=True)
        failed = ", ".join(f"{name} ({count} rows)" for name, count in report.checks_failed.items())
        raise AccessReviewError(
            f"the build breaks its own checks: {failed}",
            hint="this is a fault in the program; please report it",
        )
    return report


def _quoted(value: object) -> str:
    # ATTACH takes no bound parameters; the path is ours, and quotes in it are doubled.
    return "'" + str(value).replace("'", "''") + "'"


def _look_up(con: duckdb.DuckDBPyConnection, name: str) -> list[Any]:
    return con.execute((LOOKUPS / f"{name}.sql").read_text("utf-8")).fetchall()


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


def _reference(
    con: duckdb.DuckDBPyConnection, settings: Settings, registers: dict[str, Register], identity: str
) -> None:
    insert(con, "reference.build", [{"key": "build", "value": identity}])
    insert(
        con,
        "reference.registers",
        [
            {
                "register": r.id, "title": r.title, "short_title": r.short_title, "publisher": r.publisher,
                "about": r.about, "address": r.address, "licence": r.licence, "contact": r.contact,
                "synthetic": r.synthetic, "home_rank": r.home_rank,
            }
            for r in registers.values()
        ],
    )  # fmt: skip
    answers = []
    for r in registers.values():
        for layout in r.layouts:
            for position, name in enumerate(vocabulary.ANSWERABLE_FIELDS, 1):
                answer = r.answer(layout, name)
                answers.append(
                    {
                        "register": r.id, "era": layout.era, "field": name, "position": position,
                        "status": answer.status, "basis": answer.basis, "coverage": layout.coverage,
                        "words": answer.words, "assumed": layout.assumed,
                    }
                )  # fmt: skip
    insert(con, "reference.answerability", answers)
    insert(
        con,
        "reference.type_notes",
        [
            {"register": r.id, "published_key": key, "words": words}
            for r in registers.values()
            for key, words in r.type_notes.items()
        ],
    )
    for table, labels in (("recipient_type", vocabulary.RECIPIENT_TYPES), ("outcome", vocabulary.OUTCOMES)):
        rows = [{table: k, "position": i, "label": v} for i, (k, v) in enumerate(labels.items(), 1)]
        insert(con, f"reference.{table}s", rows)
    insert(
        con,
        "reference.clocks",
        [
            {"clock": c, "position": i, "label": vocabulary.CLOCKS[c], "field": f}
            for i, (c, fields) in enumerate(vocabulary.CLOCK_NEEDS.items(), 1)
            for f in fields
        ],
    )
    insert(
        con,
        "reference.column_needs",
        [
            {"column_name": c, "field": f, "words": ""}
            for c, fields in vocabulary.COLUMN_NEEDS.items()
            for f in fields
        ],
    )
    holidays = load_bank_holidays(settings.files("reference", "bank_holidays_england.csv")[0])
    insert(
        con,
        "reference.calendar",
        [
            {"day": d, "is_working_day": w, "working_day_number": n}
            for d, w, n in calendar(*CALENDAR, holidays)
        ],
    )
    insert(con, "reference.published_figures", read_published_figures(settings))


FIGURE_COLUMNS = (
    *("source", "source_address", "published", "measure", "category", "scope", "period_start", "period_end"),
    *("value", "status", "register", "comparable", "explanation"),
)


def read_csv_rows(path: Path, columns: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows of a reference CSV with their record numbers. Raises AccessReviewError naming file and column."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
        missing = [c for c in columns if c not in (reader.fieldnames or ())]
        rows = [{k: tidy(v or "") for k, v in row.items() if k} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise AccessReviewError(f"{path}: {error}", hint="save it as CSV in UTF-8") from error
    if missing:
        raise AccessReviewError(f"{path}: row 1: there is no column {missing[0]!r}", hint="add the column")
    return list(enumerate(rows, 2))


def read_published_figures(settings: Settings) -> list[dict[str, object]]:
    """Figures that others published, with their source. See data/README.md."""
    figures: list[dict[str, object]] = []
    for path in settings.files("published", "figures/*.csv"):
        for number, row in read_csv_rows(path, FIGURE_COLUMNS):
            try:
                figure: dict[str, object] = {c: row[c] or None for c in FIGURE_COLUMNS}
                for c in ("published", "period_start", "period_end"):
                    figure[c] = date.fromisoformat(row[c]) if row[c] else None
                figure["value"] = int(row["value"])
                figure["explanation"] = row["explanation"]
                figure["status"] = row["status"]
            except ValueError as error:
                raise AccessReviewError(f"{path}: row {number}: {error}", hint="mend the row") from error
            figures.append(figure)
    return figures


def _stage(
    con: duckdb.DuckDBPyConnection,
    registers: dict[str, Register],
    editions: list[Edition],
    report: BuildReport,
    progress: Progress,
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


def _insert_entries(
    con: duckdb.DuckDBPyConnection, edition: Edition, order: int, reading: Reading, entry_id: int
) -> int:
    coverage = {a.sheet: a.coverage for a in reading.accounts}
    entries: list[dict[str, object]] = []
    links: list[dict[str, object]] = []
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
                "recipient_key": normalise_text(str(entry["recipient"])) if entry["recipient"] else None,
                **{
                    name: entry[name]
                    for name in (
                        *("sheet", "sheet_row", "row_kind", *TEXT_FIELDS, *DATE_FIELDS, "pending", "raw"),
                        *("impossible_dates", "outcome_mapped", "recipient_type_mapped"),
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
            # A row without a reference is a request of its own, named by its place so that nothing is lost.
            number = 1 + next(i for i, a in enumerate(reading.accounts) if a.sheet == entry["sheet"])
            name = f"unreferenced-{edition.edition}-s{number}-r{entry['sheet_row']}"
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


def _recipients(con: duckdb.DuckDBPyConnection, settings: Settings, registers: dict[str, Register]) -> None:
    """One recipient for each spelling, through the reviewed files; spellings that differ only in case,
    spaces, quotes or dashes are one without a review."""
    from fnmatch import fnmatchcase

    reviewed: list[tuple[str, dict[str, str]]] = []
    columns = ("register", "published_name", "recipient", "recipient_type", "reason")
    for path in settings.files("reference", "recipients*.csv"):
        for number, row in read_csv_rows(path, columns):
            if row["recipient_type"] and row["recipient_type"] not in vocabulary.RECIPIENT_TYPES:
                raise AccessReviewError(
                    f"{path}: row {number}: {row['recipient_type']!r} is not a recipient type",
                    hint=f"use one of: {', '.join(vocabulary.RECIPIENT_TYPES)}; or leave it empty",
                )
            reviewed.append((row["register"], row))
    rows: list[dict[str, object]] = []
    for register, key, spelling in _look_up(con, "recipient_spellings"):
        found = next(
            (
                r
                for pattern, r in reviewed
                if fnmatchcase(register, pattern) and normalise_text(r["published_name"]) == key
            ),
            None,
        )
        name = found["recipient"] if found else spelling
        rows.append(
            {
                "register": register, "recipient_key": key, "recipient": name,
                "recipient_id": recipient_id(name),
                "reviewed_type": (found["recipient_type"] or None) if found else None,
                "reason": found["reason"] if found else "",
            }
        )  # fmt: skip
    # Two names can give one id; the later, in order of name, gets a number.
    names: dict[str, dict[str, str]] = {}
    for record in sorted(rows, key=lambda r: str(r["recipient"])):
        taken = names.setdefault(str(record["recipient_id"]), {})
        key = normalise_text(str(record["recipient"]))
        suffix = taken.setdefault(key, "" if not taken else f"-{len(taken) + 1}")
        record["recipient_id"] = f"{record['recipient_id']}{suffix}"
    insert(con, "reference.recipients", rows)


def _issues(con: duckdb.DuckDBPyConnection) -> None:
    """Issues found by rule, once all rows are in: schema/050_issues.sql has one statement."""
    con.execute((SCHEMA / "050_issues.sql").read_text("utf-8"))
    missing = [rule for (rule,) in _look_up(con, "issue_rules") if rule not in RULES]
    assert not missing, f"issues without a rule: {missing}"
