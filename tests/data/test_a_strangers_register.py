"""A register that nobody here prepared for: one description, no code, every number as its own reader counts it.

The three workbooks and the description were written by somebody who had the documentation only (a navigation
authority's log, invented). The counts come from openpyxl and odfpy and plain loops.
"""

from __future__ import annotations

import datetime
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from odf import teletype
from odf.opendocument import load
from odf.table import Table, TableCell, TableRow
from openpyxl import load_workbook

from dashboard import measures
from dashboard.editions import add_edition
from dashboard.errors import AccessReviewError
from dashboard.registers import load_registers
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build


HERE = Path(__file__).parent / "stranger"
EDITIONS = {
    "2022-12-31": "log_2022-12.ods", "2023-06-30": "log_2023-06.xlsx", "2023-12-31": "log_2023-12.ods",
}  # fmt: skip
NAME = "wendmarsh-log"
GRANTED = ("Agreed", "Agreed in part")


def sheets(path: Path) -> dict[str, list[list[object]]]:
    if path.suffix == ".xlsx":
        return {
            s.title: [list(row) for row in s.iter_rows(values_only=True)]
            for s in load_workbook(path).worksheets
        }
    found = {}
    for table in load(str(path)).spreadsheet.getElementsByType(Table):
        found[table.getAttribute("name")] = [
            [
                date.fromisoformat(cell.getAttribute("datevalue"))
                if cell.getAttribute("valuetype") == "date"
                else teletype.extractText(cell) or None
                for cell in row.getElementsByType(TableCell)
            ]
            for row in table.getElementsByType(TableRow)
        ]
    return found


def day(cell: object) -> date | None:
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in ("%d/%m/%Y", "%d %b %Y", "%B %Y"):
        try:
            read = datetime.datetime.strptime(str(cell or ""), form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
        month_later = (read.replace(day=28) + timedelta(days=4)).replace(day=1)
        return month_later - timedelta(days=1) if form == "%B %Y" else read
    return None


@dataclass
class Case:
    received: date | None
    outcome: str
    decided: date | None
    sent: date | None
    decision_listed: bool
    last_seen: date


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, list[list[object]]]]:
    return {edition: sheets(HERE / name) for edition, name in EDITIONS.items()}


@pytest.fixture(scope="module")
def cases(files) -> dict[str, Case]:
    """Each request as last published; an amendment (-v2) is with its request, whose own row speaks first."""
    found: dict[str, Case] = {}
    for edition, book in files.items():
        for sheet in ("Decisions", "Waiting"):
            for row in book[sheet]:
                if not re.fullmatch(r"DA/\d\d/\d{3}", str(row[0] or "")):
                    continue
                cells = [*row, *[None] * 11]
                known = found.get(str(row[0]))
                decisions = sheet == "Decisions"
                found[str(row[0])] = Case(
                    received=day(cells[4]) or (known.received if known else None),
                    outcome=str(cells[5]),
                    decided=(day(cells[6]) if decisions else None) or (known.decided if known else None),
                    sent=(day(cells[7]) if decisions else None) or (known.sent if known else None),
                    decision_listed=decisions,
                    last_seen=date.fromisoformat(edition),
                )
    return found


def usable(cases: dict[str, Case]) -> dict[str, Case]:
    return {
        reference: c for reference, c in cases.items()
        if c.received and not (c.decided and c.decided < c.received) and (c.decided or not c.decision_listed)
    }  # fmt: skip


def describe(data: Path, text: str) -> None:
    (data / "registers").mkdir(parents=True, exist_ok=True)
    (data / "registers" / f"{NAME}.toml").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    data = tmp_path_factory.mktemp("stranger") / "data"
    describe(data, (HERE / f"{NAME}.toml").read_text("utf-8"))
    settings = load_settings(data)
    for edition, name in EDITIONS.items():
        added = add_edition(settings, load_registers(settings)[NAME], HERE / name)
        assert added.edition.edition == edition  # from a cell of the cover
    report = build(settings)
    with Store(settings) as found:
        yield found, report


def test_every_row_is_accounted_for(store, files):
    _, report = store
    mine = {e["edition"]: e for e in report.editions if e["register"] == NAME}
    for edition, book in files.items():
        entries = sum(
            bool(re.match(r"DA/\d\d/\d{3}", str(row[0] or "")))
            for s in ("Decisions", "Waiting")
            for row in book[s]
        )
        years = sum(bool(re.fullmatch(r"\d{4}(\.0)?", str(row[0] or ""))) for row in book["Police"])
        found = mine[edition]
        assert (found["entries"], found["person_counts"]) == (entries, years)
        assert found["rows_read"] == sum(map(len, book.values()))
        assert found["rows_explained"] == found["rows_read"] - entries - years


