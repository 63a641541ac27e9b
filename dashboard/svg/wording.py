"""What a chart says in words and numbers, whichever library draws it: its ticks, its points, what is missing."""

from __future__ import annotations

import math

from dashboard.exhibits import Chart, ValueKind
from dashboard.text import join_words, number, percent


NOTHING = "nothing to show"
PARTIAL = "not complete yet"


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
    return f"{x_text(chart.x[position])}: {join_words(parts)}{note}"


def value_text(value: float | None, kind: ValueKind) -> str:
    return percent(value) if kind == "share" else number(value)


def x_text(x: str | float) -> str:
    return x if isinstance(x, str) else number(x)


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
