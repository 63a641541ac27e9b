"""The same questions as the measures', answered by pandas and by polars on rows already in memory.

Each function gives a plain answer that `tests/load/bench.py` compares with ours and with the best formulation in SQL.
Written as somebody who knows the library would, for speed: no groupby over what numpy counts sooner.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from typing import Any


os.environ.setdefault("POLARS_MAX_THREADS", "2")

import numpy as np
import pandas as pd
import polars as pl


Table = dict[tuple[Any, ...], tuple[Any, ...]]  # what a row is about -> its numbers
Z = 1.959963984540054
DECIDED = ("released", "reuse_permitted", "refused")
KINDS = ("received", "decided", "closed", "refused", "not_pursued", "first_released")
BANDS = ((0, 30), (31, 60), (61, 120), (121, 10**6))


@dataclass(frozen=True)
class Rows:
    """One register in memory: as a frame of pandas and as one of polars, and the day of every working day."""

    pandas: pd.DataFrame
    polars: pl.DataFrame
    as_at: date
    epoch: date  # the first day of `working`
    working: np.ndarray[Any, Any]  # working days up to and including each day


def month_of(day: date) -> int:
    return (day.year - 1970) * 12 + day.month - 1


def month_day(month: int) -> date:
    return date(1970 + month // 12, month % 12 + 1, 1)


def _months(days: Any) -> np.ndarray[Any, Any]:
    return np.asarray(days.to_numpy().astype("datetime64[M]").astype(np.int64))


def _by_month(stacked: list[Any], groups: list[str], first: int) -> Table:
    """Numbers by group, then by month from `first` on, as a table."""
    return {
        (month_day(first + m), g): tuple(row)
        for i, g in enumerate(groups)
        for m, row in enumerate(stacked[i])
    }


def _laid_out(
    counts: dict[str, np.ndarray[Any, Any]], before: np.ndarray[Any, Any], groups: list[str], first: int
) -> Table:
    """Arrays of (group, month) by kind, with the number open: every month of every group."""
    opened = before[:, None] + np.cumsum(counts["received"] - counts["closed"], axis=1)
    stacked = np.stack([*(counts[k] for k in KINDS), opened], axis=2).tolist()
    return _by_month(stacked, groups, first)


def _grouped_pandas(
    rows: Rows, by: str | None, dataset: str | None
) -> tuple[pd.DataFrame, list[str], np.ndarray[Any, Any]]:
    """The rows asked about, the groups they fall in, and the number of the group of each row."""
    f = rows.pandas
    if dataset:
        f = f[f["dataset"] == dataset]
    groups = list(f["type"].cat.categories) if by else ["all"]
    code = f["type"].cat.codes.to_numpy().astype(np.int64) if by else np.zeros(len(f), dtype=np.int64)
    return f, groups, code


def volumes_pandas(
    rows: Rows, *, by: str | None, dataset: str | None, start: date | None, end: date | None
) -> Table:
    f, groups, code = _grouped_pandas(rows, by, dataset)
    closed = f["closed"].notna().to_numpy()
    outcome = f["outcome"]
    masks = {
        "received": np.ones(len(f), dtype=bool),
        "decided": closed & outcome.isin(DECIDED).to_numpy(),
        "closed": closed,
        "refused": closed & (outcome == "refused").to_numpy(),
        "not_pursued": closed & (outcome == "not_pursued").to_numpy(),
        "first_released": closed & (outcome == "released").to_numpy(),
    }
    received_days, closed_days = f["received"].to_numpy(), f["closed"].to_numpy()
    months = {"received": _months(f["received"]), "closed": _months(f["closed"])}
    first = month_of(start) if start else int(months["received"].min())
    last = month_of(end or rows.as_at)
    width = last - first + 1
    low, high = np.datetime64(start or date(1900, 1, 1)), np.datetime64(end or date(2200, 1, 1))
    counts, before = {}, np.zeros(len(groups), dtype=np.int64)
    for kind in KINDS:
        source = "received" if kind == "received" else "closed"
        days = received_days if kind == "received" else closed_days
        keep = masks[kind]
        if start or end:
            if kind in ("received", "closed") and start:
                early = np.bincount(code[keep & (days < low)], minlength=len(groups))
                before += early if kind == "received" else -early
            keep = keep & (days >= low) & (days <= high)
        place = code[keep] * width + (months[source][keep] - first)
        counts[kind] = np.bincount(place, minlength=len(groups) * width).reshape(len(groups), width)
    return _laid_out(counts, before, groups, first)


def volumes_polars(
    rows: Rows, *, by: str | None, dataset: str | None, start: date | None, end: date | None
) -> Table:
    f = rows.polars.lazy()
    if dataset:
        f = f.filter(pl.col("dataset") == dataset)
    keys = ["type"] if by else []
    decided = pl.col("outcome").is_in(list(DECIDED))
    received = f.group_by([*keys, pl.col("received").alias("day")]).agg(pl.len().alias("received"))
    closed = (
        f.filter(pl.col("closed").is_not_null())
        .group_by([*keys, pl.col("closed").alias("day")])
        .agg(
            decided.sum().alias("decided"),
            pl.len().alias("closed"),
            (pl.col("outcome") == "refused").sum().alias("refused"),
            (pl.col("outcome") == "not_pursued").sum().alias("not_pursued"),
            (pl.col("outcome") == "released").sum().alias("first_released"),
        )
    )
    one, two = pl.collect_all([received, closed])
    groups = sorted(one["type"].cast(pl.String).unique().to_list()) if by else ["all"]
    first = month_of(start or one["day"].min())  # type: ignore[arg-type]
    width = month_of(end or rows.as_at) - first + 1
    counts, before = {}, np.zeros(len(groups), dtype=np.int64)
    number = {g: i for i, g in enumerate(groups)}
    for frame, kinds in ((one, ("received",)), (two, KINDS[1:])):
        days = frame["day"].to_numpy()
        code = (
            np.array([number[g] for g in frame["type"].cast(pl.String).to_list()])
            if by
            else np.zeros(len(frame), dtype=np.int64)
        )
        keep = np.ones(len(frame), dtype=bool)
        if start:
            early = days < np.datetime64(start)
            for kind in kinds:
                if kind in ("received", "closed"):
                    weights = frame[kind].to_numpy()[early]
                    total = np.bincount(code[early], weights=weights, minlength=len(groups)).astype(np.int64)
                    before += total if kind == "received" else -total
            keep &= ~early
        if end:
            keep &= days <= np.datetime64(end)
        place = code[keep] * width + days[keep].astype("datetime64[M]").astype(np.int64) - first
        for kind in kinds:
            found = np.bincount(place, weights=frame[kind].to_numpy()[keep], minlength=len(groups) * width)
            counts[kind] = found.astype(np.int64).reshape(len(groups), width)
    return _laid_out(counts, before, groups, first)


def _bands(received: Any, closed: Any, known: Any, code: Any, groups: list[str], as_at: int) -> Table:
    """The number open by age at each month's end from days as numbers, by counting moves."""
    until = np.where(known, closed, as_at)
    start = int(received.min())
    edges = np.arange(
        np.datetime64(start, "D").astype("datetime64[M]"),
        np.datetime64(as_at, "D").astype("datetime64[M]") + 1,
    )
    width = len(edges)
    first = int(edges[0].astype(np.int64))

    def add(days: Any, keep: Any) -> Any:
        months = days[keep].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - first
        return np.bincount(code[keep] * width + months, minlength=len(groups) * width).reshape(
            len(groups), width
        )

    everyone = np.ones(len(received), dtype=bool)
    enters = [add(received, everyone)]
    for low, _ in BANDS[1:]:
        enters.append(add(received + low, received + low <= until))
    age = closed - received
    found = []
    for i, (low, high) in enumerate(BANDS):
        leaves = add(closed, known & (age >= low) & (age <= high))
        further = enters[i + 1] if i + 1 < len(BANDS) else 0
        found.append(np.cumsum(enters[i] - further - leaves, axis=1))
    stacked = np.stack([sum(found), *found], axis=2).tolist()
    return _by_month(stacked, groups, first)


