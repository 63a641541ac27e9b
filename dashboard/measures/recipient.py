"""Who: recipients by type, the largest of them, and every spelling of their names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from dashboard.filters import Filters
from dashboard.measures.refusals import quoted, refused, survivors_words
from dashboard.measures.result import Measure, plain_query
from dashboard.measures.scope import Scope, about, about_register, labels, scopes
from dashboard.store import Result, Store
from dashboard.text import day, join_words


MOST_NAMED = 5  # recipients named in one note
RUN_IN = 12  # months of listing before a recipient not seen until then is called new
TOP = 5  # the recipients whose share of an interval tells how concentrated it is


def _recipients(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    notes = []
    for scope in found:
        for words in (refused(scope, "share"), survivors_words(scope, filters)):
            if words:
                notes.append(about(scope, many, words))
    if not found or not all(quoted(s) for s in found):
        notes += [
            about_register(found, many, r)
            for r in store.query("type_notes", filters).dicts()
            if r["register"] in {s.register for s in found}  # none of its editions may be known yet
        ]
    return _shares(store, found, filters), notes


RECIPIENTS = (
    *(
        "register",
        "group",
        "group_label",
        "requests",
        "releases",
        "recipients",
        "share",
        "share_of",
        "first_date",
    ),
    *("last_date", "published_types"),
)


def _shares(store: Store, found: list[Scope], filters: Filters) -> Result:
    """The counts of each group with its share of all, those with most first; a row of none where nothing is counted."""
    filters = replace(filters, by=filters.by or "type")
    counted: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in store.query("recipients", filters).rows:
        counted[row[0]].append(row[1:])
    label = labels(store, filters)
    rows: list[tuple[Any, ...]] = []
    for scope in found:
        released, named = scope.columns["released"][0], scope.recipients_named
        share_of = "releases" if released else "requests" if named is not None else None
        mine = []
        groups = counted[scope.register] or [("all", 0, 0, 0, None, None, None)]
        whole = sum(g[2 if released else 1] for g in groups) if share_of else 0
        for group, requests, releases, recipients, first, last, types in groups:
            share = (releases if released else requests) / whole if whole else None
            mine.append(
                (scope.register, group, "All" if group == "all" else label(scope.register, group),
                 requests if named is not None else None, releases if released else None, recipients if named else None,
                 share, share_of, first, last, "; ".join(sorted(types or ())) or None)
            )  # fmt: skip
        rows += sorted(mine, key=lambda r: (r[6] is None, -(r[6] or 0), r[1]))
    return Result(RECIPIENTS, tuple(rows))


RANKED = (
    *("register", "rank", "recipient", "recipient_type", "requests", "releases", "share", "cumulative_share"),
    *("recipient_id", "parent_recipient", "former_names"),
    "recipients",  # in all, so that a list that is cut says of how many
)


def _ranked(store: Store, found: list[Scope], filters: Filters) -> Result:
    """The largest recipients of each register with their rank and share: those with as many share a rank."""
    by_requests = [scope.register for scope in found if not scope.columns["released"][0]]
    rows: list[tuple[Any, ...]] = []
    register, place, rank, so_far, least = None, 0, 0, 0, None
    for row in store.query("top_recipients", filters, by_requests=by_requests).rows:
        of, recipient, kind, requests, releases, total, recipients, *beside = row
        if of != register:
            register, place, rank, so_far, least = of, 0, 0, 0, None
        weight = requests if of in by_requests else releases
        place += 1
        so_far += weight
        rank, least = (rank, least) if weight == least else (place, weight)
        rows.append(
            (of, rank, recipient, kind, requests, None if of in by_requests else releases,
             weight / total if total else None, so_far / total if total else None, *beside, recipients)
        )  # fmt: skip
    return Result(RANKED, tuple(rows))


def _top_recipients(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    result = _ranked(store, found, filters)
    notes = []
    present = {row[0] for row in result.rows}
    named = {
        r["register"]
        for r in store.query("answerability", filters).dicts()
        if r["field"] == "recipient" and r["status"] != "not_published"
    }
    for scope in found:
        if scope.register not in present:
            words = "Recipients are not published, so no ranking is given."
            if scope.register in named:
                words = "No named recipient falls in what was asked."
            notes.append(about(scope, len(found) > 1, refused(scope, "ranking") or words))
        elif early := survivors_words(scope, filters):
            notes.append(about(scope, len(found) > 1, early))
        rows = [row for row in result.dicts() if row["register"] == scope.register]
        if rows and all(row["share"] is None for row in rows):
            words = "Nothing was released in what was asked, so nobody comes before another and no share is given."
            notes.append(about(scope, len(found) > 1, words))
        for column, words, beside in (
            ("former_names", "Shown under the latest name", "formerly"),
            ("parent_recipient", "Counted under itself and not in what it is part of", "part of"),
        ):
            told = [f"{row['recipient']} ({beside} {row[column]})" for row in rows if row[column]]
            if told:
                shown = told if len(told) <= MOST_NAMED else [*told[:MOST_NAMED], "others"]
                notes.append(about(scope, len(found) > 1, f"{words}: {join_words(shown)}."))
    return result, notes


def _recipient_flow(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    counted = store.query("recipient_flow", filters, run_in=RUN_IN, top=TOP)
    label = labels(store, filters)
    after = counted.columns.index("group") + 1
    result = Result(
        (*counted.columns[:after], "group_label", *counted.columns[after:]),
        tuple((*row[:after], label(row[0], row[after - 1]), *row[after:]) for row in counted.rows),
    )
    found = scopes(store, filters)
    notes = []
    for scope in found:
        mine = [row for row in result.dicts() if row["register"] == scope.register]
        if no_share := refused(scope, "share"):
            notes.append(about(scope, len(found) > 1, no_share))
        elif not mine or mine[0]["counted_as"] is None:
            words = "Recipients are not published, so none can be called new or returning."
            notes.append(about(scope, len(found) > 1, words))
        elif mine[0]["told_from"] is not None:
            words = (
                f"New: not listed before in this register. It is told of intervals from {day(mine[0]['told_from'])}, "
                f"{RUN_IN} months after the listing begins: who is listed first may have received data before."
            )
            notes.append(about(scope, len(found) > 1, words))
    return result, notes


MEASURES = (
    Measure(
        name="recipients",
        words="Who asked and who received, by recipient type.",
        columns=("group", "requests", "releases", "recipients", "share", "first_date", "last_date"),
        query="recipients",
        compute=_recipients,
        rows_query="recipients_rows",
        defaults={"by": "type"},
    ),
    Measure(
        name="top-recipients",
        words="The recipients with most releases and their share.",
        columns=(
            *("rank", "recipient", "recipient_type", "requests", "releases", "share", "cumulative_share"),
        ),
        query="top_recipients",
        compute=_top_recipients,
        rows_query="top_recipients_rows",
    ),
    Measure(
        name="recipient-flow",
        words="New and returning recipients by interval, and the share of the largest.",
        columns=(
            *("interval_start", "interval_end", "group", "recipients", "new_recipients"),
            *("returning_recipients", "counted_as", "counted", "new_counted", "top_share"),
        ),
        query="recipient_flow",
        compute=_recipient_flow,
        rows_query="recipient_flow_rows",
        defaults={"interval": "year"},
    ),
    Measure(
        name="recipient-names",
        words="Every published spelling of every recipient, with the relation and the reason.",
        columns=(
            *("recipient", "published_name", "relation", "entries", "first_edition", "last_edition"),
            *("reason", "reviewer", "reviewed"),
        ),
        query="recipient_names",
        compute=plain_query("recipient_names"),
        rows_query="recipient_names_rows",
    ),
)
