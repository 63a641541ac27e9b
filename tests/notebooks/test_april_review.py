"""The April review, rendered for real: whole or not at all, every figure with its home, the same bytes twice."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dashboard import reports
from dashboard.cli import main
from dashboard.errors import AccessReviewError, UsageError
from dashboard.filters import Filters, make_filters
from dashboard.ledger import NOT_TRACED, Ledger, Source, recompute
from dashboard.measures import MEASURES, measure
from dashboard.reports.verify import table_rows
from dashboard.review import Review, choose, commentary_html
from dashboard.reviews import open_review
from dashboard.sample import LEGACY, SHARES, write_sample
from dashboard.settings import CHECKOUT, Settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.conftest import Built, BuiltSample
from tests.spec.registers import CASES
from tests.support.warehouse import add_files, make_data, open_data


# Every process of a guarded render writes down, and is refused, any reach for the network.
GUARD = """
import os, socket, sys

def _watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        first = arguments[0]
        if isinstance(first, socket.socket) and first.family == socket.AF_UNIX:
            return
        if event == "socket.bind" and arguments[1][0] in ("::1", "127.0.0.1"):
            return  # urllib3 asks on import whether there is IPv6, by binding this machine's own address
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {arguments[1:]!r}\\n")
        raise OSError("the network is cut")

sys.addaudithook(_watch)
open(os.environ["NETWORK_LOG"] + f".{os.getpid()}", "w").close()
"""


class Rendered:
    """A review's folder, read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.html = (folder / "report.html").read_text("utf-8")
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def network_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guard") / "network.log"


@pytest.fixture(scope="module")
def sample_review(sample_data: BuiltSample, network_log: Path) -> Rendered:
    """The review of April 2018 on the sample, by the command, with the network cut in it and in its kernel."""
    (network_log.parent / "sitecustomize.py").write_text(GUARD, "utf-8")
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "dashboard",
            "--data",
            sample_data.settings.data,
            "render",
            "april-review",
            "--year",
            "2018",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=network_log.parent,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(network_log.parent), str(CHECKOUT)]),
            "NETWORK_LOG": str(network_log),
            "PYTHONWARNINGS": "error",
        },
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    return Rendered(Path(ran.stdout.strip()))


@pytest.fixture(scope="module")
def real_review(real_data: Built) -> Rendered:
    return Rendered(reports.render_april_review(real_data.settings, year=2021, register="phe-odr"))


@pytest.fixture(params=["sample_review", pytest.param("real_review", marks=pytest.mark.realdata)])
def review(request: pytest.FixtureRequest) -> Rendered:
    found: Rendered = request.getfixturevalue(request.param)
    return found


def test_no_process_of_a_render_reaches_for_the_network(sample_review: Rendered, network_log: Path) -> None:
    assert len(list(network_log.parent.glob("network.log.*"))) >= 2, "the kernel was not watched"
    assert not network_log.exists(), network_log.read_text("utf-8")


def test_the_folder_holds_every_file_and_nothing_else(review: Rendered) -> None:
    files = {p.relative_to(review.folder).as_posix() for p in review.folder.rglob("*") if p.is_file()}
    assert {"report.html", "april_review.ipynb", "manifest.json", "times.json"} < files
    assert files - {"manifest.json", "times.json"} == set(review.manifest["files"])
    for name, digest in review.manifest["files"].items():
        assert hashlib.sha256((review.folder / name).read_bytes()).hexdigest() == digest
    assert {m["file"] for m in review.manifest["measures"].values()} == {
        f for f in files if f.startswith("tables/")
    }
    assert review.folder.parent.parent.name == "april-review"
    assert not [p for p in review.folder.parent.iterdir() if p.name.startswith(".")]
    assert review.manifest["build"]
    assert review.manifest["editions"]
    assert review.manifest["libraries"]["papermill"]
    assert all(re.fullmatch("[0-9a-f]{64}", e["sha256"]) for e in review.manifest["editions"])


