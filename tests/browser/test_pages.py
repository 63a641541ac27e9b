"""Each page as it first comes: words without JavaScript, then charts that take over without a jump."""

from __future__ import annotations

import pytest

from tests.browser.support import (
    CHARTED,
    FILTERED,
    PAGES,
    SAMPLE,
    differences,
    finding,
    has_charts,
    live,
    query_of,
    until,
)


# Shifts are counted from the first paint, whatever is on the screen.
COUNT_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shifts += e.value; })
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("name", PAGES)
def test_without_javascript_a_page_says_it_all(name, sample, visit):
    page = visit(sample, f"/{name}", java_script_enabled=False).page
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert page.get_by_text("Synthetic sample data").first.is_visible()
    assert page.locator("table").count() >= 1
    if name in CHARTED:
        for figure in page.locator(".figure").all():
            assert figure.locator("svg:visible").count() == 1
    if name == "overview":
        assert 3 <= page.locator(".findings li").count() <= 6

    if name not in FILTERED:
        assert page.locator("select[name=type]").count() == 0
        return
    page.locator("select[name=type]").select_option("university")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**type=university**")
    assert page.url.startswith(f"{sample.url}/{name}?")
    assert query_of(page)["type"] == "university"
    assert page.locator("select[name=type]").input_value() == "university"
    assert page.locator("h1").inner_text().strip()


@pytest.mark.parametrize("name", CHARTED)
@pytest.mark.parametrize("which", ["sample", "phe"])
def test_charts_take_over_in_place_and_draw_the_open_data(name, which, visit, request):
    site = request.getfixturevalue(which)
    watched = visit(site, "/health")
    page = watched.page
    page.add_init_script(COUNT_SHIFTS)
    charted = has_charts(site, f"/{name}")
    watched.go(f"/{name}", live=charted)
    page.wait_for_timeout(150)
    assert page.evaluate("window.shifts") < 0.02
    if not charted:
        return
    assert differences(site, page) == []
    holders = page.locator(".figure[data-live]")
    assert len(live(page)) == holders.count() >= 1
    for holder in holders.all():
        assert holder.get_by_role("img").count() == 1  # the canvas, by its name; the static drawing is gone
        assert holder.locator("canvas").first.is_visible()
        assert holder.locator(".chart").count() == 0


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("which", ["sample", "phe"])
def test_a_phone_shows_static_charts_and_never_scrolls_sideways(name, which, visit, request):
    site = request.getfixturevalue(which)
    watched = visit(site, f"/{name}", width=320)
    page = watched.page
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # The framework would cost a phone megabytes.
    assert [url for url in watched.requests if "/static/" in url or "/live/" in url] == []


@pytest.mark.parametrize("name", ["overview", "volumes"])
def test_paper_gets_the_static_drawings_and_open_tables(name, sample, visit):
    page = visit(sample, f"/{name}", live=True, color_scheme="dark").page
    page.locator("select[name=type]").select_option("university")
    assert until(page, lambda: "type=university" in page.url)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    for figure in page.locator(".figure[data-live]").all():
        assert figure.locator("svg:visible").count() == 1
        assert figure.locator("canvas:visible").count() == 0
        # What is printed is what was filtered.
        title = finding(page, figure.get_attribute("data-live"))
        assert title in figure.locator("svg:visible").evaluate("e => e.outerHTML")
    for table in page.locator("#exhibits table").all():
        assert table.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("form.filters").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".figure > .chart").count() == 0
    assert until(page, lambda: page.locator(".figure canvas").first.is_visible())


def test_the_home_address_and_a_wrong_one(sample, visit):
    watched = visit(sample, "/")
    assert watched.page.url == f"{sample.url}/overview"
    watched.forgiven.append("404")
    watched.go("/nothing-here")
    assert watched.page.locator("h1").inner_text()
    assert watched.page.locator("nav a").count() >= 5


def test_every_link_of_a_page_leads_somewhere(sample, visit):
    page = visit(sample, "/overview").page
    addresses: set[str] = set()
    for name in ("overview", "recipients"):
        page.goto(f"{sample.url}/{name}")
        addresses |= set(
            page.locator("a[href^='/']").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        )
    assert any(SAMPLE in a for a in addresses)
    for address in sorted(addresses):
        assert page.request.get(sample.url + address).status == 200, address
