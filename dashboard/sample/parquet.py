"""The truth of a sample of any size as Parquet, without damage: for measuring speed at sizes no workbook can hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from dashboard.sample.editions import published_date
from dashboard.sample.record import SampleEdition
from dashboard.sample.truth import (
    DATASETS,
    LEGACY,
    LEGACY_LAST,
    LEGACY_LEGAL_BASES,
    LEGACY_SHARE,
    ORGANISATIONS,
    PURPOSES,
    SHARES,
    SHARES_LAST,
    SHARES_LEGAL_BASES,
    TOPICS,
    TRUTH,
    TYPE_TERMS,
    organisation_weights,
)


def write_parquet(
    folder: Path, *, requests: int, seed: int, say: Callable[[str], None]
) -> list[SampleEdition]:
    """The truth at the last as-at date, drawn by DuckDB. Another draw than the workbooks', same constants."""
    legacy = max(1, round(requests * LEGACY_SHARE))
    written = []
    with duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    ) as con:
        con.execute("SET VARIABLE seed = $seed", {"seed": seed})
        con.execute("SET VARIABLE legacy_requests = $n", {"n": legacy})
        con.execute("SET VARIABLE shares_requests = $n", {"n": max(1, requests - legacy)})
        con.execute("CREATE TEMP TABLE month_weight (month INTEGER, weight DOUBLE)")
        con.executemany("INSERT INTO month_weight VALUES (?, ?)", [*enumerate(TRUTH.month_weight, start=1)])
        con.execute("CREATE TEMP TABLE organisation (name VARCHAR, type VARCHAR, early DOUBLE, late DOUBLE)")
        con.executemany("INSERT INTO organisation VALUES (?, ?, ?, ?)", _organisation_rows())
        con.execute(
            "CREATE TEMP TABLE clock"
            " (name VARCHAR, position INTEGER, share DOUBLE, median DOUBLE, sigma DOUBLE)"
        )
        clocks = [
            (name, position, share, TRUTH.median_days(name), TRUTH.sigma(name))
            for shares in (TRUTH.tier_share, TRUTH.route_share)
            for position, (name, share) in enumerate(shares.items())
        ]
        con.executemany("INSERT INTO clock VALUES (?, ?, ?, ?, ?)", clocks)
        con.execute("CREATE TEMP TABLE outcome (name VARCHAR, position INTEGER, share DOUBLE)")
        outcomes = [(name, at, share) for at, (name, share) in enumerate(TRUTH.legacy_outcome_share.items())]
        con.executemany("INSERT INTO outcome VALUES (?, ?, ?)", outcomes)
        con.execute("SET VARIABLE topics = $words", {"words": list(TOPICS)})
        con.execute("SET VARIABLE purposes = $words", {"words": list(PURPOSES)})
        con.execute("SET VARIABLE datasets = $words", {"words": list(DATASETS)})
        con.execute("SET VARIABLE legacy_legal_bases = $words", {"words": list(LEGACY_LEGAL_BASES)})
        con.execute("SET VARIABLE shares_legal_bases = $words", {"words": list(SHARES_LEGAL_BASES)})
        con.execute(Path(__file__).with_name("parquet.sql").read_text(encoding="utf-8"))
        for register, as_at, relation in (
            (LEGACY, LEGACY_LAST, "npd_requests"),
            (SHARES, SHARES_LAST, "shares"),
        ):
            path = folder / register / as_at.isoformat() / f"{register}_{as_at.isoformat()}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            quoted = str(path).replace("'", "''")
            con.execute(f"COPY {relation} TO '{quoted}' (FORMAT parquet)")
            written.append(SampleEdition(register, as_at, published_date(register, as_at, seed), path))
            say(f"Wrote {path.name}")
    return written


def _organisation_rows() -> list[tuple[str, str, float, float]]:
    rows = []
    for kind, names in ORGANISATIONS.items():
        weights = organisation_weights(kind)
        for name, weight in zip(names, weights, strict=True):
            share = weight / sum(weights)
            early, late = TRUTH.type_share_2012[kind] * share, TRUTH.type_share_2026[kind] * share
            rows.append((name, TYPE_TERMS[kind], early, late))
    return rows
