"""The feed of changes: valid by a parser that others use, by the standard's own rules, and whatever the text."""

from __future__ import annotations

import json
import re
from datetime import date
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.feeds import ATOM, REVIEWS_FEED, atom, changes_address, reviews_atom
from dashboard.files import sha256_of
from dashboard.reviews import Review


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
    for link in (link for element in (root, *entries) for link in of(element, "link")):
        assert link.get("href")
        assert link.get("rel") in ("self", "alternate", "related")
    for element in (root, *entries):  # at most one of a kind and type
        kinds = [(link.get("rel"), link.get("type")) for link in of(element, "link")]
        assert len(set(kinds)) == len(kinds)
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


@settings(deadline=None)
@given(st.lists(st.builds(change, reference=words, recipient=words, words=words.filter(bool)), max_size=4))
def test_any_text_makes_a_valid_feed(changes):
    unique = {c["reference"]: c for c in changes}.values()
    made = feed(*unique)
    root = check_atom(made)
    assert len(root.findall(f"{{{ATOM}}}entry")) == len(unique)
    assert feedparser.parse(made.encode("utf-8")).bozo == 0


# A server's feed, with links, and editions too large to list


def counted(edition, *kinds, previous="2017-12-31"):
    return [
        {"register": "example", "edition": edition, "previous": previous, "published": date(2018, 6, 8),
         "known_from": date(2018, 6, 8), "kind": kind, "label": label, "changes": n}
        for kind, label, n in kinds
    ]  # fmt: skip


def test_a_server_gives_links_to_itself():
    text = feed(
        change(reference="a/b", request="a/b"), change(reference="..", request=".."), site="https://x.example"
    )
    root = check_atom(text)
    parsed = feedparser.parse(text)
    links = {link.rel: link.href for link in parsed.feed.links}
    assert links["self"] == "https://x.example/feeds/changes.atom?register=example"
    assert links["alternate"] == "https://x.example/changes?register=example"
    assert [e.link for e in parsed.entries] == [
        "https://x.example/request/example/?reference=..",
        "https://x.example/request/example/a%2Fb",
    ]
    # an id says nothing of where it was read
    assert [e.id for e in parsed.entries] == [
        e.id
        for e in feedparser.parse(
            feed(change(reference="a/b", request="a/b"), change(reference="..", request=".."))
        ).entries
    ]
    assert "x.example" not in root.find(f"{{{ATOM}}}id").text


def test_an_edition_of_too_many_changes_is_one_entry():
    text = feed(
        change(edition="2018-06-30", known_from=date(2018, 9, 1), published=None),
        site="https://x.example",
        counted=counted("2018-03-31", ("added", "Added", 1200), ("amended", "Amended", 3)),
    )
    check_atom(text)
    parsed = feedparser.parse(text)
    assert [(e.title, e.updated) for e in parsed.entries] == [
        ("DR1, Bell Trust: added", "2018-09-01T00:00:00Z"),
        ("Edition 2018-03-31: 1,203 changes", "2018-06-08T00:00:00Z"),
    ]
    assert "Added: 1,200." in parsed.entries[1].content[0].value
    assert parsed.entries[1].link == "https://x.example/changes?register=example&edition=2018-03-31"
    assert [t.term for t in parsed.entries[1].tags] == ["added", "amended"]


# Reviews


def review(folder, year="2018", name="20180501-1-abcdef", signed=None, **manifest):
    place = folder / "april-review" / year / name
    place.mkdir(parents=True)
    started = manifest.pop("started", "2018-05-01T10:00:00+01:00")
    (place / "times.json").write_text(json.dumps({"started": started}))
    (place / "report.html").write_text("<!doctype html>")
    described = {"title": "April review 2018: An example", "as_at": "2018-03-31", "build": "b1"}
    described |= {"parameters": {"register": "example"}, "register": {"title": "An example"}, **manifest}
    described["files"] = {"report.html": sha256_of(place / "report.html")}
    (place / "manifest.json").write_text(json.dumps(described))
    if signed:
        said = {**signed, "manifest_sha256": sha256_of(place / "manifest.json")}
        (place / "signature.json").write_text(json.dumps(said))
    return Review(place, described)


SIGNED = {"name": "A. Statistician", "role": "Head of Profession", "signed": "2018-05-09"}


def test_reviews_are_a_feed(tmp_path):
    one = review(tmp_path, signed=SIGNED)
    draft = review(tmp_path, year="2019", name="20190502-1-abcdef", started="2019-05-02T09:00:00+00:00")
    text = reviews_atom([draft, one], site="http://127.0.0.1:5006")
    check_atom(text)
    parsed = feedparser.parse(text)
    assert parsed.bozo == 0
    assert {link.rel: link.href for link in parsed.feed.links}[
        "self"
    ] == "http://127.0.0.1:5006" + REVIEWS_FEED
    assert [(e.title, e.updated, e.tags[0].term) for e in parsed.entries] == [
        ("Draft: April review 2018: An example", "2019-05-02T09:00:00Z", "draft"),
        ("April review 2018: An example", "2018-05-09T00:00:00Z", "signed"),
    ]
    assert parsed.entries[1].author == "A. Statistician"
    assert "Signed by A. Statistician, Head of Profession." in parsed.entries[1].content[0].value
    assert parsed.entries[1].link.endswith("/reviews/april-review/2018/20180501-1-abcdef/report.html")
    assert reviews_atom([draft, one]) == reviews_atom([one, draft])


def test_a_review_that_was_superseded_says_so_and_keeps_its_id(tmp_path):
    one = review(tmp_path, signed=SIGNED)
    [before] = feedparser.parse(reviews_atom([one])).entries
    two = review(
        tmp_path,
        name="20180601-1-abcdef",
        started="2018-06-01T10:00:00+00:00",
        signed={**SIGNED, "signed": "2018-06-02"},
    )
    check_atom(reviews_atom([two, one]))
    after = {e.id: e for e in feedparser.parse(reviews_atom([two, one])).entries}
    assert "Superseded" in after[before.id].content[0].value
    assert after[before.id].updated == "2018-06-02T00:00:00Z" > before.updated


def test_a_review_that_was_changed_after_it_was_signed_says_so(tmp_path):
    one = review(tmp_path, signed=SIGNED)
    (one.folder / "report.html").write_text("other words")
    [entry] = feedparser.parse(reviews_atom([Review(one.folder, one.manifest)])).entries
    assert entry.tags[0].term == "broken"
    assert "changed after it was signed" in entry.content[0].value


def test_a_feed_of_no_reviews_is_valid():
    check_atom(reviews_atom([]))
    assert feedparser.parse(reviews_atom([])).bozo == 0


def test_a_review_that_says_nothing_is_still_an_entry(tmp_path):
    bare = Review(tmp_path / "april-review" / "2018" / "x", {})
    check_atom(reviews_atom([bare]))
    assert changes_address("a b&c") == "/feeds/changes.atom?register=a+b%26c"
