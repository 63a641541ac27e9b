"""NHS Digital, Calgary, British Columbia and the Department of Justice, against oracles in plain csv and openpyxl."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter, defaultdict
from datetime import date

import openpyxl
import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.errors import AccessReviewError
from dashboard.filters import make_filters
from dashboard.layouts import match
from dashboard.pages import turnaround
from dashboard.reading import read_entries
from dashboard.registers import load_registers
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from dashboard.workbook import read_workbook
from tests.support.warehouse import REALDATA, add_files


pytestmark = pytest.mark.realdata

NHS = REALDATA / "nhs-digital-release-register" / "1. releaseregister_20210201_20210228.xlsx"
CALGARY = REALDATA / "canada-foi-summaries" / "ca_ab_calgary.csv"
BC = REALDATA / "canada-foi-summaries" / "ca_bc.csv"
DOJ = REALDATA / "doj-foia-log-2017"
FIXTURES = ("calgary-foi", "bc-foi", "doj-foia")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    if not NHS.is_file():
        pytest.skip(f"the published registers are not here ({NHS}): set ACCESS_REVIEW_REALDATA")
    data = tmp_path_factory.mktemp("more") / "data"
    add_files(data, "nhs-digital-releases", NHS)
    add_files(data, "calgary-foi", CALGARY)
    add_files(data, "bc-foi", BC)
    settings = add_files(data, "doj-foia", DOJ / "tabula-foia-responses.csv")
    register = load_registers(settings)["doj-foia"]
    add_edition(settings, register, DOJ / "cleaned.csv", replaces=True)
    report = build(settings)
    with Store(settings) as store:
        yield report, store


@pytest.fixture
def store(built):
    return built[1]


def editions_of(report, register):
    return [e for e in report.editions if e["register"] == register]


def issues(store, register):
    return [i for i in store.query("issues").dicts() if i["register"] == register]


def records(path, **options):
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        return list(csv.DictReader(file, **options))


def test_every_row_is_accounted_for(built):
    report, _ = built
    totals = {
        (e["register"], e["edition"]): (e["rows_read"], e["entries"], e["rows_explained"])
        for e in report.editions
        if not e["register"].startswith("dfe-")
    }
    assert totals == {
        ("nhs-digital-releases", "2021-02-28"): (5701, 5079, 622),
        ("calgary-foi", "2016-12-01"): (521, 520, 1),
        ("bc-foi", "2016-01-07"): (6180, 6179, 1),
        ("doj-foia", "2017-08-31"): (271, 244, 27),
        ("doj-foia", "2017-08-31.2"): (245, 244, 1),
    }
    assert all(read == entries + explained for read, entries, explained in totals.values())


def test_fixtures_answer_only_when_named(store):
    registers = {r["register"] for r in measures.editions(store).dicts()}
    assert "nhs-digital-releases" in registers
    assert registers.isdisjoint(FIXTURES)


# ---------------------------------------------------------------------------------------- nhs-digital-releases


@pytest.fixture(scope="module")
def nhs():
    """The releases and the purpose statements, as openpyxl reads them."""
    book = openpyxl.load_workbook(NHS, read_only=True, data_only=True)
    found = []
    for name in ("DataReleases", "PurposeStatements"):
        head, *rows = book[name].iter_rows(values_only=True)
        names = [" ".join(h.split()) for h in head]
        found.append([dict(zip(names, row, strict=True)) for row in rows])
    for row in found[0]:
        row["NIC Number"] = row["NIC Number"].strip()  # one has a space behind it
    return found


def test_nhs_releases_are_all_of_february(nhs, store):
    releases, _ = nhs
    assert len(releases) == 5079
    result = measures.volumes(store, register="nhs-digital-releases", interval="month")
    (row,) = result.dicts()
    assert (row["interval_start"], row["released"]) == (date(2021, 2, 1), 5079)
    assert row["received"] is None
    assert any("No row carries a date" in note and "days are not known" in note for note in result.notes)
    answer = {
        r["field"]: (r["status"], r["basis"])
        for r in measures.answerability(store, register="nhs-digital-releases").dicts()
    }
    assert answer["released_date"] == ("inferred", "period_end")
    assert answer["recipient_type"] == answer["purpose"] == ("published", "stated")
    (edition,) = measures.editions(store, register="nhs-digital-releases").dicts()
    assert edition["as_at"] == date(2021, 2, 28)


def test_nhs_request_is_the_agreement_without_its_version(nhs, store):
    releases, _ = nhs
    numbers = {r["NIC Number"] for r in releases}
    stems = defaultdict(set)
    for number in numbers:
        stems[re.sub(r"-v\d+\.\d+$", "", number)].add(number)
    assert (len(numbers), len(stems)) == (585, 582)
    # what shows that the version is one: the three stems with two belong to one organisation each
    organisations = defaultdict(set)
    for row in releases:
        organisations[re.sub(r"-v\d+\.\d+$", "", row["NIC Number"])].add(row["Organisation Name"])
    assert [len(organisations[s]) for s, versions in stems.items() if len(versions) > 1] == [1, 1, 1]
    rows = measures.rows("volumes", store, register="nhs-digital-releases").dicts()
    released = [r for r in rows if r["counted_as"] == "released"]
    assert Counter((r["reference"], r["request"]) for r in released) == Counter(
        (r["NIC Number"], re.sub(r"-v\d+\.\d+$", "", r["NIC Number"])) for r in releases
    )


def test_nhs_every_release_is_joined_to_its_purpose_statement(nhs, store):
    releases, statements = nhs
    types = {s["Reference Number"].strip(): s["Organisation Type"] for s in statements}
    assert all(r["NIC Number"] in types for r in releases)
    assert {i["rule"] for i in issues(store, "nhs-digital-releases")} == {"published_missing"}
    rows = [r for r in measures.rows("volumes", store, register="nhs-digital-releases").dicts()
            if r["counted_as"] == "released"]  # fmt: skip
    assert Counter(r["published_type"] for r in rows) == Counter(types[r["NIC Number"]] for r in releases)
    ours = {r["group"]: r for r in measures.recipients(store, register="nhs-digital-releases").dicts()}
    assert ours["local_government"]["releases"] == sum(
        types[r["NIC Number"]] == "Local Authority" for r in releases
    )
    assert ours["university"]["releases"] == sum(types[r["NIC Number"]] == "Academic" for r in releases)
    unsettled = {"Agency/Public Body", "Research", "Independent Sector Healthcare Provider"}
    assert ours["unknown"]["releases"] == sum(types[r["NIC Number"]] in unsettled for r in releases)


def test_nhs_datasets(nhs, store):
    theirs = Counter(" ".join(r["Type of Data Provided"].split()) for r in nhs[0])
    rows = measures.volumes(store, register="nhs-digital-releases", by="dataset").dicts()
    assert {r["group"]: r["released"] for r in rows if r["released"]} == dict(theirs)


def test_nhs_another_month_s_release_of_the_same_agreement_is_another_release(tmp_path):
    """Each file holds its own period, so the same reference in the next file is no later version of a row."""
    data = tmp_path / "data"
    source = openpyxl.load_workbook(NHS, read_only=True, data_only=True)
    sheets = {s.title: list(s.iter_rows(values_only=True)) for s in source}
    sheets["DataReleases"] = sheets["DataReleases"][:11]
    agreements = {r[8] for r in sheets["DataReleases"][1:]}
    sheets["PurposeStatements"] = [
        r for r in sheets["PurposeStatements"] if r[0] in agreements | {"Reference Number"}
    ]
    for period in ("20210201_20210228", "20210301_20210331"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book["README"].append([period])  # other bytes
        path = tmp_path / f"releaseregister_{period}.xlsx"
        book.save(path)
        add_files(data, "nhs-digital-releases", path)
    settings = load_settings(data)
    build(settings)
    with Store(settings) as small:
        rows = measures.volumes(small, register="nhs-digital-releases", interval="month").dicts()
        assert [(r["interval_start"].month, r["released"]) for r in rows] == [(2, 10), (3, 10)]
        assert sum(r["decided"] for r in rows) == len(
            {re.sub(r"-v\d+\.\d+$", "", a) for a in agreements}
        )  # a request once
    renamed = tmp_path / "releases of February.xlsx"
    shutil.copyfile(NHS, renamed)
    with pytest.raises(AccessReviewError, match="neither the file's name nor the sheet's gives one"):
        add_files(data, "nhs-digital-releases", renamed)


# -------------------------------------------------------------------------------------------------- calgary-foi


def test_calgary_lists_closed_cases_so_kaplan_meier_is_refused(store):
    rows = records(CALGARY)
    assert (len(rows), len({r["identifier"] for r in rows})) == (520, 494)
    result = measures.turnaround(store, register="calgary-foi")
    assert any(
        "lists closed cases only" in note and "Kaplan-Meier is refused" in note for note in result.notes
    )
    requests = {}
    for row in rows:
        received = date.fromisoformat(row["date_accepted"]) if row["date_accepted"] > "1900" else None
        closed = date.fromisoformat(row["date"])
        known = requests.setdefault(row["identifier"], [received, closed])
        known[0] = min((d for d in (known[0], received) if d), default=None)
        known[1] = min(known[1], closed)
    days = sorted((c - r).days for r, c in requests.values() if r and c >= r)
    (row,) = result.dicts()
    assert (row["n"], row["events"], row["censored"], row["excluded"]) == (len(days), len(days), 0, 6)
    assert len(requests) == 494
    # the plain quantiles of closed cases: the least day by which half, and nine in ten, were closed
    assert row["median"] == next(d for d in days if sum(x <= d for x in days) * 2 >= len(days))
    assert row["p90"] == next(d for d in days if sum(x <= d for x in days) * 10 >= len(days) * 9)
    assert (row["median_low"], row["median_high"]) == (None, None)
    assert measures.survival_curve(store, register="calgary-foi").result.rows == ()
    page = turnaround.make(store, make_filters(register="calgary-foi"), {})
    assert page.headline == "No typical waiting time: the register lists closed cases only"
    (words,) = page.unanswered
    assert "Kaplan-Meier is refused" in words
    assert f"Of the {len(days)} cases that closed, half had within {row['median']}" in words
    assert page.exhibits == ()


def test_calgary_the_year_16_and_the_rows_without_a_decision(store):
    rows = records(CALGARY)
    found = defaultdict(list)
    for issue in issues(store, "calgary-foi"):
        found[issue["rule"]].append(issue)
    (impossible,) = found["date_impossible"]
    (number,) = [n for n, r in enumerate(rows, 2) if r["date_accepted"].startswith("0016")]
    assert (impossible["sheet_row"], impossible["value"]) == (number, "0016-02-20")
    assert impossible["severity"] == "error"
    assert {i["sheet_row"] for i in found["outcome_missing"]} == {
        n for n, r in enumerate(rows, 2) if not r["decision"]
    }
    assert len(found["outcome_missing"]) == 2
    repeated = Counter(r["identifier"] for r in rows)
    assert {i["value"] for i in found["reference_repeated"]} == {k for k, n in repeated.items() if n > 1}
    assert len(found["recipient_type_missing"]) == sum(not r["applicant_type"] for r in rows) == 161


# ------------------------------------------------------------------------------------------------------- bc-foi


def test_bc_counts_what_was_closed_and_says_why_nothing_more(store):
    rows = records(BC)
    assert len(rows) == 6179
    closed = {r["identifier"]: r["date"] for r in sorted(rows, key=lambda r: r["date"], reverse=True)}
    result = measures.volumes(store, register="bc-foi", interval="year")
    assert {str(r["interval_start"].year): r["closed"] for r in result.dicts()} == dict(
        Counter(day[:4] for day in closed.values())
    )
    for name in ("received", "open_at_end", "refused", "released", "decided"):
        assert set(result.column(name)) == {None}
    assert any("no date of receipt" in note for note in result.notes)
    (row,) = measures.turnaround(store, register="bc-foi").dicts()
    assert row["median"] is None
    types = {"public": "individual", "media": "media", "business": "commercial", "academia": "university"}
    first = {}
    for row in rows:
        first.setdefault(row["identifier"], types.get(row["applicant_type"], "unknown"))
    ours = measures.recipients(store, register="bc-foi").dicts()
    assert {r["group"]: r["requests"] for r in ours} == dict(Counter(first.values()))


# ----------------------------------------------------------------------------------------------------- doj-foia


@pytest.fixture(scope="module")
def doj():
    return records(DOJ / "cleaned.csv")


def test_doj_broken_rows_come_together_as_somebody_did_it_by_hand(doj, store):
    with (DOJ / "tabula-foia-responses.csv").open(newline="", encoding="utf-8") as file:
        broken = list(csv.reader(file, delimiter="\t"))
    pieces = [n for n, row in enumerate(broken, 1) if not row[0]]
    assert (len(broken) - 1, len(pieces), sum(bool(r[0]) for r in broken[1:])) == (270, 25, 245)
    found = issues(store, "doj-foia")
    assert [i["sheet_row"] for i in found if i["rule"] == "row_continued"] == pieces
    assert {i["rule"] for i in found} == {"row_continued", "published_missing"}  # and nothing is unclear

    def titles(name):
        register = load_registers(load_settings(store.settings.data))["doj-foia"]
        reading = read_entries(match(register, read_workbook(DOJ / name)), "x")
        return {e["reference"]: e["title"] for e in reading.entries}

    def as_text(text):
        return " ".join(text.split())

    joined, cleaned = titles("tabula-foia-responses.csv"), titles("cleaned.csv")
    assert cleaned == {r["Tracking Number"]: as_text(r["Detail"]) for r in doj}
    assert {k: (v, cleaned[k]) for k, v in joined.items() if v != cleaned[k]} == {}
    assert len(joined) == 244
    assert joined["DOJ-2017-004638"] == (
        "Records concerning the creation of the Special Confinement Unit at the United States Penitentiary in "
        "Terre Haute, Indiana."
    )


def test_doj_outcomes_by_kind(doj, store):
    kinds = Counter(r["Disposition"] for r in doj)
    granted = kinds["Full grant"] + kinds["Partial grant/partial denial"]
    for edition in ("2017-08-31", "2017-08-31.2"):
        rows = measures.volumes(store, register="doj-foia", by="outcome", edition=edition).dicts()
        assert {r["group"]: r["closed"] for r in rows} == {
            "released": granted,
            "refused": kinds["Full denial based on exemptions"],
            "withdrawn": kinds["Request withdrawn"],
            "discontinued": 244
            - granted
            - kinds["Full denial based on exemptions"]
            - kinds["Request withdrawn"],
        }
    assert (granted, kinds["Full denial based on exemptions"], kinds["No records"]) == (115, 9, 49)


def test_doj_months_come_first_and_only_closed_cases_are_timed(doj, store):
    def day(text):
        month, number, year = map(int, text.split("/"))
        return date(year, month, number)

    days = sorted((day(r["Closed Date"]) - day(r["Submitted Date"])).days for r in doj)
    for edition in ("2017-08-31", "2017-08-31.2"):
        result = measures.turnaround(store, register="doj-foia", edition=edition)
        (row,) = result.dicts()
        assert (row["n"], row["excluded"]) == (244, 0)
        assert row["median"] == next(d for d in days if sum(x <= d for x in days) * 2 >= 244) == 48
        assert any("Kaplan-Meier is refused" in note for note in result.notes)
    rows = measures.volumes(store, register="doj-foia", interval="month", from_="2017-06-01").dicts()
    assert {r["interval_start"].month: r["closed"] for r in rows} == dict(
        Counter(day(r["Closed Date"]).month for r in doj)
    )
