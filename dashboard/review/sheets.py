"""What the spreadsheet says of each table of a review beside its rows: a title, and the columns in words with units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.definitions import load_definitions
from dashboard.figures import LABELS, heading
from dashboard.filters import Filters
from dashboard.ledger import SHARES
from dashboard.text import day


@dataclass(frozen=True, kw_only=True)
class SheetColumn:
    """One column: its name in the CSV, what it is called for readers (unit included), and what its values are."""

    name: str
    label: str
    kind: str  # text, count, number, share, date, flag


@dataclass(frozen=True, kw_only=True)
class Sheet:
    title: str
    columns: tuple[SheetColumn, ...]


def describe(measure: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], filters: Filters) -> Sheet:
    """The sheet of a measure's rows, titled as its definition is until an exhibit gives it its finding."""
    defined = load_definitions().of({measure})
    named: list[SheetColumn] = []
    taken: set[str] = set()
    for place, name in enumerate(columns):
        kind = _kind(name, [row[place] for row in rows])
        label = _label(name, kind, filters)
        if label in taken:  # two columns may share their everyday word
            label = f"{label} ({name})"
        taken.add(label)
        named.append(SheetColumn(name=name, label=label, kind=kind))
    title = defined[0].title if defined else heading(measure.replace("-", " "))
    known = f", as known on {day(filters.known_on)}" if filters.known_on else ""
    return Sheet(title=title + known, columns=tuple(named))


def _kind(name: str, values: Sequence[Any]) -> str:
    known = [v for v in values if v is not None]
    if known and all(isinstance(v, bool) for v in known):
        return "flag"
    if known and all(isinstance(v, date) for v in known):
        return "date"
    if known and all(isinstance(v, int | float) for v in known):
        if name in SHARES:
            return "share"
        return "count" if all(isinstance(v, int) for v in known) else "number"
    return "text"


def _label(name: str, kind: str, filters: Filters) -> str:
    label, labelled = LABELS.get(name, (heading(name.replace("_", " ")), ""))
    if labelled == "days":
        return f"{label} ({filters.unit or 'calendar'} days)"
    return f"{label} (%)" if kind == "share" else label
