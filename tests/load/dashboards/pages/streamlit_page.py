"""Streamlit with plotly: a script run anew at each change, its data cached. `streamlit run`."""

import plotly.express as px
import streamlit as st

from tests.load.dashboards import register


st.set_page_config(page_title="Requests", layout="wide")


@st.cache_data
def load():
    return register.read()


frame = load()
with st.sidebar:
    kind = st.selectbox("Recipient type", register.types(frame))
    outcome = st.selectbox("Outcome", register.outcomes(frame))
    since = st.date_input("Received from", register.FIRST)
rows = register.choose(frame, kind, outcome, since)

names = ("Requests", "Recipients", "Median days to an outcome")
for place, name, text in zip(st.columns(3), names, register.numbers(rows).texts(), strict=True):
    place.metric(name, text)

left, right = st.columns(2)
left.plotly_chart(
    px.bar(register.by_year(rows), x="year", y="requests", title="Requests by year", height=300)
)
right.plotly_chart(px.bar(register.top(rows), x="count", y="recipient", title="Recipients", height=300))
left, right = st.columns(2)
left.plotly_chart(
    px.line(register.waits(rows), x="day", y="share", title="Still open", line_shape="hv", height=300)
)
right.plotly_chart(
    px.line(
        register.backlog(rows),
        x="quarter_end",
        y="open",
        title="Open at the end of each quarter",
        height=300,
    )
)
st.dataframe(register.listing(rows), hide_index=True)
