"""Words and numbers as a reader meets them. The one place where values become text.

GOV.UK style: dates "4 July 2026", numbers with thousands commas, the per cent sign with numerals.
"""

from __future__ import annotations

import html
import math
import re
from datetime import date


NOT_PUBLISHED = "not published"
SYNTHETIC = "Synthetic sample data: every organisation and entry is invented."


def escape(value: object) -> str:
    """Text of any value, safe inside HTML content and quoted attributes."""
    return html.escape(str(value), quote=True)


_STARTS_A_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def defuse(value: str) -> str:
    """Text for a spreadsheet cell: a leading character that would start a formula gets an apostrophe.

    Tab and carriage return are included because spreadsheet programs skip them before looking for a
    formula. Apostrophes that already stand there get one more, so that `undefuse` gives any text back. Only
    text is defused; numbers never pass through here.
    """
    return "'" + value if _STARTS_A_FORMULA.match(value) else value


def undefuse(value: str) -> str:
    """The text that `defuse` was given: of the apostrophes before what would start a formula, one goes."""
    return value[1:] if value[:1] == "'" and _STARTS_A_FORMULA.match(value) else value


def number(value: float | None) -> str:
    """1234 -> "1,234"; 12.5 -> "12.5"; None -> "not published"."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOT_PUBLISHED
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}"


def percent(share: float | None) -> str:
    """0.123 -> "12%"; shares under 1% but above nothing are "under 1%", and 99.6% is not 100%."""
    if share is None or math.isnan(share):
        return NOT_PUBLISHED
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"


def day(value: date | None) -> str:
    """date(2026, 7, 4) -> "4 July 2026"."""
    return NOT_PUBLISHED if value is None else f"{value.day} {value:%B %Y}"


def published_words(published: date | None, basis: str, as_at: date) -> str:
    """ "published 8 June 2018, 69 days later"; a month where only the month is stated; or that it is not."""
    if published is None:
        return "date of publication not stated"
    if basis == "stated_month":
        return f"published in {published:%B %Y}"
    return f"published {day(published)}, {plural((published - as_at).days, 'day')} later"


def plural(count: int, one: str, many: str | None = None) -> str:
    """2, "request" -> "2 requests"; 1 -> "1 request"."""
    return f"{number(count)} {one if count == 1 else (many or one + 's')}"


def p_words(p: float) -> str:
    """A p-value as a reader needs it: "0.012", "0.34"; under 0.001 it is said to be, and no more."""
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def with_article(noun: str) -> str:
    """A noun with its article: "a request", "an agreement"."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def join_words(words: list[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def shown_difference(
    before: str | None, after: str | None, longest: int = 160
) -> tuple[str | None, str | None]:
    """Two texts, each cut to `longest` characters from a little before the first place where they differ."""
    if before is None or after is None or max(len(before), len(after)) <= longest:
        return tuple(t if t is None or len(t) <= longest else t[: longest - 1] + "…" for t in (before, after))  # type: ignore[return-value]
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    start = max(0, same - longest // 4)
    start = before.rfind(" ", 0, start) + 1 if start else 0

    def cut(text: str) -> str:
        shown = text[start : start + longest]
        return ("…" if start else "") + shown + ("…" if start + longest < len(text) else "")

    return cut(before), cut(after)
