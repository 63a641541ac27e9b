"""The pages of an export, from templates/export: what a person who finds the folder must know to use it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.export import data_use
from dashboard.export.package import File
from dashboard.export.tables import TABLES
from dashboard.settings import PACKAGE
from dashboard.text import SYNTHETIC, day, join_words, number


@cache
def environment() -> Environment:
    """Templates of Markdown, in which text of others is a table's cell: `cell` keeps it one."""
    made = Environment(
        loader=FileSystemLoader(PACKAGE / "templates" / "export"), autoescape=False, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip  # Markdown, which no browser reads as HTML from here
    made.filters |= {
        "day": day,
        "number": number,
        "cell": cell,
        "anchor": anchor,
        "names": lambda names: join_words([f"`{name}`" for name in names]),
    }
    return made


def cell(words: object) -> str:
    """Text as one cell of a table in Markdown."""
    return " ".join(str(words).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


def anchor(title: str) -> str:
    """The address of a heading within its page, as GitHub makes it."""
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def make(registers: Sequence[Mapping[str, Any]], about: Mapping[str, Any], files: Sequence[File]) -> str:
    """README.md. `about`: the build, the code's version and the day asked for, as in the descriptor."""
    rows = {file.path: file.rows for file in files}
    listed = [
        {
            "name": name,
            "title": title,
            "both": name != data_use.NAME,
            "rows": {r["register"]: rows[f"{r['register']}/{name}.csv"] for r in registers},
        }
        for name, title in [*((t.name, t.title) for t in TABLES), (data_use.NAME, data_use.TITLE)]
    ]
    return (
        environment()
        .get_template("README.md.j2")
        .render(
            registers=registers,
            about=about,
            known_on=date.fromisoformat(about["known_on"]) if about["known_on"] else None,
            files=listed,
            synthetic=SYNTHETIC if all(r["synthetic"] for r in registers) else "",
        )
    )
