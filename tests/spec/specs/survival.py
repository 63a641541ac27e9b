"""outcomes, survival-bounds, turnaround-comparison: which ending, ends without a day, and whether groups differ."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import CASES, CASES_WORDS, REQUESTS, REQUESTS_WORDS
from tests.spec.shape import Definition, Edition, Example, Given
from tests.spec.specs.turnaround import EIGHT, QUOTED, REFERENCES
from tests.support.warehouse import register


BETWEEN = Given(
    CASES,
    CASES_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Received   | Outcome | Ended
            B1  | 2021-03-01 | Sent    | 2021-03-21
            B2  | 2021-03-01 |         |
            B3  | 2021-03-11 |         |
            B4  | 2021-03-21 | Sent    |
            B5  | 2021-03-02 |         |
            """,
        ),
        Edition(
            "2021-06-30",
            """
            Ref | Received   | Outcome  | Ended
            B1  | 2021-03-01 | Sent     | 2021-03-21
            B2  | 2021-03-01 | Rejected |
            B3  | 2021-03-11 |          |
            B4  | 2021-03-21 | Sent     |
            B5  | 2021-03-02 | Sent     | 2021-05-01
            """,
        ),
    ),
)

STATUS_ONLY = Given(
    register(
        "status-only",
        columns={"reference": "Ref", "received_date": "Received", "outcome": "Outcome"},
        outcomes={"released": ["Sent"], "refused": ["Rejected"]},
        layout={"blank_outcome": "open"},
    ),
    "A register that publishes receipt and how each case stands, and no date of any ending.",
    (
        Edition(
            "2021-03-31",
            """
            Ref | Received   | Outcome
            O1  | 2021-01-10 | Sent
            O2  | 2021-01-20 |
            """,
        ),
        Edition(
            "2021-06-30",
            """
            Ref | Received   | Outcome
            O1  | 2021-01-10 | Sent
            O2  | 2021-01-20 | Rejected
            O3  | 2021-04-01 |
            """,
        ),
    ),
)

