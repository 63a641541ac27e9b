"""The charts that `.hvplot()` draws in a notebook: one fit for each measure, in the colours of the pages.

What hvPlot and Panel load goes into the notebook itself, so that a chart needs no network (docs/decisions/0032).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import holoviews as hv
import pandas as pd

from dashboard.errors import UsageError
from dashboard.exhibits import Exhibit
from dashboard.figures import axis_words
from dashboard.measures import Measured, scopes
from dashboard.measures.measured import ENTRIES
from dashboard.text import day, escape, join_words


# Before hvPlot is imported: it loads the scripts at once, and from elsewhere unless told otherwise.
hv.extension.inline = True

import hvplot.pandas  # noqa: E402, F401  # gives frames their .hvplot
import panel as pn  # noqa: E402

from dashboard.charts import THEMES, hvplot_chart  # noqa: E402


pn.config.inline = True  # type: ignore[misc]  # it sets what is behind the property

COLOURS = list(THEMES["light"]["series"])
WIDTH, HEIGHT = 720, 340
MOST_BARS = 20
MOST_COLUMNS = 30  # that still have room for their names
MOST_COLOURS = len(COLOURS)  # more groups than colours that can be told apart are chosen from, one at a time

Kind = Literal["columns", "lines", "bars", "curve", "dots", "counts"]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How a measure is drawn. The first of `y` that are published are taken, all of them where they are `stacked`."""

    kind: Kind
    title: str
    x: str
    y: tuple[str, ...]
    unit: str  # what stands beside the value axis; {unit} is the measure's own column
    x_label: str = ""
    most: int = 2  # columns of `y` to draw
    stacked: bool = False
    low: str = ""
    high: str = ""
    by: str = ""  # the column that tells groups apart, where it is not the group asked for


DRAWINGS: dict[str, Drawing] = {
    "volumes": Drawing(
        kind="columns", title="Requests and releases", x="interval_start", unit="requests",
        y=("received", "closed", "released", "first_released", "decided"),
    ),
    "backlog": Drawing(
        kind="columns", title="Requests open at the end of each month, by days waited", x="month_end",
        y=("age_0_30", "age_31_60", "age_61_120", "age_over_120"), unit="requests open", most=4, stacked=True,
    ),
    "oldest-open": Drawing(
        kind="bars", title="Requests open longest at the as-at date", x="reference", y=("age_days",),
        unit="calendar days waited", most=1,
    ),
    "identity": Drawing(
        kind="bars", title="How often open at start + received - closed = open at end was checked", x="register",
        y=("checked",), unit="groups and months checked", most=1,
    ),
    "recipients": Drawing(
        kind="bars", title="Who received", x="group_label", y=("releases", "requests"), unit="{y}", most=1,
    ),
    "top-recipients": Drawing(
        kind="bars", title="Recipients with the most", x="recipient", y=("releases", "requests"), unit="{y}", most=1,
    ),
    "recipient-flow": Drawing(
        kind="columns", title="New and returning recipients", x="interval_start",
        y=("returning_recipients", "new_recipients", "recipients"), unit="recipients", stacked=True,
    ),
    "recipient-names": Drawing(
        kind="bars", title="Published spellings by rows", x="published_name", y=("entries",), unit="rows", most=1,
    ),
    "turnaround": Drawing(
        kind="dots", title="Median time, with its 95% interval", x="interval_start", y=("median",),
        unit="median, {unit} days", low="median_low", high="median_high", most=1,
    ),
    "survival-curve": Drawing(
        kind="curve", title="Share of cases not yet ended, with its 95% band", x="day", y=("survival",),
        unit="share of cases not yet ended", x_label="{unit} days", low="low", high="high", most=1,
    ),
    "outcomes": Drawing(
        kind="curve", title="Share of cases that had ended in each way", x="day", y=("cumulative_incidence",),
        unit="share of all cases", x_label="{unit} days", by="outcome", most=1,
    ),
    "survival-bounds": Drawing(
        kind="curve", title="Bounds on the share of cases still open", x="day", y=("lower", "upper"),
        unit="share of cases still open", x_label="{unit} days",
    ),
    "turnaround-comparison": Drawing(
        kind="bars", title="Cases that ended, less those expected were there one curve", x="group",
        y=("observed_less_expected",), unit="cases", most=1,
    ),
    "control-chart": Drawing(
        kind="lines", title="The series with its mean and limits", x="interval_start",
        y=("value", "mean", "lower", "upper"), unit="{of}", most=4,
    ),
    "person-counts": Drawing(
        kind="columns", title="Counts as published", x="period_end", y=("requested", "supplied"), unit="{unit}",
    ),
    "holdings": Drawing(
        kind="bars", title="Data still held and no longer held", x="group_label", y=("still_held", "ended"),
        unit="requests", stacked=True,
    ),
    "editions": Drawing(
        kind="bars", title="Days from the as-at date to publication", x="edition", y=("lag_days",),
        unit="calendar days", most=1,
    ),
    "ever-seen": Drawing(
        kind="columns", title="Requests ever listed, and still listed", x="interval_start",
        y=("ever_seen", "still_listed"), unit="requests",
    ),
    "published-figures": Drawing(
        kind="bars", title="Figures of others, and ours", x="category", y=("value", "ours"), unit="as published",
    ),
    "spells": Drawing(kind="counts", title="Cases by clock", x="clock", y=("event",), unit="cases", by="event"),
    "corrections": Drawing(kind="counts", title="Corrected cells by field", x="field", y=(), unit="cells"),
    "answerability": Drawing(kind="counts", title="Fields by era", x="era", y=(), unit="fields", by="status"),
    "changes": Drawing(kind="counts", title="Changes by edition", x="edition", y=(), unit="changes", by="kind"),
    "commitments": Drawing(kind="counts", title="Commitments by status", x="status", y=(), unit="commitments"),
    "decisions": Drawing(kind="counts", title="What needs a decision", x="kind", y=(), unit="items"),
    "issues": Drawing(
        kind="counts", title="Data problems by rule", x="rule", y=(), unit="values or rows", by="severity"
    ),
}  # fmt: skip


