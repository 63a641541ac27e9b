"""The changes of a register as an Atom feed (RFC 4287): one entry a request, release or figure and edition.

Nothing in it depends on where or when it is made: ids are tags (RFC 4151), and an entry was updated when the edition
that changed it became known. The same changes, the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from dashboard.text import escape, join_words
from dashboard.vocabulary import CHANGES


ATOM = "http://www.w3.org/2005/Atom"
TAG = "tag:access-review,2026:changes"
EMPTY = date(1970, 1, 1)  # a feed without entries must still say when it was updated

# What XML 1.0 cannot hold, however it is escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = list(CHANGES)


def atom(
    changes: Iterable[Mapping[str, Any]],
    *,
    register: str,
    title: str,
    publisher: str,
    address: str = "",
    scope: str = "",
    updated: date | None = None,
) -> str:
    """A feed of rows of the measure `changes` (the names of its columns as keys), the latest edition first.

    `scope` tells feeds of one register apart, such as a comparison of two editions; `updated` is the day of a feed
    without entries.
    """
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en-GB"})
    groups = _groups(changes, register)
    days = [day for day, _, _ in groups]
    _text(feed, "id", ":".join([TAG, *(quote(part, safe="") for part in (register, scope) if part)]))
    _text(feed, "title", f"Changes in {title}")
    _text(feed, "subtitle", "What each published edition changed against the one before.")
    _text(feed, "updated", _moment(max(days, default=updated or EMPTY)))
    _author(feed, publisher)
    if address:
        ET.SubElement(feed, "link", {"rel": "related", "href": _legal(address)})
    _text(feed, "generator", "access-review")
    for day, identity, rows in groups:
        _entry(feed, day, identity, rows)
    ET.indent(feed, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def _groups(
    changes: Iterable[Mapping[str, Any]], register: str
) -> list[tuple[date, tuple[str, ...], list[Mapping[str, Any]]]]:
    """The changes of one thing in one edition together; the day they became known, and what makes them one."""

    def identity(row: Mapping[str, Any]) -> tuple[str, ...]:
        named = ("edition", "previous", "about", "reference", "occurrence")
        return (register, *(str(row[name]) for name in named))

    found = []
    for key, rows in groupby(sorted(changes, key=identity), key=identity):
        each = list(rows)
        found.append((each[0]["known_from"], key, each))
    found.sort(
        key=lambda group: (group[0], group[1][1]), reverse=True
    )  # stable: by reference within an edition
    return found


def _entry(feed: ET.Element, day: date, identity: tuple[str, ...], rows: list[Mapping[str, Any]]) -> None:
    first = rows[0]
    kinds = sorted({str(row["kind"]) for row in rows}, key=_KINDS.index)
    entry = ET.SubElement(feed, "entry")
    # The reference is others' text: hashed, so that the id is short and can be copied.
    mark = hashlib.sha256("\x1f".join(identity).encode("utf-8", "replace")).hexdigest()[:16]
    _text(entry, "id", f"{TAG}:{quote(identity[0], safe='')}:{quote(first['edition'], safe='')}:{mark}")
    what = join_words([CHANGES[kind].lower() for kind in kinds])
    about = str(first["reference"])
    if first["about"] == "release" and first["occurrence"] > 1:
        about += f" (release {first['occurrence']})"
    if first["recipient"]:
        about += f", {first['recipient']}"
    _text(entry, "title", f"{about}: {what}")
    _text(entry, "updated", _moment(day))
    if first["published"]:
        _text(entry, "published", _moment(first["published"]))
    for kind in kinds:
        ET.SubElement(entry, "category", {"term": kind, "label": CHANGES[kind]})
    sentences = [str(row["words"]) for row in rows]
    place = f"Edition {first['edition']}, compared with {first['previous']}."
    # HTML that is escaped twice over: once as a page would, and once as XML.
    listed = "".join(f"<li>{escape(_legal(words))}</li>" for words in sentences)
    content = _text(entry, "content", f"<ul>{listed}</ul><p>{escape(place)}</p>")
    content.set("type", "html")


def _author(feed: ET.Element, name: str) -> None:
    author = ET.SubElement(feed, "author")
    _text(author, "name", name or "not stated")


def _text(parent: ET.Element, name: str, value: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = _legal(value)
    return child


def _legal(value: str) -> str:
    return _NOT_XML.sub("\ufffd", value)


def _moment(day: date) -> str:
    """A day as RFC 3339 has it. Registers are published on days, so the time of day says nothing."""
    return f"{day.isoformat()}T00:00:00Z"
