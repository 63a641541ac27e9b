"""Sections of a review as the notebook calls them, without a render: holdings, departures, ways, commentary."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard import reports, store
from dashboard.errors import AccessReviewError
from dashboard.measures import measure, rows
from dashboard.reports.inputs import input_hashes
from dashboard.review import Review, choose
from dashboard.review.commentary import SECTION_NAMES, commentary_files, lacks
from dashboard.sample import LEGACY, SHARES
from dashboard.settings import CHECKOUT, Settings
from dashboard.store import Store
from tests.conftest import Built, BuiltSample
from tests.notebooks.test_april_review import between_editions, traced
from tests.spec.registers import CASES
from tests.support.warehouse import File, build_data, lone_settings, make_data, open_data, register, table


def review_of(store: Store, register: str, year: int, folder: Path | None = None) -> Review:
    return Review.begin(store, choose(store, year=year, register=register), folder=folder)


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(("register", "year"), [(LEGACY, 2018), (SHARES, 2026)])
def test_whom_to_chase_is_exactly_what_holdings_counts(
    register: str, year: int, sample_data: BuiltSample, tmp_path: Path
) -> None:
    review = review_of(sample_data.store, register, year, tmp_path)
    said = words_of(review.holdings().html)
    asked = {"register": register, "known_on": date(year, 4, 30)}
    counted = measure("holdings", sample_data.store, **asked).dicts()
    held, overdue, ending = (sum(r[c] or 0 for r in counted) for c in ("still_held", "overdue", "ending"))
    assert held > ending > 0
    assert f"{held:,} {review.scope.noun}s are published as still holding data" in said
    assert (f"{overdue} of them past the licence" if overdue else "none of them past the licence") in said
    assert f"{ending} licences of data still held end within a year" in said
    with (tmp_path / "tables" / "licences-due.csv").open(encoding="utf-8", newline="") as file:
        due = list(csv.DictReader(file))
    behind = rows("holdings", sample_data.store, **asked).dicts()
    wanted = {r["reference"] for r in behind if r["counted_as"] == "overdue" or r["ending"]}
    assert {r["reference"] for r in due} == wanted
    assert len(due) == ending + overdue
    assert [r["licence_end"] for r in due] == sorted(r["licence_end"] for r in due)
    as_at = review.choice.as_at.isoformat()
    assert all((r["licence_end"] < as_at) == (r["counted_as"] == "overdue") for r in due)
    traced(review)
    assert "licences-due" in review.sheets


def test_what_left_without_a_reason_is_asked_of_the_owner(sample_data: BuiltSample, tmp_path: Path) -> None:
    review = review_of(sample_data.store, LEGACY, 2018, tmp_path)
    said = words_of(review.data_quality().html)
    items = measure("decisions", sample_data.store, register=LEGACY, known_on=date(2018, 4, 30)).dicts()
    [count] = [r["count"] for r in items if r["kind"] == "departures"]
    assert f"{count} entries left with no reason published: ask the owner why" in said
    with (tmp_path / "tables" / "departures.csv").open(encoding="utf-8", newline="") as file:
        left = list(csv.DictReader(file))
    assert len(left) == count
    assert all(r["reference"] in said for r in left)
    traced(review)


MANY = 1_100  # rows of one list: more than a report shows, and than are read at a time in the test
LICENSED = register(
    "licensed",
    sheets=[{"name": "*", "rows": "release",
             "columns": {"reference": "Ref", "recipient": "Name", "released_date": "Released", "licence_end": "Ends"}}],
    layout={"date_order": "ymd"},
)  # fmt: skip


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Many licences that end within a year, and half a year later an edition that has lost nearly all of them."""
    rows = ["Ref | Name | Released | Ends"]
    rows += [
        f"R{n:04} | Body {n % 7} | 2018-02-{1 + n % 28:02} | 2019-12-{1 + n % 31:02}" for n in range(MANY)
    ]
    files = {
        "2018-12-31": File(table("\n".join(rows)), published="2019-02-01"),
        "2019-06-30": File(table("\n".join(rows[:11])), published="2019-08-01"),
    }
    folder = make_data(tmp_path_factory.mktemp("licensed") / "data", LICENSED, files)
    build_data(folder)
    with Store(lone_settings(folder)) as store:
        yield store


