"""spells: the rows of every clock, and why a case leaves it."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import APPROVALS, APPROVALS_WORDS, CASES, CASES_WORDS, STAGES, STAGES_WORDS
from tests.spec.shape import Definition, Edition, Example, Given
from tests.spec.specs.turnaround import LATE
from tests.spec.specs.volumes import RELEASE_ROWS


RULES = Given(
    CASES,
    CASES_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Received   | Outcome      | Ended
            X1  | 2021-01-04 | Sent         | 2021-01-04
            X2  | 2021-03-01 |              |
            X3  |            | Sent         | 2021-02-01
            X4  | 2021-02-10 | Sent         | 2021-02-01
            X5  | 2021-02-11 | Sent         | 1900-01-01
            X6  | 2021-02-12 | Discontinued |
            X7  | 2021-02-15 | Mislaid      |
            X8  | 2021-04-06 |              |
            """,
        ),
    ),
)

APPROVED = Given(
    APPROVALS,
    APPROVALS_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation       | Type       | Approved
            P1  | Ashford University | University | 2021-02-01
            """,
            published="2021-05-10",
        ),
        Edition(
            "2021-06-30",
            """
            Ref | Organisation       | Type       | Approved
            P1  | Ashford University | University | 2021-02-01
            P2  | Bell Trust         | Charity    | 2021-05-04
            P3  | Bell Trust         | Charity    | 2021-09-01
            P4  | Bell Trust         | Charity    |
            """,
            published="2021-08-12",
        ),
        Edition(
            "2021-09-30",
            """
            Ref | Organisation       | Type       | Approved
            P5  | Ashford University | University | 2021-07-05
            """,
        ),
    ),
)

MISSED = Given(
    APPROVALS,
    APPROVALS_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation       | Type       | Approved
            P1  | Ashford University | University | 2021-02-01
            """,
            published="2021-05-10",
        ),
        Edition(
            "2021-06-30",
            """
            Ref | Organisation       | Type       | Approved
            P2  | Bell Trust         | Charity    | 2021-05-04
            P6  | Bell Trust         | Charity    | 2021-03-01
            """,
            published="2021-08-12",
        ),
    ),
)

