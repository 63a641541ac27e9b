"""Data uses in the shape that others ask for: the Data Use Register standard of Health Data Research UK, version 2.

Source: HDRUK/data-use-register on GitHub, "Specification for data use register fields version 2 2022.01.19.csv",
commit 8b428c9 of 19 January 2022, under CC0-1.0. The fields stand here by its names and in its order. What no register
here publishes is empty, and the reason is said: a value that only looks alike is not put there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.measures.result import cell


STANDARD = "Data Use Register standard of Health Data Research UK, version 2 (19 January 2022)"
NAME = "data_use_register"
TITLE = "Data uses, in the shape of the Data Use Register standard"
WORDS = (
    "One row a request that was granted (approved, released or permitted for re-use), in the shape of the "
    f"{STANDARD}."
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of the standard: the column of the query data_uses that fills it, and from what; else why it is empty."""

    name: str
    safe: str  # which of the Five Safes
    column: str = ""
    words: str
    recommended: bool = False
    kind: str = "string"


_NONE = "Empty: no register here publishes it."
_PERSONS = "Empty: persons are not kept here."
_LEGAL = "Empty: registers publish one text for all legal bases; it is legal_basis of requests."

FIELDS = (
    Field(name="Lead applicant organisation name", safe="Safe People", column="organisation", recommended=True,
          words="The organisation that asked, as published."),
    Field(name="Organisation ID", safe="Safe People",
          words="Empty: registers publish names. The id in recipients is this project's own, not an industry's."),
    Field(name="Organisation sector", safe="Safe People", column="sector",
          words="recipient_type of requests, in words; empty where it is unknown."),
    Field(name="Applicant names", safe="Safe People", words=_PERSONS),
    Field(name="Applicant ID", safe="Safe People", words=_PERSONS),
    Field(name="Funders/Sponsors", safe="Safe People", words=_NONE),
    Field(name="DEA accredited researcher?", safe="Safe People", words=_PERSONS),
    Field(name="Sub-licence arrangements (if any)?", safe="Safe People", words=_NONE),
    Field(name="Project ID", safe="Safe Projects", column="reference", words="reference of requests."),
    Field(name="Project title", safe="Safe Projects", column="title", recommended=True, words="title of requests."),
    Field(name="Lay summary", safe="Safe Projects", recommended=True,
          words="Empty: what is published of a purpose (purpose of requests) is not written as a lay summary."),
    Field(name="Public benefit statement", safe="Safe Projects", recommended=True, words=_NONE),
    Field(name="Request category type", safe="Safe Projects",
          words="Empty: purposes are published as text, not by the standard's categories."),
    Field(name="Technical summary", safe="Safe Projects", words=_NONE),
    Field(name="Other approval committees", safe="Safe Projects", words=_NONE),
    Field(name="Project start date", safe="Safe Projects", kind="date", words=_NONE),
    Field(name="Project end date", safe="Safe Projects", kind="date",
          words="Empty: the end of a licence (licence_end of requests) is not the project's."),
    Field(name="Latest approval date", safe="Safe Projects", column="approved_date", kind="date", recommended=True,
          words="approved_date of requests, in the version last published."),
    Field(name="Dataset(s) name", safe="Safe Data", column="dataset", recommended=True,
          words="dataset of requests, as published: several are parted as the publisher parts them."),
    Field(name="Data sensitivity level", safe="Safe Data",
          words="Empty: tiers and classes are the publishers' own, not the three of the standard; see requests."),
    Field(name="Legal basis for provision of data under Article 6", safe="Safe Data", words=_LEGAL),
    Field(name="Lawful conditions for provision of data under Article 9", safe="Safe Data", words=_LEGAL),
    Field(name="Common Law Duty of Confidentiality", safe="Safe Data", words=_LEGAL),
    Field(name="National data opt-out applied?", safe="Safe Data", words=_NONE),
    Field(name="Request frequency", safe="Safe Data", words=_NONE),
    Field(name="For linked datasets, specify how the linkage will take place", safe="Safe Data", words=_NONE),
    Field(name="For linked datasets, specify how any new assets created will be managed and archived",
          safe="Safe Data", words=_NONE),
    Field(name="Description of the confidential data being used", safe="Safe Data", words=_NONE),
    Field(name="Release/Access date", safe="Safe Data", column="released_date", kind="date",
          words="released_date of requests: that of the first release."),
    Field(name="Access type", safe="Safe Setting", recommended=True,
          words="Empty: registers do not say it in the standard's two words; route of requests has theirs."),
    Field(name="How has data been processed to enhance privacy?", safe="Safe Setting", words=_NONE),
    Field(name="Link to research outputs", safe="Safe Outputs", words=_NONE),
)  # fmt: skip


def write(chunks: Iterable[list[tuple[Any, ...]]], columns: tuple[str, ...], path: Path) -> int:
    """Write rows of the query data_uses (`columns`) by the standard's fields; how many there are."""
    places = [columns.index(field.column) if field.column else None for field in FIELDS]
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in FIELDS])
        for rows in chunks:
            count += len(rows)
            writer.writerows([["" if p is None else cell(row[p]) for p in places] for row in rows])
    return count


def fields() -> list[dict[str, Any]]:
    """The fields as a Table Schema has them, each with what fills it or why it is empty."""
    return [{"name": f.name, "type": f.kind, "description": f.words} for f in FIELDS]
