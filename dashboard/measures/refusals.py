"""What is refused, and the sentence that says so: the one place where a biased list is kept from a headline.

A register's rows may be a selection, closed cases only, or only what is still held (`vocabulary.COVERAGE`). What
such rows can and cannot bear is decided here and nowhere else; measures put the sentence in their notes, exhibits
and headlines ask before they speak. `tests/unit/test_refusals.py` has the whole table.

| rows | count | share, ranking | estimate, curve, test |
| --- | --- | --- | --- |
| `selected` | none | none | none |
| `completed_only` | of closed cases | of closed cases | none; plain quantiles of closed cases, named so |
| `survivors_only`, early | "at least" | not before every case was listed | cases enter when listing began |
| filtered or grouped by `outcome` | yes | yes | none: only those already known to have ended so |
| by date closed | yes | yes | plain quantiles of closed cases, named so |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard.filters import Filters
from dashboard.measures.scope import Scope
from dashboard.vocabulary import CLOCKS


HEADLINE_EVENTS = 20  # a typical time is a headline only when it rests on as many events
DERIVED_PEOPLE = (
    5  # a number of people that we worked out ourselves is not given when it is smaller (and not 0)
)
COMPARED_EVENTS = 5  # two groups are compared by a test only when each has as many events

SELECTED = "The entries are a selection made by others"

Kind = Literal["count", "share", "ranking", "backlog", "change"]
Method = Literal["Kaplan-Meier", "quantiles of closed cases", "none"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How a typical time may be worked out: the method, and what must be said of it."""

    method: Method
    words: str = ""
    page_words: str = ""  # why there is no figure, for the reader of a page

    @property
    def curve(self) -> bool:
        """Whether a curve with open cases, its bounds and a test on it may be given."""
        return self.method == "Kaplan-Meier"


def refused(scope: Scope, kind: Kind) -> str | None:
    """Why a register's rows bear no figure of this kind, as a sentence; None when they do."""
    if scope.selected:
        return {
            "count": f"{SELECTED}: no count is given.",
            "share": f"{SELECTED}: no count or share is given.",
            "ranking": f"{SELECTED}: no ranking is given.",
            "backlog": f"{SELECTED}: how many are open cannot be said.",
            "change": f"{SELECTED}: that one is quoted or no longer quoted is no change.",
        }[kind]
    if kind == "backlog":
        answerable, words = scope.columns["open_at_end"]
        if not answerable:
            return f"How many are open cannot be said. {words}".strip()
    return None


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
        )
    if filters.outcome or filters.by == "outcome":
        return Estimate(
            method="none",
            words="No median is given for one outcome: it would look only at cases already known to have ended so.",
            page_words="No typical time is given for one outcome: it would look only at cases already known to have "
            "ended so, and leave out those still waiting for it.",
        )
    if scope.completed_only:
        return Estimate(
            method="quantiles of closed cases",
            words="The register lists closed cases only, which favours short ones: Kaplan-Meier is refused, and the "
            "plain quantiles of closed cases are given.",
            page_words="A case that is still open is not on the list, and long ones are open longest, so the list "
            "favours short ones: Kaplan-Meier is refused.",
        )
    if filters.cohort == "closed":
        return Estimate(
            method="quantiles of closed cases",
            words="Cases by the date they closed: plain quantiles of closed cases. They improve when hard cases stay "
            "open; read them beside the cases by date received.",
        )
    return Estimate(method="Kaplan-Meier")


def not_measurable(scope: Scope, clock: str) -> str | None:
    """Why a clock cannot run on a register: an end that is not published; None when it can."""
    answerable, words = scope.clocks[clock]
    return None if answerable else f"The time {CLOCKS[clock]} cannot be worked out. {words}".strip()


def enough(events: int | None) -> bool:
    """Whether as many events bear a headline."""
    return (events or 0) >= HEADLINE_EVENTS


def people(derived: int | None) -> int | None:
    """A number of people that we derived, or None where it is too small to give (0 is given)."""
    return None if derived is not None and 0 < derived < DERIVED_PEOPLE else derived
