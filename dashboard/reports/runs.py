"""Records of runs: what was asked, what came of it and when, one file an attempt, in `reviews/runs/`.

A record is written before the work begins, as `running`, and again when it has ended. One that still says
`running` while nobody holds the lock of runs was killed: the next run, and `status`, say so.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dashboard import __version__
from dashboard.files import write_whole
from dashboard.settings import Settings


KEPT = 200  # records of attempts that rendered or failed
KEPT_IDLE = 40  # records of attempts that found nothing to do
IDLE = ("nothing_new", "not_due", "locked", "refused")
UNSAID = "the run ended without a word: it was killed, the machine stopped, or the disk was full"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One attempt. `asked` are its parameters, `reviews` what became of each year, times are UTC."""

    id: str
    attempt: int
    status: str
    reason: str
    asked: dict[str, Any]
    started: str
    ended: str | None = None
    seconds: float | None = None
    exit: int | None = None
    reviews: list[dict[str, Any]] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    pid: int = 0
    version: str = __version__

    @property
    def file(self) -> str:
        stamp = self.started.replace("-", "").replace(":", "").replace("+0000", "Z")
        return f"{stamp}-{self.id}-{self.attempt}.json"


def folder(settings: Settings) -> Path:
    return settings.reviews / "runs"


def lock_file(settings: Settings) -> Path:
    """Held by the run that is at work, from its first step to its last."""
    return settings.reviews / ".run.lock"


def begin(settings: Settings, asked: dict[str, Any], *, id: str = "", attempt: int = 1) -> Run:
    """A record of an attempt that begins now, written."""
    run = Run(
        id=id or secrets.token_hex(4), attempt=attempt, status="running", reason="", asked=asked,
        started=now(), pid=os.getpid(),
    )  # fmt: skip
    write(settings, run)
    return run


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def write(settings: Settings, run: Run) -> None:
    write_whole(folder(settings) / run.file, json.dumps(asdict(run), ensure_ascii=False, indent=1) + "\n")


def list_runs(settings: Settings) -> list[Run]:
    """Every record that can be read, the newest first."""
    found = (_read(path) for path in sorted(folder(settings).glob("[!.]*.json"), reverse=True))
    return [run for run in found if run]


def _read(path: Path) -> Run | None:
    """One record; None for what is gone, cut short, or no record of ours."""
    names = {f.name for f in fields(Run)}
    with suppress(OSError, ValueError, TypeError, AttributeError):
        record = json.loads(path.read_text("utf-8"))
        run = Run(**{k: v for k, v in record.items() if k in names})
        told = all({"status", "year", "register"} <= review.keys() for review in run.reviews)
        if told and isinstance(run.asked, dict) and run.file == path.name:
            return run
    return None


def at_work(settings: Settings) -> bool:
    """Whether a run holds the lock of runs now."""
    try:
        with lock_file(settings).open() as file:  # read only: whoever may look at the archive may ask
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no run was there yet, or this user may not look
        return False
    return False


def end_the_killed(settings: Settings) -> list[Run]:
    """Mark what still says `running` as failed, and sweep what was half-written. The lock of runs is held."""
    for path in folder(settings).glob(".*"):
        path.unlink(missing_ok=True)
    found = []
    for run in list_runs(settings):
        if run.status == "running":
            ended = replace(run, status="failed", reason=UNSAID, ended=now(), exit=1)
            write(settings, ended)
            found.append(ended)
    return found


def prune(settings: Settings) -> None:
    """Keep the newest of each kind. The lock of runs is held."""
    kept = {True: 0, False: 0}
    for run in list_runs(settings):
        idle = run.status in IDLE
        kept[idle] += 1
        if kept[idle] > (KEPT_IDLE if idle else KEPT):
            (folder(settings) / run.file).unlink(missing_ok=True)


def failures(settings: Settings) -> list[Run]:
    """Failed attempts that no later one has made good, the newest first.

    Made good: asked again, by a timer or of the same years, and not failed; or each year that failed was rendered
    since. How it was asked (with a build, a folder, a hook) does not matter.
    """
    held = at_work(settings)
    found: list[Run] = []
    good: set[Any] = set()
    for run in list_runs(settings):
        if run.status in ("running", "failed"):
            failed = {(r["year"], r["register"]) for r in run.reviews if r["status"] == "failed"}
            unsaid = run.status == "running"
            if not (_subject(run) in good or (failed and failed <= good) or (unsaid and held)):
                found.append(replace(run, reason=UNSAID) if unsaid else run)
            good.add(_subject(run))  # a later one that failed too speaks for those before it
        elif run.status not in ("locked", "refused"):
            good.add(_subject(run))
            good |= {_subject(run, year) for year in run.asked.get("years") or ()}
        good |= {
            (r["year"], r["register"]) for r in run.reviews if r["status"] in ("rendered", "nothing_new")
        }
    return found


def _subject(run: Run, year: int | None = None) -> tuple[Any, ...]:
    """What a run was about: a register, and the years asked for (none: those that are due)."""
    years = (year,) if year else tuple(run.asked.get("years") or ())
    return "about", run.asked.get("register"), years
