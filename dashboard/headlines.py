"""What is said first of a register: its headline, at most six findings, and four numbers, under the filters.

The sentences are made by the headline engine (`dashboard.findings`) from measures; here is chosen what to ask. At
most six, one point each, each standing alone, leading to its page and to the rows it rests on; at least one is about
the longer term where three whole years are there. Where more could be said the later in `ORDER` give way.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from dashboard import figures, history_figures, people_figures, periods, turnaround_figures
from dashboard import findings as say
from dashboard.exhibits import Exhibit
from dashboard.figures import Tile
from dashboard.filters import Filters, make_filters
from dashboard.findings import Finding, Ground
from dashboard.measures import DEFAULT_CLOCK, MEASURES, Scope, for_page
from dashboard.measures.refusals import at_least, enough, estimate, not_measurable, quoted, refused
from dashboard.store import Store
from dashboard.text import day, join_words, number, plural, published_words
from dashboard.together import together
from dashboard.vocabulary import CHANGES


MOST = 6
LATELY = 12  # months: an older signal is no news
SAID = {
    "received": "when {noun}s were received",
    "refused": "refusals",
    "not_pursued": "{noun}s not pursued",
    "released": "releases",
}
# What gives way when more than six could be said: the last first. They are shown in the order of `findings`.
ORDER = (
    "context",
    "level",
    "time",
    "who",
    "edition",
    "silent",
    "people",
    "signal",
    "backlog",
    "ended",
    "longest",
)


def headline(store: Store, filters: Filters) -> str:
    """The page's first words: the finding on volume, or what the register cannot support."""
    scope = figures.scope_of(store, filters)
    if quoted(scope):
        return f"{scope.short_title}: entries that others quoted, which support no count"
    exhibit = figures.volumes_exhibit(store, replace(filters, interval="year"))
    if exhibit is None:
        return f"{scope.short_title}: nothing matches these filters"
    return compared(store, filters) or exhibit.title


def compared(store: Store, filters: Filters) -> str | None:
    """The finding on the period asked for against the one before; None where there is none to compare."""
    scope = figures.scope_of(store, filters)
    counted = figures.main_count(scope)
    return periods.headline_compared(store, scope, filters, counted) if counted else None


def headline_ground(store: Store, filters: Filters) -> Ground | None:
    """What the headline rests on; None where it is about what the register cannot support."""
    counted = figures.main_count(figures.scope_of(store, filters))
    if counted is None:
        return None
    return Ground(measure="volumes", filters=_yearly(filters), columns=(counted[0],))


def findings(store: Store, filters: Filters) -> list[Finding]:
    """At most six sentences about one register under the filters."""
    scope = figures.scope_of(store, filters)
    query = "?" + filters.query()
    made = together(
        {
            "level": lambda: _level(store, scope, filters, query),
            "who": lambda: _who(store, filters, query),
            "time": lambda: _how_long(store, scope, filters, query),
            "backlog": lambda: _waiting(store, filters, query),
            "signal": lambda: _signal(store, scope, filters, query),
            "longest": lambda: _longest(store, scope, filters, query),
            "ended": lambda: _ended(store, filters, query),
            "people": lambda: _people(store, filters),
            "edition": lambda: _edition(store, scope, filters, query),
            "silent": lambda: _not_included(scope, filters),
        }
    )
    first = [name for name in ORDER if made.get(name)][:MOST]
    return [finding for name, finding in made.items() if finding and name in first]


def _yearly(filters: Filters) -> Filters:
    return replace(filters, interval="year", by=None)


def _level(store: Store, scope: Scope, filters: Filters, query: str) -> Finding | None:
    """The last whole year among all; with two years their range; else the total, and what cuts it."""
    counted = figures.main_count(scope)
    if counted is None:
        return None
    column, _, noun, verb = counted
    yearly = _yearly(filters)
    result = for_page("volumes", store, yearly)
    rows = result.dicts()
    points = [
        (str(rows[i]["interval_start"].year), rows[i][column] or 0)
        for i in figures.whole_intervals(scope, yearly, result)
    ]
    grounds = [Ground(measure="volumes", filters=yearly, values=tuple(points), columns=(column,))]
    long_term = say.context(points, noun=noun, verb=verb)
    text = long_term or say.level(points, noun=noun, verb=verb)
    if text is None:
        exhibit = figures.volumes_exhibit(store, yearly)
        if exhibit is None:
            return None
        text = exhibit.summary.removesuffix(".")
        start = rows[0]["interval_start"]
        if scope.listed_from and at_least(scope, start) and start.year < scope.listed_from.year:
            text += (
                f". Before {day(scope.listed_from)} the counts are at least: older cases are no longer listed"
            )
            of_register = Filters(register=scope.register, edition=filters.edition, known_on=filters.known_on)
            grounds.append(
                Ground(
                    measure="answerability",
                    filters=of_register,
                    values=(("listed_from", scope.listed_from),),
                    columns=("listed_from",),
                )
            )
    return Finding(
        text=f"{text}.",
        kind="context" if long_term else "level",
        link=f"/volumes{query}",
        rests_on=tuple(grounds),
    )


