"""The measures: one definition each, used by pages, notebooks, reports, command line and open data.

    from dashboard import open_store
    from dashboard.measures import turnaround

    store = open_store()
    turnaround(store, register="sudbury-foi").df  # or store.turnaround(register="sudbury-foi").df

Each function takes a Store and the filter vocabulary as keywords and returns a `Measured`, which shows itself in a
notebook; `measure` gives the plain `MeasureResult` by name. Definitions in words: docs/definitions.md. What a register
cannot answer is None in its column and a sentence in `notes`.
"""

from __future__ import annotations

from dashboard.filters import make_filters
from dashboard.measures.catalogue import MEASURES, find_measure, for_page, measure, row_stream, rows
from dashboard.measures.clocks import DEFAULT_CLOCK, curves
from dashboard.measures.functions import (
    answerability,
    backlog,
    changes,
    commitments,
    control_chart,
    corrections,
    decisions,
    editions,
    ever_seen,
    holdings,
    identity,
    issues,
    oldest_open,
    outcomes,
    person_counts,
    published_figures,
    recipient_flow,
    recipient_names,
    recipients,
    spells,
    survival_bounds,
    survival_curve,
    top_recipients,
    turnaround,
    turnaround_comparison,
    volumes,
)
from dashboard.measures.history import change_counts, changes_between, edition_pair
from dashboard.measures.measured import Measured
from dashboard.measures.refusals import HEADLINE_EVENTS, quoted
from dashboard.measures.result import Measure, MeasureResult, RowStream, cell
from dashboard.measures.scope import Scope, checked, scopes
from dashboard.measures.series import regimes
from dashboard.measures.volume import VOLUME_COUNTS


__all__ = [
    "DEFAULT_CLOCK",
    "HEADLINE_EVENTS",
    "MEASURES",
    "VOLUME_COUNTS",
    "Measure",
    "MeasureResult",
    "Measured",
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
