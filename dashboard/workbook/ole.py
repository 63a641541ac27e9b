"""The OLE container that an old binary workbook is kept in: a small file system of sectors in one file."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from dashboard.workbook.kinds import OLE


FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class Ole:
    """A compound file, read with every chain bounded by the number of sectors there are."""

    data: bytes
    streams: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> first sector, size

    def __post_init__(self) -> None:
        data = self.data
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in (9, 12):
            raise ValueError(f"sectors of 2^{shift} bytes")
        self.sector = 1 << shift
        self.sectors = max(0, -(-len(data) // self.sector) - 1)
        self.directory_start, _, self.cutoff, self.mini_start = struct.unpack_from("<4I", data, 48)
        next_table = struct.unpack_from("<I", data, 68)[0]
        tables = list(struct.unpack_from("<109I", data, 76))
        for _ in range(self.sectors):
            if next_table in (END, FREE):
                break
            *more, next_table = self._words(next_table)
            tables += more
        self.fat = [word for table in tables[: self.sectors] if table != FREE for word in self._words(table)]
        directory = self._chain(self.directory_start)
        self.mini: bytes | None = None
        for at in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", directory, at + 116)
            if kind == 5:
                self.root_start = start
            elif kind == 2 and name not in self.streams:
                self.streams[name] = (start, size)

    def read(self, name: str) -> bytes:
        start, size = self.streams[name]
        if size >= 4096:
            return self._chain(start)[:size]
        mini_fat = [word for (word,) in struct.iter_unpack("<I", self._chain(self.mini_start))]
        room = self._chain(self.root_start)
        parts = []
        for _ in range(size // 64 + 1):
            if start >= len(mini_fat):
                break
            parts.append(room[start * 64 : start * 64 + 64])
            start = mini_fat[start]
        return b"".join(parts)[:size]

    def _at(self, sector: int) -> bytes:
        if sector >= self.sectors:
            raise ValueError(f"sector {sector:,} of {self.sectors:,}")
        begin = (sector + 1) * self.sector
        found = self.data[begin : begin + self.sector]
        if len(found) < self.sector:
            raise ValueError("its last sector is incomplete")
        return found

    def _words(self, sector: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self.sector // 4}I", self._at(sector))

    def _chain(self, sector: int) -> bytes:
        parts: list[bytes] = []
        while sector != END:
            if len(parts) > self.sectors or sector >= len(self.fat):
                raise ValueError("a chain of sectors that does not end")
            parts.append(self._at(sector))
            sector = self.fat[sector]
        return b"".join(parts)


def packed_ole(name: str, stream: bytes) -> bytes:
    """A new container with one stream, in 4,096-byte sectors so that the header holds the whole table."""
    size = 4096
    body = -(-max(len(stream), size) // size)
    # directory, an empty sector for the small streams (of which there are none), the stream, the table
    tables = -(-(body + 2) // (size // 4 - 1))
    total = body + 2 + tables
    fat = [END, END, *range(3, body + 2), END, *[FAT_SECTOR] * tables]
    fat += [FREE] * (tables * (size // 4) - len(fat))
    header = OLE + bytes(16) + struct.pack("<5H6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<9I", 1, tables, 0, 0, 4096, END, 0, END, 0)
    places = [*range(total - tables, total)]
    header += struct.pack("<109I", *places, *[FREE] * (109 - len(places)))

    def entry(label: str, kind: int, child: int, start: int, length: int) -> bytes:
        text = label.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<HBB3I", len(text), kind, 1, FREE, FREE, child)
        return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, length)

    directory = entry("Root Entry", 5, 1, 1, 64) + entry(name, 2, FREE, 2, max(len(stream), size))
    return b"".join(
        (
            header.ljust(size, b"\0"),
            directory.ljust(size, b"\0"),
            bytes(size),
            stream.ljust(body * size, b"\0"),
            struct.pack(f"<{len(fat)}I", *fat),
        )
    )
