"""`make fuzz`: mutated workbooks, CSVs, descriptions and sidecars through the whole path a person would use.

    python -m tests.load.fuzz --count 10000 --seed 20261125

Each mutant goes through `inspect`, then `add` to a register that its original fits, and what was accepted is
built and measured, a batch at a time. It runs in worker processes with a limit of memory and a time limit per
mutant, so that an abort, a hang or a runaway allocation is caught and put down to its mutant, which is kept
under its name: `--replay NAME` makes it again and says what happened.

A quarter of the mutants say the same cells in other bytes: they must read as their original, or be refused.
The others are held against an independent reader (openpyxl, odfpy, csv) wherever that can open them. Exit 1
when anything but a clear error or a correct read happened.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import multiprocessing
import os
import random
import re
import resource
import shutil
import sys
import tempfile
import threading
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from dashboard import apart, editions, inspection
from dashboard.cli import main as command
from dashboard.errors import AccessReviewError
from dashboard.inspection import draft_layout
from dashboard.layouts import match
from dashboard.measures import measure
from dashboard.registers import load_registers
from dashboard.sample import write_sample
from dashboard.settings import CHECKOUT, load_settings
from dashboard.store import Store
from dashboard.workbook import read_workbook
from tests.support import independent
from tests.support.mutate import mutated, real_workbooks, rewritten, seed_workbooks


MEMORY = 3 * 1024**3  # bytes of address space of a worker
PROCESSOR = 30.0  # seconds of the processor that one mutant may take, inspected, added and compared
TIME = 180.0  # seconds on the clock, of a machine that others use too, after which it hangs
BUILD_TIME = 900.0  # for a batch of what was accepted
BATCH = 40
ROWS = 40  # of a real file that is too long to be tried thousands of times whole
LARGE = 40_000  # bytes: beyond it a real file is cut to ROWS rows, and tried whole once in a while
BAD = (
    *("traceback", "crash", "hang", "partial archive", "not reconciled", "wrong read", "unclear error"),
    "build failed",
)


@dataclass(frozen=True)
class Seed:
    name: str
    data: bytes
    suffix: str
    register: str
    weight: float


@dataclass(frozen=True)
class Mutant:
    number: int
    name: str
    kind: str  # workbook, description or sidecar
    data: bytes
    suffix: str
    seed: Seed
    same: bool  # the same cells in other bytes


@dataclass(frozen=True)
class Outcome:
    number: int
    name: str
    kind: str  # the format, or description, sidecar
    outcome: str
    words: str = ""
    seconds: float = 0.0  # of the processor
    peak: float = 0.0  # MiB
    compared: str = ""  # with what the read was compared, where it was


# Seeds


def cut(path: Path) -> bytes:
    """The first rows of each sheet of a real file, with everything else as it was published."""
    data = path.read_bytes()
    if path.suffix.lower() not in (".ods", ".xlsx"):
        at = 0
        for number, line in enumerate(data.splitlines(keepends=True)):
            at += len(line)
            if number >= ROWS and data[:at].count(b'"') % 2 == 0:
                break
        return data[:at]
    rows = {
        ".ods": rb"<table:table-row\b[^<>]*/>|<table:table-row\b.*?</table:table-row>",
        ".xlsx": rb"<row\b[^<>]*/>|<row\b.*?</row>",
    }[path.suffix.lower()]
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "content.xml" or "worksheets/sheet" in name:
                parts = re.split(rb"(?=<table:table[\s>])|(?=<sheetData)", part)
                for i, sheet in enumerate(parts):
                    for row in list(re.finditer(rows, sheet, re.S))[:ROWS:-1]:
                        sheet = sheet[: row.start()] + sheet[row.end() :]
                    parts[i] = sheet
                part = b"".join(parts)
            elif name == "xl/sharedStrings.xml" and len(part) > LARGE:
                # Emptied, not removed: the cells count them.
                place = 0

                def emptied(match: re.Match[bytes]) -> bytes:
                    nonlocal place
                    place += 1
                    return match[0] if place < 400 else b"<si><t>-</t></si>"

                part = re.sub(rb"<si>.*?</si>", emptied, part, flags=re.S)
            new.writestr(name, part)
    return stream.getvalue()


DESCRIBED = """
id = "{id}"
title = "A made register"
publisher = "Nobody"

[[layout]]
era = "only"
date_order = "ymd"
ignore_sheets = ["Notes"]

