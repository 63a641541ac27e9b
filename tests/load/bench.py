"""`make bench`: measures beside pandas on the same synthetic rows, in the same run, answers checked equal.

    python -m tests.load.bench [--requests 2500,100000,1000000] [--runs 5]

Times are medians in milliseconds of calls through the Store with its cache emptied, two threads. pandas works on
data already in memory; its loading time is not counted. Nothing here is a test: a slow machine fails nothing.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboard.editions import add_edition
from dashboard.measures import measure
from dashboard.registers import load_registers
from dashboard.sample import write_sample
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build


REGISTER = "sample-npd-requests"


def milliseconds(call: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Median time of `runs` calls after one that is not counted, and the answer."""
    answer = call()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), answer


def volumes_pandas(frame: pd.DataFrame) -> list[tuple[int, int, int]]:
    """Received, closed and open at the end of each month, by cumulative sums."""
    received = frame["received"].dt.to_period("M").value_counts()
    closed = frame["closed"].dt.to_period("M").value_counts()
    months = pd.period_range(received.index.min(), "2018-03", freq="M")
    got = pd.DataFrame(
        {"r": received.reindex(months, fill_value=0), "c": closed.reindex(months, fill_value=0)}
    )
    got["o"] = (got["r"] - got["c"]).cumsum()
    return [tuple(row) for row in got.to_numpy().tolist()]


def recipients_pandas(frame: pd.DataFrame) -> dict[str, tuple[int, int]]:
    found = frame.groupby("type", observed=True).agg(
        requests=("reference", "nunique"), recipients=("recipient", "nunique")
    )
    return {str(k): (int(v.requests), int(v.recipients)) for k, v in found.iterrows()}


def turnaround_pandas(frame: pd.DataFrame, as_at: pd.Timestamp) -> tuple[int, int]:
    """Median and 90th percentile by Kaplan-Meier, open cases censored."""
    end = frame["closed"].fillna(as_at)
    days = (end - frame["received"]).dt.days.to_numpy()
    event = frame["closed"].notna().to_numpy()
    died = np.bincount(days[event], minlength=days.max() + 1)
    left = np.bincount(days, minlength=days.max() + 1)
    at_risk = len(days) - np.concatenate(([0], np.cumsum(left)[:-1]))
    survival = np.cumprod(1 - died / np.maximum(at_risk, 1))
    return int(np.argmax(survival <= 0.5)), int(np.argmax(survival <= 0.1))


def bench(requests: int, runs: int) -> list[tuple[str, float, float]]:
    """(measure, our ms, pandas ms) at one size. Raises AssertionError when the answers differ."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "data")
        written = write_sample(Path(folder) / "sample", requests=requests, format="parquet")
        chosen = next(e for e in written if e.register == REGISTER)
        add_edition(settings, load_registers(settings)[REGISTER], chosen.path)
        started = time.perf_counter()
        build(settings)
        print(f"  built in {time.perf_counter() - started:.1f} s", flush=True)
        frame = pd.read_parquet(chosen.path) if _has_arrow() else _read(chosen.path)
        frame = frame.rename(
            columns={"received_date": "received", "closed_date": "closed", "recipient_type": "type"}
        )
        for name in ("received", "closed"):
            frame[name] = pd.to_datetime(frame[name])
        frame["type"] = frame["type"].astype("category")
        as_at = pd.Timestamp(chosen.as_at)
        with Store(settings) as store:

            def ours(name: str, **filters: object) -> Callable[[], Any]:
                def call() -> Any:
                    store._results.clear()
                    return measure(name, store, register=REGISTER, **filters)

                return call

            found = []
            for name, filters, other, same in (
                ("volumes", {"interval": "month"}, lambda: volumes_pandas(frame), _same_volumes),
                ("recipients", {}, lambda: recipients_pandas(frame), _same_recipients),
                ("turnaround", {}, lambda: turnaround_pandas(frame, as_at), _same_turnaround),
            ):
                mine, result = milliseconds(ours(name, **filters), runs)
                theirs, answer = milliseconds(other, runs)
                same(result, answer)
                found.append((name, mine, theirs))
            return found


def _has_arrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def _read(path: Path) -> pd.DataFrame:
    import duckdb

    with duckdb.connect() as con:
        return con.execute("from read_parquet($file)", {"file": str(path)}).df()


def _same_volumes(result: Any, answer: list[tuple[int, int, int]]) -> None:
    got = [(r["received"], r["closed"], r["open_at_end"]) for r in result.dicts()]
    assert got == answer, "volumes differ from pandas"


def _same_recipients(result: Any, answer: dict[str, tuple[int, int]]) -> None:
    got = {r["group"]: (r["requests"], r["recipients"]) for r in result.dicts()}
    assert got == answer, "recipients differ from pandas"


def _same_turnaround(result: Any, answer: tuple[int, int]) -> None:
    row = result.dicts()[0]
    assert (row["median"], row["p90"]) == answer, "turnaround differs from pandas"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", default="2500,100000,1000000")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'requests':>10}  {'measure':<12}{'ours, ms':>10}{'pandas, ms':>12}{'ours/pandas':>13}")
    for size in (int(s) for s in arguments.requests.split(",")):
        for name, mine, theirs in bench(size, arguments.runs):
            print(f"{size:>10,}  {name:<12}{mine:>10.1f}{theirs:>12.1f}{mine / theirs:>13.2f}", flush=True)


if __name__ == "__main__":
    main()
