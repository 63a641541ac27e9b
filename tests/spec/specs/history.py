"""changes, ever-seen, holdings and person-counts: what became of requests, releases and figures."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import (
    COUNTS,
    COUNTS_WORDS,
    LICENCES,
    LICENCES_WORDS,
    PARTS,
    PARTS_WORDS,
    PERIODS,
    PERIODS_WORDS,
    RELEASES,
    RELEASES_WORDS,
    SELECTED,
    SELECTED_WORDS,
    SHARES,
    SHARES_WORDS,
)
from tests.spec.shape import Definition, Edition, Example, Given
from tests.spec.specs.spells import APPROVED
from tests.spec.specs.turnaround import QUOTED
from tests.spec.specs.volumes import RELEASE_ROWS, REPLACED


EACH_KIND = Given(
    SHARES,
    SHARES_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation       | Type       | Title                  | Approved   | Licence ends | Held
            S1  | Ashford University | University | Reading at seven       | 2019-02-04 | 2022-01-31   | Yes
            S2  | Bell Trust         | Charity    | Breakfast and learning | 2019-05-06 | 2022-05-31   | Yes
            S3  | Crane College      | University | Children’s moves       | 2019-06-03 | 2022-06-30   | Yes
            S4  | Bell Trust         | Charity    | A pilot                | 2019-04-01 | 2021-04-30   | Yes
            S5  | Dale Ltd           | Other      | School finder          | 2020-03-02 | 2023-03-31   | Yes
            S6  | Ashford University | University | A trial                | 2020-05-04 | 2023-05-31   | No
            S7  | Dale Ltd           | Other      | Maps                   | 2020-06-01 |              | Yes
            """,
            published="2021-05-10",
        ),
        Edition(
            "2021-06-30",
            """
            Ref | Organisation       | Type       | Title                  | Approved   | Licence ends | Held
            S1  | Ashford University | University | Reading at eight       | 2019-02-11 | 2022-01-31   | Yes
            S2  | Bell Trust         | Charity    | Breakfast and learning |            | 2022-05-31   | No
            S3  | CRANE COLLEGE      | University | Children's  moves.     | 2019-06-03 | 2022-06-30   | Yes
            S8  | Crane College      | University | A follow-up            | 2021-05-03 | 2024-05-31   | Yes
            """,
            published="2021-08-12",
        ),
    ),
)

