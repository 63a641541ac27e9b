"""Exhibits made from measures: the title is the finding, the summary a sentence, both computed from the rows.

Each function takes a Store and Filters (with `register` set) and returns an Exhibit, or None where the register
cannot answer; `why_not` then has the sentence. Page, notebook and report all draw these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from dashboard import findings as say
from dashboard.addresses import recipient_address, request_address
from dashboard.exhibits import Chart, Column, Exhibit, Series, Table, ValueKind
from dashboard.filters import Filters, make_filters
from dashboard.measures import VOLUME_COUNTS, MeasureResult, Scope, for_page, regimes, scopes
from dashboard.measures.refusals import HEADLINE_EVENTS, at_least, enough, estimate, few_left, refused
from dashboard.store import Store
from dashboard.text import day, join_words, number, percent, plural, published_words
from dashboard.vocabulary import ANSWERABLE_FIELDS, CLOCKS, COVERAGE, OUTCOMES, RECIPIENT_TYPES


# What the main count of a register is, by what it publishes; the first that can be answered is used.
COUNTS: tuple[tuple[str, str, str, str], ...] = (
    ("received", "{noun}s received", "{noun}", "received"),
    ("released", "Releases", "release", "made"),
    ("decided", "{noun}s approved", "{noun}", "approved"),
)
SECOND: dict[str, tuple[str, str]] = {
    "received": ("closed", "{noun}s closed"),
    "released": ("first_released", "First release of a {noun}"),
}
LABELS: dict[str, tuple[str, ValueKind]] = {
    "interval_start": ("From", "date"),
    "interval_end": ("To", "date"),
    "open_at_start": ("Open at start", "count"),
    "received": ("Received", "count"),
    "decided": ("Decided", "count"),
    "closed": ("Closed", "count"),
    "refused": ("Refused", "count"),
    "not_pursued": ("Not pursued", "count"),
    "first_released": ("First released", "count"),
    "released": ("Releases", "count"),
    "open_at_end": ("Open at end", "count"),
    "open": ("Open", "count"),
    "age_0_30": ("0 to 30 days", "count"),
    "age_31_60": ("31 to 60 days", "count"),
    "age_61_120": ("61 to 120 days", "count"),
    "age_over_120": ("Over 120 days", "count"),
    "excluded": ("Left out", "count"),
    "share": ("Share", "share"),
    "cumulative_share": ("Share so far", "share"),
    "requests": ("Requests", "count"),
    "releases": ("Releases", "count"),
    "recipients": ("Recipients", "count"),
    "first_date": ("First", "date"),
    "last_date": ("Last", "date"),
    "published_name": ("As published", "text"),
    "entries": ("Rows", "count"),
    "reviewed": ("Reviewed on", "date"),
    "rank": ("Rank", "count"),
    "n": ("Cases", "count"),
    "events": ("Closed", "count"),
    "censored": ("Still open", "count"),
    "median": ("Median", "days"),
    "median_low": ("From (95%)", "days"),
    "median_high": ("To (95%)", "days"),
    "p90": ("90th percentile", "days"),
}


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One headline number: its value in words, unit and label, and where its rows are."""

    value: str
    unit: str
    label: str
    link: str = ""
    before: str = ""  # the same of the period before, or of the last two whole years


def scope_of(store: Store, filters: Filters) -> Scope:
    """The scope of the one register named in the filters."""
    return scopes(store, filters)[0]


def fully_listed(store: Store, scope: Scope, filters: Filters) -> tuple[Filters, str] | None:
    """Filters cut to the time from which every case is listed, and words that say so.

    Before it the register keeps only what is still open or within its terms: shares and outcomes of such rows are
    biased, so none is given. None when the whole period asked for lies before it.
    """
    if not at_least(scope, filters.from_):
        return filters, ""
    if scope.listed_from is None:  # there is no such time
        return None
    everything = replace(filters, from_=None, to=None, interval=None, by=None)
    first = for_page("volumes", store, everything).dicts()[0]["interval_start"]
    if first is None or first >= scope.listed_from:  # the register simply begins there
        return filters, ""
    if filters.to and filters.to < scope.listed_from:
        return None
    return replace(filters, from_=scope.listed_from), f" since {day(scope.listed_from)}"


def main_count(scope: Scope) -> tuple[str, str, str, str] | None:
    """(column, label, noun, verb) of the count this register is about; None for a selection."""
    if refused(scope, "count"):
        return None
    found = next((c for c in COUNTS if scope.columns[c[0]][0]), None)
    if found is None:
        return None
    column, label, noun, verb = (words.format(noun=scope.noun) for words in found)
    return column, heading(label), noun, verb


