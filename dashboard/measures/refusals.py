"""What is refused, and the sentence that says so: the one place where a biased list is kept from a headline.

A register's rows may be a selection, closed cases only, or only what is still held (`vocabulary.COVERAGE`). What
such rows can and cannot bear is decided here and nowhere else: measures put the sentence in their notes, exhibits,
headlines, pages and reviews ask before they speak. `tests/unit/test_refusals.py` has the whole table, and walks the
source to see that nobody else decides.

| rows | count | share, ranking | estimate, curve, test |
| --- | --- | --- | --- |
| `selected` | none | none | none |
| `completed_only` | of closed cases | of closed cases | none; plain quantiles of closed cases, named so |
| `survivors_only`, the early part | "at least" | not before every case was listed | cases enter when listing began |
| `survivors_only` throughout | "at least" | none | none |
| filtered or grouped by `outcome` | yes, but none open | yes | none: only those already known to have ended so |
| by date closed | yes | yes | plain quantiles of closed cases, named so |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.filters import Filters
from dashboard.measures.scope import Scope
from dashboard.text import day
from dashboard.vocabulary import CLOCKS


HEADLINE_EVENTS = 20  # a typical time is a headline only when it rests on as many events
DERIVED_PEOPLE = (
    5  # a number of people that we worked out ourselves is not given when it is smaller (and not 0)
)
COMPARED_EVENTS = 5  # two groups are compared by a test only when each has as many events

SELECTED = "The entries are a selection made by others"
SURVIVORS = "The register lists only {noun}s still open or within their terms"

TOO_FEW_TO_COMPARE = f"with fewer than {COMPARED_EVENTS} ended cases"

Kind = Literal["count", "share", "ranking", "outcomes", "backlog", "change", "absence"]
Method = Literal["Kaplan-Meier", "quantiles of closed cases", "none"]

OF_A_SELECTION: dict[Kind, str] = {
    "count": f"{SELECTED}: no count is given.",
    "share": f"{SELECTED}: no count or share is given.",
    "ranking": f"{SELECTED}: no ranking is given.",
    "outcomes": f"{SELECTED}: outcomes are not compared.",
    "backlog": f"{SELECTED}: how many are open cannot be said.",
    "change": f"{SELECTED}: that one is quoted or no longer quoted is no change.",
    "absence": f"{SELECTED}: the publisher may publish what they do not say.",
}
OF_SURVIVORS: dict[Kind, str] = {
    "share": f"{SURVIVORS}: a share would favour those kept longest, and none is given.",
    "ranking": f"{SURVIVORS}: a ranking would favour those kept longest, and none is given.",
    "outcomes": f"{SURVIVORS}, so refusals have left it: outcomes are not compared.",
    "backlog": f"{SURVIVORS}: how many were open at an earlier time cannot be said.",
}


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How a typical time may be worked out: the method, and what must be said of it."""

    method: Method
    words: str = ""
    page_words: str = ""  # why there is no figure, for the reader of a page
    headline: str = ""  # the same in the first words of a page

    @property
    def curve(self) -> bool:
        """Whether a curve with open cases, its bounds and a test on it may be given."""
        return self.method == "Kaplan-Meier"


def survivors(scope: Scope) -> str:
    return SURVIVORS.format(noun=scope.noun)


def quoted(scope: Scope) -> bool:
    """Whether the rows are entries that others chose to quote, so that even their number says nothing."""
    return scope.selected


def refused(scope: Scope, kind: Kind, filters: Filters | None = None) -> str | None:
    """Why a register's rows bear no figure of this kind, as a sentence; None when they do."""
    if scope.selected:
        return OF_A_SELECTION[kind]
    if scope.survivors_only and kind in OF_SURVIVORS:
        return OF_SURVIVORS[kind].format(noun=scope.noun)
    if kind == "backlog":
        answerable, words = scope.columns["open_at_end"]
        if not answerable:
            return f"How many are open cannot be said. {words}".strip()
        if filters is not None and filters.outcome:
            return f"Of {scope.nouns} already known to have ended in one way none is open, so no number is given."
    if kind == "outcomes":
        answerable, words = scope.columns["refused"]
        if not answerable:
            return f"Outcomes cannot be compared. {words}".strip()
    return None


def at_least(scope: Scope, first: date | None) -> bool:
    """Whether a count that begins on a day reads "at least": then only what is still held or live was kept.

    `first` is the first day counted; None is a count of everything.
    """
    if scope.survivors_only:
        return True
    return scope.listed_from is not None and (first is None or first < scope.listed_from)


def few_left(scope: Scope, first: date | None) -> bool:
    """Whether an interval that begins on a day is one of which only what is still held or live was listed."""
    return scope.survivors_too and at_least(scope, first)


