"""The semantic table: headers, captions, words for values, escaping and links."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from dashboard.exhibits import Column, Table
from dashboard.tables import cell_text, dom_id, html_table, local_link, outside_link


HOSTILE = "<img src=x onerror=alert(1)> & \"'"
COLUMNS = (Column(name="year", label="Year"), Column(name="n", label="Requests", kind="count"))


def parsed(table, key="k"):
    return ElementTree.fromstring(html_table(table, key=key))


def test_a_table_has_a_caption_scopes_and_a_focusable_region():
    root = parsed(Table(caption="Requests by year", columns=COLUMNS, rows=(("2017", 1234), ("2018", None))))
    assert root.attrib == {
        "class": "table-scroll",
        "role": "region",
        "tabindex": "0",
        "aria-labelledby": "k-caption",
    }
    caption = next(root.iter("caption"))
    assert (caption.get("id"), caption.text) == ("k-caption", "Requests by year")
    assert [(th.get("scope"), th.text) for th in root.iter("th")] == [
        ("col", "Year"),
        ("col", "Requests"),
        ("row", "2017"),
        ("row", "2018"),
    ]
    assert [(td.get("class"), td.text) for td in root.iter("td")] == [
        ("number", "1,234"),
        ("number missing", "not published"),
    ]


def test_hostile_text_is_only_text():
    columns = (Column(name="a", label=HOSTILE), *[Column(name=f"c{i}", label=HOSTILE) for i in range(5)])
    text = html_table(
        Table(
            caption=HOSTILE, columns=columns, rows=((HOSTILE,) * 6,), links=(f"/{HOSTILE}",), missing=HOSTILE
        ),
        key=HOSTILE,
    )
    root = ElementTree.fromstring(text)
    assert "<img" not in text
    assert next(root.iter("caption")).text == HOSTILE
    assert {td.text for td in root.iter("td")} == {HOSTILE}
    assert {td.get("data-label") for td in root.iter("td")} == {HOSTILE}


def test_wide_tables_become_cards_and_keep_their_roles():
    columns = (*COLUMNS, *[Column(name=f"c{i}", label=f"C{i}") for i in range(3)])
    root = parsed(Table(caption="C", columns=columns, rows=(("2017", 1, "a", "b", "c"),)))
    assert next(root.iter("table")).attrib == {"class": "cards", "role": "table"}
    assert {element.get("role") for element in root.iter("td")} == {"cell"}
    assert {element.get("role") for element in root.iter("tr")} == {"row"}
    narrow = html_table(Table(caption="C", columns=COLUMNS, rows=(("2017", 1),)), key="k")
    assert "cards" not in narrow
    assert "data-label" not in narrow


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234, "count", "1,234"),
        (0, "count", "0"),
        (Decimal("12.5"), "days", "12.5"),
        (0.123, "share", "12%"),
        (0.001, "share", "under 1%"),
        (date(2026, 7, 4), "date", "4 July 2026"),
        ("2026", "date", "2026"),
        ("c", "count", "c"),
        (True, "flag", "yes"),
        (False, "flag", "no"),
        (None, "flag", "—"),
        (float("nan"), "count", "—"),
        ("text", "text", "text"),
    ],
)
def test_values_become_words(value, kind, text):
    assert cell_text(value, kind, missing="—") == text


@pytest.mark.parametrize("link", ["/request/dfe/DR1.01", "/recipient/a?x=1&y=2", "#note", "/"])
def test_addresses_of_this_site_are_links(link):
    assert local_link(link) == link
    root = parsed(Table(caption="C", columns=COLUMNS, rows=(("2017", 1),), links=(link,)))
    assert next(root.iter("a")).get("href") == link


@pytest.mark.parametrize(
    "link",
    [
        "//evil.test",
        "https://evil.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        " /a",
        "relative",
        "",
        None,
    ],
)
def test_any_other_address_is_dropped(link):
    assert local_link(link) is None
    root = parsed(Table(caption="C", columns=COLUMNS, rows=(("2017", 1),), links=(link,)))
    assert not list(root.iter("a"))
    assert "2017" in [th.text for th in root.iter("th")]


def test_a_row_of_the_wrong_length_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        html_table(Table(caption="C", columns=COLUMNS, rows=(("2017",),)), key="k")


def test_ids_are_safe_in_selectors():
    assert dom_id("volumes by year/2017") == "volumes-by-year-2017"
    assert dom_id("") == "exhibit"


@pytest.mark.parametrize("link", ["https://example.org/a?b=c&d=e#f", "http://example.org"])
def test_an_address_of_the_web_may_be_followed(link):
    assert outside_link(link) == link


@pytest.mark.parametrize(
    "link",
    [None, "", "javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//example.org", "/here", "https://a b",
     "https://a\tb", "https://a\\b", 'https://a"b', "https://<b>", "ftp://example.org", " https://example.org"],
)  # fmt: skip
def test_no_other_address_is_a_way_off_the_site(link):
    assert outside_link(link) is None


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        *(("DR130718.01", True), ("2017-12-31.2", True), ("ODR1718_001/A", True)),
        *(("Thistledown", False), ("row 5", False), ("1", False), ("ODR" + "1" * 22, False), (None, False)),
    ],
)
def test_an_identifier_is_read_whole_and_what_is_longer_may_break(value: str | None, whole: bool) -> None:
    """On paper a narrow column breaks words: a reference cut in two is no reference."""
    columns = (Column(name="a", label="A"), Column(name="b", label="B"))
    html = html_table(Table(caption="c", columns=columns, rows=((value, value),)), key="k")
    assert len(re.findall(r'<t[dh][^>]* class="whole"', html)) == 2 * whole
