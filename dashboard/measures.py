"""The measures: one definition each, used by pages, notebooks, reports, command line and open data.

    from dashboard import open_store
    from dashboard.measures import turnaround

    with open_store() as store:
        turnaround(store, register="sudbury-foi").df

Each function takes a Store and the filter vocabulary as keywords and returns a `MeasureResult`. Definitions in
words: docs/definitions.md. What a register cannot answer is None in its column and a sentence in `notes`.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from dashboard.errors import UsageError
from dashboard.filters import Filters, make_filters
from dashboard.store import Result, Store, load_query
from dashboard.survival import Curve, RiskTable, kaplan_meier, wilson
from dashboard.text import day, defuse, join_words, plural
from dashboard.vocabulary import CLOCKS


if TYPE_CHECKING:
    import pandas as pd

DEFAULT_CLOCK = "received_to_outcome"
MOST_NAMED = 5  # recipients named in one note
HEADLINE_EVENTS = 20  # no turnaround headline rests on fewer events


@dataclass(frozen=True, kw_only=True)
class MeasureResult:
    """Rows of one measure, with what must be said beside them.

    `columns` are those of the contract, then extras; `register` leads when no register was named. `notes` are
    sentences: what is null and why, what was left out, which method was used.
    """

    measure: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...]
    filters: Filters
    build: str
    sql: str

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def column(self, name: str) -> list[Any]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    @property
    def df(self) -> pd.DataFrame:
        """The rows as a frame: counts are nullable integers, dates are dates, shares are floats."""
        import pandas as pd

        frame = pd.DataFrame(list(self.rows), columns=list(self.columns), dtype=object)
        for name in frame.columns:
            values = [v for v in frame[name] if v is not None]
            if values and all(isinstance(v, bool) for v in values):
                frame[name] = frame[name].astype("boolean")
            elif values and all(isinstance(v, int) for v in values):
                frame[name] = frame[name].astype("Int64")
            elif values and all(isinstance(v, int | float) for v in values):
                frame[name] = frame[name].astype("Float64")
            elif values and all(isinstance(v, date) for v in values):
                frame[name] = pd.to_datetime(frame[name])
            elif values:
                frame[name] = frame[name].astype("string")
        return frame

    def csv(self) -> str:
        """CSV, as the command line and the open-data addresses give it. Text is defused; None is empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([_cell(v) for v in row] for row in self.rows)
        return out.getvalue()

    def json(self) -> str:
        """JSON: the rows as objects, with filters, notes and build."""
        record = {
            "measure": self.measure,
            "filters": {name: _plain(value) for name, value in self.filters.items()},
            "build": self.build,
            "notes": list(self.notes),
            "rows": [{k: _plain(v) for k, v in row.items()} for row in self.dicts()],
        }
        return json.dumps(record, ensure_ascii=False, indent=1) + "\n"

    def _repr_html_(self) -> str:
        from dashboard.figures import result_table
        from dashboard.tables import html_table

        return html_table(result_table(self), key=self.measure) + "".join(
            f"<p>{_escaped(n)}</p>" for n in self.notes
        )


def _escaped(text: str) -> str:
    from dashboard.text import escape

    return escape(text)


def _round(value: float) -> float:
    return round(value, 6)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        rounded = _round(value)
        return int(rounded) if rounded.is_integer() else rounded
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return defuse(value)
    plain = _plain(value)
    return (
        plain
        if isinstance(plain, str)
        else format(plain, "f" if isinstance(plain, float) else "d").rstrip(
            "0" if isinstance(plain, float) else ""
        )
    )


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A named measure: its contract columns, what computes it and what lists its rows."""

    name: str
    words: str
    columns: tuple[str, ...]
    query: str
    compute: Callable[[Store, Filters], tuple[Result, list[str]]]
    rows_query: str | None = None
    also: tuple[str, ...] = ()  # columns beyond the contract's that a listing for eyes shows too
    archive: bool = False  # it lists what the archive holds, what is withdrawn included
    defaults: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What one register's rows allow."""

    register: str
    title: str
    short_title: str
    synthetic: bool
    as_at: date
    edition: str
    published: date | None
    published_basis: str  # "stated_month": only the month is known, and the last day of it is taken
    selected: bool
    completed_only: bool
    coverage_start: date | None  # delayed entry on clocks
    listed_from: date | None  # the first day from which every case is listed
    columns: dict[str, tuple[bool, str]]  # volumes column -> (answerable, words)
    clocks: dict[str, tuple[bool, str]]  # clock -> (answerable, words)


