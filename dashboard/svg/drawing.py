"""A chart as one SVG element with its title and description, or as a pair for wide and narrow screens."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.exhibits import Chart
from dashboard.svg.bars import draw_bars
from dashboard.svg.layout import laid_out
from dashboard.svg.plot import NARROW, WIDE
from dashboard.svg.shapes import INK, draw_empty, num, pattern_defs
from dashboard.svg.upright import draw_upright
from dashboard.tables import dom_id
from dashboard.text import escape


def svg_figure(chart: Chart, *, key: str, title: str, summary: str) -> str:
    """A wide and a narrow drawing of the same content; the stylesheet shows the one that fits."""
    wide = svg_chart(chart, key=f"{key}-w", title=title, summary=summary, width=WIDE)
    narrow = svg_chart(chart, key=f"{key}-n", title=title, summary=summary, width=NARROW)
    return f'<div class="chart"><div class="wide">{wide}</div><div class="narrow">{narrow}</div></div>'


def svg_chart(
    chart: Chart, *, key: str, title: str, summary: str, width: int = WIDE, height: int | None = None
) -> str:
    key = dom_id(key)
    plot = laid_out(chart, width, height)
    chart = plot.chart
    body: Iterable[str]
    if not plot.shown:
        body = draw_empty(plot)
    elif chart.kind == "bars":
        body = draw_bars(plot, key)
    else:
        body = draw_upright(plot, key)
    content = "".join(body)
    if "<a " in content:
        # A picture may not hold links: it becomes a group, and the group gets the description.
        role = f'role="group" aria-labelledby="{key}-t" aria-describedby="{key}-d"'
    else:
        # The summary stands above as a sentence: heard when asked for, not read out twice.
        role = f'role="img" aria-labelledby="{key}-t" aria-describedby="{key}-d"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {num(plot.height)}" {role}'
        f' fill="{INK}" font-size="{num(plot.font)}">\n'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(summary)}</desc>\n'
        f"{pattern_defs(plot, key)}{content}</svg>"
    )


def chart_height(chart: Chart, width: int = WIDE) -> float:
    """The height `svg_chart` gives this chart, so that what replaces it can take the same room."""
    return laid_out(chart, width, None).height
