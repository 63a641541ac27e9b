"""recipients and top-recipients: who asked, and who received."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import (
    APPROVALS,
    APPROVALS_WORDS,
    CASES,
    CASES_WORDS,
    RELEASES,
    RELEASES_WORDS,
    ROUTES,
    ROUTES_WORDS,
)
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
        "reference/recipients_reviewed.csv": "register,alias,recipient,type,relation,reason,reviewer,date\n"
        "releases,Ashford Uni (AU),Ashford University,,same,A short name,A reviewer,2021-02-01\n"
        "releases,Corner Institute,Corner Institute,research_organisation,same,Its register calls it Other,A reviewer,2021-02-01\n"
    },
)

REVIEW_HEAD = "register,alias,recipient,type,relation,reason,reviewer,date,from,to,override\n"


def reviewed(words: str, published: str, *rows: str) -> Given:
    """A register of releases with a reviewed file of recipients."""
    return Given(
        RELEASES,
        f"{RELEASES_WORDS} {words}",
        (Edition("2020-12-31", published),),
        reference={"reference/recipients_reviewed.csv": REVIEW_HEAD + "".join(f"{row}\n" for row in rows)},
    )


ONE_TRADING_NAME = reviewed(
    "Two companies trade as *Beacon*: Ashford Ltd until the end of 2019, Corner Ltd from April 2020.",
    """
    Ref | Organisation               | Type    | Released
    R1  | Ashford Ltd (t/a Beacon)   | Other   | 2019-03-01
    R2  | Beacon                     | Other   | 2019-06-03
    R3  | Beacon                     | Other   | 2020-02-03
    R4  | Beacon                     | Other   | 2020-06-01
    R5  | Corner Ltd                 | Other   | 2020-09-01
    """,
    "releases,Ashford Ltd (t/a Beacon),Ashford Ltd,,same,Its trading name is in brackets,A reviewer,2021-02-01,,,",
    "releases,Beacon,Ashford Ltd,,trading_name_of,R1 says so,A reviewer,2021-02-01,,2019-12-31,",
    "releases,Beacon,Corner Ltd,,trading_name_of,Its annual report,A reviewer,2021-02-01,2020-04-01,,",
)

TWO_TRADING_NAMES = reviewed(
    "One company trades as *Larkspot* and as *Lark Data*.",
    """
    Ref | Organisation        | Type  | Released
    R1  | Larkmere Ltd        | Other | 2020-01-15
    R2  | Larkspot            | Other | 2020-02-15
    R3  | LARKSPOT            | Other | 2020-03-16
    R4  | Lark Data           | Other | 2020-04-15
    """,
    "releases,Larkspot,Larkmere Ltd,commercial,trading_name_of,Its web site says so,A reviewer,2021-02-01,,,",
    "releases,Lark Data,Larkmere Ltd,,trading_name_of,Its web site says so,A reviewer,2021-02-01,,,",
)

RENAMED = reviewed(
    "The *Department for Harbours* became the *Department for Ports* in 2020.",
    """
    Ref | Organisation             | Type  | Released
    R1  | Department for Harbours  | Other | 2019-05-01
    R2  | Department for Harbours  | Other | 2019-11-01
    R3  | Department for Ports     | Other | 2020-06-01
    """,
    "releases,Department for Harbours,Department for Ports,central_government,renamed,The order of 2020,A reviewer,2021-02-01,,,",
)

TWO_TYPES = reviewed(
    "The same organisation is published under two types, and once under one that settles nothing. The reviewed "
    "row gives a type; it does not say `override`.",
    """
    Ref | Organisation | Type       | Released
    R1  | Bell Trust   | Charity    | 2019-05-01
    R2  | Bell Trust   | University | 2020-05-01
    R3  | Bell Trust   | Other      | 2020-06-01
    """,
    "releases,Bell Trust,Bell Trust,charity,same,A registered charity,A reviewer,2021-02-01,,,",
)

OVERRIDDEN = reviewed(
    "The register calls a hospital a university; the reviewed row says `override`.",
    """
    Ref | Organisation    | Type       | Released
    R1  | Dale Hospital   | University | 2020-05-01
    """,
    "releases,Dale Hospital,Dale Hospital,health_body,same,Listed with the universities; it is a hospital,A reviewer,2021-02-01,,,yes",
)

PART = reviewed(
    "*Bell Unit* is part of Bell Trust.",
    """
    Ref | Organisation       | Type    | Released
    R1  | Bell Trust         | Charity | 2019-05-01
    R2  | Bell Unit          | Charity | 2020-05-01
    R3  | Bell Unit, Ashford | Charity | 2020-06-01
    """,
    "releases,Bell Unit,Bell Trust,,part_of,The unit's own page,A reviewer,2021-02-01,,,",
    'releases,"Bell Unit, Ashford",Bell Unit,,same,Its place added,A reviewer,2021-02-01,,,',
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

BY_ROUTE = Given(
    ROUTES,
    ROUTES_WORDS,
    (
        Edition(
            "2021-12-31",
            """
            Ref | Organisation       | Type       | Tier | Data   | Legal basis | Route  | Released
            R1  | Ashford University | University | 1    | Census | Section 537 | Secure | 2018-02-05
            R2  | Bell Trust         | Charity    | 2    | Census | Section 537 | Direct | 2018-09-03
            R3  | Ashford University | University | 1    | Grades |             | Secure | 2019-03-04
            R4  | Corner College     | University | 2    | Census | Consent     | Direct | 2019-04-01
            R5  | Dale School        | Other      |      | Census | Section 537 | Secure | 2020-01-13
            R6  | Ashford University | University | 1    | Grades | Section 537 | Secure | 2020-03-02
            R7  | Bell Trust         | Charity    | 2    | Census | Section 537 |        | 2020-06-01
            R8  | Dale School        | Other      | 2    | Census | Section 537 | Secure | 2020-10-05
            R9  | Bell Trust         | Charity    | 2    | Census | Section 537 | Direct | 2021-11-01
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
    exclusions="As for volumes. The type is that of the request: the published type in the field's terms; where that "
    "does not settle it (missing, not mapped, or a word such as *Other*), the type in the reviewed recipient file, "
    "else `unknown`. A reviewed row that says `override` stands in place of the published type. Published types are "
    "listed in `published_types`.",
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
            title="One recipient with two published types",
            words="Each release keeps the type under which it was published; the reviewed type settles only what the "
            "register leaves open.",
            given=TWO_TYPES,
            expect="""
            group      | requests | releases | recipients | share    | published_types
            charity    | 2        | 2        | 1          | 0.666667 | Charity; Other
            university | 1        | 1        | 1          | 0.333333 | University
            """,
        ),
        Example(
            title="A published type that a reviewer overrides",
            words="The published type stays in sight.",
            given=OVERRIDDEN,
            expect="""
            group       | requests | releases | recipients | share | published_types
            health_body | 1        | 1        | 1          | 1     | University
            """,
        ),
        Example(
            title="By route",
            words="Data reached in a secure service, or supplied directly. One release does not say.",
            given=BY_ROUTE,
            ask={"by": "route"},
            expect="""
            group         | group_label   | requests | releases | recipients | share
            Secure        | Secure        | 5        | 5        | 2          | 0.555556
            Direct        | Direct        | 3        | 3        | 2          | 0.333333
            not_published | Not published | 1        | 1        | 1          | 0.111111
            """,
        ),
        Example(
            title="By tier, by data, by legal basis",
            words="Any of them; here the legal basis.",
            given=BY_ROUTE,
            ask={"by": "legal_basis"},
            expect="""
            group         | group_label   | requests | releases | recipients | share    | first_date | last_date
            Section 537   | Section 537   | 7        | 7        | 3          | 0.777778 | 2018-02-05 | 2021-11-01
            Consent       | Consent       | 1        | 1        | 1          | 0.111111 | 2019-04-01 | 2019-04-01
            not_published | Not published | 1        | 1        | 1          | 0.111111 | 2019-03-04 | 2019-03-04
            """,
            shows_register=False,
        ),
        Example(
            title="By tier",
            words="Of those that went through the secure service.",
            given=BY_ROUTE,
            ask={"by": "tier", "route": "Secure"},
            expect="""
            group         | group_label   | releases | share
            1             | Tier 1        | 3        | 0.6
            2             | Tier 2        | 1        | 0.2
            not_published | Not published | 1        | 0.2
            """,
            shows_register=False,
        ),
        Example(
            title="By data",
            words="A cell that holds several values counts under its whole text.",
            given=BY_ROUTE,
            ask={"by": "dataset"},
            expect="""
            group  | releases | share
            Census | 7        | 0.777778
            Grades | 2        | 0.222222
            """,
            shows_register=False,
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
    rule="As for recipients, by recipient, with the type of its last event. `limit` rows are given, 20 if none is asked for; equal counts are in "
    "order of recipient id. `recipients` is the number of named recipients in the filter, those beyond `limit` included.",
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
            rank | recipient          | recipient_type        | requests | releases | share | cumulative_share | recipients
            1    | Ashford University | university            | 2        | 2        | 0.5   | 0.5              | 3
            2    | Corner Institute   | research_organisation | 1        | 1        | 0.25  | 0.75             | 3
            """,
        ),
        Example(
            title="A department renamed keeps its history in one line",
            words="Under its latest name, with the former beside it. The type is the reviewed one, since *Other* "
            "settles nothing.",
            given=RENAMED,
            expect="""
            rank | recipient            | recipient_type     | requests | releases | share | cumulative_share | former_names
            1    | Department for Ports | central_government | 3        | 3        | 1     | 1                | Department for Harbours
            """,
            notes=("Shown under the latest name: Department for Ports (formerly Department for Harbours).",),
        ),
        Example(
            title="Asked for by its former name",
            words="The name, or the id it had, finds the recipient it now is.",
            given=RENAMED,
            ask={"recipient": "department-for-harbours"},
            expect="""
            recipient            | releases
            Department for Ports | 3
            """,
            shows_register=False,
        ),
        Example(
            title="A part and its parent",
            words="A part counts under itself, and names its parent; nothing is summed up.",
            given=PART,
            expect="""
            rank | recipient  | requests | releases | share    | cumulative_share | parent_recipient
            1    | Bell Unit  | 2        | 2        | 0.666667 | 0.666667         | Bell Trust
            2    | Bell Trust | 1        | 1        | 0.333333 | 1                | null
            """,
            notes=("Counted under itself and not in what it is part of: Bell Unit (part of Bell Trust).",),
        ),
        Example(
            title="Two organisations under one trading name",
            words="A row may hold between certain days, by the first date on the register's row. On the days that no "
            "row speaks of, the name is a recipient of its own.",
            given=ONE_TRADING_NAME,
            expect="""
            rank | recipient   | requests | releases | share | cumulative_share
            1    | Ashford Ltd | 2        | 2        | 0.4   | 0.4
            1    | Corner Ltd  | 2        | 2        | 0.4   | 0.8
            3    | Beacon      | 1        | 1        | 0.2   | 1
            """,
        ),
        Example(
            title="One organisation under two trading names",
            words="Both names, in any case, are the one company.",
            given=TWO_TRADING_NAMES,
            expect="""
            rank | recipient    | recipient_type | requests | releases | share | cumulative_share
            1    | Larkmere Ltd | commercial     | 4        | 4        | 1     | 1
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
            notes=("Recipients are not published, so no ranking is given.",),
        ),
    ),
)

