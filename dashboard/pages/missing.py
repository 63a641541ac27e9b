"""What an address names and the build does not have: it is named, and what is like it offered."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.filters import Filters
from dashboard.pages.page import Page
from dashboard.text import shown_difference


LONGEST_NAMED = 80  # characters of what was asked for, in a headline


def missing_page(
    name: str,
    filters: Filters,
    *,
    headline: str,
    near: Sequence[tuple[str, str, str]],
    asked: str,
    lead: str = "",
) -> Page:
    """A page of status 404. `near`: label, detail and address of each thing that may have been meant."""
    return Page(
        name=name,
        headline=headline,
        filters=Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on),
        lead=lead,
        template="missing.html",
        subject={"near": list(near), "asked": asked[:LONGEST_NAMED]},
        status=404,
    )


def shortly(text: str, longest: int = LONGEST_NAMED) -> str:
    """What was asked for, as long as a headline can bear."""
    return str(shown_difference(text, None, longest)[0])
