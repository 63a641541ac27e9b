"""A chart as static SVG: no plotting library, no script, the same bytes for the same chart.

`layout` works out where everything goes, `upright` and `bars` draw it from `shapes`, and `drawing` makes one
element of it. `lettering` (how wide a text is) and `wording` (what a chart says) serve the interactive charts
too, so that both say the same. Sizes are in the user units of the drawing.
"""

from __future__ import annotations

from dashboard.svg.drawing import chart_height, svg_chart, svg_figure
from dashboard.svg.lettering import cut, text_width, wrap
from dashboard.svg.wording import NOTHING, PARTIAL, nice_ticks, point_words, tick_text, value_text


__all__ = [
    "NOTHING",
    "PARTIAL",
    "chart_height",
    "cut",
    "nice_ticks",
    "point_words",
    "svg_chart",
    "svg_figure",
    "text_width",
    "tick_text",
    "value_text",
    "wrap",
]
