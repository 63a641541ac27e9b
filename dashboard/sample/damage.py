"""What goes wrong with the synthetic sample: damage inside its sheets and changes between its editions."""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.sample.editions import Edit, Row, View
from dashboard.sample.ods import Cell
from dashboard.sample.truth import (
    LEGACY,
    LEGACY_FIRST,
    SHARES,
    SHARES_FIRST,
    Drawn,
    generator,
    nearest_weekday,
    variants,
)


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://example.invalid","x")',
    "+1+1",
    "@SUM(1)",
    '"><script>alert(1)</script>',
    "University of \u202egnisrever\u202c",
    "Long " + "name " * 999,
    "javascript:alert(document.domain)",
)


@dataclass(frozen=True)
class Departure:
    key: str
    first: int


@dataclass(frozen=True)
class Structural:
    """Damage to the shape of a sheet."""

    edition: int
    kind: str
    rule: str
    words: str


REWORDED = " The purpose was extended to a second cohort."

REQUEST_SHEETS = ("completed", "open", "live", "dsap", "regular", "held")
Maker = Callable[[Cell, "Visible"], Cell]


@dataclass(frozen=True)
class Visible:
    """Where one request can be seen, with its values in the first edition that shows them."""

    key: str
    values: Mapping[str, Cell]
    editions: tuple[int, ...]
    sheets: frozenset[str]
    first_as_at: date
    received: date | None
    rng_draw: int
    spare_reference: str


def _ordinal(day: int) -> str:
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def _of_date(make: Callable[[date], Cell]) -> Maker:
    return lambda value, _: make(value) if isinstance(value, date) else value


def _of_text(make: Callable[[str], Cell]) -> Maker:
    return lambda value, _: make(value) if isinstance(value, str) else value


def _variant(rule: str) -> Maker:
    return _of_text(lambda name: variants(name).get(rule, name))


def _before_reference(value: Cell, seen: Visible) -> Cell:
    if seen.received is None or not isinstance(value, date):
        return value
    return nearest_weekday(seen.received - timedelta(20 + seen.rng_draw % 60))


def _after_as_at(value: Cell, seen: Visible) -> Cell:
    return (
        nearest_weekday(seen.first_as_at + timedelta(10 + seen.rng_draw % 50))
        if isinstance(value, date)
        else value
    )


# rule, field, words, how the published value is made. A maker that returns its input cannot be used there.
CELL_DAMAGE: tuple[tuple[str, str, str, Maker], ...] = (
    (
        "text_date_slashes",
        "event_date",
        "A date typed as text, dd/mm/yyyy.",
        _of_date(lambda d: f"{d:%d/%m/%Y}"),
    ),
    (
        "text_date_dots",
        "event_date",
        "A date typed as text with dots and no leading zeros.",
        _of_date(lambda d: f"{d.day}.{d.month}.{d.year}"),
    ),
    (
        "text_date_ordinal",
        "event_date",
        "A date in words with an ordinal day.",
        _of_date(lambda d: f"{_ordinal(d.day)} {d:%B %Y}"),
    ),
    (
        "text_date_month_first",
        "event_date",
        "A date in words, month first.",
        _of_date(lambda d: f"{d:%B} {d.day}, {d.year}"),
    ),
    (
        "date_year_digit_lost",
        "event_date",
        "A digit of the year is missing, so the date cannot be read.",
        _of_date(lambda d: f"{d.day}.{d.month}.{str(d.year)[:2]}{str(d.year)[3]}"),
    ),
    ("date_sentinel", "event_date", "1900-01-01 stands for no date.", _of_date(lambda d: date(1900, 1, 1))),
    (
        "date_year_0016",
        "event_date",
        "A two-digit year kept as a year of the first century.",
        _of_date(lambda d: f"00{d:%y-%m-%d}"),
    ),
    (
        "event_before_reference",
        "event_date",
        "The event is before the date in the reference.",
        _before_reference,
    ),
    ("event_after_as_at", "event_date", "The event is after the edition's as-at date.", _after_as_at),
    (
        "two_references",
        "reference",
        "Two references in one cell.",
        lambda value, seen: f"{value} and {seen.spare_reference}",
    ),
    ("missing_reference", "reference", "No reference.", lambda value, seen: None),
    ("missing_organisation", "recipient", "No organisation.", lambda value, seen: None),
    ("organisation_suffix", "recipient", "Limited for Ltd.", _variant("organisation_suffix")),
    ("organisation_known_as", "recipient", "A trading name in brackets.", _variant("organisation_known_as")),
    (
        "organisation_trading_name",
        "recipient",
        "A trading name in place of the organisation.",
        _variant("organisation_trading_name"),
    ),
    (
        "organisation_trailing_space",
        "recipient",
        "A space after the name.",
        _of_text(lambda name: name + " "),
    ),
    (
        "type_spelling",
        "recipient_type",
        "The type in other letters and with a space after it.",
        _of_text(lambda kind: "Academic Institution " if kind == "Academic institution" else kind),
    ),
    (
        "type_unknown",
        "recipient_type",
        "A type that is not in the register's vocabulary.",
        lambda value, seen: "Consortium",
    ),
    (
        "tier_footnote",
        "classification",
        "A footnote mark on the tier.",
        _of_text(lambda tier: tier + "*" if tier == "Tier 1" else tier),
    ),
)
# A row without a reference and one whose cell holds two are told apart by the sheets themselves, not by key.
STRUCTURAL_WORDS = {
    "repeated_header": "The header row again, in the middle of the sheet.",
    "blank_row": "An empty row among the data.",
    "duplicate_reference": "A second row with the reference of the row above.",
    "total_row": "A total written under the data.",
    "end_of_sheet_row": "A closing note under the data.",
    "hidden_sheet": "A hidden sheet that is no data.",
    "header_row_moved": "The header is on row 3 in this edition, after a longer note.",
    "heading_synonym": "The heading is worded in another way in this edition.",
    "hostile_text": "Text meant to be read as code by a careless page or spreadsheet.",
}


