"""docs/contract.md says what the code does: commands, options, filters, measures, columns, terms, pages."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields

from dashboard import vocabulary
from dashboard.cli import parser
from dashboard.filters import NAMES
from dashboard.measures import MEASURES
from dashboard.reports.runs import IDLE, Run
from dashboard.settings import CHECKOUT
from tests.support.acceptance import contract_columns


RECORDED = [f.name for f in fields(Run)]
CONTRACT = (CHECKOUT / "docs" / "contract.md").read_text("utf-8")


def section(title: str) -> str:
    return CONTRACT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Table rows of a section, headers left out; a bar inside code is written \\|."""
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines]


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_measures_and_columns() -> None:
    assert contract_columns() == {
        m.name: list(m.columns) for m in MEASURES.values() if m.name in contract_columns()
    }
    assert set(MEASURES) == set(contract_columns())
    assert "**Not yet**" not in section("Measures")


def test_filters() -> None:
    named = [name for row in rows(section("Filters")) for name in code(row[0])]
    assert sorted(named) == sorted(NAMES)


def test_commands_and_options() -> None:
    [commands] = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]
    described: dict[str, str] = {}
    for row in rows(section("Command line").split("\n### ")[0]):
        name = row[0].strip("`").split()[0]
        described[name] = described.get(name, "") + row[0]  # one command may have a line for each of its uses
    assert sorted(described) == sorted(commands.choices)
    for name, words in described.items():
        options = set(re.findall(r"--[a-z-]+", words))
        known = {o for a in commands.choices[name]._actions for o in a.option_strings if o.startswith("--")}
        filters = {f"--{n.replace('_', '-')}" for n in NAMES} if name == "measure" else set()
        assert known - filters - {"--help", "--data"} == options, name
    assert "not yet**" not in CONTRACT.lower()  # all that was promised is built


def test_what_a_timers_run_says() -> None:
    said = section("Command line").split("\n### A timer's run\n")[1]
    statuses = [code(row[0])[0] for row in rows(said)]
    assert sorted(statuses) == sorted([*IDLE, "rendered", "failed"])
    recorded = code(said.split("Each attempt has a record")[1].split("The last")[0])[1:]
    assert set(recorded) - {"running"} == set(RECORDED)


def test_terms() -> None:
    terms = {row.split("|")[1].strip(): row for row in section("Terms").splitlines() if row.startswith("| ")}
    for term, values in (
        ("Outcome", vocabulary.OUTCOMES),
        ("Recipient type", vocabulary.RECIPIENT_TYPES),
        ("Relation", vocabulary.RELATIONS),
        ("Clock", vocabulary.CLOCKS),
        ("Coverage", vocabulary.COVERAGE),
    ):
        assert code(terms[term]) == list(values), term
