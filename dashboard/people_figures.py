"""Exhibits of people: what the Home Office, police and courts asked for and got, as published, each in its unit.

Bodies and units are never added to one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dashboard import figures
from dashboard.exhibits import Chart, Column, Exhibit, Series, Table
from dashboard.filters import Filters
from dashboard.measures import for_page
from dashboard.measures.refusals import DERIVED_PEOPLE, people
from dashboard.store import Store
from dashboard.text import day, join_words, number, percent, plural


MOST_BODIES = 3  # named in a title
MOST_COLUMNS = 16  # periods drawn as columns; more are lines


def totals(store: Store, filters: Filters) -> list[dict[str, Any]]:
    """What stands, by body and unit, added up over periods that do not overlap; empty sums are None."""
    return [
        row
        for row in store.query("person_totals", filters).dicts()
        if not row["overlapping"] and row["requested"] is not None and row["supplied"] is not None
    ]


def counts_of(store: Store, filters: Filters) -> Filters | None:
    """The question whose counts of people belong to a register: its own, else those of another register of the same
    publisher, as known then; None where neither has any."""
    own = Filters(
        register=filters.register,
        from_=filters.from_,
        to=filters.to,
        edition=filters.edition,
        known_on=filters.known_on,
    )
    if for_page("person-counts", store, own).rows:
        return own
    beside = _of_the_publisher(store, own)
    return next((asked for asked in beside if for_page("person-counts", store, asked).rows), None)


def _of_the_publisher(store: Store, filters: Filters) -> list[Filters]:
    """The same question of the publisher's other registers, as known when the edition asked for was new."""
    listed = store.query("registers").dicts()
    mine = next(row for row in listed if row["register"] == filters.register)
    then = filters.known_on
    if filters.edition:
        scope = figures.scope_of(store, filters)
        then = scope.published or scope.as_at
    return [
        replace(filters, register=row["register"], edition=None, known_on=then)
        for row in listed
        if row["register"] != mine["register"]
        and (row["publisher"], row["synthetic"]) == (mine["publisher"], mine["synthetic"])
    ]


def people_exhibits(store: Store, filters: Filters) -> list[Exhibit]:
    """One exhibit a body and unit, the body with most asked for first."""
    filters = Filters(
        register=filters.register,
        from_=filters.from_,
        to=filters.to,
        edition=filters.edition,
        known_on=filters.known_on,
    )
    rows = for_page("person-counts", store, filters).dicts()
    summed = {(t["body"], t["unit"]): t for t in totals(store, filters)}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["body"], row["unit"]), []).append(row)
    order = sorted(found, key=lambda key: (-(summed.get(key, {}).get("requested") or 0), key))
    return [_of_body(store, filters, key, found[key], summed.get(key)) for key in order]


def people_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """The body with most asked for, in this register or another of its publisher; what others were told of such bodies
    where neither has counts; None where nothing is known of them."""
    asked = counts_of(store, filters)
    if asked is None:
        every = (filters, *_of_the_publisher(store, filters))
        return next((e for f in every if (e := outside_people_exhibit(store, f))), None)
    exhibit = people_exhibits(store, asked)[0]
    if asked.register == filters.register:
        return exhibit
    where = figures.scope_of(store, asked).short_title
    return replace(exhibit, summary=f"{exhibit.summary} From another register of the publisher: {where}.")


def key_of(body: str, unit: str) -> str:
    """The name of the exhibit of a body and unit."""
    return f"people-{body}-{unit}".lower().replace(" ", "-")


def _of_body(
    store: Store,
    filters: Filters,
    key: tuple[str, str],
    rows: Sequence[dict[str, Any]],
    total: dict[str, Any] | None,
) -> Exhibit:
    body, unit = key
    scope = figures.scope_of(store, filters)
    if scope.synthetic:  # these bodies are real, and asked for nothing of the kind
        body = f"{body} (invented figures)"
    current = [row for row in rows if row["status"] == "current" and row["period_start"] is not None]
    superseded = len(rows) - sum(row["status"] == "current" for row in rows)
    with_people = any(row["people"] is not None for row in rows)
    title, summary = _words(body, unit, current, total, superseded)
    held_back = any(row["not_supplied"] is None and row["requested"] is not None for row in rows)
    notes = [f"Not supplied is asked for less supplied; under {DERIVED_PEOPLE} people it is not given."]
    return Exhibit(
        key=key_of(*key),
        title=title,
        summary=summary,
        chart=_chart(current, unit) if len(current) > 1 else None,
        table=Table(
            caption=f"{body}: {unit} by period, as published",
            columns=(
                Column(name="period", label="Period"),
                Column(name="requested", label=f"Asked for, {unit}", kind="count"),
                Column(name="supplied", label=f"Supplied, {unit}", kind="count"),
                Column(name="not_supplied", label=f"Not supplied, {unit}", kind="count"),
                *((Column(name="people", label="Pupils", kind="count"),) if with_people else ()),
                Column(name="status", label="Status"),
            ),
            rows=tuple(
                (
                    row["period"], row["requested"], row["supplied"],
                    row["not_supplied"] if row["not_supplied"] is not None else "not given",
                    *((row["people"],) if with_people else ()),
                    row["status"] + (f" by the edition of {row['superseded_by']}" if row["superseded_by"] else ""),
                )
                for row in rows
            ),
        ),
        notes=tuple(notes) if held_back else (),
        source=figures.source_words(store, scope),
        measure="person-counts",
        query=filters.query(),
    )  # fmt: skip


