"""Read-only access to the build in force: a cursor per query, a time limit, a row cap, following the pointer.

A new build is a new file, so the store opens it beside the old one and retires the old connection when its
last query has ended (docs/decisions/0002).
"""

from __future__ import annotations

import atexit
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb

from dashboard.errors import AccessReviewError, LimitError
from dashboard.filters import Filters
from dashboard.settings import PACKAGE, Settings
from dashboard.warehouse import publish
from dashboard.warehouse.engine import CONFIG


if TYPE_CHECKING:
    import numpy as np


QUERIES = PACKAGE / "queries"
PARAMETER = re.compile(r"\$([a-z_]+)")
COMMENT = re.compile(r"--[^\n]*")
TIME_LIMIT = 30.0  # seconds for one query
ROW_CAP = 2_000_000  # rows a query may return; more is an error, never a silent cut
LACKS_MEMORY = "needs more memory than it may take"
STREAM_LIMIT = 120.0  # seconds for one answer that is read as it is sent
STREAM_ROWS = 4_000  # read at a time
CACHED_RESULTS = 512
CACHED_ROWS = 20_000  # larger results are not kept
NO_FILTERS = Filters()
IDLE_CURSORS = 4  # kept for the next query, for each way of looking names up


@dataclass(frozen=True)
class Limits:
    """What one answer may take: until when, in `seconds` from where it began, and rows of each query."""

    deadline: float
    seconds: float
    rows: int


# Of this thread, and of those that work for it (dashboard/together.py).
_LIMITS: ContextVar[Limits | None] = ContextVar("limits", default=None)


@contextmanager
def limits(*, seconds: float, rows: int = ROW_CAP) -> Iterator[None]:
    """Hold the queries of this thread, all of them together, to `seconds`, and each of them to `rows`."""
    before = _LIMITS.set(Limits(deadline=time.monotonic() + seconds, seconds=seconds, rows=rows))
    try:
        yield
    finally:
        _LIMITS.reset(before)


@dataclass(frozen=True)
class Query:
    """One `.sql` file: its text, its parameters, and the columns its header promises."""

    name: str
    sql: str
    parameters: tuple[str, ...]
    columns: tuple[str, ...]
    purpose: str


@cache
def load_query(name: str) -> Query:
    """A query by file name. Raises AccessReviewError when there is none."""
    path = QUERIES / f"{name}.sql"
    if not re.fullmatch(r"[a-z_]+", name) or not path.is_file():
        raise AccessReviewError(f"there is no query {name!r}")
    sql = path.read_text("utf-8")
    header = dict(re.findall(r"^-- (purpose|result columns): (.+)$", sql, re.MULTILINE))
    return Query(
        name,
        sql,
        tuple(sorted(set(PARAMETER.findall(COMMENT.sub("", sql))))),
        tuple(c.strip() for c in header["result columns"].split(",")),
        header["purpose"],
    )


@cache
def _parsed(sql: str) -> duckdb.Statement:
    """A query parsed once: for the largest that is two milliseconds of every run."""
    return duckdb.extract_statements(sql)[0]


# DuckDB's binding complains of statements that are still there when the interpreter ends.
atexit.register(_parsed.cache_clear)


