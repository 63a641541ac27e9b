"""Columns, lines and steps: charts whose values stand upward over an axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dashboard.exhibits import Series
from dashboard.svg.labels import category_labels, x_label
from dashboard.svg.layout import group_width
from dashboard.svg.lettering import text_width, wrap
from dashboard.svg.plot import Plot
from dashboard.svg.shapes import (
    COLOURS,
    DASHES,
    GRID,
    INK,
    LINK_WIDTH,
    MUTED,
    block,
    furniture,
    linked,
    marker,
    num,
    text_at,
)
from dashboard.svg.wording import point_words, tick_text, value_text
from dashboard.text import escape


# Beyond this many points a marker on each of them hides the line.
MARKERS_UP_TO = 40


def draw_upright(plot: Plot, key: str) -> list[str]:
    chart = plot.chart
    out = [*furniture(plot)]
    out += [
        f'<path d="M{num(plot.left)} {num(plot.y(tick))}H{num(plot.right)}" stroke="{GRID}"/>'
        for tick in plot.ticks
        if tick > 0
    ]
    out += [
        text_at(plot.left - 6, plot.y(tick) + plot.font * 0.35, tick_text(tick, chart.value_kind), "end")
        for tick in plot.ticks
    ]
    out += _category_axis(plot)
    for mark in plot.marks:
        y = plot.marks_top + (mark.row + 1) * plot.line - plot.line * 0.3
        out.append(
            f'<path d="M{num(mark.x)} {num(y - plot.font * 0.8)}V{num(plot.bottom)}" stroke="{MUTED}"/>'
            + text_at(mark.start, y, mark.text, size=plot.font - 1)
        )
    baseline = f'<path d="M{num(plot.left)} {num(plot.bottom)}H{num(plot.right)}" stroke="{INK}"/>'
    # What the reader needs in words is in the links and the description: tick labels are only for eyes.
    out = [f'<g aria-hidden="true">{"".join(out)}</g>\n']
    if chart.kind == "columns":
        return [*out, *_columns(plot, key), baseline]
    return [*out, *_curves(plot, key), baseline]


def _category_axis(plot: Plot) -> Iterator[str]:
    chart = plot.chart
    labels = category_labels(plot)
    several = any(len(lines) > 1 for _, lines, _ in labels)
    for x, lines, full in labels:
        size = plot.font - 1 if several or lines[0] != full else plot.font
        for row, words in enumerate(lines):
            y = plot.bottom + plot.font + 5 + row * plot.line
            half = text_width(words, size) / 2
            inside = min(max(x, half), plot.width - half)  # a label at the edge would be cut
            yield text_at(
                inside, y, words, "middle", size=size, full=full if row == 0 and lines != [full] else ""
            )
        if len(labels) < len(chart.x) or chart.kind == "steps":
            yield f'<path d="M{num(x)} {num(plot.bottom)}v4" stroke="{INK}"/>'
    lines = x_label(plot)
    for row, words in enumerate(lines):
        y = plot.height - 5 - (len(lines) - 1 - row) * plot.line
        yield text_at((plot.left + plot.right) / 2, y, words, "middle", fill=MUTED)


def _columns(plot: Plot, key: str) -> Iterator[str]:
    chart = plot.chart
    group = group_width(plot)
    slot = group / len(chart.series)
    gap = 0.0 if len(chart.series) == 1 else min(2.0, slot * 0.15)
    for position in range(len(chart.x)):
        shapes = []
        for place, series in enumerate(chart.series):
            value = series.values[position]
            if value is None:
                continue
            x = plot.at(position) - group / 2 + place * slot + gap / 2
            y = plot.y(value)
            shapes.append(block(plot, key, place, position, x, y, slot - gap, plot.bottom - y))
            if plot.value_labels:
                words = value_text(value, chart.value_kind)
                shapes.append(text_at(x + (slot - gap) / 2, y - 4, words, "middle", size=plot.font - 1))
        yield _zone(plot, position, *_slot(plot, position), "".join(shapes))


def _curves(plot: Plot, key: str) -> Iterator[str]:
    chart = plot.chart
    for position in sorted(chart.partial):
        if 0 <= position < len(chart.x):
            start, end = _slot(plot, position)
            yield (
                f'<rect x="{num(start)}" y="{num(plot.top)}" width="{num(end - start)}"'
                f' height="{num(plot.bottom - plot.top)}" fill="url(#{key}-h)"/>'
            )
    for place, series in enumerate(chart.series):
        if series.low and series.high:
            yield f'<path d="{_area(plot, series)}" fill="{COLOURS[place]}" fill-opacity="0.18"/>\n'
    for place, series in enumerate(chart.series):
        if series.points:
            yield "".join(
                marker(place, plot.at(i), plot.y(value))
                for i, value in enumerate(series.values)
                if value is not None
            )
            continue
        dash = f' stroke-dasharray="{DASHES[place]}"' if DASHES[place] else ""
        yield (
            f'<path d="{_line(plot, series.values)}" fill="none" stroke="{COLOURS[place]}"'
            f' stroke-width="2.5" stroke-linejoin="round"{dash}/>\n'
        )
        points = [
            (plot.at(i), plot.y(value), i in chart.partial)
            for i, value in enumerate(series.values)
            if value is not None
        ]
        if chart.kind == "lines" and len(chart.x) <= MARKERS_UP_TO:
            yield "".join(marker(place, x, y, hollow) for x, y, hollow in points)
        elif points and len(chart.series) > 1 and not plot.end_labels:
            yield marker(place, *points[-1])
    yield from _end_labels(plot)
    # Zones for tooltips and links lie over the curves, one for each position wide enough to point at.
    for position in range(len(chart.x)):
        start, end = _slot(plot, position)
        if end - start >= 6 and len(chart.x) <= 120:
            yield _zone(plot, position, start, end, "")


def _zone(plot: Plot, position: int, start: float, end: float, inside: str) -> str:
    chart = plot.chart
    words = escape(point_words(chart, position))
    body = (
        f'<title>{words}</title><rect class="hit" x="{num(start)}" y="{num(plot.top)}"'
        f' width="{num(end - start)}" height="{num(plot.bottom - plot.top)}" fill="none" pointer-events="all"/>'
        f"{inside}"
    )
    return linked(chart, position, words, body, wide_enough=end - start >= LINK_WIDTH)


def _slot(plot: Plot, position: int) -> tuple[float, float]:
    if plot.chart.kind != "steps":
        return plot.left + plot.band * position, plot.left + plot.band * (position + 1)
    following = plot.at(position + 1) if position + 1 < len(plot.chart.x) else plot.right
    return plot.at(position), following


def _line(plot: Plot, values: Sequence[float | None]) -> str:
    """The path of a curve; None lifts the pen."""
    steps = plot.chart.kind == "steps"
    path: list[str] = []
    down = False
    for position, value in enumerate(values):
        x = plot.at(position)
        if value is None:
            if steps and down:
                path.append(f"H{num(x)}")
            down = False
            continue
        y = plot.y(value)
        if not down:
            path.append(f"M{num(x)} {num(y)}")
        elif steps:
            path.append(f"H{num(x)}V{num(y)}")
        else:
            path.append(f"L{num(x)} {num(y)}")
        down = True
    if steps and down:
        path.append(f"H{num(plot.right)}")
    return "".join(path)


def _area(plot: Plot, series: Series) -> str:
    """The band between low and high, one closed shape for each run without a gap."""
    bounds = list(zip(series.low or (), series.high or (), strict=True))
    runs: list[list[tuple[int, float, float]]] = [[]]
    for position, (low, high) in enumerate(bounds):
        if low is None or high is None:
            runs.append([])
        else:
            runs[-1].append((position, low, high))
    path: list[str] = []
    for run in runs:
        if not run:
            continue
        if plot.chart.kind == "steps":
            last = run[-1][0] + 1
            end = plot.at(last) if last < len(bounds) else plot.right
            edges = [plot.at(position) for position, _, _ in run] + [end]
            upper = [
                (x, plot.y(h)) for (_, _, h), pair in zip(run, pairwise(edges), strict=True) for x in pair
            ]
            lower = [
                (x, plot.y(v)) for (_, v, _), pair in zip(run, pairwise(edges), strict=True) for x in pair
            ]
        else:
            upper = [(plot.at(position), plot.y(high)) for position, _, high in run]
            lower = [(plot.at(position), plot.y(low)) for position, low, _ in run]
        corners = upper + lower[::-1]
        path.append("M" + "L".join(f"{num(x)} {num(y)}" for x, y in corners) + "Z")
    return "".join(path)


def _end_labels(plot: Plot) -> Iterator[str]:
    """The name of each line at its end, moved apart where lines end close together."""
    if not plot.end_labels:
        return
    ends: list[tuple[float, int, list[str]]] = []
    for place, series in enumerate(plot.chart.series):
        last = next((value for value in reversed(series.values) if value is not None), None)
        if last is not None:
            ends.append((plot.y(last), place, wrap(series.label, plot.end_labels - 26, plot.font, 2)))
    ends.sort()
    half = [len(lines) * plot.line / 2 for _, _, lines in ends]
    middles = [y for y, _, _ in ends]
    for i in range(1, len(ends)):
        middles[i] = max(middles[i], middles[i - 1] + half[i - 1] + half[i])
    # What was pushed under the axis goes back up, and pushes the others before it.
    floor = plot.bottom + plot.line / 2
    for i in reversed(range(len(ends))):
        middles[i] = min(middles[i], floor - half[i])
        floor = middles[i] - half[i]
    x = plot.right + 14
    for middle, (_, place, lines) in zip(middles, ends, strict=True):
        label = plot.chart.series[place].label
        yield marker(place, x, middle)
        for row, words in enumerate(lines):
            y = middle + plot.font * 0.35 + (row - (len(lines) - 1) / 2) * plot.line
            full = label if lines[-1].endswith("…") else ""
            yield text_at(x + 10, y, words, full=full)
