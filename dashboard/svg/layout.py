"""Where everything of a chart goes: the scale, the room for words, the legend, the size of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from dashboard.exhibits import Chart
from dashboard.svg.labels import are_periods, category_lines, x_label
from dashboard.svg.lettering import text_width, wrap
from dashboard.svg.marks import place_marks
from dashboard.svg.plot import NARROW_BELOW, Entry, Plot, span
from dashboard.svg.shapes import COLOURS
from dashboard.svg.wording import PARTIAL, nice_ticks, tick_text, value_text, x_text
from dashboard.text import number


def laid_out(chart: Chart, width: int, height: int | None) -> Plot:
    _check(chart)
    narrow = width < NARROW_BELOW
    if narrow and chart.kind == "columns" and len(chart.series) == 1 and not are_periods(chart):
        # Words under columns would be cut to bits on a phone; over bars there is room for them.
        chart = replace(chart, kind="bars")
    font = 14.0
    line = font * 1.3
    values = [v for series in chart.series for v in series.values if v is not None]
    values += [v for series in chart.series for v in (series.high or ()) if v is not None]
    shown = any(v is not None for series in chart.series for v in series.values)
    largest = max(values, default=0.0)

    whole = chart.value_kind == "count" and all(float(v).is_integer() for v in values)
    ticks = nice_ticks(max(largest, chart.y_max or 0), 3 if narrow else 4, whole=whole)
    scale_top = ticks[-1]
    if chart.y_max is not None and largest <= chart.y_max:
        scale_top = chart.y_max
        ticks = tuple(tick for tick in ticks if tick <= scale_top * (1 + 1e-9))

    heading = tuple(wrap(chart.y_label, width - 4, font, 2))
    end_labels = 0.0
    if chart.kind in ("lines", "steps") and len(chart.series) > 1 and not narrow and shown:
        end_labels = min(max(text_width(series.label, font) for series in chart.series), 180.0) + 26
    legend = _legend_rows(_legend(chart, end_labels > 0) if shown else [], width, font)
    legend_top = len(heading) * line + (6 if legend else 0)
    top = legend_top + len(legend) * (line + 2) + 10

    plot = Plot(
        chart=chart,
        width=width,
        height=0,
        font=font,
        left=0,
        right=width - 2,
        top=top,
        bottom=0,
        ticks=ticks,
        scale_top=scale_top,
        heading=heading,
        legend=legend,
        legend_top=legend_top,
        shown=shown,
        end_labels=end_labels,
    )
    if not shown:
        total = height or top + 120
        return replace(plot, height=total, bottom=total - 2)
    return _bars_layout(plot, height) if chart.kind == "bars" else _upright_layout(plot, height)


def _upright_layout(plot: Plot, height: int | None) -> Plot:
    chart, font = plot.chart, plot.font
    left = max(text_width(tick_text(tick, chart.value_kind), font) for tick in plot.ticks) + 8
    right = plot.width - 2 - plot.end_labels
    if chart.kind == "steps":
        # The last number is centred under the right edge and needs half its width beyond it.
        right = min(right, plot.width - text_width(number(span(chart)), font) / 2 - 1)
    plot = replace(plot, left=left, right=right)

    if chart.kind == "columns" and len(chart.x) * len(chart.series) <= 40:
        slot = group_width(plot) / len(chart.series)
        room = plot.band - 4 if len(chart.series) == 1 else slot
        texts = [value_text(v, chart.value_kind) for s in chart.series for v in s.values if v is not None]
        plot = replace(plot, value_labels=max(text_width(text, font - 1) for text in texts) <= room)

    marks, numbers = place_marks(plot)
    if numbers:
        legend = _legend_rows(numbers, plot.width, font)
        more = len(legend) * (plot.line + 2) + (0 if plot.legend else 6)
        plot = replace(plot, legend=(*plot.legend, *legend), top=plot.top + more)
        plot = replace(plot, legend_top=plot.legend_top + (6 if len(plot.legend) == len(legend) else 0))
    rows = max((mark.row for mark in marks), default=-1) + 1
    marks_top = plot.top
    top = plot.top + rows * plot.line + (font if plot.value_labels else 0) + (4 if rows else 0)
    below = category_lines(plot) * plot.line + 8 + len(x_label(plot)) * plot.line + 2
    total = height or top + (190 if plot.narrow else 230) + below
    bottom = max(total - below, top + 40)
    return replace(plot, top=top, bottom=bottom, height=total, marks=marks, marks_top=marks_top)


def group_width(plot: Plot) -> float:
    return min(plot.band * (0.72 if len(plot.chart.series) == 1 else 0.84), 64.0 * len(plot.chart.series))


def _bars_layout(plot: Plot, height: int | None) -> Plot:
    chart, font = plot.chart, plot.font
    texts = [x_text(x) for x in chart.x]
    values = max(text_width(value_text(v, chart.value_kind), font) for v in chart.series[0].values) + 8
    if plot.narrow:
        # Beside a bar there is no room for words: each label goes over its bar, over the full width.
        left, lines = 0.0, [wrap(text, plot.width - 4, font, 2) for text in texts]
    else:
        widest = max(text_width(text, font) for text in texts) + 2
        left = min(widest, plot.width * 0.38) + 10
        lines = [wrap(text, left - 10, font, 2) for text in texts]
    heights = [len(label) * plot.line + (24 if plot.narrow else 10) for label in lines]
    if not plot.narrow:
        heights = [max(heights)] * len(heights)  # bars of one thickness compare better
    below = 0.0 if plot.narrow else plot.line + 6
    if height is not None:
        spare = (height - plot.top - below - 2 - sum(heights)) / len(heights)
        heights = [row + max(spare, 0) for row in heights]
    rows = tuple(plot.top + done for done in accumulate(heights, initial=0.0))
    return replace(
        plot,
        left=left,
        right=plot.width - 2 - values,
        bottom=rows[-1],
        height=rows[-1] + below + 2,
        rows=rows,
        labels=tuple((tuple(label), text) for label, text in zip(lines, texts, strict=True)),
    )


def _legend(chart: Chart, named_at_end: bool) -> list[Entry]:
    entries = []
    area = "column" if chart.kind in ("columns", "bars") else "line"
    if len(chart.series) > 1 and not named_at_end:
        entries = [Entry(swatch=area, text=s.label, series=i) for i, s in enumerate(chart.series)]
    if chart.kind in ("lines", "steps") and any(s.low and s.high for s in chart.series):
        entries.append(Entry(swatch="band", text=chart.band))
    if any(0 <= position < len(chart.x) for position in chart.partial):
        entries.append(Entry(swatch="partial", text=PARTIAL))
    # Bars have room to say it in each row.
    if chart.kind != "bars" and any(v is None for s in chart.series if not s.points for v in s.values):
        entries.append(Entry(swatch="gap", text=f"gap: {chart.gap}"))
    return entries


def _legend_rows(entries: Sequence[Entry], width: float, font: float) -> tuple[tuple[Entry, ...], ...]:
    rows: list[list[Entry]] = []
    room = 0.0
    for entry in entries:
        lines = wrap(entry.text, width - 30, font, 3)
        need = replace(entry, text=lines[0]).width(font)
        if not rows or need - 20 > room or len(lines) > 1:
            rows.append([])
            room = width
        rows[-1].append(replace(entry, text=lines[0]))
        room -= need
        for words in lines[1:]:
            rows.append([replace(entry, text=words, swatch="")])
            room = 0.0
    return tuple(tuple(row) for row in rows)


def _check(chart: Chart) -> None:
    most = 1 if chart.kind == "bars" else len(COLOURS)
    if len(chart.series) > most:
        raise ValueError(f"{chart.kind}: {len(chart.series)} series, at most {most} can be told apart")
    for series in chart.series:
        for values in (series.values, series.low, series.high):
            if values is not None and len(values) != len(chart.x):
                raise ValueError(f"series {series.key!r}: {len(values)} values for {len(chart.x)} positions")
    if chart.choices and len(chart.choices) != len(chart.x):
        raise ValueError(f"{len(chart.choices)} choices for {len(chart.x)} positions")
    if chart.links and len(chart.links) != len(chart.x):
        raise ValueError(f"{len(chart.links)} links for {len(chart.x)} positions")