def draw(measured: Measured, y: str | list[str] | None = None, **options: Any) -> Any:
    """The chart of a result as a HoloViews object; of many groups, with a widget that chooses among them."""
    name = measured.measure
    if name not in DRAWINGS:
        what = "entries have" if name.endswith(ENTRIES) else "the measure has"
        raise UsageError(
            f"{what} no chart here ({name})", hint="use .df, or .df.hvplot for a chart of your own"
        )
    drawing = DRAWINGS[name]
    asked = [y] if isinstance(y, str) else y
    for column in asked or ():
        if column not in measured.columns:
            raise UsageError(
                f"{name} has no column {column!r}", hint=f"its columns are: {', '.join(measured.columns)}"
            )
    frame = measured.df
    drawn = _published(frame, asked, drawing) if drawing.kind != "counts" else ["rows"]
    if frame.empty or not drawn:
        return _said(measured, drawn or list(asked or drawing.y))
    frame, by = _grouped(_told(measured, frame, drawing), measured, drawing)
    if frame.empty:
        return _said(measured, drawn)
    title = options.pop("title", None) or _title(measured, drawing, drawn, frame)
    if drawing.kind == "dots" and frame[drawing.x].nunique() == 1 and by:
        frame, by = frame.assign(**{drawing.x: frame[by]}), ""  # groups stand side by side
    if by and frame[by].nunique() > MOST_COLOURS:
        groups = list(dict.fromkeys(frame[by]))
        kept = {
            g: _one(frame[frame[by] == g], drawing, drawn, measured, "", f"{title}, {g}", options)
            for g in groups
        }
        return hv.HoloMap(kept, kdims=[by.replace("_", " ")])
    return _one(frame, drawing, drawn, measured, by, title, options)


def draw_exhibit(exhibit: Exhibit, **options: Any) -> Any:
    """The interactive chart of a page. Raises UsageError where the exhibit has none."""
    if exhibit.chart is None:
        raise UsageError(f"the figure {exhibit.key!r} is a table alone", hint="use .df, or .df.hvplot")
    drawn = hvplot_chart(exhibit.chart, title=exhibit.title, summary=exhibit.summary)
    return drawn.opts(**options) if options else drawn


def _published(frame: pd.DataFrame, asked: list[str] | None, drawing: Drawing) -> list[str]:
    wanted = asked or [c for c in drawing.y if c in frame and frame[c].notna().any()][: drawing.most]
    return [c for c in wanted if frame[c].notna().any()]


def _said(measured: Measured, columns: list[str]) -> Any:
    """Why there is nothing to draw, in the place of the chart."""
    words = measured.notes or (f"Nothing is published of {join_words(columns)} in what was asked.",)
    return hv.Div("<p>No chart can be drawn.</p>" + "".join(f"<p>{escape(w)}</p>" for w in words))


