"""Reviews: every rendered April review, who signed it, and its files. A page to read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from dashboard.filters import Filters
from dashboard.pages.page import Page
from dashboard.reviews import Review, list_reviews, superseded_by
from dashboard.store import Store
from dashboard.text import day, number, plural


FILE_WORDS = {
    "report.html": "Report",
    "report.pdf": "Report as PDF",
    "april_review.ipynb": "Executed notebook",
    "tables.ods": "Tables as a workbook",
    "manifest.json": "Manifest: every figure quoted, inputs, hashes",
    "signature.json": "Signature",
}


def make(store: Store, filters: Filters, extra: dict[str, str]) -> Page:
    """`extra`: `drafts` is set, by the server and by no address, where drafts may be listed."""
    drafts = bool(extra.get("drafts"))
    shown = [r for r in list_reviews(store.settings) if r.signed or drafts]
    signed = [r for r in shown if r.signed]
    unanswered = []
    if not shown:
        headline = "No review has been signed yet"
        unanswered.append(
            "A review is rendered with 'access-review render april-review --year 2018', and stands here when it is "
            "signed. Before that it is a draft, which a server lists only when it is started with 'serve --drafts'."
        )
    elif not signed:
        headline = f"{plural(len(shown), 'draft')} and no signed review"
    else:
        headline = f"{plural(len(signed), 'signed review')}; the latest is of April {signed[0].year}"
        if len(shown) > len(signed):
            headline += f"; {plural(len(shown) - len(signed), 'draft')}"
    if drafts:
        unanswered.append("This server lists drafts: a draft is nobody's word yet.")
    return Page(
        name="reviews",
        headline=headline,
        filters=Filters(register=filters.register, edition=filters.edition, known_on=filters.known_on),
        lead="Each review is made from a named build and never edited: its manifest lists what went in and every "
        "figure it quotes."
        if shown
        else "",
        unanswered=tuple(unanswered),
        template="reviews.html",
        subject=[_shown(review, shown) for review in shown],
    )


def _shown(review: Review, shown: list[Review]) -> dict[str, Any]:
    manifest = review.manifest
    register, code = (_record(manifest.get(name)) for name in ("register", "code"))
    later = superseded_by(review, shown)
    files = review.files()
    signature = review.signature()
    return {
        "id": f"review-{review.folder.name}",
        "title": str(manifest.get("title") or f"April review {review.year}"),
        "address": f"/reviews/{review.name}",
        "year": review.year,
        "register": str(register.get("title") or review.register or "not said"),
        "as_at": _day(manifest.get("as_at")),
        "known_on": _day(manifest.get("known_on")),
        "build": str(manifest.get("build") or "not said"),
        "version": str(code.get("version") or ""),
        "rendered": _day(review.started),
        "signed": review.signed,
        "signature": _signed(signature),
        "superseded": f"#review-{later.folder.name}" if later else "",
        "whole": review.whole(),
        "files": [(FILE_WORDS[name], name) for name in files if name in FILE_WORDS],
        "tables": [name for name in files if name not in FILE_WORDS],
        "tables_words": number(sum(name not in FILE_WORDS for name in files)),
    }  # fmt: skip


def _record(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _signed(signature: dict[str, str]) -> str:
    """ "Signed by A, Head of Profession, on 3 May 2018"; no more than the signature says."""
    words = f"Signed by {signature['name']}" if signature["name"] else "Signed, by whom is not said"
    words += f", {signature['role']}" if signature["role"] else ""
    on = _day(signature["signed"])
    return words + (f", on {on}" if on else "")


def _day(text: object) -> str:
    """A day in words from an ISO day or time; what cannot be read is left out."""
    if not isinstance(text, str) or not text:
        return ""
    try:
        return day(date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date())
    except ValueError:
        return ""
