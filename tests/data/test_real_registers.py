"""The published registers, against oracles of a few lines: pandas and plain loops, no project code.

Everything here starts from an empty data folder: the files are added and built by the fixture `real_data`.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from datetime import date, timedelta
from statistics import NormalDist

import holidays
import pandas as pd
import pytest

from dashboard import measures
from dashboard.cli import main
from dashboard.settings import CHECKOUT
from tests.support.warehouse import PHE_FILE, REALDATA, SUDBURY_FILE


pytestmark = pytest.mark.realdata

YEARS = {2017: 114, 2018: 131, 2019: 132, 2020: 75}
FIRST = {2017: 66, 2018: 83, 2019: 52, 2020: 44}
DFE = ("dfe-npd-requests", "dfe-external-data-shares")


def command(capsys, built, *arguments):
    """Rows that the command line prints as CSV."""
    capsys.readouterr()
    assert main(["--data", str(built.settings.data), *arguments, "--format", "csv"]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def kaplan_meier(cases):
    """(days, event) -> [(day, S, low, high)], by a loop over the cases themselves."""
    z = NormalDist().inv_cdf(0.975)
    survival, spread, found = 1.0, 0.0, []
    for day in sorted({days for days, event in cases if event}):
        at_risk = sum(1 for days, _ in cases if days >= day)
        events = sum(1 for days, event in cases if event and days == day)
        survival *= 1 - events / at_risk
        if at_risk == events:
            found.append((day, 0.0, None, None))
            break
        spread += events / (at_risk * (at_risk - events))
        half = z * math.sqrt(spread) / -math.log(survival)
        found.append((day, survival, survival ** math.exp(half), survival ** math.exp(-half)))
    return found


def first_at_most(curve, column, level):
    return next((row[0] for row in curve if row[column] is not None and row[column] <= level), None)


# ---------------------------------------------------------------------------------------------- phe-odr


@pytest.fixture(scope="module")
def phe():
    """The sheet of releases, as pandas reads it."""
    sheets = pd.read_excel(PHE_FILE, sheet_name=None, header=None, engine="calamine")
    raw = next(frame for name, frame in sheets.items() if name.startswith("Release_Register"))
    head = next(i for i, row in raw.iterrows() if "Date of release" in [str(v).strip() for v in row])
    frame = raw.iloc[head + 1 :].copy()
    frame.columns = [str(v).strip() for v in raw.iloc[head]]
    frame = frame.dropna(subset=["Date of release"])
    frame["reference"] = frame.filter(regex="(?i)odr reference").iloc[:, 0].astype(str).str.strip()
    frame["request"] = frame["reference"].str.split("[/(]", regex=True).str[0].str.strip()
    frame["day"] = pd.to_datetime(frame["Date of release"])
    frame["type"] = frame["Applicant's organisation type"].astype(str).str.strip()
    return frame


def test_phe_releases_by_year(phe, real_data, capsys):
    rows = command(capsys, real_data, "measure", "volumes", "--register", "phe-odr", "--interval", "year")
    found = {int(r["interval_start"][:4]): int(r["released"]) for r in rows}
    assert found == YEARS
    assert found == phe.groupby(phe["day"].dt.year).size().to_dict()
    assert len(phe) == 452


def test_phe_first_releases_by_year(phe, real_data, capsys):
    rows = command(capsys, real_data, "measure", "volumes", "--register", "phe-odr", "--interval", "year")
    assert {int(r["interval_start"][:4]): int(r["first_released"]) for r in rows} == FIRST
    first = phe.groupby("request")["day"].min()
    assert first.groupby(first.dt.year).size().to_dict() == FIRST
    assert len(first) == 245
    assert [int(r["decided"]) for r in rows] == list(FIRST.values())  # only grants are listed


def test_phe_months_and_quarters(phe, real_store):
    for interval, letter in (("month", "M"), ("quarter", "Q")):
        ours = measures.volumes(real_store, register="phe-odr", interval=interval).dicts()
        theirs = Counter(phe["day"].dt.to_period(letter).dt.start_time.dt.date)
        assert {r["interval_start"]: r["released"] for r in ours if r["released"]} == dict(theirs)
        assert sum(r["released"] for r in ours) == 452


def test_phe_printed_references_and_requests(phe, real_store):
    rows = measures.rows("volumes", real_store, register="phe-odr").dicts()
    released = [r for r in rows if r["counted_as"] == "released"]
    assert len(released) == 452
    assert len({r["reference"] for r in released}) == phe["reference"].nunique() == 429
    assert len({r["request"] for r in released}) == 245
    assert {r["reference"]: r["request"] for r in released} == dict(
        zip(phe["reference"], phe["request"], strict=True)
    )
    repeats = Counter(phe["reference"])
    assert max(r["occurrence"] for r in released) == max(repeats.values())


def test_phe_dates_after_the_as_at_date_are_kept_and_said(phe, real_data, capsys):
    late = phe[phe["day"] > "2020-09-30"]
    assert [d.date() for d in late["day"]] == [date(2020, 10, 1)] * 4
    rows = [
        r
        for r in command(capsys, real_data, "issues", "--register", "phe-odr")
        if r["rule"] == "event_after_as_at"
    ]
    # pandas counts from 0 under its own header; the sheet's rows count from 1
    assert sorted(int(r["sheet_row"]) for r in rows) == [i + 1 for i in late.index]
    assert {(r["value"], r["severity"]) for r in rows} == {("2020-10-01", "warning")}
    day = ("--from", "2020-10-01", "--to", "2020-10-01")
    (october,) = command(capsys, real_data, "measure", "volumes", "--register", "phe-odr", *day)
    assert october["released"] == "4"


def test_phe_published_types_in_two_spellings(phe, real_store):
    spelt = Counter(t for t in phe["type"] if t.lower() == "academic institution")
    assert sum(spelt.values()) == 193
    assert len(spelt) == 2
    rows = measures.rows("recipients", real_store, register="phe-odr").dicts()
    academic = [r for r in rows if r["counted_as"] == "released" and r["published_type"] in spelt]
    assert Counter(r["published_type"] for r in academic) == spelt
    # under University as published, unless a reviewed file says what the organisation is
    assert {r["recipient_type"] for r in academic} <= {"university", "health_body", "research_organisation"}
    note = "The published type 'Academic institution' covers research institutes and hospitals"
    assert any(note in n for n in measures.recipients(real_store, register="phe-odr").notes)


def test_phe_what_is_not_published_is_null(real_store):
    result = measures.volumes(real_store, register="phe-odr", interval="year")
    for name in ("received", "closed", "refused", "not_pursued", "open_at_start", "open_at_end", "excluded"):
        assert result.column(name) == [None] * 4, name
    assert any("no date of receipt" in note for note in result.notes)
    assert measures.turnaround(real_store, register="phe-odr").column("median") == [None]
    assert measures.spells(real_store, register="phe-odr").result.rows == ()


def test_phe_recipients_and_shares(phe, real_store):
    result = measures.recipients(real_store, register="phe-odr").dicts()
    assert sum(r["releases"] for r in result) == 452
    assert sum(r["share"] for r in result) == pytest.approx(1)
    rows = measures.rows("recipients", real_store, register="phe-odr").dicts()
    for row in result:
        mine = [r for r in rows if r["recipient_type"] == row["group"] and r["counted_as"] == "released"]
        listed = phe[phe.index.isin([r["sheet_row"] - 1 for r in mine])]
        assert (row["releases"], row["requests"]) == (len(listed), listed["request"].nunique())
        assert row["share"] == pytest.approx(len(listed) / 452)
        assert (row["first_date"], row["last_date"]) == (
            listed["day"].min().date(),
            listed["day"].max().date(),
        )


def test_phe_top_recipients(phe, real_store):
    names = phe["Applicant's organisation"].astype(str).str.split().str.join(" ").str.lower()
    theirs = names.value_counts()
    ours = measures.top_recipients(real_store, register="phe-odr", limit=5).dicts()
    assert [r["releases"] for r in ours] == theirs.head(5).to_list()
    for row in ours:
        assert theirs[row["recipient"].lower()] == row["releases"]  # none of these five has another name
        assert row["share"] == pytest.approx(row["releases"] / 452)


# ------------------------------------------------------------------------------------------- sudbury-foi


@pytest.fixture(scope="module")
def sudbury():
    """Each request: received, closed, decision, and why it cannot be used ("" when it can)."""
    found = {}
    with SUDBURY_FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            received = date.fromisoformat(row["date_accepted"]) if row["date_accepted"] else None
            closed = date.fromisoformat(row["date"]) if row["date"] else None
            if received is None:
                rule = "received_missing"
            elif closed and closed < received:
                rule = "closed_before_received"
            elif closed is None and row["decision"]:
                rule = "closed_undated"
            else:
                rule = ""
            found[row["identifier"]] = (received, closed, row["decision"], rule, row["applicant_type"])
    return found


@pytest.fixture(scope="module")
def as_at(sudbury):
    return max(day for request in sudbury.values() for day in request[:2] if day)


def cases_of(sudbury, as_at, decided=lambda decision: True):
    return [
        (((closed or as_at) - received).days, closed is not None and decided(decision))
        for received, closed, decision, rule, _ in sudbury.values()
        if not rule
    ]


def test_sudbury_time_to_any_outcome(sudbury, as_at, real_data, capsys):
    assert as_at == date(2016, 6, 3)
    cases = cases_of(sudbury, as_at)
    curve = kaplan_meier(cases)
    (row,) = command(capsys, real_data, "measure", "turnaround", "--register", "sudbury-foi")
    assert [int(row[c]) for c in ("n", "events", "censored")] == [327, 309, 18]
    assert [len(cases), sum(e for _, e in cases)] == [327, 309]
    assert [int(row[c]) for c in ("median", "median_low", "median_high", "p90")] == [24, 22, 25, 35]
    assert [
        first_at_most(curve, 1, 0.5),
        first_at_most(curve, 2, 0.5),
        first_at_most(curve, 3, 0.5),
        first_at_most(curve, 1, 0.1),
    ] == [24, 22, 25, 35]
    assert row["excluded"] == "19"


def test_sudbury_time_to_a_decision(sudbury, as_at, real_store):
    decisions = {"all disclosed", "disclosed in part", "nothing disclosed"}
    cases = cases_of(sudbury, as_at, lambda decision: decision in decisions)
    curve = kaplan_meier(cases)
    (row,) = measures.turnaround(real_store, register="sudbury-foi", clock="received_to_decision").dicts()
    assert (row["events"], row["median"], row["median_low"], row["median_high"]) == (251, 26, 25, 28)
    assert sum(e for _, e in cases) == 251
    assert [first_at_most(curve, i, 0.5) for i in (1, 2, 3)] == [26, 25, 28]
    assert row["p90"] == first_at_most(curve, 1, 0.1)


def test_sudbury_curve(sudbury, as_at, real_store):
    theirs = {day: row for day, *row in kaplan_meier(cases_of(sudbury, as_at))}
    ours = {r["day"]: r for r in measures.survival_curve(real_store, register="sudbury-foi").dicts()}
    for day, (survival, low, high) in theirs.items():
        assert ours[day]["survival"] == pytest.approx(survival)
        if low is not None:
            assert (ours[day]["low"], ours[day]["high"]) == (pytest.approx(low), pytest.approx(high))


def test_sudbury_what_is_left_out_is_an_issue_each(sudbury, real_data, capsys):
    expected = Counter(rule for *_, rule, _ in sudbury.values() if rule)
    assert expected == {"received_missing": 9, "closed_before_received": 4, "closed_undated": 6}
    issues = command(capsys, real_data, "issues", "--register", "sudbury-foi")
    found = {(i["value"], i["rule"]) for i in issues if i["rule"] in expected}
    assert found == {(name, rule) for name, (*_, rule, _) in sudbury.items() if rule}
    # each at its own record: the header is record 1
    record = {name: number for number, name in enumerate(sudbury, 2)}
    assert all(int(i["sheet_row"]) == record[i["value"]] for i in issues if i["rule"] in expected)


def test_sudbury_volumes_by_month(sudbury, real_store):
    ours = measures.volumes(real_store, register="sudbury-foi", interval="month").dicts()
    usable = [r for r in sudbury.values() if not r[3]]
    for row in ours:
        start, end = row["interval_start"], row["interval_end"]
        assert row["received"] == sum(start <= r[0] <= end for r in usable)
        assert row["closed"] == sum(r[1] is not None and start <= r[1] <= end for r in usable)
        assert row["refused"] == sum(
            r[1] is not None and start <= r[1] <= end and r[2] == "nothing disclosed" for r in usable
        )
        assert row["open_at_end"] == sum(r[0] <= end and (r[1] is None or r[1] > end) for r in usable)
    assert ours[-1]["open_at_end"] == 18


@pytest.mark.parametrize("target", [10, 24, 30, 60])
@pytest.mark.parametrize("unit", ["calendar", "working"])
def test_sudbury_within_a_target(sudbury, as_at, real_store, target, unit):
    england = holidays.country_holidays("GB", subdiv="ENG", years=range(2014, 2017))

    def length(start, end):
        days = (start + timedelta(n) for n in range(1, (end - start).days + 1))
        if unit == "calendar":
            return (end - start).days
        return sum(d.weekday() < 5 and d not in england for d in days)

    cases = [
        (length(received, closed or as_at), closed is not None)
        for received, closed, _, rule, _ in sudbury.values()
        if not rule
    ]
    hits = sum(event and days <= target for days, event in cases)
    misses = sum(days > target for days, _ in cases)
    (row,) = measures.turnaround(real_store, register="sudbury-foi", target=target, unit=unit).dicts()
    assert row["within_target"] == pytest.approx(hits / (hits + misses))
    assert row["within_low"] < row["within_target"] < row["within_high"]


def test_sudbury_types(sudbury, real_store):
    types = {"public": "individual", "media": "media", "business": "commercial", "academia": "university"}
    theirs = Counter(types.get(r[4], "unknown") for r in sudbury.values() if not r[3])
    ours = measures.recipients(real_store, register="sudbury-foi").dicts()
    assert {r["group"]: r["requests"] for r in ours} == dict(theirs)
    assert all(r["recipients"] is None for r in ours)  # the answering department is not the recipient
    assert measures.top_recipients(real_store, register="sudbury-foi").result.rows == ()


# ---------------------------------------------------------------------------------------------- DfE facts


@pytest.fixture(scope="module")
def quoted():
    """The transcription as it came, and as it ships."""
    source = REALDATA / "dfe-npd-published-figures" / "npd_register_entries_quoted_in_foi.csv"
    shipped = sorted((CHECKOUT / "data" / "published" / "editions").glob("*/*/*.csv"))
    ours = pd.concat([pd.read_csv(p, dtype=str).assign(register=p.parent.parent.name) for p in shipped])
    return pd.read_csv(source, dtype=str), ours


def test_dfe_entries_ship_whole_with_their_addresses(quoted):
    source, ours = quoted
    columns = list(source.columns)
    assert sorted(map(tuple, source.fillna("").to_numpy().tolist())) == sorted(
        map(tuple, ours[columns].fillna("").to_numpy().tolist())
    )
    assert Counter(ours["register"]) == {"dfe-npd-requests": 31, "dfe-external-data-shares": 16}
    assert ours["source_url"].str.startswith("https://").all()


def test_dfe_rows_in_the_build(real_store):
    rows = Counter()
    for edition in measures.editions(real_store).dicts():
        rows[edition["register"]] += edition["rows"]
    assert {name: rows[name] for name in DFE} == {"dfe-npd-requests": 31, "dfe-external-data-shares": 16}


def test_dfe_supports_no_volume_share_or_median(real_store):
    for name in DFE:
        volumes = measures.volumes(real_store, register=name).dicts()
        assert all(r[c] is None for r in volumes for c in measures.VOLUME_COUNTS)
        recipients = measures.recipients(real_store, register=name).dicts()
        assert all(r["share"] is None and r["requests"] is None for r in recipients)
        assert measures.top_recipients(real_store, register=name).result.rows == ()
        turnaround = measures.turnaround(real_store, register=name, target=30).dicts()
        assert all(r[c] is None for r in turnaround for c in ("median", "p90", "within_target"))
        coverage = {r["coverage"] for r in measures.answerability(real_store, register=name).dicts()}
        assert coverage == {"selected"}


def test_dfe_times_of_the_four_dated_rows(real_store):
    spells = {
        r["reference"]: r
        for r in measures.spells(real_store, register="dfe-npd-requests", clock="received_to_outcome").dicts()
    }
    timed = {name: (r["days"], r["working_days"]) for name, r in spells.items() if r["event"]}
    assert timed == {
        "DR170124.04": (203, 141),
        "DR170221.02": (121, 83),
        "DR170330.03": (75, 49),
        "DR170518.02": (117, 81),
    }
    england = holidays.country_holidays("GB", subdiv="ENG", years=[2017, 2018])
    for name, (calendar, working) in timed.items():
        start = date(2000 + int(name[2:4]), int(name[4:6]), int(name[6:8]))
        days = [start + timedelta(n) for n in range(1, calendar + 1)]
        assert days[-1] == spells[name]["end_high"]
        assert working == sum(d.weekday() < 5 and d not in england for d in days)
        assert spells[name]["basis"] == "from_reference"
    assert [name for name, r in spells.items() if r["censored"]] == ["DR171219.01"]
    others = {r["excluded_rule"] for r in spells.values() if not r["event"] and not r["censored"]}
    assert others == {"outcome_unknown", "received_missing"}
    assert {r["outcome"] for name, r in spells.items() if name in timed} == {"unknown"}


def test_dfe_damage_in_the_transcription(real_data, capsys):
    issues = command(capsys, real_data, "issues", "--register", "dfe-npd-requests")
    (unreadable,) = [i for i in issues if i["severity"] == "error"]
    assert (unreadable["value"], unreadable["rule"]) == ("27.2.207", "date_unreadable")
    assert (unreadable["sheet_row"], unreadable["column"]) == ("7", "F (date_as_written)")
    (several,) = [i for i in issues if i["rule"] == "references_several"]
    assert several["value"] == "DR170227.03 and DR170908.01"


# ----------------------------------------------------------------------------- the rows behind each figure


@pytest.mark.parametrize("register", ["phe-odr", "sudbury-foi"])
@pytest.mark.parametrize("filters", [{}, {"from_": "2016-01-01", "to": "2019-06-30"}, {"type": "commercial"}])
def test_rows_recompute_volumes_and_recipients(real_store, register, filters):
    rows = measures.rows("volumes", real_store, register=register, **filters).dicts()
    volumes = measures.volumes(real_store, register=register, interval="quarter", **filters).dicts()
    for row in volumes:
        for column in ("received", "decided", "closed", "refused", "first_released", "released"):
            counted = sum(
                r["counted_as"] == column and row["interval_start"] <= r["date"] <= row["interval_end"]
                for r in rows
                if r["date"]
            )
            assert row[column] in (None, counted), (row["interval_start"], column)
    used = [r for r in rows if r["counted_as"] != "excluded"]
    for row in measures.recipients(real_store, register=register, **filters).dicts():
        mine = [r for r in used if r["recipient_type"] == row["group"]]
        assert row["requests"] == len({r["request"] for r in mine})
        assert row["releases"] == sum(r["counted_as"] == "released" for r in mine)


@pytest.mark.parametrize("by", [None, "type", "route"])
def test_rows_recompute_turnaround(real_store, by):
    asked = {"register": "sudbury-foi", "clock": "received_to_outcome"}
    types = {r["group"] for r in measures.turnaround(real_store, **asked, by=by).dicts()} if by else {None}
    for row in measures.turnaround(real_store, **asked, by=by).dicts():
        filters = {by: row["group"]} if by else {}
        spells = measures.rows("turnaround", real_store, **asked, **filters).dicts()
        cases = [(r["days"], r["event"]) for r in spells if r["excluded_rule"] is None]
        assert (row["n"], row["excluded"]) == (len(cases), len(spells) - len(cases))
        curve = kaplan_meier(cases)
        assert row["median"] == first_at_most(curve, 1, 0.5)
        assert row["median_high"] == first_at_most(curve, 3, 0.5)
        assert row["p90"] == first_at_most(curve, 1, 0.1)
    assert types


def test_each_row_has_its_place_in_the_file(phe, real_store):
    rows = measures.rows("volumes", real_store, register="phe-odr").dicts()
    places = {r["sheet_row"]: r["reference"] for r in rows if r["counted_as"] == "released"}
    assert places == {index + 1: reference for index, reference in phe["reference"].items()}
