"""Asking for one address at a time: politely, within bounds, and never where a publisher's page may not send us.

What comes back is from outside: its size, its time, its redirects and its words are all bounded, and a body
that is cut short is never taken for a whole one.
"""

from __future__ import annotations

import email.utils
import http.client
import ipaddress
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError

from dashboard import __version__
from dashboard.errors import AccessReviewError
from dashboard.files import disk_errors
from dashboard.workbook import MIB, Limits


USER_AGENT = (
    f"access-review/{__version__} (archives published registers of data access; one request at a time)"
)
REDIRECTS = (301, 302, 303, 307, 308)
TRY_AGAIN = (429, 500, 502, 503, 504)
FORBIDDEN = (401, 403, 451)
CHUNK = 64 * 1024
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How much is asked of a publisher, and how much of us. Times in seconds."""

    pause: float = 1.0  # between two requests
    tries: int = 4
    backoff: float = 2.0  # before the second try; doubled before each one after
    longest_wait: float = 120.0  # a publisher that asks for more is left alone until the next run
    connect: float = 10.0
    read: float = 30.0  # without a byte
    whole: float = 300.0  # for one answer from first to last byte
    redirects: int = 5
    file_bytes: int = Limits().file_bytes
    page_bytes: int = 8 * MIB


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. `unchanged`: the publisher says that it is what we have (304), and nothing was written."""

    unchanged: bool
    address: str  # after redirects
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    size: int = 0


