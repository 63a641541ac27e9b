"""`.hvplot()`: each measure draws, with a title that says what it is, units, and the colours of the pages."""

from __future__ import annotations

from typing import Any

import holoviews as hv
import pytest

from dashboard.charts import THEMES, LiveChart
from dashboard.errors import UsageError
from dashboard.measures import MEASURES
from dashboard.notebook import OpenStore
from dashboard.notebook_charts import DRAWINGS, MOST_COLOURS
from dashboard.sample import LEGACY, SHARES


ASKED: list[tuple[str, dict[str, Any]]] = [
    *((name, {"register": register}) for name in MEASURES for register in (LEGACY, SHARES)),
    ("volumes", {"register": LEGACY, "interval": "year"}),
    ("volumes", {"register": LEGACY, "interval": "month"}),
    ("volumes", {"register": SHARES, "interval": "quarter"}),
    ("volumes", {"register": LEGACY, "interval": "year", "by": "type"}),
    ("volumes", {}),
    ("turnaround", {"register": LEGACY, "interval": "year"}),
    ("turnaround", {"register": LEGACY, "interval": "year", "by": "tier"}),
    ("turnaround", {"register": LEGACY, "by": "type"}),
    ("survival-curve", {"register": LEGACY, "by": "tier"}),
    ("backlog", {"register": LEGACY, "by": "type"}),
    ("published-figures", {}),
]
DRAWN = {  # where the sample has nothing to draw, words stand in the place of the chart
    (LEGACY, "corrections"), (LEGACY, "person-counts"), (LEGACY, "published-figures"), (LEGACY, "commitments"),
    (SHARES, "backlog"), (SHARES, "oldest-open"), (SHARES, "turnaround"), (SHARES, "survival-curve"),
    (SHARES, "outcomes"), (SHARES, "survival-bounds"), (SHARES, "turnaround-comparison"),
    (SHARES, "corrections"), (SHARES, "published-figures"), (SHARES, "commitments"), ("", "volumes"),
    (SHARES, "identity"),
}  # fmt: skip


def test_every_measure_has_a_drawing_of_columns_that_it_has(opened: OpenStore) -> None:
    assert set(DRAWINGS) == set(MEASURES)
    for name, drawing in DRAWINGS.items():
        known = set(opened.measure(name, register=LEGACY).columns)
        wanted = {drawing.x, *drawing.y, drawing.low, drawing.high, drawing.by} - {""}
        assert wanted <= known, name


@pytest.mark.parametrize(
    ("name", "asked"), ASKED, ids=lambda v: v if isinstance(v, str) else "-".join(v.values())
)
def test_it_draws(opened: OpenStore, name: str, asked: dict[str, Any]) -> None:
    found = opened.measure(name, **asked)
    drawn = found.hvplot()
    if (asked.get("register", ""), name) in DRAWN:
        assert isinstance(drawn, hv.Div)
        assert "No chart can be drawn" in drawn.data
        return
    assert not isinstance(drawn, hv.Div)
    figure = hv.render(drawn.last if isinstance(drawn, hv.HoloMap) else drawn, backend="bokeh")
    title = figure.title.text
    assert "\n" in title
    assert title.splitlines()[0]
    axes = {figure.xaxis[0].axis_label, figure.yaxis[0].axis_label} - {"", None}
    assert axes
    if isinstance(drawn, hv.HoloMap):
        assert len(drawn) > MOST_COLOURS


def colours(figure: Any) -> set[str]:
    return {
        str(value).upper()
        for renderer in figure.renderers
        for name in ("fill_color", "line_color")
        for value in [getattr(renderer.glyph, name, None)]
        if isinstance(value, str) and value.startswith("#")
    }


def test_the_colours_are_the_pages(opened: OpenStore) -> None:
    for asked in ({"interval": "month"}, {"interval": "year"}):
        figure = hv.render(opened.volumes(register=LEGACY, **asked).hvplot(), backend="bokeh")
        assert colours(figure) <= {*map(str.upper, THEMES["light"]["series"]), "#000000"}
    figure = hv.render(opened.survival_curve(register=LEGACY).hvplot(), backend="bokeh")
    assert THEMES["light"]["series"][0].upper() in colours(figure)


def test_the_bars_are_the_numbers(opened: OpenStore) -> None:
    found = opened.volumes(register=LEGACY, interval="year")
    drawn = found.hvplot(y="closed")
    assert list(drawn.dimension_values("closed")) == found.column("closed")
    assert list(drawn.dimension_values("interval_start")) == [
        str(d.year) for d in found.column("interval_start")
    ]


def test_options_are_holoviews_own(opened: OpenStore) -> None:
    figure = hv.render(opened.recipients(register=LEGACY).hvplot(title="Mine", width=400), backend="bokeh")
    assert (figure.title.text, figure.width) == ("Mine", 400)


def test_an_exhibit_draws_the_chart_of_its_page(opened: OpenStore) -> None:
    exhibit = opened.exhibit("volumes", "volumes", register=LEGACY)
    page = LiveChart(exhibit.chart, title=exhibit.title, summary=exhibit.summary).figure
    figure = hv.render(exhibit.hvplot(), backend="bokeh")
    assert figure.title.text == page.title.text
    assert figure.x_range.factors == page.x_range.factors
    with pytest.raises(UsageError, match="a table alone"):
        opened.exhibit("checks", "editions", register=LEGACY).hvplot()
