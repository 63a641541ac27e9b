"""How long: the clocks, Kaplan-Meier on them, and the spells behind every figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from dashboard.filters import Filters
from dashboard.measures.refusals import estimate, not_measurable, quoted
from dashboard.measures.result import Measure
from dashboard.measures.scope import Scope, about, gap_words, labels, scopes
from dashboard.measures.volume import MONTHS
from dashboard.store import Result, Store
from dashboard.survival import Counts, Curve, RiskTable, Typical, kaplan_meier, typical, wilson
from dashboard.text import day, plural
from dashboard.vocabulary import CLOCKS


DEFAULT_CLOCK = "received_to_outcome"


def with_clock(filters: Filters) -> Filters:
    return filters if filters.clock else replace(filters, clock=DEFAULT_CLOCK)


FIRST_PUBLISHED = (
    "From approval until the public could see it. What stood in the first edition is left out, for it may have been "
    "published before; an approval older than that edition and listed later counts from its publication on. An "
    "approval that no edition lists yet cannot be counted, so the latest months lack those that will be listed late."
)
PROMISED = (
    *("interval_start", "group", "clock", "basis", "unit", "n", "events", "censored", "excluded"),
    *("median", "median_low", "median_high", "p90", "within_target", "within_low", "within_high", "target"),
)
TURNAROUND = ("register", *PROMISED, "method", "group_label", "immature", "target_basis")


# What `risk_table.sql` counts, by its number.
ENTERED, EVENT, CENSORED, LATE_EVENT, LATE_CENSORED, LEFT_OUT, NOT_LISTED = range(7)


@dataclass(frozen=True, kw_only=True)
class Cases:
    """The cases of one group on one clock, counted by day of waiting.

    `counts`: the columns of a `survival.RiskTable` as rows of an array. `early`: on each of its days, the events and
    the censored among those watched from their start.
    """

    counts: Counts
    early: Counts
    excluded: int  # left out
    before_coverage: int  # those of them that ended before every case was listed

    @cached_property
    def n(self) -> int:
        return int(self.counts[2:].sum())

    @cached_property
    def events(self) -> int:
        return int(self.counts[2].sum())

    @cached_property
    def from_start(self) -> int:
        return int(self.early.sum())

    @property
    def table(self) -> RiskTable:
        return RiskTable(*(tuple(column.tolist()) for column in self.counts))

    def judged(self, target: int) -> tuple[int, int]:
        """How many met a target and how many are past it, open ones among them; those not yet at it are neither.

        Only those watched from the start can show a target met: one that entered late had already missed its chance
        to be quick.
        """
        late = self.counts[0] > target
        return int(self.early[0][~late].sum()), int(self.early[:, late].sum())


Key = tuple[str, date | None, str, str, str | None]  # register, interval_start, group, clock, basis


def cases_of(store: Store, filters: Filters) -> dict[Key, Cases]:
    """The cases on one clock, in order, by (register, interval_start, group, clock, basis)."""
    filters = with_clock(filters)
    found = store.arrays("risk_table", filters)
    keys = zip(*(_values(found[c]) for c in ("register", "interval_start", "group", "basis")), strict=True)
    counted = zip(found["kinds"], found["days"], found["cases"], strict=True)
    cases = {key: _counted(*columns) for key, columns in zip(keys, counted, strict=True)}
    # A case without a date of receipt has no basis of its own: it is counted with that of most cases of its register.
    without = [key for key in cases if key[3] is None]
    if without:
        of_basis: Counter[tuple[str, str]] = Counter()
        for (register, _, _, basis), c in cases.items():
            if basis is not None:
                of_basis[register, basis] += c.n + c.excluded
        usual = {
            register: basis
            for (register, basis), _ in sorted(of_basis.items(), key=lambda b: (b[1], b[0][1]))
        }
        for key in without:
            named = (*key[:3], usual.get(key[0]))
            left_out = cases.pop(key)
            beside = cases.get(named)
            cases[named] = (
                replace(
                    beside,
                    excluded=beside.excluded + left_out.excluded,
                    before_coverage=beside.before_coverage + left_out.before_coverage,
                )
                if beside
                else left_out
            )
    # no interval comes first, no basis last
    order = sorted(cases, key=lambda k: (k[0], k[1] or date.min, k[2], k[3] is None, k[3] or ""))
    return {(*k[:3], str(filters.clock), k[3]): cases[k] for k in order}


def _values(column: np.ndarray) -> list[Any]:
    return list((column.astype("datetime64[D]") if column.dtype.kind == "M" else column).tolist())


def _counted(kinds: np.ndarray, days: np.ndarray, cases: np.ndarray) -> Cases:
    grid = np.zeros((7, int(days.max()) + 2), dtype=np.int64)
    grid[kinds, days + 1] = cases  # those left out, which have no day, stand before all days
    excluded = grid[LEFT_OUT:, 0]
    at = np.flatnonzero(grid[:LEFT_OUT].any(axis=0))
    timed = grid[:, at]
    return Cases(
        counts=np.array(
            (at - 1, timed[ENTERED], timed[EVENT] + timed[LATE_EVENT], timed[CENSORED] + timed[LATE_CENSORED])
        ),
        early=timed[EVENT : CENSORED + 1],
        excluded=int(excluded.sum()),
        before_coverage=int(excluded[1]),
    )


def risk_tables(store: Store, filters: Filters) -> dict[Key, RiskTable]:
    """Risk tables by (register, interval_start, group, clock, basis), in days of the unit asked for."""
    return {key: cases.table for key, cases in cases_of(store, filters).items() if cases.n}


def curves(store: Store, filters: Filters) -> dict[Key, Curve]:
    """Kaplan-Meier curves by (register, interval_start, group, clock, basis), in days of the unit asked for."""
    return {key: kaplan_meier(table) for key, table in risk_tables(store, filters).items()}


def unwatched(cases: Mapping[Key, Cases]) -> set[tuple[Any, ...]]:
    """(register, group, basis) of the groups of which no case was watched from its start: no estimate of them."""
    return {(key[0], key[2], key[4]) for key, c in cases.items() if c.n and not c.from_start}


def bounded(store: Store, scope: Scope, filters: Filters) -> bool:
    """Whether the editions of a register bound each case's end on the clock asked for, if they do not date it."""
    answers = store.query("bounded_clocks", filters).dicts()
    return any(a["bounded"] for a in answers if a["register"] == scope.register)


