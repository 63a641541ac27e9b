"""The synthetic sample: two registers with invented organisations, written as published workbooks.

One list of requests, with their true dates and outcomes, is drawn from the constants in `TRUTH`. Every
edition is a view of that list at its as-at date, so an estimate made from the workbooks can be compared
with what is true. Damage and changes between editions are planted on top, and each is recorded with its
place in `sample-truth.json`.

Nothing here is real, and every workbook says so.
"""

from __future__ import annotations

import json
import math
import random
from bisect import bisect_left
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Literal

import duckdb

from dashboard.errors import UsageError
from dashboard.sample_ods import Cell, Sheet, write_ods


NOTICE = "SYNTHETIC SAMPLE DATA — invented, not a real publication"
LEGACY = "sample-npd-requests"
SHARES = "sample-external-data-shares"

LEGACY_FIRST, LEGACY_LAST = date(2012, 3, 1), date(2018, 3, 31)
SHARES_FIRST, SHARES_LAST = date(2018, 5, 1), date(2026, 6, 30)
LEGACY_SHARE = 0.55  # of all requests
REGULAR_SHARE = 0.08  # of the requests of the second register

PENDING = "pending"
NO_DATE = "[no date available]"


# ---------------------------------------------------------------------------------------------------
# The truth
# ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """What the sample is drawn from. Days are calendar days from receipt to the terminal event.

    The time is lognormal and does not depend on the outcome, so the median of any outcome's times is the
    median given here, and the share of requests with outcome o by day t is share(o) × F(t). Tier 1 is
    decided at a monthly panel: its dates move to the nearest panel, which makes them lumpy but leaves the
    median within about three days. Dates at a weekend move to the nearest weekday.
    """

    tier_share: Mapping[str, float]
    tier_median_days: Mapping[str, float]
    tier_sigma: float
    route_share: Mapping[str, float]
    route_median_days: Mapping[str, float]
    route_sigma: float
    legacy_outcome_share: Mapping[str, float]
    shares_outcome_share: Mapping[str, float]
    month_weight: tuple[float, ...]
    type_share_2012: Mapping[str, float]
    type_share_2026: Mapping[str, float]
    licence_months: tuple[int, ...]
    long_holding_share: float
    organisation_exponent: float

    def median_days(self, group: str) -> float:
        """The median of a tier or an access route."""
        return {**self.tier_median_days, **self.route_median_days}[group]

    def sigma(self, group: str) -> float:
        return self.tier_sigma if group in self.tier_median_days else self.route_sigma


SRS, DIRECT, SECURE = "ONS Secure Research Service", "Direct from DfE", "DfE secure data access"

TRUTH = Truth(
    tier_share={"Tier 1": 0.40, "Tier 2": 0.43, "Tier 3": 0.05, "Tier 4": 0.12},
    tier_median_days={"Tier 1": 110, "Tier 2": 75, "Tier 3": 50, "Tier 4": 40},
    tier_sigma=0.60,
    route_share={SRS: 0.55, DIRECT: 0.30, SECURE: 0.15},
    route_median_days={SRS: 80, DIRECT: 120, SECURE: 65},
    route_sigma=0.50,
    legacy_outcome_share={"released": 0.80, "reuse_permitted": 0.06, "refused": 0.04, "not_pursued": 0.10},
    # The register lists approved shares only; the others are true but never published.
    shares_outcome_share={"approved": 0.88, "refused": 0.04, "not_pursued": 0.08},
    # January to December: busy before the end of the financial year and in the autumn.
    month_weight=(1.0, 1.1, 1.35, 0.85, 1.0, 1.05, 0.9, 0.6, 1.0, 1.2, 1.25, 0.7),
    type_share_2012={
        "Academic institution": 0.41,
        "Research organisation": 0.13,
        "School, college or trust": 0.05,
        "Central government": 0.07,
        "Local authority": 0.06,
        "NHS or health body": 0.03,
        "Police or justice body": 0.01,
        "Other public body": 0.03,
        "Charity": 0.06,
        "Commercial organisation": 0.11,
        "Media": 0.03,
        "Individual": 0.01,
    },
    type_share_2026={
        "Academic institution": 0.36,
        "Research organisation": 0.11,
        "School, college or trust": 0.04,
        "Central government": 0.15,
        "Local authority": 0.11,
        "NHS or health body": 0.05,
        "Police or justice body": 0.02,
        "Other public body": 0.04,
        "Charity": 0.05,
        "Commercial organisation": 0.06,
        "Media": 0.005,
        "Individual": 0.005,
    },
    licence_months=(12, 18, 24, 36, 36, 48, 60),
    # Releases before 2018 whose licence runs into the 2020s: the tab of data still held lives on them.
    long_holding_share=0.22,
    # The k-th organisation of a type gets a share proportional to k ** -exponent.
    organisation_exponent=1.05,
)

TYPE_TERMS: Mapping[str, str] = {
    "Academic institution": "university",
    "Research organisation": "research_organisation",
    "School, college or trust": "school_college_trust",
    "Central government": "central_government",
    "Local authority": "local_government",
    "NHS or health body": "health_body",
    "Police or justice body": "police_justice",
    "Other public body": "other_public_body",
    "Charity": "charity",
    "Commercial organisation": "commercial",
    "Media": "media",
    "Individual": "individual",
}

# Invented places and names, in the order of their share within the type.
ORGANISATIONS: Mapping[str, tuple[str, ...]] = {
    "Academic institution": (
        "Thistledown University", "University of Quillhaven", "Saltmarrow University",
        "University of Brackmoor", "Gorsewick Metropolitan University", "University of Larkmere",
        "Tumblebeck University", "Pennyfarrow School of Economics", "University of Wintermoss",
        "Mossgrave University", "Royal Lanternby College", "University of Ashenlow",
        "Copperholt University", "Fenwhistle Institute of Education", "University of Drizzleford",
        "Elderquay University", "University of Greyhollow", "Hazelspire University",
        "University of Inkle Bay", "Juniper Stoke University", "University of Merrowdale",
        "Oatenshaw University", "University of Plumstone", "Quernbury University",
        "University of Rookmantle", "Silverthatch University", "Teaselbury College",
        "University of Velvetmoor", "Willowmarch University", "Wintermoss Children’s Hospital",
        "University of Yarrowfleet", "Zephyrgate University", "Emberwick University",
        "University of Frostwharf", "Glimmerton University", "University of the Far Skerries",
    ),
    "Research organisation": (
        "Institute for Lantern Studies", "Brackmoor Centre for Pupil Research",
        "The Thimble Foundation for Education Research", "Larkmere Research Institute",
        "Centre for Longitudinal Weather and Learning", "Quillhaven Policy Observatory",
        "Merrowdale Social Research", "The Plumstone Institute", "Yarrowfleet Evidence Centre",
        "Institute of Tidal Schooling", "Hazelspire Social Mobility Unit", "Rookmantle Trials Unit",
        "Ashenlow Policy Studies", "Drizzleford Evaluation Partnership",
    ),
    "School, college or trust": (
        "Thistledown Learning Trust", "The Gorsewick Academies Trust", "Copperholt Sixth Form College",
        "Saltmarrow Schools Federation", "Fenwhistle Primary Partnership", "Elderquay Multi Academy Trust",
        "Mossgrave Grammar School", "The Teaselbury Trust", "Inkle Bay College",
    ),
    "Central government": (
        "Department for Harbour Affairs", "Ministry of Weather and Tides", "Office for Lamplighting",
        "Department of Lanterns and Skills", "Office of Further Counting", "Ministry for Orchards",
        "Department for Ferries and Families", "Office for Fair Mornings",
    ),
    "Local authority": (
        "Port Amble Borough Council", "Larkmere County Council", "Gorsewick City Council",
        "Brackmoor Metropolitan Borough Council", "Saltmarrow District Council",
        "London Borough of Quillhaven", "Wintermoss County Council", "Tumblebeck Council",
        "Pennyfarrow Borough Council", "Copperholt City Council", "Drizzleford County Council",
        "Royal Borough of Lanternby", "Merrowdale Council", "Elderquay Council", "Ashenlow County Council",
        "Isles of Far Skerry Council",
    ),
    "NHS or health body": (
        "Thistledown Hospitals NHS Foundation Trust", "Brackmoor Integrated Care Board",
        "Larkmere Community Health NHS Trust", "Port Amble Public Health Observatory",
        "Saltmarrow Child Health Partnership", "Hazelspire Ambulance Service NHS Trust",
        "Quernbury Mental Health NHS Trust",
    ),
    "Police or justice body": (
        "Gorsewick Constabulary", "Merrowdale Youth Justice Service", "Copperholt Probation Trust",
        "Office of the Lanternby Crime Commissioner",
    ),
    "Other public body": (
        "Standards Council for Orchard Schools", "Harbour Skills Agency", "Lantern Examinations Regulator",
        "Office of the Learners’ Advocate", "Tideway Heritage Board", "Northmost Enterprise Agency",
    ),
    "Charity": (
        "The Paper Boat Trust", "Lanterns for Learning", "Thistledown Children’s Society",
        "The Kindly Owl Foundation", "Second Bell Trust", "Acorns to Atlases", "The Far Skerries Fund",
        "Umbrella Tutors", "Rookmantle Family Support", "The Blue Satchel Project", "Wintermoss Welcome",
        "Puddle and Pond Playgroups",
    ),
    "Commercial organisation": (
        "Larkmere Analytics Ltd", "Thimbleworks Education Ltd", "Copperquill Systems Ltd",
        "Owlglass Consulting LLP", "Saltmarrow Data Ltd", "Brindlecote Research Ltd",
        "Pennyfarrow Assessment Services Ltd", "Inkle and Plumstone Ltd", "Lanternby Learning Ltd",
        "Gorsewick Insight Ltd", "Velvetmoor Software plc", "Mapwhistle Ltd", "Zephyrgate Homes Search Ltd",
        "Tumblebeck Technologies Ltd", "Hollowbright Partners LLP", "Quernstone Ltd",
        "Fernlatch Publishing Ltd", "Oatenshaw Advisory Ltd", "Silverthatch Schools Guide Ltd",
        "Emberwick Digital Ltd",
    ),
    "Media": (
        "The Larkmere Gazette", "Port Amble Evening Lantern", "Thistledown Broadcasting",
        "The Saltmarrow Courier", "Quillhaven Weekly", "Inkle Bay Radio",
    ),
    "Individual": (
        "Individual researcher A (name withheld)", "Individual researcher B (name withheld)",
        "Individual researcher C (name withheld)",
    ),
}  # fmt: skip

# Organisations that registers also call by the name of a product or an older name.
KNOWN_AS: Mapping[str, str] = {
    "Larkmere Analytics Ltd": "Larkspot",
    "Thimbleworks Education Ltd": "Thimble Tracker",
    "Copperquill Systems Ltd": "Quillmark",
    "Saltmarrow Data Ltd": "SchoolTide",
    "Zephyrgate Homes Search Ltd": "NestNearSchool",
    "Lanterns for Learning": "L4L",
    "Thistledown University": "TDU",
    "University of Quillhaven": "Quillhaven Institute of Criminology",
    "Department for Harbour Affairs": "DHA",
    "Institute for Lantern Studies": "ILS",
}
TYPE_NEEDS_REVIEW: Mapping[str, tuple[str, str]] = {
    "Wintermoss Children’s Hospital": (
        "health_body",
        "A hospital that the register lists under Academic institution.",
    ),
}

TOPICS = (
    "Attainment gaps at age 11", "School moves and later attainment", "Absence and later attainment",
    "Progress of summer-born pupils", "Free school meals and progression", "Pupils leaving school rolls",
    "Reading recovery follow-up", "School admissions and travel distance", "Benchmarking of school results",
    "Exclusion and alternative provision", "Language development in early years",
    "Pathways after age 16", "Children in care and education", "Class size and outcomes",
    "Evaluation of a tutoring trial", "Subject choice at key stage 4", "Special needs identification",
    "Teacher supply and pupil outcomes", "Breakfast clubs trial", "Neighbourhoods and schooling",
    "Home education estimates", "Mobility of traveller families", "Sibling effects on attainment",
    "Linking health and school records", "Youth justice and school experience",
)  # fmt: skip
PURPOSES = (
    "To compare pupils’ progress between areas and report findings to schools.",
    "To evaluate a randomised trial funded by a grant-giving body.",
    "To give schools benchmarking tools for self-evaluation.",
    "To study how children’s circumstances relate to attainment.",
    "To produce statistics for service planning within the area.",
    "To follow up participants who gave consent in a cohort study.",
    "To inform parents about schools near their home.",
    "To assess the effect of a policy on pupils’ later outcomes.",
    "To link education records with survey responses for longitudinal research.",
    "To prepare an independent report for a public inquiry.",
)
REWORDED = " The purpose was extended to a second cohort."
DATASETS = (
    "Spring school census", "Autumn school census", "Key stage 1", "Key stage 2", "Key stage 4",
    "Key stage 5", "Early years foundation stage profile", "Absence", "Exclusions",
    "Children looked after", "Children in need", "Alternative provision census", "School workforce census",
    "Individualised learner record",
)  # fmt: skip
LEGACY_LEGAL_BASES = (
    "Education Act 1996, section 537A",
    "Prescribed Persons Regulations 2009",
    "Children Act 1989, section 83",
    "Consent of the data subject",
)
SHARES_LEGAL_BASES = (
    "UK GDPR Article 6(1)(e), public task",
    "UK GDPR Article 6(1)(e); Article 9(2)(j), research",
    "UK GDPR Article 6(1)(f), legitimate interests",
    "UK GDPR Article 6(1)(c), legal obligation",
)

OUTCOME_WORDS: Mapping[str, str] = {
    "released": "Extract sent",
    "reuse_permitted": "Re-use permitted",
    "refused": "Rejected",
    "not_pursued": "Not pursued",
}

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://example.invalid","x")',
    "+1+1",
    "@SUM(1)",
    '"><script>alert(1)</script>',
    "University of \u202egnisrever\u202c",
    "Long " + "name " * 999,
    "javascript:alert(document.domain)",
)


@dataclass(frozen=True)
class TrueRequest:
    """A request as it really was. `outcome` and `closed` are its future too: an edition shows less."""

    register: str
    reference: str
    received: date
    closed: date
    outcome: str
    group: str
    """The tier (first register) or access route (second) that sets its turnaround."""
    licence_end: date | None
    held_until: date | None
    recipient: str
    recipient_type: str
    title: str
    purpose: str
    dataset: str
    sensitivity: str
    identifiability: str
    legal_basis: str

    def open_at(self, as_at: date) -> bool:
        return self.received <= as_at < self.closed


@dataclass(frozen=True)
class RegularShare:
    reference: str
    recipient: str
    recipient_type: str
    agreement: str
    title: str
    dataset: str
    legal_basis: str
    frequency: str
    start: date
    end: date | None


@dataclass(frozen=True)
class SampleEdition:
    register: str
    as_at: date
    published: date
    path: Path


def true_requests(*, requests: int = 1200, seed: int = 2017) -> list[TrueRequest]:
    """Every true request of both registers, by register and date received."""
    legacy, shares, _ = _sizes(requests)
    return [*_legacy_requests(legacy, seed), *_shares_requests(shares, seed)]


def alias_rows() -> list[tuple[str, str, str, str, str]]:
    """Rows of `data/reference/recipients_sample.csv`, every variant that any seed can plant."""
    rows = []
    for register in (LEGACY, SHARES):
        for name in _all_organisations():
            for rule, variant in _variants(name).items():
                rows.append((register, variant, name, "", VARIANT_REASONS[rule]))
            if name in TYPE_NEEDS_REVIEW:
                rows.append((register, name, name, *TYPE_NEEDS_REVIEW[name]))
    return rows


VARIANT_REASONS = {
    "organisation_suffix": "Limited written in full; the same company.",
    "organisation_known_as": "The same organisation, with its trading name in brackets.",
    "organisation_trading_name": "A trading name of the organisation.",
    "organisation_suffix_case": "The same company; LTD in capitals.",
}


def _all_organisations() -> Iterator[str]:
    for names in ORGANISATIONS.values():
        yield from names


def _variants(name: str) -> dict[str, str]:
    """Other spellings under which an organisation can be published, by rule."""
    found = {}
    if name.endswith(" Ltd"):
        found["organisation_suffix"] = name.removesuffix("Ltd") + "Limited"
        found["organisation_suffix_case"] = name.removesuffix("Ltd") + "LTD"
    if name in KNOWN_AS:
        found["organisation_known_as"] = f"{name} (known as {KNOWN_AS[name]})"
        found["organisation_trading_name"] = KNOWN_AS[name]
    return found


def _sizes(requests: int) -> tuple[int, int, int]:
    legacy = max(1, round(requests * LEGACY_SHARE))
    regular = max(1, round((requests - legacy) * REGULAR_SHARE))
    return legacy, max(1, requests - legacy - regular), regular


def _random(seed: int, *parts: object) -> random.Random:
    # A generator for each purpose: asking for more editions must not change the requests.
    return random.Random(":".join(map(str, (seed, *parts))))


def _pick(rng: random.Random, shares: Mapping[str, float]) -> str:
    return rng.choices(list(shares), weights=list(shares.values()))[0]


@cache
def _organisation_weights(kind: str) -> list[float]:
    return [(rank + 1) ** -TRUTH.organisation_exponent for rank in range(len(ORGANISATIONS[kind]))]


@cache
def _type_weights(year: int) -> list[float]:
    drift = (min(max(year, 2012), 2026) - 2012) / 14
    return [
        TRUTH.type_share_2012[kind] * (1 - drift) + TRUTH.type_share_2026[kind] * drift
        for kind in TRUTH.type_share_2012
    ]


def _recipient(rng: random.Random, year: int) -> tuple[str, str]:
    kind = rng.choices(list(TRUTH.type_share_2012), weights=_type_weights(year))[0]
    return rng.choices(ORGANISATIONS[kind], weights=_organisation_weights(kind))[0], kind


def _weekdays(first: date, last: date) -> list[date]:
    days = ((first + timedelta(n)) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def _received_dates(rng: random.Random, count: int, first: date, last: date) -> list[date]:
    days = _weekdays(first, last)
    weights = list(accumulate(TRUTH.month_weight[day.month - 1] for day in days))
    return sorted(rng.choices(days, cum_weights=weights, k=count))


def _to_weekday(day: date) -> date:
    return day + timedelta({5: -1, 6: 1}.get(day.weekday(), 0))


@cache
def _panels() -> list[date]:
    """The third Wednesday of each month."""
    found = []
    for year in range(2012, 2030):
        for month in range(1, 13):
            first = date(year, month, 1)
            found.append(first + timedelta((2 - first.weekday()) % 7 + 14))
    return found


def _nearest_panel(day: date) -> date:
    panels = _panels()
    at = min(max(bisect_left(panels, day), 1), len(panels) - 1)
    before, after = panels[at - 1], panels[at]
    return before if day - before < after - day else after


def _closed(rng: random.Random, received: date, group: str) -> date:
    days = math.exp(math.log(TRUTH.median_days(group)) + TRUTH.sigma(group) * rng.gauss(0, 1))
    # A cap of four years: a tail beyond it would say more about the random numbers than about the process.
    closed = received + timedelta(min(round(days), 1460))
    if group == "Tier 1":
        # Extracts follow the panel by up to a fortnight, so aim a week before.
        closed = _nearest_panel(closed - timedelta(7)) + timedelta(rng.randint(1, 13))
    return max(_to_weekday(closed), received + timedelta(3))


def _month_end(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _held_until(rng: random.Random, licence_end: date) -> date:
    """When the data are destroyed: mostly when the licence ends, sometimes long after."""
    if rng.random() < 0.75:
        return licence_end
    return licence_end + timedelta(rng.randint(30, 700))


def _title(rng: random.Random) -> str:
    place = rng.choice(
        ("Larkmere", "Port Amble", "Gorsewick", "Merrowdale", "England", "the north", "the south")
    )
    stage = rng.choice(("pilot", "phase 1", "phase 2", "main study", "update"))
    return f"{rng.choice(TOPICS)}: {place}, {stage}"


def _datasets(rng: random.Random) -> str:
    chosen = set(rng.sample(range(len(DATASETS)), rng.choice((1, 1, 2, 3))))
    return "; ".join(DATASETS[index] for index in sorted(chosen))


@cache
def _legacy_requests(count: int, seed: int) -> list[TrueRequest]:
    rng = _random(seed, LEGACY)
    found = []
    in_day: Counter[date] = Counter()
    for received in _received_dates(rng, count, LEGACY_FIRST, LEGACY_LAST):
        in_day[received] += 1
        tier = _pick(rng, TRUTH.tier_share)
        outcome = _pick(rng, TRUTH.legacy_outcome_share)
        closed = _closed(rng, received, tier)
        licence_end = held_until = None
        if outcome in ("released", "reuse_permitted"):
            if rng.random() < TRUTH.long_holding_share:
                licence_end = _month_end(date(2023, 6, 1), rng.randint(0, 66))
            else:
                licence_end = _month_end(closed, rng.choice(TRUTH.licence_months))
            held_until = _held_until(rng, licence_end)
        recipient, kind = _recipient(rng, received.year)
        found.append(
            TrueRequest(
                register=LEGACY,
                reference=f"DR{received:%y%m%d}.{in_day[received]:02d}",
                received=received,
                closed=closed,
                outcome=outcome,
                group=tier,
                licence_end=licence_end,
                held_until=held_until,
                recipient=recipient,
                recipient_type=kind,
                title=_title(rng),
                purpose=rng.choice(PURPOSES),
                dataset=_datasets(rng),
                sensitivity="",
                identifiability="",
                legal_basis=rng.choice(LEGACY_LEGAL_BASES),
            )
        )
    return found


@cache
def _shares_requests(count: int, seed: int) -> list[TrueRequest]:
    rng = _random(seed, SHARES)
    found = []
    number = 0
    for received in _received_dates(rng, count, SHARES_FIRST, SHARES_LAST):
        number += rng.choice((1, 1, 2))  # numbers are given to requests that never reach the panel too
        route = _pick(rng, TRUTH.route_share)
        closed = _closed(rng, received, route)
        licence_end = _month_end(closed, rng.choice(TRUTH.licence_months))
        recipient, kind = _recipient(rng, received.year)
        found.append(
            TrueRequest(
                register=SHARES,
                reference=f"DS{number:05d}",
                received=received,
                closed=closed,
                outcome=_pick(rng, TRUTH.shares_outcome_share),
                group=route,
                licence_end=licence_end,
                held_until=_held_until(rng, licence_end),
                recipient=recipient,
                recipient_type=kind,
                title=_title(rng),
                purpose=rng.choice(PURPOSES),
                dataset=_datasets(rng),
                sensitivity=rng.choices("ABCDE", weights=(10, 25, 30, 20, 15))[0],
                identifiability=rng.choices("12345", weights=(6, 24, 35, 20, 15))[0],
                legal_basis=rng.choice(SHARES_LEGAL_BASES),
            )
        )
    return found


@cache
def _regular_shares(count: int, seed: int) -> list[RegularShare]:
    rng = _random(seed, SHARES, "regular")
    days = _weekdays(SHARES_FIRST, SHARES_LAST)
    found = []
    for number, start in enumerate(sorted(rng.choices(days, k=count)), start=1):
        recipient, kind = _recipient(rng, start.year)
        found.append(
            RegularShare(
                reference=f"R{number:04d}",
                recipient=recipient,
                recipient_type=kind,
                agreement=rng.choice(("MoU", "DSA", "SLA")),
                title=_title(rng),
                dataset=_datasets(rng),
                legal_basis=rng.choice(SHARES_LEGAL_BASES),
                frequency=rng.choice(("Monthly", "Termly", "Quarterly", "Annual", "Ad hoc")),
                start=start,
                end=_month_end(start, rng.choice((12, 24, 36, 60))) if rng.random() < 0.6 else None,
            )
        )
    return found


# ---------------------------------------------------------------------------------------------------
# Editions: views of the truth
# ---------------------------------------------------------------------------------------------------

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


@dataclass(frozen=True)
class Departure:
    key: str
    first: int


@dataclass(frozen=True)
class Structural:
    """Damage to the shape of a sheet."""

    edition: int
    kind: str
    rule: str
    words: str


def as_at_dates(last: date, earliest: date, editions: int) -> list[date]:
    """Quarter ends, oldest first. No more than there are quarters since `earliest`."""
    found: list[date] = []
    day = last
    while len(found) < editions and day >= earliest:
        found.append(day)
        day = _month_end(day, -3)
    return found[::-1]


def published_date(register: str, as_at: date, seed: int) -> date:
    days = [as_at + timedelta(n) for n in range(66, 75)]
    return _random(seed, register, as_at, "published").choice([day for day in days if day.weekday() < 5])


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


def _legacy_views(requests: Sequence[TrueRequest], as_at: date) -> list[View]:
    start = _quarter_start(as_at)
    completed, waiting, live = [], [], []
    for request in requests:
        values = _legacy_values(request)
        if request.open_at(as_at):
            # Few requests say that no date is available; the rest are pending.
            no_date = int(request.reference[-4]) == 9
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


def _shares_views(
    shares: Sequence[TrueRequest],
    regular: Sequence[RegularShare],
    legacy: Sequence[TrueRequest],
    as_at: date,
    seed: int,
) -> list[View]:
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
        for request in shares
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
        for share in regular
        if share.start <= as_at and (share.end is None or share.end >= as_at)
    ]
    held = [
        Row(request.reference, _legacy_values(request))
        for request in legacy
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
        rng = _random(seed, SHARES, "home office", month)
        # Months of silence, ordinary months, and now and then one large batch.
        sent = rng.choices((0, rng.randint(3, 60), rng.randint(120, 507)), weights=(0.25, 0.65, 0.10))[0]
        shared = min(sent, 94, round(sent * rng.uniform(0.1, 0.45)))
        months.append(Row(f"{month:%B %Y}", _counts(f"{month:%B %Y}", sent, shared)))
        month = _month_end(month, 0) + timedelta(1)
    quarter = date(2018, 4, 1)
    while quarter <= as_at:
        last = _month_end(quarter, 2)
        period = f"{quarter:%B} to {last:%B %Y}"
        rng = _random(seed, SHARES, "police", quarter)
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


# ---------------------------------------------------------------------------------------------------
# Damage and changes
# ---------------------------------------------------------------------------------------------------

REQUEST_SHEETS = ("completed", "open", "live", "dsap", "regular", "held")
Maker = Callable[[Cell, "Visible"], Cell]


@dataclass(frozen=True)
class Visible:
    """Where one request can be seen, with its values in the first edition that shows them."""

    key: str
    values: Mapping[str, Cell]
    editions: tuple[int, ...]
    sheets: frozenset[str]
    first_as_at: date
    received: date | None
    rng_draw: int
    spare_reference: str


def _ordinal(day: int) -> str:
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


def _of_date(make: Callable[[date], Cell]) -> Maker:
    return lambda value, _: make(value) if isinstance(value, date) else value


def _of_text(make: Callable[[str], Cell]) -> Maker:
    return lambda value, _: make(value) if isinstance(value, str) else value


def _variant(rule: str) -> Maker:
    return _of_text(lambda name: _variants(name).get(rule, name))


def _before_reference(value: Cell, seen: Visible) -> Cell:
    if seen.received is None or not isinstance(value, date):
        return value
    return _to_weekday(seen.received - timedelta(20 + seen.rng_draw % 60))


def _after_as_at(value: Cell, seen: Visible) -> Cell:
    return (
        _to_weekday(seen.first_as_at + timedelta(10 + seen.rng_draw % 50))
        if isinstance(value, date)
        else value
    )


# rule, field, words, how the published value is made. A maker that returns its input cannot be used there.
CELL_DAMAGE: tuple[tuple[str, str, str, Maker], ...] = (
    (
        "text_date_slashes",
        "event_date",
        "A date typed as text, dd/mm/yyyy.",
        _of_date(lambda d: f"{d:%d/%m/%Y}"),
    ),
    (
        "text_date_dots",
        "event_date",
        "A date typed as text with dots and no leading zeros.",
        _of_date(lambda d: f"{d.day}.{d.month}.{d.year}"),
    ),
    (
        "text_date_ordinal",
        "event_date",
        "A date in words with an ordinal day.",
        _of_date(lambda d: f"{_ordinal(d.day)} {d:%B %Y}"),
    ),
    (
        "text_date_month_first",
        "event_date",
        "A date in words, month first.",
        _of_date(lambda d: f"{d:%B} {d.day}, {d.year}"),
    ),
    (
        "date_year_digit_lost",
        "event_date",
        "A digit of the year is missing, so the date cannot be read.",
        _of_date(lambda d: f"{d.day}.{d.month}.{str(d.year)[:2]}{str(d.year)[3]}"),
    ),
    ("date_sentinel", "event_date", "1900-01-01 stands for no date.", _of_date(lambda d: date(1900, 1, 1))),
    (
        "date_year_0016",
        "event_date",
        "A two-digit year kept as a year of the first century.",
        _of_date(lambda d: f"00{d:%y-%m-%d}"),
    ),
    (
        "event_before_reference",
        "event_date",
        "The event is before the date in the reference.",
        _before_reference,
    ),
    ("event_after_as_at", "event_date", "The event is after the edition's as-at date.", _after_as_at),
    (
        "two_references",
        "reference",
        "Two references in one cell.",
        lambda value, seen: f"{value} and {seen.spare_reference}",
    ),
    ("missing_reference", "reference", "No reference.", lambda value, seen: None),
    ("missing_organisation", "recipient", "No organisation.", lambda value, seen: None),
    ("organisation_suffix", "recipient", "Limited for Ltd.", _variant("organisation_suffix")),
    ("organisation_known_as", "recipient", "A trading name in brackets.", _variant("organisation_known_as")),
    (
        "organisation_trading_name",
        "recipient",
        "A trading name in place of the organisation.",
        _variant("organisation_trading_name"),
    ),
    (
        "organisation_trailing_space",
        "recipient",
        "A space after the name.",
        _of_text(lambda name: name + " "),
    ),
    (
        "type_spelling",
        "recipient_type",
        "The type in other letters and with a space after it.",
        _of_text(lambda kind: "Academic Institution " if kind == "Academic institution" else kind),
    ),
    (
        "type_unknown",
        "recipient_type",
        "A type that is not in the register's vocabulary.",
        lambda value, seen: "Consortium",
    ),
    (
        "tier_footnote",
        "classification",
        "A footnote mark on the tier.",
        _of_text(lambda tier: tier + "*" if tier == "Tier 1" else tier),
    ),
)
# A row without a reference and one whose cell holds two are told apart by the sheets themselves, not by key.
STRUCTURAL_WORDS = {
    "repeated_header": "The header row again, in the middle of the sheet.",
    "blank_row": "An empty row among the data.",
    "duplicate_reference": "A second row with the reference of the row above.",
    "total_row": "A total written under the data.",
    "end_of_sheet_row": "A closing note under the data.",
    "hidden_sheet": "A hidden sheet that is no data.",
    "header_row_moved": "The header is on row 3 in this edition, after a longer note.",
    "heading_synonym": "The heading is worded in another way in this edition.",
    "hostile_text": "Text meant to be read as code by a careless page or spreadsheet.",
}


def _visible(
    views: Sequence[Sequence[View]], as_ats: Sequence[date], seed: int, received: Mapping[str, date]
) -> list[Visible]:
    places: dict[str, list[tuple[int, str, dict[str, Cell]]]] = {}
    for edition, sheets in enumerate(views):
        for view in sheets:
            if view.kind in REQUEST_SHEETS:
                for row in view.rows:
                    places.setdefault(row.key, []).append((edition, view.kind, row.values))
    found = []
    for key, seen in places.items():
        # What a date edit needs is the first edition that gives a date.
        dated = [item for item in seen if isinstance(item[2].get("event_date"), date)] or seen
        found.append(
            Visible(
                key=key,
                values=dated[0][2],
                editions=tuple(sorted({edition for edition, _, _ in seen})),
                sheets=frozenset(kind for _, kind, _ in seen),
                first_as_at=as_ats[dated[0][0]],
                received=received.get(key),
                rng_draw=_random(seed, "draw", key).randrange(1000),
                spare_reference=_spare_reference(key, places),
            )
        )
    return found


def _spare_reference(key: str, taken: Mapping[str, object]) -> str:
    """A reference near `key` that belongs to no other row, for the cell that holds two."""
    if key.startswith("DR"):
        return f"{key[:-2]}{int(key[-2:]) + 11:02d}" if len(key) == 11 else key + "1"
    letters = key.rstrip("0123456789")
    number = int(key[len(letters) :]) + 1
    while f"{letters}{number:0{len(key) - len(letters)}d}" in taken:
        number += 1
    return f"{letters}{number:0{len(key) - len(letters)}d}"


def _plan_damage(register: str, visible: Sequence[Visible], rows: int, seed: int) -> list[Edit]:
    rng = _random(seed, register, "damage")
    # Damage stays with a row from edition to edition, so rows that are seen seldom are damaged first:
    # that keeps its share of all rows small.
    ranked = sorted(visible, key=lambda seen: (len(seen.editions) + 2 * len(seen.sheets) > 6, rng.random()))
    copies = max(1, rows // 8000)
    # Far fewer requests than kinds of damage: better a few kinds than nothing but damage.
    budget = max(1, len(visible) // 8)
    usable: dict[str, list[Visible]] = {}
    for rule, name, _, make in CELL_DAMAGE:
        usable[rule] = [
            seen
            for seen in ranked
            if "dsap" not in seen.sheets or register == SHARES
            if name in seen.values
            and (name != "event_date" or isinstance(seen.values[name], date))
            and make(seen.values[name], seen) != seen.values[name]
        ]
        if rule in ("event_after_as_at", "event_before_reference"):
            # A date that makes sense in a later edition would be lost; one edition is enough for one sheet.
            usable[rule].sort(key=lambda seen: len(seen.editions))
    taken: set[str] = set()
    edits: list[Edit] = []
    for _ in range(copies):
        # The rules with the fewest candidates choose first.
        for rule, name, words, make in sorted(CELL_DAMAGE, key=lambda item: (len(usable[item[0]]), item[0])):
            chosen = next((seen for seen in usable[rule] if seen.key not in taken), None)
            if chosen is None or len(edits) >= budget:
                continue
            taken.add(chosen.key)
            edits.append(Edit(chosen.key, name, make(chosen.values[name], chosen), words, rule=rule))
    return edits


def _typographic(rng: random.Random, values: Mapping[str, Cell]) -> tuple[str, Cell, str]:
    title, purpose, recipient = (str(values[name] or "") for name in ("title", "purpose", "recipient"))
    options: list[tuple[str, Cell, str]] = [
        ("title", title.replace(" ", "  ", 1), "A double space."),
        ("title", title + ".", "A full stop added."),
        ("title", title + " ", "A space added at the end."),
    ]
    if "’" in purpose:
        options.append(("purpose", purpose.replace("’", "'"), "A curly apostrophe made straight."))
    if recipient.endswith(" Ltd"):
        options.append(("recipient", _variants(recipient)["organisation_suffix_case"], "Ltd in capitals."))
    return rng.choice(options)


def _plan_changes(
    register: str, views: Sequence[Sequence[View]], taken: set[str], seed: int
) -> tuple[list[Edit], list[Departure]]:
    edits: list[Edit] = []
    departures: list[Departure] = []
    main = "live" if register == LEGACY else "dsap"
    for edition in range(1, len(views)):
        rng = _random(seed, register, "changes", edition)
        before = {row.key for view in views[edition - 1] if view.kind == main for row in view.rows}
        rows = [
            row
            for view in views[edition]
            if view.kind == main
            for row in view.rows
            if row.key in before and row.key not in taken
        ]
        rng.shuffle(rows)
        much = 1 + len(rows) // 1000

        def take(count: int, rows: list[Row] = rows) -> list[Row]:
            chosen, rows[:] = rows[:count], rows[count:]
            taken.update(row.key for row in chosen)
            return chosen

        if len(rows) < 4:
            continue
        for row in take(2 + much):
            name, value, words = _typographic(rng, row.values)
            edits.append(Edit(row.key, name, value, words, kind="typographic", first=edition))
        for row in take(much):
            value = f"{row.values['purpose']}{REWORDED}"
            edits.append(
                Edit(row.key, "purpose", value, "The purpose was reworded.", kind="amended", first=edition)
            )
        if edition % 2:
            for row in take(much):
                day = row.values["event_date"]
                if isinstance(day, date):
                    # Until this edition the register was wrong; from it on, it is right.
                    wrong = _to_weekday(day - timedelta(rng.randint(4, 12)))
                    words = "The date was wrong in earlier editions and is corrected here."
                    edits.append(Edit(row.key, "event_date", wrong, words, kind="amended", last=edition - 1))
        else:
            departures += [Departure(row.key, edition) for row in take(much)]
    if register == SHARES and len(views) > 1:
        edition = len(views) - 1
        rng = _random(seed, register, "home office correction")
        months = next(view for view in views[edition] if view.kind == "home_office").rows
        row = rng.choice([row for row in months[:-4] if isinstance(row.values["requested"], int)])
        supplied = row.values["supplied"]
        assert isinstance(supplied, int)
        words = "The figure was wrong in earlier editions and is corrected here."
        wrong_figure = supplied + rng.randint(5, 20)
        edits.append(
            Edit(
                row.key, "supplied", wrong_figure, words, kind="amended", last=edition - 1, only="home_office"
            )
        )
    return edits, departures


def _plan_structure(register: str, views: Sequence[Sequence[View]]) -> list[Structural]:
    main, second, third = ("live", "completed", "open") if register == LEGACY else ("dsap", "held", "regular")
    wanted = (
        (main, "repeated_header"),
        (main, "blank_row"),
        (main, "duplicate_reference"),
        (second, "total_row"),
        (third, "end_of_sheet_row"),
    )
    count = len(views)
    found = []
    for index, (kind, rule) in enumerate(wanted):
        # Spread over the editions, so that no sheet is nothing but damage.
        edition = (index * count) // len(wanted)
        rows = next(len(view.rows) for view in views[edition] if view.kind == kind)
        if rows >= 5 or (rows and rule in ("total_row", "end_of_sheet_row")):
            found.append(Structural(edition, kind, rule, STRUCTURAL_WORDS[rule]))
    return found


def _apply(
    views: Sequence[View], edition: int, as_at: date, edits: Mapping[str, list[Edit]], gone: set[str]
) -> None:
    """Put the edits that are in force at this edition into its rows."""
    for view in views:
        fields = {name for _, name in view.columns}
        view.rows = [row for row in view.rows if not (row.key in gone and view.kind in REQUEST_SHEETS)]
        for row in view.rows:
            for edit in edits.get(row.key, ()):
                if edit.field not in fields or not edit.first <= edition <= edit.last:
                    continue
                if edit.only not in ("", view.kind):
                    continue
                was = row.values[edit.field]
                if edit.field == "event_date" and not isinstance(was, date):
                    continue  # still pending
                row.values[edit.field] = edit.value
                if edit.rule == "event_after_as_at" and not (
                    isinstance(edit.value, date) and edit.value > as_at
                ):
                    continue  # time has caught up with it
                if edit.rule:
                    row.damage[edit.field] = edit


# ---------------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------------


class _Record:
    """What was planted, for sample-truth.json."""

    def __init__(self) -> None:
        self.damage: list[dict[str, object]] = []
        self.changes: list[dict[str, object]] = []

    def plant(
        self, register: str, as_at: date, sheet: str, row: int | None, column: str | None, rule: str,
        value: Cell, words: str, **more: object,
    ) -> None:  # fmt: skip
        self.damage.append(
            {
                "register": register,
                "edition": as_at.isoformat(),
                "sheet": sheet,
                "row": row,
                "column": column,
                "rule": rule,
                "value": _plain(value),
                "words": words,
                **more,
            }
        )


def _plain(value: Cell) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value


def write_sample(
    folder: Path,
    *,
    requests: int = 1200,
    editions: int = 8,
    seed: int = 2017,
    format: Literal["ods", "parquet"] = "ods",
    hostile: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[SampleEdition]:
    """Write the sample under `folder` and return its editions, oldest first within a register.

    The same arguments give the same bytes. There are at most as many editions as quarters in a register's
    period. `format="parquet"` writes the truth as at the last edition, one file a register, without damage:
    it is for measuring speed at sizes no workbook can hold.
    """
    if requests < 1 or editions < 1:
        raise UsageError("The sample needs at least one request and one edition.")
    folder.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda message: None)
    if format == "parquet":
        written = _write_parquet(folder, requests=requests, seed=seed, say=say)
        _write_truth(folder, _Record(), requests=requests, editions=1, seed=seed)
        return written
    record = _Record()
    written = []
    for register in (LEGACY, SHARES):
        written += _write_register(folder, register, requests, editions, seed, hostile, record, say)
    _write_truth(folder, record, requests=requests, editions=editions, seed=seed)
    return written


def _write_register(
    folder: Path, register: str, requests: int, editions: int, seed: int, hostile: bool, record: _Record,
    say: Callable[[str], None],
) -> list[SampleEdition]:  # fmt: skip
    legacy_count, shares_count, regular_count = _sizes(requests)
    legacy = list(_legacy_requests(legacy_count, seed))
    shares = list(_shares_requests(shares_count, seed))
    regular = _regular_shares(regular_count, seed)
    if hostile:
        legacy += _hostile_requests(LEGACY)
        shares += _hostile_requests(SHARES)
    views: list[list[View]]
    if register == LEGACY:
        as_ats = as_at_dates(LEGACY_LAST, date(2012, 6, 30), editions)
        views = [_legacy_views(legacy, as_at) for as_at in as_ats]
    else:
        as_ats = as_at_dates(SHARES_LAST, date(2018, 6, 30), editions)
        views = [_shares_views(shares, regular, legacy, as_at, seed) for as_at in as_ats]

    visible = _visible(views, as_ats, seed, {request.reference: request.received for request in legacy})
    hostile_keys = {request.reference for request in (*legacy, *shares) if request.recipient in HOSTILE}
    visible = [seen for seen in visible if seen.key not in hostile_keys]
    rows = sum(len(view.rows) for sheets in views for view in sheets)
    edits = _plan_damage(register, visible, rows, seed)
    taken = {edit.key for edit in edits} | hostile_keys
    changes, departures = _plan_changes(register, views, taken, seed)
    structure = _plan_structure(register, views)
    by_key: dict[str, list[Edit]] = {}
    for edit in (*edits, *changes):
        by_key.setdefault(edit.key, []).append(edit)

    written = []
    before: dict[str, dict[str, _Seen]] = {}
    for index, as_at in enumerate(as_ats):
        gone = {departure.key for departure in departures if departure.first <= index}
        _apply(views[index], index, as_at, by_key, gone)
        path = folder / register / as_at.isoformat() / f"{register}_{as_at.isoformat()}.ods"
        path.parent.mkdir(parents=True, exist_ok=True)
        moved = len(as_ats) >= 3 and index == len(as_ats) // 3
        synonyms = register == LEGACY and len(as_ats) >= 3 and index == 2 * len(as_ats) // 3
        hidden = index >= len(as_ats) // 2
        sheets = _sheets(
            register, as_at, views[index], [item for item in structure if item.edition == index], record,
            moved=moved, synonyms=synonyms, hidden=hidden, hostile=hostile_keys, taken=taken,
        )  # fmt: skip
        title = f"{_register_title(register)}, as at {_words(as_at)}: {NOTICE}"
        write_ods(path, title=title, sheets=sheets)
        now = _seen(views[index])
        if index:
            _compare(record, register, as_at, as_ats[index - 1], index, before, now, by_key, gone)
        before = now
        views[index] = []  # large samples need the room
        written.append(SampleEdition(register, as_at, published_date(register, as_at, seed), path))
        say(f"Wrote {path.name}")
    return written


def _hostile_requests(register: str) -> list[TrueRequest]:
    found = []
    for index, text in enumerate(HOSTILE):
        legacy = register == LEGACY
        received = date(2017, 11, 20) if legacy else date(2026, 1, 12)
        found.append(
            TrueRequest(
                register=register,
                # Numbers no ordinary request of a sample of test size reaches.
                reference=f"DR171120.{80 + index}" if legacy else f"DS{99980 + index}",
                received=received,
                closed=received + timedelta(84),
                outcome="released" if legacy else "approved",
                group="Tier 2" if legacy else DIRECT,
                licence_end=_month_end(received, 36),
                held_until=_month_end(received, 36),
                recipient=text,
                recipient_type="Individual",
                title=text,
                purpose=PURPOSES[0],
                dataset=DATASETS[0],
                sensitivity="C",
                identifiability="3",
                legal_basis=(LEGACY_LEGAL_BASES if legacy else SHARES_LEGAL_BASES)[0],
            )
        )
    return found


def _register_title(register: str) -> str:
    return "National pupil database third-party requests" if register == LEGACY else "External data shares"


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


NOTE = f"{NOTICE}. Every organisation and every figure was made by a program."
LONG_NOTE = (
    f"{NOTE} The table begins on the next row. Figures are those held when the table was prepared and may "
    "not match earlier ones, because entries are corrected and definitions change."
)


def _sheets(
    register: str, as_at: date, views: Sequence[View], structure: Sequence[Structural], record: _Record, *,
    moved: bool, synonyms: bool, hidden: bool, hostile: set[str], taken: set[str],
) -> list[Sheet]:  # fmt: skip
    def top(name: str, headings: Sequence[str]) -> list[list[Cell]]:
        title = f"{_register_title(register)}: {name} — {NOTICE}"
        if not moved:
            return [[title], [NOTE], [], list(headings)]
        record.plant(
            register, as_at, name, 3, None, "header_row_moved", None, STRUCTURAL_WORDS["header_row_moved"]
        )
        return [[title], [LONG_NOTE], list(headings)]

    if register == LEGACY:
        name, heading, meanings = "Tier of data", "Tier", list(TIERS)
    else:
        name, heading, meanings = "Classification of data", "Class", list(CLASSES)
    found = [Sheet(name, [*top(name, (heading, "Description")), *meanings], 2)]

    for view in views:
        headings = [SYNONYMS.get(name, name) if synonyms else name for name, _ in view.columns]
        rows = top(view.name, headings)
        if synonyms:
            for name, heading in zip((name for name, _ in view.columns), headings, strict=True):
                if name != heading:
                    words = STRUCTURAL_WORDS["heading_synonym"]
                    record.plant(
                        register,
                        as_at,
                        view.name,
                        len(rows),
                        heading,
                        "heading_synonym",
                        heading,
                        words,
                        was=name,
                    )
        rules = {item.rule: item.words for item in structure if item.kind == view.kind}

        def plant(
            rule: str, value: Cell, view: View = view, rows: list[list[Cell]] = rows, **more: object
        ) -> None:
            words = STRUCTURAL_WORDS[rule]
            record.plant(register, as_at, view.name, len(rows), None, rule, value, words, **more)

        middle = len(view.rows) // 2
        blank_at = {len(view.rows) // 3, len(view.rows) * 3 // 4}
        # A row that nothing else was done to.
        duplicate = next((row.key for row in view.rows[middle:] if row.key not in taken), None)
        for position, row in enumerate(view.rows):
            if "repeated_header" in rules and position == middle:
                rows.append(list(headings))
                plant("repeated_header", headings[0])
            if "blank_row" in rules and position in blank_at:
                rows.append([])
                plant("blank_row", None)
            rows.append([row.values[name] for _, name in view.columns])
            for column, (_, name) in enumerate(view.columns):
                edit = row.damage.get(name)
                if edit:
                    at = (len(rows), headings[column])
                    record.plant(
                        register, as_at, view.name, *at, edit.rule, edit.value, edit.words, key=row.key
                    )
                if row.key in hostile and name in ("recipient", "title"):
                    words = STRUCTURAL_WORDS["hostile_text"]
                    at = (len(rows), headings[column])
                    text = row.values[name]
                    record.plant(register, as_at, view.name, *at, "hostile_text", text, words, key=row.key)
            if "duplicate_reference" in rules and row.key == duplicate:
                again = {**row.values, "title": f"{row.values['title']} (resubmitted)"}
                rows.append([again[name] for _, name in view.columns])
                plant("duplicate_reference", row.values["reference"], key=row.key)
        if "total_row" in rules:
            rows.append([f"Total: {len(view.rows)}"])
            plant("total_row", rows[-1][0])
        if "end_of_sheet_row" in rules:
            rows.append(["End of sheet"])
            plant("end_of_sheet_row", "End of sheet")
        found.append(Sheet(view.name, rows, len(view.columns)))
    if hidden:
        lists: list[list[Cell]] = [[kind] for kind in ("Organisation type", *ORGANISATIONS)]
        found.append(Sheet("Lookups", lists, 1, hidden=True))
        words = STRUCTURAL_WORDS["hidden_sheet"]
        record.plant(register, as_at, "Lookups", None, None, "hidden_sheet", None, words)
    return found


@dataclass(frozen=True)
class _Seen:
    sheet: str
    values: Mapping[str, Cell]


def _seen(views: Iterable[View]) -> dict[str, dict[str, _Seen]]:
    """By request, then by kind of sheet."""
    found: dict[str, dict[str, _Seen]] = {}
    for view in views:
        for row in view.rows:
            shown = {name: row.values[name] for _, name in view.columns}
            found.setdefault(row.key, {})[view.kind] = _Seen(view.name, shown)
    return found


def _compare(
    record: _Record, register: str, as_at: date, previous: date, edition: int,
    before: Mapping[str, Mapping[str, _Seen]], now: Mapping[str, Mapping[str, _Seen]],
    edits: Mapping[str, list[Edit]], gone: set[str],
) -> None:  # fmt: skip
    """Record every difference between two editions, with the reason known here alone."""

    def add(kind: str, key: str, sheet: str, words: str, **more: object) -> None:
        record.changes.append(
            {
                "register": register,
                "edition": as_at.isoformat(),
                "previous": previous.isoformat(),
                "kind": kind,
                "reference": key,
                "sheet": sheet,
                "words": words,
                **more,
            }
        )

    for key, sheets in now.items():
        if key not in before:
            add("added", key, next(iter(sheets.values())).sheet, "First listed in this edition.")
            continue
        if "open" in before[key] and "open" not in sheets:
            shown = next(iter(sheets.values()))
            add("decided", key, shown.sheet, "Open in the edition before.", field="outcome",
                before=None, after=_plain(shown.values.get("outcome")))  # fmt: skip
            continue
        for kind, shown in sheets.items():
            if kind not in before[key]:
                continue
            for name, after in shown.values.items():
                was = before[key][kind].values[name]
                if was == after:
                    continue
                planted = next(
                    (
                        e
                        for e in edits.get(key, ())
                        if e.kind and e.field == name and edition in (e.first, e.last + 1)
                    ),
                    None,
                )
                words = planted.words if planted else "The value changed in the course of things."
                add(planted.kind if planted else "amended", key, shown.sheet, words, field=name,
                    before=_plain(was), after=_plain(after))  # fmt: skip
    for key, sheets in before.items():
        if key in now or set(sheets) <= {"completed"}:
            continue  # the sheet of a quarter lists that quarter alone
        shown = list(sheets.values())[-1]
        if key in gone:
            add("left_no_reason_published", key, shown.sheet, "The row is gone and nothing says why.")
        else:
            add("licence_ended", key, shown.sheet, "The row left when its licence or agreement had ended.",
                licence_end=_plain(shown.values.get("licence_end")))  # fmt: skip


def _write_truth(folder: Path, record: _Record, *, requests: int, editions: int, seed: int) -> None:
    truth = {
        "notice": NOTICE,
        "requests": requests,
        "editions": editions,
        "seed": seed,
        "truth": {name: _jsonable(value) for name, value in vars(TRUTH).items()},
        "damage": record.damage,
        "changes": record.changes,
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "sample-truth.json").write_text(text + "\n", encoding="utf-8")


def _jsonable(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


# ---------------------------------------------------------------------------------------------------
# Parquet, for measuring speed
# ---------------------------------------------------------------------------------------------------


def _write_parquet(
    folder: Path, *, requests: int, seed: int, say: Callable[[str], None]
) -> list[SampleEdition]:
    """The truth at the last as-at date, drawn by DuckDB. Another draw than the workbooks', same constants."""
    legacy = max(1, round(requests * LEGACY_SHARE))
    written = []
    with duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    ) as con:
        con.execute("SET VARIABLE seed = $seed", {"seed": seed})
        con.execute("SET VARIABLE legacy_requests = $n", {"n": legacy})
        con.execute("SET VARIABLE shares_requests = $n", {"n": max(1, requests - legacy)})
        con.execute("CREATE TEMP TABLE month_weight (month INTEGER, weight DOUBLE)")
        con.executemany("INSERT INTO month_weight VALUES (?, ?)", [*enumerate(TRUTH.month_weight, start=1)])
        con.execute("CREATE TEMP TABLE organisation (name VARCHAR, type VARCHAR, early DOUBLE, late DOUBLE)")
        con.executemany("INSERT INTO organisation VALUES (?, ?, ?, ?)", _organisation_rows())
        con.execute(
            "CREATE TEMP TABLE clock (name VARCHAR, position INTEGER, share DOUBLE, median DOUBLE, sigma DOUBLE)"
        )
        clocks = [
            (name, position, share, TRUTH.median_days(name), TRUTH.sigma(name))
            for shares in (TRUTH.tier_share, TRUTH.route_share)
            for position, (name, share) in enumerate(shares.items())
        ]
        con.executemany("INSERT INTO clock VALUES (?, ?, ?, ?, ?)", clocks)
        con.execute("CREATE TEMP TABLE outcome (name VARCHAR, position INTEGER, share DOUBLE)")
        outcomes = [(name, at, share) for at, (name, share) in enumerate(TRUTH.legacy_outcome_share.items())]
        con.executemany("INSERT INTO outcome VALUES (?, ?, ?)", outcomes)
        con.execute("SET VARIABLE topics = $words", {"words": list(TOPICS)})
        con.execute("SET VARIABLE purposes = $words", {"words": list(PURPOSES)})
        con.execute("SET VARIABLE datasets = $words", {"words": list(DATASETS)})
        con.execute("SET VARIABLE legacy_legal_bases = $words", {"words": list(LEGACY_LEGAL_BASES)})
        con.execute("SET VARIABLE shares_legal_bases = $words", {"words": list(SHARES_LEGAL_BASES)})
        con.execute(Path(__file__).with_name("sample_parquet.sql").read_text(encoding="utf-8"))
        for register, as_at, relation in (
            (LEGACY, LEGACY_LAST, "npd_requests"),
            (SHARES, SHARES_LAST, "shares"),
        ):
            path = folder / register / as_at.isoformat() / f"{register}_{as_at.isoformat()}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            quoted = str(path).replace("'", "''")
            con.execute(f"COPY {relation} TO '{quoted}' (FORMAT parquet)")
            written.append(SampleEdition(register, as_at, published_date(register, as_at, seed), path))
            say(f"Wrote {path.name}")
    return written


def _organisation_rows() -> list[tuple[str, str, float, float]]:
    rows = []
    for kind, names in ORGANISATIONS.items():
        weights = _organisation_weights(kind)
        for name, weight in zip(names, weights, strict=True):
            share = weight / sum(weights)
            early, late = TRUTH.type_share_2012[kind] * share, TRUTH.type_share_2026[kind] * share
            rows.append((name, TYPE_TERMS[kind], early, late))
    return rows
