"""One published cell, read. Pure functions: nothing here opens a file, logs or remembers.

Nothing is guessed silently. A cell that can be read one way gives a value; a cell that cannot gives a
status, and `words` that say why and can stand in an issue. An assumption made on the way to a value (a
two-digit year, a month without a day) is in `words` too.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from dashboard.patterns import LONGEST_NAME, LONGEST_REFERENCE


# What python-calamine and the csv module hand over for one cell.
Cell = str | int | float | bool | date | datetime | time | timedelta | None

Order = Literal["dmy", "mdy", "ymd"]
Status = Literal["date", "empty", "pending", "unreadable", "impossible", "ambiguous"]
Format = Literal["year_first", "numeric", "named_month", "short_year"]

FORMATS: frozenset[Format] = frozenset({"year_first", "numeric", "named_month", "short_year"})
MISSING = frozenset(
    {
        "",
        "-",
        "--",
        "n/a",
        "#n/a",
        "na",
        "nil",
        "none",
        "null",
        "not applicable",
        "not available",
        "not known",
    }
)
PENDING = frozenset({"pending", "tbc", "tba", "to be confirmed", "to be advised", "in progress", "ongoing"})

# Days that programs write when they have no date: the zeros of Lotus, Excel (both calendars) and Unix, the
# end of time, and two made from two-digit pieces in a published list. Refused however wide the limits are.
SENTINELS = frozenset(
    {
        date(1301, 1, 1),
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1900, 1, 1),
        date(1904, 1, 1),
        date(1970, 1, 1),
        date(2701, 1, 1),
        date(9999, 12, 31),
    }
)

# Two-digit years stand for 1990 to 2089.
PIVOT = 1990

# Serials up to 60 are a day out (Excel has a 29 February 1900), decades before any date accepted here.
SERIAL_ZERO = date(1899, 12, 30)

# Written out because calendar.month_name follows the locale, and the registers do not.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH_NUMBERS = {name.lower(): n for n, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS |= {name[:3].lower(): n for n, name in enumerate(MONTHS, 1)} | {"sept": 9}

_QUOTES_AND_DASHES = str.maketrans(
    dict.fromkeys("‘’‚‛‹›′‵`´ʼʹ", "'")
    | dict.fromkeys("“”„‟«»″‶〝〞", '"')
    | dict.fromkeys("‐‑‒–—―−⁃﹘﹣－", "-")
)

# Characters that are not seen but change order, width or comparison: soft hyphen, bidirectional marks,
# overrides and isolates, zero-width spaces and joiners, invisible operators, interlinear and tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Latin letters that no Unicode decomposition turns into ASCII.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})

_TIME = re.compile(
    r"(?:T|,? )[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
    r"(?: ?[ap]m)?(?: ?(?:Z|UTC|GMT|BST|[+-][0-9]{2}:?[0-9]{2}))?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"([0-9]{3,6})( ?[-/.] ?)([0-9]{1,2})\2([0-9]{1,2})")
_NUMERIC = re.compile(r"([0-9]{1,2})( ?[-/.] ?)([0-9]{1,2})\2([0-9]{1,6})")
_DAY_THEN_NAME = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?(?: of)?[ ./-]{0,2}([a-z]{3,9})\.?[ ,/-]{0,2}([0-9]{1,6})", re.IGNORECASE
)
_NAME_THEN_DAY = re.compile(
    r"([a-z]{3,9})\.?[ /-]{0,2}([0-9]{1,2})(?:st|nd|rd|th)?[ ,/-]{1,2}([0-9]{1,6})", re.IGNORECASE
)
_NAME_THEN_YEAR = re.compile(r"([a-z]{3,9})\.?[ ,/-]{0,2}([0-9]{1,6})", re.IGNORECASE)
_YEAR_THEN_MONTH = re.compile(r"([0-9]{4}) ?[-/.] ?([0-9]{1,2})")
_MONTH_THEN_YEAR = re.compile(r"([0-9]{1,2}) ?[-/.] ?([0-9]{4})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]{1,12})?")
_SOMEWHERE = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4}"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?[ -][a-z]{3,9}[ -][0-9]{2,4}"
    r"|[a-z]{3,9} [0-9]{1,2}(?:st|nd|rd|th)?, ?[0-9]{4}",
    re.IGNORECASE,
)

_DR_REFERENCE = re.compile(r"DR([0-9]{2})([0-9]{2})([0-9]{2})\.[0-9]{2}")

SLUG_LENGTH = 80
HASH_LENGTH = 6


@dataclass(frozen=True)
class DateReading:
    """What a cell says about a date.

    `value` is set only when `status` is `date`. `words` says why a cell has no date, in words for an issue;
    for a date it is empty, or names the assumption that the reading rests on.
    """

    value: date | None
    status: Status
    words: str = ""


def read_date(
    cell: Cell,
    *,
    order: Order = "dmy",
    formats: frozenset[Format] = FORMATS,
    missing: frozenset[str] = MISSING,
    pending: frozenset[str] = PENDING,
    earliest: date = date(1990, 1, 1),
    latest: date = date(2100, 1, 1),
    sentinels: frozenset[date] = frozenset(),
    month_end: bool = False,
    serials: bool = False,
) -> DateReading:
    """The calendar day in one cell. Times of day and time zones are ignored: the day is the one published.

    Text is read by a closed set of shapes. `formats` turns them on:

    - `year_first`: 2016-05-12, 2016/5/12. Always year, month, day, whatever `order` says.
    - `numeric`: 12/05/2016, 12.5.2016, 12-5-16, in the order given by `order`, never in another.
    - `named_month`: 8th August 2012, August 15, 2017, 12-May-16.
    - `short_year`: two-digit years in the two shapes above, read as 1990 to 2089 and said so in `words`.

    `missing` and `pending` are whole cells, compared without case or spaces; an empty cell is always empty.
    With `month_end`, "May 2018", "2018-05" and "05/2018" are the last day of the month. With `serials`,
    numbers (and five-digit text) are Excel's 1900-based day numbers; without it a number is unreadable.

    A day outside `earliest` to `latest` (both in), in `SENTINELS` or in `sentinels`, is `impossible`. Text with
    two dates, or with a reading that depends on an order not stated, is `ambiguous`.
    """
    found: date | DateReading
    note = ""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return DateReading(None, "empty")
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return _refuse("unreadable", cell, "is not a date")
    elif not isinstance(cell, str):
        found = _from_serial(cell) if serials else _refuse("unreadable", cell, "is a number, not a date")
    else:
        text = tidy(cell).translate(_QUOTES_AND_DASHES)
        key = _key(text)
        if key == "" or key in _keys(missing):
            return DateReading(None, "empty")
        if key in _keys(pending):
            return DateReading(None, "pending", f"published as “{_show(cell)}”")
        if serials and _SERIAL.fullmatch(text):
            found = _from_serial(float(text))
        else:
            found, note = _from_text(_TIME.sub("", text), cell, order, formats, month_end)

    if isinstance(found, DateReading):
        return found
    if found in SENTINELS or found in sentinels:
        return _refuse("impossible", cell, f"gives {_day(found)}, which stands for no date")
    if not earliest <= found <= latest:
        limits = f"{_day(earliest)} to {_day(latest)}"
        return _refuse("impossible", cell, f"gives {_day(found)}, outside {limits}")
    return DateReading(found, "date", note)


def read_references(cell_text: str, pattern: re.Pattern[str]) -> list[str]:
    """Every reference in a cell, in the order published: "DR170227.03 and DR170908.01" gives two.

    One that is written twice in the cell is one reference. [] when none match, and for a text longer than
    LONGEST_REFERENCE: no list of references is, and a pattern is not let loose on one.
    """
    if len(cell_text) > LONGEST_REFERENCE:
        return []
    return list(dict.fromkeys(m.group() for m in pattern.finditer(tidy(cell_text)) if m.group()))


def date_from_reference(reference: str) -> date | None:
    """The day in a whole reference of the form DRyymmdd.nn; None for any other form or an invalid day.

    That this is the day the request was logged is an inference (basis `from_reference`), not a statement of
    the publisher's: see docs/definitions.md.
    """
    match = _DR_REFERENCE.fullmatch(tidy(reference).upper())
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    return _calendar_day(_full_year(year), month, day)


def normalise_text(value: str) -> str:
    """Text for comparison only, never for display.

    NFKC compatibility form (Unicode Annex 15), straight quotes, hyphens for every dash, single spaces,
    casefolded. Applying it twice changes nothing.
    """
    previous = None
    # Casefolding can undo the normal form and the other way round (U+0345 does), so until it settles.
    while value != previous:
        previous = value
        value = unicodedata.normalize("NFKC", tidy(value).translate(_QUOTES_AND_DASHES)).casefold()
    return value


def spelling_key(value: str) -> str:
    """What is left of a text when its typography is put aside: as `normalise_text`, less closing punctuation.

    Two texts with one key differ in spaces, case, quotes, dashes, compatibility forms or a full stop at the end.
    """
    key = normalise_text(value)
    # A text that is nothing but such marks keeps them: "?" and "." are not one.
    return key.rstrip(" .,;:!?") or key


def tidy(value: str) -> str:
    """Text for display: as published, less what cannot be seen.

    Whitespace of every kind (non-breaking included) becomes single spaces, none at the ends; control,
    zero-width, bidirectional and tag characters go; a lone surrogate, which no file or page can hold,
    becomes U+FFFD. Everything else stays.
    """
    value = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", value))
    # Whitespace first: tabs and line ends are control characters that separate words.
    value = " ".join(value.split())
    # A control character between two spaces leaves both behind, hence the second fold.
    return " ".join(_CONTROL.sub("", value).split())


def recipient_id(name: str) -> str:
    """A stable part of an address: lower-case ASCII letters, digits and hyphens, 1 to 80 characters.

    "University of Leeds" gives university-of-leeds. Accents go and "&" is "and". A name that cannot be read
    back from those words ("King's College London" is not the only name that gives kings-college-london)
    carries the first digits of a hash of the name as well; one with nothing left (in another script) gives
    "r-" and a hash. So an id depends on the name alone, and no other name, added now or later, can move it.
    """
    text = normalise_text(name)
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS).replace("&", " and ").replace("'", ""))
    plain = plain.encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    if not slug:
        return "r-" + digest[:10]
    if len(slug) <= SLUG_LENGTH and slug.replace("-", " ") == text:
        return slug
    longest = SLUG_LENGTH - 1 - HASH_LENGTH
    if len(slug) > longest:
        # Whole words where there are any; one word longer than the limit is cut.
        slug = slug[: longest + 1].rpartition("-")[0] or slug[:longest]
    return f"{slug}-{digest[:HASH_LENGTH]}"


def request_reference(reference: str, split: str, pattern: re.Pattern[str] | None = None) -> str:
    """The request that a release reference belongs to: what stands before the first character of `split`.

    With a `pattern`, its group `request` where it fits the whole reference.

    With "/(", "ODR1718_012/A1" gives ODR1718_012 and "ODR_2014_034e (Rep)" gives ODR_2014_034e. With an empty
    `split`, or with nothing before the first such character, the whole reference, so that references without
    a stem are not taken for one request.
    """
    whole = tidy(reference)
    if pattern is not None:
        found = pattern.fullmatch(whole) if len(whole) <= LONGEST_NAME else None
        return (found["request"] or "").strip() or whole if found else whole
    ends = [place for c in split if (place := whole.find(c)) >= 0]
    return whole[: min(ends, default=len(whole))].strip() or whole


def content_key(values: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, of fields compared as `normalise_text` does, whatever order they come in.

    Encoded as JSON, so that no two sets of fields share an encoding. An empty field is not an absent one.
    """
    fields = [[name, normalise_text(values[name])] for name in sorted(values)]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode("ascii")).hexdigest()


