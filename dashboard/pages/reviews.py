"""Reviews: every rendered April review, who signed it, and its files. A page to read."""

from __future__ import annotations

from typing import Any

from dashboard.filters import Filters
from dashboard.pages.page import Page
from dashboard.reviews import Review, day_words, list_reviews, superseded_by, supersedes
from dashboard.store import Store
from dashboard.text import number, plural


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
    signed = [r for r in shown if r.state == "signed"]
    broken = [r for r in shown if r.state == "broken"]
    others = [r for r in shown if r.state == "draft"]
    unanswered = []
    if not shown:
        headline = "No review has been signed yet"
        unanswered.append(
            "An April review stands here once it is signed. Until then it is a draft and nobody's word: "
            "'access-review render april-review --year 2018' makes one, and 'serve --drafts' lists it."
        )
    elif not signed and not broken:
        headline = f"{plural(len(shown), 'draft')} and no signed review"
    else:
        headline = "No signed review still is what was signed"
        if signed:
            headline = f"{plural(len(signed), 'signed review')}; the latest is of April {signed[0].year}"
        if broken:
            headline += f"; {number(len(broken))} changed after {'it was' if len(broken) == 1 else 'they were'} signed"
        if others:
            headline += f"; {plural(len(others), 'draft')}"
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
        subject=[_shown(review, shown, drafts) for review in shown],
    )


def _shown(review: Review, shown: list[Review], drafts: bool) -> dict[str, Any]:
    manifest = review.manifest
    register, code = (_record(manifest.get(name)) for name in ("register", "code"))
    later = superseded_by(review, shown)
    earlier = supersedes(review, shown)
    title = str(manifest.get("title") or f"April review {review.year}")
    if sum((r.year, r.register) == (review.year, review.register) for r in shown) > 1:
        title += (
            f", render {review.folder.name}"  # or two headings, and all their links, would be called the same
        )
    # What was changed after it was signed is given away no more than a draft is.
    files = review.files() if drafts or review.state != "broken" else []
    signature = review.signature()
    return {
        "id": f"review-{review.folder.name}",
        "title": title,
        "address": f"/reviews/{review.name}",
        "year": review.year,
        "register": str(register.get("title") or review.register or "not said"),
        "as_at": day_words(manifest.get("as_at")),
        "known_on": day_words(manifest.get("known_on")),
        "build": str(manifest.get("build") or "not said"),
        "version": str(code.get("version") or ""),
        "rendered": day_words(review.started),
        "state": review.state,
        "signature": _signed(signature),
        "caveat": signature["caveat"],
        "superseded": f"#review-{later.folder.name}" if later else "",
        "superseded_words": _render_words(later) if later else "",
        "supersedes": [(f"#review-{r.folder.name}", _render_words(r)) for r in earlier],
        "whole": review.state != "draft" or review.whole(),
        "files": [(FILE_WORDS[name], name) for name in files if name in FILE_WORDS],
        "tables": [name for name in files if name not in FILE_WORDS],
        "tables_words": number(sum(name not in FILE_WORDS for name in files)),
    }  # fmt: skip


def _render_words(review: Review) -> str:
    """Which of several renders of one April: by its name and day."""
    on = day_words(review.started)
    return f"render {review.folder.name}" + (f" of {on}" if on else "")


def _record(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _signed(signature: dict[str, str]) -> str:
    """ "Signed by A, Head of Profession, on 3 May 2018"; no more than the signature says."""
    words = f"Signed by {signature['name']}" if signature["name"] else "Signed, by whom is not said"
    words += f", {signature['role']}" if signature["role"] else ""
    on = day_words(signature["signed"])
    return words + (f", on {on}" if on else "")