class Page(HTMLParser):
    """What a browser would load, the ids, and the outline."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = {k: v or "" for k, v in attrs}
        self.attributes += [(tag, k) for k in values]
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values.get("href", ""))
        else:
            self.loads += [
                values[k] for k in ("src", "href", "srcset", "data", "poster", "xlink:href") if k in values
            ]


def test_the_report_asks_for_nothing_but_itself(review: Rendered) -> None:
    page = Page(review.html)
    assert [u for u in page.loads if not u.startswith(("data:", "#"))] == []
    assert not re.findall(r"@import|url\(\s*['\"]?(?!data:|#)", review.html)
    assert not {"script", "iframe", "object", "embed", "img"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on")]
    assert len(review.html.encode()) < 600 * 1024


def test_the_report_has_one_heading_landmarks_and_links_that_lead_somewhere(review: Rendered) -> None:
    page = Page(review.html)
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == page.tags.count("header") == page.tags.count("footer") == 1
    assert 'lang="en-GB"' in review.html
    assert 'class="skip-link" href="#main"' in review.html
    assert sorted(page.ids) == sorted(set(page.ids))
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        elif link != "signature.json":  # there once it is signed
            assert (review.folder / link).is_file(), link
    levels = [int(t[1]) for t in page.tags if re.fullmatch("h[1-6]", t)]
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_only_synthetic_reports_say_so_and_none_claims_to_be_official(review: Rendered) -> None:
    assert ('class="banner"' in review.html) == review.manifest["register"]["synthetic"]
    assert ("Synthetic sample data" in review.html) == review.manifest["register"]["synthetic"]
    assert "Not an official statistic" in review.html
    assert "Draft until signed" in review.html


def test_each_section_answers_or_says_why_not(review: Rendered) -> None:
    for section in re.split(r"<section id=\"section-", review.html)[1:]:
        words = re.sub(r"<[^>]+>", " ", section.split("<footer")[0])
        assert len(words.split()) > 20, section[:60]
    assert "Not part of this edition" not in review.html


def sections_of(store: Store, register: str, year: int) -> tuple[Review, dict[str, str]]:
    """Sections of a review as the notebook calls them, without a render."""
    review = Review.begin(store, choose(store, year=year, register=register))
    return review, {
        shown.name: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.html))
        for shown in (review.headlines(), review.turnaround(), review.people())
    }


def traced(review: Review) -> None:
    """Every figure of the review so far, asked again and worked out again."""
    assert review.ledger.figures
    for figure in review.ledger.figures:
        assert figure["how"] != NOT_TRACED, figure
        again = measure(figure["measure"], review.store, filters=make_filters(**figure["filters"]))
        rows = json.loads(again.json())["rows"]
        assert recompute(figure, rows) == pytest.approx(figure["value"]), figure


def test_people_and_the_clock_that_runs_are_in_the_review_of_shares(sample_data: BuiltSample) -> None:
    review, said = sections_of(sample_data.store, SHARES, 2026)
    assert "Home Office (invented figures)" in said["people"]
    for body in ("Police and criminal investigation authorities", "Courts"):
        assert f"{body} (invented figures)" in said["people"]
    assert "cannot be worked out" in said["turnaround"]
    assert "What can be measured here is the time from approval to first publication" in said["turnaround"]
    assert "Cause-specific median from approval to first publication" in said["turnaround"]
    traced(review)
    share = [f for f in review.ledger.figures if f["how"] == "share of several"]
    assert len(share) == 3  # supplied of asked for, of each body


def test_how_cases_ended_is_in_the_review_of_requests(sample_data: BuiltSample) -> None:
    review, said = sections_of(sample_data.store, LEGACY, 2018)
    assert "the ways competing and open cases counted" in said["turnaround"]
    assert "% were still open" in said["headlines"]
    assert "No counts of people" in said["people"]  # the publisher's other register had not begun
    traced(review)


def between_editions() -> dict[str, list[dict[str, str]]]:
    """Sixty requests, open in one edition and ended in the next; of half of them no day is given."""
    rows = []
    for n in range(60):
        received = date(2018, 1, 1) + timedelta(days=n)
        ended = received + timedelta(days=120 + n)
        row = {"Ref": f"C{n}", "Received": received.isoformat(), "Outcome": "Sent"}
        rows.append({**row, "Ended": ended.isoformat() if n % 2 else ""})
    still_open = [{**row, "Outcome": "", "Ended": ""} for row in rows]
    return {"2018-03-31": still_open, "2018-12-31": rows}


def test_ends_known_only_between_editions_are_in_the_review(tmp_path: Path) -> None:
    """Half of the register's endings carry no day; the review gives the curve between its bounds, and says so."""
    store = open_data(make_data(tmp_path, CASES, between_editions()))
    review, said = sections_of(store, "cases", 2020)
    assert "With the ends that only the editions show, half had ended within" in said["turnaround"]
    traced(review)
    review.close()


