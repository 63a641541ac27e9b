"""The proxy that docs/operations.md describes, as it stands there: TLS before three workers, sessions and all."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.websocket import websocket_connect

from tests.support.served import free_ports, process


DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
NAME = "review.example.org"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def written(folder: Path, *, port: int, first: int) -> Path:
    """The block of the document with this machine's ports and a certificate made here, and nothing else changed."""
    [block] = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    ports = [str(first + i) for i in range(3)]
    changes = {
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        f"/etc/ssl/{NAME}.pem": str(folder / "cert.pem"),
        f"/etc/ssl/{NAME}.key": str(folder / "key.pem"),
        "500[678]": f"(?:{'|'.join(ports)})",
        **{f"127.0.0.1:500{6 + i};": f"127.0.0.1:{p};" for i, p in enumerate(ports)},
    }
    for old, new in changes.items():
        assert old in block, old
        block = block.replace(old, new)
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    found = folder / "nginx.conf"
    found.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{block}}}\n",
        "utf-8",
    )
    return found


def listens(port: int) -> bool:
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def proxy(configuration: Path, port: int) -> Iterator[None]:
    assert NGINX is not None
    log = configuration.parent / "error.log"
    checked = subprocess.run(
        [NGINX, "-t", "-c", str(configuration)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen([NGINX, "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while not listens(port):
            assert running.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < end
            time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait(timeout=20)


def request(port: int, path: str, *, scheme: str = "https", **headers: str) -> HTTPRequest:
    unsure = ssl.create_default_context()
    unsure.check_hostname, unsure.verify_mode = False, ssl.CERT_NONE  # made here, a moment ago
    sent = HTTPHeaders({"Host": NAME, **{k.replace("_", "-"): v for k, v in headers.items()}})
    return HTTPRequest(
        f"{scheme}://127.0.0.1:{port}{path}", headers=sent, ssl_options=unsure, request_timeout=60
    )


async def as_a_reader(port: int) -> list[str]:
    """Read a page, then open session after session until every worker has had one; the workers' names."""
    ask = AsyncHTTPClient().fetch
    page = await ask(request(port, "/volumes", Accept_Encoding="gzip"))
    assert b"<h1>" in page.body
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    paths: list[str] = []
    for _ in range(12):
        session = json.loads((await ask(request(port, "/live/session?page=volumes&theme=light"))).body)
        paths.append(session["path"])
        wire = await websocket_connect(
            request(port, f"{session['path']}/ws", scheme="wss", Origin=f"https://{NAME}"),
            subprotocols=["bokeh", session["item"]["token"]],
        )
        first = json.loads(str(await wire.read_message()))
        assert first["msgtype"] == "ACK"
        wire.close()
    # A worker that did not make the session does not know it.
    [other] = sorted(set(paths) - {session["path"]})[:1]
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(
            request(port, f"{other}/ws", scheme="wss", Origin=f"https://{NAME}"),
            subprotocols=["bokeh", session["item"]["token"]],
        )
    assert refused.value.code == 403
    # Another site's page opens no session's websocket, and another name is not answered.
    with pytest.raises(HTTPClientError) as refused:
        await websocket_connect(
            request(port, f"{session['path']}/ws", scheme="wss", Origin="https://elsewhere.example"),
            subprotocols=["bokeh", session["item"]["token"]],
        )
    assert refused.value.code == 403
    with pytest.raises(HTTPClientError) as refused:
        await ask(request(port, "/volumes", Host="elsewhere.example"))
    assert refused.value.code == 421
    return paths


def test_the_documented_proxy_brings_pages_sessions_and_websockets(built: Path, tmp_path: Path) -> None:
    with process(built, tmp_path / "log", "--origin", NAME, workers=3) as served:
        for worker in range(served.port, served.port + 3):
            served.wait(worker)
        port = free_ports(1)
        with proxy(written(tmp_path, port=port, first=served.port), port):
            paths = asyncio.run(as_a_reader(port))
    # Any worker makes a session; its websocket found it each time.
    assert set(paths) == {f"/live/{served.port + i}" for i in range(3)}
