"""The small registers that the examples ask about. Every organisation is invented."""

from __future__ import annotations

from tests.support.warehouse import register


TYPES = {"university": ["University"], "charity": ["Charity"], "undetermined": ["Other"]}
OUTCOMES = {
    "released": ["Sent"],
    "reuse_permitted": ["Re-use"],
    "approved": ["Approved"],
    "refused": ["Rejected"],
    "not_pursued": ["Not pursued"],
    "withdrawn": ["Withdrawn"],
    "discontinued": ["Discontinued"],
}
REQUEST_COLUMNS = {
    "reference": "Ref",
    "recipient": "Organisation",
    "recipient_type": "Type",
    "tier": "Tier",
    "received_date": "Received",
    "outcome": "Outcome",
    "composite_date": "Ended",
}
CASE_COLUMNS = {k: REQUEST_COLUMNS[k] for k in ("reference", "received_date", "outcome", "composite_date")}

# Every request, open and closed, with both dates. One date column, told apart by the outcome.
REQUESTS = register(
    "requests",
    columns=REQUEST_COLUMNS,
    recipient_types=TYPES,
    outcomes=OUTCOMES,
    layout={"blank_outcome": "open"},
)
REQUESTS_WORDS = (
    "A register of requests, open and closed. *Ended* is one date with the meaning that *Outcome* gives it; "
    "a row without an outcome is open."
)
CASES = register("cases", columns=CASE_COLUMNS, outcomes=OUTCOMES, layout={"blank_outcome": "open"})
CASES_WORDS = "A register of requests, open and closed, that names nobody."

# As above, for requests that were closed.
CLOSED_ONLY = register(
    "closed-only", columns=CASE_COLUMNS, outcomes=OUTCOMES, layout={"coverage": "completed_only"}
)
CLOSED_ONLY_WORDS = "A register that lists closed requests only (coverage `completed_only`)."

SELECTED = register("quoted", columns=REQUEST_COLUMNS, recipient_types=TYPES, outcomes=OUTCOMES,
                    layout={"coverage": "selected", "blank_outcome": "open"})  # fmt: skip
SELECTED_WORDS = "Entries that somebody chose to quote from a register (coverage `selected`)."

# One row a release; /A1 is an amendment of the request before the stroke.
RELEASES = register(
    "releases",
    rows="release",
    columns={
        "reference": "Ref",
        "recipient": "Organisation",
        "recipient_type": "Type",
        "released_date": "Released",
    },
    reference={"request_split": "/("},
    recipient_types=TYPES,
)
RELEASES_WORDS = (
    "A register with one row a release. The request is the part of the reference before `/` or `(`: `/A1` is "
    "an amendment, `(Rep)` a repeat. It gives no date of receipt and lists no refusals."
)

# Approval, then release, both dated, and receipt too.
STAGES = register(
    "stages",
    columns={
        "reference": "Ref",
        "received_date": "Received",
        "approved_date": "Approved",
        "released_date": "Released",
        "outcome": "Outcome",
    },
    outcomes=OUTCOMES,
    layout={"blank_outcome": "open"},
)
STAGES_WORDS = "A register of requests with the dates of receipt, approval and release apart."

# Both dates, and not a word of how a request ended.
DATES_ONLY = register(
    "dates-only", columns={"reference": "Ref", "received_date": "Received", "closed_date": "Closed"}
)
DATES_ONLY_WORDS = "A register with the dates of receipt and closing, and nothing of the outcome."

# Receipt and approval, and nothing of what came after.
GRANTS = register(
    "grants",
    sheets=[
        {
            "name": "*",
            "rows": "request",
            "columns": {"reference": "Ref", "received_date": "Received", "approved_date": "Approved"},
            "constant": {"outcome": "approved"},
        }
    ],
    layout={
        "answerability": {
            "outcome": {"status": "not_published", "words": "Only approved requests are listed."},
            "refused": {"status": "not_published", "words": "Refused requests are not listed."},
        }
    },
)
GRANTS_WORDS = (
    "A register of approved requests with the dates of receipt and approval, and nothing of release."
)

# Approvals alone, as a register of approved shares gives them.
APPROVALS = register(
    "approvals",
    sheets=[
        {
            "name": "*",
            "rows": "request",
            "columns": {
                "reference": "Ref",
                "recipient": "Organisation",
                "recipient_type": "Type",
                "approved_date": "Approved",
            },
            "constant": {"outcome": "approved"},
        }
    ],
    recipient_types=TYPES,
    layout={
        "answerability": {
            "outcome": {"status": "not_published", "words": "Only approved shares are listed."},
            "refused": {"status": "not_published", "words": "Refused applications are not listed."},
        }
    },
)
APPROVALS_WORDS = (
    "A register of approved shares: the date of approval, and nothing of receipt, refusal or release."
)

