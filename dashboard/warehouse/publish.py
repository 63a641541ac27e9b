"""Builds on disk: immutable files named by what went into them, and a pointer that is moved atomically.

`builds/<build id>.duckdb` with `<build id>.json` beside it, `builds/CURRENT` names the one in force and
`builds/HISTORY` the ones before it. A build is never overwritten: DuckDB keeps one instance of a file per
path, so a reader of a replaced file would go on seeing the old one (docs/decisions/0002).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.errors import AccessReviewError
from dashboard.files import lock, write_whole
from dashboard.settings import Settings


if TYPE_CHECKING:
    from dashboard.withdrawals import Withdrawal

KEPT = 5  # builds kept for rollback and for reviews rendered from them


@dataclass(frozen=True)
class Build:
    """One published build and the record written beside it."""

    id: str
    path: Path
    record: dict[str, object]


def pointer(settings: Settings) -> Path:
    return settings.builds / "CURRENT"


def current_id(settings: Settings) -> str | None:
    """The id of the build in force; None when nothing was built yet."""
    # What is not text cannot be a build's name: shown as it is in the error that says so.
    try:
        return pointer(settings).read_text("ascii", "backslashreplace").strip() or None
    except FileNotFoundError:
        return None


def find_build(settings: Settings, build_id: str | None = None) -> Build:
    """A build by id, or the current one. Raises AccessReviewError when it is not there."""
    chosen = build_id or current_id(settings)
    if chosen is None:
        raise AccessReviewError(
            f"nothing is built in {settings.data}",
            hint="run 'access-review build' (after 'access-review add REGISTER FILE'), or 'make run' for the sample",
        )
    path = settings.builds / f"{chosen}.duckdb"
    if Path(chosen).name != chosen or not path.is_file():
        hint = (
            "builds are named in 'reviews' and in HISTORY there" if build_id else "run 'access-review build'"
        )
        raise AccessReviewError(f"there is no build {chosen!r} in {settings.builds}", hint=hint)
    return Build(chosen, path, _record(path))


def _record(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.with_suffix(".json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):  # gone, not UTF-8, not JSON
        return {}
    return found if isinstance(found, dict) else {}


def history(settings: Settings) -> list[str]:
    """Ids of builds in force before the current one, oldest first."""
    try:
        return (settings.builds / "HISTORY").read_text("ascii", "backslashreplace").split()
    except FileNotFoundError:
        return []


def point_to(settings: Settings, build_id: str) -> None:
    """Put a build in force. The history is written first: killed between the two, nothing is lost."""
    before = current_id(settings)
    if before and before != build_id:
        past = [b for b in history(settings) if b not in (before, build_id)]
        write_whole(settings.builds / "HISTORY", "\n".join([*past, before]) + "\n")
    write_whole(pointer(settings), build_id + "\n")


def builds_showing(settings: Settings, withdrawals: Sequence[Withdrawal]) -> list[str]:
    """The builds kept that still show something of what these withdraw, by their ids.

    Where a build's record is damaged, it is taken to show it.
    """
    found = []
    for path in sorted(settings.builds.glob("[!.]*.duckdb")):
        record = _record(path)
        editions: Any = record.get("editions")
        hidden: Any = record.get("withdrawn") or []
        read = {(e["register"], e["edition"]) for e in editions or []}
        keys = {h["key"] for h in hidden}
        gone = {(h["register"], h["edition"]) for h in hidden if h["kind"] == "edition"}
        if any(
            (editions is None or (w.register, w.edition) in read)
            and repr(w.key) not in keys
            and (w.register, w.edition) not in gone
            for w in withdrawals
        ):
            found.append(path.stem)
    return found


def rollback(settings: Settings, *, show_withdrawn: bool = False) -> tuple[str, str]:
    """Go back to the build before. Returns (left, now in force).

    Raises AccessReviewError when none is kept, or when the one before shows what was withdrawn since and
    `show_withdrawn` does not ask for it.
    """
    if current_id(settings) is None:  # nothing was ever built: no folder to hold a lock in
        raise AccessReviewError("there is no earlier build to go back to", hint="run 'access-review build'")
    with lock(settings.builds / ".lock", "building"):
        left = current_id(settings)
        past = [b for b in history(settings) if b != left and (settings.builds / f"{b}.duckdb").is_file()]
        if left is None or not past:
            raise AccessReviewError(
                "there is no earlier build to go back to", hint="run 'access-review build'"
            )
        if not show_withdrawn:
            from dashboard.withdrawals import read_withdrawals

            shown = [w for w in read_withdrawals(settings) if past[-1] in builds_showing(settings, [w])]
            if shown:
                raise AccessReviewError(
                    f"build {past[-1]} still shows what was withdrawn since: "
                    + "; ".join(f"{w.register} {w.place} (withdrawals/{w.file})" for w in shown),
                    hint="'access-review build' makes one without it; to go back all the same, add --show-withdrawn",
                )
        # The pointer first: killed between the two, the history still names every build.
        write_whole(pointer(settings), past[-1] + "\n")
        write_whole(settings.builds / "HISTORY", "".join(f"{b}\n" for b in past[:-1]))
    return left, past[-1]


def prune(settings: Settings) -> list[str]:
    """Remove builds that are neither current nor among the last few. Returns their ids."""
    keep = {current_id(settings), *history(settings)[-KEPT:]} | _needed_by_reviews(settings)
    removed = []
    for path in sorted(settings.builds.glob("*.duckdb")):
        if path.stem not in keep and not path.name.startswith("."):
            path.unlink()
            path.with_suffix(".json").unlink(missing_ok=True)
            removed.append(path.stem)
    return removed


def _needed_by_reviews(settings: Settings) -> set[str | None]:
    """Builds that a rendered review was made from: they prove it, so they stay."""
    needed: set[str | None] = set()
    for manifest in settings.reviews.glob("*/*/*/manifest.json"):
        try:
            record = json.loads(manifest.read_text("utf-8"))
        except (ValueError, OSError):
            continue
        if isinstance(record, dict):
            needed.add(record.get("build"))
    return needed
