"""Answers that are kept: compressed once, sent many times."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer. `packed` is gzip; `etag` is weak, because one page is sent in two encodings."""

    packed: bytes
    kind: str  # content type
    etag: str
    live: bool = False  # whether charts of it become interactive, which needs a wider content policy
    status: int = 200

    def plain(self) -> bytes:
        return gzip.decompress(self.packed)


def answer(content: bytes, kind: str, *, level: int = 6, live: bool = False, status: int = 200) -> Answer:
    """Compress some content and name it by its hash."""
    return Answer(
        packed=gzip.compress(content, level, mtime=0),
        kind=kind,
        etag=f'W/"{hashlib.sha256(content).hexdigest()[:20]}"',
        live=live,
        status=status,
    )


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    for one in accepted.lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() in ("gzip", "x-gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class Kept:
    """Answers by what was asked, the least lately used dropped past `most` bytes. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Hashable) -> Answer | None:
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def keep(self, key: Hashable, found: Answer) -> None:
        with self._lock:
            old = self._answers.pop(key, None)
            self.bytes += len(found.packed) - (len(old.packed) if old else 0)
            self._answers[key] = found
            while self.bytes > self.most and self._answers:
                self.bytes -= len(self._answers.popitem(last=False)[1].packed)

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self.bytes = 0
