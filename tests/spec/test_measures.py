"""Each worked example, run: the whole answer, in order, to the last digit that open data shows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dashboard import measures
from dashboard.editions import list_editions
from dashboard.store import Store
from dashboard.withdrawals import Withdrawal, write_withdrawal
from tests.spec.catalogue import DEFINITIONS, examples
from tests.spec.shape import Example, Given
from tests.support.warehouse import File, lone_settings, make_data, open_data, table


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Store]]:
    opened: dict[int, Store] = {}
    yield opened
    for store in opened.values():
        store.close()


def store_of(given: Given, stores: dict[int, Store], factory: pytest.TempPathFactory) -> Store:
    """One build a register, however many examples ask about it."""
    if id(given) not in stores:
        editions = {
            e.as_at: File(
                table(e.rows)
                if isinstance(e.rows, str)
                else {name: table(rows) for name, rows in e.rows.items()},
                published=e.published,
                replaces="." in e.as_at,
            )
            for e in given.editions
        }
        folder = make_data(
            factory.mktemp(given.name),
            given.register,
            editions,
            figures=given.figures,
            reference={
                **given.reference,
                **({f"corrections/{given.name}/spec.toml": given.corrections} if given.corrections else {}),
            },
        )
        withdraw(folder, given)
        stores[id(given)] = open_data(folder)
    return stores[id(given)]


def withdraw(folder: Path, given: Given) -> None:
    there = {e.edition: e for e in list_editions(lone_settings(folder))}
    for item in given.withdrawn:
        write_withdrawal(
            lone_settings(folder),
            Withdrawal(
                register=given.name, edition=item.edition, sha256=there[item.edition].sha256,
                on=date.fromisoformat(item.on), reason=item.reason, superseded_by=item.superseded_by, file="",
            ),
        )  # fmt: skip


def ask(example: Example, measure: str, store: Store) -> measures.MeasureResult:
    return measures.measure(measure, store, register=example.given.name, **example.ask)


CASES = [pytest.param(d, e, id=f"{d.measure}: {e.title}") for d, e in examples()]


@pytest.mark.parametrize(("definition", "example"), CASES)
def test_example(definition, example, stores, tmp_path_factory):
    result = ask(example, definition.measure, store_of(example.given, stores, tmp_path_factory))
    head = [cell.strip() for cell in example.expect.strip().splitlines()[0].split("|")]
    expected = [["" if v == "null" else v for v in row.values()] for row in table(example.expect)]
    published = list(csv.DictReader(io.StringIO(result.csv())))
    assert [[row[column] for column in head] for row in published] == expected
    # CSV shows no value and empty text alike, so where the example says null it must be no value.
    for row, wanted in zip(result.dicts(), table(example.expect), strict=True):
        assert all(row[column] is None for column in head if wanted[column] == "null")
    for note in example.notes:
        assert any(note in found for found in result.notes), (note, result.notes)


@pytest.mark.parametrize(("definition", "example"), CASES)
def test_rows_behind_an_example(definition, example, stores, tmp_path_factory):
    store = store_of(example.given, stores, tmp_path_factory)
    name, asked = definition.measure, {"register": example.given.name, **example.ask}
    rows = measures.rows(name, store, **asked)
    assert {"edition", "sheet", "sheet_row"} <= set(rows.columns)
    if name == "volumes":
        counted = Counter(rows.column("counted_as"))
        for row in [ask(example, name, store)] if "interval" not in example.ask else []:
            for kind in measures.VOLUME_COUNTS[1:-1]:
                assert sum(v or 0 for v in row.column(kind)) == counted[kind], kind


def test_every_measure_has_a_definition():
    assert [d.measure for d in DEFINITIONS] == sorted(
        measures.MEASURES, key=[d.measure for d in DEFINITIONS].index
    )


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.measure)
def test_definition_names_the_columns_of_the_contract_and_an_example_shows_each(definition):
    promised = measures.find_measure(definition.measure).columns
    assert tuple(definition.columns) == promised
    shown = {c.strip() for e in definition.examples for c in e.expect.strip().splitlines()[0].split("|")}
    # A hash says nothing to a reader.
    assert set(promised) - shown <= {"sha256", "change"}
