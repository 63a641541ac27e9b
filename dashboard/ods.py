"""OpenDocument spreadsheets, written byte for byte the same each time: fixed zip times, fixed order, no version of a
library, no day of writing.

Two writers share what is here: that of the synthetic sample (`dashboard.sample.ods`), which looks like a publisher's
workbook, and `workbook`, which follows the rules for accessible spreadsheets of the UK's Analysis Function: one
named table a sheet, no merged and no empty cell in it, its title in the first cell, text that wraps, no colour that
means anything, nothing hidden and nothing frozen.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from dashboard.workbook import column_letter


MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
# The earliest time a zip entry can carry. Any constant would do; this one cannot be taken for a real one.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MIMETYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"""

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{rest}:1.0"'
    for prefix, rest in (
        ("office", "office"),
        ("style", "style"),
        ("table", "table"),
        ("text", "text"),
        ("meta", "meta"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
    )
)
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'

# XML 1.0 has no way to write these, so a reader would refuse the whole file.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# OpenDocument collapses white space as HTML does: every space after the first, and any at either end
# of a paragraph, has to be an element of its own.
_SPACES = re.compile(r"^ +| +$|(?<= ) +")


def _zip_entry(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, ZIP_TIME)
    info.compress_type = compression
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def text_of(line: str) -> str:
    """One line of text as the content of a paragraph."""
    safe = escape(_NOT_XML.sub("\ufffd", line))
    spaced = _SPACES.sub(lambda match: f'<text:s text:c="{len(match.group())}"/>', safe)
    return spaced.replace("\t", "<text:tab/>")


def pack(target: Path | IO[bytes], *, styles: str, meta: str, content: Iterable[str]) -> None:
    """Write the parts of a spreadsheet as one file. `content` is streamed, so memory does not grow with the sheets."""
    with zipfile.ZipFile(target, "w") as archive:
        # First and uncompressed: that is how a program tells an OpenDocument file from any other zip.
        archive.writestr(_zip_entry("mimetype", zipfile.ZIP_STORED), MIMETYPE)
        archive.writestr(_zip_entry("META-INF/manifest.xml"), MANIFEST)
        archive.writestr(_zip_entry("styles.xml"), styles)
        archive.writestr(_zip_entry("meta.xml"), meta)
        with archive.open(_zip_entry("content.xml"), "w") as part:
            for piece in content:
                part.write(piece.encode("utf-8"))


def text_cell(value: str, style: str) -> str:
    """A cell of text, a paragraph a line."""
    paragraphs = "".join(f"<text:p>{text_of(line)}</text:p>" for line in value.split("\n"))
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string">{paragraphs}'
        "</table:table-cell>"
    )


def date_cell(value: date, style: str, shown: str) -> str:
    """A cell of a date, and how it is shown."""
    return _valued(style, "date", f'office:date-value="{value.isoformat()}"', shown)


@dataclass(frozen=True, kw_only=True)
class Share:
    """0 to 1, shown as a percentage."""

    value: float


@dataclass(frozen=True, kw_only=True)
class Link:
    """Words that lead to a sheet."""

    words: str
    sheet: str


Cell = str | int | float | bool | date | Share | Link


@dataclass(frozen=True, kw_only=True)
class TableSheet:
    """A sheet: its title, sentences under it, and one table under those.

    `headings` name every column, unit included; `rows` have a value in every cell. Without headings the sheet is
    words only.
    """

    name: str  # letters, digits and underscores; that of the table too
    title: str
    words: tuple[str | Link, ...] = ()
    headings: tuple[str, ...] = ()
    rows: Sequence[Sequence[Cell]] = field(default_factory=tuple)

    @property
    def first(self) -> int:
        """The row of the headings, from 1."""
        return len(self.words) + 2


def workbook(*, title: str, description: str, sheets: Sequence[TableSheet]) -> bytes:
    """The sheets as one accessible workbook. Raises ValueError for names that are not unique or not names."""
    names = [s.name for s in sheets]
    if len(set(names)) != len(names) or not all(re.fullmatch(r"[A-Za-z]\w{0,30}", n) for n in names):
        raise ValueError(f"these cannot be the names of sheets: {', '.join(names)}")
    out = io.BytesIO()
    meta = META.format(title=text_of(title), description=text_of(description))
    pack(out, styles=STYLES, meta=meta, content=_content(sheets))
    return out.getvalue()


META = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta {NAMESPACES} {XLINK} office:version="1.3">'
    "<office:meta><meta:generator>access-review</meta:generator><dc:title>{title}</dc:title>"
    "<dc:description>{description}</dc:description><dc:language>en-GB</dc:language>"
    "</office:meta></office:document-meta>\n"
)  # fmt: skip

STYLES = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-styles {NAMESPACES} office:version="1.3">
<office:styles>
<style:default-style style:family="table-cell">
<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>
<style:text-properties fo:font-family="Arial" style:font-family-generic="swiss" fo:font-size="12pt" fo:language="en"
 fo:country="GB"/></style:default-style>
<style:style style:name="Default" style:family="table-cell"/>
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="table-cell"
 style:parent-style-name="Default"><style:table-cell-properties fo:wrap-option="no-wrap"/>
