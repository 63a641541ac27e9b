"""Exhibits of the checks: what could not be read, what was corrected, what others published, what the build proves.

As in `dashboard.figures`: titles state the finding, everything is made from measures, None where there is nothing
to show.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

from dashboard import figures
from dashboard.addresses import request_address
from dashboard.exhibits import Column, Exhibit, Table
from dashboard.filters import Filters
from dashboard.history_figures import day_of
from dashboard.issues import RULES
from dashboard.measures import measure
from dashboard.settings import PACKAGE
from dashboard.store import Store
from dashboard.text import day, join_words, number, percent, plural, published_words, shown_difference
from dashboard.vocabulary import FIELD_WORDS, FIGURE_STATUSES


PAGE_ROWS = 50
SEVERITIES = {"error": "Errors", "warning": "Warnings", "info": "Notes"}
ONE = {name: words[:-1] for name, words in SEVERITIES.items()}
LONGEST_VALUE = 120
MOST_CORRECTIONS = 200


def of_register(filters: Filters) -> Filters:
    """What chooses editions; nothing else applies to what is checked of them."""
    return Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)


# --- data problems --------------------------------------------------------------------------------


def issue_counts(store: Store, filters: Filters) -> list[dict[str, Any]]:
    """Rows of severity, rule and how many, the gravest first."""
    return store.query("issue_counts", of_register(filters)).dicts()


def issues_title(counts: list[dict[str, Any]]) -> str:
    """How many values could not be read, and how many problems there are else."""
    by = Counter[str]()
    for row in counts:
        by[row["severity"]] += row["issues"]
    # as the worklist counts them: a value that every edition repeats is one
    values = sum(row["values"] for row in counts if row["severity"] == "error")
    cells = f", in {plural(by['error'], 'cell')}" if by["error"] > values else ""
    if not counts:
        return "No data problem is recorded"
    rest = [
        plural(by[severity], label[:-1].lower())
        for severity, label in SEVERITIES.items()
        if severity != "error" and by[severity]
    ]
    unread = f"{plural(values, 'value')} could not be read{cells}" if values else "Every value could be read"
    return f"{unread}; {join_words(rest)}" if rest else unread


def issues_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """Data problems by severity and rule, each leading to its rows."""
    asked = of_register(filters)
    counts = issue_counts(store, filters)
    if not counts:
        return None
    return Exhibit(
        key="issues",
        title=issues_title(counts),
        summary="Nothing is dropped in silence: each cell that could not be taken as it stands is listed.",
        table=Table(
            caption="Data problems, rule by rule",
            columns=(
                Column(name="words", label="Rule"),
                Column(name="severity", label="Severity"),
                Column(name="issues", label="Places", kind="count"),
                Column(name="editions", label="Editions", kind="count"),
                Column(name="last_edition", label="Latest in"),
            ),
            rows=tuple(
                (
                    _rule_words(r["rule"]),
                    ONE[r["severity"]],
                    r["issues"],
                    r["editions"],
                    day_of(r["last_edition"]),
                )
                for r in counts
            ),
            links=tuple(f"/checks?{asked.query()}&rule={r['rule']}#issue-rows" for r in counts),
        ),
        source=figures.source_words(store, figures.scope_of(store, asked)),
        measure="issues",
        query=asked.query(),
        table_words="Table of rules",
    )


def _rule_words(rule: str) -> str:
    return RULES[rule][1] if rule in RULES else rule.replace("_", " ")


def issue_rows(
    store: Store, filters: Filters, *, severity: str = "", rule: str = "", first: int = 0
) -> tuple[Table | None, int]:
    """The places of the problems, `PAGE_ROWS` from `first` on, and how many there are."""
    asked = of_register(filters)
    rows = store.query(
        "issue_rows", asked, severity=severity or None, rule=rule or None, limit=PAGE_ROWS, offset=first
    ).dicts()
    if not rows:
        return None, 0
    matched = rows[0]["matched"]
    what = f"“{_rule_words(rule).rstrip('.')}”" if rule else SEVERITIES.get(severity, "Data problems")
    return (
        Table(
            caption=f"{what}: {number(first + 1)} to {number(first + len(rows))} of {number(matched)}, "
            "the latest edition first",
            columns=(
                Column(name="place", label="Place in the file"),
                Column(name="column", label="Column"),
                Column(name="value", label="As published"),
                Column(name="words", label="What is wrong"),
                Column(name="severity", label="Severity"),
            ),
            rows=tuple(
                (
                    _place(r), r["column"] or None, _cut(r["value"]) or None, r["words"] or _rule_words(r["rule"]),
                    ONE[r["severity"]],
                )
                for r in rows
            ),
            links=tuple(
                request_address(str(asked.register), r["request"], asked) if r["request"] else None for r in rows
            ),
            missing="–",
        ),
        matched,
    )  # fmt: skip


def _place(row: dict[str, Any]) -> str:
    where = [row["edition"], *([row["sheet"]] if row["sheet"] else [])]
    return ", ".join([*where, *([f"row {number(row['sheet_row'])}"] if row["sheet_row"] else [])])


def _cut(text: str | None) -> str:
    return shown_difference(text or "", None, LONGEST_VALUE)[0] or ""


# --- corrections ----------------------------------------------------------------------------------


def corrections_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """Every cell that a reviewed correction changed: what, why and by whom."""
    asked = of_register(filters)
    rows = measure("corrections", store, filters=asked).dicts()
    if not rows:
        return None
    at = {
        (r["edition"], r["sheet"], r["sheet_row"]): r["request"]
        for r in store.query("places_of_requests", asked).dicts()
    }
    shown = rows[:MOST_CORRECTIONS]
    reasons = len({r["correction"] for r in rows})
    return Exhibit(
        key="corrections",
        title=f"{plural(len(rows), 'cell')} {'is' if len(rows) == 1 else 'are'} read otherwise than published, "
        f"under {plural(reasons, 'reviewed correction')}",
        summary="The published text stays beside what is read in its place, with the reason and who gave it.",
        table=Table(
            caption="Reviewed corrections" + (f", the first {number(len(shown))}" if len(shown) < len(rows) else ""),
            columns=tuple(
                Column(name=name, label=label)
                for name, label in (
                    ("place", "Place in the file"), ("field", "What"), ("before", "As published"),
                    ("after", "Read as"), ("reason", "Why"), ("source", "On what ground"), ("by", "By"), ("on", "On"),
                )
            ),
            rows=tuple(
                (
                    _place(r), FIELD_WORDS.get(r["field"], r["field"]), _cut(r["before"]) or None,
                    _cut(r["after"]) or None, r["reason"], r["source"], r["by"], day(r["on"]),
                )
                for r in shown
            ),
            links=tuple(
                request_address(str(asked.register), request, asked)
                if (request := at.get((r["edition"], r["sheet"], r["sheet_row"])))
                else None
                for r in shown
            ),
            missing="empty",
        ),
        source=figures.source_words(store, figures.scope_of(store, asked)),
        measure="corrections",
        query=asked.query(),
        table_words="Table of corrections",
    )  # fmt: skip


# --- figures of others ----------------------------------------------------------------------------


def others_title(rows: list[dict[str, Any]]) -> str:
    """How many figures of others are held, and how many of those that can be compared differ from ours."""
    compared = [r for r in rows if r["ours"] is not None]
    differ = sum(1 for r in compared if r["difference"])
    held = f"{plural(len(rows), 'figure')} that others published {'is' if len(rows) == 1 else 'are'} held"
    if not compared:
        return f"{held}; none can be compared with ours"
    if not differ:
        return f"{held}; {number(len(compared))} can be compared, and all agree with ours"
    return (
        f"{held}; of {number(len(compared))} that can be compared "
        f"{number(differ)} {'differs' if differ == 1 else 'differ'}"
    )


def others_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """Figures that others published, with ours beside them only where the scope is the same."""
    asked = of_register(filters)
    result = measure("published-figures", store, filters=asked)
    rows = result.dicts()
    if not rows:
        return None
    rows.sort(key=lambda r: (not r["difference"], r["ours"] is None))
    return Exhibit(
        key="published-figures",
        title=others_title(rows),
        summary="Ours stands beside a figure only where both count the same thing over the same period; else it is "
        "said why not. One that its source leaves unclear, or has corrected, is shown as that.",
        table=Table(
            caption="Figures of others against ours, those that differ first",
            columns=(
                Column(name="what", label="What"),
                Column(name="period", label="Period"),
                Column(name="value", label="Theirs", kind="count"),
                Column(name="ours", label="Ours", kind="count"),
                Column(name="difference", label="Ours less theirs", kind="count"),
                Column(name="status", label="What it is"),
                Column(name="source", label="Source"),
                Column(name="explanation", label="Explanation"),
            ),
            rows=tuple(
                (
                    _what(r),
                    _period(r),
                    r["value"],
                    r["ours"],
                    r["difference"],
                    FIGURE_STATUSES.get(r["status"], r["status"]),
                    r["source"] + (f", {day(r['published'])}" if r["published"] else ""),
                    _explained(r),
                )
                for r in rows
            ),
            missing="not compared",
        ),
        notes=result.notes,
        source="Each row names its own; addresses are in the CSV.",
        measure="published-figures",
        query=asked.query(),
        table_words="Table of figures",
    )


def _what(row: dict[str, Any]) -> str:
    words = [row["measure"], *([row["category"]] if row["category"] != "all" else [])]
    return ", ".join([*words, *([row["body"]] if row["body"] else [])])


def _period(row: dict[str, Any]) -> str:
    start, end = row["period_start"], row["period_end"]
    if start is None and end is None:
        return "not stated"
    if start is None:
        return f"to {day(end)}"
    return f"from {day(start)}" if end is None else f"{day(start)} to {day(end)}"


def _explained(row: dict[str, Any]) -> str:
    words = [str(row["explanation"] or "").strip()]
    if row["superseded_by"]:
        words.append("A later figure corrects it.")
    if row["corrects"]:
        words.append("It corrects an earlier figure.")
    if row["difference"] and row["difference_share"] is not None:
        words.append(f"The difference is {percent(abs(row['difference_share']))} of theirs.")
    return " ".join(w for w in words if w)


# --- editions and the build -----------------------------------------------------------------------


def editions_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """The files held of a register: when each was published, how late, and what it is by its hash."""
    asked = Filters(register=filters.register, known_on=filters.known_on)
    rows = measure("editions", store, filters=asked).dicts()
    if not rows:
        return None
    lags = [r["lag_days"] for r in rows if r["lag_days"] is not None]
    late = f"; published {number(min(lags))} to {number(max(lags))} days after their own date" if lags else ""
    if lags and min(lags) == max(lags):
        late = f"; published {plural(lags[0], 'day')} after {'its' if len(lags) == 1 else 'their'} own date"
    return Exhibit(
        key="editions",
        title=f"{plural(len(rows), 'edition')} {'is' if len(rows) == 1 else 'are'} held{late}",
        summary="Every published file is kept as it was, known by its hash; one that was replaced stays.",
        table=Table(
            caption="Editions held, the newest first",
            columns=(
                Column(name="as_at", label="As at"),
                Column(name="published", label="Published"),
                Column(name="rows", label="Rows", kind="count"),
                Column(
                    name="requests",
                    label=figures.count_label("requests", figures.scope_of(store, asked)),
                    kind="count",
                ),
                Column(name="file", label="File"),
                Column(name="sha256", label="sha256, first 16"),
                Column(name="words", label="Standing"),
            ),
            rows=tuple(
                (
                    day_of(r["edition"]),
                    published_words(r["published"], r["published_basis"], r["as_at"])
                    .removeprefix("published ")
                    .removeprefix("in "),
                    r["rows"],
                    r["requests"],
                    r["file"],
                    str(r["sha256"])[:16],
                    _standing(r),
                )
                for r in reversed(rows)
            ),
            links=tuple(
                None
                if r["withdrawn_on"]
                else "/register?" + Filters(register=asked.register, edition=r["edition"]).query()
                for r in reversed(rows)
            ),
            missing="–",
        ),
        measure="editions",
        query=asked.query(),
        table_words="Table of editions",
    )


def _standing(row: dict[str, Any]) -> str:
    if row["withdrawn_on"]:
        return f"Withdrawn on {day(row['withdrawn_on'])}: {str(row['withdrawn_reason']).rstrip('.')}."
    if row["replaced_by"]:
        return f"Replaced by {row['replaced_by']}; kept as published."
    return f"Replaces {row['replaces']}." if row["replaces"] else "In force."


@cache
def build_checks() -> tuple[tuple[str, str], ...]:
    """The name and the words of every check that a build must pass before it is put in force."""
    found = []
    for path in sorted((PACKAGE / "warehouse" / "checks").glob("*.sql")):
        words = re.search(r"^-- purpose: (.+)$", path.read_text("utf-8"), re.MULTILINE)
        found.append((path.stem, words[1] if words else path.stem.replace("_", " ")))
    return tuple(found)


def build_exhibit(store: Store) -> Exhibit:
    """What holds of the build in force: one of which a single row breaks it is refused and never served."""
    checks = build_checks()
    return Exhibit(
        key="build-checks",
        title=f"{plural(len(checks), 'thing')} must hold of every row before a build is put in force",
        summary=f"Build {store.build.id} is in force: one with a single row that breaks any of these is refused.",
        table=Table(
            caption="What holds of the build",
            columns=(Column(name="words", label="What holds"), Column(name="name", label="Check")),
            rows=tuple(
                (words[:1].upper() + words[1:] + ".", name.replace("_", " ")) for name, words in checks
            ),
        ),
        table_words="Table of checks",
    )
