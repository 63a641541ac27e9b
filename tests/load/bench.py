"""`make bench`: every measure that counts rows, beside pandas, polars and the best formulation in SQL, in one run.

    python -m tests.load.bench [--requests 2500,100000,1000000] [--runs 7] [--ten-million]

Each line is one question. The four answer it in turn, `runs` times over, after one round that is not counted, so that
what else the machine does falls on all alike; the answers are compared before any time is shown. Ours is a call of
`measure`, from filters to rows and notes, through a store that has been asked before: what it knows of the
register is kept, answers are not. `cold`: nothing is kept. pandas and polars work on rows already in
memory (columns of few values as categories); the best formulation (tests/load/best/*.sql) is run by DuckDB on a table
of just the columns it needs, both with two threads. Reading and building are timed apart. Nothing here is a test: a
slow machine fails nothing.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from dashboard.editions import add_edition
from dashboard.measures import MeasureResult, measure
from dashboard.registers import load_registers
from dashboard.sample import LEGACY, write_sample
from dashboard.settings import PACKAGE, load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from dashboard.working_days import calendar, load_bank_holidays
from tests.load import peers
from tests.load.peers import Rows


BEST = Path(__file__).parent / "best"
SHARE = 0.55  # of the sample's requests, those of the register asked about
# What a store knows of the register, whatever is asked of it.
KEPT = (
    "scope",
    "registers",
    "withdrawn",
    "answerability",
    "type_notes",
    "undated_exclusions",
    "gone",
    "labels",
)
FIRST, LAST = date(1990, 1, 1), date(2030, 12, 31)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, four ways to the answer, and how each is made comparable."""

    words: str
    measure: str
    filters: dict[str, Any]
    ours: Callable[[MeasureResult], Any]
    best: str
    pandas: Callable[[Rows], Any]
    polars: Callable[[Rows], Any]
    values: dict[str, Any] = field(default_factory=dict)  # parameters of the best formulation
    of_best: Callable[[list[tuple[Any, ...]]], Any] = lambda rows: rows


def _keyed(rows: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {tuple(r[:2]): tuple(r[2:]) for r in rows}


def _volumes(result: MeasureResult) -> Any:
    names = (*peers.KINDS, "open_at_end")
    return {(r["interval_start"], r["group"]): tuple(r[n] for n in names) for r in result.dicts()}


def _backlog(result: MeasureResult) -> Any:
    names = ("open", "age_0_30", "age_31_60", "age_61_120", "age_over_120")
    return {(r["month_end"].replace(day=1), r["group"]): tuple(r[n] for n in names) for r in result.dicts()}


def _recipients(result: MeasureResult) -> Any:
    names = ("requests", "releases", "recipients", "first_date", "last_date")
    return {(r["group"],): tuple(r[n] for n in names) for r in result.dicts()}


def _top(result: MeasureResult) -> Any:
    return {(r["recipient"],): (r["requests"], r["releases"], round(r["share"], 9)) for r in result.dicts()}


def _turnaround(result: MeasureResult) -> Any:
    names = ("n", "events", "median", "median_low", "median_high", "p90")
    return {r["group"]: tuple(r[n] for n in names) for r in result.dicts()}


def _curves(parts: dict[str, tuple[Any, Any]]) -> Any:
    return {g: peers.curve(*part) for g, part in parts.items() if part[1].sum()}


def _parts(rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, Any]]:
    laid: dict[str, tuple[Any, Any]] = {}
    found: dict[str, list[tuple[int, int, int]]] = {}
    for group, day, events, cases in rows:
        found.setdefault(group, []).append((day, events, cases))
    for group, each in found.items():
        days = np.array(each)
        events, cases = (np.zeros(int(days[:, 0].max()) + 1, dtype=np.int64) for _ in range(2))
        events[days[:, 0]], cases[days[:, 0]] = days[:, 1], days[:, 2]
        laid[group] = (events, cases)
    return laid


def _survival(result: MeasureResult) -> Any:
    return [(r["day"], round(r["survival"], 9)) for r in result.dicts()]


def _survival_of(parts: dict[str, tuple[Any, Any]]) -> Any:
    """The curve on each day on which somebody leaves."""
    events, cases = parts["all"]
    at_risk = cases.sum() - np.concatenate(([0], np.cumsum(cases)[:-1]))
    s = np.cumprod(1 - events / np.maximum(at_risk, 1))
    days = np.flatnonzero(cases)
    return [(int(d), round(float(s[d]), 9)) for d in days]


