"""What the notebook of the April review calls: one method a section, each of which says what is not published.

    from dashboard.review import Review

    review = Review.open(year=2018)
    review.volumes()

A review covers the calendar year before `year` and the series before it, and sees only what was published by
30 April of `year`. Each section gives HTML made by the macros of the dashboard's exhibits; in a scheduled render
it also writes the CSV behind it, and `close` writes the list of every figure quoted (dashboard/reports.py).
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import mistune
from markupsafe import Markup

from dashboard import __version__, figures, headlines
from dashboard.definitions import HEADLINES, load_definitions
from dashboard.errors import AccessReviewError, UsageError
from dashboard.exhibits import Column, Exhibit, Table
from dashboard.files import write_whole
from dashboard.filters import Filters, make_filters
from dashboard.findings import GRANTED, Ground
from dashboard.html import environment
from dashboard.ledger import Ledger, Source
from dashboard.measures import DEFAULT_CLOCK, MEASURES, MeasureResult, Scope, cell, measure, scopes
from dashboard.measures.refusals import early_words, estimate, few_left, measurable, not_measurable, refused
from dashboard.pages.volumes import BESIDE
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.text import day, escape, plural, published_words
from dashboard.vocabulary import ANSWERABLE_FIELDS, CLOCKS


# Where a scheduled render wants the notebook's files; unset when a person runs the notebook.
SCRATCH = "ACCESS_REVIEW_SCRATCH"
SECTIONS = {
    "overview": "#section-headlines",
    "volumes": "#section-volumes",
    "recipients": "#section-recipients",
    "turnaround": "#section-turnaround",
    "register": "#section-method",
}
LIBRARIES = ("duckdb", "numpy", "jinja2", "mistune", "papermill", "nbclient", "nbconvert", "ipykernel")
EDITION = ("register", "edition", "as_at", "published", "sha256", "file")  # what a manifest says of each
# Where in the review the evidence for each kind of decision is.
EVIDENCE = {
    "departures": "changes",
    "figures": "outside-figures",
    "commitments": "commitments",
    "errors": "data-quality",
    "late_edition": "method",
}
LISTED = (
    "Each is listed in the CSV with its edition, sheet, row and column. A value that breaks a rule leaves the measures "
    "it would spoil and stays in the register."
)
LONGEST_COMMENTARY = 100_000  # bytes; a longer file was put there by mistake


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a review is of: a register, and what was known of it on a day."""

    year: int
    register: str
    known_on: date
    as_at: date
    edition: str

    @property
    def filters(self) -> Filters:
        # An edition that ends before the year reviewed says nothing of that year: no empty years are drawn.
        last = min(self.year - 1, self.as_at.year)
        return Filters(register=self.register, known_on=self.known_on, to=date(last, 12, 31))


def choose(store: Store, *, year: int, as_at: date | None = None, register: str | None = None) -> Choice:
    """The register and edition to review.

    Without `as_at` the latest edition published by 30 April of `year` (one without a date of publication counts
    from its as-at date). Raises AccessReviewError, with the dates there are, where there is no such edition.
    """
    from dashboard.pages import home_register  # not the pages' door only: it imports no Panel

    if not 1990 <= year <= 9999:
        raise UsageError(f"the year must be one such as 2018, not {year}")
    if date(year, 4, 1) > date.today():  # noqa: DTZ011 - the calendar day here is what a schedule goes by
        raise AccessReviewError(
            f"April {year} has not come yet, so what is known by its end cannot be reviewed",
            hint="give a year whose April has begun",
        )
    name = register or home_register(store)
    if name is None:
        raise AccessReviewError("this build holds no register", hint="run 'access-review add', then 'build'")
    listed = measure("editions", store, register=name).dicts()
    editions = [e for e in listed if e["withdrawn_on"] is None]
    if not editions:
        raise AccessReviewError(f"every edition of {name} is withdrawn", hint="nothing is left to review")
    known = [(e["published"] or e["as_at"], e) for e in editions]
    there = "; ".join(
        f"{e['as_at']}" + (f" (published {e['published']})" if e["published"] else " (published: not stated)")
        for _, e in known
    )
    deadline = date(year, 4, 30)
    in_time = [e for from_, e in known if from_ <= deadline]
    if as_at is None:
        if not in_time:
            raise AccessReviewError(
                f"no edition of {name} was published by 30 April {year}",
                hint=f"its editions are as at {there}",
            )
        scope = scopes(store, Filters(register=name, known_on=deadline))[0]
        return Choice(year=year, register=name, known_on=deadline, as_at=scope.as_at, edition=scope.edition)
    if as_at > date.today():  # noqa: DTZ011
        raise AccessReviewError(
            f"the as-at date {as_at} is in the future", hint=f"editions of {name} are as at {there}"
        )
    named = [(from_, e) for from_, e in known if e["as_at"] == as_at]
    if not named:
        first = min(e["as_at"] for _, e in known)
        why = f", which is before its first ({first})" if as_at < first else ""
        raise AccessReviewError(
            f"no edition of {name} is as at {as_at}{why}", hint=f"its editions are as at {there}"
        )
    # A replaced edition: the last version of it that was out in time, else the first that came.
    timely = [(from_, e) for from_, e in named if from_ <= deadline]
    came, chosen = timely[-1] if timely else named[0]
    for known_on in (deadline, came):
        found = scopes(store, Filters(register=name, known_on=known_on))
        if found and found[0].edition == chosen["edition"]:
            return Choice(year=year, register=name, known_on=known_on, as_at=as_at, edition=chosen["edition"])
    raise AccessReviewError(
        f"the edition of {name} as at {as_at} was out of date on the day it came out ({came})",
        hint=f"its editions are as at {there}",
    )


