"""Reads a TOML document of known shape and says which file, line and key is wrong."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dashboard.errors import AccessReviewError
from dashboard.patterns import PatternError, compile_pattern
from dashboard.toml_lines import Path as Place
from dashboard.toml_lines import key_lines, line_of


EDIT_ME = "EDIT ME"  # what a draft writes where a person must decide


@dataclass(frozen=True)
class Source:
    """One TOML file: where it lies, its text and what it holds."""

    path: Path
    text: str
    document: Mapping[str, Any]


def read_source(path: Path) -> Source:
    """A TOML file. Raises AccessReviewError that names the line when it is not TOML."""
    try:
        text = path.read_text("utf-8-sig")  # a byte order mark is what some editors write
        return Source(path, text, tomllib.loads(text))
    except OSError as error:
        raise AccessReviewError(
            f"{path}: {error.strerror or error}", hint="make it a file that can be read"
        ) from error
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number too long, too deep
        # the message of the first names line and column
        raise AccessReviewError(f"{path}: {error}", hint="mend the TOML at that place") from error


def spelt(place: Place) -> str:
    """("layout", 0, "sheet", 1) -> "layout[1].sheet[2]": tables counted from 1, as a person counts them."""
    words = ""
    for part in place:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            words += f".{part}" if words else part
    return words or "the file"


def nearest(name: str, allowed: Iterable[str]) -> str:
    """ "; did you mean 'columns'?" for "colums", else nothing."""
    near = difflib.get_close_matches(name, list(allowed), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value that is no table and no list, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*place, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _leaves(inner, (*place, i))
    else:
        yield place, value


class TomlReader:
    """Typed values out of a document whose top-level keys may come from several files.

    `sources`: the file itself, then the one it extends. A key belongs to the first that has it. Every method
    takes the table, the key, and the place of the table; every error is an AccessReviewError that begins
    "<file>: line <n>: <place>: ".
    """

    def __init__(self, *sources: Source) -> None:
        self.sources = sources

    def fail(self, place: Place, words: str, hint: str) -> AccessReviewError:
        source = next((s for s in self.sources if place and place[0] in s.document), self.sources[0])
        line = line_of(key_lines(source.text), place)
        where = f"line {line}: " if line else ""
        return AccessReviewError(f"{source.path}: {where}{spelt(place)}: {words}", hint=hint)

    def settled(self) -> None:
        """Refuse a draft that still leaves something to a person: the first such place in the file."""
        source = self.sources[0]
        left = [
            place for place, value in _leaves(source.document) if isinstance(value, str) and EDIT_ME in value
        ]
        if left:
            lines = key_lines(source.text)
            more = f", as {len(left) - 1} more places do" if len(left) > 1 else ""
            raise self.fail(
                min(left, key=lambda place: line_of(lines, place) or 0),
                f"still says {EDIT_ME!r}{more}",
                "a draft leaves this to a person: write what it is",
            )

    def only_keys(self, table: Mapping[str, Any], allowed: Iterable[str], place: Place) -> None:
        known = sorted(allowed)
        for key in table:
            if key not in known:
                raise self.fail(
                    (*place, key), f"{key!r} is not a key{nearest(key, known)}", f"use: {', '.join(known)}"
                )

    def one_of(self, value: str, allowed: Iterable[str], place: Place) -> str:
        known = list(allowed)
        if value not in known:
            raise self.fail(
                place, f"{value!r} is not known{nearest(value, known)}", f"use one of: {', '.join(known)}"
            )
        return value

    def text(self, table: Mapping[str, Any], key: str, place: Place, default: str | None = None) -> str:
        value = table.get(key, default)
        if value is None:
            raise self.fail(place, f"{key!r} is missing", f'add {key} = "..." there')
        if not isinstance(value, str):
            raise self.fail(
                (*place, key), f"{key!r} must be text, not {type(value).__name__}", "put it in quotes"
            )
        return value

    def choice(
        self, table: Mapping[str, Any], key: str, place: Place, allowed: Iterable[str], default: str | None
    ) -> str:
        return self.one_of(self.text(table, key, place, default), allowed, (*place, key))

    def texts(
        self, table: Mapping[str, Any], key: str, place: Place, default: object = ()
    ) -> tuple[str, ...]:
        """Text, or a list of texts."""
        value = table.get(key, default)
        values = (
            [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else None
        )
        if values is None or not all(isinstance(v, str) for v in values):
            raise self.fail(
                (*place, key), "must be text or a list of texts", f'write {key} = ["first", "second"]'
            )
        return tuple(values)

    def day(self, table: Mapping[str, Any], key: str, place: Place) -> date | None:
        value = table.get(key)
        return None if value is None else self._day(value, key, (*place, key))

    def days(self, table: Mapping[str, Any], key: str, place: Place) -> tuple[date, ...]:
        value = table.get(key, [])
        if not isinstance(value, list):
            raise self.fail((*place, key), "must be a list of days", f"write {key} = [1900-01-01]")
        return tuple(self._day(v, key, (*place, key, i)) for i, v in enumerate(value))

    def flag(self, table: Mapping[str, Any], key: str, place: Place, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(
                (*place, key), f"{key!r} must be true or false", f"write {key} = true, without quotes"
            )
        return value

    def whole(self, table: Mapping[str, Any], key: str, place: Place, default: int) -> int:
        value = table.get(key, default)
        if type(value) is not int or not 0 <= value <= 1_000_000:
            raise self.fail(
                (*place, key), f"{key!r} must be a whole number of 0 or more", f"write {key} = {default}"
            )
        return value

    def table(self, table: Mapping[str, Any], key: str, place: Place) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.fail((*place, key), "must be a table", f"write [{key}] with its keys below it")
        return value

    def tables(self, table: Mapping[str, Any], key: str, place: Place) -> list[dict[str, Any]]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.fail((*place, key), "must be a list of tables", f"write [[{key}]] for each")
        return value

    def words(self, table: Mapping[str, Any], key: str, place: Place) -> dict[str, str]:
        """A table whose values are all text."""
        found = self.table(table, key, place)
        return {name: self.text(found, name, (*place, key)) for name in found}

    def pattern(
        self, pattern: str, place: Place, longest: int, groups: Iterable[str] = ()
    ) -> re.Pattern[str]:
        """A bounded regular expression that has these named groups."""
        try:
            compiled = compile_pattern(pattern, longest)
        except PatternError as error:
            raise self.fail(place, str(error), "see 'Patterns' in docs/register-descriptions.md") from error
        for group in groups:
            if group not in compiled.groupindex:
                raise self.fail(
                    place, f"the pattern has no group named {group!r}", f"write (?P<{group}>...) in it"
                )
        return compiled

    def _day(self, value: object, key: str, place: Place) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fail(place, f"{key!r} must be a day", "write it as 2018-05-01, without quotes")
        return value
