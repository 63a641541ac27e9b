"""The notebooks for statisticians run from the top in a fresh kernel, and are stored without outputs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import papermill
import pytest

from dashboard.measures import volumes
from dashboard.notebook import OpenStore
from dashboard.reports import KERNEL, own_kernel
from dashboard.sample import LEGACY, SHARES
from dashboard.settings import CHECKOUT
from tests.conftest import BuiltSample


NOTEBOOKS = sorted((CHECKOUT / "notebooks").glob("*.ipynb"))
EXPLORING = [path.stem for path in NOTEBOOKS if path.stem != "april_review"]
CHART = "application/vnd.holoviews_exec.v0+json"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_stored_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_they_are_those_that_are_promised() -> None:
    assert EXPLORING == [
        "check_a_published_figure",
        "explore_recipients",
        "explore_register_history",
        "explore_turnaround",
        "explore_volumes",
    ]


@pytest.mark.parametrize("name", EXPLORING)
def test_a_finding_is_worked_out_and_no_figure_is_typed_in(name: str) -> None:
    for cell in nbformat.read(CHECKOUT / "notebooks" / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type == "markdown":
            # 95% intervals, the 20 cases that a median rests on, and the interval that holds 1 are rules, no results.
            assert set(re.findall(r"(?<![\w`])\d+(?![\w`])", cell.source)) <= {"0", "1", "20", "95"}, (
                cell.source
            )


def run(name: str, tmp_path: Path, **parameters: str | int) -> dict[str, nbformat.NotebookNode]:
    """The code cells of a notebook by id, run in a fresh kernel."""
    with own_kernel({}, tmp_path / "kernel.log") as manager:
        done = papermill.execute_notebook(
            str(CHECKOUT / "notebooks" / f"{name}.ipynb"),
            str(tmp_path / f"{name}.ipynb"),
            parameters=parameters,
            kernel_name=KERNEL,
            language="python",
            kernel_manager_class=manager,
            progress_bar=False,
            execution_timeout=120,
        )
    cells = {c["id"]: c for c in done.cells if c.cell_type == "code"}
    assert not [o for c in cells.values() for o in c.outputs if o.get("name") == "stderr"]
    return cells


def charts(cells: dict[str, nbformat.NotebookNode]) -> list[str]:
    drawn = [name for name, c in cells.items() if any(CHART in o.get("data", {}) for o in c.outputs)]
    return drawn[1:]  # the first loads the scripts


def finding(cells: dict[str, nbformat.NotebookNode]) -> str:
    [output] = cells["finding"].outputs
    return str(output.data["text/markdown"])


def everything(cells: dict[str, nbformat.NotebookNode]) -> str:
    return json.dumps([o for c in cells.values() for o in c.outputs])


def test_volumes_compares_two_whole_years(
    sample_data: BuiltSample, opened: OpenStore, tmp_path: Path
) -> None:
    cells = run("explore_volumes", tmp_path, data=str(sample_data.settings.data))
    assert charts(cells) == ["chart", "choose", "control"]
    rows = {r["interval_start"].year: r for r in opened.volumes(register=LEGACY, interval="year").dicts()}
    words = finding(cells)
    assert words.startswith(
        f"**{rows[2017]['received']} received in 2017 and {rows[2016]['received']} in 2016:"
    )
    assert "Synthetic sample data" in words
    # Scripts come with the notebook: nothing that is drawn is asked of another host.
    scripts = re.findall(r"<script[^>]* src=", everything(cells))
    assert scripts == []
    assert "Bokeh" in everything(cells)


def test_recipients_says_how_many_hold_half(
    sample_data: BuiltSample, opened: OpenStore, tmp_path: Path
) -> None:
    cells = run("explore_recipients", tmp_path, data=str(sample_data.settings.data))
    assert charts(cells) == ["top-chart", "curve", "types", "new"]
    shares = opened.top_recipients(register=LEGACY, from_="2015-04-01", limit=1000).column("share")
    held = [sum(shares[: n + 1]) for n in range(len(shares))]
    half = next(n for n, share in enumerate(held, start=1) if share >= 0.5 - 1e-9)
    assert finding(cells).startswith(
        f"**Half of all releases went to {half} of {len(shares)} recipients since 2015-04-01.**"
    )


def test_turnaround_draws_its_charts_and_ends_with_a_finding(
    sample_data: BuiltSample, tmp_path: Path
) -> None:
    cells = run("explore_turnaround", tmp_path, data=str(sample_data.settings.data))
    assert charts(cells) == ["curve", "groups", "years"]
    assert finding(cells).startswith("**Half of cases ended within")
    assert "medians of" in finding(cells)


def test_history_says_what_the_latest_file_misses(
    sample_data: BuiltSample, opened: OpenStore, tmp_path: Path
) -> None:
    cells = run("explore_register_history", tmp_path, data=str(sample_data.settings.data))
    assert charts(cells) == ["changes", "seen", "known", "followed"]
    rows = opened.ever_seen(register=LEGACY).dicts()
    ever, still = sum(r["ever_seen"] for r in rows), sum(r["still_listed"] for r in rows)
    assert finding(cells).startswith(
        f"**Of {ever} requests that some edition listed, the latest lists {still}:"
    )
    left = [r for r in opened.changes(register=LEGACY).dicts() if r["kind"] == "left_no_reason_published"]
    assert f" {len(left)} left with no reason published." in finding(cells)


def test_a_published_figure_is_checked_against_each_way_of_counting(
    sample_data: BuiltSample, opened: OpenStore, tmp_path: Path
) -> None:
    data = str(sample_data.settings.data)
    cells = run("check_a_published_figure", tmp_path, data=data)
    assert charts(cells) == ["compare", "corrected"]
    [row] = opened.volumes(register=LEGACY, from_=2016, to=2016).dicts()
    assert row["received"] + row["excluded"] == 111  # the claim that the notebook makes
    assert finding(cells).startswith(
        f"**The claim of 111 received in 2016 is not the number as defined, {row['received']}; it is the number with "
        "those left out.**"
    )
    # A figure that ships with the project and was corrected by the one who gave it.
    assert "'individuals whose information was shared' (Police): 21, then 62, 3.0 times as many" in finding(
        cells
    )
    right = run("check_a_published_figure", tmp_path, data=data, claim=row["received"])
    assert "is what the register says" in finding(right)


@pytest.mark.parametrize("name", EXPLORING)
def test_a_register_that_cannot_answer_is_told_of_and_no_error(
    sample_data: BuiltSample, tmp_path: Path, name: str
) -> None:
    # Shares have no date of receipt; what the build ships of the department's is a selection that supports no count.
    register = SHARES if name == "explore_turnaround" else "dfe-npd-requests"
    cells = run(name, tmp_path, data=str(sample_data.settings.data), register=register)
    words = finding(cells)
    if name == "explore_turnaround":
        assert "cannot be worked out" in words
    elif name == "check_a_published_figure":
        assert "The register cannot say how many were received in 2016." in words
    else:
        assert "The entries are a selection" in words


def test_the_figures_are_the_measures_own(opened: OpenStore) -> None:
    """What a notebook quotes from a function is what the method gives: there is one of each."""
    assert volumes(opened, register=LEGACY).csv() == opened.volumes(register=LEGACY).csv()
