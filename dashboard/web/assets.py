"""Scripts and styles, under addresses that hold their content's hash: compressed once, kept by browsers for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dashboard.settings import PACKAGE
from dashboard.web.kept import Answer, answer


KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
# What goes by one name, so that a page asks once: each script is whole in itself.
OWN = {"style.css": ("style.css",), "app.js": ("app.js", "around.js")}


class Assets:
    """Every file a page may ask for. Nothing else on disk has an address."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}  # by the file's name
        self.answers: dict[str, Answer] = {}  # by address
        for name, parts in OWN.items():
            self._add(name, b"".join((PACKAGE / "templates" / part).read_bytes() for part in parts))

    def add(self, path: Path) -> str:
        """Give a file an address, which is returned."""
        return self._add(path.name, path.read_bytes())

    def _add(self, name: str, content: bytes) -> str:
        stem, dot, ending = name.rpartition(".")
        ending = dot + ending
        address = f"/assets/{stem}-{hashlib.sha256(content).hexdigest()[:12]}{ending}"
        self.addresses[name] = address
        self.answers[address] = answer(content, KINDS[ending], level=9)
        return address