def _words(
    body: str, unit: str, current: Sequence[dict[str, Any]], total: dict[str, Any] | None, superseded: int
) -> tuple[str, str]:
    revised = (
        f" {plural(superseded, 'figure')} {'was' if superseded == 1 else 'were'} corrected later."
        if superseded
        else ""
    )
    if total is None or not current:
        return (
            f"{body}: {unit} asked for and supplied, as published",
            f"By period; no total can be given.{revised}",
        )
    asked, given = total["requested"], total["supplied"]
    if unit in ("individuals", "records") and (people(asked) is None or people(given) is None):
        return f"{body}: under {DERIVED_PEOPLE} {unit} in all", f"Too few for a total of ours.{revised}"
    share = f" ({percent(given / asked)})" if asked else ""
    span = f"from {day(total['period_start'])} to {day(total['period_end'])}"
    most = max(current, key=lambda row: row["requested"] or 0)
    return (
        f"{body}: {number(given)} of {number(asked)} {unit}{share} resulted in data being supplied"
        if unit == "requests"
        else f"{body}: {number(given)} of {number(asked)} {unit} asked for were supplied{share}",
        f"Added up over {plural(total['periods'], 'period')} {span}, as published; most were asked for in "
        f"{most['period']} ({number(most['requested'])}).{revised}",
    )


def _chart(current: Sequence[dict[str, Any]], unit: str) -> Chart:
    return Chart(
        kind="columns" if len(current) <= MOST_COLUMNS else "lines",
        x=tuple(_axis(row) for row in current),
        x_label="Period",
        y_label=unit,
        series=(
            Series(key="requested", label="Asked for", values=tuple(row["requested"] for row in current)),
            Series(key="supplied", label="Supplied", values=tuple(row["supplied"] for row in current)),
        ),
    )


def _axis(row: dict[str, Any]) -> str:
    months = (
        (row["period_end"].year - row["period_start"].year) * 12
        + row["period_end"].month
        - row["period_start"].month
    )
    interval = {0: "month", 2: "quarter", 11: "year"}.get(months)
    return figures.axis_words(row["period_start"], interval) if interval else str(row["period"])


def outside_people_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """What Parliament and others were told of such bodies, a correction beside what it corrects; None without any."""
    asked = Filters(register=filters.register, known_on=filters.known_on)
    result = for_page("published-figures", store, asked)
    rows = [row for row in result.dicts() if row["body"]]
    if not rows:
        return None
    corrected = sum(row["status"] == "superseded" for row in rows)
    bodies = list(dict.fromkeys(row["body"] for row in rows))
    whom = join_words(bodies) if len(bodies) <= MOST_BODIES else "these bodies"
    return Exhibit(
        key="outside-people",
        title=f"{plural(len(rows), 'figure')} on {whom} {'was' if len(rows) == 1 else 'were'} published elsewhere"
        + (f", {number(corrected)} of them corrected since" if corrected else ""),
        summary="As their sources give them, each in its unit; a correction stands beside the figure it corrects.",
        table=Table(
            caption="Figures that others published",
            columns=tuple(
                Column(name=n, label=label, kind="count" if n == "value" else "text")
                for n, label in (
                    ("body", "Body"), ("measure", "What"), ("period", "Period"), ("value", "Figure"), ("unit", "Unit"),
                    ("status", "Status"), ("source", "Source"),
                )
            ),
            rows=tuple(
                (
                    row["body"], row["measure"], _period(row), row["value"], row["unit"], row["status"], row["source"],
                )
                for row in rows
            ),
        ),
        source="Each row names its own; addresses are in the CSV.",
        measure="published-figures",
        query=asked.query(),
        table_words="Table of figures",
    )  # fmt: skip


def _period(row: dict[str, Any]) -> str:
    start, end = row["period_start"], row["period_end"]
    if start is None and end is None:
        return "not stated"
    return f"from {day(start)}" if end is None else f"{day(start)} to {day(end)}"