def early_words(scope: Scope) -> str:
    """Why no share, ranking or comparison is given of the time before every case was listed."""
    if scope.survivors_only or scope.listed_from is None:
        return f"{survivors(scope)}, which supports no share."
    return (
        f"Before {day(scope.listed_from)} the register lists only {scope.nouns} still open or within their terms, "
        "which supports no share."
    )


def at_least_words(scope: Scope) -> str:
    """What must be said of counts that read "at least", after them."""
    if scope.survivors_only or scope.listed_from is None:
        return f"{survivors(scope)}: read every count as 'at least'."
    if scope.completed_only:
        return (
            f"Every case closed from {day(scope.listed_from)} is listed, and none still open. An interval that "
            "begins before is not whole."
        )
    if scope.coverage_start:
        return (
            f"Before {day(scope.coverage_start)} the register lists only {scope.nouns} still open or within their "
            "terms, and no refusal: read those counts as 'at least'."
        )
    return (
        f"Every case is listed from {day(scope.listed_from)}. An interval that begins before is not "
        "whole: it counts only what is still listed, by the first date it carries."
    )


def survivors_words(scope: Scope, filters: Filters) -> str | None:
    """What a count of recipients or requests must say of the time when only survivors were listed; None: nothing."""
    if scope.selected or not scope.survivors_too or not at_least(scope, filters.from_):
        return None
    if scope.survivors_only or scope.listed_from is None:
        return at_least_words(scope)
    return (
        f"Of the time before {day(scope.listed_from)} only what is still open or within its terms is listed: counts "
        "that reach back before it read 'at least', and shares favour what is kept longest."
    )


def estimate(scope: Scope, filters: Filters) -> Estimate:
    """How, if at all, a typical time may be worked out from a register's rows under the filters.

    That both ends of the clock are published is a matter of answerability, asked first: `not_measurable`.
    """
    if scope.selected:
        return Estimate(
            method="none",
            words=f"{SELECTED}, so no median or share is given; the rows behind the counts are in 'spells'.",
            page_words="Entries that others chose to quote say nothing of the usual case. Their own times are in the "
            "rows.",
            headline="No typical waiting time: the entries are a selection made by others",
        )
    if scope.survivors_only:
        return Estimate(
            method="none",
            words=f"{survivors(scope)}: what was quick or refused has left it, so no median or share is given.",
            page_words=f"{survivors(scope)}. What was refused, or ended long ago, has left it, so those that are left "
            "say nothing of the usual case.",
            headline="No typical waiting time: the register lists only what is still open or within its terms",
        )
    if filters.outcome or filters.by == "outcome":
        return Estimate(
            method="none",
            words="No median is given for one outcome: it would look only at cases already known to have ended so.",
            page_words="No typical time is given for one outcome: it would look only at cases already known to have "
            "ended so, and leave out those still waiting for it.",
            headline="No typical waiting time for one outcome",
        )
    if scope.completed_only:
        return Estimate(
            method="quantiles of closed cases",
            words="The register lists closed cases only, which favours short ones: Kaplan-Meier is refused, and the "
            "plain quantiles of closed cases are given.",
            page_words="A case that is still open is not on the list, and long ones are open longest, so the list "
            "favours short ones: Kaplan-Meier is refused.",
            headline="No typical waiting time: the register lists closed cases only",
        )
    if filters.cohort == "closed":
        return Estimate(
            method="quantiles of closed cases",
            words="Cases by the date they closed: plain quantiles of closed cases. They improve when hard cases stay "
            "open; read them beside the cases by date received.",
            page_words="By the date they closed, cases still open are left out: the figures improve when hard cases "
            "stay open, so no curve is drawn.",
            headline="No typical waiting time of cases by the date they closed",
        )
    return Estimate(method="Kaplan-Meier")


def not_measurable(scope: Scope, clock: str) -> str | None:
    """Why a clock cannot run on a register: an end that is not published; None when it can."""
    answerable, words = scope.clocks[clock]
    return None if answerable else f"The time {CLOCKS[clock]} cannot be worked out. {words}".strip()


def measurable(scope: Scope) -> list[str]:
    """The clocks that can run on a register's rows and bear an estimate of some kind."""
    if scope.selected or scope.survivors_only:
        return []
    return [clock for clock, (answerable, _) in scope.clocks.items() if answerable]


def enough(events: int | None) -> bool:
    """Whether as many events bear a headline."""
    return (events or 0) >= HEADLINE_EVENTS


def comparable(events: int | None) -> bool:
    """Whether a group has as many events as a test of groups asks of each."""
    return (events or 0) >= COMPARED_EVENTS


def people(derived: int | None) -> int | None:
    """A number of people that we derived, or None where it is too small to give (0 is given)."""
    return None if derived is not None and 0 < derived < DERIVED_PEOPLE else derived
