"""The feeds that the site gives: found from a page, valid, and of what is shown and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from dashboard.files import sha256_of
from dashboard.web import feeds
from tests.integration.conftest import LEGACY, SHARES
from tests.support.serving import Served, serving
from tests.unit.test_feeds import check_atom


@pytest.fixture(scope="module")
def folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a signed review and a draft, as small as a review can be."""
    data = tmp_path_factory.mktemp("feeds") / "data"
    shutil.copytree(built, data)
    for year, signed in (("2017", True), ("2018", False)):
        place = data / "reviews" / "april-review" / year / f"{year}0501-1-abcdef"
        place.mkdir(parents=True)
        (place / "report.html").write_text("<!doctype html><title>A review</title>")
        manifest = {
            "title": f"April review {year}",
            "parameters": {"register": LEGACY},
            "build": "b",
            "files": {"report.html": sha256_of(place / "report.html")},
        }
        (place / "manifest.json").write_text(json.dumps(manifest))
        (place / "times.json").write_text(json.dumps({"started": f"{year}-05-01T10:00:00+00:00"}))
        if signed:
            said = {"name": "A. Statistician", "role": "Head of Profession", "signed": f"{year}-05-09"}
            said["manifest_sha256"] = sha256_of(place / "manifest.json")
            (place / "signature.json").write_text(json.dumps(said))
    return data


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Served]:
    with serving(folder) as served:
        yield served


def test_a_page_names_its_feeds_and_they_are_there(site: Served) -> None:
    page = site.get(f"/overview?register={LEGACY}").text
    found = re.findall(
        r'<link rel="alternate" type="application/atom\+xml" title="([^"]+)" href="([^"]+)">', page
    )
    assert found[0][0].startswith("Changes in ")
    assert [href for _, href in found] == [f"/feeds/changes.atom?register={LEGACY}", "/feeds/reviews.atom"]
    for _, href in found:
        answer = site.get(href)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        check_atom(answer.text)
        parsed = feedparser.parse(answer.body)
        assert parsed.bozo == 0
        own = {link.rel: link.href for link in parsed.feed.links}
        assert own["self"] == f"http://127.0.0.1:{site.port}{href}"
        again = site.get(href, If_None_Match=answer.headers["etag"])
        assert again.status == 304


def test_the_changes_are_those_of_the_measure(site: Served) -> None:
    for register in (LEGACY, SHARES):
        rows = json.loads(site.get(f"/data/changes.json?register={register}").text)["rows"]
        assert rows
        feed = feedparser.parse(site.get(f"/feeds/changes.atom?register={register}").body)
        things = {(r["edition"], r["previous"], r["about"], r["reference"], r["occurrence"]) for r in rows}
        assert len(feed.entries) == len(things)
        assert "Synthetic sample data" in feed.feed.subtitle
        assert feed.feed.id == f"tag:access-review,2026:changes:{register}"
        for entry in feed.entries:
            path = re.sub(r"^http://127\.0\.0\.1:\d+", "", entry.link)
            assert site.get(path).status == 200, path


def test_an_edition_with_many_changes_is_counted(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST", 1)
    feed = feedparser.parse(feeds.changes_feed(site.site, LEGACY, "").plain())
    [entry] = feed.entries
    rows = json.loads(site.get(f"/data/changes.json?register={LEGACY}").text)["rows"]
    assert entry.title.endswith(f"{len(rows):,} changes")


def test_reviews_are_those_that_are_shown(site: Served, folder: Path) -> None:
    feed = feedparser.parse(site.get("/feeds/reviews.atom").body)
    assert [e.title for e in feed.entries] == ["April review 2017"]
    [entry] = feed.entries
    assert site.get(re.sub(r"^http://127\.0\.0\.1:\d+", "", entry.link)).status == 200
    with serving(folder, drafts=True) as drafts:
        both = feedparser.parse(drafts.get("/feeds/reviews.atom").body)
    assert [e.title for e in both.entries] == ["Draft: April review 2018", "April review 2017"]


def test_what_is_not_there_is_a_sentence(site: Served) -> None:
    answer = site.get("/feeds/changes.atom?register=nobody")
    assert answer.status == 400
    assert "No register in this build is called 'nobody'" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    home = site.get("/feeds/changes.atom")
    assert home.status == 302
    assert home.headers["location"].startswith("/feeds/changes.atom?register=")
    assert site.get("/feeds/other.atom").status == 404


def test_about_lists_the_open_data(site: Served) -> None:
    text = site.get("/about").text
    assert f'href="/feeds/changes.atom?register={LEGACY}"' in text
    assert 'href="/feeds/reviews.atom"' in text
    for table in ("requests", "releases", "recipients", "person_counts", "changes", "issues", "editions"):
        assert f"Columns of {table}" in text
    assert "The day of receipt. Null: not published." in text
