"""The reviewed files of recipients: what a person decided about two names, and what follows from it.

`reference/recipients.csv` and `recipients_*.csv` beside it, those of the project and a person's own. Nothing
is merged that no row merges. What the rows mean: docs/decisions/0014-recipients.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from dashboard.cleaning import normalise_text
from dashboard.errors import AccessReviewError
from dashboard.reference import read_csv_rows
from dashboard.settings import Settings
from dashboard.text import undefuse
from dashboard.vocabulary import MERGING, RECIPIENT_TYPES, RELATIONS


# A file must have these columns; it may have OPTIONAL ones, and others, which are not read.
COLUMNS = ("register", "alias", "recipient", "type", "relation", "reason", "reviewer", "date")
OPTIONAL = ("from", "to", "override")


@dataclass(frozen=True, kw_only=True)
class Review:
    """One row. `from_` and `to`, both in, are the days between which it holds; None has no end.

    `override`: the reviewed type stands in place of a published one that would settle the type.
    """

    path: Path
    row: int
    register: str  # a glob
    alias: str
    recipient: str
    type: str | None
    relation: str
    reason: str
    reviewer: str
    reviewed: date  # the column `date`
    from_: date | None = None
    to: date | None = None
    override: bool = False

    @property
    def place(self) -> str:
        return f"{self.path}: row {self.row}"

    @property
    def alias_key(self) -> str:
        return normalise_text(self.alias)

    @property
    def recipient_key(self) -> str:
        return normalise_text(self.recipient)

    @property
    def first(self) -> date:
        return self.from_ or date.min

    @property
    def last(self) -> date:
        return self.to or date.max

    @property
    def dated(self) -> bool:
        return self.from_ is not None or self.to is not None

    @property
    def merges(self) -> bool:
        return self.relation in MERGING

    def concerns(self, register: str) -> bool:
        return fnmatchcase(register, self.register)

    def overlaps(self, other: Review) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, kw_only=True)
class Named:
    """What one spelling is, from `first` to `last` (both in): its recipient, and the row that says so."""

    first: date
    last: date
    recipient_key: str
    recipient: str
    type: str | None
    override: bool
    review: Review | None
    parent_key: str | None
    parent: str | None


def read_reviews(settings: Settings) -> tuple[Review, ...]:
    """Every row of the reviewed files, in the order of file name and row.

    Raises AccessReviewError that names file, row and column.
    """
    found = []
    for path in settings.files("reference", "recipients*.csv"):
        rows = read_csv_rows(path, COLUMNS)
        found += [_review(path, number, row) for number, row in rows if any(row.values())]
    return tuple(found)


def _review(path: Path, number: int, row: Mapping[str, str]) -> Review:
    row = {name: undefuse(value) for name, value in row.items()}

    def fail(column: str, words: str, hint: str) -> AccessReviewError:
        return AccessReviewError(f"{path}: row {number}: column '{column}': {words}", hint=hint)

    def day(column: str) -> date | None:
        text = row.get(column, "")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise fail(column, f"{text!r} is not a day", "write it as 2018-01-31") from None

    relation = row["relation"]
    if relation not in RELATIONS:
        said = f"{relation!r} is not a relation" if relation else "it is empty, so nothing was decided"
        raise fail("relation", said, f"use one of: {', '.join(RELATIONS)}; or remove the row")
    for column in ("alias", "recipient"):
        if not normalise_text(row[column]):
            raise fail(column, "it is empty", "give the name as the register publishes it")
    for column, hint in (
        ("reason", "say in a few words what shows it"),
        ("reviewer", "say who decided"),
        ("date", "give the day it was decided, as 2018-01-31"),
    ):
        if not row[column]:
            raise fail(column, "it is empty", hint)
    if row["type"] and row["type"] not in RECIPIENT_TYPES:
        hint = f"use one of: {', '.join(RECIPIENT_TYPES)}; or leave it empty"
        raise fail("type", f"{row['type']!r} is not a recipient type", hint)
    override = row.get("override", "")
    if override not in ("", "yes"):
        raise fail("override", f"{override!r} is not understood", "write yes, or leave it empty")
    reviewed = day("date")
    assert reviewed is not None  # not empty: checked above
    review = Review(
        path=path, row=number, register=row["register"] or "*", alias=row["alias"], recipient=row["recipient"],
        type=row["type"] or None, relation=relation, reason=row["reason"], reviewer=row["reviewer"],
        reviewed=reviewed, from_=day("from"), to=day("to"), override=bool(override),
    )  # fmt: skip
    if review.first > review.last:
        raise fail("to", f"{review.to} is before {review.from_}", "exchange the two days")
    if review.override and not review.type:
        raise fail("override", "there is no type to put in place of the published one", "give the type")
    if relation == "different" and (review.type or review.dated):
        column = "type" if review.type else "from" if review.from_ else "to"
        raise fail(column, "a row that says two names are different takes none", "leave it empty")
    if review.alias_key == review.recipient_key and relation != "same":
        raise fail("recipient", f"a name cannot be {relation} itself", "give the other name, or use same")
    return review


class Reviewed:
    """What the reviewed rows say of the names in one register."""

    def __init__(self, reviews: Iterable[Review], register: str) -> None:
        """Raises AccessReviewError naming the rows that contradict one another."""
        self.register = register
        rows = [r for r in reviews if r.concerns(register)]
        self._rows: dict[str, list[Review]] = {}
        self._again: list[tuple[Review, Review]] = []  # rows for an alias that another row gives a recipient
        for row in rows:
            if row.relation != "different":
                self._add(row)
        self._names: dict[str, str] = {}
        for row in rows:
            if row.merges:
                self._names.setdefault(row.recipient_key, row.recipient)
        self._final = {key: self._follow(key, []) for key in self._rows}
        for row, other in self._again:
            # A is B, B is C, A is C: three rows that agree, as when all pairs of three names were reviewed
            if self._end(row) != self._final[row.alias_key]:
                self._refuse("recipient", row, other)
        self._types: dict[str, Review] = {}
        for found in self._rows.values():
            for row in found:
                self._check_part(row)
                self._keep_type(row)
        self._different: set[frozenset[str]] = set()
        for row in rows:
            if row.relation == "different":
                self._keep_apart(row)

    def _add(self, row: Review) -> None:
        found = self._rows.setdefault(row.alias_key, [])
        for other in found:
            if not row.overlaps(other):
                continue
            said = {
                "recipient": (row.recipient_key, other.recipient_key),
                "relation": (row.relation, other.relation),
                "type": (row.type, other.type),
                "override": (row.override, other.override),
                "from": (row.first, other.first),
                "to": (row.last, other.last),
            }
            column = next((name for name, (ours, theirs) in said.items() if ours != theirs), None)
            if column == "recipient" and all(r.merges and not r.dated for r in (row, other)):
                self._again.append((row, other))
                return
            if column is None:
                return  # said twice
            self._refuse(column, row, other)
        found.append(row)

    def _refuse(self, column: str, row: Review, other: Review) -> None:
        raise AccessReviewError(
            f"{row.place}: column '{column}': {row.alias!r} is {_said(row)} here and {_said(other)} in {other.place}",
            hint="keep one of the two, or give each the days between which it holds (from, to); to change "
            "a row that ships with the project, put a copy of its file into reference/ of the data folder",
        )

    def _follow(self, key: str, seen: list[Review]) -> str:
        """The key of the recipient that a name, wherever it is not dated, stands for in the end."""
        rows = [r for r in self._rows.get(key, []) if r.merges and r.recipient_key != key]
        if not rows:
            return key
        row = rows[0]
        if seen and row.dated:
            raise AccessReviewError(
                f"{seen[-1].place}: column 'recipient': {seen[-1].recipient!r} is itself {_said(row)} between "
                f"certain days only ({row.place})",
                hint="name the recipient that is meant in the end",
            )
        if row in seen:
            raise AccessReviewError(
                f"{row.place}: column 'recipient': the rows go round in a circle: "
                + ", ".join(f"{r.alias!r} is {_said(r)} (row {r.row})" for r in seen),
                hint="remove one of them",
            )
        if row.dated:
            return key  # each dated row is followed by itself
        return self._follow(row.recipient_key, [*seen, row])

    def _end(self, row: Review) -> str:
        return self._follow(row.recipient_key, [row])

    def _check_part(self, row: Review) -> None:
        seen = [row]
        while seen[-1].relation == "part_of":
            parent = self._end(seen[-1])
            following = [r for r in self._rows.get(parent, []) if r.relation == "part_of"]
            if parent == row.alias_key:
                raise AccessReviewError(
                    f"{row.place}: column 'recipient': {row.alias!r} would be a part of itself: "
                    + ", ".join(f"{r.alias!r} is {_said(r)} (row {r.row})" for r in seen),
                    hint="remove one of the rows",
                )
            if not following or following[0] in seen:
                break
            seen.append(following[0])

    def _keep_type(self, row: Review) -> None:
        if not row.type or row.dated:
            return
        key = self._end(row) if row.merges else row.alias_key
        other = self._types.setdefault(key, row)
        if (other.type, other.override) != (row.type, row.override):
            raise AccessReviewError(
                f"{row.place}: column 'type': {self._names.get(key, row.recipient)!r} is {_typed(row)} here and "
                f"{_typed(other)} in {other.place}",
                hint="give a recipient one type, or each the days between which it holds (from, to)",
            )

    def _keep_apart(self, row: Review) -> None:
        ends = [self._final.get(key, key) for key in (row.alias_key, row.recipient_key)]
        if ends[0] == ends[1]:
            merging = next(
                r for key in (row.alias_key, row.recipient_key) for r in self._rows.get(key, []) if r.merges
            )
            raise AccessReviewError(
                f"{row.place}: column 'relation': {row.alias!r} and {row.recipient!r} are different here, and "
                f"{merging.place} makes them one",
                hint="remove one of the two rows",
            )
        self._different.add(frozenset(ends))

    def settled(self, one: str, other: str) -> bool:
        """Whether a person has decided about two recipients (keys): that they differ, or that one is part of
        the other."""
        if frozenset((one, other)) in self._different:
            return True
        return any(
            r.relation == "part_of" and self._end(r) == other
            for one, other in ((one, other), (other, one))
            for r in self._rows.get(one, [])
        )

    def aliases(self) -> dict[str, list[Review]]:
        """The rows that name a recipient or a parent, by key of the alias."""
        return self._rows

    def named(self, key: str, spelling: Callable[[str], str | None]) -> list[Named]:
        """What one spelling is, period by period, from the first day to the last.

        `spelling` gives the published spelling of a key, or None when the register never publishes it. A
        name that a reviewed row gives its recipient stands before the published spelling.
        """

        def name(wanted: str, otherwise: str) -> str:
            return self._names.get(wanted) or spelling(wanted) or otherwise

        mine = self._rows.get(key, [])
        # Days on which something changes: where a row of this name, or of a recipient it stands for, begins
        # or ends.
        ends = {key} | {self._end(r) for r in mine if r.merges}
        changing = [r for end in ends | {key} for r in self._rows.get(end, [])]
        firsts = {date.min} | {r.first for r in changing}
        firsts |= {_days_after(r.last, 1) for r in changing if r.last < date.max}
        ordered = sorted(firsts)
        found = []
        for first, following in zip(ordered, [*ordered[1:], None], strict=True):
            row = _on(mine, first)
            end = self._end(row) if row and row.merges else key
            at_end = _on(self._rows.get(end, []), first)
            part = at_end if at_end and at_end.relation == "part_of" else None
            by_type = next((r for r in (row, at_end) if r and r.type and r.dated), self._types.get(end))
            parent = self._end(part) if part else None
            found.append(
                Named(
                    first=first, last=_days_after(following, -1) if following else date.max,
                    recipient_key=end, recipient=name(end, row.recipient if row and row.merges else key),
                    type=by_type.type if by_type else None, override=bool(by_type and by_type.override),
                    review=row, parent_key=parent,
                    parent=name(parent, part.recipient) if part and parent else None,
                )
            )  # fmt: skip
        return found


def _on(rows: Iterable[Review], day: date) -> Review | None:
    return next((r for r in rows if r.first <= day <= r.last), None)


def _days_after(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def _said(row: Review) -> str:
    return f"{row.relation} {row.recipient!r}"


def _typed(row: Review) -> str:
    return f"{row.type} (override)" if row.override else str(row.type)
