"""The pages to read in a browser: words without a script, no framework, reflow, axe, keyboard, paper."""

from __future__ import annotations

import itertools

import pytest

from dashboard.addresses import recipient_address, request_address
from dashboard.filters import Filters
from dashboard.measures import measure
from dashboard.settings import load_settings
from dashboard.store import Store
from tests.browser.support import SAMPLE
from tests.browser.test_accessible import FORMS, tab_stops, violations


def address_of(kind: str, data: object, register: str = SAMPLE) -> str:
    """The address of a page by its kind: a request that changed, the largest recipient, or a page by name."""
    if kind in ("request", "recipient"):
        with Store(load_settings(data)) as store:  # type: ignore[arg-type]
            if kind == "recipient":
                top = measure("recipients", store, register=register, by="recipient").dicts()
                named = [r for r in top if r["group"] not in ("not_published", "all")]
                return recipient_address(register, named[0]["group"])
            changed = [
                r for r in measure("changes", store, register=register).dicts() if r["kind"] == "amended"
            ]
            if changed:
                return request_address(register, changed[0]["request"])
            rows = store.query(
                "register_rows", Filters(register=register), search=None, counted=None, limit=1, offset=0
            ).dicts()
            return request_address(register, rows[0]["reference"])
    more = {"search": "&q=university", "missing": "", "nothing": "&q=zzzqqq"}.get(kind, "")
    path = {"missing": f"/request/{register}/DR000000.99x", "nothing": "/search"}.get(kind, f"/{kind}")
    return f"{path}?register={register}{more}"


PLAIN = ("request", "recipient", "reviews", "search", "missing", "nothing", "about")
FORMED = ("checks", "commitments")
EVERY = (*PLAIN, *FORMED)
FORGIVEN = {"missing": ["404"]}


def opened(visit, site, kind, register=SAMPLE, **options):
    watched = visit(site, address_of(kind, site.data, register), **options)
    watched.forgiven += FORGIVEN.get(kind, [])
    return watched


@pytest.mark.parametrize("kind", EVERY)
def test_everything_is_there_without_a_script(kind, sample, visit):
    page = opened(visit, sample, kind, java_script_enabled=False).page
    assert page.locator("h1").inner_text().strip()
    assert page.get_by_role("main").inner_text().strip()
    if kind in ("request", "recipient", *FORMED):
        assert page.locator("table tbody tr").count()
    if kind == "request":
        page.locator("#report-column").select_option(index=1)
        page.get_by_role("button", name="Put it in the words").click()
        page.wait_for_url("**column=**")
        assert "It says:" in page.locator("#report-text").input_value()
        assert "column=" in page.url
    if kind == "checks":
        page.locator("#exhibits table a").first.click()
        page.wait_for_url("**rule=**")
        assert "rule=" in page.url
        assert page.locator("#listing table").count() == 1
    if kind == "commitments":
        page.get_by_role("link", name="Overdue", exact=False).first.click()
        page.wait_for_url("**status=overdue**")
        assert "status=overdue" in page.url


@pytest.mark.parametrize("kind", EVERY)
def test_no_websocket_and_no_script_of_the_framework(kind, sample, visit):
    watched = opened(visit, sample, kind)
    watched.page.wait_for_timeout(600)
    assert not [r for r in watched.requests if r.startswith("ws") or "/live" in r]
    assert not [r for r in watched.requests if "bokeh" in r or "panel" in r]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", EVERY)
def test_axe_finds_nothing_on_a_page_to_read(kind, form, sample, visit):
    page = opened(visit, sample, kind, bypass_csp=True, **FORMS[form]).page
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert violations(page) == []


@pytest.mark.parametrize("kind", ["request", "recipient", "checks", "commitments"])
def test_axe_finds_nothing_on_real_things(kind, phe, visit):
    page = opened(visit, phe, kind, register="phe-odr", bypass_csp=True, width=320).page
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("kind", EVERY)
def test_it_fits_320_pixels_with_every_part_open(kind, sample, visit):
    page = opened(visit, sample, kind, width=320).page
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("kind", EVERY)
def test_landmarks_and_headings_of_a_page_to_read(kind, sample, visit):
    page = opened(visit, sample, kind).page
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    levels = [int(h.evaluate("e => e.tagName[1]")) for h in page.locator("h1, h2, h3, h4").all()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("kind", ["request", "recipient", "checks", "commitments"])
def test_tab_goes_through_a_page_to_read(kind, sample, visit):
    page = opened(visit, sample, kind).page
    tab_stops(page)


def test_from_the_register_to_a_request_to_its_recipient_and_back(sample, visit):
    page = visit(sample, f"/register?register={SAMPLE}").page
    reference = page.locator("#listing tbody th a").first
    name = reference.inner_text()
    reference.click()
    page.wait_for_url("**/request/**")
    assert name in page.locator("h1").inner_text() or name == "none given"
    page.locator("#who ~ dl a").first.click()
    page.wait_for_url("**/recipient/**")
    assert page.locator(f"text={name}").count() or name == "none given"
    page.go_back()
    page.go_back()
    assert "/register" in page.url


@pytest.mark.parametrize("kind", ["request", "recipient"])
def test_hostile_names_are_only_ever_text(kind, hostile, visit):
    watched = opened(visit, hostile, kind)
    assert watched.page.locator("main script, main img").count() == 0


def test_on_paper_every_part_is_open_and_no_control_is_left(sample, visit):
    page = opened(visit, sample, "request").page
    page.emulate_media(media="print")
    assert page.locator("#report form button").is_hidden()
    assert page.locator("h1").is_visible()
