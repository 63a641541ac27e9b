"""The server as a stranger meets it: what it sends, what it refuses, and how it bears being asked too much."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from dashboard import measures
from dashboard.cli import main
from dashboard.errors import AccessReviewError, LimitError
from dashboard.pages import Page
from dashboard.settings import load_settings
from dashboard.store import Query, Store
from dashboard.web import handlers, logs
from dashboard.web.kept import Kept, answer, takes_gzip
from dashboard.web.site import Site, known_host
from dashboard.web.workshop import BusyError
from tests.integration.conftest import LEGACY
from tests.support.serving import Answer, Served, serving
from tests.support.sockets import ask_session, connect, open_live


ASKED = f"register={LEGACY}"


@pytest.fixture(scope="module")
def site(built: Path) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.web.server.UNUSED", 1.0)
        with serving(built) as served:
            yield served


def later(work: Callable[[], Any]) -> Future[Any]:
    """Run something in a thread of its own."""
    pool = ThreadPoolExecutor(1)
    found: Future[Any] = pool.submit(work)
    pool.shutdown(wait=False)
    return found


# --- compressed, kept, and not sent twice -----------------------------------------------------------


@pytest.mark.parametrize("path", [f"/overview?{ASKED}", f"/register?{ASKED}", "/about"])
def test_a_page_is_sent_compressed_to_who_takes_it_so(site: Served, path: str) -> None:
    plain, packed = site.get(path), site.get(path, Accept_Encoding="br, gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 3
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "X-In-Place" in packed.headers["vary"]  # the same address, the static charts left out


def test_what_the_browser_has_is_not_sent_again(site: Served) -> None:
    first = site.get(f"/volumes?{ASKED}")
    again = site.get(f"/volumes?{ASKED}", If_None_Match=first.headers["etag"], Accept_Encoding="gzip")
    assert (again.status, again.body) == (304, b"")
    other = site.get(f"/volumes?{ASKED}&type=university")
    assert other.headers["etag"] != first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", [f"/overview?{ASKED}", "/data/volumes.csv", "/health", "/"])
def test_head_says_what_get_would(site: Served, path: str) -> None:
    got, head = site.get(path), site.ask("HEAD", path)
    assert head.body == b""
    assert head.status == got.status
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == got.headers.get(name)


def test_files_are_kept_for_ever_and_only_those_that_are_used_are_served(site: Served) -> None:
    session = json.loads(site.get(f"/live/session?page=volumes&{ASKED}").text)
    [script] = session["scripts"]  # one framework script: not widgets', tables', formulas' or Panel's
    for address in (script, *site.site.assets.addresses.values()):
        packed = site.get(address, Accept_Encoding="gzip")
        assert packed.status == 200
        assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert len(packed.body) < len(site.get(address).body) / 2
    assert b"Bokeh" in site.get(script).body
    port = site.port
    for path in (
        "/static/js/bokeh.min.js", "/static/js/bokeh-mathjax.min.js", "/static/extensions/panel/panel.min.js",
        "/live", f"/live/{port}", f"/live/{port}/autoload.js", f"/live/{port}/metadata", "/components/", "/liveness",
        "/assets/../site.py", "/assets/style.css",
    ):  # fmt: skip
        assert site.get(path).status == 404, path


def test_gzip_is_only_for_who_asks() -> None:
    for yes in ("gzip", "deflate, GZIP;q=0.5", "*", "br, gzip"):
        assert takes_gzip(yes), yes
    for no in ("", "br", "gzip;q=0", "identity", "gzip; q=0.0"):
        assert not takes_gzip(no), no


def test_kept_answers_are_bounded_and_the_least_used_goes_first() -> None:
    kept = Kept(most=400)
    made = [answer(bytes([n]) * 50 + b"x" * n, "text/plain") for n in range(30)]
    for n, one in enumerate(made):
        kept.keep(n, one)
        kept.get(0)
    assert kept.bytes <= 400
    assert kept.get(0) is made[0]
    assert kept.get(1) is None
    kept.keep(0, made[5])
    assert kept.bytes == sum(len(made[n].packed) for n in range(30) if kept.get(n) and n) + len(
        made[5].packed
    )


# --- slow, too much, and at once --------------------------------------------------------------------


class Gate:
    """Holds the drawing of pages until opened, and counts what is drawn."""

    def __init__(self, site: Site, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.opened, self.reached, self.drawn = threading.Event(), threading.Event(), []
        made = site.made

        def held(name: str, asked: Any) -> Page:
            self.drawn.append(name)
            if name in names:
                self.reached.set()
                assert self.opened.wait(30)
            return made(name, asked)

        monkeypatch.setattr(site, "made", held)


def test_other_pages_answer_while_one_is_drawn(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    site.site.kept.clear()
    gate = Gate(site.site, monkeypatch, "turnaround")
    slow = later(lambda: site.get(f"/turnaround?{ASKED}&tier=1"))
    assert gate.reached.wait(30)
    assert site.get(f"/volumes?{ASKED}&tier=1").status == 200  # drawn meanwhile
    assert site.get("/data/volumes.csv").status == 200
    assert not slow.done()
    gate.opened.set()
    assert slow.result(30).status == 200


def test_identical_questions_at_one_time_are_drawn_once(
    site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.site.kept.clear()
    gate = Gate(site.site, monkeypatch, "people")
    asked = [later(lambda: site.get(f"/people?{ASKED}&from=2014-01-01")) for _ in range(6)]
    assert gate.reached.wait(30)
    assert site.get("/health").status == 200
    gate.opened.set()
    answers = [one.result(30) for one in asked]
    assert {a.status for a in answers} == {200}
    assert len({a.body for a in answers}) == 1
    assert gate.drawn.count("people") == 1


def test_when_all_hands_are_full_a_reader_is_told_so(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = site.get(f"/overview?{ASKED}")
    gate = Gate(site.site, monkeypatch, "changes")
    monkeypatch.setattr(site.site.workshop, "room", 1)
    site.site.kept.clear()
    site.get(f"/overview?{ASKED}")
    slow = later(lambda: site.get(f"/changes?{ASKED}&from=2013-01-01"))
    assert gate.reached.wait(30)
    refused = site.get(f"/changes?{ASKED}&from=2012-01-01")
    assert refused.status == 503
    assert refused.headers["retry-after"] == "5"
    assert "try again in a few seconds" in refused.text.lower()
    assert site.get(f"/overview?{ASKED}").body == kept.body  # what is kept is still given
    assert site.get("/health").status == 200
    gate.opened.set()
    assert slow.result(30).status == 200


def endless(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let these queries run for ever."""
    from dashboard.store import load_query

    def load(name: str) -> Query:
        if name not in names:
            return load_query(name)
        sql = (
            "select count(*) from range(1000000000) as a, range(1000000000) as b where a.range * b.range = 7"
        )
        return Query(name, sql, frozenset(), ("n",), "endless")

    monkeypatch.setattr("dashboard.store.load_query", load)


