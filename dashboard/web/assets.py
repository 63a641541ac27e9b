"""Scripts and styles, under addresses that hold their content's hash: compressed once, kept by browsers for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dashboard.settings import PACKAGE
from dashboard.web.kept import Answer, answer


KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
OWN = ("style.css", "app.js", "around.js")


class Assets:
    """Every file a page may ask for. Nothing else on disk has an address."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}  # by the file's name
        self.answers: dict[str, Answer] = {}  # by address
        for name in OWN:
            self.add(PACKAGE / "templates" / name)

    def add(self, path: Path) -> str:
        """Give a file an address, which is returned."""
        content = path.read_bytes()
        stem, ending = path.name.removesuffix(path.suffix), path.suffix
        address = f"/assets/{stem}-{hashlib.sha256(content).hexdigest()[:12]}{ending}"
        self.addresses[path.name] = address
        self.answers[address] = answer(content, KINDS[ending], level=9)
        return address
