"""Two long texts are shown from where they begin to differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.text import shown_difference


def test_short_texts_are_whole():
    assert shown_difference("Anonymised (k3)", "De-personalised") == ("Anonymised (k3)", "De-personalised")
    assert shown_difference(None, "x") == (None, "x")
    assert shown_difference("y" * 300, None) == ("y" * 159 + "…", None)


def test_long_texts_begin_a_little_before_they_differ():
    same = "The data recipient will use it for research. " * 20
    before, after = shown_difference(
        f"{same}commissioned by PHE.", f"{same}commissioned by Public Health England."
    )
    assert before.startswith("…")
    assert before.endswith("commissioned by PHE.")
    assert after.endswith("commissioned by Public Health England.")
    assert max(len(before), len(after)) <= 162


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=200))
def test_what_differs_is_seen(same, one, other):
    before, after = shown_difference(same + one, same + other)
    assert max(len(before), len(after)) <= 162
    if one and other and one[0] != other[0]:
        assert before != after


@pytest.mark.parametrize("longest", [8, 40, 160])
def test_a_text_that_goes_on_says_so(longest):
    before, after = shown_difference("a" * 500, "a" * 500 + "b", longest)
    assert before != after or before.endswith("…")
