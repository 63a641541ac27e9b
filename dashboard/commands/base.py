"""What every command is made of: the parser's style, option types, messages and listings."""

from __future__ import annotations

import argparse
import csv
import difflib
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NoReturn

from dashboard.settings import Settings


def for_terminal(words: str) -> str:
    """Without control characters: words quote files that others wrote, and a terminal would obey them."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in words)


def say(words: str) -> None:
    print(for_terminal(words), file=sys.stderr)


class Parser(argparse.ArgumentParser):
    """argparse with our error style: what is wrong, what to do, exit 2.

    Options are never abbreviated: a script that said `--reg` would break on the day another option began so.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse does, and with the nearest option where one is not known."""
        found, unknown = super().parse_known_args(args, namespace)
        for word in unknown:
            near = difflib.get_close_matches(word.split("=")[0], self._option_string_actions, n=1)
            if word.startswith("-") and near:
                self.error(f"there is no option {word}; did you mean {near[0]!r}?")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        say(f"{self.prog}: {message}\n  Next: '{self.prog} --help' shows what it takes")
        raise SystemExit(2)


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a day such as 2018-01-31, not {text!r}") from None


def a_port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"must be a port from 0 to 65535, not {text!r}")
    return int(text)


def some_flags(text: str) -> tuple[str, ...]:
    wanted = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [part for part in wanted if part not in ("overdue", "failed", "stale", "broken")]
    if unknown or not wanted:
        raise argparse.ArgumentTypeError(f"must name overdue, failed, stale or broken, not {text!r}")
    return wanted


def a_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, not {text!r}")
    return int(text)


class Commands:
    """The commands of the parser. Each module of commands adds its own."""

    def __init__(self, parsers: Any) -> None:
        self._parsers = parsers
        # The data folder may stand before or after the command.
        self._data = Parser(add_help=False)
        self._data.add_argument(
            "--data", metavar="DIR", default=argparse.SUPPRESS, help="data folder (or ACCESS_REVIEW_DATA)"
        )

    def add(
        self, name: str, words: str, example: str, run: Callable[[Settings, Any], int]
    ) -> argparse.ArgumentParser:
        """A command: `words` say what it does, `run` takes the settings and arguments and gives the exit code."""
        added: argparse.ArgumentParser = self._parsers.add_parser(
            name,
            help=words,
            description=words,
            parents=[self._data],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=f"example:\n  {example}",
        )
        added.set_defaults(run=run)
        return added

    def listing(self, added: argparse.ArgumentParser) -> None:
        """Give a command that lists things its `--format`."""
        added.add_argument("--format", choices=("table", "csv", "json"), default="table")


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], form: str, extra: dict[str, Any] | None = None
) -> None:
    """One listing on standard output, as a table for eyes, CSV or JSON."""
    rows = [tuple(row) for row in rows]
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        from dashboard.measures import cell

        writer.writerows([cell(v) for v in row] for row in rows)
        sys.stdout.write(out.getvalue())
    elif form == "json":
        record = [dict(zip(columns, row, strict=True)) for row in rows]
        print(json.dumps({**(extra or {}), "rows": record}, default=str, ensure_ascii=False, indent=1))
    else:
        sys.stdout.write(aligned(columns, rows))


def aligned(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns lined up for a terminal; long text is cut here and only here (CSV and JSON are whole)."""

    def shown(value: object) -> str:
        if value is None:
            return "–"
        if isinstance(value, bool):
            return "yes" if value else "no"
        text = f"{value:.3f}" if isinstance(value, float) else str(value)
        # A terminal obeys control characters, and a register's text is not to be obeyed.
        text = "".join(c if c.isprintable() else " " for c in text)
        return text if len(text) <= 60 else text[:59] + "…"

    cells = [[shown(v) for v in row] for row in rows]
    widths = [max([len(c), *(len(r[i]) for r in cells)]) for i, c in enumerate(columns)]
    right = [
        bool(rows) and all(isinstance(r[i], int | float) or r[i] is None for r in rows)
        for i in range(len(columns))
    ]

    def line(values: Sequence[str]) -> str:
        parts = [
            v.rjust(w) if right[i] else v.ljust(w)
            for i, (v, w) in enumerate(zip(values, widths, strict=True))
        ]
        return "  ".join(parts).rstrip() + "\n"

    return line(columns) + line(["-" * w for w in widths]) + "".join(line(r) for r in cells)


def progress() -> Callable[[str], None]:
    """Progress on a terminal, one line that is written over; silent elsewhere."""
    if not sys.stderr.isatty():
        return lambda _: None
    width = shutil.get_terminal_size().columns - 1

    def show(words: str) -> None:
        sys.stderr.write("\r" + words[:width].ljust(width))
        sys.stderr.flush()

    return show
