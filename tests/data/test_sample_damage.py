"""Damage planted in the synthetic sample: each piece is found at its place, and little else is reported.

`sample-truth.json` says what was planted and where; nothing here asks the product what it expected.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from datetime import date, datetime

import duckdb
import pytest

from dashboard import measures
from dashboard.sample import LEGACY, SHARES, TRUTH, true_requests


# planted rule -> the rule of the issue that must stand at the same sheet and row
BECOMES_AN_ISSUE = {
    "date_year_digit_lost": "date_unreadable",
    "date_sentinel": "date_impossible",
    "date_year_0016": "date_impossible",
    "two_references": "references_several",
    "missing_reference": "reference_missing",
    "missing_organisation": "recipient_missing",
    "type_unknown": "recipient_type_unmapped",
    "event_after_as_at": "event_after_as_at",
}
# planted rule -> why its row is no entry
EXPLAINED = {
    "repeated_header": "repeated header",
    "blank_row": "blank",
    "total_row": "note",
    "end_of_sheet_row": "note",
}
DATE_FORMATS = {
    "text_date_slashes": "%d/%m/%Y",
    "text_date_dots": "%d.%m.%Y",
    "text_date_month_first": "%B %d, %Y",
}
SAME_ORGANISATION = {
    "organisation_suffix",
    "organisation_known_as",
    "organisation_trading_name",
    "organisation_trailing_space",
}
MENDED = {*DATE_FORMATS, "text_date_ordinal", *SAME_ORGANISATION, "type_spelling", "tier_footnote"}
SHAPE = {"header_row_moved", "heading_synonym", "hidden_sheet"}
ELSEWHERE = {"duplicate_reference", "event_before_reference"}


def place(record):
    return record["register"], record["edition"], record["sheet"], record["sheet_row"]


@pytest.fixture(scope="module")
def planted(sample_data):
    return [{**item, "sheet_row": item["row"]} for item in sample_data.truth["damage"]]


@pytest.fixture(scope="module")
def issues(sample_data):
    return sample_data.store.query("issues").dicts()


@pytest.fixture(scope="module")
def warehouse(sample_data, tmp_path_factory):
    # A copy: DuckDB opens a file once in a process, and the store has it open with its own settings.
    copy = tmp_path_factory.mktemp("copy") / "build.duckdb"
    shutil.copyfile(sample_data.store.build.path, copy)
    with duckdb.connect(str(copy), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def entries(warehouse):
    found = warehouse.execute(
        """select e.*, m.recipient as same_as from staging.entries as e
        left join reference.recipients as m
            on e.register = m.register and e.recipient_key = m.recipient_key"""
    )
    columns = [c[0] for c in found.description]
    return {place(row): row for row in (dict(zip(columns, r, strict=True)) for r in found.fetchall())}


def of_rules(planted, rules):
    return [item for item in planted if item["rule"] in rules]


def test_every_planted_rule_is_expected_here(planted):
    known = {*BECOMES_AN_ISSUE, *EXPLAINED, *MENDED, *SHAPE, *ELSEWHERE}
    assert {item["rule"] for item in planted} == known


def test_damage_that_cannot_be_mended_is_an_issue_at_its_place(planted, issues):
    found = {(*place(issue), issue["rule"]) for issue in issues}
    expected = {
        (*place(item), BECOMES_AN_ISSUE[item["rule"]]) for item in of_rules(planted, BECOMES_AN_ISSUE)
    }
    assert expected - found == set()


def test_the_issue_names_the_column_and_the_value(planted, issues):
    found = {(*place(issue), issue["rule"]): issue for issue in issues}
    for item in of_rules(planted, set(BECOMES_AN_ISSUE) - {"event_after_as_at"}):
        issue = found[(*place(item), BECOMES_AN_ISSUE[item["rule"]])]
        assert item["column"] in issue["column"]
        assert issue["value"] == (item["value"] or "")


def test_issues_have_little_else(planted, issues):
    """Precision: what no planted damage explains is known, and listed here."""
    at = Counter((*place(i), BECOMES_AN_ISSUE[i["rule"]]) for i in of_rules(planted, BECOMES_AN_ISSUE))
    consequences = {
        # a row without a reference has no date to be read from one
        "received_missing": {place(item) for item in of_rules(planted, {"missing_reference"})},
        "closed_before_received": None,  # test_an_event_before_receipt_leaves_the_measures
        "reference_repeated": None,  # test_a_second_row_with_a_reference_is_named
        "heading_unmapped": None,  # columns the layout leaves as published
    }
    rest = defaultdict(list)
    for issue in issues:
        if issue["register"] in (LEGACY, SHARES) and not at[(*place(issue), issue["rule"])]:
            rest[issue["rule"]].append(issue)
    assert set(rest) <= set(consequences)
    assert {place(i) for i in rest["received_missing"]} <= consequences["received_missing"]
    assert len(rest["closed_before_received"]) == len(of_rules(planted, {"event_before_reference"}))
    assert len(rest["reference_repeated"]) == len(of_rules(planted, {"duplicate_reference"}))
    assert {i["value"] for i in rest["heading_unmapped"]} == {"Frequency", "Frequency of share"} & {
        i["value"] for i in rest["heading_unmapped"]
    }


def test_rows_that_are_no_entries_are_explained(planted, warehouse, entries):
    explained = {
        row[:3]: json.loads(row[3])
        for row in warehouse.execute(
            "select register, edition, sheet, explained from staging.sheets"
        ).fetchall()
    }
    wanted = defaultdict(Counter)
    for item in of_rules(planted, EXPLAINED):
        assert place(item) not in entries
        wanted[place(item)[:3]][EXPLAINED[item["rule"]]] += 1
    for key, counts in wanted.items():
        for why, count in counts.items():
            assert explained[key][why] == count, (key, why)
    # and nothing is explained away that was not planted
    for key, counts in explained.items():
        for why in ("repeated header", "blank", "note"):
            if key[0] in (LEGACY, SHARES):
                assert counts.get(why, 0) == wanted[key][why], (key, why)


def test_a_moved_header_and_other_headings_lose_no_row(planted, warehouse):
    sheets = {
        row[:3]: row[3:]
        for row in warehouse.execute(
            """select register, edition, sheet, explained, rows_read, entries, person_counts
            from staging.sheets"""
        ).fetchall()
    }
    for item in of_rules(planted, {"header_row_moved"}):
        explained, rows, *counted = sheets[place(item)[:3]]
        why = json.loads(explained)
        if "notes" not in why:
            assert why["above the header"] == item["sheet_row"] - 1
            assert rows == sum(counted) + sum(why.values())
    unmapped = warehouse.execute("select value from core.issues where rule = 'heading_unmapped'").fetchall()
    headings = {item["value"] for item in of_rules(planted, {"heading_synonym"})}
    assert headings
    assert headings.isdisjoint(value for (value,) in unmapped)


def test_a_hidden_sheet_is_no_data(planted, warehouse, entries):
    for item in of_rules(planted, {"hidden_sheet"}):
        key = place(item)[:3]
        found = warehouse.execute(
            "select entries, explained from staging.sheets where (register, edition, sheet) = ($1, $2, $3)",
            list(key),
        ).fetchall()
        assert len(found) == 1
        assert found[0][0] == 0
        assert list(json.loads(found[0][1])) == ["sheet not part of the register"]
        assert not any(p[:3] == key for p in entries)


def one_date(entry):
    days = {
        entry[name]
        for name in ("composite_date", "approved_date", "released_date", "closed_date")
        if entry[name] is not None
    }
    assert len(days) == 1
    return days.pop()


def test_dates_typed_as_text_are_read(planted, entries):
    for item in of_rules(planted, {*DATE_FORMATS, "text_date_ordinal"}):
        text, form = item["value"], DATE_FORMATS.get(item["rule"], "%d %B %Y")
        if item["rule"] == "text_date_ordinal":
            day, rest = text.split(" ", 1)
            text = f"{day[:-2]} {rest}"
        expected = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        assert one_date(entries[place(item)]) == expected


def test_names_of_one_organisation_are_one_recipient(planted, entries):
    true = {(r.register, r.reference): r for r in true_requests()}
    checked = 0
    for item in of_rules(planted, SAME_ORGANISATION):
        entry = entries[place(item)]
        request = true.get((item["register"], item["key"])) or true.get((LEGACY, item["key"]))
        assert entry["recipient"] == item["value"].strip()
        if request:  # regular shares are not requests
            assert entry["same_as"] == request.recipient
            checked += 1
    assert checked >= 5


def test_spellings_of_a_type_and_footnotes_on_a_tier_change_nothing(planted, entries):
    for item in of_rules(planted, {"type_spelling"}):
        assert entries[place(item)]["recipient_type_mapped"] == "university"
    for item in of_rules(planted, {"tier_footnote"}):
        assert entries[place(item)]["tier"] == "1"


def test_mended_damage_is_no_error(planted, issues):
    troubled = {place(i) for i in issues if i["severity"] == "error"}
    assert troubled.isdisjoint(place(item) for item in of_rules(planted, MENDED))


def test_a_second_row_with_a_reference_is_named(planted, issues):
    named = {
        (i["register"], i["edition"], i["sheet"], i["value"])
        for i in issues
        if i["rule"] == "reference_repeated"
    }
    for item in of_rules(planted, {"duplicate_reference"}):
        assert (*place(item)[:3], item["value"]) in named


def test_an_event_before_receipt_leaves_the_measures(planted, issues, sample_store):

    found = {(i["register"], i["value"]) for i in issues if i["rule"] == "closed_before_received"}
    items = of_rules(planted, {"event_before_reference"})
    for item in items:
        assert (item["register"], item["key"]) in found, item
        if item["register"] == LEGACY:
            spell = measures.spells(
                sample_store, register=LEGACY, reference=item["key"], clock="received_to_outcome"
            ).dicts()
            assert [s["excluded_rule"] for s in spell] == ["closed_before_received"]


def test_rejected_dates_are_in_no_figure(planted, entries):
    for item in of_rules(planted, {"date_year_digit_lost", "date_sentinel", "date_year_0016"}):
        entry = entries[place(item)]
        assert entry["impossible_dates"] == 1
        assert all(entry[n] is None for n in ("composite_date", "approved_date", "released_date"))
        assert entry["as_at"] > date(2012, 1, 1)


def test_medians_come_back_from_the_workbooks(sample_store):
    """The estimate, damage and delayed entry and all, against the truth the sample was drawn from."""

    estimates = {r["group"]: r for r in measures.turnaround(sample_store, register=LEGACY, by="tier").dicts()}
    for tier, median in TRUTH.tier_median_days.items():
        row = estimates[tier.removeprefix("Tier ")]
        if row["events"] >= 20:
            # decisions move to a monthly panel or a weekday, so three days are allowed for
            assert row["median_low"] - 3 <= median <= row["median_high"] + 3, tier
    assert sum(r["events"] >= 20 for r in estimates.values()) >= 3
