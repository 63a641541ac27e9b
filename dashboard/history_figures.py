"""Exhibits of a register's history: what the latest edition changed, what left it, what counting it alone would miss.

As in `dashboard.figures`: titles state the finding, everything is made from measures, None where there is nothing
to show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard import figures
from dashboard.addresses import reference_words, request_address
from dashboard.exhibits import Chart, Column, Exhibit, Series, Table
from dashboard.filters import Filters
from dashboard.measures import change_counts, for_page
from dashboard.measures.refusals import few_left, refused
from dashboard.store import Store
from dashboard.text import day, join_words, number, plural, shown_difference
from dashboard.vocabulary import CHANGES, FIELD_WORDS


MOST_ROWS = 100  # of one table on a page; the CSV has them all
MOST_ADDED = 25  # what came is in the register; what went is nowhere else


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An edition against the one before: how many things it changed by kind, and the rows where they are listed."""

    register: str
    edition: str
    previous: str
    counts: Mapping[str, int]
    rows: tuple[dict[str, Any], ...]
    query: str  # the address query under which `changes` gives these rows

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["kind"] == kind]

    def things(self, kind: str) -> int:
        """How many requests, releases or figures: one may have several values changed."""
        return self.counts.get(kind, 0)


def compare(store: Store, filters: Filters, *, listed: bool = True) -> Comparison | None:
    """The edition named, or the latest known, against the one before; None where there is none before.

    Without `listed` its rows are left unread: an edition of a large register changes more than a sentence needs.
    """
    held = for_page("editions", store, Filters(register=filters.register, known_on=filters.known_on)).dicts()
    order = [row["edition"] for row in held if row["withdrawn_on"] is None]
    later = filters.edition or (order[-1] if order else None)
    if later is None or later not in order or order.index(later) == 0:
        return None
    asked = Filters(
        register=filters.register, recipient=filters.recipient, reference=filters.reference,
        edition=None if filters.known_on else later, known_on=filters.known_on,
    )  # fmt: skip
    counted = [row for row in change_counts(store, **dict(asked.items())) if row["edition"] == later]
    rows = for_page("changes", store, asked).dicts() if listed else []
    return Comparison(
        register=str(filters.register),
        edition=later,
        previous=order[order.index(later) - 1],
        counts={row["kind"]: row["things"] for row in counted},
        rows=tuple(row for row in rows if row["edition"] == later),
        query=asked.query(),
    )


def told(comparison: Comparison) -> list[str]:
    """What changed, kind by kind, in words that follow "since the one before"."""
    words = {
        "added": "added",
        "amended": "amended",
        "typographic": "changed in spelling only",
        "licence_ended": "gone as their licence had ended",
        "left_no_reason_published": "gone with no reason published",
    }
    counts = {kind: comparison.things(kind) for kind in words}
    return [f"{number(count)} {words[kind]}" for kind, count in counts.items() if count]


def title(comparison: Comparison) -> str:
    """The finding: what left unexplained comes first, since only a reader can ask about it."""
    left = comparison.things("left_no_reason_published")
    when = f"the edition of {day_of(comparison.edition)}"
    if left:
        return f"{plural(left, 'entry', 'entries')} left with no reason published, in {when}"
    found = told(comparison)
    return f"In {when}: {join_words(found)}" if found else f"Nothing changed in {when}"


def day_of(edition: str) -> str:
    """ "2020-09-30.2" -> "30 September 2020 (second file)"."""
    from datetime import date

    text, _, again = edition.partition(".")
    return day(date.fromisoformat(text)) + (f" (file {again} of that day)" if again else "")


def _place(row: dict[str, Any]) -> str:
    return f"{row['sheet']}, row {number(row['sheet_row'])}" if row["sheet"] else ""


def _link(register: str, row: dict[str, Any]) -> str | None:
    return (
        None
        if row["about"] == "person_count"
        else request_address(register, row["request"] or row["reference"])
    )


def _name(row: dict[str, Any]) -> str:
    return reference_words(row["reference"])


def _known(row: dict[str, Any]) -> str:
    """What is known of an entry that left, without what the heading of its list has said."""
    words: str = row["words"]
    words = words.removesuffix(f", is not after the day of this edition, {day_of(row['edition'])}.")
    for said in ("Left the register. ", "Left the register, and no reason is published; "):
        words = words.removeprefix(said)
    return figures.heading(words)


