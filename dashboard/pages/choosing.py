"""Choosing a bar or a table row: it filters the page, and the chart it was chosen in goes on showing the others.

A figure whose bars are values of a filter (a year, a type, a recipient, an outcome) leads from each of them to the page
filtered by it. Once a page is filtered by exactly one of its bars, the figure is drawn without that filter, the bar
chosen in the focus colour and the others grey, and says so: a chart of one bar says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dashboard.exhibits import Exhibit
from dashboard.filters import Filters, make_filters
from dashboard.store import Store
from dashboard.svg import point_words


Make = Callable[[Store, Filters], Exhibit | None]

# The filters that a figure's bars are values of, by the figure's key.
CHOICES: dict[str, tuple[str, ...]] = {
    "volumes": ("from_", "to"),
    "recipients": ("type",),
    "top-recipients": ("recipient",),
    "outcomes": ("outcome",),
    "recipient-flow": ("from_", "to"),
}


def choosable(store: Store, filters: Filters, page: str, key: str, make: Make) -> Exhibit | None:
    """The figure `key` of a page as a reader can choose from it. None where `make` gives none under the filters.

    `make` draws it under any filters, as the functions of `dashboard.figures` do.
    """
    names = CHOICES[key]
    now = {name: getattr(filters, name) for name in names}
    whole = None
    if all(value is not None for value in now.values()):
        whole = make(store, replace(filters, **dict.fromkeys(names)))
    found = _with_choices(whole, filters, page, names, chosen=now) if whole else None
    if found is None or found.chart is None or not found.chart.chosen:
        exhibit = make(store, filters)
        return _with_choices(exhibit, filters, page, names, chosen=None) if exhibit else None
    said = [point_words(found.chart, position) for position in sorted(found.chart.chosen)]
    # What a period had is said of it alone; of a share or a rank, with the others.
    alone = make(store, filters) if "from_" in names else None
    return replace(
        found,
        title=alone.title if alone else _title(said, found),
        chosen=f"Chosen: {'; '.join(said)}. The others are grey: the rest of the page is of what is chosen.",
    )


def _title(said: list[str], exhibit: Exhibit) -> str:
    assert exhibit.chart is not None
    whole = exhibit.chart.y_label.removeprefix("share of ")
    share = f" of all {whole}" if exhibit.chart.value_kind == "share" else ""
    since = re.search(r" since \d[^,]*$", exhibit.title)  # of which time the shares are
    return " and ".join(said) + share + (since[0] if since else "")


def _with_choices(
    exhibit: Exhibit, filters: Filters, page: str, names: tuple[str, ...], *, chosen: dict[str, Any] | None
) -> Exhibit:
    chart, table = exhibit.chart, exhibit.table
    if chart is None or not chart.links:
        return exhibit
    leads, marked = _leads(chart.links, filters, page, names, chosen)
    drawn = replace(chart, choices=leads, chosen=marked)
    rows = table.links or (chart.links if len(table.rows) == len(chart.links) else ())
    if rows:
        if rows != chart.links:
            leads, marked = _leads(rows, filters, page, names, chosen)
        table = replace(table, links=rows, choices=leads, chosen=marked)
    return replace(exhibit, chart=drawn, table=table)


def _leads(
    links: tuple[str | None, ...],
    filters: Filters,
    page: str,
    names: tuple[str, ...],
    chosen: dict[str, Any] | None,
) -> tuple[tuple[str | None, ...], frozenset[int]]:
    """Where choosing each leads, worked out from where its rows are; and the places of those chosen now.

    The one that is chosen, and nothing else, leads back to the page without it.
    """
    values = [_values(link, names) for link in links]
    marked = frozenset(i for i, value in enumerate(values) if value and chosen and _among(value, chosen))
    wanted = {n: len(v) if isinstance(v, tuple) else 1 for n, v in (chosen or {}).items() if v is not None}
    if len(marked) != max(wanted.values(), default=0):
        marked = frozenset()  # some of what is chosen is not drawn
    leads: list[str | None] = []
    for i, value in enumerate(values):
        again = marked == {i}
        to = value if value and not again else dict.fromkeys(names)
        leads.append(f"/{page}?{replace(filters, **to).query()}" if value else None)
    return tuple(leads), marked


def _values(link: str | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    parts = urlsplit(link or "")
    query = dict(parse_qsl(parts.query))
    query.pop("count", None)
    if parts.path.startswith("/recipient/"):  # which has a page of its own
        query["recipient"] = unquote(parts.path.removeprefix("/recipient/"))
    if not query:
        return None
    asked = make_filters(**query)
    found = {name: getattr(asked, name) for name in names}
    return None if any(value is None for value in found.values()) else found


def _among(value: dict[str, Any], chosen: dict[str, Any]) -> bool:
    return all(
        set(v) <= set(chosen[name] or ()) if isinstance(v, tuple) else v == chosen[name]
        for name, v in value.items()
    )
