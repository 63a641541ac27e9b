"""What a few words find: requests and releases by reference, recipients by any of their names, requests by title.

One search, used by the page at /search, by what is offered while a reader types (/search.json), and by the page of a
reference that is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboard.addresses import recipient_address, request_address
from dashboard.cleaning import tidy
from dashboard.filters import LONGEST_VALUE, Filters
from dashboard.identity import UNREFERENCED
from dashboard.measures.scope import scopes
from dashboard.store import Store
from dashboard.text import shown_difference
from dashboard.vocabulary import OUTCOMES


MOST = 10  # of each kind
LONGEST_SHOWN = 120  # characters of a title beside what was found
# In the order in which a reader is likely to mean them.
KINDS = {
    "request": "Requests",
    "release": "Releases",
    "recipient": "Recipients",
    "title": "Titles",
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing found, in words, and where its page is."""

    label: str
    detail: str
    href: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Things of one kind, the best match first. `matched` counts those not shown too."""

    kind: str
    label: str
    items: tuple[Item, ...]
    matched: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found; no group where it found nothing or asked for nothing."""

    q: str
    groups: tuple[Group, ...]

    def json(self) -> dict[str, Any]:
        """{"q", "groups": [{"label", "matched", "items": [{"label", "detail", "href"}]}]}"""
        return {
            "q": self.q,
            "groups": [
                {
                    "label": group.label,
                    "matched": group.matched,
                    "items": [{"label": i.label, "detail": i.detail, "href": i.href} for i in group.items],
                }
                for group in self.groups
            ],
        }


def asked_words(text: str) -> str:
    """The words of a search as they are looked for: tidied, and no longer than any value of the site."""
    return tidy(text)[:LONGEST_VALUE]


def search(store: Store, text: str, filters: Filters, *, most: int = MOST) -> Found:
    """At most `most` of each kind, in the register named or, without one, in each that answers by default.

    `edition` and `known_on` of the filters choose what is searched; the others do not apply.
    """
    words = asked_words(text)
    if not words:
        return Found(q=words, groups=())
    where = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    rows = store.query("search", where, search=words, most=most).dicts()
    for row in rows:
        row["named"] = row["request"] is None or not row["request"].startswith(UNREFERENCED)
    titles = {s.register: s for s in scopes(store, where)}
    many = len(titles) > 1
    groups = []
    for kind, label in KINDS.items():
        mine = [row for row in rows if row["kind"] == kind]
        if mine:
            items = tuple(
                Item(
                    label=_short(row["label"]),
                    detail=" · ".join(
                        part
                        for part in (*_details(row), titles[row["register"]].short_title if many else "")
                        if part
                    ),
                    href=(
                        recipient_address(row["register"], row["recipient_id"], where)
                        if kind == "recipient"
                        else request_address(row["register"], row["request"], where)
                    ),
                )
                for row in mine
            )
            groups.append(Group(kind=kind, label=label, items=items, matched=mine[0]["matched"]))
    return Found(q=words, groups=tuple(groups))


def _details(row: dict[str, Any]) -> list[str]:
    """What tells one found thing from another of the same name."""
    if row["kind"] == "recipient":
        return [f"published as {_short(row['recipient'])}"] if row["recipient"] != row["label"] else []
    who = _short(row["recipient"] or "recipient not published")
    became = OUTCOMES[row["outcome"]] if row["outcome"] != "unknown" else ""
    year = str(row["date"].year) if row["date"] else ""
    if row["kind"] == "title":
        return [who, row["request"] if row["named"] else "", became, year]
    of = f"of request {row['request']}" if row["kind"] == "release" else ""
    return [who, of, _short(row["title"] or ""), became, year]


def _short(text: str) -> str:
    return str(shown_difference(text, None, LONGEST_SHOWN)[0])
