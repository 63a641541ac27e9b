"""What every section of a review is made of: a measure with its CSV, a sentence with its sources, an exhibit."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl

from markupsafe import Markup

from dashboard.definitions import load_definitions
from dashboard.exhibits import Exhibit
from dashboard.files import write_parts
from dashboard.filters import Filters, make_filters
from dashboard.findings import Ground
from dashboard.html import environment
from dashboard.ledger import Ledger, Source
from dashboard.measures import MeasureResult, Scope, measure, scopes
from dashboard.measures.result import csv_parts
from dashboard.review.choice import Choice, choose
from dashboard.review.commentary import commentary_html, read_commentary
from dashboard.review.sheets import Sheet, describe, types_of
from dashboard.reviews import Review, earlier_review, open_review
from dashboard.settings import load_settings
from dashboard.store import Rows, Store
from dashboard.text import day


SCRATCH = "ACCESS_REVIEW_SCRATCH"  # where a scheduled render wants the notebook's files; unset when a person runs it
# The folder, in the data folder, of the review before, as the render chose it; empty where there is none. Unset when a
# person runs the notebook: then it is looked for.
EARLIER = "ACCESS_REVIEW_EARLIER"
MEMORY = "ACCESS_REVIEW_MEMORY"  # what DuckDB may take in a scheduled render
SPILL = ".spill"  # in the scratch folder
PATIENCE = 240.0  # seconds for one query: nobody waits at a page, and a section has 300 (dashboard/reports/render.py)
SECTIONS = {
    "overview": "#section-headlines",
    "volumes": "#section-volumes",
    "recipients": "#section-recipients",
    "turnaround": "#section-turnaround",
    "register": "#section-method",
}


class Shown:
    """HTML for a notebook, with a short name where HTML cannot be shown."""

    def __init__(self, name: str, html: str) -> None:
        self.name = name
        self.html = html

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<section {self.name} of the review>"


@dataclass
class Parts:
    """One review being made, and what every section of it is made with."""

    store: Store
    choice: Choice
    scope: Scope
    folder: Path | None = None
    ledger: Ledger = field(default_factory=Ledger)
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    commentaries: dict[str, str] = field(default_factory=dict)
    earlier: Review | None = None  # the review of the April before, where one is held
    sheets: dict[str, Sheet] = field(default_factory=dict)  # what the spreadsheet says of each table

    @classmethod
    def open(
        cls,
        *,
        year: int,
        as_at: str | date | None = None,
        register: str = "",
        build_id: str = "",
        data: str = "",
    ) -> Self:
        """Open a review of a named build (the current one when none is named). Raises AccessReviewError."""
        day_ = date.fromisoformat(as_at) if isinstance(as_at, str) and as_at else as_at or None
        assert not isinstance(day_, str)
        scratch = os.environ.get(SCRATCH)
        # A render shares its machine with a server: little memory, one thread, and the rest of a sort on the disk.
        modest: dict[str, Any] = {}
        if scratch:
            modest = {"threads": 1, "memory": os.environ.get(MEMORY, "2GB"), "spill": Path(scratch) / SPILL}
            modest["in_turn"] = True
        store = Store(load_settings(data or None), build_id=build_id or None, patience=PATIENCE, **modest)
        choice = choose(store, year=year, as_at=day_, register=register or None)
        named = os.environ.get(EARLIER)
        if named is None:
            earlier = earlier_review(store.settings, year=year, register=choice.register)
        else:
            earlier = open_review(store.settings.data / named) if named else None
        return cls.begin(store, choice, folder=Path(scratch) if scratch else None, earlier=earlier)

    @classmethod
    def begin(
        cls, store: Store, choice: Choice, *, folder: Path | None = None, earlier: Review | None = None
    ) -> Self:
        """A review of a store that is open; files go to `folder`, or nowhere. `earlier`: the April before's."""
        scope = scopes(store, choice.filters)[0]
        said = tuple(w for answers in (scope.columns, scope.clocks) for _, w in answers.values())
        ledger = Ledger(quoted=said)
        return cls(store=store, choice=choice, scope=scope, folder=folder, ledger=ledger, earlier=earlier)

    def __repr__(self) -> str:
        return f"April review {self.choice.year} of {self.choice.register}, build {self.store.build.id}"

    @property
    def filters(self) -> Filters:
        return self.choice.filters

    def _part(self, name: str, /, **values: Any) -> Markup:
        return Markup(parts()[name](**values))

    def _section(self, name: str, parts: Iterable[str]) -> Shown:
        """A section with the author's commentary at its end, where there is one."""
        return Shown(name, "\n".join([*parts, *self._commentary(name)]))

    def _measure(self, name: str, key: str, filters: Filters | None = None, **keywords: Any) -> MeasureResult:
        """One measure, its CSV written beside the report under `key`."""
        result = measure(name, self.store, filters=filters or replace(self.filters, **keywords))
        self._write(
            key, result.columns, result.chunks(), name=name, filters=result.filters, notes=result.notes
        )
        return result

    def _write(
        self,
        key: str,
        columns: Sequence[str],
        chunks: Iterable[Sequence[tuple[Any, ...]]],
        *,
        name: str = "",
        filters: Filters | None = None,
        notes: Sequence[str] = (),
    ) -> int:
        """Rows as the CSV `key` and as a sheet, some at a time; returns how many. `name`: the measure's, where they
        are one's. What was asked of the register alone has no other filters."""
        asked = filters or Filters(register=self.choice.register)
        types: list[set[type]] = [set() for _ in columns]
        count = 0

        def counted() -> Iterator[Sequence[tuple[Any, ...]]]:
            nonlocal count
            for rows in chunks:
                count += len(rows)
                for known, new in zip(types, types_of(columns, rows), strict=True):
                    known |= new
                yield rows

        if self.folder:
            write_parts(self.folder / self._csv(key), csv_parts(columns, counted()))
        else:
            for _ in counted():
                pass
        self.measures[key] = {
            "measure": name or key,
            "filters": {n: list(v) if isinstance(v, tuple) else str(v) for n, v in asked.items()},
            "file": self._csv(key),
            "rows": count,
            "notes": list(notes),
        }
        self.sheets[key] = describe(name or key, columns, types, asked)
        return count

    def _listed(self, query: str, filters: Filters) -> Rows:
        """Every row of a query, some thousands at a time: as many as the register has are never held."""
        return self.store.stream(query, filters, seconds=PATIENCE)

    @staticmethod
    def _csv(key: str) -> str:
        return f"tables/{key}.csv"

    def _say(self, section: str, words: str, *sources: Source) -> str:
        return self.ledger.say(words, sources, section=section)

    def _exhibit(
        self,
        section: str,
        e: Exhibit,
        *,
        subset: tuple[str, ...] = (),
        where: tuple[tuple[str, tuple[Any, ...]], ...] = (),
        counted: bool = False,
    ) -> Markup:
        """An exhibit without the dashboard's addresses, every figure in its words written down."""
        result = self._measure(e.measure, e.key, make_filters(**dict(parse_qsl(e.query))))
        first = tuple(s.key for s in e.chart.series) if e.chart else ()
        source = ledger_source(result, first=first, subset=subset, where=where, counted=counted)
        for words in (e.title, e.summary):
            self._say(section, words, source, *self._context())
        self.sheets[e.key] = replace(self.sheets[e.key], title=e.title)
        chart = replace(e.chart, links=()) if e.chart else None
        return self._part(
            "exhibit",
            e=replace(e, chart=chart, table=replace(e.table, links=())),
            level=3,
            csv=self._csv(e.key),
        )

    def _context(self) -> list[Source]:
        """What any sentence may mention: the editions, for their dates, and the period reviewed."""
        return [ledger_source(self._editions())]

    def _editions(self) -> MeasureResult:
        return measure(
            "editions",
            self.store,
            filters=Filters(register=self.choice.register, known_on=self.choice.known_on),
        )

    def _commentary(self, section: str) -> list[str]:
        path = self.store.settings.data / "commentary" / str(self.choice.year) / f"{section}.md"
        text = read_commentary(path)
        if text is None:
            return []
        name = f"commentary/{self.choice.year}/{section}.md"
        self.commentaries[section] = name
        return [self._part("commentary", html=Markup(commentary_html(text)), name=name)]

    def _source_of(self, e: Exhibit, subset: tuple[str, ...] = ()) -> Source:
        result = measure(e.measure, self.store, filters=make_filters(**dict(parse_qsl(e.query))))
        return ledger_source(
            result, first=tuple(s.key for s in e.chart.series) if e.chart else (), subset=subset
        )

    def _definitions(self) -> dict[str, str]:
        """The definition of every measure, by a hash of its text: two reviews are compared by them."""
        return {
            d.anchor: hashlib.sha256("\n".join((d.words, d.columns, d.rules)).encode("utf-8")).hexdigest()[
                :16
            ]
            for d in load_definitions().measures
        }

    def _period(self) -> Source:
        """The days the review itself names: the year reviewed and the day it knows up to."""
        end = date(self.choice.year - 1, 12, 31)
        filters = Filters(register=self.choice.register, to=end, known_on=self.choice.known_on)
        return Source(measure="editions", filters=filters, columns=(), rows=())

    def _grounds(self, ground: Ground) -> Source:
        """What a finding rests on, asked again, as the ledger takes it."""
        if ground.measure == "changes":
            # Of the latest edition, whose requests and releases are counted once each; its rows are too many to read.
            return Source(
                measure="changes", filters=ground.filters, columns=(), rows=(),
                where=(("edition", (self.choice.edition,)),), things=("reference", "occurrence"),
                tallied=tuple(("kind", kind, int(str(count))) for kind, count in ground.values),
            )  # fmt: skip
        result = measure(ground.measure, self.store, filters=ground.filters)
        return ledger_source(result, first=ground.columns, counted=ground.counted)

    def _to_as_at(self) -> Filters:
        """Waiting is counted to the as-at date at most: after it nothing is known."""
        to = self.filters.to
        return replace(self.filters, to=min(to, self.choice.as_at) if to else self.choice.as_at)

    def _era(self) -> str:
        return str(next(r["era"] for r in self._editions().dicts() if r["edition"] == self.choice.edition))

    def _fields_of_era(self) -> list[dict[str, Any]]:
        """What the layout of the edition reviewed publishes, field by field."""
        result = measure("answerability", self.store, filters=Filters(register=self.choice.register))
        return [r for r in result.dicts() if r["era"] == self._era()]

    def _fields(self, status: str) -> Source:
        result = measure("answerability", self.store, filters=Filters(register=self.choice.register))
        return ledger_source(result, where=(("era", (self._era(),)), ("status", (status,))), counted=True)


