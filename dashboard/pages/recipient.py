"""One recipient: its requests over the years, its names as published, and what it got. A page to read."""

from __future__ import annotations

from dashboard.addresses import recipient_address
from dashboard.filters import Filters
from dashboard.one_recipient import find_recipient
from dashboard.pages.missing import missing_page, shortly
from dashboard.pages.page import Moved, Page
from dashboard.store import Store
from dashboard.text import join_words


SILENT = frozenset({"recipient"})


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    """The page of `filters.recipient`, in the register named where it is there, else in the first that has it.

    Raises Moved where the id is one from before a review, which made the recipient part of another.
    """
    titles = {r["register"]: r["short_title"] for r in store.query("registers").dicts()}
    near = [r for r in store.query("near_recipients", filters).dicts() if r["register"] in titles]
    exact = [r for r in near if r["exact"]]
    pins = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    if not exact:
        return missing_page(
            "recipient",
            filters,
            headline=f"No recipient has the address “{shortly(str(filters.recipient))}”",
            near=[
                (r["recipient"], titles[r["register"]], recipient_address(r["register"], r["recipient_id"]))
                for r in near[:8]
            ],
            asked=str(filters.recipient).replace("-", " "),
        )
    order = list(titles)
    exact.sort(key=lambda r: (r["register"] != filters.register, r["recipient_id"] != filters.recipient,
                              order.index(r["register"])))  # fmt: skip
    here = exact[0]
    if here["recipient_id"] != filters.recipient:
        raise Moved(recipient_address(here["register"], here["recipient_id"], pins))
    elsewhere = here["register"] != filters.register
    asked = Filters(
        register=here["register"],
        recipient=here["recipient_id"],
        edition=None if elsewhere else filters.edition,
        known_on=filters.known_on,
    )
    names = store.query("recipient_names", asked, limit=1).rows
    if not names:  # in this register, and in no edition that was asked
        return missing_page(
            "recipient",
            asked,
            headline=f"{here['recipient']} is not listed in what was asked",
            near=[
                (
                    here["recipient"],
                    "in the latest editions",
                    recipient_address(here["register"], here["recipient_id"]),
                )
            ],
            asked=here["recipient"],
        )  # fmt: skip
    found = find_recipient(store, asked)
    also = [
        (titles[r["register"]], recipient_address(r["register"], r["recipient_id"]))
        for r in exact
        if r["register"] != here["register"] and r["recipient_id"] == here["recipient_id"]
    ]
    chosen = [
        f"{here['recipient']} is not in {titles[filters.register]}: this is {titles[here['register']]}."
        for _ in [0]
        if elsewhere and extra.get("register_named") and filters.register in titles
    ]
    return Page(
        name="recipient",
        headline=found.headline,
        filters=asked,
        lead=found.lead,
        unanswered=(*chosen, *found.notes),
        exhibits=found.exhibits,
        silent=SILENT,
        template="recipient.html",
        subject={"recipient": found, "also": also, "registers": join_words([title for title, _ in also])},
    )
