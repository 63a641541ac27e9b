"""Sheets that say more of the entries of other sheets, joined by a key (`rows = "lookup"`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from dashboard.cleaning import Cell, normalise_text, tidy
from dashboard.layouts import MatchedSheet
from dashboard.workbook import cell_text


# Reports an issue about a lookup sheet: rule, sheet row, field, value, words.
Report = Callable[[str, int, str, object, str], None]


def is_missing(text: str, missing: frozenset[str]) -> bool:
    """Whether a cell says, in the layout's words, that it holds nothing."""
    # whole purpose statements stand in cells: not normalised to find that they are not "n/k"
    return bool(missing) and len(text) <= 200 and normalise_text(text) in missing


@dataclass(frozen=True)
class JoinedCell:
    """Where a value that was joined to an entry stands."""

    found: MatchedSheet
    row: int
    name: str
    cell: Cell
    published: Cell  # as cell, unless a correction replaced it


@dataclass
class Lookup:
    """The rows of one lookup sheet by key."""

    found: MatchedSheet
    rows: dict[str, dict[str, JoinedCell]] = field(default_factory=dict)  # key -> field -> cell
    places: dict[str, list[int]] = field(default_factory=dict)  # key -> sheet rows
    used: set[str] = field(default_factory=set)


def read_lookup(
    found: MatchedSheet,
    explain: Callable[[Sequence[Cell]], str],
    explained: Callable[[str], None],
    report: Report,
) -> Lookup:
    """A lookup sheet's rows. Two rows with one key that differ in a field leave that field out: neither is
    known to be right."""
    lookup = Lookup(found)
    column = found.columns[found.layout.key]
    conflicts: set[tuple[str, str]] = set()
    for number, cells in enumerate(found.sheet.rows[found.header_row :], found.header_row + 1):
        if found.is_withdrawn(number):
            explained("withdrawn")
            continue
        row = found.shown(number, cells)
        published = found.as_published(number, cells)
        why = explain(row)
        if why:
            explained(why)
            continue
        key = normalise_text(tidy(cell_text(row[column])))
        if not key:
            explained("lookup row without a key")
            report("lookup_without_key", number, found.layout.key, "", "")
            continue
        places = lookup.places.setdefault(key, [])
        values = lookup.rows.setdefault(key, {})
        for name, at in found.columns.items():
            if name == found.layout.key or not cell_text(row[at]).strip():
                continue
            held = values.get(name)
            if held and normalise_text(tidy(cell_text(held.cell))) != normalise_text(
                tidy(cell_text(row[at]))
            ):
                conflicts.add((key, name))
                words = f"Row {held.row} has the same key and '{tidy(cell_text(held.cell))[:100]}'; neither is taken."
                report("lookup_conflict", number, name, cell_text(row[at]), words)
            values.setdefault(name, JoinedCell(found, number, name, row[at], published[at]))
        places.append(number)
    for key, name in conflicts:
        del lookup.rows[key][name]
    return lookup


def join(
    lookups: Sequence[Lookup], found: MatchedSheet, row: Sequence[Cell], missing: frozenset[str]
) -> tuple[MatchedSheet, Sequence[Cell], dict[int, JoinedCell], list[Lookup]]:
    """The row with what the lookups add to it, as further columns at its end.

    A field that the row itself gives, by a cell or by the layout, stays. Returns the sheet with those columns,
    the row, the joined cells by column, and the lookups that have no row for this key.
    """
    columns, headings, cells = dict(found.columns), list(found.headings), list(row)
    joined: dict[int, JoinedCell] = {}
    absent = []
    for lookup in lookups:
        at = found.columns.get(lookup.found.layout.key)
        key = normalise_text(tidy(cell_text(row[at]))) if at is not None else ""
        if not key:
            continue
        if key not in lookup.rows:
            absent.append(lookup)
            continue
        lookup.used.add(key)
        for name, cell in lookup.rows[key].items():
            own = cell_text(row[found.columns[name]]) if name in found.columns else ""
            given = name in found.layout.constant or (tidy(own) and not is_missing(own, missing))
            if given or columns.get(name, -1) >= len(row):  # the first lookup that has it gives it
                continue
            columns[name] = len(cells)
            joined[len(cells)] = cell
            cells.append(cell.cell)
            headings += [""] * (len(cells) - 1 - len(headings))
            headings.append(f"{cell.found.sheet.name}: {cell.found.headings[cell.found.columns[name]]}")
    if not joined:
        return found, row, joined, absent
    return replace(found, columns=columns, headings=tuple(headings)), tuple(cells), joined, absent


def close(lookup: Lookup, explained: Callable[[str], None], report: Report) -> None:
    """Account for the lookup's rows once every entry has been read."""
    column = lookup.found.layout.key
    for key, numbers in lookup.places.items():
        for number in numbers:
            if key in lookup.used:
                explained(f"joined by {column.replace('_', ' ')}")
                continue
            explained("lookup row that no entry uses")
            row = lookup.found.sheet.rows[number - 1]
            report("lookup_unused", number, column, cell_text(row[lookup.found.columns[column]]), "")
