"""Choosing, taking back, searching, sharing: by mouse, by keyboard, without JavaScript, and with a hostile hand."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.browser.support import CHARTED, SAMPLE, Gate, differences, has_charts, query_of, settled, until
from tests.browser.test_hostile import IMAGE, TRAPS, inert


FOCUS = """() => { const e = document.activeElement;
  return { tag: e.tagName, id: e.id, text: e.textContent.trim(), chosen: e.getAttribute("aria-current") } }"""
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const e of list.getEntries())
    if (!e.hadRecentInput)
      window.shifts.push([e.value, ...e.sources.map((s) => s.node?.outerHTML?.slice(0, 120) ?? "")]);
}).observe({ type: "layout-shift", buffered: true });
"""


# --- chips, folded filters, loosening ---------------------------------------------------------------


def test_filters_in_use_are_taken_off_one_by_one_with_the_keyboard(sample, visit):
    kept = "type=university,research_organisation&from=2016-01-01"
    page = visit(sample, f"/recipients?register={SAMPLE}&{kept}", live=True).page
    page.evaluate("window.untouched = true")
    chips = page.locator(".chips a")
    assert [" ".join(c.split()).strip(" ×") for c in chips.all_text_contents()] == [
        "Remove: From 1 January 2016", "Remove: University", "Remove: Research organisation", "Remove all",
    ]  # fmt: skip
    chips.nth(1).focus()
    page.keyboard.press("Enter")
    assert settled(sample, page, type="research_organisation", **{"from": "2016-01-01"}) == []
    # The focus is on what took its place, and the form says the same.
    assert page.evaluate(FOCUS)["text"].startswith("Remove: Research organisation")
    assert page.locator("select[name=type]").input_value() == "research_organisation"
    page.keyboard.press("Enter")
    assert until(page, lambda: "type" not in query_of(page))
    assert until(page, lambda: "1 January 2016" in page.evaluate(FOCUS)["text"])
    page.keyboard.press("Enter")
    assert until(page, lambda: "from" not in query_of(page))
    assert until(page, lambda: page.locator(".chips").count() == 0)
    assert page.evaluate(FOCUS)["tag"] == "MAIN"
    page.go_back()
    assert settled(sample, page, **{"from": "2016-01-01"}) == []
    assert page.locator(".chips a").count() == 1
    assert page.evaluate("window.untouched")


def test_figures_come_and_go_in_place(sample, visit):
    # No charity waits at the as-at date, so the table of those that wait longest is not there.
    page = visit(sample, f"/volumes?register={SAMPLE}&from=2016-01-01", live=True).page
    page.evaluate("window.untouched = true")

    def heads():
        return page.locator("#exhibits > section h2").evaluate_all("all => all.map((h) => h.id)")

    before = heads()
    page.locator("select[name=type]").select_option("charity")
    assert until(page, lambda: "oldest-open" not in heads())
    page.locator("select[name=type]").select_option("")
    assert until(page, lambda: heads() == before)
    assert settled(sample, page) == []
    assert page.evaluate("window.untouched")


def test_the_focus_comes_along_where_a_page_has_to_be_loaded(sample, visit):
    # A year listed in part has fewer charts than those listed whole.
    page = visit(sample, f"/volumes?register={SAMPLE}&from=2013-01-01&to=2013-12-31", live=True).page
    page.evaluate("window.untouched = true")
    page.locator(".chips a").first.focus()
    page.keyboard.press("Enter")
    assert until(page, lambda: "from" not in query_of(page))
    page.locator("#f-to").fill("")
    page.locator("#f-to").press("Tab")
    assert until(page, lambda: not {"from", "to"} & set(query_of(page)))
    assert until(page, lambda: not page.evaluate("window.untouched"))
    assert until(page, lambda: page.evaluate(FOCUS)["id"].startswith("f-"))


def ticked(page):
    return page.locator("input[name=type]:checked").evaluate_all("all => all.map((box) => box.value)")


