"""Findings in words, from measures: what changed, how much, who, how long, and what cannot be said.

At most six sentences, one point each, each standing alone and leading to its exhibit. A sentence never claims
a change that the rows do not support; where there is nothing to say it says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard import figures, history_figures
from dashboard.figures import Tile
from dashboard.filters import Filters
from dashboard.measures import DEFAULT_CLOCK, Scope, measure
from dashboard.measures.refusals import enough, estimate, not_measurable, quoted, refused
from dashboard.store import Store
from dashboard.text import day, join_words, number, plural, published_words
from dashboard.vocabulary import CLOCKS


MOST = 6
NOT_SAID = ("received", "refused", "not_pursued", "released")
SAID = {
    "received": "when requests were received",
    "refused": "refusals",
    "not_pursued": "requests not pursued",
    "released": "releases",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One sentence and the page that shows it."""

    text: str
    link: str = ""


def headline(store: Store, filters: Filters) -> str:
    """The page's first words: the finding on volume, or what the register cannot support."""
    scope = figures.scope_of(store, filters)
    if quoted(scope):
        return f"{scope.short_title}: entries that others quoted, which support no count"
    exhibit = figures.volumes_exhibit(store, replace(filters, interval="year"))
    if exhibit is None:
        return f"{scope.short_title}: nothing matches these filters"
    return exhibit.title


def findings(store: Store, filters: Filters) -> list[Finding]:
    """At most six sentences about one register under the filters."""
    scope = figures.scope_of(store, filters)
    query = "?" + filters.query()
    found = [
        _range(store, scope, filters, query),
        _who(store, filters, query),
        _how_long(store, scope, filters, query),
        _waiting(store, filters, query),
        _edition(store, scope, filters, query),
        _not_included(scope),
    ]
    return [f for f in found if f][:MOST]


def _range(store: Store, scope: Scope, filters: Filters, query: str) -> Finding | None:
    exhibit = figures.volumes_exhibit(store, replace(filters, interval="year"))
    if exhibit is None or exhibit.chart is None:
        return None
    chart = exhibit.chart
    # Years that are cut, at either end, would make the range look wider than it is.
    yearly = replace(filters, interval="year", by=None)
    whole = figures.whole_intervals(scope, yearly, measure("volumes", store, filters=yearly))
    values = [chart.series[0].values[i] or 0 for i in whole]
    years = [chart.x[i] for i in whole]
    if len(values) < 2:
        text = exhibit.summary
        if scope.listed_from and chart.x and int(chart.x[0]) < scope.listed_from.year:
            text += (
                f" Before {day(scope.listed_from)} the counts are at least: older cases are no longer listed."
            )
        return Finding(text=text, link=f"/volumes{query}")
    noun = chart.y_label
    low, high = min(values), max(values)
    return Finding(
        text=f"Between {years[0]} and {years[-1]} the yearly number of {noun} ranged from {number(low)} "
        f"({years[values.index(low)]}) to {number(high)} ({years[values.index(high)]}).",
        link=f"/volumes{query}",
    )


def _who(store: Store, filters: Filters, query: str) -> Finding | None:
    exhibit = figures.recipients_exhibit(store, filters)
    if exhibit is None:
        return None
    top = figures.top_recipients_exhibit(store, filters)
    # "… since 1 April 2015" is said once, at the end of the sentence.
    title, since, day_words = exhibit.title.partition(" since ") if top else (exhibit.title, "", "")
    second = f"; {_lower(top.title.removesuffix(since + day_words))}" if top else ""
    return Finding(text=f"{title}{second}{since}{day_words}.", link=f"/recipients{query}")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _how_long(store: Store, scope: Scope, filters: Filters, query: str) -> Finding:
    link = f"/turnaround{query}"
    clock = filters.clock or "received_to_outcome"
    answerable, words = scope.clocks[clock]
    if not answerable:
        return Finding(
            text=f"How long requests took {CLOCKS[clock]} cannot be worked out. {words}".strip(), link=link
        )
    allowed = estimate(scope, replace(filters, cohort=None))
    if not allowed.curve:
        return Finding(text=f"{allowed.headline}.", link=link)
    exhibit = figures.turnaround_exhibit(store, filters)
    if exhibit is None:
        return Finding(
            text="No case under these filters has both dates, so no waiting time is given.", link=link
        )
    counted = ", open cases counted" if exhibit.title.startswith(("Half", "Cause")) else ""
    return Finding(text=f"{exhibit.title}{counted}.", link=link)