def _between(store: Store, scope: Scope, filters: Filters) -> int:
    """How many cases ended on no published day, but between two known days."""
    cases = store.query("undated_cases", replace(filters, by=None)).dicts()
    return sum(c["count"] for c in cases if c["register"] == scope.register and c["kind"] == "between")


def target_of(scope: Scope, filters: Filters) -> tuple[int | None, str | None]:
    """The target in days of the unit asked for, and whether it is `published` or `assumed`.

    Without a target in the question the publisher's own is taken, where it is about this clock in this unit.
    """
    own = scope.target
    fits = own is not None and (own.clock, own.unit) == (filters.clock, filters.unit or "calendar")
    published = own.days if own and fits else None
    if filters.target is None:
        return published, "published" if published else None
    return filters.target, "published" if filters.target == published else "assumed"


def _target_words(scope: Scope, filters: Filters, days: int, basis: str | None) -> str:
    unit = filters.unit or "calendar"
    who = f"published: {scope.target.source}." if scope.target and basis == "published" else ""
    words = f"The target of {days} {unit} days is {who or 'assumed: no publisher has named it.'} "
    if not estimate(scope, filters).curve:
        return words + "The share is of closed cases alone: those still open and past it are not among them."
    return words + "Open cases past it count as misses; open cases not yet at it are left out."


def can_still_move(
    store: Store, filters: Filters, found: list[Scope]
) -> Callable[[tuple[Any, ...]], bool | None]:
    """Whether the figures of an interval can still move, by (register, interval_start, group, clock, basis)."""
    if filters.interval is None:
        return lambda key: None
    as_at = {s.register: s.as_at for s in found}
    by_closing = filters.cohort == "closed"
    whole = replace(filters, interval=None, from_=None, to=None)
    p90 = (
        {}
        if by_closing
        else {(k[0], *k[2:]): typical(c.counts).p90 for k, c in cases_of(store, whole).items() if c.n}
    )
    columns = ("register", "interval_start", "group", "clock", "basis")
    waits = {
        tuple(w[c] for c in columns): w["least"]
        for w in ([] if by_closing else store.query("open_waits", filters).dicts())
    }

    def immature(key: tuple[Any, ...]) -> bool | None:
        start = key[1]
        if start is None:
            return None
        months = MONTHS[str(filters.interval)]
        years, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        if as_at[key[0]] < date(years, month + 1, 1) - timedelta(1):
            return True
        least = waits.get(key)
        usual = p90.get((key[0], *key[2:]))
        return least is not None and (usual is None or least < usual)

    return immature


