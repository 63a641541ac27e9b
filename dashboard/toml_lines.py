"""On which line of a TOML file each key stands. The standard parser gives no positions, and an error that
names only a key sends a person searching through a file of thirty sheets."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right


Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_GAP = re.compile(r"[ \t]*")
_SKIP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


class _Scanner:
    """Walks a document that tomllib has already read, so it meets nothing that is not TOML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.lines: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # [[array]] -> how many tables of it have begun

    def line(self) -> int:
        return bisect_right(self.starts, self.at)

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def next_is(self, words: str) -> bool:
        return self.text.startswith(words, self.at)

    def keys(self) -> list[str]:
        """A dotted key; the position is left behind it."""
        parts = []
        while True:
            self.skip(_GAP)
            quoted = self.skip(_STRING)
            # the parser's own reading of escapes in a quoted key
            parts.append(str(tomllib.loads(f"key = {quoted}")["key"]) if quoted else self.skip(_BARE))
            self.skip(_GAP)
            if not self.next_is("."):
                return parts
            self.at += 1

    def inside(self, parts: list[str]) -> Path:
        """The path of these keys from the top, arrays of tables taken at their last table."""
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
        return path

    def note(self, path: Path, line: int) -> None:
        for length in range(1, len(path) + 1):  # a table's line is where it is first named
            self.lines.setdefault(path[:length], line)

    def document(self) -> None:
        table: Path = ()
        begun = -1
        while self.skip(_SKIP) is not None and begun < self.at < len(self.text):
            begun, line = self.at, self.line()
            if self.next_is("[["):
                self.at += 2
                *outer, last = self.keys()
                path = (*self.inside(outer), last)
                self.tables[path] = self.tables.get(path, 0) + 1
                table = (*path, self.tables[path] - 1)
                self.note(table, line)
                self.at += 2
            elif self.next_is("["):
                self.at += 1
                table = self.inside(self.keys())
                self.note(table, line)
                self.at += 1
            else:
                self.pair(table)

    def pair(self, table: Path) -> None:
        line = self.line()
        path = (*table, *self.keys())
        self.note(path, line)
        self.at += 1  # the equals sign
        self.skip(_GAP)
        self.value(path)

    def value(self, path: Path) -> None:
        if self.next_is("["):
            self.at += 1
            number = 0
            while self.skip(_SKIP) is not None and not self.next_is("]"):
                self.note((*path, number), self.line())
                self.value((*path, number))
                self.skip(_SKIP)
                self.at += self.next_is(",")
                number += 1
            self.at += 1
        elif self.next_is("{"):
            self.at += 1
            while self.skip(_SKIP) is not None and not self.next_is("}"):
                self.pair(path)
                self.skip(_SKIP)
                self.at += self.next_is(",")
            self.at += 1
        elif not self.skip(_STRING):
            self.skip(_SCALAR)


def key_lines(text: str) -> dict[Path, int]:
    """Path of each key, table and list item -> its line, counted from 1. `text` must be TOML that reads.

    `[[layout.sheet]]` is ("layout", 0, "sheet", 0): tables of an array and items of a list count from 0.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.lines


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of `path`, else of the nearest thing that holds it; None for a path into nothing."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None
