"""Stock Panel with hvPlot: each part a bound function that draws its chart anew. `panel serve`, defaults."""

import hvplot.pandas  # noqa: F401
import panel as pn

from tests.load.dashboards import register


pn.extension("tabulator")

frame = pn.state.as_cached("frame", register.read)

kind = pn.widgets.Select(name="Recipient type", options=register.types(frame))
outcome = pn.widgets.Select(name="Outcome", options=register.outcomes(frame))
since = pn.widgets.DatePicker(name="Received from", value=register.FIRST)
chosen = pn.bind(register.choose, frame, kind, outcome, since)


def numbers(rows):
    found = register.numbers(rows)
    titles = ("Requests", "Recipients", "Median days to an outcome")
    values = (found.requests, found.recipients, found.median)
    return pn.Row(
        *(
            pn.indicators.Number(name=name, value=value, format="{value:,.0f}", css_classes=["number"])
            for name, value in zip(titles, values, strict=True)
        )
    )


def by_year(rows):
    return register.by_year(rows).hvplot.bar(
        x="year", y="requests", title="Requests by year", responsive=True, height=300
    )


def top(rows):
    return register.top(rows).hvplot.barh(
        x="recipient", y="count", title="Recipients", responsive=True, height=300, flip_yaxis=True
    )


def waits(rows):
    return register.waits(rows).hvplot.step(
        x="day", y="share", title="Still open", responsive=True, height=300
    )


def backlog(rows):
    return register.backlog(rows).hvplot.line(
        x="quarter_end", y="open", title="Open at the end of each quarter", responsive=True, height=300
    )


def table(rows):
    return pn.widgets.Tabulator(register.listing(rows), pagination="remote", page_size=20, show_index=False)


pn.template.FastListTemplate(
    title="Requests",
    sidebar=[kind, outcome, since],
    main=[
        pn.bind(numbers, chosen),
        pn.Row(pn.bind(by_year, chosen), pn.bind(top, chosen)),
        pn.Row(pn.bind(waits, chosen), pn.bind(backlog, chosen)),
        pn.bind(table, chosen),
    ],
).servable()