NO_COLUMN = Given(
    SHARES,
    SHARES_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation | Type    | Title   | Approved   | Licence ends | Held
            S1  | Bell Trust   | Charity | A pilot | 2019-04-01 | 2022-04-30   | Yes
            """,
        ),
        Edition(
            "2021-06-30",
            """
            Ref | Organisation | Type    | Approved   | Licence ends | Held
            S1  | Bell Trust   | Charity | 2019-04-01 |              | Yes
            """,
        ),
    ),
)

QUARTERS = Given(
    PERIODS,
    PERIODS_WORDS,
    (
        Edition(
            "2021-03-31",
            {
                "Open": """
                Ref | Received
                A1  | 2021-03-01
                A2  | 2021-03-08
                """,
                "January 2021 to March 2021": """
                Ref | Received   | Outcome  | Ended
                A3  | 2021-01-11 | Rejected | 2021-02-15
                """,
            },
        ),
        Edition(
            "2021-06-30",
            {
                "Open": """
                Ref | Received
                A4  | 2021-06-07
                """,
                "April 2021 to June 2021": """
                Ref | Received   | Outcome | Ended
                A1  | 2021-03-01 | Sent    | 2021-05-04
                """,
            },
        ),
        Edition(
            "2021-12-31",
            {
                "Open": """
                Ref | Received
                A5  | 2021-12-06
                """,
                "October 2021 to December 2021": """
                Ref | Received   | Outcome | Ended
                A6  | 2021-10-04 | Sent    | 2021-11-01
                """,
            },
        ),
    ),
)

TWO_SHEETS = Given(
    PERIODS,
    PERIODS_WORDS,
    (
        Edition(
            "2021-03-31",
            {
                "Open": """
                Ref | Received
                B1  | 2021-03-01
                """,
                "Live cases": """
                Ref | Received   | Outcome | Ended
                B2  | 2021-01-11 | Sent    | 2021-02-16
                """,
                "January 2021 to March 2021": """
                Ref | Received   | Outcome | Ended
                B2  | 2021-01-11 | Sent    | 2021-02-15
                """,
            },
        ),
        Edition(
            "2021-06-30",
            {
                "Open": """
                Ref | Received
                B1  | 2021-03-01
                """,
                "Live cases": """
                Ref | Received   | Outcome | Ended
                B2  | 2021-01-11 | Re-use  | 2021-02-16
                """,
                "April 2021 to June 2021": """
                Ref | Received   | Outcome | Ended
                B3  | 2021-04-05 | Sent    | 2021-06-01
                """,
            },
        ),
    ),
)

TWO_PERIODS = Given(
    PARTS,
    PARTS_WORDS,
    (
        Edition(
            "2020-06-30",
            {
                "January 2020 to June 2020": """
                Ref | Organisation  | Released
                P1  | Bell Trust    | 2020-02-03
                P2  | Bell Trust    | 2020-05-04
                P3  | Crane College | 2020-06-01
                """
            },
        ),
        Edition(
            "2020-12-31",
            {
                "April 2020 to December 2020": """
                Ref | Organisation  | Released
                P1  | Bell Trust    | 2020-09-07
                P2  | Bell Trust    | 2020-05-06
                P4  | Crane College | 2020-10-05
                """
            },
        ),
    ),
)

TWICE = Given(
    RELEASES,
    RELEASES_WORDS,
    (
        Edition(
            "2020-06-30",
            """
            Ref  | Organisation | Type    | Released
            N1   | Bell Trust   | Charity | 2020-02-03
            N1   | Bell Trust   | Charity | 2020-04-06
                 | Bell Trust   | Charity | 2020-05-04
            """,
        ),
        Edition(
            "2020-12-31",
            """
            Ref  | Organisation | Type    | Released
                 | Bell Trust   | Charity | 2020-05-04
            N1   | Bell Trust   | Charity | 2020-04-07
            N1   | Bell Trust   | Charity | 2020-02-03
            N1   | Bell Trust   | Charity | 2020-11-02
            """,
        ),
    ),
)

QUOTED_AGAIN = Given(
    SELECTED,
    SELECTED_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation | Type    | Tier | Received   | Outcome  | Ended
            Q1  | Bell Trust   | Charity | 1    | 2021-01-04 |          |
            Q2  | Dale Ltd     | Other   | 2    | 2021-01-05 |          |
            """,
        ),
        Edition(
            "2021-06-30",
            """
            Ref | Organisation | Type    | Tier | Received   | Outcome  | Ended
            Q1  | Bell Trust   | Charity | 1    | 2021-01-04 | Rejected | 2021-04-12
            Q3  | Dale Ltd     | Other   | 2    | 2021-02-02 |          |
            """,
        ),
    ),
)

REVISED = Given(
    COUNTS,
    COUNTS_WORDS,
    (
        Edition(
            "2021-03-31",
            {
                "Ministry": """
                Month         | Sent | Matched
                January 2021  | 40   | 12
                February 2021 | 55   | 30
                """,
                "Police": """
                Quarter               | Requests | Met | Pupils
                January to March 2021 | 4        | 2   | 3
                """,
            },
            published="2021-05-10",
        ),
        Edition(
            "2021-06-30",
            {
                "Ministry": """
                Month         | Sent | Matched
                January 2021  | 40   | 12
                February 2021 | 55   | 21
                April 2021    | 38   |
                """,
                "Police": """
                Quarter               | Requests | Met | Pupils
                January to March 2021 | 4        | 2   | 3
                """,
            },
            published="2021-08-12",
        ),
    ),
)

