"""What a screen reader reads of a page, kept as text: the accessibility tree in reading order.

Long runs of one kind (rows, links of a chart, choices) are cut to their beginning and counted, and what differs from
one build to the next is masked, so that a change in a transcript is a change a listener would notice.
"""

from __future__ import annotations

import re
from typing import Any


KEPT = 4  # of a run of one kind under one parent
BUILD = re.compile(
    r"\bbuild [0-9a-f]{8,64}\b|(?<=Build )[0-9a-f]{8,64}\b|(?<=build=)[0-9a-f]{8,64}\b|(?<=build, )[0-9a-f]{8,64}\b"
)
LINE = re.compile(r"^( *)- (?:'((?:[^']|'')*)'|\"?)?")
ROLE = re.compile(r"[a-z]+")


def read(page: Any) -> str:
    """The transcript of a page that is open, with its folded tables as they are."""
    return shortened(masked(page.locator("body").aria_snapshot()))


def masked(text: str) -> str:
    """Without what only says which build it is."""
    return BUILD.sub(lambda found: "build …" if found[0].startswith("build ") else "…", text)


def shortened(text: str) -> str:
    """Each run of more than KEPT siblings of one role cut to its first ones, with how many more there are."""
    lines = text.splitlines()
    found: list[str] = []
    place = 0
    runs: dict[int, tuple[str, int]] = {}  # indentation -> role of the last sibling, how many in a row

    def close(deeper_than: int) -> None:
        for depth in sorted((d for d in runs if d > deeper_than), reverse=True):
            role, count = runs.pop(depth)
            if count > KEPT:
                found.append(f"{' ' * depth}# {count - KEPT} more: {role}")

    while place < len(lines):
        line = lines[place]
        depth = len(line) - len(line.lstrip(" "))
        role = _role(line)
        close(depth)
        before, count = runs.get(depth, ("", 0))
        if role == before:
            runs[depth] = (role, count + 1)
        else:
            if count > KEPT:
                found.append(f"{' ' * depth}# {count - KEPT} more: {before}")
            runs[depth] = (role, 1)
        if runs[depth][1] <= KEPT:
            found.append(line)
            place += 1
            continue
        place += 1
        while place < len(lines) and len(lines[place]) - len(lines[place].lstrip(" ")) > depth:
            place += 1
    close(-1)
    return "\n".join(found) + "\n"


def _role(line: str) -> str:
    """The role of a line such as `- 'link "More: 3"':`."""
    matched = ROLE.search(line.lstrip(" -'\""))
    return matched[0] if matched and not line.lstrip(" -").startswith("/") else line.strip()
