"""volumes: how many requests and releases, when, and how many were open."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.registers import (
    APPROVALS,
    APPROVALS_WORDS,
    CLOSED_ONLY,
    CLOSED_ONLY_WORDS,
    DATES_ONLY,
    DATES_ONLY_WORDS,
    GRANTS,
    GRANTS_WORDS,
    RELEASES,
    RELEASES_WORDS,
    REQUESTS,
    REQUESTS_WORDS,
    SELECTED,
    SELECTED_WORDS,
    STAGES,
    STAGES_WORDS,
)
from tests.spec.shape import Definition, Edition, Example, Given


TEN_REQUESTS = Given(
    REQUESTS,
    REQUESTS_WORDS,
    (
        Edition(
            "2021-03-31",
            """
            Ref | Organisation       | Type       | Tier | Received   | Outcome     | Ended
            A1  | Ashford University | University | 1    | 2020-01-10 | Sent        | 2020-02-20
            A2  | Ashford University | University | 2    | 2020-02-03 | Rejected    | 2020-05-12
            A3  | Bell Trust         | Charity    | 1    | 2020-02-28 | Not pursued | 2020-04-01
            A4  | Bell Trust         | Charity    |      | 2020-05-05 | Re-use      | 2020-12-31
            A5  | Corner Press       | Other      | 2    | 2020-05-20 | Withdrawn   | 2020-06-01
            A6  | Bell Trust         | Charity    | 2    | 2020-10-01 |             | pending
            A7  | Ashford University | University | 1    | 2021-03-01 |             |
            B1  | Corner Press       | Other      | 2    | 2020-11-02 | Sent        | 2020-10-30
            B2  | Corner Press       | Other      | 2    |            | Sent        | 2020-12-01
            B3  | Ashford University | University | 1    | 2020-12-03 | Rejected    |
            """,
        ),
    ),
)

RELEASE_ROWS = Given(
    RELEASES,
    RELEASES_WORDS,
    (
        Edition(
            "2020-12-31",
            """
            Ref      | Organisation       | Type       | Released
            R1       | Ashford University | University | 2020-01-15
            R1/A1    | Ashford University | University | 2020-03-02
            R1 (Rep) | Ashford University | University | 2021-01-04
            R2       | Bell Trust         | Charity    | 2020-03-30
            R2       | Bell Trust         | Charity    | 2020-03-30
            R3       | ASHFORD UNIVERSITY | University | 2020-07-01
            R4       | Corner Institute   | Other      | 2020-07-15
            """,
        ),
    ),
)

TWO_EDITIONS = Given(
    REQUESTS,
    REQUESTS_WORDS,
    (
        Edition(
            "2020-06-30",
            """
            Ref | Organisation       | Type       | Tier | Received   | Outcome | Ended
            K1  | Ashford University | University | 1    | 2020-03-02 |         |
            K2  | Bell Trust         | Charity    | 2    | 2020-03-16 | Sent    | 2020-05-01
            K3  | Bell Trust         | Charity    | 2    | 2020-04-01 | Sent    | 2020-06-01
            """,
            published="2020-07-20",
        ),
        Edition(
            "2020-12-31",
            """
            Ref | Organisation       | Type       | Tier | Received   | Outcome | Ended
            K1  | Ashford University | University | 1    | 2020-03-02 | Sent    | 2020-08-03
            K2  | Bell Trust         | Charity    | 2    | 2020-03-16 | Sent    | 2020-07-01
            K4  | Corner Press       | Other      | 2    | 2020-11-02 |         |
            """,
            published="2021-01-15",
        ),
    ),
)

CLOSED = Given(
    CLOSED_ONLY,
    CLOSED_ONLY_WORDS,
    (
        Edition(
            "2021-02-10",
            """
            Ref | Received   | Outcome  | Ended
            T1  | 2021-01-01 | Sent     | 2021-01-06
            T2  | 2021-01-04 | Sent     | 2021-01-14
            T3  | 2021-01-05 | Rejected | 2021-01-15
            T6  | 2021-01-07 | Sent     | 2021-01-27
            """,
        ),
    ),
)

REPLACED = Given(
    REQUESTS,
    REQUESTS_WORDS,
    (
        Edition(
            "2020-12-31",
            """
            Ref | Organisation | Type    | Tier | Received   | Outcome | Ended
            E1  | Bell Trust   | Charity | 1    | 2020-10-01 | Sent    | 2020-12-01
            E2  | Bell Trust   | Charity | 1    | 2020-11-02 |         |
            """,
            published="2021-01-15",
        ),
        Edition(
            "2020-12-31.2",
            """
            Ref | Organisation | Type    | Tier | Received   | Outcome  | Ended
            E1  | Bell Trust   | Charity | 1    | 2020-10-01 | Rejected | 2020-12-01
            E2  | Bell Trust   | Charity | 1    | 2020-11-02 |          |
            """,
            published="2021-02-01",
        ),
    ),
)

DEFINITION = Definition(
    measure="volumes",
    title="Volumes",
    words="How many requests were received, decided and closed, and how many releases were made, in a period; and "
    "how many requests were open when it began and when it ended.",
    columns={
        "interval_start": "first day of the interval; without `interval`, `from` or the first event",
        "interval_end": "last day of the interval; without `interval`, `to`, or the later of the as-at date and "
        "the last event",
        "group": "identifier of the group (`by`), or `all`",
        "open_at_start": "requests open when the interval begins",
        "received": "requests by date of receipt",
        "decided": "requests by the first of release, permission to re-use, approval and refusal",
        "closed": "requests by the date they ended: released, re-use permitted, refused, not pursued, withdrawn "
        "or discontinued. A request approved and not yet released is decided and not closed",
        "refused": "requests by date of refusal",
        "not_pursued": "requests by the date they were given up",
        "first_released": "requests by the date of their first release",
        "released": "releases by date of release: the one column that counts releases and not requests",
        "open_at_end": "requests open when the interval ends",
        "excluded": "requests left out of every other column, by date of receipt, else of closing",
        "immature": "true when the interval ends after the as-at date, so more of it may be published",
    },
    rule="Where receipt is published, in every interval and group: **open_at_start + received − closed = "
    "open_at_end**. A request counts once in each column, on its own date, in the version last published. "
    "Intervals with nothing in them are listed with 0. Rows of one request in one edition are merged: the earliest of "
    "each date, and of several endings the first listed. Open means that nothing published says it ended: a request that was open when last "
    "listed and stands in no later file counts as open ever since, and a note says how many there are.",
    numerator="Requests, except `released`, which counts rows of a release register. In a register of requests "
    "the first release of each request is the only one known, so `released` equals `first_released`.",
    denominator="None: these are counts.",
    exclusions="Where receipt is published: requests with no date of receipt (`received_missing`), closed before "
    "they were received (`closed_before_received`), with an end date that cannot be one (`date_rejected`), closed "
    "with no date (`closed_undated`), and those whose outcome is not known and that have no end date "
    "(`outcome_unknown`). They leave every column but `excluded`, stay in the register, and are listed as issues. "
    "One with no usable date at all stands in no interval, and a note says how many. Where older requests are listed "
    "only while they are open or within their terms, `refused` and `not_pursued` are null in intervals before every case "
    "was listed, and other counts of that time read 'at least'; so do those of a period that no file lists. Entries that are a selection "
    "(coverage `selected`) support no count: every column is null.",
    source="Columns and identity: docs/contract.md. The identity is one of the checks that a build must pass "
    "(`dashboard/warehouse/checks/stock_and_flow.sql`).",
    examples=(
        Example(
            title="By quarter",
            words="Ten requests. Three cannot be used: B1 closed before it was received, B2 has no date of receipt, "
            "B3 was rejected on no stated day.",
            given=TEN_REQUESTS,
            ask={"interval": "quarter"},
            expect="""
            interval_start | interval_end | group | open_at_start | received | decided | closed | refused | not_pursued | first_released | released | open_at_end | excluded | immature
            2020-01-01     | 2020-03-31   | all   | 0             | 3        | 1       | 1      | 0       | 0           | 1              | 1        | 2           | 0        | false
            2020-04-01     | 2020-06-30   | all   | 2             | 2        | 1       | 3      | 1       | 1           | 0              | 0        | 1           | 0        | false
            2020-07-01     | 2020-09-30   | all   | 1             | 0        | 0       | 0      | 0       | 0           | 0              | 0        | 1           | 0        | false
            2020-10-01     | 2020-12-31   | all   | 1             | 1        | 1       | 1      | 0       | 0           | 0              | 0        | 1           | 3        | false
            2021-01-01     | 2021-03-31   | all   | 1             | 1        | 0       | 0      | 0       | 0           | 0              | 0        | 2           | 0        | false
            """,
            working="April to June: A2, A3 and A5 closed, of which A2 was refused (so decided) and A3 not pursued; "
            "2 + 2 − 3 = 1 open at the end (A4). July to September is empty and is listed. October to December: A4 "
            "may re-use data it holds, which decides and closes it and releases nothing. The three that cannot be "
            "used stand in that quarter: B1 and B3 by receipt, B2 by closing.",
        ),
        Example(
            title="In all, with no interval",
            words="Without `interval` there is one row, from the first event to the as-at date.",
            given=TEN_REQUESTS,
            expect="""
            interval_start | interval_end | group | open_at_start | received | decided | closed | refused | not_pursued | first_released | released | open_at_end | excluded | immature
            2020-01-10     | 2021-03-31   | all   | 0             | 7        | 3       | 5      | 1       | 1           | 1              | 1        | 2           | 3        | false
            """,
            shows_register=False,
        ),
        Example(
            title="A period: the open ones come from before it",
            words="From May to October 2020. The stock at the start is everything received and not closed by then.",
            given=TEN_REQUESTS,
            ask={"from": "2020-05-01", "to": "2020-10-31"},
            expect="""
            interval_start | interval_end | open_at_start | received | decided | closed | refused | not_pursued | open_at_end | excluded
            2020-05-01     | 2020-10-31   | 1             | 3        | 1       | 2      | 1       | 0           | 2           | 0
            """,
            working="Received before May: A1, A2, A3; closed before May: A1, A3; so A2 is open. Then A4, A5, A6 "
            "come, and A2 and A5 close: 1 + 3 − 2 = 2.",
            shows_register=False,
        ),
        Example(
            title="By type, by year",
            words="Every group stands in every interval. 2021 ends after the as-at date, so it is immature. The "
            "published type *Other* settles nothing, so its type is unknown.",
            given=TEN_REQUESTS,
            ask={"by": "type", "interval": "year"},
            expect="""
            interval_start | group      | group_label    | open_at_start | received | closed | released | open_at_end | excluded | immature
            2020-01-01     | charity    | Charity        | 0             | 3        | 2      | 0        | 1           | 0        | false
            2020-01-01     | university | University     | 0             | 2        | 2      | 1        | 0           | 1        | false
            2020-01-01     | unknown    | Type not known | 0             | 1        | 1      | 0        | 0           | 2        | false
            2021-01-01     | charity    | Charity        | 1             | 0        | 0      | 0        | 1           | 0        | true
            2021-01-01     | university | University     | 0             | 1        | 0      | 0        | 1           | 0        | true
            2021-01-01     | unknown    | Type not known | 0             | 0        | 0      | 0        | 0           | 0        | true
            """,
            shows_register=False,
        ),
        Example(
            title="One tier, and those without one",
            words="A filter keeps the requests that match it; an attribute that is not published is a value of its "
            "own, `not_published`.",
            given=TEN_REQUESTS,
            ask={"tier": "1,not_published", "by": "tier"},
            expect="""
            interval_start | interval_end | group         | group_label   | received | decided | closed | open_at_end | excluded
            2020-01-10     | 2021-03-31   | 1             | Tier 1        | 3        | 1       | 2      | 1           | 1
            2020-01-10     | 2021-03-31   | not_published | Not published | 1        | 1       | 1      | 0           | 0
            """,
            shows_register=False,
        ),
        Example(
            title="Approved and not yet released is decided, and still open",
            words="S1 was approved in February and nothing had been released by the end of March.",
            given=Given(
                STAGES,
                STAGES_WORDS,
                (
                    Edition(
                        "2021-03-31",
                        """
                        Ref | Received   | Approved   | Released   | Outcome
                        S1  | 2021-01-04 | 2021-02-01 |            | Approved
                        S2  | 2021-01-11 | 2021-02-01 | 2021-03-10 | Sent
                        S3  | 2021-03-01 |            |            |
                        """,
                    ),
                ),
            ),
            ask={"interval": "month"},
            expect="""
            interval_start | open_at_start | received | decided | closed | first_released | open_at_end
            2021-01-01     | 0             | 2        | 0       | 0      | 0              | 2
            2021-02-01     | 2             | 0        | 2       | 0      | 0              | 2
            2021-03-01     | 2             | 1        | 0       | 1      | 1              | 2
            """,
        ),
        Example(
            title="Releases against first releases",
            words="Seven releases under four requests. What the register does not publish is null, not 0, and a "
            "note says why. R1 (Rep) is dated after the as-at date: it is kept, and is an issue.",
            given=RELEASE_ROWS,
            ask={"interval": "quarter"},
            expect="""
            interval_start | interval_end | open_at_start | received | decided | closed | refused | not_pursued | first_released | released | open_at_end | excluded | immature
            2020-01-01     | 2020-03-31   | null          | null     | 2       | null   | null    | null        | 2              | 4        | null        | null     | false
            2020-04-01     | 2020-06-30   | null          | null     | 0       | null   | null    | null        | 0              | 0        | null        | null     | false
            2020-07-01     | 2020-09-30   | null          | null     | 2       | null   | null    | null        | 2              | 2        | null        | null     | false
            2020-10-01     | 2020-12-31   | null          | null     | 0       | null   | null    | null        | 0              | 0        | null        | null     | false
            2021-01-01     | 2021-03-31   | null          | null     | 0       | null   | null    | null        | 0              | 1        | null        | null     | true
            """,
            working="January to March 2020: R1, R1/A1 and R2 twice are four releases; they are first releases of R1 "
            "and R2. Two rows with one reference are two releases, told apart by an occurrence number.",
            notes=(
                "Not published: requests open at the start, requests received and requests open at the end. Date received is not published.",
                "Not published: refusals. Refused applications are not listed.",
                "Decisions are grants only",
            ),
        ),
        Example(
            title="Approved shares only",
            words="With no dates of receipt or release, approvals are what can be counted.",
            given=Given(
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
            ),
            ask={"interval": "year"},
            expect="""
            interval_start | open_at_start | received | decided | closed | refused | not_pursued | first_released | released | open_at_end | excluded | immature
            2021-01-01     | null          | null     | 3       | null   | null    | null        | null           | null     | null        | null     | false
            """,
            notes=(
                "Not published: refusals. Refused applications are not listed.",
                "Decisions are grants only",
            ),
        ),
        Example(
            title="Closed, and nobody says how",
            words="Without outcomes nothing can be said of decisions, and null is not 0. D3 has no end, and as its outcome "
            "is not known it is not taken as open.",
            given=Given(
                DATES_ONLY,
                DATES_ONLY_WORDS,
                (
                    Edition(
                        "2021-12-31",
                        """
                        Ref | Received   | Closed
                        D1  | 2021-02-01 | 2021-03-01
                        D2  | 2021-08-02 | 2021-09-01
                        D3  | 2021-10-04 |
                        """,
                    ),
                ),
            ),
            ask={"interval": "year"},
            expect="""
            interval_start | open_at_start | received | decided | closed | refused | not_pursued | first_released | released | open_at_end | excluded
            2021-01-01     | 0             | 2        | null    | 2      | null    | null        | null           | null     | 0           | 1
            """,
            notes=("Not published: decisions",),
        ),
        Example(
            title="Closed requests only",
            words="A list of closed requests shows nobody waiting: that is null, and not 0.",
            given=CLOSED,
            ask={"interval": "month"},
            expect="""
            interval_start | open_at_start | received | decided | closed | refused | open_at_end | excluded | immature
            2021-01-01     | null          | 4        | 4       | 4      | 1       | null        | 0        | false
            2021-02-01     | null          | 0        | 0       | 0      | 0       | null        | 0        | true
            """,
            notes=("The register lists closed cases only, so nobody waiting is on it.",),
        ),
        Example(
            title="Received and approved, and nothing of closing",
            words="Without a date of closing the number open is null: what was approved years ago is not waiting.",
            given=Given(
                GRANTS,
                GRANTS_WORDS,
                (
                    Edition(
                        "2021-12-31",
                        """
                        Ref | Received   | Approved
                        G1  | 2021-02-01 | 2021-03-01
                        G2  | 2021-08-02 | 2021-09-01
                        """,
                    ),
                ),
            ),
            ask={"interval": "year"},
            expect="""
            interval_start | open_at_start | received | decided | closed | refused | not_pursued | first_released | released | open_at_end | excluded
            2021-01-01     | null          | 2        | 2       | null   | null    | null        | null           | null     | null        | 0
            """,
            notes=(
                "requests open at the start, requests closed and requests open at the end. Date closed is not published.",
            ),
        ),
        Example(
            title="Several editions: each request in its latest version",
            words="K1 was open in the first edition and released by the second; the second corrects the release of "
            "K2; K3 has left the register and still counts, as it was last published; K4 is new.",
            given=TWO_EDITIONS,
            ask={"interval": "quarter"},
            expect="""
            interval_start | open_at_start | received | closed | first_released | open_at_end | immature
            2020-01-01     | 0             | 2        | 0      | 0              | 2           | false
            2020-04-01     | 2             | 1        | 1      | 1              | 2           | false
            2020-07-01     | 2             | 0        | 2      | 2              | 0           | false
            2020-10-01     | 0             | 1        | 0      | 0              | 1           | false
            """,
        ),
        Example(
            title="What was known on a day: `known_on`",
            words="By 30 September 2020 only the first edition was published.",
            given=TWO_EDITIONS,
            ask={"interval": "quarter", "known_on": "2020-09-30"},
            expect="""
            interval_start | open_at_start | received | closed | first_released | open_at_end | immature
            2020-01-01     | 0             | 2        | 0      | 0              | 2           | false
            2020-04-01     | 2             | 1        | 2      | 2              | 1           | false
            """,
            shows_register=False,
        ),
        Example(
            title="One file alone: `edition`",
            words="The second file by itself knows nothing of K3.",
            given=TWO_EDITIONS,
            ask={"edition": "2020-12-31"},
            expect="""
            interval_start | interval_end | open_at_start | received | closed | first_released | open_at_end
            2020-03-02     | 2020-12-31   | 0             | 3        | 2      | 2              | 1
            """,
            shows_register=False,
        ),
        Example(
            title="A replacement overrides what it replaces",
            words="The file of 31 December was published again: E1 was rejected on 1 December, and not released.",
            given=REPLACED,
            expect="""
            received | decided | closed | refused | first_released | released | open_at_end
            2        | 1       | 1      | 1       | 0              | 0        | 1
            """,
        ),
        Example(
            title="A selection supports no count",
            words="Nothing is counted, and nothing reads as 0.",
            given=Given(
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
            ),
            expect="""
            interval_end | group | open_at_start | received | decided | closed | refused | not_pursued | first_released | released | open_at_end | excluded
            2021-03-31   | all   | null          | null     | null    | null   | null    | null        | null           | null     | null        | null
            """,
            notes=("The entries are a selection made by others, which supports no count.",),
        ),
    ),
)
