"""Where a register's files are published: the `[fetch]` table of its description.

Read with the description, so that a mistake in it is found whether or not anybody fetches. Nothing here uses
the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from dashboard.errors import AccessReviewError


GOVUK = "https://www.gov.uk"
KINDS = ("govuk", "links")
KEYS = ("kind", "slug", "address", "files", "leave", "links", "assumed")
WORKBOOKS = ("*.ods", "*.xlsx", "*.xlsm", "*.xls", "*.csv", "*.tsv")
SLUG = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")

# The error for a key of the description, given what is wrong and what to do.
Fail = Callable[[tuple[str, ...], str, str], AccessReviewError]


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """The pages that list a register's files, and which of the files belong to it."""

    kind: str  # govuk: read through the Content API; links: a plain page whose links are read
    pages: tuple[str, ...]  # addresses as a reader would open them
    files: tuple[str, ...] = WORKBOOKS  # names to take
    leave: tuple[str, ...] = ()  # names to leave all the same
    links: tuple[str, ...] = ("*",)  # of kind links: the addresses to look at
    assumed: bool = False  # the address is recalled and was not seen

    def takes(self, name: str) -> bool:
        """Whether a file of that name belongs to the register. Capital letters make no difference."""
        return _any(name, self.files) and not _any(name, self.leave)

    def looks_at(self, address: str) -> bool:
        """Whether a link of a plain page is one of the register's."""
        return _any(address, self.links)


def _any(text: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(text.casefold(), pattern.casefold()) for pattern in patterns)


def read_outlet(table: object, address: object, fail: Fail) -> Outlet | None:
    """The `[fetch]` table of a description; None where there is none.

    `address` is the register's own, the page to read where the table names no other. Raises what `fail` makes
    of the key that is wrong.
    """
    if table is None:
        return None
    if not isinstance(table, dict):
        raise fail(("fetch",), "must be a table", "write [fetch] with its keys below it")
    for key in table:
        if key not in KEYS:
            raise fail(("fetch", key), f"{key!r} is not a key", f"use: {', '.join(KEYS)}")
    kind = table.get("kind")
    if kind not in KINDS:
        words = "'kind' is missing" if kind is None else f"{kind!r} is not known"
        raise fail(("fetch", "kind"), words, f"use one of: {', '.join(KINDS)}")
    pages = _texts(table, "address", fail)
    slugs = _texts(table, "slug", fail)
    for key, other in (("links", "govuk"), ("slug", "links")):
        if kind == other and key in table:
            raise fail(
                ("fetch", key),
                f"{key!r} does not belong to kind = {kind!r}",
                "take it out, or change the kind",
            )
    for slug in slugs:
        if not SLUG.fullmatch(slug):
            raise fail(
                ("fetch", "slug"), f"{slug!r} is not the end of a GOV.UK address", "write it in lower case"
            )
    pages += tuple(f"{GOVUK}/{s}" if "/" in s else f"{GOVUK}/government/publications/{s}" for s in slugs)
    if not pages and isinstance(address, str) and address:
        pages = (address,)
    if not pages:
        raise fail(("fetch",), "no page is named", 'add slug = "..." or address = "https://..." there')
    for page in pages:
        _check_page(kind, page, fail)
    if type(table.get("assumed", False)) is not bool:
        raise fail(("fetch", "assumed"), "'assumed' must be true or false", "write assumed = true")
    return Outlet(
        kind=kind,
        pages=pages,
        files=_texts(table, "files", fail) or WORKBOOKS,
        leave=_texts(table, "leave", fail),
        links=_texts(table, "links", fail) or ("*",),
        assumed=table.get("assumed", False),
    )


def _texts(table: Mapping[str, Any], key: str, fail: Fail) -> tuple[str, ...]:
    value = table.get(key, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise fail(("fetch", key), "must be text or a list of texts", f'write {key} = ["first", "second"]')
    return tuple(values)


def _check_page(kind: str, page: str, fail: Fail) -> None:
    try:
        parts = urlsplit(page)
    except ValueError as error:
        raise fail(("fetch",), f"{page!r} is not an address: {error}", "copy it from a browser") from None
    # http is let through here and refused on the way out: a test's own server speaks nothing else.
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise fail(("fetch",), f"{page!r} is not an address of a page", "write it whole, from https:// on")
    if kind == "govuk" and (parts.hostname != "www.gov.uk" or not parts.path.strip("/")):
        raise fail(
            ("fetch",),
            f"{page!r} is not a page of www.gov.uk",
            'give its slug, or kind = "links" for another publisher',
        )
