"""The headline engine: what each kind of finding says of small rows, and the first screen of an overview."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from datetime import date

from tests.spec.shape import Edition, FirstScreen, Given, Sentence
from tests.spec.specs.context import FIGURE_HEAD
from tests.support.warehouse import register


WORDS = """\
The first words of a page, the titles of its figures and the sentences of the April review are made by one engine
(`dashboard/findings.py`) from the rows of measures. At most six findings, one point each, each standing alone, with a
link to its page and one to the rows it rests on; where three whole years are there, one is about the longer term. Only
whole intervals are compared: half a year is not fewer than a year.

**Rule.** Of two counts a change is claimed only where the exact 95% interval of their ratio leaves out 1; else both
numbers are given and no change. Under 20 before, the difference is given in whole numbers, else as a percentage. A
typical time needs 20 ended cases; its interval stands beside it, and where an end of it is more than a fifth of the
median away the median is "about". Of two medians a change is claimed by the log-rank test where there is one, else only
where their intervals do not touch: intervals that overlap show neither change nor sameness, and the sentence says so.

**Source.** The conditional test of two Poisson counts: Przyborowski and Wilenski (1940), Biometrika 31, 313–323; its
exact interval: Clopper and Pearson (1934), Biometrika 26, 404–413. Requests that come in batches vary more than Poisson
counts, so what the interval does not support is no change, and what it supports may still be chance. Headlines: at most
six, one sentence and one point each, rounded, one in longer-term context (Department for Education, Analysts' guide,
"Writing").
"""

KIND_WORDS = {
    "change": "Change: one count against the one before",
    "level": "Level: the range over the years",
    "context": "Longer-term context: since when there were not so many, or so few",
    "share": "Level: who had most",
    "ended": "Level: how requests ended",
    "time": "How long: the typical time",
    "time_change": "Change of the typical time",
    "signal": "Signal: what a control chart shows",
    "longest": "Longest: the longest wait",
    "people": "People: what each body was given",
    "silent": "What cannot be said",
}

SHARES_BY_YEAR = {"noun": "share", "verb": "approved"}
RECEIVED = {"noun": "request", "verb": "received"}
YEARS = ("year", "shares")

SENTENCES: tuple[Sentence, ...] = (
    Sentence(
        kind="change",
        title="A change that the interval supports",
        words="312 of 724: between 39% and 47% of both years together, so not half.",
        rows="""
        year | shares
        2024 | 412
        2025 | 312
        """,
        points=YEARS,
        ask=SHARES_BY_YEAR,
        says="312 shares approved in 2025, 24% fewer than in 2024",
    ),
    Sentence(
        kind="change",
        title="9% fewer, and no change",
        words="10 of 21 could as well be half: both numbers, and no percentage.",
        rows="""
        year | shares
        2019 | 11
        2020 | 10
        """,
        points=YEARS,
        ask=RECEIVED,
        says="10 requests received in 2020 and 11 in 2019: no clear change",
    ),
    Sentence(
        kind="change",
        title="9% fewer of hundreds, and still no change",
        words="312 of 655 is between 44% and 52%: chance alone moves such counts as much.",
        rows="""
        year | shares
        2024 | 343
        2025 | 312
        """,
        points=YEARS,
        ask=SHARES_BY_YEAR,
        says="312 shares approved in 2025 and 343 in 2024: no clear change",
    ),
    Sentence(
        kind="change",
        title="A change of small numbers is given in whole numbers",
        words="Four times as many would sound like more than it is.",
        rows="""
        year | shares
        2019 | 5
        2020 | 20
        """,
        points=YEARS,
        ask=RECEIVED,
        says="20 requests received in 2020, 15 more than in 2019",
    ),
    Sentence(
        kind="change",
        title="Nothing after something",
        words="None of 12: the interval of the ratio ends below 1.",
        rows="""
        year | shares
        2019 | 12
        2020 | 0
        """,
        points=YEARS,
        ask=RECEIVED,
        says="No request was received in 2020, after 12 in 2019",
    ),
    Sentence(
        kind="change",
        title="The same",
        words="Two equal counts.",
        rows="""
        year | shares
        2019 | 7
        2020 | 7
        """,
        points=YEARS,
        ask=RECEIVED,
        says="7 requests received in 2020, the same as in 2019",
    ),
    Sentence(
        kind="change",
        title="One whole year",
        words="There is nothing to compare it with.",
        rows="""
        year | shares
        2020 | 1
        """,
        points=YEARS,
        ask=RECEIVED,
        says="1 request received in 2020",
    ),
    Sentence(
        kind="level",
        title="The range over the years",
        words="The least and the most, each with its year.",
        rows="""
        year | shares
        2021 | 240
        2022 | 198
        2023 | 305
        2024 | 251
        """,
        points=YEARS,
        ask=SHARES_BY_YEAR,
        says="Between 2021 and 2024 the yearly number of shares approved ranged from 198 (2022) to 305 (2023)",
    ),
    Sentence(
        kind="context",
        title="Since when there were not so many",
        words="2025 passes every year after 2021.",
        rows="""
        year | shares
        2020 | 290
        2021 | 420
        2022 | 200
        2023 | 210
        2024 | 260
        2025 | 400
        """,
        points=YEARS,
        ask=SHARES_BY_YEAR,
        says="The 400 shares approved in 2025 were the most since 2021 (420)",
    ),
    Sentence(
        kind="context",
        title="The fewest of all",
        words="Each other year has clearly more.",
        rows="""
        year | shares
        2022 | 300
        2023 | 310
        2024 | 290
        2025 | 180
        """,
        points=YEARS,
        ask=SHARES_BY_YEAR,
        says="The 180 shares approved in 2025 were the fewest of the 4 years since 2022",
    ),
    Sentence(
        kind="context",
        title="The most, by a hair",
        words="The interval does not tell 2025 from the year next to it in rank, and the sentence says so.",
        rows="""
        year | shares
        2022 | 200
        2023 | 301
        2024 | 240
        2025 | 310
        """,
        points=YEARS,
        ask=SHARES_BY_YEAR,
        says="The 310 shares approved in 2025 were the most of the 4 years since 2022, though hardly more than in 2023 (301)",
    ),
    Sentence(
        kind="context",
        title="Neither the most nor the fewest of any stretch",
        words="Then the range is said, by `level`.",
        rows="""
        year | shares
        2023 | 305
        2024 | 198
        2025 | 251
        """,
        points=YEARS,
        ask=SHARES_BY_YEAR,
        says="",
    ),
    Sentence(
        kind="share",
        title="The largest group",
        words="160 of 372.",
        rows="""
        group        | releases
        Universities | 160
        Charities    | 140
        Media        | 72
        """,
        points=("group", "releases"),
        ask={"of": "releases", "since": " since 1 April 2017"},
        says="Universities had 43% of releases since 1 April 2017",
    ),
    Sentence(
        kind="share",
        title="Of few, in numbers",
        words="67% of three would say more than is known.",
        rows="""
        group        | releases
        Universities | 2
        Charities    | 1
        """,
        points=("group", "releases"),
        ask={"of": "releases"},
        says="Universities had 2 of 3 releases",
    ),
    Sentence(
        kind="share",
        title="Equal at the top",
        words="Neither is put before the other.",
        rows="""
        group        | requests
        Universities | 30
        Charities    | 30
        Media        | 15
        """,
        points=("group", "requests"),
        ask={"of": "requests"},
        says="Universities and charities each had 40% of requests",
    ),
    Sentence(
        kind="ended",
        title="Granted and refused",
        words="Of 200 that ended; the 12 open ones have not.",
        rows="""
        released | approved | refused | withdrawn | open
        120      | 30       | 40      | 10        | 12
        """,
        says="75% of requests that ended were granted, 20% refused",
    ),
    Sentence(
        kind="ended",
        title="Of few, in numbers",
        words="Six ended.",
        rows="""
        released | refused | open
        1        | 5       | 2
        """,
        says="Of 6 requests that ended, 1 was granted and 5 refused",
    ),
    Sentence(
        kind="time",
        title="A narrow interval",
        words="Both ends lie within a fifth of the median.",
        rows="""
        clock               | unit     | method       | events | median | median_low | median_high
        received_to_outcome | calendar | Kaplan-Meier | 251    | 26     | 25         | 28
        """,
        says="Half of cases ended within 26 calendar days (95% interval 25 to 28)",
    ),
    Sentence(
        kind="time",
        title="A wide interval",
        words="111 is more than a fifth of 82 away.",
        rows="""
        clock               | unit     | method       | events | median | median_low | median_high
        received_to_outcome | calendar | Kaplan-Meier | 40     | 82     | 53         | 111
        """,
        says="Half of cases ended within about 82 calendar days (95% interval 53 to 111)",
    ),
    Sentence(
        kind="time",
        title="An interval without an end",
        words="The upper band never falls to a half.",
        rows="""
        clock               | unit    | method       | events | median | median_low | median_high
        received_to_outcome | working | Kaplan-Meier | 21     | 40     | 31         | null
        """,
        says="Half of cases ended within about 40 working days (95% interval 31 with no upper end)",
    ),
    Sentence(
        kind="time",
        title="A clock on which other endings compete",
        words="Half of the cases need not have ended so by that day.",
        rows="""
        clock                | unit     | method       | events | median | median_low | median_high
        received_to_decision | calendar | Kaplan-Meier | 251    | 26     | 25         | 28
        """,
        says="Cause-specific median from receipt to a decision to grant or refuse: 26 calendar days (95% interval 25 to 28)",
    ),
    Sentence(
        kind="time",
        title="Too few have ended",
        words="Under 20 ended cases there is no typical time.",
        rows="""
        clock               | unit     | method       | events | median | median_low | median_high
        received_to_outcome | calendar | Kaplan-Meier | 19     | 26     | 20         | 33
        """,
        says="Too few cases have ended to say how long they take: 19 cases",
    ),
    Sentence(
        kind="time",
        title="Half have not ended",
        words="The median is not reached.",
        rows="""
        clock               | unit     | method       | events | median | median_low | median_high
        received_to_outcome | calendar | Kaplan-Meier | 40     | null   | null       | null
        """,
        says="Fewer than half of the cases have ended, so the median is not reached",
    ),
    Sentence(
        kind="time_change",
        title="Intervals that do not touch",
        words="The first row is the earlier year.",
        rows="""
        unit     | median | median_low | median_high
        calendar | 40     | 36         | 44
        calendar | 60     | 55         | 66
        """,
        ask={"labels": ("2018", "2020")},
        says="The median rose from 40 to 60 calendar days between 2018 and 2020",
    ),
    Sentence(
        kind="time_change",
        title="Intervals that overlap, and no test",
        words="That they overlap shows neither a change nor none.",
        rows="""
        unit     | median | median_low | median_high
        calendar | 40     | 33         | 52
        calendar | 52     | 44         | 66
        """,
        ask={"labels": ("2018", "2020")},
        says="Whether the median changed between 2018 and 2020 cannot be told, as the intervals overlap: 40 and 52 calendar days",
    ),
    Sentence(
        kind="time_change",
        title="Intervals that overlap, and a test that tells them apart",
        words="The log-rank test of the two years gives p = 0.01.",
        rows="""
        unit     | median | median_low | median_high
        calendar | 40     | 36         | 46
        calendar | 52     | 45         | 61
        """,
        ask={"labels": ("2018", "2020"), "p_value": 0.01},
        says="The median rose from 40 to 52 calendar days between 2018 and 2020",
    ),
    Sentence(
        kind="time_change",
        title="A test that finds no difference",
        words="The log-rank test gives p = 0.30.",
        rows="""
        unit     | median | median_low | median_high
        calendar | 40     | 33         | 52
        calendar | 52     | 44         | 66
        """,
        ask={"labels": ("2018", "2020"), "p_value": 0.30},
        says="No clear change in the median between 2018 and 2020: 40 and 52 calendar days",
    ),
    Sentence(
        kind="signal",
        title="A point outside the limits",
        words="The last signal of the series is told, first what is outside the limits.",
        rows="""
        interval_start | value | mean | lower | upper | signal                 | stretch | trial
        2020-01-01     | 30    | 29   | 12    | 46    | run_above              | 1       | true
        2020-02-01     | 61    | 29   | 12    | 46    | above_upper; run_above | 1       | true
        2020-03-01     | 28    | 29   | 12    | 46    | null                   | 1       | true
        """,
        ask={"things": "requests received", "interval": "month"},
        says="The 61 requests received in February 2020 were above the usual 12 to 46 a month (trial limits, on under 12 months)",
    ),
    Sentence(
        kind="signal",
        title="A run on one side",
        words="Counted on the same limits only: those of November belong to the stretch before.",
        rows="""
        interval_start | value | mean | lower | upper | signal    | stretch | trial
        2019-11-01     | 20    | 26   | 10    | 42    | run_below | 1       | false
        2019-12-01     | 22    | 29   | 12    | 46    | run_below | 2       | false
        2020-01-01     | 21    | 29   | 12    | 46    | run_below | 2       | false
        2020-02-01     | 24    | 29   | 12    | 46    | run_below | 2       | false
        """,
        ask={"things": "requests received", "interval": "month"},
        says="The requests received were below the usual 29 a month, month after month, from December 2019 to February 2020",
    ),
    Sentence(
        kind="signal",
        title="A trend",
        words="Each above the one before.",
        rows="""
        interval_start | value | mean | lower | upper | signal | stretch | trial
        2020-01-01     | 21    | 29   | 12    | 46    | rising | 1       | false
        2020-04-01     | 24    | 29   | 12    | 46    | rising | 1       | false
        2020-07-01     | 33    | 29   | 12    | 46    | rising | 1       | false
        """,
        ask={"things": "releases made", "interval": "quarter"},
        says="The releases made rose quarter after quarter from Jan to Mar 2020 to Jul to Sep 2020",
    ),
    Sentence(
        kind="signal",
        title="Two of three near a limit",
        words="Nothing is outside, and it is no chance that two are so near.",
        rows="""
        interval_start | value | mean | lower | upper | signal     | stretch | trial
        2020-01-01     | 43    | 29   | 0     | 46    | near_upper | 1       | false
        2020-02-01     | 28    | 29   | 0     | 46    | near_upper | 1       | false
        2020-03-01     | 44    | 29   | 0     | 46    | near_upper | 1       | false
        """,
        ask={"things": "requests received", "interval": "month"},
        says="The requests received up to March 2020 were near the upper limit, 46 a month, two times of three",
    ),
    Sentence(
        kind="signal",
        title="A series without a signal",
        words="Nothing is said: that all is as usual is no news.",
        rows="""
        interval_start | value | mean | lower | upper | signal | stretch | trial
        2020-01-01     | 30    | 29   | 12    | 46    | null   | 1       | false
        2020-02-01     | 31    | 29   | 12    | 46    | null   | 1       | false
        """,
        ask={"things": "requests received", "interval": "month"},
        says="",
    ),
    Sentence(
        kind="longest",
        title="The longest wait still open",
        words="Of open cases where there are any: someone is still waiting.",
        rows="""
        reference   | received_date | days | open
        DR171101.01 | 2017-11-01    | 150  | true
        DR160104.02 | 2016-01-04    | 203  | false
        """,
        ask={"as_at": date(2018, 3, 31)},
        says="The longest wait still open at 31 March 2018 is 150 calendar days, by a request of 1 November 2017 (DR171101.01)",
    ),
    Sentence(
        kind="longest",
        title="Nobody is waiting",
        words="Then the longest of those that ended.",
        rows="""
        reference   | received_date | days | open
        DR160104.02 | 2016-01-04    | 203  | false
        """,
        ask={"as_at": date(2018, 3, 31)},
        says="The longest wait of those that ended was 203 calendar days, by a request of 4 January 2016 (DR160104.02)",
    ),
    Sentence(
        kind="people",
        title="Home Office and police",
        words="The latest figures that stand, each with its unit; a superseded one is passed over.",
        rows="""
        body        | unit     | period_start | period_end | requested | supplied | status
        Home Office | records  | 2018-12-01   | 2018-12-31 | 190       | 40       | current
        Home Office | records  | 2019-01-01   | 2019-01-31 | 260       | 61       | superseded
        Home Office | records  | 2019-01-01   | 2019-01-31 | 216       | 61       | current
        Police      | requests | 2018-10-01   | 2018-12-31 | 9         | 8        | current
        Courts      | requests | 2019-01-01   | 2019-03-31 | 0         | 0        | current
        """,
        says="Supplied in the latest period published: Home Office 61 of 216 records (January 2019); Police 8 of 9 requests (October to December 2018); Courts none asked for (January to March 2019)",
    ),
    Sentence(
        kind="silent",
        title="What cannot be said",
        words="The columns that the register cannot answer, in words.",
        rows="""
        received | refused | released
        false    | false   | true
        """,
        ask={
            "words": {
                "received": "when requests were received",
                "refused": "refusals",
                "released": "releases",
            }
        },
        says="Not published, so not shown: when requests were received and refusals",
    ),
)


# An overview's first screen.

OVERVIEW = register(
    "approved-shares",
    cadence="quarterly",
    noun="share",
    sheets=[
        {
            "name": "Shares",
            "rows": "request",
            "columns": {
                "reference": "Ref",
                "recipient": "Organisation",
                "recipient_type": "Type",
                "approved_date": "Approved",
            },
            "constant": {"outcome": "approved"},
        },
        {"name": "Home Office", "rows": "person_count", "body": "Home Office", "unit": "records",
         "frequency": "month", "columns": {"period": "Month", "requested": "Sent", "supplied": "Matched"}},
    ],
    recipient_types={"university": ["University"], "charity": ["Charity"]},
    layout={
        "answerability": {
            "outcome": {"status": "not_published", "words": "Only approved shares are listed."},
            "refused": {"status": "not_published", "words": "Refused applications are not listed."},
        }
    },
)  # fmt: skip

APPROVED_IN = {2022: 380, 2023: 395, 2024: 412, 2025: 312}
COUNTS = """
    Month          | Sent | Matched
    September 2025 | 190  | 40
    """
LATER_COUNTS = COUNTS.rstrip() + "\n    October 2025   | 216  | 61\n"


def _shares(last: dict[int, int], leave_out: frozenset[str] = frozenset()) -> str:
    """Rows of shares: so many a year, spread over its months, a quarter of them to the charities."""
    rows = ["Ref | Organisation | Type | Approved"]
    for year, count in last.items():
        for n in range(count):
            reference = f"DS{year % 100:02}{n:03}"
            who = (
                "Bell Trust | Charity" if n % 4 == 3 else f"University of {'ABCDEFGHJK'[n % 10]} | University"
            )
            if reference not in leave_out:
                rows.append(
                    f"{reference} | {who} | {year}-{1 + n * 12 // APPROVED_IN[year]:02}-{1 + n % 27:02}"
                )
    if leave_out:
        rows.append("DS25999 | Bell Trust | Charity | 31.02.2025")
    return "\n".join(rows)


FIRST_SCREEN = FirstScreen(
    title="The first screen of an overview",
    words="A register of 1,499 approved shares from 2022 to 2025 in two editions, with counts of what the Home Office asked "
    "for. Two entries of the first edition are not in the second, a day of the second cannot be read, and a minister gave "
    "a figure that is not ours. The page opens with this.",
    given=Given(
        OVERVIEW,
        "",
        (
            Edition(
                "2025-09-30",
                {
                    "Shares": _shares({**{y: c for y, c in APPROVED_IN.items() if y < 2025}, 2025: 234}),
                    "Home Office": COUNTS,
                },
                published="2025-12-08",
            ),
            Edition(
                "2025-12-31",
                {
                    "Shares": _shares(APPROVED_IN, frozenset({"DS24100", "DS24101"})),
                    "Home Office": LATER_COUNTS,
                },
                published="2026-03-09",
            ),
        ),
        figures=FIGURE_HEAD
        + "Minister,https://example.org/2,2026-02-01,shares approved,all,The register,2024-01-01,2024-12-31,418,secondary,approved-shares,decided,\n",
    ),
    headline="312 shares approved in 2025, 24% fewer than in 2024",
    decisions=(
        "2 entries left with no reason published, the latest in the edition of 31 December 2025: ask the publisher why?",
        "1 figure of Minister differs from ours, by 6: explain, or correct?",
        "1 value could not be read, the latest in the edition of 31 December 2025: ask for a correction?",
    ),
    findings=(
        ("context", "The 312 shares approved in 2025 were the fewest of the 4 years since 2022."),
        ("level", "Universities had 75% of shares."),
        (
            "silent",
            "How long shares took from receipt to any outcome cannot be worked out. Date closed is not published. Date received is not published.",
        ),
        ("people", "Supplied in the latest period published: Home Office 61 of 216 records (October 2025)."),
        (
            "edition",
            "2 editions are held; in the one of 31 December 2025, against the one before: 80 added and 2 gone with no reason published.",
        ),
        (
            "silent",
            "Not published, so not shown: when shares were received, refusals, shares not pursued and releases.",
        ),
    ),
)
