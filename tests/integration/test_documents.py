"""What is written for people can be found: every link leads somewhere, and every page is led to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.settings import CHECKOUT


PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "CHANGELOG.md",
    CHECKOUT / "data" / "README.md",
    *sorted((CHECKOUT / "docs").rglob("*.md")),
]
RECORDS = [path for path in PAGES if path.parent.name == "decisions" and path.name != "README.md"]
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?![a-z]+:)([^)\s#]*)(?:#([^)\s]*))?\)")


def links(page: Path) -> list[tuple[Path, str]]:
    """The files that a page leads to, each with the part of it that is meant."""
    found = LINK.findall(CODE.sub("", page.read_text("utf-8")))
    return [((page.parent / path).resolve() if path else page, part) for path, part in found]


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in an address, as GitHub calls them; and the anchors it sets itself."""
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    named = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return named | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, part in links(page):
        assert path.exists(), f"{path} is not there"
        assert not part or part in anchors(path), f"{path.name} has no heading #{part}"


def test_every_page_is_led_to_from_the_front_page() -> None:
    found: set[Path] = set()
    ahead = [CHECKOUT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in found and page.suffix == ".md":
            found.add(page)
            ahead += [path for path, _ in links(page)]
    assert {page for page in PAGES if page.is_relative_to(CHECKOUT / "docs")} <= found


def test_every_decision_is_listed_under_its_own_title() -> None:
    listed = (CHECKOUT / "docs" / "decisions" / "README.md").read_text("utf-8")
    assert len(RECORDS) > 30
    for record in RECORDS:
        number = int(record.name[:4])
        title = record.read_text("utf-8").partition("\n")[0].removeprefix(f"# {number}. ")
        assert f"| {number} | [{title}]({record.name}) |" in listed
