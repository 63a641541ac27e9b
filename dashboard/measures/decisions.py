"""What needs a decision: a ranked worklist, each item with its evidence; and the data problems themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote_plus

from dashboard.filters import Filters
from dashboard.measures.result import Measure, plain_query
from dashboard.measures.scope import Scope, scopes
from dashboard.store import Result, Store
from dashboard.text import day, number, plural
from dashboard.vocabulary import DECISIONS


COLUMNS = ("rank", "kind", "words", "count", "since", "register", "evidence")
RANKING = (
    "Ranked by kind, what only the record itself can lose coming first: "
    + "; ".join(words[:1].lower() + words[1:] for words in DECISIONS.values())
    + ". Within a kind the larger number comes first, then the longer-standing."
)
NOT_ASKED_OF = ("superseded", "ambiguous")  # figures that their own source no longer holds, or leaves unclear


def _decisions(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    rows: list[tuple[Any, ...]] = []
    found = store.query("decisions", filters).dicts()
    for scope in scopes(store, filters):
        mine = [row for row in found if row["register"] == scope.register]
        asked = filters.known_on or filters.to
        items = [
            *(_of_the_register(row, filters) for row in mine),
            *_figures(store, scope, filters, asked),
            *_commitments(store, scope, filters, asked),
        ]
        order = list(DECISIONS)
        items.sort(key=lambda i: (order.index(i["kind"]), -i["count"], i["since"] or date.max, i["words"]))
        rows += [
            (rank, *(item[c] for c in COLUMNS[1:5]), scope.register, item["evidence"])
            for rank, item in enumerate(items, 1)
        ]
    return Result(COLUMNS, tuple(rows)), [RANKING]


def _of_the_register(row: Mapping[str, Any], filters: Filters) -> dict[str, Any]:
    """One item that the register itself gives, in words, with the address of its evidence."""
    count, kind = row["count"], row["kind"]
    edition = day(date.fromisoformat(row["edition"][:10]))
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
        evidence = f"/data/issues.csv?{_same_question(row, filters).query()}"
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
        evidence = f"/data/editions.csv?register={quote_plus(row['register'])}"
    return {**row, "words": words, "evidence": evidence}


def _same_question(row: Mapping[str, Any], filters: Filters) -> Filters:
    """The same question of one register, as other measures understand it."""
    return Filters(register=row["register"], edition=filters.edition, known_on=filters.known_on)


def _figures(store: Store, scope: Scope, filters: Filters, asked: date | None) -> Iterator[dict[str, Any]]:
    """One item a source whose figures differ from ours, of those published by the day asked."""
    of_register = replace(filters, register=scope.register)
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in store.query("published_figures", of_register).dicts():
        known = asked is None or row["published"] is None or row["published"] <= asked
        if row["difference"] and row["status"] not in NOT_ASKED_OF and known:
            by_source[row["source"]].append(row)
    for source, rows in by_source.items():
        most = max(abs(row["difference"]) for row in rows)
        figures = plural(len(rows), "figure")
        yield {
            "kind": "figures",
            "count": len(rows),
            "since": min((row["published"] for row in rows if row["published"]), default=None),
            "words": f"{figures} of {source} {'differs' if len(rows) == 1 else 'differ'} from ours, by "
            f"{'' if len(rows) == 1 else 'up to '}{number(most)}: explain, or correct?",
            "evidence": f"/data/published-figures.csv?register={quote_plus(scope.register)}",
        }


def _commitments(
    store: Store, scope: Scope, filters: Filters, asked: date | None
) -> Iterator[dict[str, Any]]:
    """One item for all that is overdue and about the register, judged on the day asked."""
    about = Filters(
        register=scope.register, edition=filters.edition if asked is None else None, known_on=asked
    )
    rows = [row for row in store.query("commitments", about).dicts() if row["overdue"]]
    if rows:
        first = min(rows, key=lambda row: (row["due_date"], row["ref"]))
        yield {
            "kind": "commitments",
            "count": len(rows),
            "since": first["due_date"],
            "words": f"{plural(len(rows), 'commitment')} {'is' if len(rows) == 1 else 'are'} overdue at "
            f"{day(first['judged_on'])}, the first ({first['ref']}) since {day(first['due_date'])}: record what became "
            f"of {'it' if len(rows) == 1 else 'them'}, or ask?",
            "evidence": f"/data/commitments.csv?{about.query()}",
        }


MEASURES = (
    Measure(
        name="decisions",
        words="What needs a decision: a ranked worklist, each item with its evidence.",
        columns=COLUMNS,
        query="decisions",
        compute=_decisions,
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
    ),
)
