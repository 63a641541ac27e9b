"""axe finds nothing on any page in any form, and every function is there for the keyboard."""

from __future__ import annotations

import itertools

import pytest

from tests.browser.support import CHARTED, FILTERED, PAGES, SAMPLE, choose, query_of, until


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FORMS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "width": 320},
}
OUTLINE = """() => {
  let e = document.activeElement;
  const s = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const ring = (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2)
    || !!e.querySelector?.(".hit"); // bars draw their own
  return { tag: e.tagName, name: e.name ?? "", text: e.textContent.trim().slice(0, 40), ring,
           seen: box.width > 0 && box.height > 0 };
}"""


def tab_stops(page, most: int = 400) -> list[dict[str, object]]:
    """Every stop of the Tab key from the top to the end of a page; the first skips to the content, each is in sight."""
    stops: list[dict[str, object]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(OUTLINE)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    else:
        raise AssertionError(f"the focus never leaves the page: {stops[-3:]}")
    assert [s for s in stops if not s["ring"] or not s["seen"]] == []
    assert stops[0]["text"] == "Skip to main content"
    return stops


def violations(page) -> list[str]:
    # axe comes in through the debugger, past the pages' policy; it is never sent by the server.
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [*PAGES, "about"])
def test_axe_finds_nothing(name, form, sample, visit):
    wide = "width" not in FORMS[form]
    watched = visit(sample, f"/{name}", live=wide and name in CHARTED, bypass_csp=True, **FORMS[form])
    page = watched.page
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert violations(page) == []
    if form == "dark" or name not in FILTERED:  # colours only: what a filter changes is the same in both
        return
    choose(page, "type", "university")
    assert until(page, lambda: query_of(page).get("type") == "university")
    page.wait_for_timeout(200)
    assert violations(page) == []


@pytest.mark.parametrize("name", ["volumes", "turnaround"])
def test_axe_finds_nothing_on_real_data(name, phe, visit):
    page = visit(phe, f"/{name}?type=bogus", bypass_csp=True).page
    assert violations(page) == []


@pytest.mark.parametrize("name", [*PAGES, "about"])
def test_landmarks_and_headings_in_order(name, sample, visit):
    page = visit(sample, f"/{name}").page
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    assert page.get_by_role("navigation", name="Pages", exact=True).count() == 1
    assert page.get_by_role("form", name="Filters").count() == 1
    levels = [int(h.evaluate("e => e.tagName[1]")) for h in page.locator("h1, h2, h3, h4").all()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", PAGES)
def test_tab_goes_through_the_page_with_the_focus_in_sight(name, sample, visit):
    page = visit(sample, f"/{name}", live=name in CHARTED).page
    stops = tab_stops(page)
    order = [s["name"] for s in stops if s["name"]]
    fields = ("register", "from", "to", "type") if name in FILTERED else ("register",)
    assert [order.index(field) for field in fields] == sorted(order.index(field) for field in fields)
    assert {"BUTTON"} <= {s["tag"] for s in stops}
    if name in CHARTED:
        assert [s for s in stops if s["tag"] == "SUMMARY"]
        assert not [s for s in stops if s["tag"] in ("CANVAS", "DIV") and not s["text"]]


def test_the_keyboard_alone_does_everything(sample, visit):
    page = visit(sample, "/volumes", live=True).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert until(page, lambda: page.evaluate("document.activeElement.id") == "main")

    page.locator("select[name=type]").focus()
    page.keyboard.press("ArrowDown")
    assert until(page, lambda: query_of(page).get("type"))
    # The focus stays on what was changed.
    assert page.evaluate("document.activeElement.name") == "type"
    assert page.locator("#announce").get_attribute("aria-live") == "polite"

    page.locator("#exhibits summary").first.focus()
    page.keyboard.press("Enter")
    table = page.locator("#exhibits details").first
    assert table.evaluate("e => e.open")
    # An opened table stays open when the numbers in it change.
    page.locator("select[name=interval]").focus()
    page.keyboard.press("ArrowDown")
    assert until(page, lambda: query_of(page).get("interval") == "quarter")
    assert page.locator("#exhibits details").first.evaluate("e => e.open")

    page.get_by_role("button", name="Apply").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Recipients", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/recipients?**")
    assert query_of(page)["register"] == SAMPLE


def test_reduced_motion_is_respected(sample, visit):
    page = visit(sample, "/volumes", reduced_motion="reduce").page
    assert page.locator("button").first.evaluate("e => getComputedStyle(e).transitionDuration") in ("0s", "")
