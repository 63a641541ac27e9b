"""What came, looked at before anything else is done with it."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from dashboard.workbook import HTML, OLE, SIGNATURES, TEXT_SUFFIXES, XML


NOT_A_WORKBOOK = re.compile(
    r"text/html|application/(xhtml\+xml|json|pdf|xml)|text/xml|(image|video|audio|font)/.+"
)


def wrong_kind(head: bytes, content_type: str, name: str) -> str:
    """Why what came cannot be a workbook called `name`, as the end of a sentence; empty when it can be one.

    An error page with status 200 is the usual case. Whether it is a good workbook is for the reader of
    workbooks to say, afterwards.
    """
    if not head:
        return "is empty (0 bytes)"
    text = head.removeprefix(b"\xef\xbb\xbf")
    if HTML.match(text):
        return "is a web page, not a workbook: often an error message or a log-in page"
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return f"is {kind}, not a workbook"
    kind = content_type.split(";")[0].strip().lower()
    if NOT_A_WORKBOOK.fullmatch(kind):
        return f"is sent as {kind}, which no workbook is"
    if head.startswith((b"PK\3\4", b"PK\5\6", OLE)):
        return ""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in TEXT_SUFFIXES:
        return f"does not begin as a file {suffix} does"
    if b"\0" in head or XML.match(text):
        return "is not comma-separated text"
    return ""


def safe_name(name: str) -> str:
    """A name for the disk: as_at rules read it, so it stays as published where it can."""
    safe = re.sub(r"[^\w.() -]+", "_", name)[-120:].lstrip(".")
    return safe or f"file-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
