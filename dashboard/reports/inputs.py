"""What goes into a review: the notebook's parameters, the author's files, our own code; and the id they give it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.errors import AccessReviewError, UsageError
from dashboard.files import sha256_of
from dashboard.review.commentary import commentary_files
from dashboard.settings import PACKAGE, Settings


REPORT = "april-review"
NOTEBOOK = "april_review.ipynb"
TYPES: dict[str, type] = {"int": int, "str": str}


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
    """What a review reads beside the build: the author's commentary.

    Raises AccessReviewError that names a file of it which no section would show.
    """
    paths = commentary_files(settings.data / "commentary" / str(year))
    return {f"{p.parent.parent.name}/{p.parent.name}/{p.name}": sha256_of(p) for p in paths}


def code_hash(notebook: Path) -> str:
    """The hash of our own code, queries, templates and the notebook."""
    digest = hashlib.sha256()
    paths = [p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".sql", ".html", ".css", ".j2", ".json")]
    for path in [*sorted(p for p in paths if "shipped" not in p.relative_to(PACKAGE).parts), notebook]:
        name = path.name if path == notebook else path.relative_to(PACKAGE).as_posix()
        digest.update(f"{name}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def render_id(
    build: str, parameters: Mapping[str, Any], inputs: Mapping[str, str], code: str, *, pdf: bool = True
) -> str:
    """Twelve hexadecimal digits of the hash of all that shapes the report; no path and no time."""
    text = json.dumps(
        [build, dict(parameters), dict(inputs), code, *([] if pdf else ["no pdf"])], sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]
