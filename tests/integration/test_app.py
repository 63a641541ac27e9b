"""The web server from its own side: pages before any script, open data, headers, and bad addresses."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.pages import PAGES
from dashboard.registers import load_registers
from dashboard.sample import HOSTILE, write_sample
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.support.serving import Served, serving


def made(folder: Path, **arguments: object) -> Path:
    settings = load_settings(folder / "data")
    registers = load_registers(settings)
    for edition in write_sample(folder / "sample", **arguments):  # type: ignore[arg-type]
        add_edition(settings, registers[edition.register], edition.path)
    build(settings)
    return folder / "data"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(made(tmp_path_factory.mktemp("site"), requests=400, editions=6)) as served:
        yield served


class Reader(HTMLParser):
    """What a reader without scripts has: words by tag, and every address the page names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: dict[str, list[str]] = {}
        self.addresses: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.stack: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "input", "br", "img"):
            self.stack.append(tag)
        found = dict(attrs)
        self.addresses += [v for k, v in attrs if k in ("href", "src", "action") and v]
        if tag == "script":
            self.scripts.append(found)
        assert not [k for k in found if k.startswith("on")], f"an event attribute on {tag}"

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self.stack):
            self.words.setdefault(tag, []).append(data)

    def said(self, tag: str) -> str:
        return " ".join(" ".join(self.words.get(tag, [])).split())


# What has been rendered here is nothing: tests/integration/test_reading_pages.py has reviews.
@pytest.mark.parametrize("name", [name for name in PAGES if name != "reviews"])
def test_words_tables_and_charts_are_in_the_first_answer(site: Served, name: str) -> None:
    counts_people = name == "people"  # one of the two registers publishes such counts
    register = "sample-external-data-shares" if counts_people else "sample-npd-requests"
    answer = site.get(f"/{name}?register={register}")
    assert answer.status == 200
    page = Reader(answer.text)
    assert re.search(r"\d", page.said("h1")), "the headline states a finding with a number"
    assert "Synthetic sample data" in page.said("div")
    assert page.said("table")
    assert ("<svg" in answer.text) == (name not in ("register", "checks", "commitments", "about"))
    # Scripts of this server alone, deferred; everything else is from here too.
    assert page.scripts
    assert all((s["src"] or "").startswith("/assets/") and "defer" in s for s in page.scripts)
    elsewhere = [a for a in page.addresses if not a.startswith(("/", "#", "data:,"))]
    # The evidence of a commitment is where its source has it: a link to follow, which nothing asks for by itself.
    assert elsewhere == re.findall(r'<a href="([^"]+)" rel="external noreferrer">', answer.text)
    assert name == "commitments" or elsewhere == []


def test_home_goes_to_the_overview_and_keeps_the_filters(site: Served) -> None:
    answer = site.get("/?register=sample-npd-requests")
    assert (answer.status, answer.headers["location"]) == (302, "/overview?register=sample-npd-requests")


