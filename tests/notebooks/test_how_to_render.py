"""docs/how-to-render-a-review.md, done: its commands run, and the files it lists are what is there."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.sample import LEGACY
from dashboard.settings import CHECKOUT
from tests.conftest import BuiltSample
from tests.support.warehouse import add_files


PAGE = (CHECKOUT / "docs" / "how-to-render-a-review.md").read_text("utf-8")


def test_the_page_does_what_it_says(
    sample_data: BuiltSample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = [e for e in sample_data.editions if e.register == LEGACY]
    data = tmp_path / "data"
    add_files(data, LEGACY, *(e.path for e in mine), published=[e.published for e in mine])
    folder = Path()
    [first] = re.findall(r"\A.*?^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in first.splitlines():
        words = shlex.split(line, comments=True)
        assert words[0] == "access-review"
        assert main(["--data", str(data), *words[1:]]) == 0, line
        said = capsys.readouterr().out
        if words[1] == "render":
            folder = Path(said.splitlines()[-1])  # "The last line is the folder"
    assert folder.relative_to(data).as_posix().startswith("reviews/april-review/2018/")
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    listed = set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE))
    assert listed
    for name in listed - {"signature.json"}:
        assert any(fnmatch(path, name) for path in there), f"{name} is on the page and not in the folder"
    # the sections of commentary are those of the notebook
    sections = set(re.findall(r"`([a-z-]+)`", PAGE.split("Sections: ")[1].split(". HTML")[0]))
    notebook = (CHECKOUT / "notebooks" / "april_review.ipynb").read_text("utf-8")
    assert sections <= set(re.findall(r"section-([a-z-]+)", notebook)), (
        "a section on the page is not in the notebook"
    )
