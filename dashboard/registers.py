"""Registers described in files: what a publisher's list holds and how each era of it is laid out.

A description is one TOML file, `<data>/registers/<id>.toml`. How to write one: docs/add-a-register.md; every
key: docs/register-descriptions.md, which a test holds to KEYS below. Code knows no register by name; a person
adds one by writing a file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.cleaning import FORMATS, Format, normalise_text
from dashboard.errors import AccessReviewError, UsageError
from dashboard.outlets import KEYS as OUTLET_KEYS
from dashboard.outlets import Outlet, read_outlet
from dashboard.patterns import LONGEST_NAME, LONGEST_REFERENCE
from dashboard.settings import Settings
from dashboard.toml_lines import Path as Place
from dashboard.toml_reader import Source, TomlReader, read_source
from dashboard.vocabulary import (
    ANSWERABLE_FIELDS,
    CADENCES,
    CLOCKS,
    COUNT_FIELDS,
    COVERAGE,
    DATE_FIELDS,
    NOUNS,
    OUTCOMES,
    RECIPIENT_TYPES,
    TEXT_FIELDS,
    UNITS,
)


ROW_KINDS = ("request", "release", "person_count", "lookup", "note")
COUNT_UNITS = ("individuals", "records", "requests")
CONTINUES = ("above", "below")
MAPPABLE = frozenset(DATE_FIELDS) | frozenset(TEXT_FIELDS) | frozenset(COUNT_FIELDS)
DATED_BY_PERIOD = (
    "Dated to the last day of the period that a file covers: counts by periods of that length are right, and "
    "the days are not known."
)

# Every key a description may have, by the table it stands in. docs/register-descriptions.md has one row each.
KEYS: dict[str, tuple[str, ...]] = {
    "top": (
        *("extends", "id", "title", "short_title", "publisher", "about", "address", "licence", "contact"),
        *(
            "synthetic",
            "fixture",
            "home_rank",
            "cadence",
            "noun",
            "reference",
            "recipient_types",
            "type_notes",
            "outcomes",
        ),
        *("data_held", "target", "layout", "fetch"),
    ),
    "reference": ("pattern", "request_split", "request_pattern", "dated"),
    "data_held": ("yes", "no"),
    "target": ("days", "unit", "clock", "source"),
    "fetch": OUTLET_KEYS,
    "layout": (
        *("era", "title", "assumed", "coverage", "coverage_words", "as_at", "published", "ignore_sheets"),
        *(
            "date_order",
            "date_formats",
            "earliest",
            "latest",
            "sentinels",
            "month_end",
            "serials",
            "intervals",
        ),
        *("pending", "missing", "blank_outcome", "only_when", "sheet", "answerability"),
        *("provenance", "licence", "address"),
    ),
    "layout.as_at": ("from", "pattern"),
    "layout.published": ("from", "pattern"),
    "layout.answerability": ("status", "basis", "words"),
    "layout.sheet": (
        *("name", "rows", "key", "required", "columns", "optional", "keep", "constant", "separators"),
        *("coverage", "period", "period_in_name", "listed_from", "listed_to", "dated_by_period"),
        *("note_rows", "continues", "body", "unit", "frequency"),
    ),
    "layout.sheet.period": ("from", "pattern"),
}
REGISTER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether a field can be known: `published`, `inferred` (with its basis) or `not_published`."""

    status: str
    basis: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """How long a case should take at most, as the publisher itself has said, and where it says so."""

    days: int
    unit: str  # calendar or working
    clock: str
    source: str


