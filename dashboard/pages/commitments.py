"""Commitments: what was asked for or promised, the progress to date, and what comes next."""

from __future__ import annotations

from typing import Any

from dashboard import figures
from dashboard.filters import NAMES, Filters
from dashboard.measures import measure
from dashboard.pages.page import Page
from dashboard.store import Store
from dashboard.tables import outside_link
from dashboard.text import day, number, plural
from dashboard.vocabulary import COMMITMENT_KINDS, COMMITMENT_STATUSES


SILENT = frozenset(NAMES) - {"register", "edition", "known_on"}
OVERDUE = "overdue"


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    """Those about the register, or where there is none about it every one that is recorded.

    `extra`: `status`, one of `vocabulary.COMMITMENT_STATUSES` or "overdue".
    """
    scope = figures.scope_of(store, filters)
    asked = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    about = measure("commitments", store, filters=asked)
    rows = about.dicts()
    lead = ""
    if not rows:
        # An edition is of one register, and these are about others.
        asked = Filters(known_on=filters.known_on)
        rows = measure("commitments", store, filters=asked).dicts()
        if rows:
            lead = f"None that is recorded is about {scope.short_title}: all that are recorded are shown."
    status = extra.get("status", "")
    unanswered = []
    if status and status not in (OVERDUE, *COMMITMENT_STATUSES):
        unanswered.append(f"Ignored in the address: no status is called '{status[:80]}'.")
        status = ""
    shown = [r for r in rows if not status or (r["overdue"] if status == OVERDUE else r["status"] == status)]
    if rows and not shown:
        unanswered.append("None has this status. Choose another, or all.")
    if not rows:
        unanswered.append(
            "No commitment, suggestion or expectation is recorded. docs/how-to-record-commitments.md says how."
        )
    here = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on).query()

    def chip(key: str, label: str, count: int) -> tuple[str, str, bool]:
        more = f"&status={key}" if key else ""
        return f"{label}: {number(count)}", f"/commitments?{here}{more}#commitments", key == status

    counts = {s: sum(r["status"] == s for r in rows) for s in COMMITMENT_STATUSES}
    overdue = sum(bool(r["overdue"]) for r in rows)
    return Page(
        name="commitments",
        headline=_headline(rows),
        filters=filters,
        lead=lead,
        unanswered=tuple(unanswered),
        silent=SILENT,
        extra={"status": status} if status else {},
        template="commitments.html",
        subject={
            "rows": [_shown(r) for r in shown],
            "source": len(shown) > 1 and len({(r["source"], r["source_address"]) for r in shown}) == 1,
            "caption": f"{number(len(shown))} of {plural(len(rows), 'commitment')}"
            if status
            else plural(
                len(rows),
                "commitment, suggestion or expectation",
                "commitments, suggestions and expectations",
            ),
            "judged": max((r["judged_on"] for r in rows if r["judged_on"]), default=None),
            "csv": f"/data/commitments.csv?{asked.query()}",
            "chips": [
                chip("", "All", len(rows)),
                *([chip(OVERDUE, "Overdue", overdue)] if overdue else []),
                *(chip(s, label, counts[s]) for s, label in COMMITMENT_STATUSES.items() if counts[s]),
            ]
            if rows
            else [],
        },
    )


def _headline(rows: list[dict[str, Any]]) -> str:
    """How many are overdue, and of how many nothing published says what became."""
    if not rows:
        return "No commitment is recorded"
    overdue = [r for r in rows if r["overdue"]]
    silent = sum(r["status"] == "not_published" for r in rows)
    done = sum(r["status"] == "done" for r in rows)
    told = f"{number(done)} {'is' if done == 1 else 'are'} done by a published source"
    untold = f"nothing published says what became of {number(silent)}"
    if overdue:
        late = "is" if len(overdue) == 1 else "are"
        words = f"{number(len(overdue))} of {plural(len(rows), 'commitment')} {late} overdue"
        return f"{words}; {untold}" if silent else words
    words = f"None of {plural(len(rows), 'commitment')} is overdue; {told}"
    return f"{words}; {untold}" if silent else words


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row in words, its addresses only where they are ones that a browser may follow."""
    return {
        **row,
        "kind_words": COMMITMENT_KINDS.get(row["kind"], row["kind"]),
        "status_words": COMMITMENT_STATUSES.get(row["status"], row["status"]),
        "due_words": row["due"]
        if row["due_date"] is None or day(row["due_date"]) in row["due"]
        else f"{row['due']} ({day(row['due_date'])})",
        "evidence_link": outside_link(row["evidence_address"]),
        "source_link": outside_link(row["source_address"]),
        "tag": {"done": "tag-done", "dropped": "tag-stopped", "in_progress": "tag-open"}.get(
            row["status"], ""
        ),
    }