def count_label(column: str, scope: Scope | None) -> str:
    """The heading of a column: requests under the name that their register gives them."""
    return heading(scope.nouns) if scope and column == "requests" else LABELS[column][0]


def heading(words: str) -> str:
    """Words with a capital first."""
    return words[:1].upper() + words[1:]


def interval_words(start: date, interval: str | None) -> str:
    """ "2017", "Jan to Mar 2017", "Jan 2017"."""
    if interval == "year":
        return str(start.year)
    if interval == "quarter":
        last = date(start.year, start.month + 2, 1)
        return f"{start:%b} to {last:%b} {start.year}"
    return f"{start:%b %Y}"


def axis_words(start: date, interval: str | None) -> str:
    """The same interval as short as an axis needs it: "2017", "Q1 2017", "Jan 2017"."""
    return (
        f"Q{start.month // 3 + 1} {start.year}" if interval == "quarter" else interval_words(start, interval)
    )


def source_words(store: Store, scope: Scope) -> str:
    published = published_words(scope.published, scope.published_basis, scope.as_at)
    made_up = " Synthetic sample data." if scope.synthetic else ""
    return f"{scope.title}, as at {day(scope.as_at)}, {published}. Build {store.build.id[:8]}.{made_up}"


def asked(exhibit: Exhibit) -> Filters:
    """The filters of the measure that an exhibit shows."""
    return make_filters(**dict(parse_qsl(exhibit.query)))


def _table(
    result: MeasureResult,
    caption: str,
    columns: Sequence[str],
    first: tuple[str, list[str]],
    scope: Scope | None = None,
) -> Table:
    """A table whose first column is words made for the reader and whose others are the measure's own.

    `scope`: of the register, where one of the columns counts its requests under their own name.
    """
    values = [result.column(c) for c in columns]
    return Table(
        caption=caption,
        columns=(
            Column(name=first[0], label=first[0]),
            *(Column(name=c, label=count_label(c, scope), kind=LABELS[c][1]) for c in columns),
        ),
        rows=tuple((label, *(v[i] for v in values)) for i, label in enumerate(first[1])),
    )


def result_table(result: MeasureResult) -> Table:
    """Any measure result as a table, every column under its own name: how a notebook shows it."""

    def kind(name: str) -> ValueKind:
        if name in LABELS:
            return LABELS[name][1]
        values = [v for v in result.column(name) if v is not None]
        if values and all(isinstance(v, date) for v in values):
            return "date"
        return (
            "count"
            if values and all(isinstance(v, int) and not isinstance(v, bool) for v in values)
            else "text"
        )

    return Table(
        caption=f"{result.measure} ({result.filters.words() or 'no filters'})",
        columns=tuple(Column(name=c, label=c.replace("_", " "), kind=kind(c)) for c in result.columns),
        rows=result.rows,
        missing="–",
    )


def volumes_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """How much: the register's main count by interval, with what closed or was released first beside it."""
    scope = scope_of(store, filters)
    counted = main_count(scope)
    if counted is None:
        return None
    interval = filters.interval or "year"
    filters = replace(filters, interval=interval, by=None)
    result = for_page("volumes", store, filters)
    column, label, noun, verb = counted
    starts = result.column("interval_start")
    if not starts or starts[0] is None:
        return None
    words = [interval_words(s, interval) for s in starts]
    values = result.column(column)
    immature = result.column("immature")
    series = [Series(key=column, label=label, values=tuple(values))]
    if column in SECOND:
        name, second = SECOND[column]
        if scope.columns[name][0]:
            second = heading(second.format(noun=scope.noun))
            series.append(Series(key=name, label=second, values=tuple(result.column(name))))
    title = _count_title(scope, filters, words, result, values, noun, verb)
    total = sum(v for v in values if v is not None)
    peak = max(range(len(values)), key=lambda i: values[i] or 0)
    # Of the time before every case was listed only some are left (the note says which).
    early = at_least(scope, result.column("interval_end")[0])
    at_least_ = "At least " if early else ""
    whole = whole_intervals(scope, filters, result)
    ends = result.column("interval_end")
    cut = [words[i] for i in range(len(words)) if i not in whole and not at_least(scope, ends[i])]
    span = f"from {words[0]} to {words[-1]}" if len(words) > 1 else f"in {words[0]}"
    summary = (
        f"{at_least_}{plural(total, noun)} {verb} {span}"
        + (f"; the most in {words[peak]}, {number(values[peak])}" if len(words) > 1 else "")
        + (f"; {join_words(cut)} {'is' if len(cut) == 1 else 'are'} not complete." if cut else ".")
    )
    changes, told = _changes_of_procedure(store, scope, result, interval)
    answerable = [c for c in LABELS if c in VOLUME_COLUMNS and scope.columns.get(c, (True, ""))[0]]
    return Exhibit(
        key="volumes",
        title=title,
        summary=summary,
        chart=Chart(
            kind="columns",
            x=tuple(axis_words(s, interval) for s in starts),
            x_label={"year": "Year", "quarter": "Quarter", "month": "Month"}[interval],
            y_label=f"{noun}s",
            series=tuple(series),
            links=tuple(
                "/register?" + replace(filters, from_=s, to=e, interval=None).query() + f"&count={column}"
                for s, e in zip(starts, result.column("interval_end"), strict=True)
            ),
            partial=frozenset(i for i, flag in enumerate(immature) if flag),
            marks=_joined([*_coverage_mark(scope, starts), *changes]),
        ),
        table=_table(
            result,
            f"{label} and other counts by {interval}",
            answerable,
            (
                interval.capitalize(),
                [
                    w + (", at least" if few_left(scope, s) else "")
                    for w, s in zip(words, starts, strict=True)
                ],
            ),
        ),
        notes=(*_year_before(interval, words, values, whole, noun), *told, *_notes(result, immature)),
        source=source_words(store, scope),
        measure="volumes",
        query=filters.query(),
    )


