"""Simulated registers through the real path, file to measure, say what the simulation says of them; ends without a day.

The registers are the sample's own, written without damage, so that the truth stands in the workbooks. The fast path of
`make coverage` works on the true requests; here the same requests go through workbooks, archive, build and measures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, write_sample, writing
from dashboard.sample.editions import legacy_views
from dashboard.sample.truth import LEGACY_SHARE, draw
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.survival import kaplan_meier
from dashboard.turnbull import bounded_curve
from dashboard.warehouse.build import build
from tests.load.coverage import BEGIN, END, alike, between, late, of_last_year, risk_table, undated


REQUESTS = round(500 / LEGACY_SHARE)


def built(folder, seed: int, monkeypatch, *, hide_days: bool) -> Store:
    """A store of four editions as the sample writes them, but with nothing planted; or with no day of any ending."""
    monkeypatch.setattr(writing, "plan_damage", lambda *_: [])
    monkeypatch.setattr(writing, "plan_changes", lambda *_: ([], []))
    monkeypatch.setattr(writing, "plan_structure", lambda *_: [])

    def views(requests, as_at):
        found = legacy_views(requests, as_at)
        for view in found if hide_days else ():
            for row in view.rows if view.kind != "open" else ():
                row.values["event_date"] = None
        return found

    monkeypatch.setattr(writing, "legacy_views", views)
    settings = load_settings(folder / "data")
    register = load_registers(settings)[LEGACY]
    for edition in write_sample(folder / "sample", requests=REQUESTS, editions=4, seed=seed):
        if edition.register == LEGACY:
            add_edition(settings, register, edition.path, published=edition.published)
    build(settings)
    return Store(settings)


SEEDS = (11, 12)


@pytest.fixture(scope="module", params=SEEDS)
def stores(request, tmp_path_factory) -> Iterator[tuple[list, Store, Store]]:
    with pytest.MonkeyPatch.context() as patch:
        base = tmp_path_factory.mktemp(f"simulated-{request.param}")
        with_days = built(base / "dated", request.param, patch, hide_days=False)
        without = built(base / "undated", request.param, patch, hide_days=True)
    yield draw(REQUESTS, request.param).legacy, with_days, without
    with_days.close()
    without.close()


def test_kaplan_meier_of_the_last_year_is_the_fast_paths(stores):
    requests, store, _ = stores
    curve = kaplan_meier(risk_table(of_last_year(requests)))
    [row] = measures.turnaround(store, register=LEGACY, from_=BEGIN).dicts()
    assert (row["n"], row["events"]) == (sum(curve.events) + sum(curve.censored), sum(curve.events))
    assert (row["median"], row["p90"]) == (curve.quantile(0.5), curve.quantile(0.9))
    assert (row["median_low"], row["median_high"]) == curve.median_bounds()


def test_kaplan_meier_with_late_entry_is_the_fast_paths(stores):
    requests, store, _ = stores
    table = risk_table(late(requests))
    curve = kaplan_meier(table)
    found = measures.survival_curve(store, register=LEGACY)
    assert found.column("day") == list(curve.day)
    assert found.column("at_risk") == list(curve.at_risk)
    assert found.column("survival") == pytest.approx(list(curve.survival))
    assert sum(table.entered) > 0


def test_bounds_between_editions_are_the_fast_paths(stores):
    requests, _, store = stores
    curve = bounded_curve(alike(undated(requests)))
    found = measures.survival_bounds(store, register=LEGACY, from_=BEGIN)
    assert found.column("day") == list(curve.day)
    for column in ("lower", "upper", "low", "high"):
        assert found.column(column) == pytest.approx(list(getattr(curve, column)), abs=1e-6)
    assert {(r["exact"], r["method"]) for r in found.dicts()} == {(0, "Turnbull")}
    # the clock itself says that it knows nothing of them
    [row] = measures.turnaround(store, register=LEGACY, from_=BEGIN).dicts()
    assert row["events"] == 0
    assert row["excluded"] == found.column("between")[0] > 50


def test_bounds_with_late_entry_are_the_fast_paths(stores):
    """A sheet of the cases closed in a quarter says that an undated one ended in that quarter."""
    requests, _, store = stores
    cases = []
    for r in requests:
        entry = max(0, (BEGIN - r.received).days)
        low, high, _ = between(r)
        if high is not None and entry:
            low = max(low, entry + 1)
        if r.closed >= BEGIN and low > (entry or -1):
            cases.append((low, high, entry))
    assert sum(entry > 0 and high is not None for _, high, entry in cases) > 10
    curve = bounded_curve(alike(cases))
    found = measures.survival_bounds(store, register=LEGACY)
    assert found.column("n")[0] == len(cases)
    assert found.column("day") == list(curve.day)
    for column in ("lower", "upper", "low", "high"):
        assert found.column(column) == pytest.approx(list(getattr(curve, column)), abs=1e-6)


def test_bounds_of_dated_cases_are_the_curve_itself(stores):
    _, store, _ = stores
    curve = {r["day"]: r for r in measures.survival_curve(store, register=LEGACY).dicts()}
    bounds = measures.survival_bounds(store, register=LEGACY).dicts()
    assert {r["method"] for r in bounds} == {"Kaplan-Meier"}
    same = [r for r in bounds if r["day"] in curve]
    assert len(same) > 50
    for row in same:
        assert row["lower"] == row["upper"] == pytest.approx(curve[row["day"]]["survival"], abs=1e-6)
        assert row["low"] == pytest.approx(curve[row["day"]]["low"], abs=1e-6)


@pytest.mark.parametrize("asked", [{}, {"by": "type"}, {"unit": "working"}, {"clock": "received_to_decision"},
                                   {"by": "tier", "clock": "received_to_release"}])  # fmt: skip
def test_the_rows_behind_bounds_are_those_counted(stores, asked):
    _, *both = stores
    column = {"type": "recipient_type", "tier": "tier"}.get(asked.get("by", ""))
    for store in both:
        rows = measures.rows("survival-bounds", store, register=LEGACY, **asked).dicts()
        counted = Counter((row[column] if column else "all", row["counted_as"]) for row in rows)
        for row in measures.survival_bounds(store, register=LEGACY, **asked).dicts():
            for kind in ("exact", "between", "censored", "excluded"):
                assert row[kind] == counted[row["group"], kind], (kind, row["group"])
            assert row["n"] == row["exact"] + row["between"] + row["censored"]


def test_each_end_lies_between_what_the_editions_showed(stores):
    requests, _, store = stores
    true = {r.reference: r for r in requests}
    spells = measures.spells(store, register=LEGACY, clock="received_to_outcome").dicts()
    undated_rows = [s for s in spells if s["excluded_rule"] == "closed_undated"]
    assert len(undated_rows) > 100
    for spell in undated_rows:
        assert spell["end_low"] <= true[spell["reference"]].closed <= spell["end_high"] <= END
        assert (spell["event"], spell["censored"], spell["days"]) == (False, False, None)


def test_working_days_between_are_working_days(stores):
    _, _, store = stores
    calendar = measures.rows("survival-bounds", store, register=LEGACY, from_=BEGIN).dicts()
    working = measures.rows("survival-bounds", store, register=LEGACY, from_=BEGIN, unit="working").dicts()
    between = [(c, w) for c, w in zip(calendar, working, strict=True) if c["counted_as"] == "between"]
    assert between
    for c, w in between:
        assert c["reference"] == w["reference"]
        assert 0.6 * c["days_high"] <= w["days_high"] + 3 <= c["days_high"] + 3
