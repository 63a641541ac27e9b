"""Editions of the synthetic sample: what a workbook shows of the truth at its as-at date, before damage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dashboard.sample.ods import Cell
from dashboard.sample.truth import SHARES, SHARES_FIRST, SRS, Drawn, TrueRequest, generator, month_end


PENDING = "pending"
NO_DATE = "[no date available]"

OUTCOME_WORDS: Mapping[str, str] = {
    "released": "Extract sent",
    "reuse_permitted": "Re-use permitted",
    "refused": "Rejected",
    "not_pursued": "Not pursued",
}

COMPOSITE = "Date first Extract sent / Date permission for re-use granted/ Date Application Rejected"

OPEN_COLUMNS = (
    ("DfE reference", "reference"),
    ("Requesting organisation", "recipient"),
    ("Organisation type", "recipient_type"),
    ("Project title", "title"),
    ("Purpose", "purpose"),
    ("Dataset requested", "dataset"),
    ("Tier", "classification"),
    ("Legal basis", "legal_basis"),
    (COMPOSITE, "event_date"),
)
COMPLETED_COLUMNS = (*OPEN_COLUMNS, ("Outcome", "outcome"), ("Licence end date", "licence_end"))
SYNONYMS = {"DfE reference": "Reference number", "Requesting organisation": "Organisation"}
DSAP_COLUMNS = (
    ("Reference", "reference"),
    ("Organisation", "recipient"),
    ("Organisation type", "recipient_type"),
    ("Title", "title"),
    ("Purpose", "purpose"),
    ("Datasets", "dataset"),
    ("Sensitivity", "sensitivity"),
    ("Identifiability", "identifiability"),
    ("Legal basis", "legal_basis"),
    ("Access route", "route"),
    ("Date approved", "event_date"),
    ("Licence end date", "licence_end"),
    ("Data still held", "data_held"),
)
REGULAR_COLUMNS = (
    ("Reference", "reference"),
    ("Organisation", "recipient"),
    ("Organisation type", "recipient_type"),
    ("Agreement", "agreement"),
    ("Title", "title"),
    ("Datasets", "dataset"),
    ("Legal basis", "legal_basis"),
    ("Frequency", "frequency"),
    ("Start date", "start"),
    ("End date", "licence_end"),
)
HELD_COLUMNS = (
    ("Reference", "reference"),
    ("Organisation", "recipient"),
    ("Organisation type", "recipient_type"),
    ("Title", "title"),
    ("Dataset", "dataset"),
    ("Tier", "classification"),
    ("Date first extract sent", "event_date"),
    ("Licence end date", "licence_end"),
)
HOME_OFFICE_COLUMNS = (
    ("Month", "reference"),
    ("Number of records sent from Home Office to the DfE", "requested"),
    ("Number of records shared from DfE to Home Office", "supplied"),
)
POLICE_COLUMNS = (
    ("Period", "reference"),
    ("Requests received", "requested"),
    ("Requests resulting in data shared", "supplied"),
    ("Pupils whose data was shared", "people"),
)
COURT_COLUMNS = (
    ("Period", "reference"),
    ("Orders received", "requested"),
    ("Orders resulting in data shared", "supplied"),
)

TIERS = (
    ("Tier 1", "Individual level, identifiable and highly sensitive items"),
    ("Tier 2", "Individual level, identifiable and sensitive items"),
    ("Tier 3", "Aggregated figures that may identify a pupil because counts are small"),
    ("Tier 4", "Individual level, identifiable items that are not sensitive"),
)
CLASSES = (
    ("Sensitivity A", "Highly sensitive"),
    ("Sensitivity B", "Sensitive"),
    ("Sensitivity C", "Somewhat sensitive"),
    ("Sensitivity D", "Of little sensitivity"),
    ("Sensitivity E", "Of low sensitivity"),
    ("Identifiability 1", "Identifies a person by itself"),
    ("Identifiability 2", "Identifies a person when linked to common knowledge"),
    ("Identifiability 3", "May identify a person in combination"),
    ("Identifiability 4", "Unlikely to identify a person"),
    ("Identifiability 5", "Does not identify a person"),
)

Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Edit:
    """A published value that differs from the truth, in editions `first` to `last` (counted from 0).

    With `rule` it is damage, which stays as long as the row does, as it would in a workbook that is
    carried forward. With `kind` it is a change between editions.
    """

    key: str
    field: str
    value: Cell
    words: str
    rule: str = ""
    kind: str = ""
    first: int = 0
    last: int = 10**6
    only: str = ""
    """The kind of sheet, when the edit is in one sheet alone."""


@dataclass
class Row:
    key: str
    """Which request this is, whatever its reference cell says after damage."""
    values: dict[str, Cell]
    damage: dict[str, Edit] = field(default_factory=dict)


@dataclass
class View:
    """One sheet of one edition."""

    kind: str
    name: str
    columns: Columns
    rows: list[Row]


def as_at_dates(last: date, earliest: date, editions: int) -> list[date]:
    """Quarter ends, oldest first. No more than there are quarters since `earliest`."""
    found: list[date] = []
    day = last
    while len(found) < editions and day >= earliest:
        found.append(day)
        day = month_end(day, -3)
    return found[::-1]


def published_date(register: str, as_at: date, seed: int) -> date:
    days = [as_at + timedelta(n) for n in range(66, 75)]
    return generator(seed, register, as_at, "published").choice([day for day in days if day.weekday() < 5])


def _quarter_start(as_at: date) -> date:
    return date(as_at.year, as_at.month - 2, 1)


def _legacy_values(request: TrueRequest) -> dict[str, Cell]:
    return {
        "reference": request.reference,
        "recipient": request.recipient,
        "recipient_type": request.recipient_type,
        "title": request.title,
        "purpose": request.purpose,
        "dataset": request.dataset,
        "classification": request.group,
        "legal_basis": request.legal_basis,
        "event_date": request.closed,
        "outcome": OUTCOME_WORDS[request.outcome],
        "licence_end": request.licence_end,
    }


def legacy_views(requests: Sequence[TrueRequest], as_at: date) -> list[View]:
    start = _quarter_start(as_at)
    completed, waiting, live = [], [], []
    for request in requests:
        values = _legacy_values(request)
        if request.open_at(as_at):
            # Few requests say that no date is available; the rest are pending.
            no_date = request.received.day % 10 == 9
            waiting.append(Row(request.reference, {**values, "event_date": NO_DATE if no_date else PENDING}))
        elif start <= request.closed <= as_at:
            completed.append(Row(request.reference, values))
        if (
            request.closed <= as_at
            and request.licence_end is not None
            and request.licence_end >= as_at
            and request.received >= date(2012, 4, 1)
        ):
            live.append(Row(request.reference, dict(values)))
    return [
        View("completed", f"{start:%b %y} to {as_at:%b %y}", COMPLETED_COLUMNS, completed),
        View("open", "Open", OPEN_COLUMNS, waiting),
        View("live", f"Live cases Apr 12 to {as_at:%b %y}", COMPLETED_COLUMNS, live),
    ]


def _held_word(request: TrueRequest, as_at: date) -> str | None:
    # Nobody holds a copy of data they reach inside the research service.
    if request.group == SRS or request.held_until is None:
        return None
    return "Yes" if as_at <= request.held_until else "No"


def shares_views(drawn: Drawn, as_at: date, seed: int) -> list[View]:
    approved = [
        Row(
            request.reference,
            {
                "reference": request.reference,
                "recipient": request.recipient,
                "recipient_type": request.recipient_type,
                "title": request.title,
                "purpose": request.purpose,
                "dataset": request.dataset,
                "sensitivity": request.sensitivity,
                "identifiability": request.identifiability,
                "legal_basis": request.legal_basis,
                "route": request.group,
                "event_date": request.closed,
                "licence_end": request.licence_end,
                "data_held": _held_word(request, as_at),
            },
        )
        for request in drawn.shares
        if request.outcome == "approved" and request.closed <= as_at
    ]
    agreements = [
        Row(
            share.reference,
            {
                "reference": share.reference,
                "recipient": share.recipient,
                "recipient_type": share.recipient_type,
                "agreement": share.agreement,
                "title": share.title,
                "dataset": share.dataset,
                "legal_basis": share.legal_basis,
                "frequency": share.frequency,
                "start": share.start,
                "licence_end": share.end,
            },
        )
        for share in drawn.regular
        if share.start <= as_at and (share.end is None or share.end >= as_at)
    ]
    held = [
        Row(request.reference, _legacy_values(request))
        for request in drawn.legacy
        if request.outcome == "released"
        and request.closed < SHARES_FIRST
        and request.held_until is not None
        and request.held_until >= as_at
    ]
    home_office, police, courts = _person_counts(as_at, seed)
    return [
        View("dsap", "DSAP approved shares", DSAP_COLUMNS, approved),
        View("regular", "Regular shares", REGULAR_COLUMNS, agreements),
        View("held", "NPD requests pre April 2018", HELD_COLUMNS, held),
        View("home_office", "Home Office", HOME_OFFICE_COLUMNS, home_office),
        View("police", "Police", POLICE_COLUMNS, police),
        View("courts", "Court orders", COURT_COLUMNS, courts),
    ]


def _person_counts(as_at: date, seed: int) -> tuple[list[Row], list[Row], list[Row]]:
    months, police, courts = [], [], []
    month = date(2018, 5, 1)
    while month <= as_at:
        rng = generator(seed, SHARES, "home office", month)
        # Months of silence, ordinary months, and now and then one large batch.
        sent = rng.choices((0, rng.randint(3, 60), rng.randint(120, 507)), weights=(0.25, 0.65, 0.10))[0]
        shared = min(sent, 94, round(sent * rng.uniform(0.1, 0.45)))
        months.append(Row(f"{month:%B %Y}", _counts(f"{month:%B %Y}", sent, shared)))
        month = month_end(month, 0) + timedelta(1)
    quarter = date(2018, 4, 1)
    while quarter <= as_at:
        last = month_end(quarter, 2)
        period = f"{quarter:%B} to {last:%B %Y}"
        rng = generator(seed, SHARES, "police", quarter)
        received = rng.randint(0, 9)
        shared = rng.randint(0, received)
        pupils = sum(rng.choice((1, 1, 1, 2, 5)) for _ in range(shared))
        police.append(Row(period, {**_counts(period, received, shared), "people": pupils}))
        orders = rng.randint(0, 5)
        courts.append(Row(period, _counts(period, orders, rng.randint(0, orders))))
        quarter = last + timedelta(1)
    return months, police, courts


def _counts(period: str, requested: int, supplied: int) -> dict[str, Cell]:
    return {"reference": period, "requested": requested, "supplied": supplied}
