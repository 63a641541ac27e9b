"""The server: the site's routes and the live sessions, behind one port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tornado.ioloop import IOLoop

from dashboard.errors import AccessReviewError
from dashboard.settings import Settings
from dashboard.web.handlers import MissingHandler
from dashboard.web.logs import log_request, set_up
from dashboard.web.routes import ROUTES
from dashboard.web.site import Site, known_host
from dashboard.web.workers import WORKER, command_of, keep_running


LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SESSIONS = 200  # pages with interactive charts at one time; each takes some megabytes
UNUSED = 30.0  # seconds that a session waits for its page to come
LAST_ANSWERS = 3.0  # seconds that a stopping server gives to what it is working out
# Bounds on what a client may send. Nothing here reads a body.
HTTP = {"max_header_size": 16 * 1024, "max_body_size": 4 * 1024, "max_buffer_size": 1024 * 1024}
HTTP |= {"idle_connection_timeout": 75, "body_timeout": 5}


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How to serve. `origins`: host or host:port under which browsers reach this server, beside its own address.

    `sessions`: of one worker. `workers`: processes, each on its own port, from `port` on.
    """

    address: str = "127.0.0.1"
    port: int = 5006
    origins: tuple[str, ...] = ()
    drafts: bool = False
    sessions: int = SESSIONS
    workers: int = 1
    log: str = "text"


def make_server(settings: Settings, serving: Serving | None = None) -> Any:
    """A Panel server with the pages, the open data and the live sessions. Not started; `server.site` is its Site.

    Raises AccessReviewError when nothing is built, or the port is taken.
    """
    # Every script from this server, never from a content network.
    os.environ["BOKEH_RESOURCES"] = "server"
    import panel as pn
    from bokeh.settings import settings as bokeh_settings

    from dashboard.live import session_app
    from dashboard.web.sessions import LONGEST_MESSAGE, SCRIPTS, SessionHandler, SocketHandler, count

    serving = serving or Serving()
    # Chosen here, because the names under which it may be asked are said before listening.
    port = serving.port or _free_port(serving.address)
    own = {f"{host}:{port}" for host in (*LOOPBACK, serving.address)}
    site = Site(
        settings,
        drafts=serving.drafts,
        hosts=frozenset(known_host(host) for host in (*own, *serving.origins)),
        # Asked from this machine alone, or under names that were given: no other will do.
        any_host=serving.address not in LOOPBACK and not serving.origins,
    )
    try:
        site.readable()
    except AccessReviewError:
        site.close()
        raise
    for name in SCRIPTS:
        site.assets.add(Path(str(bokeh_settings.bokehjs_path())) / "js" / name)
    pn.extension(defer_load=False, notifications=False, browser_info=False)
    path = f"/live/{port}"
    try:
        server = pn.io.server.get_server(
            {path: session_app(site)},
            port=port,
            address=serving.address,
            websocket_origin=f"localhost:{port}",  # our own check is the wider one
            websocket_max_message_size=LONGEST_MESSAGE,
            http_server_kwargs=dict(HTTP),
            index=None,
            use_index=False,
            check_unused_sessions_milliseconds=1_000,
            unused_session_lifetime_milliseconds=round(UNUSED * 1000),
            session_token_expiration=60,
            sign_sessions=True,
            secret_key=os.urandom(32),
            include_headers=[],
            include_cookies=[],
            default_handler_class=MissingHandler,
            default_handler_args={"site": site},
            log_function=log_request,
        )
    except OSError as error:
        site.close()
        raise AccessReviewError(
            f"cannot listen on {serving.address}:{port}: {error.strerror or error}",
            hint="give another --port",
        ) from error
    app = server._tornado
    framework = {"application_context": app._applications[path], "bokeh_websocket_path": f"{path}/ws"}
    # The framework's own addresses (its page of the application, its files, its metadata) are of no use to a page
    # of this site. What is not here is not served.
    app.wildcard_router.rules[:] = []
    app.wildcard_router.add_rules(
        [
            *((pattern, handler, {"site": site}) for pattern, handler in ROUTES),
            (
                r"/live/session",
                SessionHandler,
                {"site": site, "most": serving.sessions, "path": path, **framework},
            ),
            (rf"{path}/ws", SocketHandler, {"site": site, **framework}),
        ]
    )
    server.site = site
    site.sessions = lambda: count(app._applications[path])
    return server


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def serve(settings: Settings, serving: Serving) -> None:
    """Serve until interrupted. Prints the address when it is ready.

    With several workers, each is a process on a port of its own, from `serving.port` on. Raises AccessReviewError
    when nothing is built, or a port is taken.
    """
    set_up(serving.log)
    if serving.workers > 1:
        options = ["--address", serving.address, "--log", serving.log, "--sessions", str(serving.sessions)]
        options += [word for origin in serving.origins for word in ("--origin", origin)]
        options += ["--drafts"] if serving.drafts else []
        ports = range(serving.port, serving.port + serving.workers)
        everywhere = serving.address in ("0.0.0.0", "")
        host = f"[{serving.address}]" if ":" in serving.address else serving.address
        keep_running(
            command_of(str(settings.data), options), ports, address="127.0.0.1" if everywhere else host
        )
        return
    server = make_server(settings, serving)
    server.start()
    shown = "127.0.0.1" if serving.address in ("0.0.0.0", "") else serving.address
    print(f"http://{shown}:{server.port}/overview", flush=True)
    print("Serving; stop with Ctrl-C.", file=sys.stderr, flush=True)
    loop = IOLoop.current()
    stopping = False

    async def stop() -> None:
        nonlocal stopping
        if stopping:
            return
        stopping = True
        server._http.stop()  # no new connections; what is being drawn is given, within a few seconds
        until = time.monotonic() + LAST_ANSWERS
        while server.site.workshop.busy and time.monotonic() < until:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        loop.stop()

    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: loop.add_callback_from_signal(stop))
    if WORKER in os.environ:  # whoever keeps the workers holds the other end: when it is gone, so is this one
        loop.add_handler(sys.stdin.fileno(), lambda *_: loop.add_callback(stop), IOLoop.READ)
    loop.start()
    server.stop()
    server.site.close()
