"""500 damaged and hostile workbooks: each is read or refused, soon, and nothing else happens."""

from __future__ import annotations

import faulthandler
import time
from collections import Counter
from pathlib import Path

from dashboard.errors import AccessReviewError
from dashboard.workbook import read_workbook
from tests.support.mutate import mutations, real_workbooks, seed_workbooks


COUNT = 500
SEED = 20260704


def test_mutants_are_read_or_refused(tmp_path: Path) -> None:
    made = seed_workbooks(tmp_path)
    # The made ones twice, so that the real ones, mostly CSV, do not crowd them out.
    seeds = [*made, *made, *real_workbooks()]
    outcomes: Counter[tuple[str, str]] = Counter()
    refusals: list[tuple[str, str, AccessReviewError]] = []
    slowest = (0.0, "")
    # Native code that hangs cannot be interrupted from Python: end the run and say where it was. The mutant
    # is left beside hang.txt, as it is when the process is aborted.
    hang = (tmp_path / "hang.txt").open("w")
    faulthandler.dump_traceback_later(120, exit=True, file=hang)
    began = time.monotonic()
    try:
        for name, data, suffix in mutations(seeds, COUNT, SEED):
            path = tmp_path / f"mutant{suffix}"
            path.write_bytes(data)
            start = time.monotonic()
            try:
                workbook = read_workbook(path)
            except AccessReviewError as error:
                refusals.append((path.name, name, error))
                outcomes[suffix, "refused"] += 1
            else:
                for sheet in workbook.sheets:
                    assert len({len(row) for row in sheet.rows}) <= 1, name
                outcomes[suffix, "read"] += 1
            slowest = max(slowest, (time.monotonic() - start, name))
    finally:
        faulthandler.cancel_dump_traceback_later()
        hang.close()
    took = time.monotonic() - began
    print(f"\n{COUNT} mutants in {took:.1f} s; slowest {slowest[0]:.2f} s ({slowest[1]})")
    for (suffix, outcome), count in sorted(outcomes.items()):
        print(f"{suffix:6} {outcome:8} {count:4}")
    for file, name, error in refusals:
        assert str(error).startswith(file), name
        assert error.hint, name
        assert error.message.isprintable(), name
    assert sum(outcomes.values()) == COUNT
    assert slowest[0] < 10
    assert took < 60
    # Were every mutant refused at the door, nothing behind it would have been tried.
    for suffix in (".ods", ".xlsx", ".xls", ".csv"):
        assert outcomes[suffix, "read"] >= 5, suffix
        assert outcomes[suffix, "refused"] >= 5, suffix


def test_mutants_can_be_made_again(tmp_path: Path) -> None:
    seeds = seed_workbooks(tmp_path)
    assert [*mutations(seeds, 40, 1)] == [*mutations(seeds, 40, 1)]
    assert [*mutations(seeds, 40, 1)] != [*mutations(seeds, 40, 2)]
