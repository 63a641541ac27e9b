"""What became of what the review before said: each of its figures asked again, and what explains those that moved.

Everything is read from the earlier review's own folder (its manifest and tables, held to their hashes) and asked of
this review's build, so the earlier build is not needed. Figures are compared where they are about a period that has
ended: then the same question has the same meaning a year later, and another answer is a revision.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.errors import AccessReviewError
from dashboard.filters import make_filters
from dashboard.ledger import place_again, said_as
from dashboard.measures import measure
from dashboard.reviews import Review
from dashboard.store import Store


COLUMNS = ("section", "sentence", "figure", "measure", "filters", "then", "now", "moved", "why")
LATER = "later editions"
REREAD = "corrections, names, withdrawals or method"  # the same editions, and another answer
GONE = "no such place any more"
CLOSE = 1e-6  # what the manifest keeps of a share


@dataclass(frozen=True, kw_only=True)
class Then:
    """One figure that the earlier review quoted, and what the same question gives now."""

    section: str
    sentence: str
    words: str
    measure: str
    filters: str
    then: int | float
    now: int | float | None  # None where its place is gone
    words_now: str
    why: str  # empty where it would be said as it was

    @property
    def row(self) -> tuple[Any, ...]:
        moved = "not comparable" if self.why == GONE else "yes" if self.why else "no"
        return (
            self.section, self.sentence, self.words, self.measure, self.filters, self.then, self.now, moved, self.why,
        )  # fmt: skip

    @property
    def moved(self) -> bool:
        return bool(self.why) and self.why != GONE


def by_sentence(figures: Sequence[Then]) -> list[tuple[str, str, str, str]]:
    """The sentences that hold these figures, once each: what it said, then, now and why."""
    of: dict[str, list[Then]] = {}
    for figure in figures:
        of.setdefault(figure.sentence, []).append(figure)
    return [
        (
            sentence,
            "; ".join(f.words for f in each),
            "; ".join(f.words_now for f in each),
            "; ".join(dict.fromkeys(f.why for f in each)),
        )
        for sentence, each in of.items()
    ]


def figures_then(store: Store, earlier: Review, known_on: date, *, same_code: bool) -> list[Then]:
    """Every figure of a period that has ended, once, asked again as known on `known_on`."""
    asked = _Asked(store)
    # The same build by the same code gives what it gave: there is no need to ask it again as it was known then.
    same_build = same_code and earlier.manifest.get("build") == store.build.id
    found: dict[str, Then] = {}
    for figure in _quoted(earlier):
        question = {**figure["filters"], "known_on": known_on.isoformat()}
        identity = json.dumps(
            [figure["measure"], figure["filters"], figure["how"], figure["cells"]], sort_keys=True
        )
        key = identity + figure["words"]
        if key in found:
            continue
        now = asked.again(figure, question)
        words_now = "" if now is None else said_as(figure, now) or str(now)
        why = ""
        if now is None:
            why = GONE
        elif words_now != figure["words"]:  # less than what its words can show is no news
            # Asked as it was known then: what has moved with the same editions was read another way.
            same = same_build or _same(figure["value"], asked.again(figure, figure["filters"]))
            why = LATER if same else REREAD
        found[key] = Then(
            section=figure["section"],
            sentence=figure["sentence"],
            words=figure["words"],
            measure=figure["measure"],
            filters=make_filters(**figure["filters"]).words(),
            then=figure["value"],
            now=now,
            words_now=words_now,
            why=why,
        )
    return list(found.values())


def _quoted(earlier: Review) -> Iterator[dict[str, Any]]:
    """The figures that can be asked again with the same meaning: of a measure, up to a day that had come."""
    for figure in earlier.manifest.get("figures") or []:
        measured = figure.get("measure") and figure.get("cells") and figure.get("how") != "year"
        if measured and "to" in figure["filters"] and not isinstance(figure["value"], str):
            yield figure


def _same(then: Any, now: Any) -> bool:
    if isinstance(then, int | float) and isinstance(now, int | float):
        return abs(then - now) <= CLOSE
    return bool(then == now)


class _Asked:
    """Each question asked once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.answers: dict[str, list[dict[str, Any]] | None] = {}

    def again(self, figure: dict[str, Any], filters: dict[str, Any]) -> Any:
        """What the figure is under these filters; None where the question or the place is not there any more."""
        key = json.dumps([figure["measure"], filters], sort_keys=True)
        if key not in self.answers:
            self.answers[key] = self._rows(figure["measure"], filters)
        rows = self.answers[key]
        try:
            return None if rows is None else place_again(figure, rows)
        except (KeyError, TypeError, ValueError, ZeroDivisionError):  # a value that is not published any more
            return None

    def _rows(self, name: str, filters: dict[str, Any]) -> list[dict[str, Any]] | None:
        try:
            result = measure(name, self.store, filters=make_filters(**filters))
        except AccessReviewError:
            return None
        rows: list[dict[str, Any]] = json.loads(result.json())["rows"]
        return rows


def table_of(earlier: Review, name: str) -> list[dict[str, str]] | None:
    """The rows of one of the earlier review's tables, as text; None where it had no such table."""
    path = earlier.file(f"tables/{name}.csv")
    if path is None:
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def not_in(
    rows: Sequence[dict[str, Any]], before: Sequence[dict[str, str]], keys: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows that the earlier table has not, told apart by `keys`, as a CSV would spell them."""
    from dashboard.measures import cell

    seen = {tuple(row.get(k, "") for k in keys) for row in before}
    return [row for row in rows if tuple(cell(row[k]) for k in keys) not in seen]
