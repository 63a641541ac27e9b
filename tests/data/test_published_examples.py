"""Examples printed in the literature, sent the whole way: a file, a build, the measure; and the plain functions.

The remission times of 42 children with leukaemia (Freireich and others, Blood 21 (1963) 699-716, in Gehan, Biometrika
52 (1965) 203-223) are the example of most textbooks: 21 given 6-mercaptopurine, 12 of them still in remission when last
seen, beside 21 given a placebo. The curve of the treated is in Kalbfleisch and Prentice and, with log(-log) bounds, in
the manuals of statistical packages; the log-rank statistic, 16.79, in Kleinbaum and Klein, Survival Analysis.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboard import measures
from dashboard.survival import RiskTable, compare, wilson
from tests.support.warehouse import make_data, open_data, register


TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

# week, at risk, events, S, low, high
CURVE = [
    (6, 21, 3, 0.8571, 0.6197, 0.9516),
    (7, 17, 1, 0.8067, 0.5631, 0.9228),
    (10, 15, 1, 0.7529, 0.5032, 0.8894),
    (13, 12, 1, 0.6902, 0.4316, 0.8491),
    (16, 11, 1, 0.6275, 0.3675, 0.8049),
    (22, 7, 1, 0.5378, 0.2678, 0.7468),
    (23, 6, 1, 0.4482, 0.1881, 0.6801),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A case a child: received so many days before it ended, or before the as-at date if it had not."""
    as_at = date(2020, 12, 31)
    lines = ["Ref,Group,Received,Closed,Outcome"]
    for group, ended, still in (("treated", TREATED, STILL), ("placebo", PLACEBO, [])):
        for number, (days, event) in enumerate([(d, True) for d in ended] + [(d, False) for d in still]):
            start = as_at - timedelta(days)
            lines.append(
                f"{group}{number},{group},{start},{as_at if event else ''},{'Ended' if event else ''}"
            )
    columns = {"reference": "Ref", "route": "Group", "received_date": "Received", "closed_date": "Closed",
               "outcome": "Outcome"}  # fmt: skip
    remission = register(
        "remission", columns=columns, outcomes={"discontinued": ["Ended"]}, layout={"blank_outcome": "open"}
    )
    folder = make_data(tmp_path_factory.mktemp("remission"), remission, {str(as_at): "\n".join([*lines, ""])})
    with open_data(folder) as opened:
        yield opened


def test_the_curve_of_the_treated(store):
    rows = measures.survival_curve(store, register="remission", route="treated").dicts()
    found = [r for r in rows if r["events"]]
    assert [(r["day"], r["at_risk"], r["events"]) for r in found] == [row[:3] for row in CURVE]
    for row, (_, _, _, survival, low, high) in zip(found, CURVE, strict=True):
        assert (row["survival"], row["low"], row["high"]) == pytest.approx((survival, low, high), abs=6e-5)
    assert sum(r["censored"] for r in rows) == len(STILL)


def test_the_medians(store):
    rows = {r["group"]: r for r in measures.turnaround(store, register="remission", by="route").dicts()}
    treated, placebo = rows["treated"], rows["placebo"]
    # no upper end: the upper band never comes down to a half
    assert [treated[c] for c in ("n", "events", "median", "median_low", "median_high", "p90")] == [
        21, 9, 23, 13, None, None,
    ]  # fmt: skip
    assert [placebo[c] for c in ("n", "events", "median", "median_low", "median_high")] == [21, 21, 8, 4, 11]
    result = measures.turnaround(store, register="remission", by="route")
    assert "Where a bound of the median is empty, the cases set it no limit." in result.notes


def test_what_closed_cases_alone_would_say(store):
    """The trap: of those whose remission ended the median is 10 weeks, less than half of what the curve says."""
    (row,) = measures.turnaround(store, register="remission", route="treated", cohort="closed").dicts()
    assert (row["median"], row["method"]) == (10, "quantiles of closed cases")


def table(events, censored):
    days = sorted({*events, *censored})
    return RiskTable(
        tuple(days),
        (0,) * len(days),
        tuple(events.count(d) for d in days),
        tuple(censored.count(d) for d in days),
    )


def test_the_log_rank_statistic():
    found = compare([table(TREATED, STILL), table(PLACEBO, [])])
    chi2, df, p = found.chi2, found.df, found.p
    assert (round(chi2, 2), df) == (16.79, 1)
    assert p == pytest.approx(4.17e-5, rel=0.005)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson(hits, n, low, high):
    """Newcombe's cases, Statistics in Medicine 17 (1998) 857-872, method 3, as statsmodels 0.15.0 gives them."""
    assert wilson(hits, n) == pytest.approx((low, high), abs=5.1e-5)
    # whichever is counted, the interval is the same one
    assert wilson(n - hits, n) == pytest.approx((1 - high, 1 - low), abs=5.1e-5)
