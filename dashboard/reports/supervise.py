"""A run watched from outside: the work is done in a process of its own, which may hang, be killed or run out of memory.

This process does little that could fail. It holds the lock of runs, keeps the time limit, tries again where a
kernel was lost, writes the record of each attempt, and calls the command that was asked for on success or failure.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from dashboard.errors import AccessReviewError, LockedError, UsageError
from dashboard.files import disk_errors, lock
from dashboard.reports import runs
from dashboard.reports.order import Order
from dashboard.reports.runs import Run
from dashboard.settings import Settings


LIMIT = 1800.0  # seconds for a whole attempt: taking in, building and rendering
GRACE = 15.0  # seconds in which a process that was told to stop ends its kernel and keeps what is left
PAUSE = 5.0  # seconds before another try: a machine that had no room for a kernel may have by then
ASKED = 1.0  # seconds in which `status` and `doctor` have let go of a lock that they tried
HOOK_LIMIT = 60.0  # seconds for a command on success or failure
CHILD = "import sys; sys.path[:] = sys.argv[1].split('\\n'); from dashboard.reports.supervise import child; child()"


@dataclass(frozen=True, kw_only=True)
class Watch:
    """How a run is watched. `on_failure` and `on_success` are commands, split as a shell would, run without one."""

    limit: float = LIMIT
    retries: int = 1
    on_failure: str = ""
    on_success: str = ""
    pause: float = PAUSE

    def __post_init__(self) -> None:
        for option, command in (("--on-failure", self.on_failure), ("--on-success", self.on_success)):
            try:
                words = shlex.split(command)
            except ValueError as error:
                raise UsageError(
                    f"{option} cannot be split into words: {error}", hint="close the quotes"
                ) from None
            if command and not words:
                raise UsageError(f"{option} names no command")


@dataclass(kw_only=True)
class Ended:
    """What a child said of its attempt, or what is known where it said nothing."""

    status: str
    reason: str = ""
    hint: str = ""
    code: int = 0
    again: bool = False
    reviews: list[dict[str, Any]] = field(default_factory=list)


Say = Callable[[str], None]
Worker = Callable[[Settings, Order, float, bool], "Ended"]


def supervise(
    settings: Settings,
    order: Order,
    watch: Watch,
    *,
    say: Say,
    progress: bool = False,
    work: Worker | None = None,
) -> tuple[Run, str]:
    """Run an order and return the record of its last attempt, and what to do where it failed.

    The work is done by `work`, in a process of its own unless another is given.
    Never raises for what the work did: the record says it. Raises AccessReviewError when no record can be kept.
    """
    asked = order.asked()
    with disk_errors("keeping a record of the run"), stopped_by_signals():
        try:
            with lock(runs.lock_file(settings), "rendering a review", wait=ASKED):
                runs.end_the_killed(settings)
                runs.prune(settings)
                return _attempts(settings, order, asked, watch, say, progress, work or in_a_child)
        except LockedError as error:
            run = runs.begin(settings, asked)
            status, code = ("locked", 0) if order.if_new else ("refused", 1)
            ended = Ended(status=status, reason=error.message, hint=error.hint or "", code=code)
            return _finish(settings, run, ended, time.monotonic(), watch, say), ended.hint


def _attempts(
    settings: Settings,
    order: Order,
    asked: dict[str, Any],
    watch: Watch,
    say: Say,
    progress: bool,
    work: Worker,
) -> tuple[Run, str]:
    first = ""
    for attempt in range(1, watch.retries + 2):
        began = time.monotonic()
        run = runs.begin(settings, asked, id=first, attempt=attempt)
        first = first or run.id
        ended = work(settings, order, watch.limit, progress)
        if ended.again and attempt <= watch.retries:
            _finish(settings, run, ended, began, Watch(), say)
            say(f"access-review render: {ended.reason}; trying again")
            time.sleep(watch.pause)
            continue
        break
    return _finish(settings, run, ended, began, watch, say), ended.hint


def _finish(settings: Settings, run: Run, ended: Ended, began: float, watch: Watch, say: Say) -> Run:
    """The record at its end, written; then the command that was asked for, whose own end is added."""
    run = replace(
        run, status=ended.status, reason=ended.reason, exit=ended.code, reviews=ended.reviews,
        ended=runs.now(), seconds=round(time.monotonic() - began, 1),
    )  # fmt: skip
    _keep(settings, run, say)
    command = {"rendered": watch.on_success, "failed": watch.on_failure, "refused": watch.on_failure}.get(
        run.status, ""
    )
    if command:
        done = call_hook(command, run)
        if done["reason"]:
            say(f"Warning: {done['command']}: {done['reason']}; the run itself {run.status}")
        run = replace(run, hooks=[done])
        _keep(settings, run, say)
    return run


def _keep(settings: Settings, run: Run, say: Say) -> None:
    """Write the record. What was done stays done where the disk refuses, so that is a warning."""
    try:
        runs.write(settings, run)
    except OSError as error:
        say(
            f"Warning: the record of this run could not be written: {error.strerror or error} ({error.filename})"
        )


def call_hook(command: str, run: Run, limit: float = HOOK_LIMIT) -> dict[str, Any]:
    """Run a command with the record on its standard input, and say how that went; it can change nothing else.

    Only the program's name is kept: the other words may hold an address or a key that is nobody's business.
    """
    words = shlex.split(command)
    said: dict[str, Any] = {"command": words[0], "exit": None, "reason": ""}
    record = json.dumps(asdict(run), ensure_ascii=False, indent=1) + "\n"
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=sys.stderr.fileno() if _has_file(sys.stderr) else subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return {**said, "reason": f"it could not be started: {error.strerror or error}"}
    try:
        process.communicate(record.encode(), timeout=limit)
    except subprocess.TimeoutExpired:
        said["reason"] = f"it took longer than {limit:g} seconds and was stopped"
    finally:
        with suppress(ProcessLookupError, PermissionError):  # with all that it started
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    said["exit"] = process.returncode
    if process.returncode and not said["reason"]:
        said["reason"] = _how(process.returncode)
    return said


def _has_file(stream: Any) -> bool:
    try:
        return isinstance(stream.fileno(), int)
    except (OSError, ValueError, AttributeError):
        return False


def _how(code: int) -> str:
    return f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with exit code {code}"


class Stopped(SystemExit):
    """This process was told to stop. Not an Exception: asyncio hands nothing else on at once."""


@contextmanager
def stopped_by_signals(*also: signal.Signals) -> Iterator[None]:
    """Within the block SIGTERM raises Stopped, so that what was begun is ended; in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        late = number == signal.SIGALRM
        raise Stopped("it took too long" if late else f"it was stopped by {signal.Signals(number).name}")

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, *also)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def in_a_child(settings: Settings, order: Order, limit: float, progress: bool) -> Ended:
    """One attempt, in a child. Whatever ends it, its kernel ends too, and something is said."""
    told = {
        "data": str(settings.data),
        "shipped": str(settings.shipped),
        "order": {**order.asked(), "today": order.today.isoformat()},
        "progress": progress,
        "limit": limit,
    }
    command = [sys.executable, "-c", CHILD, "\n".join(sys.path)]
    stopped = ""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(told).encode() + b"\n")
                process.stdin.flush()  # it stays open: the child ends when this process does
            process.wait(limit)
        except subprocess.TimeoutExpired:
            stopped = f"it took longer than {limit:g} seconds and was stopped"
            _stop(process, signal.SIGALRM)
        except (Stopped, KeyboardInterrupt) as error:
            stopped = str(error) or "it was stopped by a person"
            _stop(process, signal.SIGTERM)
        answer = process.stdout.read()
        with suppress(BrokenPipeError):
            process.stdin.close()
    try:
        ended = Ended(**json.loads(answer))
    except (ValueError, TypeError):
        ended = Ended(
            status="failed", reason=f"the render's process broke off: {_how(process.returncode)}", code=1,
            hint="look at the system's log (a process that takes too much memory is killed), then run this again",
        )  # fmt: skip
    if stopped:
        ended.status, ended.code, ended.again = "failed", 1, False
        ended.reason = f"the run was cut short: {stopped}"
        ended.hint = "; ".join(filter(None, (ended.hint, "run this again; --time-limit gives it longer")))
    return ended


