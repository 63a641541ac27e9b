"""What goes into a review: the notebook's parameters, the author's files, our own code; and the id they give it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.edition import Edition
from dashboard.editions import list_editions
from dashboard.errors import AccessReviewError, UsageError
from dashboard.files import sha256_of
from dashboard.own_code import code_hash as code_hash
from dashboard.review.commentary import commentary_files
from dashboard.reviews import earlier_review
from dashboard.settings import Settings
from dashboard.withdrawals import read_withdrawals


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


def input_hashes(settings: Settings, year: int, register: str = "") -> dict[str, str]:
    """What a review reads beside the build, by its place in the data folder: the author's commentary, and the
    manifest of the review before that "since last April" compares it with.

    Raises AccessReviewError that names a file of commentary which no section would show.
    """
    paths = list(commentary_files(settings.data / "commentary" / str(year)))
    earlier = earlier_review(settings, year=year, register=register)
    if earlier:
        paths.append(earlier.folder / "manifest.json")
    return {p.relative_to(settings.data).as_posix(): sha256_of(p) for p in paths}


def known_editions(settings: Settings, register: str, known_on: date) -> list[Edition]:
    """The editions of a register in the archive that were out by a day and are not withdrawn, in time."""
    hidden = {(w.register, w.edition, w.sha256) for w in read_withdrawals(settings) if w.kind == "edition"}
    found = [
        e
        for e in list_editions(settings)
        if e.register == register
        and (e.published or e.as_at) <= known_on
        and (e.register, e.edition, e.sha256) not in hidden
    ]
    return sorted(found, key=lambda e: e.order)


# The kinds of file that shape a review, and whether only those of its own register do.
KINDS = {"registers": True, "reference": False, "corrections": True, "withdrawals": True, "published": False}


def basis(settings: Settings, register: str, known_on: date, year: int) -> dict[str, str]:
    """All that shapes a review of a register, by name with its hash: editions out by `known_on`, description,
    reference data, corrections, withdrawals, published figures, commentary, and the method (our code).

    Unlike the build's id it does not change with another register's editions or with one that came out later,
    so that two of them compared say whether there is anything new to render, and what.
    """
    found = {f"edition {e.edition}": e.sha256 for e in known_editions(settings, register, known_on)}
    for kind, own in KINDS.items():
        for path in settings.files(kind, "**/*.csv") + settings.files(kind, "**/*.toml"):
            edition = path.parts[-5:-3] == ("published", "editions")  # one that ships: among the editions
            if edition or (own and register not in (path.stem, path.parent.name)):
                continue
            folder = path.parent.name
            name = f"{kind}/{path.name}" if folder == kind else f"{kind}/{folder}/{path.name}"
            found[name] = sha256_of(path)
    # The earlier review that it is compared with is no reason to render again: it was itself a draft, or is signed.
    found.update({n: h for n, h in input_hashes(settings, year, register).items() if n.endswith(".md")})
    found["method"] = code_hash(settings.notebooks / NOTEBOOK)
    return found


def earlier_named(inputs: Mapping[str, str]) -> str:
    """The folder, in the data folder, of the earlier review among the inputs; empty where there is none."""
    return next((n.removesuffix("/manifest.json") for n in inputs if n.endswith("/manifest.json")), "")


def render_id(
    build: str, parameters: Mapping[str, Any], inputs: Mapping[str, str], code: str, *, pdf: bool = True
) -> str:
    """Twelve hexadecimal digits of the hash of all that shapes the report; no path and no time."""
    text = json.dumps(
        [build, dict(parameters), dict(inputs), code, *([] if pdf else ["no pdf"])], sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]
