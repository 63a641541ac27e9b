"""`doctor`: try what building, rendering and serving need, and say how to mend what fails."""

from __future__ import annotations

import textwrap
from typing import Any

from dashboard.commands.base import Commands, for_terminal, say, write_table
from dashboard.settings import Settings
from dashboard.text import plural


COLUMNS = ("check", "status", "words", "mend", "seconds")
MARKS = {"ok": "OK", "note": "note", "problem": "PROBLEM"}


def add_to(commands: Commands) -> None:
    doctor = commands.add(
        "doctor",
        "Try all that a build, a render and a server need here; exit 1 when something is wrong.",
        "access-review doctor",
        _doctor,
    )
    commands.listing(doctor)


def _doctor(settings: Settings, arguments: Any) -> int:
    from dashboard.doctor import examine

    checks = examine(settings)
    problems = [c for c in checks if c.status == "problem"]
    if arguments.format == "table":
        for check in checks:
            print(for_terminal(f"{MARKS[check.status]:<8} {check.name:<16} {check.words}"))
            if check.mend:
                print(textwrap.indent(textwrap.fill(for_terminal(f"To mend: {check.mend}"), 90), " " * 26))
    else:
        rows = [(c.name, c.status, c.words, c.mend or None, c.seconds) for c in checks]
        write_table(COLUMNS, rows, arguments.format, {"ok": not problems})
    if problems:
        say(
            f"access-review doctor: {plural(len(problems), 'problem')}: {', '.join(c.name for c in problems)}"
        )
    return 1 if problems else 0
