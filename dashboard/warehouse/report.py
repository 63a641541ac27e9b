"""What a build says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class BuildReport:
    """What a build read and found. Counts are rows unless named otherwise."""

    build: str
    unchanged: bool
    seconds: float = 0.0
    bytes: int = 0  # of the build's file
    editions: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)  # table, rows, hash: rows.fingerprints
    rows_read: int = 0
    entries: int = 0
    person_counts: int = 0
    rows_explained: int = 0
    rejected: int = 0
    corrected: int = 0  # cells
    corrections_waiting: list[str] = field(default_factory=list)  # files whose editions are not here
    withdrawn: list[dict[str, Any]] = field(default_factory=list)
    issues: dict[str, int] = field(default_factory=dict)
    checks_failed: dict[str, int] = field(default_factory=dict)