def visible_requests(
    views: Sequence[Sequence[View]], as_ats: Sequence[date], seed: int, drawn: Drawn
) -> list[Visible]:
    places: dict[str, list[tuple[int, str, dict[str, Cell]]]] = {}
    for edition, sheets in enumerate(views):
        for view in sheets:
            if view.kind in REQUEST_SHEETS:
                for row in view.rows:
                    places.setdefault(row.key, []).append((edition, view.kind, row.values))
    requests = (*drawn.legacy, *drawn.shares)
    # The date in a DS reference is not known to a reader, so only the first register's count here.
    received = {request.reference: request.received for request in drawn.legacy}
    taken = {request.reference for request in requests} | {share.reference for share in drawn.regular}
    found = []
    for key, seen in places.items():
        # What a date edit needs is the first edition that gives a date.
        dated = [item for item in seen if isinstance(item[2].get("event_date"), date)] or seen
        found.append(
            Visible(
                key=key,
                values=dated[0][2],
                editions=tuple(sorted({edition for edition, _, _ in seen})),
                sheets=frozenset(kind for _, kind, _ in seen),
                first_as_at=as_ats[dated[0][0]],
                received=received.get(key),
                rng_draw=generator(seed, "draw", key).randrange(1000),
                spare_reference=_spare_reference(key, taken),
            )
        )
    return found


def _spare_reference(key: str, taken: Container[str]) -> str:
    """A reference near `key` that belongs to no request, for the cell that holds two."""
    start = len(key.rstrip("0123456789"))
    number = int(key[start:]) + 1
    while f"{key[:start]}{number:0{len(key) - start}d}" in taken:
        number += 1
    return f"{key[:start]}{number:0{len(key) - start}d}"


