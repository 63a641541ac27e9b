"""docs/how-to-add-a-measure.md, done in a copy of the project: its files written, its edits made, its commands run."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.settings import CHECKOUT


PAGE = (CHECKOUT / "docs" / "how-to-add-a-measure.md").read_text("utf-8")
REGISTER = "sample-npd-requests"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", "screens", "browser", "best")
NEEDED = (
    "dashboard",
    "docs",
    "tests",
    *(f"data/{n}" for n in ("registers", "reference", "corrections", "published")),
)

ASK_THE_SITE = f"""
import json, sys
from dashboard.settings import load_settings
from dashboard.web.site import Site

site = Site(load_settings(sys.argv[1]))
page = site.page("recipients", "register={REGISTER}").plain().decode("utf-8")
about = site.page("about", "register={REGISTER}").plain().decode("utf-8")
site.close()
print(json.dumps([page, about]))
"""


def blocks() -> list[tuple[str, str, str]]:
    """Every block of the page in its order: its kind, the file that it is about, its text."""
    return re.findall(r"^```(\w*) ?([\w./-]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def edit(path: Path, change: str) -> None:
    """Make one edit as a reader would: find the lines that stand there, put those that are to stand there."""
    lines = change.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    text = path.read_text("utf-8")
    assert text.count(before) == 1, f"{path}: these lines are not there once:\n{before}"
    path.write_text(text.replace(before, after), "utf-8")


class Project:
    """A copy of the project and what its commands said."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder, self.data = folder, data
        self.said: dict[str, str] = {}

    def run(self, *words: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "ACCESS_REVIEW_DATA": str(self.data)}
        ran = subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
            timeout=300,
        )  # fmt: skip
        assert ran.returncode == 0, f"{words}: {ran.stdout[-3000:]}{ran.stderr[-3000:]}"
        return ran.stdout

    def do(self, line: str) -> None:
        """One line of the page: our command, or Python, whose output may go to a file."""
        line, _, target = line.partition(" > ")
        program, *words = shlex.split(line)
        if program == "access-review":
            words = ["-m", "dashboard", *words]
        else:
            assert program == "python", line
        out = self.run(*words)
        self.said[line] = out
        if target:
            (self.folder / target).write_text(out, "utf-8")


@pytest.fixture(scope="module")
def project(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    base = tmp_path_factory.mktemp("measure")
    folder = base / "project"
    for name in NEEDED:
        shutil.copytree(CHECKOUT / name, folder / name, ignore=LEFT_OUT)
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    shutil.copytree(built, base / "data")
    made = Project(folder, base / "data")
    for kind, name, text in blocks():
        path = folder / name
        if kind == "diff":
            edit(path, text)
        elif name:
            assert not path.exists(), f"{name} is there already"
            path.write_text(text, "utf-8")
        else:
            for line in text.splitlines():
                made.do(line)
    return made


def test_the_command_has_it_and_its_rows_are_what_it_counts(project: Project) -> None:
    shown = project.said[f"access-review measure licence-ends --register {REGISTER}"]
    counted = {int(year): int(n) for year, n in re.findall(r"^\s*(\d{4})\s+(\d+)$", shown, re.MULTILINE)}
    assert counted
    listed = project.said[f"access-review measure licence-ends --register {REGISTER} --rows --format csv"]
    rows = list(csv.DictReader(io.StringIO(listed)))
    by_year: dict[int, int] = {}
    for row in rows:
        year = int(row["licence_end"][:4])
        by_year[year] = by_year.get(year, 0) + 1
    assert counted == by_year
    nothing = json.loads(
        project.run(
            "-m", "dashboard", "measure", "licence-ends", "--register", "dfe-npd-requests", "--format", "json"
        )
    )
    assert nothing["rows"] == []
    assert nothing["notes"]


def test_a_page_shows_it_and_leads_to_its_definition(project: Project) -> None:
    page, about = json.loads(project.run("-c", ASK_THE_SITE, str(project.data)))
    assert "Most licences end in " in page
    assert f'href="/about?register={REGISTER}#licence-ends">How this is worked out' in page
    assert 'id="licence-ends"' in about
    assert "A request counts in the year of its licence end" in about


def test_its_example_is_run_and_the_documents_have_it(project: Project) -> None:
    ran = next(out for line, out in project.said.items() if " pytest " in line)
    assert re.search(r"^[3-9] passed|^\d\d+ passed", ran, re.MULTILINE), ran
    assert "`licence-ends`" in (project.folder / "docs" / "definitions.md").read_text("utf-8")
    assert "`licence-ends`" in (project.folder / "docs" / "data-dictionary.md").read_text("utf-8")


def test_open_data_and_python_have_it(project: Project) -> None:
    project.run("-m", "dashboard", "export", str(project.folder / "out"), "--register", REGISTER)
    written = (project.folder / "out" / REGISTER / "measures" / "licence-ends.csv").read_text("utf-8")
    assert written.startswith("year,licences\n")
    asked = (
        "from dashboard import open_store\n"
        f"with open_store() as store: print(store.licence_ends(register={REGISTER!r}).result.csv(), end='')"
    )
    assert project.run("-c", asked) == written
