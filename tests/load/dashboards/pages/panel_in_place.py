"""Panel with Bokeh figures whose data change in place: one watcher for everything. `panel serve`, defaults."""

import panel as pn

from tests.load.dashboards import register
from tests.load.dashboards.pages.charts import Charts


pn.extension("tabulator")

frame = pn.state.as_cached("frame", register.read)

kind = pn.widgets.Select(name="Recipient type", options=register.types(frame))
outcome = pn.widgets.Select(name="Outcome", options=register.outcomes(frame))
since = pn.widgets.DatePicker(name="Received from", value=register.FIRST)

charts = Charts(frame, sizing_mode="stretch_width")
numbers = [
    pn.indicators.Number(name=name, format="{value:,.0f}", css_classes=["number"])
    for name in ("Requests", "Recipients", "Median days to an outcome")
]
table = pn.widgets.Tabulator(register.listing(frame), pagination="remote", page_size=20, show_index=False)


def tell(found):
    for number, value in zip(numbers, (found.requests, found.recipients, found.median), strict=True):
        number.value = value


def show(kind, outcome, since):
    rows = register.choose(frame, kind, outcome, since)
    tell(register.numbers(rows))
    charts.show(rows)
    table.value = register.listing(rows)


tell(register.numbers(frame))
pn.bind(show, kind, outcome, since, watch=True)

years, top, waits, backlog = charts.figures
pn.template.FastListTemplate(
    title="Requests",
    sidebar=[kind, outcome, since],
    main=[pn.Row(*numbers), pn.Row(years, top), pn.Row(waits, backlog), table],
).servable()
