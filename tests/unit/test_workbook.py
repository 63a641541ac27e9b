from __future__ import annotations

import csv
import datetime
import hashlib
import os
import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf import opendocument, table, text
from odf.style import Style, TableProperties
from odf.table import Table, TableCell, TableRow
from openpyxl.comments import Comment

from dashboard.errors import AccessReviewError
from dashboard.workbook import Limits, cell_text, column_letter, read_workbook
from tests.support import mutate


NS = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
    for prefix in ("office", "table", "text", "manifest")
)
MANIFEST = f'<manifest:manifest {NS}><manifest:file-entry manifest:full-path="/"/></manifest:manifest>'
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ONE = '<table:table-cell office:value-type="float" office:value="1"/>'
ROW = "<table:table-row>{}</table:table-row>"
LONG = '<table:table-cell office:value-type="string"><text:p>' + "x" * 30_000 + "</text:p></table:table-cell>"


def moment(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - sheets have no time zones


def zipped(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def ods(path: Path, body: str, **parts: str | bytes) -> Path:
    content = f"<office:document-content {NS}><office:body><office:spreadsheet>{body}"
    content += "</office:spreadsheet></office:body></office:document-content>"
    return zipped(
        path, {"mimetype": ODS_TYPE, "META-INF/manifest.xml": MANIFEST, "content.xml": content, **parts}
    )


def sheet(rows: str, name: str = "S") -> str:
    return f'<table:table table:name="{name}">{rows}</table:table>'


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook at `path` with the text of one part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode(), 1)
    return zipped(path, dict(parts))


def refusal(path: Path, **limits: int) -> str:
    with pytest.raises(AccessReviewError) as caught:
        read_workbook(path, limits=Limits(**limits))
    assert caught.value.hint
    assert caught.value.__cause__ is None
    message = str(caught.value)
    assert message.startswith(path.name)
    assert "\n  Next: " in message
    return message


# Good workbooks


def test_ods_rows_match_the_sheet_and_cells_have_types(tmp_path: Path) -> None:
    cells = (
        '<table:table-cell office:value-type="string"><text:p>two<text:s text:c="3"/>words</text:p>'
        "<text:p>new line</text:p></table:table-cell>"
        '<table:table-cell office:value-type="float" office:value="12.5">'
        "<text:p>13</text:p></table:table-cell>"
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-07-04"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-07-04T10:20:30"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT01H02M03S"/>'
        '<table:table-cell office:value-type="percentage" office:value="0.5"/>'
        '<table:table-cell table:formula="of:=[.B1]*2" office:value-type="float" office:value="25"/>'
    )
    rows = (
        '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="2"/>{cells}'
        '<table:table-cell table:number-columns-repeated="16374"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048571"><table:table-cell/></table:table-row>'
    )
    path = ods(tmp_path / "x.ods", sheet(rows))
    workbook = read_workbook(path)
    (only,) = workbook.sheets
    assert only.rows[:4] == [(None,) * 10] * 4
    assert only.rows[4:] == [
        (
            None,
            None,
            "two   words\nnew line",
            12.5,
            True,
            datetime.date(2026, 7, 4),
            moment(2026, 7, 4, 10, 20, 30),
            datetime.time(1, 2, 3),
            0.5,
            25.0,
        )
    ]
    assert (workbook.format, workbook.encoding, workbook.path) == ("ods", None, path)
    assert workbook.size == path.stat().st_size
    assert workbook.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_ods_text_keeps_its_line_breaks_and_tabs_and_leaves_comments_out(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a comment</text:p>'
        "</office:annotation><text:p>one<text:line-break/>two<text:tab/>three"
        "<text:span>four</text:span></text:p></table:table-cell>"
    )
    (only,) = read_workbook(
        ods(tmp_path / "x.ods", sheet(f"<table:table-row>{cell}</table:table-row>"))
    ).sheets
    assert only.rows == [("one\ntwo\tthreefour",)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<text:p>a<!-- no -->b</text:p>", "ab"),
        ("<text:p>a<?editor no?>b</text:p>", "ab"),
        ("<text:p><![CDATA[a & b]]></text:p>", "a & b"),
        ("<text:p>a &#38; &#x62;</text:p>", "a & b"),
        ("\n  <text:p>a  <text:span>b</text:span> <text:span>c</text:span></text:p>\n  ", "a  b c"),
        ("<draw:frame><svg:desc>no</svg:desc></draw:frame><text:p>a</text:p>", "a"),
        (
            "<text:p>a</text:p><draw:frame><draw:text-box><text:p>no</text:p></draw:text-box></draw:frame>",
            "a",
        ),
    ],
)
def test_ods_text_is_the_same_however_it_is_written(tmp_path: Path, cell: str, expected: str) -> None:
    written = f'<table:table-cell office:value-type="string">{cell}</table:table-cell>'
    path = ods(tmp_path / "x.ods", sheet(ROW.format(ONE + written) + ROW.format(ONE)))
    assert read_workbook(path).sheets[0].rows == [(1.0, expected), (1.0, None)]


