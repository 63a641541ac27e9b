"""turnaround and survival-curve: how long it took, those still waiting included."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import (
    CASE_COLUMNS,
    CASES,
    CASES_WORDS,
    OUTCOMES,
    PERIODS,
    PERIODS_WORDS,
    SELECTED,
    SELECTED_WORDS,
)
from tests.spec.shape import Definition, Edition, Example, Given
from tests.spec.specs.volumes import CLOSED, RELEASE_ROWS, TEN_REQUESTS, TWO_EDITIONS
from tests.support.warehouse import register


EIGHT_ROWS = """
            Ref | Received   | Outcome     | Ended
            T1  | 2021-01-01 | Sent        | 2021-01-06
            T2  | 2021-01-04 | Sent        | 2021-01-14
            T3  | 2021-01-05 | Rejected    | 2021-01-15
            T4  | 2021-01-29 |             |
            T5  | 2021-01-06 | Not pursued | 2021-01-21
            T6  | 2021-01-07 | Sent        | 2021-01-27
            T7  | 2021-01-16 |             |
            T8  | 2021-01-08 | Sent        | 2021-02-07
            """
EIGHT = Given(CASES, CASES_WORDS, (Edition("2021-02-10", EIGHT_ROWS),))

LATE = Given(
    PERIODS,
    PERIODS_WORDS,
    (
        Edition(
            "2020-06-30",
            {
                "Apr 20 to Jun 20": """
                    Ref | Received   | Outcome  | Ended
                    P1  | 2020-02-01 | Sent     | 2020-05-01
                    P2  | 2020-04-10 | Sent     | 2020-05-10
                    P3  | 2020-04-20 | Rejected | 2020-06-09
                    """,
                "Open": """
                    Ref | Received
                    P4  | 2020-03-02
                    P5  | 2020-06-10
                    """,
                "Live to date": """
                    Ref | Received   | Outcome | Ended
                    P6  | 2019-01-01 | Sent    | 2019-02-01
                    """,
            },
        ),
    ),
)

QUOTED = Given(
    SELECTED,
    SELECTED_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation       | Type       | Tier | Received   | Outcome | Ended
            Q1  | Ashford University | University | 1    | 2020-01-10 | Sent    | 2020-02-20
            Q2  | Bell Trust         | Charity    | 1    | 2020-02-10 |         |
            """,
        ),
    ),
)

REFERENCES = Given(
    {
        "id": "dated-references",
        "title": "The register dated-references",
        "publisher": "A test",
        "reference": {"pattern": r"DR\d{6}\.\d{2}", "dated": True},
        "layout": [
            {
                "era": "only",
                "sheet": [
                    {
                        "name": "*",
                        "rows": "request",
                        "columns": {"reference": "Ref", "composite_date": "Ended"},
                    }
                ],
            }
        ],
    },
    "A register with one date, of whatever ended the request, and references that carry the day they were logged.",
    (
        Edition(
            "2018-04-30",
            """
            Ref                         | Ended
            DR170124.04                 | 2017-08-15
            DR170227.03 and DR170908.01 |
            DR171219.01                 | pending
            """,
        ),
    ),
)

TARGETED = Given(
    register(
        "with-target",
        columns=CASE_COLUMNS,
        outcomes=OUTCOMES,
        layout={"blank_outcome": "open"},
        target={"days": 20, "source": "the publisher's service standard of 2020"},
    ),
    "The same, of a publisher that has named a target: `[target]` with `days = 20` and its source.",
    (Edition("2021-02-10", EIGHT_ROWS),),
)

