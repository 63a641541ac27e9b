"""decisions and issues: what needs a decision, and the data problems among its evidence."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace

from tests.spec.registers import SHARES, SHARES_WORDS
from tests.spec.shape import Definition, Edition, Example, Given
from tests.spec.specs.context import CORRECTED, CORRECTIONS_HEAD
from tests.spec.specs.history import EACH_KIND
from tests.spec.specs.turnaround import QUOTED
from tests.spec.specs.volumes import RELEASE_ROWS


HEAD = "Ref | Organisation | Type | Approved | Licence ends | Held\n"
QUARTERLY = Given(
    {**SHARES, "cadence": "quarterly"},
    SHARES_WORDS + " Its publisher says that it comes out every quarter.",
    (
        Edition(
            "2021-03-31",
            HEAD
            + """
            S1 | Ashford University | University | 2019-02-04 | 2024-01-31 | Yes
            S2 | Bell Trust         | Charity    | 2019-05-06 | 2024-05-31 | Yes
            S3 | Crane College      | University | 2020-06-03 | 2024-06-30 | Yes
            S4 | Dale Ltd           | Other      | 31.02.2020 | 2024-06-30 | Yes
            """,
            published="2021-05-10",
        ),
        Edition(
            "2021-06-30",
            HEAD
            + """
            S2 | Bell Trust         | Charity    | 2019-05-06 | 2024-05-31 | Yes
            S4 | Dale Ltd           | Other      | 31.02.2020 | 2024-06-30 | Yes
            S5 | Crane College      | University | 2021-05-03 | 2024-05-31 | Yes
            """,
            published="2021-08-12",
        ),
    ),
    figures=CORRECTIONS_HEAD
    + "Analyst,https://example.org/1,2021-09-01,shares approved,all,The register,2019-01-01,2019-12-31,3,secondary,shares,decided,,shares,,,\n"
    + "Analyst,https://example.org/1,2021-09-01,shares approved,all,The register,2020-01-01,2020-12-31,1,secondary,shares,decided,,shares,,,\n"
    + "Minister,https://example.org/2,2021-09-02,shares approved,all,The register,2019-01-01,2019-12-31,9,superseded,shares,decided,,shares,,answer,statement\n"
    + "Minister,https://example.org/3,2021-09-03,shares approved,all,All departments,2019-01-01,2019-12-31,12,correction,shares,,,shares,,statement,\n",
)
CAME_BACK = replace(
    QUARTERLY,
    words=QUARTERLY.words + " S3 came back in its third edition.",
    editions=(
        *QUARTERLY.editions,
        Edition(
            "2021-09-30",
            HEAD
            + """
            S2 | Bell Trust         | Charity    | 2019-05-06 | 2024-05-31 | Yes
            S3 | Crane College      | University | 2020-06-03 | 2024-06-30 | Yes
            S5 | Crane College      | University | 2021-05-03 | 2024-05-31 | Yes
            S4 | Dale Ltd           | Other      | 2020-02-28 | 2024-06-30 | Yes
            """,
            published="2021-11-11",
        ),
    ),
    figures=None,
)
OWN_RHYTHM = Given(
    SHARES,
    SHARES_WORDS + " Nobody says how often it comes out; its editions are 91 and 92 days apart.",
    tuple(
        Edition(as_at, HEAD + "S1 | Ashford University | University | 2019-02-04 | 2024-01-31 | Yes\n")
        for as_at in ("2021-03-31", "2021-06-30", "2021-09-30")
    ),
)

DECISIONS = Definition(
    measure="decisions",
    title="Decisions",
    words="What needs a decision: a ranked worklist, each item with the address of its evidence.",
    columns={
        "rank": "the place in the list, from 1, within the register",
        "kind": "`departures`, `figures`, `commitments`, `errors` or `late_edition`",
        "words": "the item in a sentence that asks something",
        "count": "entries, figures, values or editions, by kind",
        "since": "since when: the day the first departure was known, the first of the figures was published, the "
        "as-at date of the first unreadable value, the day the edition was due",
        "register": "the register",
        "evidence": "an address on these pages that shows it",
    },
    rule="Five sources. *Departures*: entries that left with no reason published and did not come back. *Figures*: those "
    "of others that differ from ours where the scope is the same, a source an item; superseded and ambiguous ones are "
    "passed over. *Commitments* that are overdue. *Errors*: different values that could not be read, the same value in "
    "edition after edition being one. *A late edition*: the as-at date of the last edition, one period later, and the "
    "longest time that an edition of the register took to be published, have passed. The period is what the publisher "
    "says (`cadence` in the register's description), else the median gap between editions, where there are two gaps. The "
    "day it is judged on is `known_on`, else `to`, else the last day that the build knows of, never the day on the wall. "
    "Ranked in the order of these sources, for what left the record can be asked for only while somebody remembers, and a "
    "late file comes by itself; within a source the larger count first, then the longer-standing.",
    numerator="None: a list.",
    denominator="None.",
    exclusions="Of entries that others quoted only unreadable values are listed: a selection has no departures and no "
    'rhythm. Of a register that has ended (`cadence = "ended"`) no edition is late. With `edition` no edition is late.',
    source="This project's own rule; the five sources are those of the first screen of the overview.",
    examples=(
        Example(
            title="Departures, figures and errors",
            words="S1 and S3 left without a reason. One figure of the analyst differs by one. Both editions have the same "
            "unreadable date, which counts once. On 12 August 2021, the last day known here, no edition was late.",
            given=QUARTERLY,
            expect="""
            rank | kind       | count | since      | register | words
            1    | departures | 2     | 2021-08-12 | shares   | 2 entries left with no reason published, the latest in the edition of 30 June 2021: ask the publisher why?
            2    | figures    | 1     | 2021-09-01 | shares   | 1 figure of Analyst differs from ours, by 1: explain, or correct?
            3    | errors     | 1     | 2021-03-31 | shares   | 1 value could not be read, the latest in the edition of 30 June 2021: ask for a correction?
            """,
            notes=("Within a kind the larger number comes first",),
        ),
        Example(
            title="Each with its evidence",
            words="Addresses on these pages.",
            given=QUARTERLY,
            expect="""
            kind       | evidence
            departures | /changes?register=shares&edition=2021-06-30#left_no_reason_published
            figures    | /checks?register=shares#published-figures
            errors     | /checks?register=shares&severity=error#issue-rows
            """,
            shows_register=False,
        ),
        Example(
            title="A late edition, on a day asked",
            words="After 30 June comes 30 September 2021; no edition took longer than 43 days to be published; so by "
            "12 November 2021 it was due. On that day it is not late yet; a day later it is. A quarter later two are.",
            given=QUARTERLY,
            ask={"to": "2022-02-20"},
            expect="""
            kind         | count | since      | words
            departures   | 2     | 2021-08-12 | 2 entries left with no reason published, the latest in the edition of 30 June 2021: ask the publisher why?
            figures      | 1     | 2021-09-01 | 1 figure of Analyst differs from ours, by 1: explain, or correct?
            errors       | 1     | 2021-03-31 | 1 value could not be read, the latest in the edition of 30 June 2021: ask for a correction?
            late_edition | 2     | 2021-11-12 | The next 2 editions were due by 12 November 2021, as it comes out quarterly, and are not held at 20 February 2022: fetch, or ask?
            """,
            working="100 days after 12 November 2021, and 92 from one edition to the next: 1 + 100 // 92 = 2.",
            shows_register=False,
        ),
        Example(
            title="On the day itself it is not late",
            words="Due by means on that day at the latest.",
            given=QUARTERLY,
            ask={"to": "2021-11-12"},
            expect="""
            kind
            departures
            figures
            errors
            """,
            shows_register=False,
        ),
        Example(
            title="What came back needs no reason",
            words="S1 is still missing. S4 can be read now; its unreadable value of before still stands in two editions.",
            given=CAME_BACK,
            expect="""
            kind       | count | since      | words
            departures | 1     | 2021-08-12 | 1 entry left with no reason published, the latest in the edition of 30 June 2021: ask the publisher why?
            errors     | 1     | 2021-03-31 | 1 value could not be read, the latest in the edition of 30 June 2021: ask for a correction?
            """,
        ),
        Example(
            title="The register's own rhythm, where nobody says one",
            words="The median of 91 and 92 days, and no edition says when it was published.",
            given=OWN_RHYTHM,
            ask={"to": "2022-01-15"},
            expect="""
            kind         | count | since      | words
            late_edition | 1     | 2021-12-31 | The next edition was due by 31 December 2021, judging by its own rhythm of about 92 days, and is not held at 15 January 2022: fetch, or ask?
            """,
        ),
        Example(
            title="Nothing to decide",
            words="No row, which the overview says in words.",
            given=RELEASE_ROWS,
            expect="rank | kind | words | count | since | register | evidence",
            shows_register=False,
        ),
        Example(
            title="Quoted entries",
            words="Nothing is asked about entries that others selected.",
            given=QUOTED,
            expect="rank | kind | words | count | since | register | evidence",
            shows_register=False,
        ),
        Example(
            title="Without a cadence and with one gap only",
            words="Two editions make no rhythm.",
            given=EACH_KIND,
            ask={"to": "2029-01-01"},
            expect="""
            kind       | count
            departures | 2
            """,
            shows_register=False,
        ),
    ),
)

ISSUES = Definition(
    measure="issues",
    title="Issues",
    words="Every data problem of the editions asked, with its place.",
    columns={
        "register": "the register",
        "edition": "the edition that has it",
        "sheet": "its sheet",
        "sheet_row": "its row, counted from 1",
        "column": "its column: the letter and the heading",
        "rule": "the rule that it breaks",
        "value": "the value as published",
        "severity": "`error`: the value could not be read; `warning`: it was read and is doubtful; `info`: what was done",
        "words": "the problem in a sentence",
    },
    rule="One row a problem, errors first, then in the order of the sheets. A value that breaks a rule leaves the measures "
    "it would spoil and stays in the register.",
    numerator="None: a list.",
    denominator="None.",
    exclusions="Editions that were withdrawn.",
    source="docs/contract.md.",
    examples=(
        Example(
            title="The same unreadable day in two editions",
            words="Two issues, one in each file; in the decisions above they are one value.",
            given=QUARTERLY,
            expect="""
            register | edition    | sheet             | sheet_row | column       | rule            | value      | severity | words
            shares   | 2021-03-31 | shares 2021-03-31 | 5         | D (Approved) | date_unreadable | 31.02.2020 | error    | “31.02.2020” is not a day: there is no 31 February 2020
            shares   | 2021-06-30 | shares 2021-06-30 | 3         | D (Approved) | date_unreadable | 31.02.2020 | error    | “31.02.2020” is not a day: there is no 31 February 2020
            """,
            shows_register=False,
        ),
        Example(
            title="What was corrected is told",
            words="The two cells of the corrections above, and that the edition does not say when it was published.",
            given=CORRECTED,
            expect="""
            sheet_row | column    | rule              | value     | severity
            null      |           | published_missing |           | info
            2         | G (Ended) | corrected         | 27.2.220  | info
            3         | C (Type)  | corrected         | Universty | info
            """,
            shows_register=False,
        ),
    ),
)