def test_ods_white_space_between_rows_means_nothing(tmp_path: Path) -> None:
    body = sheet("\n  " + ROW.format("\n" + ONE + "\n" + ONE) + "\n  " + ROW.format(ONE) + "\n")
    assert read_workbook(ods(tmp_path / "x.ods", body)).sheets[0].rows == [(1.0, 1.0), (1.0, None)]


@pytest.mark.parametrize(
    "attributes",
    [
        "",
        ' table:style-name="a"',
        ' office:value-type="float"',
        ' office:value-type="date" a:b="c"',
        ' office:value-type="strinf"',
        ' office:value-type="" office:value="5"',
        ' office:value-type="void"',
    ],
)
def test_ods_cell_that_does_not_give_its_value_keeps_its_text(tmp_path: Path, attributes: str) -> None:
    cell = f"<table:table-cell{attributes}><text:p>17</text:p></table:table-cell>"
    path = ods(tmp_path / "x.ods", sheet(ROW.format(ONE + cell + "<table:table-cell/>" + ONE)))
    assert read_workbook(path).sheets[0].rows == [(1.0, "17", None, 1.0)]


def test_ods_sheet_without_a_name_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "x.ods", sheet(ROW.format(ONE)) + f"<table:table>{ROW.format(ONE)}</table:table>")
    assert "has a sheet without a name" in refusal(path)
    linked = f"<table:dde-links><table:dde-link><table:table>{ROW.format(ONE)}</table:table></table:dde-link>"
    path = ods(tmp_path / "y.ods", sheet(ROW.format(ONE)) + linked + "</table:dde-links>")
    assert [s.name for s in read_workbook(path).sheets] == ["S"]


