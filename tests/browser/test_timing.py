"""What a reader has chosen stands, whenever the answers come: before, in the middle of, or after the next action.

Each answer that is late is kept waiting by the test itself (`Gate`), so nothing here depends on how fast a machine is.
"""

from __future__ import annotations

import pytest

from tests.browser.support import SAMPLE, Gate, choose, query_of, settled, until


# Of these years one figure is known. Without the bound there are more, which the session has no charts for: the page
# has to be loaded.
FEW = f"/volumes?register={SAMPLE}&to=2014-12-31"


# Chromium answers the debugger nothing while a page is being loaded: what a reader does then is set up before.
MEANWHILE = """({ choose, press }) => addEventListener("beforeunload", () => setTimeout(() => {
  const list = document.querySelector("select[name=type]");
  if (choose) list.value = choose;
  if (choose) list.dispatchEvent(new Event("change", { bubbles: true }));
  if (press) document.querySelector(press).click();
}), { once: true })"""


def opened(visit, sample, address, *, live=True):
    watched = visit(sample, address, live=live)
    watched.page.evaluate("window.untouched = true")
    return watched.page


def type_of(page):
    return page.locator("select[name=type]").input_value()


# --- a second choice before the answer to the first ---------------------------------------------------


def test_two_filters_taken_off_before_an_answer_are_both_off(sample, visit):
    page = opened(visit, sample, f"/recipients?register={SAMPLE}&type=university&from=2016-01-01")
    gate = Gate(page, "/recipients?", in_place=True)
    page.locator(".chips a", has_text="1 January 2016").click()
    gate.wait()
    page.locator(".chips a", has_text="University").click()
    gate.wait(2)
    gate.open()
    assert settled(sample, page, type="", **{"from": ""}) == []
    assert page.evaluate("window.untouched")
    # One answer was shown, and one step back undoes it.
    page.go_back()
    assert settled(sample, page, type="university", **{"from": "2016-01-01"}) == []


def test_two_of_several_values_taken_off_before_an_answer_are_both_off(sample, visit):
    kept = "type=university,charity,commercial"
    page = opened(visit, sample, f"/recipients?register={SAMPLE}&{kept}")
    gate = Gate(page, "/recipients?", in_place=True)
    page.locator(".chips a", has_text="University").click()
    gate.wait()
    page.locator(".chips a", has_text="Charity").click()
    gate.wait(2)
    gate.open()
    assert settled(sample, page, type="commercial") == []
    assert type_of(page) == "commercial"


def test_remove_all_takes_off_what_is_still_on_its_way(sample, visit):
    page = opened(visit, sample, f"/recipients?register={SAMPLE}&type=university&from=2016-01-01")
    gate = Gate(page, "/recipients?", in_place=True)
    page.locator("#f-to").fill("2017-12-31")
    gate.wait()
    page.locator(".chips a.clear").click()
    gate.open()
    assert until(page, lambda: query_of(page) == {"register": SAMPLE})
    assert until(page, lambda: page.locator("#f-to").input_value() == "")


@pytest.mark.parametrize("first", ["row", "field"])
def test_a_row_and_a_field_chosen_before_an_answer_both_hold(first, sample, visit):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}")
    page.locator("#exhibits summary").first.click()
    gate = Gate(page, "/volumes?", in_place=True)
    acts = [
        lambda: page.locator("#exhibits tbody th a").nth(4).click(),
        lambda: page.locator("select[name=type]").select_option("university"),
    ]
    for count, act in enumerate(acts if first == "row" else reversed(acts)):
        act()
        gate.wait(count + 1)
    gate.open()
    assert settled(sample, page, type="university") == []
    assert {"from", "to"} <= set(query_of(page))
    assert type_of(page) == "university"
    assert page.locator("#f-from").input_value() == query_of(page)["from"]


