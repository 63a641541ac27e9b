"""What a scheduled job should worry about: a review overdue, a render that failed, a build that is behind."""

from __future__ import annotations

from datetime import date

from dashboard.editions import list_editions
from dashboard.registers import load_registers
from dashboard.reviews import list_reviews
from dashboard.settings import Settings
from dashboard.text import day
from dashboard.warehouse import publish
from dashboard.warehouse.build import build_id
from dashboard.withdrawals import read_withdrawals


FLAGS = ("overdue", "failed", "stale")


def standing(settings: Settings, today: date) -> dict[str, str]:
    """The flags that are up, each with a sentence. Reads names and hashes only; opens no warehouse.

    overdue: 30 April has passed, an edition was known by then, and no review of that April is there.
    failed: the last render of a year failed. stale: the editions, descriptions or code are not those of the
    build in force.
    """
    found: dict[str, str] = {}
    editions = list_editions(settings)
    year = today.year if today > date(today.year, 4, 30) else today.year - 1
    due = date(year, 4, 30)
    reviews = list_reviews(settings)
    withdrawn = {(w.register, w.edition) for w in read_withdrawals(settings) if w.kind == "edition"}
    known = [
        e for e in editions if (e.published or e.as_at) <= due and (e.register, e.edition) not in withdrawn
    ]
    if known and not any(r.folder.parent.name == str(year) for r in reviews):
        found["overdue"] = f"the April review of {year} was due by {day(due)} and has not been rendered"
    for folder in sorted((settings.reviews / "failed").glob("april-review-*")):
        of_year = folder.name.split("-")[2]
        later = [r for r in reviews if r.folder.parent.name == of_year]
        if not any(r.folder.stat().st_mtime > folder.stat().st_mtime for r in later):
            found["failed"] = f"the last render of {of_year} failed; what it left is in {folder}"
    behind = build_behind(settings)
    if behind:
        found["stale"] = behind
    return found


def build_wanted(settings: Settings) -> str:
    """The id of the build that the archive, the descriptions and the code as they are now would give."""
    return build_id(settings, load_registers(settings), list_editions(settings))


def build_behind(settings: Settings) -> str:
    """Why the build in force is not of the archive as it is now; empty where it is."""
    current = publish.current_id(settings)
    if current is None:
        return "nothing is built yet"
    if current != build_wanted(settings):
        return "editions, descriptions or code have changed since the build in force; run 'build'"
    return ""
