"""Whatever a file holds, its draft is none, or a description that reads that very file once a person settled it."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.draft import draft_layout
from dashboard.layouts import match
from dashboard.reading import read_entries
from dashboard.registers import read_register
from dashboard.toml_reader import EDIT_ME
from dashboard.workbook import Sheet, Workbook


WORDS = {
    "publisher": "A test",
    "coverage": "complete",
    "body": "Police",
    "unit": "requests",
    "continues": "above",
}
HEADINGS = st.sampled_from(
    ["Ref", "Reference", "Organisation", "Organisation type", "Date received", "Closed", "Outcome", "Month", "Shared",
     "Requests", "Data still held", "Tier", "Dataset", 'A "quoted" \\ one', "Two\nlines", "It's [odd] *", "Total", "",
     None]
)  # fmt: skip
CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        ["R1", "R2", "DR170101.01", "Bell Trust", "Charity", "01/02/2017", "2017-02-01", "January 2019", "Total",
         "Note: see below", "Yes", "No", "7", "1,204", "n/a", "Records of the", "#REF!", '"', "\\", "=A1", "EDIT me"]
    ),
    st.integers(0, 50_000),
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.text(max_size=12),
)  # fmt: skip
NAMES = st.sampled_from(["Sheet1", "June 17 to Sept 17", "Home [Office]", "*", "2017-2018", "Notes", "It's"])
FILES = st.sampled_from(
    ["register.csv", "x 2020-12-31.ods", "r_20210201_20210228.xlsx", "April_17_to_September2020.ods", "éè.csv",
     "2020.csv"]
)  # fmt: skip


@st.composite
def tables(draw):
    width = draw(st.integers(1, 7))
    above = draw(st.lists(st.lists(CELLS, min_size=1, max_size=1), max_size=2))
    header = draw(st.lists(HEADINGS, min_size=width, max_size=width))
    below = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=8))
    return [tuple(row) + (None,) * (width - len(row)) for row in [*above, header, *below]]


@settings(max_examples=300, deadline=None)
@given(file=FILES, sheets=st.dictionaries(NAMES, tables(), min_size=1, max_size=3))
def test_a_draft_reads_the_file_it_was_drafted_from(tmp_path_factory, file, sheets):
    found = tuple(Sheet(name, rows, hidden=False) for name, rows in sheets.items())
    book = Workbook(Path(file), "ods", found, "0" * 64, 1, None)
    draft = draft_layout(book.path, book.sheets)
    if not draft:
        return
    lines = []
    for line in draft.splitlines():
        key = line.split(" = ")[0]
        lines.append(line.replace(f'"{EDIT_ME}"', f'"{WORDS[key]}"', 1) if key in WORDS else line)
    text = "\n".join(lines)
    path = tmp_path_factory.mktemp("draft") / f"{tomllib.loads(text)['id']}.toml"
    path.write_text(text, "utf-8")
    reading = read_entries(match(read_register(path, {}), book), "new")
    for account in reading.accounts:
        used = account.entries + account.person_counts + sum(account.explained.values())
        assert account.rows_read == used
