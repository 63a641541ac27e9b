"""Which labels stand under the axis, and where: all that there is room for, and the telling ones of the rest."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from dashboard.exhibits import Chart
from dashboard.svg.lettering import cut, text_width, wrap
from dashboard.svg.plot import Plot, span
from dashboard.svg.wording import nice_ticks, x_text
from dashboard.text import number


MONTH = re.compile(r"[A-Z][a-z]{2} \d{4}")


def category_lines(plot: Plot) -> int:
    return max((len(lines) for _, lines, _ in category_labels(plot)), default=1)


def category_labels(plot: Plot) -> list[tuple[float, list[str], str]]:
    """Where the labels under the axis stand: (x, lines, full text)."""
    chart, font = plot.chart, plot.font
    if chart.kind == "steps":
        ticks = nice_ticks(span(chart), 4 if plot.narrow else 7, whole=True)
        scale = (plot.right - plot.left) / span(chart)
        return [
            (plot.left + tick * scale, [number(tick)], number(tick)) for tick in ticks if tick <= span(chart)
        ]
    texts = [x_text(x) for x in chart.x]
    if are_periods(chart):
        # Ordered periods: a reader fills in those between.
        step, first = _thin(texts, plot.band, font)
        return [(plot.at(i), [texts[i]], texts[i]) for i in range(first, len(texts), step)]
    if plot.band >= 44:
        return [(plot.at(i), wrap(text, plot.band - 6, font - 1, 3), text) for i, text in enumerate(texts)]
    step = math.ceil(60 / plot.band)
    return [(plot.at(i), [cut(texts[i], 54, font - 1)], texts[i]) for i in range(0, len(texts), step)]


def x_label(plot: Plot) -> list[str]:
    label = plot.chart.x_label
    return wrap(label, plot.right - plot.left, plot.font, 2) if label else []


def are_periods(chart: Chart) -> bool:
    """Whether the categories are years, months or the like: short and with a year in them."""
    return all(re.search(r"\d{4}", text) and len(text) <= 12 for text in map(x_text, chart.x))


def _thin(texts: Sequence[str], band: float, font: float) -> tuple[int, int]:
    """Every how many labels to write, from which on: the last year, and Januaries, are kept."""
    need = max(text_width(text, font) for text in texts) + 8
    if MONTH.fullmatch(texts[0]):
        # Positions of Januaries when each month is there; a gap in the months only moves the labels.
        first = next((i for i, text in enumerate(texts) if text.startswith("Jan")), 0)
        step = next((s for s in (1, 2, 3, 6, 12, 24, 36, 60) if s * band >= need), 120)
        return step, first % step
    step = next((s for s in (1, 2, 3, 4, 5, 10, 20, 50) if s * band >= need), 100)
    return step, (len(texts) - 1) % step
