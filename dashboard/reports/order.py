"""What a run is asked for, and what became of each April of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.errors import UsageError
from dashboard.text import plural


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a run is asked for. Without `years` (which needs `if_new`) the day and the archive say which.

    `add` holds pairs of a register and a folder whose workbooks are archived first; `build` brings the build in
    force up to date; without `pdf` report.pdf is left out; `today` is the calendar day where the schedule runs.
    """

    today: date
    years: tuple[int, ...] = ()
    register: str | None = None
    as_at: date | None = None
    out: Path | None = None
    if_new: bool = False
    build: bool = False
    pdf: bool = True
    add: tuple[tuple[str, Path], ...] = ()

    def asked(self) -> dict[str, Any]:
        """As a record says it: the parameters alone, without the day."""
        said = asdict(self)
        del said["today"]
        return {
            **said,
            "years": list(self.years),
            "as_at": self.as_at.isoformat() if self.as_at else None,
            "out": str(self.out) if self.out else None,
            "add": [[register, str(folder)] for register, folder in self.add],
        }

    def check(self) -> None:
        """Raise UsageError where it makes no sense, before anything is done or recorded."""
        if not self.years and not self.if_new:
            raise UsageError(
                "--year is missing", hint="give the April to render, or --if-new to go by the day"
            )
        if self.as_at and len(self.years) > 1:
            raise UsageError(
                f"--as-at {self.as_at} names the edition of one review, not of {plural(len(self.years), 'year')}",
                hint="leave out --as-at, or give one year",
            )
        if self.if_new and (self.as_at or self.out):
            raise UsageError(
                "--if-new chooses the edition, and looks at the archive of the data folder",
                hint="leave out --as-at and --out, or leave out --if-new",
            )

    @classmethod
    def from_asked(cls, said: dict[str, Any]) -> Order:
        """The order that `asked` and a `today` describe."""
        return cls(
            **{
                **said,
                "today": date.fromisoformat(said["today"]),
                "years": tuple(said["years"]),
                "as_at": date.fromisoformat(said["as_at"]) if said["as_at"] else None,
                "out": Path(said["out"]) if said["out"] else None,
                "add": tuple((register, Path(folder)) for register, folder in said["add"]),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one April: `rendered`, `not_due`, `nothing_new`, `locked`, `failed` or `refused`, and why.

    `hint` says what to do where it failed; `again` that another try may help (the kernel was lost); `code` is
    the exit code that its failure would have.
    """

    status: str
    year: int | None
    register: str | None
    folder: str | None = None
    reason: str = ""
    seconds: float = 0.0
    hint: str = ""
    again: bool = False
    code: int = 0
