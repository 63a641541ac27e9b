"""The interactive chart changes inside one Bokeh figure, whatever changes in its data."""

from __future__ import annotations

import logging

import holoviews as hv
import numpy as np
import panel as pn
import param
import pytest
from bokeh.document import Document
from bokeh.models import HoverTool, Legend, Patch, Plot, Span, TapTool

from dashboard.charts import LiveChart, drawn_places, hvplot_chart
from dashboard.exhibits import Chart, Series


HOSTILE = "<img src=x onerror=alert(1)>"
LABELS = ("University", "Charity", "Local government", "Commercial")


class State(param.Parameterized):
    start = param.Integer(2012)
    count = param.Integer(1)
    missing = param.Boolean(False)
    empty = param.Boolean(False)
    marked = param.Boolean(False)


def draw_as(kind):
    def draw(start, count, missing, empty, marked):
        length = 0 if empty else 5
        x = tuple(float(10 * i) for i in range(length))
        series = tuple(
            Series(
                key=label,
                label=label,
                values=(
                    values := tuple(None if missing or i == 2 else i + 1 + 3 * place for i in range(length))
                ),
                low=tuple(None if v is None else v * 0.5 for v in values),
                high=tuple(None if v is None else v * 1.5 for v in values),
            )
            for place, label in enumerate(LABELS[: 1 if kind == "bars" else count])
        )
        return Chart(
            kind=kind,
            x=x if kind == "steps" else tuple(str(start + i) for i in range(length)),
            x_label="year",
            y_label="requests",
            series=series,
            partial=frozenset({4}),
            marks=((1, "first"), (3, "second")) if marked else (),
        )

    return draw


@pytest.fixture(autouse=True)
def no_quiet_failures(monkeypatch):
    """HoloViews logs a hook that fails and draws on: here that is a failure."""
    failures = []

    class Keep(logging.Handler):
        def emit(self, record):
            failures.append(record.getMessage())

    handler = Keep(level=logging.WARNING)
    logger = param.parameterized.get_logger()
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    assert failures == []


@pytest.fixture
def shown():
    documents = []

    def show(kind, state):
        def words():
            return {"title": "Title", "summary": f"from {state.start}"}

        def draw():
            return draw_as(kind)(state.start, state.count, state.missing, state.empty, state.marked)

        live = LiveChart(draw(), **words())
        document = Document()
        document.add_root(live.figure)
        documents.append(document)
        state.param.watch(lambda *_: live.show(draw(), **words()), list(State.param)[1:])
        return lambda: list(document.select({"type": Plot}))

    yield show
    for document in documents:
        document.clear()


def categories(figure, kind):
    if kind == "bars":
        return [factor.split("\n")[0] for factor in figure.y_range.factors[::-1]]
    factors = figure.x_range.factors
    return list(dict.fromkeys(f[0] for f in factors)) if kind == "columns" else list(factors)


def series_shown(figure):
    legend = figure.select_one({"type": Legend})
    return [item.label.value for item in legend.items if item.visible] if legend.visible else []


@pytest.mark.parametrize("kind", ["columns", "bars", "lines", "steps"])
def test_changes_stay_in_one_figure(kind, shown):
    state = State()
    figures = shown(kind, state)
    first = figures()[0]
    sources = [renderer.data_source.id for renderer in first.renderers]

    for change in (
        {"start": 2014},
        {"count": 3},
        {"marked": True},
        {"count": 1},
        {"missing": True},
        {"empty": True},
        {"empty": False, "missing": False, "count": 4, "start": 2010},
        {"marked": False, "count": 2},
    ):
        state.param.update(**change)
        assert [figure.id for figure in figures()] == [first.id]
        assert first.html_attributes == {"role": "img", "aria-label": f"Title. from {state.start}"}
        if not state.empty:
            years = [str(state.start + i) for i in range(5)]
            if kind != "steps":
                assert categories(first, kind) == years
        assert (first.x_range if kind == "bars" else first.y_range).start == 0
        expected = [] if kind == "bars" or state.count == 1 else list(LABELS[: state.count])
        assert state.empty or series_shown(first) == expected
        # A chart of more series than any before it has renderers added; none is dropped, and none made twice.
        now = [renderer.data_source.id for renderer in first.renderers]
        assert [source for source in now if source in sources] == sources
        assert len(set(now)) == len(now)
        sources = now
    bars = kind in ("columns", "bars")
    assert len(sources) == (1 if bars else 4 + len(first.select({"type": Patch})))
    hovered = [r for tool in first.toolbar.tools if isinstance(tool, HoverTool) for r in tool.renderers]
    assert hovered == [r for r in first.renderers if not isinstance(r.glyph, Patch)]


@pytest.mark.parametrize("kind", ["columns", "bars", "lines", "steps"])
def test_what_is_missing_is_said_in_words(kind, shown):
    state = State()
    figures = shown(kind, state)
    figure = figures()[0]
    assert "not complete yet" in figure.title.text
    state.missing = True
    assert figure.title.text == "requests: not published"
    state.empty = True
    assert figure.title.text == "requests: nothing to show"
    state.param.update(missing=False, empty=False)
    assert figure.title.text.startswith("requests\n")


def test_series_keep_colour_and_dash_through_changes(shown):
    state = State(count=4)
    figure = shown("lines", state)()[0]

    def looks():
        lines = [r for r in figure.renderers if type(r.glyph).__name__ == "Line"]
        return [(line.glyph.line_color, tuple(line.glyph.line_dash)) for line in lines]

    before = looks()
    assert len(set(before)) == 4
    state.count = 1
    state.count = 4
    assert looks() == before


