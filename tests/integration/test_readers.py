"""Twelve questions that four readers bring, each walked by the links of the page; the answers are worked out apart.

What a page says is compared with open data counted again here, or with the publisher's own file as another library
reads it. `docs/readers.md` tells each walk: its lines are held to what was walked, so that they cannot grow old.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dashboard.settings import CHECKOUT
from dashboard.text import plural
from tests.support.independent import Grid, by_odfpy
from tests.support.recompute import first_at_most, kaplan_meier
from tests.support.serving import Served, serving
from tests.support.walking import Walk
from tests.support.warehouse import PHE_FILE


SAMPLE, SHARES, PHE = "sample-npd-requests", "sample-external-data-shares", "phe-odr"
PHE_SHEET = "Release_Register_Apr17-Sept20"
PAGE = CHECKOUT / "docs" / "readers.md"
Rows = list[dict[str, str]]
Step = Callable[[Walk], str]


@pytest.fixture(scope="module")
def sample_site(sample_data: Any) -> Iterator[Served]:
    with serving(sample_data.settings.data) as served:
        yield served


@pytest.fixture(scope="module")
def real_site(real_data: Any) -> Iterator[Served]:
    with serving(real_data.settings.data) as served:
        yield served


# --- what is worked out apart --------------------------------------------------------------------------


@cache
def sheets(path: Path) -> dict[str, Grid]:
    return by_odfpy(path)


def archived(site: Served, register: str, edition: str) -> Path:
    [path] = (site.data / "editions" / register / edition).glob("*.ods")
    return path


def phe() -> list[dict[str, Any]]:
    """The rows of PHE's own file by its own headings, as odfpy reads them, each with its row in the sheet."""
    grid = sheets(PHE_FILE)[PHE_SHEET]
    head = {column: str(words) for (row, column), words in grid.items() if row == 1}
    places = sorted({row for row, _ in grid if row > 1})
    return [{"row": r, **{words: grid.get((r, c)) for c, words in head.items()}} for r in places]


def as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def case(row: dict[str, str]) -> tuple[int, int, bool] | None:
    """(entry, days, ended) of one row of the open data; None where it is left out."""
    if row["excluded_rule"]:
        return None
    entry, length = int(row["entry"] or 0), int(row["days"])
    if entry and length <= entry:
        return None
    return entry, length, row["event"] == "true"


def median(rows: Rows) -> int | None:
    return first_at_most(kaplan_meier(c for r in rows if (c := case(r))), "survival", 0.5)


def differ(a: int, b: int) -> bool:
    """Whether two counts differ by more than chance: the two-sided binomial test of an even split, at 5%."""
    n, k = a + b, min(a, b)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n) < 0.05


def counted_apart(rows: Rows, column: str, year: int) -> int:
    return len(
        {r["reference"] for r in rows if r["counted_as"] == column and r["date"].startswith(str(year))}
    )


# --- the Head of Profession for Statistics --------------------------------------------------------------


def more_or_fewer_sample(walk: Walk) -> str:
    said = walk.headline
    rows = walk.follow("Rows", near="the yearly number of requests received").rows()
    now, before = (counted_apart(rows, "received", year) for year in (2017, 2016))
    assert not differ(now, before)
    assert said == f"{now} requests received in 2017 and {before} in 2016: no clear change"
    return said


def more_or_fewer_phe(walk: Walk) -> str:
    said = walk.headline
    years = Counter(as_day(row["Date of release"]).year for row in phe())
    assert not differ(years[2019], years[2018])
    assert said == f"{years[2019]} releases made in 2019 and {years[2018]} in 2018: no clear change"
    rows = walk.follow("Rows", near="the yearly number of releases made").rows()
    for year in (2018, 2019):
        assert (
            sum(r["counted_as"] == "released" and r["date"].startswith(str(year)) for r in rows)
            == years[year]
        )
    return said


def how_long_sample(walk: Walk) -> str:
    walk.follow("Half of cases ended within")
    said = walk.headline
    change = "No clear change in the median between 2015 and 2016: 84 and 73 calendar days"
    walk.says(change)
    walk.says("2017 can still move, and is not compared.")
    rows = walk.follow("Rows", near="Turnaround in calendar days").rows()
    curve = kaplan_meier(c for r in rows if (c := case(r)))
    low, high = (first_at_most(curve, band, 0.5) for band in ("low", "high"))
    assert said == f"Half of cases ended within {median(rows)} calendar days (95% interval {low} to {high})"
    by_year = [median([r for r in rows if r["start_low"].startswith(year)]) for year in ("2015", "2016")]
    assert by_year == [84, 73]
    return f"{said}. {change}"


