"""Addresses of the pages about one thing: a request, a recipient. The one place where they are spelt.

/request/<register>/<reference>    /recipient/<recipient id>?register=<register>
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from dashboard.filters import Filters
from dashboard.identity import UNREFERENCED


NO_REFERENCE = "none given"


def request_address(register: str, reference: str, pinned: Filters | None = None) -> str:
    """The page of a request. `pinned`: its `edition` or `known_on`, where the page should stay with one.

    A browser takes "." and ".." out of a path however they are escaped, so such a reference stands in the query.
    """
    place = quote(reference, safe="")
    query = {name: str(value) for name, value in _pins(pinned)}
    if reference in (".", ".."):
        place, query = "", {"reference": reference, **query}
    return f"/request/{quote(register, safe='')}/{place}" + (f"?{urlencode(query)}" if query else "")


def recipient_address(register: str, recipient_id: str, pinned: Filters | None = None) -> str:
    """The page of a recipient, as one register has it."""
    query = {"register": register, **{name: str(value) for name, value in _pins(pinned)}}
    return f"/recipient/{quote(recipient_id, safe='')}?{urlencode(query)}"


def reference_words(reference: str) -> str:
    """A reference as a reader meets it: an entry that has none was given a name of ours, which is not shown."""
    return NO_REFERENCE if reference.startswith(UNREFERENCED) else reference


def _pins(filters: Filters | None) -> list[tuple[str, object]]:
    if filters is None:
        return []
    return [
        (name, value)
        for name, value in (("edition", filters.edition), ("known_on", filters.known_on))
        if value is not None
    ]
