"""Figures of the published registers, against pandas on the files as they came: volumes, recipients and times.

`test_real_registers.py` and `test_more_registers.py` hold the readers and the first figures; here each register has its
counts, its recipients and its times worked out again in frames, with its traps (repeated references, a year 16,
closing before receipt) met by pandas and not by us.
"""

from __future__ import annotations

import math
import re

import holidays
import numpy as np
import pandas as pd
import pytest

from dashboard import measures
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.support.warehouse import PHE_FILE, REALDATA, SUDBURY_FILE, add_files


pytestmark = pytest.mark.realdata

NHS = REALDATA / "nhs-digital-release-register" / "1. releaseregister_20210201_20210228.xlsx"
CALGARY = SUDBURY_FILE.with_name("ca_ab_calgary.csv")
BC = SUDBURY_FILE.with_name("ca_bc.csv")
DOJ = REALDATA / "doj-foia-log-2017" / "cleaned.csv"
TYPES = {"public": "individual", "media": "media", "business": "commercial", "academia": "university"}
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(2010, 2020))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    if not NHS.is_file():
        pytest.skip(f"the published registers are not here ({NHS}): set ACCESS_REVIEW_REALDATA")
    data = tmp_path_factory.mktemp("figures") / "data"
    files = {"sudbury-foi": SUDBURY_FILE, "calgary-foi": CALGARY, "bc-foi": BC, "doj-foia": DOJ,
             "nhs-digital-releases": NHS, "phe-odr": PHE_FILE}  # fmt: skip
    for register, path in files.items():
        settings = add_files(data, register, path)
    build(settings)
    with Store(settings) as opened:
        yield opened


def days(frame, start, end):
    return (frame[end] - frame[start]).dt.days


def working(frame, start, end):
    """Working days after the start up to the end, by numpy's calendar of week days and holidays."""
    off = np.array(sorted(ENGLAND), dtype="datetime64[D]")
    first = frame[start].to_numpy().astype("datetime64[D]") + 1
    last = frame[end].to_numpy().astype("datetime64[D]") + 1
    return np.busday_count(first, last, holidays=off)


def least(values, share):
    """The least value that a share of them do not exceed: a plain order statistic."""
    return np.sort(values)[math.ceil(round(share * len(values), 9)) - 1]


def by_period(series, letter):
    """Counts by month, quarter or year: first day of the period -> number, those of 0 left out."""
    counts = series.dropna().dt.to_period(letter).value_counts()
    return {period.start_time.date(): int(n) for period, n in counts.items()}


def check_volumes(store, register, columns):
    """`columns`: column of `volumes` -> dates of what it counts, by whichever interval."""
    for interval, letter in (("month", "M"), ("quarter", "Q"), ("year", "Y")):
        result = measures.volumes(store, register=register, interval=interval).dicts()
        for column, dates in columns.items():
            ours = {r["interval_start"]: r[column] for r in result if r[column]}
            assert ours == by_period(dates, letter), (interval, column)


# --------------------------------------------------------------------------------------------------- sudbury-foi


@pytest.fixture(scope="module")
def sudbury():
    frame = pd.read_csv(SUDBURY_FILE, parse_dates=["date_accepted", "date"])
    assert frame["identifier"].is_unique
    frame["usable"] = (
        frame["date_accepted"].notna()
        & ~(frame["date"] < frame["date_accepted"])
        & ~(frame["date"].isna() & frame["decision"].notna())
    )
    frame["type"] = frame["applicant_type"].map(TYPES).fillna("unknown")
    frame["end"] = frame["date"].fillna(frame[["date_accepted", "date"]].max().max())
    return frame


def product_limit(length, event):
    """(days, S) by pandas: the product over days of 1 - events / at risk."""
    table = pd.DataFrame({"length": length, "event": event}).groupby("length")["event"].agg(["size", "sum"])
    at_risk = table["size"][::-1].cumsum()[::-1]
    return (1 - table["sum"] / at_risk).cumprod()


def test_sudbury_volumes(sudbury, store):
    used = sudbury[sudbury["usable"]]
    granted = used["decision"].isin(["all disclosed", "disclosed in part"])
    refused = used["decision"] == "nothing disclosed"
    check_volumes(
        store,
        "sudbury-foi",
        {
            "received": used["date_accepted"],
            "closed": used["date"],
            "refused": used["date"][refused],
            "released": used["date"][granted],
            "first_released": used["date"][granted],
            "decided": used["date"][granted | refused],
            "excluded": sudbury[~sudbury["usable"]]["date_accepted"].fillna(sudbury["date"]),
        },
    )