@cache
def parts() -> dict[str, Any]:
    """The macros that draw each part, by name."""
    env = environment()
    parts = env.get_template("report/parts.html").module
    names = (
        "cover",
        "sign_off",
        "findings",
        "said",
        "silent",
        "plain_table",
        "commentary",
        "method",
    )
    return {
        **{name: getattr(parts, name) for name in names},
        "exhibit": env.get_template("exhibit.html").module.exhibit,  # type: ignore[attr-defined]
    }


def unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def period_words(start: date | None, end: date | None) -> str:
    return f"{day(start) if start else 'not stated'} to {day(end) if end else 'not stated'}"


def fragment(link: str) -> str:
    """A page's address as the section of the report that says the same."""
    return SECTIONS.get(link.removeprefix("/").split("?")[0], "") if link else ""


def ledger_source(
    result: MeasureResult,
    *,
    first: tuple[str, ...] = (),
    subset: tuple[str, ...] = (),
    where: tuple[tuple[str, tuple[Any, ...]], ...] = (),
    counted: bool = False,
) -> Source:
    rows = result.rows
    for name, allowed in where:
        place = result.columns.index(name)
        rows = tuple(r for r in rows if r[place] in allowed)
    return Source(
        measure=result.measure,
        filters=result.filters,
        columns=result.columns,
        rows=rows,
        first=first,
        subset=subset,
        where=where,
        counted=counted,
    )
