"""Every figure that a report quotes in words, with its way home: measure, filters, row and column.

A report passes each sentence through `Ledger.say` together with the measure results it speaks of. Each number,
share, date and year in the sentence is found again in those results, as a cell or as named arithmetic on cells,
and written down; `recompute` does that arithmetic again from the rows of a later `measure`. So a sentence that
claims what no measure gives is seen ("not traced"), whoever worded it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from dashboard.figures import interval_words
from dashboard.filters import Filters
from dashboard.text import day, number, p_words, percent


NOT_TRACED = "not traced"
# Method, not measurement: the confidence level, and the number of cases a headline needs.
CONSTANTS = re.compile(
    r"95% (?:interval|bounds)|on under 12 (?:month|quarter|year)s|at least 20 ended cases"
    r"|[Ww]ithin (?:30|60|90|180|365) (?:calendar|working) days|p under 0\.001"
    r"|more than 120 calendar days|\(A to E\)|\(1 to [45]\)"
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SHORT = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
TOKEN = re.compile(
    rf"(?P<day>\d{{1,2}} (?:{MONTHS}) \d{{4}})"
    rf"|(?P<interval>(?:{SHORT} to )?{SHORT} \d{{4}})"
    r"|(?P<rank>(?<=top )\d+(?= recipient))"
    r"|(?P<share>(?:under |over )?\d[\d,]*%)"
    r"|(?P<year>\b(?:19|20)\d\d\b)"
    r"|(?P<number>\d[\d,]*(?:\.\d+)?)"
)
# Columns that tell one row from another, as far as a result has them.
KEYS = (
    "register",
    "edition",
    "interval_start",
    "month_end",
    "group",
    "clock",
    "basis",
    "rank",
    "rule",
    "severity",
    "field",
    "ref",
    "recipient",
    "day",
    "outcome",
    "period_start",
    "period_end",
    "body",
    "unit",
)
TALLIES = ("severity", "status")  # columns whose rows are counted by value
PLACES = frozenset({"sheet_row", "file_row", "occurrence"})  # where a row stands, which no sentence speaks of
SHARES = frozenset(
    {
        "share",
        "cumulative_share",
        "within_target",
        "within_low",
        "within_high",
        "survival",
        "low",
        "high",
        "cumulative_incidence",
    }
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Rows a sentence may speak of: one measure under its filters, with the columns looked at first.

    `subset` names groups whose counts the words add up ("granted" is released, re-used and approved).
    """

    measure: str
    filters: Filters
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    first: tuple[str, ...] = ()
    subset: tuple[str, ...] = ()
    where: tuple[
        tuple[str, tuple[Any, ...]], ...
    ] = ()  # rows here are those with one of these values, in order
    counted: bool = False  # the words say how many rows there are
    # How many rows (or `things`) have a value in a column, as a counting query gave them, where the rows themselves are
    # too many to be read for a number: (column, value, rows).
    tallied: tuple[tuple[str, str, int], ...] = ()
    things: tuple[str, ...] = ()  # columns that tell one thing from another, where `tallied` counts things
    table: str = (
        ""  # a table of the report itself, where the rows are no measure's: its file, beside the report
    )

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def ordered(self) -> list[str]:
        return [
            *(c for c in self.first if c in self.columns),
            *(c for c in self.columns if c not in self.first and c not in PLACES),
        ]


@dataclass
class Ledger:
    """The figures quoted so far, in the order of the report."""

    figures: list[dict[str, Any]] = field(default_factory=list)
    quoted: tuple[str, ...] = ()  # sentences of the register's description: their figures are its own

    def say(self, words: str, sources: Sequence[Source], *, section: str) -> str:
        """The words unchanged, every figure in them written down."""
        for kind, token, _ in _tokens(words, sources, self.quoted):
            self.figures.append(
                {"section": section, "sentence": words, "words": token, **_home(kind, token, sources)}
            )
        return words


