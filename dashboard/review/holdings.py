"""What is still held, and whom to chase."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.measures.refusals import refused
from dashboard.review.parts import Parts, Shown, ledger_source
from dashboard.text import number, plural


MOST_LICENCES = 25  # of the list in the report; its file has all
PAST = {"overdue": "held past its end", "ending": "ends within a year"}


class Holdings(Parts):
    """Data still held and licences ending, as the register says it."""

    def holdings(self) -> Shown:
        """How much is still held, by whom, and whose licence ended or ends within a year of the as-at date."""
        filters = Filters(register=self.choice.register, known_on=self.choice.known_on)
        result = self._measure("holdings", "holdings", filters)
        rows = [r for r in result.dicts() if r["still_held"] is not None]
        if refused(self.scope, "count") or not rows:
            words = list(result.notes) or ["The register says nothing of what is still held."]
            return self._section("holdings", [self._part("silent", words=words)])
        source = ledger_source(result, first=("still_held",))
        held = sum(r["still_held"] for r in rows)
        verb = "is" if held == 1 else "are"
        title = f"{plural(held, self.scope.noun)} {verb} published as still holding data"
        if any(r["overdue"] is not None for r in rows):
            past = sum(r["overdue"] or 0 for r in rows)
            title += f", {number(past) if past else 'none'} of them past the licence"
        self._say("holdings", title, source)
        columns = [
            Column(name=name, label=label, kind="count")
            for name, label in (
                ("still_held", "Still held"),
                ("overdue", "Of those, past the licence"),
                ("ending", "Of those, licence ends within a year"),
                ("ended", "Ended"),
            )
            if any(r[name] is not None for r in rows)
        ]
        table = self._part(
            "plain_table",
            heading=title,
            key="holdings",
            measure="holdings",
            csv=self._csv("holdings"),
            notes=result.notes,
            table=Table(
                caption=f"Data still held and ended, by recipient type, in {self.scope.nouns}",
                columns=(Column(name="group", label="Recipient type"), *columns),
                rows=tuple((r["group_label"], *(r[c.name] for c in columns)) for r in rows),
            ),
        )
        return self._section("holdings", [table, *self._licences(rows, filters, source)])

    def _licences(self, rows: list[dict[str, Any]], filters: Filters, source: Any) -> list[Markup]:
        """Whom to chase: past the licence, or within a year of its end, the first end first."""
        if all(r["ending"] is None for r in rows):
            words = "When licences end is not published, so whose end is near cannot be said."
            return [self._part("silent", words=[words])]
        ending = sum(r["ending"] or 0 for r in rows)
        overdue = sum(r["overdue"] or 0 for r in rows)
        if not ending + overdue:
            words = "No licence of data still held has ended, and none ends within a year of the as-at date."
            return [self._part("said", words=[words])]
        title = (
            f"{plural(ending, 'licence')} of data still held {'ends' if ending == 1 else 'end'} within a year"
        )
        self._say("holdings", title, source)
        found: list[dict[str, Any]] = []
        due = self._listed("licences_due", filters)
        columns = due.columns[1:]  # the register is the review's own

        def shown_first() -> Iterator[list[tuple[Any, ...]]]:
            for rows in due:
                found.extend(
                    dict(zip(due.columns, row, strict=True)) for row in rows[: MOST_LICENCES - len(found)]
                )
                yield [row[1:] for row in rows]

        count = self._write("licences-due", columns, shown_first())
        notes = ["The first end first; each with its place in the edition that last listed it."]
        if count > MOST_LICENCES:
            notes.append(f"The first {number(MOST_LICENCES)} are shown; the CSV has all.")
        return [
            self._part(
                "plain_table",
                heading=title,
                key="licences-due",
                measure="holdings",
                csv=self._csv("licences-due"),
                notes=notes,
                table=Table(
                    caption="Whom to chase: licences that ended or end within a year of the as-at date",
                    columns=(
                        Column(name="reference", label="Reference"),
                        Column(name="recipient", label="Recipient"),
                        Column(name="licence_end", label="Licence end", kind="date"),
                        Column(name="counted_as", label="Licence"),
                        Column(name="place", label="Place"),
                    ),
                    rows=tuple(
                        (
                            r["reference"],
                            r["recipient"],
                            r["licence_end"],
                            PAST[r["counted_as"]],
                            f"{r['sheet']}, row {number(r['sheet_row'])}",
                        )
                        for r in found
                    ),
                ),
            )
        ]
