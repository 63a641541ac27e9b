"""What the register can answer, what is wrong in it, and how the figures were made."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from operator import itemgetter
from typing import Any

from markupsafe import Markup

from dashboard import __version__, figures
from dashboard.definitions import HEADLINES, load_definitions
from dashboard.exhibits import Column, Table
from dashboard.filters import Filters
from dashboard.ledger import Source
from dashboard.measures import MEASURES
from dashboard.measures.refusals import refused
from dashboard.measures.result import ordered
from dashboard.review.parts import Parts, Shown, ledger_source
from dashboard.text import day, number, plural
from dashboard.vocabulary import ANSWERABLE_FIELDS


LIBRARIES = ("duckdb", "numpy", "jinja2", "mistune", "papermill", "nbclient", "nbconvert", "ipykernel")
MOST_DEPARTURES = 25  # of the list in the report; its file has all
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
        asked = Filters(register=self.choice.register, known_on=self.choice.known_on)
        self._problems(asked)
        rows = self.store.query("issue_counts", asked).dicts()
        left = self._departures()
        if not rows:
            return self._section(
                "data-quality", [self._part("said", words=["No problem was found in the data."]), *left]
            )
        of_latest = replace(asked, known_on=None, edition=self.choice.edition)
        here = self.store.query("issue_counts", of_latest).dicts()
        now = sum(r["issues"] for r in here if r["severity"] == "error")
        ever = sum(r["issues"] for r in rows if r["severity"] == "error")
        words = (
            f"{plural(now, 'cell')} of the latest edition could not be read"
            if now
            else "Every cell of the latest edition could be read"
        )
        self._say("data-quality", words, self._errors(of_latest, now))
        everywhere = f"In all editions known: {plural(ever, 'cell')} could not be read."
        self._say("data-quality", everywhere, self._errors(asked, ever))
        latest = {(r["severity"], r["rule"]): r["issues"] for r in here}
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
                    r["rule"].replace("_", " "),
                    r["severity"],
                    r["issues"],
                    latest.get((r["severity"], r["rule"]), 0),
                    r["example"],
                )
                for r in rows
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
        columns = ("reference", "date", "words", "seen_in", "edition", "sheet", "sheet_row")
        rows: list[dict[str, Any]] = []

        def latest_kept() -> Iterator[list[tuple[Any, ...]]]:
            for found in self._evidence("departures", filters):
                rows.extend(found)
                rows.sort(key=lambda r: (r["date"], r["reference"]), reverse=True)
                del rows[MOST_DEPARTURES:]
                yield [tuple(r[c] for c in columns) for r in found]

        count = self._write("departures", columns, latest_kept())
        notes = ["The edition that no longer lists it, and its place in the edition that listed it last."]
        if count > MOST_DEPARTURES:
            notes.append(f"The latest {number(MOST_DEPARTURES)} are shown; the CSV has all.")
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

    def _evidence(self, kind: str, filters: Filters) -> Iterator[list[dict[str, Any]]]:
        """The records behind a decision of one kind, some thousands at a time."""
        stream = self._listed(MEASURES["decisions"].rows_query, filters)
        for rows in stream:
            found = [dict(zip(stream.columns, row, strict=True)) for row in rows]
            yield [r for r in found if r["counted_as"] == kind]

    def _problems(self, filters: Filters) -> None:
        """The measure's own CSV, row by row as it is read: a large register has more problems than can be held."""
        found = MEASURES["issues"]
        stream = self._listed(found.query, filters)
        columns = ordered(found.columns, stream.columns, filters)
        picked = itemgetter(*(stream.columns.index(c) for c in columns))
        self._write("issues", columns, ([picked(r) for r in rows] for rows in stream), filters=filters)

    @staticmethod
    def _errors(filters: Filters, count: int) -> Source:
        """The cells that could not be read, counted by a query: as rows they may be too many to hold."""
        return Source(
            measure="issues", filters=filters, columns=(), rows=(), tallied=(("severity", "error", count),)
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