class Refusal(AccessReviewError):
    """An address that gave nothing usable. `forbidden`: the publisher will not serve this machine."""

    def __init__(self, message: str, *, hint: str | None = None, forbidden: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.forbidden = forbidden


class _Again(Exception):
    """Worth another try, after `wait` seconds where the publisher says how long."""

    def __init__(self, words: str, wait: float | None = None) -> None:
        super().__init__(words)
        self.wait = wait


class NotPublic(Exception):
    """A name that leads to a private, loopback or otherwise local address."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):  # an older address inside a newer one is what is reached
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


def origin_of(address: str) -> str:
    """Scheme, host and port: "https://www.gov.uk/x" -> "https://www.gov.uk:443". Empty for what is none."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else ""


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: redirects are followed here, checked. Left to itself, requests reads the body of each one
        whole, however long it is, even when it is told not to follow."""
        return None


class Client:
    """One polite visitor.

    `trusted` is an address whose origin alone may be plain http or local: a test's own server. Clocks and
    waiting are passed in, so that a test waits for nothing.
    """

    def __init__(
        self,
        *,
        trusted: str = "",
        manners: Manners = Manners(),
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.manners = manners
        self.now = now
        self._trusted = origin_of(trusted) if trusted else ""
        self._clock, self._sleep, self._jitter, self._progress = clock, sleep, jitter, progress
        self._last: float | None = None
        self._socket: Any = None  # of the request under way, so that the time limit can end it
        self._late = False
        self._session = _Session()
        # No password files, no cookies: nothing of the person at the keyboard goes along. Proxies and
        # certificates of the place are used, since an office may have no other way out.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.verify = (
            os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        )
        self._session.headers.clear()
        self._session.headers.update(
            # identity: what is counted is what is stored, and nothing unpacks to a thousand times its size
            {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self))

    def get(
        self, address: str, into: BinaryIO, *, most: int, etag: str = "", last_modified: str = ""
    ) -> Answer:
        """Ask for `address` and write what comes to `into`, from its start.

        With `etag` or `last_modified` of an earlier answer the publisher may say that nothing changed. Tries
        again, after a wait, what may pass: 429, 5xx, a broken connection, a body cut short. Raises Refusal.
        """
        for attempt in range(1, self.manners.tries + 1):
            try:
                into.seek(0)
                into.truncate()
                return self._follow(address, into, most, etag, last_modified)
            except _Again as again:
                if attempt == self.manners.tries:
                    raise Refusal(
                        f"{address}: {again}; {attempt} tries",
                        hint="run fetch again later, or download it by hand",
                    ) from again
                self._wait(address, attempt, again)
        raise AssertionError("a try either answers or raises")

    def _wait(self, address: str, attempt: int, again: _Again) -> None:
        wait = again.wait
        if wait is None:  # half of it by chance, so that many machines do not come back in step
            wait = self.manners.backoff * 2 ** (attempt - 1) * (0.5 + self._jitter() / 2)
            wait = min(wait, self.manners.longest_wait)
        if wait > self.manners.longest_wait:
            raise Refusal(
                f"{address}: {again}, and the publisher asks to wait {wait:,.0f} seconds",
                hint=f"run fetch again then; at most {self.manners.longest_wait:,.0f} seconds are waited for",
            )
        self._progress(f"{again}; waiting {wait:.0f} s")
        self._sleep(wait)

    def _follow(self, address: str, into: BinaryIO, most: int, etag: str, last_modified: str) -> Answer:
        seen: list[str] = []
        here = address
        while True:
            if here in seen:
                raise Refusal(f"{address}: it redirects in a circle ({here})", hint="open it in a browser")
            if len(seen) > self.manners.redirects:
                raise Refusal(
                    f"{address}: it redirects more than {self.manners.redirects} times",
                    hint="open it in a browser",
                )
            self._check(here, address)
            seen.append(here)
            onward = self._once(address, here, into, most, etag, last_modified)
            if isinstance(onward, Answer):
                return onward
            here = onward

    def _check(self, here: str, asked: str) -> None:
        """Raise Refusal unless `here` is an address that a publisher's page may send us to."""
        words = "" if here == asked else f"it redirects to {here}, which "
        hint = "open it in a browser and see where it leads; then 'access-review add' takes the file"
        try:
            parts = urlsplit(here)
            host, credentials = parts.hostname or "", parts.username or parts.password
        except ValueError:
            raise Refusal(f"{asked}: {words or 'it '}is not an address", hint=hint) from None
        if not host or credentials:
            what = "carries a name and password" if credentials else "is not an address"
            raise Refusal(f"{asked}: {words or 'it '}{what}", hint=hint)
        if self._trusted and origin_of(here) == self._trusted:
            return
        if parts.scheme != "https":
            raise Refusal(f"{asked}: {words or 'it '}is not https, and only https is asked", hint=hint)
        local = host == "localhost" or host.endswith(".localhost")
        with suppress(ValueError):
            local = local or not is_public(host)
        if local:
            self._not_public(asked, host)

    def _not_public(self, asked: str, host: str) -> NoReturn:
        raise Refusal(
            f"{asked}: it leads to {host}, an address inside a private network or this machine",
            hint="no publisher is there: open the page in a browser and see where it leads",
        )

    def _once(
        self, asked: str, here: str, into: BinaryIO, most: int, etag: str, last_modified: str
    ) -> Answer | str:
        """One request: the answer, or the address it redirects to."""
        if self._last is not None and (wait := self._last + self.manners.pause - self._clock()) > 0:
            self._sleep(wait)
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        self._late, self._socket = False, None
        started = self._clock()
        # A server that sends a byte now and then never trips a read timeout, and may do so in the headers,
        # where no code of ours runs: the connection itself is ended.
        alarm = threading.Timer(self.manners.whole, self._end)
        alarm.daemon = True
        alarm.start()
        try:
            with self._session.get(
                here,
                stream=True,
                allow_redirects=False,
                timeout=(self.manners.connect, self.manners.read),
                headers={name: value for name, value in headers.items() if value},
                proxies=get_environ_proxies(here),
            ) as response:
                return self._read(
                    asked, here, response, into, most, started, conditional=bool(etag or last_modified)
                )
        except requests.exceptions.SSLError as error:
            raise Refusal(
                f"{asked}: no safe connection to {urlsplit(here).hostname}: {_reason(error)}",
                hint="check this machine's clock and certificates (REQUESTS_CA_BUNDLE names an office's own)",
            ) from error
        except NotPublic as inside:
            self._not_public(asked, str(inside))
        except requests.exceptions.InvalidURL:
            raise Refusal(
                f"{asked}: it is not an address", hint="open the publisher's page in a browser"
            ) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if self._late:
                self._too_slow(asked)
            raise _Again(_reason(error)) from error
        finally:
            alarm.cancel()
            self._last = self._clock()

    def _end(self) -> None:
        self._late = True
        if self._socket is not None:
            with suppress(OSError, ValueError):
                # of the plain socket: the method of a TLS socket takes the session from under its reader
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _too_slow(self, asked: str) -> NoReturn:
        raise Refusal(
            f"{asked}: it took longer than {self.manners.whole:,.0f} seconds and was given up",
            hint="run fetch again later, or download it by hand",
        )

    def _read(
        self,
        asked: str,
        here: str,
        response: requests.Response,
        into: BinaryIO,
        most: int,
        started: float,
        *,
        conditional: bool,
    ) -> Answer | str:
        status, headers = response.status_code, response.headers
        if status in REDIRECTS and "Location" in headers:
            # Header bytes arrive as Latin-1; an address in UTF-8 is read as what it is.
            onward = headers["Location"].encode("latin-1", "replace").decode("utf-8", "replace")
            try:
                return urljoin(here, onward)
            except ValueError:
                raise Refusal(
                    f"{asked}: it redirects to what is not an address", hint="open it in a browser"
                ) from None
        if status == 304 and conditional:
            return Answer(unchanged=True, address=here)
        if status in TRY_AGAIN:
            words = f"the publisher answered {status}"
            raise _Again(words, self._retry_after(headers.get("Retry-After", "")))
        if status in FORBIDDEN:
            raise Refusal(
                f"{asked}: the publisher refuses to serve this machine ({status})",
                hint="many publishers refuse hosted machines; download it by hand in a browser",
                forbidden=True,
            )
        if status in (404, 410):
            raise Refusal(
                f"{asked}: it is not there{' any more' if status == 410 else ''} ({status})",
                hint="look for it on the publisher's page",
            )
        if status != 200:
            raise Refusal(f"{asked}: the publisher answered {status}", hint="open it in a browser")
        length = headers.get("Content-Length", "")
        claimed = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None
        if claimed is not None and claimed > most:
            self._too_large(asked, claimed, most)
        size = 0
        while True:
            part = response.raw.read1(CHUNK, decode_content=True)
            if self._late or self._clock() - started > self.manners.whole:
                self._late = True
                self._too_slow(asked)
            if not part:
                break
            size += len(part)
            if size > most:
                self._too_large(asked, None, most)
            with disk_errors("storing the download"):  # else a full disk reads as a broken connection
                into.write(part)
            self._progress(f"{asked.rsplit('/', 1)[-1]}: {size / MIB:.1f} MiB")
        arrived = response.raw.tell()
        if claimed is not None and "Transfer-Encoding" not in headers and arrived != claimed:
            raise _Again(f"the body is cut short: {arrived:,} of {claimed:,} bytes came")
        with disk_errors("storing the download"):
            into.flush()
        return Answer(
            unchanged=False,
            address=here,
            content_type=headers.get("Content-Type", ""),
            etag=headers.get("ETag", ""),
            last_modified=headers.get("Last-Modified", ""),
            size=size,
        )

    def _too_large(self, asked: str, size: int | None, most: int) -> NoReturn:
        is_so = f"is {size / MIB:,.1f} MiB" if size is not None else "is larger than it may be"
        raise Refusal(
            f"{asked}: it {is_so}; at most {most / MIB:,.0f} MiB are taken",
            hint="check that it is the register itself and not a larger collection",
        )

    def _retry_after(self, text: str) -> float | None:
        """Seconds to wait, from seconds or a date; None where the publisher does not say."""
        text = text.strip()
        if text.isascii() and text.isdigit() and len(text) < 10:
            return float(text)
        try:
            when = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return None
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (when - self.now()).total_seconds())

    def allow(self, connection: Any) -> None:
        """Raise NotPublic when the name of a connection leads inside. A proxy looks names up by itself."""
        if connection.proxy is not None or self._is_trusted(connection):
            return
        try:
            found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            gone = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(connection.host, connection, gone) from error
        if not all(is_public(str(entry[4][0])) for entry in found):
            raise NotPublic(connection.host)

    def watch(self, connection: Any, plain: socket.socket) -> None:
        """Know the socket under way, and look once more: a name may answer differently the second time."""
        if (
            connection.proxy is None
            and not self._is_trusted(connection)
            and not is_public(plain.getpeername()[0])
        ):
            plain.close()
            raise NotPublic(connection.host)
        self._socket = plain

    def secured(self, secure: Any) -> None:
        """The socket under way is this one now: TLS takes the plain one over."""
        self._socket = secure

    def _is_trusted(self, connection: Any) -> bool:
        scheme = "https" if isinstance(connection, HTTPSConnection) else "http"
        host = f"[{connection.host}]" if ":" in connection.host else connection.host
        return bool(self._trusted) and origin_of(f"{scheme}://{host}:{connection.port}") == self._trusted


