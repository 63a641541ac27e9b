"""The interactive charts of a page: one Panel session a page, made after its words are on the screen.

The page's own HTML comes from `dashboard.web`. A session holds one live chart for each exhibit and a hidden
text input with the address's query; when the query changes, the charts' data change in place.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import panel as pn
from bokeh.embed.util import RenderItem
from bokeh.models import ColumnDataSource
from panel.io.document import hold, init_doc
from panel.io.resources import Resources, patch_model_css
from panel.io.server import DocHandler, bundle_resources
from panel.io.state import set_curdoc
from tornado.websocket import WebSocketClosedError

from dashboard.charts import LiveChart, Theme
from dashboard.exhibits import Chart, Exhibit
from dashboard.pages import PAGES
from dashboard.pages.made import Made
from dashboard.web.state import read_state


# The figures are Bokeh's own models: no widget, table, MathJax or WebGL is used here, and of Panel only its server.
NEEDED = ("bokeh.min.js",)


def exhibits_for(made: Made, page: str, query: str) -> dict[str, Exhibit]:
    """The page's exhibits that have a chart, by key, under an address's query."""
    state = read_state(made.store, query)  # the page has named what is wrong; the charts drop the same
    return {e.key: e for e in made.page(page, state.filters, dict(state.extra)).exhibits if e.chart}


def _not_a_closed_page(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, WebSocketClosedError)


def session_app(made: Made) -> Callable[[], None]:
    """The Panel application of every page; which page is in the session's own arguments."""
    # A reader who leaves while a chart is on its way is no error: Tornado would log a traceback for each.
    logging.getLogger("asyncio").addFilter(_not_a_closed_page)

    def app() -> None:
        arguments = {k: v[0].decode("utf-8", "replace") for k, v in pn.state.session_args.items() if v}
        page = arguments.pop("page", "overview")
        theme: Theme = "dark" if arguments.pop("theme", "") == "dark" else "light"
        if page not in PAGES:
            page = "overview"
        document = init_doc(pn.state.curdoc)
        query = "?" + urlencode(arguments)
        charts: dict[str, tuple[LiveChart, Chart]] = {}
        # The page says its address here. Not a widget: none of the framework's own would be needed but for it, and
        # Panel waits 50 ms after each change of one.
        address = ColumnDataSource(name="address", data={"query": [query], "turn": [0]})
        for key, exhibit in exhibits_for(made, page, query).items():
            assert exhibit.chart is not None
            live = LiveChart(exhibit.chart, title=exhibit.title, summary=exhibit.summary, theme=theme)
            live.figure.name = key
            live.figure.tags = [address] if not charts else []
            charts[key] = live, exhibit.chart
            document.add_root(live.figure)

        def changed(_attr: str, _old: object, new: dict[str, Any]) -> None:
            found = exhibits_for(made, page, str(next(iter(new["query"]), "")))
            # One message for the page: its charts change together. Until Panel has heard that the page is drawn
            # it would drop what is held.
            with set_curdoc(document), hold(document) if pn.state.loaded else nullcontext():
                for key, (live, first) in charts.items():
                    exhibit = found.get(key)
                    if exhibit is None or exhibit.chart is None or exhibit.chart.kind != first.kind:
                        live.show(_empty(first), title="Nothing matches these filters", summary="")
                    else:
                        live.show(exhibit.chart, title=exhibit.title, summary=exhibit.summary)

        address.on_change("data", changed)

    return app


def _empty(chart: Chart) -> Chart:
    series = tuple(replace(s, values=(), low=None, high=None) for s in chart.series[:1])
    return replace(
        chart, x=(), series=series, links=(), choices=(), chosen=frozenset(), partial=frozenset(), marks=()
    )


class SessionHandler(DocHandler):
    """Makes a session and says, as JSON, what a page needs to draw it: scripts, token, roots by name."""

    async def get(self, *args: object, **kwargs: object) -> None:
        session = await self.get_session()
        with set_curdoc(session.document):
            resources = Resources.from_bokeh(self.application.resources())
            for root in session.document.roots:
                patch_model_css(root, dist_url="/static/extensions/panel/")
            bundle = bundle_resources(session.document.roots, resources, enable_mathjax=False)
            item = RenderItem(token=session.token, roots=session.document.roots, use_for_title=False)
            answer = {
                "scripts": [_local(str(u)) for u in bundle.js_files if any(n in str(u) for n in NEEDED)],
                "item": item.to_json(),
                "names": {str(root.id): root.name for root in session.document.roots},
            }
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(answer))


def _local(address: str) -> str:
    return "/" + address.lstrip("./") if not address.startswith("/") else address