def test_each_figure_in_words_is_what_measure_gives(
    review: Rendered,
    sample_data: BuiltSample,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = review.folder.parents[3]
    answers: dict[str, list[dict[str, Any]]] = {}
    checked = 0
    for figure in review.manifest["figures"]:
        assert figure["how"] != NOT_TRACED, figure
        if figure.get("table"):  # of a table of the report's own
            rows = table_rows(open_review(review.folder), figure["table"])
            assert recompute(figure, rows) == pytest.approx(figure["value"]), figure
            continue
        key = json.dumps([figure["measure"], figure["filters"]])
        if key not in answers:
            options = []
            for name, value in figure["filters"].items():
                text = ",".join(value) if isinstance(value, list) else str(value)
                options += [f"--{name.replace('_', '-')}", text]
            asked = ["measure", figure["measure"], *options, "--format", "json"]
            assert main(["--data", str(data), *asked]) == 0
            answers[key] = json.loads(capsys.readouterr().out)["rows"]
        assert recompute(figure, answers[key]) == pytest.approx(figure["value"]), figure
        checked += 1
    assert checked > 40
    # Each sentence of the list stands in the report as it is listed.
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", review.html))
    for sentence in {f["sentence"] for f in review.manifest["figures"]}:
        assert _escaped(sentence) in text, sentence


def _escaped(words: str) -> str:
    import html

    # Two escapers are at work, and they spell quotes differently.
    return re.sub(
        r"\s+", " ", html.escape(words, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    )


def test_each_table_is_the_bytes_of_measure(review: Rendered, capsys: pytest.CaptureFixture[str]) -> None:
    data = review.folder.parents[3]
    compared = 0
    for made in review.manifest["measures"].values():
        if made["measure"] not in MEASURES:  # lists, not measures
            continue
        options = []
        for name, value in made["filters"].items():
            options += [f"--{name.replace('_', '-')}", ",".join(value) if isinstance(value, list) else value]
        assert main(["--data", str(data), "measure", made["measure"], *options, "--format", "csv"]) == 0
        assert capsys.readouterr().out.encode() == (review.folder / made["file"]).read_bytes(), made
        compared += 1
    assert compared >= 6


def test_a_review_knows_only_what_was_out_by_its_april(sample_review: Rendered) -> None:
    assert sample_review.manifest["known_on"] == "2018-04-30"
    assert [e["as_at"] for e in sample_review.manifest["editions"]][-1] == "2017-12-31"
    assert "2018-03-31" not in json.dumps(sample_review.manifest["editions"])
    assert f"{len(sample_review.manifest['editions'])} editions are held" in sample_review.html


@pytest.mark.realdata
def test_real_figures_and_what_is_not_published(real_review: Rendered) -> None:
    said = {f["sentence"] for f in real_review.manifest["figures"]}
    assert any("132 releases made in 2019" in s for s in said)
    assert any(s.startswith("Of 452 releases, universities had 193") for s in said)
    assert "How many are open cannot be said." in real_review.html
    assert "2020 is not complete" in real_review.html


def test_the_same_again_is_found_and_made_again_has_the_same_bytes(
    sample_data: BuiltSample, sample_review: Rendered, tmp_path: Path
) -> None:
    again = reports.render_april_review(sample_data.settings, year=2018)
    assert again == sample_review.folder
    other = reports.render_april_review(sample_data.settings, year=2018, out=tmp_path)
    assert other.parts[-3:] == again.parts[-3:]
    same = [p.relative_to(again) for p in again.rglob("*") if p.is_file() and p.name != "times.json"]
    for path in same:
        assert (other / path).read_bytes() == (again / path).read_bytes(), path


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"year": 2018, "yaer": 2018}, "no parameter 'yaer'"),
        ({"year": "2018"}, "must be int, not '2018'"),
        ({"year": True}, "must be int, not True"),
        ({"register": 7}, "must be str, not 7"),
    ],
)
def test_a_parameter_that_is_not_the_notebooks_is_refused_before_a_kernel_starts(
    parameters: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "own_kernel", None)
    with pytest.raises(UsageError, match=re.escape(words)):
        reports.check_parameters(CHECKOUT / "notebooks" / reports.NOTEBOOK, parameters)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--year", "2012"], "no edition of sample-npd-requests was published by 30 April 2012"),
        (["--year", "9000"], "April 9000 has not come yet"),
        (["--year", "2018", "--as-at", "9000-01-01"], "is in the future"),
        (["--year", "2018", "--as-at", "2001-01-01"], "before its first (2015-06-30)"),
        (
            ["--year", "2018", "--as-at", "2017-11-11"],
            "no edition of sample-npd-requests is as at 2017-11-11",
        ),
        (["--year", "2018", "--register", "sample-npd-request"], "did you mean 'sample-npd-requests'?"),
    ],
)
def test_nothing_to_review_is_said_with_the_dates_there_are(
    sample_data: BuiltSample, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["--data", str(sample_data.settings.data), "render", "april-review", *arguments]) in (1, 2)
    said = capsys.readouterr().err
    assert words in said
    assert "Next:" in said


