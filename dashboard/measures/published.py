"""What others published, and what each register can answer."""

from __future__ import annotations

from typing import Any

from dashboard.filters import Filters
from dashboard.measures.result import Measure
from dashboard.store import Result, Store
from dashboard.text import day, number, percent


NO_OURS = {
    "scope": "Nothing in our registers has this scope.",
    "ambiguous": "It is compared with nothing.",
    "superseded": "Superseded, so compared with nothing.",
    "no edition": "We hold no edition of this register.",
    "selection": "Our entries of this register are a selection that others quoted, so no count of ours stands "
    "beside it.",
    "not published": "The register does not publish what it takes to count this.",
}
COULD_EXPLAIN = {
    "approximate": "The figure is approximate in its source.",
    "secondary": "It was counted by others from the list as it then was: entries added, amended or dropped since, or "
    "another date taken, would explain a difference.",
    "as quoted": "Its source was not seen, so neither its dates nor its rules could be compared.",
}
OTHERWISE = "Another day of counting or another definition would explain a difference."


def _published_figures(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = store.query("published_figures", filters)
    columns = tuple(c for c in found.columns if c not in ("refusal", "listed_from", "as_at"))
    rows = []
    for row in found.dicts():
        row["explanation"] = " ".join(w for w in (row["explanation"], _beside(row)) if w)
        rows.append(tuple(row[c] for c in columns))
    notes = []
    if any(row["status"] == "superseded" for row in found.dicts()):
        notes.append("A superseded figure stays beside the one that corrects it.")
    return Result(columns, tuple(rows)), notes


def _beside(row: dict[str, Any]) -> str:
    """Why no figure of ours stands beside one of theirs, or how far apart they are and what could explain it."""
    refusal = row["refusal"]
    if refusal == "begins later":
        if row["listed_from"] is None:
            return "Our register lists nothing yet that could be counted."
        return f"Our register lists every case from {day(row['listed_from'])} only, after the figure begins."
    if refusal == "ends earlier":
        return f"Our register ends at {day(row['as_at'])}, before the figure does."
    if refusal:
        return NO_OURS[refusal]
    if not row["difference"]:
        return ""
    size = f"{number(abs(row['difference']))} {'more' if row['difference'] > 0 else 'fewer'}"
    share = f" ({percent(abs(row['difference_share']))})" if row["difference_share"] is not None else ""
    return f"Ours is {size}{share}. {COULD_EXPLAIN.get(row['status'], OTHERWISE)}"


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
        compute=_published_figures,
        rows_query="published_figures_rows",
    ),
    Measure(
        name="answerability",
        words="What each register can answer, era by era.",
        columns=("register", "era", "field", "status", "basis", "coverage", "words"),
        query="answerability",
        compute=_answerability,
        rows_query="answerability_rows",
    ),
)
