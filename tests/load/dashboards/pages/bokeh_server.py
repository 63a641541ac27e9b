"""Bokeh server: figures, a DataTable and widgets in curdoc(), data changed in place. `bokeh serve`, defaults."""

import os
from functools import cache

from bokeh.io import curdoc
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, DataTable, DatePicker, Div, Select, TableColumn

from tests.load.dashboards import register
from tests.load.dashboards.pages.charts import Charts


frame = cache(register.read)()
WITH_TABLE = os.environ.get("BENCH_TABLE", "1") == "1"  # without: like for like with a page that has none

kind = Select(title="Recipient type", options=register.types(frame), value=register.ALL)
outcome = Select(title="Outcome", options=register.outcomes(frame), value=register.ALL)
since = DatePicker(title="Received from", value=register.FIRST)

charts = Charts(frame, sizing_mode="stretch_width")
names = ("Requests", "Recipients", "Median days to an outcome")
numbers = [Div(css_classes=["number"]) for _ in names]
listed = ColumnDataSource(data=ColumnDataSource.from_df(register.listing(frame)) if WITH_TABLE else {})
table = DataTable(
    source=listed,
    columns=[TableColumn(field=name, title=name) for name in register.COLUMNS],
    sizing_mode="stretch_width",
)


def tell(rows):
    for number, name, text in zip(numbers, names, register.numbers(rows).texts(), strict=True):
        number.text = f"<h3>{name}</h3><p>{text}</p>"


def show(attr, old, new):
    rows = register.choose(frame, kind.value, outcome.value, since.value)
    tell(rows)
    charts.show(rows)
    if WITH_TABLE:
        listed.data = ColumnDataSource.from_df(register.listing(rows))


tell(frame)
for widget in (kind, outcome, since):
    widget.on_change("value", show)

years, top, waits, backlog = charts.figures
stretch = {"sizing_mode": "stretch_width"}
curdoc().title = "Requests"
curdoc().add_root(
    column(
        row(kind, outcome, since),
        row(*numbers),
        row(years, top, **stretch),
        row(waits, backlog, **stretch),
        *([table] if WITH_TABLE else []),
        **stretch,
    )
)