def _not_reached(rows: list[dict[str, Any]]) -> list[str]:
    """What an empty median or bound of one register's rows means."""
    if not any(r["n"] for r in rows):
        return ["No case that can be counted falls in what was asked, so nothing is estimated."]
    words = []
    estimated = [r for r in rows if r["n"] and r["method"] in ("Kaplan-Meier", "quantiles of closed cases")]
    if any(r["median"] is None for r in estimated):
        words.append(
            "Where no median is given it was not reached: the estimate is that more than half were still waiting "
            "when the last of them was seen."
        )
    if any(
        r["median"] is not None and None in (r["median_low"], r["median_high"])
        for r in estimated
        if r["method"] == "Kaplan-Meier"
    ):
        words.append("Where a bound of the median is empty, the cases set it no limit.")
    return words


def _turnaround(store: Store, filters: Filters) -> tuple[Result, list[str]]:
    filters = with_clock(filters)
    clock = str(filters.clock)
    unit = filters.unit or "calendar"
    found = scopes(store, filters)
    many = len(found) > 1
    notes: list[str] = []
    counted = cases_of(store, filters)
    label = labels(store, filters)
    immature = can_still_move(store, filters, found)
    rows: list[tuple[Any, ...]] = []
    for scope in found:
        unmeasurable = not_measurable(scope, clock)
        target, target_basis = target_of(scope, filters)
        mine = {key: cases for key, cases in counted.items() if key[0] == scope.register}
        if unmeasurable:
            notes.append(about(scope, many, unmeasurable))
            if bounded(store, scope, filters):
                notes.append(
                    about(scope, many, "The editions still bound when each case ended: 'survival-bounds' has the curve "
                           "between those bounds.")
                )  # fmt: skip
            head = (scope.register, None, "all", clock, None, unit)
            rows.append((*head, *[None] * 11, filters.target, None, "All", None, None))
            continue
        allowed = estimate(scope, filters)
        method = allowed.method
        closed_only = method == "quantiles of closed cases"
        if allowed.words:
            notes.append(about(scope, many, allowed.words))
        late = 0
        for key, cases in mine.items():
            row_method = method
            give = cases.n > 0 and method != "none"
            if give and not cases.from_start:
                row_method = "none"
                # Delayed entry alone: the curve would begin among cases that had already waited long.
                give = False
                late += 1
            found_of = typical(cases.counts) if give else Typical(None, None, None, None)
            low, high = (None, None) if closed_only else (found_of.median_low, found_of.median_high)
            share = bounds = None
            if target is not None and method != "none":
                within, past = cases.judged(target)
                if within + past:
                    share, bounds = within / (within + past), wilson(within, within + past)
            rows.append(
                (
                    *key[:3], clock, key[4], unit, cases.n, cases.events, cases.n - cases.events, cases.excluded,
                    found_of.median, low, high, found_of.p90, share, bounds[0] if bounds else None,
                    bounds[1] if bounds else None, target, row_method, label(scope.register, key[2]), immature(key),
                    target_basis,
                )
            )  # fmt: skip
        if not mine:
            head = (scope.register, None, "all", clock, None, unit)
            rows.append((*head, 0, 0, 0, 0, *[None] * 7, target, method, "All", None, target_basis))
        if target is not None:
            notes.append(about(scope, many, _target_words(scope, filters, target, target_basis)))
        elif scope.target and scope.target.clock == clock:
            notes.append(
                about(scope, many, f"The publisher's target is {scope.target.days} {scope.target.unit} days: ask in "
                       f"{scope.target.unit} days for the share within it.")
            )  # fmt: skip
        of_mine = [dict(zip(TURNAROUND, r, strict=True)) for r in rows if r[0] == scope.register]
        notes += [about(scope, many, words) for words in _not_reached(of_mine)]
        notes += [about(scope, many, words) for words in _left_out(scope, mine, late)]
        if clock == "approval_to_first_published":
            notes.append(about(scope, many, FIRST_PUBLISHED))
        between = (
            _between(store, scope, filters) if any(c.excluded for c in mine.values()) and allowed.curve else 0
        )
        if between:
            notes.append(
                about(scope, many, f"Of {plural(between, 'case')} left out the editions show between which days the "
                       "end lies: 'survival-bounds' counts such cases.")
            )  # fmt: skip
    if unit == "working":
        notes.append("Working days are those of England: not Saturdays, Sundays or bank holidays.")
    if any(row[-2] for row in rows):
        notes.append(
            "An immature interval is not over, or a case of it is still open that has waited less than nine in ten "
            "of all cases took: its figures can still move."
            if filters.cohort != "closed"
            else "An immature interval is not over at the as-at date."
        )
    return Result(TURNAROUND, tuple(rows)), notes