HELD = Given(
    LICENCES,
    LICENCES_WORDS,
    (
        Edition(
            "2021-03-31",
            {
                "Shares": """
                Ref | Type       | Approved   | Licence ends
                L1  | University | 2019-02-04 | 2022-01-31
                L2  | Charity    | 2018-02-05 | 2021-01-31
                """,
                "Held": """
                Ref | Type       | Released   | Licence ends
                H1  | University | 2015-02-02 | 2024-12-31
                H2  | University | 2015-03-02 | 2020-12-31
                H3  | Charity    | 2015-04-06 | 2021-04-30
                H4  | Charity    | 2015-05-04 | 2026-04-30
                """,
            },
        ),
        Edition(
            "2021-06-30",
            {
                "Shares": """
                Ref | Type       | Approved   | Licence ends
                L1  | University | 2019-02-04 | 2022-01-31
                L2  | Charity    | 2018-02-05 | 2021-01-31
                """,
                "Held": """
                Ref | Type       | Released   | Licence ends
                H1  | University | 2015-02-02 | 2024-12-31
                H2  | University | 2015-03-02 | 2020-12-31
                """,
            },
        ),
    ),
)


CHANGES = Definition(
    measure="changes",
    title="Changes",
    words="What each edition changed against the one before it, one row a change: of requests, of releases, and of "
    "counts by body and period. `access-review changes` compares the latest edition with the one before, or any two.",
    columns={
        "change": "the change's own id: the same whenever and however the two editions are compared",
        "reference": "the request's or release's reference; of a count, the body and the period",
        "field": "what changed; of what left, the field that gives the reason, or the licence end that gives none",
        "before": "the value published before; of what left, the licence end or the word on data held",
        "after": "the value published now; null: the column is there and the cell is empty",
        "kind": "`added`, `amended`, `typographic`, `licence_ended`, `left_no_reason_published`",
    },
    rule="Two editions are compared request by request, release by release, count by count. *added*: listed now and not "
    "before. *amended*: a field differs that both sheets have a column for; dates, outcomes (in the terms used here) "
    "and tiers compare as values, everything else as the text published. *typographic*: a text differs in "
    "compatibility forms (NFKC), white space, quotes, dashes, case or closing punctuation alone. *licence_ended*: it is "
    "gone, and the licence end published is not after the day of the later edition, or it was published that the "
    "data are no longer held. *left_no_reason_published*: it is gone, and neither was so. Neighbours are those of the "
    "editions read: an edition and its replacement are a pair too.",
    numerator="Differences between two editions.",
    denominator="None.",
    exclusions="Absence counts only where the later edition claims to list what is absent: not where it has no such "
    "sheet, where the sheet lists a period that the row's own dates lie outside of, where the entries are a selection, "
    "nor of an open request where the list of those closed begins after the earlier edition's day. A field that one of "
    "the two sheets has no column for is not compared. Of what is withdrawn nothing is said.",
    source="docs/decisions/0012-changes-between-editions.md.",
    examples=(
        Example(
            title="Each kind of change",
            words="Two editions of a register that lists every share.",
            given=EACH_KIND,
            expect="""
            reference | field         | before           | after              | kind
            S8        | null          | null             | null               | added
            S1        | approved_date | 2019-02-04       | 2019-02-11         | amended
            S1        | title         | Reading at seven | Reading at eight   | amended
            S2        | approved_date | 2019-05-06       | null               | amended
            S2        | data_held     | Yes              | No                 | amended
            S3        | recipient     | Crane College    | CRANE COLLEGE      | typographic
            S3        | title         | Children’s moves | Children's  moves. | typographic
            S4        | licence_end   | 2021-04-30       | null               | licence_ended
            S6        | data_held     | No               | null               | licence_ended
            S5        | licence_end   | 2023-03-31       | null               | left_no_reason_published
            S7        | null          | null             | null               | left_no_reason_published
            """,
            working="""
S4's licence ended on 30 April, before the day of the second edition. Of S6 it had been published that its data are no
longer held. S5's licence runs to 2023, and no licence end of S7 was published: nothing says why they are gone. The
date of S2 is blanked in a column that is still there, so it is amended to null.
""",
        ),
        Example(
            title="Each in a sentence",
            words="`words`, an extra column, says the same to a reader; `sheet` and `sheet_row` are the place in the later "
            "edition, of what left the place in the earlier one.",
            given=EACH_KIND,
            ask={"recipient": "dale-ltd"},
            expect="""
            reference | edition    | previous   | published  | recipient | sheet_row | words
            S5        | 2021-06-30 | 2021-03-31 | 2021-08-12 | Dale Ltd  | 6         | Left the register, and no reason is published; the licence end published was 31 March 2023.
            S7        | 2021-06-30 | 2021-03-31 | 2021-08-12 | Dale Ltd  | 8         | Left the register, and no reason is published.
            """,
            shows_register=False,
        ),
        Example(
            title="A column that is gone is no value blanked",
            words="The second edition has no titles, and leaves the licence end empty.",
            given=NO_COLUMN,
            expect="""
            reference | field       | before     | after | kind
            S1        | licence_end | 2022-04-30 | null  | amended
            """,
        ),
        Example(
            title="Open, then closed; and what a sheet of a period cannot say",
            words="Three editions. The sheet of closed requests lists a quarter.",
            given=QUARTERS,
            expect="""
            reference | field          | before | after      | kind                     | edition
            A4        | null           | null   | null       | added                    | 2021-06-30
            A1        | outcome        | open   | released   | amended                  | 2021-06-30
            A2        | null           | null   | null       | left_no_reason_published | 2021-06-30
            A5        | null           | null   | null       | added                    | 2021-12-31
            A6        | null           | null   | null       | added                    | 2021-12-31
            """,
            working="""
A3 was closed in February, and the sheet of April to June does not list February: its absence is no change. A2 was open
on 31 March; what was closed from 1 April on is listed, and it is neither there nor open, so it left. A4 was open on
30 June, and nothing lists what was closed from July to September: it may be there, so nothing is said of it. Nor is
anything said of A1. The sheet of open requests has no column for the day they ended, so of A1 the outcome alone changed.
""",
        ),
        Example(
            title="Two sheets that say it differently",
            words="B2 ended on 15 February by one sheet and on 16 February by another.",
            given=TWO_SHEETS,
            expect="""
            reference | field   | before   | after           | kind
            B3        | null    | null     | null            | added
            B2        | outcome | released | reuse_permitted | amended
            """,
            working="The sheet of the quarter has gone; on the sheet of live cases the date is what it was.",
        ),
        Example(
            title="One edition against the one before, or two by name",
            words="`edition` asks for one. `access-review changes quarters --from 2021-03-31 --to 2021-12-31` compares two.",
            given=QUARTERS,
            ask={"edition": "2021-12-31"},
            expect="""
            reference | kind
            A5        | added
            A6        | added
            """,
            shows_register=False,
        ),
        Example(
            title="As known on a day",
            words="Before the second edition was published there was nothing to compare.",
            given=EACH_KIND,
            ask={"known_on": "2021-06-01"},
            expect="""
            reference | kind
            """,
            notes=("There is one edition, and so nothing to compare it with",),
            shows_register=False,
        ),
        Example(
            title="A file and its replacement",
            words="What a publisher corrects quietly is a change like any other.",
            given=REPLACED,
            expect="""
            reference | field   | before   | after   | kind    | previous   | edition
            E1        | outcome | released | refused | amended | 2020-12-31 | 2020-12-31.2
            """,
        ),
        Example(
            title="A release keeps its number",
            words="Releases with one reference are told apart by their day, in whatever order they are listed, and a row "
            "without a reference by what it says.",
            given=TWICE,
            expect="""
            reference | occurrence | field         | before     | after      | kind
            N1        | 3          | null          | null       | null       | added
            N1        | 2          | released_date | 2020-04-06 | 2020-04-07 | amended
            """,
        ),
        Example(
            title="Files of different periods",
            words="The second file lists April to December, and the first January to June.",
            given=TWO_PERIODS,
            expect="""
            reference | occurrence | field         | before     | after      | kind
            P1        | 2          | null          | null       | null       | added
            P4        | 1          | null          | null       | null       | added
            P2        | 1          | released_date | 2020-05-04 | 2020-05-06 | amended
            P3        | 1          | null          | null       | null       | left_no_reason_published
            """,
            working="""
P1 was released in February, of which the second file says nothing, so the release of September is another one and not a
correction. P2 lies in the overlap: a day corrected. So does P3, and it is gone.
""",
        ),
        Example(
            title="A count revised",
            words="Both values are kept. A count is known by its body and its period.",
            given=REVISED,
            expect="""
            reference                            | field    | before | after | kind
            Ministry, 2021-04-01 to 2021-04-30   | null     | null   | null  | added
            Ministry, 2021-02-01 to 2021-02-28   | supplied | 30     | 21    | amended
            """,
        ),
        Example(
            title="A selection",
            words="That an entry is quoted, or no longer, is no change of the register.",
            given=QUOTED_AGAIN,
            expect="""
            reference | field          | before | after      | kind
            Q1        | outcome        | open   | refused    | amended
            Q1        | composite_date | null   | 2021-04-12 | amended
            """,
            notes=("is no change",),
        ),
    ),
)