TWO_TYPES = Given(
    REQUESTS,
    REQUESTS_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation       | Type       | Tier | Received   | Outcome  | Ended
            U1  | Ashford University | University | 1    | 2021-01-04 | Sent     | 2021-01-05
            U2  | Ashford University | University | 1    | 2021-01-04 | Sent     | 2021-01-06
            U3  | Ashford University | University | 1    | 2021-01-04 | Rejected | 2021-01-07
            U4  | Ashford University | University | 1    | 2021-01-04 | Sent     | 2021-01-08
            U5  | Ashford University | University | 1    | 2021-01-04 | Sent     | 2021-01-09
            C1  | Bell Trust         | Charity    | 1    | 2021-01-04 | Sent     | 2021-01-10
            C2  | Bell Trust         | Charity    | 1    | 2021-01-04 | Sent     | 2021-01-11
            C3  | Bell Trust         | Charity    | 1    | 2021-01-04 | Sent     | 2021-01-12
            C4  | Bell Trust         | Charity    | 1    | 2021-01-04 | Rejected | 2021-01-13
            C5  | Bell Trust         | Charity    | 1    | 2021-01-04 | Sent     | 2021-01-14
            X1  | The Post           | Other      | 1    | 2021-01-04 | Sent     | 2021-01-06
            """,
        ),
    ),
)

TWO_YEARS = Given(
    CASES,
    CASES_WORDS,
    (
        Edition(
            "2020-12-31",
            """
            Ref | Received | Outcome | Ended
            Y20181 | 2018-02-01 | Sent | 2018-02-02
            Y20182 | 2018-02-01 | Sent | 2018-02-03
            Y20183 | 2018-02-01 | Sent | 2018-02-04
            Y20184 | 2018-02-01 | Sent | 2018-02-05
            Y20185 | 2018-02-01 | Sent | 2018-02-06
            Y20191 | 2019-02-01 | Sent | 2019-02-07
            Y20192 | 2019-02-01 | Sent | 2019-02-08
            Y20193 | 2019-02-01 | Sent | 2019-02-09
            Y20194 | 2019-02-01 | Sent | 2019-02-10
            Y20195 | 2019-02-01 | Sent | 2019-02-11
            """,
        ),
    ),
)

GROUP = "group asked for with `by`, or `all`"
CLOCK = "the pair of events; `received_to_outcome` if none is named"

OUTCOMES = Definition(
    measure="outcomes",
    title="Outcomes",
    words="How cases ended, and by when: of all cases, the share that had ended in each way so many days after the "
    "clock began. The ways compete, for a case ends in one of them.",
    columns={
        "group": GROUP,
        "day": "days on the clock; there is a row for each outcome on each day on which a case ended",
        "outcome": "the way of ending: `released`, `reuse_permitted`, `refused`, `not_pursued`, `withdrawn`, "
        "`discontinued`; `unknown` where the register dates an end and does not say of what kind; `approved` only on clocks "
        "that an approval ends",
        "cumulative_incidence": "share of all cases that had ended in this way by then, 0 to 1",
        "low": "its lower 95% bound; null while it is 0",
        "high": "its upper 95% bound; null while it is 0",
    },
    rule="Aalen and Johansen's estimate F_k(t) = Σ S(s−) × d_k ÷ at risk, over the days s up to t, where S(s−) is "
    "Kaplan and Meier's share still open before s and d_k the cases that ended in way k on s. `survival` is S(t), so of one "
    "day the shares of all outcomes and `survival` add up to exactly 1. What ends a case is what *closed* means in "
    "volumes: an approval does not, until the data are released. Variance of Greenwood's type, by the delta method "
    "(Dinse and Larson; Marubini and Valsecchi); bounds 1 − (1 − F)^exp(±1.96·se), which for one outcome alone are those of the "
    "Kaplan–Meier curve. `survival`, `at_risk`, and `events`, those that ended so on the day, follow.",
    numerator="Cases that ended in this way, weighted for those not yet ended.",
    denominator="All cases used, open ones included.",
    exclusions="As turnaround: the rules listed under spells, delayed entry, and the same refusals (`completed_only`, `selected`, one "
    "outcome, `cohort=closed`). None where outcomes are not published, and none on `approval_to_first_published`, where "
    "nothing competes.",
    source="Aalen and Johansen (1978); Dinse and Larson (1986); Marubini and Valsecchi (1995); Andersen, Borgan, Gill and "
    "Keiding (1993). Taking the other endings as censored instead, and giving 1 − Kaplan–Meier for each, "
    "adds up to more than 1, as the tests show.",
    examples=(
        Example(
            title="Three endings compete",
            words="The eight cases of turnaround: four were sent (days 5, 10, 20, 30), one rejected (10), one not "
            "pursued (15); two are open (12, 25).",
            given=EIGHT,
            expect="""
            group | day | outcome     | cumulative_incidence | low      | high     | events | survival | at_risk
            all   | 5   | released    | 0.125                | 0.018607 | 0.613    | 1      | 0.875    | 8
            all   | 5   | refused     | 0                    | null     | null     | 0      | 0.875    | 8
            all   | 5   | not_pursued | 0                    | null     | null     | 0      | 0.875    | 8
            all   | 10  | released    | 0.25                 | 0.069102 | 0.685193 | 1      | 0.625    | 7
            all   | 10  | refused     | 0.125                | 0.018607 | 0.613    | 1      | 0.625    | 7
            all   | 10  | not_pursued | 0                    | null     | null     | 0      | 0.625    | 7
            all   | 15  | released    | 0.25                 | 0.069102 | 0.685193 | 0      | 0.46875  | 4
            all   | 15  | refused     | 0.125                | 0.018607 | 0.613    | 0      | 0.46875  | 4
            all   | 15  | not_pursued | 0.15625              | 0.02411  | 0.693566 | 1      | 0.46875  | 4
            all   | 20  | released    | 0.40625              | 0.150155 | 0.811799 | 1      | 0.3125   | 3
            all   | 20  | refused     | 0.125                | 0.018607 | 0.613    | 0      | 0.3125   | 3
            all   | 20  | not_pursued | 0.15625              | 0.02411  | 0.693566 | 0      | 0.3125   | 3
            all   | 30  | released    | 0.71875              | 0.392432 | 0.960414 | 1      | 0        | 1
            all   | 30  | refused     | 0.125                | 0.018607 | 0.613    | 0      | 0        | 1
            all   | 30  | not_pursued | 0.15625              | 0.02411  | 0.693566 | 0      | 0        | 1
            """,
            working="""
| day | at risk | S before | ended | F released | F refused | F not pursued | S after |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 5 | 8 | 1 | released | 1/8 = 0.125 | 0 | 0 | 0.875 |
| 10 | 7 | 0.875 | released, refused | + 0.875/7 = 0.25 | 0.875/7 = 0.125 | 0 | 0.625 |
| 15 | 4 | 0.625 | not pursued | 0.25 | 0.125 | 0.625/4 = 0.15625 | 0.46875 |
| 20 | 3 | 0.46875 | released | + 0.46875/3 = 0.40625 | 0.125 | 0.15625 | 0.3125 |
| 30 | 1 | 0.3125 | released | + 0.3125 = 0.71875 | 0.125 | 0.15625 | 0 |

On each day the four add up to 1. Of the six closed cases 4/6 = 0.667 were sent, which says nothing of when.
""",
            notes=("the shares of a day add up to 1",),
        ),
        Example(
            title="Where the kind of ending is not published",
            words="One date, of whatever ended the request, and no outcome.",
            given=REFERENCES,
            expect="group | day | outcome | cumulative_incidence",
            notes=("Which outcome a case came to cannot be said.",),
            shows_register=False,
        ),
        Example(
            title="A selection",
            words="Entries that others chose to quote bear no share.",
            given=QUOTED,
            expect="group | day | outcome | cumulative_incidence",
            notes=("The entries are a selection made by others",),
            shows_register=False,
        ),
    ),
)

BOUNDS = Definition(
    measure="survival-bounds",
    title="Survival bounds",
    words="The share of cases still open by day where a case may be known to have ended only between two editions: "
    "open in the one, ended without a date in the next. Such a case is left out of turnaround; here it counts for what "
    "is known of it, and the curve is given as bounds.",
    columns={
        "group": GROUP,
        "clock": CLOCK + ". Clocks from receipt only",
        "day": "days on the clock; there is a row for each day on which a value can change",
        "lower": "the least share, 0 to 1, that fits the facts best and can still be open after that day",
        "upper": "the greatest; where it equals `lower`, the facts determine the curve",
        "low": "lower 95% bound",
        "high": "upper 95% bound",
        "n": "cases used, the same on each row of a group",
        "exact": "of them, ended on a published day",
        "between": "ended on no published day: from the day after the last edition that showed it open, or the first day of the period "
        "whose closed cases a sheet lists it among (else the day of receipt), to the as-at date of the first edition that shows it ended",
        "censored": "still open when last seen, or ended in another way",
        "excluded": "cases left out, by the other rules of spells",
        "unit": "`calendar` or `working` days",
        "basis": "how the first date is known: `stated` or `from_reference`",
        "method": "`Turnbull`; `Kaplan-Meier` where every end has a day",
    },
    rule="The non-parametric maximum likelihood estimate: a share for each *stretch* of days, from a day on which some case can "
    "first have ended to the next on which some case must have (Turnbull). Within a stretch the estimate is not determined: "
    "`lower` has its whole share ended on its first day, `upper` on its last. Found by self-consistency: "
    "each end is spread over its stretches in proportion to the curve, and the Kaplan–Meier curve of the cases so spread is the "
    "next, until nothing moves. With dates alone it is Kaplan and Meier's. **95% bounds that hold wherever each case ended**: for each day, the "
    "ends are placed so that the Kaplan–Meier curve is least there, and its lower log-log band is `low`; and so that it is "
    "greatest, and its upper band is `high`. They assume nothing of where in its bounds a case ended, so they are wide where few ends are dated.",
    numerator="None: a curve.",
    denominator="Cases at risk, as in turnaround.",
    exclusions="The rules of spells but `closed_undated`. A case older than the listing that stands, ended, on a list of survivors "
    "only may have ended before the listing began, and is left out (`before_coverage`). Where cases enter late, the estimate is conditional on entry "
    "(Frydman), its top need not be the only one, and the bounds are those of the earliest and latest ends, not proven to be the widest; a note says so. Never "
    "pooled with the figures of turnaround.",
    source="Turnbull (1976); Frydman (1994); Gentleman and Geyer (1994) for when an estimate is the greatest, which the tests use. Oracle: the breast "
    "cosmesis data of Finkelstein and Wolfe (1985).",
    examples=(
        Example(
            title="Two dated ends, two between editions, one open",
            words="B2 was open after 30 days, on 31 March, and had ended by 30 June, day 121: from day 31 to day 121. B4 had ended when first "
            "seen: from day 0 to day 10. B3 is open after 111 days.",
            given=BETWEEN,
            expect="""
            group | clock               | day | lower | upper | low      | high     | n | exact | between | censored | excluded | unit     | basis  | method
            all   | received_to_outcome | 0   | 0.8   | 1     | 0.203809 | 1        | 5 | 2     | 2       | 1        | 0        | calendar | stated | Turnbull
            all   | received_to_outcome | 10  | 0.8   | 0.8   | 0.203809 | 0.96918  | 5 | 2     | 2       | 1        | 0        | calendar | stated | Turnbull
            all   | received_to_outcome | 20  | 0.6   | 0.6   | 0.12573  | 0.881756 | 5 | 2     | 2       | 1        | 0        | calendar | stated | Turnbull
            all   | received_to_outcome | 31  | 0.6   | 0.6   | 0.051976 | 0.881756 | 5 | 2     | 2       | 1        | 0        | calendar | stated | Turnbull
            all   | received_to_outcome | 60  | 0.3   | 0.3   | 0.008369 | 0.752816 | 5 | 2     | 2       | 1        | 0        | calendar | stated | Turnbull
            all   | received_to_outcome | 112 | 0     | 0.3   | 0        | 0.752816 | 5 | 2     | 2       | 1        | 0        | calendar | stated | Turnbull
            all   | received_to_outcome | 121 | 0     | 0     | 0        | 0.581853 | 5 | 2     | 2       | 1        | 0        | calendar | stated | Turnbull
            """,
            working="""
Stretches: 0 to 10 (B4), 20 (B1), 60 (B5; B2 can have ended then too), 112 to 121 (B2, and B3, which is open after 111).
B4 and B1 get 1/5 each. Of the other 3/5, let a fall on day 60 and b on 112 to 121. B5 makes a likely, B2 a + b, B3 b (and what is
beyond 121, which B2 would lose): a × (a + b) × b is greatest with a = b = 3/10.

S is 1 to 0.8 until day 10, 0.8 from then, 0.6 from day 20, 0.3 from day 60, and 0.3 to 0 from day 112.
""",
            notes=(
                "half had ended within 60 calendar days",
                "the curve lies anywhere from `lower` to `upper`",
            ),
        ),
        Example(
            title="No date of ending at all",
            words="O1 had ended when first seen (day 0 to 80); O2 was open after 70 days and ended by day 161; O3 is open after 90. "
            "On day 71 to 80 both O1 and O2 can have ended, so half fall there, and the other half from day 91, which O3 allows. Turnaround "
            "cannot be worked out here, and says where to look.",
            given=STATUS_ONLY,
            expect="""
            day | lower | upper | n | exact | between | censored
            0   | 1     | 1     | 3 | 0     | 2       | 1
            71  | 0.5   | 1     | 3 | 0     | 2       | 1
            80  | 0.5   | 0.5   | 3 | 0     | 2       | 1
            91  | 0     | 0.5   | 3 | 0     | 2       | 1
            161 | 0     | 0     | 3 | 0     | 2       | 1
            """,
        ),
    ),
)

COMPARISON = Definition(
    measure="turnaround-comparison",
    title="Turnaround comparison",
    words="Whether groups differ in how long their cases take on one clock by more than chance would explain.",
    columns={
        "group": "group of `by`; recipient type if neither `by` nor `interval` is named",
        "clock": CLOCK,
        "basis": "how the first date is known; each basis has its own test",
        "unit": "`calendar` or `working` days",
        "n": "cases used",
        "events": "cases in which the clock's second event happened",
        "expected": "events the group would have were there one curve; null for a group that the test leaves out",
        "observed_less_expected": "events − expected: over 0, the group's cases end sooner than the others'",
        "chi2": "the log-rank statistic, the same on each row; null: not enough to compare",
        "df": "its degrees of freedom",
        "p": "the probability of a statistic as great were there one curve, 0 to 1",
    },
    rule="With `interval` those compared are the intervals of receipt (`interval_start`), in each group; `stands` marks those of which a headline "
    "may speak (20 ended cases, a median, and figures that cannot move any more), and `p_against` is the test of an interval and the first "
    "such (`against`) alone: a change of the median between two years is told by it. Mantel's log-rank test: on each day with an event, the events expected of a group are its share of those at risk times "
    "all events, with the hypergeometric variance. p from chi-squared. A p says how sure, not how large: read the medians of "
    "`turnaround` by the same groups.",
    numerator="None: a test.",
    denominator="None.",
    exclusions="Groups of fewer than 5 events, and those of which no case was watched from its receipt, are listed and left out of the test (`compared` false). As turnaround: no test on "
    "`completed_only` or `selected` rows, of one outcome, with `cohort=closed`, nor by outcome, which is known only of those that have ended.",
    source="Mantel (1966). Oracles: SciPy's `logrank`; the remission times of Freireich and others (1963): 9 and 21 events, "
    "19.3 and 10.7 expected, chi-squared 16.8.",
    examples=(
        Example(
            title="Two types that differ",
            words="Five universities had answers within 1 to 5 days, five charities within 6 to 10. One recipient's type is not known.",
            given=TWO_TYPES,
            expect="""
            group      | clock               | basis  | unit     | n | events | expected | observed_less_expected | chi2     | df | p        | compared
            charity    | received_to_outcome | stated | calendar | 5 | 5      | 8.228175 | -3.228175              | 9.700743 | 1  | 0.001842 | true
            university | received_to_outcome | stated | calendar | 5 | 5      | 1.771825 | 3.228175               | 9.700743 | 1  | 0.001842 | true
            unknown    | received_to_outcome | stated | calendar | 1 | 1      | null     | null                   | 9.700743 | 1  | 0.001842 | false
            """,
            working="Expected of universities: 5/10 + 4/9 + 3/8 + 2/7 + 1/6 = 1.772. Variance: 1/4 + 20/81 + 15/64 + 10/49 + 5/36 = "
            "1.0743. Chi-squared: (5 − 1.772)² ÷ 1.0743 = 9.70.",
            notes=(
                "How long cases take differs between recipient types by more than chance would explain (log-rank test of 2 groups: chi-squared 9.7 on 1 df, p = 0.002).",
                "Left out of the test, with fewer than 5 ended cases: Type not known.",
            ),
        ),
        Example(
            title="Two years that differ",
            words="The same times by year of receipt: 1 to 5 days in 2018, 6 to 10 in 2019. Five cases a year are enough for the test, and "
            "not for a headline.",
            given=TWO_YEARS,
            ask={"interval": "year"},
            expect="""
            interval_start | group | n | events | expected | observed_less_expected | chi2     | df | p        | compared | stands | against
            2018-01-01     | all   | 5 | 5      | 1.771825 | 3.228175               | 9.700743 | 1  | 0.001842 | true     | false  | null
            2019-01-01     | all   | 5 | 5      | 8.228175 | -3.228175              | 9.700743 | 1  | 0.001842 | true     | false  | null
            """,
            notes=(
                "How long cases take differs between years of receipt by more than chance would explain (log-rank test of 2 groups: chi-squared 9.7 on 1 df, p = 0.002).",
            ),
        ),
    ),
)
