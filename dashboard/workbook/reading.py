"""From a path to a workbook: the file is opened within bounds, and what it is decides who reads it."""

from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path

from dashboard.workbook.archive import opened
from dashboard.workbook.bounds import LIMITS, MIB, Limits
from dashboard.workbook.cells import Sheet, Workbook
from dashboard.workbook.delimited import csv_sheet
from dashboard.workbook.kinds import HTML, OLE, SIGNATURES, TEXT_SUFFIXES, XML
from dashboard.workbook.native import calamine_sheets
from dashboard.workbook.ods import checked_ods
from dashboard.workbook.refusals import CHECK_BOUNDS, FETCH_AGAIN, FETCH_WORKBOOK, SAVE_AS_XLSX, refusal
from dashboard.workbook.xls import checked_xls
from dashboard.workbook.xlsx import checked_xlsx


def read_workbook(path: Path, *, limits: Limits = LIMITS) -> Workbook:
    """Every sheet of the file at `path`, as plain cells.

    Raises AccessReviewError, and nothing else, when the file cannot be read, is not a workbook, is
    damaged or password-protected, or is larger than `limits`.
    """
    path = Path(path)
    try:
        data = _read_bytes(path, limits)
        found, encoding, sheets = _read_any(path, data, limits)
    except MemoryError:
        raise refusal(path.name, "is too large for the memory of this machine", CHECK_BOUNDS) from None
    except RecursionError:
        raise refusal(path.name, "is nested too deeply to read", FETCH_AGAIN) from None
    return Workbook(path, found, sheets, hashlib.sha256(data).hexdigest(), len(data), encoding)


def _read_bytes(path: Path, limits: Limits) -> bytes:
    name = path.name or str(path)
    try:
        # Asked before opening: opening a named pipe waits for a writer.
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise refusal(name, "is a folder, not a workbook", "name the file inside it")
        if not stat.S_ISREG(status.st_mode):
            raise refusal(name, "is not an ordinary file", "copy the workbook to a file and name that")
        with path.open("rb") as stream:
            data = stream.read(limits.file_bytes + 1)
    except FileNotFoundError:
        raise refusal(name, f"was not found at {path}", "check the file name and the folder") from None
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the name itself.
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise refusal(name, f"cannot be opened ({reason})", "check that you may read the file") from None
    if len(data) > limits.file_bytes:
        raise refusal(
            name,
            f"is {status.st_size / MIB:,.0f} MiB; at most {limits.file_bytes / MIB:,.0f} MiB is read",
            "check that this is the register itself and not a larger collection",
        )
    if not data:
        raise refusal(name, "is empty (0 bytes)", "download the file again")
    return data


def _read_any(path: Path, data: bytes, limits: Limits) -> tuple[str, str | None, tuple[Sheet, ...]]:
    file = path.name
    if data.startswith((b"PK\3\4", b"PK\5\6")):
        found, checked = _checked_zip(file, data, limits)
        return found, None, calamine_sheets(file, checked, limits)
    if data.startswith(OLE):
        return "xls", None, calamine_sheets(file, checked_xls(file, data, limits), limits)
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            hint = "save it as CSV UTF-8" if "UTF-16" in kind else FETCH_WORKBOOK
            raise refusal(file, f"is {kind}, not a workbook", hint)
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if HTML.match(head):
        raise refusal(
            file,
            "is a web page, not a workbook",
            "open it in a browser: it is often an error message or a log-in page. Then " + FETCH_WORKBOOK,
        )
    if XML.match(head):
        raise refusal(file, "is a single XML document, not a workbook", SAVE_AS_XLSX)
    if path.suffix.lower() not in TEXT_SUFFIXES:
        # Any text is a CSV of one column, so for text the name has to say that a CSV is meant.
        kind = "not a workbook" if b"\0" in data else "plain text, not a workbook"
        raise refusal(
            file, f"is {kind}", FETCH_WORKBOOK + "; if it is comma-separated text, rename it to .csv"
        )
    return csv_sheet(path, data, limits)


def _checked_zip(file: str, data: bytes, limits: Limits) -> tuple[str, io.BytesIO]:
    """The format, and a new archive with only the parts that were checked."""
    with opened(file, data, limits) as parts:
        if "mimetype" in parts:
            return "ods", checked_ods(file, parts, limits)
        if "[Content_Types].xml" in parts:
            return "xlsx", checked_xlsx(file, parts, limits)
    raise refusal(
        file, "is a zip archive, not a workbook", "unpack it and name the .ods or .xlsx file inside"
    )
