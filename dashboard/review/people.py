"""People: the Home Office, police and courts; and what no register publishes."""

from __future__ import annotations

from dashboard import people_figures
from dashboard.exhibits import Exhibit
from dashboard.measures import MeasureResult, scopes
from dashboard.review.commentary import lacks, read_commentary
from dashboard.review.parts import Parts, Shown, ledger_source
from dashboard.text import day


class People(Parts):
    """Counts of people, and the arrangements for access."""

    def people(self) -> Shown:
        """What the Home Office, police and courts asked for and got, as published by then, each in its unit."""
        asked = people_figures.counts_of(self.store, self.filters)
        if asked is None:
            words = (
                "No counts of people, records or requests of the Home Office, police or courts are in the editions of "
                f"this register, or of another of its publisher, known by {day(self.choice.known_on)}."
            )
            self._say("people", words, self._period())
            return self._section("people", [self._part("silent", words=[words])])
        result = self._measure("person-counts", "person-counts", asked)
        parts = []
        if asked.register != self.choice.register:
            where = scopes(self.store, asked)[0].title
            parts.append(self._part("said", words=[f"From another register of the publisher: {where}."]))
        for e in people_figures.people_exhibits(self.store, asked):
            self._quote(e, result)
            parts.append(self._part("exhibit", e=e, level=3, csv=self._csv("person-counts")))
        return self._section("people", parts)

    def _quote(self, e: Exhibit, result: MeasureResult) -> None:
        """Write down the figures of an exhibit of one body and unit: sums over the periods that stand."""
        mine = [r for r in result.dicts() if people_figures.key_of(r["body"], r["unit"]) == e.key]
        of = (("body", (mine[0]["body"],)), ("unit", (mine[0]["unit"],)))
        days = tuple(dict.fromkeys(r["period_start"] for r in mine if r["period_start"]))
        standing = ledger_source(
            result,
            first=("requested", "supplied"),
            where=(*of, ("status", ("current",)), ("period_start", days)),
            counted=True,
        )
        corrected = ledger_source(result, where=(*of, ("status", ("superseded",))), counted=True)
        for words in (e.title, e.summary):
            self._say("people", words, standing, corrected, *self._context())

    def access_arrangements(self) -> Shown:
        """Procedures, panel and plans for new items: commentary, since no register publishes them."""
        path = self.store.settings.data / "commentary" / str(self.choice.year) / "access-arrangements.md"
        text = read_commentary(path)
        if text is not None:
            return self._section("access-arrangements", [self._part("silent", words=lacks(text))])
        words = (
            "Not published here. Request and access procedures, the panel and its meetings, and plans for new data "
            "items are in no register; the author of a review can add them as commentary, with sources and dates "
            "(docs/commentary-template.md)."
        )
        return Shown("access-arrangements", self._part("silent", words=[words]))