EVER_SEEN = Definition(
    measure="ever-seen",
    title="Ever seen",
    words="How many requests any edition has listed, and how many the latest still lists: what counting the latest edition "
    "alone would miss.",
    columns={
        "interval_start": "first day of the interval; by default a year",
        "still_listed": "requests of the interval that the latest edition lists",
        "ever_seen": "requests of the interval that any edition listed",
    },
    rule="A request stands in the interval of its own first day: the first date it carries in its latest version, whichever "
    "that is. Intervals follow one another from the first to the as-at date, empty ones with 0.",
    numerator="Different requests in any of the editions read, and those of them in the latest.",
    denominator="None.",
    exclusions="Requests without any date, which a note counts; selections, which give null.",
    source="docs/decisions/0012-changes-between-editions.md.",
    examples=(
        Example(
            title="Four seen, one still listed",
            words="The third edition lists one share.",
            given=APPROVED,
            expect="""
            interval_start | interval_end | still_listed | ever_seen
            2021-01-01     | 2021-12-31   | 1            | 4
            """,
            notes=("In no interval for want of any date: 1 request",),
        ),
        Example(
            title="By quarter, as known on a day",
            words="On 1 September 2021 the second edition was the latest.",
            given=APPROVED,
            ask={"interval": "quarter", "known_on": "2021-09-01"},
            expect="""
            interval_start | still_listed | ever_seen
            2021-01-01     | 1            | 1
            2021-04-01     | 1            | 1
            2021-07-01     | 1            | 1
            """,
            working="P3's date of approval is 1 September; it is after the as-at date, is kept, and stands in its quarter.",
            shows_register=False,
        ),
        Example(
            title="A selection",
            words="Nothing can be counted.",
            given=QUOTED,
            expect="""
            still_listed | ever_seen
            null         | null
            """,
            notes=("selection",),
            shows_register=False,
        ),
    ),
)

