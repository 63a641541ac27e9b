"""One request: what was asked, what became of it, how long it took, and its row in every edition held.

A page to read: no chart, no script of the framework. A release's reference leads to its request.
"""

from __future__ import annotations

from datetime import date

from dashboard.addresses import request_address
from dashboard.filters import Filters
from dashboard.history_figures import day_of
from dashboard.one_request import OneRequest, Place, find_request
from dashboard.pages.missing import missing_page, shortly
from dashboard.pages.page import Moved, Page
from dashboard.store import Store
from dashboard.text import day, number


SILENT = frozenset({"reference"})


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    """The page of `filters.reference` in `filters.register`. Raises Moved where it is a release's reference.

    `extra`: `column`, the heading to report an error in; and what no address can say: `origin`, the site's own
    scheme and host, and `today`, both for the citation.
    """
    asked = Filters(
        register=filters.register, reference=filters.reference, edition=filters.edition, known_on=filters.known_on
    )  # fmt: skip
    found = find_request(store, asked)
    if found is None:
        return _not_there(store, asked)
    pinned = bool(asked.edition or asked.known_on)
    register = next(r for r in store.query("registers").dicts() if r["register"] == asked.register)
    here = request_address(str(asked.register), found.reference)
    fixed = request_address(
        str(asked.register), found.reference, asked if pinned else Filters(known_on=_known_on(store, asked))
    )
    column = extra.get("column", "")
    chosen = next((pair for pair in found.place.columns if pair[0] == column), None)
    problems = (
        [f"Ignored in the address: the row has no column '{shortly(column)}'."]
        if column and not chosen
        else []
    )
    return Page(
        name="request",
        headline=found.headline,
        filters=asked,
        unanswered=(*problems, *found.notes),
        silent=SILENT,
        template="request.html",
        extra={"column": chosen[0] if chosen else ""},
        subject={
            "request": found,
            "contact": register["contact"],
            "publisher": register["publisher"],
            "latest": here,
            "fixed": fixed,
            "pinned": pinned,
            "report": report_text(found, register["title"], chosen, extra.get("origin", "") + fixed),
            "cite": citation(
                found, register["publisher"], register["title"], store.build.id, extra.get("origin", "") + fixed,
                extra.get("today", ""),
            ),
        },
    )  # fmt: skip


def _known_on(store: Store, asked: Filters) -> date:
    """The day from which what is shown now could be known: pinned to it, the page stays as it is."""
    held = store.query("editions", Filters(register=asked.register)).dicts()
    day_known: date = max(e["published"] or e["as_at"] for e in held if e["withdrawn_on"] is None)
    return day_known


def report_text(found: OneRequest, title: str, column: tuple[str, str] | None, address: str) -> str:
    """What to send to who answers for the register: the place to the cell, what stands there, and room to say more."""
    place = found.place
    lines = [
        f"Error in the register: {title}",
        f"File: {place.file} (as at {day(place.as_at)}; sha256 {place.sha256})",
        f"Sheet: {place.sheet}",
        f"Row: {place.row}",
        f"Column: {column[0] if column else '(which?)'}",
        *([f"It says: {column[1] or '(empty)'}"] if column else []),
        *([f"Reference: {found.reference}"] if found.named else []),
        f"Seen at: {address}",
        "It should say, and how I know: ",
    ]
    return "\n".join(lines)


def citation(found: OneRequest, publisher: str, title: str, build: str, address: str, today: str) -> str:
    """One sentence that says where it stands: register, publisher, edition, build, address and day."""
    place: Place = found.place
    what = f"entry {found.reference}" if found.named else "an entry without a reference"
    seen = f", seen {day(date.fromisoformat(today))}" if today else ""
    return (
        f"{publisher}, {title}, as at {day(place.as_at)} (published {place.published}), {what}: "
        f"{place.file}, sheet {place.sheet}, row {number(place.row)}, sha256 {place.sha256}. "
        f"Read by access-review, build {build}, {address}{seen}."
    )


def _not_there(store: Store, asked: Filters) -> Page:
    reference = str(asked.reference)
    pins = Filters(register=asked.register, edition=asked.edition, known_on=asked.known_on)
    if asked.edition or asked.known_on:
        anywhere = Filters(register=asked.register, reference=asked.reference)
        if store.query("request", anywhere).rows:
            where = (
                f"the edition of {day_of(str(asked.edition))}"
                if asked.edition
                else f"what was published by {day(asked.known_on)}"
            )
            return missing_page(
                "request",
                asked,
                headline=f"{shortly(reference)} is not listed in {where}",
                near=[(reference, "in the latest editions", request_address(str(asked.register), reference))],
                asked=reference,
            )
    near = store.query("near_references", asked).dicts()
    exact = {row["request"] for row in near if row["exact"]}
    if len(exact) == 1:
        raise Moved(request_address(str(asked.register), exact.pop(), pins))
    return missing_page(
        "request",
        asked,
        headline=f"Nothing is called “{shortly(reference)}” in this register",
        near=[
            (
                row["reference"],
                "" if row["reference"] == row["request"] else f"a release of {row['request']}",
                request_address(str(asked.register), row["request"], pins),
            )
            for row in near
        ],
        asked=reference,
        lead="" if near else "No reference in it is like this one.",
    )
