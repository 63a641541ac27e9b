"""editions, published-figures and answerability: what the figures rest on and stand beside."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace

from tests.spec.registers import RELEASES, REQUESTS, REQUESTS_WORDS
from tests.spec.shape import Definition, Edition, Example, Given, Withdrawn
from tests.spec.specs.spells import APPROVED
from tests.spec.specs.turnaround import QUOTED
from tests.spec.specs.volumes import RELEASE_ROWS, REPLACED, TEN_REQUESTS, TWO_EDITIONS


WITHDRAWN = replace(
    TWO_EDITIONS,
    words=TWO_EDITIONS.words + " Its first edition was withdrawn.",
    withdrawn=(Withdrawn("2020-06-30", "2021-03-01", "It named a person.", superseded_by="2020-12-31"),),
)

CORRECTED = Given(
    REQUESTS,
    REQUESTS_WORDS + " Two of its cells are known to be wrong.",
    (
        Edition(
            "2020-03-31",
            """
            Ref | Organisation | Type       | Tier | Received   | Outcome  | Ended
            C-1 | Ashford      | University | 1    | 2020-01-06 | Sent     | 27.2.220
            C-2 | Ashford      | Universty  | 1    | 2020-01-07 | Rejected | 2020-03-02
            """,
        ),
    ),
    corrections="""
[[correction]]
id = "c-1-year"
edition = "2020-03-31"
match = { reference = "C-1" }
expect = { composite_date = "27.2.220" }
change = { composite_date = "27.2.2020" }
reason = "The year has lost a digit: the edition is of March 2020, and the request of that January."
source = "the dates of the same row"
by = "A. Reviewer"
on = 2020-05-04

