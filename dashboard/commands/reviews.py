"""`verify`, `sign` and `prune`: what a rendered review was made from, who stands by it, and what stays for its sake."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.base import Commands, for_terminal, progress, say, write_table
from dashboard.settings import Settings
from dashboard.text import plural


if TYPE_CHECKING:
    from dashboard.reports.verify import Found, Verdict

AGAIN = {
    "rendered": "The report was rendered again from its manifest, by the same code, and compared.",
    "asked": "The report could not be rendered again as it was; its figures were asked again of the same build.",
    "no": "Its figures could not be asked again.",
}
SHOWN = 40  # things that do not agree, printed for eyes; CSV and JSON have all


def add_to(commands: Commands) -> None:
    verify = commands.add(
        "verify",
        "Compare a rendered review with its manifest, what it was made from, and itself rendered again.",
        "access-review verify data/reviews/april-review/2018/54fc0a3330a4",
        _verify,
    )
    verify.add_argument("folder", metavar="REVIEW_DIR", type=Path)
    commands.listing(verify)

    sign = commands.add(
        "sign",
        "Sign a rendered review that agrees with its manifest.",
        "access-review sign data/reviews/april-review/2018/54fc0a3330a4 --name 'A. Reader' --role 'Head of Profession'",
        _sign,
    )
    sign.add_argument("folder", metavar="REVIEW_DIR", type=Path)
    sign.add_argument("--name", metavar="N", required=True, help="who signs")
    sign.add_argument("--role", metavar="R", required=True, help="in what role")
    sign.add_argument("--caveat", metavar="WORDS", default="", help="what the signature is subject to")

    prune = commands.add(
        "prune",
        "Remove builds that nothing needs; list each build and why it stays.",
        "access-review prune --dry-run",
        _prune,
    )
    prune.add_argument("--dry-run", action="store_true", help="say what would be removed; change nothing")
    commands.listing(prune)


def _verify(settings: Settings, arguments: argparse.Namespace) -> int:
    from dashboard.reports.verify import COLUMNS, verify

    show = progress()
    verdict = verify(settings, arguments.folder, progress=show)
    show("")
    if arguments.format == "table":
        if sys.stderr.isatty():
            sys.stderr.write("\r")
        _for_eyes(verdict)
    else:
        about = {
            "review": verdict.review.folder,
            "render": verdict.review.manifest["render"],
            "build": verdict.review.manifest["build"],
            "state": verdict.review.state,
            "verified": verdict.agrees,
            "compared": verdict.again,
        }
        write_table(COLUMNS, [f.row() for f in verdict.found], arguments.format, about)
    if not verdict.agrees:
        gone = any(f.status == "gone" and f.check in ("build", "edition", "inputs") for f in verdict.bad)
        hint = f"\n  Next: what is gone was looked for in {settings.data}; --data names another data folder"
        words = f"not verified: {plural(len(verdict.bad), 'thing')} did not agree{hint if gone else ''}"
        say(f"access-review verify: {words}")
        return 1
    return 0


def _for_eyes(verdict: Verdict) -> None:
    manifest = verdict.review.manifest
    print(for_terminal(f"{manifest.get('title') or 'April review'}"))
    print(for_terminal(f"{verdict.review.folder}\n"))
    rows = []
    for check in dict.fromkeys(f.check for f in verdict.found):
        found = verdict.of(check)
        bad = [f for f in found if f.bad]
        good = [f for f in found if not f.bad]
        if bad:
            rows.append((check, "DIFFERS", f"{plural(len(bad), 'thing')}, listed below"))
        rows += [(check, f.status, f.words) for f in good]
    width = max(len(r[0]) for r in rows)
    for check, status, words in rows:
        print(for_terminal(f"{check:<{width}}  {status:<12}  {words}"))
    print()
    for each in verdict.bad[:SHOWN]:
        _print_found(each)
    if len(verdict.bad) > SHOWN:
        print(f"and {len(verdict.bad) - SHOWN} more: --format json has them all")
    print(AGAIN[verdict.again])
    print("Verified." if verdict.agrees else "NOT VERIFIED.")


def _print_found(found: Found) -> None:
    print(for_terminal(f"{found.check} {found.thing}".rstrip()))
    print(for_terminal(f"  {found.words}"))
    if found.recorded or found.now:
        print(for_terminal(f"  recorded: {found.recorded or 'nothing'}"))
        print(for_terminal(f"  now:      {found.now or 'nothing'}"))
    print()


def _sign(settings: Settings, arguments: argparse.Namespace) -> int:
    from dashboard.reports.sign import SIGNATURE, sign

    signed = sign(
        settings, arguments.folder, name=arguments.name, role=arguments.role, caveat=arguments.caveat
    )
    by = signed.review.signature()
    words = f"signed by {by['name']}, {by['role']}, {by['signed']}"
    if signed.again:
        print(for_terminal(f"{signed.review.folder}: {words} already; nothing changed"))
        return 0
    print(for_terminal(f"{signed.review.folder}: {words}"))
    print(for_terminal(f"  written to {settings.shown(signed.review.folder / SIGNATURE)}"))
    for earlier in signed.in_place_of:
        print(for_terminal(f"  supersedes {earlier.name}, signed by {earlier.signature()['name']}"))
    say(
        "The report is not edited: its status line points to signature.json. 'access-review verify' checks both."
    )
    return 0


def _prune(settings: Settings, arguments: argparse.Namespace) -> int:
    from dashboard.files import disk_errors, lock
    from dashboard.warehouse import publish

    if not settings.builds.is_dir():
        held, gone = [], set()
    else:
        with disk_errors("pruning"), lock(settings.builds / ".lock", "building"):
            held = publish.holdings(settings)
            gone = {h.id for h in publish.prune(settings, dry_run=arguments.dry_run)}
    rows = [(h.id, h.bytes, h.id not in gone, "; ".join(h.why) or "nothing needs it") for h in held]
    columns = ("build", "bytes", "stays", "why")
    if arguments.format == "table":
        for build, size, stays, why in rows:
            print(for_terminal(f"{build}  {size / 2**20:>8,.1f} MiB  {'stays' if stays else 'goes'}: {why}"))
    else:
        write_table(columns, rows, arguments.format)
    freed = sum(h.bytes for h in held if h.id in gone)
    verb = "would be removed" if arguments.dry_run else "removed"
    say(f"{plural(len(gone), 'build')} {verb}, {freed / 2**20:,.1f} MiB; no edition is ever removed")
    return 0
