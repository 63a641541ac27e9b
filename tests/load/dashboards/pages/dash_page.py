"""Dash with plotly: one callback gives numbers, charts and table. gunicorn, one worker of four threads."""

import plotly.express as px
from dash import Dash, Input, Output, callback, dash_table, dcc, html

from tests.load.dashboards import register


frame = register.read()
app = Dash(__name__, title="Requests")
server = app.server

CHARTS = ("years", "top", "waits", "backlog")
app.layout = html.Div(
    [
        html.Div(
            [
                html.Label(["Recipient type", dcc.Dropdown(register.types(frame), register.ALL, id="kind")]),
                html.Label(["Outcome", dcc.Dropdown(register.outcomes(frame), register.ALL, id="outcome")]),
                html.Label(["Received from", dcc.DatePickerSingle(date=register.FIRST, id="since")]),
            ],
            style={"display": "flex", "gap": "1em"},
        ),
        html.Div(id="numbers", style={"display": "flex", "gap": "2em"}),
        html.Div(
            [dcc.Graph(id=name) for name in CHARTS],
            style={"display": "grid", "gridTemplateColumns": "1fr 1fr"},
        ),
        dash_table.DataTable(
            id="table",
            columns=[{"name": name, "id": name} for name in register.COLUMNS],
            page_size=20,
        ),
    ]
)


@callback(
    Output("numbers", "children"),
    *(Output(name, "figure") for name in CHARTS),
    Output("table", "data"),
    Input("kind", "value"),
    Input("outcome", "value"),
    Input("since", "date"),
)
def show(kind, outcome, since):
    rows = register.choose(frame, kind, outcome, since)
    names = ("Requests", "Recipients", "Median days to an outcome")
    texts = register.numbers(rows).texts()
    return (
        [
            html.Div([html.H3(name), html.P(text, className="number")])
            for name, text in zip(names, texts, strict=True)
        ],
        px.bar(register.by_year(rows), x="year", y="requests", title="Requests by year", height=300),
        px.bar(register.top(rows), x="count", y="recipient", title="Recipients", height=300),
        px.line(register.waits(rows), x="day", y="share", title="Still open", line_shape="hv", height=300),
        px.line(
            register.backlog(rows),
            x="quarter_end",
            y="open",
            title="Open at the end of each quarter",
            height=300,
        ),
        register.listing(rows).to_dict("records"),
    )
