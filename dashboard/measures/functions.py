"""Each measure as a function of a store and the filter vocabulary: what a notebook calls.

The signature of each lists the filters that change what it gives, with their types and its defaults, and the
docstring every column, from the definitions: both are what completion and `?` show. They are read from the catalogue
and the definitions, so neither is written twice.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from textwrap import fill
from typing import Any, Literal, TypedDict, TypeVar, Unpack, get_type_hints

from dashboard.filters import make_filters
from dashboard.measures.catalogue import MEASURES, measure
from dashboard.measures.measured import Measured
from dashboard.settings import definitions_file
from dashboard.store import Store


Day = date | str | int  # a date, "2018-01-31", or a year: its first day, and as `to` its last
Several = str | Sequence[str]
Named = TypeVar("Named", bound=Callable[..., Measured])


class Asked(TypedDict, total=False):
    """The filter vocabulary as keywords. None is "not filtered"."""

    register: str | None
    from_: Day | None
    to: Day | None
    type: Several | None
    tier: Several | None
    route: str | None
    outcome: Several | None
    recipient: str | None
    reference: str | None
    dataset: str | None
    basis: Literal["stated", "from_reference", "first_seen"] | None
    clock: (
        Literal[
            "received_to_outcome",
            "received_to_decision",
            "received_to_release",
            "received_to_reuse",
            "approval_to_release",
            "approval_to_first_published",
        ]
        | None
    )
    unit: Literal["calendar", "working"] | None
    cohort: Literal["received", "closed"] | None
    target: int | None
    interval: Literal["month", "quarter", "year"] | None
    by: Literal["type", "tier", "route", "outcome", "recipient", "dataset", "legal_basis"] | None
    edition: str | None
    known_on: Day | None
    limit: int | None
    of: str | None


FILTER_WORDS: dict[str, str] = {
    "register": "a register's id, as `store.registers()` lists them; without it each has its own rows",
    "from_": "the first day, or a year",
    "to": "the last day, itself in, or a year",
    "type": "one or several recipient types, such as 'university'",
    "tier": "one or several tiers: '1' to '4', 'not_published'",
    "route": "a route in the register's own words, whole",
    "outcome": "one or several outcomes, such as 'refused'",
    "recipient": "a recipient's id or name, whole",
    "reference": "one reference, whole",
    "dataset": "a data set as published, whole; also one of several in a cell",
    "basis": "how the first date of a clock is known",
    "clock": "the pair of events that time is measured between",
    "unit": "calendar or working days (of England)",
    "cohort": "whether the period is about the day received or closed",
    "target": "days, for the share within them",
    "interval": "one row for each month, quarter or year",
    "by": "one row for each group",
    "edition": "one file alone, by its id; needs `register`",
    "known_on": "only what editions published by that day say",
    "limit": "at most so many rows",
    "of": "the series of a control chart, such as 'volumes.received'",
}


def ask(name: str, store: Store, filters: Any) -> Measured:
    """A measure by name, held for a notebook. Raises UsageError as `catalogue.measure` does."""
    asked = make_filters(**filters)
    return Measured(result=measure(name, store, filters=asked), asked=asked, store=store)


def asked_by_name(function: Named) -> Named:
    """Give a measure's function the signature and the docstring of what it asks."""
    name = function.__name__.replace("_", "-")
    takes = _keywords(name)
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("store", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Store),
            *(
                inspect.Parameter(
                    keyword, inspect.Parameter.KEYWORD_ONLY, annotation=_types()[keyword], default=default
                )
                for keyword, default in takes.items()
            ),
        ],
        return_annotation=Measured,
    )
    function.__doc__ = _docstring(name, inspect.getdoc(function) or "", tuple(takes))
    return function


def _keywords(name: str) -> dict[str, Any]:
    """The filters that a measure uses, in the order of the vocabulary, with its defaults."""
    found = MEASURES[name]
    keywords = [(keyword, keyword.rstrip("_")) for keyword in Asked.__annotations__]
    return {keyword: found.defaults.get(public) for keyword, public in keywords if public in found.takes}


@cache
def _types() -> dict[str, Any]:
    return get_type_hints(Asked)


def _docstring(name: str, words: str, takes: tuple[str, ...]) -> str:
    columns, source = _defined().get(name, ({}, ""))
    lines = [words, "", "Filters", "-------"]
    lines += [_entry(keyword, FILTER_WORDS[keyword]) for keyword in takes]
    if columns:
        lines += ["", "Columns", "-------"]
        lines += [_entry(column, meaning) for column, meaning in columns.items()]
    lines += ["", fill(f"Definition: docs/definitions.md, '{name}'. {source}".strip(), 100)]
    lines += ["", "Raises UsageError for a filter, register or edition that is not there."]
    return "\n".join(lines)


