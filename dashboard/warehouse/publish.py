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

    def tables(self) -> list[dict[str, Any]]:
        """What each table held when it was built: `table`, `rows` and `hash`; none where its record is damaged."""
        found: Any = self.record.get("tables")
        return found if isinstance(found, list) else []


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


@dataclass(frozen=True)
class Held:
    """A build on disk, and why it stays: empty where nothing needs it."""

    id: str
    bytes: int
    why: tuple[str, ...]


def holdings(settings: Settings) -> list[Held]:
    """Every build on disk with the reasons for which `prune` leaves it, by id.

    One stays while it is in force, is among the last that `rollback` goes back to, or is what a rendered review was
    made from: signed or a draft, for without it neither can be verified. A draft's goes when the draft's folder does.
    """
    current, past = current_id(settings), history(settings)
    past = past[max(0, len(past) - KEPT) :]
    reviews = _needed_by_reviews(settings)
    kept = _kept(settings)
    found = []
    for path in sorted(settings.builds.glob("[!.]*.duckdb")):
        why = ["in force"] if path.stem == current else []
        why += ["rollback"] if path.stem in past else []
        why += [*reviews.get(path.stem, ()), *reviews.get(None, ()), *kept.get(path.stem, ())]
        found.append(Held(path.stem, path.stat().st_size, tuple(why)))
    return found


def prune(settings: Settings, *, dry_run: bool = False) -> list[Held]:
    """Remove the builds that nothing needs, each with its record, and return them. No edition is ever removed."""
    unneeded = [held for held in holdings(settings) if not held.why]
    for held in () if dry_run else unneeded:
        path = settings.builds / f"{held.id}.duckdb"
        path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)
    return unneeded


def keep(settings: Settings, build_id: str, why: str) -> None:
    """Have `prune` leave a build for a reason that it could not see, such as a signed review outside the archive."""
    reasons = _kept(settings)
    if why not in reasons.get(build_id, ()):
        lines = [f"{build} {reason}\n" for build, each in reasons.items() for reason in each]
        one_line = " ".join(why.split())
        write_whole(settings.builds / "KEEP", "".join([*lines, f"{build_id} {one_line}\n"]))


def _kept(settings: Settings) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        lines = (settings.builds / "KEEP").read_text("utf-8", "backslashreplace").splitlines()
    except FileNotFoundError:
        lines = []
    for line in lines:
        build, _, why = line.partition(" ")
        found.setdefault(build, []).append(why or "named in KEEP")
    return found


def _needed_by_reviews(settings: Settings) -> dict[str | None, list[str]]:
    """The reviews that each build was rendered into. Under None: signed ones that do not say, so that all stay."""
    needed: dict[str | None, list[str]] = {}
    for manifest in sorted(settings.reviews.glob("*/*/[!.]*/manifest.json")):
        signed = (manifest.parent / "signature.json").is_file()
        name = f"{'signed review' if signed else 'draft'} {'/'.join(manifest.parts[-4:-1])}"
        try:
            record = json.loads(manifest.read_text("utf-8"))
        except (ValueError, OSError):
            record = None
        build = record.get("build") if isinstance(record, dict) else None
        if isinstance(build, str):
            needed.setdefault(build, []).append(name)
        elif signed:
            needed.setdefault(None, []).append(f"{name}, whose manifest cannot be read")
    return needed
