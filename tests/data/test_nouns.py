"""What a register calls its entries is what every page, note and review calls them: a share is not a request."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from dashboard import measures
from dashboard.filters import Filters, make_filters
from dashboard.pages import PAGES, Page, make_page
from dashboard.registers import load_registers
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.vocabulary import NOUNS


SHARES = "sample-external-data-shares"
WAYS = (
    {},
    {"known_on": "2024-06-01"},
    {"from_": "2022", "to": "2023", "interval": "quarter"},
    {"type": "university", "outcome": "approved"},
    {"reference": "nothing of this name"},
)
REQUEST = re.compile(r"\brequests?\b", re.IGNORECASE)
# Bodies make requests, which are counted as such; these sentences are of the description and speak of the older list.
OWN = (
    "The date data were first supplied is published only for requests approved before April 2018",
    "of NPD requests",
)


def said(page: Page) -> Iterator[str]:
    """Every sentence, label and heading of a page, before it is drawn."""
    yield from (page.headline, page.lead, *page.unanswered)
    yield from (f.text for f in page.findings if f.kind != "people")
    yield from (w for t in page.tiles for w in (t.unit, t.label))
    if page.listing:
        yield page.listing.caption
    for e in page.exhibits:
        if e.measure in ("person-counts", "published-figures"):
            continue
        yield from (e.title, e.summary, *e.notes, e.table.caption)
        yield from (c.label for c in e.table.columns)
        if e.chart:
            yield from (e.chart.x_label, e.chart.y_label, *(s.label for s in e.chart.series))


def wrong(words: Iterator[str]) -> list[str]:
    return [w for w in words if REQUEST.search(re.sub("|".join(map(re.escape, OWN)), "", w))]


@pytest.mark.parametrize("asked", WAYS, ids=str)
@pytest.mark.parametrize("page", [p for p in PAGES if p != "about"])
def test_a_page_of_shares_speaks_of_shares(sample_store: Store, page: str, asked: dict[str, str]) -> None:
    made = make_page(sample_store, page, make_filters(register=SHARES, **asked))
    assert not wrong(said(made))


def test_it_does_speak_of_shares(sample_store: Store) -> None:
    made = make_page(sample_store, "overview", Filters(register=SHARES))
    assert "shares approved" in made.headline
    assert any("of shares" in text or "shares" in text for text in said(made))
    of_requests = make_page(sample_store, "overview", Filters(register="sample-npd-requests"))
    assert "requests received" in of_requests.headline


@pytest.mark.parametrize("name", measures.MEASURES)
def test_the_notes_of_a_measure_speak_of_shares(sample_store: Store, name: str) -> None:
    for asked in WAYS:
        notes = measures.measure(name, sample_store, register=SHARES, **asked).notes
        if name not in ("person-counts", "commitments"):
            assert not wrong(iter(notes)), name


def test_every_register_has_a_noun(tmp_path) -> None:
    registers = load_registers(load_settings(tmp_path / "data"))
    assert {r.noun for r in registers.values()} <= set(NOUNS)
    assert registers[SHARES].noun == registers["dfe-external-data-shares"].noun == "share"