def _year_before(
    interval: str, words: Sequence[str], values: Sequence[int | None], whole: Sequence[int], noun: str
) -> tuple[str, ...]:
    """Months and quarters have seasons: beside the interval just before, the same one of the year before."""
    back = {"month": 12, "quarter": 4}.get(interval)
    if back is None or not whole or whole[-1] - back not in whole:
        return ()
    now, before = whole[-1], whole[-1] - back
    had = f"{words[now]} had {plural(values[now] or 0, noun)}, {words[before]} had {number(values[before] or 0)}"
    return (f"{str(interval).capitalize()}s have seasons, and are shown as they are: {had}.",)


VOLUME_COLUMNS = (*VOLUME_COUNTS, "excluded")


def _notes(result: MeasureResult, immature: Sequence[bool]) -> tuple[str, ...]:
    partial = (
        ("The last interval is not complete: the register's as-at date falls inside it.",)
        if any(immature)
        else ()
    )
    return (*partial, *result.notes)


def _changes_of_procedure(
    store: Store, scope: Scope, result: MeasureResult, interval: str
) -> tuple[list[tuple[int, str]], tuple[str, ...]]:
    """Where the register's procedures changed, as marks before the interval in which each did, and as notes."""
    rows = result.dicts()
    marks: list[tuple[int, str]] = []
    notes: list[str] = []
    for change in regimes(store, Filters(register=scope.register)):
        at = next(
            (i for i, r in enumerate(rows) if r["interval_start"] <= change["date"] <= r["interval_end"]),
            None,
        )
        if at is None:
            continue
        # A mark stands before a whole year, in which the day is not seen.
        when = "" if interval == "month" else f", {change['date']:%B %Y}"
        marks.append((at, f"{change['label']}{when}"))
        notes.append(f"{change['label']}, {day(change['date'])}. {change['note']}".strip())
    return marks, tuple(notes)


