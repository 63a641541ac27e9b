"""What is true in the synthetic sample: invented organisations, requests with their dates and outcomes."""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate


LEGACY = "sample-npd-requests"
SHARES = "sample-external-data-shares"

LEGACY_FIRST, LEGACY_LAST = date(2012, 3, 1), date(2018, 3, 31)
SHARES_FIRST, SHARES_LAST = date(2018, 5, 1), date(2026, 6, 30)
LEGACY_SHARE = 0.55  # of all requests
REGULAR_SHARE = 0.08  # of the requests of the second register


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
class Drawn:
    legacy: list[TrueRequest]
    shares: list[TrueRequest]
    regular: list[RegularShare]


def true_requests(*, requests: int = 1200, seed: int = 2017) -> list[TrueRequest]:
    """Every true request of both registers, by register and date received."""
    drawn = draw(requests, seed)
    return [*drawn.legacy, *drawn.shares]


ALIAS_COLUMNS = (
    "register",
    "alias",
    "recipient",
    "type",
    "relation",
    "reason",
    "reviewer",
    "date",
    "override",
)


def alias_rows() -> list[tuple[str, ...]]:
    """Rows of `data/reference/recipients_sample.csv` (`ALIAS_COLUMNS`), every variant that any seed can plant."""
    reviewed = ("access-review developers", "2026-11-25")
    rows: list[tuple[str, ...]] = []
    for name in _all_organisations():
        for rule, variant in variants(name).items():
            relation = "trading_name_of" if rule == "organisation_trading_name" else "same"
            rows.append(("sample-*", variant, name, "", relation, VARIANT_REASONS[rule], *reviewed, ""))
        if name in TYPE_NEEDS_REVIEW:
            kind, reason = TYPE_NEEDS_REVIEW[name]
            # the register gives a type that would settle it, so the review must say that it overrides
            rows.append(("sample-*", name, name, kind, "same", reason, *reviewed, "yes"))
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


def variants(name: str) -> dict[str, str]:
    """Other spellings under which an organisation can be published, by rule."""
    found = {}
    if name.endswith(" Ltd"):
        found["organisation_suffix"] = name.removesuffix("Ltd") + "Limited"
        found["organisation_suffix_case"] = name.removesuffix("Ltd") + "LTD"
    if name in KNOWN_AS:
        found["organisation_known_as"] = f"{name} (known as {KNOWN_AS[name]})"
        found["organisation_trading_name"] = KNOWN_AS[name]
    return found


def draw(requests: int, seed: int) -> Drawn:
    """All that the sample knows. Neither the editions asked for nor the format change it."""
    legacy = max(1, round(requests * LEGACY_SHARE))
    regular = max(1, round((requests - legacy) * REGULAR_SHARE))
    shares = max(1, requests - legacy - regular)
    return Drawn(
        _legacy_requests(legacy, seed), _shares_requests(shares, seed), _regular_shares(regular, seed)
    )


def generator(seed: int, *parts: object) -> random.Random:
    # A generator for each purpose: asking for more editions must not change the requests.
    return random.Random(":".join(map(str, (seed, *parts))))


def _pick(rng: random.Random, shares: Mapping[str, float]) -> str:
    return rng.choices(list(shares), weights=list(shares.values()))[0]


@cache
def organisation_weights(kind: str) -> list[float]:
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
    return rng.choices(ORGANISATIONS[kind], weights=organisation_weights(kind))[0], kind


def _weekdays(first: date, last: date) -> list[date]:
    days = ((first + timedelta(n)) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def _received_dates(rng: random.Random, count: int, first: date, last: date) -> list[date]:
    days = _weekdays(first, last)
    weights = list(accumulate(TRUTH.month_weight[day.month - 1] for day in days))
    return sorted(rng.choices(days, cum_weights=weights, k=count))


def nearest_weekday(day: date) -> date:
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
    return max(nearest_weekday(closed), received + timedelta(3))


def month_end(day: date, months: int) -> date:
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


def _legacy_requests(count: int, seed: int) -> list[TrueRequest]:
    rng = generator(seed, LEGACY)
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
                licence_end = month_end(date(2023, 6, 1), rng.randint(0, 66))
            else:
                licence_end = month_end(closed, rng.choice(TRUTH.licence_months))
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


def _shares_requests(count: int, seed: int) -> list[TrueRequest]:
    rng = generator(seed, SHARES)
    found = []
    number = 0
    for received in _received_dates(rng, count, SHARES_FIRST, SHARES_LAST):
        number += rng.choice((1, 1, 2))  # numbers are given to requests that never reach the panel too
        route = _pick(rng, TRUTH.route_share)
        closed = _closed(rng, received, route)
        licence_end = month_end(closed, rng.choice(TRUTH.licence_months))
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


def _regular_shares(count: int, seed: int) -> list[RegularShare]:
    rng = generator(seed, SHARES, "regular")
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
                end=month_end(start, rng.choice((12, 24, 36, 60))) if rng.random() < 0.6 else None,
            )
        )
    return found