def _from_text(
    text: str, cell: Cell, order: Order, formats: frozenset[Format], month_end: bool
) -> tuple[date | DateReading, str]:
    """A day, or the refusal, and the assumption made. `text` is tidied and has no time of day."""
    if match := _match(_YEAR_FIRST, text, "year_first" in formats):
        year, _, month, day = match.groups()
        return _assemble(cell, year, int(month), int(day), formats)
    if match := _match(_NUMERIC, text, "numeric" in formats):
        return _from_numbers(match, cell, order, formats)
    if match := _match(_DAY_THEN_NAME, text, "named_month" in formats):
        day, name, year = match.groups()
        if order == "ymd" and len(year) == 2 and len(day) == 2 and name.lower() in _MONTH_NUMBERS:
            return _refuse("ambiguous", cell, "could begin or end with the year"), ""
        return _assemble(cell, year, _MONTH_NUMBERS.get(name.lower()), int(day), formats)
    if match := _match(_NAME_THEN_DAY, text, "named_month" in formats):
        name, day, year = match.groups()
        return _assemble(cell, year, _MONTH_NUMBERS.get(name.lower()), int(day), formats)
    if (parts := _month_and_year(text)) is not None:
        return _from_month(cell, *parts, month_end)
    if len(_SOMEWHERE.findall(text[:400])) > 1:
        return _refuse("ambiguous", cell, "holds more than one date"), ""
    return _refuse("unreadable", cell, "is not written as a date in any way known here"), ""


