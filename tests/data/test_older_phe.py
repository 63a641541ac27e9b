"""PHE's registers of 2014 to 2017 beside the one of 2020, against pandas: two files that overlap for a quarter.

The oracle reads both files by itself, makes the two repairs that were settled by hand (corrections/phe-odr), and
counts a release that stands in both files, on the same day under the same reference, once.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from dashboard import measures
from dashboard.cli import main
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.conftest import Built
from tests.support.warehouse import PHE_FILE, PHE_OLDER_FILE, add_files


pytestmark = pytest.mark.realdata

# ODR1617_370 and ODR1516_167A in the older file are these in PHE's own.
SAME_RELEASE = {"ODR1617_370": "ODR1617_370/R1", "ODR1516_167A": "ODR1516_167A/R1"}
SHEETS = {"2014-2015": 65, "2015-2016": 76, "2016-2017": 73, "2017-2018": 25}
OLDER = "2017-06-30"
RELEASED = {2014: 36, 2015: 89, 2016: 67, 2017: 137, 2018: 131, 2019: 132, 2020: 75}
FIRST = {2014: 36, 2015: 88, 2016: 53, 2017: 64, 2018: 80, 2019: 49, 2020: 42}


def frame(path: Any, reference: str, recipient: str, kind: str) -> pd.DataFrame:
    """The dated rows of every sheet that has the heading `reference`: sheet, row, reference, day and so on."""
    found = []
    for name, raw in pd.read_excel(path, sheet_name=None, header=None, engine="calamine").items():
        heads = [i for i, row in raw.iterrows() if reference in [str(v).strip() for v in row]]
        if not heads:
            continue
        rows = raw.iloc[heads[0] + 1 :].copy()
        rows.columns = [str(v).strip() for v in raw.iloc[heads[0]]]
        rows = rows.dropna(subset=["Date of release"])
        found.append(
            pd.DataFrame(
                {
                    "sheet": name,
                    "row": rows.index + 1,  # pandas counts from 0
                    "published": rows[reference].astype(str),
                    "reference": rows[reference].astype(str).str.strip().replace(SAME_RELEASE),
                    "recipient": rows[recipient].astype(str).str.strip(),
                    "type": rows[kind].astype(str).str.strip(),
                    "day": pd.to_datetime(rows["Date of release"]).dt.date,
                }
            )
        )
    return pd.concat(found, ignore_index=True)


@pytest.fixture(scope="module")
def older() -> pd.DataFrame:
    return frame(PHE_OLDER_FILE, "ODR Reference", "Data Recipient", "Organisation Type")


@pytest.fixture(scope="module")
def newer() -> pd.DataFrame:
    found = frame(PHE_FILE, "ODR reference", "Applicant's organisation", "Applicant's organisation type")
    found["reference"] = found["published"].str.strip()
    return found


@pytest.fixture(scope="module")
def union(older: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    """One row a release: all of the newer file, and of the older what the newer has not."""
    later = Counter(zip(newer["reference"], newer["day"], strict=True))
    kept = []
    for key in zip(older["reference"], older["day"], strict=True):
        kept.append(later[key] == 0)
        later[key] -= later[key] > 0
    return pd.concat([older[kept], newer], ignore_index=True)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    for path in (PHE_FILE, PHE_OLDER_FILE):
        if not path.is_file():
            pytest.skip(f"the published register is not here: {path}")
    data = tmp_path_factory.mktemp("phe") / "data"
    settings = add_files(data, "phe-odr", PHE_FILE, PHE_OLDER_FILE)
    report = build(settings)
    with Store(settings) as store:
        yield Built(settings, report, store)


def by_year(days: pd.Series) -> dict[int, int]:
    return dict(sorted(Counter(d.year for d in days).items()))


# What the file is


def test_the_files_hold_what_the_oracle_rests_on(older: pd.DataFrame, newer: pd.DataFrame) -> None:
    assert older.groupby("sheet").size().to_dict() == SHEETS
    assert (older["day"].min(), older["day"].max()) == (date(2014, 4, 2), date(2017, 6, 29))
    assert len(newer) == 452
    quarter = newer[newer["day"] <= date(2017, 6, 30)]
    assert (len(older[older["day"] >= date(2017, 4, 1)]), len(quarter)) == (25, 37)


def test_the_edition_says_who_made_the_file_and_from_when_it_is(both: Built) -> None:
    edition = next(
        e for e in measures.editions(both.store, register="phe-odr").dicts() if e["edition"] == OLDER
    )
    assert (edition["as_at"], edition["as_at_basis"]) == (date(2017, 6, 30), "stated")
    assert (edition["published"], edition["published_basis"]) == (date(2017, 12, 31), "stated_month")
    assert edition["rows"] == 239
    assert edition["era"] == "2014-2017"
    for words in ("medConfidential", "December 2017", "not a file that PHE published"):
        assert words in edition["provenance"]
    assert edition["licence"].startswith("not stated for the compilation")
    assert "gov.uk" not in edition["address"]
    later = next(
        e for e in measures.editions(both.store, register="phe-odr").dicts() if e["edition"] != OLDER
    )
    assert later["provenance"].startswith("Added from the file 13. PHE")
    assert later["licence"] == "Open Government Licence v3.0"


def test_every_row_is_accounted_for_and_every_type_and_date_is_read(both: Built, older: pd.DataFrame) -> None:
    [edition] = [e for e in both.report.editions if e["edition"] == OLDER]
    raw = pd.read_excel(PHE_OLDER_FILE, sheet_name=None, header=None, engine="calamine")
    assert edition["rows_read"] == sum(len(sheet) for sheet in raw.values())
    assert edition["entries"] == len(older) == 239
    assert edition["rows_read"] == edition["entries"] + edition["rows_explained"]
    rules = Counter(
        i["rule"]
        for i in both.store.query("issues").dicts()
        if (i["register"], i["edition"]) == ("phe-odr", OLDER)
    )
    assert rules == {"corrected": 3}


def test_the_file_alone_gives_its_own_releases(both: Built, older: pd.DataFrame) -> None:
    found = measures.volumes(both.store, register="phe-odr", edition=OLDER, interval="year").dicts()
    assert {r["interval_start"].year: r["released"] for r in found} == by_year(older["day"])
    assert sum(r["released"] for r in found) == 239
    rows = measures.rows("volumes", both.store, register="phe-odr", edition=OLDER).dicts()
    places = {(r["sheet"], r["sheet_row"]): r["reference"] for r in rows if r["counted_as"] == "released"}
    assert places == {(r.sheet, r.row): r.reference for r in older.itertuples()}


def test_before_2020_only_the_older_file_was_known(both: Built, older: pd.DataFrame) -> None:
    found = measures.volumes(both.store, register="phe-odr", known_on="2018-06-30", interval="year").dicts()
    assert {r["interval_start"].year: r["released"] for r in found} == by_year(older["day"])
    assert measures.volumes(both.store, register="phe-odr", known_on="2017-12-30").result.rows == ()


# The overlap


def test_the_overlap_is_as_it_was_reconciled_by_hand(older: pd.DataFrame, newer: pd.DataFrame) -> None:
    start, end = date(2017, 4, 1), date(2017, 6, 30)
    mine = older[older["day"] >= start]
    theirs = newer[newer["day"] <= end]
    published = Counter(zip(mine["published"].str.strip(), mine["day"], strict=True))
    there = Counter(zip(theirs["reference"], theirs["day"], strict=True))
    assert (published & there).total() == 22
    assert {r for r, _ in published - there} == {*SAME_RELEASE, "ODR1617_101/A1"}
    # the two repaired: nothing else of the day, and the same organisation
    for r in mine[mine["published"].str.strip().isin(SAME_RELEASE)].itertuples():
        [match] = theirs[(theirs["day"] == r.day) & (theirs["reference"] == r.reference)].itertuples()
        assert match.recipient.split()[0].strip("'s") == r.recipient.split()[0].strip("'s")
    only_there = there - Counter(zip(mine["reference"], mine["day"], strict=True))
    assert Counter(r for r, _ in only_there.elements()) == {
        "ODR1617_023": 6, "ODR1516_490": 2, "ODR1516_460/R2": 1, "ODR1516_490/A8": 1, "ODR1516_369/A11": 1,
        "ODR1617_126/A2": 1, "ODR1718_087": 1,
    }  # fmt: skip
    types = {
        m.reference: (m.type, t.type)
        for m in mine.itertuples()
        for t in theirs.itertuples()
        if (m.reference, m.day) == (t.reference, t.day) and m.type.casefold() != t.type.casefold()
    }
    assert types == {
        "ODR1718_018": ("Government Agency (Health and Adult Social Care)", "Academic Institution")
    }


def test_the_corrections_are_applied_listed_and_kept_as_published(both: Built) -> None:
    found = measures.corrections(both.store, register="phe-odr").dicts()
    assert {(c["sheet_row"], c["field"], c["before"], c["after"]) for c in found} == {
        (10, "reference", "ODR1617_370", "ODR1617_370/R1"),
        (19, "reference", "ODR1516_167A", "ODR1516_167A/R1"),
        (15, "recipient_type", "Government Agency (Health and Adult Social Care)", "Academic Institution"),
    }
    assert both.report.corrected == 3
    assert both.report.corrections_waiting == []
    rows = measures.rows("volumes", both.store, register="phe-odr", edition=OLDER).dicts()
    york = [r for r in rows if r["sheet"] == "2017-2018" and r["sheet_row"] == 15]
    assert {(r["recipient_type"], r["published_type"]) for r in york} == {
        ("university", "Academic Institution")
    }


def test_a_build_without_the_older_file_waits_for_it(real_data: Built, capsys: Any) -> None:
    assert real_data.report.corrected == 0
    assert real_data.report.corrections_waiting == ["phe-odr/2017-06-30.toml"]
    assert main(["--data", str(real_data.settings.data), "build"]) == 0
    assert (
        "not applied, their editions are not here: corrections/phe-odr/2017-06-30.toml"
        in capsys.readouterr().out
    )


# Both files together


def test_what_the_oracle_counts(union: pd.DataFrame) -> None:
    assert by_year(union["day"]) == RELEASED
    assert len(union) == 239 + 452 - 24


def test_releases_by_year_over_both_files(both: Built, union: pd.DataFrame, capsys: Any) -> None:
    capsys.readouterr()
    asked = ["measure", "volumes", "--register", "phe-odr", "--interval", "year", "--format", "csv"]
    assert main(["--data", str(both.settings.data), *asked]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (
        {int(r["interval_start"][:4]): int(r["released"]) for r in rows} == by_year(union["day"]) == RELEASED
    )


def test_each_release_once_with_its_reference_and_day(both: Built, union: pd.DataFrame) -> None:
    rows = measures.rows("volumes", both.store, register="phe-odr").dicts()
    found = Counter((r["reference"], r["date"]) for r in rows if r["counted_as"] == "released")
    assert found == Counter(zip(union["reference"], union["day"], strict=True))


def test_first_releases_over_both_files(both: Built, union: pd.DataFrame) -> None:
    request = union["reference"].str.split("[/(]", regex=True).str[0].str.strip()
    first = union.groupby(request)["day"].min()
    found = measures.volumes(both.store, register="phe-odr", interval="year").dicts()
    assert {r["interval_start"].year: r["first_released"] for r in found} == by_year(first) == FIRST


def test_what_is_not_in_the_newer_file_is_still_a_release(both: Built) -> None:
    rows = measures.rows("volumes", both.store, register="phe-odr", reference="ODR1617_101/A1").dicts()
    [only] = [r for r in rows if r["counted_as"] == "released"]
    assert (only["edition"], only["sheet_row"], only["date"]) == (OLDER, 23, date(2017, 6, 21))


def test_the_raw_text_of_a_corrected_row_is_the_published_one(both: Built, tmp_path: Path) -> None:
    copy = shutil.copy(both.store.build.path, tmp_path)  # the store has the file open with its own settings
    con = duckdb.connect(str(copy), read_only=True)
    try:
        raws = con.execute(
            "select raw from staging.entries where edition = '2017-06-30' and sheet_row = 10 and sheet = '2017-2018'"
        ).fetchall()
    finally:
        con.close()
    assert json.loads(raws[0][0])["ODR Reference"] == "ODR1617_370"