def test_a_choice_taken_back_before_its_answer_is_off(sample, visit):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}")
    gate = Gate(page, "/volumes?", in_place=True)
    choose(page, "type", "university")
    gate.wait()
    choose(page, "type", "")
    gate.wait(2)
    gate.open()
    assert settled(sample, page, type="", register=SAMPLE) == []
    assert page.locator(".chips").count() == 0
    assert type_of(page) == ""


def test_a_second_type_ticked_later_adds_to_the_first(sample, visit):
    """However long after: the list says the one that was ticked, and its box still does."""
    page = opened(visit, sample, f"/recipients?register={SAMPLE}", live=False)
    page.locator(".more > summary").click()
    page.locator("#f-type-university").check()
    assert until(page, lambda: page.locator(".chips a", has_text="University").count() == 1)
    assert type_of(page) == "university"
    assert page.locator("#f-type-university").is_checked()
    page.locator("#f-type-charity").check()
    assert until(page, lambda: set(query_of(page)["type"].split(",")) == {"university", "charity"})
    assert until(page, lambda: page.locator(".chips a", has_text="Charity").count() == 1)
    page.locator("#f-type-university").uncheck()
    assert until(page, lambda: query_of(page)["type"] == "charity")


# --- what is being typed, opened or pressed when an answer comes -----------------------------------------


def test_words_being_typed_are_left_alone_by_an_answer(sample, visit):
    page = opened(visit, sample, f"/register?register={SAMPLE}", live=False)
    gate = Gate(page, "/register?", in_place=True)
    choose(page, "type", "university")
    gate.wait()
    box = page.get_by_label("Search the register")
    box.focus()
    page.keyboard.type("mort")
    gate.open()
    assert until(page, lambda: page.locator(".chips a", has_text="University").count() == 1)
    assert box.input_value() == "mort"
    page.keyboard.type("ality")
    page.keyboard.press("Enter")
    assert until(page, lambda: query_of(page).get("q") == "mortality")
    assert query_of(page)["type"] == "university"
    # What is sent is no longer in the middle of anything: going back says what was there before.
    page.go_back()
    assert until(page, lambda: "q" not in query_of(page))
    assert until(page, lambda: box.input_value() == "")


def test_a_date_is_typed_figure_by_figure_and_asked_for_once(sample, visit):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}", live=False)
    asked = []
    page.on("request", lambda r: "x-in-place" in r.headers and asked.append(r.url))
    gate = Gate(page, "/volumes?", in_place=True)
    choose(page, "interval", "quarter")
    gate.wait()
    page.locator("#f-from").focus()
    page.keyboard.type("0101")
    gate.open()
    assert until(page, lambda: query_of(page).get("interval") == "quarter")
    assert until(page, lambda: page.locator("[id='caption-volumes'], #exhibits caption").count())
    page.keyboard.type("2016")
    assert until(page, lambda: query_of(page).get("from") == "2016-01-01")
    assert page.locator("#f-from").input_value() == "2016-01-01"
    assert len(asked) == 2, asked
    page.go_back()
    assert until(page, lambda: "from" not in query_of(page))
    assert until(page, lambda: page.locator("#f-from").input_value() == "")


def test_a_link_that_is_pressed_while_an_answer_comes_is_followed(sample, visit):
    page = opened(visit, sample, f"/recipients?register={SAMPLE}&type=university&from=2016-01-01")
    gate = Gate(page, "/recipients?", in_place=True)
    choose(page, "to", "2017-12-31")
    gate.wait()
    chip = page.locator(".chips a", has_text="1 January 2016")
    box = chip.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    page.mouse.down()
    with page.expect_response(lambda r: "x-in-place" in r.request.headers) as came:
        gate.open()
    came.value.finished()
    page.mouse.up()
    assert settled(sample, page, to="2017-12-31", type="university", **{"from": ""}) == []


