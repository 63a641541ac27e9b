"""Read a workbook in a process of its own, so that a file from outside can only ever cost that process.

`dashboard.workbook` measures a file before native code sees it. This is the second wall: code that loops
cannot be interrupted from Python, and an allocation that fails in native code aborts the whole process. The
child has a limit of processor time, of clock time and of memory, may write no file, and answers with plain
values (docs/decisions/0015-reading-untrusted-workbooks.md).
"""

from __future__ import annotations

import io
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dashboard.errors import AccessReviewError
from dashboard.workbook import LIMITS, MIB, OLE, Limits, Sheet, Workbook
from dashboard.workbook import read_workbook as read_here


@dataclass(frozen=True)
class Allowance:
    """What one file may cost. Past any of it the file is refused.

    Processor time does not depend on how busy the machine is; clock time also ends a child that waits. The
    memory is address space: the largest grid that `Limits` lets through (16 million cells) takes 2.5 GiB.
    """

    processor_seconds: int = 120
    clock_seconds: float = 300.0
    memory_bytes: int = 4096 * MIB


ALLOWANCE = Allowance()
# The parent's own search path: a child that starts without `site` is there in 0.07 s.
CHILD = "import sys; sys.path[:] = sys.argv[1].split('\\n'); from dashboard.apart import child; child()"


def read_workbook(path: Path, *, limits: Limits = LIMITS, allowance: Allowance = ALLOWANCE) -> Workbook:
    """As `dashboard.workbook.read_workbook`, in a bounded child process where native code has a part.

    Raises AccessReviewError, and nothing else, also when the reader is brought down or takes too long.
    """
    path = Path(path)
    if not sys.executable or not _is_native(path):
        return read_here(path, limits=limits)  # text, or nothing that is a workbook: Python alone
    order = pickle.dumps((str(path), asdict(limits), asdict(allowance)))
    command = [sys.executable, "-I", "-S", "-c", CHILD, "\n".join(sys.path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            answer, _ = process.communicate(order, timeout=allowance.clock_seconds)
        except subprocess.TimeoutExpired:
            raise _too_slow(path, allowance) from None
        finally:  # also when a person interrupts
            with suppress(ProcessLookupError):
                process.kill()
    return _understood(path, answer, process.returncode, allowance)


def _is_native(path: Path) -> bool:
    """Whether the file is of a kind that native code reads. Opens ordinary files only."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(8).startswith((b"PK", OLE))
    except (OSError, ValueError):
        return False


def _understood(path: Path, answer: bytes, code: int, allowance: Allowance) -> Workbook:
    if code == 0:
        try:
            kind, *rest = _Plain(io.BytesIO(answer)).load()
        except Exception:  # what is no pickle can fail in any way; it is then no answer
            kind, rest = "", []
        if kind == "read":
            found, sheets, sha256, size, encoding = rest
            return Workbook(path, found, tuple(Sheet(*sheet) for sheet in sheets), sha256, size, encoding)
        if kind == "refused":
            raise AccessReviewError(rest[0], hint=rest[1])
    if code == -signal.SIGXCPU:
        raise _too_slow(path, allowance)
    how = signal.Signals(-code).name if code < 0 else f"code {code}"
    raise AccessReviewError(
        f"{path.name} brings the reader down ({how}); it was read apart, so nothing else is harmed",
        hint="save it anew from a spreadsheet program as .ods or .xlsx, and report the file if that fails too",
    )


def _too_slow(path: Path, allowance: Allowance) -> AccessReviewError:
    return AccessReviewError(
        f"{path.name} takes longer to read than is allowed ({allowance.processor_seconds} seconds of the "
        f"processor, {allowance.clock_seconds:g} on the clock), and was stopped",
        hint="check that this is the register itself; a copy saved anew from a spreadsheet program may read at once",
    )


class _Plain(pickle.Unpickler):
    """Reads back numbers, text and dates, and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in ("date", "datetime", "time", "timedelta"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


def child() -> None:
    """The other side of `read_workbook`: read the one file that standard input names, within its limits."""
    path, limits, allowance = pickle.loads(sys.stdin.buffer.read())  # the parent's own words
    with suppress(ImportError):
        import resource

        seconds, memory = allowance["processor_seconds"], allowance["memory_bytes"]
        for limit, value in (
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):  # a lower one is set from outside, or the system has none
                resource.setrlimit(limit, (value, value + 1 if limit == resource.RLIMIT_CPU else value))
    answer: tuple[object, ...]
    try:
        book = read_here(Path(path), limits=Limits(**limits))
        sheets = [(sheet.name, sheet.rows, sheet.hidden) for sheet in book.sheets]
        answer = ("read", book.format, sheets, book.sha256, book.size, book.encoding)
    except AccessReviewError as error:
        answer = ("refused", error.message, error.hint)
    except MemoryError:
        most = f"{allowance['memory_bytes'] // MIB:,} MiB"
        answer = (
            "refused",
            f"{Path(path).name} takes more memory to read than is allowed ({most})",
            "check that this is the register itself and comes from the publisher",
        )
    pickle.dump(answer, sys.stdout.buffer, protocol=5)
    sys.stdout.buffer.flush()
