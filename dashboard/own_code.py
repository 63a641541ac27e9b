"""Our own code as one hash: two reviews with the same one were made by the same method."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dashboard.files import sha256_of
from dashboard.settings import PACKAGE


def code_hash(notebook: Path) -> str:
    """The hash of our own code, queries, templates and the notebook."""
    digest = hashlib.sha256()
    paths = [p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".sql", ".html", ".css", ".j2", ".json")]
    for path in [*sorted(p for p in paths if "shipped" not in p.relative_to(PACKAGE).parts), notebook]:
        name = path.name if path == notebook else path.relative_to(PACKAGE).as_posix()
        digest.update(f"{name}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()