def _tokens(words: str, sources: Sequence[Source], quoted: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """(kind, token, place) for every figure; digits inside a name quoted from the rows are part of the name."""
    masked = CONSTANTS.sub(lambda m: " " * len(m[0]), words)
    texts = [v for s in sources for row in s.rows for v in row if isinstance(v, str)]
    names = {v for v in (*texts, *quoted) if re.search(r"\d", v)}
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 3 and not TOKEN.fullmatch(name):
            masked = masked.replace(name, " " * len(name))
    for found in TOKEN.finditer(masked):
        yield str(found.lastgroup), found[0].rstrip(","), found.start()


def _home(kind: str, token: str, sources: Sequence[Source]) -> dict[str, Any]:
    for way in (_tallied, _rows, _cell, _of_filters, _rounded, _arithmetic):
        for source in sources:
            found = way(kind, token, source)
            if found:
                return {
                    "measure": source.measure or None,
                    **({"table": source.table} if source.table else {}),
                    "filters": {n: _plain(v) for n, v in source.filters.items()},
                    **({"where": {n: _plain(v) for n, v in source.where}} if source.where else {}),
                    **found,
                }
    return {"measure": None, "filters": {}, "how": NOT_TRACED, "cells": [], "value": token}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    return round(value, 6) if isinstance(value, float) else value


def _shown(kind: str, column: str, value: Any, interval: str | None) -> bool | str:
    """The words a cell would be given, for the kind of token looked for; False when it has none."""
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, date):
        if kind == "day":
            return day(value)
        if kind == "year":
            return str(value.year)
        if kind != "interval" or column not in ("interval_start", "month_end"):
            return False
        # A quarter that is told by its last month begins two months before.
        first = value.month - (value.month - 1) % 3 if interval == "quarter" else value.month
        return interval_words(value.replace(day=1, month=first), interval)
    if column in ("chi2", "p") and kind == "number":
        return f"{value:.1f}" if column == "chi2" else p_words(value)
    if isinstance(value, int | float):
        if kind == "share":
            return percent(float(value)) if column in SHARES else False
        return number(value) if kind in ("number", "year") and column not in SHARES else False
    return False


def _cells(kind: str, source: Source) -> Iterator[tuple[int, str, Any, str]]:
    """(row, column, value, words) of every cell that could be quoted, the likeliest first: late rows, first columns."""
    rows = source.dicts()
    in_time = bool({"interval_start", "month_end", "as_at"} & set(source.columns))
    for column in source.ordered():
        places = range(len(rows))
        for place in reversed(places) if in_time else places:
            words = _shown(kind, column, rows[place][column], source.filters.interval)
            if isinstance(words, str):
                yield place, column, rows[place][column], words


def _tallied(kind: str, token: str, source: Source) -> dict[str, Any] | None:
    for column, value, count in source.tallied if kind == "number" else ():
        if number(count) == token:
            found = {"how": "rows where", "cells": [], "column": column, "equals": value, "value": count}
            return {**found, "how": "things where", "things": list(source.things)} if source.things else found
    return None


def _things(figure: dict[str, Any], rows: Sequence[dict[str, Any]]) -> int:
    return len(
        {tuple(r[c] for c in figure["things"]) for r in rows if r[figure["column"]] == figure["equals"]}
    )


def _rows(kind: str, token: str, source: Source) -> dict[str, Any] | None:
    """The number of rows, where the words count them, or speak of "the top 10" of a ranking (ranks may be shared)."""
    asked = (source.counted and kind == "number") or (kind == "rank" and "rank" in source.columns)
    if asked and number(len(source.rows)) == token:
        return {"how": "rows", "cells": [], "value": len(source.rows)}
    return None


def _cell(kind: str, token: str, source: Source) -> dict[str, Any] | None:
    for place, column, value, words in _cells(kind, source):
        if words == token:
            how = "year" if kind == "year" and isinstance(value, date) else "cell"
            return {"how": how, "cells": [cell_at(source, place, column)], "value": _plain(value)}
    return None


