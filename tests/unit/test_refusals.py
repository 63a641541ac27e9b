"""What biased rows cannot bear, the whole table with its sentences; and that nobody else decides it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from dashboard.filters import Filters
from dashboard.measures import refusals
from dashboard.measures.refusals import (
    DERIVED_PEOPLE,
    HEADLINE_EVENTS,
    Kind,
    at_least,
    at_least_words,
    early_words,
    enough,
    estimate,
    few_left,
    measurable,
    not_measurable,
    people,
    quoted,
    refused,
    survivors_words,
)
from dashboard.measures.scope import Scope
from dashboard.settings import PACKAGE
from dashboard.vocabulary import CLOCKS, COLUMN_NEEDS, COVERAGE


FROM = date(2017, 4, 1)

COMPLETE = Scope(
    register="cases",
    title="A register of cases",
    short_title="Cases",
    synthetic=False,
    as_at=date(2020, 12, 31),
    edition="2020-12-31",
    published=None,
    published_basis="",
    selected=False,
    completed_only=False,
    survivors_only=False,
    survivors_too=False,
    coverage_start=None,
    listed_from=None,
    columns=dict.fromkeys(COLUMN_NEEDS, (True, "")),
    clocks=dict.fromkeys(CLOCKS, (True, "")),
)
NOBODY_WAITS = (False, "The register lists closed cases only, so nobody waiting is on it.")
ROWS = {
    "complete": COMPLETE,
    "completed_only": replace(
        COMPLETE, completed_only=True, columns={**COMPLETE.columns, "open_at_end": NOBODY_WAITS}
    ),
    "survivors_only": replace(COMPLETE, survivors_only=True, survivors_too=True),
    "survivors_only, then complete": replace(
        COMPLETE, survivors_too=True, listed_from=FROM, coverage_start=FROM
    ),
    "selected": replace(
        COMPLETE,
        selected=True,
        columns=dict.fromkeys(COLUMN_NEEDS, (False, "The entries are a selection.")),
    ),
}

# coverage -> kind -> the sentence that refuses it; a kind that is not named is given.
REFUSED: dict[str, dict[str, str]] = {
    "complete": {},
    "completed_only": {
        "backlog": "How many are open cannot be said. The register lists closed cases only, so nobody waiting is on it."
    },
    "survivors_only": {
        "share": "The register lists only requests still open or within their terms: a share would favour those kept "
        "longest, and none is given.",
        "ranking": "The register lists only requests still open or within their terms: a ranking would favour those "
        "kept longest, and none is given.",
        "outcomes": "The register lists only requests still open or within their terms, so refusals have left it: "
        "outcomes are not compared.",
        "backlog": "The register lists only requests still open or within their terms: how many were open at an "
        "earlier time cannot be said.",
    },
    "survivors_only, then complete": {},
    "selected": {
        "count": "The entries are a selection made by others: no count is given.",
        "share": "The entries are a selection made by others: no count or share is given.",
        "ranking": "The entries are a selection made by others: no ranking is given.",
        "outcomes": "The entries are a selection made by others: outcomes are not compared.",
        "backlog": "The entries are a selection made by others: how many are open cannot be said.",
        "change": "The entries are a selection made by others: that one is quoted or no longer quoted is no change.",
        "absence": "The entries are a selection made by others: the publisher may publish what they do not say.",
    },
}


def test_the_table_has_every_coverage_and_only_kinds_there_are() -> None:
    assert set(COVERAGE) <= set(REFUSED) == set(ROWS)
    assert {kind for row in REFUSED.values() for kind in row} == set(get_args(Kind))


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("coverage", ROWS)
def test_every_kind_of_figure_on_every_coverage(coverage: str, kind: Kind) -> None:
    assert refused(ROWS[coverage], kind) == REFUSED[coverage].get(kind)


@pytest.mark.parametrize(
    ("coverage", "filters", "method", "words"),
    [
        ("complete", Filters(), "Kaplan-Meier", ""),
        ("survivors_only, then complete", Filters(), "Kaplan-Meier", ""),
        ("completed_only", Filters(), "quantiles of closed cases", "Kaplan-Meier is refused"),
        ("complete", Filters(cohort="closed"), "quantiles of closed cases", "They improve when hard cases stay open"),
        ("complete", Filters(outcome=("released",)), "none", "already known to have ended so"),
        ("completed_only", Filters(outcome=("released",)), "none", "already known to have ended so"),
        ("survivors_only", Filters(), "none", "what was quick or refused has left it"),
        ("selected", Filters(), "none", "no median or share is given"),
        ("selected", Filters(outcome=("released",)), "none", "a selection made by others"),
    ],
)  # fmt: skip
def test_how_a_typical_time_may_be_worked_out(
    coverage: str, filters: Filters, method: str, words: str
) -> None:
    allowed = estimate(ROWS[coverage], filters)
    assert (allowed.method, allowed.curve) == (method, method == "Kaplan-Meier")
    assert words in allowed.words
    # Where a page has no figure it has the reason, in its first words and in a sentence.
    assert bool(allowed.page_words) == bool(allowed.headline) == (not allowed.curve)


@pytest.mark.parametrize(
    ("coverage", "first", "reads_at_least", "survivors"),
    [
        ("complete", date(2010, 1, 1), False, False),
        ("complete", None, False, False),
        ("survivors_only", date(2010, 1, 1), True, True),
        ("survivors_only", date(2020, 1, 1), True, True),
        ("survivors_only, then complete", date(2016, 12, 31), True, True),
        ("survivors_only, then complete", FROM, False, False),
        ("survivors_only, then complete", None, True, True),
    ],
)
def test_counts_of_what_was_kept_read_at_least(
    coverage: str, first: date | None, reads_at_least: bool, survivors: bool
) -> None:
    scope = ROWS[coverage]
    assert (at_least(scope, first), few_left(scope, first)) == (reads_at_least, survivors)
    assert bool(survivors_words(scope, Filters(from_=first))) == survivors


def test_a_register_of_closed_cases_that_names_its_period_is_not_whole_before_it() -> None:
    scope = replace(ROWS["completed_only"], listed_from=FROM)
    assert at_least(scope, date(2017, 1, 1))
    assert not few_left(scope, date(2017, 1, 1)), "nothing was kept there for being live"
    assert at_least_words(scope) == (
        "Every case closed from 1 April 2017 is listed, and none still open. An interval that begins before is not "
        "whole."
    )


@pytest.mark.parametrize(
    ("coverage", "counts", "shares"),
    [
        (
            "survivors_only",
            "The register lists only requests still open or within their terms: read every count as 'at least'.",
            "The register lists only requests still open or within their terms, which supports no share.",
        ),
        (
            "survivors_only, then complete",
            "Before 1 April 2017 the register lists only requests still open or within their terms, and no refusal: "
            "read those counts as 'at least'.",
            "Before 1 April 2017 the register lists only requests still open or within their terms, which supports "
            "no share.",
        ),
    ],
)
def test_what_is_said_of_the_time_of_which_only_survivors_are_left(
    coverage: str, counts: str, shares: str
) -> None:
    assert at_least_words(ROWS[coverage]) == counts
    assert early_words(ROWS[coverage]) == shares


def test_no_number_of_waiting_cases_among_those_known_to_have_ended() -> None:
    released = Filters(outcome=("released",))
    assert refused(COMPLETE, "backlog", Filters()) is None
    assert refused(COMPLETE, "backlog", released) == (
        "Of requests already known to have ended in one way none is open, so no number is given."
    )
    assert refused(COMPLETE, "count", released) is None


def test_refusals_are_compared_where_they_are_published() -> None:
    silent = {**COMPLETE.columns, "refused": (False, "Refused applications are not listed.")}
    words = "Outcomes cannot be compared. Refused applications are not listed."
    assert refused(replace(COMPLETE, columns=silent), "outcomes") == words


def test_a_clock_without_an_end_says_which() -> None:
    clocks = {**COMPLETE.clocks, "received_to_outcome": (False, "Date received is not published.")}
    scope = replace(COMPLETE, clocks=clocks)
    words = "The time from receipt to any outcome cannot be worked out. Date received is not published."
    assert not_measurable(scope, "received_to_outcome") == words
    assert not_measurable(scope, "received_to_release") is None
    assert measurable(scope) == [clock for clock in CLOCKS if clock != "received_to_outcome"]
    assert measurable(ROWS["selected"]) == measurable(ROWS["survivors_only"]) == []


def test_small_numbers() -> None:
    assert (HEADLINE_EVENTS, DERIVED_PEOPLE) == (20, 5)
    assert [enough(n) for n in (None, 0, 19, 20)] == [False, False, False, True]
    assert [people(n) for n in (None, 0, 1, 4, 5)] == [None, 0, None, None, 5]


def test_quoted_entries() -> None:
    assert [name for name, scope in ROWS.items() if quoted(scope)] == ["selected"]


# That nobody else decides: what a register's rows bear is asked of `refusals`, by every other module.

ASKED = {"selected", "completed_only", "survivors_only", "survivors_too"}
DECIDES = {PACKAGE / "measures" / "refusals.py", PACKAGE / "measures" / "scope.py"}
NAMED = {"HEADLINE_EVENTS", "DERIVED_PEOPLE", "COMPARED_EVENTS"}


def decisions(text: str) -> Iterator[tuple[int, str]]:
    """(line, what) of every place where a module asks the rows themselves, or compares with a limit."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in ASKED:
            yield node.lineno, f".{node.attr}"
        if isinstance(node, ast.Compare):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            yield from ((node.lineno, name) for name in sorted(names & NAMED))
        tests = [node.test] if isinstance(node, ast.If | ast.IfExp) else []
        tests += node.values if isinstance(node, ast.BoolOp) else []
        for test in tests:
            if "filters.outcome" in ast.unparse(test).replace("asked.", "filters."):
                yield node.lineno, "filters.outcome"


def test_the_walk_sees_each_way_of_deciding_for_oneself() -> None:
    text = "a = scope.selected or events < HEADLINE_EVENTS\nif filters.outcome:\n    pass\n"
    assert sorted(decisions(text)) == [(1, ".selected"), (1, "HEADLINE_EVENTS"), (2, "filters.outcome")]


def modules() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if p not in DECIDES and "shipped" not in p.parts]


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_nobody_else_decides_what_biased_rows_bear(path: Path) -> None:
    found = [f"line {line}: {what}" for line, what in decisions(path.read_text("utf-8"))]
    assert not found, f"ask dashboard.measures.refusals: {found}"


def test_every_public_refusal_is_in_the_table_here() -> None:
    tree = ast.parse(Path(refusals.__file__).read_text("utf-8"))
    public = {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")}
    asked = {n.id for n in ast.walk(ast.parse(Path(__file__).read_text("utf-8"))) if isinstance(n, ast.Name)}
    assert public <= asked
