"""The interactive charts of a page: one session of Panel's server a page, made after its words are on the screen.

The page's own HTML comes from `dashboard.web.site`. A session holds one live chart for each exhibit and the address's
query; when the query changes, the charts' data change in place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import replace
from urllib.parse import urlencode

import panel as pn
from bokeh.core.properties import String
from bokeh.document import without_document_lock
from bokeh.model import DataModel
from panel.io.document import hold
from panel.io.state import set_curdoc
from tornado.websocket import WebSocketClosedError

from dashboard.charts import LiveChart, Theme
from dashboard.errors import AccessReviewError
from dashboard.exhibits import Chart, Exhibit
from dashboard.pages import PAGES
from dashboard.web.site import Site


log = logging.getLogger("access-review")


class Address(DataModel):
    """The page's query, as the browser tells it, and what the server says of it: nothing here reads that back.

    `value`: what is asked, which the browser changes. `drawn`: what the charts show. `failed`: what they could not.
    """

    value = String()
    drawn = String()
    failed = String()


def _not_a_closed_page(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, WebSocketClosedError)


def what_is_asked(arguments: dict[str, list[bytes]]) -> tuple[str, str, Theme]:
    """The page, the query and the theme that a session is asked for with."""
    found = {k: v[0].decode("utf-8", "replace") for k, v in arguments.items() if v}
    page = found.pop("page", "overview")
    theme: Theme = "dark" if found.pop("theme", "") == "dark" else "light"
    return page if page in PAGES else "overview", "?" + urlencode(found), theme


# The charts of the session that is being made, when they were prepared for it.
PREPARED: ContextVar[dict[str, tuple[LiveChart, Chart]] | None] = ContextVar("prepared", default=None)
_PREPARING = threading.Lock()


def prepare(site: Site, page: str, query: str, theme: Theme) -> dict[str, tuple[LiveChart, Chart]]:
    """The charts of a session by key, each with what it first shows: a thread's work, for it takes most of the time
    that a session takes, and no other answer should wait for it. They belong to no document yet."""
    found = site.exhibits(page, query)
    charts: dict[str, tuple[LiveChart, Chart]] = {}
    # One at a time: it is all Python, and the first of each kind is drawn by a library that is not made for threads.
    with _PREPARING:
        for key, exhibit in found.items():
            if exhibit.chart is not None:
                chart = LiveChart(exhibit.chart, title=exhibit.title, summary=exhibit.summary, theme=theme)
                chart.figure.name = key
                charts[key] = chart, exhibit.chart
    return charts


def session_app(site: Site) -> Callable[[], None]:
    """The Panel application of every page; which page is in the session's own arguments."""
    # A reader who leaves while a chart is on its way is no error: Tornado would log a traceback for each.
    logging.getLogger("asyncio").addFilter(_not_a_closed_page)

    def app() -> None:
        page, query, theme = what_is_asked(pn.state.session_args)
        document = pn.state.curdoc
        address = Address(name="address", value=query, drawn=query)
        charts = PREPARED.get() or prepare(site, page, query, theme)
        PREPARED.set(None)
        drawn = query
        with document.models.freeze():  # looked through once, not once a chart
            document.add_root(address)
            for chart, _ in charts.values():
                document.add_root(chart.figure)

        # Without the lock of the document: a choice that is overtaken must not hold up the one that overtakes it.
        @without_document_lock
        async def follow() -> None:
            wanted = address.value
            if wanted == drawn:
                return
            asked = wanted.partition("#")[0]  # after it only how often the page has asked for the same again
            try:
                # In a thread: a slow question holds up no other reader.
                found = await site.workshop.do(
                    (site.standing(), "exhibits", page, asked), lambda: site.exhibits(page, asked)
                )
            except AccessReviewError as error:
                log.warning("live charts of %s: %s", page, error.message)
                found = None
            document.add_next_tick_callback(lambda: draw(wanted, found))

        def draw(wanted: str, found: dict[str, Exhibit] | None) -> None:
            nonlocal drawn
            if wanted != address.value:
                return  # a later choice has overtaken this one
            # One message for the page: its charts change together. Until Panel has heard that the page is drawn it
            # would drop what is held.
            with set_curdoc(document), hold(document) if pn.state.loaded else nullcontext():
                if found is None:
                    address.failed = (
                        wanted  # the words may have come all the same: the page loads itself anew
                    )
                    return
                drawn = wanted
                address.drawn = wanted.partition("#")[0]
                for key, (chart, first) in charts.items():
                    exhibit = found.get(key)
                    if exhibit is None or exhibit.chart is None or exhibit.chart.kind != first.kind:
                        chart.show(_empty(first), title="Nothing matches these filters", summary="")
                    else:
                        chart.show(exhibit.chart, title=exhibit.title, summary=exhibit.summary)

        address.on_change("value", lambda attr, old, new: document.add_next_tick_callback(follow))

    return app


def _empty(chart: Chart) -> Chart:
    series = tuple(replace(s, values=(), low=None, high=None) for s in chart.series[:1])
    return replace(
        chart, x=(), series=series, links=(), choices=(), chosen=frozenset(), partial=frozenset(), marks=()
    )