def _told(measured: Measured, frame: pd.DataFrame, drawing: Drawing) -> pd.DataFrame:
    """The frame as hvPlot reads it: plain floats with gaps, categories as words in their order."""
    told = frame.copy()
    told.attrs = {}
    for column in told:
        if pd.api.types.is_numeric_dtype(told[column]) and not pd.api.types.is_bool_dtype(told[column]):
            told[column] = told[column].astype("float64")
        elif isinstance(told[column].dtype, pd.StringDtype):
            told[column] = told[column].astype(object).where(told[column].notna(), "not published")
    if measured.measure == "person-counts":
        told = told[told["status"] == "current"]
    if measured.measure == "published-figures":
        # A figure is of a category and a period: one bar each.
        told[drawing.x] = [
            f"{c if c != 'not published' else m}, {e.year if pd.notna(e) else 'no period'}"
            for c, m, e in zip(told["category"], told["measure"], told["period_end"], strict=True)
        ]
    if "event" in told and drawing.by == "event":
        told["event"] = told["event"].map({True: "ended", False: "not ended, or left out"})
    if drawing.x in told:
        told = _over_time(told, measured, drawing)
    if drawing.kind == "counts":
        keys = [c for c in ("register", drawing.x, drawing.by) if c and c in told]
        told = (
            told.groupby(keys, sort=False, dropna=False)
            .size()
            .reset_index(name="rows")
            .astype({"rows": float})
        )
        told[keys] = told[keys].astype(str)
    return told


def _over_time(told: pd.DataFrame, measured: Measured, drawing: Drawing) -> pd.DataFrame:
    """Days as the words of their interval while there are few, as days on an axis of time where there are many."""
    days = told[drawing.x]
    if days.isna().all():
        return told.assign(**{drawing.x: "all"})
    if not pd.api.types.is_datetime64_any_dtype(days):
        return told
    if drawing.x == "interval_start" and not measured.filters.interval and "interval_end" in told:
        ends = zip(days, told["interval_end"], strict=True)
        return told.assign(**{drawing.x: [f"{day(a) if pd.notna(a) else ''} to {day(b)}" for a, b in ends]})
    told = told[days.notna()]
    if days.nunique() > MOST_COLUMNS:
        return told
    interval = measured.filters.interval or ("month" if drawing.x in ("month_end", "period_end") else "year")
    return told.assign(**{drawing.x: [axis_words(d, interval) for d in told[drawing.x]]})


def _grouped(frame: pd.DataFrame, measured: Measured, drawing: Drawing) -> tuple[pd.DataFrame, str]:
    """The frame, and the column that tells its groups apart; several such columns become one."""
    columns = [
        c
        for c in ("register", "group_label", "group", "body", "unit", "basis")
        if c in frame and c != drawing.x
    ]
    if "group_label" in columns and "group" in columns:
        columns.remove("group")
    columns = [] if measured.measure == "published-figures" else columns
    columns += [drawing.by] if drawing.by and drawing.by in frame else []
    several = [c for c in columns if frame[c].nunique() > 1]
    if drawing.x in ("group_label", "group"):
        several = [c for c in several if c not in ("group_label", "group")]
    if not several:
        return frame, ""
    if len(several) == 1:
        return frame, several[0]
    return frame.assign(of=frame[several].agg(", ".join, axis=1)), "of"


def _title(measured: Measured, drawing: Drawing, drawn: list[str], frame: pd.DataFrame) -> str:
    what = drawing.title
    if drawing.kind in ("columns", "bars") and drawing.title in (
        "Requests and releases",
        "Recipients with the most",
    ):
        words = join_words([c.replace("_", " ") for c in drawn])
        what = f"{what}: {words}" if drawing.x != "recipient" else f"{what} {words}"
    if drawing.x == "interval_start" and measured.filters.interval:
        what += f", by {measured.filters.interval}"
    if drawing.kind == "bars" and len(frame) > MOST_BARS:
        what += f" (the first {MOST_BARS} of {len(frame):,})"
    found = scopes(measured.store, measured.asked)
    where = found[0].short_title if len(found) == 1 else "each register"
    return f"{what}\n{where}"


def _unit(measured: Measured, drawn: list[str], words: str) -> str:
    units = {str(u) for u in measured.result.column("unit")} if "unit" in measured.columns else set()
    of = str(measured.filters.of or "volumes.received").partition(".")[2]
    return words.format(unit=join_words(sorted(units)) or "calendar", y=drawn[0].replace("_", " "), of=of)


