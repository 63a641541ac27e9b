"""The Jinja environment of every page and report: escaping on, undefined names are errors."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboard.definitions import drawn, queries, throughout
from dashboard.exhibits import Chart, Table
from dashboard.notebook_code import notebook_code
from dashboard.svg import svg_figure
from dashboard.tables import dom_id, html_table, local_link
from dashboard.text import day, join_words, number, percent, plural, published_words


def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "number": number,
        "percent": percent,
        "day": day,
        "plural": plural,
        "published_words": published_words,
        "join_words": join_words,
        "dom_id": dom_id,
        "local_link": local_link,
        "svg_figure": _svg_figure,
        "html_table": _html_table,
        "notebook_code": notebook_code,
    }
    env.filters.update(filters)
    env.globals.update(drawn=drawn, queries=queries, throughout=throughout)  # HTML that is escaped already
    return env


# These two escape every value themselves, which is what allows their result to be marked safe.
def _svg_figure(chart: Chart, *, key: str, title: str, summary: str) -> Markup:
    return Markup(svg_figure(chart, key=key, title=title, summary=summary))


def _html_table(table: Table, *, key: str) -> Markup:
    return Markup(html_table(table, key=key))
