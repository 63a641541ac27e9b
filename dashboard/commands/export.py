"""`export`: the open data as a folder that needs nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path

from dashboard.commands.base import Commands, a_day, progress, say
from dashboard.settings import Settings


def add_to(commands: Commands) -> None:
    added = commands.add(
        "export",
        "Write the open data: tables and measures as CSV and Parquet, described, with licences and checksums.",
        "access-review export /srv/open-data --replace",
        _export,
    )
    added.add_argument("folder", metavar="DIR", type=Path, help="the folder to make")
    added.add_argument(
        "--register",
        metavar="R",
        action="append",
        default=[],
        help="that register; may be given again (default: every register; synthetic ones only where no other is)",
    )
    added.add_argument(
        "--known-on", metavar="D", type=a_day, help="as the editions published by that day say"
    )
    added.add_argument("--replace", action="store_true", help="write anew over an export that is there")


def _export(settings: Settings, arguments: argparse.Namespace) -> int:
    from dashboard.export.folder import export_folder

    show = progress()
    folder = export_folder(
        settings,
        arguments.folder,
        registers=arguments.register,
        known_on=arguments.known_on,
        replace=arguments.replace,
        progress=show,
    )
    show("")
    print(folder)
    say("Next: its README.md says what is in it; 'sha256sum -c SHA256SUMS' there checks it")
    return 0
