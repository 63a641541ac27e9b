"""A chart with its places worked out: what the layout hands to the drawing."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.exhibits import Chart
from dashboard.svg.lettering import text_width


WIDE, NARROW = 720, 340
NARROW_BELOW = 480


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the legend. `swatch` names a drawing in `shapes`, or is the number of a mark."""

    swatch: str
    text: str
    series: int = 0

    def width(self, font: float) -> float:
        return 30 + text_width(self.text, font) + 20


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A rule across the plot and its label: what changed at that place."""

    x: float
    text: str
    row: int = 0
    start: float = 0.0  # where the text begins and ends; the rule stands at x
    end: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Where the parts of one drawing stand, in its user units; y grows downwards."""

    chart: Chart
    width: float
    height: float
    font: float
    left: float  # the edges of the area the marks are drawn in
    right: float
    top: float
    bottom: float
    ticks: tuple[float, ...]
    scale_top: float
    heading: tuple[str, ...]  # the value label, over the plot
    legend: tuple[tuple[Entry, ...], ...]
    legend_top: float
    shown: bool
    end_labels: float = 0.0  # room kept at the right for the names of lines
    value_labels: bool = False
    labels: tuple[tuple[tuple[str, ...], str], ...] = ()  # bars: lines and full text of each label
    rows: tuple[float, ...] = ()  # bars: where each row begins, and where the last one ends
    marks: tuple[Mark, ...] = ()
    marks_top: float = 0.0

    @property
    def narrow(self) -> bool:
        return self.width < NARROW_BELOW

    @property
    def line(self) -> float:
        return self.font * 1.3

    @property
    def band(self) -> float:
        return (self.right - self.left) / max(len(self.chart.x), 1)

    def at(self, position: int) -> float:
        """The centre of a category, or the place of a number on a steps axis."""
        if self.chart.kind == "steps":
            return self.left + (self.right - self.left) * float(self.chart.x[position]) / span(self.chart)
        return self.left + self.band * (position + 0.5)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * max(value, 0) / self.scale_top

    def along(self, value: float) -> float:
        """The length of a horizontal bar."""
        return (self.right - self.left) * max(value, 0) / self.scale_top


def span(chart: Chart) -> float:
    """The length of a steps axis, which starts at 0."""
    return max((float(x) for x in chart.x), default=0.0) or 1.0