def test_a_part_is_read_in_the_encoding_it_declares(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>Caf\u00e9</text:p></table:table-cell>'
    path = ods(tmp_path / "x.ods", sheet(ROW.format(cell)))
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    for encoding in ("ISO-8859-1", "UTF-16", "us-ascii", "windows-1252"):
        data = f'<?xml version="1.0" encoding="{encoding}"?>{content}'.encode(encoding, "xmlcharrefreplace")
        zipped(path, {"mimetype": ODS_TYPE, "META-INF/manifest.xml": MANIFEST, "content.xml": data})
        assert read_workbook(path).sheets[0].rows == [("Café",)], encoding
    data = f'<?xml version="1.0" encoding="no-such"?>{content}'.encode()
    zipped(path, {"mimetype": ODS_TYPE, "META-INF/manifest.xml": MANIFEST, "content.xml": data})
    assert "cannot be read: unknown encoding" in refusal(path)


def test_xlsx_values_are_the_same_however_they_are_written(tmp_path: Path) -> None:
    path = mutate.write_shared_xlsx(tmp_path / "x.xlsx", [("a", 1234.0), ("b", True)])
    part = "xl/worksheets/sheet1.xml"
    changed(path, part, "1234.0", "1&#50;<!-- -->3<![CDATA[4]]>.0")
    changed(path, part, "<v>1</v></c></row></sheetData>", "<?no no?><v>&#49;</v></c></row></sheetData>")
    changed(path, "xl/sharedStrings.xml", ">a<", "><!-- no -->a<![CDATA[ & ]]>b<")
    assert read_workbook(path).sheets[0].rows == [("a & b", 1234.0), ("b", True)]


def test_repeated_cells_unfold(tmp_path: Path) -> None:
    cell = ONE.replace("/>", ' table:number-columns-repeated="3"/>')
    row = f'<table:table-row table:number-rows-repeated="2">{cell}</table:table-row>'
    (only,) = read_workbook(ods(tmp_path / "x.ods", sheet(row))).sheets
    assert only.rows == [(1.0, 1.0, 1.0)] * 2


def test_errors_come_through_as_the_text_a_reader_sees(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
        'calcext:value-type="error" xmlns:calcext="urn:x"><text:p>#N/A</text:p></table:table-cell>'
    )
    (only,) = read_workbook(
        ods(tmp_path / "x.ods", sheet(f"<table:table-row>{cell}</table:table-row>"))
    ).sheets
    assert only.rows == [("#N/A",)]
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "#REF!"  # openpyxl writes these as errors
    workbook.save(tmp_path / "x.xlsx")
    (only,) = read_workbook(tmp_path / "x.xlsx").sheets
    assert only.rows == [("#REF!",)]


def test_xlsx_cells_have_types_and_styled_empty_cells_take_no_room(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    page = workbook.active
    page["B3"] = "text"
    page["B3"].comment = Comment("not this", "A")
    page["C3"] = datetime.date(2026, 7, 4)
    page["D3"] = moment(2026, 7, 4, 10, 20, 30)
    page["E3"] = datetime.time(1, 2, 3)
    page["F3"] = datetime.timedelta(hours=30)
    page["G3"] = False
    page["H3"] = 5
    page["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    page.merge_cells("B4:D5")
    page["B4"] = "merged"
    workbook.save(tmp_path / "x.xlsx")
    (only,) = read_workbook(tmp_path / "x.xlsx").sheets
    assert only.rows == [
        (None,) * 8,
        (None,) * 8,
        (
            None,
            "text",
            datetime.date(2026, 7, 4),
            moment(2026, 7, 4, 10, 20, 30),
            datetime.time(1, 2, 3),
            datetime.timedelta(hours=30),
            False,
            5.0,
        ),
        (None, "merged", *(None,) * 6),
    ]


def test_hidden_sheets_are_marked_and_chart_sheets_left_out(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Seen"
    workbook.create_sheet("Hidden").sheet_state = "hidden"
    workbook.create_sheet("Very hidden").sheet_state = "veryHidden"
    workbook.create_chartsheet("Chart")
    workbook.save(tmp_path / "x.xlsx")
    sheets = read_workbook(tmp_path / "x.xlsx").sheets
    assert [(one.name, one.hidden, one.rows) for one in sheets] == [
        ("Seen", False, []),
        ("Hidden", True, []),
        ("Very hidden", True, []),
    ]
    document = opendocument.OpenDocumentSpreadsheet()
    style = Style(name="ta1", family="table")
    style.addElement(TableProperties(display="false"))
    document.automaticstyles.addElement(style)
    for name, given_style in (("Seen", None), ("Hidden", style)):
        page = Table(name=name, stylename=given_style) if given_style else Table(name=name)
        row = TableRow()
        row.addElement(TableCell(valuetype="float", value="1"))
        page.addElement(row)
        document.spreadsheet.addElement(page)
    document.save(str(tmp_path / "x.ods"))
    assert [(one.name, one.hidden) for one in read_workbook(tmp_path / "x.ods").sheets] == [
        ("Seen", False),
        ("Hidden", True),
    ]


@pytest.mark.parametrize("name", ["register.ods", "register.xlsx", "shared.xlsx", "register.xls"])
def test_one_register_reads_alike_in_every_format(tmp_path: Path, name: str) -> None:
    by_name = {path.name: path for path in mutate.seed_workbooks(tmp_path)}
    workbook = read_workbook(by_name[name])
    assert workbook.format == name.rpartition(".")[2]
    width = len(mutate.HEADINGS)
    assert workbook.sheets[-1].name == "Releases"
    assert workbook.sheets[-1].rows == [row + (None,) * (width - len(row)) for row in mutate.REGISTER]


def test_the_format_comes_from_the_content(tmp_path: Path) -> None:
    path = mutate.write_xlsx(tmp_path / "x.xlsx", {"S": [("a",)]})
    for name in ("x.csv", "x.ods", "x"):
        other = tmp_path / name
        other.write_bytes(path.read_bytes())
        assert read_workbook(other).format == "xlsx"


# CSV


@pytest.mark.parametrize(
    ("name", "data", "found", "encoding", "rows"),
    [
        ("a.csv", "\ufeffa,b\r\n1,é\r\n".encode(), "csv", "utf-8", [("a", "b"), ("1", "é")]),
        ("a.csv", "a;b\n1;“é”\n".encode("cp1252"), "csv", "cp1252", [("a", "b"), ("1", "“é”")]),
        ("a.csv", b"a\tb\n1,5\t2\n", "tsv", "utf-8", [("a", "b"), ("1,5", "2")]),
        ("a.tsv", b"a,b,c\n1\t2\n", "tsv", "utf-8", [("a,b,c", None), ("1", "2")]),
        ("a.csv", b'"a;b;c",d\n1,2\n', "csv", "utf-8", [("a;b;c", "d"), ("1", "2")]),
        ("a.csv", b"one\ntwo\n", "csv", "utf-8", [("one",), ("two",)]),
        ("a.txt", b"a,b\r1,2\r", "csv", "utf-8", [("a", "b"), ("1", "2")]),
        ("a.csv", b"PK,b\n1,2,\n", "csv", "utf-8", [("PK", "b"), ("1", "2")]),
    ],
)
def test_csv(
    tmp_path: Path, name: str, data: bytes, found: str, encoding: str, rows: list[tuple[str | None, ...]]
) -> None:
    (tmp_path / name).write_bytes(data)
    workbook = read_workbook(tmp_path / name)
    assert (workbook.format, workbook.encoding, workbook.sheets[0].rows) == (found, encoding, rows)
    assert (workbook.sheets[0].name, workbook.sheets[0].hidden) == ("a", False)


def test_csv_counts_records_and_not_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'h,i\n"two\nlines",x\n\n,\nlast\n\n,\n')
    rows = read_workbook(tmp_path / "a.csv").sheets[0].rows
    assert rows == [("h", "i"), ("two\nlines", "x"), (None, None), (None, None), ("last", None)]


def test_the_bound_of_a_field_is_ours_whatever_another_library_set(tmp_path: Path) -> None:
    theirs = csv.field_size_limit(10**9)
    try:
        (tmp_path / "a.csv").write_bytes(b'a,b\n1,"' + b"x" * 200_000)
        with pytest.raises(AccessReviewError, match="a quotation mark"):
            read_workbook(tmp_path / "a.csv")
        assert csv.field_size_limit() == 10**9
    finally:
        csv.field_size_limit(theirs)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a,b\n1,\x81\n", "neither UTF-8 nor Windows-1252 text (line 2, byte 7)"),
        (b"a,b\n1,\0\n", "not text: it has a NUL at byte 7"),
        (b'a,b\n1,2\n"never closed,3\n4,5\n', "record 3, which ends before line 5: a quotation mark"),
        (b'a,b\n"x"y,2\n', 'record 2, which ends before line 3: a quotation mark (") inside a quoted field'),
        (b"a,b\n" + b"x," * 2000, "record 2 has 2,001 fields; at most 1,024 are read"),
        (b"a,b\n1," + b"x" * 100_001, "record 2, column B: the cell has 100,001 characters; at most 100,000"),
        (b"a,b\n1," + b"x" * 200_000, "record 2, which ends before line 3: a quotation mark"),
        ("a,b\n".encode("utf-16"), "is text in UTF-16, not a workbook\n  Next: save it as CSV UTF-8"),
        (b"\n,,\n\n", "has no records"),
        (b"\xef\xbb\xbf", "has no records"),
    ],
)
def test_bad_csv(tmp_path: Path, data: bytes, expected: str) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    assert expected in refusal(tmp_path / "a.csv")


def test_csv_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" * 10)
    assert "more than 9 records" in refusal(path, rows_per_sheet=9)
    assert "more than 19 cells" in refusal(path, cells=19)
    assert "more than 19 characters of text" in refusal(path, text_characters=19)
    assert (
        len(read_workbook(path, limits=Limits(rows_per_sheet=10, cells=20, text_characters=20)).sheets) == 1
    )


# Not a workbook


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        (
            "x.ods",
            b"%PDF-1.7\n...",
            "is a PDF document, not a workbook\n  Next: download the .ods or .xlsx file",
        ),
        ("x.xlsx", b"<!DOCTYPE html><html>", "is a web page, not a workbook\n  Next: open it in a browser"),
        ("x.csv", b"\xef\xbb\xbf\n <HTML><body>404", "is a web page, not a workbook"),
        ("x.xls", b"<table><tr><td>1", "is a web page, not a workbook"),
        (
            "x.xls",
            b'<?xml version="1.0"?><Workbook/>',
            "is a single XML document, not a workbook\n  Next: open it",
        ),
        ("x.xlsx", b"Not found", "is plain text, not a workbook"),
        ("x.xlsx", b"\x01\x02\0", "is not a workbook"),
        ("x.ods", b"", "is empty (0 bytes)"),
        ("x.xlsx", b"PK\3\4 and no more", "is cut short or damaged: its zip directory cannot be read"),
        ("x.xls", mutate.OLE_MARK + b"\0" * 40, "is cut short or damaged: its container cannot be read"),
        ("x.png", b"\x89PNG\r\n", "is a picture (PNG), not a workbook"),
        ("x.csv.gz", b"\x1f\x8b\x08", "is a gzip archive, not a workbook"),
    ],
)
def test_other_files(tmp_path: Path, name: str, data: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert expected in refusal(tmp_path / name)


def test_no_such_file_a_folder_and_a_pipe(tmp_path: Path) -> None:
    assert f"was not found at {tmp_path / 'x.ods'}" in refusal(tmp_path / "x.ods")
    (tmp_path / "folder.ods").mkdir()
    assert "is a folder, not a workbook" in refusal(tmp_path / "folder.ods")
    assert "cannot be opened" in refusal(tmp_path / ("x" * 300))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert "is not an ordinary file" in refusal(tmp_path / "pipe.csv")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.csv").write_text("a")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read anything
    assert "cannot be opened (Permission denied)" in refusal(tmp_path / "x.csv")


def test_other_zip_archives(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert "is a zip archive, not a workbook\n  Next: unpack it" in refusal(zipped(path, {"a.csv": "1"}))
    word = '<Types><Override ContentType="application/vnd.x.wordprocessingml.document.main+xml"/></Types>'
    assert "is a Word document, not a workbook" in refusal(zipped(path, {"[Content_Types].xml": word}))
    binary = (
        '<Types><Override ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
    )
    message = refusal(zipped(path, {"[Content_Types].xml": binary}))
    assert "is an Excel binary workbook (.xlsb), which is not read\n  Next: open it" in message
    other = zipped(path, {"mimetype": "application/vnd.oasis.opendocument.text"})
    assert "is an OpenDocument file of type 'text', not a workbook" in refusal(other)
    assert "is a zip archive" in refusal(zipped(path, {}))


def test_password_protected(tmp_path: Path) -> None:
    expected = "is password-protected\n  Next: ask the publisher for an unprotected copy"
    path = tmp_path / "x.xlsx"
    path.write_bytes(mutate.ole({"EncryptionInfo": b"1", "EncryptedPackage": b"2"}))
    assert expected in refusal(path)
    locked = MANIFEST.replace("/></", "><manifest:encryption-data/></manifest:file-entry></")
    assert expected in refusal(ods(path, sheet(""), **{"META-INF/manifest.xml": locked}))
    data = bytearray(zipped(path, {"mimetype": ODS_TYPE}).read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert expected in refusal(path)
    data = bytearray(mutate.write_xls(tmp_path / "x.xls", mutate.REGISTER).read_bytes())
    data[532:536] = struct.pack("<HH", 0x2F, struct.unpack_from("<H", data, 534)[0])
    (tmp_path / "x.xls").write_bytes(data)
    assert expected in refusal(tmp_path / "x.xls")


def test_other_ole_files(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    path.write_bytes(mutate.ole({"WordDocument": b"1"}))
    assert "is a Word document, not a workbook" in refusal(path)
    path.write_bytes(mutate.ole({"Thumbs": b"1"}))
    assert "is not a workbook" in refusal(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["register.ods", "register.xlsx", "register.xls"])
def test_a_truncated_download(tmp_path: Path, name: str, share: float) -> None:
    by_name = {path.name: path for path in mutate.seed_workbooks(tmp_path)}
    path = by_name[name]
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert "is cut short or damaged" in refusal(path)


def test_damaged_parts(tmp_path: Path) -> None:
    path = tmp_path / "x.ods"
    assert 'its part "content.xml" is missing' in refusal(zipped(path, {"mimetype": ODS_TYPE}))
    message = refusal(ods(path, '<table:table table:name="S">'))
    assert 'its part "content.xml" is not well-formed XML (mismatched tag, line 1)' in message
    assert "is a workbook without sheets" in refusal(ods(path, ""))
    twice = sheet("", "Same") + sheet("", "Same")
    assert 'it has two sheets called "Same"' in refusal(ods(path, twice))
    with zipfile.ZipFile(ods(path, sheet("")), "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("content.xml", "other")
    assert 'it holds its part "content.xml" twice' in refusal(path)


# Files that claim to be enormous. Given to calamine as they are, several of these hang or abort the process.


def test_entities_are_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "x.ods", sheet(""))
    changed(
        path,
        "content.xml",
        "<office:document-content",
        '<!DOCTYPE x [<!ENTITY a "b">]><office:document-content',
    )
    assert 'declares its own XML entities in "content.xml"' in refusal(path)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            f'<table:table-row table:number-rows-repeated="99999999999">{ONE}</table:table-row>',
            'sheet "S" has a value in row 99,999,999,999; at most 1,048,576 rows are read',
        ),
        (
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell/></table:table-row>'
            f"<table:table-row>{ONE}</table:table-row>",
            'sheet "S" has a value in row 1,048,577',
        ),
        (
            ROW.format(f'<table:table-cell table:number-columns-repeated="16383"/>{ONE}'),
            'sheet "S" has a value in row 1, column XFD; at most 1,024 columns (to AMJ) are read',
        ),
        (
            '<table:table-row><table:table-cell table:number-columns-repeated="4294967295" '
            'office:value-type="float" office:value="1"/></table:table-row>',
            'sheet "S" has a value in row 1, column number 4,294,967,295',
        ),
        (
            f'<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            f'table:number-columns-repeated="20"/>{ONE}</table:table-row>',
            'sheet "S" spans 1,048,576 rows by 21 columns; at most 16,000,000 cells are read',
        ),
        (
            f'<table:table-row table:number-rows-repeated="1000000">{LONG}</table:table-row>',
            "holds more than 268,435,456 characters of text",
        ),
        (
            ROW.format(LONG.replace("<text:p>", '<text:p><text:s text:c="2000000000"/>')),
            'sheet "S", row 1, column A: a cell with 2,000,000,000 spaces',
        ),
        (
            f'<table:table-row table:number-rows-repeated="-1">{ONE}</table:table-row>',
            'sheet "S", row 1, column A: a row is repeated "-1" times',
        ),
        (
            f"<table:table-row>{ONE}</table:table-row><table:table-row>{ONE}<table:table-cell "
            'table:number-columns-repeated="x"/></table:table-row>',
            'sheet "S", row 2, column B: a cell is repeated "x" times',
        ),
    ],
)
def test_ods_repeats(tmp_path: Path, row: str, expected: str) -> None:
    assert expected in refusal(ods(tmp_path / "x.ods", sheet(row)))


def test_a_cell_that_is_too_long_is_named(tmp_path: Path) -> None:
    long = LONG.replace("x" * 30_000, "x" * 100_001)
    row = f"<table:table-row/><table:table-row>{ONE}{long}</table:table-row>"
    message = refusal(ods(tmp_path / "x.ods", sheet(row)))
    assert 'sheet "S", row 2, column B: the cell has 100,001 characters; at most 100,000 are read' in message


@pytest.mark.parametrize(
    ("part", "old", "new", "expected"),
    [
        (
            "xl/worksheets/sheet1.xml",
            'r="B9"',
            'r="XFD1048576"',
            'sheet "Releases" has a value in row 1,048,576',
        ),
        ("xl/worksheets/sheet1.xml", 'r="B9"', 'r="Z1048576"', 'sheet "Releases" spans 1,048,576 rows by 26'),
        ("xl/worksheets/sheet1.xml", 'r="B9"', 'r="ZZZZ1"', 'sheet "Releases" has a cell called "ZZZZ1"'),
        (
            "xl/worksheets/sheet1.xml",
            'r="B9"',
            'r="B9999999"',
            "has a value in row 9,999,999; at most 1,048,576",
        ),
        ("xl/worksheets/sheet1.xml", '<row r="9">', '<row r="x">', 'counts to "x"'),
        ("xl/sharedStrings.xml", 'uniqueCount="', 'uniqueCount="42949672', "it claims 42949672"),
        ("xl/sharedStrings.xml", "</sst>", "", "is not well-formed XML (no element found"),
    ],
)
def test_xlsx_claims(tmp_path: Path, part: str, old: str, new: str, expected: str) -> None:
    path = mutate.write_shared_xlsx(tmp_path / "x.xlsx", mutate.REGISTER)
    assert expected in refusal(changed(path, part, old, new))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('<row r="1"><c r="XFD1048576" t="inlineStr"><is><t/></is></c></row>', "in row 1,048,576"),
        ('<row r="1"><c r="XFD1048576" t="inlineStr"><is><t><x/>a</t></is></c></row>', "in row 1,048,576"),
        ('<row r="1"><c r="XFD1048576"><c/><v>1</v></c></row>', "in row 1,048,576"),
        ('<row r="2000000"><c r="A1"><v>1</v></c><c><v>1</v></c></row>', "in row 2,000,000"),
        ("<row>" + "<c><v>1</v></c><row>" * 1025 + "</row>" * 1026, "column AMK"),
        ('<row r="1048576"><c><v>1</v></c></row><row><c><v>1</v></c></row>', "in row 1,048,577"),
    ],
)
def test_xlsx_cells_that_hide(tmp_path: Path, cells: str, expected: str) -> None:
    # Found by mutating: each reached calamine unmeasured, which then asked for 512 GB and was aborted.
    path = mutate.write_shared_xlsx(tmp_path / "x.xlsx", mutate.REGISTER)
    changed(path, "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData>" + cells)
    assert expected in refusal(path)


