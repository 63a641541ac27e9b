"""The pages of one request and of one recipient, over HTTP: what is on them, what is not there, and hostile names."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urlencode

import pytest

from dashboard.addresses import recipient_address, request_address
from dashboard.filters import Filters
from dashboard.measures import measure
from dashboard.settings import load_settings
from dashboard.store import Store
from tests.integration.test_app import Reader, made
from tests.support.serving import Served, serving


SAMPLE = "sample-npd-requests"
SHARES = "sample-external-data-shares"
MOST = 200


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(made(tmp_path_factory.mktemp("things"), requests=300, editions=5)) as served:
        yield served


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(made(tmp_path_factory.mktemp("hostile"), requests=150, editions=2, hostile=True)) as served:
        yield served


@pytest.fixture(scope="module")
def real(real_data: object) -> Iterator[Served]:
    with serving(real_data.settings.data) as served:  # type: ignore[attr-defined]
        yield served


def requests_of(site: Served, register: str) -> list[dict[str, object]]:
    with Store(load_settings(site.data)) as store:
        return store.query(
            "register_rows", Filters(register=register), search=None, counted=None, limit=100_000, offset=0
        ).dicts()


def recipients_of(site: Served, register: str) -> dict[str, str]:
    with Store(load_settings(site.data)) as store:
        rows = measure("recipient-names", store, register=register).dicts()
    return {row["recipient_id"]: row["recipient"] for row in rows}


def looks_whole(text: str) -> Reader:
    """A page to read: words, this site's own scripts alone, nothing of the framework, no way off the site."""
    page = Reader(text)
    assert page.said("h1")
    assert page.said("table")
    assert all((s["src"] or "").startswith("/assets/") and "defer" in s for s in page.scripts)
    assert not [s for s in page.scripts if re.search(r"bokeh|panel", s["src"] or "")]
    assert "data-live" not in text
    assert [a for a in page.addresses if not a.startswith(("/", "#", "data:,"))] == []
    return page


# --- a request ----------------------------------------------------------------------------------