class Shown:
    """HTML for a notebook, with a short name where HTML cannot be shown."""

    def __init__(self, name: str, html: str) -> None:
        self.name = name
        self.html = html

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<section {self.name} of the review>"


@dataclass
class Review:
    """One review being made. Sections may be called in any order; `close` comes last."""

    store: Store
    choice: Choice
    scope: Scope
    folder: Path | None = None
    ledger: Ledger = field(default_factory=Ledger)
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)
    commentaries: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        *,
        year: int,
        as_at: str | date | None = None,
        register: str = "",
        build_id: str = "",
        data: str = "",
    ) -> Review:
        """Open a review of a named build (the current one when none is named). Raises AccessReviewError."""
        day_ = date.fromisoformat(as_at) if isinstance(as_at, str) and as_at else as_at or None
        assert not isinstance(day_, str)
        store = Store(load_settings(data or None), build_id=build_id or None)
        choice = choose(store, year=year, as_at=day_, register=register or None)
        scratch = os.environ.get(SCRATCH)
        scope = scopes(store, choice.filters)[0]
        said = tuple(w for answers in (scope.columns, scope.clocks) for _, w in answers.values())
        folder = Path(scratch) if scratch else None
        return cls(store=store, choice=choice, scope=scope, folder=folder, ledger=Ledger(quoted=said))

    def __repr__(self) -> str:
        return f"April review {self.choice.year} of {self.choice.register}, build {self.store.build.id}"

    @property
    def filters(self) -> Filters:
        return self.choice.filters

    # The parts every section is made of

    def _part(self, name: str, /, **values: Any) -> Markup:
        return Markup(_parts()[name](**values))

    def _section(self, name: str, parts: Iterable[str]) -> Shown:
        """A section with the author's commentary at its end, where there is one."""
        return Shown(name, "\n".join([*parts, *self._commentary(name)]))

    def _measure(self, name: str, key: str, filters: Filters | None = None, **keywords: Any) -> MeasureResult:
        """One measure, its CSV written beside the report under `key`."""
        result = measure(name, self.store, filters=filters or replace(self.filters, **keywords))
        self._record(key, name, result.filters, len(result.rows), result.csv(), result.notes)
        return result

    def _record(
        self, key: str, name: str, filters: Filters, rows: int, text: str, notes: Sequence[str] = ()
    ) -> None:
        self.measures[key] = {
            "measure": name,
            "filters": {n: list(v) if isinstance(v, tuple) else str(v) for n, v in filters.items()},
            "file": self._csv(key),
            "rows": rows,
            "notes": list(notes),
        }
        if self.folder:
            write_whole(self.folder / self._csv(key), text)

    @staticmethod
    def _csv(key: str) -> str:
        return f"tables/{key}.csv"

    def _say(self, section: str, words: str, *sources: Source) -> str:
        return self.ledger.say(words, sources, section=section)

    def _exhibit(self, section: str, e: Exhibit, *, subset: tuple[str, ...] = ()) -> Markup:
        """An exhibit without the dashboard's addresses, every figure in its words written down."""
        result = self._measure(e.measure, e.key, make_filters(**dict(parse_qsl(e.query))))
        first = tuple(s.key for s in e.chart.series) if e.chart else ()
        source = _source(result, first=first, subset=subset)
        for words in (e.title, e.summary):
            self._say(section, words, source, *self._context())
        chart = replace(e.chart, links=()) if e.chart else None
        return self._part(
            "exhibit",
            e=replace(e, chart=chart, table=replace(e.table, links=())),
            level=3,
            csv=self._csv(e.key),
        )

    def _context(self) -> list[Source]:
        """What any sentence may mention: the editions, for their dates, and the period reviewed."""
        return [_source(self._editions())]

    def _editions(self) -> MeasureResult:
        return measure(
            "editions",
            self.store,
            filters=Filters(register=self.choice.register, known_on=self.choice.known_on),
        )

    def _commentary(self, section: str) -> list[str]:
        path = self.store.settings.data / "commentary" / str(self.choice.year) / f"{section}.md"
        text = read_commentary(path)
        if text is None:
            return []
        name = f"commentary/{self.choice.year}/{section}.md"
        self.commentaries[section] = name
        return [self._part("commentary", html=Markup(commentary_html(text)), name=name)]

    # The sections, in the order of the review

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

    def _source_of(self, e: Exhibit, subset: tuple[str, ...] = ()) -> Source:
        result = measure(e.measure, self.store, filters=make_filters(**dict(parse_qsl(e.query))))
        return _source(result, first=tuple(s.key for s in e.chart.series) if e.chart else (), subset=subset)

    def _period(self) -> Source:
        """The days the review itself names: the year reviewed and the day it knows up to."""
        end = date(self.choice.year - 1, 12, 31)
        filters = Filters(register=self.choice.register, to=end, known_on=self.choice.known_on)
        return Source(measure="editions", filters=filters, columns=(), rows=())

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
            ask(item["words"], EVIDENCE[item["kind"]], _source(result, first=("count", "since")))
        return found

    def headlines(self) -> Shown:
        """At most six sentences, from the headline engine, each leading to its section."""
        found = headlines.findings(self.store, self._to_as_at())
        for finding in found:
            self._say(
                "headlines", finding.text, *(self._grounds(g) for g in finding.rests_on), *self._context()
            )
        # In a file of its own no address of the dashboard leads anywhere: sections do.
        shown = [replace(f, link=_fragment(f.link), rests_on=()) for f in found]
        return self._section("headlines", [self._part("findings", found=shown)])

    def _grounds(self, ground: Ground) -> Source:
        """What a finding rests on, asked again, as the ledger takes it."""
        result = measure(ground.measure, self.store, filters=ground.filters)
        return _source(result, first=ground.columns, counted=ground.counted)

    def _to_as_at(self) -> Filters:
        """Waiting is counted to the as-at date at most: after it nothing is known."""
        to = self.filters.to
        return replace(self.filters, to=min(to, self.choice.as_at) if to else self.choice.as_at)

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
        source = _source(result, where=(("edition", names),), counted=True)
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
            self._say("changes", words, _source(now))
            return [self._part("said", words=[words])]
        all_, some = (
            _source(
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

    def answerability(self) -> Shown:
        """What the latest edition's layout publishes, field by field."""
        result = self._measure("answerability", "answerability", Filters(register=self.choice.register))
        era = self._era()
        rows = [r for r in result.dicts() if r["era"] == era]
        said = {"published": "published", "inferred": "inferred", "not_published": "not published"}
        silent = sum(r["status"] == "not_published" for r in rows)
        source = _source(result, where=(("era", (era,)),), counted=True)
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

    def _era(self) -> str:
        return str(next(r["era"] for r in self._editions().dicts() if r["edition"] == self.choice.edition))

    def _fields(self, status: str) -> Source:
        result = measure("answerability", self.store, filters=Filters(register=self.choice.register))
        return _source(result, where=(("era", (self._era(),)), ("status", (status,))), counted=True)

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
        return self._section("volumes", [*parts, self._part("silent", words=_unique(silent))])

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
        return self._section("recipients", [*parts, self._part("silent", words=_unique(silent))])

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

    def turnaround(self) -> Shown:
        """How long, on the clock that the register supports, or why that cannot be known."""
        silent_clock = not_measurable(self.scope, DEFAULT_CLOCK)
        if silent_clock or not estimate(self.scope, self.filters).curve:
            result = self._measure("turnaround", "turnaround")
            silent = list(result.notes) or [silent_clock or ""]
            others = [CLOCKS[c] for c in measurable(self.scope)]
            if others and silent_clock:
                silent.append(f"What can be measured here is the time {'; or '.join(others)}.")
            return self._section("turnaround", [self._part("silent", words=silent)])
        made = (
            figures.turnaround_exhibit(self.store, self.filters),
            figures.turnaround_cohorts_exhibit(self.store, self.filters),
        )
        parts = [self._exhibit("turnaround", e) for e in made if e]
        if made[0] is None:
            parts.append(
                self._part(
                    "silent", words=["No case in the period has both dates, so no waiting time is given."]
                )
            )
        else:
            self._measure("survival-curve", "survival-curve", clock=DEFAULT_CLOCK)
        return self._section("turnaround", parts)

    def people(self) -> Shown:
        return self._section(
            "people",
            [
                self._part(
                    "later",
                    words="Counts of people asked for and supplied, by the Home Office, police and courts.",
                )
            ],
        )

    def access_arrangements(self) -> Shown:
        """Procedures, panel and plans for new items: commentary, since no register publishes them."""
        shown = self._section("access-arrangements", [])
        if shown.html:
            return shown
        words = (
            "Not published here. Request and access procedures, the panel and its meetings, and plans for new data "
            "items are in no register; the author of a review can add them as commentary, with sources and dates."
        )
        return Shown("access-arrangements", self._part("silent", words=[words]))

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

    def _write(self, key: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(v) for v in row] for row in rows)
        self._record(key, key, Filters(register=self.choice.register), len(rows), out.getvalue())

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
            self._say("outside-figures", words, _source(result))
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
                    _period_words(r["period_start"], r["period_end"]),
                    r["value"],
                    r["ours"],
                    r["status"],
                )
                for r in rows
            ),
            missing="not comparable",
        )
        notes = _unique([*result.notes, *(r["explanation"] for r in rows if r["explanation"])])
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
            f"{plural(len(now.rows), 'value')} of the latest edition could not be read"
            if now.rows
            else "Every value of the latest edition could be read"
        )
        self._say("data-quality", words, now)
        everywhere = f"In all editions known: {plural(len(ever.rows), 'value')} could not be read."
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

    def close(self) -> None:
        """Write the list of figures and measures for the manifest, and close the store."""
        if self.folder:
            scope, choice = self.scope, self.choice
            record = {
                "title": self.title,
                "register": {"id": choice.register, "title": scope.title, "synthetic": scope.synthetic},
                "as_at": choice.as_at.isoformat(),
                "known_on": choice.known_on.isoformat(),
                "edition": choice.edition,
                "editions": [
                    {k: str(r[k]) if isinstance(r[k], date) else r[k] for k in EDITION}
                    for r in self._editions().dicts()
                    if r["withdrawn_on"] is None
                ],
                "commentary": self.commentaries,
                "measures": self.measures,
                "figures": self.ledger.figures,
            }  # fmt: skip
            write_whole(self.folder / "figures.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        self.store.close()


@cache
def _parts() -> dict[str, Any]:
    """The macros that draw each part, by name."""
    env = environment()
    parts = env.get_template("report/parts.html").module
    names = (
        "cover",
        "sign_off",
        "findings",
        "said",
        "silent",
        "later",
        "plain_table",
        "commentary",
        "method",
    )
    return {
        **{name: getattr(parts, name) for name in names},
        "exhibit": env.get_template("exhibit.html").module.exhibit,  # type: ignore[attr-defined]
    }


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def _period_words(start: date | None, end: date | None) -> str:
    return f"{day(start) if start else 'not stated'} to {day(end) if end else 'not stated'}"


def _fragment(link: str) -> str:
    """A page's address as the section of the report that says the same."""
    return SECTIONS.get(link.removeprefix("/").split("?")[0], "") if link else ""


def _source(
    result: MeasureResult,
    *,
    first: tuple[str, ...] = (),
    subset: tuple[str, ...] = (),
    where: tuple[tuple[str, tuple[Any, ...]], ...] = (),
    counted: bool = False,
) -> Source:
    rows = result.rows
    for name, allowed in where:
        place = result.columns.index(name)
        rows = tuple(r for r in rows if r[place] in allowed)
    return Source(
        measure=result.measure,
        filters=result.filters,
        columns=result.columns,
        rows=rows,
        first=first,
        subset=subset,
        where=where,
        counted=counted,
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


def read_commentary(path: Path) -> str | None:
    """An author's Markdown; None when there is none. Raises AccessReviewError when it cannot be read."""
    if not path.is_file():
        return None
    if path.stat().st_size > LONGEST_COMMENTARY:
        raise AccessReviewError(
            f"{path} is longer than {LONGEST_COMMENTARY:,} bytes", hint="shorten the commentary"
        )
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise AccessReviewError(
            f"{path} is not UTF-8: {error.reason}", hint="save it as UTF-8 text"
        ) from error


class _Safe(mistune.HTMLRenderer):
    """Markdown without raw HTML or pictures, its headings below those of the section."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<h{min(level + 3, 6)}>{text}</h{min(level + 3, 6)}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>{escape(text)}</em>"  # a picture would be a request to somewhere else


def commentary_html(text: str) -> str:
    """Commentary as HTML: raw HTML is shown as text, harmful addresses are dropped, pictures are their words."""
    return str(mistune.create_markdown(renderer=_Safe(escape=True), plugins=["table"])(text))
