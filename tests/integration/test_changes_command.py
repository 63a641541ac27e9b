"""The command `changes`, from outside."""

from __future__ import annotations

import csv
import io
import json

import feedparser
import pytest

from tests.integration.conftest import LEGACY, SHARES


def editions(run, register):
    ran = run("measure", "editions", "--register", register, "--format", "csv")
    return [row["edition"] for row in csv.DictReader(io.StringIO(ran.out))]


def rows(ran):
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out)))


@pytest.fixture
def run_built(run, built):
    return lambda *arguments: run("--data", str(built), *arguments)


def test_the_latest_edition_against_the_one_before(run_built):
    listed = editions(run_built, LEGACY)
    ran = run_built("changes", LEGACY, "--format", "csv")
    found = rows(ran)
    assert found
    assert {(r["previous"], r["edition"]) for r in found} == {(listed[-2], listed[-1])}
    assert f"{listed[-1]} against {listed[-2]}: {len(found)} changes" in ran.err
    same = rows(
        run_built("measure", "changes", "--register", LEGACY, "--edition", listed[-1], "--format", "csv")
    )
    assert found == same
    assert list(found[0])[:6] == ["change", "reference", "field", "before", "after", "kind"]
    whole = json.loads(run_built("changes", LEGACY, "--format", "json").out)
    assert [r["change"] for r in whole["rows"]] == [r["change"] for r in found]


def test_two_named_editions(run_built):
    listed = editions(run_built, LEGACY)
    found = rows(run_built("changes", LEGACY, "--from", listed[0], "--to", listed[-1], "--format", "csv"))
    assert {(r["previous"], r["edition"]) for r in found} == {(listed[0], listed[-1])}
    early = rows(run_built("changes", LEGACY, "--to", listed[1], "--format", "csv"))
    assert {(r["previous"], r["edition"]) for r in early} == {(listed[0], listed[1])}
    assert rows(run_built("changes", LEGACY, "--from", listed[0], "--format", "csv")) == found


def test_the_feed_holds_what_the_list_holds(run_built):
    found = rows(run_built("changes", SHARES, "--format", "csv"))
    ran = run_built("changes", SHARES, "--format", "atom")
    parsed = feedparser.parse(ran.out)
    assert parsed.bozo == 0
    assert len(parsed.entries) == len({(r["about"], r["reference"], r["occurrence"]) for r in found})
    assert {t.term for e in parsed.entries for t in e.tags} == {r["kind"] for r in found}
    assert {e.updated for e in parsed.entries} == {f"{found[0]['known_from']}T00:00:00Z"}
    assert ran.out == run_built("changes", SHARES, "--format", "atom").out


def test_first_edition_has_nothing_before_it(run_built):
    first = editions(run_built, LEGACY)[0]
    ran = run_built("changes", LEGACY, "--to", first, "--format", "csv")
    assert ran.code == 0
    assert ran.out.count("\n") == 1
    assert "no edition before" in ran.err
    assert feedparser.parse(run_built("changes", LEGACY, "--to", first, "--format", "atom").out).bozo == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sample-npd-request"], "did you mean 'sample-npd-requests'"),
        ([LEGACY, "--from", "1999-01-01"], "has no edition '1999-01-01'"),
        ([LEGACY, "--to", "1999-01-01"], "has no edition '1999-01-01'"),
    ],
)
def test_wrong_usage(run_built, arguments, words):
    ran = run_built("changes", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_editions_in_the_wrong_order(run_built):
    listed = editions(run_built, LEGACY)
    for earlier, later in ((listed[-1], listed[0]), (listed[0], listed[0])):
        ran = run_built("changes", LEGACY, "--from", earlier, "--to", later)
        assert ran.code == 2
        assert f"edition {earlier} is not before {later}" in ran.err
        assert listed[0] in ran.err
