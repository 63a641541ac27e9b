"""`make timers`: three years of a daily timer, with the day given and everything else real.

    python -m tests.load.timers [--every DAYS]

A register publishes four editions a year; each is dropped into a folder on the day it comes out. Each day the timer's
command is run as `render april-review --if-new --build --add` runs it, but for the process of its own: files are
added, builds made, notebooks executed. The machine is off over the whole of April 2018; a broken edition comes in
March 2019 and again in June; a correction of a source error is written in May 2019. Exit 1 when any of what is
promised does not hold: each April rendered once, and again only for a named reason; the missed one caught up on the
first day; what is broken said each day and the reviews before it untouched.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from dashboard.reports.order import Order
from dashboard.reports.supervise import Watch, obey, supervise
from dashboard.settings import Settings, load_settings
from dashboard.standing import standing
from tests.support.tiny import tree


REGISTER = r"""
id = "tiny"
title = "A register of five columns"
publisher = "Nobody"

[[layout]]
era = "only"
date_order = "ymd"
as_at = [{ from = "file_name", pattern = 'as at (?P<date>\d{4}-\d{2}-\d{2})' }]
published = [{ from = "file_name", pattern = 'published (?P<date>\d{4}-\d{2}-\d{2})' }]

[[layout.sheet]]
name = "*"
rows = "request"

