"""`make bench`: an April review rendered, beside papermill and nbconvert on an empty notebook, in the same run.

    python -m tests.load.render [--requests 2500,1000000] [--runs 5]

Whole processes in turn, `runs` times over after one round that is not counted: `papermill` of a notebook with one empty
cell, `nbconvert` of what it wrote, and `access-review render --no-pdf` (which makes the spreadsheet too) into an empty
folder. Must: ours at most three times the other two together, the page at most 600 KiB, no process over 400 MiB. PDF
and spreadsheet are timed beside it. `sections` is the same review made without kernel or page, all it asks of the
measures: what a render takes beyond it should not grow with the register. Nothing here is a test: a slow machine fails
nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat

from dashboard.editions import add_edition
from dashboard.registers import load_registers
from dashboard.review import Review, choose
from dashboard.review.parts import PATIENCE
from dashboard.sample import LEGACY, write_sample
from dashboard.settings import Settings, load_settings
from dashboard.store import Store
from dashboard.warehouse.build import build
from tests.load.bench import SHARE


MUST, MOST_KIB, MOST_MIB = 3.0, 600, 400
SECTIONS = (
    "cover", "sign_off", "headlines", "changes", "answerability", "volumes", "recipients", "holdings", "turnaround",
    "people", "access_arrangements", "commitments", "outside_figures", "data_quality", "method",
)  # fmt: skip


def seconds(*command: object, peaks: dict[str, float] | None = None) -> tuple[float, str]:
    """Wall time and output of one process. Raises CalledProcessError when it fails.

    `peaks` takes the most memory in MiB that it, its kernel and whatever else it starts had, as the system keeps it
    for each process; what `getrusage` tells of a child holds its parent's too.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while peaks is not None and process.poll() is None:
            for pid in (process.pid, *descendants(process.pid)):
                what = "command" if pid == process.pid else kind_of(pid)
                peaks[what] = max(peaks.get(what, 0.0), peak_of(pid))
            time.sleep(0.05)
        out, err = process.communicate()
    took = time.perf_counter() - began
    if process.returncode:
        print(err, file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    return took, out


def descendants(pid: int) -> Iterator[int]:
    try:
        children = [
            int(c) for t in Path(f"/proc/{pid}/task").iterdir() for c in (t / "children").read_text().split()
        ]
    except (OSError, ValueError):  # it has ended
        return
    for child in children:
        yield child
        yield from descendants(child)


def kind_of(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return "renderer"
    return "kernel" if "ipykernel" in command else "PDF" if "dashboard.paper" in command else "renderer"


def peak_of(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0
    )


def empty_notebook(folder: Path) -> Path:
    path = folder / "empty.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


def sections(settings: Settings, year: int) -> float:
    """Seconds that the review's questions and words take, in a process that has imported all."""
    began = time.perf_counter()
    with Store(settings, patience=PATIENCE) as store:
        review = Review.begin(store, choose(store, year=year, register=LEGACY))
        for name in SECTIONS:
            getattr(review, name)()
    return time.perf_counter() - began


def bench(requests: int, runs: int) -> list[str]:
    """One size; prints as it goes and gives what was missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = load_settings(folder / "data")
        form = "parquet" if requests > 10_000 else "ods"
        written = write_sample(folder / "sample", requests=round(requests / SHARE), format=form)
        mine = [e for e in written if e.register == LEGACY]
        for each in mine:
            add_edition(settings, load_registers(settings)[LEGACY], each.path, published=each.published)
        report = build(settings)
        year = max(e.published for e in mine).year
        year += max(e.published for e in mine).month > 4
        empty = empty_notebook(folder)
        times: dict[str, list[float]] = {k: [] for k in ("papermill", "nbconvert", "ours", "sections")}
        peaks: dict[str, float] = {}
        page = 0
        for turn in range(runs + 1):
            took = {
                "papermill": seconds("-m", "papermill", empty, folder / "out.ipynb", "--no-progress-bar")[0],
                "nbconvert": seconds("-m", "nbconvert", "--to", "html", folder / "out.ipynb")[0],
            }
            out = folder / f"out-{turn}"
            asked = ("render", "april-review", "--year", year, "--register", LEGACY, "--out", out)
            took["ours"], said = seconds(
                "-m", "dashboard", "--data", settings.data, *asked, "--no-pdf", peaks=peaks
            )
            page = (Path(said.strip()) / "report.html").stat().st_size
            took["sections"] = sections(settings, year)
            if turn:
                for way, each in took.items():
                    times[way].append(each)
        middle = {way: statistics.median(each) for way, each in times.items()}
        _, said = seconds(
            "-m", "dashboard", "--data", settings.data, *asked[:-1], folder / "whole", peaks=peaks
        )
        whole = json.loads((Path(said.strip()) / "times.json").read_text("utf-8"))["seconds"]
        reference = middle["papermill"] + middle["nbconvert"]
        ratio = middle["ours"] / reference
        print(
            f"\n{requests:,} requests, build of {report.bytes / 1e6:.0f} MB, April {year}\n"
            f"  empty notebook   papermill {middle['papermill']:.2f} s + nbconvert {middle['nbconvert']:.2f} s"
            f" = {reference:.2f} s\n"
            f"  HTML render      {middle['ours']:.2f} s, {ratio:.2f} of it; of which the questions"
            f" {middle['sections']:.2f} s, all else {middle['ours'] - middle['sections']:.2f} s\n"
            f"  beside it        spreadsheet {whole['spreadsheet']:.2f} s, PDF {whole['pdf']:.2f} s\n"
            f"  page             {page / 1024:.0f} KiB\n"
            f"  memory           {', '.join(f'{what} {mib:.0f} MiB' for what, mib in sorted(peaks.items()))}",
            flush=True,
        )
        missed = []
        if ratio > MUST:
            missed.append(
                f"{requests:,} requests: HTML render {ratio:.2f} of an empty notebook, not {MUST:g}"
            )
        if page > MOST_KIB * 1024:
            missed.append(f"{requests:,} requests: the page has {page / 1024:.0f} KiB, not {MOST_KIB}")
        if max(peaks.values()) > MOST_MIB:
            missed.append(f"{requests:,} requests: a process took more than {MOST_MIB} MiB")
        return missed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", default="2500")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    missed = [line for size in arguments.requests.split(",") for line in bench(int(size), arguments.runs)]
    print("\nMissed:" if missed else "\nNothing missed.")
    print("\n".join(missed))


if __name__ == "__main__":
    main()
