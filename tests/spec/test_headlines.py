"""The headline engine does what its worked examples say; the first screen is that of the overview itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dashboard import findings, measures
from dashboard.filters import Filters, make_filters
from dashboard.headlines import MOST
from dashboard.pages import make_page
from dashboard.store import Store
from tests.spec.shape import FirstScreen, Sentence
from tests.spec.specs.headlines import FIRST_SCREEN, SENTENCES
from tests.spec.test_measures import store_of
from tests.support.warehouse import table


def value(text: str) -> Any:
    """A cell as a measure gives it."""
    if text == "null":
        return None
    if text in ("true", "false"):
        return text == "true"
    for read in (int, float, date.fromisoformat):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def asked(example: Sentence) -> list[Any]:
    """The engine's first arguments: points, a row, two rows or rows, as the kind takes them."""
    rows = [{name: value(text) for name, text in row.items()} for row in table(example.rows)]
    if example.points:
        name, count = example.points
        return [[(str(row[name]), row[count]) for row in rows]]
    if example.kind in ("time", "silent", "time_change", "ended"):
        return rows
    return [rows]


@pytest.mark.parametrize("example", SENTENCES, ids=lambda e: f"{e.kind}: {e.title}")
def test_sentence(example: Sentence) -> None:
    said = findings.KINDS[example.kind](*asked(example), **example.ask)
    assert (said or "") == example.says


def test_every_kind_has_an_example() -> None:
    assert {e.kind for e in SENTENCES} == set(findings.KINDS)


@pytest.fixture(scope="module")
def first_screen_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return store_of(FIRST_SCREEN.given, {}, tmp_path_factory)


def test_first_screen(first_screen_store: Store) -> None:
    example: FirstScreen = FIRST_SCREEN
    filters = make_filters(register=example.given.name, **example.ask)
    page = make_page(first_screen_store, "overview", filters)
    assert page.headline == example.headline
    assert tuple((f.kind, f.text) for f in page.findings) == example.findings
    assert page.decisions is not None
    assert tuple(page.decisions.column("words")) == example.decisions
    assert len(page.findings) <= MOST
    assert any(kind == "context" for kind, _ in example.findings)


def test_each_finding_carries_what_it_rests_on(first_screen_store: Store) -> None:
    page = make_page(first_screen_store, "overview", Filters(register=FIRST_SCREEN.given.name))
    for finding in page.findings:
        if finding.kind == "silent":  # what is not there has no rows
            assert not finding.rows
            continue
        for ground in finding.rests_on:
            result = measures.measure(ground.measure, first_screen_store, filters=ground.filters)
            assert set(ground.columns) <= set(result.columns)
            assert ground.address.startswith(f"/data/{ground.measure}.csv?register=")
            if not ground.counted:
                assert measures.rows(ground.measure, first_screen_store, filters=ground.filters).rows
        assert finding.rows == finding.rests_on[0].address