class _Adapter(HTTPAdapter):
    """Connections that ask the client first. No tries of its own: those are the client's, with its clock."""

    def __init__(self, client: Client) -> None:
        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                client.allow(self)
                made = super()._new_conn()
                client.watch(self, made)
                return made

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                client.allow(self)
                made = super()._new_conn()
                client.watch(self, made)
                return made

            def connect(self) -> None:
                super().connect()
                client.secured(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self._pools: dict[str, type[HTTPConnectionPool]] = {"http": PlainPool, "https": SecurePool}
        super().__init__(max_retries=urllib3.Retry(0, redirect=False, read=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _cause(error: BaseException) -> BaseException:
    """What lies at the bottom of an error that libraries have wrapped one in another."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((a for a in error.args if isinstance(a, BaseException)), None) or error.__cause__
        if inner is None:
            break
        error = inner
    return error


def _reason(error: BaseException) -> str:
    """The error in words: libraries wrap it in objects and addresses of memory."""
    found = _cause(error)
    if isinstance(found, socket.gaierror):
        return "its name cannot be found: there is no network here, or the name is wrong"
    if isinstance(found, TimeoutError | urllib3.exceptions.TimeoutError | requests.Timeout):
        return "nothing came in time"
    if isinstance(found, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(found, http.client.IncompleteRead):
        return "the body is cut short"
    if isinstance(found, urllib3.exceptions.DecodeError):
        return "the body is packed in a way that cannot be read"
    if isinstance(found, OSError):
        return f"the connection failed: {found.strerror or found}"
    return f"the connection failed: {type(found).__name__}"
