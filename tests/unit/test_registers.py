"""Register descriptions: what is wrong is named by file and key, in words that say how to mend it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.errors import AccessReviewError
from dashboard.registers import find_register, load_registers, read_register
from dashboard.settings import CHECKOUT, Settings
from dashboard.vocabulary import ANSWERABLE_FIELDS
from tests.support.warehouse import register, to_toml


COLUMNS = {"reference": "Ref", "received_date": "Received", "outcome": "Outcome", "closed_date": "Closed"}
GOOD = register(
    "example", columns=COLUMNS, outcomes={"released": ["Sent"]}, recipient_types={"charity": ["Charity"]}
)


def changed(path, value):
    """GOOD with the key at `path` set to `value`, or left out."""
    document = copy.deepcopy(GOOD)
    place = document
    for part in path[:-1]:
        place = place[part] if isinstance(part, int) else place.setdefault(part, {})
    if value is None:
        place.pop(path[-1])
    else:
        place[path[-1]] = value
    return document


def read(tmp_path, document, name="example"):
    path = tmp_path / f"{name}.toml"
    path.write_text(document if isinstance(document, str) else to_toml(document), "utf-8")
    return read_register(path, {name: path})


SHEET = ("layout", 0, "sheet", 0)


@pytest.mark.parametrize(
    ("path", "value", "names"),
    [
        (("id",), "other", ["id", "'other'", "the file's name"]),
        (("title",), None, ["'title' is missing"]),
        (("publisher",), None, ["'publisher' is missing"]),
        (("publisher",), 7, ["'publisher' must be text, not int"]),
        (("colour",), "red", ["'colour' is not a key"]),
        (("layout",), [], ["no layout is described"]),
        (("reference",), {"pattern": "("}, ["reference.pattern"]),
        (("reference",), {"patern": "x"}, ["reference", "'patern' is not a key"]),
        (("recipient_types",), {"wizard": ["Wizard"]}, ["recipient_types", "'wizard' is not known"]),
        (("recipient_types", "charity"), [1], ["recipient_types.charity"]),
        (("outcomes",), {"sent": ["Sent"]}, ["outcomes", "'sent' is not known"]),
        (("layout", 0, "era"), None, ["layout[1]", "'era' is missing"]),
        (("layout", 0, "coverage"), "some", ["layout[1].coverage", "'some' is not known"]),
        (("layout", 0, "date_order"), "dym", ["layout[1]", "'dym' is not known"]),
        (("layout", 0, "blank_outcome"), "shut", ["layout[1]", "'shut' is not known"]),
        (
            ("layout", 0, "as_at"),
            [{"from": "moon", "pattern": "x"}],
            ["layout[1].as_at", "'moon' is not known"],
        ),
        (("layout", 0, "as_at"), [{"from": "cell", "pattern": "x"}], ["layout[1].as_at", "'date'"]),
        (("layout", 0, "as_at"), [{"from": "cell", "pattern": "("}], ["layout[1].as_at", "cannot be read"]),
        (("layout", 0, "answerability"), {"size": {"status": "published"}}, ["answerability.size"]),
        (("layout", 0, "answerability"), {"tier": {"status": "maybe"}}, ["answerability.tier", "'maybe'"]),
        ((*SHEET, "rows"), None, ["layout[1].sheet[1]", "'rows' is missing"]),
        ((*SHEET, "rows"), "people", ["layout[1].sheet[1].rows", "'people' is not known"]),
        ((*SHEET, "columns"), {"price": "Price"}, ["layout[1].sheet[1].columns", "'price' is not known"]),
        ((*SHEET, "columns"), {}, ["layout[1].sheet[1]", "no columns are mapped"]),
        ((*SHEET, "columns"), {"reference": 3}, ["layout[1].sheet[1].columns.reference"]),
        ((*SHEET, "constant"), {"price": "1"}, ["layout[1].sheet[1].constant", "'price' is not known"]),
        ((*SHEET, "colums"), {}, ["layout[1].sheet[1]", "'colums' is not a key"]),
    ],
    ids=lambda value: ".".join(str(p) for p in value) if isinstance(value, tuple) else None,
)
def test_what_is_wrong_is_named_by_file_and_key(tmp_path, path, value, names):
    with pytest.raises(AccessReviewError) as caught:
        read(tmp_path, changed(path, value))
    assert str(tmp_path / "example.toml") in caught.value.message
    for name in names:
        assert name in caught.value.message, caught.value.message
    assert caught.value.hint


def test_broken_toml_names_its_line(tmp_path):
    with pytest.raises(AccessReviewError, match=r"example\.toml: .*line 2"):
        read(tmp_path, 'id = "example"\ntitle = oops\n')
    (tmp_path / "example.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(AccessReviewError, match=r"example\.toml"):
        read_register(tmp_path / "example.toml", {})


def test_two_layouts_of_one_era(tmp_path):
    document = copy.deepcopy(GOOD)
    document["layout"] *= 2
    with pytest.raises(AccessReviewError, match="same era"):
        read(tmp_path, document)


JUNK = st.recursive(
    st.one_of(st.text(max_size=5), st.integers(-5, 5), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)
PLACES = [(key,) for key in GOOD] + [
    ("reference",), ("type_notes",), ("synthetic",), ("home_rank",), ("cadence",), ("extends",), *SHEET[:2],
    *[("layout", 0, k) for k in ("sheet", "pending", "as_at", "published", "answerability", "date_basis", "only_when",
                                 "ignore_sheets", "assumed", "missing")],
    *[(*SHEET, k) for k in ("name", "columns", "optional", "constant", "required", "period_in_name", "unit")],
]  # fmt: skip


@settings(max_examples=300)
@given(place=st.sampled_from([p for p in PLACES if isinstance(p, tuple)]), junk=JUNK)
def test_a_value_of_any_kind_is_read_or_refused_in_words(tmp_path_factory, place, junk):
    folder = tmp_path_factory.mktemp("junk")
    refusal = None
    try:
        read(folder, changed(place, junk))
    except AccessReviewError as error:
        refusal = error
    assert refusal is None or "example.toml" in refusal.message


def test_a_field_is_answered_by_its_column_unless_the_file_says_otherwise(tmp_path):
    found = read(tmp_path, GOOD)
    status = {name: found.answer(found.layouts[0], name).status for name in ANSWERABLE_FIELDS}
    assert {name for name, value in status.items() if value == "published"} == {
        "reference", "received_date", "outcome", "closed_date", "refused",
    }  # fmt: skip
    assert found.answer(found.layouts[0], "released_date").words == "Date released is not published."
    stated = {"released_date": {"status": "inferred", "basis": "closed_date", "words": "As closed."}}
    found = read(tmp_path, changed(("layout", 0, "answerability"), stated))
    assert found.answer(found.layouts[0], "released_date").basis == "closed_date"


def test_one_date_with_several_meanings_is_told_apart_by_the_outcome_alone(tmp_path):
    columns = {"reference": "Ref", "composite_date": "Ended"}
    found = read(tmp_path, register("example", columns=columns))
    answers = {
        n: found.answer(found.layouts[0], n).status for n in ("closed_date", "released_date", "refused")
    }
    assert answers == {
        "closed_date": "published",
        "released_date": "not_published",
        "refused": "not_published",
    }
    found = read(tmp_path, register("example", columns={**columns, "outcome": "Outcome"}))
    assert found.answer(found.layouts[0], "released_date").status == "published"


def test_a_dated_reference_gives_an_inferred_receipt(tmp_path):
    found = read(tmp_path, register("example", columns={"reference": "Ref"}, reference={"dated": True}))
    answer = found.answer(found.layouts[0], "received_date")
    assert (answer.status, answer.basis) == ("inferred", "from_reference")


def test_extends_shares_layouts_and_names_a_missing_base(tmp_path):
    base = tmp_path / "base.toml"
    base.write_text(to_toml({**GOOD, "id": "base"}), "utf-8")
    child = tmp_path / "child.toml"
    child.write_text('extends = "base"\nid = "child"\ntitle = "Child"\n', "utf-8")
    found = read_register(child, {"base": base, "child": child})
    assert (found.id, found.publisher, found.layouts[0].era) == ("child", "A test", "only")
    assert (found.path, found.layouts_path) == (child, base)  # a heading is added where the layout is
    with pytest.raises(AccessReviewError, match=r"child\.toml: line 1: extends: extends 'base'"):
        read_register(child, {"child": child})


def test_the_reader_s_description_overrides_the_shipped_one_of_the_same_name(tmp_path):
    for folder, title in (("shipped", "Shipped"), ("data", "Mine")):
        (tmp_path / folder / "registers").mkdir(parents=True)
        (tmp_path / folder / "registers" / "example.toml").write_text(
            to_toml({**GOOD, "title": title}), "utf-8"
        )
    found = load_registers(Settings(data=tmp_path / "data", shipped=tmp_path / "shipped"))
    assert {name: r.title for name, r in found.items()} == {"example": "Mine"}


def test_an_unknown_register_gets_the_nearest(tmp_path):
    found = load_registers(Settings(data=tmp_path, shipped=CHECKOUT / "data"))
    with pytest.raises(AccessReviewError) as caught:
        find_register(found, "phe-odd")
    assert "did you mean 'phe-odr'?" in caught.value.message
    assert "sudbury-foi" in str(caught.value.hint)


def test_every_shipped_description_reads_and_says_what_it_lacks():
    for name, found in load_registers(Settings(data=Path("/nowhere"), shipped=CHECKOUT / "data")).items():
        assert found.id == name
        for layout in found.layouts:
            for field in ANSWERABLE_FIELDS:
                answer = found.answer(layout, field)
                assert answer.words or answer.status == "published", (name, layout.era, field)


WRITTEN = """\
id = "example"
title = "An example"
publisher = "A test"

