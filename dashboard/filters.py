"""The one filter vocabulary: command line (`--from`), address (`?from=`) and Python (`from_=`).

A `Filters` is validated, immutable and hashable, so it is a cache key, an address and SQL parameters at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from dashboard.cleaning import normalise_text, tidy
from dashboard.errors import UsageError
from dashboard.vocabulary import CLOCKS, NO_SERIES, OUTCOMES, RECIPIENT_TYPES, SERIES, UNITS


COHORTS = ("received", "closed")
INTERVALS = ("month", "quarter", "year")
GROUPINGS = ("type", "tier", "route", "outcome", "recipient", "dataset", "legal_basis")
BASES = ("stated", "from_reference", "first_seen")
CHOICES = ("unit", "clock", "cohort", "target", "interval", "by", "limit", "of")  # how to count, not what
SEVERAL = ("type", "tier", "outcome")  # any of which may match, parted by commas
LONGEST_VALUE = 300  # characters; an address longer than this is not one a person made


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a question is about. None means "not filtered"; `from_` and `to` are both in.

    type, tier, route, outcome: tuples, any of which may match. unit: calendar or working days. cohort: which
    date the period is about on a clock. target: days. by: the grouping. edition: that file alone (needs
    register). known_on: editions published by that day. of: the series of a control chart, which alone reads it.
    """

    register: str | None = None
    from_: date | None = None
    to: date | None = None
    type: tuple[str, ...] | None = None
    tier: tuple[str, ...] | None = None
    route: tuple[str, ...] | None = None
    outcome: tuple[str, ...] | None = None
    recipient: str | None = None
    reference: str | None = None
    dataset: str | None = None
    basis: str | None = None
    clock: str | None = None
    unit: str | None = None
    cohort: str | None = None
    target: int | None = None
    interval: str | None = None
    by: str | None = None
    edition: str | None = None
    known_on: date | None = None
    limit: int | None = None
    of: str | None = None

    def parameters(self) -> Mapping[str, object]:
        """SQL parameters by name. Lists for the filters that take several values."""
        return self._parameters

    @cached_property
    def _parameters(self) -> dict[str, object]:
        # A page asks some two hundred questions of a few filters.
        return {name: list(v) if isinstance(v, tuple) else v for name, v in self._every}

    def items(self, *, all_: bool = False) -> list[tuple[str, object]]:
        """(public name, value) in the vocabulary's order; without `all_` only those that filter."""
        return (
            list(self._every) if all_ else [(name, value) for name, value in self._every if value is not None]
        )

    @cached_property
    def _every(self) -> tuple[tuple[str, object], ...]:
        return tuple((name, getattr(self, field)) for name, field in FIELDS)

    def query(self, **changes: object) -> str:
        """The address query for these filters, e.g. "register=phe-odr&from=2018-01-01"."""
        chosen = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        return urlencode([(name, _spelt(value)) for name, value in chosen.items()])

    def words(self) -> str:
        """The filters as a reader's sentence fragment: "from 2018-01-01; type university"."""
        return "; ".join(f"{name.replace('_', ' ')} {_spelt(value)}" for name, value in self.items())