def _from_numbers(
    match: re.Match[str], cell: Cell, order: Order, formats: frozenset[Format]
) -> tuple[date | DateReading, str]:
    first, _, second, last = match.groups()
    if order == "dmy":
        return _assemble(cell, last, int(second), int(first), formats)
    if order == "mdy":
        return _assemble(cell, last, int(first), int(second), formats)
    if len(last) <= 2:
        return _assemble(cell, first, int(second), int(last), formats)
    # The year is last where the register puts it first, so nothing says which of the others is the day.
    if max(int(first), int(second)) <= 12:
        return _refuse(
            "ambiguous", cell, "has the year last, and either the day or the month could be first"
        ), ""
    return _refuse("unreadable", cell, "has the year last, where this register has it first"), ""


def _assemble(
    cell: Cell, year_text: str, month: int | None, day: int, formats: frozenset[Format]
) -> tuple[date | DateReading, str]:
    if month is None:
        return _refuse("unreadable", cell, "names no month"), ""
    note = ""
    year = int(year_text)
    if len(year_text) == 2 and "short_year" in formats:
        year = _full_year(year)
        note = f"the two-digit year {year_text} is read as {year}"
    elif len(year_text) != 4:
        digits = {1: "one digit", 2: "two digits", 3: "three digits", 5: "five digits", 6: "six digits"}
        return _refuse("unreadable", cell, f"has a year of {digits[len(year_text)]}, {year_text}"), ""
    found = _calendar_day(year, month, day)
    if found is not None:
        return found, note
    if not 1 <= month <= 12:
        swapped = _calendar_day(year, day, month)
        hint = f"; with day and month exchanged it would be {_day(swapped)}" if swapped else ""
        return _refuse("unreadable", cell, f"has no such month as {month}{hint}"), ""
    return _refuse("unreadable", cell, f"is not a day: there is no {day} {MONTHS[month - 1]} {year:04d}"), ""


