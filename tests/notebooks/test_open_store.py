"""The front door: what a statistician finds behind `open_store`, in completion, in help and in a cell."""

from __future__ import annotations

import inspect
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any, Literal, get_args

import holoviews as hv
import jedi
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from dashboard import measures, open_store
from dashboard.errors import AccessReviewError, UsageError
from dashboard.filters import BASES, COHORTS, FIELDS, GROUPINGS, INTERVALS
from dashboard.measures import MEASURES, Measured, find_measure, functions
from dashboard.notebook import OpenStore
from dashboard.sample import LEGACY, SHARES
from dashboard.settings import CHECKOUT
from dashboard.store import Store
from dashboard.vocabulary import CLOCKS, UNITS
from tests.conftest import BuiltSample


METHODS = {name: name.replace("-", "_") for name in MEASURES}


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_a_function_and_a_method_with_its_filters_as_keywords(name: str) -> None:
    function = getattr(measures, METHODS[name])
    signature = inspect.signature(function)
    keywords = {k.rstrip("_") for k in signature.parameters} - {"store"}
    assert keywords == find_measure(name).takes
    assert getattr(OpenStore, METHODS[name]) is function
    assert all(p.annotation is not p.empty for p in signature.parameters.values())
    defaults = {
        k: p.default for k, p in signature.parameters.items() if k != "store" and p.default is not None
    }
    assert defaults == find_measure(name).defaults


@pytest.mark.parametrize("name", MEASURES)
def test_help_says_what_each_column_and_filter_is(name: str) -> None:
    words = inspect.getdoc(getattr(measures, METHODS[name])) or ""
    for column in find_measure(name).columns:
        assert f"\n{column} : " in words, column
    for keyword in inspect.signature(getattr(OpenStore, METHODS[name])).parameters:
        assert keyword in ("store", "self") or f"\n{keyword} : " in words, keyword
    assert f"docs/definitions.md, '{name}'" in words
    assert "Source:" in words


def test_the_keywords_are_the_filter_vocabulary() -> None:
    assert tuple(functions.Asked.__annotations__) == tuple(field for _, field in FIELDS)
    assert tuple(functions.FILTER_WORDS) == tuple(field for _, field in FIELDS)
    allowed = {
        "basis": BASES, "clock": tuple(CLOCKS), "unit": UNITS, "cohort": COHORTS, "interval": INTERVALS,
        "by": GROUPINGS,
    }  # fmt: skip
    for keyword, choices in allowed.items():
        [literal] = [t for t in get_args(functions._types()[keyword]) if t is not type(None)]
        assert literal == Literal[choices], keyword


def test_completion_finds_measures_and_filters(opened: OpenStore) -> None:
    def found(text: str) -> list[str]:
        return [
            c.name
            for c in jedi.Interpreter(text, [{"store": opened, "volumes": measures.volumes}]).complete()
        ]

    assert "top_recipients" in found("store.top")
    assert found("store.volumes(int") == ["interval="]
    assert found("store.turnaround(register='a', cl") == ["clock="]
    assert "register=" in found("volumes(store, reg")
    assert "target=" not in found("store.volumes(tar")  # which volumes does not use


def test_ipython_completes_keywords_too(opened: OpenStore) -> None:
    shell = InteractiveShell()
    shell.user_ns["store"] = opened
    text = "store.volumes(int"
    try:
        with provisionalcompleter():
            found = [c.text for c in shell.Completer.completions(text, len(text))]
    finally:
        shell.history_manager.end_session()
    assert "interval=" in found


def test_a_method_and_its_function_are_one(opened: OpenStore) -> None:
    asked = {"register": LEGACY, "interval": "year"}
    assert opened.volumes(**asked).csv() == measures.volumes(opened, **asked).csv()
    assert opened.measure("volumes", **asked).csv() == measures.measure("volumes", opened, **asked).csv()


