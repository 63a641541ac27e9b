"""The semantic HTML table of an exhibit: what a reader without the chart, and a screen reader, is given."""

from __future__ import annotations

import math
import re
from datetime import date

from dashboard.exhibits import Column, Table, ValueKind
from dashboard.text import day, escape, number, percent


# Wider tables become one card a row on a phone; up to this many columns fit in 320 px.
COLUMNS_ON_A_PHONE = 4
WORDS_ON_A_PHONE = 2  # columns of words, which are wider than numbers

# One word with a digit in it is a reference, an edition or the like, and is read whole; a longer one may have to break.
IDENTIFIER = re.compile(r"(?=\S*\d)\S{2,24}")

NUMERIC: frozenset[ValueKind] = frozenset({"count", "share", "days"})


def html_table(table: Table, *, key: str) -> str:
    """The table in a focusable region, so that a wide one scrolls by itself and by keyboard.

    Every value is escaped. Row headers link only to addresses on this site (see `local_link`).
    """
    caption_id = f"{dom_id(key)}-caption"
    words = sum(1 for column in table.columns if column.kind == "text")
    cards = len(table.columns) > COLUMNS_ON_A_PHONE or words > WORDS_ON_A_PHONE
    parts = [
        f'<div class="table-scroll" role="region" tabindex="0" aria-labelledby="{caption_id}">',
        # Cards are made with display: block, which takes the roles away in some browsers: say them.
        '<table class="cards" role="table">' if cards else "<table>",
        f'<caption id="{caption_id}">{escape(table.caption)}</caption>',
        f"<thead{_role(cards, 'rowgroup')}><tr{_role(cards, 'row')}>",
        *(_heading(column, cards) for column in table.columns),
        f"</tr></thead>\n<tbody{_role(cards, 'rowgroup')}>",
    ]
    # Where a row can be chosen its head does that, and its first number leads to its rows.
    number = next((i for i, column in enumerate(table.columns) if i and column.kind in NUMERIC), 0)
    for position, row in enumerate(table.rows):
        link = local_link(table.links[position]) if table.links else None
        choice = local_link(table.choices[position]) if table.choices else None
        leads = {number if choice and number else 0: link} if link else {}
        cells = [
            _cell(
                value,
                column,
                table.missing,
                cards,
                choice if choice and place == 0 else leads.get(place),
                header=place == 0,
                chosen=position in table.chosen if choice and place == 0 else None,
            )
            for place, (value, column) in enumerate(zip(row, table.columns, strict=True))
        ]
        parts.append(f"<tr{_role(cards, 'row')}>{''.join(cells)}</tr>")
    parts.append("</tbody></table></div>")
    return "\n".join(parts)


def cell_text(value: object, kind: ValueKind, *, missing: str) -> str:
    """One value in words, not yet escaped."""
    if is_missing(value):
        return missing
    if kind == "flag":
        return "yes" if value else "no"
    if kind == "date" and isinstance(value, date):
        return day(value)
    if kind in NUMERIC and not isinstance(value, str):
        amount = float(value)  # type: ignore[arg-type]  # Decimal and numpy scalars come from queries too
        return percent(amount) if kind == "share" else number(amount)
    return str(value)


def is_missing(value: object) -> bool:
    """None, and the NaN and NaT that a pandas frame has in its place: nothing else is unlike itself."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or bool(value != value)


def local_link(link: str | None) -> str | None:
    """The address if it is a path or fragment of this site, else None.

    A browser drops tabs and line breaks inside an address and reads a backslash as a slash, so
    "/\\t/elsewhere" and "/\\\\elsewhere" would leave the site: neither character is let through.
    """
    if not link or re.search(r"[\x00-\x20\x7f\\]", link):
        return None
    if link.startswith("#") or (link.startswith("/") and not link.startswith("//")):
        return link
    return None


def outside_link(link: str | None) -> str | None:
    """The address if it is one of the web that a reader may be sent to, else None: never a script's."""
    return link if link and re.fullmatch(r"https?://[^\x00-\x20\x7f\\\"'<>]+", link) else None


def dom_id(key: str) -> str:
    """A key as an HTML id that also works in a CSS selector and an idref list."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", key) or "exhibit"


def _heading(column: Column, cards: bool) -> str:
    numeric = ' class="number"' if column.kind in NUMERIC else ""
    return f'<th scope="col"{_role(cards, "columnheader")}{numeric}>{escape(column.label)}</th>'


def _cell(
    value: object,
    column: Column,
    missing: str,
    cards: bool,
    link: str | None,
    *,
    header: bool,
    chosen: bool | None,
) -> str:
    """One cell. `chosen`: its link chooses the row, and whether it is chosen now; None where it leads elsewhere."""
    classes = [
        *(["number"] if column.kind in NUMERIC else []),
        *(["date"] if column.kind == "date" else []),
        *(["missing"] if is_missing(value) else []),
        *(["whole"] if column.kind == "text" and IDENTIFIER.fullmatch(str(value)) else []),
    ]
    text = escape(cell_text(value, column.kind, missing=missing))
    if link is not None:
        place = " data-in-place" if chosen is not None else ""
        current = ' aria-current="true"' if chosen else ""
        text = f'<a{place} href="{escape(link)}"{current}>{text}</a>'
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    if header:
        return f'<th scope="row"{_role(cards, "rowheader")}{attributes}>{text}</th>'
    label = f' data-label="{escape(column.label)}"' if cards else ""
    return f"<td{_role(cards, 'cell')}{attributes}{label}>{text}</td>"


def _role(wanted: bool, role: str) -> str:
    return f' role="{role}"' if wanted else ""
