"""Checks: what can be answered, what could not be read, what was corrected, and what others published."""

from __future__ import annotations

from urllib.parse import urlencode

from dashboard import checks_figures, figures
from dashboard.checks_figures import PAGE_ROWS, SEVERITIES
from dashboard.filters import NAMES, Filters
from dashboard.issues import RULES
from dashboard.measures import measure
from dashboard.pages.page import Page
from dashboard.store import Store
from dashboard.text import number, plural


# It is about the files of a register: nothing but the register and its editions chooses any of it.
SILENT = frozenset(NAMES) - {"register", "edition", "known_on"}


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    """`extra`: `severity` and `rule` choose the problems listed one by one, from `start` on."""
    asked = checks_figures.of_register(filters)
    unanswered = []
    severity, rule = extra.get("severity", ""), extra.get("rule", "")
    if severity and severity not in SEVERITIES:
        unanswered.append(f"Ignored in the address: no severity is called '{severity[:80]}'.")
        severity = ""
    if rule and rule not in RULES:
        unanswered.append(f"Ignored in the address: no rule is called '{rule[:80]}'.")
        rule = ""
    try:
        first = max(0, min(int(extra.get("start", "0")), 1_000_000))
    except ValueError:
        first = 0
    counts = checks_figures.issue_counts(store, asked)
    table, matched = checks_figures.issue_rows(store, asked, severity=severity, rule=rule, first=first)
    if any(getattr(filters, "from_" if name == "from" else name) is not None for name in SILENT):
        unanswered.append("The period and other choices made on another page do not apply to checks.")
    chosen = {name: value for name, value in (("severity", severity), ("rule", rule)) if value}

    def at(**more: object) -> str:
        return f"/checks?{asked.query()}&{urlencode({**chosen, **more})}#issue-rows"

    totals = {s: sum(c["issues"] for c in counts if c["severity"] == s) for s in SEVERITIES}
    others = measure("published-figures", store, filters=asked).dicts()
    corrected = measure("corrections", store, filters=asked).rows
    lead = [
        f"{plural(len(corrected), 'cell is', 'cells are')} read under a reviewed correction."
        if corrected
        else "No correction applies.",
        f"{checks_figures.others_title(others)}." if others else "No figure of others about it is held.",
    ]
    exhibits = [
        checks_figures.issues_exhibit(store, asked),
        figures.answerability_exhibit(store, asked),
        checks_figures.corrections_exhibit(store, asked),
        checks_figures.others_exhibit(store, asked),
        checks_figures.editions_exhibit(store, asked),
        checks_figures.build_exhibit(store),
    ]
    return Page(
        name="checks",
        headline=checks_figures.issues_title(counts),
        filters=filters,
        lead=" ".join(lead),
        exhibits=tuple(e for e in exhibits if e),
        unanswered=tuple(unanswered),
        silent=SILENT,
        extra=chosen,
        template="checks.html",
        subject={
            "table": table,
            "matched": matched,
            "previous": at(start=max(0, first - PAGE_ROWS)) if first else "",
            "following": at(start=first + PAGE_ROWS) if first + PAGE_ROWS < matched else "",
            "chips": [
                (
                    f"{label}: {number(totals[s])}",
                    f"/checks?{asked.query()}&severity={s}#issue-rows",
                    s == severity,
                )
                for s, label in SEVERITIES.items()
                if totals[s]
            ],
            "every": f"/checks?{asked.query()}#issue-rows",
            "chosen": bool(chosen),
        },
    )
