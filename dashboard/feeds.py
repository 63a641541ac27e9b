"""Atom feeds (RFC 4287): the changes of a register, one entry a request, release or figure and edition; and reviews.

Ids are tags (RFC 4151), so they depend on nothing but what they name, and an entry was updated when the edition that
changed it became known. The same changes, the same bytes. Only links depend on where a feed is read: a server gives
its own address, `site`; from the command line there are none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from dashboard.addresses import request_address
from dashboard.reviews import Review, superseded_by
from dashboard.text import SYNTHETIC, escape, join_words, plural
from dashboard.text import day as in_words
from dashboard.vocabulary import CHANGES


ATOM = "http://www.w3.org/2005/Atom"
KIND = "application/atom+xml"
CHANGES_FEED = "/feeds/changes.atom"
REVIEWS_FEED = "/feeds/reviews.atom"
TAG = "tag:access-review,2026:changes"
REVIEW_TAG = "tag:access-review,2026:reviews"
STATES = {"signed": "Signed", "draft": "Draft", "broken": "Changed after it was signed"}
EMPTY = date(1970, 1, 1)  # a feed without entries must still say when it was updated

# What XML 1.0 cannot hold, however it is escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = list(CHANGES)


def changes_address(register: str) -> str:
    return f"{CHANGES_FEED}?{urlencode({'register': register})}"


def atom(
    changes: Iterable[Mapping[str, Any]],
    *,
    register: str,
    title: str,
    publisher: str,
    address: str = "",
    scope: str = "",
    updated: date | None = None,
    synthetic: bool = False,
    site: str = "",
    counted: Sequence[Mapping[str, Any]] = (),
) -> str:
    """A feed of rows of the measure `changes` (the names of its columns as keys), the latest edition first.

    `scope` tells feeds of one register apart, such as a comparison of two editions; `updated` is the day of a feed
    without entries. `counted`: editions of too many changes to list, as rows of the query changes_counts with the day
    the edition became known as `known_from`; each is one entry, which says how many of what.
    """
    identity = ":".join([TAG, *(quote(part, safe="") for part in (register, scope) if part)])
    groups = _groups(changes, register)
    whole = _wholes(counted)
    days = [day for day, _, _ in groups] + [rows[0]["known_from"] for rows in whole]
    feed = _feed(
        identity,
        f"Changes in {title}",
        "What each published edition changed against the one before."
        + (f" {SYNTHETIC}" if synthetic else ""),
        _moment(max(days, default=updated or EMPTY)),
        publisher,
    )
    if site:
        _link(feed, "self", site + changes_address(register), KIND)
        _link(feed, "alternate", f"{site}/changes?{urlencode({'register': register})}", "text/html")
    if address:
        _link(feed, "related", _legal(address))
    _text(feed, "generator", "access-review")
    entries: list[tuple[date, str, Any]] = [(day, key[1], (key, rows)) for day, key, rows in groups]
    entries += [(rows[0]["known_from"], str(rows[0]["edition"]), rows) for rows in whole]
    # stable: by reference within an edition
    for day, _, found in sorted(entries, key=lambda e: e[:2], reverse=True):
        if isinstance(found, tuple):
            _entry(feed, day, *found, site=site)
        else:
            _counted_entry(feed, register, found, site=site)
    return _written(feed)


def reviews_atom(reviews: Sequence[Review], *, site: str = "") -> str:
    """A feed of reviews, the latest first; those that are not signed are marked as drafts.

    An entry was updated when its review was signed, or when a later one took its place.
    """
    told = [(_standing_of(review, list(reviews)), review) for review in reviews]
    told.sort(key=lambda one: (one[0][0], one[1].name), reverse=True)
    latest = max((moment for (moment, _), _ in told), default=_moment(EMPTY))
    feed = _feed(
        REVIEW_TAG,
        "April reviews",
        "Each review of access requests and data releases.",
        latest,
        "access-review",
    )
    if site:
        _link(feed, "self", site + REVIEWS_FEED, KIND)
        _link(feed, "alternate", f"{site}/reviews", "text/html")
    _text(feed, "generator", "access-review")
    for (moment, sentences), review in told:
        entry = ET.SubElement(feed, "entry")
        place = review.folder.parts[-2:]
        _text(entry, "id", ":".join([REVIEW_TAG, *(quote(part, safe="") for part in place)]))
        title = str(review.manifest.get("title") or f"April review {review.year}")
        _text(entry, "title", title if review.signed else f"Draft: {title}")
        _text(entry, "updated", moment)
        if signer := review.signature()["name"]:
            _author(entry, signer)
        if site:
            _link(entry, "alternate", f"{site}/reviews/{review.name}/report.html", "text/html")
        ET.SubElement(entry, "category", {"term": review.state, "label": STATES[review.state]})
        _html(entry, sentences)
    return _written(feed)


def _standing_of(review: Review, shown: list[Review]) -> tuple[str, list[str]]:
    """When a review last changed its standing, and what there is to say of it."""
    manifest = review.manifest
    described = manifest.get("register")
    register = described.get("title") if isinstance(described, dict) else ""
    sentences = [f"Register: {register or review.register or 'not said'}."]
    as_at = str(manifest.get("as_at") or "")
    sentences += [f"As at {_in_words(as_at)}, build {manifest.get('build') or 'not said'}."]
    moments = [review.started]
    if review.signed:
        signature = review.signature()
        moments.append(signature["signed"])
        role = f", {signature['role']}" if signature["role"] else ""
        sentences.append(f"Signed by {signature['name'] or 'somebody who is not named'}{role}.")
    else:
        sentences.append("A draft: nobody has signed it.")
    if review.state == "broken":
        sentences.append("It was changed after it was signed: what it says now is nobody's word.")
    if later := superseded_by(review, shown):
        moments += [later.started, later.signature()["signed"]]
        sentences.append(f"Superseded by a later review of the same April and register, {later.folder.name}.")
    return max((_utc(text) for text in moments), default=_moment(EMPTY)), sentences


def _wholes(counted: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    def edition(row: Mapping[str, Any]) -> str:
        return str(row["edition"])

    return [list(rows) for _, rows in groupby(sorted(counted, key=edition), key=edition)]


def _counted_entry(feed: ET.Element, register: str, rows: list[Mapping[str, Any]], *, site: str) -> None:
    """One edition whose changes are too many to list."""
    first = rows[0]
    edition = str(first["edition"])
    entry = ET.SubElement(feed, "entry")
    _text(entry, "id", f"{TAG}:{quote(register, safe='')}:{quote(edition, safe='')}")
    total = sum(row["changes"] for row in rows)
    _text(entry, "title", f"Edition {edition}: {plural(total, 'change')}")
    _text(entry, "updated", _moment(first["known_from"]))
    if first["published"]:
        _text(entry, "published", _moment(first["published"]))
    for row in rows:
        ET.SubElement(entry, "category", {"term": row["kind"], "label": row["label"]})
    if site:
        query = urlencode({"register": register, "edition": edition})
        _link(entry, "alternate", f"{site}/changes?{query}", "text/html")
        _link(entry, "related", f"{site}/data/changes.csv?{query}", "text/csv")
    _html(
        entry,
        [f"{row['label']}: {row['changes']:,}." for row in rows],
        f"Edition {edition}, compared with {first['previous']}: too many changes to list one by one.",
    )


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


def _entry(
    feed: ET.Element, day: date, identity: tuple[str, ...], rows: list[Mapping[str, Any]], *, site: str
) -> None:
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
    if site:
        of_request = first["about"] in ("request", "release")
        page = request_address(identity[0], str(first["request"])) if of_request else None
        people = f"/people?{urlencode({'register': identity[0]})}"
        _link(entry, "alternate", site + (page or people), "text/html")
    for kind in kinds:
        ET.SubElement(entry, "category", {"term": kind, "label": CHANGES[kind]})
    place = f"Edition {first['edition']}, compared with {first['previous']}."
    _html(entry, [str(row["words"]) for row in rows], place)


def _html(entry: ET.Element, sentences: Sequence[str], after: str = "") -> None:
    # HTML that is escaped twice over: once as a page would, and once as XML.
    listed = "".join(f"<li>{escape(_legal(words))}</li>" for words in sentences)
    content = _text(entry, "content", f"<ul>{listed}</ul>" + (f"<p>{escape(after)}</p>" if after else ""))
    content.set("type", "html")


def _feed(identity: str, title: str, subtitle: str, updated: str, author: str) -> ET.Element:
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en-GB"})
    _text(feed, "id", identity)
    _text(feed, "title", title)
    _text(feed, "subtitle", subtitle)
    _text(feed, "updated", updated)
    _author(feed, author)
    return feed


def _written(feed: ET.Element) -> str:
    ET.indent(feed, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def _link(parent: ET.Element, rel: str, href: str, kind: str = "") -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": href, **({"type": kind} if kind else {})})


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


def _utc(text: str) -> str:
    """A day or time of ISO 8601 as RFC 3339 has it, in UTC; the empty feed's day where it cannot be read."""
    try:
        if len(text) == 10:
            return _moment(date.fromisoformat(text))
        found = datetime.fromisoformat(text)
    except ValueError:
        return _moment(EMPTY)
    found = found.astimezone(UTC) if found.tzinfo else found
    return f"{found:%Y-%m-%dT%H:%M:%S}Z"


def _in_words(text: str) -> str:
    try:
        return in_words(date.fromisoformat(text))
    except ValueError:
        return "a day that is not said"
