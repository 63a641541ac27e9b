"""The server: the site's routes and the live sessions, behind one port."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import tornado.web
from tornado.ioloop import IOLoop

from dashboard.errors import AccessReviewError
from dashboard.settings import Settings
from dashboard.web.handlers import MissingHandler
from dashboard.web.routes import ROUTES
from dashboard.web.site import Site


def make_server(settings: Settings, *, address: str = "127.0.0.1", port: int = 5006, workers: int = 1) -> Any:
    """A Panel server with the pages, the open data and the live sessions. Not started.

    Raises AccessReviewError when nothing is built, or the port is taken.
    """
    # Every script from this server, never from a content network.
    os.environ["BOKEH_RESOURCES"] = "server"
    import panel as pn

    from dashboard.live import SessionHandler, session_app

    site = Site(settings)
    pn.extension(defer_load=False, notifications=False, browser_info=False)
    share = {"site": site}
    if port == 0:  # chosen here, because the origins that may open a websocket are named before listening
        port = _free_port(address)
    origins = sorted({f"{h}:{port}" for h in (address, "127.0.0.1", "localhost")})
    try:
        server = pn.io.server.get_server(
            {"/live": session_app(site.made)},
            port=port,
            address=address,
            websocket_origin=origins,
            extra_patterns=[(pattern, handler, share) for pattern, handler in ROUTES],
            num_procs=workers,
            index=None,
            use_index=False,
            check_unused_sessions_milliseconds=15_000,
            unused_session_lifetime_milliseconds=60_000,
            session_token_expiration=600,
            include_headers=[],
            include_cookies=[],
        )
    except OSError as error:
        raise AccessReviewError(
            f"cannot listen on {address}:{port}: {error.strerror or error}", hint="give another --port"
        ) from error
    tornado_app = server._tornado
    tornado_app.settings.update(default_handler_class=MissingHandler, default_handler_args=share)
    # The live application's own page is of no use by itself; its session, as JSON, is what pages ask for.
    contexts = tornado_app._applications["/live"]
    tornado_app.wildcard_router.rules.insert(
        0,
        tornado.web.url(
            r"/live/session",
            SessionHandler,
            {"application_context": contexts, "bokeh_websocket_path": "/live/ws"},
        ),
    )
    return server


def _free_port(address: str) -> int:
    import socket

    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def serve(settings: Settings, *, address: str, port: int, workers: int) -> None:
    """Serve until interrupted. Prints the address when it is ready."""
    server = make_server(settings, address=address, port=port, workers=workers)
    server.start()
    shown = "127.0.0.1" if address in ("0.0.0.0", "") else address
    print(f"http://{shown}:{server.port}/overview", flush=True)
    print("Serving; stop with Ctrl-C.", file=sys.stderr, flush=True)
    loop = IOLoop.current()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: loop.add_callback_from_signal(loop.stop))
    loop.start()
    server.stop()