def _said(exhibit: Exhibit, columns: tuple[str, ...], row: int = 0) -> tuple[tuple[str, object], ...]:
    """The values that an exhibit's title says, from a row of its own table."""
    names = [c.name for c in exhibit.table.columns]
    return tuple((c, exhibit.table.rows[row][names.index(c)]) for c in columns if c in names)


def _who(store: Store, filters: Filters, query: str) -> Finding | None:
    """Who received: the type with the largest share; where types are not published, the largest recipients."""
    for exhibit in (
        figures.recipients_exhibit(store, filters),
        figures.top_recipients_exhibit(store, filters),
    ):
        if exhibit is None or (exhibit.key == "recipients" and len(exhibit.table.rows) < 2):
            continue
        asked = figures.asked(exhibit)
        columns = ("share",) if exhibit.key == "recipients" else ("cumulative_share",)
        return Finding(
            text=f"{exhibit.title}.",
            kind="level",
            link=f"/recipients{query}",
            rests_on=(
                Ground(
                    measure=exhibit.measure,
                    filters=asked,
                    values=_said(exhibit, columns, 0 if exhibit.key == "recipients" else -1),
                    columns=columns,
                ),
            ),
        )
    return None


def _how_long(store: Store, scope: Scope, filters: Filters, query: str) -> Finding:
    link = f"/turnaround{query}"
    clock = filters.clock or DEFAULT_CLOCK
    if silent := not_measurable(scope, clock):
        between = turnaround_figures.bounds(store, replace(filters, clock=clock))
        if between is not None:  # when each case ended lies between two editions, which says something
            ground = Ground(
                measure=between.measure, filters=figures.asked(between), columns=("day", "between", "exact")
            )
            return Finding(text=f"{between.title}.", kind="time", link=link, rests_on=(ground,))
        silent = silent.replace("The time ", f"How long {scope.nouns} took ", 1)
        return Finding(text=silent, kind="silent", link=link)
    allowed = estimate(scope, replace(filters, cohort=None))
    if not allowed.curve:
        return Finding(text=f"{allowed.headline}.", kind="silent", link=link)
    exhibit = figures.turnaround_exhibit(store, filters)
    if exhibit is None:
        return Finding(
            text="No case under these filters has both dates, so no waiting time is given.",
            kind="silent",
            link=link,
        )
    counted = ", open cases counted" if exhibit.title.startswith(("Half", "Cause")) else ""
    columns = ("median", "median_low", "median_high", "events")
    ground = Ground(
        measure="turnaround",
        filters=figures.asked(exhibit),
        values=_said(exhibit, columns),
        columns=columns,
    )
    return Finding(text=f"{exhibit.title}{counted}.", kind="time", link=link, rests_on=(ground,))


def _ended(store: Store, filters: Filters, query: str) -> Finding | None:
    """How cases ended and by when, open ones counted; None where outcomes or their days are not published."""
    exhibit = turnaround_figures.outcomes(store, replace(filters, clock=DEFAULT_CLOCK))
    if exhibit is None:
        return None
    ground = Ground(
        measure=exhibit.measure,
        filters=figures.asked(exhibit),
        columns=("cumulative_incidence", "survival"),
    )
    link = f"/turnaround{query}#outcomes-by-day"
    return Finding(text=f"{exhibit.title}.", kind="time", link=link, rests_on=(ground,))