def test_counts_by_year(store, cases):
    count = {
        "received": Counter(c.received.year for c in usable(cases).values()),
        "decided": Counter(
            c.decided.year
            for c in usable(cases).values()
            if c.decided and c.outcome in (*GRANTED, "Turned down")
        ),
        "refused": Counter(
            c.decided.year for c in usable(cases).values() if c.decided and c.outcome == "Turned down"
        ),
        "released": Counter(c.sent.year for c in usable(cases).values() if c.sent),
    }
    rows = measures.volumes(store[0], register=NAME, interval="year").dicts()
    assert [r["interval_start"].year for r in rows] == [2021, 2022, 2023]
    for column, by_year in count.items():
        assert [r[column] for r in rows] == [by_year[year] for year in (2021, 2022, 2023)], column
    assert sum(r["excluded"] for r in rows) == len(cases) - len(usable(cases)) == 3


def naive_median(times: list[tuple[int, bool]]) -> int | None:
    left = 1.0
    for t in sorted({time for time, event in times if event}):
        left *= 1 - sum(e and x == t for x, e in times) / sum(x >= t for x, _ in times)
        if left <= 0.5 + 1e-9:
            return t
    return None


@pytest.mark.parametrize("clock", ["received_to_decision", "received_to_outcome", "received_to_release"])
def test_clocks(store, cases, clock):
    def end(c: Case) -> tuple[date | None, bool]:
        granted = c.outcome in GRANTED
        if clock == "received_to_decision":
            return c.decided, granted or c.outcome == "Turned down"
        if clock == "received_to_outcome":  # an approval ends nothing: it waits for its data
            return (c.sent, True) if granted else (c.decided, c.decision_listed)
        return (c.sent, True) if c.sent else (None if granted else c.decided, False)

    times = []
    for c in usable(cases).values():
        ended, event = end(c)
        ended, event = (ended, event) if ended else (c.last_seen, False)
        times.append(((ended - c.received).days, event))
    [row] = measures.turnaround(store[0], register=NAME, clock=clock).dicts()
    assert (row["n"], row["events"]) == (len(times), sum(event for _, event in times))
    assert row["median"] == naive_median(times)


def test_changes(store, files):
    def listed(book):
        rows = [row for s in ("Decisions", "Waiting") for row in book[s]]
        return {str(row[0]) for row in rows if re.fullmatch(r"DA/\d\d/\d{3}(-v\d)?", str(row[0] or ""))}

    editions = list(EDITIONS)
    for before, after in pairwise(editions):
        rows = [
            r for r in measures.measure("changes", store[0], register=NAME, edition=after).dicts()
            if r["about"] == "request"
        ]  # fmt: skip
        assert {r["previous"] for r in rows} == {before}
        added = {r["reference"] for r in rows if r["kind"] == "added"}
        gone = {r["reference"] for r in rows if r["kind"] in ("left_no_reason_published", "licence_ended")}
        assert added == listed(files[after]) - listed(files[before])
        assert gone == listed(files[before]) - listed(files[after])
        assert {r["kind"] for r in rows} - {"added", "amended"} <= {"left_no_reason_published", "typographic"}
    [revised] = [
        r for r in measures.measure("person-counts", store[0], register=NAME).dicts() if r["superseded_by"]
    ]
    assert (revised["period_start"].year, revised["supplied"], revised["superseded_by"]) == (
        2021,
        30,
        "2023-06-30",
    )


def test_types_come_from_the_sheet_of_applicants(store):
    groups = {r["group"] for r in measures.recipients(store[0], register=NAME).dicts()}
    assert groups >= {"charity", "commercial", "university", "local_government", "media"}
    assert "unknown" not in groups


def test_a_renamed_heading_is_refused_and_its_synonym_is_the_whole_fix(tmp_path):
    text = (HERE / f"{NAME}.toml").read_text("utf-8")
    describe(tmp_path, text.replace('["Date rec\'d", "Date request received"]', '["Date rec\'d"]'))
    settings = load_settings(tmp_path)
    file = shutil.copyfile(HERE / EDITIONS["2023-12-31"], tmp_path / "final log.ods")
    with pytest.raises(AccessReviewError, match="nearest heading there is 'Date request received'") as caught:
        add_edition(settings, load_registers(settings)[NAME], file)
    assert f"'{file}'" in str(caught.value.hint)  # to be pasted as it stands
    assert not (tmp_path / "editions").exists()
    describe(tmp_path, text)
    assert add_edition(settings, load_registers(settings)[NAME], file).edition.edition == "2023-12-31"
