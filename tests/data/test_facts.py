"""The facts and the tables by month count what the rows behind a figure count, whatever was asked.

The store takes the narrowest tables that can answer (dashboard/store.py). Here the same questions go to the rows
themselves, by the schema `latest` alone, and the answers must be the same to the last note.
"""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from dashboard import measures, store
from dashboard.filters import make_filters
from dashboard.sample import LEGACY, SHARES
from dashboard.store import Store, schemas_for, without_needless_day
from tests.data.test_rows_recompute import ORACLES, pools, questions
from tests.data.test_time_travel import FILES, WANDERING
from tests.support.warehouse import build_data, lone_settings, make_data


COUNTED = (
    *("volumes", "backlog", "recipients", "top-recipients", "recipient-flow", "turnaround", "survival-curve"),
    *("outcomes", "turnaround-comparison", "oldest-open", "ever-seen"),
)


def answers(here: Store, name: str, register: str, asked: list[dict[str, object]]) -> list[object]:
    here._results.clear()
    found = []
    for question in asked:
        result = measures.measure(name, here, register=register, **question)
        found.append((question, result.columns, result.rows, result.notes))
    return found


@pytest.fixture(scope="module")
def wandering(tmp_path_factory):
    """A register of releases in several editions: one request in several rows."""
    folder = make_data(tmp_path_factory.mktemp("facts") / "data", WANDERING, FILES)
    build_data(folder)
    with Store(lone_settings(folder)) as found:
        yield found


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("register", [LEGACY, SHARES, "wandering"])
def test_facts_count_what_rows_count(sample_store, wandering, monkeypatch, register, name):
    here = wandering if register == "wandering" else sample_store
    pool = pools(here, register)
    pool["edition"] = pool["known_on"] = []
    pool["by"].append("legal_basis")
    # whole months and parts of months both: the tables by month answer the first alone
    pool["from_"] += [date(2016, 1, 1), date(2017, 2, 1)]
    pool["to"] += [date(2017, 12, 31), date(2018, 2, 28)]
    asked = questions(f"facts {register} {name}", pool, ORACLES[name][1], 25)
    narrow = answers(here, name, register, asked)
    monkeypatch.setattr(store, "schemas_for", lambda values, releases_in: ("latest",))
    wide = answers(here, name, register, asked)
    for one, other in zip(narrow, wide, strict=True):
        assert one == other
    here._results.clear()


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("register", [LEGACY, SHARES, "wandering"])
def test_what_stands_ready_is_what_rows_count(sample_store, wandering, monkeypatch, register, name):
    """Whole registers, one type or tier, one data set or part of one: asked of every measure, not drawn."""
    here = wandering if register == "wandering" else sample_store
    pool = pools(here, register)
    takes = ORACLES[name][1]
    asked: list[dict[str, object]] = [{}, {"by": "type"}, {"by": "tier"}, {"limit": 3}, {"interval": "month"}]
    asked += [{field: value} for field in ("type", "tier") for value in pool[field]]
    names = pool["dataset"][:3] + pool["dataset"][-3:]
    asked += [{"dataset": d, **i} for d in names for i in ({}, {"interval": "month"}, {"interval": "year"})]
    asked = [q for q in asked if set(q) <= {*takes, "type", "tier", "dataset"}]
    narrow = answers(here, name, register, asked)
    monkeypatch.setattr(store, "schemas_for", lambda values, releases_in: ("latest",))
    wide = answers(here, name, register, asked)
    for one, other in zip(narrow, wide, strict=True):
        assert one == other
    assert len(asked) > 3
    here._results.clear()


@pytest.mark.parametrize("name", list(measures.MEASURES))
@pytest.mark.parametrize("register", [LEGACY, SHARES, "wandering"])
def test_known_on_a_day_that_leaves_nothing_out_is_asked_of_the_facts(
    sample_store, wandering, monkeypatch, register, name
):
    """From the last edition's day on, the way of the past and the way of today give the same, to the last note."""
    here = wandering if register == "wandering" else sample_store
    known_whole = dict(here.query("known_whole").rows)[register]
    takes = ORACLES[name][1] if name in ORACLES else ()
    pool = pools(here, register)
    pool["edition"] = pool["known_on"] = []
    asked = [
        {**question, "known_on": day}
        for question in questions(f"known whole {register} {name}", pool, takes, 3)
        for day in (known_whole, date(2040, 4, 30))
    ]
    narrow = answers(here, name, register, asked)
    monkeypatch.setattr(store, "schemas_for", lambda values, releases_in: ("as_known",))
    wide = answers(here, name, register, asked)
    for one, other in zip(narrow, wide, strict=True):
        assert one == other
    here._results.clear()


