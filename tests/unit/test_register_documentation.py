"""docs/register-descriptions.md says every key that a description may have, and no other; its example works."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date

import pytest

from dashboard.layouts import match
from dashboard.reading import read_entries
from dashboard.registers import KEYS, MAPPABLE, ROW_KINDS, read_register
from dashboard.settings import CHECKOUT
from dashboard.vocabulary import OUTCOMES, RECIPIENT_TYPES
from dashboard.workbook import read_workbook


PAGE = (CHECKOUT / "docs" / "register-descriptions.md").read_text("utf-8")


def rows_below(heading):
    """The table below a heading, as lists of cells."""
    text = PAGE.split(f"\n{heading}", 1)[1].split("\n#", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]


def documented():
    found = {}
    for heading in re.findall(r"^### (.+)$", PAGE, re.MULTILINE):
        names = re.findall(r"`([^`]+)`", heading)
        for name in names:
            found[name] = rows_below(f"### {heading}")
    return found


@pytest.mark.parametrize("table", KEYS)
def test_every_key_is_documented_and_no_other(table):
    assert sorted(row[0].strip("`") for row in documented()[table]) == sorted(KEYS[table])


def test_no_table_is_documented_that_is_not_read():
    assert set(documented()) == set(KEYS)


@pytest.mark.parametrize(
    ("key", "row"), [(f"{t}.{r[0].strip('`')}", r) for t, rows in documented().items() for r in rows]
)
def test_each_key_has_its_type_default_meaning_and_an_example_of_it(key, row):
    name, takes, default, means, example = row
    assert takes
    assert default
    assert means
    assert list(tomllib.loads(example.strip("`"))) == [name.strip("`")]


def test_every_field_is_documented_and_no_other():
    assert {row[0].strip("`") for row in rows_below("## Fields")} == MAPPABLE
    assert all(row[1] for row in rows_below("## Fields"))
    (rows,) = [r for r in documented()["layout.sheet"] if r[0] == "`rows`"]
    assert set(re.findall(r"`(\w+)`", rows[1])) == set(ROW_KINDS)


def test_the_terms_are_where_the_page_says():
    contract = (CHECKOUT / "docs" / "contract.md").read_text("utf-8")
    assert "## Terms" in contract
    assert all(f"`{term}`" in contract for term in (*OUTCOMES, *RECIPIENT_TYPES))


def block(kind, number=0):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[number]


def test_the_example_reads_as_the_page_says(tmp_path):
    description = tmp_path / "council-releases.toml"
    description.write_text(block("toml"), "utf-8")
    file = tmp_path / "releases 2021-03-31.csv"
    file.write_text(block("csv"), "utf-8")
    found = match(read_register(description, {}), read_workbook(file))
    assert (found.as_at, found.published) == (date(2021, 3, 31), date(2021, 5, 12))
    reading = read_entries(found, "new")
    (account,) = reading.accounts
    assert (len(reading.entries), sum(account.explained.values())) == (3, 5)
    assert "reads 3 entries and explains 5 rows" in PAGE
    assert account.explained["note"] == 2
    first, second, third = reading.entries
    assert (first["received_date"], first["released_date"]) == (date(2021, 1, 4), date(2021, 2, 28))
    assert first["dataset_parts"] == ["School census", "Absence"]
    assert second["pairs"] == [["R-02/2", "R-02"]]
    assert (third["pending"], third["released_date"], third["recipient_type_mapped"]) == (True, None, None)
    assert [i.rule for i in reading.issues] == ["date_is_month"]
    assert json.loads(third["raw"])["Sent"] == "awaited"


def test_the_lookup_on_the_page_is_one(tmp_path):
    sheet = block("toml", 1)
    path = tmp_path / "example.toml"
    releases = (
        '[[layout.sheet]]\nname = "Releases"\nrows = "release"\n[layout.sheet.columns]\nreference = ["Ref"]\n'
    )
    head = 'id = "example"\ntitle = "x"\npublisher = "x"\n[[layout]]\nera = "x"\n'
    path.write_text(head + releases + sheet, "utf-8")
    assert [s.rows for s in read_register(path, {}).layouts[0].sheets] == ["release", "lookup"]


def test_the_how_to_is_one_screen_and_its_example_is_valid(tmp_path):
    page = (CHECKOUT / "docs" / "add-a-register.md").read_text("utf-8")
    assert len(page.splitlines()) <= 60
    path = tmp_path / "my-register.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0], "utf-8")
    assert read_register(path, {}).layouts[0].sheets[0].optional == {"tier"}
