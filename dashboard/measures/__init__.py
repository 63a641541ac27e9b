"""The measures: one definition each, used by pages, notebooks, reports, command line and open data.

    from dashboard import open_store
    from dashboard.measures import turnaround

    with open_store() as store:
        turnaround(store, register="sudbury-foi").df

Each function takes a Store and the filter vocabulary as keywords and returns a `MeasureResult`. Definitions in
words: docs/definitions.md. What a register cannot answer is None in its column and a sentence in `notes`.
"""

from __future__ import annotations

from typing import Any

from dashboard.filters import make_filters
from dashboard.measures.catalogue import MEASURES, find_measure, measure, rows
from dashboard.measures.clocks import DEFAULT_CLOCK, curves
from dashboard.measures.history import change_counts, changes_between, edition_pair
from dashboard.measures.refusals import HEADLINE_EVENTS, quoted
from dashboard.measures.result import Measure, MeasureResult, cell
from dashboard.measures.scope import Scope, checked, scopes
from dashboard.measures.volume import VOLUME_COUNTS
from dashboard.store import Store


__all__ = [
    "DEFAULT_CLOCK",
    "HEADLINE_EVENTS",
    "MEASURES",
    "VOLUME_COUNTS",
    "Measure",
    "MeasureResult",
    "Scope",
    "answerability",
    "cell",
    "change_counts",
    "changes",
    "changes_between",
    "checked",
    "corrections",
    "curves",
    "decisions",
    "edition_pair",
    "editions",
    "ever_seen",
    "find_measure",
    "holdings",
    "issues",
    "make_filters",
    "measure",
    "person_counts",
    "published_figures",
    "quoted",
    "recipient_flow",
    "recipient_names",
    "recipients",
    "rows",
    "scopes",
    "spells",
    "survival_curve",
    "top_recipients",
    "turnaround",
    "volumes",
]


def volumes(store: Store, **filters: Any) -> MeasureResult:
    """Requests received, decided, closed and open, and releases, by `interval` and `by`.

    Counts of requests (releases for `released`); null where the register does not publish what is needed.
    Where receipt is published, open_at_start + received - closed = open_at_end.
    """
    return measure("volumes", store, **filters)


def recipients(store: Store, **filters: Any) -> MeasureResult:
    """Distinct requests and recipients, releases and share by recipient type (or `by`).

    share: 0 to 1, of releases where they are published, else of requests.
    """
    return measure("recipients", store, **filters)


def top_recipients(store: Store, **filters: Any) -> MeasureResult:
    """Recipients in order of releases (requests where releases are not published); `limit` defaults to 20."""
    return measure("top-recipients", store, **filters)


def recipient_flow(store: Store, **filters: Any) -> MeasureResult:
    """Recipients by `interval` (default year): new to the register, returning, and the share of the five largest.

    Counts of recipients; `counted` and `new_counted` of what `counted_as` says; None in the first year of listing,
    when nobody can be called new. top_share: 0 to 1.
    """
    return measure("recipient-flow", store, **filters)


def recipient_names(store: Store, **filters: Any) -> MeasureResult:
    """Every published spelling of every recipient: entries under it, its relation, who decided and why.

    entries: rows of the editions asked for; relation: one of `vocabulary.RELATIONS`, or of
    `UNREVIEWED_RELATIONS` where nobody had to decide.
    """
    return measure("recipient-names", store, **filters)


def turnaround(store: Store, **filters: Any) -> MeasureResult:
    """Median and 90th percentile in days on one `clock`, by Kaplan-Meier with open cases censored.

    median: the least day with S <= 0.5; p90: the least with S <= 0.1; bounds are 95%, from the log-log bands;
    None is "not reached". within_target: share closed by `target` days, with Wilson's interval.
    """
    return measure("turnaround", store, **filters)


def survival_curve(store: Store, **filters: Any) -> MeasureResult:
    """The Kaplan-Meier curve: share of cases still open by day, with 95% log-log bands."""
    return measure("survival-curve", store, **filters)


def spells(store: Store, **filters: Any) -> MeasureResult:
    """One row a request and clock: when it entered, started and ended, and why it was left out if it was."""
    return measure("spells", store, **filters)


def editions(store: Store, **filters: Any) -> MeasureResult:
    """The published files in the build; lag_days is from the as-at date to publication.

    An edition that was withdrawn keeps its row, with no counts, the day and the reason.
    """
    return measure("editions", store, **filters)


def corrections(store: Store, **filters: Any) -> MeasureResult:
    """One row a cell that a reviewed correction changed: the published text, what is read, and why."""
    return measure("corrections", store, **filters)


def published_figures(store: Store, **filters: Any) -> MeasureResult:
    """Figures others published, with ours beside them only where the scope is the same."""
    return measure("published-figures", store, **filters)


def answerability(store: Store, **filters: Any) -> MeasureResult:
    """For each register, era and field: published, inferred (with its basis) or not published."""
    return measure("answerability", store, **filters)


def changes(store: Store, **filters: Any) -> MeasureResult:
    """What each edition changed against the one before: `added`, `amended` (field, before, after), `typographic`,
    `licence_ended`, `left_no_reason_published`. `edition`: that one alone; `from_` and `to`: the day it was known.

    before and after are as published, dates ISO 8601; sheet and sheet_row are those of the later edition, of what
    left those of the earlier.
    """
    return measure("changes", store, **filters)


def ever_seen(store: Store, **filters: Any) -> MeasureResult:
    """Requests by their own first day: listed by any edition (`ever_seen`), and by the latest (`still_listed`)."""
    return measure("ever-seen", store, **filters)


def holdings(store: Store, **filters: Any) -> MeasureResult:
    """Requests whose data are still held, no longer held, and held past the licence end (`overdue`, among those
    still held), by recipient type (or `by`). None where neither licence ends nor a status are published."""
    return measure("holdings", store, **filters)


def person_counts(store: Store, **filters: Any) -> MeasureResult:
    """Every published count with its unit by body and period; one that a later edition changed is `superseded`."""
    return measure("person-counts", store, **filters)


def decisions(store: Store, **filters: Any) -> MeasureResult:
    """What needs a decision, ranked: unexplained departures, figures that differ, unreadable values, a late edition.

    count: entries, figures, values or editions, by kind; evidence: an address on our pages. A late edition is judged
    on `known_on`, else `to`, else the last day the build knows of.
    """
    return measure("decisions", store, **filters)


def issues(store: Store, **filters: Any) -> MeasureResult:
    """Every data problem of the editions asked: its place, rule, value and severity (error, warning, info)."""
    return measure("issues", store, **filters)