def how_long_phe(walk: Walk) -> str:
    walk.follow("How long requests took")
    why = "The register gives no date of receipt, so neither waiting times nor the number waiting can be worked out."
    walk.says(why)
    said = walk.headline
    walk.follow("Which dates the register gives")
    walk.says("Date received not published")
    dates = [heading for heading in phe()[0] if "date" in heading.lower()]
    assert dates == ["Date of release"]
    return f"{said}. {why}"


def what_to_decide_sample(walk: Walk) -> str:
    [said] = [words for a in walk.links() if (words := " ".join(a.text.split())).startswith("5 entries left")]
    walk.follow(said)
    listed = walk.page.find(id="left_no_reason_published").find_parent("section")  # type: ignore[union-attr]
    assert listed
    shown = [" ".join(th.text.split()) for th in listed.select("tbody th")]
    rows = Walk(walk.site, SAMPLE).begin(f"/data/changes.csv?register={SAMPLE}", "").rows()
    assert shown == [r["reference"] for r in rows if r["kind"] == "left_no_reason_published"]
    assert said.startswith(f"{len(shown)} entries left with no reason published")
    latest = shown[-1]
    walk.follow(latest)
    place = "Live cases Apr 12 to Sep 17, row 51"
    walk.says("sheet Live cases Apr 12 to Sep 17, row 51")
    # In the publisher's own files: there in one, in no sheet of the next.
    sheet, _, row = place.rpartition(", row ")
    assert sheets(archived(walk.site, SAMPLE, "2017-09-30"))[sheet][int(row), 1] == latest
    assert not any(
        latest in str(value)
        for grid in sheets(archived(walk.site, SAMPLE, "2017-12-31")).values()
        for value in grid.values()
    )
    return f"{said} The latest, {latest}, last stood in the edition of 30 September 2017, {place}"


def what_to_decide_phe(walk: Walk) -> str:
    said = walk.says("Nothing needs a decision")
    why = walk.says(
        "No departure is unexplained, no figure of others differs from ours, every value could be read, "
        "and no edition is late."
    )
    walk.follow("Checks")
    walk.says("Every value could be read; 4 warnings and 5 notes")
    open_data = Walk(walk.site, PHE)
    issues = open_data.begin(f"/data/issues.csv?register={PHE}", "").rows()
    assert Counter(r["severity"] for r in issues) == {"warning": 4, "info": 5}
    assert len(open_data.begin(f"/data/editions.csv?register={PHE}", "").rows()) == 1
    assert open_data.begin(f"/data/published-figures.csv?register={PHE}", "").rows() == []
    return f"{said}. {why}"


# --- the statistician ---------------------------------------------------------------------------------------


def which_rows_sample(walk: Walk) -> str:
    said = walk.says("Universities had 39% of releases since 1 April 2015")
    walk.follow("Universities had 39% of releases")
    walk.says("Of 275 releases, universities had 108")
    rows = walk.follow("Rows", near="Requests and releases by recipient type").rows()
    released = [r for r in rows if r["counted_as"] == "released"]
    theirs = sum(r["recipient_type"] == "university" for r in released)
    assert (theirs, len(released), round(100 * theirs / len(released))) == (108, 275, 39)
    assert min(r["date"] for r in released) >= "2015-04-01"
    return f"{said}: {theirs} of the {len(released)} rows counted as released"


def which_rows_phe(walk: Walk) -> str:
    said = walk.says("Universities had 43% of releases")
    walk.follow("Universities had 43% of releases")
    walk.says("Of 452 releases, universities had 193")
    rows = walk.follow("Rows", near="Requests and releases by recipient type").rows()
    released = [r for r in rows if r["counted_as"] == "released"]
    theirs = {int(r["sheet_row"]) for r in released if r["recipient_type"] == "university"}
    own = {
        r["row"] for r in phe() if str(r["Applicant's organisation type"]).lower() == "academic institution"
    }
    assert theirs == own  # row for row
    assert (len(own), len(phe()), round(100 * len(own) / len(phe()))) == (193, 452, 43)
    return f"{said}: {len(own)} of {len(phe())} rows, those of type “Academic institution” in the file"


