"""A review on disk as far as lists, pages and feeds look at one: made in a moment, without a render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.files import sha256_of
from dashboard.reviews import Review, open_review


def write_review(
    folder: Path, manifest: Mapping[str, Any], *, started: str = "", signed: Mapping[str, str] | None = None
) -> Review:
    """A whole review in `folder`: a report, the manifest that lists it, and over that a signature, if one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "report.html"
    report.write_text(f"<!doctype html><title>{folder.name}</title><style>p{{}}</style>", "utf-8")
    files = {"report.html": sha256_of(report)}
    (folder / "manifest.json").write_text(json.dumps({"files": files, **manifest}), "utf-8")
    if started:
        (folder / "times.json").write_text(json.dumps({"started": started}), "utf-8")
    if signed:
        said = {**signed, "manifest_sha256": sha256_of(folder / "manifest.json")}
        (folder / "signature.json").write_text(json.dumps(said), "utf-8")
    return open_review(folder)
