"""500 mutated workbooks through `add`: each is archived whole or refused in words, and what was accepted builds."""

from __future__ import annotations

import faulthandler
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from dashboard import editions
from dashboard.sample import write_sample
from dashboard.workbook import read_workbook
from tests.integration.conftest import LEGACY, SHARES, Run
from tests.support.mutate import mutations, write_csv, write_ods, write_xlsx
from tests.support.tiny import tree, write_tiny


COUNT = 500
SEED = 20261123
BUILT_TOGETHER = 30  # accepted mutants that go into one warehouse

NAMES = ("Somebody Ltd", "Another & Co", "=HYPERLINK(1)")
ROWS = [
    ("Reference", "Organisation", "Released"),
    *((f"A{n}", NAMES[n % 3], f"20{n % 20:02}-0{n % 9 + 1}-1{n % 9}") for n in range(1, 40)),
]


def test_mutants_are_archived_whole_or_refused(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # test_apart.py reads in a process of its own; 500 of them would be slow.
    monkeypatch.setattr(editions, "read_workbook", read_workbook)
    folder = tmp_path / "data"
    write_tiny(folder)
    (tmp_path / "seeds").mkdir()
    registers: dict[str, str] = {}
    seeds = []
    for edition in write_sample(tmp_path / "sample", requests=30, editions=1, hostile=True):
        path = shutil.copyfile(edition.path, tmp_path / "seeds" / f"{edition.register}.ods")
        registers[path.stem] = edition.register
        seeds += [path, path]
    for write, suffix in ((write_ods, "ods"), (write_xlsx, "xlsx")):
        seeds.append(write(tmp_path / "seeds" / f"tiny{suffix}.{suffix}", {"Releases": ROWS}))
    seeds.append(write_csv(tmp_path / "seeds" / "tinycsv.csv", ROWS))
    assert set(registers.values()) == {LEGACY, SHARES}

    outcomes: Counter[tuple[str, str]] = Counter()
    slowest = (0.0, "")
    hang = (tmp_path / "hang.txt").open("w")
    faulthandler.dump_traceback_later(120, exit=True, file=hang)
    began = time.monotonic()
    day = 0
    kept: dict[str, list[Path]] = {}
    try:
        for name, data, suffix in mutations(seeds, COUNT, SEED):
            path = tmp_path / f"mutant{suffix}"
            path.write_bytes(data)
            register = next((r for stem, r in registers.items() if f"-{stem}-" in name), "tiny")
            before = tree(folder / "editions")
            day += 1
            as_at = f"20{30 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"
            start = time.monotonic()
            ran = run("--data", folder, "add", register, path, "--as-at", as_at)
            slowest = max(slowest, (time.monotonic() - start, name))
            after = tree(folder / "editions")
            if ran.code == 0 and "nothing changed" in ran.out:
                outcomes[suffix, "known"] += 1
                assert after == before, name
            elif ran.code == 0:
                outcomes[suffix, "added"] += 1
                edition = folder / "editions" / register / as_at
                assert len(list(edition.iterdir())) == 2, name
                assert before.items() <= after.items()
                assert len(after) == len(before) + 2
                # out of the way, so that the archive stays small and each is tried alone
                aside = tmp_path / "aside" / register / as_at
                aside.parent.mkdir(parents=True, exist_ok=True)
                kept.setdefault(suffix, []).append(edition.rename(aside))
            else:
                outcomes[suffix, "refused"] += 1
                assert ran.code == 1, (name, ran)
                assert ran.out == ""
                assert "\n  Next: " in ran.err, (name, ran.err)
                assert path.name in ran.err, (name, ran.err)
                assert after == before, name
            assert all(c.isprintable() or c == "\n" for c in ran.out + ran.err), name
    finally:
        faulthandler.cancel_dump_traceback_later()
        hang.close()
    took = time.monotonic() - began

    chosen = [p for paths in kept.values() for p in paths[:: max(1, 3 * len(paths) // BUILT_TOGETHER)]]
    for edition in chosen:
        target = folder / "editions" / edition.parent.name / edition.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(edition, target)
    ran = run("--data", folder, "build")
    assert ran.code == 0, ran.err
    for register in (LEGACY, SHARES, "tiny"):
        for name in ("volumes", "recipients", "top-recipients", "turnaround", "spells", "editions"):
            measured = run("--data", folder, "measure", name, "--register", register, "--interval", "year")
            assert measured.code == 0
    counts = ", ".join(f"{suffix} {what} {n}" for (suffix, what), n in sorted(outcomes.items()))
    print(f"\n{COUNT} mutants in {took:.1f} s: {counts}; slowest {slowest[0]:.2f} s ({slowest[1]})")
    print(f"{len(chosen)} of {sum(map(len, kept.values()))} accepted built: {ran.out.splitlines()[1]}")
    assert sum(outcomes.values()) == COUNT
    assert slowest[0] < 10
    for suffix in (".ods", ".xlsx", ".csv"):
        assert outcomes[suffix, "added"] >= 5, suffix
        assert outcomes[suffix, "refused"] >= 5, suffix