def test_a_field_that_goes_with_one_answer_comes_back_with_another(sample, visit):
    # The sample names no routes: there is a choice of them only where one is chosen.
    page = opened(visit, sample, f"/register?register={SAMPLE}&route=not_published", live=False)
    route = page.locator("select[name=route]")
    assert route.input_value() == "not_published"
    page.locator(".chips a").first.click()
    assert until(page, lambda: "route" not in query_of(page) and route.count() == 0)
    page.go_back()
    assert until(page, lambda: route.count() == 1)
    assert route.input_value() == "not_published"
    # The form says it, so the next choice keeps it.
    choose(page, "type", "university")
    assert until(page, lambda: query_of(page).get("type") == "university")
    assert query_of(page)["route"] == "not_published"
    assert page.evaluate("window.untouched")


# --- the address, going back, going elsewhere ---------------------------------------------------------------


def test_the_way_to_the_content_takes_no_choice_away(sample, visit):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}")
    gate = Gate(page, "/volumes?", in_place=True)
    choose(page, "type", "university")
    gate.wait()
    page.locator(".skip-link").focus()
    page.keyboard.press("Enter")
    assert until(page, lambda: page.url.endswith("#main"))
    gate.open()
    assert settled(sample, page, type="university") == []
    assert type_of(page) == "university"


def test_back_to_the_address_that_is_on_its_way_keeps_the_way_forward(sample, visit):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}")
    page.locator("#exhibits summary").first.click()
    page.locator("#exhibits tbody th a").nth(4).click()
    assert until(page, lambda: "from" in query_of(page))
    chosen = page.locator("#exhibits tbody th a[aria-current=true]").first
    assert until(page, lambda: chosen.count() == 1)
    assert settled(sample, page) == []
    gate = Gate(page, "/volumes?", in_place=True)
    chosen.click()
    gate.wait()
    page.go_back()
    gate.open()
    assert settled(sample, page, **{"from": ""}) == []
    assert until(page, lambda: page.locator(".chosen").count() == 0)
    page.go_forward()
    assert until(page, lambda: "from" in query_of(page))
    assert until(page, lambda: page.locator(".chosen").count() == 1)
    assert page.evaluate("window.untouched")


def test_back_while_a_choice_is_on_its_way_gives_the_choice_up(sample, visit):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}")
    choose(page, "type", "university")
    assert settled(sample, page, type="university") == []
    gate = Gate(page, "/volumes?", in_place=True)
    choose(page, "interval", "quarter")
    gate.wait()
    page.go_back()
    gate.wait(2)
    gate.open()
    assert settled(sample, page, type="", interval="") == []
    assert until(page, lambda: type_of(page) == "")
    assert page.locator("select[name=interval]").input_value() == "year"
    page.go_forward()
    assert settled(sample, page, type="university") == []


def test_who_goes_to_another_page_is_not_called_back(sample, visit):
    page = opened(visit, sample, FEW)
    words = Gate(page, "/volumes?", in_place=True)
    choose(page, "to", "")
    words.wait()
    other = Gate(page, "/recipients?")
    page.get_by_role("link", name="Recipients", exact=True).first.click(no_wait_after=True)
    other.wait()
    with page.expect_response(lambda r: "x-in-place" in r.request.headers) as came:
        words.open()
    came.value.finished()
    page.wait_for_timeout(100)  # for what must not happen
    other.open()
    page.wait_for_url("**/recipients?**")
    assert query_of(page)["to"] == "2014-12-31"  # as the page said when it was left


def test_a_file_taken_meanwhile_leads_nowhere(sample, visit):
    page = opened(visit, sample, FEW)
    gate = Gate(page, "/volumes?", in_place=True)
    choose(page, "to", "")
    gate.wait()
    with page.expect_download() as started:
        page.locator("#exhibits .links a", has_text="CSV").first.click()
    assert started.value.suggested_filename.endswith(".csv")
    gate.open()
    assert settled(sample, page, to="") == []