def test_as_at_chooses_an_edition_and_what_was_known_when_it_came(sample_data: BuiltSample) -> None:
    default = choose(sample_data.store, year=2018)
    assert choose(sample_data.store, year=2018, as_at=default.as_at) == default
    earlier = choose(sample_data.store, year=2018, as_at=date(2017, 9, 30))
    assert (earlier.edition, earlier.known_on) == ("2017-09-30", date(2017, 12, 5))
    later = choose(sample_data.store, year=2018, as_at=date(2018, 3, 31))
    assert (later.edition, later.known_on) == ("2018-03-31", date(2018, 6, 8))


def test_headlines_of_a_past_day_count_only_the_editions_out_by_then(sample_store: Store) -> None:
    from dashboard.headlines import findings

    filters = Filters(register=LEGACY, known_on=date(2018, 4, 30))
    held = [f.text for f in findings(sample_store, filters) if "held" in f.text]
    known = len(measure("editions", sample_store, filters=filters).rows)
    assert held[0].startswith(f"{known} editions are held")


@pytest.fixture
def own_folder(sample_data: BuiltSample, tmp_path: Path) -> Settings:
    """The sample's builds in a folder of one's own."""
    shutil.copytree(sample_data.settings.builds, tmp_path / "data" / "builds")
    return Settings(data=tmp_path / "data", shipped=sample_data.settings.shipped)


