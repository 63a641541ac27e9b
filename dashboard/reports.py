"""The April review: the notebook executed by papermill against a named build, then one HTML file by nbconvert.

    reviews/april-review/<year>/<render id>/    report.html, april_review.ipynb, tables/*.csv, manifest.json, times.json

The folder is whole or not there. Its name is the hash of what went in (build, parameters, commentary, code), so
rendering the same again finds it and does nothing. A failed run is kept under `reviews/failed/` with its notebook
and the reason in one line. The kernel is this Python's own ipykernel, talked to through files (ipc), so no network
and no installed kernel description is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import nbformat

from dashboard import __version__
from dashboard.errors import AccessReviewError, UsageError
from dashboard.files import disk_errors, folder_whole, lock, sha256_of, write_whole
from dashboard.review import SCRATCH, Choice, choose, commentary_html, libraries
from dashboard.settings import CHECKOUT, PACKAGE, Settings
from dashboard.store import Store
from dashboard.text import escape


REPORT = "april-review"
NOTEBOOK = "april_review.ipynb"
KERNEL = "access-review"
LOG = "kernel.log"
START_TIMEOUT = 60  # seconds for the kernel to come up
CELL_TIMEOUT = 300  # seconds for one section
TYPES: dict[str, type] = {"int": int, "str": str}
Progress = Callable[[str], None]


def render_april_review(
    settings: Settings,
    *,
    year: int,
    as_at: date | None = None,
    register: str | None = None,
    out: Path | None = None,
    progress: Progress = lambda _: None,
) -> Path:
    """Render the review of April `year` and return its folder; one that is there already is returned as it is.

    Raises AccessReviewError (nothing is left in the archive) when there is nothing to review, a parameter is not
    the notebook's, or the notebook fails.
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
    inputs = input_hashes(settings, year)
    code = code_hash(notebook)
    render = render_id(build, parameters, inputs, code)
    target = (out.resolve() if out else settings.reviews) / REPORT / str(year) / render
    with disk_errors("rendering"), lock(settings.reviews / ".lock", "rendering a review"):
        if (target / "manifest.json").is_file():
            progress(f"{target} is there already")
            return target
        _sweep(target)
        run = _Run(settings, notebook, parameters, choice, render, inputs, code, progress)
        with folder_whole(target) as scratch:
            run.into(scratch)
    return target


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse, before any kernel starts, a parameter that the notebook does not have or of another type.

    papermill itself only logs a warning for an unknown one. Raises UsageError.
    """
    import papermill

    if not notebook.is_file():
        raise AccessReviewError(
            f"there is no notebook {notebook}", hint="reinstall, or restore it from the repository"
        )
    known = {name: p["inferred_type_name"] for name, p in papermill.inspect_notebook(str(notebook)).items()}
    for name, value in parameters.items():
        if name not in known:
            raise UsageError(
                f"{notebook.name} has no parameter {name!r}",
                hint=f"its parameters are: {', '.join(known) or 'none'}",
            )
        wanted = TYPES.get(str(known[name]))
        if wanted is None:
            raise AccessReviewError(
                f"{notebook.name}: the type of parameter {name!r} is not stated ({known[name]})"
            )
        if type(value) is not wanted:
            raise UsageError(f"parameter {name!r} must be {known[name]}, not {value!r}")


def input_hashes(settings: Settings, year: int) -> dict[str, str]:
    """What a review reads beside the build: the author's commentary."""
    folder = settings.data / "commentary" / str(year)
    paths = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return {f"{p.parent.parent.name}/{p.parent.name}/{p.name}": sha256_of(p) for p in paths}


def code_hash(notebook: Path) -> str:
    """The hash of our own code, queries, templates and the notebook."""
    digest = hashlib.sha256()
    paths = [p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".sql", ".html", ".css", ".j2", ".json")]
    for path in [*sorted(p for p in paths if "shipped" not in p.relative_to(PACKAGE).parts), notebook]:
        name = path.name if path == notebook else path.relative_to(PACKAGE).as_posix()
        digest.update(f"{name}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def render_id(build: str, parameters: Mapping[str, Any], inputs: Mapping[str, str], code: str) -> str:
    """Twelve hexadecimal digits of the hash of all that shapes the report; no path and no time."""
    text = json.dumps([build, dict(parameters), dict(inputs), code], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _sweep(target: Path) -> None:
    """Remove what a killed render left; the lock says that no other one is at work."""
    for left in target.parent.glob(f".{target.name}.*") if target.parent.is_dir() else []:
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

    def into(self, scratch: Path) -> None:
        """Make every file of the report in the scratch folder. A failure is kept apart and raised."""
        began = datetime.now(UTC)
        clock = time.perf_counter()
        executed = scratch / NOTEBOOK
        try:
            self.progress(
                f"executing {self.notebook.name} for {self.choice.register}, April {self.choice.year}"
            )
            self._execute(executed, scratch)
            seconds = {"notebook": time.perf_counter() - clock}
            clock = time.perf_counter()
            record = self._record(scratch)
            tidy_notebook(executed)
            self.progress("writing report.html")
            html = to_html(executed, record, self.render, self.parameters["build_id"])
            write_whole(scratch / "report.html", html)
            seconds["html"] = time.perf_counter() - clock
            write_whole(scratch / "manifest.json", _json(self._manifest(scratch, record)))
            times = {
                "started": began.isoformat(timespec="seconds"),
                "seconds": {k: round(v, 3) for k, v in seconds.items()},
            }
            write_whole(scratch / "times.json", _json(times))
        except Exception as error:
            kept = self._keep_failure(executed, error)
            raise AccessReviewError(
                f"the April review of {self.choice.year} failed: {reason(error)}",
                hint=f"the notebook and the reason are kept in {self.settings.shown(kept)}",
            ) from error

    def _execute(self, executed: Path, scratch: Path) -> None:
        import papermill

        environment = {"ACCESS_REVIEW_DATA": str(self.settings.data), SCRATCH: str(scratch)}
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
            "parameters": self.parameters,
            "register": record["register"],
            "as_at": record["as_at"],
            "known_on": record["known_on"],
            "editions": record["editions"],
            "inputs": self.inputs,
            "commentary": record["commentary"],
            "code": {"version": __version__, "sha256": self.code},
            "libraries": dict(libraries()),
            "files": {p.relative_to(scratch).as_posix(): sha256_of(p) for p in files},
            "measures": record["measures"],
            "figures": record["figures"],
        }

    def _keep_failure(self, executed: Path, error: Exception) -> Path:
        """The half-run notebook and the reason; a later failure of the same render takes its place."""
        kept = self.settings.reviews / "failed" / f"{REPORT}-{self.choice.year}-{self.render}"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for path in (executed, executed.with_name(LOG)):
            if path.is_file():
                shutil.copyfile(path, kept / path.name)
        write_whole(kept / "reason.txt", reason(error) + "\n")
        write_whole(kept / "parameters.json", _json(self.parameters))
        return kept


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def reason(error: Exception) -> str:
    """Why it failed, in one line."""
    name = getattr(error, "ename", "")
    words = f"{name}: {getattr(error, 'evalue', '')}" if name else str(error) or type(error).__name__
    words = re.sub(r"\x1b\[[0-9;]*m", "", words)  # tracebacks are coloured
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:500]


