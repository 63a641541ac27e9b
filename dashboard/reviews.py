"""Rendered reviews on disk: what there is, newest first, and the files of one that may be given to a reader."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.files import sha256_of
from dashboard.settings import Settings


# What a review consists of, by the only names under which any of it is given away, and what each is.
FILES: dict[str, str] = {
    "report.html": "text/html; charset=utf-8",
    "report.pdf": "application/pdf",
    "april_review.ipynb": "application/x-ipynb+json",
    "tables.ods": "application/vnd.oasis.opendocument.spreadsheet",
    "manifest.json": "application/json; charset=utf-8",
    "signature.json": "application/json; charset=utf-8",
}
TABLE = re.compile(r"tables/[a-z0-9][a-z0-9_-]{0,80}\.csv")
CSV = "text/csv; charset=utf-8; header=present"


@dataclass(frozen=True)
class Review:
    """A rendered report: its folder and manifest. `signed` says that a signature lies beside it."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        return "/".join(self.folder.parts[-3:])

    @property
    def signed(self) -> bool:
        return (self.folder / "signature.json").is_file()

    @property
    def year(self) -> str:
        """The April it is of: the folder's name."""
        return self.folder.parent.name

    @property
    def register(self) -> str:
        """The register's id; empty in a manifest that does not say."""
        return _text(_record(self.manifest.get("parameters")).get("register"))

    @property
    def started(self) -> str:
        """When it was rendered, in ISO 8601; empty where that was not kept."""
        return _text(_read(self.folder / "times.json").get("started"))

    def signature(self) -> dict[str, str]:
        """Who signed it: `name`, `role` and `signed` (a day or time), each empty where it is not said."""
        found = _read(self.folder / "signature.json")
        return {key: _text(found.get(key)) for key in ("name", "role", "signed")}

    def whole(self) -> bool:
        """Whether the report is still the file that the manifest lists."""
        wanted = _record(self.manifest.get("files")).get("report.html")
        path = self.folder / "report.html"
        return path.is_file() and wanted == sha256_of(path)

    def files(self) -> list[str]:
        """The files that are there and may be given away, those of a reader first, then the tables by name."""
        tables = sorted(f"tables/{p.name}" for p in (self.folder / "tables").glob("*.csv"))
        return [name for name in (*FILES, *tables) if self.file(name) is not None]

    def file(self, name: str) -> Path | None:
        """One of its files; None for any other name, for what is not there, and for a link to somewhere else."""
        if name not in FILES and not TABLE.fullmatch(name):
            return None
        path = self.folder / name
        if not path.is_file() or path.resolve() != self.folder.resolve() / name:
            return None
        return path


def kind_of(name: str) -> str:
    """The content type of a review's file."""
    return FILES.get(name, CSV)


def _record(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _read(path: Path) -> dict[str, Any]:
    try:
        return _record(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):  # gone, not UTF-8, not JSON
        return {}


def list_reviews(settings: Settings) -> list[Review]:
    """Every whole review, the latest year and render first. A folder without a manifest is not a review."""
    found = []
    for path in settings.reviews.glob("april-review/[0-9]*/[!.]*/manifest.json"):
        manifest = _read(path)
        if manifest:
            found.append(Review(path.parent, manifest))
    return sorted(found, key=lambda r: (r.year, r.started, r.folder.name), reverse=True)


def find_review(settings: Settings, report: str, year: str, render: str) -> Review | None:
    """A review by the parts of its address; None where there is none such."""
    return next((r for r in list_reviews(settings) if r.folder.parts[-3:] == (report, year, render)), None)


def superseded_by(review: Review, shown: list[Review]) -> Review | None:
    """The review of the same April and register that was rendered last, where it is not this one.

    A draft supersedes nothing that is signed.
    """
    later = [
        r
        for r in shown
        if (r.year, r.register) == (review.year, review.register)
        and r.started > review.started
        and (r.signed or not review.signed)
    ]
    return max(later, key=lambda r: r.started, default=None)
