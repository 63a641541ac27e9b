"""How each measure is worked out: one text, one click from every figure, in pages, reviews and notebooks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dashboard import definitions, figures
from dashboard.definitions import as_html, load_definitions
from dashboard.errors import AccessReviewError
from dashboard.filters import Filters
from dashboard.measures import MEASURES, measure
from dashboard.pages import PAGES
from dashboard.sample import LEGACY, SHARES
from dashboard.settings import CHECKOUT, definitions_file, load_settings
from dashboard.web.site import Site


@pytest.fixture(scope="module")
def site(built: Path) -> Iterator[Site]:
    made = Site(load_settings(built))
    yield made
    made.store.close()


def html(site: Site, page: str, register: str = LEGACY) -> str:
    return site.page(page, f"register={register}").plain().decode("utf-8")


def test_every_measure_is_defined_and_headlines_too() -> None:
    found = load_definitions()
    assert {d.anchor for d in found.measures} == {*MEASURES, definitions.HEADLINES, definitions.COVERAGE}
    for d in found.measures:
        if d.anchor == definitions.COVERAGE:
            continue
        assert d.words.endswith((".", ":")), d.anchor
        assert "**Rule.**" in d.rules, d.anchor
        assert "**Source.**" in d.rules, d.anchor
        assert d.how_many >= 1, d.anchor
    assert all("**Numerator.**" in d.rules for d in found.measures if d.anchor in MEASURES)
    assert "Null is not 0" in found.throughout


def test_the_page_has_the_whole_text_of_the_file(site: Site) -> None:
    """Every word of docs/definitions.md after its list of contents stands on the page, in its order."""

    def words(text: str) -> list[str]:
        return re.findall(r"[^\W_]+", text)

    page = re.sub(r"<[^>]+>", " ", html(site, "about"))
    page = page.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", '"')
    rendered = set(words(page))
    written = re.sub(
        r"\]\([^)]*\)", "]", definitions_file().read_text("utf-8").split("What holds throughout:")[1]
    )
    assert sorted({w for w in words(written) if w not in rendered}) == []


@pytest.mark.parametrize("register", [LEGACY, SHARES])
@pytest.mark.parametrize(
    "page", [name for name in PAGES if name not in ("register", "commitments", "reviews")]
)
def test_every_exhibit_leads_to_its_definition(site: Site, page: str, register: str) -> None:
    about = html(site, "about", register)
    text = html(site, page, register)
    sections = re.findall(r'<section class="exhibit">.*?</section>', text, re.DOTALL)
    assert sections or (page, register) in (("turnaround", SHARES), ("people", LEGACY))  # not published there
    for section in sections:
        if page == "checks" and "What holds of the build" in section:
            continue  # what must be true of a build counts nothing
        [link] = re.findall(r'href="(/about[^"]+)">How this is worked out', section)
        address = urlsplit(link.replace("&amp;", "&"))
        # the first screen shows the publisher's counts of people, of whichever of its registers has them
        of_people = page == "overview" and address.fragment == "person-counts"
        assert address.query == f"register={SHARES if of_people else register}"
        assert f'<h3 id="{address.fragment}">' in about


def test_the_page_is_in_order_and_its_tables_can_be_read(site: Site) -> None:
    text = html(site, "about")
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))
    levels = [int(n) for n in re.findall(r"<h([1-6])\b", text)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tables = text.count("<table")
    assert tables > 100
    assert text.count("<caption") == text.count('role="region" tabindex="0" aria-labelledby=') == tables
    assert set(re.findall(r'aria-labelledby="([^"]+)"', text)) <= set(ids)
    assert "<th>" not in text, "every heading of a table says what it heads"


def test_what_the_register_can_answer_is_there_with_what_its_rows_cover(site: Site) -> None:
    exhibit = figures.answerability_exhibit(site.store, Filters(register=LEGACY))
    assert exhibit is not None
    rows = dict(exhibit.table.rows)
    assert rows["Date received"].startswith("inferred (from reference): read from the reference")
    assert rows["Sensitivity (A to E)"] == "not published"
    assert any("Its sheets differ" in note and "still held or live" in note for note in exhibit.notes)
    silent = sum(
        r["status"] == "not_published" for r in measure("answerability", site.store, register=LEGACY).dicts()
    )
    assert exhibit.title == f"{silent} of 21 fields are not published"
    assert exhibit.title in html(site, "about")


def test_markdown_cannot_bring_markup_pictures_or_addresses() -> None:
    made = as_html(
        "Text <script>x</script> ![a](http://e.org/i.png) [b](javascript:x) [c](https://e.org) [d](#volumes)\n\n"
        '| <b>h</b> |\n| --- |\n| <img src=x onerror="y"> |\n',
        name="A table",
        key="t",
    )
    assert not {"<script", "<img", "<b>"} & set(re.findall(r"<\w+>?", made))
    assert re.findall(r'href="([^"]*)"', made) == ["#volumes"]
    assert '<caption id="t-table-1">A table</caption>' in made
    assert '<th scope="col">' in made


def test_a_notebook_says_where_the_definition_is(site: Site) -> None:
    shown = measure("volumes", site.store, register=LEGACY)._repr_html_()
    assert "How volumes is worked out: docs/definitions.md, and /about#volumes on the dashboard." in shown


def test_the_text_ships_in_the_wheel() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["docs/definitions.md"] == "dashboard/shipped/docs/definitions.md"


def test_a_missing_file_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(AccessReviewError, match="definitions cannot be read"):
        load_definitions(tmp_path / "definitions.md")


@pytest.mark.parametrize("register", [LEGACY, SHARES])
def test_the_overview_opens_with_what_needs_a_decision_or_says_that_nothing_does(
    site: Site, register: str
) -> None:
    text = html(site, "overview", register)
    items = measure("decisions", site.store, register=register).dicts()
    heading = f"Needs a decision: {len(items)}" if items else "Nothing needs a decision"
    assert f'<h2 id="decisions">{heading}</h2>' in text
    assert all(str(item["evidence"]).replace("&", "&amp;") in text for item in items)