@dataclass(frozen=True)
class Result:
    """Columns and rows as Python values (int, float, str, bool, date, None)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def _damaged(build: publish.Build, what: str, error: duckdb.Error) -> AccessReviewError:
    return AccessReviewError(
        f"{build.path} cannot be {what}: {error}",
        hint=f"remove {build.path.name}, then run 'access-review build'; "
        "or go back to the build before: 'access-review rollback'",
    )


def _seconds_given(most: float | None = None) -> float:
    now = _LIMITS.get()
    most = TIME_LIMIT if most is None else most
    return min(most, now.seconds) if now else most


def _seconds_left(query: Query, most: float | None = None) -> float:
    now = _LIMITS.get()
    most = TIME_LIMIT if most is None else most
    left = min(most, now.deadline - time.monotonic()) if now else most
    if left <= 0:
        raise _too_slow(query, _seconds_given(most))
    return left


def _too_slow(query: Query, seconds: float) -> LimitError:
    return LimitError(
        f"the query '{query.name}' took longer than {seconds:.3g} seconds and was stopped",
        hint="ask for a shorter period or fewer groups",
    )


def _too_many(query: Query, cap: int) -> LimitError:
    return LimitError(
        f"the query '{query.name}' gives more than {cap:,} rows", hint="filter it, or use 'export'"
    )


class _Watch:
    """Interrupts queries that outlast their time: one thread for all of them, because starting one a query takes
    about two milliseconds, which is as long as a short query."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: dict[object, tuple[float, duckdb.DuckDBPyConnection]] = {}
        self._looks_at = float("inf")  # when the thread will look of itself
        self._thread: threading.Thread | None = None

    def begin(self, cursor: duckdb.DuckDBPyConnection, seconds: float) -> object:
        """Watch a query from now; returns what `end` takes."""
        key = object()
        deadline = time.monotonic() + seconds
        with self._changed:
            self._running[key] = (deadline, cursor)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="time limit", daemon=True)
                self._thread.start()
            elif deadline < self._looks_at:
                self._changed.notify()
        return key

    def end(self, key: object) -> bool:
        """Watch it no longer: from here on it is not interrupted. False when it was."""
        with self._changed:
            return self._running.pop(key, None) is not None

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for key in [k for k, (deadline, _) in self._running.items() if deadline <= now]:
                    self._running.pop(key)[1].interrupt()
                self._looks_at = min(
                    (deadline for deadline, _ in self._running.values()), default=float("inf")
                )
                self._changed.wait(None if self._looks_at == float("inf") else self._looks_at - now)


WATCH = _Watch()


