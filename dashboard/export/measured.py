"""The measures of an export: each by its plain question, and those of periods year by year too."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard import measures
from dashboard.definitions import load_definitions
from dashboard.export.session import kind_of
from dashboard.export.tables import TABLES
from dashboard.filters import Filters
from dashboard.measures import Measure, MeasureResult
from dashboard.store import Store


# These are tables too, where they have a register's column and are written as they are read.
AS_TABLES = frozenset({"changes", "issues", "editions"}) & {t.name for t in TABLES}
STREAMED = frozenset({"spells"})  # one row a request and clock: written as it is read, too


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One file of a measure: the question whose answer it holds, beside the register and the day."""

    measure: Measure
    interval: str | None = None

    @property
    def name(self) -> str:
        return self.measure.name + (f"-by-{self.interval}" if self.interval else "")

    def filters(self, base: Filters) -> Filters:
        return replace(base, interval=self.interval)

    def command(self, base: Filters) -> str:
        """The command that prints the same CSV."""
        chosen = [(name, value) for name, value in self.filters(base).items()]
        words = [f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in chosen]
        return " ".join(["access-review measure", self.measure.name, *words, "--format csv"])


def questions() -> tuple[Asked, ...]:
    """Every measure that is no table: once, and by year too where its rows are intervals and it names none."""
    found = []
    for measure in measures.MEASURES.values():
        if measure.name in AS_TABLES:
            continue
        found.append(Asked(measure=measure))
        if measure.columns[0] == "interval_start" and "interval" not in measure.defaults:
            found.append(Asked(measure=measure, interval="year"))
    return tuple(found)


def answer(asked: Asked, store: Store, base: Filters) -> MeasureResult:
    return measures.measure(asked.measure.name, store, filters=asked.filters(base))


def types(results: Sequence[MeasureResult]) -> dict[str, str]:
    """DuckDB's type of each column, of all the registers' answers together, so that their files fit one another."""
    names = dict.fromkeys(name for result in results for name in result.columns)
    return {
        name: kind_of(v for result in results if name in result.columns for v in result.column(name))
        for name in names
    }


def described(name: str) -> dict[str, str]:
    """What each column of a measure means, from docs/definitions.md: its table of columns, read as text."""
    found = {}
    for definition in load_definitions().of({name}):
        for line in definition.columns.splitlines():
            parts = [part.strip() for part in line.strip().strip("|").split("|")]
            if len(parts) == 2 and parts[0].startswith("`"):
                for column in parts[0].replace("`", "").split(","):
                    found[column.strip()] = parts[1].replace("`", "")
    return found
