"""The interactive charts of a page: one session of Panel's server a page, made after its words are on the screen.

The page's own HTML comes from `dashboard.web.site`. A session holds one live chart for each exhibit and the address's
query; when the query changes, the charts' data change in place.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import panel as pn
from bokeh.models import ColumnDataSource
from panel.io.document import hold, init_doc
from panel.io.state import set_curdoc
from tornado.websocket import WebSocketClosedError

from dashboard.charts import LiveChart, Theme
from dashboard.errors import AccessReviewError
from dashboard.exhibits import Chart, Exhibit
from dashboard.pages import PAGES
from dashboard.web.site import Site


log = logging.getLogger("access-review")


def _not_a_closed_page(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, WebSocketClosedError)


def what_is_asked(arguments: dict[str, list[bytes]]) -> tuple[str, str, Theme]:
    """The page, the query and the theme that a session is asked for with."""
    found = {k: v[0].decode("utf-8", "replace") for k, v in arguments.items() if v}
    page = found.pop("page", "overview")
    theme: Theme = "dark" if found.pop("theme", "") == "dark" else "light"
    return page if page in PAGES else "overview", "?" + urlencode(found), theme


def session_app(site: Site) -> Callable[[], None]:
    """The Panel application of every page; which page is in the session's own arguments."""
    # A reader who leaves while a chart is on its way is no error: Tornado would log a traceback for each.
    logging.getLogger("asyncio").addFilter(_not_a_closed_page)

    def app() -> None:
        page, query, theme = what_is_asked(pn.state.session_args)
        document = init_doc(pn.state.curdoc)
        charts: dict[str, tuple[LiveChart, Chart]] = {}
        # The page says its address here. Not a widget: none of the framework's own would be needed but for it, and
        # Panel waits 50 ms after each change of one.
        address = ColumnDataSource(name="address", data={"query": [query], "turn": [0]})
        for key, exhibit in site.exhibits(page, query).items():
            assert exhibit.chart is not None
            live = LiveChart(exhibit.chart, title=exhibit.title, summary=exhibit.summary, theme=theme)
            live.figure.name = key
            live.figure.tags = [address] if not charts else []
            charts[key] = live, exhibit.chart
            document.add_root(live.figure)

        def wanted() -> tuple[str, object]:
            return str(next(iter(address.data["query"]), "")), next(iter(address.data["turn"]), 0)

        async def follow() -> None:
            asked = wanted()
            try:
                # In a thread: a slow question holds up no other reader.
                found = await site.workshop.do(
                    (site.standing(), "exhibits", page, asked[0]), lambda: site.exhibits(page, asked[0])
                )
            except AccessReviewError as error:
                # the page has said so to its reader
                log.warning("live charts of %s: %s", page, error.message)
                return
            if asked == wanted():  # else a later choice has overtaken this one
                show(found)

        def show(found: dict[str, Exhibit]) -> None:
            # One message for the page: its charts change together.
            with set_curdoc(document), hold(document):
                for key, (live, first) in charts.items():
                    exhibit = found.get(key)
                    if exhibit is None or exhibit.chart is None or exhibit.chart.kind != first.kind:
                        live.show(_empty(first), title="Nothing matches these filters", summary="")
                    else:
                        live.show(exhibit.chart, title=exhibit.title, summary=exhibit.summary)

        def changed(_attr: str, _old: Any, _new: Any) -> None:
            document.add_next_tick_callback(follow)

        address.on_change("data", changed)

    return app


def _empty(chart: Chart) -> Chart:
    series = tuple(replace(s, values=(), low=None, high=None) for s in chart.series[:1])
    return replace(
        chart, x=(), series=series, links=(), choices=(), chosen=frozenset(), partial=frozenset(), marks=()
    )
