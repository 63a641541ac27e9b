"""The descriptor of an export: a Frictionless Data Package (datapackage.org, version 2), and what names each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.files import sha256_of
from dashboard.text import SYNTHETIC


DESCRIPTOR = "datapackage.json"
MARK = "access-review export"  # by which a folder is known for one of ours
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
SCHEMA = "https://datapackage.org/profiles/2.0/tableschema.json"

# Licences that have a name among the open ones. Of any other the publisher's words are given and no name is invented.
LICENCES = {
    "Open Government Licence v3.0": {
        "name": "OGL-UK-3.0",
        "title": "Open Government Licence v3.0",
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    },
    "CC0-1.0": {
        "name": "CC0-1.0",
        "title": "CC0 1.0 Universal",
        "path": "https://creativecommons.org/publicdomain/zero/1.0/",
    },
}
FORMATS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, kw_only=True)
class File:
    """One table of an export, described: `fields` are those of a Table Schema. `parquet`: it is there as that too."""

    path: str  # of the CSV, from the export's folder
    register: str  # empty: of them all
    title: str
    words: str
    rows: int
    fields: Sequence[Mapping[str, Any]]
    key: Sequence[str] = ()
    links: Sequence[tuple[str, str, str]] = ()  # a column, the path of the table it names, and its column
    parquet: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return resource_name(self.path)


def resource_name(path: str) -> str:
    """A file's name in the package: its path, by the letters that a name may have."""
    return path.lower().replace("/", ".").replace("_", "-")


def licence_words(register: Mapping[str, Any]) -> str:
    return f"Licence: {register['licence'] or 'not stated'}."


def descriptor(
    folder: Path, files: Sequence[File], registers: Sequence[Mapping[str, Any]], about: Mapping[str, Any]
) -> dict[str, Any]:
    """The package as a record for JSON. `about`: the build and what was asked."""
    by_id = {r["register"]: r for r in registers}
    synthetic = all(r["synthetic"] for r in registers)
    licences = {str(r["licence"]) for r in registers}
    record: dict[str, Any] = {
        "$schema": PROFILE,
        "name": f"access-review-{about['build']}",
        "title": "Access requests and data releases, as registers publish them",
        "description": " ".join(
            [
                "Requests, releases, recipients, counts of persons, changes, problems in the data and measures of",
                "published registers, each by itself. Not an official statistic. README.md says how to read it.",
                *([SYNTHETIC] if synthetic else []),
            ]
        ),
        "version": str(about["build"]),
        "made_by": MARK,
        **about,
        "synthetic": synthetic,
        "registers": [
            {
                key: r[key].isoformat() if hasattr(r[key], "isoformat") else r[key]
                for key in (
                    *("register", "title", "publisher", "address", "licence", "synthetic", "selected"),
                    *("as_at", "edition"),
                )
            }
            for r in registers
        ],
        "sources": [{"title": r["title"], **_path(r)} for r in registers],
        "contributors": [
            {"title": p, "roles": ["publisher"]} for p in dict.fromkeys(r["publisher"] for r in registers)
        ],
        "resources": [_resource(folder, file, by_id.get(file.register), by_id) for file in files],
    }
    if len(licences) == 1 and (known := LICENCES.get(licences.pop())):
        record["licenses"] = [known]
    return record


def _path(register: Mapping[str, Any]) -> dict[str, str]:
    return {"path": register["address"]} if str(register["address"]).startswith("http") else {}


def _resource(
    folder: Path, file: File, register: Mapping[str, Any] | None, by_id: Mapping[str, Any]
) -> dict[str, Any]:
    synthetic = register["synthetic"] if register else all(r["synthetic"] for r in by_id.values())
    words = [
        file.words,
        *([SYNTHETIC] if synthetic else []),
        *([licence_words(register)] if register else []),
    ]
    schema: dict[str, Any] = {"$schema": SCHEMA, "fields": list(file.fields), "missingValues": [""]}
    if file.key:
        schema["primaryKey"] = list(file.key)
    if file.links:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": resource_name(there), "fields": [other]}}
            for column, there, other in file.links
        ]
    found: dict[str, Any] = {
        "name": file.name,
        "title": file.title + (f" ({register['short_title']})" if register else ""),
        "description": " ".join(w for w in words if w),
        "type": "table",
        **_bytes(folder, file.path),
        "encoding": "utf-8",
        "schema": schema,
        "rows": file.rows,
        "synthetic": synthetic,
        **file.more,
    }
    if file.parquet:
        # Not a resource of its own: what reads Data Packages need not read Parquet to find this one valid.
        found["parquet"] = _bytes(folder, file.path.removesuffix(".csv") + ".parquet")
    if register:
        found["register"] = register["register"]
        found["licence"] = register["licence"] or "not stated"
        if known := LICENCES.get(str(register["licence"])):
            found["licenses"] = [known]
        if where := _path(register):
            found["sources"] = [{"title": register["title"], **where}]
    return found


def _bytes(folder: Path, path: str) -> dict[str, Any]:
    """What a file is, byte for byte."""
    form = path.rpartition(".")[2]
    return {
        "path": path,
        "format": form,
        "mediatype": FORMATS[form],
        "bytes": (folder / path).stat().st_size,
        "hash": f"sha256:{sha256_of(folder / path)}",
    }
