"""What the server logs, to standard error: warnings and errors for eyes, or with `--log json` a line a request too.

A request's line has the names of the address's parameters and not their values: a search can name a person.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl


FORMS = ("text", "json")
ACCESS = logging.getLogger("access-review.requests")


class JsonLines(logging.Formatter):
    """One JSON object a record: time, level, then what the record has of its own, or its message."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": moment.replace("+00:00", "Z"), "level": record.levelname.lower()}
        own = getattr(record, "line", None)
        line.update(own if own is not None else {"logger": record.name, "message": record.getMessage()})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up(form: str) -> None:
    """Log to standard error in one of `FORMS`, instead of whatever was set up before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    ACCESS.setLevel(logging.INFO if form == "json" else logging.CRITICAL)


def log_request(handler: Any) -> None:
    """Tornado's `log_function`: a line for each answer, but for /health when all is well, which is asked often."""
    if not ACCESS.isEnabledFor(logging.INFO):
        return
    request, status = handler.request, handler.get_status()
    if request.path == "/health" and status == 200:
        return
    site = getattr(handler, "site", None)
    line = {
        "method": request.method,
        "path": request.path,
        "query": [name for name, _ in parse_qsl(request.query, keep_blank_values=True)[:40]],
        "status": status,
        "ms": round(request.request_time() * 1000, 1),
        "bytes": getattr(handler, "sent", 0),
        "build": site.standing().build if site is not None else "",
    }
    if getattr(handler, "drawn", False):
        line["drawn"] = True
    if getattr(handler, "error", None):
        line["error"] = handler.error
    ACCESS.info("", extra={"line": line})