def left_out_sample(walk: Walk) -> str:
    walk.follow("Half of cases ended within")
    notes = [" ".join(li.text.split()) for li in walk.page.select("section.exhibit .notes li")]
    early, unusable = (
        int(next(n for n in notes if why in n).split()[0])
        for why in ("cases left out because they closed", "cases left out because their dates cannot be used")
    )
    rows = Walk(walk.site, SAMPLE).begin(f"/data/turnaround.csv?register={SAMPLE}&rows=1", "").rows()
    out = [r["excluded_rule"] for r in rows if r["counted_as"] == "excluded"]
    # Without a rule of its own: it ended on the very day from which every case is listed.
    assert sum(rule in ("before_coverage", "") for rule in out) == early
    assert sum(rule not in ("before_coverage", "") for rule in out) == unusable
    walk.follow("How this is worked out", near="Turnaround in calendar days")
    assert walk.at.endswith("#turnaround")
    walk.says("Kaplan and Meier's estimate")
    walk.says("Delayed entry : in a register that lists what was closed in a period and what is open")
    query = (CHECKOUT / "dashboard" / "queries" / "turnaround_rows.sql").read_text("utf-8").strip()
    assert any(query in pre.text for pre in walk.page.find_all("pre")), "the SQL of its rows is shown"
    return (
        f"{early} cases that closed before every case was listed, and {unusable} whose dates cannot be used; "
        "the rest by Kaplan and Meier's estimate with delayed entry, with its SQL"
    )


def left_out_phe(walk: Walk) -> str:
    walk.follow("Between 2018 and 2019 the yearly number of releases made")
    cut = walk.says("2017 and 2020 are not complete")
    walk.says("Not published: refusals. Refused applications are not listed.")
    rows = walk.follow("Rows", near="Releases and other counts by year").rows()
    counted = sorted(r["date"] for r in rows if r["counted_as"] == "released")
    own = sorted(as_day(row["Date of release"]) for row in phe())
    assert counted == [str(day) for day in own]
    assert own[0] > date(2017, 4, 1)  # from which the file claims to list every release
    assert own[-1] < date(2020, 12, 31)
    return f"no row of the {len(counted)}; {cut}"


def what_was_wrong_sample(walk: Walk) -> str:
    walk.follow("Checks")
    said = walk.says("3 values could not be read, in 6 cells")
    walk.says("No correction applies.")
    walk.follow("Errors: 6")
    section = walk.page.find(id="issue-rows")
    assert section
    table = section.find_parent("section") or section.find_next("table")
    assert table
    found = set()
    for row in table.select("tbody tr"):
        place, column, value = (" ".join(cell.text.split()) for cell in row.find_all(["th", "td"])[:3])
        edition, sheet, at = re.fullmatch(r"([\d.-]+), (.+), row (\d+)", place).groups()  # type: ignore[union-attr]
        number = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(column.split(" ")[0]) + 1
        assert str(sheets(archived(walk.site, SAMPLE, edition))[sheet][int(at), number]).startswith(value)
        found.add(value)
    assert len(table.select("tbody tr")) == 6
    assert found == {"20.5.205", "0013-05-21", "1900-01-01"}
    return f"{said}: “20.5.205”, “0013-05-21” and “1900-01-01”, each with its sheet, row and column; none was changed"


def what_was_wrong_phe(walk: Walk) -> str:
    walk.follow("Checks")
    walk.says("No correction applies.")
    walk.follow("Warnings: 4")
    late = [r["row"] for r in phe() if as_day(r["Date of release"]) > date(2020, 9, 30)]
    assert len(late) == 4
    for row in late:
        walk.says(f"{PHE_SHEET}, row {row} released_date 2020-10-01")
    walk.says("The date is after the edition's as-at date, 2020-09-30; it is kept.")
    return (
        "4 releases of 1 October 2020, after the day that the file describes, "
        f"rows {late[0]} to {late[-1]}: kept as they stand"
    )


# --- the scheduled job ----------------------------------------------------------------------------------------


def which_build(walk: Walk) -> str:
    build = walk.begin("/health", "/health").json()["build"]
    assert build == (walk.site.data / "builds" / "CURRENT").read_text("utf-8").strip().removesuffix(".duckdb")
    page = Walk(walk.site, walk.register).begin(f"/overview?register={walk.register}", "overview")
    assert f"Build {build}." in page.page.find(id="build").text  # type: ignore[union-attr]
    return "the build that `builds/CURRENT` names, which the foot of every page says too"


def which_file(walk: Walk) -> str:
    rows = walk.follow("its editions (CSV)").rows()
    for row in rows:
        path = archived(walk.site, walk.register, row["edition"])
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        assert path.name == row["file"]
    last = rows[-1] if rows[-1]["as_at"] >= rows[0]["as_at"] else rows[0]
    many = "one file, with" if len(rows) == 1 else f"{len(rows)} files, each with"
    return (
        f"{many} the sha256 of what lies in the archive; the latest is as at {words(as_day(last['as_at']))}"
    )