[[correction]]
id = "c-2-type"
edition = "2020-03-31"
match = { reference = "C-2" }
expect = { recipient = "Ashford", recipient_type = "Universty" }
change = { recipient_type = "University" }
reason = "A letter is missing."
source = "row C-1, the same organisation"
by = "A. Reviewer"
on = 2020-05-04
""",
)

CORRECTIONS = Definition(
    measure="corrections",
    title="Corrections",
    words="Every cell that is read otherwise than it was published, because a reviewed correction says so.",
    columns={
        "register": "the register",
        "edition": "the edition that has the cell",
        "sheet": "its sheet",
        "sheet_row": "its row, counted from 1",
        "column": "its column: the letter and the heading",
        "field": "the field that the column holds",
        "before": "the text as published, which stays in the entry's raw text",
        "after": "what is read in its place",
        "reason": "why",
        "source": "where the right value is from",
        "by": "who reviewed it",
        "on": "the day of the review",
        "correction": "the correction's id in its file",
    },
    rule="One row a cell and correction, in the order of the sheet. Whatever else reads the cell reads `after`.",
    numerator="None: these are facts of the archive and of the reviewed files.",
    denominator="None.",
    exclusions="Cells that were withdrawn. Corrections of editions that are not in the archive.",
    source="docs/how-to-correct-a-source-error.md.",
    examples=(
        Example(
            title="A year that lost a digit, and a type misspelt",
            words="What is published, what is read, and who says so.",
            given=CORRECTED,
            expect="""
            register | edition    | sheet               | sheet_row | column    | field          | before    | after      | reason               | source                         | by          | on         | correction
            requests | 2020-03-31 | requests 2020-03-31 | 2         | G (Ended) | composite_date | 27.2.220  | 27.2.2020  | The year has lost a digit: the edition is of March 2020, and the request of that January. | the dates of the same row | A. Reviewer | 2020-05-04 | c-1-year
            requests | 2020-03-31 | requests 2020-03-31 | 3         | C (Type)  | recipient_type | Universty | University | A letter is missing. | row C-1, the same organisation | A. Reviewer | 2020-05-04 | c-2-type
            """,
        ),
        Example(
            title="Of another day",
            words="Nothing of it was known a day before the edition.",
            given=CORRECTED,
            ask={"known_on": "2020-03-30"},
            expect="register | edition | before | after",
            shows_register=False,
        ),
    ),
)

EDITIONS = Definition(
    measure="editions",
    title="Editions",
    words="The published files that a build was made from.",
    columns={
        "register": "the register",
        "edition": "the edition's id: its as-at date, `.2` and so on for a replacement",
        "as_at": "the day the file speaks of",
        "published": "the day it was published; null: not known",
        "lag_days": "days from as-at to publication",
        "rows": "entries and person counts in it",
        "requests": "different requests in it",
        "sha256": "hash of the file's bytes",
    },
    rule="lag_days = published − as_at; null where only the month of publication is stated.",
    numerator="None: these are facts of the archive.",
    denominator="None.",
    exclusions="None. A replaced edition stays, and says by what it was replaced; a withdrawn one too, with the day "
    "and the reason.",
    source="docs/contract.md.",
    examples=(
        Example(
            title="Three editions of a register",
            words="The third does not say when it was published.",
            given=APPROVED,
            expect="""
            register  | edition    | as_at      | published  | lag_days | rows | requests
            approvals | 2021-03-31 | 2021-03-31 | 2021-05-10 | 40       | 1    | 1
            approvals | 2021-06-30 | 2021-06-30 | 2021-08-12 | 43       | 4    | 4
            approvals | 2021-09-30 | 2021-09-30 | null       | null     | 1    | 1
            """,
        ),
        Example(
            title="A replaced file stays, and what replaces it overrides it",
            words="The publisher put out the file of 31 December again.",
            given=REPLACED,
            expect="""
            edition      | as_at      | published  | lag_days | rows | requests | replaced_by
            2020-12-31   | 2020-12-31 | 2021-01-15 | 15       | 2    | 2        | 2020-12-31.2
            2020-12-31.2 | 2020-12-31 | 2021-02-01 | 32       | 2    | 2        | null
            """,
        ),
        Example(
            title="A withdrawn edition keeps its row, its day and the reason",
            words="Nothing else of it is shown, and no figure counts it.",
            given=WITHDRAWN,
            expect="""
            edition    | published  | rows | requests | replaces   | replaced_by | withdrawn_on | withdrawn_reason
            2020-06-30 | 2020-07-20 | null | null     | null       | 2020-12-31  | 2021-03-01   | It named a person.
            2020-12-31 | 2021-01-15 | 3    | 3        | 2020-06-30 | null        | null         | null
            """,
        ),
        Example(
            title="Rows are not requests",
            words="Seven releases under four requests.",
            given=RELEASE_ROWS,
            expect="""
            edition    | rows | requests
            2020-12-31 | 7    | 4
            """,
        ),
        Example(
            title="Known on a day",
            words="The second edition was published in January 2021.",
            given=TWO_EDITIONS,
            ask={"known_on": "2021-01-14"},
            expect="""
            edition    | published  | lag_days
            2020-06-30 | 2020-07-20 | 20
            """,
        ),
    ),
)

FIGURE_HEAD = (
    "source,source_address,published,measure,category,scope,period_start,period_end,value,status,register,"
    "comparable,explanation\n"
)


def _figures(*rows: str) -> str:
    return FIGURE_HEAD + "".join(f"{row}\n" for row in rows)


COMPARED = replace(
    TEN_REQUESTS,
    words=TEN_REQUESTS.words + " Beside it, figures that others published.",
    figures=_figures(
        "Analyst,https://example.org/1,2021-04-01,requests,all,The register,2020-01-01,2020-12-31,7,secondary,requests,received,",
        "Analyst,https://example.org/1,2021-04-01,requests,Tier 1,The register,2020-01-01,2020-12-31,2,secondary,requests,received,",
        "Analyst,https://example.org/1,2021-04-01,requests,unclassified,The register,2020-01-01,2020-12-31,1,secondary,requests,received,",
        "Analyst,https://example.org/1,2021-04-01,open requests,all,The register,2020-12-01,2020-12-31,4,ambiguous,requests,received,Two numbers are given.",
        "Minister,https://example.org/2,2021-05-01,requests rejected,all,All departments,2020-01-01,2020-12-31,9,as published,requests,,",
        "Analyst,https://example.org/1,2021-04-01,requests,all,The register,2020-01-01,2021-12-31,9,secondary,requests,received,",
        "Analyst,https://example.org/1,2021-04-01,requests,all,The register,2019-01-01,2020-12-31,9,secondary,requests,received,",
    ),
)
CORRECTIONS_HEAD = FIGURE_HEAD.replace("explanation\n", "explanation,unit,body,figure,superseded_by\n")
MINISTER_CORRECTED = replace(
    TEN_REQUESTS,
    words=TEN_REQUESTS.words + " A minister gave a figure in May 2021 and corrected it in July.",
    figures=CORRECTIONS_HEAD
    + "Minister,https://example.org/2,2021-05-01,requests,all,The register,2020-01-01,2020-12-31,9,superseded,requests,received,,requests,,answer,statement\n"
    "Minister,https://example.org/3,2021-07-01,requests,all,The register,2020-01-01,2020-12-31,6,correction,requests,received,,requests,,statement,\n",
)
SELECTION_COMPARED = replace(
    QUOTED,
    figures=_figures(
        "Analyst,https://example.org/1,2021-04-01,requests,all,The register,2020-01-01,2020-12-31,300,secondary,quoted,received,"
    ),
)

FIGURES = Definition(
    measure="published-figures",
    title="Published figures",
    words="Figures that others published, with ours beside them where, and only where, the scope is the same.",
    columns={
        "source": "who published it",
        "measure": "what they counted, in their words",
        "category": "which part: `all`, a tier, a body",
        "period_start": "first day",
        "period_end": "last day",
        "value": "the figure as published",
        "ours": "our count over the same period; null where the scope differs or we cannot count it",
        "difference": "ours − value",
        "status": "as published, correction, superseded, secondary, ambiguous",
        "explanation": "why they differ, or why there is none of ours",
    },
    rule="`ours` counts the events named in `comparable` (a column of volumes) in that register from period_start to "
    "period_end; a category *Tier n* or *unclassified* keeps that tier. `open_at_end` is the number open on period_end. "
    "difference_share = difference ÷ value. None of ours is given where our register begins after the figure (its claimed "
    "listing, else the quarter of its first event) or ends before it. With `known_on` only figures published by then are "
    "given, and one that was corrected later stands as published.",
    numerator="Ours: as in volumes.",
    denominator="None.",
    exclusions="Ambiguous figures are shown and compared with nothing. A superseded figure stays beside its correction.",
    source="Each row names its own source and address.",
    examples=(
        Example(
            title="Where the scope is the same, and where it is not",
            words="Of the ten requests six were received in 2020 with usable dates; four of those carry tier 1 or 2, one "
            "none.",
            given=COMPARED,
            expect="""
            source   | measure           | category     | period_start | period_end | value | ours | difference | difference_share | status       | explanation
            Analyst  | requests          | all          | 2019-01-01   | 2020-12-31 | 9     | null | null       | null             | secondary    | Our register lists every case from 1 January 2020 only, after the figure begins.
            Analyst  | requests          | Tier 1       | 2020-01-01   | 2020-12-31 | 2     | 2    | 0          | 0                | secondary    |
            Analyst  | requests          | all          | 2020-01-01   | 2020-12-31 | 7     | 6    | -1         | -0.142857        | secondary    | Ours is 1 fewer (14%). It was counted by others from the list as it then was: entries added, amended or dropped since, or another date taken, would explain a difference.
            Minister | requests rejected | all          | 2020-01-01   | 2020-12-31 | 9     | null | null       | null             | as published | Nothing in our registers has this scope.
            Analyst  | requests          | unclassified | 2020-01-01   | 2020-12-31 | 1     | 1    | 0          | 0                | secondary    |
            Analyst  | requests          | all          | 2020-01-01   | 2021-12-31 | 9     | null | null       | null             | secondary    | Our register ends at 31 March 2021, before the figure does.
            Analyst  | open requests     | all          | 2020-12-01   | 2020-12-31 | 4     | null | null       | null             | ambiguous    | Two numbers are given. It is compared with nothing.
            """,
        ),
        Example(
            title="A correction beside what it corrects",
            words="What is superseded is compared with nothing.",
            given=MINISTER_CORRECTED,
            expect="""
            value | ours | difference | status     | figure    | superseded_by | corrects | unit     | explanation
            9     | null | null       | superseded | answer    | statement     | null     | requests | Superseded, so compared with nothing.
            6     | 6    | 0          | correction | statement | null          | answer   | requests |
            """,
            notes=("A superseded figure stays beside the one that corrects it.",),
        ),
        Example(
            title="Before the correction was published the figure stood",
            words="Known on 1 June 2021.",
            given=MINISTER_CORRECTED,
            ask={"known_on": "2021-06-01"},
            expect="""
            value | ours | difference | status       | superseded_by
            9     | 6    | -3         | as published | null
            """,
            shows_register=False,
        ),
        Example(
            title="No count of ours from a selection",
            words="Entries that others quoted cannot be set beside a total.",
            given=SELECTION_COMPARED,
            expect="""
            value | ours | difference | explanation
            300   | null | null       | Our entries of this register are a selection that others quoted, so no count of ours stands beside it.
            """,
        ),
    ),
)

ANSWERABILITY = Definition(
    measure="answerability",
    title="Answerability",
    words="For each register, era and field: whether the field is published, inferred on a named basis, or not published.",
    columns={
        "register": "the register",
        "era": "the layout of its file",
        "field": "the field",
        "status": "`published`, `inferred` or `not_published`",
        "basis": "on what an inference rests",
        "coverage": "what the era's rows claim to list",
        "words": "the sentence that pages and notes give",
    },
    rule="As the register's description states; else a field is published when its column is mapped. A column of volumes "
    "is answered when every era with editions answers one of the fields it needs; a clock when both ends are.",
    numerator="None.",
    denominator="None.",
    exclusions="Eras that have no edition in the build.",
    source="The register's description, `data/registers/<register>.toml`.",
    examples=(
        Example(
            title="A register of releases",
            words=f"What {RELEASES['id']} can answer, field by field.",
            given=RELEASE_ROWS,
            expect="""
            register | era  | field           | status        | basis  | coverage | words
            releases | only | reference       | published     | stated | complete |
            releases | only | recipient       | published     | stated | complete |
            releases | only | recipient_type  | published     | stated | complete |
            releases | only | received_date   | not_published |        | complete | Date received is not published.
            releases | only | outcome         | not_published |        | complete | Outcome is not published.
            releases | only | closed_date     | not_published |        | complete | Date closed is not published.
            releases | only | approved_date   | not_published |        | complete | Date approved is not published.
            releases | only | released_date   | published     | stated | complete |
            releases | only | reuse_date      | not_published |        | complete | Date re-use permitted is not published.
            releases | only | refused         | not_published |        | complete | Refused applications are not listed.
            releases | only | title           | not_published |        | complete | Title is not published.
            releases | only | purpose         | not_published |        | complete | Purpose is not published.
            releases | only | dataset         | not_published |        | complete | Dataset is not published.
            releases | only | tier            | not_published |        | complete | Tier (1 to 4) is not published.
            releases | only | sensitivity     | not_published |        | complete | Sensitivity (A to E) is not published.
            releases | only | identifiability | not_published |        | complete | Identifiability (1 to 5) is not published.
            releases | only | legal_basis     | not_published |        | complete | Legal basis is not published.
            releases | only | route           | not_published |        | complete | Access route is not published.
            releases | only | licence_end     | not_published |        | complete | Licence end is not published.
            releases | only | data_held       | not_published |        | complete | Data still held is not published.
            releases | only | person_counts   | not_published |        | complete | No counts of people, records or requests by body and period are published.
            """,
            shows_register=False,
        ),
    ),
)
