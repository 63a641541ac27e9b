"""A small OpenDocument spreadsheet writer for the synthetic sample.

It exists so that the sample comes out byte for byte the same each time: fixed zip times, fixed order,
no library version in the file. Rows are streamed, so memory does not grow with the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from dashboard.ods import date_cell, pack, text_cell


Cell = str | int | float | date | None

STYLES = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-styles xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"\
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" office:version="1.3">
<office:styles><style:style style:name="Default" style:family="table-cell"/></office:styles>
</office:document-styles>
"""

META = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"\
 xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3">
<office:meta><dc:title>{title}</dc:title></office:meta>
</office:document-meta>
"""

CONTENT_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"\
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"\
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"\
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"\
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"\
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.3">
<office:automatic-styles>
<number:date-style style:name="N1"><number:day number:style="long"/><number:text>/</number:text>\
<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>\
</number:date-style>
<style:style style:name="co1" style:family="table-column">\
<style:table-column-properties style:column-width="4cm"/></style:style>
<style:style style:name="shown" style:family="table">\
<style:table-properties table:display="true"/></style:style>
<style:style style:name="hidden" style:family="table">\
<style:table-properties table:display="false"/></style:style>
<style:style style:name="day" style:family="table-cell" style:parent-style-name="Default"\
 style:data-style-name="N1"/>
<style:style style:name="wrap" style:family="table-cell" style:parent-style-name="Default">\
<style:table-cell-properties fo:wrap-option="wrap"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>
"""
CONTENT_TAIL = "</office:spreadsheet></office:body></office:document-content>\n"


@dataclass(frozen=True)
class Sheet:
    name: str
    rows: Iterable[Sequence[Cell]]
    columns: int
    hidden: bool = False


def write_ods(path: Path, *, title: str, sheets: Iterable[Sheet]) -> None:
    """Write the sheets to `path`, the same bytes for the same content."""
    pack(path, styles=STYLES, meta=META.format(title=escape(title)), content=_content(sheets))


def _content(sheets: Iterable[Sheet]) -> Iterator[str]:
    yield CONTENT_HEAD
    for sheet in sheets:
        yield from _table(sheet)
    yield CONTENT_TAIL


def _table(sheet: Sheet) -> Iterator[str]:
    style = "hidden" if sheet.hidden else "shown"
    yield (
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{style}">'
        f'<table:table-column table:style-name="co1" table:number-columns-repeated="{sheet.columns}"/>\n'
    )
    for row in sheet.rows:
        yield f"<table:table-row>{''.join(map(_cell, row)) or '<table:table-cell/>'}</table:table-row>\n"
    yield "</table:table>\n"


def _cell(value: Cell) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, date):
        return date_cell(value, "day", f"{value:%d/%m/%Y}")
    if isinstance(value, str):
        return text_cell(value, "wrap")
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}">'
        f"<text:p>{value}</text:p></table:table-cell>"
    )
