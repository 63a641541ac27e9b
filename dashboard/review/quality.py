"""What the register can answer, what is wrong in it, and how the figures were made."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from markupsafe import Markup

from dashboard import __version__, figures
from dashboard.definitions import HEADLINES, load_definitions
from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.ledger import Source
from dashboard.measures import MEASURES, row_stream
from dashboard.measures.refusals import refused
from dashboard.review.parts import Parts, Shown, ledger_source
from dashboard.text import day, number, plural
from dashboard.vocabulary import ANSWERABLE_FIELDS


LIBRARIES = ("duckdb", "numpy", "jinja2", "mistune", "papermill", "nbclient", "nbconvert", "ipykernel")
MOST_DEPARTURES = 25  # of the list in the report
MOST_EVIDENCE = 1_000  # of the list in its file
LISTED = (
    "Each is listed in the CSV with its edition, sheet, row and column. A value that breaks a rule leaves the measures "
    "it would spoil and stays in the register."
)


class Quality(Parts):
    """Answerability, data quality, method."""

    def answerability(self) -> Shown:
        """What the latest edition's layout publishes, field by field."""
        result = self._measure("answerability", "answerability", Filters(register=self.choice.register))
        era = self._era()
        rows = [r for r in result.dicts() if r["era"] == era]
        said = {"published": "published", "inferred": "inferred", "not_published": "not published"}
        silent = sum(r["status"] == "not_published" for r in rows)
        source = ledger_source(result, where=(("era", (era,)),), counted=True)
        are = "is" if silent == 1 else "are"
        # A few quoted entries say what was quoted; the publisher may publish more.
        lacking = "not in the entries held" if refused(self.scope, "absence") else "not published"
        said["not_published"] = lacking
        words = f"{silent} of {plural(len(rows), 'field')} {are} {lacking}"
        self._say("answerability", words, self._fields("not_published"), source)
        table = Table(
            caption="What the register publishes, field by field",
            columns=(
                Column(name="field", label="Field"),
                Column(name="known", label="Published?"),
            ),
            rows=tuple(
                (
                    ANSWERABLE_FIELDS.get(r["field"], r["field"]),
                    figures.how_known(said.get(r["status"], r["status"]), r["words"]),
                )
                for r in sorted(rows, key=lambda r: list(said).index(r["status"]), reverse=True)
            ),
        )
        return self._section(
            "answerability",
            [
                self._part(
                    "plain_table",
                    heading=words,
                    key="answerability",
                    measure="answerability",
                    table=table,
                    csv=self._csv("answerability"),
                    notes=result.notes,
                )
            ],
        )

    def data_quality(self) -> Shown:
        """Every problem found in the editions known by then, by rule."""
        source = self._problems()
        rows = source.dicts()
        self._write("issues", source.columns, source.rows)
        left = self._departures()
        if not rows:
            return self._section(
                "data-quality", [self._part("said", words=["No problem was found in the data."]), *left]
            )
        now, ever = self._problems("error", latest=True), self._problems("error")
        words = (
            f"{plural(len(now.rows), 'cell')} of the latest edition could not be read"
            if now.rows
            else "Every cell of the latest edition could be read"
        )
        self._say("data-quality", words, now)
        everywhere = f"In all editions known: {plural(len(ever.rows), 'cell')} could not be read."
        self._say("data-quality", everywhere, ever)
        grouped = Counter((r["severity"], r["rule"]) for r in rows)
        latest = Counter((r["severity"], r["rule"]) for r in rows if r["edition"] == self.choice.edition)
        order = {"error": 0, "warning": 1, "info": 2}
        table = Table(
            caption="Problems by rule, in all editions known and in the latest",
            columns=(
                Column(name="rule", label="Problem"),
                Column(name="severity", label="Severity"),
                Column(name="all", label="All editions", kind="count"),
                Column(name="latest", label="Latest edition", kind="count"),
                Column(name="example", label="For example"),
            ),
            rows=tuple(
                (
                    rule.replace("_", " "),
                    severity,
                    count,
                    latest[severity, rule],
                    next(r["words"] for r in rows if (r["severity"], r["rule"]) == (severity, rule)),
                )
                for (severity, rule), count in sorted(
                    grouped.items(), key=lambda i: (order.get(i[0][0], 9), -i[1], i[0][1])
                )
            ),
        )
        return self._section(
            "data-quality",
            [
                self._part(
                    "plain_table",
                    heading=words,
                    key="issues",
                    measure="issues",
                    table=table,
                    csv=self._csv("issues"),
                    notes=(everywhere, LISTED),
                ),
                *left,
            ],
        )

    def _departures(self) -> list[Markup]:
        """Entries that left with no reason published: what to ask the register's owner about, one by one."""
        filters = Filters(register=self.choice.register, known_on=self.choice.known_on)
        if no_change := refused(self.scope, "change"):
            return [self._part("silent", words=[no_change])]
        result = self._measure("decisions", "decisions", filters)
        item = next((r for r in result.dicts() if r["kind"] == "departures"), None)
        if item is None:
            if len(self._editions().rows) < 2:
                words = "One edition is known, so what left the register cannot be seen."
            else:
                words = "No entry is known to have left the register with no reason published."
            return [self._part("said", words=[words])]
        title = (
            f"{plural(item['count'], 'entry', 'entries')} left with no reason published: ask the owner why"
        )
        self._say("data-quality", title, ledger_source(result, first=("count",)))
        found = self._evidence("departures", filters)
        columns = ("reference", "date", "words", "seen_in", "edition", "sheet", "sheet_row")
        self._write("departures", columns, [[r[c] for c in columns] for r in found])
        notes = ["The edition that no longer lists it, and its place in the edition that listed it last."]
        if len(found) > MOST_DEPARTURES:
            notes.append("Only the latest are shown; the CSV has more.")
        rows = sorted(found, key=lambda r: (r["date"], r["reference"]), reverse=True)[:MOST_DEPARTURES]
        return [
            self._part(
                "plain_table",
                heading=title,
                key="departures",
                csv=self._csv("departures"),
                notes=notes,
                table=Table(
                    caption="What to ask the register’s owner: entries that left with no reason published",
                    columns=(
                        Column(name="reference", label="Reference"),
                        Column(name="seen_in", label="Gone from the edition"),
                        Column(name="words", label="What is known"),
                        Column(name="place", label="Last place"),
                    ),
                    rows=tuple(
                        (
                            r["reference"],
                            r["seen_in"],
                            r["words"],
                            f"{r['edition']}, {r['sheet']}, row {number(r['sheet_row'])}",
                        )
                        for r in rows
                    ),
                ),
            )
        ]

    def _evidence(self, kind: str, filters: Filters) -> list[dict[str, Any]]:
        """The records behind a decision of one kind, at most a thousand, the others not read."""
        stream = row_stream("decisions", self.store, filters=filters)
        found: list[dict[str, Any]] = []
        try:
            for rows in stream.chunks():
                found += [
                    r for r in (dict(zip(stream.columns, row, strict=True)) for row in rows)
                    if r["counted_as"] == kind
                ]  # fmt: skip
                if len(found) >= MOST_EVIDENCE:
                    break
        finally:
            stream.close()
        return found[:MOST_EVIDENCE]

    def _problems(self, severity: str | None = None, *, latest: bool = False) -> Source:
        """The issues of the editions known by then, or of the latest one, of one severity or all."""
        known = (self.choice.edition,) if latest else tuple(e["edition"] for e in self._editions().dicts())
        where: tuple[tuple[str, tuple[Any, ...]], ...] = (("edition", known),)
        if severity:
            where = (*where, ("severity", (severity,)))
        filters = Filters(register=self.choice.register)
        result = self.store.query("issues", filters)
        rows = [r for r in result.dicts() if all(r[name] in allowed for name, allowed in where)]
        return Source(
            measure="issues",
            filters=filters,
            columns=result.columns,
            rows=tuple(tuple(r.values()) for r in rows),
            where=where,
            counted=True,
        )

    def method(self) -> Shown:
        """How the figures were made, from what, and how to check them."""
        editions = self._editions()
        rows = tuple(
            (r["edition"], r["as_at"], r["published"], r["rows"], r["file"], r["sha256"])
            for r in editions.dicts()
            if r["withdrawn_on"] is None
        )
        table = Table(
            caption="Editions this review was made from",
            columns=(
                Column(name="edition", label="Edition", kind="date"),
                Column(name="as_at", label="As at", kind="date"),
                Column(name="published", label="Published", kind="date"),
                Column(name="rows", label="Rows", kind="count"),
                Column(name="file", label="File"),
                Column(name="sha256", label="SHA-256"),
            ),
            rows=rows,
        )
        used = {m["measure"] for m in self.measures.values()} & set(MEASURES)
        known = day(self.choice.known_on)
        sentences = [
            f"Every measure was asked with known_on {self.choice.known_on}: editions published by {known}, one without "
            "a date of publication counting from its as-at date.",
            "Names of recipients, corrections of source errors and vocabularies are today's, whatever the year.",
            "Where receipt is published, open cases count in every waiting time; intervals are 95%.",
            "A field that the register does not publish is shown as not published, never as 0.",
            f"Made by access-review {__version__} from build {self.store.build.id}; the same build gives the same "
            "report.",
            "Any figure can be asked again: manifest.json lists each one quoted in words with its measure, filters, "
            "row and column, as 'access-review measure' takes them.",
            "This is not an official statistic and carries no such mark.",
        ]  # fmt: skip
        return self._section(
            "method",
            [
                self._part(
                    "method",
                    sentences=sentences,
                    definitions=load_definitions().of({*used, HEADLINES}),
                    libraries=libraries(),
                ),
                self._part(
                    "plain_table",
                    heading="",
                    key="editions-used",
                    measure="editions",
                    table=table,
                    csv=self._csv("editions"),
                    notes=editions.notes,
                ),
            ],
        )


def libraries() -> list[tuple[str, str]]:
    """Python and the libraries that a figure or the page may depend on, with their versions."""
    found = [("Python", platform.python_version())]
    for name in LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found
