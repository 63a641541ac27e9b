"""The April review: the notebook executed by papermill against a named build, then one HTML file by nbconvert.

    reviews/april-review/<year>/<render id>/    report.html, april_review.ipynb, tables/*.csv, manifest.json, times.json

The folder is whole or not there. Its name is the hash of what went in (build, parameters, commentary, code), so
rendering the same again finds it and does nothing. A failed run is kept under `reviews/failed/` with its notebook
and the reason in one line. One module a job: what goes in (`inputs`), the kernel (`kernel`), the notebook before
and after it ran (`notebook`), the page (`page`), the run that makes the folder of them (`render`); and round that
what was asked (`order`), what is due and new (`schedule`), the process that watches (`supervise`), the records
(`runs`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from dashboard.reports.inputs import NOTEBOOK, REPORT, check_parameters
    from dashboard.reports.kernel import KERNEL, own_kernel
    from dashboard.reports.render import render_april_review

__all__ = ["KERNEL", "NOTEBOOK", "REPORT", "check_parameters", "own_kernel", "render_april_review"]

# The renderer's libraries take more than a second to import; a timer that finds nothing to do needs none of them.
HOMES = {
    **dict.fromkeys(("NOTEBOOK", "REPORT", "check_parameters"), "inputs"),
    **dict.fromkeys(("KERNEL", "own_kernel"), "kernel"),
    "render_april_review": "render",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'dashboard.reports' has no attribute {name!r}")
    return getattr(import_module(f"dashboard.reports.{HOMES[name]}"), name)
