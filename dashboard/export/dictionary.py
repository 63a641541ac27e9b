"""The data dictionary: every table and column of open data in words, read from a build's own comments.

    python -m dashboard.export.dictionary > docs/data-dictionary.md

The words stand once, in warehouse/schema/080_open_data.sql, where any program that opens a build finds them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.export import data_use
from dashboard.export.readme import environment
from dashboard.export.tables import REGISTERS, TABLES
from dashboard.measures import MEASURES
from dashboard.warehouse.engine import CONFIG


@dataclass(frozen=True, kw_only=True)
class Column:
    name: str
    kind: str  # DuckDB's type
    words: str


@dataclass(frozen=True, kw_only=True)
class Described:
    """A table in words."""

    name: str
    words: str
    columns: tuple[Column, ...]


def describe(rows: Sequence[Mapping[str, object]]) -> dict[str, Described]:
    """Rows of the query `dictionary` as tables, by name."""
    found: dict[str, list[Mapping[str, object]]] = {}
    for row in rows:
        found.setdefault(str(row["table"]), []).append(row)
    return {
        name: Described(
            name=name,
            words=str(mine[0]["table_words"] or ""),
            columns=tuple(
                Column(name=str(r["column"]), kind=str(r["type"]), words=str(r["words"] or "")) for r in mine
            ),
        )
        for name, mine in found.items()
    }


def markdown(tables: Mapping[str, Described]) -> str:
    """The dictionary as a page."""
    standard = {
        "name": data_use.NAME,
        "title": data_use.TITLE,
        "words": data_use.WORDS,
        "fields": data_use.FIELDS,
        "filled": sum(bool(field.column) for field in data_use.FIELDS),
    }
    listed = [
        {
            "title": t.title,
            "key": t.key,
            **{k: getattr(tables[t.name], k) for k in ("name", "words", "columns")},
        }
        for t in (REGISTERS, *TABLES)
    ]
    page = environment().get_template("data-dictionary.md.j2")
    return page.render(tables=listed, standard=standard, measures=list(MEASURES.values()))


def from_an_empty_folder() -> str:
    """The page, from a build of what ships: the words are the same in every build."""
    import duckdb

    from dashboard.settings import load_settings
    from dashboard.store import load_query
    from dashboard.warehouse.build import build
    from dashboard.warehouse.publish import find_build

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "data")
        build(settings)
        with duckdb.connect(str(find_build(settings).path), read_only=True, config=CONFIG) as con:
            cursor = con.execute(load_query("dictionary").sql)
            names = [d[0] for d in cursor.description]
            return markdown(describe([dict(zip(names, row, strict=True)) for row in cursor.fetchall()]))


if __name__ == "__main__":
    sys.stdout.write(from_an_empty_folder())