TURNAROUND = Definition(
    measure="turnaround",
    title="Turnaround",
    words="How many days a request took on one clock (a named pair of events), with those still waiting counted for "
    "as long as they have waited.",
    columns={
        "interval_start": "first day of the interval of receipt (of closing with `cohort=closed`); null without `interval`",
        "group": "group asked for with `by`, or `all`",
        "clock": "the pair of events; `received_to_outcome` if none is named",
        "basis": "how the first date is known: `stated` or `from_reference`",
        "unit": "`calendar` or `working` days",
        "n": "cases used: events and censored",
        "events": "cases in which the clock's second event happened",
        "censored": "cases still waiting at the last as-at date at which they were seen, or ended in another way",
        "excluded": "cases left out, by the rules of spells",
        "median": "the least day with S ≤ 0.5; null: not reached",
        "median_low": "least day on which the lower 95% band is at most 0.5",
        "median_high": "least day on which the upper 95% band is at most 0.5; null: the interval has no upper end",
        "p90": "the least day with S ≤ 0.1; null: not reached",
        "within_target": "share of judged cases that ended within `target` days",
        "within_low": "lower bound of Wilson's 95% interval",
        "within_high": "upper bound of Wilson's 95% interval",
        "target": "the days asked about",
    },
    rule="Kaplan and Meier's estimate S(t) = Π (1 − events ÷ at risk) over the days up to t. On one day events come "
    "before censoring. Bands: S^exp(±1.96·se), se² = Σ events ÷ (at risk × (at risk − events)) ÷ (ln S)² "
    "(Greenwood, log-log). Days are counted from the day after the start, so a case that ends on the day it began "
    "took 0. A case still open counts up to the as-at date of the last edition that lists it, as if leaving the list said "
    "nothing of how long it took. On a clock that other endings can stop, those are censored on their day: the median is "
    "*cause-specific*, how long the event takes were nothing else to end a case, and 1 − S is not the share that had it, "
    "which `outcomes` gives. *Working days* leave out Saturdays, Sundays and the bank holidays of England. *Immature*, with `interval`: an "
    "interval of receipt is marked when it is not over at the as-at date, or when a case of it is still open that has waited less than "
    "nine in ten of all cases of its group took (or nine in ten have not ended): its figures can still move. Read such an interval "
    "beside the same one by closing (`cohort=closed`), which is timely but mixes cases of every age, and improves while hard cases stay open. "
    "*Target*: the days asked about, labelled `assumed` in `target_basis`; or the publisher's own, where its register's description "
    "has one with its source (`[target]`), labelled `published` and taken without being asked for.",
    numerator="For `within_target`: cases whose event happened in at most `target` days.",
    denominator="For `within_target`: those, and every case, ended or open, that has taken more than `target` days. "
    "Cases that entered late are judged by neither: they had missed their chance to be quick. "
    "An open case past the target is a miss; one not yet past it is left out, for nobody knows yet, and so is one that "
    "ended in another way within it. A hit is known sooner than a miss, so of cases received in the last `target` days the "
    "share leans high: read it of intervals that are not immature.",
    exclusions="The rules listed under spells. No median where no case of the group was watched from its receipt, nor for one outcome. *Delayed entry*: in a register that lists what was closed in a "
    "period and what is open, a case received before that listing began is at risk only from then on, for shorter "
    "ones of its time are no longer listed. Where the files leave out a period, cases received before its end are at "
    "risk from its end on, and those last seen before it are left out (`before_coverage`). On `completed_only` rows, and with `cohort=closed`, Kaplan–Meier is "
    "refused and the plain quantiles of closed cases are given without an interval; `method` says so. On "
    "`selected` rows no median or share is given.",
    source="Kaplan and Meier (1958); Greenwood (1926); Kalbfleisch and Prentice (1980) for the bands; Brookmeyer and "
    "Crowley (1982) for the interval of the median; Wilson (1927). The "
    "target rule counts the known and leaves out the rest; an open case past the target is known. "
    "Medians are never averaged: each group is estimated from its own cases.",
    examples=(
        Example(
            title="Median, interval and 90th percentile, two cases still waiting",
            words="Six cases closed, two open at the as-at date.",
            given=EIGHT,
            expect="""
            interval_start | group | clock               | basis  | unit     | n | events | censored | excluded | median | median_low | median_high | p90 | within_target | within_low | within_high | target | method
            null           | all   | received_to_outcome | stated | calendar | 8 | 6      | 2        | 0        | 15     | 5          | null        | 30  | null          | null       | null        | null   | Kaplan-Meier
            """,
            working="""
Days: 5, 10, 10, 12+, 15, 20, 25+, 30 (+ is still open).

| day | at risk | events | S | lower band | upper band |
| --- | --- | --- | --- | --- | --- |
| 5 | 8 | 1 | 7/8 = 0.875 | 0.387 | 0.981 |
| 10 | 7 | 2 | 0.875 × 5/7 = 0.625 | 0.229 | 0.861 |
| 15 | 4 | 1 | 0.625 × 3/4 = 0.469 | 0.120 | 0.763 |
| 20 | 3 | 1 | 0.469 × 2/3 = 0.3125 | 0.048 | 0.641 |
| 30 | 1 | 1 | 0 | | |

S is first at most 0.5 on day 15; the lower band on day 5; the upper band never (it is undefined at S = 0). The
median of the six closed cases alone would be 12.5.
""",
        ),
        Example(
            title="In working days",
            words="The same cases. 1 January 2021 was a bank holiday. T4 has waited 8 working days, as long as T2 and T3 took.",
            given=EIGHT,
            ask={"unit": "working"},
            expect="""
            unit    | n | events | censored | median | median_low | median_high | p90
            working | 8 | 6      | 2        | 11     | 3          | null        | 20
            """,
            working="Working days: 3, 8, 8, 8+, 11, 14, 18+, 20. S after day 3 is 7/8, after 8 it is 7/8 × 5/7 (T4 was "
            "at risk of that day's events), after 11 it is × 3/4 = 0.469.",
            notes=("Working days are those of England",),
            shows_register=False,
        ),
        Example(
            title="Against a target: open cases past it are misses",
            words="T1, T2, T3 and T5 ended within 15 days. T6 and T8 took longer; T7 has waited 25 days: a miss. T4 has "
            "waited 12: left out.",
            given=EIGHT,
            ask={"target": "15"},
            expect="""
            n | events | censored | within_target | within_low | within_high | target
            8 | 6      | 2        | 0.571429      | 0.250458   | 0.84178     | 15
            """,
            working="4 of 7 = 0.571. Wilson, z² = 3.8415: centre (0.5714 + 3.8415/14) ÷ (1 + 3.8415/7) = 0.5461, half "
            "width 1.96 × √(0.5714 × 0.4286/7 + 3.8415/196) ÷ 1.5488 = 0.2957.",
            notes=("The target of 15 calendar days is assumed",),
            shows_register=False,
        ),
        Example(
            title="The publisher's own target",
            words="The register's description says that its publisher aims at 20 days. T1, T2, T3, T5 and T6 made it; T8 did not, nor has T7.",
            given=TARGETED,
            expect="""
            n | events | censored | within_target | within_low | within_high | target | target_basis
            8 | 6      | 2        | 0.714286      | 0.358934   | 0.917781    | 20     | published
            """,
            working="5 of 7 = 0.714; T4 has waited 12 days and is left out.",
            notes=("The target of 20 calendar days is published: the publisher's service standard of 2020.",),
        ),
        Example(
            title="By quarter received: which can still move",
            words="The ten requests of volumes. A6 and A7 are open: A6 has waited 181 days, A7 30.",
            given=TEN_REQUESTS,
            ask={"interval": "quarter"},
            expect="""
            interval_start | n | events | censored | excluded | median | median_low | median_high | p90  | immature
            2020-01-01     | 3 | 3      | 0        | 0        | 41     | 33         | null        | 99   | false
            2020-04-01     | 2 | 2      | 0        | 0        | 12     | 12         | null        | 240  | false
            2020-10-01     | 1 | 0      | 1        | 3        | null   | null       | null        | null | true
            2021-01-01     | 1 | 0      | 1        | 0        | null   | null       | null        | null | true
            """,
            working="Of all cases nine in ten had ended within 240 days (by type above: 12, 30+, 33, 41, 99, 181+, 240), so A6 and A7, which have waited less, "
            "can still move the figures of their quarters; and 2021-01-01 has no median yet.",
            notes=("An immature interval is not over, or a case of it is still open",),
        ),
        Example(
            title="To a decision: other endings compete",
            words="On `received_to_decision` T5, not pursued, leaves the clock undecided on day 15.",
            given=EIGHT,
            ask={"clock": "received_to_decision"},
            expect="""
            clock                | n | events | censored | median | median_low | median_high | p90
            received_to_decision | 8 | 5      | 3        | 20     | 5          | null        | 30
            """,
            working="S: 0.875 on day 5, 0.625 on day 10, then 0.625 × 2/3 = 0.417 on day 20 (at risk: T6, T7, T8).",
            shows_register=False,
        ),
        Example(
            title="By type",
            words="The ten requests of volumes. Each group is estimated from its own cases, and counts its own excluded ones.",
            given=TEN_REQUESTS,
            ask={"by": "type"},
            expect="""
            group      | n | events | censored | excluded | median | median_low | median_high
            charity    | 3 | 2      | 1        | 0        | 240    | 33         | null
            university | 3 | 2      | 1        | 1        | 41     | 41         | null
            unknown    | 1 | 1      | 0        | 2        | 12     | null       | null
            """,
            working="Charity: A3 33 days, A6 181+ (1 October to 31 March), A4 240. S is 2/3, then 2/3 × 0/1 = 0 on day 240. "
            "University: A7 30+, A1 41, A2 99: S is 1/2 on day 41.",
        ),
        Example(
            title="Delayed entry",
            words="The register lists every case closed since 1 April 2020 and every open one. P1 and P4 are older: "
            "they are at risk only from the days they had waited by then, 60 and 30. P6, closed before, stands there "
            "only because it is live.",
            given=LATE,
            expect="""
            n | events | censored | excluded | median | median_low | median_high | p90
            5 | 3      | 2        | 1        | 30     | 30         | null        | null
            """,
            working="""
| day | at risk | events | S |
| --- | --- | --- | --- |
| 30 | P2, P3 | P2 | 1/2 |
| 50 | P3, P4 | P3 | 1/4 |
| 90 | P1, P4 | P1 | 1/8 |

P5 left, still open, on day 20; P4 is still open on day 120. Had P1 and P4 been taken as watched from the start, the
median would be 50.
""",
            notes=("Cases received before 1 April 2020 count from then on only",),
        ),
        Example(
            title="By date of closing",
            words="`cohort=closed` takes the cases that closed in the period: plain quantiles, no interval.",
            given=EIGHT,
            ask={"cohort": "closed"},
            expect="""
            n | events | censored | median | median_low | median_high | p90 | method
            6 | 6      | 0        | 10     | null       | null        | 30  | quantiles of closed cases
            """,
            working="5, 10, 10, 15, 20, 30: half are done by day 10, nine tenths by day 30.",
            notes=("Cases by the date they closed",),
            shows_register=False,
        ),
        Example(
            title="A period of receipt",
            words="Without `cohort`, `from` and `to` are about receipt.",
            given=EIGHT,
            ask={"from": "2021-01-07", "to": "2021-01-31"},
            expect="""
            n | events | censored | median | p90
            4 | 2      | 2        | 30     | 30
            """,
            working="T4 12+, T6 20, T7 25+, T8 30: S is 2/3 on day 20 (three at risk), 0 on day 30 (one at risk).",
            shows_register=False,
        ),
        Example(
            title="Closed cases only: Kaplan–Meier is refused",
            words="Such a list favours short cases, for the long ones are still open and not on it.",
            given=CLOSED,
            expect="""
            n | events | censored | median | median_low | median_high | p90 | method
            4 | 4      | 0        | 10     | null       | null        | 20  | quantiles of closed cases
            """,
            notes=("Kaplan-Meier is refused, and the plain quantiles of closed cases are given.",),
        ),
        Example(
            title="A selection: counts of rows, no median, no share",
            words="Chosen by others for their own reasons, they say nothing of how long requests take.",
            given=QUOTED,
            ask={"target": "30"},
            expect="""
            n | events | censored | median | median_low | median_high | p90  | within_target | within_low | within_high | target | method
            2 | 1      | 1        | null   | null       | null        | null | null          | null       | null        | 30     | none
            """,
            notes=("The entries are a selection made by others, so no median or share is given",),
        ),
        Example(
            title="Receipt read from the reference",
            words="`DRyymmdd.nn` is taken as logged on that day: basis `from_reference`, said in a note. A cell with two "
            "references is two requests. Those with no end and no outcome are unknown, not open; the pending one is.",
            given=REFERENCES,
            expect="""
            basis          | n | events | censored | excluded | median
            from_reference | 2 | 1      | 1        | 2        | 203
            """,
            working="DR170124.04: 24 January to 15 August 2017, 203 days. DR171219.01 had waited 132 days on 30 April 2018. "
            "At day 203 only the first is at risk, so S falls to 0 there: with so few cases a figure, and no finding.",
            notes=("The date of receipt is read from the reference (basis from_reference)",),
        ),
        Example(
            title="Not published",
            words="No date of receipt, so every figure is null, and a note says why.",
            given=RELEASE_ROWS,
            expect="""
            clock               | basis | unit     | n    | events | censored | excluded | median | p90
            received_to_outcome | null  | calendar | null | null   | null     | null     | null   | null
            """,
            notes=(
                "The time from receipt to any outcome cannot be worked out.",
                "Date received is not published.",
            ),
        ),
        Example(
            title="As it was known on a day",
            words="By 30 September 2020 only the first edition was published: K1 had waited 120 days, and K2 was said "
            "to have taken 46.",
            given=TWO_EDITIONS,
            ask={"known_on": "2020-09-30"},
            expect="""
            n | events | censored | median
            3 | 2      | 1        | 61
            """,
            working="K2 46 days, K3 61, K1 120+ : S is 2/3, then 1/3.",
        ),
        Example(
            title="The same from all editions",
            words="The second edition closes K1 (154 days) and corrects K2 (107); K4 has waited 59.",
            given=TWO_EDITIONS,
            expect="""
            n | events | censored | median
            4 | 3      | 1        | 107
            """,
            working="K4 59+, K3 61, K2 107, K1 154: S is 2/3, then 1/3.",
            shows_register=False,
        ),
    ),
)