def test_folded_filters_take_several_one_after_the_other(sample, visit):
    page = visit(sample, f"/recipients?register={SAMPLE}", live=True).page
    page.evaluate("window.untouched = true")
    page.locator(".more > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="University").focus()
    page.keyboard.press("Space")
    assert settled(sample, page, type="university") == []
    # What was ticked stays ticked when the answer has come, and the list says the same.
    assert ticked(page) == ["university"]
    assert page.locator("select[name=type]").input_value() == "university"
    assert page.evaluate(FOCUS)["id"] == "f-type-university"
    # At a reader's pace: the second is ticked beside it.
    page.locator("#f-type-charity").check()
    assert until(page, lambda: set(query_of(page).get("type", "").split(",")) == {"university", "charity"})
    assert settled(sample, page) == []
    assert sorted(ticked(page)) == ["charity", "university"]
    assert page.locator("select[name=type] option").first.inner_text() == "2 types, below"
    assert page.locator(".more").evaluate("e => e.open")
    page.locator("#f-type-university").uncheck()
    assert settled(sample, page, type="charity") == []
    assert ticked(page) == ["charity"]
    # What is chosen last in the list holds, and is ticked; all types again, and none is.
    page.locator("select[name=type]").select_option("commercial")
    assert settled(sample, page, type="commercial") == []
    assert ticked(page) == ["commercial"]
    page.locator("select[name=type]").select_option("")
    assert until(page, lambda: "type" not in query_of(page))
    assert settled(sample, page) == []
    assert ticked(page) == []
    page.go_back()
    assert settled(sample, page, type="commercial") == []
    assert until(page, lambda: ticked(page) == ["commercial"])
    assert page.evaluate("window.untouched")


def test_boxes_ticked_faster_than_the_page_answers_are_all_taken(sample, visit):
    page = visit(sample, f"/recipients?register={SAMPLE}", live=True).page
    page.locator(".more > summary").click()
    page.evaluate("for (const t of ['university', 'charity']) document.getElementById(`f-type-${t}`).click()")
    assert until(page, lambda: set(query_of(page).get("type", "").split(",")) == {"university", "charity"})
    assert settled(sample, page) == []
    assert sorted(ticked(page)) == ["charity", "university"]


def test_what_matches_nothing_is_loosened_by_a_link(sample, visit):
    page = visit(sample, f"/volumes?register={SAMPLE}&to=1999-12-31&type=university").page
    link = page.locator(".loosen a").first
    rows = int(
        re.search(r"([0-9,]+) requests", page.locator(".loosen li").first.inner_text())[1].replace(",", "")
    )
    link.focus()
    page.keyboard.press("Enter")
    assert until(page, lambda: "to" not in query_of(page))
    assert until(page, lambda: page.locator("#exhibits").count() == 1)
    assert page.locator(".loosen").count() == 0
    found = sample.get(f"/register?register={SAMPLE}&type=university").decode()
    assert f"<h1>{rows} requests in" in found


def test_without_javascript_the_form_the_chips_and_search_work(sample, visit):
    page = visit(sample, f"/volumes?register={SAMPLE}", java_script_enabled=False).page
    page.locator(".more > summary").click()
    page.locator("#f-type-university").check()
    page.locator("#f-type-charity").check()
    page.locator("#f-from").fill("2016-01-01")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**type=university**")
    # The address a reader keeps has what was chosen and nothing else.
    assert query_of(page) == {
        "register": SAMPLE, "type": "university,charity", "from": "2016-01-01", "interval": "year",
    }  # fmt: skip
    page.locator(".chips a", has_text="Charity").click()
    assert until(page, lambda: query_of(page)["type"] == "university")
    page.wait_for_load_state()
    bar = page.locator("section", has=page.locator("#volumes")).locator(".wide a[data-in-place]").last
    words = bar.get_attribute("aria-label")
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**to=**")
    assert words.split(":")[0] in page.locator(".chosen").first.inner_text()
    page.locator("#site-q").fill("university")
    page.get_by_role("search").get_by_role("button").click()
    page.wait_for_url("**/search?**")
    assert urlsplit(page.url).path == "/search"
    assert query_of(page)["q"] == "university"


# --- bars and rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "key", "filters"), [
    ("volumes", "volumes", {"from", "to"}), ("recipients", "recipients", {"type"}),
])  # fmt: skip
def test_a_row_chosen_by_keyboard_filters_in_place(name, key, filters, sample, visit):
    page = visit(sample, f"/{name}?register={SAMPLE}", live=True).page
    page.evaluate("window.untouched = true")
    section = page.locator("section", has=page.locator(f"h2[id='{key}']"))
    section.locator("summary").first.focus()
    page.keyboard.press("Enter")
    head = section.locator("tbody th a").nth(
        -2
    )  # a year listed whole, in which the page has the same figures
    said = head.inner_text()
    head.focus()
    page.keyboard.press("Enter")
    assert until(page, lambda: filters <= set(query_of(page)))
    assert settled(sample, page) == []
    assert page.evaluate("window.untouched")
    # Said in words, marked in the table, and the focus is where it was.
    assert said.split(",")[0] in section.locator(".chosen").inner_text()
    assert page.evaluate(FOCUS)["text"] == said
    assert page.evaluate(FOCUS)["chosen"] == "true"
    page.keyboard.press("Enter")
    assert until(page, lambda: not filters & set(query_of(page)))
    assert until(page, lambda: section.locator(".chosen").count() == 0)
    assert settled(sample, page) == []
    page.go_back()
    assert until(page, lambda: filters <= set(query_of(page)))
    assert until(page, lambda: section.locator(".chosen").count() == 1)


