"""What an author adds to a section: Markdown, shown as text where it could do harm.

One file a section, <data>/commentary/<year>/<section>.md. A file that no section would show is refused: an author who
misspells a name must not learn it from a signed review.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any

import mistune

from dashboard.errors import AccessReviewError
from dashboard.text import escape


LONGEST_COMMENTARY = 100_000  # bytes; a longer file was put there by mistake


SECTION_NAMES = (
    "sign-off", "headlines", "changes", "answerability", "volumes", "recipients", "holdings", "turnaround", "people",
    "access-arrangements", "commitments", "outside-figures", "data-quality", "method",
)  # fmt: skip
SOURCE = re.compile(r"https?://\S|\b[Ss]ources?\b")
DATE = re.compile(r"\b(?:19|20)\d\d\b")


def commentary_files(folder: Path) -> list[Path]:
    """The files of one year's commentary, by name; none where there is no folder.

    Raises AccessReviewError that names a file which no section would show.
    """
    found = sorted(p for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []
    for path in found:
        if path.is_file() and path.suffix == ".md" and path.stem in SECTION_NAMES:
            continue
        near = difflib.get_close_matches(path.stem.lower().replace("_", "-"), SECTION_NAMES, n=1)
        meant = f"rename it to {near[0]}.md" if near else f"the sections are {', '.join(SECTION_NAMES)}"
        raise AccessReviewError(
            f"no section of the review shows the commentary file {path}",
            hint=f"{meant}; or take it out of the folder",
        )
    return found


def lacks(text: str) -> list[str]:
    """What a reader needs to check commentary and does not find in it, as sentences."""
    sentences = []
    if not SOURCE.search(text):
        sentences.append("This commentary names no source.")
    if not DATE.search(text):
        sentences.append("This commentary gives no date.")
    return sentences


def read_commentary(path: Path) -> str | None:
    """An author's Markdown; None when there is none. Raises AccessReviewError when it cannot be read."""
    if not path.is_file():
        return None
    if path.stat().st_size > LONGEST_COMMENTARY:
        raise AccessReviewError(
            f"{path} is longer than {LONGEST_COMMENTARY:,} bytes", hint="shorten the commentary"
        )
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise AccessReviewError(
            f"{path} is not UTF-8: {error.reason}", hint="save it as UTF-8 text"
        ) from error


class _Safe(mistune.HTMLRenderer):
    """Markdown without raw HTML or pictures, its headings below those of the section."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<h{min(level + 3, 6)}>{text}</h{min(level + 3, 6)}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>{escape(text)}</em>"  # a picture would be a request to somewhere else


def commentary_html(text: str) -> str:
    """Commentary as HTML: raw HTML is shown as text, harmful addresses are dropped, pictures are their words."""
    return str(mistune.create_markdown(renderer=_Safe(escape=True), plugins=["table"])(text))