def scopes(store: Store, filters: Filters) -> list[Scope]:
    """The registers a question is about, each with what it can answer."""
    found = []
    for row in store.query("scope", filters).dicts():
        columns = {
            c["name"]: (bool(c["answerable"]), c["words"] or "") for c in json.loads(row.pop("columns"))
        }
        clocks = {c["name"]: (bool(c["answerable"]), c["words"] or "") for c in json.loads(row.pop("clocks"))}
        found.append(Scope(**row, columns=columns, clocks=clocks))
    return found


def _checked(store: Store, filters: Filters, *, archive: bool = False) -> list[Scope]:
    """Scopes, after checking that the register and edition named are there.

    A question about the archive itself (`archive`) may name what is withdrawn.
    """
    withdrawn = {
        (r["register"], r["edition"]): f"was withdrawn on {day(r['withdrawn_on'])}: {r['withdrawn_reason']}"
        for r in store.query("withdrawn").dicts()
    }
    known = [row["register"] for row in store.query("registers").dicts()]
    if archive and any(register == filters.register for register, _ in withdrawn):
        known.append(str(filters.register))
    if filters.register and filters.register not in known:
        gone = [f"{edition} {why}" for (r, edition), why in withdrawn.items() if r == filters.register]
        if gone:
            more = f"; and {len(gone) - 2} more" if len(gone) > 2 else ""
            raise UsageError(
                f"nothing of {filters.register} is shown: edition {'; edition '.join(gone[:2])}{more}",
                hint=f"'access-review measure editions --register {filters.register}' lists them all",
            )
        import difflib

        near = difflib.get_close_matches(filters.register, known, n=1)
        raise UsageError(
            f"no register in this build is called {filters.register!r}"
            + (f"; did you mean {near[0]!r}?" if near else ""),
            hint=f"registers here: {', '.join(known) or 'none'}",
        )
    found = scopes(store, filters)
    why = withdrawn.get((str(filters.register), str(filters.edition)))
    if why and archive:
        return found
    if why:
        raise UsageError(
            f"edition {filters.edition} of {filters.register} {why.rstrip('.')}",
            hint="'access-review measure editions' lists what is there",
        )
    if filters.edition and not found:
        editions = store.query("editions", Filters(register=filters.register)).dicts()
        raise UsageError(
            f"register {filters.register} has no edition {filters.edition!r}",
            hint=f"editions: {', '.join(e['edition'] for e in editions)}",
        )
    return found


def _about(scope: Scope, many: bool, words: str) -> str:
    return f"{scope.short_title}: {words}" if many else words


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
                _about(
                    scope, many, f"Not published: {join_words([VOLUME_WORDS[c] for c in columns])}. {words}"
                )
            )
        for words in sorted(words for register, words in by_period if register == scope.register):
            notes.append(_about(scope, many, f"No row carries a date. {words}"))
        if not scope.columns["refused"][0] and scope.columns["decided"][0]:
            notes.append(
                _about(
                    scope,
                    many,
                    "Decisions are grants only, by the first date published; refusals are not listed.",
                )
            )
        if scope.coverage_start:
            notes.append(
                _about(
                    scope,
                    many,
                    f"Before {day(scope.coverage_start)} the register lists only requests still open or within their "
                    "terms, and no refusal: read those counts as 'at least'.",
                )
            )
        elif scope.listed_from and any(
            r[starts] and r[starts] < scope.listed_from for r in result.rows if r[0] == scope.register
        ):
            notes.append(
                _about(
                    scope,
                    many,
                    f"Every case closed from {day(scope.listed_from)} is listed, and none still open. An interval that "
                    "begins before is not whole."
                    if scope.completed_only
                    else f"Every case is listed from {day(scope.listed_from)}. An interval that begins before is not "
                    "whole: it counts only what is still listed, by the first date it carries.",
                )
            )
        if undated.get(scope.register) and filters.interval:
            notes.append(
                _about(
                    scope,
                    many,
                    f"Left out for want of any usable date, and so in no interval: "
                    f"{plural(undated[scope.register], 'request')} of the register.",
                )
            )
    return result, notes


