"""The front door for notebooks: a store that knows its measures and the pages' exhibits, and shows what is in it."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Unpack

from dashboard.errors import UsageError
from dashboard.exhibits import Exhibit
from dashboard.filters import make_filters
from dashboard.measures import MEASURES, Measured, find_measure, functions
from dashboard.measures.functions import Asked
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.text import day, escape
from dashboard.warehouse import publish


class NoMeasure(UsageError, AttributeError):
    """A store was asked for a measure that there is none of."""


class OpenStore(Store):
    """A build of the warehouse, open for questions: `store.volumes(register="phe-odr", interval="year")`.

    Each measure is a method; its filters are keywords. `store.registers()` says what is in it.
    """

    volumes = functions.volumes
    backlog = functions.backlog
    oldest_open = functions.oldest_open
    identity = functions.identity
    recipients = functions.recipients
    top_recipients = functions.top_recipients
    recipient_flow = functions.recipient_flow
    recipient_names = functions.recipient_names
    turnaround = functions.turnaround
    survival_curve = functions.survival_curve
    outcomes = functions.outcomes
    survival_bounds = functions.survival_bounds
    turnaround_comparison = functions.turnaround_comparison
    spells = functions.spells
    editions = functions.editions
    corrections = functions.corrections
    published_figures = functions.published_figures
    answerability = functions.answerability
    changes = functions.changes
    ever_seen = functions.ever_seen
    control_chart = functions.control_chart
    commitments = functions.commitments
    holdings = functions.holdings
    person_counts = functions.person_counts
    decisions = functions.decisions
    issues = functions.issues

    def measure(self, name: str, **filters: Unpack[Asked]) -> Measured:
        """A measure by its name. Raises UsageError for a measure, filter, register or edition that is not there."""
        return functions.ask(find_measure(name).name, self, filters)

    def registers(self) -> list[str]:
        """The ids of the registers in the build, the one that a page shows without being asked first."""
        return [row["register"] for row in self.query("registers").dicts()]

    def exhibit(self, page: str, key: str, **filters: Unpack[Asked]) -> Exhibit:
        """A figure exactly as a page shows it under the same filters: finding, sentence, chart, table, notes, source.

        `page` is the page's name in its address, `key` the figure's. Raises UsageError where there is no such page,
        or no such figure under these filters.
        """
        from dashboard.pages import EVERY, Moved, make_page

        if page not in EVERY:
            raise UsageError(
                f"there is no page {page!r}{_near(page, EVERY)}", hint=f"pages are: {', '.join(EVERY)}"
            )
        asked = make_filters(**filters)
        if asked.register and asked.register not in self.registers():
            functions.ask("editions", self, {"register": asked.register})  # which says what there is
        try:
            found = {e.key: e for e in make_page(self, page, asked).exhibits}
        except Moved as moved:
            raise UsageError(f"what was asked for is now at {moved.address}") from None
        if key not in found:
            raise UsageError(
                f"the page '{page}' has no figure {key!r} under these filters{_near(key, found)}",
                hint=f"its figures are: {', '.join(found)}"
                if found
                else "it has no figure under these filters",
            )
        return found[key]

    def __getattr__(self, name: str) -> Any:
        # Reached only for what is not there. Names with an underscore are Python's and IPython's own questions.
        if name.startswith("_"):
            raise AttributeError(name)
        names = [measure.replace("-", "_") for measure in MEASURES]
        raise NoMeasure(
            f"there is no measure '{name}'{_near(name, names)}", hint=f"measures are: {', '.join(names)}"
        )

    def __repr__(self) -> str:
        lines = [f"{row['register']}: {row['title']}, {_standing(row)}" for row in self._described()]
        return "\n".join([f"Build {self.build.id}", *lines])

    def _repr_html_(self) -> str:
        from dashboard.exhibits import Column, Table
        from dashboard.tables import html_table

        table = Table(
            caption=f"Registers in build {self.build.id}",
            columns=(
                Column(name="register", label="register"),
                Column(name="title", label="Title"),
                Column(name="standing", label="Standing"),
            ),
            rows=tuple((r["register"], r["title"], _standing(r)) for r in self._described()),
        )
        names = ", ".join(f"<code>{escape(name.replace('-', '_'))}</code>" for name in MEASURES)
        return (
            html_table(table, key="registers") + f"<p>Measures, each a method of this store: {names}. "
            "<code>store.volumes?</code> says what one gives and which filters it takes.</p>"
        )

    def _described(self) -> list[dict[str, Any]]:
        return self.query("registers").dicts()


def _standing(row: dict[str, Any]) -> str:
    return f"as at {day(row['as_at'])}" + (", synthetic sample data" if row["synthetic"] else "")


def _near(name: str, names: Any) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def open_store(
    data: str | Path | None = None, *, build: str | None = None, threads: int = 2, memory: str = "2GB"
) -> OpenStore:
    """Open a build of a data folder (default: `ACCESS_REVIEW_DATA`, else the checkout's `data/`).

    The build in force, or the one whose id is `build`. The store stays on it,
    so that every answer of a session is of the same build. Raises AccessReviewError when nothing is built yet or no
    such build is there.
    """
    settings = load_settings(data)
    found = publish.find_build(settings, build)
    return OpenStore(settings, build_id=found.id, threads=threads, memory=memory)
