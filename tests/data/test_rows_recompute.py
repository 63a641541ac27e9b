"""The rows behind every figure give the figure back: each measure recomputed from its rows alone, whatever was asked.

The oracle (`tests/support/recompute.py`) is plain loops over `measures.rows`. The questions are drawn at random from
what each register holds, seeded, so that a failure can be asked again. A measure that lists rows and has no oracle
here fails the last test.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from dashboard import measures
from dashboard.cli import main
from dashboard.editions import add_edition
from dashboard.filters import make_filters
from dashboard.registers import load_registers
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.conftest import Built
from tests.spec.catalogue import examples
from tests.spec.test_measures import store_of
from tests.support import recompute
from tests.support.recompute import Facts
from tests.support.warehouse import PHE_FILE, PHE_OLDER_FILE, REALDATA, SUDBURY_FILE


Asked = dict[str, Any]

FILTERS = ("from_", "to", "type", "tier", "route", "outcome", "recipient", "reference", "dataset")
TIME = (*FILTERS, "clock", "basis", "cohort", "unit", "target", "interval", "by")

# measure -> (its oracle, the filters it takes, the columns that say which row is which)
ORACLES: dict[str, tuple[Callable[..., list[dict[str, Any]]], tuple[str, ...], tuple[str, ...]]] = {
    "volumes": (recompute.volumes, (*FILTERS, "interval", "by"), ("group", "interval_start")),
    "backlog": (recompute.backlog, (*FILTERS, "by"), ("group", "month_end")),
    "oldest-open": (recompute.oldest_open, (*FILTERS, "limit"), ("reference",)),
    "recipients": (recompute.recipients, (*FILTERS, "by"), ("group",)),
    "top-recipients": (recompute.top_recipients, (*FILTERS, "limit"), ("recipient_id",)),
    "recipient-flow": (recompute.recipient_flow, (*FILTERS, "interval", "by"), ("group", "interval_start")),
    "recipient-names": (
        recompute.recipient_names,
        ("recipient",),
        ("recipient_id", "published_name", "relation", "reason"),
    ),
    "turnaround": (recompute.turnaround, TIME, ("interval_start", "group", "basis")),
    "survival-curve": (recompute.survival_curve, TIME, ("group", "basis", "day")),
    "outcomes": (recompute.outcomes, TIME, ("group", "basis", "day", "outcome")),
    "turnaround-comparison": (recompute.comparison, TIME, ("interval_start", "group", "basis")),
    "ever-seen": (recompute.ever_seen, (*FILTERS, "interval"), ("interval_start",)),
    "holdings": (recompute.holdings, (*FILTERS, "by"), ("group",)),
}
# What is recorded by people, edition by edition, and not counted of entries alone: measure -> (oracle, filters).
RECORDS: dict[str, tuple[Callable[..., list[dict[str, Any]]], tuple[str, ...]]] = {
    "person-counts": (recompute.person_counts, ("from_", "to")),
    "published-figures": (recompute.published_figures, ("from_", "to")),
    "editions": (recompute.editions, ()),
    "decisions": (recompute.decisions, ("from_", "to")),
    "commitments": (recompute.commitments, ()),
    "answerability": (recompute.answerability, ()),
    "identity": (recompute.identity, ()),
}
IN_ORDER = (
    "top-recipients",
    "volumes",
    "oldest-open",
    "recipients",
)  # measures whose rows stand in an order that says something
ITSELF = ("spells", "issues", "corrections", "changes")  # a measure of one row a record is its own listing
ELSEWHERE = (
    "survival-bounds",
    "recipient-flow",
    "control-chart",
)  # test_between_editions, test_series_recompute
CLOCKED = ("turnaround", "survival-curve", "outcomes", "turnaround-comparison")


def facts_of(store: Store, register: str, asked: Asked) -> Facts | None:
    """What is told of the register beside the figure; None where nothing of it was known."""
    about = {k: v for k, v in asked.items() if k in ("edition", "known_on")}
    filters = make_filters(register=register, **about)
    scopes = measures.scopes(store, filters)
    if not scopes:
        return None
    (scope,) = scopes
    named = [
        r["status"] == "published"
        for r in measures.answerability(store, register=register, **about).dicts()
        if r["field"] == "recipient" and r["coverage"] != "selected"
    ]
    return Facts(
        as_at=scope.as_at,
        edition=scope.edition,
        published={name: answerable for name, (answerable, _) in scope.columns.items()},
        coverage_start=scope.coverage_start,
        unbroken_from=scope.unbroken_from,
        selected=scope.selected,
        completed_only=scope.completed_only,
        names_recipients=all(named),
    )


def nothing(row: dict[str, Any]) -> bool:
    """A group that nothing of what was asked falls in: its counts are 0, and it has no rows."""
    counts = [v for k, v in row.items() if isinstance(v, int) and not isinstance(v, bool)]
    return not any(counts)


def close(one: object, other: object) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and abs(one - other) < 1e-9  # type: ignore[operator]
    return one == other and (one is None) == (other is None)


def check(store: Store, name: str, register: str, asked: Asked) -> int:
    """Hold one figure against its rows; the number of rows it rests on."""
    oracle, _, key = ORACLES[name]
    result = measures.measure(name, store, register=register, **asked)
    rows = measures.rows(name, store, register=register, **asked)
    facts = facts_of(store, register, asked)
    where = f"{name} {register} {asked}"
    if facts is None:
        assert not rows.rows, where
        assert result.notes, where
        return 0
    dicts = rows.dicts()
    if name in CLOCKED:
        clock = asked.get("clock") or measures.DEFAULT_CLOCK
        if not next(s for s in measures.scopes(store, result.filters)).clocks[clock][0]:
            assert not dicts, where
            assert not [r for r in result.dicts() if name != "turnaround" or r["n"] is not None], where
            return 0
        for row in dicts:
            if row["excluded_rule"] is None:
                assert row["start_low"] == row["start_high"], where
                for unit, column in (("calendar", "days"), ("working", "working_days")):
                    assert row[column] == recompute.days_between(row["start_low"], row["end_low"], unit), (
                        where
                    )
    expected = oracle(dicts, asked, facts)
    found = result.dicts()
    if not dicts and name == "turnaround":
        assert [r["n"] for r in found] == [0], where
        return 0
    if not dicts and name == "holdings":
        assert all(r["still_held"] in (0, None) and r["group"] == "all" for r in found), where
        return 0
    if name == "backlog" or (asked.get("by") and name == "volumes"):
        found = [r for r in found if not nothing(r)]
        expected = [r for r in expected if not nothing(r)]
    if name in IN_ORDER and not asked.get("by"):
        assert [[r[k] for k in key] for r in found] == [[r[k] for k in key] for r in expected], where
    mine = {tuple(r[k] for k in key): r for r in found}
    theirs = {tuple(r[k] for k in key): r for r in expected}
    assert len(mine) == len(found), f"two rows of one key: {where}"
    assert mine.keys() == theirs.keys(), where
    for at, wanted in theirs.items():
        for column, value in wanted.items():
            if name == "holdings" and column == "overdue" and mine[at][column] is None:
                assert not value, where
                continue
            if column in ("new_recipients", "returning_recipients", "new_counted"):
                told = mine[at]["told_from"]
                value = value if told and at[1] and at[1] >= told else None
            assert close(mine[at][column], value), (where, at, column, mine[at][column], value)
    # what the contract promises and the rows do not give back must be a filter or a constant
    left = set(measures.find_measure(name).columns) - set(next(iter(theirs.values()), mine.keys() and {}))
    assert not theirs or left <= {"clock", "reviewer", "reviewed", "chi2", "df", "p"}, (name, left)
    return len(dicts)


def pools(store: Store, register: str) -> dict[str, list[Any]]:
    """What can be asked of a register: the values its rows hold, and days around them."""
    rows = measures.rows("recipients", store, register=register).dicts()
    rows += [
        {**r, "date": r["first_day"]} for r in measures.rows("ever-seen", store, register=register).dicts()
    ]
    days = sorted({r["date"] for r in rows if r["date"]}) or [date(2018, 1, 1)]
    clocks = {r["clock"] for r in measures.spells(store, register=register).dicts()}
    editions = measures.editions(store, register=register).dicts()
    known = [e["published"] or e["as_at"] for e in editions]

    def values(column: str) -> list[Any]:
        return sorted({r[column] for r in rows if r.get(column)})

    return {
        "from_": [*days[:: max(1, len(days) // 20)], days[-1] + timedelta(days=40)],
        "to": [*days[:: max(1, len(days) // 20)], days[0] - timedelta(days=1)],
        "type": values("recipient_type"),
        "tier": [*values("tier"), "not_published"],
        "route": [*values("route"), "not_published"],
        "outcome": values("outcome"),
        "recipient": values("recipient_id") + values("recipient"),
        "reference": values("reference")[:50],
        "dataset": values("dataset") + sorted({p.strip() for d in values("dataset") for p in d.split(";")}),
        "clock": sorted(clocks) or [measures.DEFAULT_CLOCK],
        "basis": ["stated", "from_reference"],
        "cohort": ["received", "closed"],
        "unit": ["calendar", "working"],
        "target": [1, 10, 20, 60, 200],
        "interval": ["month", "quarter", "year"],
        "by": ["type", "tier", "route", "outcome", "recipient", "dataset", "legal_basis"],
        "limit": [1, 3, 1000],
        "edition": [e["edition"] for e in editions],
        "known_on": sorted({*known, *(d + timedelta(days=1) for d in known), date(1990, 1, 1)}),
    }


def questions(seed: str, pool: dict[str, list[Any]], takes: Sequence[str], number: int) -> list[Asked]:
    """`number` questions, the plain one first: each filter with its own chance, and sometimes a past state."""
    chance = random.Random(seed)
    found: list[Asked] = [{}]
    often = {"by": 0.5, "interval": 0.5, "clock": 0.6, "unit": 0.4, "target": 0.5, "from_": 0.3, "to": 0.3}
    for _ in range(20 * number):  # few different questions can be asked of some
        if len(found) == number:
            break
        asked: Asked = {
            name: chance.choice(pool[name])
            for name in takes
            if pool[name] and chance.random() < often.get(name, 0.12)
        }
        if "from_" in asked and "to" in asked and asked["from_"] > asked["to"]:
            asked["from_"], asked["to"] = asked["to"], asked["from_"]
        past = chance.random()
        if past < 0.2 and pool["edition"]:
            asked["edition"] = chance.choice(pool["edition"])
        elif past < 0.4 and pool["known_on"]:
            asked["known_on"] = chance.choice(pool["known_on"])
        if asked not in found:
            found.append(asked)
    return found


def check_register(store: Store, register: str, name: str, number: int) -> None:
    pool = pools(store, register)
    _, takes, _ = ORACLES[name]
    rested = [check(store, name, register, a) for a in questions(f"{register} {name}", pool, takes, number)]
    if measures.rows(name, store, register=register).rows:
        assert sum(n > 0 for n in rested) > len(rested) / 4, "the questions mostly ask of nothing"


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("register", ["sample-npd-requests", "sample-external-data-shares"])
def test_sample(sample_store, register, name):
    check_register(sample_store, register, name, 14)


@pytest.fixture(scope="module")
def real_registers(tmp_path_factory):
    """Every published register that is here, with both of PHE's files."""
    nhs = REALDATA / "nhs-digital-release-register" / "1. releaseregister_20210201_20210228.xlsx"
    files = {
        "phe-odr": [PHE_OLDER_FILE, PHE_FILE],
        "sudbury-foi": [SUDBURY_FILE],
        "nhs-digital-releases": [nhs],
        "calgary-foi": [SUDBURY_FILE.with_name("ca_ab_calgary.csv")],
        "bc-foi": [SUDBURY_FILE.with_name("ca_bc.csv")],
        "doj-foia": [REALDATA / "doj-foia-log-2017" / "cleaned.csv"],
    }
    if not SUDBURY_FILE.is_file():
        pytest.skip("the published registers are not here: set ACCESS_REVIEW_REALDATA")
    settings = load_settings(tmp_path_factory.mktemp("proof-real") / "data")
    found = load_registers(settings)
    for register, paths in files.items():
        for path in paths:
            add_edition(settings, found[register], path)
    report = build(settings)
    with Store(settings) as store:
        yield Built(settings, report, store)