def table_of(folder: Path, key: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{key}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_long_lists_are_whole_in_their_files_and_never_in_memory(
    licensed: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[tuple[int, str]] = []
    run = Store._run

    def counted(self: Store, *asked: Any) -> Any:
        found, size = run(self, *asked)
        held.append((size, asked[1].name))
        return found, size

    monkeypatch.setattr(Store, "_run", counted)
    monkeypatch.setattr(store, "STREAM_ROWS", 100)
    review = review_of(licensed, "licensed", 2019, tmp_path / "due")
    said = words_of(review.holdings().html)
    due = table_of(tmp_path / "due", "licences-due")
    assert len({r["reference"] for r in due}) == MANY
    assert [(r["licence_end"], r["reference"]) for r in due] == sorted(
        (r["licence_end"], r["reference"]) for r in due
    )
    assert "The first 25 are shown; the CSV has all." in said
    shown = re.findall(r"R\d{4}", said)
    assert shown == [r["reference"] for r in due[:25]]
    assert review.measures["licences-due"]["rows"] == MANY
    assert {c.name: c.kind for c in review.sheets["licences-due"].columns}["licence_end"] == "date"
    traced(review)

    review = review_of(licensed, "licensed", 2020, tmp_path / "left")
    said = words_of(review.data_quality().html)
    left = table_of(tmp_path / "left", "departures")
    assert len({r["reference"] for r in left}) == MANY - 10
    assert "1,090 entries left with no reason published: ask the owner why" in said
    assert "The latest 25 are shown; the CSV has all." in said
    last = sorted(left, key=lambda r: (r["date"], r["reference"]), reverse=True)[:25]
    assert re.findall(r"R\d{4}", said) == [r["reference"] for r in last]
    said = words_of(review.headlines().html)
    assert "1,090 gone with no reason published" in said
    assert (0, "") < max(held) < (200, "")
    traced(review)  # asks again for every row


def test_problems_are_the_measures_own_bytes(sample_data: BuiltSample, tmp_path: Path) -> None:
    review = review_of(sample_data.store, LEGACY, 2018, tmp_path)
    said = words_of(review.data_quality().html)
    asked = {"register": LEGACY, "known_on": date(2018, 4, 30)}
    issues = measure("issues", sample_data.store, **asked)
    assert (tmp_path / "tables" / "issues.csv").read_text("utf-8") == issues.csv()
    errors = [r for r in issues.dicts() if r["severity"] == "error"]
    latest = [r for r in errors if r["edition"] == review.choice.edition]
    assert errors
    assert f"In all editions known: {len(errors)} cells could not be read." in said
    assert (f"{len(latest)} cell" if latest else "Every cell of the latest edition could be read") in said
    for rule in {r["rule"] for r in issues.dicts()}:
        assert rule.replace("_", " ") in said


def test_who_received_is_told_by_each_way_that_is_published(sample_data: BuiltSample) -> None:
    review = review_of(sample_data.store, LEGACY, 2018)
    said = words_of(review.recipients().html)
    assert re.search(r"Tier: Tier \d had \d+% of releases since 1 April 2015", said)
    assert "Legal basis: " in said
    assert "Access route is not published." in said
    assert {"recipients-by-tier", "recipients-by-legal-basis", "recipients-by-dataset"} <= set(
        review.measures
    )
    assert "recipients-by-route" not in review.measures
    traced(review)


def test_sections_without_their_data_say_what_is_not_published(tmp_path: Path) -> None:
    store = open_data(make_data(tmp_path, CASES, between_editions()))
    review = review_of(store, "cases", 2020)
    assert "Neither the end of a licence nor whether data are still held is published" in words_of(
        review.holdings().html
    )
    assert "no entry" in words_of(review.data_quality().html).lower()
    for words in ("Tier is not published", "Legal basis is not published"):
        assert words in words_of(review.recipients().html).replace(" (1 to 4)", "")
    assert "Not published here" in review.access_arrangements().html
    review.close()


@pytest.mark.realdata
def test_one_edition_cannot_show_what_left(real_data: Built) -> None:
    review = review_of(real_data.store, "phe-odr", 2021)
    assert "One edition is known, so what left the register cannot be seen." in words_of(
        review.data_quality().html
    )
    said = words_of(review.recipients().html)
    assert "Access route: De-personalised had 60% of releases" in said
    assert "Legal basis: No legal gateway required had 48% of releases" in said
    traced(review)


def test_the_names_of_commentary_files_are_those_of_the_sections() -> None:
    cells = json.loads((CHECKOUT / "notebooks" / reports.NOTEBOOK).read_text("utf-8"))["cells"]
    ids = [c["id"] for c in cells if c["cell_type"] == "markdown"]
    assert [f"section-{name}" for name in SECTION_NAMES] == [i for i in ids if i.startswith("section-")]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("volume.md", "rename it to volumes.md"),
        ("Access_arrangements.md", "rename it to access-arrangements.md"),
        ("volumes.txt", "rename it to volumes.md"),
        ("zebra.md", "the sections are sign-off, headlines"),
    ],
)
def test_commentary_that_no_section_would_show_is_refused_before_the_kernel_starts(
    name: str, hint: str, sample_data: BuiltSample, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, shipped=sample_data.settings.shipped)
    (tmp_path / "builds").symlink_to(sample_data.settings.builds)
    folder = tmp_path / "commentary" / "2018"
    folder.mkdir(parents=True)
    (folder / ".volumes.md.swp").write_text("x", "utf-8")
    (folder / "volumes.md").write_text("Words.", "utf-8")
    assert [p.name for p in commentary_files(folder)] == ["volumes.md"]
    assert list(input_hashes(settings, 2018, LEGACY)) == ["commentary/2018/volumes.md"]
    (folder / name).write_text("Words.", "utf-8")
    with pytest.raises(AccessReviewError, match="no section of the review shows") as refused:
        reports.render_april_review(settings, year=2018, register=LEGACY)
    assert name in str(refused.value)
    assert hint in str(refused.value.hint)
    assert not (tmp_path / "reviews" / "failed").exists()


def test_access_arrangements_without_a_source_or_a_date_say_so(
    sample_data: BuiltSample, tmp_path: Path
) -> None:
    assert lacks("The panel met.") == ["This commentary names no source.", "This commentary gives no date."]
    assert lacks("The panel met in May 2017 (source: its minutes).") == []
    template = (CHECKOUT / "docs" / "commentary-template.md").read_text("utf-8")
    assert "access-arrangements.md" in template
    (tmp_path / "builds").symlink_to(sample_data.settings.builds)
    folder = tmp_path / "commentary" / "2018"
    folder.mkdir(parents=True)
    (folder / "access-arrangements.md").write_text("The panel met **monthly**.", "utf-8")
    with Store(Settings(data=tmp_path, shipped=sample_data.settings.shipped)) as store:
        html = review_of(store, LEGACY, 2018).access_arrangements().html
    assert "This commentary names no source." in html
    assert "<strong>monthly</strong>" in html
    assert "not computed from the register" in html
