"""Checks docs/contract.md from outside, with nothing but the command, a data folder and addresses.

    python tests/support/acceptance.py --command '.venv/bin/access-review' [--serve]

Prints a line for each check and "N passed, N failed"; exit 1 when any failed. Needs only Python's own library.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import html
import html.parser
import io
import itertools
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


CONTRACT = Path(__file__).parents[2] / "docs" / "contract.md"
LEGACY = "sample-npd-requests"
SHARES = "sample-external-data-shares"
PAGES = ("overview", "volumes", "recipients", "turnaround", "register", "changes", "about")


def contract_columns() -> dict[str, list[str]]:
    """The leading columns of each measure, from the contract's own table."""
    section = CONTRACT.read_text("utf-8").split("\n## Measures\n")[1].split("\n## ")[0]
    return {
        name: [c.strip() for c in columns.split(",")]
        for name, columns in re.findall(r"^\| `([a-z-]+)` \| ([a-z0-9_, ]+) \|$", section, re.MULTILINE)
    }


@dataclass(frozen=True)
class Ran:
    code: int
    out: bytes
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)["rows"]
        return found

    @property
    def table(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.out.decode("utf-8"))))


class Checks:
    def __init__(self, command: str, folder: Path) -> None:
        self.command = shlex.split(command)
        self.folder = folder
        self.data = folder / "data"
        self.environment = {k: v for k, v in os.environ.items() if k != "ACCESS_REVIEW_DATA"}
        self.passed = self.failed = 0
        self.answers: dict[tuple[object, ...], Ran] = {}

    def run(self, *arguments: object) -> Ran:
        """The command on our data folder. What only reads is asked once, until something is changed."""
        if arguments[0] not in ("measure", "status", "issues"):
            self.answers.clear()
            return self._run(*arguments)
        if arguments not in self.answers:
            self.answers[arguments] = self._run(*arguments)
        return self.answers[arguments]

    def _run(self, *arguments: object) -> Ran:
        ran = subprocess.run(
            [*self.command, "--data", str(self.data), *map(str, arguments)],
            capture_output=True, env=self.environment, cwd=self.folder, timeout=120, check=False,
        )  # fmt: skip
        return Ran(ran.returncode, ran.stdout, ran.stderr.decode("utf-8", "replace"))

    def measure(self, name: str, *filters: object) -> Ran:
        return self.run("measure", name, *filters, "--format", "json")

    def check(self, words: str, test: Callable[[], object]) -> None:
        """One line. What `test` returns, or raises, says whether it holds."""
        try:
            found = test()
        except Exception as error:  # whatever goes wrong is a check that failed
            found, words = False, f"{words}: {type(error).__name__}: {str(error)[:300]}"
        self.passed += bool(found)
        self.failed += not found
        print(f"{'ok  ' if found else 'FAIL'}  {words}", flush=True)

    def tree(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(p for p in self.data.rglob("*") if p.is_file() and p.name != ".lock"):
            digest.update(str(path.relative_to(self.data)).encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()


# The command


def usage(c: Checks) -> None:
    c.check("--help lists the commands and exits 0", lambda: _all_in(c.run("--help"), COMMANDS))
    for name in COMMANDS:
        c.check(
            f"{name} --help has an example", lambda n=name: f"access-review {n}" in _ok(c.run(n, "--help"))
        )
    for arguments in (
        ["nonsense"],
        ["measure", "nonsense"],
        ["measure", "volumes", "--nonsense", "x"],
        ["add", "x", "y"],
    ):
        words = " ".join(arguments)
        c.check(
            f"'{words}' is wrong usage: exit 2, nothing on stdout", lambda a=arguments: _refused(c.run(*a), 2)
        )
    c.check("a measure nearly right is suggested", lambda: "'volumes'" in c.run("measure", "volume").err)
    c.check(
        "nothing built yet: exit 1 and what to do",
        lambda: "access-review build" in c.run("measure", "volumes").err,
    )
    c.check(
        "a missing file: exit 1",
        lambda: _refused(c.run("add", LEGACY, "nowhere.ods"), 1, "nowhere.ods", "Next: "),
    )
    (c.folder / "not.ods").write_bytes(b"%PDF-1.7\n" + b"\0" * 500)
    c.check(
        "a PDF called .ods: exit 1", lambda: _refused(c.run("add", LEGACY, "not.ods"), 1, "not.ods", "Next: ")
    )
    c.check("what was refused made no data folder", lambda: not c.data.exists())


COMMANDS = (
    *("sample", "inspect", "add", "build", "rollback", "withdraw", "status", "issues", "measure", "serve"),
    "render",
)


def _ok(ran: Ran) -> str:
    if ran.code != 0:
        raise AssertionError(f"exit {ran.code}: {ran.err}")
    return ran.out.decode("utf-8")


def _all_in(ran: Ran, words: tuple[str, ...]) -> bool:
    return all(re.search(rf"^ +{word}\b", _ok(ran), re.MULTILINE) for word in words)


def _refused(ran: Ran, code: int, *words: str) -> bool:
    return (
        ran.code == code
        and ran.out == b""
        and "Traceback" not in ran.err
        and all(w in ran.err for w in words)
    )


def archive(c: Checks) -> dict[str, list[str]]:
    """Sample, add, build. Returns the sample's files by register, oldest first."""
    written = _ok(
        c.run("sample", c.folder / "sample", "--requests", 200, "--editions", 3, "--seed", 7)
    ).splitlines()
    files: dict[str, list[str]] = {}
    for line in written:
        register, _, path = line.split("\t")
        files.setdefault(register, []).append(path)
    c.check(
        "sample writes three editions of both registers",
        lambda: {k: len(v) for k, v in files.items()} == {LEGACY: 3, SHARES: 3},
    )
    c.check("inspect shows the sheets", lambda: "sheet '" in _ok(c.run("inspect", files[LEGACY][0])))
    c.check(
        "add --dry-run exits 0",
        lambda: "would add" in _ok(c.run("add", LEGACY, files[LEGACY][0], "--dry-run")),
    )
    c.check("and makes nothing", lambda: not c.data.exists())
    for register, paths in files.items():
        c.check(f"add {register}", lambda r=register, p=paths: _ok(c.run("add", r, *p)).count("added") == 3)
    before = c.tree()
    c.check(
        "the same bytes again: exit 0, nothing changed",
        lambda: "nothing changed" in _ok(c.run("add", LEGACY, *files[LEGACY])),
    )
    c.check("on disk neither", lambda: c.tree() == before)
    other = c.folder / Path(files[LEGACY][1]).name.replace("sample", "other")
    other.write_bytes(Path(files[LEGACY][0]).read_bytes())
    day = re.search(r"\d{4}-\d\d-\d\d", files[LEGACY][1])
    assert day
    c.check(
        "other bytes for the same day: exit 1, --replaces is named",
        lambda: _refused(c.run("add", LEGACY, other, "--as-at", day[0]), 1, "--replaces"),
    )
    c.check("build", lambda: re.match(r"build [0-9a-f]{16} in ", _ok(c.run("build"))))
    before = c.tree()
    c.check("build again: nothing changed", lambda: "nothing changed" in _ok(c.run("build")))
    c.check("on disk neither", lambda: c.tree() == before)
    c.check(
        "build --strict: exit 1, as the sample has values that cannot be read",
        lambda: c.run("build", "--strict").code == 1,
    )
    c.check(
        "CURRENT names the build that status names",
        lambda: _status(c)["build"] == (c.data / "builds/CURRENT").read_text().strip(),
    )
    c.check("status lists every edition in the build", lambda: all(r["in_build"] for r in _status(c)["rows"]))
    return files


def _status(c: Checks) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_ok(c.run("status", "--format", "json")))
    return found


# Figures


def figures(c: Checks) -> None:
    columns = contract_columns()
    c.check("the contract names nine measures or more", lambda: len(columns) >= 9)
    for name, promised in columns.items():
        found = c.run("measure", name, "--register", LEGACY, "--format", "csv")
        c.check(
            f"{name}: CSV begins with the contract's columns",
            lambda f=found, p=promised: f.table[0][: len(p)] == p,
        )
        spelt = c.measure(name, "--register", LEGACY)
        c.check(
            f"{name}: JSON has the same columns and rows", lambda f=found, j=spelt: _agree(f.table, j.rows)
        )
    pooled = c.run("measure", "volumes", "--format", "csv")
    c.check(
        "without a register, 'register' leads and the sample is left out", lambda: _no_sample(pooled.table)
    )

    yearly = c.measure("volumes", "--register", LEGACY, "--interval", "year").rows
    c.check("volumes: received is counted", lambda: sum(r["received"] for r in yearly) > 50)
    c.check(
        "volumes: open_at_start + received - closed = open_at_end, every year",
        lambda: all(r["open_at_start"] + r["received"] - r["closed"] == r["open_at_end"] for r in yearly),
    )
    c.check("volumes: each year begins as the one before ended", lambda: _chained(yearly))
    monthly = c.measure("volumes", "--register", LEGACY, "--interval", "month").rows
    for column in ("received", "closed", "released", "refused"):
        c.check(
            f"volumes: {column} by month adds up to {column} by year",
            lambda k=column: _total(monthly, k) == _total(yearly, k),
        )
    kinds = [r["counted_as"] for r in c.measure("volumes", "--register", LEGACY, "--rows").rows]
    for column in ("received", "closed", "released"):
        c.check(
            f"volumes --rows lists as many as are {column}",
            lambda k=column: kinds.count(k) == _total(yearly, k),
        )

    types = c.measure("recipients", "--register", LEGACY).rows
    c.check("recipients: shares add up to 1", lambda: abs(_total(types, "share") - 1) < 1e-5)
    c.check(
        "recipients: releases add up to those of volumes",
        lambda: _total(types, "releases") == _total(yearly, "released"),
    )
    top = c.measure("top-recipients", "--register", LEGACY, "--limit", 5).rows
    c.check("top-recipients: five, in order", lambda: [r["rank"] for r in top][:1] == [1] and len(top) == 5)

    spells = c.measure("spells", "--register", LEGACY, "--clock", "received_to_outcome").rows
    [turn] = c.measure("turnaround", "--register", LEGACY).rows
    usable = [s for s in spells if not s["excluded_rule"]]
    c.check("turnaround: n is the spells that can be used", lambda: turn["n"] == len(usable))
    c.check(
        "turnaround: events and censored add up to n", lambda: turn["events"] + turn["censored"] == turn["n"]
    )
    c.check(
        "turnaround: the median stands within its bounds",
        lambda: turn["median_low"] <= turn["median"] <= turn["median_high"],
    )
    c.check(
        "turnaround: median and p90 are Kaplan-Meier's",
        lambda: (turn["median"], turn["p90"]) == _quantiles(usable),
    )
    silent = c.measure("turnaround", "--register", SHARES).rows
    c.check(
        "turnaround: what is not published is null, never 0",
        lambda: silent[0]["median"] is None and silent[0]["n"] is None,
    )
    c.check(
        "and a note says why",
        lambda: "cannot be worked out" in c.measure("turnaround", "--register", SHARES).err,
    )

    # Facts transcribed from public pages, which ship with the project.
    facts = {
        r: c.measure("editions", "--register", r).rows
        for r in ("dfe-npd-requests", "dfe-external-data-shares")
    }
    c.check(
        "31 and 16 published facts ship with the project",
        lambda: [_total(f, "rows") for f in facts.values()] == [31, 16],
    )
    dated = c.measure("spells", "--register", "dfe-npd-requests", "--basis", "from_reference").rows
    ended = [s for s in dated if s["event"] and s["clock"] == "received_to_outcome"]
    c.check(
        "four dated facts took 75, 117, 121 and 203 days",
        lambda: sorted(s["days"] for s in ended) == [75, 117, 121, 203],
    )
    c.check(
        "or 49, 81, 83 and 141 working days",
        lambda: sorted(s["working_days"] for s in ended) == [49, 81, 83, 141],
    )
    c.check(
        "DR171219.01 is pending: censored",
        lambda: [s["reference"] for s in dated if s["censored"]] == ["DR171219.01"],
    )
    selected = c.measure("volumes", "--register", "dfe-npd-requests").rows
    c.check(
        "a selection gives no volume",
        lambda: {r["received"] for r in selected} | {r["released"] for r in selected} == {None},
    )

    found = c.run("issues", "--format", "csv").table
    c.check(
        "issues have their place",
        lambda: (
            found[0]
            == ["register", "edition", "sheet", "sheet_row", "column", "rule", "value", "severity", "words"]
        ),
    )
    text = c.run(
        "measure", "top-recipients", "--register", LEGACY, "--limit", "1000", "--format", "csv"
    ).table
    c.check(
        "no text of a CSV begins a formula",
        lambda: not any(re.match(r"[=+@\t\r]", cell) for row in text for cell in row),
    )


def _total(rows: list[dict[str, Any]], column: str) -> Any:
    return sum(r[column] or 0 for r in rows)


def _no_sample(table: list[list[str]]) -> bool:
    return table[0][0] == "register" and not any(row[0].startswith("sample-") for row in table[1:])


def _agree(table: list[list[str]], rows: list[dict[str, Any]]) -> bool:
    if len(table) != len(rows) + 1 or any(list(r) != table[0] for r in rows):
        return False
    for cells, row in zip(table[1:], rows, strict=True):
        for cell, value in zip(cells, row.values(), strict=True):
            if value is None or isinstance(value, bool):
                same = cell == {None: "", True: "true", False: "false"}[value]
            elif isinstance(value, int | float):
                same = abs(float(cell) - value) < 1e-6
            else:
                same = cell.removeprefix("'") == value.removeprefix("'")
            if not same:
                return False
    return True


def _chained(rows: list[dict[str, Any]]) -> bool:
    return all(a["open_at_end"] == b["open_at_start"] for a, b in itertools.pairwise(rows))


def _quantiles(spells: list[dict[str, Any]]) -> tuple[int | None, int | None]:
    """Kaplan-Meier, in the plainest loop there is: (median, p90)."""
    share, found = 1.0, {}
    for day in sorted({s["days"] for s in spells if s["event"]}):
        risk = [s for s in spells if s["days"] >= day and (not s["entry"] or s["entry"] < day)]
        ended = [s for s in risk if s["event"] and s["days"] == day]
        if risk:
            share *= 1 - len(ended) / len(risk)
        for name, level in (("median", 0.5), ("p90", 0.1)):
            if share <= level + 1e-12:
                found.setdefault(name, day)
    return found.get("median"), found.get("p90")


def back(c: Checks, files: dict[str, list[str]]) -> None:
    """A new build and back."""
    first = _status(c)["build"]
    c.check(
        "add with another as-at date",
        lambda: _ok(c.run("add", LEGACY, files[LEGACY][-1], "--as-at", "2018-04-30")),
    )
    c.check("build gives another build", lambda: _ok(c.run("build")) and _status(c)["build"] != first)
    c.check(
        "rollback: the build before is in force",
        lambda: _ok(c.run("rollback")) and _status(c)["build"] == first,
    )


# The server


class Words(html.parser.HTMLParser):
    """What a reader without JavaScript is given: headings, tables with their cells, addresses outside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.h1: list[str] = []
        self.h2: list[str] = []
        self.captions: list[str] = []
        self.cells: list[str] = []
        self.loaded: list[str] = []
        self._into: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        places = {"h1": self.h1, "h2": self.h2, "caption": self.captions, "td": self.cells, "th": self.cells}
        if tag in places:
            places[tag].append("")
            self._into.append(places[tag])
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "link"):
            self.loaded.append(given.get("src") or given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "h2", "caption", "td", "th") and self._into:
            self._into.pop()

    def handle_data(self, data: str) -> None:
        if self._into:
            self._into[-1][-1] += data


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def server(c: Checks) -> Iterator[str]:
    port = free_port()
    log = (c.folder / "serve.log").open("wb")
    process = subprocess.Popen(
        [*c.command, "--data", str(c.data), "serve", "--port", str(port)],
        stdout=log, stderr=subprocess.STDOUT, env=c.environment, cwd=c.folder,
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                fetch(f"{address}/health")
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def words(self) -> Words:
        return Words(self.body.decode("utf-8"))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(address: str) -> Answer:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
    try:
        with opener.open(address, timeout=60) as found:
            return Answer(found.status, {k.lower(): v for k, v in found.headers.items()}, found.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def pages(c: Checks, files: dict[str, list[str]]) -> None:
    with server(c) as address:
        build = _status(c)["build"]
        c.check(
            "/health: 200 and the build in force",
            lambda: json.loads(fetch(f"{address}/health").body)["build"] == build,
        )
        for query in ("", "?from=2016-01-01"):
            c.check(
                f"/{query} goes to /overview{query}",
                lambda q=query: _goes(fetch(f"{address}/{q}"), f"/overview{q}"),
            )
        for page in PAGES:
            found = fetch(f"{address}/{page}?register={LEGACY}")
            c.check(
                f"/{page}: 200, HTML",
                lambda f=found: f.status == 200 and "text/html" in f.headers["content-type"],
            )
            c.check(
                f"/{page}: one headline",
                lambda f=found: len(f.words.h1) == 1 and len(f.words.h1[0].strip()) > 10,
            )
            c.check(f"/{page}: tables with captions in the first HTML", lambda f=found: _has_tables(f.words))
            c.check(
                f"/{page}: says that the data are synthetic",
                lambda f=found: b"Synthetic sample data" in f.body,
            )
            c.check(
                f"/{page}: loads nothing from elsewhere",
                lambda f=found: not any("//" in a for a in f.words.loaded),
            )
            other = fetch(f"{address}/{page}?register={SHARES}")
            c.check(
                f"/{page}: answers for {SHARES} too", lambda f=other: f.status == 200 and len(f.words.h1) == 1
            )
            odd = fetch(f"{address}/{page}?interval=fortnight&nonsense=%3Cscript%3E&register={LEGACY}")
            c.check(
                f"/{page}: a filter that is not understood is named",
                lambda f=odd: f.status == 200 and b"Ignored in the address" in f.body,
            )
            c.check(
                f"/{page}: and inert",
                lambda f=odd: b"<script>&" not in f.body and b"nonsense=<script>" not in f.body,
            )

        yearly = c.measure("volumes", "--register", LEGACY, "--interval", "year").rows
        cells = {
            cell.strip() for cell in fetch(f"{address}/volumes?register={LEGACY}&interval=year").words.cells
        }
        c.check(
            "/volumes: the table holds the figures of 'measure'",
            lambda: {f"{r['received']:,}" for r in yearly} <= cells,
        )
        shown = fetch(f"{address}/recipients?register={LEGACY}")
        # The page cuts shares to the time from which every case is listed, and its CSV address says so.
        [query] = re.findall(r'"/data/recipients\.csv\?([^"]*)"', shown.body.decode())[:1]
        since = dict(urllib.parse.parse_qsl(html.unescape(query))).get("from", "")
        types = c.measure("recipients", "--register", LEGACY, *(("--from", since) if since else ())).rows
        cells = {cell.strip() for cell in shown.words.cells}
        c.check("/recipients: so does this one", lambda: {f"{r['releases']:,}" for r in types} <= cells)
        [turn] = c.measure("turnaround", "--register", LEGACY).rows
        found = fetch(f"{address}/turnaround?register={LEGACY}")
        c.check(
            "/turnaround: the median of 'measure' is there",
            lambda: str(turn["median"]) in found.body.decode(),
        )
        listed = c.measure("spells", "--register", LEGACY).rows[0]["reference"]
        found = fetch(f"{address}/register?register={LEGACY}&reference={urllib.parse.quote(listed)}")
        c.check("/register: a request is found by its reference", lambda: listed in found.body.decode())

        for name in contract_columns():
            for form in ("csv", "json") if name in ("volumes", "turnaround") else ("csv",):
                asked = ("--register", LEGACY, "--from", "2014-01-01", "--interval", "year")
                ours = c.run("measure", name, *asked, "--format", form)
                found = fetch(f"{address}/data/{name}.{form}?register={LEGACY}&from=2014-01-01&interval=year")
                c.check(
                    f"/data/{name}.{form}: the bytes of 'measure'",
                    lambda f=found, o=ours: f.status == 200 and f.body == o.out,
                )
        found = fetch(f"{address}/data/volumes.csv")
        c.check(
            "/data: a Link names the metadata",
            lambda: "/data/volumes.csv-metadata.json" in found.headers["link"],
        )
        c.check(
            "/data: which are there", lambda: _describes(fetch(f"{address}/data/volumes.csv-metadata.json"))
        )
        c.check(
            "/data: an unknown filter is an error",
            lambda: fetch(f"{address}/data/volumes.csv?nonsense=1").status == 400,
        )
        c.check(
            "/data: an unknown measure too",
            lambda: fetch(f"{address}/data/nonsense.csv").status in (400, 404),
        )
        c.check("an address that is not there: 404, in words", lambda: _missing(fetch(f"{address}/nonsense")))

        c.check(
            "a new build",
            lambda: (
                _ok(c.run("add", SHARES, files[SHARES][-1], "--as-at", "2026-07-31")) and _ok(c.run("build"))
            ),
        )
        fresh = _status(c)["build"]
        c.check("is served without a restart", lambda: fresh != build and _served(address, fresh))
    c.check("the server says its address", lambda: address in (c.folder / "serve.log").read_text())
    c.check("and nothing went wrong in it", lambda: "Traceback" not in (c.folder / "serve.log").read_text())


def _goes(found: Answer, where: str) -> bool:
    return found.status in (301, 302, 303, 307, 308) and found.headers["location"].endswith(where)


def _has_tables(words: Words) -> bool:
    return bool(words.captions) and all(c.strip() for c in words.captions) and len(words.cells) > 5


def _describes(found: Answer) -> bool:
    columns = [column["name"] for column in json.loads(found.body)["tableSchema"]["columns"]]
    promised = contract_columns()["volumes"]
    return columns[: len(promised)] == promised


def _missing(found: Answer) -> bool:
    return found.status == 404 and b"Traceback" not in found.body and len(found.words.h1) == 1


def _served(address: str, build: str) -> bool:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if json.loads(fetch(f"{address}/health").body)["build"] == build:
            return True
        time.sleep(0.3)
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description="Check docs/contract.md from outside.")
    parser.add_argument("--command", required=True, help="the command, for instance .venv/bin/access-review")
    parser.add_argument("--serve", action="store_true", help="start the server and check its pages too")
    arguments = parser.parse_args()
    words = shlex.split(arguments.command)
    if os.sep in words[0]:  # commands run in a folder of their own
        words[0] = os.path.abspath(words[0])
    with tempfile.TemporaryDirectory(prefix="acceptance-") as folder:
        c = Checks(shlex.join(words), Path(folder))
        usage(c)
        files = archive(c)
        figures(c)
        back(c, files)
        if arguments.serve:
            pages(c, files)
    print(f"{c.passed} passed, {c.failed} failed")
    return 1 if c.failed else 0


if __name__ == "__main__":
    sys.exit(main())
