"""The edition archive: each published file as it was, with a sidecar that says what it is. Immutable.

`data/editions/<register>/<edition id>/<file>` beside `edition.toml`. The id is the as-at date, `.2` and so
on for a replacement; the replaced one stays. Editions that ship with the project (facts transcribed from
public pages) have the same shape under `data/published/editions`.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from dashboard.apart import read_workbook
from dashboard.cleaning import tidy
from dashboard.edition import EDITION_ID, Edition
from dashboard.errors import AccessReviewError, UsageError
from dashboard.files import disk_errors, folder_whole, lock, sha256_of
from dashboard.issues import Issue
from dashboard.layouts import Match, match
from dashboard.origin import Origin, toml_text
from dashboard.reading import Reading, read_entries
from dashboard.registers import Register
from dashboard.settings import Settings


SIDECAR = "edition.toml"


@dataclass(frozen=True, kw_only=True)
class Added:
    """What `add` did, or with `dry_run` would do."""

    edition: Edition
    match: Match | None
    reading: Reading | None
    existing: bool
    dry_run: bool


def read_edition(sidecar: Path) -> Edition:
    """One archived edition. Raises AccessReviewError when the sidecar or its file is damaged."""
    try:
        record = tomllib.loads(sidecar.read_text("utf-8"))
        _check_types(sidecar, record)
        edition = Edition(
            register=record["register"],
            edition=record["edition"],
            as_at=record["as_at"],
            as_at_basis=record.get("as_at_basis", "stated"),
            published=record.get("published"),
            published_basis=record.get("published_basis", ""),
            file=sidecar.parent / record["file"],
            sha256=record["sha256"],
            size=record["size"],
            address=record.get("address", ""),
            licence=record.get("licence", ""),
            provenance=record.get("provenance", ""),
            obtained=record.get("obtained", ""),
            replaces=record.get("replaces", ""),
        )
    except OSError as error:
        raise AccessReviewError(
            f"{sidecar}: {error.strerror or error}", hint="restore the sidecar"
        ) from error
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, or nested too deeply
        raise AccessReviewError(
            f"{sidecar}: {error}", hint="restore the sidecar, or add the file again"
        ) from error
    except KeyError as error:
        raise AccessReviewError(f"{sidecar}: {error} is missing", hint="restore the sidecar") from error
    if edition.file.parent != sidecar.parent or not edition.file.is_file():
        raise AccessReviewError(
            f"{sidecar}: its file {edition.file.name} is not there",
            hint="restore it, or remove the edition's folder",
        )
    return edition


def _check_types(sidecar: Path, record: dict[str, object]) -> None:
    for name, value in record.items():
        wanted: type = {"as_at": date, "published": date, "size": int}.get(name, str)
        if type(value) is not wanted:
            raise AccessReviewError(
                f"{sidecar}: {name} is {value!r}, and must be a {'text' if wanted is str else wanted.__name__}",
                hint="restore the sidecar",
            )
    if not EDITION_ID.fullmatch(str(record["edition"])):
        raise AccessReviewError(
            f"{sidecar}: {record['edition']!r} is not an edition id",
            hint="it is the as-at date, then .2 and so on",
        )


def list_editions(settings: Settings) -> list[Edition]:
    """Every archived edition, shipped ones first within a register, in time order."""
    found: list[Edition] = []
    for root in settings.edition_roots():
        # Scratch folders of an interrupted add begin with a dot and are not editions.
        found += [read_edition(p / SIDECAR) for p in sorted(root.glob("[!.]*/[!.]*")) if _holds_any(p)]
    found.sort(key=lambda e: (e.register, e.order))
    seen: set[tuple[str, str]] = set()
    for edition in found:
        key = (edition.register, edition.edition)
        if key in seen:
            raise AccessReviewError(
                f"register {edition.register} has two editions called {edition.edition} "
                f"({edition.file.parent} is the second)",
                hint="remove one of the two folders",
            )
        seen.add(key)
    return found


def _holds_any(folder: Path) -> bool:
    """Whether a folder of the archive holds anything: then it needs a sidecar, without which its edition would
    be missing and nobody told."""
    return folder.is_dir() and any(not p.name.startswith(".") for p in folder.iterdir())


def verify_bytes(edition: Edition) -> None:
    """Raise AccessReviewError unless the archived file still is what was archived."""
    if edition.file.stat().st_size != edition.size or sha256_of(edition.file) != edition.sha256:
        raise AccessReviewError(
            f"{edition.file} has changed since it was archived (its sha256 is not the one in {SIDECAR})",
            hint="restore the file from a copy; editions are never edited, mend a value in corrections instead",
        )


def add_edition(
    settings: Settings,
    register: Register,
    path: Path,
    *,
    as_at: date | None = None,
    published: date | None = None,
    address: str = "",
    replaces: bool = False,
    dry_run: bool = False,
    published_basis: str = "given",
    origin: Origin | None = None,
    provenance: str = "",
) -> Added:
    """Archive a published file as an edition of `register`.

    The as-at date is `as_at`, else what the layout finds in the file's name, sheet names or cells, else the
    latest date of an event in it. The same bytes again change nothing; other bytes for the same as-at date
    need `replaces`. A `published` whose `published_basis` is not "given" is what a page suggests, and yields
    to a day that the file itself states. `origin` says where the file came from, for the sidecar. Raises
    AccessReviewError when the file cannot be read or fits no layout; then nothing on disk has changed.
    """
    if path.suffix.lower() == ".parquet":
        from dashboard.warehouse.parquet import describe

        described = describe(register, path, as_at)
        return _archive(settings, register, described, published, address, replaces, dry_run)
    workbook = read_workbook(path)
    existing = [e for e in list_editions(settings) if e.register == register.id]
    for edition in existing:
        if edition.sha256 == workbook.sha256 and (as_at is None or as_at == edition.as_at):
            return Added(edition=edition, match=None, reading=None, existing=True, dry_run=dry_run)
    found = match(register, workbook)
    reading = read_entries(found, "new")
    if not reading.entries and not reading.person_counts:
        raise AccessReviewError(
            f"{path.name}: the layout '{found.layout.era}' fits, and there is not one row below the headings",
            hint="check that this is the whole file",
        )
    basis = "given"
    if as_at is None:
        as_at, basis = found.as_at, found.as_at_basis
    if as_at is None:
        as_at, basis = reading.latest_event(), "inferred"
        if as_at is None:
            raise AccessReviewError(
                f"{path.name}: no as-at date can be found in it", hint="give one: --as-at YYYY-MM-DD"
            )
    if published_basis != "given" and found.published and found.published_basis == "stated":
        published = None
    published_basis = published_basis if published else found.published_basis
    published = published or found.published
    if published and published < as_at:
        if published_basis == "given":
            raise UsageError(f"published on {published} cannot be before the as-at date {as_at}")
        published, published_basis = None, ""
    new = Edition(
        register=register.id,
        edition=as_at.isoformat(),
        as_at=as_at,
        as_at_basis=basis,
        published=published,
        published_basis=published_basis if published else "",
        file=path,
        sha256=workbook.sha256,
        size=workbook.size,
        address=address or found.layout.address or register.address,
        licence=found.layout.licence or register.licence,
        provenance=provenance or f"{found.layout.provenance} Added from the file {tidy(path.name)}.".strip(),
        obtained=(origin.obtained if origin else "") or datetime.now(UTC).isoformat(timespec="seconds"),
        replaces="",
    )
    return _store(settings, new, existing, found, reading, replaces=replaces, dry_run=dry_run, origin=origin)


def _archive(
    settings: Settings,
    register: Register,
    described: Edition,
    published: date | None,
    address: str,
    replaces: bool,
    dry_run: bool,
) -> Added:
    existing = [e for e in list_editions(settings) if e.register == register.id]
    for edition in existing:
        if edition.sha256 == described.sha256:
            return Added(edition=edition, match=None, reading=None, existing=True, dry_run=dry_run)
    new = replace(described, published=published or described.published, address=address or described.address)
    return _store(settings, new, existing, None, None, replaces=replaces, dry_run=dry_run)


def _store(
    settings: Settings,
    new: Edition,
    existing: list[Edition],
    found: Match | None,
    reading: Reading | None,
    *,
    replaces: bool,
    dry_run: bool,
    origin: Origin | None = None,
) -> Added:
    source = new.file
    numbered = _numbered(new, existing, replaces=replaces)
    if not dry_run:
        with disk_errors("archiving the file"), lock(settings.editions / ".lock", "adding an edition"):
            # Looked at again now that nobody else adds: another add may have ended since.
            existing = [e for e in list_editions(settings) if e.register == new.register]
            for edition in existing:
                if edition.sha256 == new.sha256 and edition.as_at == new.as_at:
                    return Added(edition=edition, match=None, reading=None, existing=True, dry_run=False)
            numbered = _numbered(new, existing, replaces=replaces)
            target = settings.editions / new.register / numbered.edition
            # What a killed add left: the lock says that no other one is at work.
            for left in target.parent.glob(".*.*"):
                shutil.rmtree(left, ignore_errors=True)
            with folder_whole(target) as scratch:
                name = archived_name(source.name)
                shutil.copyfile(source, scratch / name)
                if sha256_of(scratch / name) != new.sha256:
                    raise AccessReviewError(f"{source} changed while it was read", hint="add it again")
                sidecar = _sidecar(replace(numbered, file=target / name), origin or Origin())
                (scratch / SIDECAR).write_text(sidecar, "utf-8")
    target = settings.editions / new.register / numbered.edition
    archived = replace(numbered, file=target / archived_name(source.name))
    return Added(edition=archived, match=found, reading=reading, existing=False, dry_run=dry_run)


def archived_name(name: str) -> str:
    """The name under which a file is archived: without characters that mean something to a shell or a page,
    and short enough, in bytes, for any disk. Its end stays, which says what kind of file it is."""
    name = re.sub(r"[^\w.() -]+", "_", name)[-120:]
    while len(name.encode("utf-8")) > 200:
        name = name[1:]
    # else the sidecar would be written over the file
    return f"file-{name}" if name.casefold() == SIDECAR else name


def _numbered(new: Edition, existing: list[Edition], *, replaces: bool) -> Edition:
    """`new` with its id: the as-at date, and a number when it replaces an edition of that date."""
    same = [e for e in existing if e.as_at == new.as_at]
    if same and not replaces:
        raise AccessReviewError(
            f"register {new.register} has an edition as at {new.as_at} already "
            f"({same[-1].file.name}, edition {same[-1].edition}), and this file differs from it",
            hint="if the publisher replaced the file, add it with --replaces (both are kept); "
            "if the date is wrong, give the right one with --as-at YYYY-MM-DD",
        )
    if not same:
        return new
    return replace(new, edition=f"{new.as_at.isoformat()}.{same[-1].order[1] + 1}", replaces=same[-1].edition)


def _sidecar(edition: Edition, origin: Origin) -> str:
    text = toml_text
    lines = [
        f"register = {text(edition.register)}",
        f"edition = {text(edition.edition)}",
        f"as_at = {edition.as_at.isoformat()}",
        f"as_at_basis = {text(edition.as_at_basis)}",
        f"file = {text(edition.file.name)}",
        f"sha256 = {text(edition.sha256)}",
        f"size = {edition.size}",
        f"address = {text(edition.address)}",
        f"licence = {text(edition.licence)}",
        f"provenance = {text(edition.provenance)}",
        f"obtained = {text(edition.obtained)}",
    ]
    if edition.published:
        lines.insert(4, f"published = {edition.published.isoformat()}")
        lines.insert(5, f"published_basis = {text(edition.published_basis)}")
    if edition.replaces:
        lines.append(f"replaces = {text(edition.replaces)}")
    lines += origin.lines()
    return "\n".join(lines) + "\n"


def edition_issues(edition: Edition) -> list[Issue]:
    """What is uncertain about the edition itself."""
    issues = []
    if edition.as_at_basis == "inferred":
        words = f"No as-at date is given; {edition.as_at}, the latest date of an event in the file, is taken."
        issues.append(_edition_issue(edition, "as_at_inferred", edition.as_at.isoformat(), words))
    if edition.published is None:
        issues.append(_edition_issue(edition, "published_missing", "", ""))
    return issues


def _edition_issue(edition: Edition, rule: str, value: str, words: str) -> Issue:
    return Issue(register=edition.register, edition=edition.edition, rule=rule, value=value, words=words)
