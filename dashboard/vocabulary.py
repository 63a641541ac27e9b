"""The field's closed lists: recipient types, outcomes, clocks, and the words shown for each.

The terms are those of section 2 of the contract (docs/contract.md). A register's own words are mapped to
them in its description; nothing outside these lists enters the warehouse.
"""

from __future__ import annotations


RECIPIENT_TYPES: dict[str, str] = {
    "university": "University",
    "research_organisation": "Research organisation",
    "school_college_trust": "School, college or trust",
    "central_government": "Central government",
    "local_government": "Local government",
    "health_body": "Health body",
    "police_justice": "Police or justice body",
    "other_public_body": "Other public body",
    "charity": "Charity",
    "commercial": "Commercial organisation",
    "media": "Media",
    "individual": "Individual",
    "unknown": "Type not known",
}

OUTCOMES: dict[str, str] = {
    "released": "Released",
    "reuse_permitted": "Re-use permitted",
    "approved": "Approved, not yet released",
    "refused": "Refused",
    "not_pursued": "Not pursued",
    "withdrawn": "Withdrawn",
    "discontinued": "Discontinued",
    "open": "Open",
    "unknown": "Not known",
}

CLOCKS: dict[str, str] = {
    "received_to_outcome": "from receipt to any outcome",
    "received_to_decision": "from receipt to a decision to grant or refuse",
    "received_to_release": "from receipt to the first release of data",
    "received_to_reuse": "from receipt to permission to re-use data already held",
    "approval_to_release": "from approval to the first release of data",
    "approval_to_first_published": "from approval to first publication in the register",
}

UNITS = ("calendar", "working")  # what days are counted in

# What each clock needs from a register. Every field must be published, or inferred on a named basis.
CLOCK_NEEDS: dict[str, tuple[str, ...]] = {
    "received_to_outcome": ("received_date", "closed_date"),
    "received_to_decision": ("received_date", "closed_date", "outcome"),
    "received_to_release": ("received_date", "released_date"),
    "received_to_reuse": ("received_date", "reuse_date"),
    "approval_to_release": ("approved_date", "released_date"),
    "approval_to_first_published": ("approved_date",),
}

COVERAGE: dict[str, str] = {
    "complete": "Lists every case, open and closed, that falls in the period it claims.",
    "completed_only": "Lists closed cases only, so long cases that are still open are missing.",
    "survivors_only": "Lists only what is still held or live, so counts of the past read 'at least'.",
    "selected": "A selection made by others for their own reasons: it supports no count, share or average.",
}

# What a reviewed row says of two names. The first three make them one recipient.
RELATIONS: dict[str, str] = {
    "same": "another spelling of the same organisation",
    "trading_name_of": "a name under which the organisation trades",
    "renamed": "the former name of the organisation",
    "part_of": "a part of the organisation, counted under itself",
    "different": "not the same organisation: not to be suggested again",
}
MERGING = ("same", "trading_name_of", "renamed")
# How a published spelling relates to its recipient where nobody had to review it.
UNREVIEWED_RELATIONS: dict[str, str] = {
    "own_name": "the recipient's own name",
    "typographic": "differs only in case, spaces, quotes or dashes",
}

# Columns a layout may map. Dates end in _date (or are licence_end); everything else is text.
DATE_FIELDS = (
    "received_date",
    "approved_date",
    "released_date",
    "reuse_date",
    "refused_date",
    "closed_date",
    "composite_date",
    "unspecified_date",
    "licence_end",
)
TEXT_FIELDS = (
    "reference",
    "recipient",
    "recipient_type",
    "title",
    "purpose",
    "dataset",
    "tier",
    "sensitivity",
    "identifiability",
    "legal_basis",
    "route",
    "outcome",
    "data_held",
    "agreement",
    "unit",
    "source_address",
)
COUNT_FIELDS = ("period", "requested", "supplied", "people")

# Fields whose answerability every register states, in the order a reader meets them.
ANSWERABLE_FIELDS: dict[str, str] = {
    "reference": "Reference",
    "recipient": "Recipient",
    "recipient_type": "Recipient type",
    "received_date": "Date received",
    "outcome": "Outcome",
    "closed_date": "Date closed",
    "approved_date": "Date approved",
    "released_date": "Date released",
    "reuse_date": "Date re-use permitted",
    "refused": "Refusals",
    "title": "Title",
    "purpose": "Purpose",
    "dataset": "Dataset",
    "tier": "Tier (1 to 4)",
    "sensitivity": "Sensitivity (A to E)",
    "identifiability": "Identifiability (1 to 5)",
    "legal_basis": "Legal basis",
    "route": "Access route",
    "licence_end": "Licence end",
    "data_held": "Data still held",
    "person_counts": "Counts of people by body",
}