def _of_filters(kind: str, token: str, source: Source) -> dict[str, Any] | None:
    """A day or year that the question itself names, such as the end of the period."""
    for name, value in source.filters.items():
        if isinstance(value, date) and token in (day(value), str(value.year)):
            return {"how": f"filter {name}", "cells": [], "value": _plain(value)}
    return None


def cell_at(source: Source, place: int, column: str) -> dict[str, Any]:
    row = source.dicts()[place]
    where = {k: _plain(row[k]) for k in KEYS if row.get(k) is not None}
    return {"row": place + 1, "where": where, "column": column, "value": _plain(row[column])}


def _rounded(kind: str, token: str, source: Source) -> dict[str, Any] | None:
    """A number with a fraction that the words give without one: a mean, or a limit."""
    if kind != "number":
        return None
    for place, column, value, _ in _cells(kind, source):
        if isinstance(value, float) and number(round(value)) == token:
            return {"how": "rounded", "cells": [cell_at(source, place, column)], "value": round(value)}
    return None


def _counts(source: Source) -> Iterator[str]:
    for column in source.ordered():
        values = [row[source.columns.index(column)] for row in source.rows]
        known = [v for v in values if v is not None]
        if known and all(isinstance(v, int) and not isinstance(v, bool) for v in known):
            yield column


def _change(now: Any, before: Any) -> float:
    return abs(now - before) / before if before else 0.0


# Named arithmetic: each takes the values of the cells written down, in their order.
ARITHMETIC: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: sum(v or 0 for v in values),
    "difference": lambda values: abs(values[0] - values[1]),
    "change": lambda values: _change(values[0], values[1]),
    "share of the sum": lambda values: values[0] / sum(v or 0 for v in values[1:]),
}


def _arithmetic(kind: str, token: str, source: Source) -> dict[str, Any] | None:
    """Sums, differences, relative changes and shares of whole columns, and the number of rows."""

    def entry(how: str, cells: list[tuple[int, str]], value: Any) -> dict[str, Any]:
        return {"how": how, "cells": [cell_at(source, p, c) for p, c in cells], "value": _plain(value)}

    rows = source.dicts()
    every = range(len(rows))
    # What was supplied of what was asked for, before a change between two periods that happens to be as large.
    if kind == "share" and {"supplied", "requested"} <= set(source.columns):
        supplied, requested = (sum(r[c] or 0 for r in rows) for c in ("supplied", "requested"))
        if requested and percent(supplied / requested) == token:
            cells = [*((p, "supplied") for p in every), *((p, "requested") for p in every)]
            found = entry("share of the sum", cells, supplied / requested)
            return {**found, "how": "share of several", "several": len(rows)}
    for column in _counts(source):
        values = [r[column] for r in rows]
        total = sum(v or 0 for v in values)
        if kind in ("number", "year") and number(total) == token:
            return entry("sum", [(p, column) for p in every], total)
        for earlier, later in reversed(list(pairwise(every))):
            if values[earlier] is None or values[later] is None:
                continue
            pair = [(later, column), (earlier, column)]
            if kind == "number" and number(abs(values[later] - values[earlier])) == token:
                return entry("difference", pair, abs(values[later] - values[earlier]))
            change = _change(values[later], values[earlier])
            if kind == "share" and values[earlier] and percent(change) == token:
                return entry("change", pair, change)
        if kind != "share" or not total:
            continue
        # Of every row, or of those that ended, where the words speak of outcomes.
        ended = [p for p in every if rows[p].get("group") not in ("open", "unknown")]
        for base in [list(every), ended] if source.subset else [list(every)]:
            whole = sum(values[p] or 0 for p in base)
            if not whole:
                continue
            for place in base:
                if percent((values[place] or 0) / whole) == token:
                    cells = [(place, column), *((p, column) for p in base)]
                    return entry("share of the sum", cells, (values[place] or 0) / whole)
            chosen = [p for p in base if rows[p].get("group") in source.subset]
            part = sum(values[p] or 0 for p in chosen)
            if chosen and percent(part / whole) == token:
                found = entry("share of the sum", [(p, column) for p in (*chosen, *base)], part / whole)
                return {**found, "how": "share of several", "several": len(chosen)}
    if kind == "number" and number(len(rows)) == token:
        return {"how": "rows", "cells": [], "value": len(rows)}
    for column in TALLIES:
        for value in sorted({r[column] for r in rows if r.get(column)}):
            count = sum(r[column] == value for r in rows)
            if kind == "number" and number(count) == token:
                return {"how": "rows where", "cells": [], "column": column, "equals": value, "value": count}
    return None


