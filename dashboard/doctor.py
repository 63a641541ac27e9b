"""`doctor`: whether this machine can build, render and serve; each thing tried, and how to mend what fails.

Everything is tried the way it is used: a kernel is started and asked a sum, a page is drawn as PDF, a file is
written, flushed, moved and removed in each folder. All of it together ends within half a minute.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from dashboard.errors import AccessReviewError, LockedError
from dashboard.files import lock, write_whole
from dashboard.settings import CHECKOUT, Settings
from dashboard.text import plural


PYTHON = (3, 11)
KERNEL_LIMIT = 12  # seconds
PDF_LIMIT = 10
ROOM = 500  # MiB free, beside what a build takes
MEMORY = 1024  # MiB available
DAWN = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right shows a day before this was written
FONTS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/nix/var/nix/profiles",
)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing tried: `ok`, `note` (worth knowing, nothing is wrong) or `problem`, and how to mend it."""

    name: str
    status: str
    words: str
    mend: str = ""
    seconds: float = 0.0


Trial = Callable[[Settings], Iterator[Check]]


def examine(settings: Settings, now: datetime | None = None) -> list[Check]:
    """Try everything. A trial that itself breaks is a problem with its reason, and stops no other."""
    at = now or datetime.now(UTC)
    trials: tuple[tuple[str, Trial], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("kernel", _kernel),
        ("fonts", _fonts),
        ("pdf", _pdf),
        ("folders", _folders),
        ("space", _space),
        ("memory", _memory),
        ("locks", _locks),
        ("archive", _archive),
        ("build", _build),
        ("runs", _runs),
        ("clock", lambda s: _clock(s, at)),
    )
    found: list[Check] = []
    for name, trial in trials:
        began = time.monotonic()
        try:
            checks = list(trial(settings))
        except AccessReviewError as error:
            checks = [Check(name=name, status="problem", words=error.message, mend=error.hint or "")]
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            checks = [
                Check(name=name, status="problem", words=words, mend="report this as a fault in the program")
            ]
        spent = round(time.monotonic() - began, 2)
        found += [replace(check, seconds=spent if place == 0 else 0.0) for place, check in enumerate(checks)]
    return found


def _python(_: Settings) -> Iterator[Check]:
    words = f"Python {sys.version.split()[0]} at {sys.executable}"
    good = sys.version_info >= PYTHON
    yield Check(
        name="python", status="ok" if good else "problem", words=words,
        mend="" if good else f"make the environment anew with Python {'.'.join(map(str, PYTHON))} or later",
    )  # fmt: skip


def _packages(_: Settings) -> Iterator[Check]:
    from packaging.requirements import Requirement

    pyproject = CHECKOUT / "pyproject.toml"
    if pyproject.is_file():
        needed = tomllib.loads(pyproject.read_text("utf-8"))["project"]["dependencies"]
    else:
        needed = metadata.requires("access-review") or []
    wrong = []
    count = 0
    for text in needed:
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            have = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is missing")
            continue
        if not wanted.specifier.contains(have, prereleases=True):
            wrong.append(f"{wanted.name} is {have}, not {wanted.specifier}")
    if wrong:
        mend = (
            "make the environment anew: 'make clean setup', or 'make install OFFLINE=dir' without a network"
        )
        yield Check(name="packages", status="problem", words="; ".join(wrong), mend=mend)
    else:
        yield Check(
            name="packages", status="ok", words=f"{plural(count, 'package')}, each of a version in its range"
        )


