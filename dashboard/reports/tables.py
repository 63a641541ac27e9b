"""tables.ods: every table of a review in one spreadsheet that a screen reader can walk through.

    cover, contents (a link to each table), notes, columns, then one named table a sheet

The rows are those of the CSV files beside it, read back by what the notebook said of each column; a table longer
than a person reads in a spreadsheet stays in its CSV, and the contents say so.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.definitions import load_definitions
from dashboard.ods import Cell, Link, Share, TableSheet, workbook
from dashboard.text import day, defuse, join_words, number, plural


LONGEST = 10_000  # rows of a table here
MISSING = "[x]"
BACK = Link(words="Back to the contents", sheet="Contents")
VALUES: dict[str, Callable[[str], Cell]] = {
    "text": str,
    "count": int,
    "number": float,
    "share": lambda text: Share(value=float(text)),
    "date": date.fromisoformat,
    "flag": lambda text: text == "true",
}


def to_ods(record: dict[str, Any], folder: Path, *, render: str, build: str) -> bytes:
    """The workbook of the review whose CSV files are in `folder`; the same bytes for the same review.

    `record` is what the notebook wrote of its figures: `measures` and `sheets` by the key of each table.
    """
    titles: dict[str, str] = {key: sheet["title"] for key, sheet in record["sheets"].items()}
    rows = {key: made["rows"] for key, made in record["measures"].items()}
    shown = [key for key in titles if 0 < rows[key] <= LONGEST]
    names = _names(shown)
    notes = _notes(record["measures"], shown)
    sheets = [
        TableSheet(
            name=names[key],
            title=defuse(titles[key]),
            words=_words(record["measures"][key], key, notes, rows[key]),
            headings=tuple(defuse(c["label"]) for c in record["sheets"][key]["columns"]),
            rows=_rows(folder / record["measures"][key]["file"], record["sheets"][key]["columns"]),
        )
        for key in shown
    ]
    return workbook(
        title=record["title"],
        description=f"Tables of the {record['title']}, from what was published by {record['known_on']}.",
        sheets=[
            _cover(record, render, build),
            _contents(titles, shown, names, rows),
            _notes_sheet(notes, names),
            _columns_sheet(record, shown, names),
            *sheets,
        ],
    )


def _cover(record: dict[str, Any], render: str, build: str) -> TableSheet:
    register = record["register"]
    known_on = day(date.fromisoformat(record["known_on"]))
    as_at = day(date.fromisoformat(record["as_at"]))
    words = [
        f"Register: {register['title']}.",
        *(
            ["Synthetic sample data: every organisation and entry is invented."]
            if register["synthetic"]
            else []
        ),
        f"Made from the edition as at {as_at} and those before it; nothing published after {known_on} is used.",
        "Not an official statistic. Draft until signed: see signature.json beside this file.",
        f"Render {render}, build {build}.",
        f"Some cells show {MISSING}: not published, or not to be given; the notes of the table say which and why. "
        "It never means 0.",
        "Text that began like a formula has an apostrophe in front of it.",
        "Each table is also a CSV file in the folder tables, under the name that its sheet gives.",
    ]
    return TableSheet(
        name="Cover", title=defuse(record["title"]), words=(*(defuse(w) for w in words), _to("Contents"))
    )


def _to(sheet: str) -> Link:
    return Link(words=f"Go to {sheet.lower()}", sheet=sheet)


def _contents(
    titles: dict[str, str], shown: Sequence[str], names: dict[str, str], rows: dict[str, int]
) -> TableSheet:
    words = [f"This worksheet lists the {plural(len(shown), 'table')} of this workbook, each with a link."]
    empty = [key for key in titles if not rows[key]]
    if empty:
        words.append(f"Without rows, and so without a worksheet: {join_words(empty)}.")
    for key in titles:
        if rows[key] > LONGEST:
            words.append(f"Too long for a worksheet, with {number(rows[key])} rows: see tables/{key}.csv.")
    return TableSheet(
        name="Contents",
        title="Contents",
        words=(*words, _to("Notes"), _to("Columns")),
        headings=("Worksheet", "Table", "Rows"),
        rows=[(Link(words=names[key], sheet=names[key]), defuse(titles[key]), rows[key]) for key in shown],
    )


def _notes(measures: dict[str, Any], shown: Sequence[str]) -> dict[str, list[str]]:
    """Each note once, in the order met, with the tables that it is of."""
    notes: dict[str, list[str]] = {}
    for key in shown:
        for note in measures[key]["notes"]:
            notes.setdefault(note, []).append(key)
    return notes


def _notes_sheet(notes: dict[str, list[str]], names: dict[str, str]) -> TableSheet:
    if not notes:
        return TableSheet(name="Notes", title="Notes", words=("There are no notes.", BACK))
    return TableSheet(
        name="Notes",
        title="Notes",
        words=("This worksheet contains one table: the notes that the tables refer to.", BACK),
        headings=("Note", "Text", "Worksheets"),
        rows=[
            (f"[note {place}]", defuse(note), ", ".join(names[k] for k in keys))
            for place, (note, keys) in enumerate(notes.items(), 1)
        ],
    )


def _columns_sheet(record: dict[str, Any], shown: Sequence[str], names: dict[str, str]) -> TableSheet:
    """What each column holds, in the words of the tested definitions where they say."""
    meanings: dict[str, dict[str, str]] = {}
    rows = []
    for key in shown:
        measure = record["measures"][key]["measure"]
        said = meanings.setdefault(measure, column_meanings(measure))
        rows += [
            (names[key], defuse(c["label"]), c["name"], defuse(said.get(c["name"]) or "as its name says"))
            for c in record["sheets"][key]["columns"]
        ]
    return TableSheet(
        name="Columns",
        title="Columns of the tables",
        words=("This worksheet contains one table: what each column of each worksheet holds.", BACK),
        headings=("Worksheet", "Column", "Name in the CSV file", "Meaning"),
        rows=rows,
    )


def column_meanings(measure: str) -> dict[str, str]:
    """The meaning of each column by its name, from the table of docs/definitions.md."""
    found = load_definitions().of({measure})
    lines = found[0].columns.splitlines() if found else []
    cells = [re.match(r"\| `(\w+)` \| (.+) \|$", line) for line in lines]
    return {m[1]: m[2].replace("`", "").replace("\\|", "|") for m in cells if m}


def _words(made: dict[str, Any], key: str, notes: dict[str, list[str]], rows: int) -> tuple[str | Link, ...]:
    asked = " ".join(
        f"--{name.replace('_', '-')} {','.join(value) if isinstance(value, list) else value}"
        for name, value in made["filters"].items()
    )
    places = [f"[note {n}]" for n, note in enumerate(notes, 1) if note in made["notes"]]
    return (
        f"This worksheet contains one table, with {plural(rows, 'row')}: those of tables/{key}.csv.",
        f"Source: access-review measure {made['measure']} {asked}".strip() + ".",
        *([f"Notes: {', '.join(places)}, in the worksheet Notes."] if places else []),
        BACK,
    )


def _rows(path: Path, columns: Sequence[dict[str, str]]) -> list[list[Cell]]:
    """The rows of a CSV as values; its text is defused already."""
    kinds = [VALUES[c["kind"]] for c in columns]
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        return [
            [kind(text) if text else MISSING for kind, text in zip(kinds, line, strict=True)]
            for line in lines
        ]


def _names(keys: Sequence[str]) -> dict[str, str]:
    """A sheet's and table's name for each key: letters, digits and underscores, at most 31."""
    names: dict[str, str] = {}
    for key in keys:
        name = re.sub(r"\W", "_", key, flags=re.ASCII)[:31]
        while name in names.values():
            name = f"{name[:28]}_{len(names)}"
        names[key] = name
    return names