STAGED = Given(
    STAGES,
    STAGES_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Received   | Approved   | Released   | Outcome
            S1  | 2021-01-04 | 2021-02-01 |            | Approved
            S2  | 2021-01-11 | 2021-02-01 | 2021-03-10 | Sent
            S3  | 2021-01-18 | 2021-03-15 | 2021-03-01 | Sent
            S4  | 2021-03-01 |            |            |
            """,
        ),
    ),
)

DEFINITION = Definition(
    measure="spells",
    title="Spells",
    words="One row for each request on each clock: when it started and ended, whether the event happened, and the rule "
    "by which it was left out, if it was. Turnaround is computed from these rows and no others.",
    columns={
        "register": "the register",
        "reference": "the request",
        "clock": "the pair of events",
        "basis": "how the first date is known: `stated` or `from_reference`",
        "entry": "days already waited when the register began to list every case (delayed entry), else 0; null when excluded",
        "start_low": "first day on which it can have started",
        "start_high": "last day on which it can have started",
        "end_low": "first day on which it can have ended; for a case still open, the as-at date at which it was last seen",
        "end_high": "last day on which it can have ended; null: still open",
        "event": "true: the clock's second event happened",
        "censored": "true: still waiting, or ended in another way",
        "excluded_rule": "why it was left out; null: it counts",
    },
    rule="`received_to_outcome` ends with any ending · `received_to_decision` with release, re-use, approval or refusal; "
    "other endings censor it on their day · `received_to_release` and `received_to_reuse` with that, others censor "
    "· `approval_to_release` · `approval_to_first_published`, the publication of the first edition that lists it. A "
    "clock exists only where a register publishes both ends, or they are inferred on a named basis. Every counted "
    "spell is an event or censored, never both.",
    numerator="None: these are rows.",
    denominator="None.",
    exclusions="""By the first of these rules that fits:

| excluded_rule | meaning |
| --- | --- |
| `received_missing` | no date of receipt |
| `closed_before_received` | the end is before the receipt |
| `date_rejected` | an end date that cannot be one (a placeholder such as 1900-01-01, a year 0016), and no other |
| `closed_undated` | a terminal outcome without a date: end_low and end_high are the first and last day on which it can have ended, as the editions show it, and `survival-bounds` counts it |
| `outcome_unknown` | no end, and an outcome that is not known: not taken as open |
| `approval_missing`, `closed_before_approved` | the same, on the clocks that start with approval; and on `received_to_decision`, approved on no published day |
| `in_first_edition` | listed in the first edition, so it may have been published before |
| `published_missing`, `published_before_approved` | the edition's publication date is not known, or is before the approval |
| `as_at_before_start` | received after the as-at date of the edition that lists it |
| `before_coverage` | closed before the register listed every case, so it stands there only as a survivor; or last seen before a period that no file lists |""",
    source="docs/contract.md (clocks). Left truncation and censoring: Kalbfleisch and Prentice (1980).",
    examples=(
        Example(
            title="One row a rule",
            words="X1 ended on the day it began: 0 days. X2 is open. The others are left out: no receipt; ended before "
            "it; a placeholder for a date; discontinued on no stated day; an outcome nobody has mapped; received after "
            "the as-at date.",
            given=RULES,
            ask={"clock": "received_to_outcome"},
            expect="""
            register | reference | clock               | basis  | entry | start_low  | start_high | end_low    | end_high   | event | censored | excluded_rule
            cases    | X1        | received_to_outcome | stated | 0     | 2021-01-04 | 2021-01-04 | 2021-01-04 | 2021-01-04 | true  | false    | null
            cases    | X4        | received_to_outcome | stated | null  | 2021-02-10 | 2021-02-10 | 2021-02-01 | 2021-02-01 | false | false    | closed_before_received
            cases    | X5        | received_to_outcome | stated | null  | 2021-02-11 | 2021-02-11 | 2021-03-31 | null       | false | false    | date_rejected
            cases    | X6        | received_to_outcome | stated | null  | 2021-02-12 | 2021-02-12 | 2021-02-12 | 2021-03-31 | false | false    | closed_undated
            cases    | X7        | received_to_outcome | stated | null  | 2021-02-15 | 2021-02-15 | 2021-03-31 | null       | false | false    | outcome_unknown
            cases    | X2        | received_to_outcome | stated | 0     | 2021-03-01 | 2021-03-01 | 2021-03-31 | null       | false | true     | null
            cases    | X8        | received_to_outcome | stated | null  | 2021-04-06 | 2021-04-06 | 2021-03-31 | null       | false | false    | as_at_before_start
            cases    | X3        | received_to_outcome | null   | null  | null       | null       | 2021-02-01 | 2021-02-01 | false | false    | received_missing
            """,
        ),
        Example(
            title="Delayed entry, and a survivor",
            words="Every case is listed from 1 April 2020. P1 had waited 60 days by then, P4 30. P6 closed before.",
            given=LATE,
            ask={"clock": "received_to_outcome"},
            expect="""
            reference | entry | start_low  | end_low    | end_high   | event | censored | excluded_rule   | days
            P6        | null  | 2019-01-01 | 2019-02-01 | 2019-02-01 | false | false    | before_coverage | null
            P1        | 60    | 2020-02-01 | 2020-05-01 | 2020-05-01 | true  | false    | null            | 90
            P4        | 30    | 2020-03-02 | 2020-06-30 | null       | false | true     | null            | 120
            P2        | 0     | 2020-04-10 | 2020-05-10 | 2020-05-10 | true  | false    | null            | 30
            P3        | 0     | 2020-04-20 | 2020-06-09 | 2020-06-09 | true  | false    | null            | 50
            P5        | 0     | 2020-06-10 | 2020-06-30 | null       | false | true     | null            | 20
            """,
        ),
        Example(
            title="From approval to release",
            words="S1 is approved and not released; S3 was released before it was approved.",
            given=STAGED,
            ask={"clock": "approval_to_release"},
            expect="""
            reference | basis  | entry | start_low  | end_low    | end_high   | event | censored | excluded_rule          | days
            S1        | stated | 0     | 2021-02-01 | 2021-03-31 | null       | false | true     | null                   | 58
            S2        | stated | 0     | 2021-02-01 | 2021-03-10 | 2021-03-10 | true  | false    | null                   | 37
            S3        | stated | null  | 2021-03-15 | 2021-03-01 | 2021-03-01 | false | false    | closed_before_approved | null
            S4        | stated | null  | null       | 2021-03-31 | null       | false | false    | approval_missing       | null
            """,
        ),
        Example(
            title="To a decision, where approval is dated",
            words="On `received_to_decision` the approval of S1 is the event, although nothing was released yet.",
            given=STAGED,
            ask={"clock": "received_to_decision"},
            expect="""
            reference | start_low  | end_low    | end_high   | event | censored | days
            S1        | 2021-01-04 | 2021-02-01 | 2021-02-01 | true  | false    | 28
            S2        | 2021-01-11 | 2021-02-01 | 2021-02-01 | true  | false    | 21
            S3        | 2021-01-18 | 2021-03-01 | 2021-03-01 | true  | false    | 42
            S4        | 2021-03-01 | 2021-03-31 | null       | false | true     | 30
            """,
            shows_register=False,
        ),
        Example(
            title="From approval to first publication",
            words="P1 stood in the first edition, so it may have been published before. P3 was approved after the edition "
            "that lists it was published. The third edition does not say when it was published.",
            given=APPROVED,
            ask={"clock": "approval_to_first_published"},
            expect="""
            reference | start_low  | end_high   | event | censored | excluded_rule             | days
            P1        | 2021-02-01 | 2021-05-10 | false | false    | in_first_edition          | null
            P2        | 2021-05-04 | 2021-08-12 | true  | false    | null                      | 100
            P5        | 2021-07-05 | null       | false | false    | published_missing         | null
            P3        | 2021-09-01 | 2021-08-12 | false | false    | published_before_approved | null
            P4        | null       | 2021-08-12 | false | false    | approval_missing          | null
            """,
        ),
        Example(
            title="An approval that the first edition missed",
            words="P6 is older than the first edition and not in it. Had it been published sooner it would have been left out, as P1 is, so it "
            "counts from that edition's publication on, day 70; P2 was approved after that edition's as-at date and is watched from the start.",
            given=MISSED,
            ask={"clock": "approval_to_first_published"},
            expect="""
            reference | entry | start_low  | end_high   | event | censored | excluded_rule    | days
            P1        | null  | 2021-02-01 | 2021-05-10 | false | false    | in_first_edition | null
            P6        | 70    | 2021-03-01 | 2021-08-12 | true  | false    | null             | 164
            P2        | 0     | 2021-05-04 | 2021-08-12 | true  | false    | null             | 100
            """,
        ),
        Example(
            title="No clock without both ends",
            words="A register of releases has no spell, and a note says why.",
            given=RELEASE_ROWS,
            ask={"clock": "received_to_outcome"},
            expect="register | reference | clock",
            notes=("No spells on received_to_outcome: both ends of a clock must be published.",),
        ),
    ),
)
