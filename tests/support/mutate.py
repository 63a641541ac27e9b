"""Workbooks gone wrong: small valid seeds of every format, and seeded mutations of them.

The same `seed` and the same seed files give the same mutants, so a failing one can be made again from its
name. Used on `read_workbook` and, with the same mutants, on the command line.
"""

from __future__ import annotations

import datetime
import io
import os
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook as Xlsx


Value = str | float | bool | datetime.date | None

HEADINGS = ("Reference", "Organisation", "Received", "Released", "Records", "Sensitive", "Purpose")
REGISTER: list[tuple[Value, ...]] = [
    ("Data release register, April 2026",),
    (),
    HEADINGS,
    *[
        (
            f"DR26{month:02}{number:02}.{number}",
            ("University of Somewhere", "Another & Daughters Ltd", "Conseil général", "=HYPERLINK(1)")[
                number % 4
            ],
            datetime.date(2026, month, number + 1),
            None if number % 3 == 0 else datetime.date(2026, month + 1, number + 1),
            float(number * 1000 + month),
            number % 2 == 0,
            f"Line one\nline  two, with “quotes” and 1,000 words; {number}",
        )
        for month in (4, 5, 6)
        for number in range(1, 9)
    ],
    (None, None, None, None, 108_000.0),
]


OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


# Seeds


def write_ods(path: Path, sheets: dict[str, list[tuple[Value, ...]]]) -> Path:
    document = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = Table(name=name)
        for values in rows:
            row = TableRow()
            for value in values:
                row.addElement(_ods_cell(value))
            table.addElement(row)
        document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def _ods_cell(value: Value) -> TableCell:
    if value is None:
        return TableCell()
    if isinstance(value, bool):
        return TableCell(valuetype="boolean", booleanvalue=str(value).lower())
    if isinstance(value, int | float):
        return TableCell(valuetype="float", value=repr(value))
    if isinstance(value, datetime.date):
        return TableCell(valuetype="date", datevalue=value.isoformat())
    cell = TableCell(valuetype="string")
    for line in value.split("\n"):
        cell.addElement(P(text=line))
    return cell


