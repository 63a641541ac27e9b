"""`known_on` a day is a build made of only what was published by that day: for every measure, to the last note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, SHARES, write_sample
from dashboard.settings import Settings, load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.support.warehouse import REALDATA, File, build_data, lone_settings, make_data, register, table


@dataclass(frozen=True)
class Published:
    register: str
    path: Path
    published: date
    replaces: bool = False


def settings_of(folder: Path, files: Sequence[Published]) -> Settings:
    settings = load_settings(folder)
    registers = load_registers(settings)
    for file in files:
        add_edition(
            settings, registers[file.register], file.path, published=file.published, replaces=file.replaces
        )
    return settings


def asked(name: str) -> list[dict[str, object]]:
    """The plain question, and one by group and interval where the measure has them."""
    more = {
        "volumes": [{"interval": "year", "by": "type"}],
        "recipients": [{"by": "outcome"}],
        "turnaround": [{"by": "tier", "interval": "year", "target": 90}],
        "spells": [{"clock": "approval_to_first_published"}],
    }
    return [{}, *more.get(name, [])]


def without_day(rows: tuple[tuple[object, ...], ...], day: date) -> tuple[tuple[object, ...], ...]:
    """Rows whose addresses no longer name the day: an address of what was known then has to, one of today does not."""
    words = f"known_on={day}"
    return tuple(
        tuple(v.replace(f"&{words}", "").replace(f"{words}&", "") if isinstance(v, str) else v for v in row)
        for row in rows
    )


def assert_same(then: Store, now: Store, name: str, day: date, register_id: str) -> None:
    for question in asked(name):
        past = measures.measure(name, now, register=register_id, known_on=day, **question)
        built = measures.measure(name, then, register=register_id, **question)
        assert past.columns == built.columns
        assert without_day(past.rows, day) == built.rows, (name, day, register_id, question)
        assert past.notes == built.notes, (name, day, register_id, question)


@pytest.fixture(scope="module")
def sample_moments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[date, Store]]]:
    base = tmp_path_factory.mktemp("moments")
    written = write_sample(base / "workbooks", requests=220, editions=4)
    files = [Published(e.register, e.path, e.published) for e in written]
    settings = settings_of(base / "all", files)
    build(settings)
    moments = {}
    for day in sorted({f.published for f in files})[1::3]:
        then = settings_of(base / day.isoformat(), [f for f in files if f.published <= day])
        build(then)
        moments[day] = Store(then)
    with Store(settings) as now:
        yield now, moments
    for store in moments.values():
        store.close()


@pytest.mark.parametrize("name", list(measures.MEASURES))
def test_the_sample(sample_moments, name):
    now, moments = sample_moments
    compared = 0
    for day, then in moments.items():
        here = {row["register"] for row in then.query("registers").dicts()}
        for register_id in here & {LEGACY, SHARES}:
            assert_same(then, now, name, day, register_id)
            compared += 1
    assert compared > len(moments)


# A register whose files came out of order, were replaced, and changed their headings on the way.
COLUMNS = {"reference": "Ref", "recipient": "Name", "released_date": "Released", "licence_end": "Ends"}
WANDERING = register(
    "wandering",
    sheets=[{"name": "*", "rows": "release", "columns": COLUMNS, "optional": ["licence_end"],
             "period": [{"from": "file_name", "pattern": "of (?P<start>\\S+) to (?P<end>\\S+)"}]}],
    layout={"date_order": "ymd"},
)  # fmt: skip
FILES = {
    "2018-12-31": File(table("""
        Ref | Name      | Released   | Ends
        A/1 | Anyford   | 2018-02-01 | 2020-02-01
        A/1 | Anyford   | 2018-05-01 | 2020-02-01
        B   | Elsewhere | 2018-06-01 |
        B   | Elsewhere | 2018-06-01 |
    """), published="2019-02-01"),
    "2018-12-31.2": File(table("""
        Ref | Name      | Released   | Ends
        A/1 | Anyford   | 2018-02-03 | 2020-02-01
        B   | Elsewhere | 2018-06-01 | 2019-06-01
    """), published="2020-04-01", replaces=True),
    "2016-12-31": File(table("""
        Ref | Name      | Released
        A/1 | Any ford  | 2016-02-01
        C   | Nowhere   | 2016-05-01
    """), published="2019-09-01"),
    "2019-12-31": File(table("""
        Ref | Name      | Released   | Ends
        A/1 | Anyford   | 2018-02-01 | 2021-02-01
        C   | Nowhere.  | 2016-05-01 |
        D   | Newcomer  | 2019-05-01 |
    """), published="2020-02-01"),
}  # fmt: skip


@pytest.fixture(scope="module")
def wandering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[date, Store]]]:
    base = tmp_path_factory.mktemp("wandering")

    def store(name: str, files: dict[str, File]) -> Store:
        folder = make_data(base / name, WANDERING, files)
        build_data(folder)
        return Store(lone_settings(folder))

    now = store("all", FILES)
    moments = {}
    for day in sorted(file.published for file in FILES.values()):
        known = {name: file for name, file in FILES.items() if file.published <= day}
        moments[date.fromisoformat(day)] = store(day, known)
    yield now, moments
    for each in (now, *moments.values()):
        each.close()


@pytest.mark.parametrize("name", list(measures.MEASURES))
def test_files_out_of_order_and_replaced(wandering, name):
    now, moments = wandering
    assert len(moments) == len(FILES)
    for day, then in moments.items():
        assert_same(then, now, name, day, "wandering")


@pytest.mark.realdata
@pytest.mark.parametrize("name", list(measures.MEASURES))
def test_real_registers_before_and_after_an_edition(real_store, name):
    """Of one edition only: what was known on its day is what there is."""
    if not REALDATA.is_dir():
        pytest.skip("the published registers are not here")
    for register_id in ("phe-odr", "sudbury-foi"):
        assert_same(real_store, real_store, name, date(2099, 1, 1), register_id)