@pytest.mark.parametrize("unit", ["calendar", "working"])
@pytest.mark.parametrize(
    ("clock", "decisions"),
    [
        ("received_to_outcome", None),
        ("received_to_decision", ["all disclosed", "disclosed in part", "nothing disclosed"]),
        ("received_to_release", ["all disclosed", "disclosed in part"]),
    ],
)
def test_sudbury_times_of_each_type_on_each_clock(sudbury, store, clock, decisions, unit):
    used = sudbury[sudbury["usable"]].copy()
    event = used["date"].notna()
    used["event"] = event & used["decision"].isin(decisions) if decisions else event
    measure = days if unit == "calendar" else working
    used["length"] = measure(used, "date_accepted", "end")
    for by in (None, "type"):
        rows = measures.turnaround(store, register="sudbury-foi", clock=clock, unit=unit, by=by).dicts()
        groups = dict(list(used.groupby("type"))) if by else {"all": used}
        assert {r["group"] for r in rows if r["n"]} == set(groups)
        for row in rows:
            if not row["n"]:
                continue
            mine = groups[row["group"]]
            curve = product_limit(mine["length"], mine["event"])
            assert (row["n"], row["events"]) == (len(mine), mine["event"].sum()), row["group"]
            for name, level in (("median", 0.5), ("p90", 0.1)):
                reached = curve[curve <= level + 1e-9]
                assert row[name] == (reached.index[0] if len(reached) else None), (row["group"], name)
    curve = product_limit(used["length"], used["event"])
    ours = measures.survival_curve(store, register="sudbury-foi", clock=clock, unit=unit).dicts()
    assert [r["day"] for r in ours] == list(curve.index)
    assert [r["survival"] for r in ours] == pytest.approx(list(curve))


def test_sudbury_anchors(store):
    """What was measured before any of this was written: 327 requests, and the decisions among them."""
    columns = ("n", "events", "censored", "excluded", "median", "median_low", "median_high", "p90")
    (row,) = measures.turnaround(store, register="sudbury-foi").dicts()
    assert [row[c] for c in columns] == [327, 309, 18, 19, 24, 22, 25, 35]
    (row,) = measures.turnaround(store, register="sudbury-foi", clock="received_to_decision").dicts()
    assert [row[c] for c in columns[:7] if c not in ("censored", "excluded")] == [327, 251, 26, 25, 28]


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")
@pytest.mark.parametrize("decided", [False, True])
def test_sudbury_curve_is_that_of_scipy(sudbury, store, decided):
    """scipy's own estimate, its bands and all; of a decision the other endings are censored on their day."""
    from scipy import stats

    used = sudbury[sudbury["usable"]]
    event = used["date"].notna()
    if decided:
        event &= used["decision"].isin(["all disclosed", "disclosed in part", "nothing disclosed"])
    length = days(used, "date_accepted", "end")
    sample = stats.CensoredData(uncensored=length[event].to_numpy(), right=length[~event].to_numpy())
    survival = stats.ecdf(sample).sf
    band = survival.confidence_interval(0.95, method="log-log")
    clock = "received_to_decision" if decided else "received_to_outcome"
    ours = {r["day"]: r for r in measures.survival_curve(store, register="sudbury-foi", clock=clock).dicts()}
    compared = 0
    for day, share, low, high in zip(
        survival.quantiles,
        survival.probabilities,
        band.low.probabilities,
        band.high.probabilities,
        strict=True,
    ):
        assert ours[day]["survival"] == pytest.approx(share), day
        if ours[day]["low"] is not None:
            assert (ours[day]["low"], ours[day]["high"]) == (pytest.approx(low), pytest.approx(high)), day
            compared += 1
    assert compared > 40


# --------------------------------------------------------------------------------------------------- calgary-foi


@pytest.fixture(scope="module")
def calgary():
    """One row a request: its rows are merged, the earliest of each date; the first listed decision and type."""
    frame = pd.read_csv(CALGARY, dtype=str)
    frame["received"] = pd.to_datetime(frame["date_accepted"].where(frame["date_accepted"] > "1900"))
    frame["closed"] = pd.to_datetime(frame["date"])
    merged = frame.groupby("identifier", sort=False).agg(
        received=("received", "min"),
        closed=("closed", "min"),
        decision=("decision", "first"),
        kind=("applicant_type", "first"),
        route=("classification", "first"),
    )
    merged["usable"] = merged["received"].notna() & ~(merged["closed"] < merged["received"])
    merged["type"] = merged["kind"].map(TYPES).fillna("unknown")
    return merged


def test_calgary_volumes(calgary, store):
    used = calgary[calgary["usable"]]
    granted = used["decision"].isin(["all disclosed", "disclosed in part"])
    refused = used["decision"] == "nothing disclosed"
    check_volumes(
        store,
        "calgary-foi",
        {
            "received": used["received"],
            "closed": used["closed"],
            "refused": used["closed"][refused],
            "released": used["closed"][granted],
            "decided": used["closed"][granted | refused],
        },
    )
    whole = measures.volumes(store, register="calgary-foi").dicts()
    assert [(r["received"], r["closed"], r["excluded"]) for r in whole] == [(488, 488, 6)]
    assert (len(used), len(calgary)) == (488, 494)
    # a list of closed cases shows nobody waiting
    assert [(r["open_at_start"], r["open_at_end"]) for r in whole] == [(None, None)]


