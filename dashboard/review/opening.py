"""The cover, what to sign and what to say in public."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dashboard import figures, headlines
from dashboard.filters import Filters
from dashboard.ledger import Source
from dashboard.measures import DEFAULT_CLOCK
from dashboard.measures.refusals import estimate, refused
from dashboard.review.parts import Parts, Shown, fragment, ledger_source
from dashboard.text import day, plural, published_words


# Where in the review the evidence for each kind of decision is.
EVIDENCE = {
    "departures": "changes",
    "figures": "outside-figures",
    "commitments": "commitments",
    "errors": "data-quality",
    "late_edition": "method",
}


class Opening(Parts):
    """Cover, sign-off with the questions left to a person, headlines."""

    def cover(self) -> Shown:
        """Title, headline, and what the review is of."""
        choice, scope = self.choice, self.scope
        lead = self._lead()
        notices = []
        if choice.as_at.year < choice.year - 1:
            notices.append(
                f"The latest edition published by {day(choice.known_on)} describes {day(choice.as_at)}: "
                f"nothing of {choice.year - 1} is in it."
            )
        elif choice.as_at < date(choice.year - 1, 12, 31):
            notices.append(
                f"{choice.year - 1} is not complete: the latest edition published by {day(choice.known_on)} "
                f"describes {day(choice.as_at)}."
            )
        published = published_words(scope.published, scope.published_basis, choice.as_at)
        facts = (
            ("Register", scope.title),
            *(
                [("Data", "Synthetic sample data: every organisation and entry is invented.")]
                if scope.synthetic
                else []
            ),
            ("Period", f"{choice.year - 1}, and the series before"),
            ("Edition", f"as at {day(choice.as_at)}, {published}"),
            ("Known by", f"{day(choice.known_on)}: nothing published later is used"),
            ("Build", self.store.build.id),
            ("Status", "Not an official statistic. Draft until signed."),
        )
        for words in (*notices, *(f[1] for f in facts if f[0] in ("Period", "Edition", "Known by"))):
            self._say("cover", words, *self._context(), self._period())
        html = self._part("cover", title=self.title, lead=lead, facts=facts, notices=notices)
        return Shown("cover", html)

    @property
    def title(self) -> str:
        return f"April review {self.choice.year} – {self.scope.title}"

    def _lead(self) -> str:
        words = headlines.headline(self.store, self.filters)
        ground = headlines.headline_ground(self.store, self.filters)
        sources = [self._grounds(ground)] if ground else []
        self._say("cover", words, *sources, *self._context())
        return f"{words}."

    def sign_off(self) -> Shown:
        """The box to sign, and the questions that the figures leave to a person."""
        return self._section(
            "sign-off", [self._part("sign_off", report=self.title, decisions=self._decisions())]
        )

    def _decisions(self) -> list[tuple[str, str]]:
        scope = self.scope
        found: list[tuple[str, str]] = []

        def ask(words: str, section: str, *sources: Source) -> None:
            found.append((self._say("sign-off", words, *sources, *self._context()), f"#section-{section}"))

        silent = self._fields("not_published")
        # What a few quoted entries lack says nothing of what the publisher publishes.
        if silent.rows and not refused(scope, "absence"):
            fields = plural(len(silent.rows), "field")
            are = "is" if len(silent.rows) == 1 else "are"
            ask(f"{fields} {are} not published: which should be next?", "answerability", silent)
        if not scope.clocks[DEFAULT_CLOCK][0]:
            ask(
                f"How long {scope.nouns} take cannot be worked out: should the dates it needs be published?",
                "turnaround",
            )
        elif estimate(scope, self.filters).curve:
            exhibit = figures.turnaround_exhibit(self.store, self.filters)
            if exhibit:
                words = f"No service standard is published. {exhibit.title}: should one be set?"
                ask(words, "turnaround", self._source_of(exhibit))
        result = self._measure(
            "decisions", "decisions", Filters(register=self.choice.register, known_on=self.choice.known_on)
        )
        for item in result.dicts():
            ask(item["words"], EVIDENCE[item["kind"]], ledger_source(result, first=("count", "since")))
        return found

    def headlines(self) -> Shown:
        """At most six sentences, from the headline engine, each leading to its section."""
        found = headlines.findings(self.store, self._to_as_at())
        for finding in found:
            self._say(
                "headlines", finding.text, *(self._grounds(g) for g in finding.rests_on), *self._context()
            )
        # In a file of its own no address of the dashboard leads anywhere: sections do.
        shown = [replace(f, link=fragment(f.link), rests_on=()) for f in found]
        return self._section("headlines", [self._part("findings", found=shown)])
