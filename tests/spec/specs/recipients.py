"""recipients and top-recipients: who asked, and who received."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import APPROVALS, APPROVALS_WORDS, CASES, CASES_WORDS, RELEASES, RELEASES_WORDS
from tests.spec.shape import Definition, Edition, Example, Given
from tests.spec.specs.volumes import RELEASE_ROWS, TEN_REQUESTS


REVIEWED = Given(
    RELEASES,
    RELEASES_WORDS + " A reviewed file says that *Ashford Uni (AU)* is Ashford University, and that Corner "
    "Institute is a research organisation.",
    (
        Edition(
            "2020-12-31",
            """
            Ref | Organisation       | Type       | Released
            R1  | Ashford University | University | 2020-01-15
            R2  | Ashford Uni (AU)   | University | 2020-02-15
            R3  | Corner Institute   | Other      | 2020-03-15
            R4  | Dale Council       | Council    | 2020-04-15
            """,
        ),
    ),
    reference={
        "reference/recipients_reviewed.csv": "register,published_name,recipient,recipient_type,reason\n"
        "releases,Ashford Uni (AU),Ashford University,,A short name\n"
        "releases,Corner Institute,Corner Institute,research_organisation,Its register calls it Other\n"
    },
)

SHARES = Given(
    APPROVALS,
    APPROVALS_WORDS,
    (
        Edition(
            "2021-12-31",
            """
            Ref | Organisation       | Type       | Approved
            P1  | Ashford University | University | 2021-02-01
            P2  | Bell Trust         | Charity    | 2021-08-02
            P3  | Ashford University | University | 2021-08-09
            """,
        ),
    ),
)

NOBODY_NAMED = Given(
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

BY_TYPE = Definition(
    measure="recipients",
    title="Recipients",
    words="How many requests, releases and different recipients, by type of recipient (or by `by`).",
    columns={
        "group": "recipient type, or the group asked for with `by`",
        "requests": "different requests with any event in the filter",
        "releases": "releases by date of release",
        "recipients": "different recipients, after reviewed aliasing",
        "share": "share of the releases, or of the requests where releases are not published: 0 to 1",
        "first_date": "first event counted",
        "last_date": "last event counted",
    },
    rule="share = releases of the group ÷ releases of all groups; where the register does not publish releases, "
    "requests ÷ requests. `share_of` says which.",
    numerator="Releases (or different requests) of the group, in the filter.",
    denominator="Releases (or requests) of all groups in the filter. A request whose releases went to two types "
    "counts in both groups, so requests of the groups can add up to more than there are.",
    exclusions="As for volumes. The type is that of the reviewed recipient file, else the published type in the "
    "field's terms; a published type that does not settle it is `unknown`. Published types are listed in "
    "`published_types`.",
    source="docs/contract.md; the types are in `dashboard/vocabulary.py`, and each register maps its own words to them.",
    examples=(
        Example(
            title="By type, from releases",
            words="Names that differ only in case and spaces are one recipient.",
            given=RELEASE_ROWS,
            expect="""
            group      | group_label    | requests | releases | recipients | share    | share_of | first_date | last_date
            university | University     | 2        | 4        | 1          | 0.571429 | releases | 2020-01-15 | 2021-01-04
            charity    | Charity        | 1        | 2        | 1          | 0.285714 | releases | 2020-03-30 | 2020-03-30
            unknown    | Type not known | 1        | 1        | 1          | 0.142857 | releases | 2020-07-15 | 2020-07-15
            """,
            working="Seven releases: 4/7, 2/7 and 1/7. The university's are R1, R1/A1, R1 (Rep) and R3, under the two "
            "requests R1 and R3.",
        ),
        Example(
            title="In a period",
            words="The share is of the releases in the period; a request counts when any of its events is in it.",
            given=RELEASE_ROWS,
            ask={"from": "2020-03-01", "to": "2020-03-31"},
            expect="""
            group      | requests | releases | recipients | share
            charity    | 1        | 2        | 1          | 0.666667
            university | 1        | 1        | 1          | 0.333333
            """,
            shows_register=False,
        ),
        Example(
            title="From requests: who asked is not only who received",
            words="Requests count with any event (receipt included); the share is of releases. Of ten requests only "
            "A1 was released, and the three that cannot be used count nowhere.",
            given=TEN_REQUESTS,
            expect="""
            group      | requests | releases | recipients | share
            university | 3        | 1        | 1          | 1
            charity    | 3        | 0        | 1          | 0
            unknown    | 1        | 0        | 1          | 0
            """,
        ),
        Example(
            title="Reviewed names and types",
            words="A reviewed file joins names and settles types. A published type that nobody has mapped is "
            "`unknown`, and an issue.",
            given=REVIEWED,
            expect="""
            group                 | requests | releases | recipients | share | published_types
            university            | 2        | 2        | 1          | 0.5   | University
            research_organisation | 1        | 1        | 1          | 0.25  | Other
            unknown               | 1        | 1        | 1          | 0.25  | Council
            """,
        ),
        Example(
            title="Where releases are not published, the share is of requests",
            words="Three approved shares.",
            given=SHARES,
            expect="""
            group      | requests | releases | recipients | share    | share_of
            university | 2        | null     | 1          | 0.666667 | requests
            charity    | 1        | null     | 1          | 0.333333 | requests
            """,
        ),
    ),
)

TOP = Definition(
    measure="top-recipients",
    title="Top recipients",
    words="The recipients with most releases (or requests, where releases are not published), in order.",
    columns={
        "rank": "1 for the most; equal counts have equal ranks",
        "recipient": "name after reviewed aliasing, in the spelling published most often",
        "recipient_type": "type at the last date",
        "requests": "different requests with any event in the filter",
        "releases": "releases",
        "share": "share of all releases (or requests), 0 to 1",
        "cumulative_share": "share of this recipient and all above it",
    },
    rule="As for recipients, by recipient. `limit` rows are given, 20 if none is asked for; equal counts are in "
    "order of recipient id.",
    numerator="Releases (or requests) of the recipient, in the filter.",
    denominator="Releases (or requests) of all named recipients in the filter, those beyond `limit` included.",
    exclusions="As for volumes; rows that name no recipient.",
    source="docs/contract.md.",
    examples=(
        Example(
            title="By releases",
            words="The rows of the first example of recipients.",
            given=RELEASE_ROWS,
            expect="""
            rank | recipient          | recipient_type | requests | releases | share    | cumulative_share
            1    | Ashford University | university     | 2        | 4        | 0.571429 | 0.571429
            2    | Bell Trust         | charity        | 1        | 2        | 0.285714 | 0.857143
            3    | Corner Institute   | unknown        | 1        | 1        | 0.142857 | 1
            """,
        ),
        Example(
            title="The first few: shares are of all, and equal counts have equal ranks",
            words="Two of three recipients; in the reviewed register two have one release each.",
            given=REVIEWED,
            ask={"limit": "2"},
            expect="""
            rank | recipient          | recipient_type        | requests | releases | share | cumulative_share
            1    | Ashford University | university            | 2        | 2        | 0.5   | 0.5
            2    | Corner Institute   | research_organisation | 1        | 1        | 0.25  | 0.75
            """,
        ),
        Example(
            title="By requests where releases are not published",
            words="The approved shares.",
            given=SHARES,
            expect="""
            rank | recipient          | recipient_type | requests | releases | share    | cumulative_share
            1    | Ashford University | university     | 2        | null     | 0.666667 | 0.666667
            2    | Bell Trust         | charity        | 1        | null     | 0.333333 | 1
            """,
        ),
        Example(
            title="A register that names nobody has no ranking",
            words="No row is given, and a note says why.",
            given=NOBODY_NAMED,
            expect="rank | recipient | requests | releases",
            notes=("Recipients are not published, or the entries are a selection, so no ranking is given.",),
        ),
    ),
)
