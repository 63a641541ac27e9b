"""How much: requests received, decided, closed and open, releases, and who has been waiting how long."""

from __future__ import annotations

from collections import defaultdict

from dashboard.filters import Filters
from dashboard.measures.refusals import at_least, at_least_words, quoted, refused
from dashboard.measures.result import Measure, plain_query
from dashboard.measures.scope import Scope, about, gap_words, scopes
from dashboard.store import Result, Store
from dashboard.text import day, join_words, plural


VOLUME_WORDS = {
    "open_at_start": "{noun}s open at the start",
    "received": "{noun}s received",
    "decided": "decisions",
    "closed": "{noun}s closed",
    "refused": "refusals",
    "not_pursued": "{noun}s not pursued",
    "first_released": "first releases",
    "released": "releases",
    "open_at_end": "{noun}s open at the end",
}
VOLUME_COUNTS = tuple(VOLUME_WORDS)


def _gone(store: Store, scope: Scope, filters: Filters) -> list[str]:
    """What must be said of requests that a later edition lists no more, although nothing says that they ended."""
    for row in store.query("open_and_gone", filters).dicts():
        if row["register"] == scope.register:
            return [
                f"{plural(row['requests'], scope.noun)} open when last listed and in no later file: counted as open "
                "ever since, and may have ended."
            ]
    return []


def _volumes(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    notes: list[str] = []
    undated = {r["register"]: r["requests"] for r in store.query("undated_exclusions", filters).dicts()}
    by_period = {
        (r["register"], r["words"])
        for r in store.query("answerability", filters).dicts()
        if r["basis"] == "period_end"
    }
    result = store.query("volumes", filters)
    starts = result.columns.index("interval_start")
    for scope in found:
        reasons: dict[str, list[str]] = defaultdict(list)
        for column in VOLUME_COUNTS:
            answerable, words = scope.columns[column]
            if not answerable:
                reasons[words or "Not published."].append(column)
        for words, columns in reasons.items():
            notes.append(
                about(
                    scope,
                    many,
                    f"Not published: {join_words([VOLUME_WORDS[c].format(noun=scope.noun) for c in columns])}. {words}",
                )
            )
        for words in sorted(words for register, words in by_period if register == scope.register):
            notes.append(about(scope, many, f"No row carries a date. {words}"))
        if not scope.columns["refused"][0] and scope.columns["decided"][0]:
            notes.append(
                about(
                    scope,
                    many,
                    "Decisions are grants only, by the first date published; refusals are not listed.",
                )
            )
        began = [r[starts] for r in result.rows if r[0] == scope.register and r[starts]]
        if not quoted(scope) and began and at_least(scope, min(began)):
            notes.append(about(scope, many, at_least_words(scope)))
        if scope.gap_start and not (filters.to and filters.to < scope.gap_start):
            notes.append(about(scope, many, f"{gap_words(scope)} Counts of that time read 'at least'."))
        notes += [about(scope, many, words) for words in _gone(store, scope, filters)]
        if undated.get(scope.register) and filters.interval:
            notes.append(
                about(
                    scope,
                    many,
                    f"Left out for want of any usable date, and so in no interval: "
                    f"{plural(undated[scope.register], scope.noun)} of the register.",
                )
            )
    return result, notes


def _backlog(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    result = store.query("backlog", filters)
    rows = result.dicts()
    notes: list[str] = []
    for scope in found:
        mine = [r for r in rows if r["register"] == scope.register]
        if words := refused(scope, "backlog", filters):
            notes.append(about(scope, many, words))
            continue
        if not mine:
            notes.append(
                about(scope, many, f"No {scope.noun} in this question has a usable date of receipt.")
            )
            continue
        if any(r["immature"] for r in mine):
            notes.append(
                about(scope, many, f"The last month is counted at the as-at date, {day(scope.as_at)}, not at its end.")
            )  # fmt: skip
        if at_least(scope, min(r["counted_on"] for r in mine)):
            notes.append(about(scope, many, at_least_words(scope)))
        notes += [about(scope, many, words) for words in _gone(store, scope, filters)]
    return result, notes


def _oldest_open(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    result = store.query("oldest_open", filters)
    notes: list[str] = []
    for scope in found:
        mine = [r for r in result.dicts() if r["register"] == scope.register]
        if words := refused(scope, "backlog", filters):
            notes.append(about(scope, many, words))
            continue
        if not mine:
            notes.append(
                about(scope, many, f"No {scope.noun} in this question is open at {day(scope.as_at)}.")
            )
            continue
        notes.append(
            about(scope, many, f"Ages are at {day(scope.as_at)}, counted from the day after receipt.")
        )
        gone = [r["reference"] for r in mine if r["edition"] != scope.edition]
        if gone:
            notes.append(
                about(scope, many, f"The latest edition no longer lists {join_words(gone)}: what became of "
                       f"{'it' if len(gone) == 1 else 'them'} is not published.")
            )  # fmt: skip
    notes.append("Working days are those of England: not Saturdays, Sundays or bank holidays.")
    return result, notes


MEASURES = (
    Measure(
        name="volumes",
        words="Requests received, decided and closed, releases, and requests open, by interval.",
        columns=(
            *(
                "interval_start",
                "interval_end",
                "group",
                "open_at_start",
                "received",
                "decided",
                "closed",
            ),
            *(
                "refused",
                "not_pursued",
                "first_released",
                "released",
                "open_at_end",
                "excluded",
                "immature",
            ),
        ),
        query="volumes",
        compute=_volumes,
        rows_query="volumes_rows",
    ),
    Measure(
        name="backlog",
        words="Requests open at the end of each month, by how long they had been waiting.",
        columns=("month_end", "group", "open", "age_0_30", "age_31_60", "age_61_120", "age_over_120"),
        query="backlog",
        compute=_backlog,
        rows_query="backlog_rows",
    ),
    Measure(
        name="oldest-open",
        words="The requests that have been open longest at the as-at date.",
        columns=("reference", "recipient", "received_date", "age_days", "age_working_days"),
        query="oldest_open",
        compute=_oldest_open,
        rows_query="oldest_open",
    ),
    Measure(
        name="identity",
        words="Where open at the start, plus received, less closed, is open at the end; and where not, and why.",
        columns=("register", "applies", "checked", "violations", "words"),
        query="identity",
        compute=plain_query("identity"),
        rows_query="identity_rows",
    ),
)
