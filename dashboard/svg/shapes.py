"""The shapes that every kind of chart is made of, and the colours and textures that tell series apart.

Colours are CSS custom properties with the light palette as fallback, so one drawing follows dark mode
and print, and still reads in a report without our stylesheet. Presentation attributes rather than
`style` attributes are used because a strict content security policy blocks the latter.
"""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.exhibits import Chart
from dashboard.svg.plot import Entry, Plot
from dashboard.svg.wording import NOTHING
from dashboard.tables import local_link
from dashboard.text import NOT_PUBLISHED, escape


COLOURS = ("var(--c1, #12436D)", "var(--c2, #28A197)", "var(--c3, #801650)", "var(--c4, #F46A25)")
DASHES = ("", "7 4", "2 3", "9 3 2 3")
INK, MUTED, GRID, PAPER = (
    "var(--ink, #16202a)",
    "var(--muted, #4f5a66)",
    "var(--grid, #dde2e7)",
    "var(--paper, #fff)",
)
ASIDE = "var(--aside, #BFBFBF)"  # bars beside the one that is chosen
# A link has to be 24 CSS pixels across (WCAG 2.5.8) and the drawing is shown at down to 0.85 of its size.
# Narrower marks are left unlinked; the row headers of the table carry the same links.
LINK_WIDTH = 28.0


def furniture(plot: Plot) -> Iterator[str]:
    """The value label and the legend, over the plot."""
    for row, words in enumerate(plot.heading):
        yield text_at(0, plot.font + row * plot.line, words, fill=MUTED)
    for row, entries in enumerate(plot.legend):
        x = 0.0
        y = plot.legend_top + (row + 1) * (plot.line + 2) - plot.line * 0.3
        for entry in entries:
            yield _swatch(entry, x, y - plot.font * 0.35, len(plot.chart.series) > 1) if entry.swatch else ""
            yield text_at(x + 30, y, entry.text)
            x += entry.width(plot.font)


def _swatch(entry: Entry, x: float, y: float, several: bool) -> str:
    colour = COLOURS[entry.series]
    box = f'x="{num(x + 1)}" y="{num(y - 6)}" width="22" height="12"'
    if entry.swatch == "column":
        texture = _texture(entry.series, x + 1, y - 6, 22, 12) if several else ""
        return f'<rect {box} fill="{colour}"/>{texture}'
    if entry.swatch == "line":
        dash = f' stroke-dasharray="{DASHES[entry.series]}"' if DASHES[entry.series] else ""
        return (
            f'<path d="M{num(x)} {num(y)}h24" stroke="{colour}" stroke-width="2.5"{dash}/>'
            f"{marker(entry.series, x + 12, y)}"
        )
    if entry.swatch.isdecimal():
        return text_at(x + 12, y + 5, entry.swatch, "middle")
    if entry.swatch == "band":
        return f'<rect {box} fill="{MUTED}" fill-opacity="0.25"/>'
    if entry.swatch == "partial":
        stripes = "".join(f"M{num(x + 1 + i)} {num(y + 6)}l12 -12" for i in (0, 5, 10))
        return (
            f'<rect {box} fill="{PAPER}" stroke="{MUTED}"/><path d="{stripes}" stroke="{MUTED}"'
            ' stroke-width="2"/>'
        )
    return f'<rect {box} fill="none" stroke="{MUTED}" stroke-dasharray="2 3"/>'


def block(
    plot: Plot, key: str, place: int, position: int, x: float, y: float, width: float, height: float
) -> str:
    """A filled column or bar: textured by series, hatched where it is not complete yet."""
    box = f'x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"'
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
        path = f"M{num(x + width / 2)} {num(y + 1)}v{num(height - 2)}"
    elif place == 2:  # rungs
        path = "".join(f"M{num(x)} {num(y + i)}h{num(width)}" for i in range(5, int(height), 7))
    else:  # two lines
        path = "".join(f"M{num(x + width * part)} {num(y + 1)}v{num(height - 2)}" for part in (0.33, 0.67))
    return f'<path d="{path}" stroke="{PAPER}" stroke-width="1.5"/>'


def marker(place: int, x: float, y: float, hollow: bool = False) -> str:
    colour = COLOURS[place]
    fill = f'fill="{PAPER}" stroke="{colour}" stroke-width="2"' if hollow else f'fill="{colour}"'
    if place == 0:
        return f'<circle cx="{num(x)}" cy="{num(y)}" r="4" {fill}/>'
    if place == 1:
        return f'<path d="M{num(x - 4)} {num(y - 4)}h8v8h-8z" {fill}/>'
    if place == 2:
        return f'<path d="M{num(x)} {num(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z" {fill}/>'
    return f'<path d="M{num(x)} {num(y - 5)}l5 9h-10z" {fill}/>'


def pattern_defs(plot: Plot, key: str) -> str:
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


def draw_empty(plot: Plot) -> Iterator[str]:
    words = NOT_PUBLISHED if plot.chart.x and plot.chart.series else NOTHING
    yield from furniture(plot)
    yield (
        f'<rect x="0.5" y="{num(plot.top)}" width="{num(plot.width - 1)}"'
        f' height="{num(plot.bottom - plot.top)}" fill="none" stroke="{GRID}"/>'
    )
    yield text_at(plot.width / 2, (plot.top + plot.bottom) / 2 + 5, words, "middle", fill=MUTED)


def linked(chart: Chart, position: int, words: str, body: str, *, wide_enough: bool) -> str:
    # A page is filtered by what is chosen; elsewhere a bar leads to its rows.
    links = chart.choices or chart.links
    link = local_link(links[position]) if links and wide_enough else None
    if link is None:
        return f"<g>{body}</g>\n"
    place = " data-in-place" if chart.choices else ""
    current = ' aria-current="true"' if position in chart.chosen else ""
    return f'<a{place} href="{escape(link)}" aria-label="{words}"{current}>{body}</a>\n'


def text_at(
    x: float, y: float, words: str, anchor: str = "start", *, size: float = 0, fill: str = "", full: str = ""
) -> str:
    attributes = "" if anchor == "start" else f' text-anchor="{anchor}"'
    attributes += f' font-size="{num(size)}"' if size else ""
    attributes += f' fill="{fill}"' if fill else ""
    title = f"<title>{escape(full)}</title>" if full and full != words else ""
    return f'<text x="{num(x)}" y="{num(y)}"{attributes}>{title}{escape(words)}</text>'


def num(value: float) -> str:
    """One decimal at most: a tenth of a unit is finer than the eye, and the page stays small."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