def backlog_pandas(rows: Rows, *, by: str | None, dataset: str | None) -> Table:
    f, groups, code = _grouped_pandas(rows, by, dataset)
    known = f["closed"].notna().to_numpy()
    days = [f[c].to_numpy().astype("datetime64[D]").astype(np.int64) for c in ("received", "closed")]
    return _bands(*days, known, code, groups, (rows.as_at - date(1970, 1, 1)).days)


def backlog_polars(rows: Rows, *, by: str | None, dataset: str | None) -> Table:
    f = rows.polars
    if dataset:
        f = f.filter(pl.col("dataset") == dataset)
    groups = f["type"].dtype.categories.to_list() if by else ["all"]
    code = f["type"].to_physical().to_numpy().astype(np.int64) if by else np.zeros(len(f), dtype=np.int64)
    known = f["closed"].is_not_null().to_numpy()
    received = f["received"].to_physical().to_numpy().astype(np.int64)
    closed = f["closed"].to_physical().fill_null(0).to_numpy().astype(np.int64)
    return _bands(received, closed, known, code, groups, (rows.as_at - date(1970, 1, 1)).days)


def recipients_pandas(rows: Rows, *, start: date | None, end: date | None, tier: int | None) -> Table:
    f = rows.pandas
    if tier:
        f = f[f["tier"] == tier]
    first, last, released = f["received"], f["closed"].fillna(f["received"]), f["released"]
    if start and end:
        low, high = pd.Timestamp(start), pd.Timestamp(end)
        inside = f["received"].between(low, high) | f["closed"].between(low, high)
        f = f[inside]
        first = f["received"].where(f["received"] >= low, f["closed"])
        last = f["closed"].where(f["closed"] <= high, f["received"])
        released = f["released"].where(f["released"].between(low, high))
    asked = pd.DataFrame(
        {"type": f["type"], "recipient": f["recipient"], "first": first, "last": last, "released": released}
    )
    groups = asked.groupby("type", observed=True)
    found = groups.agg(
        requests=("first", "size"),
        releases=("released", "count"),
        first=("first", "min"),
        last=("last", "max"),
    )
    named = asked[["type", "recipient"]].drop_duplicates().groupby("type", observed=True).size()
    return {
        (str(g),): (int(r.requests), int(r.releases), int(named[g]), r.first.date(), r.last.date())
        for g, r in zip(found.index, found.itertuples(), strict=True)
    }


