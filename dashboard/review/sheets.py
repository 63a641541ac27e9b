"""What the spreadsheet says of each table of a review beside its rows: a title, and the columns in words with units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import NoneType
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


def types_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[set[type]]:
    """The types of each column's values."""
    found: list[set[type]] = [set() for _ in columns]
    for values, types in zip(zip(*rows, strict=True), found, strict=False):  # no rows have no columns
        types.update(map(type, values))
    return found


def describe(measure: str, columns: Sequence[str], types: Sequence[set[type]], filters: Filters) -> Sheet:
    """The sheet of a measure's rows, titled as its definition is until an exhibit gives it its finding.

    `types`: those of each column's values, as `types_of` finds them.
    """
    defined = load_definitions().of({measure})
    named: list[SheetColumn] = []
    taken: set[str] = set()
    for name, of_values in zip(columns, types, strict=True):
        kind = _kind(name, of_values - {NoneType})
        label = _label(name, kind, filters)
        if label in taken:  # two columns may share their everyday word
            label = f"{label} ({name})"
        taken.add(label)
        named.append(SheetColumn(name=name, label=label, kind=kind))
    title = defined[0].title if defined else heading(measure.replace("-", " "))
    known = f", as known on {day(filters.known_on)}" if filters.known_on else ""
    return Sheet(title=title + known, columns=tuple(named))


def _kind(name: str, types: set[type]) -> str:
    if types == {bool}:
        return "flag"
    if types == {date}:
        return "date"
    if types and types <= {int, float}:
        if name in SHARES:
            return "share"
        return "count" if types == {int} else "number"
    return "text"


def _label(name: str, kind: str, filters: Filters) -> str:
    label, labelled = LABELS.get(name, (heading(name.replace("_", " ")), ""))
    if labelled == "days":
        return f"{label} ({filters.unit or 'calendar'} days)"
    return f"{label} (%)" if kind == "share" else label
