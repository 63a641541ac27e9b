"""Editions, reference data and code into one build. The only writer of a warehouse file.

The build id is the hash of what goes in: editions, register descriptions, reference data and code; not
paths, not times. A known id is a no-op, and the same inputs give the same tables.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path

import duckdb

from dashboard.edition import Edition
from dashboard.editions import list_editions, verify_bytes
from dashboard.errors import AccessReviewError
from dashboard.files import disk_errors, lock, sync, write_whole
from dashboard.issues import RULES
from dashboard.registers import Register, load_registers
from dashboard.settings import PACKAGE, Settings
from dashboard.warehouse import publish
from dashboard.warehouse.engine import CONFIG
from dashboard.warehouse.history import follow_releases, load_changes
from dashboard.warehouse.recipients import load_recipients
from dashboard.warehouse.reference import load_reference
from dashboard.warehouse.report import BuildReport
from dashboard.warehouse.rows import fingerprints, look_up
from dashboard.warehouse.staging import load_editions


__all__ = ["BuildReport", "build", "build_id", "code_files"]

SCHEMA = PACKAGE / "warehouse" / "schema"
CHECKS = PACKAGE / "warehouse" / "checks"
# Storage that DuckDB 1.5, supported until 2027, can read too: statisticians open builds in other tools.
STORAGE_VERSION = "v1.4.0"
MEMORY = "50%"  # of the machine's, for DuckDB


# Which schemas each file of macros is run in, in order: see 038_as_known.sql. Names are looked up in them in turn.
MACROS = (
    (("core",), ("030_core", "035_filters", "036_recipients")),
    (
        ("as_known",),
        (
            "038_as_known",
            "040_events_and_spells",
            "042_latest",
            "043_undated",
            "045_where",
            "046_listed",
            "046_undated_where",
            "047_counted",
            "047_endings",
        ),
    ),
    (
        ("latest",),
        (
            "040_events_and_spells",
            "043_undated",
            "044_latest_undated",
            "045_where",
            "046_listed",
            "046_undated_where",
            "047_counted",
            "047_endings",
        ),
    ),
    (
        ("whole", "slim", "monthly", "asked", "facts", "latest"),
        ("048_facts", "049_from_facts", "049_endings_from_facts", "049_marts", "049_ready"),
    ),
    (("monthly", "facts", "latest"), ()),  # what follows, the checks among it, reads the tables
)

Progress = Callable[[str], None]


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
    for kind in ("reference", "published", "corrections", "withdrawals"):
        for path in settings.files(kind, "**/*.csv") + settings.files(kind, "**/*.toml"):
            # with its folder, which says what register the file is about
            put(kind, f"{path.parent.name}/{path.name}", hashlib.sha256(path.read_bytes()).hexdigest())
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
    return tuple(
        sorted(p for p in found if p.name not in ("publish.py", "files.py", "errors.py", "apart.py"))
    )


def build(settings: Settings, *, wait: float = 0.0, progress: Progress = lambda _: None) -> BuildReport:
    """Build what is in the archive and put it in force; a no-op when nothing changed.

    Waits at most `wait` seconds for another build to end. Raises AccessReviewError when a file cannot be
    read, another build is running then, or the disk refuses; the build in force stays as it was.
    """
    started = time.monotonic()
    with disk_errors("the build"):
        settings.builds.mkdir(parents=True, exist_ok=True)
        with lock(settings.builds / ".lock", "building", wait=wait), _swept(settings):
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
            if _is_whole(target, known, identity):  # else it, or the record beside it, is damaged: made again
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
            report.bytes = scratch.stat().st_size
            write_whole(target.with_suffix(".json"), json.dumps(asdict(report), indent=1) + "\n")
            scratch.rename(target)
            sync(settings.builds)
            publish.point_to(settings, identity)
            with suppress(OSError):  # the build is in force; an old one that stays does no harm
                publish.prune(settings)
            return report


def _is_whole(target: Path, record: dict[str, object], identity: str) -> bool:
    """Whether the file of a known build, and the record beside it, are as they were written: their size and
    their names for themselves. What is damaged deeper inside, DuckDB finds by its checksums when it is read."""
    if record.keys() != {f.name for f in fields(BuildReport)} or record["build"] != identity:
        return False
    if target.stat().st_size != record["bytes"]:
        return False
    try:
        with duckdb.connect(str(target), read_only=True) as con:
            return look_up(con, "build") == [(identity,)]
    except duckdb.Error:
        return False


@contextmanager
def _swept(settings: Settings) -> Iterator[None]:
    """Remove what a killed build left, and what this one leaves when it fails. Safe under the lock, which
    says that no other build is running."""

    def sweep() -> None:
        for path in settings.builds.glob(".*.*"):  # scratch files of builds and of write_whole
            if path.is_dir():  # what a killed build had put on the disk
                shutil.rmtree(path, ignore_errors=True)
            else:
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
    # What does not fit in half of the memory goes to the disk beside the build, and the build goes on.
    spill = scratch.with_suffix(".spill")
    con = duckdb.connect(":memory:", config={**CONFIG, "memory_limit": MEMORY, "temp_directory": str(spill)})
    try:
        con.execute(f"attach {_quoted(scratch)} as build (storage_version {_quoted(STORAGE_VERSION)})")
        con.execute("use build")
        con.execute("begin")
        for name in ("010_reference", "020_staging"):
            con.execute((SCHEMA / f"{name}.sql").read_text("utf-8"))
        load_reference(con, settings, registers, identity)
        load_editions(con, settings, registers, editions, report, progress)
        follow_releases(con)
        load_recipients(con, settings, registers)
        progress("core tables")
        for schemas, names in MACROS:
            con.execute(f"set search_path = '{','.join(f'build.{s}' for s in schemas)}'")
            for name in names:
                con.execute((SCHEMA / f"{name}.sql").read_text("utf-8"))
        load_changes(con)
        _issues(con)
        for name in ("070_evidence", "080_open_data"):
            con.execute((SCHEMA / f"{name}.sql").read_text("utf-8"))
        for check in sorted(CHECKS.glob("*.sql")):
            failing = con.execute(check.read_text("utf-8")).fetchall()
            if failing:
                report.checks_failed[check.stem] = len(failing)
        con.execute("commit")
        con.execute("checkpoint build")
        progress("fingerprints")
        report.tables = fingerprints(con)
        report.issues = dict(look_up(con, "issue_severities"))
        report.rejected = report.issues.get("error", 0)
    finally:
        con.close()
        shutil.rmtree(spill, ignore_errors=True)
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


def _issues(con: duckdb.DuckDBPyConnection) -> None:
    """Issues found by rule, once all rows are in: schema/050_issues.sql has one statement."""
    con.execute((SCHEMA / "050_issues.sql").read_text("utf-8"))
    missing = [rule for (rule,) in look_up(con, "issue_rules") if rule not in RULES]
    assert not missing, f"issues without a rule: {missing}"