# Completed in the period, open, and live: older requests stand there only while something keeps them listed.
PERIODS = register(
    "periods",
    sheets=[
        {"name": "Open", "rows": "request", "columns": {"reference": "Ref", "received_date": "Received"},
         "constant": {"outcome": "Waiting"}},
        {"name": "Live *", "rows": "request", "coverage": "survivors_only", "columns": CASE_COLUMNS,
         "required": False},
        {"name": "* to *", "rows": "request", "coverage": "completed_only", "period_in_name": True,
         "columns": CASE_COLUMNS},
    ],
    outcomes={**OUTCOMES, "open": ["Waiting"]},
)  # fmt: skip
PERIODS_WORDS = (
    "A workbook with a sheet of the requests closed in a period (named by it), a sheet of those open, and a "
    "sheet of older ones that are still live (coverage `survivors_only`)."
)

# What a register of shares gives of each: what, until when, and whether the data are still held.
SHARES = register(
    "shares",
    sheets=[
        {
            "name": "*",
            "rows": "request",
            "columns": {
                "reference": "Ref",
                "recipient": "Organisation",
                "recipient_type": "Type",
                "title": "Title",
                "approved_date": "Approved",
                "licence_end": "Licence ends",
                "data_held": "Held",
            },
            "optional": ["title"],
            "constant": {"outcome": "approved"},
        }
    ],
    recipient_types=TYPES,
    data_held={"yes": ["Yes"], "no": ["No"]},
    noun="share",
)
SHARES_WORDS = (
    "A register of every approved share: its title, when it was approved, when its licence ends, and whether the "
    "data are still held."
)

# Licence ends, and no word on whether data are held; a sheet of old requests that stand there while they are.
LICENCES = register(
    "licences",
    sheets=[
        {"name": "Held", "rows": "request", "coverage": "survivors_only", "required": False,
         "columns": {"reference": "Ref", "recipient_type": "Type", "released_date": "Released",
                     "licence_end": "Licence ends"},
         "constant": {"outcome": "released"}},
        {"name": "*", "rows": "request",
         "columns": {"reference": "Ref", "recipient_type": "Type", "approved_date": "Approved",
                     "licence_end": "Licence ends"},
         "constant": {"outcome": "approved"}},
    ],
    recipient_types=TYPES,
)  # fmt: skip
LICENCES_WORDS = (
    "A workbook of approved shares with the end of each licence, and a sheet of older requests that stand there "
    "while data are held (coverage `survivors_only`)."
)

# Counts by month, as a body that is not an applicant gets them.
COUNTS = register(
    "counts",
    sheets=[
        {"name": "Ministry", "rows": "person_count", "body": "Ministry", "unit": "records", "frequency": "month",
         "columns": {"period": "Month", "requested": "Sent", "supplied": "Matched"}},
        {"name": "Police", "rows": "person_count", "body": "Police", "unit": "requests", "frequency": "quarter",
         "columns": {"period": "Quarter", "requested": "Requests", "supplied": "Met", "people": "Pupils"},
         "required": False},
    ],
)  # fmt: skip
COUNTS_WORDS = (
    "A register that counts, by month and by quarter, what one ministry and the police asked for and got."
)

# One row a release, each file of a period of its own, which its name gives.
PARTS = register(
    "parts",
    sheets=[
        {"name": "* to *", "rows": "release", "period_in_name": True,
         "columns": {"reference": "Ref", "recipient": "Organisation", "released_date": "Released"}},
    ],
)  # fmt: skip
PARTS_WORDS = "A register with one row a release, whose sheet is named by the period that it lists."

# Releases with what was asked for, how it is reached and under which law.
ROUTES = register(
    "routes",
    rows="release",
    columns={
        "reference": "Ref",
        "recipient": "Organisation",
        "recipient_type": "Type",
        "tier": "Tier",
        "dataset": "Data",
        "legal_basis": "Legal basis",
        "route": "Route",
        "released_date": "Released",
    },
    recipient_types=TYPES,
)
ROUTES_WORDS = "A register with one row a release: its tier, data, legal basis and route of access."
