"""Files from a publisher that could not be archived yet, kept beside a note of where they came from.

`<data>/incoming/<register>/<file>` and `<file>.fetched.toml`. A build never reads them; `status` names them;
`access-review add REGISTER FILE` takes one, with what its note says, once the description fits it.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from pathlib import Path

from dashboard.editions import Added, add_edition
from dashboard.errors import AccessReviewError
from dashboard.files import disk_errors, sha256_of, sync, write_whole
from dashboard.origin import Origin, toml_text
from dashboard.registers import Register
from dashboard.settings import Settings


NOTE = ".fetched.toml"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file kept aside, and what its note says."""

    file: Path
    register: str
    address: str
    sha256: str
    reason: str  # why it was not archived
    published: date | None = None
    published_basis: str = ""
    provenance: str = ""
    origin: Origin = field(default_factory=Origin)

    @property
    def note(self) -> Path:
        return note_of(self.file)


def note_of(file: Path) -> Path:
    return file.with_name(file.name + NOTE)


def read_note(file: Path) -> Kept | None:
    """What was noted of a file when it was kept; None where nothing was, or the file is not that one."""
    path = note_of(file)
    try:
        if not path.is_file():
            return None
    except OSError:  # a name that is as long as a name can be has no note beside it
        return None
    try:
        record = tomllib.loads(path.read_text("utf-8"))
        origin = record.get("origin", {})
        kept = Kept(
            file=file,
            register=record["register"],
            address=record["address"],
            sha256=record["sha256"],
            reason=record["reason"],
            published=record.get("published"),
            published_basis=record.get("published_basis", ""),
            provenance=record.get("provenance", ""),
            origin=Origin(**{f.name: str(origin[f.name]) for f in fields(Origin) if f.name in origin}),
        )
        texts = (kept.register, kept.address, kept.sha256, kept.reason, kept.published_basis, kept.provenance)
        if not all(isinstance(t, str) for t in texts) or type(kept.published) not in (date, type(None)):
            raise ValueError("a value is of the wrong kind")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AccessReviewError(
            f"{path}: it cannot be read ({error})",
            hint="remove the note, and give 'access-review add' the address with --url and the day with --published",
        ) from error
    return kept if sha256_of(file) == kept.sha256 else None


def list_kept(settings: Settings, register: str | None = None) -> list[Kept]:
    """Every file kept aside, of one register or of all, by name."""
    found = []
    for path in sorted(settings.incoming.glob(f"{register or '[!.]*'}/[!.]*{NOTE}")):
        file = path.with_name(path.name.removesuffix(NOTE))
        if file.is_file() and (kept := read_note(file)) is not None:
            found.append(kept)
    return found


def keep(settings: Settings, file: Path, kept: Kept) -> Kept:
    """Move a downloaded file among those kept, with its note. The same bytes again renew the note alone."""
    folder = settings.incoming / kept.register
    with disk_errors("keeping the file"):
        folder.mkdir(parents=True, exist_ok=True)
        same = [other for other in list_kept(settings, kept.register) if other.sha256 == kept.sha256]
        if same:
            kept = replace(kept, file=same[0].file)
            _write_note(kept)
            return kept
        target = folder / file.name
        if target.exists():  # other bytes under one name: both stay
            target = folder / f"{file.stem} ({kept.sha256[:8]}){file.suffix}"
        kept = replace(kept, file=target)
        _write_note(kept)  # first: a file without its note would come from nowhere
        sync(file)
        os.replace(file, target)
        sync(folder)
    return kept


def _write_note(kept: Kept) -> None:
    text = toml_text
    lines = [
        "# Kept by 'access-review fetch'. 'access-review add' reads this note and removes it.",
        f"register = {text(kept.register)}",
        f"address = {text(kept.address)}",
        f"sha256 = {text(kept.sha256)}",
        f"reason = {text(kept.reason)}",
        f"provenance = {text(kept.provenance)}",
    ]
    if kept.published:
        lines += [
            f"published = {kept.published.isoformat()}",
            f"published_basis = {text(kept.published_basis)}",
        ]
    lines.append("\n[origin]")
    lines += [f"{name} = {text(value)}" for name, value in asdict(kept.origin).items() if value]
    write_whole(kept.note, "\n".join(lines) + "\n")


def settle(kept: Kept) -> None:
    """Forget a file that is in the archive now."""
    with disk_errors("removing the file that was kept aside"):
        kept.file.unlink(missing_ok=True)
        kept.note.unlink(missing_ok=True)


def add_file(
    settings: Settings,
    register: Register,
    path: Path,
    *,
    as_at: date | None = None,
    published: date | None = None,
    address: str = "",
    replaces: bool = False,
    dry_run: bool = False,
) -> Added:
    """`add_edition` for a file that a person names: where `fetch` left a note beside it, what the note says of
    its address and publication counts unless the person says otherwise, and the file leaves `incoming`."""
    kept = read_note(path) if path.is_file() else None
    if kept is None or kept.register != register.id:
        return add_edition(
            settings, register, path,
            as_at=as_at, published=published, address=address, replaces=replaces, dry_run=dry_run,
        )  # fmt: skip
    added = add_edition(
        settings,
        register,
        path,
        as_at=as_at,
        published=published or kept.published,
        published_basis="given" if published else kept.published_basis,
        address=address or kept.address,
        replaces=replaces,
        dry_run=dry_run,
        origin=kept.origin,
        provenance=kept.provenance,
    )
    inside = path.resolve().is_relative_to(settings.incoming.resolve())
    if inside and not dry_run:
        settle(replace(kept, file=path))
    return added


def sweep(folder: Path) -> None:
    """Remove what a killed fetch left half-way. Only under the lock, which says that no other is at work."""
    for left in folder.glob(".part-*"):
        shutil.rmtree(left, ignore_errors=True)
    for left in folder.glob(".*.fetched.toml.*"):  # of write_whole
        left.unlink(missing_ok=True)
    for left in folder.glob(f"[!.]*{NOTE}"):  # a note whose file never arrived
        if not left.with_name(left.name.removesuffix(NOTE)).exists():
            left.unlink(missing_ok=True)
