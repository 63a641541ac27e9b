"""What the register can answer, what is wrong in it, and how the figures were made."""

from __future__ import annotations

import platform
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from dashboard import __version__, figures
from dashboard.definitions import HEADLINES, load_definitions
from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.ledger import Source
from dashboard.measures import MEASURES
from dashboard.measures.refusals import refused
from dashboard.review.parts import Parts, Shown, ledger_source
from dashboard.text import day, plural
from dashboard.vocabulary import ANSWERABLE_FIELDS


LIBRARIES = ("duckdb", "numpy", "jinja2", "mistune", "papermill", "nbclient", "nbconvert", "ipykernel")
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
        later = self._part("later", words="Entries that left the register with no reason published.")
        if not rows:
            return self._section(
                "data-quality", [self._part("said", words=["No problem was found in the data."]), later]
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
                later,
            ],
        )

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