def _stop(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Tell a child to stop; after a while, make it. Its kernel ends when it does."""
    process.send_signal(number)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def child() -> None:
    """The other side of `in_a_child`: do what the line on standard input orders, and answer on standard output."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no answer
    told = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings = Settings(data=Path(told["data"]), shipped=Path(told["shipped"]))
    try:
        with stopped_by_signals(signal.SIGALRM):
            ended = obey(settings, Order.from_asked(told["order"]), told["limit"], told["progress"])
    except Stopped as error:
        ended = Ended(status="failed", reason=str(error), code=1)
    except BaseException:  # a fault of ours: its traceback is for the log
        import traceback

        traceback.print_exc()
        last = (traceback.format_exc().strip().splitlines() or [""])[-1]
        ended = Ended(
            status="failed", reason=f"a fault in the program: {last}", code=1, hint="please report it"
        )
    with suppress(OSError):
        os.write(answer, json.dumps(asdict(ended)).encode())
        sys.stderr.flush()
    os._exit(0)  # what an interrupted event loop still has to say is nobody's business


def _end_with_parent() -> None:
    """Standard input ends when the process that watches this one does."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(70)


def obey(settings: Settings, order: Order, limit: float, progress: bool) -> Ended:
    """Do what was ordered, in this process and without a limit, and say how it ended."""
    from dashboard.reports.schedule import run_order

    def show(words: str) -> None:
        if progress and words:
            print(words, file=sys.stderr, flush=True)

    try:
        with disk_errors("the run"):
            outcomes = run_order(settings, order, show)
    except LockedError as error:
        if order.if_new:
            return Ended(status="locked", reason=error.message)
        return Ended(status="refused", reason=error.message, hint=error.hint or "", code=1)
    except AccessReviewError as error:
        status = "failed" if order.if_new else "refused"
        return Ended(status=status, reason=error.message, hint=error.hint or "", code=error.exit_code)
    statuses = [o.status for o in outcomes]
    # The worst news first, then the best; of nothing done, what the latest April says.
    status = next((s for s in ("failed", "refused", "rendered", "locked") if s in statuses), statuses[-1])
    telling = [o for o in outcomes if o.status == status]
    chosen = telling[0] if status in ("failed", "refused") else telling[-1]
    return Ended(
        status=status,
        reason=chosen.reason,
        hint=chosen.hint,
        code=max(o.code for o in outcomes),
        again=any(o.again for o in outcomes),
        reviews=[_said(asdict(o)) for o in outcomes],
    )


def _said(outcome: dict[str, Any]) -> dict[str, Any]:
    return {k: outcome[k] for k in ("year", "register", "status", "folder", "reason", "seconds")}


def today() -> date:
    """The calendar day where the schedule runs."""
    return datetime.now(UTC).astimezone().date()