# What each column of `volumes` needs: any one of these fields answers it; the number open needs them all.
COLUMN_NEEDS: dict[str, tuple[str, ...]] = {
    "received": ("received_date",),
    "decided": ("approved_date", "released_date", "reuse_date", "refused"),
    "closed": ("closed_date",),
    "refused": ("refused",),
    "not_pursued": ("outcome",),
    "first_released": ("released_date",),
    "released": ("released_date",),
    "open_at_start": ("received_date", "closed_date"),
    "open_at_end": ("received_date", "closed_date"),
    "excluded": ("received_date",),
}

# How often a publisher says a register comes out: the months from one edition to the next; none for one that ended.
CADENCES: dict[str, int | None] = {
    "monthly": 1,
    "quarterly": 3,
    "half-yearly": 6,
    "yearly": 12,
    "ended": None,
}

# What needs a decision, in the order of the worklist: what only the record itself can lose comes first.
DECISIONS: dict[str, str] = {
    "departures": "Entries that left with no reason published",
    "figures": "Figures of others that differ from ours",
    "commitments": "Commitments that are overdue",
    "errors": "Values that could not be read",
    "late_edition": "An edition that has not come",
}

# What can happen to a request, a release or a figure from one edition to another.
CHANGES: dict[str, str] = {
    "added": "Added",
    "amended": "Amended",
    "typographic": "Typographic",
    "licence_ended": "Left when its licence had ended",
    "left_no_reason_published": "Left, no reason published",
}

# Every field whose change is told, in the order a reader meets them, with its words.
FIELD_WORDS: dict[str, str] = {
    **{
        name: words
        for name, words in ANSWERABLE_FIELDS.items()
        if name not in ("reference", "refused", "person_counts")
    },
    "refused_date": "Date refused",
    "composite_date": "Date of release, re-use or refusal",
    "unspecified_date": "Date",
    "agreement": "Agreement",
    "unit": "Unit that answers",
    "source_address": "Source address",
    "requested": "Requested",
    "supplied": "Supplied",
    "people": "People",
}

# What one reference of a register is called (`noun` in its description); the plural is an s more.
NOUNS: tuple[str, ...] = ("request", "share", "agreement", "application", "project", "release")

# The series a control chart can be drawn of (`of`), with the words for one point of each; {noun} is the
# register's own.
SERIES: dict[str, str] = {
    "volumes.received": "{noun}s received",
    "volumes.decided": "decisions",
    "volumes.closed": "{noun}s closed",
    "volumes.refused": "refusals",
    "volumes.not_pursued": "{noun}s not pursued",
    "volumes.first_released": "first releases of a {noun}",
    "volumes.released": "releases",
    "turnaround.median": "median days",
}

# What looks like a series and is none, with the reason: the signals would be of how it is made.
NO_SERIES: dict[str, str] = {
    **dict.fromkeys(
        ("volumes.open_at_start", "volumes.open_at_end", "backlog.open"),
        "the number open carries over from one interval to the next, so neighbouring values are alike whatever "
        "happens, and the limits would be too narrow; chart volumes.received and volumes.closed",
    ),
    "volumes.excluded": "what is left out for its dates says nothing of the work",
    "turnaround.p90": "few cases of an interval lie beyond the 90th percentile; chart turnaround.median",
    "turnaround.within_target": "a share varies with the number of cases behind it; it has Wilson's interval instead",
    "person-counts.requested": "bodies, units and periods differ; the counts are shown as published",
    "person-counts.supplied": "bodies, units and periods differ; the counts are shown as published",
}

# What is said of a figure that others published.
FIGURE_STATUSES: dict[str, str] = {
    "as published": "As its source gives it",
    "correction": "Corrects an earlier figure",
    "superseded": "Corrected since",
    "approximate": "Rounded or approximate in its source",
    "secondary": "Counted by others from the publisher's list",
    "as quoted": "Quoted from a source that was not seen",
    "ambiguous": "Its source does not settle what it is",
}

COMMITMENT_KINDS: dict[str, str] = {
    "commitment": "Commitment",
    "suggestion": "Suggestion",
    "expectation": "Expectation",
}
COMMITMENT_STATUSES: dict[str, str] = {
    "done": "Done, by a published source",
    "in_progress": "Under way, by a published source",
    "reported": "Reported done, no published source seen",
    "not_published": "Nothing published was seen",
    "dropped": "Given up, by a published source",
}

# Why one request is left out of a clock, in words that follow "because" or a colon.
LEFT_OUT: dict[str, str] = {
    "received_missing": "no date of receipt is published for it",
    "closed_before_received": "its dates contradict each other",
    "date_rejected": "a date of it cannot be read or cannot be right",
    "closed_undated": "the day it ended is not published",
    "outcome_unknown": "what became of it is not published",
    "approval_missing": "no date of approval is published for it",
    "closed_before_approved": "its dates contradict each other",
    "in_first_edition": "it stood in the first edition held, and may have been published before",
    "published_missing": "the day on which the edition was published is not known",
    "published_before_approved": "it was published before the date of approval",
    "as_at_before_start": "it began after the day of the edition that lists it last",
    "before_coverage": "it ended before the register listed every case",
}
