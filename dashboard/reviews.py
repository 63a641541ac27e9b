"""Rendered reviews on disk: what there is, newest first, what of each still is as it was made, and its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from dashboard.errors import AccessReviewError
from dashboard.files import sha256_of
from dashboard.settings import Settings
from dashboard.text import day


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


# What lies beside the files that a manifest lists, and is in no manifest.
BESIDE = frozenset({"manifest.json", "signature.json", "times.json"})
State = Literal["signed", "broken", "draft"]
Change = tuple[str, Literal["edited", "missing", "extra"]]  # a file, and what became of it


@dataclass(frozen=True)
class Review:
    """A rendered report: its folder and manifest. `signed` says that a signature lies beside it, `state` whether it
    still holds."""

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
        """Who signed it: `name`, `role`, `signed` (a day or time) and `caveat`, each empty where it is not said."""
        found = _read(self.folder / "signature.json")
        return {key: _text(found.get(key)) for key in ("name", "role", "signed", "caveat")}

    def read(self, name: str) -> dict[str, Any]:
        """One of its JSON files; empty where it is not there or is no JSON object."""
        return _read(self.folder / name)

    def changes(self) -> list[Change]:
        """Every file that is not as the manifest lists it, and every one that it does not list, by name."""
        listed = _record(self.manifest.get("files"))
        found: list[Change] = []
        for name, wanted in listed.items():
            path = self.folder / name
            if not _inside(name) or not path.is_file():
                found.append((name, "missing"))
            elif digest(path) != wanted:
                found.append((name, "edited"))
        there = (p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if not p.is_dir())
        found += [(name, "extra") for name in there if name not in listed and name not in BESIDE]
        return sorted(found)

    def whole(self) -> bool:
        """Whether every file that the manifest lists, the report among them, still is what it was."""
        return "report.html" in _record(self.manifest.get("files")) and all(
            what == "extra" for _, what in self.changes()
        )

    @cached_property
    def state(self) -> State:
        """signed; broken where the manifest is not the one that was signed or a file not the one it lists; or draft.

        A file that the manifest does not list breaks no signature: it is no part of what was signed.
        """
        if not self.signed:
            return "draft"
        wanted = _read(self.folder / "signature.json").get("manifest_sha256")
        try:
            holds = wanted == digest(self.folder / "manifest.json") and self.whole()
        except OSError:  # gone, or not to be read
            holds = False
        return "signed" if holds else "broken"

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


def _inside(name: str) -> bool:
    """Whether a name that a manifest gives stays in the manifest's own folder."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def digest(path: Path) -> str:
    """A file's sha256, worked out again only when the file was touched: pages ask every second."""
    found = path.stat()
    return _digest(path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    return sha256_of(path)


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


def open_review(folder: Path) -> Review:
    """The review in a folder, wherever it lies. Raises AccessReviewError where there is none."""
    path = folder.resolve() / "manifest.json"
    if not path.is_file():
        why = "there is no manifest.json in it" if folder.is_dir() else "there is no such folder"
        raise AccessReviewError(
            f"{folder} is no review: {why}",
            hint="give the folder that 'access-review render' printed, reviews/april-review/YEAR/RENDER",
        )
    manifest = _read(path)
    if not manifest:
        raise AccessReviewError(
            f"{path} cannot be read: it is not the JSON that a render writes",
            hint="restore it from a copy; without it nothing can be said of the review",
        )
    return Review(path.parent, manifest)


def earlier_review(settings: Settings, *, year: int, register: str) -> Review | None:
    """The review of the April before `year` that a new one is compared with; None where there is none.

    The last that is signed, else the last draft; one that was changed after it was rendered is passed over.
    """
    found = [
        r
        for r in list_reviews(settings)
        if r.year == str(year - 1) and r.register == register and r.state != "broken" and r.whole()
    ]
    signed = [r for r in found if r.state == "signed"]
    return max(signed or found, key=lambda r: (r.started, r.folder.name), default=None)


def superseded_by(review: Review, shown: list[Review]) -> Review | None:
    """The review of the same April and register that was rendered last, where it is not this one.

    A draft supersedes nothing that is signed, and one that was changed after it was signed supersedes nothing.
    """
    later = [
        r
        for r in shown
        if (r.year, r.register) == (review.year, review.register)
        and r.started > review.started
        and r.state != "broken"
        and (r.state == "signed" or not review.signed)
    ]
    return max(later, key=lambda r: r.started, default=None)


def supersedes(review: Review, shown: list[Review]) -> list[Review]:
    """The signed reviews of the same April and register that this one stands in the place of."""
    return [r for r in shown if r.signed and superseded_by(r, shown) == review]


def last_signed_words(reviews: Iterable[Review]) -> str:
    """The latest signed review of those given, newest first, as the head of every page says it; "none"."""
    for review in reviews:
        if review.state == "signed":
            on = day_words(review.signature()["signed"])
            return f"April {review.year}" + (f", signed {on}" if on else "")
        if review.state == "broken":
            return f"April {review.year}, changed after it was signed"
    return "none"


def day_words(text: object) -> str:
    """A day in words from an ISO day or time; empty where it is none."""
    if not isinstance(text, str) or not text:
        return ""
    try:
        return day(date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date())
    except ValueError:
        return ""
