"""A pattern from a description is bounded: what is let through ends soon on the worst text."""

from __future__ import annotations

import time

import pytest

from dashboard.patterns import LONGEST_NAME, LONGEST_REFERENCE, PatternError, compile_pattern


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+b", r"(\w+\s?)*x", r"(a|a)*b", r"(.*)(.*)(.*)x", r"(?:a?){40}a{40}", r"(?=(a+)+)b", r"(a*)*\1b"],
)
def test_a_pattern_that_could_take_for_ever_is_refused(pattern):
    with pytest.raises(PatternError, match="could take too long"):
        compile_pattern(pattern, LONGEST_NAME)


@pytest.mark.parametrize("pattern", ["(", "[", "(?P<a>x)(?P<a>y)", r"\8", "x{3,1}", "(?<=a+)b"])
def test_a_pattern_that_is_none_is_refused(pattern):
    with pytest.raises(PatternError, match="cannot be read"):
        compile_pattern(pattern, LONGEST_NAME)


@pytest.mark.parametrize(
    ("pattern", "longest", "text"),
    [
        (r"(.+) to (.+)!", LONGEST_NAME, " to " * 100),
        (r"_to_(?P<date>[A-Za-z]+_?\d{2,4})!", LONGEST_NAME, "_to_" + "a" * 290),
        (r"\w{1,20} \w{1,20} to \w{1,20} \w{1,20}!", LONGEST_NAME, "a a to a " * 30),
        (r"ODR[_ ]?\S.*!", LONGEST_REFERENCE, "ODR" * 333),
        (r"(?:DS\d{5}|R\d{4}|DR\d{6}\.\d{2,3})!", LONGEST_REFERENCE, "DR1701010" * 100),
    ],
)
def test_a_pattern_that_is_let_through_ends_soon(pattern, longest, text):
    compiled = compile_pattern(pattern, longest)
    begun = time.process_time()
    assert compiled.search(text[:longest]) is None
    assert time.process_time() - begun < 2