def _waiting(store: Store, filters: Filters, query: str) -> Finding | None:
    exhibit = figures.backlog_exhibit(store, filters)
    if exhibit is None:
        return None
    ground = Ground(
        measure=exhibit.measure,
        filters=figures.asked(exhibit),
        values=_said(exhibit, ("open",), -1),
        columns=("open",),
    )
    return Finding(
        text=f"{exhibit.title}.", kind="level", link=f"/volumes{query}#backlog", rests_on=(ground,)
    )


def _signal(store: Store, scope: Scope, filters: Filters, query: str) -> Finding | None:
    """A signal of the last year on the control chart of the main count; an old one is no news."""
    counted = figures.main_count(scope)
    if counted is None or "control-chart" not in MEASURES:
        return None
    asked = replace(filters, interval="month", by=None)
    result = for_page("control-chart", store, asked)
    judged = [r for r in result.dicts() if r["judged"]]
    if not any(r["signal"] for r in judged[-LATELY:]) or judged[-1]["series"] != f"volumes.{counted[0]}":
        return None
    # All of it: a run may have begun years ago.
    text = say.signal(judged, things=f"{counted[2]}s {counted[3]}", interval="month")
    if text is None:
        return None
    ground = Ground(
        measure="control-chart",
        filters=asked,
        values=tuple((r["interval_start"].isoformat(), r["value"]) for r in judged if r["signal"]),
        columns=("value", "mean", "upper", "lower"),
    )
    return Finding(text=f"{text}.", kind="signal", link=f"/volumes{query}#control-chart", rests_on=(ground,))


def _longest(store: Store, scope: Scope, filters: Filters, query: str) -> Finding | None:
    """The longest wait, of the clock to any outcome."""
    if not_measurable(scope, DEFAULT_CLOCK) or not estimate(scope, replace(filters, cohort=None)).curve:
        return None
    asked = replace(filters, clock=DEFAULT_CLOCK, unit=None, interval=None, by=None)
    rows = store.query("longest_waits", asked).dicts()
    text = say.longest(rows, as_at=min(scope.as_at, filters.to or scope.as_at), noun=scope.noun)
    if text is None:
        return None
    ground = Ground(
        measure="spells",
        filters=asked,
        values=tuple((r["reference"], r["days"]) for r in rows),
        columns=("days",),
    )
    return Finding(text=f"{text}.", kind="longest", link=f"/turnaround{query}", rests_on=(ground,))


def _people(store: Store, filters: Filters) -> Finding | None:
    asked = people_figures.counts_of(store, filters)
    if asked is None:
        return _told_of_people(store, filters)
    rows = for_page("person-counts", store, asked).dicts()
    text = say.people(rows)
    if text is None:
        return None
    ground = Ground(
        measure="person-counts",
        filters=asked,
        values=tuple(
            (f"{r['body']}, {r['unit']}", (r["requested"], r["supplied"])) for r in say.latest_counts(rows)
        ),
        columns=("supplied", "requested", "period_end"),
    )
    # The bodies of a synthetic register are real, and asked for nothing of the kind.
    scope = figures.scope_of(store, asked)
    if scope.synthetic:
        text = f"Invented figures: {text[:1].lower()}{text[1:]}"
    if asked.register != filters.register:
        text = f"{text} (from {scope.short_title})"
    return Finding(text=f"{text}.", kind="people", link=f"/people?{asked.query()}", rests_on=(ground,))


def _told_of_people(store: Store, filters: Filters) -> Finding | None:
    """What others published of such bodies, where the publisher's registers have no counts."""
    exhibit = people_figures.people_exhibit(store, filters)
    if exhibit is None:
        return None
    asked = figures.asked(exhibit)
    ground = Ground(measure=exhibit.measure, filters=asked, columns=("value",))
    return Finding(
        text=f"{exhibit.title}.", kind="people", link=f"/people?{asked.query()}", rests_on=(ground,)
    )


