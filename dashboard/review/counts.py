"""How many, what became of them, who received, and under which tier, route and legal basis."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from dashboard import figures
from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.findings import GRANTED
from dashboard.measures.refusals import early_words, refused
from dashboard.pages.volumes import BESIDE
from dashboard.review.parts import Parts, Shown, ledger_source, unique
from dashboard.text import percent, plural
from dashboard.vocabulary import ANSWERABLE_FIELDS


WAYS = ("tier", "route", "legal_basis", "dataset")
MOST_GROUPS = 10  # of one table in the report


class Counts(Parts):
    """Volumes, outcomes, recipients."""

    def volumes(self) -> Shown:
        """How many, what became of them, how many wait."""
        filters = replace(self.filters, interval="year")
        volumes = figures.volumes_exhibit(self.store, filters)
        backlog = figures.backlog_exhibit(self.store, self._to_as_at())
        outcomes = figures.outcomes_table(self.store, self.filters)
        parts = [self._exhibit("volumes", e) for e in (volumes, backlog) if e]
        if outcomes:
            parts.append(self._exhibit("volumes", outcomes, subset=GRANTED))
        silent: list[str] = []
        if volumes is None:
            result = self._measure("volumes", "volumes", filters)
            silent += result.notes or ("No row of the register falls in the period.",)
        if not refused(self.scope, "count"):  # which says enough of a selection
            silent += [words for kind in BESIDE if (words := refused(self.scope, kind, self.filters))]
            if outcomes is None and figures.fully_listed(self.store, self.scope, self.filters) is None:
                silent.append(early_words(self.scope))
        return self._section("volumes", [*parts, self._part("silent", words=unique(silent))])

    def recipients(self) -> Shown:
        """Who received what, and how: by tier, route, legal basis and dataset, each where it is published."""
        made = (
            figures.recipients_exhibit(self.store, self.filters),
            figures.top_recipients_exhibit(self.store, self.filters),
        )
        parts = [self._exhibit("recipients", e) for e in made if e]
        silent: list[str] = []
        if made[0] is None:
            silent += self._measure("recipients", "recipients").notes or ("No recipient type can be given.",)
        if made[1] is None and made[0] is not None:
            silent += self._measure("top-recipients", "top-recipients", limit=10).notes or (
                "No recipient is named.",
            )
        listed = figures.fully_listed(self.store, self.scope, self.filters)
        if listed is not None and not refused(self.scope, "share"):
            for found in (self._by(by, *listed) for by in WAYS):
                if isinstance(found, Markup):
                    parts.append(found)
                else:
                    silent.append(found)
        return self._section("recipients", [*parts, self._part("silent", words=unique(silent))])

    def _by(self, by: str, filters: Filters, since: str) -> Markup | str:
        """Who received under which tier, route or legal basis: a table, or the sentence that says it is silent."""
        label = ANSWERABLE_FIELDS[by].partition(" (")[0]
        field = next((r for r in self._fields_of_era() if r["field"] == by), None)
        if field is None or field["status"] == "not_published":
            return (field and field["words"]) or f"{label} is not published."
        key = f"recipients-by-{by.replace('_', '-')}"
        result = self._measure("recipients", key, replace(filters, by=by, interval=None))
        rows = [r for r in result.dicts() if r["share"] is not None]
        if not rows:
            return f"{label}: nothing in the period says it."
        of = rows[0]["share_of"]
        unit = self.scope.nouns if of == "requests" else of
        said, top = f"{label}: {rows[0]['group_label']}", percent(rows[0]["share"])
        title = f"{said} had {top} of {unit}{since}"
        shown = [c for c in ("requests", "releases", "recipients", "share") if rows[0][c] is not None]
        notes = list(result.notes)
        if len(rows) > MOST_GROUPS:
            notes.append(f"The first {MOST_GROUPS} of {plural(len(rows), 'group')}; the CSV has them all.")
        self._say("recipients", title, ledger_source(result, first=("share",)), *self._context())
        return self._part(
            "plain_table",
            heading=title,
            key=key,
            measure="recipients",
            csv=self._csv(key),
            notes=notes,
            table=Table(
                caption=f"{label}: {self.scope.nouns} and who received",
                columns=(
                    Column(name="group", label=label),
                    *(
                        Column(name=c, label=figures.count_label(c, self.scope), kind=figures.LABELS[c][1])
                        for c in shown
                    ),
                ),
                rows=tuple((r["group_label"], *(r[c] for c in shown)) for r in rows[:MOST_GROUPS]),
            ),
        )