def test_health_names_the_build(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        said = json.loads(site.get("/health").text)
        assert (said["status"], said["build"]) == ("ok", store.build.id)


@pytest.mark.parametrize("name", measures.MEASURES)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_data_are_the_bytes_of_the_command(site: Served, name: str, form: str) -> None:
    query = "register=sample-npd-requests" + ("&interval=quarter&from=2016" if name == "volumes" else "")
    answer = site.get(f"/data/{name}.{form}?{query}")
    with Store(load_settings(site.data)) as store:
        filters = {"interval": "quarter", "from_": "2016"} if name == "volumes" else {}
        result = measures.measure(name, store, register="sample-npd-requests", **filters)
    assert answer.status == 200
    assert answer.text == (result.csv() if form == "csv" else result.json())
    assert f"/data/{name}.csv-metadata.json" in answer.headers["link"]
    columns = json.loads(site.get(f"/data/{name}.csv-metadata.json").text)["tableSchema"]["columns"]
    assert [c["name"] for c in columns] == list(measures.MEASURES[name].columns)


def test_rows_behind_a_figure_have_an_address(site: Served) -> None:
    rows = site.get("/data/volumes.csv?register=sample-npd-requests&rows=1").text.splitlines()
    total = json.loads(site.get("/data/volumes.json?register=sample-npd-requests").text)["rows"][0][
        "received"
    ]
    assert sum(",received," in row for row in rows) == total > 0


def test_a_table_on_the_page_has_the_numbers_of_its_csv(site: Served) -> None:
    page = Reader(site.get("/volumes?register=sample-npd-requests").text)
    lines = site.get("/data/volumes.csv?register=sample-npd-requests&interval=year").text.splitlines()
    place = lines[0].split(",").index("received")
    for line in lines[1:]:
        assert line.split(",")[place] in page.said("td").split()


def test_bad_values_are_named_and_dropped(site: Served) -> None:
    answer = site.get("/volumes?register=nope&type=bogus&from=notaday&colour=red")
    page = Reader(answer.text)
    assert answer.status == 200
    for word in ("'nope'", "'bogus'", "'notaday'", "'colour'"):
        assert word in page.said("p").replace("’", "'")
    assert page.said("h1") == Reader(site.get("/volumes").text).said("h1")


def test_the_page_says_what_its_figures_are_cut_to(site: Served) -> None:
    text = site.get("/volumes?register=sample-npd-requests&tier=1&type=university&known_on=2017-12-31").text
    page = Reader(text)
    assert "You are looking at what was known on 31 December 2017" in page.said("p")
    links = page.said("a") + page.said("span")
    assert all(words in links for words in ("Remove:", "University", "Tier 1"))
    assert "Only " not in Reader(site.get("/volumes?register=sample-npd-requests").text).said("p")


def test_data_with_a_bad_value_is_refused_in_words(site: Served) -> None:
    answer = site.get("/data/volumes.csv?type=bogus")
    assert answer.status == 400
    assert "'type' cannot be 'bogus'" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/data/nothing.csv", 400),
        ("/overview?q=" + "a" * 5000, 414),
        ("/assets/x.js", 404),
    ],
)
def test_wrong_addresses_get_a_sentence(site: Served, path: str, status: int) -> None:
    answer = site.get(path)
    assert answer.status == status
    assert "Traceback" not in answer.text


def test_headers_allow_nothing_from_elsewhere(site: Served) -> None:
    policy = site.get("/overview").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    style = re.search(r'href="(/assets/[^"]+\.css)"', site.get("/overview").text)
    assert style
    assert "immutable" in site.get(style[1]).headers["cache-control"]


def test_a_session_is_made_only_when_a_page_asks_for_it(site: Served) -> None:
    session = json.loads(site.get("/live/session?page=volumes&register=sample-npd-requests").text)
    assert [re.sub("-[0-9a-f]{12}", "", s) for s in session["scripts"]] == ["/assets/bokeh.min.js"]
    assert {"volumes", "backlog", "outcomes"} <= set(session["names"].values())


def test_a_new_build_is_served_without_a_restart(tmp_path: Path) -> None:
    data = made(tmp_path, requests=60, editions=1)
    with serving(data) as served:
        before = json.loads(served.get("/health").text)["build"]
        path = data / "reference" / "recipients_mine.csv"
        path.parent.mkdir()
        path.write_text("register,alias,recipient,type,relation,reason,reviewer,date\n", "utf-8")
        after = build(load_settings(data)).build
        assert after != before
        deadline = 50
        while json.loads(served.get("/health").text)["build"] != after and deadline:
            threading.Event().wait(0.1)  # the store looks at the pointer at most once a second
            deadline -= 1
        assert f'data-build="{after}"' in served.get("/overview").text


def test_hostile_names_are_words_and_nothing_else(tmp_path: Path) -> None:
    with serving(made(tmp_path, requests=120, editions=2, hostile=True)) as served:
        with Store(load_settings(served.data)) as store:
            names = measures.top_recipients(store, register="sample-npd-requests", limit=1000).column(
                "recipient"
            )
        assert any("<img" in n for n in names)
        for name in PAGES:
            for query in (
                "",
                "&q=" + quote("<img src=x onerror=alert(1)>"),
                "&recipient=" + quote('"><script>'),
            ):
                text = served.get(f"/{name}?register=sample-npd-requests{query}").text
                page = Reader(text)  # refuses event attributes
                assert all((s["src"] or "").startswith("/assets/") for s in page.scripts)
                assert "<img" not in text
                assert not [a for a in page.addresses if a.lower().startswith("javascript:")]
        seen = served.get("/register?register=sample-npd-requests&q=" + quote("<img")).text
        assert "&lt;img src=x onerror=alert(1)&gt;" in seen
        csv = served.get("/data/top-recipients.csv?register=sample-npd-requests&limit=1000").text
        for name in HOSTILE:
            if name[0] in "=+-@":
                assert f"'{name}" in csv or f"\"'{name.replace(chr(34), chr(34) * 2)}" in csv