HOLDINGS = Definition(
    measure="holdings",
    title="Holdings",
    words="Whether data are still held, only as the register says it.",
    columns={
        "group": "the recipient type, or another grouping (`by`)",
        "still_held": "requests whose data are published as still held, those overdue among them",
        "ended": "requests whose data are no longer held, or whose licence has ended",
        "overdue": "requests whose data are published as still held after the licence end published",
        "ending": "requests whose data are still held under a licence that ends within a year of the as-at date",
    },
    rule="Of requests that were granted, or of whose data the register says anything, in their latest version, at the as-at date of the latest edition read. The "
    "register's own word (yes, no) comes first. Without one, a sheet that lists only what is held says that it is held, "
    "while the latest edition lists it there. Without either, the licence: *ended* when its end is before the as-at "
    "date, else *still held*, but not where the sheet has a column for its own word and leaves it empty. A request that "
    "the latest edition does not list is ended when its licence had ended or it was no longer held.",
    numerator="Requests by what the register says.",
    denominator="None.",
    exclusions="Requests of which the register says nothing, and those it stopped listing while the licence ran; a note "
    "counts them. Null where neither licence ends nor a word on holding is published; `overdue` needs both, and `ending` "
    "the first.",
    source="docs/decisions/0012-changes-between-editions.md.",
    examples=(
        Example(
            title="As the register says",
            words="At the second edition's day, 30 June 2021.",
            given=EACH_KIND,
            expect="""
            group      | group_label        | still_held | ended | overdue | ending
            university | University         | 3          | 1     | 0       | 2
            charity    | Charity            | 0          | 2     | 0       | 0
            unknown    | Type not known     | 0          | 0     | 0       | 0
            """,
            working="""
S1, S3 and S8 are held; the licences of S1 and S3 end by 30 June 2022, a year on. S6 left after "No". S2 is not held any more, and S4 left when its licence had ended. S5 and S7
left without a reason: nobody can say.
""",
            notes=("Counted nowhere: 2 shares",),
            shows_register=False,
        ),
        Example(
            title="Held past the licence",
            words="H2 stands on the sheet of data still held, and its licence ended in 2020.",
            given=HELD,
            expect="""
            group      | still_held | ended | overdue
            university | 3          | 0     | 1
            charity    | 0          | 2     | 0
            """,
            working="""
L1's licence runs, and H1 and H2 are listed as held, H2 past its licence. L2's licence has ended, and so had H3's when it
left. H4 left while its licence ran.
""",
            notes=("Counted nowhere: 1 request",),
        ),
        Example(
            title="In the first edition",
            words="The same, as that file said.",
            given=HELD,
            ask={"edition": "2021-03-31"},
            expect="""
            group      | still_held | ended | overdue
            university | 3          | 0     | 1
            charity    | 2          | 1     | 0
            """,
            shows_register=False,
        ),
        Example(
            title="A register that does not say",
            words="Releases, and nothing of what became of the data.",
            given=RELEASE_ROWS,
            expect="""
            group      | still_held | ended | overdue | ending
            all        | null       | null  | null    | null
            """,
            notes=("Neither the end of a licence nor whether data are still held is published",),
            shows_register=False,
        ),
    ),
)