def test_a_request_says_who_what_how_long_and_where(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        spell = next(
            r
            for r in measure("spells", store, register=SAMPLE, clock="received_to_outcome").dicts()
            if r["event"] and r["outcome"] == "refused" and r["recipient"]
        )
    text = site.get(request_address(SAMPLE, spell["reference"])).text
    page = looks_whole(text)
    days = "1 calendar day" if spell["days"] == 1 else f"{spell['days']} calendar days"
    assert page.said("h1") == (
        f"{spell['reference']}: the request of {spell['recipient']} was refused, {days} after it was received"
    )
    assert page.said("textarea").count(f"Row: {spell['sheet_row']} ") == 1
    for words in (f"Sheet: {spell['sheet']}", "Column: (which?)", "sha256", f"entry {spell['reference']}:"):
        assert words in page.said("textarea")
    for heading in ("Who asked", "What was asked for", "How long it took", "Its row in each edition", "Cite"):
        assert heading in page.said("h2")
    for label in (
        "Title",
        "Purpose",
        "Dataset",
        "Legal basis",
        "Access route",
        "Licence end",
        "Data still held",
    ):
        assert label in page.said("dt")


def test_every_row_of_every_edition_is_in_its_history(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        register, reference, rows = store._root.connection.execute(
            """
            select e.register, q.request, list((e.edition, e.sheet, e.sheet_row))
            from staging.entries as e inner join staging.entry_requests as q on e.entry_id = q.entry_id
            where e.register = ? group by all having count(distinct e.edition) > 3 order by all limit 1
            """,
            [SAMPLE],
        ).fetchone()
    page = looks_whole(site.get(request_address(register, reference)).text)
    for edition, sheet, row in rows:
        assert f"{sheet} {row} Listed." in page.said("table"), (edition, sheet, row)


def test_the_column_with_the_error_is_put_in_the_words(site: Served) -> None:
    row = next(r for r in requests_of(site, SAMPLE) if r["title"])
    address = request_address(SAMPLE, str(row["reference"]))
    columns = re.findall(r'<option value="([^"]+)"', site.get(address).text)
    said = Reader(site.get(f"{address}?{urlencode({'column': unescape(columns[0])})}").text).said("textarea")
    assert f"Column: {unescape(columns[0])} " in said
    assert "It says: " in said
    odd = site.get(f"{address}?{urlencode({'column': '<script>'})}")
    assert odd.status == 200
    assert "no column '<script>'" in Reader(odd.text).said("p")


def test_contact_is_named_or_said_to_be_missing(site: Served, hostile: Served) -> None:
    row = requests_of(site, SAMPLE)[0]
    page = Reader(site.get(request_address(SAMPLE, str(row["reference"]))).text)
    assert "Who answers for an error in it: nobody: the rows are invented." in page.said("p")


def test_a_pinned_address_shows_that_file_and_leads_to_the_latest(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        editions = [r["edition"] for r in measure("editions", store, register=SAMPLE).dicts()]
        first = store.query(
            "register_rows", Filters(register=SAMPLE, edition=editions[0]), search=None, counted=None, limit=1, offset=0
        ).dicts()[0]  # fmt: skip
    reference = str(first["reference"])
    pinned = looks_whole(
        site.get(request_address(SAMPLE, reference, Filters(register="x", edition=editions[0]))).text
    )
    assert f"This page is held to the edition {editions[0]}" in pinned.said("p")
    assert request_address(SAMPLE, reference) in pinned.addresses
    latest = looks_whole(site.get(request_address(SAMPLE, reference)).text)
    stays = next(a for a in latest.addresses if "known_on=" in a and a.startswith("/request/"))
    assert looks_whole(site.get(stays).text).said("dd") == latest.said("dd")


def test_a_request_that_is_not_in_an_edition_is_said_to_be_elsewhere(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        editions = [r["edition"] for r in measure("editions", store, register=SAMPLE).dicts()]
        new = next(
            r
            for r in measure("changes", store, register=SAMPLE, edition=editions[-1]).dicts()
            if r["kind"] == "added"
        )
    answer = site.get(request_address(SAMPLE, new["request"], Filters(register="x", edition=editions[0])))
    assert answer.status == 404
    page = Reader(answer.text)
    assert "is not listed in the edition of" in page.said("h1")
    assert request_address(SAMPLE, new["request"]) in page.addresses


def test_an_unknown_reference_is_named_and_near_ones_offered(site: Served) -> None:
    known = next(
        str(r["reference"]) for r in requests_of(site, SAMPLE) if str(r["reference"]).startswith("DR")
    )
    answer = site.get(f"/request/{SAMPLE}/{quote(known[:-1] + 'x')}")
    assert answer.status == 404
    page = Reader(answer.text)
    assert known[:-1] + "x" in page.said("h1")
    assert request_address(SAMPLE, known) in page.addresses
    assert "Search" in page.said("button")
    # The same but for case and spaces comes first.
    spaced = Reader(site.get(f"/request/{SAMPLE}/{quote(' ' + known.lower())}").text)
    offered = [a for a in spaced.addresses if a.startswith("/request/")]
    assert offered[0] == request_address(SAMPLE, known)


def test_an_unknown_register_is_named(site: Served) -> None:
    answer = site.get("/request/nobody/DR1")
    assert answer.status == 404
    assert "nobody" in Reader(answer.text).said("h1")


@pytest.mark.parametrize("reference", [".", "..", "a/b", "%", "?", "#", "a b", "é", "\\", "<b>", "x" * 900])
def test_odd_references_are_only_ever_text(site: Served, reference: str) -> None:
    answer = site.get(request_address(SAMPLE, reference))
    assert answer.status == 404
    assert "<b>" not in answer.text
    assert "Nothing is called" in Reader(answer.text).said("h1")


# --- a recipient --------------------------------------------------------------------------------


def test_a_recipient_says_how_much_and_since_when_and_lists_its_requests(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        top = measure("top-recipients", store, register=SAMPLE, limit=1).dicts()[0]
        counted = measure(
            "recipients", store, register=SAMPLE, recipient=top["recipient_id"], by="recipient"
        ).dicts()[0]
    page = looks_whole(site.get(recipient_address(SAMPLE, top["recipient_id"])).text)
    assert page.said("h1").startswith(f"{top['recipient']}: ")
    assert f"{counted['requests']} requests" in page.said("h1")
    mine = [r for r in requests_of(site, SAMPLE) if r["recipient_id"] == top["recipient_id"]]
    assert mine
    for row in mine:
        assert request_address(SAMPLE, str(row["reference"])) in page.addresses
    assert "Its names as published" in page.said("h2")


def test_few_events_give_no_typical_time(site: Served) -> None:
    few = next(
        row["recipient_id"]
        for row in requests_of(site, SAMPLE)
        if row["recipient_id"]
        and sum(r["recipient_id"] == row["recipient_id"] for r in requests_of(site, SAMPLE)) < 5
    )
    page = Reader(site.get(recipient_address(SAMPLE, few)).text)
    assert "Too few of its requests have ended" in page.said("p")
    assert "half " not in page.said("h2")


def test_an_unknown_recipient_is_named_and_near_ones_offered(site: Served) -> None:
    known = next(iter(recipients_of(site, SAMPLE)))
    answer = site.get(f"/recipient/{known}x")
    assert answer.status == 404
    page = Reader(answer.text)
    assert f"{known}x" in page.said("h1")
    assert any(f"/recipient/{known}?" in a for a in page.addresses)


def test_a_recipient_of_another_register_is_shown_there(site: Served) -> None:
    mine, others = recipients_of(site, SAMPLE), recipients_of(site, SHARES)
    both = next(iter(set(mine) & set(others)))
    only = next(iter(set(others) - set(mine)))
    assert recipient_address(SHARES, both) in Reader(site.get(recipient_address(SAMPLE, both)).text).addresses
    answer = site.get(recipient_address(SAMPLE, only))
    assert answer.status == 200
    assert "is not in" in Reader(answer.text).said("p")


# --- links, hostile names, real data -------------------------------------------------------------


def test_listings_lead_to_the_pages_of_things(site: Served) -> None:
    for page in ("register", "recipients", "changes", "overview"):
        addresses = Reader(site.get(f"/{page}?register={SAMPLE}").text).addresses
        led = [a for a in addresses if a.startswith(("/request/", "/recipient/"))]
        assert led or page == "overview", page
        for address in random.Random(1).sample(led, min(5, len(led))):
            assert site.get(address).status in (200, 302), address


@pytest.mark.parametrize("register", [SAMPLE, SHARES])
def test_every_request_and_recipient_with_a_hostile_name_is_whole(hostile: Served, register: str) -> None:
    for row in requests_of(hostile, register):
        answer = hostile.get(request_address(register, str(row["reference"])))
        assert answer.status == 200, row["reference"]
        looks_whole(answer.text)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
    for recipient in recipients_of(hostile, register):
        answer = hostile.get(recipient_address(register, recipient))
        assert answer.status == 200, recipient
        looks_whole(answer.text)
        assert "<script>alert" not in answer.text


def test_requests_and_every_recipient_of_real_registers(real: Served) -> None:
    for register in ("phe-odr", "sudbury-foi", "dfe-npd-requests", "dfe-external-data-shares"):
        rows = requests_of(real, register)
        for row in random.Random(7).sample(rows, min(MOST if register == "phe-odr" else 30, len(rows))):
            answer = real.get(request_address(register, str(row["reference"])))
            assert answer.status == 200, (register, row["reference"])
            looks_whole(answer.text)
        for recipient, name in recipients_of(real, register).items():
            answer = real.get(recipient_address(register, recipient))
            assert answer.status == 200, (register, recipient)
            assert looks_whole(answer.text).said("h1").startswith(" ".join(name.split()))


def test_a_release_leads_to_its_request(real: Served) -> None:
    with Store(load_settings(real.data)) as store:
        release = next(
            r
            for r in store._root.connection.execute(
                "select reference, request from core.releases where register = 'phe-odr' order by all"
            ).fetchall()
            if r[0] != r[1]
        )
    answer = real.get(request_address("phe-odr", release[0]))
    assert answer.status == 302
    assert answer.headers["location"] == request_address("phe-odr", release[1])


def test_a_selection_bears_no_count_and_no_time(real: Served) -> None:
    recipient = next(iter(recipients_of(real, "dfe-npd-requests")))
    page = Reader(real.get(recipient_address("dfe-npd-requests", recipient)).text)
    assert "that others quoted" in page.said("h1")
    assert "no count is given" in page.said("p")
    assert "<svg" not in real.get(recipient_address("dfe-npd-requests", recipient)).text
