"""`render`: a report now, or by a timer whenever there is something new."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.commands.base import Commands, a_count, a_day, say
from dashboard.settings import Settings


if TYPE_CHECKING:
    from dashboard.reports.runs import Run


def a_drop(text: str) -> tuple[str, Path]:
    register, equals, folder = text.partition("=")
    if not (register and equals and folder):
        raise argparse.ArgumentTypeError(
            f"must be a register and a folder such as phe-odr=/srv/drop, not {text!r}"
        )
    return register, Path(folder).expanduser().resolve()


MOST_YEARS = 60  # in one command


def a_years(text: str) -> tuple[int, ...]:
    """2018, "2016,2018" or "2016-2018": the years in order, each once."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = (p.strip() for p in part.partition("-"))
        ends = (first, last or first)
        if not all(re.fullmatch("[1-9][0-9]{3}", end) for end in ends) or ends[0] > ends[1]:
            raise argparse.ArgumentTypeError(
                f"must be a year, or several such as 2016,2018 or 2016-2018, not {text!r}"
            )
        found |= set(range(int(ends[0]), int(ends[1]) + 1))
    if len(found) > MOST_YEARS:
        raise argparse.ArgumentTypeError(f"must be at most {MOST_YEARS} years, not {len(found)}")
    return tuple(sorted(found))


def retries(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 10):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 10, not {text!r}")
    return int(text)


def add_to(commands: Commands) -> None:
    render = commands.add(
        "render",
        "Render a scheduled report: of a year, or with --if-new whatever is due and has something new.",
        "access-review render april-review --year 2018 --register sample-npd-requests",
        _render,
    )
    render.add_argument("report", choices=("april-review",))
    render.add_argument(
        "--year",
        metavar="Y",
        type=a_years,
        default=(),
        help="the April of this year, or of several (2016,2018 or 2016-2018), each covering the year before and "
        "knowing what was published by its own 30 April (with --if-new not needed)",
    )
    render.add_argument(
        "--as-at", metavar="D", type=a_day, help="default: the latest edition published by 30 April"
    )
    render.add_argument("--register", metavar="R", help="default: the home register")
    render.add_argument("--out", metavar="DIR", type=Path, help="default: reviews/ in the data folder")
    render.add_argument("--no-pdf", action="store_true", help="leave report.pdf out; the manifest says so")
    timer = render.add_argument_group(
        "for a timer", "for instance: access-review render april-review --if-new --build --format json"
    )
    timer.add_argument(
        "--if-new",
        action="store_true",
        help="render only what is due and has something new; else say not_due, nothing_new or locked",
    )
    timer.add_argument(
        "--build", action="store_true", help="build first; nothing is rendered when that fails"
    )
    timer.add_argument(
        "--add", metavar="REGISTER=DIR", type=a_drop, action="append", default=[],
        help="archive the workbooks in a folder first; may be given again; nothing is rendered when one is refused",
    )  # fmt: skip
    timer.add_argument(
        "--time-limit", metavar="SECONDS", type=a_count, default=1800,
        help="for all of it; then the kernel is killed (default 1800)",
    )  # fmt: skip
    timer.add_argument(
        "--retries", metavar="N", type=retries, default=1,
        help="further tries where the kernel did not start or died; never where a measure failed (default 1)",
    )  # fmt: skip
    for when, words in (("failure", "a run that failed"), ("success", "one that rendered something")):
        timer.add_argument(
            f"--on-{when}", metavar="CMD", default="",
            help=f"a command to call after {words}, with the run's record on standard input; without a shell",
        )  # fmt: skip
    render.add_argument("--format", choices=("text", "json"), default="text")


def _render(settings: Settings, arguments: Any) -> int:
    from dashboard.reports.order import Order
    from dashboard.reports.supervise import Watch, supervise, today

    order = Order(
        today=today(),
        years=arguments.year,
        register=arguments.register,
        as_at=arguments.as_at,
        out=arguments.out.resolve() if arguments.out else None,
        if_new=arguments.if_new,
        build=arguments.build,
        pdf=not arguments.no_pdf,
        add=tuple(arguments.add),
    )
    order.check()
    watch = Watch(
        limit=arguments.time_limit,
        retries=arguments.retries,
        on_failure=arguments.on_failure,
        on_success=arguments.on_success,
    )
    run, hint = supervise(settings, order, watch, say=say, progress=sys.stderr.isatty())
    if run.status in ("failed", "refused"):
        failed = sorted(
            (r for r in run.reviews if r["status"] in ("failed", "refused")),
            key=lambda r: r["status"] != run.status,  # the reason is that of the first of its status
        )
        of = f"April {failed[0]['year']}: " if len(run.reviews) > 1 and failed else ""
        say(f"access-review render: {of}{run.reason}" + (f"\n  Next: {hint}" if hint else ""))
        for review in failed[1:]:
            say(f"access-review render: April {review['year']}: {review['reason']}")
    if arguments.format == "json":
        print(json.dumps(as_json(settings, run), ensure_ascii=False, indent=1))
    else:
        _tell(run, short=not arguments.if_new)
    return int(run.exit or 0)


def as_json(settings: Settings, run: Run) -> dict[str, Any]:
    """What a timer reads: of the April that the status is about, then every April looked at, and the record."""
    from dashboard.reports.runs import folder

    telling = [r for r in run.reviews if r["status"] == run.status]
    about = (telling[0] if run.status in ("failed", "refused") else telling[-1]) if telling else {}
    return {
        "status": run.status,
        "year": about.get("year"),
        "register": about.get("register", run.asked["register"]),
        "folder": about.get("folder"),
        "reason": run.reason,
        "seconds": run.seconds,
        "reviews": run.reviews,
        "record": str(folder(settings) / run.file),
    }


def _tell(run: Run, *, short: bool) -> None:
    """The folders of what was asked for by year, each on a line; else what became of each April, then the folders."""
    if not short:
        for review in run.reviews or [
            {"status": run.status, "reason": run.reason, "year": None, "register": None}
        ]:
            if review["status"] not in ("failed", "refused"):  # said as a message
                of = " of ".join(filter(None, (f"April {review['year']}", review["register"]))) + ": "
                of = of if review["year"] else ""
                print(f"{review['status']}: {of}{review['reason']}")
    for review in run.reviews:
        if review["status"] == "rendered" or (short and review["folder"]):
            print(review["folder"])