def _kernel(_: Settings) -> Iterator[Check]:
    import asyncio

    from dashboard.reports.kernel import KERNEL, own_kernel

    async def asked(manager: type) -> str:
        kernel = manager(kernel_name=KERNEL)
        await kernel.start_kernel()
        client = kernel.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=KERNEL_LIMIT)
            message = client.execute("", user_expressions={"sum": "6 * 7"})
            while True:
                reply = await client.get_shell_msg(timeout=KERNEL_LIMIT)
                if reply["parent_header"].get("msg_id") == message:
                    return str(reply["content"]["user_expressions"]["sum"]["data"]["text/plain"])
        finally:
            client.stop_channels()
            await kernel.shutdown_kernel(now=True)

    with tempfile.TemporaryDirectory(prefix="access-review-doctor-") as folder:
        log = Path(folder) / "kernel.log"
        began = time.monotonic()
        try:
            with own_kernel({}, log) as manager:
                answer = asyncio.run(asyncio.wait_for(asked(manager), KERNEL_LIMIT))
        except Exception as error:
            said = log.read_text("utf-8", "replace").strip().splitlines() if log.is_file() else []
            why = said[-1] if said else str(error) or type(error).__name__
            yield Check(
                name="kernel", status="problem", words=f"no kernel answered within {KERNEL_LIMIT} seconds: {why}",
                mend=f"check that {tempfile.gettempdir()} can be written (TMPDIR names another; its path must be "
                "short) and that memory and processes are not used up; then make the environment anew",
            )  # fmt: skip
            return
        took = time.monotonic() - began
    if answer == "42":
        yield Check(name="kernel", status="ok", words=f"started and answered in {took:.1f} s")
    else:
        yield Check(
            name="kernel", status="problem", words=f"a kernel answered {answer!r} to 6 * 7",
            mend="make the environment anew",
        )  # fmt: skip


def _fonts(_: Settings) -> Iterator[Check]:
    count = 0
    for root in FONTS:
        with suppress(OSError):
            count += sum(
                1
                for p in Path(root).expanduser().rglob("*")
                if p.suffix.casefold() in (".ttf", ".otf", ".ttc")
            )
    if count:
        yield Check(name="fonts", status="ok", words=f"{plural(count, 'font file')} for the PDF")
    else:
        yield Check(
            name="fonts", status="problem", words="no font is installed, so report.pdf cannot be drawn",
            mend="install one (Debian: fonts-dejavu-core), or put .ttf files into ~/.local/share/fonts",
        )  # fmt: skip


def _pdf(_: Settings) -> Iterator[Check]:
    from dashboard.reports.pdf import check_engine

    began = time.monotonic()
    check_engine(limit=PDF_LIMIT)
    yield Check(name="pdf", status="ok", words=f"a page was drawn in {time.monotonic() - began:.1f} s")


def _folders(settings: Settings) -> Iterator[Check]:
    wanted = {
        "data": settings.data,
        "editions": settings.editions,
        "builds": settings.builds,
        "reviews": settings.reviews,
        "temporary": Path(tempfile.gettempdir()),
    }
    for name, folder in wanted.items():
        place = folder
        while not place.exists() and place != place.parent:
            place = place.parent
        try:
            probe = Path(tempfile.mkdtemp(prefix=".doctor-", dir=place))
            try:
                write_whole(probe / "written", b"whole\n")
                if (probe / "written").read_bytes() != b"whole\n":
                    raise OSError(5, "what was written is not what is read", str(place))
            finally:
                shutil.rmtree(probe, ignore_errors=True)
        except OSError as error:
            yield Check(
                name=f"folder {name}", status="problem", words=f"{place} cannot be written: {error.strerror}",
                mend=f"give {_user()} the right to write there (chown, ReadWritePaths= of the unit), or mount it "
                "writable; a server that only serves needs none of them",
            )  # fmt: skip
        else:
            words = f"{folder} can be written" + (
                "" if place == folder else " (it is made when it is needed)"
            )
            yield Check(name=f"folder {name}", status="ok", words=words)


def _user() -> str:
    with suppress(KeyError, ImportError):
        import pwd

        return f"the user {pwd.getpwuid(os.getuid()).pw_name}"
    return f"the user {os.getuid()}"


def _space(settings: Settings) -> Iterator[Check]:
    largest = max((p.stat().st_size for p in settings.builds.glob("*.duckdb")), default=0) / 2**20
    needed = ROOM + 2 * largest
    for name, folder in (("space", settings.data), ("space temporary", Path(tempfile.gettempdir()))):
        place = folder
        while not place.exists() and place != place.parent:
            place = place.parent
        free = shutil.disk_usage(place).free / 2**20
        status = os.statvfs(place)
        least = needed if name == "space" else ROOM
        files = status.f_files and status.f_favail < 1000
        good = free >= least and not files
        words = f"{free:,.0f} MiB free at {place}, {least:,.0f} wanted" + (
            f"; only {status.f_favail} more files can be made" if files else ""
        )
        yield Check(
            name=name, status="ok" if good else "problem", words=words,
            mend="" if good else "make room: old builds and drafts can be deleted, a build is made again by 'build'",
        )  # fmt: skip