def _spelt(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


FIELDS = tuple((f.name.rstrip("_"), f.name) for f in fields(Filters))
NAMES = tuple(name for name, _ in FIELDS)
_CHOICES: dict[str, Iterable[str]] = {
    "type": RECIPIENT_TYPES,
    "outcome": OUTCOMES,
    "tier": ("1", "2", "3", "4", "not_published"),
    "clock": CLOCKS,
    "unit": UNITS,
    "cohort": COHORTS,
    "interval": INTERVALS,
    "by": GROUPINGS,
    "basis": BASES,
    "of": SERIES,
}


def read_value(name: str, text: str) -> object:
    """One filter value from text. Raises UsageError that says what would be understood."""
    text = tidy(text)
    if len(text) > LONGEST_VALUE:
        raise UsageError(f"the value of '{name}' is longer than {LONGEST_VALUE} characters")
    if name in ("from", "to", "known_on"):
        return _day(name, text)
    if name in ("target", "limit"):
        if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1_000_000:
            raise UsageError(f"'{name}' must be a whole number from 1 to 1,000,000, not {text!r}")
        return int(text)
    if name in ("type", "tier", "route", "outcome"):
        values = tuple(dict.fromkeys(v.strip() for v in text.split(",") if v.strip()))
        if name == "route":  # a register's own words, which may hold a comma: kept whole
            values = (text,)
        return tuple(_choice(name, v) for v in values) or None
    if name == "of" and text.lower() in NO_SERIES:
        raise UsageError(
            f"'of' cannot be {text!r}: {NO_SERIES[text.lower()]}", hint=f"use one of: {', '.join(SERIES)}"
        )
    return _choice(name, text)


def _day(name: str, text: str) -> date:
    parts = text.split("-")
    try:
        if len(parts) == 1 and len(text) == 4:  # a year: its first day, or its last
            return date(int(text), 12, 31) if name == "to" else date(int(text), 1, 1)
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{name}' must be a day such as 2018-01-31 or a year, not {text!r}") from None


def _choice(name: str, text: str) -> str:
    allowed = _CHOICES.get(name)
    if allowed is None or text in allowed:
        return text
    key = normalise_text(text)
    for choice in allowed:
        if key in (choice, normalise_text(RECIPIENT_TYPES.get(choice, choice)), f"{name} {choice}"):
            return choice
    near = difflib.get_close_matches(key, list(allowed), n=1)
    raise UsageError(
        f"'{name}' cannot be {text!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        hint=f"use one of: {', '.join(allowed)}",
    )


def make_filters(**values: object) -> Filters:
    """Filters from Python keywords (`from_=`, `type="university"` or a list, dates or text).

    Raises UsageError naming the filter that is not known or cannot be read.
    """
    read: dict[str, object] = {}
    for name, value in values.items():
        public = name.rstrip("_")
        if public not in NAMES:
            near = difflib.get_close_matches(public, NAMES, n=1)
            raise UsageError(
                f"there is no filter '{public}'" + (f"; did you mean '{near[0]}'?" if near else ""),
                hint=f"filters are: {', '.join(NAMES)}",
            )
        if isinstance(value, list | tuple | set):
            several = [str(v) for v in value]
            if public == "route" and len(several) > 1:  # routes may hold commas, so a list has no address
                raise UsageError(f"'route' takes one route, not {len(several)}")
            value = ",".join(several)
        if value is None or not tidy(_spelt(value)):
            continue
        read["from_" if public == "from" else public] = read_value(public, _spelt(value))
    return check(Filters(**read))  # type: ignore[arg-type]


def check(filters: Filters) -> Filters:
    """What must hold between filters. Raises UsageError."""
    if filters.from_ and filters.to and filters.from_ > filters.to:
        raise UsageError(f"'from' ({filters.from_}) is after 'to' ({filters.to})")
    if filters.edition and not filters.register:
        raise UsageError("'edition' needs 'register'", hint="an edition is one file of one register")
    if filters.edition and filters.known_on:
        raise UsageError("'edition' and 'known_on' cannot be combined: one names a file, the other a day")
    return filters


def _good_of_several(name: str, text: str) -> tuple[str, list[str]]:
    """Those of several values that are understood, with a sentence for each of the others."""
    good, bad = [], []
    for value in text.split(","):
        try:
            read_value(name, value)
        except UsageError as error:
            bad.append(f"Ignored in the address: {error.message}.")
        else:
            good.append(value)
    return ",".join(good), bad


def from_address(arguments: Mapping[str, str]) -> tuple[Filters, list[str]]:
    """Filters from an address, with what was ignored and why, in words for the page.

    Never raises: an unknown name or value is named, dropped, and the rest still filters.
    """
    good: dict[str, object] = {}
    problems: list[str] = []
    for name, text in arguments.items():
        if name in SEVERAL and "," in text:  # the good ones of several still filter
            text, bad = _good_of_several(name, text)
            problems += bad
        try:
            make_filters(**{name: text} if name != "edition" else {"edition": text, "register": "x"})
        except UsageError as error:
            problems.append(f"Ignored in the address: {error.message}.")
        else:
            if tidy(text):
                good[name.rstrip("_")] = text
    # What is good alone can clash: each rule of `check`, with what is dropped when it is broken.
    for together, dropped in (
        (("from", "to"), ("from", "to")),
        (("register", "edition"), ("edition",)),
        (("register", "edition", "known_on"), ("edition", "known_on")),
    ):
        try:
            make_filters(**{name: good[name] for name in together if name in good})
        except UsageError as error:
            problems.append(f"Ignored in the address: {error.message}.")
            for name in dropped:
                good.pop(name, None)
    return make_filters(**good), problems
