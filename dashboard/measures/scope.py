"""What each register's rows allow, and whether what is named in a question is there."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from dashboard.errors import UsageError
from dashboard.filters import Filters
from dashboard.store import Result, Store
from dashboard.text import day


@dataclass(frozen=True, kw_only=True)
class Target:
    """A publisher's own target for one clock, in days of its unit, with where it says so."""

    days: int
    unit: str
    clock: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What one register's rows allow."""

    register: str
    title: str
    short_title: str
    synthetic: bool
    as_at: date
    edition: str
    published: date | None
    published_basis: str  # "stated_month": only the month is known, and the last day of it is taken
    selected: bool
    completed_only: bool
    survivors_only: bool  # no sheet lists more than what is still held or live, whatever the day
    survivors_too: bool  # some sheet lists what is still held or live, and no more
    coverage_start: date | None  # the first day of which closed cases are listed, beside those still open
    listed_from: date | None  # the first day from which every case is listed
    recipients_named: bool | None = (
        None  # None: the rows are a selection, and no request of anybody is counted
    )
    columns: dict[str, tuple[bool, str]]  # volumes column -> (answerable, words)
    clocks: dict[str, tuple[bool, str]]  # clock -> (answerable, words)
    unbroken_from: date | None = None  # delayed entry on clocks: coverage_start, or the end of the last gap
    gap_start: date | None = None  # the last gap: from here to `unbroken_from` no file lists what was closed
    target: Target | None = None  # only where the publisher has named one
    noun: str = "request"  # what one reference is called: "share", "agreement"

    @property
    def nouns(self) -> str:
        return f"{self.noun}s"


def scopes(store: Store, filters: Filters) -> list[Scope]:
    """The registers a question is about, each with what it can answer."""
    return list(_read(store.query("scope", filters)))


@lru_cache(maxsize=64)
def _read(result: Result) -> tuple[Scope, ...]:
    found = []
    for row in result.dicts():
        columns = {
            c["name"]: (bool(c["answerable"]), c["words"] or "") for c in json.loads(row.pop("columns"))
        }
        clocks = {c["name"]: (bool(c["answerable"]), c["words"] or "") for c in json.loads(row.pop("clocks"))}
        target = row.pop("target")
        found.append(
            Scope(
                **row, columns=columns, clocks=clocks, target=Target(**json.loads(target)) if target else None
            )
        )
    return tuple(found)


def labels(store: Store, filters: Filters) -> Callable[[str, str], str]:
    """The words for a group of the grouping asked for, by register and group."""
    known = {(register, group): label for register, group, label in store.query("labels", filters).rows}
    return lambda register, group: known.get((None, group)) or known.get((register, group)) or group


def checked(store: Store, filters: Filters, *, archive: bool = False) -> list[Scope]:
    """Scopes, after checking that the register and edition named are there.

    A question about the archive itself (`archive`) may name what is withdrawn.
    """
    withdrawn = {
        (r["register"], r["edition"]): f"was withdrawn on {day(r['withdrawn_on'])}: {r['withdrawn_reason']}"
        for r in store.query("withdrawn").dicts()
    }
    known = [row["register"] for row in store.query("registers").dicts()]
    if archive and any(register == filters.register for register, _ in withdrawn):
        known.append(str(filters.register))
    if filters.register and filters.register not in known:
        gone = [f"{edition} {why}" for (r, edition), why in withdrawn.items() if r == filters.register]
        if gone:
            more = f"; and {len(gone) - 2} more" if len(gone) > 2 else ""
            raise UsageError(
                f"nothing of {filters.register} is shown: edition {'; edition '.join(gone[:2])}{more}",
                hint=f"'access-review measure editions --register {filters.register}' lists them all",
            )
        near = difflib.get_close_matches(filters.register, known, n=1)
        raise UsageError(
            f"no register in this build is called {filters.register!r}"
            + (f"; did you mean {near[0]!r}?" if near else ""),
            hint=f"registers here: {', '.join(known) or 'none'}",
        )
    found = scopes(store, filters)
    why = withdrawn.get((str(filters.register), str(filters.edition)))
    if why and archive:
        return found
    if why:
        raise UsageError(
            f"edition {filters.edition} of {filters.register} {why.rstrip('.')}",
            hint="'access-review measure editions' lists what is there",
        )
    if filters.edition and not found:
        editions = store.query("editions", Filters(register=filters.register)).dicts()
        raise UsageError(
            f"register {filters.register} has no edition {filters.edition!r}",
            hint=f"editions: {', '.join(e['edition'] for e in editions)}",
        )
    return found


def gap_words(scope: Scope) -> str:
    """What no file lists, as a sentence; empty where the files follow one another without a gap."""
    if scope.gap_start is None or scope.unbroken_from is None:
        return ""
    last = scope.unbroken_from - timedelta(days=1)
    return f"No file lists what was closed from {day(scope.gap_start)} to {day(last)}."


def about(scope: Scope, many: bool, words: str) -> str:
    return f"{scope.short_title}: {words}" if many else words


def about_register(found: list[Scope], many: bool, row: dict[str, Any]) -> str:
    scope = next(s for s in found if s.register == row["register"])
    return about(scope, many, row["words"])
