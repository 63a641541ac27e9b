"""The kernel of a render: this Python's own ipykernel, talked to through files (ipc), so that no network and no
installed kernel description is needed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard.files import write_whole
from dashboard.settings import CHECKOUT


KERNEL = "access-review"


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
    folder = Path(tempfile.mkdtemp(prefix="ar-"))
    try:
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

        yield Manager
    finally:
        shutil.rmtree(folder, ignore_errors=True)
