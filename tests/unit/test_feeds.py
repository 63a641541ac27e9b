"""The feed of changes: valid by a parser that others use, by the standard's own rules, and whatever the text."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.feeds import ATOM, atom


def change(**more):
    return {
        "change": "0", "reference": "DR1", "field": None, "before": None, "after": None, "kind": "added",
        "edition": "2018-03-31", "previous": "2017-12-31", "published": date(2018, 6, 8),
        "known_from": date(2018, 6, 8), "recipient": "Bell Trust", "recipient_id": "bell-trust", "sheet": "Open",
        "sheet_row": 5, "words": "Listed in this edition.", "about": "request", "occurrence": 1, "request": "DR1",
    } | more  # fmt: skip


def feed(*changes, **more):
    described = {"register": "example", "title": "An example", "publisher": "Somebody", **more}
    return atom(changes, **described)


def check_atom(text: str) -> ET.Element:
    """The must-haves of RFC 4287, sections 4.1.1, 4.1.2 and 3.3, by hand."""
    root = ET.fromstring(text)

    def of(element, name):
        return element.findall(f"{{{ATOM}}}{name}")

    assert root.tag == f"{{{ATOM}}}feed"
    entries = of(root, "entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            [child] = of(element, name)
            assert child.text
        assert len(of(element, "published")) <= 1
        for moment in (*of(element, "updated"), *of(element, "published")):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment.text)
        assert re.fullmatch(
            r"tag:[a-z-]+,\d{4}:[!-~]+", of(element, "id")[0].text
        )  # RFC 4151, an IRI in ASCII
        for category in of(element, "category"):
            assert category.get("term")
    [author] = of(root, "author")
    assert of(author, "name")[0].text
    for link in of(root, "link"):
        assert link.get("href")
    for entry in entries:  # without a link to it, an entry must hold its content
        [content] = of(entry, "content")
        assert content.get("type") == "html"
        assert content.text
    ids = [of(entry, "id")[0].text for entry in entries]
    assert len(set(ids)) == len(ids)
    assert of(root, "updated")[0].text >= max((of(e, "updated")[0].text for e in entries), default="")
    assert not any(name.startswith("{http") and ATOM not in name for name in (e.tag for e in root.iter()))
    return root


def test_a_feed_is_read_as_it_was_meant():
    text = feed(
        change(),
        change(
            reference="DR2", kind="amended", field="title", before="A", after="B", words="Title: A became B."
        ),
        change(reference="DR2", kind="licence_ended", words="Left & gone."),
        change(
            reference="DR1",
            edition="2018-06-30",
            published=None,
            known_from=date(2018, 6, 30),
            recipient=None,
        ),
    )
    check_atom(text)
    parsed = feedparser.parse(text)
    assert parsed.bozo == 0
    assert parsed.version == "atom10"
    assert parsed.feed.title == "Changes in An example"
    assert parsed.feed.author == "Somebody"
    assert parsed.feed.updated == "2018-06-30T00:00:00Z"
    assert [(e.title, e.updated) for e in parsed.entries] == [
        ("DR1: added", "2018-06-30T00:00:00Z"),
        ("DR1, Bell Trust: added", "2018-06-08T00:00:00Z"),
        ("DR2, Bell Trust: amended and left when its licence had ended", "2018-06-08T00:00:00Z"),
    ]
    assert [t.term for t in parsed.entries[2].tags] == ["amended", "licence_ended"]
    content = parsed.entries[2].content[0].value
    assert "Title: A became B." in content
    assert "Left &amp; gone." in content
    assert "published" not in parsed.entries[0]


def test_an_id_is_of_the_thing_and_the_edition_and_of_nothing_else():
    def ids(*changes):
        return [entry.id for entry in feedparser.parse(feed(*changes)).entries]

    one = ids(change())
    assert ids(change(words="Put otherwise.", recipient="Bell Trust Ltd", sheet_row=9)) == one
    assert ids(change(), change(reference="DR2"))[:1] == one
    others = [
        change(reference="DR2"),
        change(edition="2018-06-30"),
        change(occurrence=2),
        change(about="release"),
    ]
    assert len({*one, *(i for other in others for i in ids(other))}) == 5
    assert feed(change()) == feed(change())


def test_several_feeds_of_a_register_have_their_own_ids():
    def of(**more):
        return feedparser.parse(feed(change(), **more)).feed.id

    assert len({of(), of(scope="2012-06-30:None"), of(register="other")}) == 3


def test_a_feed_without_changes_is_valid_and_says_when():
    root = check_atom(feed(updated=date(2020, 1, 2)))
    assert root.find(f"{{{ATOM}}}updated").text == "2020-01-02T00:00:00Z"
    assert feedparser.parse(feed()).bozo == 0


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "a]]>b & c", "\x00\x0b\ufffe\ud800", "\"'><b>"]
)
def test_text_of_others_stays_text(text):
    made = feed(
        change(reference=text, recipient=text, words=text),
        title=text, publisher=text, address="https://example.org/?a=1&b=2",
    )  # fmt: skip
    check_atom(made)
    parsed = feedparser.parse(made.encode())
    assert parsed.bozo == 0
    assert "<img" not in parsed.entries[0].content[0].value
    assert "<b>" not in parsed.entries[0].content[0].value


words = st.text(max_size=20)


@given(st.lists(st.builds(change, reference=words, recipient=words, words=words.filter(bool)), max_size=4))
def test_any_text_makes_a_valid_feed(changes):
    unique = {c["reference"]: c for c in changes}.values()
    made = feed(*unique)
    root = check_atom(made)
    assert len(root.findall(f"{{{ATOM}}}entry")) == len(unique)
    assert feedparser.parse(made.encode("utf-8")).bozo == 0
