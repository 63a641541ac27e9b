"""What the browser tests ask a page: its live charts, its tables, and the open data both must equal."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from dashboard.figures import LABELS
from dashboard.measures import HEADLINE_EVENTS
from dashboard.tables import cell_text


PAGES = ("overview", "volumes", "recipients", "turnaround", "changes", "register")
FILTERED = tuple(
    name for name in PAGES if name != "changes"
)  # a change has no day or recipient type of its own
CHARTED = PAGES[:-1]  # a register's page lists rows and draws nothing
SAMPLE = "sample-npd-requests"
KINDS = ("added", "amended", "licence_ended", "left_no_reason_published", "typographic")
TABLED = ("added", "amended", "typographic", "licence_ended", "left_no_reason_published")

# The numbers in the figures of the document, by the exhibit they stand in; and what screen readers are told.
LIVE = """() => {
  if (document.body.dataset.charts !== "live") return {};
  const doc = Bokeh.documents.find((d) => d.get_model_by_name("address"));
  const found = {};
  for (const root of doc.roots()) {
    const figures = [...root.references()].filter((m) => m.type === "Figure");
    // A figure that is on the page: one that the filters leave nothing of is taken out with its exhibit.
    if (!figures.length || !document.getElementById(`live-${root.name}`)?.closest(".figure")) continue;
    const [figure] = figures;
    const attributes = figure.html_attributes;
    found[root.name] = {
      figures: figures.length,
      label: attributes instanceof Map ? attributes.get("aria-label") : attributes["aria-label"],
      marks: figure.renderers.map((r) => {
        const data = r.data_source.data;
        const columns = data instanceof Map ? [...data.entries()] : Object.entries(data);
        return { glyph: r.glyph.type, ...Object.fromEntries(columns.map(([k, v]) => [k, [...v].map(
          (x) => (typeof x === "number" && Number.isNaN(x) ? null : x))])) };
      }),
    };
  }
  return found;
}"""
MODELS = "() => Bokeh.documents.reduce((n, d) => n + d._all_models.size, 0)"


def until(page: Any, truth: Callable[[], object], *, seconds: float = 30) -> object:
    """Wait until `truth()`; its last value. (`wait_for_function` needs eval, which the pages' policy forbids.)"""
    end = time.monotonic() + seconds
    while True:
        found: object = None
        try:
            found = truth()
        except Exception as error:
            if "Execution context was destroyed" not in str(error):
                raise  # asked of a page that was on its way out: the next one is asked
        if found or time.monotonic() > end:
            return found
        page.wait_for_timeout(40)


class Gate:
    """Requests that a test keeps waiting: what comes late does so because the test says so, on any machine."""

    def __init__(self, page: Any, words: str, *, in_place: bool | None = None) -> None:
        self.page = page
        self.in_place = in_place
        self.opened = False
        self.kept: list[Any] = []
        page.route(lambda url: words in url, self._take)

    def _take(self, route: Any) -> None:
        wrong = self.in_place is not None and self.in_place != ("x-in-place" in route.request.headers)
        if self.opened or wrong:
            route.fallback()
        else:
            self.kept.append(route)

    def wait(self, count: int = 1) -> None:
        """Wait until so many requests have come to it."""
        assert until(self.page, lambda: len(self.kept) >= count), [r.request.url for r in self.kept]

    def open(self) -> None:
        """Let them through, and all that come after."""
        self.opened = True
        for route in self.kept:
            route.fallback()
        self.kept = []


def has_charts(site: Any, address: str) -> bool:
    """Whether the page's own HTML has places for live charts."""
    return b"data-live=" in site.get(address)


def live(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(LIVE)
    return found


def exhibits(page: Any) -> dict[str, str]:
    """Exhibit id -> address of its JSON."""
    found: dict[str, str] = {}
    for section in page.locator("#exhibits > section").all():
        key = section.locator("h2").get_attribute("id")
        found[key] = unescape(section.locator(".links a", has_text="JSON").get_attribute("href"))
    return found


def rows(site: Any, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.get(address))["rows"]
    asked = dict(parse_qsl(urlsplit(address).query))
    if urlsplit(address).path == "/data/backlog.json" and asked.get("interval") == "quarter":
        # The measure has months; a chart by quarter has the last of each, and the last there is.
        found = [r for r in found if int(r["month_end"][5:7]) % 3 == 0 or r is found[-1]]
    return found


def expected(site: Any, key: str, address: str) -> list[float | None]:
    """What the chart of an exhibit must draw, from the open data alone, series after series."""
    found = rows(site, address)
    if key == "volumes":
        first = next(c for c in ("received", "released", "decided") if any(r[c] is not None for r in found))
        second = {"received": "closed", "released": "first_released"}.get(first)
        columns = [first, *([second] if second and any(r[second] is not None for r in found) else [])]
        return [row[column] for column in columns for row in found]
    if key == "backlog":
        return [row["open"] for row in found]
    if key == "control-chart":
        return [row["value"] for row in found]
    if key == "recipient-flow":
        told = next(i for i, r in enumerate(found) if r["new_recipients"] is not None and r["recipients"])
        return [r[column] for column in ("new_recipients", "returning_recipients") for r in found[told:]]
    if key == "recipients":
        return [row["share"] for row in found if row["share"] is not None]
    if key == "outcomes":
        return sorted(row["requests"] for row in found if row["requests"])
    if key == "top-recipients":
        unit = "releases" if found[0]["releases"] is not None else "requests"
        return [row[unit] for row in found]
    if key == "turnaround-by-year":
        return [row["median"] for row in found if row["n"] and row["events"] >= HEADLINE_EVENTS]
    if key == "by-edition":
        counts = Counter((row["edition"], row["kind"]) for row in found)
        return [
            counts[edition, kind]
            for kind in KINDS[:4]
            for edition in dict.fromkeys(r["edition"] for r in found)
        ]
    if key == "ever-seen":
        return [row[column] for column in ("ever_seen", "still_listed") for row in found]
    raise AssertionError(f"no oracle for {key}")


def drawn(figure: dict[str, Any], key: str) -> list[float | None]:
    """The values in a live figure, in the order of `expected`."""
    values: list[float | None] = []
    for marks in figure["marks"]:
        if marks["glyph"] in ("VBar", "HBar") or (marks["glyph"] == "Line" and marks["slot"][0] == "0"):
            values += marks["value"]
    return sorted(v for v in values if v is not None) if key == "outcomes" else values


def same(a: list[float | None], b: list[float | None]) -> bool:
    return len(a) == len(b) and all(
        x is y if x is None or y is None else math.isclose(x, y, abs_tol=1e-6)
        for x, y in zip(a, b, strict=True)
    )


def check_curve(site: Any, figure: dict[str, Any], address: str) -> bool:
    """Whether the drawn step curve goes through the survival curve's own points, and no others."""
    parts = urlsplit(address)
    query = {k: v for k, v in parse_qsl(parts.query) if k not in ("interval", "cohort", "by")}
    points = {(r["day"], r["survival"]) for r in rows(site, f"/data/survival-curve.json?{urlencode(query)}")}
    line = next(m for m in figure["marks"] if m["glyph"] == "Line" and m["slot"][0] == "0")
    shown = [(round(x), y) for x, y in zip(line["x"], line["value"], strict=True) if y is not None]
    heights = [1.0, *(y for _, y in points)]
    day, last = shown[-1]
    # A step has a corner at each day: the height before it and the height from it.
    return (
        len(shown) > 1
        and all(any(math.isclose(y, h, abs_tol=1e-6) for h in heights) for _, y in shown)
        and any(day == d and math.isclose(last, h, abs_tol=1e-6) for d, h in points)
    )


# Steps of several ways of ending, and two curves of bounds: tests/data/test_endings_from_facts.py and
# test_between_editions.py hold their figures. Those of counts of people are held by test_series_exhibits.py there.
NOT_COMPARED = frozenset({"outcomes-by-day", "turnaround-bounds"})


def finding(page: Any, key: str) -> str:
    """What a figure finds: its heading, or the page's own where that says it and the figure's only names the table."""
    section = page.locator("section", has=page.locator(f"h2[id='{key}']"))
    said: str = section.locator("h2").inner_text()
    caption = section.locator("caption").first.text_content() or ""
    return page.locator("h1").inner_text() if said == caption.strip() else said


def differences(site: Any, page: Any, *, charts: bool = True) -> list[str]:
    """Where the live charts and the tables of a page differ from the open data under its own address."""
    wrong: list[str] = []
    figures = live(page) if charts else {}
    places = page.locator(".figure[data-live]").evaluate_all("all => all.map((e) => e.dataset.live)")
    if charts and set(figures) != set(places):
        return [f"live charts {sorted(figures)} for the places {sorted(places)}"]
    for key, address in exhibits(page).items():
        if key in NOT_COMPARED or key.startswith("people-"):
            continue
        if key in figures:
            figure = figures[key]
            title = finding(page, key)
            if not figure["label"].startswith(f"{title}."):
                wrong.append(f"{key}: called {figure['label'][:60]!r}, not {title!r}")
            if figure["figures"] != 1:
                wrong.append(f"{key}: {figure['figures']} figures")
            if key == "turnaround":
                right = check_curve(site, figure, address)
            else:
                right = same(drawn(figure, key), expected(site, key, address))
            if not right:
                wrong.append(f"{key}: draws {drawn(figure, key)[:12]}")
        wrong += _table_differences(site, page, key, address)
    return wrong


def _table_differences(site: Any, page: Any, key: str, address: str) -> list[str]:
    table = page.locator("section", has=page.locator(f"h2[id='{key}']")).locator("table")
    # One call for the whole table: a call a cell takes seconds.
    head, body = table.evaluate(
        """t => [[...t.tHead.rows[0].cells].map(c => c.textContent),
                 [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent))]"""
    )
    names = {label: (name, kind) for name, (label, kind) in LABELS.items()}
    found = rows(site, address)
    if key in KINDS:
        listed = [row["reference"] for row in found if row["kind"] == key][: 25 if key == "added" else 100]
        shown = [row[0] for row in body]
        return (
            []
            if shown == [r if "unreferenced" not in r else "none given" for r in listed]
            else [f"{key}: {shown}"]
        )
    if key == "by-edition":
        counts = Counter((row["edition"], row["kind"]) for row in found)
        wanted = [
            [e, *(str(counts[e, kind]) for kind in TABLED)]
            for e in dict.fromkeys(r["edition"] for r in found)
        ]
        return [] if [[c.replace(",", "") for c in row] for row in body] == wanted else [f"{key}: {body}"]
    if key in ("turnaround-by-year", "turnaround-by-year-closed"):
        found = [r for r in found if r["n"]]
    if key == "turnaround-by-type":
        # Those that the test compares, by how many ended; a note names the others.
        found = sorted((r for r in found if r["expected"] is not None), key=lambda r: r["group_label"])
        body = sorted(body)
    if key == "outcomes":
        found = [r for r in found if r["requests"]]
        body, found = sorted(body), sorted(found, key=lambda r: r["group_label"])
    if len(body) != len(found):
        return [f"{key}: {len(body)} rows in the table, {len(found)} in the data"]
    wrong = []
    for place, label in enumerate(head):
        name, kind = names.get(label.split(",")[0], ("", "text"))
        if place == 0 or not found or name not in found[0]:
            continue
        if (
            key == "outcomes" and name == "share"
        ):  # the page's share is of requests, the measure's of releases
            total = sum(r["requests"] for r in found)
            found = [{**r, "share": r["requests"] / total} for r in found]
        for shown, row in zip(body, found, strict=True):
            if row[name] is not None and shown[place] != cell_text(row[name], kind, missing=""):
                wrong.append(f"{key}: {label} of {shown[0]} is {shown[place]}, not {row[name]}")
    return wrong


def choose(page: Any, name: str, value: str) -> None:
    """Set one field of the filter form as a reader would."""
    box = page.locator(f"form.filters [name={name}]:not([type=checkbox])")
    if box.evaluate("e => e.tagName") == "SELECT":
        box.select_option(value)
    else:
        box.fill(value)
        box.press("Tab")


def query_of(page: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def shows(page: Any) -> object:
    """Whether the page's words are of its address: going back changes the address first, and loading a page too."""
    return page.evaluate(
        """() => document.readyState === "complete"
        && document.body.dataset.shown === location.pathname + location.search"""
    )


def settled(site: Any, page: Any, **query: str) -> list[str]:
    """Wait for the address to say `query`, and for words and charts to follow; what differs from the data then."""
    assert until(
        page, lambda: all(query_of(page).get(k, "") == v for k, v in query.items()) and shows(page)
    ), page.url
    wrong: list[str] = []

    def right() -> bool:
        nonlocal wrong
        wrong = differences(site, page)
        return not wrong

    until(page, right)
    return wrong