def _outcomes(result: MeasureResult) -> Any:
    """Each outcome's incidence on the last day."""
    last = {r["outcome"]: r["cumulative_incidence"] for r in result.dicts()}
    return {(outcome,): (round(share, 9),) for outcome, share in last.items()}


def _endings(rows: list[tuple[Any, ...]]) -> Any:
    width = max(day for _, day, _ in rows) + 1
    found: dict[str, Any] = {}
    for outcome, day, n in rows:
        found.setdefault(outcome, np.zeros(width, dtype=np.int64))[day] = n
    return peers.incidences(found)


def _compared(result: MeasureResult) -> Any:
    row = result.dicts()[0]
    return row["df"], round(row["chi2"], 4)


def _within(result: MeasureResult) -> Any:
    return round(result.dicts()[0]["within_target"], 9)


def _share(answer: tuple[int, int]) -> Any:
    return round(answer[0] / (answer[0] + answer[1]), 9)


def questions(dataset: str) -> list[Question]:
    found: list[Question] = []
    part = (date(2014, 2, 10), date(2017, 9, 20))
    for words, filters, asked in (
        ("by month", {}, {}),
        ("by month and type", {"by": "type"}, {"by": "type"}),
        ("by month, one data set", {"dataset": dataset}, {"dataset": dataset}),
        (
            "by month, from 10 Feb 2014 to 20 Sep 2017",
            {"from_": part[0], "to": part[1]},
            {"start": part[0], "end": part[1]},
        ),
    ):
        values = {"by": None, "dataset": None, "start": None, "end": None, **asked}
        found.append(
            Question(
                words=words, measure="volumes", filters={"interval": "month", **filters}, ours=_volumes, best="volumes",
                pandas=lambda rows, v=values: peers.volumes_pandas(rows, **v),
                polars=lambda rows, v=values: peers.volumes_polars(rows, **v),
                values={"by": values["by"], "dataset": values["dataset"], "from": values["start"], "to": values["end"]},
                of_best=_keyed,
            )
        )  # fmt: skip
    for words, asked in (("all", {}), ("by type", {"by": "type"}), ("one data set", {"dataset": dataset})):
        values = {"by": None, "dataset": None, **asked}
        found.append(
            Question(
                words=words, measure="backlog", filters=asked, ours=_backlog, best="backlog",
                pandas=lambda rows, v=values: peers.backlog_pandas(rows, **v),
                polars=lambda rows, v=values: peers.backlog_polars(rows, **v),
                values=values, of_best=_keyed,
            )
        )  # fmt: skip
    for words, filters, asked in (
        ("by type", {}, {}),
        ("by type, tier 2", {"tier": "2"}, {"tier": 2}),
        (
            "by type, 10 Feb 2014 to 20 Sep 2017",
            {"from_": part[0], "to": part[1]},
            {"start": part[0], "end": part[1]},
        ),
    ):
        values = {"start": None, "end": None, "tier": None, **asked}
        found.append(
            Question(
                words=words, measure="recipients", filters=filters, ours=_recipients, best="recipients",
                pandas=lambda rows, v=values: peers.recipients_pandas(rows, **v),
                polars=lambda rows, v=values: peers.recipients_polars(rows, **v),
                values={"from": values["start"], "to": values["end"], "tier": values["tier"]},
                of_best=lambda rows: {(r[0],): r[1:] for r in rows},
            )
        )  # fmt: skip
    for words, filters, asked in (("20", {}, {"tier": None}), ("20, tier 2", {"tier": "2"}, {"tier": 2})):
        found.append(
            Question(
                words=words, measure="top-recipients", filters=filters, ours=_top, best="top_recipients",
                pandas=lambda rows, v=asked: peers.top_pandas(rows, **v),
                polars=lambda rows, v=asked: peers.top_polars(rows, **v),
                values=asked, of_best=lambda rows: {(r[0],): (r[1], r[2], round(r[3], 9)) for r in rows},
            )
        )  # fmt: skip
    for words, asked in (
        ("median and p90", {}),
        ("median and p90 by type", {"by": "type"}),
        ("median and p90, universities", {"kind": "university"}),
    ):
        values = {"by": None, "kind": None, **asked}
        found.append(
            Question(
                words=words, measure="turnaround", ours=_turnaround, best="survival",
                filters={("type" if k == "kind" else k): v for k, v in asked.items()},
                pandas=lambda rows, v=values: _curves(peers.survival_pandas(rows, **v)),
                polars=lambda rows, v=values: _curves(peers.survival_polars(rows, **v)),
                values={"by": values["by"], "type": values["kind"]}, of_best=lambda rows: _curves(_parts(rows)),
            )
        )  # fmt: skip
    everybody = {"by": None, "kind": None}
    found.append(
        Question(
            words="within 60 working days", measure="turnaround", filters={"unit": "working", "target": 60},
            ours=_within, best="within", pandas=lambda rows: _share(peers.within_pandas(rows, target=60)),
            polars=lambda rows: _share(peers.within_polars(rows, target=60)), values={"target": 60},
            of_best=lambda rows: _share(rows[0]),  # type: ignore[arg-type]
        )
    )  # fmt: skip
    found.append(
        Question(
            words="the whole curve", measure="survival-curve", filters={}, ours=_survival, best="survival",
            pandas=lambda rows: _survival_of(peers.survival_pandas(rows, **everybody)),
            polars=lambda rows: _survival_of(peers.survival_polars(rows, **everybody)),
            values={"by": None, "type": None}, of_best=lambda rows: _survival_of(_parts(rows)),
        )
    )  # fmt: skip
    found.append(
        Question(
            words="the largest incidences", measure="outcomes", filters={}, ours=_outcomes, best="endings",
            pandas=lambda rows: peers.incidences(peers.endings_pandas(rows)),
            polars=lambda rows: peers.incidences(peers.endings_polars(rows)), of_best=_endings,
        )
    )  # fmt: skip
    by_type = {"by": "type", "kind": None}
    found.append(
        Question(
            words="types", measure="turnaround-comparison", filters={}, ours=_compared, best="survival",
            pandas=lambda rows: peers.log_rank(peers.survival_pandas(rows, **by_type)),
            polars=lambda rows: peers.log_rank(peers.survival_polars(rows, **by_type)),
            values={"by": "type", "type": None}, of_best=lambda rows: peers.log_rank(_parts(rows)),
        )
    )  # fmt: skip
    found.append(
        Question(
            words="10", measure="oldest-open", filters={}, ours=lambda result: result.column("received_date"),
            best="oldest_open", pandas=peers.longest_pandas, polars=peers.longest_polars,
            of_best=lambda rows: [row[0] for row in rows],
        )
    )  # fmt: skip
    return found


