"""The notebooks for statisticians run from the top in a fresh kernel, and are stored without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

from dashboard.reports import KERNEL, own_kernel
from dashboard.settings import CHECKOUT
from tests.conftest import BuiltSample


NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_stored_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def run(name: str, tmp_path: Path, **parameters: str) -> nbformat.NotebookNode:
    with own_kernel({}, tmp_path / "kernel.log") as manager:
        return papermill.execute_notebook(
            str(CHECKOUT / "notebooks" / name),
            str(tmp_path / name),
            parameters=parameters,
            kernel_name=KERNEL,
            language="python",
            kernel_manager_class=manager,
            progress_bar=False,
            execution_timeout=120,
        )


def test_explore_turnaround_draws_two_charts_and_ends_with_a_finding(
    sample_data: BuiltSample, tmp_path: Path
) -> None:
    done = run("explore_turnaround.ipynb", tmp_path, data=str(sample_data.settings.data))
    cells = {c["id"]: c for c in done.cells if c.cell_type == "code"}
    for name in ("curve", "years"):
        kinds = {kind for o in cells[name].outputs for kind in o.get("data", {})}
        assert "application/vnd.holoviews_exec.v0+json" in kinds, kinds
    assert not [o for c in cells.values() for o in c.outputs if o.get("name") == "stderr"]
    [finding] = cells["finding"].outputs
    assert "Half of cases ended within" in finding.data["text/plain"]
    assert "medians of" in finding.data["text/plain"]
