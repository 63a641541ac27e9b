"""Where a register's files are published: the `[fetch]` table of its description.

Read with the description, so that a mistake in it is found whether or not anybody fetches. Nothing here uses
the network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit


if TYPE_CHECKING:
    from dashboard.registers import _Reader


GOVUK = "https://www.gov.uk"
KINDS = ("govuk", "links")
WORKBOOKS = ("*.ods", "*.xlsx", "*.xlsm", "*.xls", "*.csv", "*.tsv")
SLUG = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")


@dataclass(frozen=True, kw_only=True)
class Source:
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


def read_source(r: _Reader, document: Mapping[str, Any]) -> Source | None:
    """The `[fetch]` table; None where there is none. Raises AccessReviewError naming the key that is wrong."""
    if "fetch" not in document:
        return None
    table = r.table(document, "fetch", "the file")
    r.only_keys(table, {"kind", "slug", "address", "files", "leave", "links", "assumed"}, "fetch")
    kind = r.one_of(r.text(table, "kind", "fetch"), KINDS, "fetch.kind")
    pages = r.texts(table.get("address", []), "fetch.address")
    if kind == "govuk":
        if "links" in table:
            raise r.fail("fetch", "'links' belongs to kind = \"links\"", "use 'files' and 'leave'")
        slugs = r.texts(table.get("slug", []), "fetch.slug")
        for slug in slugs:
            if not SLUG.fullmatch(slug):
                raise r.fail(
                    "fetch.slug", f"{slug!r} is not the end of a GOV.UK address", "write it in lower case"
                )
        pages += tuple(f"{GOVUK}/{s}" if "/" in s else f"{GOVUK}/government/publications/{s}" for s in slugs)
    elif "slug" in table:
        raise r.fail("fetch", "'slug' belongs to kind = \"govuk\"", 'give the page: address = "https://..."')
    pages = pages or r.texts(document.get("address", []), "address")
    if not any(pages):
        raise r.fail("fetch", "no page is named", 'add slug = "..." or address = "https://..." there')
    for page in pages:
        _check_page(r, kind, page)
    return Source(
        kind=kind,
        pages=pages,
        files=r.texts(table.get("files", list(WORKBOOKS)), "fetch.files"),
        leave=r.texts(table.get("leave", []), "fetch.leave"),
        links=r.texts(table.get("links", ["*"]), "fetch.links"),
        assumed=r.plain(table, "assumed", "fetch", False),
    )


def _check_page(r: _Reader, kind: str, page: str) -> None:
    try:
        parts = urlsplit(page)
    except ValueError as error:
        raise r.fail("fetch", f"{page!r} is not an address: {error}", "copy it from a browser") from None
    # http is let through here and refused on the way out: a test's own server speaks nothing else.
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise r.fail("fetch", f"{page!r} is not an address of a page", "write it whole, from https:// on")
    if kind == "govuk" and (parts.hostname != "www.gov.uk" or not parts.path.strip("/")):
        raise r.fail(
            "fetch",
            f"{page!r} is not a page of www.gov.uk",
            'give its slug, or kind = "links" for another publisher',
        )
