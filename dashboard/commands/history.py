"""The command `changes`: what an edition changed against another."""

from __future__ import annotations

import sys
from typing import Any

from dashboard.commands.base import Commands, aligned, say
from dashboard.settings import Settings


SHOWN = ("kind", "reference", "field", "before", "after")


def add_to(commands: Commands) -> None:
    changes = commands.add(
        "changes",
        "What an edition changed: rows added, amended, respelt, and gone with or without a reason published.",
        "access-review changes phe-odr --format atom > changes.atom",
        _changes,
    )
    changes.add_argument("register", metavar="REGISTER")
    changes.add_argument("--from", dest="before", metavar="E", help="edition (default: the one before)")
    changes.add_argument("--to", dest="after", metavar="E", help="edition (default: the latest)")
    changes.add_argument("--format", choices=("table", "csv", "json", "atom"), default="table")


def _changes(settings: Settings, arguments: Any) -> int:
    from collections import Counter

    from dashboard import measures
    from dashboard.feeds import atom
    from dashboard.store import Store
    from dashboard.text import join_words, plural
    from dashboard.vocabulary import CHANGES

    register = arguments.register
    with Store(settings) as store:
        pair = measures.edition_pair(store, register, arguments.before, arguments.after)
        described = next(r for r in store.query("registers").dicts() if r["register"] == register)
        if pair is None:
            asked = measures.make_filters(register=register, edition=arguments.after)
            result = measures.measure("changes", store, filters=asked)
        else:
            result = measures.changes_between(store, register, *pair)
    if arguments.format == "csv":
        sys.stdout.write(result.csv())
    elif arguments.format == "json":
        sys.stdout.write(result.json())
    elif arguments.format == "atom":
        sys.stdout.write(
            atom(
                result.dicts(),
                register=register,
                title=described["short_title"],
                publisher=described["publisher"],
                address=described["address"],
                scope=f"{arguments.before}:{arguments.after}" if arguments.before or arguments.after else "",
                updated=described["published"] or described["as_at"],
                synthetic=described["synthetic"],
            )
        )
    else:
        places = [result.columns.index(name) for name in SHOWN]
        sys.stdout.write(aligned(SHOWN, [[row[p] for p in places] for row in result.rows]))
    for note in result.notes:
        say(f"Note: {note}")
    if pair is None:
        say(f"{register}: there is no edition before {arguments.after or 'this one'}, so no change to tell")
    if pair:
        kinds = Counter(result.column("kind"))
        told = [f"{count} {CHANGES[kind].lower()}" for kind in CHANGES if (count := kinds[kind])]
        say(f"{register}: {pair[1]} against {pair[0]}: {plural(len(result.rows), 'change')}"
            + (f": {join_words(told)}" if told else ""))  # fmt: skip
    return 0
