"""An export's folder: every file written aside, then the whole put in place."""

from __future__ import annotations

import fcntl
import glob
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dashboard import __version__
from dashboard.errors import AccessReviewError, LimitError
from dashboard.export import data_use, dictionary, measured, package, readme
from dashboard.export.session import TYPES, Session, Written
from dashboard.export.tables import LINKS, REGISTERS, TABLES, Table
from dashboard.files import disk_errors, folder_whole, sha256_of, sync
from dashboard.filters import Filters
from dashboard.measures import MeasureResult, checked
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.text import SYNTHETIC, day


SUMS = "SHA256SUMS"
MEASURES = "measures"
SPILL = ".spill"
WRITING = ".writing"
# Seconds for one query of a measure: nobody waits at a page, and a register of ten million requests is written whole.
PATIENCE = 1_800.0

Progress = Callable[[str], None]


def export_folder(
    settings: Settings,
    folder: Path,
    *,
    registers: Sequence[str] = (),
    known_on: date | None = None,
    replace: bool = False,
    progress: Progress = lambda _: None,
) -> Path:
    """Write the open data of the build in force, of the registers named or of all, as known on a day if one is given.

    The same build and question give the same bytes. Raises AccessReviewError when `folder` is there already, unless
    `replace` is given and it is an export with nothing else in it; UsageError for an unknown register; LimitError when
    a query of a measure takes longer than PATIENCE.
    """
    target = folder.expanduser().absolute()
    with (
        disk_errors("the export"),
        Store(settings, patience=PATIENCE) as store,
        _room(target, replace) as scratch,
    ):
        spill = scratch / SPILL
        with Session(store.build, spill) as session:
            _Export(
                folder=scratch,
                store=store,
                session=session,
                named=tuple(dict.fromkeys(registers)),
                known_on=known_on,
                progress=progress,
            ).write()
        shutil.rmtree(spill, ignore_errors=True)
    return target


@contextmanager
def _room(target: Path, replace: bool) -> Iterator[Path]:
    """A scratch folder that takes `target`'s place at the end; what it takes the place of is looked at first."""
    aside = target.with_name(f".{target.name}.replaced")
    _recover(target, aside)
    there = target.exists()
    if there:
        _may_go(target, replace)
    with ExitStack() as held:
        try:
            with folder_whole(target) as scratch:
                held.enter_context(_being_written(scratch))
                yield scratch
                if there:
                    _may_go(target, replace)  # a person may have put something there since
                    for path in sorted(scratch.rglob("*")):
                        sync(path)  # before the place is empty, not while it is
                    target.rename(aside)
        except BaseException:
            if aside.exists() and not target.exists():
                aside.rename(target)
            raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _being_written(scratch: Path) -> Iterator[None]:
    """Say beside a folder that it is being written, for as long as this process lives."""
    inside, marker = scratch / WRITING, scratch.with_name(scratch.name + WRITING)
    with inside.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the process's end lets go of it, however it ends
        inside.rename(marker)  # held before anybody can find it
        try:
            yield
        finally:
            marker.unlink(missing_ok=True)


def _recover(target: Path, aside: Path) -> None:
    """Undo what a killed export left: folders half written, and a replaced one whose place nothing took."""
    for marker in target.parent.glob(f".{glob.escape(target.name)}.*{WRITING}"):
        with marker.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # another process is writing it
            shutil.rmtree(marker.with_name(marker.name.removesuffix(WRITING)), ignore_errors=True)
            marker.unlink(missing_ok=True)
    if _is_ours(aside):
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(target)


def _may_go(target: Path, replace: bool) -> None:
    """Raise AccessReviewError unless `target` is empty, or an export of ours, nothing else in it, to be replaced."""
    if target.is_dir() and not target.is_symlink():
        there = {p.relative_to(target).as_posix() for p in target.rglob("*") if not p.is_dir()}
        if not there:
            return
        if replace:
            if not _is_ours(target):
                raise AccessReviewError(
                    f"{target} is no export, so it is not replaced", hint="give another folder, or remove it yourself"
                )  # fmt: skip
            strange = sorted(there - _listed(target))
            if strange:
                raise AccessReviewError(
                    f"{target} holds what no export put there: {', '.join(strange[:3])}",
                    hint="move it away, or give another folder",
                )
            return
    raise AccessReviewError(
        f"{target} is there already",
        hint="give another folder, or --replace where it is an export that may be written anew",
    )


