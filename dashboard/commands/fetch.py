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
    extra = {
        "register": register.id,
        "pages": list(register.fetch.pages if register.fetch else ()),
        "notes": fetched.notes,
    }
    if arguments.format == "table":  # for eyes, on one line each; what there is to do follows whole
        seen = [(r.file or r.address, r.status, r.edition, r.words) for r in fetched.results]
        write_table(("file", *COLUMNS[2:5]), seen, arguments.format)
    else:
        rows = [[getattr(r, name) for name in COLUMNS] for r in fetched.results]
        write_table(COLUMNS, rows, arguments.format, extra)
    for note in fetched.notes:
        say(f"Note: {note}")
    for result in fetched.results:
        if result.next:
            say(f"{result.status}: {result.file or result.address}: {result.words}\n  Next: {result.next}")
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
