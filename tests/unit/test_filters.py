"""The one filter vocabulary: the same question from the command line, an address and Python."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cleaning import tidy
from dashboard.errors import UsageError
from dashboard.filters import (
    BASES,
    COHORTS,
    GROUPINGS,
    INTERVALS,
    NAMES,
    UNITS,
    Filters,
    from_address,
    make_filters,
)
from dashboard.vocabulary import CLOCKS, OUTCOMES, RECIPIENT_TYPES, SERIES


DAYS = st.dates(date(1000, 1, 1), date(2999, 12, 31))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).map(tidy).filter(bool)
SOME = {
    "register": TEXT,
    "type": st.lists(st.sampled_from(list(RECIPIENT_TYPES)), min_size=1, unique=True).map(tuple),
    "tier": st.lists(st.sampled_from(["1", "2", "3", "4", "not_published"]), min_size=1, unique=True).map(
        tuple
    ),
    "route": TEXT.map(lambda text: (text,)),
    "outcome": st.lists(st.sampled_from(list(OUTCOMES)), min_size=1, unique=True).map(tuple),
    "recipient": TEXT,
    "reference": TEXT,
    "dataset": TEXT,
    "basis": st.sampled_from(BASES),
    "clock": st.sampled_from(list(CLOCKS)),
    "unit": st.sampled_from(UNITS),
    "cohort": st.sampled_from(COHORTS),
    "target": st.integers(1, 1_000_000),
    "interval": st.sampled_from(INTERVALS),
    "by": st.sampled_from(GROUPINGS),
    "known_on": DAYS,
    "limit": st.integers(1, 1_000_000),
    "of": st.sampled_from(list(SERIES)),
}


@st.composite
def filters(draw):
    """Any valid filters."""
    values = draw(st.fixed_dictionaries({}, optional=SOME))
    first, last = sorted(draw(st.tuples(DAYS, DAYS)))
    if draw(st.booleans()):
        values["from_"] = first
    if draw(st.booleans()):
        values["to"] = last
    if "register" in values and "known_on" not in values and draw(st.booleans()):
        values["edition"] = draw(TEXT)
    return Filters(**values)


def test_the_vocabulary_is_the_contract():
    assert " ".join(NAMES) == (
        "register from to type tier route outcome recipient reference dataset basis clock unit cohort target "
        "interval by edition known_on limit of"
    )


@given(filters())
def test_to_an_address_and_back(chosen):
    found, problems = from_address(dict(parse_qsl(chosen.query(), keep_blank_values=True)))
    assert (found, problems) == (chosen, [])


@given(filters())
def test_through_python_and_back(chosen):
    assert make_filters(**dict(chosen.items())) == chosen
    assert hash(make_filters(**dict(chosen.items()))) == hash(chosen)


@given(
    st.dictionaries(
        st.sampled_from([*NAMES, "from_", "colour", "", "__class__"]) | st.text(max_size=8),
        st.text(max_size=30),
    )
)
def test_no_address_raises(arguments):
    found, problems = from_address(arguments)
    assert isinstance(found, Filters)
    assert all(isinstance(problem, str) for problem in problems)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            **{
                name: st.sampled_from(["2018", "2019-02-03", "2017-12-31"])
                for name in ("from", "from_", "to", "known_on")
            },
            "edition": st.just("2018-01-01"),
            "register": st.sampled_from(["phe-odr", " "]),
            "type": st.just("charity"),
        },
    )
)
def test_values_that_clash_are_dropped_and_named_and_the_rest_filters(arguments):
    found, problems = from_address(arguments)
    if "type" in arguments:
        assert found.type == ("charity",)
    if not problems:
        assert found.query() or not any(tidy(v) for v in arguments.values())
    else:
        assert all(problem.startswith("Ignored in the address: ") for problem in problems)


def test_what_clashes_alone_is_dropped():
    found, problems = from_address({"from": "2018", "to": "2019", "edition": "2020-01-01"})
    assert (found.from_, found.to, found.edition) == (date(2018, 1, 1), date(2019, 12, 31), None)
    assert problems == ["Ignored in the address: 'edition' needs 'register'."]
    found, problems = from_address({"from": "2019", "to": "2018", "type": "charity"})
    assert (found.from_, found.to, found.type) == (None, None, ("charity",))
    assert problems == ["Ignored in the address: 'from' (2019-01-01) is after 'to' (2018-12-31)."]
    found, problems = from_address({"register": "x", "edition": "2018-01-01", "known_on": "2018-02-01"})
    assert (found.register, found.edition, found.known_on) == ("x", None, None)
    assert len(problems) == 1


def test_bad_values_are_named_and_the_rest_filters():
    found, problems = from_address(
        {"type": "wizards", "by": "type", "from": "soon", "zz": "red", "limit": "0"}
    )
    assert found == Filters(by="type")
    assert problems == [
        "Ignored in the address: 'type' cannot be 'wizards'.",
        "Ignored in the address: 'from' must be a day such as 2018-01-31 or a year, not 'soon'.",
        "Ignored in the address: there is no filter 'zz'.",
        "Ignored in the address: 'limit' must be a whole number from 1 to 1,000,000, not '0'.",
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("from", "2018", date(2018, 1, 1)),
        ("to", "2018", date(2018, 12, 31)),
        ("to", " 2018-02-28 ", date(2018, 2, 28)),
        ("type", "University", ("university",)),
        ("type", "charity, Local government,charity", ("charity", "local_government")),
        ("tier", "Tier 1,2", ("1", "2")),
        ("route", "Direct, from DfE", ("Direct, from DfE",)),
        ("outcome", "not_pursued", ("not_pursued",)),
        ("interval", "YEAR", "year"),
        ("limit", "5", 5),
        ("register", "  phe-odr ", "phe-odr"),
        ("known_on", "2020-02-29", date(2020, 2, 29)),
    ],
)
def test_values_are_read_as_a_person_writes_them(name, text, value):
    field = "from_" if name == "from" else name
    assert getattr(make_filters(**{name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("from", "31/01/2018", "'from' must be a day such as 2018-01-31 or a year, not '31/01/2018'"),
        ("to", "2018-02-30", "'to' must be a day"),
        ("known_on", "yesterday", "'known_on' must be a day"),
        ("type", "charities", "'type' cannot be 'charities'; did you mean 'charity'?"),
        ("tier", "5", "'tier' cannot be '5'"),
        ("clock", "received_to_outcom", "did you mean 'received_to_outcome'?"),
        ("unit", "days", "'unit' cannot be 'days'"),
        ("limit", "-1", "'limit' must be a whole number"),
        ("target", "1e3", "'target' must be a whole number"),
        ("target", "٣٠", "'target' must be a whole number"),
        ("dataset", "x" * 301, "longer than 300 characters"),
        ("colour", "red", "there is no filter 'colour'"),
        ("known", "2018", "there is no filter 'known'; did you mean 'known_on'?"),
    ],
)
def test_bad_values_say_what_would_be_understood(name, text, words):
    with pytest.raises(UsageError) as caught:
        make_filters(**{name: text})
    assert words in caught.value.message


@pytest.mark.parametrize("blank", ["", " ", " \t ", None])
@pytest.mark.parametrize("name", NAMES)
def test_blank_is_not_a_filter(name, blank):
    assert make_filters(**{name: blank}) == Filters()


def test_lists_of_several_values():
    assert make_filters(type=["charity", "media"]).type == ("charity", "media")
    assert make_filters(tier=(1, 2)).tier == ("1", "2")
    assert make_filters(route=["Direct"]).route == ("Direct",)
    assert make_filters(route=[], type=[]) == Filters()
    with pytest.raises(UsageError, match="one route"):
        make_filters(route=["Direct", "Secure"])


def test_rules_between_filters():
    with pytest.raises(UsageError, match="is after"):
        make_filters(from_="2019", to="2018")
    with pytest.raises(UsageError, match="needs 'register'"):
        make_filters(edition="2018-01-01")
    with pytest.raises(UsageError, match="cannot be combined"):
        make_filters(register="x", edition="2018-01-01", known_on="2018-01-01")


def test_parameters_have_every_name_once():
    values = make_filters(type="charity", from_="2018").parameters()
    assert set(values) == set(NAMES)
    assert values["type"] == ["charity"]
    assert values["from"] == date(2018, 1, 1)


def test_filters_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Filters().limit = 3
    assert Filters(by="type").query(interval="year") == "interval=year&by=type"
    assert make_filters(from_="2018", type="charity").words() == "from 2018-01-01; type charity"
