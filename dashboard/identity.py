"""Which rows of different editions are the same thing. Pure functions: what goes in decides what comes out.

A request is known by its reference. Two cases need more than that, and both are settled here so that they can be
tested on their own: releases that share a reference, and rows that have none (docs/decisions/0012).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.cleaning import content_key


UNREFERENCED = "unreferenced-"
# What a row keeps from edition to edition: who, about what, which data, whom it was put to, when it came in. Not
# among them: what is filled in later (outcome, decision, release, licence end), what is reworded (purpose, where
# there is a title), and what is a judgement of the publisher's (type, tier, legal basis, route).
KEPT = ("recipient", "title", "dataset", "unit", "received_date")

Period = tuple[date | None, date | None]


def unreferenced_name(entry: Mapping[str, object]) -> str:
    """A name for a row without a reference, the same in every edition and on every sheet that lists it.

    A field that is empty counts like a column that is not there: the sheets of one workbook have different
    columns. Where there is no title, the purpose says what it is about. A release is told by its day too.
    """
    fields = [*KEPT, *(["released_date"] if entry["row_kind"] == "release" else [])]
    if not entry["title"]:
        fields.append("purpose")
    values = {name: str(entry[name]) for name in fields if entry[name]}
    return UNREFERENCED + content_key(values)[:12]


@dataclass(frozen=True)
class Listing:
    """The releases of one reference in one edition: their days in the order listed, and the periods of which
    the edition claims to list every release. No period, or one without ends, claims everything."""

    days: tuple[date | None, ...]
    periods: tuple[Period, ...] = ()

    def claims(self, day: date | None) -> bool:
        if not self.periods or day is None:  # nothing says that an undated release lies outside
            return True
        return any((s is None or s <= day) and (e is None or day <= e) for s, e in self.periods)


def occurrences(listings: Sequence[Listing]) -> list[list[int]]:
    """The occurrence number, from 1, of each row of each listing; one number is one release.

    Listings stand in the order in which they became known, so what is known later never renumbers what was known
    before. A row is a known release when the day is the same. Of what is left, rows and known releases pair in
    order of day, but only with releases of the period that the later listing claims: one outside it is not
    listed there, so it cannot have been given another day. The rest are new.
    """
    known: list[date | None] = []  # the day of each release, as last published
    found = []
    for listing in listings:
        numbers = [0] * len(listing.days)
        waiting: dict[date | None, list[int]] = defaultdict(list)
        for number in range(len(known), 0, -1):  # the lowest number last, to be taken first
            waiting[known[number - 1]].append(number)
        for place, day in enumerate(listing.days):
            if waiting.get(day):
                numbers[place] = waiting[day].pop()
        free = sorted(
            (number for numbers_of_day in waiting.values() for number in numbers_of_day
             if listing.claims(known[number - 1])),
            key=lambda number: (_in_order(known[number - 1]), number),
        )  # fmt: skip
        left = sorted(
            (place for place, number in enumerate(numbers) if not number),
            key=lambda place: (_in_order(listing.days[place]), place),
        )
        for place, number in zip(left, free, strict=False):
            numbers[place] = number
        for place, day in enumerate(listing.days):
            if not numbers[place]:
                known.append(day)
                numbers[place] = len(known)
            elif day is not None:
                known[numbers[place] - 1] = day
        found.append(numbers)
    return found


def _in_order(day: date | None) -> tuple[bool, date]:
    return day is None, day or date.min