def _recipients(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    notes = []
    for scope in found:
        if scope.selected:
            notes.append(
                _about(scope, many, "The entries are a selection made by others: no count or share is given.")
            )
    if not found or not all(s.selected for s in found):
        notes += [
            _about_register(found, many, r)
            for r in store.query("type_notes", filters).dicts()
            if r["register"] in {s.register for s in found}  # none of its editions may be known yet
        ]
    return store.query("recipients", filters), notes


def _about_register(found: list[Scope], many: bool, row: dict[str, Any]) -> str:
    scope = next(s for s in found if s.register == row["register"])
    return _about(scope, many, row["words"])


def _top_recipients(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    result = store.query("top_recipients", filters)
    notes = []
    present = {row[0] for row in result.rows}
    found = scopes(store, filters)
    for scope in found:
        if scope.register not in present:
            words = "Recipients are not published, or the entries are a selection, so no ranking is given."
            notes.append(_about(scope, len(found) > 1, words))
        rows = [row for row in result.dicts() if row["register"] == scope.register]
        for column, words, beside in (
            ("former_names", "Shown under the latest name", "formerly"),
            ("parent_recipient", "Counted under itself and not in what it is part of", "part of"),
        ):
            told = [f"{row['recipient']} ({beside} {row[column]})" for row in rows if row[column]]
            if told:
                shown = told if len(told) <= MOST_NAMED else [*told[:MOST_NAMED], "others"]
                notes.append(_about(scope, len(found) > 1, f"{words}: {join_words(shown)}."))
    return result, notes


def _with_clock(filters: Filters) -> Filters:
    return filters if filters.clock else replace(filters, clock=DEFAULT_CLOCK)


TURNAROUND = (
    *("register", "interval_start", "group", "clock", "basis", "unit", "n", "events", "censored", "excluded"),
    *("median", "median_low", "median_high", "p90", "within_target", "within_low", "within_high", "target"),
    *("method", "group_label"),
)


def curves(store: Store, filters: Filters) -> dict[tuple[Any, ...], Curve]:
    """Kaplan-Meier curves by (register, interval_start, group, clock, basis), in days of the unit asked for."""
    grouped: dict[tuple[Any, ...], list[tuple[int, int, int, int]]] = defaultdict(list)
    for row in store.query("risk_table", _with_clock(filters)).dicts():
        key = tuple(row[c] for c in ("register", "interval_start", "group", "clock", "basis"))
        grouped[key].append((row["day"], row["entered"], row["events"], row["censored"]))
    found = {}
    for key, rows in grouped.items():
        days, entered, events, censored = zip(*sorted(rows), strict=True)
        found[key] = kaplan_meier(RiskTable(days, entered, events, censored))
    return found


def _turnaround(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = _with_clock(filters)
    clock = str(filters.clock)
    unit = filters.unit or "calendar"
    found = scopes(store, filters)
    many = len(found) > 1
    notes: list[str] = []
    estimated = curves(store, filters)
    rows: list[tuple[Any, ...]] = []
    counts = store.query("turnaround_counts", filters).dicts()
    for scope in found:
        answerable, words = scope.clocks[clock]
        mine = [c for c in counts if c["register"] == scope.register]
        if not answerable:
            notes.append(
                _about(scope, many, f"The time {CLOCKS[clock]} cannot be worked out. {words}".strip())
            )
            rows.append(
                (scope.register, None, "all", clock, None, unit, *[None] * 11, filters.target, None, "All")
            )
            rows[-1] = (*rows[-1][:6], *[None] * 11, filters.target, None, "All")
            continue
        closed_only = scope.completed_only or filters.cohort == "closed"
        method = "quantiles of closed cases" if closed_only else "Kaplan-Meier"
        if scope.selected:
            method = "none"
            notes.append(
                _about(scope, many, "The entries are a selection made by others, so no median or share is given; "
                       "the rows behind the counts are in 'spells'.")
            )  # fmt: skip
        elif filters.outcome:
            method = "none"
            notes.append(
                _about(scope, many, "No median is given for one outcome: it would look only at cases already known "
                       "to have ended so.")
            )  # fmt: skip
        elif scope.completed_only:
            notes.append(
                _about(scope, many, "The register lists closed cases only, which favours short ones: Kaplan-Meier is "
                       "refused, and the plain quantiles of closed cases are given.")
            )  # fmt: skip
        elif filters.cohort == "closed":
            notes.append(
                _about(scope, many, "Cases by the date they closed: plain quantiles of closed cases. They improve "
                       "when hard cases stay open; read them beside the cases by date received.")
            )  # fmt: skip
        unwatched = 0
        for count in mine:
            key = tuple(count[c] for c in ("register", "interval_start", "group", "clock", "basis"))
            curve = estimated.get(key)
            give = curve is not None and method != "none"
            row_method = method
            if give and count["from_start"] == 0 and count["n"]:
                row_method = "none"
                # Delayed entry alone: the curve would begin among cases that had already waited long.
                give = False
                unwatched += 1
            median = curve.quantile(0.5) if curve and give else None
            low, high = curve.median_bounds() if curve and give else (None, None)
            if closed_only:
                low = high = None
            judged = count["within"] + count["past"]
            share = bounds = None
            if filters.target is not None and judged and method != "none":
                share = count["within"] / judged
                bounds = wilson(count["within"], judged)
            rows.append(
                (
                    *key[:3], clock, count["basis"], unit, count["n"], count["events"], count["censored"],
                    count["excluded"], median, low, high, curve.quantile(0.9) if curve and give else None,
                    share, bounds[0] if bounds else None, bounds[1] if bounds else None, filters.target,
                    row_method, count["group_label"],
                )
            )  # fmt: skip
        if not mine:
            rows.append(
                (
                    scope.register,
                    None,
                    "all",
                    clock,
                    None,
                    unit,
                    0,
                    0,
                    0,
                    0,
                    *[None] * 7,
                    filters.target,
                    method,
                    "All",
                )
            )
        unlisted = sum(c["before_coverage"] for c in mine)
        if unlisted:
            notes.append(
                _about(scope, many, f"{plural(unlisted, 'case')} left out because they closed before "
                       f"{day(scope.coverage_start)}, when only requests within their terms were still listed.")
            )  # fmt: skip
        if unwatched:
            notes.append(
                _about(scope, many, "Where no case was watched from its receipt, no median is given: those left had "
                       "already waited when the listing began.")
            )  # fmt: skip
        left_out = sum(c["excluded"] for c in mine) - unlisted
        if left_out:
            notes.append(
                _about(scope, many, f"{plural(left_out, 'case')} left out because their dates cannot be used; "
                       "each is listed, with its rule, in 'spells' and among the issues.")
            )  # fmt: skip
        if any(c["basis"] == "from_reference" for c in mine):
            notes.append(
                _about(scope, many, "The date of receipt is read from the reference (basis from_reference): its "
                       "digits are taken as the day the request was logged.")
            )  # fmt: skip
        if scope.coverage_start and not scope.selected:
            notes.append(
                _about(scope, many, f"Cases received before {day(scope.coverage_start)} count from then on only, "
                       "because shorter ones of that time are no longer listed (delayed entry).")
            )  # fmt: skip
    if filters.target is not None:
        notes.append(
            f"The target of {filters.target} {unit} days is assumed: no publisher has named one. Open cases past it "
            "count as misses; open cases not yet at it are left out."
        )
    if unit == "working":
        notes.append("Working days are those of England: not Saturdays, Sundays or bank holidays.")
    return Result(TURNAROUND, tuple(rows)), notes


CURVE = (
    "register",
    "group",
    "clock",
    "day",
    "at_risk",
    "events",
    "censored",
    "survival",
    "low",
    "high",
    "basis",
)


def _survival_curve(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = replace(_with_clock(filters), interval=None)
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    found = scopes(store, filters)
    allowed = {}
    # The same refusals as the median's: a group that has no estimate has no curve.
    counts = store.query("turnaround_counts", filters).dicts()
    watched = {(c["register"], c["group"], c["basis"]) for c in counts if c["from_start"]}
    for scope in found:
        answerable, words = scope.clocks[str(filters.clock)]
        refused = scope.selected or scope.completed_only or bool(filters.outcome)
        allowed[scope.register] = answerable and not refused
        if not answerable:
            notes.append(_about(scope, len(found) > 1, f"The curve cannot be drawn. {words}".strip()))
        elif not allowed[scope.register]:
            words = (
                "The rows are a selection, closed cases only or of one outcome: a curve of them would mislead "
                "and is refused."
            )
            notes.append(_about(scope, len(found) > 1, words))
    for (register, _, group, clock, basis), curve in curves(store, filters).items():
        if not allowed.get(register) or (register, group, basis) not in watched:
            continue
        for values in zip(
            curve.day,
            curve.at_risk,
            curve.events,
            curve.censored,
            curve.survival,
            curve.low,
            curve.high,
            strict=True,
        ):
            rows.append((register, group, clock, *values, basis))
    return Result(CURVE, tuple(rows)), notes


def _spells(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    notes = []
    for scope in found:
        clocks = [filters.clock] if filters.clock else list(CLOCKS)
        silent = [c for c in clocks if c and not scope.clocks[c][0]]
        if silent:
            words = f"No spells on {', '.join(silent)}: both ends of a clock must be published. "
            words += scope.clocks[silent[0]][1]
            notes.append(_about(scope, len(found) > 1, words.strip()))
    return store.query("spells", filters), notes


def _plain_query(name: str) -> Callable[[Store, Filters], tuple[Result, list[str]]]:
    def compute(store: Store, filters: Filters) -> tuple[Result, list[str]]:
        return store.query(name, filters), []

    return compute


def _answerability(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = store.query("answerability", filters)
    assumed = sorted({f"{r['register']} ({r['era']})" for r in found.dicts() if r["assumed"]})
    notes = [f"The headings of these layouts are assumed, not seen: {', '.join(assumed)}."] if assumed else []
    return found, notes


def _changes(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    notes = []
    pairs = {row["register"] for row in store.query("edition_pairs", filters).dicts()}
    for scope in found:
        if scope.register not in pairs:
            words = "There is one edition, and so nothing to compare it with."
            notes.append(_about(scope, len(found) > 1, words))
        elif scope.selected:
            words = "The entries are a selection made by others: that one is quoted or no longer quoted is no change."
            notes.append(_about(scope, len(found) > 1, words))
    return store.query("changes", filters), notes


def edition_pair(
    store: Store, register: str, before: str | None, after: str | None
) -> tuple[str, str] | None:
    """The two editions that a comparison is of: those named; else the latest, or the one named, and the one before.

    None where there is one edition only. Raises UsageError for an unknown edition or two in the wrong order.
    """
    for edition in (None, before, after):
        _checked(store, Filters(register=register, edition=edition))
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
    """How many changes of each kind each edition brought: register, edition, previous, kind, label, changes."""
    chosen = make_filters(**filters)
    _checked(store, chosen)
    return store.query("changes_counts", chosen).dicts()


def changes_between(store: Store, register: str, before: str, after: str, **filters: Any) -> MeasureResult:
    """What edition `after` changed against edition `before`, which need not be neighbours: as `changes`."""
    pair = edition_pair(store, register, before, after)
    assert pair is not None  # both are named
    chosen = make_filters(register=register, **filters)
    result = store.query("changes_between", chosen, from_edition=pair[0], to_edition=pair[1])
    found = find_measure("changes")
    return _result(found.name, found.columns, "changes_between", result, [], chosen, store)


def _ever_seen(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    notes = []
    undated = {row["register"]: row["requests"] for row in store.query("ever_seen_undated", filters).dicts()}
    for scope in found:
        if scope.selected:
            notes.append(
                _about(scope, many, "The entries are a selection made by others: no count is given.")
            )
            continue
        words = f"Still listed: in the edition of {day(scope.as_at)}, the latest read."
        notes.append(_about(scope, many, words))
        if undated.get(scope.register):
            words = f"In no interval for want of any date: {plural(undated[scope.register], 'request')}."
            notes.append(_about(scope, many, words))
    return store.query("ever_seen", filters), notes


def _holdings(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    many = len(found) > 1
    result = store.query("holdings", filters)
    places = {name: result.columns.index(name) for name in ("register", "still_held", "overdue", "silent")}
    notes = []
    for scope in found:
        mine = [row for row in result.rows if row[places["register"]] == scope.register]
        if scope.selected:
            notes.append(
                _about(scope, many, "The entries are a selection made by others: no count is given.")
            )
        elif any(row[places["still_held"]] is None for row in mine):
            words = "Neither the end of a licence nor whether data are still held is published."
            notes.append(_about(scope, many, words))
        else:
            if any(row[places["overdue"]] is None for row in mine):
                words = "Held past the licence cannot be told: that takes a licence end and whether data are held."
                notes.append(_about(scope, many, words))
            silent = sum(row[places["silent"]] or 0 for row in mine)
            if silent:
                words = (
                    f"Counted nowhere: {plural(silent, 'request')} that data were granted to and of which the "
                    "register does not say whether they are held, or that it no longer lists before the licence ended."
                )
                notes.append(_about(scope, many, words))
            notes.append(_about(scope, many, f"As published, as at {day(scope.as_at)}; nobody has checked."))
    return result, notes


def _person_counts(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    found = scopes(store, filters)
    result = store.query("person_counts", filters)
    have = {row[result.columns.index("register")] for row in result.rows}
    notes = [
        _about(
            scope,
            len(found) > 1,
            "No counts of people, records or requests by body and period are published.",
        )
        for scope in found
        if scope.register not in have
    ]
    if any(row[result.columns.index("status")] == "superseded" for row in result.rows):
        notes.append(
            "A figure that a later edition gives otherwise is superseded; both are shown as published."
        )
    return result, notes


MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
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
            rows_query="events_rows",
        ),
        Measure(
            name="recipients",
            words="Who asked and who received, by recipient type.",
            columns=("group", "requests", "releases", "recipients", "share", "first_date", "last_date"),
            query="recipients",
            compute=_recipients,
            rows_query="events_rows",
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
            rows_query="events_rows",
        ),
        Measure(
            name="recipient-names",
            words="Every published spelling of every recipient, with the relation and the reason.",
            columns=(
                *("recipient", "published_name", "relation", "entries", "first_edition", "last_edition"),
                *("reason", "reviewer", "reviewed"),
            ),
            query="recipient_names",
            compute=_plain_query("recipient_names"),
            rows_query="recipient_names_rows",
        ),
        Measure(
            name="turnaround",
            words="How long cases took on one clock, open cases counted.",
            columns=TURNAROUND[1:-2],
            query="risk_table",
            compute=_turnaround,
            rows_query="spells",
            defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
        ),
        Measure(
            name="survival-curve",
            words="The share of cases still open by day: the Kaplan-Meier curve.",
            columns=CURVE[1:-1],
            query="risk_table",
            compute=_survival_curve,
            rows_query="spells",
            defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
        ),
        Measure(
            name="spells",
            words="The rows of every clock.",
            columns=(
                *("register", "reference", "clock", "basis", "entry", "start_low", "start_high", "end_low"),
                *("end_high", "event", "censored", "excluded_rule"),
            ),
            query="spells",
            compute=_spells,
            rows_query="spells",
        ),
        Measure(
            name="editions",
            words="The published files this build was made from.",
            columns=("register", "edition", "as_at", "published", "lag_days", "rows", "requests", "sha256"),
            query="editions",
            compute=_plain_query("editions"),
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
            compute=_plain_query("corrections"),
            archive=True,
        ),
        Measure(
            name="published-figures",
            words="Figures that others published, and ours beside them where the scope is the same.",
            columns=(
                *(
                    "source",
                    "measure",
                    "category",
                    "period_start",
                    "period_end",
                    "value",
                    "ours",
                    "difference",
                ),
                *("status", "explanation"),
            ),
            query="published_figures",
            compute=_plain_query("published_figures"),
        ),
        Measure(
            name="answerability",
            words="What each register can answer, era by era.",
            columns=("register", "era", "field", "status", "basis", "coverage", "words"),
            query="answerability",
            compute=_answerability,
        ),
        Measure(
            name="changes",
            words="What each edition changed against the one before, one row a change.",
            columns=("change", "reference", "field", "before", "after", "kind"),
            query="changes",
            compute=_changes,
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
            words="Data still held, no longer held, and held past the licence, as published.",
            columns=("group", "still_held", "ended", "overdue"),
            query="holdings",
            compute=_holdings,
            rows_query="holdings_rows",
            defaults={"by": "type"},
        ),
        Measure(
            name="person-counts",
            words="Counts of people, records or requests by body and period, with their revisions.",
            columns=(
                *("period_start", "period_end", "body", "unit", "requested", "supplied", "status"),
                "superseded_by",
            ),
            query="person_counts",
            compute=_person_counts,
            also=("people",),
        ),
    )
}


def measure(name: str, store: Store, *, filters: Filters | None = None, **keywords: Any) -> MeasureResult:
    """Compute a measure by its name. Raises UsageError for an unknown measure, filter, register or edition."""
    found = find_measure(name)
    chosen = filters or make_filters(**keywords)
    chosen = replace(chosen, **{k: v for k, v in found.defaults.items() if getattr(chosen, k) is None})
    _checked(store, chosen, archive=found.archive)
    result, notes = found.compute(store, chosen)
    return _result(found.name, found.columns, found.query, result, notes, chosen, store)


def rows(name: str, store: Store, *, filters: Filters | None = None, **keywords: Any) -> MeasureResult:
    """Exactly the entries that the figure counts. Raises UsageError where a measure counts no entries."""
    found = find_measure(name)
    if found.rows_query is None:
        raise UsageError(f"'{name}' counts no entries, so it has no rows behind it")
    chosen = filters or make_filters(**keywords)
    chosen = replace(
        chosen, **{k: v for k, v in found.defaults.items() if k != "by" and getattr(chosen, k) is None}
    )
    _checked(store, chosen)
    result = store.query(found.rows_query, chosen)
    return _result(
        f"{name}-rows", load_query(found.rows_query).columns, found.rows_query, result, [], chosen, store
    )


def _result(
    name: str,
    columns: Iterable[str],
    query: str,
    result: Result,
    notes: list[str],
    filters: Filters,
    store: Store,
) -> MeasureResult:
    """Contract columns first, in their order; `register` leads unless one was named; extras follow."""
    promised = list(columns)
    if "register" in result.columns and "register" not in promised and not filters.register:
        promised.insert(0, "register")
    extras = [c for c in result.columns if c not in promised and c != "register"]
    order = [*promised, *extras]
    places = [result.columns.index(c) for c in order]
    return MeasureResult(
        measure=name,
        columns=tuple(order),
        rows=tuple(tuple(row[p] for p in places) for row in result.rows),
        notes=tuple(dict.fromkeys(notes)),
        filters=filters,
        build=store.build.id,
        sql=load_query(query).sql,
    )


def find_measure(name: str) -> Measure:
    """A measure by name. Raises UsageError that lists the names when there is none."""
    key = name.replace("_", "-")
    if key in MEASURES:
        return MEASURES[key]
    import difflib

    near = difflib.get_close_matches(key, MEASURES, n=1)
    raise UsageError(
        f"there is no measure {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        hint=f"measures are: {', '.join(MEASURES)}",
    )


def volumes(store: Store, **filters: Any) -> MeasureResult:
    """Requests received, decided, closed and open, and releases, by `interval` and `by`.

    Counts of requests (releases for `released`); null where the register does not publish what is needed.
    Where receipt is published, open_at_start + received - closed = open_at_end.
    """
    return measure("volumes", store, **filters)


def recipients(store: Store, **filters: Any) -> MeasureResult:
    """Distinct requests and recipients, releases and share by recipient type (or `by`).

    share: 0 to 1, of releases where they are published, else of requests.
    """
    return measure("recipients", store, **filters)


def top_recipients(store: Store, **filters: Any) -> MeasureResult:
    """Recipients in order of releases (requests where releases are not published); `limit` defaults to 20."""
    return measure("top-recipients", store, **filters)


def recipient_names(store: Store, **filters: Any) -> MeasureResult:
    """Every published spelling of every recipient: entries under it, its relation, who decided and why.

    entries: rows of the editions asked for; relation: one of `vocabulary.RELATIONS`, or of
    `UNREVIEWED_RELATIONS` where nobody had to decide.
    """
    return measure("recipient-names", store, **filters)


def turnaround(store: Store, **filters: Any) -> MeasureResult:
    """Median and 90th percentile in days on one `clock`, by Kaplan-Meier with open cases censored.

    median: the least day with S <= 0.5; p90: the least with S <= 0.1; bounds are 95%, from the log-log bands;
    None is "not reached". within_target: share closed by `target` days, with Wilson's interval.
    """
    return measure("turnaround", store, **filters)


def survival_curve(store: Store, **filters: Any) -> MeasureResult:
    """The Kaplan-Meier curve: share of cases still open by day, with 95% log-log bands."""
    return measure("survival-curve", store, **filters)


def spells(store: Store, **filters: Any) -> MeasureResult:
    """One row a request and clock: when it entered, started and ended, and why it was left out if it was."""
    return measure("spells", store, **filters)


def editions(store: Store, **filters: Any) -> MeasureResult:
    """The published files in the build; lag_days is from the as-at date to publication.

    An edition that was withdrawn keeps its row, with no counts, the day and the reason.
    """
    return measure("editions", store, **filters)


def corrections(store: Store, **filters: Any) -> MeasureResult:
    """One row a cell that a reviewed correction changed: the published text, what is read, and why."""
    return measure("corrections", store, **filters)


def published_figures(store: Store, **filters: Any) -> MeasureResult:
    """Figures others published, with ours beside them only where the scope is the same."""
    return measure("published-figures", store, **filters)


def answerability(store: Store, **filters: Any) -> MeasureResult:
    """For each register, era and field: published, inferred (with its basis) or not published."""
    return measure("answerability", store, **filters)


def changes(store: Store, **filters: Any) -> MeasureResult:
    """What each edition changed against the one before: `added`, `amended` (field, before, after), `typographic`,
    `licence_ended`, `left_no_reason_published`. `edition`: that one alone; `from_` and `to`: the day it was known.

    before and after are as published, dates ISO 8601; sheet and sheet_row are those of the later edition, of what
    left those of the earlier.
    """
    return measure("changes", store, **filters)


def ever_seen(store: Store, **filters: Any) -> MeasureResult:
    """Requests by their own first day: listed by any edition (`ever_seen`), and by the latest (`still_listed`)."""
    return measure("ever-seen", store, **filters)


def holdings(store: Store, **filters: Any) -> MeasureResult:
    """Requests whose data are still held, no longer held, and held past the licence end (`overdue`, among those
    still held), by recipient type (or `by`). None where neither licence ends nor a status are published."""
    return measure("holdings", store, **filters)


def person_counts(store: Store, **filters: Any) -> MeasureResult:
    """Every published count with its unit by body and period; one that a later edition changed is `superseded`."""
    return measure("person-counts", store, **filters)