@pytest.mark.parametrize("by", ["type", "route"])
def test_calgary_recipients(calgary, store, by):
    used = calgary[calgary["usable"]]
    granted = used[used["decision"].isin(["all disclosed", "disclosed in part"])]
    requests, releases = (f.groupby(by).size().to_dict() for f in (used, granted))
    rows = measures.recipients(store, register="calgary-foi", by=by).dicts()
    assert {r["group"]: r["requests"] for r in rows} == requests
    assert {r["group"]: r["releases"] for r in rows if r["releases"]} == releases
    for row in rows:
        assert row["share"] == pytest.approx(releases.get(row["group"], 0) / len(granted))
        mine = used[used[by] == row["group"]]
        assert row["first_date"] == mine["received"].min().date()
        assert row["last_date"] == mine[["received", "closed"]].max().max().date()


@pytest.mark.parametrize("unit", ["calendar", "working"])
@pytest.mark.parametrize("by", ["type", "route"])
def test_calgary_times(calgary, store, by, unit):
    used = calgary[calgary["usable"]].copy()
    used["length"] = (days if unit == "calendar" else working)(used, "received", "closed")
    rows = measures.turnaround(store, register="calgary-foi", by=by, unit=unit, target=30).dicts()
    assert {r["group"] for r in rows if r["n"]} == set(used[by])
    for row in rows:
        mine = used[used[by] == row["group"]]["length"].to_numpy()
        if not len(mine):
            assert row["n"] == 0
            continue
        assert (row["n"], row["events"], row["median_low"]) == (len(mine), len(mine), None)
        assert (row["median"], row["p90"]) == (least(mine, 0.5), least(mine, 0.9))
        assert row["within_target"] == pytest.approx((mine <= 30).mean())


# -------------------------------------------------------------------------------------------------------- bc-foi


def test_bc(store):
    """One date, no receipt and no decision: what was closed, by whom, and nothing of time."""
    frame = pd.read_csv(BC, dtype=str, encoding="utf-8")
    frame["closed"] = pd.to_datetime(frame["date"])
    merged = frame.groupby("identifier", sort=False).agg(
        closed=("closed", "min"), kind=("applicant_type", "first")
    )
    merged["type"] = merged["kind"].map(TYPES).fillna("unknown")
    check_volumes(store, "bc-foi", {"closed": merged["closed"]})
    rows = measures.recipients(store, register="bc-foi").dicts()
    counts = merged.groupby("type").size()
    assert {r["group"]: (r["requests"], r["releases"]) for r in rows} == {
        k: (n, None) for k, n in counts.items()
    }
    assert [r["share"] for r in rows] == pytest.approx(sorted(counts / len(merged), reverse=True))
    for by in (None, "type"):
        result = measures.turnaround(store, register="bc-foi", by=by)
        assert set(result.column("median")) == set(result.column("n")) == {None}
        assert any("no date of receipt" in n for n in result.notes)
    assert measures.rows("turnaround", store, register="bc-foi").rows == ()


# ------------------------------------------------------------------------------------------------------ doj-foia


@pytest.fixture(scope="module")
def doj():
    frame = pd.read_csv(DOJ, dtype=str)
    frame["received"] = pd.to_datetime(frame["Submitted Date"], format="%m/%d/%Y")
    frame["closed"] = pd.to_datetime(frame["Closed Date"], format="%m/%d/%Y")
    assert frame["Tracking Number"].is_unique
    assert (frame["closed"] >= frame["received"]).all()
    return frame


def test_doj_volumes_and_recipients(doj, store):
    granted = doj["Disposition"].isin(["Full grant", "Partial grant/partial denial"])
    refused = doj["Disposition"] == "Full denial based on exemptions"
    check_volumes(
        store,
        "doj-foia",
        {
            "received": doj["received"],
            "closed": doj["closed"],
            "released": doj["closed"][granted],
            "refused": doj["closed"][refused],
            "decided": doj["closed"][granted | refused],
        },
    )
    (row,) = measures.recipients(store, register="doj-foia").dicts()
    assert [row[c] for c in ("group", "requests", "releases", "recipients", "share")] == [
        "unknown", len(doj), granted.sum(), None, 1.0,
    ]  # fmt: skip


