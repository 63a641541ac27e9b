"""People: the Home Office, police and courts; and what no register publishes."""

from __future__ import annotations

from dashboard.review.parts import Parts, Shown


class People(Parts):
    """Counts of people, and the arrangements for access."""

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