[[layout.sheet]]
name = "[!N]*"
rows = "release"

[layout.sheet.columns]
reference = ["Reference"]
recipient = ["Organisation"]
received_date = ["Received"]
released_date = ["Released"]
purpose = ["Purpose"]
"""


def prepare(folder: Path) -> list[Seed]:
    """Register descriptions into `folder`/data and the files to mutate, each with a register it fits."""
    data = folder / "data"
    (data / "registers").mkdir(parents=True)
    (data / "registers" / "made.toml").write_text(DESCRIBED.format(id="made"), "utf-8")
    (folder / "seeds").mkdir()
    found: list[tuple[Path, bytes, str, float]] = [
        (p, p.read_bytes(), "made", 4) for p in seed_workbooks(folder / "seeds")
    ]
    for edition in write_sample(folder / "sample", requests=30, editions=1, hostile=True):
        found.append((edition.path, edition.path.read_bytes(), edition.register, 6))
    for path in real_workbooks(10**7):
        if path.stat().st_size > LARGE:
            # The larger, the seldomer: thousands of rows say little that forty do not.
            found.append((path, path.read_bytes(), "", 6_000 / path.stat().st_size))
            shorter = folder / "seeds" / f"short {path.name}"
            shorter.write_bytes(cut(path))
            path = shorter
        found.append((path, path.read_bytes(), "", 8 if path.suffix in (".ods", ".xlsx") else 4))
    seeds = []
    for number, (path, content, register, weight) in enumerate(found):
        stem = f"{number}-" + re.sub(r"[^A-Za-z0-9]+", "-", path.name)[:28].strip("-")
        fitting = register or _register_for(path, data, f"drafted-{number}")
        seeds.append(Seed(stem, content, path.suffix.lower(), fitting, weight))
    return seeds


def _register_for(path: Path, data: Path, name: str) -> str:
    """A described register that the file fits; else one drafted from it, as `inspect` drafts it."""
    workbook = read_workbook(path)
    for register in load_registers(load_settings(data)).values():
        with contextlib.suppress(AccessReviewError):
            match(register, workbook)
            return register.id
    described = data / "registers" / f"{name}.toml"
    drafted = draft_layout(path, workbook.sheets).replace('"my-register"', f'"{name}"')
    described.write_text(drafted, "utf-8")
    try:
        match(load_registers(load_settings(data))[name], workbook)
    except AccessReviewError as error:
        described.unlink()
        print(f"  {path.name}: no description fits, nor a draft ({error.message.splitlines()[0][:120]})")
        return "made"
    return name


# Mutants


def make(number: int, seed: int, seeds: list[Seed], data: Path) -> Mutant:
    """Mutant `number` of a run. The same numbers and the same seeds give the same bytes."""
    rng = random.Random(f"{seed}/{number}")
    kind = rng.choices(["workbook", "description", "sidecar"], [92, 4, 4])[0]
    chosen = rng.choices(seeds, [s.weight for s in seeds])[0]
    same = False
    if kind == "workbook":
        same = rng.random() < 0.25
        how, content = (rewritten if same else mutated)(rng, chosen.data)
    elif kind == "description":
        path = _described(chosen.register, data)
        how, content = mutated_toml(rng, path.read_text("utf-8"))
    else:
        how, content = mutated_toml(rng, "")  # of the sidecar that the worker has at hand
        content = str(rng.random()).encode()
    name = f"{seed}-{number:06}-{kind[0]}-{chosen.name}-{how}"[:110]
    return Mutant(number, name, kind, content, chosen.suffix, chosen, same)


def _described(register: str, data: Path) -> Path:
    own = data / "registers" / f"{register}.toml"
    return own if own.is_file() else CHECKOUT / "data" / "registers" / f"{register}.toml"


VALUES = (
    *("5", "-1", "true", '"x"', '""', "[]", "{}", '["x"]', "[5]", "{ a = 5 }", "[{ a = 1 }]", "2020-01-01"),
    *("1.5", "nan", "99999999999999999999", "2020-02-30", "07:32:00", "'('", "'(?P<date>.*)*$'", '"\\u0000"'),
    *(
        "'''\n'''",
        '"é\u202e"',
        "[" * 500,
        "{" * 5,
        '"' + "x" * 70_000 + '"',
        "1979-05-27T00:32:00Z",
        "0001-01-01",
    ),
    *("9999-12-31", '"../../etc/passwd"', '"2018-03-31.99"', '"*"', '"?["'),
)


def mutated_toml(rng: random.Random, text: str) -> tuple[str, bytes]:
    """A TOML file with lines dropped, repeated, moved, cut or given other values."""
    lines = text.splitlines() or [""]
    done = []
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        at = rng.randrange(len(lines))
        how = rng.choice(
            ["value", "value", "value", "drop", "repeat", "move", "key", "cut", "bytes", "junk", "table"]
        )
        done.append(how)
        line = lines[at]
        if how == "value" and "=" in line:
            lines[at] = line.split("=")[0] + "= " + rng.choice(VALUES)
        elif how == "drop":
            del lines[at]
        elif how == "repeat":
            lines.insert(at, line)
        elif how == "move":
            lines.insert(rng.randrange(len(lines)), lines.pop(at))
        elif how == "key" and "=" in line:
            key = rng.choice(
                ["", "x", "a.b", '"é"', "era", "id", "layout", "'\x00'", line.split("=")[0].upper()]
            )
            lines[at] = key + " =" + line.split("=", 1)[1]
        elif how == "cut":
            lines[at:] = [line[: rng.randrange(len(line) + 1)]]
        elif how == "bytes" and line:
            place = rng.randrange(len(line))
            lines[at] = line[:place] + chr(rng.randrange(0x20, 0x180)) + line[place + 1 :]
        elif how == "junk":
            lines.insert(
                at, rng.choice(['"', "'''", "[[", "]", "\x00", "=", "[layout]", "[[layout]]", "# \x07"])
            )
        elif how == "table":
            lines.insert(
                at, rng.choice(["[recipient_types]", "[[layout.sheet]]", "[layout.sheet.columns]", "[a]"])
            )
        lines = lines or [""]
    data = "\n".join(lines).encode("utf-8", "replace")
    if rng.random() < 0.1:
        place = rng.randrange(len(data) + 1)
        data = data[:place] + rng.choice([b"\xff", b"\x00", b"\xed\xa0\x80", b"\r"]) + data[place:]
        done.append("encoding")
    return "+".join(done), data


# One worker


class Worker:
    """Tries mutants in a data folder of its own."""

    def __init__(self, base: Path, number: int, seeds: list[Seed], seed: int, keep: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"worker-{number}-", dir=base))
        self.data = Path(shutil.copytree(base / "data", self.folder / "data"))
        self.seeds, self.seed, self.keep = seeds, seed, keep
        self.accepted: list[tuple[Mutant, Path, tuple[int, ...]]] = []
        self.originals: dict[str, independent.Sheets] = {}
        self.day = date(2030, 1, 1)
        self.standing = self.folder / "standing"  # a folder that is built, for its sidecars
        self.stem = ""

    def run(self, *arguments: object) -> tuple[int, str, str]:
        """One command in this process: exit code, standard output, standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = command([str(a) for a in arguments])
            except SystemExit as stop:
                code = int(stop.code or 0)
        return code, out.getvalue(), err.getvalue()

    def try_one(self, mutant: Mutant) -> Outcome:
        started = time.process_time()
        _forget_peak()
        try:
            outcome = {"workbook": self.workbook, "description": self.description, "sidecar": self.sidecar}[
                mutant.kind
            ](mutant)
        except Exception:
            outcome = ("traceback", traceback.format_exc(limit=-4), "")
        kind = mutant.suffix if mutant.kind == "workbook" else mutant.kind
        what, words, compared = outcome
        seconds = time.process_time() - started
        if seconds > PROCESSOR:
            what, words = "hang", f"{seconds:.0f} seconds of the processor"
        return Outcome(mutant.number, mutant.name, kind, what, words, seconds, _peak(), compared)

    # a file

    def workbook(self, mutant: Mutant) -> tuple[str, str, str]:
        path = self.folder / f"mutant{mutant.suffix}"
        path.write_bytes(mutant.data)
        direct = mutant.number % 20 != 0  # the others through a child process, as a person's would go
        read = read_workbook if direct else apart.read_workbook
        with _patched(read):
            code, out, err = self.run("--data", self.data, "inspect", path)
            # inspect says what it found also where it then says that the file is no register
            bad = self.unclear(0, out, "", path.name) or self.unclear(code, "", err, path.name)
            if bad:
                return "unclear error", f"inspect: {bad}", ""
            read_at_all = code == 0
            self.day += timedelta(1)
            add = ("--data", self.data, "add", mutant.seed.register, path, "--as-at", self.day)
            code, out, err = self.run(*add)
        left = (
            sorted(p for p in (self.data / "editions").glob("*/*"))
            if (self.data / "editions").exists()
            else []
        )
        bad = self.unclear(code, out, err, path.name)
        if bad:
            return "unclear error", f"add: {bad}", ""
        words, compared = "", ""
        if read_at_all:
            words, compared = self.compared(mutant, path)
        elif code == 0:
            return "wrong read", "inspect refuses what add accepts", ""
        if code != 0:
            if left:
                return "partial archive", f"refused, and left {[p.name for p in left]}", ""
            return ("wrong read", words, compared) if words else ("refused", err.splitlines()[0], compared)
        edition = self.data / "editions" / mutant.seed.register / self.day.isoformat()
        files = sorted(edition.iterdir()) if edition.is_dir() else []
        if left != [edition] or len(files) != 2 or path.name not in {p.name for p in files}:
            return "partial archive", f"archived, and there is {[str(p) for p in left]}", ""
        if (edition / path.name).read_bytes() != mutant.data:
            return "partial archive", "the archived bytes are not those of the file", ""
        counts = re.search(r"(\d+) rows read = (\d+) entries \+ (\d+) person counts \+ (\d+) explained", out)
        assert counts, out
        read_rows, entries, persons, explained = map(int, counts.groups())
        there = sum(len(s.rows) for s in read_workbook(path).sheets)
        if not read_rows == entries + persons + explained == there:
            return "not reconciled", f"{counts[0]}; the file has {there} rows", compared
        if mutant.number % 10 == 0:
            code, out, err = self.run(*add)
            if code or "nothing changed" not in out:
                return "not reconciled", f"added again: {out}{err}", compared
        aside = self.folder / "aside" / f"{mutant.number}"
        aside.parent.mkdir(exist_ok=True)
        edition.rename(aside)
        self.accepted.append((mutant, aside, (read_rows, entries, persons, explained)))
        return ("wrong read", words, compared) if words else ("archived", "", compared)

    def unclear(self, code: int, out: str, err: str, name: str) -> str:
        """What is wrong with how a command ended; empty when it is done or says clearly why not."""
        if not all(c.isprintable() or c == "\n" for c in out + err):
            return f"control characters in what it says: {(out + err)[:200]!r}"
        if code == 0:
            return ""
        if code != 1:
            return f"exit code {code}: {err[:300]}"
        if out or "\n  Next: " not in err or name not in err:
            return f"the error does not name the file and what to do: {(out + err)[:300]}"
        return ""

    def compared(self, mutant: Mutant, path: Path) -> tuple[str, str]:
        """(the first cell read wrongly, with what it was compared)."""
        workbook = read_workbook(path)
        mine = independent.ours(workbook)
        if mutant.same:
            if mutant.seed.name not in self.originals:
                original = self.folder / f"mutant{mutant.suffix}.original" / path.name
                original.parent.mkdir(exist_ok=True)
                original.write_bytes(mutant.seed.data)
                self.originals[mutant.seed.name] = independent.ours(read_workbook(original))
            return independent.difference(mine, self.originals[mutant.seed.name]), "its original"
        if sum(map(len, mine.values())) > 30_000:
            return "", ""
        try:
            other = independent.by_another(path, workbook.format)
        except independent.NotOpened:
            return "", ""
        words = independent.difference(mine, other)
        name = {"ods": "odfpy", "xlsx": "openpyxl"}.get(workbook.format, "csv")
        if words and independent.known_difference(workbook.format, mutant.data, words):
            return "", f"{name} (differs as known)"
        return words, name

    # a description or a sidecar

    def description(self, mutant: Mutant) -> tuple[str, str, str]:
        register = mutant.seed.register
        target = self.data / "registers" / f"{register}.toml"
        before = target.read_bytes() if target.is_file() else None
        path = self.folder / f"mutant{mutant.suffix}"
        path.write_bytes(mutant.seed.data)
        target.write_bytes(mutant.data)
        self.day += timedelta(1)
        try:
            with _patched(read_workbook):
                for words in (["inspect", path], ["add", register, path, "--as-at", self.day], ["build"]):
                    code, out, err = self.run("--data", self.data, *words)
                    named = (
                        str(target) in err or target.name in err or (words[0] == "add" and path.name in err)
                    )
                    if code and (code not in (1, 2) or out or not named or "\n  Next: " not in err):
                        return "unclear error", f"{words[0]}: exit {code}: {out[:100]}{err[:400]}", ""
                    if code:
                        return "refused", err.splitlines()[0], ""
                if mutant.number % 4 == 0:
                    for name in ("volumes", "turnaround"):
                        code, out, err = self.run(
                            "--data", self.data, "measure", name, "--register", register
                        )
                        if code and "\n  Next: " not in err:
                            return "unclear error", f"measure: exit {code}: {err[:400]}", ""
            return "archived", "", ""
        finally:
            if before is None:
                target.unlink()
            else:
                target.write_bytes(before)
            for name in ("editions", "builds"):
                shutil.rmtree(self.data / name, ignore_errors=True)

    def sidecar(self, mutant: Mutant) -> tuple[str, str, str]:
        rng = random.Random(f"sidecar/{mutant.number}")
        if not self.standing.exists():
            shutil.copytree(self.data / "registers", self.standing / "registers")
            for number, seed in enumerate(self.seeds[:2], 1):
                path = self.folder / f"standing{seed.suffix}"
                path.write_bytes(seed.data)
                code, _, err = self.run(
                    "--data",
                    self.standing,
                    "add",
                    seed.register,
                    path,
                    "--as-at",
                    f"2026-07-0{number}",
                )
                assert code == 0, err
        sidecars = sorted(self.standing.glob("editions/*/*/edition.toml"))
        chosen = rng.choice(sidecars)
        before = chosen.read_bytes()
        _, content = mutated_toml(rng, before.decode("utf-8"))
        chosen.write_bytes(content)
        try:
            for words in (["build"], ["status"]):
                code, out, err = self.run("--data", self.standing, *words)
                named = str(chosen.parent) in err or "edition" in err
                if code and (code != 1 or out or not named or "\n  Next: " not in err):
                    return "unclear error", f"{words[0]}: exit {code}: {out[:100]}{err[:400]}", ""
                if code:
                    return "refused", err.splitlines()[0], ""
            return "archived", "", ""
        finally:
            chosen.write_bytes(before)
            shutil.rmtree(self.standing / "builds", ignore_errors=True)

    # what was accepted, built

    def build(self) -> list[Outcome]:
        """One build of the batch; when it fails, one of each, so that the failure has a name."""
        batch, self.accepted = self.accepted, []
        words = self.build_of(batch)
        found = []
        if words and len(batch) > 1:
            found = [
                Outcome(m.number, m.name, m.suffix, "build failed", alone)
                for m, path, counts in batch
                if (alone := self.build_of([(m, path, counts)]))
            ]
        if words and not found:
            mutant = batch[-1][0]
            found = [
                Outcome(mutant.number, mutant.name, mutant.suffix, "build failed", f"in a batch: {words}")
            ]
        shutil.rmtree(self.folder / "aside", ignore_errors=True)
        return found

    def build_of(self, batch: list[tuple[Mutant, Path, tuple[int, ...]]]) -> str:
        for name in ("editions", "builds"):
            shutil.rmtree(self.data / name, ignore_errors=True)
        expected = {}
        for mutant, path, counts in batch:
            record = (path / "edition.toml").read_text("utf-8")
            edition = re.search(r'^edition = "(.+)"', record, re.M)
            assert edition
            target = self.data / "editions" / mutant.seed.register / edition[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(path, target)
            expected[mutant.seed.register, edition[1]] = counts
        try:
            code, _, err = self.run("--data", self.data, "build")
            if code:
                return err[:600]
            (path,) = (self.data / "builds").glob("*.json")
            built = {
                (e["register"], e["edition"]): (
                    *(e[n] for n in ("rows_read", "entries", "person_counts", "rows_explained")),
                )
                for e in json.loads(path.read_text("utf-8"))["editions"]
            }
            for key, counts in expected.items():
                if built.get(key) != counts:
                    return f"add read {counts}, build {built.get(key)} of {key}"
            for register in sorted({key[0] for key in expected}):
                with Store(load_settings(self.data)) as store:
                    for name in ("volumes", "recipients", "top-recipients", "turnaround", "spells"):
                        measure(name, store, register=register, interval="year")
        except Exception:
            return traceback.format_exc(limit=-4)
        finally:
            for name in ("editions", "builds"):
                shutil.rmtree(self.data / name, ignore_errors=True)
        return ""


@contextlib.contextmanager
def _patched(read: Callable[..., Any]) -> Any:
    """This process is the guard already: most mutants need no child of it."""
    before = editions.read_workbook, inspection.read_workbook
    editions.read_workbook = inspection.read_workbook = read  # type: ignore[assignment]
    try:
        yield
    finally:
        editions.read_workbook, inspection.read_workbook = before  # type: ignore[assignment]


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """MiB this process held at most since `_forget_peak`; since its start where the system cannot say."""
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def work(
    pipe: Connection, base: str, number: int, numbers: list[int], seed: int, seeds: list[Seed], keep: str
) -> None:
    """A worker process: says what it begins, then how it ended."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    worker = Worker(Path(base), number, seeds, seed, Path(keep))
    for position, n in enumerate(numbers):
        mutant = make(n, seed, seeds, Path(base) / "data")
        pipe.send(("begin", n, mutant.name, mutant.suffix if mutant.kind == "workbook" else mutant.kind))
        outcome = worker.try_one(mutant)
        if outcome.outcome in BAD:
            _keep(Path(keep), mutant)
        pipe.send(("end", outcome))
        if len(worker.accepted) >= BATCH or (position == len(numbers) - 1 and worker.accepted):
            chosen = [m for m, *_ in worker.accepted]
            pipe.send(("building", [m.number for m in chosen]))
            failed = worker.build()
            for outcome in failed:
                _keep(Path(keep), next(m for m in chosen if m.number == outcome.number))
            pipe.send(("built", len(chosen), failed))
    shutil.rmtree(worker.folder, ignore_errors=True)
    pipe.send(("done",))


def _keep(folder: Path, mutant: Mutant) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{mutant.name}{mutant.suffix if mutant.kind == 'workbook' else '.toml'}").write_bytes(
        mutant.data
    )


# The run


class Run:
    def __init__(self, base: Path, seeds: list[Seed], seed: int, keep: Path) -> None:
        self.base, self.seeds, self.seed, self.keep = base, seeds, seed, keep
        self.outcomes: list[Outcome] = []
        self.built = self.builds = 0
        self.lock = threading.Lock()

    def drive(self, number: int, numbers: list[int]) -> None:
        """Keep one worker going through `numbers`, a new one after each that dies."""
        context = multiprocessing.get_context("spawn")
        while numbers:
            here, there = context.Pipe()
            arguments = (there, str(self.base), number, numbers, self.seed, self.seeds, str(self.keep))
            process = context.Process(target=work, args=arguments, daemon=True)
            process.start()
            there.close()
            begun: tuple[int, str, str] | None = None
            building: list[int] = []
            why = ""
            allowed = 120.0  # to start
            while True:
                try:
                    if not here.poll(allowed):
                        why = "hang"
                        break
                    said = here.recv()
                except EOFError:
                    why = "crash"
                    break
                allowed = TIME
                with self.lock:
                    if said[0] == "begin":
                        begun = said[1:]
                        numbers = [n for n in numbers if n != begun[0]]
                    elif said[0] == "end":
                        self.outcomes.append(said[1])
                        begun = None
                        self.tell()
                    elif said[0] == "building":
                        building, allowed = said[1], BUILD_TIME
                    elif said[0] == "built":
                        self.built += said[1]
                        self.builds += 1
                        self.outcomes = [
                            o for o in self.outcomes if o.number not in {f.number for f in said[2]}
                        ]
                        self.outcomes += said[2]
                        building = []
                if said[0] == "done":
                    break
            process.kill()
            process.join()
            if said_nothing := (why and not begun and not building):
                raise RuntimeError(f"a worker ended before its first mutant ({why}, exit {process.exitcode})")
            assert not said_nothing
            if why:
                name, kind = (begun[1], begun[2]) if begun else (f"a build of {building}", "build")
                place = begun[0] if begun else building[0]
                with self.lock:
                    words = (
                        f"the worker ended with {process.exitcode}"
                        if why == "crash"
                        else f"over {allowed:.0f} s"
                    )
                    self.outcomes.append(
                        Outcome(place, name, kind, why, words, allowed if why == "hang" else 0.0)
                    )
                for n in [begun[0]] if begun else building:
                    _keep(self.keep, make(n, self.seed, self.seeds, self.base / "data"))
            else:
                return

    def tell(self) -> None:
        tried, terminal = len(self.outcomes), sys.stderr.isatty()
        if tried % (20 if terminal else 1000) == 0:
            bad = sum(o.outcome in BAD for o in self.outcomes)
            words = f"{tried} tried, {self.built} built, {bad} failures"
            print(
                f"\r{words}" if terminal else words, end="" if terminal else "\n", file=sys.stderr, flush=True
            )


def report(run: Run, seconds: float) -> int:
    """Print what happened. Returns the exit code."""
    outcomes = run.outcomes
    counts = Counter((o.kind, o.outcome) for o in outcomes)
    columns = ["archived", "refused", *BAD]
    kinds = sorted({o.kind for o in outcomes})
    print(f"\n{'format':<12}{'tried':>7}" + "".join(f"{c:>{max(9, len(c) + 2)}}" for c in columns))
    for kind in [*kinds, "all"]:
        numbers = {
            c: sum(n for (k, o), n in counts.items() if o == c and kind in (k, "all")) for c in columns
        }
        cells = "".join(f"{n:>{max(9, len(c) + 2)}}" for c, n in numbers.items())
        print(f"{kind:<12}{sum(numbers.values()):>7}{cells}")
    print(
        f"\n{len(outcomes)} mutants in {seconds:.0f} s; "
        f"{run.built} accepted ones built in {run.builds} builds, each measured"
    )
    compared = Counter(o.compared for o in outcomes if o.compared)
    print("reads compared with " + ", ".join(f"{what}: {n}" for what, n in sorted(compared.items())))
    slowest = max(outcomes, key=lambda o: o.seconds)
    heaviest = max(outcomes, key=lambda o: o.peak)
    print(f"slowest {slowest.seconds:.1f} s of the processor ({slowest.name})")
    print(f"at most {heaviest.peak:.0f} MiB ({heaviest.name})")
    bad = [o for o in outcomes if o.outcome in BAD]
    for o in sorted(bad, key=lambda o: o.number)[:40]:
        print(f"\n{o.outcome}: {o.name}\n  " + o.words.strip().replace("\n", "\n  "))
    if len(bad) > 40:
        print(f"\nand {len(bad) - 40} more")
    end = f"; the mutants are in {run.keep}" if bad else ": each gave a clear error or a correct read"
    print(f"\n{len(bad)} failures{end}")
    return 1 if bad else 0


def fuzz(count: int, seed: int, workers: int, keep: Path) -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="access-review-fuzz-") as folder:
        base = Path(folder)
        seeds = prepare(base)
        fitted = Counter(s.register for s in seeds)
        print(
            f"{len(seeds)} files to mutate, of {', '.join(f'{r} ({n})' for r, n in sorted(fitted.items()))}"
        )
        run = Run(base, seeds, seed, keep)
        threads = [
            threading.Thread(target=run.drive, args=(w, list(range(w, count, workers))))
            for w in range(workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len({o.number for o in run.outcomes}) < count:
            print(f"only {len(run.outcomes)} of {count} mutants were tried")
            report(run, time.monotonic() - started)
            return 1
        return report(run, time.monotonic() - started)


def replay(name: str, keep: Path) -> int:
    """Make one mutant again by its name, keep it, and say what happens to it."""
    found = re.match(r"(\d+)-(\d+)-", name)
    if not found:
        print(f"{name!r} is not the name of a mutant; it begins with the seed and a number", file=sys.stderr)
        return 2
    seed, number = map(int, found.groups())
    with tempfile.TemporaryDirectory(prefix="access-review-fuzz-") as folder:
        base = Path(folder)
        seeds = prepare(base)
        mutant = make(number, seed, seeds, base / "data")
        _keep(keep, mutant)
        print(f"{mutant.name}: {len(mutant.data):,} bytes, kept in {keep}")
        run = Run(base, seeds, seed, keep)
        run.drive(0, [number])
        return report(run, 0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutated files through inspect, add, build and measures.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "access-review-mutants")
    parser.add_argument("--replay", metavar="NAME", help="one mutant again, by its name")
    chosen = parser.parse_args()
    os.environ.pop("ACCESS_REVIEW_DATA", None)
    csv.field_size_limit(131_072)
    if chosen.replay:
        return replay(chosen.replay, chosen.keep)
    return fuzz(chosen.count, chosen.seed, chosen.workers, chosen.keep)


if __name__ == "__main__":
    sys.exit(main())
