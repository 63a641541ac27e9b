"""What was asked and promised, and what others published."""

from __future__ import annotations

from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.review.parts import Parts, Shown, ledger_source, period_words, unique
from dashboard.text import day


class Record(Parts):
    """Commitments and outside figures."""

    def commitments(self) -> Shown:
        """What was asked, what is known of it, what comes next; as recorded, never guessed."""
        filters = Filters(register=self.choice.register, known_on=self.choice.known_on)
        result = self._measure("commitments", "commitments", filters)
        rows = result.dicts()
        if not rows:
            words = "No commitment is recorded for this register."
            if self.scope.synthetic:
                words += " Commitments made about real registers are not shown beside synthetic data."
            return self._section("commitments", [self._part("silent", words=[words])])
        table = Table(
            caption="Commitments, suggestions and expectations on record",
            columns=(
                Column(name="ref", label="Ref"),
                Column(name="text", label="We asked for"),
                Column(name="due", label="Due"),
                Column(name="progress", label="Progress to date"),
                Column(name="next", label="Next"),
            ),
            rows=tuple(
                (
                    r["ref"],
                    r["text"],
                    r["due"] + (" (overdue)" if r["overdue"] else ""),
                    r["progress"],
                    r["next"],
                )
                for r in rows
            ),
        )
        notes = (
            "Progress is given only where a published source was seen; the source of each line is in the CSV.",
            *result.notes,
        )
        return self._section(
            "commitments",
            [
                self._part(
                    "plain_table",
                    heading="",
                    key="commitments",
                    table=table,
                    csv=self._csv("commitments"),
                    notes=notes,
                )
            ],
        )

    def outside_figures(self) -> Shown:
        """Figures that others published by then, ours beside them where the scope is the same."""
        filters = Filters(register=self.choice.register, known_on=self.choice.known_on)
        if self.scope.synthetic:
            words = "Synthetic data are not compared with figures that others published."
            return self._section("outside-figures", [self._part("silent", words=[words])])
        result = self._measure("published-figures", "published-figures", filters)
        rows = [r for r in result.dicts() if r["published"] and r["published"] <= self.choice.known_on]
        if not rows:
            words = f"No outside figure about this register, published by {day(self.choice.known_on)}, is recorded."
            self._say("outside-figures", words, ledger_source(result))
            return self._section("outside-figures", [self._part("silent", words=[words])])
        table = Table(
            caption=f"Figures that others published by {day(self.choice.known_on)}",
            columns=(
                Column(name="source", label="Source"),
                Column(name="measure", label="Counts"),
                Column(name="category", label="Of"),
                Column(name="period", label="Period"),
                Column(name="value", label="Theirs", kind="count"),
                Column(name="ours", label="Ours", kind="count"),
                Column(name="status", label="Status"),
            ),
            rows=tuple(
                (
                    r["source"],
                    r["measure"],
                    r["category"],
                    period_words(r["period_start"], r["period_end"]),
                    r["value"],
                    r["ours"],
                    r["status"],
                )
                for r in rows
            ),
            missing="not comparable",
        )
        notes = unique([*result.notes, *(r["explanation"] for r in rows if r["explanation"])])
        return self._section(
            "outside-figures",
            [
                self._part(
                    "plain_table",
                    heading="",
                    key="published-figures",
                    measure="published-figures",
                    table=table,
                    csv=self._csv("published-figures"),
                    notes=notes,
                )
            ],
        )