def test_a_table_inside_a_cell_is_refused(tmp_path: Path) -> None:
    inner = sheet(ROW.format(ONE), "Inner")
    cell = f'<table:table-cell office:value-type="string"><text:p>a</text:p>{inner}</table:table-cell>'
    for body in (ROW.format(ROW.format(ONE)), ROW.format(cell), inner):
        message = refusal(ods(tmp_path / "x.ods", sheet(body)))
        assert 'sheet "S", row 1, column A: a table inside the sheet\'s own table' in message


def test_xlsx_text_that_unfolds(tmp_path: Path) -> None:
    path = mutate.write_shared_xlsx(tmp_path / "x.xlsx", [("x" * 5_000,)] * 200)
    assert len(read_workbook(path).sheets[0].rows) == 200
    assert "more than 999,999 characters of text" in refusal(path, text_characters=999_999)
    changed(path, "xl/worksheets/sheet1.xml", "<v>0</v>", "<v><!-- -->0<!-- --></v>")
    assert "more than 999,999 characters of text" in refusal(path, text_characters=999_999)


def test_xls_claims(tmp_path: Path) -> None:
    path = mutate.write_xls(tmp_path / "x.xls", mutate.REGISTER)
    sound = path.read_bytes()

    def with_record(kind: int, at: int, value: bytes) -> Path:
        begin = 512
        while struct.unpack_from("<H", sound, begin)[0] != kind:
            begin += 4 + struct.unpack_from("<H", sound, begin + 2)[0]
        begin += 4 + at
        path.write_bytes(sound[:begin] + value + sound[begin + len(value) :])
        return path

    # The size a sheet claims is not believed, so a wrong one does no harm.
    expected = read_workbook(path).sheets
    assert read_workbook(with_record(0x0200, 0, b"\xff" * 14)).sheets == expected
    assert "it claims 2,147,483,647 shared strings" in refusal(with_record(0x00FC, 4, b"\xff\xff\xff\x7f"))
    assert 'sheet "number 1" has a value in row 60,001; at most 50,000' in refusal(
        with_record(0x00FD, 0, struct.pack("<H", 60_000)), rows_per_sheet=50_000
    )
    path.write_bytes(sound)
    assert "more than 500 characters of text" in refusal(path, text_characters=500)
    assert 'sheet "number 1" has a value in row 3, column G' in refusal(path, columns=6)
    loop = bytearray(sound)
    loop[-512:-508] = struct.pack("<I", 0)  # the first sector is followed by itself
    path.write_bytes(loop)
    assert "a chain of sectors that does not end" in refusal(path)


