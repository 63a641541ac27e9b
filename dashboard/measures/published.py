"""What others published, and what each register can answer."""

from __future__ import annotations

from dashboard.filters import Filters
from dashboard.measures.result import Measure, plain_query
from dashboard.store import Result, Store


def _answerability(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = store.query("answerability", filters)
    assumed = sorted({f"{r['register']} ({r['era']})" for r in found.dicts() if r["assumed"]})
    notes = [f"The headings of these layouts are assumed, not seen: {', '.join(assumed)}."] if assumed else []
    return found, notes


MEASURES = (
    Measure(
        name="published-figures",
        words="Figures that others published, and ours beside them where the scope is the same.",
        columns=(
            *(
                "source",
                "measure",
                "category",
                "period_start",
                "period_end",
                "value",
                "ours",
                "difference",
            ),
            *("status", "explanation"),
        ),
        query="published_figures",
        compute=plain_query("published_figures"),
    ),
    Measure(
        name="answerability",
        words="What each register can answer, era by era.",
        columns=("register", "era", "field", "status", "basis", "coverage", "words"),
        query="answerability",
        compute=_answerability,
    ),
)
