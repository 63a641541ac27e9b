"""What was planted in the sample and what changed between its editions, with the reasons known here alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard.sample.damage import REQUEST_SHEETS
from dashboard.sample.editions import Edit, View
from dashboard.sample.ods import Cell


@dataclass(frozen=True)
class SampleEdition:
    register: str
    as_at: date
    published: date
    path: Path


class Record:
    """What was planted, for sample-truth.json."""

    def __init__(self) -> None:
        self.damage: list[dict[str, object]] = []
        self.changes: list[dict[str, object]] = []

    def plant(
        self, register: str, as_at: date, sheet: str, row: int | None, column: str | None, rule: str,
        value: Cell, words: str, **more: object,
    ) -> None:  # fmt: skip
        self.damage.append(
            {
                "register": register,
                "edition": as_at.isoformat(),
                "sheet": sheet,
                "row": row,
                "column": column,
                "rule": rule,
                "value": plain(value),
                "words": words,
                **more,
            }
        )


def plain(value: Cell) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Seen:
    sheet: str
    values: Mapping[str, Cell]


# A request, or a period together with the kind of sheet that counts by it: two bodies share their quarters.
Key = tuple[str, str]


def seen(views: Iterable[View]) -> dict[Key, dict[str, Seen]]:
    """By request or figure, then by kind of sheet."""
    found: dict[Key, dict[str, Seen]] = {}
    for view in views:
        for row in view.rows:
            shown = {name: row.values[name] for _, name in view.columns}
            key = (row.key, "" if view.kind in REQUEST_SHEETS else view.kind)
            found.setdefault(key, {})[view.kind] = Seen(view.name, shown)
    return found


def compare(
    record: Record, register: str, as_at: date, previous: date, edition: int,
    before: Mapping[Key, Mapping[str, Seen]], now: Mapping[Key, Mapping[str, Seen]],
    edits: Mapping[str, list[Edit]], gone: set[str],
) -> None:  # fmt: skip
    """Record every difference between two editions, with the reason known here alone.

    `reference` is the true one; `published_reference` what the row's own cell says, which is all a reader has.
    """

    def add(kind: str, key: Key, shown: Seen, words: str, **more: object) -> None:
        record.changes.append(
            {
                "register": register,
                "edition": as_at.isoformat(),
                "previous": previous.isoformat(),
                "kind": kind,
                "reference": key[0],
                "published_reference": plain(shown.values["reference"]),
                "sheet": shown.sheet,
                "words": words,
                **more,
            }
        )

    for key, sheets in now.items():
        if key not in before:
            add("added", key, next(iter(sheets.values())), "First listed in this edition.")
            continue
        if "open" in before[key] and "open" not in sheets:
            shown = next(iter(sheets.values()))
            add("decided", key, shown, "Open in the edition before.", field="outcome",
                before=None, after=plain(shown.values.get("outcome")),
                event_date=plain(shown.values.get("event_date")))  # fmt: skip
            continue
        for kind, shown in sheets.items():
            if kind not in before[key]:
                continue
            for name, after in shown.values.items():
                was = before[key][kind].values[name]
                if was == after:
                    continue
                planted = next(
                    (
                        e
                        for e in edits.get(key[0], ())
                        if e.kind and e.field == name and edition in (e.first, e.last + 1)
                    ),
                    None,
                )
                words = planted.words if planted else "The value changed in the course of things."
                add(planted.kind if planted else "amended", key, shown, words, field=name,
                    before=plain(was), after=plain(after))  # fmt: skip
    for key, sheets in before.items():
        if key in now or set(sheets) <= {"completed"}:
            continue  # the sheet of a quarter lists that quarter alone
        shown = list(sheets.values())[-1]
        if key[0] in gone:
            add("left_no_reason_published", key, shown, "The row is gone and nothing says why.",
                licence_end=plain(shown.values.get("licence_end")))  # fmt: skip
        else:
            add("licence_ended", key, shown, "The row left when its licence or agreement had ended.",
                licence_end=plain(shown.values.get("licence_end")))  # fmt: skip
