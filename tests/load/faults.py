"""`make faults`: what can go wrong on a machine, tried for real, and counted.

    python -m tests.load.faults [--quick] [--only WORDS]

After each fault the build in force must be whole (every table read, every measure answered) and the next
command must recover: the same inputs end in the same build with the same fingerprints, and nothing half-made
is left. Processes are killed with SIGKILL at each step that touches the disk; disks are filled for real (a
small tmpfs in a mount namespace of its own, and a limit on the size of files) and mounted read-only. Where
the system allows no such namespace those cases are named as not tried. Exit 1 when any case fails.
"""

from __future__ import annotations

import argparse
import builtins
import errno
import fcntl
import io
import json
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from dashboard import editions, measures
from dashboard.cli import main as command
from dashboard.settings import CHECKOUT, load_settings
from dashboard.store import Store
from tests.support.tiny import TINY


AT_MOST = 180.0  # seconds for one process


@dataclass(frozen=True)
class End:
    """How a process ended: its exit code (below 0: the signal) and what it said."""

    code: int
    out: str
    err: str


class Running:
    """A call in a forked child. This process opens no database and starts no thread, so a fork is whole."""

    def __init__(self, call: Callable[[], int]) -> None:
        self.out, out = os.pipe()
        self.err, err = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            code = 70
            try:
                os.dup2(out, 1)
                os.dup2(err, 2)
                for name, number in (("stdout", 1), ("stderr", 2)):
                    setattr(sys, name, io.TextIOWrapper(os.fdopen(number, "wb", closefd=False), "utf-8"))
                code = call()
            except SystemExit as stop:
                code = int(stop.code or 0)
            except BaseException:
                traceback.print_exc()
            finally:
                with suppress(OSError):
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(code)
        os.close(out)
        os.close(err)

    def wait(self) -> End:
        said = {self.out: b"", self.err: b""}
        until = time.monotonic() + AT_MOST
        waiting = set(said)
        while waiting:
            ready, _, _ = select.select(list(waiting), [], [], max(0.0, until - time.monotonic()))
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"a process did not end in {AT_MOST:.0f} seconds")
            for pipe in ready:
                part = os.read(pipe, 65536)
                said[pipe] += part
                if not part:
                    waiting.discard(pipe)
                    os.close(pipe)
        _, status = os.waitpid(self.pid, 0)
        out, err = (said[pipe].decode("utf-8", "replace") for pipe in (self.out, self.err))
        return End(os.waitstatus_to_exitcode(status), out, err)


def run(data: Path, *arguments: object, prepare: Callable[[], object] = lambda: None) -> End:
    return start(data, *arguments, prepare=prepare).wait()


def start(data: Path, *arguments: object, prepare: Callable[[], object] = lambda: None) -> Running:
    def call() -> int:
        prepare()
        return command(["--data", str(data), *map(str, arguments)])

    return Running(call)


def clear(end: End, *words: str) -> None:
    """A failure that says what it is and what to do; nothing on standard output."""
    assert end.code == 1, end
    assert "Traceback" not in end.err, end.err
    assert "\n  Next: " in end.err, end.err
    assert end.out == "", end.out
    for word in words:
        assert word in end.err, (word, end.err)


def _answers(data: Path) -> int:
    """In a child: print the build in force and its fingerprints, after reading every table and measure."""
    with Store(load_settings(data)) as store:
        for name in measures.MEASURES:
            measures.measure(name, store)
        build = store.build
    with duckdb.connect(str(build.path), read_only=True) as con:
        tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        assert len(tables) > 10
        for schema, table in tables:
            con.execute(f'from "{schema}"."{table}"').fetchall()
        assert con.execute("from reference.build").fetchall() == [("build", build.id)]
    print(json.dumps([build.id, [t["hash"] for t in build.record.get("tables", [])]]))  # type: ignore[attr-defined]
    return 0


def answers(data: Path) -> str:
    """The build in force with its fingerprints, after proving that it is whole."""
    end = Running(lambda: _answers(data)).wait()
    assert end.code == 0, f"the build in force is not whole: {end.err}"
    return end.out


def litter(data: Path) -> list[str]:
    places = [*(data / "builds").glob(".*"), *(data / "editions").glob("*/.*")]
    return [p.name for p in places if p.name != ".lock"]


# Stopping at a step


