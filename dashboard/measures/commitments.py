"""What was promised, suggested or expected, what is known of it, and whether its day has passed."""

from __future__ import annotations

from dashboard.filters import Filters
from dashboard.measures.result import Measure
from dashboard.store import Result, Store
from dashboard.text import day, join_words, plural


def _commitments(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    result = store.query("commitments", filters)
    rows = result.dicts()
    if not rows:
        return result, ["No commitment is recorded for what is asked."]
    notes = []
    days = sorted({row["judged_on"] for row in rows if row["judged_on"]})
    if days:
        notes.append(
            f"Overdue: the last day that 'due' can be read as had passed at {join_words([day(d) for d in days])}, and "
            "no published source seen here says that it is done."
        )
    else:
        notes.append(
            "No edition of the registers is held, and no day was asked, so nothing is called overdue."
        )
    silent = sum(row["due_date"] is None for row in rows)
    if silent:
        notes.append(f"{plural(silent, 'commitment')} named no day, so none of them can be overdue.")
    return result, notes


MEASURES = (
    Measure(
        name="commitments",
        words="Commitments, suggestions and expectations, with progress and what is overdue.",
        columns=("ref", "kind", "text", "by", "due", "progress", "next", "status", "evidence"),
        query="commitments",
        compute=_commitments,
        rows_query="commitments_rows",
        also=("overdue",),
    ),
)
