"""A register of three columns, and a data folder told apart by its files: what most tests of commands start from."""

from __future__ import annotations

import hashlib
from pathlib import Path


TINY = """
id = "tiny"
title = "A register of three columns"
publisher = "Nobody"

[[layout]]
era = "only"
date_order = "ymd"

[[layout.sheet]]
name = "*"
rows = "release"

[layout.sheet.columns]
reference = ["Reference"]
recipient = ["Organisation"]
released_date = ["Released"]
"""


def write_tiny(folder: Path, rows: str = "A1,Somebody Ltd,2020-03-04\nA2,Another Ltd,2021-06-07\n") -> Path:
    """Describe the register `tiny` in a data folder and write a file of it beside the folder."""
    (folder / "registers").mkdir(parents=True, exist_ok=True)
    (folder / "registers" / "tiny.toml").write_text(TINY, "utf-8")
    path = folder.parent / "tiny.csv"
    path.write_text(f"Reference,Organisation,Released\n{rows}", "utf-8")
    return path


def tree(folder: Path) -> dict[str, str]:
    """Every file under `folder` by its content. Lock files are empty and are not data."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }
