"""The interactive chart of an exhibit, described with hvPlot and updated in place.

hvPlot draws one figure of each kind a process, which takes it a tenth of a second; a page's charts are copies of it
(`LiveChart`), and a change of filters changes the columns of the same Bokeh figure, without HoloViews, which took
75 ms a chart (docs/decisions/0027). For that the elements drawn must depend on the kind of chart only, never on its
data: what varies (colours, ranges, words) is set on the figure by `dress`. `tests/integration/test_charts.py` holds
the columns to those that HoloViews draws of the same chart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any, Literal

import holoviews as hv
import hvplot.pandas  # noqa: F401  # gives frames their .hvplot
import numpy as np
import pandas as pd
from bokeh.core.properties import field, value
from bokeh.core.property.validation import without_property_validation
from bokeh.core.serialization import Deserializer
from bokeh.document import Document
from bokeh.models import (
    FactorRange,
    FixedTicker,
    HBar,
    HoverTool,
    Label,
    Legend,
    LegendItem,
    Line,
    NoOverlap,
    NumeralTickFormatter,
    Patch,
    Span,
    TapTool,
    Title,
    VBar,
)
from bokeh.util.serialization import make_id

from dashboard.exhibits import Chart, ChartKind, Series
from dashboard.svg import NOTHING, PARTIAL, chart_height, cut, nice_ticks, point_words, wrap
from dashboard.text import NOT_PUBLISHED, join_words, number


Theme = Literal["light", "dark"]

# The same colours as dashboard/templates/style.css: a canvas cannot read custom properties.
THEMES: dict[str, dict[str, Any]] = {
    "light": {
        "series": ("#12436D", "#28A197", "#801650", "#F46A25"),
        "ink": "#16202a",
        "muted": "#4f5a66",
        "grid": "#dde2e7",
        "aside": "#BFBFBF",
        "paper": "#ffffff",
    },
    "dark": {
        "series": ("#6BACE6", "#3FC4B7", "#E08BBB", "#F78F57"),
        "ink": "#e9edf1",
        "muted": "#adb7c1",
        "grid": "#2f3a45",
        "aside": "#5d6873",
        "paper": "#12181e",
    },
}
HATCHES = (" ", "vertical_line", "horizontal_line", "cross")
PARTIAL_HATCH = "right_diagonal_line"
DASHES = ("solid", (7, 4), (2, 3), (9, 3, 2, 3))
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
# Lines always have all four places, empty ones included, so that the elements stay the same.
SLOTS = ("0", "1", "2", "3")


def hvplot_chart(chart: Chart, *, title: str, summary: str, theme: Theme = "light") -> Any:
    """The chart as a HoloViews element. `title` and `summary` are what a screen reader is told."""
    frame = _frame(chart, theme)
    common: dict[str, Any] = {
        "responsive": True,
        "height": live_height(chart),
        "legend": False,
        "hover_cols": ["words", "fill", "hatch", "link"],
        "hover_tooltips": [("", "@words")],
        "xlabel": "" if chart.kind == "bars" else chart.x_label,
        "ylabel": "",
        "title": _heading(chart),
    }
    if chart.kind == "columns":
        drawn = frame.hvplot.bar(x="x", y="value", by="slot", **common)
    elif chart.kind == "bars":
        drawn = frame.hvplot.barh(x="x", y="value", flip_yaxis=True, **common)
    else:
        plot = frame.hvplot.step if chart.kind == "steps" else frame.hvplot.line
        lines = plot(
            x="x", y="value", by="slot", **({"where": "post"} if chart.kind == "steps" else {}), **common
        )
        bands = _bands(chart).hvplot.area(
            x="x", y="low", y2="high", by="slot", stacked=False, hover=False, legend=False, responsive=True
        )
        drawn = bands * lines
    return drawn.opts(hooks=[_dress(chart, f"{title}. {summary}", theme)], toolbar=None, default_tools=[])


class LiveChart:
    """One figure of a page, and what is drawn in it now. The kind of chart never changes.

    `figure` is a Bokeh model for a document of its own; a change of data sends the columns that changed, no model.
    """

    def __init__(self, chart: Chart, *, title: str, summary: str, theme: Theme = "light") -> None:
        self.kind = chart.kind
        self.theme = theme
        places = drawn_places(chart)
        self.figure = _copy(chart.kind, places)
        self._renderers = dict(zip(places, self.figure.renderers, strict=True))
        self._items: list[LegendItem] = []
        self._columns: dict[int, dict[str, list[Any]]] = {}
        self.show(chart, title=title, summary=summary)

    def show(self, chart: Chart, *, title: str, summary: str) -> None:
        """Draw another chart of the same kind in the figure. Raises ValueError when it is of another."""
        if chart.kind != self.kind:
            raise ValueError(f"a figure of {self.kind} cannot show {chart.kind}")
        columns = chart_columns(chart, self.theme)
        made = self._renderers
        missing = [place for place in drawn_places(chart) if place not in made]
        if missing:  # more series than in any chart before it
            more = zip(missing, _copy(self.kind, tuple(missing)).renderers, strict=True)
            made = dict(sorted({**made, **dict(more)}.items()))
        # The data before the ranges: BokehJS would redraw the old rows under the new categories and throw.
        for place, renderer in made.items():
            new = columns[place]
            if not _alike(new, self._columns.get(place, {})):
                renderer.data_source.data = {name: _array(name, column) for name, column in new.items()}
                self._columns[place] = new
        if missing:
            self._renderers = made
            _draw_only(self.figure, list(made.values()))
        dress(self.figure, chart, f"{title}. {summary}", self.theme, self._items)


def drawn_places(chart: Chart) -> tuple[int, ...]:
    """Which of the renderers that hvPlot drew a chart needs: see `chart_columns`.

    There is one for each line and band that there may be, and each costs server and browser five models: the figure
    of a page has those that have something to show.
    """
    if chart.kind in ("columns", "bars"):
        return (0,)
    bands = max((place + 1 for place, series in enumerate(chart.series) if series.low), default=0)
    return (*range(bands), *(len(SLOTS) + place for place in range(max(len(chart.series), 1))))


def _draw_only(figure: Any, renderers: list[Any]) -> None:
    figure.renderers = renderers
    for tool in figure.toolbar.tools:
        if isinstance(tool, HoverTool):
            tool.renderers = [renderer for renderer in renderers if not isinstance(renderer.glyph, Patch)]


def _alike(new: dict[str, list[Any]], old: dict[str, list[Any]]) -> bool:
    return repr(new) == repr(old)  # two NaN are not equal, and written the same


def _array(name: str, column: list[Any]) -> Any:
    numeric = name in ("value", "y") or (name == "x" and column and isinstance(column[0], float))
    return np.array(column, dtype="float64") if numeric else column


@cache
def _drawn(kind: ChartKind) -> list[Any]:
    """What hvPlot makes of a chart of this kind, as JSON. Its data do not matter: `LiveChart` has its own."""
    x = (0.0, 1.0) if kind == "steps" else ("a", "b")
    series = (Series(key="a", label="a", values=(1.0, 2.0), low=(1.0, 1.0), high=(2.0, 2.0)),)
    chart = Chart(kind=kind, x=x, x_label="", y_label="", series=series)
    figure = hv.render(hvplot_chart(chart, title="", summary=""), backend="bokeh")
    for renderer in figure.renderers:
        # Looks for marks that are selected or muted, which none ever is: half of a figure's models.
        renderer.update(selection_glyph=None, nonselection_glyph=None, muted_glyph=None)
        # Neither holds anything: one of each will do.
        renderer.view.filter = figure.renderers[0].view.filter
        renderer.data_source.selection_policy = figure.renderers[0].data_source.selection_policy
    document = Document()
    document.add_root(figure)
    return list(document.to_json(deferred=False)["roots"])


@cache
def _drawn_only(kind: ChartKind, places: tuple[int, ...]) -> list[Any]:
    """The same with these renderers alone."""
    (figure,) = Deserializer().deserialize(_drawn(kind))
    _draw_only(figure, [figure.renderers[place] for place in places])
    document = Document()
    document.add_root(figure)
    return list(document.to_json(deferred=False)["roots"])


@without_property_validation  # every value was validated in the original
def _copy(kind: ChartKind, places: tuple[int, ...]) -> Any:
    """A figure like the one hvPlot drew, with models of its own."""
    ids: dict[str, str] = {}

    def renamed(part: Any) -> Any:
        if isinstance(part, dict):
            return {
                k: ids.setdefault(v, make_id()) if k == "id" and isinstance(v, str) else renamed(v)
                for k, v in part.items()
            }
        return [renamed(v) for v in part] if isinstance(part, list) else part

    (figure,) = Deserializer().deserialize(renamed(_drawn_only(kind, places)))
    return figure


def live_height(chart: Chart) -> int:
    """Pixels, close to the static drawing it replaces, so that the page does not jump."""
    above = _heading(chart).count("\n") + len(chart.marks)
    names = len(chart.series) if len(chart.series) > 1 else 0
    return round(chart_height(chart)) + 20 + 18 * above + 24 * math.ceil(names / _legend_columns(chart))


def _legend_columns(chart: Chart) -> int:
    return 2 if all(len(series.label) <= 20 for series in chart.series) else 1


# --- data -------------------------------------------------------------------------------------------


MARK = ("x", "slot", "value", "words", "fill", "hatch", "link")


def _marks(chart: Chart, theme: Theme) -> list[tuple[Any, ...]]:
    """One row a mark, in the order of the chart, with what a bar is filled with and where it leads.

    Looks that differ from bar to bar travel with the data: a mapper made for each change would stay in the
    browser's document, and could be out of step with the data it maps.
    """
    labels = _x_labels(chart)
    colours = THEMES[theme]["series"]
    # A tooltip does not wrap: a long name would push its number off the page.
    short = replace(chart, x=tuple(cut(x, 360, 13) if isinstance(x, str) else x for x in chart.x))
    words = [point_words(short, i) for i in range(len(chart.x))]
    links = chart.choices or (None,) * len(chart.x)
    rows = [
        (
            label,
            slot,
            float("nan") if amount is None else float(amount),
            said,
            colours[int(slot)] if not chart.chosen or place in chart.chosen else THEMES[theme]["aside"],
            PARTIAL_HATCH if place in chart.partial else HATCHES[int(slot)],
            links[place] or "",
        )
        for slot, series in zip(SLOTS, chart.series, strict=False)
        for place, (label, value_, said) in enumerate(zip(labels, series.values, words, strict=True))
        for amount in (_stub(value_) if series.points else (value_,))
    ]
    blank = labels[0] if labels else _blank(chart)
    used = {row[1] for row in rows}
    wanted = SLOTS if chart.kind in ("lines", "steps") else SLOTS[:1]
    rows += [
        (blank, slot, float("nan"), NOTHING, colours[int(slot)], " ", "")
        for slot in wanted
        if slot not in used
    ]
    return rows


def _frame(chart: Chart, theme: Theme) -> pd.DataFrame:
    return _plain(pd.DataFrame(_marks(chart, theme), columns=list(MARK)))


def chart_columns(chart: Chart, theme: Theme) -> list[dict[str, list[Any]]]:
    """The columns of each renderer of a figure, in their order there: bands, then lines; or the one of all bars."""
    marks = _marks(chart, theme)
    if chart.kind in ("columns", "bars"):
        columns = _turned(marks, MARK)
        if chart.kind == "columns":
            columns["xoffsets"] = [(row[0], row[1]) for row in marks]
        return [columns]
    found: list[dict[str, list[Any]]] = []
    bands = _band_rows(chart)
    for slot in SLOTS:
        mine = [row for row in bands if row[1] == slot]
        # Along the upper edge, and back along the lower one.
        xs = [row[0] for row in mine]
        found.append({"x": [*xs, *xs[::-1]], "y": [*(r[3] for r in mine), *(r[2] for r in reversed(mine))]})
    for slot in SLOTS:
        mine = [row for row in marks if row[1] == slot]
        found.append(_turned(_stepped(mine) if chart.kind == "steps" else mine, MARK))
    return found


def _turned(rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _stepped(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Each value up to where the next one begins, and from there the next."""
    found = rows[:1]
    for before, row in pairwise(rows):
        found += [(row[0], *before[1:]), row]
    return found