def load(path: Path, as_at: date, folder: Path) -> tuple[Rows, duckdb.DuckDBPyConnection, str]:
    """The rows in memory and in a table of their own; and the name of a data set to ask for."""
    days = calendar(
        FIRST, LAST, load_bank_holidays(PACKAGE.parent / "data" / "reference" / "bank_holidays_england.csv")
    )
    con = duckdb.connect(str(folder / "best.duckdb"), config={"threads": 2})
    for name, column in (
        ("type", "recipient_type"), ("outcome", "outcome"), ("recipient", "recipient"), ("dataset", "dataset"),
    ):  # fmt: skip
        con.execute(f"create type enum_{name} as enum (select distinct {column} from '{path}' order by 1)")  # noqa: S608
    con.execute((BEST / "load.sql").read_text("utf-8"), {"file": str(path)})
    con.execute("create table calendar (day date, number integer)")
    con.executemany("insert into calendar values (?, ?)", [(day, number) for day, _, number in days])
    con.execute("checkpoint")
    frame = con.execute("from requests").df()
    many = pl.read_parquet(path).select(
        pl.col("recipient_type").alias("type"),
        pl.col("classification").str.tail(1).cast(pl.UInt8).alias("tier"),
        *("outcome", "recipient", "dataset"),
        *(pl.col(f"{c}_date").alias(c) for c in ("received", "closed", "released")),
    )
    for name in ("type", "outcome", "recipient", "dataset"):
        many = many.with_columns(pl.col(name).cast(pl.Enum(sorted(many[name].unique().to_list()))))
    rows = Rows(
        pandas=frame, polars=many, as_at=as_at, epoch=FIRST, working=np.array([n for _, _, n in days])
    )
    return rows, con, str(many["dataset"].mode().to_list()[0])