def _entry(name: str, words: str) -> str:
    return fill(f"{name} : {words}", 100, subsequent_indent="    ", break_long_words=False)


@cache
def _defined() -> dict[str, tuple[dict[str, str], str]]:
    """Of each measure that the definitions have, its columns with their meaning, and the source of the definition.

    Read without the libraries that draw them; empty where the file did not ship, for `help` must not fail.
    """
    try:
        text = definitions_file().read_text("utf-8")
    except OSError:
        return {}
    found: dict[str, tuple[dict[str, str], str]] = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        named = re.match(r"[^\n]+\n\n`([a-z-]+)`\. ", part)
        if named is None:
            continue
        head = part.partition("\n### ")[0]
        columns = {
            column: meaning.replace("\\|", "|")
            for cells, meaning in re.findall(r"^\| (`[^|]+`) \| (.+) \|$", head, re.MULTILINE)
            for column in re.findall(r"`([^`]+)`", cells)
        }
        source = re.search(r"^\*\*Source\.\*\* (.+)$", head, re.MULTILINE)
        found[named[1]] = columns, f"Source: {source[1]}" if source else ""
    return found


@asked_by_name
def volumes(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Requests received, decided, closed and open, and releases, by `interval` and `by`.

    Counts of requests (releases for `released`); null where the register does not publish what is needed.
    Where receipt is published, open_at_start + received - closed = open_at_end.
    """
    return ask("volumes", store, filters)


@asked_by_name
def backlog(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Requests open at the end of each month, by age in calendar days at that day (0 to 30, 31 to 60, 61 to 120, over).

    `from_` and `to` choose months, not requests. The month of the as-at date is counted at that date (`counted_on`).
    No rows where receipt, closing or open cases are not published; `notes` has the reason.
    """
    return ask("backlog", store, filters)


@asked_by_name
def oldest_open(store: Store, **filters: Unpack[Asked]) -> Measured:
    """The requests open longest at the as-at date, oldest first; `limit` defaults to 10, for each register.

    age_days: calendar days after the day of receipt; age_working_days: working days of England among them.
    """
    return ask("oldest-open", store, filters)


@asked_by_name
def identity(store: Store, **filters: Unpack[Asked]) -> Measured:
    """For each register, whether open_at_start + received - closed = open_at_end applies, over how many groups and
    months it was checked (`checked`), how often it fails (`violations`), and why it does not apply."""
    return ask("identity", store, filters)


@asked_by_name
def recipients(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Distinct requests and recipients, releases and share by recipient type (or `by`).

    share: 0 to 1, of releases where they are published, else of requests.
    """
    return ask("recipients", store, filters)


@asked_by_name
def top_recipients(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Recipients in order of releases (requests where releases are not published); `limit` defaults to 20."""
    return ask("top-recipients", store, filters)


@asked_by_name
def recipient_flow(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Recipients by `interval` (default year): new to the register, returning, and the share of the five largest.

    Counts of recipients; `counted` and `new_counted` of what `counted_as` says; None in the first year of listing,
    when nobody can be called new. top_share: 0 to 1.
    """
    return ask("recipient-flow", store, filters)


@asked_by_name
def recipient_names(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Every published spelling of every recipient: entries under it, its relation, who decided and why.

    entries: rows of the editions asked for; relation: one of `vocabulary.RELATIONS`, or of
    `UNREVIEWED_RELATIONS` where nobody had to decide.
    """
    return ask("recipient-names", store, filters)


@asked_by_name
def turnaround(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Median and 90th percentile in days on one `clock`, by Kaplan-Meier with open cases censored.

    median: the least day with S <= 0.5; p90: the least with S <= 0.1; bounds are 95%, from the log-log bands;
    None is "not reached". within_target: share closed by `target` days, with Wilson's interval.
    """
    return ask("turnaround", store, filters)


@asked_by_name
def survival_curve(store: Store, **filters: Unpack[Asked]) -> Measured:
    """The Kaplan-Meier curve: share of cases still open by day, with 95% log-log bands."""
    return ask("survival-curve", store, filters)


@asked_by_name
def outcomes(store: Store, **filters: Unpack[Asked]) -> Measured:
    """By day of a `clock`, the share of all cases that has ended in each way, the others competing (Aalen-Johansen).

    cumulative_incidence: 0 to 1; of one day they add up, with `survival`, to 1. Bounds are 95%, from a variance of
    Greenwood's type on the log(-log) scale.
    """
    return ask("outcomes", store, filters)


@asked_by_name
def survival_bounds(store: Store, **filters: Unpack[Asked]) -> Measured:
    """The share of cases still open by day where ends are known only between editions: from `lower` to `upper`.

    The non-parametric maximum likelihood estimate (Turnbull). low and high: 95% bounds that hold wherever between its
    bounds each case ended. Only for clocks from receipt; where every end has a day it is the Kaplan-Meier curve.
    """
    return ask("survival-bounds", store, filters)


@asked_by_name
def turnaround_comparison(store: Store, **filters: Unpack[Asked]) -> Measured:
    """The log-rank test of the groups of `by` (type unless another is named) on one `clock`.

    chi2, df and p are the test's, the same on each row; expected: the events a group would have were there one curve.
    None for groups of fewer than five events, which the test leaves out.
    """
    return ask("turnaround-comparison", store, filters)


@asked_by_name
def spells(store: Store, **filters: Unpack[Asked]) -> Measured:
    """One row a request and clock: when it entered, started and ended, and why it was left out if it was."""
    return ask("spells", store, filters)


@asked_by_name
def editions(store: Store, **filters: Unpack[Asked]) -> Measured:
    """The published files in the build; lag_days is from the as-at date to publication.

    An edition that was withdrawn keeps its row, with no counts, the day and the reason.
    """
    return ask("editions", store, filters)


@asked_by_name
def corrections(store: Store, **filters: Unpack[Asked]) -> Measured:
    """One row a cell that a reviewed correction changed: the published text, what is read, and why."""
    return ask("corrections", store, filters)


@asked_by_name
def published_figures(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Figures others published, with ours beside them only where the scope is the same."""
    return ask("published-figures", store, filters)


@asked_by_name
def answerability(store: Store, **filters: Unpack[Asked]) -> Measured:
    """For each register, era and field: published, inferred (with its basis) or not published."""
    return ask("answerability", store, filters)


@asked_by_name
def changes(store: Store, **filters: Unpack[Asked]) -> Measured:
    """What each edition changed against the one before: `added`, `amended` (field, before, after), `typographic`,
    `licence_ended`, `left_no_reason_published`. `edition`: that one alone; `from_` and `to`: the day it was known.

    before and after are as published, dates ISO 8601; sheet and sheet_row are those of the later edition, of what
    left those of the earlier.
    """
    return ask("changes", store, filters)


@asked_by_name
def ever_seen(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Requests by their own first day: listed by any edition (`ever_seen`), and by the latest (`still_listed`)."""
    return ask("ever-seen", store, filters)


@asked_by_name
def control_chart(store: Store, **filters: Unpack[Asked]) -> Measured:
    """A series (`of`, such as "volumes.received") by `interval` (default month) with XmR limits and signals.

    lower and upper: mean -+ 2.66 x the mean moving range of the `baseline` rows, lower never shown below 0; signal:
    names of `dashboard.control_charts.SIGNALS`, parted by "; ". None where an interval cannot be judged.
    """
    return ask("control-chart", store, filters)


@asked_by_name
def commitments(store: Store, **filters: Unpack[Asked]) -> Measured:
    """What was promised, suggested or expected, what was known of it by `known_on`, and whether it is `overdue`.

    Every commitment once; with `register` those about it. Judged on `known_on`, else the registers' last as-at date.
    """
    return ask("commitments", store, filters)


@asked_by_name
def holdings(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Requests whose data are still held, no longer held, and held past the licence end (`overdue`, among those
    still held), by recipient type (or `by`). None where neither licence ends nor a status are published."""
    return ask("holdings", store, filters)


@asked_by_name
def person_counts(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Every published count with its unit by body and period; one that a later edition changed is `superseded`."""
    return ask("person-counts", store, filters)


@asked_by_name
def decisions(store: Store, **filters: Unpack[Asked]) -> Measured:
    """What needs a decision, ranked: unexplained departures, figures that differ, unreadable values, a late edition.

    count: entries, figures, values or editions, by kind; evidence: an address on our pages. A late edition is judged
    on `known_on`, else `to`, else the last day the build knows of.
    """
    return ask("decisions", store, filters)


@asked_by_name
def issues(store: Store, **filters: Unpack[Asked]) -> Measured:
    """Every data problem of the editions asked: its place, rule, value and severity (error, warning, info)."""
    return ask("issues", store, filters)
