"""An exhibit: one figure as a reader meets it, made once and drawn many ways.

The shapes here hold plain values only, so the same exhibit becomes words and an HTML table
(`dashboard.tables`), a static SVG (`dashboard.svg`) or an interactive hvPlot chart
(`dashboard.charts`). This module draws nothing and imports no plotting library: what a notebook asks an exhibit
for is imported when it asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl

from dashboard.definitions import address


if TYPE_CHECKING:
    import pandas as pd


ValueKind = Literal["text", "count", "share", "days", "date", "flag"]
ChartKind = Literal["columns", "bars", "lines", "steps"]


@dataclass(frozen=True, kw_only=True)
class Series:
    """One row of marks. `values` aligns with `Chart.x`; None is "not published" and is drawn as a gap."""

    key: str
    label: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] | None = None  # 95% bounds, drawn as a band (lines, steps)
    high: tuple[float | None, ...] | None = None
    points: bool = False  # drawn as points that nothing joins (lines): what is marked on another series


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What to draw. At most four series (the palette has four colours that can be told apart).

    columns  vertical bars over categories (years, months), side by side when there are several series
    bars     horizontal bars over categories, longest label first class; one series
    lines    points joined over ordered categories
    steps    a step curve over numbers (days), holding its value to the right
    """

    kind: ChartKind
    x: tuple[str, ...] | tuple[float, ...]
    x_label: str
    y_label: str  # with its unit: "requests", "share of requests still open", "calendar days"
    series: tuple[Series, ...]
    value_kind: ValueKind = "count"
    y_max: float | None = None  # fixed top of the value axis, e.g. 1.0 for shares; the bottom is always 0
    links: tuple[str | None, ...] = ()  # where each x leads (its rows); same length as x, or empty
    choices: tuple[str | None, ...] = ()  # where choosing each x leads: the page filtered by it; or empty
    chosen: frozenset[int] = frozenset()  # positions that the page is filtered by: the others are drawn grey
    partial: frozenset[int] = frozenset()  # positions in x that are not complete yet, drawn hatched
    band: str = "95% interval"  # what the band from low to high is
    gap: str = "not published"  # what a value that is missing is
    marks: tuple[tuple[int, str], ...] = ()  # (position in x, words): a change of regime before that x


@dataclass(frozen=True, kw_only=True)
class Column:
    """One table column: `name` as in the measure, `label` as the reader sees it, unit included."""

    name: str
    label: str
    kind: ValueKind = "text"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A semantic table. The first column is the row header. None is shown as "not published"."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    links: tuple[str | None, ...] = ()  # where each row header leads; same length as rows, or empty
    missing: str = "not published"  # words for None
    choices: tuple[str | None, ...] = ()  # where choosing a row leads: the page filtered by it; or empty
    chosen: frozenset[int] = frozenset()  # rows that the page is filtered by


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """Title states the finding; summary is one sentence and the chart's text alternative."""

    key: str
    title: str
    summary: str
    table: Table
    chart: Chart | None = None
    notes: tuple[str, ...] = ()
    source: str = ""
    measure: str = ""  # the measure and its address query, so the figure can be followed home
    query: str = ""
    table_words: str = "Table of numbers"  # what its table is called where it can be opened
    chosen: str = ""  # which of its bars the page is filtered by, as a sentence

    @property
    def definition(self) -> str:
        """Where the page says how the figure is worked out."""
        return address(self.measure, dict(parse_qsl(self.query)).get("register", ""))

    @property
    def df(self) -> pd.DataFrame:
        """The table that a reader sees as a pandas frame, under its own headings."""
        import pandas as pd

        return pd.DataFrame(list(self.table.rows), columns=[column.label for column in self.table.columns])

    def hvplot(self, **options: Any) -> Any:
        """The interactive chart of the page, as a HoloViews object; options are HoloViews' own.

        Raises UsageError where the exhibit is a table alone.
        """
        from dashboard.notebook_charts import draw_exhibit

        return draw_exhibit(self, **options)

    def _repr_html_(self) -> str:
        from dashboard.notebook_code import exhibit_html

        return exhibit_html(self)
