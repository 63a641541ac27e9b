"""What a scheduled job should worry about: a review overdue, a render that failed, a build that is behind."""

from __future__ import annotations

from datetime import date

from dashboard.editions import list_editions
from dashboard.registers import load_registers
from dashboard.reports.runs import failures, list_runs
from dashboard.reviews import Review, list_reviews
from dashboard.settings import Settings
from dashboard.text import day
from dashboard.warehouse import publish
from dashboard.warehouse.build import build_id
from dashboard.withdrawals import read_withdrawals


FLAGS = ("overdue", "failed", "stale", "broken")


def standing(settings: Settings, today: date) -> dict[str, str]:
    """The flags that are up, each with a sentence. Reads names and hashes only; opens no warehouse.

    overdue: 30 April has passed, an edition was known by then, and no review of that April is there: of each
    register that was reviewed before or that a timer looks after, else of any. failed: a run failed, and no
    later one has made it good. stale: the editions, descriptions or code are not those of the build in force.
    broken: a review was changed after it was signed.
    """
    found: dict[str, str] = {}
    reviews = list_reviews(settings)
    overdue = _overdue(settings, reviews, today)
    if overdue:
        found["overdue"] = "; ".join(overdue)
    failed = _failed(settings, reviews)
    if failed:
        found["failed"] = "; ".join(failed)
    behind = build_behind(settings)
    if behind:
        found["stale"] = behind
    broken = [r.name for r in reviews if r.state == "broken"]
    if broken:
        words = " and ".join(filter(None, (", ".join(broken[:-1]), broken[-1])))
        found["broken"] = (
            f"{words} {'was' if len(broken) == 1 else 'were'} changed after it was signed: 'access-review verify' "
            "names what"
        )
    return found


def _overdue(settings: Settings, reviews: list[Review], today: date) -> list[str]:
    last = today.year if today > date(today.year, 4, 30) else today.year - 1
    withdrawn = {(w.register, w.edition) for w in read_withdrawals(settings) if w.kind == "edition"}
    out = [
        (e.register, e.published or e.as_at)
        for e in list_editions(settings)
        if (e.register, e.edition) not in withdrawn
    ]
    registers = {r.register for r in reviews} - {""}
    for run in list_runs(settings):
        if run.asked.get("if_new"):
            registers |= {str(r["register"]) for r in run.reviews if r["register"]}
    found = []
    for register in sorted(registers) or [""]:
        years = [int(r.year) for r in reviews if r.register == register]
        for year in range(max(years) + 1 if years else last, last + 1):
            due = date(year, 4, 30)
            if any(on <= due and register in ("", name) for name, on in out):
                of = f" of {register}" if register else ""
                found.append(
                    f"the April review of {year}{of} was due by {day(due)} and has not been rendered"
                )
    return found


def _failed(settings: Settings, reviews: list[Review]) -> list[str]:
    """Runs by their records; and what a render that no run watched left behind."""
    found = [f"the run of {r.started[:16]} UTC failed: {r.reason}" for r in failures(settings)]
    recorded = {str(v["year"]) for r in list_runs(settings) for v in r.reviews if v["status"] == "failed"}
    for folder in sorted((settings.reviews / "failed").glob("april-review-*")):
        of_year = folder.name.split("-")[2]
        later = [r for r in reviews if r.folder.parent.name == of_year]
        if of_year in recorded or any(r.folder.stat().st_mtime > folder.stat().st_mtime for r in later):
            continue
        found.append(f"the last render of {of_year} failed; what it left is in {folder}")
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
