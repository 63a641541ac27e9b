"""What a measure is and what it gives: named columns, rows, and the sentences to say beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dashboard.filters import NAMES, Filters
from dashboard.store import Result, Rows, Store, load_query
from dashboard.text import defuse, join_words


if TYPE_CHECKING:
    import pandas as pd


SHOWN = 20  # rows of a result that a notebook shows
CHUNK = 2_000  # rows of a long answer that are written at a time


@dataclass(frozen=True, kw_only=True)
class MeasureResult:
    """Rows of one measure, with what must be said beside them.

    `columns` are those of the contract, then extras; `register` leads when no register was named. `notes` are
    sentences: what is null and why, what was left out, which method was used.
    """

    measure: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...]
    filters: Filters
    build: str
    sql: str

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def column(self, name: str) -> list[Any]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    @property
    def df(self) -> pd.DataFrame:
        """The rows as a frame: counts are nullable integers, dates are dates, shares are floats."""
        import pandas as pd

        frame = pd.DataFrame(list(self.rows), columns=list(self.columns), dtype=object)
        for name in frame.columns:
            values = [v for v in frame[name] if v is not None]
            if values and all(isinstance(v, bool) for v in values):
                frame[name] = frame[name].astype("boolean")
            elif values and all(isinstance(v, int) for v in values):
                frame[name] = frame[name].astype("Int64")
            elif values and all(isinstance(v, int | float) for v in values):
                frame[name] = frame[name].astype("Float64")
            elif values and all(isinstance(v, date) for v in values):
                frame[name] = pd.to_datetime(frame[name])
            elif values:
                frame[name] = frame[name].astype("string")
        return frame

    def csv(self) -> str:
        """CSV, as the command line and the open-data addresses give it. Text is defused; None is empty."""
        return "".join(csv_parts(self.columns, self.chunks()))

    def json(self) -> str:
        """JSON: the rows as objects, with filters, notes and build."""
        return "".join(json_parts(self, self.columns, self.chunks()))

    def chunks(self) -> Iterator[Sequence[tuple[Any, ...]]]:
        """The rows, a few thousand at a time, so that a long answer is written without a second copy of it."""
        for start in range(0, len(self.rows), CHUNK):
            yield self.rows[start : start + CHUNK]

    def parts(self, form: str) -> Iterator[str]:
        """The text of `csv` or `json`, in parts."""
        return (csv_parts if form == "csv" else partial(json_parts, self))(self.columns, self.chunks())

    def _repr_html_(self) -> str:
        from dashboard.figures import result_table
        from dashboard.tables import html_table

        # Names and days as they are typed in the next cell.
        first = [[v.isoformat() if isinstance(v, date) else v for v in row] for row in self.rows[:SHOWN]]
        shown = result_table(replace(self, rows=tuple(map(tuple, first))))
        shown = replace(shown, columns=tuple(replace(c, label=c.name) for c in shown.columns))
        more = f"The first {SHOWN} of {len(self.rows):,} rows; .df has them all."
        said = (*((more,) if len(self.rows) > SHOWN else ()), *self.notes, self.definition)
        return html_table(shown, key=self.measure) + "".join(f"<p>{_escaped(words)}</p>" for words in said)

    @property
    def definition(self) -> str:
        """Where it is said how this is worked out, in words: a notebook has no page to link to."""
        name = self.measure.removesuffix("-rows")
        return f"How {name} is worked out: docs/definitions.md, and /about#{name} on the dashboard."


@dataclass(frozen=True, kw_only=True)
class RowStream:
    """Rows behind a figure as they are read: the same text as a MeasureResult of them, never whole in memory.

    To be closed, or read to its end.
    """

    measure: str
    columns: tuple[str, ...]
    filters: Filters
    source: Rows
    notes: tuple[str, ...] = ()

    @property
    def build(self) -> str:
        return self.source.build

    def chunks(self) -> Iterator[Sequence[tuple[Any, ...]]]:
        places = [self.source.columns.index(c) for c in self.columns]
        for rows in self.source:
            yield [tuple(row[p] for p in places) for row in rows]

    def parts(self, form: str) -> Iterator[str]:
        return (csv_parts if form == "csv" else partial(json_parts, self))(self.columns, self.chunks())

    def close(self) -> None:
        self.source.close()


def csv_parts(columns: Sequence[str], chunks: Iterable[Sequence[tuple[Any, ...]]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for rows in chunks:
        writer.writerows([cell(v) for v in row] for row in rows)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def json_parts(
    said: MeasureResult | RowStream, columns: Sequence[str], chunks: Iterable[Sequence[tuple[Any, ...]]]
) -> Iterator[str]:
    record = {
        "measure": said.measure,
        "filters": {name: _plain(value) for name, value in said.filters.items()},
        "build": said.build,
        "notes": list(said.notes),
        "rows": [],
    }
    head = json.dumps(record, ensure_ascii=False, indent=1)
    before, end = head.removesuffix("]\n}"), "]\n}\n"
    parted = ""
    for rows in chunks:
        objects = [{k: _plain(v) for k, v in zip(columns, row, strict=True)} for row in rows]
        # As `json.dumps` of the whole would write it: a level deeper, so a space more before each line.
        inner = json.dumps(objects, ensure_ascii=False, indent=1)[1:-2].replace("\n", "\n ")
        yield before + parted + inner
        before, parted = "", ","
    yield before + ("\n " if parted else "") + end


def _escaped(text: str) -> str:
    from dashboard.text import escape

    return escape(text)


def _round(value: float) -> float:
    return round(value, 6)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        rounded = _round(value)
        return int(rounded) if rounded.is_integer() else rounded
    return value


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return defuse(value)
    plain = _plain(value)
    return (
        plain
        if isinstance(plain, str)
        else format(plain, "f" if isinstance(plain, float) else "d").rstrip(
            "0" if isinstance(plain, float) else ""
        )
    )


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A named measure: its contract columns, what computes it and what lists its rows."""

    name: str
    words: str
    columns: tuple[str, ...]
    query: str
    compute: Callable[[Store, Filters], tuple[Result, list[str]]]
    rows_query: str
    also: tuple[str, ...] = ()  # columns beyond the contract's that a listing for eyes shows too
    archive: bool = False  # it lists what the archive holds, what is withdrawn included
    also_takes: tuple[str, ...] = ()  # filters that it uses and its query does not
    never_takes: tuple[str, ...] = ()  # filters that its query uses for others, and not for it
    idle: Callable[[Filters], tuple[str, ...]] | None = (
        None  # filters that it takes and a question may not use
    )
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def takes(self) -> frozenset[str]:
        """The filters that change what it gives, by public name; the others are named in its notes."""
        read = set(load_query(self.query).parameters) & set(NAMES)
        return frozenset(read | set(self.also_takes)) - set(self.never_takes)

    def used(self, filters: Filters) -> frozenset[str]:
        """Those of `takes` that this question uses."""
        return self.takes - frozenset(self.idle(filters) if self.idle else ())


