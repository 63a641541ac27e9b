"""Names that are markup or formulas are words on every page, in live charts, tooltips, addresses and CSV."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser.support import FILTERED, PAGES, choose, has_charts, query_of, until


IMAGE = "<img src=x onerror=alert(1)>"
TRAPS = """
window.ran = [];
window.alert = (words) => window.ran.push(words);
"""
INTRUDERS = "img, script:not([src]), iframe, [onerror], a[href^='javascript:']"


def inert(page) -> None:
    assert page.evaluate("window.ran") == []
    assert page.locator(INTRUDERS).count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_hostile_names_are_words(name, hostile, visit):
    watched = visit(hostile, "/health")
    page = watched.page
    page.add_init_script(TRAPS)
    # The second register's names are shown the same way: two pages of it are enough.
    others = ["sample-external-data-shares"] if name in ("recipients", "register") else []
    for register in ["sample-npd-requests", *others]:
        watched.go(f"/{name}?register={register}", live=has_charts(hostile, f"/{name}?register={register}"))
        inert(page)
        if name == "register":
            page.get_by_label("Search the register").fill("<img")
            page.get_by_label("Search the register").press("Enter")
            assert until(page, lambda: query_of(page).get("q") == "<img")
            assert until(page, lambda: "“<img”" in page.locator("h1").inner_text())
            assert IMAGE in page.locator(".listing").inner_text()
            inert(page)
            continue
        # Over every bar, so that its tooltip is made.
        for figure in page.locator(".figure[data-live]").all():
            figure.scroll_into_view_if_needed()
            box = figure.bounding_box()
            for place in range(1, 8):
                page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * place / 8)
                page.wait_for_timeout(15)
        if name not in FILTERED:
            continue
        choose(page, "from", "2013-01-01")
        assert until(page, lambda: query_of(page).get("from") == "2013-01-01")
        page.wait_for_timeout(150)
        inert(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1200


def test_hostile_names_are_drawn_as_they_are(hostile, visit):
    watched = visit(hostile, "/recipients?register=sample-npd-requests&limit=100", width=320)
    page = watched.page
    assert IMAGE in page.content().replace("&lt;", "<").replace("&gt;", ">")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_hostile_address_is_words_too(hostile, visit):
    watched = visit(hostile, "/health")
    page = watched.page
    page.add_init_script(TRAPS)
    text = quote(IMAGE)
    watched.go(f"/volumes?type={text}&{text}={text}&register={text}&recipient={text}&edition={text}")
    inert(page)
    assert IMAGE in " ".join(page.locator(".notice-warning").all_inner_texts())
    watched.go(f"/register?q={text}")
    inert(page)
    assert IMAGE in page.locator("h1").inner_text()


def test_formulas_are_defused_in_csv(hostile):
    text = hostile.get("/data/top-recipients.csv?register=sample-npd-requests&limit=1000").decode("utf-8")
    assert "'=HYPERLINK" in text
    cells = [cell for line in text.splitlines() for cell in line.split(",")]
    assert not [c for c in cells if c.lstrip('"').startswith(("=", "@", "+"))]