def test_a_day_is_needless_once_all_that_is_asked_about_is_known():
    known = {"early": date(2018, 5, 1), "late": date(2019, 5, 1)}

    def kept(day: date | None, register: str | None) -> object:
        given = {"known_on": day, "register": register, "by": "type"}
        left = without_needless_day(given, known)
        assert {**left, "known_on": day} == given
        return left["known_on"]

    before, between, after = date(2018, 4, 30), date(2018, 5, 1), date(2019, 5, 1)
    assert [kept(day, "early") for day in (before, between, after)] == [before, None, None]
    assert [kept(day, "late") for day in (before, between, after)] == [before, between, None]
    # without a register, or with one that is not there, all of them are asked about
    for register in (None, "other"):
        assert [kept(day, register) for day in (before, between, after)] == [before, between, None]
    assert kept(None, "early") is None


@pytest.mark.parametrize("register", [LEGACY, SHARES, "wandering"])
def test_the_longest_waits_of_facts_are_those_of_rows(sample_store, wandering, monkeypatch, register):
    """The overview's longest wait is no measure of its own: the same, of the query."""
    here = wandering if register == "wandering" else sample_store
    pool = pools(here, register)
    pool["edition"] = pool["known_on"] = pool["unit"] = []
    asked = questions(f"waits {register}", pool, ORACLES["turnaround"][1], 25)
    made = [
        make_filters(register=register, **{k: v for k, v in q.items() if k not in ("interval", "by")})
        for q in asked
    ]
    narrow = [here.query("longest_waits", f).rows for f in made]
    here._results.clear()
    monkeypatch.setattr(store, "schemas_for", lambda values, releases_in: ("latest",))
    assert narrow == [here.query("longest_waits", f).rows for f in made]
    assert register == "wandering" or any(narrow)
    here._results.clear()


def test_a_question_asked_by_several_at_once_is_asked_once(sample_store, monkeypatch):
    here = sample_store
    here._results.clear()
    running, ran = here._run, []

    def slow(*arguments):
        ran.append(arguments)
        threading.Event().wait(0.1)
        return running(*arguments)

    monkeypatch.setattr(here, "_run", slow)
    filters = make_filters(register=LEGACY)
    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(lambda _: here.query("oldest_open", filters).rows, range(5)))
    assert len(ran) == 1
    assert found == [found[0]] * 5
    assert not here._asking


def test_the_narrowest_tables_are_taken():
    """What each way is taken for: else the test above could compare a way with itself."""
    month = {"from": date(2017, 1, 1), "to": date(2017, 12, 31)}
    rest = ("asked", "facts", "latest")
    ready = (
        "asked_unfiltered",
        "unfiltered",
        "asked_one_group",
        "one_group",
        "asked_whole",
        "typed",
        "whole",
    )
    cases: list[tuple[dict[str, object], tuple[str, ...]]] = [
        ({}, (*ready, "slim", "monthly", *rest)),
        ({"limit": 20}, (*ready, "slim", "monthly", *rest)),
        ({"by": "all"}, (*ready, "slim", "monthly", *rest)),
        ({"by": "type"}, (*ready, "slim", "monthly", *rest)),
        (
            {"type": ["charity"]},
            ("asked_one_group", "one_group", "asked_whole", "typed", "whole", "slim", "monthly", *rest),
        ),
        ({"tier": ["2"]}, ("asked_one_group", "one_group", "asked_whole", "whole", "slim", "monthly", *rest)),
        ({"type": ["charity", "commercial"]}, ("asked_whole", "typed", "whole", "slim", "monthly", *rest)),
        ({"type": ["charity"], "by": "type"}, ("asked_whole", "typed", "whole", "slim", "monthly", *rest)),
        ({"type": ["charity"], "tier": ["2"]}, ("asked_whole", "whole", "slim", "monthly", *rest)),
        ({"by": "type", "tier": ["2"]}, ("asked_whole", "whole", "slim", "monthly", *rest)),
        ({"by": "type", "cohort": "closed"}, ("slim", "monthly", *rest)),
        ({"by": "route"}, ("monthly", *rest)),
        ({"outcome": ["released"]}, ("monthly", *rest)),
        ({"interval": "month"}, ("slim", "monthly", *rest)),
        (month, ("slim", "monthly", *rest)),
        ({"to": date(2016, 2, 29)}, ("slim", "monthly", *rest)),
        ({"from": date(2017, 1, 2)}, ("daily", "slim", "monthly", *rest)),
        ({"to": date(2017, 12, 30), "by": "tier"}, ("daily", "slim", "monthly", *rest)),
        ({"to": date(2017, 12, 30), "by": "outcome"}, rest),
        ({"by": "recipient"}, rest),
        (
            {"dataset": "x", "interval": "month"},
            ("called_by_month", "called", "of_dataset", "monthly", *rest),
        ),
        ({"dataset": "x", "interval": "month", "tier": ["2"]}, ("of_dataset", "monthly", *rest)),
        ({"dataset": "x"}, ("called", "of_dataset", "monthly", *rest)),
        ({"dataset": "x", "type": ["charity"], **month}, ("of_dataset", "monthly", *rest)),
        ({"dataset": "x", "route": ["y"]}, ("of_dataset", *rest)),
        ({"dataset": "x", "by": "dataset"}, ("of_dataset", *rest)),
        ({"dataset": "x", "from": date(2017, 1, 2)}, ("of_dataset", *rest)),
        ({"recipient": "x"}, ("of_recipient", *rest)),
        ({"recipient": "x", "dataset": "y"}, ("of_both", *rest)),
        (
            {"register": "releases"},
            ("unfiltered", "one_group", "typed", "whole", "slim", "monthly", "facts", "latest"),
        ),
        ({"reference": "x"}, ("latest",)),
        ({"edition": "2017-01-01", **month}, ("as_known",)),
        ({"known_on": date(2017, 1, 1)}, ("as_known",)),
    ]
    for values, schemas in cases:
        asked = {"register": "requests", **values}
        assert schemas_for(asked, frozenset({"releases"})) == schemas, values
    # without a register, one that lists releases may be among them
    assert "asked" not in schemas_for({"register": None}, frozenset({"releases"}))
    assert len(set(itertools.chain(*(s for _, s in cases)))) == 19


