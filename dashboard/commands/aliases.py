"""`access-review aliases`: pairs of names for a person to review, in the form in which the review is kept."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from dashboard.commands.base import Commands, a_count, say, write_table
from dashboard.settings import Settings


if TYPE_CHECKING:
    from dashboard.aliases import Recipient, Suggestion

EVIDENCE = ("requests", "registers", "first_year", "last_year")


def add_to(commands: Commands) -> None:
    aliases = commands.add(
        "aliases",
        "Suggest names that may be one recipient, for a person to review.",
        "access-review aliases --register phe-odr --format csv",
        run,
    )
    aliases.add_argument("--register", metavar="R", help="names of this register alone")
    aliases.add_argument(
        "--threshold", metavar="T", type=a_score, default=75, help="least score, 0 to 100 (default 75)"
    )
    aliases.add_argument("--limit", metavar="N", type=a_count, default=50, help="pairs (default 50)")
    commands.listing(aliases)


def a_score(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 100, not {text!r}")
    return int(text)


def run(settings: Settings, arguments: Any) -> int:
    from dashboard.aliases import recipients_of, settled_by, shared_by, suggest, unmatched
    from dashboard.filters import Filters
    from dashboard.measures import checked
    from dashboard.recipients import COLUMNS, read_reviews
    from dashboard.store import Store
    from dashboard.text import plural

    # The files as they are now: what was just reviewed need not be built to count.
    reviews = read_reviews(settings)
    with Store(settings) as store:
        filters = Filters(register=arguments.register)
        if arguments.register:
            checked(store, filters)
        published = store.query("published_names", filters).dicts()
        shared = shared_by(store.query("shared_requests", filters).dicts(), published, reviews)
    recipients = recipients_of(published, reviews)
    settled = settled_by(reviews, {str(row["register"]) for row in published})
    found = suggest(recipients, threshold=arguments.threshold, settled=settled, shared=shared)
    shown = found[: arguments.limit]
    if arguments.format == "table":
        columns: tuple[str, ...] = ("score", "alias", "recipient", "reason", "alias_seen", "recipient_seen")
        rows = [
            (s.score, s.alias.name, s.recipient.name, _why(s), _seen(s.alias), _seen(s.recipient))
            for s in shown
        ]
    else:
        columns = (*COLUMNS, "score", *(f"{side}_{c}" for side in ("alias", "recipient") for c in EVIDENCE))
        rows = [
            (*_review_row(s), s.score, *_evidence(s.alias), *_evidence(s.recipient))  # type: ignore[misc]
            for s in shown
        ]
    write_table(columns, rows, arguments.format)
    more = f"; {len(found) - len(shown)} more with a larger --limit" if len(found) > len(shown) else ""
    say(f"{plural(len(shown), 'pair')} to review among {plural(len(recipients), 'recipient')}{more}")
    lost = unmatched(published, (r for r in reviews if settings.data in r.path.parents))
    if lost:
        say(
            f"Warning: {plural(len(lost), 'reviewed alias', 'reviewed aliases')} that no register here publishes; "
            f"the first is {lost[0].alias!r}, {lost[0].place}."
        )
    if shown:
        say(
            "Next: with --format csv, fill in relation (same, trading_name_of, renamed, part_of or different), "
            "reviewer and date, make the reason yours, remove the rows not decided, and save it as "
            "reference/recipients_mine.csv in the data folder; then 'access-review build'"
        )
    return 0


def _why(suggestion: Suggestion) -> str:
    words = "; ".join(suggestion.reasons)
    return f"{words[:1].upper()}{words[1:]}."


def _review_row(suggestion: Suggestion) -> tuple[str, ...]:
    """A row of recipients.csv, in the order of its columns, with what only a person can say left empty."""
    here = suggestion.alias.registers
    register = next(iter(here)) if len(here) == 1 else ""
    return (register, suggestion.alias.name, suggestion.recipient.name, "", "", _why(suggestion), "", "")


def _evidence(recipient: Recipient) -> tuple[object, ...]:
    years = recipient.years
    registers = " ".join(sorted(recipient.registers))
    return recipient.requests, registers, min(years, default=None), max(years, default=None)


def _seen(recipient: Recipient) -> str:
    from dashboard.text import join_words, plural

    first, last = min(recipient.years, default=None), max(recipient.years, default=None)
    years = "" if first is None else f", {first}" if first == last else f", {first} to {last}"
    return f"{plural(recipient.requests, 'request')} in {join_words(sorted(recipient.registers))}{years}"
