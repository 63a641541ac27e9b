"""report.html as a reader opens it: a file, by axe, on a phone, on paper, and nothing asked of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessible import FORMS, tab_stops, violations


@pytest.fixture(scope="module")
def report(sample: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """By the command, in a process of its own: here Playwright's event loop runs."""
    out = tmp_path_factory.mktemp("report")
    asked = ("render", "april-review", "--year", "2018", "--register", "sample-npd-requests", "--no-pdf")
    printed = sample.run(*asked, "--out", str(out)).decode().strip()
    return Path(printed) / "report.html"


def opened(contexts: Any, report: Path, *, width: int = 1200, **options: Any) -> tuple[Any, list[str]]:
    """The file in a page, and whatever it asks for beyond itself."""
    page = contexts(**options).new_page()
    page.set_viewport_size({"width": width, "height": 900})
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(report.as_uri())
    return page, [url for url in asked if url != report.as_uri() and not url.startswith("data:")]


@pytest.mark.parametrize("form", FORMS)
def test_axe_finds_nothing_in_a_report(form: str, report: Path, contexts: Any) -> None:
    page, asked = opened(contexts, report, **FORMS[form])
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert violations(page) == []
    assert asked == []
    page.close()


def test_a_report_fits_a_phone_and_the_keyboard_reaches_all_of_it(report: Path, contexts: Any) -> None:
    page, _ = opened(contexts, report, width=320, color_scheme="light")
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # What is wider than the page scrolls by itself, and nothing else is cut.
    cut = page.evaluate(
        "() => [...document.querySelectorAll('main p, main li, main h1, main h2, main h3, main dd, main figure')]"
        ".filter((e) => !e.closest('.table-scroll') && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1)"
        ".map((e) => e.outerHTML.slice(0, 120))"
    )
    assert cut == []
    page.close()
    wide, _ = opened(contexts, report, color_scheme="light")
    stops = tab_stops(wide)
    assert [s["text"] for s in stops if s["tag"] == "A"][1:3] == [
        "Can this be signed?",
        "What can be said in public?",
    ]
    wide.close()


def test_a_printed_report_is_light_with_every_table_open(report: Path, contexts: Any) -> None:
    page, _ = opened(contexts, report, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    hidden = page.evaluate(
        "() => [...document.querySelectorAll('main table')].filter((t) => !t.getBoundingClientRect().height).length"
    )
    assert hidden == 0
    charts = page.evaluate(
        "() => [...document.querySelectorAll('main .chart svg')].filter((s) => s.getBoundingClientRect().height).length"
    )
    assert charts == page.locator("main .chart").count() > 5
    page.close()
