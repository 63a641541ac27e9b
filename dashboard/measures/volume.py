"""How much: requests received, decided, closed and open, releases, and who has been waiting how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import MAXYEAR, date, timedelta
from typing import Any

from dashboard.filters import Filters
from dashboard.measures.refusals import at_least, at_least_words, quoted, refused
from dashboard.measures.result import Measure, plain_query
from dashboard.measures.scope import Scope, about, gap_words, labels, scopes
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
    of_all = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    if (scope.register,) not in store.query("gone", of_all).rows:
        return []
    for row in store.query("open_and_gone", filters).dicts():
        if row["register"] == scope.register:
            return [
                f"{plural(row['requests'], scope.noun)} open when last listed and in no later file: counted as open "
                "ever since, and may have ended."
            ]
    return []


VOLUMES = (
    *(
        "register",
        "interval_start",
        "interval_end",
        "group",
        "group_label",
        "open_at_start",
        "received",
        "decided",
    ),
    *(
        "closed",
        "refused",
        "not_pursued",
        "first_released",
        "released",
        "open_at_end",
        "excluded",
        "immature",
    ),
)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def volumes_of(store: Store, found: list[Scope], filters: Filters) -> Result:
    """What happened in every interval of registers, those with nothing among them, with the number open at both ends.

    Columns as in `VOLUMES`; None where a register does not publish what is needed. A register with nothing to count
    has one row, of nothing or of zeros.
    """
    flows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in store.query("volumes", filters).rows:
        flows[row[0]].append(row)
    label = labels(store, filters)
    rows: list[tuple[Any, ...]] = []
    for scope in found:
        rows += _every_interval(scope, flows[scope.register], filters, label)
    return Result(VOLUMES, tuple(rows))


def _every_interval(
    scope: Scope, flows: list[tuple[Any, ...]], filters: Filters, label: Callable[[str, str], str]
) -> Iterator[tuple[Any, ...]]:
    # of each group: the number open before the next interval; what moved before the period comes before every interval
    opened: dict[str, int] = {row[1]: 0 for row in flows} or {"all": 0}
    counts: dict[tuple[date | None, str], tuple[int, ...]] = {}
    first, last = filters.from_, filters.to
    seen = [row[12] for row in flows if row[12] and row[2] <= 0]
    if first is None and seen:
        first = min(seen)
    if last is None:
        # a first day after all that is known is an interval of its own, and not a whole one
        last = max(d for d in (scope.as_at, filters.from_, *(row[13] for row in flows)) if d)
    for row in flows:
        if row[2] == 0:
            counts[row[3], row[1]] = row[4:12]
        elif row[2] < 0:
            opened[row[1]] += row[4] - row[6]
    groups = [(group, label(scope.register, group)) for group in sorted(opened)]
    known = {c: answerable for c, (answerable, _) in scope.columns.items()}
    stock = known["open_at_end"]
    none = (0,) * 8
    for start, end in _intervals(first, last, filters.interval):
        immature = end is not None and end > scope.as_at
        # of the time before every case was listed, no refused or abandoned request is left to count
        whole = scope.coverage_start is None or end is None or end >= scope.coverage_start
        given = [
            known[c] and (whole or c not in ("refused", "not_pursued"))
            for c in ("received", "decided", "closed", "refused", "not_pursued", "first_released", "released")
        ]
        everything = all(given)
        for group, words in groups:
            count = counts.get((start if filters.interval else None, group), none)
            before = opened[group]
            opened[group] = after = before + count[0] - count[2]
            numbers = (
                count[:7] if everything else [n if g else None for n, g in zip(count, given, strict=False)]
            )
            yield (
                scope.register, start, end, group, words, before if stock else None, *numbers,
                after if stock else None, count[7] if known["excluded"] else None, immature,
            )  # fmt: skip


def _intervals(first: date | None, last: date, interval: str | None) -> Iterator[tuple[date | None, date]]:
    """First and last day of each interval from the one that holds `first`; without an interval, of the period."""
    if first is None or interval is None:
        yield first, last
        return
    step = MONTHS[interval]
    for at in range((first.year * 12 + first.month - 1) // step * step, last.year * 12 + last.month, step):
        year, month = divmod(at + step, 12)
        end = date(year, month + 1, 1) - timedelta(days=1) if year <= MAXYEAR else date.max
        yield date(at // 12, at % 12 + 1, 1), end


BACKLOG = (
    *(
        "register",
        "month_end",
        "group",
        "group_label",
        "open",
        "age_0_30",
        "age_31_60",
        "age_61_120",
        "age_over_120",
    ),
    *("counted_on", "immature"),
)


def backlog_of(store: Store, found: list[Scope], filters: Filters) -> Result:
    """The number open and its ages at the end of each month of registers, the last at the as-at date: `BACKLOG`."""
    found = [scope for scope in found if not refused(scope, "backlog", filters)]
    if not found:
        return Result(BACKLOG, ())
    moves: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in store.query("backlog", filters).rows:
        moves[row[0]].append(row)
    label = labels(store, filters)
    rows: list[tuple[Any, ...]] = []
    for scope in found:
        rows += _every_month(scope, moves[scope.register], filters, label)
    return Result(BACKLOG, tuple(rows))


def _every_month(
    scope: Scope, moves: list[tuple[Any, ...]], filters: Filters, label: Callable[[str, str], str]
) -> Iterator[tuple[Any, ...]]:
    if not moves:
        return
    groups = [(group, label(scope.register, group)) for group in sorted({row[1] for row in moves})]
    moved = {(row[2], row[1]): row[3:] for row in moves}
    now = {group: (0, 0, 0, 0) for group, _ in groups}  # of each age
    first = min(row[2] for row in moves)
    first = min(first, filters.from_) if filters.from_ else first
    for month, end in _intervals(first, scope.as_at, "month"):
        counted_on = min(end, scope.as_at)
        shown = not (filters.from_ and end < filters.from_) and not (filters.to and counted_on > filters.to)
        for group, words in groups:
            if step := moved.get((month, group)):
                came, at_31, at_61, at_121, gone, gone_30, gone_60, gone_120 = step
                a, b, c, d = now[group]
                now[group] = (
                    a + came - at_31 - gone_30,
                    b + at_31 - at_61 - gone_60,
                    c + at_61 - at_121 - gone_120,
                    d + at_121 - (gone - gone_30 - gone_60 - gone_120),
                )
            if shown:
                ages = now[group]
                yield (scope.register, end, group, words, sum(ages), *ages, counted_on, end > scope.as_at)


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
    result = volumes_of(store, found, filters)
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
    result = backlog_of(store, found, filters)
    notes: list[str] = []
    for scope in found:
        counted = [(r[9], r[10]) for r in result.rows if r[0] == scope.register]
        if words := refused(scope, "backlog", filters):
            notes.append(about(scope, many, words))
            continue
        if not counted:
            notes.append(
                about(scope, many, f"No {scope.noun} in this question has a usable date of receipt.")
            )
            continue
        if any(immature for _, immature in counted):
            notes.append(
                about(scope, many, f"The last month is counted at the as-at date, {day(scope.as_at)}, not at its end.")
            )  # fmt: skip
        if at_least(scope, min(on for on, _ in counted)):
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
        columns=tuple(c for c in VOLUMES if c not in ("register", "group_label")),
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
        also_takes=("from", "to"),
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