def write_xlsx(path: Path, sheets: dict[str, list[tuple[Value, ...]]]) -> Path:
    workbook = Xlsx()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for number, values in enumerate(rows, 1):
            for column, value in enumerate(values, 1):
                cell = sheet.cell(number, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"  # "=..." here is text, not a formula
    workbook.save(path)
    return path


def _strings(rows: list[tuple[Value, ...]]) -> dict[str, int]:
    """Each text and its place in a table of shared strings."""
    return {
        text: place
        for place, text in enumerate(sorted({v for row in rows for v in row if isinstance(v, str)}))
    }


def write_shared_xlsx(path: Path, rows: list[tuple[Value, ...]]) -> Path:
    """As Excel writes it, with its text in one table. Made by hand: openpyxl may write text in the cells."""
    strings = _strings(rows)
    lines = []
    for number, values in enumerate(rows, 1):
        cells = []
        for column, value in enumerate(values):
            place = f'r="{chr(ord("A") + column)}{number}"'
            if isinstance(value, str):
                cells.append(f'<c {place} t="s"><v>{strings[value]}</v></c>')
            elif isinstance(value, bool):
                cells.append(f'<c {place} t="b"><v>{value:d}</v></c>')
            elif isinstance(value, datetime.date):
                days = (value - datetime.date(1899, 12, 30)).days
                cells.append(f'<c {place} s="1"><v>{days}</v></c>')
            elif value is not None:
                cells.append(f"<c {place}><v>{value!r}</v></c>")
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    table = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">'
        '<sheets><sheet name="Releases" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}" count="{len(strings)}" uniqueCount="{len(strings)}">'
        f"{table}</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_xls(path: Path, rows: list[tuple[Value, ...]], *, streams: tuple[str, ...] = ("Workbook",)) -> Path:
    """A BIFF8 workbook, by hand: nothing installed writes one."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    strings = _strings(rows)
    blocks = [struct.pack("<II", len(strings), len(strings))]
    for text in strings:
        left = text.encode("utf-16-le")
        head = struct.pack("<HB", len(text), 1)
        if len(blocks[-1]) + len(head) > 8224:  # a string's head is never divided
            blocks.append(b"")
        blocks[-1] += head
        while left:
            room = (8224 - len(blocks[-1])) // 2 * 2
            blocks[-1] += left[:room]
            left = left[room:]
            if left:
                blocks.append(b"\x01")  # the rest of a divided string says anew how it is packed
    sst = record(0x00FC, blocks[0]) + b"".join(record(0x003C, block) for block in blocks[1:])
    cells = bytearray(record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)))
    cells += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for number, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, str):
                cells += record(0x00FD, struct.pack("<HHHI", number, column, 0, strings[value]))
            elif isinstance(value, bool):
                cells += record(0x0205, struct.pack("<HHHBB", number, column, 0, value, 0))
            elif isinstance(value, datetime.date):
                days = (value - datetime.date(1899, 12, 30)).days
                cells += record(0x0203, struct.pack("<HHHd", number, column, 1, days))
            elif value is not None:
                cells += record(0x0203, struct.pack("<HHHd", number, column, 0, value))
    cells += record(0x000A, b"")
    head = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    head += record(0x0042, struct.pack("<H", 1200))
    head += record(0x00E0, struct.pack("<HH", 0, 0) + bytes(16))
    head += record(0x00E0, struct.pack("<HH", 0, 14) + bytes(16))
    name = b"Releases"
    place = len(head) + 12 + len(name) + len(sst) + 4
    head += record(0x0085, struct.pack("<IHBB", place, 0, len(name), 0) + name) + sst + record(0x000A, b"")
    path.write_bytes(ole(dict.fromkeys(streams, head + bytes(cells))))
    return path


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file of 512-byte sectors."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    body = b""
    fat: list[int] = []
    entries = []
    for name, content in streams.items():
        padded = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
        begin = len(fat)
        fat += [*range(begin + 1, begin + len(padded) // 512), end]
        entries.append((name, 2, begin, len(padded)))
        body += padded
    directory_at = len(fat)
    entries.insert(0, ("Root Entry", 5, end, 0))
    directory = b""
    for name, kind, begin, size in entries:
        text = name.encode("utf-16-le") + b"\0\0"
        child = 1 if kind == 5 else free
        links = struct.pack("<HBB3I", len(text), kind, 1, free, free, child)
        directory += text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", begin, size)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    fat += [*range(directory_at + 1, directory_at + len(directory) // 512), end]
    tables = 1
    while tables * 128 < len(fat) + tables:
        tables += 1
    places = [*range(len(fat), len(fat) + tables)]
    fat += [0xFFFFFFFD] * tables
    fat += [free] * (tables * 128 - len(fat))
    header = OLE_MARK + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, tables, directory_at, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *places, *[free] * (109 - tables))
    return header + body + directory + struct.pack(f"<{len(fat)}I", *fat)


def write_csv(
    path: Path, rows: list[tuple[Value, ...]], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    def quoted(value: Value) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if re.search(r'[",;\t\n]', text) else text

    lines = [delimiter.join(quoted(value) for value in values) + "\r\n" for values in rows]
    path.write_bytes("".join(lines).encode(encoding))
    return path


def seed_workbooks(folder: Path) -> list[Path]:
    """One small register in each format."""
    notes: list[tuple[Value, ...]] = [("Notes",), ("As at 1 July 2026",)]
    return [
        write_ods(folder / "register.ods", {"Notes": notes, "Releases": REGISTER}),
        write_xlsx(folder / "register.xlsx", {"Notes": notes, "Releases": REGISTER}),
        write_shared_xlsx(folder / "shared.xlsx", REGISTER),
        write_xls(folder / "register.xls", REGISTER),
        write_csv(folder / "register.csv", REGISTER[2:]),
        write_csv(folder / "semicolons.csv", REGISTER[2:], ";", "cp1252"),
        write_csv(folder / "register.tsv", REGISTER[2:], "\t"),
    ]


def real_workbooks(largest: int = 200_000) -> list[Path]:
    """The published files beside the checkout, where present, up to `largest` bytes."""
    default = Path(__file__).parents[2] / ".." / "shared" / "realdata"
    folder = Path(os.environ.get("ACCESS_REVIEW_REALDATA", default))
    return sorted(
        path
        for path in folder.glob("*/*")
        if path.suffix.lower() in (".ods", ".xlsx", ".xls", ".csv", ".tsv") and path.stat().st_size <= largest
    )


# Mutations


Mutation = Callable[[random.Random, bytes], bytes]

JUNK = (
    b"\0",
    b"\xff\xfe",
    b"\x80\x81",
    b"<",
    b">",
    b'"',
    b"&",
    b"]]>",
    b"&#0;",
    b"\x0b",
    b"\r",
    b"PK\x03\x04",
)
NUMBERS = (
    "0",
    "-1",
    "1e308",
    "1e999",
    "nan",
    "4294967295",
    "4294967296",
    "99999999999999999999",
    "2147483648",
    "",
)
TEXTS = (
    "",
    " ",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe",
    "\N{ZERO WIDTH JOINER}" * 50,
    "x" * 200_000,
    "\N{BYTE ORDER MARK}a",
    "_x0000_",
    "1 April 2026",
)
DATES = (
    "0000-00-00",
    "2026-02-30",
    "9999-12-31T23:59:60",
    "-0001-01-01",
    "2026-04-01T00:00:00Z",
    "tomorrow",
    "1899-12-31",
)


def flip_bytes(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def drop_slice(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randint(1, 200) :]


def repeat_slice(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at : at + rng.randint(1, 500)] * rng.randint(2, 50) + data[at:]


def insert_junk(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.choice(JUNK) * rng.randint(1, 3) + data[at:]


def append_junk(rng: random.Random, data: bytes) -> bytes:
    return data + rng.randbytes(rng.randint(1, 5000))


def _one(
    rng: random.Random, pattern: bytes, data: bytes, replace: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    """`data` with one match, drawn at random, replaced."""
    found = list(re.finditer(pattern, data))
    if not found:
        return flip_bytes(rng, data)
    match = rng.choice(found)
    return data[: match.start()] + replace(match) + data[match.end() :]


def cell_text(rng: random.Random, data: bytes) -> bytes:
    text = escape(rng.choice(TEXTS)).encode()
    return _one(rng, rb">[^<>]+<", data, lambda _: b">" + text + b"<")


def control_character(rng: random.Random, data: bytes) -> bytes:
    junk = rng.choice([*JUNK, *(bytes([code]) for code in range(32)), b"&#8;", b"&#xD800;", b"&nosuch;"])
    return _one(rng, rb">[^<>]+<", data, lambda match: match[0][:-1] + junk + b"<")


def drop_tag(rng: random.Random, data: bytes) -> bytes:
    return _one(rng, rb"<[^<>]+>", data, lambda _: b"")


def drop_element(rng: random.Random, data: bytes) -> bytes:
    """Still well-formed, so it gets past the XML parser."""
    return _one(rng, rb"<([\w:]+)(?:\s[^<>]*)?(?:/>|>[^<>]*</\1>)", data, lambda _: b"")


def drop_attribute(rng: random.Random, data: bytes) -> bytes:
    return _one(rng, rb'\s[\w:]+="[^"]*"', data, lambda _: b"")


def change_attribute(rng: random.Random, data: bytes) -> bytes:
    value = escape(
        rng.choice([*NUMBERS, *TEXTS, *DATES, "A0", "XFD1048576", "ZZZZ99999999", "a1", "s", "e", "d"])
    )
    return _one(rng, rb'(\s[\w:]+=)"[^"]*"', data, lambda match: match[1] + b'"' + value.encode() + b'"')


def change_number(rng: random.Random, data: bytes) -> bytes:
    value = rng.choice(NUMBERS).encode()
    return _one(rng, rb'(?<=[>"])-?\d+(?:\.\d+)?(?=[<"])', data, lambda _: value)


def change_date(rng: random.Random, data: bytes) -> bytes:
    value = rng.choice([*DATES, *NUMBERS]).encode()
    return _one(
        rng, rb'(?<=date-value=")[^"]*|(?<=s="1"><v>)\d+|(?<=s="1" t="n"><v>)\d+', data, lambda _: value
    )


def far_cell(rng: random.Random, data: bytes) -> bytes:
    place = rng.choice(
        ["XFD1048576", "A1048577", "ZZZ1", "AMJ1048576", "XFE1", "B1048576", "A99999999999"]
    ).encode()
    return _one(rng, rb'(?<=<c r=")[A-Z]+\d+', data, lambda _: place)


def huge_repeat(rng: random.Random, data: bytes) -> bytes:
    count = rng.choice([2, 1000, 16_384, 1_048_575, 1_048_576, 2**31, 2**32, 2**63, 10**19])
    tag, attribute = rng.choice(
        [(b"table-row", b"table:number-rows-repeated"), (b"table-cell", b"table:number-columns-repeated")]
    )
    extra = b' %s="%d"' % (attribute, count)
    return _one(rng, rb"<table:" + tag, data, lambda match: match[0] + extra)


def huge_spaces(rng: random.Random, data: bytes) -> bytes:
    count = rng.choice([1, 99_999, 10**6, 2**31, 2**64])
    return _one(rng, rb"</text:p>", data, lambda _: b'<text:s text:c="%d"/></text:p>' % count)


def entities(rng: random.Random, data: bytes) -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declared = rng.choice(
        [
            f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>',
            '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        ]
    ).encode()
    head = re.match(rb"\s*<\?xml.*?\?>", data, re.S)
    at = head.end() if head else 0
    rest = _one(rng, rb">[^<>]+<", data[at:], lambda _: b">&l9;<")
    return data[:at] + declared + rest


def deep(rng: random.Random, data: bytes) -> bytes:
    levels = rng.choice([100, 5_000, 100_000])
    return _one(
        rng, rb">(?=[^<>]+<)", data, lambda _: b">" + b"<text:span>" * levels + b"</text:span>" * levels
    )


def nested_table(rng: random.Random, data: bytes) -> bytes:
    inner = b'<table:table table:name="Inner"><table:table-row>' + b"<table:table-cell/>" * 3
    inner += b"</table:table-row></table:table>"
    return _one(rng, rb"</text:p>", data, lambda match: match[0] + inner)


def other_encoding(rng: random.Random, data: bytes) -> bytes:
    body = re.sub(rb"^\s*<\?xml.*?\?>", b"", data, flags=re.S)
    if rng.random() < 0.5:
        return body.decode(errors="replace").encode("utf-16")
    return b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body


XML_MUTATIONS: tuple[Mutation, ...] = (
    cell_text,
    cell_text,
    control_character,
    drop_tag,
    drop_element,
    drop_element,
    drop_attribute,
    drop_attribute,
    change_attribute,
    change_attribute,
    change_number,
    change_number,
    change_date,
    far_cell,
    huge_repeat,
    huge_repeat,
    huge_spaces,
    entities,
    deep,
    nested_table,
    other_encoding,
    flip_bytes,
    truncate,
    repeat_slice,
)


def in_xml(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """One or more mutations in one part, in an archive that is otherwise sound."""
    parts = _parts(data)
    likely = [name for name in parts if re.search(r"content\.xml|sheet\d+\.xml|sharedStrings\.xml", name)]
    name = rng.choice(likely) if likely and rng.random() < 0.85 else rng.choice(list(parts))
    done = []
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        mutation = rng.choice(XML_MUTATIONS)
        done.append(mutation.__name__)
        parts[name] = mutation(rng, parts[name] or b" ")
    return "+".join(done), _zip(list(parts.items()), rng)


def drop_member(rng: random.Random, data: bytes) -> bytes:
    parts = list(_parts(data).items())
    del parts[rng.randrange(len(parts))]
    return _zip(parts, rng)


def replace_member(rng: random.Random, data: bytes) -> bytes:
    parts = _parts(data)
    parts[rng.choice(list(parts))] = rng.choice([b"", rng.randbytes(300), b"<a/>", *parts.values()])
    return _zip(list(parts.items()), rng)


def rename_member(rng: random.Random, data: bytes) -> bytes:
    parts = list(_parts(data).items())
    at = rng.randrange(len(parts))
    name = parts[at][0]
    parts[at] = (
        rng.choice([name.upper(), "../" + name, "/" + name, name + "\x01", "é" + name]),
        parts[at][1],
    )
    return _zip(parts, rng)


def duplicate_member(rng: random.Random, data: bytes) -> bytes:
    parts = list(_parts(data).items())
    name, content = rng.choice(parts)
    parts.append((name, rng.choice([content, b"", content[: len(content) // 2]])))
    return _zip(parts, rng)


def zip_bomb(rng: random.Random, data: bytes) -> bytes:
    parts = list(_parts(data).items())
    parts.append(("Pictures/big.xml", bytes(rng.choice([1, 40]) * 1024 * 1024)))
    return _zip(parts, rng, level=9)


def zip_record(rng: random.Random, data: bytes) -> bytes:
    """Change one field in a header of the archive, which byte flips seldom hit."""
    changed = bytearray(data)
    places = [match.start() for match in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", data)]
    at = rng.choice(places) + rng.randrange(4, 46)
    changed[at : at + 2] = rng.choice([b"\xff\xff", b"\0\0", rng.randbytes(2), b"\x01\x00"])
    return bytes(changed[: max(len(data), 4)])


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(parts: list[tuple[str, bytes]], rng: random.Random, level: int | None = None) -> bytes:
    stream = io.BytesIO()
    packing = zipfile.ZIP_DEFLATED if level or rng.random() < 0.7 else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", packing, compresslevel=level) as archive:
        warnings.simplefilter("ignore", UserWarning)  # a duplicate name is the point
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content, packing)
    return stream.getvalue()


def xls_header(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.choice([24, 30, 32, 40, 44, 48, 56, 60, 64, 68, 72, 76, 80, 84])
        changed[at : at + 4] = struct.pack(
            "<I", rng.choice([0, 1, 2, 0xFFFFFFFF, 0xFFFFFFFE, 2**31, rng.randrange(99)])
        )
    return bytes(changed)


def xls_chain(rng: random.Random, data: bytes) -> bytes:
    """A table of sectors that runs in circles or off the end: the table is the last sector."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 5)):
        at = len(data) - 512 + 4 * rng.randrange(40)
        changed[at : at + 4] = struct.pack("<I", rng.choice([0, 1, rng.randrange(50), 0xFFFFFFFF, 10**6]))
    return bytes(changed)


def xls_record(rng: random.Random, data: bytes) -> bytes:
    """Change fields of the records themselves, so that the container stays sound."""
    changed = bytearray(data)
    starts = []
    at = 512
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if (kind, length) == (0, 0):
            break
        starts.append(at)
        at += 4 + length
    for _ in range(rng.randint(1, 6)):
        at = rng.choice(starts[:8] if rng.random() < 0.5 else starts) + rng.choice([0, 2, 4, 6, 8, 10, 12])
        value = rng.choice([b"\xff\xff", b"\0\0", rng.randbytes(2), b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff"])
        changed[at : at + len(value)] = value
    return bytes(changed[: len(data)])


def csv_bytes(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.choice([b"\x81", b"\x8d\x90", b"\xff", b"\xc3\x28", b"\0", b"\xe9"]) + data[at:]


def csv_quote(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.choice([b'"', b'""', b'"x', b',"']) + data[at:]


def csv_long(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return (
        data[:at] + rng.choice([b"x" * 150_000, b"," * 2_000, b"x," * 50_000, b"\r\n" * 20_000]) + data[at:]
    )


def csv_endings(rng: random.Random, data: bytes) -> bytes:
    return data.replace(b"\r\n", rng.choice([b"\r", b"\n", b"\n\r", b"\x85", b"\xe2\x80\xa8", b"\x0b"]))


def csv_separators(rng: random.Random, data: bytes) -> bytes:
    return data.replace(rng.choice([b",", b";", b"\t"]), rng.choice([b"|", b"\t", b";", b",,"]))


def csv_mark(rng: random.Random, data: bytes) -> bytes:
    return (
        rng.choice(
            [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"sep=;\r\n", b"\r\n\r\n", b"%PDF-1.7\n", b"PK"]
        )
        + data
    )


ANY_MUTATIONS: tuple[Mutation, ...] = (flip_bytes, truncate, drop_slice, repeat_slice, append_junk)
ZIP_MUTATIONS: tuple[Mutation, ...] = (
    drop_member,
    replace_member,
    rename_member,
    duplicate_member,
    zip_bomb,
    zip_record,
    zip_record,
)
XLS_MUTATIONS: tuple[Mutation, ...] = (xls_header, xls_chain, xls_record, xls_record, xls_record)
CSV_MUTATIONS: tuple[Mutation, ...] = (
    csv_bytes,
    csv_quote,
    csv_long,
    csv_endings,
    csv_separators,
    csv_mark,
    insert_junk,
)


def mutations(seed_files: list[Path], count: int, seed: int) -> Iterator[tuple[str, bytes, str]]:
    """`count` mutants as (name, bytes, suffix), the seed files taken in turn."""
    contents = [(path.stem, path.read_bytes(), path.suffix.lower()) for path in seed_files]
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")  # each its own, so that one can be made again alone
        stem, data, suffix = contents[number % len(contents)]
        name, mutant = mutated(rng, data)
        yield f"{number:04}-{stem}-{name}", mutant, suffix


def mutated(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """One mutation of a file of any format, which may change or destroy what it says: (name, bytes)."""
    draw = rng.random()
    if draw < 0.15:
        mutation = rng.choice(ANY_MUTATIONS)
        return mutation.__name__, mutation(rng, data)
    if data.startswith(b"PK") and draw < 0.75:
        return in_xml(rng, data)
    family = CSV_MUTATIONS
    if data.startswith(b"PK"):
        family = ZIP_MUTATIONS
    elif data.startswith(OLE_MARK):
        family = XLS_MUTATIONS
    mutation = rng.choice(family)
    return mutation.__name__, mutation(rng, data)


# Rewritings: other bytes, the same cells. What reads them must read what it reads in the original, or refuse.


def rewritten(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """A file that says the same in another way: (name, bytes)."""
    if data.startswith(b"PK"):
        parts = _parts(data)
        name = rng.choice(["container", "xml", "xml", "xml", "cells", "cells", "cells"])
        if name == "container":
            rewriting = rng.choice(CONTAINER_REWRITINGS)
            return rewriting.__name__, rewriting(rng, data)
        part = _sheet_part(rng, parts)
        family = XML_REWRITINGS if name == "xml" else XLSX_REWRITINGS if "xl/" in part else ODS_REWRITINGS
        rewriting = rng.choice(family)
        parts[part] = rewriting(rng, parts[part])
        return rewriting.__name__, _zip(list(parts.items()), rng)
    if data.startswith(OLE_MARK):
        return "same_junk_after_the_end", data + bytes(rng.choice([512, 1024, 4096]))
    rewriting = rng.choice(CSV_REWRITINGS)
    return rewriting.__name__, rewriting(rng, data)


def _sheet_part(rng: random.Random, parts: dict[str, bytes]) -> str:
    likely = [
        n for n in parts if re.search(r"^content\.xml$|worksheets/sheet\d+\.xml$|sharedStrings\.xml$", n)
    ]
    return rng.choice(likely)


def _some(
    rng: random.Random, pattern: bytes, data: bytes, replace: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    """`data` with some of the matches, drawn at random, replaced: at least one where there is any."""
    found = list(re.finditer(pattern, data))
    chosen = set(rng.sample(range(len(found)), min(len(found), rng.choice([1, 3, 20]))))
    out, at = [], 0
    for place, match in enumerate(found):
        if place in chosen:
            out += [data[at : match.start()], replace(match)]
            at = match.end()
    return b"".join([*out, data[at:]])


def same_order(rng: random.Random, data: bytes) -> bytes:
    parts = list(_parts(data).items())
    rng.shuffle(parts)
    return _zip(parts, rng)


def same_with_a_picture(rng: random.Random, data: bytes) -> bytes:
    extra = rng.choice(["Pictures/1.png", "xl/media/1.png", "docProps/x.xml", "ObjectReplacements/O 1"])
    return _zip([*_parts(data).items(), (extra, rng.randbytes(200))], rng)


def same_with_a_macro(rng: random.Random, data: bytes) -> bytes:
    extra = rng.choice(
        ["Basic/Standard/Module1.xml", "xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"]
    )
    return _zip([*_parts(data).items(), (extra, b"<x>Shell(1)</x>")], rng)


def same_damaged_elsewhere(rng: random.Random, data: bytes) -> bytes:
    """A part that holds no cell is not even well-formed."""
    parts = _parts(data)
    unread = [
        n for n in parts if re.search(r"^(meta|settings|styles|manifest\.rdf)|docProps|theme|Thumbnails", n)
    ]
    if "content.xml" not in parts:
        unread = [n for n in unread if n != "styles.xml"]
    if unread:
        parts[rng.choice(unread)] = b"<not well-formed"
    return _zip(list(parts.items()), rng)


def same_comment_at_the_end(rng: random.Random, data: bytes) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = rng.randbytes(rng.randint(1, 500)).replace(b"PK", b"  ")
    return stream.getvalue()


def same_junk_before(rng: random.Random, data: bytes) -> bytes:
    """As a self-extracting archive: readers find the directory from the end."""
    return b"PK\3\4" + rng.randbytes(60).replace(b"PK", b"  ") + data


TEXT = rb"(?<=>)[^<>]*[^<>\s][^<>]*(?=</(?:text:p|text:span|t|v)>)"


def same_by_comment(rng: random.Random, data: bytes) -> bytes:
    return _some(
        rng, rb"</(?:table:table-cell|table:table-row|row|c|si)>", data, lambda m: m[0] + b"<!-- - -->"
    )


def same_comment_in_text(rng: random.Random, data: bytes) -> bytes:
    return _some(rng, TEXT, data, lambda m: m[0][:0] + b"<!-- in text -->" + m[0])


def same_instruction(rng: random.Random, data: bytes) -> bytes:
    return _some(rng, rb"</(?:table:table-cell|row|c|si)>", data, lambda m: m[0] + b"<?editor keep?>")


def same_cdata(rng: random.Random, data: bytes) -> bytes:
    return _some(
        rng, TEXT, data, lambda m: m[0] if b"&" in m[0] or b"]]" in m[0] else b"<![CDATA[" + m[0] + b"]]>"
    )


def same_by_number(rng: random.Random, data: bytes) -> bytes:
    def coded(match: re.Match[bytes]) -> bytes:
        text = match[0].decode()
        at = next((i for i, c in enumerate(text) if c.isascii() and c.isalnum()), None)
        if at is None or "&" in text:
            return match[0]
        form = rng.choice(["&#{};", "&#x{:x};", "&#x{:X};"])
        return (text[:at] + form.format(ord(text[at])) + text[at + 1 :]).encode()

    return _some(rng, TEXT, data, coded)


def same_quotes(rng: random.Random, data: bytes) -> bytes:
    return _some(
        rng,
        rb'\s([\w:]+)="([^"\'<>]*)"(?=[^<>]*>)',
        data,
        lambda m: b"\n  " + m[1] + rng.choice([b"=", b" = ", b"\t="]) + b"'" + m[2] + b"'",
    )


def same_order_of_attributes(rng: random.Random, data: bytes) -> bytes:
    def shuffled(match: re.Match[bytes]) -> bytes:
        attributes = re.findall(rb'\s[\w:]+="[^"]*"', match[2])
        rng.shuffle(attributes)
        return match[1] + b"".join(attributes)

    return _some(
        rng, rb'(<(?:table:table-cell|table:table-row|c|row))((?:\s[\w:]+="[^"]*"){2,})', data, shuffled
    )


def same_without_declaration(rng: random.Random, data: bytes) -> bytes:
    return re.sub(rb"^\s*<\?xml.*?\?>\s*", b"", data, flags=re.S)


def same_with_a_mark(rng: random.Random, data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + same_without_declaration(rng, data)


def same_emptied(rng: random.Random, data: bytes) -> bytes:
    """<a/> written <a></a>."""
    return _some(
        rng, rb"<([\w:]+)((?:\s[\w:]+=\"[^\"]*\")*)\s*/>", data, lambda m: b"<%b%b></%b>" % (m[1], m[2], m[1])
    )


def same_spaced(rng: random.Random, data: bytes) -> bytes:
    """White space between rows and cells, as a pretty-printer leaves it."""
    return _some(rng, rb"</(?:table:table-cell|table:table-row|row|c|si)>", data, lambda m: m[0] + b"\n   ")


def same_annotated(rng: random.Random, data: bytes) -> bytes:
    note = b"<office:annotation><dc:creator>A</dc:creator><text:p>Not the cell</text:p></office:annotation>"
    if b"xmlns:dc=" not in data:
        note = note.replace(b"<dc:creator>A</dc:creator>", b"")
    return _some(
        rng, rb'<table:table-cell\b[^<>]*office:value-type="[^<>]*[^/]>(?!<office:annotation)', data,
        lambda m: m[0] + note,
    )  # fmt: skip


def same_in_spans(rng: random.Random, data: bytes) -> bytes:
    def spanned(match: re.Match[bytes]) -> bytes:
        text = match[1]
        return (
            b"<text:p><text:span>"
            + text[:1]
            + b"</text:span><text:span>"
            + text[1:]
            + b"</text:span></text:p>"
        )

    return _some(rng, rb"<text:p>([^<>&\x80-\xff\s][^<>&\s][^<>]*)</text:p>", data, spanned)


def same_linked(rng: random.Random, data: bytes) -> bytes:
    link = b'<text:p><text:a xlink:href="https://example.org/">'
    if b"xmlns:xlink=" not in data:
        link = b"<text:p><text:a>"
    return _some(rng, rb"<text:p>([^<>]+)</text:p>", data, lambda m: link + m[1] + b"</text:a></text:p>")


def same_grouped(rng: random.Random, data: bytes) -> bytes:
    """Rows that stand in a group, or repeat on each printed page."""
    tag = rng.choice([b"table:table-row-group", b"table:table-header-rows", b"table:table-rows"])
    return _some(
        rng, rb"<table:table-row\b(?:(?!</table:table-row>).)*</table:table-row>(?!</table:table-(?:header-)?row)",
        data, lambda m: b"<%b>%b</%b>" % (tag, m[0], tag),
    )  # fmt: skip


def same_broken_pages(rng: random.Random, data: bytes) -> bytes:
    return _some(rng, rb"</table:table-row>", data, lambda m: m[0] + b"<text:soft-page-break/>")


def same_divided_repeats(rng: random.Random, data: bytes) -> bytes:
    def divided(match: re.Match[bytes]) -> bytes:
        count = int(match[3])
        if count < 2:
            return match[0]
        one = match[1] + match[2] + b'"1"' + match[4]
        return one + match[1] + match[2] + b'"%d"' % (count - 1) + match[4]

    return _some(
        rng, rb'(<table:(?:table-cell|covered-table-cell)[^<>]*)(\stable:number-columns-repeated=)"(\d+)"([^<>]*/>)',
        data, divided,
    )  # fmt: skip


def same_with_a_formula(rng: random.Random, data: bytes) -> bytes:
    formula = rng.choice([b"of:=1+1", b"msoxl:=DDE(&quot;cmd&quot;;&quot;/C calc&quot;;&quot;A0&quot;)"])
    return _some(
        rng, rb"<table:table-cell(?=\s[^<>]*office:value-type)(?![^<>]*table:formula)", data,
        lambda m: m[0] + b' table:formula="%b"' % formula,
    )  # fmt: skip


def same_row_numbers_gone(rng: random.Random, data: bytes) -> bytes:
    return _some(rng, rb'(<row\b[^<>]*?)\sspans="[^"]*"', data, lambda m: m[1])


def same_formula_beside(rng: random.Random, data: bytes) -> bytes:
    return _some(rng, rb"(<c\b[^<>]*>)(?=<v>)", data, lambda m: m[1] + b"<f>HYPERLINK(&quot;x&quot;)</f>")


def same_rich_text(rng: random.Random, data: bytes) -> bytes:
    return _some(
        rng, rb"<si><t(?: [^<>]*)?>([^<>&\x80-\xff\s][^<>]*)</t></si>", data,
        lambda m: b'<si><r><t xml:space="preserve">' + m[1][:1] + b'</t></r><r><rPr><b/></rPr>'
        b'<t xml:space="preserve">' + m[1][1:] + b"</t></r></si>",
    )  # fmt: skip


def same_phonetic(rng: random.Random, data: bytes) -> bytes:
    return _some(rng, rb"</t></si>", data, lambda m: b'</t><rPh sb="0" eb="1"><t>read so</t></rPh></si>')


def same_merged(rng: random.Random, data: bytes) -> bytes:
    if b"<mergeCells" in data or b"</sheetData>" not in data:
        return data
    return data.replace(
        b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="Y90:Z99"/></mergeCells>'
    )


def same_claimed_size(rng: random.Random, data: bytes) -> bytes:
    """A dimension is a hint, and often wrong."""
    data = re.sub(rb"<dimension [^<>]*/>", b"", data)
    claim = rng.choice([b"A1", b"A1:B2", b"A1:XFD1048576", b"C5:D9"])
    return re.sub(
        rb"(?=<sheetViews|<sheetFormatPr|<cols|<sheetData)", b'<dimension ref="%b"/>' % claim, data, count=1
    )


def same_tail(rng: random.Random, data: bytes) -> bytes:
    return data.replace(
        b"</sheetData>", b'</sheetData><hyperlinks><hyperlink ref="A1" location="x!A1"/></hyperlinks>'
    )


def same_csv_mark(rng: random.Random, data: bytes) -> bytes:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data
    return b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf")


def same_csv_endings(rng: random.Random, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n") if b"\r\n" in data and b'"' not in data else data


def same_csv_quoted(rng: random.Random, data: bytes) -> bytes:
    """Each plain field in quotes, in lines that have none."""
    for separator in (b",", b";", b"\t"):
        first = data.split(b"\n", 1)[0]
        if separator in first and b'"' not in data:
            return b"\n".join(
                separator.join(b'"%b"' % f for f in line.rstrip(b"\r").split(separator))
                if line.strip()
                else line
                for line in data.split(b"\n")
            )
    return data


def same_csv_end(rng: random.Random, data: bytes) -> bytes:
    return data.rstrip(b"\r\n") + rng.choice([b"", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n\n"])


CONTAINER_REWRITINGS: tuple[Mutation, ...] = (
    same_order,
    same_with_a_picture,
    same_with_a_macro,
    same_damaged_elsewhere,
    same_comment_at_the_end,
    same_junk_before,
)
XML_REWRITINGS: tuple[Mutation, ...] = (
    same_by_comment,
    same_comment_in_text,
    same_instruction,
    same_cdata,
    same_by_number,
    same_quotes,
    same_order_of_attributes,
    same_without_declaration,
    same_with_a_mark,
    same_emptied,
    same_spaced,
)
ODS_REWRITINGS: tuple[Mutation, ...] = (
    same_annotated,
    same_in_spans,
    same_linked,
    same_grouped,
    same_broken_pages,
    same_divided_repeats,
    same_with_a_formula,
)
XLSX_REWRITINGS: tuple[Mutation, ...] = (
    same_row_numbers_gone,
    same_formula_beside,
    same_rich_text,
    same_phonetic,
    same_merged,
    same_claimed_size,
    same_tail,
)
CSV_REWRITINGS: tuple[Mutation, ...] = (same_csv_mark, same_csv_endings, same_csv_quoted, same_csv_end)