def plan_damage(register: str, visible: Sequence[Visible], rows: int, seed: int) -> list[Edit]:
    rng = generator(seed, register, "damage")
    # Damage stays with a row from edition to edition, so rows that are seen seldom are damaged first:
    # that keeps its share of all rows small.
    ranked = sorted(visible, key=lambda seen: (len(seen.editions) + 2 * len(seen.sheets) > 6, rng.random()))
    copies = max(1, rows // 8000)
    # Far fewer requests than kinds of damage: better a few kinds than nothing but damage.
    budget = max(1, len(visible) // 8)
    usable: dict[str, list[Visible]] = {}
    for rule, name, _, make in CELL_DAMAGE:
        usable[rule] = [
            seen
            for seen in ranked
            if name in seen.values
            and (name != "event_date" or isinstance(seen.values[name], date))
            and make(seen.values[name], seen) != seen.values[name]
        ]
        if rule in ("event_after_as_at", "event_before_reference"):
            # A date that makes sense in a later edition would be lost; one edition is enough for one sheet.
            usable[rule].sort(key=lambda seen: len(seen.editions))
    taken: set[str] = set()
    edits: list[Edit] = []
    for _ in range(copies):
        # The rules with the fewest candidates choose first.
        for rule, name, words, make in sorted(CELL_DAMAGE, key=lambda item: (len(usable[item[0]]), item[0])):
            chosen = next((seen for seen in usable[rule] if seen.key not in taken), None)
            if chosen is None or len(edits) >= budget:
                continue
            taken.add(chosen.key)
            edits.append(Edit(chosen.key, name, make(chosen.values[name], chosen), words, rule=rule))
    return edits


def _typographic(rng: random.Random, values: Mapping[str, Cell]) -> tuple[str, Cell, str]:
    title, purpose, recipient = (str(values[name] or "") for name in ("title", "purpose", "recipient"))
    options: list[tuple[str, Cell, str]] = [
        ("title", title.replace(" ", "  ", 1), "A double space."),
        ("title", title + ".", "A full stop added."),
        ("title", title + " ", "A space added at the end."),
    ]
    if "’" in purpose:
        options.append(("purpose", purpose.replace("’", "'"), "A curly apostrophe made straight."))
    if recipient.endswith(" Ltd"):
        options.append(("recipient", variants(recipient)["organisation_suffix_case"], "Ltd in capitals."))
    return rng.choice(options)


def _after(value: Cell, day: date) -> bool:
    return not isinstance(value, date) or value > day


def plan_changes(
    register: str,
    views: Sequence[Sequence[View]],
    as_ats: Sequence[date],
    taken: set[str],
    seed: int,
    drawn: Drawn,
) -> tuple[list[Edit], list[Departure]]:
    edits: list[Edit] = []
    departures: list[Departure] = []
    main = "live" if register == LEGACY else "dsap"
    earliest = {request.reference: request.received for request in (*drawn.legacy, *drawn.shares)}
    for edition in range(1, len(views)):
        rng = generator(seed, register, "changes", edition)
        before = {row.key for view in views[edition - 1] if view.kind == main for row in view.rows}
        rows = [
            row
            for view in views[edition]
            if view.kind == main
            for row in view.rows
            if row.key in before and row.key not in taken
        ]
        rng.shuffle(rows)
        much = 1 + len(rows) // 1000

        def take(count: int, rows: list[Row] = rows) -> list[Row]:
            chosen, rows[:] = rows[:count], rows[count:]
            taken.update(row.key for row in chosen)
            return chosen

        if len(rows) < 4:
            continue
        for row in take(2 + much):
            name, value, words = _typographic(rng, row.values)
            edits.append(Edit(row.key, name, value, words, kind="typographic", first=edition))
        for row in take(much):
            value = f"{row.values['purpose']}{REWORDED}"
            edits.append(
                Edit(row.key, "purpose", value, "The purpose was reworded.", kind="amended", first=edition)
            )
        if edition % 2:
            for row in take(much):
                day = row.values["event_date"]
                # Only where the wrong date breaks no other rule.
                if isinstance(day, date) and day - timedelta(14) > max(
                    earliest[row.key], SHARES_FIRST if register == SHARES else LEGACY_FIRST
                ):
                    # Until this edition the register was wrong; from it on, it is right.
                    wrong = nearest_weekday(day - timedelta(rng.randint(4, 12)))
                    words = "The date was wrong in earlier editions and is corrected here."
                    edits.append(Edit(row.key, "event_date", wrong, words, kind="amended", last=edition - 1))
        else:
            # No reason is published: a licence that had ended by then would be one.
            unexplained = [row for row in rows if _after(row.values["licence_end"], as_ats[edition])]
            departures += [Departure(row.key, edition) for row in take(much, unexplained)]
    if register == SHARES and len(views) > 1:
        edition = len(views) - 1
        rng = generator(seed, register, "home office correction")
        months = next(view for view in views[edition] if view.kind == "home_office").rows
        row = rng.choice(months[:-4])
        supplied = row.values["supplied"]
        assert isinstance(supplied, int)
        words = "The figure was wrong in earlier editions and is corrected here."
        wrong_figure = supplied + rng.randint(5, 20)
        edits.append(
            Edit(
                row.key, "supplied", wrong_figure, words, kind="amended", last=edition - 1, only="home_office"
            )
        )
    return edits, departures


def plan_structure(register: str, views: Sequence[Sequence[View]]) -> list[Structural]:
    main, second, third = ("live", "completed", "open") if register == LEGACY else ("dsap", "held", "regular")
    wanted = (
        (main, "repeated_header"),
        (main, "blank_row"),
        (main, "duplicate_reference"),
        (second, "total_row"),
        (third, "end_of_sheet_row"),
    )
    count = len(views)
    found = []
    for index, (kind, rule) in enumerate(wanted):
        # Spread over the editions, so that no sheet is nothing but damage.
        edition = (index * count) // len(wanted)
        rows = next(len(view.rows) for view in views[edition] if view.kind == kind)
        if rows >= 5 or (rows and rule in ("total_row", "end_of_sheet_row")):
            found.append(Structural(edition, kind, rule, STRUCTURAL_WORDS[rule]))
    return found


def apply_edits(
    views: Sequence[View], edition: int, as_at: date, edits: Mapping[str, list[Edit]], gone: set[str]
) -> None:
    """Put the edits that are in force at this edition into its rows."""
    for view in views:
        fields = {name for _, name in view.columns}
        view.rows = [row for row in view.rows if not (row.key in gone and view.kind in REQUEST_SHEETS)]
        for row in view.rows:
            for edit in edits.get(row.key, ()):
                if edit.field not in fields or not edit.first <= edition <= edit.last:
                    continue
                if edit.only not in ("", view.kind):
                    continue
                was = row.values[edit.field]
                if edit.field == "event_date" and not isinstance(was, date):
                    continue  # still pending
                row.values[edit.field] = edit.value
                if edit.rule == "event_after_as_at" and not (
                    isinstance(edit.value, date) and edit.value > as_at
                ):
                    continue  # time has caught up with it
                if edit.rule:
                    row.damage[edit.field] = edit
