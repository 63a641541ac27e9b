"""control-chart: what varies as it always did, and what signals a change."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import CASES, CASES_WORDS, RELEASES, RELEASES_WORDS, SELECTED, SELECTED_WORDS
from tests.spec.shape import Definition, Edition, Example, Given


# The values of NHS-R's package NHSRplotthedots, whose limits are published.
PUBLISHED = (1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)


def releases(values: tuple[int, ...], year: int = 2018) -> str:
    """A register with so many releases in each month from January of a year."""
    rows = ["Ref | Organisation | Type | Released"]
    for month, count in enumerate(values):
        day = f"{year + month // 12}-{month % 12 + 1:02}"
        rows += [f"M{month + 1}-{n + 1} | Bell Trust | Charity | {day}-{n + 1:02}" for n in range(count)]
    return "\n".join(rows)


MONTHLY = Given(
    RELEASES,
    RELEASES_WORDS
    + " Its months from January 2018 have 1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2 and 1 releases.",
    (Edition("2019-06-30", releases(PUBLISHED)),),
)
REGIME_HEAD = "date,label,registers,source,source_address,note\n"
STEPPED = (1, 2) * 6 + (5, 6) * 6
CHANGED = Given(
    RELEASES,
    RELEASES_WORDS
    + " In 2018 its months have 1 and 2 releases in turn, in 2019, when a panel takes over, 5 and 6.",
    (Edition("2019-12-31", releases(STEPPED)),),
    reference={
        "reference/regimes.csv": REGIME_HEAD + "2019-01-01,A panel takes over,releases,The publisher,,\n"
    },
)
BUNCHED = Given(
    RELEASES,
    "The same releases, and a second change in March 2019.",
    (Edition("2019-12-31", releases(STEPPED)),),
    reference={
        "reference/regimes.csv": REGIME_HEAD
        + "2019-01-01,A panel takes over,releases,The publisher,,\n2019-03-18,A second office,releases,The publisher,,\n"
    },
)
SHORT = Given(
    RELEASES,
    RELEASES_WORDS,
    (Edition("2018-05-15", releases((3, 4, 3, 5, 1))),),
)
NO_RECEIPT_NAMED = Given(
    CASES,
    CASES_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Received   | Outcome | Ended
            C1  | 2021-01-04 | Sent    | 2021-02-01
            """,
        ),
    ),
)
CHOSEN = Given(
    SELECTED,
    SELECTED_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation | Type    | Tier | Received   | Outcome | Ended
            Q1  | Bell Trust   | Charity | 1    | 2021-01-04 | Sent    | 2021-02-01
            """,
        ),
    ),
)

DEFINITION = Definition(
    measure="control-chart",
    title="Control chart",
    words="A named series (`of`) on a control chart of individual values (XmR): its mean, its limits, and what signals "
    "that something changed. Default: the register's main count by month.",
    columns={
        "interval_start": "first day",
        "value": "the value of the series; an interval without entries is 0 where the series counts",
        "mean": "mean of the baseline; null where the interval is not judged",
        "lower": "mean − 2.66 × mean moving range, shown as 0 where it would be below (`lower_calculated` has it)",
        "upper": "mean + 2.66 × mean moving range",
        "signal": "`above_upper`, `below_lower`; `run_above`, `run_below`: 7 in a row on one side of the mean; `rising`, "
        "`falling`: 7 in a row; `near_upper`, `near_lower`: 2 of 3 beyond two thirds of the way to a limit. Several are "
        "parted by `; `, and each point of a run has it",
        "baseline": "whether mean and limits rest on this interval",
    },
    rule="Mean and limits rest on the first 12 whole intervals of a stretch once 12 more follow, until then on all of "
    "them; on fewer than 12 they are trial limits (`trial`). A stretch begins anew at a change of procedure in "
    "`reference/regimes*.csv` that 12 whole intervals follow before the next change or the end; elsewhere the change is "
    "only marked (`regime`). Runs do not cross from one stretch to the next. `screened_lower`, `screened_upper` and "
    "`screened_signal` leave moving ranges above 3.267 × their mean out of the mean.",
    numerator="The series: a column of volumes, or the median of turnaround by date of receipt.",
    denominator="None.",
    exclusions="Not judged: an interval that is not whole (the as-at date falls in it, `from` or `to` cuts it), one of a "
    "time when not every case was listed, and a median of fewer than 20 ended cases or of cases too new to have ended. The "
    "number open is no series: it carries over from one interval to the next, so its neighbours are alike whatever happens.",
    source="Wheeler, *Understanding Variation*; NHS-R Community, NHSRplotthedots, whose published example is the first here.",
    examples=(
        Example(
            title="A published example",
            words="Eighteen months: too few for a baseline of 12 with 12 to follow, so the limits rest on all of them.",
            given=MONTHLY,
            ask={"from": "2018-01-01", "to": "2019-06-30"},
            expect="\n".join(
                [
                    "interval_start | value | mean | lower | upper | signal | baseline | lower_calculated | screened_lower | screened_upper | screened_signal",
                    *(
                        f"{2018 + m // 12}-{m % 12 + 1:02}-01 | {v} | 1.944444 | 0 | 6.951503 | {'above_upper' if v == 10 else 'null'} | true | "
                        f"-3.062614 | 0 | 4.604444 | {'above_upper' if v == 10 else 'null'}"
                        for m, v in enumerate(PUBLISHED)
                    ),
                ]
            ),
            working="The mean is 35/18 = 1.94. The 17 moving ranges are fifteen of 1, and 8 and 9: their mean is 32/17 = 1.88, "
            "so the limits are 1.94 ± 2.66 × 1.88: 6.95 and −3.06, shown as 0. Ranges above 3.267 × 1.88 = 6.15 are 8 and 9; "
            "without them the mean range is 1, and the limits 4.60 and −0.72.",
            notes=("A lower limit that is worked out below 0 is shown as 0, which nothing can be below.",),
            shows_register=False,
        ),
        Example(
            title="Limits begin anew at a change that enough intervals follow",
            words="Twelve months before the panel and twelve after: each year has limits of its own, and nothing signals.",
            given=CHANGED,
            expect="\n".join(
                [
                    "interval_start | value | mean | lower | upper | signal | baseline | stretch | regime",
                    *(
                        f"{2018 + m // 12}-{m % 12 + 1:02}-01 | {v} | "
                        + (
                            "1.5 | 0 | 4.16 | null | true | 1 | null"
                            if m < 12
                            else "5.5 | 2.84 | 8.16 | null | true | 2 | "
                        )
                        + ("A panel takes over" if m == 12 else "null" if m > 12 else "")
                        for m, v in enumerate(STEPPED)
                    ),
                ]
            ),
            notes=("A panel takes over, 1 January 2019: limits begin anew at 1 January 2019.",),
            shows_register=False,
        ),
        Example(
            title="Limits stay where too few intervals follow a change",
            words="Two whole months lie between the two changes, and nine after the second, which begins in the middle of "
            "March. So the limits rest on the first 12 of 24 months, and what came after signals; "
            "December is part of the run above the mean.",
            given=BUNCHED,
            ask={"to": "2019-12-31"},
            expect="\n".join(
                [
                    "interval_start | value | mean | upper | signal | baseline | stretch | regime",
                    *(
                        f"{2018 + m // 12}-{m % 12 + 1:02}-01 | {v} | 1.5 | 4.16 | "
                        + (
                            "null | true"
                            if m < 11
                            else "run_above | true"
                            if m == 11
                            else "above_upper; run_above; near_upper | false"
                        )
                        + " | 1 | "
                        + {12: "A panel takes over", 14: "A second office"}.get(m, "null")
                        for m, v in enumerate(STEPPED)
                    ),
                ]
            ),
            notes=(
                "A panel takes over, 1 January 2019: limits stay: fewer than 12 whole intervals lie between it and the next",
                "A second office, 18 March 2019: limits stay",
            ),
            shows_register=False,
        ),
        Example(
            title="Trial limits, and an interval that is not whole",
            words="Four whole months, and half of May.",
            given=SHORT,
            expect="""
            interval_start | value | mean | lower    | upper    | signal | baseline | trial | judged
            2018-01-01     | 3     | 3.75 | 0.203333 | 7.296667 | null   | true     | true  | true
            2018-02-01     | 4     | 3.75 | 0.203333 | 7.296667 | null   | true     | true  | true
            2018-03-01     | 3     | 3.75 | 0.203333 | 7.296667 | null   | true     | true  | true
            2018-04-01     | 5     | 3.75 | 0.203333 | 7.296667 | null   | true     | true  | true
            2018-05-01     | 1     | null | null     | null     | null   | false    | null  | false
            """,
            working="The moving ranges are 1, 1 and 2: 3.75 ± 2.66 × 4/3.",
            notes=(
                "Trial limits: they rest on fewer than 12 intervals, and will move.",
                "Not judged: 1 interval that is not whole",
            ),
            shows_register=False,
        ),
        Example(
            title="A series that the register cannot answer",
            words="A register of releases gives no date of receipt.",
            given=SHORT,
            ask={"of": "volumes.received"},
            expect="interval_start | value",
            notes=("This series cannot be drawn. Date received is not published.",),
            shows_register=False,
        ),
        Example(
            title="One interval",
            words="A single value has no range, and so no limits.",
            given=NO_RECEIPT_NAMED,
            ask={"of": "volumes.received", "to": "2021-01-31"},
            expect="""
            interval_start | value | mean | lower | upper | signal | baseline
            2021-01-01     | 1     | 1    | null  | null  | null   | true
            """,
            shows_register=False,
        ),
        Example(
            title="Nothing of a selection",
            words="Entries that others quoted make no series.",
            given=CHOSEN,
            expect="interval_start | value",
            notes=("The entries are a selection made by others: no count is given.",),
            shows_register=False,
        ),
    ),
)