def test_long_xls_string_tables(tmp_path: Path) -> None:
    rows = [tuple(f"row {row}, column {column}: " + "löng " * 40 for column in "ABCDE") for row in range(200)]
    path = mutate.write_xls(tmp_path / "x.xls", rows)
    assert read_workbook(path).sheets[0].rows == rows
    characters = sum(len(value) for row in rows for value in row)
    assert "characters of text" in refusal(path, text_characters=characters - 1)
    assert read_workbook(path, limits=Limits(text_characters=characters)).sheets[0].rows == rows


def test_zip_bombs(tmp_path: Path) -> None:
    path = ods(tmp_path / "x.ods", sheet(""), **{"Pictures/x.png": bytes(64 * 1024 * 1024)})
    assert "times its size, as a zip bomb does (at most 200 times is read)" in refusal(path)
    assert "unpacks to 64 MiB; at most 1 MiB is read" in refusal(path, unpacked_bytes=1024 * 1024)
    assert "packs 4 parts; at most 3 are read" in refusal(path, members=3)
    assert read_workbook(path, limits=Limits(ratio=2000)).sheets[0].rows == []


def entries_changed(path: Path, field: int, value: int, *, only: slice = slice(None)) -> Path:
    """The archive at `path` with one field of its directory entries changed."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.start_dir
    places = [at + m.start() for m in re.finditer(rb"PK\x01\x02", data[at:])]
    for place in places[only]:
        struct.pack_into("<I", data, place + field, value)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("field", "value", "only", "words"),
    [
        (24, 10, slice(None), "cannot be unpacked"),  # smaller than it is
        (24, 0xFFFFFFFE, slice(None), "unpacks to"),  # 4 GiB each
        (24, 0xFFFFFFFF, slice(None), "unpacks to"),  # "see the zip64 field", and there is none
        (42, 0, slice(1, 4), "cannot be unpacked"),  # several entries over one part
        (20, 1, slice(None), "cannot be unpacked"),  # packed into one byte
    ],
)
def test_zip_directories_that_lie(tmp_path: Path, field: int, value: int, only: slice, words: str) -> None:
    path = mutate.write_xlsx(tmp_path / "x.xlsx", {"S": mutate.REGISTER})
    assert words in refusal(entries_changed(path, field, value, only=only))


def test_names_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    path = mutate.write_shared_xlsx(tmp_path / "x.xlsx", [("a",)])
    link = zipfile.ZipInfo("xl/media/link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("/etc/passwd", "no")
        archive.writestr("../../../x.png", "no")
        archive.writestr(link, "/etc/passwd")
    assert read_workbook(path).sheets[0].rows == [("a",)]


@pytest.mark.parametrize("element", ["table:table-row-group", "office:unknown", "draw:g"])
def test_deep_nesting(tmp_path: Path, element: str) -> None:
    deep = 100_000
    body = sheet(f"<{element}>" * deep + ROW.format(ONE) + f"</{element}>" * deep)
    rows = read_workbook(ods(tmp_path / "x.ods", body)).sheets[0].rows
    assert rows == ([] if element == "draw:g" else [(1.0,)])


def test_limits(tmp_path: Path) -> None:
    path = ods(tmp_path / "x.ods", sheet("", "A") + sheet("", "B"))
    assert "has more than 1 sheets" in refusal(path, sheets=1)
    assert "is 0 MiB; at most 0 MiB is read" in refusal(path, file_bytes=path.stat().st_size - 1)
    row = f"<table:table-row>{ONE}</table:table-row>"
    two = ods(path, sheet(row, "A") + sheet(row, "B"))
    assert "holds more than 1 cells" in refusal(two, cells=1)


def test_a_panic_in_native_code_is_an_ordinary_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class PanicException(BaseException):
        pass

    def panic(*_: object) -> None:
        os.write(2, b"thread '<unnamed>' panicked")
        raise PanicException("index out of bounds")

    monkeypatch.setattr("dashboard.workbook.native._sheets", panic)
    assert "is cut short or damaged: its contents contradict each other" in refusal(
        ods(tmp_path / "x.ods", sheet(""))
    )
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_interrupting_is_not_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dashboard.workbook.native._sheets", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_workbook(ods(tmp_path / "x.ods", sheet("")))


@pytest.mark.parametrize(
    ("error", "expected"),
    [(MemoryError, "too large for the memory"), (RecursionError, "nested too deeply")],
)
def test_running_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception], expected: str
) -> None:
    def give_up(*_: object) -> None:
        raise error

    monkeypatch.setattr("dashboard.workbook.native._sheets", give_up)
    assert expected in refusal(ods(tmp_path / "x.ods", sheet("")))


# Names and text


@pytest.mark.parametrize(
    ("index", "letter"),
    [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (16383, "XFD")],
)
def test_column_letter(index: int, letter: str) -> None:
    assert column_letter(index) == letter


def test_column_letter_counts_from_0() -> None:
    with pytest.raises(ValueError, match="counts from 0"):
        column_letter(-1)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ""),
        ("  as it is ", "  as it is "),
        (5.0, "5"),
        (5, "5"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1234567.89, "1234567.89"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime.date(2026, 7, 4), "2026-07-04"),
        (moment(2026, 7, 4), "2026-07-04"),
        (moment(2026, 7, 4, 10, 20, 30), "2026-07-04 10:20:30"),
        (datetime.time(1, 2, 3), "01:02:03"),
        (datetime.timedelta(hours=30, seconds=1), "30:00:01"),
        (-datetime.timedelta(minutes=1), "-00:01:00"),
    ],
)
def test_cell_text(cell: object, expected: str) -> None:
    assert cell_text(cell) == expected  # type: ignore[arg-type]


# Against other readers


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9).map(float),
    st.integers(-(10**12), 10**12).map(lambda number: number / 1000),  # openpyxl writes 16 digits
    st.dates(datetime.date(1900, 3, 1), datetime.date(2200, 1, 1)),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=20).filter(
        # "_x0041_" is an escape in .xlsx; a space at an end or two together are folded by odfpy.
        lambda value: value and "_x" not in value and value == " ".join(value.split())
    ),
)
SHEETS = st.lists(st.lists(CELLS, max_size=6).map(tuple), max_size=6)


def as_read(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """`rows` as a reader should give them: trimmed at the end and equally wide."""
    used = [max((n for n, value in enumerate(row, 1) if value is not None), default=0) for row in rows]
    height = max((n for n, width in enumerate(used, 1) if width), default=0)
    width = max(used, default=0)
    return [(*row, *(None,) * width)[:width] for row in rows[:height]]


def plain(value: object) -> object:
    if isinstance(value, datetime.datetime):
        return value.date()
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=SHEETS)
def test_xlsx_as_openpyxl_reads_it(tmp_path: Path, rows: list[tuple[mutate.Value, ...]]) -> None:
    path = mutate.write_xlsx(tmp_path / "x.xlsx", {"S": rows})
    (only,) = read_workbook(path).sheets
    oracle = openpyxl.load_workbook(path).active
    seen = [tuple(plain(value) for value in row) for row in oracle.iter_rows(values_only=True)]
    assert only.rows == as_read(seen) == as_read(rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=SHEETS)
def test_ods_as_odfpy_reads_it(tmp_path: Path, rows: list[tuple[mutate.Value, ...]]) -> None:
    path = mutate.write_ods(tmp_path / "x.ods", {"S": rows})
    (only,) = read_workbook(path).sheets
    seen = [
        tuple(odf_value(cell) for cell in row.getElementsByType(table.TableCell))
        for row in opendocument.load(str(path)).spreadsheet.getElementsByType(table.TableRow)
    ]
    assert only.rows == as_read(seen) == as_read(rows)


def odf_value(cell: TableCell) -> object:
    kind = cell.getAttribute("valuetype")
    if kind == "float":
        return float(cell.getAttribute("value"))
    if kind == "boolean":
        return cell.getAttribute("booleanvalue") == "true"
    if kind == "date":
        return datetime.date.fromisoformat(cell.getAttribute("datevalue"))
    return "\n".join(str(line) for line in cell.getElementsByType(text.P)) or None