FLOW = Definition(
    measure="recipient-flow",
    title="New and returning recipients",
    words="How many recipients each interval had, how many of them were new to the register, and how much went to the "
    "largest.",
    columns={
        "interval_start": "first day",
        "interval_end": "last day",
        "group": "`all`, or the group asked for with `by`",
        "recipients": "different recipients in the interval, after reviewed aliasing",
        "new_recipients": "those not listed in the register before; null while that cannot be told",
        "returning_recipients": "those listed before; null while that cannot be told",
        "counted_as": "what is counted: `released` where releases are published, else `decided`, else `received`",
        "counted": "how many of those, by their own date",
        "new_counted": "how many of those went to the new; null while that cannot be told",
        "top_share": "share of them that the five largest recipients of the interval had, 0 to 1; null where there are none",
    },
    rule="A recipient is new in the interval of the first day on which the register lists anything of what is counted for "
    "it, whatever `from`, `to`, `type` and other filters leave of the register. recipients = new_recipients + "
    "returning_recipients. New and returning are told of intervals that begin at least 12 months after the listing "
    "does (its claimed period, or its first day): who is listed first may have received data before.",
    numerator="New: recipients whose first day is in the interval. top_share: what the five largest had.",
    denominator="top_share: all that is counted in the interval.",
    exclusions="As for volumes; rows that name no recipient. A register that names none answers nothing.",
    source="docs/contract.md; 12 months and five recipients are `RUN_IN` and `TOP` in dashboard/measures/recipient.py.",
    examples=(
        Example(
            title="By year",
            words="The listing begins on 5 February 2018, so newness is told from 5 February 2019: of 2020 and after.",
            given=BY_ROUTE,
            expect="""
            interval_start | interval_end | group | recipients | new_recipients | returning_recipients | counted_as | counted | new_counted | top_share | immature
            2018-01-01     | 2018-12-31   | all   | 2          | null           | null                 | released   | 2       | null        | 1         | false
            2019-01-01     | 2019-12-31   | all   | 2          | null           | null                 | released   | 2       | null        | 1         | false
            2020-01-01     | 2020-12-31   | all   | 3          | 1              | 2                    | released   | 4       | 2           | 1         | false
            2021-01-01     | 2021-12-31   | all   | 1          | 0              | 1                    | released   | 1       | 0           | 1         | false
            """,
            working="In 2020 Dale School is new and had two of the four releases; Ashford University and Bell Trust return.",
            notes=(
                "It is told of intervals from 5 February 2019, 12 months after the listing begins: who is listed first may "
                "have received data before.",
            ),
        ),
        Example(
            title="By type: new is new to the register, not to the group or the period",
            words="Asked of 2020 and after alone, Bell Trust returns: it was listed in 2018.",
            given=BY_ROUTE,
            ask={"by": "type", "from": "2020-01-01", "to": "2020-12-31"},
            expect="""
            interval_start | group      | group_label    | recipients | new_recipients | returning_recipients | counted
            2020-01-01     | charity    | Charity        | 1          | 0              | 1                    | 1
            2020-01-01     | university | University     | 1          | 0              | 1                    | 1
            2020-01-01     | unknown    | Type not known | 1          | 1              | 0                    | 2
            """,
            shows_register=False,
        ),
        Example(
            title="Where nobody is named",
            words="A register that names no recipient.",
            given=NOBODY_NAMED,
            expect="""
            interval_start | recipients | new_recipients | counted
            null           | null       | null           | null
            """,
            notes=("Recipients are not published, so none can be called new or returning.",),
        ),
    ),
)

