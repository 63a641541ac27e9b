"""What came since the review before, and what of the older counts moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from markupsafe import Markup

from dashboard import figures
from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.ledger import Source
from dashboard.measures import scopes
from dashboard.measures.refusals import few_left
from dashboard.review.parts import Parts, Shown, ledger_source
from dashboard.text import day, plural


class Changes(Parts):
    """Editions since last April, and revisions."""

    def changes(self) -> Shown:
        """What came since the review before, as far as editions tell."""
        result = self._measure(
            "editions", "editions", Filters(register=self.choice.register, known_on=self.choice.known_on)
        )
        before = date(self.choice.year - 1, 4, 30)
        new = [
            r for r in result.dicts() if r["withdrawn_on"] is None and (r["published"] or r["as_at"]) > before
        ]
        names = tuple(r["edition"] for r in new)
        source = ledger_source(result, where=(("edition", names),), counted=True)
        known = replace(result.filters, known_on=before)
        earlier = Source(measure="editions", filters=known, columns=(), rows=())
        if new:
            words = f"{plural(len(new), 'edition')} came after {day(before)}, the last as at {day(new[-1]['as_at'])}."
        else:
            words = f"No edition came after {day(before)}: this review rests on what the one before could rest on."
        self._say("changes", words, source, earlier)
        parts = [self._part("said", words=[words]), *self._revised(before)]
        parts.append(
            self._part(
                "later",
                words="Which entries were added, changed or left, and what was done since last April.",
            )
        )
        return self._section("changes", parts)

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