def _is_ours(target: Path) -> bool:
    try:
        record = json.loads((target / package.DESCRIPTOR).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("made_by") == package.MARK


def _listed(target: Path) -> set[str]:
    try:
        lines = (target / SUMS).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return set()
    return {line.partition("  ")[2] for line in lines} | {SUMS}


@dataclass(kw_only=True)
class _Export:
    """One export as it is written."""

    folder: Path
    store: Store
    session: Session
    named: tuple[str, ...]
    known_on: date | None
    progress: Progress

    def write(self) -> None:
        for name in self.named:
            checked(self.store, Filters(register=name, known_on=self.known_on))
        registers = [
            row
            for name in self.named or (None,)
            for row in self.session.rows(REGISTERS.query, {"register": name, "known_on": self.known_on})
        ]
        if not registers:
            raise AccessReviewError(
                f"nothing was published by {day(self.known_on)}, so there is nothing to export"
                if self.known_on
                else "no register in this build has an edition",
                hint="give a later day"
                if self.known_on
                else "'access-review add', then 'access-review build'",
            )
        described = dictionary.describe(self.session.rows("dictionary", {}))
        files = [self._registers(registers, described[REGISTERS.name])]
        for register in registers:
            name = register["register"]
            for table in TABLES:
                self.progress(f"{name}: {table.name}")
                files.append(self._table(table, register, described[table.name]))
            files.append(self._data_use(register))
        files += self._measures(registers)
        about = {
            "build": self.store.build.id,
            "code_version": __version__,
            "known_on": self.known_on.isoformat() if self.known_on else None,
        }
        self._text("data-dictionary.md", dictionary.markdown(described))
        record = package.descriptor(self.folder, files, registers, about)
        self._text(package.DESCRIPTOR, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        self._text("README.md", readme.make(registers, about, files))
        written = sorted(
            p.relative_to(self.folder).as_posix()
            for p in self.folder.rglob("*")
            if p.is_file() and SPILL not in p.parts
        )
        self._text(SUMS, "".join(f"{sha256_of(self.folder / path)}  {path}\n" for path in written))

    def _registers(self, registers: Sequence[Mapping[str, Any]], words: dictionary.Described) -> package.File:
        columns = [(c.name, c.kind) for c in words.columns]
        rows = [[r[name] for name, _ in columns] for r in registers]
        about = self._about(REGISTERS.title, None, words.words)
        written = self.session.write_rows(columns, rows, self.folder / REGISTERS.name, about)
        return package.File(
            path=f"{REGISTERS.name}.csv", register="", title=REGISTERS.title, words=words.words, rows=written.rows,
            fields=_fields(written, words, REGISTERS), key=REGISTERS.key,
        )  # fmt: skip

    def _table(self, table: Table, register: Mapping[str, Any], words: dictionary.Described) -> package.File:
        name = register["register"]
        base = self._base(f"{name}/{table.name}")
        about = self._about(table.title, register, words.words)
        values = {"register": name, "known_on": self.known_on}
        written = self.session.write(table.query, values, base, about)
        links = [(column, f"{name}/{there}.csv", other) for column, there, other in LINKS.get(table.name, ())]
        return package.File(
            path=f"{name}/{table.name}.csv", register=name, title=table.title, words=words.words, rows=written.rows,
            fields=_fields(written, words, table), key=table.key, links=links,
        )  # fmt: skip

    def _data_use(self, register: Mapping[str, Any]) -> package.File:
        values = {"register": register["register"], "known_on": self.known_on}
        path = f"{register['register']}/{data_use.NAME}.csv"
        columns = (
            "organisation",
            "sector",
            "reference",
            "title",
            "approved_date",
            "dataset",
            "released_date",
        )
        rows = data_use.write(self.session.stream("data_uses", values), columns, self.folder / path)
        return package.File(
            path=path,
            register=register["register"],
            title=data_use.TITLE,
            words=data_use.WORDS,
            rows=rows,
            fields=data_use.fields(),
            key=("Project ID",),
            parquet=False,
            more={"standard": data_use.STANDARD, "empty_fields": [f.name for f in data_use.FIELDS if not f.column]},
        )  # fmt: skip

    def _measures(self, registers: Sequence[Mapping[str, Any]]) -> list[package.File]:
        """Each measure of every register. Types are worked out over all of them, so that the files fit one another."""
        files = []
        for asked in measured.questions():
            self.progress(f"measure {asked.name}")
            meaning = measured.described(asked.measure.name)
            if asked.measure.name in measured.STREAMED:
                files += [self._streamed(asked, register, meaning) for register in registers]
                continue
            results = [self._answer(asked, register) for register in registers]
            kinds = measured.types(results)
            files += [
                self._measure(asked, register, result, kinds, meaning)
                for register, result in zip(registers, results, strict=True)
            ]
        return files

    def _answer(self, asked: measured.Asked, register: Mapping[str, Any]) -> MeasureResult:
        try:
            return measured.answer(asked, self.store, self._of(register))
        except LimitError as error:  # its own advice is for who may ask of a shorter period
            raise LimitError(
                f"the measure '{asked.name}' of {register['register']}: {error.message}",
                hint="try again when the machine has less to do; nothing was written",
            ) from error

    def _streamed(
        self, asked: measured.Asked, register: Mapping[str, Any], meaning: Mapping[str, str]
    ) -> package.File:
        place = f"{register['register']}/{MEASURES}/{asked.name}"
        values = dict(asked.filters(self._of(register)).parameters())
        about = self._about(asked.name, register, asked.measure.words)
        written = self.session.write(asked.measure.query, values, self._base(place), about)
        fields = [_field(name, kind, meaning.get(name, "")) for name, kind in written.columns]
        return self._described(asked, register, place, fields, written.rows, ())

    def _measure(
        self,
        asked: measured.Asked,
        register: Mapping[str, Any],
        result: MeasureResult,
        kinds: Mapping[str, str],
        meaning: Mapping[str, str],
    ) -> package.File:
        place = f"{register['register']}/{MEASURES}/{asked.name}"
        columns = [(name, kinds[name]) for name in result.columns]
        about = self._about(asked.name, register, asked.measure.words)
        self.session.write_rows(columns, result.rows, self._base(place), about)
        fields = [_field(name, TYPES[kind], meaning.get(name, "")) for name, kind in columns]
        return self._described(asked, register, place, fields, len(result.rows), result.notes)

    def _described(
        self,
        asked: measured.Asked,
        register: Mapping[str, Any],
        place: str,
        fields: Sequence[Mapping[str, Any]],
        rows: int,
        notes: Sequence[str],
    ) -> package.File:
        more = {
            "measure": asked.measure.name,
            "command": asked.command(self._of(register)),
            "notes": list(notes),
        }
        return package.File(
            path=f"{place}.csv", register=register["register"], title=f"Measure {asked.name}",
            words=asked.measure.words, rows=rows, fields=fields, more=more,
        )  # fmt: skip

    def _of(self, register: Mapping[str, Any]) -> Filters:
        return Filters(register=register["register"], known_on=self.known_on)

    def _about(self, title: str, register: Mapping[str, Any] | None, words: str) -> dict[str, str]:
        """What a Parquet file says of itself."""
        said = {"title": title, "description": words, "build": self.store.build.id}
        if self.known_on:
            said["known_on"] = self.known_on.isoformat()
        if register:
            said |= {
                "register": register["register"],
                "publisher": register["publisher"],
                "licence": register["licence"] or "not stated",
                "synthetic": str(register["synthetic"]).lower(),
            }
            if register["synthetic"]:
                said["note"] = SYNTHETIC
        return said

    def _base(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _text(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8", newline="\n")


def _fields(written: Written, words: dictionary.Described, table: Table) -> list[dict[str, Any]]:
    meaning = {c.name: c.words for c in words.columns}
    return [_field(name, kind, meaning[name], name in table.key) for name, kind in written.columns]


def _field(name: str, kind: str, words: str, named: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "type": kind}
    if words:
        found["description"] = words
    if named:
        found["constraints"] = {"required": True}
    return found
