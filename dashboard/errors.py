"""Errors meant to be read by the person who caused them.

Anything raised from here is printed as it stands, without a traceback, and ends a command with its
`exit_code`. The message says what is wrong and where; `hint` says what to do next.
"""

from __future__ import annotations


class AccessReviewError(Exception):
    """The work failed or was refused. Exit code 1."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  Next: {self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        # What IPython shows in place of a traceback.
        return [f"{type(self).__name__}: {self}"]


class UsageError(AccessReviewError):
    """The command, filter or parameter was not understood. Exit code 2."""

    exit_code = 2


class LimitError(AccessReviewError):
    """The question takes too long, or has too many rows: another question, or the same one later, can be answered."""


class LockedError(AccessReviewError):
    """Another process is at work on the same thing: nothing failed, and a later try can do it."""
