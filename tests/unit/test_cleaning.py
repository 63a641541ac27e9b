"""Cells as the registers print them, and what is made of each."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cleaning import (
    MONTHS,
    content_key,
    date_from_reference,
    normalise_text,
    read_date,
    read_references,
    recipient_id,
    request_reference,
    tidy,
)


DAYS = st.dates(date(1990, 1, 1), date(2089, 12, 31))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        # as quoted from the DfE register
        ("28/11/2016", date(2016, 11, 28)),
        ("15/3/2016", date(2016, 3, 15)),
        ("15.06.2016", date(2016, 6, 15)),
        ("5.9.2013", date(2013, 9, 5)),
        ("12.5.2016", date(2016, 5, 12)),
        ("August 15, 2017", date(2017, 8, 15)),
        ("8th August 2012", date(2012, 8, 8)),
        ("20th February 2013", date(2013, 2, 20)),
        ("21st August 2014", date(2014, 8, 21)),
        # as in the other registers, and their near relations
        ("2016-05-12", date(2016, 5, 12)),
        ("2016/5/12", date(2016, 5, 12)),
        ("8 August 2012", date(2012, 8, 8)),
        ("8 AUG 2012", date(2012, 8, 8)),
        ("8th of August, 2012", date(2012, 8, 8)),
        ("3 Sept. 2013", date(2013, 9, 3)),
        ("August 15th 2017", date(2017, 8, 15)),
        ("12MAY2016", date(2016, 5, 12)),
        ("12 / 05 / 2016", date(2016, 5, 12)),
        ("12–05–2016", date(2016, 5, 12)),
        ("\u00a0 12/05/2016\u00a0", date(2016, 5, 12)),
        ("8\u00a0August\u20092012\ufeff", date(2012, 8, 8)),
        ("29/02/2016", date(2016, 2, 29)),
        # times of day and zones are ignored: the day is the one published
        ("2016-05-12T23:30:00Z", date(2016, 5, 12)),
        ("2016-05-12 00:00:00.000", date(2016, 5, 12)),
        ("12/05/2016 2:30 pm", date(2016, 5, 12)),
        ("12 May 2016, 14:30", date(2016, 5, 12)),
        # typed cells
        (date(2016, 5, 12), date(2016, 5, 12)),
        (datetime(2016, 5, 12, 23, 59), date(2016, 5, 12)),  # noqa: DTZ001 - a spreadsheet's, which has no zone
    ],
)
def test_a_date_is_read(cell, expected):
    reading = read_date(cell)
    assert (reading.value, reading.status, reading.words) == (expected, "date", "")


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("03/05/2017", "dmy", date(2017, 5, 3)),
        ("03/05/2017", "mdy", date(2017, 3, 5)),
        ("07/03/2017", "mdy", date(2017, 7, 3)),
        ("2017/03/05", "mdy", date(2017, 3, 5)),
        ("2017.03.05", "dmy", date(2017, 3, 5)),
        ("8 August 2012", "ymd", date(2012, 8, 8)),
    ],
)
def test_the_order_is_the_one_stated(cell, order, expected):
    assert read_date(cell, order=order).value == expected


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("12-May-16", "dmy", date(2016, 5, 12)),
        ("12/05/16", "dmy", date(2016, 5, 12)),
        ("12/05/16", "mdy", date(2016, 12, 5)),
        ("16/05/12", "ymd", date(2016, 5, 12)),
        ("1/2/90", "dmy", date(1990, 2, 1)),
        ("1/2/89", "dmy", date(2089, 2, 1)),
    ],
)
def test_a_two_digit_year_is_read_within_1990_to_2089_and_says_so(cell, order, expected):
    reading = read_date(cell, order=order)
    assert reading.value == expected
    assert f"is read as {expected.year}" in reading.words


def test_two_digit_years_can_be_refused():
    reading = read_date("12-May-16", formats=frozenset({"numeric", "named_month"}))
    assert reading.status == "unreadable"
    assert "two digits" in reading.words


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("27.2.207", "a year of three digits, 207"),
        ("207-02-27", "a year of three digits, 207"),
        ("8 August 201", "a year of three digits, 201"),
        ("12/05/20166", "a year of five digits, 20166"),
        ("12/05/6", "a year of one digit, 6"),
        ("31/02/2017", "no 31 February 2017"),
        ("29/02/2017", "no 29 February 2017"),
        ("00/05/2017", "no 0 May 2017"),
        ("03/25/2017", "no such month as 25; with day and month exchanged it would be 25 March 2017"),
        ("2017-13-45", "no such month as 13"),
        ("0000-00-00", "no such month as 0"),
        ("21 apples 2012", "names no month"),
        ("May 2018", "is a month, without a day"),
        ("2018-05", "is a month, without a day"),
        ("15 August", "not written as a date"),
        ("2017", "not written as a date"),
        ("20170812", "not written as a date"),
        ("12/05.2016", "not written as a date"),
        ("12/05/2016 (amended)", "not written as a date"),
        ("yesterday", "not written as a date"),
        ("#REF!", "not written as a date"),
        (42736, "is a number"),
        (42736.0, "is a number"),
        (math.inf, "is a number"),
        (True, "is not a date"),
        (time(9, 30), "is not a date"),
        (timedelta(days=3), "is not a date"),
    ],
)
def test_what_cannot_be_read_says_why(cell, words):
    reading = read_date(cell)
    assert (reading.value, reading.status) == (None, "unreadable")
    assert words in reading.words
    assert reading.words.startswith(f"“{cell}”")


@pytest.mark.parametrize(
    "cell",
    [
        "0016-02-03",
        "03/02/0016",
        "1900-01-01",
        "1899-12-30",
        "1301-01-01",
        "2701-01-01",
        "1 January 1989",
        "01/01/2101",
        date(1900, 1, 1),
        datetime(1899, 12, 30),  # noqa: DTZ001
    ],
)
def test_a_day_that_cannot_be_is_impossible(cell):
    reading = read_date(cell)
    assert (reading.value, reading.status) == (None, "impossible")


def test_the_words_show_the_year_that_was_published():
    assert "3 February 0016" in read_date("0016-02-03").words
    assert read_date("1900-01-01").words == "“1900-01-01” gives 1 January 1900, which stands for no date"


def test_a_sentinel_is_refused_however_wide_the_limits():
    for cell in ("1900-01-01", "1301-01-01", "9999-12-31"):
        assert read_date(cell, earliest=date.min, latest=date.max).status == "impossible"
    assert read_date("1901-01-01", earliest=date.min).status == "date"


def test_the_limits_are_days_that_are_accepted():
    limits = {"earliest": date(2012, 3, 1), "latest": date(2012, 3, 2)}
    statuses = [read_date(f"2012-03-0{k}", **limits).status for k in (1, 2, 3)]
    assert statuses == ["date", "date", "impossible"]


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("12/05/2016 and 13/06/2016", "dmy"),
        ("12 May 2016; 13 June 2016", "dmy"),
        ("August 15, 2017 / June 22, 2017", "dmy"),
        ("May-18", "dmy"),
        ("12/05/2016", "ymd"),
        ("12-May-16", "ymd"),
    ],
)
def test_a_reading_that_would_be_a_guess_is_ambiguous(cell, order):
    reading = read_date(cell, order=order)
    assert (reading.value, reading.status) == (None, "ambiguous")
    assert reading.words


def test_a_year_last_where_the_register_has_it_first_is_not_turned_round():
    assert read_date("25/03/2017", order="ymd").status == "unreadable"


@pytest.mark.parametrize(
    "cell", [None, "", "   ", "\u00a0", "\u200b", "-", "–", "—", "N/A", " n / a ", math.nan]
)
def test_an_empty_cell_is_empty(cell):
    reading = read_date(cell)
    assert (reading.value, reading.status, reading.words) == (None, "empty", "")


@pytest.mark.parametrize("cell", ["pending", "Pending ", "PEND\u200bING", "TBC", "To Be\u00a0Confirmed"])
def test_a_pending_cell_is_pending(cell):
    assert read_date(cell).status == "pending"


def test_the_words_for_missing_and_pending_belong_to_the_register():
    words = {"missing": frozenset({"No Date Held"}), "pending": frozenset({"Awaited"})}
    assert read_date("no dateheld", **words).status == "empty"
    assert read_date("AWAITED", **words).status == "pending"
    assert read_date("", **words).status == "empty"
    assert read_date("pending", **words).status == "unreadable"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("May 2018", date(2018, 5, 31)),
        ("Feb 2016", date(2016, 2, 29)),
        ("Dec-2017", date(2017, 12, 31)),
        ("2017-12", date(2017, 12, 31)),
        ("02/2017", date(2017, 2, 28)),
    ],
)
def test_a_month_is_its_last_day_only_on_request(cell, expected):
    reading = read_date(cell, month_end=True)
    assert reading.value == expected
    assert "last day" in reading.words
    assert read_date(cell).status == "unreadable"


@pytest.mark.parametrize("cell", ["May 0016", "December 9999", "0000-12", "January 0000"])
def test_a_month_in_no_usable_year_is_impossible(cell):
    assert read_date(cell, month_end=True).status == "impossible"


@pytest.mark.parametrize("cell", [42736, 42736.0, 42736.75, "42736", "42736.5"])
def test_day_numbers_are_read_only_on_request(cell):
    assert read_date(cell, serials=True).value == date(2017, 1, 1)
    assert read_date(cell).status == "unreadable"


@pytest.mark.parametrize("cell", [0, 1, 60, -5, 1e300, math.inf, -math.inf])
def test_a_day_number_far_away_is_impossible(cell):
    assert read_date(cell, serials=True).status == "impossible"


def test_only_the_shapes_allowed_are_read():
    assert read_date("12/05/2016", formats=frozenset({"year_first"})).status == "unreadable"
    assert read_date("2016-05-12", formats=frozenset({"numeric"})).status == "unreadable"
    assert read_date("12 May 2016", formats=frozenset({"numeric"})).status == "unreadable"


def test_a_long_cell_is_shortened_in_the_words():
    assert len(read_date("x" * 5000).words) < 150


@given(DAYS, st.sampled_from(["/", ".", "-", " / "]))
def test_every_spelling_of_a_day_reads_back(day, mark):
    d, m, y = day.day, day.month, day.year
    for text, order in (
        (day.isoformat(), "mdy"),
        (mark.join((str(d), str(m), str(y))), "dmy"),
        (mark.join((f"{d:02}", f"{m:02}", f"{y % 100:02}")), "dmy"),
        (mark.join((str(m), str(d), str(y))), "mdy"),
        (mark.join((f"{y % 100:02}", str(m), str(d))), "ymd"),
        (f"{d}th {MONTHS[m - 1]} {y}", "dmy"),
        (f"{MONTHS[m - 1][:3]} {d}, {y}", "dmy"),
        (f"{d:02}-{MONTHS[m - 1][:3]}-{y % 100:02}", "dmy"),
    ):
        assert read_date(text, order=order).value == day, text


@given(st.text() | st.from_regex(r"\A[0-9a-zA-Z/., :-]{0,24}\Z") | st.floats() | st.integers(-(10**9), 10**9))
def test_no_cell_raises_and_only_a_date_has_a_value(cell):
    for order in ("dmy", "mdy", "ymd"):
        reading = read_date(cell, order=order, month_end=True, serials=True)
        assert (reading.value is None) == (reading.status != "date")
        if reading.status not in ("date", "empty"):
            assert reading.words


DR = re.compile(r"DR[0-9]{6}\.[0-9]{2}")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("DR170227.03 and DR170908.01", ["DR170227.03", "DR170908.01"]),
        ("DR170227.03/DR170227.03", ["DR170227.03"]),
        ("\u00a0DR170124.\u200b04", ["DR170124.04"]),
        ("DS00194", []),
        ("", []),
    ],
)
def test_every_reference_in_a_cell_is_found(cell, expected):
    assert read_references(cell, DR) == expected


def test_a_pattern_that_matches_nothing_gives_nothing():
    assert read_references("abc", re.compile("x*")) == []


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("DR170124.04", date(2017, 1, 24)),
        (" dr170221.02 ", date(2017, 2, 21)),
        ("DR161003.02", date(2016, 10, 3)),
        ("DR171319.01", None),
        ("DR170230.01", None),
        ("DR170124", None),
        ("DR170227.03 and DR170908.01", None),
        ("DS00194", None),
        ("R0042", None),
        ("", None),
    ],
)
def test_a_dated_reference_gives_its_day(reference, expected):
    assert date_from_reference(reference) == expected


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("  King’s \t College\r\nLondon ", "King’s College London"),
        ("Acme\u202eltd\u2066\u200b\ufeff", "Acmeltd"),
        ("soft\u00adhyphen", "softhyphen"),
        ("a\x00b\x07 \x08 c", "ab c"),
        ("Université Paris–Sud ½", "Université Paris–Sud ½"),
        ("<b>Ltd</b> =1+1", "<b>Ltd</b> =1+1"),
        ("bad\ud800", "bad\ufffd"),
    ],
)
def test_tidy_keeps_what_can_be_seen(published, expected):
    assert tidy(published) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("King’s College London", "KING'S  COLLEGE\u00a0LONDON"),
        ("“Which?”", '"which?"'),
        ("Paris – Sud", "paris - sud"),
        ("Ｓｔｒａße", "STRASSE"),
        ("ﬁsh", "FISH"),
        ("University\u200b of Bath", "university of bath"),
    ],
)
def test_spellings_that_differ_only_in_form_compare_equal(one, other):
    assert normalise_text(one) == normalise_text(other)


@given(st.text())
def test_tidying_and_normalising_twice_changes_nothing(value):
    assert tidy(tidy(value)) == tidy(value)
    assert normalise_text(normalise_text(value)) == normalise_text(value) == normalise_text(tidy(value))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("University of Leeds", "university-of-leeds"),
        ("  UNIVERSITY of  Leeds", "university-of-leeds"),
        ("a" * 80, "a" * 80),
        ("x" * 78 + " y", "x" * 78 + "-y"),
    ],
)
def test_a_recipient_has_a_readable_id(name, expected):
    assert recipient_id(name) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("King’s College London", "kings-college-london"),
        ("Kings' College London", "kings-college-london"),
        ("Marks & Spencer plc.", "marks-and-spencer-plc"),
        ("Universität Zürich", "universitat-zurich"),
        ("Københavns Universitet / Łódź", "kobenhavns-universitet-lodz"),
        ("../../etc/passwd?x=<script>", "etc-passwd-x-script"),
        ("a" * 200, "a" * 73),
        ("x" * 70 + " yyyyyyyyyyy", "x" * 70),
    ],
)
def test_a_name_that_its_words_do_not_give_back_has_a_hash_too(name, words):
    assert re.fullmatch(rf"{words}-[0-9a-f]{{6}}", recipient_id(name))
    assert recipient_id(name) == recipient_id(name)


NAMES = st.text(alphabet="ab '’&.-é()", max_size=12) | st.text(max_size=30)


@given(st.lists(NAMES, min_size=2, max_size=20))
def test_two_names_never_have_one_id(names):
    # An id is a function of the name alone, so one more name, or one more alias, can move no id.
    keys = {normalise_text(name) for name in names}
    assert len({recipient_id(key) for key in keys}) == len(keys)
    assert all(recipient_id(name) == recipient_id(normalise_text(name)) for name in names)


def test_a_name_with_no_ascii_letter_has_a_hash_that_tells_it_apart():
    ids = {recipient_id(name) for name in ("北京大学", "清华大学", "", "!!!")}
    assert len(ids) == 4
    assert all(re.fullmatch(r"r-[0-9a-f]{10}", each) for each in ids)


@given(st.text(max_size=200))
def test_an_id_is_always_fit_for_an_address(name):
    found = recipient_id(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found)
    assert len(found) <= 80
    assert recipient_id(f" {name.upper().lower()} ") == recipient_id(name.upper().lower())


@pytest.mark.parametrize(
    ("reference", "split", "expected"),
    [
        ("ODR1718_012", "/(", "ODR1718_012"),
        ("ODR1718_012/A1/R3", "/(", "ODR1718_012"),
        (" ODR_2014_034e (Rep)", "/(", "ODR_2014_034e"),
        ("ODR1617_001(Rep)/A1", "/(", "ODR1617_001"),
        ("ODR1718_012/A1", "", "ODR1718_012/A1"),
        ("/A1", "/(", "/A1"),
        ("", "/(", ""),
    ],
)
def test_a_release_reference_gives_its_request(reference, split, expected):
    assert request_reference(reference, split) == expected


def test_a_content_key_ignores_form_and_order_and_nothing_else():
    key = content_key({"title": "A “study”", "recipient": "King’s"})
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert key == content_key({"recipient": "KING'S ", "title": 'a  "study"'})
    assert content_key({"a": "b", "c": "d"}) != content_key({"a": 'b","c":"d'})
    assert content_key({"a": "bc"}) != content_key({"ab": "c"})
    assert content_key({"a": ""}) != content_key({})


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=4))
def test_a_content_key_exists_for_any_fields(fields):
    assert content_key(fields) == content_key(dict(reversed(fields.items())))
