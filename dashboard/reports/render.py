"""One render: the notebook executed, the files of the report made beside it, and the folder moved into the archive."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from dashboard import __version__
from dashboard.errors import AccessReviewError
from dashboard.files import disk_errors, folder_whole, lock, sha256_of, write_whole
from dashboard.reports.inputs import (
    NOTEBOOK,
    REPORT,
    basis,
    check_parameters,
    code_hash,
    earlier_named,
    input_hashes,
    render_id,
)
from dashboard.reports.kernel import KERNEL, own_kernel
from dashboard.reports.notebook import tidy_notebook
from dashboard.reports.page import to_html
from dashboard.reports.pdf import to_pdf
from dashboard.reports.tables import to_ods
from dashboard.review import EARLIER, MEMORY, SCRATCH, Choice, choose, libraries
from dashboard.settings import Settings
from dashboard.store import LACKS_MEMORY, Store
from dashboard.warehouse import publish


LOG = "kernel.log"
START_TIMEOUT = 60  # seconds for the kernel to come up
CELL_TIMEOUT = 300  # seconds for one section
LITTLE_MEMORY = "176MB"  # for DuckDB: with Python, its libraries and the kernel under 400 MiB
MUCH_MEMORY = "2GB"
FAILURES_KEPT = 10  # failed runs, each with its notebook
Progress = Callable[[str], None]


class RenderFailedError(AccessReviewError):
    """The notebook, or a file of the report, failed: something was begun, and what is left of it is kept."""


class KernelLostError(RenderFailedError):
    """The kernel did not come up, or ended before the notebook did: another try may go well."""


def render_april_review(
    settings: Settings,
    *,
    year: int,
    as_at: date | None = None,
    register: str | None = None,
    out: Path | None = None,
    pdf: bool = True,
    progress: Progress = lambda _: None,
    found: Callable[[Path], object] = lambda _: None,
) -> Path:
    """Render the review of April `year` and return its folder; one that is there already is returned as it is,
    after `found` is called with it.

    Without `pdf` report.pdf is left out, and the manifest says so. Raises AccessReviewError (nothing is left in the
    archive) when there is nothing to review, a parameter is not the notebook's, or the notebook or a file of the report
    fails; LockedError when another render is at work, KernelLostError when the kernel did not start or did not last.
    """
    with Store(settings) as store:
        choice = choose(store, year=year, as_at=as_at, register=register)
        build = store.build.id
    parameters: dict[str, Any] = {
        "year": year,
        "as_at": choice.as_at.isoformat(),
        "register": choice.register,
        "build_id": build,
    }
    notebook = settings.notebooks / NOTEBOOK
    check_parameters(notebook, parameters)
    inputs = input_hashes(settings, year, choice.register)
    code = code_hash(notebook)
    render = render_id(build, parameters, inputs, code, pdf=pdf)
    target = (out.resolve() if out else settings.reviews) / REPORT / str(year) / render
    with disk_errors("rendering"), lock(settings.reviews / ".lock", "rendering a review"):
        if (target / "manifest.json").is_file():
            progress(f"{target} is there already")
            found(target)
            return target
        _sweep(settings, target)
        run = _Run(settings, notebook, parameters, choice, render, inputs, code, progress, pdf)
        with folder_whole(target) as scratch:
            run.into(scratch)
    return target


def remake(settings: Settings, manifest: dict[str, Any], scratch: Path) -> None:
    """Make the files of a review again from its manifest, into `scratch` and nowhere else, by today's code.

    Raises AccessReviewError when a parameter is not the notebook's, there is no such build, or the notebook fails.
    """
    parameters: dict[str, Any] = manifest["parameters"]
    notebook = settings.notebooks / NOTEBOOK
    check_parameters(notebook, parameters)
    try:
        as_at = date.fromisoformat(parameters["as_at"])
        with Store(settings, build_id=parameters["build_id"]) as store:
            choice = choose(store, year=parameters["year"], as_at=as_at, register=parameters["register"])
        inputs, code = manifest["inputs"], manifest["code"]["sha256"]
        pdf = "report.pdf" not in manifest.get("left_out", [])
        run = _Run(
            settings, notebook, parameters, choice, manifest["render"], inputs, code, lambda _: None, pdf
        )
        run.make(scratch, compared_only=True)
    except AccessReviewError:
        raise
    except Exception as error:  # of the notebook, the kernel or a parameter
        raise AccessReviewError(f"the notebook failed: {reason(error)}") from error


def _sweep(settings: Settings, target: Path) -> None:
    """Remove what killed renders left, of whatever April; the lock says that no other one is at work."""
    for left in (*settings.reviews.glob(f"{REPORT}/*/.*"), *settings.reviews.glob("failed/.*")):
        shutil.rmtree(left, ignore_errors=True)
    # In a folder of the caller's own there may be other things: only what this render would make.
    for left in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left, ignore_errors=True)


@dataclass
class _Run:
    """One render."""

    settings: Settings
    notebook: Path
    parameters: dict[str, Any]
    choice: Choice
    render: str
    inputs: dict[str, str]
    code: str
    progress: Progress
    pdf: bool = True  # whether report.pdf is one of the files

    def into(self, scratch: Path) -> None:
        """Make every file of the report in the scratch folder. A failure is kept apart and raised."""
        try:
            self.make(scratch)
        except (Exception, SystemExit) as error:  # the latter: told to stop, by a time limit or a signal
            kept = self._keep_failure(scratch / NOTEBOOK, error)
            kind = KernelLostError if kernel_lost(error) else RenderFailedError
            raise kind(
                f"the April review of {self.choice.year} failed: {reason(error)}",
                hint=f"the notebook and the reason are kept in {self.settings.shown(kept)}"
                if kept
                else "what is left of the notebook could not be kept: check the disk's space and permissions",
            ) from error

    def make(self, scratch: Path, *, compared_only: bool = False) -> None:
        """Make every file of the report in the scratch folder; with `compared_only` not the PDF, which `verify`
        does not draw again."""
        began = datetime.now(UTC)
        clock = time.perf_counter()
        executed = scratch / NOTEBOOK
        self.progress(f"executing {self.notebook.name} for {self.choice.register}, April {self.choice.year}")
        self._execute(executed, scratch)
        seconds = {"notebook": time.perf_counter() - clock}
        clock = time.perf_counter()
        record = self._record(scratch)
        tidy_notebook(executed)
        self.progress("writing report.html")
        html = to_html(executed, record, self.render, self.parameters["build_id"], pdf=self.pdf)
        write_whole(scratch / "report.html", html)
        seconds["html"] = time.perf_counter() - clock
        clock = time.perf_counter()
        self.progress("writing tables.ods")
        build = self.parameters["build_id"]
        write_whole(scratch / "tables.ods", to_ods(record, scratch, render=self.render, build=build))
        seconds["spreadsheet"] = time.perf_counter() - clock
        if self.pdf and not compared_only:
            clock = time.perf_counter()
            self.progress("writing report.pdf")
            write_whole(scratch / "report.pdf", to_pdf(html))
            seconds["pdf"] = time.perf_counter() - clock
        write_whole(scratch / "manifest.json", _json(self._manifest(scratch, record)))
        times = {
            "started": began.isoformat(timespec="seconds"),
            "seconds": {k: round(v, 3) for k, v in seconds.items()},
        }
        write_whole(scratch / "times.json", _json(times))

    def _execute(self, executed: Path, scratch: Path) -> None:
        """Run the notebook within little memory, and where a query lacks it once more with plenty."""
        from papermill.exceptions import PapermillExecutionError

        try:
            self._notebook(executed, scratch, LITTLE_MEMORY)
        except PapermillExecutionError as error:
            if LACKS_MEMORY not in str(error.evalue):
                raise
            self.progress(f"a query needs more memory than {LITTLE_MEMORY}: again with {MUCH_MEMORY}")
            for left in scratch.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            self._notebook(executed, scratch, MUCH_MEMORY)

    def _notebook(self, executed: Path, scratch: Path, memory: str) -> None:
        import papermill

        environment = {
            MEMORY: memory,
            "ACCESS_REVIEW_DATA": str(self.settings.data),
            SCRATCH: str(scratch),
            EARLIER: earlier_named(self.inputs),
        }
        with own_kernel(environment, scratch / LOG) as manager:
            papermill.execute_notebook(
                str(self.notebook),
                str(executed),
                parameters=self.parameters,
                kernel_name=KERNEL,
                language="python",
                kernel_manager_class=manager,
                progress_bar=False,
                cwd=str(scratch),
                start_timeout=START_TIMEOUT,
                execution_timeout=CELL_TIMEOUT,
                record_timing=False,
            )

    def _record(self, scratch: Path) -> dict[str, Any]:
        """What the notebook wrote about its figures, taken out of the report's folder."""
        path = scratch / "figures.json"
        if not path.is_file():
            raise AccessReviewError(
                f"{self.notebook.name} ended without 'review.close()', so its figures are not listed"
            )
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        path.unlink()
        (scratch / LOG).unlink(missing_ok=True)
        return record

    def _manifest(self, scratch: Path, record: dict[str, Any]) -> dict[str, Any]:
        files = sorted(p for p in scratch.rglob("*") if p.is_file())
        return {
            "report": REPORT,
            "title": record["title"],
            "year": self.choice.year,
            "render": self.render,
            "build": self.parameters["build_id"],
            "build_tables": publish.find_build(self.settings, self.parameters["build_id"]).tables(),
            "parameters": self.parameters,
            "register": record["register"],
            "as_at": record["as_at"],
            "known_on": record["known_on"],
            "editions": record["editions"],
            "inputs": self.inputs,
            "basis": self._basis(),
            "commentary": record["commentary"],
            "code": {"version": __version__, "sha256": self.code},
            "libraries": dict(libraries()),
            "left_out": [] if self.pdf else ["report.pdf"],
            "files": {p.relative_to(scratch).as_posix(): sha256_of(p) for p in files},
            "measures": record["measures"],
            "definitions": record["definitions"],
            "figures": record["figures"],
        }

    def _basis(self) -> dict[str, str] | None:
        """What the review rests on, from the archive; None when the build is not of the archive as it is now."""
        from dashboard.standing import build_wanted

        if build_wanted(self.settings) != self.parameters["build_id"]:
            return None
        return basis(self.settings, self.choice.register, self.choice.known_on, self.choice.year)

    def _keep_failure(self, executed: Path, error: BaseException) -> Path | None:
        """The half-run notebook and the reason, whole or not at all; a later failure of the same render takes
        its place, and the oldest of many goes. None where the disk refuses: why it failed matters more."""
        failed = self.settings.reviews / "failed"
        kept = failed / f"{REPORT}-{self.choice.year}-{self.render}"
        try:
            shutil.rmtree(kept, ignore_errors=True)
            with folder_whole(kept) as scratch:
                for path in (executed, executed.with_name(LOG)):
                    if path.is_file():
                        shutil.copyfile(path, scratch / path.name)
                write_whole(scratch / "reason.txt", reason(error) + "\n")
                write_whole(scratch / "parameters.json", _json(self.parameters))
            by_age = sorted(failed.glob(f"{REPORT}-*"), key=lambda p: p.stat().st_mtime)
            for old in by_age[:-FAILURES_KEPT]:
                shutil.rmtree(old, ignore_errors=True)
        except (OSError, AccessReviewError):
            return None
        return kept


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def reason(error: BaseException) -> str:
    """Why it failed, in one line."""
    name = getattr(error, "ename", "")
    words = f"{name}: {getattr(error, 'evalue', '')}" if name else str(error) or type(error).__name__
    words = re.sub(r"\x1b\[[0-9;]*m", "", words)  # tracebacks are coloured
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:500]


def kernel_lost(error: BaseException) -> bool:
    """Whether it was the kernel that did not start or did not last, and not something the notebook did."""
    from nbclient.exceptions import DeadKernelError

    if isinstance(error, DeadKernelError):
        return True
    # jupyter_client has no class of its own for a kernel that never answered
    return isinstance(error, RuntimeError) and str(error).startswith(
        ("Kernel didn't respond", "Kernel died before replying")
    )
