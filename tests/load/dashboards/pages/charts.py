"""Four Bokeh figures over sources whose data change in place: for Panel in place and for the Bokeh server."""

from bokeh.models import ColumnDataSource, FactorRange
from bokeh.plotting import figure

from tests.load.dashboards import register


PARTS = {
    "by_year": register.by_year,
    "top": register.top,
    "waits": register.waits,
    "backlog": register.backlog,
}


class Charts:
    """`figures` to lay out; `show(rows)` changes what they show."""

    def __init__(self, rows, **options):
        self.sources = {name: ColumnDataSource(data=self._data(name, rows)) for name in PARTS}
        look = {"height": 300, "toolbar_location": None, "tools": "hover", **options}
        years = figure(title="Requests by year", x_range=FactorRange(), **look)
        years.vbar(x="year", top="requests", width=0.8, source=self.sources["by_year"])
        top = figure(title="Recipients", y_range=FactorRange(), **look)
        top.hbar(y="recipient", right="count", height=0.8, source=self.sources["top"])
        waits = figure(title="Still open", **look)
        waits.step(x="day", y="share", mode="after", source=self.sources["waits"])
        backlog = figure(title="Open at the end of each quarter", x_axis_type="datetime", **look)
        backlog.line(x="quarter_end", y="open", source=self.sources["backlog"])
        self.figures = [years, top, waits, backlog]
        self._categories()

    def _data(self, name, rows):
        return {column: values.to_numpy() for column, values in PARTS[name](rows).items()}

    def _categories(self):
        years, top, *_ = self.figures
        years.x_range.factors = list(self.sources["by_year"].data["year"])
        top.y_range.factors = list(self.sources["top"].data["recipient"])[::-1]

    def show(self, rows):
        for name, source in self.sources.items():
            source.data = self._data(name, rows)
        self._categories()
