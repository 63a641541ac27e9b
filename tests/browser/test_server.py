"""The server under an open page: a new build arrives, it is started again, and its downloads are the command's."""

from __future__ import annotations

import json

import pytest

from tests.browser.support import SAMPLE, choose, differences, exhibits, query_of, settled, until


@pytest.mark.parametrize("name", ["overview", "volumes", "recipients", "turnaround"])
def test_downloads_are_what_the_command_prints(name, sample, visit):
    from urllib.parse import parse_qsl, urlsplit

    page = visit(sample, f"/{name}?register={SAMPLE}&type=university&from=2014-01-01").page
    # One command a page: each start of Python costs a second.
    key = {"volumes": "outcomes"}.get(name, name if name != "overview" else "turnaround")
    link = page.locator("section", has=page.locator(f"h2[id='{key}']")).locator(".links a", has_text="CSV")
    with page.expect_download() as started:
        link.click()
    downloaded = started.value.path().read_bytes()
    parts = urlsplit(exhibits(page)[key])
    measure = parts.path.rsplit("/", 1)[1].removesuffix(".json")
    options = [f"--{k.replace('_', '-')}={v}" for k, v in parse_qsl(parts.query)]
    assert downloaded == sample.run("measure", measure, *options, "--format", "csv")
    assert downloaded.count(b"\n") > 1


def test_a_new_build_is_shown_by_the_next_change_and_by_reload(sample, visit, published_again):
    watched = visit(sample, "/volumes", live=True)
    page = watched.page
    old = page.locator("body").get_attribute("data-build")
    new = published_again()
    assert new != old
    choose(page, "type", "university")
    assert until(page, lambda: page.locator("body").get_attribute("data-build") == new)
    assert new[:8] in page.locator(".as-at").inner_text()
    assert settled(sample, page, type="university") == []

    other = visit(sample, "/overview", live=True)
    newest = published_again()
    other.page.reload()
    other.wait_live()
    assert other.page.locator("body").get_attribute("data-build") == newest
    assert json.loads(sample.get("/health"))["build"] == newest


def test_after_a_restart_an_open_page_goes_on_by_loading_pages(sample, visit):
    watched = visit(sample, "/volumes", live=True)
    page = watched.page
    # Chromium says itself that the socket was refused or closed.
    watched.forgiven += ["WebSocket", "websocket", "ERR_CONNECTION_REFUSED"]
    sample.stop()
    assert until(page, lambda: page.locator("#adrift").is_visible())
    sample.start()
    page.evaluate("window.untouched = true")
    choose(page, "type", "university")
    assert until(page, lambda: query_of(page).get("type") == "university")
    assert until(page, lambda: page.evaluate("!window.untouched"))
    watched.wait_live()
    assert differences(sample, page) == []
    choose(page, "interval", "quarter")
    assert until(page, lambda: query_of(page).get("interval") == "quarter")
    assert until(page, lambda: not differences(sample, page))