def recompute(figure: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Any:
    """The value of a recorded figure from rows as `measure --format json` gives them (None when it is gone)."""
    how = figure["how"]
    for name, allowed in figure.get("where", {}).items():
        rows = [r for r in rows if r[name] in allowed]
    if how == "rows":
        return len(rows)
    if how == "rows where":
        return sum(r[figure["column"]] == figure["equals"] for r in rows)
    if how == "things where":
        return _things(figure, rows)
    if how.startswith("filter "):
        return figure["filters"].get(how.removeprefix("filter "))
    if how == NOT_TRACED or any(c["row"] > len(rows) for c in figure["cells"]):
        return None
    values = [rows[c["row"] - 1].get(c["column"]) for c in figure["cells"]]
    if how == "rounded":
        return round(values[0])
    if how in ("cell", "year"):
        return _plain(values[0])
    if how == "share of several":
        part, whole = values[: figure["several"]], values[figure["several"] :]
        return _plain(sum(v or 0 for v in part) / sum(v or 0 for v in whole))
    return _plain(ARITHMETIC[how](values))


def says(figure: dict[str, Any]) -> bool:
    """Whether the words of a recorded figure are some way of saying its value."""
    return figure["words"] in [way(figure["value"]) for way in _WAYS if _fits(way, figure["value"])]


def said_as(figure: dict[str, Any], value: Any) -> str:
    """Another value in the way that the words of a recorded figure say theirs; empty where it cannot be."""
    for way in _WAYS:
        if _fits(way, figure["value"]) and _fits(way, value) and way(figure["value"]) == figure["words"]:
            return way(value)
    return ""


def place_again(figure: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Any:
    """As `recompute`, from rows that may be more or fewer than they were: each cell is found by what tells its row
    from the others, not by its number. None where a place is gone."""
    for name, allowed in figure.get("where", {}).items():
        rows = [r for r in rows if r.get(name) in allowed]
    found = []
    for cell in figure["cells"]:
        # A recipient that moved up the list is the same recipient.
        keys = {k: v for k, v in cell["where"].items() if k != "rank" or "recipient" not in cell["where"]}
        there = [n for n, row in enumerate(rows) if all(row.get(k) == v for k, v in keys.items())]
        if len(there) != 1:
            return None
        found.append({**cell, "row": there[0] + 1})
    return recompute({**figure, "where": {}, "cells": found}, rows)


def _date(value: Any) -> date:
    return date.fromisoformat(value)


def _quarter(value: Any) -> str:
    # A quarter that is told by its last month begins two months before.
    first = _date(value)
    return interval_words(first.replace(day=1, month=first.month - (first.month - 1) % 3), "quarter")


# Every way in which a report says a value: days and intervals from ISO text, the others from numbers.
_OF_TEXT: tuple[Callable[[Any], str], ...] = (
    lambda v: day(_date(v)),
    lambda v: str(_date(v).year),
    lambda v: interval_words(_date(v).replace(day=1), "month"),
    _quarter,
)
_OF_NUMBERS: tuple[Callable[[Any], str], ...] = (
    lambda v: number(v),
    lambda v: percent(float(v)),
    lambda v: f"{v:.1f}",
    lambda v: p_words(v),
    lambda v: number(round(v)),
    lambda v: str(v),
)
_WAYS = (*_OF_TEXT, *_OF_NUMBERS)


def _fits(way: Callable[[Any], str], value: Any) -> bool:
    if isinstance(value, str):
        return way in _OF_TEXT and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None
    return way in _OF_NUMBERS and isinstance(value, int | float) and not isinstance(value, bool)
