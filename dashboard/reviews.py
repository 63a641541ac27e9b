"""Rendered reviews on disk: what there is, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.settings import Settings


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


def list_reviews(settings: Settings) -> list[Review]:
    """Every whole review, the latest year and render first. A folder without a manifest is not a review."""
    found = []
    for path in settings.reviews.glob("april-review/[0-9]*/[!.]*/manifest.json"):
        try:
            manifest = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):  # gone, not UTF-8, not JSON
            continue
        if isinstance(manifest, dict):
            found.append(Review(path.parent, manifest))
    return sorted(found, key=lambda r: (r.folder.parent.name, r.folder.name), reverse=True)
