"""What DuckDB plans cleverly and what it plans plainly are the same rows (docs/decisions/0016)."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from dashboard import measures, store
from dashboard.sample import LEGACY, SHARES
from dashboard.settings import load_settings
from dashboard.warehouse.engine import CONFIG


# Without any of three, DuckDB 2.0 fails within itself on the queries of clocks ("DataChunk::SetChildCardinality"):
# it says so, and gives no wrong row. One of them is left on, and the others are compared.
NEEDED = ("filter_pushdown",)


@pytest.fixture(scope="module")
def plain(sample_data, tmp_path_factory):
    """The sample without one optimiser. A copy: DuckDB opens a file in one way at a time."""
    data = tmp_path_factory.mktemp("plain") / "data"
    shutil.copytree(sample_data.settings.builds, data / "builds")
    with duckdb.connect() as con:
        every = ",".join(
            name for (name,) in con.execute("from duckdb_optimizers()").fetchall() if name not in NEEDED
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "CONFIG", {**CONFIG, "disabled_optimizers": every})
        with store.Store(load_settings(data)) as found:
            yield found


@pytest.mark.parametrize("asked", [{}, {"known_on": "2017-09-30"}, {"known_on": "2026-01-15"}, "latest"])
@pytest.mark.parametrize("name", measures.MEASURES)
def test_every_measure_without_an_optimiser(sample_store, plain, name, asked):
    compared = 0
    for register in (LEGACY, SHARES):
        if asked == "latest":
            filters = {"edition": measures.editions(sample_store, register=register).column("edition")[-1]}
        else:
            filters = asked
        if not measures.editions(sample_store, register=register, **filters).result.rows:
            continue  # nothing was known of it by then
        here = measures.measure(name, sample_store, register=register, **filters)
        there = measures.measure(name, plain, register=register, **filters)
        # what no query orders may come in any order
        assert sorted(map(repr, here.rows)) == sorted(map(repr, there.rows)), (name, filters)
        compared += 1
    assert compared


def test_the_optimiser_that_gives_wrong_rows_is_off(sample_store):
    """In the reader, and so in effect: what the first lines of decision 16 tell can not happen."""
    [setting] = sample_store._root.connection.execute(
        "select value from duckdb_settings() where name = 'disabled_optimizers'"
    ).fetchone()
    assert "common_subplan" in setting