def _left_out(scope: Scope, counted: Mapping[Key, Cases], late: int) -> list[str]:
    """What a reader must know of one register's cases: those left out, and from when the others count."""
    notes = []
    unlisted = sum(c.before_coverage for c in counted.values())
    if unlisted:
        one = unlisted == 1
        ended, why = "closed", f"only {scope.nouns} within their terms were still"
        if scope.gap_start:
            ended, why = f"closed, or {'was' if one else 'were'} last seen,", "not every case was"
        notes.append(
            f"{plural(unlisted, 'case')} left out because {'it' if one else 'they'} {ended} by "
            f"{day(scope.unbroken_from)}, when {why} listed."
        )
    if late:
        notes.append(
            "Where no case was watched from its receipt, no median is given: those left had already waited when the "
            "listing began."
        )
    left_out = sum(c.excluded for c in counted.values()) - unlisted
    if left_out:
        whose, listed = ("its", "it") if left_out == 1 else ("their", "each")
        notes.append(
            f"{plural(left_out, 'case')} left out because {whose} dates cannot be used; {listed} is listed, with its "
            "rule, in 'spells' and among the issues."
        )
    if any(key[4] == "from_reference" for key in counted):
        notes.append(
            "The date of receipt is read from the reference (basis from_reference): its digits are taken as the day "
            f"the {scope.noun} was logged."
        )
    if scope.unbroken_from and not quoted(scope):
        why = "were never" if scope.gap_start else "are no longer"
        notes.append(
            f"Cases received before {day(scope.unbroken_from)} count from then on only, because shorter ones of that "
            f"time {why} listed (delayed entry). {gap_words(scope)}".strip()
        )
    return notes


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
    filters = replace(with_clock(filters), interval=None)
    rows: list[tuple[Any, ...]] = []
    notes: list[str] = []
    found = scopes(store, filters)
    allowed = {}
    # The same refusals as the median's: a group that has no estimate has no curve.
    counted = cases_of(store, filters)
    late = unwatched(counted)
    for scope in found:
        way = estimate(scope, filters)
        unmeasurable = not_measurable(scope, str(filters.clock))
        allowed[scope.register] = way.curve and not unmeasurable
        if unmeasurable:
            notes.append(about(scope, len(found) > 1, f"The curve cannot be drawn. {unmeasurable}"))
        elif not way.curve:
            words = (
                "The rows are a selection, closed cases only or of one outcome: a curve of them would mislead "
                "and is refused."
            )
            notes.append(about(scope, len(found) > 1, words))
    for (register, _, group, clock, basis), cases in counted.items():
        if not cases.n or not allowed.get(register) or (register, group, basis) in late:
            continue
        curve = kaplan_meier(cases.table)
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
    for scope in found:
        if allowed[scope.register] and not any(row[0] == scope.register for row in rows):
            notes.append(
                about(scope, len(found) > 1, "No case was watched from its start, so there is no curve.")
            )
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
            notes.append(about(scope, len(found) > 1, words.strip()))
    return store.query("spells", filters), notes


MEASURES = (
    Measure(
        name="turnaround",
        words="How long cases took on one clock, open cases counted.",
        columns=PROMISED,
        query="risk_table",
        compute=_turnaround,
        rows_query="turnaround_rows",
        also_takes=("target",),
        also=("immature",),
        defaults={"clock": DEFAULT_CLOCK, "unit": "calendar"},
    ),
    Measure(
        name="survival-curve",
        words="The share of cases still open by day: the Kaplan-Meier curve.",
        columns=CURVE[1:-1],
        query="risk_table",
        compute=_survival_curve,
        rows_query="survival_curve_rows",
        never_takes=("interval",),
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
)
