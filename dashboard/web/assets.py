"""The site's own scripts and styles, under addresses that hold their content's hash."""

from __future__ import annotations

import hashlib

from dashboard.settings import PACKAGE


OWN = (("style.css", "text/css"), ("app.js", "text/javascript"), ("around.js", "text/javascript"))


def own_assets() -> tuple[dict[str, str], dict[str, tuple[bytes, str]]]:
    """The address of each file by its name, and its bytes and content type by its address."""
    addresses: dict[str, str] = {}
    files: dict[str, tuple[bytes, str]] = {}
    for name, kind in OWN:
        content = (PACKAGE / "templates" / name).read_bytes()
        # The address holds the content's hash, so a browser may keep it for ever.
        stem, _, ending = name.partition(".")
        address = f"/assets/{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        addresses[name] = address
        files[address] = (content, f"{kind}; charset=utf-8")
    return addresses, files