[recipient_types]
charity = ["Charity"]

[[layout]]
era = "first"
as_at = [{ from = "cell", pattern = '(?P<date>.+)' }]

[[layout.sheet]]
name = "Open"
rows = "request"
[layout.sheet.columns]
reference = ["Ref"]

[[layout.sheet]]
name = "Closed"
rows = "release"
columns = { reference = [
  "Ref"], released_date = ["Sent"] }

[layout.answerability]
tier = { status = "not_published" }
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('title = "An', 'titel = "An', 2, "'titel' is not a key; did you mean 'title'?"),
        ("charity =", "charty =", 6, "'charty' is not known; did you mean 'charity'?"),
        ('["Charity"]', "[7]", 6, "recipient_types.charity: must be text or a list of texts"),
        ("[[layout]]", '[reference]\npattern = "("\n[[layout]]', 9, "reference.pattern: the pattern cannot"),
        ("(?P<date>.+)", "(.+)", 10, "layout[1].as_at[1].pattern: the pattern has no group named 'date'"),
        ("(?P<date>.+)", "(?P<date>(.+)+)", 10, "could take too long"),
        ('from = "cell"', 'form = "cell"', 10, "'form' is not a key; did you mean 'from'?"),
        ('rows = "request"\n', "", 12, "layout[1].sheet[1]: 'rows' is missing"),
        ('rows = "release"', 'rows = "releases"', 20, "did you mean 'release'?"),
        ('name = "Closed"', 'nmae = "Closed"', 19, "layout[1].sheet[2].nmae: 'nmae' is not a key"),
        ("released_date", "release_date", 22, "sheet[2].columns.release_date: 'release_date' is not known"),
        ("tier = {", "teir = {", 25, "did you mean 'tier'?"),
        ('"not_published" }', '"no" }', 25, "layout[1].answerability.tier.status: 'no' is not known"),
        ('title = "An example"', 'title = "EDIT ME"', 2, "title: still says 'EDIT ME'"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(tmp_path, before, after, line, words):
    assert before in WRITTEN
    with pytest.raises(AccessReviewError) as caught:
        read(tmp_path, WRITTEN.replace(before, after, 1))
    assert caught.value.message.startswith(f"{tmp_path / 'example.toml'}: line {line}: ")
    assert words in caught.value.message


def test_an_error_in_what_is_extended_is_named_there(tmp_path):
    base, child = tmp_path / "base.toml", tmp_path / "child.toml"
    base.write_text(WRITTEN.replace('id = "example"', 'id = "base"').replace("Closed", "Open*", 1), "utf-8")
    child.write_text('# a child\nextends = "base"\nid = "child"\nouctomes = {}\n', "utf-8")
    others = {"base": base, "child": child}
    with pytest.raises(AccessReviewError) as caught:
        read_register(child, others)
    assert caught.value.message.startswith(f"{child}: line 4: ouctomes: ")
    child.write_text('extends = "base"\nid = "child"\n', "utf-8")
    base.write_text(base.read_text("utf-8").replace('rows = "release"', 'rows = "relaese"'), "utf-8")
    with pytest.raises(AccessReviewError) as caught:
        read_register(child, others)
    assert caught.value.message.startswith(f"{base}: line 20: layout[1].sheet[2].rows: ")
    base.write_text('extends = "child"\nid = "base"\n', "utf-8")
    with pytest.raises(AccessReviewError, match="extends another"):
        read_register(child, others)


PERIOD = [{"from": "file_name", "pattern": r"(?P<start>\d{8})_(?P<end>\d{8})"}]


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ({"rows": "lookup"}, "a lookup needs a key"),
        ({"key": "reference"}, 'only a sheet with rows = "lookup" has a key'),
        ({"rows": "lookup", "key": "received_date"}, "'received_date' is not known"),
        ({"rows": "lookup", "key": "reference", "columns": {"title": "T"}}, "has no column of its own"),
        ({"rows": "lookup", "key": "reference", "optional": ["reference"]}, "has no column of its own"),
        ({"rows": "person_count"}, "no column 'period' is mapped"),
        ({"optional": ["tier"]}, "'tier' is not known"),
        ({"continues": "sideways"}, "'sideways' is not known"),
        ({"continues": "above", "columns": {"title": "T"}}, "only where a reference tells them apart"),
        ({"dated_by_period": ["released_date"]}, "no period is described"),
        ({"dated_by_period": ["received_date"], "period": PERIOD}, "has a column of its own"),
        ({"dated_by_period": ["tier"], "period": PERIOD}, "'tier' is not known"),
        ({"separators": {"title": ";"}}, "'title' is not known"),
        ({"separators": {"dataset": [""]}}, "a separator is empty"),
        ({"note_rows": ["(.*)*"]}, "could take too long"),
        ({"columns": {"title": []}}, "has no heading"),
        ({"listed_from": "2018-05-01"}, "'listed_from' must be a day"),
    ],
    ids=str,
)
def test_what_a_sheet_cannot_be(tmp_path, sheet, words):
    document = copy.deepcopy(GOOD)
    document["layout"][0]["sheet"][0].update(sheet)
    with pytest.raises(AccessReviewError) as caught:
        read(tmp_path, document)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ({"sentinels": [7]}, "'sentinels' must be a day"),
        ({"earliest": True}, "'earliest' must be a day"),
        ({"date_formats": ["roman"]}, "'roman' is not known"),
        ({"month_end": "yes"}, "must be true or false"),
        ({"only_when": {"price": "1"}}, "'price' is not known"),
        ({"sheet": [{"rows": "note"}]}, "no sheet holds requests"),
    ],
    ids=str,
)
def test_what_a_layout_cannot_be(tmp_path, layout, words):
    document = copy.deepcopy(GOOD)
    document["layout"][0].update(layout)
    with pytest.raises(AccessReviewError) as caught:
        read(tmp_path, document)
    assert words in caught.value.message