def test_what_is_chosen_while_the_page_is_loaded_is_kept(sample, visit):
    watched = visit(sample, FEW, live=True)
    page = watched.page
    gate = Gate(page, "/volumes?", in_place=False)
    page.evaluate(MEANWHILE, {"choose": "university"})
    page.locator("#f-to").fill("")
    # The first may be given up before it is asked for.
    assert until(page, lambda: any("type=university" in kept.request.url for kept in gate.kept))
    gate.open()
    page.wait_for_url("**type=university**")
    watched.wait_live()
    assert settled(sample, page, to="", type="university") == []


def test_the_focus_of_one_page_is_not_taken_to_another(sample, visit):
    page = opened(visit, sample, FEW)
    gate = Gate(page, "/volumes?", in_place=False)
    page.evaluate(MEANWHILE, {"press": "nav a[href^='/recipients']"})
    page.locator("#f-to").fill("")
    assert until(page, lambda: "/recipients?" in page.url)
    page.wait_for_load_state()
    assert page.evaluate("() => document.activeElement.id") != "f-to"
    assert page.evaluate("() => sessionStorage.length") == 0
    gate.open()


# --- the page and its charts as they come --------------------------------------------------------------------


def test_a_choice_made_before_the_script_is_there_is_heard(sample, visit):
    watched = visit(sample, "/health")
    page = watched.page
    script = Gate(page, "/app")
    page.goto(f"{sample.url}/volumes?register={SAMPLE}", wait_until="commit")
    script.wait()
    page.locator("select[name=type]").select_option("university")
    assert query_of(page) == {"register": SAMPLE}
    script.open()
    watched.wait_live()
    assert settled(sample, page, type="university") == []
    assert type_of(page) == "university"


def test_figures_that_go_while_the_charts_are_made_are_no_error(sample, visit):
    watched = visit(sample, "/health")
    page = watched.page
    session = Gate(page, "/live/session")
    watched.go(f"/volumes?register={SAMPLE}")
    session.wait()
    before = page.locator("#exhibits > section").count()
    choose(page, "to", "2014-12-31")
    assert until(page, lambda: page.locator("#exhibits > section").count() < before)
    session.open()
    watched.wait_live()
    assert settled(sample, page, to="2014-12-31") == []
    # What comes back has no chart of its own in this session.
    choose(page, "to", "")
    assert until(page, lambda: page.locator("#exhibits > section").count() == before)
    watched.wait_live()
    assert settled(sample, page, to="") == []


def test_figures_that_go_while_the_socket_opens_are_no_error(sample, visit):
    watched = visit(sample, "/health")
    page = watched.page
    sockets = []
    page.route_web_socket("**/live/**", lambda ws: sockets.append(ws))
    watched.go(f"/volumes?register={SAMPLE}")
    assert until(page, lambda: sockets)
    before = page.locator("#exhibits > section").count()
    choose(page, "to", "2014-12-31")
    assert until(page, lambda: page.locator("#exhibits > section").count() < before)
    sockets[0].connect_to_server()
    watched.wait_live()
    assert settled(sample, page, to="2014-12-31") == []


def test_a_socket_that_is_refused_leaves_the_static_charts(sample, visit):
    watched = visit(sample, "/health")
    watched.forgiven += ["WebSocket", "websocket", "Bokeh", "bokeh", "no charts came"]
    page = watched.page
    page.route_web_socket("**/live/**", lambda ws: ws.close())
    watched.go(f"/volumes?register={SAMPLE}")
    assert until(page, lambda: any("no charts came" in w for w in watched.wrong))
    assert page.locator(".figure .live").count() == 0
    for figure in page.locator(".figure").all():
        assert figure.locator("svg").first.is_visible()
    choose(page, "type", "university")
    assert settled(sample, page, type="university") == [f"live charts [] for the places {places(page)}"]
    assert page.locator(".figure svg").first.is_visible()


def places(page):
    return sorted(page.locator(".figure[data-live]").evaluate_all("all => all.map((e) => e.dataset.live)"))