<style:text-properties fo:font-size="16pt" fo:font-weight="bold"/></style:style>
<style:style style:name="Words" style:family="table-cell" style:parent-style-name="Default">
<style:table-cell-properties fo:wrap-option="no-wrap"/></style:style>
<style:style style:name="Column_20_heading" style:display-name="Column heading" style:family="table-cell"
 style:parent-style-name="Default"><style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="bottom"
 fo:border-bottom="0.75pt solid #000000"/><style:text-properties fo:font-weight="bold"/></style:style>
</office:styles>
</office:document-styles>
"""

HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document-content {NAMESPACES} {XLINK} office:version="1.3">
<office:automatic-styles>
<number:date-style style:name="Nd"><number:day/><number:text> </number:text><number:month number:style="long"
 number:textual="true"/><number:text> </number:text><number:year number:style="long"/></number:date-style>
<number:number-style style:name="Ni"><number:number number:decimal-places="0" number:min-integer-digits="1"
 number:grouping="true"/></number:number-style>
<number:number-style style:name="Nf"><number:number number:decimal-places="3" number:min-integer-digits="1"
 number:grouping="true"/></number:number-style>
<number:percentage-style style:name="Np"><number:number number:decimal-places="1" number:min-integer-digits="1"/>\
<number:text>%</number:text></number:percentage-style>
<style:style style:name="day" style:family="table-cell" style:parent-style-name="Default" style:data-style-name="Nd"/>
<style:style style:name="count" style:family="table-cell" style:parent-style-name="Default" style:data-style-name="Ni"/>
<style:style style:name="number" style:family="table-cell" style:parent-style-name="Default"
 style:data-style-name="Nf"/>
<style:style style:name="share" style:family="table-cell" style:parent-style-name="Default"
 style:data-style-name="Np"/>
<style:style style:name="row" style:family="table-row"><style:table-row-properties
 style:use-optimal-row-height="true"/></style:style>
"""


def _content(sheets: Sequence[TableSheet]) -> Iterator[str]:
    widths = [_widths(sheet) for sheet in sheets]
    yield HEAD
    for width in sorted({w for each in widths for w in each}):
        yield (
            f'<style:style style:name="w{width}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width / 10:.1f}cm"/></style:style>\n'
        )
    yield "</office:automatic-styles>\n<office:body><office:spreadsheet>\n"
    for sheet, each in zip(sheets, widths, strict=True):
        yield from _sheet(sheet, each)
    yield "<table:database-ranges>\n"
    for sheet in (s for s in sheets if s.headings):
        last = f"{column_letter(len(sheet.headings) - 1)}{sheet.first + len(sheet.rows)}"
        yield (
            f'<table:database-range table:name="{sheet.name}" table:contains-header="true"'
            f' table:target-range-address="{sheet.name}.A{sheet.first}:{sheet.name}.{last}"/>\n'
        )
    yield "</table:database-ranges></office:spreadsheet></office:body></office:document-content>\n"


def _sheet(sheet: TableSheet, widths: Sequence[int]) -> Iterator[str]:
    yield f"<table:table table:name={quoteattr(sheet.name)}>"
    yield "".join(f'<table:table-column table:style-name="w{w}"/>' for w in widths) + "\n"
    yield _row([text_cell(sheet.title, "Heading_20_1")])
    for words in sheet.words:
        yield _row([_link(words, "Words") if isinstance(words, Link) else text_cell(words, "Words")])
    if sheet.headings:
        headings = _row(text_cell(h, "Column_20_heading") for h in sheet.headings)
        yield f"<table:table-header-rows>{headings}</table:table-header-rows>"
        for row in sheet.rows:
            yield _row(map(_cell, row))
    yield "</table:table>\n"


def _row(cells: Iterable[str]) -> str:
    return f'<table:table-row table:style-name="row">{"".join(cells)}</table:table-row>\n'


def _cell(value: Cell) -> str:
    if isinstance(value, Link):
        return _link(value, "Default")
    if isinstance(value, Share):
        shown = f"{value.value * 100:.1f}%"
        return _valued("share", "percentage", f'office:value="{value.value!r}"', shown)
    if isinstance(value, bool):
        return text_cell("yes" if value else "no", "Default")
    if isinstance(value, int):
        return _valued("count", "float", f'office:value="{value}"', f"{value:,}")
    if isinstance(value, float):
        return _valued("number", "float", f'office:value="{value!r}"', f"{value:,.3f}")
    if isinstance(value, date):
        return date_cell(value, "day", f"{value.day} {value:%B %Y}")
    return text_cell(value, "Default")


def _valued(style: str, kind: str, value: str, shown: str) -> str:
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="{kind}" {value}>'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def _link(link: Link, style: str) -> str:
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string"><text:p><text:a xlink:type="simple"'
        f" xlink:href={quoteattr(f'#{link.sheet}.A1')}>{text_of(link.words)}</text:a></text:p></table:table-cell>"
    )


def _widths(sheet: TableSheet) -> list[int]:
    """Millimetres for each column: room for its longest word, and for most of its cells on one line."""
    if not sheet.headings:
        return [180]
    found = []
    for place, heading in enumerate(sheet.headings):
        cells = [_length(row[place]) for row in sheet.rows[:500]]
        longest_word = max((len(w) for w in heading.split()), default=1)
        found.append(max(28, min(110, round(2.6 * max([longest_word + 2, *cells], default=1)) + 6)))
    return found


def _length(value: Cell) -> int:
    if isinstance(value, Link):
        return len(value.words)
    return len(value) if isinstance(value, str) else 17 if isinstance(value, date) else 8
