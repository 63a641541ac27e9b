"""What a page lists, when its files were published, what came, and where a client may be sent: no I/O."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import AccessReviewError
from dashboard.fetching.arrivals import safe_name, wrong_kind
from dashboard.fetching.pages import Document, Note, Page, api_address, published_day, read_govuk, read_links
from dashboard.fetching.web import Client, is_public, origin_of
from dashboard.origin import Origin, toml_text


PAGE = "https://www.gov.uk/government/publications/x"


def page(*notes: tuple[str, str], updated: str | None = None) -> Page:
    return Page(
        address=PAGE,
        title="Shares",
        documents=(),
        notes=tuple(Note(day=date.fromisoformat(d), words=w) for d, w in notes),
        updated=date.fromisoformat(updated) if updated else None,
    )


def document(title: str, file: str = "data.ods") -> Document:
    return Document(address=f"https://example.org/{file}", file=file, title=title)


@pytest.mark.parametrize(
    ("file", "notes", "as_at", "expected"),
    [
        # the month in the title: the note that names it, not the newest
        (
            document("Shares: September 2023"),
            [("2023-12-07", "Added September 2023 data."), ("2024-03-07", "Added December 2023.")],
            "2023-09-30",
            "2023-12-07",
        ),
        # of a period, the month that ends it
        (
            document("January to March 2023"),
            [("2023-06-08", "Data for March 2023 added."), ("2023-07-01", "January 2023 in another form")],
            None,
            "2023-06-08",
        ),
        # corrected later: the bytes that are there now are those of the correction
        (
            document("Shares: June 2020"),
            [("2020-09-10", "Added June 2020."), ("2020-10-01", "Corrected June 2020.")],
            "2020-06-30",
            "2020-10-01",
        ),
        # the month in the file's name
        (document("Shares", "shares_Sept_2020.ods"), [("2020-12-01", "September 2020 data")], None, "2020-12-01"),
        # neither says a month: the day that the file describes does
        (document("Shares"), [("2020-12-01", "September 2020 data")], "2020-09-30", "2020-12-01"),
        (document("Shares"), [("2020-12-01", "September 2020 data")], None, None),
        # the title, spelt out in the note; but not one so short that any note has it
        (document("External data shares register"), [("2020-12-01", "New External  Data shares register")], None,
         "2020-12-01"),
        (document("Data"), [("2020-12-01", "Data updated")], None, None),
        # a note before the day described cannot be of this file
        (document("Shares: June 2020"), [("2020-05-01", "June 2020 is coming")], "2020-06-30", None),
    ],
)  # fmt: skip
def test_published_day(
    file: Document, notes: list[tuple[str, str]], as_at: str | None, expected: str | None
) -> None:
    day, basis, note = published_day(page(*notes), file, date.fromisoformat(as_at) if as_at else None)
    assert (day.isoformat() if day else None) == expected
    assert basis == ("change_note" if expected else "")
    assert (note in dict(notes).values()) == bool(expected)


def test_published_day_is_bounded_by_the_last_update_where_no_note_fits() -> None:
    updated = page(("2019-01-01", "First published."), updated="2020-10-08")
    assert published_day(updated, document("Shares"), date(2020, 9, 30)) == (
        date(2020, 10, 8),
        "page_updated",
        "",
    )
    assert published_day(updated, document("Shares"), date(2020, 10, 31)) == (None, "", "")


def govuk(**details: object) -> Page:
    return read_govuk(json.dumps({"title": "T", "details": details}).encode(), PAGE, "https://www.gov.uk")


def test_attachments_come_before_rendered_documents() -> None:
    html = '<section><h2><a href="/x/b.ods">B</a></h2></section>'
    found = govuk(attachments=[{"url": "https://example.org/a.ods", "title": "A"}], documents=[html])
    assert [d.file for d in found.documents] == ["a.ods"]
    assert [d.address for d in govuk(documents=[html]).documents] == ["https://www.gov.uk/x/b.ods"]


def test_the_later_rendering_of_an_attachment() -> None:
    html = """<section class="gem-c-attachment">
      <div class="gem-c-attachment__thumbnail"><a class="govuk-link" href="https://example.org/media/5/a.ods"><svg></svg></a></div>
      <div class="gem-c-attachment__details"><h3 class="gem-c-attachment__title">
        <a class="govuk-link gem-c-attachment__link" href="https://example.org/media/5/a.ods">Shares</a></h3></div></section>"""
    assert govuk(documents=[html]).documents == (
        Document(address="https://example.org/media/5/a.ods", file="a.ods", title="Shares"),
    )


def test_the_day_is_the_day_in_london() -> None:
    history = [
        {"public_timestamp": "2020-09-09T23:30:00Z", "note": "summer"},
        {"public_timestamp": "2020-12-09T23:30:00Z", "note": "winter"},
        {"public_timestamp": "not a time", "note": "left out"},
    ]
    assert [n.day for n in govuk(change_history=history).notes] == [date(2020, 9, 10), date(2020, 12, 9)]


def test_api_address() -> None:
    assert (
        api_address(f"{PAGE}/", "http://127.0.0.1:1/")
        == "http://127.0.0.1:1/api/content/government/publications/x"
    )


def test_links_follow_the_base_of_the_page() -> None:
    body = b'<base href="/files/"><a href="a.ods#part">A</a><a href="">none</a><a href="ftp://x/y.ods">no</a>'
    found = read_links(body, PAGE, "https://example.org/registers/list.html")
    assert [d.address for d in found.documents][:1] == ["https://example.org/files/a.ods"]
    assert all(d.address.startswith("https://example.org/") for d in found.documents)


@given(st.binary(max_size=400))
def test_any_page_is_read_or_refused(body: bytes) -> None:
    with suppress(AccessReviewError):
        read_govuk(body, PAGE, "https://www.gov.uk")
    read_links(body, PAGE, PAGE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20)
    | st.sampled_from(["https://[x/a.ods", "//", "2020-13-01"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["details", "attachments", "documents", "url", "title", "filename", "attachment_type", "change_history",
             "public_timestamp", "note", "withdrawn_notice", "explanation", "withdrawn_at", "redirects", "schema_name"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@given(JSON)
def test_any_item_is_read_or_refused(item: object) -> None:
    for whole in (item, {"details": item, "withdrawn_notice": item}):
        with suppress(AccessReviewError):
            read_govuk(json.dumps(whole).encode(), PAGE, "https://www.gov.uk")


# What came


@pytest.mark.parametrize(
    ("head", "content_type", "name", "said"),
    [
        (b"PK\3\4rest", "application/vnd.oasis.opendocument.spreadsheet", "a.ods", ""),
        (b"PK\3\4rest", "application/octet-stream", "a.csv", ""),  # the reader goes by content too
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel", "a.xls", ""),
        (b"a,b\n", "text/csv; charset=utf-8", "a.csv", ""),
        (b"a,b\n", "text/plain", "a.csv", ""),
        (b"a,b\n", "text/csv", "a.xlsx", "does not begin as a file .xlsx does"),
        (b"\xef\xbb\xbf<!doctype html>", "text/csv", "a.csv", "a web page"),
        (b"<?xml version='1.0'?><Error/>", "text/csv", "a.csv", "not comma-separated"),
        (b"PK\3\4rest", "TEXT/HTML;charset=x", "a.ods", "text/html"),
        (b"%PDF-1.4", "text/csv", "a.csv", "a PDF document"),
    ],
)
def test_wrong_kind(head: bytes, content_type: str, name: str, said: str) -> None:
    found = wrong_kind(head, content_type, name)
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("DfE shares (Sept 2020) v1.1.ods", "DfE shares (Sept 2020) v1.1.ods"),
        ("../../etc/passwd", "_.._etc_passwd"),
        (".hidden.ods", "hidden.ods"),
        ("a;rm -rf $HOME`x`.csv", "a_rm -rf _HOME_x_.csv"),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_a_safe_name_stays_in_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not safe.startswith(".")
    assert not {"/", "\\", "\0"} & set(safe)


# Where a client may be sent


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2a00:1450::1", True),
        ("64:ff9b::5db8:d822", True),  # the same by way of NAT64
        ("64:ff9b::7f00:1", False),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),  # 127.0.0.1 by way of 6to4
    ],
)
def test_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_origin_of() -> None:
    assert (
        origin_of("https://www.gov.uk/x") == origin_of("https://WWW.GOV.UK:443/y") == "https://www.gov.uk:443"
    )
    assert origin_of("http://www.gov.uk") != origin_of("https://www.gov.uk")
    assert origin_of("https://x:99999/") == origin_of("nonsense") == ""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 09 Oct 2020 12:01:00 GMT", 60.0),
        ("Fri, 09 Oct 2020 11:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 400, None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    client = Client(now=lambda: datetime(2020, 10, 9, 12, 0, tzinfo=UTC))
    assert client._retry_after(text) == seconds


@given(st.text())
def test_any_text_is_toml_text(value: str) -> None:
    import tomllib

    assert tomllib.loads(f"x = {toml_text(value)}")["x"] == value.encode("utf-8", "replace").decode()


def test_an_origin_writes_what_it_knows_alone() -> None:
    assert Origin().lines() == ['obtained_by = "add"']
    assert Origin(obtained="2020-01-01", page="p").lines() == ['obtained_by = "add"', 'page = "p"']
