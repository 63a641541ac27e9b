"""How much: requests received, decided, closed and open, and releases."""

from __future__ import annotations

from collections import defaultdict

from dashboard.filters import Filters
from dashboard.measures.refusals import at_least, at_least_words, quoted
from dashboard.measures.result import Measure
from dashboard.measures.scope import about, scopes
from dashboard.store import Result, Store
from dashboard.text import join_words, plural


VOLUME_WORDS = {
    "open_at_start": "requests open at the start",
    "received": "requests received",
    "decided": "decisions",
    "closed": "requests closed",
    "refused": "refusals",
    "not_pursued": "requests not pursued",
    "first_released": "first releases",
    "released": "releases",
    "open_at_end": "requests open at the end",
}
VOLUME_COUNTS = tuple(VOLUME_WORDS)


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
                    scope, many, f"Not published: {join_words([VOLUME_WORDS[c] for c in columns])}. {words}"
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
        if undated.get(scope.register) and filters.interval:
            notes.append(
                about(
                    scope,
                    many,
                    f"Left out for want of any usable date, and so in no interval: "
                    f"{plural(undated[scope.register], 'request')} of the register.",
                )
            )
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
)