def test_the_check_sees_a_month_that_is_wrong(sample_data, tmp_path):
    """facts_agree and stock_and_flow find what is planted."""
    import duckdb

    from dashboard.settings import PACKAGE

    path = tmp_path / "planted.duckdb"
    path.write_bytes(sample_data.store.build.path.read_bytes())
    checks = {
        n: (PACKAGE / "warehouse" / "checks" / f"{n}.sql").read_text("utf-8")
        for n in ("facts_agree", "stock_and_flow")
    }
    with duckdb.connect(str(path)) as con:
        con.execute("set search_path = 'monthly,facts,latest'")
        for name, sql in checks.items():
            assert con.execute(sql).fetchall() == [], name
        con.execute(
            "update core.monthly_flows set closed = closed + 1 where month = date '2017-03-01' "
            "and received > 0"
        )
        for name, sql in checks.items():
            assert con.execute(sql).fetchall(), name


@pytest.mark.parametrize(
    "damage",
    [
        "update core.risk_groups set cases = list_transform(cases, lambda n: n + 1) where grouped_by = 'type'",
        "update core.ending_groups set ended = list_transform(ended, lambda n: n + 1) where grouped_by = 'tier'",
        "update core.recipient_groups set requests = requests + 1 where grouped_by = 'type'",
        "update core.ranked_recipients set requests = requests - 1 where place = 1",
        "update core.called_flows set received = received + 1 where received > 0",
        "update core.called_ageing set reached_61 = 0 where reached_61 > 0",
    ],
)
def test_the_check_sees_what_stands_ready_and_is_wrong(sample_data, tmp_path, damage):
    import duckdb

    from dashboard.settings import PACKAGE

    path = tmp_path / "planted.duckdb"
    path.write_bytes(sample_data.store.build.path.read_bytes())
    sql = (PACKAGE / "warehouse" / "checks" / "facts_agree.sql").read_text("utf-8")
    with duckdb.connect(str(path)) as con:
        con.execute("set search_path = 'monthly,facts,latest'")
        con.execute(damage)
        assert con.execute(sql).fetchall()


@pytest.mark.parametrize("name", ["recipients", "top-recipients", "volumes"])
def test_the_ends_of_a_period_are_counted_by_day(sample_store, monkeypatch, name):
    """Periods within a month, over the turn of one, of whole months at one end, and open at either."""
    days = [
        date(2014, 2, 1),
        date(2014, 2, 10),
        date(2014, 2, 28),
        date(2014, 3, 1),
        date(2014, 12, 31),
        date(2015, 1, 17),
    ]
    pairs = [(a, b) for a in [None, *days] for b in [*days, None] if a is None or b is None or a <= b]
    asked: list[dict[str, object]] = [{"from_": a, "to": b} for a, b in pairs]
    narrow = answers(sample_store, name, LEGACY, asked)
    monkeypatch.setattr(store, "schemas_for", lambda values, releases_in: ("latest",))
    assert narrow == answers(sample_store, name, LEGACY, asked)
    sample_store._results.clear()