def test_data_that_come_while_the_charts_are_made_are_those_of_the_words(sample, visit, published_again):
    watched = visit(sample, "/health")
    page = watched.page
    session = Gate(page, "/live/session")
    watched.go(f"/volumes?register={SAMPLE}")
    session.wait()
    new = published_again()
    assert page.locator("body").get_attribute("data-build") != new
    session.open()
    watched.wait_live()
    assert until(page, lambda: page.locator("body").get_attribute("data-build") == new)
    assert settled(sample, page, register=SAMPLE) == []


def test_newer_data_asked_for_while_a_choice_is_on_its_way_keep_its_address(sample, visit):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}")
    gate = Gate(page, "/volumes?", in_place=True)
    choose(page, "type", "university")
    gate.wait()
    page.evaluate("document.dispatchEvent(new Event('newer'))")
    gate.wait(2)
    gate.open()
    assert settled(sample, page, type="university") == []
    page.go_back()
    assert settled(sample, page, type="") == []
    assert page.evaluate("window.untouched")


def test_a_late_word_of_an_older_build_is_not_called_newer(sample, visit, published_again):
    page = opened(visit, sample, f"/volumes?register={SAMPLE}")
    old = page.locator("body").get_attribute("data-build")
    gate = Gate(page, "/health")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    gate.wait()
    new = published_again()
    choose(page, "type", "university")
    assert until(page, lambda: page.locator("body").get_attribute("data-build") == new)
    with page.expect_response("**/health") as came:
        gate.kept.pop().fulfill(json={"status": "ok", "build": old, "sessions": 0})
    came.value.finished()
    page.wait_for_timeout(100)  # for what must not happen
    assert page.locator("#newer").is_hidden()
    gate.open()


# --- search as one types ------------------------------------------------------------------------------------


def test_a_list_that_was_closed_is_not_opened_by_a_late_answer(sample, visit):
    page = opened(visit, sample, f"/about?register={SAMPLE}", live=False)
    box = page.get_by_role("combobox", name="Search")
    gate = Gate(page, "/search.json")
    box.focus()
    page.keyboard.type("univ")
    gate.wait()
    page.keyboard.press("Escape")
    with page.expect_response("**/search.json?**") as came:
        gate.open()
    came.value.finished()
    page.wait_for_timeout(100)  # for what must not happen
    assert box.get_attribute("aria-expanded") == "false"
    # The arrow asks anew.
    box.fill("univ")
    assert until(page, lambda: box.get_attribute("aria-expanded") == "true")


def test_enter_after_more_is_typed_searches_for_what_is_typed(sample, visit):
    page = opened(visit, sample, f"/about?register={SAMPLE}", live=False)
    box = page.get_by_role("combobox", name="Search")
    box.focus()
    page.keyboard.type("univ")
    assert until(page, lambda: box.get_attribute("aria-expanded") == "true")
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    gate = Gate(page, "/search.json")
    page.keyboard.type("ersity of x")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert query_of(page)["q"] == "university of x"
    gate.open()


def test_a_click_on_what_was_found_counts_though_more_is_found_meanwhile(sample, visit):
    page = opened(visit, sample, f"/about?register={SAMPLE}", live=False)
    box = page.get_by_role("combobox", name="Search")
    box.focus()
    page.keyboard.type("univ")
    option = page.locator("#site-found [role=option]").first
    option.wait_for()
    gate = Gate(page, "/search.json")
    page.keyboard.type("ersity")
    gate.wait()
    to = option.get_attribute("href")
    place = option.bounding_box()
    page.mouse.move(place["x"] + 8, place["y"] + 8)
    page.mouse.down()
    with page.expect_response("**/search.json?**") as came:
        gate.open()
    came.value.finished()
    page.wait_for_timeout(100)  # for what must not happen
    page.mouse.up()
    page.wait_for_url(f"**{to}")