def _one(
    frame: pd.DataFrame, drawing: Drawing, drawn: list[str], measured: Measured, by: str, title: str,
    options: dict[str, Any],
) -> Any:  # fmt: skip
    unit = _unit(measured, drawn, drawing.unit)
    x_label = _unit(measured, drawn, drawing.x_label)
    chart = MAKERS[drawing.kind](frame, drawing, drawn, by, unit, x_label)
    return chart.opts(**{"title": title, "fontsize": {"title": 11}, "hooks": [_plain], **options})


def _plain(plot: Any, element: Any) -> None:
    plot.state.toolbar.logo = None
    plot.state.title.text_font_style = "normal"


def _sizes() -> dict[str, Any]:
    return {"width": WIDTH, "height": HEIGHT, "shared_axes": False}


def _columns(
    frame: pd.DataFrame, drawing: Drawing, drawn: list[str], by: str, unit: str, x_label: str
) -> Any:
    if pd.api.types.is_datetime64_any_dtype(frame[drawing.x]):
        return _through_time(frame, drawing, drawn, by, unit, x_label)
    many = frame[drawing.x].nunique() > 12
    if by:  # one column of numbers, a colour a group
        return frame.hvplot.bar(
            x=drawing.x, y=drawn[0], by=by, color=COLOURS[: frame[by].nunique()], ylabel=f"{unit}: {_words(drawn[0])}",
            xlabel=x_label, rot=90 if many else 45, legend="top", **_sizes(),
        )  # fmt: skip
    named = frame.rename(columns={c: _words(c) for c in drawn})
    rot = 90 if many else 0
    if len(drawn) == 1:
        only = _words(drawn[0])
        return named.hvplot.bar(
            x=drawing.x,
            y=only,
            color=COLOURS[0],
            ylabel=f"{unit}: {only}",
            xlabel=x_label,
            rot=rot,
            **_sizes(),
        )
    bars = named.hvplot.bar(
        x=drawing.x, y=[_words(c) for c in drawn], stacked=drawing.stacked, color=COLOURS[: len(drawn)],
        ylabel=unit, xlabel=x_label, rot=rot, legend="top", group_label="counted", value_label=unit, **_sizes(),
    )  # fmt: skip
    # The legend names what is counted: said again under each bar, the names run into one another.
    return bars if drawing.stacked else bars.opts(multi_level=False)


def _through_time(
    frame: pd.DataFrame, drawing: Drawing, drawn: list[str], by: str, unit: str, x_label: str
) -> Any:
    """More intervals than columns have room for."""
    named = frame.rename(columns={c: _words(c) for c in drawn})
    words = [_words(c) for c in drawn]
    if drawing.stacked and not by:
        return named.hvplot.area(
            x=drawing.x, y=words, stacked=True, color=COLOURS[: len(words)], ylabel=unit, xlabel=x_label,
            legend="top", line_width=0, group_label="counted", **_sizes(),
        )  # fmt: skip
    return named.hvplot.line(
        x=drawing.x, y=words[0] if by else words, by=by or None, ylabel=f"{unit}: {words[0]}" if by else unit,
        color=COLOURS[: frame[by].nunique() if by else len(words)], xlabel=x_label, legend="top",
        group_label="counted", **_sizes(),
    )  # fmt: skip


def _lines(frame: pd.DataFrame, drawing: Drawing, drawn: list[str], by: str, unit: str, x_label: str) -> Any:
    if by:
        return frame.hvplot.line(
            x=drawing.x, y=drawn[0], by=by, color=COLOURS[: frame[by].nunique()], ylabel=unit, xlabel=x_label, rot=90,
            legend="top", **_sizes(),
        )  # fmt: skip
    chart: Any = None
    for place, column in enumerate(drawn):
        line = frame.hvplot.line(
            x=drawing.x, y=column, label=_words(column), color=COLOURS[min(place, 2)],
            line_dash="solid" if place == 0 else "dashed", ylabel=unit, xlabel=x_label, rot=90, **_sizes(),
        )  # fmt: skip
        chart = line if chart is None else chart * line
    signals = (
        frame[~frame["signal"].fillna("").isin(["", "not published"])] if "signal" in frame else frame[:0]
    )
    if len(signals):
        chart *= signals.hvplot.scatter(
            x=drawing.x, y=drawn[0], label="signal", color=COLOURS[3], size=90, hover_cols=["signal"]
        )
    return chart.opts(legend_position="top")