def test_a_gap_does_not_carry_the_band_across(shown):
    figure = shown("lines", State())()[0]
    band = next(r for r in figure.renderers if type(r.glyph).__name__ == "Patch")
    data = band.data_source.data
    heights = {}
    for x, y in zip(data["x"], data["y"], strict=True):
        heights.setdefault(x, set()).add(round(float(y), 6))
    assert "2014" not in heights
    half = len(data["x"]) // 2
    # Between the run before the gap and the run after it the upper and the lower edge are one.
    upper, lower = list(data["y"][:half]), list(data["y"][half:])[::-1]
    widths = [round(float(u - v), 6) for u, v in zip(upper, lower, strict=True)]
    assert widths.count(0) == 2


def test_rules_are_numbered_and_reused(shown):
    state = State(marked=True)
    figure = shown("columns", state)()[0]
    assert figure.select_one({"name": "marks"}).text == "1  first\n2  second"
    rules = list(figure.select({"type": Span}))
    assert len(rules) == 2
    state.marked = False
    assert [rule.visible for rule in figure.select({"type": Span})] == [False, False]
    assert not figure.select_one({"name": "marks"}).visible
    state.marked = True
    assert len(list(figure.select({"type": Span}))) == 2


def test_no_toolbar_and_no_tool_but_the_tooltip(shown):
    for kind in ("columns", "bars", "lines", "steps"):
        figure = shown(kind, State())()[0]
        assert figure.toolbar_location is None
        assert {type(tool) for tool in figure.toolbar.tools} <= {HoverTool, TapTool}
        assert figure.frame_align is False


def test_charts_of_one_page_share_neither_axes_nor_models():
    small = LiveChart(draw_as("columns")(2012, 1, False, False, False), title="A", summary="")
    large = LiveChart(draw_as("columns")(2012, 4, False, False, False), title="B", summary="")
    document = Document()
    document.add_root(small.figure)
    document.add_root(large.figure)
    ends = sorted(figure.y_range.end for figure in document.select({"type": Plot}))
    assert ends == pytest.approx([8 * 1.02, 30 * 1.02])
    assert not {m.id for m in small.figure.references()} & {m.id for m in large.figure.references()}


@pytest.mark.parametrize("kind", ["columns", "bars", "lines", "steps"])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("empty", [False, True])
def test_the_columns_are_those_that_holoviews_draws(kind, count, empty):
    chart = draw_as(kind)(2012, count, False, empty, True)
    theirs = hv.render(hvplot_chart(chart, title="T", summary="S"), backend="bokeh")
    ours = LiveChart(chart, title="T", summary="S").figure

    def plain(data):
        return {
            name: [
                None if isinstance(v, float | np.floating) and np.isnan(v) else tuple(v) if isinstance(v, list) else v
                for v in column
            ]
            for name, column in data.items()
        }  # fmt: skip

    # hvPlot draws a renderer for each line and band that there may be; those left out show nothing.
    places = drawn_places(chart)
    for place, renderer in enumerate(theirs.renderers):
        data = renderer.data_source.data
        marks = data["value"] if "value" in data else [y for y in data["y"] if y]
        assert place in places or not any(np.isfinite(v) for v in marks)
    for their, our in zip([theirs.renderers[place] for place in places], ours.renderers, strict=True):
        assert type(their.glyph) is type(our.glyph)
        drawn, copied = plain(their.data_source.data), plain(our.data_source.data)
        assert {name: copied[name] for name in drawn} == drawn
        looks = ("line_color", "line_width", "line_dash", "fill_color", "fill_alpha", "hatch_pattern")
        for look in looks:
            assert getattr(their.glyph, look, None) == getattr(our.glyph, look, None)
    assert theirs.title.text == ours.title.text
    assert theirs.height == ours.height
    for side in ("x_range", "y_range"):
        for name in ("factors", "start", "end"):
            assert getattr(getattr(theirs, side), name, None) == getattr(getattr(ours, side), name, None)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("kind", ["columns", "lines", "bars", "steps"])
def test_what_does_not_change_is_not_told_again(kind, count):
    """Each property that a browser is told of makes it lay the figure out anew."""
    draw = draw_as(kind)
    asked = {"missing": False, "empty": False, "marked": kind != "bars"}
    live = LiveChart(draw(2012, count, **asked), title="A", summary="B")
    document, told = Document(), []
    document.add_root(live.figure)
    live.show(draw(2012, count, **asked), title="A", summary="B")  # what the first drawing left to be set
    document.on_change(lambda event: told.append(f"{event.model}.{event.attr}"))
    live.show(draw(2012, count, **asked), title="A", summary="B")
    assert told == []
    live.show(draw(2013, count, **asked), title="A", summary="B")
    assert told or kind == "steps"
    assert not [words for words in told if "Axis" in words]


def test_a_figure_shows_one_kind_of_chart():
    live = LiveChart(draw_as("bars")(2012, 1, False, False, False), title="T", summary="S")
    with pytest.raises(ValueError, match="a figure of bars cannot show columns"):
        live.show(draw_as("columns")(2012, 1, False, False, False), title="T", summary="S")


def test_hostile_labels_reach_tooltips_unmarked():
    chart = Chart(
        kind="bars",
        x=(HOSTILE,),
        x_label="recipient",
        y_label="requests",
        series=(Series(key="n", label=HOSTILE, values=(1,)),),
    )
    document = pn.Column(pn.pane.HoloViews(hvplot_chart(chart, title=HOSTILE, summary="S"))).server_doc()
    hover = document.select_one({"type": HoverTool})
    # BokehJS escapes a field unless it is marked "safe".
    assert [field for _, field in hover.tooltips] == ["@{words}"]
    document.clear()
