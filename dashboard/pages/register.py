"""Register: the requests themselves, searched and filtered, each with its place in the published file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dashboard import figures
from dashboard.addresses import recipient_address, reference_words, request_address
from dashboard.cleaning import tidy
from dashboard.figures import LABELS, VOLUME_COLUMNS
from dashboard.filters import LONGEST_VALUE, Filters
from dashboard.measures.refusals import quoted
from dashboard.pages.page import Listing, Page
from dashboard.store import Store
from dashboard.text import number, plural
from dashboard.vocabulary import OUTCOMES, RECIPIENT_TYPES


PAGE_ROWS = 50


def listed(
    store: Store,
    filters: Filters,
    *,
    search: str = "",
    counted: str = "",
    first: int = 0,
    most: int = PAGE_ROWS,
) -> list[dict[str, Any]]:
    """Requests of a register from the `first` on, newest first, each with how many there are of them (`matched`)."""
    # Looking for each request's dates among the events is for a question of dates alone.
    dated = filters.from_ or filters.to or counted
    return store.query(
        "register_rows_counted" if dated else "register_rows",
        filters,
        search=search or None,
        counted=counted or None,
        limit=most,
        offset=first,
    ).dicts()


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    scope = figures.scope_of(store, filters)
    search = tidy(extra.get("q", ""))[:LONGEST_VALUE]
    counted = extra.get("count", "")
    counted = counted if counted in (*VOLUME_COLUMNS, "any") else ""
    try:
        first = max(0, min(int(extra.get("start", "0")), 1_000_000))
    except ValueError:
        first = 0
    found = listed(store, filters, search=search, counted=counted, first=first)
    matched = found[0]["matched"] if found else 0
    for row in found:
        row["type_label"] = RECIPIENT_TYPES[row["recipient_type"]]
        row["outcome_label"] = OUTCOMES[row["outcome"]]
        row["reference_words"] = reference_words(row["reference"])
        row["address"] = request_address(str(filters.register), row["reference"], filters)
        row["whose"] = (
            recipient_address(str(filters.register), row["recipient_id"], filters)
            if row["recipient_id"]
            else ""
        )
    query = filters.query()

    def at(start: int) -> str:
        more = {name: value for name, value in (("q", search), ("count", counted)) if value}
        return f"/register?{query}&{urlencode({**more, 'start': start})}"

    unanswered = []
    if not found:
        unanswered.append(f"Nothing in {scope.short_title} matches.")
    shown = (
        f"Rows {number(first + 1)} to {number(first + len(found))} of {number(matched)}, newest first. "
        if found
        else ""
    )
    return Page(
        name="register",
        headline=(
            f"{plural(matched, 'entry', 'entries')} of {scope.short_title} that others quoted"
            if quoted(scope)
            else f"{plural(matched, scope.noun)} in {scope.short_title}"
        )
        + (f" matching “{search}”" if search else ""),
        filters=filters,
        lead=shown
        + (f"Only those counted as {LABELS[counted][0].lower()} there. " if counted in LABELS else "")
        + f"Each {scope.noun} is shown as last published, with the place of its row in the file."
        + ("" if scope.columns["received"][0] else f" When {scope.nouns} were received is not published."),
        listing=Listing(
            caption=f"{figures.heading(scope.nouns)}, as last published",
            rows=tuple(found),
            matched=matched,
            first=first,
            previous=at(max(0, first - PAGE_ROWS)) if first else "",
            following=at(first + PAGE_ROWS) if first + PAGE_ROWS < matched else "",
        ),
        unanswered=tuple(unanswered),
        extra={"q": search, **({"count": counted} if counted else {})},
    )