REAL = (
    "phe-odr", "sudbury-foi", "nhs-digital-releases", "calgary-foi", "bc-foi", "doj-foia", "dfe-npd-requests",
    "dfe-external-data-shares",
)  # fmt: skip


@pytest.mark.realdata
@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("register", REAL)
def test_real(real_registers, register, name):
    check_register(real_registers.store, register, name, 6)


def test_every_measure_with_rows_has_an_oracle():
    listed = {name for name, m in measures.MEASURES.items() if m.rows_query}
    assert listed == set(measures.MEASURES)
    assert listed == {*ORACLES, *RECORDS, *ITSELF, *ELSEWHERE}


@pytest.mark.parametrize("name", [*ORACLES, "spells", *ELSEWHERE])
def test_the_command_and_open_data_give_the_same_rows(sample_data, capsys, name):
    """Python, `--rows` and CSV: the same rows in the same order."""
    asked = {
        "register": "sample-npd-requests",
        "from_": "2017-01-01",
        "to": "2018-12-31",
        "type": "university",
    }
    rows = measures.rows(name, sample_data.store, **asked)
    capsys.readouterr()
    given = [v for k, value in asked.items() for v in (f"--{k.rstrip('_')}", value)]
    assert (
        main(["--data", str(sample_data.settings.data), "measure", name, "--rows", *given, "--format", "csv"])
        == 0
    )
    assert capsys.readouterr().out == rows.csv()
    read = list(csv.DictReader(io.StringIO(rows.csv())))
    assert len(read) == len(rows.rows) > 0
    assert [r["reference"] if "reference" in r else r["published_name"] for r in read] == [
        r.get("reference", r.get("published_name")) for r in rows.dicts()
    ]


