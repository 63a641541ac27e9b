"""A measure's result as a notebook holds it: it shows itself, and leads on to its frame, rows, chart and query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dashboard.errors import AccessReviewError
from dashboard.filters import Filters
from dashboard.measures.catalogue import find_measure, rows
from dashboard.measures.result import MeasureResult
from dashboard.measures.scope import scopes
from dashboard.store import Store, load_query
from dashboard.text import escape


if TYPE_CHECKING:
    import pandas as pd


ENTRIES = "-rows"  # how the name of a listing of entries ends
PRINTED = 10  # rows, where no HTML can be shown


class Sql(str):
    """The text of a query, with the values that were bound to its parameters in `values`."""

    values: Mapping[str, object]

    def __new__(cls, text: str, values: Mapping[str, object]) -> Sql:
        made = super().__new__(cls, text)
        made.values = MappingProxyType(dict(values))
        return made

    def bound(self) -> str:
        """Parameter by parameter, one a line: "$limit = 10"."""
        return "\n".join(f"${name} = {_literal(value)}" for name, value in self.values.items())

    def __repr__(self) -> str:
        return f"{self}\n-- bound:\n" + "\n".join(f"--   {line}" for line in self.bound().splitlines())

    def _repr_html_(self) -> str:
        return (
            f"<pre><code>{escape(str(self))}</code></pre>"
            f"<p>Bound to it:</p><pre><code>{escape(self.bound())}</code></pre>"
        )


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(v) for v in value) + "]"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


@dataclass(frozen=True, kw_only=True, repr=False)
class Measured:
    """What `store.volumes(...)` and its like give.

    `result` is the plain value that pages and reports use too; `asked` the filters as they were asked, without the
    measure's defaults. `len()` is the number of rows.
    """

    result: MeasureResult
    asked: Filters
    store: Store

    @property
    def measure(self) -> str:
        """The measure's name."""
        return self.result.measure

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names: those of the contract, then others."""
        return self.result.columns

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences: what is null and why, what was left out, which filter was not applied."""
        return self.result.notes

    @property
    def filters(self) -> Filters:
        """The filters that were used, the measure's defaults among them."""
        return self.result.filters

    @property
    def build(self) -> str:
        """The id of the build that answered."""
        return self.result.build

    @property
    def source(self) -> tuple[str, ...]:
        """Where the numbers come from, a sentence a register: its title, as-at date, publication and the build."""
        from dashboard.figures import source_words

        return tuple(source_words(self.store, scope) for scope in scopes(self.store, self.asked))

    @property
    def df(self) -> pd.DataFrame:
        """The rows as a pandas frame: nullable integers, dates, shares from 0 to 1. What is not published is missing.

        `df.attrs` has the measure, filters, build, notes and source.
        """
        frame = self.result.df
        frame.attrs = {
            "measure": self.measure,
            "filters": self.filters.words(),
            "build": self.build,
            "notes": list(self.notes),
            "source": list(self.source),
        }
        return frame

    @property
    def sql(self) -> Sql:
        """The query's text, with what was bound to it: `print(result.sql)`, `result.sql.values`."""
        name = find_measure(self.measure.removesuffix(ENTRIES))
        query = load_query(name.rows_query if self.measure.endswith(ENTRIES) else name.query)
        given = self.filters.parameters()
        return Sql(query.sql, {p: given[p] for p in query.parameters if p in given})

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries by column."""
        return self.result.dicts()

    def column(self, name: str) -> list[Any]:
        """The values of one column. Raises ValueError where there is none of that name."""
        return self.result.column(name)

    def csv(self) -> str:
        """The text that the command line and the pages give as CSV."""
        return self.result.csv()

    def json(self) -> str:
        """The text that the command line and the pages give as JSON."""
        return self.result.json()

    def rows(self) -> Measured:
        """Exactly the entries that the figures count, each with its edition, sheet and row; itself where it is those.

        Raises AccessReviewError where another build has come into force since.
        """
        if self.measure.endswith(ENTRIES):
            return self
        if self.store.build.id != self.build:
            raise AccessReviewError(
                f"these figures are of build {self.build[:8]}, and {self.store.build.id[:8]} is in force now",
                hint="ask for the figures again, or open the store with open_store(build=...)",
            )
        found = rows(self.measure, self.store, filters=self.asked)
        return Measured(result=found, asked=self.asked, store=self.store)

    def hvplot(self, y: str | list[str] | None = None, **options: Any) -> Any:
        """A chart of the result, as a HoloViews object: units on its axes, a title, the colours of the pages.

        `y`: the column or columns to draw where the usual ones are not wanted. Other options are HoloViews' own
        (`width`, `height`, `title`). For anything else: `result.df.hvplot`. Raises UsageError where a measure has no
        such column.
        """
        from dashboard.notebook_charts import draw

        return draw(self, y=y, **options)

    def __len__(self) -> int:
        return len(self.result.rows)

    def __repr__(self) -> str:
        shown = self.result.df.head(PRINTED)
        table = shown.to_string(index=False, na_rep="–") if len(shown) else "(no rows)"
        left = len(self) - len(shown)
        return "\n".join(
            [
                f"{self.measure} ({self.filters.words() or 'no filters'})",
                table,
                *([f"and {left:,} more rows: .df has them all"] if left > 0 else []),
                *(f"Note: {words}" for words in self.notes),
                *(f"Source: {words}" for words in self.source),
            ]
        )

    def _repr_html_(self) -> str:
        said = "".join(f"<p><small>Source: {escape(words)}</small></p>" for words in self.source)
        return self.result._repr_html_() + said
