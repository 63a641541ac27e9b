"""`access-review fetch`: ask a publisher for the editions of a register."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from dashboard.commands.base import Commands, progress, say, write_table
from dashboard.errors import UsageError
from dashboard.settings import Settings


if TYPE_CHECKING:
    from dashboard.fetching.web import Client


COLUMNS = ("address", "file", "status", "edition", "words", "next")
# An address to ask in place of https://www.gov.uk: for tests, whose own server is local and has no certificate.
BASE = "ACCESS_REVIEW_GOVUK"


def add_to(commands: Commands) -> None:
    fetch = commands.add(
        "fetch",
        "Ask the publisher for a register's editions and archive what is new.",
        "access-review fetch dfe-external-data-shares --dry-run",
        run,
    )
    fetch.add_argument("register", metavar="REGISTER")
    fetch.add_argument(
        "--dry-run", action="store_true", help="say what the publisher lists and what is new; change nothing"
    )
    commands.listing(fetch)


def make_client(trusted: str, show: Any) -> Client:
    from dashboard.fetching.web import Client

    return Client(trusted=trusted, progress=show)


def run(settings: Settings, arguments: Any) -> int:
    # Here and nowhere else: no other command has a way to the network.
    from dashboard.fetching.run import fetch
    from dashboard.fetching.web import origin_of
    from dashboard.outlets import GOVUK
    from dashboard.registers import find_register, load_registers
    from dashboard.text import plural

    base = os.environ.get(BASE, "")
    if base and not origin_of(base):
        raise UsageError(
            f"{BASE} is not an address: {base!r}", hint="unset it, or write http://127.0.0.1:8000"
        )
    register = find_register(load_registers(settings), arguments.register)
    show = progress()
    fetched = fetch(
        settings,
        register,
        make_client(base, show),
        base=base or GOVUK,
        dry_run=arguments.dry_run,
        progress=show,
    )
    if sys.stderr.isatty():
        show("")
        sys.stderr.write("\r")
    rows = [tuple(getattr(result, name) for name in COLUMNS) for result in fetched.results]
    shown = [
        i for i, name in enumerate(COLUMNS) if arguments.format != "table" or name not in ("words", "next")
    ]
    write_table(
        [COLUMNS[i] for i in shown],
        [[row[i] for i in shown] for row in rows],
        arguments.format,
        {
            "register": register.id,
            "pages": list(register.fetch.pages if register.fetch else ()),
            "notes": fetched.notes,
        },
    )
    for note in fetched.notes:
        say(f"Note: {note}")
    for result in fetched.results:
        # Whole here: a table cuts long words, and these are to be read and commands to be copied.
        if result.words and result.status != "left":
            name = result.file or result.address
            say(
                f"{result.status}: {name}: {result.words}"
                + (f"\n  Next: {result.next}" if result.next else "")
            )
    counts = {
        s: sum(1 for r in fetched.results if r.status == s)
        for s in dict.fromkeys(r.status for r in fetched.results)
    }
    say(
        f"{plural(len(fetched.results), 'address', 'addresses')}: "
        + ", ".join(f"{n} {s}" for s, n in counts.items())
    )
    if any(r.status in ("archived", "replaced") for r in fetched.results):
        say("Next: access-review build")
    return 0 if fetched.whole else 1
