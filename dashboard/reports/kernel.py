"""The kernel of a render: this Python's own ipykernel, talked to through files (ipc), so that no network and no
installed kernel description is needed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dashboard.files import write_whole
from dashboard.settings import CHECKOUT


KERNEL = "access-review"
PREFIX = "ar-"
HELD = "held"  # locked while the folder is in use, by the system: a killed process holds nothing
FRESH = 3600.0  # seconds within which a folder that nobody holds may be one that is just being made


def own_path() -> dict[str, str]:
    """What another process of ours needs in its environment to find the package where this one did."""
    if not (CHECKOUT / "pyproject.toml").is_file():
        return {}
    paths = [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(p for p in paths if p)}


@contextmanager
def own_kernel(environment: Mapping[str, str], log: Path) -> Iterator[type]:
    """The manager of a kernel of this very Python, described nowhere else, reached through files in a private folder.

    Its IPython folder is private too: a start-up file of the user who renders is no part of a report.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    # The system's own short folder: the name of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    started: list[Any] = []
    held = (folder / HELD).open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        _sweep(folder)
        spec = folder / "kernels" / KERNEL
        spec.mkdir(parents=True)
        variables = {"IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder), **environment}
        variables.update(own_path())
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        described = {"argv": command, "display_name": KERNEL, "language": "python", "env": variables}
        write_whole(spec / "kernel.json", json.dumps(described))

        class Manager(AsyncKernelManager):
            """A class, not a manager: nbclient ends a kernel, and closes its sockets, only where it made it."""

            def __init__(self, **options: Any) -> None:
                specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
                files = {"transport": "ipc", "connection_file": str(folder / "k.json")}
                super().__init__(**{**options, **files, "kernel_spec_manager": specs})

            async def start_kernel(self, **options: Any) -> None:
                """What the kernel says of itself goes to a file: it is no message of this command."""
                with log.open("ab") as file:
                    await super().start_kernel(**{**options, "stdout": file, "stderr": file})
                started.append(self.provisioner.process)

        yield Manager
    finally:
        _end(started)
        held.close()
        shutil.rmtree(folder, ignore_errors=True)


def _end(started: list[Any]) -> None:
    """Kill what a render that was cut short (a time limit, a signal) left running; a whole one left nothing."""
    for process in started:
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _sweep(own: Path) -> None:
    """Remove the folders of renders that were killed."""
    for left in own.parent.glob(f"{PREFIX}*/{HELD}"):
        with suppress(OSError):
            old = time.time() - left.stat().st_mtime > FRESH
            if left.parent == own or left.stat().st_uid != os.getuid() or not old:
                continue
            with left.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left.parent, ignore_errors=True)
