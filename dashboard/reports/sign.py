"""Who stands by a review: `signature.json` beside it, over the hash of a manifest that lists every other file's.

The report itself is never edited. There is one signature, and it is never taken back: what should be said otherwise
is said by another render, whose signature supersedes this one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dashboard import __version__
from dashboard.errors import AccessReviewError, UsageError
from dashboard.files import disk_errors, lock, sha256_of, write_whole
from dashboard.reports.verify import Progress, Verdict, inspect
from dashboard.reviews import Review, list_reviews, open_review, superseded_by, supersedes
from dashboard.settings import Settings
from dashboard.text import plural
from dashboard.warehouse import publish


SIGNATURE = "signature.json"
LONGEST = 200  # characters of a name or a role
LONGEST_CAVEAT = 2_000
WAIT = 30.0  # seconds for a render that is under way
WHAT = (
    "manifest_sha256 is the sha256 of manifest.json beside this file. The manifest lists the sha256 of every other "
    "file of the review, so a change to any of them breaks this signature; 'access-review verify' checks it."
)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What `sign` did. `again`: the same person had signed it already, and nothing was written."""

    review: Review
    again: bool
    in_place_of: tuple[Review, ...]  # signed reviews of the same April that this one supersedes


def sign(
    settings: Settings,
    folder: Path,
    *,
    name: str,
    role: str,
    caveat: str = "",
    progress: Progress = lambda _: None,
) -> Signed:
    """Sign a review, once all that can be seen without rendering it agrees with its manifest.

    Raises UsageError for a name or role that is none, AccessReviewError where a file, the build or an input is not as
    recorded, where somebody else has signed it, or where a later review of the same April is signed.
    """
    name, role = (_line(what, words) for what, words in (("name", name), ("role", role)))
    if len(caveat) > LONGEST_CAVEAT or not all(c.isprintable() or c == "\n" for c in caveat):
        raise UsageError(
            f"the caveat must be text of at most {LONGEST_CAVEAT:,} characters",
            hint="say more in the commentary and render again",
        )
    open_review(folder)  # before there is a lock: where there is no review nothing is made
    with (
        disk_errors("signing"),
        lock(settings.reviews / ".lock", "rendering or signing a review", wait=WAIT),
    ):
        verdict = inspect(settings, folder, progress=progress)
        review = verdict.review
        _refuse(verdict)
        if review.signed:
            return _signed_before(review, name, role, caveat)
        everything = list_reviews(settings)
        later = superseded_by(review, everything)
        if later and later.signed:
            raise AccessReviewError(
                f"{later.name}, a later review of the same April, is signed by {later.signature()['name']}: this one "
                "is superseded",
                hint="sign the later one only; to have this one's figures stand, render them again",
            )
        if not review.folder.is_relative_to(settings.reviews.resolve()):
            # Outside the archive no prune would find it. First: a build kept for nothing does no harm.
            publish.keep(settings, review.manifest["build"], f"signed review {review.folder}")
        record = {
            "name": name,
            "role": role,
            "signed": datetime.now(UTC).isoformat(timespec="seconds"),
            **({"caveat": caveat} if caveat else {}),
            "manifest_sha256": sha256_of(review.folder / "manifest.json"),
            "what": WHAT,
            "with": f"access-review {__version__}",
        }
        write_whole(review.folder / SIGNATURE, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        found = open_review(folder)
        return Signed(review=found, again=False, in_place_of=tuple(supersedes(found, list_reviews(settings))))


def _line(what: str, words: str) -> str:
    tidy = words.strip()
    if not tidy or len(tidy) > LONGEST or not tidy.isprintable():
        raise UsageError(
            f"the {what} must be one line of at most {LONGEST} characters, not {words[:LONGEST]!r}",
            hint="for example: --name 'A. Reader' --role 'Head of Profession for Statistics'",
        )
    return tidy


def _refuse(verdict: Verdict) -> None:
    """Nothing is signed that could not be proved later."""
    if verdict.agrees:
        return
    if not verdict.holds("signature"):
        raise AccessReviewError(
            f"{verdict.review.folder} is signed by {verdict.review.signature()['name'] or 'nobody named'} and was "
            "changed since: the signature is broken",
            hint="restore it from a copy, or render again and sign that; 'access-review verify' names what was changed",
        )
    first, *others = verdict.bad
    more = f" (and {plural(len(others), 'thing')} more)" if others else ""
    raise AccessReviewError(
        f"{verdict.review.folder} is not what its manifest says: {first.thing}: {first.words}{more}",
        hint="'access-review verify' names all of it; restore what was changed, or render again and sign that",
    )


def _signed_before(review: Review, name: str, role: str, caveat: str) -> Signed:
    by = review.signature()
    if (by["name"], by["role"]) == (name, role) and caveat in ("", by["caveat"]):
        return Signed(review=review, again=True, in_place_of=())
    raise AccessReviewError(
        f"{review.folder} is signed already, by {by['name']}, {by['role']}, on "
        f"{by['signed'] or 'a day not said'}",
        hint="a review has one signature, which stands; render again (after writing commentary, for instance) and sign "
        "that, which supersedes this one",
    )
