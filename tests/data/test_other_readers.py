"""read_workbook against openpyxl and odfpy: every kind of cell, in sheets laid out every way, and real files."""

from __future__ import annotations

import datetime
import zipfile
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment

from dashboard.workbook import read_workbook
from tests.support import independent
from tests.support.mutate import real_workbooks


QUIETLY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])
# odfpy folds spaces, and "_x0041_" is an escape in .xlsx.
WORDS = st.text(LETTERS, min_size=1, max_size=12).filter(lambda t: t == " ".join(t.split()) and "_x" not in t)
NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9).map(lambda n: n / 1000))
DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1))
MOMENTS = st.datetimes(datetime.datetime(1990, 1, 1), datetime.datetime(2100, 1, 1)).map(  # noqa: DTZ001 - as in sheets
    lambda moment: moment.replace(microsecond=0)
)
SECONDS = st.integers(1, 200_000)


# ODS, made by hand so that everything a program may write is in it


def ods_cell(kind, words, number, day, moment, seconds, more):
    """One or more cells of a kind, as LibreOffice, Excel or a script would write them."""
    text = escape(words)
    h, m, s = seconds // 3600, seconds // 60 % 60, seconds % 60
    clock = f"PT{h:02}H{m:02}M{s:02}S"
    inside = {
        "lines": f"<text:p>{text}</text:p><text:p>{text}</text:p>",
        "spans": f"<text:p><text:span>{text}</text:span> <text:span>b</text:span></text:p>",
        "spaces": f'<text:p>{text}<text:s text:c="{more}"/>c<text:tab/>d<text:line-break/>e</text:p>',
        "link": f'<text:p><text:a xlink:href="https://example.org/">{text}</text:a></text:p>',
        "note": f"<office:annotation><text:p>not this</text:p></office:annotation><text:p>{text}</text:p>",
        "drawing": "<draw:frame><draw:text-box><text:p>nor this</text:p></draw:text-box></draw:frame>"
        f"<text:p>{text}</text:p>",
    }
    typed = {
        "float": f'office:value-type="float" office:value="{number!r}"',
        "percentage": f'office:value-type="percentage" office:value="{number!r}"',
        "currency": f'office:value-type="currency" office:currency="GBP" office:value="{number!r}"',
        "boolean": f'office:value-type="boolean" office:boolean-value="{str(more % 2 == 0).lower()}"',
        "date": f'office:value-type="date" office:date-value="{day.isoformat()}"',
        "moment": f'office:value-type="date" office:date-value="{moment.isoformat()}"',
        "duration": f'office:value-type="time" office:time-value="{clock}"',
        "formula": f'table:formula="of:=A1+1" office:value-type="float" office:value="{number!r}"',
        "formula of text": 'table:formula="of:=A1" office:value-type="string" calcext:value-type="string"',
    }
    if kind in inside:
        return f'<table:table-cell office:value-type="string">{inside[kind]}</table:table-cell>'
    if kind in typed:
        return f"<table:table-cell {typed[kind]}><text:p>{text}</text:p></table:table-cell>"
    if kind == "error":
        return (
            '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""'
            ' calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
        )
    if kind == "merged":
        return (
            f'<table:table-cell office:value-type="string" table:number-columns-spanned="{more + 1}">'
            f"<text:p>{text}</text:p></table:table-cell>"
            f'<table:covered-table-cell table:number-columns-repeated="{more}"/>'
        )
    if kind == "repeated":
        return (
            f'<table:table-cell table:number-columns-repeated="{more}" office:value-type="float" office:value="5">'
            "<text:p>5</text:p></table:table-cell>"
        )
    return f'<table:table-cell table:style-name="a" table:number-columns-repeated="{more}"/>'


ODS_KINDS = (
    *(
        "lines",
        "spans",
        "spaces",
        "link",
        "note",
        "drawing",
        "float",
        "percentage",
        "currency",
        "boolean",
        "date",
    ),
    *("moment", "duration", "formula", "formula of text", "error", "merged", "repeated", "empty", "empty"),
)
ODS_CELLS = st.builds(
    ods_cell, st.sampled_from(ODS_KINDS), WORDS, NUMBERS, DAYS, MOMENTS, SECONDS, st.integers(1, 3)
)


def ods_row(cells, repeats, wrapping):
    again = f' table:number-rows-repeated="{repeats}"' if repeats > 1 else ""
    row = f"<table:table-row{again}>{''.join(cells) or '<table:table-cell/>'}</table:table-row>"
    return f"<table:{wrapping}>{row}</table:{wrapping}>" if wrapping else row


ODS_ROWS = st.builds(
    ods_row,
    st.lists(ODS_CELLS, max_size=5),
    st.sampled_from([1, 1, 1, 2, 4]),
    st.sampled_from(["", "", "", "table-row-group", "table-header-rows", "table-rows"]),
)
EMPTY_ROWS = st.integers(1, 30).map(
    lambda n: f'<table:table-row table:number-rows-repeated="{n}"><table:table-cell/></table:table-row>'
)
NAMES = st.text(st.characters(categories=["L", "N"], codec="utf-8"), min_size=1, max_size=8)
ODS_SHEETS = st.lists(
    st.tuples(NAMES, st.booleans(), st.lists(st.one_of(ODS_ROWS, ODS_ROWS, EMPTY_ROWS), max_size=7)),
    min_size=1, max_size=3, unique_by=lambda sheet: sheet[0],
)  # fmt: skip


