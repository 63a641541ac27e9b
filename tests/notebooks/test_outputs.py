"""report.pdf and tables.ods of a review: read back by other programs than the ones that wrote them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pikepdf
import pytest
from python_calamine import CalamineWorkbook

from dashboard import paper, reports
from dashboard.errors import AccessReviewError
from dashboard.files import sha256_of
from dashboard.ods import Link, Share, TableSheet, workbook
from dashboard.reports.pdf import check_engine, to_pdf
from dashboard.settings import PACKAGE
from dashboard.text import defuse
from tests.conftest import BuiltSample
from tests.notebooks.test_april_review import Rendered


TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
DC = "{http://purl.org/dc/elements/1.1/}"
NOT_TABLES = ("Cover", "Contents", "Notes", "Columns")


@pytest.fixture(scope="module")
def review(sample_data: BuiltSample) -> Rendered:
    """Found there already where another module rendered it."""
    return Rendered(reports.render_april_review(sample_data.settings, year=2018))


@pytest.fixture(scope="module")
def pdf(review: Rendered) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(review.folder / "report.pdf") as opened:
        yield opened


def elements(node: Any) -> Iterator[Any]:
    """Every element of a tag tree, in reading order."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        if "/K" in node:
            yield from elements(node.K)


def texts(html: str, pattern: str) -> list[str]:
    import html as entities

    found = re.findall(pattern, html, re.DOTALL)
    return [entities.unescape(" ".join(re.sub(r"<[^>]+>", "", words).split())) for words in found]


def test_the_pdf_says_what_it_is_and_is_tagged(review: Rendered, pdf: pikepdf.Pdf) -> None:
    root = pdf.Root
    assert str(root.Lang) == "en-GB"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.docinfo["/Title"]) == review.manifest["title"]
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == review.manifest["title"]
    assert "/CreationDate" not in pdf.docinfo  # or the same build would not give the same bytes


def test_every_chart_cell_and_link_of_the_pdf_says_what_it_is(review: Rendered, pdf: pikepdf.Pdf) -> None:
    tree = list(elements(pdf.Root.StructTreeRoot.K))
    kinds = [str(e.S) for e in tree]
    titles = texts(review.html, r'<div class="wide"><svg.*?<title[^>]*>(.*?)</title>')
    figures = [e for e in tree if e.S == "/Figure"]
    assert titles
    assert len(figures) == len(titles)  # one drawing of each
    for figure, title in zip(figures, titles, strict=True):
        assert str(figure.Alt).startswith(title)
        assert len(str(figure.Alt)) > len(title) + 20  # and its summary
        left, bottom, right, top = (float(v) for v in figure.A.BBox)
        assert 0 < left < right < 596
        assert 0 < bottom < top < 842
    heads = [e for e in tree if e.S == "/TH"]
    assert {str(e.A.Scope) for e in heads} == {"/Column", "/Row"}
    assert all(len(e.A.Headers) for e in tree if e.S == "/TD")
    assert kinds.count("/H1") == 1
    assert kinds.count("/Caption") >= review.html.count("<caption")
    links = [a for page in pdf.pages for a in page.get("/Annots", []) if a.Subtype == "/Link"]
    assert links
    for link in links:
        assert str(link.Contents)
        assert not str(link.Contents).startswith("section-")
    assert not [a for a in links if "/A" in a and not str(a.A.URI).startswith("http")]


def test_the_bookmarks_are_the_sections_and_every_question_has_its_page(
    review: Rendered, pdf: pikepdf.Pdf
) -> None:
    with pdf.open_outline() as outline:
        [top] = outline.root
        assert top.title == review.manifest["title"]
        second = [item.title for item in top.children]
    assert second == texts(review.html, r"<h2[^>]*>(.*?)</h2>")


