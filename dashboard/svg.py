"""A chart as static SVG: no plotting library, no script, the same bytes for the same chart.

Colours are CSS custom properties with the light palette as fallback, so one drawing follows dark mode
and print, and still reads in a report without our stylesheet. Presentation attributes rather than
`style` attributes are used because a strict content security policy blocks the latter.

Sizes are in the user units of the drawing. Text widths are estimated from letter shapes: there is no
font to ask, and a label that turns out a little wider than thought must only come close to its neighbour.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from dashboard.exhibits import Chart, Series, ValueKind
from dashboard.tables import dom_id, local_link
from dashboard.text import NOT_PUBLISHED, escape, join_words, number, percent


WIDE, NARROW = 720, 340
NARROW_BELOW = 480

COLOURS = ("var(--c1, #12436D)", "var(--c2, #28A197)", "var(--c3, #801650)", "var(--c4, #F46A25)")
DASHES = ("", "7 4", "2 3", "9 3 2 3")
INK, MUTED, GRID, PAPER = (
    "var(--ink, #16202a)",
    "var(--muted, #4f5a66)",
    "var(--grid, #dde2e7)",
    "var(--paper, #fff)",
)
ASIDE = "var(--aside, #BFBFBF)"  # bars beside the one that is chosen

NOTHING = "nothing to show"
PARTIAL = "not complete yet"

# A link has to be 24 CSS pixels across (WCAG 2.5.8) and the drawing is shown at down to 0.85 of its size.
# Narrower marks are left unlinked; the row headers of the table carry the same links.
LINK_WIDTH = 28.0
# Beyond this many points a marker on each of them hides the line.
MARKERS_UP_TO = 40
MONTH = re.compile(r"[A-Z][a-z]{2} \d{4}")


def svg_figure(chart: Chart, *, key: str, title: str, summary: str) -> str:
    """A wide and a narrow drawing of the same content; the stylesheet shows the one that fits."""
    wide = svg_chart(chart, key=f"{key}-w", title=title, summary=summary, width=WIDE)
    narrow = svg_chart(chart, key=f"{key}-n", title=title, summary=summary, width=NARROW)
    return f'<div class="chart"><div class="wide">{wide}</div><div class="narrow">{narrow}</div></div>'


def svg_chart(
    chart: Chart, *, key: str, title: str, summary: str, width: int = WIDE, height: int | None = None
) -> str:
    key = dom_id(key)
    plot = _layout(chart, width, height)
    chart = plot.chart
    body: Iterable[str]
    if not plot.shown:
        body = _empty(plot)
    elif chart.kind == "bars":
        body = _bars(plot, key)
    else:
        body = _upright(plot, key)
    content = "".join(body)
    if "<a " in content:
        # A picture may not hold links: it becomes a group, and the group gets the description.
        role = f'role="group" aria-labelledby="{key}-t" aria-describedby="{key}-d"'
    else:
        # The summary stands above as a sentence: heard when asked for, not read out twice.
        role = f'role="img" aria-labelledby="{key}-t" aria-describedby="{key}-d"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_n(plot.height)}" {role}'
        f' fill="{INK}" font-size="{_n(plot.font)}">\n'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(summary)}</desc>\n'
        f"{_patterns(plot, key)}{content}</svg>"
    )


def chart_height(chart: Chart, width: int = WIDE) -> float:
    """The height `svg_chart` gives this chart, so that what replaces it can take the same room."""
    return _layout(chart, width, None).height


def point_words(chart: Chart, position: int) -> str:
    """What one position in x says: "2017: 131 releases"."""
    parts = [
        _named_amount(series.label, series.values[position], chart)
        if len(chart.series) > 1
        else _amount(series.values[position], chart)
        for series in chart.series
        if not series.points or series.values[position] is not None  # no mark says nothing
    ]
    note = f" ({PARTIAL})" if position in chart.partial else ""
    return f"{_x_text(chart.x[position])}: {join_words(parts)}{note}"


def value_text(value: float | None, kind: ValueKind) -> str:
    return percent(value) if kind == "share" else number(value)


def nice_ticks(top: float, count: int, *, whole: bool) -> tuple[float, ...]:
    """Round steps from 0 that reach `top`, about `count` of them; whole numbers only for counts."""
    raw = (top if top > 0 else 1.0) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    steps = [m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9)]
    if whole:
        steps = [step for step in steps if step >= 1 and step == int(step)] or [1.0]
    step = steps[0]
    return tuple(round(i * step, 10) for i in range(math.ceil((top or 1) / step - 1e-9) + 1))


def tick_text(tick: float, kind: ValueKind) -> str:
    if kind == "share":
        return f"{round(tick * 100, 6):g}%"
    return number(tick) if float(tick).is_integer() else f"{tick:,.10f}".rstrip("0")


def text_width(text: str, size: float) -> float:
    return size * sum(_letter(letter) for letter in text)


# --- layout -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """One line of the legend. `swatch` names a drawing in `_swatch`, or is the number of a mark."""

    swatch: str
    text: str
    series: int = 0


@dataclass(frozen=True, kw_only=True)
class _Mark:
    x: float
    text: str
    row: int = 0
    start: float = 0.0  # where the text begins and ends; the rule stands at x
    end: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Plot:
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
    legend: tuple[tuple[_Entry, ...], ...]
    legend_top: float
    shown: bool
    end_labels: float = 0.0  # room kept at the right for the names of lines
    value_labels: bool = False
    labels: tuple[tuple[tuple[str, ...], str], ...] = ()  # bars: lines and full text of each label
    rows: tuple[float, ...] = ()  # bars: where each row begins, and where the last one ends
    marks: tuple[_Mark, ...] = ()
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
            return self.left + (self.right - self.left) * float(self.chart.x[position]) / _span(self.chart)
        return self.left + self.band * (position + 0.5)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * max(value, 0) / self.scale_top

    def along(self, value: float) -> float:
        """The length of a horizontal bar."""
        return (self.right - self.left) * max(value, 0) / self.scale_top


def _layout(chart: Chart, width: int, height: int | None) -> _Plot:
    _check(chart)
    narrow = width < NARROW_BELOW
    if narrow and chart.kind == "columns" and len(chart.series) == 1 and not _periods(chart):
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

    plot = _Plot(
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


def _upright_layout(plot: _Plot, height: int | None) -> _Plot:
    chart, font = plot.chart, plot.font
    left = max(text_width(tick_text(tick, chart.value_kind), font) for tick in plot.ticks) + 8
    right = plot.width - 2 - plot.end_labels
    if chart.kind == "steps":
        # The last number is centred under the right edge and needs half its width beyond it.
        right = min(right, plot.width - text_width(number(_span(chart)), font) / 2 - 1)
    plot = replace(plot, left=left, right=right)

    if chart.kind == "columns" and len(chart.x) * len(chart.series) <= 40:
        slot = _group_width(plot) / len(chart.series)
        room = plot.band - 4 if len(chart.series) == 1 else slot
        texts = [value_text(v, chart.value_kind) for s in chart.series for v in s.values if v is not None]
        plot = replace(plot, value_labels=max(text_width(text, font - 1) for text in texts) <= room)

    marks, numbers = _place_marks(plot)
    if numbers:
        legend = _legend_rows(numbers, plot.width, font)
        more = len(legend) * (plot.line + 2) + (0 if plot.legend else 6)
        plot = replace(plot, legend=(*plot.legend, *legend), top=plot.top + more)
        plot = replace(plot, legend_top=plot.legend_top + (6 if len(plot.legend) == len(legend) else 0))
    rows = max((mark.row for mark in marks), default=-1) + 1
    marks_top = plot.top
    top = plot.top + rows * plot.line + (font if plot.value_labels else 0) + (4 if rows else 0)
    below = _category_lines(plot) * plot.line + 8 + len(_x_label(plot)) * plot.line + 2
    total = height or top + (190 if plot.narrow else 230) + below
    bottom = max(total - below, top + 40)
    return replace(plot, top=top, bottom=bottom, height=total, marks=marks, marks_top=marks_top)


def _bars_layout(plot: _Plot, height: int | None) -> _Plot:
    chart, font = plot.chart, plot.font
    texts = [_x_text(x) for x in chart.x]
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


def _legend(chart: Chart, named_at_end: bool) -> list[_Entry]:
    entries = []
    area = "column" if chart.kind in ("columns", "bars") else "line"
    if len(chart.series) > 1 and not named_at_end:
        entries = [_Entry(swatch=area, text=s.label, series=i) for i, s in enumerate(chart.series)]
    if chart.kind in ("lines", "steps") and any(s.low and s.high for s in chart.series):
        entries.append(_Entry(swatch="band", text=chart.band))
    if any(0 <= position < len(chart.x) for position in chart.partial):
        entries.append(_Entry(swatch="partial", text=PARTIAL))
    # Bars have room to say it in each row.
    if chart.kind != "bars" and any(v is None for s in chart.series if not s.points for v in s.values):
        entries.append(_Entry(swatch="gap", text=f"gap: {chart.gap}"))
    return entries


def _legend_rows(entries: Sequence[_Entry], width: float, font: float) -> tuple[tuple[_Entry, ...], ...]:
    rows: list[list[_Entry]] = []
    room = 0.0
    for entry in entries:
        lines = wrap(entry.text, width - 30, font, 3)
        need = _entry_width(replace(entry, text=lines[0]), font)
        if not rows or need - 20 > room or len(lines) > 1:
            rows.append([])
            room = width
        rows[-1].append(replace(entry, text=lines[0]))
        room -= need
        for words in lines[1:]:
            rows.append([replace(entry, text=words, swatch="")])
            room = 0.0
    return tuple(tuple(row) for row in rows)


def _entry_width(entry: _Entry, font: float) -> float:
    return 30 + text_width(entry.text, font) + 20


def _place_marks(plot: _Plot) -> tuple[tuple[_Mark, ...], list[_Entry]]:
    """Rows and sides for the labels of rules, such that no text meets another text or a rule.

    Where there is no room for that, the rules are numbered and the legend says what the numbers mean.
    """
    chart = plot.chart
    marks = []
    for position, words in sorted(chart.marks):
        if 0 <= position < len(chart.x):
            x = plot.at(position) - (0 if chart.kind == "steps" else plot.band / 2)
            marks.append(_Mark(x=x, text=words))
    if not marks:
        return (), []
    # From the left works unless a label has to stand to the left of its rule; then from the right does.
    tries = [made for made in (_stack(marks, plot), _stack(marks[::-1], plot)) if made is not None]
    if tries:
        return tuple(min(tries, key=lambda made: max(mark.row for mark in made))), []
    numbered = [replace(mark, text=str(i)) for i, mark in enumerate(marks, start=1)]
    key = [_Entry(swatch=str(i), text=mark.text) for i, mark in enumerate(marks, start=1)]
    placed = _stack(numbered, plot)
    # Rules too close for even their numbers keep the first number of the cluster legible.
    return tuple(placed or (replace(mark, start=mark.x + 5) for mark in numbered)), key


def _stack(marks: Sequence[_Mark], plot: _Plot) -> list[_Mark] | None:
    """The marks, placed one after the other in this order; None if one of them finds no free place."""
    placed: list[_Mark] = []
    for mark in marks:
        length = text_width(mark.text, plot.font - 1)
        options = [
            replace(mark, row=row, start=start, end=start + length)
            for row in range(len(marks))
            for start in (mark.x + 5, mark.x - 5 - length)
            if start >= 0 and start + length <= plot.width
        ]
        free = next((o for o in options if not any(_clash(o, other) for other in placed)), None)
        if free is None:
            return None
        placed.append(free)
    return placed


def _clash(one: _Mark, other: _Mark) -> bool:
    if one.row == other.row and one.start < other.end + 8 and other.start < one.end + 8:
        return True
    # A rule runs from its own row down through the rows below it.
    return (other.row <= one.row and one.start - 3 < other.x < one.end + 3) or (
        one.row <= other.row and other.start - 3 < one.x < other.end + 3
    )


# --- columns, lines, steps --------------------------------------------------------------------------


def _upright(plot: _Plot, key: str) -> list[str]:
    chart = plot.chart
    out = [*_furniture(plot)]
    out += [
        f'<path d="M{_n(plot.left)} {_n(plot.y(tick))}H{_n(plot.right)}" stroke="{GRID}"/>'
        for tick in plot.ticks
        if tick > 0
    ]
    out += [
        _text(plot.left - 6, plot.y(tick) + plot.font * 0.35, tick_text(tick, chart.value_kind), "end")
        for tick in plot.ticks
    ]
    out += _category_axis(plot)
    for mark in plot.marks:
        y = plot.marks_top + (mark.row + 1) * plot.line - plot.line * 0.3
        out.append(
            f'<path d="M{_n(mark.x)} {_n(y - plot.font * 0.8)}V{_n(plot.bottom)}" stroke="{MUTED}"/>'
            + _text(mark.start, y, mark.text, size=plot.font - 1)
        )
    baseline = f'<path d="M{_n(plot.left)} {_n(plot.bottom)}H{_n(plot.right)}" stroke="{INK}"/>'
    # What the reader needs in words is in the links and the description: tick labels are only for eyes.
    out = [f'<g aria-hidden="true">{"".join(out)}</g>\n']
    if chart.kind == "columns":
        return [*out, *_columns(plot, key), baseline]
    return [*out, *_curves(plot, key), baseline]


def _columns(plot: _Plot, key: str) -> Iterator[str]:
    chart = plot.chart
    group = _group_width(plot)
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
            shapes.append(_block(plot, key, place, position, x, y, slot - gap, plot.bottom - y))
            if plot.value_labels:
                words = value_text(value, chart.value_kind)
                shapes.append(_text(x + (slot - gap) / 2, y - 4, words, "middle", size=plot.font - 1))
        yield _zone(plot, position, *_slot(plot, position), "".join(shapes))


def _curves(plot: _Plot, key: str) -> Iterator[str]:
    chart = plot.chart
    for position in sorted(chart.partial):
        if 0 <= position < len(chart.x):
            start, end = _slot(plot, position)
            yield (
                f'<rect x="{_n(start)}" y="{_n(plot.top)}" width="{_n(end - start)}"'
                f' height="{_n(plot.bottom - plot.top)}" fill="url(#{key}-h)"/>'
            )
    for place, series in enumerate(chart.series):
        if series.low and series.high:
            yield f'<path d="{_area(plot, series)}" fill="{COLOURS[place]}" fill-opacity="0.18"/>\n'
    for place, series in enumerate(chart.series):
        if series.points:
            yield "".join(
                _marker(place, plot.at(i), plot.y(value))
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
            yield "".join(_marker(place, x, y, hollow) for x, y, hollow in points)
        elif points and len(chart.series) > 1 and not plot.end_labels:
            yield _marker(place, *points[-1])
    yield from _end_labels(plot)
    # Zones for tooltips and links lie over the curves, one for each position wide enough to point at.
    for position in range(len(chart.x)):
        start, end = _slot(plot, position)
        if end - start >= 6 and len(chart.x) <= 120:
            yield _zone(plot, position, start, end, "")


def _zone(plot: _Plot, position: int, start: float, end: float, inside: str) -> str:
    chart = plot.chart
    words = escape(point_words(chart, position))
    body = (
        f'<title>{words}</title><rect class="hit" x="{_n(start)}" y="{_n(plot.top)}"'
        f' width="{_n(end - start)}" height="{_n(plot.bottom - plot.top)}" fill="none" pointer-events="all"/>'
        f"{inside}"
    )
    return _linked(chart, position, words, body, wide_enough=end - start >= LINK_WIDTH)


def _linked(chart: Chart, position: int, words: str, body: str, *, wide_enough: bool) -> str:
    # A page is filtered by what is chosen; elsewhere a bar leads to its rows.
    links = chart.choices or chart.links
    link = local_link(links[position]) if links and wide_enough else None
    if link is None:
        return f"<g>{body}</g>\n"
    place = " data-in-place" if chart.choices else ""
    current = ' aria-current="true"' if position in chart.chosen else ""
    return f'<a{place} href="{escape(link)}" aria-label="{words}"{current}>{body}</a>\n'


def _slot(plot: _Plot, position: int) -> tuple[float, float]:
    if plot.chart.kind != "steps":
        return plot.left + plot.band * position, plot.left + plot.band * (position + 1)
    following = plot.at(position + 1) if position + 1 < len(plot.chart.x) else plot.right
    return plot.at(position), following


def _line(plot: _Plot, values: Sequence[float | None]) -> str:
    """The path of a curve; None lifts the pen."""
    steps = plot.chart.kind == "steps"
    path: list[str] = []
    down = False
    for position, value in enumerate(values):
        x = plot.at(position)
        if value is None:
            if steps and down:
                path.append(f"H{_n(x)}")
            down = False
            continue
        y = plot.y(value)
        if not down:
            path.append(f"M{_n(x)} {_n(y)}")
        elif steps:
            path.append(f"H{_n(x)}V{_n(y)}")
        else:
            path.append(f"L{_n(x)} {_n(y)}")
        down = True
    if steps and down:
        path.append(f"H{_n(plot.right)}")
    return "".join(path)


def _area(plot: _Plot, series: Series) -> str:
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
        path.append("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in corners) + "Z")
    return "".join(path)


def _end_labels(plot: _Plot) -> Iterator[str]:
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
        yield _marker(place, x, middle)
        for row, words in enumerate(lines):
            y = middle + plot.font * 0.35 + (row - (len(lines) - 1) / 2) * plot.line
            full = label if lines[-1].endswith("…") else ""
            yield _text(x + 10, y, words, full=full)


def _category_lines(plot: _Plot) -> int:
    return max((len(lines) for _, lines, _ in _category_labels(plot)), default=1)


def _category_labels(plot: _Plot) -> list[tuple[float, list[str], str]]:
    """Where the labels under the axis stand: (x, lines, full text)."""
    chart, font = plot.chart, plot.font
    if chart.kind == "steps":
        ticks = nice_ticks(_span(chart), 4 if plot.narrow else 7, whole=True)
        scale = (plot.right - plot.left) / _span(chart)
        return [
            (plot.left + tick * scale, [number(tick)], number(tick)) for tick in ticks if tick <= _span(chart)
        ]
    texts = [_x_text(x) for x in chart.x]
    if _periods(chart):
        # Ordered periods: a reader fills in those between.
        step, first = _thin(texts, plot.band, font)
        return [(plot.at(i), [texts[i]], texts[i]) for i in range(first, len(texts), step)]
    if plot.band >= 44:
        return [(plot.at(i), wrap(text, plot.band - 6, font - 1, 3), text) for i, text in enumerate(texts)]
    step = math.ceil(60 / plot.band)
    return [(plot.at(i), [cut(texts[i], 54, font - 1)], texts[i]) for i in range(0, len(texts), step)]


def _periods(chart: Chart) -> bool:
    """Whether the categories are years, months or the like: short and with a year in them."""
    return all(re.search(r"\d{4}", text) and len(text) <= 12 for text in map(_x_text, chart.x))


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


def _category_axis(plot: _Plot) -> Iterator[str]:
    chart = plot.chart
    labels = _category_labels(plot)
    several = any(len(lines) > 1 for _, lines, _ in labels)
    for x, lines, full in labels:
        size = plot.font - 1 if several or lines[0] != full else plot.font
        for row, words in enumerate(lines):
            y = plot.bottom + plot.font + 5 + row * plot.line
            half = text_width(words, size) / 2
            inside = min(max(x, half), plot.width - half)  # a label at the edge would be cut
            yield _text(
                inside, y, words, "middle", size=size, full=full if row == 0 and lines != [full] else ""
            )
        if len(labels) < len(chart.x) or chart.kind == "steps":
            yield f'<path d="M{_n(x)} {_n(plot.bottom)}v4" stroke="{INK}"/>'
    lines = _x_label(plot)
    for row, words in enumerate(lines):
        y = plot.height - 5 - (len(lines) - 1 - row) * plot.line
        yield _text((plot.left + plot.right) / 2, y, words, "middle", fill=MUTED)


def _x_label(plot: _Plot) -> list[str]:
    label = plot.chart.x_label
    return wrap(label, plot.right - plot.left, plot.font, 2) if label else []


def _group_width(plot: _Plot) -> float:
    return min(plot.band * (0.72 if len(plot.chart.series) == 1 else 0.84), 64.0 * len(plot.chart.series))


# --- bars -------------------------------------------------------------------------------------------


def _bars(plot: _Plot, key: str) -> Iterator[str]:
    chart = plot.chart
    yield f'<g aria-hidden="true">{"".join(_furniture(plot))}'
    if not plot.narrow:
        for tick in plot.ticks:
            x = plot.left + plot.along(tick)
            if tick > 0:
                yield f'<path d="M{_n(x)} {_n(plot.top)}V{_n(plot.bottom)}" stroke="{GRID}"/>'
            yield _text(x, plot.bottom + plot.font + 4, tick_text(tick, chart.value_kind), "middle")
    yield "</g>\n"
    for position, (lines, full) in enumerate(plot.labels):
        yield _bar(plot, key, position, lines, full)
    yield f'<path d="M{_n(plot.left + 0.5)} {_n(plot.top)}V{_n(plot.bottom)}" stroke="{INK}"/>'


def _bar(plot: _Plot, key: str, position: int, lines: Sequence[str], full: str) -> str:
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
        f'<title>{words}</title><rect class="hit" x="0" y="{_n(top)}" width="{_n(plot.width)}"'
        f' height="{_n(end - top)}" fill="none" pointer-events="all"/>'
    ]
    shortened = lines[-1].endswith("…")
    for row, text in enumerate(lines):
        shapes.append(_text(x, first + row * plot.line, text, anchor, full=full if shortened else ""))
    length = 0.0 if value is None else plot.along(value)
    if value is not None:
        shapes.append(_block(plot, key, 0, position, plot.left, bar_top, length, tall))
    shapes.append(
        _text(
            plot.left + length + 6,
            bar_top + tall / 2 + font * 0.35,
            value_text(value, chart.value_kind),
            fill="" if value is not None else MUTED,
        )
    )
    return _linked(chart, position, words, "".join(shapes), wide_enough=end - top >= LINK_WIDTH)


# --- parts ------------------------------------------------------------------------------------------


def _furniture(plot: _Plot) -> Iterator[str]:
    """The value label and the legend, over the plot."""
    for row, words in enumerate(plot.heading):
        yield _text(0, plot.font + row * plot.line, words, fill=MUTED)
    for row, entries in enumerate(plot.legend):
        x = 0.0
        y = plot.legend_top + (row + 1) * (plot.line + 2) - plot.line * 0.3
        for entry in entries:
            yield _swatch(entry, x, y - plot.font * 0.35, len(plot.chart.series) > 1) if entry.swatch else ""
            yield _text(x + 30, y, entry.text)
            x += _entry_width(entry, plot.font)


def _swatch(entry: _Entry, x: float, y: float, several: bool) -> str:
    colour = COLOURS[entry.series]
    box = f'x="{_n(x + 1)}" y="{_n(y - 6)}" width="22" height="12"'
    if entry.swatch == "column":
        texture = _texture(entry.series, x + 1, y - 6, 22, 12) if several else ""
        return f'<rect {box} fill="{colour}"/>{texture}'
    if entry.swatch == "line":
        dash = f' stroke-dasharray="{DASHES[entry.series]}"' if DASHES[entry.series] else ""
        return (
            f'<path d="M{_n(x)} {_n(y)}h24" stroke="{colour}" stroke-width="2.5"{dash}/>'
            f"{_marker(entry.series, x + 12, y)}"
        )
    if entry.swatch.isdecimal():
        return _text(x + 12, y + 5, entry.swatch, "middle")
    if entry.swatch == "band":
        return f'<rect {box} fill="{MUTED}" fill-opacity="0.25"/>'
    if entry.swatch == "partial":
        stripes = "".join(f"M{_n(x + 1 + i)} {_n(y + 6)}l12 -12" for i in (0, 5, 10))
        return (
            f'<rect {box} fill="{PAPER}" stroke="{MUTED}"/><path d="{stripes}" stroke="{MUTED}"'
            ' stroke-width="2"/>'
        )
    return f'<rect {box} fill="none" stroke="{MUTED}" stroke-dasharray="2 3"/>'


def _block(
    plot: _Plot, key: str, place: int, position: int, x: float, y: float, width: float, height: float
) -> str:
    """A filled column or bar: textured by series, hatched where it is not complete yet."""
    box = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
    aside = bool(plot.chart.chosen) and position not in plot.chart.chosen
    colour = ASIDE if aside else COLOURS[place]
    if position in plot.chart.partial:
        fill = PAPER if aside else f"url(#{key}-p{place})"
        return f'<rect {box} fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
    texture = _texture(place, x, y, width, height) if len(plot.chart.series) > 1 else ""
    return f'<rect {box} fill="{colour}"/>{texture}'


def _texture(place: int, x: float, y: float, width: float, height: float) -> str:
    """Lines that tell the series apart without colour; the first series is plain."""
    if place == 0 or width < 4 or height < 4:
        return ""
    if place == 1:  # one line up the middle
        path = f"M{_n(x + width / 2)} {_n(y + 1)}v{_n(height - 2)}"
    elif place == 2:  # rungs
        path = "".join(f"M{_n(x)} {_n(y + i)}h{_n(width)}" for i in range(5, int(height), 7))
    else:  # two lines
        path = "".join(f"M{_n(x + width * part)} {_n(y + 1)}v{_n(height - 2)}" for part in (0.33, 0.67))
    return f'<path d="{path}" stroke="{PAPER}" stroke-width="1.5"/>'


def _marker(place: int, x: float, y: float, hollow: bool = False) -> str:
    colour = COLOURS[place]
    fill = f'fill="{PAPER}" stroke="{colour}" stroke-width="2"' if hollow else f'fill="{colour}"'
    if place == 0:
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4" {fill}/>'
    if place == 1:
        return f'<path d="M{_n(x - 4)} {_n(y - 4)}h8v8h-8z" {fill}/>'
    if place == 2:
        return f'<path d="M{_n(x)} {_n(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z" {fill}/>'
    return f'<path d="M{_n(x)} {_n(y - 5)}l5 9h-10z" {fill}/>'


def _patterns(plot: _Plot, key: str) -> str:
    chart = plot.chart
    if not plot.shown or not any(0 <= position < len(chart.x) for position in chart.partial):
        return ""
    if chart.kind in ("columns", "bars"):
        made = [(f"{key}-p{place}", COLOURS[place], 3) for place in range(len(chart.series))]
    else:
        made = [(f"{key}-h", GRID, 2)]
    patterns = "".join(
        f'<pattern id="{name}" width="7" height="7" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="7" height="7" fill="{PAPER}"/>'
        f'<rect width="{stripe}" height="7" fill="{colour}"/></pattern>'
        for name, colour, stripe in made
    )
    return f"<defs>{patterns}</defs>\n"


def _empty(plot: _Plot) -> Iterator[str]:
    words = NOT_PUBLISHED if plot.chart.x and plot.chart.series else NOTHING
    yield from _furniture(plot)
    yield (
        f'<rect x="0.5" y="{_n(plot.top)}" width="{_n(plot.width - 1)}"'
        f' height="{_n(plot.bottom - plot.top)}" fill="none" stroke="{GRID}"/>'
    )
    yield _text(plot.width / 2, (plot.top + plot.bottom) / 2 + 5, words, "middle", fill=MUTED)


def _text(
    x: float, y: float, words: str, anchor: str = "start", *, size: float = 0, fill: str = "", full: str = ""
) -> str:
    attributes = "" if anchor == "start" else f' text-anchor="{anchor}"'
    attributes += f' font-size="{_n(size)}"' if size else ""
    attributes += f' fill="{fill}"' if fill else ""
    title = f"<title>{escape(full)}</title>" if full and full != words else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{attributes}>{title}{escape(words)}</text>'


def wrap(text: str, width: float, size: float, most: int) -> list[str]:
    """At most `most` lines of about `width`; what does not fit ends in an ellipsis."""
    width += 0.01  # a label measured to make this room must fit it, rounding or not
    lines = [""]
    words = text.split() or [""]
    for place, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = " ".join([lines[-1], *words[place:]])
            break
    return [cut(line, width, size) for line in lines]


def cut(text: str, width: float, size: float) -> str:
    if text_width(text, size) <= width + 0.01:
        return text
    # Letter by letter from the front: a name of 5,000 letters, measured again for each one dropped, took seconds.
    used, kept = _letter("…"), 0
    while kept < len(text) and size * (used + _letter(text[kept])) <= width:
        used += _letter(text[kept])
        kept += 1
    return text[:kept].rstrip() + "…"


def _amount(value: float | None, chart: Chart) -> str:
    words = chart.gap if value is None else value_text(value, chart.value_kind)
    if value is None or chart.value_kind == "share":
        return words
    unit = chart.y_label
    if value == 1 and unit.endswith("s") and not unit.endswith("ss"):
        unit = unit[:-3] + "y" if unit.endswith("ies") else unit[:-1]
    return f"{words} {unit}"


def _named_amount(label: str, value: float | None, chart: Chart) -> str:
    """Of several series, one with its name; a name that holds the unit says it once: "Requests received 39"."""
    if chart.y_label.lower() in label.lower() and value is not None:
        return f"{label} {value_text(value, chart.value_kind)}"
    return f"{label} {_amount(value, chart)}"


def _x_text(x: str | float) -> str:
    return x if isinstance(x, str) else number(x)


def _span(chart: Chart) -> float:
    """The length of a steps axis, which starts at 0."""
    return max((float(x) for x in chart.x), default=0.0) or 1.0


def _letter(letter: str) -> float:
    # A little over the widest of the fonts that `system-ui` is likely to mean (DejaVu Sans).
    if letter in "iljtfrI.,:;'|!()[] ":
        return 0.37
    if letter in "mwMW@%—":
        return 0.94
    if ord(letter) >= 0x2E80:  # Chinese, Japanese and Korean letters are as wide as they are tall
        return 1.0
    return 0.72 if letter.isupper() else 0.62


def _n(value: float) -> str:
    """One decimal at most: a tenth of a unit is finer than the eye, and the page stays small."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


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
