"""Where a file came from and how: what the sidecar of an edition, and the note of a file kept aside, say of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Origin:
    """How a file was obtained. Nothing here shapes a figure; empty text is not known and is not written."""

    obtained_by: str = "add"  # the command: add, fetch
    obtained: str = ""  # when, ISO 8601 in UTC; empty: now
    final_address: str = ""  # after redirects
    page: str = ""  # the page that lists the file
    page_title: str = ""
    title: str = ""  # the file's title on that page
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    change_note: str = ""  # the page's note of the change that published it

    def lines(self) -> list[str]:
        """Lines of TOML, without `obtained`, which every sidecar has."""
        return [
            f"{name} = {toml_text(value)}"
            for name, value in asdict(self).items()
            if value and name != "obtained"
        ]


def toml_text(value: str) -> str:
    """A TOML basic string: a JSON string without escaped slashes is one, but for the delete character."""
    whole = value.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be written
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007F")
