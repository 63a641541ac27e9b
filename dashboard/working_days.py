"""Working days in England: Monday to Friday, less bank holidays.

A duration in working days counts the days in (start, end]: not the start day, and the end day if it is a
working day, as the Freedom of Information Act 2000 counts its twenty days "following the date of receipt"
(section 10).

`data/reference/bank_holidays_england.csv` (columns date, name) holds the bank holidays of England and Wales
from 1 January 1995 to 31 December 2035. It was written once from the `holidays` package, 0.109
(`holidays.UnitedKingdom(subdiv="ENG", years=range(1995, 2036))`), which follows the Banking and Financial
Dealings Act 1971 and the royal proclamations: the moved and extra days of 1995, 1999, 2002, 2011, 2012, 2020,
2022 and 2023 are in it. Holidays that fall on a weekend are listed beside the weekday given instead, and
make no difference to any count. Years not yet proclaimed follow the standing rule; a day moved or added later
is a new row in the file. Outside those years no holidays are known, so counts there are too high.
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

from dashboard.errors import AccessReviewError


_ONE_DAY = timedelta(days=1)
MEND = "give it the columns date and name, one day a row, as the file that ships with the project has"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_working_day(day: date, holidays: frozenset[date]) -> bool:
    """Whether `day` is a Monday to Friday that is not in `holidays`."""
    return day.weekday() < 5 and day not in holidays


def calendar(first: date, last: date, holidays: frozenset[date]) -> list[tuple[date, bool, int]]:
    """Every day from `first` to `last`, both in: (day, is it a working day, working days so far).

    The third value counts the working days from `first` up to the day itself, so the duration of
    (start, end] in working days is number[end] - number[start]. Raises ValueError when `last` is before
    `first`.
    """
    if last < first:
        raise ValueError(f"A calendar cannot end, {last}, before it begins, {first}.")
    rows = []
    number = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        working = is_working_day(day, holidays)
        number += working
        rows.append((day, working, number))
    return rows


def working_days_between(start: date, end: date, holidays: frozenset[date]) -> int:
    """Working days in (start, end]: 0 on the same day, and for `end` before `start` the count of (end, start]
    made negative, as the subtraction of `calendar` numbers gives.
    """
    if end < start:
        return -working_days_between(end, start, holidays)
    return sum(is_working_day(start + k * _ONE_DAY, holidays) for k in range(1, (end - start).days + 1))


def load_bank_holidays(path: Path) -> frozenset[date]:
    """The days in a file like `data/reference/bank_holidays_england.csv`.

    Raises AccessReviewError naming the file and the row (the header is row 1) when the file cannot be read or
    holds no days, and for a row that is not an ISO date and a name, or repeats a date.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AccessReviewError(
            f"{path}: the bank holidays could not be read ({error}).", hint=MEND
        ) from error
    if not rows or rows[0] != ["date", "name"]:
        raise AccessReviewError(f"{path}, row 1: the columns must be date and name.", hint=MEND)

    days: set[date] = set()
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != 2 or not row[1].strip():
            raise _bad_row(path, number, row, "is not a date and a name")
        try:
            # fromisoformat alone would also take 20220602 and 2022-W22-4.
            day = date.fromisoformat(row[0]) if _ISO.fullmatch(row[0]) else None
        except ValueError:
            day = None
        if day is None:
            raise _bad_row(path, number, row, "does not begin with a date like 2022-06-02")
        if day in days:
            raise _bad_row(path, number, row, "repeats a date given above")
        days.add(day)
    if not days:
        raise AccessReviewError(f"{path}, row 2: no bank holidays are listed.", hint=MEND)
    return frozenset(days)


def _bad_row(path: Path, number: int, row: list[str], why: str) -> AccessReviewError:
    return AccessReviewError(
        f"{path}, row {number}: “{','.join(row)[:60]}” {why}.",
        hint="Correct the row; each is an ISO date and the holiday's name.",
    )
