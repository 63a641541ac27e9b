"""Where things are: the data folder a person works in, and what ships with the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import AccessReviewError


PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


@dataclass(frozen=True)
class Settings:
    """Folders. `data` is the reader's own; `shipped` holds what came with the project.

    A file in the data folder adds to the shipped one of the same kind, or overrides the one of the same
    name, so a person can describe a register or correct an alias without touching the code.
    """

    data: Path
    shipped: Path

    @property
    def editions(self) -> Path:
        return self.data / "editions"

    @property
    def incoming(self) -> Path:
        """Files that `fetch` could not archive, kept until a person says what they are."""
        return self.data / "incoming"

    @property
    def builds(self) -> Path:
        return self.data / "builds"

    @property
    def reviews(self) -> Path:
        return self.data / "reviews"

    @property
    def notebooks(self) -> Path:
        inside = PACKAGE / "shipped" / "notebooks"
        return inside if inside.is_dir() else CHECKOUT / "notebooks"

    def edition_roots(self) -> list[Path]:
        """Folders that hold `<register>/<edition>/edition.toml`, in order."""
        return [self.shipped / "published" / "editions", self.editions]

    def files(self, kind: str, pattern: str) -> list[Path]:
        """Files of one kind ("registers", "reference", "corrections", "withdrawals"), the reader's own in place of
        shipped ones of the same relative name; sorted, so reading order never depends on the disk."""
        found: dict[str, Path] = {}
        for root in (self.shipped / kind, self.data / kind):
            for path in sorted(root.glob(pattern)) if root.is_dir() else []:
                found[path.relative_to(root).as_posix()] = path
        return [found[name] for name in sorted(found)]

    def shown(self, path: Path) -> str:
        """A path as a person would type it: relative to the data folder or working folder where it can be."""
        for root in (Path.cwd(), self.data):
            try:
                return str(path.relative_to(root))
            except ValueError:
                continue
        return str(path)


def load_settings(data: str | Path | None = None) -> Settings:
    """Settings from `--data`, else `ACCESS_REVIEW_DATA`, else the checkout's `data/`.

    Raises AccessReviewError when the path exists and is not a folder.
    """
    chosen = data or os.environ.get("ACCESS_REVIEW_DATA") or CHECKOUT / "data"
    try:
        folder = Path(chosen).expanduser().resolve()
    except (RuntimeError, ValueError, OSError) as error:  # no such user's home, a loop of links
        raise AccessReviewError(
            f"the data folder {chosen} cannot be found: {error}", hint="give it whole"
        ) from None
    if folder.exists() and not folder.is_dir():
        raise AccessReviewError(
            f"the data folder {folder} is a file", hint="give a folder with --data, or remove the file"
        )
    inside = PACKAGE / "shipped"
    return Settings(data=folder, shipped=inside if inside.is_dir() else CHECKOUT / "data")


def definitions_file() -> Path:
    """docs/definitions.md, which ships with the project: the text of every definition."""
    inside = PACKAGE / "shipped" / "docs"
    return (inside if inside.is_dir() else CHECKOUT / "docs") / "definitions.md"
