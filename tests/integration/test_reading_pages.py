"""Checks, commitments and reviews over HTTP: what they find, what an address chooses, and what is given away."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from dashboard.checks_figures import build_checks
from dashboard.measures import measure
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.vocabulary import COMMITMENT_STATUSES
from dashboard.warehouse.build import build
from tests.integration.test_app import Reader, made
from tests.support.reviews import write_review
from tests.support.serving import Served, serving


SAMPLE = "sample-npd-requests"
YEAR = "2018"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(made(tmp_path_factory.mktemp("checks"), requests=300, editions=5)) as served:
        yield served


@pytest.fixture(scope="module")
def real(real_data: object) -> Iterator[Served]:
    with serving(real_data.settings.data) as served:  # type: ignore[attr-defined]
        yield served


def read(site: Served, address: str) -> Reader:
    answer = site.get(address)
    assert answer.status == 200, address
    return Reader(answer.text)


# --- checks ---------------------------------------------------------------------------------------


def test_checks_count_what_the_measure_lists(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        rows = measure("issues", store, register=SAMPLE).dicts()
        [listed] = [r for r in measure("decisions", store, register=SAMPLE).dicts() if r["kind"] == "errors"]
    errors = [r for r in rows if r["severity"] == "error"]
    values = len({(r["rule"], r["column"], r["value"]) for r in errors})
    assert 1 < values < len(errors)  # some are repeated by edition after edition
    assert listed["count"] == values  # what needs a decision leads here, and says the same number
    page = read(site, f"/checks?register={SAMPLE}")
    assert f"{values} values could not be read, in {len(errors)} cells" in page.said("h1")
    for heading in (
        "fields are not published",
        "things must hold",
        "editions are held",
        "The places, one by one",
    ):
        assert heading in page.said("h2"), heading
    for _, words in build_checks():
        assert words[1:] in page.said("table")


def test_an_address_chooses_the_problems_by_rule_and_severity(site: Served) -> None:
    with Store(load_settings(site.data)) as store:
        rows = measure("issues", store, register=SAMPLE).dicts()
    for name in ("rule", "severity"):
        value = rows[0][name]
        mine = [r for r in rows if r[name] == value]
        text = site.get(f"/checks?register={SAMPLE}&{name}={value}").text
        caption = re.findall(r"<caption[^>]*>([^<]*the latest edition first)</caption>", text)[0]
        assert f"of {len(mine)}," in caption
        place = re.escape(f"{mine[0]['edition']}, {mine[0]['sheet']}")
        assert re.search(place, text)
    page = read(site, f"/checks?register={SAMPLE}&rule=nothing&severity=%3Cb%3E&start=x")
    assert "no rule is called 'nothing'" in page.said("p")
    assert "no severity is called '<b>'" in page.said("p")


def test_a_problem_at_a_row_leads_to_its_request(site: Served) -> None:
    led = [a for a in read(site, f"/checks?register={SAMPLE}").addresses if a.startswith("/request/")]
    assert led
    assert all(site.get(a).status == 200 for a in led[:10])


def test_figures_of_others_say_what_they_are(real: Served) -> None:
    page = read(real, "/checks?register=dfe-npd-requests")
    said = page.said("table")
    for words in ("Its source does not settle what it is", "Counted by others from"):
        assert words in said, words
    assert "none can be compared with ours" in page.said("h2")
    corrected = read(real, "/checks?register=dfe-external-data-shares").said("table")
    assert "Corrected since" in corrected
    assert "It corrects an earlier figure." in corrected


def test_evidence_of_decisions_is_on_the_pages(site: Served, real: Served) -> None:
    asked = 0
    for served in (site, real):
        with Store(load_settings(served.data)) as store:
            registers = [r["register"] for r in store.query("registers").dicts()]
            items = [i for r in registers for i in measure("decisions", store, register=r).dicts()]
        for item in items:
            path, _, fragment = item["evidence"].partition("#")
            assert path.startswith(("/checks?", "/changes?", "/commitments?")), item
            answer = served.get(path)
            assert answer.status == 200
            assert f'id="{fragment}"' in answer.text, item["evidence"]
            asked += 1
    assert asked > 3


# --- commitments ------------------------------------------------------------------------------------


def test_commitments_are_those_of_the_measure_and_filter_by_status(real: Served) -> None:
    with Store(load_settings(real.data)) as store:
        rows = measure("commitments", store, register="dfe-npd-requests").dicts()
    overdue = [r for r in rows if r["overdue"]]
    page = read(real, "/commitments?register=dfe-npd-requests")
    assert page.said("h1").startswith(f"{len(overdue)} of {len(rows)} commitments are overdue")
    for row in rows:
        assert row["text"] in page.said("table")
    for status in ("overdue", *COMMITMENT_STATUSES):
        mine = [r for r in rows if (r["overdue"] if status == "overdue" else r["status"] == status)]
        text = real.get(f"/commitments?register=dfe-npd-requests&status={status}").text
        assert len(re.findall(r'<tr role="row" id=', text)) == len(mine), status
        assert bool(mine) != ("None has this status" in text)
    assert "Overdue" in page.said("span")
    assert "no status is called 'bogus'" in read(real, "/commitments?status=bogus").said("p")


def test_commitments_of_another_register_are_all_shown_and_said_to_be(real: Served) -> None:
    page = read(real, "/commitments?register=phe-odr")
    assert "None that is recorded is about" in page.said("p")
    assert page.said("table")


def test_evidence_of_a_commitment_is_a_link_a_reader_may_follow(tmp_path: Path) -> None:
    data = made(tmp_path, requests=60, editions=1)
    head = "ref,kind,text,by,due,due_date,progress,progress_on,next,status,evidence,evidence_address,made,source,"
    head += "source_address,registers"
    row = "X1,commitment,Publish <b>it</b>,Us,soon,2016-03-01,Begun,2016-02-01,More,in_progress,A note,"
    row += f"https://example.org/a?b=1&c=2,2016-01-01,A letter,,{SAMPLE}"
    (data / "reference").mkdir(exist_ok=True)
    (data / "reference" / "commitments_mine.csv").write_text(f"{head}\n{row}\n", "utf-8")
    build(load_settings(data))
    with serving(data) as served:
        answer = served.get(f"/commitments?register={SAMPLE}")
    page = Reader(answer.text)
    assert page.said("h1") == "1 of 1 commitment is overdue"
    assert "<b>it</b>" not in answer.text
    assert "https://example.org/a?b=1&c=2" in page.addresses
    assert 'rel="external noreferrer"' in answer.text


# --- reviews ----------------------------------------------------------------------------------------


def review(
    data: Path, render: str, *, signed: bool, started: str = "2018-05-01T09:00:00+00:00", year: str = YEAR
) -> Path:
    """A rendered review as `render` leaves one, as far as a page shows it."""
    folder = data / "reviews" / "april-review" / year / render
    (folder / "tables").mkdir(parents=True)
    (folder / "april_review.ipynb").write_text("{}", "utf-8")
    (folder / "tables" / "volumes.csv").write_text("a,b\n1,2\n", "utf-8")
    (folder / "secret.txt").write_text("not for anybody", "utf-8")
    manifest = {
        "title": f"April review {year} <b>",
        "year": int(year),
        "build": "0123456789abcdef",
        "parameters": {"register": SAMPLE},
        "register": {"title": "Sample"},
        "as_at": "2018-03-31",
        "known_on": "2018-04-30",
    }
    signature = {"name": "A. Reader <i>", "role": "Head of Profession", "signed": "2018-05-03"}
    write_review(folder, manifest, started=started, signed=signature if signed else None)
    return folder


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    return made(tmp_path, requests=60, editions=1)


def test_no_review_says_how_one_is_made(reviewed: Path) -> None:
    with serving(reviewed) as served:
        page = read(served, "/reviews")
    assert "No review has been signed yet" in page.said("h1")
    assert "render april-review" in page.said("p")


def test_signed_reviews_are_listed_and_drafts_only_where_asked(reviewed: Path) -> None:
    review(reviewed, "aaaa11112222", signed=True)
    review(reviewed, "bbbb11112222", signed=False, started="2018-06-01T09:00:00+00:00")
    review(reviewed, "cccc11112222", signed=True, started="2018-07-01T09:00:00+00:00")
    with serving(reviewed) as served:
        answer = served.get("/reviews")
        page = Reader(answer.text)
        assert "2 signed reviews; the latest is of April 2018" in page.said("h1")
        assert "Signed by A. Reader <i>, Head of Profession, on 3 May 2018" in page.said("p")
        assert "<b>" not in answer.text
        assert "bbbb" not in answer.text
        assert answer.text.count("Superseded by") == 1
        assert answer.text.count("Supersedes") == 1
        assert "last signed review: April 2018, signed 3 May 2018" in served.get("/overview").text
        assert "#review-cccc11112222" in page.addresses
        assert served.get("/reviews?drafts=1").text.count("bbbb") == 0
        own = [a for a in page.addresses if a.startswith("/reviews/april-review/")]
        assert f"/reviews/april-review/{YEAR}/aaaa11112222/tables/volumes.csv" in own
        assert all(served.get(a).status == 200 for a in own)
        draft = f"/reviews/april-review/{YEAR}/bbbb11112222/report.html"
        assert served.get(draft).status == 404
    with serving(reviewed, drafts=True) as served:
        page = read(served, "/reviews")
        assert "1 draft" in page.said("h1")
        assert "Draft" in page.said("span")
        assert served.get(draft).status == 200


def test_files_of_a_review_have_their_types_and_a_policy_that_runs_nothing(reviewed: Path) -> None:
    review(reviewed, "aaaa11112222", signed=True)
    at = f"/reviews/april-review/{YEAR}/aaaa11112222"
    with serving(reviewed) as served:
        report = served.get(f"{at}/report.html")
        assert report.headers["content-type"].startswith("text/html")
        policy = report.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "style-src 'unsafe-inline'" in policy
        table = served.get(f"{at}/tables/volumes.csv")
        assert table.headers["content-type"].startswith("text/csv")
        assert table.headers["content-disposition"] == 'attachment; filename="volumes.csv"'
        assert served.get(f"{at}/manifest.json").headers["content-type"].startswith("application/json")


OTHER_NAMES = (
    "secret.txt", "times.json", "", "tables", "tables/", "../aaaa11112222/report.html", "tables/../secret.txt",
    "tables/../../../../../../builds/CURRENT", "%2e%2e/%2e%2e/report.html", "..%2f..%2freport.html",
    "report.html/", "report.html%00", "tables/.hidden.csv", "tables/link.csv", "/etc/passwd", "REPORT.HTML",
    "tables%2fvolumes.csv/..", "reports.html",
)  # fmt: skip


def test_nothing_else_of_the_folder_is_given_away(reviewed: Path) -> None:
    folder = review(reviewed, "aaaa11112222", signed=True)
    (folder / "tables" / "link.csv").symlink_to(folder / "secret.txt")
    (folder / "tables" / ".hidden.csv").write_text("x", "utf-8")
    with serving(reviewed) as served:
        for name in OTHER_NAMES:
            answer = served.get(f"/reviews/april-review/{YEAR}/aaaa11112222/{name}")
            assert answer.status in (404, 400), name
            assert "not for anybody" not in answer.text


def test_a_review_changed_after_it_was_signed_says_so_and_is_not_given_away(reviewed: Path) -> None:
    folder = review(reviewed, "aaaa11112222", signed=True)
    odd = review(reviewed, "dddd11112222", signed=True)
    draft = review(reviewed, "eeee11112222", signed=False)
    at = f"/reviews/april-review/{YEAR}/aaaa11112222/report.html"
    with serving(reviewed, drafts=True) as served:
        assert served.get(at).status == 200
        (folder / "report.html").write_text("other words", "utf-8")
        (draft / "report.html").write_text("other words", "utf-8")
        (odd / "signature.json").write_text("[1]", "utf-8")
        (odd / "manifest.json").write_text(
            '{"register": 3, "as_at": "soon", "code": [], "parameters": 1}', "utf-8"
        )
        time.sleep(1.1)  # what stands on disk is looked at once a second
        page = read(served, "/reviews")
        overview = served.get("/overview").text
        assert served.get(at).status == 200, "to those who look at drafts"
    said = page.said("p")
    assert said.count("This is not what was signed") == 2
    assert said.count("A file of this draft is not the file that its manifest lists") == 1
    assert "by whom is not said" in said
    assert "2 changed after they were signed" in page.said("h1")
    assert "last signed review: April 2018, changed after it was signed" in overview
    with serving(reviewed) as served:
        assert "This is not what was signed" in read(served, "/reviews").said("p")
        assert served.get(at).status == 404


def test_reviews_need_no_framework(reviewed: Path) -> None:
    review(reviewed, quote("aaaa11112222"), signed=True)
    with serving(reviewed) as served:
        page = read(served, "/reviews")
    assert not [s for s in page.scripts if re.search("bokeh|panel", s["src"] or "")]
