"""One recipient as its page shows it: what it asked for and got, under which names, when, and how long it took.

Counts and times come from the measures under the filter `recipient`, so what a register's rows cannot bear is refused
here as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboard import figures
from dashboard.addresses import reference_words, request_address
from dashboard.exhibits import Column, Exhibit, Table
from dashboard.filters import Filters
from dashboard.measures import HEADLINE_EVENTS, MeasureResult, Scope, measure, quoted
from dashboard.measures.refusals import at_least, enough, estimate, measurable, refused, survivors_words
from dashboard.store import Store
from dashboard.text import day, join_words, number, plural, with_article
from dashboard.vocabulary import CLOCKS, OUTCOMES, RECIPIENT_TYPES, RELATIONS, UNREVIEWED_RELATIONS


MOST_REQUESTS = 200
MOST_GROUPS = 25


@dataclass(frozen=True, kw_only=True)
class OneRecipient:
    """A recipient in one register, ready to be drawn."""

    recipient: str
    headline: str
    lead: str
    notes: tuple[str, ...]
    names: Table
    exhibits: tuple[Exhibit, ...]
    requests: Table
    nouns: str  # what the register calls them
    matched: int


def find_recipient(store: Store, filters: Filters) -> OneRecipient:
    """The recipient named by `register` and `recipient` (an id that is there), of the editions asked."""
    asked = Filters(
        register=filters.register, recipient=filters.recipient, edition=filters.edition, known_on=filters.known_on
    )  # fmt: skip
    scope = figures.scope_of(store, asked)
    names = measure("recipient-names", store, filters=asked).dicts()
    counted = measure("recipients", store, filters=replace(asked, by="recipient"))
    total = next((r for r in counted.dicts() if r["group"] == filters.recipient), None)
    types = measure("recipients", store, filters=replace(asked, by="type"))
    listed = store.query("recipient_requests", asked, limit=MOST_REQUESTS).dicts()
    matched = listed[0]["matched"] if listed else 0
    gone = listed[0]["gone"] if listed else 0
    name = names[0]["recipient"] if names else str(filters.recipient)
    time, no_time = _time(store, scope, asked)
    exhibits = [
        figures.volumes_exhibit(store, replace(asked, interval="year")),
        time,
        _types(store, scope, types),
        *(_by(store, scope, asked, by) for by in ("dataset", "legal_basis")),
    ]
    return OneRecipient(
        recipient=name,
        headline=_headline(name, scope, total, sum(n["entries"] for n in names)),
        lead=_lead(types, names),
        notes=tuple(
            note
            for note in (
                refused(scope, "count"),
                survivors_words(scope, asked) if total else None,
                no_time,
                f"{number(gone)} of its {plural(matched, scope.noun)} {'is' if gone == 1 else 'are'} no longer in the "
                f"latest edition, and shown as last listed."
                if gone
                else None,
                *(
                    figures.not_published(store, asked, field)
                    for field in ("dataset", "legal_basis")
                    if not any(e and e.key == f"by-{field}" for e in exhibits)
                ),
            )
            if note
        ),
        names=_names(names),
        exhibits=tuple(e for e in exhibits if e),
        requests=_requests(asked, scope, listed, matched),
        nouns=scope.nouns,
        matched=matched,
    )


def _headline(name: str, scope: Scope, total: dict[str, Any] | None, entries: int) -> str:
    if refused(scope, "count"):
        what = "that others quoted" if quoted(scope) else "in this register"
        return f"{name}: {plural(entries, 'entry', 'entries')} {what}"
    if total is None or not (total["requests"] or total["releases"]):
        return f"{name}: {plural(entries, 'row')} in this register, none of which can be counted"
    parts = [
        *([plural(total["requests"], scope.noun)] if total["requests"] is not None else []),
        *([plural(total["releases"], "release")] if total["releases"] is not None else []),
    ]
    first, last = total["first_date"], total["last_date"]
    when = ""
    if first and last and first != last:
        when = f", from {day(first)} to {day(last)}"
    elif first:
        when = f", on {day(first)}"
    least = "at least " if at_least(scope, first) else ""
    return f"{name}: {least}{join_words(parts)}{when}"


def _lead(types: MeasureResult, names: list[dict[str, Any]]) -> str:
    """What kind of body it is counted as, and what else it is called or part of."""
    counted = [RECIPIENT_TYPES[r["group"]] for r in types.dicts() if r["requests"] or r["releases"]]
    parents = sorted({n["parent_recipient"] for n in names if n["parent_recipient"]})
    words = [f"Counted as {join_words([c[:1].lower() + c[1:] for c in counted])}." if counted else ""]
    if parents:
        words.append(f"Part of {join_words(parents)}, and counted under itself.")
    return " ".join(w for w in words if w)


def _names(names: list[dict[str, Any]]) -> Table:
    return Table(
        caption=f"{plural(len(names), 'name')} as published, and why each is this recipient",
        columns=(
            Column(name="published_name", label="Name as published"),
            Column(name="relation", label="What it is"),
            Column(name="entries", label="Rows", kind="count"),
            Column(name="first_edition", label="First edition"),
            Column(name="last_edition", label="Last edition"),
            Column(name="reason", label="Why, as reviewed"),
        ),
        rows=tuple(
            (
                n["published_name"],
                {**RELATIONS, **UNREVIEWED_RELATIONS}.get(n["relation"], n["relation"]),
                n["entries"],
                n["first_edition"],
                n["last_edition"],
                f"{n['reason']} ({n['reviewer']}, {day(n['reviewed'])})" if n["reason"] else None,
            )
            for n in names
        ),
        missing="no review was needed",
    )


def _types(store: Store, scope: Scope, types: MeasureResult) -> Exhibit | None:
    """The types under which it is listed, and when: a type belongs to a request and a day."""
    rows = [r for r in types.dicts() if r["requests"] or r["releases"]]
    if not rows or refused(scope, "count"):
        return None
    rows.sort(key=lambda r: (r["first_date"] or date.max, r["group"]))
    columns = [c for c in ("requests", "releases") if any(r[c] is not None for r in rows)]
    words = [
        RECIPIENT_TYPES[r["group"]].lower() + (f" from {r['first_date'].year}" if r["first_date"] else "")
        for r in rows
    ]
    return Exhibit(
        key="types",
        title=f"It was listed under {plural(len(rows), 'type')}: {join_words(words)}"
        if len(rows) > 1
        else f"It was always listed as {words[0].partition(' from ')[0]}",
        summary=f"The type is that of each {scope.noun} on its own day, in the terms of this site.",
        table=Table(
            caption="Types under which it is listed",
            columns=(
                Column(name="type", label="Type"),
                *(Column(name=c, label=figures.count_label(c, scope), kind="count") for c in columns),
                Column(name="first_date", label="First", kind="date"),
                Column(name="last_date", label="Last", kind="date"),
                Column(name="published_types", label="As published"),
            ),
            rows=tuple(
                (
                    RECIPIENT_TYPES[r["group"]],
                    *(r[c] for c in columns),
                    r["first_date"],
                    r["last_date"],
                    r["published_types"],
                )
                for r in rows
            ),
        ),
        notes=types.notes,
        source=figures.source_words(store, scope),
        measure="recipients",
        query=types.filters.query(),
    )


def _by(store: Store, scope: Scope, asked: Filters, by: str) -> Exhibit | None:
    """What it asked for, by data set or legal basis; None where that is not published or nothing may be counted."""
    if refused(scope, "count") or figures.not_published(store, asked, by):
        return None
    result = measure("recipients", store, filters=replace(asked, by=by))
    rows = [r for r in result.dicts() if r["requests"] or r["releases"]]
    if not rows:
        return None
    columns = [c for c in ("requests", "releases") if any(r[c] is not None for r in rows)]
    unit = columns[-1]
    rows.sort(key=lambda r: (-(r[unit] or 0), str(r["group_label"])))
    label = {"dataset": "data set", "legal_basis": "legal basis"}[by]
    many = {"dataset": "data sets", "legal_basis": "legal bases"}[by]
    known = [r for r in rows if r["group"] != "not_published"]
    most = known[0] if known else None
    title = f"No {label} is published for any of them"
    if most:
        title = f"{plural(len(known), label, many)}; most often {_short(most['group_label'])}"
        title = title if len(known) > 1 else f"One {label}: {_short(most['group_label'])}"
    return Exhibit(
        key=f"by-{by}",
        title=title,
        summary=(f"{plural(most[unit], scope.noun if unit == 'requests' else unit[:-1])} of it. " if most else "")
        + (
            f"{figures.heading(with_article(scope.noun))} counts under each text as published."
            if by == "dataset"
            else "As published, word for word."
        )
        + (f" The first {number(MOST_GROUPS)} are shown." if len(rows) > MOST_GROUPS else ""),
        table=Table(
            caption=f"{figures.heading(scope.nouns)} by {label}, as published",
            columns=(
                Column(name=by, label=label[:1].upper() + label[1:]),
                *(Column(name=c, label=figures.count_label(c, scope), kind="count") for c in columns),
                Column(name="first_date", label="First", kind="date"),
                Column(name="last_date", label="Last", kind="date"),
            ),
            rows=tuple(
                (r["group_label"], *(r[c] for c in columns), r["first_date"], r["last_date"])
                for r in rows[:MOST_GROUPS]
            ),
        ),
        source=figures.source_words(store, scope),
        measure="recipients",
        query=result.filters.query(),
    )  # fmt: skip


def _short(text: str, longest: int = 70) -> str:
    text = str(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _time(store: Store, scope: Scope, asked: Filters) -> tuple[Exhibit | None, str | None]:
    """How long its requests took with the interval, or why that is not given."""
    clocks = measurable(scope)
    if not clocks:
        return None, None if quoted(scope) else estimate(scope, asked).page_words or (
            f"How long its {scope.nouns} took cannot be worked out: the register does not publish both ends of any "
            "clock."
        )  # fmt: skip
    filters = replace(asked, clock=clocks[0])
    if not estimate(scope, filters).curve:
        return None, estimate(scope, filters).page_words
    rows = measure("turnaround", store, filters=filters).dicts()
    events = max((r["events"] or 0 for r in rows), default=0)
    if not enough(events):
        return None, (
            f"Too few of its {scope.nouns} have ended to say how long they usually take {CLOCKS[clocks[0]]}: "
            f"{number(events)}, and {HEADLINE_EVENTS} are needed. Each has its own time on its page."
        )
    return figures.turnaround_exhibit(store, filters), None


def _requests(asked: Filters, scope: Scope, listed: list[dict[str, Any]], matched: int) -> Table:
    dates = [
        (name, label)
        for name, label in (
            ("received_date", "Received"), ("approved_date", "Approved"), ("released_date", "Released"),
            ("closed_date", "Closed"),
        )
        if any(r[name] for r in listed) and (name != "closed_date" or scope.columns["closed"][0] or quoted(scope))
    ]  # fmt: skip
    released = any(r["releases"] > 1 for r in listed)
    return Table(
        caption=plural(matched, scope.noun)
        + (f", the newest {number(MOST_REQUESTS)} of them" if matched > MOST_REQUESTS else ", newest first"),
        columns=(
            Column(name="reference", label="Reference"),
            Column(name="title", label="Title"),
            Column(name="outcome", label="Outcome"),
            *([Column(name="releases", label="Releases", kind="count")] if released else []),
            *(Column(name=name, label=label, kind="date") for name, label in dates),
            Column(name="listed", label="In the latest edition"),
        ),
        rows=tuple(
            (
                reference_words(r["reference"]),
                _short(r["title"], 160) if r["title"] else None,
                OUTCOMES[r["outcome"]],
                *([r["releases"]] if released else []),
                *(r[name] for name, _ in dates),
                "yes" if r["still_listed"] else f"last in {r['last_edition']}",
            )
            for r in listed
        ),
        links=tuple(request_address(str(asked.register), r["reference"], asked) for r in listed),
    )