def recipients_polars(rows: Rows, *, start: date | None, end: date | None, tier: int | None) -> Table:
    f = rows.polars.lazy()
    if tier:
        f = f.filter(pl.col("tier") == tier)
    first, last, released = pl.col("received"), pl.coalesce("closed", "received"), pl.col("released")
    if start and end:
        f = f.filter(pl.col("received").is_between(start, end) | pl.col("closed").is_between(start, end))
        first = pl.when(pl.col("received") >= start).then("received").otherwise("closed")
        last = pl.when(pl.col("closed") <= end).then("closed").otherwise("received")
        released = pl.col("released").is_between(start, end).replace(False, None)
    found = (
        f.group_by("type", "recipient")
        .agg(
            pl.len().alias("requests"),
            released.count().alias("releases"),
            first.min().alias("first"),
            last.max().alias("last"),
        )
        .group_by("type")
        .agg(pl.sum("requests", "releases"), pl.len().alias("recipients"), pl.min("first"), pl.max("last"))
        .select(pl.col("type").cast(pl.String), "requests", "releases", "recipients", "first", "last")
        .collect()
    )
    return {(r[0],): r[1:] for r in found.iter_rows()}


def top_pandas(rows: Rows, *, tier: int | None) -> Table:
    f = rows.pandas
    if tier:
        f = f[f["tier"] == tier]
    found = f.groupby("recipient", observed=True).agg(
        requests=("received", "size"), releases=("released", "count")
    )
    found["share"] = found["releases"] / found["releases"].sum()
    found = (
        found.reset_index()
        .astype({"recipient": str})
        .sort_values(["releases", "recipient"], ascending=[False, True])
    )
    return {
        (r.recipient,): (int(r.requests), int(r.releases), round(r.share, 9))
        for r in found.head(20).itertuples()
    }