def same_tomorrow(walk: Walk) -> str:
    said = walk.headline
    walk.follow("/overview?", near="Stays with", folded="Link to this page, or cite it")
    assert walk.headline == said
    walk.steps[-1] = "the pinned link"
    query = walk.at.partition("?")[2]
    known = re.search(r"known_on=([\d-]+)", query)
    assert known
    latest = walk.site.get(f"/data/volumes.csv?register={walk.register}&interval=year").body
    assert walk.site.get(f"/data/volumes.csv?{query}&interval=year").body == latest
    published = (
        Walk(walk.site, walk.register).begin(f"/data/editions.csv?register={walk.register}", "").rows()
    )
    assert known[1] == max(r["published"] for r in published)
    return f"the same headline and the same CSV to the byte, as known on {words(as_day(known[1]))}"


# --- the public, a journalist, a researcher ------------------------------------------------------------------------


def one_body_sample(walk: Walk) -> str:
    walk.search("thistledown univ").follow("Thistledown University")
    said = walk.headline
    rows = (
        Walk(walk.site, SAMPLE)
        .begin(f"/data/volumes.csv?register={SAMPLE}&recipient=thistledown-university&rows=1", "")
        .rows()
    )
    counts = Counter(r["counted_as"] for r in rows)
    assert said.startswith(
        f"Thistledown University: at least {counts['received']} requests and {counts['released']} releases"
    )
    walk.follow("DR171222.01")
    walk.says("Progress of summer-born pupils: Port Amble, phase 2")
    grid = sheets(archived(walk.site, SAMPLE, "2018-03-31"))["Jan 18 to Mar 18"]
    own = {str(v) for (row, _), v in grid.items() if row == 26}
    assert {"DR171222.01", "Thistledown University"} <= own
    for heading in ("Dataset", "Purpose", "Legal basis", "Date released"):
        value = walk.page.find("dt", string=heading).find_next("dd")  # type: ignore[union-attr]
        assert value
        text = " ".join(value.text.split())
        assert text in own or heading == "Date released", (heading, text, own)
    walk.says("26 February 2018")
    return f"{said}. Of DR171222.01: the data sets, purpose, legal basis, and the day, 26 February 2018"


def one_body_phe(walk: Walk) -> str:
    walk.search("university of oxford").follow("University of Oxford", near="Recipients: 1")
    own = [r for r in phe() if r["Applicant's organisation"] == "University of Oxford"]
    said = walk.headline
    days = sorted(as_day(r["Date of release"]) for r in own)
    assert said.endswith(f"and {len(own)} releases, from {words(days[0])} to {words(days[-1])}")
    walk.follow("ODR1920_080")
    [row] = [r for r in own if str(r["ODR reference"]).startswith("ODR1920_080")][:1]
    walk.says(str(row["Data source"]))
    walk.says(str(row["Type of data"]))
    walk.says(words(as_day(row["Date of release"])))
    walk.says(f"sheet {PHE_SHEET}, row {row['row']}")
    what = f"{row['Data source']}, {str(row['Type of data']).lower()}"
    return f"{said}. Of ODR1920_080: {what}, released on {words(as_day(row['Date of release']))}"


def home_office_sample(walk: Walk) -> str:
    walk.follow("People")
    walk.says("No counts of people by the Home Office, police or courts")
    walk.follow("Sample: external data shares, of the same publisher, counts them.")
    said = walk.headline
    rows = walk.follow("CSV", near="Home Office (invented figures): records by period").rows()
    stand = [r for r in rows if r["body"] == "Home Office" and r["status"] == "current" and r["period_start"]]
    asked, given = (sum(int(r[c]) for r in stand) for c in ("requested", "supplied"))
    assert said == (
        f"Home Office (invented figures): {given:,} of {asked:,} records asked for were supplied "
        f"({round(100 * given / asked)}%)"
    )
    return said


def home_office_phe(walk: Walk) -> str:
    walk.follow("People")
    said = walk.headline
    walk.says(
        "No counts of people, records or requests by body and period are in what is held of this register."
    )
    assert not any("home office" in str(row["Applicant's organisation"]).lower() for row in phe())
    walk.search("home office")
    walk.says("is found by “home office”")
    return f"{said}; and it is the recipient in no row of the file"


def not_told_sample(walk: Walk) -> str:
    walk.follow("What this register publishes, and what it does not")
    return fields_not_published(walk)


def not_told_phe(walk: Walk) -> str:
    gap = "Not published, so not shown: when requests were received, refusals and requests not pursued."
    walk.follow(gap)
    return f"{gap} {fields_not_published(walk)}"