def _waiting(store: Store, filters: Filters, query: str) -> Finding | None:
    exhibit = figures.backlog_exhibit(store, filters)
    return Finding(text=f"{exhibit.title}.", link=f"/volumes{query}#backlog") if exhibit else None


def _edition(store: Store, scope: Scope, filters: Filters, query: str) -> Finding:
    # A page pinned to an edition still says how many there are; a day in the past knows only those of its time.
    listed = measure("editions", store, register=scope.register, known_on=filters.known_on).dicts()
    found = [e for e in listed if e["withdrawn_on"] is None]
    many = (
        "The one edition held" if len(found) == 1 else f"{plural(len(found), 'edition')} are held; the latest"
    )
    compared = history_figures.compare(store, filters)
    if compared is not None and not refused(scope, "change"):
        told = join_words(history_figures.told(compared)) or "nothing changed"
        held = history_figures.edition_words(found)
        return Finding(
            text=f"{held[:1].upper()}{held[1:]}; in the one of {history_figures.day_of(compared.edition)}, against "
            f"the one before: {told}.",
            link=f"/changes{query}",
        )
    lag = published_words(scope.published, scope.published_basis, scope.as_at)
    return Finding(text=f"{many} describes {day(scope.as_at)}, {lag}.", link=f"/register{query}")


def _not_included(scope: Scope) -> Finding | None:
    silent = [SAID[c] for c in NOT_SAID if not scope.columns[c][0]]
    if refused(scope, "count"):
        return Finding(
            text="Not included: anything that nobody quoted. No volume, share or typical time can be drawn "
            "from these entries."
        )
    if not silent:
        return None
    return Finding(text=f"Not published, so not shown: {join_words(silent)}.")


def tiles(store: Store, filters: Filters) -> list[Tile]:
    """Up to four headline numbers with unit and label."""
    scope = figures.scope_of(store, filters)
    if refused(scope, "count"):
        return []
    found: list[Tile] = []
    counted = figures.main_count(scope)
    asked = filters
    # A total that mixes years listed whole with years of which only some is left would say neither.
    listed = figures.fully_listed(store, scope, filters)
    filters, since = listed if listed else (filters, ", at least")
    result = measure("volumes", store, filters=replace(filters, interval=None, by=None)).dicts()[0]
    if counted:
        column, label, noun, _ = counted
        value = result[column] or 0
        found.append(
            Tile(
                value=number(value),
                unit=noun + ("s" if value != 1 else ""),
                label=label + since,
                link="/volumes?" + filters.query(),
            )
        )
    people = measure("recipients", store, filters=replace(filters, by=None))
    named = {r["recipients"] for r in people.dicts()}
    if named and None not in named:
        top = measure("top-recipients", store, filters=replace(filters, limit=1_000_000))
        found.append(
            Tile(
                value=number(len(top.rows)),
                unit="organisation" if len(top.rows) == 1 else "organisations",
                label="Recipients" + since,
                link="/recipients?" + filters.query(),
            )
        )
    if not not_measurable(scope, DEFAULT_CLOCK) and estimate(scope, asked).curve:
        rows = measure(
            "turnaround", store, filters=replace(asked, interval=None, by=None, clock=None)
        ).dicts()
        row = max(rows, key=lambda r: r["n"] or 0)
        if enough(row["events"]) and row["median"] is not None:
            found.append(
                Tile(
                    value=number(row["median"]),
                    unit=f"{row['unit']} days",
                    label="Median time to an outcome",
                    link="/turnaround?" + asked.query(),
                )
            )
    if listed and not refused(scope, "backlog", asked):
        at = min(scope.as_at, filters.to or scope.as_at)
        found.append(
            Tile(
                value=number(result["open_at_end"]),
                unit="request" if result["open_at_end"] == 1 else "requests",
                label=f"Open at {day(at)}",
                link="/volumes?" + asked.query() + "#backlog",
            )
        )
    return found
