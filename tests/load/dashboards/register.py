"""One register as a CSV, and the figures that every peer's page shows of it. pandas only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd


AS_AT = pd.Timestamp("2018-03-31")  # of the sample's register
FIRST = date(2012, 3, 1)
COLUMNS = ("reference", "recipient", "recipient_type", "outcome", "received_date", "closed_date")
ALL = "all"


@dataclass(frozen=True)
class Numbers:
    """The three headline numbers: requests, distinct recipients, and the days within which half have ended."""

    requests: int
    recipients: int
    median: int | None

    def texts(self) -> list[str]:
        """As a page shows them."""
        return [
            f"{self.requests:,}",
            f"{self.recipients:,}",
            "-" if self.median is None else f"{self.median:,}",
        ]


def read(path: str | None = None) -> pd.DataFrame:
    """The rows; without a path, those of the file named in BENCH_ROWS."""
    return pd.read_csv(path or os.environ["BENCH_ROWS"], parse_dates=["received_date", "closed_date"])


def types(frame: pd.DataFrame) -> list[str]:
    return [ALL, *sorted(frame["recipient_type"].unique())]


def outcomes(frame: pd.DataFrame) -> list[str]:
    return [ALL, *sorted(frame["outcome"].unique())]


def choose(
    frame: pd.DataFrame, type: str = ALL, outcome: str = ALL, since: date | str | None = None
) -> pd.DataFrame:
    """The rows that three filters leave."""
    kept = np.ones(len(frame), dtype=bool)
    if type != ALL:
        kept &= (frame["recipient_type"] == type).to_numpy()
    if outcome != ALL:
        kept &= (frame["outcome"] == outcome).to_numpy()
    if since is not None:
        kept &= (frame["received_date"] >= pd.Timestamp(since)).to_numpy()
    return frame[kept]


def numbers(frame: pd.DataFrame) -> Numbers:
    share = waits(frame)
    half = share[share["share"] <= 0.5]
    return Numbers(
        len(frame), int(frame["recipient"].nunique()), None if half.empty else int(half["day"].iloc[0])
    )


def by_year(frame: pd.DataFrame) -> pd.DataFrame:
    """Requests by year received: `year` (text), `requests`."""
    found = frame["received_date"].dt.year.value_counts().sort_index()
    return pd.DataFrame({"year": found.index.astype(str), "requests": found.to_numpy()})


def top(frame: pd.DataFrame) -> pd.DataFrame:
    """The ten recipients with most requests: `recipient`, `count`."""
    return frame["recipient"].value_counts().head(10).rename_axis("recipient").reset_index(name="count")


def waits(frame: pd.DataFrame) -> pd.DataFrame:
    """The share of requests still open by day (Kaplan and Meier): `day`, `share`."""
    ended = frame["closed_date"].notna().to_numpy()
    days = (frame["closed_date"].fillna(AS_AT) - frame["received_date"]).dt.days.to_numpy()
    days, ended = days[days >= 0], ended[days >= 0]
    size = int(days.max(initial=0)) + 1
    events, leaving = (np.bincount(d, minlength=size) for d in (days[ended], days))
    at_risk = leaving.sum() - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    share = np.cumprod(1 - events / np.maximum(at_risk, 1))
    kept = np.flatnonzero(events)
    return pd.DataFrame({"day": np.concatenate(([0], kept)), "share": np.concatenate(([1.0], share[kept]))})


def backlog(frame: pd.DataFrame) -> pd.DataFrame:
    """Requests open at the end of each quarter: `quarter_end`, `open`."""
    ends = pd.date_range(str(FIRST), AS_AT, freq="QE")
    received = np.sort(frame["received_date"].to_numpy())
    closed = np.sort(frame["closed_date"].dropna().to_numpy())
    counts = np.searchsorted(received, ends, side="right") - np.searchsorted(closed, ends, side="right")
    return pd.DataFrame({"quarter_end": ends, "open": counts})


def listing(frame: pd.DataFrame) -> pd.DataFrame:
    """The table: dates as text, nothing where there is none."""
    shown = frame.loc[:, list(COLUMNS)].copy()
    for name in ("received_date", "closed_date"):
        shown[name] = shown[name].dt.strftime("%Y-%m-%d").fillna("")
    return shown
