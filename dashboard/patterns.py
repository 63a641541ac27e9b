"""Regular expressions from register descriptions, kept from taking for ever.

The pattern is a person's and the text is a stranger's workbook. Python tries every way in which a pattern
could match, and a text can be made for which "(a+)+" has more ways than there is time. So a pattern is
compiled only when the ways it could try on the longest text it will meet are few, and longer text is not
searched.
"""

from __future__ import annotations

import re
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any


LONGEST_NAME = 300  # characters of a file name, a sheet's name or a cell that is searched for a date
LONGEST_REFERENCE = 1_000  # characters of a cell that is searched for references
MOST_WAYS = {LONGEST_NAME: 1_000_000, LONGEST_REFERENCE: 100_000}

_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)


class PatternError(ValueError):
    """The pattern cannot be read, or could take too long. Its words say which and what to write instead."""


def compile_pattern(pattern: str, longest: int, flags: int = 0) -> re.Pattern[str]:
    """The compiled pattern, for texts of at most `longest` characters (a key of MOST_WAYS).

    Raises PatternError.
    """
    try:
        compiled = re.compile(pattern, flags)
        ways = _ways(parser.parse(pattern, flags), longest)
    except (re.error, OverflowError, RecursionError, ValueError) as error:
        raise PatternError(f"the pattern cannot be read: {error}") from error
    if ways > MOST_WAYS[longest]:
        raise PatternError(
            "the pattern could take too long: it has repeats inside repeats, or too many of them; "
            r"write \w{1,20} in place of \w+ or .*"
        )
    return compiled


def _ways(sequence: Any, longest: int) -> int:
    """In how many ways a sequence could match text of that length, at most: a product over its parts."""
    ways = 1
    for op, argument in sequence:
        if op in _REPEATS:
            least, most, inner = argument
            most = min(int(most), longest)
            each = _ways(inner, longest)
            spread = max(1, most - least + 1)
            # each**most grows past any limit; what matters is that it does
            ways *= spread * (each ** min(most, 64) if each > 1 else 1)
        elif op is ops.SUBPATTERN:
            ways *= _ways(argument[-1], longest)
        elif op is ops.BRANCH:
            ways *= sum(_ways(branch, longest) for branch in argument[1])
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            ways *= _ways(argument[1], longest)
        elif op is ops.ATOMIC_GROUP:
            ways *= _ways(argument, longest)
        elif op is ops.GROUPREF_EXISTS:
            ways *= sum(_ways(branch, longest) for branch in argument[1:] if branch)
    return ways
