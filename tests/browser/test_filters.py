"""A filter changes words, tables, charts and address together, without a page load; back and reload agree."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.browser.support import (
    CHARTED,
    FILTERED,
    MODELS,
    SAMPLE,
    choose,
    differences,
    live,
    query_of,
    settled,
    until,
)


CHANGES = {
    "overview": [("type", "university"), ("from", "2015-01-01"), ("type", "")],
    "volumes": [
        ("type", "university"),
        ("interval", "quarter"),
        ("type", ""),
        ("interval", "month"),
        ("from", "2016-01-01"),
        ("interval", "year"),
    ],
    "recipients": [("type", "university"), ("type", ""), ("from", "2016-01-01"), ("from", "")],
    "turnaround": [("unit", "working"), ("target", "60"), ("from", "2015-01-01"), ("unit", "calendar")],
}


@pytest.mark.parametrize("name", [name for name in CHARTED if name in FILTERED])
def test_charts_words_and_tables_follow_the_filters_in_place(name, sample, visit):
    page = visit(sample, f"/{name}", live=True).page
    page.evaluate("window.untouched = true")
    models, figures = page.evaluate(MODELS), set(live(page))
    words = page.locator("main").inner_text()
    for field, value in CHANGES[name]:
        choose(page, field, value)
        assert settled(sample, page, register=SAMPLE, **{field: value}) == []
        assert page.locator("main").inner_text() != words
        words = page.locator("main").inner_text()
        assert page.locator("#announce").inner_text() == page.locator("h1").inner_text()
        assert set(live(page)) == figures
    assert page.evaluate("window.untouched")
    # Nothing is left behind by a change: the same models carry all of them.
    assert page.evaluate(MODELS) <= models + 4
    links = page.locator(".links a", has_text="CSV")
    for link in links.all():
        address = link.get_attribute("href")
        # Counts of people are of the register that publishes them, and say so.
        assert f"register={SAMPLE}" in address or address.startswith("/data/person-counts")


def test_many_changes_leave_no_more_behind_than_few(sample, visit):
    page = visit(sample, "/volumes", live=True).page
    counts = []
    for _ in range(3):
        for value in ("quarter", "month", "year"):
            choose(page, "interval", value)
            assert settled(sample, page, interval=value) == []
        counts.append(page.evaluate(MODELS))
    assert len(set(counts)) == 1
    assert settled(sample, page, interval="year") == []


def test_the_last_of_quick_choices_wins(sample, visit):
    page = visit(sample, "/volumes", live=True).page
    for value in ("university", "charity", "commercial", "university", "charity"):
        page.locator("select[name=type]").select_option(value)
    assert settled(sample, page, type="charity") == []
    assert page.locator("select[name=type]").input_value() == "charity"


def test_a_choice_made_while_charts_load_is_kept(sample, visit):
    watched = visit(sample, "/health")
    page = watched.page
    page.goto(f"{sample.url}/volumes", wait_until="domcontentloaded")
    page.locator("select[name=type]").select_option("university")
    watched.wait_live()
    assert settled(sample, page, type="university") == []


def test_back_forward_and_reload_show_what_the_address_says(sample, visit):
    watched = visit(sample, "/volumes", live=True)
    page = watched.page
    page.evaluate("window.untouched = true")
    first = page.locator("h1").inner_text()
    choose(page, "type", "university")
    assert settled(sample, page, type="university") == []
    second = page.locator("h1").inner_text()
    choose(page, "interval", "quarter")
    assert settled(sample, page, interval="quarter") == []
    third = page.locator("h1").inner_text()
    assert len({first, second, third}) == 3

    page.go_back()
    assert settled(sample, page, type="university", interval="year") == []
    assert page.locator("h1").inner_text() == second
    assert page.locator("select[name=interval]").input_value() == "year"
    page.go_back()
    assert settled(sample, page, type="") == []
    assert page.locator("h1").inner_text() == first
    assert page.locator("select[name=type]").input_value() == ""
    page.go_forward()
    page.go_forward()
    assert settled(sample, page, type="university", interval="quarter") == []
    assert page.locator("h1").inner_text() == third
    assert page.locator("select[name=interval]").input_value() == "quarter"
    assert page.evaluate("window.untouched")

    address = page.url
    page.reload()
    watched.wait_live()
    assert page.url == address
    assert page.locator("h1").inner_text() == third
    assert differences(sample, page) == []


def test_fields_without_a_box_survive_back(sample, visit):
    """A recipient is filtered by an address only: it stays while other fields change."""
    watched = visit(sample, f"/register?register={SAMPLE}&type=university")
    page = watched.page
    leads_to = page.locator(".listing td a[href^='/recipient/']").first.get_attribute("href")
    recipient = urlsplit(leads_to).path.removeprefix("/recipient/")
    watched.go(f"/register?register={SAMPLE}&type=university&recipient={recipient}")
    choose(page, "outcome", "released")
    assert until(page, lambda: query_of(page).get("outcome") == "released")
    assert query_of(page)["recipient"] == recipient
    page.go_back()
    assert until(page, lambda: "outcome" not in query_of(page))
    assert until(page, lambda: page.locator("select[name=outcome]").input_value() == "")
    assert page.locator("input[name=recipient]").input_value() == recipient


@pytest.mark.parametrize("name", ["volumes", "register"])
def test_what_an_address_gets_wrong_is_named_and_dropped(name, sample, visit):
    plain = visit(sample, f"/{name}").page.locator("h1").inner_text()
    page = visit(sample, f"/{name}?type=bogus&from=notadate&register=nope&colour=red").page
    said = page.locator(".notice-warning").all_inner_texts()
    assert len(said) == 4
    for word in ("bogus", "notadate", "nope", "colour"):
        assert sum(word in words for words in said) == 1
    assert page.locator("h1").inner_text() == plain
    assert page.locator("select[name=type]").input_value() == ""
    # The next choice leaves the wrong values behind.
    choose(page, "type", "university")
    assert until(page, lambda: query_of(page).get("type") == "university")
    assert not {"from", "colour"} & set(query_of(page))
    assert until(page, lambda: page.locator(".notice-warning").count() == 0)


def test_dates_the_wrong_way_round_are_said_in_place(sample, visit):
    page = visit(sample, "/volumes", live=True).page
    choose(page, "to", "2014-12-31")
    # What cannot be known of those years goes, and so the page is loaded anew.
    assert settled(sample, page, to="2014-12-31") == []
    assert page.locator("#exhibits > section").count() < 3
    choose(page, "from", "2016-01-01")
    assert until(page, lambda: page.locator(".notice-warning").count() == 1)
    assert "after 'to'" in page.locator(".notice-warning").inner_text()


def test_another_register_and_back(sample, visit):
    watched = visit(sample, f"/volumes?register={SAMPLE}&type=university", live=True)
    page = watched.page
    first = page.locator("h1").inner_text()
    choose(page, "register", "sample-external-data-shares")
    page.wait_for_url("**register=sample-external-data-shares")
    watched.wait_live()
    assert page.locator("h1").inner_text() != first
    # Another register has other recipients: its page begins unfiltered.
    assert query_of(page) == {"register": "sample-external-data-shares"}
    assert differences(sample, page) == []
    page.go_back()
    watched.wait_live()
    assert page.locator("h1").inner_text() == first
    assert page.locator("select[name=register]").input_value() == SAMPLE
    assert differences(sample, page) == []


def test_filters_that_match_nothing_say_what_to_loosen(sample, visit):
    page = visit(sample, "/volumes", live=True).page
    choose(page, "to", "1999-12-31")
    page.wait_for_url("**to=1999-12-31**")
    page.wait_for_load_state()
    assert page.locator(".notice").first.inner_text() == "No row matches these filters."
    loosen = page.locator(".loosen a").first
    assert loosen.inner_text() == "Without “to 31 December 1999”"
    loosen.click()
    assert until(page, lambda: "to" not in query_of(page) and page.locator(".loosen").count() == 0)


def test_search_of_the_register(sample, visit):
    page = visit(sample, "/register").page
    name = page.locator(".listing td a").first.inner_text()
    page.evaluate("window.untouched = true")
    page.get_by_label("Search the register").fill(name)
    page.get_by_label("Search the register").press("Enter")
    assert until(page, lambda: query_of(page).get("q") == name)
    assert until(page, lambda: name in page.locator("h1").inner_text())
    assert page.evaluate("window.untouched")
    # Enter is a change and a submit: one step back undoes it.
    page.go_back()
    assert until(page, lambda: "q" not in query_of(page))
    assert until(page, lambda: page.get_by_label("Search the register").input_value() == "")
    page.get_by_label("Search the register").fill("no such words anywhere")
    page.get_by_role("button", name="Apply").click()
    assert until(page, lambda: "Nothing in" in page.locator("main").inner_text())
    assert page.locator("#listing").count() == 0
