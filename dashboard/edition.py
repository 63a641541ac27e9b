"""What an edition is: one published file of a register, as its sidecar describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path


EDITION_ID = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d+))?")


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One published file of a register and its sidecar."""

    register: str
    edition: str
    as_at: date
    as_at_basis: str
    published: date | None
    published_basis: str
    file: Path
    sha256: str
    size: int
    address: str
    licence: str
    provenance: str
    obtained: str
    replaces: str

    @property
    def order(self) -> tuple[date, int]:
        """Editions in time: by as-at date, a replacement after what it replaces."""
        found = EDITION_ID.fullmatch(self.edition)
        return self.as_at, int(found[2] or 1) if found else 1
