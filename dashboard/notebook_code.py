"""An exhibit in a notebook: the code that makes one of the page again, and how it shows itself there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl

from dashboard.exhibits import Exhibit
from dashboard.filters import Filters, make_filters
from dashboard.measures import find_measure
from dashboard.pages.page import Page
from dashboard.svg import svg_chart
from dashboard.tables import html_table
from dashboard.text import escape


def notebook_code(exhibit: Exhibit, page: Page, build: str) -> str:
    """Python that gives an exhibit as the page shows it, and its measure's numbers as its CSV has them."""
    lines = [
        "from dashboard import open_store",
        "",
        f"store = open_store(build={_literal(build)})  # as shown here; open_store() is the latest",
    ]
    if exhibit.measure:
        asked = make_filters(**dict(parse_qsl(exhibit.query)))
        used = find_measure(exhibit.measure).used(asked)
        keywords = _keywords(asked, used)
        lines.append(f"numbers = store.{exhibit.measure.replace('-', '_')}({', '.join(keywords)})")
    here = ", ".join([_literal(page.name), _literal(exhibit.key), *_keywords(page.filters)])
    lines.append(f"exhibit = store.exhibit({here})")
    lines.append("exhibit  # numbers: .df, .rows(), .hvplot(), .sql" if exhibit.measure else "exhibit")
    return "\n".join(lines) + "\n"


def _keywords(filters: Filters, used: frozenset[str] | None = None) -> list[str]:
    return [
        f"{'from_' if name == 'from' else name}={_literal(value)}"
        for name, value in filters.items()
        if used is None or name in used
    ]


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 else list(value)
    # JSON's way of writing text and numbers is Python's too, and defuses whatever the text holds.
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)


def exhibit_html(exhibit: Exhibit) -> str:
    """An exhibit as a notebook shows it: words, static chart, table, notes and source. Every value is escaped."""
    # Links of a page lead nowhere from a notebook.
    chart = replace(exhibit.chart, links=(), choices=()) if exhibit.chart else None
    table = replace(exhibit.table, links=(), choices=())
    parts = [f"<h3>{escape(exhibit.title)}</h3>", f"<p>{escape(exhibit.summary)}</p>"]
    if exhibit.chosen:
        parts.append(f"<p>{escape(exhibit.chosen)}</p>")
    if chart:
        drawn = svg_chart(chart, key=exhibit.key, title=exhibit.title, summary=exhibit.summary)
        parts.append(f'<div style="max-width: 720px">{drawn}</div>')
    parts.append(html_table(table, key=exhibit.key))
    parts += [f"<p>{escape(words)}</p>" for words in exhibit.notes]
    if exhibit.source:
        parts.append(f"<p><small>Source: {escape(exhibit.source)}</small></p>")
    return "\n".join(parts)