def _memory(_: Settings) -> Iterator[Check]:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        found = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        yield Check(name="memory", status="note", words="this system does not say how much memory is free")
        return
    good = found >= MEMORY
    yield Check(
        name="memory", status="ok" if good else "problem", words=f"{found:,.0f} MiB available, {MEMORY:,} wanted",
        mend="" if good else "end other programs, or give the machine more memory",
    )  # fmt: skip


def _locks(settings: Settings) -> Iterator[Check]:
    names = {
        "adding": settings.editions / ".lock",
        "building": settings.builds / ".lock",
        "running": settings.reviews / ".run.lock",
        "rendering": settings.reviews / ".lock",
    }
    held = []
    for what, path in names.items():
        if not path.is_file():
            continue
        try:
            with lock(path, what):
                pass
        except LockedError:
            held.append(f"{what} now ({path})")
        except OSError as error:
            yield Check(
                name="locks", status="problem", words=f"{path} cannot be locked: {error.strerror}",
                mend="put the data folder on a disk of this machine, or on a share that knows flock",
            )  # fmt: skip
            return
    if held:
        yield Check(name="locks", status="note", words=f"another process is {', '.join(held)}")
    else:
        yield Check(name="locks", status="ok", words="none is held; nobody is at work")


def _archive(settings: Settings) -> Iterator[Check]:
    from dashboard.editions import list_editions
    from dashboard.registers import load_registers

    registers = load_registers(settings)
    editions = list_editions(settings)
    bad = [e for e in editions if not e.file.is_file() or e.file.stat().st_size != e.size]
    if bad:
        yield Check(
            name="archive", status="problem",
            words=f"{bad[0].file} is gone or has another size than when it was archived"
            + (f", and {len(bad) - 1} more" if len(bad) > 1 else ""),
            mend="restore it from a copy; editions are never edited",
        )  # fmt: skip
        return
    words = f"{plural(len(editions), 'edition')}, {plural(len(registers), 'register')} described"
    yield Check(name="archive", status="ok", words=words)


def _build(settings: Settings) -> Iterator[Check]:
    from dashboard.standing import build_behind
    from dashboard.store import Store
    from dashboard.warehouse import publish

    if publish.current_id(settings) is None:
        yield Check(
            name="build", status="note", words="nothing is built yet", mend="run 'access-review build'"
        )
        return
    with Store(settings) as store:
        count = len(store.query("registers").rows)
        build = store.build.id
    behind = build_behind(settings)
    if behind:
        yield Check(name="build", status="note", words=f"build {build} can be read; {behind}")
    else:
        yield Check(
            name="build", status="ok", words=f"build {build} can be read: {plural(count, 'register')}"
        )


def _runs(settings: Settings) -> Iterator[Check]:
    from dashboard.reports.runs import failures, list_runs

    failed = failures(settings)
    if failed:
        yield Check(
            name="runs", status="problem", words=f"the run of {failed[0].started[:16]} UTC failed: {failed[0].reason}",
            mend="mend what it names and run 'access-review render april-review --if-new' again",
        )  # fmt: skip
        return
    last = next(iter(list_runs(settings)), None)
    words = f"the last was {last.started[:16]} UTC: {last.status}" if last else "none has been recorded yet"
    yield Check(name="runs", status="ok", words=words)


def _clock(settings: Settings, now: datetime) -> Iterator[Check]:
    """A clock cannot be proved right offline, but it can be proved wrong: by what was written later than now."""
    from dashboard.reports.runs import list_runs

    times = [DAWN]
    for run in list_runs(settings)[:1]:
        with suppress(ValueError):
            times.append(datetime.fromisoformat(run.started))
    for path in settings.reviews.glob("april-review/*/*/manifest.json"):
        times.append(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    for path in settings.builds.glob("*.json"):
        times.append(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    late = max(times) - now
    here = now.astimezone()
    if late.total_seconds() > 120:
        yield Check(
            name="clock", status="problem",
            words=f"it shows {here:%d %B %Y %H:%M}, and files here were written {late.days} days "
            f"{late.seconds // 3600} hours later than that",
            mend="set it (timedatectl): which April is due rests on it",
        )  # fmt: skip
    else:
        yield Check(
            name="clock", status="ok", words=f"{here:%d %B %Y %H:%M} {here.tzname()}; nothing here is newer"
        )
