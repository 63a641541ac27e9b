"""A hundred of what `make soak` does two thousand of: no session stays, nothing is logged."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.load.soak import Soaked, soak
from tests.support.served import process


def test_a_hundred_openings_leave_nothing_behind(built: Path, tmp_path: Path) -> None:
    with process(built, tmp_path / "log") as served:
        found = asyncio.run(soak(served, 100, every=50))
    assert (found.openings, found.changes) == (100, 200)
    assert found.sessions_left == 0
    assert found.errors == []
    assert [n for n, _ in found.memory] == [50, 100]
    assert all(mib > 0 for _, mib in found.memory)


def test_the_slope_is_of_what_comes_after_the_caches_are_full() -> None:
    steady = Soaked(memory=[(100, 100.0), (200, 300.0), (300, 300.5), (400, 301.0)])
    assert steady.slope() == 5.12  # KiB: half a MiB each hundred
    assert Soaked(memory=[(200, 300.0)]).slope() is None
