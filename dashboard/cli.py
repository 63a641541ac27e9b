"""The command line. Results on standard output, progress and messages on standard error.

Exit 0: done, data issues included. 1: the work failed or was refused, or a check that was asked for failed.
2: wrong usage. Heavy imports are inside the commands, so that `--help` and a no-op are quick.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dashboard import __version__
from dashboard.commands import aliases, doctor, drop, export, history, render, reviews, withdraw
from dashboard.commands import fetch as commands_fetch
from dashboard.commands.base import (
    Commands,
    Parser,
    a_count,
    a_day,
    a_port,
    aligned,
    for_terminal,
    progress,
    say,
    some_flags,
    write_table,
)
from dashboard.errors import AccessReviewError
from dashboard.issues import Issue
from dashboard.settings import Settings, load_settings
from dashboard.text import plural


def parser() -> argparse.ArgumentParser:
    top = Parser(
        prog="access-review",
        description="Published metadata on access requests: volumes, recipients, turnaround, the April review.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  access-review measure volumes --register phe-odr --interval year",
    )
    top.add_argument("--version", action="version", version=f"access-review {__version__}")
    top.add_argument(
        "--data", metavar="DIR", help="data folder (default: ACCESS_REVIEW_DATA, else the checkout's data/)"
    )
    commands = Commands(
        top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    )
    command = commands.add

    sample = command(
        "sample",
        "Write the synthetic register's editions.",
        "access-review sample /tmp/sample --requests 2500",
        _sample,
    )
    sample.add_argument("folder", metavar="DIR", type=Path)
    sample.add_argument(
        "--requests", metavar="N", type=a_count, default=1200, help="requests in all (default 1200)"
    )
    sample.add_argument(
        "--editions", metavar="K", type=a_count, default=12, help="editions of each register (default 12)"
    )
    sample.add_argument("--seed", metavar="S", type=int, default=2017)
    sample.add_argument(
        "--format", choices=("ods", "parquet"), default="ods", help="parquet for very large N"
    )

    inspect = command(
        "inspect", "Show what a file holds, which layout fits it, and a draft layout.",
        "access-review inspect register.ods", _inspect,
    )  # fmt: skip
    inspect.add_argument("file", metavar="FILE", type=Path)

    add = command(
        "add", "Archive a published file, or each in a folder, as an edition of a register.",
        "access-review add phe-odr 'PHE register.ods' --published 2020-11-05", _add,
    )  # fmt: skip
    add.add_argument("register", metavar="REGISTER")
    add.add_argument("file", metavar="FILE", type=Path, nargs="+", help="a workbook, or a folder of them")
    add.add_argument("--as-at", metavar="D", type=a_day, help="the day the file describes")
    add.add_argument("--published", metavar="D", type=a_day, help="the day it was published")
    add.add_argument("--url", metavar="U", default="", help="the address it came from")
    add.add_argument(
        "--replaces", action="store_true", help="the publisher replaced the file for this as-at date"
    )
    add.add_argument("--dry-run", action="store_true", help="say what would be read; change nothing")

    commands_fetch.add_to(commands)

    build = command("build", "Build the warehouse from the editions.", "access-review build --strict", _build)
    build.add_argument("--strict", action="store_true", help="exit 1 when any value could not be read")
    build.add_argument(
        "--wait", metavar="SECONDS", type=a_count, default=0, help="wait so long for another build to end"
    )

    rollback = command("rollback", "Go back to the build before.", "access-review rollback", _rollback)
    rollback.add_argument(
        "--show-withdrawn",
        action="store_true",
        help="also to a build that shows what was withdrawn since",
    )

    withdraw.add_to(commands)

    status = command(
        "status", "Registers, editions, build, issues, last review.", "access-review status", _status
    )
    status.add_argument(
        "--fail-if",
        metavar="FLAGS",
        type=some_flags,
        default=(),
        help="exit 1 when any of these is so: overdue, failed, stale, broken (separated by commas)",
    )
    commands.listing(status)

    issues = command(
        "issues", "Every data problem with its place.", "access-review issues --register phe-odr", _issues
    )
    issues.add_argument("--register", metavar="R")
    issues.add_argument("--edition", metavar="E")
    issues.add_argument("--severity", choices=("error", "warning", "info"))
    commands.listing(issues)

    measure = command(
        "measure", "One measure, filtered; or the rows it counts.",
        "access-review measure turnaround --register sudbury-foi --target 30 --format csv", _measure,
    )  # fmt: skip
    measure.add_argument(
        "name", metavar="NAME", help="volumes, recipients, turnaround, ... ('list' lists them)"
    )
    _add_filters(measure)
    measure.add_argument("--rows", action="store_true", help="exactly the entries that the figure counts")
    commands.listing(measure)

    aliases.add_to(commands)
    history.add_to(commands)
    export.add_to(commands)

    serve = command("serve", "Serve the dashboard.", "access-review serve --port 5006", _serve)
    serve.add_argument("--port", type=a_port, default=5006)
    serve.add_argument("--address", default="127.0.0.1")
    serve.add_argument(
        "--workers",
        type=a_count,
        default=1,
        help="processes, each on a port of its own from --port on, behind a proxy (default 1)",
    )
    serve.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="a name under which browsers reach it, for instance behind a proxy; may be given again",
    )
    serve.add_argument("--drafts", action="store_true", help="show reviews that are not signed, too")
    serve.add_argument(
        "--sessions",
        type=a_count,
        default=200,
        help="pages whose charts may be interactive at one time, for each worker (default 200)",
    )
    serve.add_argument(
        "--log", choices=("text", "json"), default="text", help="text, or JSON with a line a request"
    )

    render.add_to(commands)
    doctor.add_to(commands)
    reviews.add_to(commands)
    return top


def _add_filters(added: argparse.ArgumentParser) -> None:
    from dashboard.filters import NAMES

    group = added.add_argument_group("filters", "the same words as in an address and in Python")
    for name in NAMES:
        group.add_argument(f"--{name.replace('_', '-')}", dest=f"filter_{name}", metavar="VALUE")


def _filters(arguments: Any) -> Any:
    from dashboard.filters import NAMES, make_filters

    return make_filters(**{n: getattr(arguments, f"filter_{n}") for n in NAMES})


def _sample(settings: Settings, arguments: Any) -> int:
    from dashboard.sample import write_sample

    written = write_sample(
        arguments.folder,
        requests=arguments.requests,
        editions=arguments.editions,
        seed=arguments.seed,
        format=arguments.format,
        progress=progress(),
    )
    for edition in written:
        print(f"{edition.register}\t{edition.as_at}\t{edition.path}")
    say(f"Wrote {len(written)} editions of synthetic sample data; every organisation in them is invented.")
    return 0


def _inspect(settings: Settings, arguments: Any) -> int:
    from dashboard.inspection import inspect_file
    from dashboard.registers import load_registers

    found = inspect_file(arguments.file, load_registers(settings))
    print(for_terminal(found.text))
    if found.refusal:
        raise found.refusal
    return 0


def _add(settings: Settings, arguments: Any) -> int:
    from dashboard.editions import other_as_at
    from dashboard.incoming import add_file
    from dashboard.registers import find_register, load_registers

    if drop.is_drop(arguments.file):
        return drop.add_each(settings, arguments, _add)
    register = find_register(load_registers(settings), arguments.register)
    for path in arguments.file:
        added = add_file(
            settings,
            register,
            path,
            as_at=arguments.as_at,
            published=arguments.published,
            address=arguments.url,
            replaces=arguments.replaces,
            dry_run=arguments.dry_run,
        )
        edition = added.edition
        if added.existing:
            print(f"{register.id} {edition.edition}: these bytes are archived already; nothing changed")
            continue
        verb = "would add" if added.dry_run else "added"
        print(f"{register.id} {edition.edition}: {verb} {edition.file.name}")
        print(
            f"  as at {edition.as_at} ({edition.as_at_basis}), published {edition.published or 'not stated'}"
            + (f" ({edition.published_basis})" if edition.published else "")
        )
        if added.match and added.reading:
            reading = added.reading
            print(
                f"  layout '{added.match.layout.era}': {reading.rows_read} rows read = {len(reading.entries)} entries"
                f" + {len(reading.person_counts)} person counts + {reading.rows_explained} explained"
            )
            errors = sum(1 for i in reading.issues if i.severity == "error")
            warnings = sum(1 for i in reading.issues if i.severity == "warning")
            print(
                f"  {errors} values could not be read, {warnings} warnings"
                + ("" if added.dry_run else " ('access-review issues' after the build)")
            )
            if added.dry_run:
                _say_issues([i for i in reading.issues if i.severity != "info"])
        if edition.as_at_basis == "inferred":
            say(
                f"Warning: as_at_inferred: no as-at date was given; {edition.as_at}, the latest event, is taken."
            )
        if other := other_as_at(edition, added.match):
            say(f"Warning: as_at_contradicted: {other}")
    if not arguments.dry_run and getattr(arguments, "says_next", True):
        say("Next: access-review build")
    return 0


MOST_ISSUES = 40  # printed by a dry run


def _say_issues(issues: Sequence[Issue]) -> None:
    """What would not be read, or would be read with a doubt, each with its place: a dry run archives nothing, so
    'issues' cannot say it."""
    for issue in issues[:MOST_ISSUES]:
        place = f"sheet '{issue.sheet}'" + (f" row {issue.sheet_row}" if issue.sheet_row else "")
        place += f", column {issue.column}" if issue.column else ""
        value = f": {issue.value[:60]!r}" if issue.value else ""
        print(for_terminal(f"  {issue.severity}: {place}: {issue.rule}{value}. {issue.message}"))
    if len(issues) > MOST_ISSUES:
        print(f"  and {len(issues) - MOST_ISSUES} more")


def _build(settings: Settings, arguments: Any) -> int:
    from dashboard.warehouse.build import build

    show = progress()
    report = build(settings, wait=arguments.wait, progress=show)
    show("")
    if sys.stderr.isatty():
        sys.stderr.write("\r")
    print(
        f"build {report.build}{' (nothing changed)' if report.unchanged else f' in {report.seconds:.1f} s'}"
    )
    print(
        f"read {report.rows_read} rows of {len(report.editions)} editions = {report.entries} entries"
        f" + {report.person_counts} person counts + {report.rows_explained} explained"
    )
    held = Counter(e["register"] for e in report.editions)
    for register, editions in held.items():
        mine = [e for e in report.editions if e["register"] == register]
        read, entries, counts, explained = (
            sum(e[part] for e in mine) for part in ("rows_read", "entries", "person_counts", "rows_explained")
        )
        print(f"  {register}: {plural(editions, 'edition')}, {read} rows = {entries} entries + {counts} person counts"
              f" + {explained} explained")  # fmt: skip
    issues = ", ".join(f"{n} {s}" for s, n in sorted(report.issues.items())) or "none"
    print(f"rejected {report.rejected} values, corrected {report.corrected}; issues: {issues}")
    # Corrections that ship for a register of which nothing is here are nobody's news.
    waiting = [name for name in report.corrections_waiting if name.split("/")[0] in held]
    if waiting:
        print(f"not applied, their editions are not here: corrections/{', '.join(waiting)}")
    if report.withdrawn:
        print(
            f"withdrawn from every output: {'; '.join(w['register'] + ' ' + w['place'] for w in report.withdrawn)}"
        )
    if arguments.strict and report.issues.get("error"):
        say(
            f"Strict: {report.issues['error']} values could not be read; "
            "'access-review issues --severity error' lists them."
        )
        return 1
    return 0


def _rollback(settings: Settings, arguments: Any) -> int:
    from dashboard.warehouse.publish import rollback

    left, now = rollback(settings, show_withdrawn=arguments.show_withdrawn)
    print(f"build {now} is in force again (was {left})")
    if arguments.show_withdrawn:
        say(
            "Warning: it may show what was withdrawn; 'access-review withdraw --list' lists that, 'build' hides it."
        )
    return 0


def _status(settings: Settings, arguments: Any) -> int:
    from dashboard.editions import list_editions
    from dashboard.incoming import list_kept
    from dashboard.reviews import list_reviews
    from dashboard.standing import standing
    from dashboard.warehouse import publish
    from dashboard.withdrawals import read_withdrawals

    flags = standing(settings, date.today())  # noqa: DTZ011 - due dates are calendar days where the reader is
    current = publish.current_id(settings)
    editions = list_editions(settings)
    rendered = list_reviews(settings)
    kept = list_kept(settings)
    record = publish.find_build(settings).record if current else {}
    extra = {
        "data": str(settings.data),
        "build": current,
        "issues": record.get("issues", {}),
        "tables": record.get("tables", []),
        "last_review": rendered[0].name if rendered else None,
        "reviews": [_review(review, rendered) for review in rendered],
        "flags": flags,
        "kept_aside": [
            {"register": k.register, "file": settings.shown(k.file), "reason": k.reason} for k in kept
        ],
    }
    columns = ("register", "edition", "as_at", "published", "file")
    built = {(e["register"], e["edition"]) for e in record.get("editions", [])}  # type: ignore[attr-defined]
    hidden = {
        (w.register, w.edition, w.sha256): w.on for w in read_withdrawals(settings) if w.kind == "edition"
    }
    rows = [
        (
            e.register, e.edition, e.as_at, e.published, e.file.name, (e.register, e.edition) in built,
            hidden.get((e.register, e.edition, e.sha256)),
        )
        for e in editions
    ]  # fmt: skip
    if arguments.format == "table":
        print(f"data folder  {settings.data}")
        print(f"build        {current or 'none yet: run access-review build'}")
        issues = ", ".join(f"{n} {s}" for s, n in sorted(dict(extra["issues"] or {}).items())) or "none"  # type: ignore[call-overload]
        print(f"issues       {issues}")
        print(f"last review  {extra['last_review'] or 'none yet'}")
        for flag, words in flags.items():
            print(f"{flag:<12} {words}")
        for aside in kept:
            print(
                f"kept aside   {aside.register}: {settings.shown(aside.file)}: {aside.reason.splitlines()[0]}"
            )
        print()
    write_table((*columns, "in_build", "withdrawn_on"), rows, arguments.format, extra)
    up = [flag for flag in arguments.fail_if if flag in flags]
    for flag in up:
        say(f"access-review status: {flag}: {flags[flag]}")
    return 1 if up else 0


def _review(review: Any, rendered: Any) -> dict[str, Any]:
    from dashboard.reviews import superseded_by

    later = superseded_by(review, rendered)
    return {
        "review": review.name,
        "register": review.register,
        "state": review.state,
        **({"signed_by": review.signature()["name"]} if review.signed else {}),
        "superseded_by": later.name if later else None,
        "build": review.manifest.get("build"),
    }


def _issues(settings: Settings, arguments: Any) -> int:
    from dashboard.filters import Filters
    from dashboard.measures import checked
    from dashboard.store import Store

    with Store(settings) as store:
        filters = Filters(register=arguments.register, edition=arguments.edition)
        if arguments.register:
            checked(store, filters, archive=True)
        result = store.query("issues", filters)
    severity = result.columns.index("severity")
    rows = [r for r in result.rows if arguments.severity in (None, r[severity])]
    write_table(result.columns, rows, arguments.format)
    say(plural(len(rows), "issue"))
    return 0


def _measure(settings: Settings, arguments: Any) -> int:
    from dashboard import measures
    from dashboard.store import Store

    if arguments.name == "list":
        write_table(
            ("measure", "words"), [(m.name, m.words) for m in measures.MEASURES.values()], arguments.format
        )
        return 0
    filters = _filters(arguments)
    measures.find_measure(arguments.name)
    with Store(settings) as store:
        result = (measures.rows if arguments.rows else measures.measure)(
            arguments.name, store, filters=filters
        )
    if arguments.format == "csv":
        sys.stdout.write(result.csv())
    elif arguments.format == "json":
        sys.stdout.write(result.json())
    else:
        # Eyes get the contract's columns; CSV and JSON have the extras too.
        asked = measures.find_measure(arguments.name)
        promised = {"register", "group_label", *asked.columns, *asked.also}
        shown = [i for i, c in enumerate(result.columns) if arguments.rows or c in promised]
        sys.stdout.write(
            aligned([result.columns[i] for i in shown], [[row[i] for i in shown] for row in result.rows])
        )
    for note in result.notes:
        say(textwrap.fill(f"Note: {note}", 110, subsequent_indent="  "))
    return 0


def _serve(settings: Settings, arguments: Any) -> int:
    from dashboard.web.server import Serving, serve

    serve(
        settings,
        Serving(
            address=arguments.address,
            port=arguments.port,
            workers=arguments.workers,
            origins=tuple(arguments.origin),
            drafts=arguments.drafts,
            sessions=arguments.sessions,
            log=arguments.log,
        ),
    )
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # UTF-8 on every machine: the CSV is the one the pages give
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = parser().parse_args(argv)
    try:
        code = int(arguments.run(load_settings(getattr(arguments, "data", None)), arguments))
        sys.stdout.flush()  # here, where a reader that went away is understood
        return code
    except AccessReviewError as error:
        say(f"access-review {arguments.command}: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("\nstopped")
        return 1
    except BrokenPipeError:
        # The reader (head, less) went away: not our failure. Point stdout elsewhere so exit stays silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        say(
            f"access-review {arguments.command}: {error.strerror or error} ({error.filename or 'no file named'})\n"
            "  Next: check the folder, its permissions and the disk's space"
        )
        return 1