def top_polars(rows: Rows, *, tier: int | None) -> Table:
    f = rows.polars.lazy()
    if tier:
        f = f.filter(pl.col("tier") == tier)
    found = (
        f.group_by("recipient")
        .agg(pl.len().alias("requests"), pl.count("released").alias("releases"))
        .with_columns(
            (pl.col("releases") / pl.sum("releases")).alias("share"), pl.col("recipient").cast(pl.String)
        )
        .sort(["releases", "recipient"], descending=[True, False])
        .head(20)
        .collect()
    )
    return {(r[0],): (r[1], r[2], round(r[3], 9)) for r in found.iter_rows()}


def curve(events: Any, cases: Any) -> tuple[Any, ...]:
    """n, events, median with its bounds, 90th percentile, from events and cases by day: Kaplan-Meier with numpy."""
    at_risk = cases.sum() - np.concatenate(([0], np.cumsum(cases)[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.cumprod(np.where(at_risk > 0, 1 - events / at_risk, 1))
        variance = np.cumsum(np.where(at_risk > events, events / (at_risk * (at_risk - events)), 0))
        spread = np.exp(Z * np.sqrt(variance) / np.abs(np.log(s)))
        low, high = s**spread, s ** (1 / spread)
    inside = (s > 0) & (s < 1)

    def least(values: Any, level: float, where: Any) -> int | None:
        found = np.flatnonzero(where & (values <= level + 1e-9))
        return int(found[0]) if len(found) else None

    everywhere = np.ones(len(s), dtype=bool)
    return (
        int(cases.sum()), int(events.sum()), least(s, 0.5, everywhere), least(low, 0.5, inside),
        least(high, 0.5, inside), least(s, 0.1, everywhere),
    )  # fmt: skip


def survival_pandas(rows: Rows, *, by: str | None, kind: str | None) -> dict[str, tuple[Any, Any]]:
    """Events and cases by day for each group."""
    f = rows.pandas
    if kind:
        f = f[f["type"] == kind]
    groups = list(f["type"].cat.categories) if by else ["all"]
    code = f["type"].cat.codes.to_numpy().astype(np.int64) if by else np.zeros(len(f), dtype=np.int64)
    event = f["closed"].notna().to_numpy()
    received = f["received"].to_numpy().astype("datetime64[D]").astype(np.int64)
    ended = f["closed"].to_numpy().astype("datetime64[D]").astype(np.int64)
    days = np.where(event, ended, (rows.as_at - date(1970, 1, 1)).days) - received
    width = int(days.max()) + 1
    place = code * width + days
    cases = np.bincount(place, minlength=len(groups) * width).reshape(-1, width)
    events = np.bincount(place[event], minlength=len(groups) * width).reshape(-1, width)
    return {g: (events[i], cases[i]) for i, g in enumerate(groups)}


def survival_polars(rows: Rows, *, by: str | None, kind: str | None) -> dict[str, tuple[Any, Any]]:
    f = rows.polars.lazy()
    if kind:
        f = f.filter(pl.col("type") == kind)
    day = (pl.col("closed").fill_null(rows.as_at) - pl.col("received")).dt.total_days().alias("day")
    keys = ["type"] if by else []
    found = (
        f.group_by([*keys, day]).agg(pl.count("closed").alias("events"), pl.len().alias("cases")).collect()
    )
    parts = (
        {"all": found}
        if not by
        else {str(k[0]): v for k, v in found.partition_by("type", as_dict=True).items()}
    )
    laid = {}
    for g, part in parts.items():
        days = part["day"].to_numpy()
        events, cases = (np.zeros(int(days.max()) + 1, dtype=np.int64) for _ in range(2))
        events[days], cases[days] = part["events"].to_numpy(), part["cases"].to_numpy()
        laid[g] = (events, cases)
    return laid


def endings_pandas(rows: Rows) -> dict[str, Any]:
    """How many end in each way and are censored by day."""
    f = rows.pandas
    event = f["closed"].notna().to_numpy()
    received = f["received"].to_numpy().astype("datetime64[D]").astype(np.int64)
    ended = f["closed"].to_numpy().astype("datetime64[D]").astype(np.int64)
    days = np.where(event, ended, (rows.as_at - date(1970, 1, 1)).days) - received
    names = list(f["outcome"].cat.categories)
    code = np.where(event, f["outcome"].cat.codes.to_numpy().astype(np.int64), len(names))
    width = int(days.max()) + 1
    found = np.bincount(code * width + days, minlength=(len(names) + 1) * width).reshape(-1, width)
    return dict(zip([*names, None], found, strict=True))


def endings_polars(rows: Rows) -> dict[str, Any]:
    day = (pl.col("closed").fill_null(rows.as_at) - pl.col("received")).dt.total_days().alias("day")
    way = pl.when(pl.col("closed").is_not_null()).then(pl.col("outcome")).alias("way")
    found = rows.polars.lazy().group_by([way, day]).agg(pl.len().alias("n")).collect()
    width = int(found["day"].max()) + 1  # type: ignore[arg-type]
    laid = {}
    for key, part in found.partition_by("way", as_dict=True).items():
        laid[key[0]] = np.zeros(width, dtype=np.int64)
        laid[key[0]][part["day"].to_numpy()] = part["n"].to_numpy()
    return laid


def incidences(found: dict[str, Any]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """The share of all cases that has ended in each way by the last day: Aalen and Johansen with numpy."""
    ways = {way: n for way, n in found.items() if way is not None and n.any()}
    ended, all_of_them = sum(ways.values()), sum(found.values())
    at_risk = all_of_them.sum() - np.concatenate(([0], np.cumsum(all_of_them)[:-1]))
    hazard = np.where(at_risk > 0, ended / np.maximum(at_risk, 1), 0)
    before = np.concatenate(([1.0], np.cumprod(1 - hazard)[:-1]))
    return {
        (way,): (round(float((before * n / np.maximum(at_risk, 1)).sum()), 9),) for way, n in ways.items()
    }


def log_rank(parts: dict[str, tuple[Any, Any]]) -> tuple[int, float]:
    """Degrees of freedom and chi-squared of Mantel's test, of groups of which five cases or more have ended."""
    kept = [part for part in parts.values() if part[0].sum() >= 5]
    width = max(len(events) for events, _ in kept)
    events, cases = (
        np.array([np.pad(part[i], (0, width - len(part[i]))) for part in kept]) for i in range(2)
    )
    at_risk = cases.sum(axis=1, keepdims=True) - np.cumsum(cases, axis=1) + cases
    d, n = events.sum(axis=0), at_risk.sum(axis=0)
    on = d > 0
    events, at_risk, d, n = events[:, on], at_risk[:, on], d[on], n[on]
    share = at_risk / n
    gap = (events - share * d).sum(axis=1)[:-1]
    weight = d * (n - d) / np.maximum(n - 1, 1)
    spread = np.diag((share * weight).sum(axis=1)) - (share * weight) @ share.T
    return len(kept) - 1, round(float(gap @ np.linalg.solve(spread[:-1, :-1], gap)), 4)


def longest_pandas(rows: Rows) -> list[date]:
    """The days on which the ten that have been open longest were received."""
    f = rows.pandas
    return [day.date() for day in f.loc[f["closed"].isna(), "received"].nsmallest(10)]


def longest_polars(rows: Rows) -> list[date]:
    found = (
        rows.polars.lazy()
        .filter(pl.col("closed").is_null())
        .select("received")
        .bottom_k(10, by="received")
        .collect()
    )
    return sorted(found["received"].to_list())


def within_pandas(rows: Rows, *, target: int) -> tuple[int, int]:
    f = rows.pandas
    event = f["closed"].notna().to_numpy()
    start = (f["received"].to_numpy().astype("datetime64[D]") - np.datetime64(rows.epoch)).astype(np.int64)
    ended = (
        f["closed"].fillna(pd.Timestamp(rows.as_at)).to_numpy().astype("datetime64[D]")
        - np.datetime64(rows.epoch)
    ).astype(np.int64)
    length = rows.working[ended] - rows.working[start]
    return int((event & (length <= target)).sum()), int((length > target).sum())


def within_polars(rows: Rows, *, target: int) -> tuple[int, int]:
    epoch = (rows.epoch - date(1970, 1, 1)).days
    f = rows.polars
    start = f["received"].to_physical().to_numpy() - epoch
    ended = f["closed"].fill_null(rows.as_at).to_physical().to_numpy() - epoch
    length = rows.working[ended] - rows.working[start]
    return int((f["closed"].is_not_null().to_numpy() & (length <= target)).sum()), int(
        (length > target).sum()
    )
