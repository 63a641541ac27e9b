"""backlog, oldest-open and identity: who is waiting, for how long, and whether the numbers add up."""

# Tables are as wide as what they show.
# ruff: noqa: E501

from __future__ import annotations

from tests.spec.shape import Definition, Example
from tests.spec.specs.volumes import CLOSED, RELEASE_ROWS, TEN_REQUESTS, TWO_EDITIONS


BACKLOG = Definition(
    measure="backlog",
    title="Backlog",
    words="How many requests were open at the end of each month, and how long they had been waiting by then.",
    columns={
        "month_end": "last day of the month",
        "group": "identifier of the group (`by`), or `all`",
        "open": "requests received by then and not closed by then; the month of the as-at date is counted at that date "
        "(`counted_on`) and marked `immature`",
        "age_0_30": "those of them received 0 to 30 days before",
        "age_31_60": "31 to 60 days before",
        "age_61_120": "61 to 120 days before",
        "age_over_120": "more than 120 days before",
    },
    rule="A request is open on a day when its date of receipt is that day or earlier and it has no date of closing by the "
    "end of it. Its age is the day less the date of receipt, in calendar days. The four bands add up to `open`. `open` is "
    "`open_at_end` of volumes by month. It is worked out from what moves on known days (received; 31, 61, 121 days old; "
    "closed), added up month by month: never by comparing every month with every request.",
    numerator="Requests, as in volumes: those whose dates can be used.",
    denominator="None: these are counts.",
    exclusions="What volumes leaves out as `excluded`. Registers that do not publish receipt and closing, or list closed "
    "cases only, or only what is still held: no rows, and a note says why. `from` and `to` choose months, not requests. "
    "With `outcome` no number is given: of requests already known to have ended, none is open.",
    source="Columns: docs/contract.md. The naive count, month by month and request by request, is in "
    "`tests/support/recompute.py`; the number open is checked in every build (`dashboard/warehouse/checks/stock_and_flow.sql`).",
    examples=(
        Example(
            title="Four months of waiting",
            words="From September 2020. A4 came on 5 May and closed on 31 December: at the end of that day it is not open.",
            given=TEN_REQUESTS,
            ask={"from": "2020-09-01"},
            expect="""
            month_end  | group | open | age_0_30 | age_31_60 | age_61_120 | age_over_120 | counted_on | immature
            2020-09-30 | all   | 1    | 0        | 0         | 0          | 1            | 2020-09-30 | false
            2020-10-31 | all   | 2    | 1        | 0         | 0          | 1            | 2020-10-31 | false
            2020-11-30 | all   | 2    | 0        | 1         | 0          | 1            | 2020-11-30 | false
            2020-12-31 | all   | 1    | 0        | 0         | 1          | 0            | 2020-12-31 | false
            2021-01-31 | all   | 1    | 0        | 0         | 0          | 1            | 2021-01-31 | false
            2021-02-28 | all   | 1    | 0        | 0         | 0          | 1            | 2021-02-28 | false
            2021-03-31 | all   | 2    | 1        | 0         | 0          | 1            | 2021-03-31 | false
            """,
            working="A6 came on 1 October: 30 days old on 31 October, 60 on 30 November, 91 on 31 December, 122 on 31 January. "
            "A7 came on 1 March: 30 days old on 31 March.",
            shows_register=True,
        ),
        Example(
            title="By type",
            words="Every group stands in every month. What was received and closed within one month is never in a backlog.",
            given=TEN_REQUESTS,
            ask={"by": "type", "from": "2020-05-01", "to": "2020-06-30"},
            expect="""
            month_end  | group      | group_label    | open | age_0_30 | age_31_60 | age_61_120 | age_over_120
            2020-05-31 | charity    | Charity        | 1    | 1        | 0         | 0          | 0
            2020-05-31 | university | University     | 0    | 0        | 0         | 0          | 0
            2020-05-31 | unknown    | Type not known | 1    | 1        | 0         | 0          | 0
            2020-06-30 | charity    | Charity        | 1    | 0        | 1         | 0          | 0
            2020-06-30 | university | University     | 0    | 0        | 0         | 0          | 0
            2020-06-30 | unknown    | Type not known | 0    | 0        | 0         | 0          | 0
            """,
            shows_register=False,
        ),
        Example(
            title="What was known by the summer",
            words="`known_on`: the edition of 30 June, in which K1 is still open.",
            given=TWO_EDITIONS,
            ask={"known_on": "2020-08-31"},
            expect="""
            month_end  | open | age_0_30 | age_31_60 | age_61_120 | age_over_120
            2020-03-31 | 2    | 2        | 0         | 0          | 0
            2020-04-30 | 3    | 1        | 2         | 0          | 0
            2020-05-31 | 2    | 0        | 1         | 1          | 0
            2020-06-30 | 1    | 0        | 0         | 1          | 0
            """,
            working="K1 came on 2 March: 29, 59, 90 and 120 days old. K2 came on 16 March and closed on 1 May. K3 came on 1 "
            "April and closed on 1 June: 29 days old, then 60.",
        ),
        Example(
            title="A list of closed cases shows nobody waiting",
            words="No row, and the reason.",
            given=CLOSED,
            expect="""
            month_end | open
            """,
            notes=("How many are open cannot be said.",),
        ),
    ),
)