@pytest.mark.parametrize("unit", ["calendar", "working"])
def test_doj_times_by_quarter_received(doj, store, unit):
    frame = doj.assign(length=(days if unit == "calendar" else working)(doj, "received", "closed"))
    asked = {"register": "doj-foia", "interval": "quarter", "unit": unit, "target": 20}
    for cohort, column in (("received", "received"), ("closed", "closed")):
        rows = measures.turnaround(store, **asked, cohort=cohort).dicts()
        groups = {
            p.start_time.date(): g["length"].to_numpy()
            for p, g in frame.groupby(frame[column].dt.to_period("Q"))
        }
        assert {r["interval_start"]: r["n"] for r in rows} == {k: len(v) for k, v in groups.items()}
        for row in rows:
            mine = groups[row["interval_start"]]
            assert (row["median"], row["p90"]) == (least(mine, 0.5), least(mine, 0.9)), row["interval_start"]
            assert row["within_target"] == pytest.approx((mine <= 20).mean())


# ------------------------------------------------------------------------------------------ nhs-digital-releases


@pytest.fixture(scope="module")
def nhs():
    frame = pd.read_excel(NHS, sheet_name="DataReleases", dtype=str, engine="calamine")
    frame.columns = [" ".join(c.split()) for c in frame.columns]
    route = next(c for c in frame.columns if c.startswith("Data provided to customer"))
    named = {
        "NIC Number": "reference",
        "Organisation Name": "who",
        "Type of Data Provided": "dataset",
        route: "route",
    }
    frame = frame.rename(columns=named)[list(named.values())]
    frame = frame.map(lambda v: " ".join(v.split()) if isinstance(v, str) else v)
    frame["request"] = frame["reference"].map(lambda r: re.sub(r"-v\d+\.\d+$", "", r))
    return frame


def test_nhs_volumes(nhs, store):
    (whole,) = measures.volumes(store, register="nhs-digital-releases").dicts()
    assert (whole["released"], whole["first_released"]) == (len(nhs), nhs["request"].nunique()) == (5079, 582)
    for by in ("route", "dataset"):
        rows = measures.volumes(store, register="nhs-digital-releases", by=by).dicts()
        ours = {r["group"]: r["released"] for r in rows if r["released"]}
        assert ours == nhs.groupby(by).size().to_dict()


def test_nhs_recipients(nhs, store):
    by_route = measures.recipients(store, register="nhs-digital-releases", by="route").dicts()
    assert {r["group"]: r["releases"] for r in by_route if r["releases"]} == nhs.groupby(
        "route"
    ).size().to_dict()
    assert [r["share"] for r in by_route] == pytest.approx([r["releases"] / len(nhs) for r in by_route])
    top = measures.top_recipients(store, register="nhs-digital-releases", limit=10_000).dicts()
    folded = nhs.assign(key=nhs["who"].str.casefold())
    theirs = folded.groupby("key").agg(releases=("reference", "size"), requests=("request", "nunique"))
    # every name that no review joined to another stands with its own count
    ours = {r["recipient"].casefold(): (r["releases"], r["requests"]) for r in top}
    alone = {k: tuple(v) for k, v in theirs.iterrows() if ours.get(k) == tuple(v)}
    assert len(alone) > 0.9 * len(theirs)
    assert sum(r["releases"] for r in top) == theirs["releases"].sum()
    assert [r["releases"] for r in top] == sorted((r["releases"] for r in top), reverse=True)
    assert measures.turnaround(store, register="nhs-digital-releases").column("n") == [None]


# ------------------------------------------------------------------------------------------------------- phe-odr


def test_phe_recipients_by_quarter(store):
    """Releases of each published type in each quarter: the type is the publisher's, spelt as it was."""
    sheets = pd.read_excel(PHE_FILE, sheet_name=None, header=None, engine="calamine")
    raw = next(frame for name, frame in sheets.items() if name.startswith("Release_Register"))
    head = next(i for i, row in raw.iterrows() if "Date of release" in [str(v).strip() for v in row])
    frame = raw.iloc[head + 1 :].set_axis([str(v).strip() for v in raw.iloc[head]], axis=1)
    frame = frame.dropna(subset=["Date of release"])
    frame["day"] = pd.to_datetime(frame["Date of release"])
    frame["type"] = frame["Applicant's organisation type"].astype(str).str.strip()
    rows = pd.DataFrame(measures.rows("volumes", store, register="phe-odr").dicts())
    released = rows[rows["counted_as"] == "released"].copy()
    released["quarter"] = pd.to_datetime(released["date"]).dt.to_period("Q")
    ours = released.groupby(["quarter", "published_type"]).size()
    theirs = frame.groupby([frame["day"].dt.to_period("Q"), "type"]).size()
    assert ours.to_dict() == theirs.to_dict()
    assert ours.sum() == 452
    (row,) = measures.recipients(store, register="phe-odr", by="outcome").dicts()
    assert (row["group"], row["releases"], row["share"]) == ("released", 452, 1.0)