def test_words_cannot_mean_two_things(tmp_path):
    with pytest.raises(
        AccessReviewError, match=r"outcomes\.refused\[1\]: 'SENT ' stands under 'released' too"
    ):
        read(tmp_path, changed(("outcomes", "refused"), ["SENT "]))
    with pytest.raises(AccessReviewError, match="there is request_split too"):
        read(
            tmp_path,
            changed(("reference",), {"request_split": "/", "request_pattern": "(?P<request>.)"}),
        )


@pytest.mark.parametrize(
    ("words", "good"), [("open", True), ("Sent", True), ("sent ", True), ("nonsense", False)]
)
def test_a_constant_outcome_is_one_that_is_known(tmp_path, words, good):
    sheet = {
        "name": "*",
        "rows": "request",
        "columns": {"reference": ["Ref"]},
        "constant": {"outcome": words},
    }
    path = tmp_path / "cases.toml"
    path.write_text(to_toml(register("cases", sheets=[sheet], outcomes={"released": ["Sent"]})), "utf-8")
    if good:
        read_register(path, {})
        return
    with pytest.raises(AccessReviewError, match="'nonsense' is no outcome") as caught:
        read_register(path, {})
    assert "cases.toml, line " in str(caught.value) or "cases.toml:" in str(caught.value)
    assert "not_pursued" in str(caught.value.hint)
