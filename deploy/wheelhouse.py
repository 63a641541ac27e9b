"""A folder from which this project installs without a network: `make wheelhouse` makes it, `make install` checks it.

    python deploy/wheelhouse.py make DIR      on a machine that can reach a package index, with the same kind of
                                              system and the same Python as the one that has none
    python deploy/wheelhouse.py check DIR     on the other: is it whole, and for this Python?

The packages are those of requirements.lock, by their hashes, less what only development needs. What the index has
only as source is built here. `requirements.txt` in the folder names every wheel with the hash of the very file.
Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent
NAME = "access-review"


def this_python() -> str:
    """What wheels depend on: the version of Python, the system and the processor."""
    libc = "-".join(platform.libc_ver()[:1]) or "unknown"
    return f"{sys.version_info.major}.{sys.version_info.minor} {sysconfig.get_platform()} {libc}"


def floor(needs: Sequence[str]) -> int:
    """The least patch version of this Python that all of the packages allow."""
    series = rf">=\s*{sys.version_info.major}\.{sys.version_info.minor}\.(\d+)"
    return max((int(found) for text in needs for found in re.findall(series, text)), default=0)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pip(*words: object) -> str:
    """pip of this Python; its output. Ends the program with pip's own words when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, words)],
        check=False, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"wheelhouse: 'pip {words[0]}' failed (above); nothing was written")
    return done.stdout


def make(target: Path) -> None:
    if target.exists() and any(target.iterdir()):
        sys.exit(
            f"wheelhouse: {target} is there already\n  Next: remove it, or give another with WHEELHOUSE=dir"
        )
    with tempfile.TemporaryDirectory(prefix="wheelhouse-") as scratch:
        got, ready = Path(scratch) / "got", Path(scratch) / "ready"
        pip("download", "--quiet", "--require-hashes", "-r", ROOT / "requirements.lock", "-d", got)
        ready.mkdir()
        for path in sorted(got.iterdir()):
            if path.suffix == ".whl":
                path.rename(ready / path.name)
            else:  # the index has it as source only; its hash was checked above
                pip("wheel", "--quiet", "--no-deps", "-w", ready, path)
        pip("wheel", "--quiet", "--no-deps", "-w", ready, ROOT)
        # What it needs to run, worked out by pip from these files alone.
        words = ("--quiet", "--dry-run", "--ignore-installed", "--no-index", "--find-links", ready)
        report = json.loads(pip("install", *words, "--report", "-", NAME))
        needed = {}
        for item in report["install"]:
            about = item["metadata"]
            file = ready / Path(item["download_info"]["url"]).name
            needed[normal(about["name"])] = (about["version"], file)
        target.mkdir(parents=True, exist_ok=True)
        lines = [
            f"{name}=={version} --hash=sha256:{sha256_of(file)}"
            for name, (version, file) in sorted(needed.items())
        ]
        for _, file in needed.values():
            (target / file.name).write_bytes(file.read_bytes())
        (target / "requirements.txt").write_text("\n".join(lines) + "\n", "utf-8")
        # Last: a folder without it is not whole.
        least = floor([item["metadata"].get("requires_python") or "" for item in report["install"]])
        (target / "python.txt").write_text(f"{this_python()}\n{least}\n", "utf-8")
    size = sum(p.stat().st_size for p in target.iterdir()) / 2**20
    print(f"{target}: {len(needed)} wheels, {size:.0f} MiB, for Python {this_python()}")
    print(f"Copy it and this checkout to the other machine; there: make install OFFLINE={target.name}")


def check(target: Path) -> None:
    marker = target / "python.txt"
    if not marker.is_file():
        sys.exit(
            f"wheelhouse: {target} is no whole wheelhouse\n  Next: 'make wheelhouse' on a connected machine"
        )
    wanted, least = marker.read_text("utf-8").splitlines()
    if wanted != this_python():
        sys.exit(
            f"wheelhouse: {target} is for Python {wanted}, and this is {this_python()}\n"
            f"  Next: give make install PYTHON=python{wanted.split()[0]}, or make a wheelhouse with this Python"
        )
    if sys.version_info.micro < int(least):
        sys.exit(
            f"wheelhouse: its packages need Python {wanted.split()[0]}.{least} or a later {wanted.split()[0]}, "
            f"and this is {platform.python_version()}\n  Next: give make install PYTHON=/path/to/a/later/python"
        )
    hashes = {sha256_of(path) for path in target.glob("*.whl")}
    for line in (target / "requirements.txt").read_text("utf-8").splitlines():
        name, _, digest = line.partition(" --hash=sha256:")
        if digest not in hashes:
            sys.exit(
                f"wheelhouse: the wheel of {name} is missing from {target}, or was changed\n  Next: copy it again"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description="A folder of wheels for machines without a network.")
    parser.add_argument("what", choices=("make", "check"))
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    (make if chosen.what == "make" else check)(chosen.folder)


if __name__ == "__main__":
    main()
