"""Turnaround: how long cases took with open ones counted, or why that cannot be known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dashboard import figures, turnaround_figures
from dashboard.exhibits import Exhibit
from dashboard.filters import Filters
from dashboard.findings import Finding
from dashboard.measures import DEFAULT_CLOCK, for_page
from dashboard.measures.refusals import Estimate, estimate, measurable
from dashboard.pages.page import Page
from dashboard.store import Store
from dashboard.text import number, percent, plural
from dashboard.together import together
from dashboard.vocabulary import CLOCKS


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    scope = figures.scope_of(store, filters)
    clock = filters.clock or DEFAULT_CLOCK
    filters = replace(filters, clock=clock)
    answerable, words = scope.clocks[clock]
    allowed = estimate(scope, replace(filters, cohort=None))
    parts: dict[str, Callable[[], Exhibit | None]] = {
        "curve": lambda: figures.turnaround_exhibit(store, filters) if answerable else None,
        "years": lambda: figures.turnaround_cohorts_exhibit(store, filters) if answerable else None,
        "closed": lambda: turnaround_figures.closed_cohorts(store, filters),
        "outcomes": lambda: turnaround_figures.outcomes(store, filters),
        "types": lambda: turnaround_figures.types_compared(store, filters),
        "bounds": lambda: turnaround_figures.bounds(store, filters),
    }
    fields = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    made = together(parts)
    curve = made["curve"]
    unanswered = []
    lead = ""
    if not answerable:
        headline = f"How long {scope.nouns} took {CLOCKS[clock]} cannot be worked out"
        unanswered.append(words or "The register does not publish both dates.")
        others = [CLOCKS[c] for c in measurable(scope)]
        if others:
            unanswered.append(f"What can be measured here is the time {'; or '.join(others)}.")
    elif not allowed.curve:
        headline = allowed.headline
        unanswered.append(f"{allowed.page_words} {_closed_cases(store, filters, allowed)}".strip())
    elif curve is None:
        headline = "No waiting time under these filters"
        unanswered.append("No case with usable dates matches. Try a longer period, or all recipient types.")
    else:
        headline = curve.title
        lead = _target(store, filters)
    return Page(
        name="turnaround",
        headline=headline,
        filters=filters,
        lead=lead,
        findings=()
        if answerable
        else (
            Finding(
                text="Which dates the register gives and which it does not, field by field.",
                kind="silent",
                link=f"/checks?{fields.query()}#answerable-fields",
            ),
        ),
        exhibits=tuple(e for e in made.values() if e),
        unanswered=tuple(unanswered),
    )


def _closed_cases(store: Store, filters: Filters, allowed: Estimate) -> str:
    """What closed cases themselves took, where no more than that can be said."""
    if allowed.method == "none":
        return ""
    found = for_page("turnaround", store, replace(filters, interval=None, by=None)).dicts()
    row = max(found, key=lambda r: r["n"] or 0)
    if not row["n"] or row["median"] is None:
        return ""
    return (
        f"Of the {plural(row['n'], 'case')} that closed, half had within {number(row['median'])} and nine in ten "
        f"within {number(row['p90'])} {row['unit']} days."
    )


def _target(store: Store, filters: Filters) -> str:
    """What share ended within the target: the publisher's own, or one that is assumed."""
    row = max(
        for_page("turnaround", store, replace(filters, interval=None, by=None)).dicts(),
        key=lambda r: r["n"] or 0,
    )
    if row["within_target"] is None:
        return ""
    whose = "the published" if row["target_basis"] == "published" else "an assumed"
    return (
        f"Within {whose} target of {number(row['target'])} {row['unit']} days: {percent(row['within_target'])}"
        f" (95% interval {percent(row['within_low'])} to {percent(row['within_high'])}), "
        "open cases past it counted as misses."
    )
