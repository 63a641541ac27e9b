"""Corrections and names new since last April: by the day where no review is held, else by what that one listed."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard import reviews
from dashboard.files import sha256_of
from dashboard.ledger import NOT_TRACED
from dashboard.review import Review, choose
from dashboard.store import Store
from tests.support.warehouse import File, build_data, lone_settings, make_data, register, table


PLAIN = register(
    "plain",
    columns={"reference": "Ref", "recipient": "Name", "received_date": "Received", "closed_date": "Closed"},
    layout={"date_order": "ymd"},
)
ROWS = """
    Ref | Name             | Received   | Closed
    A1  | Anyford          | 2018-02-01 | 2018-03-31
    A2  | Anyford Univ.    | 2018-03-01 | 2018-4-31
    A3  | Elsewhere        | 2018-04-01 | 2018-05-32
    A4  | Elsewhere & Co   | 2018-05-01 | 2018-06-30
"""
FILES = {
    "2018-12-31": File(table(ROWS), published="2019-02-01"),
    "2019-12-31": File(table(ROWS + "    A5 | Newcomer | 2019-05-01 | 2019-06-01\n"), published="2020-02-01"),
}
CORRECTION = """
[[correction]]
id = "{id}"
edition = "2018-12-31"
match = {{ reference = "{reference}" }}
expect = {{ closed_date = "{before}" }}
change = {{ closed_date = "{after}" }}
reason = "{reason}"
source = "https://example.org/{id}"
by = "A. Reviewer"
on = {on}
"""
EARLY = CORRECTION.format(
    id="a2",
    reference="A2",
    before="2018-4-31",
    after="2018-04-30",
    reason="April has 30 days.",
    on="2019-03-01",
)
LATE = CORRECTION.format(
    id="a3",
    reference="A3",
    before="2018-05-32",
    after="2018-05-31",
    reason="May has 31 days.",
    on="2019-11-05",
)
HEAD = "register,alias,recipient,type,relation,reason,reviewer,date\n"
EARLY_NAME = "plain,Anyford Univ.,Anyford,,same,An abbreviation.,A. Reviewer,2019-03-01\n"
LATE_NAME = "plain,Elsewhere & Co,Elsewhere,,trading_name_of,Its website says so.,A. Reviewer,2019-11-05\n"
OLD = ("April has 30 days.", "An abbreviation.", "2018-4-31 is read", "Anyford Univ. is Anyford")
NEW = (
    "Edition 2018-12-31, sheet plain 2018-12-31, row 4, closed_date: 2018-05-32 is read as 2018-05-31",
    "Elsewhere & Co is a trading name of Elsewhere",
)


def made(folder: Path, corrections: str, names: str) -> Path:
    reference = {"corrections/plain/a.toml": corrections, "reference/recipients_mine.csv": HEAD + names}
    found = make_data(folder, PLAIN, FILES, reference={k: v for k, v in reference.items() if v})
    build_data(found)
    return found


def told(folder: Path, out: Path, earlier: reviews.Review | None = None) -> tuple[str, list[dict[str, str]]]:
    """The section's words, and the reasons that its CSV lists; every figure in the words is traced."""
    with Store(lone_settings(folder)) as store:
        review = Review.begin(store, choose(store, year=2020, register="plain"), folder=out, earlier=earlier)
        html = review.changes().html
        assert [f for f in review.ledger.figures if f["how"] == NOT_TRACED] == []
    path = out / "tables" / "reasons-since-last-april.csv"
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&amp;", "&")
    return words, listed(path) if path.is_file() else []


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def held(folder: Path, more: Mapping[str, Any]) -> reviews.Review:
    """The tables of a section as a review that is held here, made in April 2019."""
    files = {p.relative_to(folder).as_posix(): sha256_of(p) for p in folder.rglob("*.csv")}
    manifest = {
        "build": "b",
        "code": {"version": "0.0.1", "sha256": "other"},
        "files": files,
        "figures": [],
        **more,
    }
    return reviews.Review(folder, manifest)


def test_without_a_review_before_what_is_new_is_what_was_reviewed_since_that_april(tmp_path: Path) -> None:
    words, reasons = told(made(tmp_path / "now", EARLY + LATE, EARLY_NAME + LATE_NAME), tmp_path / "out")
    assert (
        "New since 30 April 2019, and applied to every year: 1 correction of a source error and 1 reviewed name"
        in words
    )
    assert {(r["kind"], r["what"], r["on"], r["reason"]) for r in reasons} == {
        ("correction", NEW[0], "2019-11-05", "May has 31 days."),
        ("name", NEW[1], "2019-11-05", "Its website says so."),
    }


def test_what_is_older_is_no_news(tmp_path: Path) -> None:
    words, reasons = told(made(tmp_path / "now", EARLY, EARLY_NAME), tmp_path / "out")
    assert "No correction, reviewed name or replaced edition is new since 30 April 2019." in words
    assert reasons == []


@pytest.mark.parametrize(
    ("corrections", "names", "then", "new"),
    [
        (EARLY, EARLY_NAME, "1 correction of a source error and 1 reviewed name", NEW),
        # of whatever day: what that review did not list is new since it
        (LATE, LATE_NAME, "1 correction of a source error and 1 reviewed name", OLD[2:]),
        ("", EARLY_NAME + LATE_NAME, "2 corrections of source errors", (NEW[0], OLD[2])),
        (EARLY + LATE, "", "2 reviewed names", (NEW[1], OLD[3])),
    ],
)
def test_beside_a_review_before_what_is_new_is_what_it_did_not_list(
    tmp_path: Path, corrections: str, names: str, then: str, new: tuple[str, ...]
) -> None:
    told(made(tmp_path / "then", corrections, names), tmp_path / "earlier")
    earlier = held(tmp_path / "earlier", {"editions": []})
    words, reasons = told(
        made(tmp_path / "now", EARLY + LATE, EARLY_NAME + LATE_NAME), tmp_path / "out", earlier
    )
    assert f"New since that review, and applied to every year: {then}" in words
    assert len(reasons) == len(new)
    for expected in new:
        assert expected in words
        assert any(expected in r["what"] for r in reasons)
        assert all(r["reason"] in words for r in reasons)


def test_beside_a_review_that_listed_them_all_nothing_is_new(tmp_path: Path) -> None:
    all_of = (EARLY + LATE, EARLY_NAME + LATE_NAME)
    told(made(tmp_path / "then", *all_of), tmp_path / "earlier")
    words, reasons = told(
        made(tmp_path / "now", *all_of), tmp_path / "out", held(tmp_path / "earlier", {"editions": []})
    )
    assert "No correction, reviewed name or replaced edition is new since that review." in words
    assert reasons == []
