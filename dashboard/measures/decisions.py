"""What needs a decision: a ranked worklist, each item with its evidence; and the data problems themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashboard.filters import Filters
from dashboard.measures.result import Measure, plain_query
from dashboard.measures.scope import scopes
from dashboard.store import Result, Store
from dashboard.text import day, number, plural
from dashboard.vocabulary import DECISIONS


COLUMNS = ("rank", "kind", "words", "count", "since", "register", "evidence")
RANKING = (
    "Ranked by kind, what only the record itself can lose coming first: "
    + "; ".join(words[:1].lower() + words[1:] for words in DECISIONS.values())
    + ". Within a kind the larger number comes first, then the longer-standing."
)


def _decisions(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    rows: list[tuple[Any, ...]] = []
    found = store.query("decisions", filters).dicts()
    order = list(DECISIONS)
    for scope in scopes(store, filters):
        items = [_in_words(row, filters) for row in found if row["register"] == scope.register]
        items.sort(key=lambda i: (order.index(i["kind"]), -i["count"], i["since"] or date.max, i["words"]))
        rows += [
            (rank, *(item[c] for c in COLUMNS[1:5]), scope.register, item["evidence"])
            for rank, item in enumerate(items, 1)
        ]
    return Result(COLUMNS, tuple(rows)), [RANKING]


def _in_words(row: Mapping[str, Any], filters: Filters) -> dict[str, Any]:
    """One item in words, with the address of its evidence."""
    count, kind = row["count"], row["kind"]
    edition = day(date.fromisoformat(row["edition"][:10])) if row["edition"] else ""
    asked = Filters(register=row["register"], edition=row["edition"])
    if kind == "departures":
        words = (
            f"{plural(count, 'entry', 'entries')} left with no reason published, the latest in the edition of "
            f"{edition}: ask the publisher why?"
        )
        evidence = f"/changes?{asked.query()}#left_no_reason_published"
    elif kind == "errors":
        words = (
            f"{plural(count, 'value')} could not be read, the latest in the edition of {edition}: ask for a "
            "correction?"
        )
        evidence = f"/checks?{_same_question(row, filters).query()}&severity=error#issue-rows"
    elif kind == "figures":
        words = (
            f"{plural(count, 'figure')} of {row['item']} {'differs' if count == 1 else 'differ'} from ours, by "
            f"{'' if count == 1 else 'up to '}{number(row['most'])}: explain, or correct?"
        )
        evidence = f"/checks?{_of_the_day(row, filters).query()}#published-figures"
    elif kind == "commitments":
        words = (
            f"{plural(count, 'commitment')} {'is' if count == 1 else 'are'} overdue at {day(row['judged_on'])}, the "
            f"first ({row['item']}) since {day(row['since'])}: record what became of "
            f"{'it' if count == 1 else 'them'}, or ask?"
        )
        by_day = filters.known_on or filters.to
        about = Filters(
            register=row["register"], edition=filters.edition if by_day is None else None, known_on=by_day
        )
        evidence = f"/commitments?{about.query()}&status=overdue#commitments"
    else:
        # Without a word of the publisher the register's own rhythm is taken, which may have changed.
        judged = (
            f"as it comes out {row['cadence']}"
            if row["cadence"]
            else f"judging by its own rhythm of about {number(row['period_days'])} days"
        )
        due = "The next edition was" if count == 1 else f"The next {number(count)} editions were"
        words = (
            f"{due} due by {day(row['since'])}, {judged}, and {'is' if count == 1 else 'are'} not held at "
            f"{day(row['asked'])}: fetch, or ask?"
        )
        evidence = f"/checks?{_of_the_day(row, filters).query()}#editions"
    return {**row, "words": words, "evidence": evidence}


def _of_the_day(row: Mapping[str, Any], filters: Filters) -> Filters:
    return Filters(register=row["register"], known_on=filters.known_on)


def _same_question(row: Mapping[str, Any], filters: Filters) -> Filters:
    """The same question of one register, as other measures understand it."""
    return Filters(register=row["register"], edition=filters.edition, known_on=filters.known_on)


MEASURES = (
    Measure(
        name="decisions",
        words="What needs a decision: a ranked worklist, each item with its evidence.",
        columns=COLUMNS,
        query="decisions",
        compute=_decisions,
        rows_query="decisions_rows",
    ),
    Measure(
        name="issues",
        words="Every data problem of the editions asked, with its place.",
        columns=(
            *("register", "edition", "sheet", "sheet_row", "column", "rule", "value", "severity"),
            "words",
        ),
        query="issues_known",
        compute=plain_query("issues_known"),
        rows_query="issues_known",
    ),
)