def test_a_bar_of_a_live_chart_is_chosen_with_the_mouse(sample, visit):
    page = visit(sample, f"/recipients?register={SAMPLE}", live=True).page
    page.evaluate("window.untouched = true")
    figure = page.locator(".figure[data-live=recipients]")
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    asked = []
    page.on("request", lambda r: "x-in-place" in r.headers and asked.append(r.url))
    # The longest bar is at the top, next to its label.
    for down in (60, 70, 80, 50, 90):
        page.mouse.click(box["x"] + box["width"] * 0.42, box["y"] + down)
        if until(page, lambda: asked, seconds=3):
            break
    assert until(page, lambda: "type" in query_of(page))
    chosen = query_of(page)["type"]
    assert chosen
    assert settled(sample, page, type=chosen) == []
    assert page.evaluate("window.untouched")
    fills = page.evaluate(
        """() => { const f = Bokeh.documents[0].get_model_by_name("recipients");
        const d = f.renderers[0].data_source.data; return [...(d instanceof Map ? d.get("fill") : d.fill)]; }"""
    )
    assert fills.count("#12436D") == 1
    assert set(fills) == {"#12436D", "#BFBFBF"}
    assert "Chosen:" in page.locator(".chosen").first.inner_text()
    page.go_back()
    assert settled(sample, page, type="") == []


# --- the address -------------------------------------------------------------------------------------


def test_a_bad_value_is_named_dropped_and_the_address_corrected(sample, visit):
    page = visit(sample, f"/volumes?register={SAMPLE}&type=bogus&from=2016-01-01&colour=red&route=zz").page
    said = " ".join(page.locator(".notice-warning").all_inner_texts())
    for word in ("'bogus'", "'colour'", "'zz'"):
        assert word in said
    assert query_of(page) == {"register": SAMPLE, "from": "2016-01-01"}
    # A reload is of the corrected address, and has nothing to name.
    page.reload()
    assert page.locator(".notice-warning").count() == 0
    assert page.locator("#f-from").input_value() == "2016-01-01"