def test_a_slow_query_is_stopped_and_the_page_says_so(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    endless(monkeypatch, "register_rows")
    monkeypatch.setattr(site.site.workshop, "seconds", 0.3)
    found = site.get(f"/register?{ASKED}&q=slow")
    assert found.status == 503
    assert (
        "took longer than 0.3 seconds and was stopped. Ask for a shorter period or fewer groups."
        in found.text
    )
    assert "Traceback" not in found.text
    assert "no-store" in found.headers["cache-control"]
    # It is not tried again at once, whoever asks.
    monkeypatch.setattr(site.site.workshop, "seconds", 60.0)
    assert site.get(f"/register?{ASKED}&q=slow").status == 503
    monkeypatch.undo()
    assert site.get(f"/register?{ASKED}&q=other").status == 200


def test_too_many_rows_are_refused_in_words(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.site.workshop, "rows", 3)
    found = site.get(f"/data/spells.csv?{ASKED}&from=2014-02-01")
    assert found.status == 503
    assert "gives more than 3 rows" in found.text
    assert found.headers["content-type"].startswith("text/plain")


def test_limits_hold_all_queries_of_a_thread_together(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard.store import limits

    with Store(load_settings(built)) as store:
        with limits(seconds=0.0), pytest.raises(LimitError, match=r"took longer than 0 seconds"):
            store.query("registers")
        assert store.query("registers").rows
        endless(monkeypatch, "register_rows")
        with limits(seconds=0.2), pytest.raises(LimitError, match=r"took longer than 0\.2 seconds"):
            store.stream("register_rows")
        assert store._root.users == 0


# --- open data --------------------------------------------------------------------------------------


def test_rows_are_sent_as_they_are_read(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.store.STREAM_ROWS", 7)
    monkeypatch.setattr(handlers, "PART", 500)
    with Store(load_settings(site.data)) as store:
        whole = measures.rows("volumes", store, register=LEGACY)
    assert len(whole.rows) > 50
    for form, text in (("csv", whole.csv()), ("json", whole.json())):
        for coding in ("", "gzip"):
            found = site.get(f"/data/volumes.{form}?{ASKED}&rows=1", Accept_Encoding=coding)
            assert coding or found.headers["transfer-encoding"] == "chunked"
            body = gzip.decompress(found.body) if coding else found.body
            assert body.decode("utf-8") == text
    assert site.site.store._root.users == 0
    assert site.site.streams == 0


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_an_answer_in_parts_is_the_answer(built: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("dashboard.measures.result.CHUNK", size)
    with Store(load_settings(built)) as store:
        for register in (LEGACY, "nobody-has-this"):
            filters = measures.make_filters(register=register) if register == LEGACY else None
            result = measures.measure(
                "recipients", store, filters=filters or measures.make_filters(register=LEGACY, from_="2090")
            )
            record = {
                "measure": "recipients",
                "filters": json.loads(result.json())["filters"],
                "build": store.build.id,
                "notes": list(result.notes),
                "rows": json.loads(result.json())["rows"],
            }
            assert result.json() == json.dumps(record, ensure_ascii=False, indent=1) + "\n"
            assert "".join(result.parts("csv")) == result.csv()
            assert result.csv().count("\n") == len(result.rows) + 1


def test_data_that_the_reader_has_are_not_read_again(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    first = site.get(f"/data/turnaround.json?{ASKED}")
    monkeypatch.setattr(measures, "measure", None)  # would fail if it were asked
    again = site.get(f"/data/turnaround.json?{ASKED}", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    monkeypatch.undo()
    assert site.get(f"/data/turnaround.csv?{ASKED}").headers["etag"] != first.headers["etag"]


def test_half_an_answer_does_not_pass_for_the_whole(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.store.STREAM_ROWS", 7)
    monkeypatch.setattr("dashboard.store.ROW_CAP", 30)
    monkeypatch.setattr(handlers, "PART", 100)
    with pytest.raises(IncompleteRead):
        site.get(f"/data/volumes.csv?{ASKED}&rows=1")
    pause = threading.Event()
    assert any(site.site.streams == 0 or pause.wait(0.1) for _ in range(100))
    assert site.site.store._root.users == 0


def test_long_answers_at_one_time_are_bounded(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "STREAMS", 0)
    assert site.get(f"/data/volumes.csv?{ASKED}&rows=1").status == 503
    assert site.get(f"/data/volumes.csv?{ASKED}").status == 200


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [f"/overview?{ASKED}", "/data/volumes.csv", "/health", "/nowhere", "/assets/x.js"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_nothing_can_be_done_but_read(site: Served, method: str, path: str) -> None:
    found = site.ask(method, path)
    assert found.status in (404, 405)
    if path != "/nowhere":
        assert found.status == 405
        assert found.headers["allow"] == "GET, HEAD"
    assert "Traceback" not in found.text


@pytest.mark.parametrize(
    ("headers", "body"),
    [({"X-Much": "x" * 20_000}, None), ({}, b"x" * 100_000), ({"Content-Length": "99999999999"}, None)],
)
def test_requests_are_bounded(site: Served, headers: dict[str, str], body: bytes | None) -> None:
    with suppress(ConnectionError):  # it is not read to its end
        found = site.ask("POST" if body else "GET", "/overview", headers, body)
        assert found.status in (400, 405, 413, 431)
    assert site.get("/health").status == 200


def raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
        s.sendall(request)
        s.shutdown(socket.SHUT_WR)
        found = b""
        while part := s.recv(65536):
            found += part
        return found


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /overview HTTP/1.1\r\n\r\n",
        b"GET /overview\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
        b"GET /%00%ff/\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /overview HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\nY\x00: z\r\n\r\n",
    ],
)
def test_nonsense_is_survived_and_tells_nothing(site: Served, request_: bytes) -> None:
    found = raw(site.port, request_)
    assert b"Traceback" not in found
    assert b"Tornado" not in found
    assert site.get("/health").status == 200


HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "server": "access-review",
}


@pytest.mark.parametrize(
    "path",
    [f"/overview?{ASKED}", "/about", "/nowhere", "/data/volumes.csv", "/data/volumes.csv?x=1", "/health", "/",
     "/live/session?page=volumes", "/live/PORT/ws", "/favicon.ico"],
)  # fmt: skip
def test_every_answer_has_the_headers_that_keep_a_reader_safe(site: Served, path: str) -> None:
    found = site.get(path.replace("PORT", str(site.port)))
    for name, value in HEADERS.items():
        assert found.headers[name] == value, name
    assert "camera=()" in found.headers["permissions-policy"]
    policy = dict(part.strip().split(" ", 1) for part in found.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    live = path.startswith("/overview")
    assert policy["style-src"] == ("'self' 'unsafe-inline'" if live else "'self'")
    assert "tornado" not in str(found.headers).lower()


def test_a_page_of_words_needs_no_style_within_it(site: Served) -> None:
    for path in ("/about", f"/register?{ASKED}", "/nowhere"):
        found = site.get(path)
        assert "unsafe-inline" not in found.headers["content-security-policy"]
        assert " style=" not in found.text
        assert "<style" not in found.text


def test_an_error_is_logged_under_a_name_that_the_page_shows(
    site: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr(site.site, "made", broken)
    with caplog.at_level(logging.ERROR):
        found = site.get(f"/volumes?{ASKED}&from=2011-01-01")
    assert found.status == 500
    assert "secret" not in found.text
    assert "RuntimeError" not in found.text
    [record] = [r for r in caplog.records if r.exc_info]
    name = record.getMessage().rsplit(" ", 1)[1]
    assert f"It was logged as {name}" in found.text
    assert "a secret of the machine" in json.loads(logs.JsonLines().format(record))["traceback"]


def test_a_build_that_cannot_be_read_is_said_without_its_place(
    site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise AccessReviewError(f"{site.data}/builds/x.duckdb cannot be read", hint="remove it")

    monkeypatch.setattr(site.site, "made", broken)
    found = site.get(f"/volumes?{ASKED}&from=2010-01-01")
    assert found.status == 503
    assert str(site.data) not in found.text
    monkeypatch.setattr(site.site.store, "stream", broken)
    monkeypatch.setattr(site.site, "_readable", (float("-inf"), ""))
    health = site.get("/health")
    assert health.status == 503
    assert json.loads(health.text) == {"status": "the build cannot be read", "build": None}
    monkeypatch.undo()
    monkeypatch.setattr(site.site, "_readable", (float("-inf"), ""))
    assert site.get("/health").status == 200


# --- names ------------------------------------------------------------------------------------------


def test_another_sites_name_is_not_answered(site: Served) -> None:
    for path in ("/overview", "/data/volumes.csv", "/live/session", "/nowhere"):
        found = site.get(path, Host="evil.example")
        assert found.status == 421, path
    assert "does not answer for the host" in site.get("/overview", Host="evil.example").text
    assert site.get("/health", Host="evil.example").status == 200  # a machine's name for it
    assert site.get("/about", Host=f"localhost:{site.port}").status == 200


def test_a_name_that_was_given_is_answered(built: Path) -> None:
    with serving(built, origins=("Review.example:443",)) as served:
        assert served.get("/about", Host="review.example").status == 200
        assert served.get("/live/session?page=volumes", Host="review.example").status == 200
        assert served.get("/about", Host="other.example").status == 421
        session = asyncio.run(ask_session(served.port, "volumes", ASKED))
        asyncio.run(closed(connect(served.port, session, origin="https://review.example")))


def test_an_address_to_cite_has_the_scheme_that_the_proxy_was_asked_under(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        reference = measures.measure("spells", store, register=LEGACY).column("reference")[0]
    path = f"/request/{LEGACY}/{reference}"
    assert f"http://127.0.0.1:{site.port}/" in site.get(path).text
    assert f"https://127.0.0.1:{site.port}/" in site.get(path, X_Scheme="https").text
    assert f"https://127.0.0.1:{site.port}/" in site.get(path, X_Forwarded_Proto="https").text
    assert "javascript:" not in site.get(path, X_Scheme="javascript").text


def test_ports_that_browsers_leave_out_are_left_out() -> None:
    assert known_host("Example.org:443") == known_host("example.org") == known_host("example.org:80")
    assert known_host("example.org:8080") != known_host("example.org")


# --- live sessions ----------------------------------------------------------------------------------


async def closed(opening: Any) -> None:
    (await opening).leave()


def gone(served: Served) -> bool:
    pause = threading.Event()
    return any(served.site.sessions() == 0 or pause.wait(0.1) for _ in range(200))


def test_a_session_follows_its_page_in_one_message_and_ends_with_it(site: Served) -> None:
    async def run() -> None:
        live = await open_live(site.port, "volumes", ASKED)
        assert site.site.sessions() >= 1
        assert "ColumnDataSource" in json.dumps(live.document)
        assert "panel.models" not in json.dumps(live.document)
        assert await live.follow(f"?{ASKED}&type=university") == 1
        assert await live.follow(f"?{ASKED}") == 1
        live.leave()

    asyncio.run(run())
    assert gone(site)


def words_of(patch: dict[str, Any], attr: str) -> list[Any]:
    return [e["new"] for e in patch["events"] if e.get("kind") == "ModelChanged" and e.get("attr") == attr]


def test_a_choice_that_is_overtaken_holds_up_no_other(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Site.exhibits
    go = threading.Event()

    def slow(self: Site, name: str, query: str) -> Any:
        assert "charity" not in query or go.wait(30)
        return whole(self, name, query)

    async def page() -> None:
        live = await open_live(site.port, "volumes", ASKED)
        monkeypatch.setattr(Site, "exhibits", slow)
        await live.tell(f"?{ASKED}&type=charity")
        try:
            await live.follow(f"?{ASKED}&type=university")
            assert words_of(live.told[-1], "drawn") == [f"?{ASKED}&type=university"]
        finally:
            go.set()
        # What was overtaken is not drawn when it comes.
        await live.follow(f"?{ASKED}")
        assert [w for told in live.told for w in words_of(told, "drawn")] == [
            f"?{ASKED}&type=university",
            f"?{ASKED}",
        ]
        live.leave()

    asyncio.run(page())


def test_charts_that_cannot_follow_say_so_to_their_page(
    site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Site.exhibits

    def refused(self: Site, name: str, query: str) -> Any:
        if "commercial" in query:
            raise BusyError("more is asked than can be worked out at once")
        return whole(self, name, query)

    async def page() -> None:
        live = await open_live(site.port, "volumes", ASKED)
        monkeypatch.setattr(Site, "exhibits", refused)
        wanted = f"?{ASKED}&type=commercial"
        for asked in (wanted, f"{wanted}#1"):  # and again, should it be asked again
            await live.follow(asked)
            assert words_of(live.told[-1], "failed") == [asked]
        await live.follow(f"?{ASKED}&type=university")
        assert words_of(live.told[-1], "drawn") == [f"?{ASKED}&type=university"]
        live.leave()

    asyncio.run(page())


def test_sessions_are_bounded_and_the_page_stays(built: Path) -> None:
    async def run(served: Served) -> None:
        live = await open_live(served.port, "volumes", ASKED)
        with pytest.raises(HTTPClientError) as refused:
            await ask_session(served.port, "volumes", ASKED)
        assert refused.value.code == 503
        assert refused.value.response is not None
        words = json.loads(refused.value.response.body)["error"]
        assert "The charts on the page stay as they are." in words
        live.leave()

    with serving(built, sessions=1) as served:
        asyncio.run(run(served))
        assert served.get(f"/volumes?{ASKED}").status == 200
        assert gone(served)
        assert served.get(f"/live/session?page=volumes&{ASKED}").status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_websocket_is_opened_from_our_own_pages_only(site: Served, origin: str) -> None:
    async def run() -> None:
        session = await ask_session(site.port, "volumes", ASKED)
        with pytest.raises(HTTPClientError) as refused:
            await connect(site.port, session, origin=origin)
        assert refused.value.code == 403

    asyncio.run(run())


def test_another_sites_page_gets_no_session(site: Served) -> None:
    found = site.get(f"/live/session?page=volumes&{ASKED}", Sec_Fetch_Site="cross-site")
    assert found.status == 403
    assert json.loads(found.text)["error"]


def test_a_token_alone_makes_no_session(site: Served) -> None:
    from bokeh.util.token import generate_jwt_token, generate_session_id

    async def run() -> None:
        session = await ask_session(site.port, "volumes", ASKED)
        forged = generate_jwt_token(generate_session_id(signed=False), signed=False, expiration=60)
        before = site.site.sessions()
        for token in (forged, "nonsense", session["item"]["token"][:-2]):
            with pytest.raises(HTTPClientError) as refused:
                await connect(site.port, session, token=token)
            assert refused.value.code == 403
        assert site.site.sessions() <= before

    asyncio.run(run())


def test_a_long_message_ends_the_connection(site: Served) -> None:
    async def run() -> None:
        live = await open_live(site.port, "volumes", ASKED)
        with pytest.raises(ConnectionError):
            await live.tell("?q=" + "x" * 100_000)
        live.leave()

    asyncio.run(run())
    assert gone(site)


def test_a_browser_can_change_the_address_and_nothing_it_breaks_is_anyone_elses(site: Served) -> None:
    async def run() -> None:
        live = await open_live(site.port, "volumes", ASKED)
        await live.tell("?register=nope&from=zzz&q=" + "%00<script>")
        assert await live.follow(f"?{ASKED}&type=charity") >= 1
        live.leave()

    asyncio.run(run())
    assert site.get(f"/volumes?{ASKED}").status == 200


# --- logs and reviews -------------------------------------------------------------------------------


def test_a_request_is_a_line_of_json_without_what_was_searched_for(
    site: Served, caplog: pytest.LogCaptureFixture
) -> None:
    def written() -> list[dict[str, Any]]:
        return [json.loads(logs.JsonLines().format(r)) for r in caplog.records if r.name == logs.ACCESS.name]

    def logged() -> list[dict[str, Any]]:
        # A line is written once the answer is on its way: one of an earlier test's request may come now.
        return [line for line in written() if line["path"] == "/nowhere" or "q" in line.get("query", ())]

    with caplog.at_level(logging.INFO, logger=logs.ACCESS.name):
        first: Answer = site.get(f"/register?{ASKED}&q=Jane+Doe&start=0")
        site.get(f"/register?{ASKED}&q=Jane+Doe&start=0")
        site.get("/nowhere")
        site.get("/health")
        end = time.monotonic() + 20
        while len(logged()) < 3 and time.monotonic() < end:
            time.sleep(0.02)
    lines = logged()
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/register", 200), ("/register", 200), ("/nowhere", 404),
    ]  # fmt: skip
    assert "/health" not in [line["path"] for line in written()]
    assert lines[0]["query"] == ["register", "q", "start"]
    assert "Jane" not in json.dumps(lines)
    assert lines[0]["bytes"] == len(first.body)
    assert lines[0]["build"] == site.site.store.build.id
    assert lines[0]["drawn"] is True
    assert "drawn" not in lines[1]
    assert lines[0]["ms"] >= 0
    assert lines[0]["time"].endswith("Z")


def test_drafts_are_listed_only_when_asked_for(data: Path) -> None:
    for name, signed in (("a", True), ("b", False)):
        folder = data / "reviews" / "april-review" / "2018" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text('{"year": 2018}', "utf-8")
        if signed:
            (folder / "signature.json").write_text("{}", "utf-8")
    for drafts, seen in (
        (False, ["april-review/2018/a"]),
        (True, ["april-review/2018/b", "april-review/2018/a"]),
    ):
        made = Site(load_settings(data), drafts=drafts)
        assert [r.name for r in made.reviews()] == seen
        assert ("2018/b" in made.page("reviews", ASKED).plain().decode()) is drafts
        made.close()


def test_a_build_of_another_version_is_not_served(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> Query:
        return Query(
            name, "select register from core.not_there_yet", frozenset(), ("register",), "another version's"
        )

    with Store(load_settings(built)):  # what a store asks when it opens it is the same
        monkeypatch.setattr(
            Store, "stream", lambda self, name, **_: self._root.connection.execute(load(name).sql)
        )
        with pytest.raises(AccessReviewError, match="not one of this version") as refused, serving(built):
            pass
    assert refused.value.hint == "run 'access-review build'"


def test_serve_says_what_it_cannot_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # it sets up its own
    assert main(["--data", str(tmp_path / "empty"), "serve", "--port", "0"]) == 1
    assert "Next:" in capsys.readouterr().err


def test_a_question_that_cannot_be_asked_is_no_fault(site: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="access-review"):
        assert site.get("/data/volumes.csv?nonsense=1").status == 400
        assert site.get("/data/nonsense.csv").status == 400
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []
