"""Where a key stands: every path that tomllib finds has the line on which it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.settings import CHECKOUT
from dashboard.toml_lines import key_lines, line_of
from tests.support.warehouse import to_toml


TEXT = '''# a comment with [[brackets]] and "quotes"
id = "x"  # = not a key
about = """
[[layout]]
era = "no"
"""
words = \'\'\'
it's "fine" \'\'\'

[recipient_types]
charity = ["Charity", # inside = a list
  "Trust, or foundation"]
"local.government" = ['Council]']

[[layout]]
era = "first"
as_at = [{ from = "cell", pattern = '(?P<date>[^"#]+)' }, { from = "period" }]

[[layout.sheet]]
name = "A"
[layout.sheet.columns]
reference = ["Ref"]
"recipient" = "He said \\"x\\""

[[layout.sheet]]
name = "B"
columns.reference = ["Ref"]
columns . title = 7

[layout.answerability]
tier = { status = "published", words = "a, b = {c}" }

[[layout]]
era = "second"
  [[layout.sheet]]
  constant = { outcome = "approved",
  unit = "a" }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("about",), 3),
        (("words",), 7),
        (("recipient_types",), 10),
        (("recipient_types", "charity"), 11),
        (("recipient_types", "charity", 1), 12),
        (("recipient_types", "local.government"), 13),
        (("layout", 0), 15),
        (("layout", 0, "era"), 16),
        (("layout", 0, "as_at", 0, "pattern"), 17),
        (("layout", 0, "as_at", 1, "from"), 17),
        (("layout", 0, "sheet", 0), 19),
        (("layout", 0, "sheet", 0, "columns", "reference"), 22),
        (("layout", 0, "sheet", 0, "columns", "recipient"), 23),
        (("layout", 0, "sheet", 1), 25),
        (("layout", 0, "sheet", 1, "columns", "reference"), 27),
        (("layout", 0, "sheet", 1, "columns", "title"), 28),
        (("layout", 0, "answerability", "tier", "words"), 31),
        (("layout", 1, "era"), 34),
        (("layout", 1, "sheet", 0), 35),
        (("layout", 1, "sheet", 0, "constant", "unit"), 37),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_key_has_its_line(path, line, ending):
    assert key_lines(TEXT.replace("\n", ending))[path] == line


def test_a_key_that_is_not_written_has_the_line_of_what_would_hold_it():
    lines = key_lines(TEXT)
    assert line_of(lines, ("layout", 0, "sheet", 1, "rows")) == 25
    assert line_of(lines, ("layout", 1, "sheet", 0, "constant", "recipient")) == 36
    assert line_of(lines, ("publisher",)) is None


def paths(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


@pytest.mark.parametrize("path", sorted((CHECKOUT / "data").rglob("*.toml")), ids=lambda p: p.name)
def test_every_key_of_every_shipped_file_has_the_line_it_is_written_on(path):
    text = path.read_text("utf-8")
    lines = key_lines(text)
    written = text.splitlines()
    found = list(paths(tomllib.loads(text)))
    assert set(found) == set(lines)
    for place in found:
        if isinstance(place[-1], str):
            assert place[-1] in written[lines[place] - 1]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=8)
VALUES = st.recursive(
    st.one_of(
        TEXTS, st.sampled_from(["[[x]]", "a = 1", '"""', "#", "'", "}"]), st.integers(-9, 9), st.booleans()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


@given(document=st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_whatever_the_values_hold_each_key_has_its_line(document):
    text = "# first\n" + to_toml(document)
    lines = key_lines(text)
    assert set(lines) == set(paths(tomllib.loads(text)))
    for number, key in enumerate(document, 2):
        assert lines[(key,)] == number
