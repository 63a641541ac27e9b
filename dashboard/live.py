"""The interactive charts of a page: one Panel session a page, made after its words are on the screen.

The page's own HTML comes from `dashboard.web`. A session holds one live chart for each exhibit and the address's
query; when the query changes, the charts' data change in place.

What a session's document may hold is what Bokeh's core script knows: figures, rows and a plain data model. So a
browser loads that script alone, and none of Panel's, of widgets', of tables' or of formulas'.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import panel as pn
import param
from bokeh.core.properties import String
from bokeh.model import DataModel
from panel.io.state import set_curdoc
from tornado.websocket import WebSocketClosedError

from dashboard.charts import live_chart
from dashboard.errors import AccessReviewError
from dashboard.exhibits import Chart, Exhibit
from dashboard.pages import PAGES
from dashboard.web.site import Site


log = logging.getLogger("access-review")


class Address(DataModel):
    """The page's query, as the browser tells it: the only thing a browser may change."""

    value = String()


class Told(param.Parameterized):
    """The query that the charts are drawn for, once what it asks for has been worked out."""

    query = param.String()


def _not_a_closed_page(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, WebSocketClosedError)


def what_is_asked(arguments: dict[str, list[bytes]]) -> tuple[str, str, str]:
    """The page, the query and the theme that a session is asked for with."""
    found = {k: v[0].decode("utf-8", "replace") for k, v in arguments.items() if v}
    page = found.pop("page", "overview")
    theme = "dark" if found.pop("theme", "") == "dark" else "light"
    return page if page in PAGES else "overview", "?" + urlencode(found), theme


def session_app(site: Site) -> Callable[[], None]:
    """The Panel application of every page; which page is in the session's own arguments."""
    # A reader who leaves while a chart is on its way is no error: Tornado would log a traceback for each.
    logging.getLogger("asyncio").addFilter(_not_a_closed_page)

    def app() -> None:
        page, query, theme = what_is_asked(pn.state.session_args)
        document = pn.state.curdoc
        told = Told(query=query)
        address = Address(name="address", value=query)
        document.add_root(address)
        memory: dict[str, dict[str, Exhibit]] = {}

        def now(query: str) -> dict[str, Exhibit]:
            # All charts of a page follow one address: worked out once a change, not once a chart.
            if query not in memory:
                memory.clear()
                memory[query] = site.exhibits(page, query)
            return memory[query]

        async def follow() -> None:
            wanted = address.value
            if wanted == told.query:
                return
            try:
                # In a thread: a slow question holds up no other reader.
                found = await site.workshop.do(
                    (site.standing(), "exhibits", page, wanted), lambda: site.exhibits(page, wanted)
                )
            except AccessReviewError as error:
                log.warning(
                    "live charts of %s: %s", page, error.message
                )  # the page has said so to its reader
                return
            if wanted != address.value:
                return  # a later choice has overtaken this one
            memory.clear()
            memory[wanted] = found
            with set_curdoc(document), gathered(document) as changes:
                told.query = wanted
            await send(document, changes)

        address.on_change("value", lambda attr, old, new: document.add_next_tick_callback(follow))

        for key, exhibit in now(query).items():
            kind = exhibit.chart

            def draw(query: str, key: str = key, kind: Chart | None = kind) -> Chart:
                found = now(query).get(key)
                return found.chart if found and found.chart else _empty(kind)

            def words(query: str, key: str = key, part: str = "title") -> str:
                found = now(query).get(key)
                return str(getattr(found, part)) if found else "Nothing matches these filters"

            chart = live_chart(
                draw,
                title=pn.bind(words, told.param.query),
                summary=pn.bind(words, told.param.query, part="summary"),
                theme=theme,
                query=told.param.query,
            )
            _add(chart, key, document)

    return app


@contextmanager
def gathered(document: Any) -> Iterator[list[Any]]:
    """Gather what changes in a session's document, instead of a message for every attribute of every chart."""
    session = document.session_context.session
    changes: list[Any] = []
    document.hold("combine")
    try:
        yield changes
    finally:
        session._document_patched = changes.append
        try:
            document.unhold()
        finally:
            del session._document_patched


async def send(document: Any, changes: list[Any]) -> None:
    """Tell the browser of all changes at once: the charts of a page change together, and are drawn once."""
    if not changes:
        return
    for connection in list(document.session_context.session._subscribed_connections):
        await connection._socket.send_message(connection.protocol.create("PATCH-DOC", changes))


def _add(component: Any, name: str, document: Any) -> None:
    """Put a component into the session's document under a name that the page can find."""
    # No location model: the address belongs to the page, and is told to the session by the page.
    component.server_doc(document, location=False)
    root = document.roots[-1]
    root.name = name
    # Panel's own styles are for its widgets and spinners, of which there are none: four requests a page saved.
    for model in root.references():
        if getattr(model, "stylesheets", None):
            model.stylesheets = []


def _empty(chart: Chart | None) -> Chart:
    assert chart is not None
    series = tuple(replace(s, values=(), low=None, high=None) for s in chart.series[:1])
    return replace(chart, x=(), series=series, links=(), partial=frozenset(), marks=())