def day_asked(store: Store, asked: Asked) -> date:
    """The day on which lateness is judged: the last that any edition in the build speaks of, where none is named."""
    days = [
        day
        for register in store.query("registers").dicts()
        for e in measures.editions(
            store, register=register["register"], known_on=asked.get("known_on")
        ).dicts()
        for day in (e["as_at"], e["published"])
        if day and e["withdrawn_on"] is None
    ]
    chosen: date | None = asked.get("known_on") or asked.get("to")
    return chosen or max(days)


def check_records(store: Store, name: str, register: str, asked: Asked) -> int:
    """Hold a measure of records against its rows; the number of rows it rests on."""
    oracle, _ = RECORDS[name]
    where = f"{name} {register} {asked}"
    rows = measures.rows(name, store, register=register, **asked).dicts()
    found = measures.measure(name, store, register=register, **asked).dicts()
    for row in rows:  # the way home
        assert row["file"], where
        assert row["sheet_row"] or row["sheet"] or name in ("decisions", "answerability"), where
    if name == "decisions":
        expected = oracle(rows, asked, None, day_asked(store, asked))
    elif name == "identity":
        facts = facts_of(store, register, asked)
        if facts is None or not found[0]["applies"]:
            assert not rows, where
            return 0
        expected = oracle(rows, asked, facts)
    else:
        expected = oracle(rows, asked, None)
    if name == "editions":
        found = [r for r in found if r["withdrawn_on"] is None]
    if name == "published-figures":
        for row in found:
            row["counted"] = row["ours"] or 0
            if row["ours"] is not None:
                assert row["difference"] == row["ours"] - row["value"], where
    if name == "answerability":  # each field of an era has what its sheets say
        found = (
            [dict(t) for t in {tuple((k, r[k]) for k in expected[0]) for r in found}] if expected else found
        )
    columns = list(expected[0]) if expected else []
    assert sorted(([r[c] for c in columns] for r in found), key=str) == sorted(
        ([r[c] for c in columns] for r in expected), key=str
    ), where
    return len(rows)