[layout.sheet.columns]
reference = ["Reference"]
recipient = ["Organisation"]
received_date = ["Received"]
closed_date = ["Ended"]
"""
CORRECTION = """
[[correction]]
id = "misspelt"
edition = "2018-12-31"
match = { reference = "A1" }
expect = { recipient = "Somebody 1 Ltd" }
change = { recipient = "Somebody 1 Limited" }
reason = "The name is misspelt."
source = "a letter of the publisher"
by = "A. Statistician"
on = 2019-05-07
"""
FIRST, LAST = date(2017, 1, 1), date(2019, 12, 31)
OFF = (date(2018, 3, 25), date(2018, 6, 10))  # both days in
# As at, published. Of each April the review sees what was out by its end.
EDITIONS = [
    (date(2016, 12, 31), date(2017, 1, 20)),
    (date(2017, 3, 31), date(2017, 6, 20)),
    (date(2017, 6, 30), date(2017, 9, 20)),
    (date(2017, 9, 30), date(2017, 12, 20)),
    (date(2017, 12, 31), date(2018, 3, 20)),
    (date(2018, 3, 31), date(2018, 6, 20)),
    (date(2018, 6, 30), date(2018, 9, 20)),
    (date(2018, 9, 30), date(2018, 12, 20)),
    (date(2018, 12, 31), date(2019, 3, 20)),
    (date(2019, 3, 31), date(2019, 6, 20)),
    (date(2019, 6, 30), date(2019, 9, 20)),
    (date(2019, 9, 30), date(2019, 12, 20)),
]
BROKEN = {date(2019, 3, 20): 5, date(2019, 6, 20): 11}  # came out broken; days until it was mended
CORRECTED = date(2019, 5, 8)


@dataclass(kw_only=True)
class Told:
    """What three years came to."""

    statuses: Counter[str] = field(default_factory=Counter)
    rendered: list[tuple[date, int, str]] = field(default_factory=list)
    failed: list[tuple[date, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    overdue: list[date] = field(default_factory=list)
    hooks: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


def content(as_at: date) -> str:
    rows = []
    for n in range((as_at - date(2015, 1, 1)).days // 9):
        received = date(2015, 1, 1) + timedelta(9 * n)
        ended = received + timedelta(20 + 7 * n % 90)
        shown = ended.isoformat() if ended <= as_at else ""
        rows.append(f"A{n},Somebody {n % 7} Ltd,{received},{shown}\n")
    return "Reference,Organisation,Received,Ended\n" + "".join(rows)


def days(every: int, eventful: Sequence[date]) -> list[date]:
    """Every so many days, and all that matter: the days of events and those on which an April begins or ends."""
    found = {FIRST + timedelta(n) for n in range(0, (LAST - FIRST).days + 1, every)}
    for year in (2017, 2018, 2019):
        found |= {date(year, 3, 31), date(year, 4, 1), date(year, 4, 2), date(year, 4, 30), date(year, 5, 1)}
    return sorted(day for day in found | set(eventful) if not OFF[0] <= day <= OFF[1])


def walk(base: Path, every: int = 1) -> Told:
    """Three years in `base`."""
    settings = load_settings(base / "data")
    (settings.data / "registers").mkdir(parents=True)
    (settings.data / "registers" / "tiny.toml").write_text(REGISTER, "utf-8")
    drop = base / "drop"
    drop.mkdir()
    told = Told()
    began = time.monotonic()
    hook = f"sh -c 'cat > /dev/null; echo {{}} >> {base}/hooks'"
    watch = Watch(retries=0, on_failure=hook.format("failure"), on_success=hook.format("success"))
    archive = settings.reviews / "april-review"
    eventful = [d for e in EDITIONS for d in (e[1], e[1] + timedelta(1))]
    eventful += [d + timedelta(n) for d, late in BROKEN.items() for n in range(late + 1)] + [
        CORRECTED,
        OFF[1] + timedelta(1),
    ]
    eventful.append(OFF[0] - timedelta(1))
    for day in days(every, eventful):
        _happens(settings, drop, day)
        before = tree(archive)
        order = Order(today=day, register="tiny", if_new=True, build=True, pdf=False, add=(("tiny", drop),))
        said: list[str] = []
        run, _ = supervise(settings, order, watch, say=said.append, work=obey)
        told.statuses[run.status] += 1
        after = tree(archive)
        if not before.items() <= after.items():
            told.faults.append(f"{day}: a review that was there has changed or gone")
        if run.status == "failed":
            told.failed.append((day, run.reason))
            if after != before:
                told.faults.append(f"{day}: a failed run left something in the archive")
            if "failed" not in standing(settings, day):
                told.faults.append(f"{day}: status does not say that the run failed")
        elif run.status != "locked" and "failed" in standing(settings, day):
            told.faults.append(f"{day}: status still says that a run failed")
        told.rendered += [(day, r["year"], r["reason"]) for r in run.reviews if r["status"] == "rendered"]
        if "overdue" in standing(settings, day):
            told.overdue.append(day)
    told.hooks = Counter((base / "hooks").read_text("utf-8").split())
    told.seconds = time.monotonic() - began
    return told


def _happens(settings: Settings, drop: Path, day: date) -> None:
    """What the world has done by this day: files come into the folder, broken ones are mended, errors corrected."""
    for as_at, published in EDITIONS:
        if published > day:
            continue
        path = drop / f"tiny as at {as_at} published {published}.csv"
        broken = published in BROKEN and day < published + timedelta(BROKEN[published])
        text = "This page has moved\nPlease see the new service\n" if broken else content(as_at)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    if day >= CORRECTED:
        path = settings.data / "corrections" / "tiny" / "2018-12-31.toml"
        if not path.is_file():
            path.parent.mkdir(parents=True)
            path.write_text(CORRECTION, "utf-8")


def expected(told: Told) -> list[str]:
    """What is promised and does not hold, in words."""
    wrong = list(told.faults)
    wanted = [
        (date(2017, 4, 1), 2017, "no review of April 2017 was there"),
        (OFF[1] + timedelta(1), 2018, "no review of April 2018 was there"),
        (date(2019, 4, 1), 2019, "no review of April 2019 was there"),
    ]
    for number, (day, year, why) in enumerate(wanted):
        if number >= len(told.rendered) or told.rendered[number] != (day, year, why):
            wrong.append(f"April {year} was not rendered on {day} because {why}: {told.rendered}")
    again = told.rendered[3:]
    if len(again) != 1 or again[0][:2] != (CORRECTED, 2019) or "corrections/tiny" not in again[0][2]:
        wrong.append(f"rendered again other than for the correction: {again}")
    loud = [day + timedelta(n) for day, late in BROKEN.items() for n in range(late)]
    if [day for day, _ in told.failed] != loud:
        wrong.append(f"failed on {len(told.failed)} days, not on the {len(loud)} of a broken edition")
    for day, why in told.failed:
        if f"published {max(d for d in BROKEN if d <= day)}.csv" not in why:
            wrong.append(f"{day}: the failure does not name the file: {why}")
    if told.overdue:
        wrong.append(f"status said overdue on {len(told.overdue)} days, first on {told.overdue[0]}")
    if told.hooks != Counter(failure=len(loud), success=4):
        wrong.append(f"the commands on failure and success were called {dict(told.hooks)} times")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="Three years of a daily timer, with the day given.")
    parser.add_argument("--every", type=int, default=1, metavar="DAYS", help="a run every so many days")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="access-review-timers-") as folder:
        told = walk(Path(folder), chosen.every)
        shutil.rmtree(Path(folder) / "data", ignore_errors=True)
    runs = sum(told.statuses.values())
    print(f"{runs} runs from {FIRST} to {LAST} in {told.seconds:.0f} s, off from {OFF[0]} to {OFF[1]}")
    for status, count in sorted(told.statuses.items()):
        print(f"  {status:<12}{count:>6}")
    for day, year, why in told.rendered:
        print(f"{day}  rendered April {year}: {why}")
    for day, why in told.failed:
        print(f"{day}  failed: {why[:100]}")
    print(f"commands called: {dict(told.hooks)}")
    wrong = expected(told)
    for words in wrong:
        print(f"WRONG: {words}")
    print("as promised" if not wrong else f"{len(wrong)} promises broken")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