def _edition(store: Store, scope: Scope, filters: Filters, query: str) -> Finding:
    # A page pinned to an edition still says how many there are; a day in the past knows only those of its time.
    asked = Filters(register=scope.register, known_on=filters.known_on)
    listed = for_page("editions", store, asked).dicts()
    found = [e for e in listed if e["withdrawn_on"] is None]
    ground = Ground(measure="editions", filters=asked, counted=True)
    many = (
        "The one edition held" if len(found) == 1 else f"{plural(len(found), 'edition')} are held; the latest"
    )
    compared = history_figures.compare(store, filters, listed=False)
    if compared is not None and not refused(scope, "change"):
        told = join_words(history_figures.told(compared)) or "nothing changed"
        held = history_figures.edition_words(found)
        changes = Ground(
            measure="changes",
            filters=make_filters(**dict(parse_qsl(compared.query))),
            values=tuple((kind, compared.things(kind)) for kind in CHANGES),
        )
        return Finding(
            text=f"{held[:1].upper()}{held[1:]}; in the one of {history_figures.day_of(compared.edition)}, against "
            f"the one before: {told}.",
            kind="edition",
            link=f"/changes{query}",
            rests_on=(changes, ground),
        )
    lag = published_words(scope.published, scope.published_basis, scope.as_at)
    return Finding(
        text=f"{many} describes {day(scope.as_at)}, {lag}.",
        kind="edition",
        link=f"/register{query}",
        rests_on=(ground,),
    )


def _not_included(scope: Scope, filters: Filters) -> Finding | None:
    asked = Filters(register=scope.register, edition=filters.edition, known_on=filters.known_on)
    link = f"/checks?{asked.query()}#answerable-fields"  # which field, and why
    if refused(scope, "count"):
        return Finding(
            text="Not included: anything that nobody quoted. No volume, share or typical time can be drawn "
            "from these entries.",
            kind="silent",
            link=link,
        )
    said = {column: words.format(noun=scope.noun) for column, words in SAID.items()}
    text = say.silent({c: scope.columns[c][0] for c in SAID}, said)
    return Finding(text=f"{text}.", kind="silent", link=link) if text else None


def tiles(store: Store, filters: Filters) -> list[Tile]:
    """Up to four headline numbers with unit and label."""
    scope = figures.scope_of(store, filters)
    if refused(scope, "count"):
        return []
    found: list[Tile] = []
    counted = figures.main_count(scope)
    asked = filters
    two = periods.two_periods(store, scope, filters)
    # A total that mixes years listed whole with years of which only some is left would say neither.
    listed = figures.fully_listed(store, scope, filters)
    filters, since = listed if listed else (filters, ", at least")
    result = for_page("volumes", store, replace(filters, interval=None, by=None)).dicts()[0]
    if counted:
        column, label, noun, verb = counted
        value = result[column] or 0
        if label == figures.heading(f"{noun}s"):  # which the unit has said
            label = f"{figures.heading(verb)}{'' if since else ' in all'}"
        found.append(
            Tile(
                value=number(value),
                unit=noun + ("s" if value != 1 else ""),
                label=label + since,
                link="/volumes?" + filters.query(),
                before=periods.count_compared(store, two, asked, column),
            )
        )
    people = for_page("recipients", store, replace(filters, by=None))
    named = {r["recipients"] for r in people.dicts()}
    if named and None not in named:
        # The question of the figure below, which says of how many it shows the first.
        top = for_page(
            "top-recipients", store, replace(filters, by=None, interval=None, limit=filters.limit or 10)
        )
        counted_in_all = max(top.column("recipients"), default=0)
        found.append(
            Tile(
                value=number(counted_in_all),
                unit="organisation" if counted_in_all == 1 else "organisations",
                label="Recipients" + since,
                link="/recipients?" + filters.query(),
                before=periods.recipients_compared(store, two, asked),
            )
        )
    if not not_measurable(scope, DEFAULT_CLOCK) and estimate(scope, asked).curve:
        rows = for_page("turnaround", store, replace(asked, interval=None, by=None, clock=None)).dicts()
        row = max(rows, key=lambda r: r["n"] or 0)
        if enough(row["events"]) and row["median"] is not None:
            found.append(
                Tile(
                    value=number(row["median"]),
                    unit=f"{row['unit']} days",
                    label="Median time to an outcome",
                    link="/turnaround?" + asked.query(),
                    before=periods.median_compared(store, two, scope, asked, DEFAULT_CLOCK),
                )
            )
    if listed and not refused(scope, "backlog", asked):
        at = min(scope.as_at, filters.to or scope.as_at)
        found.append(
            Tile(
                value=number(result["open_at_end"]),
                unit=scope.noun if result["open_at_end"] == 1 else scope.nouns,
                label=f"Open at {day(at)}",
                link="/volumes?" + asked.query() + "#backlog",
                before=periods.open_compared(two, asked, result["open_at_start"]),
            )
        )
    return found