def bench(requests: int, runs: int) -> list[tuple[float, ...]]:
    """Ratios of every line at one size; prints as it goes. Raises AssertionError when two answers differ."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = load_settings(folder / "data")
        written = write_sample(folder / "sample", requests=round(requests / SHARE), format="parquet")
        chosen = next(e for e in written if e.register == LEGACY)
        add_edition(settings, load_registers(settings)[LEGACY], chosen.path)
        started = time.perf_counter()
        report = build(settings)
        built = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"\n{requests:,} requests: built in {built:.1f} s, {report.bytes / 1e6:.0f} MB, peak {peak:.0f} MB\n"
            f"{'':54}{'ours':>14}{'cold':>7}{'best':>14}{'polars':>14}{'pandas':>14}{'ours/best':>11}{'ours/faster':>12}",
            flush=True,
        )
        rows, con, dataset = load(chosen.path, chosen.as_at, folder)
        found = []
        with con, Store(settings) as store:
            for question in questions(dataset):
                found.append(one(question, rows, con, store, runs))
        return found


def one(
    question: Question, rows: Rows, con: duckdb.DuckDBPyConnection, store: Store, runs: int
) -> tuple[float, ...]:
    """Ask one question four ways in turn; print the medians (and minima) in milliseconds."""
    sql = (BEST / f"{question.best}.sql").read_text("utf-8")
    [statement] = duckdb.extract_statements(sql)
    values = {
        k: v for k, v in {**question.values, "as_at": rows.as_at}.items() if f"${k}" in sql.split("\n", 3)[3]
    }

    def forget(kept: tuple[str, ...]) -> None:
        for key in [k for k in store._results if k[1] not in kept]:
            del store._results[key]

    def ours() -> Any:
        return measure(question.measure, store, register=LEGACY, **question.filters)

    def best() -> Any:
        cursor = con.cursor()
        return cursor.execute(statement, values).fetchall()

    ways: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
        "ours": (ours, question.ours),
        "best": (best, question.of_best),
        "polars": (lambda: question.polars(rows), lambda answer: answer),
        "pandas": (lambda: question.pandas(rows), lambda answer: answer),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(runs + 1):
        answers = {}
        for way, (call, plain) in ways.items():
            if way == "ours":
                forget(KEPT)
            started = time.perf_counter()
            answer = call()
            if way == "best":  # what a curve needs beyond its counts is part of the answer
                answer = plain(answer)
            if turn:
                times[way].append((time.perf_counter() - started) * 1000)
            answers[way] = answer if way == "best" else plain(answer)
        for way, answer in answers.items():
            assert _same(answer, answers["pandas"]), (question.measure, question.words, way)
    forget(())
    started = time.perf_counter()
    ours()
    cold = (time.perf_counter() - started) * 1000
    middle = {way: statistics.median(each) for way, each in times.items()}
    least = {way: min(each) for way, each in times.items()}
    to_best, to_faster = (
        middle["ours"] / middle["best"],
        middle["ours"] / min(middle["pandas"], middle["polars"]),
    )

    def cell(way: str) -> str:
        return f"{middle[way]:>7.1f} ({least[way]:.1f})".rjust(14)

    print(
        f"{question.measure + ', ' + question.words:<54}{cell('ours')}{cold:>7.0f}{cell('best')}{cell('polars')}"
        f"{cell('pandas')}{to_best:>11.2f}{to_faster:>12.2f}",
        flush=True,
    )
    return to_best, to_faster


def _same(one: Any, other: Any) -> bool:
    """Equal answers; a group in which nothing happened may be left out."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(
            one.get(k) == other.get(k)
            for k in one.keys() | other.keys()
            if any((one.get(k) or ()) or (other.get(k) or ()))
        )
    return bool(one == other)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", default="2500,100000,1000000")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument(
        "--ten-million", action="store_true", help="10,000,000 requests too: minutes, and 16 GB"
    )
    arguments = parser.parse_args()
    sizes = [int(s) for s in arguments.requests.split(",")] + [10_000_000] * arguments.ten_million
    slower: list[str] = []
    for size in sizes:
        for question, (to_best, to_faster) in zip(questions("-"), bench(size, arguments.runs), strict=True):
            name = f"{size:>10,}  {question.measure}, {question.words}"
            if to_best > 1:
                slower.append(f"{name}: {to_best:.2f} of the best formulation")
            if size >= 100_000 and to_faster > 1:
                slower.append(f"{name}: {to_faster:.2f} of the faster of pandas and polars")
    print("\nSlower than stated:" if slower else "\nNowhere slower than stated.")
    print("\n".join(slower))


if __name__ == "__main__":
    main()