def _joined(marks: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Marks with one text a place: two lines at one place would be drawn as one."""
    places: dict[int, list[str]] = {}
    for place, words in marks:
        places.setdefault(place, []).append(words)
    return tuple((place, "; ".join(words)) for place, words in sorted(places.items()))


def _coverage_mark(scope: Scope, starts: Sequence[date]) -> tuple[tuple[int, str], ...]:
    if not scope.listed_from:
        return ()
    place = next((i for i, s in enumerate(starts) if s >= scope.listed_from), None)
    return ((place, "every case listed from here"),) if place else ()


def whole_intervals(scope: Scope, filters: Filters, result: MeasureResult) -> list[int]:
    """Positions of the intervals that nothing cuts: not the as-at date, the filters or the start of listing.

    Only these are compared with one another: half a year is not fewer than a year.
    """
    rows = result.dicts()
    return [
        i
        for i, row in enumerate(rows)
        if row["interval_start"] is not None  # nothing is there to be whole
        and not row["immature"]
        and not (filters.from_ and row["interval_start"] < filters.from_)
        and not (filters.to and row["interval_end"] > filters.to)
        and not at_least(scope, row["interval_start"])
    ]


def _count_title(
    scope: Scope,
    filters: Filters,
    words: Sequence[str],
    result: MeasureResult,
    values: Sequence[int | None],
    noun: str,
    verb: str,
) -> str:
    whole = whole_intervals(scope, filters, result)
    if not whole:
        rows = result.dicts()
        first = max(filters.from_ or rows[0]["interval_start"], rows[0]["interval_start"])
        last = min(filters.to or scope.as_at, max(scope.as_at, rows[0]["interval_end"]))
        total = sum(v or 0 for v in values)
        least = "At least " if at_least(scope, first) else ""
        return f"{least}{plural(total, noun)} {verb} from {day(first)} to {day(last)}"
    last = whole[-1]
    # Only the interval just before is compared with; one that is cut is not.
    points = [(words[i], values[i] or 0) for i in (last - 1, last) if i in whole]
    return str(say.change(points, noun=noun, verb=verb))


def backlog_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """How many were waiting at the end of each quarter (or month), and how many of them for long."""
    scope = scope_of(store, filters)
    if refused(scope, "backlog", filters):
        return None
    interval = "month" if filters.interval == "month" else "quarter"
    listed = fully_listed(store, scope, filters)
    if listed is None:
        return None
    # The number open is right from the day every case is listed, whatever came before it.
    filters = replace(listed[0], interval=interval, by=None)
    result = for_page("backlog", store, filters)
    if interval == "quarter":
        last = len(result.rows) - 1
        kept = [r["month_end"].month % 3 == 0 or i == last for i, r in enumerate(result.dicts())]
        result = replace(result, rows=tuple(r for r, keep in zip(result.rows, kept, strict=True) if keep))
    rows = result.dicts()
    if not rows:
        return None
    starts = [_interval_of(r["month_end"], interval) for r in rows]
    words = [interval_words(s, interval) for s in starts]
    values = [r["open"] for r in rows]
    now, long = rows[-1]["open"], rows[-1]["age_over_120"]
    title = f"{plural(now, scope.noun)} open at {day(rows[-1]['counted_on'])}"
    back = 12 if interval == "month" else 4
    # Against the same time a year before: a peak chosen from the series would always make a fall.
    if (
        len(rows) > back and rows[-1]["counted_on"] == rows[-1]["month_end"]
    ):  # both of the last day of a month
        title += say.than(now, values[-1 - back], "a year before")
    peak = max(range(len(rows)), key=lambda i: values[i])
    return Exhibit(
        key="backlog",
        title=title,
        summary=f"The number of {scope.nouns} received and not yet closed at the end of each {interval}, from "
        f"{words[0]} to {words[-1]}, was lowest at {number(min(values))} and highest at {number(values[peak])}; "
        f"of those open at the end, {number(long)} had waited more than 120 calendar days.",
        chart=Chart(
            kind="lines",
            x=tuple(axis_words(s, interval) for s in starts),
            x_label=interval.capitalize(),
            y_label=f"{scope.nouns} open at the end",
            series=(
                Series(key="open", label=f"{heading(scope.nouns)} open", values=tuple(values)),
                Series(
                    key="age_over_120",
                    label="Open more than 120 days",
                    values=tuple(r["age_over_120"] for r in rows),
                ),
            ),
            partial=frozenset(i for i, r in enumerate(rows) if r["immature"]),
            marks=_coverage_mark(scope, starts),
        ),
        table=_table(
            result,
            f"{heading(scope.nouns)} open at the end of each {interval}, by calendar days since receipt",
            ("open", "age_0_30", "age_31_60", "age_61_120", "age_over_120"),
            (interval.capitalize(), words),
        ),
        notes=("Open at the start, plus received, less closed, is open at the end.", *result.notes),
        source=source_words(store, scope),
        measure="backlog",
        query=filters.query(),
    )


def _interval_of(last: date, interval: str) -> date:
    """The first day of the month or quarter that a day is in."""
    return date(last.year, last.month if interval == "month" else 3 * ((last.month - 1) // 3) + 1, 1)


def oldest_open_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """The requests that have waited longest at the as-at date: whom to ask about."""
    scope = scope_of(store, filters)
    if refused(scope, "backlog", filters):
        return None
    filters = replace(filters, interval=None, by=None)
    result = for_page("oldest-open", store, filters)
    rows = result.dicts()
    if not rows:
        return None
    oldest = rows[0]
    others = (
        f" and of the {len(rows)} listed the latest {number(rows[-1]['age_days'])}" if len(rows) > 1 else ""
    )
    return Exhibit(
        key="oldest-open",
        title=f"{oldest['reference']} has been open longest: {number(oldest['age_days'])} calendar days",
        summary=f"At {day(scope.as_at)} the oldest open {scope.noun} had waited {number(oldest['age_days'])} "
        f"calendar days ({number(oldest['age_working_days'])} working days){others}.",
        table=Table(
            caption=f"{heading(scope.nouns)} open longest at {day(scope.as_at)}",
            columns=(
                Column(name="reference", label="Reference"),
                Column(name="recipient", label="Recipient"),
                Column(name="received_date", label="Received", kind="date"),
                Column(name="age_days", label="Calendar days", kind="days"),
                Column(name="age_working_days", label="Working days", kind="days"),
            ),
            rows=tuple(
                (r["reference"], r["recipient"], r["received_date"], r["age_days"], r["age_working_days"])
                for r in rows
            ),
            links=tuple(request_address(scope.register, r["reference"], filters) for r in rows),
        ),
        notes=result.notes,
        source=source_words(store, scope),
        measure="oldest-open",
        query=filters.query(),
    )


def recipients_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """Who: the share of releases (or requests) by recipient type."""
    scope = scope_of(store, filters)
    if refused(scope, "share"):
        return None
    listed = fully_listed(store, scope, filters)
    if listed is None:
        return None
    filters, since = listed
    filters = replace(filters, by="type", interval=None)
    result = for_page("recipients", store, filters)
    found = [r for r in result.dicts() if r["share"] is not None]
    if not found:
        return None
    counted = found[0]["share_of"]
    unit = scope.nouns if counted == "requests" else counted
    top = found[0]
    labels = [r["group_label"] for r in found]
    points = [(_type_plural(r["group"]), r[counted]) for r in found]
    # The measure's own whole, which is less than the groups together where a request belongs to two.
    whole = round(top[counted] / top["share"]) if top["share"] else 0
    title = say.share(points, of=unit, since=since, total=whole)
    if title is None:
        return None
    others = join_words([f"{_type_plural(r['group']).lower()} {percent(r['share'])}" for r in found[1:4]])
    total = sum(r[counted] for r in found)
    columns = [
        c for c in ("requests", "releases", "recipients", "share") if any(r[c] is not None for r in found)
    ]
    table = _table(
        result,
        f"{heading(scope.nouns)}{' and releases' if counted == 'releases' else ''} by recipient type",
        columns,
        ("Recipient type", list(result.column("group_label"))),
        scope,
    )
    published = tuple(r["published_types"] or None for r in result.dicts())
    return Exhibit(
        key="recipients",
        title=title,
        summary=f"Of {plural(total, unit[:-1])}, {_type_plural(top['group']).lower()} had {number(top[counted])}"
        + (f", then {others}." if others else "."),
        chart=Chart(
            kind="bars",
            x=tuple(labels),
            x_label="Recipient type",
            y_label=f"share of {unit}",
            series=(Series(key="share", label=f"Share of {unit}", values=tuple(r["share"] for r in found)),),
            value_kind="share",
            links=tuple(
                "/register?" + replace(filters, by=None, type=(r["group"],)).query() + "&count=any"
                for r in found
            ),
        ),
        table=replace(
            table,
            columns=(*table.columns, Column(name="published_types", label="As published")),
            rows=tuple((*row, words) for row, words in zip(table.rows, published, strict=True)),
            links=tuple(
                "/register?" + replace(filters, by=None, type=(g,)).query() + "&count=any"
                for g in result.column("group")
            ),
        ),
        notes=result.notes,
        source=source_words(store, scope),
        measure="recipients",
        query=filters.query(),
    )


PLURALS = {
    "university": "Universities",
    "research_organisation": "Research organisations",
    "school_college_trust": "Schools, colleges and trusts",
    "central_government": "Central government bodies",
    "local_government": "Local government bodies",
    "health_body": "Health bodies",
    "police_justice": "Police and justice bodies",
    "other_public_body": "Other public bodies",
    "charity": "Charities",
    "commercial": "Commercial organisations",
    "media": "Media organisations",
    "individual": "Individuals",
    "unknown": "Recipients of unknown type",
}


def _type_plural(group: str) -> str:
    return PLURALS.get(group, RECIPIENT_TYPES.get(group, group))


def top_recipients_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """The ten recipients with most releases, and how concentrated they are."""
    scope = scope_of(store, filters)
    listed = fully_listed(store, scope, filters)
    if listed is None:
        return None
    filters, since = listed
    filters = replace(filters, by=None, interval=None, limit=filters.limit or 10)
    result = for_page("top-recipients", store, filters)
    found = result.dicts()
    if refused(scope, "ranking") or not found:
        return None
    counted = "releases" if found[0]["releases"] is not None else "requests"
    unit = scope.nouns if counted == "requests" else counted
    last = found[-1]["cumulative_share"]
    columns = [
        c for c in ("requests", "releases", "share", "cumulative_share") if c != "releases" or counted == c
    ]
    named = ("Recipient", result.column("recipient"))
    table = _table(result, f"Recipients with most {unit}", columns, named, scope)
    links = tuple(recipient_address(scope.register, r["recipient_id"], filters) for r in found)
    return Exhibit(
        key="top-recipients",
        title=f"The top {plural(len(found), 'recipient')} had {percent(last)} of {unit}{since}"
        if len(found) > 1
        else f"{found[0]['recipient']} had all {unit}{since}",
        summary=f"{found[0]['recipient']} had the most, {plural(found[0][counted], unit[:-1])}, "
        f"{percent(found[0]['share'])} of all.",
        chart=Chart(
            kind="bars",
            x=tuple(r["recipient"] for r in found),
            x_label="Recipient",
            y_label=unit,
            series=(Series(key=counted, label=unit.capitalize(), values=tuple(r[counted] for r in found)),),
            links=links,
        ),
        table=replace(
            table,
            columns=(*table.columns, Column(name="recipient_type", label="Type")),
            rows=tuple(
                (*row, RECIPIENT_TYPES[r["recipient_type"]]) for row, r in zip(table.rows, found, strict=True)
            ),
            links=links,
        ),
        notes=result.notes,
        source=source_words(store, scope),
        measure="top-recipients",
        query=filters.query(),
    )


def turnaround_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """How long: the share of cases still open by day, with the median and its interval."""
    scope = scope_of(store, filters)
    filters = replace(filters, interval=None, by=None, cohort=None)
    result = for_page("turnaround", store, filters)
    curve = for_page("survival-curve", store, filters)
    row = max(result.dicts(), key=lambda r: r["n"] or 0)
    if row["n"] in (None, 0) or not estimate(scope, filters).curve:
        return None
    days = f"{row['unit']} days"
    waiting = (
        f"still open at {day(scope.as_at)} and counted as waiting"
        if row["clock"] == "received_to_outcome"
        else f"still open at {day(scope.as_at)}, or ended in another way and counted until then"
    )
    if row["method"] == "none":
        ninth = "none was watched from its receipt, so no typical time is given."
    elif not enough(row["events"]):
        ninth = f"too few have ended (under {HEADLINE_EVENTS}) to say how long they take."
    elif row["p90"] is not None:
        ninth = f"nine in ten ended within {number(row['p90'])} {days}."
    else:
        ninth = "fewer than nine in ten have ended, so the 90th percentile is not reached."
    steps = [c for c in curve.dicts() if c["basis"] == row["basis"]]
    # The curve begins at 1 on day 0; beyond the last tenth the few cases left say little and stretch the axis.
    shown = [s for s in steps if s["at_risk"] >= max(1, row["n"] // 50)] or steps
    points = ([] if shown and shown[0]["day"] == 0 else [(0, 1.0, None, None)]) + [
        (s["day"], s["survival"], s["low"], s["high"]) for s in shown
    ]
    basis = " The date of receipt is read from the reference." if row["basis"] == "from_reference" else ""
    return Exhibit(
        key="turnaround",
        title=say.time(row),
        summary=(
            f"{plural(row['n'], 'case')} {CLOCKS[str(row['clock'])]}: {number(row['events'])} ended, "
            f"{number(row['censored'])} {waiting}; {ninth}{basis}"
        ),
        chart=Chart(
            kind="steps",
            x=tuple(float(p[0]) for p in points),
            x_label=f"{days} since receipt"
            if str(row["clock"]).startswith("received")
            else f"{days} since approval",
            y_label="share of cases not yet ended",
            series=(
                Series(
                    key="survival",
                    label="Share not yet ended",
                    values=tuple(p[1] for p in points),
                    low=tuple(p[2] for p in points),
                    high=tuple(p[3] for p in points),
                ),
            ),
            value_kind="share",
            y_max=1.0,
        )
        if steps
        else None,
        table=_turnaround_table(result, ["All cases"] * len(result.rows), "Case group"),
        notes=result.notes,
        source=source_words(store, scope),
        measure="turnaround",
        query=filters.query(),
    )


def _turnaround_table(result: MeasureResult, labels: list[str], first: str) -> Table:
    unit = str(result.column("unit")[0])
    columns = ("n", "events", "censored", "excluded", "median", "median_low", "median_high", "p90")
    table = _table(result, f"Turnaround in {unit} days", columns, (first, labels))
    return replace(
        table,
        columns=tuple(
            replace(c, label=f"{c.label}, {unit} days") if c.kind == "days" else c for c in table.columns
        ),
        missing="not reached",
    )


def turnaround_cohorts_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """How the median changed, by year received; cohorts with few events are shown in the table only."""
    scope = scope_of(store, filters)
    filters = replace(filters, interval="year", by=None, cohort="received")
    result = for_page("turnaround", store, filters)
    found = [r for r in result.dicts() if r["interval_start"] is not None and r["n"]]
    if len(found) < 2 or not estimate(scope, filters).curve:
        return None
    kept = [i for i, r in enumerate(result.dicts()) if r["interval_start"] is not None and r["n"]]
    result = replace(result, rows=tuple(result.rows[i] for i in kept))
    years = [str(r["interval_start"].year) for r in found]
    solid = [r["median"] if enough(r["events"]) else None for r in found]
    drawn = [i for i, v in enumerate(solid) if v is not None]
    if not drawn:
        return None
    # a change is told between years whose figures stand still, by the test of those two
    compared = for_page("turnaround-comparison", store, filters)
    tests = {(r["interval_start"], r["basis"]): r for r in compared.dicts()}
    told = [tests.get((r["interval_start"], r["basis"])) for r in found]
    settled = [i for i in drawn if (t := told[i]) and t["stands"]] or drawn
    unsettled = [years[i] for i in drawn if i not in settled]
    moving = (
        f" {join_words(unsettled)} can still move, and {'is' if len(unsettled) == 1 else 'are'} not compared."
        if unsettled
        else ""
    )
    first, last = settled[0], settled[-1]
    a, b = found[first], found[last]
    days = f"{b['unit']} days"
    if first == last:
        title = f"Of cases received in {years[last]}, half ended within {number(b['median'])} {days}"
    else:
        test = told[last]
        same = test is not None and a["basis"] == b["basis"] and test["against"] == a["interval_start"]
        p_value = test["p_against"] if test and same else None
        title = say.time_change(a, b, labels=(years[first], years[last]), p_value=p_value)
    return Exhibit(
        key="turnaround-by-year",
        title=title,
        summary=f"The median by year of receipt, with 95% bounds, for years with at least {HEADLINE_EVENTS} ended "
        f"cases; open cases count as still waiting at {day(scope.as_at)}.{moving}",
        chart=Chart(
            kind="lines",
            x=tuple(years[i] for i in drawn),
            x_label="Year received",
            y_label=f"median, {days}",
            series=(
                Series(
                    key="median",
                    label="Median",
                    values=tuple(solid[i] for i in drawn),
                    low=tuple(found[i]["median_low"] for i in drawn),
                    high=tuple(found[i]["median_high"] for i in drawn),
                ),
            ),
            value_kind="days",
            partial=frozenset(k for k, i in enumerate(drawn) if found[i]["immature"]),
        )
        if len(drawn) > 1
        else None,
        table=_turnaround_table(
            result,
            [f"{y}{' (can still move)' if r['immature'] else ''}" for y, r in zip(years, found, strict=True)],
            "Year received",
        ),
        notes=result.notes,
        source=source_words(store, scope),
        measure="turnaround",
        query=filters.query(),
    )


def outcomes_table(store: Store, filters: Filters) -> Exhibit | None:
    """Requests by outcome, where outcomes are published."""
    scope = scope_of(store, filters)
    if refused(scope, "outcomes"):
        return None
    listed = fully_listed(store, scope, filters)
    if listed is None:
        return None
    filters, since = listed
    filters = replace(filters, by="outcome", interval=None)
    result = for_page("recipients", store, filters)
    found = [r for r in result.dicts() if r["requests"]]
    if not found:
        return None
    total = sum(r["requests"] for r in found)
    order = {o: i for i, o in enumerate(OUTCOMES)}
    found.sort(key=lambda r: order.get(r["group"], 99))
    title = say.ended({r["group"]: r["requests"] for r in found}, since=since, noun=scope.noun)
    if title is None:
        return None
    return Exhibit(
        key="outcomes",
        title=title,
        summary=f"Of {plural(total, scope.noun)}, "
        + join_words([f"{number(r['requests'])} {OUTCOMES[r['group']].lower()}" for r in found])
        + ".",
        chart=Chart(
            kind="bars",
            x=tuple(r["group_label"] for r in found),
            x_label="Outcome",
            y_label=scope.nouns,
            series=(
                Series(
                    key="requests", label=heading(scope.nouns), values=tuple(r["requests"] for r in found)
                ),
            ),
            links=tuple(
                "/register?" + replace(filters, by=None, outcome=(r["group"],)).query() + "&count=any"
                for r in found
            ),
        ),
        table=Table(
            caption=f"{heading(scope.nouns)} by outcome",
            columns=(
                Column(name="group", label="Outcome"),
                Column(name="requests", label=heading(scope.nouns), kind="count"),
            ),
            rows=tuple((r["group_label"], r["requests"]) for r in found),
        ),
        notes=result.notes,
        source=source_words(store, scope),
        measure="recipients",
        query=filters.query(),
    )


SHOWN_ERAS = 3  # of the layouts that a register had, the latest; the CSV has them all
KNOWN = {"published": "published", "inferred": "inferred", "not_published": "not published"}


def answerability_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """What the register can answer: field by field, era by era, on what basis, and what its rows cover."""
    scope = scope_of(store, filters)
    asked = Filters(register=scope.register, edition=filters.edition, known_on=filters.known_on)
    result = for_page("answerability", store, asked)
    rows = result.dicts()
    if not rows:
        return None
    eras = {r["era"]: r for r in sorted(rows, key=lambda r: r["last_edition"], reverse=True)}
    shown = list(eras)[:SHOWN_ERAS]
    said = {(r["era"], r["field"]): r for r in rows}
    # A few quoted entries say what was quoted; the publisher may publish more.
    lacking = "not in the entries held" if refused(scope, "absence") else KNOWN["not_published"]

    def cell(era: str, field: str) -> str:
        row = said[era, field]
        if row["status"] == "not_published":
            return how_known(lacking, row["words"])
        basis = f" ({row['basis'].replace('_', ' ')})" if row["basis"] not in ("", "stated") else ""
        return how_known(KNOWN[row["status"]] + basis, row["words"])

    latest = [said[shown[0], field] for field in ANSWERABLE_FIELDS]
    silent = sum(r["status"] == "not_published" for r in latest)
    inferred = sum(r["status"] == "inferred" for r in latest)
    spans = [_era_words(eras[era]) for era in shown]
    more = (
        f"The {plural(len(eras) - len(shown), 'era')} before are in the CSV."
        if len(eras) > len(shown)
        else ""
    )
    are = "is" if silent == 1 else "are"
    return Exhibit(
        key="answerable-fields",  # not the anchor of the definition on the same page
        title=f"{silent} of {plural(len(latest), 'field')} {are} {lacking}",
        summary=f"Field by field, in the latest files of {scope.short_title}"
        + (f"; {number(inferred)} of those known {'is' if inferred == 1 else 'are'} inferred." if inferred else "."),
        table=Table(
            caption="What the register publishes, field by field",
            columns=(
                Column(name="field", label="Field"),
                *(Column(name=era, label=_era_name(era)) for era in shown),
            ),
            rows=tuple(
                (
                    ANSWERABLE_FIELDS[row["field"]],
                    *(cell(era, row["field"]) for era in shown),
                )
                for row in latest
            ),
        ),
        notes=tuple(n for n in (*spans, more, *result.notes) if n),
        source=source_words(store, scope),
        measure="answerability",
        query=asked.query(),
        table_words="Table of fields",
    )  # fmt: skip


def how_known(status: str, words: str | None) -> str:
    """The status of a field, and the description's words where they add to it."""
    if not words or words.endswith(" is not published."):
        return status
    return f"{status}: {words[:1].lower()}{words[1:]}"


def not_published(store: Store, filters: Filters, field: str) -> str:
    """The register's own sentence about a field that its latest files do not publish; empty where they do."""
    asked = Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on)
    rows = [r for r in for_page("answerability", store, asked).dicts() if r["field"] == field]
    latest = max(rows, key=lambda r: r["last_edition"], default=None)
    return str(latest["words"]) if latest and latest["status"] == "not_published" else ""


def _era_words(row: dict[str, Any]) -> str:
    """What an era is: its editions, and what their rows cover."""
    when = (
        f"the edition {row['first_edition']}"
        if row["editions"] == 1
        else f"{plural(row['editions'], 'edition')}, {row['first_edition']} to {row['last_edition']}"
    )
    covers = [COVERAGE[c] for c in str(row["sheets_cover"] or row["coverage"]).split(", ") if c]
    period = f", from {day(row['listed_from'])}" if row["listed_from"] else ""
    if period and row["listed_to"]:
        period += f" to {day(row['listed_to'])}"
    mixed = "Its sheets differ. " if len(covers) > 1 else ""
    return f"{_era_name(row['era'])}: {when}{period}. {mixed}{' '.join(covers)}"


def _era_name(era: str) -> str:
    """An era's name as words; a hyphen between years stays: "2017-2020", "Seven sections"."""
    words = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", era)
    return words[:1].upper() + words[1:]