def not_applied(filters: Filters, takes: Collection[str]) -> list[str]:
    """The filters asked for that a measure does not use, as a sentence in a list; empty where it uses them all."""
    idle = [f"'{name}'" for name, _ in filters.items() if name not in takes]
    if not idle:
        return []
    return [
        f"Not applied, as this measure does not use {'it' if len(idle) == 1 else 'them'}: {join_words(idle)}."
    ]


def plain_query(name: str) -> Callable[[Store, Filters], tuple[Result, list[str]]]:
    """A measure that is one query and needs no words."""

    def compute(store: Store, filters: Filters) -> tuple[Result, list[str]]:
        return store.query(name, filters), []

    return compute


def ordered(columns: Iterable[str], found: Sequence[str], filters: Filters) -> tuple[str, ...]:
    """The columns of a result: those promised, in their order; `register` leads unless one was named."""
    promised = list(columns)
    if "register" in found and "register" not in promised and not filters.register:
        promised.insert(0, "register")
    return (*promised, *(c for c in found if c not in promised and c != "register"))


def make_result(
    name: str,
    columns: Iterable[str],
    query: str,
    result: Result,
    notes: list[str],
    filters: Filters,
    store: Store,
) -> MeasureResult:
    """Contract columns first, in their order; `register` leads unless one was named; extras follow."""
    order = ordered(columns, result.columns, filters)
    picked = itemgetter(*(result.columns.index(c) for c in order))
    return MeasureResult(
        measure=name,
        columns=order,
        rows=tuple(map(picked, result.rows)) if len(order) > 1 else tuple((picked(r),) for r in result.rows),
        notes=tuple(dict.fromkeys(notes)),
        filters=filters,
        build=store.build.id,
        sql=load_query(query).sql,
    )
