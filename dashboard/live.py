"""The interactive charts of a page: one Panel session a page, made after its words are on the screen.

The page's own HTML comes from `dashboard.web`. A session holds one live chart for each exhibit and a hidden
text input with the address's query; when the query changes, the charts' data change in place.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import panel as pn
from bokeh.embed.util import RenderItem
from panel.io.resources import Resources, patch_model_css
from panel.io.server import DocHandler, bundle_resources
from panel.io.state import set_curdoc
from tornado.websocket import WebSocketClosedError

from dashboard.charts import live_chart
from dashboard.exhibits import Chart, Exhibit
from dashboard.filters import from_address
from dashboard.measures import scopes
from dashboard.pages import PAGES, home_register, make_page
from dashboard.store import Store


# MathJax and WebGL are never used here. Panel's bundle names the tables' module, so that one must be there.
NEEDED = ("bokeh.min.js", "bokeh-widgets.min.js", "bokeh-tables.min.js", "panel.min.js")


def exhibits_for(store: Store, page: str, query: str) -> dict[str, Exhibit]:
    """The page's exhibits that have a chart, by key, under an address's query."""
    filters, _ = from_address(dict(parse_qsl(query.lstrip("?"))[:40]))
    # The page has named what is wrong; the charts drop the same.
    if filters.register not in {r["register"] for r in store.query("registers").dicts()}:
        filters = replace(filters, register=home_register(store), edition=None)
    for name in ("edition", "known_on"):
        if getattr(filters, name) and not scopes(store, filters):
            filters = replace(filters, **{name: None})
    return {e.key: e for e in make_page(store, page, filters).exhibits if e.chart}


def _not_a_closed_page(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, WebSocketClosedError)


def session_app(store: Callable[[], Store]) -> Callable[[], None]:
    """The Panel application of every page; which page is in the session's own arguments."""
    # A reader who leaves while a chart is on its way is no error: Tornado would log a traceback for each.
    logging.getLogger("asyncio").addFilter(_not_a_closed_page)

    def app() -> None:
        arguments = {k: v[0].decode("utf-8", "replace") for k, v in pn.state.session_args.items() if v}
        page = arguments.pop("page", "overview")
        theme = "dark" if arguments.pop("theme", "") == "dark" else "light"
        if page not in PAGES:
            page = "overview"
        address = pn.widgets.TextInput(label="address", value=_query(arguments), visible=False)
        _add(address, "address")
        memory: dict[str, dict[str, Exhibit]] = {}

        def now(query: str) -> dict[str, Exhibit]:
            # All charts of a page follow one address: worked out once a change, not once a chart.
            if query not in memory:
                memory.clear()
                memory[query] = exhibits_for(store(), page, query)
            return memory[query]

        first = now(address.value)
        for key, exhibit in first.items():
            kind = exhibit.chart

            def draw(query: str, key: str = key, kind: Chart | None = kind) -> Chart:
                found = now(query).get(key)
                return found.chart if found and found.chart else _empty(kind)

            def words(query: str, key: str = key, part: str = "title") -> str:
                found = now(query).get(key)
                return str(getattr(found, part)) if found else "Nothing matches these filters"

            chart = live_chart(
                draw,
                title=pn.bind(words, address.param.value),
                summary=pn.bind(words, address.param.value, part="summary"),
                theme=theme,
                query=address.param.value,
            )
            _add(chart, key)

    return app


def _add(component: Any, name: str) -> None:
    """Put a component into the session's document under a name that the page can find."""
    document = pn.state.curdoc
    # No location model: the address belongs to the page, and is told to the session by the page.
    component.server_doc(document, location=False)
    document.roots[-1].name = name


def _query(arguments: dict[str, str]) -> str:
    return "?" + urlencode(arguments)


def _empty(chart: Chart | None) -> Chart:
    assert chart is not None
    series = tuple(replace(s, values=(), low=None, high=None) for s in chart.series[:1])
    return replace(chart, x=(), series=series, links=(), partial=frozenset(), marks=())


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
