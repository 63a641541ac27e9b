"""The `[fetch]` table of a description: what it says, and what is wrong with it, by key."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dashboard.errors import AccessReviewError
from dashboard.outlets import Outlet, read_outlet
from dashboard.registers import load_registers, read_register
from dashboard.settings import CHECKOUT, Settings
from tests.support.warehouse import register, to_toml


GOOD = register("example", columns={"reference": "Ref", "released_date": "Released"})


def outlet(tmp_path: Path, table: Any, **also: Any) -> Outlet | None:
    path = tmp_path / "example.toml"
    document = {**copy.deepcopy(GOOD), **also, **({"fetch": table} if table is not None else {})}
    path.write_text(to_toml(document), "utf-8")
    return read_register(path, {"example": path}).fetch


def test_what_the_table_says(tmp_path: Path) -> None:
    found = outlet(
        tmp_path,
        {"kind": "govuk", "slug": ["a-b", "government/statistical-data-sets/c"], "leave": ["*guide*"]},
    )
    assert found is not None
    assert found.pages == (
        "https://www.gov.uk/government/publications/a-b",
        "https://www.gov.uk/government/statistical-data-sets/c",
    )
    assert found.takes("Shares.ODS")
    assert not found.takes("A GUIDE.ods")
    assert not found.takes("shares.pdf")
    assert outlet(tmp_path, None) is None


def test_the_page_is_the_registers_own_address_unless_another_is_named(tmp_path: Path) -> None:
    own = "https://www.gov.uk/government/publications/own"
    found = outlet(tmp_path, {"kind": "govuk"}, address=own)
    assert found is not None
    assert found.pages == (own,)
    found = outlet(tmp_path, {"kind": "links", "address": "https://example.org/list"}, address=own)
    assert found is not None
    assert found.pages == ("https://example.org/list",)
    assert found.looks_at("https://example.org/Files/x.csv")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("govuk", ["fetch", "must be a table"]),
        ({}, ["fetch", "'kind' is missing"]),
        ({"kind": "ftp"}, ["fetch.kind", "'ftp' is not known", "govuk, links"]),
        ({"kind": "govuk", "colour": "red"}, ["fetch", "'colour' is not a key"]),
        (
            {"kind": "govuk", "slug": "https://www.gov.uk/x"},
            ["fetch.slug", "not the end of a GOV.UK address"],
        ),
        ({"kind": "govuk", "slug": "../x"}, ["fetch.slug"]),
        ({"kind": "govuk", "slug": 7}, ["fetch.slug", "text or a list"]),
        ({"kind": "govuk", "slug": "x", "links": ["*"]}, ["'links' does not belong to"]),
        ({"kind": "links", "slug": "x"}, ["'slug' does not belong to"]),
        ({"kind": "links"}, ["no page is named"]),
        ({"kind": "govuk", "address": "https://example.org/x"}, ["not a page of www.gov.uk", "links"]),
        ({"kind": "links", "address": "example.org"}, ["not an address of a page"]),
        ({"kind": "links", "address": "https://[x"}, ["not an address"]),
        ({"kind": "links", "address": "file:///etc/passwd"}, ["not an address of a page"]),
        ({"kind": "links", "address": "https://example.org", "files": 3}, ["fetch.files"]),
        ({"kind": "govuk", "slug": "x", "assumed": "yes"}, ["'assumed' must be true or false"]),
    ],
)
def test_what_is_wrong_is_named(table: Any, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(AccessReviewError) as raised:
        outlet(tmp_path, table, address="")
    assert "example.toml" in str(raised.value)
    for part in words:
        assert part in str(raised.value)


def test_what_ships(tmp_path: Path) -> None:
    registers = load_registers(Settings(data=tmp_path, shipped=CHECKOUT / "data"))
    found = {name: r.fetch for name, r in registers.items() if r.fetch}
    assert found
    for name, fetch in found.items():
        assert all(page.startswith("https://") for page in fetch.pages), name
    # A register laid out like another does not share its files: synthetic ones are published nowhere.
    assert not [name for name in found if registers[name].synthetic]


def test_the_tables_that_the_documents_show_are_read() -> None:
    shown = [
        block.split("```")[0]
        for name in ("how-to-get-editions.md", "add-a-register.md")
        for block in (CHECKOUT / "docs" / name).read_text("utf-8").split("```toml\n")[1:]
    ]
    tables = [tomllib.loads(block)["fetch"] for block in shown if "[fetch]" in block]
    assert len(tables) == 3
    for table in tables:
        assert (
            read_outlet(table, "", lambda key, words, hint: AccessReviewError(f"{key}: {words}")) is not None
        )
