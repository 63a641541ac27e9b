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
from dashboard.measures.catalogue import MEASURES, find_measure, for_page, measure, row_stream, rows
from dashboard.measures.clocks import DEFAULT_CLOCK, curves
from dashboard.measures.history import change_counts, changes_between, edition_pair
from dashboard.measures.refusals import HEADLINE_EVENTS, quoted
from dashboard.measures.result import Measure, MeasureResult, RowStream, cell
from dashboard.measures.scope import Scope, checked, scopes
from dashboard.measures.series import regimes
from dashboard.measures.volume import VOLUME_COUNTS
from dashboard.store import Store


__all__ = [
    "DEFAULT_CLOCK",
    "HEADLINE_EVENTS",
    "MEASURES",
    "VOLUME_COUNTS",
    "Measure",
    "MeasureResult",
    "RowStream",
    "Scope",
    "answerability",
    "backlog",
    "cell",
    "change_counts",
    "changes",
    "changes_between",
    "checked",
    "commitments",
    "control_chart",
    "corrections",
    "curves",
    "decisions",
    "edition_pair",
    "editions",
    "ever_seen",
    "find_measure",
    "for_page",
    "holdings",
    "identity",
    "issues",
    "make_filters",
    "measure",
    "oldest_open",
    "outcomes",
    "person_counts",
    "published_figures",
    "quoted",
    "recipient_flow",
    "recipient_names",
    "recipients",
    "regimes",
    "row_stream",
    "rows",
    "scopes",
    "spells",
    "survival_bounds",
    "survival_curve",
    "top_recipients",
    "turnaround",
    "turnaround_comparison",
    "volumes",
]


def volumes(store: Store, **filters: Any) -> MeasureResult:
    """Requests received, decided, closed and open, and releases, by `interval` and `by`.

    Counts of requests (releases for `released`); null where the register does not publish what is needed.
    Where receipt is published, open_at_start + received - closed = open_at_end.
    """
    return measure("volumes", store, **filters)


def backlog(store: Store, **filters: Any) -> MeasureResult:
    """Requests open at the end of each month, by age in calendar days at that day (0 to 30, 31 to 60, 61 to 120, over).

    `from_` and `to` choose months, not requests. The month of the as-at date is counted at that date (`counted_on`).
    No rows where receipt, closing or open cases are not published; `notes` has the reason.
    """
    return measure("backlog", store, **filters)


def oldest_open(store: Store, **filters: Any) -> MeasureResult:
    """The requests open longest at the as-at date, oldest first; `limit` defaults to 10, for each register.

    age_days: calendar days after the day of receipt; age_working_days: working days of England among them.
    """
    return measure("oldest-open", store, **filters)


def identity(store: Store, **filters: Any) -> MeasureResult:
    """For each register, whether open_at_start + received - closed = open_at_end applies, over how many groups and
    months it was checked (`checked`), how often it fails (`violations`), and why it does not apply."""
    return measure("identity", store, **filters)


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


def outcomes(store: Store, **filters: Any) -> MeasureResult:
    """By day of a `clock`, the share of all cases that has ended in each way, the others competing (Aalen-Johansen).

    cumulative_incidence: 0 to 1; of one day they add up, with `survival`, to 1. Bounds are 95%, from a variance of
    Greenwood's type on the log(-log) scale.
    """
    return measure("outcomes", store, **filters)


def survival_bounds(store: Store, **filters: Any) -> MeasureResult:
    """The share of cases still open by day where ends are known only between editions: from `lower` to `upper`.

    The non-parametric maximum likelihood estimate (Turnbull). low and high: 95% bounds that hold wherever between its
    bounds each case ended. Only for clocks from receipt; where every end has a day it is the Kaplan-Meier curve.
    """
    return measure("survival-bounds", store, **filters)


def turnaround_comparison(store: Store, **filters: Any) -> MeasureResult:
    """The log-rank test of the groups of `by` (type unless another is named) on one `clock`.

    chi2, df and p are the test's, the same on each row; expected: the events a group would have were there one curve.
    None for groups of fewer than five events, which the test leaves out.
    """
    return measure("turnaround-comparison", store, **filters)


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


def control_chart(store: Store, **filters: Any) -> MeasureResult:
    """A series (`of`, such as "volumes.received") by `interval` (default month) with XmR limits and signals.

    lower and upper: mean -+ 2.66 x the mean moving range of the `baseline` rows, lower never shown below 0; signal:
    names of `dashboard.control_charts.SIGNALS`, parted by "; ". None where an interval cannot be judged.
    """
    return measure("control-chart", store, **filters)


def commitments(store: Store, **filters: Any) -> MeasureResult:
    """What was promised, suggested or expected, what was known of it by `known_on`, and whether it is `overdue`.

    Every commitment once; with `register` those about it. Judged on `known_on`, else the registers' last as-at date.
    """
    return measure("commitments", store, **filters)


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
