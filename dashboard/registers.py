"""Registers described in files: what a publisher's list holds and how each era of it is laid out.

A description is one TOML file, `<data>/registers/<id>.toml` (shape: docs/add-a-register.md). Code knows no
register by name; a person adds one by writing a file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dashboard.cleaning import normalise_text
from dashboard.errors import AccessReviewError, UsageError
from dashboard.settings import Settings
from dashboard.vocabulary import (
    ANSWERABLE_FIELDS,
    COUNT_FIELDS,
    COVERAGE,
    DATE_FIELDS,
    OUTCOMES,
    RECIPIENT_TYPES,
    TEXT_FIELDS,
)


ROW_KINDS = ("request", "release", "person_count", "note")
MAPPABLE = frozenset(DATE_FIELDS) | frozenset(TEXT_FIELDS) | frozenset(COUNT_FIELDS)
REGISTER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether a field can be known: `published`, `inferred` (with its basis) or `not_published`."""

    status: str
    basis: str = ""
    words: str = ""


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
    date_basis: Mapping[str, str] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    blank_outcome: str = "unknown"
    # (where: file_name | sheet_name | cell | period, pattern); period: the last day that a sheet claims
    as_at_patterns: tuple[tuple[str, str], ...] = ()
    published_patterns: tuple[tuple[str, str], ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    only_when: Mapping[str, str] = field(default_factory=dict)  # field -> value every row must carry


@dataclass(frozen=True, kw_only=True)
class Register:
    """A publisher's list of requests or releases."""

    id: str
    title: str
    short_title: str
    publisher: str
    layouts: tuple[Layout, ...]
    path: Path
    about: str = ""
    address: str = ""
    licence: str = ""
    contact: str = ""
    synthetic: bool = False
    fixture: bool = (
        False  # here to exercise the machinery: shown only when named, or when nothing else is there
    )
    home_rank: int = 50
    request_split: str = ""
    reference_pattern: re.Pattern[str] = re.compile(r"\S.*")
    reference_dated: bool = False
    recipient_types: Mapping[str, str] = field(
        default_factory=dict
    )  # normalised published text -> type or ""
    type_notes: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    departures_explained: bool = False

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
        listing = [s for s in layout.sheets if s.rows in ("request", "release")]
        mapped = {f for s in listing for f in (*s.columns, *s.constant)}
        if name == "received_date" and "received_date" not in mapped and self.reference_dated:
            return Answer(
                status="inferred",
                basis="from_reference",
                words="Read from the reference, whose digits are taken as the date the request was logged.",
            )
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


class _Reader:
    """Reads one TOML document and says which file and key is wrong."""

    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self.path = path
        self.document = document

    def fail(self, where: str, words: str, hint: str) -> AccessReviewError:
        return AccessReviewError(f"{self.path}: {where}: {words}", hint=hint)

    def text(self, table: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if value is None:
            raise self.fail(where, f"{key!r} is missing", f'add {key} = "..." there')
        if not isinstance(value, str):
            raise self.fail(where, f"{key!r} must be text, not {type(value).__name__}", "put it in quotes")
        return value

    def day(self, table: Mapping[str, Any], key: str, where: str) -> date | None:
        value = table.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.fail(where, f"{key!r} must be a day", f"write {key} = 2018-05-01, without quotes")
        return value

    def one_of(self, value: str, allowed: Any, where: str) -> str:
        if value not in allowed:
            raise self.fail(where, f"{value!r} is not known", f"use one of: {', '.join(allowed)}")
        return value

    def only_keys(self, table: Mapping[str, Any], allowed: set[str], where: str) -> None:
        unknown = sorted(set(table) - allowed)
        if unknown:
            raise self.fail(where, f"{unknown[0]!r} is not a key", f"use: {', '.join(sorted(allowed))}")

    def table(self, table: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.fail(f"{where}.{key}", "must be a table", f"write [{key}] with its keys below it")
        return value

    def tables(self, table: Mapping[str, Any], key: str, where: str) -> list[dict[str, Any]]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.fail(f"{where}.{key}", "must be a list of tables", f"write [[{key}]] for each")
        return value

    def plain(self, table: Mapping[str, Any], key: str, where: str, default: Any) -> Any:
        value = table.get(key, default)
        if type(value) is not type(default):
            raise self.fail(
                where, f"{key!r} must be a {type(default).__name__}", f"write {key} = {default!r}".lower()
            )
        return value

    def pattern(self, pattern: str, where: str) -> re.Pattern[str]:
        try:
            return re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise self.fail(where, f"the pattern cannot be read: {error}", "check the brackets") from error

    def texts(self, value: Any, where: str) -> tuple[str, ...]:
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise self.fail(where, "must be text or a list of texts", 'write ["first", "second"]')
        return tuple(values)


def _sheet(r: _Reader, table: Mapping[str, Any], where: str, coverage: str) -> SheetLayout:
    keys = {"name", "rows", "columns", "optional", "constant", "coverage", "required", "period_in_name"}
    r.only_keys(table, keys | {"body", "unit", "frequency", "listed_from", "listed_to", "period"}, where)
    rows = r.one_of(r.text(table, "rows", where), ROW_KINDS, f"{where}.rows")
    columns: dict[str, tuple[str, ...]] = {}
    for name, headings in r.table(table, "columns", where).items():
        r.one_of(name, sorted(MAPPABLE), f"{where}.columns")
        columns[name] = r.texts(headings, f"{where}.columns.{name}")
    constant = {str(k): str(v) for k, v in r.table(table, "constant", where).items()}
    for name in constant:
        r.one_of(name, sorted(MAPPABLE), f"{where}.constant")
    if rows != "note" and not columns:
        raise r.fail(where, "no columns are mapped", "add [layout.sheet.columns]")
    return SheetLayout(
        names=r.texts(table.get("name", "*"), f"{where}.name"),
        rows=rows,
        columns=columns,
        optional=frozenset(r.texts(table.get("optional", []), f"{where}.optional")),
        constant=constant,
        coverage=r.one_of(r.text(table, "coverage", where, coverage), COVERAGE, f"{where}.coverage"),
        required=r.plain(table, "required", where, True),
        period_in_name=r.plain(table, "period_in_name", where, False),
        period_patterns=_period_patterns(r, table, where),
        listed_from=r.day(table, "listed_from", where),
        listed_to=r.day(table, "listed_to", where),
        body=r.text(table, "body", where, ""),
        unit=r.text(table, "unit", where, ""),
        frequency=r.text(table, "frequency", where, ""),
    )


def _period_patterns(r: _Reader, table: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...]:
    found = []
    for rule in r.tables(table, "period", where):
        place = f"{where}.period"
        r.only_keys(rule, {"from", "pattern"}, place)
        source = r.one_of(r.text(rule, "from", place), ("file_name", "sheet_name"), place)
        pattern = r.text(rule, "pattern", place)
        if not {"start", "end"} <= set(r.pattern(pattern, place).groupindex):
            raise r.fail(
                place,
                "the pattern has no groups named 'start' and 'end'",
                "write (?P<start>...) and (?P<end>...)",
            )
        found.append((source, pattern))
    return tuple(found)


def _layout(r: _Reader, table: Mapping[str, Any], where: str) -> Layout:
    keys = {
        *("era", "title", "sheet", "ignore_sheets", "assumed", "coverage", "coverage_words", "date_order"),
        *("date_basis", "pending", "missing", "blank_outcome", "as_at", "published", "answerability"),
        "only_when",
    }
    r.only_keys(table, keys, where)
    coverage = r.one_of(r.text(table, "coverage", where, "complete"), COVERAGE, f"{where}.coverage")
    answers: dict[str, Answer] = {}
    answerability = r.table(table, "answerability", where)
    for name in answerability:
        place = f"{where}.answerability.{name}"
        value = r.table(answerability, name, f"{where}.answerability")
        r.one_of(name, ANSWERABLE_FIELDS, place)
        status = r.one_of(r.text(value, "status", place), ("published", "inferred", "not_published"), place)
        answers[name] = Answer(
            status=status, basis=r.text(value, "basis", place, ""), words=r.text(value, "words", place, "")
        )
    patterns: dict[str, tuple[tuple[str, str], ...]] = {}
    for key in ("as_at", "published"):
        found = []
        for rule in r.tables(table, key, where):
            place = f"{where}.{key}"
            sources = ("file_name", "sheet_name", "cell", *(("period",) if key == "as_at" else ()))
            source = r.one_of(r.text(rule, "from", place), sources, place)
            pattern = r.text(rule, "pattern", place, "" if source == "period" else None)
            if source != "period" and "date" not in r.pattern(pattern, place).groupindex:
                raise r.fail(place, "the pattern has no group named 'date'", "write (?P<date>...)")
            found.append((source, pattern))
        patterns[key] = tuple(found)
    return Layout(
        era=r.text(table, "era", where),
        title=r.text(table, "title", where, ""),
        sheets=tuple(
            _sheet(r, s, f"{where}.sheet[{i}]", coverage)
            for i, s in enumerate(r.tables(table, "sheet", where), 1)
        ),
        ignore_sheets=r.texts(table.get("ignore_sheets", []), f"{where}.ignore_sheets"),
        assumed=r.plain(table, "assumed", where, False),
        coverage=coverage,
        coverage_words=r.text(table, "coverage_words", where, COVERAGE[coverage]),
        date_order=r.one_of(r.text(table, "date_order", where, "dmy"), ("dmy", "mdy", "ymd"), where),
        date_basis={str(k): str(v) for k, v in r.table(table, "date_basis", where).items()},
        pending=frozenset(normalise_text(t) for t in r.texts(table.get("pending", []), where)),
        missing=frozenset(normalise_text(t) for t in r.texts(table.get("missing", []), where)),
        blank_outcome=r.one_of(r.text(table, "blank_outcome", where, "unknown"), OUTCOMES, where),
        as_at_patterns=patterns["as_at"],
        published_patterns=patterns["published"],
        answers=answers,
        only_when={str(k): str(v) for k, v in r.table(table, "only_when", where).items()},
    )


def read_register(path: Path, others: Mapping[str, Path]) -> Register:
    """One register description. Raises AccessReviewError naming the file and key when it is wrong."""
    document = _document(path)
    if "extends" in document:  # a register laid out like another: its layouts and vocabulary are shared
        base = others.get(str(document["extends"]))
        if base is None or base == path:
            raise AccessReviewError(
                f"{path}: extends {document['extends']!r}, which is not described", hint="check the name"
            )
        document = {**_document(base), **document}
        document.pop("extends")
    r = _Reader(path, document)
    keys = {
        *("id", "title", "short_title", "publisher", "about", "address", "licence", "contact", "synthetic"),
        *("fixture", "home_rank", "reference", "recipient_types", "type_notes", "outcomes", "layout"),
    }
    r.only_keys(document, keys, "the file")
    register_id = r.text(document, "id", "the file")
    if not REGISTER_ID.fullmatch(register_id) or register_id != path.stem:
        raise r.fail("id", f"{register_id!r} is not the file's name", "use lower case, digits and hyphens")
    reference = r.table(document, "reference", "the file")
    r.only_keys(reference, {"request_split", "pattern", "dated"}, "reference")
    types: dict[str, str] = {}
    for recipient_type, published in r.table(document, "recipient_types", "the file").items():
        if recipient_type != "undetermined":
            r.one_of(recipient_type, RECIPIENT_TYPES, "recipient_types")
        for words in r.texts(published, f"recipient_types.{recipient_type}"):
            types[normalise_text(words)] = "" if recipient_type == "undetermined" else recipient_type
    outcomes: dict[str, str] = {}
    for outcome, published in r.table(document, "outcomes", "the file").items():
        r.one_of(outcome, OUTCOMES, "outcomes")
        for words in r.texts(published, f"outcomes.{outcome}"):
            outcomes[normalise_text(words)] = outcome
    layouts = tuple(
        _layout(r, t, f"layout[{i}]") for i, t in enumerate(r.tables(document, "layout", "the file"), 1)
    )
    if not layouts:
        raise r.fail("the file", "no layout is described", "add [[layout]] with its sheets")
    if len({x.era for x in layouts}) != len(layouts):
        raise r.fail("layout", "two layouts have the same era", "give each its own name")
    title = r.text(document, "title", "the file")
    return Register(
        id=register_id,
        title=title,
        short_title=r.text(document, "short_title", "the file", title),
        publisher=r.text(document, "publisher", "the file"),
        layouts=layouts,
        path=path,
        about=r.text(document, "about", "the file", ""),
        address=r.text(document, "address", "the file", ""),
        licence=r.text(document, "licence", "the file", "not stated"),
        contact=r.text(document, "contact", "the file", ""),
        synthetic=r.plain(document, "synthetic", "the file", False),
        fixture=r.plain(document, "fixture", "the file", False),
        home_rank=r.plain(document, "home_rank", "the file", 50),
        request_split=r.text(reference, "request_split", "reference", ""),
        reference_pattern=r.pattern(r.text(reference, "pattern", "reference", r"\S.*"), "reference.pattern"),
        reference_dated=r.plain(reference, "dated", "reference", False),
        recipient_types=types,
        type_notes={
            normalise_text(str(k)): str(v) for k, v in r.table(document, "type_notes", "the file").items()
        },
        outcomes=outcomes,
    )


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise AccessReviewError(
            f"{path}: {error.strerror or error}", hint="make it a file that can be read"
        ) from error
    except (ValueError, RecursionError) as error:  # not TOML or not UTF-8; the message names line and column
        raise AccessReviewError(f"{path}: {error}", hint="mend the TOML at that place") from error


def load_registers(settings: Settings) -> dict[str, Register]:
    """Every register described, by id. Sorted, so what is built never depends on the disk's order."""
    paths = {path.stem: path for path in settings.files("registers", "*.toml")}
    return {name: read_register(path, paths) for name, path in sorted(paths.items())}


def find_register(registers: Mapping[str, Register], name: str) -> Register:
    """The register of that id. Raises UsageError that lists the ids when there is none."""
    if name in registers:
        return registers[name]
    import difflib

    near = difflib.get_close_matches(name, registers, n=1)
    raise UsageError(
        f"no register is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        hint=f"use one of: {', '.join(registers)}; or describe it in registers/{name}.toml",
    )