def check_records_of(store: Store, register: str, name: str, number: int) -> int:
    pool = pools(store, register)
    asks = questions(f"{register} {name}", pool, RECORDS[name][1], number)
    return sum(check_records(store, name, register, asked) for asked in asks)


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("register", ["sample-npd-requests", "sample-external-data-shares"])
def test_records_of_the_sample(sample_store, register, name):
    rested = check_records_of(sample_store, register, name, 8)
    silent = {("person-counts", "sample-npd-requests"), ("identity", "sample-external-data-shares")}
    nobody_says = name in ("published-figures", "commitments")  # of what was invented
    assert (rested == 0) == (nobody_says or (name, register) in silent)


@pytest.mark.realdata
@pytest.mark.parametrize("name", RECORDS)
def test_real_records(real_registers, name):
    rested = [check_records_of(real_registers.store, register, name, 6) for register in REAL]
    assert any(rested) or name == "person-counts"  # no published register here has any


RECORDED = [pytest.param(d, e, id=f"{d.measure}: {e.title}") for d, e in examples() if d.measure in RECORDS]


@pytest.mark.parametrize(("definition", "example"), RECORDED)
def test_records_of_the_worked_examples(definition, example, tmp_path_factory):
    """Figures that can be compared, commitments, corrections and late editions stand in the examples."""
    opened: dict[int, Store] = {}
    store = store_of(example.given, opened, tmp_path_factory)
    try:
        asked = {k.rstrip("_") if k != "from_" else k: v for k, v in example.ask.items()}
        asked |= {
            k: date.fromisoformat(v)
            for k, v in asked.items()
            if k in ("from_", "to", "known_on") and len(v) == 10
        }
        check_records(store, definition.measure, example.given.name, asked)
    finally:
        store.close()


@pytest.mark.parametrize("name", ITSELF)
@pytest.mark.parametrize("register", ["sample-npd-requests", "sample-external-data-shares"])
def test_a_measure_of_records_is_its_own_listing(sample_store, register, name):
    found = measures.measure(name, sample_store, register=register)
    rows = measures.rows(name, sample_store, register=register)
    columns = [c for c in found.columns if c != "register"]
    assert {"edition", "sheet", "sheet_row"} <= set(rows.columns)
    assert [[r[c] for c in columns] for r in found.dicts()] == [[r[c] for c in columns] for r in rows.dicts()]
