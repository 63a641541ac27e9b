"""Writing that is whole or not at all: aside first, flushed to the disk, then moved into place."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dashboard.errors import AccessReviewError, LockedError


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Flush one file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some network folders cannot flush a folder; the move itself still holds
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    with _aside(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


def write_parts(path: Path, parts: Iterable[str]) -> None:
    """As `write_whole`, of a text that is never whole in memory. What `parts` raises leaves no file."""
    with _aside(path) as file:
        file.writelines(part.encode("utf-8") for part in parts)


@contextmanager
def _aside(path: Path) -> Iterator[BinaryIO]:
    """A file beside `path`, flushed to the disk and moved to it when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync(path.parent)


@contextmanager
def folder_whole(target: Path) -> Iterator[Path]:
    """A scratch folder beside `target` that becomes `target` when the block ends without an error.

    Raises AccessReviewError when `target` exists already: a folder is published once.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield scratch
        if target.exists():
            raise AccessReviewError(f"{target} exists already", hint="remove it, or give another place")
        os.chmod(scratch, 0o755)
        for path in sorted(scratch.rglob("*")):
            sync(path)
        sync(scratch)
        os.rename(scratch, target)
        try:
            sync(target.parent)
        except OSError:  # nobody can say that it will last: taken back, so that the error is the truth
            os.rename(target, scratch)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def lock(path: Path, what: str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock file for the block.

    Raises LockedError when another process holds it, and still does after `wait` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait
    with path.open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    waited = f" after {wait:g} seconds" if wait else ""
                    raise LockedError(
                        f"another process is {what}{waited} (lock {path})",
                        hint="wait until it ends, then run this again",
                    ) from None
                time.sleep(min(0.1, max(0.0, until - time.monotonic())))
        # The system drops the lock when the process ends, however it ends: no stale lock to remove.
        yield


@contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Turn a full disk, a read-only folder and the like into one clear error."""
    try:
        yield
    except OSError as error:
        raise AccessReviewError(
            f"{what} failed: {error.strerror or error} ({error.filename or 'no file named'})",
            hint="check the disk's space and the folder's permissions; nothing was changed",
        ) from error