def _month_and_year(text: str) -> tuple[int, str] | None:
    if (match := _NAME_THEN_YEAR.fullmatch(text)) and match[1].lower() in _MONTH_NUMBERS:
        return _MONTH_NUMBERS[match[1].lower()], match[2]
    if (match := _YEAR_THEN_MONTH.fullmatch(text)) and 1 <= int(match[2]) <= 12:
        return int(match[2]), match[1]
    if (match := _MONTH_THEN_YEAR.fullmatch(text)) and 1 <= int(match[1]) <= 12:
        return int(match[1]), match[2]
    return None


def _from_month(cell: Cell, month: int, year_text: str, month_end: bool) -> tuple[date | DateReading, str]:
    if len(year_text) <= 2:
        # Spreadsheets show both 18 May and May 2018 as "May-18".
        return _refuse("ambiguous", cell, "could be a day without a year, or a month without a day"), ""
    if len(year_text) != 4:
        return _refuse("unreadable", cell, f"has a year of {len(year_text)} digits, {year_text}"), ""
    if not month_end:
        return _refuse("unreadable", cell, "is a month, without a day"), ""
    following = _calendar_day(int(year_text) + month // 12, month % 12 + 1, 1)
    if following is None or following == date.min:
        return _refuse("impossible", cell, "is a month in no usable year"), ""
    return following - timedelta(days=1), "a month without a day is read as its last day"


def _from_serial(number: float) -> date | DateReading:
    try:
        return SERIAL_ZERO + timedelta(days=math.floor(number))
    except (OverflowError, ValueError):
        return _refuse("impossible", number, "is a day number of no calendar day")


def _match(pattern: re.Pattern[str], text: str, allowed: bool) -> re.Match[str] | None:
    return pattern.fullmatch(text) if allowed else None


def _calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(two_digits: int) -> int:
    return PIVOT + (two_digits - PIVOT) % 100


def _refuse(status: Status, cell: Cell, why: str) -> DateReading:
    return DateReading(None, status, f"“{_show(cell)}” {why}")


def _show(cell: Cell) -> str:
    shown = tidy(str(cell))
    return shown if len(shown) <= 60 else shown[:59] + "…"


def _day(value: date) -> str:
    # Not strftime: its years before 1000 lose their zeros on some systems, and here the zeros are the point.
    return f"{value.day} {MONTHS[value.month - 1]} {value.year:04d}"


def _key(text: str) -> str:
    return normalise_text(text).replace(" ", "")


@lru_cache(maxsize=64)
def _keys(words: frozenset[str]) -> frozenset[str]:
    return frozenset(_key(word) for word in words)