@contextmanager
def own_kernel(environment: Mapping[str, str], log: Path) -> Iterator[type]:
    """The manager of a kernel of this very Python, described nowhere else, reached through files in a private folder.

    Its IPython folder is private too: a start-up file of the user who renders is no part of a report.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    # The system's own short folder: the name of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ar-"))
    try:
        spec = folder / "kernels" / KERNEL
        spec.mkdir(parents=True)
        variables = {"IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder), **environment}
        if (
            CHECKOUT / "pyproject.toml"
        ).is_file():  # not installed: the kernel must find the package where we did
            paths = [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
            variables["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        described = {"argv": command, "display_name": KERNEL, "language": "python", "env": variables}
        write_whole(spec / "kernel.json", _json(described))

        class Manager(AsyncKernelManager):
            """A class, not a manager: nbclient ends a kernel, and closes its sockets, only where it made it."""

            def __init__(self, **options: Any) -> None:
                specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
                files = {"transport": "ipc", "connection_file": str(folder / "k.json")}
                super().__init__(**{**options, **files, "kernel_spec_manager": specs})

            async def start_kernel(self, **options: Any) -> None:
                """What the kernel says of itself goes to a file: it is no message of this command."""
                with log.open("ab") as file:
                    await super().start_kernel(**{**options, "stdout": file, "stderr": file})

        yield Manager
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tidy_notebook(path: Path) -> None:
    """Take times and folders out of an executed notebook, so that the same build gives the same bytes."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": notebook.metadata.get("language_info", {"name": "python"}),
        }
    )
    for place, cell in enumerate(notebook.cells):
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "injected-parameters" in tags:
            cell["id"] = f"injected-parameters-{place}"
    write_whole(path, nbformat.writes(notebook) + "\n")


def to_html(executed: Path, record: dict[str, Any], render: str, build: str) -> str:
    """The executed notebook through our own nbconvert template: one file that asks for nothing else."""
    from nbconvert.exporters import TemplateExporter

    class ReportExporter(TemplateExporter):
        """HTMLExporter would rewrite our SVG and add scripts; the template is all that is wanted."""

        file_extension = ".html"

    notebook = nbformat.read(executed, as_version=4)
    css = "\n".join((PACKAGE / "templates" / name).read_text("utf-8") for name in ("style.css", "report.css"))
    exporter = ReportExporter(
        template_name="report", extra_template_basedirs=[str(PACKAGE / "templates")], template_data_paths=[]
    )
    report = {
        "title": record["title"],
        "description": f"{record['title']}, from what was published by {record['known_on']}.",
        "synthetic": record["register"]["synthetic"],
        "css": css.replace("</", "<\\/"),
        "sections": sections(notebook),
        "render": render,
        "build": build,
    }
    html, _ = exporter.from_notebook_node(notebook, resources={"report": report})
    return str(html)


def sections(notebook: Any) -> list[dict[str, str]]:
    """The notebook's cells by second-level heading: id (the cell's own), heading, and the HTML under it.

    Prose becomes HTML without raw HTML; of the outputs only the HTML that our own calls gave is taken.
    """
    found: list[dict[str, str]] = [{"id": "", "heading": "", "html": ""}]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            first, _, rest = cell.source.strip().partition("\n")
            if first.startswith("# "):
                continue  # the notebook's own title: the report's comes from the cover
            if first.startswith("## "):
                found.append({"id": cell["id"], "heading": first[3:].strip(), "html": ""})
            else:
                rest = cell.source
            found[-1]["html"] += commentary_html(rest)
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html")
            if html:
                found[-1]["html"] += html + "\n"
            elif output.output_type == "error":
                found[-1]["html"] += f"<p>{escape(output.ename)}</p>"
    return found
