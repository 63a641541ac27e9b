"""Registers are never pooled, samples never stand beside real ones, and a wrong name is named."""

from __future__ import annotations

import pytest

from dashboard import measures
from dashboard.errors import UsageError
from dashboard.sample import LEGACY, SHARES


REAL = ["dfe-external-data-shares", "dfe-npd-requests"]


@pytest.mark.parametrize(
    "name", ["volumes", "recipients", "turnaround", "spells", "answerability", "editions"]
)
def test_without_register_each_has_its_own_rows_and_samples_are_left_out(sample_store, name):
    result = measures.measure(name, sample_store)
    assert result.columns[0] == "register"
    assert set(result.column("register")) <= set(REAL)


def test_a_named_sample_has_no_register_column_and_no_other_rows(sample_store):
    result = measures.volumes(sample_store, register=LEGACY)
    assert "register" not in result.columns
    assert len(result.result.rows) == 1


@pytest.mark.realdata
def test_real_registers_side_by_side_are_what_they_are_alone(real_store):
    together = measures.recipients(real_store).dicts()
    assert {r["register"] for r in together} <= {"phe-odr", *REAL}  # a fixture answers when named
    assert len(measures.recipients(real_store, register="sudbury-foi").result.rows) > 3
    mine = [{k: v for k, v in r.items() if k != "register"} for r in together if r["register"] == "phe-odr"]
    alone = measures.recipients(real_store, register="phe-odr")
    assert mine == alone.dicts()
    assert sum(r["share"] for r in mine) == pytest.approx(1)
    notes = measures.volumes(real_store).notes
    assert any(note.startswith("PHE data release register: ") for note in notes)


def test_a_register_edition_or_measure_that_is_not_there(sample_store):
    with pytest.raises(UsageError, match="did you mean 'sample-npd-requests'") as caught:
        measures.volumes(sample_store, register="sample-npd-request")
    assert SHARES in str(caught.value.hint)
    with pytest.raises(UsageError, match="no edition '1999-01-01'") as caught:
        measures.volumes(sample_store, register=LEGACY, edition="1999-01-01")
    assert "2017-06-30" in str(caught.value.hint)
    with pytest.raises(UsageError, match="did you mean 'volumes'"):
        measures.measure("volume", sample_store)
