"""The static chart: well-formed, the same each time, escaped in every slot, honest about gaps."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from dashboard.exhibits import Chart, Exhibit, Series, Table
from dashboard.html import environment
from dashboard.svg import nice_ticks, point_words, svg_chart, svg_figure, text_width, tick_text, wrap


HOSTILE = "<img src=x onerror=alert(1)> & \"'"
SVG = "{http://www.w3.org/2000/svg}"
YEARS = tuple(str(year) for year in range(2012, 2026))


def chart(**changes):
    values = {
        "kind": "columns",
        "x": YEARS,
        "x_label": "calendar year",
        "y_label": "releases",
        "series": (series(tuple(range(1, 15))),),
    }
    return Chart(**(values | changes))


def series(values, label="Releases", **bounds):
    return Series(key=label, label=label, values=tuple(values), **bounds)


def drawn(chart, *, width=720, title="Title", summary="Summary"):
    return ElementTree.fromstring(svg_chart(chart, key="k", title=title, summary=summary, width=width))


def words(root):
    return [element.text for element in root.iter(f"{SVG}text")] + [
        title.tail for title in root.iter(f"{SVG}title") if title.tail and title.tail.strip()
    ]


FOUR = tuple(series(range(i, i + 14), label) for i, label in enumerate(("A", "B", "C", "D")))
STEPS = {"kind": "steps", "x": (0.0, 10.0, 25.0, 60.0), "value_kind": "share", "y_max": 1.0}
CASES = {
    "columns": chart(),
    "one column": chart(x=("2025",), series=(series([1]),)),
    "zeros": chart(series=(series([0] * 14),)),
    "four series": chart(series=FOUR, partial=frozenset({13})),
    "words under columns": chart(x=("Released", "Not pursued by the applicant"), series=(series([5, None]),)),
    "bars": chart(kind="bars", partial=frozenset({0})),
    "forty bars": chart(kind="bars", x=tuple(f"Body {i}" for i in range(40)), series=(series(range(40)),)),
    "lines": chart(kind="lines", series=FOUR, marks=((3, "new route"), (4, "a long change of regime"))),
    "steps": chart(
        **STEPS, series=(series([1, 0.8, None, 0.2], low=(0.9, 0.7, None, 0.1), high=(1, 0.9, None, 0.3)),)
    ),
    "all missing": chart(series=(series([None] * 14),)),
    "nothing": chart(x=(), series=()),
    "linked": chart(links=tuple(f"/register?year={year}" for year in YEARS)),
}


@pytest.mark.parametrize("width", [720, 340])
@pytest.mark.parametrize("name", CASES)
def test_each_kind_is_well_formed_and_the_same_each_time(name, width):
    first = svg_chart(CASES[name], key="k", title="T", summary="S", width=width)
    root = ElementTree.fromstring(first)
    assert root.tag == f"{SVG}svg"
    assert "nan" not in first
    assert "inf" not in first.replace("information", "")
    assert first == svg_chart(CASES[name], key="k", title="T", summary="S", width=width)
    # One decimal at most, which keeps the page small.
    assert not re.search(r"\d\.\d{2,}", re.sub(r"fill-opacity=\"[\d.]+\"", "", first))


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_drawn_outside_the_picture(name):
    for width in (720, 340):
        root = drawn(CASES[name], width=width)
        height = float(root.get("viewBox").split()[3])
        for rect in root.iter(f"{SVG}rect"):
            if "x" in rect.attrib:
                assert float(rect.get("x")) >= -1
                assert float(rect.get("x")) + float(rect.get("width")) <= width + 1
                assert float(rect.get("y")) >= -1
                assert float(rect.get("y")) + float(rect.get("height")) <= height + 1


def test_a_given_height_is_kept():
    for kind in ("columns", "bars", "lines"):
        root = ElementTree.fromstring(
            svg_chart(chart(kind=kind), key="k", title="T", summary="S", height=700)
        )
        assert float(root.get("viewBox").split()[3]) == pytest.approx(700, abs=0.1)


@pytest.mark.parametrize("kind", ["columns", "bars", "lines"])
def test_hostile_text_is_only_text(kind):
    hostile = chart(
        kind=kind,
        x=(HOSTILE, "2"),
        x_label=HOSTILE,
        y_label=HOSTILE,
        series=(series([1, 2], HOSTILE),)
        if kind == "bars"
        else (series([1, 2], HOSTILE), series([2, 3], "B")),
        links=(f"/{HOSTILE}", None),
        marks=((1, HOSTILE),),
        partial=frozenset({1}),
    )
    text = svg_figure(hostile, key=HOSTILE, title=HOSTILE, summary=HOSTILE)
    root = ElementTree.fromstring(text)
    assert "<img" not in text
    assert not list(root.iter("img"))
    assert f"{SVG}title" in {element.tag for element in root.iter()}
    assert next(root.iter(f"{SVG}desc")).text == HOSTILE
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


def test_only_addresses_on_this_site_are_linked():
    links = (
        "//evil.test",
        "https://evil.test",
        "javascript:alert(1)",
        "/\\evil.test",
        "/\t/evil.test",
        "/ok",
        "#ok",
    )
    root = drawn(chart(x=YEARS[:7], series=(series(range(7)),), links=links))
    assert [link.get("href") for link in root.iter(f"{SVG}a")] == ["/ok", "#ok"]


def test_a_picture_with_links_is_a_group_and_its_marks_have_names():
    root = drawn(chart(links=("/a", *[None] * 13)))
    assert root.get("role") == "group"
    assert next(root.iter(f"{SVG}a")).get("aria-label") == "2012: 1 release"
    assert drawn(chart()).get("role") == "img"
    assert drawn(chart(links=("//evil.test", *[None] * 13))).get("role") == "img"


def test_marks_too_narrow_to_touch_are_not_links():
    assert not list(drawn(CASES["linked"], width=340).iter(f"{SVG}a"))
    assert len(list(drawn(CASES["linked"]).iter(f"{SVG}a"))) == 14


def test_ids_are_named_and_unique_in_a_figure():
    text = svg_figure(chart(partial=frozenset({3})), key="volumes by year", title="T", summary="S")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for reference in re.findall(r'aria-labelledby="([^"]+)"', text):
        assert set(reference.split()) <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_a_gap_lifts_the_pen_and_is_explained():
    root = drawn(chart(kind="lines", x=YEARS[:4], series=(series([1, 2, None, 4]),)))
    line = next(path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "2.5")
    assert line.get("d").count("M") == 2
    assert "gap: not published" in words(root)


def test_a_missing_column_is_not_a_zero():
    root = drawn(chart(x=YEARS[:3], series=(series([0, None, 5]),)))
    said = words(root)
    assert "0" in said
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert "2013: not published" in titles
    assert "2012: 0 releases" in titles


def test_all_missing_and_nothing_are_said_in_words():
    assert "not published" in words(drawn(CASES["all missing"]))
    assert "nothing to show" in words(drawn(CASES["nothing"]))


def test_what_is_not_complete_is_hatched_and_named():
    root = drawn(chart(partial=frozenset({13})))
    assert "not complete yet" in words(root)
    assert [rect.get("fill") for rect in root.iter(f"{SVG}rect")].count("url(#k-p0)") == 1
    assert point_words(chart(partial=frozenset({0})), 0) == "2012: 1 release (not complete yet)"


def test_a_series_whose_name_holds_the_unit_says_it_once():
    pair = (series([39], "Releases made"), series([1], "Still listed"))
    assert (
        point_words(chart(x=("2012",), series=pair), 0) == "2012: Releases made 39 and Still listed 1 release"
    )


def test_crowded_marks_are_numbered_and_explained_in_full():
    marks = ((4, "a change with a long name"), (5, "another change with a long name"), (6, "and a third one"))
    wide = drawn(chart(kind="lines", marks=((3, "GDPR"), (9, "new route"))))
    assert {"GDPR", "new route"} <= set(words(wide))
    narrow = words(drawn(chart(kind="lines", marks=marks), width=340))
    assert {"1", "2", "3"} <= set(narrow)
    for _, text in marks:
        assert text in narrow


def test_labels_of_rules_do_not_meet():
    marks = tuple((i, f"change {i}") for i in (2, 3, 4, 11, 12))
    root = drawn(chart(kind="lines", marks=marks))
    placed = [
        (float(t.get("x")), float(t.get("x")) + text_width(t.text, 13), t.get("y"))
        for t in root.iter(f"{SVG}text")
        if t.text and t.text.startswith("change ")
    ]
    for i, (start, end, y) in enumerate(placed):
        for other_start, other_end, other_y in placed[i + 1 :]:
            assert y != other_y or end < other_start or other_end < start


def test_years_are_thinned_and_the_last_is_kept():
    root = drawn(chart(x=tuple(str(y) for y in range(1986, 2026)), series=(series(range(40)),)), width=340)
    years = [text for text in words(root) if text and re.fullmatch(r"\d{4}", text) and text > "1980"]
    assert years[-1] == "2025"
    assert len(years) < 10


def test_months_are_thinned_to_januaries():
    months = tuple(f"{m} {y}" for y in (2019, 2020, 2021) for m in ("Jan", "Apr", "Jul", "Oct"))
    every = tuple(
        f"{m} {y}"
        for y in range(2019, 2024)
        for m in ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )
    assert "Oct 2021" not in words(drawn(chart(x=months, series=(series(range(12)),)), width=340))
    shown = [text for text in words(drawn(chart(x=every, series=(series(range(60)),)))) if text in every]
    assert shown == ["Jan 2019", "Jan 2020", "Jan 2021", "Jan 2022", "Jan 2023"]


def test_a_step_holds_its_value_to_the_right_edge():
    root = drawn(chart(**STEPS, series=(series([1, 0.8, 0.5, 0.2]),)))
    line = next(path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "2.5")
    assert re.fullmatch(r"M[\d. ]+(H[\d.]+V[\d.]+)+H[\d.]+", line.get("d"))


def test_a_band_has_one_closed_shape_for_each_run():
    band = next(path for path in drawn(CASES["steps"]).iter(f"{SVG}path") if path.get("fill-opacity"))
    assert band.get("d").count("Z") == 2


def test_several_lines_differ_in_more_than_colour():
    root = drawn(chart(kind="lines", series=FOUR))
    lines = [
        path.get("stroke-dasharray") for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "2.5"
    ]
    assert len(set(lines)) == 4
    assert {"A", "B", "C", "D"} <= set(words(root))


def test_the_value_axis_starts_at_nought_and_is_round():
    assert nice_ticks(312, 4, whole=True) == (0, 100, 200, 300, 400)
    assert nice_ticks(1, 4, whole=True) == (0, 1)
    assert nice_ticks(0, 4, whole=True) == (0, 1)
    assert nice_ticks(1.0, 4, whole=False) == (0, 0.25, 0.5, 0.75, 1.0)
    assert [tick_text(tick, "share") for tick in nice_ticks(0.03, 4, whole=False)] == ["0%", "1%", "2%", "3%"]
    assert tick_text(1500, "count") == "1,500"
    assert tick_text(0.05, "days") == "0.05"


def test_long_labels_wrap_and_what_is_cut_is_in_the_title():
    long = "Department for Levelling Up, Housing and Communities and its many predecessor bodies"
    assert wrap(long, 150, 14, 2)[1].endswith("…")
    root = drawn(chart(kind="bars", x=(long,), series=(series([3]),)))
    assert long in [title.text for title in root.iter(f"{SVG}title")]


def test_what_cannot_be_drawn_is_an_error():
    with pytest.raises(ValueError, match="at most 4"):
        drawn(chart(series=(*FOUR, series(range(14), "E"))))
    with pytest.raises(ValueError, match="at most 1"):
        drawn(chart(kind="bars", series=FOUR))
    with pytest.raises(ValueError, match="3 values for 14 positions"):
        drawn(chart(series=(series([1, 2, 3]),)))
    with pytest.raises(ValueError, match="1 links for 14 positions"):
        drawn(chart(links=("/a",)))


def exhibit(**changes):
    table = Table(caption=HOSTILE, columns=(), rows=())
    values = {"key": "volumes", "title": HOSTILE, "summary": HOSTILE, "table": table, "chart": chart()}
    return Exhibit(**(values | changes))


def page(e, **options):
    return str(environment().get_template("exhibit.html").module.exhibit(e, **options))


def test_the_exhibit_escapes_its_words_and_links_home():
    text = page(exhibit(notes=(HOSTILE,), source=HOSTILE, measure="volumes", query="register=a&year=2017"))
    assert "<img" not in text
    assert 'href="/data/volumes.csv?register=a&amp;year=2017"' in text
    assert 'href="/data/volumes.json?register=a&amp;year=2017"' in text
    assert 'href="/data/volumes.csv?register=a&amp;year=2017&amp;rows=1"' in text
    assert 'href="/data/volumes.csv?rows=1"' in page(exhibit(measure="volumes"))
    assert "/data/" not in page(exhibit())


def test_the_exhibit_without_a_chart_opens_its_table():
    assert "<details open>" in page(exhibit(chart=None))
    assert "<details>" in page(exhibit())
    assert "<svg" not in page(exhibit(chart=None))


def test_the_live_chart_takes_over_from_the_static_one():
    text = page(exhibit(), live=True)
    assert re.search(r'data-live="volumes">\s*<div class="chart">', text)
    assert "data-live" not in page(exhibit())