@dataclass(frozen=True, kw_only=True)
class SheetLayout:
    """How one kind of sheet maps to fields. `columns` maps a field to the headings it may carry."""

    names: tuple[str, ...]
    rows: str
    columns: Mapping[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()
    constant: Mapping[str, str] = field(default_factory=dict)
    coverage: str = "complete"
    required: bool = True
    period_in_name: bool = False
    # Where the period the sheet claims is written, as (file_name | sheet_name, pattern with start and end).
    period_patterns: tuple[tuple[str, str], ...] = ()
    listed_from: date | None = None  # the first day from which the sheet lists every case
    listed_to: date | None = None  # the last such day; none: to the as-at date
    key: str = ""  # of a lookup: the field by which its rows join the entries of other sheets
    keep: frozenset[str] = frozenset()  # headings, normalised, that are known and kept as published only
    separators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field -> what parts its values
    dated_by_period: tuple[str, ...] = ()  # date fields that are the last day of the sheet's period
    note_rows: tuple[re.Pattern[str], ...] = ()  # what the first filled cell of a note says
    continues: str = (
        ""  # a row without a reference is the rest of the row "above", or the start of the one "below"
    )
    body: str = ""
    unit: str = ""
    frequency: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One era of a register's workbook."""

    era: str
    title: str
    sheets: tuple[SheetLayout, ...]
    ignore_sheets: tuple[str, ...] = ()
    assumed: bool = False
    coverage: str = "complete"
    coverage_words: str = ""
    date_order: str = "dmy"
    date_formats: frozenset[Format] = FORMATS
    earliest: date = date(1990, 1, 1)
    latest: date = date(2100, 1, 1)
    sentinels: frozenset[date] = frozenset()  # days that stand for no date, beside those known everywhere
    month_end: bool = False
    serials: bool = False
    intervals: bool = False
    pending: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    blank_outcome: str = "unknown"
    # (where: file_name | sheet_name | cell | period, pattern); period: the last day that a sheet claims
    as_at_patterns: tuple[tuple[str, str], ...] = ()
    published_patterns: tuple[tuple[str, str], ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    only_when: Mapping[str, str] = field(default_factory=dict)  # field -> value every row must carry
    # What an edition of this era records of itself where the publisher's own words do not hold for it: a file
    # that somebody else compiled has another provenance, licence and address than the register.
    provenance: str = ""
    licence: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Register:
    """A publisher's list of requests or releases."""

    id: str
    title: str
    short_title: str
    publisher: str
    layouts: tuple[Layout, ...]
    path: Path
    layouts_path: Path  # where the layouts are written: its own file, or the one it extends
    about: str = ""
    address: str = ""
    licence: str = ""
    contact: str = ""
    synthetic: bool = False
    fixture: bool = (
        False  # here to exercise the machinery: shown only when named, or when nothing else is there
    )
    home_rank: int = 50
    noun: str = "request"  # what one reference is called, one of NOUNS
    cadence: str = ""  # how often the publisher says it comes out; empty: not said
    target: Target | None = None
    request_split: str = ""
    request_pattern: re.Pattern[str] | None = None  # its group `request` is the request of a reference
    reference_pattern: re.Pattern[str] = re.compile(r"\S.*")
    reference_dated: bool = False
    recipient_types: Mapping[str, str] = field(
        default_factory=dict
    )  # normalised published text -> type or ""
    type_notes: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    data_held: Mapping[str, bool] = field(default_factory=dict)  # normalised published text -> still held?
    fetch: Outlet | None = None  # where its files are published

    def layout(self, era: str) -> Layout:
        for layout in self.layouts:
            if layout.era == era:
                return layout
        raise AccessReviewError(
            f"{self.path.name}: there is no layout with era {era!r}",
            hint=f"the eras described are: {', '.join(x.era for x in self.layouts)}",
        )

    def answer(self, layout: Layout, name: str) -> Answer:
        """What this era says of one field: what the file states, else what its columns show."""
        if name in layout.answers:
            return layout.answers[name]
        if name == "person_counts":
            if any(s.rows == "person_count" for s in layout.sheets):
                return Answer(status="published", basis="stated")
            return Answer(
                status="not_published",
                words="No counts of people, records or requests by body and period are published.",
            )
        listing = [s for s in layout.sheets if s.rows in ("request", "release")]
        joined = [s for s in layout.sheets if s.rows == "lookup"]
        mapped = {f for s in (*listing, *joined) for f in (*s.columns, *s.constant)}
        if name not in mapped and any(name in s.dated_by_period for s in listing):
            return Answer(status="inferred", basis="period_end", words=DATED_BY_PERIOD)
        if name == "received_date" and "received_date" not in mapped and self.reference_dated:
            return Answer(
                status="inferred",
                basis="from_reference",
                words="Read from the reference, whose digits are taken as the date the request was logged.",
            )
        if (
            name == "approved_date"
            and {"composite_date", "outcome"} <= mapped
            and "approved" in self.outcomes.values()
        ):
            words = "From the one date column, where the outcome column says approved."
            return Answer(status="published", basis="stated", words=words)
        if "composite_date" in mapped and name in ("closed_date", "released_date", "reuse_date", "refused"):
            if name == "closed_date" or "outcome" in mapped:
                return Answer(
                    status="published",
                    basis="stated",
                    words="From the one date column that holds release, re-use and rejection dates"
                    + (", told apart by the outcome column." if "outcome" in mapped else "."),
                )
            return Answer(
                status="not_published",
                words="One column holds release, re-use and rejection dates and does not say which.",
            )
        if name == "refused":
            if "outcome" in mapped or "refused_date" in mapped:
                return Answer(status="published", basis="stated")
            return Answer(status="not_published", words="Refused applications are not listed.")
        if name == "closed_date" and "outcome" in mapped and "released_date" in mapped:
            return Answer(status="published", basis="stated")
        if name in mapped:
            return Answer(status="published", basis="stated")
        return Answer(status="not_published", words=f"{ANSWERABLE_FIELDS[name]} is not published.")


def _sheet(r: TomlReader, table: Mapping[str, Any], place: Place, coverage: str) -> SheetLayout:
    r.only_keys(table, KEYS["layout.sheet"], place)
    rows = r.choice(table, "rows", place, ROW_KINDS, None)
    columns: dict[str, tuple[str, ...]] = {}
    headings = r.table(table, "columns", place)
    for name in headings:
        r.one_of(name, sorted(MAPPABLE), (*place, "columns", name))
        columns[name] = r.texts(headings, name, (*place, "columns"))
        if not columns[name]:
            raise r.fail(
                (*place, "columns", name), "has no heading", f'write {name} = ["..."], or take it out'
            )
    constant = r.words(table, "constant", place)
    for name in constant:
        r.one_of(name, sorted(MAPPABLE), (*place, "constant", name))
    if rows != "note" and not columns:
        raise r.fail(place, "no columns are mapped", "add [layout.sheet.columns]")
    if rows == "person_count" and "period" not in columns:
        raise r.fail(place, "no column 'period' is mapped", 'person counts need period = ["Month"]')
    optional = r.texts(table, "optional", place)
    for i, name in enumerate(optional):
        r.one_of(name, columns, (*place, "optional", i))
    found = SheetLayout(
        names=r.texts(table, "name", place, "*"),
        rows=rows,
        columns=columns,
        optional=frozenset(optional),
        constant=constant,
        coverage=r.choice(table, "coverage", place, COVERAGE, coverage),
        required=r.flag(table, "required", place, True),
        period_in_name=r.flag(table, "period_in_name", place, False),
        period_patterns=_period_patterns(r, table, place),
        listed_from=r.day(table, "listed_from", place),
        listed_to=r.day(table, "listed_to", place),
        key=r.text(table, "key", place, ""),
        keep=frozenset(normalise_text(h) for h in r.texts(table, "keep", place)),
        separators=_separators(r, table, place),
        dated_by_period=r.texts(table, "dated_by_period", place),
        note_rows=tuple(
            r.pattern(f"(?i:{p})", (*place, "note_rows", i), LONGEST_NAME)
            for i, p in enumerate(r.texts(table, "note_rows", place))
        ),
        continues=r.choice(table, "continues", place, ("", *CONTINUES), ""),
        body=r.text(table, "body", place, ""),
        unit=(
            r.choice(table, "unit", place, ("", *COUNT_UNITS), "")
            if rows == "person_count"
            else r.text(table, "unit", place, "")
        ),
        frequency=r.text(table, "frequency", place, ""),
    )
    _check_sheet(r, found, place)
    return found


def _check_sheet(r: TomlReader, sheet: SheetLayout, place: Place) -> None:
    """What must hold between the keys of one sheet."""
    if (sheet.rows == "lookup") != bool(sheet.key):
        if sheet.key:
            raise r.fail((*place, "key"), 'only a sheet with rows = "lookup" has a key', "take it out")
        raise r.fail(place, "a lookup needs a key", 'add key = "reference"')
    if sheet.key:
        r.one_of(sheet.key, TEXT_FIELDS, (*place, "key"))
        if sheet.key not in sheet.columns or sheet.key in sheet.optional:
            raise r.fail(
                (*place, "key"),
                f"the key {sheet.key!r} has no column of its own that must be there",
                f"add {sheet.key} = [...] to its columns",
            )
    for i, name in enumerate(sheet.dated_by_period):
        where = (*place, "dated_by_period", i)
        r.one_of(name, DATE_FIELDS, where)
        if name in sheet.columns:
            raise r.fail(where, f"{name!r} has a column of its own", "take it out of one of the two")
        if not (sheet.period_patterns or sheet.period_in_name or sheet.listed_to):
            raise r.fail(where, "no period is described", "add [[layout.sheet.period]] with a pattern")
    if sheet.continues and "reference" not in sheet.columns:
        raise r.fail(
            (*place, "continues"),
            "rows can continue only where a reference tells them apart",
            "map reference",
        )


def _separators(r: TomlReader, table: Mapping[str, Any], place: Place) -> dict[str, tuple[str, ...]]:
    found = r.table(table, "separators", place)
    for name in found:
        r.one_of(name, ("dataset",), (*place, "separators", name))
        if not all(r.texts(found, name, (*place, "separators"))):
            raise r.fail((*place, "separators", name), "a separator is empty", 'write ";"')
    return {name: r.texts(found, name, (*place, "separators")) for name in found}


def _period_patterns(r: TomlReader, table: Mapping[str, Any], place: Place) -> tuple[tuple[str, str], ...]:
    found = []
    for i, rule in enumerate(r.tables(table, "period", place)):
        here = (*place, "period", i)
        r.only_keys(rule, KEYS["layout.sheet.period"], here)
        source = r.choice(rule, "from", here, ("file_name", "sheet_name"), None)
        pattern = r.text(rule, "pattern", here)
        r.pattern(pattern, (*here, "pattern"), LONGEST_NAME, ("start", "end"))
        found.append((source, pattern))
    return tuple(found)


def _date_rules(
    r: TomlReader, table: Mapping[str, Any], key: str, place: Place
) -> tuple[tuple[str, str], ...]:
    found = []
    sources = ("file_name", "sheet_name", "cell", *(("period",) if key == "as_at" else ()))
    for i, rule in enumerate(r.tables(table, key, place)):
        here = (*place, key, i)
        r.only_keys(rule, KEYS[f"layout.{key}"], here)
        source = r.choice(rule, "from", here, sources, None)
        pattern = r.text(rule, "pattern", here, "" if source == "period" else None)
        if source != "period":
            r.pattern(pattern, (*here, "pattern"), LONGEST_NAME, ("date",))
        found.append((source, pattern))
    return tuple(found)


def _answers(r: TomlReader, table: Mapping[str, Any], place: Place) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    stated = r.table(table, "answerability", place)
    for name in stated:
        here = (*place, "answerability", name)
        r.one_of(name, ANSWERABLE_FIELDS, here)
        value = r.table(stated, name, here[:-1])
        r.only_keys(value, KEYS["layout.answerability"], here)
        answers[name] = Answer(
            status=r.choice(value, "status", here, ("published", "inferred", "not_published"), None),
            basis=r.text(value, "basis", here, ""),
            words=r.text(value, "words", here, ""),
        )
    return answers


def _layout(r: TomlReader, table: Mapping[str, Any], place: Place) -> Layout:
    r.only_keys(table, KEYS["layout"], place)
    coverage = r.choice(table, "coverage", place, COVERAGE, "complete")
    formats = r.texts(table, "date_formats", place, sorted(FORMATS))
    for i, name in enumerate(formats):
        r.one_of(name, sorted(FORMATS), (*place, "date_formats", i))
    only_when = r.words(table, "only_when", place)
    for name in only_when:
        r.one_of(name, sorted(MAPPABLE), (*place, "only_when", name))
    sheets = tuple(
        _sheet(r, s, (*place, "sheet", i), coverage) for i, s in enumerate(r.tables(table, "sheet", place))
    )
    if not any(s.rows in ("request", "release", "person_count") for s in sheets):
        raise r.fail(
            place,
            "no sheet holds requests, releases or person counts",
            "add [[layout.sheet]] with rows and columns",
        )
    return Layout(
        era=r.text(table, "era", place),
        title=r.text(table, "title", place, ""),
        sheets=sheets,
        ignore_sheets=r.texts(table, "ignore_sheets", place),
        assumed=r.flag(table, "assumed", place, False),
        coverage=coverage,
        coverage_words=r.text(table, "coverage_words", place, COVERAGE[coverage]),
        date_order=r.choice(table, "date_order", place, ("dmy", "mdy", "ymd"), "dmy"),
        date_formats=frozenset(f for f in FORMATS if f in formats),
        earliest=r.day(table, "earliest", place) or Layout.earliest,
        latest=r.day(table, "latest", place) or Layout.latest,
        sentinels=frozenset(r.days(table, "sentinels", place)),
        month_end=r.flag(table, "month_end", place, False),
        serials=r.flag(table, "serials", place, False),
        intervals=r.flag(table, "intervals", place, False),
        pending=frozenset(normalise_text(t) for t in r.texts(table, "pending", place)),
        missing=frozenset(normalise_text(t) for t in r.texts(table, "missing", place)),
        blank_outcome=r.choice(table, "blank_outcome", place, ("unknown", "open"), "unknown"),
        as_at_patterns=_date_rules(r, table, "as_at", place),
        published_patterns=_date_rules(r, table, "published", place),
        answers=_answers(r, table, place),
        only_when=only_when,
        provenance=r.text(table, "provenance", place, ""),
        licence=r.text(table, "licence", place, ""),
        address=r.text(table, "address", place, ""),
    )


def _vocabulary(
    r: TomlReader, document: Mapping[str, Any], key: str, terms: tuple[str, ...]
) -> dict[str, str]:
    """The publisher's words, normalised -> the term they mean. Words that stand under two terms are refused."""
    found: dict[str, str] = {}
    table = r.table(document, key, ())
    for term in table:
        r.one_of(term, terms, (key, term))
        for i, words in enumerate(r.texts(table, term, (key,))):
            if found.setdefault(normalise_text(words), term) != term:
                raise r.fail(
                    (key, term, i),
                    f"{words!r} stands under {found[normalise_text(words)]!r} too",
                    "keep it under one of the two",
                )
    return found


def read_register(path: Path, others: Mapping[str, Path]) -> Register:
    """One register description. Raises AccessReviewError naming the file, line and key when it is wrong."""
    sources = [read_source(path)]
    document = dict(sources[0].document)
    if "extends" in document:  # a register laid out like another: its layouts and vocabulary are shared
        sources.append(_extended(sources[0], others))
        document = {**sources[1].document, **document}
    r = TomlReader(*sources)
    r.settled()
    r.only_keys(document, KEYS["top"], ())
    register_id = r.text(document, "id", ())
    if not REGISTER_ID.fullmatch(register_id) or register_id != path.stem:
        raise r.fail(("id",), f"{register_id!r} is not the file's name", "use lower case, digits and hyphens")
    reference = r.table(document, "reference", ())
    r.only_keys(reference, KEYS["reference"], ("reference",))
    request_pattern = r.text(reference, "request_pattern", ("reference",), "")
    request_split = r.text(reference, "request_split", ("reference",), "")
    if request_pattern and request_split:
        raise r.fail(("reference", "request_pattern"), "there is request_split too", "use one of the two")
    types = _vocabulary(r, document, "recipient_types", (*RECIPIENT_TYPES, "undetermined"))
    held = _vocabulary(r, document, "data_held", KEYS["data_held"])
    outcomes = _vocabulary(r, document, "outcomes", tuple(OUTCOMES))
    layouts = tuple(_layout(r, t, ("layout", i)) for i, t in enumerate(r.tables(document, "layout", ())))
    if not layouts:
        raise r.fail((), "no layout is described", "add [[layout]] with its sheets")
    for i, layout in enumerate(layouts):
        if layout.era in {x.era for x in layouts[:i]}:
            raise r.fail(("layout", i, "era"), "two layouts have the same era", "give each its own name")
        for j, sheet in enumerate(layout.sheets):
            words = sheet.constant.get("outcome", "")
            if words and words not in OUTCOMES and normalise_text(words) not in outcomes:
                raise r.fail(
                    ("layout", i, "sheet", j, "constant", "outcome"),
                    f"{words!r} is no outcome, and no word of [outcomes]",
                    f"use one of: {', '.join(OUTCOMES)}; or list it under [outcomes]",
                )
    title = r.text(document, "title", ())
    return Register(
        id=register_id,
        title=title,
        short_title=r.text(document, "short_title", (), title),
        publisher=r.text(document, "publisher", ()),
        layouts=layouts,
        path=path,
        layouts_path=next(s.path for s in sources if "layout" in s.document),
        about=r.text(document, "about", (), ""),
        address=r.text(document, "address", (), ""),
        licence=r.text(document, "licence", (), "not stated"),
        contact=r.text(document, "contact", (), ""),
        synthetic=r.flag(document, "synthetic", (), False),
        fixture=r.flag(document, "fixture", (), False),
        home_rank=r.whole(document, "home_rank", (), 50),
        cadence=r.choice(document, "cadence", (), ("", *CADENCES), ""),
        noun=r.choice(document, "noun", (), NOUNS, NOUNS[0]),
        request_split=request_split,
        request_pattern=(
            r.pattern(request_pattern, ("reference", "request_pattern"), LONGEST_NAME, ("request",))
            if request_pattern
            else None
        ),
        reference_pattern=r.pattern(
            r.text(reference, "pattern", ("reference",), r"\S.*"), ("reference", "pattern"), LONGEST_REFERENCE
        ),
        reference_dated=r.flag(reference, "dated", ("reference",), False),
        recipient_types={words: "" if t == "undetermined" else t for words, t in types.items()},
        type_notes={normalise_text(k): v for k, v in r.words(document, "type_notes", ()).items()},
        outcomes=outcomes,
        data_held={words: answer == "yes" for words, answer in held.items()},
        target=_target(r, sources[0].document),
        # never the one of the register it extends: that one's files are its own
        fetch=read_outlet(sources[0].document.get("fetch"), document.get("address"), r.fail),
    )


def _target(r: TomlReader, document: Mapping[str, Any]) -> Target | None:
    # never the one of the register it extends: another publisher has not said it
    if "target" not in document:
        return None
    table = r.table(document, "target", ())
    r.only_keys(table, KEYS["target"], ("target",))
    days = r.whole(table, "days", ("target",), 0)
    if not days:
        raise r.fail(
            ("target",), "'days' is missing", "add days = 20, or the number that the publisher names"
        )
    source = r.text(table, "source", ("target",))
    if not source.strip():
        raise r.fail(
            ("target", "source"),
            "is empty",
            "say where the publisher names it: a target of ours is no target",
        )
    return Target(
        days=days,
        unit=r.choice(table, "unit", ("target",), UNITS, "calendar"),
        clock=r.choice(table, "clock", ("target",), CLOCKS, "received_to_outcome"),
        source=source,
    )


def _extended(source: Source, others: Mapping[str, Path]) -> Source:
    name = source.document["extends"]
    base = others.get(name) if isinstance(name, str) else None
    fail = TomlReader(source).fail
    if base is None or base == source.path:
        near = difflib.get_close_matches(str(name), others, n=1)
        raise fail(
            ("extends",),
            f"extends {name!r}, which is not described" + (f"; did you mean {near[0]!r}?" if near else ""),
            "name a register that has a description of its own",
        )
    found = read_source(base)
    if "extends" in found.document:
        raise fail(("extends",), f"extends {name!r}, which extends another", "name that other register")
    return found


def load_registers(settings: Settings) -> dict[str, Register]:
    """Every register described, by id. Sorted, so what is built never depends on the disk's order."""
    paths = {path.stem: path for path in settings.files("registers", "*.toml")}
    return {name: read_register(path, paths) for name, path in sorted(paths.items())}


def find_register(registers: Mapping[str, Register], name: str) -> Register:
    """The register of that id. Raises UsageError that lists the ids when there is none."""
    if name in registers:
        return registers[name]
    near = difflib.get_close_matches(name, registers, n=1)
    raise UsageError(
        f"no register is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        hint=f"use one of: {', '.join(registers)}; or describe it in registers/{name}.toml",
    )
