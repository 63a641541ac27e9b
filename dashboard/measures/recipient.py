"""Who: recipients by type, the largest of them, and every spelling of their names."""

from __future__ import annotations

from dashboard.filters import Filters
from dashboard.measures.refusals import quoted, refused, survivors_words
from dashboard.measures.result import Measure, plain_query
from dashboard.measures.scope import about, about_register, scopes
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
    return store.query("recipients", filters), notes


def _top_recipients(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    result = store.query("top_recipients", filters)
    notes = []
    present = {row[0] for row in result.rows}
    found = scopes(store, filters)
    for scope in found:
        if scope.register not in present:
            words = refused(scope, "ranking") or "Recipients are not published, so no ranking is given."
            notes.append(about(scope, len(found) > 1, words))
        elif early := survivors_words(scope, filters):
            notes.append(about(scope, len(found) > 1, early))
        rows = [row for row in result.dicts() if row["register"] == scope.register]
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
    result = store.query("recipient_flow", filters, run_in=RUN_IN, top=TOP)
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
