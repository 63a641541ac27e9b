"""report.pdf, drawn from the page by `dashboard.paper` in a process of its own.

A library of the system that dies (Pango ends the process where there is no font) then fails one file with a reason,
not the command; and the memory that laying out takes is given back.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

from dashboard.errors import AccessReviewError
from dashboard.paper import LACKS
from dashboard.reports.kernel import own_path


ENGINE = "weasyprint"
LIMIT = 300  # seconds
WITHOUT = "or give --no-pdf to leave report.pdf out"
HOW_TO_MEND = (
    "install Pango and a font (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core), "
    f"{WITHOUT}"
)


def to_pdf(html: str, *, limit: float = LIMIT) -> bytes:
    """The page as PDF/UA-1: the same bytes for the same page, engine and fonts.

    Raises AccessReviewError, saying what to install, where it cannot be drawn or takes more than `limit` seconds.
    """
    if find_spec(ENGINE) is None:
        raise AccessReviewError(
            f"report.pdf cannot be made: the package {ENGINE} is not installed",
            hint=f"run 'make setup', {WITHOUT}",
        )
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "dashboard.paper"],
            input=html.encode("utf-8"),
            capture_output=True,
            timeout=limit,
            env={**os.environ, **own_path()},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AccessReviewError(
            f"report.pdf was not made within {limit:g} seconds", hint=f"try again, {WITHOUT}"
        ) from error
    if ran.returncode == 0 and ran.stdout.startswith(b"%PDF-"):
        return ran.stdout
    lines = [line for line in ran.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    why = (
        lines[-1].strip() if lines and ran.returncode > 0 else f"its engine ended by signal {-ran.returncode}"
    )
    # A signal too: Pango ends the process where it finds no font.
    lacks = ran.returncode == LACKS or ran.returncode < 0
    raise AccessReviewError(
        f"report.pdf cannot be made: {why}", hint=HOW_TO_MEND if lacks else f"report this, {WITHOUT}"
    )


def check_engine(*, limit: float = 30) -> None:
    """Draw one word. Raises AccessReviewError, saying what to install, where no PDF can be made on this machine."""
    to_pdf('<!doctype html><html lang="en-GB"><title>A word</title><p>word</p>', limit=limit)