def fields_not_published(walk: Walk) -> str:
    rows = (
        Walk(walk.site, walk.register).begin(f"/data/answerability.csv?register={walk.register}", "").rows()
    )
    absent = sum(r["status"] == "not_published" for r in rows)
    said = walk.says(f"{absent} of {len(rows)} fields are not published")
    table = walk.page.find(id="answerable-fields").find_parent("section").table  # type: ignore[union-attr]
    assert table
    shown = Counter(
        row.find("td").text.strip().startswith("not published") for row in table.select("tbody tr")
    )  # type: ignore[union-attr]
    assert shown[True] == absent
    return f"{said}, each named, with the reason where the publisher gives one"


# --- each asked of both ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    reader: str
    words: str
    sample: Step
    real: Step


HEAD, STATISTICIAN = "Head of Profession for Statistics", "Statistician"
JOB, PUBLIC = "Scheduled job", "Public, journalist or researcher"
QUESTIONS = (
    Question(HEAD, "Are we asked for more than last year, or less?", more_or_fewer_sample, more_or_fewer_phe),
    Question(
        HEAD, "How long do we keep people waiting, and is it getting longer?", how_long_sample, how_long_phe
    ),
    Question(
        HEAD,
        "What waits for my decision, and where is it in the publisher's own file?",
        what_to_decide_sample,
        what_to_decide_phe,
    ),
    Question(
        STATISTICIAN,
        "Which rows make this share, and do I get it from them myself?",
        which_rows_sample,
        which_rows_phe,
    ),
    Question(
        STATISTICIAN,
        "What is left out of the figure, and how is it worked out?",
        left_out_sample,
        left_out_phe,
    ),
    Question(
        STATISTICIAN,
        "What was wrong in the file, where, and did you change it?",
        what_was_wrong_sample,
        what_was_wrong_phe,
    ),
    Question(JOB, "Does the server show the build that I put in force?", which_build, which_build),
    Question(JOB, "From which files is it made, and are they those in the archive?", which_file, which_file),
    Question(
        JOB,
        "Will the address in my log give the same when a newer edition has come?",
        same_tomorrow,
        same_tomorrow,
    ),
    Question(
        PUBLIC, "Has this body had data: what, why, under which law, and when?", one_body_sample, one_body_phe
    ),
    Question(
        PUBLIC, "Does the Home Office get the records, and how many?", home_office_sample, home_office_phe
    ),
    Question(PUBLIC, "What are we not being told?", not_told_sample, not_told_phe),
)
ASKED = [pytest.param(q, id=re.sub(r"\W+", "-", q.words.lower())[:40]) for q in QUESTIONS]


def told(question: Question) -> str:
    """What the document tells under a question, on one line."""
    text = PAGE.read_text("utf-8")
    under = text.partition(f"\n## {question.reader}\n")[2].partition("\n## ")[0]
    under = under.partition(f"\n### {question.words}\n")[2].partition("\n### ")[0]
    return " ".join(under.split())


def walked(site: Served, register: str, step: Step) -> tuple[str, str]:
    walk = Walk(site, register).begin(f"/overview?register={register}", "overview")
    answer = step(walk)
    steps = len(walk.steps) - 1
    return f"{plural(steps, 'step') if steps else 'no step'}: {walk.path}", answer


def hold(question: Question, where: str, path: str, answer: str) -> None:
    line = f"- {where}, {path}. Answer: {answer}" + ("" if answer.endswith((".", "?")) else ".")
    assert line in told(question), f"docs/readers.md should have under {question.words!r}:\n{line}"


@pytest.mark.parametrize("question", ASKED)
def test_a_reader_of_the_sample_finds_the_answer(sample_site: Served, question: Question) -> None:
    path, answer = walked(sample_site, SAMPLE, question.sample)
    hold(question, "Sample", path, answer)


@pytest.mark.realdata
@pytest.mark.parametrize("question", ASKED)
def test_a_reader_of_a_published_register_finds_the_answer(real_site: Served, question: Question) -> None:
    path, answer = walked(real_site, PHE, question.real)
    hold(question, "`phe-odr`", path, answer)


def test_the_document_has_these_questions_and_no_others() -> None:
    text = PAGE.read_text("utf-8")
    assert re.findall(r"^### (.+)$", text, re.M) == [q.words for q in QUESTIONS]
    assert re.findall(r"^## (.+)$", text, re.M)[:4] == list(dict.fromkeys(q.reader for q in QUESTIONS))
    assert Counter(q.reader for q in QUESTIONS) == dict.fromkeys((HEAD, STATISTICIAN, JOB, PUBLIC), 3)