class _Root:
    """One open build. Queries in flight are counted, so it closes when the last one has ended."""

    def __init__(self, build: publish.Build, threads: int, memory: str, spill: Path | None = None) -> None:
        self.build = build
        self.users = 0
        self.retired = False
        closed = {"enable_external_access": False, "lock_configuration": True}
        # A folder may be named only while files are within reach: then they are put out of it after opening.
        own = {"temp_directory": str(spill)} if spill else closed
        self.connection = duckdb.connect(
            str(build.path),
            read_only=True,
            config={"threads": threads, "memory_limit": memory, **CONFIG, **own},
        )
        if spill:
            self.connection.execute("set enable_external_access = false; set lock_configuration = true")
        listed = self.connection.execute(load_query("registers_of_releases").sql).fetchall()
        self.releases_in = frozenset(register for (register,) in listed)
        self.known_whole = dict(self.connection.execute(load_query("known_whole").sql).fetchall())
        self._idle: dict[tuple[str, ...], list[duckdb.DuckDBPyConnection]] = {}

    def schemas(self, values: Mapping[str, object]) -> tuple[str, ...]:
        return schemas_for(without_needless_day(values, self.known_whole), self.releases_in)

    def cursor(self, schemas: tuple[str, ...]) -> duckdb.DuckDBPyConnection:
        """A cursor that looks names up in these schemas: one handed back, or a new one."""
        with suppress(KeyError, IndexError):
            return self._idle[schemas].pop()
        cursor = self.connection.cursor()
        cursor.execute(f"set search_path = '{','.join(schemas)}'")
        return cursor

    def hand_back(self, schemas: tuple[str, ...], cursor: duckdb.DuckDBPyConnection) -> None:
        """Keep a cursor for the next query: to tell a new one its schemas takes as long as a short query."""
        idle = self._idle.setdefault(schemas, [])
        if self.retired or len(idle) >= IDLE_CURSORS:
            cursor.close()
        else:
            idle.append(cursor)

    def close(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop().close()
        self.connection.close()


def without_needless_day(
    values: Mapping[str, object], known_whole: Mapping[str, date]
) -> Mapping[str, object]:
    """The values that choose where a query looks, less a `known_on` by which all that is held was known.

    Nothing is left out then, and the answer is that of the question without it: from tables, where the way of the
    past reads every edition. `known_whole`: register to the day from which all of it is known.
    """
    known_on, register = values.get("known_on"), values.get("register")
    if not isinstance(known_on, date):
        return values
    last = known_whole.get(register) if isinstance(register, str) else None
    last = last or max(known_whole.values(), default=date.max)
    return {**values, "known_on": None} if last <= known_on else values


def schemas_for(values: Mapping[str, object], releases_in: frozenset[str]) -> tuple[str, ...]:
    """Where a query's macros and what they read are looked up, the narrowest first that can answer it exactly.

    `releases_in`: the registers that list releases, in which one request can stand in several rows.
    """
    given = {name for name, value in values.items() if value is not None}
    if given & {"known_on", "edition"}:
        return ("as_known",)
    if "reference" in given:
        return ("latest",)
    apart = given & {"type", "tier", "route", "outcome", "recipient", "dataset"}
    if values.get("by") not in (None, "all"):
        apart.add(str(values["by"]))
    whole_months = _first_of_month(values.get("from")) and _first_of_month(values.get("to"), after=1)
    register = values.get("register")
    found = ["facts", "latest"]
    asked = not (register in releases_in if register else releases_in)
    if asked:
        found.insert(0, "asked")
    if apart <= {"type", "tier"}:
        found[:0] = ["slim", "monthly"] if whole_months else ["daily", "slim", "monthly"]
        if not given & {"from", "to", "interval"} and values.get("cohort") != "closed":
            found[:0] = ["whole"] if "tier" in apart else ["typed", "whole"]
            if asked:
                found.insert(0, "asked_whole")
            found[:0] = _ready(values, given, asked=asked)
    elif {"recipient", "dataset"} <= given:
        found.insert(0, "of_both")
    elif "recipient" in given:
        found.insert(0, "of_recipient")
    elif "dataset" in given:
        slim = apart <= {"type", "tier", "dataset"} and values.get("by") != "dataset"
        found[:0] = ["of_dataset", "monthly"] if slim and whole_months else ["of_dataset"]
        if apart == {"dataset"} and "by" not in given and whole_months:
            found[:0] = ["called_by_month", "called"] if values.get("interval") == "month" else ["called"]
    elif whole_months and not apart & {"recipient", "dataset"}:
        found.insert(0, "monthly")
    return tuple(found)


def _ready(values: Mapping[str, object], given: set[str], *, asked: bool) -> tuple[str, ...]:
    """Where the answer for the whole time stands ready: of a whole register, or of one type or tier alone."""
    limits = [name for name in ("type", "tier") if name in given]
    of_one = ("asked_one_group", "one_group") if asked else ("one_group",)
    if not limits:
        return ("asked_unfiltered", "unfiltered", *of_one) if asked else ("unfiltered", *of_one)
    one = values[limits[0]]
    if len(limits) == 1 and "by" not in given and isinstance(one, Sequence) and len(one) == 1:
        return of_one
    return ()


def _first_of_month(day: object, after: int = 0) -> bool:
    """Whether a day, or the one `after` it, begins a month. No day limits nothing."""
    return not isinstance(day, date) or (day + timedelta(days=after)).day == 1


class Rows:
    """Rows on their way from one build: `columns`, `build`, and chunks of rows when iterated. See `Store.stream`."""

    def __init__(
        self,
        root: _Root,
        query: Query,
        values: Mapping[str, object],
        seconds: float,
        done: Callable[[], None],
        patience: float | None = None,
    ) -> None:
        self.build = root.build.id
        self._root, self._query, self._done = root, query, done
        self._cursor: duckdb.DuckDBPyConnection | None = root.cursor(root.schemas(values))
        # Until the first rows are there it is a query like any other.
        self._seconds = min(_seconds_left(query, patience), seconds)
        self._watched = WATCH.begin(self._cursor, self._seconds)
        try:
            with self._named_errors():
                self._cursor.execute(_parsed(query.sql), values)
                self._first = self._cursor.fetchmany(STREAM_ROWS)
        except BaseException:
            self._let_go()
            raise
        self.columns: tuple[str, ...] = tuple(d[0] for d in self._cursor.description)
        WATCH.end(self._watched)
        self._seconds = seconds
        self._watched = WATCH.begin(self._cursor, seconds)

    def __iter__(self) -> Iterator[list[tuple[Any, ...]]]:
        rows, self._first = self._first, []
        read = 0
        try:
            while rows:
                read += len(rows)
                if read > ROW_CAP:
                    raise _too_many(self._query, ROW_CAP)
                yield rows
                if self._cursor is None:
                    return
                with self._named_errors():
                    rows = self._cursor.fetchmany(STREAM_ROWS)
        finally:
            self.close()

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except duckdb.InterruptException:
            raise _too_slow(self._query, self._seconds) from None
        except (duckdb.ProgrammingError, duckdb.DataError):
            raise
        except duckdb.Error as error:
            raise _damaged(self._root.build, "read", error) from error

    def close(self) -> None:
        """Read no further. Does nothing the second time."""
        if self._cursor is not None:
            self._let_go()
            self._done()

    def _let_go(self) -> None:
        assert self._cursor is not None
        WATCH.end(self._watched)
        self._cursor.close()
        self._cursor = None


class Store:
    """Measures' way to the warehouse. Safe to share between threads.

    With `build_id` it stays on that build; otherwise it follows the pointer, looking at most once a second. `patience`:
    seconds for one query, where nobody waits for a page; TIME_LIMIT without it. `spill`: the folder for what does not
    fit in `memory`, this store's own; without it one beside the build. `in_turn`: one query at a time, each with all of
    the `memory`, whatever is asked side by side.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        build_id: str | None = None,
        threads: int = 2,
        memory: str = "2GB",
        patience: float | None = None,
        spill: Path | None = None,
        in_turn: bool = False,
    ) -> None:
        self.settings = settings
        self._turn = threading.Lock() if in_turn else nullcontext()
        self.patience = patience
        self.pinned = build_id
        self._options = (threads, memory, spill)
        self._lock = threading.Lock()
        self._results: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._asking: dict[tuple[object, ...], threading.Lock] = {}
        self._looked = time.monotonic()
        build = publish.find_build(settings, build_id)
        try:
            self._root = _Root(build, *self._options)
        except duckdb.OutOfMemoryException:  # the file is whole
            raise LimitError(
                f"to open the build {build.id} {LACKS_MEMORY} ({memory})", hint="let it take more"
            ) from None
        except duckdb.Error as error:
            raise _damaged(build, "opened", error) from error

    @property
    def build(self) -> publish.Build:
        """The build in force for this store."""
        self._follow()
        return self._root.build

    def close(self) -> None:
        with self._lock:
            self._retire(self._root)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _retire(self, root: _Root) -> None:
        root.retired = True
        if root.users == 0:
            root.close()

    def _follow(self) -> None:
        if self.pinned or time.monotonic() - self._looked < 1.0:
            return
        with self._lock:
            self._looked = time.monotonic()
            now = publish.current_id(self.settings)
            if now is None or now == self._root.build.id:
                return
            try:
                fresh = _Root(publish.find_build(self.settings, now), *self._options)
            except (AccessReviewError, duckdb.Error):
                return  # the pointer names a build that cannot be read: stay on the one that can
            old, self._root = self._root, fresh
            self._results.clear()
            self._retire(old)

    def look_now(self) -> None:
        """Look at the pointer at the next query, however lately it was looked at."""
        self._looked = float("-inf")

    def query(self, name: str, filters: Filters | None = None, **extra: object) -> Result:
        """Run one query file with bound values; results are kept by build, query and values.

        Raises LimitError when it takes longer than the time limit or returns too many rows.
        """
        found: Result = self._asked(name, filters, extra, _rows)
        return found

    def arrays(self, name: str, filters: Filters | None = None, **extra: object) -> Mapping[str, np.ndarray]:
        """As `query`, with each column as an array, masked where it has nulls: for what is computed with numpy."""
        found: Mapping[str, np.ndarray] = self._asked(name, filters, extra, _columns)
        return found

    def _asked(
        self, name: str, filters: Filters | None, extra: Mapping[str, object],
        fetch: Callable[[Query, duckdb.DuckDBPyConnection, int], Any],
    ) -> Any:  # fmt: skip
        query = load_query(name)
        given = (filters or NO_FILTERS).parameters()
        bound = {p: extra[p] if p in extra else given[p] for p in query.parameters}
        self._follow()
        with self._lock:
            root = self._root
            root.users += 1
            key = (root.build.id, name, fetch, *_hashable(bound))
            kept = self._results.get(key)
            if kept is not None:
                self._results.move_to_end(key)
            asking = None if kept is not None else self._asking.setdefault(key, threading.Lock())
        try:
            if asking is None:
                return kept
            with asking:  # what several ask at the same time is asked once
                kept = self._results.get(key)
                if kept is not None:
                    return kept
                with self._turn:
                    result, size = self._run(root, query, bound, fetch)
                if size <= CACHED_ROWS:
                    with self._lock:
                        self._results[key] = result
                        while len(self._results) > CACHED_RESULTS:
                            self._results.popitem(last=False)
                return result
        finally:
            with self._lock:
                self._asking.pop(key, None)
                root.users -= 1
                if root.retired and root.users == 0:
                    root.close()

    def stream(
        self, name: str, filters: Filters | None = None, *, seconds: float = STREAM_LIMIT, **extra: object
    ) -> Rows:
        """Run one query file and read its rows a few thousand at a time, from one build; nothing is kept.

        To be closed, or read to its end. `seconds`: for all of it, the reader's own pace included. Reading raises
        LimitError past it, or past the row cap.
        """
        query = load_query(name)
        values = {**(filters or NO_FILTERS).parameters(), **extra}
        self._follow()
        with self._lock:
            root = self._root
            root.users += 1

        def done() -> None:
            with self._lock:
                root.users -= 1
                if root.retired and root.users == 0:
                    root.close()

        try:
            bound = {p: values[p] for p in query.parameters}
            return Rows(root, query, bound, seconds, done, self.patience)
        except BaseException:
            done()
            raise

    def _run(
        self, root: _Root, query: Query, values: Mapping[str, object],
        fetch: Callable[[Query, duckdb.DuckDBPyConnection, int], Any],
    ) -> tuple[Any, int]:  # fmt: skip
        now = _LIMITS.get()
        cap = min(ROW_CAP, now.rows) if now else ROW_CAP
        seconds = _seconds_left(query, self.patience)
        schemas = root.schemas(values)
        cursor = root.cursor(schemas)
        watched = WATCH.begin(cursor, seconds)
        good = False
        try:
            cursor.execute(_parsed(query.sql), values)
            found, size = fetch(query, cursor, cap)
            good = True
        except duckdb.InterruptException:
            raise _too_slow(query, _seconds_given(self.patience)) from None
        except (duckdb.ProgrammingError, duckdb.DataError):
            raise  # a fault in a query, not in the file
        except duckdb.OutOfMemoryException:  # the file is whole
            raise LimitError(
                f"the query '{query.name}' {LACKS_MEMORY} ({self._options[1]})",
                hint="ask for a shorter period or fewer groups",
            ) from None
        except (
            duckdb.Error
        ) as error:  # a block that is not what its checksum says, a disk that cannot be read
            raise _damaged(root.build, "read", error) from error
        finally:
            if WATCH.end(watched) and good:
                root.hand_back(schemas, cursor)
            else:
                cursor.close()
        if size > cap:
            raise _too_many(query, cap)
        return found, size


def _rows(query: Query, cursor: duckdb.DuckDBPyConnection, cap: int) -> tuple[Result, int]:
    columns = tuple(d[0] for d in cursor.description)
    # Always drained: an unread result would own the connection.
    rows = cursor.fetchmany(cap + 1)
    return Result(columns, tuple(rows)), len(rows)


def _columns(
    query: Query, cursor: duckdb.DuckDBPyConnection, cap: int
) -> tuple[Mapping[str, np.ndarray], int]:
    found: dict[str, Any] = cursor.fetchnumpy()
    return MappingProxyType(found), len(next(iter(found.values())))


def _hashable(values: Mapping[str, object]) -> tuple[object, ...]:
    # The type is part of the key: 1, True and 1.0 are equal in Python and different questions.
    return tuple((type(v), tuple(v) if isinstance(v, list) else v) for v in values.values())
