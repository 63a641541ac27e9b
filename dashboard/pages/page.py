"""What every page is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dashboard.definitions import Definitions
from dashboard.exhibits import Exhibit
from dashboard.figures import Tile
from dashboard.filters import Filters
from dashboard.findings import Finding
from dashboard.measures import MeasureResult


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Requests of the register, one page at a time."""

    caption: str
    rows: tuple[dict[str, object], ...]
    matched: int
    first: int
    previous: str = ""
    following: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page before it is drawn: words first, then exhibits."""

    name: str
    headline: str
    filters: Filters
    lead: str = ""
    findings: tuple[Finding, ...] = ()
    decisions: MeasureResult | None = (
        None  # the worklist, on pages that show it: no row says that there is none
    )
    tiles: tuple[Tile, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    unanswered: tuple[str, ...] = ()  # sentences: what this page would show and the register cannot answer
    listing: Listing | None = None
    definitions: Definitions | None = None  # how every measure is worked out, on the page that shows it
    silent: frozenset[str] = frozenset()  # filters that every page carries and this one does not apply
    extra: dict[str, str] = field(default_factory=dict)  # page-only fields of the form, such as the search
    template: str = "page.html"
    subject: Any = None  # what a template of its own draws, beside what every page has
    status: int = 200  # of the answer: 404 where what the address names is not there


class Moved(Exception):
    """What the address names has a page at another one."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address
