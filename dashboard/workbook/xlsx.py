"""Excel workbooks (.xlsx): the parts that hold cells, each measured before calamine sees it."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator

from dashboard.workbook.archive import Parts, packed
from dashboard.workbook.bounds import Extent, Limits, check_total, too_many_sheets
from dashboard.workbook.markup import Check, check_xml, plain_xml
from dashboard.workbook.refusals import FETCH_WORKBOOK, SAVE_AS_XLSX, brief, damaged, refusal


# Parts of an .xlsx that hold no cell values.
UNREAD = re.compile(
    r"(?:^|/)(?:docProps|customXml|theme|drawings|charts|chartsheets|diagrams|media|embeddings|externalLinks"
    r"|pivotTables|pivotCache|queryTables|slicers|slicerCaches|comments|threadedComments|persons|ctrlProps"
    r"|activeX|printerSettings|richData|model|webextensions)/",
    re.I,
)
ERROR = re.compile(rb"""(<(?:\w+:)?c\s(?:[^<>]*?\s)?t=)(?:"e"|'e')""")


def checked_xlsx(file: str, parts: Parts, limits: Limits) -> io.BytesIO:
    """A new archive with the parts that hold cells. Raises AccessReviewError when there are none or past `limits`."""
    types = parts.read("[Content_Types].xml")
    if b"sheet.binary" in types:
        raise refusal(file, "is an Excel binary workbook (.xlsb), which is not read", SAVE_AS_XLSX)
    if b"spreadsheetml" not in types:
        kind = "a Word document" if b"wordprocessingml" in types else "an Office file"
        kind = "a PowerPoint presentation" if b"presentationml" in types else kind
        raise refusal(file, f"is {kind}, not a workbook", FETCH_WORKBOOK)
    names = [name for name in parts if name.lower().endswith((".xml", ".rels")) and not UNREAD.search(name)]
    # Sheets last: by then the workbook part has said what they are called.
    names.sort(key=lambda name: "worksheets/" in name)
    check = _XlsxCheck(file, limits)

    def checked() -> Iterator[tuple[str, bytes]]:
        for name in names:
            content = plain_xml(file, name, parts.read(name))
            check.begin(name)
            check_xml(file, name, content, check)
            yield name, ERROR.sub(rb'\1"str"', content)

    made = packed(checked())
    check.finish()
    return made


class _XlsxCheck(Check):
    """Measures the grid of each worksheet part, and the text its shared strings would unfold to."""

    REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

    def __init__(self, file: str, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.sheet_names: dict[str, str] = {}  # relationship id -> name
        self.targets: dict[str, str] = {}  # tail of the part's path -> relationship id
        self.shared: list[list[int]] = []  # length of each shared string, per string table
        self.uses: Counter[str] = Counter()  # of each shared string, in all sheets
        self.begin("")

    def begin(self, part: str) -> None:
        """Start on another part of the archive."""
        self.part = part
        tail = self._tail(part)
        self.extent = Extent(
            self.file, brief(self.sheet_names.get(self.targets.get(tail, ""), tail)), self.limits
        )
        # As calamine counts, from 0: where a cell is that does not say so itself, and where this cell is.
        self.row = self.column = 0
        self.place = (0, 0)
        self.in_cell = self.is_empty = self.is_shared = self.in_strings = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if self.in_cell and self.is_empty:
            # Only now that something is in it: Excel leaves styled cells without values far out.
            self.is_empty = False
            self.extent.reach(self.place[0] + 1, self.place[1] + 1)
        if name == "c":
            self._place(attributes.get("r"))
            self.is_shared = attributes.get("t") == "s"
            self.in_cell = self.is_empty = True
        elif name == "row":
            number = attributes.get("r")
            if number is not None:
                self.row = self._number(number) - 1
        elif name == "si" and self.in_strings:
            self.shared[-1].append(0)
        elif name == "sst":
            self.in_strings = True
            self.shared.append([])
            for key in ("count", "uniqueCount"):
                # calamine sets memory aside for as many as the file says there are.
                if self._number(attributes.get(key, "0"), least=0) > self.limits.cells:
                    raise damaged(self.file, f"it claims {brief(attributes[key])} shared strings")
        elif name == "sheet":
            for key, value in attributes.items():
                if key.endswith(":id"):
                    self.sheet_names[value] = attributes.get("name", "")
            if len(self.sheet_names) > self.limits.sheets:
                raise too_many_sheets(self.file, self.limits)
        elif name == "Relationship" and self.part.endswith("workbook.xml.rels"):
            self.targets[self._tail(attributes.get("Target", ""))] = attributes.get("Id", "")

    def end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self.in_cell = False
            self.column += 1
        elif name == "row":
            self.row += 1
            self.column = 0
        elif name == "sst":
            self.in_strings = False

    def text(self, characters: str) -> None:
        if self.in_strings:
            if self.shared[-1]:
                self.shared[-1][-1] += len(characters)
        elif self.in_cell and self.is_shared:
            self.uses[characters.strip()] += 1

    def finish(self) -> None:
        """Raises AccessReviewError when the text of all sheets together would be too much."""
        for lengths in self.shared:
            characters = 0
            for index, uses in self.uses.items():
                if index.isascii() and index.isdigit() and len(index) < 10 and int(index) < len(lengths):
                    characters += lengths[int(index)] * uses
            check_total(self.file, characters, self.limits.text_characters, "characters of text")

    @staticmethod
    def _tail(part: str) -> str:
        # Targets are written "worksheets/sheet1.xml" or "/xl/worksheets/sheet1.xml".
        return "/".join(part.split("/")[-2:])

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self.place = (self.row, self.column)
            return
        match = self.REFERENCE.fullmatch(reference)
        if match is None:
            raise damaged(self.file, f'sheet "{self.extent.sheet}" has a cell called "{brief(reference)}"')
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        self.column = column - 1
        self.place = (int(match[2]) - 1, self.column)

    def _number(self, text: str, least: int = 1) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) >= least):
            raise damaged(self.file, f'its part "{brief(self.part)}" counts to "{brief(text)}"')
        return int(text)
