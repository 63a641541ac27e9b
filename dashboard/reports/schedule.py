"""What one scheduled run does: take files in, build, and render each April that is due and has something new.

The clock is a parameter everywhere: a run is told what day it is. What is new is asked of the archive of reviews
and of the archive of editions, never of the time of the last run, so a run that was missed is made good by the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.errors import AccessReviewError, LockedError, UsageError
from dashboard.registers import find_register, load_registers
from dashboard.reports.inputs import basis, known_editions
from dashboard.reports.order import Order, Outcome
from dashboard.reports.runs import list_runs
from dashboard.reviews import Review, list_reviews
from dashboard.settings import Settings
from dashboard.text import plural


Progress = Callable[[str], None]
NAMED = 3  # things that are new, named in a reason


def last_begun(today: date) -> int:
    """The latest year whose April has begun: the review that is due, or was last."""
    return today.year if today >= date(today.year, 4, 1) else today.year - 1


def deadline(year: int) -> date:
    """A review of April `year` knows what was published by this day, and is overdue after it."""
    return date(year, 4, 30)


def due_years(reviewed: Sequence[int], failed: Sequence[int], today: date) -> list[int]:
    """The Aprils that a run looks at, oldest first.

    The last that has begun; those missed since the latest one reviewed; and those whose run failed before. Not
    every April since the first edition: a first run would render ten years that nobody asked for, and a gap
    that a person left on purpose would be filled. That is what `--year` is for.
    """
    last = last_begun(today)
    missed = range(max(reviewed) + 1, last) if reviewed else range(0)
    return sorted({last, *missed, *(y for y in failed if y <= last and y not in reviewed)})


def run_order(settings: Settings, order: Order, progress: Progress = lambda _: None) -> list[Outcome]:
    """Do what was ordered and say what became of each April. Nothing of the archive is touched by what fails.

    Raises UsageError for an order that makes no sense, and AccessReviewError when taking in or building fails:
    then nothing is rendered.
    """
    order.check()
    take_in(settings, order.add, progress)
    if order.build:
        from dashboard.warehouse.build import build

        progress("building")
        build(settings, wait=600, progress=progress)
    if not order.if_new:
        return [_render(settings, order, year, progress) for year in order.years]
    in_the_future = [y for y in order.years if y > last_begun(order.today)]
    if order.years and len(in_the_future) == len(order.years):
        return [_not_begun(y, order) for y in order.years]
    _refuse_a_build_behind(settings)
    register = order.register or _home(settings)
    find_register(load_registers(settings), register)  # a name that is wrong is wrong usage
    order = replace(order, register=register)
    reviews = [r for r in list_reviews(settings) if r.register == register]
    years = list(order.years) or due_years(
        [int(r.year) for r in reviews], _failed_before(settings, register), order.today
    )
    return [_if_new(settings, order, year, reviews, progress) for year in years]


def take_in(settings: Settings, add: Sequence[tuple[str, Path]], progress: Progress = lambda _: None) -> None:
    """Archive the workbooks of each folder; those archived already change nothing, and an empty folder is no fault.

    Each file is tried. Raises AccessReviewError that names the first that failed, and counts them.
    """
    from dashboard.commands.drop import workbooks
    from dashboard.incoming import add_file

    failed: list[tuple[Path, AccessReviewError]] = []
    tried = 0
    for name, folder in add:
        register = find_register(load_registers(settings), name)
        if not folder.is_dir():
            raise AccessReviewError(f"there is no folder {folder}", hint="make it, or mend --add")
        for path in workbooks(folder)[0]:
            tried += 1
            progress(f"adding {path.name}")
            try:
                add_file(settings, register, path)
            except AccessReviewError as error:
                failed.append((path, error))
    if failed:
        path, first = failed[0]
        some = (
            "" if tried == 1 else f"{len(failed)} of {plural(tried, 'file')} could not be added, the first: "
        )
        raise AccessReviewError(
            f"{some}{path.name}: {first.message}",
            hint=(first.hint or "see 'access-review inspect FILE'")
            + "; until it is mended or taken away nothing is rendered",
        )


def _home(settings: Settings) -> str:
    from dashboard.pages import home_register
    from dashboard.store import Store

    with Store(settings) as store:
        name = home_register(store)
    if name is None:
        raise AccessReviewError("this build holds no register", hint="run 'access-review add', then 'build'")
    return name


def _refuse_a_build_behind(settings: Settings) -> None:
    """What is new is worked out from the archive, so the build must be of it."""
    from dashboard.standing import build_behind

    behind = build_behind(settings)
    if behind:
        raise AccessReviewError(behind, hint="run 'access-review build' first, or add --build")


def _failed_before(settings: Settings, register: str) -> list[int]:
    """Years that a scheduled run could not render; a person who asked for one by its year sees to it himself."""
    return [
        int(review["year"])
        for run in list_runs(settings)
        if run.asked.get("if_new") and not run.asked.get("years")
        for review in run.reviews
        if review["status"] == "failed" and review["register"] == register and review["year"]
    ]


def _not_begun(year: int, order: Order) -> Outcome:
    return Outcome(status="not_due", year=year, register=order.register, reason=f"April {year} has not begun")


def _if_new(
    settings: Settings, order: Order, year: int, reviews: Sequence[Review], progress: Progress
) -> Outcome:
    assert order.register
    if year > last_begun(order.today):
        return _not_begun(year, order)
    known = known_editions(settings, order.register, deadline(year))
    if not known:
        return Outcome(
            status="not_due", year=year, register=order.register,
            reason=f"no edition of {order.register} was published by 30 April {year}",
        )  # fmt: skip
    # Of another day, chosen by a person, nothing can be said against this one.
    mine = [
        r for r in reviews if r.year == str(year) and r.manifest.get("known_on") == deadline(year).isoformat()
    ]
    last = max(mine, key=lambda r: r.started, default=None)
    if last is None:
        why = f"no review of April {year} was there"
    else:
        new = whats_new(last.manifest.get("basis"), basis(settings, order.register, deadline(year), year))
        if not new:
            return Outcome(
                status="nothing_new", year=year, register=order.register, folder=str(last.folder),
                reason=f"no edition, correction or method is new since render {last.folder.name}",
            )  # fmt: skip
        why = f"new since render {last.folder.name}: {new}"
    progress(f"April {year}: {why}")
    return _render(settings, order, year, progress, why)


def whats_new(before: Any, now: Mapping[str, str]) -> str:
    """What differs between what a review rested on and what it would rest on now, in words; empty where nothing."""
    if not isinstance(before, Mapping):
        return "what the last render rested on was not recorded"
    changed = [
        f"{name} {'is new' if name not in before else 'has gone' if name not in now else 'has changed'}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    return ", ".join(changed[:NAMED]) + more


def _render(settings: Settings, order: Order, year: int, progress: Progress, why: str = "") -> Outcome:
    """One April, by the renderer. What a person must see at once (wrong usage) is raised; the rest is told."""
    from dashboard.reports.render import KernelLostError, RenderFailedError, render_april_review

    began = time.monotonic()

    def outcome(status: str, **more: Any) -> Outcome:
        seconds = round(time.monotonic() - began, 1)
        return Outcome(status=status, year=year, register=order.register, seconds=seconds, **more)

    made: list[Path] = []
    try:
        folder = render_april_review(
            settings, year=year, as_at=order.as_at, register=order.register, out=order.out, pdf=order.pdf,
            progress=progress, found=made.append,
        )  # fmt: skip
    except UsageError:
        raise
    except LockedError as error:
        if order.if_new:
            return outcome("locked", reason=error.message)
        return outcome("refused", reason=error.message, hint=error.hint or "", code=1)
    except AccessReviewError as error:
        # A person who asks for what is not there is told so, and nothing needs watching: a timer asks for what is due.
        status = "failed" if order.if_new or isinstance(error, RenderFailedError) else "refused"
        again = isinstance(error, KernelLostError)
        return outcome(status, reason=error.message, hint=error.hint or "", again=again, code=1)
    if made:
        return outcome("nothing_new", folder=str(folder), reason="this very render was there already")
    return outcome("rendered", folder=str(folder), reason=why)
