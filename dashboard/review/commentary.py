"""What an author adds to a section: Markdown, shown as text where it could do harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mistune

from dashboard.errors import AccessReviewError
from dashboard.text import escape


LONGEST_COMMENTARY = 100_000  # bytes; a longer file was put there by mistake


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