def test_a_checker_of_pdf_ua_finds_nothing(review: Rendered) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pdfua", "check", review.folder / "report.pdf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "errors=0 warnings=0" in ran.stdout, ran.stdout


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed here"
)
def test_each_page_of_the_pdf_says_that_it_is_synthetic_and_a_draft(
    review: Rendered, pdf: pikepdf.Pdf
) -> None:
    """Running titles stand in margin boxes: as text of the page they are found in the order drawn."""
    found = subprocess.run(
        ["pdftotext", "-layout", review.folder / "report.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\f")[:-1]
    assert len(found) == len(pdf.pages)
    for place, page in enumerate(found, 1):
        assert "Synthetic sample data" in page
        assert "Draft until signed" in page
        assert f"Page {place} of {len(found)}" in page
        assert review.manifest["build"] in page
        assert not re.search(r"\S{80,}", page)
    for words in texts(review.html, r"<h2[^>]*>(.*?)</h2>")[1:]:
        assert words in " ".join(" ".join(found).split())


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed here"
)
def test_nothing_runs_off_the_paper(tmp_path: Path) -> None:
    """Not a name without a space, not a hash, not a table of many columns."""
    cells = [f"<th scope='col'>Column {n}</th>" for n in range(7)]
    row = f"<th scope='row'>{'n' * 200}</th><td>{'a1b2' * 16}</td>" + "<td>warning</td>" * 5
    table = f"<table><caption>c</caption><thead><tr>{''.join(cells)}</tr></thead><tbody><tr>{row}</tr></tbody></table>"
    css = (PACKAGE / "templates" / "style.css").read_text("utf-8")
    page = f"<html lang='en'><head><title>t</title><style>{css}</style></head><body><main>{table}</main></body></html>"
    (tmp_path / "wide.pdf").write_bytes(to_pdf(page))
    said = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "wide.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    words = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)<', said)
    assert [w for w in words if float(w[0]) < 20 or float(w[1]) > 595.3 - 20] == []
    assert [w[2] for w in words].count("warning") == 5  # a short word is not broken


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed here"
)
def test_no_reference_is_cut_in_two_on_paper(review: Rendered) -> None:
    found = subprocess.run(
        ["pdftotext", "-raw", review.folder / "report.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    references = texts(review.html, r'class="whole"[^>]*>(.*?)</t[dh]>')
    assert len(references) > 10
    assert [r for r in references if r not in found] == []


def test_the_same_page_gives_the_same_bytes(review: Rendered) -> None:
    assert to_pdf(review.html) == (review.folder / "report.pdf").read_bytes()


def test_a_page_that_asks_for_something_is_refused_with_a_sentence() -> None:
    asks = '<html lang="en"><head><title>t</title></head><body><img src="https://example.org/a.png" alt="a"></body>'
    with pytest.raises(AccessReviewError, match="may ask for nothing outside itself"):
        paper.draw(asks)
    with pytest.raises(AccessReviewError, match=r"report\.pdf cannot be made: the page may ask") as refused:
        to_pdf(asks)
    assert "--no-pdf" in str(refused.value.hint)


def test_a_machine_without_fonts_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pango ends the process there; the command says why."""
    check_engine()
    (tmp_path / "fonts.conf").write_text('<?xml version="1.0"?><fontconfig></fontconfig>', "utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    with pytest.raises(AccessReviewError, match=r"report\.pdf cannot be made") as refused:
        check_engine()
    assert "fonts-dejavu-core" in str(refused.value.hint)


def test_a_drawing_that_takes_too_long_is_ended(review: Rendered) -> None:
    with pytest.raises(AccessReviewError, match=r"not made within 0\.05 seconds"):
        to_pdf(review.html, limit=0.05)


def test_a_render_that_lacks_memory_is_tried_again_with_more(
    review: Rendered, sample_data: BuiltSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.reports.render.LITTLE_MEMORY", "16MB")
    said: list[str] = []
    again = reports.render_april_review(
        sample_data.settings, year=2018, out=tmp_path, pdf=False, progress=said.append
    )
    assert [words for words in said if "more memory than 16MB: again with 2GB" in words]
    made = {p.relative_to(again).as_posix() for p in again.rglob("*") if p.is_file()}
    assert made == {*review.manifest["files"], "manifest.json", "times.json"} - {"report.pdf"}
    for name, digest in review.manifest["files"].items():
        if name.startswith("tables/"):  # however much memory there was
            assert sha256_of(again / name) == digest
    assert json.loads((again / "manifest.json").read_text("utf-8"))["left_out"] == ["report.pdf"]
    html = (again / "report.html").read_text("utf-8")
    assert 'href="report.pdf"' not in html
    assert 'href="tables.ods"' in html


# The spreadsheet


def sheets_of(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        content = ElementTree.fromstring(archive.read("content.xml"))
    found = content.find(f".//{OFFICE}spreadsheet")
    assert found is not None
    return found


def test_each_table_with_rows_has_a_sheet_and_each_cell_its_value(review: Rendered) -> None:
    book = CalamineWorkbook.from_path(review.folder / "tables.ods")
    names = book.sheet_names
    assert tuple(names[:4]) == NOT_TABLES
    filled = {
        key.replace("-", "_")[:31]: made for key, made in review.manifest["measures"].items() if made["rows"]
    }
    assert set(names[4:]) == set(filled)
    compared = 0
    for name, made in filled.items():
        rows = book.get_sheet_by_name(name).to_python()
        with (review.folder / made["file"]).open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        # A title, words, a link back, the headings, the rows: and nothing below them or between.
        head = len(rows) - len(lines)
        assert rows[0][0]
        assert f"tables/{Path(made['file']).name}" in rows[1][0]
        assert len(set(rows[head])) == len(lines[0])
        for line, row in zip(lines[1:], rows[head + 1 :], strict=True):
            for text, value in zip(line, row, strict=True):
                compared += 1
                assert value != ""
                if not text:
                    assert value == "[x]"
                elif isinstance(value, float):
                    assert value == pytest.approx(float(text))
                elif isinstance(value, date):
                    assert value.isoformat()[:10] == text
                else:
                    assert value == {"true": "yes", "false": "no"}.get(text, text)
    assert compared > 1000


def test_numbers_dates_and_shares_are_what_they_are(review: Rendered) -> None:
    kinds: dict[str, set[str]] = {}
    for table in sheets_of(review.folder / "tables.ods").iter(f"{TABLE}table"):
        kinds[table.attrib[f"{TABLE}name"]] = {
            cell.attrib[f"{OFFICE}value-type"] for cell in table.iter(f"{TABLE}table-cell")
        }
    assert {"float", "date", "percentage", "string"} <= kinds["recipients"]
    assert "percentage" in kinds["top_recipients"]
    rows = (
        CalamineWorkbook.from_path(review.folder / "tables.ods").get_sheet_by_name("recipients").to_python()
    )
    assert any("Share (%)" in row for row in rows)


def test_nothing_is_merged_hidden_or_frozen_and_the_document_says_its_language(
    review: Rendered,
) -> None:
    with zipfile.ZipFile(review.folder / "tables.ods") as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    text = "".join(parts.values())
    for forbidden in ("spanned", "covered-table-cell", 'display="false"', "Split", "visibility"):
        assert forbidden not in text
    meta = ElementTree.fromstring(parts["meta.xml"])
    assert meta.findtext(f".//{DC}language") == "en-GB"
    assert meta.findtext(f".//{DC}title") == review.manifest["title"]
    assert 'fo:language="en"' in parts["styles.xml"]
    ranges = {
        r.attrib[f"{TABLE}name"]: r.attrib[f"{TABLE}target-range-address"]
        for r in sheets_of(review.folder / "tables.ods").iter(f"{TABLE}database-range")
    }
    book = CalamineWorkbook.from_path(review.folder / "tables.ods")
    assert set(ranges) == set(book.sheet_names) - {"Cover"}
    for name, address in ranges.items():
        rows = book.get_sheet_by_name(name).to_python()
        first, last = (int(n) for n in re.findall(r"\.[A-Z]+(\d+)", address))
        assert last == len(rows)
        assert all(rows[first - 1])  # the headings, one a column
    assert "Synthetic sample data" in book.get_sheet_by_name("Cover").to_python()[2][0]


def test_notes_and_meanings_of_columns_are_found_from_their_tables(review: Rendered) -> None:
    book = CalamineWorkbook.from_path(review.folder / "tables.ods")
    notes = book.get_sheet_by_name("Notes").to_python()
    numbered = {row[0]: row for row in notes if str(row[0]).startswith("[note ")}
    said = 0
    for name in book.sheet_names[4:]:
        for row in book.get_sheet_by_name(name).to_python()[:5]:
            for number in re.findall(r"\[note \d+\]", str(row[0])):
                said += 1
                assert name in numbered[number][2]
    assert said
    columns = book.get_sheet_by_name("Columns").to_python()
    meanings = {(row[0], row[2]): row[3] for row in columns[3:]}
    assert meanings["volumes", "interval_end"].startswith("last day of the interval")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed here")
def test_libreoffice_opens_it_with_every_table_by_its_name(review: Rendered, tmp_path: Path) -> None:
    ran = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx",
         "--outdir", tmp_path, review.folder / "tables.ods"],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert (tmp_path / "tables.xlsx").is_file(), ran.stderr
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    ours = CalamineWorkbook.from_path(review.folder / "tables.ods").sheet_names
    assert book.sheetnames == ours
    for name in ours[1:]:
        sheet = book[name]
        assert list(sheet.tables) == [name]
        assert sheet.merged_cells.ranges == set()
        assert sheet.freeze_panes is None
        assert sheet.sheet_state == "visible"
    [link] = [c.hyperlink for row in book["Contents"].iter_rows() for c in row if c.value == "volumes"]
    assert "volumes" in (link.location or link.target)


def test_a_workbook_keeps_hostile_text_as_text_and_refuses_names_that_are_none() -> None:
    text = defuse('=HYPERLINK("x")')
    one = TableSheet(
        name="One",
        title="T",
        words=("w", Link(words="l", sheet="One")),
        headings=("a", "b"),
        rows=[(text, Share(value=0.25)), ("two  spaces\nand a line\x00", -3)],
    )
    made = workbook(title="A & <b>", description="d", sheets=[one])
    again = CalamineWorkbook.from_filelike(io.BytesIO(made))
    rows = again.get_sheet_by_name("One").to_python()
    assert rows[3:] == [["a", "b"], ['\'=HYPERLINK("x")', 0.25], ["two  spaces\nand a line\ufffd", -3.0]]
    assert made == workbook(title="A & <b>", description="d", sheets=[one])
    for wrong in ("two words", "", "1st"):
        with pytest.raises(ValueError, match="cannot be the names"):
            workbook(title="t", description="d", sheets=[TableSheet(name=wrong, title="t")])
