"""commitments: what was promised, what is known of it, and whether its day has passed."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import APPROVALS, APPROVALS_WORDS
from tests.spec.shape import Definition, Edition, Example, Given


HEAD = (
    "ref,kind,text,by,due,due_date,progress,progress_on,next,status,evidence,evidence_address,made,source,source_address,"
    "registers\n"
)
RECORDED = Given(
    APPROVALS,
    APPROVALS_WORDS + " Beside it, what its publisher said that it would do.",
    (
        Edition(
            "2021-06-30",
            """
            Ref | Organisation | Type    | Approved
            P1  | Bell Trust   | Charity | 2021-02-01
            """,
            published="2021-08-01",
        ),
    ),
    reference={
        "reference/commitments.csv": HEAD
        + "P1,commitment,Publish the terms of reference,Publisher,2021-03-31,,Published on its site,2021-03-20,,done,Terms of reference,https://example.org/terms,2021-01-10,A letter,,approvals\n"
        + "P2,commitment,Publish an update,Publisher,April 2021,2021-04-30,,,Ask again,not_published,,,2021-01-10,A letter,,approvals\n"
        + "P3,expectation,Be as open as possible,Publisher,standing,,,,,not_published,,,2021-01-10,A letter,,approvals\n"
        + "P4,suggestion,Name the recipients,Publisher,summer 2021,2021-08-31,Some are named,2021-05-04,,in_progress,Edition of March,,2021-01-10,A letter,,approvals\n"
    },
)

DEFINITION = Definition(
    measure="commitments",
    title="Commitments",
    words="What was promised, suggested or expected about access, with progress and what comes next.",
    columns={
        "ref": "its name",
        "kind": "`commitment`, `suggestion` or `expectation`",
        "text": "what it is",
        "by": "who is to do it",
        "due": "when, as said: a day or words",
        "progress": "what was done; null where nothing published was seen, or not by `known_on`",
        "next": "what comes next",
        "status": "`done`, `in_progress`, `reported` (said, no published source seen), `not_published` or `dropped`",
        "evidence": "the source that shows the progress; `evidence_address` has its address",
    },
    rule="overdue: the last day that `due` can be read as (`due_date`) is before the day asked, and the status is "
    "`in_progress` or `not_published`. The day asked (`judged_on`) is `known_on`, else the last as-at date of the registers "
    "that it is about: never the day on the wall, so the same build gives the same answer. Progress that was public only "
    "after `known_on` is not told.",
    numerator="None: these are facts, recorded in `reference/commitments*.csv`.",
    denominator="None.",
    exclusions="Without `register` every commitment, once; with it those about it. What was said after `known_on` is left out.",
    source="Each row names its own; docs/how-to-record-commitments.md.",
    examples=(
        Example(
            title="As at the register's date",
            words="As at 30 June 2021. A status that says nothing was seen may be mended by anyone who has seen more.",
            given=RECORDED,
            expect="""
            ref | kind        | text                           | by        | due         | progress              | next      | status        | evidence           | due_date   | overdue | judged_on
            P1  | commitment  | Publish the terms of reference | Publisher | 2021-03-31  | Published on its site | null      | done          | Terms of reference | 2021-03-31 | false   | 2021-06-30
            P2  | commitment  | Publish an update              | Publisher | April 2021  | null                  | Ask again | not_published | null               | 2021-04-30 | true    | 2021-06-30
            P3  | expectation | Be as open as possible         | Publisher | standing    | null                  | null      | not_published | null               | null       | null    | 2021-06-30
            P4  | suggestion  | Name the recipients            | Publisher | summer 2021 | Some are named        | null      | in_progress   | Edition of March   | 2021-08-31 | false   | 2021-06-30
            """,
            notes=("1 commitment named no day, so none of them can be overdue.",),
        ),
        Example(
            title="Known on a later day",
            words="By then the summer has passed.",
            given=RECORDED,
            ask={"known_on": "2021-09-01"},
            expect="""
            ref | status        | overdue | judged_on
            P1  | done          | false   | 2021-09-01
            P2  | not_published | true    | 2021-09-01
            P3  | not_published | null    | 2021-09-01
            P4  | in_progress   | true    | 2021-09-01
            """,
            shows_register=False,
        ),
        Example(
            title="One edition",
            words="Judged on its as-at date.",
            given=RECORDED,
            ask={"edition": "2021-06-30"},
            expect="""
            ref | overdue | judged_on
            P1  | false   | 2021-06-30
            P2  | true    | 2021-06-30
            P3  | null    | 2021-06-30
            P4  | false   | 2021-06-30
            """,
            shows_register=False,
        ),
    ),
)
