"""How many, what became of them, who received, and what is still held."""

from __future__ import annotations

from dataclasses import replace

from dashboard import figures
from dashboard.findings import GRANTED
from dashboard.measures.refusals import early_words, refused
from dashboard.pages.volumes import BESIDE
from dashboard.review.parts import Parts, Shown, unique


class Counts(Parts):
    """Volumes, outcomes, recipients, holdings."""

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
        """Who received what."""
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
        return self._section("recipients", [*parts, self._part("silent", words=unique(silent))])

    def holdings(self) -> Shown:
        return self._section(
            "holdings",
            [
                self._part(
                    "later",
                    words="Data still held by recipients, licences that ended and licences about to end.",
                )
            ],
        )