def test_a_failed_run_leaves_no_review_and_is_kept_with_its_reason(
    own_folder: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    text = (CHECKOUT / "notebooks" / reports.NOTEBOOK).read_text("utf-8")
    broken = text.replace("review.recipients()", "review.store.query('no_such')")
    (notebooks / reports.NOTEBOOK).write_text(broken, "utf-8")
    monkeypatch.setattr(Settings, "notebooks", notebooks)
    with pytest.raises(AccessReviewError, match="there is no query 'no_such'") as failed:
        reports.render_april_review(own_folder, year=2018)
    assert "Traceback" not in str(failed.value)
    assert not list((own_folder.reviews / "april-review" / "2018").iterdir())
    [kept] = (own_folder.reviews / "failed").iterdir()
    assert (kept / "reason.txt").read_text(
        "utf-8"
    ).strip() == "AccessReviewError: there is no query 'no_such'"
    cells = json.loads((kept / reports.NOTEBOOK).read_text("utf-8"))["cells"]
    assert any(o["output_type"] == "error" for c in cells for o in c.get("outputs", []))


@pytest.fixture(scope="module")
def hostile_review(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """A small sample with hostile names, and commentary that tries the same."""
    base = tmp_path_factory.mktemp("hostile")
    mine = [
        e
        for e in write_sample(base / "w", requests=20, editions=8, hostile=True)
        if e.register == LEGACY and e.published < date(2018, 4, 30)
    ]
    settings = add_files(
        base / "data", LEGACY, *(e.path for e in mine), published=[e.published for e in mine]
    )
    build(settings)
    folder = settings.data / "commentary" / "2018"
    folder.mkdir(parents=True)
    (folder / "access-arrangements.md").write_text(
        "# Panel\n\nMet **monthly**. <script>alert(1)</script> [x](javascript:alert(1)) ![p](https://x.test/p.png)\n",
        "utf-8",
    )
    return Rendered(reports.render_april_review(settings, year=2018))


def test_hostile_names_and_commentary_are_inert(hostile_review: Rendered) -> None:
    page = Page(hostile_review.html)
    assert "onerror=" in hostile_review.html, "the hostile names are not in the report"
    assert not {"img", "script"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on")]
    assert [
        u for u in page.links if not re.match(r"#[a-z]|[a-z_]+/?[a-z-]*\.(csv|json|ipynb|ods|pdf)$", u)
    ] == []
    assert "Met <strong>monthly</strong>" in hostile_review.html
    assert "not computed from the register" in hostile_review.html
    assert hostile_review.manifest["commentary"] == {
        "access-arrangements": "commentary/2018/access-arrangements.md"
    }
    assert "commentary/2018/access-arrangements.md" in hostile_review.manifest["inputs"]
    for table in (hostile_review.folder / "tables").glob("*.csv"):
        assert not re.search(r"(^|,)\"?[=@]", table.read_text("utf-8"), re.MULTILINE), table


def test_commentary_keeps_no_html_and_loads_no_picture() -> None:
    html = commentary_html(
        "<b onclick=x>a</b>\n\n![alt](https://x.test/a.png)\n\n<div><img src=x onerror=y></div>"
    )
    assert "<b" not in html
    assert "<img" not in html
    assert "<div" not in html
    assert "alt" in html


def test_commitments_say_progress_only_from_when_it_was_known(sample_data: BuiltSample) -> None:
    assert measure("commitments", sample_data.store, register=LEGACY, known_on=date(2018, 4, 30)).rows == ()
    known = measure("commitments", sample_data.store, known_on=date(2018, 4, 30)).dicts()
    assert [r["ref"] for r in known] == [f"C{n}" for n in range(1, 11)]
    assert all(bool(r["progress"]) == (r["status"] == "reported") for r in known)
    assert {r["ref"]: r["progress"] for r in known}["C7"] is None  # public in October
    later = measure("commitments", sample_data.store, known_on=date(2018, 10, 22)).dicts()
    assert {r["ref"]: r["status"] for r in later}["C7"] == "reported"
    assert not measure("commitments", sample_data.store, known_on=date(2017, 2, 1)).rows


def test_a_figure_that_no_measure_gives_is_seen() -> None:
    source = Source(
        measure="volumes",
        filters=Filters(register="r", to=date(2017, 12, 31)),
        columns=("interval_start", "received"),
        rows=((date(2016, 1, 1), 100), (date(2017, 1, 1), 118)),
    )
    ledger = Ledger()
    ledger.say(
        "118 requests received in 2017, 18% more than in 2016, 218 in all; 119 closed.", [source], section="s"
    )
    assert [(f["words"], f["how"]) for f in ledger.figures] == [
        *(("118", "cell"), ("2017", "year"), ("18%", "change"), ("2016", "year"), ("218", "sum")),
        ("119", NOT_TRACED),
    ]
    rows = [
        {"interval_start": "2016-01-01", "received": 100},
        {"interval_start": "2017-01-01", "received": 117},
    ]
    assert [recompute(f, rows) for f in ledger.figures] == [117, "2017-01-01", 0.17, "2016-01-01", 217, None]


def test_a_limit_said_without_its_fraction_is_worked_out_again() -> None:
    source = Source(
        measure="control-chart",
        filters=Filters(register="r"),
        columns=("interval_start", "value", "upper"),
        rows=((date(2017, 1, 1), 61, 46.4),),
    )
    ledger = Ledger()
    ledger.say(
        "61 requests in 2017, above 46 a month (trial limits, on under 12 months).", [source], section="s"
    )
    assert [(f["words"], f["how"]) for f in ledger.figures] == [
        ("61", "cell"),
        ("2017", "year"),
        ("46", "rounded"),
    ]
    assert recompute(ledger.figures[-1], [{"interval_start": "2017-01-01", "value": 61, "upper": 46.4}]) == 46


@pytest.fixture(autouse=True, scope="module")
def _no_kernel_is_left() -> Iterator[None]:
    """Each kernel that a render starts has ended with it."""
    yield
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    for child in children.read_text().split() if children.is_file() else []:
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        assert b"ipykernel_launcher" not in command


def test_the_command_says_why_a_review_cannot_be_rendered_twice_at_once(own_folder: Settings) -> None:
    from dashboard.files import lock

    with (
        lock(own_folder.reviews / ".lock", "rendering a review"),
        pytest.raises(AccessReviewError, match="another process"),
    ):
        reports.render_april_review(own_folder, year=2018)