def test_filters_are_read_as_people_write_them(opened: OpenStore) -> None:
    one = opened.volumes(register=LEGACY, from_=2016, to=date(2016, 12, 31), type=["university", "charity"])
    other = opened.volumes(register=LEGACY, from_="2016-01-01", to="2016", type="university,charity")
    assert one.csv() == other.csv()
    assert one.dicts()[0]["received"] > 0


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: s.volume(), "did you mean 'volumes'"),
        (lambda s: s.measure("turnarond"), "did you mean 'turnaround'"),
        (lambda s: s.volumes(typ="university"), "did you mean 'type'"),
        (lambda s: s.volumes(by="typ"), "did you mean 'type'"),
        (lambda s: s.volumes(register="sample-npd-request"), f"did you mean '{LEGACY}'"),
        (lambda s: s.volumes(register="nobody"), f"registers here: {LEGACY}, {SHARES}"),
        (lambda s: s.volumes(register=LEGACY, edition="1999-01-01"), "editions: 2015-06-30"),
        (lambda s: s.volumes(from_="last year"), "must be a day such as 2018-01-31 or a year"),
        (lambda s: s.exhibit("volume", "volumes"), "did you mean 'volumes'"),
        (lambda s: s.exhibit("volumes", "backlogs"), "did you mean 'backlog'"),
        (lambda s: s.exhibit("volumes", "volumes", register="nobody"), "registers here"),
        (lambda s: s.volumes(register=LEGACY).hvplot(y="recieved"), "its columns are"),
        (lambda s: s.volumes(register=LEGACY).rows().hvplot(), "use .df"),
    ],
)
def test_errors_teach(opened: OpenStore, ask, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        ask(opened)
    assert words in str(raised.value)
    assert raised.value._render_traceback_() == [f"{type(raised.value).__name__}: {raised.value}"]


def test_what_is_not_there_is_not_there_for_python_either(opened: OpenStore) -> None:
    assert not hasattr(opened, "volume")
    assert not hasattr(opened, "_ipython_display_")


def test_a_filter_that_is_not_used_is_a_note(opened: OpenStore) -> None:
    [note] = [
        n for n in opened.volumes(register=LEGACY, clock="received_to_decision").notes if "Not applied" in n
    ]
    assert "'clock'" in note


def test_the_frame_has_types_and_says_where_it_is_from(opened: OpenStore) -> None:
    found = opened.volumes(register=LEGACY, interval="year")
    frame = found.df
    assert len(frame) == len(found) == len(found.dicts())
    assert str(frame["received"].dtype) == "Int64"
    assert str(frame["interval_start"].dtype).startswith("datetime64")
    assert frame["refused"].isna().any()  # before refusals were published
    assert frame.attrs["build"] == opened.build.id
    assert frame.attrs["notes"] == list(found.notes)
    [source] = frame.attrs["source"]
    assert "Synthetic sample data" in source


def test_rows_are_what_the_figures_count(opened: OpenStore) -> None:
    found = opened.volumes(register=LEGACY, from_=2016, to=2016)
    entries = found.rows()
    counted = [r for r in entries.dicts() if r["counted_as"] == "received"]
    assert len(counted) == found.dicts()[0]["received"] > 0
    assert entries.csv() == measures.rows("volumes", opened, register=LEGACY, from_=2016, to=2016).csv()
    assert entries.rows() is entries
    assert {"edition", "sheet", "sheet_row"} <= set(entries.columns)
    # A default of the measure's is no filter of the rows: the command line leaves it out as well.
    alone = measures.rows("recipients", opened, register=LEGACY).csv()
    assert opened.recipients(register=LEGACY).rows().csv() == alone


def test_rows_of_another_build_are_refused(opened: OpenStore) -> None:
    found = opened.volumes(register=LEGACY)
    other = Measured(
        result=measures.MeasureResult(**{**vars(found.result), "build": "0" * 16}),
        asked=found.asked,
        store=opened,
    )
    with pytest.raises(AccessReviewError, match="in force now"):
        other.rows()


def test_the_query_is_shown_with_what_was_bound_to_it(opened: OpenStore) -> None:
    found = opened.volumes(register=LEGACY, type=["university"])
    sql = found.sql
    assert sql == measures.measure("volumes", opened, register=LEGACY).sql
    assert sql.values["register"] == LEGACY
    assert sql.values["type"] == ["university"]
    assert f"$register = '{LEGACY}'" in repr(sql)
    assert (
        "$type = [&#x27;university&#x27;]" in sql._repr_html_()
        or "$type = ['university']" in sql._repr_html_()
    )
    assert set(opened.volumes(register=LEGACY).rows().sql.values) >= {"register"}


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)


def test_a_result_shows_itself_with_caption_notes_and_source(opened: OpenStore) -> None:
    found = opened.spells(register=LEGACY)
    html = found._repr_html_()
    tags = Tags(html).seen
    assert tags.count("tr") == 21  # the head and the first rows
    assert "caption" in tags
    assert '<th scope="col" role="columnheader">start_low</th>' in html
    assert found.dicts()[0]["start_low"].isoformat() in html
    assert f"The first 20 of {len(found):,} rows; .df has them all." in html
    assert "Synthetic sample data" in html
    assert "How spells is worked out" in html
    assert f"and {len(found) - 10:,} more rows" in repr(found)


def test_what_a_workbook_says_is_text_in_a_notebook(opened: OpenStore) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    found = opened.volumes(register=LEGACY)
    result = measures.MeasureResult(
        measure="volumes", columns=("group",), rows=((hostile,),), notes=(hostile,), filters=found.filters,
        build=found.build, sql="",
    )  # fmt: skip
    html = Measured(result=result, asked=found.asked, store=opened)._repr_html_()
    assert "img" not in Tags(html).seen
    assert "&lt;img" in html


def test_a_store_says_what_is_in_it(opened: OpenStore) -> None:
    assert opened.registers()[:2] == [LEGACY, SHARES]
    assert LEGACY in repr(opened)
    assert "synthetic sample data" in repr(opened)
    html = opened._repr_html_()
    assert "table" in Tags(html).seen
    assert "top_recipients" in html


def test_a_session_stays_on_the_build_it_opened(sample_data: BuiltSample) -> None:
    with open_store(sample_data.settings.data) as store:
        assert store.pinned == store.build.id
    with pytest.raises(AccessReviewError, match="there is no build"):
        open_store(sample_data.settings.data, build="nothing")
    assert isinstance(store, Store)


def test_the_walk_of_the_how_to_works(
    sample_data: BuiltSample, opened: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS_REVIEW_DATA", str(sample_data.settings.data))
    text = (CHECKOUT / "docs" / "how-to-explore.md").read_text("utf-8")
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for block in blocks:
        *before, last = block.strip().splitlines()
        exec("\n".join(before), names)
        names["shown"] = eval(last, names)
    assert len(blocks) == 3
    assert hv.render(names["shown"], backend="bokeh").title.text.startswith("Median time")
    for code in re.findall(r"\| `([^`]+)`", text.partition("| you want | write |")[2]):
        if not code.endswith(("?", ".", "(")):
            eval(code.replace("print(", "str("), names)
    names["store"].close()
