"""Where the labels of rules stand (a change of regime, say), so that no text meets another or a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.svg.lettering import text_width
from dashboard.svg.plot import Entry, Mark, Plot


def place_marks(plot: Plot) -> tuple[tuple[Mark, ...], list[Entry]]:
    """Rows and sides for the labels of rules, such that no text meets another text or a rule.

    Where there is no room for that, the rules are numbered and the legend says what the numbers mean.
    """
    chart = plot.chart
    marks = []
    for position, words in sorted(chart.marks):
        if 0 <= position < len(chart.x):
            x = plot.at(position) - (0 if chart.kind == "steps" else plot.band / 2)
            marks.append(Mark(x=x, text=words))
    if not marks:
        return (), []
    # From the left works unless a label has to stand to the left of its rule; then from the right does.
    tries = [made for made in (_stack(marks, plot), _stack(marks[::-1], plot)) if made is not None]
    if tries:
        return tuple(min(tries, key=lambda made: max(mark.row for mark in made))), []
    numbered = [replace(mark, text=str(i)) for i, mark in enumerate(marks, start=1)]
    key = [Entry(swatch=str(i), text=mark.text) for i, mark in enumerate(marks, start=1)]
    placed = _stack(numbered, plot)
    # Rules too close for even their numbers keep the first number of the cluster legible.
    return tuple(placed or (replace(mark, start=mark.x + 5) for mark in numbered)), key


def _stack(marks: Sequence[Mark], plot: Plot) -> list[Mark] | None:
    """The marks, placed one after the other in this order; None if one of them finds no free place."""
    placed: list[Mark] = []
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


def _clash(one: Mark, other: Mark) -> bool:
    if one.row == other.row and one.start < other.end + 8 and other.start < one.end + 8:
        return True
    # A rule runs from its own row down through the rows below it.
    return (other.row <= one.row and one.start - 3 < other.x < one.end + 3) or (
        one.row <= other.row and other.start - 3 < one.x < other.end + 3
    )
