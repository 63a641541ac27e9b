"""What came since the review before, what of the older figures moved, and what explains it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from dashboard import __version__, figures
from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.ledger import Source
from dashboard.measures import MeasureResult, change_counts, measure, scopes
from dashboard.measures.refusals import few_left, refused
from dashboard.own_code import code_hash
from dashboard.review import since
from dashboard.review.parts import Parts, Shown, ledger_source
from dashboard.reviews import Review
from dashboard.text import day, join_words, number, plural
from dashboard.vocabulary import CHANGES


NOTEBOOK = "april_review.ipynb"
MOST_LISTED = 20_000  # changes that are listed one by one in a table of the report
MOST_SHOWN = 40  # rows of a table on the page; its CSV has all
REASONS = ("kind", "what", "on", "reason")
CORRECTIONS = (
    "edition",
    "sheet",
    "sheet_row",
    "column",
    "field",
    "before",
    "after",
    "on",
    "reason",
    "correction",
)
NAMES = ("spelling", "recipient", "relation", "reviewed", "reason")
# What came of entries, in words that follow a number.
TOLD = {
    "added": ("entry added", "entries added"),
    "amended": ("value amended", "values amended"),
    "typographic": ("value changed in spelling only", "values changed in spelling only"),
    "licence_ended": ("entry gone as its licence had ended", "entries gone as their licence had ended"),
    "left_no_reason_published": (
        "entry gone with no reason published",
        "entries gone with no reason published",
    ),
}


class Changes(Parts):
    """Since last April: editions, entries, actions, figures that moved and the reasons."""

    def changes(self) -> Shown:
        """What came since the review before, what was done, and what of what it said is other now."""
        before = date(self.choice.year - 1, 4, 30)
        said = [self._compared_with(), self._new_editions(before)]
        parts = [self._part("said", words=said), *self._entries(before), *self._actions(before)]
        parts += [*self._then_and_now(), *self._revised(before), *self._reasons(before)]
        return self._section("changes", parts)

    def _compared_with(self) -> str:
        """Which review this one is compared with, or that there is none."""
        april = f"April {self.choice.year - 1}"
        if self.earlier is None:
            words = f"No review of {april} is held here: editions are compared, and no figure with what was said then."
        else:
            build = str(self.earlier.manifest.get("build"))
            self.ledger.quoted += (self.earlier.folder.name, build)
            words = (
                f"Compared with the review of {april}, render {self.earlier.folder.name} from build {build}."
            )
        return self._say("changes", words, self._period())

    def _new_editions(self, before: date) -> str:
        result = self._measure(
            "editions", "editions", Filters(register=self.choice.register, known_on=self.choice.known_on)
        )
        new = self._came_after(result, before)
        source = ledger_source(result, where=(("edition", tuple(r["edition"] for r in new)),), counted=True)
        known = replace(result.filters, known_on=before)
        earlier = Source(measure="editions", filters=known, columns=(), rows=())
        if new:
            words = f"{plural(len(new), 'edition')} came after {day(before)}, the last as at {day(new[-1]['as_at'])}."
        else:
            words = f"No edition came after {day(before)}: this review rests on what the one before could rest on."
        return self._say("changes", words, source, earlier)

    @staticmethod
    def _came_after(editions: MeasureResult, before: date) -> list[dict[str, Any]]:
        return [
            r
            for r in editions.dicts()
            if r["withdrawn_on"] is None and (r["published"] or r["as_at"]) > before
        ]

    def _entries(self, before: date) -> list[Markup]:
        """What each edition since then added, amended and no longer lists."""
        if not self._came_after(self._editions(), before):
            return []
        asked = Filters(
            register=self.choice.register, from_=before + timedelta(days=1), to=self.choice.known_on,
            known_on=self.choice.known_on,
        )  # fmt: skip
        if no_change := refused(self.scope, "change"):
            return [self._part("silent", words=[str(no_change)])]
        counts = change_counts(self.store, **dict(asked.items()))
        if not counts:
            return []
        of_kind: Counter[str] = Counter()
        for row in counts:
            of_kind[row["kind"]] += row["changes"]
        told = [plural(of_kind[kind], *words) for kind, words in TOLD.items() if of_kind[kind]]
        words = f"After {day(before)}: {join_words(told)}"
        source = Source(
            measure="changes", filters=asked, columns=(), rows=(),
            tallied=tuple(("kind", kind, of_kind[kind]) for kind in TOLD),
        )  # fmt: skip
        self._say(
            "changes",
            words,
            source,
            Source(measure="changes", filters=Filters(known_on=before), columns=(), rows=()),
        )
        number_of = {(r["edition"], r["kind"]): r["changes"] for r in counts}
        editions = list(dict.fromkeys(r["edition"] for r in counts))
        table = Table(
            caption=f"What each edition that came after {day(before)} changed, against the one before it",
            columns=(
                Column(name="edition", label="Edition"),
                *(Column(name=kind, label=label, kind="count") for kind, label in CHANGES.items()),
            ),
            rows=tuple((e, *(number_of.get((e, kind), 0) for kind in CHANGES)) for e in editions),
        )
        total = sum(of_kind.values())
        csv, notes = "", ["Values amended are counted one by one; entries once."]
        if total <= MOST_LISTED:
            notes += self._measure("changes", "changes-since-last-april", asked).notes
            csv = self._csv("changes-since-last-april")
        else:
            notes.append(
                "They are too many to list in a report: 'access-review changes' lists those of an edition."
            )
        return [
            self._part(
                "plain_table", heading=words, key="changes-since-last-april", measure="changes", table=table,
                csv=csv, notes=notes,
            )
        ]  # fmt: skip

    def _actions(self, before: date) -> list[Markup]:
        """The commitments of which more is known than last April, as recorded from published sources."""
        asked = Filters(register=self.choice.register, known_on=self.choice.known_on)
        now = measure("commitments", self.store, filters=asked)
        rows = now.dicts()
        if not rows:
            return []
        then = {
            r["ref"]: r
            for r in measure("commitments", self.store, filters=replace(asked, known_on=before)).dicts()
        }
        moved = [r for r in rows if _moved(then.get(r["ref"]), r)]
        every = ledger_source(now, counted=True)
        some = ledger_source(now, where=(("ref", tuple(r["ref"] for r in moved)),), counted=True)
        of = plural(len(rows), "commitment")
        words = (
            f"Of {of} on record, more is known of {number(len(moved))} than on {day(before)}"
            if moved
            else f"Of {of} on record, nothing more is known than on {day(before)}"
        )
        at = Source(measure="commitments", filters=replace(asked, known_on=before), columns=(), rows=())
        self._say("changes", words, *([some] if moved else []), every, at)
        if not moved:
            return [self._part("said", words=[f"{words}."])]
        table = Table(
            caption="Actions since last April: commitments of which more is known",
            columns=(
                Column(name="ref", label="Ref"),
                Column(name="text", label="We asked for"),
                Column(name="then", label=f"Known on {day(before)}"),
                Column(name="now", label=f"Known on {day(self.choice.known_on)}"),
            ),
            rows=tuple((r["ref"], r["text"], _known(then.get(r["ref"])), _known(r)) for r in moved),
        )
        return [
            self._part(
                "plain_table", heading=words, key="actions", measure="commitments", table=table,
                csv="", notes=("Each with its source in the section on commitments.",),
            )
        ]  # fmt: skip

    def _then_and_now(self) -> list[Markup]:
        """Each figure that the review before quoted of a period already over, and what it is now."""
        if self.earlier is None:
            return []
        found = since.figures_then(
            self.store, self.earlier, self.choice.known_on, same_code=self._same_code(self.earlier)
        )
        if not found:
            return []
        moved = [f for f in found if f.moved]
        self._write("figures-of-last-april", since.COLUMNS, [[f.row for f in found]])
        source = self._own("figures-of-last-april", since.COLUMNS, [f.row for f in found], "moved")
        april = f"April {self.choice.year - 1}"
        of = f"the {plural(len(found), 'figure')} that the review of {april} gave for periods already over"
        some = number(len(moved)) if moved else "None"
        words = f"{some} of {of} {'has' if len(moved) < 2 else 'have'} changed"
        self._say("changes", words, source, self._period())
        if not moved:
            return [self._part("said", words=[f"{words}."])]
        table = Table(
            caption=f"Figures of the review of {april} that have changed",
            columns=(
                Column(name="sentence", label="It said"),
                Column(name="then", label="Then"),
                Column(name="now", label="Now"),
                Column(name="why", label="Because of"),
            ),
            rows=tuple(since.by_sentence(moved)[:MOST_SHOWN]),
        )
        notes = [
            "The same measure, filters and place, asked of what is known now. Because of later editions: asked as "
            "known then, it still gives what was said. Because of corrections, names, withdrawals or method: the "
            "editions known then now give another figure."
        ]
        if len(moved) > MOST_SHOWN:
            notes.append(f"The first {number(MOST_SHOWN)} are shown; the CSV has all.")
        return [
            self._part(
                "plain_table", heading=words, key="figures-of-last-april", table=table,
                csv=self._csv("figures-of-last-april"), notes=notes,
            )
        ]  # fmt: skip

    def _reasons(self, before: date) -> list[Markup]:
        """Why figures of the past may be other than they were: corrections, reviewed names, replaced editions,
        method. Against the review before where there is one, else by the day each was made."""
        rows = [*self._corrections(before), *self._names(before), *self._replaced(before)]
        said = self._method(self.earlier) if self.earlier else []
        then = "that review" if self.earlier else day(before)
        at = Source(measure="editions", filters=Filters(known_on=before), columns=(), rows=())
        if not rows:
            words = f"No correction, reviewed name or replaced edition is new since {then}."
            self._say("changes", words, at)
            return [self._part("said", words=[*said, words])]
        self._write("reasons-since-last-april", REASONS, [rows])
        source = self._own("reasons-since-last-april", REASONS, rows, "kind")
        kinds = Counter(r[0] for r in rows)
        parts = [
            plural(kinds[kind], *words)
            for kind, words in (
                ("correction", ("correction of a source error", "corrections of source errors")),
                ("name", ("reviewed name", "reviewed names")),
                ("edition replaced", ("replaced edition", "replaced editions")),
                ("edition left out", ("edition left out", "editions left out")),
            )
            if kinds[kind]
        ]
        words = f"New since {then}, and applied to every year: {join_words(parts)}"
        self._say("changes", words, source, at)
        if self.earlier is None:
            listed = f"{self._csv('reasons-since-last-april')} lists each with its reason."
            return [self._part("said", words=[f"{words}. {listed}"])]
        table = Table(
            caption="What may have changed figures of the past",
            columns=(
                Column(name="what", label="What"),
                Column(name="kind", label="Kind"),
                Column(name="on", label="On", kind="date"),
                Column(name="reason", label="Reason"),
            ),
            rows=tuple((what, kind.capitalize(), on, reason) for kind, what, on, reason in rows[:MOST_SHOWN]),
            missing="not stated",
        )
        notes = (
            [f"The first {number(MOST_SHOWN)} are shown; the CSV has all."] if len(rows) > MOST_SHOWN else []
        )
        table_part = self._part(
            "plain_table", heading=words, key="reasons-since-last-april", table=table,
            csv=self._csv("reasons-since-last-april"), notes=notes,
        )  # fmt: skip
        return [*([self._part("said", words=said)] if said else []), table_part]

    def _corrections(self, before: date) -> list[tuple[Any, ...]]:
        asked = Filters(register=self.choice.register, known_on=self.choice.known_on)
        result = self._measure("corrections", "corrections", asked)
        rows = result.dicts()
        listed = since.table_of(self.earlier, "corrections") if self.earlier else None
        new = (
            [r for r in rows if r["on"] > before]
            if listed is None
            else since.not_in(rows, listed, CORRECTIONS)
        )
        return [
            (
                "correction",
                f"Edition {r['edition']}, sheet {r['sheet']}, row {r['sheet_row']}, {r['field']}: "
                f"{r['before'] or 'nothing'} is read as {r['after'] or 'nothing'}",
                r["on"], r["reason"],
            )
            for r in new
        ]  # fmt: skip

    def _names(self, before: date) -> list[tuple[Any, ...]]:
        result = self.store.query("names_reviewed", Filters(register=self.choice.register))
        rows = result.dicts()
        self._write("reviewed-names", result.columns, [result.rows])
        listed = since.table_of(self.earlier, "reviewed-names") if self.earlier else None
        new = (
            [r for r in rows if r["reviewed"] and r["reviewed"] > before]
            if listed is None
            else since.not_in(rows, listed, NAMES)
        )
        said = {
            "same": "is", "trading_name_of": "is a trading name of", "renamed": "is now", "part_of": "is part of",
            "different": "is another than",
        }  # fmt: skip
        return [
            (
                "name",
                f"{r['spelling']} {said.get(r['relation'], r['relation'])} {r['recipient']}",
                r["reviewed"],
                r["reason"],
            )
            for r in new
        ]

    def _replaced(self, before: date) -> list[tuple[Any, ...]]:
        """Files that took another's place since, and those that the review before used and this one does not."""
        editions = self._editions()
        rows = editions.dicts()
        here = {(r["edition"], r["sha256"]) for r in rows if r["withdrawn_on"] is None}
        reasons = {r["edition"]: r["withdrawn_reason"] for r in rows}
        told: list[tuple[Any, ...]] = [
            (
                "edition replaced",
                f"Edition {r['edition']} takes the place of {r['replaces']}",
                r["published"],
                None,
            )
            for r in self._came_after(editions, before)
            if r["replaces"]
        ]
        for then in (self.earlier.manifest.get("editions") or []) if self.earlier else []:
            if (then.get("edition"), then.get("sha256")) not in here:
                what = f"Edition {then.get('edition')} was used then and is not now"
                told.append(("edition left out", what, None, reasons.get(str(then.get("edition")))))
        return told

    def _method(self, earlier: Review) -> list[str]:
        """Whether code and definitions are those of the review before."""
        if self._same_code(earlier):
            return ["The review before was made by the same code, so no method has changed."]
        version = str((earlier.manifest.get("code") or {}).get("version"))
        listed = earlier.manifest.get("definitions")
        then = listed if isinstance(listed, dict) else {}
        changed = [name for name, text in self._definitions().items() if name in then and then[name] != text]
        words = f"The review before was made by other code: access-review {version}; this is {__version__}. "
        self.ledger.quoted += (version, __version__)
        if changed:
            words += f"Defined otherwise since: {join_words(changed)}."
        else:
            words += (
                "No measure that both use is defined otherwise."
                if then
                else "How it defined them is not recorded."
            )
        return [self._say("changes", words, self._period())]

    def _same_code(self, earlier: Review) -> bool:
        code = earlier.manifest.get("code") or {}
        return bool(code.get("sha256") == code_hash(self.store.settings.notebooks / NOTEBOOK))

    def _own(self, key: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], column: str) -> Source:
        """A table of the report itself as what a sentence counts: its rows, and those with each value of a column."""
        place = columns.index(column)
        counts = Counter(str(row[place]) for row in rows)
        return Source(
            measure="", filters=Filters(), columns=columns, rows=tuple(rows), counted=True, table=self._csv(key),
            tallied=tuple((column, value, count) for value, count in counts.items()),
        )  # fmt: skip

    def _revised(self, before: date) -> list[Markup]:
        """The yearly counts as known last April, beside those known now."""
        counted = figures.main_count(self.scope)
        if counted is None:
            return []
        column, label, noun, _ = counted
        end = date(before.year - 1, 12, 31)
        then_filters = Filters(register=self.choice.register, known_on=before, to=end, interval="year")
        if not scopes(self.store, then_filters):
            words = f"No edition held here was published by {day(before)}, so no revision can be seen."
            self._say("changes", words, Source(measure="volumes", filters=then_filters, columns=(), rows=()))
            return [self._part("said", words=[words])]
        then = self._measure("volumes", "volumes-known-last-april", then_filters)
        now = self._measure(
            "volumes", "volumes-of-those-years-now", replace(then_filters, known_on=self.choice.known_on)
        )
        earlier = {r["interval_start"]: r[column] for r in then.dicts() if r["interval_start"]}
        rows = [
            (
                str(start.year) + (", at least" if few_left(self.scope, start) else ""),
                earlier[start],
                value,
                value - earlier[start],
            )
            for start, value in zip(now.column("interval_start"), now.column(column), strict=True)
            if start and value is not None and earlier.get(start) is not None
        ]
        moved = [r for r in rows if r[3]]
        if rows:
            have = "has" if len(moved) < 2 else "have"
            years = plural(len(rows), "year")
            words = (
                f"{len(moved) or 'None'} of the {years} that could be counted last April {have} changed since"
            )
        else:
            words = f"No yearly number of {noun}s could be compared with last April's."
        if not rows:
            self._say("changes", words, ledger_source(now))
            return [self._part("said", words=[words])]
        all_, some = (
            ledger_source(
                now, where=(("interval_start", tuple(date(int(r[0][:4]), 1, 1) for r in some)),), counted=True
            )
            for some in (rows, moved)
        )
        self._say("changes", words, all_, some)
        table = Table(
            caption=f"{label}: known on {day(before)}, and known on {day(self.choice.known_on)}",
            columns=(
                Column(name="year", label="Year"),
                Column(name="then", label=f"Known on {day(before)}", kind="count"),
                Column(name="now", label=f"Known on {day(self.choice.known_on)}", kind="count"),
                Column(name="difference", label="Difference", kind="count"),
            ),
            rows=tuple(rows),
            missing="not known then",
        )
        return [
            self._part(
                "plain_table",
                heading=words,
                key="revised",
                table=table,
                csv="",
                notes=now.notes,
                measure="volumes",
            )
        ]


def _moved(then: dict[str, Any] | None, now: dict[str, Any]) -> bool:
    """Whether more is known of a commitment: it is new, or its progress, next step or standing is another."""
    if then is None:
        return True
    return any(then[k] != now[k] for k in ("progress", "next", "status", "overdue"))


def _known(row: dict[str, Any] | None) -> str:
    if row is None:
        return "not made yet"
    words = str(row["progress"] or "no progress published")
    return words + ("; overdue" if row["overdue"] else "")
