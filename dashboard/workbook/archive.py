"""Zip archives, which .ods and .xlsx are: the directory checked, each part unpacked within bounds, and packed anew."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from dashboard.workbook.bounds import MIB, Limits
from dashboard.workbook.refusals import SAVE_AS_XLSX, brief, damaged, locked, refusal


# Below this, a high compression ratio is only a small repetitive sheet.
RATIO_MATTERS_FROM = 32 * MIB


class Parts:
    """The parts of one archive: which there are, and the content of each when it is asked for."""

    def __init__(self, file: str, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
        self._file = file
        self._archive = archive
        self._members = members

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def read(self, name: str) -> bytes:
        """Raises AccessReviewError when the part cannot be unpacked."""
        try:
            return self._archive.read(self._members[name])
        except MemoryError:
            raise
        except Exception as error:  # zlib, CRC, offsets, flags: zipfile has no one exception
            raise damaged(self._file, f'its part "{brief(name)}" cannot be unpacked ({error})') from None


@contextmanager
def opened(file: str, data: bytes, limits: Limits) -> Iterator[Parts]:
    """The parts of the archive `data`. Raises AccessReviewError when it is damaged or past `limits`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield Parts(file, archive, _check_directory(file, archive.infolist(), limits))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, ValueError) as error:
        raise damaged(file, f"its zip directory cannot be read ({error})") from None
    except (struct.error, IndexError, OverflowError, zlib.error) as error:
        raise damaged(file, f"its zip directory cannot be read ({error})") from None


def _check_directory(file: str, entries: list[zipfile.ZipInfo], limits: Limits) -> dict[str, zipfile.ZipInfo]:
    # Declared sizes are enough: zipfile never unpacks more of a member than its declared size.
    if len(entries) > limits.members:
        raise refusal(
            file, f"packs {len(entries):,} parts; at most {limits.members:,} are read", SAVE_AS_XLSX
        )
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > limits.unpacked_bytes:
        raise refusal(
            file,
            f"unpacks to {unpacked / MIB:,.0f} MiB; at most {limits.unpacked_bytes / MIB:,.0f} MiB is read",
            "check that this is the register itself and comes from the publisher",
        )
    if unpacked > RATIO_MATTERS_FROM and unpacked > packed * limits.ratio:
        raise refusal(
            file,
            f"unpacks to {unpacked / packed:,.0f} times its size, as a zip bomb does "
            f"(at most {limits.ratio} times is read)",
            "check that the file comes from the publisher",
        )
    members: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise locked(file)
        if entry.filename in members:
            raise damaged(file, f'it holds its part "{brief(entry.filename)}" twice')
        members[entry.filename] = entry
    return members


def packed(parts: Iterable[tuple[str, bytes]]) -> io.BytesIO:
    """A new archive of these parts: two zip readers can see different things in one hand-made archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content)
    stream.seek(0)
    return stream