def write_ods(path, sheets):
    spaces = {
        **{p: f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0" for p, n in (
            ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing"),
        )},
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
    }  # fmt: skip
    named = " ".join(f'xmlns:{p}="{n}"' for p, n in spaces.items())
    styles = "".join(
        f'<style:style style:name="{n}" style:family="table"><style:table-properties table:display="{d}"/>'
        "</style:style>"
        for n, d in (("shown", "true"), ("hidden", "false"))
    )
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{"hidden" if hidden else "shown"}">'
        f"<table:table-column/>{''.join(rows)}</table:table>"
        for name, hidden, rows in sheets
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {named} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", content)):
            archive.writestr(name, part)
    return path


@QUIETLY
@given(sheets=ODS_SHEETS)
def test_ods_as_odfpy_reads_it(tmp_path, sheets):
    path = write_ods(tmp_path / "x.ods", sheets)
    workbook = read_workbook(path)
    other = independent.by_odfpy(path)
    assert independent.difference(independent.ours(workbook), other) == ""
    assert [s.hidden for s in workbook.sheets] == [hidden for _, hidden, _ in sheets]


# XLSX, written by openpyxl


def put(sheet, row, column, kind, words, number, day, moment, seconds):
    cell = sheet.cell(row, column)
    if kind == "rich text":
        cell.value = CellRichText(words, TextBlock(InlineFont(b=True), " and bold"))
    elif kind in ("percentage", "currency", "number"):
        cell.value = number
        cell.number_format = {"percentage": "0.0%", "currency": "£#,##0.00", "number": "0.00"}[kind]
    elif kind == "date":
        cell.value, cell.number_format = day, "dd/mm/yyyy"
    elif kind == "moment":
        cell.value, cell.number_format = moment, "yyyy-mm-dd hh:mm:ss"
    elif kind == "duration":
        cell.value, cell.number_format = datetime.timedelta(seconds=seconds), "[h]:mm:ss"
    elif kind == "boolean":
        cell.value = number > 0
    elif kind == "error":
        cell.value, cell.data_type = "#N/A", "e"
    elif kind == "lines":
        cell.value = f"{words}\n{words}"
    elif kind == "link":
        cell.value, cell.hyperlink = words, "https://example.org/"
    elif kind == "note":
        cell.value, cell.comment = words, Comment("not this", "a")
    elif kind == "formula":
        cell.value = "=1+1"
    elif kind == "looks like one":
        cell.value, cell.data_type = "=1+1", "s"
    elif kind == "text":
        cell.value, cell.data_type = words, "s"
    elif kind == "styled and empty":
        cell.number_format = "0.00"


XLSX_KINDS = (
    *(
        "rich text",
        "percentage",
        "currency",
        "number",
        "date",
        "moment",
        "duration",
        "boolean",
        "error",
        "lines",
    ),
    *("link", "note", "formula", "looks like one", "text", "styled and empty"),
)
XLSX_CELLS = st.tuples(
    st.integers(1, 40),
    st.integers(1, 30),
    st.sampled_from(XLSX_KINDS),
    WORDS,
    NUMBERS,
    DAYS,
    MOMENTS,
    SECONDS,
)
XLSX_SHEETS = st.lists(
    st.tuples(
        st.sampled_from(["visible", "visible", "hidden", "veryHidden"]),
        st.lists(XLSX_CELLS, max_size=12, unique_by=lambda cell: cell[:2]),
        st.sampled_from(["", "A1:B2", "C3:C9", "B2:F2"]),
    ),
    min_size=1, max_size=3,
)  # fmt: skip


@QUIETLY
@given(sheets=XLSX_SHEETS)
def test_xlsx_as_openpyxl_reads_it(tmp_path, sheets):
    book = openpyxl.Workbook()
    for number, (state, cells, merged) in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = f"Sheet {number}"
        if number:  # one is always to be seen
            sheet.sheet_state = state
        for cell in cells:
            put(sheet, *cell)
        if merged:
            sheet.merge_cells(merged)
    path = tmp_path / "x.xlsx"
    book.save(path)
    # A formula has a value that was worked out when it was saved; openpyxl writes none.
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            for empty in (b"<v />", b"<v/>", b"<v></v>"):
                part = part.replace(b"<f>1+1</f>" + empty, b"<f>1+1</f><v>2</v>")
            archive.writestr(name, part)
    workbook = read_workbook(path)
    assert independent.difference(independent.ours(workbook), independent.by_openpyxl(path)) == ""
    expected = ["visible", *(state for state, *_ in sheets[1:])]
    assert [s.hidden for s in workbook.sheets] == [state != "visible" for state in expected]


@pytest.mark.realdata
def test_real_files_as_other_readers_read_them():
    tried = 0
    for path in real_workbooks(700_000):
        workbook = read_workbook(path)
        assert (
            independent.difference(independent.ours(workbook), independent.by_another(path, workbook.format))
            == ""
        )
        tried += sum(len(grid) for grid in independent.ours(workbook).values())
    assert tried > 15_000 or not real_workbooks(700_000)