def listed_exhibit(store: Store, comparison: Comparison, kind: str) -> Exhibit | None:
    """The entries of one kind that came or went, with their place; the first of them where there are many."""
    rows = comparison.of(kind)
    most = MOST_ADDED if kind == "added" else MOST_ROWS
    if not rows:
        return None
    went = kind != "added"
    place = "Place in the edition before" if went else "Place in the file"
    columns = ("Reference", "Recipient", *(("What is known",) if went else ()), place)
    count = plural(len(rows), "entry", "entries")
    titles = {
        "added": f"{count} added",
        "licence_ended": f"{count} left as the licence had ended",
        "left_no_reason_published": f"{count} left with no reason published",
    }
    return Exhibit(
        key=kind,
        title=titles[kind],
        summary=_against(comparison) + _first(len(rows), most),
        table=Table(
            caption=f"{CHANGES[kind]}: {day_of(comparison.edition)}",
            columns=tuple(Column(name=c, label=c) for c in columns),
            rows=tuple(
                (_name(row), row["recipient"], *((_known(row),) if went else ()), _place(row))
                for row in rows[:most]
            ),
            links=tuple(_link(comparison.register, row) for row in rows[:most]),
        ),
        source=figures.source_words(store, figures.scope_of(store, Filters(register=comparison.register))),
        measure="changes",
        query=comparison.query,
        table_words="Table of entries",
    )


def unexplained_exhibit(store: Store, filters: Filters, comparison: Comparison) -> Exhibit | None:
    """Every entry that left with no reason published, whichever edition it was: what a reader is asked to decide on.

    Where there are more than a page holds, those of the edition compared alone.
    """
    asked = Filters(
        register=comparison.register, recipient=filters.recipient, reference=filters.reference,
        known_on=filters.known_on,
    )  # fmt: skip
    rows = store.query("left_unexplained", replace(asked, limit=MOST_ROWS + 1)).dicts()
    if len(rows) > MOST_ROWS or {row["edition"] for row in rows} <= {comparison.edition}:
        return listed_exhibit(store, comparison, "left_no_reason_published")
    here = sum(row["edition"] == comparison.edition for row in rows)
    last = [row for row in rows if row["edition"] == rows[-1]["edition"]]
    return Exhibit(
        key="left_no_reason_published",
        title=f"{_name(last[0]) if len(last) == 1 else plural(len(last), 'entry', 'entries')} "
        f"{'was' if len(last) == 1 else 'were'} the latest to leave with no reason published, "
        f"in the edition of {day_of(last[0]['edition'])}",
        summary=f"All {number(len(rows))} that were listed and are listed no more, with nothing published to say why; "
        f"{number(here) if here else 'none'} of them left in the edition of {day_of(comparison.edition)}.",
        table=Table(
            caption=f"{CHANGES['left_no_reason_published']}: every edition, the oldest first",
            columns=tuple(
                Column(name=c, label=c)
                for c in ("Reference", "Recipient", "Missing from", "What is known", "Place in the edition before")
            ),
            rows=tuple(
                (_name(row), row["recipient"], day_of(row["edition"]), _known(row), _place(row)) for row in rows
            ),
            links=tuple(_link(comparison.register, row) for row in rows),
        ),
        source=figures.source_words(store, figures.scope_of(store, Filters(register=comparison.register))),
        measure="changes",
        query=asked.query(),
        table_words="Table of entries",
    )  # fmt: skip


def amended_exhibit(store: Store, comparison: Comparison, kind: str = "amended") -> Exhibit | None:
    """Values that changed, both of them beside one another; long texts from where they begin to differ."""
    rows = comparison.of(kind)
    if not rows:
        return None
    values = plural(len(rows), "value")
    entries = plural(comparison.things(kind), "entry", "entries")
    shown = [(*shown_difference(row["before"], row["after"]), row) for row in rows[:MOST_ROWS]]
    fields = Counter(FIELD_WORDS.get(row["field"], row["field"]) for row in rows)
    most, times = fields.most_common(1)[0]
    return Exhibit(
        key=kind,
        title=f"{values} amended on {entries}" if kind == "amended" else f"{values} differ in spelling only",
        summary=f"{_against(comparison)} Most often changed: {most.lower()} ({number(times)})." + _first(len(rows)),
        table=Table(
            caption=f"{CHANGES[kind]} in the edition of {day_of(comparison.edition)}",
            columns=tuple(Column(name=c, label=c) for c in ("Reference", "What", "Before", "After")),
            rows=tuple(
                (_name(row), FIELD_WORDS.get(row["field"], row["field"]), before, after)
                for before, after, row in shown
            ),
            links=tuple(_link(comparison.register, row) for _, _, row in shown),
            missing="nothing",
        ),
        source=figures.source_words(store, figures.scope_of(store, Filters(register=comparison.register))),
        measure="changes",
        query=comparison.query,
        table_words="Table of values",
    )  # fmt: skip


def _against(comparison: Comparison) -> str:
    return f"The edition of {day_of(comparison.edition)} against that of {day_of(comparison.previous)}."


def _first(count: int, most: int = MOST_ROWS) -> str:
    return f" The first {number(most)} are shown; the CSV has all." if count > most else ""