NAMES = Definition(
    measure="recipient-names",
    title="Recipient names",
    words="Every spelling of every recipient, exactly as published, and why it stands for that recipient.",
    columns={
        "recipient": "the recipient it is counted under",
        "published_name": "the spelling, as published",
        "relation": "what a reviewed row says: `same`, `trading_name_of`, `renamed`, `part_of`; or, where nobody had to "
        "say anything, `own_name` or `typographic` (differs only in case, spaces, quotes or dashes)",
        "entries": "rows with this spelling, in the editions asked for",
        "first_edition": "the first of those editions that has it",
        "last_edition": "the last",
        "reason": "the reviewer's reason",
        "reviewer": "who decided",
        "reviewed": "the day it was decided",
    },
    rule="A spelling is compared without case, spaces, quotes and dashes, and looked up in `reference/recipients*.csv` "
    "([what its rows mean](decisions/0014-recipients.md)). A name that no row merges is a recipient of its own. "
    "`reviewed_as` is the recipient the row names, `parent_recipient` what a part is part of.",
    numerator="Rows of the editions asked for that have this spelling.",
    denominator="None.",
    exclusions="Rows that name no recipient. The period and the other filters of measures do not apply: `register`, "
    "`recipient`, `edition`, `known_on` and `limit` do.",
    source="The register; `data/reference/recipients*.csv`.",
    examples=(
        Example(
            title="Trading names",
            words="The reviewed company with two trading names.",
            given=TWO_TRADING_NAMES,
            expect="""
            recipient    | published_name | relation        | entries | first_edition | last_edition | reason               | reviewer   | reviewed
            Larkmere Ltd | Larkmere Ltd   | own_name        | 1       | 2020-12-31    | 2020-12-31   | null                 | null       | null
            Larkmere Ltd | LARKSPOT       | trading_name_of | 1       | 2020-12-31    | 2020-12-31   | Its web site says so | A reviewer | 2021-02-01
            Larkmere Ltd | Lark Data      | trading_name_of | 1       | 2020-12-31    | 2020-12-31   | Its web site says so | A reviewer | 2021-02-01
            Larkmere Ltd | Larkspot       | trading_name_of | 1       | 2020-12-31    | 2020-12-31   | Its web site says so | A reviewer | 2021-02-01
            """,
            shows_register=False,
        ),
        Example(
            title="A name that two organisations used, one after the other",
            words="The spelling stands under each recipient it was counted under.",
            given=ONE_TRADING_NAME,
            expect="""
            recipient   | published_name           | relation        | entries | first_day  | last_day
            Ashford Ltd | Ashford Ltd (t/a Beacon) | same            | 1       | 2019-03-01 | 2019-03-01
            Ashford Ltd | Beacon                   | trading_name_of | 1       | 2019-06-03 | 2019-06-03
            Beacon      | Beacon                   | own_name        | 1       | 2020-02-03 | 2020-02-03
            Corner Ltd  | Corner Ltd               | own_name        | 1       | 2020-09-01 | 2020-09-01
            Corner Ltd  | Beacon                   | trading_name_of | 1       | 2020-06-01 | 2020-06-01
            """,
            shows_register=False,
        ),
        Example(
            title="One recipient",
            words="A part stands under itself, with the other spelling of it.",
            given=PART,
            ask={"recipient": "bell-unit"},
            expect="""
            recipient | published_name     | relation | entries | parent_recipient | reviewed_as
            Bell Unit | Bell Unit          | part_of  | 1       | Bell Trust       | Bell Trust
            Bell Unit | Bell Unit, Ashford | same     | 1       | Bell Trust       | Bell Unit
            """,
            shows_register=False,
        ),
    ),
)