def _stub(amount: float | None) -> tuple[float | None, ...]:
    """A point as a line too short to see the length of: its round ends are the point. A canvas drops one of none."""
    return (None,) if amount is None else (amount, amount + 1e-6, None)


def _bands(chart: Chart) -> pd.DataFrame:
    return _plain(pd.DataFrame(_band_rows(chart), columns=["x", "slot", "low", "high"]))


def _band_rows(chart: Chart) -> list[tuple[Any, str, float, float]]:
    """The 95% bounds, along steps if the chart is one.

    A filled area skips what is missing and so would bridge a gap: there it is pinched to nothing.
    """
    labels = _x_labels(chart)
    rows: list[tuple[Any, str, float, float]] = []
    for slot, series in zip(SLOTS, chart.series, strict=False):
        before: tuple[Any, str, float, float] | None = None
        gap = True
        for label, low, high in zip(labels, series.low or (), series.high or (), strict=False):
            if low is None or high is None:
                if before is not None and chart.kind == "steps" and not gap:
                    rows.append((label, *before[1:]))
                    before = rows[-1]
                gap = True
                continue
            if gap and before is not None:
                rows += [(before[0], slot, before[2], before[2]), (label, slot, low, low)]
            elif before is not None and chart.kind == "steps":
                rows.append((label, *before[1:]))
            before = (label, slot, low, high)
            rows.append(before)
            gap = False
    blank = labels[0] if labels else _blank(chart)
    used = {slot for _, slot, _, _ in rows}
    rows += [(blank, slot, 0.0, 0.0) for slot in SLOTS if slot not in used]
    return sorted(rows, key=lambda row: row[1])


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Python strings for Bokeh; the string type of pandas 3 would arrive as an extension array."""
    return frame.astype({name: object for name in frame if not pd.api.types.is_numeric_dtype(frame[name])})


def _blank(chart: Chart) -> str | float:
    """Stands in for categories where there are none: an element without rows is not updated at all."""
    return 0.0 if chart.kind == "steps" else " "


def _x_labels(chart: Chart) -> list[Any]:
    if chart.kind == "steps":
        return [float(x) for x in chart.x]
    texts = [x if isinstance(x, str) else number(x) for x in chart.x]
    if chart.kind == "bars" and chart.series:
        missing = [value is None for value in chart.series[0].values]
    else:
        missing = [False] * len(texts)
    room = {"bars": 190.0, "columns": max(560 / max(len(texts), 1), 60)}.get(chart.kind, math.inf)
    labels = ["\n".join(wrap(text, room, 13, 3)) for text in texts]
    # Two labels cut to the same words would become one category.
    labels = labels if len(set(labels)) == len(set(texts)) else texts
    # Nothing drawn must not be read as 0.
    return [
        f"{label}\n({NOT_PUBLISHED})" if gone else label for label, gone in zip(labels, missing, strict=True)
    ]


def _heading(chart: Chart) -> str:
    """The value label, and what a picture without marks means."""
    if not chart.x or not chart.series:
        return f"{chart.y_label}: {NOTHING}"
    if all(v is None for series in chart.series for v in series.values):
        return f"{chart.y_label}: {NOT_PUBLISHED}"
    partial = [str(chart.x[i]) for i in sorted(chart.partial) if 0 <= i < len(chart.x)]
    gaps = {
        i for series in chart.series if not series.points for i, v in enumerate(series.values) if v is None
    }
    notes = [f"{join_words(partial)}: {PARTIAL}"] if partial else []
    if gaps and chart.kind != "bars":
        named = (
            [str(chart.x[i]) for i in sorted(gaps)] if len(chart.series) == 1 and len(gaps) < 4 else ["gaps"]
        )
        notes.append(f"{join_words(named)}: {chart.gap}")
    return "\n".join([chart.y_label, *notes])


# --- the figure -------------------------------------------------------------------------------------


def _dress(chart: Chart, words: str, theme: Theme) -> Callable[[Any, Any], None]:
    def hook(plot: Any, _element: Any) -> None:
        if chart.kind != "steps":
            _own_categories(plot, "y_range" if chart.kind == "bars" else "x_range")
        dress(plot.state, chart, words, theme, plot.handles.setdefault("series_items", []))

    return hook


def dress(figure: Any, chart: Chart, words: str, theme: Theme, items: list[LegendItem]) -> None:
    """Set on a figure what varies with the data. `items`: those made for its legend so far."""
    colours = THEMES[theme]
    # A canvas is opaque to a screen reader: the words make it an image with a name. Any tool but the tooltip
    # and the choice of a bar would put a toolbar or a scroll trap inside that image.
    figure.html_attributes = {"role": "img", "aria-label": words}
    tools = [tool for tool in figure.toolbar.tools if isinstance(tool, HoverTool | TapTool)]
    if chart.kind in ("columns", "bars") and not any(isinstance(tool, TapTool) for tool in tools):
        tools.append(TapTool())
    if tools != figure.toolbar.tools:
        figure.toolbar.tools = tools
    _set(
        figure,
        height=live_height(chart),
        toolbar_location=None,
        frame_align=False,  # or every chart of the page gets the left margin of the one with long labels
        output_backend="canvas",
        background_fill_color=colours["paper"],
        border_fill_color=colours["paper"],
        outline_line_color=None,
    )
    _set(figure.title, text=_heading(chart), text_color=colours["muted"], **_font("text"))
    for axis, words in ((figure.xaxis[0], chart.x_label), (figure.yaxis[0], "")):
        axis.axis_label = words if chart.kind != "bars" else ""
    top = _value_axis(figure, chart, colours)
    _category_axis(figure, chart, colours)
    _glyphs(figure, chart, colours)
    _legend(figure, chart, colours, items)
    _rules(figure, chart, colours, top)


def _set(model: Any, **values: Any) -> None:
    """Set what differs: Bokeh would check each value anew before it sees that nothing changes."""
    changed = {name: value for name, value in values.items() if getattr(model, name) != value}
    if changed:
        model.update(**changed)


def _own_categories(plot: Any, side: str) -> None:
    """A category range that only `_category_axis` changes, which is after the data have changed.

    HoloViews changes its own before them. BokehJS then starts to redraw with the old row numbers, meets the
    new, shorter columns half way and throws "Size mismatch".
    """
    theirs = plot.handles.get(side)
    if getattr(plot.state, side) is theirs:
        setattr(plot.state, side, FactorRange(name="categories"))


def _font(prefix: str) -> dict[str, str]:
    # Not 13px: setting Bokeh's default counts as not setting, and the theme of HoloViews makes it 12pt.
    return {f"{prefix}_font": FONT, f"{prefix}_font_size": "13.5px", f"{prefix}_font_style": "normal"}


def _value_axis(figure: Any, chart: Chart, colours: dict[str, Any]) -> float:
    """The value axis from 0; returns its top."""
    values = [v for s in chart.series for v in (*s.values, *(s.high or ())) if v is not None]
    whole = chart.value_kind == "count" and all(float(v).is_integer() for v in values)
    largest = max(values, default=0.0)
    ticks = nice_ticks(max(largest, chart.y_max or 0), 4, whole=whole)
    top = chart.y_max if chart.y_max is not None and largest <= chart.y_max else ticks[-1]

    across = chart.kind == "bars"
    # A hair over the top, so that the highest line is drawn at its full width.
    _set(figure.x_range if across else figure.y_range, start=0, end=top * 1.02)
    axis, grid = (figure.xaxis[0], figure.xgrid[0]) if across else (figure.yaxis[0], figure.ygrid[0])
    if not isinstance(axis.ticker, FixedTicker):
        axis.ticker = FixedTicker()
        axis.formatter = NumeralTickFormatter()
    axis.ticker.ticks = [tick for tick in ticks if tick <= top * 1.001]
    axis.formatter.format = "0[.]0%" if chart.value_kind == "share" else "0,0[.]00"
    _axis(axis, colours, axis_line_color=None)
    _set(grid, visible=True, grid_line_color=colours["grid"])
    return float(top)


def _category_axis(figure: Any, chart: Chart, colours: dict[str, Any]) -> None:
    across = chart.kind == "bars"
    axis, grid = (figure.yaxis[0], figure.ygrid[0]) if across else (figure.xaxis[0], figure.xgrid[0])
    grid.visible = False
    # The upper level of a grouped axis names the series, which the legend does better.
    hidden: dict[str, Any] = {"major_label_text_font_size": "0px"} if chart.kind == "columns" else {}
    _axis(axis, colours, **hidden)
    labels = _x_labels(chart) or [_blank(chart)]
    if chart.kind == "steps":
        _set(figure.x_range, start=0, end=max(labels) or 1.0)
        return
    if chart.kind == "columns":
        slots = SLOTS[: max(len(chart.series), 1)]
        figure.x_range.factors = [(label, slot) for label in labels for slot in slots]
        _set(figure.x_range, group_padding=_group_padding(len(slots)), factor_padding=0.0)
        # Room on both sides of a few, or a single column is as wide as the page.
        figure.x_range.range_padding = max(5 / len(labels) - 1, 0.0)
        _set(axis, major_label_standoff=0, separator_line_color=None)
        _set(axis, group_text_color=colours["ink"], **_font("group_text"))
    else:
        # HoloViews lists categories as it meets them, and a band with a gap is met first.
        categories = figure.y_range if across else figure.x_range
        categories.factors = labels[::-1] if across else labels


def _axis(axis: Any, colours: dict[str, Any], **own: Any) -> None:
    """What all axes have, and what one has of its own: set once, for each setting makes a browser draw again."""
    if not isinstance(axis.major_label_policy, NoOverlap):
        axis.major_label_policy = NoOverlap(min_distance=6)
    values = {
        "major_label_text_color": colours["ink"],
        "axis_label_text_color": colours["muted"],
        "axis_line_color": colours["ink"],
        "major_tick_line_color": None,
        "minor_tick_line_color": None,
        **_font("major_label_text"),
        **_font("axis_label_text"),
        **own,
    }
    _set(axis, **values)


def _glyphs(figure: Any, chart: Chart, colours: dict[str, Any]) -> None:
    bands = [renderer.glyph for renderer in figure.renderers if isinstance(renderer.glyph, Patch)]
    for place, glyph in enumerate(bands):
        _set(glyph, fill_color=colours["series"][place], fill_alpha=0.18, line_color=None)
    for renderer in figure.renderers:
        glyph = renderer.glyph
        if isinstance(glyph, Line):
            place = int(renderer.data_source.data["slot"][0])
            points = place < len(chart.series) and chart.series[place].points
            _set(
                glyph,
                line_color=colours["series"][place],
                line_width=10 if points else 2.5,
                line_dash="solid" if points else DASHES[place],
                line_cap="round" if points else "butt",
            )
        elif isinstance(glyph, VBar | HBar):
            _set(
                glyph,
                fill_color=field("fill"),
                line_color=colours["paper"],
                hatch_pattern=field("hatch"),
                hatch_color=colours["paper"],
                hatch_scale=8,
                hatch_weight=1.5,
            )


def _legend(figure: Any, chart: Chart, colours: dict[str, Any], kept: list[LegendItem]) -> None:
    """`kept` are the items made for this chart so far: HoloViews empties the legend of an overlay at every change."""
    legend = _added(figure, "series")
    if legend is None:
        legend = Legend(name="series", location="bottom_left", padding=0, margin=4, spacing=6, items=[])
    # HoloViews takes any legend for its own and moves it to where an overlay would have one.
    for side in ("left", "right", "below", "center"):
        if legend in getattr(figure, side):
            setattr(figure, side, [model for model in getattr(figure, side) if model is not legend])
    if legend not in figure.above:
        figure.above = [*figure.above, legend]
    several = len(chart.series) > 1 and bool(chart.x)
    _set(
        legend,
        visible=several,
        orientation="horizontal",
        ncols=_legend_columns(chart),
        label_text_color=colours["ink"],
        background_fill_color=None,
        border_line_color=None,
        **_font("label_text"),
    )
    drawn = [r for r in figure.renderers if isinstance(r.glyph, Line | VBar)]
    if several and drawn:
        # Items are hidden, never dropped: a new one for each change would stay in the browser's document.
        kept += [LegendItem() for _ in range(len(chart.series) - len(kept))]
        if list(legend.items) != kept:
            legend.items = list(kept)
        for place, item in enumerate(legend.items):
            item.visible = place < len(chart.series)
            if item.visible:
                item.label = value(chart.series[place].label)
                item.renderers = [drawn[place] if chart.kind in ("lines", "steps") else drawn[0]]
                # Which bar to copy: rows are series after series.
                shown = min(chart.chosen, default=0)  # one that is grey would make the legend grey
                item.index = 0 if chart.kind in ("lines", "steps") else place * len(chart.x) + shown


def _added(figure: Any, name: str) -> Any:
    """What was added to a figure under a name. Bokeh's own search goes through every model, ten times as long."""
    sides = (figure.above, figure.center, figure.below, figure.left, figure.right)
    return next((model for side in sides for model in side if model.name == name), None)


