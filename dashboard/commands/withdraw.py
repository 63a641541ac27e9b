"""`withdraw`: hide an edition, a row or a cell from every output, and say what still holds it."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.commands.base import Commands, a_count, say, write_table
from dashboard.errors import UsageError
from dashboard.settings import Settings


if TYPE_CHECKING:
    from dashboard.edition import Edition
    from dashboard.registers import Register
    from dashboard.withdrawals import Withdrawal

LISTED = (
    "register",
    "edition",
    "sheet",
    "row",
    "column",
    "withdrawn_on",
    "reason",
    "superseded_by",
    "here",
    "file",
)

SHOWN = 20  # places listed


def add_to(commands: Commands) -> None:
    added = commands.add(
        "withdraw",
        "Hide an edition, a row or a cell from every output, with a dated reason; or list what is withdrawn.",
        "access-review withdraw phe-odr --edition 2020-09-30 --reason 'Holds a name that was not to be published'",
        _withdraw,
    )
    added.add_argument("register", metavar="REGISTER", nargs="?")
    added.add_argument("--edition", metavar="E", help="the edition's id")
    added.add_argument("--sheet", metavar="S", help="the sheet's name as it stands in the file")
    added.add_argument("--row", metavar="N", type=a_count, help="the sheet's row, counted from 1")
    added.add_argument("--column", metavar="C", help="a field, a heading or a letter: that cell only")
    added.add_argument(
        "--reason", metavar="WORDS", help="why; it is shown, so it must not say what is withdrawn"
    )
    added.add_argument("--superseded-by", metavar="E2", help="the edition that stands in its place")
    added.add_argument("--list", action="store_true", dest="listing", help="list what is withdrawn")
    commands.listing(added)


def _withdraw(settings: Settings, arguments: argparse.Namespace) -> int:
    if arguments.listing:
        return _list(settings, arguments)
    from dashboard.editions import list_editions, verify_bytes
    from dashboard.registers import find_register, load_registers
    from dashboard.withdrawals import Withdrawal, superseding, write_withdrawal

    for option in ("register", "edition", "reason"):
        if not (getattr(arguments, option) or "").strip():
            name = "REGISTER" if option == "register" else f"--{option}"
            raise UsageError(f"{name} is missing", hint="'access-review withdraw --help' shows what it takes")
    if (arguments.sheet is None) != (arguments.row is None) or (arguments.column and arguments.sheet is None):
        raise UsageError(
            "a row needs --sheet and --row, a cell --column too", hint="give neither for the whole edition"
        )
    register = find_register(load_registers(settings), arguments.register)
    editions = [e for e in list_editions(settings) if e.register == register.id]
    edition = _edition(register, editions, arguments.edition)
    if arguments.superseded_by and _edition(register, editions, arguments.superseded_by) == edition:
        raise UsageError("an edition cannot supersede itself", hint="name the corrected one")
    verify_bytes(edition)
    column, heading = (None, "")
    if arguments.sheet is not None:
        column, heading = _place(register, edition, arguments)
    withdrawal = Withdrawal(
        register=register.id,
        edition=edition.edition,
        sha256=edition.sha256,
        on=date.today(),  # noqa: DTZ011 - the calendar day where the person is who withdraws
        reason=arguments.reason.strip(),
        sheet=arguments.sheet or "",
        row=arguments.row,
        column=column,
        heading=heading,
        superseded_by=arguments.superseded_by or "",
        file="",
    )
    path = write_withdrawal(settings, withdrawal)
    print(f"withdrawn: {register.id}, {withdrawal.place}")
    print(f"  written to {settings.shown(path)}; removing that file undoes it at the next build")
    later = superseding(withdrawal, editions)
    if later:
        print(f"  edition {later} supersedes it")
    elif withdrawal.kind == "edition" and edition.replaces:
        print(
            f"  edition {edition.replaces}, which it replaced, is read again; withdraw that too if it must not be"
        )
    elif withdrawal.kind == "edition":
        print(f"  a corrected file is added with: access-review add {register.id} FILE --replaces")
    _still_held(settings, withdrawal, edition)
    return 0


def _edition(register: Register, editions: list[Edition], name: str) -> Edition:
    for edition in editions:
        if edition.edition == name:
            return edition
    there = ", ".join(e.edition for e in editions) or "none"
    raise UsageError(f"{register.id} has no edition {name!r}", hint=f"its editions are: {there}")


def _place(register: Register, edition: Edition, arguments: Any) -> tuple[int | None, str]:
    """The column withdrawn and its heading, once the sheet and the row are seen to be there."""
    if edition.file.suffix == ".parquet":
        from dashboard.warehouse.parquet import parquet_rows

        if arguments.column:
            raise UsageError("of a Parquet edition whole rows are withdrawn", hint="leave out --column")
        if parquet_rows(edition.file, arguments.sheet, arguments.row) != 1:
            raise UsageError(
                f"sheet '{arguments.sheet}' has no row {arguments.row}", hint="see --rows of a measure"
            )
        return None, ""
    from dashboard.layouts import match
    from dashboard.withdrawals import place_of
    from dashboard.workbook import read_workbook

    found = match(register, read_workbook(edition.file))
    return place_of(found, arguments.sheet, arguments.row, arguments.column)


def _still_held(settings: Settings, withdrawal: Withdrawal, edition: Edition) -> None:
    """What still holds it: the words that keep a withdrawal from promising more than it does."""
    from dashboard.reviews import list_reviews
    from dashboard.warehouse import publish

    holding = publish.builds_showing(settings, [withdrawal])
    current = publish.current_id(settings)
    if current in holding:
        say("Next: access-review build. Until then the build in force shows it, and a running server too.")
    held = [f"the archived file {settings.shown(edition.file)}, which is the record and stays as it was"]
    held += [f"build {settings.shown(settings.builds / f'{b}.duckdb')}" for b in holding]
    held += [
        f"review {settings.shown(r.folder)}"
        for r in list_reviews(settings)
        if r.manifest.get("build") in holding
    ]
    say("It still stands in:")
    for words in held:
        say(f"  {words}")
    say(
        "Builds and reviews can be deleted once a build without it is in force. Where the law asks that the file "
        "itself go, see docs/how-to-withdraw.md."
    )
    if withdrawal.sheet:
        _also_listed(settings, withdrawal, current in holding)


def _also_listed(settings: Settings, withdrawal: Withdrawal, built: bool) -> None:
    """Where else the same request stands: a name withdrawn from one edition is often in the next one too."""
    places = []
    if built:
        from dashboard.filters import Filters
        from dashboard.store import Store

        filters = Filters(register=withdrawal.register, edition=withdrawal.edition)
        with Store(settings) as store:
            places = store.query(
                "also_listed", filters, sheet=withdrawal.sheet, sheet_row=withdrawal.row
            ).dicts()
    if not places:
        say("Other rows and editions may say the same: each has its own withdrawal.")
        return
    say("The same request stands elsewhere too; each place has its own withdrawal:")
    for place in places[:SHOWN]:
        say(f"  edition {place['edition']}, sheet '{place['sheet']}', row {place['sheet_row']}")
    if len(places) > SHOWN:
        say(f"  and {len(places) - SHOWN} more")


def _list(settings: Settings, arguments: Any) -> int:
    from dashboard.editions import list_editions
    from dashboard.withdrawals import read_withdrawals, superseding

    if arguments.edition or arguments.sheet or arguments.row or arguments.reason or arguments.superseded_by:
        raise UsageError("--list takes no place and no reason", hint="give REGISTER alone, or nothing")
    editions = list_editions(settings)
    there = {(e.register, e.edition, e.sha256) for e in editions}
    rows = [
        (
            w.register, w.edition, w.sheet or None, w.row, w.column_words or None, w.on, w.reason,
            superseding(w, editions) or None, (w.register, w.edition, w.sha256) in there, w.file,
        )
        for w in read_withdrawals(settings)
        if arguments.register in (None, w.register)
    ]  # fmt: skip
    write_table(LISTED, rows, arguments.format)
    return 0
