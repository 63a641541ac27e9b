"""Horizontal bars, each with its label and its value in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dashboard.svg.plot import Plot
from dashboard.svg.shapes import GRID, INK, LINK_WIDTH, MUTED, block, furniture, linked, num, text_at
from dashboard.svg.wording import point_words, tick_text, value_text
from dashboard.text import escape


def draw_bars(plot: Plot, key: str) -> Iterator[str]:
    chart = plot.chart
    yield f'<g aria-hidden="true">{"".join(furniture(plot))}'
    if not plot.narrow:
        for tick in plot.ticks:
            x = plot.left + plot.along(tick)
            if tick > 0:
                yield f'<path d="M{num(x)} {num(plot.top)}V{num(plot.bottom)}" stroke="{GRID}"/>'
            yield text_at(x, plot.bottom + plot.font + 4, tick_text(tick, chart.value_kind), "middle")
    yield "</g>\n"
    for position, (lines, full) in enumerate(plot.labels):
        yield _bar(plot, key, position, lines, full)
    yield f'<path d="M{num(plot.left + 0.5)} {num(plot.top)}V{num(plot.bottom)}" stroke="{INK}"/>'


def _bar(plot: Plot, key: str, position: int, lines: Sequence[str], full: str) -> str:
    chart, font = plot.chart, plot.font
    value = chart.series[0].values[position]
    top, end = plot.rows[position], plot.rows[position + 1]
    words = escape(point_words(chart, position))
    tall = 15.0 if plot.narrow else min(end - top - 8, 24.0)
    if plot.narrow:
        first = top + font
        bar_top = top + len(lines) * plot.line + 2
        anchor, x = "start", 4.0
    else:
        first = (top + end - (len(lines) - 1) * plot.line) / 2 + font * 0.35
        bar_top = (top + end - tall) / 2
        anchor, x = "end", plot.left - 8
    shapes = [
        f'<title>{words}</title><rect class="hit" x="0" y="{num(top)}" width="{num(plot.width)}"'
        f' height="{num(end - top)}" fill="none" pointer-events="all"/>'
    ]
    shortened = lines[-1].endswith("…")
    for row, text in enumerate(lines):
        shapes.append(text_at(x, first + row * plot.line, text, anchor, full=full if shortened else ""))
    length = 0.0 if value is None else plot.along(value)
    if value is not None:
        shapes.append(block(plot, key, 0, position, plot.left, bar_top, length, tall))
    shapes.append(
        text_at(
            plot.left + length + 6,
            bar_top + tall / 2 + font * 0.35,
            value_text(value, chart.value_kind),
            fill="" if value is not None else MUTED,
        )
    )
    return linked(chart, position, words, "".join(shapes), wide_enough=end - top >= LINK_WIDTH)
