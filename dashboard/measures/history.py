"""What the editions are and how they differ: changes, what was ever seen, holdings, corrections."""

from __future__ import annotations

from typing import Any

from dashboard.errors import UsageError
from dashboard.filters import Filters, make_filters
from dashboard.measures.refusals import refused, survivors_words
from dashboard.measures.result import Measure, MeasureResult, make_result, plain_query
from dashboard.measures.scope import about, checked, scopes
from dashboard.store import Result, Store
from dashboard.text import day, plural


CHANGES = ("change", "reference", "field", "before", "after", "kind")


def _changes(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    notes = []
    pairs = {row["register"] for row in store.query("edition_pairs", filters).dicts()}
    for scope in found:
        if scope.register not in pairs:
            words = "There is one edition, and so nothing to compare it with."
            notes.append(about(scope, len(found) > 1, words))
        elif refused(scope, "change"):
            notes.append(about(scope, len(found) > 1, str(refused(scope, "change"))))
    return store.query("changes", filters), notes


def edition_pair(
    store: Store, register: str, before: str | None, after: str | None
) -> tuple[str, str] | None:
    """The two editions that a comparison is of: those named; else the latest, or the one named, and the one before.

    None where there is one edition only. Raises UsageError for an unknown edition or two in the wrong order.
    """
    for edition in (None, before, after):
        checked(store, Filters(register=register, edition=edition))
    listed = store.query("editions", Filters(register=register)).dicts()
    order = [row["edition"] for row in listed if row["withdrawn_on"] is None]
    later = after or order[-1]
    place = order.index(later)
    if before is None:
        return (order[place - 1], later) if place else None
    if order.index(before) >= place:
        raise UsageError(
            f"edition {before} is not before {later}", hint=f"editions, in order: {', '.join(order)}"
        )
    return before, later


def change_counts(store: Store, **filters: Any) -> list[dict[str, Any]]:
    """How many changes of each kind each edition brought, and of how many requests, releases or figures:
    register, edition, previous, published, kind, label, changes, things."""
    chosen = make_filters(**filters)
    checked(store, chosen)
    return store.query("changes_counts", chosen).dicts()


def changes_between(store: Store, register: str, before: str, after: str, **filters: Any) -> MeasureResult:
    """What edition `after` changed against edition `before`, which need not be neighbours: as `changes`."""
    pair = edition_pair(store, register, before, after)
    assert pair is not None  # both are named
    chosen = make_filters(register=register, **filters)
    result = store.query("changes_between", chosen, from_edition=pair[0], to_edition=pair[1])
    return make_result("changes", CHANGES, "changes_between", result, [], chosen, store)


def _ever_seen(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    notes = []
    undated = {row["register"]: row["requests"] for row in store.query("ever_seen_undated", filters).dicts()}
    for scope in found:
        if no_count := refused(scope, "count"):
            notes.append(about(scope, many, no_count))
            continue
        words = f"Still listed: in the edition of {day(scope.as_at)}, the latest read."
        notes.append(about(scope, many, words))
        if early := survivors_words(scope, filters):
            notes.append(about(scope, many, early))
        if undated.get(scope.register):
            words = f"In no interval for want of any date: {plural(undated[scope.register], scope.noun)}."
            notes.append(about(scope, many, words))
    return store.query("ever_seen", filters), notes


def _holdings(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    result = store.query("holdings", filters)
    places = {name: result.columns.index(name) for name in ("register", "still_held", "overdue", "silent")}
    notes = []
    for scope in found:
        mine = [row for row in result.rows if row[places["register"]] == scope.register]
        if no_count := refused(scope, "count"):
            notes.append(about(scope, many, no_count))
        elif any(row[places["still_held"]] is None for row in mine):
            words = "Neither the end of a licence nor whether data are still held is published."
            notes.append(about(scope, many, words))
        else:
            if any(row[places["overdue"]] is None for row in mine):
                words = "Held past the licence cannot be told: that takes a licence end and whether data are held."
                notes.append(about(scope, many, words))
            silent = sum(row[places["silent"]] or 0 for row in mine)
            if silent:
                words = (
                    f"Counted nowhere: {plural(silent, scope.noun)} that data were granted to and of which the "
                    "register does not say whether they are held, or that it no longer lists before the licence ended."
                )
                notes.append(about(scope, many, words))
            notes.append(about(scope, many, f"As published, as at {day(scope.as_at)}; nobody has checked."))
    return result, notes


MEASURES = (
    Measure(
        name="editions",
        words="The published files this build was made from.",
        columns=("register", "edition", "as_at", "published", "lag_days", "rows", "requests", "sha256"),
        query="editions",
        compute=plain_query("editions"),
        rows_query="editions_rows",
        archive=True,
    ),
    Measure(
        name="corrections",
        words="Every cell read otherwise than it was published, with the reason.",
        columns=(
            *(
                "register",
                "edition",
                "sheet",
                "sheet_row",
                "column",
                "field",
                "before",
                "after",
                "reason",
            ),
            *("source", "by", "on", "correction"),
        ),
        query="corrections",
        compute=plain_query("corrections"),
        rows_query="corrections",
        archive=True,
    ),
    Measure(
        name="changes",
        words="What each edition changed against the one before, one row a change.",
        columns=CHANGES,
        query="changes",
        compute=_changes,
        rows_query="changes",
    ),
    Measure(
        name="ever-seen",
        words="Requests that any edition listed, beside those still listed.",
        columns=("interval_start", "still_listed", "ever_seen"),
        query="ever_seen",
        compute=_ever_seen,
        rows_query="ever_seen_rows",
        defaults={"interval": "year"},
    ),
    Measure(
        name="holdings",
        words="Data still held, no longer held, held past the licence, and under one that ends within a year.",
        columns=("group", "still_held", "ended", "overdue", "ending"),
        query="holdings",
        compute=_holdings,
        rows_query="holdings_rows",
        defaults={"by": "type"},
    ),
)