PERSON_COUNTS = Definition(
    measure="person-counts",
    title="Person counts",
    words="Counts of people, records or requests, by body and period, as published and with their unit. Never summed, and "
    "never cut finer.",
    columns={
        "period_start": "first day of the period; null: the period could not be read",
        "period_end": "its last day",
        "body": "who asked",
        "unit": "what is counted: `individuals`, `records` or `requests`",
        "requested": "what the body asked for or sent",
        "supplied": "what it was given",
        "status": "`current`, or `superseded` by a later edition",
        "superseded_by": "the edition that gave another figure",
    },
    rule="Every figure published, once: from the edition that first gave it until another figure took its place. What a later "
    "edition repeats is one row; what it leaves out stays current, as the last that was said. A replaced file was published "
    "too, and its figures are superseded.",
    numerator="None: these are published figures.",
    denominator="None.",
    exclusions="None.",
    source="docs/decisions/0012-changes-between-editions.md.",
    examples=(
        Example(
            title="A figure corrected",
            words="February's 30 became 21 without a word.",
            given=REVISED,
            expect="""
            period_start | period_end | body     | unit     | requested | supplied | status     | superseded_by | people | edition
            2021-01-01   | 2021-01-31 | Ministry | records  | 40        | 12       | current    | null          | null   | 2021-03-31
            2021-02-01   | 2021-02-28 | Ministry | records  | 55        | 30       | superseded | 2021-06-30    | null   | 2021-03-31
            2021-02-01   | 2021-02-28 | Ministry | records  | 55        | 21       | current    | null          | null   | 2021-06-30
            2021-04-01   | 2021-04-30 | Ministry | records  | 38        | null     | current    | null          | null   | 2021-06-30
            2021-01-01   | 2021-03-31 | Police   | requests | 4         | 2        | current    | null          | 3      | 2021-03-31
            """,
            notes=("superseded; both are shown",),
            shows_register=False,
        ),
        Example(
            title="As known before the correction",
            words="On 1 June 2021.",
            given=REVISED,
            ask={"known_on": "2021-06-01", "from": "2021-02-01"},
            expect="""
            period_start | body     | supplied | status
            2021-02-01   | Ministry | 30       | current
            """,
            shows_register=False,
        ),
        Example(
            title="A register without counts",
            words="No rows, and a note.",
            given=RELEASE_ROWS,
            expect="""
            period_start | body
            """,
            notes=("No counts of people, records or requests",),
            shows_register=False,
        ),
    ),
)