def _rules(figure: Any, chart: Chart, colours: dict[str, Any], top: float) -> None:
    """Numbered rules where the regime changes, and over the chart what the numbers mean."""
    if chart.kind == "bars":
        return
    marks = [mark for mark in sorted(chart.marks) if 0 <= mark[0] < len(chart.x)]
    key = _added(figure, "marks")
    if key is None:
        # There from the first: BokehJS lays out what it has no view of yet, and throws, when two sides of a figure get
        # something new in one message. The rules below come in one change of one side for the same reason.
        key = Title(name="marks", **_font("text"))
        figure.add_layout(key, "above")
    _set(
        key,
        visible=bool(marks),
        text="\n".join(f"{i}  {words}" for i, (_, words) in enumerate(marks, start=1)),
        text_color=colours["ink"],
    )
    more: list[Any] = []
    for i in range(max(len(marks), sum(isinstance(model, Span) for model in figure.center))):
        rule, number = _added(figure, f"rule-{i}"), _added(figure, f"number-{i}")
        if rule is None:
            rule = Span(name=f"rule-{i}", dimension="height", location=0)
            number = Label(name=f"number-{i}", x=0, y=0, text=str(i + 1), x_offset=4, y_offset=-14)
            more += [rule, number]
        if i < len(marks):
            place = _before(chart, marks[i][0])
            rule.location = number.x = place
            _set(number, y=top, text_color=colours["ink"], **_font("text"))
            rule.line_color = colours["muted"]
        rule.visible = number.visible = i < len(marks)
    if more:
        figure.center = [*figure.center, *more]


def _before(chart: Chart, position: int) -> float:
    """Where the gap before a category is. Bokeh counts categories from 0, each 1 wide, plus padding."""
    if chart.kind == "steps":
        return float(chart.x[position])
    if chart.kind == "lines":
        return float(position)
    slots = max(len(chart.series), 1)
    padding = _group_padding(slots)
    return position * (slots + padding) - padding / 2


def _group_padding(slots: int) -> float:
    return 0.4 if slots == 1 else 0.6