@pytest.mark.parametrize(
    "value", [IMAGE, '"><script>alert(1)</script>', "javascript:alert(1)", "%2500", "a" * 280]
)
def test_hostile_values_in_the_address_and_the_search_box(value, hostile, visit):
    watched = visit(hostile, "/about")
    page = watched.page
    page.add_init_script(TRAPS)
    text = quote(value)
    watched.go(
        f"/overview?register=sample-npd-requests&dataset={text}&route={text}&recipient={text}&known_on={text}"
    )
    inert(page)
    # One of them is the name of an organisation there, and stands.
    assert set(query_of(page)) <= {"register", "recipient"}
    box = page.get_by_role("combobox", name="Search")
    box.press_sequentially(value[:40], delay=5)
    page.wait_for_timeout(500)
    inert(page)
    box.press("Enter")
    page.wait_for_url("**/search?**")
    inert(page)


def test_a_day_in_the_past_says_so_and_leads_back(sample, visit):
    page = visit(sample, f"/volumes?register={SAMPLE}").page
    latest = page.locator("h1").inner_text()
    page.locator(".more > summary").click()
    page.locator("#f-known_on").fill("2017-03-31")
    page.locator("#f-known_on").press("Tab")
    assert until(page, lambda: query_of(page).get("known_on") == "2017-03-31")
    assert until(page, lambda: page.locator(".notice-time").count() == 1)
    assert "what was known on 31 March 2017" in page.locator(".notice-time").inner_text()
    past = page.locator("h1").inner_text()
    # An edition and a day cannot both be asked for: what is chosen last holds.
    page.locator("#f-edition").select_option(index=2)
    assert until(page, lambda: "edition" in query_of(page) and "known_on" not in query_of(page))
    assert until(page, lambda: "alone" in page.locator(".notice-time").inner_text())
    page.get_by_role("link", name="Back to the latest").click()
    assert until(page, lambda: not {"edition", "known_on"} & set(query_of(page)))
    assert until(page, lambda: page.locator("h1").inner_text() == latest != past)
    assert page.locator(".notice-time").count() == 0


def test_links_latest_and_pinned_and_a_citation_can_be_copied(sample, visit):
    page = visit(
        sample,
        f"/volumes?register={SAMPLE}&type=university",
        permissions=("clipboard-read", "clipboard-write"),
    ).page
    page.locator("#share > summary").focus()
    page.keyboard.press("Enter")
    copied = []
    for name in ("Copy link", "Copy pinned link", "Copy citation"):
        page.get_by_role("button", name=name).click()
        assert until(page, lambda: page.locator("#copied").inner_text() == "Copied.")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
    latest, pinned, cited = copied
    assert latest.startswith(sample.url)
    assert "known_on" not in latest
    assert dict(parse_qsl(urlsplit(pinned).query))["known_on"] == "2018-06-08"
    assert pinned in cited
    assert page.locator("body").get_attribute("data-build") in cited
    headline = page.locator("h1").inner_text()
    page.goto(pinned)
    assert page.locator("h1").inner_text() == headline


# --- search as one types --------------------------------------------------------------------------------


def test_search_as_one_types_by_keyboard_alone(sample, visit):
    page = visit(sample, f"/overview?register={SAMPLE}").page
    box = page.get_by_role("combobox", name="Search")
    assert box.get_attribute("aria-expanded") == "false"
    box.focus()
    with page.expect_response("**/search.json?q=univ&*") as came:
        page.keyboard.type("univ", delay=20)
    options = page.locator("#site-found [role=option]")
    # The answer to what was typed before may be shown first.
    found = [item["href"] for group in came.value.json()["groups"] for item in group["items"]]
    hrefs = "all => all.map((e) => e.getAttribute('href'))"
    assert until(page, lambda: options.evaluate_all(hrefs) == found)
    assert box.get_attribute("aria-expanded") == "true"
    assert options.count() > 1
    assert until(page, lambda: f"{options.count()} found" in page.locator("#site-count").inner_text())
    page.keyboard.press("ArrowDown")
    first = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{first}").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == first
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUS)["id"] == "site-q"
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "univ"
    page.keyboard.press("ArrowDown")
    assert until(page, lambda: box.get_attribute("aria-expanded") == "true")
    page.keyboard.press("ArrowDown")
    to = page.locator(f"#{box.get_attribute('aria-activedescendant')}").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{to}")


