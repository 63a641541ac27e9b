"""Every page of registers at the edge: an answer in words, whatever was asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboard.editions import add_edition
from dashboard.pages import PAGES
from dashboard.registers import load_registers
from dashboard.settings import load_settings
from dashboard.warehouse.build import build
from tests.support.edges import AS_AT, EDGE, HEADINGS, REGISTERS
from tests.support.serving import Served, serving
from tests.support.warehouse import to_toml, write_file


NAMES = {f"edge-{number}": name for number, name in enumerate(REGISTERS)}
ASKED = (
    "",
    "&type=university&from=2020-01-20&to=2020-01-20",
    "&from=2031-01-01",
    "&to=1990-12-31",
    "&known_on=1990-01-01",
    "&edition=2020-03-31",
    "&reference=nothing",
    "&interval=month&by=type&unit=working&target=1&cohort=closed",
    "&clock=received_to_release&outcome=released",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("edges")
    settings = load_settings(folder / "data")
    for register, name in NAMES.items():
        path = settings.data / "registers" / f"{register}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_toml({**EDGE, "id": register, "title": name}), "utf-8")
        file = write_file(folder / register, "\n".join([HEADINGS, *REGISTERS[name], ""]))
        add_edition(settings, load_registers(settings)[register], file, as_at=AS_AT)
    build(settings)
    with serving(settings.data) as served:
        yield served


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("register", NAMES, ids=NAMES.values())
def test_a_page_answers(site: Served, register: str, page: str) -> None:
    for asked in ASKED:
        answer = site.get(f"/{page}?register={register}{asked}")
        assert answer.status == 200, asked
        assert "Traceback" not in answer.text
        heading = answer.text.partition("<h1")[2].partition("</h1>")[0].partition(">")[2]
        assert heading.strip(), asked
        for word in ("nan", "inf", "None", "NaT"):
            assert f">{word}<" not in answer.text, (asked, word)
            assert f" {word} " not in heading, (asked, word)