OLDEST = Definition(
    measure="oldest-open",
    title="Oldest open requests",
    words="The requests that have been open longest at the as-at date, oldest first: whom to ask about.",
    columns={
        "reference": "the request's reference, as published",
        "recipient": "who asked",
        "received_date": "when it was received",
        "age_days": "calendar days from receipt to the as-at date",
        "age_working_days": "working days of England among them",
    },
    rule="Requests open at the as-at date, by date of receipt, then reference; `limit` of each register, 10 unless asked. A day "
    "counts from the day after receipt.",
    numerator="None: one row a request.",
    denominator="None.",
    exclusions="As for backlog. A request that an earlier edition lists as open and the latest no longer lists has its row, and "
    "a note says that what became of it is not published. `from` and `to` are about the date of receipt.",
    source="Columns: docs/contract.md. Working days: `dashboard/working_days.py`.",
    examples=(
        Example(
            title="Two are open",
            words="As at 31 March 2021. Good Friday was on 2 April, so no bank holiday fell in A7's month; in A6's time fell "
            "Christmas Day, the substitute for Boxing Day, and New Year's Day.",
            given=TEN_REQUESTS,
            expect="""
            reference | recipient          | received_date | age_days | age_working_days
            A6        | Bell Trust         | 2020-10-01    | 181      | 126
            A7        | Ashford University | 2021-03-01    | 30       | 22
            """,
            working="From 2 October 2020 to 31 March 2021 are 129 weekdays; less 25 and 28 December and 1 January, 126.",
        ),
        Example(
            title="The oldest alone",
            words="`limit` is of each register.",
            given=TEN_REQUESTS,
            ask={"limit": 1},
            expect="""
            reference | age_days
            A6        | 181
            """,
            shows_register=False,
        ),
    ),
)

IDENTITY = Definition(
    measure="identity",
    title="Stock and flow",
    words="Whether what was open at the start, plus what was received, less what was closed, is what was open at the end; and "
    "where that cannot be asked, why.",
    columns={
        "register": "the register",
        "applies": "true where receipt and closing are published and open cases are listed",
        "checked": "groups and months compared: null where it does not apply",
        "violations": "those in which the two sides differ: null where it does not apply",
        "words": "what was checked, or why it cannot be",
    },
    rule="The number open at the end of each month is counted from the requests themselves (received by then, not closed by "
    "then), and set against the running total of `received` less `closed` as volumes counts them: in every month up to the "
    "as-at date, and for every combination of recipient type, tier, route, outcome and legal basis. Every coarser group, and "
    "every longer interval, is a sum of these. That no request changes its group between receipt and closing is checked "
    "request by request, which settles recipients and data sets.",
    numerator="None.",
    denominator="None.",
    exclusions="None of its own.",
    source="docs/contract.md. A build with a violation is refused (`dashboard/warehouse/checks/stock_and_flow.sql`).",
    examples=(
        Example(
            title="It applies",
            words="Ten requests, seven of them usable.",
            given=TEN_REQUESTS,
            expect="""
            register          | applies | violations
            {requests}        | true    | 0
            """.replace("{requests}", TEN_REQUESTS.name),
        ),
        Example(
            title="Closed cases only",
            words="Nobody waiting is on the list.",
            given=CLOSED,
            expect="""
            register   | applies | checked | violations | words
            {register} | false   | null    | null       | How many are open cannot be said. The register lists closed cases only, so nobody waiting is on it.
            """.replace("{register}", CLOSED.name),
        ),
        Example(
            title="Releases only",
            words="A register of releases says nothing of receipt.",
            given=RELEASE_ROWS,
            expect="""
            register   | applies | checked | violations
            {register} | false   | null    | null
            """.replace("{register}", RELEASE_ROWS.name),
        ),
    ),
)
