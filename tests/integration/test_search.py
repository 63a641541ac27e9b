"""Search over HTTP: as JSON while a reader types, and as a page without a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest

from dashboard.sample import HOSTILE
from dashboard.settings import load_settings
from dashboard.store import Store
from tests.integration.test_app import Reader, made
from tests.support.serving import Served, serving


SAMPLE = "sample-npd-requests"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(made(tmp_path_factory.mktemp("search"), requests=200, editions=3, hostile=True)) as served:
        yield served


def found(site: Served, q: str, **more: str) -> dict[str, list[dict[str, str]]]:
    answer = site.get(f"/search.json?{urlencode({'q': q, 'register': SAMPLE, **more})}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    record = json.loads(answer.text)
    assert set(record) == {"q", "groups"}
    for group in record["groups"]:
        assert set(group) == {"label", "matched", "items"}
        assert 0 < len(group["items"]) <= 10
        assert group["matched"] >= len(group["items"])
        assert all(set(item) == {"label", "detail", "href"} for item in group["items"])
        assert all(item["href"].startswith(("/request/", "/recipient/")) for item in group["items"])
    return {group["label"]: group["items"] for group in record["groups"]}


def a_request(site: Served) -> dict[str, object]:
    with Store(load_settings(site.data)) as store:
        rows = store.query(
            "register_rows", search=None, counted=None, limit=None, offset=None, register=SAMPLE
        ).dicts()
    return next(r for r in rows if r["title"] and str(r["reference"]).startswith("DR"))


def test_the_whole_reference_comes_first_and_leads_to_its_page(site: Served) -> None:
    row = a_request(site)
    reference = str(row["reference"])
    first = found(site, reference.lower())["Requests"][0]
    assert first["label"] == reference
    assert first["href"] == f"/request/{SAMPLE}/{quote(reference, safe='')}"
    assert len(found(site, "DR")["Requests"]) == 10


def test_words_of_a_title_are_found_in_any_order_and_case(site: Served) -> None:
    row = a_request(site)
    words = str(row["title"]).split()
    for q in (" ".join(words), " ".join(reversed(words)).upper(), " ".join(words[:2])):
        titles = found(site, q)["Titles"]
        assert any(words[0] in item["label"] for item in titles), q


@pytest.mark.parametrize(
    "words", [*HOSTILE, "' or 1=1 --", "%", "_", "\\", "*", "[", "(", "$", "\x00", "𝒳" * 80]
)
def test_hostile_words_are_only_ever_words(site: Served, words: str) -> None:
    words = words[:1000]  # a longer address is refused before anything looks at it
    found(site, words)
    answer = site.get("/search?" + urlencode({"q": words, "register": SAMPLE}))
    assert answer.status == 200
    page = Reader(answer.text)
    assert [s for s in page.scripts if not (s["src"] or "").startswith("/assets/")] == []
    assert "<script>alert" not in answer.text
    assert [a for a in page.addresses if not a.startswith(("/", "#", "data:,"))] == []


def test_nothing_asked_finds_nothing(site: Served) -> None:
    assert found(site, "") == {}
    assert found(site, " \t ") == {}
    assert "Search" in Reader(site.get(f"/search?register={SAMPLE}").text).said("h1")


def test_the_page_groups_by_kind_and_says_what_to_loosen(site: Served) -> None:
    page = Reader(site.get(f"/search?q=DR&register={SAMPLE}").text)
    assert "requests" in page.said("h1")
    assert page.said("h2").startswith("Requests:")
    nothing = Reader(site.get(f"/search?q=zzzzqqqq&register={SAMPLE}").text)
    assert "Nothing in" in nothing.said("h1")
    assert "zzzzqqqq" in nothing.said("h1")
    assert "What to try" in nothing.said("h2")


def test_an_edition_is_searched_alone(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        editions = [r["edition"] for r in store.query("editions", register=SAMPLE).dicts()]
    early = found(site, "DR", edition=editions[0])["Requests"]
    assert all(item["href"].endswith(f"?edition={editions[0]}") for item in early)
    assert found(site, "DR", edition="1999-01-01")["Requests"][0]["href"].count("?") == 0


def test_what_is_wrong_in_the_address_is_named_and_dropped(site: Served) -> None:
    page = Reader(site.get("/search?q=DR&register=nobody&known_on=never").text)
    assert "no register called 'nobody'" in page.said("p")
    assert "never" in page.said("p")
