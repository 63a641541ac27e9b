"""The sentences with which a file is refused, and what to do about each."""

from __future__ import annotations

from dashboard.errors import AccessReviewError


FETCH_AGAIN = "download the file again; if it still fails, tell the publisher it is damaged"
FETCH_WORKBOOK = "download the .ods or .xlsx file from the publisher's page"
SAVE_AS_XLSX = "open it in a spreadsheet program and save it as .ods or .xlsx"
CHECK_BOUNDS = "open it in a spreadsheet program, delete what lies outside the table, and save a copy"


def refusal(file: str, problem: str, hint: str) -> AccessReviewError:
    return AccessReviewError(f"{file} {problem}", hint=hint)


def damaged(file: str, detail: str) -> AccessReviewError:
    return refusal(file, f"is cut short or damaged: {detail}", FETCH_AGAIN)


def locked(file: str) -> AccessReviewError:
    return refusal(
        file,
        "is password-protected",
        "ask the publisher for an unprotected copy, or open it with the password and save it without one",
    )


def brief(text: str) -> str:
    """Text out of an untrusted file, fit for one line of a message."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= 80 else shown[:79] + "…"