CURVE = Definition(
    measure="survival-curve",
    title="Survival curve",
    words="The share of cases still waiting after each day: the curve that the median is read from.",
    columns={
        "group": "group asked for with `by`, or `all`",
        "clock": "the pair of events",
        "day": "days since the start",
        "at_risk": "cases watched and still waiting as the day begins",
        "events": "cases in which the event happened that day",
        "censored": "cases that left that day without it",
        "survival": "S, 0 to 1, after the day",
        "low": "lower 95% band; null where it is undefined (S is 1 or 0)",
        "high": "upper 95% band",
    },
    rule="As for turnaround.",
    numerator="Events of the day.",
    denominator="Cases at risk on the day: entered before it (or at 0) and not yet left.",
    exclusions="As for turnaround. On `completed_only` and `selected` rows the curve is refused.",
    source="Kaplan and Meier (1958); bands as for turnaround.",
    examples=(
        Example(
            title="The eight cases",
            words="The first example of turnaround, day by day.",
            given=EIGHT,
            expect="""
            group | clock               | day | at_risk | events | censored | survival | low      | high
            all   | received_to_outcome | 5   | 8       | 1      | 0        | 0.875    | 0.387    | 0.981393
            all   | received_to_outcome | 10  | 7       | 2      | 0        | 0.625    | 0.229333 | 0.860698
            all   | received_to_outcome | 12  | 5       | 0      | 1        | 0.625    | 0.229333 | 0.860698
            all   | received_to_outcome | 15  | 4       | 1      | 0        | 0.46875  | 0.119929 | 0.762856
            all   | received_to_outcome | 20  | 3       | 1      | 0        | 0.3125   | 0.047849 | 0.64077
            all   | received_to_outcome | 25  | 2       | 0      | 1        | 0.3125   | 0.047849 | 0.64077
            all   | received_to_outcome | 30  | 1       | 1      | 0        | 0        | null     | null
            """,
        ),
        Example(
            title="Refused on closed cases",
            words="A curve of closed cases would mislead.",
            given=CLOSED,
            expect="group | clock | day | survival",
            notes=("a curve of them would mislead and is refused",),
        ),
    ),
)