def by_edition_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """How much each edition changed; None where there are fewer than two comparisons."""
    asked = Filters(register=filters.register, known_on=filters.known_on)
    counts = change_counts(store, **dict(asked.items()))
    editions = list(dict.fromkeys(row["edition"] for row in counts))
    if len(editions) < 2:
        return None
    number_of = {(row["edition"], row["kind"]): row["changes"] for row in counts}
    drawn = ("added", "amended", "licence_ended", "left_no_reason_published")

    def series(kind: str) -> tuple[int, ...]:
        return tuple(number_of.get((edition, kind), 0) for edition in editions)

    left = series("left_no_reason_published")
    total = sum(left)
    most = max(range(len(editions)), key=lambda i: left[i])
    return Exhibit(
        key="by-edition",
        title=f"{plural(total, 'entry', 'entries')} left with no reason published over "
        f"{plural(len(editions), 'edition')}"
        if total
        else f"No entry left unexplained over {plural(len(editions), 'edition')}",
        summary=(
            f"Most left without a reason in the edition of {day_of(editions[most])} ({number(left[most])}). "
            if left[most] > 1
            else "In no edition did more than one leave so. "
            if total
            else ""
        )
        + "Each edition against the one before; values amended are counted one by one.",
        chart=Chart(
            kind="columns",
            x=tuple(editions),
            x_label="Edition",
            y_label="changes",
            series=tuple(Series(key=k, label=CHANGES[k], values=series(k)) for k in drawn),
            links=tuple(
                "/changes?" + Filters(register=filters.register, edition=edition).query() for edition in editions
            ),
        ),
        table=Table(
            caption="Changes by edition",
            columns=(
                Column(name="edition", label="Edition"),
                *(Column(name=kind, label=label, kind="count") for kind, label in CHANGES.items()),
            ),
            rows=tuple(
                (edition, *(number_of.get((edition, kind), 0) for kind in CHANGES)) for edition in editions
            ),
            links=tuple(
                "/changes?" + Filters(register=filters.register, edition=edition).query() for edition in editions
            ),
        ),
        source=figures.source_words(store, figures.scope_of(store, asked)),
        measure="changes",
        query=asked.query(),
    )  # fmt: skip


def ever_seen_exhibit(store: Store, filters: Filters) -> Exhibit | None:
    """What counting only the latest edition would miss, year by year."""
    scope = figures.scope_of(store, filters)
    if refused(scope, "count"):
        return None
    asked = Filters(register=filters.register, known_on=filters.known_on, interval="year")
    result = for_page("ever-seen", store, asked)
    rows = [row for row in result.dicts() if row["interval_start"] is not None]
    if not rows or len(for_page("editions", store, Filters(register=filters.register)).rows) < 2:
        return None
    ever = sum(row["ever_seen"] for row in rows)
    missed = ever - sum(row["still_listed"] for row in rows)
    years = tuple(str(row["interval_start"].year) for row in rows)
    worst = max(rows, key=lambda row: row["ever_seen"] - row["still_listed"])
    return Exhibit(
        key="ever-seen",
        title=f"Counting only the latest edition would miss {number(missed)} of {plural(ever, scope.noun)}"
        if missed
        else f"The latest edition still lists all {plural(ever, scope.noun)} ever seen",
        summary=(
            f"The year that has lost most is {worst['interval_start'].year}, with "
            f"{number(worst['still_listed'])} of {number(worst['ever_seen'])} still listed. "
            if missed
            else ""
        )
        + f"{figures.heading(scope.nouns)} by their own first day.",
        chart=Chart(
            kind="columns",
            x=years,
            x_label="Year",
            y_label=scope.nouns,
            series=(
                Series(key="ever_seen", label="Ever seen", values=tuple(r["ever_seen"] for r in rows)),
                Series(key="still_listed", label="Still listed", values=tuple(r["still_listed"] for r in rows)),
            ),
        ),
        table=Table(
            caption=f"{figures.heading(scope.nouns)} ever seen and still listed, by year",
            columns=(
                Column(name="year", label="Year"),
                Column(name="ever_seen", label="Ever seen", kind="count"),
                Column(name="still_listed", label="Still listed", kind="count"),
            ),
            rows=tuple(
                (
                    year + (", at least" if few_left(scope, row["interval_start"]) else ""),
                    row["ever_seen"],
                    row["still_listed"],
                )
                for year, row in zip(years, rows, strict=True)
            ),
        ),
        notes=result.notes,
        source=figures.source_words(store, scope),
        measure="ever-seen",
        query=asked.query(),
    )  # fmt: skip


def edition_words(editions: Sequence[dict[str, Any]]) -> str:
    """How many editions are held, in words."""
    return "one edition is held" if len(editions) == 1 else f"{plural(len(editions), 'edition')} are held"
