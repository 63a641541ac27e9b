"""The code beside each figure of the dashboard gives that figure again, and the numbers of its CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest

from dashboard import notebook
from dashboard.filters import make_filters
from dashboard.html import environment
from dashboard.notebook import OpenStore
from dashboard.notebook_code import notebook_code
from dashboard.pages import PAGES, Page, make_page
from dashboard.sample import LEGACY, SHARES
from tests.conftest import BuiltSample


ASKED: list[dict[str, Any]] = [
    {"register": LEGACY},
    {"register": SHARES},
    {"register": LEGACY, "from_": "2016-01-01", "to": "2017-12-31", "type": ["university", "charity"]},
    {
        "register": LEGACY,
        "interval": "quarter",
        "clock": "received_to_decision",
        "unit": "working",
        "target": 60,
    },
    {"register": LEGACY, "known_on": "2017-06-30"},
    {"register": LEGACY, "edition": "2017-03-31", "tier": "1"},
]


@pytest.fixture
def once(opened: OpenStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """`open_store` gives the store that is open; the builds that were asked for."""
    builds: list[str] = []

    def open_store(data: None = None, *, build: str) -> OpenStore:
        builds.append(build)
        return opened

    monkeypatch.setattr(notebook, "open_store", open_store)
    yield builds
    assert set(builds) == {opened.build.id}


def check(page: Page, store: OpenStore) -> int:
    for exhibit in page.exhibits:
        code = notebook_code(exhibit, page, store.build.id)
        names: dict[str, Any] = {}
        exec(code, names)
        assert names["exhibit"] == exhibit, code
        if exhibit.measure:
            # What /data/<measure>.csv?<query> gives.
            assert names["numbers"].csv() == store.measure(exhibit.measure, **query(exhibit.query)).csv(), (
                code
            )
            assert not [n for n in names["numbers"].notes if n.startswith("Not applied")], code
    return len(page.exhibits)


def query(text: str) -> dict[str, Any]:
    return {"from_" if k == "from" else k: v for k, v in parse_qsl(text)}


@pytest.mark.parametrize("asked", ASKED, ids=lambda a: "-".join(map(str, a.values())))
def test_the_code_of_every_exhibit_of_every_page_gives_it_again(
    opened: OpenStore, once: list[str], asked: dict[str, Any]
) -> None:
    shown = sum(check(make_page(opened, name, make_filters(**asked)), opened) for name in PAGES)
    assert shown >= 10


def test_so_does_that_of_a_recipient(opened: OpenStore, once: list[str]) -> None:
    recipient = opened.top_recipients(register=LEGACY, limit=1).dicts()[0]["recipient"]
    [found] = {r["recipient_id"] for r in opened.volumes(register=LEGACY, recipient=recipient).rows().dicts()}
    page = make_page(opened, "recipient", make_filters(register=LEGACY, recipient=found))
    assert check(page, opened) >= 3


def test_the_code_as_it_stands_runs_where_the_data_are(
    sample_data: BuiltSample, opened: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS_REVIEW_DATA", str(sample_data.settings.data))
    page = make_page(opened, "volumes", make_filters(register=LEGACY))
    names: dict[str, Any] = {}
    exec(notebook_code(page.exhibits[0], page, opened.build.id), names)
    with names["store"]:
        assert names["exhibit"] == page.exhibits[0]
        assert names["exhibit"].df.shape[0] == len(page.exhibits[0].table.rows)


def test_text_of_a_filter_stays_text(opened: OpenStore) -> None:
    hostile = '"); import os; os.abort() # \\'
    page = make_page(opened, "volumes", make_filters(register=LEGACY))
    exhibit = replace(page.exhibits[0], query=make_filters(register=LEGACY, recipient=hostile).query())
    code = notebook_code(exhibit, replace(page, filters=make_filters(recipient=hostile)), opened.build.id)
    said: list[Any] = []

    class Store:
        def __getattr__(self, name: str) -> Any:
            return lambda *_, **keywords: said.append(keywords.get("recipient"))

    exec(code.replace("from dashboard import open_store", ""), {"open_store": lambda build: Store()})
    assert said == [hostile, hostile]


def test_the_page_carries_it_escaped_and_a_report_does_not(opened: OpenStore) -> None:
    exhibit = make_page(opened, "volumes", make_filters(register=LEGACY)).exhibits[0]
    macro = environment().get_template("exhibit.html").module.exhibit
    html = macro(exhibit, code='x = "</textarea><script>"\n')
    assert "Open in a notebook" in html
    assert "&lt;/textarea&gt;&lt;script&gt;" in html
    assert "<script>" not in html
    assert "Open in a notebook" not in macro(exhibit, csv="tables/volumes.csv")


def test_an_exhibit_shows_itself_in_a_notebook_without_links_that_lead_nowhere(opened: OpenStore) -> None:
    exhibit = opened.exhibit("volumes", "volumes", register=LEGACY)
    html = exhibit._repr_html_()
    assert "<svg" in html
    assert "<caption" in html
    assert "<a " not in html
    assert "Synthetic sample data" in html