def _bars(frame: pd.DataFrame, drawing: Drawing, drawn: list[str], by: str, unit: str, x_label: str) -> Any:
    first = frame.head(MOST_BARS)
    named = first.rename(columns={c: _words(c) for c in drawn})
    height = _height(first[drawing.x].nunique() * (1 if drawing.stacked else len(drawn)))
    if drawing.stacked:
        named = named[::-1]  # an axis that is turned over cuts the first of stacked bars in half
    return named.hvplot.barh(
        x=drawing.x, y=[_words(c) for c in drawn] if len(drawn) > 1 else _words(drawn[0]), stacked=drawing.stacked,
        by=by or None, color=COLOURS[0] if len(drawn) == 1 and not by else COLOURS[: max(len(drawn), 2)],
        ylabel=unit, xlabel="", flip_yaxis=not drawing.stacked, legend="right", **{**_sizes(), "height": height},
    )  # fmt: skip


def _curve(frame: pd.DataFrame, drawing: Drawing, drawn: list[str], by: str, unit: str, x_label: str) -> Any:
    chart: Any = None
    parts = [(str(g), frame[frame[by] == g]) for g in dict.fromkeys(frame[by])] if by else [("", frame)]
    place = 0
    for group, part in parts:
        for column in drawn:
            colour = COLOURS[place % MOST_COLOURS]
            line = part.hvplot.step(
                x=drawing.x, y=column, where="post", color=colour, ylim=(0, 1), ylabel=unit, xlabel=x_label,
                label=group or (_words(column) if len(drawn) > 1 else ""), **_sizes(),
            )  # fmt: skip
            if drawing.low and part[drawing.low].notna().any():
                band = part.hvplot.area(
                    x=drawing.x,
                    y=drawing.low,
                    y2=drawing.high,
                    alpha=0.15,
                    color=colour,
                    line_width=0,
                    hover=False,
                )
                line = band * line
            chart = line if chart is None else chart * line
            place += 1
    return chart.opts(legend_position="top_right") if place > 1 else chart


def _dots(frame: pd.DataFrame, drawing: Drawing, drawn: list[str], by: str, unit: str, x_label: str) -> Any:
    points = frame.assign(
        below=frame[drawn[0]] - frame[drawing.low],
        above=frame[drawing.high] - frame[drawn[0]],
        cases=frame["n"],
    )
    points = points[points[drawn[0]].notna()]
    dots = points.hvplot.scatter(
        x=drawing.x, y=drawn[0], by=by or None, size=60, ylabel=unit, xlabel=x_label, rot=45,
        color=COLOURS[: points[by].nunique()] if by else COLOURS[0], legend="top",
        hover_cols=["cases", drawing.low, drawing.high], **_sizes(),
    )  # fmt: skip
    told = points.dropna(subset=["below", "above"])
    if told.empty or drawn[0] != drawing.y[0]:
        return dots
    bars = told.hvplot.errorbars(x=drawing.x, y=drawn[0], yerr1="below", yerr2="above")
    return (bars * dots).opts(ylim=(0, None))


def _counts(frame: pd.DataFrame, drawing: Drawing, drawn: list[str], by: str, unit: str, x_label: str) -> Any:
    kept = frame.groupby(drawing.x, sort=False)["rows"].sum().sort_values(ascending=False).head(MOST_BARS)
    first = frame[frame[drawing.x].isin(kept.index)]
    first = first[::-1] if by else first.set_index(drawing.x).loc[kept.index].reset_index()
    return first.hvplot.barh(
        x=drawing.x, y="rows", by=by or None, stacked=bool(by), ylabel=unit, xlabel="", flip_yaxis=not by,
        color=COLOURS[: first[by].nunique()] if by else COLOURS[0], legend="right",
        **{**_sizes(), "height": _height(len(kept))},
    )  # fmt: skip


def _height(bars: int) -> int:
    return 130 + 26 * bars


def _words(column: str) -> str:
    return column.replace("_", " ")


Maker = Callable[[pd.DataFrame, Drawing, list[str], str, str, str], Any]
MAKERS: dict[Kind, Maker] = {
    "columns": _columns, "lines": _lines, "bars": _bars, "curve": _curve, "dots": _dots, "counts": _counts,
}  # fmt: skip
