"""The web server from its own side: pages before any script, open data, headers, and bad addresses."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

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


WITHOUT_A_CHART = ("register", "checks", "commitments", "reviews", "about")


@pytest.mark.parametrize("name", PAGES)
def test_words_tables_and_charts_are_in_the_first_answer(site: Served, name: str) -> None:
    counts_people = name == "people"  # one of the two registers publishes such counts
    register = "sample-external-data-shares" if counts_people else "sample-npd-requests"
    answer = site.get(f"/{name}?register={register}")
    assert answer.status == 200
    page = Reader(answer.text)
    assert re.search(r"\d|No review", page.said("h1")), "the headline states a finding with a number"
    assert "Synthetic sample data" in page.said("div")
    assert page.said("table") or name == "reviews"  # of which there is none
    assert ("<svg" in answer.text) == (name not in WITHOUT_A_CHART)
    # Scripts of this server alone, deferred; everything else is from here too.
    assert page.scripts
    assert all((s["src"] or "").startswith("/assets/") and "defer" in s for s in page.scripts)
    # Nothing to load from elsewhere; the evidence of a commitment is where its publisher has it.
    elsewhere = [a for a in page.addresses if not a.startswith(("/", "#", "data:,"))]
    assert elsewhere == [] or (name == "commitments" and all(a.startswith("https://") for a in elsewhere))


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
    assert re.search(
        r"known on 31 December 2017: \d of 6 editions had been published by then", page.said("p")
    )
    chips = re.findall(r'<li><a data-in-place href="([^"]+)"><span[^>]*>Remove: </span>([^<]+)<', text)
    without = {words.strip(): dict(parse_qsl(urlsplit(unescape(link)).query)) for link, words in chips}
    assert list(without) == ["University", "Tier 1"]
    assert "type" not in without["University"]
    assert without["University"]["tier"] == "1"
    assert without["Tier 1"]["known_on"] == "2017-12-31"
    assert "Remove: " not in site.get("/volumes?register=sample-npd-requests").text


def test_every_filter_that_means_something_is_on_the_page(site: Served) -> None:
    def named(address: str) -> set[str]:
        form = site.get(address).text.partition('<form class="filters"')[2].partition("</form>")[0]
        return set(re.findall(r'name="([a-z_]+)"', form))

    everywhere = {"register", "from", "to", "type", "tier", "outcome", "dataset", "known_on", "edition"}
    assert everywhere <= named("/overview?register=sample-npd-requests")
    assert {"route", "interval", *everywhere} <= named("/volumes?register=sample-external-data-shares")
    assert {"clock", "unit", "target", "cohort"} <= named("/turnaround?register=sample-npd-requests")
    assert "route" not in named("/volumes?register=sample-npd-requests")  # it has one alone
    assert not {"type", "tier", "from"} & named("/about?register=sample-npd-requests")


def test_an_address_in_more_words_than_it_needs_is_made_short(site: Served) -> None:
    # What a browser without JavaScript sends of the form.
    long = "/volumes?register=sample-npd-requests&from=&to=&type=&type=university&type=charity&interval=year"
    short = "/volumes?register=sample-npd-requests&type=university%2Ccharity&interval=year"
    answer = site.get(long)
    assert answer.status == 302
    assert answer.headers["location"] == short
    assert site.get(short).status == 200
    # What was wrong is named on the page, which a change of address would take from sight.
    answer = site.get(
        "/volumes?register=sample-npd-requests&from=&tier=&type=university,nobody&dataset=None+such"
    )
    assert answer.status == 200
    assert "'type' cannot be 'nobody'" in unescape(answer.text)
    assert "the register has no data set 'None such'" in unescape(answer.text)
    right = "/volumes?register=sample-npd-requests&type=university"
    assert f'data-address="{right.replace("&", "&amp;")}"' in answer.text
    chips = answer.text.partition('class="chips"')[2].partition("</ul>")[0]
    assert "University" in chips
    assert "None such" not in chips


def test_what_matches_nothing_says_what_to_loosen(site: Served) -> None:
    text = site.get("/volumes?register=sample-npd-requests&to=1999-12-31&type=university").text
    loosen = text.partition('class="notice loosen"')[2].partition("</ul>")[0]
    (found,) = re.findall(r'href="([^"]+)">([^<]+)</a>: ([0-9,]+) requests', loosen)
    assert found[1] == "Without “to 31 December 1999”"
    there = site.get(unescape(found[0]).replace("/volumes", "/register")).text
    assert f"<h1>{found[2]} requests in " in there
    assert "loosen" not in site.get("/volumes?register=sample-npd-requests").text


def test_a_pinned_link_shows_the_same_and_a_citation_says_of_what(site: Served) -> None:
    text = site.get("/volumes?register=sample-npd-requests&type=university").text
    latest, pinned = (unescape(found) for found in re.findall(r'data-share href="([^"]+)"', text))
    assert "known_on" not in latest
    assert "known_on=2" in pinned
    again = site.get(pinned).text
    for part in (r"<h1>.*?</h1>", r"(?s)<table>.*?</table>"):
        same = [
            [re.sub(r"<[^>]+>", " ", found) for found in re.findall(part, page)] for page in (text, again)
        ]
        assert same[0] == same[1] != []
    (build,) = re.findall(r'data-build="([0-9a-f]+)"', text)
    (cited,) = re.findall(r'id="citation"[^>]*>([^<]+)<', text)
    assert "edition as at 31 March 2018" in cited
    assert build in cited
    assert unescape(cited).endswith(pinned)


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
