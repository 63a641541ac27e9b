"""The definitions of the measures as a page or a report shows them: docs/definitions.md, and no other text.

That file is made from the tested specifications (tests/spec) and ships with the project. Here it is cut into its
parts and made HTML: raw HTML in it is shown as text, no address leads away, tables have a caption and scroll by
themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import mistune
from markupsafe import Markup

from dashboard.errors import AccessReviewError
from dashboard.settings import definitions_file
from dashboard.text import escape


HEADLINES = "headlines"  # the section about the sentences, which is no measure's
COVERAGE = "how-often-the-bounds-hold-the-truth"  # nor is the one about the trials of the bounds
PAGE = "/about"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One measure: what it is, its columns and rules, and its worked examples, each as Markdown."""

    anchor: str  # the measure's name
    title: str
    words: str
    columns: str
    rules: str
    examples: str

    @property
    def how_many(self) -> int:
        return len(re.findall(r"^### ", self.examples, re.MULTILINE))


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """What holds throughout, and one definition a measure, in the order of the file."""

    throughout: str
    measures: tuple[Definition, ...]

    def of(self, names: set[str]) -> list[Definition]:
        return [d for d in self.measures if d.anchor in names]


def address(measure: str, register: str = "") -> str:
    """Where a measure's definition is on the pages: /about?register=phe-odr#volumes."""
    from urllib.parse import urlencode

    return PAGE + (f"?{urlencode({'register': register})}" if register else "") + f"#{measure}"


@cache
def load_definitions(path: Path | None = None) -> Definitions:
    """The file, in its parts. Raises AccessReviewError when the file did not ship."""
    path = path or definitions_file()
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise AccessReviewError(
            f"the definitions cannot be read: {path}: {error.strerror or error}", hint="install the project again"
        ) from error  # fmt: skip
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    throughout = re.search(r"^What holds throughout:\n\n(.*?)(?=\n\n- \[|\Z)", head, re.MULTILINE | re.DOTALL)
    return Definitions(
        throughout=throughout[1] if throughout else "", measures=tuple(_definition(part) for part in parts)
    )


def _definition(text: str) -> Definition:
    title, _, rest = text.partition("\n")
    body, mark, examples = rest.strip().partition("\n### ")
    first, _, others = body.partition("\n\n")
    named = re.match(r"`([a-z-]+)`\. ", first)
    if named is None:
        return Definition(
            anchor=re.sub(r"[^a-z]+", "-", title.strip().lower()),
            title=title.strip(),
            words=first,
            columns="",
            rules=others,
            examples=mark.lstrip() + examples,
        )
    columns, _, rules = others.partition("\n\n**")
    return Definition(
        anchor=named[1],
        title=title.strip(),
        words=first[named.end() :],
        columns=columns,
        rules="**" + rules,
        examples=mark.lstrip() + examples,
    )


class _Renderer(mistune.HTMLRenderer):
    """HTML that a page can hold: tables named by what stands over them, headings below the measure's own."""

    def __init__(self, *, name: str, key: str, level: int) -> None:
        super().__init__(escape=True)
        self.name = name  # what a table is of, until a heading says otherwise
        self.key = key  # of the ids of the tables here
        self.level = level  # of a heading written "###"
        self.numbers = count(1)
        self.under = 0  # tables under the same heading

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        self.name, self.under = re.sub(r"<[^>]+>", "", text), 0
        place = min(self.level + level - 3, 6)
        return f"<h{place}>{text}</h{place}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>{text}</em>"  # a picture would be a request to somewhere else

    def block_code(self, code: str, info: str | None = None) -> str:
        return f'<pre tabindex="0"><code>{escape(code)}</code></pre>\n'  # it scrolls, by keyboard too

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return f'<a href="{escape(url)}">{text}</a>' if url.startswith("#") else text

    def table(self, text: str) -> str:
        name = f"{self.key}-table-{next(self.numbers)}"
        self.under += 1
        again = f" ({self.under})" if self.under > 1 else ""
        return (
            f'<div class="table-scroll" role="region" tabindex="0" aria-labelledby="{name}">\n'
            f'<table>\n<caption id="{name}">{self.name}{again}</caption>\n{text}</table></div>\n'
        )

    def table_head(self, text: str) -> str:
        return f"<thead>\n<tr>\n{text}</tr>\n</thead>\n"

    def table_body(self, text: str) -> str:
        return f"<tbody>\n{text}</tbody>\n"

    def table_row(self, text: str) -> str:
        return f"<tr>\n{text}</tr>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        return f'  <th scope="col">{text}</th>\n' if head else f"  <td>{text}</td>\n"


def as_html(markdown: str, *, name: str, key: str, level: int = 3) -> Markup:
    """Markdown as HTML. `name` is what its first tables are called, `key` begins their ids."""
    # A renderer of one's own keeps its methods for tables only when it has them before the plug-in looks.
    renderer = _Renderer(name=escape(name), key=key, level=level)
    made = mistune.create_markdown(renderer=renderer, plugins=[_tables])(markdown)
    return Markup(made)


def _tables(md: mistune.Markdown) -> None:
    """Mistune's tables, drawn by the renderer above."""
    from mistune.plugins.table import table

    drawn, md.renderer = md.renderer, None  # or the plug-in puts its own drawing in front of ours
    try:
        table(md)
    finally:
        md.renderer = drawn


@cache
def drawn(anchor: str, part: str, level: int = 4) -> Markup:
    """One part of one definition as HTML: "words", "columns", "rules" or "examples"."""
    [found] = load_definitions().of({anchor})
    name = f"Columns of {found.title}" if part == "columns" else found.title
    return as_html(getattr(found, part), name=name, key=f"{anchor}-{part}", level=level)


def queries(anchor: str) -> list[tuple[str, str, str]]:
    """What a measure asks of the build: (whose, file, SQL) of its figures and, where it is another, of their rows."""
    from dashboard.measures import MEASURES
    from dashboard.store import load_query

    found = MEASURES[anchor]
    asked = dict.fromkeys((found.query, found.rows_query))
    whose = ("What it counts", "The rows behind it")
    return [
        (words, f"dashboard/queries/{name}.sql", load_query(name).sql.strip())
        for words, name in zip(whose, asked, strict=False)
    ]


def throughout() -> Markup:
    return as_html(load_definitions().throughout, name="What holds throughout", key="throughout")
