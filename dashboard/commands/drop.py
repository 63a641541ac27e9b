"""`access-review add` with a folder or several files: each is taken by itself, and one failure stops no other."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from dashboard.commands.base import say
from dashboard.errors import AccessReviewError, UsageError
from dashboard.settings import Settings
from dashboard.text import plural


WORKBOOKS = (".ods", ".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".parquet")
# What browsers and spreadsheet programs leave beside a file while they are at it.
UNFINISHED = ("~$*", "*~", "*.tmp", "*.part", "*.partial", "*.crdownload", "*.download", "*.opdownload")


def is_drop(paths: Sequence[Path]) -> bool:
    return len(paths) > 1 or any(path.is_dir() for path in paths)


def workbooks(folder: Path) -> tuple[list[Path], list[tuple[Path, str]]]:
    """The workbooks in a folder, by name, and what else is there with the reason it is passed over."""
    try:
        every = sorted(folder.iterdir(), key=lambda p: (p.name.casefold(), p.name))
    except OSError as error:
        raise AccessReviewError(
            f"{folder} cannot be read: {error.strerror or error}", hint="check that you may read the folder"
        ) from error
    take: list[Path] = []
    passed: list[tuple[Path, str]] = []
    for path in every:
        name = path.name.casefold()
        if path.is_dir():
            passed.append((path, "a folder inside the folder"))
        elif name.startswith("."):
            passed.append((path, "a hidden file"))
        elif any(fnmatchcase(name, pattern) for pattern in UNFINISHED):
            passed.append((path, "a temporary file"))
        elif name.endswith(".fetched.toml"):
            continue  # our own note of a file beside it, read with that file
        elif path.suffix.casefold() not in WORKBOOKS:
            passed.append((path, "not a workbook by its name"))
        else:
            take.append(path)
    return take, passed


def add_each(settings: Settings, arguments: Any, add_one: Callable[[Settings, Any], int]) -> int:
    """Run `add_one` for every file of `arguments.file`, folders opened. Exit code 1 when any could not be added."""
    files: list[Path] = []
    for path in arguments.file:
        if not path.is_dir():
            files.append(path)
            continue
        found, passed = workbooks(path)
        for other, why in passed:
            say(f"passed over: {other.name}: {why}")
        if not found:
            raise AccessReviewError(
                f"{path}: the folder holds no workbook",
                hint=f"put files there that end in {', '.join(WORKBOOKS)}",
            )
        files += found
    if len(files) > 1 and (arguments.as_at or arguments.published or arguments.replaces):
        raise UsageError("--as-at, --published and --replaces are about one file; several were given")
    failed = 0
    for file in files:
        alone = argparse.Namespace(**{**vars(arguments), "file": [file], "says_next": False})
        try:
            add_one(settings, alone)
        except UsageError:
            raise  # the register's name, say: it is wrong for every file
        except AccessReviewError as error:
            failed += 1
            say(f"access-review add: {error}")
    if failed:
        say(f"{plural(failed, 'file')} of {len(files)} could not be added; the others were")
    elif not arguments.dry_run:
        say("Next: access-review build")
    return 1 if failed else 0