def test_enter_searches_everything_and_nothing_found_says_so(sample, visit):
    page = visit(sample, f"/overview?register={SAMPLE}").page
    box = page.get_by_role("combobox", name="Search")
    box.press_sequentially("qqxx", delay=10)
    assert until(page, lambda: "Nothing found" in page.locator("#site-count").inner_text())
    assert box.get_attribute("aria-expanded") == "false"
    box.press("Enter")
    page.wait_for_url("**/search?**")
    assert query_of(page)["q"] == "qqxx"
    assert query_of(page)["register"] == SAMPLE


# --- calm: nothing jumps, what is slow says so -------------------------------------------------------------


@pytest.mark.parametrize("form", ["light", "dark", "slow"])
@pytest.mark.parametrize("name", CHARTED)
def test_nothing_moves_when_the_charts_become_interactive(name, form, sample, visit):
    if not has_charts(sample, f"/{name}?register={SAMPLE}"):
        pytest.skip("no chart on this page")
    watched = visit(sample, "/about", color_scheme="dark" if form == "dark" else "light")
    page = watched.page
    page.add_init_script(SHIFTS)
    if form == "slow":
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 150, "downloadThroughput": 400_000, "uploadThroughput": 100_000},
        )
    watched.go(f"/{name}?register={SAMPLE}", live=True)
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts") == []


def test_what_takes_over_half_a_second_says_so(sample, visit):
    page = visit(sample, f"/volumes?register={SAMPLE}").page
    gate = Gate(page, "/volumes?", in_place=True)
    page.locator("select[name=type]").select_option("university")
    gate.wait()
    assert until(page, lambda: page.locator("main").get_attribute("aria-busy") == "true")
    assert page.locator("#announce").inner_text() == "Working it out…"
    assert "busy" in page.locator("body").get_attribute("class")
    gate.open()
    assert until(page, lambda: query_of(page).get("type") == "university")
    assert page.locator("main").get_attribute("aria-busy") is None
    assert "busy" not in (page.locator("body").get_attribute("class") or "")
    assert page.locator("#announce").inner_text() == page.locator("h1").inner_text()


def test_a_newer_build_is_offered_and_shown_in_place(sample, visit, published_again):
    watched = visit(sample, f"/volumes?register={SAMPLE}&type=university", live=True)
    page = watched.page
    page.evaluate("window.untouched = true")
    notice = page.locator("#newer")
    assert notice.is_hidden()
    new = published_again()

    def look():
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        return notice.is_visible()

    assert until(page, look)
    assert notice.get_attribute("role") == "status"
    # Nothing has changed yet under the reader's eyes.
    assert page.locator("body").get_attribute("data-build") != new
    notice.get_by_role("button", name="Show them").click()
    assert until(page, lambda: page.locator("body").get_attribute("data-build") == new)
    assert notice.is_hidden()
    assert new[:8] in page.locator(".as-at").inner_text()
    assert new in page.locator("#build").inner_text()
    assert page.evaluate("window.untouched")
    assert settled(sample, page, type="university") == []

    newest = published_again()
    assert until(page, look)
    notice.get_by_role("button", name="Not now").click()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    assert notice.is_hidden()
    assert page.locator("body").get_attribute("data-build") == new != newest


def test_a_lost_connection_is_said_and_links_go_on_working(sample, visit):
    watched = visit(sample, f"/volumes?register={SAMPLE}", live=True)
    watched.forgiven += ["WebSocket", "websocket", "ERR_CONNECTION_REFUSED"]
    page = watched.page
    sample.stop()
    assert until(page, lambda: page.locator("#adrift").is_visible())
    sample.start()
    page.get_by_role("link", name="Load it now").click()
    watched.wait_live()
    assert page.locator("#adrift").is_hidden()
    assert differences(sample, page) == []