STEPS = (
    "replace",
    "rename",
    "fsync",
    "unlink",
    "chmod",
    "open",
    "mkdir",
    "rmdir",
    "sendfile",
    "copy_file_range",
)


def watch(stop_at: int, stop: Callable[[str], object], counted: Path | None = None) -> None:
    """In a child: count the calls that write, flush, move or remove, and `stop` at one of them."""
    count = 0

    def watched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal count
            if name == "io.open":
                mode = str(options.get("mode", arguments[1] if len(arguments) > 1 else "r"))
                if not set(mode) & set("wax+"):
                    return real(*arguments, **options)
            count += 1
            if counted:
                os.write(tally, f"{name}\n".encode())
            if count == stop_at:
                stop(name)
            return real(*arguments, **options)

        return call

    if counted:
        tally = os.open(counted, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    opens = watched("io.open", builtins.open)
    for name in STEPS:
        if hasattr(os, name):
            setattr(os, name, watched(name, getattr(os, name)))
    builtins.open = io.open = opens  # type: ignore[assignment]


def dies(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def full(name: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def denied(name: str) -> None:
    raise OSError(errno.EACCES, os.strerror(errno.EACCES), name)


# The matrix


class Matrix:
    """A folder that is built, a file that is waiting to be added, and what the end must be."""

    def __init__(self, base: Path, quick: bool) -> None:
        self.base, self.quick = base, quick
        self.made = 0
        self.clean = base / "clean"
        (self.clean / "registers").mkdir(parents=True)
        (self.clean / "registers" / "tiny.toml").write_text(TINY, "utf-8")
        self.files = []
        for number in range(3):
            path = base / f"tiny {number}.csv"
            rows = "".join(
                f"A{n},Somebody {n % 7} Ltd,20{10 + n % 9}-0{1 + n % 9}-11\n" for n in range(40 + number)
            )
            path.write_text(f"Reference,Organisation,Released\n{rows}", "utf-8")
            self.files.append(path)
        assert self.add(self.clean, 0).code == 0
        assert run(self.clean, "build").code == 0
        self.before = answers(self.clean)
        # Waiting to be built: a second edition is in the archive.
        self.waiting = self.copy(self.clean, "waiting")
        assert self.add(self.waiting, 1).code == 0
        end = self.copy(self.waiting)
        assert run(end, "build").code == 0
        self.after = answers(end)
        assert self.after != self.before

    def add(self, data: Path, number: int, **options: Callable[[], object]) -> End:
        return run(data, "add", "tiny", self.files[number], "--as-at", f"2021-01-0{number + 1}", **options)

    def copy(self, folder: Path, name: str = "") -> Path:
        self.made += 1
        return Path(shutil.copytree(folder, self.base / (name or f"case-{self.made}")))

    def some(self, steps: range, most: int = 3) -> list[int]:
        """All of the steps; in a quick run a few, the first and last among them."""
        if not self.quick or len(steps) <= most:
            return list(steps)
        return sorted({steps[i * (len(steps) - 1) // max(1, most - 1)] for i in range(most)})

    def settled(self, data: Path, *, files: int = 1) -> str:
        """After a fault: the build in force is whole, and adding and building again end where they must."""
        now = answers(data)
        assert now in (self.before, self.after), f"neither build is in force but {now[:20]}"
        for number in range(1, files + 1):
            end = self.add(data, number)
            assert end.code == 0, end.err
        end = run(data, "build")
        assert end.code == 0, end.err
        end_at = answers(data)
        assert end_at == self.after, f"ends in another build: {end_at[:20]}, not {self.after[:20]}"
        assert litter(data) == [], litter(data)
        shutil.rmtree(data, ignore_errors=True)
        return "as it was" if now == self.before else "moved on"


Cases = Iterator[tuple[str, Callable[[], str]]]


def _steps_of(m: Matrix, folder: Path, *arguments: object) -> list[str]:
    """The names of the calls that one command makes."""
    data, counted = m.copy(folder), m.base / f"steps-{m.made}"
    end = run(data, *arguments, prepare=lambda: watch(0, dies, counted))
    assert end.code == 0, end.err
    shutil.rmtree(data)
    return counted.read_text().split()


def stopped(m: Matrix) -> Cases:
    """`add` and `build` killed, without room and without permission at each step on the disk."""
    add = ("add", "tiny", m.files[1], "--as-at", "2021-01-02")
    for what, folder, arguments in (("add", m.clean, add), ("build", m.waiting, ("build",))):
        names = _steps_of(m, folder, *arguments)
        for stop in (dies, full, denied):
            for step in m.some(range(1, len(names) + 1)):

                def case(
                    stop: Callable[[str], None] = stop,
                    step: int = step,
                    folder: Path = folder,
                    arguments: tuple[object, ...] = arguments,
                ) -> str:
                    data = m.copy(folder)
                    end = run(data, *arguments, prepare=lambda: watch(step, stop))
                    if stop is dies:
                        assert end.code == -signal.SIGKILL, end
                    elif end.code:
                        clear(end)
                    return m.settled(data)

                yield f"{what} {stop.__name__} at a step", case


def killed_by_the_clock(m: Matrix) -> Cases:
    """`build` killed at any moment, native code included."""
    data = m.copy(m.waiting)
    began = time.monotonic()
    assert run(data, "build").code == 0
    whole = time.monotonic() - began
    for part in m.some(range(24), 4):

        def case(part: int = part) -> str:
            data = m.copy(m.waiting)
            process = start(data, "build")
            time.sleep(whole * part / 20)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return m.settled(data)

        yield "build killed by the clock", case


def file_sizes(m: Matrix) -> Cases:
    """No file may grow beyond a limit: a full quota, for Python and for DuckDB alike."""
    for what, folder in (("add", m.clean), ("build", m.waiting)):
        sizes = (
            [0, 100, 500, 1000, 2000]
            if what == "add"
            else [0, 100, 4096, 20_000, 300_000, 1_000_000, 3_000_000]
        )
        for size in sizes:

            def case(size: int = size, what: str = what, folder: Path = folder) -> str:
                data = m.copy(folder)

                def limit() -> None:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

                end = m.add(data, 1, prepare=limit) if what == "add" else run(data, "build", prepare=limit)
                if end.code:
                    clear(end)
                return m.settled(data)

            yield f"{what} with a limit on file size", case


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True, capture_output=True)


@contextmanager
def _disk(m: Matrix, folder: Path, room: int | None) -> Iterator[tuple[Path, Callable[[], None]]]:
    """`folder` on a disk of its own with `room` bytes left; and a call that gives it more."""
    m.made += 1
    place = m.base / f"disk-{m.made}"
    place.mkdir()
    _mount("-t", "tmpfs", "-o", "size=256m", "tmpfs", place)
    try:
        data = Path(shutil.copytree(folder, place / "data"))
        if room is not None:
            used = os.statvfs(place)
            taken = (used.f_blocks - used.f_bfree) * used.f_frsize
            _mount("-o", f"remount,size={taken + room}", place)
        yield data, lambda: _mount("-o", "remount,size=256m", place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


def full_disks(m: Matrix) -> Cases:
    """A disk with so much room left, then with more."""
    for what, folder in (("add", m.clean), ("build", m.waiting)):
        rooms = range(0, 32_768, 4096) if what == "add" else range(0, 12_000_000, 500_000)
        for room in m.some(rooms):

            def case(room: int = room, what: str = what, folder: Path = folder) -> str:
                with _disk(m, folder, room) as (data, more):
                    end = m.add(data, 1) if what == "add" else run(data, "build")
                    if end.code:
                        clear(end)
                    assert answers(data) in (m.before, m.after)
                    more()
                    return m.settled(data)

            yield f"{what} on a full disk", case


def read_only(m: Matrix) -> Cases:
    """Mounted read-only: everything, or the archive alone."""

    def bound(place: Path, *options: str) -> None:
        _mount("--bind", place, place)
        _mount("-o", ",".join(["remount", "bind", *options]), place)

    def whole_folder() -> str:
        with _disk(m, m.waiting, None) as (data, _):
            bound(data, "ro")
            assert answers(data) == m.before
            clear(m.add(data, 2), "Read-only file system")
            clear(run(data, "build"), "Read-only file system")
            clear(run(data, "rollback"))
            for words in (["status"], ["measure", "volumes"], ["issues"]):
                assert run(data, *words).code == 0
            bound(data, "rw")
            return m.settled(data)

    def archive() -> str:
        with _disk(m, m.waiting, None) as (data, _):
            bound(data / "editions", "ro")
            clear(m.add(data, 2), "Read-only file system")
            assert run(data, "build").code == 0
            assert answers(data) == m.after
        return "moved on"

    yield "read-only folder", whole_folder
    yield "read-only archive", archive


def together(m: Matrix) -> Cases:
    """Two at once."""

    @contextmanager
    def held(path: Path) -> Iterator[Callable[[], object]]:
        """Hold a lock; gives what a child must do first, else it would hold it too."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file.close

    def says_so() -> str:
        data = m.copy(m.waiting)
        with held(data / "builds" / ".lock") as first:
            began = time.monotonic()
            clear(run(data, "build", prepare=first), "another process is building")
            clear(run(data, "rollback", prepare=first), "another process is building")
            assert time.monotonic() - began < 30
            assert answers(data) == m.before
        return m.settled(data)

    def waits_in_vain() -> str:
        data = m.copy(m.waiting)
        with held(data / "builds" / ".lock") as first:
            began = time.monotonic()
            clear(
                run(data, "build", "--wait", 2, prepare=first), "another process is building after 2 seconds"
            )
            assert time.monotonic() - began >= 2
        return m.settled(data)

    def waits() -> str:
        data = m.copy(m.waiting)
        with held(data / "builds" / ".lock") as first:
            process = start(data, "build", "--wait", 60, prepare=first)
            time.sleep(1)
        end = process.wait()
        assert end.code == 0, end.err
        assert answers(data) == m.after
        return m.settled(data)

    def builds() -> str:
        data = m.copy(m.waiting)
        ends = [p.wait() for p in [start(data, "build") for _ in range(3)]]
        assert any(end.code == 0 for end in ends)
        for end in ends:
            if end.code:
                clear(end, "another process is building")
        assert answers(data) == m.after
        return m.settled(data)

    def builds_that_wait() -> str:
        data = m.copy(m.waiting)
        ends = [p.wait() for p in [start(data, "build", "--wait", 120) for _ in range(3)]]
        assert [end.code for end in ends] == [0, 0, 0], ends
        assert sum("nothing changed" in end.out for end in ends) == 2
        return m.settled(data)

    def adds_of_one_file() -> str:
        data = m.copy(m.clean)
        words = ("add", "tiny", m.files[1], "--as-at", "2021-01-02")
        ends = [p.wait() for p in [start(data, *words) for _ in range(4)]]
        assert any(end.code == 0 for end in ends), ends
        for end in ends:
            if end.code:
                clear(end, "another process is adding")
        assert len(list((data / "editions" / "tiny").glob("[!.]*"))) == 2
        return m.settled(data)

    def adds_of_two_files() -> str:
        data = m.copy(m.clean)
        words = ("--as-at", "2021-01-02")
        pair = [start(data, "add", "tiny", m.files[n], *words) for n in (1, 2)]
        ends = [p.wait() for p in pair]
        assert sorted(end.code for end in ends) == [0, 1], ends
        clear(next(end for end in ends if end.code))
        assert len(list((data / "editions" / "tiny").glob("[!.]*"))) == 2
        assert run(data, "build").code == 0
        answers(data)
        return "moved on"

    def reader() -> str:
        data = m.copy(m.waiting)

        def reads() -> int:
            seen = set()
            until = time.monotonic() + 60
            with Store(load_settings(data)) as store:
                while time.monotonic() < until and not (data / "enough").exists():
                    store.look_now()
                    for name in ("volumes", "recipients", "editions"):
                        seen.add(measures.measure(name, store, register="tiny").build)
                    with Store(load_settings(data)) as fresh:  # as a command that starts now
                        seen.add(measures.measure("volumes", fresh, register="tiny").build)
            print(len(seen))
            return 0

        process = Running(reads)
        for words in (["build"], ["rollback"], ["build"]):
            assert run(data, *words).code == 0
        (data / "enough").touch()
        end = process.wait()
        assert end.code == 0, end.err
        assert int(end.out) == 2, end.out
        (data / "enough").unlink()
        return m.settled(data)

    yield "two builders", says_so
    yield "two builders", waits_in_vain
    yield "two builders", waits
    for _ in m.some(range(4), 1):
        yield "two builders", builds
        yield "two builders", builds_that_wait
        yield "two adds", adds_of_one_file
        yield "two adds", adds_of_two_files
        yield "builder and reader", reader


def clocks(m: Matrix) -> Cases:
    """The clock moved between adding and building, and every file's time with it."""
    for days in (-20_000, -1, 1, 30_000):

        def case(days: int = days) -> str:
            data = m.copy(m.clean)

            class Moved(datetime):
                @classmethod
                def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                    return datetime(2026, 11, 25, tzinfo=UTC) + timedelta(days)

            def move() -> None:
                editions.datetime = Moved  # type: ignore[misc]

            assert m.add(data, 1, prepare=move).code == 0
            for path in data.rglob("*"):
                os.utime(path, (1e9 + days * 86400,) * 2)
            if days > 0:
                stamp = max(0, int(1e9 - days * 1000))
                os.utime(data / "builds" / "CURRENT", (stamp, stamp))
            assert run(data, "build", prepare=move).code == 0
            assert answers(data) == m.after
            return m.settled(data)

        yield "clock moved", case


def damage(m: Matrix) -> Cases:
    """Files on the disk that are not what they were."""
    current = json.loads(m.before)[0]
    junk = (
        b"",
        b"\n",
        b"\xff\xfe\x00",
        b"../../elsewhere\n",
        b"0123456789abcdef\n",
        b"/etc/passwd\n",
        b"a b\n",
    )

    for content in junk:

        def pointer(content: bytes = content) -> str:
            data = m.copy(m.waiting)
            (data / "builds" / "CURRENT").write_bytes(content)
            clear(run(data, "measure", "volumes"), "access-review build")
            assert run(data, "build").code == 0
            return m.settled(data)

        yield "CURRENT damaged", pointer

        def history(content: bytes = content) -> str:
            data = m.copy(m.waiting)
            (data / "builds" / "HISTORY").write_bytes(content * 1000)
            assert answers(data) == m.before
            assert run(data, "build").code == 0
            end = run(data, "rollback")
            assert end.code == 0, end.err
            assert answers(data) == m.before
            return m.settled(data)

        yield "HISTORY damaged", history

        def record(content: bytes = content) -> str:
            data = m.copy(m.clean)
            (data / "builds" / f"{current}.json").write_bytes(content)
            for words in (["status"], ["measure", "volumes"], ["build"]):
                end = run(data, *words)
                assert end.code == 0, end.err
            return m.settled(data)

        yield "record of a build damaged", record

    size = (m.clean / "builds" / f"{current}.duckdb").stat().st_size
    for part in m.some(range(20), 4):

        def cut_short(part: int = part) -> str:
            data = m.copy(m.clean)
            path = data / "builds" / f"{current}.duckdb"
            os.truncate(path, size * part // 20)
            end = run(data, "measure", "volumes")
            if end.code:
                clear(end, path.name)
            end = run(data, "build")
            assert end.code == 0, end.err
            assert answers(data) == m.before
            return m.settled(data)

        yield "build cut short", cut_short

        def flipped(part: int = part) -> str:
            data = m.copy(m.clean)
            path = data / "builds" / f"{current}.duckdb"
            rng = random.Random(part)
            changed = bytearray(path.read_bytes())
            for _ in range(30):
                changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
            path.write_bytes(changed)
            for words in (["measure", "volumes"], ["measure", "spells"], ["issues"], ["status"]):
                end = run(data, *words)
                if end.code:
                    clear(end, path.name)
            path.unlink()  # as the error says
            end = run(data, "build")
            assert end.code == 0, end.err
            assert answers(data) == m.before
            return m.settled(data)

        yield "build with bits changed", flipped

    def bytes_changed() -> str:
        data = m.copy(m.waiting)
        [path] = (data / "editions" / "tiny" / "2021-01-02").glob("*.csv")
        whole = path.read_bytes()
        for content in (whole[:-1] + b"9", whole + b"\n", b""):
            path.write_bytes(content)
            clear(run(data, "build"), path.name, "changed since it was archived")
            assert answers(data) == m.before
        path.unlink()
        clear(run(data, "build"), path.name)
        path.write_bytes(whole)
        return m.settled(data)

    def sidecar() -> str:
        data = m.copy(m.waiting)
        path = data / "editions" / "tiny" / "2021-01-02" / "edition.toml"
        whole = path.read_bytes()
        path.unlink()
        for words in (["build"], ["status"]):
            clear(run(data, *words), "2021-01-02", "edition.toml")
        for end_at in range(0, len(whole), 40):
            path.write_bytes(whole[:end_at])
            if "sha256" not in tomllib_or_nothing(whole[:end_at]):
                clear(run(data, "build"), str(path))
        assert answers(data) == m.before
        path.write_bytes(whole)
        return m.settled(data)

    def left_over() -> str:
        data = m.copy(m.waiting)
        (data / "editions" / "tiny" / ".2021-01-09.abc").mkdir()
        (data / "editions" / "tiny" / ".2021-01-09.abc" / "half.csv").write_text("x")
        (data / "builds" / ".0123456789abcdef.building").write_bytes(b"half")
        (data / "builds" / ".0123456789abcdef.building.wal").write_bytes(b"half")
        (data / "builds" / ".CURRENT.x1y2").write_bytes(b"half")
        assert m.add(data, 2).code == 0
        assert not list((data / "editions" / "tiny").glob(".2021*"))
        shutil.rmtree(data / "editions" / "tiny" / "2021-01-03")
        return m.settled(data)

    yield "edition changed on disk", bytes_changed
    yield "sidecar deleted or cut", sidecar
    yield "left by a killed process", left_over


def tomllib_or_nothing(data: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except ValueError:
        return {}


def renders(m: Matrix) -> Cases:
    from tests.load.render_faults import renders  # the renderer's libraries take a while

    yield from renders(m)


def full_disks_of_renders(m: Matrix) -> Cases:
    from tests.load.render_faults import full_disks_of_renders

    yield from full_disks_of_renders(m)


OUTSIDE = (stopped, killed_by_the_clock, file_sizes, together, clocks, damage, renders)
INSIDE = (full_disks, read_only, full_disks_of_renders)  # need a mount namespace
RENDERS = (renders, full_disks_of_renders)


def try_all(m: Matrix, groups: tuple[Callable[[Matrix], Cases], ...], only: str) -> list[tuple[str, str]]:
    found = []
    words = [word for word in only.split(",") if word]
    for group in groups:
        # Their first step is a render: not taken where none of them is asked for.
        if group in RENDERS and words and not any("render" in word for word in words):
            continue
        if (
            group is full_disks_of_renders
            and words
            and not any(word in "render on a full disk" for word in words)
        ):
            continue
        for name, case in group(m):
            if not any(word in name for word in only.split(",")):
                continue
            try:
                found.append((name, case()))
            except Exception:
                found.append((name, "FAILED\n" + traceback.format_exc(limit=-3)))
            if sys.stderr.isatty():
                print(f"\r{len(found)} cases, {name:<40}", end="", file=sys.stderr)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Faults, tried for real: each must leave a whole build.")
    parser.add_argument("--quick", action="store_true", help="a few steps of each kind")
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="cases with this in their name; several parted by commas"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ.pop("ACCESS_REVIEW_DATA", None)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="access-review-faults-", ignore_cleanup_errors=True) as folder:
        matrix = Matrix(Path(folder), chosen.quick)
        found = try_all(matrix, INSIDE if chosen.inside else OUTSIDE, chosen.only)
    if chosen.inside:
        print(json.dumps(found))
        return 0
    words = [sys.executable, "-m", "tests.load.faults", "--inside", "--only", chosen.only]
    words += ["--quick"] * chosen.quick
    inside = subprocess.run(
        ["unshare", "--map-root-user", "--mount", *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )
    untried = ""
    try:
        found += [tuple(case) for case in json.loads(inside.stdout.splitlines()[-1])]
    except (ValueError, IndexError):
        untried = f"not tried (no mount namespace here): full disks, read-only mounts: {inside.stderr[-300:]}"
    names = list(dict.fromkeys(name for name, _ in found))
    counts = Counter((name, outcome.split("\n")[0]) for name, outcome in found)
    print(f"{'fault':<34}{'cases':>7}{'as it was':>11}{'moved on':>10}{'FAILED':>8}")
    for name in [*names, "all"]:
        row = [
            sum(n for (at, o), n in counts.items() if name in (at, "all") and o == outcome)
            for outcome in ("as it was", "moved on", "FAILED")
        ]
        print(f"{name:<34}{sum(row):>7}{row[0]:>11}{row[1]:>10}{row[2]:>8}")
    print(
        f"\n{len(found)} cases in {time.monotonic() - began:.0f} s. As it was: the build in force before the fault "
        "is in force after it; moved on: the new one is.\nAfter each, the build in force was read whole, and the "
        "next command ended in the build that the inputs give."
    )
    if untried:
        print(untried)
    failed = [(name, outcome) for name, outcome in found if outcome.startswith("FAILED")]
    for name, outcome in failed[:20]:
        print(f"\n{name}: {outcome[:2000]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
