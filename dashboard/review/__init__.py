"""What the notebook of the April review calls: one method a section, each of which says what is not published.

    from dashboard.review import Review

    review = Review.open(year=2018)
    review.volumes()

A review covers the calendar year before `year` and the series before it, and sees only what was published by
30 April of `year`. Each section gives HTML made by the macros of the dashboard's exhibits; in a scheduled render
it also writes the CSV behind it, and `close` writes the list of every figure quoted (dashboard/reports/).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import date

from dashboard.files import write_whole
from dashboard.review.changes import Changes
from dashboard.review.choice import Choice, choose
from dashboard.review.commentary import commentary_html
from dashboard.review.counts import Counts
from dashboard.review.holdings import Holdings
from dashboard.review.opening import Opening
from dashboard.review.parts import EARLIER, MEMORY, SCRATCH, SPILL
from dashboard.review.people import People
from dashboard.review.quality import Quality, libraries
from dashboard.review.record import Record
from dashboard.review.times import Times


__all__ = ["EARLIER", "MEMORY", "SCRATCH", "Choice", "Review", "choose", "commentary_html", "libraries"]

EDITION = ("register", "edition", "as_at", "published", "sha256", "file")  # what a manifest says of each


class Review(Opening, Changes, Counts, Holdings, Times, People, Record, Quality):
    """One review being made. Sections may be called in any order; `close` comes last."""

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
                "definitions": self._definitions(),
                "figures": self.ledger.figures,
                "sheets": {key: asdict(self.sheets[key]) for key in self.measures},
            }  # fmt: skip
            write_whole(self.folder / "figures.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        self.store.close()
        if self.folder:  # DuckDB's own, gone with it unless it was interrupted
            shutil.rmtree(self.folder / SPILL, ignore_errors=True)
